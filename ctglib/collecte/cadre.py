"""What every sheet is made from: a convention, a year, what was already entered, and the words of the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.collecte.suivi import TOUTES, lire_annee
from ctglib.donnees.dossier import COLLECTE, charger_gabarit
from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import CONVENTIONS
from ctglib.donnees.modeles.gabarit import AUTRES, FeuilleGabarit, Gabarit
from ctglib.donnees.pieces import annees_presentes
from ctglib.donnees.references import nom_inconnu
from ctglib.donnees.suivi import lire_suivi_brut

if TYPE_CHECKING:
    from ctglib.collecte.suivi import Suivi, Table
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.suivi import Avenant
    from ctglib.donnees.suivi import DossierSuivi


@dataclass(frozen=True)
class Cadre:
    """A convention and a year to collect."""

    dossier: Dossier
    gabarit: Gabarit
    annee: int
    suivis: dict[int, Suivi]  # what the folders of follow-up hold; the year asked for is always there
    responsable: str = ""  # the service whose part is wanted, "" for the whole
    avenants: tuple[Avenant, ...] = ()

    @property
    def convention(self) -> Convention:
        """Return the convention."""
        return self.dossier.convention

    @property
    def catalogue(self) -> Catalogue:
        """Return its catalogue."""
        return self.dossier.catalogue

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


def ouvrir_cadre(convention: str, annee: int, responsable: str = "") -> Cadre:
    """Return the frame of a convention and a year.

    Raises:
        DonneesInvalides: The data do not hold, the year is outside the convention, or the service is unknown.
    """
    suivi = lire_suivi_brut(convention)
    dossier, gabarit = suivi.dossier, charger_gabarit(convention)
    if faults := fautes_de_gabarit(gabarit, dossier):
        raise DonneesInvalides(faults)
    first, last = dossier.convention.debut.year, suivi.fin.year
    if not first <= annee <= last:
        expected = f"une année de la convention, de {first} à {last}"
        raise refus(f"{CONVENTIONS}/{convention}", f"l'année {annee}", expected, "corriger l'année demandée")
    if responsable and responsable not in (known := dossier.catalogue.responsables):
        raise refus("catalogue/responsables.yaml", *nom_inconnu(responsable, known, "un service", "responsables.yaml"))
    years = sorted({annee, *annees_presentes(convention)})
    suivis = {year: lire_annee(convention, year) for year in years}
    return Cadre(dossier, gabarit, annee, suivis, responsable, suivi.avenants)


def cadre_vierge(suivi: DossierSuivi, gabarit: Gabarit, annee: int, responsable: str) -> Cadre:
    """Return the frame of a service's part without anything entered: what anyone may be sent."""
    empty = {name: {} for name in TOUTES}
    return Cadre(suivi.dossier, gabarit, annee, {annee: empty}, responsable, tuple(suivi.avenants))


def fautes_de_gabarit(gabarit: Gabarit, dossier: Dossier) -> list[Faute]:
    """Return a fault for each name of ``collecte.yaml`` that nothing defines."""
    parts, moyens, catalogue = gabarit.parts, gabarit.moyens, dossier.catalogue
    asked, structures = [*moyens.par_fiche, *moyens.par_structure.postes], moyens.par_structure
    parties = [party.id for party in dossier.convention.parties]
    services = [parts.principal, *parts.fiches.values(), *parts.dispositifs.values(), *parts.signataires.values()]
    fiches = [str(number) for number in (*parts.fiches, *(one for item in asked for one in item.fiches))]
    numbers = [str(fiche.numero) for fiche in dossier.convention.fiches]
    dispositifs = [part.id for part in catalogue.dimensions[catalogue.profils.dimension].modalites]
    postes, categories = [item.id for item in catalogue.moyens.postes], catalogue.offre.categories
    cited = (
        ("parts", services, catalogue.responsables, "un service", "responsables.yaml"),
        ("parts.dispositifs", parts.dispositifs, dispositifs, "un dispositif", "dimensions.yaml"),
        ("parts.fiches, moyens", fiches, numbers, "une fiche", "convention.yaml"),
        ("parts.signataires", parts.signataires, parties, "une partie", "convention.yaml"),
        ("moyens", [item.signataire for item in asked], [*parties, AUTRES], "une partie", "convention.yaml"),
        ("moyens", [item.poste for item in asked], postes, "un poste", "moyens.yaml"),
        ("moyens.par_structure.categories", structures.categories, categories, "une catégorie", "offre.yaml"),
        ("moyens.par_structure.gestions", structures.gestions, catalogue.offre.gestions, "une gestion", "offre.yaml"),
    )
    own = f"{CONVENTIONS}/{dossier.convention.id}/{COLLECTE}"
    return [
        Faute(own, *nom_inconnu(name, known, *words), colonne=place)
        for place, names, known, *words in cited
        for name in dict.fromkeys(names)
        if name not in [*known]
    ]
