"""The statuses of a value, SDMX's list CL_OBS_STATUS: what it is worth, or why it is absent.

Their words are those of ``data/catalogue/statuts.yaml``, which a test holds to the same codes.
"""

from enum import StrEnum


class Statut(StrEnum):
    """The status of a value; a member is its letter: a column of letters compares with it."""

    NORMAL = "A"
    PROVISOIRE = "P"
    ESTIME = "E"
    NON_TRANSMIS = "L"
    SANS_OBJET = "M"
    NON_DISPONIBLE = "O"
    SECRET = "Q"

    __repr__ = str.__repr__  # in a list of cells, a status is its letter


PROVISOIRES = (Statut.PROVISOIRE, Statut.ESTIME)
# No status of a source: what an analyst put among its values.
SAISI = "saisi"
# What a drawing shows hollow: it may change, or it is not its source's.
CREUX = (*PROVISOIRES, SAISI)
# A value exists, but it is not given.
INCONNUES = (Statut.SECRET, Statut.NON_TRANSMIS, Statut.NON_DISPONIBLE)
ABSENCES = (*INCONNUES, Statut.SANS_OBJET)
# From what says least to what says most: a result is worth its worst input.
GRAVITE = (*ABSENCES, *PROVISOIRES, Statut.NORMAL)
