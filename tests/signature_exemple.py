"""Certificates made for a test, with their keys, in PKCS 12: none is ever kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

MOT_DE_PASSE = "été 2026"


@dataclass(frozen=True)
class Certificat:
    certificat: x509.Certificate
    cle: ec.EllipticCurvePrivateKey

    def ecrire_p12(self, path: Path, *, avec_cle: bool = True) -> Path:
        """Write it with its key, or alone, by the password of the tests."""
        chiffre = serialization.BestAvailableEncryption(MOT_DE_PASSE.encode())
        octets = pkcs12.serialize_key_and_certificates(
            b"essai",
            self.cle if avec_cle else None,
            self.certificat if avec_cle else None,
            None if avec_cle else [self.certificat],
            chiffre,
        )
        path.write_bytes(octets)
        return path

    def ecrire_pem(self, path: Path) -> Path:
        path.write_bytes(self.certificat.public_bytes(serialization.Encoding.PEM))
        return path


def certifier(
    nom: str,
    autorite: Certificat | None = None,
    *,
    jours: tuple[int, int] = (-1, 365),
    usages: Iterable[str] | None = None,
) -> Certificat:
    """Return a certificate, signed by an authority or by itself, valid from and to so many days
    from today; ``usages`` are those that it declares, by their names in X.509.
    """
    cle = ec.generate_private_key(ec.SECP256R1())
    sujet = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, nom),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ville d'essai"),
        ]
    )
    maintenant = datetime.now(UTC)
    certificat = (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(autorite.certificat.subject if autorite else sujet)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(maintenant + timedelta(days=jours[0]))
        .not_valid_after(maintenant + timedelta(days=jours[1]))
        .add_extension(x509.BasicConstraints(ca=autorite is None, path_length=None), critical=True)
    )
    if usages is not None:
        noms = (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        )
        declares = x509.KeyUsage(**{nom: nom in usages for nom in noms})
        certificat = certificat.add_extension(declares, critical=True)
    return Certificat(certificat.sign(autorite.cle if autorite else cle, hashes.SHA256()), cle)
