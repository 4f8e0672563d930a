"""Fiche 4: what was promised and by when, the posts and what they cost, and the grid of annexe 4 by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.annees import ensemble
from ctglib.calculs.moyens import moyens_du_territoire, moyens_par_signataire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.analyses import EtatLivrable, Livrable
    from ctglib.donnees.modeles.base import Date
    from ctglib.donnees.modeles.catalogue import ReferentielEmploi

LIVRABLES = ("indicateur", "annuel", "echeance", "annee", "valeur", "statut", "etat")
COUTS = ("objet", "signataire", "annee", "valeur", "valeur_connue", "statut", "unite")
GRILLE = ("fonction", "domaine", "item", "libelle", "annee", "niveau", "mouvement")
SANS_OBJET, NON_TRANSMIS = "M", "L"
EUROS, ETP = "euros", "etp"
DOMAINES = {"attendus": "attendu", "activites": "famille d'activités"}


def livrables(
    table: pd.DataFrame,
    attendus: Iterable[Livrable],
    echeances: Mapping[str, Date],
    *,
    fin: pd.Timestamp,
    arrete: pd.Timestamp,
    postes: float,
) -> pd.DataFrame:
    """Return what is known of each deliverable, year by year, and its state at the date of the bilan.

    A yearly one is done when each year had its own. The others are due once: at the échéance of their indicator, or
    by the end of the convention; what was done one year stays done. One per post is done when there are as many.

    Args:
        table: What ``annees`` returns for their indicators.
        attendus: The deliverables.
        echeances: When each indicator is awaited, where the convention says it; it is not before that year.
        fin: Last day of the convention.
        arrete: Date of the bilan.
        postes: Posts that have become chargé de coopération, missing when it is not known.

    Returns:
        The columns ``LIVRABLES``: a row a deliverable and year that concerns it, its state on all of them.
    """
    frames = [
        _livrable(
            ensemble(table, wanted.indicateur),
            wanted,
            echeances.get(wanted.indicateur),
            fin=fin,
            arrete=arrete,
            postes=postes,
        )
        for wanted in attendus
    ]
    columns = pd.concat(frames, ignore_index=True)[list(LIVRABLES)]
    return columns.astype({"annee": "Int64", "valeur": "float64", "annuel": "bool"})


def _livrable(
    connu: pd.DataFrame,
    attendu: Livrable,
    echeance: Date | None,
    *,
    fin: pd.Timestamp,
    arrete: pd.Timestamp,
    postes: float,
) -> pd.DataFrame:
    """Return the years of a deliverable between its start and its échéance, with its state."""
    rows = connu[connu["statut"].ne(SANS_OBJET)]
    due = pd.Timestamp(echeance) if echeance else fin
    dated = (due.month, due.day) != (12, 31)  # a day within the year is that of a meeting, awaited in that year alone
    begins = pd.Timestamp(due.year, 1, 1) if dated else pd.Timestamp.min
    if not attendu.annuel:
        rows = rows[rows.index >= begins.year]
    state = _etat(rows, attendu, postes, passe=due <= arrete, commence=begins <= arrete)
    shown = rows if len(rows) else pd.DataFrame({"valeur": [None], "statut": [NON_TRANSMIS]}, index=[None])
    named = shown.rename_axis("annee").reset_index()
    due = pd.NaT if attendu.annuel else due
    return named.assign(indicateur=attendu.indicateur, annuel=attendu.annuel, echeance=due, etat=state)


def _etat(rows: pd.DataFrame, attendu: Livrable, postes: float, *, passe: bool, commence: bool) -> EtatLivrable:
    values, last = rows["valeur"], rows["valeur"].iloc[-1] if len(rows) else float("nan")
    if attendu.annuel:
        return _etat_annuel(values)
    if attendu.un_par_poste and last > 0:
        return "fait" if last >= postes else "en_partie"
    if (values > 0).any() and not attendu.un_par_poste:
        return "fait"
    if not commence:
        return "pas_commence"
    if pd.isna(last):
        return "inconnu_a_l_echeance" if passe else "inconnu"
    return "pas_fait" if passe else "pas_encore"


def _etat_annuel(values: pd.Series) -> EtatLivrable:
    if values.isna().all():
        return "inconnu"
    if (values > 0).all():
        return "fait"
    if values.eq(0).any():
        return "en_partie" if (values > 0).any() else "pas_fait"
    return "annees_connues"


def couts(
    postes: pd.DataFrame, moyens: Mapping[int, pd.DataFrame], referentiel: ReferentielEmploi, *, fiche: int,
    financement: str,
) -> pd.DataFrame:  # fmt: skip
    """Return, year by year, what the posts would cost at the référentiel, and the euros that are really written.

    The two are not the same thing: the first is a reference for a full-time equivalent, the second a budget.

    Args:
        postes: valeur and statut of the posts, by year (``ensemble``).
        moyens: The means of each year.
        referentiel: ``cout_etp``.
        fiche: Number of the fiche of the posts.
        financement: Line of the budget that pays the piloting, whatever its fiche.

    Returns:
        The columns ``COUTS``. ``objet``: "reference" (no signataire), "fiche" (all the euros of a signataire for the
        fiche) or "financement". A total that lacks a line has no ``valeur``; ``valeur_connue`` is then « at least ».
    """
    rows = [
        ("reference", "", year, row.valeur * referentiel.cout_etp, row.valeur * referentiel.cout_etp, row.statut)
        for year, row in zip(postes.index, postes.itertuples(index=False), strict=True)
    ]
    for year in postes.index:
        written = moyens.get(int(year))
        if written is None:
            continue
        euros = written[written["nature"].eq(EUROS)]
        for name, chosen in (
            ("fiche", euros["fiche"].eq(fiche).fillna(value=False)),
            ("financement", euros["poste"].eq(financement)),
        ):
            totals = moyens_par_signataire(euros[chosen].assign(fiche=fiche), referentiel)
            rows += [
                (name, row.signataire, year, row.valeur, row.valeur_connue, row.statut) for row in totals.itertuples()
            ]
    table = pd.DataFrame(rows, columns=[name for name in COUTS if name != "unite"]).assign(unite=EUROS)
    return table.astype({"annee": "Int64", "valeur": "float64", "valeur_connue": "float64"})


def equivalents(postes: pd.DataFrame, moyens: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Return the full-time equivalents that go with the costs: the posts of coordination, and each party's own team.

    Args:
        postes: What ``ctglib.calculs.annees.annees`` returns for the posts.
        moyens: The means of each year.

    Returns:
        The columns ``COUTS``. ``objet`` is the indicator of the posts, or the line of the budget.
    """
    own = postes.assign(objet=postes["indicateur"], signataire="", valeur_connue=postes["valeur"])
    teams = [moyens_du_territoire(rows).assign(annee=year) for year, rows in moyens.items()]
    team = pd.concat(teams, ignore_index=True).rename(columns={"poste": "objet"})
    table = pd.concat([own, team[team["nature"].eq(ETP)]], ignore_index=True)
    return table.assign(unite=ETP, annee=table["annee"].astype("Int64"))[list(COUTS)]


