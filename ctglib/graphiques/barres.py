"""Bars: the ages that structures take, entries and exits year by year, the parts of a whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Unpack

import pandas as pd
from matplotlib.axes import Axes

from ctglib.calculs.ecriture import FINE, INSECABLE, enumerer, minuscule, nombre, pourcent
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.typographie import RIEN, compter
from ctglib.donnees.lignes import lignes
from ctglib.graphiques.planche import (
    BETWEEN_ROWS,
    GUTTER,
    Block,
    Echelle,
    Legende,
    Planche,
    assemble,
    dire,
    echelle,
    sur_une_planche,
)

# of the ages, in points
THICKNESS = 12.0  # of the bar of a structure
BESIDE = 5.0  # between a bar and its text
HEIGHT_OF_BAND = 15.0  # of the children of each age group
POINT_OF_ARROW = 8.0
BEFORE_A_GROUP = 8.0
UNDER_A_TITLE = 5.0
# of entries and exits, in points
ENTREES = "Entrées"
SORTIES = "Sorties"
SOLDE = "Solde"
SENS = {"entrees": 1, "sorties": -1}  # a column, and the side of the axis where its bars go
SANS_SOLDE = "inconnu"
HEIGHT = 110.0  # of the longest entry and the longest exit together
PART_OF_A_BAR = 0.62
WIDEST_BAR = 46.0
SQUARE = 10.0  # of what is absent
MARGIN_OF_YEARS = 5.0
BETWEEN_BLOCKS = 14.0
# of parts, in points
LINES = 3  # of a text, at most
LINES_INSIDE = 2  # of a label inside its segment
MARGIN = 4.0
UNDER_NAME = 2.0
BETWEEN_BARS = 11.0
SEPARATOR = 1.4
PATCH = 7.0  # of colour, before a label that stands under the bar
AFTER_PATCH = 4.0
BETWEEN_ENTRIES = 12.0
WHOLE = 100.0  # %
LEAST = 0.05  # %: what known parts leave of 100 % is no more than their rounding
COLONNES_DES_PARTS = ["groupe", "modalite", "libelle", "part", "effectif", "statut"]


# Ages.


@dataclass(frozen=True)
class Structure:
    """A structure on the chart of the ages."""

    nom: str
    libelle_type: str
    texte: str  # « 3 à 10 ans »
    age_min: float
    fin: float  # where its ages end, in years (see ``_end_of_age``)


@dataclass(frozen=True)
class Tranche:
    """The children of some ages."""

    libelle: str  # « Enfants de 3 à 5 ans »
    age_min: float
    age_max: float
    fin: float  # where these ages end, in years (see ``_end_of_age``)
    effectif: float  # how many they are, NaN when absent
    compte: str  # that number as it is written


def ages(
    ages: pd.DataFrame,
    tranches: pd.DataFrame,
    contexte: Contexte,
    *,
    jusqu_a: int = 0,
    **legende: Unpack[Legende],
) -> Figure:
    """Return the chart of the ages that structures take, category by category.

    The bar of a structure that goes beyond the scale ends with an arrow.

    - ``ages``: rows of ``ctglib.calculs.offre.ages``.
    - ``tranches``: children by age: ``age_min``, ``age_max`` (both included), ``effectif`` (NaN
      when absent) and ``libelle`` (« Enfants de 3 à 5 ans »).
    - ``jusqu_a``: the oldest age that must be seen, beyond the children who are counted.
    """
    table_structures = ages.assign(fin=ages["age_max"].map(_end_of_age))
    comptes = [RIEN if pd.isna(effectif) else nombre(effectif) for effectif in tranches["effectif"]]
    table_tranches = tranches.assign(
        fin=tranches["age_max"].map(_end_of_age), compte=comptes
    ).sort_values("age_min")
    structures = list(lignes(table_structures, Structure))
    liste_tranches = list(lignes(table_tranches, Tranche))
    territoire = contexte.territoire
    alt = dire("sans_age")
    lecture = minuscule(dire("sans_age"))
    if structures:
        etendues = " ; ".join(
            f"« {structure.nom} » : {structure.texte}" for structure in structures
        )
        alt = f"Âges de {compter(len(structures), 'structure')}, {territoire.nom}. {etendues}."
        lecture = _lecture_des_ages(structures, liste_tranches, territoire.a)
    enfants = _enfants(liste_tranches)
    if enfants:
        alt += f" Enfants comptés : {enfants}."
    ages_des_tranches = [
        f"{nombre(tranche.age_min)} à {nombre(tranche.age_max)} ans" for tranche in liste_tranches
    ]
    tranches_en_lignes = table_tranches.assign(
        nom=table_tranches["libelle"], libelle_type="", texte=ages_des_tranches
    )
    tableau = pd.concat([table_structures.assign(compte=""), tranches_en_lignes], ignore_index=True)
    return assemble(
        contexte,
        sur_une_planche(
            lambda planche: _draw_ages(
                planche, table_structures, table_tranches, _end_of_age(jusqu_a)
            )
        ),
        **legende,
        alt=alt,
        lecture=lecture,
        mots=3,
        lignes=tableau,
        donnees=tableau.drop(columns=["fin", "texte", "compte", "libelle"]),
        colonnes={
            "nom": "Structure ou tranche d'âge",
            "libelle_type": "Type",
            "texte": "Âges",
            "compte": "Enfants",
        },
    )


def _end_of_age(age_max: float) -> float:
    """Return where an age ends on the scale, in years.

    A whole age lasts until the next birthday: « jusqu'à 10 ans » ends at 11. An age in months is a
    point in time: 30 months, or 2.5, ends at 2.5.
    """
    return age_max + 1 if age_max == int(age_max) else age_max


def _lecture_des_ages(
    structures: Sequence[Structure], tranches: Sequence[Tranche], au_territoire: str
) -> str:
    """Return the sentence that reads one structure, and the children counted at its ages.

    It is the structure whose ages are the longest, among those that end within the scale.
    """
    fin_de_l_echelle = max(rangee.fin for rangee in tranches or structures)
    lue = max(
        structures,
        key=lambda structure: (
            structure.fin - structure.age_min if structure.fin <= fin_de_l_echelle else 0
        ),
    )
    lecture = f"« {lue.nom} » : {lue.texte}, l'âge le plus haut étant compris"
    enfants = _enfants(
        [
            tranche
            for tranche in tranches
            if tranche.age_min >= lue.age_min and tranche.fin <= lue.fin
        ]
    )
    if enfants:
        lecture += f" ; {au_territoire}, on compte {enfants}"
    return f"{lecture}."


def _enfants(tranches: Iterable[Tranche]) -> str:
    """Return « 473 enfants de moins de 3 ans et 458 enfants de 3 à 5 ans »; "" without counts."""
    return enumerer(
        [
            f"{tranche.compte} {minuscule(tranche.libelle)}"
            for tranche in tranches
            if pd.notna(tranche.effectif)
        ]
    )


def _draw_ages(
    planche: Planche, structures: pd.DataFrame, tranches: pd.DataFrame, furthest: float
) -> float:
    """Draw the band of the children, then the structures by category, over an axis of ages.

    The rules of the axis stand at the bounds of the age groups, or at round ages when there are no
    age groups. ``furthest`` is the end of an age that must be on the scale.
    """
    couleurs = planche.couleurs
    ends = structures["fin"] if tranches.empty else tranches["fin"]
    scale = echelle([0.0, *ends, furthest], planche.left, planche.width, zero=True)
    axes = planche.plot(scale)
    y = 0.0
    if tranches.empty:
        bounds = scale.graduations()
    else:
        bounds = sorted({*tranches["age_min"], *ends, max(furthest, ends.max())})
        y = _put_children(planche, axes, scale, y, tranches) + GUTTER
    top = y
    if structures.empty:
        y = planche.put_text(0, y, dire("sans_age"), color=couleurs.absence) + BETWEEN_ROWS

    categories = structures.groupby("libelle_categorie", sort=False)
    for rank, (categorie, membres) in enumerate(categories):
        if rank:
            planche.rule([(0, y), (planche.width, y)], couleurs.filet, 0.5)
            y += BEFORE_A_GROUP
        y = planche.put_text(0, y, str(categorie), lines=3, bold=True, hide=True) + UNDER_A_TITLE
        rangees = list(lignes(membres, Structure))
        # The kind qualifies the name, unless it begins with it.
        types = [
            "" if structure.nom.startswith(structure.libelle_type) else structure.libelle_type
            for structure in rangees
        ]
        noms = [structure.nom for structure in rangees]
        middles, bottom = planche.put_rows(noms, y, details=types)
        for middle, structure in zip(middles, rangees, strict=True):
            _put_span(planche, axes, scale, middle, structure)
        y = bottom + BETWEEN_ROWS

    values = [(bound, nombre(bound)) for bound in bounds]
    bottom = planche.put_axis(axes, scale, top, y - BETWEEN_ROWS, values=values)
    if planche.narrow:
        right = planche.width
        line = bottom + 5
    else:
        right = scale.start - GUTTER
        line = bottom - 6
    planche.write(right, line, dire("unite_des_ages"), ha="right", color=couleurs.secondaire)
    return line + 6


def _put_children(
    planche: Planche, axes: Axes, scale: Echelle, top: float, tranches: pd.DataFrame
) -> float:
    """Put a band cut at each age group, with its number of children, and return its bottom.

    A number that has no room in its piece is left out.
    """
    middles, bottom = planche.put_rows(
        [dire("bandeau_des_ages")], top, mark=HEIGHT_OF_BAND, first=1.0, bold=True
    )
    middle = middles[0]
    axes.barh(
        [middle] * len(tranches),
        tranches["fin"] - tranches["age_min"],
        HEIGHT_OF_BAND,
        tranches["age_min"],
        color=planche.degrade[3],
        edgecolor=planche.couleurs.fond,
        linewidth=1.5,
        clip_on=False,
    )
    for tranche in lignes(tranches, Tranche):
        left = scale.place(tranche.age_min)
        right = scale.place(tranche.fin)
        if planche.measure(tranche.compte, bold=True) <= right - left - 1.5:
            planche.write((left + right) / 2, middle, tranche.compte, ha="center", bold=True)
    return bottom


def _put_span(planche: Planche, axes: Axes, scale: Echelle, y: float, structure: Structure) -> None:
    """Put the bar of a structure's ages, and its text where there is room.

    On the right of the bar, else on its left, else on the bar itself.
    """
    beyond = structure.fin > scale.maximum
    colour = planche.couleurs.territoire
    end = min(structure.fin, scale.maximum)
    left = scale.place(structure.age_min)
    right = scale.place(end)
    if beyond:  # the bar stops where its arrowhead begins
        planche.arrow(right, y, 1, colour)
        years_a_point = (scale.maximum - scale.minimum) / (scale.end - scale.start)
        end -= POINT_OF_ARROW * years_a_point
    axes.barh(
        y,
        end - structure.age_min,
        THICKNESS,
        structure.age_min,
        color=colour,
        zorder=2.2,  # over the rules
        clip_on=False,
    )
    width = planche.measure(structure.texte) + BESIDE
    if not beyond and right + width <= planche.width:
        planche.write(right + BESIDE, y, structure.texte, hide=True)
    elif left - width >= scale.start:
        planche.write(left - BESIDE, y, structure.texte, ha="right", hide=True)
    else:
        planche.write(left + BESIDE, y, structure.texte, color=planche.couleurs.fond)


# Entries and exits.


@dataclass(frozen=True)
class Annee:
    """The texts of a year of movements: a number, or the word of its absence."""

    an: str
    texte_entrees: str
    texte_sorties: str
    texte_solde: str


def entrees_sorties(
    mouvements: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure | None:
    """Return the chart of entries and exits; None when no year has one that is known.

    - ``mouvements``: one row a year: ``annee``, ``entrees``, ``sorties`` (counts, NaN with the
      absence that ``statut_entrees`` and ``statut_sorties`` tell).
    """
    if not mouvements[["entrees", "sorties"]].notna().any(axis=None):
        return None
    par_annee = _mouvements_par_annee(mouvements, contexte)
    annees_lisibles = par_annee[par_annee["solde"].notna()]
    if annees_lisibles.empty:  # no year has both: one of the two is read
        annees_lisibles = par_annee.dropna(subset=["entrees", "sorties"], how="all")
    derniere = list(lignes(annees_lisibles, Annee))[-1]
    phrases = [
        f"{annee.an} : entrées {annee.texte_entrees}, sorties {annee.texte_sorties}, "
        f"solde {annee.texte_solde}."
        for annee in lignes(par_annee, Annee)
    ]

    def draw(planche: Planche) -> float:
        textes = par_annee[["texte_entrees", "texte_sorties", "texte_solde", "an"]]
        left = planche.widest((ENTREES, SORTIES, SOLDE), bold=True) + GUTTER
        widest_word = planche.widest_word(textes.to_numpy().ravel().tolist(), bold=True)
        plus_grands = [par_annee[sens].max() for sens in SENS]  # NaN when all are absent
        personnes = sum(effectif for effectif in plus_grands if effectif > 0)
        points_per_person = HEIGHT / max(personnes, 1.0)
        put_block = partial(_put_years, planche, par_annee, points_per_person)
        need = widest_word + 2 * MARGIN_OF_YEARS
        return planche.put_blocks(range(len(par_annee)), left, need, BETWEEN_BLOCKS, put_block)

    return assemble(
        contexte,
        sur_une_planche(draw),
        **legende,
        alt=f"Entrées et sorties sur {compter(len(par_annee), 'année')}. {' '.join(phrases)}",
        lecture=f"en {derniere.an}, entrées : {derniere.texte_entrees} ; "
        f"sorties : {derniere.texte_sorties} ; solde : {derniere.texte_solde}.",
        colonnes={
            "an": "Année",
            "texte_entrees": ENTREES,
            "texte_sorties": SORTIES,
            "texte_solde": SOLDE,
        },
        lignes=par_annee,
        donnees=par_annee[
            ["annee", "entrees", "statut_entrees", "sorties", "statut_sorties", "solde"]
        ],
    )


def _mouvements_par_annee(mouvements: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return the movements by year, with ``solde`` (entries less exits) and columns of text.

    ``an``, ``texte_entrees`` and ``texte_sorties`` (the number, or the word of its absence),
    ``texte_solde`` (« +3 », « inconnu » when one of the two is absent).
    """
    par_annee = mouvements.sort_values("annee", kind="stable").reset_index(drop=True)
    par_annee = par_annee.assign(
        solde=par_annee["entrees"] - par_annee["sorties"],
        an=[str(int(annee)) for annee in par_annee["annee"]],
    )
    for sens in SENS:
        effectifs = zip(par_annee[sens], par_annee[f"statut_{sens}"], strict=True)
        par_annee[f"texte_{sens}"] = [
            contexte.absence(statut) if pd.isna(effectif) else nombre(effectif)
            for effectif, statut in effectifs
        ]
    par_annee["texte_solde"] = [
        SANS_SOLDE if pd.isna(solde) else nombre(solde, signe=True) for solde in par_annee["solde"]
    ]
    return par_annee


