"""What the cover of a report says: whose convention, when, in which state of the data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from ctglib.document.blocs import Couverture, Logo
from ctglib.document.contexte import Contexte
from ctglib.document.typographie import date_longue, enumerer
from ctglib.donnees.modeles.coherence import Regles
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.suivi import Bilan

CLOS = "definitif"
FICTIF = "Données fictives : ce rapport montre le classeur d'évaluation, il ne décrit aucun territoire réel"
INTERNE = "Diffusion interne : la grille du référentiel d'emploi vise un ou deux postes, ce rapport ne se publie pas"


def couverture(
    convention: Convention, logos: Mapping[str, bytes | None], contexte: Contexte, *, statut: str,
    sigles: Mapping[str, str],
) -> Couverture:  # fmt: skip
    """Return the cover of what the convention begins with; ``statut`` is the state of the report."""
    years = f"{convention.debut.year}-{convention.fin.year}"
    return couvrir(
        convention,
        logos,
        (("Date des données", convention.date_des_donnees), ("Statut", statut)),
        periode="Période",
        sujet=f"Convention territoriale globale {years}",
        territoire=contexte.territoire.nom,
        source=f"Source : {convention.source_texte}",
        date=convention.debut.isoformat(),
        sigles=tuple(sigles.items()),
    )


def couvrir(
    convention: Convention, logos: Mapping[str, bytes | None], mentions: tuple[tuple[str, str], ...], *,
    periode: str = "Convention", fin: date | None = None, interne: bool = False, **reste: object,
) -> Couverture:  # fmt: skip
    """Return the cover of a report: the parties, their logos and the dates of the convention, then the other mentions.

    ``fin`` is its end as avenants extend it. The clock never enters it: a report bears the date its data stop at.
    """
    dates = f"du {date_longue(convention.debut)} au {date_longue(fin or convention.fin)}"
    parties = ("Parties", enumerer([partie.nom for partie in convention.parties]))
    warnings = [text for text, said in ((FICTIF, convention.fictive), (INTERNE, interne)) if said]
    return Couverture(
        mentions=(parties, (periode, dates), *mentions),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        avertissement=" – ".join(warnings),
        **reste,
    )


def statut_du_diagnostic(controle: pd.DataFrame, regles: Regles) -> str:
    """Return « définitif », or « provisoire » while a finding of the gravest kind is open."""
    left = controle["gravite"].eq(next(iter(regles.gravites))) & controle["statut"].eq("ouvert")
    return "provisoire, le contrôle de la convention ayant des points à corriger" if left.any() else "définitif"


def donnees_lues(
    bilan: Bilan, evaluation: Evaluation, lues: tuple[int | None, int | None]
) -> tuple[tuple[str, str], ...]:
    """Return two mentions: the latest years read (follow-up, public series), and whether the bilan is closed."""
    own, public = lues
    told = f"suivi de {own}" if own else "aucun suivi transmis"
    told += f" ; séries publiques de {public}" if public else ""
    stopped = f", arrêté au {date_longue(bilan.date_arretee)}" if _arrete(bilan) else ""
    still = "" if bilan.statut == CLOS else f" : le bilan de {bilan.annee} n'est pas clos"
    return ("Dernières données lues", told), ("Statut", f"{evaluation.statuts[bilan.statut]}{stopped}{still}")


def jour_des_donnees(bilan: Bilan, lues: tuple[int | None, int | None]) -> date:
    """Return the date that a report bears: that of its bilan, or the end of the latest year read, never a later one."""
    if _arrete(bilan):
        return bilan.date_arretee
    return min(bilan.date_arretee, date(max(filter(None, lues), default=bilan.annee - 1), 12, 31))


def _arrete(bilan: Bilan) -> bool:
    """Tell whether somebody said when the year stops: a closed bilan does, or one that writes its date."""
    return bilan.statut == CLOS or "date_arretee" in bilan.model_fields_set
