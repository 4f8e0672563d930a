"""What every sentence and table needs to know: the words, the territory, its reference, the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs import ecriture
from ctglib.document.mesures import legende
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import avec_unite, nombre, points, pourcent
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.catalogue import Indicateur, Statut, Territoire, Unite


@dataclass(frozen=True)
class Contexte(Montrable):
    """The words of the catalogue, the two territories, and the source that captions name.

    Args:
        indicateurs: The catalogue by id.
        unites: The units by id.
        statuts: The statuses by code.
        territoire: The territory looked at.
        reference: The territory it is compared with.
        source: Producer and document, as captions write it.
    """

    indicateurs: Mapping[str, Indicateur]
    unites: Mapping[str, Unite]
    statuts: Mapping[str, Statut]
    territoire: Territoire
    reference: Territoire
    source: str

    @classmethod
    def de(cls, dossier: Dossier, indicateurs: Mapping[str, Indicateur], source: str) -> Contexte:
        """Return the context of a convention."""
        words, places = dossier.catalogue, dossier.catalogue.territoires
        here, there = places[dossier.convention.territoire], places[dossier.convention.reference]
        return cls(indicateurs, words.unites, words.statuts, here, there, source)

    def tableau(
        self, frame: pd.DataFrame, colonnes: Iterable[Colonne], nom: str, titre: str, *,
        groupes: Iterable[str] | None = None, notes: Iterable[object] = (), statuts: Iterable[str] = (),
        **reste: object,
    ) -> Tableau:  # fmt: skip
        """Return a table (see ``Tableau.de``) whose source is the context's, unless told.

        Empty notes are left out; those that say what the marks of ``statuts`` mean are added.
        """
        told = {"source": self.source, "notes": (*filter(None, notes), *legende(statuts, self)), **reste}
        groups = None if groupes is None else tuple(groupes)
        return Tableau.de(frame, colonnes, nom=nom, titre=titre, groupes=groups, **told)

    def valeur(self, indicateur: str, valeur: float | None, statut: str = Statut.NORMAL) -> str:
        """Return a value of an indicator with its unit, or the word of its absence."""
        if valeur is None or valeur != valeur:
            return self.absence(statut)
        return ecriture.ecrire(valeur, self.indicateurs[indicateur], self.unites)

    def valeur_nue(self, indicateur: str, valeur: float | None, statut: str = Statut.NORMAL) -> str:
        """Return a value without its unit (the header gives it), or the word of its absence."""
        if valeur is None or valeur != valeur:
            return self.absence(statut)
        item = self.indicateurs[indicateur]
        return nombre(valeur, item.decimales, signe=item.est_evolution)

    def absence(self, statut: str) -> str:
        """Return the word that stands for an absent value (« non transmis », « secret »…)."""
        return self.statuts[statut].mot if statut in self.statuts else ""

    def ecart(self, indicateur: str, ecart: float, ecart_type: str) -> str:
        """Return a gap with its sign: « +0,8 point », « −7,8 % », « −17,4 pour 100 »; none between indices."""
        item = self.indicateurs[indicateur]
        if ecart_type == "pourcent":
            return pourcent(ecart, 1, signe=True)
        symbole = self.unites[item.unite].symbole
        if symbole == "%":
            return points(ecart, item.decimales)
        return avec_unite(ecart, symbole, item.decimales, signe=True)


def variation(valeur: float | None) -> str:
    """Return a variation in % with its sign, or an en dash when the text gives none."""
    if valeur is None or valeur != valeur:
        return "–"
    return ecriture.variation(valeur)
