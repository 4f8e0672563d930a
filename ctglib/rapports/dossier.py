"""What is still to be handed in, all years of a convention: a request a service, its letter, its
workbooks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ctglib.blocs.collecte import ENSEMBLE, ce_qui_manque, periodes, services
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.messages_suivi import a_qui_demander_le_plus
from ctglib.calculs.collecte import DEPART, encore_demandes
from ctglib.calculs.ecriture import SEPARATEUR, enumerer, majuscule
from ctglib.collecte.classeur import classeur, nom_du_classeur
from ctglib.collecte.feuilles import cadre_vierge, feuilles
from ctglib.collecte.lettre import lettre
from ctglib.collecte.manques import ce_qui_manque_seul, compter_les_elements
from ctglib.document.blocs import Bloc, Couverture, Liste, Piece, Renvoi, Titre, paragraphe, suite
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, nombrer
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.suivi import Lettre
from ctglib.rapports.evaluation import ouvrir_evaluation

DOSSIER = "dossier"  # the folder of the files that go with the page


def ouvrir_dossier(convention: str) -> DossierACompleter:
    """Rend le dossier à compléter d'une convention : ce qui manque, à qui le demander, avec quels
    fichiers.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    return DossierACompleter(ouvrir_evaluation(convention).etude)


@dataclass(frozen=True)
class _Demande:
    """A row of ``demandees``, as a letter writes it."""

    nature: str
    quoi: str
    annees: str
    depart: str
    feuille: str
    delai: str


