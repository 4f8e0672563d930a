"""Les questions que l'on pose le plus : comparer, classer, trouver des semblables, suivre ce qui
était promis.
"""

import pandas as pd

from ctglib.atelier import series
from ctglib.atelier.carnet import dire, impossible, inconnu
from ctglib.atelier.series import Annees, Lieux
from ctglib.calculs.ecriture import majuscule
from ctglib.donnees.nombres import nombres
from ctglib.donnees.publiques import reperes

EN_RETARD = ("a_surveiller", "insuffisant", "en_recul")


def comparer(
    code: str,
    lieux: Lieux,
    annees: Annees = None,
    *,
    pour: str | None = None,
    convention: str | None = None,
) -> pd.DataFrame:
    """Compare des lieux sur une série, année par année.

    Paramètres :
        code: Le code de la série (voir ``chercher``).
        lieux: Des noms, des codes, ou des tables de ``lieux``, dans l'ordre où les montrer.
        annees: Une année, plusieurs, ou toutes.
        pour: Le code d'un dénominateur, pour comparer des taux pour 100 plutôt que des effectifs.
        convention: Si la série est d'une convention.

    Rend :
        territoire, libelle, annee, valeur, statut et ``indice`` : 100 la première année connue d'un
        lieu, pour comparer l'évolution de lieux de tailles différentes.

    Exemples :
        >>> from ctglib import atelier as a
        >>> rsa = a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais", a.epci("Lens-Liévin")], pour="cnaf_foyers")
        >>> rsa["libelle"].nunique()
        3
    """
    asked = (code,) if pour is None else (code, pour)
    table = (series.donnees if pour is None else series.ratio)(
        *asked, lieux, annees, convention=convention
    )
    order = {place: rank for rank, place in enumerate(series.codes(lieux))}
    ranks = table["territoire"].map(order)
    rows = (
        table.assign(ordre=ranks)
        .sort_values(["ordre", "annee"], ignore_index=True)
        .drop(columns="ordre")
    )
    first = rows.groupby("territoire")["valeur"].transform("first")
    return rows.assign(indice=100 * rows["valeur"] / first.where(first != 0))


def rang(lieu: str, table: pd.DataFrame, *, decroissant: bool = True) -> pd.DataFrame:
    """Classe les lieux d'une table, sa dernière année, et dit où est le lieu demandé.

    L'arrondi de la source rend un rang incertain : ``rang_min`` et ``rang_max`` l'encadrent.

    Paramètres :
        lieu: Nom ou code.
        table: Ce que rendent ``donnees`` ou ``ratio`` pour plusieurs lieux.
        decroissant: Le plus haut est premier.

    Rend :
        Un lieu par ligne : rang, rang_min, rang_max, territoire, libelle, annee, valeur, choisi
        (vrai pour le demandé).

    Exemples :
        >>> from ctglib import atelier as a
        >>> grandes = a.lieux(departement="62", foyers_min=500)
        >>> a.rang("Harnes", a.ratio("cnaf_foyers_paje", "cnaf_foyers", grandes)).query("choisi")["libelle"].tolist()
        ['Harnes']
    """
    told = series.attributs(table)
    year = table["annee"].max()
    every = table[table["annee"] == year]
    rows = every.dropna(subset="valeur")
    own = series.codes(lieu)[0]
    if own not in set(rows["territoire"]):
        absent = every.loc[every["territoire"].eq(own), "statut"]
        why = (
            dire("valeur_absente", statut=absent.iloc[0])
            if len(absent)
            else dire("hors_de_la_table")
        )
        raise impossible("sans_rang", lieu=lieu, annee=year, raison=why)
    low, high = _bornes(rows, told)
    sign = -1 if decroissant else 1
    best, worst = (sign * high, sign * low) if decroissant else (low, high)
    found = rows.assign(
        rang=(sign * rows["valeur"]).rank(method="min").astype("Int64"),
        rang_min=[1 + int((worst < one).sum()) for one in best],
        rang_max=[int((best <= one).sum()) for one in worst],
        choisi=rows["territoire"].eq(own),
    ).sort_values(["rang", "libelle"], ignore_index=True)
    found = found[
        ["rang", "rang_min", "rang_max", "territoire", "libelle", "annee", "valeur", "choisi"]
    ]
    mine = found[found["choisi"]].iloc[0]
    place = "rang" if mine["rang_min"] == mine["rang_max"] else "rang_incertain"
    remarks = [dire(place, **mine, sur=len(found)), *told["remarques"]]
    found.attrs = {
        **told,
        "titre": f"Rang de {mine['libelle']} : {told['titre']}",
        "remarques": remarks,
    }
    return found


