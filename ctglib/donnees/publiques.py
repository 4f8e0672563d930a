"""The public figures, for analysts and reports: what there is, the figures of any territory, and
the territories.
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from ctglib.donnees.csv_strict import en_table, examiner_csv
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots
from ctglib.donnees.lecture import existe, lire_octets, proches
from ctglib.donnees.magasin import (
    FORMES,
    SECRET,
    charger_famille,
    charger_familles,
    commune_de,
    departement_de,
    derniere,
    lire_tables,
    serie_gardee,
    tables,
)
from ctglib.donnees.modeles.catalogue import Comparaison, Territoire
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.sources import Debuts, Famille, Reperes, SerieOfficielle, TableGardee
from ctglib.donnees.officiels import lire_csv
from ctglib.donnees.statuts import Statut
from ctglib.donnees.vraisemblance import invraisemblances, lire_regles
from ctglib.donnees.yaml_strict import charger_yaml

COLONNES = ["territoire", "libelle", "niveau", "annee", "serie", "valeur", "statut", "origine"]
SERIES = [
    "code",
    "libelle",
    "definition",
    "producteur",
    "jeu",
    "unite",
    "annees",
    "niveaux",
    "arrondi",
    "secret",
]
OBSERVATIONS = [
    "territoire",
    "annee",
    "indicateur",
    "dimension",
    "modalite",
    "millesime",
    "valeur",
    "unite",
    "statut",
    "source",
    "note",
    "producteur",
    "jeu",
]
LIEUX = ["code", "nom", "niveau", "departement", "epci"]
COG = {"commune": "cog_communes", "departement": "cog_departements", "epci": "cog_epci"}
REPERES = "catalogue/atelier.yaml"
INVENTEES = "catalogue/comparables.yaml"  # what the file of a fictional convention holds
COUVERTURE = [
    "indicateur",
    "modalite",
    "libelle",
    "unite",
    "annee",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "ecart",
    "ecart_type",
]
TOUS_MODES = "Tous modes d'accueil"


def series() -> pd.DataFrame:
    """Liste les séries publiques qui sont là.

    Returns:
        Une ligne par série : code, libelle, definition, producteur, jeu, unite, annees, niveaux (de
        chacun, combien de territoires sont publiés, 0 pour ceux dont les chiffres sont des sommes),
        arrondi (NaN s'il n'y en a pas), secret (vrai si une cellule peut être cachée par son
        producteur), licence.
    """
    kept = [
        (item.famille, item.annee, item.niveau, item.territoires, item.series)
        for item in tables().values()
    ]
    known = pd.DataFrame(
        kept, columns=["famille", "annee", "niveau", "territoires", "code"]
    ).explode("code")
    families = charger_familles()
    rows = []
    for code, items in known.groupby("code"):
        family = families[items["famille"].iloc[-1]]
        found = serie_gardee(family, code)
        levels = dict(zip(items["niveau"], items["territoires"], strict=True))  # of the last year
        if max(levels.values()) > 1:  # one commune makes no sum
            levels = dict.fromkeys([*levels, *family.somme], 0) | levels
        told = {
            "annees": tuple(sorted({*items["annee"]})),
            "niveaux": levels,
            "arrondi": found.arrondi or np.nan,
        }
        rows.append(
            _sens(family, found) | {"code": code, **told, "secret": family.vide == Statut.SECRET}
        )
    return pd.DataFrame(rows, columns=[*SERIES, "licence"])


def territoires(
    codes: Iterable[str] | None = None, niveaux: Sequence[str] = ("commune", "departement", "epci")
) -> pd.DataFrame:
    """Return territories of the official geographical code, all of them by default.

    Returns:
        code, nom (with its article), niveau, departement and epci (empty for an EPCI, that may be
        in several).
    """
    wanted = None if codes is None else list(codes)
    parts = [pd.DataFrame(columns=["territoire", "libelle"])]
    for level, name in COG.items():
        asked = wanted is None or any(FORMES[level].fullmatch(code) for code in wanted)
        if level in niveaux and asked and (kept := derniere(name)):
            rows = lire_tables(kept, wanted)
            if level == "commune":
                articles = {kind: one.le for kind, one in charger_famille(name).debuts.items()}
                rows["libelle"] = rows["tncc"].map(articles).fillna("") + rows["libelle"]
            parts.append(
                rows.assign(departement=rows["territoire"]) if level == "departement" else rows
            )
    whole = pd.concat(parts, ignore_index=True).rename(
        columns={"territoire": "code", "libelle": "nom"}
    )
    return whole.reindex(columns=LIEUX).astype(object).fillna("").astype("str")


def nommer(codes: Iterable[str]) -> list[Territoire]:
    """Return how a sentence names communes, EPCI and départements: « à Lens », « dans l'Ain », « de
    la Somme ».
    """
    found = []
    for level, table in COG.items():
        wanted = [code for code in codes if FORMES[level].fullmatch(code)]
        for row in lire_tables(derniere(table) if wanted else [], wanted).itertuples():
            name = row.libelle
            starts = charger_famille(table).debuts.get(getattr(row, "tncc", ""), Debuts())
            if level == "epci" and name.startswith(("Communauté", "Métropole")):
                starts = Debuts(le="la ", a="dans la ", de="de la ")
                name = name[0].lower() + name[1:]
            elif level == "departement" and not starts.le and "-et-" in name:
                starts = Debuts(a="en ")
            words = {key: start + name for key, start in starts}
            own = words["le"] if level == "commune" else row.libelle
            found.append(Territoire(code=row.territoire, nom=own, niveau=level, **words))
    return found


def verifier_territoires(codes: Iterable[str]) -> None:
    """Refuse the codes that are no commune, EPCI or département, all at once, with the close names."""
    asked = list(codes)
    known = set(territoires(asked)["code"])
    if faults := [_territoire_inconnu(code) for code in asked if code not in known]:
        raise DonneesInvalides(faults)


def communes_de(departement: str) -> list[str]:
    """Return the communes of a département, in the order of their codes; refuse one that is none,
    or has none.
    """
    found = lire_tables(derniere("cog_communes"), [departement], [], "departement")[
        "territoire"
    ].tolist()
    if not found:
        raise DonneesInvalides([_faute("departement_inconnu", departement)])
    return found


def lire(
    code: str, territoires: str | Iterable[str] | None = None, annees: Iterable[int] | None = None
) -> pd.DataFrame:
    """Return a public series (a code of ``series``), by default wherever and whenever its producer
    publishes it.

    The published figure of a territory is taken as it is. Failing that, a count is added up: IRIS
    of a commune, communes of an EPCI or of a département; never a rate or a median. A sum with a
    suppressed part is suppressed; one that lacks a few communes is estimated (status E), beyond
    that not available.

    Returns:
        A row a territory and year: territoire, libelle, niveau, annee, serie, valeur (NaN without
        figure), statut (A normal, E estimated, Q suppressed, O not available), origine
        (« publiée », or what it is the sum of). ``attrs``: serie, libelle, definition, producteur,
        jeu, source, unite, arrondi, ruptures, licence, remarques, additive (false for a rate, a
        median).

    Raises:
        DonneesInvalides: The series or a territory is unknown; close names are told.

    Examples:
        >>> lire("cnaf_foyers_rsa", "62413", [2024])[["libelle", "valeur", "statut"]].values.tolist()
        [['Harnes', 560.0, 'A']]
    """
    every = tables()
    kept = [one for one in every.values() if code in one.series]
    if not kept:
        known = list(dict.fromkeys(name for one in every.values() for name in one.series))
        raise DonneesInvalides([_faute("serie_inconnue", code, proches(str(code), known, 0.4))])
    years = sorted({one.annee for one in kept})
    wanted = set(years if annees is None else annees)
    if absent := sorted(wanted - set(years)):
        told = {"annees": ", ".join(map(str, absent)), "connues": ", ".join(map(str, years))}
        raise DonneesInvalides([_faute("annees_sans_serie", code, **told)])
    family = charger_famille(kept[0].famille)
    kept = [one for one in kept if one.annee in wanted]
    if territoires is None:
        rows = lire_tables(kept, None, [code]).assign(origine="publiée")
        places = _lieux(rows["territoire"].unique().tolist(), family)
    else:
        codes = list(dict.fromkeys([territoires] if isinstance(territoires, str) else territoires))
        places = _lieux(codes, family)
        rows = _demandes(code, places, family, kept)
    rows = rows.rename(columns={code: "valeur"})
    status = (
        rows["valeur"]
        .map({SECRET: Statut.SECRET, np.nan: Statut.NON_DISPONIBLE})
        .fillna(Statut.NORMAL)
    )
    rows = rows.assign(
        serie=code,
        valeur=rows["valeur"].replace(SECRET, np.nan),
        statut=rows["statut"].fillna(status) if "statut" in rows else status,
        libelle=rows["territoire"].map(places["nom"]).fillna(rows["territoire"]),
    )
    rows = rows[COLONNES].sort_values(["niveau", "territoire", "annee"], ignore_index=True)
    item = serie_gardee(family, code)
    rows.attrs = _sens(family, item) | {
        "serie": code,
        "source": source(family, sorted(wanted)),
        "arrondi": item.arrondi,
        "ruptures": [(rupture.annee, rupture.raison) for rupture in item.ruptures],
        "remarques": list(family.remarques),
        "additive": bool(family.somme),
    }
    return rows


def _sens(famille: Famille, item: SerieOfficielle) -> dict[str, object]:
    own = {"libelle": item.libelle, "definition": item.definition or "", "unite": item.unite}
    return own | {name: getattr(famille, name) for name in ("producteur", "jeu", "licence")}


def _lieux(codes: list[str], famille: Famille) -> pd.DataFrame:
    """Return the level and the name of each code, refusing what no official code, IRIS or shape
    tells.
    """
    found = territoires(codes).set_index("code")[["niveau", "nom"]]
    unknown = [code for code in codes if code not in found.index]
    names = {}
    if unknown and "iris" in famille.niveaux:
        kept = [item for item in tables(famille.id).values() if item.niveau == "iris"]
        names = (
            lire_tables(kept, unknown, ["libelle"]).groupby("territoire")["libelle"].last()
        )  # as a file names them
    # A commune of before a merger is in old files and no longer in the official code.
    shapes = {
        code: [level for level, shape in FORMES.items() if shape.fullmatch(str(code))]
        for code in unknown
    }
    if faults := [_territoire_inconnu(code) for code, levels in shapes.items() if not levels]:
        raise DonneesInvalides(faults)
    levels = {code: "iris" if code in names else levels[0] for code, levels in shapes.items()}
    return pd.concat(
        [found, pd.DataFrame({"niveau": levels, "nom": pd.Series(names, dtype="str")})]
    )


def _demandes(
    code: str, lieux: pd.DataFrame, famille: Famille, kept: list[TableGardee]
) -> pd.DataFrame:
    """Return the rows of the territories asked for, published or summed, one a year for each."""
    codes = lieux.index
    levels = lieux["niveau"]
    published = lire_tables(kept, codes, [code])
    parts = [
        published[published["territoire"].map(levels).eq(published["niveau"])].assign(
            origine="publiée"
        )
    ]
    given = {(item.niveau, item.annee) for item in kept}
    for level in famille.somme:
        below = [
            item
            for item in kept
            if (level, item.annee) not in given and item.niveau in ("iris", "commune")
        ]
        if below and len(asked := codes[levels == level]):
            parts.append(_sommes(code, asked, level, below))
    every = pd.MultiIndex.from_product(
        [codes, sorted({item.annee for item in kept})], names=["territoire", "annee"]
    )
    whole = (
        pd.concat(parts, ignore_index=True)
        .set_index(["territoire", "annee"])
        .reindex(every)
        .reset_index()
    )
    return whole.assign(
        annee=whole["annee"].astype(int),
        niveau=whole["territoire"].map(levels),
        origine=whole["origine"].fillna(""),
    )


def _sommes(code: str, demandes: pd.Index, niveau: str, dessous: list[TableGardee]) -> pd.DataFrame:
    """Return the sums of what is below: a secret part makes a secret sum, a few missing communes an
    estimated one.
    """
    if niveau == "commune":
        rows = lire_tables(dessous, None, [code])
        own = rows["territoire"].str[:5]
        rows = pd.concat(
            [rows.assign(groupe=codes) for codes in (own, commune_de(own))]
        ).drop_duplicates()
        rows = rows[rows["groupe"].isin(demandes)]
        sizes = rows.groupby("groupe")["territoire"].nunique()
    else:
        communes = lire_tables(derniere("cog_communes"), demandes, [niveau], niveau)
        members = communes.set_index("territoire")[niveau]
        rows = lire_tables(dessous, members.index, [code])
        rows = rows.assign(groupe=rows["territoire"].map(members))
        sizes = members.value_counts()
    found = rows.groupby(["groupe", "annee"])[code].agg(["sum", "count"]).reset_index()
    size = found["groupe"].map(sizes)
    secret = found["sum"].eq(SECRET)
    lacking = 1 - found["count"] / size
    value = found["sum"].where((lacking <= lire_regles().communes_manquantes) | secret)
    words = (
        "somme de " + found["count"].astype(str) + (" IRIS" if niveau == "commune" else " communes")
    )
    words = words.mask(lacking > 0, words + " sur " + size.astype(str)).str.replace(
        " 1 communes", " 1 commune"
    )
    status = pd.Series(str(Statut.ESTIME), index=found.index).where(
        (lacking > 0) & value.notna() & ~secret
    )
    found = found.rename(columns={"groupe": "territoire"})[["territoire", "annee"]].astype(
        {"annee": int}
    )
    return found.assign(**{code: value}, origine=words, statut=status)


def observations(
    codes: Iterable[str], territoire: str, reference: str, membres: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the series that are there, of a territory and then of its reference, as rows of
    observations.

    The counts of an EPCI are the sums of its ``membres``, when they are given: a year that one of
    them lacks has none, a suppressed one makes it suppressed. A rate is what its producer
    publishes, or absent: never a mean of rates.

    Returns:
        The columns ``OBSERVATIONS``; ``note`` says what a figure is the sum of.
    """
    known = set(series()["code"])
    parts = []
    for code in [code for code in dict.fromkeys(codes) if code in known]:
        rows = lire(code, [territoire, reference])
        told = {name: rows.attrs[name] for name in ("unite", "source", "producteur", "jeu")}
        own = rows["territoire"].eq(territoire)
        if membres and rows.attrs["additive"]:
            years = lire(code, membres).groupby("annee")
            total = years["valeur"].agg(lambda values: values.sum(skipna=False))
            secret = years["statut"].agg(lambda letters: letters.eq(Statut.SECRET).any())
            status = (
                total.isna()
                .map({True: Statut.NON_DISPONIBLE, False: Statut.NORMAL})
                .mask(secret, Statut.SECRET)
            )
            rows = rows.assign(
                valeur=rows["valeur"].where(~own, rows["annee"].map(total)),
                statut=rows["statut"].where(~own, rows["annee"].map(status)),
                origine=rows["origine"].where(~own, f"somme de {len(membres)} communes"),
            )
        note = rows["origine"].replace("publiée", "")
        parts += [rows.assign(indicateur=code, note=note, **told)[where] for where in (own, ~own)]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=OBSERVATIONS)
    return rows.assign(dimension="", modalite="", millesime=rows["annee"] + 1)[OBSERVATIONS]


