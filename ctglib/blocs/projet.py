"""What the draft of the annexes of the next convention is made of: the end of a convention, what is
carried on, the words of the draft, and how far its past can take each indicator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ctglib.blocs.diagnostic import EtudeDiagnostic
from ctglib.blocs.fin import EtudeFinale, Trajectoires
from ctglib.calculs.ecriture import majuscule
from ctglib.calculs.reperes import Repere, repere
from ctglib.calculs.suivi import a_la_date, changements_en_vigueur, coupures
from ctglib.document.tableau import Ecriture, Tableau
from ctglib.document.typographie import date_longue, remplir
from ctglib.donnees.modeles.convention import Convention, RoleDeClause
from ctglib.donnees.modeles.evaluation import ReglesProjet

CHAPITRE = 2
SECTION = 3
RUBRIQUE = 4
# Something to be filled, by its key among the sentences, and who is to fill each.
Manque = tuple[str, Iterable[str]]


def source_de_la_valeur(etude: EtudeFinale, indicateur: str, annee: int) -> str:
    """Return where the value of an indicator in a year comes from, for the whole territory, as the
    last bilan reads it; "" when the follow-up does not say it.
    """
    observations = a_la_date(etude.suivi.observations, etude.annees[-1])
    cherchees = (
        observations["dimension"].eq("")
        & observations["territoire"].eq(etude.convention.territoire)
        & observations["indicateur"].eq(indicateur)
        & observations["annee"].eq(annee)
    )
    # ``a_la_date`` keeps one row a key: there is one source at most.
    return "".join(observations.loc[cherchees, "source"])


@dataclass(frozen=True)
class Projet:
    """What the draft is made of: the end of a convention, and the folder of the next one."""

    etude: EtudeFinale
    # the diagnostic of the convention that ends, as signed
    ancien: EtudeDiagnostic
    # what is carried on, as the new folder has it, and its annexe 1
    convention: Convention
    annexe1: pd.DataFrame
    regles: ReglesProjet

    def mot(self, cle: str, **valeurs: object) -> str:
        """Return a sentence of ``projet.yaml`` with its words."""
        return remplir(self.regles.mots[cle], **valeurs)

    def titre(self, cle: str, **valeurs: object) -> str:
        """Return a heading of ``projet.yaml`` with its words."""
        return remplir(self.regles.titres[cle], **{**self.annees, **valeurs})

    def a_completer(self, cle: str) -> str:
        """Return « à compléter : les partenaires »."""
        return self.mot("a_completer_quoi", quoi=self.mot(cle))

    @property
    def annees(self) -> dict[str, int]:
        """The first and the last year of the convention to come."""
        return {"debut": self.convention.debut.year, "fin": self.convention.fin.year}

    @property
    def duree(self) -> int:
        """How many years it has."""
        return self.convention.fin.year - self.convention.debut.year + 1

    @property
    def indicateurs(self) -> list[str]:
        """The ids of those that are carried on: one may serve several fiches."""
        return list(dict.fromkeys(nom for fiche in self.convention.fiches for nom in fiche.suivis))

    @property
    def avant(self) -> str:
        """The years of the convention that ends: « 2023-2026 »."""
        return f"{self.etude.convention.debut.year}-{self.etude.convention.fin.year}"

    @property
    def periode(self) -> str:
        """Return « du 1er janvier 2027 au 31 décembre 2030 »."""
        debut = date_longue(self.convention.debut)
        return self.mot("periode", debut=debut, fin=date_longue(self.convention.fin))

    def tableau(
        self,
        cle: str,
        table: pd.DataFrame,
        ecritures: Mapping[str, Ecriture | None] | None = None,
        *,
        nom: str = "",
        mots: Mapping[str, object] | None = None,
        **reste: Any,  # see ``Contexte.presenter``
    ) -> Tableau:
        """Return a table of ``projet.yaml``; ``nom`` ends its name where there are several."""
        communs = {
            **self.annees,
            "lieu": self.etude.contexte.territoire.nom,
            "texte": self.etude.convention.source_texte,
            "source_avant": self.etude.convention.source_diagnostic,
        }
        complet = f"projet-{cle}-{nom}" if nom else f"projet-{cle}"
        return self.etude.contexte.presenter(
            self.regles.tableaux[cle],
            table,
            ecritures,
            cle=cle,
            mots={**communs, **(mots or {})},
            nom=complet.replace("_", "-").replace(".", "-"),
            **reste,
        )

    def annexe(self, role: RoleDeClause, titre: str) -> str:
        """Return « Annexe 3 – Plan d'actions »; the title alone where no clause places it."""
        clause = self.convention.clauses.get(role)
        return f"{majuscule(clause.article)} – {titre}" if clause else titre

    @cached_property
    def parcours(self) -> pd.DataFrame:
        """The indicators over the convention that ends, by id."""
        return self.etude.parcours.set_index("indicateur", drop=False)

    @cached_property
    def reperes(self) -> dict[str, Repere]:
        """How far its past can take each indicator."""
        etude = self.etude
        changements = changements_en_vigueur(etude.suivi.avenants, etude.bilan.date_arretee)
        series = Trajectoires(etude).series
        valeurs = series.set_index("annee").groupby("indicateur")["valeur"]
        par_indicateur = {str(nom): valeur.astype(float) for nom, valeur in valeurs}
        definitions = etude.catalogue.indicateurs_fiches
        dernieres = self.parcours["connue"]
        reperes = {}
        for nom in etude.parcours["indicateur"]:
            if nom in etude.convention.livrables:  # what is promised is there, or is not
                reperes[nom] = Repere("livrable")
                continue
            definition = definitions[nom]
            touts = [dernieres.get(cite) for cite in (definition.partie_de, definition.capacite)]
            reperes[nom] = repere(
                definition,
                etude.contexte.unites,
                par_indicateur.get(nom, pd.Series(dtype=float)),
                [annee for annee, _ in coupures(definition, changements)],
                annees=self.duree,
                variations_au_moins=self.regles.variations_au_moins,
                tout=float(pd.Series(touts, dtype=float).min()),
            )
        return reperes

    @property
    def sans_suivi(self) -> bool:
        """Whether nothing at all was handed in over the convention that ends."""
        return all(suivi.vide for suivi in self.etude.suivi.suivis.values())

    @property
    def aucun_suivi(self) -> str:
        """Return « aucun suivi n'a été transmis de 2023 à 2026 »."""
        return self.mot("aucun_suivi", debut=self.etude.annees[0], fin=self.etude.annees[-1])

    def a_ete_donne(self, indicateur: str) -> bool:
        """Tell whether a year of the convention that ends has a value of an indicator."""
        annees_connues = self.parcours["annees_connues"]
        return int(annees_connues[indicateur]) > 0