def _put_years(
    planche: Planche,
    par_annee: pd.DataFrame,
    points_per_person: float,
    rangs: Sequence[int],
    block: Block,
) -> float:
    """Put some years, a column each, and return the bottom of the block.

    From top to bottom: the bar of the entries above the axis, with its text over it; the bar of the
    exits, with its text under it; the year; the balance. A number that is absent has a hatched
    square instead of its bar.

    Args:
        planche: The sheet.
        par_annee: Rows of ``_mouvements_par_annee``.
        points_per_person: The height of a bar for one person.
        rangs: The ranks of the years to put.
        block: Where their columns stand.
    """
    annees = par_annee.loc[list(rangs)].reset_index(drop=True)
    couleurs = planche.couleurs
    lead = planche.leading
    left, top, column_width = block

    def wrap(texte: str) -> list[str]:
        return planche.wrap(texte, column_width - MARGIN_OF_YEARS, LINES, bold=True)

    # By column of ``annees``: the lines of each text, the length of each bar (or square), and how
    # far from the axis the longest bar goes, with its text.
    lines = {}
    for nom in (*SENS, "solde"):
        lines[nom] = [wrap(texte) for texte in annees[f"texte_{nom}"]]
    lengths = {}
    reach = {}
    for sens in SENS:
        square_in_persons = SQUARE / points_per_person
        lengths[sens] = annees[sens].fillna(square_in_persons) * points_per_person
        bars = zip(lengths[sens], lines[sens], strict=True)
        reach[sens] = max(length + len(text) * lead + 4 for length, text in bars)
    zero = top + reach["entrees"]
    bottom = zero + reach["sorties"]
    across = Echelle(0, len(annees), left, left + column_width * len(annees))
    lowest = -reach["sorties"] / points_per_person
    highest = reach["entrees"] / points_per_person
    upward = Echelle(lowest, highest, bottom, top)
    axes = planche.plot(across, upward)
    middles = [across.place(rank + 0.5) for rank in range(len(annees))]
    width = min(PART_OF_A_BAR * column_width, WIDEST_BAR)
    colour = {"entrees": couleurs.territoire, "sorties": planche.degrade[1]}
    for sens, side in SENS.items():
        effectifs = annees[sens]
        positifs = effectifs[effectifs > 0]
        axes.bar(
            positifs.index + 0.5,
            side * positifs,
            width / column_width,
            color=colour[sens],
            clip_on=False,
        )
        for x, effectif, length, text in zip(
            middles, effectifs, lengths[sens], lines[sens], strict=True
        ):
            absent = pd.isna(effectif)
            if absent:
                top_of_square = zero - length if side > 0 else zero
                planche.rectangle(x - width / 2, top_of_square, width, length, None)
            middle_of_text = zero - side * (length + 3 + len(text) * lead / 2)
            colour_of_text = couleurs.absence if absent else couleurs.texte
            planche.write_lines(
                x, middle_of_text, text, ha="center", bold=not absent, color=colour_of_text
            )
    axes.axhline(0, color=couleurs.texte, linewidth=0.8, clip_on=False)
    planche.write(0, zero - 8, ENTREES, bold=True, color=couleurs.territoire)
    planche.write(0, zero + 9, SORTIES, bold=True, color=couleurs.secondaire)
    planche.rule([(0, bottom + 1), (planche.width, bottom + 1)], couleurs.filet, 0.5)
    top_of_years = bottom + 6
    top_of_soldes = top_of_years + lead + 2
    for x, an, solde in zip(middles, annees["an"], lines["solde"], strict=True):
        planche.write(x, top_of_years + lead / 2, an, ha="center", color=couleurs.secondaire)
        middle_of_solde = top_of_soldes + len(solde) * lead / 2
        planche.write_lines(x, middle_of_solde, solde, ha="center", bold=True)
    planche.write(0, top_of_years + lead * 1.5 + 2, SOLDE, bold=True)
    return top_of_soldes + max(len(solde) for solde in lines["solde"]) * lead


