"""The diagnostic of a convention: what is worked out once from its data, then its sections in order.

A section that nothing informs is left out: it returns None, its heading goes with it, and the limits of the report say
so. Absent is never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.besoins import besoins_en_bref, lacunes, tableau_enjeux, tableau_hors_enjeux
from ctglib.blocs.couverture import couverture, statut_du_diagnostic
from ctglib.blocs.lecture import laisse_de_cote, limites, mode_de_lecture
from ctglib.blocs.messages_diagnostic import MessagesDuDiagnostic
from ctglib.blocs.offre import tableau_offre, tableau_offre_autres, tableau_vacances
from ctglib.blocs.page_une import page_une
from ctglib.blocs.places import ages_constats, contradictions_des_places, places_constats
from ctglib.blocs.sources import sources
from ctglib.blocs.theme import commentaires, commentaires_attendus, phrases_du_theme, tableau_theme
from ctglib.calculs import offre
from ctglib.calculs.coherence.affirmations import juger
from ctglib.calculs.coherence.controle import controler, doutes
from ctglib.calculs.comparaison import Constat, comparer, constats, sans_le_hasard
from ctglib.calculs.enjeux import constats_par_enjeu, hors_enjeux
from ctglib.calculs.radar import indices
from ctglib.document.blocs import Bloc, Groupe, Titre, liste, paragraphe, suite
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import enumerer
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import enregistrer, proches
from ctglib.graphiques import offre as graphiques
from ctglib.graphiques.haltere import haltere

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.document.couverture import Couverture
    from ctglib.document.figure import Figure
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.catalogue import Theme
    from ctglib.donnees.modeles.convention import Convention


def ouvrir(convention: str) -> Diagnostic:
    """Rend le classeur d'une convention, ses données lues et contrôlées.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    with enregistrer() as journal:
        dossier = lire_dossier(convention)
    return Diagnostic(dossier, dict(journal.lus))


