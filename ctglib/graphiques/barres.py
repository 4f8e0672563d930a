"""Bars: the ages that structures take, what enters and leaves year by year, the parts of a whole."""

import pandas as pd
from matplotlib.axes import Axes

from ctglib.calculs.ecriture import FINE, INSECABLE, enumerer, minuscule, nombre, pourcent
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.typographie import RIEN, compter
from ctglib.graphiques.planche import (
    BETWEEN_ROWS,
    GUTTER,
    Echelle,
    Planche,
    assemble,
    dire,
    echelle,
)

THICKNESS = 12.0
BESIDE = 5.0
HEIGHT_OF_BAND = 15.0
POINT_OF_ARROW = 8.0
BEFORE_A_GROUP = 8.0
UNDER_A_TITLE = 5.0
ENTREES = "Entrées"
SORTIES = "Sorties"
SOLDE = "Solde"
SENS = {"entrees": 1, "sorties": -1}
SANS_SOLDE = "inconnu"
HEIGHT = 110.0  # of the longest entry and the longest exit together
PART_OF_A_BAR = 0.62
WIDEST_BAR = 46.0
SQUARE = 10.0  # of what is absent
MARGIN_OF_YEARS = 5.0
BETWEEN_BLOCKS = 14.0
LINES = 3
LINES_INSIDE = 2
MARGIN = 4.0
UNDER_NAME = 2.0
BETWEEN_BARS = 11.0
SEPARATOR = 1.4
PATCH = 7.0
AFTER_PATCH = 4.0
BETWEEN_ENTRIES = 12.0
WHOLE = 100.0
LEAST = 0.05  # a rest of 100 % that is only rounding
GARDEES = ["groupe", "modalite", "libelle", "part", "effectif", "statut"]


# Ages.


def ages(
    ages: pd.DataFrame,
    tranches: pd.DataFrame,
    contexte: Contexte,
    *,
    jusqu_a: int = 0,
    **legende: str,
) -> Figure:
    """Return the chart of the ages, category by category; an age that goes beyond the scale ends
    with an arrow.

    - ``ages``: rows of ``ctglib.calculs.offre.ages``.
    - ``tranches``: children by age: ``age_min``, ``age_max`` (both included), ``effectif`` (NaN
      when absent) and ``libelle`` (« Enfants de 3 à 5 ans »).
    - ``jusqu_a``: the oldest age that must be seen, beyond the children who are counted.
    """
    rows = ages.assign(fin=ages["age_max"].map(_end_of_age))
    bands = tranches.assign(
        fin=tranches["age_max"].map(_end_of_age),
        compte=[RIEN if pd.isna(value) else nombre(value) for value in tranches["effectif"]],
    ).sort_values("age_min")

    def counts(bands: pd.DataFrame) -> str:
        """Return « 473 enfants de moins de 3 ans et 458 enfants de 3 à 5 ans »; nothing when no
        count is known.
        """
        known = bands[bands["effectif"].notna()]
        return enumerer([f"{band.compte} {minuscule(band.libelle)}" for band in known.itertuples()])

    place = contexte.territoire
    spans = " ; ".join(f"« {row.nom} » : {row.texte}" for row in rows.itertuples())
    alt = (
        f"Âges de {compter(len(rows), 'structure')}, {place.nom}. {spans}."
        if spans
        else dire("sans_age")
    )
    alt += f" Enfants comptés : {counted}." if (counted := counts(bands)) else ""
    lecture = minuscule(dire("sans_age"))
    if len(rows):  # the widest span within the scale, and the children counted at these ages
        last = (bands if len(bands) else rows)["fin"].max()
        row = max(
            rows.itertuples(), key=lambda row: row.fin - row.age_min if row.fin <= last else 0
        )
        within = counts(bands[(bands["age_min"] >= row.age_min) & (bands["fin"] <= row.fin)])
        children = f" ; {place.a}, on compte {within}" if within else ""
        lecture = f"« {row.nom} » : {row.texte}, l'âge le plus haut étant compris{children}."
    told = bands.assign(
        nom=bands["libelle"],
        libelle_type="",
        texte=[
            f"{nombre(band.age_min)} à {nombre(band.age_max)} ans" for band in bands.itertuples()
        ],
    )
    told = pd.concat([rows.assign(compte=""), told], ignore_index=True)
    return assemble(
        contexte,
        lambda planche: _draw_ages(planche, rows, bands, _end_of_age(jusqu_a)),
        **legende,
        alt=alt,
        lecture=lecture,
        mots=3,
        lignes=told,
        donnees=told.drop(columns=["fin", "texte", "compte", "libelle"]),
        colonnes={
            "nom": "Structure ou tranche d'âge",
            "libelle_type": "Type",
            "texte": "Âges",
            "compte": "Enfants",
        },
    )


