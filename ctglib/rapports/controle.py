"""What audits the text of a convention, its figures and its sentences: its sections in order."""

from dataclasses import replace

import pandas as pd

from ctglib.blocs.diagnostic import OUVERT, EtudeDiagnostic, MessagesDuControle
from ctglib.blocs.mots import dire, presenter
from ctglib.blocs.offre import tableau_manques
from ctglib.blocs.theme import lacunes, vulnerabilite
from ctglib.calculs.coherence import STATUTS_MONTRES
from ctglib.calculs.ecriture import enumerer, majuscule, nombre
from ctglib.calculs.offre import manques
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import accorder, compter, nombre_court

JUSTIFIE = "justifie"
VERIFIEE = "verifiee"


class Controle(EtudeDiagnostic):
    """The audit of a convention; each method returns one section, None when it has nothing to show."""

    def __repr__(self) -> str:
        return f"Contrôle de la convention « {self.convention.id} ».\nEnsuite : .coherence(), .affirmations()."

    _regles = property(lambda self: self.catalogue.regles)

    def en_bref(self) -> Bloc:
        """Return the first page: what is to be corrected, what is not sure, what to ask."""
        return self.page_une("controle", MessagesDuControle)

    def comptes(self) -> Bloc:
        """Return what the rules found, the gravest first, what was justified, and the verdicts on
        the sentences.
        """
        rules = self._regles
        controle = self.controle
        ran = len(self._regles.regles)
        silent = ran - controle["regle"].nunique()
        justified = int(controle["statut"].eq(JUSTIFIE).sum())
        found = controle.loc[controle["statut"].eq(OUVERT), "gravite"].value_counts()
        verdicts = self.jugements["verdict"].value_counts()
        open_ = [
            f"{nombre(found[key])} {title.lower()}"
            for key, title in rules.gravites.items()
            if key in found
        ]
        judged = [
            f"{nombre(verdicts[key])} {accorder(word, verdicts[key])}"
            for key, word in rules.verdicts.items()
            if key in verdicts
        ]
        silence = dire("regles_sans_constat", nombre=silent) if silent else ""
        some = "constats_ouverts" if open_ else "aucun_constat"
        told = [
            dire("regles_appliquees", regles=ran, silence=silence),
            dire(some, nombre=int(found.sum()), gravites=enumerer(open_)),
            justified and dire("constats_justifies", nombre=justified),
            judged
            and dire("phrases_refaites", phrases=len(self.jugements), verdicts=enumerer(judged)),
        ]
        return liste(told) + paragraphe(dire("rien_de_corrige"))

    def coherence(self) -> Tableau | None:
        """Return the findings in groups, the gravest first; a justified one gives its reason in
        place of its question.

        A rule whose findings have a table of their own takes one line. Findings that others tell,
        and declared corrections, are in the CSV only, and a note counts them.
        """
        controle = self.controle
        rules = self._regles.regles
        regles = self._regles
        shown = controle[controle["statut"].isin(STATUTS_MONTRES)]
        together = shown["regle"].map(lambda name: rules[name].detail is not None) & shown[
            "statut"
        ].ne(JUSTIFIE)
        ranks = shown.groupby(["regle", "statut"])["numero"]
        lines = shown.assign(
            ensemble=together, dernier=ranks.transform("max"), combien=ranks.transform("size")
        )
        lines = lines[~(together & shown.duplicated(["regle", "statut"]))]
        justified = shown["statut"].eq(JUSTIFIE).groupby(shown["gravite"]).agg(["size", "sum"])
        titles = {
            name: f"{regles.gravites[name]} ({compter(all_ - known, 'constat')}"
            + (f", et {compter(known, 'justifié')})" if known else ")")
            for name, all_, known in justified.itertuples()
        }

        def place(row: pd.Series) -> str:
            if not row.ensemble:
                return f"{row.numero}. {row.libelle} : {row.objet}. {majuscule(row.lieu)}"
            return (
                f"{' à '.join(dict.fromkeys(map(str, (row.numero, row.dernier))))}. {row.libelle}"
            )

        def calcule(row: pd.Series) -> str:
            told = f"{row.calcule}. {majuscule(row.pourquoi)}" if row.pourquoi else row.calcule
            return rules[row.regle].explication if row.ensemble else majuscule(told)

        def question(row: pd.Series) -> str:
            if row.statut == JUSTIFIE:
                return f"{regles.statuts[row.statut]} : {row.motif}"
            if row.ensemble:
                return f"Voir le tableau « {rules[row.regle].detail} » ({rules[row.regle].a_qui})"
            return f"{row.question} ({row.a_qui})"

        def lu(row: pd.Series) -> str:
            return compter(row.combien, "constat") if row.ensemble else majuscule(row.ecrit)

        writers = {"place": place, "lu": lu, "attendu": calcule, "a_demander": question}
        hidden = controle.loc[~controle["statut"].isin(STATUTS_MONTRES), "statut"].value_counts()
        notes = [
            f"{word} : {compter(int(hidden[statut]), 'constat')}, dans le fichier CSV de ce tableau."
            for statut, word in regles.statuts.items()
            if statut in hidden
        ]
        told = {"donnees": controle, "groupes": lines["gravite"].map(titles), "notes": notes}
        return self._tableau("coherence", lines, writers, **told)

    def affirmations(self) -> Tableau | None:
        """Return the sentences of the text in groups, one a verdict, the faults first; the CSV
        keeps their order.
        """
        words = self._regles.verdicts
        order = sorted(words, key=VERIFIEE.__eq__)
        shown = self.jugements.sort_values(
            "verdict", key=lambda column: column.map(order.index), kind="stable"
        )
        counts = shown["verdict"].value_counts()

        def recalcule(row: pd.Series) -> str:
            return majuscule(f"{row.calcul}. {majuscule(row.note)}" if row.note else row.calcul)

        groups = shown["verdict"].map(
            lambda key: majuscule(compter(counts[key], f"phrase {words[key]}"))
        )
        return self._tableau(
            "affirmations", shown, {"recalcule": recalcule}, donnees=self.jugements, groupes=groups
        )

    def corrections(self) -> Tableau | None:
        """Return the places of the source read otherwise than written, and why."""
        names = [
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
        rows = pd.DataFrame(
            [item.model_dump(mode="json") for item in self.dossier.corrections], columns=names
        )
        place = {"place": lambda row: f"{majuscule(row.objet)}. {majuscule(row.reference)}"}
        return self._tableau("corrections", rows, place)

    def _tableau(self, cle: str, *lignes: object, **reste: object) -> Tableau | None:
        """Return a table whose source is the text of the convention; None when it has no row."""
        return (
            presenter(
                self.contexte, cle, *lignes, mots={"texte": self.convention.source_texte}, **reste
            )
            or None
        )

    def lacunes(self) -> Tableau | None:
        """Return what the convention leaves out or open, with the question to put."""
        return lacunes(self.convention, self.contexte) or None

    def non_dits(self) -> Tableau | None:
        """Return what the convention does not say of its structures."""
        words = self.catalogue
        source = self.convention.source_offre
        found = manques(self.dossier.offre, words.relations.attendus_offre, words.offre)
        return tableau_manques(found, replace(self.contexte, source=source)) or None

    def vulnerabilite(self) -> Bloc | None:
        """Return the indices of vulnerability, as long as they are a hypothesis: validated, the
        diagnostic has them.
        """
        return None if self.convention.radar else vulnerabilite(self)

    def regles(self) -> Tableau:
        """Return every rule that ran, what it verifies with its thresholds, and how many findings
        it gave.
        """
        found = self.controle["regle"].value_counts()
        numbers = self.catalogue.seuils.model_dump()
        rows = []
        for name, rule in self._regles.regles.items():
            thresholds = {
                name: nombre_court(value) for name, value in {**numbers, **rule.seuils}.items()
            }
            told = rule.explication.format_map(thresholds)
            count = int(found.get(name, 0))
            rows.append((rule.libelle, told, count, self._regles.gravites[rule.gravite], name))
        table = pd.DataFrame(rows, columns=["regle", "explication", "constats", "gravite", "id"])
        return presenter(self.contexte, "coherence_regles", table)


ouvrir_controle = Controle.ouvrir
