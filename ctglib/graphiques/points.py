"""Dots in rows: a territory and its reference, the indices of vulnerability, the commune among comparable ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.radar import DECIMALES_INDICE, ranger
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import (
    INSECABLE,
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
from ctglib.graphiques.planche import DASHES, assemble
from ctglib.graphiques.rangees import (
    GUTTER,
    LINE_OF_NAMES,
    SANS_ZERO,
    echelle,
    left_of_marks,
    put_axis,
    put_names,
    put_note,
    put_rows,
    round_step,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.calculs.comparables import Resultat
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Comparaison, Radar
    from ctglib.graphiques.planche import Planche
    from ctglib.graphiques.rangees import Echelle

TOP = 17.0
BESIDE, THIRD, UNDER_HEADER = 7.0, 5.5, 10.0
TIRET = "–"
GARDEES = ["indicateur", "libelle", "unite", "annee", "valeur", "statut", "valeur_reference", "statut_reference",
           "ecart"]  # fmt: skip
BASE = 100.0
CEILING = 2.0  # a drawing stops at so many times the high threshold, so that one index does not crush the others
GRADUATIONS = 8
ENTETE = "Écart, en points"
MARK_OF_STRIP, DOT = 18.0, 5.0
HALF_MEAN, BAR = 8.5, 6.0
EDGE, BETWEEN_GRADUATIONS = 4.0, 8.0
SIGNES = (
    "Un point gris est une commune comparable, le trait leur moyenne. La barre bleue dit où la commune peut se "
    "trouver, l'arrondi compris : quand elle touche le trait, l'écart est dans le bruit."
)


# Dumbbells.


def haltere(
    comparaison: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "", autre: str = ""
) -> Figure:
    """Return the dumbbell chart of a comparison, from the highest gap to the lowest; rows without a gap come last.

    - ``comparaison``: rows of ``ctglib.calculs.comparaison.comparer``, at least one, whose values share a scale; a
      column ``valeur_autre`` adds the values of third places, which ``autre`` names.
    - ``autre``: what the third mark of a row is.
    The other arguments are those of ``planche.assemble``.

    Raises:
        ValueError: The rows mix units that do not share a scale: rates do (in %, for 100), others only with themselves.
    """
    unites = set(comparaison["unite"])
    if len(unites) > 1 and set(comparaison["ecart_type"]) != {"points"}:
        raise ValueError(f"Un graphique en haltères ne mêle pas ces unités : {', '.join(sorted(unites))}.")
    rows = comparaison.sort_values("ecart", ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    told = list(rows.itertuples())
    shown = rows.assign(
        texte=[contexte.valeur(row.indicateur, row.valeur, row.statut) for row in told],
        texte_reference=[contexte.valeur(row.indicateur, row.valeur_reference, row.statut_reference) for row in told],
        texte_ecart=[
            TIRET if pd.isna(row.ecart) else contexte.ecart(row.indicateur, row.ecart, row.ecart_type) for row in told
        ],
        symbole=[contexte.unites[row.unite].symbole for row in told],
        an=[TIRET if pd.isna(row.annee) else str(int(row.annee)) for row in told],
    )
    complete = shown[shown["ecart"].notna()]
    first, last = (complete if len(complete) else shown).iloc[0], shown.iloc[[0, *complete.index[-1:]]]
    count = f"{len(rows)} indicateurs, de l'écart le plus haut au plus bas" if len(rows) > 1 else "Un indicateur"
    ends = dict.fromkeys(_sentence(row, contexte) for row in last.itertuples())
    columns = (
        Colonne("libelle", "Indicateur"),
        Colonne("an", "Année", numerique=True),
        Colonne("texte", contexte.territoire.nom, numerique=True),
        Colonne("texte_reference", contexte.reference.nom, numerique=True),
        Colonne("texte_ecart", "Écart", numerique=True),
    )
    return assemble(
        contexte, lambda planche: _draw_dumbbells(planche, shown, contexte, autre), nom=nom, titre=titre, source=source,
        alt=f"{count}, {contexte.territoire.nom} et {contexte.reference.nom}. {' ; '.join(ends)}.",
        lecture=("" if pd.isna(first["annee"]) else f"en {first['an']}, ") + f"{_sentence(first, contexte)}.",
        colonnes=columns, lignes=shown, donnees=rows[GARDEES],
    )  # fmt: skip


def _sentence(row: object, contexte: Contexte) -> str:
    gap = "" if row.texte_ecart == TIRET else f" (écart : {row.texte_ecart})"
    own, other = row.texte or "valeur absente", row.texte_reference or "valeur absente"
    return f"« {row.libelle} » : {own} {contexte.territoire.a}, {other} {contexte.reference.a}{gap}"


def _draw_dumbbells(planche: Planche, rows: pd.DataFrame, contexte: Contexte, autre: str) -> float:
    percent = set(rows["symbole"]) == {"%"}
    header = "Écart, en points" if percent else "Écart"
    gaps = rows["texte_ecart"].str.partition(INSECABLE)[0] if percent else rows["texte_ecart"]
    heading = planche.measure(header)
    right = max(heading, planche.widest(gaps, bold=True)) + GUTTER
    rangees = put_rows(planche, rows["libelle"], TOP, first=planche.leading + 3)
    scale = _scale_of_dumbbells(planche, rows, rangees.left, planche.width - right)
    axes = planche.across(scale)
    bottom = put_axis(planche, axes, scale, TOP - 2, rangees.bottom, symbole="%" if percent else "")
    planche.write(planche.width, LINE_OF_NAMES, header, ha="right", color=planche.couleurs.secondaire)
    placed = rows.assign(y=rangees.middles)
    both = placed[placed["ecart"].notna()]
    axes.hlines(both["y"], both["valeur"], both["valeur_reference"], colors=planche.couleurs.filet, linewidth=2.4)
    if autre:
        axes.vlines(placed["valeur_autre"], placed["y"] - THIRD, placed["y"] + THIRD, linewidth=1.6, clip_on=False,
                    colors=planche.couleurs.secondaire)  # fmt: skip
    names = []
    for name, label, role, form in (("valeur_reference", contexte.reference.nom, "reference", "D"),
                                    ("valeur", contexte.territoire.nom, "territoire", "o")):  # fmt: skip
        known, colour = placed[placed[name].notna()], getattr(planche.couleurs, role)
        planche.marks(axes, known[name], known["y"], colour, form=form)
        names.append((scale.place(known[name].iloc[0]) if len(known) else scale.left, label, colour))
    names.sort(key=lambda name: name[0])
    for row, gap in zip(placed.itertuples(), gaps, strict=True):
        _write_values(planche, axes, scale, row)
        planche.write(planche.width, row.y, gap, ha="right", bold=True)
    if planche.narrow:
        put_names(planche, rangees.middles[0] - planche.leading - 3, names)
    else:
        put_names(planche, LINE_OF_NAMES, names, planche.width - heading - GUTTER)
    symbols = list(dict.fromkeys(rows["symbole"]))
    notes = [f"Échelle commune, en {enumerer(symbols)}."] if len(symbols) > 1 else []
    notes += [f"Trait gris : {autre}."] if autre else []
    return put_note(planche, rangees.left, bottom, " ".join(notes)) if notes else bottom


def _scale_of_dumbbells(planche: Planche, rows: pd.DataFrame, left: float, right: float) -> Echelle:
    """Return a scale as wide as its zone allows once every value has its text beside its mark."""
    values = [*rows["valeur"], *rows["valeur_reference"]]
    others = rows["valeur_autre"].dropna() if "valeur_autre" in rows else []
    widths = [planche.measure(text, bold=True) + BESIDE for text in (*rows["texte"], *rows["texte_reference"])]
    sure = echelle([*values, *others], left + max(widths), right - max(widths), zero=True)
    if pd.isna(values).any():
        return sure
    places = [(sure.place(value), width) for value, width in zip(values, widths, strict=True)]
    before = max(width - (x - sure.left) for x, width in places)
    after = max(width - (sure.right - x) for x, width in places)
    return replace(sure, left=left + max(before, 0), right=right - max(after, 0))


def _write_values(planche: Planche, axes: Axes, scale: Echelle, row: object) -> None:
    """Write the lowest value on the left of its mark, the other on the right of the last one; or what is absent."""
    colours = planche.couleurs
    ends = [(row.valeur_reference, row.texte_reference, colours.reference, False),
            (row.valeur, row.texte, colours.territoire, True)]  # fmt: skip
    present = sorted((end for end in ends if pd.notna(end[0])), key=lambda end: end[0])
    if not present:
        words = " / ".join(dict.fromkeys(text for _, text, _, _ in ends if text)) or TIRET
        planche.write(scale.left, row.y, words, color=colours.absence, hide=True)
        return
    first, last = present[0], present[-1]
    other = last if first is not last else next(end for end in ends if end is not first)
    for value, side, (_, text, colour, bold) in ((first[0], -1, first), (last[0], 1, other)):
        planche.annotate(axes, (value, row.y), text or TIRET, dx=side * BESIDE, ha="right" if side < 0 else "left",
                         bold=bold, color=colour)  # fmt: skip


# Indices.


def points_indices(indices: pd.DataFrame, radar: Radar, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the dot plot of the indices, the highest first, doubtful ones last; axes without an index are named.

    - ``indices``: rows of ``ctglib.calculs.radar.indices``.
    - ``radar``: the thresholds.
    The other arguments are those of ``planche.assemble``.
    """
    here, there, told = contexte.territoire, contexte.reference, list(indices.itertuples())
    rows = indices.reset_index(drop=True).assign(
        axe=[f"{rank}. {row.libelle}" for rank, row in enumerate(told, start=1)],
        an=["–" if pd.isna(row.annee) else str(int(row.annee)) for row in told],
        texte=[_indice(row.indice) if row.niveau != "absent" else "–" for row in told],
        ici=[contexte.valeur(row.indicateur, row.valeur, row.statut) or "valeur absente" for row in told],
        la=[contexte.valeur(row.indicateur, row.valeur_reference, row.statut_reference) or "valeur absente"
            for row in told],
    )  # fmt: skip
    present, absent = ranger(rows[rows["niveau"] != "absent"]), rows[rows["niveau"] == "absent"]
    without = [f"{row.libelle} ({_reason(row, contexte)})" for row in absent.itertuples()]
    said = f"Sans indice : {enumerer(without)}." if without else ""
    reference = f"{there.nom} = {_indice(BASE)}"
    lecture = said
    if len(present):
        row = present.iloc[0]
        lecture = (
            f"en {row['an']}, « {row['libelle']} » : {row['ici']} {here.a}, {row['la']} {there.a}, "
            f"soit un indice de {row['texte']} ({reference})."
        )
    parts = [f"Points, {len(rows)} axes, {here.nom}, {reference}."]
    for niveau, words in (("haut", f"Au seuil haut ({_seuil(radar.seuil_haut)}) ou au-delà"),
                          ("bas", f"Au seuil bas ({_seuil(radar.seuil_bas)}) ou en deçà"),
                          ("proche", "Entre les deux")):  # fmt: skip
        items = [f"« {row.libelle} » {row.texte}" for row in present[present["niveau"] == niveau].itertuples()]
        parts += [f"{words} : {', '.join(items)}."] if items else []
    columns = (
        Colonne("axe", "Axe"),
        Colonne("an", "Année", numerique=True),
        Colonne("ici", here.nom, numerique=True),
        Colonne("la", there.nom, numerique=True),
        Colonne("texte", f"Indice ({reference})", numerique=True),
    )
    return assemble(
        contexte, lambda planche: _draw_indices(planche, present, radar, reference, said), nom=nom, titre=titre,
        alt=" ".join(filter(None, (*parts, said))), lecture=lecture, colonnes=columns, lignes=rows, donnees=indices,
    )  # fmt: skip


