"""The gap of a commune to the trend of comparable ones, with its rounding; never an effect.

A change is 100 × (count / count of reference − 1). A printed count stands for any whole number
within ``marge`` of it; the bounds are the least and the greatest values over all of these, each
count being free of the others.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from ctglib.donnees.modeles.catalogue import Comparaison, Indicateur, Reglage, Ressemblance
from ctglib.donnees.modeles.convention import Convention

# What may remain, in floats, of the subtraction of equal numbers.
PRESQUE_NUL = 1e-18
DECIMALES = 10
# The columns of the table of counts that are not series.
PREMIERES = ("commune", "nom", "departement", "annee", "statut")
# What territories are alike by comes from the degree of the density grid (the densest is 1) and
# from counts.
STRUCTURE = ("degre", "habitants", "menages", "personnes")
TRAITS = ("degre", "habitants", "personnes_par_menage")
COLONNES = {
    "indicateur": "str",
    "libelle": "str",
    "annee_reference": "Int64",
    "annee": "Int64",
    "rupture": "bool",
    "valeur_reference": "Int64",
    "valeur": "Int64",
    "variation": "float",
    "nombre": "Int64",
    "variation_moyenne": "float",
    "ecart": "float",
    "ecart_min": "float",
    "ecart_max": "float",
    "bruit": "boolean",
    "rang": "Int64",
    "rang_min": "Int64",
    "rang_max": "Int64",
    "ex_aequo": "Int64",
    "aussi_eloignees": "Int64",
    "part_placebo": "float",
    "communes_departement": "Int64",
    "variation_departement": "float",
    "ecart_departement": "float",
    "ecart_departement_min": "float",
    "ecart_departement_max": "float",
    "bruit_departement": "boolean",
}
# What tells the rules of the sensitivity table apart.
REGLAGE = ("variante", "annees_avant", "voisins", "fenetre", "candidates")
BRUIT = "bruit"
TIENT = "tient"
CHANGE = "change"


class Resultat(NamedTuple):
    """A comparison that could be made.

    Attributes:
        annee_reference: The year that changes start from.
        annee: The last year.
        candidates: How many communes of the window could be compared.
        retenues: One row the territory, then one a comparable commune, the nearest first: commune,
            nom, what they are alike by (see ``traits``), distance (missing for the territory).
        exclues: What made a commune impossible to compare: commune, nom, indicateur, annee, nulle
            (whether its count was zero).
        ecarts: The columns ``COLONNES``, one row an indicator (see ``_ecarts``).
        points: The changes of the comparable communes: indicateur, commune, nom, variation.
        variantes: ``ecarts`` by rule: variante (0 is the rule itself), its setting, candidates,
            then ``COLONNES``.
    """

    annee_reference: int
    annee: int
    candidates: int
    retenues: pd.DataFrame
    exclues: pd.DataFrame
    ecarts: pd.DataFrame
    points: pd.DataFrame
    variantes: pd.DataFrame

    @property
    def nombre(self) -> int:
        """How many communes the territory is compared with."""
        return len(self.retenues) - 1


class CommunesComparables(NamedTuple):
    """The communes that are comparable under a setting of the rule."""

    distances: pd.Series  # by commune, the nearest first
    candidates: int  # how many could be compared
    exclues: pd.DataFrame  # what made a commune impossible to compare


def comparer(
    effectifs: pd.DataFrame,
    comparaison: Comparaison,
    indicateurs: Mapping[str, Indicateur],
    convention: Convention,
) -> Resultat | None:
    """Return the comparison of the convention's commune with those that are comparable.

    None without its own counts of two years, or without any comparable commune.
    """
    territoire = convention.territoire
    compares = [indicateurs[identifiant] for identifiant in comparaison.indicateurs]
    series = [colonne for colonne in effectifs.columns if colonne not in PREMIERES]
    comptes = effectifs.astype(dict.fromkeys(series, "float64"))
    comptes = comptes.set_index(["annee", "commune"])[series].sort_index()
    noms = effectifs.drop_duplicates("commune").set_index("commune")["nom"]
    derniere_annee = max(effectifs["annee"].astype(int), default=0)

    # The rule, then its variants.
    reglages = (comparaison.reglage, *comparaison.variantes)
    annees_des_reglages = [
        (convention.debut.year - reglage.annees_avant, derniere_annee) for reglage in reglages
    ]
    comparables_par_reglage = [
        _communes_comparables(comptes, territoire, comparaison, reglage, annees)
        for reglage, annees in zip(reglages, annees_des_reglages, strict=True)
    ]
    comparables = comparables_par_reglage[0]
    if comparables is None:
        return None
    variantes = []
    for rang, reglage in enumerate(reglages):
        comparables_du_reglage = comparables_par_reglage[rang]
        communes = None
        candidates = 0
        if comparables_du_reglage is not None:
            communes = comparables_du_reglage.distances.index.tolist()
            candidates = comparables_du_reglage.candidates
        ecarts = _ecarts(comptes, territoire, communes, annees_des_reglages[rang], compares)
        variante = ecarts.assign(
            variante=rang,
            annees_avant=reglage.annees_avant,
            voisins=reglage.voisins,
            fenetre=reglage.fenetre,
            candidates=candidates,
        )
        variantes.append(variante)

    annees = annees_des_reglages[0]
    retenues = [territoire, *comparables.distances.index]
    avant = _de_l_annee(comptes, annees[0]).loc[retenues]
    apres = _de_l_annee(comptes, annees[1]).loc[retenues]
    ecarts = variantes[0][list(COLONNES)]
    sans_rupture = ecarts.loc[~ecarts["rupture"], "indicateur"]
    variations = (100 * (apres / avant - 1)).loc[retenues[1:], sans_rupture].round(DECIMALES)
    points = variations.melt(ignore_index=False, var_name="indicateur", value_name="variation")
    points = points.rename_axis("commune").reset_index()[["indicateur", "commune", "variation"]]
    communes_retenues = (
        traits(avant).rename_axis("commune").assign(nom=noms, distance=comparables.distances)
    )
    return Resultat(
        *annees,
        candidates=comparables.candidates,
        retenues=communes_retenues.reset_index()[["commune", "nom", *TRAITS, "distance"]],
        exclues=comparables.exclues.assign(nom=comparables.exclues["commune"].map(noms)),
        ecarts=ecarts,
        points=points.assign(nom=points["commune"].map(noms)),
        variantes=pd.concat(variantes, ignore_index=True)[[*REGLAGE, *COLONNES]],
    )


def _de_l_annee(comptes: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the counts of a year, by commune."""
    return comptes[comptes.index.get_level_values("annee") == annee].droplevel("annee")


