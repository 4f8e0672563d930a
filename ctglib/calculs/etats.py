"""The state of each modalité of a fiche at the date of the bilan, said so that what is not due is not blamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.suivi import changements_en_vigueur

if TYPE_CHECKING:
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.suivi import DossierSuivi

COLONNES = (
    "fiche", "modalite", "libelle", "debut", "echeance", "echeance_ecrite", "statut", "mot", "en_retard", "debut_reel",
    "fin", "responsable", "commentaire", "motif", "preuve",
)  # fmt: skip
DATES = ("debut", "echeance", "debut_reel", "fin")
TEXTES = ("responsable", "commentaire", "motif", "preuve")
NON_RENSEIGNEE = "non_renseignee"
PAS_COMMENCEES = ("prevue", NON_RENSEIGNEE)
CLOSES = ("realisee", "abandonnee")  # nothing more is due
FAITES = ("realisee", "partielle")
COLONNES_ANNEES = ("fiche", "annee", "commencee", "compte", "parmi", "connus")


def etats(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return one row a modalité of each fiche in a year: when it is due, where it stands, and how a report says it.

    One without a row of the year is « non renseignée »; before its start it is not begun, never « non réalisée ». Past
    its échéance and not done, it is late; one about which nothing is known is past its échéance, and no more is said.
    An avenant that extends the convention extends the fiches that end with it.

    Returns:
        The columns ``COLONNES``. ``debut`` and ``echeance`` are the convention's (the fiche's when the modalité writes
        none: ``echeance_ecrite`` False), ``debut_reel`` and ``fin`` those entered; dates are timestamps, missing when
        none. ``en_retard``: its échéance is past and it is known not to be done.
    """
    convention, evaluation, annuel = suivi.convention, suivi.catalogue.evaluation, suivi.suivis[annee]
    stopped, ends = annuel.bilan.date_arretee, [convention.fin]
    ends += [one.nouvelle_fin for one in changements_en_vigueur(suivi.avenants, stopped) if one.nature == "duree"]
    today = pd.Timestamp(stopped)
    # A fiche follows the convention when it ends with it, or would outlast it.
    last = {
        fiche.numero: ends[-1] if fiche.fin == convention.fin else min(fiche.fin, ends[-1])
        for fiche in convention.fiches
    }
    rows = [
        (fiche.numero, item.numero, item.libelle, item.debut or fiche.debut, item.echeance or last[fiche.numero],
         item.echeance is not None)
        for fiche in convention.fiches for item in fiche.modalites
    ]  # fmt: skip
    entered = annuel.actions.rename(columns={"debut": "debut_reel"})
    table = pd.DataFrame(rows, columns=list(COLONNES[:6])).astype({"fiche": "Int64", "echeance_ecrite": "bool"})
    table = table.merge(entered[["fiche", "modalite", "statut", "debut_reel", "fin", *TEXTES]], "left")
    table = table.fillna({"statut": NON_RENSEIGNEE} | dict.fromkeys(TEXTES, ""))
    table = table.assign(**{name: pd.to_datetime(table[name]) for name in DATES})
    passed = (table["echeance"] < today) & ~table["statut"].isin(CLOSES)
    states, words = table["statut"].map(lambda code: evaluation.etats[code].mot), evaluation.mots
    late = states.map(lambda state: words["echeance_passee"].format(etat=state))
    not_yet = table["debut"].map(lambda start: words["non_commencee"].format(annee=start.year))
    return table.assign(
        en_retard=passed & table["statut"].ne(NON_RENSEIGNEE),
        mot=states.mask(passed, late).mask(pas_commencees(table, today), not_yet),
    )[list(COLONNES)]


def pas_commencees(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether its modalité is not due to have begun, and is not known to have."""
    return etats["statut"].isin(PAS_COMMENCEES) & (etats["debut"] > arrete)


def inconnues(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether nobody said where it stands while it should have begun."""
    return etats["statut"].eq(NON_RENSEIGNEE) & ~pas_commencees(etats, arrete)


def etats_par_annee(etats: Mapping[int, pd.DataFrame], fiches: Iterable[Fiche]) -> pd.DataFrame:
    """Return, by fiche and year, the modalités done (in whole or in part), out of all; ``connus``: of known state.

    The columns ``COLONNES_ANNEES``, then one a state that is met, with how many are in it.
    """
    told = pd.concat([table[["fiche", "statut"]].assign(annee=annee) for annee, table in etats.items()])
    states, start = told["statut"].unique(), {fiche.numero: fiche.debut.year for fiche in fiches}
    cells = pd.MultiIndex.from_product([start, etats], names=["fiche", "annee"])
    counts = told.astype({"fiche": "int64"}).value_counts(["fiche", "annee", "statut"]).unstack("statut")
    counts = counts.reindex(index=cells, columns=states).fillna(0).astype("int64")
    table = counts.assign(
        commencee=[start[fiche] <= annee for fiche, annee in cells],
        compte=counts[states[pd.Index(states).isin(FAITES)]].sum(axis=1),
        parmi=counts.sum(axis=1),
        connus=counts[states[states != NON_RENSEIGNEE]].sum(axis=1),
    )
    return table.reset_index()[[*COLONNES_ANNEES, *states]]
