"""What takes minutes, in a process of its own: it says how far it is, and may be stopped.

What was written before it stops stays whole; the next production takes it up.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ctglib.bureau.commande import Dit, commander
from ctglib.donnees.fautes import Empechement
from ctglib.production import plan
from ctglib.production.produire import Production, demander, mener

DELAI = 600.0  # seconds for a cell, as « ctg produire »


@dataclass(frozen=True)
class Compte:
    """What a production gave, in words that go from a process to another."""

    faits: tuple[str, ...]
    echecs: tuple[tuple[str, str], ...]  # the report, and why
    a_jour: int
    mis_de_cote: tuple[str, ...]


@dataclass
class Travail:
    """A piece of work under way, or over: one at a time."""

    sorte: str  # a key of ``MOTS["travail"]``
    convention: str
    annee: int
    debut: float = field(default_factory=time.monotonic)
    faits: int = 0
    total: int = 0
    nom: str = ""  # of the last report
    fin: float = 0.0
    compte: Compte | None = None
    dit: Dit | None = None
    empechement: str = ""  # what prevented it
    arrete: bool = False
    perdu: bool = False

    def lancer(self, tache: Callable[..., Compte | Dit], *arguments: object) -> None:
        """Begin a task, which is given ``annoncer`` to say how far it is."""
        contexte = multiprocessing.get_context("spawn")
        tuyau, bout = contexte.Pipe(duplex=False)
        self._processus = contexte.Process(target=_travailler, args=(bout, tache, arguments))
        self._processus.start()
        bout.close()
        threading.Thread(target=self._ecouter, args=(tuyau,), daemon=True).start()

    @property
    def en_cours(self) -> bool:
        """Whether it is not over."""
        return not self.fin

    @property
    def secondes(self) -> int:
        """How long it has taken."""
        return int((self.fin or time.monotonic()) - self.debut)

    @property
    def secondes_restantes(self) -> int | None:
        """How long it may still take at the pace so far; None before the first report."""
        if not self.faits or not self.en_cours:
            return None
        return int(self.secondes / self.faits * (self.total - self.faits))

    def arreter(self) -> None:
        """End the process: what it has written stays."""
        if self.en_cours:
            self.arrete = True
            self._processus.terminate()

    def _ecouter(self, tuyau: Connection) -> None:
        """Take in what the process says, until it ends."""
        with suppress(EOFError, OSError):
            while True:
                match tuyau.recv():
                    case ("avance", faits, total, nom):
                        self.faits = faits
                        self.total = total
                        self.nom = nom
                    case ("rendu", Compte() as compte):
                        self.compte = compte
                    case ("rendu", Dit() as dit):
                        self.dit = dit
                    case ("empeche", phrase):
                        self.empechement = phrase
        self._processus.join()
        self.perdu = not (self.compte or self.dit or self.empechement or self.arrete)
        self.fin = time.monotonic()


def _travailler(bout: Connection, tache: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    """Do a task, in the process, and send what it gives."""

    def annoncer(faits: int, total: int, nom: str) -> None:
        bout.send(("avance", faits, total, nom))

    try:
        bout.send(("rendu", tache(*arguments, annoncer=annoncer)))
    except Empechement as error:
        notes = getattr(error, "__notes__", ())
        bout.send(("empeche", "\n\n".join((str(error), *notes))))


def produire_l_annee(
    convention: str,
    annee: int,
    sortie: Path,
    carnets: Path,
    *,
    annoncer: Callable[[int, int, str], None],
) -> Compte:
    """Make the reports of a year, and of the whole convention, that are out of date.

    It is ``ctg produire --convention … --annee …``.
    """
    commandes = demander(
        plan.rapports_connus(carnets),
        (convention,),
        annees=(annee,),
        diffusion=plan.PUBLIQUE,
        formats=plan.FORMATS_ORDINAIRES,
        sortie=sortie,
        carnets=carnets,
    )
    titres = {commande.nom: titre_de(commande) for commande in commandes}

    def annoncer_le_titre(faits: int, total: int, nom: str) -> None:
        annoncer(faits, total, titres.get(nom, nom))

    production = mener(
        commandes, sortie, carnets, travailleurs=0, delai=DELAI, annoncer=annoncer_le_titre
    )
    return _compter(production, len(commandes))


def titre_de(commande: plan.Commande) -> str:
    """Return the name of a report as one says it: « Bilan, 2024 », « Fiche 2, 2024 »."""
    titre = plan.Carnet(commande.carnet).titre
    if commande.fiche:
        titre = f"{titre} {commande.fiche}"
    return f"{titre}, {commande.annee}" if commande.annee else titre


def _compter(production: Production, demandes: int) -> Compte:
    faits = []
    echecs = []
    for resultat in production.resultats:
        if resultat.echec:
            echecs.append((titre_de(resultat.commande), str(resultat.echec)))
        else:
            faits.append(titre_de(resultat.commande))
    if production.retenu:
        echecs.append(("", str(production.retenu)))
    return Compte(
        tuple(faits),
        tuple(echecs),
        demandes - len(production.resultats),
        tuple(str(chemin) for chemin in production.mis_de_cote),
    )


def clore_l_annee(
    convention: str,
    annee: int,
    sortie: Path,
    carnets: Path,
    *,
    annoncer: Callable[[int, int, str], None],
) -> Dit:
    """Close a year, by the command itself: it writes all or nothing, and says what it did."""
    annoncer(0, 0, "")
    dossiers = ("--sortie", str(sortie), "--carnets", str(carnets))
    return commander("clore", str(annee), "-c", convention, *dossiers)
