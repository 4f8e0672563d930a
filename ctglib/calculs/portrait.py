"""The figures of a portrait: shares of a territory beside other places, and how counts moved.

Each place has a role: the territory looked at (``TERRITOIRE``), its département
(``DEPARTEMENT``), and others that the report adds (its EPCI, those alike). A role is also how a
column ends: ``valeur_departement``; those of the territory have no suffix: ``valeur``.

A register is counted whole: chance has no part in its figures. What is uncertain of them is their
rounding, and what their producer withholds.
"""

import re
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd

from ctglib.calculs.evaluation import mouvement
from ctglib.calculs.territoire import variation
from ctglib.donnees.etendue import (
    ABSENT,
    Chiffres,
    Lieu,
    communes_connues,
    demi_arrondi,
    etendue,
    suite_constante,
)
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation
from ctglib.donnees.modeles.rapports import Mesure, Prudence

# Roles of places.
TERRITOIRE = "territoire"
DEPARTEMENT = "departement"
# Starts the role of each other département of an EPCI: « autre_departement_2 », « …_3 ».
AUTRE_DEPARTEMENT = "autre_departement"
TROP_PEU = "trop_peu"  # why a measure has no value: its denominator is too small for a rate
POUR_CENT = 100
PRESQUE_RIEN = 1e-9  # what is left of two bounds that touch, once they are subtracted
# Of a measure of one year at a place.
CONNU = (
    "numerateur",
    "denominateur",
    "valeur",
    "minimum",
    "maximum",
    "part_connue",
    "parties",
    "connues",
    "cellules",
    "annee_du_denominateur",
)


def est_un_autre_departement(role: str) -> bool:
    """Tell whether a role is that of another département of an EPCI, or of what is left of it: not
    that of the whole where its rest is compared.
    """
    return re.fullmatch(rf"{AUTRE_DEPARTEMENT}_\d+", role) is not None


