"""Files dropped on the desk, each judged apart: what is right is recorded, the rest says its
faults.

It is ``ctg importer``, whose outcome stays in memory so that a value may be confirmed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from ctglib.bureau.etat import MOTS
from ctglib.bureau.memoire import ARevoir, noter_les_retours
from ctglib.collecte.confirmation import Endroit, confirmer
from ctglib.collecte.feuilles import (
    OBSERVATIONS,
    Cadre,
    Cible,
    Feuille,
    Ligne,
    feuilles,
    ouvrir_cadre,
)
from ctglib.collecte.fichiers import recevoir
from ctglib.collecte.import_convention import est_une_convention, preparer_convention
from ctglib.collecte.importer import Changement, par_annee
from ctglib.collecte.lecture import Entree
from ctglib.collecte.ouverture import ClasseurLu
from ctglib.donnees.ecriture import tenir_les_donnees
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import CLE, racine
from ctglib.donnees.plausibilite import ecrit
from ctglib.production.plan import convention_de
from ctglib.production.reception import Reception, recevoir_une_annee

Issue = Literal["enregistre", "sans_nouveau", "a_corriger", "a_confirmer", "attend", "illisible"]


@dataclass(frozen=True)
class Juge:
    """What became of a file."""

    nom: str
    issue: Issue
    convention: str = ""
    annee: int = 0
    service: str = ""
    fautes: tuple[Faute, ...] = ()  # without those that are questions
    questions: tuple[Faute, ...] = ()
    copie: Path | None = None  # what goes back to who sent it


@dataclass(frozen=True)
class ChangementDit:
    """A cell whose content changes, in the words of the sheets."""

    lieu: str
    sujet: str  # « Assistantes maternelles agréées »
    colonne: str
    avant: str
    apres: str
    revision: bool


@dataclass(frozen=True)
class Recu:
    """What the files of one year changed."""

    convention: str
    annee: int
    changements: tuple[ChangementDit, ...]
    nouvelles: Mapping[str, int]  # rows added, by sheet
    remarques: tuple[str, ...]
    reste: str
    titre: str = ""  # of the convention
    cle_faite: str = ""  # the whole path of the secret key that was made with them
    du_texte: tuple[str, ...] = ()  # what its text changes, a sentence a sheet


@dataclass
class Depot:
    """Files dropped together, and what became of each; ``classeurs`` are those that wait."""

    cle: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    juges: list[Juge] = field(default_factory=list)
    recus: list[Recu] = field(default_factory=list)
    classeurs: list[ClasseurLu] = field(default_factory=list)

    @property
    def a_confirmer(self) -> list[tuple[int, Juge, Faute]]:
        """The questions of the files that have nothing else, each with its number in the form."""
        questions = [
            (juge, question)
            for juge in self.juges
            if juge.issue == "a_confirmer"
            for question in juge.questions
        ]
        return [(rang, juge, question) for rang, (juge, question) in enumerate(questions)]

    @property
    def a_confirmer_par_fichier(self) -> list[Juge]:
        """The files whose values are to be confirmed, each once."""
        return [juge for juge in self.juges if juge.issue == "a_confirmer"]


def deposer(chemins: list[Path], jour: date) -> Depot:
    """Read files, record what is right, write beside a copy of what is not."""
    classeurs, fautes = recevoir(chemins)
    depot = Depot()
    with tenir_les_donnees():
        for classeur in classeurs:
            if est_une_convention(classeur):
                _enregistrer_une_convention(depot, classeur)
        annuels = [classeur for classeur in classeurs if not est_une_convention(classeur)]
        _juger(depot, annuels, fautes, jour)
    return depot


def _enregistrer_une_convention(depot: Depot, classeur: ClasseurLu) -> None:
    """Write what the workbook of a convention says, or add its faults to the drop."""
    try:
        preparation = preparer_convention(classeur)
        preparation.ecrire()
    except DonneesInvalides as error:
        _refuser(depot, list(error.fautes))
        return
    issue = "enregistre" if preparation.fichiers else "sans_nouveau"
    depot.juges.append(Juge(classeur.fichier, issue, preparation.convention))
    convention = preparation.convention
    depot.recus.append(
        Recu(
            convention,
            0,
            (),
            {},
            preparation.remarques,
            "",
            titre=convention_de(convention).titre,
            du_texte=preparation.changements,
        )
    )


def reprendre(
    depot: Depot, raisons: Mapping[int, str], services: Mapping[str, str], jour: date
) -> Depot:
    """Return a drop with some of its values confirmed by services: its files are judged again.

    Args:
        depot: What was dropped.
        raisons: Why each value is right, by the number of its question.
        services: Who says it, by file.
        jour: Today.
    """
    with tenir_les_donnees():
        return _reprendre(depot, raisons, services, jour)


def _reprendre(
    depot: Depot, raisons: Mapping[int, str], services: Mapping[str, str], jour: date
) -> Depot:
    dites: dict[Endroit, str] = {}
    concernes: dict[str, Juge] = {}
    for rang, juge, question in depot.a_confirmer:
        raison = raisons.get(rang, "").strip()
        if raison and question.feuille and question.ligne:
            dites[question.fichier, question.feuille, question.ligne] = raison
            concernes[juge.nom] = juge
    classeurs = []
    for classeur in depot.classeurs:
        juge = concernes.get(classeur.fichier)
        if juge:
            cadre = ouvrir_cadre(juge.convention, juge.annee)
            classeur = confirmer(cadre, classeur, dites, services[juge.nom])
        classeurs.append(classeur)
    suite = Depot(cle=depot.cle)
    a_rejuger = {classeur.fichier for classeur in classeurs}
    suite.juges = [juge for juge in depot.juges if juge.nom not in a_rejuger]
    suite.recus = list(depot.recus)
    _juger(suite, classeurs, [], jour)
    _retirer_les_copies(depot, suite)
    return suite


def _retirer_les_copies(avant: Depot, apres: Depot) -> None:
    """Remove the copies of the files that were to be sent back and, once confirmed, are taken."""
    pris = {juge.nom for juge in apres.juges if juge.issue in ("enregistre", "sans_nouveau")}
    for juge in avant.juges:
        if juge.nom in pris and juge.copie:
            with suppress(OSError):  # Windows holds one that somebody has opened
                juge.copie.unlink()


def _juger(
    depot: Depot, classeurs: list[ClasseurLu], fautes_de_lecture: list[Faute], jour: date
) -> None:
    """Add to a drop what becomes of files; those that were not taken stay with it."""
    groupes, fautes = par_annee(classeurs)
    _refuser(depot, [*fautes_de_lecture, *fautes])
    for (convention, annee), de_l_annee in groupes.items():
        try:
            reception = recevoir_une_annee(convention, annee, de_l_annee, jour=jour)
        except DonneesInvalides as error:
            _refuser(depot, list(error.fautes), convention, annee)
            continue
        _noter(depot, reception, convention, annee, jour)


def _refuser(depot: Depot, fautes: list[Faute], convention: str = "", annee: int = 0) -> None:
    """Add the files that could not be judged, each with its faults."""
    par_fichier: dict[str, list[Faute]] = {}
    for faute in fautes:
        par_fichier.setdefault(faute.fichier, []).append(faute)
    for nom, siennes in par_fichier.items():
        depot.juges.append(Juge(nom, "illisible", convention, annee, fautes=tuple(siennes)))


def _noter(depot: Depot, reception: Reception, convention: str, annee: int, jour: date) -> None:
    """Add what became of the files of a year to a drop, and to what the desk remembers."""
    preparation = reception.preparation
    copies = reception.renvoyer()
    juges = []
    plan_lu = feuilles(reception.cadre, a_lire=True)
    for classeur in reception.classeurs:
        siennes = [
            replace(faute, sujet=_sujet_de_la_faute(plan_lu, classeur, faute))
            for faute in preparation.fautes
            if faute.fichier in classeur.noms
        ]
        fautes = tuple(faute for faute in siennes if not faute.question)
        questions = tuple(faute for faute in siennes if faute.question)
        juges.append(
            Juge(
                classeur.fichier,
                _issue(reception, classeur, fautes, questions),
                convention,
                annee,
                classeur.proprietes.get("responsable", ""),
                fautes,
                questions,
                copies.get(classeur.fichier),
            )
        )
        if classeur.fichier not in preparation.pris:
            depot.classeurs.append(classeur)
    depot.juges += juges
    if preparation.pris:
        cadre = ouvrir_cadre(convention, annee)
        plan = feuilles(cadre)
        cles = [str(racine() / nom) for nom in preparation.fichiers if nom.endswith(CLE)]
        depot.recus.append(
            Recu(
                convention,
                annee,
                tuple(
                    dire_le_changement(plan, changement) for changement in preparation.changements
                ),
                _par_feuille(plan, preparation.nouvelles),
                (*preparation.remarques, *_dire_le_comite(cadre, preparation.changements)),
                preparation.reste,
                cadre.dossier.convention.titre,
                "".join(cles),
            )
        )
    a_revoir = [
        ARevoir(
            fichier=juge.nom,
            le=jour,
            service=juge.service,
            fautes=len(juge.fautes),
            a_confirmer=len(juge.questions),
        )
        for juge in juges
        if juge.issue in ("a_corriger", "a_confirmer")
    ]
    pris = [juge for juge in juges if juge.issue in ("enregistre", "sans_nouveau")]
    noms = [nom for juge in pris for nom in (juge.nom, juge.service)]
    noter_les_retours(convention, annee, a_revoir, noms)


def _dire_le_comite(cadre: Cadre, changements: Iterable[Changement]) -> Iterator[str]:
    """Yield that the decisions already recorded are now those of the comité of another day."""
    decisions = len(cadre.saisi("decisions"))
    for changement in changements:
        date_du_comite = changement.entree.cle == ("comite_date",)
        if date_du_comite and changement.avant and changement.apres and decisions:
            yield MOTS["comite_change"].format(
                avant=jour_ecrit(changement.avant), apres=jour_ecrit(changement.apres)
            )


def dire_le_changement(plan: tuple[Feuille, ...], changement: Changement) -> ChangementDit:
    """Return what changes in the words of the sheets: what the row is about, the words of codes."""
    entree = changement.entree
    sujet = ""
    type_de_la_colonne = ""
    mots_des_codes: dict[str, str] = {}
    for feuille in plan:
        for ligne in feuille.lignes:
            if any(_est_de(cible, entree) for cible in ligne.cibles):
                sujet = _sujet(feuille, ligne)
                liste = feuille.liste(ligne, changement.colonne)
                mots_des_codes = {code: mot for mot, code in liste.codes.items()} if liste else {}
                type_de_la_colonne = _type_de(feuille, ligne, changement.colonne)
    avant = mots_des_codes.get(changement.avant, changement.avant)
    apres = mots_des_codes.get(changement.apres, changement.apres)
    if type_de_la_colonne == "nombre":
        avant = nombre_ecrit(avant)
        apres = nombre_ecrit(apres)
    if type_de_la_colonne == "date":
        avant = jour_ecrit(avant)
        apres = jour_ecrit(apres)
    return ChangementDit(
        entree.origine.lieu,
        sujet,
        entree.origine.colonnes.get(changement.colonne, changement.colonne),
        avant,
        apres,
        changement.revision,
    )


def _type_de(feuille: Feuille, ligne: Ligne, colonne: str) -> str:
    """Return the type of the cell of a row that fills a column of the follow-up, "" when none."""
    types = {cellule.id: cellule.type for cellule in feuille.modele.colonnes}
    for cible in ligne.cibles:
        for cellule, remplie in cible.champs.items():
            if remplie == colonne and cellule in types:
                return types[cellule]
    return ""


def nombre_ecrit(texte: str) -> str:
    """Return a number of a file as one reads it, « 0,8 » for « 0.8 »; another text as it is."""
    with suppress(ValueError):
        return ecrit(float(texte))
    return texte


def jour_ecrit(texte: str) -> str:
    """Return a day of a file as one reads it, « 28/01/2025 »; another text as it is."""
    with suppress(ValueError):
        return f"{date.fromisoformat(texte):%d/%m/%Y}"
    return texte


def _est_de(cible: Cible, entree: Entree) -> bool:
    """Tell whether a row fills what an entry does, whatever the millésime of a figure."""
    if cible.table != entree.table:
        return False
    if cible.table == OBSERVATIONS:
        return cible.cle[:-1] == entree.cle[:-1]
    return cible.cle == entree.cle


def _sujet_de_la_faute(plan: tuple[Feuille, ...], classeur: ClasseurLu, faute: Faute) -> str:
    """Return what the row of a fault is about, from the cells that know it; "" when none does."""
    for grille in classeur.grilles:
        if grille.tableau or grille.feuille != faute.feuille or faute.ligne not in grille.lignes:
            continue
        textes = {cellule.texte for cellule in grille.lignes[faute.ligne].values()}
        for feuille in plan:
            if feuille.modele.titre != grille.feuille:
                continue
            cles = [colonne.id for colonne in feuille.modele.colonnes if colonne.role == "cle"]
            for ligne in feuille.lignes:
                reperes = {str(ligne.montre.get(cle, "")) for cle in cles} - {""}
                if reperes and reperes <= textes:
                    return _sujet(feuille, ligne)
    return ""


def _sujet(feuille: Feuille, ligne: Ligne) -> str:
    """Return what a row is about: its label, its subject and its heading, or else its key."""
    noms = ["libelle", "detail"]
    if "rubrique" in ligne.montre:
        noms = ["sujet", "rubrique"]
    elif "libelle" not in ligne.montre:
        noms = [colonne.id for colonne in feuille.modele.ecrites.values() if colonne.role == "cle"]
    textes = [str(ligne.montre.get(nom, "")) for nom in noms]
    return ", ".join(texte for texte in textes if texte)


def _par_feuille(plan: tuple[Feuille, ...], nouvelles: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows were added, by the title of the sheet that fills their table."""
    titres = {
        cible.table: feuille.modele.titre
        for feuille in plan
        for ligne in feuille.lignes
        for cible in ligne.cibles
    }
    par_feuille: dict[str, int] = {}
    for table, nombre in nouvelles.items():
        titre = titres.get(table) or MOTS["tables"].get(table, table)
        par_feuille[titre] = par_feuille.get(titre, 0) + nombre
    return par_feuille


def _issue(
    reception: Reception,
    classeur: ClasseurLu,
    fautes: tuple[Faute, ...],
    questions: tuple[Faute, ...],
) -> Issue:
    preparation = reception.preparation
    if classeur.fichier in preparation.pris:
        return "enregistre" if preparation.fichiers else "sans_nouveau"
    if classeur.fichier in preparation.en_attente:
        return "attend"
    return "a_confirmer" if questions and not fautes else "a_corriger"
