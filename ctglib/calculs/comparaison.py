"""A territory beside its reference: levels, gaps, variations, what each row says, and the needs
that it shows.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from operator import attrgetter

import numpy as np
import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.formules import complement_100
from ctglib.donnees.modeles.catalogue import Indicateur, Radar, Renversement, Rupture, Seuils, Unite
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import MontantsParTete
from ctglib.donnees.statuts import Statut

COLONNES = (
    "indicateur",
    "libelle",
    "section",
    "unite",
    "annee",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "ecart",
    "ecart_type",
    "ecart_relatif",
    "variation",
    "variation_reference",
    "ecart_variation",
    "note",
)
DECIMALES_EXACTES = 9  # 15.9 − 15.1 is 0.8000000000000007 in binary: a threshold must not see that


def comparer(
    observations: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    unites: Mapping[str, Unite],
    territoire: str,
    reference: str,
) -> pd.DataFrame:
    """Return one row an indicator, in catalogue order: the territory, its reference, and what
    separates them.

    Two rates differ by points, two amounts per head by a percentage, two counts by nothing: a
    commune is not compared with its département by size. ``ecart_relatif`` is a percentage of the
    reference, missing for counts and when the reference is zero. Values of two different years are
    not compared. An indicator of one territory alone is not available in the other; one of neither
    has no row.

    Returns:
        The columns ``COLONNES``; ``ecart`` in points or in %, as ``ecart_type`` (of the unit) says.
    """
    given = observations[observations["territoire"].isin([territoire, reference])]
    told = {*given["indicateur"]}
    order = [name for name in indicateurs if name in told]
    own, other, same_year = en_regard(given, order, (territoire, reference))
    table = own.assign(
        **{name: own[name].fillna(other[name]) for name in ("section", "unite", "annee")},
        libelle=[indicateurs[name].libelle for name in order],
        statut=own["statut"].fillna(Statut.NON_DISPONIBLE.value),
        valeur_reference=other["valeur"],
        statut_reference=other["statut"].fillna(Statut.NON_DISPONIBLE.value),
        variation=own["variation_5_ans"],
        variation_reference=other["variation_5_ans"],
        ecart_type=[unites[unite].ecart for unite in own["unite"].fillna(other["unite"])],
        note=[
            autre if note in autre else note if autre in note else f"{note.rstrip('.')}. {autre}"
            for note, autre in zip(own["note"].fillna(""), other["note"].fillna(""), strict=True)
        ],
    )
    kind = table["ecart_type"]
    changes = pd.Series([indicateurs[name].est_evolution for name in order], table.index)
    points = table["valeur"].where(same_year) - table["valeur_reference"]
    relative = 100 * points / table["valeur_reference"].where(table["valeur_reference"] != 0)
    table = table.assign(
        ecart=points.where(kind == "points", relative.where(kind == "pourcent")).round(
            DECIMALES_EXACTES
        ),
        ecart_relatif=relative.where((kind != "aucun") & ~changes.astype(bool)).round(
            DECIMALES_EXACTES
        ),
        ecart_variation=(table["variation"] - table["variation_reference"]).round(
            DECIMALES_EXACTES
        ),
    )
    return table.reset_index()[list(COLONNES)]


def en_regard(
    observations: pd.DataFrame, indicateurs: list[str], lieux: tuple[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return the latest row of each indicator in the one place then in the other, and whether both
    are of one year.
    """
    latest = dernieres(observations[observations["indicateur"].isin(indicateurs)])
    own, other = (
        latest[latest["territoire"].eq(code)].set_index("indicateur").reindex(indicateurs)
        for code in lieux
    )
    return own, other, own["annee"].eq(other["annee"]).fillna(False).astype(bool)


