"""The public figures, for analysts and reports: what there is, the figures of any territory, and the territories."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import proches
from ctglib.donnees.magasin import Gardee, lire_tables, tables
from ctglib.donnees.modeles.sources import Reperes
from ctglib.donnees.officiels.familles import charger_famille, charger_familles, commune_de, serie_gardee
from ctglib.donnees.officiels.fichier import FORMES, SECRET
from ctglib.donnees.officiels.vraisemblance import lire_regles
from ctglib.donnees.statuts import Statut
from ctglib.donnees.yaml_strict import charger_yaml_une_fois

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Territoire
    from ctglib.donnees.modeles.sources import Famille, SerieOfficielle

COLONNES = ("territoire", "libelle", "niveau", "annee", "serie", "valeur", "statut", "origine")
COG = (("cog_communes", "commune"), ("cog_departements", "departement"), ("cog_epci", "epci"))
PUBLIEE = "publiée"
REPERES = "catalogue/atelier.yaml"
MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def series() -> pd.DataFrame:
    """Liste les séries publiques qui sont là.

    Returns:
        Une ligne par série : code, libelle, definition, producteur, jeu, unite, annees et niveaux (tuples), arrondi
        (NaN s'il n'y en a pas), secret (vrai si une cellule peut être cachée par son producteur), licence.
    """
    families, rows = charger_familles(), {}
    for item in tables().values():
        family = families[item.table.famille]
        for code in item.table.series:
            found, known = serie_gardee(family, code), rows.setdefault(code, {"annees": set(), "niveaux": {}})
            known["annees"].add(item.table.annee)
            known["niveaux"] |= dict.fromkeys((item.table.niveau, *family.somme))
            known |= {
                "code": code,
                "libelle": found.libelle,
                "definition": found.definition or "",
                "producteur": family.producteur,
                "jeu": family.jeu,
                "unite": found.unite,
                "arrondi": found.arrondi if found.arrondi else float("nan"),
                "secret": family.vide == Statut.SECRET,
                "licence": family.licence,
            }
    told = [row | {"annees": tuple(sorted(row["annees"])), "niveaux": tuple(row["niveaux"])} for row in rows.values()]
    names = (
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
        "licence",
    )
    return pd.DataFrame(told, columns=list(names)).sort_values("code", ignore_index=True)


def territoires(
    codes: Iterable[str] | None = None, niveaux: Sequence[str] = ("commune", "departement", "epci")
) -> pd.DataFrame:
    """Liste les territoires du code officiel géographique.

    Args:
        codes: Ceux que l'on veut, tous par défaut.
        niveaux: Parmi commune, departement, epci.

    Returns:
        code, nom (avec son article), niveau, departement et epci (vides pour un EPCI, qui peut en toucher plusieurs).
    """
    kept, parts = tables(), []
    wanted = None if codes is None else list(codes)
    for family, level in COG:
        found = [item for item in kept.values() if item.cle[0] == family and level in niveaux]
        asked = wanted is None or any(FORMES[level].fullmatch(code) for code in wanted)
        if found and asked:
            rows = lire_tables(found[-1:], wanted)
            if articles := charger_famille(family).articles:
                rows["libelle"] = rows["tncc"].map(articles).fillna("") + rows["libelle"]
            parts.append(
                rows.assign(departement=rows.get("departement", rows["territoire"] if level == "departement" else ""))
            )
    if not parts:
        return pd.DataFrame(columns=["code", "nom", "niveau", "departement", "epci"])
    whole = pd.concat(parts, ignore_index=True).rename(columns={"territoire": "code", "libelle": "nom"})
    whole = whole.reindex(columns=["code", "nom", "niveau", "departement", "epci"])
    return whole.astype(object).fillna("").astype("str")


# The article and the prepositions of a name, by « tncc », the official code of its kind: « à Lens », « au Touquet ».
_COMMUNE = {"0": ("", "à ", "de "), "1": ("", "à ", "d'"), "2": ("Le ", "au ", "du "), "4": ("Les ", "aux ", "des ")}
_DEPARTEMENT = {
    "0": ("", "à ", "de "), "1": ("l'", "en ", "d'"), "2": ("le ", "dans le ", "du "),
    "3": ("la ", "dans la ", "de la "), "4": ("les ", "dans les ", "des "), "5": ("l'", "dans l'", "de l'"),
}  # fmt: skip


def nommer(codes: Iterable[str]) -> list[Territoire]:
    """Return how a sentence names communes, EPCI and départements: « à Lens », « dans l'Ain », « de la Somme »."""
    from ctglib.donnees.modeles.catalogue import Territoire

    found = []
    for level, table in (("commune", "cog_communes"), ("departement", "cog_departements"), ("epci", "cog_epci")):
        wanted = [code for code in codes if FORMES[level].fullmatch(code)]
        for row in lire_tables(list(tables(table).values())[-1:] if wanted else [], wanted).itertuples():
            name = row.libelle
            if level == "epci" and name.startswith(("Communauté", "Métropole")):
                the = f"la {name[0].lower()}{name[1:]}"
                words = (the, f"dans {the}", f"de {the}")
            elif level == "epci":
                words = (name, f"à {name}", f"de {name}")
            elif level == "commune":
                article = charger_famille(table).articles.get(row.tncc, "")
                start, at, of = _COMMUNE.get(row.tncc, (article, f"à {article}", f"de {article}"))
                words = (start + name, at + name, of + name)
                name = start + name
            else:
                words = [start + name for start in _DEPARTEMENT[row.tncc]]
                if row.tncc == "0" and "-et-" in name:
                    words[1] = f"en {name}"
            found.append(Territoire(code=row.territoire, nom=name, niveau=level, le=words[0], a=words[1], de=words[2]))
    return found


