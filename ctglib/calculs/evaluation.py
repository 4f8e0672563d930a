"""The scoring of a year: one row an indicator of the fiches, and one for each of its modalités that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.jugement import evolution, juger
from ctglib.calculs.suivi import (
    LIGNE,
    changements_en_vigueur,
    coupure_entre,
    dernieres_mesures,
    modalites,
    par_annee,
    series,
)
from ctglib.donnees.modeles.convention import ValeurDatee
from ctglib.donnees.modeles.suivi import Bilan
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention, IndicateurFiche
    from ctglib.donnees.modeles.suivi import Changement
    from ctglib.donnees.suivi import DossierSuivi, Suivi

COLONNES = (
    "fiche", "indicateur", "libelle", "unite", "sens", "nature", "origine", "dimension", "modalite", "libelle_modalite",
    "valeur_initiale", "annee_initiale", "origine_initiale", "valeur_precedente", "annee_precedente",
    "statut_precedent", "valeur", "annee", "statut", "renseigne", "cible", "annee_cible", "origine_cible", "realise",
    "attendu", "rythme", "rythme_compose", "verdict", "raison", "raisons", "evolution", "raison_evolution",
    "a_maintenir", "responsable", "calcule", "facultatif",
)  # fmt: skip
ENTIERS = ("fiche", "annee_initiale", "annee_precedente", "annee", "annee_cible")
REELS = ("valeur_initiale", "valeur_precedente", "valeur", "cible", "a_maintenir")
ECRITES = [
    *COLONNES[:12], "cible", "annee_cible", "origine_cible", "responsable", "calcule", "facultatif", "debut", "unique",
    "hasard", "table", "arrondi", "annuelle",
]  # fmt: skip
OBSERVATIONS, QUALITATIF = "observations", "qualitatif"


def evaluer(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return the scoring of ``annee``: state of what is known, way to the target, verdict, evolution, each apart.

    Suppressed values must be suppressed in the observations beforehand: nothing here undoes a mask. A later millésime
    than the year's is not read; avenants count that are signed by the date of the bilan (the year's last day when
    nothing was handed in for it), from when they take effect.

    Returns:
        The columns ``COLONNES``, in the order of the convention; absent numbers missing, absent texts empty.
        ``raison`` is the first of ``raisons`` (joined by « ; »): of « non évaluable », or what to know of a verdict.
        ``calcule``: the workbook works it out from others, nobody enters it. ``facultatif``: nobody has to give it.
    """
    convention, catalogue, known = suivi.convention, suivi.catalogue, suivi.suivis
    meanings, seuils, start = catalogue.indicateurs_fiches, catalogue.evaluation.seuils, convention.debut.year
    today = (known[annee].bilan if annee in known else Bilan(annee=annee)).date_arretee
    changes = changements_en_vigueur(suivi.avenants, today)
    mesures = series(suivi.observations, meanings.values(), territoire=convention.territoire, annee=annee)
    mesures = avec_grille(mesures, meanings.values(), known, annee)
    table = _lignes(convention, catalogue, mesures, changes, annee)
    values, states = par_annee(mesures, table, min([start - 1, annee - 1, *table["annee_initiale"].dropna()]), annee)
    table = _depart(table, values, start)
    value, state = values.pop(annee), states.pop(annee)
    last = dernieres_mesures(values, states)

    # What is awaited in one year alone is « sans objet » before it, or after it once it is known: unknown, it goes on
    # missing. It keeps the verdict of its year in those that follow.
    once, met = table["unique"], last["valeur"].notna()
    state = state.mask(
        once & table["cible"].notna() & state.isna() & (met | table["annee_cible"].gt(annee)), Statut.SANS_OBJET
    )
    kept = once & state.eq(Statut.SANS_OBJET) & met

    # An initial value counts in its year, where nothing else is measured.
    starts = np.equal.outer(table["annee_initiale"].to_numpy(), values.columns.to_numpy()) & values.isna()
    initial = values.mask(starts, table["valeur_initiale"], axis=0)
    before = dernieres_mesures(initial, states.mask(starts, Statut.NORMAL))
    why = state.map({code: code.name.lower() for code in Statut}).astype(object).fillna("annee_manquante")
    table = table.assign(
        annee=annee,
        valeur=value,
        statut=state.fillna(Statut.NON_TRANSMIS),
        absence=why.mask(value.notna(), ""),
        valeur_precedente=before["valeur"],
        annee_precedente=before["annee"],
        statut_precedent=before["statut"],
        renseigne=_renseigne(table, value.notna() | state.eq(Statut.SECRET), meanings, known.get(annee)),
    )
    observed = table["table"].eq(OBSERVATIONS)
    case = table.assign(
        valeur=table["valeur"].mask(kept, last["valeur"]),
        annee=table["annee"].mask(kept, last["annee"]).astype(int),
        absence=table["absence"].mask(kept, ""),
    )
    found = juger(
        case.assign(coupure=coupure_entre(case, meanings, changes, case["annee_initiale"].fillna(start))), seuils
    )
    # Before its fiche has begun, an indicator without value waits, and lacks nothing yet.
    waits = table["valeur"].isna() & (table["debut"] > today)
    reasons = [
        [QUALITATIF] if not is_number else ["non_commencee"] if not_yet else [*codes, *["unique"] * was]
        for is_number, not_yet, codes, was in zip(observed, waits, found["raisons"], kept, strict=True)
    ]
    judged = observed & ~waits
    way = found[["realise", "attendu", "rythme", "rythme_compose"]]
    table = table.assign(
        **way.where(judged),
        verdict=found["verdict"].where(judged, "non_evaluable"),
        raison=[next(iter(codes), "") for codes in reasons],
        raisons=[SEPARATEUR.join(codes) for codes in reasons],
        maintenir=table["cible"].fillna(table["valeur_initiale"]).fillna(table["valeur_precedente"]),
        coupure=coupure_entre(table, meanings, changes, table["annee_precedente"]),
    )
    word, reason = evolution(table, seuils)
    table = table.assign(
        evolution=word.where(observed, ""),
        raison_evolution=reason.where(observed, QUALITATIF),
        a_maintenir=table["maintenir"].where(observed & table["sens"].eq("maintien")),
    )
    kinds = dict.fromkeys(ENTIERS, "Int64") | dict.fromkeys(REELS, "float64")
    return table[list(COLONNES)].astype(kinds | dict.fromkeys(("renseigne", "calcule", "facultatif"), "bool"))


