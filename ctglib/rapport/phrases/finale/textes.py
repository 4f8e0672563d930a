"""Short prose of the evaluation at the end: what could be evaluated, the posts of article 6-b, limits, the cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.analyse.finale.evaluabilite import CONVENTION, PROPOSITIONS
from ctglib.rapport.blocs import Bloc, liste
from ctglib.rapport.couverture import Couverture, Logo
from ctglib.rapport.phrases.couverture import FICTIF
from ctglib.rapport.phrases.finale.cadre import sur
from ctglib.rapport.typographie import compter, date_longue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.analyse.finale.preuves import Preuve
    from ctglib.donnees.modeles.base import Date
    from ctglib.donnees.modeles.finale import SaisieFinale
    from ctglib.rapport.phrases.finale.cadre import Cadre

PROVISOIRE, DEFINITIF = "provisoire", "définitif"


def couverture_finale(
    cadre: Cadre, logos: Mapping[str, bytes | None], arrete: Date, saisie: SaisieFinale
) -> Couverture:
    """Return the cover: parties, period, date of the data, and who evaluated.

    The report is final once the evaluators have answered every criterion.

    Args:
        cadre: The convention and its territory.
        logos: The logo of each party by id, None while its file is absent.
        arrete: Date at which the data stop.
        saisie: What was entered.
    """
    convention = cadre.convention
    complete = len(saisie.criteres) == len(cadre.regles.criteres)
    missing = f"{PROVISOIRE}, {sur(len(saisie.criteres), len(cadre.regles.criteres))} critères appréciés"
    return Couverture(
        sujet=convention.titre,
        territoire=cadre.contexte.territoire.nom,
        mentions=(
            ("Parties", " et ".join(partie.nom for partie in convention.parties)),
            ("Convention", f"du {date_longue(convention.debut)} au {date_longue(convention.fin)}"),
            ("Données arrêtées au", date_longue(arrete)),
            ("Évaluateurs", saisie.evaluateurs or cadre.mot("a_completer")),
            ("Statut", DEFINITIF if complete else missing),
        ),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=f"Source : {cadre.contexte.source}",
        date=arrete.isoformat(),
        avertissement=FICTIF if convention.fictive else "",
        complement=f" {convention.debut.year}-{convention.fin.year}",
    )


def lecon(evaluabilite: pd.DataFrame) -> Bloc:
    """Return the first lesson in sentences: what the text alone allowed, then what the proposals add."""
    return liste([*_phrases(evaluabilite)])


def _phrases(evaluabilite: pd.DataFrame) -> Iterator[str]:
    whole = evaluabilite[evaluabilite["fiche"].isna()].set_index("groupe")
    text, more = whole.loc[CONVENTION], whole.loc[PROPOSITIONS]
    number = int(text["indicateurs"])
    yield (
        f"La convention écrit {compter(number, 'indicateur')} pour {compter(int(text['objectifs']), 'objectif')} et "
        f"{compter(int(text['resultats']), 'résultat attendu', 'résultats attendus')}."
    )
    yield (
        f"De ces indicateurs, {sur(text['departs'], number)} ont une valeur de départ écrite, "
        f"{sur(text['cibles'], number)} une cible, {sur(text['donnees'], number)} une donnée pendant la convention."
    )
    bare = evaluabilite[evaluabilite["groupe"].eq(CONVENTION) & evaluabilite["fiche"].notna()]
    none = [str(fiche) for fiche in bare.loc[bare["indicateurs"] == 0, "fiche"]]
    if none:
        yield f"Sans aucun indicateur écrit : fiche {', '.join(none)}."
    yield (
        f"Avec ceux que le classeur propose, {compter(int(more['indicateurs']), 'indicateur')} : "
        f"{int(more['departs'])} ont un départ, {int(more['cibles'])} une cible ou un seuil, "
        f"{int(more['donnees'])} une donnée."
    )


def postes(preuve: Preuve, parcours: pd.DataFrame, noms: tuple[str, str], cadre: Cadre) -> str:
    """Return where the posts of article 6-b stand.

    Args:
        preuve: Posts converted out of those that exist.
        parcours: The indicators.
        noms: Ids of what counts the posts, and those converted.
        cadre: The words.
    """
    if preuve.completude == "absente":
        return "Le nombre de postes, et de ceux qui ont changé, n'a pas été transmis."
    rows = parcours.set_index("indicateur")
    said = []
    for name in noms:
        if name in rows.index:
            row, label = rows.loc[name], cadre.contexte.indicateurs[name].libelle
            known = pd.notna(row["derniere"])
            value = cadre.contexte.valeur(name, row["derniere"], row["statut_derniere"])
            said.append(f"{label} : {value}{f' en {row.annee_derniere}' if known else ''}.")
    return " ".join(said)


def limites_finales(cadre: Cadre, *, retraits: int, manques: int, provisoires: int) -> Bloc:
    """Return what the report must not be made to say.

    Args:
        cadre: The rules and the convention.
        retraits: Tables that secrecy withholds whole.
        manques: Things that are missing.
        provisoires: Indicators whose last measure may still be revised.
    """
    told = list(cadre.regles.limites)
    if manques:
        told.append(
            f"Ce qui manque, {compter(manques, 'demande')} en tout, pèse sur chaque critère : voir leurs preuves."
        )
    if provisoires:
        told.append(f"Dernières mesures provisoires ou estimées, qui peuvent encore changer : {provisoires}.")
    if retraits:
        told.append(f"Tableaux retenus en entier par le secret statistique : {retraits}.")
    limits = [item for item in cadre.convention.articles if item.limite]
    return liste([*told, *(f"Article {item.numero} : {item.consequence}" for item in limits)])