def verifier_territoires(codes: Iterable[str]) -> None:
    """Refuse the codes that are no commune, EPCI or département, all at once.

    Raises:
        DonneesInvalides: Some are; the close names are told.
    """
    asked = list(codes)
    known = set(territoires(asked)["code"])
    if faults := [_faute(*_territoire_inconnu(code)) for code in asked if code not in known]:
        raise DonneesInvalides(faults)


def communes_de(departement: str) -> list[str]:
    """Return the communes of a département, in the order of their codes.

    Raises:
        DonneesInvalides: It is no département, or has none.
    """
    last = list(tables("cog_communes").values())[-1:]
    found = lire_tables(last, [departement], [], "departement")["territoire"].tolist()
    if not found:
        _refuser(f"« {departement} » pour un département", "le code d'un département, comme « 62 »", [])
    return found


def lire(
    code: str, territoires: str | Iterable[str] | None = None, annees: Iterable[int] | None = None
) -> pd.DataFrame:
    """Lit une série publique.

    Le chiffre publié d'un territoire est pris tel quel. À défaut, un effectif s'additionne : IRIS d'une commune,
    communes d'un EPCI ou d'un département ; jamais un taux ni une médiane. Une somme dont une part est secrète est
    secrète ; une somme à laquelle il manque quelques communes est estimée (statut E), au-delà, non disponible.

    Args:
        code: Celui de ``series()``.
        territoires: Un code, ou plusieurs ; par défaut, tous ceux que le producteur publie.
        annees: Celles que l'on veut, toutes par défaut.

    Returns:
        Une ligne par territoire et par année : territoire, libelle, niveau, annee, serie, valeur (NaN sans chiffre),
        statut (A normal, E estimé, Q secret, O non disponible), origine (« publiée », ou de quoi elle est la somme).
        ``attrs`` : serie, libelle, definition, producteur, jeu, source, unite, arrondi, ruptures, licence, remarques.

    Raises:
        DonneesInvalides: La série ou un territoire est inconnu ; les noms proches sont dits.

    Examples:
        >>> lire("cnaf_foyers_rsa", "62413", [2024])[["libelle", "valeur", "statut"]].values.tolist()
        [['Harnes', 560.0, 'A']]
    """
    family, item, kept = _trouver(code, None if annees is None else set(annees))
    codes = (
        None
        if territoires is None
        else list(dict.fromkeys([territoires] if isinstance(territoires, str) else territoires))
    )
    if codes is None:
        rows = lire_tables(kept, None, [code]).assign(origine=PUBLIEE)
    else:
        rows = _demandes(code, codes, family, kept)
    rows = rows.rename(columns={code: "valeur"})
    secret = rows["valeur"].eq(SECRET)
    status = pd.Series(str(Statut.NORMAL), index=rows.index)
    status = status.mask(rows["valeur"].isna(), Statut.NON_DISPONIBLE).mask(secret, Statut.SECRET)
    rows = rows.assign(
        serie=code,
        valeur=rows["valeur"].mask(secret),
        statut=rows["statut"].fillna(status) if "statut" in rows else status,
        libelle=rows["territoire"].map(_libelles(rows, family)).fillna(rows["territoire"]),
    )
    rows = rows[list(COLONNES)].sort_values(["niveau", "territoire", "annee"], ignore_index=True)
    rows.attrs = _attributs(family, item, sorted({one.table.annee for one in kept}))
    return rows


