"""The scoring of a year: the verdict on each target, the evolution of each value, one row an
indicator of the fiches.

Each judgement is a list of cases, of which the first that holds says the word and its reason.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES, dans_le_hasard
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.suivi import (
    LIGNE,
    changements_en_vigueur,
    coupure_entre,
    dernieres_mesures,
    modalites,
    series,
)
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Convention, IndicateurFiche, ValeurDatee
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation
from ctglib.donnees.modeles.suivi import Bilan, Changement
from ctglib.donnees.statuts import Statut
from ctglib.donnees.suivi import DossierSuivi, Suivi

COLONNES = (
    "fiche",
    "indicateur",
    "libelle",
    "unite",
    "sens",
    "nature",
    "origine",
    "dimension",
    "modalite",
    "libelle_modalite",
    "valeur_initiale",
    "annee_initiale",
    "origine_initiale",
    "valeur_precedente",
    "annee_precedente",
    "statut_precedent",
    "valeur",
    "annee",
    "statut",
    "renseigne",
    "cible",
    "annee_cible",
    "origine_cible",
    "realise",
    "attendu",
    "rythme",
    "rythme_compose",
    "verdict",
    "raison",
    "raisons",
    "evolution",
    "raison_evolution",
    "a_maintenir",
    "responsable",
    "calcule",
    "facultatif",
)
ENTIERS = ("fiche", "annee_initiale", "annee_precedente", "annee", "annee_cible")
REELS = ("valeur_initiale", "valeur_precedente", "valeur", "cible", "a_maintenir")
ECRITES = [
    *COLONNES[:12],
    "cible",
    "annee_cible",
    "origine_cible",
    "responsable",
    "calcule",
    "facultatif",
    "debut",
    "unique",
    "hasard",
    "table",
    "arrondi",
    "annuelle",
]
OBSERVATIONS = "observations"
QUALITATIF = "qualitatif"


def evaluer(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return the scoring of ``annee``: state of what is known, way to the target, verdict,
    evolution, each apart.

    Suppressed values must be suppressed in the observations beforehand: nothing here undoes a mask.
    A later millésime than the year's is not read; avenants count that are signed by the date of the
    bilan (the year's last day when nothing was handed in for it), from when they take effect.

    Returns:
        The columns ``COLONNES``, in the order of the convention; absent numbers missing, absent
        texts empty. ``raison`` is the first of ``raisons`` (joined by « ; »): of « non évaluable »,
        or what to know of a verdict. ``calcule``: the workbook works it out from others, nobody
        enters it. ``facultatif``: nobody has to give it.
    """
    convention = suivi.convention
    catalogue = suivi.catalogue
    known = suivi.suivis
    meanings = catalogue.indicateurs_fiches
    seuils = catalogue.evaluation.seuils
    start = convention.debut.year
    today = (known[annee].bilan if annee in known else Bilan(annee=annee)).date_arretee
    changes = changements_en_vigueur(suivi.avenants, today)
    mesures = series(
        suivi.observations, meanings.values(), territoire=convention.territoire, annee=annee
    )
    mesures = avec_grille(mesures, meanings.values(), known, annee)
    table = _lignes(convention, catalogue, mesures, changes, annee)

    # The initial value is the convention's, when it writes one. Otherwise what was measured the
    # year before it, or failing that in its first year: what it asks its services for. A later
    # measure is no initial value.
    early = mesures[
        mesures["annee"].isin((start - 1, start)) & mesures["valeur"].notna()
    ].sort_values("annee")
    found = table[LIGNE].merge(early.drop_duplicates(LIGNE), "left")
    written = table["valeur_initiale"].notna()
    table = table.assign(
        valeur_initiale=table["valeur_initiale"].fillna(found["valeur"]),
        annee_initiale=table["annee_initiale"].fillna(found["annee"]),
        origine_initiale=np.select(
            [written, found["valeur"].notna()], ["convention", "observation"], ""
        ),
    )
    now = table[LIGNE].merge(mesures[mesures["annee"].eq(annee)], "left").astype({"statut": object})
    last = dernieres_mesures(mesures, table, annee - 1)

    # What is awaited in one year alone is « sans objet » before it, or after it once it is known:
    # unknown, it goes on missing. It keeps the verdict of its year in those that follow.
    once = table["unique"]
    met = last["valeur"].notna()
    value = now["valeur"]
    state = now["statut"]
    state = state.mask(
        once & table["cible"].notna() & state.isna() & (met | table["annee_cible"].gt(annee)),
        Statut.SANS_OBJET,
    )
    kept = once & state.eq(Statut.SANS_OBJET) & met

    # An initial value counts in its year, where nothing else is measured.
    starts = (
        table[[*LIGNE, "annee_initiale", "valeur_initiale"]]
        .dropna()
        .set_axis([*LIGNE, "annee", "valeur"], axis=1)
    )
    before = dernieres_mesures(
        pd.concat([starts.assign(statut=Statut.NORMAL), mesures]), table, annee - 1
    )
    why = (
        state.map({code: code.name.lower() for code in Statut})
        .astype(object)
        .fillna("annee_manquante")
    )
    table = table.assign(
        annee=annee,
        valeur=value,
        statut=state.fillna(Statut.NON_TRANSMIS),
        absence=why.mask(value.notna(), ""),
        valeur_precedente=before["valeur"],
        annee_precedente=before["annee"],
        statut_precedent=before["statut"],
        renseigne=_renseigne(
            table, value.notna() | state.eq(Statut.SECRET), meanings, known.get(annee)
        ),
    )
    observed = table["table"].eq(OBSERVATIONS)
    case = table.assign(
        valeur=table["valeur"].mask(kept, last["valeur"]),
        annee=table["annee"].mask(kept, last["annee"]).astype(int),
        absence=table["absence"].mask(kept, ""),
    )
    case["coupure"] = coupure_entre(case, meanings, changes, case["annee_initiale"].fillna(start))
    found = juger(case, seuils)
    # Before its fiche has begun, an indicator without value waits, and lacks nothing yet.
    waits = table["valeur"].isna() & (table["debut"] > today)
    reasons = [
        [QUALITATIF]
        if not is_number
        else ["non_commencee"]
        if not_yet
        else [*codes, *["unique"] * was]
        for is_number, not_yet, codes, was in zip(
            observed, waits, found["raisons"], kept, strict=True
        )
    ]
    judged = observed & ~waits
    table = table.assign(
        **found[["realise", "attendu", "rythme", "rythme_compose"]].where(judged),
        verdict=found["verdict"].where(judged, "non_evaluable"),
        raison=[next(iter(codes), "") for codes in reasons],
        raisons=[SEPARATEUR.join(codes) for codes in reasons],
        maintenir=table["cible"]
        .fillna(table["valeur_initiale"])
        .fillna(table["valeur_precedente"]),
        coupure=coupure_entre(table, meanings, changes, table["annee_precedente"]),
    )
    word, reason = evolution(table, seuils)
    table = table.assign(
        evolution=word.where(observed, ""),
        raison_evolution=reason.where(observed, QUALITATIF),
        a_maintenir=table["maintenir"].where(observed & table["sens"].eq("maintien")),
    )
    kinds = dict.fromkeys(ENTIERS, "Int64") | dict.fromkeys(REELS, "float64")
    return table[list(COLONNES)].astype(
        kinds | dict.fromkeys(("renseigne", "calcule", "facultatif"), "bool")
    )


