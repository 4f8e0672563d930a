"""Which row of the plan each row of a sheet is, or which free row: by the words of its key, wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.collecte.cellules.lu import montrer
from ctglib.collecte.cellules.textes import lire_choix
from ctglib.collecte.entrees import Origine
from ctglib.collecte.fichiers import VIDE, cle_de_titre
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.collecte.feuille import Ligne
    from ctglib.collecte.fichiers import Cellule
    from ctglib.collecte.reconnaitre import FeuilleReconnue
    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.modeles.gabarit import ColonneGabarit


@dataclass(frozen=True)
class Rangee:
    """A row of the file: its cells by column id, and where it is."""

    cellules: dict[str, Cellule]
    origine: Origine

    def cellule(self, colonne: str) -> Cellule:
        """Return a cell, empty when the row has none there."""
        return self.cellules.get(colonne, VIDE)


def colonnes(reconnue: FeuilleReconnue, role: str) -> list[ColonneGabarit]:
    """Return the columns of a role that the file has."""
    return [spec for spec in reconnue.feuille.colonnes if spec.role == role and spec.id in reconnue.colonnes]


def rangees(reconnue: FeuilleReconnue) -> list[Rangee]:
    """Return the rows under the headings that hold a key or an entry."""
    grid = reconnue.grille
    places = reconnue.places()
    wanted = {spec.id: reconnue.colonnes[spec.id] for role in ("cle", "saisie") for spec in colonnes(reconnue, role)}
    rows = []
    for row in [row for row in sorted(grid.lignes) if row > reconnue.titres]:
        cells = {name: grid.cellule(row, column) for name, column in wanted.items()}
        cells = {name: cell for name, cell in cells.items() if not cell.vide}
        if cells:
            rows.append(Rangee(cells, Origine(grid.fichier, grid.feuille, row, places)))
    return rows


def cle_montree(ligne: Ligne, reconnue: FeuilleReconnue) -> tuple[str, ...]:
    """Return the key of a row of the plan as its words, for the columns that the file has."""
    return tuple(cle_de_titre(str(ligne.montre.get(spec.id, ""))) for spec in colonnes(reconnue, "cle"))


def identifier(
    rangee: Rangee, reconnue: FeuilleReconnue, index: dict[tuple[str, ...], Ligne]
) -> tuple[Ligne | None, dict[str, str] | None, list[Faute]]:
    """Return the row of the plan that a row is, and its codes; a free row has codes of its own."""
    keys = colonnes(reconnue, "cle")
    written = tuple(cle_de_titre(rangee.cellule(spec.id).texte) for spec in keys)
    if ligne := index.get(written):
        return ligne, ligne.codes, []
    if not any(written):
        return None, None, [_sans_cle(rangee, keys)]
    if not reconnue.feuille.modele.lignes_libres:
        return None, None, [_cle_inconnue(rangee, reconnue, keys)]
    codes, faults = _codes(rangee, reconnue, keys)
    if faults:
        return None, None, faults
    same = next((ligne for ligne in reconnue.feuille.lignes if ligne.codes == codes), None)
    return same, codes, []


def _codes(rangee: Rangee, reconnue: FeuilleReconnue, keys: list[ColonneGabarit]) -> tuple[dict[str, str], list[Faute]]:
    """Return the codes that the words of a free row choose."""
    codes: dict[str, str] = {}
    faults = []
    for spec in keys:
        cell = rangee.cellule(spec.id)
        if cell.vide:
            codes[spec.id] = ""
            if spec.attendue:
                faults.append(
                    rangee.origine.faute(spec.id, "une cellule vide", "un choix de la liste", "choisir dans la liste")
                )
            continue
        choices = reconnue.feuille.listes[spec.id]
        words = choices.par.get(codes.get(choices.selon, ""), choices.codes)
        read = lire_choix(cell, words)
        codes[spec.id] = read.texte
        faults += [rangee.origine.faute(spec.id, *read.probleme)] if read.probleme else []
    return codes, faults


def _sans_cle(rangee: Rangee, keys: list[ColonneGabarit]) -> Faute:
    first = next(iter(rangee.cellules.values()))
    return rangee.origine.faute(
        keys[0].id,
        f"une ligne sans « {keys[0].titre} », où l'on a écrit {montrer(first)}",
        "les lignes du gabarit",
        f"remettre « {keys[0].titre} » d'après le gabarit, ou déplacer cette saisie sur sa ligne",
    )


def _cle_inconnue(rangee: Rangee, reconnue: FeuilleReconnue, keys: list[ColonneGabarit]) -> Faute:
    """Return the fault of a key that the plan has not; a date there is what a spreadsheet made of « 1.2 »."""
    known = reconnue.feuille.lignes
    wrong = next(
        spec
        for spec in [*keys, keys[0]]
        if spec is keys[0]
        or cle_de_titre(rangee.cellule(spec.id).texte)
        not in {cle_de_titre(str(ligne.montre.get(spec.id, ""))) for ligne in known}
    )
    cell = rangee.cellule(wrong.id)
    names = list(dict.fromkeys(str(ligne.montre.get(wrong.id, "")) for ligne in known))
    close = proches(cell.texte, names)
    remedy = f"écrire « {close[0]} »" if close else f"remettre « {wrong.titre} » d'après le gabarit"
    if hasattr(cell.valeur, "strftime"):
        remedy = f"mettre la cellule au format Texte, puis retaper « {wrong.titre} » d'après le gabarit"
    found = montrer(cell) if not cell.vide else "une cellule vide"
    return rangee.origine.faute(wrong.id, found, f"« {wrong.titre} » tel que dans le gabarit", remedy)


def en_double(rangee: Rangee, reconnue: FeuilleReconnue, avant: int) -> Faute:
    """Return the fault of a row whose key an earlier row has."""
    keys = colonnes(reconnue, "cle")
    shown = ", ".join(rangee.cellule(spec.id).texte for spec in keys if not rangee.cellule(spec.id).vide)
    return rangee.origine.faute(
        keys[0].id,
        f"« {shown[:80]} » une seconde fois (déjà ligne {avant})",
        "une seule ligne de chaque",
        "supprimer l'une des deux lignes, ou en corriger le début",
    )
