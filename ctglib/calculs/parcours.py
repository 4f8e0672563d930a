"""The whole convention: the way of each indicator, what to propose of each objective, the evidence
of each criterion.

And what the law asks since the convention was signed: where the convention answers, what the
workbook knows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from ctglib.calculs.etats import FAITES, NON_RENSEIGNEE
from ctglib.calculs.evaluation import OBSERVATIONS, ORIENTATIONS, QUALITATIF, avec_grille, evolution
from ctglib.calculs.suivi import coupure_entre, dernieres_mesures
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import (
    CodeForce,
    Lectures,
    RegleRecommandation,
    ReglesConformite,
)
from ctglib.donnees.modeles.suivi import Changement
from ctglib.donnees.statuts import INCONNUES, Statut
from ctglib.donnees.suivi import Suivi

COLONNES = (
    "fiche",
    "indicateur",
    "libelle",
    "definition",
    "unite",
    "sens",
    "nature",
    "origine",
    "table",
    "valeur_initiale",
    "annee_initiale",
    "origine_initiale",
    "derniere",
    "annee_derniere",
    "statut_derniere",
    "cible",
    "annee_cible",
    "origine_cible",
    "verdict",
    "raison",
    "evolution",
    "raison_evolution",
    "annees_connues",
    "responsable",
    "calcule",
    "facultatif",
    "connue",
    "annee_connue",
    "statut_connue",
    "a_maintenir",
)


def parcours(
    convention: Convention,
    catalogue: Catalogue,
    mesures: pd.DataFrame,
    evaluations: Mapping[int, pd.DataFrame],
    *,
    changements: tuple[Changement, ...],
    suivis: Mapping[int, Suivi],
) -> pd.DataFrame:
    """Return one row an indicator: its initial value, its last measure, the verdict then, the
    evolution since.

    The verdict is that of the bilan of the last measured year: a year that nobody informed does not
    wipe it out. The evolution is from the initial value to that measure, breaks and rounding
    counted as in a year's bilan.

    Returns:
        The columns ``COLONNES``; ``annees_connues`` counts the years informed, a suppressed value
        included; ``connue`` is the last value known: that of ``derniere``, or else the initial one.
    """
    meanings = catalogue.indicateurs_fiches
    year = max(evaluations)
    every = pd.concat(evaluations.values(), ignore_index=True)
    informed = (
        every[every["renseigne"] | every["statut"].eq(Statut.SECRET)]
        .groupby("indicateur")["annee"]
        .nunique()
    )
    wholes = every[every["dimension"].eq("")]
    final = wholes[wholes["annee"].eq(year)].reset_index(drop=True)
    items = [meanings[name] for name in final["indicateur"]]
    values = avec_grille(mesures, meanings.values(), suivis, year)
    start = convention.debut.year
    last = dernieres_mesures(values[values["annee"].ge(start)], final, year)
    measured = last["valeur"].notna()
    started = final["valeur_initiale"].notna()
    when = last["annee"].where(measured).astype("Int64")
    keys = final[["indicateur"]].assign(annee=when.fillna(year))
    table = keys.merge(wholes, "left", ["indicateur", "annee"]).assign(
        **final[["valeur_initiale", "annee_initiale", "origine_initiale"]],
        definition=[item.definition for item in items],
        table=[item.table for item in items],
        hasard=[item.hasard for item in items],
        arrondi=[item.arrondi_source or 0.0 for item in items],
        valeur_precedente=final["valeur_initiale"],
        maintenir=final["valeur_initiale"],
        absence="",
        valeur=last["valeur"],
    )
    table = table.assign(
        coupure=coupure_entre(table, meanings, changements, table["annee_initiale"].fillna(year))
    )
    word, reason = evolution(table, catalogue.evaluation.seuils)
    at_once = (when <= table["annee_initiale"]).fillna(False).astype(bool)
    obstacles = [table["table"].ne(OBSERVATIONS), ~measured, ~started, at_once]
    why = np.select(
        obstacles,
        [QUALITATIF, "annee_manquante", "sans_valeur_initiale", "premiere_annee"],
        default="",
    )
    table = table.assign(
        derniere=last["valeur"],
        annee_derniere=when,
        statut_derniere=last["statut"].where(measured, final["statut"]),
        evolution=word.where(why == "", ""),
        raison_evolution=reason.where(why == "", why),
        a_maintenir=final["valeur_initiale"].where(table["sens"].eq("maintien")),
        annees_connues=table["indicateur"].map(informed).fillna(0).astype("Int64"),
        connue=last["valeur"].where(measured, final["valeur_initiale"]),
        annee_connue=when.fillna(final["annee_initiale"]),
        statut_connue=last["statut"].where(measured, np.where(started, Statut.NORMAL, "")),
    )
    return table[list(COLONNES)]


ATTEINTS = ("atteint", "en_bonne_voie")
MANQUES = ("insuffisant", "en_recul")
VOULUES = ("favorable", "stable")
CONTRAIRES = ("defavorable",)
COMPTES = (
    "modalites",
    "realisees",
    "arretees",
    "abandonnees",
    "inconnues",
    "indicateurs",
    "mesures",
    "bons",
    "mauvais",
    "en_retard",
)
Faits = dict[str, int]

CONDITIONS: Mapping[str, Callable[[Faits], bool]] = {
    "tout_abandonne": lambda faits: 0 < faits["modalites"] == faits["abandonnees"],
    "sans_mesure": lambda faits: faits["mesures"] == 0,
    "insuffisant_ou_recul": lambda faits: faits["mauvais"] > 0,
    "reporte_ou_abandonne": lambda faits: faits["arretees"] > 0,
    "favorable": lambda faits: faits["bons"] > 0,
    "a_surveiller": lambda faits: faits["en_retard"] > 0,
    "sans_lecture": lambda faits: True,
}


def relever(etats: Iterable[str], parcours: pd.DataFrame) -> Faits:
    """Return the counts ``COMPTES`` of some modalités, by their state, and of some indicators, by
    what they say.
    """
    states = pd.Series(list(etats), dtype=object)
    # What the target says of an indicator; where none can be judged, its way from the start.
    said = parcours["verdict"].mask(parcours["verdict"].eq("non_evaluable"), parcours["evolution"])
    counted = (
        states.notna(),
        states.isin(FAITES),
        states.isin(("reportee", "abandonnee")),
        states.eq("abandonnee"),
        states.eq(NON_RENSEIGNEE),
        parcours["verdict"].notna(),
        parcours["annees_connues"].gt(0),
        said.isin((*ATTEINTS, *VOULUES)),
        said.isin((*MANQUES, *CONTRAIRES)),
        said.eq("a_surveiller"),
    )
    return {name: int(rows.sum()) for name, rows in zip(COMPTES, counted, strict=True)}


def recommander(faits: Faits, regles: Iterable[RegleRecommandation]) -> RegleRecommandation:
    """Return the first rule that fits; the catalogue's last one fits whatever is known."""
    return next(regle for regle in regles if CONDITIONS[regle.id](faits))