def _lignes(
    convention: Convention,
    catalogue: Catalogue,
    mesures: pd.DataFrame,
    changements: tuple[Changement, ...],
    annee: int,
) -> pd.DataFrame:
    """Return each indicator as a whole, with what the convention and avenants write, then its
    modalités with a row.
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
                **{
                    name: getattr(item, name)
                    for name in ("unite", "nature", "origine", "unique", "hasard", "table")
                },
                # What the convention's text implies, or else the catalogue's.
                "sens": prevu.implicite.sens if prevu.implicite else item.sens,
                "calcule": item.calcul is not None,
                "facultatif": item.facultatif,
                "responsable": (item.collecte.responsable or "") if item.collecte else "",
                "arrondi": item.arrondi_source or 0.0,
                **dict.fromkeys(("dimension", "modalite", "libelle_modalite", "origine_cible"), ""),
                "annuelle": False,
            }
            rows.append(row | _cible(prevu, item, changements, annee))
            if isinstance(written := prevu.valeur_initiale, ValeurDatee):
                rows[-1] |= {"valeur_initiale": written.valeur, "annee_initiale": written.annee}
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
    """Return the target in force: the latest avenant's, the convention's or a proposal, the
    threshold it implies.
    """
    changed = [item for item in changements if item.nature == "cible" and item.element == prevu.id]
    implied = prevu.implicite
    found = (None, None, "")
    if changed:
        found = float(changed[-1].nouveau), changed[-1].annee, "avenant"
    elif isinstance(prevu.cible, ValeurDatee):
        origin = (
            "convention" if indicateur.origine == "convention" else "propose"
        )  # binds nobody before an avenant
        found = prevu.cible.valeur, prevu.cible.annee, origin
    elif implied and implied.valeur is not None:
        found = implied.valeur, implied.annee or annee, "implicite"
    target, year, origin = found
    every_year = (
        origin == "implicite" and implied.annee is None
    )  # an undated threshold has to hold in each
    return {"cible": target, "annee_cible": year, "origine_cible": origin, "annuelle": every_year}


def _renseigne(
    table: pd.DataFrame,
    donnees: pd.Series,
    indicateurs: Mapping[str, Indicateur],
    suivi: Suivi | None,
) -> pd.Series:
    """Return whether the year's value was given: an observation, a profile of a dispositif of a
    typology, a grid.
    """
    kinds = table["table"]
    if suivi is None:
        return donnees & kinds.eq(OBSERVATIONS)
    told = suivi.profils[
        suivi.profils["effectif"].notna() | suivi.profils["statut"].eq(Statut.SECRET)
    ]
    profiled = table.loc[kinds.eq("profils"), "indicateur"].map(
        lambda name: (
            told["dispositif"].isin(indicateurs[name].modalites or told["dispositif"]).any()
        )
    )
    return (
        donnees.mask(kinds.eq("posture"), not suivi.posture.empty)
        .mask(kinds.eq("profils"), profiled)
        .astype(bool)
    )


def avec_grille(
    mesures: pd.DataFrame,
    indicateurs: Iterable[Indicateur],
    suivis: Mapping[int, Suivi],
    annee: int,
) -> pd.DataFrame:
    """Return the values with how many lines of the grid moved in each year up to ``annee``: all
    that may be published.

    A year has nothing unless it and the one before have levels of the same lines.
    """
    names = [item.id for item in indicateurs if item.table == "posture"]
    years = [year for year in suivis if names and year <= annee and year - 1 in suivis]
    moved = {year: posture_bougee(suivis[year].posture, suivis[year - 1].posture) for year in years}
    rows = [
        (name, "", "", year, float(one.bougees), Statut.NORMAL)
        for name in names
        for year, one in moved.items()
        if one.comparables
    ]
    grid = pd.DataFrame(rows, columns=[*LIGNE, "annee", "valeur", "statut"])
    whole = mesures["indicateur"].isin(names) & mesures["dimension"].eq("")
    return pd.concat(
        [mesures[~whole], grid.astype({"annee": "int64", "valeur": "float64"})], ignore_index=True
    )


CLE = ["fonction", "domaine", "item"]


class PostureBougee(NamedTuple):
    """How many lines of the grid rose, fell, stayed, or can't be told: scored in one of the two
    years only.
    """

    montees: int
    descendues: int
    inchangees: int
    inconnues: int

    bougees = property(lambda self: self.montees + self.descendues)
    comparables = property(
        lambda self: self.bougees + self.inchangees
    )  # lines that have a level in both years


def posture_bougee(posture: pd.DataFrame, precedente: pd.DataFrame) -> PostureBougee:
    """Return how many lines moved between two grids: the only thing that a public report may say of
    them.
    """
    both = posture[[*CLE, "niveau"]].merge(
        precedente[[*CLE, "niveau"]], "outer", CLE, suffixes=("", "_avant")
    )
    gap = both["niveau"].astype("Int64") - both["niveau_avant"].astype("Int64")
    return PostureBougee(*(int(one.sum()) for one in (gap.gt(0), gap.lt(0), gap.eq(0), gap.isna())))


ORIENTATIONS = {"hausse": 1, "baisse": -1}  # a maintien or a neutral indicator has no better side
TRAJET = ["valeur_initiale", "annee_initiale", "valeur", "annee", "cible", "annee_cible"]
Cas = tuple[pd.Series | bool, str, "str | pd.Series"]  # whether it holds, the word, the reason


def _premier(cas: list[Cas], index: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Return, row by row, the word and the reason of the first case that holds."""
    held, words, reasons = zip(*cas, strict=True)
    masks = [np.broadcast_to(np.asarray(mask, dtype=bool), len(index)) for mask in held]
    found = (
        np.select(masks, [np.asarray(one, dtype=object) for one in told], "")
        for told in (words, reasons)
    )
    word, reason = (pd.Series(one, index, dtype=object) for one in found)
    return word, reason


