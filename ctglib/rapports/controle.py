"""What audits the text of a convention, its figures and its sentences: its sections in order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from ctglib.blocs.diagnostic import OUVERT, EtudeDiagnostic
from ctglib.blocs.messages_diagnostic import MessagesDuControle
from ctglib.blocs.mots import presenter, repondre
from ctglib.blocs.offre import tableau_manques
from ctglib.blocs.theme import lacunes, vulnerabilite
from ctglib.calculs.coherence import STATUTS_MONTRES
from ctglib.calculs.ecriture import enumerer, majuscule, nombre
from ctglib.calculs.offre import comptes_nuls, manques
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import accorder, compter, nombre_court
from ctglib.donnees.modeles.coherence import Regles

JUSTIFIE = "justifie"
VERIFIEE = "verifiee"
COLONNES_DES_CORRECTIONS = [
    "id",
    "objet",
    "fichier",
    "mention",
    "ecrit",
    "lu",
    "raison",
    "reference",
    "par",
    "date",
]


class Controle(EtudeDiagnostic):
    """The audit of a convention; each method returns one section, None when nothing is to show."""

    def __repr__(self) -> str:
        return repondre("controle", convention=self.convention.id)

    @property
    def _regles(self) -> Regles:
        return self.catalogue.regles

    def en_bref(self) -> Bloc:
        """Return the first page: what is to be corrected, what is not sure, what to ask."""
        return self.page_une("controle", MessagesDuControle(self).page)

    def comptes(self) -> Bloc:
        """Return what the rules found, the gravest first, what was justified, and the verdicts on
        the sentences.
        """
        regles = self._regles
        controle = self.controle
        appliquees = len(regles.regles)
        sans_constat = appliquees - controle["regle"].nunique()
        dire = self.contexte.texte
        faits = {"regles": appliquees, "sans_constat": sans_constat}
        phrases = [dire("controle.regles_appliquees", **faits)]

        ouverts = controle.loc[controle["statut"].eq(OUVERT), "gravite"].value_counts()
        gravites = [
            f"{nombre(ouverts[gravite])} {titre.lower()}"
            for gravite, titre in regles.gravites.items()
            if gravite in ouverts
        ]
        phrase = "constats_ouverts" if gravites else "aucun_constat"
        phrases.append(
            dire(f"controle.{phrase}", nombre=int(ouverts.sum()), gravites=enumerer(gravites))
        )

        justifies = int(controle["statut"].eq(JUSTIFIE).sum())
        if justifies:
            phrases.append(dire("controle.constats_justifies", nombre=justifies))

        effectifs = self.jugements["verdict"].value_counts()
        verdicts = [
            f"{nombre(effectifs[verdict])} {accorder(mot, effectifs[verdict])}"
            for verdict, mot in regles.verdicts.items()
            if verdict in effectifs
        ]
        if verdicts:
            refaites = len(self.jugements)
            phrases.append(
                dire("controle.phrases_refaites", phrases=refaites, verdicts=enumerer(verdicts))
            )
        return liste(phrases) + paragraphe(dire("controle.rien_de_corrige"))

    def coherence(self) -> Tableau | None:
        """Return the findings in groups, the gravest first; a justified one gives its reason in
        place of its question.

        A rule whose findings have a table of their own takes one line. Findings that others tell,
        and declared corrections, are in the CSV only, and a note counts them.
        """
        controle = self.controle
        regles = self._regles
        constats = controle[controle["statut"].isin(STATUTS_MONTRES)]
        detaillees = [nom for nom, regle in regles.regles.items() if regle.detail is not None]
        ensemble = constats["regle"].isin(detaillees) & constats["statut"].ne(JUSTIFIE)
        numeros = constats.groupby(["regle", "statut"])["numero"]
        constats = constats.assign(
            ensemble=ensemble,
            dernier=numeros.transform("max"),
            combien=numeros.transform("size"),
        )
        lignes = constats[~(ensemble & constats.duplicated(["regle", "statut"]))]

        # « À corriger (3 constats, et 1 justifié) »: all those of the group, with a row or not.
        titres = {}
        for gravite, titre in regles.gravites.items():
            statuts = constats.loc[constats["gravite"].eq(gravite), "statut"]
            justifies = int(statuts.eq(JUSTIFIE).sum())
            combien = compter(len(statuts) - justifies, "constat")
            et_justifies = f", et {compter(justifies, 'justifié')}" if justifies else ""
            titres[gravite] = f"{titre} ({combien}{et_justifies})"

        caches = controle.loc[~controle["statut"].isin(STATUTS_MONTRES), "statut"].value_counts()
        notes = []
        for statut, mot in regles.statuts.items():
            if statut in caches:
                combien = compter(int(caches[statut]), "constat")
                notes.append(
                    self.contexte.texte("controle.sans_ligne", statut=mot, combien=combien)
                )
        ecrire = {
            "place": self._constat,
            "lu": self._lu,
            "attendu": self._calcule,
            "a_demander": self._a_demander,
        }
        return self._tableau(
            "coherence",
            lignes,
            ecrire,
            donnees=controle,
            groupes=lignes["gravite"].map(titres),
            notes=notes,
        )

    # What a cell of the findings says. ``ensemble``: the row stands for all those of a rule, from
    # ``numero`` to ``dernier``.

    def _constat(self, ligne: pd.Series) -> str:
        if not ligne.ensemble:
            return f"{ligne.numero}. {ligne.libelle} : {ligne.objet}. {majuscule(ligne.lieu)}"
        numeros = str(ligne.numero)
        if ligne.dernier != ligne.numero:
            numeros = f"{ligne.numero} à {ligne.dernier}"
        return f"{numeros}. {ligne.libelle}"

    def _lu(self, ligne: pd.Series) -> str:
        return compter(ligne.combien, "constat") if ligne.ensemble else majuscule(ligne.ecrit)

    def _calcule(self, ligne: pd.Series) -> str:
        if ligne.ensemble:
            return self._regles.regles[ligne.regle].explication
        if ligne.pourquoi:
            return majuscule(f"{ligne.calcule}. {majuscule(ligne.pourquoi)}")
        return majuscule(ligne.calcule)

    def _a_demander(self, ligne: pd.Series) -> str:
        if ligne.statut == JUSTIFIE:
            return f"{self._regles.statuts[ligne.statut]} : {ligne.motif}"
        if ligne.ensemble:
            regle = self._regles.regles[ligne.regle]
            return self.contexte.texte(
                "controle.voir_le_tableau", tableau=regle.detail, a_qui=regle.a_qui
            )
        return f"{ligne.question} ({ligne.a_qui})"

    def affirmations(self) -> Tableau | None:
        """Return the sentences of the text in groups, one a verdict, the faults first; the CSV
        keeps their order.
        """
        mots = self._regles.verdicts
        ordre = sorted(mots, key=lambda verdict: verdict == VERIFIEE)
        jugements = self.jugements.sort_values(
            "verdict", key=lambda verdicts: verdicts.map(ordre.index), kind="stable"
        )
        effectifs = jugements["verdict"].value_counts()
        titres = {
            verdict: majuscule(compter(effectifs[verdict], f"affirmation {mots[verdict]}"))
            for verdict in effectifs.index
        }

        def recalcule(jugement: pd.Series) -> str:
            if jugement.note:
                return majuscule(f"{jugement.calcul}. {majuscule(jugement.note)}")
            return majuscule(jugement.calcul)

        return self._tableau(
            "affirmations",
            jugements,
            {"recalcule": recalcule},
            donnees=self.jugements,
            groupes=jugements["verdict"].map(titres),
        )

    def corrections(self) -> Tableau | None:
        """Return the places of the source read otherwise than written, and why."""
        corrections = pd.DataFrame(
            [correction.model_dump(mode="json") for correction in self.dossier.corrections],
            columns=COLONNES_DES_CORRECTIONS,
        )
        ecrire = {
            "place": lambda correction: (
                f"{majuscule(correction.objet)}. {majuscule(correction.reference)}"
            )
        }
        return self._tableau("corrections", corrections, ecrire)

    def _tableau(
        self, cle: str, lignes: pd.DataFrame, ecrire: Mapping, **reste: Any
    ) -> Tableau | None:
        """Return a table whose source is the text of the convention; None when it has no row."""
        mots = {"texte": self.convention.source_texte}
        return presenter(self.contexte, cle, lignes, ecrire, mots=mots, **reste) or None

    def lacunes(self) -> Tableau | None:
        """Return what the convention leaves out or open, with the question to put."""
        return lacunes(self.convention, self.contexte) or None

    def non_dits(self) -> Tableau | None:
        """Return what the convention does not say of its structures."""
        catalogue = self.catalogue
        non_dits = manques(self.dossier.offre, catalogue.relations.attendus_offre, catalogue.offre)
        contexte = replace(self.contexte, source=self.convention.source_offre)
        nuls = comptes_nuls(self.dossier.annexe1, catalogue.offre, self.contexte.territoire.code)
        return tableau_manques(non_dits, contexte, nuls) or None

    def vulnerabilite(self) -> Bloc | None:
        """Return the indices of vulnerability, as long as they are a hypothesis: validated, the
        diagnostic has them.
        """
        return None if self.convention.radar else vulnerabilite(self)

    def regles(self) -> Tableau:
        """Return every rule that ran, what it verifies with its thresholds, and how many findings
        it gave.
        """
        regles = self._regles
        constats = self.controle["regle"].value_counts()
        seuils_communs = self.catalogue.seuils.model_dump()
        lignes = []
        for nom, regle in regles.regles.items():
            seuils = {
                seuil: nombre_court(valeur)
                for seuil, valeur in {**seuils_communs, **regle.seuils}.items()
            }
            explication = regle.explication.format_map(seuils)
            combien = int(constats.get(nom, 0))
            lignes.append(
                (regle.libelle, explication, combien, regles.gravites[regle.gravite], nom)
            )
        table = pd.DataFrame(lignes, columns=["regle", "explication", "constats", "gravite", "id"])
        return presenter(self.contexte, "coherence_regles", table)


ouvrir_controle = Controle.ouvrir
