"""What only the evaluation at the end reads: the catalogue's rules, our readings, what people entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles.finale import Lectures, ReglesFinales, SaisieFinale
from ctglib.donnees.verifications_finales import verifier_finale
from ctglib.donnees.yaml_strict import Document, examiner_yaml

if TYPE_CHECKING:
    from ctglib.donnees.dossier import Dossier

REGLES = "catalogue/evaluation_finale.yaml"
LECTURES, SAISIE = "lectures.yaml", "evaluation_finale.yaml"


@dataclass(frozen=True)
class Finale:
    """What the evaluation at the end reads beside the follow-up, checked.

    Attributes:
        regles: Questions, rules and words of the catalogue.
        lectures: Links that the text does not write; none when the file is absent.
        saisie: What the evaluators entered; nothing when the file is absent.
    """

    regles: ReglesFinales
    lectures: Lectures
    saisie: SaisieFinale


def lire_finale(dossier: Dossier) -> Finale:
    """Return what the evaluation at the end reads beside the follow-up of a convention.

    Raises:
        DonneesInvalides: All the faults of these files.
    """
    documents = _documents(dossier.convention.id)
    if faults := _fautes(documents, dossier):
        raise DonneesInvalides(faults)
    return Finale(*(document.objet for document in documents.values()))


def fautes_finales(convention: str) -> tuple[Faute, ...]:
    """Return the faults of these files; what they name is checked once the convention itself has no fault."""
    try:
        dossier = lire_dossier(convention)
    except DonneesInvalides:
        dossier = None
    return tuple(_fautes(_documents(convention), dossier))


def _documents(convention: str) -> dict[str, Document]:
    """Return the three files; one that a convention may not have and has not is an empty one."""
    folder = f"conventions/{convention}"
    found = {"regles": examiner_yaml(REGLES, ReglesFinales)}
    for name, file, model in (("lectures", LECTURES, Lectures), ("saisie", SAISIE, SaisieFinale)):
        path = f"{folder}/{file}"
        found[name] = examiner_yaml(path, model) if existe(path) else Document(None, model(), ())
    return found


def _fautes(documents: dict[str, Document], dossier: Dossier | None) -> list[Faute]:
    faults = [fault for document in documents.values() for fault in document.fautes]
    if dossier is None or faults:
        return faults
    return [*faults, *verifier_finale(documents, dossier)]
