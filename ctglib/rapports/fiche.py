"""What the report of a fiche action is: its sections, in order.

As long as nothing was ever handed in, it is two pages: the contract, the public figures, what is
missing and from whom.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from ctglib.blocs.analyses import lire_annees, pour_trajectoires
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.avenants import histoire
from ctglib.blocs.collecte import (
    ENSEMBLE,
    moyens_par_signataire,
    renvoi_au_dossier,
    services,
    tableau_revisions,
)
from ctglib.blocs.constats import avec_le_chemin
from ctglib.blocs.gouvernance import pilotes_de_la_fiche
from ctglib.blocs.indicateurs import (
    depart,
    ecrire_l_annee,
    flux_des_stocks,
    marques,
    mode_de_lecture,
    notes_des_confirmations,
    notes_des_textes,
    notes_des_totaux,
)
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.mots import repondre, sources
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.propositions import a_montrer, ensembles
from ctglib.blocs.signees import page_des_parties
from ctglib.blocs.territoire import tableau_series
from ctglib.blocs.types_d_analyse import montrer
from ctglib.calculs.collecte import (
    A_COMPLETER,
    APPRECIATION,
    DEPART,
    ETAT,
    MOYEN,
    NIVEAU,
    SUIVANTE,
    VALEUR,
)
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre
from ctglib.calculs.evaluation import IMPLICITE
from ctglib.calculs.suivi import depuis_le_depart, par_avenant
from ctglib.document.blocs import (
    Bloc,
    Colonnes,
    Couverture,
    Groupe,
    Titre,
    liste,
    sous_titre,
    suite,
)
from ctglib.document.contexte import petits_publies, verdict_dit
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import compter, date_longue
from ctglib.donnees.modeles.avenants import Changement
from ctglib.donnees.modeles.plan import Absence, Analyse, Resultat, ValeurDatee
from ctglib.donnees.modeles.plan import Fiche as FicheAction
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.trajectoires import trajectoires

GROUPES = ("ecrits", "demandes", "facultatifs")
EN_MARCHE = ("en_cours", "partielle")
# What services wrote of a modalité, by column, and what introduces it.
DITS = {
    "commentaire": "",
    "motif": "Motif : ",
    "preuve": "Trace : ",
    "responsable": "Responsable : ",
}
DATES = ("commentaire", "motif")  # what they wrote in another year bears it
PROFILS = "profils"  # the type of analysis that is an annexe
# at most in a figure, beside that of an analysis, at least
PANNEAUX = 6
UNE_RANGEE = 3
DEUX_PANNEAUX = 2
MANQUANTS = (
    "responsable",
    "nature",
    "element",
    "libelle",
    "annee",
    "motif",
    "qui",
    "quand",
    "document",
)


@dataclass(frozen=True)
class Fiche:
    """Une fiche action dans une année : chaque méthode rend une section de son rapport, ou None
    s'il n'y a rien à dire.

    Un tableau ou une figure d'une section se prend par son nom :
    ``fiche.indicateurs()["trajectoires"]``.
    """

    etude: EtudeAnnuelle  # the part of it that is about the fiche
    fiche: FicheAction

    @property
    def _ensembles(self) -> pd.DataFrame:
        """The scoring of the indicators as wholes."""
        return ensembles(self.etude.evaluation)

    @property
    def _changements(self) -> list[tuple[str, Changement]]:
        """The changes that avenants made so far, with the number of theirs."""
        return par_avenant(self.etude.suivi.avenants, self.etude.bilan.date_arretee)

    def __repr__(self) -> str:
        fiche = self.fiche
        return repondre("fiche", numero=fiche.numero, titre=fiche.titre, annee=self.etude.annee)

    @property
    def sans_suivi(self) -> bool:
        """Whether nothing was handed in, for the year nor for any before it."""
        return all(suivi.vide for suivi in self.etude.suivi.suivis.values())

    def couverture(self) -> Couverture:
        """Return the cover: the fiche's title, parties, year, date and status of the data."""
        complement = f" {self.fiche.numero}, année {self.etude.annee}"
        return replace(self.etude.couverture(self.fiche.titre, complement), breve=True)

    def essentiel(self) -> Bloc:
        """Return the first page: what people got, what is not known, what to decide."""
        messages = MessagesDuSuivi(self.etude, self.fiche)
        return page_des_parties(messages, self.etude.annuel.messages)

    def contrat(self) -> Tableau:
        """Return all that the fiche writes, a row a heading, a row a modalité; then what avenants
        changed.

        A result has beside it the indicators that show it: the convention's, or else those that
        services are asked for, or else those that they may give.
        """
        fiche = self.fiche
        etats = self.etude.etats
        modalites = {modalite.numero: modalite for modalite in fiche.modalites}
        de_la_fiche = [f"{majuscule(texte)}." for texte in histoire(self.etude, fiche)]
        rubriques = [
            ("Par avenant", " ".join(de_la_fiche)),
            ("Constat initial", _phrase(fiche.constat_initial)),
            ("Publics", _phrase(fiche.publics)),
            ("Objectifs", _phrase(fiche.objectifs)),
        ]
        for numero, debut, echeance, ecrite in zip(
            etats["modalite"],
            etats["debut"],
            etats["echeance"],
            etats["echeance_ecrite"],
            strict=True,
        ):
            calendrier = minuscule(_calendrier(debut, echeance, ecrite=ecrite))
            phrases = [f"{majuscule(texte)}." for texte in histoire(self.etude, modalites[numero])]
            texte = " ".join([f"{modalites[numero].texte}.", *phrases])
            rubriques.append((f"Modalité {numero}, {calendrier}", texte))
        pilotes = [f"{pilote}." for pilote in pilotes_de_la_fiche(self.etude, fiche)]
        rubriques += [
            ("Pilotes" if len(pilotes) > 1 else "Pilote", " ".join(pilotes)),
            (self.etude.mot("contrat_services"), _phrase(fiche.services)),
            (
                "Partenaires sollicités",
                _phrase(fiche.partenaires) or self.etude.texte("fiche.rien_d_ecrit"),
            ),
            ("Résultats attendus", _phrase(map(self._resultat, fiche.resultats))),
            ("Indicateurs d'évaluation", self._indicateurs_ecrits()),
        ]
        rubriques = [(rubrique, texte) for rubrique, texte in rubriques if texte]
        for avenant, changement in self._changements:
            en_mots = changement.nature == "fiche" and changement.nouveau is not None
            if en_mots and str(changement.element) == str(fiche.numero):
                effet = date_longue(changement.effet)
                rubrique = self.etude.texte("fiche.change_par", avenant=avenant, effet=effet)
                rubriques.append((rubrique, f"{changement.nouveau}."))
        # Otherwise said with the indicators, where they are shown.
        notes = [self.etude.texte("suivi.proposition")] if self.sans_suivi else []
        table = pd.DataFrame(rubriques, columns=["rubrique", "texte"])
        return self._tableau("contrat", table, notes=notes)

    def _resultat(self, resultat: Resultat) -> str:
        """Return an expected result and the indicators that show it."""
        indicateurs = [self.etude.contexte.indicateurs[nom] for nom in resultat.indicateurs]
        ecrits = [
            minuscule(indicateur.libelle)
            for indicateur in indicateurs
            if indicateur.origine == "convention"
        ]
        demandes = [minuscule(indicateur.libelle) for indicateur in indicateurs if indicateur.noyau]
        # What is neither written nor asked for may be given all the same, and the table shows it.
        facultatifs = [
            minuscule(indicateur.libelle)
            for indicateur in indicateurs
            if indicateur.origine != "convention" and not indicateur.noyau
        ]
        faits = {
            "resultat": resultat.libelle,
            "ecrits": ecrits,
            "demandes": demandes,
            "facultatifs": facultatifs,
        }
        return self.etude.texte("fiche.resultat", **faits)

    def _indicateurs_ecrits(self) -> str:
        """Return the indicators that the fiche writes, in its words, and whether none of them has a
        start, or a target.
        """
        ecrits = [indicateur for indicateur in self.fiche.indicateurs if indicateur.libelle]
        return self.etude.texte(
            "fiche.indicateurs_ecrits",
            suivis=len(self.fiche.indicateurs),
            ecrits=[indicateur.libelle for indicateur in ecrits],
            cibles=sum(isinstance(item.cible, ValeurDatee) for item in self.fiche.indicateurs),
            sans_depart=all(isinstance(item.valeur_initiale, Absence) for item in ecrits),
            sans_cible=all(isinstance(item.cible, Absence) for item in ecrits),
        )

    def actions(self) -> Tableau | None:
        """Return one row a modalité: the word of its state, its dates, what was done, why not, the
        proof.
        """
        if self.sans_suivi:
            return None
        arretee = self.etude.bilan.date_arretee
        ecrire = {
            "intitule": lambda modalite: f"{modalite.modalite} {modalite.libelle}",
            "calendrier": lambda modalite: _calendrier(
                modalite.debut, modalite.echeance, ecrite=modalite.echeance_ecrite
            ),
            "precision": lambda modalite: precision(modalite, arretee),
        }
        return self._tableau("actions", self.etude.etats, ecrire)

    def chiffres_publics(self) -> Tableau | None:
        """Return what public series say around the fiche, each figure with its year; None when none
        bears on it.
        """
        return tableau_series(self.etude, self.fiche.series_publiques, self.fiche.numero)

    def indicateurs(self) -> Groupe | None:
        """Return the values, evolutions and verdicts of the indicators, by group, then the years of
        the first of them.

        What is optional is there when somebody gave it. The data have the rows by modalité too,
        after the wholes: sentences are written on them; and the pace of each target.
        """
        if self.sans_suivi:
            return None
        etude = self.etude
        contexte = etude.contexte
        evaluation = etude.evaluation
        tous = self._ensembles
        montres = a_montrer(tous)
        rangs = (1 + montres["facultatif"]).mask(montres["origine"].eq("convention"), 0)
        rangs = rangs.sort_values(kind="stable")
        montres = montres.loc[rangs.index]

        # An implied threshold without a year has to hold every year.
        sans_annee = {
            indicateur.id
            for indicateur in self.fiche.indicateurs
            if indicateur.implicite and indicateur.implicite.annee is None
        }
        implicites = tous.loc[tous["origine_cible"].eq(IMPLICITE), "indicateur"]
        annuelles = sans_annee & set(implicites)

        constats = MessagesDuSuivi(etude, self.fiche).constats
        montres = avec_le_chemin(etude, montres, constats)
        ecrire: dict[str, Any] = {"depart": lambda ligne: depart(ligne, contexte)}
        ecrire |= ecrire_l_annee(etude)
        ecrire |= {"visee": None, "gain": None}
        if montres["cible"].notna().any():
            del ecrire["gain"]
            avenants = {
                str(changement.element): numero
                for numero, changement in self._changements
                if changement.nature == "cible"
            }
            ecrire["visee"] = partial(self._visee, annuelles=annuelles, avenants=avenants)
        notes = [*flux_des_stocks(etude, self.fiche), *marques(montres, contexte)]
        if (montres["cible"].notna() & montres["origine_cible"].eq(IMPLICITE)).any():
            notes.append(etude.texte("suivi.deduite"))
        notes += notes_des_textes(etude, montres)
        notes += notes_des_totaux(etude, montres)
        notes += notes_des_confirmations(etude, montres)
        valeurs = ("valeur_initiale", "valeur_precedente", "valeur")
        notes += petits_publies(montres, valeurs, etude.catalogue.seuils.petits_effectifs, contexte)
        notes += mode_de_lecture(etude, "depuis_la_derniere")
        par_modalite = evaluation[evaluation["dimension"].ne("")]
        tableau = self._tableau(
            "indicateurs_de_la_fiche",
            montres,
            ecrire,
            donnees=pd.concat([montres, par_modalite], ignore_index=True),
            groupes=[etude.mot(f"indicateurs_{GROUPES[rang]}") for rang in rangs],
            notes=notes,
        )
        return suite([tableau, self._trajectoires(annuelles)])

    def _visee(self, ligne: pd.Series, annuelles: set[str], avenants: Mapping[str, str]) -> str:
        """Return the target of an indicator, when, since which avenant, and its verdict."""
        if pd.isna(ligne.cible):
            return RIEN
        contexte = self.etude.contexte
        mots = self.etude.catalogue.evaluation
        cible = contexte.valeur(ligne.indicateur, ligne.cible)
        quand = f"en {ligne.annee_cible}"
        if ligne.indicateur in annuelles:
            quand = "chaque année"
        marque = ""
        if ligne.origine_cible == IMPLICITE:
            marque = " (d)"
        elif ligne.indicateur in avenants:
            marque = f" (avenant {avenants[ligne.indicateur]})"
        verdict = verdict_dit(ligne, ligne.valeur, contexte, mots)
        if ligne.raison and ligne.verdict != "non_evaluable":
            verdict += f" : {mots.raisons[ligne.raison]}"
        return f"{cible} {quand}{marque} {verdict}"

    def detail(self) -> Groupe | None:
        """Return the analyses that the fiche declares, each under its question, but for the
        profiles.
        """
        return self._analyses([item for item in self.fiche.analyses if item.type != PROFILS])

    def profils(self) -> Groupe | None:
        """Return who takes part, as the fiche declares it: an annexe."""
        return self._analyses([item for item in self.fiche.analyses if item.type == PROFILS])

    def _analyses(self, analyses: list[Analyse]) -> Groupe | None:
        blocs = []
        for analyse in analyses:
            bloc = montrer(self.etude, analyse)
            if bloc:
                blocs.append(Titre(analyse.titre) + bloc)
        return suite(blocs)

    def moyens(self) -> Tableau | None:
        """Return what each signatory brings to the fiche, line by line; None when nobody says."""
        return Moyens(self.etude).de_la_fiche(self.fiche.numero)

    def appreciation(self) -> Bloc | None:
        """Return what the parties think of the year, in their words; None when they wrote none."""
        if not self.etude.annuel.appreciations:
            return None
        appreciation = self.etude.annuel.appreciations[0]  # a fiche has one at most
        rubriques = {
            "Réussites": appreciation.reussites,
            "Difficultés": appreciation.difficultes,
            "Perspectives": appreciation.perspectives,
        }
        return Colonnes(
            tuple(
                sous_titre(titre) + liste(phrases or (self.etude.mot("non_transmises"),))
                for titre, phrases in rubriques.items()
            )
        )

    def manques(self) -> Tableau | None:
        """Return what is missing, service by service; None when nothing is. The CSV says where each
        thing is found.
        """
        etude = self.etude
        valeurs = etude.a_collecter[etude.a_collecter["motif"].ne(SUIVANTE)]
        valeurs = valeurs.assign(nature=VALEUR, element=valeurs["indicateur"])
        manquants = etude.manques[etude.manques["nature"].ne(VALEUR)].assign(motif=A_COMPLETER)
        manquants = pd.concat([valeurs, manquants], ignore_index=True)[list(MANQUANTS)]
        textes = ["qui", "quand", "document"]  # no column of the second table has them
        manquants[textes] = manquants[textes].astype(object).fillna("")
        if manquants.empty:
            return None
        # A value is asked for as a whole and by parts: it is as many things, or none this year.
        parts = etude.manques.groupby(["responsable", "element"]).size()
        cles = pd.MultiIndex.from_frame(manquants[["responsable", "element"]])
        nombres = parts.reindex(cles).fillna(0).astype(int).to_numpy()
        manquants = manquants.assign(nombre=nombres)
        manquants.loc[manquants["motif"].ne(A_COMPLETER), "nombre"] = 0
        comptes = manquants[manquants["nombre"].gt(0)].groupby("responsable")["nombre"].sum()
        lignes = []
        for identifiant, libelle in services(etude).items():
            du_service = manquants[manquants["responsable"] == identifiant]
            titre = libelle
            if identifiant in comptes:
                titre = etude.texte(
                    "bilan.manques_du_service", nom=libelle, nombre=comptes[identifiant]
                )
            lignes += [(titre, quoi, detail) for quoi, detail in self._demandes(du_service)]
        demandes = pd.DataFrame(lignes, columns=["service", "quoi", "detail"])
        notes = []
        departs = int(manquants["motif"].eq(DEPART).sum())
        if len(comptes) and (len(comptes) > 1 or departs):
            faits = {"nombre": int(comptes.sum()), "departs": departs}
            notes.append(etude.texte("bilan.manques_en_tout", **faits))
        return self._tableau(
            "manques_de_la_fiche",
            demandes,
            donnees=manquants,
            groupes=demandes["service"],
            notes=notes,
        )

    def _demandes(self, manquants: pd.DataFrame) -> Iterator[tuple[str, str]]:
        """Yield what a service is asked for, and the detail: states, values, means, words."""
        etats = manquants[manquants["nature"] == ETAT]
        if len(etats):
            modalites = "Modalités" if len(etats) > 1 else "Modalité"
            numeros = enumerer(list(etats["element"]))
            yield f"État en {etats['annee'].iloc[0]}", f"{modalites} {numeros}"

        yield from self._valeurs_demandees(manquants[manquants["nature"] == VALEUR])

        # « Moyens en 2024 », « Caf (Postes, Aides) »
        moyens_manquants = manquants[manquants["nature"] == MOYEN]
        for moyens in moyens_par_signataire(self.etude, moyens_manquants["element"]):
            yield f"Moyens en {moyens_manquants['annee'].iloc[0]}", moyens

        niveaux = manquants[manquants["nature"] == NIVEAU]
        if len(niveaux):
            lignes = compter(len(niveaux), "ligne")
            yield self.etude.mot(f"collecte_{NIVEAU}"), f"{lignes} pour {niveaux['annee'].iloc[0]}"

        if manquants["nature"].eq(APPRECIATION).any():
            annee = manquants["annee"].max()
            yield f"Appréciation de {annee}", self.etude.mot("appreciation_attendue")

    def _valeurs_demandees(self, manquantes: pd.DataFrame) -> Iterator[tuple[str, str]]:
        """Yield the indicators whose values are missing, those of the same years together; before
        any follow-up, with where they start from.
        """
        contexte = self.etude.contexte
        departs: dict[str, str] = {}
        if self.sans_suivi:
            connus = self._ensembles[self._ensembles["valeur_initiale"].notna()]
            for indicateur, valeur, annee in zip(
                connus["indicateur"],
                connus["valeur_initiale"],
                connus["annee_initiale"],
                strict=True,
            ):
                departs[indicateur] = f"{contexte.valeur(indicateur, valeur)} en {annee}"
        libelles_par_demande: dict[str, list[str]] = {}
        for element, annees in manquantes.groupby("element", sort=False):
            indicateur = str(element)
            recentes = annees.sort_values("annee", ascending=False)
            motifs = [
                self.etude.mot(f"manque_{motif}", annee=annee)
                for motif, annee in zip(recentes["motif"], recentes["annee"], strict=True)
            ]
            libelle = contexte.indicateurs[indicateur].libelle
            parts = self._parts_demandees(indicateur, annees["responsable"].iloc[0])
            if parts:
                libelle += f" ({', '.join(parts)})"
            if indicateur in departs:
                libelle += f" (départ : {departs[indicateur]})"
            demande = f"Valeur de {enumerer(motifs)}"
            libelles_par_demande.setdefault(demande, []).append(libelle)
        for demande, libelles in libelles_par_demande.items():
            yield demande, " ; ".join(libelles)

    def _parts_demandees(self, indicateur: str, responsable: str) -> list[str]:
        """Return the parts of an indicator that a service owes, none when it owes the whole."""
        manques = self.etude.manques
        siens = manques["element"].eq(indicateur) & manques["responsable"].eq(responsable)
        parts = manques.loc[siens, "libelle_de_la_part"].tolist()
        return [] if ENSEMBLE in parts or parts == [""] else parts

    def dossier(self) -> Bloc | None:
        """Return where all that is missing is asked for, when nothing was ever handed in."""
        return renvoi_au_dossier(self.etude) if self.sans_suivi else None

    def limites(self) -> Bloc | None:
        """Return what the figures must not be made to say: what is absent, broken, redefined,
        suppressed.
        """
        if self.sans_suivi:
            return None
        etude = self.etude
        evaluation = etude.evaluation
        libelles = dict(zip(evaluation["indicateur"], evaluation["libelle"], strict=True))
        phrases = [
            etude.texte("fiche.limite_de_l_absence"),
            etude.texte("fiche.limite_de_l_evolution"),
        ]
        libelles_par_rupture: dict[int, list[str]] = {}
        for indicateur in self._ensembles["indicateur"]:
            for annee in etude.ruptures(indicateur):
                libelles_par_rupture.setdefault(annee, []).append(libelles[indicateur])
        for annee, rompus in libelles_par_rupture.items():
            phrases.append(
                etude.texte("fiche.limite_d_une_annee", annee=annee, libelles=" ; ".join(rompus))
            )
        for numero, changement in self._changements:
            if changement.nature == "definition" and changement.element in libelles:
                phrases.append(
                    etude.texte(
                        "fiche.limite_d_une_definition",
                        libelle=libelles[changement.element],
                        avenant=numero,
                        change=changement,
                    )
                )
        seuil = nombre(etude.catalogue.seuils.petits_effectifs)
        secret = majuscule(etude.texte("fiche.limite_de_la_fiche_secret", seuil=seuil))
        masques = evaluation["statut"].eq(Statut.SECRET)
        masques |= evaluation["statut_precedent"].eq(Statut.SECRET)
        phrases.append(
            " ".join([secret, *etude.dire({"fiche.limite_des_masques": int(masques.sum())})])
        )
        return liste([*phrases, *etude.phrases_des_retraits()])

    def revisions(self) -> Tableau | None:
        """Return what this bilan says of earlier years otherwise than last year's; None when
        nothing changed.
        """
        revisions = self.etude.revisions
        if self.sans_suivi or revisions.empty:
            return None
        return tableau_revisions(self.etude, revisions, ecran=True)

    def sources(self) -> Tableau | None:
        """Return the files read, with what identifies them."""
        if self.sans_suivi:
            return None
        etude = self.etude
        return sources(etude.empreintes, etude.catalogue.synthese.fichiers, etude.contexte)

    def _trajectoires(self, annuelles: set[str]) -> Figure | None:
        """Return the years of the first indicators, those that the fiche writes first; a threshold
        of every year has no year of its own.
        """
        etude = self.etude
        tous = self._ensembles
        tous = tous.assign(propose=tous["origine"].ne("convention"))
        tous = tous.sort_values(["propose", "facultatif"], kind="stable")
        annees = lire_annees(etude, tous["indicateur"])
        annees = depuis_le_depart(annees, tous, etude.convention.debut.year)
        avec_analyse = any(analyse.graphique for analyse in self.fiche.analyses)
        panneaux = UNE_RANGEE if avec_analyse else PANNEAUX
        traces = annees["indicateur"].unique()[:panneaux]
        if len(traces) < DEUX_PANNEAUX:
            return None
        reperes = pour_trajectoires(etude, annees[annees["indicateur"].isin(traces)])
        sans_annee = reperes["indicateur"].isin(annuelles)
        reperes = reperes.assign(annee_cible=reperes["annee_cible"].mask(sans_annee))
        question = etude.texte("fiche.titre_des_trajectoires")
        return trajectoires(reperes, etude.contexte, nom="trajectoires", titre=question)

    def _tableau(
        self, cle: str, lignes: pd.DataFrame, ecrire: Mapping | None = None, **reste: Any
    ) -> Tableau:
        """Return a table of the catalogue, whose words say the fiche (see
        ``EtudeAnnuelle.tableau``).
        """
        mots = {"fiche": self.fiche.numero, "reference": self.fiche.reference}
        return self.etude.tableau(cle, lignes, ecrire, mots=mots, **reste)


