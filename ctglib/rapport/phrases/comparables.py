"""What the comparison says in sentences: how the communes were chosen, the gaps, how they hold. Never a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.comparables.ecarts import marge
from ctglib.calculs.comparables.sensibilite import BRUIT, CHANGE, tenue
from ctglib.document.typographie import compter, enumerer, minuscule, nombre, points, pourcent

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.calculs.comparables.comparer import Resultat
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.comparaison import Comparaison, Reglage


def regles(resultat: Resultat, comparaison: Comparaison, contexte: Contexte) -> list[str]:
    """Return how the communes are chosen and what is computed, each number from the catalogue or the comparison."""
    rule, place = resultat.regle, contexte.territoire
    own = int(resultat.retenues[rule.taille].iloc[0])
    ratios = [minuscule(contexte.indicateurs[name].libelle) for name in rule.ratios]
    size = minuscule(contexte.indicateurs[rule.taille].libelle)
    return [
        f"Le choix se fait en {rule.annee_reference}, {_avant(comparaison.reglage)}. Les communes possibles sont "
        f"celles {contexte.reference.de} qui ont entre 1/{rule.fenetre} et {rule.fenetre} fois autant de {size} que "
        f"{place.le} ({nombre(own)}), bornes comprises : {compter(resultat.candidates, 'commune')}.",
        f"Parmi elles, les {nombre(resultat.nombre)} plus proches sont retenues. La distance porte sur "
        f"{compter(len(ratios), 'ratio')}, chacun rapporté aux {size} : {enumerer(ratios)}. Chaque ratio est divisé "
        "par son écart type : aucun ne pèse plus qu'un autre. À distance égale, l'ordre est celui des codes.",
        "Une commune dont un effectif nécessaire manque, ou est nul l'année de référence, n'est pas retenue.",
        f"L'évolution va de {rule.annee_reference} à {rule.annee}, dernière année du fichier. L'écart est celui de la "
        f"commune moins la moyenne des {nombre(resultat.nombre)} autres, chacune comptant pour une.",
        *_arrondi(resultat, contexte),
        "Pour juger si un écart est courant, chaque commune comparable prend à son tour la place de la commune : on "
        "compte celles qui s'écartent autant, ou plus, de la moyenne de toutes les autres. L'écart est dit inhabituel "
        f"quand elles sont {pourcent(100 * comparaison.part_inhabituelle, 0)} ou moins.",
        "La fenêtre, le nombre de communes, les ratios et les seuils sont des choix du classeur, non de la convention.",
    ]


def essentiel(resultat: Resultat, comparaison: Comparaison, contexte: Contexte) -> tuple[str, ...]:
    """Return the comparison in a few sentences: with whom, which gaps are more than rounding, if they are common."""
    rule, rows = resultat.regle, resultat.ecarts[resultat.ecarts["ecart"].notna()]
    noisy = rows["bruit"].astype(bool)
    beyond, noise = rows[~noisy], rows[noisy]
    opening = (
        f"De {rule.annee_reference} à {rule.annee}, l'évolution {contexte.territoire.de} est rapprochée de celle de "
        f"{compter(resultat.nombre, 'commune comparable', 'communes comparables')} {contexte.reference.de}, sur "
        f"{compter(len(rows), 'série')}."
    )
    if rows.empty:
        return ()
    return tuple(
        sentence
        for sentence in (
            opening,
            _depassent(beyond),
            _dans_le_bruit(noise),
            _habituels(beyond, comparaison, resultat.nombre),
            _departement(rows, contexte),
            _rompues(resultat),
        )
        if sentence
    )


def lecture_de_la_sensibilite(resultat: Resultat) -> str:
    """Return which gaps keep their sign when the rule changes, and which do not."""
    rows = tenue(resultat.variantes)
    held = {kind: list(group["libelle"].map(minuscule)) for kind, group in rows.groupby("tenue", sort=False)}
    changed, noisy = held.pop(CHANGE, []), held.pop(BRUIT, [])
    kept = [name for names in held.values() for name in names]
    rules = compter(resultat.variantes["variante"].nunique(), "règle")
    told = (
        (f"Sur {rules}, l'écart garde le même sens chaque fois qu'il dépasse l'arrondi pour", kept),
        ("Il change de sens selon la règle, et ne permet donc aucune conclusion, pour", changed),
        ("Il ne dépasse jamais l'arrondi pour", noisy),
    )
    return " ".join(f"{opening} : {enumerer(names)}." for opening, names in told if names)


def exclusions(resultat: Resultat, contexte: Contexte) -> list[str]:
    """Return which communes of the window could not be compared, and why; or that there was none."""
    if resultat.exclues.empty:
        return ["Aucune commune de la fenêtre n'a été écartée faute d'un effectif."]
    items = [
        f"{row.nom} ({row.commune} : {minuscule(contexte.indicateurs[row.indicateur].libelle)}, "
        f"{'effectif nul' if row.nulle else 'effectif absent'} en {row.annee})"
        for row in resultat.exclues.itertuples()
    ]
    return [f"Communes de la fenêtre écartées : {enumerer(items)}."]


def nom_de_variante(row: pd.Series, reglage: Reglage) -> str:
    """Return what a variant changes in the rule, as the head of its column."""
    if row["voisins"] != reglage.voisins:
        return compter(int(row["voisins"]), "commune")
    if row["fenetre"] != reglage.fenetre:
        return f"Taille de 1/{row['fenetre']} à {row['fenetre']} fois"
    if row["annees_avant"] != reglage.annees_avant:
        return f"Depuis {row['annee_reference']}"
    return "Règle retenue"


def mot_de_tenue(row: pd.Series) -> str:
    """Return whether a gap keeps its sign under the rules where it could be computed."""
    if row["tenue"] == BRUIT:
        return "toujours dans le bruit"
    if row["tenue"] == CHANGE:
        return "change selon la règle"
    times = f"le même {row['depassent']} fois sur {row['calculees']}"
    return times if row["depassent"] == row["calculees"] else f"{times}, sinon dans le bruit"


def _avant(reglage: Reglage) -> str:
    if reglage.annees_avant == 1:
        return "dernière année avant la convention"
    return f"{nombre(reglage.annees_avant)} ans avant la première année de la convention"


def _arrondi(resultat: Resultat, contexte: Contexte) -> list[str]:
    steps = sorted({int(contexte.indicateurs[name].arrondi_source or 1) for name in resultat.regle.indicateurs})
    return [
        f"Un effectif arrondi à {nombre(step)} peut s'écarter de {nombre(marge(step))} de l'effectif exact. "
        "L'intervalle donne le plus petit et le plus grand écart possibles, tous les arrondis pris au pire. Quand il "
        "contient zéro, l'écart est dans le bruit."
        for step in steps
        if step > 1
    ]


def _depassent(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "Aucun écart à leur moyenne ne dépasse l'arrondi de la source."
    items = [f"{minuscule(row.libelle)}, {points(row.ecart)}" for row in rows.itertuples()]
    return f"L'écart à leur moyenne dépasse l'arrondi pour {compter(len(rows), 'série')} : {' ; '.join(items)}."


def _dans_le_bruit(rows: pd.DataFrame) -> str:
    names = [minuscule(name) for name in rows["libelle"]]
    return f"L'écart est dans le bruit pour {compter(len(rows), 'série')} : {enumerer(names)}." if names else ""


def _habituels(rows: pd.DataFrame, comparaison: Comparaison, nombre_de_communes: int) -> str:
    """Return which gaps are unusual, or how many communes are at least as far where it is rarest."""
    if rows.empty:
        return ""
    unusual = rows[rows["part_placebo"] <= comparaison.part_inhabituelle]
    if unusual.empty:
        return (
            "Aucun de ces écarts n'est inhabituel : pour chacun, "
            f"{compter(int(rows['aussi_eloignees'].min()), 'commune comparable', 'communes comparables')} sur "
            f"{nombre(nombre_de_communes)}, ou davantage, s'écartent au moins autant de la moyenne des autres."
        )
    items = [
        f"{minuscule(row.libelle)} ({row.aussi_eloignees} sur {nombre(nombre_de_communes)} au moins aussi éloignées)"
        for row in unusual.itertuples()
    ]
    return f"L'écart est inhabituel pour {compter(len(unusual), 'série')} : {enumerer(items)}."


def _departement(rows: pd.DataFrame, contexte: Contexte) -> str:
    known = rows[rows["ecart_departement"].notna()]
    beyond = known[~known["bruit_departement"].astype(bool)]
    if known.empty:
        return ""
    rest = f"Face au reste {contexte.reference.de}"
    if beyond.empty:
        return f"{rest}, aucun écart ne dépasse l'arrondi pris au pire."
    items = [f"{minuscule(row.libelle)}, {points(row.ecart_departement)}" for row in beyond.itertuples()]
    return f"{rest}, l'écart dépasse l'arrondi pris au pire pour {compter(len(beyond), 'série')} : {' ; '.join(items)}."


def _rompues(resultat: Resultat) -> str:
    names = [minuscule(name) for name in resultat.ecarts.loc[resultat.ecarts["rupture"], "libelle"]]
    return f"Une rupture de série empêche la comparaison pour : {enumerer(names)}." if names else ""
