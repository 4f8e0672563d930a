"""The diagnostic of a convention: what is worked out once from its data, then its sections in order.

A section that nothing informs is left out: it returns None, its heading goes with it, and the limits of the report say
so. Absent is never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from ctglib.blocs.besoins import besoins_en_bref, lacunes, tableau_besoins
from ctglib.blocs.couverture import couverture, statut_du_diagnostic
from ctglib.blocs.lecture import laisse_de_cote, limites, mode_de_lecture, sources
from ctglib.blocs.messages_diagnostic import MessagesDuDiagnostic
from ctglib.blocs.offre import phrase_des_equipements, phrases_des_ages, phrases_des_modes, tableau_offre
from ctglib.blocs.page_une import page_une
from ctglib.blocs.theme import (
    commentaires,
    commentaires_attendus,
    par_tete,
    phrase_du_contrat,
    phrases,
    phrases_par_tete,
    services_absents,
    tableau_indicateurs,
    tableau_par_tete,
    vulnerabilite,
)
from ctglib.calculs import offre
from ctglib.calculs.affirmations import juger
from ctglib.calculs.coherence import controler, doutes
from ctglib.calculs.comparaison import Constat, besoins, comparer, constats, sans_le_hasard
from ctglib.calculs.radar import indices
from ctglib.document.blocs import Bloc, Couverture, liste, suite
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import enumerer
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.couverture import lire_couverture
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.lecture import enregistrer, proches
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.rapports import SectionDuDiagnostic
from ctglib.graphiques.barres import ages as graphique_des_ages
from ctglib.graphiques.points import haltere

VALEURS = ["valeur", "valeur_reference"]


def ouvrir(convention: str) -> Diagnostic:
    """Rend le classeur d'une convention, ses données lues et contrôlées.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    with enregistrer() as journal:
        dossier = lire_dossier(convention)
        modes = lire_couverture(dossier)
    return Diagnostic(dossier, controler(dossier), dict(journal.lus), modes)