def _phrase(textes: Iterable[str]) -> str:
    """Return texts as one sentence, « Un ; deux. », or "" when there is none."""
    phrase = " ; ".join(textes)
    return f"{phrase}." if phrase else ""


def _calendrier(debut: pd.Timestamp, echeance: pd.Timestamp, *, ecrite: bool) -> str:
    """Return when a modalité is due: « Pour le 30 juin 2024 », « De 2023 à 2026 » when no échéance
    is written, « En 2026 » when it begins in the last year.
    """
    if ecrite:
        return f"Pour le {date_longue(echeance.date())}"
    if debut.year == echeance.year:
        return f"En {debut.year}"
    return f"De {debut.year} à {echeance.year}"


def precision(modalite: pd.Series, aujourd_hui: date) -> str:
    """Return the dates of a modalité, then what services wrote of it, as they wrote it.

    « Depuis le 1er mars 2024. Motif : recrutement en cours. », or « – » when nothing is known. An
    end after ``aujourd_hui`` is planned, and a new date if the modalité is put off. A comment or
    a motive of an earlier year bears this year.
    """
    debut = None if pd.isna(modalite.debut_reel) else modalite.debut_reel.date()
    fin = None if pd.isna(modalite.fin) else modalite.fin.date()
    phrases = _dates(debut, fin, modalite.statut, aujourd_hui)
    d_une_autre_annee = pd.notna(modalite.annee_dite) and modalite.annee_dite != aujourd_hui.year
    for colonne, introduction in DITS.items():
        if modalite[colonne]:
            texte = f"{introduction}{modalite[colonne]}"
            if colonne in DATES and d_une_autre_annee:
                texte = f"{texte.rstrip(' .')} ({modalite.annee_dite})"
            phrases.append(texte if texte.endswith((".", "!", "?", "…")) else f"{texte}.")
    return " ".join(phrases) or RIEN


def _dates(debut: date | None, fin: date | None, statut: str, aujourd_hui: date) -> list[str]:
    """Return when a modalité began and ended; an end to come is the one planned, or the new one."""
    terminee = fin is not None and fin <= aujourd_hui
    if debut and fin and terminee:
        if debut == fin:
            return [f"Le {date_longue(debut)}."]
        return [f"Du {date_longue(debut)} au {date_longue(fin)}."]
    phrases = []
    if debut:
        depuis = "Depuis" if statut in EN_MARCHE else "Commencée"
        phrases.append(f"{depuis} le {date_longue(debut)}.")
    if fin and terminee:
        achevee = "Terminée" if statut == "realisee" else "Arrêtée"
        phrases.append(f"{achevee} le {date_longue(fin)}.")
    elif fin:
        annonce = "Nouvelle date" if statut == "reportee" else "Fin prévue"
        phrases.append(f"{annonce} : {date_longue(fin)}.")
    return phrases
