"""What is still to be handed in, all years of a convention: a request a service, its letter, its
workbooks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ctglib.blocs.collecte import ENSEMBLE, ce_qui_manque, periodes, services
from ctglib.blocs.conformite import Conformite
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.messages_suivi import a_qui_demander_le_plus
from ctglib.blocs.mots import repondre
from ctglib.calculs.collecte import APPRECIATION, DEPART, MOYEN, encore_demandes
from ctglib.calculs.ecriture import SEPARATEUR, enumerer, majuscule
from ctglib.collecte.classeur import classeur, nom_du_classeur
from ctglib.collecte.feuilles import CORRECTION, cadre_vierge, feuilles
from ctglib.collecte.lettre import lettre
from ctglib.collecte.manques import ce_qui_manque_seul, compter_les_departs, compter_les_elements
from ctglib.document.blocs import Bloc, Couverture, Liste, Piece, Renvoi, Titre, paragraphe, suite
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, nombrer
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import COMMUNE
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
    fiche: str
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
        return repondre("dossier", **self.etude.contexte.lieux)

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, how many things are asked for."""
        convention = self.etude.convention
        couverture = self.etude.couverture(convention.titre, "")
        nombre = int(self.demandees["nombre"].sum())
        a_demander = compter(nombre, "élément à demander", "éléments à demander")
        statut = a_demander if nombre else "complet"
        mentions = (*couverture.mentions[:2], ("Statut", statut))
        jour = convention.debut.isoformat()
        return replace(couverture, mentions=mentions, date=jour, breve=True)

    @cached_property
    def demandees(self) -> pd.DataFrame:
        """What is missing (see ``ce_qui_manque``), with its sheet and when it is awaited."""
        manques = ce_qui_manque(self.etude)
        # An initial value is written among the other values.
        par_feuille = self.etude.gabarit.par_feuille
        par_commune = [
            bool(element) and self.etude.catalogue.indicateurs_fiches[element].dimension == COMMUNE
            for element in manques["element"]
        ]
        de_depart = pd.Series(par_commune, manques.index, dtype=bool).map(
            {True: par_feuille["communes"].titre, False: par_feuille["indicateurs"].titre}
        )
        delais = []
        for element in manques["element"]:
            delai = self.etude.gabarit.lettre.delai
            if element:
                collecte = self.etude.catalogue.indicateurs_fiches[element].collecte
                delai = collecte.quand if collecte else delai
            delais.append(majuscule(delai))
        feuille = manques["feuille"].mask(manques["nature"].eq(DEPART), de_depart)
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
            return paragraphe(self.etude.texte("dossier.rien_ne_manque"))
        effectifs = demandees.groupby("service", sort=False)["nombre"].sum()
        effectifs = effectifs.sort_values(ascending=False, kind="stable")
        a_qui = f"« {effectifs.index[0]} »"
        if len(effectifs) > 1:
            surtout = a_qui_demander_le_plus(effectifs, "surtout ", preposition="à ")
            a_qui = f"{nombrer(len(effectifs), 'service')}{surtout}"
        nombre = int(demandees["nombre"].sum())
        elements = majuscule(nombrer(nombre, "élément est", "éléments sont"))
        des_services = self.etude.texte(
            "dossier.dossier_des_services", elements=elements, services=a_qui
        )
        des_lettres = self.etude.texte("dossier.dossier_des_lettres")
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
        arretes = self.etude.texte("dossier.dossier_des_arretes")
        qui = manques["responsable"].map(noms).where(manques["demandee"], arretes)
        departs = _departs(self.etude.a_demander)
        comptes = pd.crosstab(qui, manques["annee"])
        comptes = comptes.reindex(columns=list(self.etude.annees), fill_value=0)
        de_depart = departs["responsable"].map(noms).value_counts()
        ordre = [*dict.fromkeys(self.demandees["service"]), arretes]
        comptes = comptes.reindex(ordre, fill_value=0)
        comptes["depart"] = de_depart.reindex(comptes.index, fill_value=0)
        comptes = comptes[comptes.sum(axis=1).gt(0)]
        if arretes in comptes.index:
            # The rows are put in order: those that are asked for, their sum, then the others.
            demandes = comptes.drop(index=arretes)
            somme = demandes.sum().rename(self.etude.mot("dossier_des_demandes")).to_frame().T
            comptes = pd.concat([demandes, somme, comptes.loc[[arretes]]])
        comptes.loc[ENSEMBLE] = comptes[comptes.index.isin(ordre)].sum()
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
        notes = []
        derniere = self.etude.annees[-1]
        if table[str(derniere)].any():
            notes.append(
                self.etude.texte(
                    "dossier.dossier_en_janvier", annee=derniere, suivante=derniere + 1
                )
            )
        return self.etude.tableau("services", table, None, *colonnes, notes=notes)

    def demandes(self) -> Tableau | None:
        """Return what is missing, service by service: for which years, in which sheet, from which
        document, by when.
        """
        demandees = self.demandees
        if demandees.empty:
            return None
        ecrire = {"document": lambda document: majuscule(document) or RIEN}
        return self.etude.tableau("demandes", demandees, ecrire, groupes=demandees["service"])

    def loi(self) -> Bloc | None:
        """Return what the law has become, to be confirmed; None once it is, and published."""
        if self.etude.finale.conformite.confirme is not None:
            return None
        conformite = Conformite(self.etude)
        return conformite.regle() + conformite.tableau()

    def lettres(self) -> Bloc | None:
        """Return, for each service, its letter as a Word file, and its part of the workbook of each
        year.
        """
        etude = self.etude
        principal = etude.gabarit.parts.principal
        coordination = etude.catalogue.responsables[principal].libelle
        blocs: list[Bloc] = []
        for identifiant, du_service in self.demandees.groupby("responsable", sort=False):
            responsable = str(identifiant)
            modele = etude.gabarit.lettre
            if responsable == principal:
                modele = modele.a_elle_meme
            annees = self._annees(du_service)
            service = du_service["service"].iloc[0]
            manques = self.manques[self.manques["responsable"].eq(responsable)]
            manques = manques[manques["demandee"]]
            departs = _departs(du_service)
            demandes = [
                modele.demande.format(
                    quoi=_quoi_de_quelle_fiche(demande, modele),
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
                "elements": self._elements_par_annee(manques, len(departs)),
                "delai": modele.delai,
            }
            depart = self._ou_est_le_depart() if len(departs) else ""
            contenu = lettre(modele, mots, demandes, depart, annee=etude.annee)
            blocs.append(Titre(service))
            blocs.append(Piece(f"{DOSSIER}/lettre-{responsable}.docx", contenu, "Lettre"))
            for annee in annees:
                cadre = cadre_vierge(etude.suivi, etude.gabarit, annee, responsable)
                fichier = nom_du_classeur(etude.convention.id, annee, responsable)
                de_l_annee = manques[manques["annee"].eq(annee)]
                plan = ce_qui_manque_seul(feuilles(cadre), de_l_annee, set(departs["element"]))
                contenu = classeur(cadre, plan)
                blocs.append(Piece(f"{DOSSIER}/{fichier}", contenu, f"Classeur de {annee}"))
        return suite(blocs)

    def _elements_par_annee(self, manques: pd.DataFrame, departs: int) -> str:
        """Return how much a service owes of each year, and of before the convention: « pour 2022,
        2 valeurs de départ ; pour 2024, 3 valeurs ; pour 2025, … ».
        """
        gabarit = self.etude.gabarit
        dues = {}
        if departs:
            dues[self.etude.annees[0] - 1] = compter_les_departs(departs, gabarit)
        for annee, de_l_annee in manques.groupby("annee"):
            dues[annee] = compter_les_elements(de_l_annee, gabarit)
        return " ; ".join(f"pour {annee}, {elements}" for annee, elements in dues.items())

    def _ou_est_le_depart(self) -> str:
        """Return where the initial values are written: in which workbook, in which column."""
        gabarit = self.etude.gabarit
        premiere = self.etude.annees[0]
        for colonne in gabarit.par_feuille["indicateurs"].colonnes:
            if colonne.id == CORRECTION:
                titre = colonne.de_la_premiere_annee.titre.format(precedente=premiere - 1)
                return gabarit.lettre.ou_est_le_depart.format(premiere=premiere, colonne=titre)
        return ""

    def _annees(self, demandees: pd.DataFrame) -> list[int]:
        """Return the years whose workbook some rows need; a value of before the convention is
        corrected in that of its first year.
        """
        annees = SEPARATEUR.join([*demandees["annees"], *demandees["depart"]]).split(SEPARATEUR)
        premiere = self.etude.annees[0]
        return sorted({max(int(annee), premiere) for annee in annees if annee})


def _departs(demandees: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of what is asked for whose initial value is."""
    return demandees[demandees["nature"].eq(DEPART) | demandees["depart"].ne("")]


def _quoi_de_quelle_fiche(demande: _Demande, modele: Lettre) -> str:
    """Return what a row of a letter asks for, with its fiche when the words are those of any."""
    if demande.nature in (MOYEN, APPRECIATION) and demande.fiche:
        return modele.de_la_fiche.format(quoi=demande.quoi, fiche=demande.fiche)
    return demande.quoi


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
