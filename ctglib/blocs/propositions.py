"""What the data of a year call the comité to decide, and what its bilan counts and names first.

A proposal is no decision, and the texts are the catalogue's; here is only what calls for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.calculs.parcours import MANQUES
from ctglib.document.typographie import compter, date_longue, minuscule, nombre
from ctglib.donnees.modeles.convention import Absence
from ctglib.donnees.modeles.rapports import RegleDeProposition
from ctglib.donnees.statuts import Statut

NON_EVALUABLE = "non_evaluable"
RANGS = {"resultat": 0, "realisation": 1}
OUVERTES = ("en_cours", NON_RENSEIGNEE)


def ensembles(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the indicators as wholes: a modalité is never counted beside its whole."""
    return evaluation[evaluation["dimension"].eq("")]


def vises(evaluation: pd.DataFrame) -> pd.Series:
    """Tell which have a target: written, proposed or set by an avenant; what the text only implies is none."""
    return evaluation["cible"].notna() & evaluation["origine_cible"].ne("implicite")


@dataclass(frozen=True)
class Proposition:
    """A rule of the catalogue that the data call for: what it names, and how many there are in all.

    ``finale`` in the last year of the convention.
    """

    regle: RegleDeProposition
    objets: tuple[str | date, ...]
    nombre: int
    finale: bool = False

    def ecrire(self, etude: EtudeAnnuelle) -> str:
        """Return the catalogue's words, filled with the first of what the data name."""
        words = (self.finale and self.regle.texte_final) or self.regle.texte
        most = etude.catalogue.bilan.objets_du_tableau
        names = [item if isinstance(item, str) else date_longue(item) for item in self.objets]
        more = [f"et {compter(len(names) - most, 'autre')}"] if len(names) > most else []
        named = " ; ".join(name.rstrip(" .") for name in [*names[:most], *more])
        return words.format(objets=named, nombre=nombre(self.nombre), annee=etude.annee)


def proposer(etude: EtudeAnnuelle) -> tuple[Proposition, ...]:
    """Return the proposals that the data call for, what presses first, in the catalogue's order.

    Services are named for the initial values that they lack, and these are counted.
    """
    found, last = [], etude.annee >= etude.suivi.fin.year
    starts = int(etude.a_collecter["motif"].eq("valeur_initiale").sum())
    for rule in etude.catalogue.bilan.propositions:
        if names := tuple(APPELS[rule.id](etude)):
            count = starts if rule.id == "valeurs_initiales" else len(names)
            found.append(Proposition(rule, names, count, last))
    return tuple(found)


def _comite(etude: EtudeAnnuelle) -> list[str]:
    comite = etude.bilan.comite
    if comite is None:
        return ["aucune date n'est connue"]
    return [minuscule(comite.date.absent)] if isinstance(comite.date, Absence) else []


def _retard(etude: EtudeAnnuelle) -> list[str]:
    rows = etude.etats
    redated = rows["fin"].notna() & rows["fin"].gt(etude.arrete)
    return _modalites(rows[rows["en_retard"] & ~redated])


def _echeance_sans_etat(etude: EtudeAnnuelle) -> list[str]:
    rows, told, stopped = etude.etats, ensembles(etude.evaluation), etude.bilan.date_arretee
    late = _modalites(rows[rows["statut"].eq(NON_RENSEIGNEE) & rows["echeance"].lt(etude.arrete)])
    written = (item for fiche in etude.convention.fiches for item in fiche.indicateurs)
    passed = [item.id for item in written if item.echeance and item.echeance < stopped]
    once = [name for name in passed if etude.catalogue.indicateurs_fiches[name].unique]
    silent = told["indicateur"].isin(once) & ~told["renseigne"] & told["statut"].ne(Statut.SANS_OBJET)
    return [*late, *told.loc[silent, "libelle"]]


def _modalites(rows: pd.DataFrame) -> list[str]:
    return [f"{row.modalite} {row.libelle}" for row in rows.itertuples()]


