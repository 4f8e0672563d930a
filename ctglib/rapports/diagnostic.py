"""The diagnostic of a convention: its sections in order.

A section that nothing informs is left out: it returns None, its heading goes with it, and the
limits of the report say so. Absent is never zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

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
        territoire = self.contexte.territoire.nom
        return (
            f"Diagnostic de la convention « {self.convention.id} » ({territoire}).\n"
            'Ensuite : .comparer("part_rsa"), .tableau("logement") ; '
            "un point puis Tab montrent le reste."
        )

    def synthese(self) -> Bloc:
        """Return the first page: what the territory's figures say, what is not sure, what to
        decide.
        """
        return self.page_une("diagnostic", MessagesDuDiagnostic)

    def mode_de_lecture(self) -> Bloc:
        """Return how gaps, variations and statuses are read, each rule with its threshold."""
        constats = self.comparaison
        contexte = self.contexte
        statuts = {*constats["statut"], *constats["statut_reference"]}
        mots = [
            f"« {statut.mot} » : {minuscule(statut.libelle)} ; "
            for code, statut in contexte.statuts.items()
            if code in statuts and statut.mot
        ]
        if Statut.PROVISOIRE in statuts:
            mots.append(f"« (p) » : {minuscule(contexte.statuts['P'].libelle)} ; ")
        annees = _annees_des_donnees(constats, self.catalogue.synthese.annees)
        ecart = self.catalogue.seuils.ecart_similaire_points
        decimales = 0 if float(ecart).is_integer() else 1
        ecart_similaire = points(ecart, decimales, signe=False)
        autres_sources = ""
        if len(self.modes):
            autres_sources = dire("sauf_les_places", source=self.modes.attrs["source"])
        return liste(
            [
                dire("chiffres_lus", autres=autres_sources, **contexte.lieux),
                *annees,
                dire("comparaisons", points=ecart_similaire),
                dire("mots_des_statuts", mots="".join(mots)),
            ]
        )

    def section(self, nom: str) -> Bloc | None:
        """Return a section of ``catalogue/diagnostic.yaml``: sentences, table, chart, offer, the
        parties' comments.

        The chart is that of the ages, or of the places by mode of care, or else of the rates.
        """
        regles = self.catalogue.diagnostic.sections[nom]
        convention = self.convention
        structures = self.dossier.offre
        mots_de_l_offre = self.catalogue.offre
        titre = self._titre(regles)
        ancre = nom.replace("_", "-")
        phrases = self.phrases(nom)
        taux = self._taux(regles)
        graphique = None
        if taux:
            graphique = self._haltere(taux, f"ecarts-{ancre}", f"{titre} : quels écarts")
        if regles.modes and len(self.modes):
            phrases = [*self.accueil, *phrases]
            graphique = self._graphique_des_modes()
        ages = offre.ages(structures, mots_de_l_offre)
        ages = ages[ages["categorie"].isin(regles.offre)].reset_index(drop=True)
        if regles.ages and len(ages):
            fiches = [
                fiche
                for fiche in convention.fiches
                if not set(fiche.offre).isdisjoint(regles.offre)
            ]
            phrases += phrases_des_ages(ages, fiches)
            jusqu_a = max((fiche.age_max or 0 for fiche in fiches), default=0)
            graphique = self._graphique_des_ages(ages, jusqu_a)
        phrases.append(
            phrase_des_equipements(structures, mots_de_l_offre, regles.equipements, self.contexte)
        )

        tableau_de_l_offre = tableau_offre(
            structures,
            mots_de_l_offre,
            replace(self.contexte, source=convention.source_offre),
            regles.offre,
            nom=f"offre-{ancre}",
            titre=titre,
        )
        tableau = self.tableau(nom)
        le_plus_long_d_abord = [tableau, graphique]
        if len(taux) > len(tableau.cellules):
            le_plus_long_d_abord = [graphique, tableau]
        blocs = suite([liste(phrases), *le_plus_long_d_abord, tableau_de_l_offre])
        if blocs is None:
            return None
        return blocs + theme.commentaires(regles.theme, self.dossier.commentaires)

    def phrases(self, nom: str) -> list[str]:
        """Rend les phrases que les indicateurs d'une section portent :
        ``ctg.phrases("precarite")``.
        """
        regles = self.catalogue.diagnostic.sections[nom]
        phrases = theme.phrases(regles.phrases, self.constats_surs, self.contexte, regles.graphique)
        return theme.services_absents(self, regles.absences) + phrases

    def tableau(self, nom: str) -> Tableau:
        """Rend le tableau d'une section, ou tous les indicateurs d'un thème :
        ``ctg.tableau("logement")``.
        """
        sections = self.catalogue.diagnostic.sections
        themes = {un_theme.theme: un_theme for un_theme in self.catalogue.themes}
        if nom in sections:
            regles = sections[nom]
            en_graphique = self._taux(regles)
            indicateurs = [
                indicateur
                for indicateur in (*regles.tableau, *regles.graphique)
                if indicateur not in en_graphique
            ]
            titre = self._titre(regles)
            definitions = list(self._lignes(regles.definitions)["indicateur"])
        elif nom in themes:
            indicateurs = [indicateur.id for indicateur in themes[nom].indicateurs]
            titre = themes[nom].titre
            definitions = []
        else:
            possibles = ", ".join({**sections, **themes})
            raise ValueError(f"Le thème « {nom} » n'existe pas. Thèmes possibles : {possibles}.")
        return theme.tableau_indicateurs(
            self,
            self._lignes(indicateurs),
            nom=nom.replace("_", "-"),
            titre=titre,
            definitions=definitions,
        )

    def comparer(self, *indicateurs: str) -> Figure:
        """Rend le graphique d'indicateurs de même unité, le territoire à côté de sa référence.

        Raises:
            ValueError: Un indicateur n'existe pas, ou le diagnostic ne le donne pas ; les noms
                proches sont dits.
        """
        for nom in indicateurs:
            if nom not in self.catalogue.indicateurs:
                voisins = proches(nom, tuple(self.catalogue.indicateurs))
                aide = f" Noms proches : {', '.join(voisins)}." if voisins else ""
                raise ValueError(f"L'indicateur « {nom} » n'existe pas.{aide}")
        donnes = set(self.comparaison["indicateur"])
        absents = [nom for nom in indicateurs if nom not in donnes]
        if absents:
            raise ValueError(f"Le diagnostic de la convention ne donne pas : {', '.join(absents)}.")
        ancre = f"comparer-{indicateurs[0].replace('_', '-')}"
        return self._haltere(indicateurs, ancre, "Quels écarts")

    def _haltere(self, indicateurs: Iterable[str], nom: str, titre: str) -> Figure:
        constats = self._lignes(indicateurs)
        annees = enumerer(sorted({str(int(annee)) for annee in constats["annee"].dropna()}))
        question = f"{titre} entre {self.contexte.territoire.le} et {self.contexte.reference.le}"
        if annees:
            question += f" en {annees}"
        return haltere(constats, self.contexte, nom=nom, titre=f"{question} ?")

    def _titre(self, regles: SectionDuDiagnostic) -> str:
        """Return the name of a section: that of its one theme where the convention has its own."""
        if len(regles.theme) == 1:
            titre_de_la_convention = self.convention.themes.get(regles.theme[0])
            if titre_de_la_convention:
                return titre_de_la_convention
        return regles.titre

    def _lignes(self, indicateurs: Iterable[str]) -> pd.DataFrame:
        """Return the rows of some indicators, in their order; one that annexe 1 does not give has
        none.
        """
        constats = self.comparaison.set_index("indicateur")
        return constats.loc[[nom for nom in indicateurs if nom in constats.index]].reset_index()

    def _taux(self, regles: SectionDuDiagnostic) -> list[str]:
        """Return the rates of the chart of a section, none when there are fewer than two, or when
        none of them has its reference: the table then has them.
        """
        constats = self._lignes(regles.graphique)
        connus = constats[constats[VALEURS].notna().any(axis=1)]
        compares = connus[VALEURS].notna().all(axis=1)
        if len(connus) < 2 or not compares.any():
            return []
        return list(connus["indicateur"])

    def _graphique_des_modes(self) -> Figure:
        """Return the dumbbells of the places for under-threes by mode of care."""
        return haltere(
            self.modes,
            replace(self.contexte, indicateurs=self.catalogue.indicateurs_contexte),
            nom="modes",
            titre=dire("titre_des_modes", annee=self.modes["annee"].iloc[0]),
            source=self.modes.attrs["source"],
        )

    def _graphique_des_ages(self, ages: pd.DataFrame, jusqu_a: int) -> Figure:
        """Return the ages that each kind of structure takes, above how many children of each band
        live there.
        """
        catalogue = self.catalogue
        tranches = pd.DataFrame.from_dict(
            catalogue.synthese.tranches_age, "index", columns=["age_min", "age_max"]
        )
        valeurs = self.comparaison.set_index("indicateur")["valeur"]
        tranches = tranches.assign(
            effectif=valeurs.reindex(tranches.index),
            libelle=[catalogue.indicateurs[nom].libelle for nom in tranches.index],
        )
        return graphique_des_ages(
            ages,
            tranches,
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
        regles = self.catalogue.diagnostic
        contexte = self.contexte
        montants = par_tete(self.comparaison, regles.par_tete)
        phrases = theme.phrases_par_tete(montants, contexte)
        phrases += theme.phrase_du_contrat(
            self.comparaison, regles.contrat_precedent, self.convention, contexte
        )
        return suite([liste(phrases), theme.tableau_par_tete(montants, contexte, self.doutes)])

    def besoins(self) -> Bloc | None:
        """Return the needs, each with the fiches that answer it."""
        en_bref = theme.besoins_en_bref(self.besoins_lus, self.convention)
        return suite([en_bref, theme.tableau_besoins(self)])

    def questions(self) -> Tableau | None:
        """Return the questions to put first to the parties."""
        premieres = self.catalogue.synthese.questions
        return theme.lacunes(self.convention, self.contexte, premieres=premieres) or None

    def limites(self) -> Bloc:
        """Return the limits of the report: its one reference, doubtful and absent values, what the
        articles limit.
        """
        constats = self.comparaison
        contexte = self.contexte
        themes_donnes = set(constats["theme"])
        themes = [un_theme for un_theme in self.catalogue.themes if un_theme.theme in themes_donnes]
        attendus = theme.commentaires_attendus(themes, self.dossier.commentaires)
        phrases = [dire("seule_reference", **contexte.lieux), *_laisse_de_cote(self), attendus]
        if self.doutes:
            phrases.append(dire("valeurs_douteuses"))
        phrases += _valeurs_absentes(constats, contexte)
        pas = {nom: item.arrondi_source or 0 for nom, item in contexte.indicateurs.items()}
        arrondis = constats["indicateur"].map(pas)
        # Between values that are rounded, a small difference is noise.
        for arrondi, arrondies in constats[arrondis.gt(1)].groupby(arrondis):
            libelles = _libelles(arrondies["indicateur"], contexte)
            phrases.append(dire("arrondis", arrondi=nombre_court(arrondi), indicateurs=libelles))
        return liste([*phrases, *self.convention.limites])

    def annexe(self) -> Tableau | None:
        """Return every indicator of annexe 1, theme by theme, for the screen."""
        titres = {un_theme.theme: un_theme.titre for un_theme in self.catalogue.themes}
        tableau = theme.tableau_indicateurs(
            self,
            self.comparaison,
            nom="indicateurs",
            titre="Tous les indicateurs de l'étude",
            groupes=self.comparaison["theme"].map(titres),
            ecran=True,
        )
        return tableau or None


def _annees_des_donnees(constats: pd.DataFrame, annees_singulieres: Mapping[int, str]) -> list[str]:
    """Return the sentence of the main year and of the others, each with how many indicators it
    has; none when nothing has a value.
    """
    connus = constats[VALEURS].notna().any(axis=1)
    effectifs = constats.loc[connus, "annee"].value_counts().sort_index()
    if effectifs.empty:
        return []
    principale = cast(int, effectifs.idxmax())
    autres = [
        f"{annee} ({compter(effectif, 'indicateur')})"
        for annee, effectif in effectifs.drop(principale).items()
    ]
    phrase = dire("annee_des_donnees", annee=principale, indicateurs=effectifs.max())
    phrase += dire("autres_annees", annees=enumerer(autres)) if autres else "."
    if principale in annees_singulieres:
        phrase += f" {annees_singulieres[principale]}"
    return [phrase]


def _valeurs_absentes(constats: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return which values are absent, and where.

    The same absences in both territories are named once; a territory without any value is told
    in a sentence.
    """
    phrases = []
    absentes_par_lieu = []
    for lieu, suffixe in ((contexte.territoire.a, ""), (contexte.reference.a, "_reference")):
        absentes = constats[constats[f"valeur{suffixe}"].isna()]
        if len(absentes) == len(constats):
            phrases.append(dire("aucune_valeur", place=lieu))
        else:
            mots = absentes[f"statut{suffixe}"].map(contexte.absence)
            absentes_par_lieu.append(absentes.assign(lieu=lieu, mot=mots))
    if absentes_par_lieu:
        absentes = pd.concat(absentes_par_lieu).sort_index(kind="stable")
        indicateurs = absentes.groupby(["mot", "lieu"], sort=False)["indicateur"].agg(tuple)
        lieux = indicateurs.reset_index().groupby(["mot", "indicateur"], sort=False)["lieu"]
        for (mot, noms), lieux_du_groupe in lieux:
            combien = compter(len(noms), "indicateur")
            ou = enumerer(list(lieux_du_groupe))
            phrases.append(f"{combien} « {mot} » {ou} : {_libelles(noms, contexte)}.")
    return phrases