# Parts of a whole.


@dataclass(frozen=True)
class Segment:
    """A piece of a bar: a known part, or all the parts that are absent for one reason."""

    libelle: str  # of the modalité, or of all those that are absent
    texte: str  # « 15,9 % », or the word of the absence
    part: float  # its length, in %
    couleur: str  # "" when absent: the piece is hatched


def parts(parts: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]) -> Figure | None:
    """Return the bars of the groups, in order; None when no part is known.

    - ``parts``: one row a group and modalité: ``groupe``, ``modalite``, ``libelle`` (of the
      modalité), ``part`` (in %, NaN with the absence that ``statut`` tells), ``effectif`` (NaN when
      hidden), ``statut``.
    """
    if not parts["part"].notna().any():
        return None
    textes = [
        contexte.absence(statut) if pd.isna(part) else pourcent(part, 1)
        for part, statut in zip(parts["part"], parts["statut"], strict=True)
    ]
    cellules = parts.astype({"groupe": str, "part": "float64"}).assign(texte=textes)
    groupes = {str(groupe): membres for groupe, membres in cellules.groupby("groupe", sort=False)}
    modalites = list(dict.fromkeys(cellules["modalite"]))
    phrases = [
        f"{groupe} : {', '.join(membres['libelle'] + ' ' + membres['texte'])}."
        for groupe, membres in groupes.items()
    ]
    nombre_de_modalites = compter(len(modalites), "modalité")
    nombre_de_groupes = compter(len(groupes), "groupe")

    # What is read: the greatest part of the first group that has a known one, then the absent ones.
    groupe_lu = next(groupe for groupe, membres in groupes.items() if membres["part"].notna().any())
    membres_lus = groupes[groupe_lu]
    plus_grande = membres_lus["part"].idxmax()
    libelle = membres_lus.at[plus_grande, "libelle"]
    lecture = f"{groupe_lu}, « {libelle} » : {membres_lus.at[plus_grande, 'texte']}"
    absences = _absences(membres_lus).items()
    if absences:
        mots = [f"{mot} : {minuscule(libelles)}" for mot, libelles in absences]
        lecture += f" ({' ; '.join(mots)})"

    def draw(planche: Planche) -> float:
        couleurs = dict(zip(modalites, planche.shades(len(modalites)), strict=True))
        barres = {groupe: _segments(membres, couleurs) for groupe, membres in groupes.items()}
        totaux = [sum(segment.part for segment in segments) for segments in barres.values()]
        scale = Echelle(0, max(WHOLE, *totaux), 0, planche.width)
        axes = planche.plot(scale)
        y = 0.0
        for groupe, segments in barres.items():
            y = _put_bar(planche, axes, scale, y, groupe, segments) + BETWEEN_BARS
        return y - BETWEEN_BARS + 2

    entetes = {f"g{rang}": f"{groupe} (%)" for rang, groupe in enumerate(groupes)}
    return assemble(
        contexte,
        sur_une_planche(draw),
        **legende,
        alt=f"Parts de {nombre_de_modalites} dans {nombre_de_groupes}. {' '.join(phrases)}",
        lecture=f"{lecture}.",
        colonnes={"libelle": "Modalité", **entetes},
        lignes=_tableau_des_parts(cellules, list(groupes), list(entetes)).loc[modalites],
        donnees=parts[COLONNES_DES_PARTS],
    )


