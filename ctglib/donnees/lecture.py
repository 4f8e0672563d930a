"""The only place that opens data files: every read, every absence and every listing is recorded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from ctglib.donnees.empreintes import publiable
from ctglib.donnees.fautes import DonneesInvalides, Faute

VARIABLE = "CTG_DONNEES"


@dataclass
class Journal:
    """What a piece of work asked of the data folder; paths are relative, with forward slashes.

    Attributes:
        lus: Files read, with the sha256 of their bytes.
        absents: Files and folders looked for and not found.
        listes: Folders listed, with the names found (a folder's name ends with « / »).
        parts: Of the studies of the follow-up, the parts used, with their fingerprint: the rest of its files changes
            nothing. What is used whole, a study or a file of the follow-up, has an empty one.
    """

    lus: dict[str, str] = field(default_factory=dict)
    absents: set[str] = field(default_factory=set)
    listes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)


_journaux: list[Journal] = []
_superposes: list[dict[str, bytes | None]] = []
_par_parts: list[bool] = []


@contextmanager
def enregistrer() -> Iterator[Journal]:
    """Yield a journal of all that is read until the block ends; blocks may be nested, each sees its own reads.

    The list is the module's and not a context variable: a notebook's kernel runs its cells in contexts of its own.
    """
    journal = Journal()
    _journaux.append(journal)
    try:
        yield journal
    finally:
        del _journaux[next(i for i, open_journal in enumerate(_journaux) if open_journal is journal)]


def rejouer(journal: Journal) -> None:
    """Record reads made earlier: what is kept of a piece of work was read all the same."""
    for other in _journaux:
        other.lus.update(journal.lus)
        other.absents.update(journal.absents)
        other.listes.update(journal.listes)
        other.parts.update(journal.parts)


@contextmanager
def lire_par_parts() -> Iterator[None]:
    """Read the follow-up in the block without using it whole: ``noter_part`` says which parts of it are used."""
    _par_parts.append(True)
    try:
        yield
    finally:
        _par_parts.pop()


def noter_part(nom: str, empreinte: str = "") -> None:
    """Record that a part of a study of the follow-up is used; all of it, when it has no fingerprint."""
    for journal in _journaux:
        journal.parts[nom] = empreinte


@contextmanager
def superposer(fichiers: Mapping[str, bytes | None]) -> Iterator[None]:
    """Read these bytes instead of the files of these names until the block ends; None stands for an absent file.

    It answers « would these files hold? » before anything is written. What is read so is recorded as any other file.
    """
    layer = dict(fichiers)
    _superposes.append(layer)
    try:
        yield
    finally:
        del _superposes[next(i for i, other in enumerate(_superposes) if other is layer)]


def racine() -> Path:
    """Return the data folder: ``CTG_DONNEES`` when set, else ``data`` beside the package; never the working directory.

    Raises:
        DonneesInvalides: The folder is absent.
    """
    declared = os.environ.get(VARIABLE)
    folder = Path(declared).absolute() if declared else Path(__file__).resolve().parents[2] / "data"
    if folder.is_dir():
        return folder
    remedy = (
        f"corriger la variable d'environnement {VARIABLE}, ou la supprimer pour revenir au dossier « data » du projet"
        if declared
        else f"remettre le dossier « data » à côté de « ctglib », ou indiquer où il est par la variable {VARIABLE}"
    )
    raise DonneesInvalides([Faute(declared or "data", "dossier absent", "le dossier des données", remedy)])


def lire_octets(relatif: str) -> bytes:
    """Return the bytes of a data file.

    Raises:
        DonneesInvalides: The file is absent (close names are proposed), is a folder, or cannot be opened.
    """
    return _lire(relatif)[0]


def empreinte(relatif: str) -> str:
    """Return the sha256 of a data file, read as ``lire_octets`` does, with the same errors."""
    return _lire(relatif)[1]


def _lire(relatif: str) -> tuple[bytes, str]:
    path = _chemin(relatif)
    try:
        content = _contenu(relatif, path)
    except FileNotFoundError:
        _noter_absent(relatif)
        raise DonneesInvalides([_faute_absent(relatif)]) from None
    except OSError:
        kind = "un dossier" if path.is_dir() else "un fichier que l'on ne peut pas ouvrir"
        remedy = (
            f"remettre un fichier à la place du dossier « {path.name} »"
            if path.is_dir()
            else ("fermer le fichier s'il est ouvert dans un tableur, vérifier ses droits de lecture, puis recommencer")
        )
        raise DonneesInvalides([Faute(relatif, kind, "un fichier lisible", remedy)]) from None
    digest = hashlib.sha256(content).hexdigest()
    for journal in _journaux:
        journal.lus[relatif] = digest
    if not _par_parts and not publiable(relatif):
        noter_part(relatif)
    return content, digest


def existe(relatif: str) -> bool:
    """Return whether a data file is there; its bytes then count as read, so that a change of them is seen."""
    path = _chemin(relatif)
    layer = _couche(relatif)
    if path.is_file() if layer is None else layer[relatif] is not None:
        lire_octets(relatif)
        return True
    _noter_absent(relatif)
    return False


def lister(relatif: str) -> tuple[str, ...]:
    """Return the sorted names in a data folder, hidden and lock files left out; a folder's name ends with « / ».

    Raises:
        DonneesInvalides: The folder is absent.
    """
    folder = _chemin(relatif)
    found = {_nom(entry) for entry in folder.iterdir()} if folder.is_dir() else set()
    found = _avec_les_superposes(relatif, found)
    if not found and not folder.is_dir():
        _noter_absent(relatif)
        raise DonneesInvalides([_faute_absent(relatif, dossier=True)])
    names = tuple(sorted(name for name in found if not name.startswith((".", "~$"))))
    for journal in _journaux:
        journal.listes[relatif] = names
    return names


def proches(nom: str, connus: list[str] | tuple[str, ...], seuil: float = 0.6) -> list[str]:
    """Return at most three known names close to one, whatever the case, the closest first; ``seuil`` is difflib's."""
    lowered = {known.lower(): known for known in connus}
    return [lowered[match] for match in get_close_matches(nom.lower()[:200], list(lowered), n=3, cutoff=seuil)]


def _nom(entry: Path) -> str:
    return f"{entry.name}/" if entry.is_dir() else entry.name


def _couche(relatif: str) -> dict[str, bytes | None] | None:
    """Return the last layer that says something of a file, None when the disk alone does."""
    return next((layer for layer in reversed(_superposes) if relatif in layer), None)


def _contenu(relatif: str, path: Path) -> bytes:
    layer = _couche(relatif)
    if layer is None:
        return path.read_bytes()
    content = layer[relatif]
    if content is None:
        raise FileNotFoundError(relatif)
    return content


def _avec_les_superposes(relatif: str, noms: set[str]) -> set[str]:
    """Return the names of a folder once the layers are laid over it."""
    prefix = f"{relatif}/"
    names = set(noms)
    for layer in _superposes:
        for path, content in layer.items():
            if not path.startswith(prefix):
                continue
            name, below, _ = path.removeprefix(prefix).partition("/")
            if content is None and not below:
                names.discard(name)
            elif content is not None:
                names.add(f"{name}{below}")
    return names


def _chemin(relatif: str) -> Path:
    """Return the path of a data file, refusing what would leave the data folder."""
    pure = PurePosixPath(relatif)
    if pure.is_absolute() or ".." in pure.parts or "\\" in relatif or ":" in relatif or not relatif.isprintable():
        raise DonneesInvalides(
            [
                Faute(
                    "data",
                    f"chemin « {relatif[:80]} »",
                    "un chemin à l'intérieur du dossier des données",
                    "écrire le chemin depuis le dossier des données, sans « .. » ni lettre de lecteur",
                )
            ]
        )
    return racine() / pure


def _noter_absent(relatif: str) -> None:
    for journal in _journaux:
        journal.absents.add(relatif)


def _faute_absent(relatif: str, dossier: bool = False) -> Faute:
    """Return the fault of an absent file, naming the close names of its folder and not a lost parent's."""
    kind = "dossier" if dossier else "fichier"
    name = PurePosixPath(relatif).name
    parent = _chemin(relatif).parent
    stems = {_sans_suffixe(entry.name): entry.name for entry in parent.iterdir()} if parent.is_dir() else {}
    close = [stems[stem] for stem in proches(_sans_suffixe(name), list(stems), 0.8)]
    remedy = f"remettre ce {kind} à sa place" + (f", ou renommer « {close[0]} » si c'est lui" if close else "")
    found = f"{kind} absent" + (f" ; nom proche présent : {', '.join(close)}" if close else "")
    return Faute(relatif, found, f"un {kind} nommé « {name} »", remedy)


def _sans_suffixe(nom: str) -> str:
    """Return what a file is named before its first point: all our files of a folder end alike."""
    return nom.partition(".")[0]
