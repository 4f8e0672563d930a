"""Whether the posts of coordination have become what the convention awaits, and what it decides."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.mesures import ligne, marquer
from ctglib.document.typographie import date_longue, minuscule
from ctglib.donnees.modeles.convention import Analyse
from ctglib.donnees.statuts import Statut

CLAUSE = "financement_pilotage"


def passage(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield the answer, and what the convention's clause decides."""
    yield paragraphe(reponse(etude.evaluation, analyse, etude.contexte))
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
