"""What the convention writes of a fiche, whole and in its order, and what an avenant changed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import date_longue, majuscule, minuscule
from ctglib.donnees.modeles.convention import Absence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.calculs.suivi import Numerotes
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Fiche, Resultat

AUCUN_INDICATEUR = "aucun indicateur ne le montre"
RIEN_D_ECRIT = "La fiche n'en écrit aucun."


def tableau_contrat(etude: EtudeAnnuelle, fiche: Fiche, changements: Numerotes) -> Tableau:
    """Return all that the fiche writes, one row a heading, one a modalité with its calendar.

    Args:
        etude: The year: its states give the calendar, which the avenants may have changed.
        fiche: The fiche.
        changements: The changes in force, with the number of their avenant.
    """
    rows = [row for row in _rubriques(etude, fiche, changements) if row[1]]
    return Tableau.de(
        pd.DataFrame(rows, columns=["rubrique", "texte"]),
        [Colonne("rubrique", "Rubrique"), Colonne("texte", "Ce qui est écrit, en nos mots")],
        nom="contrat",
        titre=f"Ce que la convention écrit de la fiche action {fiche.numero}, {etude.contexte.territoire.nom}",
        source=f"{etude.convention.source_texte}, {fiche.reference}",
        classe="texte-long",
    )


def calendrier(row: object) -> str:
    """Return when a modalité is due: « Pour le 30 juin 2024 », « De 2023 à 2026 » when no échéance is written.

    Args:
        row: A row of the states: ``debut``, ``echeance``, ``echeance_ecrite``.
    """
    if row.echeance_ecrite:
        return f"Pour le {date_longue(row.echeance.date())}"
    return f"De {row.debut.year} à {row.echeance.year}"


def _rubriques(etude: EtudeAnnuelle, fiche: Fiche, changements: Numerotes) -> Iterator[tuple[str, str]]:
    yield "Constat initial", _phrase(fiche.constat_initial)
    yield "Publics", _phrase(fiche.publics)
    yield "Objectifs", _phrase(fiche.objectifs)
    texts = {item.numero: item.texte for item in fiche.modalites}
    for row in etude.etats[etude.etats["fiche"].eq(fiche.numero)].itertuples():
        yield f"Modalité {row.modalite}, {minuscule(calendrier(row))}", f"{texts[row.modalite]}."
    yield "Services mobilisés et responsables de l'action", _phrase(fiche.services)
    yield "Partenaires sollicités", _phrase(fiche.partenaires) or RIEN_D_ECRIT
    yield "Résultats attendus", _phrase(_resultat(item, etude.contexte) for item in fiche.resultats)
    yield "Indicateurs d'évaluation", _indicateurs(fiche)
    for number, change in changements:
        if change.nature == "fiche" and change.element == fiche.numero:
            yield f"Changé par l'avenant {number}, à partir du {date_longue(change.effet)}", f"{change.nouveau}."


def _phrase(textes: object) -> str:
    told = " ; ".join(textes)
    return f"{told}." if told else ""


def _resultat(resultat: Resultat, contexte: Contexte) -> str:
    """Return a result with what could show it: what the convention writes, or else what every service is asked for."""
    items = [contexte.indicateurs[name] for name in resultat.indicateurs]
    written = [minuscule(item.libelle) for item in items if item.origine == "convention"]
    asked = [minuscule(item.libelle) for item in items if item.noyau]
    shown = ", ".join(written) or ("proposé : " + ", ".join(asked) if asked else AUCUN_INDICATEUR)
    return f"{resultat.libelle} ({shown})"


def _indicateurs(fiche: Fiche) -> str:
    """Return the indicators that the fiche writes, in its words, then what it gives of a start and of a target."""
    written = [item for item in fiche.indicateurs if item.libelle]
    if not written:
        return f"{RIEN_D_ECRIT} Ceux qui la suivent sont proposés."
    valued = [item for item in written if not isinstance(item.valeur_initiale, Absence)]
    aimed = [item for item in written if not isinstance(item.cible, Absence)]
    lacks = [what for what, kept in (("valeur de départ", valued), ("cible", aimed)) if not kept]
    told = f" Sans {' ni '.join(lacks)}." if lacks else ""
    return majuscule(_phrase(item.libelle for item in written)) + told