def _lignes(
    convention: Convention,
    catalogue: Catalogue,
    mesures: pd.DataFrame,
    changements: tuple[Changement, ...],
    annee: int,
) -> pd.DataFrame:
    """Return the whole of each indicator, then its modalités that have a row, with what its fiche and avenants write.

    The convention's initial value and target are those of the whole, not of its modalités.
    """
    known = set(zip(*(mesures[name] for name in LIGNE), strict=True))
    rows = []
    for fiche in convention.fiches:
        for prevu in fiche.indicateurs:
            item = catalogue.indicateurs_fiches[prevu.id]
            row = {
                "fiche": fiche.numero,
                "debut": fiche.debut,
                "indicateur": item.id,
                "libelle": prevu.libelle or item.libelle,
                **{name: getattr(item, name) for name in ("unite", "nature", "origine", "unique", "hasard", "table")},
                # What the convention's text implies, or else the catalogue's.
                "sens": prevu.implicite.sens if prevu.implicite else item.sens,
                "calcule": item.calcul is not None,
                "facultatif": item.facultatif,
                "responsable": (item.collecte.responsable or "") if item.collecte else "",
                "arrondi": item.arrondi_source or 0.0,
                "dimension": "",
                "modalite": "",
                "libelle_modalite": "",
                "origine_cible": "",
                "annuelle": False,
            }
            written = prevu.valeur_initiale
            start = (written.valeur, written.annee) if isinstance(written, ValeurDatee) else (None, None)
            whole = {"valeur_initiale": start[0], "annee_initiale": start[1]}
            rows.append(row | whole | _cible(prevu, item, changements, annee))
            rows += [
                {**row, "dimension": item.dimension, "modalite": code, "libelle_modalite": label}
                for code, label in modalites(item, catalogue).items()
                if (item.id, item.dimension, code) in known
            ]
    reals = dict.fromkeys(("valeur_initiale", "annee_initiale", "cible", "annee_cible"), "float64")
    flags = dict.fromkeys(("unique", "hasard", "annuelle", "calcule", "facultatif"), "bool")
    return pd.DataFrame(rows, columns=ECRITES).astype(reals | flags | {"arrondi": "float64"})


