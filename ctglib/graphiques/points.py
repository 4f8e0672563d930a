"""Dots in rows: a territory and its reference, its indices of vulnerability, comparable communes.

Three charts: dumbbells (``haltere``), the dot plot of indices (``points_indices``), and the strip
of comparable communes (``points_comparables``). In columns and fields, ``ici`` is what is written
for the territory, and ``la`` for its reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import NamedTuple, Unpack

import pandas as pd

from ctglib.calculs.comparables import Resultat
from ctglib.calculs.comparaison import DECIMALES_INDICE, ranger
from ctglib.calculs.ecriture import INSECABLE, enumerer, minuscule, nombre, pourcent
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.typographie import RIEN, de_a, nombre_court, points, remplir, signe
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Comparaison, Radar
from ctglib.graphiques.planche import (
    GUTTER,
    LINE_OF_NAMES,
    Echelle,
    Legende,
    Nom,
    Planche,
    assemble,
    dire,
    echelle,
    round_step,
    sur_une_planche,
)

# in points
TOP = 17.0  # of the first row, under the names
BESIDE = 7.0  # between a mark and its text
HALF_THIRD_MARK = 5.5  # half of the height of the stroke of a third value
UNDER_HEADER = 10.0
COLONNES_DES_HALTERES = [
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
BASE = 100.0  # the index of the reference
# a drawing stops at so many times the high threshold, so that one index does not crush the others
CEILING = 2.0
GRADUATIONS = 8
# of the strip, in points
MARK_OF_STRIP = 18.0  # height of a row
DOT = 4.3  # of a comparable commune
HALF_MEAN = 8.5  # half of the height of the stroke of the mean
BAR = 6.0  # height of the span that rounding leaves to a gap
EDGE = 4.0
BETWEEN_GRADUATIONS = 8.0
ABSENTE = "valeur absente"


def _avec_textes(comparaison: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return rows of a comparison with three columns of text: ``an``, ``ici`` and ``la``.

    The year (« 2023 », « – » when it is missing), the value of the territory (« 15,9 % », or the
    word of its absence) and that of its reference.
    """
    indicateurs = comparaison["indicateur"]
    annees = comparaison["annee"]
    ici = zip(indicateurs, comparaison["valeur"], comparaison["statut"], strict=True)
    la = zip(
        indicateurs, comparaison["valeur_reference"], comparaison["statut_reference"], strict=True
    )
    return comparaison.assign(
        an=[RIEN if pd.isna(annee) else str(int(annee)) for annee in annees],
        ici=[contexte.valeur(*valeur) for valeur in ici],
        la=[contexte.valeur(*valeur) for valeur in la],
    )


# Dumbbells.


@dataclass(frozen=True)
class Haltere:
    """An indicator of a dumbbell chart, with its texts (see ``_avec_textes``)."""

    libelle: str
    an: str
    valeur: float
    ici: str
    valeur_reference: float
    la: str
    texte_ecart: str  # « +0,8 point », « – » without a gap


