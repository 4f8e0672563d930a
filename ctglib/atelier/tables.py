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
from ctglib.atelier.sujets import (
    annees_des_marques,
    annees_dites,
    lieux_dits,
    nom_court,
    periode,
    sujet_d_un_calcul,
    sujet_des_series,
)
from ctglib.calculs.ecriture import minuscule, nombre
from ctglib.document.tableau import ecrire_valeur
from ctglib.document.typographie import nombre_court
from ctglib.donnees.marques import SAISIE, Marque, Origine
from ctglib.donnees.modeles.catalogue import Seuils
from ctglib.donnees.nombres import NombreDtype, marques_de, remarquer
from ctglib.donnees.publiques import reperes
from ctglib.donnees.statuts import Statut
from ctglib.donnees.yaml_strict import charger_yaml

SIGNES: dict[str, str] = {Statut.PROVISOIRE: "p", Statut.ESTIME: "e"}
DECIMALES = 1  # at most
# JupyterLab sets it to the path of the notebook, and so does ``ctg analyser``.
CARNET = "JPY_SESSION_NAME"
RANGES = "ranges"  # in the attrs of a table of ranks: how many places are ranked
NON_CLASSES = "non_classes"  # beside it: the sentences that say which are not, and why
SUJET_DE = "sujet_de"  # what the values were made from when the table said what it is about


class Attributs(TypedDict):
    """What a table of the atelier says of itself.

    ``series`` are what its values come from, by code: for a rate, the numerator first. ``sujet`` is
    what its title is about, without the places and the years.
    """

    titre: str
    sujet: str
    unite: str
    source: str
    series: Mapping[str, Origine]
    remarques: list[str]


def avec_attributs(
    table: pd.DataFrame,
    titre: str = "",
    source: str = "",
    remarques: Iterable[str] = (),
    *,
    sujet: str = "",
) -> pd.DataFrame:
    """Return a copy of a table with its title, its remarks, each once, and its source, which counts
    if its values do not bear their own.

    ``sujet``, in the place of a title, is what it is about: the places and the years that its rows
    then have are added.
    """
    copie = table.copy()
    copie.attrs = {"remarques": list(dict.fromkeys(remarques))}
    if titre:
        copie.attrs["titre"] = titre
    if sujet:
        copie.attrs["sujet"] = sujet
        copie.attrs[SUJET_DE] = _faites_de(copie)
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
        copie.attrs.pop("titre_des_etats", None)
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
    origines = [replace(origine, source=source, datee="") for origine in marque.origines]
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
    marques = _marques(table)
    origines = _origines(marques)
    titre = titre or table.attrs.get("titre", "")
    montrees = marques
    if list(table.columns).count(colonne) == 1 and est_mesuree(table[colonne]):
        montrees = _marques(table[[colonne]])
    sujet = _sujet(table) or sujet_d_un_calcul(montrees, sujet_des_series(_origines(montrees)))
    if not titre:
        if not sujet:
            raise impossible("table_muette")
        titre = ", ".join(filter(None, [sujet, *_ou_et_quand(table, colonne, montrees)]))
    if table.attrs.get("croisee"):
        entetes = reperes().entetes
        titre = dire(
            "par_deux",
            titre=titre,
            lignes=minuscule(entetes.get(str(table.index.name), str(table.index.name))),
            colonnes=minuscule(entetes.get(str(table.columns.name), str(table.columns.name))),
        )
    remarques = [*table.attrs.get("remarques", ()), *_remarques(origines, marques)]
    series: dict[str, Origine] = {}
    for origine in origines:
        if origine.code:
            series.setdefault(origine.code, origine)
    return {
        "titre": titre,
        "sujet": sujet or titre,
        "unite": unite if unite is not None else _unite(table, colonne),
        "source": source or _source(table, origines, marques),
        "series": series,
        "remarques": list(dict.fromkeys(remarques)),
    }


def _sujet(table: pd.DataFrame) -> str:
    """Return what a table says that it is about, "" when its values are no longer made from what
    they then were: a rate put in the place of counts is not these.
    """
    if SUJET_DE in table.attrs and "valeur" in table:
        faites_de = _faites_de(table)
        if faites_de and faites_de != table.attrs[SUJET_DE]:
            return ""
    return table.attrs.get("sujet", "")


def _faites_de(table: pd.DataFrame) -> list[list[str]]:
    """Return the series that the values of a table are made from, in all the ways that they are;
    a sum over years is another way.
    """
    if list(table.columns).count("valeur") != 1:
        return []
    facons = set()
    for marque in _marques(table[["valeur"]]):
        premiere, derniere = marque.annees or (0, 0)
        series = tuple(origine.code for origine in marque.origines)
        facons.add((*series, marque.unite, str(premiere == derniere)))
    return sorted(list(facon) for facon in facons)


def _ou_et_quand(table: pd.DataFrame, colonne: str, marques: Iterable[Marque]) -> tuple[str, str]:
    """Return the places and the years of a table; the years are those of its values that are
    there, if one is.
    """
    lignes = table
    if list(table.columns).count(colonne) == 1 and table[colonne].notna().any():
        lignes = table[table[colonne].notna()]
    return lieux_dits(table), annees_dites(lignes, marques)


def _marques(table: pd.DataFrame) -> list[Marque]:
    """Return the marks of the values of a table, each once."""
    marques: dict[Marque | None, None] = {}
    for rang in range(table.shape[1]):
        marques |= dict.fromkeys(marques_de(table.iloc[:, rang]))
    return [marque for marque in marques if marque is not None]


