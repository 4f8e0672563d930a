"""The offer of annexe 2, read by question: structures, ages, what is not said.

``offre`` is the checked table of ``offre.csv``: one characteristic of one structure a row, all text, empty when absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from ctglib.calculs.ecriture import minuscule
from ctglib.donnees.modeles.catalogue import VocabulaireOffre
from ctglib.donnees.modeles.coherence import AttenduOffre
from ctglib.donnees.modeles.convention import Fiche

# Parts of a year: an age written in weeks or months is set beside ages in years.
ANNEES = {"ans": 1.0, "mois": 1 / 12, "semaines": 7 / 365.25}
STRUCTURES = (
    "structure", "nom", "type", "libelle_type", "categorie", "libelle_categorie", "gestion", "age_min", "age_max",
    "ages", "statut_ages",
)  # fmt: skip
AGES = (
    "structure", "nom", "type", "libelle_type", "categorie", "libelle_categorie", "age_min", "age_max", "texte",
)  # fmt: skip


def structures(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return one row a structure: categories in the vocabulary's order, structures in the file's.

    Returns:
        The columns ``STRUCTURES``: ``age_min`` and ``age_max`` in years, the greatest one as written, ``ages`` as text;
        ``statut_ages`` is "" where the text has no line at all.
    """
    types = {item.id: item for item in vocabulaire.types}
    titles = {item.id: item.libelle for item in vocabulaire.categories}
    rank = {identifiant: position for position, identifiant in enumerate(titles)}
    first = offre.drop_duplicates("structure").set_index("structure")[["nom", "type", "gestion"]]
    low, high = _ensemble(offre, "age_min"), _ensemble(offre, "age_max")
    table = first.assign(
        libelle_type=[types[kind].libelle for kind in first["type"]],
        categorie=[types[kind].categorie for kind in first["type"]],
        libelle_categorie=[titles[types[kind].categorie] for kind in first["type"]],
        age_min=_annees(low).reindex(first.index),
        age_max=_annees(high).reindex(first.index),
        ages=[texte_ages(low, high, structure) for structure in first.index],
        statut_ages=low["statut"].reindex(first.index, fill_value=""),
    )
    grouped = table.sort_values("categorie", key=lambda column: column.map(rank), kind="stable")
    return grouped.reset_index()[list(STRUCTURES)]