def recommandations(
    convention: Convention,
    lectures: Lectures,
    etats: pd.DataFrame,
    parcours: pd.DataFrame,
    regles: tuple[RegleRecommandation, ...],
) -> pd.DataFrame:
    """Return one row an objective: what is known through its links, the rule that fits, what it
    proposes.
    """
    links = {
        (item.fiche, item.objectif): (item.modalites, item.indicateurs)
        for item in lectures.objectifs
    }
    rows = []
    for fiche in convention.fiches:
        states, ways = (table[table["fiche"].eq(fiche.numero)] for table in (etats, parcours))
        for rank, libelle in enumerate(fiche.objectifs, start=1):
            modalites, names = links.get((fiche.numero, rank), ((), ()))
            known = states.loc[states["modalite"].isin(modalites), "statut"]
            found = relever(known, ways[ways["indicateur"].isin(names)])
            rule = recommander(found, regles)
            told = (fiche.numero, rank, libelle, bool(modalites or names))
            rows.append((*told, *found.values(), rule.id, rule.decision))
    columns = ["fiche", "objectif", "libelle", "lu", *COMPTES, "regle", "decision"]
    return pd.DataFrame(rows, columns=columns).astype({"fiche": "Int64", "lu": "bool"})


# The evidence of each criterion: what could be evaluated, what was done and reached, how strong
# each chain is.


