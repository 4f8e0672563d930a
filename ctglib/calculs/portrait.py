"""The figures of a portrait: shares of a territory beside its département and those alike, and how
counts moved.
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

ICI = "territoire"
LA = "departement"
SECRET = "secret"
ABSENT = "absent"
TROP_PEU = "trop_peu"


@dataclass(frozen=True)
class Lieu:
    """A place: the code that producers publish it under ("" for none), and the communes that add up
    to it.

    ``groupe``: its sums leave out the parts that are not known; those of a commune, or of all its
    IRIS, do not.
    """

    code: str
    membres: tuple[str, ...]
    groupe: bool


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
    """Return some series of one family at a place by year: as published, else the sum of what is
    below.

    A year when too many of its communes are missing has none.
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

    « territoire » is the one looked at, « departement » what its gap is to. Under ``minimum`` a
    denominator gives no rate; ``ecarts`` is how many standard deviations chance is allowed.

    Returns:
        mesure, serie, annee, then for each role (no suffix for the territory) numerateur,
        denominateur, valeur, raison ("", "secret", "absent", "trop_peu"); ecart to the département
        (relative, in %, between amounts) and marge: what the rounding and chance make of it.
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
            lignes.append(max(lignes_possibles, key=_connue_ici_puis_la))
    table = pd.DataFrame(lignes)
    if f"valeur_{LA}" not in table:
        return table.assign(ecart=np.nan, marge=np.nan)
    reference = table[f"valeur_{LA}"]
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


def _connue_ici_puis_la(ligne: Mapping[str, object]) -> tuple[bool, bool]:
    """Rank the row of a measure: what is known of the territory first, then of its département."""
    connues = ("", TROP_PEU)  # reasons of a value that is known, whether or not it is shown
    return ligne["raison"] in connues, ligne.get(f"raison_{LA}") in connues


def _ligne(
    chiffres: Chiffres, lieux: Mapping[str, Lieu], mesure: Mesure, serie: str, minimum: int
) -> dict[str, object]:
    """Return the row of a measure: in the last year that the territory and its département both
    have, if any.
    """
    valeurs_par_lieu = {
        role: _valeurs(chiffres, lieu, mesure, serie) for role, lieu in lieux.items()
    }
    annees_connues = {
        role: set(valeurs.index[np.isfinite(valeurs["valeur"])])
        for role, valeurs in valeurs_par_lieu.items()
    }
    ici = annees_connues[ICI]
    la = annees_connues.get(LA, set())
    annees_publiees = set(chiffres.tables[chiffres.familles[serie]]["annee"])
    annee = max(ici & la or ici or la or annees_publiees, default=0)
    ligne: dict[str, object] = {
        "mesure": mesure.id,
        "serie": serie,
        "annee": annee,
        "unite": mesure.unite,
        "pour": mesure.pour,
    }
    for role, valeurs in valeurs_par_lieu.items():
        suffixe = "" if role == ICI else f"_{role}"
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
    """Return numerateur, denominateur and valeur by year; a denominator of another family is that
    of its last year.
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
    """Return numerateur, denominateur and valeur of a ratio by commune, in the last year of each
    series.
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
    """Return the territories most alike one, with their distance, the nearest first; none when
    shares are unknown.
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
    """Return every year's count of the territory, then how each series moved there and at the other
    places.

    Returns:
        indicateur, annee, valeur, rupture; then indicateur, depart, annee (the first one after the
        last break), valeur_depart, valeur, variation (%, and one a role), lecture ("hausse",
        "baisse", "stable", "trop_peu").
    """
    annees = []
    changements = []
    for serie in series:
        valeurs_par_lieu = {
            role: en_annees(chiffres, lieu, serie)[serie].dropna() for role, lieu in lieux.items()
        }
        valeurs = valeurs_par_lieu[ICI]
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
            colonne = "variation" if role == ICI else f"variation_{role}"
            changement[colonne] = variation(valeurs_du_lieu, depart, fin)
        changements.append(changement)
    variations = ["variation" if role == ICI else f"variation_{role}" for role in lieux]
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