def reperes() -> Reperes:
    """Return the landmarks of who compares territories: which series count households, what a
    profile is made of.
    """
    return charger_yaml(REPERES, Reperes)


def contours(codes: Iterable[str] | None = None) -> pd.DataFrame:
    """Return simplified outlines of communes (IGN, Admin Express COG: to be named under the map),
    all by default.

    Returns:
        code, nom, contour: a list of rings, each an array of points (longitude, latitude) in WGS
        84.
    """
    rows = lire_tables(derniere("ign_contours"), codes, ["libelle", "contour"])
    rows = rows.rename(columns={"territoire": "code", "libelle": "nom"})

    def rings(text: str) -> list[np.ndarray]:
        shape = json.loads(text)
        polygons = (
            shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        )
        return [np.array(ring) for polygon in polygons for ring in polygon]

    return rows.assign(contour=rows["contour"].map(rings))[["code", "nom", "contour"]]


def lire_communes(convention: Convention, regle: Comparaison) -> pd.DataFrame | None:
    """Return the communes of the département of a convention, checked, None when there is none to
    read.

    For the final evaluation and the check, never a year's bilan. A real convention reads the store;
    a fictional one its own ``comparables.csv``, if it has one.

    Returns:
        commune, nom, departement, annee (Int64), statut (A; O when a count is missing at the
        source), and a column an indicator (Int64). ``attrs["source"]``: producer, data set and
        years, None when the figures are invented.
    """
    invented = f"conventions/{convention.id}/comparables.csv"
    kept = []
    names = list(dict.fromkeys([*regle.indicateurs, regle.taille, *regle.ratios]))
    family = charger_famille(regle.serie)
    there = existe(invented)
    codes = [item.code for item in family.series]
    faults = (
        [Faute(invented, *mots("communes_d_une_vraie"))] if there and not convention.fictive else []
    )
    for name in [name for name in names if name not in codes]:
        words = mots(
            "indicateur_sans_serie", nom=name, famille=regle.serie, connues=", ".join(codes)
        )
        faults.append(Faute("catalogue/comparaison.yaml", *words))
    if faults:
        raise DonneesInvalides(faults)
    if convention.fictive:
        if not there:
            return None
        rows = _inventees(invented)
    else:
        kept = [item for item in tables(family.id).values() if item.niveau == "commune"]
        rows = lire_tables(kept, None, ["libelle", *names])
        rows = rows.assign(departement=departement_de(rows["territoire"].astype("str")))
    rows = rows[rows["departement"].eq(convention.reference)].reset_index(drop=True)
    if rows.empty:
        return None
    counts = rows[names].astype("Int64")
    status = (
        counts.notna()
        .all(axis=1)
        .map({True: Statut.NORMAL, False: Statut.NON_DISPONIBLE})
        .astype("str")
    )
    found = rows.rename(columns={"territoire": "commune", "libelle": "nom"})[
        ["commune", "nom", "departement", "annee"]
    ]
    found = found.astype({"annee": "Int64"}).assign(statut=status, **counts)
    found.attrs["source"] = source(family, [item.annee for item in kept]) if kept else None
    return found