def _cible(
    prevu: IndicateurFiche, indicateur: Indicateur, changements: tuple[Changement, ...], annee: int
) -> dict[str, object]:
    """Return the target in force: the latest avenant's, the convention's, or the threshold its text implies.

    A target of an indicator that the convention does not write is a proposal, and binds nobody before an avenant. A
    direction alone is no target. An undated threshold has to hold every year.
    """
    changed = [item for item in changements if item.nature == "cible" and item.element == prevu.id]
    implied, names = prevu.implicite, ("cible", "annee_cible", "origine_cible")
    if changed:
        return dict(zip(names, (float(changed[-1].nouveau), changed[-1].annee, "avenant"), strict=True))
    if isinstance(prevu.cible, ValeurDatee):
        origin = "convention" if indicateur.origine == "convention" else "propose"
        return dict(zip(names, (prevu.cible.valeur, prevu.cible.annee, origin), strict=True))
    if implied is None or implied.valeur is None:
        return dict(zip(names, (None, None, ""), strict=True))
    told = dict(zip(names, (implied.valeur, implied.annee or annee, "implicite"), strict=True))
    return told | {"annuelle": implied.annee is None}


def _depart(table: pd.DataFrame, valeurs: pd.DataFrame, debut: int) -> pd.DataFrame:
    """Return the rows with their initial value.

    The convention's, when it writes one. Otherwise what was measured the year before the convention, or failing that in
    its first year: what the convention asks its services for. A later measure is no initial value.
    """
    value, year = table["valeur_initiale"], table["annee_initiale"]
    origin = np.where(value.notna(), "convention", "")
    for candidate, found in valeurs.reindex(columns=(debut - 1, debut)).items():
        taken = value.isna() & found.notna()
        value, year = value.mask(taken, found), year.mask(taken, candidate)
        origin = np.where(taken, "observation", origin)
    return table.assign(valeur_initiale=value, annee_initiale=year, origine_initiale=origin)


def _renseigne(
    table: pd.DataFrame, donnees: pd.Series, indicateurs: Mapping[str, Indicateur], suivi: Suivi | None
) -> pd.Series:
    """Return whether the year's value was given, were it suppressed afterwards: ``donnees`` says so of observations.

    A typology is informed by a row of profiles of one of its dispositifs, a grid by a row of the grid.
    """
    kinds = table["table"]
    if suivi is None:
        return donnees & kinds.eq(OBSERVATIONS)
    told = suivi.profils[suivi.profils["effectif"].notna() | suivi.profils["statut"].eq(Statut.SECRET)]
    profiled = table.loc[kinds.eq("profils"), "indicateur"].map(
        lambda name: told["dispositif"].isin(indicateurs[name].modalites or told["dispositif"]).any()
    )
    return donnees.mask(kinds.eq("posture"), not suivi.posture.empty).mask(kinds.eq("profils"), profiled).astype(bool)


def avec_grille(
    mesures: pd.DataFrame, indicateurs: Iterable[Indicateur], suivis: Mapping[int, Suivi], annee: int
) -> pd.DataFrame:
    """Return the values with how many lines of the grid moved in each year up to ``annee``: all that may be published.

    A year has nothing unless it and the one before have levels of the same lines.
    """
    names = [item.id for item in indicateurs if item.table == "posture"]
    years = [year for year in suivis if names and year <= annee and year - 1 in suivis]
    moved = {year: posture_bougee(suivis[year].posture, suivis[year - 1].posture) for year in years}
    rows = [
        (name, "", "", year, float(one.bougees), Statut.NORMAL)
        for name in names for year, one in moved.items() if one.comparables
    ]  # fmt: skip
    grid = pd.DataFrame(rows, columns=[*LIGNE, "annee", "valeur", "statut"])
    whole = mesures["indicateur"].isin(names) & mesures["dimension"].eq("")
    return pd.concat([mesures[~whole], grid.astype({"annee": "int64", "valeur": "float64"})], ignore_index=True)


CLE = ["fonction", "domaine", "item"]


class PostureBougee(NamedTuple):
    """How many lines of the grid rose, fell, stayed, or can't be told: scored in one of the two years only."""

    montees: int
    descendues: int
    inchangees: int
    inconnues: int

    bougees = property(lambda self: self.montees + self.descendues)
    comparables = property(lambda self: self.bougees + self.inchangees)  # lines that have a level in both years


def posture_bougee(posture: pd.DataFrame, precedente: pd.DataFrame) -> PostureBougee:
    """Return how many lines moved between two grids: the only thing that a public report may say of them."""
    both = posture[[*CLE, "niveau"]].merge(precedente[[*CLE, "niveau"]], "outer", CLE, suffixes=("", "_avant"))
    gap = both["niveau"].astype("Int64") - both["niveau_avant"].astype("Int64")
    return PostureBougee(*(int(one.sum()) for one in (gap.gt(0), gap.lt(0), gap.eq(0), gap.isna())))
