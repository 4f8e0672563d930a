"""The modalités of a fiche on the years of the convention: what was planned, what is known to be done, and today."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.evaluation.etats import NON_RENSEIGNEE
from ctglib.calculs.suivi import NON_TRANSMIS
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import INSECABLE, compter, date_longue, enumerer
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.calendrier import Calendrier, poser_annees, poser_legende
from ctglib.graphiques.groupes import SUR_LES_REGLES
from ctglib.graphiques.rangees import GOUTTIERE, gauche_des_marques, poser_au_dessus, poser_rangees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.graphiques.planche import Planche

PART_DES_ETATS = 0.22
LIGNES = 6
LIGNES_D_ETAT = 4
PREVU, REEL = 11.0, 5.0
TRAIT = 1.4
JOUR = timedelta(days=1)
EN_MARCHE = ("en_cours", "partielle")  # begun, not over: its bar runs until today
TEINTES = {"realisee": "favorable", "en_cours": "territoire", "partielle": "a_surveiller", "reportee": "insuffisant",
           "abandonnee": "defavorable"}  # fmt: skip
TIRET = "–"
A_VENIR = "à venir"


@dataclass(frozen=True)
class Barres:
    """A row: its label and its state, when it is planned, and what is known of it (None when not)."""

    libelle: str
    etat: str
    teinte: str
    prevu: tuple[date, date]
    echeance_ecrite: bool
    reel: tuple[date, date] | None
    seul: date | None


def frise(
    etats: pd.DataFrame, debut: date, fin: date, aujourd_hui: date, evaluation: Evaluation, contexte: Contexte, *,
    nom: str, titre: str, source: str = "",
) -> Figure | None:  # fmt: skip
    """Return the timeline of a fiche, one row a modalité; None without a row.

    Args:
        etats: Rows of ``ctglib.calculs.evaluation.etats.etats``.
        debut: First day of the convention.
        fin: Its last day.
        aujourd_hui: Date of the bilan.
        evaluation: The words and signs of the states.
        contexte: The words and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    if etats.empty:
        return None
    rows = [_barres(row, aujourd_hui, evaluation) for row in etats.itertuples()]
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, rows, (debut, fin, aujourd_hui)),
        alt=_alt(etats, debut, fin, aujourd_hui),
        lecture=_lecture(etats, aujourd_hui),
        chiffres=_chiffres(etats, evaluation, contexte, aujourd_hui),
    )


def _jour(instant: pd.Timestamp) -> date | None:
    return None if pd.isna(instant) else instant.date()


def _barres(row: object, aujourd_hui: date, evaluation: Evaluation) -> Barres:
    start, end = _jour(row.debut_reel), _jour(row.fin)
    end = end if end and end <= aujourd_hui else None  # one to come is a date set, and nothing real
    until = end or (aujourd_hui if start and row.statut in EN_MARCHE else None)
    known = (start, until) if start and until and start <= until else None
    return Barres(
        libelle=_libelle(row),
        etat=f"{evaluation.etats[row.statut].signe}{INSECABLE}{row.mot}",
        teinte=TEINTES.get(row.statut, "absence"),
        prevu=(_jour(row.debut), _jour(row.echeance)),
        echeance_ecrite=bool(row.echeance_ecrite),
        reel=known,
        seul=None if known else (end or start),
    )


def _libelle(row: object) -> str:
    return f"{row.modalite} {row.libelle}"


def _dessiner(planche: Planche, rows: Sequence[Barres], bornes: tuple[date, date, date]) -> float:
    column = 0.0 if planche.etroite else PART_DES_ETATS * planche.largeur
    states = [planche.couper(row.etat, column or planche.largeur, LIGNES_D_ETAT, gras=True) for row in rows]
    calendrier = _calendrier(planche, rows, bornes, column + GOUTTIERE if column else 0.0)
    lead = planche.interligne
    text = lead * max(map(len, states))
    height = text + 2 + PREVU if planche.etroite else max(text, PREVU)
    libelles = [row.libelle for row in rows]
    rangees = poser_rangees(planche, libelles, 0 if planche.etroite else lead + 4, marque=height, lignes=LIGNES)
    middles = [y + (height - PREVU) / 2 if planche.etroite else y for y in rangees.centres]
    rangees = replace(rangees, centres=tuple(middles))
    bottom = poser_annees(planche, calendrier, rangees, PREVU)
    for y, row, lines in zip(middles, rows, states, strict=True):
        _barre(planche, calendrier, y, row)
        above = y - PREVU / 2 - 2 - len(lines) * lead / 2
        place = (0.0, above) if planche.etroite else (planche.largeur - column, y)
        planche.paragraphe(*place, lines, gras=True, couleur=getattr(planche.couleurs, row.teinte))
    _aujourd_hui(planche, calendrier, middles, rangees.bas + 3)
    return poser_legende(planche, bottom, _legende(planche, rows, bornes[2]))


def _calendrier(
    planche: Planche, rows: Sequence[Barres], bornes: tuple[date, date, date], reserve: float
) -> Calendrier:
    """Return the days from the start of the convention to its end, and further when a bar or today is."""
    days = [*bornes]
    for row in rows:
        days += [*row.prevu, *(row.reel or ()), *([row.seul] if row.seul else [])]
    return Calendrier(min(days), max(days) + JOUR, gauche_des_marques(planche), planche.largeur - reserve, bornes[2])


