"""The commune among comparable ones: a strip of dots of their changes, and curves that start from 100 in one year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables import BASE
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, de_a, de_a_points, enumerer, minuscule, nombre, points, pourcent, signe
from ctglib.graphiques.assemblage import Chiffres, assemble
from ctglib.graphiques.echelle import echelle, round_step
from ctglib.graphiques.rangees import (
    GUTTER,
    LINE_OF_NAMES,
    SANS_ZERO,
    Cle,
    put_axis,
    put_key,
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
    from ctglib.graphiques.panneaux import Panneau
    from ctglib.graphiques.planche import Planche

ENTETE = "Écart, en points"
MARK, DOT = 18.0, 5.0
HALF_MEAN, BAR = 8.5, 6.0
EDGE, BETWEEN_GRADUATIONS = 4.0, 8.0
SIGNES = (
    "Un point gris est une commune comparable, le trait leur moyenne. La barre bleue dit où la commune peut se "
    "trouver, l'arrondi compris : quand elle touche le trait, l'écart est dans le bruit."
)
COLUMNS, GAP, UNDER_KEY = {False: 3, True: 2}, 18.0, 14.0
SAMPLE = 16.0
ROLES = {"commune": "territoire", "departement": "reference", "moyenne": "secondaire"}
NOMBRES = (*ROLES, "bas", "haut")


# The strip of dots.


@dataclass(frozen=True)
class _Bande:
    """What is drawn: ``rows`` are the gaps that could be computed, with ``texte``; ``points`` the dots."""

    rows: pd.DataFrame
    points: pd.DataFrame
    moyenne: str
    nom: str


def points_comparables(
    resultat: Resultat, comparaison: Comparaison, contexte: Contexte, *, nom: str, titre: str
) -> Figure | None:
    """Return the strip, one row an indicator in the catalogue's order; None when no gap could be computed.

    Args:
        resultat: The comparison.
        comparaison: Words of the catalogue.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    rows = resultat.ecarts[resultat.ecarts["ecart"].notna()].reset_index(drop=True)
    if rows.empty:
        return None
    noise = comparaison.mots.bruit
    rows = rows.assign(texte=[noise if row.bruit else signe(row.ecart) for row in rows.itertuples()])
    mean = f"Moyenne des {compter(resultat.nombre, 'commune')}"
    strip = _Bande(rows, resultat.points, mean, contexte.territoire.nom)
    return assemble(
        contexte, lambda planche: _draw_strip(planche, strip), nom=nom, titre=titre,
        alt=_alt_of_strip(rows, resultat, contexte), lecture=_lecture_of_strip(rows, resultat, contexte),
        chiffres=_chiffres_of_strip(strip),
    )  # fmt: skip


def _draw_strip(planche: Planche, bande: _Bande) -> float:
    rows, colours, heading = bande.rows, planche.couleurs, planche.measure(ENTETE)
    margin = max(heading, *(planche.measure(text, bold=True) for text in rows["texte"])) + GUTTER
    top = LINE_OF_NAMES + planche.leading
    rangees = put_rows(planche, list(rows["libelle"]), top, mark=MARK, first=planche.leading + 3)
    planche.write(planche.width, LINE_OF_NAMES, ENTETE, ha="right", color=colours.secondaire)
    scale = _scale_of_strip(planche, bande, rangees.left, planche.width - margin)
    axes = planche.across(scale)
    bottom = put_axis(planche, axes, scale, top - 2, rangees.bottom, symbole="%", signe=True)
    first, place_of_names = rows.iloc[0], LINE_OF_NAMES
    names = [(scale.place(first["variation_moyenne"]), bande.moyenne, colours.texte),
             (scale.place(first["variation"]), bande.nom, colours.territoire)]  # fmt: skip
    if planche.narrow:
        place_of_names = rangees.middles[0] - MARK / 2 - LINE_OF_NAMES
    put_names(planche, place_of_names, sorted(names), None if planche.narrow else planche.width - heading - GUTTER)
    placed = rows.assign(y=rangees.middles)
    dots = bande.points.merge(placed[["indicateur", "y"]], on="indicateur")
    spans = pd.concat([dots, placed])[["y", "variation"]].groupby("y")["variation"].agg(["min", "max"])
    axes.hlines(spans.index, spans["min"], spans["max"], colors=colours.filet, linewidth=0.8)
    planche.marks(axes, dots["variation"], dots["y"], colours.secondaire, size=DOT - 0.7)
    mean = placed["variation_moyenne"]
    axes.barh(placed["y"], placed["ecart_max"] - placed["ecart_min"], BAR, mean + placed["ecart_min"],
              color=planche.shade(2), zorder=2, clip_on=False)  # fmt: skip
    axes.vlines(mean, placed["y"] - HALF_MEAN, placed["y"] + HALF_MEAN, colors=colours.texte, linewidth=1.6)
    planche.marks(axes, placed["variation"], placed["y"], colours.territoire)
    for row in placed.itertuples():
        colour = colours.absence if row.bruit else colours.territoire
        planche.write(planche.width, row.y, row.texte, ha="right", bold=not row.bruit, color=colour)
    return put_note(planche, 0, bottom, SIGNES)


