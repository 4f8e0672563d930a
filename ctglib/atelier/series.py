"""Les séries et les lieux : ce qui existe, ce que valent les unes dans les autres, et leur rapport."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

import pandas as pd

from ctglib.atelier.carnet import DemandeImpossible, dire, impossible, inconnu
from ctglib.blocs.annee import EtudeAnnuelle, etudier
from ctglib.document.typographie import nombre_court
from ctglib.donnees import publiques
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import conventions, sans_accents
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.nombres import nombres
from ctglib.donnees.statuts import Statut

Lieux = str | pd.DataFrame | Iterable[str | pd.DataFrame]
Annees = int | Iterable[int] | None
IRIS = re.compile(r"\d[\dAB]\d{7}")
NIVEAUX = ("commune", "departement", "epci", "iris")
TROP_PEU = "trop peu pour un taux"
HORS = "absent des fichiers présents"
PUBLIQUE = "séries publiques"
ANNEXE = "diagnostic"
SUIVI = "suivi"
DETAIL = ["dimension", "modalite"]
COLONNES = ["territoire", "libelle", "annee", "indicateur", *DETAIL, "valeur", "statut"]


def chercher(mots: str = "") -> pd.DataFrame:
    """Cherche dans tout ce que le classeur connaît : séries publiques, annexe 1 et suivi de chaque
    convention.

    Paramètres :
        mots: Des mots du libellé, de la définition ou du code, sans souci des accents ; rien pour
            tout lister.

    Rend :
        code (à donner à ``donnees``), libelle, origine, convention, annees, niveaux (et le nombre
        des territoires publiés), unite, source, secret.

    Exemples :
        >>> from ctglib import atelier as a
        >>> "cnaf_foyers_rsa" in a.chercher("RSA")["code"].tolist()
        True
    """
    every = _catalogue()
    told = (every["libelle"] + " " + every["definition"] + " " + every["code"]).map(sans_accents)
    known = every[[all(word in text for word in sans_accents(mots).split()) for text in told]]
    if known.empty:
        labels = " ".join(every["libelle"]).replace(",", " ").split()
        raise inconnu(
            "Aucune série ne parle de ceci :",
            mots,
            sorted({word for word in labels if len(word) > 3}),
        )
    levels = known["niveaux"].map(
        lambda row: ", ".join(f"{name} ({n})" if n else name for name, n in row.items())
    )
    found = known.assign(
        annees=[en_annees(_annees(row)) for row in known.to_dict("records")], niveaux=levels
    )
    shown = [
        "code",
        "libelle",
        "origine",
        "convention",
        "annees",
        "niveaux",
        "unite",
        "source",
        "secret",
    ]
    return decrite(
        found[shown].reset_index(drop=True),
        f"Séries qui parlent de « {mots} »" if mots else "Toutes les séries",
    )


def decrite(
    table: pd.DataFrame,
    titre: str,
    source: str = "catalogue du classeur",
    unite: str = "",
    series: Mapping[str, object] | None = None,
    remarques: Iterable[str] = (),
) -> pd.DataFrame:
    """Return a table that tells in its ``attrs`` what it is."""
    found = table.copy()
    remarks = list(dict.fromkeys(remarques))
    found.attrs = {
        "titre": titre,
        "unite": unite,
        "source": source,
        "series": series or {},
        "remarques": remarks,
    }
    return found


def donnees(
    code: str, lieux: Lieux | None = None, annees: Annees = None, *, convention: str | None = None
) -> pd.DataFrame:
    """Renvoie les valeurs d'une série, une par ligne.

    Une valeur absente est NA, et ``statut`` dit pourquoi (« secret »…) ; une somme qui la compte
    est NA. ``attrs`` porte le titre, l'unité, la source et, par série, la définition, l'arrondi et
    les ruptures.

    Paramètres :
        code: Le code que donne ``chercher``.
        lieux: Des noms, des codes, ou une table de ``lieux`` ; tous ceux de la série par défaut.
        annees: Une année, plusieurs, ou toutes.
        convention: Le dossier de la convention, si la série est d'une convention et qu'il y en a
            plusieurs.

    Rend :
        territoire (code), libelle (son nom), annee, indicateur, dimension, modalite, valeur,
        statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.donnees("cnaf_foyers_rsa", "Harnes", 2020)["valeur"].tolist()
        [670.0]
    """
    if not isinstance(code, str):
        raise impossible("code_sans_guillemets", code=code)
    meaning = _sens(code, convention)
    places = None if lieux is None else codes(lieux)
    wanted = (
        None if annees is None else sorted({annees} if isinstance(annees, int) else set(annees))
    )
    rows = _lire(code, meaning, places)
    meaning |= rows.attrs
    if places is not None:
        rows = rows[rows["territoire"].isin(places)]
    if wanted is not None:
        rows = rows[rows["annee"].isin(wanted)]
    origin = rows["origine"] if "origine" in rows else pd.Series("déclarée", index=rows.index)
    nowhere = origin.eq("")
    partial = rows["statut"].eq(Statut.NON_DISPONIBLE) & origin.str.startswith("somme")
    if nowhere.all():
        raise DemandeImpossible(_rien(meaning, places, wanted))
    status = rows["statut"].map(mots()).mask(nowhere, HORS).mask(partial, "incomplet : " + origin)
    year = rows["annee"].astype("Int64")
    found = rows.assign(valeur=nombres(rows["valeur"]), statut=status, annee=year, indicateur=code)
    found = found.reindex(columns=COLONNES).reset_index(drop=True)
    if (found[DETAIL].isna() | found[DETAIL].eq("")).all(axis=None):
        found = found.drop(columns=DETAIL)
    step = meaning["arrondi"]
    breaks = [f"{year} : {reason}" for year, reason in meaning["ruptures"]]
    remarks = [dire("rupture", serie=meaning["libelle"], rupture=one) for one in breaks]
    if (
        meaning["unite"] == "nombre" and step and step > 1
    ):  # a missing one is NaN, which is above nothing
        remarks.append(dire("arrondi", serie=meaning["libelle"], arrondi=nombre_court(step)))
    if nowhere.any():
        remarks.append(_non_couverts(meaning, rows.loc[nowhere, "territoire"].unique().tolist()))
    told = {
        key: meaning[key]
        for key in ("libelle", "definition", "annees", "unite", "arrondi", "source")
    }
    told |= {"annees": en_annees(_annees(meaning)), "ruptures": " ; ".join(breaks)}
    told |= {"precautions": " ; ".join(meaning.get("remarques", ()))}
    return decrite(
        found, meaning["libelle"], meaning["source"], meaning["unite"], {code: told}, remarks
    )


def ratio(
    numerateur: str,
    denominateur: str,
    lieux: Lieux | None = None,
    annees: Annees = None,
    *,
    annee_denominateur: int | None = None,
    convention: str | None = None,
) -> pd.DataFrame:
    """Donne un taux pour cent, lieu par lieu et année par année : quotient des sommes, jamais
    moyenne de taux.

    Les deux définitions, leurs sources et leurs dates sont dans ``attrs`` ; ``definitions`` les
    montre.

    Paramètres :
        numerateur: Code de ce qui est compté.
        denominateur: Code de ce à quoi on le rapporte.
        lieux: Comme dans ``donnees``.
        annees: Celles du numérateur.
        annee_denominateur: Une autre année pour le dénominateur, quand il n'existe pas pour celles
            du numérateur.
        convention: Comme dans ``donnees``.

    Rend :
        territoire, libelle, annee, numerateur, denominateur, valeur, statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.ratio("cnaf_foyers_rsa", "cnaf_foyers", "Harnes", 2020)["valeur"].round(1).tolist()
        [22.7]
    """
    above = donnees(numerateur, lieux, annees, convention=convention)
    below = donnees(denominateur, lieux, convention=convention)
    if annee_denominateur is not None:
        below = below[below["annee"] == annee_denominateur].drop(columns="annee")
    keys = [name for name in ("territoire", "annee", *DETAIL) if name in above and name in below]
    both = above.merge(below[[*keys, "valeur", "statut"]], on=keys, suffixes=("", "_denominateur"))
    up = above.attrs
    down = below.attrs
    if both.empty:
        raise impossible("rien_en_commun", numerateur=up["titre"], denominateur=down["titre"])
    bottom = both["valeur_denominateur"]
    least = publiques.reperes().taux_minimum
    few = (bottom < least).fillna(False) & both["valeur"].notna()
    told = both["statut"].where(both["valeur"].isna(), both["statut_denominateur"])
    found = both.assign(
        numerateur=both["valeur"],
        denominateur=bottom,
        valeur=100 * both["valeur"] / bottom.mask(few),
        statut=told.mask(few, TROP_PEU),
    ).drop(columns=["indicateur", "valeur_denominateur", "statut_denominateur"])
    remarks = [*up["remarques"], *down["remarques"]]
    if up["source"] != down["source"]:
        remarks.append(dire("deux_sources", numerateur=up["source"], denominateur=down["source"]))
    if annee_denominateur is not None:
        remarks.append(dire("autre_annee", annee=annee_denominateur))
    if few.any():
        remarks.append(dire("trop_peu", minimum=least))
    title = f"{up['titre']} pour 100 {down['titre'][:1].lower()}{down['titre'][1:]}"
    source = " ; ".join(dict.fromkeys([up["source"], down["source"]]))
    return decrite(found, title, source, "pour_100", {**up["series"], **down["series"]}, remarks)


def definitions(table: pd.DataFrame) -> pd.DataFrame:
    """Dit ce que sont les séries d'une table : libellé, définition, années, unité, source et ce qui
    la limite.

    Une ligne par série ; ``.T`` les met en colonnes, plus faciles à lire.

    Exemples :
        >>> from ctglib import atelier as a
        >>> len(a.definitions(a.ratio("cnaf_foyers_rsa", "cnaf_foyers", "Harnes")))
        2
    """
    told = attributs(table)
    return decrite(
        pd.DataFrame(told["series"]).T.rename_axis("code"), f"Ce que compte « {told['titre']} »"
    )


def attributs(table: object) -> Mapping[str, object]:
    """Return what a table of the atelier tells of itself, or say that it is none, or has lost it."""
    if not isinstance(table, pd.DataFrame):
        raise impossible("sans_table", genre=type(table).__name__)
    if "series" not in table.attrs:
        raise impossible("table_muette")
    return table.attrs


def convention_par_defaut(nom: str | None) -> str:
    """Return a convention by its name; the only real one when none is given."""
    names = conventions()
    if nom is not None and nom not in names:
        raise inconnu("La convention", nom, names)
    real = [nom] if nom else [name for name in names if not dossier(name).convention.fictive]
    if len(real) != 1:
        raise impossible("quelle_convention", conventions=", ".join(names))
    return real[0]


dossier = lru_cache(maxsize=8)(lire_dossier)
_etudier = lru_cache(maxsize=8)(etudier)


def etude(convention: str | None, annee: int | None = None) -> EtudeAnnuelle:
    """Return the follow-up of a convention up to a year, small counts suppressed; the only real
    one, up to its end.
    """
    name = convention_par_defaut(convention)
    dates = dossier(name).convention
    year = dates.fin.year if annee is None else annee
    if not dates.debut.year <= year <= dates.fin.year:
        raise impossible("hors_convention", debut=dates.debut.year, fin=dates.fin.year, annee=year)
    return _etudier(name, year, "publique")


def oublier() -> None:
    """Oublie ce qui a été lu : à appeler quand des données ont changé, ce que ``%ctg`` fait de
    lui-même.
    """
    for kept in (dossier, _etudier, _catalogue, connus):
        kept.cache_clear()


@lru_cache(maxsize=1)
def _catalogue() -> pd.DataFrame:
    """Return everything that can be asked for, one row a code and convention; only ``_annees``
    reads the follow-up.
    """
    public = publiques.series()
    source = public["producteur"] + ", " + public["jeu"]
    rows = public.assign(origine=PUBLIQUE, convention="", source=source).to_dict("records")
    for name in conventions():
        own = dossier(name)
        level = {code: place.niveau for code, place in own.catalogue.territoires.items()}
        for code, group in own.annexe1.groupby("indicateur", sort=False):
            told = {"annees": tuple(sorted(group["annee"].dropna().unique())), "origine": ANNEXE}
            told |= {"niveaux": Counter(map(level.get, group["territoire"].unique()))}
            rows.append(
                _dit(own.catalogue.indicateurs[code], name, own.convention.source_diagnostic) | told
            )
        told = {"annees": None, "niveaux": {level[own.convention.territoire]: 1}, "origine": SUIVI}
        for meaning in own.catalogue.indicateurs_fiches.values():
            rows.append(_dit(meaning, name, own.convention.source_suivi) | told)
    return pd.DataFrame(rows)


def _dit(meaning: Indicateur, convention: str, source: str) -> dict[str, object]:
    return {
        "code": meaning.id,
        "libelle": meaning.libelle,
        "definition": meaning.definition,
        "unite": meaning.unite,
        "secret": meaning.sensible,
        "arrondi": meaning.arrondi_source,
        "convention": convention,
        "source": source,
        "ruptures": [(item.annee, item.raison) for item in meaning.ruptures],
    }


def _annees(meaning: Mapping[str, object]) -> tuple[int, ...]:
    """Return the years of a series; for the follow-up, those of which a value was handed in."""
    if meaning["origine"] != SUIVI:
        return meaning["annees"]
    rows = etude(meaning["convention"]).suivi.observations
    known = rows[rows["indicateur"].eq(meaning["code"]) & rows["valeur"].notna()]
    return tuple(sorted(known["annee"].unique()))


def en_annees(annees: Iterable[int]) -> str:
    """Return « 2020 à 2024 », « 2019, 2022 », or « aucune année »."""
    years = sorted({int(year) for year in annees})
    if len(years) > 1 and years == list(range(years[0], years[-1] + 1)):
        return f"{years[0]} à {years[-1]}"
    return ", ".join(map(str, years)) or "aucune année"


def _rien(meaning: Mapping[str, object], lieux: list[str] | None, annees: list[int] | None) -> str:
    name = meaning["libelle"]
    years = _annees(meaning)
    handed = meaning["origine"] == SUIVI
    if not years:
        return dire("rien_de_transmis", serie=name, convention=meaning["convention"])
    if annees and not set(annees) & set(years):
        told = dire(
            "annee_non_transmise" if handed else "annee_absente",
            serie=name,
            annee=en_annees(annees),
            connues=en_annees(years),
        )
        return told + dire("ajouter") * (meaning["origine"] == PUBLIQUE)
    if meaning["origine"] == PUBLIQUE and lieux:
        return _non_couverts(meaning, lieux)
    own = dossier(meaning["convention"])
    places = [own.catalogue.territoires[code].nom for code in own.annexe1["territoire"].unique()]
    only = " et ".join(places[:1] if handed else places)
    return dire("ailleurs", serie=name, lieux=only, origine=meaning["origine"])


def _non_couverts(meaning: Mapping[str, object], lieux: list[str]) -> str:
    """Return that public files say nothing of these places, and whether other files could."""
    known = connus().set_index("code").reindex(lieux)
    names = known["nom"].fillna(known.index.to_series())
    shown = ", ".join(names[:4]) + (f"… ({len(names)} lieux)" if len(names) > 4 else "")
    if set(known["niveau"].dropna()) - meaning["niveaux"].keys():
        return dire(
            "autre_niveau",
            serie=meaning["libelle"],
            lieux=shown,
            niveaux=", ".join(meaning["niveaux"]),
        )
    return dire("non_couverts", serie=meaning["libelle"], lieux=shown) + dire("ajouter")


def _sens(code: str, convention: str | None) -> dict[str, object]:
    """Return what a code means; a code of several conventions needs one."""
    known = _catalogue()
    found = known[known["code"] == code]
    if found.empty:
        raise inconnu("La série", code, known["code"], dire("chercher"))
    if found.iloc[0]["origine"] != PUBLIQUE:
        name = convention_par_defaut(convention)
        found = found[found["convention"] == name]
        if found.empty:
            raise impossible("autre_convention", convention=name, code=code)
    return found.iloc[0].to_dict()


def _lire(code: str, meaning: Mapping[str, object], lieux: list[str] | None) -> pd.DataFrame:
    """Return the rows of a series with the names of places; those of the follow-up masked, at their
    latest entry.
    """
    if meaning["origine"] == PUBLIQUE:
        rows = publiques.lire(code, lieux)
        rows["libelle"] = rows["libelle"].map(lambda name: name.title() if name.islower() else name)
        return rows
    own = dossier(meaning["convention"])
    handed = meaning["origine"] == SUIVI
    rows = etude(meaning["convention"]).suivi.observations if handed else own.annexe1
    rows = rows[rows["indicateur"] == code]
    if handed:
        key = ["annee", "territoire", *DETAIL]
        rows = (
            rows.sort_values("millesime", kind="stable")
            .drop_duplicates(key, keep="last")
            .sort_values(key)
        )
    return rows.assign(
        libelle=rows["territoire"].map(
            {one.code: one.nom for one in own.catalogue.territoires.values()}
        )
    )


def mots() -> dict[str, str]:
    """Return the word of each status."""
    statuts = dossier(conventions()[0]).catalogue.statuts
    return {code: item.mot or item.libelle.lower() for code, item in statuts.items()}


def lieux(
    *noms: str | pd.DataFrame,
    niveau: str | None = None,
    departement: str | None = None,
    epci: str | None = None,
    iris: str | None = None,
    foyers_min: int | None = None,
) -> pd.DataFrame:
    """Renvoie des lieux, un par ligne, à donner à ``donnees``, ``comparer`` et ``rang``.

    Paramètres :
        noms: Noms ou codes : ``"Harnes"``, ``"62413"``, ``"Pas-de-Calais"``, ``"62"``, ``"CA de
            Lens-Liévin"``.
        niveau: « commune », « departement », « epci » ou « iris » seulement.
        departement: Toutes les communes de ce département (nom ou code) ; ses EPCI, avec
            ``niveau="epci"``.
        epci: Toutes les communes de cet EPCI (nom, partie du nom ou SIREN).
        iris: Tous les IRIS de cette commune.
        foyers_min: Seulement les communes d'au moins ce nombre de foyers allocataires, la dernière
            année connue.

    Rend :
        code, nom, niveau, departement, epci (codes en texte).

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.lieux("Harnes")["code"].tolist()
        ['62413']
        >>> len(a.lieux(epci="Lens-Liévin")), len(a.lieux(departement="62", niveau="epci"))
        (36, 20)
    """
    known = connus()
    if niveau is not None and niveau not in NIVEAUX:
        raise inconnu("Le niveau", niveau, NIVEAUX)
    communes = known[known["niveau"] == "commune"]
    chosen = [_trouver(name) for name in noms]
    if departement is not None:
        inside = communes[communes["departement"] == _code(departement, "departement")]
        epcis = known[known["niveau"].eq("epci") & known["code"].isin(inside["epci"])]
        chosen.append(epcis if niveau == "epci" else inside)
    if epci is not None:
        chosen.append(communes[communes["epci"] == _code(epci, "epci")])
    if iris is not None:
        town = _code(iris, "commune")
        rows = publiques.lire(publiques.reperes().iris)
        own = rows[rows["territoire"].str.startswith(town) & rows["niveau"].eq("iris")]
        if own.empty:
            raise impossible("sans_iris", commune=town)
        last = own.drop_duplicates("territoire", keep="last").rename(
            columns={"territoire": "code", "libelle": "nom"}
        )
        chosen.append(last[["code", "nom", "niveau"]].assign(departement=town[:2], epci=""))
    found = pd.concat(chosen) if chosen else known
    if niveau:
        found = found[found["niveau"] == niveau]
    if foyers_min is not None:
        counts = publiques.lire(publiques.reperes().foyers, found["code"])
        latest = counts[counts["annee"] == counts["annee"].max()]
        found = found[found["code"].isin(latest.loc[latest["valeur"] >= foyers_min, "territoire"])]
    return (
        found.drop_duplicates("code").drop(columns="plat", errors="ignore").reset_index(drop=True)
    )


@lru_cache(maxsize=1)
def connus() -> pd.DataFrame:
    """Return the territories of the official code, read once; ``plat``: their names as one looks
    them up.
    """
    found = publiques.territoires()
    return found.assign(plat=found["nom"].map(sans_accents))


def epci(nom: str) -> pd.DataFrame:
    """Renvoie un EPCI, par son nom, une partie de son nom ou son SIREN.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.epci("Lens-Liévin")["code"].tolist()
        ['246200364']
    """
    return _trouver(nom, "epci")


def codes(demandes: Lieux) -> list[str]:
    """Return the codes of places given by name, by code, or as a table of places, in their order."""
    known = set(connus()["code"])
    found = []
    for item in [demandes] if isinstance(demandes, str | pd.DataFrame) else demandes:
        if isinstance(item, pd.DataFrame):
            column = next((name for name in ("code", "territoire") if name in item), None)
            if column is None:
                raise impossible("lieux_sans_code")
            found += item[column].tolist()
        elif isinstance(item, str) and (item in known or IRIS.fullmatch(item)):
            found.append(item)
        else:
            found += _trouver(item)["code"].tolist()
    return list(dict.fromkeys(found))


def _code(nom: str, niveau: str) -> str:
    return _trouver(nom, niveau)["code"].iloc[0]


def _trouver(nom: object, niveau: str = "") -> pd.DataFrame:
    """Return the one place of that name or code; a part of a name is enough when it tells one EPCI."""
    if not isinstance(nom, str) or not nom.strip():
        raise impossible("lieu_sans_guillemets", nom=nom)
    known = connus()
    plain = sans_accents(nom)
    known = known[known["niveau"].eq(niveau)] if niveau else known
    part = known["niveau"].eq("epci") & known["plat"].str.contains(plain, regex=False)
    looked = (known["code"].eq(nom), known["plat"].eq(plain), part)
    exact = next((known[one] for one in looked if one.any()), None)
    if exact is None:
        raise inconnu("Le lieu", nom, known["nom"], dire("lieux"))
    if len(exact) > 1:
        listed = ", ".join(
            f"{row.nom} ({row.niveau}, {row.code})" for row in exact.head(3).itertuples()
        )
        raise impossible("plusieurs_lieux", nombre=len(exact), nom=nom, lieux=listed)
    return exact.drop(columns="plat").reset_index(drop=True)
