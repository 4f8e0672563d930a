"""The diagnostic of a convention: its sections in order.

A section without data returns None: the report leaves it out with its heading, and its limits say
that it is missing. What is absent is never shown as zero. An indicator « has a row » when annexe 1
of the convention gives it; its value, here or in the reference, may still be missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

import pandas as pd

from ctglib.blocs import theme
from ctglib.blocs.carte import figure_de_la_carte
from ctglib.blocs.diagnostic import EtudeDiagnostic
from ctglib.blocs.messages_diagnostic import MessagesDuDiagnostic
from ctglib.blocs.mots import dire, repondre
from ctglib.blocs.offre import phrase_des_equipements, phrases_des_ages, tableau_offre
from ctglib.blocs.quartiers import quartiers
from ctglib.calculs import offre
from ctglib.calculs.comparaison import par_tete
from ctglib.calculs.ecriture import enumerer, minuscule, nombre, pourcent
from ctglib.document.blocs import Bloc, Couverture, Titre, liste, suite
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import compter, nombre_court, points, remplir
from ctglib.donnees.lecture import proches
from ctglib.donnees.modeles.rapports import SectionDuDiagnostic
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.barres import ages as graphique_des_ages
from ctglib.graphiques.points import haltere

VALEURS = ["valeur", "valeur_reference"]
# Up to so many, the indicators without a row are named; beyond, they are counted theme by theme.
ABSENTS_NOMMES = 12


class Diagnostic(EtudeDiagnostic):
    """What can be asked of the diagnostic: each method returns one section, None when it has
    nothing to show.
    """

    def __repr__(self) -> str:
        return repondre("diagnostic", convention=self.convention.id, **self.contexte.lieux)

    def synthese(self) -> Bloc:
        """Return the first page: what the territory's figures say, what is not sure, what to
        decide.
        """
        return self.page_une("diagnostic", MessagesDuDiagnostic(self).page)

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
        annees = _annees_des_donnees(constats, self.catalogue.synthese.annees, contexte)
        ecart = self.catalogue.seuils.ecart_similaire_points
        decimales = 0 if float(ecart).is_integer() else 1
        ecart_similaire = points(ecart, decimales, signe=False)
        chiffres_lus = contexte.texte(
            "diagnostic.chiffres_lus",
            places=self.modes.attrs["source"] if len(self.modes) else "",
            quartiers=self.quartiers_lus.attrs["source"] if self._a_des_quartiers else "",
            communes=self.carte_lue.source if self.carte_lue else "",
        )
        return liste(
            [
                chiffres_lus,
                *_autres_references("references_a_cote", contexte),
                *annees,
                contexte.texte("diagnostic.comparaisons", points=ecart_similaire),
                contexte.texte("diagnostic.mots_des_statuts", mots="".join(mots)),
            ]
        )

    def section(self, nom: str) -> Bloc | None:
        """Return a section of the diagnostic, None when it has nothing to show.

        ``nom`` is a key of ``sections`` in ``catalogue/diagnostic.yaml``. In order: sentences, the
        longer of the table of indicators and of the chart, the other one, the table of the offer,
        the comments of the parties. The section has one chart at most: that of the ages received if
        it has one, else that of the places by mode of care, else that of the rates.
        """
        regles = self.catalogue.diagnostic.sections[nom]
        structures = self.dossier.offre
        mots_de_l_offre = self.catalogue.offre
        titre = self._titre(regles)
        ancre = nom.replace("_", "-")

        # The sentences and the chart; a later chart takes the place of an earlier one.
        phrases = self.phrases(nom)
        taux = self._taux(regles)
        graphique = None
        if taux:
            graphique = self._haltere(taux, f"ecarts-{ancre}", f"{titre} : quels écarts")
        if regles.modes and len(self.modes):
            phrases = [*self._accueil_au_depart(), *self.accueil, *phrases]
            graphique = haltere(
                self.modes,
                replace(self.contexte, indicateurs=self.catalogue.indicateurs_contexte),
                nom="modes",
                titre=self.contexte.texte(
                    "diagnostic.titre_des_modes", annee=self.modes["annee"].iloc[0]
                ),
                source=self.modes.attrs["source"],
            )
        ages_recus = offre.ages(structures, mots_de_l_offre)
        ages_recus = ages_recus[ages_recus["categorie"].isin(regles.offre)].reset_index(drop=True)
        if regles.ages and len(ages_recus):
            fiches_concernees = [
                fiche
                for fiche in self.convention.fiches
                if not set(fiche.offre).isdisjoint(regles.offre)
            ]
            phrases += phrases_des_ages(ages_recus, fiches_concernees, self.contexte)
            jusqu_a = max((fiche.age_max or 0 for fiche in fiches_concernees), default=0)
            graphique = self._graphique_des_ages(ages_recus, jusqu_a)
        phrases.append(
            phrase_des_equipements(structures, mots_de_l_offre, regles.equipements, self.contexte)
        )

        tableau_de_l_offre = tableau_offre(
            structures,
            mots_de_l_offre,
            replace(self.contexte, source=self.convention.source_offre),
            regles.offre,
            nom=f"offre-{ancre}",
            titre=titre,
        )
        tableau: Tableau | None = self.tableau(nom)
        if not tableau.donnees[VALEURS].notna().any(axis=None):
            tableau = None  # a column of « non transmis » says nothing that the limits do not
        le_plus_long_d_abord = [tableau, graphique]
        if tableau is not None and len(taux) > len(tableau.cellules):
            le_plus_long_d_abord = [graphique, tableau]
        blocs = suite([liste(phrases), *le_plus_long_d_abord, tableau_de_l_offre])
        if blocs is None:
            return None
        return blocs + theme.commentaires(regles.theme, self.dossier.commentaires)

    def _accueil_au_depart(self) -> list[str]:
        """Return the places that the convention itself gives of both territories: the initial
        state, before the rates published since; nothing when it gives none.
        """
        depart = self.catalogue.diagnostic.modes.depart
        if depart is None:
            return []
        lus = self.comparaison[self.comparaison["indicateur"].eq(depart)]
        lus = lus[lus[VALEURS].notna().all(axis=1)]
        if lus.empty:
            return []
        lu = lus.iloc[0]
        reserves = []
        if lu["provisoire"]:
            reserves.append(minuscule(self.contexte.statuts[Statut.PROVISOIRE].libelle))
        if depart in self.doutes:
            reserves.append(dire("reserve_du_controle"))
        phrase = self.contexte.texte(
            "diagnostic.places_au_depart",
            annee=lu["annee"],
            ici=self.contexte.valeur(lu["indicateur"], lu["valeur"]),
            la=self.contexte.valeur(lu["indicateur"], lu["valeur_reference"]),
            reserves=f" ({', '.join(reserves)})" if reserves else "",
            **self.contexte.lieux,
        )
        return [phrase]

    def couverture(self) -> Couverture:
        """Return the cover, with the years of what is not of the convention beside that of the
        other figures.
        """
        couverture = super().couverture()
        date = self.convention.date_des_donnees
        dite = self.contexte.texte(
            "diagnostic.dates",
            date=date,
            places=self.modes["annee"].iloc[0] if len(self.modes) else "",
            quartiers=self.quartiers_lus["annee"].iloc[0] if self._a_des_quartiers else "",
            communes=self.carte_lue.annee if self.carte_lue else "",
        )
        mentions = [
            (titre, dite if mention == date else mention) for titre, mention in couverture.mentions
        ]
        return replace(couverture, mentions=tuple(mentions))

    @property
    def _a_des_quartiers(self) -> bool:
        """Whether the report shows quarters: two at least."""
        return len(self.quartiers_lus) > 1

    def quartiers(self) -> Bloc | None:
        """Return who the Caf helps in each quarter of the commune."""
        return quartiers(self.quartiers_lus, self.catalogue.diagnostic.quartiers, self.contexte)

    def voisines(self) -> Bloc | None:
        """Return where the territory stands among the communes of its EPCI, and their map."""
        carte = self.carte_lue
        if carte is None:
            return None
        contexte = self.contexte
        connus = carte.communes.dropna(subset=["valeur"]).set_index("code")["valeur"]
        ici = self.convention.territoire
        dit = ""
        if ici in connus.index:
            dit = remplir(carte.mesure.dit, valeur=pourcent(connus[ici]))
        carte_des_communes = figure_de_la_carte(
            carte, contexte, nom="carte", entouree=ici, taux=pourcent, effectif=nombre
        )
        phrase = contexte.texte(
            "diagnostic.communes_voisines",
            carte=carte,
            communes=len(connus),
            mediane=pourcent(connus.median()),
            ici=dit,
        )
        return suite([liste([phrase]), carte_des_communes])

    def themes_propres(self) -> Bloc | None:
        """Return the sections of the themes that the convention adds, each under its title."""
        sections: list[Bloc] = []
        for propre in self.catalogue.themes_propres:
            section = self.section(propre.theme)
            if section is not None:
                sections += [Titre(propre.titre, 3), section]
        return suite(sections)

    def phrases(self, nom: str) -> list[str]:
        """Rend les phrases que les indicateurs d'une section portent :
        ``ctg.phrases("precarite")``.
        """
        regles = self.catalogue.diagnostic.sections[nom]
        phrases = theme.phrases(regles.phrases, self.constats_surs, self.contexte, regles.graphique)
        a_cote = theme.phrases_a_cote(self, regles.phrases)
        return theme.services_absents(self, regles.absences) + phrases + a_cote

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
            raise ValueError(repondre("theme_inconnu", nom=nom, possibles=possibles))
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
                phrases = [repondre("inconnu", sujet="L'indicateur", nom=nom)]
                if voisins:
                    phrases.append(repondre("noms_proches", noms=", ".join(voisins)))
                raise ValueError(" ".join(phrases))
        indicateurs_du_diagnostic = set(self.comparaison["indicateur"])
        absents = [nom for nom in indicateurs if nom not in indicateurs_du_diagnostic]
        if absents:
            raise ValueError(repondre("hors_du_diagnostic", indicateurs=", ".join(absents)))
        ancre = f"comparer-{indicateurs[0].replace('_', '-')}"
        return self._haltere(indicateurs, ancre, "Quels écarts")

    def _haltere(self, indicateurs: Iterable[str], nom: str, titre: str) -> Figure:
        constats = self._lignes(indicateurs)
        annees = enumerer(sorted({str(int(annee)) for annee in constats["annee"].dropna()}))
        question = f"{titre} entre {self.contexte.territoire.le} et {self.contexte.reference.le}"
        if annees:
            question += f" en {annees}"
        # A drawing has room for one other reference: the first one.
        autre = ""
        for premiere in self.contexte.autres[:1]:
            valeurs = self.a_cote[f"valeur_{premiere.code}"].reindex(constats["indicateur"])
            if valeurs.notna().any():
                constats = constats.assign(valeur_autre=valeurs.to_numpy())
                autre = premiere.nom
        return haltere(constats, self.contexte, autre=autre, nom=nom, titre=f"{question} ?")

    def _titre(self, regles: SectionDuDiagnostic) -> str:
        """Return the name of a section: that of its one theme where the convention has its own."""
        if len(regles.theme) == 1:
            titre_de_la_convention = self.convention.themes.get(regles.theme[0])
            if titre_de_la_convention:
                return titre_de_la_convention
        return regles.titre

    def _lignes(self, indicateurs: Iterable[str]) -> pd.DataFrame:
        """Return the rows of ``comparaison`` of some indicators, in the order of ``indicateurs``.

        An indicator that annexe 1 of the convention does not give has no row.
        """
        constats = self.comparaison.set_index("indicateur")
        return constats.loc[[nom for nom in indicateurs if nom in constats.index]].reset_index()

    def _taux(self, regles: SectionDuDiagnostic) -> list[str]:
        """Return the indicators that the chart of a section shows, empty when it has no chart.

        They are those of the catalogue that have a value here or in the reference. There is a chart
        when they are two at least and one of them has both values; the table shows them otherwise.
        """
        constats = self._lignes(regles.graphique)
        avec_une_valeur = constats[constats[VALEURS].notna().any(axis=1)]
        avec_les_deux = avec_une_valeur[VALEURS].notna().all(axis=1)
        if len(avec_une_valeur) < 2 or not avec_les_deux.any():
            return []
        return list(avec_une_valeur["indicateur"])

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
            titre=self.contexte.texte("diagnostic.titre_des_ages"),
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
        phrases = theme.phrases_par_tete(montants, contexte, self.doutes)
        phrases += theme.phrase_du_contrat(
            self.comparaison, regles.contrat_precedent, self.convention, contexte
        )
        return suite([liste(phrases), theme.tableau_par_tete(montants, contexte, self.doutes)])

    def besoins(self) -> Bloc | None:
        """Return the needs, each with the fiches that answer it."""
        en_bref = theme.besoins_en_bref(self.besoins_lus, self.convention, self.contexte)
        return suite([en_bref, theme.tableau_besoins(self)])

    def questions(self) -> Tableau | None:
        """Return the questions to put first to the parties."""
        premieres = self.catalogue.synthese.questions
        return theme.lacunes(self.convention, self.contexte, premieres=premieres) or None

    def limites(self) -> Bloc:
        """Return the limits of the report, one item each.

        In order: its only reference, what it leaves out for want of data, the comments that are
        awaited, its doubtful values, its absent values, its rounded values, then the limits that
        the convention writes itself.
        """
        constats = self.comparaison
        contexte = self.contexte
        themes_donnes = set(constats["theme"])
        themes = [un_theme for un_theme in self.catalogue.themes if un_theme.theme in themes_donnes]
        attendus = theme.commentaires_attendus(themes, self.dossier.commentaires, contexte)
        references = _autres_references("reference_des_ecarts", contexte)
        if not references:
            autour = self.carte_lue.autour if self.carte_lue else None
            references = [contexte.texte("diagnostic.seule_reference", autour=autour)]
        phrases = [*references, *_ce_qui_manque(self), attendus]
        if self.doutes:
            phrases.append(contexte.texte("diagnostic.valeurs_douteuses"))
        phrases += _valeurs_absentes(constats, contexte)
        arrondi_par_indicateur = {
            nom: indicateur.arrondi_source or 0 for nom, indicateur in contexte.indicateurs.items()
        }
        # The source rounds some values to the nearest 5 or 10: a small difference between two of
        # them says nothing.
        arrondis = constats["indicateur"].map(arrondi_par_indicateur)
        for arrondi, constats_arrondis in constats[arrondis.gt(1)].groupby(arrondis):
            libelles = _libelles(constats_arrondis["indicateur"], contexte)
            phrases.append(
                contexte.texte(
                    "diagnostic.arrondis", arrondi=nombre_court(arrondi), indicateurs=libelles
                )
            )
        return liste([*phrases, *self.convention.limites])

    def annexe(self) -> Tableau | None:
        """Return every indicator of annexe 1, theme by theme, for the screen."""
        titres = {un_theme.theme: un_theme.titre for un_theme in self.catalogue.themes}
        tableau = theme.tableau_indicateurs(
            self,
            self.comparaison,
            nom="indicateurs",
            titre=dire("titre_de_l_annexe"),
            groupes=self.comparaison["theme"].map(titres),
            ecran=True,
        )
        return tableau or None


def _autres_references(phrase: str, contexte: Contexte) -> list[str]:
    """Return a sentence on the other references, in a list; none when there is none."""
    if not contexte.autres:
        return []
    des_autres = enumerer([autre.de for autre in contexte.autres])
    return [contexte.texte(f"diagnostic.{phrase}", des_autres=des_autres)]


def _annees_des_donnees(
    constats: pd.DataFrame, remarques: Mapping[int, str], contexte: Contexte
) -> list[str]:
    """Return one text, of which years the values are; no text when no indicator has a value.

    « L'année des données est 2024 pour 60 indicateurs ; les autres sont de 2023 (3 indicateurs). »
    The main year is that of the most indicators, the earliest of them when several have as many.
    The text ends with what the catalogue has to say of that year, by year in ``remarques``.
    """
    avec_une_valeur = constats[VALEURS].notna().any(axis=1)
    indicateurs_par_annee = constats.loc[avec_une_valeur, "annee"].value_counts().sort_index()
    if indicateurs_par_annee.empty:
        return []
    annee_principale = cast(int, indicateurs_par_annee.idxmax())
    autres_annees = [
        f"{annee} ({compter(combien, 'indicateur')})"
        for annee, combien in indicateurs_par_annee.drop(annee_principale).items()
    ]
    phrase = contexte.texte(
        "diagnostic.annee_des_donnees",
        annee=annee_principale,
        indicateurs=indicateurs_par_annee.max(),
        autres=autres_annees,
        remarque=remarques.get(annee_principale, ""),
    )
    return [phrase]


def _valeurs_absentes(constats: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return sentences that say which values are absent, why, and where.

    « 2 indicateurs « secret » à Harnes et dans le Pas-de-Calais : Familles nombreuses ; Couples. »
    Indicators absent for the same reason in the same place are one sentence, and so are those of
    both territories when they are the same ones. A territory without any value has its own sentence
    instead.
    """
    phrases = []
    absentes_par_lieu = []
    for lieu, suffixe in ((contexte.territoire.a, ""), (contexte.reference.a, "_reference")):
        absentes = constats[constats[f"valeur{suffixe}"].isna()]
        if len(absentes) == len(constats):
            phrases.append(contexte.texte("diagnostic.aucune_valeur", place=lieu))
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


