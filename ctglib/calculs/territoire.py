"""The public series of a territory: in a year, then and now, and as they renew a diagnostic.

They are the context of the convention, never an effect of it: a change is a rise or a fall, and is
neither favourable nor unfavourable here. A short series of counts is read on means of years: chance
alone moves a count n by some 2√(n + n) from one to the next.

``depart`` is the year from which a change is read, ``reference`` the territory beside which.
"""

from collections.abc import Iterable, Mapping
from math import sqrt

import numpy as np
import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES, DUREE_VARIATION
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.evaluation import mouvement
from ctglib.calculs.ordre import rang_dans
from ctglib.calculs.suivi import LIGNE, comparer_millesimes, contexte_connu
from ctglib.donnees.formules import ratio_pour_100, somme
from ctglib.donnees.modeles.catalogue import Indicateur, PetiteSerie, Unite
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation, ThemeRevisite
from ctglib.donnees.modeles.sources import DonneesPubliques, LignePublique
from ctglib.donnees.statuts import Statut

MOYENNES = (
    "periode_avant",
    "moyenne_avant",
    "periode",
    "moyenne",
    "variation_des_moyennes",
    "variation_des_moyennes_reference",
    "periode_de_la_reference",
    "moyennes_au_hasard",
    "tendance",
    "periode_de_la_tendance",
    "periode_connue",
    "tendance_connue",
    "part_de_l_extreme",
    "hasard",
    "annees_notees",
    "note_des_annees",
)
COLONNES = (
    *LIGNE,
    "unite",
    "annee",
    "valeur",
    "statut",
    "annee_avant",
    "valeur_avant",
    "ecart",
    "lecture",
    "valeur_depart",
    "variation",
    "variation_depart",
    "variation_reference",
    "variation_reference_depart",
    "variation_type",
    *MOYENNES,
    "source",
    "note",
)
TROP_PEU = "trop_peu"
# How a change is told, by the unit.
POINTS = "points"
POURCENT = "pourcent"


def contexte_du_territoire(
    series: pd.DataFrame,
    indicateurs: Iterable[str],
    definitions: Mapping[str, Indicateur],
    seuils: SeuilsEvaluation,
    unites: Mapping[str, Unite],
    *,
    territoires: tuple[str, str],
    depart: int,
) -> pd.DataFrame:
    """Return one row a public series of the territory: its last figure, and what changed before it.

    In the order of the indicators, then of the rows of ``series``. ``territoires`` are the code of
    the territory and that of its reference; ``depart`` is the year before the convention.

    Returns:
        The columns ``COLONNES``. ``annee_avant``, ``valeur_avant``: the known figure before the
        last one; ``ecart``: between the two. ``variation`` is since then, ``variation_depart``
        since ``depart``, in points or in % as ``variation_type`` says; the ``…_reference`` are
        those of the reference, over the same years; all are missing across a break. ``lecture`` is
        "hausse", "baisse", "stable", "dans_le_bruit", "trop_peu", "rupture", "seule" (no earlier
        figure) or "absente". A short series has the columns ``MOYENNES``, and no change from one
        year to another.
    """
    territoire, reference = territoires
    ordre = list(dict.fromkeys(indicateurs))  # each once
    mesures = series[series["indicateur"].isin(ordre)]
    mesures = mesures.astype({"annee": "int64", "valeur": "float64"})
    mesures = mesures.sort_values("indicateur", key=rang_dans(ordre), kind="stable")
    mesures_de_la_reference = mesures[mesures["territoire"].eq(reference)]
    valeurs_de_la_reference = {
        cle: mesures_d_une_ligne.set_index("annee")["valeur"]
        for cle, mesures_d_une_ligne in mesures_de_la_reference.groupby(LIGNE)
    }
    lignes = []
    mesures_d_ici = mesures[mesures["territoire"].eq(territoire)]
    for cle, mesures_d_une_ligne in mesures_d_ici.groupby(LIGNE, sort=False):
        definition = definitions[mesures_d_une_ligne["indicateur"].iloc[0]]
        ligne = _ligne_de_contexte(
            mesures_d_une_ligne,
            valeurs_de_la_reference.get(cle, pd.Series()),
            definition,
            depart,
            seuils,
            en_points=unites[definition.unite].ecart == POINTS,
        )
        lignes.append(ligne)
    types = {
        "annee": "Int64",
        "annee_avant": "Int64",
        "valeur_avant": "float64",
        "valeur_depart": "float64",
    }
    table = pd.DataFrame(lignes, columns=list(COLONNES)).astype(types)
    definitions_des_lignes = [definitions[identifiant] for identifiant in table["indicateur"]]
    changements = table.assign(
        valeur_precedente=table["valeur_avant"],
        arrondi=[definition.arrondi_source or 0.0 for definition in definitions_des_lignes],
        hasard=[definition.hasard for definition in definitions_des_lignes],
    )
    mouvements, _ = mouvement(changements, seuils)
    ecart = table["valeur"] - table["valeur_avant"]
    return table.assign(
        ecart=ecart.round(DECIMALES_EXACTES), lecture=table["lecture"].fillna(mouvements)
    )


