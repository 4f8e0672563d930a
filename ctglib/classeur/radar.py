"""The section « Indicateurs de vulnérabilité »."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.blocs import radar as phrases
from ctglib.blocs.radar import tableau_radar
from ctglib.graphiques.radar import points_indices, radar

if TYPE_CHECKING:
    from ctglib.classeur.etude import Etude
    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Radar:
    """The territory's indices beside its reference, on the axes of the catalogue."""

    etude: Etude

    def mode_d_emploi(self) -> Bloc:
        """Return the working hypothesis, the formula and the thresholds."""
        lacunes = {lacune.id: lacune for lacune in self.etude.convention.lacunes}
        return phrases.mode_d_emploi(
            self.etude.catalogue.radar, self.etude.contexte, lacunes.get(self.etude.catalogue.radar.lacune)
        )

    def points(self) -> Figure | None:
        """Return the indices as a dot plot, sorted; None when none could be computed."""
        if not self._calcules:
            return None
        contexte = self.etude.contexte
        both = f"{contexte.territoire.le} et {contexte.reference.le}"
        return points_indices(
            self.etude.indices,
            self.etude.catalogue.radar,
            contexte,
            nom="indices",
            titre=f"Indices de vulnérabilité : quels écarts entre {both} ?",
        )

    def figure(self) -> Figure | None:
        """Return the indices as a radar; None when none could be computed."""
        if not self._calcules:
            return None
        contexte = self.etude.contexte
        return radar(
            self.etude.indices,
            self.etude.catalogue.radar,
            contexte,
            nom="radar",
            titre=f"Radar des mêmes indices, {contexte.territoire.nom}, {contexte.reference.nom} = 100",
        )

    def tableau(self) -> Tableau:
        """Return the indices with what they are made of."""
        return tableau_radar(self.etude.indices, self.etude.catalogue.radar, self.etude.contexte)

    def ecarts_forts(self) -> Bloc:
        """Return the axes far above and far below the reference."""
        return phrases.ecarts_forts(self.etude.indices, self.etude.catalogue.radar, self.etude.contexte)

    @property
    def _calcules(self) -> bool:
        return bool(self.etude.indices["indice"].notna().any())
