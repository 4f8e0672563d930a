"""What the data of a year, or of a convention, say of its indicators: one finding each, ranked.

A finding holds facts and no word: the reports write it (``ctglib.blocs.constats``). What weighs
most comes first, by what is declared, never by the place of a row in a table.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ctglib.calculs.evaluation import A_VENIR, ANNEE_EN_COURS, IMPLICITE
from ctglib.calculs.reperes import gains_par_annee, meilleure_annee
from ctglib.calculs.suivi import COUPURES, coupures
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.avenants import Changement
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import RoleDeClause
from ctglib.donnees.numeros import ordre
from ctglib.donnees.statuts import PROVISOIRES

# What a finding is about, from what weighs most to what weighs least.
Genre = Literal["manque", "a_atteindre", "contraire", "atteint", "voulu", "releve"]
Sens = Literal["hausse", "baisse", "maintien", "neutre"]
GENRES: tuple[Genre, ...] = ("manque", "a_atteindre", "contraire", "atteint", "voulu", "releve")
GENRES_DES_VERDICTS: Mapping[str, Genre] = {
    "manque": "manque",
    "atteint": "atteint",
    "en_bonne_voie": "atteint",
    **dict.fromkeys(A_VENIR, "a_atteindre"),
}
VARIATIONS_AU_MOINS = 2  # an only year is not the best one
GENRES_DES_EVOLUTIONS: Mapping[str, Genre] = {"defavorable": "contraire", "favorable": "voulu"}


@dataclass(frozen=True)
class Mesure:
    """The columns of a scoring that a finding reads."""

    fiche: str
    indicateur: str
    sens: Sens
    valeur: float
    annee: int
    statut: str
    valeur_precedente: float
    annee_precedente: int
    valeur_initiale: float
    annee_initiale: int
    cible: float
    annee_cible: int
    origine_cible: str
    verdict: str
    raison: str
    retard: int
    a_venir: bool
    evolution: str
    raison_evolution: str
    a_maintenir: float
    annee_finie: bool


@dataclass(frozen=True)
class Poids:
    """Why a finding comes before another: the least comes first, its fields one after the other."""

    clause: int  # 0 when a clause that conditions money bears on it, and it is not reached
    genre: int
    enjeu: int  # of its fiche, as the convention declares it
    familles: float  # its place among what families see, as the catalogue declares it
    ecart: float  # what is lacking as a share of the target, negative
    fiche: tuple[object, ...]
    indicateur: str

    @property
    def ordre(self) -> tuple[object, ...]:
        """What findings are sorted by."""
        return tuple(vars(self).values())


@dataclass(frozen=True)
class Quotient:
    """The two numbers of a rate, the year before and now."""

    numerateur: str  # the indicators
    denominateur: str
    numerateur_avant: float
    numerateur_maintenant: float
    denominateur_avant: float
    denominateur_maintenant: float

    @property
    def au_denominateur_d_avant(self) -> float:
        """What the rate would be had its denominator not moved, in %."""
        return 100 * self.numerateur_maintenant / self.denominateur_avant


@dataclass(frozen=True)
class Constat:
    """What the data say of an indicator: its value, where it comes from, where it has to go."""

    genre: Genre
    fiche: str
    indicateur: str
    sens: Sens
    valeur: float
    annee: int
    provisoire: bool
    verdict: str
    raison: str  # why there is none, or what to know of it
    retard: int | None  # years after which a target that was missed once due was reached
    a_venir: bool  # the day of its target is still to come
    avant: float | None  # the value before, when there is one
    annee_avant: int | None
    coupure: str  # why it does not compare with it: one of ``COUPURES``, "" when it does
    depart: float | None
    annee_depart: int | None
    depart_coupe: bool  # whether a series has begun since its start, which does not compare then
    a_maintenir: float | None  # the level that a maintien keeps
    cible: float | None
    annee_cible: int | None
    origine_cible: str
    avenant: str  # the number of the avenant that set the target, "" when none did
    # Of the years that are over, when two at least compare to the one before:
    meilleur_gain: float | None  # in the direction that is wanted; None when none gained
    annee_du_gain: int | None
    sans_gain: bool  # none gained
    entrees: float | None  # what explains the change of a stock, when it explains it whole
    sorties: float | None
    quotient: Quotient | None  # of a rate whose denominator moved
    note: str  # what its service says of the value, "" when it says nothing
    clause: RoleDeClause | None  # that conditions money and bears on it
    poids: Poids

    @property
    def change(self) -> float | None:
        """How much it changed since the value before; None when the two do not compare."""
        if self.avant is None or self.coupure:
            return None
        return self.valeur - self.avant

    @property
    def depuis_le_depart(self) -> float | None:
        """How much it changed since its start, when that is not the value before and compares."""
        if self.depart is None or self.depart_coupe or self.annee_depart == self.annee_avant:
            return None
        return self.valeur - self.depart

    @property
    def sous_le_depart(self) -> float | None:
        """How far it is under the level of its start, of one that is to be kept and has no target;
        None when it is not, or when the two do not compare.
        """
        a_garder = self.sens == "maintien" and self.cible is None and not self.coupure
        if not a_garder or self.depart is None or self.a_maintenir != self.depart:
            return None
        return self.depart - self.valeur if self.valeur < self.depart else None

    @property
    def manque(self) -> float | None:
        """How far it is from a target that it does not hold, None when it holds it or has none."""
        if self.cible is None or not _est_en_deca(self.sens, self.valeur, self.cible):
            return None
        return abs(self.cible - self.valeur)

    @property
    def tenue_en(self) -> int | None:
        """The year in which its target was reached, when that was after it was due."""
        if self.retard is None or self.annee_cible is None:
            return None
        return self.annee_cible + self.retard

    @property
    def au_dessus(self) -> bool:
        """Whether it has to fall to its target."""
        return self.sens == "baisse"

    @property
    def annee_initiale(self) -> int | None:
        """The year of its start, by the name that a scoring gives it."""
        return self.annee_depart

    @property
    def annee_en_cours(self) -> bool:
        """Whether its target is not judged because the year is not over."""
        return self.raison == ANNEE_EN_COURS

    @property
    def implicite(self) -> bool:
        """Whether its target is a level that the text only implies."""
        return self.origine_cible == IMPLICITE

    @property
    def annees_restantes(self) -> int:
        """How many years are left to reach the target."""
        return 0 if self.annee_cible is None else max(self.annee_cible - self.annee, 0)

    @property
    def la_meilleure_annee_suffirait(self) -> bool:
        """Whether its best gain, made again in each year that is left, would reach the target."""
        if self.manque is None or self.meilleur_gain is None:
            return False
        return self.meilleur_gain * self.annees_restantes >= self.manque


def _est_en_deca(sens: str, valeur: float, cible: float) -> bool:
    """Tell whether a value does not hold its target, in the direction that is wanted."""
    return valeur > cible if sens == "baisse" else valeur < cible


def constater(
    evaluation: pd.DataFrame,
    mesures: pd.DataFrame,
    definitions: Mapping[str, Indicateur],
    *,
    changements: list[tuple[str, Changement]],
    familles: Mapping[str, float],
    enjeux: Mapping[str, int],
    clauses: Mapping[str, RoleDeClause],
    notes: Mapping[tuple[str, int], str],
) -> list[Constat]:
    """Return the findings of the indicators that have a value, what weighs most first.

    Args:
        evaluation: The scoring of a year, as wholes (``calculs.evaluation.COLONNES``).
        mesures: The values by year: indicateur, dimension, annee, valeur.
        definitions: The indicators by id.
        changements: What avenants changed, each with the number of its avenant.
        familles: The place of each indicator among what families see, the first first.
        enjeux: The rank of the weight of each fiche, through its enjeu.
        clauses: By indicator, the role of the clause that conditions money and bears on it.
        notes: By indicator and year, what a service says of its value.
    """
    connues = evaluation[evaluation["valeur"].notna()]
    valeurs = _valeurs_par_annee(mesures)
    constats = []
    for mesure in lignes(connues, Mesure):
        definition = definitions[mesure.indicateur]
        genre = _genre(mesure)
        debuts_de_serie = coupures(definition, [changement for _, changement in changements])
        gains = gains_par_annee(
            _serie(mesure, valeurs),
            [annee for annee, _ in debuts_de_serie],
            mesure.sens,
        )
        se_comparent = len(gains) >= VARIATIONS_AU_MOINS
        a_gagne = se_comparent and bool(gains.gt(0).any())
        annee_depart = _annee(mesure.annee_initiale)
        depart_coupe = annee_depart is not None and any(
            annee_depart < debut <= mesure.annee for debut, _ in debuts_de_serie
        )
        entrees, sorties = _mouvements(mesure, definition, valeurs)
        clause = clauses.get(mesure.indicateur)
        constats.append(
            Constat(
                genre=genre,
                fiche=mesure.fiche,
                indicateur=mesure.indicateur,
                sens=mesure.sens,
                valeur=mesure.valeur,
                annee=mesure.annee,
                provisoire=mesure.statut in PROVISOIRES,
                verdict=mesure.verdict,
                raison=mesure.raison,
                retard=_annee(mesure.retard),
                a_venir=bool(mesure.a_venir),
                avant=_nombre(mesure.valeur_precedente),
                annee_avant=_annee(mesure.annee_precedente),
                coupure=mesure.raison_evolution if mesure.raison_evolution in COUPURES else "",
                depart=_nombre(mesure.valeur_initiale),
                annee_depart=annee_depart,
                depart_coupe=depart_coupe,
                a_maintenir=_nombre(mesure.a_maintenir),
                cible=_nombre(mesure.cible),
                annee_cible=_annee(mesure.annee_cible),
                origine_cible=mesure.origine_cible,
                avenant=_avenant(mesure, changements),
                meilleur_gain=float(gains.max()) if a_gagne else None,
                annee_du_gain=meilleure_annee(gains) if a_gagne else None,
                sans_gain=se_comparent and not a_gagne,
                entrees=entrees,
                sorties=sorties,
                quotient=_quotient(mesure, definition, valeurs),
                note=notes.get((mesure.indicateur, mesure.annee), ""),
                clause=clause,
                poids=Poids(
                    clause=0 if clause and genre in ("manque", "a_atteindre") else 1,
                    genre=GENRES.index(_genre_qui_pese(mesure, genre)),
                    enjeu=enjeux[mesure.fiche],
                    familles=familles.get(mesure.indicateur, len(familles)),
                    ecart=_part_manquante(mesure),
                    fiche=ordre(mesure.fiche),
                    indicateur=mesure.indicateur,
                ),
            )
        )
    return sorted(constats, key=lambda constat: constat.poids.ordre)


def sans_ce_qui_explique(
    constats: list[Constat], definitions: Mapping[str, Indicateur]
) -> list[Constat]:
    """Return the findings without those that only explain the change of another one of them: its
    entries, its departures.
    """
    explicatifs = set()
    for constat in constats:
        flux = definitions[constat.indicateur].flux
        if flux is not None:
            explicatifs |= {flux.entrees, flux.sorties}
    return [constat for constat in constats if constat.indicateur not in explicatifs]


def premiers_par_fiche(
    constats: list[Constat], nombre: int, voulus: Collection[str] = ()
) -> list[Constat]:
    """Return the first findings, those of some indicators (``voulus``) before any other, each of
    another fiche as long as there is one; in their order.
    """
    premiers = [constat for constat in constats if constat.indicateur in voulus]
    fiches_dites = {constat.fiche for constat in premiers}
    autres = []
    for constat in constats:
        if constat.indicateur in voulus:
            continue
        if constat.fiche in fiches_dites:
            autres.append(constat)
        else:
            premiers.append(constat)
            fiches_dites.add(constat.fiche)
    retenus = [*premiers, *autres][:nombre]
    return sorted(retenus, key=lambda constat: constat.poids.ordre)


def _serie(mesure: Mesure, valeurs: Mapping[str, Mapping[int, float]]) -> pd.Series:
    """Return the values of an indicator by year, up to its own if it is over, with its start and
    its value before, which the convention alone may give.
    """
    serie = dict(valeurs.get(mesure.indicateur, {}))
    for annee, valeur in (
        (mesure.annee_initiale, mesure.valeur_initiale),
        (mesure.annee_precedente, mesure.valeur_precedente),
        (mesure.annee, mesure.valeur),
    ):
        if pd.notna(annee) and pd.notna(valeur):
            serie.setdefault(int(annee), float(valeur))
    connues = pd.Series(serie, dtype="float64").sort_index()
    derniere_annee = mesure.annee if mesure.annee_finie else mesure.annee - 1
    return connues[connues.index <= derniere_annee]


def _genre(mesure: Mesure) -> Genre:
    """Return what a row is about: its verdict, or else its target, or else its evolution."""
    genre = GENRES_DES_VERDICTS.get(mesure.verdict)
    if genre is not None:
        return genre
    if pd.notna(mesure.cible) and _est_en_deca(mesure.sens, mesure.valeur, mesure.cible):
        return "a_atteindre"
    return GENRES_DES_EVOLUTIONS.get(mesure.evolution, "releve")


def _genre_qui_pese(mesure: Mesure, genre: Genre) -> Genre:
    """Return the genre that gives the weight: a level that the text only implies is no target."""
    implicite = mesure.origine_cible == IMPLICITE
    return "a_atteindre" if genre == "manque" and implicite else genre


def _part_manquante(mesure: Mesure) -> float:
    """Return what is lacking as a share of the target, negative; 0 when nothing is."""
    if pd.isna(mesure.cible) or not _est_en_deca(mesure.sens, mesure.valeur, mesure.cible):
        return 0.0
    return -abs(mesure.cible - mesure.valeur) / max(abs(mesure.cible), 1)


def _avenant(mesure: Mesure, changements: list[tuple[str, Changement]]) -> str:
    """Return the number of the avenant that set the target in force, "" when none did."""
    if mesure.origine_cible != "avenant":
        return ""
    numeros = [
        numero
        for numero, changement in changements
        if changement.nature == "cible" and changement.element == mesure.indicateur
    ]
    return numeros[-1]


def _mouvements(
    mesure: Mesure, definition: Indicateur, valeurs: Mapping[str, Mapping[int, float]]
) -> tuple[float | None, float | None]:
    """Return the entries and the departures of the year, when they explain the whole change."""
    flux = definition.flux
    if flux is None:
        return None, None
    avant = valeurs.get(mesure.indicateur, {}).get(mesure.annee - 1)
    entrees = valeurs.get(flux.entrees, {}).get(mesure.annee)
    sorties = valeurs.get(flux.sorties, {}).get(mesure.annee)
    if avant is None or entrees is None or sorties is None:
        return None, None
    if avant + entrees - sorties != mesure.valeur:
        return None, None
    return entrees, sorties


def _quotient(
    mesure: Mesure, definition: Indicateur, valeurs: Mapping[str, Mapping[int, float]]
) -> Quotient | None:
    """Return the two numbers of a rate, when its denominator moved since the year before."""
    if definition.calcul != "ratio_pour_100":
        return None
    numerateur = definition.entrees["numerateur"]
    denominateur = definition.entrees["denominateur"]
    if not isinstance(numerateur, str) or not isinstance(denominateur, str):
        return None
    numerateurs = valeurs.get(numerateur, {})
    denominateurs = valeurs.get(denominateur, {})
    annees = {mesure.annee - 1, mesure.annee}
    if not (annees <= numerateurs.keys() and annees <= denominateurs.keys()):
        return None
    quotient = Quotient(
        numerateur=numerateur,
        denominateur=denominateur,
        numerateur_avant=numerateurs[mesure.annee - 1],
        numerateur_maintenant=numerateurs[mesure.annee],
        denominateur_avant=denominateurs[mesure.annee - 1],
        denominateur_maintenant=denominateurs[mesure.annee],
    )
    a_bouge = quotient.denominateur_avant != quotient.denominateur_maintenant
    return quotient if a_bouge and quotient.denominateur_avant > 0 else None


def _valeurs_par_annee(mesures: pd.DataFrame) -> dict[str, dict[int, float]]:
    """Return the known values of the wholes, by indicator then year."""
    connues = mesures[mesures["dimension"].eq("") & mesures["valeur"].notna()]
    par_indicateur: dict[str, dict[int, float]] = {}
    for indicateur, annee, valeur in zip(
        connues["indicateur"], connues["annee"], connues["valeur"], strict=True
    ):
        par_indicateur.setdefault(indicateur, {})[int(annee)] = float(valeur)
    return par_indicateur


def _nombre(valeur: float) -> float | None:
    return None if pd.isna(valeur) else float(valeur)


def _annee(annee: int) -> int | None:
    return None if pd.isna(annee) else int(annee)
