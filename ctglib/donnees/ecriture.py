"""Files written whole or not at all, a temporary file beside the target, then a rename; CSV, Office
files undated.

In the data folder a journal says what a write is about to do: a command that was killed leaves the
files as they were or as they were to be, and the next one finishes its work, or undoes it. One
command at a time writes there. What other commands write elsewhere, an archive, a workbook to fill
in, is in the same journal; the reports are not, whose manifest says what is to be made again.
"""

import json
import os
import re
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from ctglib.donnees.fautes import DonneesInvalides, Empechement, mots, refus
from ctglib.donnees.lecture import CLE, racine

PREFIXE = ".ctg-"
SUFFIXE = ".tmp"
PROVISOIRES = f"{PREFIXE}*{SUFFIXE}"  # what a killed command may leave
VERROU = ".ctg-verrou"
JOURNAL = ".ctg-journal"
PATIENCE = 60  # seconds that a command waits for the one that writes
DROITS = 0o600  # of a temporary file: it holds what was entered
# What a program may take for the end of a cell, the French spreadsheets' « ; » included.
_A_ENTOURER = re.compile(r'[,;\t"\r\n]')
_MODIFIE_LE = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
EPOQUE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can write
_tenus: list[Path] = []  # the data folders that this process holds


class EcritureImpossible(Empechement):
    """The folder or the file cannot be written; the message says what to do, in French."""


@contextmanager
def tenir_les_donnees() -> Iterator[None]:
    """Let no other command write in the data folder until the block ends, and first finish, or
    undo, what one that was killed had begun.

    A command that changes what it has read holds the folder from before it reads.

    Raises:
        DonneesInvalides: Another command has held it for a minute.
        EcritureImpossible: Nothing can be written there.
    """
    from filelock import FileLock, Timeout

    dossier = racine()
    if dossier in _tenus:
        yield
        return
    try:
        verrou = FileLock(dossier / VERROU, timeout=PATIENCE, mode=0o644).acquire()
    except Timeout:
        raise refus("data", *mots("donnees_tenues", secondes=PATIENCE)) from None
    except OSError as error:
        raise _impossible(dossier, error) from error
    with verrou:
        _tenus.append(dossier)
        try:
            _reprendre(dossier)
            yield
        finally:
            _tenus.remove(dossier)


def reprendre_si_besoin() -> None:
    """Finish, or undo, what a killed command had begun in the data folder; wait for one at work."""
    dossier = _dossier_s_il_est_la()
    if dossier and any(dossier.glob(f"{JOURNAL}*")):
        with tenir_les_donnees():
            pass


def _dossier_s_il_est_la() -> Path | None:
    """Return the data folder; None when there is none, which whoever needs one says."""
    try:
        return racine()
    except DonneesInvalides:
        return None


def ecrire(
    fichiers: Mapping[Path, bytes],
    retires: Iterable[Path] = (),
    *,
    confidentiels: bool = False,
    au_journal: bool = False,
) -> None:
    """Write all files, and remove others, or leave all as they were.

    Every content is first written beside its target; only when all are on the disk do they take
    their names, and a name refused puts the others back. A file keeps its rights.

    Args:
        fichiers: The content of each.
        retires: Files that go, if they are there.
        confidentiels: They hold what was entered, or the key: they are for their owner alone, and
            in the journal.
        au_journal: The journal of the data folder keeps them, wherever they go, so that a killed
            command leaves no half of them that the next one does not remove. Data that can only be
            read have no journal: what is left is then for its owner alone.

    Raises:
        EcritureImpossible: The disk is full, the folder is read-only, or a file is open in another
            program.
    """
    dossier = _dossier_s_il_est_la()
    droits = DROITS if confidentiels else None
    if dossier is None:
        _Ecriture(fichiers, retires, None, droits).faire()
        return
    dans_les_donnees = any(cible.absolute().is_relative_to(dossier) for cible in fichiers)
    suivis = confidentiels or au_journal
    if dans_les_donnees or (suivis and os.access(dossier, os.W_OK)):
        with tenir_les_donnees():
            _Ecriture(fichiers, retires, dossier / JOURNAL, droits).faire()
    else:
        _Ecriture(fichiers, retires, None, droits).faire()


class _Ancien(NamedTuple):
    """What a file was."""

    contenu: bytes
    droits: int


