"""The only place that opens data files: every read, absence and listing is recorded.

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
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.ouvertures import (
    EVENEMENTS,
    Ouverture,
    est_de_la_collecte,
    est_un_script,
    est_une_cellule,
    lire_evenement,
    qui_demande,
)

VARIABLE = "CTG_DONNEES"
RAPPORT = "CTG_RAPPORT"  # set in the kernel of a report, where nothing but its cells may speak
CONVENTIONS = "conventions"
OCTETS_MAX = 64 * 1024 * 1024  # the largest file of the project has a hundredth of that
CLE = "suivi/.cle"
PLAN_CLOS = "plan.yaml"  # in the folder of a year of follow-up, once it is closed
OCTETS_CLE = 32
_CHIFFRES = re.compile(r"\d+")
_DOSSIER = Path(__file__).resolve().parents[2] / "data"


@dataclass
class Journal:
    """What a piece of work asked of the data folder; paths are relative, with forward slashes."""

    # files, with the fingerprint of their bytes (``empreinte``)
    lus: dict[str, str] = field(default_factory=dict)
    absents: set[str] = field(default_factory=set)  # files and folders looked for and not found
    # folders, and what they hold (see ``lister``)
    listes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Of the studies of the follow-up, the parts used, with their fingerprint: the rest of its files
    # changes nothing. What is used whole, a study or a file of the follow-up, has an empty one.
    parts: dict[str, str] = field(default_factory=dict)
    # what was opened past the mask, or by a way that nobody can look at
    ouvertures: dict[Ouverture, None] = field(default_factory=dict)
    # of the lines that the parties signed, those that no longer hold: which, and why
    a_relire: set[str] = field(default_factory=set)


_journaux: list[Journal] = []
ouvertures: dict[Ouverture, None] = {}  # of the notebook that runs in this process
_superposes: dict[str, bytes | None] = {}
_en_parts: list[bool] = []
_ici = threading.local()  # whether the opening is this module's own


@contextmanager
def enregistrer() -> Iterator[Journal]:
    """Yield a journal of all that is read until the block ends.

    Blocks may be nested: each has its own journal, of all that is read in it. The list of journals
    is the module's and not a context variable: a notebook's kernel runs its cells in contexts of
    its own.
    """
    journal = Journal()
    _journaux.append(journal)
    try:
        yield journal
    finally:
        # This journal and not an equal one, which ``remove`` would take.
        _journaux[:] = [autre for autre in _journaux if autre is not journal]


def _guetter(evenement: str, arguments: tuple) -> None:
    """Record what a notebook opens past this module: pandas reads any path it is given.

    Python calls this for every audit event: what opens nothing leaves at once.
    """
    if evenement not in EVENEMENTS or getattr(_ici, "lecture", False):
        return
    _ici.lecture = True  # what is opened to look is not what was asked
    try:
        ouverture = lire_evenement(evenement, arguments, Path(os.environ.get(VARIABLE) or _DOSSIER))
        if ouverture is None:
            return
        if ouverture.genre == "suivi" and not PurePosixPath(ouverture.quoi).name.startswith("."):
            noter_part(ouverture.quoi)
        demandeur = qui_demande(evenement)
        if demandeur == "carnet" or (not demandeur and est_une_cellule()):
            noter_ouverture(ouverture)
    finally:
        _ici.lecture = False


def noter_ouverture(ouverture: Ouverture) -> None:
    """Record that something was opened past the mask: it closes the exits of the piece of work that
    did, and of the notebook or the script that runs (``ctglib.secret.garde``).
    """
    if ouverture.genre == "classeur" and not est_de_la_collecte(ouverture.quoi):
        return
    if est_une_cellule() or est_un_script():
        ouvertures[ouverture] = None
    for journal in _journaux:
        journal.ouvertures[ouverture] = None


sys.addaudithook(_guetter)


def rejouer(journal: Journal) -> None:
    """Record reads made earlier: what is kept of a piece of work was read all the same."""
    for autre in _journaux:
        autre.lus.update(journal.lus)
        autre.absents.update(journal.absents)
        autre.listes.update(journal.listes)
        autre.parts.update(journal.parts)
        autre.ouvertures.update(journal.ouvertures)
        autre.a_relire.update(journal.a_relire)


@contextmanager
def par_parts() -> Iterator[None]:
    """Read the follow-up in the block without using it whole.

    ``noter_part`` says which parts of it are used.
    """
    _en_parts.append(True)
    try:
        yield
    finally:
        _en_parts.pop()


def noter_part(nom: str, empreinte: str = "") -> None:
    """Record that a part of a study of the follow-up is used.

    Without a fingerprint, all that has this name is used.
    """
    for journal in _journaux:
        journal.parts[nom] = empreinte


def noter_a_relire(phrase: str) -> None:
    """Record that a line signed by the parties no longer holds, and was set aside."""
    for journal in _journaux:
        journal.a_relire.add(phrase)


@contextmanager
def superposer(fichiers: Mapping[str, bytes | None]) -> Iterator[None]:
    """Read these bytes instead of the files of these names until the block ends.

    None stands for an absent file. It answers « would these files hold? » before anything is
    written. What is read so is recorded as any other file.
    """
    before = dict(_superposes)
    _superposes.update(fichiers)
    try:
        yield
    finally:
        _superposes.clear()
        _superposes.update(before)


def superposes() -> dict[str, bytes | None]:
    """Return what is read instead of the files of the disk (``superposer``), for another process
    to read the same.
    """
    return dict(_superposes)


def racine() -> Path:
    """Return the data folder: ``CTG_DONNEES``, else ``data`` beside the package.

    It never depends on the working directory.
    """
    declare = os.environ.get(VARIABLE)
    dossier = Path(declare).absolute() if declare else _DOSSIER
    if os.path.isdir(dossier):  # noqa: PTH112 - Path.is_dir raises where it may not look
        return dossier
    cle = "dossier_declare_absent" if declare else "dossier_de_donnees_absent"
    raise refus(declare or "data", *mots(cle, variable=VARIABLE))


def conventions() -> tuple[str, ...]:
    """Return the names of the conventions: the folders of ``conventions``, sorted."""
    return tuple(name.removesuffix("/") for name in lister(CONVENTIONS) if name.endswith("/"))


def lire_fichier(
    path: Path, nom: str, attendu: str = "un fichier lisible", octets_max: int = OCTETS_MAX
) -> bytes:
    """Return the bytes of an ordinary file.

    It is looked at before it is opened: a pipe would wait for ever. ``nom`` and ``attendu`` are
    words of a fault: how it names the file, what was expected.

    Raises:
        FileNotFoundError: It is absent, or NotADirectoryError: so is its folder.
        DonneesInvalides: It is a folder, a pipe or a device, it is too large, or it cannot be
            opened.
    """
    try:
        etat = path.stat()
        if stat.S_ISREG(etat.st_mode) and etat.st_size <= octets_max:
            return path.read_bytes()
        if stat.S_ISREG(etat.st_mode):
            cle = "fichier_trop_grand"
        elif stat.S_ISDIR(etat.st_mode):
            cle = "fichier_dossier"
        else:
            cle = "fichier_tube"
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError:
        cle = "fichier_ferme"
    raise refus(nom, *mots(cle, attendu=attendu, mo=octets_max // 1024**2, nom=path.name))


def lire_octets(relatif: str) -> bytes:
    """Return the bytes of a data file; when it is absent, the fault proposes close names."""
    return _lire(relatif).octets


def empreinte(relatif: str) -> str:
    """Return the fingerprint of a data file.

    That is its sha256, or, of what is entered, one that takes the key of the convention.
    """
    return _lire(relatif).empreinte


def existe(relatif: str) -> bool:
    """Return whether a data file is there.

    Its bytes then count as read, so that a change of them is seen.
    """
    return _chercher(relatif) is not None


class _Contenu(NamedTuple):
    octets: bytes
    empreinte: str


def _lire(relatif: str) -> _Contenu:
    contenu = _chercher(relatif)
    if contenu is None:
        raise _absent(relatif, "fichier")
    return contenu


def _chercher(relatif: str) -> _Contenu | None:
    """Return the content of a file, None when it is not there; either way it is recorded."""
    path = _chemin(relatif)
    if relatif in _superposes:
        octets = _superposes[relatif]
    else:
        _ici.lecture = True  # ``_guetter`` lets it be
        try:
            octets = lire_fichier(path, relatif)
        except (FileNotFoundError, NotADirectoryError):
            octets = None
        finally:
            _ici.lecture = False

    if octets is None:
        for journal in _journaux:
            journal.absents.add(relatif)
        return None
    if publiable(relatif):
        empreinte_des_octets = hashlib.sha256(octets).hexdigest()
    else:
        convention = PurePosixPath(relatif).parts[1]
        empreinte_des_octets = signer(cle_de(convention), f"{relatif}\0".encode() + octets)
    for journal in _journaux:
        journal.lus[relatif] = empreinte_des_octets
    if not _en_parts and not publiable(relatif):
        noter_part(relatif)
        if PurePosixPath(relatif).name != PLAN_CLOS:  # it has no count
            noter_ouverture(Ouverture("suivi", relatif))
    return _Contenu(octets, empreinte_des_octets)


def lister(relatif: str) -> tuple[str, ...]:
    """Return the sorted names in a data folder; a folder's name ends with « / ».

    Hidden and lock files are left out.
    """
    noms = lister_si_present(relatif)
    if noms is None:
        raise _absent(relatif, "dossier")
    return noms


def lister_si_present(relatif: str) -> tuple[str, ...] | None:
    """Return what ``lister`` does, None for a folder that is not there; both are recorded."""
    folder = _chemin(relatif)
    noms: set[str] = set()
    try:
        dossier_present = folder.is_dir()
        if dossier_present:
            for entry in folder.iterdir():
                noms.add(f"{entry.name}/" if entry.is_dir() else entry.name)
    except OSError:
        raise refus(relatif, *mots("dossier_ferme")) from None
    for path, octets in _superposes.items():
        if not path.startswith(f"{relatif}/"):
            continue
        nom, barre, _ = path.removeprefix(f"{relatif}/").partition("/")
        if octets is not None:
            noms.add(f"{nom}{barre}")
        elif not barre:
            noms.discard(nom)
    if not noms and not dossier_present:
        for journal in _journaux:
            journal.absents.add(relatif)
        return None
    visibles = tuple(sorted(nom for nom in noms if not nom.startswith((".", "~$"))))
    for journal in _journaux:
        journal.listes[relatif] = visibles
    return visibles


def sans_accents(texte: str) -> str:
    """Return the words of a text without accents, capitals nor signs: as names are compared.

    Examples:
        >>> sans_accents("  État de la\\u00a0valeur ")
        'etat de la valeur'
    """
    sans_signe = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", sans_signe))


def proches(nom: str, connus: Sequence[str]) -> list[str]:
    """Return at most three known names that this one may be misspelt, the closest first.

    A name is misspelt when each word of both has its like in the other, wherever it stands, or when
    the whole, without its spaces, is nearly the same. A number is never misspelt. Case,
    accents and signs do not count.

    Examples:
        >>> proches("cnaf_foyer_rsa", ["cnaf_foyers_rsa", "cnaf_foyers_ppa"])
        ['cnaf_foyers_rsa']
        >>> proches("familles_evs", ["familles_laep"])
        []
    """
    cherche = sans_accents(nom[:200])
    simplifies: dict[str, str] = {}
    for connu in connus:
        simplifies.setdefault(sans_accents(connu), connu)
    candidats = get_close_matches(cherche, list(simplifies), n=12, cutoff=0.6)
    voisins = [simplifies[candidat] for candidat in candidats if _se_ressemblent(cherche, candidat)]
    return voisins[:3]


def _se_ressemblent(un: str, autre: str) -> bool:
    """Return whether two simplified names may be the same, one of them misspelt."""
    if _CHIFFRES.findall(un) != _CHIFFRES.findall(autre):
        return False
    if SequenceMatcher(None, un.replace(" ", ""), autre.replace(" ", "")).ratio() >= 0.9:
        return True
    mots_de_l_un = un.split()
    mots_de_l_autre = autre.split()
    return all(_a_son_pareil(mot, mots_de_l_autre) for mot in mots_de_l_un) and all(
        _a_son_pareil(mot, mots_de_l_un) for mot in mots_de_l_autre
    )


def _a_son_pareil(mot: str, mots_de_l_autre: Sequence[str]) -> bool:
    """Return whether a word is, misspelt or not, among those of another name.

    A short one may only have its letters in another order, or one letter more or less.
    """
    seuil = 0.75 if len(mot) > 3 else 0.85
    memes_lettres = any(sorted(mot) == sorted(autre) for autre in mots_de_l_autre)
    return memes_lettres or bool(get_close_matches(mot, mots_de_l_autre, cutoff=seuil))


def proposer(nom: str, connus: Sequence[str], sinon: str) -> str:
    """Return the known name closest to one, as a fault proposes it, or other words if none is."""
    voisins = proches(nom, connus)
    return f"« {voisins[0]} »" if voisins else sinon


def _chemin(relatif: str) -> Path:
    """Return the path of a data file, refusing what would leave the data folder."""
    pure = PurePosixPath(relatif)
    sort_du_dossier = pure.is_absolute() or ".." in pure.parts
    signes_suspects = "\\" in relatif or ":" in relatif or not relatif.isprintable()
    if sort_du_dossier or signes_suspects:
        raise refus("data", *mots("chemin_au_dehors", chemin=relatif))
    return racine() / pure


def _absent(relatif: str, sorte: str) -> DonneesInvalides:
    """Return the error of an absent file or folder, with the close names that its folder has."""
    for journal in _journaux:
        journal.absents.add(relatif)
    nom = PurePosixPath(relatif).name
    parent = _chemin(relatif).parent
    presents = []
    if os.path.isdir(parent):  # noqa: PTH112 - Path.is_dir raises where it may not look
        presents = [entry.name for entry in parent.iterdir()]
    # Names are compared without their suffix: all our files of a folder end alike.
    present_du_radical = {present.partition(".")[0]: present for present in presents}
    radicaux = proches(nom.partition(".")[0], list(present_du_radical))
    voisins = [present_du_radical[radical] for radical in radicaux]
    phrase = ""
    remede = ""
    if voisins:
        phrase = f" ; nom proche présent : {', '.join(voisins)}"
        remede = f", ou renommer « {voisins[0]} » si c'est lui"
    return refus(relatif, *mots("absent", sorte=sorte, nom=nom, voisins=phrase, ou=remede))


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
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u202a-\u202e"
    "\u2066-\u2069\ufeff\ud800-\udfff\ufffd-\uffff]"
)


def est_en_utf16(content: bytes) -> bool:
    """Return whether a text is in UTF-16 or 32, by its mark or by its zeros."""
    return content.startswith(_MARQUES_UTF16) or content.count(0) > len(content) // 4


def lire_texte(relatif: str) -> str:
    """Return the text of a data file, neither empty nor with invisible characters.

    A UTF-8 byte-order mark is dropped, since Excel's own « CSV UTF-8 » writes one.
    """
    octets = lire_octets(relatif)
    remede = _REMEDE_CSV if relatif.endswith(".csv") else _REMEDE_TEXTE
    if est_en_utf16(octets):
        raise refus(relatif, *mots("utf16", remede=remede))
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        ligne = octets.count(b"\n", 0, error.start) + 1
        octet_fautif = octets[error.start : error.start + 1]
        signe = octet_fautif.decode("cp1252", errors="replace")  # as Excel would have meant it
        perdu = signe in ("", "\ufffd")
        cle = "octet_perdu" if perdu else "autre_encodage"
        raise refus(relatif, *mots(cle, signe=signe, remede=remede), ligne=ligne) from None
    if not texte.strip():
        raise refus(relatif, *mots("fichier_vide"))
    if _INVISIBLES.search(texte):
        fautes = []
        for numero, ligne_lue in enumerate(re.split("\r\n|\n|\r", texte), 1):
            reproche = invisible(ligne_lue)
            if reproche:
                fautes.append(Faute(relatif, *reproche, numero))
        raise DonneesInvalides(fautes)
    return texte


def invisible(texte: str) -> tuple[str, str, str] | None:
    """Return what a fault says of the first invisible or lost character of a text, or None."""
    caractere = _INVISIBLES.search(texte)
    if caractere is None:
        return None
    cle = "caractere_perdu" if caractere[0] == "\ufffd" else "caractere_invisible"
    return mots(cle, code=ord(caractere[0]))


def publiable(relatif: str) -> bool:
    """Return whether a data file may be known to all, so that its plain sha256 gives nothing away.

    Of a file where all but some small numbers is known, a plain sha256 gives them to whoever tries
    them all: ten levels of the internal grid take seconds. So the fingerprints of the whole
    follow-up take the convention's key.
    """
    parts = PurePosixPath(relatif).parts
    return parts[:1] != (CONVENTIONS,) or parts[2:3] != ("suivi",)


def cle_de(convention: str) -> bytes:
    """Return the secret key of a convention, empty when it has none.

    It lies beside what is entered, and goes nowhere else. It chooses among the masks that would
    hide small counts (``ctglib/secret``), and keys the fingerprints of what is entered, which may
    then be published: without it nobody can try counts until their fingerprint comes out. Who makes
    it, and when there has to be one: ``ctglib.donnees.cle``.
    """
    relatif = f"{CONVENTIONS}/{convention}/{CLE}"
    octets = _superposes.get(relatif)
    if octets is None:
        try:
            octets = lire_fichier(_chemin(relatif), relatif)
        except (FileNotFoundError, NotADirectoryError):
            return b""
    lignes = octets.decode("ascii", errors="replace").splitlines()
    cles = [ligne.strip() for ligne in lignes if ligne and not ligne.startswith("#")]
    if len(cles) == 1 and re.fullmatch(f"[0-9a-f]{{{2 * OCTETS_CLE}}}", cles[0]):
        return bytes.fromhex(cles[0])
    raise refus(relatif, *mots("cle_du_suivi", chiffres=2 * OCTETS_CLE))


def signer(cle: bytes, contenu: bytes) -> str:
    """Return the fingerprint of some bytes, which only those who have the key can work out."""
    return hmac.new(cle, b"empreinte\0" + contenu, hashlib.sha256).hexdigest()
