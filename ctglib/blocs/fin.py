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
from ctglib.calculs.preuves import CONVENTION, Preuve, evaluabilite, preuves_du_suivi, preuves_du_texte
from ctglib.calculs.suivi import changements_en_vigueur
from ctglib.calculs.territoire import annee_du_diagnostic, revisiter
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.dossier import Finale
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Schema
from ctglib.donnees.partage import partager


def sur(valeur: float, total: float) -> str:
    """Return « 3 sur 12 »; a total of nothing is a dash."""
    return f"{nombre_court(valeur)} sur {nombre_court(total)}" if total else RIEN


@dataclass(frozen=True)
class EtudeFinale(EtudeAnnuelle):
    """The whole convention, as its evaluation reads it: its last year, in which all are; each result is computed once.

    Args:
        finale: Rules, readings, what the evaluators entered.
        comparables: The comparison with other communes.
        constats: The findings of the diagnostic that the convention began with.
        besoins: Its needs and those of the fiches, each once.
    """

    finale: Finale
    comparables: Comparables
    constats: tuple[Constat, ...]
    besoins: pd.DataFrame

    @property
    def annees(self) -> tuple[int, ...]:
        """The years of the convention."""
        return tuple(self.suivi.suivis)

    @property
    def lieu_et_dates(self) -> str:
        """The end of most captions: « Harnes, 2023-2026 »."""
        return f"{self.contexte.territoire.nom}, {self.convention.debut.year}-{self.convention.fin.year}"

    def mot(self, cle: str) -> str:
        """Return a word of the catalogue, by use."""
        return self.finale.regles.mots[cle]

    def titre_de_fiche(self, numero: int) -> str:
        """Return the title of the rows of a fiche."""
        return f"Fiche {numero} : {self.fiche(numero).titre}"

    def etat_du_schema(self, schema: Schema) -> str:
        """Return whether a schéma holds over the convention, as a sentence."""
        debut, fin = self.convention.debut.year, self.convention.fin.year
        key = "schema_echu" if schema.fin < debut else "schema_cours" if schema.fin < fin else "schema_en_vigueur"
        return f"{self.mot(key).format(debut=schema.debut, fin=schema.fin)}."

    def tableau(
        self, table: pd.DataFrame, colonnes: Iterable[Colonne], nom: str, titre: str, **reste: object
    ) -> Tableau:
        """Return a table (see ``Contexte.tableau``) whose title ends with the territory and the years."""
        return self.contexte.tableau(table, colonnes, nom, f"{titre}, {self.lieu_et_dates}", **reste)

    @cached_property
    def evaluations(self) -> dict[int, pd.DataFrame]:
        """The scoring of each year, as its own bilan read it."""
        earlier = self.annees[:-1]
        known = partager(f"{self.nom}/annees", lambda: {year: evaluer(self.suivi, year) for year in earlier})
        return known | {self.annee: self.evaluation}

    @cached_property
    def etats_par_annee(self) -> dict[int, pd.DataFrame]:
        """The state of each modalité, by year."""
        return {year: etats(self.suivi, year) for year in self.annees[:-1]} | {self.annee: self.etats}

    @cached_property
    def changements(self) -> tuple:
        """The changes of the avenants in force at the end."""
        return changements_en_vigueur(self.suivi.avenants, self.bilan.date_arretee)

    @cached_property
    def parcours(self) -> pd.DataFrame:
        """The way of each indicator (see ``ctglib.calculs.parcours``)."""
        return parcours(
            self.convention, self.catalogue, self.mesures, self.evaluations,
            changements=self.changements, suivis=self.suivi.suivis,
        )  # fmt: skip

    @cached_property
    def evaluabilite(self) -> pd.DataFrame:
        """What the convention made it possible to evaluate."""
        return evaluabilite(self.convention, self.finale.lectures, self.parcours, self.changements)

    @property
    def ecrits(self) -> pd.Series:
        """What the text alone made it possible to evaluate, all fiches together."""
        table = self.evaluabilite
        return table[table["groupe"].eq(CONVENTION) & table["fiche"].isna()].iloc[0]

    @cached_property
    def revisite(self) -> pd.DataFrame:
        """The public series, then and now."""
        return revisiter(
            self.series,
            self.finale.regles.diagnostic,
            self.catalogue.indicateurs_contexte,
            self.catalogue.unites,
            territoires=(self.convention.territoire, self.convention.reference),
            depart=annee_du_diagnostic(self.suivi.dossier.annexe1),
            hasard=self.catalogue.evaluation.seuils.hasard_ecarts,
        )

    @cached_property
    def recommandations(self) -> pd.DataFrame:
        """What the rules propose for each objective."""
        finale = self.finale
        return recommandations(self.convention, finale.lectures, self.etats, self.parcours, finale.regles.regles)

    @cached_property
    def manques(self) -> pd.DataFrame:
        """What is missing, and from whom."""
        return manques_finaux(
            self.convention, self.catalogue, self.suivi.suivis, self.evaluations, self.etats_par_annee,
            parcours=self.parcours, gabarit=self.gabarit,
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
    def themes(self) -> list[Theme]:
        """The themes that the diagnostic of the convention has."""
        given = {item.indicateur for item in self.constats}
        return [theme for theme in self.catalogue.themes if given & {item.id for item in theme.indicateurs}]

    @cached_property
    def preuves(self) -> Mapping[str, Preuve]:
        """The evidence of the criteria, by code."""
        convention, found, posts = self.convention, self.comparables.resultat, self.catalogue.bilan.pilotage
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
            **preuves_du_suivi(
                self.etats, self.parcours, convention, self.suivi.suivis, (posts.postes, posts.convertis)
            ),
            "resultats_compares": compared,
        }
