"""What was informed this year, by fiche and by service, and what is to be collected for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.base import Date
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention

TAUX = (
    "groupe", "valeur_groupe", "attendus", "renseignes", "provisoires", "non_transmis", "non_disponibles", "sans_objet",
    "taux",
)  # fmt: skip
A_COLLECTER = (
    "responsable", "fiche", "indicateur", "libelle", "definition", "unite", "dimension", "annee", "motif", "qui",
    "quand", "document", "derniere_valeur", "derniere_annee", "dernier_statut",
)  # fmt: skip
SANS_OBJET, NON_DISPONIBLE, PROVISOIRES = "M", "O", ("P", "E")
PAS_COMMENCE = "non_commencee"
GROUPES = ("fiche", "responsable")


def taux_de_collecte(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return how many indicators of the year are informed, in all, by fiche and by service.

    An indicator counts once, informed as soon as the whole or one of its modalités is; suppressed counts as informed.
    « Sans objet » is not expected, nor is what a fiche that has not begun did not give, nor what the workbook computes;
    « non disponible » is expected and not informed.

    Args:
        evaluation: What ``evaluer`` returns.

    Returns:
        The columns ``TAUX``: ``groupe`` is "ensemble", "fiche" or "responsable", ``valeur_groupe`` its number or id as
        text; ``taux`` in %, missing when nothing is expected.
    """
    items = _indicateurs(evaluation[~evaluation["calcule"]])
    rows = [("ensemble", "", items)]
    for groupe in GROUPES:
        rows += [(groupe, str(name), group) for name, group in items.groupby(groupe, sort=False)]
    table = pd.DataFrame([_compter(*row) for row in rows], columns=list(TAUX))
    return table.astype(dict.fromkeys(TAUX[2:-1], "Int64") | {"taux": "float64"})


def _indicateurs(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return one row an indicator: that of its whole, informed if any of its rows is."""
    informed = evaluation.groupby("indicateur")["renseigne"].transform("any")
    provisional = evaluation["statut"].isin(PROVISOIRES).groupby(evaluation["indicateur"]).transform("any")
    return evaluation.assign(renseigne=informed, provisoire=provisional)[evaluation["dimension"].eq("")]


def _compter(groupe: str, nom: str, items: pd.DataFrame) -> tuple[object, ...]:
    informed = items["renseigne"]
    useless = ~informed & (items["statut"].eq(SANS_OBJET) | items["raison"].eq(PAS_COMMENCE))
    missing = ~informed & ~useless & items["statut"].eq(NON_DISPONIBLE)
    expected = len(items) - int(useless.sum())
    found = int(informed.sum())
    return (
        groupe,
        nom,
        expected,
        found,
        int(items["provisoire"].sum()),
        expected - found - int(missing.sum()),
        int(missing.sum()),
        int(useless.sum()),
        100 * found / expected if expected else None,
    )


def a_collecter(
    evaluation: pd.DataFrame, catalogue: Catalogue, convention: Convention, *, fin: Date | None = None
) -> pd.DataFrame:
    """Return what the next collection asks for, service by service, in the order of the fiches.

    Every indicator for the next year while the convention runs; this year's when it is missing or provisional; the
    initial value where there is none. What is awaited once is asked for its own year alone, until it is known; an
    indicator that the workbook computes is asked from nobody.

    Args:
        evaluation: What ``evaluer`` returns for the year.
        catalogue: The meanings: definition, who, when, from which document.
        convention: Its years.
        fin: Its last day when an avenant changed it.

    Returns:
        The columns ``A_COLLECTER``; ``motif`` is "annee_suivante", "a_completer", "a_confirmer" or "valeur_initiale".
    """
    rows, last = [], (fin or convention.fin).year
    for _, row in _indicateurs(evaluation[~evaluation["calcule"]]).iterrows():
        indicateur = catalogue.indicateurs_fiches[row["indicateur"]]
        wanted = _demandes(row, indicateur, debut=convention.debut.year, fin=last)
        rows += [_demande(row, indicateur, *item) for item in wanted]
    rank = {name: place for place, name in enumerate(catalogue.responsables)}
    table = pd.DataFrame(rows, columns=list(A_COLLECTER)).astype(
        {"fiche": "Int64", "annee": "Int64", "derniere_annee": "Int64", "derniere_valeur": "float64"}
    )
    order = table["responsable"].map(lambda name: rank.get(name, len(rank))).sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _demandes(row: pd.Series, indicateur: Indicateur, *, debut: int, fin: int) -> list[tuple[int, str]]:
    """Return the years asked for and why: the gaps first, then the next year."""
    annee, wanted = int(row["annee"]), []
    if indicateur.unique and pd.notna(row["annee_cible"]):
        return _demande_unique(row, annee, int(row["annee_cible"]))
    if _attend_une_valeur_initiale(row, indicateur, debut - 1):
        wanted.append((debut - 1, "valeur_initiale"))
    if not row["renseigne"] and row["statut"] != SANS_OBJET and row["raison"] != PAS_COMMENCE:
        wanted.append((annee, "a_completer"))
    elif row["provisoire"]:
        wanted.append((annee, "a_confirmer"))
    if annee < fin:
        wanted.append((annee + 1, "annee_suivante"))
    return wanted


def _demande_unique(row: pd.Series, annee: int, attendue: int) -> list[tuple[int, str]]:
    """Return the one year asked of what is awaited once, until it is known."""
    if row["statut"] == SANS_OBJET or row["raison"] == PAS_COMMENCE:
        return [(annee + 1, "annee_suivante")] if annee + 1 == attendue else []
    if not row["renseigne"]:
        return [(attendue, "a_completer")]
    return [(annee, "a_confirmer")] if row["provisoire"] else []


def _attend_une_valeur_initiale(row: pd.Series, indicateur: Indicateur, avant: int) -> bool:
    """Tell whether one is missing and would serve: not before a break, not for a threshold, not for a typology."""
    broken = any(avant < item.annee for item in indicateur.ruptures)
    measured = indicateur.table == "observations"
    return measured and pd.isna(row["valeur_initiale"]) and not broken and row["origine_cible"] != "implicite"


def _demande(row: pd.Series, indicateur: Indicateur, annee: int, motif: str) -> dict[str, object]:
    collecte = indicateur.collecte
    known = pd.notna(row["valeur"])
    return {
        **{name: row[name] for name in ("responsable", "fiche", "indicateur", "libelle", "unite")},
        "definition": indicateur.definition,
        "dimension": indicateur.dimension or "",
        "annee": annee,
        "motif": motif,
        "qui": collecte.qui if collecte else "",
        "quand": collecte.quand if collecte else "",
        "document": collecte.document if collecte else "",
        "derniere_valeur": row["valeur"] if known else row["valeur_precedente"],
        "derniere_annee": row["annee"] if known else row["annee_precedente"],
        "dernier_statut": row["statut"] if known else row["statut_precedent"],
    }
