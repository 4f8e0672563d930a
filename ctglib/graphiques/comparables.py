"""The commune among comparable ones: a strip of dots of their changes, and curves that start from 100 in one year."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables import BASE
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import (
    compter,
    de_a,
    de_a_points,
    enumerer,
    minuscule,
    nombre,
    points,
    pourcent,
    signe,
)
from ctglib.graphiques.echelle import echelle, round_step
from ctglib.graphiques.panneaux import Panneau, put_line, put_panels
from ctglib.graphiques.planche import assemble
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
NOMBRES = [*ROLES, "bas", "haut"]


def _communes(resultat: Resultat) -> str:
    return compter(resultat.nombre, "commune comparable", "communes comparables")


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
    year, last = resultat.regle.annee_reference, rows.sort_values("annee").groupby("indicateur", sort=False).tail(1)
    last = last.set_index("indicateur").loc[list(dict.fromkeys(rows["indicateur"]))]
    read = last.iloc[0]
    ends = [f"{row['libelle']} : {' ; '.join(f'{names[one]} {indice(row[one])}' for one in ROLES)}."
            for _, row in last.iterrows()]  # fmt: skip
    columns = (
        Colonne("an", "Année"),
        Colonne("effectif", f"{names['commune']}, effectif", numerique=True,
                ecrire=lambda value: "–" if pd.isna(value) else nombre(value)),
        *(Colonne(name, f"{names[name]}, indice", numerique=True, ecrire=indice) for name in ROLES),
        Colonne("bas", "La plus basse, indice", numerique=True, ecrire=indice),
        Colonne("haut", "La plus haute, indice", numerique=True, ecrire=indice),
    )  # fmt: skip
    told = [f"{row.annee} (nouvelle série)" if row.rupture else str(row.annee) for row in rows.itertuples()]
    return assemble(
        contexte, lambda planche: _draw_curves(planche, rows, names, year, _communes(resultat)), nom=nom, titre=titre,
        alt=f"Courbes, {compter(len(last), 'panneau', 'panneaux')}, {year} = {BASE}. Indices de "
            f"{int(rows['annee'].max())}. {' '.join(ends)}",
        lecture=f"« {minuscule(read['libelle'])} » : pour {BASE} en {year}, {indice(read['commune'])} "
                f"{contexte.territoire.a} en {read['annee']}, {indice(read['moyenne'])} en moyenne dans les "
                f"{_communes(resultat)} (de {indice(read['bas'])} à {indice(read['haut'])}) et "
                f"{indice(read['departement'])} dans le reste {contexte.reference.de}.",
        colonnes=columns, lignes=rows.assign(an=told), donnees=rows.drop(columns="libelle"),
        groupes=tuple(rows["libelle"]),
    )  # fmt: skip


def _draw_curves(planche: Planche, rows: pd.DataFrame, names: dict[str, str], year: int, communes: str) -> float:
    grey = planche.couleurs.filet
    key = [Cle(names[name], SAMPLE, partial(_put_sample, planche, role), getattr(planche.couleurs, role), gras=True)
           for name, role in ROLES.items()]  # fmt: skip
    key.append(Cle(f"Bande : de la plus basse à la plus haute des {communes}", SAMPLE,
                   lambda x, y: planche.rectangle(x, y - 4, SAMPLE, 8, grey)))  # fmt: skip
    top = put_key(planche, 0.0, key) + UNDER_KEY
    low, high = float(rows[NOMBRES].min(axis=None)), float(rows[NOMBRES].max(axis=None))
    panels = [_panneau(members.sort_values("annee")) for _, members in rows.groupby("indicateur", sort=False)]
    bottom = put_panels(planche, panels, top, columns=COLUMNS[planche.narrow], gap=GAP,
                        limits=(low, high) if high > low else (BASE - 1, BASE + 1))  # fmt: skip
    return put_note(planche, 0, bottom + 4, f"{year} = {BASE}. Même échelle pour toutes les séries. {SANS_ZERO}")


def _put_sample(planche: Planche, role: str, x: float, y: float) -> None:
    put_line(planche, planche.axes, role, [x, x + SAMPLE / 2, x + SAMPLE], [y] * 3, markevery=[1])


def _panneau(rows: pd.DataFrame) -> Panneau:
    new = rows["rupture"].astype(bool) & rows["annee"].ne(rows["annee"].iloc[0])
    texts = {f"texte_{role}": rows[name].map(indice) for name, role in ROLES.items()}
    breaks = [str(year) for year in rows.loc[new, "annee"]]
    return Panneau(
        rows["libelle"].iloc[0], "", rows.rename(columns=ROLES).assign(nouvelle=new, provisoire=False, **texts),
        remarques=(("rupture", f"Rupture de série en {enumerer(breaks)}"),) if breaks else (),
    )  # fmt: skip


def indice(valeur: float) -> str:
    """Return an index with one decimal, an en dash when there is none."""
    return "–" if valeur != valeur else nombre(valeur, 1)