def _ligne_de_contexte(
    mesures: pd.DataFrame,
    valeurs_de_la_reference: pd.Series,
    definition: Indicateur,
    depart: int,
    seuils: SeuilsEvaluation,
    *,
    en_points: bool,
) -> dict[str, object]:
    """Return the row of one public series: its last figure, and what changed before it.

    ``lecture`` is None when the movement since the figure before is still to be read.
    """
    connues = mesures[mesures["valeur"].notna()].sort_values("annee")
    # Without any known value, the last row says why.
    a_lire = mesures.sort_values("annee") if connues.empty else connues
    derniere = a_lire.iloc[-1]
    ligne = {**derniere, "lecture": None, "variation_type": POINTS if en_points else POURCENT}
    if definition.petite_serie:
        ligne["lecture"] = "seule"
        ligne |= moyennes(connues, definition.petite_serie, seuils)
        ligne |= _moyennes_de_la_reference(valeurs_de_la_reference, definition.petite_serie)
        return ligne

    valeurs = connues.set_index("annee")["valeur"]
    changer = difference if en_points else variation
    annee = int(derniere["annee"])
    annee_avant = valeurs.index[-2] if len(valeurs) > 1 else None
    ligne["valeur_depart"] = valeurs.get(depart)
    if depart < annee and not _rompt(definition, depart, annee):
        ligne["variation_depart"] = changer(valeurs, depart, annee)
        ligne["variation_reference_depart"] = changer(valeurs_de_la_reference, depart, annee)
    if annee_avant is None:
        ligne["lecture"] = "absente" if connues.empty else "seule"
        return ligne
    ligne["annee_avant"] = annee_avant
    ligne["valeur_avant"] = valeurs.get(annee_avant)
    if _rompt(definition, annee_avant, annee):
        ligne["lecture"] = "rupture"
    else:
        ligne["variation"] = changer(valeurs, annee_avant, annee)
        ligne["variation_reference"] = changer(valeurs_de_la_reference, annee_avant, annee)
    return ligne


def _rompt(definition: Indicateur, depart: int, annee: int) -> bool:
    """Tell whether a break of the source parts two years."""
    return any(depart < rupture.annee <= annee for rupture in definition.ruptures)


def variation(valeurs: pd.Series, depart: float, annee: int) -> float:
    """Return by how much a series, indexed by year, changed between two years, in %.

    Missing when one of the two is not known, or the first is zero.
    """
    valeur_de_depart = valeurs.get(depart, np.nan)
    if valeur_de_depart == 0:
        return np.nan
    return 100 * (valeurs.get(annee, np.nan) / valeur_de_depart - 1)


def difference(valeurs: pd.Series, depart: float, annee: int) -> float:
    """Return by how many points a rate, indexed by year, changed between two years; missing when
    one of the two is not known.
    """
    ecart = valeurs.get(annee, np.nan) - valeurs.get(depart, np.nan)
    return round(ecart, DECIMALES_EXACTES)