@dataclass(frozen=True)
class Diagnostic:
    """A convention and its diagnostic; each result is computed when first asked for, then kept.

    Args:
        dossier: The checked data.
        controle: The findings of the consistency check (see ``ctglib.calculs.coherence``).
        empreintes: The sha256 of every data file read, by path.
        modes: The places for under-threes by mode (see ``ctglib.donnees.couverture``).
    """

    dossier: Dossier
    controle: pd.DataFrame
    empreintes: Mapping[str, str] = field(default_factory=dict)
    modes: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self) -> str:
        return (
            f"Diagnostic de la convention « {self.convention.id} » ({self.contexte.territoire.nom}).\n"
            'Ensuite : .comparer("part_rsa"), .tableau("logement") ; un point puis Tab montrent le reste.'
        )

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.dossier.catalogue

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.dossier.convention

    @cached_property
    def contexte(self) -> Contexte:
        """The words of the catalogue, the territory, its reference, and the source of the figures of annexe 1."""
        return Contexte.de(self.dossier, self.catalogue.indicateurs, self.convention.source_diagnostic)

    @cached_property
    def comparaison(self) -> pd.DataFrame:
        """The territory beside its reference, one row an indicator (see ``ctglib.calculs.comparaison``)."""
        words, places = self.catalogue, (self.convention.territoire, self.convention.reference)
        table = comparer(self.dossier.annexe1, words.indicateurs, words.unites, *places)
        return sans_le_hasard(table, words.indicateurs, words.evaluation.seuils.hasard_ecarts)

    @cached_property
    def tous_les_constats(self) -> tuple[Constat, ...]:
        """A finding for every indicator that annexe 1 gives, in the order of the catalogue."""
        words = self.catalogue
        return constats(self.comparaison, words.indicateurs, theme_de=words.theme_de, seuils=words.seuils)

    @cached_property
    def besoins_lus(self) -> pd.DataFrame:
        """The needs under each enjeu, then those of no enjeu (see ``ctglib.calculs.comparaison``)."""
        words = self.catalogue
        return besoins(self.convention, self.tous_les_constats, words.indicateurs, words.synthese.services)

    @cached_property
    def doutes(self) -> frozenset[str]:
        """The indicators that the check makes doubtful."""
        return doutes(self.controle)

    @cached_property
    def jugements(self) -> pd.DataFrame:
        """The verdict on each sentence of the text (see ``ctglib.calculs.affirmations``)."""
        return juger(self.dossier)

    @cached_property
    def indices(self) -> pd.DataFrame:
        """The indices of the radar (see ``ctglib.calculs.radar``)."""
        words, places = self.catalogue, (self.convention.territoire, self.convention.reference)
        turned = {name: words.unites[item.unite].renversement for name, item in words.indicateurs.items()}
        return indices(self.dossier.annexe1, words.radar, places, renversements=turned, doutes=self.doutes)

    @cached_property
    def _accueil(self) -> list[str]:
        """What is said of the places for under-threes, nothing where none is published."""
        rules, fiches = self.catalogue.diagnostic.modes, self.convention.fiches
        return phrases_des_modes(self.modes, rules, fiches, self.contexte) if len(self.modes) else []

    # The first pages.

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, status, date of the data."""
        statut = statut_du_diagnostic(self.controle, self.catalogue.coherence.regles)
        return couverture(
            self.convention, self.dossier.logos, self.contexte, statut=statut, sigles=self.catalogue.synthese.sigles
        )

    def synthese(self) -> Bloc:
        """Return the first page: what the territory's figures say, what is not sure, what to decide."""
        return self.page_une("diagnostic", MessagesDuDiagnostic)

    def page_une(self, rapport: str, genre: type[MessagesDuDiagnostic]) -> Bloc:
        """Return the first page of a report, in the order of its kind, with what the parties wrote for it."""
        said = genre(
            self.convention, self.catalogue, self.contexte, self.comparaison, self.tous_les_constats, self.doutes,
            self.controle, self.besoins_lus[self.besoins_lus["enjeu"].eq("")], self._accueil, self.jugements,
        )  # fmt: skip
        written = [item for item in self.dossier.messages if item.rapport == rapport]
        return page_une(self.catalogue.messages, said, written)

    def mode_de_lecture(self) -> Bloc:
        """Return how gaps, variations and statuses are read."""
        words = self.catalogue
        others = f", sauf les places par mode d'accueil ({self.modes.attrs['source']})" if len(self.modes) else ""
        return mode_de_lecture(self.tous_les_constats, words.seuils, self.contexte, words.synthese.annees, others)

    # The sections.

    def section(self, nom: str) -> Bloc | None:
        """Return a section: its sentences, its table, its one chart, the offer that it is about, the parties' comments.

        Args:
            nom: One of the sections of ``catalogue/diagnostic.yaml``.
        """
        rules, told, name = self.catalogue.diagnostic.sections[nom], self.phrases(nom), nom.replace("_", "-")
        title, chart = self._titre(rules), None
        if rates := self._taux(rules):
            chart = self._haltere(rates, f"ecarts-{name}", f"{title} : quels écarts")
        if rules.modes and len(self.modes):
            words = replace(self.contexte, indicateurs=self.catalogue.indicateurs_contexte)
            question = "Combien de places pour 100 enfants de moins de 3 ans, par mode d'accueil, en "
            question += f"{self.modes['annee'].iloc[0]} ?"
            told = [*self._accueil, *told]
            chart = haltere(self.modes, words, nom="modes", titre=question, source=self.modes.attrs["source"])
        ages = offre.ages(self.dossier.offre, self.catalogue.offre)
        ages = ages[ages["categorie"].isin(rules.offre)].reset_index(drop=True)
        if rules.ages and len(ages):
            fiches = [fiche for fiche in self.convention.fiches if set(fiche.offre) & set(rules.offre)]
            told += phrases_des_ages(ages, fiches)
            chart = self._figure_des_ages(ages, max((fiche.age_max or 0 for fiche in fiches), default=0))
        if equipment := phrase_des_equipements(
            self.dossier.offre, self.catalogue.offre, rules.equipements, self.contexte
        ):
            told.append(equipment)
        words = replace(self.contexte, source=self.convention.source_offre)
        offer = tableau_offre(
            self.dossier.offre, self.catalogue.offre, words, rules.offre, nom=f"offre-{name}", titre=title
        )
        table = self.tableau(nom)
        both = [chart, table] if len(rates) > len(table.cellules) else [table, chart]  # the longer one first
        shown = suite([liste(told), *both, offer])
        return shown + commentaires(rules.theme, self.dossier.commentaires) if shown else None

    def phrases(self, nom: str) -> list[str]:
        """Rend les phrases que les indicateurs d'une section portent : ``ctg.phrases("precarite")``."""
        rules, found = self.catalogue.diagnostic.sections[nom], {one.indicateur: one for one in self.tous_les_constats}
        return services_absents(rules.absences, found, self.convention.fiches, self.contexte) + phrases(
            rules.phrases, found, self.contexte, doutes=self.doutes, graphique=rules.graphique
        )

    def tableau(self, nom: str) -> Tableau:
        """Rend le tableau d'une section, ou tous les indicateurs d'un thème : ``ctg.tableau("logement")``."""
        sections, themes = self.catalogue.diagnostic.sections, {one.theme: one for one in self.catalogue.themes}
        if nom in sections:
            rules = sections[nom]
            shown = [name for name in (*rules.tableau, *rules.graphique) if name not in self._taux(rules)]
            title, meanings = self._titre(rules), list(self._lignes(rules.definitions)["indicateur"])
        elif nom in themes:
            shown, title, meanings = [item.id for item in themes[nom].indicateurs], themes[nom].titre, []
        else:
            known = {**sections, **themes}
            raise ValueError(f"Le thème « {nom} » n'existe pas. Thèmes possibles : {', '.join(known)}.")
        return tableau_indicateurs(
            self._lignes(shown), self.contexte, nom=nom.replace("_", "-"), titre=title, definitions=meanings,
            doutes=self.doutes,
        )  # fmt: skip

    def comparer(self, *indicateurs: str) -> Figure:
        """Rend le graphique d'indicateurs de même unité, le territoire à côté de sa référence.

        Raises:
            ValueError: Un indicateur n'existe pas, ou le diagnostic ne le donne pas ; les noms proches sont dits.
        """
        for name in indicateurs:
            if name not in self.catalogue.indicateurs:
                close = proches(name, tuple(self.catalogue.indicateurs))
                proposal = f" Noms proches : {', '.join(close)}." if close else ""
                raise ValueError(f"L'indicateur « {name} » n'existe pas.{proposal}")
        if lost := [name for name in indicateurs if name not in set(self.comparaison["indicateur"])]:
            raise ValueError(f"Le diagnostic de la convention ne donne pas : {', '.join(lost)}.")
        return self._haltere(indicateurs, f"comparer-{indicateurs[0].replace('_', '-')}", "Quels écarts")

    def _haltere(self, indicateurs: Iterable[str], nom: str, titre: str) -> Figure:
        shown = self._lignes(indicateurs)
        years = enumerer(sorted({str(int(annee)) for annee in shown["annee"].dropna()}))
        both = f"entre {self.contexte.territoire.le} et {self.contexte.reference.le}"
        return haltere(shown, self.contexte, nom=nom, titre=f"{titre} {both}{f' en {years}' if years else ''} ?")

    def _titre(self, rules: SectionDuDiagnostic) -> str:
        """Return the name of a section: that of its one theme where the convention has its own."""
        own = self.convention.themes.get(rules.theme[0]) if len(rules.theme) == 1 else None
        return own or rules.titre

    def _lignes(self, indicateurs: Iterable[str]) -> pd.DataFrame:
        """Return the rows of some indicators, in their order; one that annexe 1 does not give has none."""
        known = self.comparaison.set_index("indicateur")
        return known.loc[[name for name in indicateurs if name in known.index]].reset_index()

    def _taux(self, rules: SectionDuDiagnostic) -> list[str]:
        """Return the rates of the chart of a section; those of one place only are read in the table, as one alone."""
        rows = self._lignes(rules.graphique)
        known = rows[rows[VALEURS].notna().any(axis=1)]
        return list(known["indicateur"]) if len(known) > 1 and known[VALEURS].notna().all(axis=1).any() else []

    def _figure_des_ages(self, ages: pd.DataFrame, jusqu_a: int) -> Figure:
        counted, words = self.comparaison.set_index("indicateur")["valeur"], self.catalogue
        bands = pd.DataFrame(
            [
                (item.age_min, item.age_max, counted.get(item.indicateur), words.indicateurs[item.indicateur].libelle)
                for item in words.synthese.tranches_age
            ],
            columns=["age_min", "age_max", "effectif", "libelle"],
        ).astype({"effectif": "float64"})
        return graphique_des_ages(
            ages, bands, self.contexte, nom="ages", titre="Quels âges chaque dispositif reçoit-il ?",
            source=f"{self.convention.source_offre} ; {self.contexte.source}", jusqu_a=jusqu_a,
        )  # fmt: skip

    def vulnerabilite(self) -> Bloc | None:
        """Return the indices of vulnerability, once the convention says that they are validated."""
        return vulnerabilite(self.indices, self.catalogue.radar, self.contexte, self.convention, valide=True)

    # The money, the needs, the questions, the limits.

    def moyens(self) -> Bloc | None:
        """Return what the Caf pays by head, and what the contract before the convention paid."""
        rules, contexte, before = self.catalogue.diagnostic, self.contexte, self.catalogue.diagnostic.contrat_precedent
        amounts = par_tete(self.comparaison, rules.par_tete)
        told = phrases_par_tete(amounts, contexte)
        told += phrase_du_contrat(self.comparaison, before, self.convention, contexte)
        return suite([liste(told), tableau_par_tete(amounts, contexte, self.doutes)])

    def besoins(self) -> Bloc | None:
        """Return the needs, each with the fiches that answer it."""
        args = self.besoins_lus, self.convention
        return suite([besoins_en_bref(*args), tableau_besoins(*args, self.contexte, doutes=self.doutes)])

    def questions(self) -> Bloc | None:
        """Return the questions to put first to the parties."""
        source, first = self.convention.source_texte, self.catalogue.synthese.questions
        return suite([lacunes(self.convention, source, premieres=first)])

    def limites(self) -> Bloc:
        """Return what the figures must not be made to say, what is left out, and who has yet to comment."""
        words, found = self.catalogue, self.tous_les_constats
        given = {constat.theme for constat in found}
        themes = [theme for theme in words.themes if theme.theme in given]
        told = laisse_de_cote(words.themes, found, self.contexte, offre=not self.dossier.offre.empty)
        if awaited := commentaires_attendus(themes, self.dossier.commentaires):
            told.append(awaited)
        return limites(found, self.convention.limites, self.contexte, told, doutes=bool(self.doutes))

    def annexe(self) -> Bloc | None:
        """Return every indicator of annexe 1, theme by theme, for the screen."""
        titles = {theme.theme: theme.titre for theme in self.catalogue.themes}
        table = tableau_indicateurs(
            self.comparaison,
            self.contexte,
            nom="indicateurs",
            titre="Tous les indicateurs de l'étude",
            doutes=self.doutes,
            groupes=tuple(self.comparaison["indicateur"].map(self.catalogue.theme_de).map(titles)),
            ecran=True,
        )
        return suite([table])

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.empreintes, self.catalogue.synthese.fichiers)
