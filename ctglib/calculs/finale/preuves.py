"""The evidence of each criterion: a count, out of how many, and how much of what it needs is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ctglib.calculs.evaluation.etats import NON_RENSEIGNEE
from ctglib.calculs.finale.evaluabilite import CONVENTION
from ctglib.calculs.finale.lecture import ATTEINTS, CONTRAIRES, VOULUES, juges
from ctglib.calculs.finale.objectifs import FAITES
from ctglib.calculs.moyens import ABSENCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from ctglib.calculs.comparaison import Constat
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.finale import Lectures
    from ctglib.donnees.suivi.objets import Suivi

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
        evaluabilite: As ``ctglib.calculs.finale.evaluabilite`` returns it.
        besoins: As ``ctglib.calculs.enjeux.besoins`` returns them.
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
    """Return the posts of coordination converted, out of those that exist (article 6-b).

    Args:
        parcours: The indicators.
        postes: The one that counts the posts.
        convertis: The one that counts those converted.
    """
    last = parcours.set_index("indicateur")["derniere"]
    values = [last.get(name) for name in (convertis, postes)]
    known = [value for value in values if value is not None and value == value]
    converted, posts = (float(value) if value is not None and value == value else 0.0 for value in values)
    return Preuve(converted, posts, len(known), 2)


def preuve_des_perspectives(convention: Convention, suivis: Mapping[int, Suivi]) -> Preuve:
    """Return the fiches whose latest appreciation writes what comes next."""
    told = {item.fiche: bool(item.perspectives) for _, suivi in sorted(suivis.items()) for item in suivi.appreciations}
    return Preuve(sum(told.values()), len(convention.fiches), len(told), len(convention.fiches))