def _communes_comparables(
    comptes: pd.DataFrame, ici: str, regle: Comparaison, reglage: Reglage, annees: tuple[int, int]
) -> CommunesComparables | None:
    """Return the communes that are comparable under a setting of the rule.

    Those of a like density and size, whose structure is known, with all counts of both years, those
    of the first year above zero; of these, the most alike. None when the territory itself lacks a
    count, or when no commune is left.
    """
    annee_avant, annee_apres = annees
    if (annee_avant, ici) not in comptes.index or annee_apres <= annee_avant:
        return None
    lieux = _de_l_annee(comptes, annee_avant)
    possibles = lieux[dans_la_fenetre(lieux, ici, regle.ressemblance, reglage.fenetre)]
    series = list(regle.indicateurs)
    avant = possibles[[*series, "menages"]]
    apres = _de_l_annee(comptes, annee_apres)[series].reindex(avant.index)

    # Without households there is no structure.
    manques = {("menages", annee_avant): ~avant["menages"].gt(0)}
    for serie in series:
        # A relative change has no meaning from zero; to zero, it has.
        manques[serie, annee_avant] = ~avant[serie].gt(0)
        manques[serie, annee_apres] = apres[serie].isna()
    manques = pd.DataFrame(manques)
    manques = manques[manques.any(axis=1)]
    premiers_manques = manques.columns[manques.to_numpy().argmax(axis=1)]
    exclues = []
    for commune, (serie, annee) in zip(manques.index, premiers_manques, strict=True):
        nulle = annee == annee_avant and avant.at[commune, serie] == 0
        exclues.append((commune, serie, annee, nulle))
    exclues = pd.DataFrame(exclues, columns=["commune", "indicateur", "annee", "nulle"])

    candidates = possibles.drop(exclues["commune"])
    if ici not in candidates.index or len(candidates) == 1:
        return None
    voisines = distances(_reduits(candidates), ici).head(reglage.voisins)
    return CommunesComparables(voisines, len(candidates) - 1, exclues)


def traits(lieux: pd.DataFrame) -> pd.DataFrame:
    """Return what territories are alike by: degre, habitants, personnes_par_menage.

    ``lieux`` has the columns ``STRUCTURE``. None of these is among the figures that are compared.
    """
    personnes_par_menage = lieux["personnes"] / lieux["menages"].where(lieux["menages"].gt(0))
    return lieux[["degre", "habitants"]].assign(personnes_par_menage=personnes_par_menage)


def _reduits(lieux: pd.DataFrame) -> pd.DataFrame:
    """Return the traits as distances read them: a size twice as large is as far as half of it."""
    lus = traits(lieux)
    return lus.assign(habitants=np.log(lus["habitants"].astype(float)))


