"""The places for children under three by mode of care: the public series of the store, or what a fiction invents."""

from __future__ import annotations

import pandas as pd

from ctglib.donnees import publiques
from ctglib.donnees.csv_strict import en_table, examiner_csv
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.lecture import existe
from ctglib.donnees.statuts import Statut

COLONNES = ["indicateur", "modalite", "libelle", "unite", "annee", "valeur", "statut", "valeur_reference",
            "statut_reference", "ecart", "ecart_type"]  # fmt: skip
TOUS_MODES = "Tous modes d'accueil"


def lire_couverture(dossier: Dossier) -> pd.DataFrame:
    """Return the places of the last year known, one row a mode, the whole first; none where nothing is published.

    A rate is the one that the producer publishes: no mean is made for an EPCI.

    Returns:
        The columns ``COLONNES``; ``modalite`` is "" for the whole; ``attrs["source"]`` names the producer.
    """
    rules, convention = dossier.catalogue.diagnostic.modes, dossier.convention
    modes = {rules.ensemble: "", **{code: mode for mode, code in rules.series.items()}}
    if not convention.fictive:
        rows = publiques.observations(modes, convention.territoire, convention.reference)
        rows = rows.assign(modalite=rows["indicateur"].map(modes))
    else:
        invented = f"conventions/{convention.id}/contexte.csv"
        rows = en_table("observations", [examiner_csv(invented, "observations")] if existe(invented) else [])
        rows = rows[rows["indicateur"].eq(rules.ensemble) & rows["modalite"].isin(modes.values())]
    own = rows[rows["territoire"].eq(convention.territoire) & rows["valeur"].notna()]
    if (whole := own[own["modalite"].eq("")]).empty:
        return pd.DataFrame(columns=COLONNES)
    year = int(whole["annee"].max())
    here, there = (
        one[one["annee"].eq(year)].set_index("modalite")
        for one in (own, rows[rows["territoire"].eq(convention.reference)])
    )
    here = here.loc[[mode for mode in modes.values() if mode in here.index]]
    there, item = there.reindex(here.index), dossier.catalogue.indicateurs_contexte[rules.ensemble]
    labels = {one.id: one.libelle for one in dossier.catalogue.dimensions[rules.dimension].modalites}
    table = here.assign(
        indicateur=rules.ensemble,
        libelle=[labels.get(name, TOUS_MODES) for name in here.index],
        unite=item.unite,
        annee=year,
        valeur_reference=there["valeur"],
        statut_reference=there["statut"].fillna(Statut.NON_DISPONIBLE.value),
        ecart=(here["valeur"] - there["valeur"]).round(9),
        ecart_type=dossier.catalogue.unites[item.unite].ecart,
    ).reset_index()[COLONNES]
    table.attrs["source"] = here["source"].iloc[0]
    return table
