"""Posts by year, what they would cost at the référentiel, and the euros that are really written for them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle, lire_annees
from ctglib.blocs.moyens import Moyens
from ctglib.calculs.moyens import moyens_du_territoire, moyens_par_signataire
from ctglib.calculs.suivi import ensemble, est_muet
from ctglib.document.blocs import liste
from ctglib.document.contexte import marquer, periode
from ctglib.document.tableau import RIEN, Colonne
from ctglib.document.typographie import avec_unite, minuscule
from ctglib.donnees.modeles.catalogue import ReferentielEmploi

COUTS = ["objet", "signataire", "annee", "valeur", "valeur_connue", "statut", "unite"]
EUROS, ETP = "euros", "etp"
REFERENCE, FICHE, FINANCEMENT = "reference", "fiche", "financement"


def postes(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what the posts would cost, the euros written, the Caf's own team; then all of it year by year."""
    contexte, reference, budget = etude.contexte, etude.catalogue.referentiel, Moyens(etude)
    means = {year: suivi.moyens for year, suivi in etude.suivi.suivis.items()}
    posts, unit = lire_annees(etude, analyse.tous("postes", "convertis")), contexte.unites[EUROS]
    numero = next(item.numero for item in etude.convention.fiches if analyse in item.analyses)
    whole = ensemble(posts, analyse.un("postes"))
    costs = couts(whole, means, reference, fiche=numero, financement=analyse.financement)
    pays = minuscule(budget.poste(analyse.financement))

    def euros(valeur: float) -> str:
        return avec_unite(valeur, unit.symbole, unit.decimales)

    def montant(row: pd.Series) -> str:
        """Return a total: « at least » when a line is not known, the word of its absence when none is."""
        if pd.notna(row["valeur"]):
            return marquer(euros(row["valeur"]), row["statut"])
        known = row["valeur_connue"]
        return f"au moins {euros(known)}" if pd.notna(known) else contexte.absence(row["statut"])

    costs = costs.assign(texte=[montant(row) for _, row in costs.iterrows()])
    year = costs["annee"].max()
    now = costs[costs["annee"].eq(year)]
    told = [
        f"Au coût du référentiel d'emploi, {euros(reference.cout_etp)} l'ETP par an, les postes de coordination de "
        f"{year} représentent {euros(value)}. Ce n'est pas une dépense constatée."
        for value in now.loc[now["objet"].eq(REFERENCE), "valeur"].dropna()
    ]
    for objet, words in ((FICHE, "Euros inscrits à cette fiche"), (FINANCEMENT, f"Dont {pays}")):
        rows = now[now["objet"].eq(objet)]
        if len(rows):
            named = rows["signataire"].map(budget.parties) + ", " + rows["texte"]
            told.append(f"{words} en {year} : {' ; '.join(named)}.")
        elif objet == FICHE:
            told.append(f"Aucun montant n'est inscrit à cette fiche en {year}.")
    yield liste(told)
    yield liste(budget.equipe())
    if est_muet(posts) and costs["valeur_connue"].isna().all():
        return
    labels = {
        REFERENCE: "Coût de référence des postes",
        FICHE: "Euros inscrits à la fiche",
        FINANCEMENT: f"Dont {pays}",
    }
    payers = costs["signataire"].map(budget.parties).radd(", ").fillna("")
    counts = [
        marquer(contexte.valeur_nue(name, value, status), status)
        for name, value, status in posts[["indicateur", "valeur", "statut"]].itertuples(index=False)
    ]
    rows = pd.concat(
        [
            posts.assign(groupe="Équivalents temps plein", texte=counts),
            costs.assign(groupe="Euros", libelle=costs["objet"].map(labels) + payers),
        ]
    )
    years = sorted(int(year) for year in posts["annee"].unique())
    lines = pd.MultiIndex.from_frame(rows[["groupe", "libelle"]].drop_duplicates())
    texts = rows.set_index(["groupe", "libelle", "annee"])["texte"].unstack().reindex(index=lines, columns=years)
    cells = texts.fillna(RIEN).rename(columns=str).reset_index()
    yield contexte.tableau(
        cells,
        [Colonne("libelle", "Postes et euros"), *(Colonne(str(year), str(year), True) for year in years)],
        analyse.id,
        f"Postes de coordination et euros, {contexte.territoire.nom}, {periode(years)}",
        donnees=pd.concat([equivalents(posts, means), costs[COUTS]], ignore_index=True),
        ecran=True,
        groupes=cells["groupe"],
        notes=[texts.isna().any(axis=None) and f"{RIEN} : aucune ligne saisie."],
        statuts=rows["statut"],
    )


def couts(
    postes: pd.DataFrame, moyens: Mapping[int, pd.DataFrame], referentiel: ReferentielEmploi, *, fiche: int,
    financement: str,
) -> pd.DataFrame:  # fmt: skip
    """Return, year by year, what the posts would cost at the référentiel, and the euros that are really written.

    The two are not the same thing: the first is a reference for a full-time equivalent, the second a budget.

    Returns:
        The columns ``COUTS``. ``objet``: "reference" (no signataire), "fiche" (all the euros of a signataire for the
        fiche) or "financement". A total that lacks a line has no ``valeur``; ``valeur_connue`` is then « at least ».
    """
    cost = postes["valeur"] * referentiel.cout_etp
    frames = [postes.assign(objet=REFERENCE, signataire="", valeur=cost, valeur_connue=cost).reset_index(names="annee")]
    for year in postes.index.intersection(list(moyens)):
        euros = moyens[int(year)][moyens[int(year)]["nature"].eq(EUROS)]
        own, paid = euros["fiche"].eq(fiche).fillna(value=False), euros["poste"].eq(financement)
        for name, chosen in ((FICHE, own), (FINANCEMENT, paid)):
            totals = moyens_par_signataire(euros[chosen].assign(fiche=fiche), referentiel)
            frames.append(totals.assign(objet=name, annee=year))
    table = pd.concat([rows for rows in frames if len(rows)] or frames[:1], ignore_index=True).assign(unite=EUROS)
    return table.astype({"annee": "Int64", "valeur": "float64", "valeur_connue": "float64"})[COUTS]


def equivalents(postes: pd.DataFrame, moyens: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Return the full-time equivalents that go with the costs: the posts of coordination, and each party's own team.

    Returns:
        The columns ``COUTS``. ``objet`` is the indicator of the posts, or the line of the budget.
    """
    own = postes.assign(objet=postes["indicateur"], signataire="", valeur_connue=postes["valeur"])
    teams = [moyens_du_territoire(rows).assign(annee=year) for year, rows in moyens.items()]
    team = pd.concat(teams, ignore_index=True).rename(columns={"poste": "objet"})
    table = pd.concat([own, team[team["nature"].eq(ETP)]], ignore_index=True)
    return table.assign(unite=ETP, annee=table["annee"].astype("Int64"))[COUTS]