def lire_couverture(dossier: Dossier) -> pd.DataFrame:
    """Return the places of the last year known, one row a mode, the whole first; none where nothing
    is published.

    A rate is the one that the producer publishes: no mean is made for an EPCI.

    Returns:
        The columns ``COUVERTURE``; ``modalite`` is "" for the whole; ``attrs["source"]`` names the
        producer.
    """
    rules = dossier.catalogue.diagnostic.modes
    convention = dossier.convention
    modes = {rules.ensemble: "", **{code: mode for mode, code in rules.series.items()}}
    if not convention.fictive:
        rows = observations(modes, convention.territoire, convention.reference)
        rows = rows.assign(modalite=rows["indicateur"].map(modes))
    else:
        invented = f"conventions/{convention.id}/contexte.csv"
        rows = en_table(
            "observations", [examiner_csv(invented, "observations")] if existe(invented) else []
        )
        rows = rows[rows["indicateur"].eq(rules.ensemble) & rows["modalite"].isin(modes.values())]
    own = rows[rows["territoire"].eq(convention.territoire) & rows["valeur"].notna()]
    if (whole := own[own["modalite"].eq("")]).empty:
        return pd.DataFrame(columns=COUVERTURE)
    year = int(whole["annee"].max())
    here, there = (
        one[one["annee"].eq(year)].set_index("modalite")
        for one in (own, rows[rows["territoire"].eq(convention.reference)])
    )
    here = here.loc[[mode for mode in modes.values() if mode in here.index]]
    there = there.reindex(here.index)
    item = dossier.catalogue.indicateurs_contexte[rules.ensemble]
    labels = {
        one.id: one.libelle for one in dossier.catalogue.dimensions[rules.dimension].modalites
    }
    table = here.assign(
        indicateur=rules.ensemble,
        libelle=[labels.get(name, TOUS_MODES) for name in here.index],
        unite=item.unite,
        annee=year,
        valeur_reference=there["valeur"],
        statut_reference=there["statut"].fillna(Statut.NON_DISPONIBLE.value),
        ecart=(here["valeur"] - there["valeur"]).round(9),
        ecart_type=dossier.catalogue.unites[item.unite].ecart,
    ).reset_index()[COUVERTURE]
    table.attrs["source"] = here["source"].iloc[0]
    return table


