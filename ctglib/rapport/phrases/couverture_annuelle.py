"""What the cover of a year's report says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.couverture import Couverture, Logo
from ctglib.document.typographie import date_longue
from ctglib.rapport.phrases.couverture import FICTIF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.suivi import Bilan

INTERNE = "Diffusion interne : la grille de l'annexe 4 vise un ou deux postes, ce rapport ne se publie pas"


def couverture_annuelle(
    convention: Convention,
    bilan: Bilan,
    logos: Mapping[str, bytes | None],
    contexte: Contexte,
    *,
    evaluation: Evaluation,
    sujet: str,
    complement: str,
    interne: bool = False,
    sigles: Mapping[str, str] | None = None,
) -> Couverture:
    """Return the cover of a year's report: parties, convention, date and status of the data.

    The report bears the date its data stop at: the clock never enters it.

    Args:
        convention: The convention.
        bilan: Date and status of the year.
        logos: The logo of each party by id, None while its file is absent.
        contexte: The territory, and the source of the follow-up.
        evaluation: The words of the statuses.
        sujet: What the report is about, under its title.
        complement: End of the title: the year.
        interne: Whether the report must not be published; it is then marked so.
        sigles: The abbreviations of the catalogue.
    """
    warnings = [text for text, said in ((FICTIF, convention.fictive), (INTERNE, interne)) if said]
    return Couverture(
        sujet=sujet,
        territoire=contexte.territoire.nom,
        mentions=(
            ("Parties", " et ".join(partie.nom for partie in convention.parties)),
            ("Convention", f"du {date_longue(convention.debut)} au {date_longue(convention.fin)}"),
            ("Données arrêtées au", date_longue(bilan.date_arretee)),
            ("Statut", evaluation.statuts[bilan.statut]),
        ),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=f"Source : {contexte.source}",
        date=bilan.date_arretee.isoformat(),
        avertissement=" – ".join(warnings),
        complement=complement,
        sigles=tuple((sigles or {}).items()),
    )
