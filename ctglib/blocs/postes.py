"""Posts by year, what they would cost at the référentiel, and the euros that are really written for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annees import lire_annees
from ctglib.blocs.moyens import Budget, equipe
from ctglib.calculs.moyens import moyens_du_territoire, moyens_par_signataire
from ctglib.calculs.suivi import ensemble, est_muet
from ctglib.document.blocs import liste
from ctglib.document.mesures import legende, marquer, periode
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import avec_unite, minuscule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import ReferentielEmploi
    from ctglib.donnees.modeles.convention import Analyse

COUTS = ["objet", "signataire", "annee", "valeur", "valeur_connue", "statut", "unite"]
EUROS, ETP = "euros", "etp"
REFERENCE, FICHE, FINANCEMENT = "reference", "fiche", "financement"


def postes(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield what the posts would cost, the euros written, the Caf's own team; then all of it year by year."""
    contexte, means = etude.contexte, {year: suivi.moyens for year, suivi in etude.suivi.suivis.items()}
    posts = lire_annees(etude, analyse.tous("postes", "convertis"))
    numero = next(item.numero for item in etude.convention.fiches if analyse in item.analyses)
    costs = couts(
        ensemble(posts, analyse.un("postes")),
        means,
        etude.catalogue.referentiel,
        fiche=numero,
        financement=analyse.financement,
    )
    given = (etude.precedent is not None and not etude.precedent.moyens.empty, not etude.annuel.moyens.empty)
    budget = Budget(etude.convention, etude.catalogue.moyens, contexte, etude.annee, given)
    pays = minuscule(budget.poste(analyse.financement))
    yield liste(phrases(costs, etude.catalogue.referentiel, budget.parties, contexte, finance=pays))
    yield liste(equipe(etude.annuel.moyens, budget, etude.catalogue.bilan))
    if est_muet(posts) and costs["valeur_connue"].isna().all():
        return
    labels = {
        REFERENCE: "Coût de référence des postes",
        FICHE: "Euros inscrits à la fiche",
        FINANCEMENT: f"Dont {pays}",
    }
    yield tableau(
        posts,
        costs.assign(
            libelle=costs["objet"].map(labels) + costs["signataire"].map(budget.parties).radd(", ").fillna("")
        ),
        contexte,
        nom=analyse.id,
        donnees=pd.concat([equivalents(posts, means), costs], ignore_index=True),
    )


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
    cost = postes["valeur"] * referentiel.cout_etp
    frames = [postes.assign(objet=REFERENCE, signataire="", valeur=cost, valeur_connue=cost).reset_index(names="annee")]
    for year in postes.index.intersection(list(moyens)):
        euros = moyens[int(year)][moyens[int(year)]["nature"].eq(EUROS)]
        for name, chosen in (
            (FICHE, euros["fiche"].eq(fiche).fillna(value=False)),
            (FINANCEMENT, euros["poste"].eq(financement)),
        ):
            totals = moyens_par_signataire(euros[chosen].assign(fiche=fiche), referentiel)
            frames.append(totals.assign(objet=name, annee=year))
    table = pd.concat([rows for rows in frames if len(rows)] or frames[:1], ignore_index=True).assign(unite=EUROS)
    return table.astype({"annee": "Int64", "valeur": "float64", "valeur_connue": "float64"})[COUTS]


