"""The commune among comparable ones: a strip of dots of their changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import (
    compter,
    de_a,
    de_a_points,
    minuscule,
    points,
    pourcent,
    signe,
)
from ctglib.graphiques.echelle import echelle, round_step
from ctglib.graphiques.planche import assemble
from ctglib.graphiques.rangees import (
    GUTTER,
    LINE_OF_NAMES,
    put_axis,
    put_names,
    put_note,
    put_rows,
)

if TYPE_CHECKING:
    from ctglib.calculs.comparables import Resultat
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Comparaison
    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

ENTETE = "Écart, en points"
MARK, DOT = 18.0, 5.0
HALF_MEAN, BAR = 8.5, 6.0
EDGE, BETWEEN_GRADUATIONS = 4.0, 8.0
SIGNES = (
    "Un point gris est une commune comparable, le trait leur moyenne. La barre bleue dit où la commune peut se "
    "trouver, l'arrondi compris : quand elle touche le trait, l'écart est dans le bruit."
)


def _communes(resultat: Resultat) -> str:
    return compter(resultat.nombre, "commune comparable", "communes comparables")


def points_comparables(
    resultat: Resultat, comparaison: Comparaison, contexte: Contexte, *, nom: str, titre: str
) -> Figure | None:
    """Return the strip, one row an indicator in the catalogue's order; None when no gap could be computed.

    - ``resultat``: the comparison.
    - ``comparaison``: words of the catalogue.
    The other arguments are those of ``planche.assemble``.
    """
    rows = resultat.ecarts[resultat.ecarts["ecart"].notna()].reset_index(drop=True)
    if rows.empty:
        return None
    rule, place, names = resultat.regle, contexte.territoire, rows["indicateur"]
    changes = resultat.points.groupby("indicateur", sort=False)["variation"]
    rows = rows.assign(bas=names.map(changes.min()), haut=names.map(changes.max()))
    told = list(rows.itertuples())
    beyond = rows[~rows["bruit"].astype(bool)]  # the widest gap that is more than rounding is read, else the first row
    read = rows.iloc[0] if beyond.empty else beyond.loc[beyond["ecart"].abs().idxmax()]
    items = [f"{row.libelle} {pourcent(row.variation, signe=True)} contre {pourcent(row.variation_moyenne, signe=True)}"
             for row in told]  # fmt: skip
    shown = rows.assign(
        texte=[comparaison.mots.bruit if row.bruit else signe(row.ecart) for row in told],
        intervalle=[de_a(row.ecart_min, row.ecart_max) for row in told],
    )
    mean = f"Moyenne des {compter(resultat.nombre, 'commune')}"
    columns = (
        Colonne("libelle", "Série"),
        Colonne("variation", f"{place.nom}, en %", numerique=True, ecrire=signe),
        Colonne("variation_moyenne", "Moyenne, en %", numerique=True, ecrire=signe),
        Colonne("bas", "La plus basse, en %", numerique=True, ecrire=signe),
        Colonne("haut", "La plus haute, en %", numerique=True, ecrire=signe),
        Colonne("ecart", "Écart, en points", numerique=True, ecrire=signe),
        Colonne("intervalle", "Selon l'arrondi, en points", numerique=True),
    )
    return assemble(
        contexte, lambda planche: _draw_strip(planche, shown, resultat.points, mean, place.nom), nom=nom, titre=titre,
        alt=f"Points sur {compter(len(rows), 'rangée')} : évolution de {rule.annee_reference} à {rule.annee} "
            f"{place.de} et de {_communes(resultat)}, avec leur moyenne. {place.nom} contre la moyenne : "
            f"{', '.join(items)}.",
        lecture=f"de {rule.annee_reference} à {rule.annee}, « {minuscule(read['libelle'])} » : "
                f"{pourcent(read['variation'], signe=True)} {place.a}, "
                f"{pourcent(read['variation_moyenne'], signe=True)} en moyenne dans {_communes(resultat)} ; l'écart "
                f"est de {points(read['ecart'])} ({de_a_points(read['ecart_min'], read['ecart_max'])} selon "
                f"l'arrondi){', dans le bruit' if read['bruit'] else ''}.",
        colonnes=columns, lignes=shown, donnees=rows,
    )  # fmt: skip


def _draw_strip(planche: Planche, rows: pd.DataFrame, dots: pd.DataFrame, mean: str, nom: str) -> float:
    colours, heading = planche.couleurs, planche.measure(ENTETE)
    margin = max(heading, planche.widest(rows["texte"], bold=True)) + GUTTER
    top = LINE_OF_NAMES + planche.leading
    rangees = put_rows(planche, rows["libelle"], top, mark=MARK, first=planche.leading + 3)
    planche.write(planche.width, LINE_OF_NAMES, ENTETE, ha="right", color=colours.secondaire)
    scale = _scale_of_strip(planche, rows, dots, rangees.left, planche.width - margin)
    axes = planche.across(scale)
    bottom = put_axis(planche, axes, scale, top - 2, rangees.bottom, symbole="%", signe=True)
    names = [(scale.place(rows["variation_moyenne"].iloc[0]), mean, colours.texte),
             (scale.place(rows["variation"].iloc[0]), nom, colours.territoire)]  # fmt: skip
    line = rangees.middles[0] - MARK / 2 - LINE_OF_NAMES if planche.narrow else LINE_OF_NAMES
    put_names(planche, line, sorted(names), 0.0 if planche.narrow else planche.width - heading - GUTTER)
    placed = rows.assign(y=rangees.middles)
    dots = dots.merge(placed[["indicateur", "y"]], on="indicateur")
    spans = pd.concat([dots, placed]).groupby("y")["variation"].agg(["min", "max"])
    axes.hlines(spans.index, spans["min"], spans["max"], colors=colours.filet, linewidth=0.8)
    planche.marks(axes, dots["variation"], dots["y"], colours.secondaire, size=DOT - 0.7)
    means = placed["variation_moyenne"]
    axes.barh(placed["y"], placed["ecart_max"] - placed["ecart_min"], BAR, means + placed["ecart_min"],
              color=planche.shade[2], zorder=2, clip_on=False)  # fmt: skip
    axes.vlines(means, placed["y"] - HALF_MEAN, placed["y"] + HALF_MEAN, colors=colours.texte, linewidth=1.6)
    planche.marks(axes, placed["variation"], placed["y"], colours.territoire)
    for row in placed.itertuples():
        colour = colours.absence if row.bruit else colours.territoire
        planche.write(planche.width, row.y, row.texte, ha="right", bold=not row.bruit, color=colour)
    return put_note(planche, 0, bottom, SIGNES)


def _scale_of_strip(planche: Planche, rows: pd.DataFrame, dots: pd.DataFrame, left: float, right: float) -> Echelle:
    """Return the scale of the changes, its graduations far enough apart for what is written under them."""
    ends = [rows["variation_moyenne"] + rows[name] for name in ("ecart_min", "ecart_max")]
    values = [*dots["variation"], *rows["variation"], *ends[0], *ends[1]]
    widest = planche.widest(pourcent(value, 0, signe=True) for value in (min(values), max(values)))
    scale = echelle(values, left + max(EDGE, widest / 2 if planche.narrow else 0), right - EDGE, zero=True)
    while scale.place(scale.step) - scale.place(0) < widest + BETWEEN_GRADUATIONS:
        scale = replace(scale, step=round_step(1.5 * scale.step))
    return scale