def _end_of_age(age_max: float) -> float:
    """Return where an age ends: « 10 ans » lasts until the eleventh birthday, while 30 months is a
    point in time.
    """
    return age_max + 1 if age_max == int(age_max) else age_max


def _draw_ages(planche: Planche, rows: pd.DataFrame, bands: pd.DataFrame, furthest: float) -> float:
    ends = bands["fin"] if len(bands) else rows["fin"]
    grey = planche.couleurs
    y = 0.0
    scale = echelle([0.0, *ends, furthest], planche.left, planche.width, zero=True)
    axes = planche.plot(scale)
    bounds = scale.graduations()
    if len(bands):  # the children of each age group as a thin band
        bounds = sorted({*bands["age_min"], *ends, max(furthest, ends.max())})
        (middle,), y = planche.put_rows(
            [dire("bandeau_des_ages")], y, mark=HEIGHT_OF_BAND, first=1.0, bold=True
        )
        axes.barh(
            [middle] * len(bands),
            bands["fin"] - bands["age_min"],
            HEIGHT_OF_BAND,
            bands["age_min"],
            color=planche.shade[3],
            edgecolor=grey.fond,
            linewidth=1.5,
            clip_on=False,
        )
        for band in bands.itertuples():
            left = scale.place(band.age_min)
            right = scale.place(band.fin)
            if planche.measure(band.compte, bold=True) <= right - left - 1.5:
                planche.write((left + right) / 2, middle, band.compte, ha="center", bold=True)
        y += GUTTER
    top = y
    if rows.empty:
        y = planche.put_text(0, y, dire("sans_age"), color=grey.absence) + BETWEEN_ROWS
    for rank, (title, members) in enumerate(rows.groupby("libelle_categorie", sort=False)):
        if rank:
            planche.rule([(0, y), (planche.width, y)], grey.filet, 0.5)
            y += BEFORE_A_GROUP
        y = planche.put_text(0, y, str(title), lines=3, bold=True, hide=True) + UNDER_A_TITLE
        # The kind qualifies the name, unless it begins with it.
        kinds = [
            "" if row.nom.startswith(row.libelle_type) else row.libelle_type
            for row in members.itertuples()
        ]
        middles, bottom = planche.put_rows(members["nom"], y, details=kinds)
        y = bottom + BETWEEN_ROWS
        for middle, row in zip(middles, members.itertuples(), strict=True):
            _put_span(planche, axes, scale, middle, row)
    values = [(bound, nombre(bound)) for bound in bounds]
    bottom = planche.put_axis(axes, scale, top, y - BETWEEN_ROWS, values=values)
    right, line = (
        (planche.width, bottom + 5) if planche.narrow else (scale.left - GUTTER, bottom - 6)
    )
    planche.write(right, line, dire("unite_des_ages"), ha="right", color=grey.secondaire)
    return line + 6


def _put_span(planche: Planche, axes: Axes, scale: Echelle, y: float, row: object) -> None:
    """Put a span and its text: on its right, on its left when there is no room, else on the span
    itself.
    """
    beyond = row.fin > scale.high
    colour = planche.couleurs.territoire
    end = min(row.fin, scale.high)
    left = scale.place(row.age_min)
    right = scale.place(end)
    if beyond:
        planche.arrow(right, y, 1, colour)
        end -= POINT_OF_ARROW * (scale.high - scale.low) / (scale.right - scale.left)
    axes.barh(
        y, end - row.age_min, THICKNESS, row.age_min, color=colour, zorder=2.2, clip_on=False
    )  # over the rules
    width = planche.measure(row.texte) + BESIDE
    if not beyond and right + width <= planche.width:
        planche.write(right + BESIDE, y, row.texte, hide=True)
    elif left - width >= scale.left:
        planche.write(left - BESIDE, y, row.texte, ha="right", hide=True)
    else:
        planche.write(left + BESIDE, y, row.texte, color=planche.couleurs.fond)


