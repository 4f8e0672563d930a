"""What is sent to the services: for each, a draft of a mail with its workbook and its letter.

No address is known here: whoever sends the mail chooses to whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

import pandas as pd

from ctglib.bureau.etat import MOTS
from ctglib.bureau.publies import en_zip
from ctglib.calculs.ecriture import enumerer, majuscule
from ctglib.collecte.classeur import classeur, nom_du_classeur
from ctglib.collecte.feuilles import Cadre, feuilles, ouvrir_cadre
from ctglib.collecte.lettre import lettre
from ctglib.collecte.manques import compter_les_elements, manques
from ctglib.document.typographie import compter, date_longue

A_CORRIGER = "a-corriger-"
TYPE_EXCEL = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPE_WORD = "vnd.openxmlformats-officedocument.wordprocessingml.document"


def courriels(
    convention: str, annee: int, reponse: date | None, *, relance: bool
) -> dict[str, bytes]:
    """Return what is sent to the services that have something to send, by file name: for each, the
    draft of a mail, then the workbook and the letter that it has, for who opens no draft.

    Args:
        convention: The convention.
        annee: The year asked for.
        reponse: The day by which the services are asked to answer.
        relance: Whether they were asked already.

    Raises:
        DonneesInvalides: The data do not hold, or the year is out of the convention.
    """
    cadre = ouvrir_cadre(convention, annee)
    manquantes = manques(cadre)
    prets = {}
    for service in cadre.dossier.catalogue.responsables:
        siennes = manquantes[manquantes["responsable"].eq(service)]
        if len(siennes):
            joints = _joints(cadre, service, siennes, reponse)
            nom = f"courriel-{annee}-{service}.eml"
            prets[nom] = _courriel(cadre, service, siennes, reponse, relance, joints)
            prets |= joints
    return prets


def nom_a_renvoyer(nom: str) -> str:
    """Return the name of an annotated copy as it is given: not that of the workbook received."""
    return nom if nom.startswith(A_CORRIGER) else f"{A_CORRIGER}{nom}"


def courriel_de_retour(titre: str, annee: int, points: int, nom: str, octets: bytes) -> bytes:
    """Return the draft of the mail that sends back the annotated copy of a workbook.

    Args:
        titre: That of the convention.
        annee: The year of the workbook.
        points: How many faults and questions it has.
        nom: The name of the copy.
        octets: The copy.
    """
    textes = MOTS["courriel"]["retour"]
    mots = {"titre": titre, "annee": annee, "points": compter(points, "point")}
    message = EmailMessage(policy=SMTP)
    message["Subject"] = textes["objet"].format(**mots)
    message["X-Unsent"] = "1"
    message.set_content("\n\n".join(texte.format(**mots) for texte in textes["texte"]))
    message.add_attachment(
        octets, maintype="application", subtype=TYPE_EXCEL, filename=nom_a_renvoyer(nom)
    )
    message.set_boundary(f"ctg-retour-{annee}")  # the same bytes twice
    return message.as_bytes()


def paquet(courriels_prets: dict[str, bytes]) -> bytes:
    """Return the drafts, and what lies beside them, as one archive."""
    return en_zip(courriels_prets.items())


def _joints(
    cadre: Cadre, service: str, manquantes: pd.DataFrame, reponse: date | None
) -> dict[str, bytes]:
    """Return the workbook of a service and its letter, by file name."""
    du_service = replace(cadre, responsable=service)
    nom = nom_du_classeur(cadre.dossier.convention.id, cadre.annee, service)
    return {
        nom: classeur(du_service, feuilles(du_service)),
        f"lettre-{service}.docx": _lettre(cadre, service, manquantes, reponse),
    }


def _courriel(
    cadre: Cadre,
    service: str,
    manquantes: pd.DataFrame,
    reponse: date | None,
    relance: bool,
    joints: Mapping[str, bytes],
) -> bytes:
    """Return the draft of a mail: programs open one with « X-Unsent » as a message to be sent."""
    textes = MOTS["courriel"]
    convention = cadre.dossier.convention
    mots = {
        "titre": convention.titre,
        "annee": cadre.annee,
        "elements": compter_les_elements(manquantes, cadre.gabarit),
        "reponse": f"le {date_longue(reponse)}" if reponse else textes["sans_date"],
    }
    sorte = textes["relance"] if relance else textes["demande"]
    message = EmailMessage(policy=SMTP)
    message["Subject"] = sorte["objet"].format(**mots)
    message["X-Unsent"] = "1"
    message.set_content("\n\n".join(texte.format(**mots) for texte in sorte["texte"]))
    for nom, octets in joints.items():
        sous_type = TYPE_EXCEL if nom.endswith(".xlsx") else TYPE_WORD
        message.add_attachment(octets, maintype="application", subtype=sous_type, filename=nom)
    message.set_boundary(f"ctg-{convention.id}-{cadre.annee}-{service}")  # the same bytes twice
    return message.as_bytes()


def _lettre(cadre: Cadre, service: str, manquantes: pd.DataFrame, reponse: date | None) -> bytes:
    """Return the letter of a service about one year."""
    modele = cadre.gabarit.lettre
    principal = cadre.gabarit.parts.principal
    if service == principal:
        modele = modele.a_elle_meme
    services = cadre.dossier.catalogue.responsables
    convention = cadre.dossier.convention
    demandees = [
        modele.demande.format(
            quoi=compter_les_elements(siennes, cadre.gabarit, sans_total=True),
            annees=cadre.annee,
            feuille=feuille,
            delai=majuscule(modele.delai),
        )
        for feuille, siennes in manquantes.groupby("feuille", sort=False)
    ]
    mots = {
        "titre": convention.titre,
        "parties": enumerer([partie.nom for partie in convention.parties]),
        "coordination": services[principal].libelle,
        "service": services[service].libelle,
        "lieu": convention.parties[0].nom,
        "annees": modele.une_annee.format(annees=cadre.annee),
        "elements": compter_les_elements(manquantes, cadre.gabarit),
        "delai": modele.delai,
    }
    return lettre(
        modele, mots, demandees, annee=cadre.annee, reponse=date_longue(reponse) if reponse else ""
    )
