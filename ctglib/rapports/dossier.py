"""What is still to be handed in, all years of a convention: a request a service, its letter, its
workbooks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ctglib.blocs.collecte import ce_qui_manque, periodes
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.messages_suivi import a_qui_demander_le_plus
from ctglib.calculs.collecte import APPRECIATION, ETAT, MOYEN
from ctglib.calculs.ecriture import SEPARATEUR, majuscule
from ctglib.collecte.classeur import classeur, lettre, nom_du_classeur
from ctglib.collecte.feuilles import cadre_vierge, feuilles
from ctglib.document.blocs import Bloc, Couverture, Liste, Piece, Renvoi, Titre, paragraphe, suite
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import compter, nombrer
from ctglib.donnees.lignes import lignes
from ctglib.donnees.numeros import ranger
from ctglib.rapports.evaluation import ouvrir_evaluation

DOSSIER = "dossier"  # the folder of the files that go with the page
FEUILLES = {ETAT: "actions", MOYEN: "moyens", APPRECIATION: "appreciations"}
TABLES = {"observations": "indicateurs"}  # the sheet of a table, where it has another name


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

    quoi: str
    quand_annees: str
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
        nombre = len(self.demandees)
        statut = compter(nombre, "demande") if nombre else "complet"
        mentions = (*couverture.mentions[:2], ("Statut", statut))
        jour = convention.debut.isoformat()
        return replace(couverture, mentions=mentions, date=jour, breve=True)

    @cached_property
    def demandees(self) -> pd.DataFrame:
        """What is missing (see ``ce_qui_manque``), with its sheet and when it is awaited."""
        manques = ce_qui_manque(self.etude)
        titres_des_feuilles = {
            nom: feuille.titre for nom, feuille in self.etude.gabarit.par_feuille.items()
        }
        feuilles_demandees = []
        delais = []
        for nature, element in zip(manques["nature"], manques["element"], strict=True):
            delai = self.etude.gabarit.lettre.delai
            feuille = FEUILLES.get(nature, "")
            if element:
                indicateur = self.etude.catalogue.indicateurs_fiches[element]
                table = indicateur.table or ""
                feuille = feuille or TABLES.get(table, table)
                if indicateur.collecte:
                    delai = indicateur.collecte.quand
            feuilles_demandees.append(titres_des_feuilles[feuille])
            delais.append(majuscule(delai))
        return manques.assign(feuille=feuilles_demandees, delai=delais)

    def essentiel(self) -> Bloc:
        """Return what is missing in two sentences, then how much is asked of each service, for
        which years.
        """
        demandees = self.demandees
        if demandees.empty:
            return paragraphe(self.etude.mot("rien_ne_manque"))
        effectifs = demandees["service"].value_counts()
        services = f"« {effectifs.index[0]} »"
        if len(effectifs) > 1:
            surtout = a_qui_demander_le_plus(effectifs, "surtout ", preposition="à ")
            services = f"{nombrer(len(effectifs), 'service')}{surtout}"
        manquent = majuscule(nombrer(len(demandees), "élément manque", "éléments manquent"))
        des_services = self.etude.mot("dossier_des_services", manquent=manquent, services=services)
        des_lettres = self.etude.mot("dossier_des_lettres")
        messages = (
            (des_services, Renvoi("tableau-services", entre_parentheses=True), "."),
            (des_lettres, Renvoi("tableau-demandes", entre_parentheses=True), "."),
        )
        par_service = demandees.groupby("service", sort=False)
        tableau = par_service.agg(
            demandes=("quoi", "size"),
            fiches=("fiche", lambda fiches: ", ".join(ranger(fiches))),
        )
        tableau["annees"] = [
            periodes(self._annees(du_service)) or RIEN for _, du_service in par_service
        ]
        return Liste(messages, classe="messages") + self.etude.tableau(
            "services", tableau.reset_index()
        )

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
        blocs: list[Bloc] = []
        for identifiant, du_service in self.demandees.groupby("responsable", sort=False):
            responsable = str(identifiant)
            annees = self._annees(du_service)
            service = du_service["service"].iloc[0]
            mots = {"titre": etude.convention.titre, "annees": periodes(annees)}
            demandes = [
                f"{demande.quoi} : {demande.quand_annees}, feuille « {demande.feuille} ». "
                f"{demande.delai}."
                for demande in lignes(du_service, _Demande)
            ]
            contenu = lettre(
                modele.objet.format(**mots),
                service,
                [texte.format(**mots) for texte in modele.paragraphes],
                demandes,
                modele.fin,
                annee=etude.annee,
            )
            blocs.append(Titre(service))
            blocs.append(Piece(f"{DOSSIER}/lettre-{responsable}.docx", contenu, "Lettre"))
            for annee in annees:
                cadre = cadre_vierge(etude.suivi, etude.gabarit, annee, responsable)
                fichier = nom_du_classeur(etude.convention.id, annee, responsable)
                contenu = classeur(cadre, feuilles(cadre))
                blocs.append(Piece(f"{DOSSIER}/{fichier}", contenu, f"Classeur de {annee}"))
        return suite(blocs)

    def _annees(self, demandees: pd.DataFrame) -> list[int]:
        """Return the years whose workbook some rows need; a value of before the convention is
        corrected in that of its first year.
        """
        annees = SEPARATEUR.join([*demandees["annees"], *demandees["depart"]]).split(SEPARATEUR)
        premiere = self.etude.annees[0]
        return sorted({max(int(annee), premiere) for annee in annees if annee})