def dernieres(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest year of each indicator and territory, in their order."""
    latest = observations.groupby(["indicateur", "territoire"], sort=False)["annee"].transform(
        "max"
    )
    return observations[observations["annee"].eq(latest) | latest.isna()]


SENS = {"hausse": "superieur", "baisse": "inferieur"}  # which side of the reference is good news
DUREE_VARIATION = 5  # « variation sur 5 ans », the span of Annexe 1's column


def constats(
    comparaison: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    *,
    theme_de: Mapping[str, str],
    seuils: Seuils,
) -> pd.DataFrame:
    """Return a comparison with what each of its rows says.

    Returns:
        Its own columns, then ``theme``; ``position`` (see below); ``sens``, whether that position
        is good news by the catalogue's direction; ``rupture``, the reason of the last break inside
        the five years before, else ""; ``provisoire``, whether one of the two values may still be
        revised.
    """
    names = comparaison["indicateur"]
    where = [
        position(*gap, seuils)
        for gap in zip(comparaison["ecart"], comparaison["ecart_type"], strict=True)
    ]
    good = names.map(lambda name: SENS.get(indicateurs[name].sens, ""))
    side = good.eq(where).map({True: "favorable", False: "defavorable"})
    # A gap under ``ecart_notable_pourcent`` of the reference is not worth the name of a strength or
    # of a need.
    small = comparaison["ecart_relatif"].abs().lt(seuils.ecart_notable_pourcent)
    breaks = [
        ruptures_dans(indicateurs[name], year)
        for name, year in zip(names, comparaison["annee"], strict=True)
    ]
    return comparaison.assign(
        theme=names.map(theme_de),
        position=where,
        sens=side.where(
            good.ne("") & pd.Series(where, names.index).isin(SENS.values()) & ~small, "neutre"
        ),
        rupture=[found[-1].raison if found else "" for found in breaks],
        provisoire=comparaison[["statut", "statut_reference"]].eq(Statut.PROVISOIRE).any(axis=1),
    )


def position(ecart: float, ecart_type: str, seuils: Seuils) -> str:
    """Return where a value stands: superieur, inferieur, similaire under the threshold of its kind,
    or incomparable.
    """
    if pd.isna(ecart):
        return "incomparable"
    threshold = (
        seuils.ecart_similaire_points if ecart_type == "points" else seuils.ecart_similaire_pourcent
    )
    if abs(ecart) < threshold or ecart == 0:
        return "similaire"
    return "superieur" if ecart > 0 else "inferieur"


def ruptures_dans(indicateur: Indicateur, annee: float) -> list[Rupture]:
    """Return the breaks inside the five years that end in ``annee``, the earliest first.

    A break of year r parts the years before r from r and after: a variation from N−5 to N crosses
    it if N−5 < r ≤ N.
    """
    known = indicateur.ruptures if pd.notna(annee) else []
    return sorted(
        (cut for cut in known if annee - DUREE_VARIATION < cut.annee <= annee),
        key=attrgetter("annee"),
    )


def services_absents(constats: pd.DataFrame, services: Collection[str]) -> pd.DataFrame:
    """Return the rows of services that the territory has none of while its reference has some."""
    there = constats["valeur_reference"].gt(0)
    return constats[constats["indicateur"].isin(list(services)) & constats["valeur"].eq(0) & there]


def sans_le_hasard(
    comparaison: pd.DataFrame, indicateurs: Mapping[str, Indicateur], regles: Evaluation
) -> pd.DataFrame:
    """Return the comparison without the changes of short series that chance alone may explain;
    their note says so.
    """
    short = (
        comparaison["indicateur"]
        .map(lambda name: indicateurs[name].petite_serie is not None)
        .astype(bool)
    )
    before = comparaison["valeur"] / (1 + comparaison["variation"] / 100)
    hidden = short & dans_le_hasard(before, comparaison["valeur"], regles.seuils.hasard_ecarts)
    note = comparaison["note"].mask(hidden, regles.mots["petite_serie"])
    return comparaison.assign(variation=comparaison["variation"].mask(hidden), note=note)


def dans_le_hasard(avant: pd.Series, apres: pd.Series, ecarts: float) -> pd.Series:
    """Tell whether chance alone explains how a count moved.

    A count n varies by about √n when nothing changes, the difference of two by √(a + b).

    Examples:
        >>> dans_le_hasard(pd.Series([167, 941, 905]), pd.Series([177, 985, 1032]), 2).tolist()
        [True, True, False]
    """
    with np.errstate(
        invalid="ignore"
    ):  # what chance moves is a count; the others may be under zero
        return abs(apres - avant) <= ecarts * np.sqrt(avant + apres)


# What the convention needs, and which fiche answers. That a theme belongs to an enjeu and that a
# fiche answers an indicator is a reading of the workbook, entered in convention.yaml.

BESOINS = (
    "enjeu",
    "theme",
    "origine",
    "besoin",
    "indicateur",
    "annee",
    "unite",
    "niveau",
    "statut",
    "reference",
    "statut_reference",
    "ecart",
    "ecart_type",
    "ecart_relatif",
    "lecture",
    "fiches",
)
INDICATEUR = "indicateur"
SERVICE = "service"
FICHE = "fiche"


def besoins(
    convention: Convention, constats: pd.DataFrame, services: Collection[str]
) -> pd.DataFrame:
    """Return every need once, by enjeu, then those of the themes that no enjeu takes.

    Within each: unfavourable gaps, the widest first (counts have none: a commune is not compared
    with its département by size; nor two changes: +17.6 % for +4.3 % is not four times anything),
    absent services, needs of the fiches.

    Returns:
        The columns ``BESOINS``: ``enjeu`` is "" when no enjeu takes the theme; ``origine`` is
        indicateur, service or fiche (``besoin`` then tells it); ``fiches`` lists those that answer,
        joined by « ; », empty when none does.
    """
    gaps = constats[constats["sens"].eq("defavorable") & constats["ecart_relatif"].notna()]
    gaps = gaps.sort_values("ecart_relatif", key=lambda gap: -gap.abs(), kind="stable").assign(
        origine=INDICATEUR
    )
    table = pd.concat([gaps, services_absents(constats, services).assign(origine=SERVICE)])
    answers = {
        name: SEPARATEUR.join(str(one.numero) for one in convention.fiches if name in one.repond_a)
        for name in table["indicateur"]
    }
    first = {theme: enjeu.id for enjeu in reversed(convention.enjeux) for theme in enjeu.themes}
    table = table.rename(columns={"valeur": "niveau", "valeur_reference": "reference"})
    table = table.assign(
        besoin="",
        fiches=table["indicateur"].map(answers),
        enjeu=table["theme"].map(first).fillna(""),
    )
    themes = {enjeu.id: next(iter(enjeu.themes), "") for enjeu in convention.enjeux}
    told = [
        {
            "enjeu": fiche.enjeu,
            "theme": themes[fiche.enjeu],
            "origine": FICHE,
            "besoin": need,
            "indicateur": "",
            "fiches": str(fiche.numero),
        }
        for fiche in convention.fiches
        for need in fiche.besoins
    ]
    every = (
        pd.concat([table, pd.DataFrame(told)])
        .reindex(columns=list(BESOINS))
        .assign(lecture="besoin")
    )
    every = every.sort_values("enjeu", key=pd.Index([*themes, ""]).get_indexer, kind="stable")
    every = every.drop_duplicates(["origine", "besoin", "indicateur"], ignore_index=True)
    return every.astype({"annee": "Int64"})


# The radar's indices: each axis set at 100 where the territory equals its reference; above 100,
# more vulnerable.

INDICES = (
    "indicateur",
    "libelle",
    "annee",
    "unite",
    "renversement",
    "reserve",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "indice",
    "niveau",
)
DECIMALES_INDICE = (
    0  # values of one decimal do not carry more; an index is classed as it is printed
)
PROVISOIRE = "provisoire"
A_VERIFIER = "à vérifier"


def indices(
    annexe1: pd.DataFrame,
    radar: Radar,
    lieux: tuple[str, str],
    *,
    renversements: Mapping[str, Renversement],
    doutes: Container[str] = (),
) -> pd.DataFrame:
    """Return one row an axis, in the radar's order: both values, the index, and where it stands.

    The index is 100 × value / reference. Where a rise protects, the axis is turned round by the
    rule of its kind of measure: a share by its complement to 100 on both sides, a ratio that may
    pass 100 by its inverse. An absent value, two different years or a zero below the line make the
    index absent.

    Returns:
        The columns ``INDICES``; ``valeur`` and ``valeur_reference`` after the complement,
        ``indice`` unrounded, ``niveau`` "bas", "proche", "haut" or "absent"; ``libelle`` carries
        the rule and the ``reserve`` (provisional, doubtful), so that no use of it leaves them out.
    """
    names = [axe.indicateur for axe in radar.axes]
    own, other, same_year = en_regard(annexe1, names, lieux)
    rules = [renversements[axe.indicateur] if axe.renverse else "" for axe in radar.axes]
    labels = []
    marks = []
    for axe, rule, *statuses in zip(radar.axes, rules, own["statut"], other["statut"], strict=True):
        told = [PROVISOIRE] * (Statut.PROVISOIRE in statuses) + [A_VERIFIER] * (
            axe.indicateur in doutes
        )
        words = [radar.renversements[rule].mots, *told] if rule else told
        labels.append(f"{axe.libelle} ({', '.join(words)})" if words else axe.libelle)
        marks.append(", ".join(told))
    table = own[["annee"]].assign(
        libelle=labels,
        renversement=rules,
        reserve=marks,
        unite=own["unite"].fillna(""),
        statut=own["statut"].fillna(""),
        statut_reference=other["statut"].fillna(""),
    )
    turned = table["renversement"].eq("complement")
    own, reference = (
        rows["valeur"].mask(turned, complement_100(rows["valeur"])) for rows in (own, other)
    )
    index = _indice(own, reference, table["renversement"]).where(same_year)
    table = table.assign(
        valeur=own, valeur_reference=reference, indice=index, niveau=_niveau(index, radar)
    )
    return table.reset_index()[list(INDICES)].astype({"annee": "Int64"})


def _indice(valeurs: pd.Series, references: pd.Series, renversements: pd.Series) -> pd.Series:
    """Return the index of values (already complemented), NaN when it has no meaning."""
    inverse = renversements.eq("inverse")
    above = valeurs.mask(inverse, references)
    below = references.mask(inverse, valeurs)
    return 100 * above / below.mask(below.eq(0))


def _niveau(indices: pd.Series, radar: Radar) -> np.ndarray:
    """Return where indices stand: at or beyond a threshold, once rounded as they are printed, they
    are high or low.
    """
    printed = indices.round(DECIMALES_INDICE)
    cases = [printed.isna(), printed.ge(radar.seuil_haut), printed.le(radar.seuil_bas)]
    return np.select(cases, ["absent", "haut", "bas"], default="proche").astype(object)


def ranger(indices: pd.DataFrame) -> pd.DataFrame:
    """Return the axes by index, those with a reserve last: a doubtful value is never the strongest."""
    ordered = indices.sort_values("indice", ascending=False, kind="stable")
    return ordered.sort_values("reserve", key=lambda marks: marks.ne(""), kind="stable")


def incertains(indices: pd.DataFrame, radar: Radar, arrondis: Mapping[str, float]) -> pd.DataFrame:
    """Return the axes that the rounding of printed values could class otherwise, the least and the
    greatest index.
    """
    known = indices[indices["niveau"].ne("absent")]
    half = known["indicateur"].map(arrondis).fillna(0.0) / 2
    ends = [
        _indice(known["valeur"] + step, known["valeur_reference"] - step, known["renversement"])
        for step in (-half, half)
    ]
    spans = known[["libelle"]].assign(minimum=np.minimum(*ends), maximum=np.maximum(*ends))
    return spans[_niveau(ends[0], radar) != _niveau(ends[1], radar)].reset_index(drop=True)


# What the Caf pays by head.

PAR_TETE = [
    "id",
    "libelle",
    "mot",
    "par",
    "annee",
    "montant",
    "montant_reference",
    "tete",
    "tete_reference",
]


def par_tete(comparaison: pd.DataFrame, regles: Iterable[MontantsParTete]) -> pd.DataFrame:
    """Return a row a rule of which the territory has every amount and the count of heads, zero
    amounts included.

    Returns:
        The columns ``PAR_TETE`` and ``fois``: how many times more the reference pays by head,
        missing when one of the two is absent or zero.
    """
    values = comparaison.set_index("indicateur")
    both = ["valeur", "valeur_reference"]
    rows = []
    for rule in regles:
        known = values.reindex([*rule.montants, rule.par])
        sums = known[both].iloc[:-1].sum(skipna=False)
        heads = known[both].iloc[-1].astype("float64")
        by_head = sums / heads.where(heads.gt(0))
        rows.append(
            (rule.id, rule.libelle, rule.mot, rule.par, known["annee"].iloc[0], *sums, *by_head)
        )
    found = pd.DataFrame(rows, columns=PAR_TETE).dropna(subset="tete", ignore_index=True)
    return found.assign(fois=found["tete_reference"] / found["tete"].where(found["tete"].ne(0)))
