"""The gap of the commune to the trend of comparable ones: how chosen, the gaps, how they hold. Never a cause."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables import BRUIT, CHANGE, Resultat, comparer, marge, tenue
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.intervalle import de_a, signe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, minuscule, nombre, points, pourcent
from ctglib.graphiques.comparables import points_comparables, trajectoires_comparables

if TYPE_CHECKING:
    from ctglib.document.figure import Figure
    from ctglib.donnees.communes import Communes
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.catalogue import Comparaison, Indicateur, MotsComparaison, Reglage

PRODUCTEUR = re.compile(r"(?: \([^()]*\))?$")


@dataclass(frozen=True)
class Comparables:
    """What can be asked of the comparison: each method returns one thing to show, None when it cannot be made.

    Args:
        dossier: The convention and the catalogue: the comparison owes nothing to the follow-up.
        communes: The communes of its département (``ctglib.donnees.communes.lire_communes``), None when there are none.
    """

    dossier: Dossier
    communes: Communes | None

    @cached_property
    def resultat(self) -> Resultat | None:
        """The comparison, None when there are no figures or nobody to compare with."""
        if self.communes is None:
            return None
        return comparer(self.communes.effectifs, self._regle, self._indicateurs, self.dossier.convention)

    @property
    def depassent(self) -> pd.DataFrame:
        """The gaps that are more than rounding; ``inhabituel`` tells whether few communes are as far."""
        rows = self.resultat.ecarts if self.resultat else pd.DataFrame()
        if rows.empty:
            return rows
        rows = rows[rows["ecart"].notna()]
        rows = rows[~rows["bruit"].astype(bool)]
        return rows.assign(inhabituel=rows["part_placebo"] <= self._regle.part_inhabituelle)

    def regle(self) -> Bloc | None:
        """Return how the comparable communes are chosen, and what is computed."""
        return liste(regles(self.resultat, self._regle, self._contexte)) if self.resultat else None

    def communes_retenues(self) -> Tableau | None:
        """Return the comparable communes, with their codes and what they were chosen on."""
        return tableau_des_communes(self.resultat, self._contexte) if self.resultat else None

    def phrases(self) -> tuple[str, ...]:
        """Return the comparison in a few sentences, none when it cannot be made."""
        return essentiel(self.resultat, self._regle, self._contexte) if self.resultat else ()

    def essentiel(self) -> Bloc | None:
        """Return the same sentences as a list."""
        sentences = self.phrases()
        return liste(sentences) if sentences else None

    def points(self) -> Figure | None:
        """Return where the commune stands among the comparable ones, series by series."""
        if not self.resultat:
            return None
        rule, place = self.resultat.regle, self._contexte.territoire
        years = f"de {rule.annee_reference} à {rule.annee}"
        title = f"Où se place {place.le} parmi les communes comparables ? Évolution {years}"
        return points_comparables(self.resultat, self._regle, self._contexte, nom="comparables-points", titre=title)

    def ecarts(self) -> Tableau | None:
        """Return the gaps to the mean of the comparable communes, what rounding leaves of them, and the place."""
        return tableau_des_ecarts(self.resultat, self._regle, self._contexte) if self.resultat else None

    def departement(self) -> Tableau | None:
        """Return the gaps to the rest of the département."""
        return tableau_du_departement(self.resultat, self._regle, self._contexte) if self.resultat else None

    def trajectoires(self) -> Figure | None:
        """Return the years before and after, at 100 in the year of reference."""
        if not self.resultat:
            return None
        title = f"Depuis quand les évolutions se séparent-elles ? Indices, {self.resultat.regle.annee_reference} = 100"
        return trajectoires_comparables(self.resultat, self._contexte, nom="comparables-trajectoires", titre=title)

    def sensibilite(self) -> Tableau | None:
        """Return the gaps under other rules."""
        return tableau_de_sensibilite(self.resultat, self._regle, self._contexte) if self.resultat else None

    def lecture_sensibilite(self) -> Bloc | None:
        """Return which gaps hold when the rule changes."""
        return paragraphe(lecture_de_la_sensibilite(self.resultat)) if self.resultat else None

    def limites(self) -> Bloc | None:
        """Return what the comparison does not say."""
        return liste(self._regle.limites) if self.resultat else None

    @property
    def _regle(self) -> Comparaison:
        return self.dossier.catalogue.comparaison

    @cached_property
    def _indicateurs(self) -> dict[str, Indicateur]:
        """The indicators of the public series, those compared without the producer that they all name at their end."""
        words, compared = self.dossier.catalogue.indicateurs_contexte, self._regle.indicateurs
        marks = {mark for name in compared if (mark := PRODUCTEUR.search(words[name].libelle).group())}
        if len(marks) != 1:
            return words
        short = {name: words[name].libelle.removesuffix(*marks) for name in compared}
        return words | {name: words[name].model_copy(update={"libelle": label}) for name, label in short.items()}

    @cached_property
    def _contexte(self) -> Contexte:
        catalogue, convention = self.dossier.catalogue, self.dossier.convention
        source = self.communes.source if self.communes else None
        return Contexte(
            indicateurs={**catalogue.mesures, **self._indicateurs},
            unites=catalogue.unites,
            statuts=catalogue.statuts,
            territoire=catalogue.territoires[convention.territoire],
            reference=catalogue.territoires[convention.reference],
            source=f"{source} ; calculs du classeur" if source else convention.source_suivi,
        )


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
