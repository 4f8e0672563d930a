"""« Six critères »: evidence gathered by the workbook, with its tables, appreciation entered by people."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import RIEN, rapport_de, signer, sur
from ctglib.blocs.trajectoires import derniere
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.enjeux import FICHE, INDICATEUR, SERVICE
from ctglib.document.blocs import Bloc, Groupe, Renvoi, citation, liste, paragraphe, sous_titre, suite
from ctglib.document.mesures import legende
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, enumerer, majuscule, nombre

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ctglib.blocs.cadre import Cadre
    from ctglib.blocs.fin import EtudeFinale
    from ctglib.blocs.trajectoires import Trajectoires
    from ctglib.calculs.preuves import Preuve
    from ctglib.document.blocs import Texte
    from ctglib.donnees.modeles.catalogue import Theme
    from ctglib.donnees.modeles.convention import Schema
    from ctglib.donnees.modeles.finale import Critere, Lectures, PreuveDeCritere, SaisieFinale
    from ctglib.donnees.suivi.objets import Suivi


TOUJOURS = (
    "tableau-besoins", "tableau-evaluabilite", "tableau-trajectoires", "tableau-contribution", "tableau-articles",
    "tableau-lacunes",
)  # fmt: skip


@dataclass(frozen=True)
class Criteres:
    """The six criteria and the tables that their evidence needs."""

    etude: EtudeFinale
    trajectoires: Trajectoires

    def tableau(self) -> Tableau:
        """Return the criteria at a glance."""
        return tableau_criteres(self.etude.preuves, self.etude.finale.saisie, self.etude.cadre)

    def detail(self) -> Groupe | None:
        """Return each criterion: its question, its evidence, what the evaluators say, then the tables of its own."""
        etude, shown, tables = self.etude, self._renvois, self._tableaux
        return suite(
            piece
            for item in etude.finale.regles.criteres
            for piece in (critere(item, etude.preuves, etude.finale.saisie, etude.cadre, shown), tables.get(item.id))
        )

    def besoins(self) -> Tableau:
        """Return the needs of the diagnostic and the fiches that answer them."""
        etude = self.etude
        source = etude.convention.source_diagnostic
        return tableau_besoins(etude.besoins, etude.catalogue.themes, etude.cadre, source)

    def schemas(self) -> Tableau | None:
        """Return the fiches against the schéma départemental; None when the text names none."""
        return tableau_schemas(self.etude.finale.lectures, self.etude.cadre, self.etude.convention.source_texte)

    def moyens(self) -> Tableau | None:
        """Return the means beside the realisations; None when nothing of it is known."""
        return self.trajectoires.moyens()

    def durabilite(self) -> Tableau | None:
        """Return what is left after the convention; None when nothing of it is known."""
        etude = self.etude
        return tableau_durabilite(etude.parcours, etude.derniere.suivi.suivis, etude.cadre)

    @cached_property
    def _tableaux(self) -> dict[str, Tableau | None]:
        """The table that stands below a criterion."""
        return {
            "pertinence": self.besoins(),
            "coherence": self.schemas(),
            "efficience": self.moyens(),
            "durabilite": self.durabilite(),
        }

    @property
    def _renvois(self) -> set[str]:
        """The tables and charts that the report shows."""
        own = {f"tableau-{table.nom}" for table in self._tableaux.values() if table is not None}
        optional = {
            "figure-etats": self.trajectoires.etats() is not None,
            "tableau-ecarts-comparables": self.etude.comparables.resultat is not None,
            "tableau-manques": not self.etude.manques.empty,
        }
        return {*TOUJOURS, *own, *(name for name, shown in optional.items() if shown)}


COLONNES = (
    Colonne("critere", "Critère"),
    Colonne("question", "Question"),
    Colonne("preuves", "Preuves complètes", numerique=True),
    Colonne("reponse", "Réponse"),
)


DONNEES = ("critere", "preuve", "libelle", "valeur", "total", "connus", "attendus")


EVALUATEURS = "Les évaluateurs"


MANQUES = "tableau-manques"  # where evidence that is not there is asked for


def tableau_criteres(preuves: Mapping[str, Preuve], saisie: SaisieFinale, cadre: Cadre) -> Tableau:
    """Return one row a criterion: its question, how many pieces of evidence are complete, the answer entered.

    The data have one row a piece of evidence: its count, out of how many, and how many of what it needs are known.

    Args:
        preuves: By code.
        saisie: What the evaluators entered.
        cadre: The words.
    """
    answers = {item.critere: item.reponse for item in saisie.criteres}
    rows, data = [], []
    for item in cadre.regles.criteres:
        data += [(item.titre, proof.id, proof.libelle, *astuple(preuves[proof.id])) for proof in item.preuves]
        complete = sum(preuves[proof.id].completude == "complete" for proof in item.preuves)
        answer = answers.get(item.id)
        said = signer(cadre.regles.reponses[answer]) if answer else cadre.mot("a_completer")
        rows.append((item.titre, item.question, sur(complete, len(item.preuves)), majuscule(said)))
    table = pd.DataFrame(rows, columns=[colonne.cle for colonne in COLONNES])
    return Tableau(
        nom="criteres",
        titre=f"Les six critères, leurs preuves et la réponse des évaluateurs, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=table,
        donnees=pd.DataFrame(data, columns=list(DONNEES)),
        source=f"{cadre.contexte.source} ; appréciation des évaluateurs",
        classe="texte-long",
    )


def critere(
    item: Critere, preuves: Mapping[str, Preuve], saisie: SaisieFinale, cadre: Cadre, renvois: Collection[str]
) -> Bloc:
    """Return a criterion as its section.

    Args:
        item: The criterion.
        preuves: By code.
        saisie: What the evaluators entered.
        cadre: The words.
        renvois: The tables and charts that the report shows: nothing else is linked to.
    """
    proofs = liste(_preuve(proof, preuves[proof.id], cadre, renvois) for proof in item.preuves)
    return sous_titre(item.titre) + paragraphe(item.question) + proofs + _appreciation(item, saisie, cadre)


def _preuve(proof: PreuveDeCritere, preuve: Preuve, cadre: Cadre, renvois: Collection[str]) -> Texte:
    """Return a piece of evidence: its count, how much of what it needs is known, where it is shown."""
    word = cadre.mot(f"preuve_{preuve.completude}")
    known = "" if preuve.completude == "complete" else f" ({proof.attendus} : {sur(preuve.connus, preuve.attendus)})"
    count = f" : {rapport_de(preuve)}" if preuve.completude != "absente" or preuve.valeur else ""
    said = f"{proof.libelle}{count}. Données réunies : {word}{known if preuve.attendus else ''}."
    target = proof.renvoi if proof.renvoi in renvois else MANQUES
    if target not in renvois:
        return said
    see = "Voir la" if target.startswith("figure") else "Voir le"
    return f"{said} {see} ", Renvoi(target), "."


def _appreciation(item: Critere, saisie: SaisieFinale, cadre: Cadre) -> Bloc:
    entered = {found.critere: found for found in saisie.criteres}.get(item.id)
    if entered is None:
        return Groupe()  # the table of the criteria says it for each
    answer = majuscule(signer(cadre.regles.reponses[entered.reponse]))
    return citation(f"{answer}. {entered.appreciation}", EVALUATEURS)


COLONNES_DURABILITE = (Colonne("element", "Élément"), Colonne("su", "Ce qui en est su"))


LIVRABLES, PERSPECTIVES = "Documents et instances", "Perspectives écrites dans le dernier bilan"


def tableau_durabilite(parcours: pd.DataFrame, suivis: Mapping[int, Suivi], cadre: Cadre) -> Tableau | None:
    """Return what exists and what the fiches write of what comes next; None when nothing is known.

    Args:
        parcours: The indicators.
        suivis: The years.
        cadre: The words; its rules name the indicators that count a document or a meeting.
    """
    kept = parcours[parcours["indicateur"].isin(cadre.convention.livrables)]
    written = dict(_perspectives(suivis))
    if not written and not kept["annees_connues"].gt(0).any():
        return None
    known = kept["annees_connues"].gt(0)
    rows = [(LIVRABLES, row.libelle, derniere(row, cadre.contexte)) for row in kept.itertuples()]
    rows += [
        (PERSPECTIVES, cadre.fiche(fiche.numero), written.get(fiche.numero, RIEN)) for fiche in cadre.convention.fiches
    ]
    table = pd.DataFrame(rows, columns=["groupe", *(colonne.cle for colonne in COLONNES_DURABILITE)])
    return Tableau(
        nom="durabilite",
        titre=f"Ce qui reste après la convention, {cadre.lieu_et_dates}",
        colonnes=COLONNES_DURABILITE,
        cellules=table.drop(columns="groupe"),
        donnees=table,
        source=cadre.contexte.source,
        groupes=tuple(table["groupe"]),
        notes=legende(kept.loc[known, "statut_derniere"], cadre.contexte),
        classe="texte-long",
    )


def _perspectives(suivis: Mapping[int, Suivi]) -> Iterator[tuple[int, str]]:
    """Yield what each fiche wrote of what comes next, the latest last; a later appreciation replaces an earlier one."""
    for annee, suivi in sorted(suivis.items()):
        for item in suivi.appreciations:
            yield item.fiche, f"{' ; '.join(item.perspectives)} ({annee})" if item.perspectives else RIEN


BESOINS = (
    Colonne("theme", "Thème du diagnostic"),
    Colonne("indicateurs", "Écarts défavorables", numerique=True, groupe="Besoins"),
    Colonne("services", "Services absents", numerique=True, groupe="Besoins"),
    Colonne("constats", "Constats des fiches", numerique=True, groupe="Besoins"),
    Colonne("repondus", "Avec une fiche", numerique=True),
    Colonne("fiches", "Fiches"),
    Colonne("enjeu", "Enjeu"),
)


ARTICLES = (
    Colonne("article", "Article"),
    Colonne("objet", "Ce qu'il dit"),
    Colonne("decision", "Ce qui en découle"),
)


OUI, SANS_THEME = "●", "Sans thème du diagnostic"


AUCUN, AUCUNE = "aucun", "aucune"


def tableau_besoins(besoins: pd.DataFrame, themes: Iterable[Theme], cadre: Cadre, source: str) -> Tableau:
    """Return one row a theme: its needs by origin, those that a fiche answers, the enjeu that takes it.

    Args:
        besoins: As ``ctglib.calculs.enjeux.besoins`` returns them; the theme of some is empty (piloting).
        themes: In the order of Annexe 1.
        cadre: The convention.
        source: The document of the diagnostic.
    """
    stakes = {theme: enjeu.titre for enjeu in cadre.convention.enjeux for theme in enjeu.themes}
    alone = enumerer([enjeu.titre for enjeu in cadre.convention.enjeux if not enjeu.themes])
    listed = [(theme.theme, theme.titre, stakes.get(theme.theme, AUCUN)) for theme in themes]
    listed += [("", SANS_THEME, alone or AUCUN)] * int(besoins["theme"].eq("").any())
    rows = []
    for theme, titre, enjeu in listed:
        own = besoins[besoins["theme"] == theme]
        answered = own[own["fiches"] != ""]
        numbers = sorted({number for cell in answered["fiches"] for number in cell.split(SEPARATEUR)})
        counts = [nombre(int((own["origine"] == kind).sum())) for kind in (INDICATEUR, SERVICE, FICHE)]
        rows.append((titre, *counts, nombre(len(answered)), enumerer(numbers) or AUCUNE, enjeu))
    table = pd.DataFrame(rows, columns=[colonne.cle for colonne in BESOINS])
    return Tableau(
        nom="besoins",
        titre=f"Les besoins du diagnostic et les fiches qui leur répondent, {cadre.lieu_et_dates}",
        colonnes=BESOINS,
        cellules=table,
        donnees=table,
        source=source,
        notes=(cadre.mot("besoin"),),
    )


def tableau_schemas(lectures: Lectures, cadre: Cadre, source: str) -> Tableau | None:
    """Return the axes and chapters of each schéma that the text names, against the fiches; None when it names none."""
    if not cadre.convention.schemas:
        return None
    answered = {(item.element, item.fiche) for item in lectures.schemas}
    columns = (
        Colonne("element", "Axe ou chapitre"),
        *(Colonne(f"f{f.numero}", f"Fiche{INSECABLE}{f.numero}") for f in cadre.convention.fiches),
    )
    groups, cells = [], []
    for schema in cadre.convention.schemas:
        for part, elements in (("axes", schema.axes), ("chapitres", schema.chapitres)):
            for element in elements:
                groups.append(f"{schema.nom}, {schema.debut}-{schema.fin} : {part}")
                marks = [OUI if (element, f.numero) in answered else RIEN for f in cadre.convention.fiches]
                cells.append([element, *marks])
    table = pd.DataFrame(cells, columns=[colonne.cle for colonne in columns])
    return Tableau(
        nom="schemas",
        titre=f"Les fiches action devant le schéma départemental, {cadre.lieu_et_dates}",
        colonnes=columns,
        cellules=table,
        donnees=table.replace({OUI: "oui", RIEN: "non"}),
        source=f"{source} ; liens lus par le classeur d'évaluation",
        groupes=tuple(groups),
        notes=(f"{OUI} la fiche y répond, d'après une lecture du classeur.", *map(str, _etat_des_schemas(cadre))),
    )


def tableau_articles(cadre: Cadre, postes: str, source: str) -> Tableau:
    """Return what the convention's own articles and the schémas that it names settle for what comes next.

    Args:
        cadre: The convention, and the words of what follows from each article.
        postes: Where the posts of the piloting stand, as a sentence.
        source: The document.
    """
    articles = {article.numero: article for article in cadre.convention.articles}
    rows = [
        (majuscule(clause.article), articles[clause.article].objet, _suite(item.clause, item.decision, postes))
        for item in cadre.regles.articles
        if (clause := cadre.convention.clause(item.clause)) and clause.article in articles
    ]
    rows += [
        ("Préambule", f"{schema.nom}, {schema.debut}-{schema.fin}", f"{_etat(schema, cadre)}.")
        for schema in cadre.convention.schemas
    ]
    table = pd.DataFrame(rows, columns=[colonne.cle for colonne in ARTICLES])
    return Tableau(
        nom="articles",
        titre=f"Ce que la convention elle-même décide de la suite, {cadre.lieu_et_dates}",
        colonnes=ARTICLES,
        cellules=table,
        donnees=table,
        source=source,
        classe="texte-long",
    )


POSTES = "financement_pilotage"


def _suite(role: str, decision: str, postes: str) -> str:
    return f"{decision}. {postes}" if role == POSTES else f"{decision}."


def _etat_des_schemas(cadre: Cadre) -> Iterator[str]:
    for schema in cadre.convention.schemas:
        yield f"{_etat(schema, cadre)}."


def _etat(schema: Schema, cadre: Cadre) -> str:
    """Return whether a schéma holds over the convention."""
    debut, fin = cadre.convention.debut.year, cadre.convention.fin.year
    key = "schema_echu" if schema.fin < debut else "schema_cours" if schema.fin < fin else "schema_en_vigueur"
    return cadre.mot(key).format(debut=schema.debut, fin=schema.fin)
