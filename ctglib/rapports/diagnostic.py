"""The diagnostic of a convention: its sections in order.

A section that nothing informs is left out: it returns None, its heading goes with it, and the
limits of the report say so. Absent is never zero.
"""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from ctglib.blocs import theme
from ctglib.blocs.diagnostic import EtudeDiagnostic, MessagesDuDiagnostic
from ctglib.blocs.mots import dire
from ctglib.blocs.offre import phrase_des_equipements, phrases_des_ages, tableau_offre
from ctglib.calculs import offre
from ctglib.calculs.comparaison import par_tete
from ctglib.calculs.ecriture import enumerer, minuscule
from ctglib.document.blocs import Bloc, liste, suite
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import compter, nombre_court, points
from ctglib.donnees.lecture import proches
from ctglib.donnees.modeles.rapports import SectionDuDiagnostic
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.barres import ages as graphique_des_ages
from ctglib.graphiques.points import haltere

VALEURS = ["valeur", "valeur_reference"]
NOMMES = 12  # beyond, indicators that no row gives are counted, theme by theme


class Diagnostic(EtudeDiagnostic):
    """What can be asked of the diagnostic: each method returns one section, None when it has
    nothing to show.
    """

    def __repr__(self) -> str:
        return (
            f"Diagnostic de la convention « {self.convention.id} » ({self.contexte.territoire.nom}).\n"
            'Ensuite : .comparer("part_rsa"), .tableau("logement") ; un point puis Tab montrent le reste.'
        )

    def synthese(self) -> Bloc:
        """Return the first page: what the territory's figures say, what is not sure, what to
        decide.
        """
        return self.page_une("diagnostic", MessagesDuDiagnostic)

    def mode_de_lecture(self) -> Bloc:
        """Return how gaps, variations and statuses are read, each rule with its threshold."""
        rows = self.comparaison
        contexte = self.contexte
        catalogue = self.catalogue
        near = catalogue.seuils.ecart_similaire_points
        years = catalogue.synthese.annees
        met = {*rows["statut"], *rows["statut_reference"]}
        words = [
            f"« {statut.mot} » : {minuscule(statut.libelle)}"
            for code, statut in contexte.statuts.items()
            if code in met and statut.mot
        ]
        words += [f"« (p) » : {minuscule(contexte.statuts['P'].libelle)}"] * (
            Statut.PROVISOIRE in met
        )
        known = rows[VALEURS].notna().any(axis=1)
        counts = rows.loc[known, "annee"].value_counts().sort_index()
        dated = []
        if len(counts):  # the main year and the others, each with how many indicators it has
            main = counts.idxmax()
            others = [
                f"{year} ({compter(count, 'indicateur')})"
                for year, count in counts.drop(main).items()
            ]
            rest = dire("autres_annees", annees=enumerer(others)) if others else "."
            told = dire("annee_des_donnees", annee=main, indicateurs=counts[main]) + rest
            dated.append(told + (f" {years[main]}" if main in years else ""))
        near_points = points(near, 0 if float(near).is_integer() else 1, signe=False)
        others = (
            dire("sauf_les_places", source=self.modes.attrs["source"]) if len(self.modes) else ""
        )
        return liste(
            [
                dire("chiffres_lus", autres=others, **contexte.lieux),
                *dated,
                dire("comparaisons", points=near_points),
                dire("mots_des_statuts", mots="".join(f"{word} ; " for word in words)),
            ]
        )

    def section(self, nom: str) -> Bloc | None:
        """Return a section of ``catalogue/diagnostic.yaml``: sentences, table, chart, offer, the
        parties' comments.
        """
        rules = self.catalogue.diagnostic.sections[nom]
        told = self.phrases(nom)
        name = nom.replace("_", "-")
        title = self._titre(rules)
        chart = None
        contexte = self.contexte
        if rates := self._taux(rules):
            chart = self._haltere(rates, f"ecarts-{name}", f"{title} : quels écarts")
        if rules.modes and len(self.modes):
            words = replace(contexte, indicateurs=self.catalogue.indicateurs_contexte)
            question = dire("titre_des_modes", annee=self.modes["annee"].iloc[0])
            told = [*self.accueil, *told]
            chart = haltere(
                self.modes, words, nom="modes", titre=question, source=self.modes.attrs["source"]
            )
        described = self.dossier.offre
        words = self.catalogue.offre
        ages = offre.ages(described, words)
        ages = ages[ages["categorie"].isin(rules.offre)].reset_index(drop=True)
        if rules.ages and len(ages):
            fiches = [
                fiche for fiche in self.convention.fiches if set(fiche.offre) & set(rules.offre)
            ]
            told += phrases_des_ages(ages, fiches)
            chart = self._figure_des_ages(
                ages, max((fiche.age_max or 0 for fiche in fiches), default=0)
            )
        told.append(phrase_des_equipements(described, words, rules.equipements, contexte))
        own = replace(contexte, source=self.convention.source_offre)
        offer = tableau_offre(described, words, own, rules.offre, nom=f"offre-{name}", titre=title)
        table = self.tableau(nom)
        both = (
            [chart, table] if len(rates) > len(table.cellules) else [table, chart]
        )  # the longer one first
        shown = suite([liste(told), *both, offer])
        return shown + theme.commentaires(rules.theme, self.dossier.commentaires) if shown else None

    def phrases(self, nom: str) -> list[str]:
        """Rend les phrases que les indicateurs d'une section portent :
        ``ctg.phrases("precarite")``.
        """
        rules = self.catalogue.diagnostic.sections[nom]
        told = theme.phrases(rules.phrases, self.constats_surs, self.contexte, rules.graphique)
        return theme.services_absents(self, rules.absences) + told

    def tableau(self, nom: str) -> Tableau:
        """Rend le tableau d'une section, ou tous les indicateurs d'un thème :
        ``ctg.tableau("logement")``.
        """
        sections = self.catalogue.diagnostic.sections
        themes = {one.theme: one for one in self.catalogue.themes}
        if nom in sections:
            rules = sections[nom]
            shown = [
                name for name in (*rules.tableau, *rules.graphique) if name not in self._taux(rules)
            ]
            title = self._titre(rules)
            meanings = list(self._lignes(rules.definitions)["indicateur"])
        elif nom in themes:
            shown = [item.id for item in themes[nom].indicateurs]
            title = themes[nom].titre
            meanings = []
        else:
            known = {**sections, **themes}
            raise ValueError(
                f"Le thème « {nom} » n'existe pas. Thèmes possibles : {', '.join(known)}."
            )
        name = nom.replace("_", "-")
        rows = self._lignes(shown)
        return theme.tableau_indicateurs(self, rows, nom=name, titre=title, definitions=meanings)

    def comparer(self, *indicateurs: str) -> Figure:
        """Rend le graphique d'indicateurs de même unité, le territoire à côté de sa référence.

        Raises:
            ValueError: Un indicateur n'existe pas, ou le diagnostic ne le donne pas ; les noms
                proches sont dits.
        """
        for name in indicateurs:
            if name not in self.catalogue.indicateurs:
                close = proches(name, tuple(self.catalogue.indicateurs))
                proposal = f" Noms proches : {', '.join(close)}." if close else ""
                raise ValueError(f"L'indicateur « {name} » n'existe pas.{proposal}")
        if lost := [
            name for name in indicateurs if name not in set(self.comparaison["indicateur"])
        ]:
            raise ValueError(f"Le diagnostic de la convention ne donne pas : {', '.join(lost)}.")
        return self._haltere(
            indicateurs, f"comparer-{indicateurs[0].replace('_', '-')}", "Quels écarts"
        )

    def _haltere(self, indicateurs: Iterable[str], nom: str, titre: str) -> Figure:
        shown = self._lignes(indicateurs)
        years = enumerer(sorted({str(int(annee)) for annee in shown["annee"].dropna()}))
        both = f"entre {self.contexte.territoire.le} et {self.contexte.reference.le}"
        return haltere(
            shown,
            self.contexte,
            nom=nom,
            titre=f"{titre} {both}{f' en {years}' if years else ''} ?",
        )

    def _titre(self, rules: SectionDuDiagnostic) -> str:
        """Return the name of a section: that of its one theme where the convention has its own."""
        own = self.convention.themes.get(rules.theme[0]) if len(rules.theme) == 1 else None
        return own or rules.titre

    def _lignes(self, indicateurs: Iterable[str]) -> pd.DataFrame:
        """Return the rows of some indicators, in their order; one that annexe 1 does not give has
        none.
        """
        known = self.comparaison.set_index("indicateur")
        return known.loc[[name for name in indicateurs if name in known.index]].reset_index()

    def _taux(self, rules: SectionDuDiagnostic) -> list[str]:
        """Return the rates of the chart of a section; those of one place only are read in the
        table, as one alone.
        """
        rows = self._lignes(rules.graphique)
        known = rows[rows[VALEURS].notna().any(axis=1)]
        return (
            list(known["indicateur"])
            if len(known) > 1 and known[VALEURS].notna().all(axis=1).any()
            else []
        )

    def _figure_des_ages(self, ages: pd.DataFrame, jusqu_a: int) -> Figure:
        counted = self.comparaison.set_index("indicateur")["valeur"]
        words = self.catalogue
        bands = pd.DataFrame.from_dict(
            words.synthese.tranches_age, "index", columns=["age_min", "age_max"]
        )
        labels = [words.indicateurs[name].libelle for name in bands.index]
        bands = bands.assign(effectif=counted.reindex(bands.index), libelle=labels)
        return graphique_des_ages(
            ages,
            bands,
            self.contexte,
            nom="ages",
            titre="Quels âges chaque dispositif reçoit-il ?",
            source=f"{self.convention.source_offre} ; {self.contexte.source}",
            jusqu_a=jusqu_a,
        )

    def vulnerabilite(self) -> Bloc | None:
        """Return the indices of vulnerability, once the convention says that they are validated."""
        return theme.vulnerabilite(self) if self.convention.radar else None

    def moyens(self) -> Bloc | None:
        """Return what the Caf pays by head, and what the contract before the convention paid."""
        rules = self.catalogue.diagnostic
        contexte = self.contexte
        amounts = par_tete(self.comparaison, rules.par_tete)
        told = theme.phrases_par_tete(amounts, contexte)
        told += theme.phrase_du_contrat(
            self.comparaison, rules.contrat_precedent, self.convention, contexte
        )
        return suite([liste(told), theme.tableau_par_tete(amounts, contexte, self.doutes)])

    def besoins(self) -> Bloc | None:
        """Return the needs, each with the fiches that answer it."""
        return suite(
            [theme.besoins_en_bref(self.besoins_lus, self.convention), theme.tableau_besoins(self)]
        )

    def questions(self) -> Tableau | None:
        """Return the questions to put first to the parties."""
        return (
            theme.lacunes(
                self.convention, self.contexte, premieres=self.catalogue.synthese.questions
            )
            or None
        )

    def limites(self) -> Bloc:
        """Return the limits of the report: its one reference, doubtful and absent values, what the
        articles limit.

        The same absences in both territories are named once; one of which nothing is known is told
        in a sentence.
        """
        constats = self.comparaison
        contexte = self.contexte
        given = {*constats["theme"]}
        themes = [one for one in self.catalogue.themes if one.theme in given]
        awaited = theme.commentaires_attendus(themes, self.dossier.commentaires)
        told = [dire("seule_reference", **contexte.lieux), *_laisse_de_cote(self), awaited]
        told.append(self.doutes and dire("valeurs_douteuses"))
        lacking = []
        for place, end in ((contexte.territoire.a, ""), (contexte.reference.a, "_reference")):
            unknown = constats[constats[f"valeur{end}"].isna()]
            if len(unknown) == len(constats):
                told.append(dire("aucune_valeur", place=place))
            else:
                lacking.append(
                    unknown.assign(lieu=place, mot=unknown[f"statut{end}"].map(contexte.absence))
                )
        if lacking:
            rows = pd.concat(lacking).sort_index(kind="stable").groupby(["mot", "lieu"], sort=False)
            named = rows["indicateur"].agg(tuple).reset_index()
            places = named.groupby(["mot", "indicateur"], sort=False)["lieu"].agg(list)
            told += [
                f"{compter(len(names), 'indicateur')} « {word} » {enumerer(where)} : {_libelles(names, contexte)}."
                for (word, names), where in places.items()
            ]
        steps = constats["indicateur"].map(
            lambda name: contexte.indicateurs[name].arrondi_source or 0
        )
        for step, rows in constats[steps.gt(1)].groupby(steps):  # a small difference is then noise
            rounded = _libelles(rows["indicateur"], contexte)
            told.append(dire("arrondis", arrondi=nombre_court(step), indicateurs=rounded))
        return liste([*told, *self.convention.limites])

    def annexe(self) -> Tableau | None:
        """Return every indicator of annexe 1, theme by theme, for the screen."""
        titles = {one.theme: one.titre for one in self.catalogue.themes}
        groups = self.comparaison["theme"].map(titles)
        told = {
            "nom": "indicateurs",
            "titre": "Tous les indicateurs de l'étude",
            "groupes": groups,
            "ecran": True,
        }
        return theme.tableau_indicateurs(self, self.comparaison, **told) or None