@dataclass(frozen=True)
class DossierACompleter:
    """What a convention still lacks; each method returns one section, None when nothing is."""

    etude: EtudeFinale

    def __repr__(self) -> str:
        return (
            f"Dossier à compléter, {self.etude.contexte.territoire.nom}.\n"
            "Ensuite : .demandes(), .lettres()."
        )

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, how many things are asked for."""
        convention = self.etude.convention
        couverture = self.etude.couverture(convention.titre, "")
        nombre = int(self.demandees["nombre"].sum())
        statut = compter(nombre, "élément manque", "éléments manquent") if nombre else "complet"
        mentions = (*couverture.mentions[:2], ("Statut", statut))
        jour = convention.debut.isoformat()
        return replace(couverture, mentions=mentions, date=jour, breve=True)

    @cached_property
    def demandees(self) -> pd.DataFrame:
        """What is missing (see ``ce_qui_manque``), with its sheet and when it is awaited."""
        manques = ce_qui_manque(self.etude)
        # An initial value is corrected among the other values.
        indicateurs = self.etude.gabarit.par_feuille["indicateurs"].titre
        delais = []
        for element in manques["element"]:
            delai = self.etude.gabarit.lettre.delai
            if element:
                collecte = self.etude.catalogue.indicateurs_fiches[element].collecte
                delai = collecte.quand if collecte else delai
            delais.append(majuscule(delai))
        feuille = manques["feuille"].mask(manques["nature"].eq(DEPART), indicateurs)
        return manques.assign(feuille=feuille, delai=delais)

    @cached_property
    def manques(self) -> pd.DataFrame:
        """What is missing of each year (``ctglib.collecte.manques``); ``demandee``: somebody is
        still asked for it.
        """
        etude = self.etude
        manques = etude.demandes[etude.demandes["manque"]]
        demandee = encore_demandes(
            manques, etude.convention, etude.bilan.date_arretee, etude.suivi.closes
        )
        return manques.assign(demandee=demandee)

    def essentiel(self) -> Bloc:
        """Return what is missing in two sentences, then how much is asked of each service for each
        year.
        """
        demandees = self.demandees
        if demandees.empty:
            return paragraphe(self.etude.mot("rien_ne_manque"))
        effectifs = demandees.groupby("service", sort=False)["nombre"].sum()
        effectifs = effectifs.sort_values(ascending=False, kind="stable")
        a_qui = f"« {effectifs.index[0]} »"
        if len(effectifs) > 1:
            surtout = a_qui_demander_le_plus(effectifs, "surtout ", preposition="à ")
            a_qui = f"{nombrer(len(effectifs), 'service')}{surtout}"
        nombre = int(demandees["nombre"].sum())
        manquent = majuscule(nombrer(nombre, "élément manque", "éléments manquent"))
        des_services = self.etude.mot("dossier_des_services", manquent=manquent, services=a_qui)
        des_lettres = self.etude.mot("dossier_des_lettres")
        messages = (
            (des_services, Renvoi("tableau-services", entre_parentheses=True), "."),
            (des_lettres, Renvoi("tableau-demandes", entre_parentheses=True), "."),
        )
        return Liste(messages, classe="messages") + self._par_service_et_par_annee()

    def _par_service_et_par_annee(self) -> Tableau:
        """Return how many things each service owes of each year, then the initial values; the last
        row is that of all of them.
        """
        noms = services(self.etude)
        manques = self.manques
        arretes = self.etude.mot("dossier_des_arretes")
        qui = manques["responsable"].map(noms).where(manques["demandee"], arretes)
        departs = self.etude.a_demander
        departs = departs[departs["nature"].eq(DEPART) | departs["depart"].ne("")]
        comptes = pd.crosstab(qui, manques["annee"])
        comptes = comptes.reindex(columns=list(self.etude.annees), fill_value=0)
        de_depart = departs["responsable"].map(noms).value_counts()
        ordre = [*dict.fromkeys(self.demandees["service"]), arretes]
        comptes = comptes.reindex(ordre, fill_value=0)
        comptes["depart"] = de_depart.reindex(comptes.index, fill_value=0)
        comptes = comptes[comptes.sum(axis=1).gt(0)]
        comptes.loc[ENSEMBLE] = comptes.sum()
        comptes["total"] = comptes.sum(axis=1)
        comptes.columns = comptes.columns.map(str)
        table = comptes.rename_axis("service").reset_index()
        premiere = self.etude.annees[0]
        entetes = {str(annee): str(annee) for annee in self.etude.annees}
        entetes["depart"] = f"Départ ({premiere - 1})"
        entetes["total"] = "Total"
        colonnes = [
            Colonne(cle, entete, numerique=True, ecrire=lambda nombre: str(nombre or RIEN))
            for cle, entete in entetes.items()
            if table[cle].any()
        ]
        return self.etude.tableau("services", table, None, *colonnes)

    def demandes(self) -> Tableau | None:
        """Return what is missing, service by service: for which years, in which sheet, from which
        document, by when.
        """
        demandees = self.demandees
        if demandees.empty:
            return None
        ecrire = {"document": lambda document: majuscule(document) or RIEN}
        return self.etude.tableau("demandes", demandees, ecrire, groupes=demandees["service"])

    def lettres(self) -> Bloc | None:
        """Return, for each service, its letter as a Word file, and its part of the workbook of each
        year.
        """
        etude = self.etude
        modele = etude.gabarit.lettre
        coordination = etude.catalogue.responsables[etude.gabarit.parts.principal].libelle
        blocs: list[Bloc] = []
        for identifiant, du_service in self.demandees.groupby("responsable", sort=False):
            responsable = str(identifiant)
            annees = self._annees(du_service)
            service = du_service["service"].iloc[0]
            manques = self.manques[self.manques["responsable"].eq(responsable)]
            manques = manques[manques["demandee"]]
            demandes = [
                modele.demande.format(
                    quoi=demande.quoi,
                    annees=_annees_demandees(demande, modele),
                    feuille=demande.feuille,
                    delai=demande.delai,
                )
                for demande in lignes(du_service, _Demande)
            ]
            mots = {
                "titre": etude.convention.titre,
                "parties": enumerer([partie.nom for partie in etude.convention.parties]),
                "coordination": coordination,
                "service": service,
                "lieu": etude.contexte.territoire.nom,
                "annees": (modele.des_annees if len(annees) > 1 else modele.une_annee).format(
                    annees=periodes(annees)
                ),
                "elements": self._elements_par_annee(manques),
                "delai": modele.delai,
            }
            contenu = lettre(modele, mots, demandes, annee=etude.annee)
            blocs.append(Titre(service))
            blocs.append(Piece(f"{DOSSIER}/lettre-{responsable}.docx", contenu, "Lettre"))
            for annee in annees:
                cadre = cadre_vierge(etude.suivi, etude.gabarit, annee, responsable)
                fichier = nom_du_classeur(etude.convention.id, annee, responsable)
                de_l_annee = manques[manques["annee"].eq(annee)]
                departs = du_service["nature"].eq(DEPART) | du_service["depart"].ne("")
                departs &= annee == etude.annees[0]
                plan = ce_qui_manque_seul(
                    feuilles(cadre), de_l_annee, set(du_service.loc[departs, "element"])
                )
                contenu = classeur(cadre, plan)
                blocs.append(Piece(f"{DOSSIER}/{fichier}", contenu, f"Classeur de {annee}"))
        return suite(blocs)

    def _elements_par_annee(self, manques: pd.DataFrame) -> str:
        """Return how much a service owes of each year: « pour 2024, 3 valeurs ; pour 2025, … »."""
        return " ; ".join(
            f"pour {annee}, {compter_les_elements(de_l_annee, self.etude.gabarit)}"
            for annee, de_l_annee in manques.groupby("annee")
        )

    def _annees(self, demandees: pd.DataFrame) -> list[int]:
        """Return the years whose workbook some rows need; a value of before the convention is
        corrected in that of its first year.
        """
        annees = SEPARATEUR.join([*demandees["annees"], *demandees["depart"]]).split(SEPARATEUR)
        premiere = self.etude.annees[0]
        return sorted({max(int(annee), premiere) for annee in annees if annee})


def _annees_demandees(demande: _Demande, modele: Lettre) -> str:
    """Return the years that a row of a letter asks for, in words: « 2023, 2025 et 2026, plus 2022
    (la valeur de départ) ».
    """
    if demande.nature == DEPART:
        return modele.depart.format(annee=demande.annees)
    annees = periodes([int(annee) for annee in demande.annees.split(SEPARATEUR)])
    if not demande.depart:
        return annees
    depart = modele.depart.format(annee=demande.depart)
    return modele.plus_le_depart.format(annees=annees, depart=depart)
