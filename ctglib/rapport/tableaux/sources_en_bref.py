"""The sources of a yearly report in short: what was read, by role; each file and its fingerprint are in the CSV."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import nombre
from ctglib.donnees.empreintes import publiable
from ctglib.rapport.tableaux.sources import NON_PUBLIEE, SIGNES_EMPREINTE, role, sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.synthese import RoleDeFichier

EN_DETAIL = ("conventions", "sources")  # the others are the workbook's own, one row a group
CLASSEUR = "Le classeur d'évaluation"
COLONNES = (
    Colonne("role", "Ce qui a été lu"),
    Colonne("partie", "Partie de la convention"),
    Colonne("fichiers", "Fichiers", numerique=True),
    Colonne("empreinte", "Empreinte"),
)
NOTE = "Empreinte : début du sha256 du fichier, ou de l'ensemble quand il y en a plusieurs. Le CSV les donne un par un."


def sources_en_bref(empreintes: Mapping[str, str], roles: list[RoleDeFichier]) -> Tableau:
    """Return one row a role of the files read, one row a group for those of the workbook itself.

    Args:
        empreintes: The sha256 of each file read, by its path in the data folder.
        roles: What the files are for.
    """
    whole = sources(empreintes, roles)
    lots: dict[tuple[str, str, str], list[str]] = {}
    for path in sorted(empreintes, key=lambda path: (role(path, roles)[0], path)):
        found = role(path, roles)[1]
        detailed = path.partition("/")[0] in EN_DETAIL
        key = (found.groupe, found.role, found.partie) if detailed else (CLASSEUR, found.groupe, "–")
        lots.setdefault(key, []).append(path)
    cells = [
        (label, part, nombre(len(paths)), _empreinte(paths, empreintes)) for (_, label, part), paths in lots.items()
    ]
    return Tableau(
        nom=whole.nom,
        titre="Sources et traçabilité : ce que ce rapport a lu",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=whole.donnees,
        source=whole.source,
        groupes=tuple(groupe for groupe, _, _ in lots),
        notes=(NOTE, *whole.notes[1:]),
        classe=whole.classe,
    )


def _empreinte(paths: list[str], empreintes: Mapping[str, str]) -> str:
    """Return the beginning of the fingerprint of a file, or of the list of several; none when one tells too much."""
    if not all(map(publiable, paths)):
        return NON_PUBLIEE
    if len(paths) == 1:
        return empreintes[paths[0]][:SIGNES_EMPREINTE]
    listing = "".join(f"{empreintes[path]}  {path}\n" for path in paths)
    return hashlib.sha256(listing.encode()).hexdigest()[:SIGNES_EMPREINTE]