def dans_la_fenetre(
    lieux: pd.DataFrame, ici: str, regle: Ressemblance, fenetre: float
) -> pd.Series:
    """Tell which territories may be alike one, itself included: of its degree of density or of one
    close by, and of a like size, bounds included. None is when its own are unknown.
    """
    degre_ici, habitants_ici = lieux.loc[[ici], ["degre", "habitants"]].iloc[0]
    ecart_de_degre = (lieux["degre"] - degre_ici).abs()
    habitants = lieux["habitants"]
    assez_grande = habitants * fenetre >= habitants_ici
    assez_petite = habitants <= habitants_ici * fenetre
    return ecart_de_degre.le(regle.ecart_de_degre) & assez_grande & assez_petite


def semblables(
    lieux: pd.DataFrame, ici: str, regle: Ressemblance, *, fenetre: float, voisins: int
) -> pd.Series:
    """Return the distance of the territories most alike one, by code, the nearest first.

    ``lieux`` has the columns ``STRUCTURE``, a row a territory. Empty when one of them is unknown of
    ``ici``.
    """
    connus = lieux[traits(lieux).notna().all(axis=1) & lieux["habitants"].gt(0)]
    if ici not in connus.index:
        return pd.Series(dtype=float)
    possibles = connus[dans_la_fenetre(connus, ici, regle, fenetre)]
    return distances(_reduits(possibles), ici).head(voisins)


def distances(parts: pd.DataFrame, ici: str) -> pd.Series:
    """Return how far territories are from one, by code, the nearest first.

    ``ici`` is the code of that one, which is left out; ties are in the order of the codes.

    The root of the sum of squared gaps, each over the variance of its column: none weighs more by
    its scale, and one that is the same everywhere weighs nothing.
    """
    variance = parts.var(ddof=0)
    variance = variance[variance > PRESQUE_NUL]
    ecarts = (parts - parts.loc[ici])[variance.index] / variance.pow(0.5)
    distance = ecarts.pow(2).sum(axis=1).pow(0.5).round(DECIMALES)
    return distance.drop(ici).sort_index().sort_values(kind="stable")


def marge(arrondi: float | None) -> int:
    """Return how far a whole number may be from its printed multiple.

    Examples:
        >>> marge(5), marge(10), marge(None)
        (2, 5, 0)
    """
    return int(arrondi or 1) // 2


def _ecarts(
    comptes: pd.DataFrame,
    ici: str,
    communes: list[str] | None,
    annees: tuple[int, int],
    indicateurs: list[Indicateur],
) -> pd.DataFrame:
    """Return the gaps of a commune, one row an indicator of the rule: changes in %, gaps in points
    of %.

    ``rang`` is among the comparable communes and the territory, the greatest rise first, and may be
    from ``rang_min`` to ``rang_max`` whatever the rounding;
    ``aussi_eloignees`` how many comparable communes are at least as far from the mean of the
    others, ``part_placebo`` the same as a share. The département is the sum of its other communes.
    A break between the two years leaves no gap, nor does a rule that finds no ``communes``.
    """
    identifiants = [indicateur.id for indicateur in indicateurs]
    table = pd.DataFrame(
        {"libelle": [indicateur.libelle for indicateur in indicateurs]},
        index=pd.Index(identifiants, name="indicateur"),
    )
    table = table.assign(annee_reference=annees[0], annee=annees[1], rupture=False)
    if communes is not None:
        avant = _de_l_annee(comptes, annees[0])[identifiants]
        apres = _de_l_annee(comptes, annees[1])[identifiants]
        ruptures = [
            any(annees[0] < rupture.annee <= annees[1] for rupture in indicateur.ruptures)
            for indicateur in indicateurs
        ]
        marges = pd.Series(
            [marge(indicateur.arrondi_source) for indicateur in indicateurs], index=table.index
        )
        calculs = calculer(avant, apres.reindex(avant.index), ici, communes, marges)
        table = table.assign(
            rupture=ruptures,
            valeur_reference=avant.loc[[ici]].iloc[0],
            valeur=apres.loc[[ici]].iloc[0],
        )
        table = table.join(calculs.where(~table["rupture"]))
    return table.reset_index().reindex(columns=list(COLONNES)).astype(COLONNES)


