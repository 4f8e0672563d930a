"""``ctg archiver``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.commandes.messages import dire, proposer, refusant, refuser
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import valider
from ctglib.production.archive import PROJET, archiver, fichiers_requis_absents, telecharger
from ctglib.production.manifeste import JAMAIS, empreinte, lire_manifeste, prevoir
from ctglib.production.plan import CARNETS, PUBLIQUE, Demande, commandes, rapports_connus
from ctglib.production.verifier import Ecart, conventions_publiees, grouper, relever

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Archivage:
    """What is typed after ``ctg archiver``; see ``application.py``."""

    convention: str
    sortie: Path
    vers: Path | None = None
    avec_paquets: bool = False
    tel_quel: bool = False
    carnets: Path = CARNETS


@refusant("\n\nL'archive n'a pas été faite.")
def archiver_convention(demande: Archivage) -> int:
    """Write the archive of a convention and return 0, or 1 with what prevents it."""
    if refus := _refus(demande):
        return refuser(refus)
    reserves = tuple(grouper(_ecarts(demande)))
    if reserves and not demande.tel_quel:
        return refuser(
            "L'archive n'a pas été faite, tout n'est pas à jour :\n"
            + "\n".join(f"- {reserve}" for reserve in reserves)
            + f"\nRefaites les rapports (ctg produire --convention {demande.convention}), ou demandez l'archive en "
            "l'état par --tel-quel : elle dira ce qui précède."
        )
    vers = demande.vers or Path(f"ctg-{demande.convention}.zip")
    paquets = telecharger() if demande.avec_paquets else None
    manifeste = lire_manifeste(demande.sortie / demande.convention)
    octets, description = archiver(manifeste, demande.carnets, reserves=reserves, paquets=paquets)
    ecrire({vers: octets})
    _rendre_compte(vers, octets, description, reserves)
    return 0


def _refus(demande: Archivage) -> str:
    """Return why no archive can be made at all, empty when one can."""
    if absents := fichiers_requis_absents():
        return f"L'archive a besoin de {', '.join(absents)} dans {PROJET} : remettre le classeur entier à sa place."
    publiees = conventions_publiees(demande.sortie)
    if not lire_manifeste(demande.sortie / demande.convention).traces:
        possibles = f" Possibles : {', '.join(publiees)}." if publiees else ""
        return (
            f"La convention « {demande.convention} » n'a pas de rapport dans {demande.sortie}"
            f"{proposer(demande.convention, publiees)}.{possibles} Produisez-les par ctg produire."
        )
    return ""


def _ecarts(demande: Archivage) -> Iterator[Ecart]:
    """Yield what is not up to date: the data, the files, what they were made from, and the reports never made."""
    nom = demande.convention
    try:
        valider(nom)
    except DonneesInvalides as error:
        yield Ecart(nom, f"les données ont des fautes ({len(error.fautes)}), que ctg valider dit une à une")
    releve = relever(demande.sortie, (nom,), demande.carnets, (PUBLIQUE,))
    yield from (*releve.sorties, *releve.causes)
    rapports = rapports_connus(demande.carnets)
    tous = Demande(rapports, (nom,), (), PUBLIQUE, (), demande.sortie, demande.carnets)
    jamais = (item.commande for item in prevoir(commandes(tous)) if JAMAIS in item.raisons)
    yield from (Ecart(commande.nom, JAMAIS) for commande in sorted(jamais, key=lambda commande: commande.cle))


def _rendre_compte(vers: Path, octets: bytes, description: bytes, reserves: tuple[str, ...]) -> None:
    taille = f"{len(octets) / 1e6:.1f}".replace(".", ",")
    lines = [f"Archive : {vers} ({taille} Mo)", f"sha256 : {empreinte(octets)}"]
    lines.append(f"sha256 de sa description, que ctg verifier redira : {empreinte(description)}")
    if reserves:
        lines.append("Faite en l'état. Ce qui n'était pas à jour, et qu'elle dit :")
        lines += [f"- {reserve}" for reserve in reserves]
    lines.append("Elle contient les données saisies : à conserver entre les parties, à ne pas publier.")
    dire(*lines)
