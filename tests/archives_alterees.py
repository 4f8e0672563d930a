"""A signed archive altered in as many ways as one may think of, by chance from a seed."""

from __future__ import annotations

import io
import json
import random
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import unquote

from ctglib.production.contenant import DESCRIPTION, emballer


@dataclass(frozen=True)
class Signee:
    """An archive and its signature, as bytes; None for a signature that was removed."""

    octets: bytes
    signature: bytes | None

    def fichiers(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.octets)) as archive:
            return {nom: archive.read(nom) for nom in archive.namelist()}


Alteration = Callable[[Signee, random.Random], Signee]
AJOUTS = (
    *("notes.txt", "sitecustomize.py", ".venv/lib/site-packages/x.pth", "conftest.py"),
    *("ctglib/calculs/ecriture.so", "ctglib/__pycache__/__init__.cpython-311.pyc"),
    *("reports/harnes/2024/bilan.html", "reports/lens/manifeste.json", "notebooks/x.ipynb"),
    *("data/conventions/harnes/suivi/2024/observations.csv", "data/sources/x/origine.yaml"),
    *("ctglib/calculs/ecriture/__init__.py", "pandas.py", "pip.conf", ".git/config", "a/b/c/d"),
)
ETRANGES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"@graph": [1]}',
    b'{"@graph": {"a": 1}}',
    b'{"@graph": [{"@id": 1, "@type": "File", "sha256": 2}]}',
    b'{"forme": 1, "rapports": {"a": 1}, "echecs": {}}',
)


def _un_octet(octets: bytes, hasard: random.Random) -> bytes:
    change = bytearray(octets)
    place = hasard.randrange(len(change))
    change[place] ^= hasard.randrange(1, 256)
    return bytes(change)


def _un_fichier(fichiers: dict[str, bytes], hasard: random.Random) -> str:
    """Return a file by chance, those of the reports and of the data as often as all the others."""
    debut = hasard.choice(("reports/", "data/conventions/", ""))
    return hasard.choice([nom for nom in sorted(fichiers) if nom.startswith(debut)])


def _accorder(fichiers: dict[str, bytes], hasard: random.Random) -> None:
    """Have the description say what there is, as one who forges would."""
    description = json.loads(fichiers[DESCRIPTION])
    decrits = {
        unquote(element["@id"]): element
        for element in description["@graph"]
        if element["@type"] == "File"
    }
    modele = next(iter(decrits.values()))
    for nom in decrits.keys() - fichiers.keys():
        description["@graph"].remove(decrits[nom])
    for nom in sorted(fichiers.keys() - decrits.keys() - {DESCRIPTION}):
        decrits[nom] = {**modele, "@id": nom}
        description["@graph"].append(decrits[nom])
    for nom in fichiers.keys() - {DESCRIPTION}:
        decrits[nom]["sha256"] = sha256(fichiers[nom]).hexdigest()
    fichiers[DESCRIPTION] = json.dumps(description, ensure_ascii=False, indent=1).encode()


def octet_du_zip(signee: Signee, hasard: random.Random) -> Signee:
    return replace(signee, octets=_un_octet(signee.octets, hasard))


def coupe(signee: Signee, hasard: random.Random) -> Signee:
    return replace(signee, octets=signee.octets[: hasard.randrange(len(signee.octets))])


def rallonge(signee: Signee, hasard: random.Random) -> Signee:
    ajout = hasard.randbytes(hasard.randrange(1, 40))
    octets = hasard.choice((signee.octets + ajout, ajout + signee.octets))
    return replace(signee, octets=octets)


def commentaire(signee: Signee, hasard: random.Random) -> Signee:
    buffer = io.BytesIO(signee.octets)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = hasard.randbytes(hasard.randrange(1, 40))
    return replace(signee, octets=buffer.getvalue())


def entrees(signee: Signee, hasard: random.Random) -> Signee:
    """Rewrite the ZIP with the same files, and something else of its entries."""
    sorte = hasard.choice(("ordre", "date", "droits", "extra", "note", "dossier", "stocke", "lien"))
    fichiers = signee.fichiers()
    choisi = _un_fichier(fichiers, hasard)
    noms = list(fichiers)
    if sorte == "ordre":
        hasard.shuffle(noms)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w") as archive,
        zipfile.ZipFile(io.BytesIO(signee.octets)) as vrai,
    ):
        if sorte == "dossier":
            archive.mkdir("data")
        for nom in noms:
            entree = zipfile.ZipInfo(nom, (1980, 1, 1, 0, 0, 0))
            modele = vrai.getinfo(nom)
            entree.create_system = 3
            entree.external_attr = modele.external_attr
            entree.compress_type = modele.compress_type
            if nom == choisi and sorte == "date":
                entree.date_time = (2026, 12, 1, 0, 0, hasard.randrange(0, 60, 2))
            if nom == choisi and sorte == "droits":
                entree.external_attr = 0o104755 << 16
            if nom == choisi and sorte == "lien":
                entree.external_attr = 0o120777 << 16
            if nom == choisi and sorte == "extra":
                entree.extra = b"\xfe\xca\x04\x00faux"
            if nom == choisi and sorte == "note":
                entree.comment = hasard.randbytes(8)
            if nom == choisi and sorte == "stocke":
                entree.compress_type = zipfile.ZIP_DEFLATED
                if modele.compress_type == zipfile.ZIP_DEFLATED:
                    entree.compress_type = zipfile.ZIP_STORED
            archive.writestr(entree, fichiers[nom])
    return replace(signee, octets=buffer.getvalue())


