"""The draft of the minutes: who is there, the agenda, each decision proposed with its reason, room
for the vote.

The parties finish it in Word; ``ctg importer`` reads its tables back, since their headings are
those of the workbook.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

import pandas as pd

from ctglib.blocs.propositions import devenues, proposer
from ctglib.collecte.fichiers import FEUILLE_DU_RELEVE
from ctglib.document.blocs import Bloc, Couverture, liste, paragraphe
from ctglib.document.tableau import Tableau
from ctglib.donnees.modeles.rapports import ReglesReleve
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
        return f"Relevé de décisions {self.bilan.etude.annee}. Ensuite : .decisions(), .suites()."

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, status of the data."""
        return self.bilan.couverture()

    def presents(self) -> Tableau:
        """Return a row a signatory, then empty ones, to be ticked."""
        parties = [partie.nom for partie in self.bilan.etude.convention.parties]
        return self._tableau(
            "presents", [(party,) for party in [*parties, *[""] * self.regles.lignes_de_presents]]
        )

    def ordre_du_jour(self) -> Bloc:
        """Return the agenda."""
        return liste(
            [text.format(annee=self.bilan.etude.annee) for text in self.regles.ordre_du_jour]
        )

    def comite(self) -> Tableau:
        """Return the rows that say when the comité was held, or why not."""
        etude = self.bilan.etude
        labels = {
            name: etude.gabarit.rubriques[name].libelle
            for name in ("comite_date", "comite_absence")
        }
        return self._tableau(
            "comite", [(name, label.format(annee=etude.annee)) for name, label in labels.items()]
        )

    def suites(self) -> Tableau | None:
        """Return each decision of last year's comité, to say what became of it."""
        etude = self.bilan.etude
        decided = devenues(etude, etude.annee - 1, etude.annee)
        if decided.empty:
            return None
        choices = ", ".join(etude.catalogue.evaluation.suites.values())
        rows = [(f"suite.{item.id}", item.texte) for item in decided.itertuples()]
        return self._tableau("suites", rows, notes=(f"Choix : {choices}.",))

    def decisions(self) -> Tableau:
        """Return each decision that the data call for under its reason, then empty rows for the
        others.
        """
        etude = self.bilan.etude
        empty = self.regles.lignes_libres
        taken = {item.id for item in etude.bilan.comite.decisions} if etude.bilan.comite else set()
        free = (name for rank in count(1) if (name := f"d{etude.annee}_{rank}") not in taken)
        found = proposer(etude)
        rows = [(f"decision.{next(free)}", text) for text in [*found["proposition"], *[""] * empty]]
        reasons = [*found["pourquoi"], *[self.regles.autres] * empty]
        table = self._tableau("decisions", rows, groupes=reasons)
        heads = self.regles.tableaux["decisions"].colonnes
        named = {name: heads[name] for name in ("proposition", "vote")}
        return replace(table, donnees=table.donnees.rename(columns=named))

    def retour(self) -> Bloc:
        """Return how the minutes, once finished, are read back."""
        etude = self.bilan.etude
        return paragraphe(
            self.regles.retour.format(convention=etude.convention.id, annee=etude.annee)
        )

    def _tableau(self, cle: str, lignes: list[tuple[str, ...]], **reste: object) -> Tableau:
        """Return a table whose first cells are written, the others to be filled; its heads are also
        the sheet's.
        """
        etude = self.bilan.etude
        said = self.regles.tableaux[cle]
        words = {"annee": etude.annee, "precedente": etude.annee - 1}
        columns = list(said.colonnes)
        sheet = etude.gabarit.par_feuille[FEUILLE_DU_RELEVE]
        heads = {one.id: one.titre.format(**words) for one in sheet.colonnes}
        frame = pd.DataFrame(lignes, columns=columns[: len(lignes[0])]).reindex(
            columns=columns, fill_value=""
        )
        return etude.contexte.presenter(said, frame, cle=cle, mots=words | heads, **reste)
