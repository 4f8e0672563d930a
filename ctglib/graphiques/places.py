"""Bars from zero: the places for under-threes, structure by structure, on the scale of the children they are for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import INSECABLE, compter, enumerer, nombre
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.echelle import echelle
from ctglib.graphiques.groupes import Groupe, Ligne, poser_barre, poser_groupes, poser_regles
from ctglib.graphiques.rangees import gauche_des_marques

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

ENFANTS = "Enfants de moins de 3 ans des familles allocataires de la Caf"
ENSEMBLE = "Ensemble des places citées"
UNITE = "Enfants ou places"
EPAISSEUR = 12.0
ECART_DU_TEXTE = 5.0


@dataclass(frozen=True)
class Barre:
    """A row: its name, its value (NaN when ``texte`` says that it is absent) and its colour."""

    ligne: Ligne
    valeur: float
    texte: str
    couleur: str

    @property
    def connue(self) -> bool:
        """Return whether there is a bar to draw."""
        return not isnan(self.valeur)


def places(
    places: pd.DataFrame, enfants: float, contexte: Contexte, *, nom: str, titre: str, source: str = ""
) -> Figure:
    """Return the chart of the places, kind by kind; structures whose places are absent come last and are said in words.

    Args:
        places: Rows of ``ctglib.calculs.offre.places``.
        enfants: Children under three, NaN when absent.
        contexte: The words, the territory and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    rows = _rangees(places, contexte)
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, rows, enfants),
        alt=_alt(rows, enfants, contexte),
        lecture=_lecture(rows, enfants, contexte),
        chiffres=_chiffres(rows, enfants),
    )