CONVENTION = "convention"
PROPOSITIONS = "propositions"
ECRITES = ("convention", "avenant")
EVALUES = [
    "objectifs",
    "objectifs_couverts",
    "resultats",
    "resultats_couverts",
    "indicateurs",
    "definis",
    "departs",
    "cibles",
    "donnees",
]


def evaluabilite(
    convention: Convention,
    lectures: Lectures,
    parcours: pd.DataFrame,
    changements: Iterable[Changement],
) -> pd.DataFrame:
    """Return the counts by fiche then in all, for what the convention writes, then with what the
    workbook proposes.

    An objective is covered when a modalité, or an indicator of the group, is linked to it: a
    reading of the workbook, the text links none to an objective. A result is covered when one of
    its indicators is of the group. The text defines no indicator: only an avenant does.

    Returns:
        groupe ("convention" or "propositions"), fiche (missing for the whole) and the columns
        ``EVALUES``.
    """
    links = {(item.fiche, item.objectif): item for item in lectures.objectifs}
    redefined = [item.element for item in changements if item.nature == "definition"]
    every = parcours.assign(donnees=parcours["annees_connues"].gt(0))
    written = every[every["origine"].eq(CONVENTION)]
    groups = {
        CONVENTION: written.assign(
            definis=written["indicateur"].isin(redefined),
            departs=written["origine_initiale"].eq(CONVENTION),
            cibles=written["origine_cible"].isin(ECRITES),
        ),
        PROPOSITIONS: every.assign(
            definis=every["definition"].ne(""),
            departs=every["valeur_initiale"].notna(),
            cibles=every["origine_cible"].isin((*ECRITES, "propose")),
        ),
    }
    rows = []
    for (group, items), fiche in product(groups.items(), convention.fiches):
        own = items[items["fiche"].eq(fiche.numero)]
        names = set(own["indicateur"])
        ranks = range(1, len(fiche.objectifs) + 1)
        read = [links.get((fiche.numero, rank)) for rank in ranks]
        covered = sum(bool(one and (one.modalites or names & {*one.indicateurs})) for one in read)
        shown = sum(bool(names & {*result.indicateurs}) for result in fiche.resultats)
        counts = own[["definis", "departs", "cibles", "donnees"]].sum()
        rows.append(
            (
                group,
                fiche.numero,
                len(read),
                covered,
                len(fiche.resultats),
                shown,
                len(own),
                *counts,
            )
        )
    table = pd.DataFrame(rows, columns=["groupe", "fiche", *EVALUES])
    whole = table.groupby("groupe", sort=False)[EVALUES].sum().reset_index()
    # A whole after its fiches.
    table = pd.concat([table, whole]).sort_values("groupe", kind="stable", ignore_index=True)
    return table.astype({"fiche": "Int64"} | dict.fromkeys(EVALUES, "int64"))


def ecrits(evaluabilite: pd.DataFrame) -> pd.Series:
    """Return what the text alone made it possible to evaluate, all fiches together."""
    return evaluabilite[evaluabilite["groupe"].eq(CONVENTION) & evaluabilite["fiche"].isna()].iloc[
        0
    ]


class Preuve(NamedTuple):
    """A count out of a total (None: it has none), and how many of the data that it needs are known."""

    valeur: float
    total: float | None
    connus: int
    attendus: int

    @property
    def completude(self) -> str:
        """How complete it is: « absente », « partielle » or « complete »; nothing to know is
        nothing known.
        """
        return (
            "absente"
            if not self.connus
            else "complete"
            if self.connus >= self.attendus
            else "partielle"
        )