def mesurer(
    chiffres: Chiffres,
    lieux: Mapping[str, Lieu],
    mesures: Sequence[Mesure],
    minimum: int,
    prudence: Prudence,
) -> pd.DataFrame:
    """Return a row a measure: its year, and at each place its value, or why there is none.

    A measure whose numerator may be one of several series takes the first that is known of the
    territory and of its département, else of the territory; one of which no series is read has no
    row. ``lieux`` is by role. Under ``minimum`` a denominator gives no rate.

    Returns:
        mesure, serie, annee, unite, pour; then for each role (no suffix for the territory)
        numerateur, denominateur, valeur, minimum and maximum (what it may be), part_connue,
        parties, connues and cellules (see ``etendue``), annee_du_denominateur (where it is not that
        of the numerator), raison ("", "secret", "absent", "trop_peu"); ecart to the
        département (between amounts in %, missing between counts); sans_borne, whether nothing
        bounds what is withheld on one side, and so what the gap may be; bruit, whether what is
        rounded or withheld on both sides is enough to explain it; the same three for each other
        département (``ecart_autre_departement_2``); fragile, whether the value is that of a
        handful, or one that rounding moves too much. A rate of a handful is not that of a group
        beside it.
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
    table = _sans_les_poignees(table, lieux, prudence)
    table = table.assign(fragile=fragile(table, prudence))
    table = table.assign(ecart=np.nan, sans_borne=False, bruit=False)
    if DEPARTEMENT in lieux:
        table = table.assign(**_ecarts(table, DEPARTEMENT))
    for role in lieux:
        if est_un_autre_departement(role):
            ecarts = _ecarts(table, role)
            table = table.assign(**{f"{nom}_{role}": ecart for nom, ecart in ecarts.items()})
    return table


def _ecarts(mesures: pd.DataFrame, role: str) -> dict[str, pd.Series]:
    """Return the ecart of measures to a place, sans_borne and bruit (see ``mesurer``)."""
    reference = mesures[f"valeur_{role}"]
    ecart = mesures["valeur"] - reference
    ecart_en_pourcent = 100 * ecart / reference
    unite = mesures["unite"]
    reference_au_moins = mesures[f"minimum_{role}"]
    reference_au_plus = mesures[f"maximum_{role}"]
    au_dessus = mesures["minimum"].gt(reference_au_plus + PRESQUE_RIEN)
    au_dessous = mesures["maximum"].lt(reference_au_moins - PRESQUE_RIEN)
    bornes = [mesures["minimum"], mesures["maximum"], reference_au_moins, reference_au_plus]
    sans_borne = ecart.notna() & pd.concat(bornes, axis=1).isna().any(axis=1)
    return {
        "ecart": ecart.mask(unite.eq("euros"), ecart_en_pourcent).mask(unite.eq("nombre")),
        "sans_borne": sans_borne,
        "bruit": ecart.notna() & ~sans_borne & ~au_dessus & ~au_dessous,
    }


def _sans_les_poignees(
    mesures: pd.DataFrame, lieux: Mapping[str, Lieu], prudence: Prudence
) -> pd.DataFrame:
    """Return measures whose rates of a handful are missing in the places set beside the territory.

    « 5,8 % dans les communes semblables » were fifteen households, added up of rounded counts.
    """
    corriges = {}
    for role in lieux:
        if role in (TERRITOIRE, DEPARTEMENT) or est_un_autre_departement(role):
            continue
        poignee = (
            mesures[f"denominateur_{role}"].notna()
            & mesures[f"valeur_{role}"].notna()
            & mesures[f"numerateur_{role}"].lt(prudence.numerateur)
        )
        for nom in ("valeur", "minimum", "maximum"):
            corriges[f"{nom}_{role}"] = mesures[f"{nom}_{role}"].mask(poignee)
        corriges[f"raison_{role}"] = mesures[f"raison_{role}"].mask(poignee, TROP_PEU)
    return mesures.assign(**corriges)


def fragile(mesures: pd.DataFrame, prudence: Prudence) -> pd.Series:
    """Tell which ratios are those of a handful, or may be another by a part of themselves.

    Read of ``mesures``: numerateur, denominateur (missing of what is no ratio), valeur, minimum,
    maximum.
    """
    part = prudence.part_de_l_arrondi
    valeur = mesures["valeur"]
    poignee = mesures["numerateur"].lt(prudence.numerateur)
    bouge = mesures["maximum"].ge(valeur * (1 + part)) | mesures["minimum"].le(valeur * (1 - part))
    return mesures["denominateur"].notna() & valeur.notna() & (poignee | bouge)


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
        role: set(valeurs.index[valeurs["valeur"].notna()])
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
        de_l_annee = valeurs.reindex([annee]).iloc[0]
        raison = de_l_annee["raison"] if pd.notna(de_l_annee["raison"]) else ABSENT
        if raison == "" and pd.isna(de_l_annee["valeur"]):
            raison = ABSENT
        if not raison and mesure.denominateur is not None:
            raison = TROP_PEU if de_l_annee["denominateur"] < minimum else ""
        for nom in CONNU:
            a_taire = raison and nom in ("valeur", "minimum", "maximum")
            ligne[f"{nom}{suffixe}"] = np.nan if a_taire else float(de_l_annee[nom])
        ligne[f"raison{suffixe}"] = raison
    return ligne


def _valeurs(chiffres: Chiffres, lieu: Lieu, mesure: Mesure, serie: str) -> pd.DataFrame:
    """Return the columns ``CONNU`` of a measure at a place, and its ``raison``, by year.

    A measure without denominator is a count, or its mean over the last years. A denominator of
    another family is that of its nearest year, of the communes that the numerator counts; one of a
    family that is not read leaves no year.
    """
    denominateur = mesure.denominateur
    familles = chiffres.familles
    haut = etendue(chiffres, lieu, serie)
    reste = haut[["part_connue", "parties", "connues", "cellules"]]
    if denominateur is None:
        moyennes = haut[["somme", "minimum", "maximum"]].rolling(mesure.moyenne).mean()
        valeurs = moyennes.rename(columns={"somme": "valeur"}).where(haut["raison"].eq(""))
        return valeurs.assign(
            numerateur=valeurs["valeur"],
            denominateur=np.nan,
            annee_du_denominateur=np.nan,
            raison=haut["raison"],
        ).join(reste)
    if denominateur not in familles or haut.empty:
        return pd.DataFrame(columns=[*CONNU, "raison"])
    bas = etendue(chiffres, lieu, denominateur)
    annee_du_bas = pd.Series(np.nan, haut.index)
    meme_famille = familles[denominateur] == familles[serie]
    if meme_famille or bas.empty:
        bas = bas.reindex(haut.index)
        des_memes = bas["somme"]
    else:
        annees = _annees_les_plus_proches(haut.index, bas.index)
        bas = bas.loc[annees].set_axis(haut.index)
        annee_du_bas = annees.astype(float)
        des_memes = _sommes_des_memes(chiffres, lieu, serie, denominateur, annees)
    connues = haut["raison"].eq("") & bas["raison"].eq("") & bas["somme"].gt(0)
    une_part = mesure.pour == POUR_CENT and meme_famille
    # Of a share, those who are not known may all be in the numerator, or none of them; of another
    # ratio, they may be in either.
    moindre = bas["minimum"] + (bas["inconnus"] if une_part else 0.0)
    valeurs = pd.DataFrame(
        {
            "numerateur": haut["somme"],
            "denominateur": des_memes,
            "valeur": mesure.pour * haut["somme"] / des_memes,
            "minimum": mesure.pour * haut["minimum"] / bas["maximum"],
            "maximum": mesure.pour * haut["maximum"] / moindre.where(moindre.gt(0)),
            "annee_du_denominateur": annee_du_bas,
        }
    )
    if une_part:
        valeurs = valeurs.assign(maximum=valeurs["maximum"].clip(upper=POUR_CENT))
    raison = haut["raison"].mask(haut["raison"].eq(""), bas["raison"])
    valeurs[["valeur", "minimum", "maximum"]] = valeurs[["valeur", "minimum", "maximum"]].where(
        connues
    )
    return valeurs.join(reste).assign(raison=raison)


def _annees_les_plus_proches(annees: pd.Index, possibles: pd.Index) -> pd.Series:
    """Return for each year the nearest of some others, the later one of two."""
    autres = pd.Series(sorted(possibles, reverse=True))
    proches = [int(autres[(autres - annee).abs().idxmin()]) for annee in annees]
    return pd.Series(proches, annees)


def _sommes_des_memes(
    chiffres: Chiffres, lieu: Lieu, serie: str, denominateur: str, annees: pd.Series
) -> pd.Series:
    """Return a denominator of another family, of the communes that have the numerator.

    An EPCI over two départements has the households of one of them only: its inhabitants are then
    those of that part. ``annees`` are those of the denominator, by year of the numerator.
    """
    sommes = {}
    for annee, annee_du_bas in annees.items():
        communes = communes_connues(chiffres, lieu, serie, int(str(annee)))
        memes = lieu
        if len(communes) < len(lieu.membres):
            memes = Lieu("", communes, groupe=lieu.groupe)
        sommes[annee] = etendue(chiffres, memes, denominateur)["somme"].get(annee_du_bas, np.nan)
    return pd.Series(sommes, dtype=float)


def par_commune(
    chiffres: Chiffres,
    mesure: Mesure,
    communes: Sequence[str],
    minimum: int,
    prudence: Prudence,
) -> pd.DataFrame:
    """Return numerateur, denominateur and valeur of a ratio, one row a commune, in their order.

    Each series in its own last year; a value is missing under a denominator of ``minimum``, and
    where it is fragile: no commune is then the highest for five households. ``borne_basse`` and
    ``borne_haute`` are what rounding leaves possible.
    """
    serie = mesure.numerateur[0]
    # A ratio has a denominator.
    serie_du_bas = cast("str", mesure.denominateur)
    numerateur = _derniers_effectifs(chiffres, serie, communes)
    denominateur = _derniers_effectifs(chiffres, serie_du_bas, communes)
    return taux_par_commune(
        numerateur,
        denominateur,
        mesure,
        demi_arrondi(chiffres.series[serie]),
        demi_arrondi(chiffres.series[serie_du_bas]),
        minimum,
        prudence,
    )


def taux_par_commune(
    numerateur: pd.Series,
    denominateur: pd.Series,
    mesure: Mesure,
    demi_haut: float,
    demi_bas: float,
    minimum: int,
    prudence: Prudence,
) -> pd.DataFrame:
    """Return a ratio of two counts by commune, as ``par_commune`` does.

    ``demi_haut`` and ``demi_bas`` are half of what each count is rounded to.
    """
    valeur = (mesure.pour * numerateur / denominateur).where(denominateur.ge(minimum))
    table = pd.DataFrame(
        {
            "numerateur": numerateur,
            "denominateur": denominateur,
            "valeur": valeur,
            "minimum": mesure.pour * (numerateur - demi_haut) / (denominateur + demi_bas),
            "maximum": mesure.pour * (numerateur + demi_haut) / (denominateur - demi_bas),
        }
    )
    table = table.assign(valeur=valeur.mask(fragile(table, prudence)))
    return table.rename(columns={"minimum": "borne_basse", "maximum": "borne_haute"})


def _derniers_effectifs(chiffres: Chiffres, serie: str, communes: Sequence[str]) -> pd.Series:
    """Return the counts of some communes in the last year of a series; a secret one is missing."""
    table = chiffres.tables[chiffres.familles[serie]]
    derniere_annee = table[table["annee"].eq(table["annee"].max())]
    effectifs = derniere_annee.set_index("territoire")[serie].reindex(list(communes))
    return effectifs.replace(np.inf, np.nan)


def evolutions(
    chiffres: Chiffres,
    lieux: Mapping[str, Lieu],
    series: Sequence[str],
    seuils: SeuilsEvaluation,
    minimum: int = 0,
    part_de_l_arrondi: float = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables: the counts of the territory by year, and how each series moved.

    A series that has no count of the territory is in neither. The communes of a group are the same
    in all years. It moves from ``depart``, its first year or that of the last break, to ``annee``,
    its last. Elsewhere than in the territory, no change in % is that of fewer than ``minimum``.
    Nothing is stable for having been printed twice the same: rounding may hide that it moved by
    more than ``part_de_l_arrondi`` of itself.

    Returns:
        indicateur, annee, valeur, rupture (whether a break is in that year); then indicateur,
        depart, annee, valeur_depart, valeur, variation (in %), variation_ensuite (from the year
        after ``depart``), lecture ("hausse", "baisse", "stable", "trop_peu"); for each other role
        ``variation_…`` over the same years, and ``bruit_…`` (whether rounding is enough to explain
        it); for each role ``manquantes`` (how many of its communes are not counted).
    """
    annees = []
    changements = []
    for serie in series:
        suites_par_lieu = {
            role: suite_constante(chiffres, lieu, serie) for role, lieu in lieux.items()
        }
        suite = suites_par_lieu[TERRITOIRE]
        valeurs = suite["valeur"]
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
            "arrondi": suite["arrondi"].max(),
            "variation_ensuite": variation(valeurs, depart + 1, fin),
        }
        for role, suite_du_lieu in suites_par_lieu.items():
            suffixe = "" if role == TERRITOIRE else f"_{role}"
            effectifs = suite_du_lieu["valeur"]
            manquantes = suite_du_lieu["parties"] - suite_du_lieu["connues"]
            changement[f"variation{suffixe}"] = variation(effectifs, depart, fin)
            changement[f"manquantes{suffixe}"] = manquantes.max()
            if role == TERRITOIRE:
                continue
            if effectifs.get(depart, np.nan) < minimum:
                changement[f"variation{suffixe}"] = np.nan
            ecart = abs(effectifs.get(fin, np.nan) - effectifs.get(depart, np.nan))
            changement[f"bruit{suffixe}"] = ecart <= suite_du_lieu["arrondi"].max()
        changements.append(changement)
    colonnes = ["indicateur", "depart", "annee", "valeur_depart", "valeur", "variation"]
    colonnes += ["variation_ensuite", "manquantes"]
    for role in lieux:
        if role != TERRITOIRE:
            colonnes += [f"variation_{role}", f"bruit_{role}", f"manquantes_{role}"]
    table = pd.DataFrame(changements, columns=[*colonnes, "arrondi"])
    mouvements, _ = mouvement(
        table.assign(valeur_precedente=table["valeur_depart"], hasard=False), seuils
    )
    lecture = mouvements.replace("dans_le_bruit", TROP_PEU)
    rien_n_est_sur = table["arrondi"].gt(part_de_l_arrondi * table["valeur_depart"])
    lecture = lecture.mask(lecture.eq("stable") & rien_n_est_sur, TROP_PEU)
    return (
        pd.DataFrame(annees, columns=["indicateur", "annee", "valeur", "rupture"]),
        table[colonnes].assign(lecture=lecture),
    )