def _bornes(rows: pd.DataFrame, told: dict) -> tuple[pd.Series, pd.Series]:
    """Return the least and the most that each value may be, given how its source rounds."""
    steps = [meaning["arrondi"] for meaning in told["series"].values()]
    half = [0.0 if step is None or step != step else step / 2 for step in steps]
    value = rows["valeur"].astype(float)
    if "denominateur" not in rows:
        return value - half[0], value + half[0]
    above, below = half if len(half) > 1 else (*half, 0.0)
    top, bottom = (rows[name].astype(float) for name in ("numerateur", "denominateur"))
    least = 100 * (top - above).clip(lower=0) / (bottom + below)
    return least, 100 * (top + above) / (bottom - below).clip(lower=1)


def semblables(lieu: str, selon: str = "structure_familiale", n: int = 10) -> pd.DataFrame:
    """Trouve les communes du département dont le profil ressemble le plus à celui d'une commune.

    L'année est la dernière où toutes les parts sont connues. La distance est en points : la racine
    de la somme des carrés des écarts entre les parts. Une ressemblance, jamais un effet.

    Paramètres :
        lieu: Nom ou code de la commune.
        selon: « structure_familiale », « ages_des_enfants » ou « prestations »
            (``data/catalogue/atelier.yaml``).
        n: Combien en montrer.

    Rend :
        rang (0 pour le lieu lui-même), territoire, libelle, distance (points), annee, et une
        colonne par part (%).

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.semblables("Harnes", n=3)["rang"].tolist()
        [0, 1, 2, 3]
    """
    profiles = reperes().profils
    if selon not in profiles:
        raise inconnu("Le profil", selon, profiles)
    profile = profiles[selon]
    own = series.codes(lieu)[0]
    among = series.lieux(departement=own[:3] if own.startswith("97") else own[:2])["code"]
    parts = {
        code: series.ratio(code, profile.denominateur, [own, *among]) for code in profile.parts
    }
    whole = pd.concat([table.assign(part=code) for code, table in parts.items()], ignore_index=True)
    common = whole.groupby("annee")["part"].nunique().eq(len(parts))
    year = common[common].index.max()
    rows = whole[whole["annee"] == year]
    kept = rows[rows["denominateur"] >= profile.minimum]
    wide = kept.pivot(index="territoire", columns="part", values="valeur").reindex(
        columns=profile.parts
    )
    wide = wide.astype(float).dropna()
    if own not in wide.index:
        mine = rows[rows["territoire"] == own].set_index("part")
        if absent := [code for code in parts if code not in mine.index]:
            why = dire("series_absentes", series=", ".join(absent))
        elif mine["denominateur"].lt(profile.minimum).any():
            why = dire("trop_petit", effectif=mine["denominateur"].min(), **vars(profile))
        else:
            why = dire(
                "parts_absentes",
                statuts=", ".join(sorted(set(mine.loc[mine["valeur"].isna(), "statut"]))),
            )
        raise impossible("sans_profil", lieu=lieu, profil=selon, annee=year, raison=why)
    distance = (wide - wide.loc[own]).pow(2).sum(axis=1).pow(0.5)
    names = whole.drop_duplicates("territoire").set_index("territoire")["libelle"]
    found = wide.loc[[own, *distance.drop(own).nsmallest(n).index]].rename_axis(columns=None)
    found = found.assign(
        rang=range(len(found)), libelle=names, distance=distance.round(2), annee=year
    )
    found = found.reset_index()[
        ["rang", "territoire", "libelle", "distance", "annee", *profile.parts]
    ]
    return series.decrite(
        found,
        f"Communes qui ressemblent le plus à {names[own]} : {profile.libelle.lower()}, {year}",
        next(iter(parts.values())).attrs["source"],
        "points",
        {
            code: meaning
            for table in parts.values()
            for code, meaning in table.attrs["series"].items()
        },
        [dire("comparees", nombre=len(wide) - 1, minimum=profile.minimum), dire("ressemblance")],
    )


