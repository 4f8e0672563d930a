"""The tables of the comparison: the communes chosen, the gaps to their mean, to the département, under other rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables.sensibilite import tenue
from ctglib.document.intervalle import de_a, signe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, minuscule, nombre
from ctglib.rapport.phrases.comparables import exclusions, mot_de_tenue, nom_de_variante

if TYPE_CHECKING:
    from ctglib.calculs.comparables.comparer import Resultat
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.comparaison import Comparaison, MotsComparaison

TIRET = "–"


def tableau_des_communes(resultat: Resultat, contexte: Contexte) -> Tableau:
    """Return the commune looked at, then the comparable ones, the nearest first, with what they were chosen on."""
    rule, rows = resultat.regle, resultat.retenues
    short = {name: contexte.indicateurs[name].libelle for name in (rule.taille, *rule.ratios)}
    columns = (
        Colonne("nom", "Commune"),
        Colonne("commune", "Code"),
        Colonne(rule.taille, short[rule.taille], numerique=True),
        *(
            Colonne(name, short[name], numerique=True, groupe=f"Pour {nombre(100)} {minuscule(short[rule.taille])}")
            for name in rule.ratios
        ),
        Colonne("distance", "Distance", numerique=True),
    )
    cells = pd.DataFrame(
        {
            "nom": [name if rank == 0 else f"{rank}. {name}" for rank, name in enumerate(rows["nom"])],
            "commune": rows["commune"],
            rule.taille: [nombre(value) for value in rows[rule.taille]],
            **{name: [nombre(value, 1) for value in rows[name]] for name in rule.ratios},
            "distance": [TIRET if pd.isna(value) else nombre(value, 2) for value in rows["distance"]],
        }
    )
    names = f"{contexte.territoire.nom} et {compter(resultat.nombre, 'commune comparable', 'communes comparables')}"
    return Tableau(
        nom="comparables",
        titre=f"{names}, décembre {rule.annee_reference}",
        colonnes=columns,
        cellules=cells,
        donnees=rows,
        source=contexte.source,
        notes=(
            "Distance : racine de la somme des carrés des écarts de ratio, chacun divisé par l'écart type des communes "
            "de la fenêtre. Plus elle est petite, plus la commune ressemble à la première de la liste.",
            *exclusions(resultat, contexte),
        ),
    )


def tableau_des_ecarts(resultat: Resultat, comparaison: Comparaison, contexte: Contexte) -> Tableau:
    """Return, by indicator, the change, the gap to the mean with its interval, what it is worth, and the place."""
    rule, rows = resultat.regle, resultat.ecarts
    count, place = resultat.nombre, contexte.territoire
    columns = (
        Colonne("libelle", "Série"),
        Colonne("valeur_reference", str(rule.annee_reference), numerique=True, groupe=f"Effectif {place.a}"),
        Colonne("valeur", str(rule.annee), numerique=True, groupe=f"Effectif {place.a}"),
        Colonne("variation", place.nom, numerique=True, groupe="Évolution, en %"),
        Colonne("variation_moyenne", f"Moyenne des {count}", numerique=True, groupe="Évolution, en %"),
        Colonne("ecart", "Écart", numerique=True, groupe="Écart à la moyenne, en points"),
        Colonne("intervalle", "Selon l'arrondi", numerique=True, groupe="Écart à la moyenne, en points"),
        Colonne("lecture", "Lecture"),
        Colonne("rang", "Rang", numerique=True),
        Colonne("part", "Au moins aussi éloignées", numerique=True),
    )
    cells = [_cellules_d_ecart(row, count, comparaison.mots) for row in rows.itertuples()]
    return Tableau(
        nom="ecarts-comparables",
        titre=f"Écart {place.de} à la tendance de {compter(count, 'commune comparable', 'communes comparables')}, "
        f"{rule.annee_reference}-{rule.annee}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=rows,
        source=contexte.source,
        notes=(
            "Rang : de la plus forte hausse à la plus forte baisse, la commune comprise. Au moins aussi éloignées : "
            "nombre de communes comparables qui s'écartent autant, ou plus, de la moyenne de toutes les autres.",
            "Écarts et intervalles sont calculés avant l'arrondi des évolutions imprimées.",
        ),
    )


def _cellules_d_ecart(row: object, nombre_de_communes: int, mots: MotsComparaison) -> dict[str, str]:
    return {
        "libelle": row.libelle,
        "valeur_reference": nombre(row.valeur_reference),
        "valeur": nombre(row.valeur),
        "variation": signe(row.variation),
        "variation_moyenne": signe(row.variation_moyenne),
        "ecart": signe(row.ecart),
        "intervalle": de_a(row.ecart_min, row.ecart_max),
        "lecture": _lecture(row.rupture, row.bruit, mots),
        "rang": TIRET if row.rupture else f"{_place(row)} sur {nombre_de_communes + 1}",
        "part": TIRET if row.rupture else f"{row.aussi_eloignees} sur {nombre_de_communes}",
    }


def tableau_du_departement(resultat: Resultat, comparaison: Comparaison, contexte: Contexte) -> Tableau:
    """Return, by indicator, the gap to the sum of the other communes of the département, with its interval."""
    rule, rows, place = resultat.regle, resultat.ecarts, contexte.territoire
    columns = (
        Colonne("libelle", "Série"),
        Colonne("variation", place.nom, numerique=True, groupe="Évolution, en %"),
        Colonne("departement", f"{contexte.reference.nom} sans {place.nom}", numerique=True, groupe="Évolution, en %"),
        Colonne("ecart", "Écart", numerique=True, groupe="Écart, en points"),
        Colonne("intervalle", "Selon l'arrondi", numerique=True, groupe="Écart, en points"),
        Colonne("lecture", "Lecture"),
    )
    cells = [
        {
            "libelle": row.libelle,
            "variation": signe(row.variation),
            "departement": signe(row.variation_departement),
            "ecart": signe(row.ecart_departement),
            "intervalle": de_a(row.ecart_departement_min, row.ecart_departement_max),
            "lecture": _lecture(row.rupture, row.bruit_departement, comparaison.mots),
        }
        for row in rows.itertuples()
    ]
    communes = int(rows["communes_departement"].max()) if rows["communes_departement"].notna().any() else 0
    return Tableau(
        nom="departement-comparables",
        titre=f"Écart {place.de} à l'évolution {contexte.reference.de}, {rule.annee_reference}-{rule.annee}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=rows[[name for name in rows.columns if not name.startswith(("ecart_m", "rang"))]],
        source=contexte.source,
        notes=(
            f"{contexte.reference.nom} sans {place.nom} : la somme des "
            f"{compter(communes, 'autre commune', 'autres communes')} dont l'effectif est connu les deux ans. La "
            "commune n'y est pas, pour ne pas se comparer à elle-même.",
            "Chacun de ces effectifs est arrondi. L'intervalle suppose le pire, tous les arrondis du même côté : il "
            "est large et très peu probable, mais rien d'autre n'est certain.",
        ),
    )


def tableau_de_sensibilite(resultat: Resultat, comparaison: Comparaison, contexte: Contexte) -> Tableau:
    """Return the gap of each indicator under the rule and its variants, and whether its sign holds."""
    rows, words = resultat.variantes, comparaison.mots
    held = tenue(rows).set_index("indicateur")
    names = {}
    for rank, group in rows.groupby("variante", sort=True):
        names[rank] = nom_de_variante(group.iloc[0], comparaison.reglage)
    columns = (
        Colonne("libelle", "Série"),
        *(Colonne(str(rank), name, numerique=True, groupe="Écart, en points") for rank, name in names.items()),
        Colonne("tenue", "Sens de l'écart"),
    )
    cells = [
        {
            "libelle": group["libelle"].iloc[0],
            **{str(row.variante): _ecart(row, words) for row in group.itertuples()},
            "tenue": mot_de_tenue(held.loc[name]),
        }
        for name, group in rows.groupby("indicateur", sort=False)
    ]
    return Tableau(
        nom="sensibilite-comparables",
        titre=f"Écart {contexte.territoire.de} à la moyenne des communes comparables, selon la règle qui les choisit",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=rows,
        source=contexte.source,
        notes=(
            f"Chaque colonne change une seule chose à la règle retenue. {words.signe_bruit} : {words.bruit}. Avec une "
            "autre année de référence, les communes sont choisies d'après cette année, et l'évolution part d'elle.",
        ),
    )


def _lecture(rupture: bool, bruit: object, mots: MotsComparaison) -> str:
    if rupture:
        return mots.rupture
    if pd.isna(bruit):
        return mots.sans_calcul
    return f"{mots.signe_bruit} {mots.bruit}" if bruit else f"{mots.signe_depasse} {mots.depasse}"


def _place(row: object) -> str:
    return f"{row.rang} ex æquo" if row.ex_aequo else str(row.rang)


def _ecart(row: object, mots: MotsComparaison) -> str:
    if row.rupture:
        return mots.rupture
    if pd.isna(row.ecart):
        return mots.sans_calcul
    return f"{signe(row.ecart)} {mots.signe_bruit}" if row.bruit else signe(row.ecart)