# Entries and exits.


def entrees_sorties(mouvements: pd.DataFrame, contexte: Contexte, **legende: str) -> Figure | None:
    """Return the bars of each year; None when no year has an entry or an exit that is known.

    - ``mouvements``: one row a year: ``annee``, ``entrees``, ``sorties`` (counts, NaN with the
      absence that ``statut_entrees`` and ``statut_sorties`` tell).
    """
    if not mouvements[["entrees", "sorties"]].notna().any(axis=None):
        return None
    rows = mouvements.sort_values("annee", kind="stable").reset_index(drop=True)
    rows = rows.assign(
        solde=rows["entrees"] - rows["sorties"], an=[str(int(year)) for year in rows["annee"]]
    )
    for name in SENS:
        pairs = zip(rows[name], rows[f"statut_{name}"], strict=True)
        rows[f"texte_{name}"] = [
            contexte.absence(why) if pd.isna(value) else nombre(value) for value, why in pairs
        ]
    rows["texte_solde"] = [
        SANS_SOLDE if pd.isna(value) else nombre(value, signe=True) for value in rows["solde"]
    ]
    complete = rows[rows["solde"].notna()]
    row = (
        complete if len(complete) else rows.dropna(subset=["entrees", "sorties"], how="all")
    ).iloc[-1]
    said = [
        f"{row.an} : entrées {row.texte_entrees}, sorties {row.texte_sorties}, solde {row.texte_solde}."
        for row in rows.itertuples()
    ]

    def draw(planche: Planche) -> float:
        left = planche.widest((ENTREES, SORTIES, SOLDE), bold=True) + GUTTER
        texts = rows[["texte_entrees", "texte_sorties", "texte_solde", "an"]].to_numpy().ravel()
        need = planche.widest_word(texts, bold=True) + 2 * MARGIN_OF_YEARS
        unit = HEIGHT / max(sum(value for name in SENS if (value := rows[name].max()) > 0), 1.0)
        return planche.put_blocks(
            rows.index,
            left,
            need,
            BETWEEN_BLOCKS,
            lambda ranks, place: _put_years(
                planche, rows.loc[ranks].reset_index(drop=True), place, unit
            ),
        )

    return assemble(
        contexte,
        draw,
        **legende,
        alt=f"Entrées et sorties sur {compter(len(rows), 'année')}. {' '.join(said)}",
        lecture=f"en {row['an']}, entrées : {row['texte_entrees']} ; sorties : {row['texte_sorties']} ; "
        f"solde : {row['texte_solde']}.",
        colonnes={
            "an": "Année",
            "texte_entrees": ENTREES,
            "texte_sorties": SORTIES,
            "texte_solde": SOLDE,
        },
        lignes=rows,
        donnees=rows[["annee", "entrees", "statut_entrees", "sorties", "statut_sorties", "solde"]],
    )


def _put_years(
    planche: Planche, rows: pd.DataFrame, place: tuple[float, float, float], unit: float
) -> float:
    """Put some years: what enters above the axis, what leaves below, then the balance and the year."""
    colours = planche.couleurs
    lead = planche.leading
    (left, top, size) = place
    lines = {
        name: [
            planche.wrap(text, size - MARGIN_OF_YEARS, LINES, bold=True)
            for text in rows[f"texte_{name}"]
        ]
        for name in (*SENS, "solde")
    }
    lengths = {name: rows[name].fillna(SQUARE / unit) * unit for name in SENS}
    reach = {
        name: max(
            length + len(text) * lead + 4
            for length, text in zip(lengths[name], lines[name], strict=True)
        )
        for name in SENS
    }
    zero = top + reach["entrees"]
    bottom = zero + reach["sorties"]
    across = Echelle(0, len(rows), left, left + size * len(rows))
    axes = planche.plot(
        across, Echelle(-reach["sorties"] / unit, reach["entrees"] / unit, bottom, top)
    )
    colour = {"entrees": colours.territoire, "sorties": planche.shade[1]}
    width = min(PART_OF_A_BAR * size, WIDEST_BAR)
    for name, side in SENS.items():
        known = rows[name][rows[name] > 0]
        axes.bar(known.index + 0.5, side * known, width / size, color=colour[name], clip_on=False)
        for rank, (value, length, text) in enumerate(
            zip(rows[name], lengths[name], lines[name], strict=True)
        ):
            x = across.place(rank + 0.5)
            absent = pd.isna(value)
            if absent:
                planche.rectangle(
                    x - width / 2, zero - length if side > 0 else zero, width, length, None
                )
            middle = zero - side * (length + 3 + len(text) * lead / 2)
            style = {"color": colours.absence} if absent else {"bold": True}
            planche.write_lines(x, middle, text, ha="center", **style)
    axes.axhline(0, color=colours.texte, linewidth=0.8, clip_on=False)
    planche.write(0, zero - 8, ENTREES, bold=True, color=colours.territoire)
    planche.write(0, zero + 9, SORTIES, bold=True, color=colours.secondaire)
    planche.rule([(0, bottom + 1), (planche.width, bottom + 1)], colours.filet, 0.5)
    years = bottom + 6
    for rank, (year, text) in enumerate(zip(rows["an"], lines["solde"], strict=True)):
        x = across.place(rank + 0.5)
        planche.write(x, years + lead / 2, year, ha="center", color=colours.secondaire)
        planche.write_lines(
            x, years + lead + 2 + len(text) * lead / 2, text, ha="center", bold=True
        )
    planche.write(0, years + lead * 1.5 + 2, SOLDE, bold=True)
    return years + lead + 2 + max(map(len, lines["solde"])) * lead


