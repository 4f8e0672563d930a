"""The evidence of each criterion: what could be evaluated, what was done and reached, how strong each chain is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ctglib.calculs.etats import FAITES, NON_RENSEIGNEE
from ctglib.calculs.moyens import ABSENCES
from ctglib.calculs.parcours import ATTEINTS, CONTRAIRES, VOULUES, Faits, juges, relever

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.calculs.comparaison import Constat
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.evaluation import CodeForce, LectureObjectif, Lectures
    from ctglib.donnees.modeles.suivi import Changement
    from ctglib.donnees.suivi.objets import Suivi

CONVENTION, PROPOSITIONS = "convention", "propositions"
ECRITES = ("convention", "avenant")
COMPTES = (
    "objectifs", "objectifs_couverts", "resultats", "resultats_couverts", "indicateurs", "definis", "departs", "cibles",
    "donnees",
)  # fmt: skip
COLONNES = ("groupe", "fiche", *COMPTES)


def evaluabilite(
    convention: Convention, lectures: Lectures, parcours: pd.DataFrame, changements: Iterable[Changement]
) -> pd.DataFrame:
    """Return the counts by fiche then in all, for what the convention writes, then with what the workbook proposes.

    An objective is covered when a modalité, or an indicator of the group, is linked to it: a reading of the workbook,
    the text links none to an objective. A result is covered when one of its indicators is of the group. The text
    defines no indicator: only an avenant does.

    Args:
        convention: Its fiches, objectives and results.
        lectures: What each objective rests on.
        parcours: As ``ctglib.calculs.parcours`` returns it.
        changements: The changes in force at the end.

    Returns:
        The columns ``COLONNES``: ``groupe`` is "convention" or "propositions", ``fiche`` missing for the whole.
    """
    links = {(item.fiche, item.objectif): item for item in lectures.objectifs}
    redefined = {item.element for item in changements if item.nature == "definition"}
    rows = []
    for groupe in (CONVENTION, PROPOSITIONS):
        told = _groupe(parcours, groupe, redefined)
        counts = [_compter(fiche, links, told[told["fiche"] == fiche.numero]) for fiche in convention.fiches]
        rows += [(groupe, fiche.numero, *count) for fiche, count in zip(convention.fiches, counts, strict=True)]
        rows.append((groupe, None, *(sum(values) for values in zip(*counts, strict=True))))
    return pd.DataFrame(rows, columns=list(COLONNES)).astype({"fiche": "Int64"})


def _groupe(parcours: pd.DataFrame, groupe: str, redefined: set[str]) -> pd.DataFrame:
    """Return the indicators of a group with what each has: a definition, an initial value, a target, data."""
    written = groupe == CONVENTION
    rows = parcours[parcours["origine"] == CONVENTION] if written else parcours
    named = rows["indicateur"].isin(redefined)
    return rows.assign(
        defini=named if written else rows["definition"].ne(""),
        depart=rows["origine_initiale"].eq(CONVENTION) if written else rows["valeur_initiale"].notna(),
        vise=rows["origine_cible"].isin(ECRITES if written else (*ECRITES, "propose")),
        connu=rows["annees_connues"] > 0,
    )


def _compter(fiche: Fiche, links: Mapping[tuple[int, int], LectureObjectif], rows: pd.DataFrame) -> tuple[int, ...]:
    names = set(rows["indicateur"])
    own = [links.get((fiche.numero, rank)) for rank in range(1, len(fiche.objectifs) + 1)]
    return (
        len(fiche.objectifs),
        sum(bool(link and (link.modalites or names & set(link.indicateurs))) for link in own),
        len(fiche.resultats),
        sum(bool(names & set(resultat.indicateurs)) for resultat in fiche.resultats),
        len(rows),
        *(int(rows[name].sum()) for name in ("defini", "depart", "vise", "connu")),
    )


Completude = Literal["complete", "partielle", "absente"]
ORIENTES, SANS_ECART = ("hausse", "baisse"), "aucun"


@dataclass(frozen=True)
class Preuve:
    """A count out of a total (None: it has none), and how many of the data that it needs are known."""

    valeur: float
    total: float | None
    connus: int
    attendus: int

    @property
    def completude(self) -> Completude:
        """How complete it is; nothing to know is nothing known."""
        if not self.connus:
            return "absente"
        return "complete" if self.connus >= self.attendus else "partielle"


def preuves_du_texte(
    convention: Convention, constats: Iterable[Constat], sens: Mapping[str, str], evaluabilite: pd.DataFrame,
    besoins: pd.DataFrame, themes: Iterable[str],
) -> dict[str, Preuve]:  # fmt: skip
    """Return the evidence that the convention and its diagnostic give.

    Args:
        convention: Its enjeux, fiches, gaps.
        constats: A finding for every indicator of Annexe 1.
        sens: The direction of each indicator, by id.
        evaluabilite: As ``ctglib.calculs.preuves`` returns it.
        besoins: As ``ctglib.calculs.comparaison.besoins`` returns them.
        themes: Ids of the themes of Annexe 1.
    """
    oriented = [item for item in constats if sens[item.indicateur] in ORIENTES and item.ecart_type != SANS_ECART]
    compared = sum(item.position != "incomparable" for item in oriented)
    answered = int(besoins["fiches"].ne("").sum())
    known, taken = list(themes), {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    whole = evaluabilite[evaluabilite["groupe"].eq(CONVENTION) & evaluabilite["fiche"].isna()].iloc[0]
    return {
        "besoins_repondus": Preuve(answered, len(besoins), compared, len(oriented)),
        "themes_avec_enjeu": Preuve(len(taken & set(known)), len(known), len(known), len(known)),
        "resultats_mesures": Preuve(int(whole["resultats_couverts"]), int(whole["resultats"]), 1, 1),
        "lacunes": Preuve(len(convention.lacunes), None, 1, 1),
    }


def preuve_des_schemas(convention: Convention, lectures: Lectures) -> Preuve:
    """Return the axes and chapters that a fiche answers; a schéma that ended before the convention proves nothing."""
    told = [text for schema in convention.schemas for text in (*schema.axes, *schema.chapitres)]
    answered = {item.element for item in lectures.schemas}
    current = [schema for schema in convention.schemas if schema.fin >= convention.debut.year]
    return Preuve(len(answered & set(told)), len(told), len(current) if answered else 0, len(convention.schemas))


def preuves_du_suivi(
    etats: pd.DataFrame, parcours: pd.DataFrame, convention: Convention, livrables: Iterable[str]
) -> dict[str, Preuve]:
    """Return the evidence of what was done, reached, and is left.

    Args:
        etats: The states at the end.
        parcours: The indicators.
        convention: Its expected results.
        livrables: Indicators that count a document or a meeting that exists.
    """
    judged = juges(parcours)
    wanted, against = parcours["evolution"].isin(VOULUES), parcours["evolution"].isin(CONTRAIRES)
    read = wanted | against
    known = int(etats["statut"].ne(NON_RENSEIGNEE).sum())
    kept = parcours[parcours["indicateur"].isin(list(livrables))]
    results = [set(item.indicateurs) for fiche in convention.fiches for item in fiche.resultats]
    legible = [names for names in results if names & set(parcours.loc[read, "indicateur"])]
    good = [names for names in legible if names & set(parcours.loc[wanted, "indicateur"])]
    return {
        "modalites_realisees": Preuve(int(etats["statut"].isin(FAITES).sum()), len(etats), known, len(etats)),
        "cibles_atteintes": Preuve(
            int(parcours["verdict"].isin(ATTEINTS).sum()), int(judged.sum()), int(judged.sum()), len(parcours)
        ),
        "evolutions_favorables": Preuve(int(wanted.sum()), int(read.sum()), int(read.sum()), len(parcours)),
        "resultats_favorables": Preuve(len(good), len(legible), len(legible), len(results)),
        "livrables": Preuve(
            int((kept["derniere"] > 0).sum()), len(kept), int((kept["annees_connues"] > 0).sum()), len(kept)
        ),
    }


def preuve_des_moyens(convention: Convention, suivis: Mapping[int, Suivi]) -> Preuve:
    """Return the fiches that have known means; what it needs is every fiche, every year that it ran."""
    told = {
        (int(fiche), annee)
        for annee, suivi in suivis.items()
        for fiche in suivi.moyens.loc[~suivi.moyens["statut"].isin(ABSENCES), "fiche"].dropna()
    }
    due = {(fiche.numero, annee) for fiche in convention.fiches for annee in suivis if fiche.debut.year <= annee}
    return Preuve(len({fiche for fiche, _ in told}), len(convention.fiches), len(told & due), len(due))


def preuve_des_postes(parcours: pd.DataFrame, postes: str, convertis: str) -> Preuve:
    """Return the posts of coordination converted, out of those that exist.

    Args:
        parcours: The indicators.
        postes: The one that counts the posts.
        convertis: The one that counts those converted.
    """
    last = parcours.set_index("indicateur")["derniere"]
    values = [last.get(name) for name in (convertis, postes)]
    known = [value for value in values if pd.notna(value)]
    return Preuve(*map(float, values), 2, 2) if len(known) == 2 else Preuve(0.0, 0.0, 0, 2)


def preuve_des_perspectives(convention: Convention, suivis: Mapping[int, Suivi]) -> Preuve:
    """Return the fiches whose latest appreciation writes what comes next."""
    told = {item.fiche: bool(item.perspectives) for _, suivi in sorted(suivis.items()) for item in suivi.appreciations}
    return Preuve(sum(told.values()), len(convention.fiches), len(told), len(convention.fiches))


REALISATION, RESULTAT = "realisation", "resultat"


@dataclass(frozen=True)
class Chaine:
    """A fiche from its actions to its results.

    Attributes:
        fiche: The fiche.
        actions: Its modalités by state, its indicators.
        realisations: Rows of the parcours, those measured.
        resultats: The same, for results.
        manquants: How many indicators of realisation and of result nobody informed in any year.
        contexte: Rows of ``revisiter`` whose series is said of the fiche.
        force: What the rules of the catalogue say of the evidence.
    """

    fiche: Fiche
    actions: Faits
    realisations: pd.DataFrame
    resultats: pd.DataFrame
    manquants: Mapping[str, int]
    contexte: pd.DataFrame
    force: CodeForce


def chaine(
    fiche: Fiche,
    etats: pd.DataFrame,
    parcours: pd.DataFrame,
    revisite: pd.DataFrame,
) -> Chaine:
    """Return the chain of a fiche.

    Args:
        fiche: The fiche.
        etats: The states at the end.
        parcours: The indicators.
        revisite: The public series then and now.
    """
    own = parcours[parcours["fiche"] == fiche.numero]
    known = own["derniere"].notna()
    kinds = {kind: own["nature"].eq(kind) for kind in (REALISATION, RESULTAT)}
    actions = relever(etats.loc[etats["fiche"] == fiche.numero, "statut"], own)
    results = own[kinds[RESULTAT] & known]
    return Chaine(
        fiche=fiche,
        actions=actions,
        realisations=own[kinds[REALISATION] & known],
        resultats=results,
        manquants={kind: int((rows & own["annees_connues"].eq(0)).sum()) for kind, rows in kinds.items()},
        contexte=revisite[revisite["indicateur"].isin(fiche.contexte) & revisite["avant"].notna()],
        force=force(actions["realisees"], int((kinds[REALISATION] & known).sum()), results["evolution"].tolist()),
    )


def force(actions_faites: int, realisations_mesurees: int, evolutions: list[str]) -> CodeForce:
    """Return the strength of a chain; « forte » is never said here: other explanations have to be ruled out by people.

    Args:
        actions_faites: Modalités done, in whole or in part.
        realisations_mesurees: Indicators of realisation with a value.
        evolutions: Of the results since their initial value, "" when it cannot be read.
    """
    if not any(item in (*VOULUES, *CONTRAIRES) for item in evolutions):
        return "aucune"
    linked = actions_faites > 0 and realisations_mesurees > 0
    return "moyenne" if linked and any(item in VOULUES for item in evolutions) else "faible"
