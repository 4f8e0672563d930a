"""What a year's bilan counts and names first, and what its data call the comité to decide.

A proposal is no decision, and the texts are the catalogue's; here is only what calls for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ctglib.calculs.ecriture import ecrire, minuscule
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.calculs.parcours import MANQUES
from ctglib.donnees.modeles.convention import Absence
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles import Date
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.suivi import Bilan

NON_EVALUABLE = "non_evaluable"


def ensembles(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the indicators as wholes: a modalité is never counted beside its whole."""
    return evaluation[evaluation["dimension"].eq("")]


def vises(evaluation: pd.DataFrame) -> pd.Series:
    """Tell which have a target: written, proposed or set by an avenant; what the text only implies is none."""
    return evaluation["cible"].notna() & evaluation["origine_cible"].ne("implicite")


RANGS = {"resultat": 0, "realisation": 1}
OUVERTES = ("en_cours", "non_renseignee")


@dataclass(frozen=True)
class Situation:
    """What the rules look at: the tables are those of the functions that bear their names."""

    convention: Convention
    catalogue: Catalogue
    bilan: Bilan
    precedent: Bilan | None  # None in the first year
    fin: Date  # last day of the convention, as the avenants extend it
    etats: pd.DataFrame
    evaluation: pd.DataFrame
    collecte: pd.DataFrame
    a_collecter: pd.DataFrame
    moyens: pd.DataFrame  # of the year

    def ecrire(self, indicateur: str, valeur: float) -> str:
        """Return a value of an indicator of the fiches, with its unit."""
        return ecrire(valeur, self.catalogue.indicateurs_fiches[indicateur], self.catalogue.unites)

    def libelle(self, indicateur: str) -> str:
        """Return the label of an indicator of the fiches."""
        return self.catalogue.indicateurs_fiches[indicateur].libelle


class Proposition(NamedTuple):
    """A rule of the catalogue that the data call for: what it names, and how many there are in all."""

    regle: str
    objets: tuple[str | Date, ...]
    nombre: int
    finale: bool = False  # in the last year of the convention


def proposer(situation: Situation) -> tuple[Proposition, ...]:
    """Return the proposals that the data call for, what presses first, in the catalogue's order.

    Services are named for the initial values that they lack, and these are counted.
    """
    last, lacks = situation.bilan.annee >= situation.fin.year, situation.a_collecter["motif"].eq("valeur_initiale")
    called = {regle.id: tuple(APPELS[regle.id](situation)) for regle in situation.catalogue.bilan.propositions}
    return tuple(
        Proposition(rule, names, int(lacks.sum()) if rule == "valeurs_initiales" else len(names), last)
        for rule, names in called.items()
        if names
    )


def _comite(situation: Situation) -> list[str]:
    comite = situation.bilan.comite
    if comite is None:
        return ["aucune date n'est connue"]
    return [minuscule(comite.date.absent)] if isinstance(comite.date, Absence) else []


def _retard(situation: Situation) -> list[str]:
    rows, today = situation.etats, pd.Timestamp(situation.bilan.date_arretee)
    redated = rows["fin"].notna() & rows["fin"].gt(today)
    return _modalites(rows[rows["en_retard"] & ~redated])


def _echeance_sans_etat(situation: Situation) -> list[str]:
    rows, today = situation.etats, pd.Timestamp(situation.bilan.date_arretee)
    late = _modalites(rows[rows["statut"].eq(NON_RENSEIGNEE) & rows["echeance"].lt(today)])
    meanings, told = situation.catalogue.indicateurs_fiches, ensembles(situation.evaluation)
    fiches, stopped = situation.convention.fiches, situation.bilan.date_arretee
    passed = [item.id for fiche in fiches for item in fiche.indicateurs if item.echeance and item.echeance < stopped]
    once = [name for name in passed if meanings[name].unique]
    silent = told["indicateur"].isin(once) & ~told["renseigne"] & told["statut"].ne(Statut.SANS_OBJET)
    return [*late, *told.loc[silent, "libelle"]]


def _modalites(rows: pd.DataFrame) -> list[str]:
    return [f"{row.modalite} {row.libelle}" for row in rows.itertuples()]


