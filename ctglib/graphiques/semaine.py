"""The week of the opening hours: who is open at which hour of the day, on the days that are alike."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.journees import journees
from ctglib.document.horaires import heure, jours, plage
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, enumerer, majuscule, minuscule
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.echelle import Echelle
from ctglib.graphiques.groupes import Groupe, Ligne, poser_barre, poser_groupes, poser_regles
from ctglib.graphiques.rangees import gauche_des_marques

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.calculs.journees import Journee, Ouverture
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

PERIODES = {"scolaire": "en période scolaire", "vacances": "pendant les vacances scolaires"}
JOURS_SUPPOSES = "jours non précisés"
AUCUN_HORAIRE = "aucun horaire"
UNITE = "Heure de la journée"
BARRE = 7.0
ENTRE_TEXTES = 4.0
SOUS_LE_TEXTE = 2.0
GRADUATIONS = (1, 2, 3, 4, 6)  # hours between two rules: the first that leaves room for the values
PLACE_D_UNE_HEURE = 30.0


def semaine(semaine: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure:
    """Return the chart of the opening hours, one group of rows for the days that are alike, holidays apart.

    Args:
        semaine: Rows of ``ctglib.calculs.offre.semaine``.
        contexte: The words, the territory and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    days = journees(semaine)
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, days, contexte),
        alt=_alt(days, contexte),
        lecture=_lecture(days),
        chiffres=_chiffres(semaine, days, contexte),
    )


def _dessiner(planche: Planche, days: Sequence[Journee], contexte: Contexte) -> float:
    rows = [ouverture for journee in days for ouverture in journee.ouvertures]
    scale = _echelle(planche, rows)
    height = planche.interligne + SOUS_LE_TEXTE + BARRE
    groupes = [_groupe(planche, scale, journee, contexte) for journee in days]
    rangees = poser_groupes(planche, groupes or [Groupe("", (), f"{AUCUN_HORAIRE}.")], 0, marque=height)
    if not rows:
        return rangees.bas
    marks = [(scale.x(value), heure(value)) for value in scale.graduations()]
    bottom = poser_regles(planche, rangees, marks, marque=height, unite=UNITE)
    for y, ouverture in zip(rangees.centres, rows, strict=True):
        _plages(planche, scale, y + height / 2 - BARRE / 2, ouverture)
    return bottom


def _groupe(planche: Planche, scale: Echelle, journee: Journee, contexte: Contexte) -> Groupe:
    """Return the rows of the days that are alike; hours that have no room above their bars go with the name."""
    lines = []
    for item in journee.ouvertures:
        beside = "" if _places(planche, scale, item) else enumerer(_textes(item))
        detail = ", ".join(part for part in (_detail(item), beside) if part)
        lines.append(Ligne(enumerer(list(item.noms)), detail))
    absents = [f"Horaire {contexte.absence(statut)} : {enumerer(list(noms))}." for statut, noms in journee.absents]
    if not lines and not absents:
        return Groupe("", (), f"{_moment(journee)} : {AUCUN_HORAIRE}.")
    return Groupe(_moment(journee), tuple(lines), " ".join(absents))


def _moment(journee: Journee) -> str:
    """Return « Lundi, mardi, jeudi et vendredi, en période scolaire »."""
    text = f"{jours(journee.jours)}, {PERIODES[journee.periode]}"
    return majuscule(text)


def _detail(ouverture: Ouverture) -> str:
    """Return the kind, unless the name begins with it, and whether the days are taken for granted."""
    kind = "" if ouverture.noms[0].startswith(ouverture.libelle_type) else ouverture.libelle_type
    return ", ".join(part for part in (kind, JOURS_SUPPOSES if ouverture.jours_supposes else "") if part)


def _echelle(planche: Planche, rows: Sequence[Ouverture]) -> Echelle:
    """Return a scale of whole hours around all the openings."""
    spans = [span for ouverture in rows for span in ouverture.plages] or [(0.0, 0.0)]
    first, last = floor(min(start for start, _ in spans)), ceil(max(end for _, end in spans))
    left, right, hours = gauche_des_marques(planche), planche.largeur, max(last - first, 1)
    steps = (step for step in GRADUATIONS if (right - left) * step / hours >= PLACE_D_UNE_HEURE)
    return Echelle(first, first + hours, left, right, next(steps, GRADUATIONS[-1]))