def _laisse_de_cote(etude: EtudeDiagnostic) -> list[object]:
    """Return what the report has no section on, or no row of, for want of data: nothing there is
    zero.
    """
    themes = etude.catalogue.themes
    contexte = etude.contexte
    given = {*etude.comparaison["indicateur"]}
    lost = {
        one.titre: [item.id for item in one.indicateurs if item.id not in given] for one in themes
    }
    empty = [one.titre for one in themes if len(lost[one.titre]) == len(one.indicateurs)]
    partly = {title: names for title, names in lost.items() if names and title not in empty}
    names = [name for group in partly.values() for name in group]
    which = _libelles(names, contexte)
    if len(names) > NOMMES:
        told = [
            f"{compter(len(group), 'indicateur')} de « {title} »" for title, group in partly.items()
        ]
        which = dire("lignes_comptees", indicateurs=enumerer(told))
    return [
        empty and dire("themes_vides", themes=enumerer([f"« {title} »" for title in empty])),
        names and dire("lignes_absentes", indicateurs=which),
        etude.dossier.offre.empty and dire("sans_offre"),
    ]


def _libelles(identifiants: Iterable[str], contexte: Contexte) -> str:
    """Return the labels, parted by semicolons: some hold a comma."""
    return " ; ".join(contexte.indicateurs[identifiant].libelle for identifiant in identifiants)


ouvrir = Diagnostic.ouvrir
