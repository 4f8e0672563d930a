"""The draft of the minutes: who is there, the agenda, each decision proposed with its reason, room
for the vote.

The parties finish it in Word; ``ctg importer`` reads its tables back: their columns are those of
the workbook, and each row hides what it is known by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from ctglib.blocs.decisions import fil_des_decisions
from ctglib.blocs.mots import repondre
from ctglib.blocs.propositions import proposer
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.document.blocs import Bloc, Couverture, liste, paragraphe
from ctglib.document.tableau import Tableau
from ctglib.donnees.modeles.rapports import ReglesReleve
from ctglib.donnees.modeles.suivi import (
    REJETEE,
    SUITES_OUVERTES,
    NomDeRubrique,
    nom_de_la_decision,
)
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.rapports.bilan import Bilan, ouvrir_bilan


def ouvrir_releve(convention: str, annee: int, diffusion: str = "publique") -> Releve:
    """Rend le brouillon du relevé de décisions d'une année, d'après son bilan.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        diffusion: « publique », ou « interne ».

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
        ValueError: ``diffusion`` n'est aucune des deux, ou ``annee`` n'est pas un nombre entier.
    """
    return Releve(
        ouvrir_bilan(convention, annee, diffusion),
        charger_yaml("catalogue/releve.yaml", ReglesReleve),
    )


@dataclass(frozen=True)
class Releve:
    """The minutes to be finished, section by section."""

    bilan: Bilan
    regles: ReglesReleve

    def __repr__(self) -> str:
        return repondre("releve", annee=self.bilan.etude.annee)

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, status of the data."""
        etude = self.bilan.etude
        return etude.couverture(etude.convention.titre, f" {etude.annee}")

    def presents(self) -> Tableau:
        """Return a row a signatory, then empty ones, to be ticked."""
        parties = [partie.nom for partie in self.bilan.etude.convention.parties]
        vides = [""] * self.regles.lignes_de_presents
        return self._tableau("presents", [(nom,) for nom in [*parties, *vides]])

    def ordre_du_jour(self) -> Bloc:
        """Return the agenda."""
        annee = self.bilan.etude.annee
        return liste([point.format(annee=annee) for point in self.regles.ordre_du_jour])

    def comite(self) -> Tableau:
        """Return the rows that say when the comité was held, or why not."""
        etude = self.bilan.etude
        rubriques: tuple[NomDeRubrique, ...] = ("comite_date", "comite_absence")
        lignes = []
        for nom in rubriques:
            libelle = etude.gabarit.rubriques[nom].libelle
            lignes.append((libelle.format(annee=etude.annee),))
        return self._tableau("comite", lignes, reperes=rubriques)

    def suites(self) -> Tableau | None:
        """Return each decision of last year's comité, then those of earlier ones that nobody said
        done or dropped before this year, to say what became of it.
        """
        etude = self.bilan.etude
        decisions = fil_des_decisions(etude)
        de_l_an_dernier = decisions["annee"].eq(etude.annee - 1) & decisions["etat"].ne(REJETEE)
        ouvertes = decisions["annee"].lt(etude.annee) & decisions["etat"].isin(SUITES_OUVERTES)
        closes_cette_annee = decisions["annee_de_la_suite"].eq(etude.annee)
        decisions = decisions[de_l_an_dernier | ouvertes | closes_cette_annee.fillna(False)]
        if decisions.empty:
            return None
        lignes = [(str(rang), texte) for rang, texte in enumerate(decisions["texte"], 1)]
        reperes = [f"suite.{identifiant}" for identifiant in decisions["id"]]
        return self._tableau("suites", lignes, reperes=reperes)

    def decisions(self) -> Tableau:
        """Return each decision that the data call for under its reason, then empty rows for the
        others.
        """
        etude = self.bilan.etude
        propositions = proposer(etude)
        libres = self.regles.lignes_libres
        textes = [*propositions["proposition"], *[""] * libres]
        raisons = [*propositions["pourquoi"], *[self.regles.autres] * libres]
        comite = etude.bilan.comite
        deja_pris = {decision.id for decision in comite.decisions} if comite else set()
        # What answers a proposal bears its name: it is not proposed again.
        identifiants = [nom_de_la_decision(regle, etude.annee) for regle in propositions["regle"]]
        rang = 0
        while len(identifiants) < len(textes):
            rang += 1
            identifiant = f"d{etude.annee}_{rang}"
            if identifiant not in deja_pris:
                identifiants.append(identifiant)
        lignes = [(str(rang), texte) for rang, texte in enumerate(textes, 1)]
        reperes = [f"decision.{identifiant}" for identifiant in identifiants]
        tableau = self._tableau("decisions", lignes, reperes=reperes, groupes=raisons)
        titres = self.regles.tableaux["decisions"].colonnes
        renommees = {nom: titres[nom] for nom in ("proposition", "etat")}
        return replace(tableau, donnees=tableau.donnees.rename(columns=renommees))

    def retour(self) -> Bloc:
        """Return how the minutes, once finished, are read back."""
        return paragraphe(self.regles.retour)

    def _tableau(
        self,
        cle: Literal["presents", "comite", "suites", "decisions"],
        lignes: Sequence[tuple[str, ...]],
        reperes: Iterable[str] = (),
        **reste: Any,  # see ``Contexte.presenter``
    ) -> Tableau:
        """Return a table whose first cells are written, the others to be filled.

        ``reperes`` are the keys of its rows in the sheet of the workbook.
        """
        etude = self.bilan.etude
        presentation = self.regles.tableaux[cle]
        suites = etude.catalogue.evaluation.suites
        mots = {
            "annee": etude.annee,
            "precedente": etude.annee - 1,
            "suivante": etude.annee + 1,
            "choix": ", ".join(mot for etat, mot in suites.items() if etat != NON_RENSEIGNEE),
        }
        debut = f"{etude.convention.id} {etude.annee}"
        colonnes = list(presentation.colonnes)
        ecrites = colonnes[: len(lignes[0])]
        table = pd.DataFrame(lignes, columns=ecrites).reindex(columns=colonnes, fill_value="")
        reste["reperes"] = tuple(f"{debut} {repere}" for repere in reperes)
        return etude.contexte.presenter(presentation, table, cle=cle, mots=mots, **reste)
