"""What the cover of a year's report says."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ctglib.blocs.couverture import FICTIF
from ctglib.document.couverture import Couverture, Logo
from ctglib.document.typographie import date_longue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.suivi import Bilan

CLOS = "definitif"
INTERNE = "Diffusion interne : la grille de l'annexe 4 vise un ou deux postes, ce rapport ne se publie pas"


def couverture_annuelle(
    convention: Convention,
    bilan: Bilan,
    logos: Mapping[str, bytes | None],
    contexte: Contexte,
    *,
    evaluation: Evaluation,
    lues: tuple[int | None, int | None],
    sujet: str,
    complement: str,
    interne: bool = False,
    sigles: Mapping[str, str] | None = None,
) -> Couverture:
    """Return the cover of a year's report: parties, convention, date and status of the data.

    The report bears the date its data stop at: the clock never enters it, and a year that is not closed says so.

    Args:
        convention: The convention.
        bilan: Date and status of the year.
        logos: The logo of each party by id, None while its file is absent.
        contexte: The territory, and the source of the follow-up.
        evaluation: The words of the statuses.
        lues: The latest year of the follow-up and of the public series that were read, None where there is none.
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
            *donnees_lues(bilan, evaluation, lues),
        ),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=f"Source : {contexte.source}",
        date=jour_des_donnees(bilan, lues).isoformat(),
        avertissement=" – ".join(warnings),
        complement=complement,
        sigles=tuple((sigles or {}).items()),
    )


def donnees_lues(
    bilan: Bilan, evaluation: Evaluation, lues: tuple[int | None, int | None]
) -> tuple[tuple[str, str], ...]:
    """Return the two mentions of a cover: the latest data read, and whether the bilan of the year is closed."""
    own, public = lues
    told = [
        f"suivi de {own}" if own else "aucun suivi transmis",
        *([f"séries publiques de {public}"] if public else []),
    ]
    word = evaluation.statuts[bilan.statut]
    stopped = f", arrêté au {date_longue(bilan.date_arretee)}" if _arrete(bilan) else ""
    still = "" if bilan.statut == CLOS else f" : le bilan de {bilan.annee} n'est pas clos"
    return ("Dernières données lues", " ; ".join(told)), ("Statut", f"{word}{stopped}{still}")


def jour_des_donnees(bilan: Bilan, lues: tuple[int | None, int | None]) -> date:
    """Return the date that a report bears: that of its bilan, or the end of the latest year read, never a later one."""
    if _arrete(bilan):
        return bilan.date_arretee
    return min(bilan.date_arretee, date(max((year for year in lues if year), default=bilan.annee - 1), 12, 31))


def _arrete(bilan: Bilan) -> bool:
    """Tell whether somebody said when the year stops: a closed bilan does, or one that writes its date."""
    return bilan.statut == CLOS or "date_arretee" in bilan.model_fields_set
