"""The sheet of appreciations: the bilan's dates, the comité and its decisions, and what each fiche's year was like."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.feuille import Feuille, Ligne, Liste
from ctglib.collecte.suivi import RUBRIQUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.extraire import LigneLue
    from ctglib.donnees.modeles.convention import Fiche

FEUILLE = "appreciations"
# The entry cells of each kind of row, and the column of the follow-up that each is.
CELLULES = {
    "date_arretee": {"jour": "valeur"},
    "statut": {"etat": "valeur"},
    "comite_date": {"jour": "valeur"},
    "comite_absence": {"reponse": "valeur"},
    "suite": {"etat": "etat", "reponse": "commentaire"},
    "decision": {"reponse": "texte", "responsable": "responsable", "jour": "echeance"},
    **{rubrique: {"reponse": "texte"} for rubrique in RUBRIQUES},
}
SAISIES = ("reponse", "etat", "jour", "responsable")


def feuille(cadre: Cadre) -> Feuille:
    """Return the sheet: the bilan and the comité first, then the fiches, then the decisions taken."""
    principal = cadre.concerne(cadre.gabarit.parts.principal)
    lignes = [*_bilan(cadre), *_suites(cadre)] if principal else []
    for fiche in cadre.dossier.convention.fiches:
        if cadre.concerne(cadre.responsable_de_fiche(fiche)):
            lignes += [_fiche(cadre, fiche, rubrique) for rubrique in RUBRIQUES]
    lignes += _decisions(cadre) if principal else []
    return Feuille(cadre.modele(FEUILLE), tuple(lignes))


def _bilan(cadre: Cadre) -> Iterator[Ligne]:
    words = cadre.dossier.catalogue.evaluation.statuts
    choices = Liste("statuts_du_bilan", {word.capitalize(): code for code, word in words.items()})
    for champ in ("date_arretee", "statut", "comite_date", "comite_absence"):
        before = cadre.precedent("bilan").get((champ,), {}).get("valeur", "")
        yield _ligne(cadre, champ, ("bilan", champ), avant=_en_mots(before, champ, choices), choix=choices)


def _en_mots(texte: str, champ: str, choices: Liste) -> str:
    """Return a field of a bilan as a reader expects it: a French date, a word, or the text itself."""
    if texte and champ in ("date_arretee", "comite_date"):
        return f"{date.fromisoformat(texte):%d/%m/%Y}"
    return choices.mot(texte) if texte else ""


def _suites(cadre: Cadre) -> Iterator[Ligne]:
    """Yield a row for each decision of last year's comité, to say what became of it."""
    words = {item.mot.capitalize(): code for code, item in cadre.dossier.catalogue.evaluation.suites.items()}
    for (decision,), row in cadre.precedent("decisions").items():
        details = " ; ".join(part for part in (row["responsable"], row["echeance"]) if part)
        before = f"{row['texte']} ({details})" if details else row["texte"]
        yield _ligne(cadre, "suite", ("suites", decision), avant=before, choix=Liste("etats_de_suite", words))


def _fiche(cadre: Cadre, fiche: Fiche, rubrique: str) -> Ligne:
    key = (str(fiche.numero), rubrique)
    before = cadre.precedent("appreciations").get(key, {}).get("texte", "")
    return _ligne(cadre, rubrique, ("appreciations", *key), avant=before, sujet=cadre.titre_de(fiche))


def _decisions(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the rows of the decisions: those already entered, then empty ones up to the number of the workbook."""
    names = [key[0] for key in cadre.saisi("decisions")]
    rank = 1
    while len(names) < cadre.gabarit.nombre_de_decisions:
        name = f"d{cadre.annee}_{rank}"
        names += [name] if name not in names else []
        rank += 1
    for name in names:
        yield _ligne(cadre, "decision", ("decisions", name))


def _ligne(
    cadre: Cadre, genre: str, cle: tuple[str, ...], *, avant: str = "", sujet: str = "", choix: Liste | None = None
) -> Ligne:
    """Return a row of a kind; ``cle`` is its table and its key there."""
    table, *key = cle
    model = cadre.gabarit.rubriques[genre]
    entered = cadre.saisi(table).get(tuple(key), {})
    shown: dict[str, str | float | date] = {
        "repere": ".".join((genre, *key)) if table in ("suites", "decisions") else ".".join(key),
        "sujet": sujet or model.sujet,
        "rubrique": cadre.mots(model.libelle),
        "precedent": avant,
    }
    for cell, column in CELLULES[genre].items():
        if text := entered.get(column, ""):
            shown[cell] = _montre(cell, text, choix)
    codes = {"genre": genre, "table": table, "cle": "/".join(key)}
    closed = frozenset(SAISIES) - frozenset(CELLULES[genre])
    return Ligne(codes, shown, listes={"etat": choix} if choix else {}, fermees=closed)


def _montre(cellule: str, texte: str, choix: Liste | None) -> str | date:
    if cellule == "jour":
        return date.fromisoformat(texte)
    return choix.mot(texte) if cellule == "etat" and choix else texte


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return what a filled row says."""
    cells = CELLULES[lue.codes["genre"]]
    values = {column: lue.valeurs[cell] for cell, column in cells.items() if lue.valeurs.get(cell)}
    if not values:
        return []
    origin = lue.origine.sous({column: cell for cell, column in cells.items()})
    return [Entree(lue.codes["table"], tuple(lue.codes["cle"].split("/")), values, origin)]
