"""The comité, its decisions and what became of them, the avenants, what the data call to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, abreger, compter, date_longue, enumerer, majuscule, minuscule, nombre
from ctglib.donnees.modeles.convention import Absence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.calculs.bilan import Proposition
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.avenants import Avenant, Changement
    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.coherence import MotDeVerdict
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.suivi import Bilan, Comite


@dataclass(frozen=True)
class Gouvernance:
    """Who decided what, what became of it, and what the data call to decide."""

    etude: EtudeAnnuelle
    trouvees: tuple[Proposition, ...]

    def comite(self) -> Bloc:
        """Return whether the comité was held, and those of the years before."""
        etude = self.etude
        bilans = {year: one.bilan for year, one in etude.suivi.suivis.items() if year <= etude.annee}
        return comites(bilans, etude.annee, etude.catalogue.bilan, etude.catalogue.evaluation.suites)

    def decisions(self) -> Tableau | None:
        """Return what the comité of the year decided."""
        comite = self.etude.bilan.comite
        if comite is None or not comite.decisions:
            return None
        return tableau_decisions(comite, self.etude.contexte, self.etude.annee)

    def suites(self) -> Tableau | None:
        """Return what became of the decisions of the comité before."""
        etude = self.etude
        before = etude.precedent.bilan.comite if etude.precedent else None
        if before is None or not before.decisions:
            return None
        return tableau_suites(before, etude.bilan.comite, etude.catalogue.evaluation, etude.contexte, etude.annee)

    def avenants(self) -> Tableau | Bloc:
        """Return what the avenants change, or that none was signed."""
        etude = self.etude
        if not etude.suivi.avenants:
            return paragraphe(etude.catalogue.bilan.mots["aucun_avenant"])
        return tableau_avenants(etude.suivi.avenants, etude.catalogue.bilan, etude.contexte, etude.annee)

    def propositions(self) -> Tableau | None:
        """Return all that the data call the comité to decide, with why."""
        if not self.trouvees:
            return None
        etude = self.etude
        return tableau_propositions(self.trouvees, etude.catalogue.bilan, etude.contexte, etude.annee)


OUVERTES, SANS_SUITE = ("en_cours", "non_renseignee"), "non_renseignee"


def etat_du_comite(bilan: Bilan, regles: ReglesBilan, signes: int | None = None) -> str:
    """Return whether the comité of a year was held, on which day, or why not; what nobody says is unknown.

    Args:
        bilan: That of the year.
        regles: The words.
        signes: Length that the reason may have, none when None.
    """
    if bilan.comite is None:
        return regles.mots["comite_inconnu"].format(annee=bilan.annee)
    day = bilan.comite.date
    if isinstance(day, Absence):
        return regles.mots["comite_non_tenu"].format(annee=bilan.annee, raison=_en_suite(day.absent, signes))
    return regles.mots["comite_tenu"].format(annee=bilan.annee, date=date_longue(day))


def comites(bilans: Mapping[int, Bilan], annee: int, regles: ReglesBilan, suites: Mapping[str, MotDeVerdict]) -> Bloc:
    """Return the comité of the year, what the convention asks, those of the years before, and what they left open.

    Args:
        bilans: The bilan of each year, up to this one.
        annee: The year.
        regles: The words.
        suites: The words of what becomes of a decision.
    """
    now = paragraphe(f"{etat_du_comite(bilans[annee], regles)} {regles.mots['comite_annuel']}")
    earlier = {year: bilan for year, bilan in bilans.items() if year < annee}
    return now + liste([_avant(earlier), *_ouvertes(earlier, annee, suites)] if earlier else [])


def _avant(bilans: Mapping[int, Bilan]) -> str:
    """Return « Années précédentes : tenu pour 2023 ; sans information pour 2024. »."""
    kinds: dict[str, list[str]] = {}
    for year, bilan in bilans.items():
        kinds.setdefault(_genre(bilan), []).append(str(year))
    told = [f"{kind} pour {enumerer(years)}" for kind, years in kinds.items()]
    return f"Années précédentes : {' ; '.join(told)}."


def _ouvertes(bilans: Mapping[int, Bilan], annee: int, suites: Mapping[str, MotDeVerdict]) -> Iterator[str]:
    """Yield the decisions that the last comité held left open, when it is older than the year before.

    Those of the year before have their own table; a year without a comité would otherwise make them forgotten.
    """
    held = [year for year, bilan in bilans.items() if bilan.comite and bilan.comite.decisions]
    if not held or held[-1] == annee - 1:
        return
    told = {
        suite.decision: suite.etat
        for year, bilan in bilans.items()
        if year > held[-1] and bilan.comite
        for suite in bilan.comite.suites
    }
    states = {item.texte: told.get(item.id, SANS_SUITE) for item in bilans[held[-1]].comite.decisions}
    named = [f"{text} ({suites[state].mot})" for text, state in states.items() if state in OUVERTES]
    if named:
        yield f"Décisions de {held[-1]} encore ouvertes au bilan {annee - 1} : {' ; '.join(named)}."


def _genre(bilan: Bilan) -> str:
    if bilan.comite is None:
        return "sans information"
    return "non tenu" if isinstance(bilan.comite.date, Absence) else "tenu"


def _en_suite(raison: str, signes: int | None) -> str:
    """Return a reason that ends a sentence which has its own full stop."""
    return minuscule(raison if signes is None else abreger(raison, signes)).rstrip(" .")


DECISIONS = (Colonne("decision", "Décision"), Colonne("responsable", "Qui"), Colonne("echeance", "Pour le"))


SUITES = (
    Colonne("decision", "Décision"),
    Colonne("etat", "Ce qu'elle est devenue"),
    Colonne("commentaire", "Précision"),
)


PROPOSITIONS = (
    Colonne("proposition", "Proposition"),
    Colonne("pourquoi", "Pourquoi"),
    Colonne("reference", "Place dans la convention"),
)


NON_PRECISE, RIEN = "non précisé", "–"


SANS_SUITE_DECISIONS = "non_renseignee"


LONG = "texte-long"


def tableau_decisions(comite: Comite, contexte: Contexte, annee: int) -> Tableau:
    """Return what the comité of a year decided, who is to do it, by when."""
    rows = [
        (item.texte, item.responsable or NON_PRECISE, date_longue(item.echeance) if item.echeance else NON_PRECISE)
        for item in comite.decisions
    ]
    data = [item.model_dump(mode="json") for item in comite.decisions]
    return Tableau(
        nom="decisions",
        titre=f"Décisions du comité de pilotage, {contexte.territoire.nom}, {annee}",
        colonnes=DECISIONS,
        cellules=_table(rows, DECISIONS),
        donnees=pd.DataFrame(data, columns=["id", "texte", "responsable", "echeance"]),
        source=contexte.source,
        classe=LONG,
    )


def tableau_suites(
    precedent: Comite, suites: Comite | None, evaluation: Evaluation, contexte: Contexte, annee: int
) -> Tableau:
    """Return what became of the decisions of the comité before; « non renseignée » when nobody says.

    Args:
        precedent: The comité of the year before.
        suites: That of the year, which says what became of them.
        evaluation: The words and signs.
        contexte: The source.
        annee: Year of the bilan.
    """
    told = {item.decision: item for item in suites.suites} if suites else {}
    rows, data = [], []
    for item in precedent.decisions:
        found = told.get(item.id)
        state = found.etat if found else SANS_SUITE_DECISIONS
        word, more = evaluation.suites[state], (found.commentaire if found else None) or ""
        rows.append((item.texte, f"{word.signe} {word.mot}", majuscule(more) or RIEN))
        data.append((item.id, item.texte, state, more))
    return Tableau(
        nom="suites",
        titre=f"Suites des décisions du comité de pilotage de {annee - 1}, {contexte.territoire.nom}, {annee}",
        colonnes=SUITES,
        cellules=_table(rows, SUITES),
        donnees=pd.DataFrame(data, columns=["id", "texte", "etat", "commentaire"]),
        source=contexte.source,
        classe=LONG,
    )


def tableau_propositions(
    propositions: tuple[Proposition, ...], regles: ReglesBilan, contexte: Contexte, annee: int
) -> Tableau:
    """Return every proposal, with why the data call for it and where the convention speaks of it."""
    known = {regle.id: regle for regle in regles.propositions}
    rows = [
        (
            proposition(item, regles, annee, plus=regles.objets_du_tableau),
            known[item.regle].pourquoi,
            majuscule(known[item.regle].reference),
        )
        for item in propositions
    ]
    cells = _table(rows, PROPOSITIONS)
    return Tableau(
        nom="propositions",
        titre=f"Décisions que les données de {annee} appellent, {contexte.territoire.nom}",
        colonnes=PROPOSITIONS,
        cellules=cells,
        donnees=cells.assign(
            regle=[item.regle for item in propositions], nombre=[item.nombre for item in propositions]
        ),
        source=f"{contexte.source} ; règles du classeur d'évaluation",
        notes=(regles.mots["propositions"],),
        classe=LONG,
    )


def _table(rows: list[tuple[str, ...]], colonnes: tuple[Colonne, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[colonne.cle for colonne in colonnes])


def propositions_courtes(propositions: Iterable[Proposition], regles: ReglesBilan, annee: int) -> list[str]:
    """Return the first proposals as short sentences, then how many others the section on governance has."""
    found, page = list(propositions), regles.page
    limit = page.decisions
    told = [proposition(item, regles, annee, plus=page.objets, signes=page.signes) for item in found[:limit]]
    more = len(found) - limit
    return [*told, f"Et {compter(more, 'autre proposition')}, à la section Gouvernance."] if more > 0 else told


def proposition(found: Proposition, regles: ReglesBilan, annee: int, *, plus: int, signes: int | None = None) -> str:
    """Return one proposal.

    Args:
        found: The rule and what it bears on.
        regles: The words.
        annee: Year of the bilan.
        plus: How many names are given before the others are counted.
        signes: Length that a name may have, none when None.
    """
    (regle,) = (item for item in regles.propositions if item.id == found.regle)
    words = (regle.texte_final if found.finale else None) or regle.texte
    names = [item if isinstance(item, str) else date_longue(item) for item in found.objets]
    shown = names[:plus] if signes is None else [abreger(name, signes) for name in names[:plus]]
    more = len(names) - len(shown)
    named = " ; ".join(_sans_point(name) for name in [*shown, *([f"et {compter(more, 'autre')}"] if more else [])])
    return words.format(objets=named, nombre=nombre(found.nombre), annee=annee).replace("….", "…")


def _sans_point(nom: str) -> str:
    return nom.rstrip(" .")


COLONNES = (
    Colonne("objet", "Ce qui change"),
    Colonne("ancien", "Avant"),
    Colonne("nouveau", "Après"),
    Colonne("effet", "À partir du"),
)


RIEN_AVENANTS = "–"


SANS_CHANGEMENT = "Aucun changement suivi par le classeur"


def tableau_avenants(avenants: Iterable[Avenant], regles: ReglesBilan, contexte: Contexte, annee: int) -> Tableau:
    """Return one group an avenant, one row a change.

    Args:
        avenants: Those signed up to the year, in order.
        regles: The words of what is changed.
        contexte: The words of the indicators, the source.
        annee: Year of the bilan.
    """
    groups, cells, data = [], [], []
    for item in avenants:
        title = f"Avenant n°{INSECABLE}{item.numero} du {date_longue(item.date)} : {item.objet} ({item.reference})"
        rows = [_cellules(change, regles, contexte) for change in item.changements]
        rows = rows or [[SANS_CHANGEMENT, *[RIEN_AVENANTS] * 3]]
        cells += rows
        groups += [title] * len(rows)
        data += [{"avenant": item.numero, "date": item.date, **change.model_dump()} for change in item.changements]
    names = ["avenant", "date", "nature", "element", "ancien", "nouveau", "annee", "effet"]
    return Tableau(
        nom="avenants",
        titre=f"Avenants signés, {contexte.territoire.nom}, jusqu'en {annee}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=pd.DataFrame(data, columns=names),
        source=contexte.source,
        groupes=tuple(groups),
        classe="texte-long",
    )


def _cellules(change: Changement, regles: ReglesBilan, contexte: Contexte) -> list[str]:
    kind = regles.natures_d_avenant[change.nature]
    known = contexte.indicateurs.get(str(change.element))
    element = known.libelle if known else "" if change.element is None else str(change.element)
    head = f"{kind} : {element}" if known else f"{kind} {element}".strip()
    after = _valeur(change.nouveau, change, contexte)
    year = f" en {change.annee}" if change.annee else ""
    return [
        head,
        majuscule(_valeur(change.ancien, change, contexte)),
        majuscule(after) + year,
        date_longue(change.effet),
    ]


def _valeur(ecrit: float | str | None, change: Changement, contexte: Contexte) -> str:
    """Return what an avenant writes: a target with the unit of its indicator, a day in full, words as they are."""
    if ecrit is None:
        return RIEN_AVENANTS
    if isinstance(ecrit, float | int):
        known = str(change.element) in contexte.indicateurs
        return contexte.valeur(str(change.element), float(ecrit)) if known else str(ecrit)
    return _jour(ecrit) if change.nature == "duree" else ecrit


def _jour(ecrit: str) -> str:
    """Return a day in full; the one before may be written in words."""
    try:
        return date_longue(date.fromisoformat(ecrit))
    except ValueError:
        return ecrit
