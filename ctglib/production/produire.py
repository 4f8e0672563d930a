"""Making the reports that are out of date, each on its own: one that fails never stops the others.

A worker runs the notebook of a report (``fabriquer``) and gives back the bytes of its files. It
writes nothing: the parent does, once the worker has given all of them.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ctglib.donnees.ecriture import PROVISOIRES, VERROU, EcritureImpossible, ecrire
from ctglib.donnees.fautes import DonneesInvalides, Empechement
from ctglib.donnees.lecture import (
    VARIABLE,
    Journal,
    enregistrer,
    publiable,
    superposer,
    superposes,
)
from ctglib.donnees.partage import Reserve, partager_par
from ctglib.export.formats import formats_connus
from ctglib.production import plan, pool
from ctglib.production.echec import Echec, dire_refus, echec_de, page_d_echec, titre_de
from ctglib.production.manifeste import (
    Prevision,
    Trace,
    empreinte,
    empreinte_du_code,
    est_garde,
    lire_manifeste,
    phrases_des_fichiers_touches,
    prevoir,
    versions,
)
from ctglib.production.menage import copies_des_remplis, ranger, retirer
from ctglib.production.plan import (
    CTG,
    DONNEES,
    INTERNE,
    PORTRAITS,
    Carnet,
    Commande,
    convention_de,
)
from ctglib.production.site import ecrire_le_site
from ctglib.secret import garde

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ctglib.export.document import Document

# in the folder of the reports
TRAVAIL = ".ctg-travail"
PATIENCE = 1.0  # seconds: Windows hears Ctrl-C only between two waits
STATUT = "Statut"
Annonce = Callable[[int, int, str], None]  # how many reports are made, of how many, the last one


class Fabrication(NamedTuple):
    """A report made and not yet written: what a worker gives back."""

    trace: Trace  # its ``code`` and its ``versions`` are empty: the parent fills them in
    contenus: dict[str, bytes]  # its files, by path in the folder of the convention's reports
    mesures: dict[str, float]  # see ``fabriquer``


@dataclass(frozen=True)
class Resultat:
    """What became of a report that had to be made: written, or failed."""

    commande: Commande
    raisons: tuple[str, ...]  # why the report had to be made
    echec: Echec | None = None  # why it could not be; None, it is written
    mesures: dict[str, float] = field(default_factory=dict)  # see ``fabriquer``
    mis_de_cote: tuple[Path, ...] = ()  # where what somebody had filled in is now


@contextmanager
def verrouiller(sortie: Path) -> Iterator[str]:
    """Lock the folder of the reports until the block ends; yield its folder of temporary files.

    The lock is the system's: it ends with the process that holds it. The temporary files that a
    killed command left are removed.

    Raises:
        Empechement: Another command holds it.
        EcritureImpossible: Nothing can be written there.
    """
    from filelock import FileLock, Timeout

    try:
        sortie.mkdir(parents=True, exist_ok=True)
        verrou = FileLock(sortie / VERROU, timeout=0, mode=0o644).acquire()
        (sortie / TRAVAIL).mkdir(mode=0o700, exist_ok=True)
    except Timeout:
        raise Empechement(dire_refus("deja_au_travail", sortie=sortie)) from None
    except OSError as error:
        raison = dire_refus("sortie_fermee", sortie=sortie, raison=error.strerror)
        raise EcritureImpossible(raison) from error
    with verrou:
        for path in sortie.rglob(PROVISOIRES):
            with suppress(OSError):
                path.unlink()
        try:
            yield str((sortie / TRAVAIL).absolute())
        finally:
            shutil.rmtree(sortie / TRAVAIL, ignore_errors=True)


def demander(
    rapports: Collection[str],
    conventions: Iterable[str],
    *,
    annees: Iterable[int],
    diffusion: str,
    formats: tuple[str, ...],
    sortie: Path,
    carnets: Path,
) -> list[Commande]:
    """Return the reports asked for, and of those made again with them the ones that are there, in
    the formats that are there.

    The arguments are those of ``plan.commandes``.
    """
    suites = plan.suites(rapports, carnets)
    commandes = plan.commandes(
        [*rapports, *suites],
        conventions,
        annees=annees,
        diffusion=diffusion,
        formats=formats,
        sortie=sortie,
        carnets=carnets,
    )
    if not suites:
        return commandes
    carnets_demandes = plan.carnets_de(rapports, carnets)
    manifeste_de = cache(lire_manifeste)  # each is read once
    gardees = []
    for commande in commandes:
        if commande.carnet in carnets_demandes:
            gardees.append(commande)
        elif commande.cle in manifeste_de(commande.dossier).traces:
            gardees.append(replace(commande, formats=()))
    return gardees


@dataclass(frozen=True)
class Production:
    """What became of the reports of a command: those that were made or failed, the rest being up to
    date.
    """

    resultats: list[Resultat]  # by convention, then by key
    mis_de_cote: list[Path]  # where what somebody had filled in is now
    portail: Path
    retenu: EcritureImpossible | None  # what kept an old file from being removed


def mener(
    commandes: list[Commande],
    sortie: Path,
    carnets: Path,
    *,
    travailleurs: int,
    delai: float,
    annoncer: Annonce,
    ordonnanceur: str = "",
    forcer: bool = False,
    moteur: str = CTG,
) -> Production:
    """Make the reports that are out of date, remove what is no more, and write the portal.

    Args:
        commandes: The reports asked for.
        sortie: The folder of the reports, which no other command may be writing.
        carnets: The folder of the notebooks.
        travailleurs: How many processes; 0, one a core.
        delai: The seconds that a cell may take.
        annoncer: Is told, as reports are made, how many are, of how many, and the name of the last
            one. The total falls as reports prove up to date: whether one is, is known when its turn
            comes.
        ordonnanceur: The address of a Dask cluster.
        forcer: Whether what is up to date is made too.
        moteur: One of ``plan.MOTEURS``.
    """
    reserve = Reserve()
    ouverture = pool.ouvrir_executeur(
        travailleurs=travailleurs,
        delai=delai,
        ordonnanceur=ordonnanceur,
        temporaire=str((sortie / TRAVAIL).absolute()),
        reserve=reserve,
    )
    total = len(commandes)
    resultats: list[Resultat] = []

    def vues() -> Iterator[Prevision]:
        """Yield the reports asked for; each leaves the total, until it proves to be made."""
        nonlocal total
        for prevision in prevoir(commandes, forcer=forcer):
            total -= 1
            yield prevision

    def retenues() -> Iterator[Prevision]:
        """Yield the reports to be made."""
        nonlocal total
        for prevision in ecarter_les_rapports_a_jour(vues()):
            total += 1
            yield prevision

    with partager_par(reserve), ouverture as (executeur, places), verrouiller(sortie):
        annoncer(0, total, "")
        jour = date.today()
        for resultat in realiser(retenues(), executeur, moteur=moteur, places=places, jour=jour):
            resultats.append(resultat)
            annoncer(len(resultats), total, resultat.commande.nom)
        resultats.sort(key=lambda resultat: (resultat.commande.convention, resultat.commande.cle))
        mis_de_cote = [path for resultat in resultats for path in resultat.mis_de_cote]
        retenu = None
        try:
            mis_de_cote += ranger(commandes, jour, carnets)
        except EcritureImpossible as error:
            retenu = error
        portail = ecrire_le_site(sortie)
    return Production(resultats, mis_de_cote, portail, retenu)


def ecarter_les_rapports_a_jour(previsions: Iterable[Prevision]) -> Iterator[Prevision]:
    """Yield the reports that have to be made.

    Those that prove up to date although files of the follow-up have changed get their new trace
    written in the manifest; those that had failed since their last success, and are again made from
    the same things as then, lose their failure.
    """
    for prevision in previsions:
        trace_a_jour = None
        if prevision.suspendue and prevision.trace:
            trace_a_jour = _trace_si_memes_parts(prevision.trace)
        if prevision.raisons and not trace_a_jour:
            yield prevision
        elif trace_a_jour or prevision.commande.cle in prevision.manifeste.echecs:
            prevision.noter_a_jour(trace_a_jour)


def realiser(
    previsions: Iterable[Prevision], executeur: Executor, *, moteur: str, places: int, jour: date
) -> Iterator[Resultat]:
    """Make reports, write each as soon as it is made, and yield what became of it.

    The arguments are those of ``confier``, and today; the results come as they are ready, in no
    set order.
    """
    for prevision, rendu in confier(previsions, executeur, moteur=moteur, places=places):
        if isinstance(rendu, Fabrication):
            yield _ecrire_le_rapport(prevision, rendu, jour)
        else:
            yield _ecrire_l_echec(prevision, rendu)


def confier(
    previsions: Iterable[Prevision], executeur: Executor, *, moteur: str, places: int
) -> Iterator[tuple[Prevision, Fabrication | Echec]]:
    """Make reports without writing them, and yield each with what ``fabriquer`` gave.

    They come as they are ready. A worker that is lost, or takes too long, gives an ``Echec`` too.

    Args:
        previsions: The reports to make; they are drawn as there is room for them.
        executeur: Who makes them.
        moteur: One of ``plan.MOTEURS``.
        places: How many may be handed over at once: memory does not grow with their number.
    """
    restantes = iter(previsions)
    en_cours: dict[Future[Fabrication | Echec], Prevision] = {}
    while True:
        for prevision in islice(restantes, places - len(en_cours)):
            donnees = os.environ.get(VARIABLE)
            future = executeur.submit(fabriquer, prevision.commande, moteur, donnees, superposes())
            en_cours[future] = prevision
        if not en_cours:
            return
        finies, _ = wait(en_cours, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        for future in finies:
            prevision = en_cours.pop(future)
            error = future.exception()
            if error is None:
                yield prevision, future.result()
            else:
                yield prevision, echec_de(error, prevision.commande)


def refaire_a_cote(
    previsions: list[Prevision], executeur: Executor, *, places: int
) -> Iterator[tuple[Prevision, Fabrication | Echec]]:
    """Make reports of closed years again, in a folder beside them, and yield what each gave.

    What had been made there before goes first.
    """
    for dossier in {prevision.commande.dossier_refait for prevision in previsions}:
        shutil.rmtree(dossier, ignore_errors=True)
    for prevision, rendu in confier(previsions, executeur, moteur=CTG, places=places):
        if isinstance(rendu, Fabrication):
            commande = prevision.commande
            ecrire(
                {
                    commande.dossier_refait / Path(nom).relative_to(str(commande.annee)): contenu
                    for nom, contenu in rendu.contenus.items()
                }
            )
        yield prevision, rendu


def _ecrire_le_rapport(prevision: Prevision, rendu: Fabrication, jour: date) -> Resultat:
    """Write the files of a report and its trace; when they cannot be, the page that says why.

    The files of a format that was not asked for this time stay in the trace, with those of this
    time, when they were made from the same things. Those of a closed year that are there as they
    were written stay in any case. What somebody filled in is set aside, what is no more is removed.
    """
    commande = prevision.commande
    precedente = prevision.trace
    trace = replace(rendu.trace, code=empreinte_du_code(), versions=versions())
    gardees = _sorties_gardees(commande, precedente, trace) if precedente else {}
    trace = replace(trace, sorties={**trace.sorties, **gardees})
    contenus = {nom: octets for nom, octets in rendu.contenus.items() if nom not in gardees}
    # The same trace, but for its files: everything that it was made from is the same.
    if precedente and replace(precedente, sorties=trace.sorties) == trace:
        trace = replace(trace, sorties={**_intactes(commande, precedente), **trace.sorties})
    anciennes = precedente.sorties if precedente else {}
    copies = copies_des_remplis(commande.dossier, contenus, anciennes, jour)
    a_ecrire = {commande.dossier / nom: octets for nom, octets in contenus.items()}
    try:
        prevision.manifeste.consigner({**copies, **a_ecrire}, commande.cle, trace=trace)
    except EcritureImpossible as error:
        return _ecrire_l_echec(prevision, Echec.de("EcritureImpossible", str(error)))
    mis_de_cote = [*copies]
    with suppress(EcritureImpossible):  # open in another program: ``menage.ranger`` says it
        mis_de_cote += retirer_l_ancien(commande, anciennes, trace, jour)
    return Resultat(
        commande, prevision.raisons, mesures=rendu.mesures, mis_de_cote=tuple(mis_de_cote)
    )


def _sorties_gardees(commande: Commande, precedente: Trace, trace: Trace) -> dict[str, str]:
    """Return the fingerprints of the files that a report of a closed year keeps, by path.

    They are those of its last success that are there as they were written, when both read the same
    copy of the plan; none for the report of a year that is open.
    """
    copie = commande.copie_du_plan
    if not est_garde(commande, precedente) or precedente.lus[copie] != trace.lus.get(copie):
        return {}
    return _intactes(commande, precedente)


def _intactes(commande: Commande, precedente: Trace) -> dict[str, str]:
    """Return the fingerprints of the files of a report that are there as they were written."""
    return {
        nom: ecrite
        for nom, ecrite in precedente.sorties.items()
        if not list(phrases_des_fichiers_touches(commande.dossier, {nom: ecrite}))
    }


def retirer_l_ancien(
    commande: Commande, anciennes: Mapping[str, str], trace: Trace, jour: date
) -> list[Path]:
    """Remove what a report that has just been written has no more: tables, the letter of a service
    that owes nothing any more, slides, the page of a failure.

    Args:
        commande: The report.
        anciennes: The fingerprints of the files that it had.
        trace: Of what has just been written.
        jour: Today.

    Returns:
        Where what somebody had filled in is now.
    """
    page_d_un_echec = commande.page_echec.relative_to(commande.dossier).as_posix()
    de_trop = [nom for nom in anciennes if nom not in trace.sorties]
    return retirer(commande.dossier, [*de_trop, page_d_un_echec], anciennes, jour)


def _ecrire_l_echec(prevision: Prevision, echec: Echec) -> Resultat:
    """Write the page that says why a report could not be made; its last success stays."""
    commande = prevision.commande
    trace = prevision.trace
    page = page_d_echec(commande, echec, trace)
    with suppress(EcritureImpossible):  # writing may be what failed: the command says it anyway
        prevision.manifeste.consigner(
            {commande.page_echec: page}, commande.cle, echec=titre_de(commande, trace)
        )
    return Resultat(commande, prevision.raisons, echec=echec)


def fabriquer(
    commande: Commande,
    moteur: str,
    donnees: str | None,
    remplaces: Mapping[str, bytes | None] = {},
) -> Fabrication | Echec:
    """Return a report made, or why it could not be. It is what a worker does.

    A report that may be published is refused when its notebook has read files of the follow-up as
    they were entered: their small counts would be in it, without the mask that hides them.

    The measures are seconds by step (« execution », « document », each format, « total »), those of
    the processor (« execution_cpu »), and « memoire », the process's peak in MB where the system
    gives it.

    Args:
        commande: The report.
        moteur: One of ``plan.MOTEURS``.
        donnees: The data folder; None, that of the project.
        remplaces: What is read instead of some of its files (see ``lecture.superposer``).
    """
    from ctglib.export.document import CarnetImpubliable, assembler
    from ctglib.production.moteur import executer
    from ctglib.production.paroles import lignes_fautives
    from ctglib.production.place import place_de

    if donnees is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = donnees
    nom = commande.carnet.name
    mesures: dict[str, float] = {}
    try:
        empreinte_du_carnet = Carnet(commande.carnet).empreinte
        lecture = superposer(remplaces)
        with _chronometre(mesures, "total"), lecture, enregistrer() as journal:
            with _chronometre(mesures, "execution"):
                carnet = executer(commande.carnet, dict(commande.parametres), moteur)
            if commande.diffusion != INTERNE and journal.ouvertures:
                details = f"Ouvert sans le masque :\n{garde.dire(journal.ouvertures)}"
                return Echec.de("bruts", f"{nom}\n{details}", carnet=nom)
            pool.annoncer("")
            with _chronometre(mesures, "document"):
                document = assembler(carnet)
            remplacees, fautives = lignes_fautives(commande, document, journal.a_relire)
            if remplacees:
                carnet = _executer_sans(commande, moteur, remplacees, journal)
                document = assembler(carnet)
            document = replace(document, place=place_de(commande, document.couverture.territoire))
            contenus, page = _exporter(carnet, document, commande, mesures)
    except Echec as error:
        return error
    except (CarnetImpubliable, DonneesInvalides) as error:
        return Echec.de(type(error).__name__, str(error), carnet=nom)
    with suppress(ImportError):  # Windows does not count the peak of a process
        import resource

        mesures["memoire"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    trace = Trace(
        carnet=empreinte_du_carnet,
        parametres=dict(commande.parametres),
        code="",
        versions={},
        lus=journal.lus,
        absents=sorted(journal.absents),
        listes={nom: list(noms) for nom, noms in journal.listes.items()},
        page=page,
        sorties={nom: empreinte(contenu) for nom, contenu in contenus.items()},
        parts=journal.parts,
        a_relire=sorted({*journal.a_relire, *fautives}),
        chiffres=document.chiffres,
    )
    return Fabrication(trace, contenus, mesures)


def _executer_sans(
    commande: Commande, moteur: str, remplacees: Mapping[str, bytes | None], journal: Journal
) -> NotebookNode:
    """Return the notebook of a report executed once more, without some lines of the parties; the
    record of the reads stays that of the first time.
    """
    from ctglib.production.moteur import executer

    lus = dict(journal.lus)
    parts = dict(journal.parts)
    # What is kept in common was worked out with these lines.
    with superposer(remplacees), partager_par(Reserve()):
        carnet = executer(commande.carnet, dict(commande.parametres), moteur)
    journal.lus.update(lus)
    journal.parts.update(parts)
    return carnet


def _trace_si_memes_parts(trace: Trace) -> Trace | None:
    """Return a trace with the fingerprints that the follow-up has now, if its parts are the same.

    None when a part has changed, or cannot be worked out. A part is what a report used of the study
    of a year: « suivi/harnes/2024/publique/fiche-1 ».
    """
    from ctglib.blocs.annee import etudier, part_de

    # The year is studied again, which uses its parts again and records their fingerprints. Whatever
    # error stops it here will stop the report too, which then says what is wrong.
    with suppress(Exception), enregistrer() as journal:
        for nom in trace.parts:
            _, convention, annee, diffusion, fiche = nom.split("/", 4)
            etude = etudier(convention, int(annee), diffusion)
            part_de(etude, etude.fiche(fiche.removeprefix("fiche-")))
        if journal.parts != trace.parts:
            return None
        suivi_relu = {
            nom: empreinte_relue
            for nom, empreinte_relue in journal.lus.items()
            if nom in trace.lus and not publiable(nom)
        }
        return replace(trace, lus={**trace.lus, **suivi_relu})
    return None


def _exporter(
    carnet: NotebookNode, document: Document, commande: Commande, mesures: dict[str, float]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files of a report by path, and what the portal and an archive say of it.

    The paths are in the folder of the convention's reports: « 2024/bilan.html »,
    « 2024/bilan/moyens.csv ». What is said of it is what its cover says, "" for what it does not
    say, by key: titre, carnet (file name of the notebook), territoire, sujet, avertissement, date,
    statut, constat (what its first page finds); « contact » and « adresse_du_contact » too, where
    the convention gives one.
    """
    from ctglib.export.habillage import lire_habillage
    from ctglib.export.paquet import paquet_du_rapport

    contenus = {}
    for nom, texte in document.tableaux.items():
        contenus[f"{commande.cle}/{nom}.csv"] = texte.encode("utf-8")
    licence = None
    contact = None
    if not commande.convention.startswith(PORTRAITS):
        convention = convention_de(commande.convention)
        licence = convention.licence
        contact = convention.contact
        document = replace(document, habillage=lire_habillage(commande.convention))
    if document.tableaux and commande.diffusion != INTERNE:
        nom = f"{commande.convention}/{commande.cle}".replace("/", "-")
        contenus[f"{commande.cle}/{DONNEES}"] = paquet_du_rapport(document, nom, licence)
    contenus.update(document.pieces)
    for sorte in commande.formats:
        with _chronometre(mesures, sorte):
            contenus[f"{commande.cle}.{sorte}"] = ecrire_document(sorte, carnet, document)

    page = {"titre": document.titre, "carnet": commande.carnet.name}
    couverture = document.couverture
    for nom in ("territoire", "sujet", "avertissement", "date"):
        page[nom] = getattr(couverture, nom, "")
    mentions = dict(couverture.mentions) if couverture else {}
    page["statut"] = mentions.get(STATUT, "")
    page["constat"] = document.constat
    if contact:
        page["contact"] = contact.nom
        page["adresse_du_contact"] = contact.adresse
    return contenus, page


def ecrire_document(sorte: str, carnet: NotebookNode, document: Document) -> bytes:
    """Return the bytes of an executed notebook in a format.

    ``document`` is what it shows; a format of the first page takes its summary alone.
    """
    from ctglib.export.exporteurs import DOCUMENT, Exporteur

    a_ecrire = document.resume if formats_connus()[sorte].resume else document
    exporteur = Exporteur()
    exporteur.sorte = sorte
    contenu, _ = exporteur.from_notebook_node(carnet, {DOCUMENT: a_ecrire})
    return contenu.encode("utf-8") if isinstance(contenu, str) else contenu


@contextmanager
def _chronometre(mesures: dict[str, float], nom: str) -> Iterator[None]:
    """Add the seconds of a block to measures: under ``nom``, and of the processor, « nom_cpu »."""
    debut = time.perf_counter()
    processeur = sum(os.times()[:4])
    yield
    mesures[nom] = time.perf_counter() - debut
    mesures[f"{nom}_cpu"] = sum(os.times()[:4]) - processeur
