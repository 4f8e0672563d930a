"""The diagnostic of a convention: what is worked out once from its data, then its sections in order.

A section that nothing informs is left out: it returns None, its heading goes with it, and the limits of the report say
so. Absent is never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.ages import phrases_des_ages
from ctglib.blocs.besoins import besoins_en_bref, lacunes, tableau_besoins
from ctglib.blocs.couverture import couverture, statut_du_diagnostic
from ctglib.blocs.lecture import laisse_de_cote, limites, mode_de_lecture
from ctglib.blocs.messages_diagnostic import MessagesDuDiagnostic
from ctglib.blocs.modes import figure_des_modes, phrases_des_modes
from ctglib.blocs.offre import phrase_des_equipements, tableau_offre
from ctglib.blocs.page_une import page_une
from ctglib.blocs.par_tete import par_tete, phrase_du_contrat, phrases_par_tete, tableau_par_tete
from ctglib.blocs.sources import sources
from ctglib.blocs.theme import commentaires, commentaires_attendus, phrases, tableau_indicateurs
from ctglib.calculs import offre
from ctglib.calculs.affirmations import juger
from ctglib.calculs.coherence import controler, doutes
from ctglib.calculs.comparaison import Constat, comparer, constats, sans_le_hasard
from ctglib.calculs.enjeux import constats_par_enjeu, hors_enjeux
from ctglib.calculs.radar import indices
from ctglib.document.blocs import Bloc, Groupe, liste, suite
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import compter, enumerer, majuscule, nombre
from ctglib.donnees.couverture import lire_couverture
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import enregistrer, proches
from ctglib.graphiques.haltere import haltere
from ctglib.graphiques.offre import ages as graphique_des_ages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.document.blocs import Couverture
    from ctglib.document.figure import Figure
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.bilan import SectionDuDiagnostic
    from ctglib.donnees.modeles.convention import Convention, Fiche


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
    return Diagnostic(dossier, dict(journal.lus), modes)


@dataclass(frozen=True)
class Diagnostic:
    """A convention and its diagnostic; each result is computed when first asked for, then kept.

    Args:
        dossier: The checked data.
        empreintes: The sha256 of every data file read, by path.
        modes: The places for under-threes by mode (see ``ctglib.donnees.couverture``).
    """

    dossier: Dossier
    empreintes: Mapping[str, str]
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
        catalogue, convention = self.catalogue, self.convention
        return Contexte(
            indicateurs=catalogue.indicateurs,
            unites=catalogue.unites,
            statuts=catalogue.statuts,
            territoire=catalogue.territoires[convention.territoire],
            reference=catalogue.territoires[convention.reference],
            source=convention.source_diagnostic,
        )

    @property
    def contexte_offre(self) -> Contexte:
        """The same, for what the convention says of the offer."""
        return replace(self.contexte, source=self.convention.source_offre)

    @property
    def contexte_texte(self) -> Contexte:
        """The same, for what the convention says in its text."""
        return replace(self.contexte, source=self.convention.source_texte)

    @cached_property
    def comparaison(self) -> pd.DataFrame:
        """The territory beside its reference, one row an indicator (see ``ctglib.calculs.comparaison``)."""
        catalogue = self.catalogue
        table = comparer(
            self.dossier.annexe1,
            catalogue.indicateurs,
            catalogue.unites,
            self.convention.territoire,
            self.convention.reference,
        )
        return sans_le_hasard(table, catalogue.indicateurs, catalogue.evaluation.seuils.hasard_ecarts)

    @cached_property
    def tous_les_constats(self) -> tuple[Constat, ...]:
        """A finding for every indicator that annexe 1 gives, in the order of the catalogue."""
        return self.constats_de(self.catalogue.indicateurs)

    @cached_property
    def par_enjeu(self) -> pd.DataFrame:
        """The findings and the needs under each enjeu (see ``ctglib.calculs.enjeux``)."""
        return constats_par_enjeu(*self._besoins)

    @cached_property
    def hors_enjeux(self) -> pd.DataFrame:
        """The needs of the themes that no enjeu takes."""
        return hors_enjeux(*self._besoins)

    @property
    def _besoins(self) -> tuple:
        return self.convention, self.tous_les_constats, self.catalogue.indicateurs, self.catalogue.synthese.services

    @cached_property
    def controle(self) -> pd.DataFrame:
        """The findings of the consistency check (see ``ctglib.calculs.coherence``)."""
        return controler(self.dossier)

    @cached_property
    def doutes(self) -> Mapping[str, str]:
        """Why some indicators are doubtful, by id."""
        return doutes(self.controle)

    @cached_property
    def jugements(self) -> pd.DataFrame:
        """The verdict on each sentence of the text (see ``ctglib.calculs.affirmations``)."""
        return juger(self.dossier)

    @cached_property
    def indices(self) -> pd.DataFrame:
        """The indices of the radar (see ``ctglib.calculs.radar``)."""
        catalogue = self.catalogue
        return indices(
            self.dossier.annexe1,
            catalogue.radar,
            (self.convention.territoire, self.convention.reference),
            renversements={
                name: catalogue.unites[item.unite].renversement for name, item in catalogue.indicateurs.items()
            },
            doutes=self.doutes,
        )

    def constats_de(self, identifiants: Iterable[str]) -> tuple[Constat, ...]:
        """Return the findings of these indicators, in their order; one that annexe 1 does not give has none."""
        catalogue = self.catalogue
        return constats(
            self.comparaison, identifiants, catalogue.indicateurs, theme_de=catalogue.theme_de, seuils=catalogue.seuils
        )

    # The first pages.

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, status, date of the data."""
        statut = statut_du_diagnostic(self.controle, self.catalogue.coherence.regles)
        return couverture(
            self.convention, self.dossier.logos, self.contexte, statut=statut, sigles=self.catalogue.synthese.sigles
        )

    def synthese(self) -> Bloc:
        """Return the first page: what the territory's figures say, what is not sure, what to decide."""
        written = [item for item in self.dossier.messages if item.rapport == "diagnostic"]
        return page_une(self.catalogue.messages, self.dire(MessagesDuDiagnostic), written)

    def dire(self, genre: type[MessagesDuDiagnostic]) -> MessagesDuDiagnostic:
        """Return what a first page says of this convention, in the order of a kind of report."""
        return genre(
            self.convention,
            self.catalogue,
            self.contexte,
            self.comparaison,
            self.tous_les_constats,
            self.doutes,
            self.controle,
            self.hors_enjeux,
            self._accueil if len(self.modes) else (),
            self.jugements,
        )

    @property
    def _accueil(self) -> list[str]:
        return phrases_des_modes(self.modes, self.catalogue.diagnostic.modes, self._fiches, self.contexte)

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
        rules = self.catalogue.diagnostic.sections[nom]
        told = [
            *self._absences(rules),
            *phrases(rules.phrases, self._par_indicateur, self.contexte, doutes=self.doutes, graphique=rules.graphique),
        ]
        chart = None
        if rates := self._taux(rules):
            chart = self._haltere(self._lignes(rates), f"ecarts-{_tiret(nom)}", f"{self._titre(rules)} : quels écarts")
        if rules.modes and len(self.modes):
            told = [*self._accueil, *told]
            chart = figure_des_modes(self.modes, self._contexte_des_modes, self.modes.attrs["source"])
        if rules.ages and len(ages := self._ages(rules)):
            fiches = [fiche for fiche in self._fiches if set(fiche.offre) & set(rules.offre)]
            told += phrases_des_ages(ages, fiches)
            chart = self._figure_des_ages(ages, fiches)
        if equipment := phrase_des_equipements(self.dossier.offre, self.catalogue.offre, rules.equipements):
            told.append(equipment)
        offer = self._offre(nom, rules)
        shown = plein([liste(told) if told else None, self.tableau(nom), chart, offer])
        return shown + commentaires(rules.theme, self.dossier.commentaires) if shown else None

    def tableau(self, nom: str) -> Tableau:
        """Rend le tableau d'une section, ou tous les indicateurs d'un thème : ``ctg.tableau("logement")``."""
        sections, themes = self.catalogue.diagnostic.sections, {one.theme: one for one in self.catalogue.themes}
        if nom not in {**sections, **themes}:
            known = ", ".join([*sections, *(name for name in themes if name not in sections)])
            raise ValueError(f"Le thème « {nom} » n'existe pas. Thèmes possibles : {known}.")
        if nom in sections:
            rules = sections[nom]
            shown = [name for name in (*rules.tableau, *rules.graphique) if name not in self._taux(rules)]
            title, meanings = self._titre(rules), [name for name in rules.definitions if name in self._par_indicateur]
        else:
            shown, title, meanings = [item.id for item in themes[nom].indicateurs], themes[nom].titre, []
        return tableau_indicateurs(
            self._lignes(shown), self.contexte, nom=_tiret(nom), titre=title, definitions=meanings, doutes=self.doutes
        )

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
        if lost := [name for name in indicateurs if name not in self._par_indicateur]:
            raise ValueError(f"Le diagnostic de la convention ne donne pas : {', '.join(lost)}.")
        return self._haltere(self._lignes(indicateurs), f"comparer-{_tiret(indicateurs[0])}", "Quels écarts")

    def _haltere(self, shown: pd.DataFrame, nom: str, titre: str) -> Figure:
        years = enumerer(sorted({str(int(annee)) for annee in shown["annee"].dropna()}))
        both = f"entre {self.contexte.territoire.le} et {self.contexte.reference.le}"
        title = f"{titre} {both} en {years} ?" if years else f"{titre} {both} ?"
        return haltere(shown, self.contexte, nom=nom, titre=title)

    @cached_property
    def _par_indicateur(self) -> dict[str, Constat]:
        return {constat.indicateur: constat for constat in self.tous_les_constats}

    def _titre(self, rules: SectionDuDiagnostic) -> str:
        """Return the name of a section: that of its one theme where the convention has its own."""
        own = self.convention.themes.get(rules.theme[0]) if len(rules.theme) == 1 else None
        return own or rules.titre

    @property
    def _fiches(self) -> list[Fiche]:
        return self.convention.fiches

    def _lignes(self, indicateurs: Iterable[str]) -> pd.DataFrame:
        """Return the rows of some indicators, in their order; one that annexe 1 does not give has none."""
        names = [name for name in indicateurs if name in self._par_indicateur]
        return self.comparaison.set_index("indicateur").loc[names].reset_index()

    def _taux(self, rules: SectionDuDiagnostic) -> list[str]:
        """Return the rates of the chart of a section; those of one place only are read in the table, as one alone."""
        rows = self._lignes(rules.graphique)
        known = rows[rows[["valeur", "valeur_reference"]].notna().any(axis=1)]
        if known[["valeur", "valeur_reference"]].isna().any(axis=1).all():
            return []
        return list(known["indicateur"]) if len(known) > 1 else []

    def _absences(self, rules: SectionDuDiagnostic) -> list[str]:
        """Return how many of the services of the reference are absent, and whether a fiche answers one of them."""
        known = [item for name in rules.absences if (item := self._par_indicateur.get(name)) and item.reference]
        absent = [item.indicateur for item in known if item.niveau == 0]
        if not absent:
            return []
        here, there = self.contexte.territoire, self.contexte.reference
        verb = "n'existent pas" if len(absent) > 1 else "n'existe pas"
        some = "aucune n'existe" if len(absent) == len(known) else f"{nombre(len(absent))} {verb}"
        kinds = compter(len(known), "sorte de services", "sortes de services")
        told = f"{majuscule(there.le)} compte {kinds} pour les parents et les habitants ; {some} {here.a}."
        answers = [str(fiche.numero) for fiche in self._fiches if set(fiche.repond_a) & set(absent)]
        verb = "Les fiches action {} y répondent." if len(answers) > 1 else "La fiche action {} y répond."
        return [told, verb.format(enumerer(answers)) if answers else "Aucune fiche action n'y répond."]

    @property
    def _contexte_des_modes(self) -> Contexte:
        return replace(self.contexte, indicateurs=self.catalogue.indicateurs_contexte)

    def _offre(self, nom: str, rules: SectionDuDiagnostic) -> Tableau:
        words, name = self.catalogue.offre, f"offre-{_tiret(nom)}"
        return tableau_offre(
            self.dossier.offre, words, self.contexte_offre, rules.offre, nom=name, titre=self._titre(rules)
        )

    def _ages(self, rules: SectionDuDiagnostic) -> pd.DataFrame:
        rows = offre.ages(self.dossier.offre, self.catalogue.offre)
        return rows[rows["categorie"].isin(rules.offre)].reset_index(drop=True)

    def _figure_des_ages(self, ages: pd.DataFrame, fiches: list[Fiche]) -> Figure:
        """Return the chart of the ages, up to the oldest that a fiche aims at."""
        counted, words = self.comparaison.set_index("indicateur")["valeur"], self.catalogue
        bands = [
            (item.age_min, item.age_max, counted.get(item.indicateur), words.indicateurs[item.indicateur].libelle)
            for item in words.synthese.tranches_age
        ]
        return graphique_des_ages(
            ages,
            pd.DataFrame(bands, columns=["age_min", "age_max", "effectif", "libelle"]).astype({"effectif": "float64"}),
            self.contexte,
            nom="ages",
            titre="Quels âges chaque dispositif reçoit-il ?",
            source=f"{self.convention.source_offre} ; {self.contexte.source}",
            jusqu_a=max((fiche.age_max or 0 for fiche in fiches), default=0),
        )

    @cached_property
    def manques(self) -> pd.DataFrame:
        """What the convention does not say of its structures (see ``ctglib.calculs.offre.manques``)."""
        expected = self.catalogue.coherence.relations.attendus_offre
        return offre.manques(self.dossier.offre, expected, self.catalogue.offre)

    # The money, the needs, the questions, the limits.

    def moyens(self) -> Bloc | None:
        """Return what the Caf pays by head, and what the contract before the convention paid."""
        rules = self.catalogue.diagnostic
        amounts = par_tete(self.comparaison, rules.par_tete)
        before = phrase_du_contrat(self.comparaison, rules.contrat_precedent, self.convention, self.contexte)
        told = [*phrases_par_tete(amounts, self.contexte), *([before] if before else [])]
        return plein([liste(told) if told else None, tableau_par_tete(amounts, self.contexte, self.doutes)])

    def besoins(self) -> Bloc | None:
        """Return the needs, each with the fiches that answer it."""
        args = self.par_enjeu, self.hors_enjeux, self.convention
        return plein([besoins_en_bref(*args), tableau_besoins(*args, self.contexte, doutes=self.doutes)])

    def questions(self) -> Bloc | None:
        """Return the questions to put first to the parties."""
        convention = self.convention
        return plein([lacunes(convention, convention.source_texte, premieres=self.catalogue.synthese.questions)])

    def limites(self) -> Bloc:
        """Return what the figures must not be made to say, what is left out, and who has yet to comment."""
        words, found = self.catalogue, self.tous_les_constats
        given = {constat.theme for constat in found}
        awaited = commentaires_attendus(
            [theme for theme in words.themes if theme.theme in given], self.dossier.commentaires
        )
        left_out = laisse_de_cote(words.themes, found, self.contexte, offre=not self.dossier.offre.empty)
        told = [*left_out, *([awaited] if awaited else [])]
        return limites(found, self.convention.limites, self.contexte, told, doutes=bool(self.doutes))

    def annexe(self) -> Bloc | None:
        """Return every indicator of annexe 1, theme by theme, for the screen."""
        titles = {theme.theme: theme.titre for theme in self.catalogue.themes}
        groups = tuple(titles[self.catalogue.theme_de[name]] for name in self.comparaison["indicateur"])
        return plein(
            [
                tableau_indicateurs(
                    self.comparaison,
                    self.contexte,
                    nom="indicateurs",
                    titre="Tous les indicateurs de l'étude",
                    doutes=self.doutes,
                    groupes=groups,
                    ecran=True,
                )
            ]
        )

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.empreintes, self.catalogue.synthese.fichiers)


def plein(pieces: Iterable[Bloc | None]) -> Groupe | None:
    """Return pieces one after the other, tables without a row left out; None when nothing is left."""
    return suite(
        piece for piece in pieces if piece is not None and (not isinstance(piece, Tableau) or len(piece.donnees))
    )


def _tiret(nom: str) -> str:
    return nom.replace("_", "-")