def _laisse_de_cote(etude: EtudeDiagnostic) -> list[str]:
    """Return what the report has no section on, or no row of, for want of data: nothing there is
    zero.
    """
    donnes = set(etude.comparaison["indicateur"])
    themes_vides = []
    absents_par_theme: dict[str, list[str]] = {}  # of the themes that have some of theirs
    for un_theme in etude.catalogue.themes:
        absents = [
            indicateur.id for indicateur in un_theme.indicateurs if indicateur.id not in donnes
        ]
        if len(absents) == len(un_theme.indicateurs):
            themes_vides.append(f"« {un_theme.titre} »")
        elif absents:
            absents_par_theme[un_theme.titre] = absents
    phrases = []
    if themes_vides:
        phrases.append(dire("themes_vides", themes=enumerer(themes_vides)))
    tous_les_absents = [nom for absents in absents_par_theme.values() for nom in absents]
    if tous_les_absents:
        lesquels = _libelles(tous_les_absents, etude.contexte)
        if len(tous_les_absents) > NOMMES:
            comptes = [
                f"{compter(len(absents), 'indicateur')} de « {titre} »"
                for titre, absents in absents_par_theme.items()
            ]
            lesquels = dire("lignes_comptees", indicateurs=enumerer(comptes))
        phrases.append(dire("lignes_absentes", indicateurs=lesquels))
    if etude.dossier.offre.empty:
        phrases.append(dire("sans_offre"))
    return phrases


def _libelles(identifiants: Iterable[str], contexte: Contexte) -> str:
    """Return the labels, parted by semicolons: some hold a comma."""
    return " ; ".join(contexte.indicateurs[identifiant].libelle for identifiant in identifiants)


ouvrir = Diagnostic.ouvrir