def tendance(annees: pd.Series, effectifs: pd.Series) -> float:
    """Return how many standard deviations a trend of counts of events is from none, by year.

    The score test of a log-linear trend of Poisson counts: Σ(t − t̄)y / √(ȳ Σ(t − t̄)²). Chance alone
    gives less than 1.96, up or down, nineteen times out of twenty.

    Examples:
        >>> annees = pd.Series(range(2020, 2026))
        >>> round(tendance(annees, pd.Series([196, 190, 182, 174, 165, 158])), 1)
        -2.4
    """
    temps = annees.astype(float) - annees.mean()
    dispersion = sqrt(effectifs.mean() * (temps**2).sum())
    return float((temps * effectifs).sum() / dispersion) if dispersion else 0.0


def moyennes(
    mesures: pd.DataFrame, periodes: PetiteSerie, seuils: SeuilsEvaluation
) -> dict[str, object]:
    """Return the means of a short series over two periods, and whether chance explains the change.

    A trend of its last years, when there are enough of them, has the last word.

    ``mesures`` are its known years, in order. The second period is its last years from
    ``periodes.depuis`` on, as many as the first has at most.

    Returns:
        The ``MOYENNES`` by name and ``lecture``: "trop_peu" (chance explains the change), "hausse"
        or "baisse". {} when a period has no known year. ``periode`` reads « 2019 à 2022 »;
        ``moyennes_au_hasard`` tells that chance explains the difference of the two means, whatever
        the trend; ``tendance`` is "hausse" or "baisse", "" when chance may explain it, and
        ``tendance_connue`` the same of all the known years (``periode_connue``): when that one has
        none, ``lecture`` is "hausse_recente" or "baisse_recente". ``part_de_l_extreme``: the window
        of the trend opens on what makes it most, the lowest or the highest of the known years;
        ``hasard`` is by how much chance moves it from one year to the next, 2√(n + n);
        ``annees_notees`` are the years that bear a note, as inferred ones do, joined by « ; »,
        ``note_des_annees`` the first note.
    """
    debut, fin = periodes.avant
    avant = mesures[mesures["annee"].between(debut, fin)]
    apres = mesures[mesures["annee"].ge(periodes.depuis)].tail(fin - debut + 1)
    if avant.empty or apres.empty:
        return {}
    moyenne_avant = float(avant["valeur"].mean())
    moyenne = float(apres["valeur"].mean())
    les_deux = pd.concat([avant, apres])
    notees = les_deux[les_deux["note"].fillna("").ne("")]
    ecart_de_hasard = seuils.hasard_ecarts * sqrt(moyenne_avant / len(avant) + moyenne / len(apres))
    au_hasard = abs(moyenne - moyenne_avant) <= ecart_de_hasard
    lecture = "hausse" if moyenne > moyenne_avant else "baisse"
    if au_hasard:
        lecture = TROP_PEU
    dernieres = mesures.tail(seuils.tendance_annees)
    sens_de_la_tendance = ""
    if len(dernieres) == seuils.tendance_annees:
        sens_de_la_tendance = _sens_de_la_tendance(dernieres, seuils)
    sens_de_toutes = _sens_de_la_tendance(mesures, seuils)
    valeurs = mesures["valeur"]
    extreme = valeurs.max() if sens_de_la_tendance == "baisse" else valeurs.min()
    if sens_de_la_tendance:
        confirmee = sens_de_toutes == sens_de_la_tendance
        lecture = sens_de_la_tendance if confirmee else f"{sens_de_la_tendance}_recente"
    return {
        "periode_avant": _periode(avant["annee"]),
        "moyenne_avant": moyenne_avant,
        "periode": _periode(apres["annee"]),
        "moyenne": moyenne,
        "variation_des_moyennes": (100 * (moyenne / moyenne_avant - 1) if moyenne_avant else None),
        "moyennes_au_hasard": au_hasard,
        "tendance": sens_de_la_tendance,
        "periode_de_la_tendance": _periode(dernieres["annee"]),
        "periode_connue": _periode(mesures["annee"]),
        "tendance_connue": sens_de_toutes,
        "part_de_l_extreme": bool(dernieres["valeur"].iloc[0] == extreme),
        "hasard": seuils.hasard_ecarts * sqrt(2 * moyenne),
        "annees_notees": SEPARATEUR.join(str(int(annee)) for annee in notees["annee"]),
        "note_des_annees": notees["note"].iloc[0] if len(notees) else "",
        "lecture": lecture,
    }


