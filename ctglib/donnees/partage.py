"""What several reports of one production need alike is worked out once, and kept in the memory of
the command: the files of a convention, the study of a year, that of the end.

It is never written to the disk: it holds small counts as they were entered, and a command that is
killed would leave the file behind.
"""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import Protocol, TypeVar

from ctglib.donnees.lecture import enregistrer, racine, rejouer

Objet = TypeVar("Objet")
GARDES = 64  # how many results are kept: enough for the files and the years of a few conventions


class Partage(Protocol):
    """Where results are kept under a name, as bytes: a ``Reserve``, or the way to one that is in
    another process.
    """

    def prendre(self, nom: str) -> bytes | None:
        """Return the result kept under a name; None: the caller has to work it out, then to call
        ``garder``.
        """
        ...

    def garder(self, nom: str, contenu: bytes | None) -> None:
        """Keep the result that ``prendre`` did not have; None when it could not be worked out."""
        ...


class Reserve:
    """The results worked out so far, in the memory of this process, a ``Partage``.

    Its threads may ask at the same time. The first to ask for a name is answered None, and works
    the result out; the others wait for it.
    """

    def __init__(self) -> None:
        # The result of each name, as it is or awaited; the one asked for last is the last.
        self._resultats: dict[str, Future[bytes | None]] = {}
        self._verrou = Lock()

    def prendre(self, nom: str) -> bytes | None:
        """Return the result kept under a name, waited for while another thread works it out.

        None: nobody has it, and the caller has to work it out, then to call ``garder``.
        """
        with self._verrou:
            resultat = self._resultats.pop(nom, None)
            # What is asked for goes last: ``garder`` forgets the first ones first.
            self._resultats[nom] = Future() if resultat is None else resultat
        return None if resultat is None else resultat.result()

    def garder(self, nom: str, contenu: bytes | None) -> None:
        """Keep a result, and give it to the threads that wait for it.

        None: it could not be worked out. Those that wait are then answered None, and each works it
        out by itself; the next to ask is the first again.
        """
        with self._verrou:
            resultat = self._resultats.pop(nom, None)
            if contenu is not None and resultat is not None:
                self._resultats[nom] = resultat
                noms_finis = [
                    autre_nom for autre_nom, autre in self._resultats.items() if autre.done()
                ]
                for ancien in noms_finis[:-GARDES]:
                    del self._resultats[ancien]
        if resultat is not None and not resultat.done():
            resultat.set_result(contenu)

    def vider(self) -> None:
        """Forget the results: the data folder may be another one, or have changed."""
        with self._verrou:
            self._resultats = {
                nom: resultat for nom, resultat in self._resultats.items() if not resultat.done()
            }


_partages: list[Partage] = []  # those of the blocks that are open; the last one serves


@contextmanager
def partager_par(partage: Partage) -> Iterator[None]:
    """Have ``partager`` keep its results in a reserve, until the block ends."""
    _partages.append(partage)
    try:
        yield
    finally:
        _partages.remove(partage)


def partager(nom: str, calculer: Callable[[], Objet]) -> Objet:
    """Return what ``calculer`` returns, or what it returned under that name to another report of
    this production.

    Whoever calls warrants that two results of one name are equal. Out of a block of
    ``partager_par``, the function is simply called. Its reads of the data folder, made through
    ``lecture`` alone, are recorded in both cases: those of the first time are kept beside the
    result.
    """
    if not _partages:
        return calculer()
    partage = _partages[-1]
    cle = f"{racine()}\0{nom}"
    octets_gardes = partage.prendre(cle)
    if octets_gardes is not None:
        flux = BytesIO(octets_gardes)
        rejouer(pickle.load(flux))
        return pickle.load(flux)
    contenu = None  # what is kept if ``calculer`` raises
    try:
        with enregistrer() as journal:
            objet = calculer()
        contenu = pickle.dumps(journal) + pickle.dumps(objet)
    finally:
        partage.garder(cle, contenu)
    return objet
