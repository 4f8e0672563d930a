"""Les phrases de l'atelier, et l'erreur qui dit pourquoi il ne peut pas répondre."""

from collections.abc import Iterable

from ctglib.blocs.mots import repondre as dire
from ctglib.donnees.lecture import proches

PREMIERS_NOMS = 5


class DemandeImpossible(ValueError):
    """A question that the atelier cannot answer as put; its message is one French sentence."""


def impossible(phrase: str, **valeurs: object) -> DemandeImpossible:
    """Return, for the caller to raise, the error that says a sentence of ``atelier.yaml``."""
    return DemandeImpossible(dire(phrase, **valeurs))


def inconnu(
    sujet: str, demande: object, possibles: Iterable[object], remede: str = ""
) -> DemandeImpossible:
    """Return, for the caller to raise, the error for a name that does not exist.

    « Le lieu « Harne » n'existe pas. Noms proches : Harnes. », or « Possibles : … » with the first
    names when none is close; then ``remede``.
    """
    phrases = [dire("inconnu", sujet=sujet, nom=demande)]
    noms = list(dict.fromkeys(map(str, possibles)))
    noms_proches = proches(str(demande), noms)
    if noms_proches:
        phrases.append(dire("noms_proches", noms=", ".join(noms_proches)))
    elif noms:
        suite = "…" if len(noms) > PREMIERS_NOMS else ""
        phrases.append(f"Possibles : {', '.join(noms[:PREMIERS_NOMS])}{suite}.")
    if remede:
        phrases.append(remede)
    return DemandeImpossible(" ".join(phrases))