def preuves_du_texte(
    convention: Convention,
    catalogue: Catalogue,
    lectures: Lectures,
    constats: pd.DataFrame,
    evaluabilite: pd.DataFrame,
    besoins: pd.DataFrame,
) -> dict[str, Preuve]:
    """Return the evidence that the convention and its diagnostic give; a schéma that ended before
    it proves nothing.
    """
    turned = [name for name, item in catalogue.indicateurs.items() if item.sens in ORIENTATIONS]
    oriented = constats[constats["indicateur"].isin(turned) & constats["ecart_type"].ne("aucun")]
    compared = int(oriented["position"].ne("incomparable").sum())
    known = {*constats["theme"].dropna()}
    taken = {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    plans = [text for schema in convention.schemas for text in (*schema.axes, *schema.chapitres)]
    answered = {item.element for item in lectures.schemas}
    current = sum(schema.fin >= convention.debut.year for schema in convention.schemas)
    written = ecrits(evaluabilite)
    return {
        "besoins_repondus": Preuve(
            int(besoins["fiches"].ne("").sum()), len(besoins), compared, len(oriented)
        ),
        "themes_avec_enjeu": Preuve(len(taken & known), len(known), len(known), len(known)),
        "resultats_mesures": Preuve(
            int(written["resultats_couverts"]), int(written["resultats"]), 1, 1
        ),
        "lacunes": Preuve(len(convention.lacunes), None, 1, 1),
        "schemas": Preuve(
            len(answered & {*plans}),
            len(plans),
            current if answered else 0,
            len(convention.schemas),
        ),
    }


def preuves_du_suivi(
    etats: pd.DataFrame,
    parcours: pd.DataFrame,
    convention: Convention,
    suivis: Mapping[int, Suivi],
    postes: tuple[str, str],
) -> dict[str, Preuve]:
    """Return the evidence of what was done, reached, paid, and is left.

    The means need every fiche, every year that it ran; perspectives are those of the latest
    appreciation; ``postes`` names the indicators that count the posts of coordination, and those
    converted.
    """
    judged = int(parcours["verdict"].ne("non_evaluable").sum())
    wanted = parcours["evolution"].isin(VOULUES)
    read = wanted | parcours["evolution"].isin(CONTRAIRES)
    kept = parcours[parcours["indicateur"].isin(list(convention.livrables))]
    results = [item.indicateurs for fiche in convention.fiches for item in fiche.resultats]
    legible, good = (
        sum(not set(parcours.loc[rows, "indicateur"]).isdisjoint(names) for names in results)
        for rows in (read, wanted)
    )
    paid = {
        (int(fiche), annee)
        for annee, suivi in suivis.items()
        for fiche in suivi.moyens.loc[~suivi.moyens["statut"].isin(INCONNUES), "fiche"].dropna()
    }
    due = {
        (fiche.numero, annee)
        for fiche in convention.fiches
        for annee in suivis
        if fiche.debut.year <= annee
    }
    last = parcours.set_index("indicateur")["derniere"]
    posts, converted = (last.get(name, float("nan")) for name in postes)
    both = pd.notna(posts) and pd.notna(converted)
    told = {
        item.fiche: bool(item.perspectives)
        for _, suivi in sorted(suivis.items())
        for item in suivi.appreciations
    }
    fiches = len(convention.fiches)
    states = len(etats)
    reached = int(parcours["verdict"].isin(ATTEINTS).sum())
    done = etats["statut"].isin(FAITES)
    said = etats["statut"].ne(NON_RENSEIGNEE)
    there = kept["derniere"].gt(0)
    informed = kept["annees_connues"].gt(0)
    return {
        "modalites_realisees": Preuve(int(done.sum()), states, int(said.sum()), states),
        "cibles_atteintes": Preuve(reached, judged, judged, len(parcours)),
        "evolutions_favorables": Preuve(
            int(wanted.sum()), int(read.sum()), int(read.sum()), len(parcours)
        ),
        "resultats_favorables": Preuve(good, legible, legible, len(results)),
        "livrables": Preuve(int(there.sum()), len(kept), int(informed.sum()), len(kept)),
        "moyens_connus": Preuve(
            len({fiche for fiche, _ in paid}), fiches, len(paid & due), len(due)
        ),
        "postes_convertis": Preuve(float(converted), float(posts), 2, 2)
        if both
        else Preuve(0.0, 0.0, 0, 2),
        "perspectives": Preuve(sum(told.values()), fiches, len(told), fiches),
    }


def force(
    actions_faites: int, realisations_mesurees: int, evolutions: Collection[str]
) -> CodeForce:
    """Return the strength of the chain of a fiche, from its actions to the evolutions of what they
    should change.

    « forte » is never said here: people have to rule out other explanations.
    """
    if not any(item in (*VOULUES, *CONTRAIRES) for item in evolutions):
        return "aucune"
    linked = actions_faites > 0 and realisations_mesurees > 0
    return "moyenne" if linked and any(item in VOULUES for item in evolutions) else "faible"


def population(
    annexe1: pd.DataFrame, regles: ReglesConformite, territoire: str
) -> tuple[int, int] | None:
    """Return the inhabitants that the diagnostic counts last and their year; None when it gives
    none.
    """
    rows = annexe1[
        annexe1["indicateur"].eq(regles.population) & annexe1["territoire"].eq(territoire)
    ]
    rows = rows[rows["valeur"].notna()].sort_values("annee")
    return None if rows.empty else (int(rows["valeur"].iloc[-1]), int(rows["annee"].iloc[-1]))


def conformite(
    regles: ReglesConformite,
    lectures: Lectures,
    annexe1: pd.DataFrame,
    series: pd.DataFrame,
    offre: pd.DataFrame,
    *,
    territoire: str,
) -> pd.DataFrame:
    """Return one row an element of the schéma: where the convention answers, what the workbook
    knows, who has the rest.

    Returns:
        element, titre, ou, fiches, diagnostic, series, offre, manque, detenteurs: ``diagnostic``
        and ``series`` map each indicator known to its last year, ``offre`` each kind of service to
        how many there are: structures of which something is said, or persons when the kind is a
        trade, « 56 ou 70 » when the text gives both.
    """
    told = {item.element: (item.ou, item.fiches) for item in lectures.schema_petite_enfance}
    known = {}
    for name, table in (("diagnostic", annexe1), ("series", series)):
        rows = table[table["territoire"].eq(territoire) & table["valeur"].notna()].dropna(
            subset="annee"
        )
        known[name] = rows.groupby("indicateur")["annee"].max().astype(int).to_dict()
    said = offre[~offre["valeur"].isin(["", "non"])]
    persons = said[
        said["caracteristique"].eq(said["type"])
    ]  # the one characteristic that counts its own kind
    known["offre"] = {
        **said.groupby("type")["structure"].nunique().astype(str),
        **persons.groupby("type")["valeur"].agg(
            lambda counts: " ou ".join(sorted(set(counts), key=float))
        ),
    }
    rows = [
        (
            item.id,
            item.titre,
            *told.get(item.id, ("", ())),
            *(
                {one: found[one] for one in getattr(item, name) if one in found}
                for name, found in known.items()
            ),
            item.manque,
            item.detenteurs,
        )
        for item in regles.elements
    ]
    return pd.DataFrame(
        rows, columns=["element", "titre", "ou", "fiches", *known, "manque", "detenteurs"]
    )


def themes_absents(regles: ReglesConformite, convention: Convention) -> list[str]:
    """Return the themes that no axis and no fiche names, in the words of the circular."""
    titles = [item.titre.lower() for item in (*convention.axes, *convention.fiches)]
    return [
        theme
        for theme, words in regles.themes_minimum.items()
        if not any(word in title for word in words for title in titles)
    ]
