"""Closing a year: its reports made for good, from the copy of the plan that they will always read.

The data, the reports and their manifest are written together, or nothing is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from ctglib.donnees.cloture import est_definitif, fichiers_de_la_cloture, plan_a_clore
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import empreinte, racine, superposer
from ctglib.donnees.modeles.cloture import PlanClos
from ctglib.donnees.modeles.publications import RegistrePublie
from ctglib.donnees.plan import chemin_du_plan
from ctglib.donnees.publications import chemin_du_registre, lire_publications
from ctglib.export.formats import formats_connus
from ctglib.production import plan
from ctglib.production.contenant import lire_dans
from ctglib.production.echec import Echec, dire_refus
from ctglib.production.manifeste import (
    Manifeste,
    Prevision,
    empreinte_du_code,
    lignes_a_relire,
    lire_manifeste,
    prevoir,
    versions,
)
from ctglib.production.produire import Fabrication, confier, retirer_l_ancien
from ctglib.production.publier import fichiers_publies

CLASSEUR = "ctglib"
RAPPORTS_CITES = 8
NOTER = "la noter comme publiée"
ARCHIVER = "l'archiver"


@dataclass(frozen=True)
class Cloture:
    """A year closed: what its copy keeps, and how many reports were made for good."""

    plan: PlanClos
    fichiers: tuple[str, ...]  # written in the data folder, by path
    rapports: int


def clore(
    convention: str,
    annee: int,
    jour: date,
    *,
    sortie: Path,
    carnets: Path,
    executeur: Executor,
    places: int,
) -> Cloture:
    """Close a year of a convention on a day: write its copy, « définitif », and its last reports.

    A bilan that says « définitif » already, before there were copies, may have no report here: what
    was published is then not known, and its copy says nothing of it.

    Raises:
        DonneesInvalides: The data do not hold, or the year cannot be closed.
        Empechement: A report of the year is not made, not up to date, or cannot be made for good.
        EcritureImpossible: Something cannot be written; all is then as it was.
    """
    copie = plan_a_clore(convention, annee, jour, versions()[CLASSEUR])
    manifeste = lire_manifeste(sortie / convention)
    commandes = _commandes_de(convention, annee, manifeste, sortie, carnets)
    aucun_rapport = not any(commande.cle in manifeste.traces for commande in commandes)
    rendus: dict[str, tuple[plan.Commande, Fabrication]] = {}
    if not (aucun_rapport and est_definitif(convention, annee)):
        _verifier_qu_ils_sont_a_jour(commandes, convention, annee)
        _refuser_les_lignes(lignes_a_relire(commandes), convention, annee)
        with superposer(fichiers_de_la_cloture(convention, annee, copie)):
            # Its fiches are those of the copy.
            commandes = _commandes_de(convention, annee, manifeste, sortie, carnets)
            rendus = _refaire(commandes, manifeste, executeur, places)
        a_relire = [
            f"{commande.nom}, {phrase}"
            for commande, rendu in rendus.values()
            for phrase in rendu.trace.a_relire
        ]
        _refuser_les_lignes(a_relire, convention, annee)
    publications: dict[str, str] = {}
    for _, rendu in rendus.values():
        publications |= rendu.trace.sorties
    copie = copie.model_copy(update={"publications": dict(sorted(publications.items()))})
    fichiers = fichiers_de_la_cloture(convention, annee, copie)
    _ecrire(fichiers, rendus, manifeste, chemin_du_plan(convention, annee), jour)
    return Cloture(copie, tuple(fichiers), len(rendus))


def etapes_restantes(
    convention: str, annee: int, copie: PlanClos, *, sortie: Path, archive: Path
) -> tuple[str, ...]:
    """Return what is left to be done of the closing of a year that is closed, in order: ``NOTER``
    what its reports show in the register, ``ARCHIVER`` them once noted; nothing of a whole one.

    Nothing is where the reports of the closing are not: only who has them can finish.

    Args:
        convention: Its name.
        annee: The year.
        copie: What its closing kept.
        sortie: The folder of the reports.
        archive: Where the archive is written.
    """
    manifeste = lire_manifeste(sortie / convention)
    ici = fichiers_publies(manifeste, convention, annee)
    clos = {nom: ecrite for nom, ecrite in ici.items() if nom in copie.publications}
    if not clos or any(copie.publications[nom] != ecrite for nom, ecrite in clos.items()):
        return ()
    if not _est_note(lire_publications(convention), annee, clos):
        return (NOTER, ARCHIVER)
    octets = lire_dans(archive, f"data/{chemin_du_registre(convention)}")
    registre_archive = RegistrePublie(convention=convention)
    if octets is not None:
        with suppress(ValidationError):
            registre_archive = RegistrePublie.model_validate_json(octets)
    return () if _est_note(registre_archive, annee, clos) else (ARCHIVER,)


def _est_note(registre: RegistrePublie, annee: int, fichiers: Mapping[str, str]) -> bool:
    """Tell whether a publication of a year has files."""
    return any(
        publication.annee == annee and fichiers.items() <= publication.fichiers.items()
        for publication in registre.publications
    )


def _commandes_de(
    convention: str, annee: int, manifeste: Manifeste, sortie: Path, carnets: Path
) -> list[plan.Commande]:
    """Return the orders of the public reports of a year, in the formats that they were made in."""
    toutes = plan.commandes(
        plan.rapports_connus(carnets),
        (convention,),
        annees=(annee,),
        sortie=sortie,
        carnets=carnets,
    )
    commandes = []
    for commande in toutes:
        if commande.annee is None:
            continue
        trace = manifeste.traces.get(commande.cle)
        if trace:
            formats = [nom for nom in formats_connus() if f"{commande.cle}.{nom}" in trace.sorties]
            commande = replace(commande, formats=tuple(formats))
        commandes.append(commande)
    return commandes


def _verifier_qu_ils_sont_a_jour(
    commandes: Iterable[plan.Commande], convention: str, annee: int
) -> None:
    """Refuse a year whose reports are not all made and up to date: nobody has read them."""
    en_retard = [
        f"- {prevision.commande.nom} : {prevision.raisons[0]}"
        for prevision in prevoir(commandes)
        if prevision.raisons
    ]
    if en_retard:
        autres = len(en_retard) - RAPPORTS_CITES
        lignes = en_retard[:RAPPORTS_CITES]
        if autres > 0:
            lignes.append(f"- … et {autres} de plus")
        raison = dire_refus(
            "annee_pas_a_jour", annee=annee, convention=convention, rapports="\n".join(lignes)
        )
        raise Empechement(raison)


def _refuser_les_lignes(lignes: Iterable[str], convention: str, annee: int) -> None:
    """Refuse a year whose reports say a finding in place of a line that no longer holds."""
    puces = "\n".join(f"- {ligne}" for ligne in lignes)
    if puces:
        raise Empechement(
            dire_refus("lignes_a_relire", annee=annee, convention=convention, lignes=puces)
        )


def _refaire(
    commandes: Iterable[plan.Commande], manifeste: Manifeste, executeur: Executor, places: int
) -> dict[str, tuple[plan.Commande, Fabrication]]:
    """Return reports made and not yet written, by key.

    Raises:
        Empechement: One of them cannot be made.
    """
    previsions = [Prevision(commande, manifeste, ()) for commande in commandes]
    rendus = {}
    for prevision, rendu in confier(previsions, executeur, moteur=plan.CTG, places=places):
        commande = prevision.commande
        if isinstance(rendu, Echec):
            raise Empechement(f"{commande.nom} :\n{rendu}")
        rendus[commande.cle] = (commande, rendu)
    return rendus


def _ecrire(
    fichiers: Mapping[str, bytes],
    rendus: Mapping[str, tuple[plan.Commande, Fabrication]],
    manifeste: Manifeste,
    chemin_de_la_copie: str,
    jour: date,
) -> None:
    """Write files of the data folder, reports, and the manifest that lists them: all or none."""
    with superposer(fichiers):
        # The reports were made before the copy knew what they are: only this differs.
        empreinte_de_la_copie = empreinte(chemin_de_la_copie)
    a_ecrire = {racine() / chemin: octets for chemin, octets in fichiers.items()}
    traces = {}
    for cle, (commande, rendu) in rendus.items():
        lus = {**rendu.trace.lus, chemin_de_la_copie: empreinte_de_la_copie}
        traces[cle] = replace(rendu.trace, lus=lus, code=empreinte_du_code(), versions=versions())
        for nom, octets in rendu.contenus.items():
            a_ecrire[commande.dossier / nom] = octets
    if not rendus:
        ecrire(a_ecrire)
        return
    anciennes = {cle: trace.sorties for cle, trace in manifeste.traces.items()}
    manifeste.consigner_plusieurs(a_ecrire, traces, dict.fromkeys(traces, ""))
    for cle, (commande, _) in rendus.items():
        retirer_l_ancien(commande, anciennes.get(cle, {}), traces[cle], jour)
