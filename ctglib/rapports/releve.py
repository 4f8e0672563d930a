"""The draft of the minutes: who is there, the agenda, each decision proposed with its reason, room for the vote.

The parties finish it in Word; ``ctg importer`` reads its tables back, since their headings are those of the workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pandas as pd

from ctglib.blocs.propositions import proposer
from ctglib.collecte.fichiers import FEUILLE_DU_RELEVE, PROPOSITION, VOTE
from ctglib.document.blocs import Bloc, Couverture, liste, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.donnees.modeles.rapports import ReglesReleve
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.rapports.bilan import Bilan, ouvrir_bilan

LONG = "texte-long"
PLACE = {"repere": 76, VOTE: 40, "reponse": 64, "responsable": 52, "jour": 42, "etat": 60}  # points, to write by hand


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
    return Releve(ouvrir_bilan(convention, annee, diffusion), charger_yaml("catalogue/releve.yaml", ReglesReleve))


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
        rows = pd.DataFrame({"organisme": [*parties, *[""] * self.regles.lignes_de_presents]})
        columns = [
            Colonne("organisme", "Organisme"),
            Colonne("representant", "Représenté par", largeur=150),
            Colonne("presence", "Présent, excusé", largeur=80),
        ]
        rows, notes = rows.assign(representant="", presence=""), [self.regles.presents]
        return self.bilan.etude.contexte.tableau(
            rows, columns, "presents", "Présents et excusés", notes=notes, classe=LONG
        )

    def ordre_du_jour(self) -> Bloc:
        """Return the agenda."""
        return liste([text.format(annee=self.bilan.etude.annee) for text in self.regles.ordre_du_jour])

    def comite(self) -> Tableau:
        """Return the rows that say when the comité was held, or why not."""
        etude = self.bilan.etude
        labels = {name: etude.gabarit.rubriques[name].libelle for name in ("comite_date", "comite_absence")}
        return self._a_remplir(
            [(name, label.format(annee=etude.annee)) for name, label in labels.items()],
            ("rubrique", "jour", "reponse"),
            nom="comite",
            titre="Le comité de pilotage",
        )

    def suites(self) -> Tableau | None:
        """Return each decision of last year's comité, to say what became of it."""
        before = self.bilan.etude.precedent.bilan.comite if self.bilan.etude.precedent else None
        if before is None or not before.decisions:
            return None
        words = ", ".join(item.mot for item in self.bilan.etude.catalogue.evaluation.suites.values())
        return self._a_remplir(
            [(f"suite.{item.id}", item.texte) for item in before.decisions],
            ("precedent", "etat", "reponse"),
            nom="suites",
            titre=f"Suites des décisions du comité de {self.bilan.etude.annee - 1}",
            notes=(f"Choix : {words}.",),
        )

    def decisions(self) -> Tableau:
        """Return each decision that the data call for under its reason, then empty rows for the others."""
        etude, empty = self.bilan.etude, self.regles.lignes_libres
        taken = {item.id for item in etude.bilan.comite.decisions} if etude.bilan.comite else set()
        free = (name for rank in count(1) if (name := f"d{etude.annee}_{rank}") not in taken)
        found = proposer(etude)
        return self._a_remplir(
            [(f"decision.{next(free)}", text) for text in [*found["proposition"], *[""] * empty]],
            (PROPOSITION, VOTE, "reponse", "responsable", "jour"),
            nom="decisions",
            titre=f"Décisions proposées au comité, {etude.annee}",
            groupes=(*found["pourquoi"], *[self.regles.autres] * empty),
            notes=(self.regles.consigne,),
        )

    def retour(self) -> Bloc:
        """Return how the minutes, once finished, are read back."""
        etude = self.bilan.etude
        return paragraphe(self.regles.retour.format(convention=etude.convention.id, annee=etude.annee))

    def _a_remplir(
        self, lignes: list[tuple[str, str]], colonnes: tuple[str, ...], nom: str, titre: str, **reste: object
    ) -> Tableau:
        """Return a table with columns of the sheet of the workbook: its key, what is recalled, then cells to fill."""
        etude = self.bilan.etude
        sheet = etude.gabarit.par_feuille[FEUILLE_DU_RELEVE]
        titles = {one.id: one.titre.format(annee=etude.annee, precedente=etude.annee - 1) for one in sheet.colonnes}
        recalled, *filled = colonnes
        frame = pd.DataFrame(lignes, columns=["repere", recalled]).assign(**dict.fromkeys(filled, ""))
        columns = [Colonne(name, titles.get(name, name), largeur=PLACE.get(name, 0)) for name in frame.columns]
        return etude.contexte.tableau(frame, columns, nom, titre, classe=LONG, **reste)
