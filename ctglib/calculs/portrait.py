"""The figures of a portrait: shares of a territory beside other places, and how counts moved.

Each place has a role: the territory looked at (``TERRITOIRE``), its département
(``DEPARTEMENT``), and others that the report adds (its EPCI, those alike). A role is also how a
column ends: ``valeur_departement``; those of the territory have no suffix: ``valeur``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from ctglib.calculs.comparables import distances
from ctglib.calculs.evaluation import mouvement
from ctglib.calculs.territoire import variation
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation
from ctglib.donnees.modeles.rapports import Mesure, Semblables
from ctglib.donnees.modeles.sources import SerieOfficielle

# Roles of places.
TERRITOIRE = "territoire"
DEPARTEMENT = "departement"
# Why a measure has no value; "" when it has one.
SECRET = "secret"
ABSENT = "absent"
TROP_PEU = "trop_peu"  # its denominator is too small for a rate


@dataclass(frozen=True)
class Lieu:
    """A place, and the communes that add up to it."""

    code: str  # that producers publish it under, "" for none
    membres: tuple[str, ...]  # codes of communes
    groupe: bool  # its sums leave out the parts that are not known; those of a commune do not


@dataclass(frozen=True)
class Chiffres:
    """Public figures, as they were published.

    Attributes:
        tables: By family: annee, territoire, niveau, commune (of an IRIS; itself for a commune),
            then a column a series; NaN is absent, inf is secret.
        familles: The family of each series.
        series: What each series means.
        sommees: The families whose communes add up, with the share of them that may be missing.
    """

    tables: Mapping[str, pd.DataFrame]
    familles: Mapping[str, str]
    series: Mapping[str, SerieOfficielle]
    sommees: Mapping[str, float]


def en_annees(chiffres: Chiffres, lieu: Lieu, *series: str) -> pd.DataFrame:
    """Return series of one family at a place, one row a year and one column a series.

    As published for the place, else the sum of its communes or of their IRIS, where the family may
    be summed. A year when too many communes of a group are missing has no row.
    """
    famille = chiffres.familles[series[0]]
    table = chiffres.tables[famille]
    lignes = table[table["territoire"].eq(lieu.code)]
    part_absente_admise = 1.0
    if lignes.empty and famille in chiffres.sommees:
        lignes = table[table["commune"].isin(lieu.membres)]
        if lieu.groupe and lignes["niveau"].ne("iris").any():
            part_absente_admise = chiffres.sommees[famille]
    effectifs = lignes[["annee", *series]].astype(dict.fromkeys(series, float))
    if lieu.groupe:
        connus = effectifs[list(series)].apply(np.isfinite).all(axis=1)
        effectifs = effectifs[connus]
    par_annee = effectifs.groupby("annee")
    sommes = par_annee.sum(skipna=False)
    if part_absente_admise == 1:
        return sommes
    part_absente = 1 - par_annee.size() / len(lieu.membres)
    return sommes.loc[part_absente <= part_absente_admise]


def mesurer(
    chiffres: Chiffres,
    lieux: Mapping[str, Lieu],
    mesures: Sequence[Mesure],
    minimum: int,
    ecarts: float,
) -> pd.DataFrame:
    """Return a row a measure: its year, and at each place its value, or why there is none.

    A measure whose numerator may be one of several series takes the first that is known of the
    territory and of its département, else of the territory; one of which no series is read has no
    row. ``lieux`` is by role. Under ``minimum`` a denominator gives no rate; ``ecarts`` is how many
    standard deviations chance is allowed.

    Returns:
        mesure, serie, annee, unite, pour; then for each role (no suffix for the territory)
        numerateur, denominateur, valeur, raison ("", "secret", "absent", "trop_peu"); ecart to the
        département (between amounts in %, missing between counts) and marge, by how much the
        rounding and chance may change the value.
    """
    lignes = []
    for mesure in mesures:
        # The series that could be the numerator, the first choice first.
        lignes_possibles = [
            _ligne(chiffres, lieux, mesure, serie, minimum)
            for serie in mesure.numerateur
            if serie in chiffres.familles
        ]
        if lignes_possibles:
            # The first of the best: ``max`` keeps the order of the choices.
            lignes.append(max(lignes_possibles, key=_est_connue))
    table = pd.DataFrame(lignes)
    if f"valeur_{DEPARTEMENT}" not in table:
        return table.assign(ecart=np.nan, marge=np.nan)
    reference = table[f"valeur_{DEPARTEMENT}"]
    ecart = table["valeur"] - reference
    ecart_en_pourcent = 100 * ecart / reference
    unite = table["unite"]
    demi_arrondi = pd.Series(
        [(chiffres.series[serie].arrondi or 0) // 2 for serie in table["serie"]], table.index
    )
    effectif = table["numerateur"].where(table["numerateur"] < np.inf)
    incertitude = demi_arrondi + ecarts * effectif.pow(0.5)
    return table.assign(
        ecart=ecart.mask(unite.eq("euros"), ecart_en_pourcent).mask(unite.eq("nombre")),
        marge=table["pour"] * incertitude / table["denominateur"],
    )


def _est_connue(ligne: Mapping[str, object]) -> tuple[bool, bool]:
    """Tell whether the row of a measure has a value of the territory, then of its département."""
    raisons_d_une_valeur_connue = ("", TROP_PEU)  # whether or not it is shown
    return (
        ligne["raison"] in raisons_d_une_valeur_connue,
        ligne.get(f"raison_{DEPARTEMENT}") in raisons_d_une_valeur_connue,
    )


def _ligne(
    chiffres: Chiffres, lieux: Mapping[str, Lieu], mesure: Mesure, serie: str, minimum: int
) -> dict[str, object]:
    """Return the row of a measure for one series of its numerator, in one year.

    The last year of which both the territory and its département have a value; else the last of the
    territory, of the département, of the family.
    """
    valeurs_par_lieu = {
        role: _valeurs(chiffres, lieu, mesure, serie) for role, lieu in lieux.items()
    }
    annees_connues = {
        role: set(valeurs.index[np.isfinite(valeurs["valeur"])])
        for role, valeurs in valeurs_par_lieu.items()
    }
    du_territoire = annees_connues[TERRITOIRE]
    du_departement = annees_connues.get(DEPARTEMENT, set())
    de_la_famille = set(chiffres.tables[chiffres.familles[serie]]["annee"])
    des_deux = du_territoire & du_departement
    annees_possibles = des_deux or du_territoire or du_departement or de_la_famille
    annee = max(annees_possibles, default=0)
    ligne: dict[str, object] = {
        "mesure": mesure.id,
        "serie": serie,
        "annee": annee,
        "unite": mesure.unite,
        "pour": mesure.pour,
    }
    for role, valeurs in valeurs_par_lieu.items():
        suffixe = "" if role == TERRITOIRE else f"_{role}"
        de_l_annee = valeurs.reindex([annee])
        numerateur = float(de_l_annee["numerateur"].iloc[0])
        denominateur = float(de_l_annee["denominateur"].iloc[0])
        valeur = float(de_l_annee["valeur"].iloc[0])
        if np.isinf(valeur):
            raison = SECRET
        elif pd.isna(valeur):
            raison = ABSENT
        elif mesure.denominateur is not None and denominateur < minimum:
            raison = TROP_PEU
        else:
            raison = ""
        ligne[f"numerateur{suffixe}"] = numerateur
        ligne[f"denominateur{suffixe}"] = denominateur
        ligne[f"valeur{suffixe}"] = np.nan if raison else valeur
        ligne[f"raison{suffixe}"] = raison
    return ligne


def _valeurs(chiffres: Chiffres, lieu: Lieu, mesure: Mesure, serie: str) -> pd.DataFrame:
    """Return numerateur, denominateur and valeur of a measure at a place, by year.

    ``valeur`` is infinite when the denominator is secret. A measure without denominator is a count,
    or its mean over the last years. A denominator of another family is that of its last year in all
    years; one of a family that is not read leaves no year.
    """
    denominateur = mesure.denominateur
    familles = chiffres.familles
    if denominateur is None:
        effectifs = en_annees(chiffres, lieu, serie)[serie].rolling(mesure.moyenne).mean()
        return pd.DataFrame({"numerateur": effectifs, "denominateur": np.nan, "valeur": effectifs})
    if denominateur not in familles:
        return pd.DataFrame(columns=["numerateur", "denominateur", "valeur"], dtype=float)
    if familles[denominateur] == familles[serie]:
        effectifs = en_annees(chiffres, lieu, serie, denominateur)
        numerateurs = effectifs[serie]
        denominateurs = effectifs[denominateur]
    else:
        numerateurs = en_annees(chiffres, lieu, serie)[serie]
        par_annee = en_annees(chiffres, lieu, denominateur)[denominateur]
        dernier = np.nan if par_annee.empty else par_annee.iloc[-1]
        denominateurs = pd.Series(dernier, numerateurs.index, dtype=float)
    valeurs = mesure.pour * numerateurs / denominateurs.where(denominateurs.ne(0))
    return pd.DataFrame(
        {
            "numerateur": numerateurs,
            "denominateur": denominateurs,
            # A secret denominator makes the rate secret.
            "valeur": valeurs.mask(np.isinf(denominateurs), np.inf),
        }
    )


def par_commune(
    chiffres: Chiffres, mesure: Mesure, communes: Sequence[str], minimum: int
) -> pd.DataFrame:
    """Return numerateur, denominateur and valeur of a ratio, one row a commune, in their order.

    Each series in its own last year; a value is missing under a denominator of ``minimum``.
    """
    numerateur = _derniers_effectifs(chiffres, mesure.numerateur[0], communes)
    # A ratio has a denominator.
    denominateur = _derniers_effectifs(chiffres, cast("str", mesure.denominateur), communes)
    valeur = (mesure.pour * numerateur / denominateur).where(denominateur.ge(minimum))
    return pd.DataFrame({"numerateur": numerateur, "denominateur": denominateur, "valeur": valeur})


def _derniers_effectifs(chiffres: Chiffres, serie: str, communes: Sequence[str]) -> pd.Series:
    """Return the counts of some communes in the last year of a series; a secret one is missing."""
    table = chiffres.tables[chiffres.familles[serie]]
    derniere_annee = table[table["annee"].eq(table["annee"].max())]
    effectifs = derniere_annee.set_index("territoire")[serie].reindex(list(communes))
    return effectifs.replace(np.inf, np.nan)


def semblables(comptes: pd.DataFrame, ici: str, regles: Semblables, voisins: int) -> pd.Series:
    """Return the distance of the territories most alike one, by code, the nearest first.

    ``comptes`` has one row a territory: the count that tells its size, and those that its shares
    are of. Only territories of a like size are compared. Empty when a count of ``ici`` is unknown.
    """
    sans_absent = comptes.apply(np.isfinite).all(axis=1)
    connus = comptes[sans_absent & comptes[regles.taille].gt(0)]
    if ici not in connus.index:
        return pd.Series(dtype=float)
    tailles = connus[regles.taille]
    taille = tailles[ici]
    dans_la_fenetre = tailles.between(taille / regles.fenetre, taille * regles.fenetre)
    fenetre = connus[dans_la_fenetre]
    parts = fenetre[list(regles.parts)].div(fenetre[regles.taille], axis=0)
    return distances(parts, ici).head(voisins)


def evolutions(
    chiffres: Chiffres, lieux: Mapping[str, Lieu], series: Sequence[str], seuils: SeuilsEvaluation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables: the counts of the territory by year, and how each series moved.

    A series that has no count of the territory is in neither. It moves from ``depart``, its first
    year or that of the last break, to ``annee``, its last.

    Returns:
        indicateur, annee, valeur, rupture (whether a break is in that year); then indicateur,
        depart, annee, valeur_depart, valeur, variation (in %; and ``variation_…`` for each other
        role, over the same years), lecture ("hausse", "baisse", "stable", "trop_peu").
    """
    annees = []
    changements = []
    for serie in series:
        valeurs_par_lieu = {
            role: en_annees(chiffres, lieu, serie)[serie].dropna() for role, lieu in lieux.items()
        }
        valeurs = valeurs_par_lieu[TERRITOIRE]
        if valeurs.empty:
            continue
        premiere_annee = valeurs.index[0]
        ruptures = [
            rupture.annee
            for rupture in chiffres.series[serie].ruptures
            if rupture.annee > premiere_annee
        ]
        annees += [(serie, annee, valeur, annee in ruptures) for annee, valeur in valeurs.items()]
        depuis_la_rupture = valeurs[valeurs.index >= max(ruptures, default=premiere_annee)]
        depart = depuis_la_rupture.index[0]
        fin = depuis_la_rupture.index[-1]
        changement = {
            "indicateur": serie,
            "depart": depart,
            "annee": fin,
            "valeur_depart": depuis_la_rupture[depart],
            "valeur": depuis_la_rupture[fin],
            "arrondi": chiffres.series[serie].arrondi or 0,
        }
        for role, valeurs_du_lieu in valeurs_par_lieu.items():
            colonne = "variation" if role == TERRITOIRE else f"variation_{role}"
            changement[colonne] = variation(valeurs_du_lieu, depart, fin)
        changements.append(changement)
    variations = ["variation" if role == TERRITOIRE else f"variation_{role}" for role in lieux]
    colonnes = ["indicateur", "depart", "annee", "valeur_depart", "valeur", *variations]
    table = pd.DataFrame(changements, columns=[*colonnes, "arrondi"])
    mouvements, _ = mouvement(
        table.assign(valeur_precedente=table["valeur_depart"], hasard=True), seuils
    )
    lecture = mouvements.replace("dans_le_bruit", TROP_PEU)
    return (
        pd.DataFrame(annees, columns=["indicateur", "annee", "valeur", "rupture"]),
        table[colonnes].assign(lecture=lecture),
    )