def _inventees(path: str) -> pd.DataFrame:
    """Return the communes of a fictional convention, that the reader of official files reads and
    checks.
    """
    family = charger_yaml(INVENTEES, Famille)
    read = lire_csv(path, lire_octets(path), {family.id: family})
    wrong = [
        said
        for (year, _), one in read.tables.items()
        for said in invraisemblances(family, one, str(year))
    ]
    if wrong:
        raise DonneesInvalides(
            [Faute(path, *mots("effectif_impossible", dit=said)) for said in wrong]
        )
    rows = pd.concat(
        [one.assign(annee=year) for (year, _), one in read.tables.items()]
    ).reset_index()
    return rows.sort_values(["territoire", "annee"])


def source(famille: Famille, annees: Sequence[int]) -> str:
    """Return what a caption writes of figures: their producer, their data set and its years."""
    from babel import Locale

    month = f"{Locale('fr').months['format']['wide'][famille.mois]} " if famille.mois else ""
    span = f"{month}{annees[0]}" + (f" à {month}{annees[-1]}" if annees[-1] != annees[0] else "")
    return f"{famille.producteur}, {famille.jeu}, {span}"


def _territoire_inconnu(code: str) -> Faute:
    """Return the fault of a code that is none, with the territories of a close name or code."""
    names = territoires().drop_duplicates("nom").set_index("nom")["code"]
    text = str(code)
    told = [f"{name} ({names[name]})" for name in proches(text, names.index.tolist(), 0.7)]
    told += [
        f"{name} ({place})"
        for name, place in names[names.str.startswith(text)].head(3).items()
        if len(text) > 2
    ]
    return _faute("territoire_inconnu", code, told[:3])


def _faute(cle: str, code: str, voisins: Sequence[str] = (), **valeurs: str) -> Faute:
    remedy = (
        f"essayer {', '.join(voisins)}"
        if voisins
        else "voir publiques.series() et publiques.territoires()"
    )
    return Faute("sources", *mots(cle, code=code, remede=remedy, **valeurs))
