"""What every sheet is made from: a convention, a year, what was already entered, and the words of the workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.collecte.suivi import TABLES_BILAN, lire_annee
from ctglib.donnees.conventions import DOSSIER
from ctglib.donnees.dossier import COLLECTE, GABARIT, charger_gabarit
from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import proches
from ctglib.donnees.modeles.gabarit import AUTRES, FeuilleGabarit, Gabarit
from ctglib.donnees.suivi.pieces import TABLES, annees_presentes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.collecte.suivi import Suivi, Table
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.suivi import Avenant
    from ctglib.donnees.suivi.objets import DossierSuivi


@dataclass(frozen=True)
class Cadre:
    """A convention and a year to collect.

    Attributes:
        dossier: The convention and its catalogue.
        gabarit: The words of the workbook.
        annee: The year asked for.
        suivis: What the folders of follow-up hold, by year; the year asked for is always there.
        responsable: The service whose part is wanted, "" for the whole.
        avenants: What was changed of the convention.
    """

    dossier: Dossier
    gabarit: Gabarit
    annee: int
    suivis: dict[int, Suivi]
    responsable: str = ""
    avenants: tuple[Avenant, ...] = ()

    def mots(self, texte: str) -> str:
        """Return a text of the workbook with its years filled in."""
        return texte.replace("{annee}", str(self.annee)).replace("{precedente}", str(self.annee - 1))

    def modele(self, feuille: str) -> FeuilleGabarit:
        """Return the model of a sheet, its titles and helps for this year."""
        model = self.gabarit.par_feuille[feuille]
        columns = tuple(
            column.model_copy(update={"titre": self.mots(column.titre), "aide": self.mots(column.aide)})
            for column in model.colonnes
        )
        texts = {"resume": self.mots(model.resume), "consigne": self.mots(model.consigne)}
        return model.model_copy(update={**texts, "colonnes": columns})

    def concerne(self, responsable: str) -> bool:
        """Tell whether a row that this service fills is wanted."""
        return self.responsable in ("", responsable)

    def saisi(self, table: str) -> Table:
        """Return what is already entered for the year."""
        return self.suivis[self.annee][table]

    def precedent(self, table: str) -> Table:
        """Return what was entered for the year before, nothing when it has no folder."""
        return self.suivis.get(self.annee - 1, {}).get(table, {})

    def indicateurs(self) -> dict[str, Indicateur]:
        """Return the indicators that the fiches of the convention follow, in their order."""
        return self.dossier.catalogue.indicateurs_fiches

    def fiche_de(self, identifiant: str) -> str:
        """Return the number of the fiche that follows an indicator, as a cell shows it."""
        groups = self.dossier.catalogue.fiches_indicateurs
        return next(str(number) for number, group in groups.items() if identifiant in {item.id for item in group})

    def annees_attendues(self, item: Indicateur) -> set[int]:
        """Return the years that what is awaited once is awaited in; none when nothing says it."""
        written = {
            one.annee_attendue
            for fiche in self.dossier.convention.fiches
            for one in fiche.indicateurs
            if one.id == item.id
        }
        moved = {one.annee for avenant in self.avenants for one in avenant.changements if one.element == item.id}
        return (written | moved) - {None}

    def responsable_de_fiche(self, fiche: Fiche) -> str:
        """Return the service that fills the actions of a fiche."""
        return self.gabarit.parts.de_fiche(fiche)

    def titre_de(self, fiche: Fiche) -> str:
        """Return how a row names a fiche: « 1. Son titre »."""
        return f"{fiche.numero}. {fiche.titre}"


def ouvrir_cadre(convention: str, annee: int, responsable: str = "") -> Cadre:
    """Return the frame of a convention and a year.

    Raises:
        DonneesInvalides: The data do not hold, the year is outside the convention, or the service is unknown.
    """
    suivi = lire_suivi_brut(convention)
    dossier = suivi.dossier
    gabarit = charger_gabarit(convention)
    if faults := fautes_de_gabarit(gabarit, dossier):
        raise DonneesInvalides(faults)
    _verifier_annee(dossier, annee, suivi.fin.year)
    _verifier_responsable(dossier, responsable)
    years = {annee, *annees_presentes(convention)}
    suivis = {year: lire_annee(convention, year) for year in sorted(years)}
    return Cadre(dossier, gabarit, annee, suivis, responsable, suivi.avenants)


def cadre_vierge(suivi: DossierSuivi, gabarit: Gabarit, annee: int, responsable: str) -> Cadre:
    """Return the frame of a service's part without anything entered: what anyone may be sent.

    Args:
        suivi: The convention.
        gabarit: The words of the workbook.
        annee: The year.
        responsable: The service.
    """
    empty = {name: {} for name in (*TABLES, *TABLES_BILAN, "appreciations")}
    return Cadre(suivi.dossier, gabarit, annee, {annee: empty}, responsable, tuple(suivi.avenants))


def _verifier_annee(dossier: Dossier, annee: int, last: int) -> None:
    first = dossier.convention.debut.year
    if not first <= annee <= last:
        raise refus(
            f"conventions/{dossier.convention.id}",
            f"l'année {annee}",
            f"une année de la convention, de {first} à {last}",
            "corriger l'année demandée",
        )


def _verifier_responsable(dossier: Dossier, responsable: str) -> None:
    known = [item.id for item in dossier.catalogue.responsables.values()]
    if not responsable or responsable in known:
        return
    close = proches(re.sub(r"\W+", "_", responsable.lower()), known)
    remedy = f"écrire « {close[0]} »" if close else "écrire l'un de ces noms"
    raise refus("catalogue/responsables.yaml", f"le service « {responsable[:80]} »", ", ".join(known), remedy)


# What the program writes and reads by name.
_FEUILLES = ("actions", "indicateurs", "moyens", "profils", "posture", "appreciations")
_RUBRIQUES = ("date_arretee", "statut", "comite_date", "comite_absence", "suite", "decision")
_RUBRIQUES += ("reussites", "difficultes", "perspectives")


def fautes_de_gabarit(gabarit: Gabarit, dossier: Dossier) -> list[Faute]:
    """Return a fault for each name of the workbook's file that nothing defines, each sheet or heading that lacks."""
    parts, moyens, catalogue = gabarit.parts, gabarit.moyens, dossier.catalogue
    own = f"{DOSSIER}/{dossier.convention.id}/{COLLECTE}"
    asked = [*moyens.par_fiche, *moyens.par_structure.postes]
    parties = [party.id for party in dossier.convention.parties]
    numbers = [str(fiche.numero) for fiche in dossier.convention.fiches]
    services = [parts.principal, *parts.fiches.values(), *parts.dispositifs.values(), *parts.signataires.values()]
    fiches = [str(number) for number in (*parts.fiches, *(one for item in asked for one in item.fiches))]
    dispositifs = [part.id for part in catalogue.dimensions[catalogue.profils.dimension].modalites]
    cited = (
        ("parts", services, catalogue.responsables, "un service de responsables.yaml"),
        ("parts.dispositifs", parts.dispositifs, dispositifs, "un dispositif de dimensions.yaml"),
        ("parts.fiches, moyens", fiches, numbers, "une fiche de la convention"),
        ("parts.signataires", parts.signataires, parties, "une partie de la convention"),
        ("moyens", [item.signataire for item in asked], [*parties, AUTRES], f"une partie, ou « {AUTRES} »"),
        (
            "moyens",
            [item.poste for item in asked],
            [item.id for item in catalogue.moyens.postes],
            "un poste de moyens.yaml",
        ),
        (
            "moyens.par_structure.categories",
            moyens.par_structure.categories,
            [item.id for item in catalogue.offre.categories],
            "une catégorie de offre.yaml",
        ),
        ("moyens.par_structure.gestions", moyens.par_structure.gestions, catalogue.offre.gestions, "une gestion"),
    )
    faults = [fault for place, names, known, words in cited for fault in _inconnus(own, place, names, [*known], words)]
    states = gabarit.etats_de_valeur
    faults += _inconnus(GABARIT, "etats_de_valeur", states, [*catalogue.statuts], "un statut de statuts.yaml")
    faults += _absents(GABARIT, "feuilles", _FEUILLES, gabarit.par_feuille)
    return [*faults, *_absents(GABARIT, "rubriques", _RUBRIQUES, gabarit.rubriques)]


def _inconnus(fichier: str, place: str, names: Iterable[str], known: list[str], words: str) -> list[Faute]:
    faults = []
    for name in dict.fromkeys(names):
        if name not in known:
            close = proches(name, known)
            remedy = f"écrire « {close[0]} »" if close else "corriger ce nom, ou l'ajouter à son fichier"
            faults.append(Faute(fichier, f"« {name} »", words, remedy, colonne=place))
    return faults


def _absents(fichier: str, place: str, wanted: Iterable[str], known: Iterable[str]) -> list[Faute]:
    return [
        Faute(
            fichier,
            f"« {name} » absente",
            f"« {name} », que le programme remplit",
            "remettre cette entrée",
            colonne=place,
        )
        for name in wanted
        if name not in known
    ]