def explique_par_le_hasard(
    avant: pd.Series, apres: pd.Series, seuils: SeuilsEvaluation
) -> pd.Series:
    """Tell whether chance alone may explain the change of a count: few events, or a gap that chance
    explains.
    """
    few = np.maximum(avant, apres) < seuils.hasard_effectif
    return few | dans_le_hasard(avant, apres, seuils.hasard_ecarts)


def mouvement(changements: pd.DataFrame, seuils: SeuilsEvaluation) -> tuple[pd.Series, pd.Series]:
    """Return how two values differ (hausse, baisse, stable, dans_le_bruit, trop_peu), and why they
    say no direction.

    Two equal values are stable; a difference up to the source's rounding is noise, whatever its
    sign; one that chance explains (``trop_peu``) has no direction.

    Read of ``changements``: valeur_precedente, valeur, arrondi (0 when none), hasard (whether
    chance alone moves it).
    """
    before = changements["valeur_precedente"]
    now = changements["valeur"]
    gap = (now - before).round(DECIMALES_EXACTES)
    chance = changements["hasard"] & explique_par_le_hasard(before, now, seuils)
    return _premier(
        [
            (gap.isna(), "", ""),
            (gap.eq(0), "stable", ""),
            (gap.abs() <= changements["arrondi"], "dans_le_bruit", "sous_arrondi"),
            (chance, "trop_peu", "hasard"),
            (gap.gt(0), "hausse", ""),
            (True, "baisse", ""),
        ],
        changements.index,
    )


