"""The table of the sources: every data file that the report read, what it is for, and its fingerprint."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pandas as pd

from ctglib import __version__
from ctglib.rapport.tableau import Colonne, Tableau

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.synthese import RoleDeFichier

SIGNES_EMPREINTE = 12  # enough to tell two versions of a file apart by eye; the CSV has all 64
SANS_ROLE = "rôle non décrit dans le catalogue"


def sources(empreintes: Mapping[str, str], roles: list[RoleDeFichier]) -> Tableau:
    """Return the files read, grouped by what they are, in the order of the roles then of their paths.

    Args:
        empreintes: The sha256 of each file read, by its path in the data folder.
        roles: What the files are for.
    """
    records = pd.DataFrame(
        [_fichier(path, digest, roles) for path, digest in sorted(empreintes.items())],
        columns=["rang", "groupe", "fichier", "role", "partie", "sha256"],
    ).sort_values(["rang", "fichier"], kind="stable")
    columns = (
        Colonne("fichier", "Fichier"),
        Colonne("role", "Rôle"),
        Colonne("partie", "Partie de la convention"),
        Colonne("empreinte", "Empreinte"),
    )
    return Tableau(
        nom="sources",
        titre="Sources et traçabilité : les fichiers lus par ce rapport",
        colonnes=columns,
        cellules=records.assign(empreinte=records["sha256"].str[:SIGNES_EMPREINTE])[[c.cle for c in columns]],
        donnees=records[["fichier", "role", "partie", "sha256"]],
        source="relevé des lectures de ce rapport",
        groupes=tuple(records["groupe"]),
        notes=(
            "Chemins depuis le dossier des données. Empreinte : début du sha256, entier dans le CSV du tableau.",
            f"Produit par ctglib, version {__version__} : les mêmes fichiers et la même version redonnent ce rapport.",
        ),
        classe="texte-long",
    )


def role(fichier: str, roles: list[RoleDeFichier]) -> tuple[int, RoleDeFichier | None]:
    """Return the rank and the role of a file: the first whose pattern fits, or the number of roles and None."""
    for rank, candidate in enumerate(roles):
        if fnmatchcase(fichier, candidate.motif):
            return rank, candidate
    return len(roles), None


def _fichier(path: str, digest: str, roles: list[RoleDeFichier]) -> dict[str, object]:
    rank, found = role(path, roles)
    known = {"groupe": found.groupe, "role": found.role, "partie": found.partie} if found else {
        "groupe": "Autres fichiers", "role": SANS_ROLE, "partie": "–"}  # fmt: skip
    return {"rang": rank, "fichier": path, "sha256": digest, **known}
