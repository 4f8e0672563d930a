"""« Six critères » and « de l'action au résultat »: evidence that the workbook gathers, what people say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass

import pandas as pd

from ctglib.blocs.fin import EtudeFinale, sur
from ctglib.blocs.recommandations import faits
from ctglib.blocs.territoire import en_moyennes, evolution
from ctglib.blocs.trajectoires import derniere
from ctglib.calculs.comparaison import FICHE, INDICATEUR, SERVICE
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.preuves import CONVENTION, PROPOSITIONS, Chaine, chaine
from ctglib.document.blocs import Bloc, Groupe, Renvoi, Texte, citation, liste, sous_titre, suite
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, abreger, compter, enumerer, majuscule, nombre, nombre_court
from ctglib.donnees.modeles.evaluation import Critere, PreuveDeCritere
from ctglib.donnees.montrable import Montrable

MANQUES = "tableau-manques"  # where evidence that is not there is asked for
ORIGINES = {
    "indicateurs": (INDICATEUR, "Écarts défavorables"),
    "services": (SERVICE, "Services absents"),
    "constats": (FICHE, "Constats des fiches"),
}
LONG = "texte-long"
LIMITE = 8  # beyond, the others are counted: the table of the trajectories has them all
PART_SANS_CIBLE = 2  # fewer than one indicator in so many has a target: the lesson is said
GROUPES = {CONVENTION: "Ce que la convention écrit", PROPOSITIONS: "Avec les indicateurs que le classeur propose"}
COMPTES = {"definis": "Définition", "departs": "Départ", "cibles": "Cible", "donnees": "Données"}


@dataclass(frozen=True)
class Criteres(Montrable):
    """The six criteria and their evidence; what the convention made it possible to evaluate, and to show."""

    etude: EtudeFinale

    def tableau(self) -> Tableau:
        """Return one row a criterion: its question, how many pieces of evidence are complete, the answer entered.

        The data have one row a piece of evidence: its count, out of how many, how many of what it needs are known.
        """
        etude, rules, proofs = self.etude, self.etude.finale.regles, self.etude.preuves
        answers = {item.critere: rules.reponses[item.reponse].dit for item in etude.finale.saisie.criteres}
        rows, data = [], []
        for item in rules.criteres:
            data += [(item.titre, proof.id, proof.libelle, *astuple(proofs[proof.id])) for proof in item.preuves]
            complete = sum(proofs[proof.id].completude == "complete" for proof in item.preuves)
            said = majuscule(answers.get(item.id) or etude.mot("a_completer"))
            rows.append((item.titre, item.question, sur(complete, len(item.preuves)), said))
        columns = [Colonne("critere", "Critère"), Colonne("question", "Question")]
        columns += [Colonne("preuves", "Preuves complètes", True), Colonne("reponse", "Réponse")]
        kept = ["critere", "preuve", "libelle", "valeur", "total", "connus", "attendus"]
        table, data = pd.DataFrame(rows, columns=[column.cle for column in columns]), pd.DataFrame(data, columns=kept)
        title = "Les six critères, leurs preuves et la réponse des évaluateurs"
        source = f"{etude.contexte.source} ; appréciation des évaluateurs"
        return etude.tableau(table, columns, "criteres", title, donnees=data, source=source, classe=LONG)

    def detail(self) -> Groupe | None:
        """Return each criterion: its evidence, then what the evaluators say."""
        rules, entered = self.etude.finale.regles, {item.critere: item for item in self.etude.finale.saisie.criteres}

        def section(item: Critere) -> Bloc:
            told, found = sous_titre(item.titre) + liste(map(self._preuve, item.preuves)), entered.get(item.id)
            if found is None:  # the table of the criteria says it
                return told
            answer = majuscule(rules.reponses[found.reponse].dit)
            return told + citation(f"{answer}. {found.appreciation}", "Les évaluateurs")

        return suite(map(section, rules.criteres))

    def besoins(self) -> Tableau | None:
        """Return one row a theme of the diagnostic: its needs by origin, those answered, the enjeu that takes it."""
        needs, convention = self.etude.besoins, self.etude.convention
        stakes = {theme: enjeu.titre for enjeu in convention.enjeux for theme in enjeu.themes}
        alone = enumerer([enjeu.titre for enjeu in convention.enjeux if not enjeu.themes])
        themes = [(item.theme, item.titre, stakes.get(item.theme)) for item in self.etude.themes]
        themes += [("", "Sans thème du diagnostic", alone)] * int(needs["theme"].eq("").any())
        rows = []
        for theme, titre, enjeu in themes:
            own = needs[needs["theme"] == theme]
            answered = own.loc[own["fiches"] != "", "fiches"]
            counts = {name: nombre(int((own["origine"] == kind).sum())) for name, (kind, _) in ORIGINES.items()}
            fiches = enumerer(sorted(set(answered.str.split(SEPARATEUR).explode())))
            told = {"theme": titre, **counts, "repondus": nombre(len(answered))}
            rows.append(told | {"fiches": fiches or "aucune", "enjeu": enjeu or "aucun"})
        if not rows:
            return None
        columns = [
            Colonne("theme", "Thème du diagnostic"),
            *(Colonne(name, label, True, "Besoins") for name, (_, label) in ORIGINES.items()),
            Colonne("repondus", "Avec une fiche", True),
            *(Colonne(name, label) for name, label in (("fiches", "Fiches"), ("enjeu", "Enjeu"))),
        ]
        title, notes = "Les besoins du diagnostic et les fiches qui leur répondent", (self.etude.mot("besoin"),)
        source = convention.source_diagnostic
        return self.etude.tableau(pd.DataFrame(rows), columns, "besoins", title, source=source, notes=notes)

    def schemas(self) -> Tableau | None:
        """Return the axes and chapters of each schéma against the fiches; None when the text names none."""
        etude, convention = self.etude, self.etude.convention
        if not convention.schemas:
            return None
        answered = {(item.element, item.fiche) for item in etude.finale.lectures.schemas}
        elements = [
            (f"{schema.nom}, {schema.debut}-{schema.fin} : {part}", element)
            for schema in convention.schemas
            for part in ("axes", "chapitres")
            for element in getattr(schema, part)
        ]
        table = pd.DataFrame({"element": [element for _, element in elements]})
        columns = [Colonne("element", "Axe ou chapitre")]
        for numero in (fiche.numero for fiche in convention.fiches):
            table[f"f{numero}"] = ["oui" if (item, numero) in answered else "non" for item in table["element"]]
            shown = {"oui": "oui", "non": RIEN}.get
            columns.append(Colonne(f"f{numero}", f"Fiche{INSECABLE}{numero}", ecrire=shown))
        notes = ["« oui » : la fiche y répond, d'après une lecture du classeur."]
        notes += [f"{etude.etat_du_schema(schema)}." for schema in convention.schemas]
        source = f"{convention.source_texte} ; liens lus par le classeur d'évaluation"
        title, groups = "Les fiches action devant le schéma départemental", [group for group, _ in elements]
        return etude.tableau(table, columns, "schemas", title, source=source, groupes=groups, notes=notes)

    def durabilite(self) -> Tableau | None:
        """Return the documents and meetings that exist, what the fiches write of what comes next; None when bare."""
        ways, etude = self.etude.parcours, self.etude
        kept = ways[ways["indicateur"].isin(etude.convention.livrables)]
        written = {
            item.fiche: f"{' ; '.join(item.perspectives)} ({annee})" if item.perspectives else RIEN
            for annee, suivi in sorted(etude.derniere.suivi.suivis.items())
            for item in suivi.appreciations  # a later one replaces an earlier one
        }
        known = kept["annees_connues"].gt(0)
        if not written and not known.any():
            return None
        group, rows = "Documents et instances", []
        rows += [(group, row.libelle, derniere(row, etude.contexte)) for row in kept.itertuples()]
        group, numbers = "Perspectives écrites dans le dernier bilan", [one.numero for one in etude.convention.fiches]
        rows += [(group, etude.titre_de_fiche(number), written.get(number, RIEN)) for number in numbers]
        table = pd.DataFrame(rows, columns=["groupe", "element", "su"])
        columns = [Colonne("element", "Élément"), Colonne("su", "Ce qui en est su")]
        title, marks = "Ce qui reste après la convention", kept.loc[known, "statut_derniere"]
        groups = table["groupe"]
        return etude.tableau(table, columns, "durabilite", title, groupes=groups, statuts=marks, classe=LONG)

    def contribution(self) -> Tableau:
        """Return each fiche from its actions to its results: five links, then the strength of the proof.

        Pre-filled, for the evaluators to complete.
        """
        etude = self.etude
        chains = [
            chaine(fiche, etude.etats_finaux, etude.parcours, etude.revisite) for fiche in etude.convention.fiches
        ]
        rows = [(chain.fiche.numero, *row) for chain in chains for row in _maillons(chain, etude)]
        table = pd.DataFrame(rows, columns=["fiche", "etape", "classeur", "evaluateurs"])
        shown = pd.concat([rows for chain in chains for rows in (chain.realisations, chain.resultats)])
        rules = " ; ".join(f"{item.dit}, {item.regle}" for item in etude.finale.regles.forces.values())
        columns = [
            Colonne("etape", "Maillon"),
            Colonne("classeur", "Ce que le classeur relève"),
            Colonne("evaluateurs", "Ce que disent les évaluateurs"),
        ]
        return etude.tableau(
            table,
            columns,
            "contribution",
            "De l'action au résultat, fiche par fiche",
            source=f"{etude.contexte.source} ; séries publiques ; règles du classeur d'évaluation",
            groupes=table["fiche"].map(etude.titre_de_fiche),
            notes=[f"Force de la preuve : {rules}."],
            statuts=shown.get("statut_derniere", ()),
            classe=LONG,
        )

    def evaluabilite(self) -> Tableau:
        """Return what could be evaluated, by fiche and in all, for the text alone, then with the proposals."""

        def part(nom: str, total: str) -> Callable[[pd.Series], str]:
            return lambda row: sur(row[nom], row[total])

        table, head = self.etude.evaluabilite, "Indicateurs"
        columns = [
            Colonne("fiche", "Fiche", ecrire=lambda x: "Ensemble" if pd.isna(x) else f"Fiche{INSECABLE}{x}"),
            Colonne("part_objectifs", "Objectifs couverts", True, "", part("objectifs_couverts", "objectifs")),
            Colonne("part_resultats", "Résultats couverts", True, "", part("resultats_couverts", "resultats")),
            Colonne("indicateurs", "Nombre", True, head, nombre),
            *(Colonne(f"part_{name}", COMPTES[name], True, head, part(name, "indicateurs")) for name in COMPTES),
        ]
        title = "Objectifs, résultats et indicateurs qui pouvaient être évalués"
        source = f"{self.etude.contexte.source} ; catalogue du classeur d'évaluation"
        notes = map(self.etude.mot, ("objectif_mesurable", "definition", "cible", "donnees"))
        groups = table["groupe"].map(GROUPES)
        return self.etude.tableau(table, columns, "evaluabilite", title, source=source, groupes=groups, notes=notes)

    def lecon(self) -> Bloc:
        """Return the first lesson in sentences: what the text alone allowed, then what the proposals add."""
        table = self.etude.evaluabilite
        whole = table[table["fiche"].isna()].set_index("groupe")
        text, more = whole.loc[CONVENTION], whole.loc[PROPOSITIONS]
        number = int(text["indicateurs"])
        bare = table["groupe"].eq(CONVENTION) & table["fiche"].notna() & table["indicateurs"].eq(0)
        told = {
            f"La convention écrit {compter(number, 'indicateur')}. Objectifs couverts : "
            f"{sur(text['objectifs_couverts'], text['objectifs'])} ; résultats attendus couverts : "
            f"{sur(text['resultats_couverts'], text['resultats'])}.": True,
            f"De ces indicateurs, avec une définition : {sur(text['definis'], number)} ; une valeur de départ : "
            f"{sur(text['departs'], number)} ; une cible : {sur(text['cibles'], number)} ; une donnée pendant la "
            f"convention : {sur(text['donnees'], number)}.": number,
            "La première leçon est là : sans cible, rien ne se juge atteint ou non ; sans valeur de départ, aucune "
            "évolution ne se lit.": number > PART_SANS_CIBLE * text["cibles"],
            f"Sans aucun indicateur écrit : fiche {', '.join(table.loc[bare, 'fiche'].astype(str))}.": bare.any(),
            f"Avec ceux que le classeur propose, {compter(int(more['indicateurs']), 'indicateur')} ; avec un départ : "
            f"{int(more['departs'])} ; une cible : {int(more['cibles'])} ; une donnée : {int(more['donnees'])}.": True,
        }
        return liste(sentence for sentence, said in told.items() if said)

    def _preuve(self, proof: PreuveDeCritere) -> Texte:
        """Return a piece of evidence: its count, how much of what it needs is known, where it is shown."""
        found, told = self.etude.preuves[proof.id], proof.libelle
        if found.completude != "absente" or found.valeur:
            whole = "" if found.total is None else f" sur {nombre_court(found.total)}"
            told += f" : {nombre_court(found.valeur)}{whole}"
        if found.completude != "complete":
            told += f". Données réunies : {self.etude.mot(f'preuve_{found.completude}')}"
            if found.attendus:
                told += f" ({proof.attendus} : {sur(found.connus, found.attendus)})"
        return told, Renvoi(proof.renvoi, (MANQUES,), True), "."


def _maillons(chaine: Chaine, etude: EtudeFinale) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a fiche: the link, what the workbook finds, what the evaluators say."""
    entered = {item.fiche: item for item in etude.finale.saisie.contribution}.get(chaine.fiche.numero)
    told, strength, others = etude.mot("a_completer"), etude.finale.regles.forces, chaine.fiche.autres_explications
    said = " ; ".join(entered.autres_explications) if entered else ""
    comment = entered.commentaire if entered and entered.commentaire else RIEN
    answer = strength[entered.force].dit if entered and entered.force else told
    yield "Actions", majuscule(" ; ".join(faits(chaine.actions))), RIEN
    yield "Réalisations", _mesures(chaine.realisations, chaine.manquants["realisation"], etude), RIEN
    yield "Résultats", _mesures(chaine.resultats, chaine.manquants["resultat"], etude), majuscule(comment)
    yield "Contexte", _contexte(chaine.contexte, etude), RIEN
    yield "Autres explications", f"À examiner : {', '.join(others)}" if others else RIEN, majuscule(said or told)
    yield "Force de la preuve", strength[chaine.force].dit, majuscule(answer)