def _indice(valeur: float) -> str:
    return nombre(valeur, DECIMALES_INDICE)


def _seuil(valeur: float) -> str:
    return nombre(valeur, 0 if valeur == int(valeur) else 1)


def _reason(row: object, contexte: Contexte) -> str:
    """Return why an axis has no index."""
    if pd.isna(row.valeur):
        return f"{row.ici} {contexte.territoire.a}"
    if pd.isna(row.valeur_reference):
        return f"{row.la} {contexte.reference.a}"
    return "valeur nulle" if 0 in (row.valeur, row.valeur_reference) else "années différentes"


def _draw_indices(planche: Planche, rows: pd.DataFrame, radar: Radar, reference: str, without: str) -> float:
    bottom, remarks = 0.0, [without]
    if len(rows):
        step = round_step(max(*rows["indice"], radar.seuil_haut, BASE) / GRADUATIONS)
        most = min(-(-max(*rows["indice"], radar.seuil_haut, BASE) // step) * step, CEILING * radar.seuil_haut)
        placed = rows.assign(place=rows["indice"].clip(0.0, most))
        bottom = _put_indices(planche, placed, radar, reference)
        if placed["place"].ne(placed["indice"]).any():
            remarks.insert(0, "Une flèche marque un indice hors de l'échelle, qui s'arrête à "
                              f"{_indice(most)} : sa valeur est écrite.")  # fmt: skip
    for remark in filter(None, remarks):
        bottom = put_note(planche, left_of_marks(planche), bottom, remark)
    return bottom


def _put_indices(planche: Planche, rows: pd.DataFrame, radar: Radar, reference: str) -> float:
    colours, second = planche.couleurs, LINE_OF_NAMES + planche.leading
    top = second + UNDER_HEADER
    rangees = put_rows(planche, rows["libelle"], top)
    margin = planche.widest(rows["texte"], bold=True) + BESIDE
    values = [*rows["place"], radar.seuil_bas, radar.seuil_haut, BASE]
    scale = echelle(values, rangees.left + margin, planche.width - margin)
    axes = planche.across(scale)
    bottom = put_axis(planche, axes, scale, top - 2, rangees.bottom)
    axes.vlines([radar.seuil_bas, radar.seuil_haut], top - 2, rangees.bottom + 3, colors=colours.secondaire,
                linewidth=0.9, linestyle=DASHES["tirets"])  # fmt: skip
    axes.vlines(BASE, top - 2, rangees.bottom + 3, colors=colours.reference, linewidth=1.2)
    named = (("Seuil bas", radar.seuil_bas), ("Seuil haut", radar.seuil_haut))
    names = [(scale.place(value), f"{name} : {_seuil(value)}", colours.secondaire) for name, value in named]
    put_names(planche, LINE_OF_NAMES, names)
    (line,) = planche.wrap(reference, planche.width, 1, bold=True)
    half = planche.measure(line, bold=True) / 2
    planche.write(min(max(scale.place(BASE), half), planche.width - half), second, line, ha="center", bold=True,
                  color=colours.reference)  # fmt: skip
    placed = rows.assign(y=rangees.middles)
    axes.hlines(placed["y"], BASE, placed["place"], colors=colours.filet, linewidth=2.4)
    inside = placed[placed["place"] == placed["indice"]]
    planche.marks(axes, inside["place"], inside["y"], colours.territoire)
    for row in placed.itertuples():
        x, side = scale.place(row.place), 1 if row.indice >= BASE else -1
        if row.place != row.indice:
            planche.arrow(x, row.y, side, colours.territoire)
        planche.write(x + side * BESIDE, row.y, row.texte, ha="left" if side > 0 else "right", bold=True, hide=True,
                      color=colours.territoire)  # fmt: skip
    return bottom if scale.low <= 0 <= scale.high else put_note(planche, rangees.left, bottom, SANS_ZERO)


# Comparable communes.


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
    rangees = put_rows(planche, rows["libelle"], top, mark=MARK_OF_STRIP, first=planche.leading + 3)
    planche.write(planche.width, LINE_OF_NAMES, ENTETE, ha="right", color=colours.secondaire)
    scale = _scale_of_strip(planche, rows, dots, rangees.left, planche.width - margin)
    axes = planche.across(scale)
    bottom = put_axis(planche, axes, scale, top - 2, rangees.bottom, symbole="%", signe=True)
    names = [(scale.place(rows["variation_moyenne"].iloc[0]), mean, colours.texte),
             (scale.place(rows["variation"].iloc[0]), nom, colours.territoire)]  # fmt: skip
    line = rangees.middles[0] - MARK_OF_STRIP / 2 - LINE_OF_NAMES if planche.narrow else LINE_OF_NAMES
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
