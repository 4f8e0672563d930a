"""A convention and its diagnostic: what is worked out once from its data, and what its first pages
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import pandas as pd

from ctglib.blocs.carte import Carte, lire_carte
from ctglib.blocs.mots import dire, sources
from ctglib.blocs.offre import phrases_des_modes
from ctglib.blocs.page_une import PremierePage, couvrir, page_une
from ctglib.blocs.quartiers import lire_quartiers
from ctglib.calculs import comparaison as calculs
from ctglib.calculs.affirmations import juger
from ctglib.calculs.coherence import controler, doutes
from ctglib.calculs.ecriture import enumerer, minuscule
from ctglib.calculs.territoire import valeurs_publiques
from ctglib.document.blocs import Bloc, Couverture
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import date_longue, remplir
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import Dossier, lire_dossier_actuel
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.modeles.catalogue import Renversement, Territoire
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.partage import partager
from ctglib.donnees.publiques import lire_couverture, lire_des_references

OUVERT = "ouvert"
CONTREDITE = "contredite"
INVERIFIABLE = "inverifiable"
PLACES_ET_ECART = 2  # sentences on the modes of care; the others stand beside their chart
LACUNES = ("tableau-questions", "tableau-lacunes")


def _lire(convention: str) -> dict[str, Any]:
    """Return what is read of a convention, by field of ``EtudeDiagnostic``."""
    with enregistrer() as journal:
        dossier = lire_dossier_actuel(convention)
        lus = {
            "dossier": dossier,
            "modes": lire_couverture(dossier),
            "series_des_references": lire_des_references(dossier),
            "quartiers_lus": lire_quartiers(dossier),
            "carte_lue": lire_carte(dossier),
        }
    return {**lus, "controle": controler(dossier), "empreintes": dict(journal.lus)}


@dataclass(frozen=True)
class EtudeDiagnostic:
    """A convention and what its data say before any year; each result is computed when first asked
    for, then kept.
    """

    dossier: Dossier
    # The findings of the consistency check (see ``ctglib.calculs.coherence``).
    controle: pd.DataFrame
    # The sha256 of every data file read, by path.
    empreintes: Mapping[str, str] = field(default_factory=dict)
    # The places for under-threes (see ``lire_couverture``).
    modes: pd.DataFrame = field(default_factory=pd.DataFrame)
    # Public series of the other references (see ``lire_des_references``).
    series_des_references: pd.DataFrame = field(default_factory=pd.DataFrame)
    # The quarters of the commune (see ``lire_quartiers``).
    quartiers_lus: pd.DataFrame = field(default_factory=pd.DataFrame)
    # The rates of the communes of the EPCI (see ``lire_carte``).
    carte_lue: Carte | None = None

    @classmethod
    def ouvrir(cls, convention: str) -> Self:
        """Rend ce que l'on peut demander d'une convention, ses données lues et contrôlées.

        Args:
            convention: Nom d'un dossier de ``data/conventions``.

        Raises:
            DonneesInvalides: Toutes les fautes des données.
        """
        return cls(**partager(f"diagnostic/{convention}", lambda: _lire(convention)))

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.dossier.catalogue

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.dossier.convention

    @cached_property
    def doutes(self) -> frozenset[str]:
        """The indicators that the check makes doubtful."""
        return doutes(self.controle)

    @cached_property
    def jugements(self) -> pd.DataFrame:
        """The verdict on each sentence of the text."""
        return juger(self.dossier)

    @cached_property
    def besoins_lus(self) -> pd.DataFrame:
        """The needs, in the order in which they are read: by enjeu, then those of no enjeu."""
        synthese = self.catalogue.synthese
        return calculs.besoins(
            self.convention, self.comparaison, synthese.services, synthese.categories_des_services
        )

    @cached_property
    def contexte(self) -> Contexte:
        """The words of the catalogue, the territory, its reference, and the source of the figures
        of annexe 1.
        """
        source = self.convention.source_diagnostic
        return Contexte.de(self.dossier, self.catalogue.indicateurs, source)

    @cached_property
    def comparaison(self) -> pd.DataFrame:
        """The territory beside its reference, one row an indicator (see
        ``ctglib.calculs.comparaison``).
        """
        catalogue = self.catalogue
        comparaison = calculs.comparer(
            self.dossier.annexe1,
            catalogue.indicateurs,
            catalogue.unites,
            self.convention.territoire,
            self.convention.reference,
        )
        comparaison = calculs.avec_le_hasard(
            comparaison, catalogue.indicateurs, catalogue.evaluation
        )
        theme_de = {
            indicateur.id: theme.theme
            for theme in catalogue.themes
            for indicateur in theme.indicateurs
        }
        return calculs.constats(
            comparaison, catalogue.indicateurs, theme_de=theme_de, seuils=catalogue.seuils
        )

    @cached_property
    def a_cote(self) -> pd.DataFrame:
        """What the other references have, by indicator of ``comparaison`` (``valeurs_a_cote``).

        The diagnostic gives it, or else the public series that agree with its definitions.
        """
        publiques = self.series_des_references
        connues = self.dossier.annexe1.assign(source="")
        if len(publiques):
            regles = self.catalogue.donnees_publiques
            lues = valeurs_publiques(publiques, regles)
            connues = pd.concat([connues, lues.assign(source=lues["note_publique"])])
        return calculs.valeurs_a_cote(self.comparaison, connues, self.convention.references)

    def ailleurs(self, indicateurs: Iterable[str]) -> dict[Territoire, dict[str, str]]:
        """Return what other references have of some indicators, written, by reference and
        indicator: what is known of them.
        """
        contexte = self.contexte
        a_cote = self.a_cote.reindex(list(indicateurs))
        valeurs: dict[Territoire, dict[str, str]] = {}
        for autre in contexte.autres:
            connues = a_cote[f"valeur_{autre.code}"].dropna()
            if len(connues):
                valeurs[autre] = {
                    str(nom): contexte.valeur(str(nom), valeur) for nom, valeur in connues.items()
                }
        return valeurs

    @cached_property
    def constats_surs(self) -> pd.DataFrame:
        """The rows of ``comparaison`` that are neither provisional nor doubtful, by indicator; no
        variation that chance may explain.
        """
        comparaison = self.comparaison
        variation = comparaison["variation"].mask(comparaison["au_hasard"])
        comparaison = comparaison.assign(variation=variation)
        douteux = comparaison["indicateur"].isin(list(self.doutes))
        return comparaison[~comparaison["provisoire"] & ~douteux].set_index("indicateur")

    @cached_property
    def indices(self) -> pd.DataFrame:
        """The indices of the radar (see ``ctglib.calculs.comparaison``)."""
        catalogue = self.catalogue
        renversements: dict[str, Renversement] = {}
        for nom, indicateur in catalogue.indicateurs.items():
            renversement = catalogue.unites[indicateur.unite].renversement
            if renversement is not None:
                renversements[nom] = renversement
        return calculs.indices(
            self.dossier.annexe1,
            catalogue.radar,
            (self.convention.territoire, self.convention.reference),
            renversements=renversements,
            doutes=self.doutes,
        )

    @cached_property
    def accueil(self) -> list[str]:
        """The sentences on the places for under-threes; none where no figure is published."""
        if self.modes.empty:
            return []
        regles = self.catalogue.diagnostic.modes
        return phrases_des_modes(self.modes, regles, self.convention.fiches, self.contexte)

    @property
    def ouverts(self) -> pd.DataFrame:
        """The findings of the check that are open."""
        return self.controle[self.controle["statut"].eq(OUVERT)]

    @property
    def a_corriger(self) -> pd.DataFrame:
        """The open findings of the first severity: what is to be corrected."""
        premiere_gravite = next(iter(self.catalogue.regles.gravites))
        return self.ouverts[self.ouverts["gravite"].eq(premiere_gravite)]

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, date of the data; « provisoire » while something is to
        be corrected.
        """
        convention = self.convention
        a_corriger = len(self.a_corriger)
        statut = self.contexte.texte("couverture.statut_du_diagnostic", a_corriger=a_corriger)
        return couvrir(
            convention,
            self.dossier.logos,
            (
                ("Signature", self._signature()),
                (dire("date_des_donnees"), convention.date_des_donnees),
                ("Statut", statut),
            ),
            periode="Période",
            sujet=dire("titre", debut=convention.debut.year, fin=convention.fin.year),
            territoire=self.contexte.territoire.nom,
            source=f"Source : {convention.source_texte}",
            date=convention.debut.isoformat(),
            sigles=tuple(self.catalogue.synthese.sigles.items()),
        )

    def _signature(self) -> str:
        """Return who signed, by their titles, and when, or why the day is not known."""
        convention = self.convention
        avec_article = self.catalogue.messages.avec_article
        signataires = enumerer(
            [
                f"{minuscule(partie.qualite_du_signataire)} pour {avec_article(partie.nom_court)}"
                for partie in convention.parties
            ]
        )
        signature = convention.date_signature
        if isinstance(signature, Absence):
            raison = minuscule(signature.absent).rstrip(" .")
            return self.contexte.texte(
                "diagnostic.signature_sans_date", signataires=signataires, raison=raison
            )
        return self.contexte.texte(
            "diagnostic.signature", signataires=signataires, date=date_longue(signature)
        )

    def page_une(self, rapport: str, page: PremierePage) -> Bloc:
        """Return the first page of a report: what it has to say, and what the parties wrote for
        it.
        """
        regles = self.catalogue.messages
        des_parties = [message for message in self.dossier.messages if message.rapport == rapport]
        sans_message = {
            rubrique: remplir(texte, **self.contexte.lieux)
            for rubrique, texte in regles.rien.items()
        }
        return page_une(regles, page, des_parties, sans_message)

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.empreintes, self.catalogue.synthese.fichiers, self.contexte)