def _rangees(places: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return the structures, known places first, kinds together, with ``detail`` and ``texte``."""
    kinds = list(dict.fromkeys(places["type"]))
    rows = places.assign(
        inconnu=places["places"].isna(),
        rang=[kinds.index(kind) for kind in places["type"]],
        detail=[_detail(row) for row in places.itertuples()],
        texte=[
            contexte.absence(row.statut) if pd.isna(row.places) else compter(row.places, "place")
            for row in places.itertuples()
        ],
    )
    return rows.sort_values(["inconnu", "rang", "places"], ascending=[True, True, False], kind="stable").reset_index(
        drop=True
    )


def _detail(row: object) -> str:
    kind = "" if row.nom == row.libelle_type else row.libelle_type
    return ", ".join(part for part in (kind, f"gestion {row.libelle_gestion}" if row.libelle_gestion else "") if part)


def _enfants(enfants: float) -> str:
    return "nombre absent" if pd.isna(enfants) else compter(enfants, "enfant")


def _rapport(total: float, enfants: float) -> str:
    """Return « 7,2 pour 100 enfants », nothing without children."""
    return f"{nombre(100 * total / enfants, 1)} pour 100{INSECABLE}enfants" if enfants > 0 else ""


def _dessiner(planche: Planche, rows: pd.DataFrame, enfants: float) -> float:
    bars = _barres(planche, rows, enfants)
    groupes = [Groupe("", tuple(bar.ligne for bar in part)) for part in (bars[:1], bars[1:])]
    rangees = poser_groupes(planche, groupes, 0, marque=EPAISSEUR)
    placed = list(zip(rangees.centres, bars, strict=True))
    known = [(y, bar) for y, bar in placed if bar.connue]
    scale = _echelle(planche, [bar for _, bar in known])
    marks = [(scale.x(value), nombre(value)) for value in scale.graduations()]
    behind = replace(rangees, centres=tuple(y for y, _ in known))
    bottom = poser_regles(planche, behind, marks, marque=EPAISSEUR, unite=UNITE)
    for y, bar in placed:
        if bar.connue:
            poser_barre(planche, y, (scale.gauche, scale.x(bar.valeur)), bar.couleur, epaisseur=EPAISSEUR)
        colour = planche.couleurs.texte if bar.connue else planche.couleurs.absence
        end = scale.x(bar.valeur if bar.connue else 0.0) + ECART_DU_TEXTE
        planche.texte(end, y, bar.texte, gras=bar.ligne.gras, couleur=colour, fond=True)
    return bottom


def _barres(planche: Planche, rows: pd.DataFrame, enfants: float) -> list[Barre]:
    """Return the bar of the children, then that of all the places when some are known, then the structures'."""
    children, blue = planche.degrade("territoire")[2], planche.couleurs.territoire
    total, known = rows["places"].sum(), rows["places"].notna().any()
    label = ", soit ".join(part for part in (compter(total, "place"), _rapport(total, enfants)) if part)
    return [
        Barre(Ligne(ENFANTS, gras=True), enfants, _enfants(enfants), children),
        *([Barre(Ligne(ENSEMBLE, gras=True), total, label, blue)] if known else []),
        *(Barre(Ligne(row.nom, row.detail), row.places, row.texte, blue) for row in rows.itertuples()),
    ]


def _echelle(planche: Planche, barres: list[Barre]) -> Echelle:
    """Return a scale as long as it can be when every bar leaves room for its text on its right."""
    left, right = gauche_des_marques(planche), planche.largeur
    scale = echelle([0.0, *(bar.valeur for bar in barres)], left, right, zero=True)
    rooms = [
        (bar.valeur / scale.maximum, planche.mesurer(bar.texte, bar.ligne.gras) + ECART_DU_TEXTE) for bar in barres
    ]
    lengths = [(right - left - text) / part for part, text in rooms if part]
    return replace(scale, droite=left + min([right - left, *lengths]))


def _alt(rows: pd.DataFrame, enfants: float, contexte: Contexte) -> str:
    known, absent = rows[~rows["inconnu"]], rows[rows["inconnu"]]
    parts = [f"{_enfants(enfants)} de moins de 3 ans des familles allocataires {contexte.territoire.a}"]
    parts += [f"{compter(known['places'].sum(), 'place')} d'accueil dans {_structures(known)}"] if len(known) else []
    parts += [f"places absentes pour {_structures(absent)}"] if len(absent) else []
    return " ; ".join(parts) + "."


def _structures(rows: pd.DataFrame) -> str:
    count = f"{len(rows)} structures" if len(rows) > 1 else "une structure"
    return f"{count} ({enumerer(list(rows['nom']))})"


def _lecture(rows: pd.DataFrame, enfants: float, contexte: Contexte) -> str:
    known, absent = rows[~rows["inconnu"]], rows[rows["inconnu"]]
    if not len(known):
        return f"aucune place n'est transmise {contexte.territoire.a}, pour {_enfants(enfants)}."
    total = known["places"].sum()
    ratio = f" pour {_enfants(enfants)}, soit {_rapport(total, enfants)}" if enfants > 0 else ""
    words = enumerer(list(dict.fromkeys(absent["texte"])))
    missing = f", sans compter {enumerer(list(absent['nom']))} ({words})" if len(absent) else ""
    return f"{contexte.territoire.a}, {compter(total, 'place')}{ratio}{missing}."


def _chiffres(rows: pd.DataFrame, enfants: float) -> Chiffres:
    columns = (
        Colonne("nom", "Structure"),
        Colonne("libelle_type", "Type"),
        Colonne("libelle_gestion", "Gestion"),
        Colonne("texte", "Places ou enfants", numerique=True),
    )
    head = {"nom": ENFANTS, "libelle_type": "", "libelle_gestion": "", "texte": _enfants(enfants)}
    cells = pd.concat([pd.DataFrame([head]), rows[[column.cle for column in columns]]], ignore_index=True)
    kept = rows[["structure", "nom", "type", "libelle_type", "gestion", "places", "statut"]]
    return Chiffres(columns, cells, kept.assign(enfants=enfants))