def lire_territoire(code: str, territoire: str, membres: Sequence[str] = ()) -> pd.DataFrame:
    """Lit une série d'un territoire ; les effectifs d'un EPCI sont la somme de ses membres, quand ils sont donnés.

    Un taux n'est jamais une moyenne de taux : c'est celui que le producteur publie, ou rien.

    Args:
        code: Celui de ``series()``.
        territoire: Son code.
        membres: Les codes des communes d'un EPCI ; par défaut, celles du code officiel géographique.

    Returns:
        Les colonnes de ``lire``. Une année où un membre manque n'a pas de somme (O) ; un membre secret la rend secrète.
    """
    whole = lire(code, territoire)
    if not membres or not charger_famille(_trouver(code, None)[2][0].table.famille).somme:
        return whole
    parts = lire(code, membres)
    found = parts.groupby("annee").agg(valeur=("valeur", "sum"), absents=("valeur", lambda values: values.isna().sum()),
                                       secret=("statut", lambda values: values.eq(Statut.SECRET).any()))  # fmt: skip
    rows = whole.set_index("annee")
    absent = found["absents"].gt(0)
    status = (
        pd.Series(Statut.NORMAL, index=found.index)
        .mask(absent, Statut.NON_DISPONIBLE)
        .mask(found["secret"], Statut.SECRET)
    )
    rows = rows.assign(valeur=found["valeur"].mask(absent), statut=status, origine=f"somme de {len(membres)} communes")
    rows = rows.reset_index()[list(COLONNES)]
    rows.attrs = whole.attrs
    return rows


def series_du_diagnostic(territoire: str, membres: Sequence[str], reference: str, codes: Iterable[str]) -> pd.DataFrame:
    """Return the figures of series for a territory and its reference: those with a value, and their source."""
    known = set(series()["code"])
    parts = []
    for code in dict.fromkeys(codes):
        if code in known:
            own = lire_territoire(code, territoire, membres)
            parts.append(
                pd.concat([own, lire(code, reference)]).assign(
                    indicateur=code, source=f"{own.attrs['producteur']}, {own.attrs['jeu']}"
                )
            )
    names = ["territoire", "annee", "indicateur", "valeur", "statut", "source"]
    return pd.concat(parts)[names].dropna(subset="valeur") if parts else pd.DataFrame(columns=names)


def reperes() -> Reperes:
    """Return the landmarks of who compares territories: which series count households, what a profile is made of."""
    return charger_yaml_une_fois(REPERES, Reperes)


