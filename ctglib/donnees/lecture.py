"""The only place that opens data files, as bytes or as text: every read, absence and listing is
recorded.

What cannot be read raises ``DonneesInvalides``.
"""

import codecs
import hashlib
import hmac
import os
import re
import stat
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus

VARIABLE = "CTG_DONNEES"
RAPPORT = "CTG_RAPPORT"  # set in the kernel of a report, where nothing but its cells may speak
CONVENTIONS = "conventions"
OCTETS_MAX = 64 * 1024 * 1024  # the largest file of the project has a hundredth of that
CLE = "suivi/.cle"
OCTETS_CLE = 32
TETE_CLE = "# Clé secrète du suivi : à garder avec les données saisies et leurs sauvegardes, à ne jamais publier.\n"
# waits for another process that is writing the key
ESSAIS = 50
PAUSE = 0.02


@dataclass
class Journal:
    """What a piece of work asked of the data folder; paths are relative, with forward slashes."""

    lus: dict[str, str] = field(
        default_factory=dict
    )  # files, with the fingerprint of their bytes (``empreinte``)
    absents: set[str] = field(default_factory=set)  # files and folders looked for and not found
    listes: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # folders, and what they hold (see ``lister``)
    # Of the studies of the follow-up, the parts used, with their fingerprint: the rest of its files
    # changes nothing. What is used whole, a study or a file of the follow-up, has an empty one.
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def bruts(self) -> tuple[str, ...]:
        """The files of the follow-up that were read as entered, without going through the mask of a
        study.
        """
        return tuple(sorted(nom for nom in self.parts if not publiable(nom)))


_journaux: list[Journal] = []
_superposes: dict[str, bytes | None] = {}
_en_parts: list[bool] = []
_ici = threading.local()  # whether the opening is this module's own


@contextmanager
def enregistrer() -> Iterator[Journal]:
    """Yield a journal of all that is read until the block ends; blocks may be nested, each sees its
    own reads.

    The list is the module's and not a context variable: a notebook's kernel runs its cells in
    contexts of its own.
    """
    journal = Journal()
    _journaux.append(journal)
    try:
        yield journal
    finally:
        _journaux[:] = [one for one in _journaux if one is not journal]  # and not an equal one


def _guetter(evenement: str, arguments: tuple) -> None:
    """Record a file of the follow-up that a notebook opens past this module: pandas reads any path
    it is given.
    """
    if evenement != "open" or not _journaux or getattr(_ici, "lecture", False):
        return
    path, _, flags = arguments
    if not isinstance(path, str) or "suivi" not in path or flags & (os.O_WRONLY | os.O_RDWR):
        return
    folder = os.environ.get(VARIABLE) or Path(__file__).resolve().parents[2] / "data"
    with suppress(ValueError):
        relative = PurePosixPath(
            Path(path).resolve().relative_to(Path(folder).resolve()).as_posix()
        )
        if not relative.name.startswith(".") and not publiable(str(relative)):
            noter_part(str(relative))


sys.addaudithook(_guetter)


def rejouer(journal: Journal) -> None:
    """Record reads made earlier: what is kept of a piece of work was read all the same."""
    for other in _journaux:
        for item in fields(journal):
            getattr(other, item.name).update(getattr(journal, item.name))


@contextmanager
def par_parts() -> Iterator[None]:
    """Read the follow-up in the block without using it whole: ``noter_part`` says which parts of it
    are used.
    """
    _en_parts.append(True)
    try:
        yield
    finally:
        _en_parts.pop()


def noter_part(nom: str, empreinte: str = "") -> None:
    """Record that a part of a study of the follow-up is used; all of it, when it has no
    fingerprint.
    """
    for journal in _journaux:
        journal.parts[nom] = empreinte


@contextmanager
def superposer(fichiers: Mapping[str, bytes | None]) -> Iterator[None]:
    """Read these bytes instead of the files of these names until the block ends; None stands for an
    absent file.

    It answers « would these files hold? » before anything is written. What is read so is recorded
    as any other file.
    """
    before = dict(_superposes)
    _superposes.update(fichiers)
    try:
        yield
    finally:
        _superposes.clear()
        _superposes.update(before)


def racine() -> Path:
    """Return the data folder: ``CTG_DONNEES``, else ``data`` beside the package; never the working
    directory.
    """
    declared = os.environ.get(VARIABLE)
    folder = Path(declared).absolute() if declared else Path(__file__).resolve().parents[2] / "data"
    if os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where it may not look
        return folder
    raise refus(
        declared or "data",
        *mots(
            "dossier_declare_absent" if declared else "dossier_de_donnees_absent", variable=VARIABLE
        ),
    )


def conventions() -> tuple[str, ...]:
    """Return the names of the conventions: the folders of ``conventions``, sorted."""
    return tuple(name.removesuffix("/") for name in lister(CONVENTIONS) if name.endswith("/"))


