"""The comité, its decisions and what became of them, the avenants, what the data call to decide; who took part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.bilan import Proposition
from ctglib.document.blocs import Bloc, Groupe, liste, paragraphe, sous_titre
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter, date_longue, enumerer, majuscule, minuscule, nombre
from ctglib.donnees.modeles.convention import Absence
from ctglib.donnees.modeles.rapports import ReglesBilan
from ctglib.donnees.modeles.suivi import Changement, Participation
from ctglib.donnees.montrable import Montrable

OUVERTES, SANS_SUITE = ("en_cours", "non_renseignee"), "non_renseignee"
LONG, NON_PRECISE = "texte-long", "non précisé"
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
        annee, words, comite = self.etude.annee, self.etude.catalogue.bilan.mots, self.etude.bilan.comite
        now = words["comite_inconnu"].format(annee=annee)
        if comite and isinstance(comite.date, Absence):
            reason = minuscule(comite.date.absent).rstrip(" .")
            now = words["comite_non_tenu"].format(annee=annee, raison=reason)
        elif comite:
            now = words["comite_tenu"].format(annee=annee, date=date_longue(comite.date))
        bilans = {year: one.bilan for year, one in self.etude.suivi.suivis.items() if year < annee}
        kinds: dict[str, list[str]] = {}
        for year, bilan in bilans.items():
            held = "tenu" if bilan.comite and not isinstance(bilan.comite.date, Absence) else "non tenu"
            kinds.setdefault(held if bilan.comite else "sans information", []).append(str(year))
        told = " ; ".join(f"{kind} pour {enumerer(years)}" for kind, years in kinds.items())
        before = [f"Années précédentes : {told}."] if bilans else []
        # The decisions that the last comité held left open, when it is older than the year before: those of the year
        # before have their own table; a year without a comité would otherwise make them forgotten.
        decided = [year for year, bilan in bilans.items() if bilan.comite and bilan.comite.decisions]
        if decided and decided[-1] != annee - 1:
            last, states = decided[-1], self.etude.catalogue.evaluation.suites
            later = [bilan.comite for year, bilan in bilans.items() if year > last and bilan.comite]
            become = {suite.decision: suite.etat for one in later for suite in one.suites}
            left = {item.texte: become.get(item.id, SANS_SUITE) for item in bilans[last].comite.decisions}
            named = [f"{text} ({states[state].mot})" for text, state in left.items() if state in OUVERTES]
            if named:
                before.append(f"Décisions de {last} encore ouvertes au bilan {annee - 1} : {' ; '.join(named)}.")
        return paragraphe(f"{now} {words['comite_annuel']}".rstrip()) + liste(before)

    def decisions(self) -> Tableau | None:
        """Return what the comité of the year decided, who is to do it, by when."""
        comite, kept = self.etude.bilan.comite, ["id", "texte", "responsable", "echeance"]
        if comite is None or not comite.decisions:
            return None
        data = pd.DataFrame([item.model_dump(mode="json") for item in comite.decisions], columns=kept)
        columns = [
            Colonne("texte", "Décision"),
            Colonne("responsable", "Qui", ecrire=lambda who: NON_PRECISE if pd.isna(who) else who),
            Colonne("echeance", "Pour le", ecrire=lambda day: NON_PRECISE if pd.isna(day) else _en_long(day)),
        ]
        title = f"Décisions du comité de pilotage, {self.etude.lieu}"
        return self.etude.contexte.tableau(data, columns, "decisions", title, classe=LONG)

    def suites(self) -> Tableau | None:
        """Return what became of the decisions of the comité before; « non renseignée » when nobody says."""
        etude, words = self.etude, self.etude.catalogue.evaluation.suites
        before, now = etude.precedent.bilan.comite if etude.precedent else None, etude.bilan.comite
        if before is None or not before.decisions:
            return None
        told = {item.decision: (item.etat, item.commentaire or "") for item in now.suites} if now else {}
        rows = [(item.id, item.texte, *told.get(item.id, (SANS_SUITE, ""))) for item in before.decisions]
        columns = [
            Colonne("texte", "Décision"),
            Colonne("etat", "Ce qu'elle est devenue", ecrire=lambda code: majuscule(words[code].mot)),
            Colonne("commentaire", "Précision", ecrire=lambda text: majuscule(text) or RIEN),
        ]
        data = pd.DataFrame(rows, columns=["id", "texte", "etat", "commentaire"])
        title = f"Suites des décisions du comité de pilotage de {etude.annee - 1}, {etude.lieu}"
        return etude.contexte.tableau(data, columns, "suites", title, classe=LONG)

    def avenants(self) -> Tableau | None:
        """Return what each avenant changes, from what to what, from when; None when none was signed."""
        etude, rows, data = self.etude, [], []
        if not etude.suivi.avenants:
            return None
        for item in etude.suivi.avenants:
            title = f"Avenant n°{INSECABLE}{item.numero} du {date_longue(item.date)} : {item.objet} ({item.reference})"
            told = [self._changement(change) for change in item.changements]
            rows += [(title, *row) for row in told or [("Aucun changement suivi par le classeur", RIEN, RIEN, RIEN)]]
            data += [{"avenant": item.numero, "date": item.date, **change.model_dump()} for change in item.changements]
        columns = [Colonne("objet", "Ce qui change"), Colonne("ancien", "Avant"), Colonne("nouveau", "Après")]
        columns += [Colonne("effet", "À partir du")]
        table = pd.DataFrame(rows, columns=["groupe", *(column.cle for column in columns)])
        title = f"Avenants signés, {etude.contexte.territoire.nom}, jusqu'en {etude.annee}"
        data = pd.DataFrame(data, columns=DONNEES_D_AVENANT)
        groups = table["groupe"]
        return etude.contexte.tableau(table, columns, "avenants", title, donnees=data, groupes=groups, classe=LONG)

    def propositions(self) -> Tableau | None:
        """Return all that the data call the comité to decide, why, and where the convention speaks of it."""
        if not self.trouvees:
            return None
        etude, rules = self.etude, self.etude.catalogue.bilan
        known = {regle.id: regle for regle in rules.propositions}
        rows = [
            {
                "proposition": proposition(item, rules, etude.annee, plus=rules.objets_du_tableau),
                "pourquoi": known[item.regle].pourquoi,
                "reference": majuscule(known[item.regle].reference),
                "regle": item.regle,
                "nombre": item.nombre,
            }
            for item in self.trouvees
        ]
        columns = [Colonne("proposition", "Proposition"), Colonne("pourquoi", "Pourquoi")]
        return etude.contexte.tableau(
            pd.DataFrame(rows),
            [*columns, Colonne("reference", "Place dans la convention")],
            "propositions",
            f"Décisions que les données de {etude.annee} appellent, {etude.contexte.territoire.nom}",
            source=f"{etude.contexte.source} ; règles du classeur d'évaluation",
            notes=(rules.mots["propositions"],),
            classe=LONG,
            ecran=etude.annuel.vide,
        )

    def _changement(self, change: Changement) -> list[str]:
        kind = self.etude.catalogue.bilan.natures_d_avenant[change.nature]
        contexte, element = self.etude.contexte, "" if change.element is None else str(change.element)
        known = contexte.indicateurs.get(element)

        def ecrit(value: float | str | None) -> str:
            """Return a target with the unit of its indicator, a day in full, words as they are."""
            if value is None:
                return RIEN
            if isinstance(value, float | int):
                return contexte.valeur(element, float(value)) if known else str(value)
            return majuscule(_en_long(value) if change.nature == "duree" else value)

        return [
            f"{kind} : {known.libelle}" if known else f"{kind} {element}".strip(),
            ecrit(change.ancien),
            ecrit(change.nouveau) + (f" en {change.annee}" if change.annee else ""),
            date_longue(change.effet),
        ]


def _en_long(jour: str) -> str:
    """Return a day in full; that of before an avenant may be written in words."""
    try:
        return date_longue(date.fromisoformat(jour))
    except ValueError:
        return jour


def proposition(found: Proposition, regles: ReglesBilan, annee: int, *, plus: int) -> str:
    """Return one proposal: the catalogue's words, filled with what the data name."""
    (regle,) = (item for item in regles.propositions if item.id == found.regle)
    words = (regle.texte_final if found.finale else None) or regle.texte
    names = [item if isinstance(item, str) else date_longue(item) for item in found.objets]
    more = [f"et {compter(len(names) - plus, 'autre')}"] if len(names) > plus else []
    named = " ; ".join(name.rstrip(" .") for name in [*names[:plus], *more])
    return words.format(objets=named, nombre=nombre(found.nombre), annee=annee)


