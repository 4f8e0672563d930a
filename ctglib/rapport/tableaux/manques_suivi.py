"""The table of what a fiche's year lacks: one group a service to ask, one row a kind of thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.manques_suivi import APPRECIATION, ETAT, MOYEN, VALEUR
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import enumerer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.fiches import Responsable

COLONNES = (Colonne("quoi", "Ce qui manque"), Colonne("detail", "Pour quoi"))
SANS_SERVICE = "Aucun service désigné"
POINTS = "Réussites, difficultés, perspectives"


def tableau_manques_suivi(
    manques: pd.DataFrame,
    responsables: Mapping[str, Responsable],
    mots: Evaluation,
    contexte: Contexte,
    *,
    titre: str,
    poste: Callable[[str], tuple[str, str]],
    departs: Mapping[str, str] | None = None,
) -> Tableau:
    """Return what to ask, service by service; the CSV has one row a thing, with the document where it is found.

    Args:
        manques: As ``ctglib.calculs.manques_suivi.manques`` returns them.
        responsables: The services by id.
        mots: The words of the reasons.
        contexte: The labels of the indicators and the source.
        titre: Caption.
        poste: The signatory and the label of a means « signataire/poste ».
        departs: The initial values to recall beside the name of an indicator, by indicator.
    """
    labels = {
        name: f"{contexte.indicateurs[name].libelle} (départ : {value})" for name, value in (departs or {}).items()
    }
    known = manques.drop_duplicates("responsable")["responsable"]
    services = [
        *[name for name in responsables if name in set(known)],
        *[name for name in known if name not in responsables],
    ]
    groups, cells = [], []
    for service in services:
        lines = [*_lignes(manques[manques["responsable"] == service], mots, contexte, (poste, labels))]
        groups += [responsables[service].libelle if service in responsables else SANS_SERVICE] * len(lines)
        cells += lines
    return Tableau(
        nom="manques",
        titre=titre,
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=manques,
        source=contexte.source,
        groupes=tuple(groups),
    )


def _lignes(
    rows: pd.DataFrame,
    mots: Evaluation,
    contexte: Contexte,
    noms: tuple[Callable[[str], tuple[str, str]], Mapping[str, str]],
) -> Iterator[tuple[str, str]]:
    """Yield the rows of a service: states, then values by years asked for, means, appreciation."""
    poste, labels = noms
    states, values, means = (rows[rows["nature"] == nature] for nature in (ETAT, VALEUR, MOYEN))
    if len(states):
        noun = "Modalités" if len(states) > 1 else "Modalité"
        yield f"État en {states['annee'].iloc[0]}", f"{noun} {enumerer(list(states['element']))}"
    asked: dict[str, list[str]] = {}
    for indicateur, group in values.groupby("element", sort=False):
        asked.setdefault(_demande(group, mots), []).append(
            labels.get(indicateur, contexte.indicateurs[indicateur].libelle)
        )
    yield from ((what, " ; ".join(names)) for what, names in asked.items())
    payers: dict[str, list[str]] = {}
    for element in means["element"]:
        signataire, label = poste(element)
        payers.setdefault(signataire, []).append(label)
    for signataire, lines in payers.items():
        yield f"Moyens en {means['annee'].iloc[0]}", f"{signataire} : {' ; '.join(lines)}"
    if (rows["nature"] == APPRECIATION).any():
        yield f"Appréciation de {rows['annee'].max()}", POINTS


def _demande(group: pd.DataFrame, mots: Evaluation) -> str:
    """Return « Valeur de 2024 et 2022 pour le départ »: the years asked of an indicator, the latest first, and why."""
    latest = group.sort_values("annee", ascending=False)
    asked = zip(latest["motif"], latest["annee"], strict=True)
    parts = [mots.mots[f"manque_{motif}"].format(annee=annee) for motif, annee in asked]
    return f"Valeur de {enumerer(parts)}"
