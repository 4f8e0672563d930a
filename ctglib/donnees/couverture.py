"""The places for children under three by mode of care: the public series of the store, or what a fiction invents."""

from __future__ import annotations

import pandas as pd

from ctglib.donnees import publiques
from ctglib.donnees.csv_strict import charger_schema, en_table, examiner_csv
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.lecture import existe
from ctglib.donnees.statuts import Statut

COLONNES = ["indicateur", "modalite", "libelle", "unite", "annee", "valeur", "statut", "valeur_reference",
            "statut_reference", "ecart", "ecart_type"]  # fmt: skip
_LUES = ["territoire", "annee", "modalite", "valeur", "statut", "source"]
TOUS_MODES = "Tous modes d'accueil"


def lire_couverture(dossier: Dossier) -> pd.DataFrame:
    """Return the places of the last year known, one row a mode, the whole first; none where nothing is published.

    A rate is the one that the producer publishes: no mean is made for an EPCI.

    Returns:
        The columns ``COLONNES``; ``modalite`` is "" for the whole; ``attrs["source"]`` names the producer.
    """
    rules, convention = dossier.catalogue.diagnostic.modes, dossier.convention
    ours, invented = (convention.territoire, convention.reference), f"conventions/{convention.id}/contexte.csv"
    parts = [pd.DataFrame(columns=_LUES)]
    if convention.fictive and existe(invented):
        schema = charger_schema("observations")
        told = en_table(examiner_csv(invented, schema).lignes, schema)
        parts = [told[told["indicateur"].eq(rules.ensemble)]]
    elif not convention.fictive and (official := [code for code in ours if len(publiques.territoires([code]))]):
        known = set(publiques.series()["code"])
        codes = {name: code for name, code in {"": rules.ensemble, **rules.series}.items() if code in known}
        read = {name: publiques.lire(code, official) for name, code in codes.items()}
        parts = [table.assign(modalite=name, source=table.attrs["source"]) for name, table in read.items()] or parts
    rows = pd.concat(parts, ignore_index=True)
    own = rows[rows["territoire"].eq(convention.territoire) & rows["valeur"].notna()]
    whole = own[own["modalite"].eq("")]
    if whole.empty:
        return pd.DataFrame(columns=COLONNES)
    year = whole["annee"].max()
    item = dossier.catalogue.indicateurs_contexte[rules.ensemble]
    labels = {one.id: one.libelle for one in dossier.catalogue.dimensions[rules.dimension].modalites}
    order = ["", *rules.series]
    here = own[own["annee"].eq(year) & own["modalite"].isin(order)].set_index("modalite")
    here = here.loc[[name for name in order if name in here.index]]
    there = rows[rows["territoire"].eq(convention.reference) & rows["annee"].eq(year)].set_index("modalite")
    there = there.reindex(here.index)
    table = here.assign(
        indicateur=rules.ensemble,
        libelle=[labels.get(name, TOUS_MODES) for name in here.index],
        unite=item.unite,
        annee=int(year),
        valeur_reference=there["valeur"],
        statut_reference=there["statut"].fillna(Statut.NON_DISPONIBLE.value),
        ecart=(here["valeur"] - there["valeur"]).round(9),
        ecart_type=dossier.catalogue.unites[item.unite].ecart,
    ).reset_index()
    told = table[COLONNES].copy()
    told.attrs["source"] = table["source"].iloc[0]
    return told