def _scale_of_strip(planche: Planche, bande: _Bande, left: float, right: float) -> Echelle:
    """Return the scale of the changes, its graduations far enough apart for what is written under them."""
    rows = bande.rows
    ends = [rows["variation_moyenne"] + rows[name] for name in ("ecart_min", "ecart_max")]
    values = [*bande.points["variation"], *rows["variation"], *ends[0], *ends[1]]
    widest = max(planche.measure(pourcent(value, 0, signe=True)) for value in (min(values), max(values)))
    scale = echelle(values, left + max(EDGE, widest / 2 if planche.narrow else 0), right - EDGE, zero=True)
    while scale.place(scale.step) - scale.place(0) < widest + BETWEEN_GRADUATIONS:
        scale = replace(scale, step=round_step(1.5 * scale.step))
    return scale


def _alt_of_strip(rows: pd.DataFrame, resultat: Resultat, contexte: Contexte) -> str:
    rule, place = resultat.regle, contexte.territoire
    items = [f"{row.libelle} {pourcent(row.variation, signe=True)} contre {pourcent(row.variation_moyenne, signe=True)}"
             for row in rows.itertuples()]  # fmt: skip
    return (
        f"Points sur {compter(len(rows), 'rangée')} : évolution de {rule.annee_reference} à {rule.annee} "
        f"{place.de} et de {_communes(resultat)}, avec leur moyenne. {place.nom} contre la moyenne : "
        f"{', '.join(items)}."
    )


def _communes(resultat: Resultat) -> str:
    return compter(resultat.nombre, "commune comparable", "communes comparables")


def _lecture_of_strip(rows: pd.DataFrame, resultat: Resultat, contexte: Contexte) -> str:
    """Return the reading of the widest gap that is more than rounding, else of the first row."""
    rule, beyond = resultat.regle, rows[~rows["bruit"].astype(bool)]
    row = rows.iloc[0] if beyond.empty else beyond.loc[beyond["ecart"].abs().idxmax()]
    gap = f"{points(row['ecart'])} ({de_a_points(row['ecart_min'], row['ecart_max'])} selon l'arrondi)"
    noise = ", dans le bruit" if row["bruit"] else ""
    return (
        f"de {rule.annee_reference} à {rule.annee}, « {minuscule(row['libelle'])} » : "
        f"{pourcent(row['variation'], signe=True)} {contexte.territoire.a}, "
        f"{pourcent(row['variation_moyenne'], signe=True)} en moyenne dans {_communes(resultat)} ; "
        f"l'écart est de {gap}{noise}."
    )


def _chiffres_of_strip(bande: _Bande) -> Chiffres:
    columns = (
        Colonne("libelle", "Série"),
        Colonne("variation", f"{bande.nom}, en %", numerique=True),
        Colonne("variation_moyenne", "Moyenne, en %", numerique=True),
        Colonne("bas", "La plus basse, en %", numerique=True),
        Colonne("haut", "La plus haute, en %", numerique=True),
        Colonne("ecart", "Écart, en points", numerique=True),
        Colonne("intervalle", "Selon l'arrondi, en points", numerique=True),
    )
    variations = bande.points.groupby("indicateur", sort=False)["variation"]
    names = bande.rows["indicateur"]
    rows = bande.rows.assign(bas=names.map(variations.min()), haut=names.map(variations.max()))
    signed = ("variation", "variation_moyenne", "bas", "haut", "ecart")
    cells = rows.assign(
        **{name: rows[name].map(signe) for name in signed},
        intervalle=[de_a(row.ecart_min, row.ecart_max) for row in rows.itertuples()],
    )
    return Chiffres(columns, cells[[column.cle for column in columns]], rows.drop(columns="texte"))


# The curves.


