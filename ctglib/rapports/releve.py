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
from ctglib.calculs.ecriture import majuscule
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.document.blocs import Bloc, Couverture, liste, paragraphe
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import date_longue
from ctglib.donnees.cloture import CLOS
from ctglib.donnees.modeles.plan import Absence
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

    @property
    def close(self) -> bool:
        """Whether the year is closed: the minutes are then a record, with nothing to fill."""
        return self.bilan.etude.bilan.statut == CLOS

    def presents(self) -> Tableau | None:
        """Return a row a signatory, then empty ones, to be ticked; None once the year is closed,
        as no name is ever recorded.
        """
        if self.close:
            return None
        parties = [partie.nom for partie in self.bilan.etude.convention.parties]
        vides = [""] * self.regles.lignes_de_presents
        return self._tableau("presents", [(nom,) for nom in [*parties, *vides]])

    def ordre_du_jour(self) -> Bloc:
        """Return the agenda."""
        annee = self.bilan.etude.annee
        return liste([point.format(annee=annee) for point in self.regles.ordre_du_jour])

    def comite(self) -> Bloc:
        """Return the rows that say when the comité was held, or why not, with what is known."""
        etude = self.bilan.etude
        comite = etude.bilan.comite
        tenu = comite.date if comite else None
        dits: dict[NomDeRubrique, tuple[str, str]] = {
            "comite_date": ("", ""),
            "comite_absence": ("", ""),
        }
        if isinstance(tenu, Absence):
            dits["comite_absence"] = ("", tenu.absent)
        elif tenu:
            dits["comite_date"] = (date_longue(tenu), "")
        if self.close:
            dits = {nom: dit for nom, dit in dits.items() if any(dit)}
        if not dits:
            return paragraphe(self.regles.sans_comite)
        lignes = []
        for nom, (jour, raison) in dits.items():
            libelle = etude.gabarit.rubriques[nom].libelle.format(annee=etude.annee)
            lignes.append((libelle, jour, raison))
        return self._tableau("comite", lignes, reperes=dits)

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
        comite = etude.bilan.comite
        dites = {suite.decision: suite for suite in comite.suites} if comite else {}
        mots = etude.catalogue.evaluation.suites
        lignes = []
        for rang, decision in enumerate(decisions.itertuples(), 1):
            suite = dites.get(str(decision.id))
            cellules = ("", "", "", "")
            if suite:
                cellules = (
                    majuscule(mots[suite.etat]),
                    date_longue(suite.echeance) if suite.echeance else "",
                    suite.raison or "",
                    suite.commentaire or "",
                )
            lignes.append((str(rang), str(decision.texte), *cellules))
        reperes = [f"suite.{identifiant}" for identifiant in decisions["id"]]
        return self._tableau("suites", lignes, reperes=reperes)

    def prises(self) -> Bloc | None:
        """Return the decisions that are recorded, each with its vote, who is to do it and by when;
        None while there is none and the year is open.
        """
        etude = self.bilan.etude
        decisions = etude.bilan.comite.decisions if etude.bilan.comite else ()
        if not decisions:
            return paragraphe(self.regles.sans_decision) if self.close else None
        votes = etude.catalogue.evaluation.decisions
        lignes = [
            (
                str(rang),
                decision.texte,
                majuscule(votes[decision.etat]),
                decision.responsable or "",
                date_longue(decision.echeance) if decision.echeance else "",
            )
            for rang, decision in enumerate(decisions, 1)
        ]
        reperes = [f"decision.{decision.id}" for decision in decisions]
        return self._tableau("prises", lignes, reperes=reperes)

    def decisions(self) -> Tableau | None:
        """Return each decision that the data call for under its reason, then empty rows for the
        others; None once the year is closed.
        """
        if self.close:
            return None
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
        """Return how the minutes, once finished, are read back, or that they are a record."""
        return paragraphe(self.regles.retour_clos if self.close else self.regles.retour)

    def _tableau(
        self,
        cle: Literal["presents", "comite", "suites", "prises", "decisions"],
        lignes: Sequence[tuple[str, ...]],
        reperes: Iterable[str] = (),
        **reste: Any,  # see ``Contexte.presenter``
    ) -> Tableau:
        """Return a table whose first cells are written, the others to be filled.

        ``reperes`` are the keys of its rows in the sheet of the workbook.
        """
        etude = self.bilan.etude
        presentation = self.regles.tableaux[cle]
        if self.close:  # its notes say how to fill it
            presentation = presentation.model_copy(update={"notes": ()})
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
