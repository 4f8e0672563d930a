"""The comité, its decisions and what became of them, the avenants, what the data call to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import (
    INSECABLE,
    compter,
    date_longue,
    enumerer,
    majuscule,
    minuscule,
    nombre,
)
from ctglib.donnees.modeles.convention import Absence
from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.calculs.bilan import Proposition
    from ctglib.donnees.modeles.rapports import ReglesBilan
    from ctglib.donnees.modeles.suivi import Bilan, Changement

OUVERTES, SANS_SUITE = ("en_cours", "non_renseignee"), "non_renseignee"
NON_PRECISE, SANS_CHANGEMENT = "non précisé", "Aucun changement suivi par le classeur"
LONG = "texte-long"
DONNEES_D_AVENANT = ["avenant", "date", "nature", "element", "ancien", "nouveau", "annee", "effet"]


@dataclass(frozen=True)
class Gouvernance(Montrable):
    """Who decided what, what became of it, and what the data call to decide."""

    etude: EtudeAnnuelle
    trouvees: tuple[Proposition, ...]

    def comite(self) -> Bloc | None:
        """Return the comité of the year, those of the years before, what they left open; None without a follow-up."""
        if self.etude.annuel.vide:
            return None
        annee, rules = self.etude.annee, self.etude.catalogue.bilan
        bilans = {year: one.bilan for year, one in self.etude.suivi.suivis.items() if year < annee}
        now = paragraphe(f"{etat_du_comite(self.etude.bilan, rules)} {rules.mots['comite_annuel']}".rstrip())
        return now + liste([_avant(bilans), *self._ouvertes(bilans)] if bilans else [])

    def decisions(self) -> Tableau | None:
        """Return what the comité of the year decided, who is to do it, by when."""
        comite, contexte = self.etude.bilan.comite, self.etude.contexte
        if comite is None or not comite.decisions:
            return None
        data = [item.model_dump(mode="json") for item in comite.decisions]
        return Tableau.de(
            pd.DataFrame(data, columns=["id", "texte", "responsable", "echeance"]),
            [
                Colonne("texte", "Décision"),
                Colonne("responsable", "Qui", ecrire=lambda who: NON_PRECISE if pd.isna(who) else who),
                Colonne("echeance", "Pour le", ecrire=_jour),
            ],
            nom="decisions",
            titre=f"Décisions du comité de pilotage, {contexte.territoire.nom}, {self.etude.annee}",
            source=contexte.source,
            classe=LONG,
        )

    def suites(self) -> Tableau | None:
        """Return what became of the decisions of the comité before; « non renseignée » when nobody says."""
        etude, before = self.etude, self.etude.precedent.bilan.comite if self.etude.precedent else None
        if before is None or not before.decisions:
            return None
        told = {item.decision: item for item in etude.bilan.comite.suites} if etude.bilan.comite else {}
        words, rows = etude.catalogue.evaluation.suites, []
        for item in before.decisions:
            found = told.get(item.id)
            more = (found.commentaire if found else None) or ""
            rows.append((item.id, item.texte, found.etat if found else SANS_SUITE, more))
        return Tableau.de(
            pd.DataFrame(rows, columns=["id", "texte", "etat", "commentaire"]),
            [
                Colonne("texte", "Décision"),
                Colonne("etat", "Ce qu'elle est devenue", ecrire=lambda code: majuscule(words[code].mot)),
                Colonne("commentaire", "Précision", ecrire=lambda text: majuscule(text) or RIEN),
            ],
            nom="suites",
            titre=f"Suites des décisions du comité de pilotage de {etude.annee - 1}, "
            f"{etude.contexte.territoire.nom}, {etude.annee}",
            source=etude.contexte.source,
            classe=LONG,
        )

    def avenants(self) -> Tableau | None:
        """Return what each avenant changes, from what to what, from when; None when none was signed."""
        etude = self.etude
        if not etude.suivi.avenants:
            return None
        groups, cells, data = [], [], []
        for item in etude.suivi.avenants:
            title = f"Avenant n°{INSECABLE}{item.numero} du {date_longue(item.date)} : {item.objet} ({item.reference})"
            rows = [self._changement(change) for change in item.changements] or [[SANS_CHANGEMENT, *[RIEN] * 3]]
            cells += rows
            groups += [title] * len(rows)
            data += [{"avenant": item.numero, "date": item.date, **change.model_dump()} for change in item.changements]
        columns = {"objet": "Ce qui change", "ancien": "Avant", "nouveau": "Après", "effet": "À partir du"}
        return Tableau(
            nom="avenants",
            titre=f"Avenants signés, {etude.contexte.territoire.nom}, jusqu'en {etude.annee}",
            colonnes=tuple(Colonne(*column) for column in columns.items()),
            cellules=pd.DataFrame(cells, columns=list(columns)),
            donnees=pd.DataFrame(data, columns=DONNEES_D_AVENANT),
            source=etude.contexte.source,
            groupes=tuple(groups),
            classe=LONG,
        )

    def propositions(self) -> Tableau | None:
        """Return all that the data call the comité to decide, why, and where the convention speaks of it."""
        if not self.trouvees:
            return None
        etude, rules = self.etude, self.etude.catalogue.bilan
        known = {regle.id: regle for regle in rules.propositions}
        rows = [
            (
                proposition(item, rules, etude.annee, plus=rules.objets_du_tableau),
                known[item.regle].pourquoi,
                majuscule(known[item.regle].reference),
                item.regle,
                item.nombre,
            )
            for item in self.trouvees
        ]
        return Tableau.de(
            pd.DataFrame(rows, columns=["proposition", "pourquoi", "reference", "regle", "nombre"]),
            [
                Colonne("proposition", "Proposition"),
                Colonne("pourquoi", "Pourquoi"),
                Colonne("reference", "Place dans la convention"),
            ],
            nom="propositions",
            titre=f"Décisions que les données de {etude.annee} appellent, {etude.contexte.territoire.nom}",
            source=f"{etude.contexte.source} ; règles du classeur d'évaluation",
            notes=(rules.mots["propositions"],),
            classe=LONG,
            ecran=etude.annuel.vide,
        )

    def _ouvertes(self, bilans: Mapping[int, Bilan]) -> Iterator[str]:
        """Yield the decisions that the last comité held left open, when it is older than the year before.

        Those of the year before have their own table; a year without a comité would otherwise make them forgotten.
        """
        annee, words = self.etude.annee, self.etude.catalogue.evaluation.suites
        held = [year for year, bilan in bilans.items() if bilan.comite and bilan.comite.decisions]
        if not held or held[-1] == annee - 1:
            return
        later = [bilan.comite for year, bilan in bilans.items() if year > held[-1] and bilan.comite]
        told = {suite.decision: suite.etat for comite in later for suite in comite.suites}
        states = {item.texte: told.get(item.id, SANS_SUITE) for item in bilans[held[-1]].comite.decisions}
        named = [f"{text} ({words[state].mot})" for text, state in states.items() if state in OUVERTES]
        if named:
            yield f"Décisions de {held[-1]} encore ouvertes au bilan {annee - 1} : {' ; '.join(named)}."

    def _changement(self, change: Changement) -> list[str]:
        kind = self.etude.catalogue.bilan.natures_d_avenant[change.nature]
        known = self.etude.contexte.indicateurs.get(str(change.element))
        element = known.libelle if known else "" if change.element is None else str(change.element)
        return [
            f"{kind} : {element}" if known else f"{kind} {element}".strip(),
            majuscule(self._ecrit(change.ancien, change)),
            majuscule(self._ecrit(change.nouveau, change)) + (f" en {change.annee}" if change.annee else ""),
            date_longue(change.effet),
        ]

    def _ecrit(self, ecrit: float | str | None, change: Changement) -> str:
        """Return what an avenant writes: a target with the unit of its indicator, a day in full, words as they are."""
        contexte, element = self.etude.contexte, str(change.element)
        if ecrit is None:
            return RIEN
        if isinstance(ecrit, float | int):
            return contexte.valeur(element, float(ecrit)) if element in contexte.indicateurs else str(ecrit)
        if change.nature != "duree":
            return ecrit
        try:
            return date_longue(date.fromisoformat(ecrit))
        except ValueError:  # the day before may be written in words
            return ecrit


def etat_du_comite(bilan: Bilan, regles: ReglesBilan) -> str:
    """Return whether the comité of a year was held, on which day, or why not; what nobody says is unknown.

    Args:
        bilan: That of the year.
        regles: The words.
    """
    if bilan.comite is None:
        return regles.mots["comite_inconnu"].format(annee=bilan.annee)
    day = bilan.comite.date
    if isinstance(day, Absence):
        reason = minuscule(day.absent).rstrip(" .")
        return regles.mots["comite_non_tenu"].format(annee=bilan.annee, raison=reason)
    return regles.mots["comite_tenu"].format(annee=bilan.annee, date=date_longue(day))


def proposition(found: Proposition, regles: ReglesBilan, annee: int, *, plus: int) -> str:
    """Return one proposal: the catalogue's words, filled with what the data name.

    Args:
        found: The rule and what it bears on.
        regles: The words.
        annee: Year of the bilan.
        plus: How many names are given before the others are counted.
    """
    (regle,) = (item for item in regles.propositions if item.id == found.regle)
    words = (regle.texte_final if found.finale else None) or regle.texte
    names = [item if isinstance(item, str) else date_longue(item) for item in found.objets]
    shown = names[:plus]
    more = len(names) - len(shown)
    named = " ; ".join(name.rstrip(" .") for name in [*shown, *([f"et {compter(more, 'autre')}"] if more else [])])
    return words.format(objets=named, nombre=nombre(found.nombre), annee=annee)


def _avant(bilans: Mapping[int, Bilan]) -> str:
    """Return « Années précédentes : tenu pour 2023 ; sans information pour 2024. »."""
    kinds: dict[str, list[str]] = {}
    for year, bilan in bilans.items():
        untold = bilan.comite is None
        kind = "sans information" if untold else "non tenu" if isinstance(bilan.comite.date, Absence) else "tenu"
        kinds.setdefault(kind, []).append(str(year))
    return f"Années précédentes : {' ; '.join(f'{kind} pour {enumerer(years)}' for kind, years in kinds.items())}."


def _jour(ecrit: str | None) -> str:
    return NON_PRECISE if pd.isna(ecrit) else date_longue(date.fromisoformat(ecrit))
