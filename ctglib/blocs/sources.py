"""The files that a report read: what each is for, and its fingerprint."""

from __future__ import annotations

import hashlib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pandas as pd

from ctglib import __version__
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import nombre
from ctglib.donnees.empreintes import publiable
from ctglib.donnees.modeles.synthese import RoleDeFichier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.synthese import RoleDeFichier

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
        titre="Sources et traçabilité : les fichiers lus par ce rapport",
        source="relevé des lectures de ce rapport",
        groupes=tuple(records["groupe"] + " (" + records["fichier"].str.partition("/")[0] + ")"),
        notes=(
            "Entre parenthèses, le dossier des données. Empreinte : début du sha256, entier dans le CSV du tableau.",
            f"Produit par ctglib, version {__version__} : les mêmes fichiers et la même version redonnent ce rapport.",
            *(() if all(map(publiable, empreintes)) else (POURQUOI,)),
        ),
        classe="texte-long",
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