def participation(etude: EtudeAnnuelle, annees: tuple[int, ...]) -> Bloc:
    """Return who was asked in some years and what changed, what the partners do together, one example an axis.

    All is as entered, and « non renseigné » otherwise.
    """
    words = etude.catalogue.bilan.participation
    told = {year: etude.suivi.suivis[year].participation for year in annees}
    known = {year: item for year, item in told.items() if item is not None}
    if not known:
        return paragraphe(words.non_renseignee)
    together = [f"{text.rstrip('.')}." for item in known.values() for text in item.cooperation]
    examples = []
    for axe in etude.convention.axes:
        own = [item for told in known.values() for item in told.exemples if item.axe == axe.id]
        if own:
            last = max(own, key=lambda item: item.date)
            day = f"{date_longue(last.date)}{INSECABLE}"
            examples.append(f"{axe.titre}, le {day}: {last.texte.rstrip('.')}.")
    return (
        Groupe()
        + liste(sentence for year, item in known.items() for sentence in _consultes(etude, year, item))
        + sous_titre(words.cooperation)
        + (liste(together) if together else paragraphe(words.cooperation_absente))
        + liste(examples)
    )


def _consultes(etude: EtudeAnnuelle, annee: int, dite: Participation) -> Iterator[str]:
    """Yield a sentence a public: who was asked, when, how, what changed; or that nobody of it was.

    « Le 12 juin 2025, 84 familles ont répondu (questionnaire). Ce qui a changé : … »
    """
    words, small = etude.catalogue.bilan.participation, etude.catalogue.seuils.petits_effectifs
    for public, (one, many) in words.publics.items():
        own = [item for item in dite.consultations if item.public == public and item.combien]
        if not own:
            yield words.personne.format(annee=annee, public=many)
        for item in own:
            shown = item.combien >= small
            count = compter(item.combien, one, many) if shown else f"moins de {nombre(small)} {many}"
            verb = "a répondu" if item.combien == 1 else "ont répondu"
            how = f" ({item.comment})" if item.comment else ""
            changed = " Rien n'est dit de ce qui a changé."
            if item.change:
                changed = f" Ce qui a changé{INSECABLE}: {item.change.rstrip('.')}."
            yield f"Le {date_longue(item.date)}, {count} {verb}{how}.{changed}"
