"""Where the years of a convention stand, from what the commands read: what was asked, sent back,
confirmed, written, produced, held and closed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import yaml

from ctglib.bureau.memoire import AnneeDuBureau, se_souvenir
from ctglib.collecte.feuilles import Cadre, ouvrir_cadre
from ctglib.collecte.manques import compter_les_elements, demandes
from ctglib.document.typographie import date_longue
from ctglib.donnees.cloture import est_close
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import CONVENTIONS, conventions, racine
from ctglib.donnees.modeles.catalogue import Territoires
from ctglib.donnees.modeles.evaluation import ReglesProjet
from ctglib.donnees.modeles.rapports import PLACE_DU_CHAPO
from ctglib.donnees.numeros import ranger
from ctglib.donnees.pieces import annees_presentes
from ctglib.donnees.validation import lignes_a_completer
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production import plan
from ctglib.production.manifeste import lignes_a_relire, lire_manifeste, prevoir

MOTS = yaml.safe_load(Path(__file__).with_name("mots.yaml").read_text(encoding="utf-8"))
FAITE = "faite"
EN_COURS = "cours"
A_CORRIGER = "corr"
A_VENIR = "prevue"
EN_RETARD = "retard"


@dataclass(frozen=True)
class Etape:
    """A step of a year: its state is one of the names above, which the style sheet draws."""

    nom: str
    titre: str
    etat: str
    detail: str


@dataclass(frozen=True)
class Service:
    """What a service was asked for, and has answered."""

    nom: str
    libelle: str
    fiches: str
    demandes: int
    recus: int
    manque: str  # « 2 valeurs, 1 état d'action »
    etat: str  # one of ``MOTS["services"]``
    retour: str = ""  # the file to be corrected


@dataclass(frozen=True)
class EtatDeLAnnee:
    """A year of a convention as the desk shows it."""

    convention: str
    titre: str
    annee: int
    fictive: bool
    etapes: tuple[Etape, ...]
    services: tuple[Service, ...]
    demandes: int
    recus: int
    close: bool
    a_revoir: int
    a_relire: tuple[str, ...]  # lines that the parties signed and that reports do not print
    memoire: AnneeDuBureau

    @property
    def en_attente(self) -> list[Service]:
        """The services that have still something to send."""
        return [service for service in self.services if service.recus < service.demandes]


@dataclass(frozen=True)
class EtatDeLaConvention:
    """A convention of the home page: its years, each with a word, and the one that is under way."""

    convention: str
    titre: str = ""
    fictive: bool = False
    annees: dict[int, str] = field(default_factory=dict)  # a word of ``MOTS["annees"]`` each
    courante: EtatDeLAnnee | None = None
    fautes: DonneesInvalides | None = None
    texte: str = ""  # a word of ``MOTS["textes"]``: what is left to do to the text itself

    @property
    def se_suit(self) -> bool:
        """Whether its years are at work: its text is there, or something was recorded already."""
        return not self.texte or not {"commencee", "close"}.isdisjoint(self.annees.values())


class Lecteur:
    """The states of conventions, worked out again once a file that they may rest on has changed."""

    def __init__(self, sortie: Path, carnets: Path) -> None:
        self.sortie = sortie
        self.carnets = carnets
        self._etats: dict[tuple[str, int], tuple[object, EtatDeLAnnee]] = {}

    def conventions(self, jour: date) -> list[EtatDeLaConvention]:
        """Return the state of all conventions, those that are fictional last."""
        etats = []
        for nom in conventions():
            try:
                etats.append(self._convention(nom, jour))
            except DonneesInvalides as error:
                etats.append(EtatDeLaConvention(nom, nom, fautes=error))
        return sorted(etats, key=lambda etat: etat.fictive)

    def _convention(self, nom: str, jour: date) -> EtatDeLaConvention:
        annees = {annee: mot_de_l_annee(nom, annee, jour) for annee in plan.annees_de(nom)}
        convention = plan.convention_de(nom)
        courante = self.annee(nom, annee_courante(annees, jour), jour)
        return EtatDeLaConvention(
            nom,
            convention.titre,
            bool(convention.fictive),
            annees,
            courante,
            texte=texte_de(nom),
        )

    def annee(self, convention: str, annee: int, jour: date) -> EtatDeLAnnee:
        """Return the state of a year of a convention.

        Raises:
            DonneesInvalides: The data do not hold, or the year is out of the convention.
        """
        marque = (jour, *_marques(racine() / CONVENTIONS / convention, self.sortie / convention))
        connu = self._etats.get((convention, annee))
        if connu and connu[0] == marque:
            return connu[1]
        etat = etudier_l_annee(convention, annee, jour, self.sortie, self.carnets)
        self._etats[convention, annee] = (marque, etat)
        return etat


def _marques(*dossiers: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what tells whether a file of some folders, or of the catalogue, has changed."""
    marques = []
    for dossier in (*dossiers, racine() / "catalogue"):
        for chemin in sorted(dossier.rglob("*")):
            etat = chemin.stat()
            marques.append((str(chemin), etat.st_mtime_ns, etat.st_size))
    return tuple(marques)