def _ce_qui_manque(etude: EtudeDiagnostic) -> list[str]:
    """Return sentences that say what the report leaves out for want of data: it is not zero.

    They are, each where there is any: the themes without any value; the indicators without a row in
    the other themes; the offer.
    """
    constats = etude.comparaison
    indicateurs_donnes = set(constats["indicateur"])
    connus = set(constats.loc[constats[VALEURS].notna().any(axis=1), "indicateur"])
    themes_vides = []
    absents_par_theme: dict[str, list[str]] = {}  # by title, of the themes that have other rows
    for un_theme in etude.catalogue.themes:
        absents = [
            indicateur.id
            for indicateur in un_theme.indicateurs
            if indicateur.id not in indicateurs_donnes
        ]
        if connus.isdisjoint(indicateur.id for indicateur in un_theme.indicateurs):
            themes_vides.append(f"« {un_theme.titre} »")
        elif absents:
            absents_par_theme[un_theme.titre] = absents
    phrases = []
    if themes_vides:
        phrases.append(
            etude.contexte.texte("diagnostic.themes_vides", themes=enumerer(themes_vides))
        )
    tous_les_absents = [nom for absents in absents_par_theme.values() for nom in absents]
    if tous_les_absents:
        lesquels = _libelles(tous_les_absents, etude.contexte)
        if len(tous_les_absents) > ABSENTS_NOMMES:
            comptes = [
                f"{compter(len(absents), 'indicateur')} de « {titre} »"
                for titre, absents in absents_par_theme.items()
            ]
            lesquels = etude.contexte.texte(
                "diagnostic.lignes_comptees", indicateurs=enumerer(comptes)
            )
        phrases.append(etude.contexte.texte("diagnostic.lignes_absentes", indicateurs=lesquels))
    if etude.dossier.offre.empty:
        phrases.append(etude.contexte.texte("diagnostic.sans_offre"))
    return phrases


def _libelles(identifiants: Iterable[str], contexte: Contexte) -> str:
    """Return the labels with « ; » between them: some labels have a comma in them."""
    return " ; ".join(contexte.indicateurs[identifiant].libelle for identifiant in identifiants)


ouvrir = Diagnostic.ouvrir
