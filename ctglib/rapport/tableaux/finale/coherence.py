"""The tables of coherence: needs and fiches, fiches and schémas, articles and what they settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.enjeux import FICHE, INDICATEUR, SERVICE
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, enumerer, majuscule, nombre
from ctglib.rapport.phrases.finale.cadre import RIEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.donnees.modeles.catalogue import Theme
    from ctglib.donnees.modeles.convention import Schema
    from ctglib.donnees.modeles.finale import Lectures
    from ctglib.rapport.phrases.finale.cadre import Cadre

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
        postes: Where the posts of article 6-b stand, as a sentence.
        source: The document.
    """
    articles = {article.numero: article for article in cadre.convention.articles}
    rows = [
        (majuscule(item.numero), articles[item.numero].objet, _suite(item.numero, item.decision, postes))
        for item in cadre.regles.articles
        if item.numero in articles
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


POSTES = "6-b"


def _suite(numero: str, decision: str, postes: str) -> str:
    return f"{decision}. {postes}" if numero == POSTES else f"{decision}."


def _etat_des_schemas(cadre: Cadre) -> Iterator[str]:
    for schema in cadre.convention.schemas:
        yield f"{_etat(schema, cadre)}."


def _etat(schema: Schema, cadre: Cadre) -> str:
    """Return whether a schéma holds over the convention."""
    debut, fin = cadre.convention.debut.year, cadre.convention.fin.year
    key = "schema_echu" if schema.fin < debut else "schema_cours" if schema.fin < fin else "schema_en_vigueur"
    return cadre.mot(key).format(debut=schema.debut, fin=schema.fin)