def texte_de(convention: str) -> str:
    """Return what is left to do to the text of a convention: a word of ``MOTS["textes"]``, or "".

    It is to be typed while a line says « À compléter », to be read again while it is the draft that
    another convention gave.
    """
    if lignes_a_completer(convention):
        return "a_saisir"
    signature = plan.convention_de(convention).date_signature
    en_projet = charger_yaml("catalogue/projet.yaml", ReglesProjet).convention["sans_signature"]
    return "en_projet" if getattr(signature, "absent", "") == en_projet else ""


@dataclass(frozen=True)
class LigneSignee:
    """A line that the parties signed: of what it is, its words, who signed it, and when."""

    sujet: str
    texte: str
    auteur: str
    jour: str


def lignes_signees(convention: str, annee: int) -> list[LigneSignee]:
    """Return the lines that the parties signed of a year, the chapô first."""
    cadre = ouvrir_cadre(convention, annee)
    indicateurs = cadre.dossier.catalogue.indicateurs_fiches
    chapo = cadre.gabarit.rubriques["chapo"].libelle.partition(" : ")[0]
    signees = []
    for place, ligne in cadre.saisi("messages").items():
        rapport, fiche, _, ou = place
        if place == PLACE_DU_CHAPO:
            sujet = chapo
        elif ou in indicateurs:
            sujet = indicateurs[ou].libelle
        else:
            sujet = " ".join(filter(None, (rapport, fiche, ou)))
        jour = f"{date.fromisoformat(ligne['date']):%d/%m/%Y}"
        signees.append(LigneSignee(sujet, ligne["texte"], ligne["auteur"], jour))
    return sorted(signees, key=lambda signee: signee.sujet != chapo)


def lieu_de(convention: str) -> str:
    """Return the name of the territory of a convention; its own while a file that says it has
    faults.
    """
    with suppress(DonneesInvalides):
        fichier = charger_yaml(f"{CONVENTIONS}/{convention}/territoires.yaml", Territoires)
        code = plan.convention_de(convention).territoire
        for territoire in fichier.territoires:
            if territoire.code == code:
                return territoire.nom
    return convention


def mot_de_l_annee(convention: str, annee: int, jour: date) -> str:
    """Return the word of a year: one of the keys of ``MOTS["annees"]``."""
    if est_close(convention, annee):
        return "close"
    if annee > jour.year:
        return "a_venir"
    return "commencee" if annee in annees_presentes(convention) else "vide"


def annee_courante(mots: dict[int, str], jour: date) -> int:
    """Return the year that somebody is at work on: the last that is begun and open, else the one
    that follows the last that is closed, else the last that is over, else the first.
    """
    commencees = [annee for annee, mot in mots.items() if mot == "commencee"]
    if commencees:
        return commencees[-1]
    closes = [annee for annee, mot in mots.items() if mot == "close"]
    if closes:
        return min(closes[-1] + 1, max(mots))
    finies = [annee for annee, mot in mots.items() if mot == "vide" and annee < jour.year]
    if finies:
        return finies[-1]
    ouvertes = [annee for annee, mot in mots.items() if mot != "close"]
    return ouvertes[0] if ouvertes else max(mots)