def promesses(
    convention: str | None = None, fiche: int | str | None = None, annee: int | None = None
) -> pd.DataFrame:
    """Dit ce que les fiches ont promis, pour quand, par qui, et où cela en est.

    Paramètres :
        convention: Le dossier de la convention ; la seule convention réelle par défaut.
        fiche: Un numéro de fiche, toutes par défaut.
        annee: Ce qui est dû cette année-là seulement.

    Rend :
        fiche, modalite, promesse, debut, echeance, echeance_ecrite (faux : fin de la convention),
        etat, services, partenaires.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.promesses("harnes", fiche=2, annee=2026)["services"].iloc[0].split(", ")[0]
        'Service action sociale de la Caf'
    """
    study = series.etude(convention, annee)
    fiches = {item.numero: item for item in study.convention.fiches}
    rows = study.etats
    if fiche is not None:
        asked = int(fiche) if str(fiche).isdigit() else fiche
        if asked not in fiches:
            raise inconnu("La fiche action", fiche, fiches)
        rows = rows[rows["fiche"] == asked]
    if annee is not None:
        rows = rows[pd.to_datetime(rows["echeance"]).dt.year == annee]
    if rows.empty:
        which = "la convention" if fiche is None else f"la fiche {fiche}"
        due = series.en_annees(pd.to_datetime(study.etats["echeance"]).dt.year)
        reason = "rien_de_du" if annee else "sans_action"
        raise impossible(
            reason, quoi=which, annee=annee, convention=study.convention.id, echeances=due
        )
    found = rows.rename(columns={"libelle": "promesse", "mot": "etat"}).assign(
        services=[", ".join(fiches[number].services) for number in rows["fiche"]],
        partenaires=[", ".join(fiches[number].partenaires) for number in rows["fiche"]],
    )
    kept = [
        "fiche",
        "modalite",
        "promesse",
        "debut",
        "echeance",
        "echeance_ecrite",
        "etat",
        "services",
        "partenaires",
    ]
    title = f"Ce qui est promis, {study.contexte.territoire.nom}" + (
        f", dû en {annee}" if annee else ""
    )
    return series.decrite(found[kept].reset_index(drop=True), title, study.convention.source_texte)


def cibles(
    convention: str | None = None, annee: int | None = None, *, en_retard: bool = False
) -> pd.DataFrame:
    """Dit où en sont les cibles et les références d'une année.

    Paramètres :
        convention: Le dossier de la convention.
        annee: L'année du bilan.
        en_retard: Seulement celles dont l'atteinte est à surveiller, insuffisante ou en recul.

    Rend :
        fiche, indicateur, libelle, detail, depart, annee_depart, valeur, annee, cible, annee_cible,
        origine, atteinte, raison.

    Exemples :
        >>> from ctglib import atelier as a
        >>> "atteint" in set(a.cibles("demonstration", 2025, en_retard=True)["atteinte"])
        False
    """
    study = series.etude(convention, annee)
    words = study.catalogue.evaluation
    every = study.evaluation[study.evaluation["cible"].notna()]
    if every.empty:
        raise impossible("sans_cible", convention=study.convention.id, annee=study.annee)
    verdicts = every["verdict"].map({code: item.mot for code, item in words.verdicts.items()})
    rows = every[every["verdict"].isin(EN_RETARD)] if en_retard else every
    if rows.empty:
        told = ", ".join(f"{word} {count}" for word, count in verdicts.value_counts().items())
        where = {"convention": study.convention.id, "annee": study.annee}
        raise impossible("sans_retard", **where, nombre=len(every), suivies=told)
    names = {
        "libelle_modalite": "detail",
        "valeur_initiale": "depart",
        "annee_initiale": "annee_depart",
    }
    found = rows.rename(columns=names).assign(
        origine=[words.mots[f"origine_{one}"].partition(" {")[0] for one in rows["origine_cible"]],
        atteinte=verdicts,
        raison=rows["raison"].map(words.raisons).fillna(""),
    )
    found = found.assign(**{name: nombres(found[name]) for name in ("depart", "valeur", "cible")})
    found = found[
        [
            "fiche",
            "indicateur",
            "libelle",
            "detail",
            "depart",
            "annee_depart",
            "valeur",
            "annee",
            "cible",
            "annee_cible",
            "origine",
            "atteinte",
            "raison",
        ]
    ]
    title = f"Cibles {'en retard' if en_retard else 'suivies'}, {study.contexte.territoire.nom}, {study.annee}"
    return series.decrite(found.reset_index(drop=True), title, study.convention.source_suivi)


