"""Dot strip: on each row the changes of the comparable communes, their mean, the commune, and what rounding leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ctglib.document.intervalle import de_a, de_a_points, signe
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, minuscule, points, pourcent
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.echelle import echelle, pas_rond
from ctglib.graphiques.rangees import (
    GOUTTIERE,
    LIGNE_DES_NOMS,
    poser_axe,
    poser_noms,
    poser_note,
    poser_rangees,
)

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.calculs.comparables.comparer import Resultat
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.comparaison import Comparaison
    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

ENTETE = "Écart, en points"
MARQUE = 18.0
DEMI_MOYENNE, DEMI_BARRE = 8.5, 3.0
POINT = 5.0
BORD, ENTRE_GRADUATIONS = 4.0, 8.0
SIGNES = (
    "Un point gris est une commune comparable, le trait leur moyenne. La barre bleue dit où la commune peut se "
    "trouver, l'arrondi compris : quand elle touche le trait, l'écart est dans le bruit."
)


@dataclass(frozen=True)
class _Bande:
    """What is drawn: ``rows`` are the gaps that could be computed, with ``texte``; ``points`` the dots."""

    rows: pd.DataFrame
    points: pd.DataFrame
    moyenne: str
    contexte: Contexte


def points_comparables(
    resultat: Resultat, comparaison: Comparaison, contexte: Contexte, *, nom: str, titre: str
) -> Figure | None:
    """Return the strip, one row an indicator in the catalogue's order; None when no gap could be computed.

    Args:
        resultat: The comparison.
        comparaison: Words of the catalogue.
        contexte: The words, the territory and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    rows = resultat.ecarts[resultat.ecarts["ecart"].notna()].reset_index(drop=True)
    if rows.empty:
        return None
    words = comparaison.mots
    texts = [words.bruit if row.bruit else signe(row.ecart) for row in rows.itertuples()]
    strip = _Bande(
        rows.assign(texte=texts), resultat.points, f"Moyenne des {compter(resultat.nombre, 'commune')}", contexte
    )
    return assembler(
        Cartouche(nom, titre, contexte.source),
        lambda planche: _dessiner(planche, strip),
        alt=_alt(strip, resultat),
        lecture=_lecture(strip, resultat),
        chiffres=_chiffres(strip),
    )


def _dessiner(planche: Planche, bande: _Bande) -> float:
    rows, heading = bande.rows, planche.mesurer(ENTETE)
    margin = max(heading, *(planche.mesurer(text, gras=True) for text in rows["texte"])) + GOUTTIERE
    top, first = LIGNE_DES_NOMS + planche.interligne, planche.interligne + 3
    rangees = poser_rangees(planche, list(rows["libelle"]), top, marque=MARQUE, premiere=first)
    planche.texte(planche.largeur, LIGNE_DES_NOMS, ENTETE, ancre="right", couleur=planche.couleurs.secondaire)
    scale = _echelle(planche, bande, (rangees.gauche, planche.largeur - margin))
    bottom = poser_axe(planche, scale, rangees.haut - 2, rangees.bas, symbole="%", signe=True)
    names = rangees.centres[0] - MARQUE / 2 - LIGNE_DES_NOMS if planche.etroite else LIGNE_DES_NOMS
    _noms(planche, bande, scale, names, None if planche.etroite else planche.largeur - heading - GOUTTIERE)
    for y, row in zip(rangees.centres, rows.itertuples(), strict=True):
        _rangee(planche, bande, scale, y, row)
    return poser_note(planche, 0, bottom, SIGNES)


def _echelle(planche: Planche, bande: _Bande, cotes: tuple[float, float]) -> Echelle:
    """Return the scale of the changes, its graduations far enough apart for what is written under them."""
    rows, (left, right) = bande.rows, cotes
    ends = [rows["variation_moyenne"] + rows[name] for name in ("ecart_min", "ecart_max")]
    values = [*bande.points["variation"], *rows["variation"], *ends[0], *ends[1]]
    widest = max(planche.mesurer(pourcent(value, 0, signe=True)) for value in (min(values), max(values)))
    scale = echelle(values, left + max(BORD, widest / 2 if planche.etroite else 0), right - BORD, zero=True)
    while scale.x(scale.pas) - scale.x(0) < widest + ENTRE_GRADUATIONS:
        scale = replace(scale, pas=pas_rond(1.5 * scale.pas))
    return scale


