"""The sentences and the tables whose words are in ``catalogue/diagnostic.yaml``; among the tables,
the files that a report read.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd

from ctglib.calculs.ecriture import majuscule
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Colonne, Ecriture, Tableau
from ctglib.document.typographie import remplir
from ctglib.donnees import VERSION
from ctglib.donnees.lecture import publiable
from ctglib.donnees.modeles.rapports import ReglesDiagnostic, RoleDeFichier
from ctglib.donnees.publications import ANCIEN, FICHIER
from ctglib.donnees.publiques import reperes
from ctglib.donnees.yaml_strict import charger_yaml

SIGNES_EMPREINTE = 12  # enough to tell two versions of a file apart by eye; the CSV has all 64


def _regles() -> ReglesDiagnostic:
    return charger_yaml("catalogue/diagnostic.yaml", ReglesDiagnostic)


def dire(phrase: str, **valeurs: object) -> str:
    """Return the sentence ``phrase`` of ``catalogue/diagnostic.yaml``, its braces filled."""
    return remplir(_regles().phrases[phrase], **valeurs)


def repondre(phrase: str, **valeurs: object) -> str:
    """Return a sentence of ``catalogue/atelier.yaml``: what an object of a notebook says of itself,
    or why it refuses.
    """
    return remplir(reperes().phrases[phrase], **valeurs)


def presenter(
    contexte: Contexte,
    cle: str,
    lignes: pd.DataFrame,
    ecrire: Mapping[str, Ecriture | None] | None = None,
    *autres: Colonne,
    **reste: Any,
) -> Tableau:
    """Return a table whose words are in ``catalogue/diagnostic.yaml`` (``Contexte.presenter``)."""
    presentation = _regles().tableaux[cle]
    return contexte.presenter(presentation, lignes, ecrire, *autres, cle=cle, **reste)


def sources(
    empreintes: Mapping[str, str], roles: list[RoleDeFichier], contexte: Contexte
) -> Tableau:
    """Return the files read, grouped by what they are, in the order of the roles then of their
    paths.

    The fingerprint of a file that is not published is not shown. What was published before is no
    source of a report: it is noted once the report is made.
    """
    empreintes = {
        path: empreinte
        for path, empreinte in empreintes.items()
        if not path.endswith((FICHIER, ANCIEN))
    }
    rang_du_role = {}
    for path in empreintes:
        rangs = [rang for rang, role in enumerate(roles) if fnmatchcase(path, role.motif)]
        rang_du_role[path] = min(rangs, default=len(roles) - 1)
    chemins = sorted(empreintes, key=lambda path: (rang_du_role[path], path))
    roles_des_fichiers = [roles[rang_du_role[path]] for path in chemins]
    fichiers = pd.DataFrame(
        {
            "fichier": chemins,
            "role": [role.role for role in roles_des_fichiers],
            "partie": [
                majuscule(role.partie) or dire("partie_sans_article") for role in roles_des_fichiers
            ],
            "sha256": [empreintes[path] if publiable(path) else "" for path in chemins],
        }
    )
    non_publiee = dire("non_publiee")
    ecritures: dict[str, Ecriture] = {
        "fichier": lambda path: path.partition("/")[2],  # the group names the folder
        "empreinte": lambda fichier: fichier["sha256"][:SIGNES_EMPREINTE] or non_publiee,
    }
    groupes = [
        f"{role.groupe} ({path.partition('/')[0]})"
        for role, path in zip(roles_des_fichiers, chemins, strict=True)
    ]
    notes = [contexte.texte("diagnostic.version", version=VERSION)]
    if not all(publiable(path) for path in chemins):
        notes.append(contexte.texte("diagnostic.empreinte_non_publiee"))
    return presenter(contexte, "sources", fichiers, ecritures, groupes=groupes, notes=notes)
