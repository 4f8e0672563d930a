"""What the convention leaves unsaid of its offer: blank cells, and what a kind of structure should say of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.modeles.catalogue import VocabulaireOffre
    from ctglib.donnees.modeles.coherence import AttenduOffre

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
        for structure, lines in offre.groupby("structure", sort=False)
        for row in [
            *_vides(str(structure), lines, vocabulaire),
            *_absents(str(structure), lines, expected.get(lines["type"].iloc[0], ()), vocabulaire),
        ]
    ]
    labels = {item.id: item.libelle for item in vocabulaire.types}
    table = pd.DataFrame(rows, columns=[name for name in MANQUES if name != "libelle_type"])
    return table.assign(libelle_type=table["type"].map(labels))[list(MANQUES)]


def _vides(structure: str, lines: pd.DataFrame, vocabulaire: VocabulaireOffre) -> list[tuple[str, ...]]:
    rows = []
    cells: dict[str, list[dict[str, str]]] = {}
    for line in lines.to_dict("records"):
        cells.setdefault(line["caracteristique"], []).append(line)
    for caracteristique, said in cells.items():
        blank = [cell for cell in said if cell["valeur"] == ""]
        told_once = len(blank) == len(said)
        for cell in blank[:1] if told_once else blank:
            modalite = "" if told_once else cell["modalite"]
            label = vocabulaire.caracteristiques[caracteristique]
            if modalite:
                label = f"{label} ({_minuscule(vocabulaire.modalites[modalite])})"
            reference, note = cell["reference"], cell["note"]
            rows.append((structure, cell["nom"], cell["type"], caracteristique, modalite, label, VIDE, reference, note))
    return rows


def _absents(
    structure: str, lines: pd.DataFrame, attendues: Iterable[str], vocabulaire: VocabulaireOffre
) -> list[tuple[str, ...]]:
    first = lines.iloc[0]
    said = set(lines["caracteristique"])
    return [
        (structure, first["nom"], first["type"], name, "", vocabulaire.caracteristiques[name], ABSENT,
         lines["reference"].iloc[-1], "")
        for name in attendues
        if name not in said
    ]  # fmt: skip


def _minuscule(libelle: str) -> str:
    return libelle[:1].lower() + libelle[1:]
