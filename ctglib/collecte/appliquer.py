"""Entries laid over what the follow-up holds: what contradicts, what is new, what changes, and what it would break."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.suivi import dossier_suivi, lire_annee, triee
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.dossier_suivi import fautes_de_saisie
from ctglib.donnees.suivi.pieces import TABLES

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.feuilles import Feuille
    from ctglib.collecte.suivi import Suivi
    from ctglib.donnees.fautes import Faute


Cle = tuple[str, tuple[str, ...]]


def fusionner(entrees: list[Entree]) -> tuple[dict[Cle, Entree], list[Faute]]:
    """Return one entry a row of the follow-up, and the conflicts: same row, same column, two contents.

    An empty cell contradicts nothing: one service may give the value, another the note.
    """
    merged: dict[Cle, Entree] = {}
    said: dict[tuple[Cle, str], Entree] = {}
    conflicts: list[Faute] = []
    for entry in entrees:
        key = (entry.table, entry.cle)
        for column, text in entry.valeurs.items():
            before = said.setdefault((key, column), entry)
            other = before.valeurs[column]
            if not other and text:
                said[key, column] = entry
            elif text and text != other:
                conflicts.append(_conflit(entry, before, column))
        first = merged.get(key)
        values = {**entry.valeurs, **{name: text for name, text in first.valeurs.items() if text}} if first else None
        merged[key] = Entree(entry.table, entry.cle, values, first.origine) if first else entry
    return merged, conflicts


def _conflit(entry: Entree, before: Entree, column: str) -> Faute:
    return entry.origine.faute(
        column,
        f"« {entry.valeurs[column][:80]} », alors que {before.origine} dit « {before.valeurs[column][:80]} »",
        "la même réponse dans tous les fichiers",
        "demander laquelle est juste, et corriger l'autre fichier ; rien n'est choisi à votre place",
    )


OBSERVATIONS = "observations"
_DEFINITIF = "definitif"
# Two ways of saying one thing of the comité: the last said takes the place of the other.
_EXCLUSIFS = {"comite_date": "comite_absence", "comite_absence": "comite_date"}


@dataclass(frozen=True)
class Changement:
    """A cell whose content changes; ``revision``: the former one stays under its own millésime."""

    entree: Entree
    colonne: str
    avant: str
    apres: str
    revision: bool = False


@dataclass
class Resultat:
    """The follow-up once the entries are laid over it, by year, and what they change."""

    apres: dict[int, Suivi]
    nouvelles: dict[str, int] = field(default_factory=dict)
    changements: list[Changement] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    origines: dict[tuple[int, str, tuple[str, ...]], Entree] = field(default_factory=dict)


def appliquer(cadre: Cadre, entrees: dict[Cle, Entree], millesime: int | None = None) -> Resultat:
    """Return the follow-up with the entries.

    While the year's bilan is provisional, a figure entered again takes the place of the former one, and is listed.
    Once it is definitive, nothing of that year's folder changes: a figure that differs is a revision, written under a
    later millésime, and anything else is refused.

    Args:
        cadre: The convention, the year, and what the follow-up holds.
        entrees: One entry a row.
        millesime: The year of entry, when it is not the workbook's own.
    """
    closed = cadre.saisi("bilan").get(("statut",), {}).get("valeur") == _DEFINITIF
    entered = millesime or (max(cadre.annee + 1, *cadre.suivis) if closed else cadre.annee)
    tables = {year: {name: dict(table) for name, table in suivi.items()} for year, suivi in cadre.suivis.items()}
    if entered not in tables:
        tables[entered] = lire_annee(cadre.dossier.convention.id, entered)
    result = Resultat(tables)
    for entry in entrees.values():
        if entry.table == OBSERVATIONS:
            _observation(result, entry, entered)
        elif closed and (
            (before := tables[cadre.annee][entry.table].get(entry.cle)) is None
            or any(before.get(name, "") != text for name, text in entry.valeurs.items())
        ):
            result.fautes.append(_annee_close(entry, cadre.annee))
        else:
            _poser(result, entry, cadre.annee)
    for year, suivi in result.apres.items():
        result.apres[year] = {name: triee(table) for name, table in suivi.items()}
    return result


def _observation(result: Resultat, entry: Entree, entered: int) -> None:
    """Lay an observation under the year of entry, unless what is already known says the same."""
    *place, _ = entry.cle
    known = {
        key: row
        for suivi in result.apres.values()
        for key, row in suivi[OBSERVATIONS].items()
        if list(key[:-1]) == place and int(key[-1]) <= entered
    }
    key = (*place, str(entered))
    latest = max(known, key=lambda other: int(other[-1]), default=None)
    if latest is None or latest == key:
        _poser(result, _sous(entry, key), entered)
        return
    before = known[latest]
    if all(before[name] == entry.valeurs[name] for name in ("valeur", "statut")):
        return
    moved = _sous(entry, key)
    filled = {name: before[name] for name in ("unite", "source") if not entry.valeurs.get(name)}
    result.apres[entered][OBSERVATIONS][key] = _ligne(moved, filled)
    result.origines[entered, OBSERVATIONS, key] = moved
    result.changements += [
        Changement(moved, name, before[name], moved.valeurs[name], revision=True)
        for name in ("valeur", "statut")
        if before[name] != moved.valeurs[name]
    ]


def _sous(entry: Entree, key: tuple[str, ...]) -> Entree:
    return type(entry)(entry.table, key, entry.valeurs, entry.origine)


def _poser(result: Resultat, entry: Entree, annee: int) -> None:
    """Lay an entry over a row of a year; its empty cells leave what is there."""
    table = result.apres[annee][entry.table]
    before = table.get(entry.cle)
    if entry.table == "bilan" and (other := _EXCLUSIFS.get(entry.cle[0])):
        table.pop((other,), None)
    table[entry.cle] = _ligne(entry, before or {})
    result.origines[annee, entry.table, entry.cle] = entry
    if before is None:
        result.nouvelles[entry.table] = result.nouvelles.get(entry.table, 0) + 1
        return
    result.changements += [
        Changement(entry, name, before.get(name, ""), text)
        for name, text in entry.valeurs.items()
        if before.get(name, "") != text
    ]


def _ligne(entry: Entree, before: dict[str, str]) -> dict[str, str]:
    """Return the whole row: its key, what it had, what was entered."""
    if entry.table not in TABLES:
        return {**_VIDES.get(entry.table, {}), **before, **entry.valeurs}
    schema = charger_schema(entry.table)
    key = dict(zip(schema.cle, entry.cle, strict=True))
    return {**dict.fromkeys(schema.colonnes, ""), **before, **key, **entry.valeurs}


_VIDES = {
    "decisions": {"texte": "", "responsable": "", "echeance": ""},
    "suites": {"etat": "", "commentaire": ""},
}


def _annee_close(entry: Entree, annee: int) -> Faute:
    column, text = next(iter(entry.valeurs.items()))
    return entry.origine.faute(
        column,
        f"« {text[:80]} », qui changerait l'année {annee}, dont le bilan est définitif",
        f"rien de nouveau pour {annee}, sinon des chiffres révisés",
        f"écrire « statut: provisoire » dans suivi/{annee}/bilan.yaml pour rouvrir l'année, ou retirer ce changement",
    )


# What the file itself lacks when nothing is said of the comité.
CHAMP_DU_COMITE = "comite.date"
_TENU, _NON_TENU = ("bilan", ("comite_date",)), ("bilan", ("comite_absence",))


def fautes_de_comite(cadre: Cadre, entrees: dict[Cle, Entree], apres: Suivi) -> list[Faute]:
    """Return the faults of a comité that both met and did not, or that decided without having met."""
    rubriques = cadre.gabarit.rubriques
    words = f"« {cadre.mots(rubriques['comite_date'].libelle)} » ou « {rubriques['comite_absence'].libelle} »"
    if _TENU in entrees and _NON_TENU in entrees:
        remedy = "garder la date s'il s'est tenu, la raison s'il ne s'est pas tenu"
        found = "une date, et la raison pour laquelle le comité ne s'est pas tenu"
        return [entrees[_NON_TENU].origine.faute("valeur", found, f"{words}, l'une des deux", remedy)]
    said = any((name,) in apres["bilan"] for name in ("comite_date", "comite_absence"))
    about = [entry for (table, _), entry in entrees.items() if table in ("decisions", "suites")]
    if said or not about:
        return []
    column = "texte" if about[0].table == "decisions" else "etat"
    found = "une décision, alors que rien n'est dit du comité"
    return [about[0].origine.faute(column, found, f"{words}, remplie", "remplir l'une des deux lignes")]


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
    words = {
        sheet.modele.id: {code: word for choices in sheet.listes.values() for word, code in choices.codes.items()}
        for sheet in plan
    }
    faults = []
    for fault in fautes_de_saisie(convention, fichiers):
        entry = _entree_fautive(fault, convention, resultat)
        table = "indicateurs" if entry and entry.table == "observations" else entry.table if entry else ""
        faults.append(_a_l_origine(fault, entry, words.get(table, {})) if entry else fault)
    return faults


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


def _entree_fautive(fault: Faute, convention: str, resultat: Resultat) -> Entree | None:
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