def equivalents(postes: pd.DataFrame, moyens: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Return the full-time equivalents that go with the costs: the posts of coordination, and each party's own team.

    Args:
        postes: What ``ctglib.calculs.suivi.annees`` returns for the posts.
        moyens: The means of each year.

    Returns:
        The columns ``COUTS``. ``objet`` is the indicator of the posts, or the line of the budget.
    """
    own = postes.assign(objet=postes["indicateur"], signataire="", valeur_connue=postes["valeur"])
    teams = [moyens_du_territoire(rows).assign(annee=year) for year, rows in moyens.items()]
    team = pd.concat(teams, ignore_index=True).rename(columns={"poste": "objet"})
    table = pd.concat([own, team[team["nature"].eq(ETP)]], ignore_index=True)
    return table.assign(unite=ETP, annee=table["annee"].astype("Int64"))[COUTS]


def phrases(
    couts: pd.DataFrame,
    referentiel: ReferentielEmploi,
    parties: Mapping[str, str],
    contexte: Contexte,
    *,
    finance: str,
) -> list[str]:
    """Return what the posts of the latest year would cost, and the euros that each signatory wrote."""
    year = couts["annee"].max()
    now = couts[couts["annee"].eq(year)]
    reference = now[now["objet"].eq(REFERENCE) & now["valeur"].notna()]
    told = [
        f"Au coût du référentiel d'emploi, {_euros(referentiel.cout_etp, contexte)} l'ETP par an, "
        f"les postes de coordination de {year} représentent {_euros(value, contexte)}. Ce n'est pas une dépense "
        "constatée."
        for value in reference["valeur"]
    ]
    for objet, words in ((FICHE, "Euros inscrits à cette fiche"), (FINANCEMENT, f"Dont {finance}")):
        rows = now[now["objet"].eq(objet)]
        named = [f"{parties[row['signataire']]}, {montant(row, contexte)}" for _, row in rows.iterrows()]
        if named:
            told.append(f"{words} en {year} : {' ; '.join(named)}.")
        elif objet == FICHE:
            told.append(f"Aucun montant n'est inscrit à cette fiche en {year}.")
    return told


def montant(row: pd.Series, contexte: Contexte) -> str:
    """Return a total in euros: « at least » when a line is not known, the word of its absence when none is."""
    if pd.notna(row["valeur"]):
        return marquer(_euros(row["valeur"], contexte), row["statut"])
    if pd.notna(row["valeur_connue"]):
        return f"au moins {_euros(row['valeur_connue'], contexte)}"
    return contexte.absence(row["statut"])


def _euros(valeur: float, contexte: Contexte) -> str:
    unit = contexte.unites[EUROS]
    return avec_unite(valeur, unit.symbole, unit.decimales)


def tableau(
    postes: pd.DataFrame, couts: pd.DataFrame, contexte: Contexte, *, nom: str, donnees: pd.DataFrame
) -> Tableau:
    """Return the posts, what they would cost and the euros written, one column a year.

    Args:
        postes: What ``ctglib.calculs.suivi.annees`` returns for the posts.
        couts: What ``couts`` returns, with the ``libelle`` of each row.
        contexte: The words.
        nom: What the table is called.
        donnees: What its CSV holds.
    """
    counts = [
        marquer(contexte.valeur_nue(name, value, status), status)
        for name, value, status in zip(postes["indicateur"], postes["valeur"], postes["statut"], strict=True)
    ]
    rows = pd.concat(
        [
            postes.assign(groupe="Équivalents temps plein", texte=counts),
            couts.assign(groupe="Euros", texte=[montant(row, contexte) for _, row in couts.iterrows()]),
        ]
    )
    years = sorted(int(year) for year in postes["annee"].unique())
    lines = pd.MultiIndex.from_frame(rows[["groupe", "libelle"]].drop_duplicates())
    texts = rows.set_index(["groupe", "libelle", "annee"])["texte"].unstack().reindex(index=lines, columns=years)
    cells = texts.fillna(RIEN).rename(columns=str).reset_index()
    return Tableau(
        nom=nom,
        titre=f"Postes de coordination et euros, {contexte.territoire.nom}, {periode(years)}",
        colonnes=(Colonne("libelle", "Postes et euros"), *(Colonne(str(year), str(year), True) for year in years)),
        cellules=cells,
        donnees=donnees,
        source=contexte.source,
        ecran=True,
        groupes=tuple(cells["groupe"]),
        notes=(
            *([f"{RIEN} : aucune ligne saisie."] if texts.isna().any(axis=None) else []),
            *legende(rows["statut"], contexte),
        ),
    )