def haltere(
    comparaison: pd.DataFrame, contexte: Contexte, *, autre: str = "", **legende: Unpack[Legende]
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
    ordonnee = comparaison.sort_values(
        "ecart", ascending=False, kind="stable", na_position="last"
    ).reset_index(drop=True)
    ecarts = zip(ordonnee["indicateur"], ordonnee["ecart"], ordonnee["ecart_type"], strict=True)
    halteres = _avec_textes(ordonnee, contexte).assign(
        texte_ecart=[RIEN if pd.isna(ecart[1]) else contexte.ecart(*ecart) for ecart in ecarts],
        symbole=[contexte.unites[unite].symbole for unite in ordonnee["unite"]],
    )
    avec_ecart = halteres[halteres["ecart"].notna()]
    # The first row has a gap if any has: gaps come first.
    premiere = next(lignes(halteres, Haltere))
    phrases = [_phrase_haltere(premiere, contexte)]
    for derniere in lignes(avec_ecart.tail(1), Haltere):  # none when no row has a gap
        phrase = _phrase_haltere(derniere, contexte)
        if phrase not in phrases:  # a single row is both
            phrases.append(phrase)
    sujet = "Un indicateur"
    if len(halteres) > 1:
        sujet = f"{len(halteres)} indicateurs, de l'écart le plus haut au plus bas"
    lecture = f"{_phrase_haltere(premiere, contexte)}."
    if premiere.an != RIEN:
        lecture = f"en {premiere.an}, {lecture}"
    ici = contexte.territoire.nom
    la = contexte.reference.nom
    return assemble(
        contexte,
        sur_une_planche(lambda planche: _draw_dumbbells(planche, halteres, contexte, autre)),
        **legende,
        alt=f"{sujet}, {ici} et {la}. {' ; '.join(phrases)}.",
        lecture=lecture,
        colonnes={
            "libelle": "Indicateur",
            "an": "Année",
            "ici": ici,
            "la": la,
            "texte_ecart": "Écart",
        },
        lignes=halteres,
        donnees=ordonnee[COLONNES_DES_HALTERES],
    )


def _phrase_haltere(rangee: Haltere, contexte: Contexte) -> str:
    """Return « « Part » : 15,9 % à Exemple, 15,1 % dans l'Ain (écart : +0,8 point) »."""
    ici = f"{rangee.ici or ABSENTE} {contexte.territoire.a}"
    la = f"{rangee.la or ABSENTE} {contexte.reference.a}"
    phrase = f"« {rangee.libelle} » : {ici}, {la}"
    if rangee.texte_ecart != RIEN:
        phrase += f" (écart : {rangee.texte_ecart})"
    return phrase


def _draw_dumbbells(
    planche: Planche, halteres: pd.DataFrame, contexte: Contexte, autre: str
) -> float:
    """Draw a row an indicator: a thick line from the reference to the territory, a mark on each.

    The value of each is written beside its mark, the gap at the right of the sheet. ``autre`` names
    the third value of the rows (``valeur_autre``), a grey stroke; "" when they have none.
    """
    couleurs = planche.couleurs
    symboles = halteres["symbole"].unique().tolist()
    tout_en_pourcent = symboles == ["%"]
    ecarts = halteres["texte_ecart"].tolist()
    entete = "Écart"
    if tout_en_pourcent:  # the header says the unit, once: « +0,8 » without « point »
        entete = dire("ecart_en_points")
        ecarts = [ecart.partition(INSECABLE)[0] for ecart in ecarts]
    width_of_header = planche.measure(entete)
    width_of_gaps = max(width_of_header, planche.widest(ecarts, bold=True))
    middles, bottom = planche.put_rows(halteres["libelle"].tolist(), TOP, first=planche.leading + 3)
    halteres = halteres.assign(y=middles)
    scale = _scale_of_dumbbells(planche, halteres, planche.width - width_of_gaps - GUTTER)
    axes = planche.plot(scale)
    symbole = "%" if tout_en_pourcent else ""
    bottom = planche.put_axis(axes, scale, TOP - 2, bottom, symbole=symbole)
    planche.write(planche.width, LINE_OF_NAMES, entete, ha="right", color=couleurs.secondaire)
    avec_ecart = halteres[halteres["ecart"].notna()]
    axes.hlines(
        avec_ecart["y"],
        avec_ecart["valeur"],
        avec_ecart["valeur_reference"],
        colors=couleurs.filet,
        linewidth=2.4,
    )
    if autre:
        axes.vlines(
            halteres["valeur_autre"],
            halteres["y"] - HALF_THIRD_MARK,
            halteres["y"] + HALF_THIRD_MARK,
            linewidth=1.6,
            clip_on=False,
            colors=couleurs.secondaire,
        )
    # The two marks of each row; the name of each kind is written above the first one.
    noms = []
    for colonne, nom, couleur, form in (
        ("valeur_reference", contexte.reference.nom, couleurs.reference, "D"),
        ("valeur", contexte.territoire.nom, couleurs.territoire, "o"),
    ):
        presentes = halteres[halteres[colonne].notna()]
        valeurs = presentes[colonne].tolist()
        planche.marks(valeurs, presentes["y"].tolist(), couleur, axes=axes, form=form)
        x = scale.place(valeurs[0]) if valeurs else scale.start
        noms.append(Nom(x, nom, couleur))
    for y, rangee, ecart in zip(middles, lignes(halteres, Haltere), ecarts, strict=True):
        _write_values(planche, scale, y, rangee)
        planche.write(planche.width, y, ecart, ha="right", bold=True)
    noms.sort(key=lambda nom: nom.x)
    if planche.narrow:
        planche.put_names(middles[0] - planche.leading - 3, noms)
    else:
        planche.put_names(LINE_OF_NAMES, noms, planche.width - width_of_header - GUTTER)
    notes = []
    if len(symboles) > 1:
        notes.append(dire("echelle_commune", symboles=enumerer(symboles)))
    if autre:
        notes.append(f"Trait gris : {autre}.")
    if notes:
        return planche.put_note(planche.left, bottom, " ".join(notes))
    return bottom


def _scale_of_dumbbells(planche: Planche, halteres: pd.DataFrame, right: float) -> Echelle:
    """Return the widest scale that leaves room for the text of each value beside its mark.

    The zone of the marks goes from ``planche.left`` to ``right``.
    """
    left = planche.left
    valeurs = [*halteres["valeur"], *halteres["valeur_reference"]]
    autres = halteres["valeur_autre"].dropna() if "valeur_autre" in halteres else []
    textes = [*halteres["ici"], *halteres["la"]]
    widths = [planche.measure(texte, bold=True) + BESIDE for texte in textes]
    margin = max(widths)
    scale = echelle([*valeurs, *autres], left + margin, right - margin, zero=True)
    if pd.isna(valeurs).any():
        return scale
    # That scale has at each end the room of the widest text, which is seldom beside the value
    # nearest to the end. What each text lacks on it is enough: the scale is made longer.
    places = [scale.place(valeur) for valeur in valeurs]
    before = max(width - (place - scale.start) for place, width in zip(places, widths, strict=True))
    after = max(width - (scale.end - place) for place, width in zip(places, widths, strict=True))
    return replace(scale, start=left + max(before, 0), end=right - max(after, 0))


class Etiquette(NamedTuple):
    """What is written beside a mark of a dumbbell; ``valeur`` is NaN when there is no mark."""

    valeur: float
    texte: str
    couleur: str
    bold: bool


def _write_values(planche: Planche, scale: Echelle, y: float, rangee: Haltere) -> None:
    """Write the lowest value on the left of its mark, the highest on the right of its own.

    When one is absent, its word stands on the right of the only mark; when both are, their words
    stand at the beginning of the row.
    """
    couleurs = planche.couleurs
    reference = Etiquette(rangee.valeur_reference, rangee.la, couleurs.reference, False)
    territoire = Etiquette(rangee.valeur, rangee.ici, couleurs.territoire, True)
    lowest, highest = sorted(
        (reference, territoire),
        key=lambda etiquette: (pd.isna(etiquette.valeur), etiquette.valeur),  # absent ones last
    )
    if pd.isna(lowest.valeur):  # both are absent
        absences = [rangee.la]
        if rangee.ici != rangee.la:
            absences.append(rangee.ici)
        texte = " / ".join(filter(None, absences)) or RIEN
        planche.write(scale.start, y, texte, color=couleurs.absence, hide=True)
        return
    left = scale.place(lowest.valeur) - BESIDE
    last_mark = lowest if pd.isna(highest.valeur) else highest
    right = scale.place(last_mark.valeur) + BESIDE
    for x, ha, etiquette in ((left, "right", lowest), (right, "left", highest)):
        texte = etiquette.texte or RIEN
        planche.write(x, y, texte, ha=ha, bold=etiquette.bold, color=etiquette.couleur)


# Indices.


@dataclass(frozen=True)
class Indice:
    """An axis of the radar, with its index and its texts (see ``_avec_textes``)."""

    libelle: str
    an: str
    valeur: float
    ici: str
    valeur_reference: float
    la: str
    indice: float
    texte: str


def points_indices(
    indices: pd.DataFrame, radar: Radar, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure:
    """Return the dot plot of the indices, in the order of ``comparaison.ranger``.

    ``indices`` are rows of ``ctglib.calculs.comparaison.indices``, one an axis of the radar. Those
    without an index are named, with the reason, in the texts around the chart.
    """
    ici = contexte.territoire
    la = contexte.reference
    reference = f"{la.nom} = {nombre(BASE, DECIMALES_INDICE)}"
    axes_du_radar = _avec_textes(indices.reset_index(drop=True), contexte)
    axes_du_radar = axes_du_radar.replace({"ici": {"": ABSENTE}, "la": {"": ABSENTE}})
    axes_du_radar["axe"] = [
        f"{rang}. {libelle}" for rang, libelle in enumerate(axes_du_radar["libelle"], start=1)
    ]
    axes_du_radar["texte"] = [
        RIEN if pd.isna(indice) else nombre(indice, DECIMALES_INDICE)
        for indice in axes_du_radar["indice"]
    ]
    avec_indice = ranger(axes_du_radar[axes_du_radar["niveau"] != "absent"])
    absents = [
        f"{axe.libelle} ({_raison_sans_indice(axe, contexte)})"
        for axe in lignes(axes_du_radar[axes_du_radar["niveau"] == "absent"], Indice)
    ]
    sans_indice = dire("sans_indice", axes=enumerer(absents)) if absents else ""
    phrases = [dire("indices", axes=len(axes_du_radar), lieu=ici.nom, reference=reference)]
    for niveau, seuil in (("haut", radar.seuil_haut), ("bas", radar.seuil_bas), ("proche", 0)):
        du_niveau = lignes(avec_indice[avec_indice["niveau"] == niveau], Indice)
        noms = ", ".join(f"« {axe.libelle} » {axe.texte}" for axe in du_niveau)
        if noms:
            phrases.append(dire(f"indices_{niveau}", seuil=nombre_court(seuil), axes=noms))
    lecture = sans_indice
    if len(avec_indice):
        premier = next(lignes(avec_indice, Indice))
        lecture = dire(
            "un_indice",
            an=premier.an,
            libelle=premier.libelle,
            ici=premier.ici,
            ou=ici.a,
            la=premier.la,
            la_bas=la.a,
            texte=premier.texte,
            reference=reference,
        )
    if sans_indice:
        phrases.append(sans_indice)

    def draw(planche: Planche) -> float:
        bottom = 0.0
        notes = []
        if len(avec_indice):
            # The scale ends on a round value; an index beyond it has an arrow.
            highest = max(*avec_indice["indice"], radar.seuil_haut, BASE)
            step = round_step(highest / GRADUATIONS)
            last = min(ceil(highest / step) * step, CEILING * radar.seuil_haut)
            dessines = avec_indice.assign(place=avec_indice["indice"].clip(0.0, last))
            bottom = _draw_indices(planche, dessines, radar, reference)
            if dessines["place"].ne(dessines["indice"]).any():
                notes.append(dire("hors_de_l_echelle", fin=nombre(last, DECIMALES_INDICE)))
        if sans_indice:
            notes.append(sans_indice)
        for note in notes:
            bottom = planche.put_note(planche.left, bottom, note)
        return bottom

    return assemble(
        contexte,
        sur_une_planche(draw),
        **legende,
        alt=" ".join(phrases),
        lecture=lecture,
        colonnes={
            "axe": "Axe",
            "an": "Année",
            "ici": ici.nom,
            "la": la.nom,
            "texte": f"Indice ({reference})",
        },
        lignes=axes_du_radar,
        donnees=indices,
    )


def _raison_sans_indice(axe: Indice, contexte: Contexte) -> str:
    """Return why an axis has no index: an absent value, else a zero, else two different years."""
    if pd.isna(axe.valeur):
        return f"{axe.ici} {contexte.territoire.a}"
    if pd.isna(axe.valeur_reference):
        return f"{axe.la} {contexte.reference.a}"
    if 0 in (axe.valeur, axe.valeur_reference):
        return "valeur nulle"
    return "années différentes"


def _draw_indices(planche: Planche, indices: pd.DataFrame, radar: Radar, reference: str) -> float:
    """Draw a row an index: a line from 100 to its mark, or to an arrow when it is off the scale.

    ``indices`` have ``place``, the index brought back to the end of the scale. Vertical lines stand
    at the two thresholds (dashed) and at 100, which ``reference`` names: « Pas-de-Calais = 100 ».
    """
    couleurs = planche.couleurs
    line_of_reference = LINE_OF_NAMES + planche.leading
    top = line_of_reference + UNDER_HEADER
    middles, last = planche.put_rows(indices["libelle"].tolist(), top)
    margin = planche.widest(indices["texte"], bold=True) + BESIDE
    values = [*indices["place"], radar.seuil_bas, radar.seuil_haut, BASE]
    scale = echelle(values, planche.left + margin, planche.width - margin)
    axes = planche.plot(scale)
    bottom = planche.put_axis(axes, scale, top - 2, last)
    axes.vlines(
        [radar.seuil_bas, radar.seuil_haut],
        top - 2,
        last + 3,
        colors=couleurs.secondaire,
        linewidth=0.9,
        linestyle="--",
    )
    axes.vlines(BASE, top - 2, last + 3, colors=couleurs.reference, linewidth=1.2)
    seuils = (("Seuil bas", radar.seuil_bas), ("Seuil haut", radar.seuil_haut))
    noms = [
        Nom(scale.place(seuil), f"{nom} : {nombre_court(seuil)}", couleurs.secondaire)
        for nom, seuil in seuils
    ]
    planche.put_names(LINE_OF_NAMES, noms)
    texte = planche.wrap(reference, planche.width, 1, bold=True)[0]
    half = planche.measure(texte, bold=True) / 2
    middle = min(max(scale.place(BASE), half), planche.width - half)  # inside the sheet
    planche.write(
        middle, line_of_reference, texte, ha="center", bold=True, color=couleurs.reference
    )
    indices = indices.assign(y=middles)
    axes.hlines(indices["y"], BASE, indices["place"], colors=couleurs.filet, linewidth=2.4)
    dans_l_echelle = indices[indices["place"] == indices["indice"]]
    planche.marks(
        dans_l_echelle["place"].tolist(),
        dans_l_echelle["y"].tolist(),
        couleurs.territoire,
        axes=axes,
    )
    for y, place, axe in zip(middles, indices["place"], lignes(indices, Indice), strict=True):
        x = scale.place(place)
        side = 1 if axe.indice >= BASE else -1
        if place != axe.indice:
            planche.arrow(x, y, side, couleurs.territoire)
        planche.write(
            x + side * BESIDE,
            y,
            axe.texte,
            ha="left" if side > 0 else "right",
            bold=True,
            hide=True,
            color=couleurs.territoire,
        )
    if scale.minimum > 0:
        bottom = planche.put_note(planche.left, bottom, dire("echelle_sans_zero", n=1))
    return bottom


# Comparable communes.


@dataclass(frozen=True)
class Evolution:
    """How an indicator changed here and among comparable communes, and the gap between the two."""

    libelle: str
    variation: float  # of the commune, in %
    variation_moyenne: float  # of the comparable communes, in %
    ecart: float  # the first less the second, in points
    # the bounds that the gap may have, as the counts of its source are rounded
    ecart_min: float
    ecart_max: float
    loin: float  # the bound that is farthest from zero, without its sign
    bruit: bool  # the rounding alone may explain the gap


def points_comparables(
    resultat: Resultat, comparaison: Comparaison, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure | None:
    """Return the strip of comparable communes, one row an indicator that has a gap.

    Rows are in the order of ``resultat.ecarts``; None when no gap could be computed.
    """
    ecarts = resultat.ecarts[resultat.ecarts["ecart"].notna()].reset_index(drop=True)
    if ecarts.empty:
        return None
    extremes = resultat.points.groupby("indicateur")["variation"].agg(bas="min", haut="max")
    ecarts = ecarts.join(extremes, on="indicateur")
    bornes = ecarts[["ecart_min", "ecart_max"]].round(1)
    evolutions = list(lignes(ecarts.assign(loin=bornes.abs().max(axis=1)), Evolution))
    ici = contexte.territoire.nom
    mots = {
        "depart": resultat.annee_reference,
        "annee": resultat.annee,
        "comparables": resultat.nombre,
        **contexte.lieux,
    }
    enumeration = ", ".join(
        f"{evolution.libelle} {pourcent(evolution.variation, signe=True)} "
        f"contre {pourcent(evolution.variation_moyenne, signe=True)}"
        for evolution in evolutions
    )
    bande = ecarts.assign(
        texte=[
            comparaison.mots["bruit"] if evolution.bruit else signe(evolution.ecart)
            for evolution in evolutions
        ],
        intervalle=[de_a(evolution.ecart_min, evolution.ecart_max) for evolution in evolutions],
    )
    en_texte = {
        colonne: bande[colonne].map(signe)
        for colonne in ("variation", "variation_moyenne", "bas", "haut", "ecart")
    }
    moyenne = remplir(comparaison.phrases["moyenne"], **mots)
    signes = remplir(comparaison.phrases["signes"], **mots)
    return assemble(
        contexte,
        sur_une_planche(
            lambda planche: _draw_strip(planche, bande, resultat.points, (ici, moyenne), signes)
        ),
        **legende,
        alt=remplir(
            comparaison.phrases["alt"], rangees=len(ecarts), evolutions=enumeration, **mots
        ),
        lecture=_lecture_des_comparables(evolutions, comparaison.phrases["lecture"], mots),
        colonnes={
            "libelle": "Série",
            "variation": f"{ici}, en %",
            "variation_moyenne": "Moyenne, en %",
            "bas": "La plus basse, en %",
            "haut": "La plus haute, en %",
            "ecart": dire("ecart_en_points"),
            "intervalle": "Selon l'arrondi, en points",
        },
        lignes=bande.assign(**en_texte),
        donnees=ecarts,
    )


def _lecture_des_comparables(
    evolutions: Sequence[Evolution], phrase: str, mots: dict[str, object]
) -> str:
    """Return the sentence that reads one row: the widest gap that is more than rounding.

    The first row when no gap is.
    """
    nettes = [evolution for evolution in evolutions if not evolution.bruit]
    lue = max(nettes, key=lambda evolution: abs(evolution.ecart)) if nettes else evolutions[0]
    return remplir(
        phrase,
        libelle=minuscule(lue.libelle),
        ici=pourcent(lue.variation, signe=True),
        moyenne=pourcent(lue.variation_moyenne, signe=True),
        ecart=points(lue.ecart),
        bornes=de_a(lue.ecart_min, lue.ecart_max),
        loin=lue.loin,
        bruit=", dans le bruit" if lue.bruit else "",
        **mots,
    )


def _draw_strip(
    planche: Planche,
    ecarts: pd.DataFrame,
    comparables: pd.DataFrame,
    noms: tuple[str, str],
    signes: str,
) -> float:
    """Draw a row an indicator: how the comparable communes, their mean and the territory changed.

    The communes are grey dots on a line from the lowest to the highest, their mean a stroke, the
    territory a blue mark. A bar is the span of where the territory could stand, given the rounding
    of the counts: from the mean plus ``ecart_min`` to the mean plus ``ecart_max``. The gap is
    written at the right of the sheet.

    Args:
        planche: The sheet.
        ecarts: Rows of ``Evolution`` with ``indicateur`` and ``texte``, what is written of the gap.
        comparables: One row a commune and indicator: ``indicateur``, ``variation``.
        noms: What the territory and the mean are called.
        signes: The note that says what the signs are.
    """
    couleurs = planche.couleurs
    entete = dire("ecart_en_points")
    width_of_header = planche.measure(entete)
    width_of_gaps = max(width_of_header, planche.widest(ecarts["texte"], bold=True))
    top = LINE_OF_NAMES + planche.leading
    middles, bottom = planche.put_rows(
        ecarts["libelle"].tolist(), top, mark=MARK_OF_STRIP, first=planche.leading + 3
    )
    planche.write(planche.width, LINE_OF_NAMES, entete, ha="right", color=couleurs.secondaire)
    ecarts = ecarts.assign(
        y=middles,
        debut=ecarts["variation_moyenne"] + ecarts["ecart_min"],
        fin=ecarts["variation_moyenne"] + ecarts["ecart_max"],
    )
    valeurs = [
        *comparables["variation"],
        *ecarts["variation"],
        *ecarts["debut"],
        *ecarts["fin"],
    ]
    scale = _scale_of_strip(planche, valeurs, planche.width - width_of_gaps - GUTTER - EDGE)
    axes = planche.plot(scale)
    bottom = planche.put_axis(axes, scale, top - 2, bottom, symbole="%", signe=True)
    # The names stand above the marks of the first row, from left to right: a ``Nom`` begins with x.
    ici, moyenne = noms
    noms_des_marques = sorted(
        [
            Nom(scale.place(ecarts["variation_moyenne"].iloc[0]), moyenne, couleurs.texte),
            Nom(scale.place(ecarts["variation"].iloc[0]), ici, couleurs.territoire),
        ]
    )
    if planche.narrow:
        planche.put_names(middles[0] - MARK_OF_STRIP / 2 - LINE_OF_NAMES, noms_des_marques)
    else:
        right = planche.width - width_of_header - GUTTER
        planche.put_names(LINE_OF_NAMES, noms_des_marques, right)
    comparables = comparables.merge(ecarts[["indicateur", "y"]], on="indicateur")
    etendues = pd.concat([comparables, ecarts]).groupby("y")["variation"].agg(["min", "max"])
    axes.hlines(
        etendues.index, etendues["min"], etendues["max"], colors=couleurs.filet, linewidth=0.8
    )
    planche.marks(
        comparables["variation"].tolist(),
        comparables["y"].tolist(),
        couleurs.secondaire,
        axes=axes,
        size=DOT,
    )
    axes.barh(
        ecarts["y"],
        ecarts["ecart_max"] - ecarts["ecart_min"],
        BAR,
        ecarts["debut"],
        color=planche.degrade[2],
        zorder=2,
        clip_on=False,
    )
    axes.vlines(
        ecarts["variation_moyenne"],
        ecarts["y"] - HALF_MEAN,
        ecarts["y"] + HALF_MEAN,
        colors=couleurs.texte,
        linewidth=1.6,
    )
    planche.marks(
        ecarts["variation"].tolist(), ecarts["y"].tolist(), couleurs.territoire, axes=axes
    )
    for y, texte, bruit in zip(middles, ecarts["texte"], ecarts["bruit"], strict=True):
        couleur = couleurs.absence if bruit else couleurs.territoire
        planche.write(planche.width, y, texte, ha="right", bold=not bruit, color=couleur)
    return planche.put_note(0, bottom, signes)


def _scale_of_strip(planche: Planche, valeurs: Sequence[float], end: float) -> Echelle:
    """Return a scale with zero, whose graduations are far enough apart to be all written."""
    bouts = (min(valeurs), max(valeurs))
    widest = planche.widest(pourcent(valeur, 0, signe=True) for valeur in bouts)
    margin = max(EDGE, widest / 2) if planche.narrow else EDGE
    scale = echelle(valeurs, planche.left + margin, end, zero=True)
    while scale.place(scale.step) - scale.place(0) < widest + BETWEEN_GRADUATIONS:
        scale = replace(scale, step=round_step(1.5 * scale.step))
    return scale
