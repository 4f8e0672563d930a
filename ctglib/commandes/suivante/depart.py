"""The folder of a convention that nothing precedes: a text to fill, that already validates."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from ctglib.calculs.ecriture import enumerer
from ctglib.commandes.suivante.demande import verifier_nouvelle
from ctglib.donnees import publiques
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.dossier_suivi import fautes_de_convention
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.finale import fautes_finales
from ctglib.donnees.lecture import lire_octets, superposer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

DOSSIER, MODELE = "conventions", "catalogue/modele"
A_COMPLETER = "À compléter"


def preparer_depart(
    nom: str, territoire: str, debut: date | None, fin: date | None, *, parties: Sequence[str], fiches: int
) -> dict[str, bytes]:
    """Return the files of a convention to fill, by path in the data folder; they validate as they are.

    Args:
        nom: Name of its folder.
        territoire: Code of a commune, or SIREN of an EPCI, of the official code.
        debut: Its first day.
        fin: Its last day.
        parties: Names of the signatories, two at least.
        fiches: How many fiches action it has.

    Raises:
        DonneesInvalides: What does not do, all at once.
    """
    verifier_nouvelle(nom, territoire, debut, fin, parties=parties, fiches=fiches)
    place = publiques.territoires([territoire]).iloc[0]
    members = _membres(territoire) if place["niveau"] == "epci" else []
    reference = place["departement"] or _departement(members)
    words = {
        "nom": nom, "titre": f"Convention territoriale globale, {place['nom']}, {debut.year}-{fin.year}",
        "fictive": "false", "territoire": territoire, "membres": _liste(members), "reference": reference,
        "debut": debut.isoformat(), "fin": fin.isoformat(), "source": enumerer(list(parties)),
        "parties": "".join(_partie(rank, party) for rank, party in enumerate(parties, 1)),
        "fiches": "".join(_modele("fiche", numero=n, debut=debut, fin=fin) for n in range(1, fiches + 1)),
    }  # fmt: skip
    folder = f"{DOSSIER}/{nom}"
    files = {
        "convention.yaml": _modele("convention", **words),
        "territoires.yaml": _territoires(territoire, reference),
        **{f"{name}.csv": ",".join(charger_schema(name).colonnes) + "\n" for name in ("annexe1", "offre")},
    }
    written = {f"{folder}/{name}": text.encode() for name, text in files.items() if text}
    with superposer(written):
        if faults := [*fautes_de_convention(nom), *fautes_finales(nom)]:
            raise DonneesInvalides(faults)
    return written


def _modele(nom: str, /, **mots: object) -> str:
    return Template(lire_octets(f"{MODELE}/{nom}.yaml").decode("utf-8")).substitute(mots)


def _membres(epci: str) -> list[str]:
    communes = publiques.territoires(niveaux=("commune",))
    return communes.loc[communes["epci"] == epci, "code"].tolist()


def _departement(membres: list[str]) -> str:
    """Return the département that most members are in."""
    return publiques.territoires(membres)["departement"].mode().iloc[0]


def _liste(codes: list[str]) -> str:
    return "[" + ", ".join(f'"{code}"' for code in codes) + "]"


def _partie(rang: int, nom: str) -> str:
    told = nom.replace('"', "'")
    return (
        f'  - id: partie_{rang}\n    nom: "{told}"\n    nom_court: "{told}"\n'
        f"    qualite_du_signataire: {A_COMPLETER}\n    logo: partie_{rang}.png\n"
    )


def _territoires(*codes: str) -> str:
    """Return how sentences name territories: to be read over."""
    lines = [
        "  - {" + ", ".join(f'{key}: "{text}"' for key, text in place.model_dump().items()) + "}\n"
        for place in publiques.nommer(codes)
    ]
    head = "# Comment une phrase nomme les territoires : « à », « de », « le ». À relire.\nterritoires:\n"
    return head + "".join(lines)
