"""L'atelier : une question sur un territoire en quelques lignes.

from ctglib import atelier as a

a.chercher("RSA")
a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais"])
"""

from ctglib.atelier.carnet import installer
from ctglib.atelier.dessins import bandes, barres, carte, courbes, eventail, panneaux, pente, points
from ctglib.atelier.fichiers import importer
from ctglib.atelier.prolongements import prolonger
from ctglib.atelier.questions import cibles, comparer, frequentation, promesses, rang, semblables
from ctglib.atelier.recherche import chercher
from ctglib.atelier.ressemblances import comparables
from ctglib.atelier.series import donnees, epci, lieux, oublier, ratio
from ctglib.atelier.sorties import PONCTUELLE, enregistrer, figure, note, tableau
from ctglib.atelier.suivre import evolution, provisoires, revisions
from ctglib.atelier.tables import definitions

__all__ = [
    "PONCTUELLE",
    "bandes",
    "barres",
    "carte",
    "chercher",
    "cibles",
    "comparables",
    "comparer",
    "courbes",
    "definitions",
    "donnees",
    "enregistrer",
    "epci",
    "eventail",
    "evolution",
    "figure",
    "frequentation",
    "importer",
    "lieux",
    "note",
    "oublier",
    "panneaux",
    "pente",
    "points",
    "prolonger",
    "promesses",
    "provisoires",
    "rang",
    "ratio",
    "revisions",
    "semblables",
    "tableau",
]

installer()
