"""Dots in rows: a territory and its reference, the indices of vulnerability, the commune among
comparable ones.
"""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from ctglib.calculs.comparables import Resultat
from ctglib.calculs.comparaison import DECIMALES_INDICE, ranger
from ctglib.calculs.ecriture import INSECABLE, enumerer, minuscule, nombre, pourcent
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.typographie import RIEN, de_a, nombre_court, points, remplir, signe
from ctglib.donnees.modeles.catalogue import Comparaison, Radar
from ctglib.graphiques.planche import (
    GUTTER,
    LINE_OF_NAMES,
    Echelle,
    Planche,
    assemble,
    dire,
    echelle,
    round_step,
)

TOP = 17.0
BESIDE = 7.0
THIRD = 5.5
UNDER_HEADER = 10.0
GARDEES = [
    "indicateur",
    "libelle",
    "unite",
    "annee",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "ecart",
]
BASE = 100.0
# a drawing stops at so many times the high threshold, so that one index does not crush the others
CEILING = 2.0
GRADUATIONS = 8
MARK_OF_STRIP = 18.0
DOT = 5.0
HALF_MEAN = 8.5
BAR = 6.0
EDGE = 4.0
BETWEEN_GRADUATIONS = 8.0
ABSENTE = "valeur absente"


def _dire(rows: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return rows of a comparison with what their year and their two values read: ``an``, ``ici``,
    ``la``.
    """
    told = list(rows.itertuples())
    return rows.assign(
        an=[RIEN if pd.isna(row.annee) else str(int(row.annee)) for row in told],
        ici=[contexte.valeur(row.indicateur, row.valeur, row.statut) for row in told],
        la=[
            contexte.valeur(row.indicateur, row.valeur_reference, row.statut_reference)
            for row in told
        ],
    )


# Dumbbells.


def haltere(
    comparaison: pd.DataFrame, contexte: Contexte, *, autre: str = "", **legende: str
) -> Figure:
    """Return the dumbbell chart of a comparison, from the highest gap to the lowest; rows without a
    gap come last.

    - ``comparaison``: rows of ``ctglib.calculs.comparaison.comparer``, at least one, whose values
      share a scale; a column ``valeur_autre`` adds the values of third places, which ``autre``
      names.
    - ``autre``: what the third mark of a row is.

    Raises:
        ValueError: The rows mix units that do not share a scale: rates do (in %, for 100), others
            only with themselves.
    """
    unites = set(comparaison["unite"])
    if len(unites) > 1 and set(comparaison["ecart_type"]) != {"points"}:
        raise ValueError(
            f"Un graphique en haltères ne mêle pas ces unités : {', '.join(sorted(unites))}."
        )
    rows = comparaison.sort_values(
        "ecart", ascending=False, kind="stable", na_position="last"
    ).reset_index(drop=True)
    here = contexte.territoire
    there = contexte.reference
    shown = _dire(rows, contexte).assign(
        texte_ecart=[
            RIEN
            if pd.isna(row.ecart)
            else contexte.ecart(row.indicateur, row.ecart, row.ecart_type)
            for row in rows.itertuples()
        ],
        symbole=[contexte.unites[unite].symbole for unite in rows["unite"]],
    )
    complete = shown[shown["ecart"].notna()]
    first = (complete if len(complete) else shown).iloc[0]
    last = shown.iloc[[0, *complete.index[-1:]]]

    def sentence(row: object) -> str:
        gap = "" if row.texte_ecart == RIEN else f" (écart : {row.texte_ecart})"
        return (
            f"« {row.libelle} » : {row.ici or ABSENTE} {here.a}, {row.la or ABSENTE} {there.a}{gap}"
        )

    count = (
        f"{len(rows)} indicateurs, de l'écart le plus haut au plus bas"
        if len(rows) > 1
        else "Un indicateur"
    )
    return assemble(
        contexte,
        lambda planche: _draw_dumbbells(planche, shown, contexte, autre),
        **legende,
        alt=f"{count}, {here.nom} et {there.nom}. {' ; '.join(dict.fromkeys(map(sentence, last.itertuples())))}.",
        lecture=("" if pd.isna(first["annee"]) else f"en {first['an']}, ") + f"{sentence(first)}.",
        colonnes={
            "libelle": "Indicateur",
            "an": "Année",
            "ici": here.nom,
            "la": there.nom,
            "texte_ecart": "Écart",
        },
        lignes=shown,
        donnees=rows[GARDEES],
    )


def _draw_dumbbells(planche: Planche, rows: pd.DataFrame, contexte: Contexte, autre: str) -> float:
    colours = planche.couleurs
    symbols = list(dict.fromkeys(rows["symbole"]))
    percent = symbols == ["%"]
    header = dire("ecart_en_points") if percent else "Écart"
    gaps = rows["texte_ecart"].str.partition(INSECABLE)[0] if percent else rows["texte_ecart"]
    heading = planche.measure(header)
    right = planche.width - max(heading, planche.widest(gaps, bold=True)) - GUTTER
    middles, bottom = planche.put_rows(rows["libelle"], TOP, first=planche.leading + 3)
    # A scale as wide as its zone allows once every value has its text beside its mark.
    values = [*rows["valeur"], *rows["valeur_reference"]]
    left = planche.left
    others = rows["valeur_autre"].dropna() if "valeur_autre" in rows else []
    widths = [planche.measure(text, bold=True) + BESIDE for text in (*rows["ici"], *rows["la"])]
    scale = echelle([*values, *others], left + max(widths), right - max(widths), zero=True)
    if not pd.isna(values).any():
        places = [(scale.place(value), width) for value, width in zip(values, widths, strict=True)]
        before = max(width - (x - scale.left) for x, width in places)
        after = max(width - (scale.right - x) for x, width in places)
        scale = replace(scale, left=left + max(before, 0), right=right - max(after, 0))
    axes = planche.plot(scale)
    bottom = planche.put_axis(axes, scale, TOP - 2, bottom, symbole="%" if percent else "")
    planche.write(planche.width, LINE_OF_NAMES, header, ha="right", color=colours.secondaire)
    placed = rows.assign(y=middles)
    both = placed[placed["ecart"].notna()]
    axes.hlines(
        both["y"], both["valeur"], both["valeur_reference"], colors=colours.filet, linewidth=2.4
    )
    if autre:
        axes.vlines(
            placed["valeur_autre"],
            placed["y"] - THIRD,
            placed["y"] + THIRD,
            linewidth=1.6,
            clip_on=False,
            colors=colours.secondaire,
        )
    names = []
    for name, label, colour, form in (
        ("valeur_reference", contexte.reference.nom, colours.reference, "D"),
        ("valeur", contexte.territoire.nom, colours.territoire, "o"),
    ):
        known = placed[placed[name].notna()]
        planche.marks(known[name], known["y"], colour, axes=axes, form=form)
        names.append(
            (scale.place(known[name].iloc[0]) if len(known) else scale.left, label, colour)
        )
    for row, gap in zip(placed.itertuples(), gaps, strict=True):
        _write_values(planche, scale, row)
        planche.write(planche.width, row.y, gap, ha="right", bold=True)
    line = middles[0] - planche.leading - 3 if planche.narrow else LINE_OF_NAMES
    limit = 0.0 if planche.narrow else planche.width - heading - GUTTER
    planche.put_names(line, sorted(names, key=lambda name: name[0]), limit)
    notes = [dire("echelle_commune", symboles=enumerer(symbols))] if len(symbols) > 1 else []
    notes += [f"Trait gris : {autre}."] if autre else []
    return planche.put_note(left, bottom, " ".join(notes)) if notes else bottom


def _write_values(planche: Planche, scale: Echelle, row: object) -> None:
    """Write the lowest value on the left of its mark, the other on the right of the last one; or
    what is absent.
    """
    colours = planche.couleurs
    ends = [
        (row.valeur_reference, row.la, colours.reference, False),
        (row.valeur, row.ici, colours.territoire, True),
    ]
    first, last = sorted(ends, key=lambda end: (pd.isna(end[0]), end[0]))
    if pd.isna(first[0]):
        words = " / ".join(dict.fromkeys(text for _, text, _, _ in ends if text)) or RIEN
        planche.write(scale.left, row.y, words, color=colours.absence, hide=True)
        return
    beside = first[0] if pd.isna(last[0]) else last[0]
    for value, side, (_, text, colour, bold) in ((first[0], -1, first), (beside, 1, last)):
        x = scale.place(value) + side * BESIDE
        align = "right" if side < 0 else "left"
        planche.write(x, row.y, text or RIEN, ha=align, bold=bold, color=colour)


# Indices.


def points_indices(
    indices: pd.DataFrame, radar: Radar, contexte: Contexte, **legende: str
) -> Figure:
    """Return the dot plot of the indices, the highest first, doubtful ones last; axes without an
    index are named.

    ``indices`` are rows of ``ctglib.calculs.comparaison.indices``.
    """
    here = contexte.territoire
    there = contexte.reference
    blank = {"": ABSENTE}
    rows = _dire(indices.reset_index(drop=True), contexte).replace({"ici": blank, "la": blank})
    rows["axe"] = [f"{rank}. {label}" for rank, label in enumerate(rows["libelle"], start=1)]
    rows["texte"] = [
        RIEN if pd.isna(index) else nombre(index, DECIMALES_INDICE) for index in rows["indice"]
    ]
    present = ranger(rows[rows["niveau"] != "absent"])
    without = []
    for row in rows[rows["niveau"] == "absent"].itertuples():
        why = "valeur nulle" if 0 in (row.valeur, row.valeur_reference) else "années différentes"
        why = f"{row.la} {there.a}" if pd.isna(row.valeur_reference) else why
        without.append(f"{row.libelle} ({f'{row.ici} {here.a}' if pd.isna(row.valeur) else why})")
    said = dire("sans_indice", axes=enumerer(without)) if without else ""
    reference = f"{there.nom} = {nombre(BASE, DECIMALES_INDICE)}"
    lecture = said
    parts = [dire("indices", axes=len(rows), lieu=here.nom, reference=reference)]
    if len(present):
        lecture = dire(
            "un_indice", ou=here.a, la_bas=there.a, reference=reference, **present.iloc[0]
        )
    for niveau, seuil in (("haut", radar.seuil_haut), ("bas", radar.seuil_bas), ("proche", 0)):
        items = [
            f"« {row.libelle} » {row.texte}"
            for row in present[present["niveau"] == niveau].itertuples()
        ]
        parts += (
            [dire(f"indices_{niveau}", seuil=nombre_court(seuil), axes=", ".join(items))]
            if items
            else []
        )

    def draw(planche: Planche) -> float:
        bottom = 0.0
        remarks = [said]
        if len(present):
            most = max(*present["indice"], radar.seuil_haut, BASE)
            step = round_step(most / GRADUATIONS)
            most = min(-(-most // step) * step, CEILING * radar.seuil_haut)
            placed = present.assign(place=present["indice"].clip(0.0, most))
            bottom = _draw_indices(planche, placed, radar, reference)
            if placed["place"].ne(placed["indice"]).any():
                remarks.insert(0, dire("hors_de_l_echelle", fin=nombre(most, DECIMALES_INDICE)))
        for remark in filter(None, remarks):
            bottom = planche.put_note(planche.left, bottom, remark)
        return bottom

    return assemble(
        contexte,
        draw,
        **legende,
        alt=" ".join(filter(None, (*parts, said))),
        lecture=lecture,
        colonnes={
            "axe": "Axe",
            "an": "Année",
            "ici": here.nom,
            "la": there.nom,
            "texte": f"Indice ({reference})",
        },
        lignes=rows,
        donnees=indices,
    )


def _draw_indices(planche: Planche, rows: pd.DataFrame, radar: Radar, reference: str) -> float:
    colours = planche.couleurs
    second = LINE_OF_NAMES + planche.leading
    top = second + UNDER_HEADER
    middles, last = planche.put_rows(rows["libelle"], top)
    margin = planche.widest(rows["texte"], bold=True) + BESIDE
    values = [*rows["place"], radar.seuil_bas, radar.seuil_haut, BASE]
    scale = echelle(values, planche.left + margin, planche.width - margin)
    axes = planche.plot(scale)
    bottom = planche.put_axis(axes, scale, top - 2, last)
    axes.vlines(
        [radar.seuil_bas, radar.seuil_haut],
        top - 2,
        last + 3,
        colors=colours.secondaire,
        linewidth=0.9,
        linestyle="--",
    )
    axes.vlines(BASE, top - 2, last + 3, colors=colours.reference, linewidth=1.2)
    named = (("Seuil bas", radar.seuil_bas), ("Seuil haut", radar.seuil_haut))
    names = [
        (scale.place(value), f"{name} : {nombre_court(value)}", colours.secondaire)
        for name, value in named
    ]
    planche.put_names(LINE_OF_NAMES, names)
    (line,) = planche.wrap(reference, planche.width, 1, bold=True)
    half = planche.measure(line, bold=True) / 2
    planche.write(
        min(max(scale.place(BASE), half), planche.width - half),
        second,
        line,
        ha="center",
        bold=True,
        color=colours.reference,
    )
    placed = rows.assign(y=middles)
    axes.hlines(placed["y"], BASE, placed["place"], colors=colours.filet, linewidth=2.4)
    inside = placed[placed["place"] == placed["indice"]]
    planche.marks(inside["place"], inside["y"], colours.territoire, axes=axes)
    for row in placed.itertuples():
        x = scale.place(row.place)
        side = 1 if row.indice >= BASE else -1
        if row.place != row.indice:
            planche.arrow(x, row.y, side, colours.territoire)
        planche.write(
            x + side * BESIDE,
            row.y,
            row.texte,
            ha="left" if side > 0 else "right",
            bold=True,
            hide=True,
            color=colours.territoire,
        )
    if scale.low > 0:
        bottom = planche.put_note(planche.left, bottom, dire("echelle_sans_zero", n=1))
    return bottom


# Comparable communes.


def points_comparables(
    resultat: Resultat, comparaison: Comparaison, contexte: Contexte, **legende: str
) -> Figure | None:
    """Return the strip, one row an indicator in the catalogue's order; None when no gap could be
    computed.
    """
    rows = resultat.ecarts[resultat.ecarts["ecart"].notna()].reset_index(drop=True)
    if rows.empty:
        return None
    changes = resultat.points.groupby("indicateur")["variation"].agg(bas="min", haut="max")
    rows = rows.join(changes, on="indicateur")
    place = contexte.territoire
    told = list(rows.itertuples())
    beyond = rows[
        ~rows["bruit"].astype(bool)
    ]  # the widest gap that is more than rounding is read, else the first row
    read = rows.iloc[0] if beyond.empty else beyond.loc[beyond["ecart"].abs().idxmax()]
    ends = read["ecart_min"], read["ecart_max"]
    items = [
        f"{row.libelle} {pourcent(row.variation, signe=True)} contre {pourcent(row.variation_moyenne, signe=True)}"
        for row in told
    ]
    shown = rows.assign(
        texte=[comparaison.mots["bruit"] if row.bruit else signe(row.ecart) for row in told],
        intervalle=[de_a(row.ecart_min, row.ecart_max) for row in told],
    )
    written = {
        name: shown[name].map(signe)
        for name in ("variation", "variation_moyenne", "bas", "haut", "ecart")
    }

    def ecrire(phrase: str, **valeurs: object) -> str:
        years = {"depart": resultat.annee_reference, "annee": resultat.annee}
        return remplir(
            comparaison.phrases[phrase],
            **years,
            comparables=resultat.nombre,
            **contexte.lieux,
            **valeurs,
        )

    return assemble(
        contexte,
        lambda planche: _draw_strip(planche, shown, resultat.points, ecrire, place.nom),
        **legende,
        alt=ecrire("alt", rangees=len(rows), evolutions=", ".join(items)),
        lecture=ecrire(
            "lecture",
            libelle=minuscule(read["libelle"]),
            ici=pourcent(read["variation"], signe=True),
            moyenne=pourcent(read["variation_moyenne"], signe=True),
            ecart=points(read["ecart"]),
            bornes=de_a(*ends),
            loin=max(abs(round(end, 1)) for end in ends),
            bruit=", dans le bruit" if read["bruit"] else "",
        ),
        colonnes={
            "libelle": "Série",
            "variation": f"{place.nom}, en %",
            "variation_moyenne": "Moyenne, en %",
            "bas": "La plus basse, en %",
            "haut": "La plus haute, en %",
            "ecart": dire("ecart_en_points"),
            "intervalle": "Selon l'arrondi, en points",
        },
        lignes=shown.assign(**written),
        donnees=rows,
    )


def _draw_strip(
    planche: Planche, rows: pd.DataFrame, dots: pd.DataFrame, ecrire: Callable[[str], str], nom: str
) -> float:
    header = dire("ecart_en_points")
    colours = planche.couleurs
    narrow = planche.narrow
    heading = planche.measure(header)
    margin = max(heading, planche.widest(rows["texte"], bold=True)) + GUTTER
    top = LINE_OF_NAMES + planche.leading
    middles, bottom = planche.put_rows(
        rows["libelle"], top, mark=MARK_OF_STRIP, first=planche.leading + 3
    )
    planche.write(planche.width, LINE_OF_NAMES, header, ha="right", color=colours.secondaire)
    ends = [rows["variation_moyenne"] + rows[name] for name in ("ecart_min", "ecart_max")]
    values = [*dots["variation"], *rows["variation"], *ends[0], *ends[1]]
    widest = planche.widest(pourcent(value, 0, signe=True) for value in (min(values), max(values)))
    left = planche.left + max(EDGE, widest / 2 if narrow else 0)
    scale = echelle(values, left, planche.width - margin - EDGE, zero=True)
    while scale.place(scale.step) - scale.place(0) < widest + BETWEEN_GRADUATIONS:
        scale = replace(scale, step=round_step(1.5 * scale.step))
    axes = planche.plot(scale)
    bottom = planche.put_axis(axes, scale, top - 2, bottom, symbole="%", signe=True)
    names = [
        (scale.place(rows["variation_moyenne"].iloc[0]), ecrire("moyenne"), colours.texte),
        (scale.place(rows["variation"].iloc[0]), nom, colours.territoire),
    ]
    line = middles[0] - MARK_OF_STRIP / 2 - LINE_OF_NAMES if narrow else LINE_OF_NAMES
    planche.put_names(line, sorted(names), 0.0 if narrow else planche.width - heading - GUTTER)
    placed = rows.assign(y=middles)
    dots = dots.merge(placed[["indicateur", "y"]], on="indicateur")
    spans = pd.concat([dots, placed]).groupby("y")["variation"].agg(["min", "max"])
    axes.hlines(spans.index, spans["min"], spans["max"], colors=colours.filet, linewidth=0.8)
    planche.marks(dots["variation"], dots["y"], colours.secondaire, axes=axes, size=DOT - 0.7)
    means = placed["variation_moyenne"]
    axes.barh(
        placed["y"],
        placed["ecart_max"] - placed["ecart_min"],
        BAR,
        means + placed["ecart_min"],
        color=planche.shade[2],
        zorder=2,
        clip_on=False,
    )
    axes.vlines(
        means, placed["y"] - HALF_MEAN, placed["y"] + HALF_MEAN, colors=colours.texte, linewidth=1.6
    )
    planche.marks(placed["variation"], placed["y"], colours.territoire, axes=axes)
    for row in placed.itertuples():
        colour = colours.absence if row.bruit else colours.territoire
        planche.write(planche.width, row.y, row.texte, ha="right", bold=not row.bruit, color=colour)
    return planche.put_note(0, bottom, ecrire("signes"))
