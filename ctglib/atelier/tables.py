"""Ce qu'une table de l'atelier dit d'elle-même : son titre, son unité, ses sources, ses limites.

Le titre et les remarques sont de la table ; l'unité, la source, l'arrondi et les ruptures sont de
ses valeurs (``ctglib.donnees.marques``), et suivent celles-ci dans tout ce que pandas en fait.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd

from ctglib.atelier.phrases import dire, impossible
from ctglib.document.tableau import ecrire_valeur
from ctglib.document.typographie import nombre_court
from ctglib.donnees.marques import SAISIE, Marque, Origine
from ctglib.donnees.nombres import NombreDtype, marques_de, remarquer
from ctglib.donnees.publiques import reperes
from ctglib.donnees.statuts import Statut

TITRES_CITES = 3
SIGNES: dict[str, str] = {Statut.PROVISOIRE: "p", Statut.ESTIME: "e"}
# JupyterLab sets it to the path of the notebook, and so does ``ctg analyser``.
CARNET = "JPY_SESSION_NAME"


class Attributs(TypedDict):
    """What a table of the atelier says of itself.

    ``series`` are what its values come from, by code: for a rate, the numerator first.
    """

    titre: str
    unite: str
    source: str
    series: Mapping[str, Origine]
    remarques: list[str]


def avec_attributs(
    table: pd.DataFrame,
    titre: str,
    source: str = "",
    remarques: Iterable[str] = (),
) -> pd.DataFrame:
    """Return a copy of a table with its title, its remarks, each once, and its source, which counts
    if its values do not bear their own.
    """
    copie = table.copy()
    copie.attrs = {"titre": titre, "remarques": list(dict.fromkeys(remarques))}
    if source:
        copie.attrs["source"] = source
    return copie


def redire(
    table: pd.DataFrame,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Return a table that says the title, the source and the unit that are given, before its own.

    The source is that of all its values; the unit, of its column « valeur » and of those that share
    the unit of that one, else of those that share the most common unit.
    """
    copie = table.copy()
    if titre:
        copie.attrs["titre"] = titre
    if source:
        copie.attrs["source"] = source
        for nom in _mesurees(copie):
            copie[nom] = remarquer(copie[nom], lambda marque: _de_source(marque, source))
    if unite is not None:
        unites = {nom: unite_de(copie[nom]) for nom in _mesurees(copie)}
        commune = unites.get("valeur")
        if commune is None and unites:
            commune = Counter(unites.values()).most_common(1)[0][0]
        for nom, sienne in unites.items():
            if sienne == commune:
                copie[nom] = remarquer(copie[nom], lambda marque: replace(marque, unite=unite))
    return copie


def _mesurees(table: pd.DataFrame) -> list[str]:
    """Return the columns whose values know what they are."""
    return [nom for nom in table.columns if est_mesuree(table[nom])]


def _de_source(marque: Marque, source: str) -> Marque:
    """Return the mark of a value whose origins all have a source."""
    origines = [replace(origine, source=source) for origine in marque.origines]
    return replace(marque, origines=tuple(dict.fromkeys(origines)))


def attributs(
    table: object,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    colonne: str = "valeur",
) -> Attributs:
    """Return what a table says of itself; the title, source and unit given come before its own.

    The unit is that of ``colonne``, if the table has it.

    Raises:
        DemandeImpossible: It is no table, or has no title and none is given.
    """
    if not isinstance(table, pd.DataFrame):
        raise impossible("sans_table", genre=type(table).__name__)
    origines = _origines(table)
    libelles = [origine.libelle for origine in origines if origine.libelle]
    titre = titre or table.attrs.get("titre") or " ; ".join(libelles[:TITRES_CITES])
    if not titre:
        raise impossible("table_muette")
    remarques = [*table.attrs.get("remarques", ()), *_remarques(origines)]
    return {
        "titre": titre,
        "unite": unite if unite is not None else _unite(table, colonne),
        "source": source or _source(table, origines),
        "series": {origine.code: origine for origine in origines if origine.code},
        "remarques": list(dict.fromkeys(remarques)),
    }


def _origines(table: pd.DataFrame) -> list[Origine]:
    """Return what the values of a table come from, each once; what was typed is left out."""
    origines = {
        origine: None
        for rang in range(table.shape[1])
        for marque in dict.fromkeys(marques_de(table.iloc[:, rang]))
        if marque is not None
        for origine in marque.origines
    }
    return [origine for origine in origines if origine != SAISIE]


def _saisies(table: pd.DataFrame) -> list[str]:
    """Return the columns of numbers that were typed, or computed out of what the atelier follows.

    A column that places a row (``annee``, ``rang``) is none; one of ours, in which nothing was
    replaced, is none either.
    """
    saisies = []
    for rang, nom in enumerate(table.columns):
        colonne = table.iloc[:, rang]
        if isinstance(colonne.dtype, NombreDtype):
            marques = marques_de(colonne)
            presentes = [marque for marque in marques if marque is not None]
            a_la_main = any(SAISIE in marque.origines for marque in set(presentes))
            sans_marque = (
                colonne.notna().sum() > colonne.notna()[[m is not None for m in marques]].sum()
            )
            if a_la_main or (presentes and sans_marque):
                saisies.append(str(nom))
            continue
        est_un_nombre = pd.api.types.is_numeric_dtype(colonne)
        est_un_repere = str(nom) in reperes().reperes_des_lignes
        if est_un_nombre and not pd.api.types.is_bool_dtype(colonne) and not est_un_repere:
            saisies.append(str(nom))
    return saisies