def contours(codes: Iterable[str] | None = None) -> pd.DataFrame:
    """Donne les contours simplifiés des communes (IGN, Admin Express COG : à nommer sous la carte).

    Args:
        codes: Les communes voulues, toutes celles dont le contour est là par défaut.

    Returns:
        code, nom, contour : une liste d'anneaux, chacun un tableau de points (longitude, latitude) en WGS 84.
    """
    kept = list(tables("ign_contours").values())[-1:]
    rows = lire_tables(kept, codes, ["libelle", "contour"]).rename(columns={"territoire": "code", "libelle": "nom"})
    return rows.assign(contour=rows["contour"].map(_anneaux))[["code", "nom", "contour"]]


def _anneaux(texte: str) -> list[np.ndarray]:
    shape = json.loads(texte)
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return [np.array(ring) for polygon in polygons for ring in polygon]


def source(famille: Famille, annees: Sequence[int]) -> str:
    """Return what a caption writes of figures: their producer, their data set and its years."""
    month = f"{MOIS[famille.mois - 1]} " if famille.mois else ""
    span = f"{month}{annees[0]}" + (f" à {month}{annees[-1]}" if annees[-1] != annees[0] else "")
    return f"{famille.producteur}, {famille.jeu}, {span}"


def _attributs(famille: Famille, item: SerieOfficielle, annees: Sequence[int]) -> dict[str, object]:
    return {
        "serie": item.code,
        "libelle": item.libelle,
        "definition": item.definition or "",
        "producteur": famille.producteur,
        "jeu": famille.jeu,
        "source": source(famille, annees),
        "unite": item.unite,
        "arrondi": item.arrondi,
        "ruptures": [(rupture.annee, rupture.raison) for rupture in item.ruptures],
        "licence": famille.licence,
        "remarques": list(famille.remarques),
    }


def _trouver(code: str, annees: set[int] | None) -> tuple[Famille, SerieOfficielle, list[Gardee]]:
    """Return the family of a series, its meaning, and its tables of these years."""
    every = tables()
    kept = [item for item in every.values() if code in item.table.series]
    if not kept:
        known = list(dict.fromkeys(name for item in every.values() for name in item.table.series))
        _refuser(f"la série « {code} »", "une série de publiques.series()", proches(str(code), known, 0.4))
    family = charger_famille(kept[0].table.famille)
    years = {item.table.annee for item in kept}
    if annees is not None and (absent := sorted(annees - years)):
        found = f"{', '.join(map(str, absent))} pour « {code} »"
        _refuser(found, f"une année de la série : {', '.join(map(str, sorted(years)))}", [])
    return family, serie_gardee(family, code), [item for item in kept if annees is None or item.table.annee in annees]


def _demandes(code: str, codes: list[str], famille: Famille, kept: list[Gardee]) -> pd.DataFrame:
    """Return the rows of the territories asked for, published or summed, one a year for each."""
    levels = _niveaux(codes, famille)
    published = lire_tables(kept, codes, [code])
    published = published[published["territoire"].map(levels).eq(published["niveau"])].assign(origine=PUBLIEE)
    given = {(item.table.niveau, item.table.annee) for item in kept}
    years = sorted({item.table.annee for item in kept})
    parts = [published]
    for level in famille.somme:
        missing = [year for year in years if (level, year) not in given]
        asked = [one for one in codes if levels[one] == level]
        if missing and asked:
            below = [item for item in kept if item.table.annee in missing and item.table.niveau in ("iris", "commune")]
            parts.append(_sommes(code, asked, level, below))
    whole = pd.concat(parts, ignore_index=True)
    every = pd.MultiIndex.from_product([codes, years], names=["territoire", "annee"])
    whole = whole.set_index(["territoire", "annee"]).reindex(every).reset_index()
    return whole.assign(
        annee=whole["annee"].astype(int), niveau=whole["territoire"].map(levels), origine=whole["origine"].fillna("")
    )