def _origines(marques: Iterable[Marque]) -> list[Origine]:
    """Return what values come from, each once; what was typed is left out."""
    origines = dict.fromkeys(origine for marque in marques for origine in marque.origines)
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


def _sources(origines: Iterable[Origine], marques: Iterable[Marque]) -> list[str]:
    """Return the producers and the documents of values, each once, with the years of theirs that
    are there.
    """
    annees: dict[tuple[str, str], set[int]] = {}
    for origine in origines:
        if origine.source:
            annees.setdefault((origine.source, origine.datee), set())
    for marque in marques:
        for origine in marque.origines:
            if (origine.source, origine.datee) in annees:
                annees[origine.source, origine.datee] |= annees_des_marques([marque])
    sources = []
    for (source, datee), les_siennes in annees.items():
        quand = periode(les_siennes, datee)
        sources.append(f"{source}, {quand}" if quand else source)
    return sources


def _source(table: pd.DataFrame, origines: Iterable[Origine], marques: Iterable[Marque]) -> str:
    """Return whose values a table shows: producers and documents, then what was typed."""
    sources = _sources(origines, marques)
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
    entetes = reperes().entetes
    noms = ", ".join(f"« {entetes.get(nom, nom)} »" for nom in saisies)
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


def _remarques(origines: Iterable[Origine], marques: Iterable[Marque]) -> list[str]:
    """Return what to beware of in the values of some series: their breaks, the rounding of counts,
    said once of all those that are rounded alike. A gap between counts is worth what the rounding
    leaves of it; one between rates is on another scale, and only its counts are said to be rounded.
    """
    remarques = []
    comptees = {
        origine for marque in marques if marque.unite == "nombre" for origine in marque.origines
    }
    arrondies: dict[tuple[float, bool], list[str]] = {}
    for origine in origines:
        libelle = nom_court(origine.libelle)
        remarques += [
            dire("rupture", serie=libelle, rupture=f"{annee} : {raison}")
            for annee, raison in origine.ruptures
        ]
        # None and NaN are no rounding; a comparison with NaN is false.
        if origine.unite == "nombre" and origine.arrondi and origine.arrondi > 1:
            cle = (origine.arrondi, origine in comptees)
            arrondies.setdefault(cle, []).append(libelle)
    for (arrondi, comptee), libelles in arrondies.items():
        phrase = "arrondi" if comptee else "arrondi_des_effectifs"
        series = " », « ".join(dict.fromkeys(libelles))
        remarques.append(dire(phrase, serie=series, arrondi=nombre_court(arrondi)))
    return list(dict.fromkeys(remarques))


def signes_de(marque: Marque | None) -> list[str]:
    """Return the letters after a value that is there: « p » provisional, « e » estimated, « r »
    when it compares what a break parts.
    """
    if marque is None:
        return []
    signes = [SIGNES[marque.statut]] if marque.statut in SIGNES and not marque.mot else []
    return [*signes, "r"] if marque.ruptures else signes


def secrets_dits(colonnes: Iterable[pd.Series]) -> list[str]:
    """Return why values are « secret »: their source does not give them, or the workbook hides a
    small count, or one that would give it away. Which of the two a value is, is never said: who
    knew it would know more than a reader may (``ctglib.secret.masque``).
    """
    masquees = set()
    for colonne in colonnes:
        absentes = colonne[colonne.isna()]
        for marque in set(marques_de(absentes)):
            if marque is not None and marque.statut == Statut.SECRET:
                masquees.add(any(origine.masquee for origine in marque.origines))
    phrases = []
    if False in masquees:
        phrases.append(dire("secret_de_la_source"))
    if True in masquees:
        seuil = charger_yaml("catalogue/seuils.yaml", Seuils).petits_effectifs
        phrases.append(dire("secret_du_classeur", seuil=seuil))
    return phrases


def dire_valeur(valeur: Any, marque: Marque | None, decimales: int | None = None) -> str:
    """Return a value as a table or a text says it: « 1 420 », « 57 (p) », « secret ».

    ``decimales`` are those of all the values that it stands among (``decimales_de``).
    """
    if pd.api.types.is_scalar(valeur) and pd.isna(valeur):
        return marque.mot if marque and marque.mot else ecrire_cellule(valeur)
    ecrite = ecrire_cellule(valeur, decimales)
    return " ".join([ecrite, *(f"({signe})" for signe in signes_de(marque))])


def decimales_de(colonne: pd.Series) -> int | None:
    """Return with how many decimals each number of a column is written: one when one of them needs
    it, « 19,0 » beside « 18,4 »; None for what is not a column of numbers.
    """
    if not pd.api.types.is_float_dtype(colonne):
        return None
    presentes = colonne.dropna().astype(float).round(DECIMALES)
    return DECIMALES if (presentes != presentes.round()).any() else 0


def ecrire_cellule(valeur: object, decimales: int | None = None) -> str:
    """Return a value as a table shows it; a whole number that may be a year has no separator.

    Without ``decimales``, a number has those that it needs, one at most.
    """
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, int) and 1900 < valeur < 2100:
        return str(valeur)
    if isinstance(valeur, int | float) and not pd.isna(valeur):
        if decimales is not None:
            return nombre(float(valeur), decimales)
        return nombre_court(round(float(valeur), DECIMALES))
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
