"""What the diagnostic and the fiches call for under each enjeu of the convention, and which fiche answers it.

A need comes from three places: an indicator whose gap is unfavourable, a service that the territory has none of, what
a fiche's own constat initial tells. That a theme belongs to an enjeu and that a fiche answers an indicator is a reading
of the workbook, entered in ``convention.yaml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import classer_par_ecart, services_absents
from ctglib.calculs.ecriture import SEPARATEUR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ctglib.calculs.comparaison import Constat
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention

COLONNES = (
    "enjeu", "theme", "origine", "besoin", "indicateur", "annee", "unite", "niveau", "statut", "reference",
    "statut_reference", "ecart", "ecart_type", "ecart_relatif", "lecture", "fiches",
)  # fmt: skip
INDICATEUR, SERVICE, FICHE = "indicateur", "service", "fiche"


def besoins(
    convention: Convention,
    constats: Iterable[Constat],
    indicateurs: Mapping[str, Indicateur],
    services: Collection[str],
) -> pd.DataFrame:
    """Return every need once, by enjeu, then those of the themes that no enjeu takes.

    Within each: gaps, the widest first, then absent services, then the needs of the fiches.

    Args:
        convention: Its enjeux and fiches.
        constats: A finding for every indicator of Annexe 1.
        indicateurs: The catalogue.
        services: The counts whose zero is a need.

    Returns:
        The columns ``COLONNES``: ``enjeu`` is "" when no enjeu takes the theme; ``origine`` is indicateur, service or
        fiche (``besoin`` then tells it); ``fiches`` lists those that answer, joined by « ; », empty when none does.
    """
    found = list(constats)
    needs = {
        INDICATEUR: [item for item in classer_par_ecart(found, indicateurs) if item.sens == "defavorable"],
        SERVICE: services_absents(found, services),
    }
    taken = {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    themes = {enjeu.id: enjeu.themes for enjeu in convention.enjeux}
    themes[""] = list({item.theme: None for item in found if item.theme not in taken})
    rows: list[dict[str, object]] = []
    for enjeu, own in themes.items():
        rows += [
            {name: getattr(item, name) for name in COLONNES if hasattr(item, name)}
            | {"enjeu": enjeu, "origine": origin, "besoin": "", "fiches": SEPARATEUR.join(
                str(fiche.numero) for fiche in convention.fiches if item.indicateur in fiche.repond_a)}
            for origin, items in needs.items() for item in items if item.theme in own
        ]  # fmt: skip
        rows += [
            {"enjeu": enjeu, "theme": next(iter(own), ""), "origine": FICHE, "besoin": need, "indicateur": "",
             "fiches": str(fiche.numero)}
            for fiche in convention.fiches if fiche.enjeu == enjeu for need in fiche.besoins
        ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLONNES)).astype({"annee": "Int64"}).assign(lecture="besoin")
    return table.drop_duplicates(["origine", "besoin", "indicateur"], ignore_index=True)