def _barre(planche: Planche, calendrier: Calendrier, y: float, row: Barres) -> None:
    start, end = calendrier.x(row.prevu[0]), calendrier.x(row.prevu[1] + JOUR)
    _rectangle(planche, (start, end), (y, PREVU), planche.degrade("territoire")[3], 0.0)
    if row.echeance_ecrite:
        _rectangle(planche, (end - TRAIT, end), (y, PREVU), planche.couleurs.territoire, 0.01)
    if row.reel or row.seul:
        first, last = row.reel or (row.seul, row.seul)
        _rectangle(planche, _au_moins(calendrier, first, last), (y, REEL), planche.couleurs.territoire, 0.02)


def _au_moins(calendrier: Calendrier, premier: date, dernier: date) -> tuple[float, float]:
    """Return the ends of the days from one to another, long enough to be seen when it is a single one."""
    start, end = calendrier.x(premier), calendrier.x(dernier + JOUR)
    if end - start >= REEL:
        return start, end
    start = min(max((start + end - REEL) / 2, calendrier.gauche), calendrier.droite - REEL)
    return start, start + REEL


def _rectangle(
    planche: Planche, bouts: tuple[float, float], milieu: tuple[float, float], couleur: str, rang: float
) -> None:
    (start, end), (y, thick) = bouts, milieu
    corners = [(start, y - thick / 2), (end, y - thick / 2), (end, y + thick / 2), (start, y + thick / 2)]
    planche.polygone(corners, couleur, plan=SUR_LES_REGLES + rang)


def _aujourd_hui(planche: Planche, calendrier: Calendrier, centres: Sequence[float], bas: float) -> None:
    """Put the line of the date, over the bars: whole under its date on a wide sheet, on each bar of a narrow one."""
    x = calendrier.x(calendrier.aujourd_hui + JOUR)
    start = min(max(x - TRAIT / 2, calendrier.gauche), calendrier.droite - TRAIT)
    span = (start, start + TRAIT)
    colour = planche.couleurs.texte
    if planche.etroite:
        for y in centres:
            _rectangle(planche, span, (y, PREVU + 6), colour, 0.03)
        return
    top = planche.interligne
    _rectangle(planche, span, ((top + bas) / 2, bas - top), colour, 0.03)
    poser_au_dessus(planche, x, planche.interligne / 2 - 1, date_longue(calendrier.aujourd_hui), gras=True)


def _legende(planche: Planche, rows: Sequence[Barres], aujourd_hui: date) -> list[tuple[str, float, float, str]]:
    """Return what each bar means: colour, width, height, words; only those that the chart shows."""
    light, strong = planche.degrade("territoire")[3], planche.couleurs.territoire
    entries = [(light, 16.0, PREVU - 2, "prévu par la convention")]
    entries += [(strong, TRAIT, PREVU - 2, "échéance écrite")] if any(row.echeance_ecrite for row in rows) else []
    entries += [(strong, 16.0, REEL, "réel")] if any(row.reel or row.seul for row in rows) else []
    today = [(planche.couleurs.texte, TRAIT, PREVU, date_longue(aujourd_hui))]
    return entries + (today if planche.etroite else [])


def _alt(etats: pd.DataFrame, debut: date, fin: date, aujourd_hui: date) -> str:
    """Return the count of modalités, and which ones are in each state."""
    members = etats.groupby("mot", sort=False)["modalite"].agg(list)
    states = " ; ".join(f"{word} : {enumerer(list(numbers))}" for word, numbers in members.items())
    span = f"du {date_longue(debut)} au {date_longue(fin)}"
    return f"{compter(len(etats), 'modalité')} sur la convention, {span}. Au {date_longue(aujourd_hui)} : {states}."


def _lecture(etats: pd.DataFrame, aujourd_hui: date) -> str:
    begun = etats[etats["debut_reel"].notna()]
    row = next((begun if len(begun) else etats).itertuples())
    real = f", commencée le {date_longue(_jour(row.debut_reel))}" if len(begun) else ""
    planned = f"prévue du {date_longue(_jour(row.debut))} au {date_longue(_jour(row.echeance))}"
    return f"la modalité {row.modalite}, {planned}{real}, a pour état au {date_longue(aujourd_hui)} : {row.mot}."


def _chiffres(etats: pd.DataFrame, evaluation: Evaluation, contexte: Contexte, aujourd_hui: date) -> Chiffres:
    columns = (
        Colonne("libelle", "Modalité"),
        Colonne("debut", "Début prévu"),
        Colonne("echeance", "Échéance"),
        Colonne("debut_reel", "Début réel"),
        Colonne("fin", "Fin"),
        Colonne("etat", "État"),
    )
    rows = []
    for row in etats.itertuples():
        absent = contexte.absence(NON_TRANSMIS) if row.statut == NON_RENSEIGNEE else TIRET
        words = {name: _dire(getattr(row, name), absent) for name in ("debut", "echeance", "debut_reel", "fin")}
        if pd.notna(row.fin) and row.fin.date() > aujourd_hui:
            words["fin"] += f", {A_VENIR}"
        rows.append({"libelle": _libelle(row), **words, "etat": f"{evaluation.etats[row.statut].signe} {row.mot}"})
    cells = pd.DataFrame(rows, columns=[column.cle for column in columns])
    kept = ["fiche", "modalite", "libelle", "debut", "echeance", "echeance_ecrite", "statut", "en_retard", "debut_reel",
            "fin", "mot"]  # fmt: skip
    return Chiffres(columns, cells, etats[kept])


def _dire(instant: pd.Timestamp, absent: str) -> str:
    return absent if pd.isna(instant) else date_longue(instant.date())
