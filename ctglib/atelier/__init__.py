"""L'atelier : une question sur un territoire en quelques lignes.

from ctglib import atelier as a

a.chercher("RSA")
a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais"])
"""

from ctglib.atelier.lieux import epci, lieux
from ctglib.atelier.messages import replier_les_erreurs
from ctglib.atelier.questions import cibles, comparer, frequentation, promesses, rang, semblables
from ctglib.atelier.series import chercher, definitions, donnees, oublier, ratio

__all__ = [
    "chercher",
    "cibles",
    "comparer",
    "definitions",
    "donnees",
    "epci",
    "frequentation",
    "lieux",
    "oublier",
    "promesses",
    "rang",
    "ratio",
    "semblables",
]

replier_les_erreurs()
