"""Entries laid over what the follow-up holds: what is new, what changes, and in which year's folder it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctglib.collecte.suivi import lire_annee, triee
from ctglib.donnees.schema_table import charger_schema
from ctglib.donnees.suivi.pieces import TABLES

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.entrees import Entree
    from ctglib.collecte.fusion import Cle
    from ctglib.collecte.suivi import Suivi
    from ctglib.donnees.fautes import Faute

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
        elif closed and _differe(entry, tables[cadre.annee][entry.table].get(entry.cle)):
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


def _differe(entry: Entree, before: dict[str, str] | None) -> bool:
    return before is None or any(before.get(name, "") != text for name, text in entry.valeurs.items())


def _annee_close(entry: Entree, annee: int) -> Faute:
    column, text = next(iter(entry.valeurs.items()))
    return entry.origine.faute(
        column,
        f"« {text[:80]} », qui changerait l'année {annee}, dont le bilan est définitif",
        f"rien de nouveau pour {annee}, sinon des chiffres révisés",
        f"écrire « statut: provisoire » dans suivi/{annee}/bilan.yaml pour rouvrir l'année, ou retirer ce changement",
    )