def evolution(changements: pd.DataFrame, seuils: SeuilsEvaluation) -> tuple[pd.Series, pd.Series]:
    """Return the evolution, and why it is silent, noise or banded: ("favorable", ""), ("",
    "rupture").

    A value to be kept is stable inside its band (the reason tells it from an equal one); nearer to
    the value, favourable; lower and farther, unfavourable. Higher and farther is neither: the text
    wants the offer kept, not held down.

    Read of ``changements``: as ``mouvement``, and absence (why the value is missing), coupure (what
    parts the two), sens, maintenir (the value that a maintien keeps).
    """
    told, reason = mouvement(changements, seuils)
    before, now, kept = (changements[name] for name in ("valeur_precedente", "valeur", "maintenir"))
    width = _largeur(kept, changements["arrondi"], seuils)
    far, near = (abs(value - kept).round(DECIMALES_EXACTES) for value in (before, now))
    banded = changements["sens"].eq("maintien")
    side = changements["sens"].map(ORIENTATIONS).fillna(0)
    return _premier(
        [
            (changements["absence"].ne(""), "", changements["absence"]),
            (before.isna(), "", "sans_valeur_precedente"),
            (changements["coupure"].ne(""), "", changements["coupure"]),
            (~banded & side.eq(0), "", "sans_sens"),
            (~told.isin(ORIENTATIONS), told, reason),
            (
                banded & np.maximum(far, near).le(width),
                "stable",
                np.where(near.gt(0), "dans_la_bande", ""),
            ),
            (banded & near.lt(far), "favorable", ""),
            (banded & told.eq("hausse"), "", "au_dessus_du_maintien"),
            (~banded & told.map(ORIENTATIONS).eq(side), "favorable", ""),
            (True, "defavorable", ""),
        ],
        changements.index,
    )


def _largeur(valeur: pd.Series, arrondi: pd.Series, seuils: SeuilsEvaluation) -> pd.Series:
    """Return how far from a value to be kept one may be: a share of it, or the rounding of the
    source.
    """
    return np.maximum(seuils.tolerance_maintien * valeur.abs(), arrondi).round(DECIMALES_EXACTES)


def progression(trajets: pd.DataFrame) -> pd.DataFrame:
    """Return what was done of a way, what a straight line would have done, their ratio, and that of
    compound growths.

    realise is (y_t − y_0) / (y_T − y_0), negative when going backwards; attendu is 1 once the
    target's year is there. Growth needs three values above zero and a year up to the target's: it
    is a second reading, which calls late a way that a straight line finds half done at mid-term.
    All are rounded, so that a threshold does not see the binary tail.

    Read: the columns ``TRAJET``; the target is not the initial value, the year is after the initial
    one.

    Examples:
        >>> progression(pd.DataFrame([[40.0, 2022, 30, 2024, 20, 2026]], columns=TRAJET)).round(2).iloc[0].tolist()
        [0.5, 0.5, 1.0, 0.84]
    """
    start, year, now, annee, target, end = (trajets[name] for name in TRAJET)
    spent = annee - year
    length = end - year
    done = (now - start) / (target - start)
    due = (spent / length).where(spent < length, 1.0)
    grows = start.gt(0) & now.gt(0) & target.gt(0) & (spent <= length)
    had, needed = (
        (last / start).where(grows) ** (1 / years) - 1
        for last, years in ((now, spent), (target, length))
    )
    return pd.DataFrame(
        {
            "realise": done.round(DECIMALES_EXACTES),
            "attendu": due.where(done.notna()),
            "rythme": (done / due).round(DECIMALES_EXACTES),
            "rythme_compose": (had / needed).round(DECIMALES_EXACTES),
        }
    )


