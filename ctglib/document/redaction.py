"""The text files of the catalogue: whole paragraphs in French, in reading order, that facts fill.

They are Jinja: a macro is a paragraph, or several, each under a line that labels it. A file has
words alone: what is counted, compared or chosen is in the facts that it is given. A convention may
bring its own file, of the same name, in its folder: both run in the same sandbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre
from ctglib.document.typographie import accorder, compter, en_lettres, nombrer, tous
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots
from ctglib.donnees.lecture import existe, lire_texte

TEXTES = "textes"


@dataclass(frozen=True)
class Paragraphes:
    """What a macro gives: a first paragraph, then others, each under a label (« Écart »)."""

    premier: str
    suite: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Textes:
    """A text file of the catalogue, or of the convention where it has one of this name."""

    chemin: str

    def dire(self, macro: str, *faits: object, **nommes: object) -> str:
        """Return the paragraph of a macro, on one line; "" when it says nothing.

        Of the named facts, a macro takes those that its first line names.

        Raises:
            DonneesInvalides: The file has no such macro, or asks for what it is not given.
        """
        lignes = self._rendre(macro, faits, nommes).splitlines()
        return _en_une_ligne([ligne.strip() for ligne in lignes])

    def rediger(self, macro: str, *faits: object) -> Paragraphes:
        """Return the paragraphs of a macro: all but the first come after a line that labels them
        (« Écart : »); those that say nothing are left out.
        """
        premier: list[str] = []
        suite: list[tuple[str, list[str]]] = []
        for ligne in self._rendre(macro, faits, {}).splitlines():
            texte = ligne.strip()
            if texte.endswith(":"):
                suite.append((texte.rstrip("\u00a0 :"), []))
            elif suite:
                suite[-1][1].append(texte)
            else:
                premier.append(texte)
        paragraphes = [(intitule, _en_une_ligne(lignes)) for intitule, lignes in suite]
        return Paragraphes(
            _en_une_ligne(premier),
            tuple((intitule, texte) for intitule, texte in paragraphes if texte),
        )

    def _rendre(self, macro: str, faits: tuple[object, ...], nommes: Mapping[str, object]) -> str:
        try:
            partie = getattr(_modele(lire_texte(self.chemin)).module, macro)
            demandes = {nom: nommes[nom] for nom in partie.arguments if nom in nommes}
            return str(partie(*faits, **demandes))
        except (TemplateError, AttributeError, TypeError) as erreur:
            ligne = getattr(erreur, "lineno", None)
            faute = mots("texte_illisible", macro=macro, erreur=erreur)
            raise DonneesInvalides([Faute(self.chemin, *faute, ligne=ligne)]) from erreur


def textes(nom: str, convention: str = "") -> Textes:
    """Return the text file of a name (« annee.j2 »): that of the convention's folder, or else the
    catalogue's.
    """
    propre = f"conventions/{convention}/{TEXTES}/{nom}"
    return Textes(propre if convention and existe(propre) else f"catalogue/{TEXTES}/{nom}")


@lru_cache(maxsize=32)
def _modele(source: str) -> Template:
    """Return a template; undefined names are refused, and no value brings a line of its own."""
    environnement = SandboxedEnvironment(
        undefined=StrictUndefined,
        lstrip_blocks=True,
        finalize=_ecrire,
    )
    environnement.filters |= {
        "accorder": accorder,
        "compter": compter,
        "enumerer": enumerer,
        "lettres": en_lettres,
        "majuscule": majuscule,
        "minuscule": minuscule,
        "nombrer": nombrer,
        "selon": _selon,
        "tous": tous,
    }
    return environnement.from_string(source)


def _en_une_ligne(lignes: list[str]) -> str:
    return " ".join(ligne for ligne in lignes if ligne)


def _selon(nombre_de_choses: float, une: str, plusieurs: str) -> str:
    """Return what agrees with a count that is not written: « a » or « ont »."""
    return une if nombre_de_choses < 2 else plusieurs


def _ecrire(valeur: object) -> object:
    """Return what is written of a value: a number in French, a text on one line."""
    if isinstance(valeur, float):
        return nombre(valeur)
    return " ".join(valeur.splitlines()) if isinstance(valeur, str) else valeur
