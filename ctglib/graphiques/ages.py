"""Spans of age: whom each structure takes, on the ages at which the children of the territory are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, enumerer, minuscule, nombre
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.echelle import Echelle, echelle
from ctglib.graphiques.groupes import Groupe, Ligne, poser_barre, poser_groupes, poser_regles
from ctglib.graphiques.rangees import GOUTTIERE, gauche_des_marques

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

SANS_AGE = "Aucune structure dont les âges soient connus."
UNITE = "Âge, en années"
BANDEAU = "Enfants des familles allocataires de la Caf, selon l'âge"
HAUTEUR_DU_BANDEAU = 15.0
EPAISSEUR = 12.0
ECART_DU_TEXTE = 5.0
POINTE = 8.0


def ages(
    ages: pd.DataFrame, tranches: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = ""
) -> Figure:
    """Return the chart of the ages, category by category; an age that goes beyond the scale ends with an arrow.

    Args:
        ages: Rows of ``ctglib.calculs.offre.ages``.
        tranches: Children by age: ``age_min``, ``age_max`` (both included), ``effectif`` (NaN when absent) and
            ``libelle`` (« Enfants de 3 à 5 ans »).
        contexte: The words, the territory and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    rows = ages.assign(fin=[_fin(age) for age in ages["age_max"]])
    bands = tranches.assign(fin=[_fin(age) for age in tranches["age_max"]]).sort_values("age_min")
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, rows, bands),
        alt=_alt(rows, bands, contexte),
        lecture=_lecture(rows, bands, contexte),
        chiffres=_chiffres(rows, bands),
    )


def _fin(age_max: float) -> float:
    """Return where an age ends: « 10 ans » lasts until the eleventh birthday, while 30 months is a point in time."""
    return age_max + 1 if age_max == int(age_max) else age_max


def _dessiner(planche: Planche, rows: pd.DataFrame, bands: pd.DataFrame) -> float:
    scale = _echelle(planche, rows, bands)
    top = _bandeau(planche, scale, bands)
    rangees = poser_groupes(planche, _groupes(rows), top, marque=EPAISSEUR)
    bounds = sorted({*bands["age_min"], *bands["fin"]}) if len(bands) else scale.graduations()
    marks = [(scale.x(bound), nombre(bound)) for bound in bounds]
    bottom = poser_regles(planche, rangees, marks, marque=EPAISSEUR, unite=UNITE)
    for y, row in zip(rangees.centres, rows.itertuples(), strict=True):
        _duree(planche, scale, y, row)
    return bottom


def _echelle(planche: Planche, rows: pd.DataFrame, bands: pd.DataFrame) -> Echelle:
    """Return a scale from birth to the last age counted, or to the last age taken when none is."""
    ends = bands["fin"] if len(bands) else rows["fin"]
    return echelle([0.0, *ends], gauche_des_marques(planche), planche.largeur, zero=True)


def _groupes(rows: pd.DataFrame) -> Sequence[Groupe]:
    if rows.empty:
        return [Groupe("", (), SANS_AGE)]
    return [
        Groupe(str(titre), tuple(Ligne(row.nom, _detail(row)) for row in members.itertuples()))
        for titre, members in rows.groupby("libelle_categorie", sort=False)
    ]


def _detail(row: object) -> str:
    """Return the kind, unless the name begins with it."""
    return "" if row.nom.startswith(row.libelle_type) else row.libelle_type


def _bandeau(planche: Planche, scale: Echelle, bands: pd.DataFrame) -> float:
    """Put the children of each age group as a thin band, and return where the rows start."""
    if bands.empty:
        return 0.0
    lead = planche.interligne
    width = planche.largeur if planche.etroite else scale.gauche - GOUTTIERE
    lines = planche.couper(BANDEAU, width, gras=True)
    text = len(lines) * lead
    height = text + HAUTEUR_DU_BANDEAU + 2 if planche.etroite else max(text, HAUTEUR_DU_BANDEAU)
    middle = height - HAUTEUR_DU_BANDEAU / 2 if planche.etroite else height / 2
    planche.paragraphe(0, text / 2 if planche.etroite else middle, lines, gras=True)
    shade = planche.degrade("territoire")[3]
    for band in bands.itertuples():
        left, right = scale.x(band.age_min) + 0.75, scale.x(band.fin) - 0.75
        poser_barre(planche, middle, (left, right), shade, epaisseur=HAUTEUR_DU_BANDEAU)
        text = "–" if pd.isna(band.effectif) else nombre(band.effectif)
        if planche.mesurer(text, gras=True) <= right - left:
            planche.texte((left + right) / 2, middle, text, ancre="center", gras=True)
    return height + GOUTTIERE