def double(signee: Signee, hasard: random.Random) -> Signee:
    buffer = io.BytesIO(signee.octets)
    with zipfile.ZipFile(buffer, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(hasard.choice(archive.namelist()), b"autre")
    return replace(signee, octets=buffer.getvalue())


def nom_dehors(signee: Signee, hasard: random.Random) -> Signee:
    buffer = io.BytesIO(signee.octets)
    noms = ("../dehors.txt", "/tmp-dehors/x", "data/../../x", "a\\..\\..\\x", "C:\\x")
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(hasard.choice(noms), b"autre")
    return replace(signee, octets=buffer.getvalue())


def fichiers_changes(signee: Signee, hasard: random.Random) -> Signee:
    """Change, remove, add, rename or swap files; and sometimes the description with them."""
    fichiers = signee.fichiers()
    nom = _un_fichier(fichiers, hasard)
    autre = _un_fichier(fichiers, hasard)
    sorte = hasard.choice(("change", "remplace", "retire", "ajoute", "renomme", "echange"))
    if sorte == "echange" and fichiers[nom] == fichiers[autre]:
        sorte = "retire"
    if sorte == "change" and fichiers[nom]:
        fichiers[nom] = _un_octet(fichiers[nom], hasard)
    elif sorte in ("change", "remplace"):
        fichiers[nom] = fichiers[nom] + hasard.choice(ETRANGES[1:])
    elif sorte == "retire":
        del fichiers[nom]
    elif sorte == "ajoute":
        fichiers[hasard.choice(AJOUTS)] = hasard.randbytes(30)
    elif sorte == "renomme":
        fichiers[hasard.choice((f"{nom}~", nom.upper(), f"x/{nom}"))] = fichiers.pop(nom)
    else:
        fichiers[nom], fichiers[autre] = fichiers[autre], fichiers[nom]
    if DESCRIPTION in fichiers and nom != DESCRIPTION and hasard.random() < 0.5:
        _accorder(fichiers, hasard)
    return replace(signee, octets=emballer(fichiers))


def json_edite(signee: Signee, hasard: random.Random) -> Signee:
    """Edit a value of the manifest, or of the description, by what may not be of its kind."""
    fichiers = signee.fichiers()
    manifestes = [nom for nom in fichiers if nom.endswith("manifeste.json")]
    nom = hasard.choice((DESCRIPTION, *manifestes))
    contenu = json.loads(fichiers[nom])
    ici = contenu
    while True:
        cles = list(ici) if isinstance(ici, dict) else list(range(len(ici)))
        cle = hasard.choice(cles)
        if not isinstance(ici[cle], dict | list) or not ici[cle] or hasard.random() < 0.2:
            break
        ici = ici[cle]
    avant = ici[cle]
    ici[cle] = hasard.choice([autre for autre in (None, 1, "x", [], {}, ["x"]) if autre != avant])
    if hasard.random() < 0.2:
        fichiers[nom] = hasard.choice(ETRANGES)
    else:
        fichiers[nom] = json.dumps(contenu, ensure_ascii=False, indent=1).encode()
    if nom != DESCRIPTION and hasard.random() < 0.7:
        _accorder(fichiers, hasard)
    return replace(signee, octets=emballer(fichiers))


def signature_retiree(signee: Signee, hasard: random.Random) -> Signee:
    return replace(signee, signature=None)


def signature_changee(signee: Signee, hasard: random.Random) -> Signee:
    assert signee.signature is not None
    changee = hasard.choice(
        (
            _un_octet(signee.signature, hasard),
            signee.signature[: hasard.randrange(len(signee.signature))],
            signee.signature + hasard.randbytes(5),
            hasard.randbytes(500),
        )
    )
    return replace(signee, signature=changee)


def remplacee_par(autres: list[Signee]) -> Alteration:
    """Return what puts another signature in the place of the true one."""

    def signature_d_un_autre(signee: Signee, hasard: random.Random) -> Signee:
        return replace(signee, signature=hasard.choice(autres).signature)

    return signature_d_un_autre


ALTERATIONS: tuple[Alteration, ...] = (
    *(octet_du_zip, coupe, rallonge, commentaire, entrees, double, nom_dehors),
    *(fichiers_changes, fichiers_changes, fichiers_changes, json_edite, json_edite),
    *(signature_retiree, signature_changee),
)
