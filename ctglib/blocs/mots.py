"""The sentences and the tables whose words are in ``catalogue/diagnostic.yaml``, among them the
files a report read.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

import pandas as pd

from ctglib import __version__
from ctglib.calculs.ecriture import majuscule
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import remplir
from ctglib.donnees.lecture import publiable
from ctglib.donnees.modeles.rapports import ReglesDiagnostic, RoleDeFichier
from ctglib.donnees.yaml_strict import charger_yaml

SIGNES_EMPREINTE = 12  # enough to tell two versions of a file apart by eye; the CSV has all 64
NON_PUBLIEE = "non publiée"
AUTRE = RoleDeFichier(
    motif="*", groupe="Autres fichiers", role="rôle non décrit dans le catalogue", partie="–"
)


def _regles() -> ReglesDiagnostic:
    return charger_yaml("catalogue/diagnostic.yaml", ReglesDiagnostic)


def dire(phrase: str, **valeurs: object) -> str:
    """Return a sentence of ``catalogue/diagnostic.yaml``, filled."""
    return remplir(_regles().phrases[phrase], **valeurs)


def presenter(contexte: Contexte, cle: str, *lignes: object, **reste: object) -> Tableau:
    """Return a table whose words are in ``catalogue/diagnostic.yaml`` (see ``Contexte.presenter``)."""
    return contexte.presenter(_regles().tableaux[cle], *lignes, cle=cle, **reste)


def sources(
    empreintes: Mapping[str, str], roles: list[RoleDeFichier], contexte: Contexte
) -> Tableau:
    """Return the files read, grouped by what they are, in the order of the roles then of their
    paths.
    """
    roles = [*roles, AUTRE]
    ranks = {
        path: next(rank for rank, one in enumerate(roles) if fnmatchcase(path, one.motif))
        for path in empreintes
    }
    paths = sorted(empreintes, key=lambda path: (ranks[path], path))
    found = [roles[ranks[path]] for path in paths]
    table = pd.DataFrame(
        {
            "fichier": paths,
            "role": [one.role for one in found],
            "partie": [majuscule(one.partie) or dire("partie_sans_article") for one in found],
            "sha256": [empreintes[path] if publiable(path) else "" for path in paths],
        }
    )
    writers = {  # the group names the folder
        "fichier": lambda path: path.partition("/")[2],
        "empreinte": lambda row: row["sha256"][:SIGNES_EMPREINTE] or NON_PUBLIEE,
    }
    groups = [
        f"{one.groupe} ({path.partition('/')[0]})" for one, path in zip(found, paths, strict=True)
    ]
    notes = [
        dire("version", version=__version__),
        not all(map(publiable, paths)) and dire("empreinte_non_publiee"),
    ]
    return presenter(contexte, "sources", table, writers, groupes=groups, notes=notes)