def _textes(ouverture: Ouverture) -> list[str]:
    return [plage(*span) for span in ouverture.plages]


def _plages(planche: Planche, scale: Echelle, y: float, ouverture: Ouverture) -> None:
    """Put the bars of a row, each under its hours when they all have room."""
    for start, end in ouverture.plages:
        poser_barre(planche, y, (scale.x(start), scale.x(end)), planche.couleurs.territoire, epaisseur=BARRE)
    above = y - BARRE / 2 - SOUS_LE_TEXTE - planche.interligne / 2
    for start, text in zip(_places(planche, scale, ouverture), _textes(ouverture), strict=False):
        planche.texte(start, above, text, fond=True)


def _places(planche: Planche, scale: Echelle, ouverture: Ouverture) -> list[float]:
    """Return where the hours of each bar start; nothing when they do not fit on one line."""
    middles = [(scale.x(start) + scale.x(end)) / 2 for start, end in ouverture.plages]
    widths = [planche.mesurer(text) for text in _textes(ouverture)]
    return _ecarter(middles, widths, scale.gauche, planche.largeur)


def _ecarter(milieux: Sequence[float], largeurs: Sequence[float], gauche: float, droite: float) -> list[float]:
    """Return where texts start, each as near its middle as the others allow; nothing when they do not fit together."""
    starts, limit = [], gauche
    for middle, width in zip(milieux, largeurs, strict=True):
        starts.append(max(middle - width / 2, limit))
        limit = starts[-1] + width + ENTRE_TEXTES
    limit = droite
    for rank in reversed(range(len(starts))):
        starts[rank] = min(starts[rank], limit - largeurs[rank])
        limit = starts[rank] - ENTRE_TEXTES
    return starts if starts[0] >= gauche else []


def _phrase(ouverture: Ouverture) -> str:
    return f"{enumerer(list(ouverture.noms))}, {enumerer(_textes(ouverture))}"


def _compte(journee: Journee) -> str:
    return compter(sum(len(item.noms) for item in journee.ouvertures), "lieu ouvert", "lieux ouverts")


def _alt(days: Sequence[Journee], contexte: Contexte) -> str:
    parts = [f"{_moment(journee)} : {_resume(journee, contexte)}." for journee in days]
    return " ".join([f"Horaires d'ouverture, {contexte.territoire.nom}.", *(parts or [f"{AUCUN_HORAIRE}."])])


def _resume(journee: Journee, contexte: Contexte) -> str:
    """Return « 3 lieux ouverts, entre 7 h 30 et 19 h 30 ; horaire non transmis pour 2 lieux »."""
    spans = [span for item in journee.ouvertures for span in item.plages]
    hours = f", entre {heure(min(spans)[0])} et {heure(max(end for _, end in spans))}" if spans else ""
    opened = [f"{_compte(journee)}{hours}"] if spans else []
    absents = [
        f"horaire {contexte.absence(statut)} pour {compter(len(noms), 'lieu', 'lieux')}"
        for statut, noms in journee.absents
    ]
    return " ; ".join([*opened, *absents]) or AUCUN_HORAIRE


def _lecture(days: Sequence[Journee]) -> str:
    """Return the reading of the days on which the fewest places open."""
    opened = [journee for journee in days if journee.ouvertures]
    if not opened:
        return f"{AUCUN_HORAIRE}."
    journee = min(opened, key=lambda item: sum(len(ouverture.noms) for ouverture in item.ouvertures))
    moment = _moment(journee)
    spans = " ; ".join(_phrase(ouverture) for ouverture in journee.ouvertures)
    return f"{minuscule(moment)}, {_compte(journee)} : {spans}."


def _chiffres(semaine: pd.DataFrame, days: Sequence[Journee], contexte: Contexte) -> Chiffres:
    columns = (
        Colonne("nom", "Lieu"),
        Colonne("type", "Type"),
        Colonne("horaires", "Horaires"),
    )
    cells, moments = [], []
    for journee in days:
        for item in journee.ouvertures:
            cells += [(nom, _detail(item), enumerer(_textes(item))) for nom in item.noms]
        cells += [(nom, "", contexte.absence(statut)) for statut, noms in journee.absents for nom in noms]
        moments += [_moment(journee)] * (len(cells) - len(moments))
    shown = pd.DataFrame(cells, columns=[column.cle for column in columns])
    return Chiffres(columns, shown, semaine, groupes=tuple(moments) or None)
