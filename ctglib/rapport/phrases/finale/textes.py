"""Short prose of the evaluation at the end: what could be evaluated, the posts of article 6-b, limits, the cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.couverture import FICTIF
from ctglib.calculs.finale.evaluabilite import CONVENTION, PROPOSITIONS
from ctglib.document.blocs import Bloc, liste
from ctglib.document.couverture import Couverture, Logo
from ctglib.document.typographie import compter, date_longue, enumerer
from ctglib.rapport.phrases.couverture_annuelle import CLOS, donnees_lues, jour_des_donnees
from ctglib.rapport.phrases.finale.cadre import sur

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.calculs.finale.preuves import Preuve
    from ctglib.donnees.modeles.finale import SaisieFinale
    from ctglib.donnees.modeles.suivi import Bilan
    from ctglib.rapport.phrases.finale.cadre import Cadre

PART_SANS_CIBLE = 2  # fewer than one indicator in so many has a target: the lesson is said
PROVISOIRE, DEFINITIF = "provisoire", "définitif"


def couverture_finale(
    cadre: Cadre,
    logos: Mapping[str, bytes | None],
    bilan: Bilan,
    lues: tuple[int | None, int | None],
    saisie: SaisieFinale,
) -> Couverture:
    """Return the cover: parties, period, date of the data, and who evaluated.

    The report is final once the evaluators have answered every criterion and the last bilan is closed.

    Args:
        cadre: The convention and its territory.
        logos: The logo of each party by id, None while its file is absent.
        bilan: Of the last year: its date and its status.
        lues: The latest year of the follow-up and of the public series that were read.
        saisie: What was entered.
    """
    convention = cadre.convention
    answered, closed = sur(len(saisie.criteres), len(cadre.regles.criteres)), bilan.statut == CLOS
    final = closed and len(saisie.criteres) == len(cadre.regles.criteres)
    still = "" if closed else f" ; le bilan de {bilan.annee} n'est pas clos"
    data, _ = donnees_lues(bilan, cadre.evaluation, lues)
    return Couverture(
        sujet=convention.titre,
        territoire=cadre.contexte.territoire.nom,
        mentions=(
            ("Parties", " et ".join(partie.nom for partie in convention.parties)),
            ("Convention", f"du {date_longue(convention.debut)} au {date_longue(convention.fin)}"),
            data,
            ("Évaluateurs", saisie.evaluateurs or cadre.mot("a_completer")),
            ("Statut", DEFINITIF if final else f"{PROVISOIRE}, {answered} critères appréciés{still}"),
        ),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=f"Source : {cadre.contexte.source}",
        date=jour_des_donnees(bilan, lues).isoformat(),
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
        f"La convention écrit {compter(number, 'indicateur')}. Objectifs couverts : "
        f"{sur(text['objectifs_couverts'], text['objectifs'])} ; résultats attendus couverts : "
        f"{sur(text['resultats_couverts'], text['resultats'])}."
    )
    if number:
        yield (
            f"De ces indicateurs, avec une définition : {sur(text['definis'], number)} ; une valeur de départ : "
            f"{sur(text['departs'], number)} ; une cible : {sur(text['cibles'], number)} ; une donnée pendant la "
            f"convention : {sur(text['donnees'], number)}."
        )
    if number > PART_SANS_CIBLE * text["cibles"]:
        yield (
            "La première leçon est là : sans cible, rien ne se juge atteint ou non ; sans valeur de départ, aucune "
            "évolution ne se lit."
        )
    bare = evaluabilite[evaluabilite["groupe"].eq(CONVENTION) & evaluabilite["fiche"].notna()]
    none = [str(fiche) for fiche in bare.loc[bare["indicateurs"] == 0, "fiche"]]
    if none:
        yield f"Sans aucun indicateur écrit : fiche {', '.join(none)}."
    yield (
        f"Avec ceux que le classeur propose, {compter(int(more['indicateurs']), 'indicateur')} ; avec un départ : "
        f"{int(more['departs'])} ; une cible : {int(more['cibles'])} ; une donnée : "
        f"{int(more['donnees'])}."
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
    limits = [item.numero for item in cadre.convention.articles if item.limite]
    if limits:
        told.append(cadre.mot("secret").format(articles=enumerer(limits)))
    return liste(told)
