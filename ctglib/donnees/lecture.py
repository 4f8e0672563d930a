"""The only place that opens data files, as bytes or as text: every read, absence and listing is recorded."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from ctglib.donnees.cle import cle_secrete, signer
from ctglib.donnees.empreintes import publiable
from ctglib.donnees.fautes import DonneesInvalides, Faute, refus

VARIABLE = "CTG_DONNEES"
RAPPORT = "CTG_RAPPORT"  # set in the kernel of a report, where nothing but its cells may speak
OCTETS_MAX = 64 * 1024 * 1024  # the largest file of the project has a hundredth of that
_DROITS = "vérifier ses droits de lecture, puis recommencer"
DOSSIER_SUIVI = "suivi"


@dataclass
class Journal:
    """What a piece of work asked of the data folder; paths are relative, with forward slashes.

    Attributes:
        lus: Files read, with the fingerprint of their bytes (see ``empreinte``).
        absents: Files and folders looked for and not found.
        listes: Folders listed, with the names found (a folder's name ends with « / »).
        parts: Of the studies of the follow-up, the parts used, with their fingerprint: the rest of its files changes
            nothing. What is used whole, a study or a file of the follow-up, has an empty one.
    """

    lus: dict[str, str] = field(default_factory=dict)
    absents: set[str] = field(default_factory=set)
    listes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def bruts(self) -> tuple[str, ...]:
        """The files of the follow-up that were read as entered, without going through the mask of a study."""
        return tuple(sorted(nom for nom in self.parts if not publiable(nom)))


_journaux: list[Journal] = []
_superposes: list[dict[str, bytes | None]] = []
_par_parts: list[bool] = []
_guet: list[bool] = []  # whether openings are watched
_ici = threading.local()  # whether the opening is this module's own


@contextmanager
def enregistrer() -> Iterator[Journal]:
    """Yield a journal of all that is read until the block ends; blocks may be nested, each sees its own reads.

    The list is the module's and not a context variable: a notebook's kernel runs its cells in contexts of its own.
    """
    if not _guet:
        _guet.append(True)
        sys.addaudithook(_guetter)
    journal = Journal()
    _journaux.append(journal)
    try:
        yield journal
    finally:
        del _journaux[next(i for i, open_journal in enumerate(_journaux) if open_journal is journal)]


def _guetter(evenement: str, arguments: tuple) -> None:
    """Record a file of the follow-up that a notebook opens past this module: pandas reads any path it is given."""
    if evenement != "open" or not _journaux or getattr(_ici, "lecture", False):
        return
    path, _, flags = arguments
    if not isinstance(path, str) or DOSSIER_SUIVI not in path or flags & (os.O_WRONLY | os.O_RDWR):
        return
    folder = os.environ.get(VARIABLE) or Path(__file__).resolve().parents[2] / "data"
    with suppress(ValueError):
        relative = PurePosixPath(Path(path).resolve().relative_to(Path(folder).resolve()).as_posix())
        if not relative.name.startswith(".") and not publiable(str(relative)):
            noter_part(str(relative))


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
    if _est_un_dossier(folder):
        return folder
    remedy = (
        f"corriger la variable d'environnement {VARIABLE}, ou la supprimer pour revenir au dossier « data » du projet"
        if declared
        else f"remettre le dossier « data » à côté de « ctglib », ou indiquer où il est par la variable {VARIABLE}"
    )
    raise refus(declared or "data", "dossier absent", "le dossier des données", remedy)


def lire_fichier(path: Path, nom: str, attendu: str = "un fichier lisible", octets_max: int | None = None) -> bytes:
    """Return the bytes of an ordinary file, looked at before it is opened: a pipe would wait for ever.

    Args:
        path: The file.
        nom: How a fault names it.
        attendu: What was expected, in the words of a fault.
        octets_max: The most bytes that it may have, ``OCTETS_MAX`` when nothing is said.

    Raises:
        FileNotFoundError: It is absent.
        DonneesInvalides: It is a folder, a pipe or a device, it is too large, or it cannot be opened.
    """
    limit = octets_max or OCTETS_MAX
    try:
        state = path.stat()
        if stat.S_ISREG(state.st_mode) and state.st_size <= limit:
            return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError:
        remedy = "fermer le fichier s'il est ouvert dans un tableur, vérifier ses droits de lecture, puis recommencer"
        raise refus(nom, "un fichier que l'on ne peut pas ouvrir", attendu, remedy) from None
    if stat.S_ISREG(state.st_mode):
        found = f"un fichier de plus de {limit // 1024**2} Mo"
        remedy = "vérifier que c'est le bon fichier, et en retirer les images, les lignes et les feuilles ajoutées"
    elif stat.S_ISDIR(state.st_mode):
        found, remedy = "un dossier", f"remettre un fichier à la place du dossier « {path.name} »"
    else:
        found = "un tube ou un périphérique, que l'on attendrait sans fin"
        remedy = f"remettre un fichier ordinaire à la place de « {path.name} »"
    raise refus(nom, found, attendu, remedy)


def lire_octets(relatif: str) -> bytes:
    """Return the bytes of a data file.

    Raises:
        DonneesInvalides: The file is absent (close names are proposed), or ``lire_fichier`` refuses it.
    """
    return _lire(relatif)[0]


def _lire(relatif: str) -> tuple[bytes, str]:
    path = _chemin(relatif)
    layer = _couche(relatif)
    content = None if layer is None else layer[relatif]
    try:
        if layer is None:
            _ici.lecture = True
            content = lire_fichier(path, relatif)
    except FileNotFoundError:
        pass
    finally:
        _ici.lecture = False
    if content is None:
        _noter_absent(relatif)
        raise DonneesInvalides([_faute_absent(relatif)])
    digest = _empreinte(relatif, content)
    for journal in _journaux:
        journal.lus[relatif] = digest
    if not _par_parts and not publiable(relatif):
        noter_part(relatif)
    return content, digest


def empreinte(relatif: str) -> str:
    """Return the fingerprint of a data file: its sha256, or, of what is entered, one that takes the convention's key.

    Raises:
        DonneesInvalides: As ``lire_octets``.
    """
    return _lire(relatif)[1]


def cle_de(convention: str) -> bytes:
    """Return the secret key of a convention (see ``ctglib.donnees.cle``).

    Raises:
        DonneesInvalides: It cannot be read or made.
    """
    return cle_secrete(_chemin(f"conventions/{convention}"))


def existe(relatif: str) -> bool:
    """Return whether a data file is there; its bytes then count as read, so that a change of them is seen.

    Raises:
        DonneesInvalides: Something is there that ``lire_fichier`` refuses.
    """
    layer = _couche(relatif)
    if _present(_chemin(relatif)) if layer is None else layer[relatif] is not None:
        lire_octets(relatif)
        return True
    _noter_absent(relatif)
    return False


def lister(relatif: str) -> tuple[str, ...]:
    """Return the sorted names in a data folder, hidden and lock files left out; a folder's name ends with « / ».

    Raises:
        DonneesInvalides: The folder is absent, or cannot be opened.
    """
    folder = _chemin(relatif)
    try:
        found = {_nom(entry) for entry in folder.iterdir()} if folder.is_dir() else set()
    except OSError:
        fault = Faute(relatif, "un dossier que l'on ne peut pas ouvrir", "un dossier lisible", _DROITS)
        raise DonneesInvalides([fault]) from None
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


def _empreinte(relatif: str, content: bytes) -> str:
    if publiable(relatif):
        return hashlib.sha256(content).hexdigest()
    return signer(cle_de(PurePosixPath(relatif).parts[1]), f"{relatif}\0".encode() + content)


def _nom(entry: Path) -> str:
    return f"{entry.name}/" if entry.is_dir() else entry.name


def _couche(relatif: str) -> dict[str, bytes | None] | None:
    """Return the last layer that says something of a file, None when the disk alone does."""
    return next((layer for layer in reversed(_superposes) if relatif in layer), None)


def _present(path: Path) -> bool:
    """Tell whether something has that name; what cannot be looked at counts, so that it is told and not passed over."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _est_un_dossier(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


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
        raise refus(
            "data",
            f"chemin « {relatif[:80]} »",
            "un chemin à l'intérieur du dossier des données",
            "écrire le chemin depuis le dossier des données, sans « .. » ni lettre de lecteur",
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
    stems = {_sans_suffixe(entry.name): entry.name for entry in parent.iterdir()} if _est_un_dossier(parent) else {}
    close = [stems[stem] for stem in proches(_sans_suffixe(name), list(stems), 0.8)]
    remedy = f"remettre ce {kind} à sa place" + (f", ou renommer « {close[0]} » si c'est lui" if close else "")
    found = f"{kind} absent" + (f" ; nom proche présent : {', '.join(close)}" if close else "")
    return Faute(relatif, found, f"un {kind} nommé « {name} »", remedy)


def _sans_suffixe(nom: str) -> str:
    """Return what a file is named before its first point: all our files of a folder end alike."""
    return nom.partition(".")[0]


_UTF8 = "un texte encodé en UTF-8"
_REMEDE_CSV = (
    "ouvrir le fichier dans le tableur, puis « Enregistrer sous » > "
    "« CSV UTF-8 (délimité par des virgules) », et vérifier les accents"
)
_REMEDE_TEXTE = "ouvrir le fichier dans un éditeur de texte, puis « Enregistrer sous » avec l'encodage UTF-8"
_MARQUES_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_INVISIBLES = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffd-\uffff]"
)