def lire_fichier(
    path: Path, nom: str, attendu: str = "un fichier lisible", octets_max: int = OCTETS_MAX
) -> bytes:
    """Return the bytes of an ordinary file, looked at before it is opened: a pipe would wait for
    ever.

    ``nom`` and ``attendu`` are words of a fault: how it names the file, what was expected.

    Raises:
        FileNotFoundError: It is absent, or NotADirectoryError: so is its folder.
        DonneesInvalides: It is a folder, a pipe or a device, it is too large, or it cannot be
            opened.
    """
    try:
        state = path.stat()
        if stat.S_ISREG(state.st_mode) and state.st_size <= octets_max:
            return path.read_bytes()
        kinds = {stat.S_IFREG: "fichier_trop_grand", stat.S_IFDIR: "fichier_dossier"}
        kind = kinds.get(stat.S_IFMT(state.st_mode), "fichier_tube")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError:
        kind = "fichier_ferme"
    raise refus(nom, *mots(kind, attendu=attendu, mo=octets_max // 1024**2, nom=path.name))


def lire_octets(relatif: str) -> bytes:
    """Return the bytes of a data file; when it is absent, the fault proposes close names."""
    return _lire(relatif)[0]


def empreinte(relatif: str) -> str:
    """Return the fingerprint of a data file: its sha256, or, of what is entered, one keyed by the
    convention.
    """
    return _lire(relatif)[1]


def existe(relatif: str) -> bool:
    """Return whether a data file is there; its bytes then count as read, so that a change of them
    is seen.
    """
    return _chercher(relatif) is not None


def _lire(relatif: str) -> tuple[bytes, str]:
    if (found := _chercher(relatif)) is None:
        raise _absent(relatif, "fichier")
    return found


def _chercher(relatif: str) -> tuple[bytes, str] | None:
    """Return the bytes and the fingerprint of a file, None when it is not there; either way it is
    recorded.
    """
    path = _chemin(relatif)
    content = _superposes.get(relatif)
    if relatif not in _superposes:
        _ici.lecture = True
        try:
            content = lire_fichier(path, relatif)
        except (FileNotFoundError, NotADirectoryError):
            pass
        finally:
            _ici.lecture = False
    if content is None:
        for journal in _journaux:
            journal.absents.add(relatif)
        return None
    if publiable(relatif):
        digest = hashlib.sha256(content).hexdigest()
    else:
        digest = signer(cle_de(PurePosixPath(relatif).parts[1]), f"{relatif}\0".encode() + content)
    for journal in _journaux:
        journal.lus[relatif] = digest
    if not _en_parts and not publiable(relatif):
        noter_part(relatif)
    return content, digest


def lister(relatif: str) -> tuple[str, ...]:
    """Return the sorted names in a data folder, hidden and lock files left out; a folder's name
    ends with « / ».
    """
    folder = _chemin(relatif)
    try:
        there = folder.is_dir()
        found = (
            {f"{entry.name}/" if entry.is_dir() else entry.name for entry in folder.iterdir()}
            if there
            else set()
        )
    except OSError:
        raise refus(relatif, *mots("dossier_ferme")) from None
    for path, content in _superposes.items():
        if path.startswith(f"{relatif}/"):
            name, below, _ = path.removeprefix(f"{relatif}/").partition("/")
            if content is not None:
                found.add(f"{name}{below}")
            elif not below:
                found.discard(name)
    if not found and not there:
        raise _absent(relatif, "dossier")
    names = tuple(sorted(name for name in found if not name.startswith((".", "~$"))))
    for journal in _journaux:
        journal.listes[relatif] = names
    return names


def sans_accents(texte: str) -> str:
    """Return the words of a text without accents, capitals nor signs: as names are compared and
    looked up.

    Examples:
        >>> sans_accents("  État de la\\u00a0valeur ")
        'etat de la valeur'
    """
    plain = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def proches(nom: str, connus: list[str] | tuple[str, ...], seuil: float = 0.6) -> list[str]:
    """Return at most three known names close to one, whatever the case, the closest first;
    ``seuil`` is difflib's.
    """
    lowered = {known.lower(): known for known in connus}
    return [
        lowered[match]
        for match in get_close_matches(nom.lower()[:200], list(lowered), n=3, cutoff=seuil)
    ]


def proposer(nom: str, connus: list[str] | tuple[str, ...], sinon: str) -> str:
    """Return the known name that is the closest to one, as a fault proposes it, or other words when
    none is close.
    """
    return next((f"« {close} »" for close in proches(nom, connus)), sinon)


def _chemin(relatif: str) -> Path:
    """Return the path of a data file, refusing what would leave the data folder."""
    pure = PurePosixPath(relatif)
    if (
        pure.is_absolute()
        or ".." in pure.parts
        or "\\" in relatif
        or ":" in relatif
        or not relatif.isprintable()
    ):
        raise refus("data", *mots("chemin_au_dehors", chemin=relatif))
    return racine() / pure


def _absent(relatif: str, sorte: str) -> DonneesInvalides:
    """Return the error of an absent file or folder, naming the close names of its folder and not a
    lost parent's.
    """
    for journal in _journaux:
        journal.absents.add(relatif)
    name = PurePosixPath(relatif).name
    parent = _chemin(relatif).parent
    entries = [entry.name for entry in parent.iterdir()] if os.path.isdir(parent) else []  # noqa: PTH112
    stems = {
        entry.partition(".")[0]: entry for entry in entries
    }  # all our files of a folder end alike
    close = [stems[stem] for stem in proches(name.partition(".")[0], list(stems), 0.8)]
    near = f" ; nom proche présent : {', '.join(close)}" if close else ""
    instead = f", ou renommer « {close[0]} » si c'est lui" if close else ""
    return refus(relatif, *mots("absent", sorte=sorte, nom=name, voisins=near, ou=instead))


_REMEDE_CSV = (
    "ouvrir le fichier dans le tableur, puis « Enregistrer sous » > "
    "« CSV UTF-8 (délimité par des virgules) », et vérifier les accents"
)
_REMEDE_TEXTE = (
    "ouvrir le fichier dans un éditeur de texte, puis « Enregistrer sous » avec l'encodage UTF-8"
)
_MARQUES_UTF16 = (
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
)
_INVISIBLES = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffd-\uffff]"
)