def etudier_l_annee(
    convention: str, annee: int, jour: date, sortie: Path, carnets: Path
) -> EtatDeLAnnee:
    """Return where a year stands on a day.

    Args:
        convention: Its convention.
        annee: The year.
        jour: Today: after the day that was asked for, what is awaited is late.
        sortie: The folder of the reports.
        carnets: That of the notebooks.

    Raises:
        DonneesInvalides: The data do not hold, or the year is out of the convention.
    """
    cadre = ouvrir_cadre(convention, annee)
    table = demandes(cadre)
    memoire = se_souvenir(convention).de(annee)
    close = est_close(convention, annee)
    services = tuple(_services(cadre, table, memoire, jour, close))
    recus = int((~table["manque"]).sum())
    produits = _produits(convention, annee, sortie, carnets)
    a_refaire = _a_refaire(produits)
    a_relire = () if a_refaire else tuple(lignes_a_relire(produits))
    etapes = (
        _demander(memoire, recus),
        _recevoir(recus, len(table)),
        _verifier(cadre, memoire, recus),
        _ecrire(cadre, a_relire, close),
        _produire(produits, a_refaire),
        _tenir_le_comite(cadre, jour),
        _etape("clore", FAITE, "close") if close else _etape("clore", A_VENIR, "ouverte"),
    )
    return EtatDeLAnnee(
        convention,
        cadre.dossier.convention.titre,
        annee,
        bool(cadre.dossier.convention.fictive),
        _fermees(etapes) if close else _avec_l_etape_en_cours(etapes),
        services,
        len(table),
        recus,
        close,
        len(memoire.a_revoir),
        a_relire,
        memoire,
    )


def _etape(nom: str, etat: str, detail: str, **valeurs: object) -> Etape:
    texte = MOTS["details"][detail].format(**valeurs)
    return Etape(nom, MOTS["etapes"][nom], etat, texte)


def _fermees(etapes: tuple[Etape, ...]) -> tuple[Etape, ...]:
    """Return the steps of a closed year: none is under way any more."""
    return tuple(
        etape if etape.etat == FAITE else Etape(etape.nom, etape.titre, A_VENIR, etape.detail)
        for etape in etapes
    )


def _avec_l_etape_en_cours(etapes: tuple[Etape, ...]) -> tuple[Etape, ...]:
    """Return the steps, the first that is neither done nor begun being the one to do now."""
    if any(etape.etat in (EN_COURS, A_CORRIGER) for etape in etapes):
        return etapes
    for rang, etape in enumerate(etapes):
        if etape.etat != FAITE:
            en_cours = Etape(etape.nom, etape.titre, EN_COURS, etape.detail)
            return (*etapes[:rang], en_cours, *etapes[rang + 1 :])
    return etapes


def _services(
    cadre: Cadre, table: pd.DataFrame, memoire: AnneeDuBureau, jour: date, close: bool
) -> list[Service]:
    """Return the services that a year asks something of, in the order of the convention's."""
    retours = {retour.service: retour.fichier for retour in memoire.a_revoir}
    reponse = memoire.demandes.reponse if memoire.demandes else None
    en_retard = reponse is not None and jour > reponse
    services = []
    for nom, responsable in cadre.dossier.catalogue.responsables.items():
        siennes = table[table["responsable"].eq(nom)]
        if siennes.empty:
            continue
        manquantes = siennes[siennes["manque"]]
        etat = "recu"
        if nom in retours:
            etat = "a_corriger"
        elif len(manquantes):
            etat = _etat_d_un_service(len(manquantes) < len(siennes), en_retard, close)
        fiches = ranger({fiche for fiche in siennes["fiche"] if fiche})
        services.append(
            Service(
                nom,
                responsable.libelle,
                ", ".join(fiches),
                len(siennes),
                len(siennes) - len(manquantes),
                compter_les_elements(manquantes, cadre.gabarit, sans_total=True),
                etat,
                retours.get(nom, ""),
            )
        )
    return services