def lire_texte(relatif: str) -> str:
    """Return the text of a data file; a UTF-8 byte-order mark is dropped, since Excel's own « CSV UTF-8 » writes one.

    Raises:
        DonneesInvalides: The file is absent, empty, not in UTF-8, or holds invisible characters.
    """
    content = lire_octets(relatif)
    text = _decoder(content, relatif)
    if not text.strip():
        raise refus(
            relatif,
            "fichier vide",
            "un fichier rempli",
            "remettre le contenu du fichier, par exemple depuis la dernière version enregistrée dans git",
        )
    if _INVISIBLES.search(text):
        lines = re.split("\r\n|\n|\r", text)
        found = [(number, invisible(line)) for number, line in enumerate(lines, 1)]
        raise DonneesInvalides([faute_invisible(relatif, name, number) for number, name in found if name])
    return text


def invisible(texte: str) -> str | None:
    """Return the first invisible or lost character, named for a message, or None."""
    match = _INVISIBLES.search(texte)
    if match is None:
        return None
    if match.group() == "\ufffd":
        return "un caractère perdu (« \ufffd ») lors d'une conversion"
    return f"un caractère invisible (U+{ord(match.group()):04X})"


def faute_invisible(relatif: str, trouve: str, ligne: int, colonne: str | None = None) -> Faute:
    """Return the fault of an invisible character at a line."""
    return Faute(
        relatif,
        trouve,
        "un texte sans caractère de contrôle",
        "retaper le mot où se trouve ce caractère",
        ligne=ligne,
        colonne=colonne,
    )


def _decoder(content: bytes, relatif: str) -> str:
    """Return the decoded text, or raise the fault that names the encoding met."""
    remedy = _REMEDE_CSV if relatif.endswith(".csv") else _REMEDE_TEXTE
    if content.startswith(_MARQUES_UTF16) or content.count(0) > len(content) // 4:
        raise refus(relatif, "un fichier encodé en UTF-16 (« Texte Unicode »)", _UTF8, remedy)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        excerpt = content[error.start : error.start + 1].decode("cp1252", errors="replace")
        found = f"un caractère qui n'est pas en UTF-8 (sans doute « {excerpt} » en Windows-1252, ou ANSI)"
        if excerpt in "\ufffd":
            found = "un octet qui n'est pas en UTF-8"
        raise refus(relatif, found, _UTF8, remedy, ligne=line) from None