def _source(table: pd.DataFrame, origines: Iterable[Origine]) -> str:
    """Return whose values a table shows: producers and documents, then what was typed."""
    sources = [origine.source for origine in origines if origine.source]
    saisies = _saisies(table)
    if not sources and not saisies and table.attrs.get("source"):
        return table.attrs["source"]
    if sources and not saisies:
        return " ; ".join(dict.fromkeys(sources))
    carnet = Path(os.environ.get(CARNET, "")).name or dire("ce_carnet")
    if not sources and not table.attrs.get("source"):
        return dire("saisie", carnet=carnet)
    if not sources and "valeur" not in saisies:  # numbers added to a table of sentences
        sources = [table.attrs["source"]]
    noms = ", ".join(f"« {nom} »" for nom in saisies)
    saisie = (
        dire("saisie_de", carnet=carnet, colonnes=noms)
        if sources
        else dire("saisie", carnet=carnet)
    )
    return " ; ".join(dict.fromkeys([*sources, saisie]))


def _unite(table: pd.DataFrame, colonne: str) -> str:
    """Return the unit of a column, or, if the table has none of that name, the one that all its
    values share.
    """
    rangs = range(table.shape[1])
    if colonne in table.columns:
        rangs = [rang for rang in rangs if table.columns[rang] == colonne]
    unites = {unite_de(table.iloc[:, rang]) for rang in rangs if est_mesuree(table.iloc[:, rang])}
    return unites.pop() if len(unites) == 1 else ""


def est_mesuree(colonne: pd.Series) -> bool:
    """Tell whether a column holds values that know what they are, even if all are absent."""
    return any(marque is not None for marque in marques_de(colonne))


def unite_de(colonne: pd.Series) -> str:
    """Return the unit that all the values of a column share, "" without one."""
    unites = {marque.unite for marque in set(marques_de(colonne)) if marque is not None}
    return unites.pop() if len(unites) == 1 else ""


def arrondi_de(colonne: pd.Series) -> str:
    """Return to what the source of a column of counts rounds them, "" when it does not, or when
    they are no longer what it gave.
    """
    pas = set()
    for marque in set(marques_de(colonne)):
        if marque is None:
            continue
        de_la_source = [origine.arrondi or 0.0 for origine in marque.origines]
        pas.add(marque.arrondi if de_la_source == [marque.arrondi] else 0.0)
    seul = pas.pop() if len(pas) == 1 else 0.0
    return nombre_court(seul) if seul > 1 else ""


def _remarques(origines: Iterable[Origine]) -> list[str]:
    """Return what to beware of in the values of some series: their breaks, the rounding of counts,
    said once of all those that are rounded alike.
    """
    remarques = []
    arrondies: dict[float, list[str]] = {}
    for origine in origines:
        remarques += [
            dire("rupture", serie=origine.libelle, rupture=f"{annee} : {raison}")
            for annee, raison in origine.ruptures
        ]
        # None and NaN are no rounding; a comparison with NaN is false.
        if origine.unite == "nombre" and origine.arrondi and origine.arrondi > 1:
            arrondies.setdefault(origine.arrondi, []).append(origine.libelle)
    for arrondi, libelles in arrondies.items():
        series = " », « ".join(libelles)
        remarques.append(dire("arrondi", serie=series, arrondi=nombre_court(arrondi)))
    return remarques


def signes_de(marque: Marque | None) -> list[str]:
    """Return the letters after a value that is there: « p » provisional, « e » estimated, « r »
    when it compares what a break parts.
    """
    if marque is None:
        return []
    signes = [SIGNES[marque.statut]] if marque.statut in SIGNES and not marque.mot else []
    return [*signes, "r"] if marque.ruptures else signes


def dire_valeur(valeur: Any, marque: Marque | None) -> str:
    """Return a value as a table or a text says it: « 1 420 », « 57 (p) », « secret »."""
    if pd.api.types.is_scalar(valeur) and pd.isna(valeur):
        return marque.mot if marque and marque.mot else ecrire_cellule(valeur)
    return " ".join([ecrire_cellule(valeur), *(f"({signe})" for signe in signes_de(marque))])


def ecrire_cellule(valeur: object) -> str:
    """Return a value as a table shows it; a whole number that may be a year has no separator."""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, int) and 1900 < valeur < 2100:
        return str(valeur)
    if isinstance(valeur, int | float) and not pd.isna(valeur):
        return nombre_court(round(float(valeur), 1))
    return ecrire_valeur(valeur)


def definitions(
    table: pd.DataFrame, *, titre: str | None = None, source: str | None = None
) -> pd.DataFrame:
    """Dit ce que sont les séries d'une table : libellé, définition, années, unité, source et ce qui
    la limite.

    Une ligne par série ; ``.T`` les met en colonnes, plus faciles à lire.

    Paramètres :
        table: Une table de l'atelier.
        titre: Le titre de celle-ci.
        source: La source de ce qu'elle dit ; le catalogue du classeur par défaut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> len(a.definitions(a.ratio("cnaf_foyers_rsa", "cnaf_foyers", "Harnes")))
        2
    """
    attrs = attributs(table)
    lignes = {
        code: {
            "libelle": origine.libelle,
            "definition": origine.definition,
            "annees": origine.annees,
            "unite": origine.unite,
            "arrondi": "" if not origine.arrondi else nombre_court(origine.arrondi),
            "source": origine.source,
            "ruptures": " ; ".join(f"{annee} : {raison}" for annee, raison in origine.ruptures),
            "precautions": " ; ".join(origine.precautions),
        }
        for code, origine in attrs["series"].items()
    }
    if not lignes:
        raise impossible("sans_definition", titre=attrs["titre"])
    par_serie = pd.DataFrame(lignes).T.rename_axis("code")
    titre_par_defaut = f"Ce que compte « {attrs['titre']} »"
    return avec_attributs(par_serie, titre or titre_par_defaut, source or dire("catalogue"))