def _tableau_des_parts(
    cellules: pd.DataFrame, groupes: list[str], colonnes: list[str]
) -> pd.DataFrame:
    """Return the table of numbers: one row a modalité, a column a group, and ``libelle``.

    A cell is « 15,9 », as the header of a group says %, or the word of an absence. ``colonnes`` are
    the names of the columns of the groups.
    """
    tableau = (
        cellules.drop_duplicates(["modalite", "groupe"], keep="last")
        .pivot(index="modalite", columns="groupe", values="texte")[groupes]
        .fillna(RIEN)
        .replace(f"{FINE}%$", "", regex=True)  # the header says %
        .set_axis(colonnes, axis=1)
    )
    derniers = cellules.drop_duplicates("modalite", keep="last").set_index("modalite")
    tableau["libelle"] = derniers["libelle"]
    return tableau


def _segments(membres: pd.DataFrame, couleurs: dict[str, str]) -> list[Segment]:
    """Return the segments of a group's bar: its known parts in order, then one a reason of absence.

    How long an absent part is nobody knows: the reasons share equally what the known parts leave of
    100 %.
    """
    connues = membres[membres["part"].notna()]
    segments = [
        Segment(libelle, texte, part, couleurs[modalite])
        for libelle, texte, part, modalite in zip(
            connues["libelle"], connues["texte"], connues["part"], connues["modalite"], strict=True
        )
    ]
    absences = _absences(membres)
    reste = max(WHOLE - connues["part"].sum(), 0.0)
    part_absente = reste / len(absences) if absences and reste > LEAST else 0.0
    for mot, libelles in absences.items():
        segments.append(Segment(libelles, mot, part_absente, ""))
    return segments