def calculer(
    avant: pd.DataFrame, apres: pd.DataFrame, ici: str, communes: list[str], marges: pd.Series
) -> pd.DataFrame:
    """Return the figures of the gaps of a commune to others, one row an indicator.

    ``avant`` and ``apres`` are the counts of all the communes of the département, a column an
    indicator; ``marges``, how far each printed count may be from the true one (see ``marge``). A
    bound of a gap takes every count at the end of its rounding that makes the gap least, or
    greatest.
    """
    variations = 100 * (apres / avant - 1)
    variations_min = 100 * ((apres - marges).clip(lower=0) / (avant + marges) - 1)
    variations_max = 100 * ((apres + marges) / (avant - marges) - 1)
    variation = variations.loc[ici]
    comparables = variations.loc[communes]
    moyenne = comparables.mean()
    # Of the others over the territory, as printed, at least and at most.
    avance = (comparables - variation).round(DECIMALES)
    avance_min = (variations_min.loc[communes] - variations_max.loc[ici]).round(DECIMALES)
    avance_max = (variations_max.loc[communes] - variations_min.loc[ici]).round(DECIMALES)
    moyenne_de_tous = variations.loc[[ici, *communes]].mean()
    eloignement = (variation - moyenne_de_tous).abs().round(DECIMALES)
    eloignements = (comparables - moyenne_de_tous).abs().round(DECIMALES)
    aussi_eloignees = eloignements.ge(eloignement).sum()

    # The other communes of the département, of which both counts are known, are added up.
    connues = (avant.notna() & apres.notna()).drop(index=ici)
    autres_avant = avant.drop(index=ici).where(connues)
    autres_apres = apres.drop(index=ici).where(connues)
    total_avant = autres_avant.sum()
    total_avant_min = (autres_avant - marges).clip(lower=0).sum()
    total_avant_max = (autres_avant + marges).sum()
    total_apres = autres_apres.sum()
    total_apres_min = (autres_apres - marges).clip(lower=0).sum()
    total_apres_max = (autres_apres + marges).sum()
    variation_du_departement = 100 * (total_apres / total_avant.where(total_avant.gt(0)) - 1)
    # What may have been zero bounds no change.
    est_borne = total_avant_min.gt(0)
    departement_min = 100 * (total_apres_min / total_avant_max - 1)
    departement_max = 100 * (total_apres_max / total_avant_min.where(est_borne) - 1)

    table = pd.DataFrame(
        {
            "variation": variation,
            "nombre": len(communes),
            "variation_moyenne": moyenne,
            "ecart": variation - moyenne,
            "ecart_min": variations_min.loc[ici] - variations_max.loc[communes].mean(),
            "ecart_max": variations_max.loc[ici] - variations_min.loc[communes].mean(),
            "rang": 1 + avance.gt(0).sum(),
            "rang_min": 1 + avance_min.gt(0).sum(),
            "rang_max": 1 + avance_max.gt(0).sum(),
            "ex_aequo": avance.eq(0).sum(),
            "aussi_eloignees": aussi_eloignees,
            "part_placebo": aussi_eloignees / len(communes),
            "communes_departement": connues.sum(),
            "variation_departement": variation_du_departement,
            "ecart_departement": (variation - variation_du_departement).where(est_borne),
            "ecart_departement_min": variations_min.loc[ici] - departement_max,
            "ecart_departement_max": (variations_max.loc[ici] - departement_min).where(est_borne),
        }
    ).round(DECIMALES)
    return table.assign(
        bruit=_contient_zero(table["ecart_min"], table["ecart_max"]),
        bruit_departement=_contient_zero(
            table["ecart_departement_min"], table["ecart_departement_max"]
        ),
    )


def _contient_zero(minimum: pd.Series, maximum: pd.Series) -> pd.Series:
    """Tell whether rounding alone may make a gap: zero is between its bounds."""
    contient_zero = minimum.le(0) & maximum.ge(0)
    return contient_zero.astype("boolean").mask(minimum.isna())


def tenue(variantes: pd.DataFrame) -> pd.DataFrame:
    """Return how each indicator's gap holds under the rule and its variants.

    Returns:
        indicateur, libelle, calculees (rules under which there is a gap), depassent (those where it
        is beyond rounding), hausses (those of them where it is positive), tenue (« bruit »: none is
        beyond it; « tient »: all that are have one sign; « change »: both signs are found).
    """
    ecart = variantes["ecart"]
    depasse = ecart.notna() & ~variantes["bruit"].fillna(True).astype(bool)
    lignes = variantes.assign(
        calculees=ecart.notna(), depassent=depasse, hausses=depasse & ecart.gt(0)
    )
    par_indicateur = lignes.groupby(["indicateur", "libelle"], sort=False)
    comptes = par_indicateur[["calculees", "depassent", "hausses"]].sum().reset_index()
    aucune_hausse = comptes["hausses"].eq(0)
    que_des_hausses = comptes["hausses"].eq(comptes["depassent"])
    tient = aucune_hausse | que_des_hausses
    tenue_de_l_ecart = tient.map({True: TIENT, False: CHANGE})
    return comptes.assign(tenue=tenue_de_l_ecart.mask(comptes["depassent"].eq(0), BRUIT))
