"""The gap of the commune to the trend of comparable ones: how chosen, the gaps, how they hold. Never a cause."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from ctglib.calculs.comparables import BRUIT, CHANGE, Resultat, comparer, marge, tenue
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau, decimales
from ctglib.document.typographie import compter, de_a, enumerer, minuscule, nombre, points, pourcent, signe
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.modeles.catalogue import Comparaison
from ctglib.donnees.montrable import Montrable
from ctglib.graphiques.points import points_comparables

PRODUCTEUR = re.compile(r"(?: \([^()]*\))?$")
EVOLUTION, ECART = "Évolution, en %", "Écart, en points"


def etudier_comparables(dossier: Dossier, communes: pd.DataFrame | None) -> Comparables:
    """Return the comparison of the commune of a convention with those of its département, which owes nothing to a year.

    The series compared lose the producer that they all name at their end.
    """
    catalogue, convention, rule = dossier.catalogue, dossier.convention, dossier.catalogue.comparaison
    words = catalogue.indicateurs_contexte
    marks = {PRODUCTEUR.search(words[name].libelle).group() for name in rule.indicateurs}
    if len(marks) == 1 and (mark := marks.pop()):
        short = {name: words[name].libelle.removesuffix(mark) for name in rule.indicateurs}
        words = words | {name: words[name].model_copy(update={"libelle": label}) for name, label in short.items()}
    told = None if communes is None else communes.attrs["source"]
    source = f"{told} ; calculs du classeur" if told else convention.source_suivi
    contexte = Contexte.de(dossier, {**catalogue.mesures, **words}, source)
    return Comparables(None if communes is None else comparer(communes, rule, words, convention), rule, contexte)


@dataclass(frozen=True)
class Comparables(Montrable):
    """What can be asked of the comparison: each method returns one thing to show, None when it cannot be made."""

    resultat: Resultat | None  # None when there are no figures or nobody to compare with
    comparaison: Comparaison
    contexte: Contexte

    @property
    def lisibles(self) -> pd.DataFrame:
        """The gaps that could be computed; ``inhabituel`` tells whether few communes are as far."""
        rows = self.resultat.ecarts if self.resultat else pd.DataFrame(columns=["ecart", "bruit", "part_placebo"])
        rows = rows[rows["ecart"].notna()]
        unusual = rows["part_placebo"].le(self.comparaison.part_inhabituelle)
        return rows.assign(bruit=rows["bruit"].astype(bool), inhabituel=unusual)

    @property
    def depassent(self) -> pd.DataFrame:
        """The gaps that are more than rounding."""
        rows = self.lisibles
        return rows[~rows["bruit"]]

    @property
    def _nombre(self) -> str:
        return compter(self.resultat.nombre, "commune comparable", "communes comparables")

    def _libelle(self, nom: str) -> str:
        return self.contexte.indicateurs[nom].libelle

    def regle(self) -> Bloc | None:
        """Return how the comparable communes are chosen, and what is computed."""
        if not self.resultat:
            return None
        rule, before = self.resultat.regle, self.comparaison.reglage.annees_avant
        ratios = [minuscule(self._libelle(name)) for name in rule.ratios]
        step = max(int(self.contexte.indicateurs[name].arrondi_source or 1) for name in rule.indicateurs)
        years = f"{nombre(before)} ans avant la première année de la convention"
        said = {
            "depart": rule.annee_reference,
            "annee": rule.annee,
            "quand": "dernière année avant la convention" if before == 1 else years,
            "reference": self.contexte.reference.de,
            "territoire": self.contexte.territoire.le,
            "fenetre": rule.fenetre,
            "taille": minuscule(self._libelle(rule.taille)),
            "effectif": nombre(self.resultat.retenues[rule.taille].iloc[0]),
            "candidates": compter(self.resultat.candidates, "commune"),
            "retenues": nombre(self.resultat.nombre),
            "nombre_de_ratios": compter(len(ratios), "ratio"),
            "ratios": enumerer(ratios),
            "arrondi": nombre(step),
            "marge": nombre(marge(step)),
            "part": pourcent(100 * self.comparaison.part_inhabituelle, 0),
        }
        told = [text for text in self.comparaison.choix if step != 1 or "{arrondi}" not in text]
        return liste(text.format(**said) for text in told)

    def phrases(self) -> tuple[str, ...]:
        """Return the comparison in a few sentences: with whom, which gaps pass rounding, and if they are common."""
        rows, beyond = self.lisibles, self.depassent
        if rows.empty:
            return ()
        rule, place, there = self.resultat.regle, self.contexte.territoire, self.contexte.reference
        noise, broken = rows[rows["bruit"]], self.resultat.ecarts[self.resultat.ecarts["rupture"]]
        known = rows[rows["ecart_departement"].notna()]
        far = known[~known["bruit_departement"].astype(bool)]
        count, unusual = nombre(self.resultat.nombre), beyond[beyond["inhabituel"]]
        items = [
            f"{minuscule(row.libelle)} ({row.aussi_eloignees} sur {count} au moins aussi éloignées)"
            for row in unusual.itertuples()
        ]
        usual = f"L'écart est inhabituel pour {compter(len(unusual), 'série')} : {enumerer(items)}."
        if len(beyond) and unusual.empty:
            least = compter(int(beyond["aussi_eloignees"].min()), "commune comparable", "communes comparables")
            usual = (
                f"Aucun de ces écarts n'est inhabituel : pour chacun, {least} sur {count}, ou davantage, s'écartent au "
                "moins autant de la moyenne des autres."
            )
        said = (
            (True, f"De {rule.annee_reference} à {rule.annee}, l'évolution {place.de} est rapprochée de celle de "
                   f"{self._nombre} {there.de}, sur {compter(len(rows), 'série')}."),
            (True, f"L'écart à leur moyenne dépasse l'arrondi pour {_series(beyond, 'ecart')}." if len(beyond)
                   else "Aucun écart à leur moyenne ne dépasse l'arrondi de la source."),
            (len(noise), f"L'écart est dans le bruit pour {compter(len(noise), 'série')} : {_noms(noise)}."),
            (len(beyond), usual),
            (len(known), f"Face au reste {there.de}, " + (
                "l'écart demeure, même en comptant l'arrondi le plus défavorable, pour "
                f"{_series(far, 'ecart_departement')}." if len(far)
                else "aucun écart ne dépasse l'arrondi le plus défavorable.")),
            (len(broken), f"Une rupture de série empêche la comparaison pour : {_noms(broken)}."),
        )  # fmt: skip
        return tuple(sentence for holds, sentence in said if holds)

    def essentiel(self) -> Bloc | None:
        """Return the same sentences as a list."""
        return liste(self.phrases()) or None

    def points(self) -> Figure | None:
        """Return where the commune stands among the comparable ones, series by series."""
        if not self.resultat:
            return None
        years = f"de {self.resultat.regle.annee_reference} à {self.resultat.regle.annee}"
        title = f"Où se place {self.contexte.territoire.le} parmi les communes comparables ? Évolution {years}"
        return points_comparables(self.resultat, self.comparaison, self.contexte, nom="comparables-points", titre=title)

    def communes_retenues(self) -> Tableau | None:
        """Return the commune looked at, then the comparable ones, the nearest first, with what they were chosen on."""
        if not self.resultat:
            return None
        rule, rows, size = self.resultat.regle, self.resultat.retenues, self._libelle(self.resultat.regle.taille)
        group = f"Pour {nombre(100)} {minuscule(size)}"
        out = [
            f"{row.nom} ({row.commune} : {minuscule(self._libelle(row.indicateur))}, "
            f"{'effectif nul' if row.nulle else 'effectif absent'} en {row.annee})"
            for row in self.resultat.exclues.itertuples()
        ]
        columns = [
            Colonne("place", "Commune", ecrire=lambda row: f"{row.name}. {row['nom']}" if row.name else row["nom"]),
            Colonne("commune", "Code"),
            Colonne(rule.taille, size, True, ecrire=nombre),
            *(Colonne(name, self._libelle(name), True, group, decimales(1)) for name in rule.ratios),
            Colonne("distance", "Distance", True, ecrire=decimales(2)),
        ]
        notes = [
            "Distance : racine de la somme des carrés des écarts de ratio, chacun divisé par l'écart type des "
            "communes de la fenêtre. Plus elle est petite, plus la commune ressemble à la première de la liste.",
            f"Communes de la fenêtre écartées : {enumerer(out)}."
            if out
            else "Aucune commune de la fenêtre n'a été écartée faute d'un effectif.",
        ]
        title = f"{self.contexte.territoire.nom} et {self._nombre}, décembre {rule.annee_reference}"
        return self.contexte.tableau(rows.reset_index(drop=True), columns, "comparables", title, notes=notes)

    def ecarts(self) -> Tableau | None:
        """Return, by indicator, the change, the gap to the mean with its interval, what it is worth, and the place."""
        if not self.resultat:
            return None
        rule, place, count = self.resultat.regle, self.contexte.territoire, self.resultat.nombre
        head = f"Effectif {place.a}"

        def rank(row: pd.Series) -> str:
            return RIEN if row["rupture"] else f"{row['rang']}{' ex æquo' * bool(row['ex_aequo'])} sur {count + 1}"

        def far(row: pd.Series) -> str:
            return RIEN if row["rupture"] else f"{row['aussi_eloignees']} sur {count}"

        columns = [
            Colonne("libelle", "Série"),
            Colonne("valeur_reference", str(rule.annee_reference), True, head, nombre),
            Colonne("valeur", str(rule.annee), True, head, nombre),
            Colonne("variation", place.nom, True, EVOLUTION, signe),
            Colonne("variation_moyenne", f"Moyenne des {count}", True, EVOLUTION, signe),
            *self._ecart("", "Écart à la moyenne, en points"),
            Colonne("place", "Rang", True, ecrire=rank),
            Colonne("part", "Au moins aussi éloignées", True, ecrire=far),
        ]
        notes = [
            "Rang : de la plus forte hausse à la plus forte baisse, la commune comprise. Au moins aussi éloignées "
            ": nombre de communes comparables qui s'écartent autant, ou plus, de la moyenne de toutes les autres.",
            "Écarts et intervalles sont calculés avant l'arrondi des évolutions imprimées.",
        ]
        title = f"Écart {place.de} à la tendance de {self._nombre}, {rule.annee_reference}-{rule.annee}"
        return self.contexte.tableau(self.resultat.ecarts, columns, "ecarts-comparables", title, notes=notes)

    def departement(self) -> Tableau | None:
        """Return, by indicator, the gap to the sum of the other communes of the département, with its interval."""
        if not self.resultat:
            return None
        rule, rows, place = self.resultat.regle, self.resultat.ecarts, self.contexte.territoire
        without, others = f"{self.contexte.reference.nom} sans {place.nom}", rows["communes_departement"].max()
        communes = compter(0 if pd.isna(others) else int(others), "autre commune", "autres communes")
        columns = [
            Colonne("libelle", "Série"),
            Colonne("variation", place.nom, True, EVOLUTION, signe),
            Colonne("variation_departement", without, True, EVOLUTION, signe),
            *self._ecart("_departement", ECART),
        ]
        notes = [
            f"{without} : la somme des {communes} dont l'effectif est connu les deux ans. La commune n'y est pas, "
            "pour ne pas se comparer à elle-même.",
            "Chacun de ces effectifs est arrondi. L'intervalle suppose le pire, tous les arrondis du même côté : "
            "il est large et très peu probable, mais rien d'autre n'est certain.",
        ]
        own = rows[[name for name in rows.columns if not name.startswith(("ecart_m", "rang"))]]
        years, there = f"{rule.annee_reference}-{rule.annee}", self.contexte.reference.de
        title = f"Écart {place.de} à l'évolution {there}, {years}"
        return self.contexte.tableau(rows, columns, "departement-comparables", title, donnees=own, notes=notes)

    def _ecart(self, autre: str, groupe: str) -> tuple[Colonne, ...]:
        """Return the columns of a gap, to the mean or to the département: itself, its interval, what it is worth."""
        gap, words = f"ecart{autre}", self.comparaison.mots

        def between(row: pd.Series) -> str:
            return de_a(row[f"{gap}_min"], row[f"{gap}_max"])

        def worth(row: pd.Series) -> str:
            if row["rupture"] or pd.isna(row[f"bruit{autre}"]):
                return words["rupture"] if row["rupture"] else words["sans_calcul"]
            return words["bruit"] if row[f"bruit{autre}"] else words["depasse"]

        return (
            Colonne(gap, "Écart", True, groupe, signe),
            Colonne("intervalle", "Selon l'arrondi", True, groupe, between),
            Colonne("lecture", "Lecture", ecrire=worth),
        )

    def sensibilite(self) -> Tableau | None:
        """Return the gap of each indicator under the rule and its variants, and whether its sign holds."""
        if not self.resultat:
            return None
        rows, words, rule = self.resultat.variantes, self.comparaison.mots, self.comparaison.reglage

        def gap(row: pd.Series) -> str:
            if row["rupture"] or pd.isna(row["ecart"]):
                return words["rupture"] if row["rupture"] else words["sans_calcul"]
            return f"{signe(row['ecart'])} (bruit)" if row["bruit"] else signe(row["ecart"])

        def head(row: pd.Series) -> str:
            if row["voisins"] != rule.voisins:
                return compter(int(row["voisins"]), "commune")
            if row["fenetre"] != rule.fenetre:
                return f"Taille de 1/{row['fenetre']} à {row['fenetre']} fois"
            return f"Depuis {row['annee_reference']}" if row["annees_avant"] != rule.annees_avant else "Règle retenue"

        def sense(row: pd.Series) -> str:
            if row["tenue"] in (BRUIT, CHANGE):
                return "toujours dans le bruit" if row["tenue"] == BRUIT else "change selon la règle"
            times = f"le même {row['depassent']} fois sur {row['calculees']}"
            return times if row["depassent"] == row["calculees"] else f"{times}, sinon dans le bruit"

        heads = rows.drop_duplicates("variante").apply(head, axis=1)
        texts = rows.assign(texte=rows.apply(gap, axis=1)).pivot(index="indicateur", columns="variante", values="texte")
        texts = texts.rename(columns=str)
        columns = [
            Colonne("libelle", "Série"),
            *(Colonne(rank, title, True, ECART) for rank, title in zip(texts, heads, strict=True)),
            Colonne("sens", "Sens de l'écart", ecrire=sense),
        ]
        notes = [
            f"Chaque colonne change une seule chose à la règle retenue. (bruit) : {words['bruit']}. Avec une autre "
            "année de référence, les communes sont choisies d'après cette année, et l'évolution part d'elle."
        ]
        place, shown = self.contexte.territoire.de, tenue(rows).join(texts, on="indicateur")
        title = f"Écart {place} à la moyenne des communes comparables, selon la règle qui les choisit"
        return self.contexte.tableau(shown, columns, "sensibilite-comparables", title, donnees=rows, notes=notes)

    def lecture_sensibilite(self) -> Bloc | None:
        """Return which gaps keep their sign when the rule changes, and which do not."""
        if not self.resultat:
            return None
        held = tenue(self.resultat.variantes)
        rules, kinds = compter(self.resultat.variantes["variante"].nunique(), "règle"), held["tenue"]
        told = (
            (f"Sur {rules}, l'écart garde le même sens chaque fois qu'il dépasse l'arrondi pour",
             ~kinds.isin([BRUIT, CHANGE])),
            ("Il change de sens selon la règle, et ne permet donc aucune conclusion, pour", kinds.eq(CHANGE)),
            ("Il ne dépasse jamais l'arrondi pour", kinds.eq(BRUIT)),
        )  # fmt: skip
        return paragraphe(" ".join(f"{opening} : {_noms(held[kept])}." for opening, kept in told if kept.any()))

    def limites(self) -> Bloc | None:
        """Return what the comparison does not say."""
        return liste(self.comparaison.limites) if self.resultat else None


def _noms(rows: pd.DataFrame) -> str:
    return enumerer([minuscule(name) for name in rows["libelle"]])


def _series(rows: pd.DataFrame, ecart: str) -> str:
    """Return « 2 séries : foyers au RSA, −3,3 points ; … »."""
    items = [f"{minuscule(name)}, {points(gap)}" for name, gap in zip(rows["libelle"], rows[ecart], strict=True)]
    return f"{compter(len(rows), 'série')} : {' ; '.join(items)}"
