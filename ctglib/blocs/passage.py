"""Whether the posts of coordination have become what the convention awaits: known, not known, what it decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import colonnes, liste, paragraphe
from ctglib.document.mesures import ligne, marquer, mesure
from ctglib.document.typographie import date_longue, minuscule
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import Analyse

SU, INCONNU = "Ce qu'on sait", "Ce qu'on ne sait pas"
CLAUSE = "financement_pilotage"


def passage(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield the answer, what is known beside what is not, and what the convention's clause decides."""
    contexte, words = etude.contexte, etude.catalogue.evaluation
    said = set(analyse.tous("postes", "convertis"))  # by the answer, and year by year by the table of the posts
    found = [ligne(etude.evaluation, name) for name in analyse.tous("postes", "convertis", "autres")]
    rows = [row for row in found if row is not None]
    if not rows:
        return
    given = {row["indicateur"] for row in rows if pd.notna(row["valeur"])}
    told = said if said <= given else set()
    known = [mesure(row, contexte, words) for row in rows if row["indicateur"] in given - told]
    unknown = [mesure(row, contexte, words) for row in rows if pd.isna(row["valeur"])]
    yield paragraphe(reponse(etude.evaluation, analyse, contexte))
    if known and unknown:
        yield colonnes(paragraphe(f"{SU} :") + liste(known), paragraphe(f"{INCONNU} :") + liste(unknown))
    else:
        yield liste([*known, *unknown])
    clause = etude.convention.clause(CLAUSE)
    written = [item.objet for item in etude.convention.articles if clause and item.numero == clause.article]
    if clause and (text := clause.texte or "".join(written)):
        yield liste(
            [
                f"Ce que l'{etude.convention.citer(CLAUSE)} décide : {minuscule(text)}",
                f"La convention s'achève le {date_longue(etude.suivi.fin)} : c'est à cette date que le passage se "
                "juge.",
            ]
        )


def reponse(evaluation: pd.DataFrame, analyse: Analyse, contexte: Contexte) -> str:
    """Return « oui », « en partie », « pas encore » or « on ne le sait pas », with its figures."""
    posts, turned = (ligne(evaluation, analyse.un(role)) for role in ("postes", "convertis"))
    if turned is None or pd.isna(turned["valeur"]):
        word = contexte.absence(Statut.NON_TRANSMIS) if turned is None else contexte.absence(turned["statut"])
        return f"On ne le sait pas : « {contexte.indicateurs[analyse.un('convertis')].libelle} », {word}."
    count = marquer(contexte.valeur(analyse.un("convertis"), turned["valeur"]), turned["statut"])
    if posts is None or pd.isna(posts["valeur"]):
        return f"{count} en {turned['annee']}, sur un nombre de postes qui n'est pas connu."
    whole = marquer(contexte.valeur(analyse.un("postes"), posts["valeur"]), posts["statut"])
    if not turned["valeur"]:
        return f"Pas encore : aucun des {whole} de coordination n'a changé de fonction en {turned['annee']}."
    done = "Oui" if turned["valeur"] >= posts["valeur"] else "En partie"
    return f"{done} : {count} sur {whole} de coordination en {turned['annee']}."
