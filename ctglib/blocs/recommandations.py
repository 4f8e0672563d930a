"""What comes next: what the convention settles by itself, what the rules propose, draft indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.theme import lacunes
from ctglib.blocs.trajectoires import avec_marque
from ctglib.calculs.collecte import DEPART
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter, majuscule, minuscule, nombrer
from ctglib.donnees.montrable import Montrable

INDICATEURS = ["fiche", "indicateur", "libelle", "definition", "unite", "sens", "derniere", "annee_derniere"]
LONG, POSTES = "texte-long", "financement_pilotage"
NOMMES = 4  # beyond, the others are counted: the CSV has them all


@dataclass(frozen=True)
class Suites(Montrable):
    """What is decided, and what is proposed to be."""

    etude: EtudeFinale

    def articles(self) -> Tableau:
        """Return what the articles and the schémas that the convention names settle for what comes next."""
        etude, convention = self.etude, self.etude.convention
        articles = {article.numero: article.objet for article in convention.articles}
        rows = [
            (
                majuscule(clause.article),
                articles[clause.article],
                f"{item.decision}." + (f" {self._postes()}" if item.clause == POSTES else ""),
            )
            for item in etude.finale.regles.articles
            if (clause := convention.clause(item.clause)) and clause.article in articles
        ]
        rows += [
            ("Préambule", f"{schema.nom}, {schema.debut}-{schema.fin}", f"{etude.etat_du_schema(schema)}.")
            for schema in convention.schemas
        ]
        columns = [Colonne("article", "Article"), Colonne("objet", "Ce qu'il dit")]
        columns += [Colonne("decision", "Ce qui en découle")]
        table = pd.DataFrame(rows, columns=[column.cle for column in columns])
        title, source = "Ce que la convention elle-même décide de la suite", convention.source_texte
        return etude.tableau(table, columns, "articles", title, source=source, classe=LONG)

    def propositions(self) -> Bloc:
        """Return what the rules propose, objectives of one rule in one sentence; then what was decided of them."""
        rows, rules = self.etude.recommandations, self.etude.finale.regles
        when, told = {rule.id: rule.quand for rule in rules.regles}, []
        for (code, rule), own in rows.groupby(["decision", "regle"], sort=False):
            named = " ; ".join(
                f"« {text.rstrip('.')} » (fiche{INSECABLE}{number})"
                for text, number in own[["libelle", "fiche"]].itertuples(index=False)
            )
            if len(own) > NOMMES:
                counts = own["fiche"].value_counts(sort=False).items()
                named = ", ".join(f"{compter(count, 'objectif')} de la fiche{INSECABLE}{n}" for n, count in counts)
            word = majuscule(rules.decisions[code].mot)
            many = f"chacun de ces {len(own)} objectifs" if len(own) > 1 else "un objectif"
            told.append(f"{word} {many} ({when[rule]}) : {named}.")
        taken = len(self.etude.finale.saisie.decisions)
        note = self.etude.mot("decisions_prises" if taken else "aucune_decision")
        return liste(told) + paragraphe(note.format(nombre=taken, total=len(rows)))

    def ouvertes(self) -> Bloc:
        """Return, a sentence each, which indicators lack a start, and what the convention leaves open."""
        missing, convention, told = self.etude.manques, self.etude.convention, []
        labels = {name: item.libelle.partition(" (")[0] for name, item in self.etude.catalogue.responsables.items()}
        lacking = missing[missing["nature"].eq(DEPART)]
        if len(lacking):
            asked = [
                f"{labels.get(name, name)}, {_premiers(own['libelle'])}"
                for name, own in lacking.groupby("responsable", sort=False)
            ]
            could = nombrer(len(lacking), "indicateur demandé pourrait", "indicateurs demandés pourraient")
            told.append(f"{majuscule(could)} encore recevoir une valeur de départ. À demander : {' ; '.join(asked)}.")
        known = {item.id: item.objet for item in convention.lacunes}
        first = [known[name] for name in convention.lacunes_d_abord if name in known]
        if named := list(dict.fromkeys([*first, *known.values()])):
            told.append(
                f"La convention laisse ouverts {compter(len(named), 'point')}, à trancher dans la suivante : "
                f"{_premiers(named, ' ; ')}."
            )
        return liste(told)

    def decisions(self) -> Tableau | None:
        """Return the table of the objectives once the parties have decided; None before."""
        return self.recommandations() if self.etude.finale.saisie.decisions else None

    def recommandations(self) -> Tableau:
        """Return one row an objective: what is known, what the rules propose, what was decided."""
        rows, etude, words = self.etude.recommandations, self.etude, self.etude.finale.regles.decisions
        taken = {(item.fiche, item.objectif): item for item in etude.finale.saisie.decisions}

        def su(row: pd.Series) -> str:
            return majuscule(" ; ".join(faits(row)) if row.lu else etude.mot("sans_lecture"))

        def decision(row: pd.Series) -> str:
            found = taken.get((row.fiche, row.objectif))
            if found is None:
                return etude.mot("a_decider")
            return words[found.decision].mot + (f". {found.commentaire}" if found.commentaire else "")

        columns = [
            Colonne("libelle", "Objectif"),
            Colonne("su", "Ce qui en est su", ecrire=su),
            Colonne("proposition", "Proposition", ecrire=lambda row: words[row.decision].mot),
            Colonne("prise", "Décision", ecrire=decision),
        ]
        title, source = "Ce que le rapport propose pour chaque objectif", "règles du classeur d'évaluation"
        source, groups = f"{etude.contexte.source} ; {source}", map(etude.titre_de_fiche, rows["fiche"])
        return etude.tableau(rows, columns, "recommandations", title, source=source, groupes=groups, classe=LONG)

    def indicateurs(self) -> Tableau:
        """Return the draft indicators of the next convention: definition, last known value, target to be agreed."""
        rows, etude, contexte = self.etude.parcours, self.etude, self.etude.contexte

        def depart(row: pd.Series) -> str:
            if pd.isna(row.connue):
                return etude.mot("aucune_valeur")
            return avec_marque(contexte.valeur(row.indicateur, row.connue), row.statut_connue, row.annee_connue)

        return contexte.tableau(
            rows,
            [
                Colonne("libelle", "Indicateur"),
                Colonne("definition", "Définition"),
                Colonne("depart", "Valeur de départ", True, ecrire=depart),
                Colonne("a_convenir", "Cible", ecrire=lambda row: etude.mot("a_convenir")),
            ],
            "indicateurs-suivants",
            f"Indicateurs proposés pour la convention suivante, {contexte.territoire.nom}",
            donnees=rows[INDICATEURS],
            source=f"{contexte.source} ; catalogue du classeur d'évaluation",
            groupes=map(etude.titre_de_fiche, rows["fiche"]),
            statuts=rows["statut_connue"],
            classe=LONG,
        )

    def lacunes(self) -> Tableau:
        """Return what the convention leaves open, and the questions that the next one has to settle."""
        return lacunes(self.etude.convention, self.etude.convention.source_texte)

    def _postes(self) -> str:
        """Return where the posts of coordination stand."""
        if self.etude.preuves["postes_convertis"].completude == "absente":
            return "Le nombre de postes, et de ceux qui ont changé, n'a pas été transmis."
        rows, contexte, said = self.etude.parcours.set_index("indicateur"), self.etude.contexte, []
        for name in filter(rows.index.__contains__, self.etude.noms_des_postes):
            row = rows.loc[name]
            value = contexte.valeur(name, row["derniere"], row["statut_derniere"])
            year = f" en {row.annee_derniere}" if pd.notna(row["derniere"]) else ""
            said.append(f"{contexte.indicateurs[name].libelle} : {value}{year}.")
        return " ".join(said)


def _premiers(noms: Iterable[str], entre: str = ", ") -> str:
    """Return the first names, then how many others."""
    names = [minuscule(name) for name in noms]
    more = len(names) - NOMMES
    return entre.join([*names[:NOMMES], *([f"et {compter(more, 'autre')}"] if more > 0 else [])])


def faits(valeurs: Mapping[str, int]) -> list[str]:
    """Return the counts of an objective or a fiche as short phrases, those of nothing left out."""

    def detail(**mots: tuple[str, ...]) -> str:
        return ", ".join(compter(valeurs[name], *words) for name, words in mots.items() if valeurs[name])

    told, many = [], "reportées ou abandonnées"
    if valeurs["modalites"]:
        unknown = ("sans état connu", "sans état connu")
        states = detail(realisees=("faite",), arretees=("reportée ou abandonnée", many), inconnues=unknown)
        told.append(compter(valeurs["modalites"], "modalité") + (f" ({states})" if states else ""))
    if valeurs["indicateurs"]:
        late = ("à surveiller", "à surveiller")
        ways = detail(mesures=("mesuré",), bons=("favorable",), mauvais=("défavorable",), en_retard=late)
        told.append(f"{compter(valeurs['indicateurs'], 'indicateur')} ({ways or 'aucun mesuré'})")
    return told