def juger(cas: pd.DataFrame, seuils: SeuilsEvaluation) -> pd.DataFrame:
    """Return the verdict of each case, its reasons in the order of saying, and the progression
    where there is a way.

    A threshold that the text implies is held or not. A target that is the initial value, or a
    direction « maintien », is a band, at least as wide as the source's rounding; without a
    direction, a value under it goes back, and one above is to be looked at: keeping an offer is
    keeping at least that offer. A target already met at the outset is kept or lost. Everything else
    is a way with its pace. A count that chance may have lowered is to be watched: it is not said to
    go back.

    Read of ``cas``: as ``progression`` and ``evolution``, and origine_cible, annuelle (a threshold
    without a date).

    Returns:
        verdict, raisons (lists), realise, attendu, rythme, rythme_compose.
    """
    start, now, target = (cas[name] for name in ("valeur_initiale", "valeur", "cible"))
    side = cas["sens"].map(ORIENTATIONS).fillna(0)
    rounding = cas["arrondi"]
    held_or_not = cas["origine_cible"].eq("implicite")
    first_year = (
        start.notna()
        & cas["annee"].le(cas["annee_initiale"].fillna(0))
        & ~(held_or_not & cas["annuelle"])
    )
    obstacles = [
        np.where(start.isna() & ~held_or_not, "sans_valeur_initiale", ""),
        np.where(target.isna(), "sans_cible", ""),
        np.where(first_year, "premiere_annee", ""),
        *(cas[name].to_numpy() for name in ("absence", "coupure")),
    ]
    stopped = np.logical_or.reduce([codes != "" for codes in obstacles])
    gap = (now - target).round(DECIMALES_EXACTES)
    band = cas["sens"].eq("maintien") | (start.eq(target) & ~cas["annuelle"])
    kept = band & gap.abs().le(_largeur(target, rounding, seuils))
    threshold = ~band & (start.isna() | cas["annuelle"])
    met = ~band & ~threshold & (side * (start - target)).gt(0)
    missing = -side.replace(0, 1) * (now - target)  # how much is lacking, under zero when none
    yet_to_come = start.isna() & ~cas["annuelle"] & cas["annee"].lt(cas["annee_cible"].fillna(0))
    still = rounding.gt(0) & (now - start).abs().round(DECIMALES_EXACTES).le(rounding)
    way = progression(cas[TRAJET].where(~(stopped | band | threshold | met | still)))
    late = np.where(cas["annee"].ge(cas["annee_cible"].fillna(9999)), "echeance_passee", "")
    above = "au_dessus_de_la_bande"
    below = "sous_la_bande"
    already = "deja_atteinte_au_depart"
    verdict, reason = _premier(
        [
            (stopped, "non_evaluable", ""),
            (kept, "atteint", np.where(gap.ne(0), "dans_la_bande", "")),
            (band & (side * gap).gt(0), "atteint", np.where(gap.gt(0), above, below)),
            (band & side.eq(0) & gap.gt(0), "a_surveiller", above),
            (band, "en_recul", np.where(gap.gt(0), above, below)),
            (threshold & missing.le(0), "atteint", ""),
            (met & missing.le(0), "atteint", already),
            ((threshold | met) & missing.le(rounding), "non_evaluable", "sous_arrondi"),
            (threshold & yet_to_come, "non_evaluable", "sans_valeur_initiale"),
            (threshold, "insuffisant", "seuil_non_tenu"),
            (met, "en_recul", already),
            (still, "non_evaluable", "sous_arrondi"),
            (way["realise"].ge(1), "atteint", ""),
            (way["rythme"].lt(0), "en_recul", late),
            (way["rythme"].ge(seuils.en_bonne_voie), "en_bonne_voie", late),
            (way["rythme"].ge(seuils.a_surveiller), "a_surveiller", late),
            (True, "insuffisant", late),
        ],
        cas.index,
    )
    silent = (
        verdict.eq("en_recul")
        & cas["hasard"]
        & start.notna()
        & explique_par_le_hasard(start, now, seuils)
    )
    told = zip(*obstacles, reason, np.where(silent, "hasard", ""), strict=True)
    reasons = [[code for code in row if code] for row in told]
    return way.assign(
        verdict=verdict.mask(silent, "a_surveiller"),
        raisons=pd.Series(reasons, cas.index, dtype=object),
    )
