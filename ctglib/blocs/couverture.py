"""What the cover of a report says of a convention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.blocs import Couverture, Logo
from ctglib.document.typographie import date_longue, enumerer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.coherence import Regles
    from ctglib.donnees.modeles.convention import Convention

FICTIF = "Données fictives : ce rapport montre le classeur d'évaluation, il ne décrit aucun territoire réel"


def couverture(
    convention: Convention,
    logos: Mapping[str, bytes | None],
    contexte: Contexte,
    *,
    statut: str,
    sigles: Mapping[str, str],
) -> Couverture:
    """Return the cover: parties, period, state of the report, date of the data.

    The report bears the first day of the convention, the day its baseline stands for: the clock never enters it.

    Args:
        convention: The convention.
        logos: The logo of each party by id, None while its file is absent.
        contexte: The territory.
        statut: State of the report, as the reader sees it.
        sigles: The abbreviations and their meanings.
    """
    years = f"{convention.debut.year}-{convention.fin.year}"
    return Couverture(
        sujet=f"Convention territoriale globale {years}",
        territoire=contexte.territoire.nom,
        mentions=(
            ("Parties", enumerer([partie.nom for partie in convention.parties])),
            ("Période", f"du {date_longue(convention.debut)} au {date_longue(convention.fin)}"),
            ("Date des données", convention.date_des_donnees),
            ("Statut", statut),
        ),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=f"Source : {convention.source_texte}",
        date=convention.debut.isoformat(),
        avertissement=FICTIF if convention.fictive else "",
        sigles=tuple(sigles.items()),
    )


def statut_du_diagnostic(controle: pd.DataFrame, regles: Regles) -> str:
    """Return « définitif », or « provisoire » while a finding of the gravest kind is open.

    Args:
        controle: Findings of the consistency check: gravite, statut.
        regles: The severities, the gravest first.
    """
    gravest = next(iter(regles.gravites))
    left = (controle["gravite"] == gravest) & (controle["statut"] == "ouvert")
    return "provisoire, le contrôle de la convention ayant des points à corriger" if left.any() else "définitif"