def _absences(membres: pd.DataFrame) -> dict[str, str]:
    """Return the labels of the absent parts by the word of their absence.

    {"non transmis": "Autre commune et non renseigné"}
    """
    absences = {}
    absents = membres[membres["part"].isna()]
    for mot, libelles in absents.groupby("texte", sort=False)["libelle"]:
        premier, *autres = libelles
        absences[str(mot)] = enumerer([premier, *map(minuscule, autres)])
    return absences


def _put_bar(
    planche: Planche,
    axes: Axes,
    scale: Echelle,
    top: float,
    groupe: str,
    segments: Sequence[Segment],
) -> float:
    """Put the name of a group, its bar, the labels that have no room inside; return the bottom."""
    lead = planche.leading
    top = planche.put_text(0, top, groupe, lines=LINES, bold=True) + UNDER_NAME
    inside = [_lines_inside(planche, scale, segment) for segment in segments]
    height = max(1, *(len(lines) for lines in inside)) * lead + 2 * MARGIN
    start = 0.0
    for segment, lines in zip(segments, inside, strict=True):
        if segment.part and segment.couleur:
            axes.barh(
                top + height / 2, segment.part, height, start, color=segment.couleur, clip_on=False
            )
        elif segment.part:
            planche.rectangle(start, top, segment.part, height, None, axes=axes)
        if segment.part and start:  # a thin line between it and the last
            axes.vlines(
                start,
                top,
                top + height,
                colors=planche.couleurs.fond,
                linewidth=SEPARATOR,
                clip_on=False,
            )

        ink = planche.ink(segment.couleur) if segment.couleur else planche.couleurs.absence
        x = scale.place(start) + MARGIN
        first = top + (height - (len(lines) - 1) * lead) / 2
        for rank, line in enumerate(lines):
            is_last = rank == len(lines) - 1
            y = first + rank * lead
            planche.write(x, y, line, bold=is_last, color=ink, hide=not segment.couleur)
        start += segment.part

    _outline(planche, 0.0, top, scale.place(start), height)
    outside = [segment for segment, lines in zip(segments, inside, strict=True) if not lines]
    if not outside:
        return top + height + 2
    return _put_labels_under(planche, top + height + 4, outside)


