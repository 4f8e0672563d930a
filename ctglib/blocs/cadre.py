"""What every sentence and table of the evaluation at the end needs: the convention, the rules, the words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.document.tableau import RIEN
from ctglib.document.typographie import nombre_court

if TYPE_CHECKING:
    from ctglib.calculs.preuves import Preuve
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Convention, Schema
    from ctglib.donnees.modeles.evaluation import Evaluation, ReglesFinales


@dataclass(frozen=True)
class Cadre:
    """The convention, the catalogue's rules and words, the territory, and the source of the follow-up."""

    convention: Convention
    regles: ReglesFinales
    evaluation: Evaluation
    contexte: Contexte

    @property
    def lieu_et_dates(self) -> str:
        """The end of most captions: « Harnes, 2023-2026 »."""
        return f"{self.contexte.territoire.nom}, {self.convention.debut.year}-{self.convention.fin.year}"

    def fiche(self, numero: int) -> str:
        """Return the title of the rows of a fiche."""
        titles = {fiche.numero: fiche.titre for fiche in self.convention.fiches}
        return f"Fiche {numero} : {titles[numero]}"

    def mot(self, cle: str) -> str:
        """Return a word of the catalogue, by use."""
        return self.regles.mots[cle]

    def etat_du_schema(self, schema: Schema) -> str:
        """Return whether a schéma holds over the convention."""
        debut, fin = self.convention.debut.year, self.convention.fin.year
        key = "schema_echu" if schema.fin < debut else "schema_cours" if schema.fin < fin else "schema_en_vigueur"
        return self.mot(key).format(debut=schema.debut, fin=schema.fin)


def sur(valeur: float, total: float) -> str:
    """Return « 3 sur 12 »; a total of nothing is a dash."""
    return f"{nombre_court(valeur)} sur {nombre_court(total)}" if total else RIEN


def rapport_de(preuve: Preuve) -> str:
    """Return the count of a piece of evidence, out of its total when it has one."""
    if preuve.total is None:
        return nombre_court(preuve.valeur)
    return f"{nombre_court(preuve.valeur)} sur {nombre_court(preuve.total)}"
