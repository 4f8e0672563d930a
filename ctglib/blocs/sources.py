"""The files that a report read: what each is for, and its fingerprint."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pandas as pd

from ctglib import __version__
from ctglib.document.tableau import Colonne, Tableau
from ctglib.donnees.empreintes import publiable
from ctglib.donnees.modeles.bilan import RoleDeFichier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.bilan import RoleDeFichier

SIGNES_EMPREINTE = 12  # enough to tell two versions of a file apart by eye; the CSV has all 64
NON_PUBLIEE = "non publiée"
POURQUOI = (
    "Empreinte non publiée : celle d'un fichier de saisie permettrait d'y retrouver, par essais, un effectif masqué ou "
    "la grille interne."
)
AUTRE = RoleDeFichier(motif="*", groupe="Autres fichiers", role="rôle non décrit dans le catalogue", partie="–")


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
    return Tableau.de(
        records[["fichier", "role", "partie", "sha256"]],
        [  # the group names the folder
            Colonne("fichier", "Fichier", ecrire=lambda path: path.partition("/")[2]),
            Colonne("role", "Rôle"),
            Colonne("partie", "Partie de la convention"),
            Colonne("empreinte", "Empreinte", ecrire=lambda row: row["sha256"][:SIGNES_EMPREINTE] or NON_PUBLIEE),
        ],
        nom="sources",
        titre="Fichiers lus par ce rapport, et leur empreinte",
        source="relevé des lectures de ce rapport",
        groupes=tuple(records["groupe"] + " (" + records["fichier"].str.partition("/")[0] + ")"),
        notes=(
            "Entre parenthèses, le dossier des données. Empreinte : début du sha256, entier dans le CSV du tableau.",
            f"Produit par ctglib, version {__version__} : les mêmes fichiers et la même version redonnent ce rapport.",
            *(() if all(map(publiable, empreintes)) else (POURQUOI,)),
        ),
        classe="texte-long",
        ecran=True,
    )


def role(fichier: str, roles: list[RoleDeFichier]) -> tuple[int, RoleDeFichier]:
    """Return the first role whose pattern fits a file, with its rank; ``AUTRE`` when the catalogue has none."""
    for rank, candidate in enumerate(roles):
        if fnmatchcase(fichier, candidate.motif):
            return rank, candidate
    return len(roles), AUTRE


def _fichier(path: str, digest: str, roles: list[RoleDeFichier]) -> dict[str, object]:
    rank, found = role(path, roles)
    known = {"groupe": found.groupe, "role": found.role, "partie": found.partie}
    return {"rang": rank, "fichier": path, "sha256": digest if publiable(path) else "", **known}