def _lines_inside(planche: Planche, scale: Echelle, segment: Segment) -> list[str]:
    """Return what is written in a segment: the lines of its label, then its part.

    [] when they have no room in it: the label is then written under the bar.
    """
    room = scale.place(segment.part) - 2 * MARGIN
    # Over hatching a label has one line, or goes under the bar.
    lines = planche.wrap(segment.libelle, room, LINES_INSIDE if segment.couleur else 1)
    on_a_line = planche.wrap(segment.libelle, 1e6, 1)[0]
    label_fits = " ".join(lines) == on_a_line
    if label_fits and planche.measure(segment.texte, bold=True) <= room:
        return [*lines, segment.texte]
    return []


def _put_labels_under(planche: Planche, top: float, segments: Sequence[Segment]) -> float:
    """Put labels side by side, each after a patch of its colour; return the bottom of the last.

    A label that has no room left on the line, or takes several lines, begins a new line.
    """
    lead = planche.leading
    indent = PATCH + AFTER_PATCH
    x = 0.0
    y = top
    for segment in segments:
        texte = segment.texte
        if FINE in texte:  # a number: not cut from its unit
            texte = texte.replace(" ", INSECABLE)
        lines = planche.wrap(f"{segment.libelle} : {texte}", planche.width - indent, LINES)
        width = indent + planche.widest(lines)
        if x and (x + width > planche.width or len(lines) > 1):
            x = 0.0
            y += lead
        top_of_patch = y + (lead - PATCH) / 2
        planche.rectangle(x, top_of_patch, PATCH, PATCH, segment.couleur or None)
        _outline(planche, x, top_of_patch, PATCH, PATCH)
        planche.write_lines(x + indent, y + len(lines) * lead / 2, lines)
        x += width + BETWEEN_ENTRIES
        y += (len(lines) - 1) * lead
    return y + lead


def _outline(planche: Planche, x: float, y: float, width: float, height: float) -> None:
    """Put a thin outline: without it the lightest shade would be lost on the page."""
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    planche.rule(corners, planche.couleurs.filet, 0.5)