def trajectoires_comparables(resultat: Resultat, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the panels, in the catalogue's order: commune, département, mean and band of the comparable communes.

    Args:
        resultat: The comparison.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    labels = dict(zip(resultat.ecarts["indicateur"], resultat.ecarts["libelle"], strict=True))
    rows = resultat.trajectoires.assign(libelle=resultat.trajectoires["indicateur"].map(labels))
    names = {
        "commune": contexte.territoire.nom,
        "departement": f"{contexte.reference.nom} sans {contexte.territoire.nom}",
        "moyenne": f"Moyenne des {_communes(resultat)}",
    }
    year = resultat.regle.annee_reference
    return assemble(
        contexte, lambda planche: _draw_curves(planche, rows, names, year, _communes(resultat)), nom=nom, titre=titre,
        alt=_alt_of_curves(rows, names, year), lecture=_lecture_of_curves(rows, resultat, contexte),
        chiffres=_chiffres_of_curves(rows, names), plots=rows["indicateur"].nunique(),
    )  # fmt: skip


def _draw_curves(planche: Planche, rows: pd.DataFrame, names: dict[str, str], year: int, communes: str) -> float:
    from ctglib.graphiques.panneaux import put_panels

    band = f"Bande : de la plus basse à la plus haute des {communes}"
    top = put_key(planche, 0.0, _key(planche, names, band)) + UNDER_KEY
    low, high = float(rows[[*NOMBRES]].min().min()), float(rows[[*NOMBRES]].max().max())
    limits = (low, high) if high > low else (BASE - 1, BASE + 1)
    panels = [_panneau(members) for _, members in rows.groupby("indicateur", sort=False)]
    years = (int(rows["annee"].min()), int(rows["annee"].max()))
    bottom = put_panels(planche, panels, top, columns=COLUMNS[planche.narrow], gap=GAP, years=years, limits=limits)
    return put_note(planche, 0, bottom + 4, f"{year} = {BASE}. Même échelle pour toutes les séries. {SANS_ZERO}")


def _key(planche: Planche, names: dict[str, str], band: str) -> list[Cle]:
    """Return the key of the lines and of the band."""
    entries = [
        Cle(names[name], SAMPLE, partial(_put_sample, planche, role), getattr(planche.couleurs, role), gras=True)
        for name, role in ROLES.items()
    ]
    grey = planche.couleurs.filet
    return [*entries, Cle(band, SAMPLE, lambda x, y: planche.rectangle(x, y - 4, SAMPLE, 8, grey))]


def _put_sample(planche: Planche, role: str, x: float, y: float) -> None:
    from ctglib.graphiques.panneaux import put_line

    put_line(planche, planche.axes, role, [x, x + SAMPLE / 2, x + SAMPLE], [y] * 3, markevery=[1])


def _panneau(rows: pd.DataFrame) -> Panneau:
    from ctglib.graphiques.panneaux import Courbe, Panneau, Point, Signe

    rows = rows.sort_values("annee")
    years, first = rows["annee"].astype(int).tolist(), rows["annee"].iloc[0]
    new = [bool(flag) and year != first for year, flag in zip(rows["annee"], rows["rupture"], strict=True)]
    breaks = [str(year) for year, flag in zip(years, new, strict=True) if flag]
    return Panneau(
        titre=rows["libelle"].iloc[0],
        detail="",
        courbes=tuple(
            Courbe(role, tuple(Point(year, value, indice(value), nouvelle=flag)
                               for year, value, flag in zip(years, rows[name], new, strict=True)))
            for name, role in ROLES.items()
        ),
        bande=tuple(zip(years, rows["bas"], rows["haut"], strict=True)),
        remarques=((Signe.RUPTURE, f"Rupture de série en {enumerer(breaks)}"),) if breaks else (),
    )  # fmt: skip


def indice(valeur: float) -> str:
    """Return an index with one decimal, an en dash when there is none."""
    return "–" if valeur != valeur else nombre(valeur, 1)


def _alt_of_curves(rows: pd.DataFrame, names: dict[str, str], year: int) -> str:
    last = rows.sort_values("annee").groupby("indicateur", sort=False).tail(1).set_index("indicateur")
    ends = []
    for name in dict.fromkeys(rows["indicateur"]):
        values = " ; ".join(f"{names[one]} {indice(last.loc[name, one])}" for one in ROLES)
        ends.append(f"{last.loc[name, 'libelle']} : {values}.")
    return (
        f"Courbes, {compter(len(last), 'panneau', 'panneaux')}, {year} = {BASE}. Indices de "
        f"{int(rows['annee'].max())}. {' '.join(ends)}"
    )


def _lecture_of_curves(rows: pd.DataFrame, resultat: Resultat, contexte: Contexte) -> str:
    row = rows[rows["indicateur"] == rows["indicateur"].iloc[0]].sort_values("annee").iloc[-1]
    return (
        f"« {minuscule(row['libelle'])} » : pour {BASE} en {resultat.regle.annee_reference}, {indice(row['commune'])} "
        f"{contexte.territoire.a} en {row['annee']}, {indice(row['moyenne'])} en moyenne dans les "
        f"{_communes(resultat)} (de {indice(row['bas'])} à {indice(row['haut'])}) et {indice(row['departement'])} dans "
        f"le reste {contexte.reference.de}."
    )


def _chiffres_of_curves(rows: pd.DataFrame, names: dict[str, str]) -> Chiffres:
    columns = (
        Colonne("annee", "Année"),
        Colonne("effectif", f"{names['commune']}, effectif", numerique=True),
        *(Colonne(name, f"{names[name]}, indice", numerique=True) for name in ROLES),
        Colonne("bas", "La plus basse, indice", numerique=True),
        Colonne("haut", "La plus haute, indice", numerique=True),
    )
    cells = rows.assign(
        annee=[f"{row.annee} (nouvelle série)" if row.rupture else str(row.annee) for row in rows.itertuples()],
        effectif=["–" if pd.isna(value) else nombre(value) for value in rows["effectif"]],
        **{name: rows[name].map(indice) for name in NOMBRES},
    )
    donnees = rows.drop(columns="libelle")
    return Chiffres(columns, cells[[column.cle for column in columns]], donnees, tuple(rows["libelle"]))
