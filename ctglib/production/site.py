"""What stands around the reports of a folder, made from their manifests alone: the portal, the
statement of accessibility, and what the data of each convention hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.numeros import ordre
from ctglib.production.echec import EXPORT, MODELES, rendre
from ctglib.production.manifeste import Manifeste, lire_manifeste, tel_qu_ecrit, versions
from ctglib.production.plan import ACCESSIBILITE, DONNEES, PORTRAITS
from ctglib.production.portail import (
    PORTAIL,
    dossiers_publies,
    ecrire_portail,
    portail_a_jour,
)


def ecrire_le_site(sortie: Path) -> Path:
    """Write what stands around the reports of a folder where it has changed; return the portal.

    Raises:
        EcritureImpossible: Something cannot be written.
    """
    dossiers = dossiers_publies(sortie)
    if portail_a_jour(sortie, dossiers) and _rien_ne_manque(sortie, dossiers):
        return sortie / PORTAIL  # the last to be written, from the same manifests
    attendus = autour_des_rapports(sortie, dossiers)
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


def _rien_ne_manque(sortie: Path, dossiers: Iterable[Path]) -> bool:
    """Tell whether what stands around the reports is there, without making it again."""
    attendus = [sortie / ACCESSIBILITE]
    for dossier in dossiers:
        sorties = [
            nom for trace in lire_manifeste(dossier).traces.values() for nom in trace.sorties
        ]
        if any(nom.endswith(f"/{DONNEES}") for nom in sorties):
            attendus.append(dossier / DONNEES)
    return all(path.is_file() for path in attendus)


def autour_des_rapports(sortie: Path, dossiers: Iterable[Path]) -> dict[Path, bytes]:
    """Return what stands around the reports of some folders of ``sortie``, but the portal, by path.

    There is a statement of accessibility even where there is no report.
    """
    dossiers = list(dossiers)
    fichiers = {sortie / ACCESSIBILITE: octets_de_la_declaration(dossiers)}
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


def octets_de_la_declaration(dossiers: Iterable[Path]) -> bytes:
    """Return the statement of accessibility of some folders of reports.

    It follows the model of the RGAA, and says what the tests measure (``accessibilite.yaml``). The
    date is that of the last report, never the clock's; the contact is each convention's.
    """
    import yaml

    faits = yaml.safe_load((MODELES / "accessibilite.yaml").read_text(encoding="utf-8"))
    contacts = []
    dates = []
    for dossier in dossiers:
        pages = [trace.page for trace in lire_manifeste(dossier).traces.values()]
        dates += [page["date"] for page in pages if page.get("date")]
        if pages and dossier.parent.name != PORTRAITS:
            contacts.append(_contact(dossier, pages))
    derniere = max(dates, default="")
    page = rendre(
        "accessibilite.html.j2",
        faits=faits,
        contacts=contacts,
        organismes=list(dict.fromkeys(contact["nom"] for contact in contacts if contact["nom"])),
        date=f"{date.fromisoformat(derniere):%d/%m/%Y}" if derniere else "",
        version=versions()["ctglib"],
        portail=PORTAIL,
        polices=(EXPORT / "polices.css").read_text(encoding="ascii"),
    )
    return page.encode("utf-8")


def _contact(dossier: Path, pages: list[dict[str, Any]]) -> dict[str, str]:
    """Return whom a reader of a convention's pages writes to, "" where nobody is named."""
    territoires = [page["territoire"] for page in pages if page.get("territoire")]
    donnes = [page for page in pages if page.get("adresse_du_contact")]
    donne = donnes[0] if donnes else {}
    adresse = donne.get("adresse_du_contact", "")
    return {
        "territoire": territoires[0] if territoires else dossier.name,
        "nom": donne.get("contact", ""),
        "adresse": adresse,
        "lien": adresse if adresse.startswith("https://") else f"mailto:{adresse}",
    }
