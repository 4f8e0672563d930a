"""The faults that the follow-up would have once written, told where they were typed: same rules as ``ctg valider``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.collecte.suivi import dossier_suivi
from ctglib.donnees.dossier_suivi import fautes_de_saisie
from ctglib.donnees.suivi.pieces import TABLES

if TYPE_CHECKING:
    from ctglib.collecte.appliquer import Resultat
    from ctglib.collecte.entrees import Entree
    from ctglib.collecte.feuille import Feuille
    from ctglib.donnees.fautes import Faute

_CHEMIN = re.compile(r".*/suivi/(?P<annee>[0-9]{4})/(?P<nom>[a-z]+)\.(?P<suffixe>csv|yaml)")
_DANS_UNE_LISTE = re.compile(r"comite\.(?P<table>decisions|suites)\[(?P<rang>[0-9]+)\]")
_DU_BILAN = {"date_arretee": ("date_arretee",), "statut": ("statut",), "comite": ("comite_date", "comite_absence")}
_DATE = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_LIGNE_DU_CSV = re.compile(r" \(ligne [0-9]+\)")
_STATUT = re.compile(r"\bstatut ([A-Za-z_]+)")
_CODES = re.compile(r"(?<![\w/])[A-Z](?:, [A-Z])+(?!\w)|\b[a-z]+_[a-z_]+\b|(?<=« )[a-z]+(?= »)")


def fautes_a_l_ecriture(
    convention: str, fichiers: dict[str, bytes], resultat: Resultat, plan: tuple[Feuille, ...]
) -> list[Faute]:
    """Return every fault that the files would bring; one that no entry explains keeps its own file and line."""
    words = {sheet.modele.id: _mots(sheet) for sheet in plan}
    faults = []
    for fault in fautes_de_saisie(convention, fichiers):
        entry = _entree(fault, convention, resultat)
        table = "indicateurs" if entry and entry.table == "observations" else entry.table if entry else ""
        faults.append(_a_l_origine(fault, entry, words.get(table, {})) if entry else fault)
    return faults


def _mots(feuille: Feuille) -> dict[str, str]:
    """Return the words of the codes that a sheet chooses from."""
    return {code: word for choices in feuille.listes.values() for word, code in choices.codes.items()}


def _a_l_origine(fault: Faute, entry: Entree, mots: dict[str, str]) -> Faute:
    """Return a fault at the cell where it was typed, in the words of the sheet."""
    names = [name.strip() for name in re.split(r"[,.\s]+", fault.colonne or "")]
    place = next((name for name in reversed(names) if name in entry.origine.colonnes), "valeur")
    return entry.origine.faute(place, *(_en_mots(text, mots) for text in (fault.trouve, fault.attendu, fault.remede)))


def _en_mots(texte: str, mots: dict[str, str]) -> str:
    """Return what is said of the file as it is said of the sheet: words for codes, French dates, no line of a CSV.

    Examples:
        >>> _en_mots("« 3 » avec le statut L", {"L": "Non transmise"})
        "« 3 » avec l'état « Non transmise »"
    """
    text = _LIGNE_DU_CSV.sub("", _DATE.sub(r"\3/\2/\1", texte))
    text = _STATUT.sub(lambda found: f"état « {mots[found[1]]} »" if found[1] in mots else found[0], text)
    text = text.replace("le état", "l'état").replace("le statut", "l'état").replace("un statut", "un état")
    text = text.replace("ce statut", "cet état")
    return _CODES.sub(lambda found: ", ".join(mots.get(code, code) for code in found[0].split(", ")), text)


def _entree(fault: Faute, convention: str, resultat: Resultat) -> Entree | None:
    """Return the entry of the row or of the key of a fault."""
    match = _CHEMIN.fullmatch(fault.fichier)
    if match is None or not fault.fichier.startswith(dossier_suivi(convention, int(match["annee"]))):
        return None
    year, name = int(match["annee"]), match["nom"]
    if name not in TABLES:
        return _entree_de_bilan(fault.colonne or "", year, resultat)
    rank = (fault.ligne or 1) - 2
    return _de_rang(resultat, year, name, rank)


def _entree_de_bilan(colonne: str, year: int, resultat: Resultat) -> Entree | None:
    if match := _DANS_UNE_LISTE.match(colonne):
        return _de_rang(resultat, year, match["table"], int(match["rang"]) - 1)
    fields = _DU_BILAN.get(colonne.partition(".")[0], ())
    found = (resultat.origines.get((year, "bilan", (field,))) for field in fields)
    return next((entry for entry in found if entry), None)


def _de_rang(resultat: Resultat, year: int, table: str, rank: int) -> Entree | None:
    """Return the entry of a row by its place in what would be written."""
    keys = list(resultat.apres[year][table])
    return resultat.origines.get((year, table, keys[rank])) if 0 <= rank < len(keys) else None
