"""What every block of the evaluation at the end shares: each year's scoring, and what is worked out from them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.comparables import Comparables
from ctglib.calculs.collecte import DEPART, VALEUR, manques_finaux
from ctglib.calculs.comparaison import Constat
from ctglib.calculs.etats import etats
from ctglib.calculs.evaluation import evaluer
from ctglib.calculs.parcours import parcours, recommandations
from ctglib.calculs.preuves import Preuve, evaluabilite, preuves_du_suivi, preuves_du_texte
from ctglib.calculs.suivi import changements_en_vigueur
from ctglib.calculs.territoire import annee_du_diagnostic, revisiter
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import Finale
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Convention, Schema
from ctglib.donnees.montrable import Montrable


def sur(valeur: float, total: float) -> str:
    """Return « 3 sur 12 »; a total of nothing is a dash."""
    return f"{nombre_court(valeur)} sur {nombre_court(total)}" if total else RIEN


@dataclass(frozen=True)
class EtudeFinale(Montrable):
    """The whole convention, as its evaluation reads it; each result is kept once computed.

    Args:
        derniere: The follow-up of the last year, small counts suppressed: all the years are in it.
        finale: Rules, readings, what the evaluators entered.
        comparables: The comparison with other communes.
        constats: The findings of the diagnostic that the convention began with.
        besoins: Its needs and those of the fiches, each once.
        empreintes: The sha256 of every data file read, by path.
    """

    derniere: EtudeAnnuelle
    finale: Finale
    comparables: Comparables
    constats: tuple[Constat, ...]
    besoins: pd.DataFrame
    empreintes: Mapping[str, str]

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.derniere.convention

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.derniere.catalogue

    @property
    def contexte(self) -> Contexte:
        """The words of every indicator, the territory, and the source of the follow-up."""
        return self.derniere.contexte

    @property
    def annees(self) -> tuple[int, ...]:
        """The years of the convention."""
        return tuple(self.derniere.suivi.suivis)

    @property
    def lieu_et_dates(self) -> str:
        """The end of most captions: « Harnes, 2023-2026 »."""
        return f"{self.contexte.territoire.nom}, {self.convention.debut.year}-{self.convention.fin.year}"

    def mot(self, cle: str) -> str:
        """Return a word of the catalogue, by use."""
        return self.finale.regles.mots[cle]

    def titre_de_fiche(self, numero: int) -> str:
        """Return the title of the rows of a fiche."""
        return f"Fiche {numero} : {self.derniere.fiche(numero).titre}"

    def etat_du_schema(self, schema: Schema) -> str:
        """Return whether a schéma holds over the convention."""
        debut, fin = self.convention.debut.year, self.convention.fin.year
        key = "schema_echu" if schema.fin < debut else "schema_cours" if schema.fin < fin else "schema_en_vigueur"
        return self.mot(key).format(debut=schema.debut, fin=schema.fin)

    def tableau(
        self, table: pd.DataFrame, colonnes: Iterable[Colonne], nom: str, titre: str, **reste: object
    ) -> Tableau:
        """Return a table (see ``Tableau.de``) whose source is the follow-up, unless told.

        Its title ends with the territory and the years of the convention.
        """
        return self.contexte.tableau(table, colonnes, nom, f"{titre}, {self.lieu_et_dates}", **reste)

    @cached_property
    def evaluations(self) -> dict[int, pd.DataFrame]:
        """The scoring of each year, as its own bilan read it."""
        *earlier, last = self.annees
        return {year: evaluer(self.derniere.suivi, year) for year in earlier} | {last: self.derniere.evaluation}

    @cached_property
    def etats(self) -> dict[int, pd.DataFrame]:
        """The state of each modalité, by year."""
        return {year: etats(self.derniere.suivi, year) for year in self.annees}

    @property
    def etats_finaux(self) -> pd.DataFrame:
        """The states at the end."""
        return self.etats[self.annees[-1]]

    @cached_property
    def changements(self) -> tuple:
        """The changes of the avenants in force at the end."""
        return changements_en_vigueur(self.derniere.suivi.avenants, self.derniere.bilan.date_arretee)

    @cached_property
    def parcours(self) -> pd.DataFrame:
        """The way of each indicator (see ``ctglib.calculs.parcours``)."""
        known, suivis = self.derniere.mesures, self.derniere.suivi.suivis
        return parcours(
            self.convention, self.catalogue, known, self.evaluations, changements=self.changements, suivis=suivis
        )

    @cached_property
    def evaluabilite(self) -> pd.DataFrame:
        """What the convention made it possible to evaluate."""
        return evaluabilite(self.convention, self.finale.lectures, self.parcours, self.changements)

    @cached_property
    def revisite(self) -> pd.DataFrame:
        """The public series, then and now."""
        return revisiter(
            self.derniere.series,
            self.finale.regles.diagnostic,
            self.catalogue.indicateurs_contexte,
            self.catalogue.unites,
            territoires=(self.convention.territoire, self.convention.reference),
            depart=annee_du_diagnostic(self.derniere.suivi.dossier.annexe1),
            hasard=self.catalogue.evaluation.seuils.hasard_ecarts,
        )

    @cached_property
    def recommandations(self) -> pd.DataFrame:
        """What the rules propose for each objective."""
        finale = self.finale
        return recommandations(self.convention, finale.lectures, self.etats_finaux, self.parcours, finale.regles.regles)

    @cached_property
    def manques(self) -> pd.DataFrame:
        """What is missing, and from whom."""
        last = self.derniere
        return manques_finaux(
            self.convention, self.catalogue, last.suivi.suivis, self.evaluations, self.etats,
            parcours=self.parcours, gabarit=last.gabarit,
        )  # fmt: skip

    @cached_property
    def elements_manquants(self) -> pd.DataFrame:
        """The same, a thing once: an initial value joins the years of its indicator, ``depart`` being its year."""
        rows = self.manques
        starts = rows[rows["nature"].eq(DEPART)].set_index("element")["annees"]
        valued = rows["nature"].eq(VALEUR)
        rows = rows.assign(depart=rows["element"].map(starts).where(valued, "").fillna(""))
        return rows[rows["nature"].ne(DEPART) | ~rows["element"].isin(rows.loc[valued, "element"])]

    @property
    def ecrits(self) -> pd.Series:
        """What the text alone made it possible to evaluate, all fiches together."""
        table = self.evaluabilite
        return table[table["groupe"].eq("convention") & table["fiche"].isna()].iloc[0]

    @property
    def themes(self) -> list[Theme]:
        """The themes that the diagnostic of the convention has."""
        given = {item.indicateur for item in self.constats}
        return [theme for theme in self.catalogue.themes if given & {item.id for item in theme.indicateurs}]

    @property
    def noms_des_postes(self) -> tuple[str, str]:
        """The indicators of the funding of piloting: the posts of coordination, and those converted."""
        names = self.catalogue.bilan.pilotage
        return names.postes, names.convertis

    @cached_property
    def preuves(self) -> Mapping[str, Preuve]:
        """The evidence of the criteria, by code."""
        suivis, convention, found = self.derniere.suivi.suivis, self.convention, self.comparables.resultat
        sens = {name: item.sens for name, item in self.catalogue.indicateurs.items()}
        themes = [theme.theme for theme in self.themes]
        compared = Preuve(0, 0, 0, 1)
        if found is not None and len(found.ecarts):  # the public series whose gap is more than rounding
            known = int(found.ecarts["ecart"].notna().sum())
            compared = Preuve(len(self.comparables.depassent), known, known, len(found.ecarts))
        return {
            **preuves_du_texte(
                convention, self.finale.lectures, self.constats, sens, self.ecrits, self.besoins, themes
            ),
            **preuves_du_suivi(self.etats_finaux, self.parcours, convention, suivis, self.noms_des_postes),
            "resultats_compares": compared,
        }
