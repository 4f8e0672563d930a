"""Bars from zero: the places for under-threes, structure by structure, on the scale of the children they are for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.rapport.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.rapport.graphiques.echelle import echelle
from ctglib.rapport.graphiques.groupes import Groupe, Ligne, poser_barre, poser_groupes, poser_regles
from ctglib.rapport.graphiques.rangees import gauche_des_marques
from ctglib.rapport.tableau import Colonne
from ctglib.rapport.typographie import INSECABLE, compter, enumerer, nombre

if TYPE_CHECKING:
    from ctglib.rapport.contexte import Contexte
    from ctglib.rapport.figure import Figure
    from ctglib.rapport.graphiques.planche import Planche

ENFANTS = "Enfants de moins de 3 ans des familles allocataires de la Caf"
ENSEMBLE = "Ensemble des places transmises"
UNITE = "Enfants ou places"
EPAISSEUR = 12.0
ECART_DU_TEXTE = 5.0


def places(
    places: pd.DataFrame, enfants: float, contexte: Contexte, *, nom: str, titre: str, source: str = ""
) -> Figure:
    """Return the chart of the places, kind by kind; structures whose places are absent come last and are said in words.

    Args:
        places: Rows of ``ctglib.analyse.offre.places``.
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
    """Return « 7,2 places pour 100 enfants », nothing without children."""
    return f"{nombre(100 * total / enfants, 1)} pour 100{INSECABLE}enfants" if enfants > 0 else ""


def _dessiner(planche: Planche, rows: pd.DataFrame, enfants: float) -> float:
    total = rows["places"].sum()
    known = rows["places"].notna().any()
    label = f"{compter(total, 'place')}, soit {_rapport(total, enfants)}" if enfants > 0 else compter(total, "place")
    bars = [(enfants, _enfants(enfants), planche.degrade("territoire")[2])]
    bars += [(total, label, planche.couleurs.territoire)] if known else []
    bars += [(row.places, row.texte, planche.couleurs.territoire) for row in rows.itertuples()]
    lines = [Ligne(row.nom, row.detail) for row in rows.itertuples()]
    groupes = [Groupe("", (Ligne(ENFANTS, gras=True),))]
    groupes.append(Groupe("", (*([Ligne(ENSEMBLE, gras=True)] if known else []), *lines)))
    rangees = poser_groupes(planche, groupes, 0, marque=EPAISSEUR)
    left = gauche_des_marques(planche)
    scale = echelle([0, *(value for value, *_ in bars)], left, planche.largeur, zero=True)
    scale = replace(scale, droite=left + _longueur(planche, bars, scale.maximum))
    marks = [(scale.x(value), nombre(value)) for value in scale.graduations()]
    present = [y for y, (value, *_) in zip(rangees.centres, bars, strict=True) if pd.notna(value)]
    bottom = poser_regles(planche, replace(rangees, centres=tuple(present)), marks, marque=EPAISSEUR, unite=UNITE)
    for rank, (y, (value, text, couleur)) in enumerate(zip(rangees.centres, bars, strict=True)):
        _barre(planche, scale, y, (value, text, couleur, rank < 1 + known))
    return bottom


def _longueur(planche: Planche, barres: list[tuple], maximum: float) -> float:
    """Return how long the whole scale can be when every bar leaves room for its text on its right."""
    room = planche.largeur - gauche_des_marques(planche)
    return (
        min(
            (room - planche.mesurer(text, gras=True) - ECART_DU_TEXTE) * maximum / max(value, maximum / room)
            for value, text, _ in barres
            if pd.notna(value)
        )
        if any(pd.notna(value) for value, *_ in barres)
        else room
    )


def _barre(planche: Planche, scale: object, y: float, barre: tuple) -> None:
    value, text, couleur, gras = barre
    if pd.isna(value):
        planche.texte(scale.gauche + ECART_DU_TEXTE, y, text, couleur=planche.couleurs.absence, fond=True)
        return
    poser_barre(planche, y, (scale.gauche, scale.x(value)), couleur, epaisseur=EPAISSEUR)
    planche.texte(scale.x(value) + ECART_DU_TEXTE, y, text, gras=gras, fond=True)


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
