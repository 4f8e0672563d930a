"""What the convention leaves unsaid of its offer: blank cells, and what a kind of structure should say of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import minuscule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.donnees.modeles.catalogue import VocabulaireOffre
    from ctglib.donnees.modeles.coherence import AttenduOffre

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