@dataclass(frozen=True)
class Diagnostic:
    """A convention and its diagnostic; each result is computed when first asked for, then kept.

    Args:
        dossier: The checked data.
        empreintes: The sha256 of every data file read, by path.
    """

    dossier: Dossier
    empreintes: Mapping[str, str]

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
        """The findings of the consistency check (see ``ctglib.calculs.coherence.controle``)."""
        return controler(self.dossier)

    @cached_property
    def doutes(self) -> Mapping[str, str]:
        """Why some indicators are doubtful, by id."""
        return doutes(self.controle)

    @cached_property
    def jugements(self) -> pd.DataFrame:
        """The verdict on each sentence of the text (see ``ctglib.calculs.coherence.affirmations``)."""
        catalogue = self.catalogue
        return juger(
            self.dossier.affirmations,
            self.dossier.annexe1,
            catalogue.indicateurs,
            catalogue.seuils,
            unites=catalogue.unites,
            territoires=catalogue.territoires,
        )

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
        return couverture(self.convention, self.dossier.logos, self.contexte, statut=statut)

    def synthese(self) -> Bloc:
        """Return the first page: what the territory's figures say, what is not sure, what to decide."""
        told = MessagesDuDiagnostic(
            self.convention,
            self.catalogue,
            self.contexte,
            self.comparaison,
            self.tous_les_constats,
            self.doutes,
            self.controle,
            self.hors_enjeux,
        )
        written = [item for item in self.dossier.messages if item.rapport == "diagnostic"]
        return page_une(self.catalogue.messages, told, written)

    def mode_de_lecture(self) -> Bloc:
        """Return how gaps, variations and statuses are read."""
        catalogue = self.catalogue
        return mode_de_lecture(self.tous_les_constats, catalogue.seuils, self.contexte, catalogue.synthese.annees)

    # The themes.

    def themes(self) -> Bloc | None:
        """Return a chapter a theme that has rows: its question, sentences, chart, table, and what the parties wrote."""
        return suite(
            piece
            for theme in self._themes_presents
            for piece in (
                Titre(theme.chapitre or theme.titre, 2),
                paragraphe(theme.question),
                self.constats(theme.theme),
                self.graphique(theme.theme),
                self.tableau(theme.theme),
                commentaires(theme, self.dossier.commentaires),
            )
        )

    def constats(self, theme: str) -> Bloc:
        """Rend les constats d'un thème en phrases : ``ctg.constats("logement")``."""
        found = self.constats_de(self._theme(theme).constats)
        return liste(phrases_du_theme(found, self.contexte, self.doutes))

    def tableau(self, theme: str) -> Tableau:
        """Rend le tableau d'un thème : ``ctg.tableau("logement")``."""
        return tableau_theme(self.comparaison, self._theme(theme), self.catalogue.synthese.groupes, self.contexte)

    def graphique(self, theme: str) -> Figure | None:
        """Rend le graphique des écarts d'un thème ; rien si le catalogue n'en demande pas, ou si tout est absent."""
        asked = self._theme(theme)
        shown = self.comparaison[self.comparaison["indicateur"].isin(asked.graphique)]
        if shown[["valeur", "valeur_reference"]].isna().to_numpy().all():
            return None
        return self._haltere(shown, f"ecarts-{theme.replace('_', '-')}", f"{asked.titre} : quels écarts")

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
        shown = self.comparaison[self.comparaison["indicateur"].isin(indicateurs)]
        if lost := [name for name in indicateurs if name not in set(shown["indicateur"])]:
            raise ValueError(f"Le diagnostic de la convention ne donne pas : {', '.join(lost)}.")
        return self._haltere(shown, f"comparer-{indicateurs[0].replace('_', '-')}", "Quels écarts")

    def _haltere(self, shown: pd.DataFrame, nom: str, titre: str) -> Figure:
        years = enumerer(sorted({str(int(annee)) for annee in shown["annee"].dropna()}))
        both = f"entre {self.contexte.territoire.le} et {self.contexte.reference.le}"
        title = f"{titre} {both} en {years} ?" if years else f"{titre} {both} ?"
        return haltere(shown, self.contexte, nom=nom, titre=title)

    def _theme(self, nom: str) -> Theme:
        themes = {theme.theme: theme for theme in self.catalogue.themes}
        if nom not in themes:
            raise ValueError(f"Le thème « {nom} » n'existe pas. Thèmes possibles : {', '.join(themes)}.")
        return themes[nom]

    @cached_property
    def _themes_presents(self) -> list[Theme]:
        given = set(self.comparaison["indicateur"])
        return [theme for theme in self.catalogue.themes if given & {item.id for item in theme.indicateurs}]

    # The offer, and whether it answers those who are there.

    def structures(self) -> Bloc | None:
        """Return the structures that receive people, then schools, sports and culture, urban schemes and posts."""
        args = self.dossier.offre, self.catalogue.offre, self.contexte_offre
        return plein([tableau_offre(*args), tableau_offre_autres(*args)])

    def places(self) -> Bloc | None:
        """Return how many places there are for children under three, beside the children."""
        catalogue = self.catalogue
        places = offre.places(self.dossier.offre, catalogue.offre)
        if places.empty:
            return None
        enfants, capacite = (
            next(iter(self.constats_de([name])), None)
            for name in (catalogue.synthese.enfants_moins_3, catalogue.synthese.capacite)
        )
        sentences = places_constats(
            places,
            enfants,
            capacite,
            self.contexte,
            vocabulaire=catalogue.offre,
            contradictions=contradictions_des_places(
                self.controle, catalogue.coherence.relations.memes_effectifs, catalogue.offre
            ),
        )
        known = enfants is not None and enfants.niveau is not None
        if places["places"].isna().all():
            return sentences
        chart = graphiques.places(
            places,
            enfants.niveau if known else float("nan"),
            self.contexte,
            nom="places",
            titre="Combien de places citées pour combien d'enfants de moins de trois ans ?",
            source=self._deux_sources,
        )
        return suite([sentences, chart])

    def ages(self) -> Bloc | None:
        """Return which ages the structures take, beside the children of each age."""
        catalogue = self.catalogue
        ages = offre.ages(self.dossier.offre, catalogue.offre)
        if ages.empty:
            return None
        counted = self.comparaison.set_index("indicateur")["valeur"]
        bands = pd.DataFrame(
            [
                (
                    item.age_min,
                    item.age_max,
                    counted.get(item.indicateur),
                    catalogue.indicateurs[item.indicateur].libelle,
                )
                for item in catalogue.synthese.tranches_age
            ],
            columns=["age_min", "age_max", "effectif", "libelle"],
        ).astype({"effectif": "float64"})
        sentences = ages_constats(
            ages,
            self.manques,
            fiches=self.convention.fiches,
            tranches=catalogue.synthese.tranches_age,
            vocabulaire=catalogue.offre,
        )
        chart = graphiques.ages(
            ages,
            bands,
            self.contexte,
            nom="ages",
            titre="Quels âges chaque dispositif reçoit-il ?",
            source=self._deux_sources,
        )
        return suite([sentences, chart])

    def ouvertures(self) -> Bloc | None:
        """Return the hours of opening in the week, then the weeks of each holiday."""
        vocabulaire = self.catalogue.offre
        week = offre.semaine(self.dossier.offre, self.catalogue.synthese, vocabulaire)
        title = "À quelles heures les lieux d'accueil sont-ils ouverts ?"
        chart = None if week.empty else graphiques.semaine(week, self.contexte_offre, nom="semaine", titre=title)
        return plein([chart, tableau_vacances(self.dossier.offre, vocabulaire, self.contexte_offre)])

    @cached_property
    def manques(self) -> pd.DataFrame:
        """What the convention does not say of its structures (see ``ctglib.calculs.offre.manques``)."""
        expected = self.catalogue.coherence.relations.attendus_offre
        return offre.manques(self.dossier.offre, expected, self.catalogue.offre)

    @property
    def _deux_sources(self) -> str:
        return f"{self.convention.source_offre} ; {self.contexte.source}"

    # The indices, the needs, the check.

    def besoins(self) -> Bloc | None:
        """Return the findings by enjeu, each with the fiche that answers it, then the needs that no enjeu takes."""
        convention, contexte, catalogue = self.convention, self.contexte, self.catalogue
        return suite(
            [
                besoins_en_bref(self.par_enjeu, self.hors_enjeux, convention),
                tableau_enjeux(self.par_enjeu, convention, contexte, seuils=catalogue.seuils, doutes=self.doutes),
                tableau_hors_enjeux(
                    self.hors_enjeux, convention, contexte, themes=self._themes_presents, doutes=self.doutes
                )
                if len(self.hors_enjeux)
                else None,
            ]
        )

    def questions(self) -> Bloc | None:
        """Return the questions to put first to the parties."""
        convention = self.convention
        return plein([lacunes(convention, convention.source_texte, premieres=self.catalogue.synthese.questions)])

    def commentaires_attendus(self) -> Bloc:
        """Return the themes that await a comment of the parties."""
        return commentaires_attendus(self._themes_presents, self.dossier.commentaires)

    def limites(self) -> Bloc:
        """Return what the figures must not be made to say, and what is left out for want of data."""
        left_out = laisse_de_cote(
            self.catalogue.themes,
            self.tous_les_constats,
            self.contexte,
            offre=not self.dossier.offre.empty,
        )
        return limites(self.tous_les_constats, self.convention.limites, self.contexte, self.doutes, left_out)

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.empreintes, self.catalogue.synthese.fichiers)


def plein(pieces: Iterable[Bloc | None]) -> Groupe | None:
    """Return pieces one after the other, tables without a row left out; None when nothing is left."""
    return suite(
        piece for piece in pieces if piece is not None and (not isinstance(piece, Tableau) or len(piece.donnees))
    )
