"""The folder of a convention that nothing precedes: a text to fill, that already validates."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from ctglib.calculs.ecriture import enumerer
from ctglib.commandes.suivante.demande import verifier_nouvelle
from ctglib.commandes.suivante.diagnostic import a_demander, diagnostic_public, en_csv, sources_du_diagnostic
from ctglib.donnees import publiques
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.dossier_suivi import fautes_de_convention
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.finale import fautes_finales
from ctglib.donnees.lecture import lire_octets, lister, superposer
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

DOSSIER, MODELE, THEMES = "conventions", "catalogue/modele", "catalogue/themes"
A_COMPLETER = "À compléter"


@dataclass(frozen=True)
class Depart:
    """The files of a convention to fill, by path in the data folder, and what its diagnostic holds.

    ``remplies`` is how many values of the territory public figures give, out of how many; ``a_demander`` who has the
    others, and how many.
    """

    fichiers: dict[str, bytes]
    remplies: tuple[int, int]
    a_demander: list[str]


def preparer_depart(
    nom: str, territoire: str, debut: date | None, fin: date | None, *, parties: Sequence[str], fiches: int
) -> Depart:
    """Return the files of a convention to fill; they validate as they are.

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
    rules = charger_yaml("catalogue/donnees_publiques.yaml", DonneesPubliques)
    themes = [charger_yaml(f"{THEMES}/{name}", Theme) for name in lister(THEMES) if name.endswith(".yaml")]
    themes.sort(key=lambda theme: theme.ordre)
    diagnostic = diagnostic_public(themes, rules, (territoire, members, reference), annee=debut.year - 1)
    sources = sources_du_diagnostic(rules, diagnostic)
    words = {
        **sources, "nom": nom, "titre": f"Convention territoriale globale, {place['nom']}, {debut.year}-{fin.year}",
        "fictive": "false", "territoire": territoire, "membres": _liste(members), "reference": reference,
        "debut": debut.isoformat(), "fin": fin.isoformat(), "source": enumerer(list(parties)),
        "parties": "".join(_partie(rank, party) for rank, party in enumerate(parties, 1)),
        "fiches": "".join(_modele("fiche", numero=n, debut=debut, fin=fin) for n in range(1, fiches + 1)),
    }  # fmt: skip
    folder = f"{DOSSIER}/{nom}"
    files = {
        "convention.yaml": _modele("convention", **words),
        "territoires.yaml": _territoires(territoire, reference),
        "offre.csv": ",".join(charger_schema("offre").colonnes) + "\n",
    }
    written = {f"{folder}/{name}": text.encode() for name, text in files.items() if text}
    written[f"{folder}/annexe1.csv"] = en_csv(diagnostic)
    with superposer(written):
        if faults := [*fautes_de_convention(nom), *fautes_finales(nom)]:
            raise DonneesInvalides(faults)
    own = diagnostic[diagnostic["territoire"].eq(territoire)]
    counts = int(own["valeur"].notna().sum()), len(own)
    return Depart(written, counts, a_demander(themes, diagnostic, territoire))


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