def _moyennes_de_la_reference(valeurs: pd.Series, periodes: PetiteSerie) -> dict[str, object]:
    """Return by how many % the mean of the reference changed between the periods of ``moyennes``,
    and the years that it has of the second one; {} where one of them has no value.

    Args:
        valeurs: Its values by year; missing where they are not known.
        periodes: The two periods.
    """
    debut, fin = periodes.avant
    connues = valeurs.dropna().sort_index()
    avant = connues[(connues.index >= debut) & (connues.index <= fin)]
    apres = connues[connues.index >= periodes.depuis].tail(fin - debut + 1)
    if avant.empty or apres.empty:
        return {}
    return {
        "variation_des_moyennes_reference": float(100 * (apres.mean() / avant.mean() - 1)),
        "periode_de_la_reference": _periode(apres.index.to_series()),
    }


def _sens_de_la_tendance(mesures: pd.DataFrame, seuils: SeuilsEvaluation) -> str:
    """Return "hausse" or "baisse", "" when chance may explain the trend of these years."""
    z = tendance(mesures["annee"], mesures["valeur"])
    if abs(z) < seuils.tendance_ecarts:
        return ""
    return "hausse" if z > 0 else "baisse"


def _periode(annees: pd.Series) -> str:
    """Return « 2019 à 2022 », or « 2022 », of years in order."""
    premiere = int(annees.iloc[0])
    derniere = int(annees.iloc[-1])
    return str(premiere) if premiere == derniere else f"{premiere} à {derniere}"