def frequentation(
    *annees: int,
    convention: str | None = None,
    selon: str = "quartier",
    dispositif: str | None = None,
) -> pd.DataFrame:
    """Dit qui fréquente les dispositifs, année par année : des effectifs publiables, les petits
    « secrets ».

    Paramètres :
        annees: Les années, par exemple 2024, 2025.
        convention: Le dossier de la convention.
        selon: La variable : « quartier », « age », « sexe », « quotient_familial »…
        dispositif: Un seul dispositif, tous par défaut.

    Rend :
        annee, dispositif, categorie, valeur (NA si elle est secrète), statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> "secret" in set(a.frequentation(2024, 2025, convention="demonstration")["statut"])
        True
    """
    if not annees:
        raise impossible("sans_annee")
    studies = {year: series.etude(convention, year) for year in annees}
    study = studies[annees[-1]]
    profiles = study.catalogue.profils
    variables = {item.id: item for item in profiles.variables}
    if selon not in variables:
        raise inconnu("La variable", selon, variables)
    places = {
        item.id: item.libelle for item in study.catalogue.dimensions[profiles.dimension].modalites
    }
    asked = [key for key, label in places.items() if dispositif in (None, key, label)]
    if not asked:
        raise inconnu("Le dispositif", dispositif, places.values())
    parts = []
    absent = []
    for year, one in studies.items():
        handed = one.annuel.profils
        of_it = handed[handed["dispositif"].isin(asked)]
        rows = of_it[of_it["variable"].eq(selon) & of_it["variable_2"].eq("")].assign(annee=year)
        parts.append(rows)
        if rows.empty and len(one.retraits):
            absent.append(
                dire("secret_retient", annee=year, tables=" et ".join(one.retraits["table"]))
            )
        elif rows.empty:
            by = ", ".join(
                variables[name].libelle.lower() for name in dict.fromkeys(of_it["variable"])
            )
            whom = f"{dispositif}, " if dispositif and len(handed) else ""
            absent.append(
                dire(
                    "autre_variable" if by else "rien_transmis",
                    annee=f"{whom}{year}",
                    selon=selon,
                    par=by,
                )
            )
    rows = pd.concat(parts, ignore_index=True)
    if rows.empty:
        raise impossible(
            "sans_frequentation", convention=study.convention.id, raisons=" ; ".join(absent)
        )
    table = rows.assign(
        annee=rows["annee"].astype("Int64"),
        dispositif=rows["dispositif"].map(places),
        categorie=rows["modalite"].map(
            {item.id: item.libelle for item in variables[selon].modalites}
        ),
        valeur=nombres(rows["effectif"]),
        statut=rows["statut"].map(series.mots()),
    )[["annee", "dispositif", "categorie", "valeur", "statut"]]
    what = f"{variables[selon].libelle} de ceux qui fréquentent les dispositifs"
    title = f"{what}, {study.contexte.territoire.nom}, {' et '.join(map(str, annees))}"
    remarks = [*(f"{majuscule(one)}." for one in absent), dire("secret")]
    return series.decrite(table, title, study.convention.source_suivi, "nombre", remarques=remarks)