def ages(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return the structures whose youngest and oldest ages are both written.

    Returns:
        The columns ``AGES``; ages in years, the greatest one included as written (« 2 à 10 ans » takes children of 10).
    """
    table = structures(offre, vocabulaire).rename(columns={"ages": "texte"})
    known = table[table["age_min"].notna() & table["age_max"].notna()]
    return known.reset_index(drop=True)[list(AGES)]


def annees_couvertes(ages_: pd.DataFrame) -> frozenset[int]:
    """Return the ages, in completed years, that at least one of the structures takes, be it for a part of the year.

    « 6 semaines à 4 ans » takes some children of 0 and all those of 1 to 4.
    """
    return frozenset(
        age
        for low, high in zip(ages_["age_min"], ages_["age_max"], strict=True)
        for age in range(int(low), int(high) + 1)
    )


def texte_ages(low: pd.DataFrame, high: pd.DataFrame, structure: str) -> str:
    """Return « 6 semaines à 4 ans », or « 2 à 10 ans » when both ages have one unit; "" when one is not written."""
    ends = [table.loc[structure] for table in (low, high) if structure in table.index]
    if len(ends) < 2 or "" in (ends[0]["valeur"], ends[1]["valeur"]):
        return ""
    start = ends[0]["valeur"] if ends[0]["unite"] == ends[1]["unite"] else f"{ends[0]['valeur']} {ends[0]['unite']}"
    return f"{start} à {ends[1]['valeur']} {ends[1]['unite']}"


def _ensemble(offre: pd.DataFrame, caracteristique: str) -> pd.DataFrame:
    """Return the rows that give a characteristic for the structure as a whole (no modality), by structure."""
    rows = offre[(offre["caracteristique"] == caracteristique) & (offre["modalite"] == "")]
    return rows.set_index("structure")


def _annees(rows: pd.DataFrame) -> pd.Series:
    return pd.to_numeric(rows["valeur"].where(rows["valeur"] != "")) * rows["unite"].map(ANNEES)


@dataclass(frozen=True)
class AgesDeFiche:
    """What the offer that a fiche bears on takes of the ages that it aims at.

    Args:
        numero: The fiche.
        age_min: Youngest age aimed at, in completed years; ``age_max`` the oldest, included.
        sans_dispositif: Ages aimed at that no structure takes.
        en_dehors: Name, ages as written, and the ages taken that the fiche does not aim at.
    """

    numero: int
    age_min: int
    age_max: int
    sans_dispositif: tuple[int, ...]
    en_dehors: tuple[tuple[str, str, tuple[int, ...]], ...]


def ages_des_fiches(ages: pd.DataFrame, fiches: Iterable[Fiche]) -> list[AgesDeFiche]:
    """Return, for each fiche that aims at ages and bears on a part of the offer, what that part takes of them."""
    found = []
    for fiche in fiches:
        if not fiche.offre or fiche.age_min is None or fiche.age_max is None:
            continue
        aimed, own = set(range(fiche.age_min, fiche.age_max + 1)), ages[ages["categorie"].isin(fiche.offre)]
        taken = {index: annees_couvertes(own.loc[[index]]) for index in own.index}
        outside = tuple(
            (own.at[index, "nom"], own.at[index, "texte"], tuple(sorted(years - aimed)))
            for index, years in taken.items()
            if years - aimed
        )
        missing = tuple(sorted(aimed.difference(*taken.values())))
        found.append(AgesDeFiche(fiche.numero, fiche.age_min, fiche.age_max, missing, outside))
    return found


Ligne = dict[str, str]
MANQUES = (
    "structure", "nom", "type", "libelle_type", "caracteristique", "modalite", "libelle", "origine", "reference",
    "note",
)  # fmt: skip
VIDE = "vide"  # the text has a cell for it, left blank
ABSENT = "absent"  # the text has nothing for it, while the catalogue expects it of that kind


def manques(offre: pd.DataFrame, attendus: Iterable[AttenduOffre], vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return what is not said of each structure, in the order of the file.

    A characteristic blank under all its modalities is told once; blank under some, once for each of those.

    Returns:
        The columns ``MANQUES``; ``origine`` is ``vide`` or ``absent``.
    """
    expected = {item.type: item.caracteristiques for item in attendus}
    rows = [
        row
        for lines in _groupes(offre.to_dict("records"), "structure").values()
        for row in [*_vides(lines, vocabulaire), *_absents(lines, expected.get(lines[0]["type"], ()), vocabulaire)]
    ]
    labels = {item.id: item.libelle for item in vocabulaire.types}
    table = pd.DataFrame(rows, columns=[name for name in MANQUES if name != "libelle_type"])
    return table.assign(libelle_type=table["type"].map(labels))[list(MANQUES)]


def _groupes(lines: Iterable[Ligne], cle: str) -> dict[str, list[Ligne]]:
    """Return the lines by what they hold under a key, in the order of the file."""
    groups: dict[str, list[Ligne]] = {}
    for line in lines:
        groups.setdefault(line[cle], []).append(line)
    return groups


def _vides(lines: list[Ligne], vocabulaire: VocabulaireOffre) -> Iterator[tuple[str, ...]]:
    """Yield the characteristics of a structure whose cell is blank."""
    for caracteristique, said in _groupes(lines, "caracteristique").items():
        blank = [cell for cell in said if cell["valeur"] == ""]
        told_once = len(blank) == len(said)
        for cell in blank[:1] if told_once else blank:
            modalite = "" if told_once else cell["modalite"]
            label = vocabulaire.caracteristiques[caracteristique]
            if modalite:
                label = f"{label} ({minuscule(vocabulaire.modalites[modalite])})"
            yield (*_structure(cell), caracteristique, modalite, label, VIDE, cell["reference"], cell["note"])


def _absents(lines: list[Ligne], attendues: Iterable[str], vocabulaire: VocabulaireOffre) -> Iterator[tuple[str, ...]]:
    """Yield the characteristics that a structure should have and of which it has no line."""
    said = {line["caracteristique"] for line in lines}
    for name in attendues:
        if name not in said:
            label, reference = vocabulaire.caracteristiques[name], lines[-1]["reference"]
            yield (*_structure(lines[0]), name, "", label, ABSENT, reference, "")


def _structure(line: Ligne) -> tuple[str, str, str]:
    return line["structure"], line["nom"], line["type"]