class _Ecriture:
    """What is written at once: by target, its content, a temporary file, the rights that it is to
    have.

    The journal is there from before the first temporary file until the last has its name. It says
    which there are and, once all are whole, that what is left is to be done (``valide``). It also
    says where the files would be written that put all back.
    """

    def __init__(
        self,
        fichiers: Mapping[Path, bytes],
        retires: Iterable[Path],
        journal: Path | None,
        droits: int | None = None,
    ) -> None:
        self.fichiers = fichiers
        self.retires = tuple(retires)
        self.journal = journal
        self.droits_de_tous = droits  # None: each keeps its own
        self.temporaires = {cible: _a_cote(cible) for cible in fichiers}
        self.retours = {cible: _a_cote(cible) for cible in (*fichiers, *self.retires)}
        self.droits: dict[Path, int] = {}
        parents = {parent for cible in fichiers for parent in cible.parents}
        manquants = [parent for parent in parents if not parent.exists()]
        self.dossiers = sorted(manquants, key=lambda dossier: -len(dossier.parts))
        self.touche = next(iter(fichiers), Path())  # the file that an error is about

    def faire(self) -> None:
        """Write the files, and remove those that go; or put all back, and say what prevents it."""
        anciens: dict[Path, _Ancien | None] = {}
        try:
            self._noter(valide=False)
            self._ecrire_a_cote()
            for cible in self.fichiers:
                # One held by another program (Windows) stops all before any rename.
                if cible.exists():
                    self.touche = cible
                    with cible.open("r+b"):
                        pass
            self._noter(valide=True)
            self._prendre_les_noms(anciens)
        except OSError as error:
            self._remettre(anciens)
            raise _impossible(self.touche, error) from error
        if self.journal:
            _synchroniser(self.fichiers)
            self.journal.unlink()

    def _noter(self, *, valide: bool) -> None:
        """Write in the journal what is to be done, or undone, if the process is killed."""
        if self.journal is None:
            return
        dossier = self.journal.parent

        def nom(chemin: Path) -> str:
            absolu = chemin.absolute()
            if absolu.is_relative_to(dossier):
                return absolu.relative_to(dossier).as_posix()
            return str(absolu)

        note = {
            "valide": valide,
            "mouvements": [
                [temporaire.name, nom(cible), self.droits.get(cible)]
                for cible, temporaire in self.temporaires.items()
            ],
            "retires": [nom(retire) for retire in self.retires],
            "retours": [[retour.name, nom(cible)] for cible, retour in self.retours.items()],
            "dossiers": [nom(dossier_neuf) for dossier_neuf in self.dossiers],
        }
        brouillon = self.journal.with_name(f"{JOURNAL}{SUFFIXE}")
        with brouillon.open("wb") as file:
            file.write(json.dumps(note).encode())
            file.flush()
            os.fsync(file.fileno())
        brouillon.replace(self.journal)

    def _ecrire_a_cote(self) -> None:
        """Write the temporary files, which their owner alone may read."""
        for cible, contenu in self.fichiers.items():
            self.touche = cible
            cible.parent.mkdir(parents=True, exist_ok=True)
            temporaire = self.temporaires[cible]
            with temporaire.open("xb") as file:
                droits_du_umask = os.fstat(file.fileno()).st_mode & 0o777
                temporaire.chmod(DROITS)
                file.write(contenu)
                file.flush()
                os.fsync(file.fileno())
            droits = droits_du_umask
            if cible.as_posix().endswith(CLE):
                droits = DROITS  # for its owner alone
            elif self.droits_de_tous is not None:
                droits = self.droits_de_tous
            elif cible.exists():
                droits = cible.stat().st_mode & 0o777
            self.droits[cible] = droits

    def _prendre_les_noms(self, anciens: dict[Path, _Ancien | None]) -> None:
        """Remove the files that go, then give the others their names; ``anciens`` gets what each
        was, None for one that was not there.

        In this order: ``_reprendre`` removes nothing out of the data folder but beside a temporary
        file that waits for its name.
        """
        for retire in self.retires:
            self.touche = retire
            ancien = _ancien(retire)
            retire.unlink(missing_ok=True)
            anciens[retire] = ancien
        for cible, temporaire in self.temporaires.items():
            self.touche = cible
            ancien = _ancien(cible)
            _poser(temporaire, cible, self.droits[cible])
            anciens[cible] = ancien

    def _remettre(self, anciens: Mapping[Path, _Ancien | None]) -> None:
        """Put back what the files were, by a write of its own; then remove what is left."""
        with suppress(OSError):
            if anciens:
                a_rendre = {cible: ancien for cible, ancien in anciens.items() if ancien}
                contenus = {cible: ancien.contenu for cible, ancien in a_rendre.items()}
                nouveaux = [cible for cible, ancien in anciens.items() if ancien is None]
                retour = _Ecriture(contenus, nouveaux, self.journal)
                retour.temporaires = {cible: self.retours[cible] for cible in contenus}
                retour.retours = self.temporaires  # those that wait for a name, to be removed
                retour._ecrire_a_cote()
                retour.droits = {cible: ancien.droits for cible, ancien in a_rendre.items()}
                retour._noter(valide=True)  # until then, a killed command goes on, as planned
                retour._prendre_les_noms({})
        for temporaire in (*self.temporaires.values(), *self.retours.values()):
            with suppress(OSError):  # it was never written, where a file stands for its folder
                temporaire.unlink()
        _retirer_les_vides(self.dossiers)
        if self.journal:
            self.journal.with_name(f"{JOURNAL}{SUFFIXE}").unlink(missing_ok=True)
            self.journal.unlink(missing_ok=True)


def _a_cote(cible: Path) -> Path:
    """Return a temporary file beside a target, by a name that nobody can guess."""
    return cible.with_name(f"{PREFIXE}{secrets.token_hex(8)}{SUFFIXE}")