def _niveaux(codes: list[str], famille: Famille) -> dict[str, str]:
    """Return the level of each code, refusing what no official code or table knows."""
    found = territoires(codes).set_index("code")["niveau"].to_dict()
    unknown = [code for code in codes if code not in found]
    if unknown and "iris" in famille.niveaux:
        items = [item for item in tables(famille.id).values() if item.cle[2] == "iris"]
        found |= dict.fromkeys(lire_tables(items, unknown, [])["territoire"], "iris")
    for code in codes:
        if code not in found and not any(shape.fullmatch(str(code)) for shape in FORMES.values()):
            _refuser(*_territoire_inconnu(code))
        if code not in found:
            # A commune of before a merger is in old files and no longer in the official code.
            found[code] = next(level for level, shape in FORMES.items() if shape.fullmatch(code))
    return found


def _territoire_inconnu(code: str) -> tuple[str, str, list[str]]:
    """Return what to say of a code that is none: found, expected, and the territories of a close name or code."""
    names, text = territoires().drop_duplicates("nom").set_index("nom")["code"], str(code)
    near = proches(text, names.index.tolist(), 0.7)
    told = [f"{name} ({names[name]})" for name in near]
    told += [f"{name} ({place})" for name, place in names[names.str.startswith(text)].head(3).items() if len(text) > 2]
    return f"le territoire « {code} »", "un code de commune, d'EPCI, de département ou d'IRIS, en texte", told[:3]


def _sommes(code: str, demandes: list[str], niveau: str, dessous: list[Gardee]) -> pd.DataFrame:
    """Return the sums of what is below: a secret part makes a secret sum, a few missing communes an estimated one."""
    if niveau == "commune":
        rows = lire_tables(dessous, None, [code])
        own = rows["territoire"].str[:5]
        city = commune_de(own)
        rows = pd.concat([rows.assign(groupe=own), rows[own != city].assign(groupe=city)])
        rows = rows[rows["groupe"].isin(demandes)]
        sizes = rows.groupby("groupe")["territoire"].nunique()
    else:
        communes = [item for key, item in tables("cog_communes").items()][-1:]
        members = lire_tables(communes, demandes, [niveau], niveau).set_index("territoire")[niveau]
        rows = lire_tables(dessous, members.index, [code])
        rows = rows.assign(groupe=rows["territoire"].map(members))
        sizes = members.value_counts()
    found = rows.groupby(["groupe", "annee"])[code].agg(["sum", "count"]).reset_index()
    size = found["groupe"].map(sizes)
    lacking = 1 - found["count"] / size
    secret = found["sum"].eq(SECRET)
    value = found["sum"].where((lacking <= lire_regles().communes_manquantes) | secret)
    words = "somme de " + found["count"].astype(str) + (" IRIS" if niveau == "commune" else " communes")
    words = words.mask(lacking > 0, words + " sur " + size.astype(str)).str.replace(" 1 communes", " 1 commune")
    return pd.DataFrame(
        {
            "territoire": found["groupe"],
            "annee": found["annee"].astype(int),
            code: value,
            "origine": words,
            "statut": pd.Series(str(Statut.ESTIME), index=found.index).where((lacking > 0) & value.notna() & ~secret),
        }
    )


def _libelles(rows: pd.DataFrame, famille: Famille) -> dict[str, str]:
    """Return the names of territories: those of the official code, and for IRIS the last that a file gives."""
    codes = rows["territoire"].unique().tolist()
    places = territoires(codes)
    names = dict(zip(places["code"], places["nom"], strict=True))
    if (rows["niveau"] == "iris").any():
        named = [item for item in tables(famille.id).values() if item.cle[2] == "iris"]
        found = (
            lire_tables(named, codes, ["libelle"]).dropna(subset="libelle").drop_duplicates("territoire", keep="last")
        )
        names |= dict(zip(found["territoire"], found["libelle"], strict=True))
    return names


def _refuser(trouve: str, attendu: str, proches_: list[str]) -> None:
    raise DonneesInvalides([_faute(trouve, attendu, proches_)])


def _faute(trouve: str, attendu: str, proches_: list[str]) -> Faute:
    remedy = f"essayer {', '.join(proches_)}" if proches_ else "voir publiques.series() et publiques.territoires()"
    return Faute("sources", trouve, attendu, remedy)
