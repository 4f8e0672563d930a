"""Names that a row of the follow-up cites and that nothing defines: by column, then within what another one says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.references import VOCABULAIRES, nom_inconnu

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import Ligne, TableLue
    from ctglib.donnees.suivi.connus import Connus

# Column by table, and the kind of name of ``references.VOCABULAIRES`` that it cites.
COLONNES = {
    "observations": {
        "territoire": "territoire",
        "indicateur": "mesure",
        "dimension": "dimension",
        "unite": "unite",
        "statut": "statut",
    },
    "actions": {"fiche": "fiche"},
    "moyens": {"signataire": "signataire", "fiche": "fiche", "poste": "poste", "statut": "statut"},
    "profils": {"variable": "variable", "variable_2": "variable", "statut": "statut"},
    "posture": {},
}

# Column by table, the column that says among which names it is chosen, and the words of its faults: « {} » stands for
# what that column says.
DEPENDANTES = {
    "observations": (
        ("modalite", "dimension", "dimension", "une modalité de la dimension « {} »", "catalogue/dimensions.yaml"),
    ),
    "actions": (("modalite", "fiche", "fiche", "une modalité de mise en œuvre de la fiche {}", "convention.yaml"),),
    "profils": (
        ("modalite", "variable", "variable", "une modalité de la variable « {} »", "catalogue/profils.yaml"),
        ("modalite_2", "variable_2", "variable", "une modalité de la variable « {} »", "catalogue/profils.yaml"),
    ),
}


def fautes_de_noms(nom: str, table: TableLue, connus: Connus) -> list[Faute]:
    """Return a fault for each cell of a table that names what nothing defines."""
    faults = []
    for row in table.lignes:
        for column, kind in COLONNES[nom].items():
            words = VOCABULAIRES[kind]
            faults += nom_de_cellule(table, row, column, (connus.noms[kind], words.libelle, words.ou))
        for column, chooser, kind, label, where in DEPENDANTES.get(nom, ()):
            chosen = row.cellules.get(chooser, "")
            names = connus.modalites[kind].get(chosen, [])
            faults += nom_de_cellule(table, row, column, (names, label.format(chosen), where))
    return faults


def nom_de_cellule(table: TableLue, row: Ligne, colonne: str, attendus: tuple[list[str], str, str]) -> list[Faute]:
    """Return the fault of a cell that is none of the names expected; none are known: nothing is checked.

    ``attendus`` are the names, what they name, and where they are defined.
    """
    names, label, where = attendus
    written = row.cellules.get(colonne, "")
    if not written or not names or written in names:
        return []
    return [Faute(table.fichier, *nom_inconnu(written, names, label, where), ligne=row.numero, colonne=colonne)]