def _cible_manquee(situation: Situation) -> list[str]:
    rows, found = ensembles(situation.evaluation), []
    for row in rows[rows["verdict"].isin(MANQUES) & rows["valeur"].notna()].itertuples():
        now, target = (situation.ecrire(row.indicateur, value) for value in (row.valeur, row.cible))
        aim = f"une cible de {target} en {row.annee_cible}"
        if row.origine_cible == "implicite":
            aim = f"une référence du texte de {target}"
        found.append(f"{situation.libelle(row.indicateur)} ({now} pour {aim})")
    return found


def _postes(situation: Situation) -> list[str]:
    """Return where article 6-b stands, nothing once every post has become one of chargé de coopération."""
    ids = situation.catalogue.bilan.pilotage
    values = ensembles(situation.evaluation).set_index("indicateur")["valeur"]
    if ids.postes not in values.index or ids.convertis not in values.index:
        return []
    posts, done = values[ids.postes], values[ids.convertis]
    if pd.isna(done):
        return ["rien n'a été transmis"]
    told = situation.ecrire(ids.convertis, done)
    if pd.isna(posts):
        return [f"{told} à ce jour, le nombre de postes n'a pas été transmis"]
    return [] if done >= posts else [f"{told} sur {situation.ecrire(ids.postes, posts)} à ce jour"]


def _collecte(situation: Situation) -> list[str]:
    rate = situation.collecte["taux"].iloc[0] if len(situation.collecte) else None
    if pd.isna(rate) or rate >= situation.catalogue.bilan.taux_a_relancer:
        return []
    rows = situation.collecte[situation.collecte["groupe"].eq("responsable")]
    rows = rows[rows["non_transmis"].gt(0)].sort_values("non_transmis", ascending=False, kind="stable")
    return [f"{service(situation, row.valeur_groupe)} ({row.non_transmis})" for row in rows.itertuples()]


def _moyens(situation: Situation) -> list[str]:
    given = set(situation.moyens.loc[situation.moyens["valeur"].notna(), "signataire"])
    return [partie.nom_court for partie in situation.convention.parties if partie.id not in given]


def _suites(situation: Situation) -> list[str]:
    """Return last year's decisions of which nobody says that they were done or given up."""
    if situation.precedent is None or situation.precedent.comite is None:
        return []
    comite = situation.bilan.comite
    closed = {suite.decision for suite in comite.suites if suite.etat not in OUVERTES} if comite else set()
    return [item.texte for item in situation.precedent.comite.decisions if item.id not in closed]


def _cibles(situation: Situation) -> list[str]:
    rows = ensembles(situation.evaluation)
    written = rows["origine"].eq("convention") & rows["raison"].ne("qualitatif")
    names = rows.loc[written & ~vises(rows), "indicateur"]
    return [situation.libelle(name) for name in names]


def _valeurs_initiales(situation: Situation) -> list[str]:
    rows = situation.a_collecter
    counts = rows.loc[rows["motif"].eq("valeur_initiale"), "responsable"].value_counts()
    return [f"{service(situation, name)} ({count})" for name, count in counts.items()]


def _lacunes(situation: Situation) -> list[str]:
    labels = {lacune.id: lacune.objet for lacune in situation.convention.lacunes}
    first = [labels.pop(name) for name in situation.convention.lacunes_d_abord if name in labels]
    return [*first, *labels.values()]


def service(situation: Situation, identifiant: str) -> str:
    """Return the label of a service that fills a part of the year's spreadsheet, without what it has in brackets."""
    known = situation.catalogue.responsables.get(identifiant)
    return known.libelle.partition(" (")[0] if known else "service à désigner"


APPELS: dict[str, Callable[[Situation], list]] = {
    "comite_non_tenu": _comite,
    "reconduction": lambda it: [it.fin] if it.bilan.annee >= it.fin.year - 1 else [],
    "retard": _retard,
    "echeance_sans_etat": _echeance_sans_etat,
    "cible_manquee": _cible_manquee,
    "postes_de_pilotage": _postes,
    "collecte": _collecte,
    "moyens": _moyens,
    "suites": _suites,
    "cibles": _cibles,
    "valeurs_initiales": _valeurs_initiales,
    "lacunes": _lacunes,
}
