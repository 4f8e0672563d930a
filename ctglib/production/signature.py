"""The signature of an archive: who answers for it, when, and whether it has changed since.

A CMS signature (RFC 5652) of the archive's description, detached, in DER, in a file beside. The
description has the fingerprint of every file, and so of the manifest, which has those of the
reports: none of them is touched.

pyHanko makes and checks it; it is optional, and imported here alone.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ctglib.donnees.enclos import ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides, Empechement, mots, refus
from ctglib.donnees.lecture import lire_fichier
from ctglib.production.echec import dire_refus, phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers import SimpleSigner

SIGNATAIRE = "#signataire"  # what a description calls who is to sign it
SUFFIXE = ".p7s"  # beside the archive: « ctg-harnes.zip.p7s »
OCTETS_MAX = 1024**2  # of a certificate, of a signature: a hundred times what they have
USAGES = ("digital_signature", "non_repudiation")  # one of these, of a certificate that signs
# A key, as text or in a PKCS 12 file: a sequence, its length, version 3, then another sequence.
_CLE = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\A\x30(?:[\x00-\x80]|[\x81-\x84].{1,4})\x02\x01\x03\x30",
    re.DOTALL,
)


@dataclass(frozen=True)
class Signataire:
    """Who signs: a certificate and its key, read from a PKCS 12 file."""

    nom: str  # « Marie Dupont, Ville de Harnes », as the certificate says
    empreinte: str  # SHA-256 of the certificate
    cle: SimpleSigner

    def signer(self, contenu: bytes, instant: datetime) -> bytes:
        """Return the detached signature of some bytes, in DER; the instant is signed too."""
        from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

        signature = self.cle.async_sign_general_data(
            contenu,
            "sha256",
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=instant),
        )
        return asyncio.run(signature).dump()


class Signature(NamedTuple):
    """What a signature says, once checked."""

    nom: str
    empreinte: str
    instant: datetime | None  # by the clock of who signed
    intacte: bool  # what was signed is what is there
    garantie: bool | None  # by an authority that was given; None, none was
    expiree: bool  # the certificate was not valid, at that instant


class Avis(NamedTuple):
    """What is to be said of the signature of an archive."""

    ecarts: tuple[str, ...]  # what is wrong, a sentence each
    phrase: str = ""  # when nothing is: who signed, and when
    verifiee: bool = False  # there is one


def juger(description: bytes, fichier: Path, autorite: Path | None, *, attendue: bool) -> Avis:
    """Return what is to be said of the signature of an archive's description.

    Args:
        description: What the signature should be of.
        fichier: The signature, there or not.
        autorite: The certificates that are trusted: there must then be a signature.
        attendue: Whether it is missed when the description says that there is one.
    """
    if autorite and not autorite.exists():
        raise Empechement(dire_refus("autorite_absente", autorite=autorite))
    annonce = _annonce(description)
    if not fichier.exists():
        if autorite:
            return Avis((_dire("demandee", fichier=fichier.name),))
        if annonce is None:
            return Avis((), _dire("aucune"))
        if attendue:
            return Avis((_dire("absente", nom=annonce.nom, fichier=fichier.name),))
        return Avis((), _dire("a_part", nom=annonce.nom, suffixe=SUFFIXE))
    try:
        signature = verifier_signature(fichier, description, autorite)
    except DonneesInvalides as error:
        return Avis(tuple(f"{faute.fichier} : {faute.trouve}" for faute in error.fautes))
    except Empechement as error:
        return Avis((str(error),))
    return _avis(signature, annonce, autorite.name if autorite else "")


def _avis(signature: Signature, annonce: Annonce | None, autorite: str) -> Avis:
    empreinte = signature.empreinte
    ecarts = []
    if not signature.intacte:
        ecarts.append(_dire("changee"))
    if annonce and annonce.empreinte != empreinte:
        ecarts.append(_dire("autre", nom=annonce.nom, empreinte=empreinte))
    if signature.expiree:
        ecarts.append(_dire("expiree"))
    if signature.garantie is False:
        ecarts.append(_dire("non_garantie", autorite=autorite, empreinte=empreinte))
    if signature.instant is None:
        qui = _dire("sans_date", nom=signature.nom)
    else:
        instant = signature.instant.astimezone()
        qui = _dire("par", nom=signature.nom, jour=f"{instant:%d/%m/%Y}", heure=f"{instant:%H:%M}")
    if ecarts:
        return Avis((qui, *ecarts), verifiee=True)
    confiance = "garantie" if autorite else "inconnue"
    suite = _dire(confiance, autorite=autorite, empreinte=empreinte)
    return Avis((), f"{qui} ; {suite}", verifiee=True)


class Annonce(NamedTuple):
    """Who is to sign a description, as it says."""

    nom: str
    empreinte: str  # SHA-256 of the certificate


def _annonce(description: bytes) -> Annonce | None:
    try:
        elements = json.loads(description)["@graph"]
        for element in elements:
            if element["@id"] == SIGNATAIRE:
                nom = _montrable(str(element["name"]))
                return Annonce(nom, str(element["identifier"]).removeprefix("sha256:"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # « Archive » says it
    return None


def _dire(cle: str, **valeurs: object) -> str:
    return phrases()["signature"][cle].format(**valeurs)


def lire_signataire(certificat: Path, demander: Callable[[], str], instant: datetime) -> Signataire:
    """Return who signs.

    Args:
        certificat: The file, in PKCS 12.
        demander: What gives its password, once the file is known to be one.
        instant: When the certificate has to be valid.

    Raises:
        Empechement: The file is no PKCS 12, or not by this password; it has no key, or a
            certificate that is not valid at this instant; pyHanko is not installed.
    """
    with _installee():
        from asn1crypto.pkcs12 import Pfx
        from pyhanko.sign.signers import SimpleSigner

    nom = certificat.name
    try:
        octets = lire_fichier(certificat, nom, octets_max=OCTETS_MAX)
    except (FileNotFoundError, NotADirectoryError):
        raise Empechement(dire_refus("certificat_absent", certificat=certificat)) from None
    try:
        Pfx.load(octets, strict=True)["auth_safe"]["content"].native  # noqa: B018
    except (ValueError, TypeError, KeyError):
        raise Empechement(dire_refus("certificat_abime", certificat=nom)) from None
    mot_de_passe = demander().encode()
    try:
        cle = SimpleSigner.load_pkcs12_data(octets, [], mot_de_passe or None)
    except ValueError:
        raise Empechement(dire_refus("mot_de_passe_refuse", certificat=nom)) from None
    except (TypeError, AttributeError):  # a certificate without its key, or the contrary
        raise Empechement(dire_refus("certificat_sans_cle", certificat=nom)) from None
    signe_par = cle.signing_cert
    assert signe_par is not None  # it has been read
    if not _valide_le(signe_par, instant):
        refuse = dire_refus(
            "certificat_expire",
            certificat=nom,
            debut=f"{signe_par.not_valid_before:%d/%m/%Y}",
            fin=f"{signe_par.not_valid_after:%d/%m/%Y}",
        )
        raise Empechement(refuse)
    return Signataire(_nom(signe_par), sha256(signe_par.dump()).hexdigest(), cle)


def verifier_signature(fichier: Path, contenu: bytes, autorite: Path | None) -> Signature:
    """Return what a signature of some bytes says; the files are parsed by a child process.

    Args:
        fichier: The signature.
        contenu: What it should be of.
        autorite: The certificates, in PEM or DER, of the authorities that are trusted.

    Raises:
        DonneesInvalides: A file is none of these.
        Empechement: pyHanko is not installed.
    """
    with _installee():
        import pyhanko  # noqa: F401
    octets = lire_fichier(fichier, fichier.name, octets_max=OCTETS_MAX)
    autorites = None
    if autorite:
        autorites = lire_fichier(autorite, autorite.name, octets_max=OCTETS_MAX)
        nom_de_l_autorite = autorite.name
    else:
        nom_de_l_autorite = ""
    with ouvrir_enclos() as enclos:
        return enclos.lire(examiner, fichier.name, octets, contenu, nom_de_l_autorite, autorites)


def examiner(
    nom: str, octets: bytes, contenu: bytes, nom_de_l_autorite: str, autorites: bytes | None
) -> Signature:
    """Return what a signature says: what ``verifier_signature`` calls in the child."""
    from asn1crypto.cms import ContentInfo, DigestAlgorithms
    from pyhanko.sign.general import extract_certificate_info, extract_signer_info
    from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    racines = _certificats(nom_de_l_autorite, autorites) if autorites else []
    try:
        signee = ContentInfo.load(octets, strict=True)["content"]
        signature = extract_signer_info(signee)
        certificat = extract_certificate_info(signee).signer_cert
        designation: Any = signature["sid"]
        # What the signature is not of, and any byte could change unseen.
        autour = (
            signee["version"].native,
            signature["version"].native,
            signee["digest_algorithms"].dump(),
            designation.chosen["issuer"].dump(),
        )
        algorithmes = DigestAlgorithms([signature["digest_algorithm"]]).dump()
        if autour != ("v1", "v1", algorithmes, certificat.issuer.dump()):
            raise ValueError
        instants = [
            valeur.native
            for attribut in signature["signed_attrs"]
            if attribut["type"].native == "signing_time"
            for valeur in attribut["values"]
        ]
        instant = instants[0] if instants else None
        contexte = ValidationContext(
            trust_roots=racines, allow_fetching=False, moment=instant, best_signature_time=instant
        )
        # A certificate that does not say what it is for may sign.
        usages = KeyUsageConstraints(key_usage=USAGES if certificat.key_usage_value else ())
        etat = asyncio.run(
            async_validate_detached_cms(contenu, signee, contexte, key_usage_settings=usages)
        )
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise refus(nom, *mots("signature_illisible")) from None
    signe_par = etat.signing_cert
    return Signature(
        _nom(signe_par),
        sha256(signe_par.dump()).hexdigest(),
        instant,
        etat.intact and etat.valid,
        etat.trusted if autorites else None,
        instant is not None and not _valide_le(signe_par, instant),
    )


def cles_parmi(fichiers: Mapping[str, bytes]) -> list[str]:
    """Return the paths of the files that hold a signing key: none may be in an archive."""
    return sorted(chemin for chemin, contenu in fichiers.items() if _CLE.search(contenu))


def _certificats(nom: str, octets: bytes) -> list[Certificate]:
    """Return the certificates of a file, in PEM or DER."""
    from pyhanko.keys import load_certs_from_pemder_data

    try:
        certificats = list(load_certs_from_pemder_data(octets))
        for certificat in certificats:
            _nom(certificat)
    except (ValueError, TypeError, KeyError):
        raise refus(nom, *mots("autorite_illisible")) from None
    return certificats


def _nom(certificat: Certificate) -> str:
    """Return the names that a certificate gives to its holder, as a terminal may show them."""
    sujet = certificat.subject.native
    noms = [sujet[cle] for cle in ("common_name", "organization_name") if cle in sujet]
    texte = ", ".join(str(nom) for nom in noms) or certificat.subject.human_friendly
    return _montrable(texte)


def _montrable(texte: str) -> str:
    return "".join(signe if signe.isprintable() else "·" for signe in texte)


def _valide_le(certificat: Certificate, instant: datetime) -> bool:
    return certificat.not_valid_before <= instant <= certificat.not_valid_after


@contextmanager
def _installee() -> Iterator[None]:
    try:
        yield
    except ImportError:
        raise Empechement(dire_refus("sans_signature")) from None