# Parts of a whole.


def parts(parts: pd.DataFrame, contexte: Contexte, **legende: str) -> Figure | None:
    """Return the bars of the groups, in order; None when no part is known.

    - ``parts``: one row a group and modalité: ``groupe``, ``modalite``, ``libelle`` (of the
      modalité), ``part`` (in %, NaN with the absence that ``statut`` tells), ``effectif`` (NaN when
      hidden), ``statut``.
    """
    if not parts["part"].notna().any():
        return None
    pairs = zip(parts["part"], parts["statut"], strict=True)
    texts = [
        contexte.absence(statut) if pd.isna(part) else pourcent(part, 1) for part, statut in pairs
    ]
    rows = parts.astype({"groupe": str, "part": "float64"}).assign(texte=texts)
    groups = {str(name): members for name, members in rows.groupby("groupe", sort=False)}
    name, members = next(
        (name, members) for name, members in groups.items() if members["part"].notna().any()
    )
    most = members.loc[members["part"].idxmax()]
    absent = " ; ".join(
        f"{word} : {minuscule(labels)}" for word, labels in _absent(members).items()
    )
    counts = (
        f"{compter(rows['modalite'].nunique(), 'modalité')} dans {compter(len(groups), 'groupe')}"
    )
    said = [
        f"{name} : {', '.join(members['libelle'] + ' ' + members['texte'])}."
        for name, members in groups.items()
    ]
    # One row a modalité and one column a group; the counts, which the CSV has, are not repeated.
    told = rows.drop_duplicates(["modalite", "groupe"], keep="last")
    names = list(dict.fromkeys(rows["modalite"]))
    heads = {f"g{rank}": f"{name} (%)" for rank, name in enumerate(groups)}
    cells = told.pivot(index="modalite", columns="groupe", values="texte")[list(groups)].fillna(
        RIEN
    )
    cells = cells.replace(f"{FINE}%$", "", regex=True).set_axis(list(heads), axis=1)
    cells["libelle"] = rows.drop_duplicates("modalite", keep="last").set_index("modalite")[
        "libelle"
    ]

    def draw(planche: Planche) -> float:
        shades = dict(zip(names, planche.shades(len(names)), strict=True))
        bars = {name: _segments(rows, shades) for name, rows in groups.items()}
        whole = max(WHOLE, *(segments["part"].sum() for segments in bars.values()))
        scale = Echelle(0, whole, 0, planche.width)
        axes = planche.plot(scale)
        y = 0.0
        for name, segments in bars.items():
            y = _put_bar(planche, axes, scale, y, name, segments) + BETWEEN_BARS
        return y - BETWEEN_BARS + 2

    return assemble(
        contexte,
        draw,
        **legende,
        alt=f"Parts de {counts}. {' '.join(said)}",
        lecture=f"{name}, « {most['libelle']} » : {most['texte']}"
        + (f" ({absent})." if absent else "."),
        colonnes={"libelle": "Modalité", **heads},
        lignes=cells.loc[names],
        donnees=parts[GARDEES],
    )