def _cible_manquee(etude: EtudeAnnuelle) -> list[str]:
    rows, found = ensembles(etude.evaluation), []
    for row in rows[rows["verdict"].isin(MANQUES) & rows["valeur"].notna()].itertuples():
        now, target = (etude.contexte.valeur(row.indicateur, value) for value in (row.valeur, row.cible))
        aim = f"une cible de {target} en {row.annee_cible}"
        if row.origine_cible == "implicite":
            aim = f"une référence du texte de {target}"
        found.append(f"{etude.contexte.indicateurs[row.indicateur].libelle} ({now} pour {aim})")
    return found


def _postes(etude: EtudeAnnuelle) -> list[str]:
    """Return where article 6-b stands, nothing once every post has become one of chargé de coopération."""
    ids, values = etude.catalogue.bilan.pilotage, ensembles(etude.evaluation).set_index("indicateur")["valeur"]
    if ids.postes not in values.index or ids.convertis not in values.index:
        return []
    posts, done = values[ids.postes], values[ids.convertis]
    if pd.isna(done):
        return ["rien n'a été transmis"]
    told = etude.contexte.valeur(ids.convertis, done)
    if pd.isna(posts):
        return [f"{told} à ce jour, le nombre de postes n'a pas été transmis"]
    return [] if done >= posts else [f"{told} sur {etude.contexte.valeur(ids.postes, posts)} à ce jour"]


def _collecte(etude: EtudeAnnuelle) -> list[str]:
    rate = etude.collecte["taux"].iloc[0] if len(etude.collecte) else None
    if pd.isna(rate) or rate >= etude.catalogue.bilan.taux_a_relancer:
        return []
    rows = etude.collecte[etude.collecte["groupe"].eq("responsable")]
    rows = rows[rows["non_transmis"].gt(0)].sort_values("non_transmis", ascending=False, kind="stable")
    return [f"{service(etude, row.valeur_groupe)} ({row.non_transmis})" for row in rows.itertuples()]


def _moyens(etude: EtudeAnnuelle) -> list[str]:
    given = set(etude.annuel.moyens.loc[etude.annuel.moyens["valeur"].notna(), "signataire"])
    return [partie.nom_court for partie in etude.convention.parties if partie.id not in given]


def _suites(etude: EtudeAnnuelle) -> list[str]:
    """Return last year's decisions of which nobody says that they were done or given up."""
    before, comite = etude.precedent and etude.precedent.bilan.comite, etude.bilan.comite
    closed = {suite.decision for suite in comite.suites if suite.etat not in OUVERTES} if comite else set()
    return [item.texte for item in before.decisions if item.id not in closed] if before else []


def _cibles(etude: EtudeAnnuelle) -> list[str]:
    rows = ensembles(etude.evaluation)
    written = rows["origine"].eq("convention") & rows["raison"].ne("qualitatif")
    return [etude.contexte.indicateurs[name].libelle for name in rows.loc[written & ~vises(rows), "indicateur"]]


def _valeurs_initiales(etude: EtudeAnnuelle) -> list[str]:
    rows = etude.a_collecter
    counts = rows.loc[rows["motif"].eq("valeur_initiale"), "responsable"].value_counts()
    return [f"{service(etude, name)} ({count})" for name, count in counts.items()]


def service(etude: EtudeAnnuelle, identifiant: str) -> str:
    """Return the label of a service that fills a part of the year's spreadsheet, without what it has in brackets."""
    known = etude.catalogue.responsables.get(identifiant)
    return known.libelle.partition(" (")[0] if known else "service à désigner"


APPELS: dict[str, Callable[[EtudeAnnuelle], list]] = {
    "comite_non_tenu": _comite,
    "reconduction": lambda etude: [etude.suivi.fin] if etude.annee >= etude.suivi.fin.year - 1 else [],
    "retard": _retard,
    "echeance_sans_etat": _echeance_sans_etat,
    "cible_manquee": _cible_manquee,
    "postes_de_pilotage": _postes,
    "collecte": _collecte,
    "moyens": _moyens,
    "suites": _suites,
    "cibles": _cibles,
    "valeurs_initiales": _valeurs_initiales,
    "lacunes": lambda etude: [item.objet for item in etude.convention.lacunes_en_ordre],
}