def revisions_du_territoire(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the public figures that last year's bilan gave otherwise: the columns ``REVISIONS``.

    One that it did not have yet is no revision.
    """
    table = comparer_millesimes(
        contexte_connu(contexte, annee - 1), contexte_connu(contexte, annee)
    )
    valeur_ancienne = table["valeur_ancienne"]
    revisee = valeur_ancienne.notna() & table["valeur"].ne(valeur_ancienne)
    return table[revisee].reset_index(drop=True)


def trajectoires_du_territoire(
    series: pd.DataFrame,
    indicateurs: Iterable[str],
    definitions: Mapping[str, Indicateur],
    *,
    territoire: str,
    depuis: int,
) -> pd.DataFrame:
    """Return the rows of some series of a territory from a year on, as a chart of them reads them.

    Without modalités, by indicator in the order given, then by year. Added: ``libelle``, ``serie``
    (""), ``rupture``, whether the source breaks in that year.
    """
    ordre = list(indicateurs)
    du_territoire = series["territoire"].eq(territoire) & series["annee"].ge(depuis)
    ensemble = series["dimension"].eq("") & series["indicateur"].isin(ordre)
    mesures = series[du_territoire & ensemble].sort_values("annee")
    mesures = mesures.sort_values(
        "indicateur", key=rang_dans(ordre), kind="stable", ignore_index=True
    )
    ruptures = {
        (identifiant, rupture.annee)
        for identifiant in ordre
        for rupture in definitions[identifiant].ruptures
    }
    return mesures.assign(
        libelle=[definitions[identifiant].libelle for identifiant in mesures["indicateur"]],
        serie="",
        rupture=[
            mesure in ruptures
            for mesure in zip(mesures["indicateur"], mesures["annee"], strict=True)
        ],
    )


# The diagnostic, then and now.

REVISITEES = (
    "theme",
    "indicateur",
    "libelle",
    "unite",
    "sens",
    "annee_avant",
    "avant",
    "annee",
    "apres",
    "variation_type",
    "variation",
    "variation_reference",
    "dans_le_bruit",
    "motif",
    "annee_rupture",
    "lecture",
    *MOYENNES,
)
SANS_DEPART = "depart_absent"
APRES_RUPTURE = "depart_rupture"
AVANT_LA_RUPTURE = "rupture_sans_depart"
SANS_VALEUR = "sans_valeur"


def annee_du_diagnostic(annexe1: pd.DataFrame) -> int | None:
    """Return the year of most figures of Annexe 1, the earliest of equals; None without any."""
    annees = annexe1.loc[annexe1["valeur"].notna(), "annee"].dropna()
    if annees.empty:
        return None
    return int(annees.mode().min())


def revisiter(
    contexte: pd.DataFrame,
    themes: Iterable[ThemeRevisite],
    indicateurs: Mapping[str, Indicateur],
    unites: Mapping[str, Unite],
    *,
    territoires: tuple[str, str],
    depart: int | None,
    seuils: SeuilsEvaluation,
) -> pd.DataFrame:
    """Return one row a public series of each theme: its value in the diagnostic, and its last one.

    A series that breaks in between starts after its break. A short series is read on means of
    years. ``depart`` is the year of the diagnostic, None when it has none.

    Returns:
        The columns ``REVISITEES``. ``avant``, ``apres``: the two values; ``variation``: from one to
        the other, in points or in % as ``variation_type`` says; ``variation_reference``: that of
        the reference over the same years; ``dans_le_bruit``: the change is within the rounding.
        ``motif`` is ``SANS_VALEUR`` (no value at all), ``SANS_DEPART`` (none before the last one),
        ``APRES_RUPTURE`` (``avant`` is after the break of ``annee_rupture``),
        ``AVANT_LA_RUPTURE`` (the others are before that break), else "".
    """
    territoire, reference = territoires
    ensemble = contexte["dimension"].eq("") & contexte["valeur"].notna()
    mesures = contexte[ensemble].sort_values("annee")
    lignes = []
    for theme in themes:
        for identifiant in theme.series:
            definition = indicateurs[identifiant]
            de_la_serie = mesures[mesures["indicateur"].eq(identifiant)]
            d_ici = de_la_serie[de_la_serie["territoire"].eq(territoire)]
            de_la_reference = de_la_serie[de_la_serie["territoire"].eq(reference)]
            en_points = unites[definition.unite].ecart == POINTS
            ligne = {
                "theme": theme.theme,
                "indicateur": identifiant,
                "libelle": definition.libelle,
                "unite": definition.unite,
                "sens": definition.sens,
                "variation_type": POINTS if en_points else POURCENT,
                "motif": SANS_VALEUR,
                **_derniere_et_premiere(d_ici, de_la_reference, definition, depart),
            }
            if definition.petite_serie:
                ligne |= _en_moyennes(
                    d_ici, de_la_reference, definition.petite_serie, seuils, ligne.get("apres")
                )
            lignes.append(ligne)
    table = pd.DataFrame(lignes, columns=[*REVISITEES, "avant_reference", "apres_reference"])
    valeurs = ("avant", "apres", "avant_reference", "apres_reference")
    table = table.astype(
        {
            **dict.fromkeys(("annee_avant", "annee", "annee_rupture"), "Int64"),
            **dict.fromkeys(valeurs, "float64"),
        }
    )
    sur_des_annees = table["moyenne"].isna()
    en_points = table["variation_type"].eq(POINTS) & sur_des_annees
    avant_reference = table["avant_reference"].where(table["avant"].notna())
    ecart = (table["apres"] - table["avant"]).round(DECIMALES_EXACTES)
    ecart_reference = (table["apres_reference"] - avant_reference).round(DECIMALES_EXACTES)
    arrondis = pd.Series(
        [indicateurs[identifiant].arrondi_source or 0 for identifiant in table["indicateur"]],
        table.index,
    )
    table = table.assign(
        variation=ecart.where(en_points, _en_pourcent(ecart, table["avant"])),
        variation_reference=ecart_reference.where(
            en_points, _en_pourcent(ecart_reference, avant_reference)
        ),
        dans_le_bruit=ecart.abs().le(arrondis) & sur_des_annees,
    )
    return table[list(REVISITEES)]


def _derniere_et_premiere(
    d_ici: pd.DataFrame, de_la_reference: pd.DataFrame, definition: Indicateur, depart: int | None
) -> dict[str, object]:
    """Return columns of ``revisiter`` for a series: its last value, and the one to compare it with.

    The first one is that of the diagnostic's year or of the first year known after it, after the
    last break. {} for a series without value, which leaves the ``motif`` of its row as it is.
    """
    if d_ici.empty:
        return {}
    valeurs = d_ici.set_index("annee")["valeur"]
    valeurs_de_la_reference = de_la_reference.set_index("annee")["valeur"]
    derniere: int = valeurs.index[-1]
    ligne = {"annee": derniere, "apres": valeurs[derniere], "motif": SANS_DEPART}
    ruptures = [rupture.annee for rupture in definition.ruptures if rupture.annee <= derniere]
    derniere_rupture = max(ruptures, default=0)
    debut = max(depart or 0, derniere_rupture)
    premiere = min((annee for annee in valeurs.index if annee >= debut), default=derniere)
    if premiere == derniere:
        if valeurs.index[0] < derniere_rupture:
            ligne |= {"motif": AVANT_LA_RUPTURE, "annee_rupture": derniere_rupture}
        return ligne
    ligne |= {
        "annee_avant": premiere,
        "avant": valeurs[premiere],
        "avant_reference": valeurs_de_la_reference.get(premiere),
        "apres_reference": valeurs_de_la_reference.get(derniere),
        "motif": "",
    }
    if depart is not None and derniere_rupture > depart:
        ligne |= {"motif": APRES_RUPTURE, "annee_rupture": derniere_rupture}
    return ligne


def _en_moyennes(
    d_ici: pd.DataFrame,
    de_la_reference: pd.DataFrame,
    periodes: PetiteSerie,
    seuils: SeuilsEvaluation,
    derniere_valeur: object,
) -> dict[str, object]:
    """Return the columns of ``revisiter`` that means of years replace, for a short series."""
    moyennes_d_ici = moyennes(d_ici, periodes, seuils)
    moyennes_de_la_reference = moyennes(de_la_reference, periodes, seuils)
    valeurs_de_la_reference = de_la_reference.set_index("annee")["valeur"]
    variation_de_la_reference = _moyennes_de_la_reference(valeurs_de_la_reference, periodes)
    return {**moyennes_d_ici, **variation_de_la_reference} | {
        "annee_avant": None,
        "avant": moyennes_d_ici.get("moyenne_avant"),
        "apres": moyennes_d_ici.get("moyenne", derniere_valeur),
        "avant_reference": moyennes_de_la_reference.get("moyenne_avant"),
        "apres_reference": moyennes_de_la_reference.get("moyenne"),
        "motif": "" if moyennes_d_ici else SANS_DEPART,
    }


def _en_pourcent(ecart: pd.Series, avant: pd.Series) -> pd.Series:
    return 100 * ecart / avant.where(avant.ne(0))


# A diagnostic renewed by public figures, for the next convention.

DECIMALES = 1
CLE_PUBLIQUE = ["indicateur", "territoire", "annee"]
COLONNES_ANNEXE1 = (
    "section",
    "indicateur",
    "territoire",
    "annee",
    "valeur",
    "variation_5_ans",
    "unite",
    "statut",
    "note",
)


def remplir(
    lignes: pd.DataFrame, publiques: pd.DataFrame, regles: DonneesPubliques, territoire: str
) -> pd.DataFrame:
    """Return the rows of a diagnostic, filled with the values that public figures give.

    The year of an indicator is the latest for which the territory has it, unless it is too old; its
    reference takes the same year, or is « non transmis ». An indicator that nothing fills takes the
    latest of all these years: the one to ask for.

    ``lignes``: section, indicateur, territoire, annee, unite, and ``note``: what a row says that
    nothing fills. ``publiques``: territoire, annee, indicateur (the series), valeur, statut,
    source, note.

    Returns:
        The columns of ``annexe1.csv``, in the order of the rows.
    """
    publiees = valeurs_publiques(publiques, regles)
    du_territoire = publiees[publiees["territoire"].eq(territoire)]
    annees = du_territoire.groupby("indicateur")["annee"].max()
    annee_a_demander = annees.max() if len(annees) else lignes["annee"]
    annees = annees[annees >= annees.max() - regles.anciennete]

    cinq_ans_avant = publiees[[*CLE_PUBLIQUE, "valeur"]]
    cinq_ans_avant = cinq_ans_avant.assign(annee=cinq_ans_avant["annee"] + DUREE_VARIATION)
    publiees = publiees.merge(cinq_ans_avant, "left", CLE_PUBLIQUE, suffixes=("", "_avant"))
    de_l_annee = publiees[publiees["annee"].eq(publiees["indicateur"].map(annees))]
    table = lignes[["section", "indicateur", "territoire", "unite", "note"]]
    table = table.merge(de_l_annee, "left", ["indicateur", "territoire"])
    valeur_avant = table["valeur_avant"].where(table["valeur_avant"].ne(0))
    variation_5_ans = (100 * (table["valeur"] / valeur_avant - 1)).round(DECIMALES)
    table = table.assign(
        annee=table["indicateur"].map(annees).astype("Int64").fillna(annee_a_demander),
        variation_5_ans=variation_5_ans.where(table["unite"].eq("nombre")),
        statut=table["statut"].astype(object).fillna(str(Statut.NON_TRANSMIS)),
        note=table["note_publique"].astype(object).fillna(table["note"]),
    )
    return table[list(COLONNES_ANNEXE1)]


def valeurs_publiques(publiques: pd.DataFrame, regles: DonneesPubliques) -> pd.DataFrame:
    """Return the values that public series give of the indicators of a diagnostic, where and when
    they do.

    ``publiques`` is that of ``remplir``.

    Returns:
        territoire, annee, valeur, indicateur, statut, note_publique.
    """
    return pd.concat(
        [_valeurs_publiques(regle, publiques, regles.mots["note"]) for regle in regles.lignes],
        ignore_index=True,
    )


def _valeurs_publiques(regle: LignePublique, publiques: pd.DataFrame, note: str) -> pd.DataFrame:
    """Return the values of an indicator of a diagnostic, from the public series of its rule.

    The sum of its ``series``; of a share, 100 times their sum over that of ``sur``, never a mean of
    shares. A value that reckons with an estimated one is estimated.

    Returns:
        territoire, annee, valeur, indicateur, statut, note_publique: ``note`` with the sources,
        the rule's reserve, then what is known of an estimated sum.
    """
    series = [*regle.series, *regle.sur]
    lues = publiques[publiques["indicateur"].isin(series)]
    effectifs = lues.pivot_table("valeur", ["territoire", "annee"], "indicateur")
    effectifs = effectifs.reindex(columns=series)
    valeurs = somme(effectifs[list(regle.series)])
    if regle.sur:
        denominateur = somme(effectifs[list(regle.sur)])
        valeurs = ratio_pour_100(valeurs, denominateur).round(DECIMALES)
    sources = lues.groupby("indicateur")["source"].last().drop_duplicates()
    note_publique = note.format(source=" ; ".join(sources))
    if regle.reserve:
        note_publique = f"{note_publique} ; {regle.reserve}"

    table = valeurs.rename("valeur").dropna().reset_index()
    cle = ["territoire", "annee"]
    estimees = lues[lues["statut"].eq(Statut.ESTIME)]
    # What is known of a sum that is not whole, and its bounds.
    notes = estimees.groupby(cle)["note"].agg(lambda notes: " ; ".join(dict.fromkeys(notes)))
    reperes = pd.MultiIndex.from_frame(table[cle])
    notes = notes.reindex(reperes).fillna("").to_numpy()
    notes = [f"{note_publique} ; {note}" if note else note_publique for note in notes]
    return table.assign(
        indicateur=regle.indicateur,
        statut=np.where(
            reperes.isin(pd.MultiIndex.from_frame(estimees[cle])),
            str(Statut.ESTIME),
            str(Statut.NORMAL),
        ),
        note_publique=notes,
    )