def _segments(rows: pd.DataFrame, shades: dict[str, str]) -> pd.DataFrame:
    """Return the known parts in order, then one without colour a reason of absence: they share the
    rest of 100 %.
    """
    known = rows[rows["part"].notna()]
    hidden = _absent(rows)
    left = max(WHOLE - known["part"].sum(), 0.0)
    rest = left / len(hidden) if len(hidden) and left > LEAST else 0.0
    found = [(row.libelle, row.texte, row.part, shades[row.modalite]) for row in known.itertuples()]
    found += [(labels, word, rest, "") for word, labels in hidden.items()]
    return pd.DataFrame(found, columns=["libelle", "texte", "part", "color"])


def _absent(rows: pd.DataFrame) -> dict[str, str]:
    """Return the labels of the parts that are absent, « Autre commune et non renseigné », by the
    word that says so.
    """
    hidden = rows[rows["part"].isna()].groupby("texte", sort=False)["libelle"]
    return {word: enumerer([first, *map(minuscule, others)]) for word, (first, *others) in hidden}


def _put_bar(
    planche: Planche, axes: Axes, scale: Echelle, top: float, name: str, rows: pd.DataFrame
) -> float:
    """Put the name of a group, its bar, and under it the labels that have no room inside; return
    its bottom.
    """
    lead = planche.leading
    colours = planche.couleurs
    top = planche.put_text(0, top, name, lines=LINES, bold=True) + UNDER_NAME
    segments = list(rows.itertuples())
    inside = []
    for segment in (
        segments
    ):  # its label, then its part; over hatching a label has one line, or goes under the bar
        room = scale.place(segment.part) - 2 * MARGIN
        lines = planche.wrap(segment.libelle, room, LINES_INSIDE if segment.color else 1)
        fits = planche.measure(segment.texte, bold=True) <= room
        fits = fits and " ".join(lines) == planche.wrap(segment.libelle, 1e6, 1)[0]
        inside.append([*lines, segment.texte] if fits else [])
    height = max(1, *map(len, inside)) * lead + 2 * MARGIN
    start = 0.0
    for segment, lines in zip(segments, inside, strict=True):
        x = scale.place(start)
        ink = planche.ink(segment.color) if segment.color else colours.absence
        if segment.part and segment.color:
            axes.barh(
                top + height / 2, segment.part, height, start, color=segment.color, clip_on=False
            )
        elif segment.part:
            planche.rectangle(start, top, segment.part, height, None, axes=axes)
        if segment.part and start:
            axes.vlines(
                start, top, top + height, colors=colours.fond, linewidth=SEPARATOR, clip_on=False
            )
        first = top + (height - (len(lines) - 1) * lead) / 2
        for rank, line in enumerate(lines):
            planche.write(
                x + MARGIN,
                first + rank * lead,
                line,
                bold=rank == len(lines) - 1,
                color=ink,
                hide=not segment.color,
            )
        start += segment.part
    _outline(planche, 0.0, top, scale.place(start), height)
    outside = [segment for segment, lines in zip(segments, inside, strict=True) if not lines]
    if not outside:
        return top + height + 2
    # Under the bar, each label after a patch of its colour, on a new line when one is full.
    indent = PATCH + AFTER_PATCH
    x = 0.0
    y = top + height + 4
    for segment in outside:
        said = segment.texte.replace(" ", INSECABLE) if FINE in segment.texte else segment.texte
        lines = planche.wrap(f"{segment.libelle} : {said}", planche.width - indent, LINES)
        width = indent + planche.widest(lines)
        if x and (x + width > planche.width or len(lines) > 1):
            x = 0.0
            y = y + lead
        planche.rectangle(x, y + (lead - PATCH) / 2, PATCH, PATCH, segment.color or None)
        _outline(planche, x, y + (lead - PATCH) / 2, PATCH, PATCH)
        planche.write_lines(x + indent, y + len(lines) * lead / 2, lines)
        x = x + width + BETWEEN_ENTRIES
        y = y + (len(lines) - 1) * lead
    return y + lead


def _outline(planche: Planche, x: float, y: float, width: float, height: float) -> None:
    """Put a thin outline, without which the lightest shade would be lost on the page."""
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    planche.rule(corners, planche.couleurs.filet, 0.5)