def _duree(planche: Planche, scale: Echelle, y: float, row: object) -> None:
    """Put a span and its text: on its right, on its left when there is no room, else on the span itself."""
    left, right = scale.x(row.age_min), scale.x(min(row.fin, scale.maximum))
    colour = planche.couleurs.territoire
    if row.fin > scale.maximum:
        planche.fleche(right, y, (1.0, 0.0), colour)
        right -= POINTE
    poser_barre(planche, y, (left, right), colour, epaisseur=EPAISSEUR)
    width = planche.mesurer(row.texte) + ECART_DU_TEXTE
    if row.fin <= scale.maximum and right + width <= planche.largeur:
        planche.texte(right + ECART_DU_TEXTE, y, row.texte, fond=True)
    elif left - width >= scale.gauche:
        planche.texte(left - ECART_DU_TEXTE, y, row.texte, ancre="right", fond=True)
    else:
        planche.texte(left + ECART_DU_TEXTE, y, row.texte, couleur=planche.couleurs.fond)


def _phrase(row: object) -> str:
    return f"« {row.nom} » : {row.texte}"


def _effectifs(bands: pd.DataFrame) -> str:
    """Return « 473 enfants de moins de 3 ans et 458 enfants de 3 à 5 ans »; nothing when no count is known."""
    known = bands[bands["effectif"].notna()]
    return enumerer([f"{nombre(band.effectif)} {minuscule(band.libelle)}" for band in known.itertuples()])


def _alt(rows: pd.DataFrame, bands: pd.DataFrame, contexte: Contexte) -> str:
    spans = " ; ".join(_phrase(row) for row in rows.itertuples())
    counts = _effectifs(bands)
    opening = f"Âges de {compter(len(rows), 'structure')}, {contexte.territoire.nom}. {spans}." if spans else SANS_AGE
    return f"{opening} Enfants comptés : {counts}." if counts else opening


def _lecture(rows: pd.DataFrame, bands: pd.DataFrame, contexte: Contexte) -> str:
    """Return the reading of the widest span within the scale, and of the children counted at these ages."""
    if rows.empty:
        return minuscule(SANS_AGE)
    last = (bands if len(bands) else rows)["fin"].max()
    row = max(rows.itertuples(), key=lambda row: row.fin - row.age_min if row.fin <= last else 0)
    counts = _effectifs(bands[(bands["age_min"] >= row.age_min) & (bands["fin"] <= row.fin)])
    children = f" ; {contexte.territoire.a}, on compte {counts}" if counts else ""
    return f"{_phrase(row)}, l'âge le plus haut étant compris{children}."


def _chiffres(rows: pd.DataFrame, bands: pd.DataFrame) -> Chiffres:
    columns = (
        Colonne("nom", "Structure ou tranche d'âge"),
        Colonne("libelle_type", "Type"),
        Colonne("texte", "Âges"),
        Colonne("effectif", "Enfants", numerique=True),
    )
    counted = pd.DataFrame(
        {
            "nom": bands["libelle"],
            "libelle_type": "",
            "texte": [f"{nombre(band.age_min)} à {nombre(band.age_max)} ans" for band in bands.itertuples()],
            "effectif": ["–" if pd.isna(value) else nombre(value) for value in bands["effectif"]],
        }
    )
    cells = pd.concat([rows[["nom", "libelle_type", "texte"]].assign(effectif=""), counted], ignore_index=True)
    raw = pd.concat([rows.drop(columns=["fin", "texte"]), bands.rename(columns={"libelle": "nom"}).drop(columns="fin")])
    return Chiffres(columns, cells, raw.reset_index(drop=True))