def _noms(planche: Planche, bande: _Bande, scale: Echelle, y: float, droite: float | None) -> None:
    """Put the names of the mean and of the commune above their marks of the first row."""
    first, colours = bande.rows.iloc[0], planche.couleurs
    names = [
        (scale.x(first["variation_moyenne"]), bande.moyenne, colours.texte),
        (scale.x(first["variation"]), bande.contexte.territoire.nom, colours.territoire),
    ]
    poser_noms(planche, y, sorted(names), droite)


def _rangee(planche: Planche, bande: _Bande, scale: Echelle, y: float, row: object) -> None:
    colours, mean = planche.couleurs, row.variation_moyenne
    dots = bande.points.loc[bande.points["indicateur"] == row.indicateur, "variation"]
    planche.trait(
        [(scale.x(min(*dots, row.variation)), y), (scale.x(max(*dots, row.variation)), y)], colours.filet, 0.8
    )
    low, high = scale.x(mean + row.ecart_min), scale.x(mean + row.ecart_max)
    for value in dots:
        planche.marque(scale.x(value), y, "disque", colours.secondaire, POINT)
    planche.rectangle(low, y - DEMI_BARRE, high - low, 2 * DEMI_BARRE, couleur=planche.degrade("territoire")[2])
    planche.trait([(scale.x(mean), y - DEMI_MOYENNE), (scale.x(mean), y + DEMI_MOYENNE)], colours.texte, 1.6)
    planche.marque(scale.x(row.variation), y, "disque", colours.territoire)
    colour = colours.absence if row.bruit else colours.territoire
    planche.texte(planche.largeur, y, row.texte, ancre="right", gras=not row.bruit, couleur=colour)


def _alt(bande: _Bande, resultat: Resultat) -> str:
    rule, place = resultat.regle, bande.contexte.territoire
    items = [f"{row.libelle} {pourcent(row.variation, signe=True)} contre {pourcent(row.variation_moyenne, signe=True)}"
             for row in bande.rows.itertuples()]  # fmt: skip
    return (
        f"Points sur {compter(len(bande.rows), 'rangée')} : évolution de {rule.annee_reference} à {rule.annee} "
        f"{place.de} et de {compter(resultat.nombre, 'commune comparable', 'communes comparables')}, avec leur "
        f"moyenne. {place.nom} contre la moyenne : {', '.join(items)}."
    )


def _lecture(bande: _Bande, resultat: Resultat) -> str:
    """Return the reading of the widest gap that is more than rounding, else of the first row."""
    rows, rule = bande.rows, resultat.regle
    beyond = rows[~rows["bruit"].astype(bool)]
    row = rows.iloc[0] if beyond.empty else beyond.loc[beyond["ecart"].abs().idxmax()]
    gap = f"{points(row['ecart'])} ({de_a_points(row['ecart_min'], row['ecart_max'])} selon l'arrondi)"
    noise = ", dans le bruit" if row["bruit"] else ""
    return (
        f"de {rule.annee_reference} à {rule.annee}, « {minuscule(row['libelle'])} » : "
        f"{pourcent(row['variation'], signe=True)} {bande.contexte.territoire.a}, "
        f"{pourcent(row['variation_moyenne'], signe=True)} en moyenne dans "
        f"{compter(resultat.nombre, 'commune comparable', 'communes comparables')} ; l'écart est de {gap}{noise}."
    )


def _chiffres(bande: _Bande) -> Chiffres:
    place = bande.contexte.territoire.nom
    columns = (
        Colonne("libelle", "Série"),
        Colonne("variation", f"{place}, en %", numerique=True),
        Colonne("variation_moyenne", "Moyenne, en %", numerique=True),
        Colonne("bas", "La plus basse, en %", numerique=True),
        Colonne("haut", "La plus haute, en %", numerique=True),
        Colonne("ecart", "Écart, en points", numerique=True),
        Colonne("intervalle", "Selon l'arrondi, en points", numerique=True),
    )
    spread = bande.points.groupby("indicateur", sort=False)["variation"]
    rows = bande.rows.assign(
        bas=bande.rows["indicateur"].map(spread.min()), haut=bande.rows["indicateur"].map(spread.max())
    )
    signed = ("variation", "variation_moyenne", "bas", "haut", "ecart")
    cells = rows.assign(
        **{name: [signe(value) for value in rows[name]] for name in signed},
        intervalle=[de_a(row.ecart_min, row.ecart_max) for row in rows.itertuples()],
    )
    return Chiffres(columns, cells[[column.cle for column in columns]], rows.drop(columns="texte"))