def est_en_utf16(content: bytes) -> bool:
    """Return whether a text is in UTF-16 or 32, by its mark or by its zeros."""
    return content.startswith(_MARQUES_UTF16) or content.count(0) > len(content) // 4


def lire_texte(relatif: str) -> str:
    """Return the text of a data file, neither empty nor with invisible characters.

    A UTF-8 byte-order mark is dropped, since Excel's own « CSV UTF-8 » writes one.
    """
    content = lire_octets(relatif)
    remedy = _REMEDE_CSV if relatif.endswith(".csv") else _REMEDE_TEXTE
    if est_en_utf16(content):
        raise refus(relatif, *mots("utf16", remede=remedy))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        excerpt = content[error.start : error.start + 1].decode("cp1252", errors="replace")
        kind = "octet_perdu" if excerpt in "\ufffd" else "autre_encodage"
        raise refus(relatif, *mots(kind, signe=excerpt, remede=remedy), ligne=line) from None
    if not text.strip():
        raise refus(relatif, *mots("fichier_vide"))
    if _INVISIBLES.search(text):
        lines = enumerate(re.split("\r\n|\n|\r", text), 1)
        raise DonneesInvalides(
            [Faute(relatif, *words, number) for number, line in lines if (words := invisible(line))]
        )
    return text


def invisible(texte: str) -> tuple[str, str, str] | None:
    """Return what a fault says of the first invisible or lost character of a text, or None."""
    if (match := _INVISIBLES.search(texte)) is None:
        return None
    return mots(
        "caractere_perdu" if match[0] == "\ufffd" else "caractere_invisible", code=ord(match[0])
    )


def publiable(relatif: str) -> bool:
    """Return whether a data file may be known to all, so that its plain sha256 says nothing more.

    That of a file of which all is known but some small numbers says which they are to whoever tries
    them all: ten levels of the internal grid take seconds. So the fingerprints of the whole
    follow-up take the convention's key.
    """
    parts = PurePosixPath(relatif).parts
    return parts[:1] != (CONVENTIONS,) or parts[2:3] != ("suivi",)


def cle_de(convention: str) -> bytes:
    """Return the secret key of a convention, made at random the first time; nothing when it has no
    follow-up.

    It lies beside what is entered, and goes nowhere else. It chooses among the masks that would
    hide small counts (``ctglib/secret``), and keys the fingerprints of what is entered, which may
    then be published: without it nobody can try counts until their fingerprint comes out.
    """
    relatif = f"{CONVENTIONS}/{convention}/{CLE}"
    path = _chemin(relatif)
    if not path.parent.is_dir():
        return b""
    found = "contenu qui n'est pas une clé"
    try:
        if not path.exists():
            with suppress(FileExistsError):
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(f"{TETE_CLE}{os.urandom(OCTETS_CLE).hex()}\n")
        for _ in range(ESSAIS):
            lines = path.read_text(encoding="ascii", errors="replace").splitlines()
            keys = [line.strip() for line in lines if line and not line.startswith("#")]
            if len(keys) == 1 and re.fullmatch(f"[0-9a-f]{{{2 * OCTETS_CLE}}}", keys[0]):
                return bytes.fromhex(keys[0])
            time.sleep(PAUSE)
    except OSError as error:
        found = f"fichier qui ne peut être lu ni créé ({error.strerror})"
    raise refus(relatif, *mots("cle_du_suivi", trouve=found, chiffres=2 * OCTETS_CLE))


def signer(cle: bytes, contenu: bytes) -> str:
    """Return the fingerprint of some bytes, which only those who have the key can work out."""
    return hmac.new(cle, b"empreinte\0" + contenu, hashlib.sha256).hexdigest()
