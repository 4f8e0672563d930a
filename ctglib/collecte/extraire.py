"""The rows of a recognised sheet: what each is, what was entered in it, and what is wrong cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctglib.collecte.cellules.dates import lire_date
from ctglib.collecte.cellules.lu import Lu, montrer
from ctglib.collecte.cellules.nombres import lire_nombre
from ctglib.collecte.cellules.textes import lire_choix, lire_texte_libre
from ctglib.collecte.fichiers import cle_de_titre
from ctglib.collecte.lignes import LigneLue
from ctglib.collecte.personnes import noms_possibles
from ctglib.collecte.rangees import Rangee, cle_montree, colonnes, en_double, identifier, rangees

if TYPE_CHECKING:
    from ctglib.collecte.feuille import Ligne
    from ctglib.collecte.fichiers import Cellule
    from ctglib.collecte.reconnaitre import FeuilleReconnue
    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.modeles.gabarit import ColonneGabarit, NomsDePersonnes

# The sheet whose texts are lists of sentences.
_EN_PHRASES = "appreciations"


@dataclass
class Extraction:
    """The rows read, the faults found, and what is to be told without stopping."""

    lignes: list[LigneLue] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    attendues: int = 0


def extraire(reconnue: FeuilleReconnue, noms: NomsDePersonnes) -> Extraction:
    """Return what a sheet says, with all its faults."""
    found = Extraction()
    index = {cle_montree(ligne, reconnue): ligne for ligne in reconnue.feuille.lignes}
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for rangee in rangees(reconnue):
        ligne, codes, faults = identifier(rangee, reconnue, index)
        found.fautes += faults
        if codes is None:
            continue
        key = tuple(sorted(codes.items()))
        if key in seen:
            found.fautes.append(en_double(rangee, reconnue, seen[key]))
            continue
        seen[key] = rangee.origine.ligne
        _lire_la_rangee(rangee, reconnue, ligne, codes, found=found, noms=noms)
    return found


def _lire_la_rangee(
    rangee: Rangee,
    reconnue: FeuilleReconnue,
    ligne: Ligne | None,
    codes: dict[str, str],
    *,
    found: Extraction,
    noms: NomsDePersonnes,
) -> None:
    """Read the entry cells of a row into what was found."""
    values: dict[str, str] = {}
    sound = True
    for spec in colonnes(reconnue, "saisie"):
        cell = rangee.cellule(spec.id)
        if cell.vide:
            continue
        read = _lire(cell, spec, reconnue, ligne)
        if read.probleme:
            sound = False
            found.fautes.append(rangee.origine.faute(spec.id, *read.probleme))
            continue
        values[spec.id] = read.texte
        found.remarques += _remarques(rangee, spec, cell, read, noms)
    lost = _sans_ce_qu_elles_accompagnent(rangee, reconnue, ligne, values) if sound else []
    found.fautes += lost
    found.attendues += _attendues_vides(ligne, values)
    if sound and not lost:
        found.lignes.append(LigneLue(reconnue.feuille.modele.id, codes, values, rangee.origine))


def _lire(cell: Cellule, spec: ColonneGabarit, reconnue: FeuilleReconnue, ligne: Ligne | None) -> Lu:
    if ligne and spec.id in ligne.fermees:
        remedy = "effacer cette cellule : elle ne sert pas sur cette ligne"
        return Lu(probleme=(montrer(cell), "une cellule vide (fond hachuré)", remedy))
    if spec.type == "nombre":
        return lire_nombre(cell, reconnue.feuille.nombre(ligne, spec.id))
    if spec.type == "date":
        return lire_date(cell)
    if spec.type == "liste" and (choices := reconnue.feuille.liste(ligne, spec.id)):
        return lire_choix(cell, choices.codes)
    return lire_texte_libre(cell, lignes=reconnue.feuille.modele.id == _EN_PHRASES and spec.type == "texte_long")


def _remarques(rangee: Rangee, spec: ColonneGabarit, cell: Cellule, read: Lu, noms: NomsDePersonnes) -> list[str]:
    """Return what is told of a cell that was read: how it was understood, a formula, what may be a name."""
    place = f"{rangee.origine}, « {rangee.origine.colonnes[spec.id]} »"
    told = [f"{place} : {read.remarque}."] if read.remarque else []
    if cell.formule:
        told.append(f"{place} : formule, son résultat enregistré est {montrer(cell)}.")
    if spec.type in ("texte", "texte_long"):
        names = ", ".join(f"« {name} »" for name in noms_possibles(read.texte, noms))
        told += [f"{place} : {names}, peut-être le nom d'une personne ; si c'en est une, le retirer."] if names else []
    return told


def _sans_ce_qu_elles_accompagnent(
    rangee: Rangee, reconnue: FeuilleReconnue, ligne: Ligne | None, values: dict[str, str]
) -> list[Faute]:
    """Return a fault for each cell that would be lost, what it is about being empty; as prefilled, it says nothing."""
    titles = {spec.id: spec.titre for spec in reconnue.feuille.colonnes}
    faults = []
    for spec in reconnue.feuille.colonnes:
        if not spec.accompagne or spec.id not in values or any(values.get(name) for name in spec.accompagne):
            continue
        if ligne and cle_de_titre(str(ligne.montre.get(spec.id, ""))) == cle_de_titre(values[spec.id]):
            continue
        about = " ou ".join(f"« {titles[name]} »" for name in spec.accompagne)
        found = f"{montrer(rangee.cellule(spec.id))}, alors que {about} est vide"
        faults.append(
            rangee.origine.faute(spec.id, found, f"{about} rempli", f"remplir {about}, ou effacer cette cellule")
        )
    return faults


def _attendues_vides(ligne: Ligne | None, values: dict[str, str]) -> int:
    if ligne is None or values.get("statut"):
        return 0
    return sum(not values.get(name) for name in ligne.attendues)