def _mesures(rows: pd.DataFrame, manquants: int, etude: EtudeFinale) -> str:
    """Return « Ateliers : 12 (2023), puis 30 (2026), ▲ favorable », and how many have no value."""
    said, contexte, rules = [], etude.contexte, etude.finale.regles
    for row in rows.head(LIMITE).itertuples():
        start = ""
        if pd.notna(row.valeur_initiale) and row.annee_initiale != row.annee_derniere:
            start = f"{contexte.valeur(row.indicateur, row.valeur_initiale)} ({row.annee_initiale}), puis "
        word = f", {etude.catalogue.evaluation.evolutions[row.evolution].dit}" if row.evolution else ""
        said.append(f"{abreger(row.libelle, rules.signes)} : {start}{derniere(row, contexte)}{word}")
    if len(rows) > LIMITE:
        said.append(compter(len(rows) - LIMITE, "autre mesuré", "autres mesurés"))
    if manquants:
        said.append(f"{compter(manquants, 'indicateur')} sans valeur")
    return " ; ".join(said) or RIEN


def _contexte(rows: pd.DataFrame, etude: EtudeFinale) -> str:
    said, contexte = [], etude.contexte
    for row in rows.itertuples():
        label = contexte.indicateurs[row.indicateur].libelle
        if pd.notna(row.moyenne):
            said.append(f"{label} : {en_moyennes(row)}")
            continue
        there = evolution(row.variation_reference, row)
        other = "" if there == RIEN else f", contre {there} {contexte.reference.a}"
        said.append(f"{label} : {evolution(row.variation, row)} de {row.annee_avant} à {row.annee}{other}")
    return " ; ".join([*said, etude.mot("contexte_jamais_effet")]) if said else RIEN
