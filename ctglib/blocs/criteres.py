"""« Six critères »: evidence gathered by the workbook, with its tables, appreciation entered by people."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import rapport_de, sur
from ctglib.blocs.trajectoires import derniere
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.enjeux import FICHE, INDICATEUR, SERVICE
from ctglib.document.blocs import Bloc, Groupe, Renvoi, citation, liste, sous_titre, suite
from ctglib.document.mesures import legende
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, enumerer, majuscule, nombre
from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from ctglib.blocs.fin import EtudeFinale
    from ctglib.blocs.trajectoires import Trajectoires
    from ctglib.document.blocs import Texte
    from ctglib.donnees.modeles.evaluation import Critere, PreuveDeCritere

DONNEES = ["critere", "preuve", "libelle", "valeur", "total", "connus", "attendus"]
MANQUES = "tableau-manques"  # where evidence that is not there is asked for
ORIGINES = {INDICATEUR: "Écarts défavorables", SERVICE: "Services absents", FICHE: "Constats des fiches"}
OUI, AUCUN, AUCUNE, LONG = "oui", "aucun", "aucune", "texte-long"


@dataclass(frozen=True)
class Criteres(Montrable):
    """The six criteria and the tables that their evidence needs."""

    etude: EtudeFinale
    trajectoires: Trajectoires

    def tableau(self) -> Tableau:
        """Return one row a criterion: its question, how many pieces of evidence are complete, the answer entered.

        The data have one row a piece of evidence: its count, out of how many, how many of what it needs are known.
        """
        cadre, proofs = self.etude.cadre, self.etude.preuves
        answers = {item.critere: item.reponse for item in self.etude.finale.saisie.criteres}
        rows, data = [], []
        for item in cadre.regles.criteres:
            data += [(item.titre, proof.id, proof.libelle, *astuple(proofs[proof.id])) for proof in item.preuves]
            complete = sum(proofs[proof.id].completude == "complete" for proof in item.preuves)
            answer = answers.get(item.id)
            said = cadre.regles.reponses[answer].dit if answer else cadre.mot("a_completer")
            rows.append((item.titre, item.question, sur(complete, len(item.preuves)), majuscule(said)))
        return Tableau.de(
            pd.DataFrame(rows, columns=["critere", "question", "preuves", "reponse"]),
            [
                Colonne("critere", "Critère"),
                Colonne("question", "Question"),
                Colonne("preuves", "Preuves complètes", numerique=True),
                Colonne("reponse", "Réponse"),
            ],
            nom="criteres",
            titre=f"Les six critères, leurs preuves et la réponse des évaluateurs, {cadre.lieu_et_dates}",
            donnees=pd.DataFrame(data, columns=DONNEES),
            source=f"{cadre.contexte.source} ; appréciation des évaluateurs",
            classe=LONG,
        )

    def detail(self) -> Groupe | None:
        """Return each criterion: its evidence, then what the evaluators say."""
        return suite(map(self._critere, self.etude.finale.regles.criteres))

    def besoins(self) -> Tableau | None:
        """Return one row a theme of the diagnostic: its needs by origin, those answered, the enjeu that takes it."""
        needs, cadre = self.etude.besoins, self.etude.cadre
        stakes = {theme: enjeu.titre for enjeu in cadre.convention.enjeux for theme in enjeu.themes}
        alone = enumerer([enjeu.titre for enjeu in cadre.convention.enjeux if not enjeu.themes])
        themes = [(item.theme, item.titre, stakes.get(item.theme, AUCUN)) for item in self.etude.themes]
        themes += [("", "Sans thème du diagnostic", alone or AUCUN)] * int(needs["theme"].eq("").any())
        rows = []
        for theme, titre, enjeu in themes:
            own = needs[needs["theme"] == theme]
            answered = own.loc[own["fiches"] != "", "fiches"]
            numbers = sorted(set(answered.str.split(SEPARATEUR).explode()))
            counts = {kind: nombre(int((own["origine"] == kind).sum())) for kind in ORIGINES}
            told = {"theme": titre, "indicateurs": counts[INDICATEUR], "services": counts[SERVICE]}
            told |= {"constats": counts[FICHE], "repondus": nombre(len(answered))}
            rows.append({**told, "fiches": enumerer(numbers) or AUCUNE, "enjeu": enjeu})
        if not rows:
            return None
        return Tableau.de(
            pd.DataFrame(rows),
            [
                Colonne("theme", "Thème du diagnostic"),
                Colonne("indicateurs", ORIGINES[INDICATEUR], numerique=True, groupe="Besoins"),
                Colonne("services", ORIGINES[SERVICE], numerique=True, groupe="Besoins"),
                Colonne("constats", ORIGINES[FICHE], numerique=True, groupe="Besoins"),
                Colonne("repondus", "Avec une fiche", numerique=True),
                Colonne("fiches", "Fiches"),
                Colonne("enjeu", "Enjeu"),
            ],
            nom="besoins",
            titre=f"Les besoins du diagnostic et les fiches qui leur répondent, {cadre.lieu_et_dates}",
            source=cadre.convention.source_diagnostic,
            notes=(cadre.mot("besoin"),),
        )

    def schemas(self) -> Tableau | None:
        """Return the axes and chapters of each schéma against the fiches; None when the text names none."""
        cadre, fiches = self.etude.cadre, [fiche.numero for fiche in self.etude.convention.fiches]
        if not cadre.convention.schemas:
            return None
        answered = {(item.element, item.fiche) for item in self.etude.finale.lectures.schemas}
        rows = [
            {
                "groupe": f"{schema.nom}, {schema.debut}-{schema.fin} : {part}",
                "element": element,
                **{f"f{numero}": "oui" if (element, numero) in answered else "non" for numero in fiches},
            }
            for schema in cadre.convention.schemas
            for part, elements in (("axes", schema.axes), ("chapitres", schema.chapitres))
            for element in elements
        ]
        table = pd.DataFrame(rows)
        states = [f"{cadre.etat_du_schema(schema)}." for schema in cadre.convention.schemas]
        marks = {"oui": OUI, "non": RIEN}
        return Tableau.de(
            table.drop(columns="groupe"),
            [
                Colonne("element", "Axe ou chapitre"),
                *(Colonne(f"f{numero}", f"Fiche{INSECABLE}{numero}", ecrire=marks.get) for numero in fiches),
            ],
            nom="schemas",
            titre=f"Les fiches action devant le schéma départemental, {cadre.lieu_et_dates}",
            source=f"{cadre.convention.source_texte} ; liens lus par le classeur d'évaluation",
            groupes=tuple(table["groupe"]),
            notes=(f"« {OUI} » : la fiche y répond, d'après une lecture du classeur.", *states),
        )

    def durabilite(self) -> Tableau | None:
        """Return the documents and meetings that exist, what the fiches write of what comes next; None when bare."""
        ways, cadre = self.etude.parcours, self.etude.cadre
        kept = ways[ways["indicateur"].isin(cadre.convention.livrables)]
        written = {
            item.fiche: f"{' ; '.join(item.perspectives)} ({annee})" if item.perspectives else RIEN
            for annee, suivi in sorted(self.etude.derniere.suivi.suivis.items())
            for item in suivi.appreciations  # a later one replaces an earlier one
        }
        known = kept["annees_connues"].gt(0)
        if not written and not known.any():
            return None
        rows = [("Documents et instances", row.libelle, derniere(row, cadre.contexte)) for row in kept.itertuples()]
        rows += [
            ("Perspectives écrites dans le dernier bilan", cadre.fiche(fiche.numero), written.get(fiche.numero, RIEN))
            for fiche in cadre.convention.fiches
        ]
        table = pd.DataFrame(rows, columns=["groupe", "element", "su"])
        return Tableau.de(
            table,
            [Colonne("element", "Élément"), Colonne("su", "Ce qui en est su")],
            nom="durabilite",
            titre=f"Ce qui reste après la convention, {cadre.lieu_et_dates}",
            source=cadre.contexte.source,
            groupes=tuple(table["groupe"]),
            notes=legende(kept.loc[known, "statut_derniere"], cadre.contexte),
            classe=LONG,
        )

    def _critere(self, item: Critere) -> Bloc:
        """Return a criterion as its section; the table of the criteria says when nothing was entered of it."""
        told = sous_titre(item.titre) + liste(map(self._preuve, item.preuves))
        entered = {found.critere: found for found in self.etude.finale.saisie.criteres}.get(item.id)
        if entered is None:
            return told
        answer = majuscule(self.etude.cadre.regles.reponses[entered.reponse].dit)
        return told + citation(f"{answer}. {entered.appreciation}", "Les évaluateurs")

    def _preuve(self, proof: PreuveDeCritere) -> Texte:
        """Return a piece of evidence: its count, how much of what it needs is known, where it is shown."""
        found = self.etude.preuves[proof.id]
        known = f" ({proof.attendus} : {sur(found.connus, found.attendus)})"
        known = known if found.attendus and found.completude != "complete" else ""
        count = f" : {rapport_de(found)}" if found.completude != "absente" or found.valeur else ""
        known = self.etude.cadre.mot(f"preuve_{found.completude}") + known
        return f"{proof.libelle}{count}. Données réunies : {known}", Renvoi(proof.renvoi, (MANQUES,), True), "."