def _etat_d_un_service(a_repondu: bool, en_retard: bool, close: bool) -> str:
    """Return how a service stands that has not sent all: one of ``MOTS["services"]``."""
    if close:
        return "non_transmis"
    if en_retard:
        return "en_retard"
    return "en_partie" if a_repondu else "attendu"


def _demander(memoire: AnneeDuBureau, recus: int) -> Etape:
    demandees = memoire.demandes
    if demandees and demandees.reponse:
        return _etape("demander", FAITE, "demande_pour", reponse=date_longue(demandees.reponse))
    if demandees:
        return _etape("demander", FAITE, "demande_le", le=date_longue(demandees.le))
    if recus:
        return _etape("demander", FAITE, "demande_ailleurs")
    return _etape("demander", A_VENIR, "pas_demande")


def _recevoir(recus: int, total: int) -> Etape:
    if not recus:
        return _etape("recevoir", A_VENIR, "rien_recu")
    return _etape(
        "recevoir", FAITE if recus == total else EN_COURS, "recus", recus=recus, demandes=total
    )


def _verifier(cadre: Cadre, memoire: AnneeDuBureau, recus: int) -> Etape:
    nombre = len(memoire.a_revoir)
    if nombre:
        detail = "a_corriger" if nombre == 1 else "a_corriger_s"
        return _etape("verifier", A_CORRIGER, detail, nombre=nombre)
    confirmees = len(cadre.saisi("confirmations"))
    if confirmees:
        detail = "confirmees" if confirmees == 1 else "confirmees_s"
        return _etape("verifier", FAITE, detail, nombre=confirmees)
    if recus:
        return _etape("verifier", FAITE, "rien_a_verifier")
    return _etape("verifier", A_VENIR, "pas_encore")


def _ecrire(cadre: Cadre, a_relire: tuple[str, ...], close: bool) -> Etape:
    if a_relire and not close:
        detail = "a_relire" if len(a_relire) == 1 else "a_relire_s"
        return _etape("ecrire", A_CORRIGER, detail, nombre=len(a_relire))
    if close and PLACE_DU_CHAPO not in cadre.saisi("messages"):
        return _etape("ecrire", FAITE, "sans_chapo")
    if PLACE_DU_CHAPO in cadre.saisi("messages"):
        return _etape("ecrire", FAITE, "chapo_signe")
    return _etape("ecrire", A_VENIR, "chapo_a_signer")


def _produits(convention: str, annee: int, sortie: Path, carnets: Path) -> list[plan.Commande]:
    """Return the reports of a year that are there."""
    traces = lire_manifeste(sortie / convention).traces
    toutes = plan.commandes(
        plan.rapports_connus(carnets),
        (convention,),
        annees=(annee,),
        sortie=sortie,
        carnets=carnets,
    )
    return [commande for commande in toutes if commande.annee and commande.cle in traces]


def _a_refaire(produits: list[plan.Commande]) -> int:
    """Return how many reports are no longer as the data would make them."""
    return sum(bool(prevision.raisons) for prevision in prevoir(produits))


def _produire(produits: list[plan.Commande], a_refaire: int) -> Etape:
    if not produits:
        return _etape("produire", A_VENIR, "jamais_produit")
    if a_refaire:
        return _etape("produire", A_VENIR, "a_refaire", nombre=a_refaire)
    return _etape("produire", FAITE, "produit", nombre=len(produits))


def _tenir_le_comite(cadre: Cadre, jour: date) -> Etape:
    bilan = cadre.saisi("bilan")
    tenu = bilan.get(("comite_date",), {}).get("valeur")
    if tenu:
        le = date.fromisoformat(tenu)
        if le > jour:
            return _etape("comite", A_VENIR, "comite_prevu", le=date_longue(le))
        return _etape("comite", FAITE, "comite_le", le=date_longue(le))
    if ("comite_absence",) in bilan:
        return _etape("comite", FAITE, "comite_absent")
    return _etape("comite", A_VENIR, "comite_a_dire")
