"""What a fiche's year still lacks, and the service to ask: states, values, initial values, means, appreciation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.essentiel import inconnues
from ctglib.calculs.moyens import ABSENCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.gabarit import Gabarit
    from ctglib.donnees.suivi.objets import Suivi

COLONNES = ("responsable", "nature", "element", "libelle", "annee", "motif", "qui", "quand", "document")
ETAT, VALEUR, MOYEN, APPRECIATION = "etat", "valeur", "moyen", "appreciation"
SUIVANTE, A_COMPLETER = "annee_suivante", "a_completer"


def manques(
    a_collecter: pd.DataFrame,
    etats: pd.DataFrame,
    suivi: Suivi,
    gabarit: Gabarit,
    *,
    fiche: Fiche,
    convention: Convention,
) -> pd.DataFrame:
    """Return what is missing of a fiche's year, one row a thing to ask; what is not due yet is not missing.

    Args:
        a_collecter: What ``ctglib.calculs.evaluation.collecte.a_collecter`` returns; next year's is left out.
        etats: The states of the year.
        suivi: What was handed in for the year.
        gabarit: Which service fills what in the yearly workbook.
        fiche: The fiche.
        convention: Its parties.

    Returns:
        The columns ``COLONNES``: ``responsable`` is the id of a service, ``nature`` one of "etat", "valeur", "moyen",
        "appreciation", ``element`` a modalité, an indicator, « signataire/poste » or nothing.
    """
    begun = fiche.debut <= suivi.bilan.date_arretee
    values = a_collecter[(a_collecter["fiche"] == fiche.numero) & a_collecter["motif"].ne(SUIVANTE)]
    rows = [*_etats(etats, suivi, fiche, service=gabarit.parts.de_fiche(fiche))]
    rows += [{**row, "nature": VALEUR, "element": row["indicateur"]} for row in values.to_dict("records")]
    if begun:
        rows += [*_moyens(suivi, gabarit, fiche, convention), *_appreciation(suivi, gabarit, fiche)]
    table = pd.DataFrame(rows, columns=list(COLONNES)).astype({"annee": "Int64"})
    return table.fillna({name: "" for name in COLONNES if name != "annee"})


def _etats(etats: pd.DataFrame, suivi: Suivi, fiche: Fiche, *, service: str) -> Iterator[dict[str, object]]:
    own = etats[etats["fiche"] == fiche.numero]
    for row in own[inconnues(own, pd.Timestamp(suivi.bilan.date_arretee))].itertuples():
        yield _ligne(service, ETAT, row.modalite, row.libelle, suivi.annee)


def _moyens(suivi: Suivi, gabarit: Gabarit, fiche: Fiche, convention: Convention) -> Iterator[dict[str, object]]:
    """Yield the means that the yearly workbook asks for this fiche and that nobody told."""
    told = suivi.moyens[(suivi.moyens["fiche"] == fiche.numero) & ~suivi.moyens["statut"].isin(ABSENCES)]
    known = set(zip(told["signataire"], told["poste"], strict=True))
    parties = [partie.id for partie in convention.parties]
    parts = gabarit.parts
    for item in gabarit.moyens.par_fiche:
        for signataire in gabarit.moyens.signataires(item, parties) if fiche.numero in item.fiches else ():
            if (signataire, item.poste) not in known:
                service = parts.signataires.get(signataire, parts.des_moyens(fiche.numero))
                yield _ligne(service, MOYEN, f"{signataire}/{item.poste}", item.poste, suivi.annee)


def _appreciation(suivi: Suivi, gabarit: Gabarit, fiche: Fiche) -> Iterator[dict[str, object]]:
    if fiche.numero not in {item.fiche for item in suivi.appreciations}:
        service = gabarit.parts.de_fiche(fiche)
        yield _ligne(service, APPRECIATION, "", "", suivi.annee)


def _ligne(service: str, nature: str, element: str, libelle: str, annee: int) -> dict[str, object]:
    told = {"element": element, "libelle": libelle, "annee": annee, "motif": A_COMPLETER}
    return {"responsable": service, "nature": nature, **told}
