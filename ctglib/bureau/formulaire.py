"""What the parties write of a year, as a form: the rows of the sheets of words of the year's
workbook, each beside what the bilan would say.

What is typed is read as the workbook is: the same rules, the same faults, the same files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from ctglib.blocs.signees import propositions
from ctglib.bureau.depot import ChangementDit, dire_le_changement
from ctglib.bureau.etat import MOTS
from ctglib.collecte.feuilles import Feuille, Ligne, feuilles, ouvrir_cadre
from ctglib.collecte.ouverture import Cellule, ClasseurLu, Grille
from ctglib.donnees.ecriture import tenir_les_donnees
from ctglib.donnees.fautes import Faute
from ctglib.donnees.modeles.suivi import ColonneGabarit
from ctglib.production.reception import recevoir_une_annee

FEUILLES = ("premiere_page", "appreciations", "participation")
STATUT = "statut"  # a year is closed by its own page
FICHIER = "formulaire"
COLONNE_DU_SERVICE = "responsable"
PREMIERE_RANGEE = 2  # after the headings, as in a sheet
RANGEES_REPLIEES = 3  # about one thing: as many are folded
# How a cell is typed, by the type of its column.
SAISIES = {
    "texte": "ligne",
    "texte_long": "lignes",
    "phrases": "lignes",
    "date": "jour",
    "nombre": "nombre",
    "liste": "choix",
}


@dataclass(frozen=True)
class Champ:
    """A cell that may be typed."""

    nom: str
    numero: int  # of its column
    titre: str
    libelle: str  # what the page says of it: what its row makes of the column
    saisie: str  # one of ``SAISIES``
    valeur: str
    choix: tuple[str, ...] = ()
    longueur: int = 2000
    service: bool = False  # it names a service or a party


@dataclass(frozen=True)
class Rangee:
    """A row: what it is about, what is known beside, its cells."""

    sujet: str
    rubrique: str
    precedent: str
    cles: Mapping[int, str]  # what tells it apart, by column
    champs: tuple[Champ, ...]


@dataclass(frozen=True)
class Groupe:
    """The rows that follow one another about one thing."""

    sujet: str
    rangees: tuple[Rangee, ...]

    @property
    def replie(self) -> bool:
        """Whether the page folds it: a fiche, the decisions of a comité."""
        return len(self.rangees) >= RANGEES_REPLIEES

    @property
    def ecrites(self) -> int:
        """How many of its rows have something written in them."""
        return sum(any(champ.valeur for champ in rangee.champs) for rangee in self.rangees)

    @property
    def noms(self) -> set[str]:
        """The names of its cells."""
        return {champ.nom for rangee in self.rangees for champ in rangee.champs}


@dataclass(frozen=True)
class Partie:
    """A sheet."""

    titre: str
    consigne: str
    en_tete: Mapping[int, str]
    rangees: tuple[Rangee, ...]

    @property
    def groupes(self) -> tuple[Groupe, ...]:
        """Its rows by what they are about, in their order."""
        suites = groupby(self.rangees, key=lambda rangee: rangee.sujet)
        return tuple(Groupe(sujet, tuple(rangees)) for sujet, rangees in suites)


@dataclass(frozen=True)
class FauteSituee:
    """A fault of what was typed, and the cell of the page that has it."""

    faute: Faute
    ou: str
    champ: str = ""  # its name, "" when it is of none


@dataclass(frozen=True)
class Ecriture:
    """What became of a form: its faults, or what it erased and what is to be known of the rest."""

    fautes: tuple[Faute, ...] = ()
    effaces: tuple[ChangementDit, ...] = ()
    remarques: tuple[str, ...] = ()


def formulaire(convention: str, annee: int) -> tuple[Partie, ...]:
    """Return what may be written of a year, with what is already.

    Raises:
        DonneesInvalides: The data do not hold, or the year is out of the convention.
    """
    cadre = replace(ouvrir_cadre(convention, annee), propositions=propositions(convention, annee))
    par_nom = {feuille.modele.id: feuille for feuille in feuilles(cadre)}
    return tuple(_partie(nom, par_nom[nom]) for nom in FEUILLES if nom in par_nom)


def _partie(nom: str, feuille: Feuille) -> Partie:
    colonnes = feuille.modele.ecrites
    rangees = []
    for rang, ligne in enumerate(feuille.lignes):
        if ligne.montre.get("repere") == STATUT:
            continue
        champs = [
            _champ(f"{nom}.{rang}", numero, colonne, feuille, ligne)
            for numero, colonne in colonnes.items()
            if colonne.role == "saisie" and colonne.id in ligne.ouvertes
        ]
        cles = {
            numero: str(ligne.montre.get(colonne.id, ""))
            for numero, colonne in colonnes.items()
            if colonne.role == "cle"
        }
        sujet, rubrique, precedent = (
            str(ligne.montre.get(quoi, "")) for quoi in ("sujet", "rubrique", "precedent")
        )
        rangees.append(Rangee(sujet, rubrique, precedent, cles, tuple(champs)))
    en_tete = {numero: colonne.titre for numero, colonne in colonnes.items()}
    return Partie(feuille.modele.titre, MOTS["consignes"][nom], en_tete, tuple(rangees))


def _champ(nom: str, numero: int, colonne: ColonneGabarit, feuille: Feuille, ligne: Ligne) -> Champ:
    liste = feuille.liste(ligne, colonne.id)
    return Champ(
        f"{nom}.{colonne.id}",
        numero,
        colonne.titre,
        MOTS["champs"].get(ligne.cibles[0].champs.get(colonne.id), colonne.titre),
        SAISIES[colonne.type],
        _texte(ligne.montre.get(colonne.id, "")),
        tuple(liste.codes) if liste and colonne.type == "liste" else (),
        colonne.signes or 2000,
        colonne.id == COLONNE_DU_SERVICE,
    )


def services_et_parties(convention: str, annee: int) -> list[str]:
    """Return the names that a line may be signed with, among others: those of the services that the
    convention follows, then those of its parties.
    """
    dossier = ouvrir_cadre(convention, annee).dossier
    services = [responsable.libelle for responsable in dossier.catalogue.responsables.values()]
    parties = [partie.nom for partie in dossier.convention.parties]
    return list(dict.fromkeys([*services, *parties]))


def enregistrer(
    convention: str,
    annee: int,
    parties: Iterable[Partie],
    valeurs: Mapping[str, str],
    jour: date,
) -> Ecriture:
    """Record the rows of a form in which something was typed or emptied, or return their faults:
    all or none.

    A row that is as it was shown is left out: somebody may have changed it since. What was shown
    and is emptied is withdrawn.

    Args:
        convention: The convention.
        annee: The year.
        parties: The form, as it was shown.
        valeurs: What was typed, by the name of each cell.
        jour: Today.

    Raises:
        DonneesInvalides: What is already entered does not hold.
    """
    grilles = [_grille(partie, valeurs) for partie in parties]
    remplies = tuple(grille for grille in grilles if len(grille.lignes) > 1)
    if not remplies:
        return Ecriture()
    proprietes = {"convention": convention, "annee": str(annee)}
    classeur = ClasseurLu(FICHIER, remplies, proprietes)
    with tenir_les_donnees():
        reception = recevoir_une_annee(convention, annee, [classeur], jour=jour)
    preparation = reception.preparation
    if preparation.fautes:
        return Ecriture(preparation.fautes)
    plan = feuilles(reception.cadre)
    changements = [dire_le_changement(plan, changement) for changement in preparation.changements]
    effaces = tuple(changement for changement in changements if not changement.apres)
    return Ecriture((), effaces, tuple(_situer_les_remarques(parties, preparation.remarques)))


def _situer_les_remarques(parties: Iterable[Partie], remarques: Iterable[str]) -> Iterator[str]:
    """Yield what is said of a form in the words of its page, which has no sheet and no row."""
    lieux = {}
    for partie in parties:
        for rang, rangee in enumerate(partie.rangees, PREMIERE_RANGEE):
            lieu = f"{FICHIER}, feuille « {partie.titre} », ligne {rang}"
            lieux[lieu] = f"{rangee.sujet} : {rangee.rubrique}"
    for remarque in remarques:
        for lieu in sorted(lieux, key=len, reverse=True):
            if remarque.startswith(lieu):
                remarque = remarque.replace(lieu, lieux[lieu], 1)
                break
        yield remarque


def _grille(partie: Partie, valeurs: Mapping[str, str]) -> Grille:
    """Return a sheet as it would be read, with the rows that were changed."""
    lignes = {1: {numero: Cellule(titre) for numero, titre in partie.en_tete.items()}}
    videes = {}
    for rang, rangee in enumerate(partie.rangees, PREMIERE_RANGEE):
        tapees = {champ: valeurs.get(champ.nom, "").strip() for champ in rangee.champs}
        if all(texte == _comparable(champ.valeur) for champ, texte in tapees.items()):
            continue
        cellules = {numero: Cellule(texte) for numero, texte in rangee.cles.items()}
        for champ, texte in tapees.items():
            if texte:
                cellules[champ.numero] = Cellule(_lire(champ, texte))
        lignes[rang] = cellules
        videes[rang] = frozenset(
            champ.numero for champ, texte in tapees.items() if champ.valeur and not texte
        )
    return Grille(FICHIER, partie.titre, lignes, videes=videes)


def situer(parties: Iterable[Partie], fautes: Iterable[Faute]) -> list[FauteSituee]:
    """Return the faults of a form at the cells of its page, which has no sheet and no row."""
    par_titre = {partie.titre: partie for partie in parties}
    situees = []
    for faute in fautes:
        partie = par_titre.get(faute.feuille or "")
        rang = (faute.ligne or 0) - PREMIERE_RANGEE
        if partie is None or not 0 <= rang < len(partie.rangees):
            situees.append(FauteSituee(faute, faute.fichier))
            continue
        rangee = partie.rangees[rang]
        ou = f"{rangee.sujet} : {rangee.rubrique}"
        champs = [champ for champ in rangee.champs if (faute.colonne or "").endswith(champ.titre)]
        if champs:
            ou = f"{ou}, {champs[0].titre}"
        elif rangee.champs:
            champs = [rangee.champs[0]]
        situees.append(FauteSituee(faute, ou, champs[0].nom if champs else ""))
    return situees


def _texte(montre: str | float | date) -> str:
    """Return what a cell shows as one types it: « 64 », « 0,5 », « 2026-03-12 »."""
    if isinstance(montre, float):
        return f"{montre:.10f}".rstrip("0").rstrip(".").replace(".", ",")
    return str(montre)


def _comparable(texte: str) -> str:
    return texte.replace("\r\n", "\n").strip()


def _lire(champ: Champ, texte: str) -> str | float | date:
    """Return what was typed as a cell holds it; what is no date or no number stays as it is, for
    the import to say.
    """
    with suppress(ValueError):
        if champ.saisie == "jour":
            return date.fromisoformat(texte)
        if champ.saisie == "nombre":
            return float(texte.replace(",", "."))
    return texte
