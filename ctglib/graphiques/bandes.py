"""A band a row, a case a thing: the states of the actions of each fiche, or what each year of a
place is worth, in colour and sign.

Plain matplotlib: axes as wide as the figure, in centimetres, y downwards.
"""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin
from matplotlib.patches import FancyBboxPatch

from ctglib.calculs.ecriture import INSECABLE
from ctglib.document.figure import charte, charter_style, measure, wrap
from ctglib.donnees.modeles.catalogue import Case, Largeur
from ctglib.graphiques.feuille import dire

POINTS_PAR_CM = 72 / 2.54
# centimetres
COTE = 0.48
PAS = 0.78  # from a case to the next
NUMERO = 0.3  # under a case
LIGNE = 0.42  # of a label, of the key
ENTRE_LIGNES = 0.06
ENTRE_MOTS = 0.34  # of the key
PART_DES_LIBELLES = 0.42  # of the width, where the labels are on the left
TEXTE = 9.0
PETIT = 8.0
LIGNES_D_UN_LIBELLE = 2
ABSENTE = "absente"  # of ``valeurs`` in ``charte.yaml``: a value that no status says why it lacks


def bandes(cases: pd.DataFrame, taille: Largeur = "large", figure: Dessin | None = None) -> Axes:
    """Return the axes of a figure with a band a row, its label on the left, or above it when the
    figure is narrow; under them, the key: each state with how many cases it has.

    Args:
        cases: One row a case, in order: ligne (the label of its band), case (what is written under
            it), etat (one of ``cases`` in ``charte.yaml``).
        taille: « large », or « etroit » for a telephone.
        figure: Where to draw; a new figure by default.
    """
    largeur = charte().largeurs[taille]
    with charter_style():
        figure = figure or Dessin()
        axes = figure.add_axes((0, 0, 1, 1))
        hauteur = tracer_les_bandes(cases, axes, largeur, charte().cases, taille == "large")
        figure.set_size_inches(largeur / 2.54, hauteur / 2.54)
    return axes


def tracer_les_bandes(
    cases: pd.DataFrame,
    axes: Axes,
    largeur: float,
    dessins: Mapping[str, Case],
    a_gauche: bool,
) -> float:
    """Draw bands and their key on axes of a width, in centimetres; return how high they are.

    Args:
        cases: The rows of ``bandes``. Before one whose ``rompue`` is true, if they have it, a
            dotted line parts it from those before.
        axes: Where to draw.
        largeur: Their width.
        dessins: How each state is drawn.
        a_gauche: Whether labels stand on the left of the bands, or over them.
    """
    debut = largeur * PART_DES_LIBELLES if a_gauche else 0.0
    par_rangee = max(int((largeur - debut) // PAS), 1)
    y = 0.04  # the stroke of the first cases
    for libelle, de_la_ligne in cases.groupby("ligne", sort=False):
        place = largeur - 0.3 if not a_gauche else debut - 0.4
        lignes = wrap(str(libelle), place * POINTS_PAR_CM, LIGNES_D_UN_LIBELLE, TEXTE, False)
        haut_du_libelle = y
        for rang, ligne in enumerate(lignes):
            axes.text(0, y + (rang + 0.5) * LIGNE, ligne, va="center", fontsize=TEXTE)
        if not a_gauche:
            y += len(lignes) * LIGNE + 0.1
        rompues = [False] * len(de_la_ligne)
        if "rompue" in de_la_ligne:
            rompues = de_la_ligne["rompue"].tolist()
        for rang, (numero, etat) in enumerate(
            zip(de_la_ligne["case"], de_la_ligne["etat"], strict=True)
        ):
            x = debut + (rang % par_rangee) * PAS
            haut = y + (rang // par_rangee) * (COTE + NUMERO + 0.08)
            _case(axes, x, haut, dessins[etat])
            if rompues[rang]:
                _coupure(axes, x - (PAS - COTE) / 2, haut)
            axes.text(
                x + COTE / 2,
                haut + COTE + NUMERO / 2,
                numero,
                ha="center",
                va="center",
                fontsize=PETIT,
                color=charte().couleurs.secondaire,
            )
        rangees = -(-len(de_la_ligne) // par_rangee)
        bas = y + rangees * (COTE + NUMERO + 0.08)
        y = max(bas, haut_du_libelle + len(lignes) * LIGNE) + ENTRE_LIGNES
    coupee = "rompue" in cases and bool(cases["rompue"].any())
    hauteur = _legende(axes, cases["etat"].value_counts(), y, largeur, dessins, coupee)
    axes.set_xlim(0, largeur)
    axes.set_ylim(hauteur, 0)
    axes.set_axis_off()
    return hauteur


def _coupure(axes: Axes, x: float, y: float, hauteur: float = COTE) -> None:
    """Draw what parts two cases that do not compare."""
    gris = charte().couleurs.secondaire
    axes.plot([x, x], [y - 0.03, y + hauteur + 0.03], color=gris, linewidth=1.2, linestyle=":")


def _case(axes: Axes, x: float, y: float, case: Case, cote: float = COTE) -> None:
    """Draw a case, its corner at a place: filled, or outlined, dashed when nothing is known."""
    axes.add_patch(
        FancyBboxPatch(
            (x, y),
            cote,
            cote,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=case.couleur if case.pleine else charte().couleurs.fond,
            edgecolor=case.couleur,
            linewidth=0.9,
            linestyle="--" if case.tirets else "-",
        )
    )
    axes.text(
        x + cote / 2,
        y + cote / 2,
        case.signe,
        ha="center",
        va="center_baseline",
        fontsize=TEXTE,
        fontweight="bold",
        color=charte().couleurs.fond if case.pleine else case.couleur,
    )


def _legende(
    axes: Axes,
    effectifs: pd.Series,
    y: float,
    largeur: float,
    dessins: Mapping[str, Case],
    coupee: bool,
) -> float:
    """Draw the key from a height on, as many lines as it takes; return where it ends."""
    signes: list[tuple[Case | None, str]] = [
        (case, dire_les_cases(case, int(effectifs[etat])))
        for etat, case in dessins.items()
        if etat in effectifs
    ]
    if coupee:
        signes.append((None, dire("coupure")))
    x = 0.0
    cote = 0.38
    for case, texte in signes:
        place = cote + 0.12 + measure(texte, PETIT, bold=False) / POINTS_PAR_CM
        if x and x + place > largeur:
            x = 0.0
            y += LIGNE + 0.14
        if case is None:
            _coupure(axes, x + cote / 2, y, cote)
        else:
            _case(axes, x, y, case, cote)
        axes.text(x + cote + 0.12, y + cote / 2, texte, va="center", fontsize=PETIT)
        x += place + ENTRE_MOTS
    return y + LIGNE + 0.08


def dire_les_cases(case: Case, effectif: int) -> str:
    """Return « 3 réalisées »."""
    mot = case.mot if effectif < 2 else case.pluriel
    return f"{effectif}{INSECABLE}{mot}"