def grille(postures: Mapping[int, pd.DataFrame], referentiel: ReferentielEmploi) -> pd.DataFrame:
    """Return the grid of annexe 4 line by line: for the internal report alone.

    Args:
        postures: The grid of each year.
        referentiel: The items and their labels, in order.

    Returns:
        The columns ``GRILLE``: each function that was ever scored, each item, each year that has a grid at all;
        ``mouvement`` is "hausse", "baisse" or "" against the year before.
    """
    told = [rows.assign(annee=year) for year, rows in sorted(postures.items()) if len(rows)]
    if not told:
        return pd.DataFrame(columns=list(GRILLE))
    scored = pd.concat(told, ignore_index=True)
    items = _items(referentiel)
    levels = scored.set_index(["fonction", "domaine", "item", "annee"])["niveau"]
    years = sorted(scored["annee"].unique())
    rows = [
        (function, *item, year, levels.get((function, *item[:2], year)), levels.get((function, *item[:2], year - 1)))
        for function in dict.fromkeys(scored["fonction"])
        for item in items
        for year in years
    ]
    table = pd.DataFrame(rows, columns=[*GRILLE[:-1], "avant"])
    table = table.astype({"annee": "Int64", "niveau": "Int64", "avant": "Int64"})
    gap = (table["niveau"] - table["avant"]).fillna(0)
    return table.assign(mouvement=["hausse" if change > 0 else "baisse" if change < 0 else "" for change in gap])[
        list(GRILLE)
    ]


def _items(referentiel: ReferentielEmploi) -> list[tuple[str, str, str]]:
    """Return the lines of the grid: domaine, id and a label of its own; annexe 4 gives one label to two of them."""
    items = [
        (domaine, item.id, item.libelle)
        for domaine, group in (("attendus", referentiel.attendus), ("activites", referentiel.activites))
        for item in group
    ]
    labels = [label for *_, label in items]
    return [
        (domaine, name, f"{label} ({DOMAINES[domaine]})" if labels.count(label) > 1 else label)
        for domaine, name, label in items
    ]
