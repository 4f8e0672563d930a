"""The six criteria, from the action to the result, and what comes next: evidence gathered, what
people say of it.

The workbook gathers and proposes; the evaluators appraise, and the parties decide.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs.fin import EtudeFinale, avec_marque, derniere, sur
from ctglib.blocs.propositions import premiers, service
from ctglib.blocs.territoire import en_moyennes, evolution
from ctglib.calculs.collecte import DEPART
from ctglib.calculs.comparaison import FICHE, INDICATEUR, SERVICE
from ctglib.calculs.ecriture import INSECABLE, SEPARATEUR, enumerer, majuscule, minuscule
from ctglib.calculs.parcours import CONVENTION, PROPOSITIONS, force, relever
from ctglib.document.blocs import (
    Bloc,
    Groupe,
    Renvoi,
    Texte,
    citation,
    liste,
    paragraphe,
    sous_titre,
    suite,
)
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import abreger, compter, nombre_court, nombrer
from ctglib.donnees.modeles.evaluation import PreuveDeCritere
from ctglib.donnees.montrable import Montrable

MANQUES = "tableau-manques"  # where evidence that is not there is asked for
PREUVES = ["critere", "preuve", "libelle", "valeur", "total", "connus", "attendus"]
ORIGINES = {
    "indicateurs": INDICATEUR,
    "services": SERVICE,
    "constats": FICHE,
}  # of needs, by their column
POSTES = "financement_pilotage"
NATURES = ("realisation", "resultat")
LIMITE = 8  # beyond, the others are counted: the table of the trajectories has them all
NOMMES = 4  # the same, for what a sentence names: the CSV has them all
PART_SANS_CIBLE = 2  # fewer than one indicator in so many has a target: the lesson is said
GROUPES = {
    CONVENTION: "Ce que la convention écrit",
    PROPOSITIONS: "Avec les indicateurs que le classeur propose",
}
COMPTES = ("definis", "departs", "cibles", "donnees")
INDICATEURS = [
    "fiche",
    "indicateur",
    "libelle",
    "definition",
    "unite",
    "sens",
    "derniere",
    "annee_derniere",
]


@dataclass(frozen=True)
class Criteres(Montrable):
    """The six criteria and their evidence; what the convention made it possible to evaluate, and to
    show.
    """

    etude: EtudeFinale

    def tableau(self) -> Tableau:
        """Return one row a criterion: its question, how many pieces of evidence are complete, the
        answer entered.

        The data have one row a piece of evidence: its count, out of how many, how many of what it
        needs are known.
        """
        proofs = self.etude.preuves
        rules = self.etude.finale.regles
        etude = self.etude
        answers = {
            item.critere: rules.reponses[item.reponse] for item in etude.finale.saisie.criteres
        }
        data = [
            (item.titre, proof.id, proof.libelle, *proofs[proof.id])
            for item in rules.criteres
            for proof in item.preuves
        ]
        rows = pd.DataFrame(
            {
                "critere": item.titre,
                "question": item.question,
                "preuves": sur(
                    sum(proofs[one.id].completude == "complete" for one in item.preuves),
                    len(item.preuves),
                ),
                "reponse": majuscule(answers.get(item.id) or etude.mot("a_completer")),
            }
            for item in rules.criteres
        )
        return etude.tableau("criteres", rows, donnees=pd.DataFrame(data, columns=PREUVES))

    def detail(self) -> Groupe | None:
        """Return each criterion: its evidence, then what the evaluators say."""
        rules = self.etude.finale.regles
        entered = {item.critere: item for item in self.etude.finale.saisie.criteres}
        told = []
        for item in rules.criteres:
            told.append(sous_titre(item.titre) + liste(map(self._preuve, item.preuves)))
            if found := entered.get(item.id):  # else the table of the criteria says it
                answer = majuscule(rules.reponses[found.reponse])
                told.append(citation(f"{answer}. {found.appreciation}", "Les évaluateurs"))
        return suite(told)

    def _preuve(self, proof: PreuveDeCritere) -> Texte:
        """Return a piece of evidence: its count, how much of what it needs is known, where it is
        shown.
        """
        found = self.etude.preuves[proof.id]
        told = proof.libelle
        if found.completude != "absente" or found.valeur:
            whole = "" if found.total is None else f" sur {nombre_court(found.total)}"
            told += f" : {nombre_court(found.valeur)}{whole}"
        if found.completude != "complete":
            told += f". Données réunies : {self.etude.mot(f'preuve_{found.completude}')}"
            if found.attendus:
                told += f" ({proof.attendus} : {sur(found.connus, found.attendus)})"
        return told, Renvoi(proof.renvoi, (MANQUES,), True), "."

    def besoins(self) -> Tableau | None:
        """Return one row a theme of the diagnostic: its needs by origin, those answered, the enjeu
        that takes it.
        """
        needs = self.etude.besoins
        convention = self.etude.convention
        stakes = {theme: enjeu.titre for enjeu in convention.enjeux for theme in enjeu.themes}
        alone = enumerer([enjeu.titre for enjeu in convention.enjeux if not enjeu.themes])
        themes = [(item.theme, item.titre, stakes.get(item.theme)) for item in self.etude.themes]
        themes += [("", "Sans thème du diagnostic", alone)] * int(needs["theme"].eq("").any())
        rows = []
        for theme, titre, enjeu in themes:
            own = needs[needs["theme"].eq(theme)]
            counts = {name: int(own["origine"].eq(kind).sum()) for name, kind in ORIGINES.items()}
            counts["repondus"] = int(own["fiches"].ne("").sum())
            fiches = (
                enumerer(sorted({*own["fiches"].str.split(SEPARATEUR).explode()} - {""}))
                or "aucune"
            )
            rows.append({"theme": titre, **counts, "fiches": fiches, "enjeu": enjeu or "aucun"})
        if not rows:
            return None
        return self.etude.tableau(
            "besoins", pd.DataFrame(rows), source=convention.source_diagnostic
        )

    def schemas(self) -> Tableau | None:
        """Return the axes and chapters of each schéma against the fiches; None when the text names
        none.
        """
        convention = self.etude.convention
        etude = self.etude
        if not convention.schemas:
            return None
        answered = {(item.element, item.fiche) for item in etude.finale.lectures.schemas}
        elements = [
            (f"{schema.nom}, {schema.debut}-{schema.fin} : {part}", element)
            for schema in convention.schemas
            for part in ("axes", "chapitres")
            for element in getattr(schema, part)
        ]
        groups, names = zip(*elements, strict=True)
        table = pd.DataFrame({"element": names})
        columns = []
        for numero in (fiche.numero for fiche in convention.fiches):
            table[f"f{numero}"] = ["oui" if (item, numero) in answered else "non" for item in names]
            shown = {"oui": "oui", "non": RIEN}.get
            columns.append(Colonne(f"f{numero}", f"Fiche{INSECABLE}{numero}", ecrire=shown))
        notes = map(etude.etat_du_schema, convention.schemas)
        return etude.tableau("schemas", table, None, *columns, groupes=groups, notes=notes)

    def durabilite(self) -> Tableau | None:
        """Return the documents and meetings that exist, what the fiches write of what comes next;
        None when bare.
        """
        ways = self.etude.parcours
        etude = self.etude
        kept = ways[ways["indicateur"].isin(etude.convention.livrables)]
        written = {
            item.fiche: f"{' ; '.join(item.perspectives)} ({annee})" if item.perspectives else RIEN
            for annee, suivi in sorted(etude.suivi.suivis.items())
            for item in suivi.appreciations  # a later one replaces an earlier one
        }
        known = kept["annees_connues"].gt(0)
        if not written and not known.any():
            return None
        rows = [
            ("Documents et instances", row.libelle, derniere(row, etude.contexte))
            for row in kept.itertuples()
        ]
        group = "Perspectives écrites dans le dernier bilan"
        numbers = [one.numero for one in etude.convention.fiches]
        rows += [
            (group, etude.titre_de_fiche(number), written.get(number, RIEN)) for number in numbers
        ]
        table = pd.DataFrame(rows, columns=["groupe", "element", "su"])
        return etude.tableau(
            "durabilite", table, groupes=table["groupe"], statuts=kept.loc[known, "statut_derniere"]
        )

    def contribution(self) -> Tableau:
        """Return each fiche from its actions to its results: five links, then the strength of the
        proof.

        Pre-filled, for the evaluators to complete.
        """
        todo = self.etude.mot("a_completer")
        strength = self.etude.finale.regles.forces
        etude = self.etude
        entered = {item.fiche: item for item in etude.finale.saisie.contribution}
        rows = []
        for fiche in etude.convention.fiches:
            own = etude.parcours[etude.parcours["fiche"].eq(fiche.numero)]
            said = entered.get(fiche.numero)
            actions = relever(etude.etats.loc[etude.etats["fiche"].eq(fiche.numero), "statut"], own)
            done, results = (own[own["nature"].eq(kind)] for kind in NATURES)
            others = fiche.autres_explications
            examined = " ; ".join(said.autres_explications if said else ())
            answer = strength[said.force].mot if said and said.force else todo
            found = force(
                actions["realisees"], int(done["derniere"].notna().sum()), results["evolution"]
            )
            rows += [
                (fiche.numero, "Actions", majuscule(" ; ".join(faits(actions))), RIEN),
                (fiche.numero, "Réalisations", self._mesures(done), RIEN),
                (
                    fiche.numero,
                    "Résultats",
                    self._mesures(results),
                    majuscule((said and said.commentaire) or RIEN),
                ),
                (fiche.numero, "Contexte", self._contexte(fiche.contexte), RIEN),
                (
                    fiche.numero,
                    "Autres explications",
                    f"À examiner : {', '.join(others)}" if others else RIEN,
                    majuscule(examined or todo),
                ),
                (fiche.numero, "Force de la preuve", strength[found].mot, majuscule(answer)),
            ]
        table = pd.DataFrame(rows, columns=["fiche", "etape", "classeur", "evaluateurs"])
        notes = [
            f"Force de la preuve : {' ; '.join(f'{item.mot}, {item.regle}' for item in strength.values())}."
        ]
        ways = etude.parcours
        marks = ways.loc[ways["nature"].isin(NATURES) & ways["derniere"].notna(), "statut_derniere"]
        groups = table["fiche"].map(etude.titre_de_fiche)
        return etude.tableau("contribution", table, groupes=groups, notes=notes, statuts=marks)

    def _mesures(self, rows: pd.DataFrame) -> str:
        """Return « Ateliers : 12 (2023), puis 30 (2026), ▲ favorable », and how many have no value."""
        said = []
        contexte = self.etude.contexte
        catalogue = self.etude.catalogue
        measured = rows[rows["derniere"].notna()]
        silent = int(rows["annees_connues"].eq(0).sum())
        for row in measured.head(LIMITE).itertuples():
            start = ""
            if pd.notna(row.valeur_initiale) and row.annee_initiale != row.annee_derniere:
                start = f"{contexte.valeur(row.indicateur, row.valeur_initiale)} ({row.annee_initiale}), puis "
            word = f", {catalogue.evaluation.evolutions[row.evolution]}" if row.evolution else ""
            label = abreger(row.libelle, self.etude.finale.regles.signes)
            said.append(f"{label} : {start}{derniere(row, contexte)}{word}")
        if len(measured) > LIMITE:
            said.append(compter(len(measured) - LIMITE, "autre mesuré", "autres mesurés"))
        if silent:
            said.append(f"{compter(silent, 'indicateur')} sans valeur")
        return " ; ".join(said) or RIEN

    def _contexte(self, series: Iterable[str]) -> str:
        """Return what some public series have become, those that had a value before."""
        said = []
        contexte = self.etude.contexte
        rows = self.etude.revisite
        rows = rows[rows["indicateur"].isin(list(series)) & rows["avant"].notna()]
        for row in rows.itertuples():
            told = f"{evolution(row.variation, row)} de {row.annee_avant} à {row.annee}"
            if (there := evolution(row.variation_reference, row)) != RIEN:
                told += f", contre {there} {contexte.reference.a}"
            told = en_moyennes(row) if pd.notna(row.moyenne) else told
            said.append(f"{contexte.indicateurs[row.indicateur].libelle} : {told}")
        return " ; ".join([*said, self.etude.mot("contexte_jamais_effet")]) if said else RIEN

    def evaluabilite(self) -> Tableau:
        """Return what could be evaluated, by fiche and in all, for the text alone, then with the
        proposals.
        """

        def part(nom: str, total: str) -> Callable[[pd.Series], str]:
            return lambda row: sur(row[nom], row[total])

        table = self.etude.evaluabilite
        writers = {
            "fiche": lambda number: "Ensemble" if pd.isna(number) else f"Fiche{INSECABLE}{number}",
            "part_objectifs": part("objectifs_couverts", "objectifs"),
            "part_resultats": part("resultats_couverts", "resultats"),
            **{f"part_{name}": part(name, "indicateurs") for name in COMPTES},
        }
        return self.etude.tableau(
            "evaluabilite", table, writers, groupes=table["groupe"].map(GROUPES)
        )

    def lecon(self) -> Bloc:
        """Return the first lesson in sentences: what the text alone allowed, then what the
        proposals add.
        """
        table = self.etude.evaluabilite
        mot = self.etude.mot
        whole = table[table["fiche"].isna()].set_index("groupe").drop(columns="fiche")
        text = whole.loc[CONVENTION]
        more = whole.loc[PROPOSITIONS]
        number = text["indicateurs"]
        bare = table["groupe"].eq(CONVENTION) & table["fiche"].notna() & table["indicateurs"].eq(0)
        covered = {
            name: sur(text[f"{name}_couverts"], text[name]) for name in ("objectifs", "resultats")
        }
        told = [mot("lecon_du_texte", nombre=number, **covered)]
        if number:
            told.append(
                mot("lecon_des_indicateurs", **{name: sur(text[name], number) for name in COMPTES})
            )
        if number > PART_SANS_CIBLE * text["cibles"]:
            told.append(mot("lecon_sans_cible"))
        if bare.any():
            told.append(
                mot("lecon_des_fiches", fiches=", ".join(table.loc[bare, "fiche"].astype(str)))
            )
        return liste([*told, mot("lecon_des_propositions", **more)])


@dataclass(frozen=True)
class Suites(Montrable):
    """What comes next: what the convention settles by itself, what the rules propose, draft
    indicators.
    """

    etude: EtudeFinale

    def articles(self) -> Tableau:
        """Return what the articles and the schémas that the convention names settle for what comes
        next.
        """
        rows = []
        convention = self.etude.convention
        etude = self.etude
        articles = {article.numero: article.objet for article in convention.articles}
        for role, decision in etude.finale.regles.articles.items():
            clause = convention.clauses.get(role)
            if clause and clause.article in articles:
                told = f"{decision}." + (f" {self._postes()}" if role == POSTES else "")
                rows.append((majuscule(clause.article), articles[clause.article], told))
        rows += [
            (
                "Préambule",
                f"{schema.nom}, {schema.debut}-{schema.fin}",
                etude.etat_du_schema(schema),
            )
            for schema in convention.schemas
        ]
        return etude.tableau(
            "articles", pd.DataFrame(rows, columns=["article", "objet", "decision"])
        )

    def _postes(self) -> str:
        if self.etude.preuves["postes_convertis"].completude == "absente":
            return self.etude.mot("postes_inconnus")
        rows = self.etude.parcours
        names = self.etude.catalogue.bilan.pilotage
        contexte = self.etude.contexte
        told = [
            f"{row.libelle} : {contexte.valeur(row.indicateur, row.derniere, row.statut_derniere)}"
            + (f" en {row.annee_derniere}." if pd.notna(row.derniere) else ".")
            for name in (names.postes, names.convertis)
            for row in rows[rows["indicateur"].eq(name)].itertuples()
        ]
        return " ".join(told)

    def propositions(self) -> Bloc:
        """Return what the rules propose, objectives of one rule in one sentence; then what was
        decided of them.
        """
        rows = self.etude.recommandations
        rules = self.etude.finale.regles
        by_id = {rule.id: rule for rule in rules.regles}
        told = []
        for code, own in rows.groupby("regle", sort=False):
            named = " ; ".join(
                f"« {text.rstrip('.')} » (fiche{INSECABLE}{number})"
                for text, number in own[["libelle", "fiche"]].itertuples(index=False)
            )
            if len(own) > NOMMES:
                counts = own["fiche"].value_counts(sort=False).items()
                named = ", ".join(
                    f"{compter(count, 'objectif')} de la fiche{INSECABLE}{n}" for n, count in counts
                )
            words = {
                "decision": majuscule(rules.decisions[by_id[code].decision]),
                "quand": by_id[code].quand,
            }
            told.append(self.etude.mot("proposition_faite", n=len(own), objectifs=named, **words))
        taken = len(self.etude.finale.saisie.decisions)
        note = self.etude.mot(
            "decisions_prises" if taken else "aucune_decision", nombre=taken, total=len(rows)
        )
        return liste(told) + paragraphe(note)

    def ouvertes(self) -> Bloc:
        """Return, a sentence each, which indicators lack a start, and what the convention leaves
        open.
        """
        missing = self.etude.manques
        convention = self.etude.convention
        told = []
        lacking = missing[missing["nature"].eq(DEPART) | missing["depart"].ne("")]
        if len(lacking):
            asked = " ; ".join(
                f"{service(self.etude, name)}, {', '.join(premiers([*own['libelle'].map(minuscule)], NOMMES))}"
                for name, own in lacking.groupby("responsable", sort=False)
            )
            could = nombrer(
                len(lacking), "indicateur demandé pourrait", "indicateurs demandés pourraient"
            )
            told.append(
                f"{majuscule(could)} encore recevoir une valeur de départ. À demander : {asked}."
            )
        if named := list(dict.fromkeys(item.objet for item in convention.lacunes_en_ordre)):
            open_ = compter(len(named), "point")
            which = " ; ".join(premiers([*map(minuscule, named)], NOMMES))
            told.append(
                f"La convention laisse ouverts {open_}, à trancher dans la suivante : {which}."
            )
        return liste(told)

    def decisions(self) -> Tableau | None:
        """Return the table of the objectives once the parties have decided; None before."""
        return self.recommandations() if self.etude.finale.saisie.decisions else None

    def recommandations(self) -> Tableau:
        """Return one row an objective: what is known, what the rules propose, what was decided."""
        rows, etude, words = (
            self.etude.recommandations,
            self.etude,
            self.etude.finale.regles.decisions,
        )
        taken = {(item.fiche, item.objectif): item for item in etude.finale.saisie.decisions}

        def decision(row: pd.Series) -> str:
            found = taken.get((row.fiche, row.objectif))
            if found is None:
                return etude.mot("a_decider")
            return words[found.decision] + (f". {found.commentaire}" if found.commentaire else "")

        writers = {
            "su": lambda row: majuscule(
                " ; ".join(faits(row)) if row.lu else etude.mot("sans_lecture")
            ),
            "proposition": lambda row: words[row.decision],
            "prise": decision,
        }
        return etude.tableau(
            "recommandations", rows, writers, groupes=map(etude.titre_de_fiche, rows["fiche"])
        )

    def indicateurs(self) -> Tableau:
        """Return the draft indicators of the next convention: definition, last known value, target
        to be agreed.
        """
        rows, etude, contexte = self.etude.parcours, self.etude, self.etude.contexte

        def depart(row: pd.Series) -> str:
            if pd.isna(row.connue):
                return etude.mot("aucune_valeur")
            return avec_marque(
                contexte.valeur(row.indicateur, row.connue), row.statut_connue, row.annee_connue
            )

        writers = {"depart": depart, "a_convenir": lambda row: etude.mot("a_convenir")}
        groups = map(etude.titre_de_fiche, rows["fiche"])
        marks = rows["statut_connue"]
        return etude.tableau(
            "indicateurs_suivants",
            rows,
            writers,
            donnees=rows[INDICATEURS],
            groupes=groups,
            statuts=marks,
        )


def faits(valeurs: Mapping[str, int]) -> list[str]:
    """Return the counts of an objective or a fiche as short phrases, those of nothing left out."""

    def detail(**mots: tuple[str, ...]) -> str:
        return ", ".join(
            compter(valeurs[name], *words) for name, words in mots.items() if valeurs[name]
        )

    told = []
    many = "reportées ou abandonnées"
    if valeurs["modalites"]:
        unknown = ("sans état connu", "sans état connu")
        states = detail(
            realisees=("faite",), arretees=("reportée ou abandonnée", many), inconnues=unknown
        )
        told.append(compter(valeurs["modalites"], "modalité") + (f" ({states})" if states else ""))
    if valeurs["indicateurs"]:
        late = ("à surveiller", "à surveiller")
        ways = detail(
            mesures=("mesuré",), bons=("favorable",), mauvais=("défavorable",), en_retard=late
        )
        told.append(f"{compter(valeurs['indicateurs'], 'indicateur')} ({ways or 'aucun mesuré'})")
    return told
