"""What several reports of one production work out alike, worked out once, and kept in the memory of
the command.

Nothing of it is written anywhere: it holds what was entered, small counts too, and a killed command
would leave it.
"""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from threading import Lock
from typing import TypeVar

from ctglib.donnees.lecture import enregistrer, racine, rejouer

Objet = TypeVar("Objet")
# results kept at once: the files, years and charts of a few conventions, however many there are
GARDES = 512


class Reserve:
    """What has been worked out so far, in the memory of this process; its threads may ask at the
    same time.

    Another process asks for it by an object that has the same ``prendre`` and ``garder``.
    """

    def __init__(self) -> None:
        self._places: dict[str, Future[bytes | None]] = {}
        self._verrou = Lock()

    def prendre(self, nom: str) -> bytes | None:
        """Return what is kept under a name, waited for if another works it out; None: the caller
        has to.
        """
        with self._verrou:
            place = self._places.pop(nom, None)
            # What is asked for goes last: the first are forgotten first.
            self._places[nom] = Future() if place is None else place
        return None if place is None else place.result()

    def garder(self, nom: str, contenu: bytes | None) -> None:
        """Keep what was worked out, and give it to who waits; None when it could not be, or not to
        the end.
        """
        with self._verrou:
            place = self._places.pop(nom, None)
            if contenu is not None and place is not None:
                self._places[nom] = place
                finis = [autre for autre, sa_place in self._places.items() if sa_place.done()]
                for ancien in finis[:-GARDES]:
                    del self._places[ancien]
        if place is not None and not place.done():
            place.set_result(contenu)

    def vider(self) -> None:
        """Forget what has been worked out: the data folder may be another one, or have changed."""
        with self._verrou:
            self._places = {nom: place for nom, place in self._places.items() if not place.done()}


_partages: list[Reserve] = []


@contextmanager
def partager_par(partage: Reserve) -> Iterator[None]:
    """Share in the block what ``partager`` works out."""
    _partages.append(partage)
    try:
        yield
    finally:
        _partages.remove(partage)


def nom_par_contenu(sorte: str, *objets: object) -> str:
    """Return the name of what is made from some objects alone, a fingerprint of their values."""
    content = BytesIO()
    pickler = pickle.Pickler(content)
    pickler.fast = True  # whether two values are one object does not show in the bytes
    pickler.dump(objets)
    return f"{sorte}/{sha256(content.getvalue()).hexdigest()}"


def partager(nom: str, calculer: Callable[[], Objet]) -> Objet:
    """Return what a function gives, or what it gave under that name, if any, to another report of
    this production.

    Two results of one name are the same. The reads of the data folder, through ``lecture`` alone,
    are recorded in both cases: those of the first time are kept beside the result.
    """
    if not nom or not _partages:
        return calculer()
    partage = _partages[-1]
    cle = f"{racine()}\0{nom}"
    garde = partage.prendre(cle)
    if garde is not None:
        stream = BytesIO(garde)
        rejouer(pickle.load(stream))
        return pickle.load(stream)
    contenu = None  # until it is worked out to the end
    try:
        with enregistrer() as journal:
            objet = calculer()
        contenu = pickle.dumps(journal) + pickle.dumps(objet)
    finally:
        partage.garder(cle, contenu)
    return objet