def _ancien(cible: Path) -> _Ancien | None:
    """Return what a file is before it is written or removed, None when it is not there."""
    if not cible.exists():
        return None
    return _Ancien(cible.read_bytes(), cible.stat().st_mode & 0o777)


def _poser(temporaire: Path, cible: Path, droits: int) -> None:
    temporaire.chmod(droits)
    temporaire.replace(cible)


def _retirer_les_vides(dossiers: Iterable[Path]) -> None:
    for dossier in dossiers:
        with suppress(OSError):  # something is in it, or it was not made
            dossier.rmdir()


def _reprendre(dossier: Path) -> None:
    """Do what is left of a write whose files were all there, or undo it; then forget it.

    The journal may have come with a folder that somebody sent: it moves nothing but temporary files
    to the names beside them, and removes nothing outside the folder but beside one of these, which
    who sends a folder cannot have put there.
    """
    journal = dossier / JOURNAL
    journal.with_name(f"{JOURNAL}{SUFFIXE}").unlink(missing_ok=True)
    if not journal.exists():
        return
    note = _lire_la_note(journal)
    try:
        if note.valide:
            provisoires = [temporaire for temporaire, _, _ in note.mouvements] + note.retours
            en_attente = {provisoire.parent for provisoire in provisoires if provisoire.exists()}
            for retire in note.retires:
                dedans = retire.resolve().is_relative_to(dossier.resolve())
                if dedans or retire.parent in en_attente:
                    retire.unlink(missing_ok=True)
            for temporaire, cible, droits in note.mouvements:
                if temporaire.exists():
                    _poser(temporaire, cible, droits)
        for temporaire, _, _ in note.mouvements:
            temporaire.unlink(missing_ok=True)
        for retour in note.retours:  # of what was putting all back
            retour.unlink(missing_ok=True)
        if not note.valide:
            _retirer_les_vides(note.dossiers)
        _synchroniser(cible for _, cible, _ in note.mouvements)
        journal.unlink()
    except OSError as error:
        raise _impossible(journal, error) from error


class _Note(NamedTuple):
    """What a journal says, its names as paths."""

    valide: bool
    mouvements: list[tuple[Path, Path, int]]  # a temporary file, its target, its rights
    retires: list[Path]
    retours: list[Path]  # other temporary files that may be there
    dossiers: list[Path]


def _lire_la_note(journal: Path) -> _Note:
    dossier = journal.parent
    try:
        note = json.loads(journal.read_bytes())
        return _Note(
            note["valide"],
            [
                ((dossier / cible).with_name(temporaire), dossier / cible, int(droits or DROITS))
                for temporaire, cible, droits in note["mouvements"]
                if fnmatch(temporaire, PROVISOIRES)
            ],
            [dossier / nom for nom in note["retires"]],
            [
                (dossier / cible).with_name(retour)
                for retour, cible in note.get("retours", ())
                if fnmatch(retour, PROVISOIRES)
            ],
            [dossier / nom for nom in note["dossiers"]],
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise refus(JOURNAL, *mots("journal_abime", journal=JOURNAL)) from None


def _synchroniser(cibles: Iterable[Path]) -> None:
    """Have the new names on the disk before the journal that would give them is gone."""
    for dossier in {cible.parent for cible in cibles}:
        with suppress(OSError):  # Windows opens no folder
            descriptor = os.open(dossier, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _impossible(cible: Path, error: OSError) -> EcritureImpossible:
    return EcritureImpossible(
        f"Impossible d'écrire {cible} ({error.strerror}). Fermez le fichier s'il est ouvert"
        " dans un autre programme, vérifiez que le dossier accepte l'écriture et que le disque"
        " n'est pas plein, puis recommencez."
    )


def dater(archive: BytesIO, instant: datetime) -> bytes:
    """Return the bytes of an Office file whose parts, and the change it tells of, bear an instant
    and not the clock.
    """
    stamp = rb"\g<1>" + instant.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<2>"
    date = (
        instant.year,
        instant.month,
        instant.day,
        instant.hour,
        instant.minute,
        instant.second,
    )
    target = BytesIO()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIE_LE.sub(stamp, content)
            part = zipfile.ZipInfo(name, max(date, EPOQUE))
            copy.writestr(part, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def en_csv(lignes: Iterable[Iterable[object]]) -> str:
    """Return rows as our CSV: comma, line feed, quotes around a cell that holds a separator, of any
    spreadsheet.

    Examples:
        >>> en_csv([["a", 1.5, None], ["b;c", "d,e", ""]])
        'a,1.5,\\n"b;c","d,e",\\n'
    """
    return "".join(",".join(map(_cellule, ligne)) + "\n" for ligne in lignes)


def _cellule(valeur: object) -> str:
    """Return a value as a cell of our CSV, empty for None."""
    texte = "" if valeur is None else str(valeur)
    if _A_ENTOURER.search(texte):
        return '"' + texte.replace('"', '""') + '"'
    return texte
