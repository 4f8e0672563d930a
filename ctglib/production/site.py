"""What stands around the reports of a folder, made from their manifests alone: the portal, and what
the data of each convention hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.numeros import ordre
from ctglib.production.manifeste import Manifeste, lire_manifeste, tel_qu_ecrit
from ctglib.production.plan import DONNEES, PORTRAITS
from ctglib.production.portail import dossiers_publies, ecrire_portail


def ecrire_le_site(sortie: Path) -> Path:
    """Write what stands around the reports of a folder where it has changed; return the portal.

    Raises:
        EcritureImpossible: Something cannot be written.
    """
    dossiers = dossiers_publies(sortie)
    attendus = autour_des_rapports(dossiers)
    changes = {
        path: contenu
        for path, contenu in attendus.items()
        if not path.is_file() or path.read_bytes() != contenu
    }
    de_trop = [
        dossier / DONNEES
        for dossier in dossiers
        if dossier / DONNEES not in attendus and (dossier / DONNEES).is_file()
    ]
    ecrire(changes, de_trop)
    return ecrire_portail(sortie)


def autour_des_rapports(dossiers: Iterable[Path]) -> dict[Path, bytes]:
    """Return what stands around the reports of some folders, but the portal, by path."""
    fichiers = {}
    for dossier in dossiers:
        manifeste = lire_manifeste(dossier)
        contenu = octets_des_donnees(manifeste)
        if contenu:
            fichiers[dossier / DONNEES] = contenu
    return fichiers


def octets_des_donnees(manifeste: Manifeste) -> bytes:
    """Return the ``datapackage.json`` of all the public reports of a convention or of a territory;
    none when they have no data.

    Its title and its warning are those of a cover, as the portal's.
    """
    from ctglib.export.paquet import paquet_commun

    dossier = manifeste.chemin.parent
    paquets = {}
    pages = []
    for cle in sorted(manifeste.traces, key=lambda cle: ("/" in cle, ordre(cle))):
        trace = manifeste.traces[cle]
        paquet = dossier / cle / DONNEES
        ecrite = trace.sorties.get(f"{cle}/{DONNEES}")
        if paquet.is_file() and tel_qu_ecrit(paquet, ecrite):
            paquets[cle] = paquet.read_bytes()
            pages.append(trace.page)
    if not paquets:
        return b""
    territoires = [page["territoire"] for page in pages if page.get("territoire")]
    territoire = territoires[0] if territoires else dossier.name
    avertissements = [page["avertissement"] for page in pages if page.get("avertissement")]
    portrait = dossier.parent.name == PORTRAITS
    return paquet_commun(
        paquets,
        nom=f"{PORTRAITS}-{dossier.name}" if portrait else dossier.name,
        titre=f"Tableaux des rapports, {territoire}",
        avertissement=avertissements[0] if avertissements else "",
    )
