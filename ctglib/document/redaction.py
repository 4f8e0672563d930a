"""The text files of the catalogue: whole paragraphs in French, in reading order, that facts fill.

They are Jinja: a macro is a paragraph, or several, each under a line that labels it. A file has
words alone: what is counted, compared or chosen is in the facts that it is given. A convention may
bring its own file, of the same name, in its folder: both run in the same sandbox.
"""

import marshal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre
from ctglib.document.typographie import accorder, compter, en_lettres, nombrer, tous
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import existe, lire_texte, lister, lister_si_present
from ctglib.donnees.partage import partager

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


def fautes_des_textes(convention: str) -> list[Faute]:
    """Return what is wrong in the text files of the catalogue, then in those of a convention: a
    sign that does not close, a name or a filter that does not exist; of the convention's, a file
    that the catalogue does not have, a part that it has and that is not there.

    An attribute of a fact that no part of the catalogue's file reads is taken for a mistake.
    """
    fautes: list[Faute] = []
    modeles = {}
    noms = lister(f"catalogue/{TEXTES}")
    for nom in noms:
        chemin = f"catalogue/{TEXTES}/{nom}"
        with recueillir(fautes):
            modeles[nom] = _lire(chemin)
            fautes += _noms_inconnus(chemin, modeles[nom])
    for nom in lister_si_present(f"conventions/{convention}/{TEXTES}") or ():
        chemin = f"conventions/{convention}/{TEXTES}/{nom}"
        if nom not in noms:
            fautes.append(Faute(chemin, *mots("texte_inconnu", nom=nom, connus=", ".join(noms))))
            continue
        with recueillir(fautes):
            lu = _lire(chemin)
            fautes += _noms_inconnus(chemin, lu)
            if nom in modeles:
                fautes += _ecarts_au_modele(chemin, lu, modeles[nom])
    return fautes


def _lire(chemin: str) -> nodes.Template:
    """Return what a text file says.

    Raises:
        DonneesInvalides: It cannot be read: a sign does not close.
    """
    source = lire_texte(chemin)
    try:
        return _environnement().parse(source)
    except TemplateSyntaxError as erreur:
        ligne = source.splitlines()[erreur.lineno - 1].strip()
        faute = mots("texte_mal_ferme", texte=ligne)
        raise refus(chemin, *faute, ligne=erreur.lineno) from erreur


def _noms_inconnus(chemin: str, lu: nodes.Template) -> Iterator[Faute]:
    """Yield the names and the filters that nothing gives to the parts of a file."""
    filtres = _environnement().filters
    for filtre in lu.find_all(nodes.Filter):
        if filtre.name not in filtres:
            yield Faute(chemin, *mots("filtre_inconnu", nom=filtre.name), filtre.lineno)
    parties = list(lu.find_all(nodes.Macro))
    partout = {"loop", *_environnement().globals, *(partie.name for partie in parties)}
    for partie in parties:
        noms = list(partie.find_all(nodes.Name))
        donnes = partout | {nom.name for nom in noms if nom.ctx != "load"}
        for nom in noms:
            if nom.name not in donnes:
                yield Faute(chemin, *mots("nom_inconnu", nom=nom.name), nom.lineno)


def _ecarts_au_modele(chemin: str, lu: nodes.Template, modele: nodes.Template) -> Iterator[Faute]:
    """Yield the parts that a convention's file lacks, those whose facts are not those of the
    catalogue's, and the attributes of facts that the catalogue's file does not read.
    """
    propres = {partie.name: partie for partie in lu.find_all(nodes.Macro)}
    for partie in modele.find_all(nodes.Macro):
        attendue = _premiere_ligne(partie)
        propre = propres.get(partie.name)
        if propre is None:
            yield Faute(chemin, *mots("partie_absente", partie=partie.name, attendue=attendue))
        elif _premiere_ligne(propre) != attendue:
            faute = mots("autres_faits", ecrite=_premiere_ligne(propre), attendue=attendue)
            yield Faute(chemin, *faute, propre.lineno)
    connus = {attribut for attribut, _ in _attributs(modele)}
    for attribut, ligne in _attributs(lu):
        if attribut not in connus:
            yield Faute(chemin, *mots("nom_inconnu", nom=attribut), ligne)


def _premiere_ligne(partie: nodes.Macro) -> str:
    """Return the line that begins a part: « macro titre(c, lieux) »."""
    return f"macro {partie.name}({', '.join(fait.name for fait in partie.args)})"


def _attributs(lu: nodes.Template) -> Iterator[tuple[str, int]]:
    """Yield what is read of the facts of each part (« c.cible »), with its line."""
    for partie in lu.find_all(nodes.Macro):
        faits = {fait.name for fait in partie.args}
        for attribut in partie.find_all(nodes.Getattr):
            if isinstance(attribut.node, nodes.Name) and attribut.node.name in faits:
                yield f"{attribut.node.name}.{attribut.attr}", attribut.lineno


@lru_cache(maxsize=32)
def _modele(source: str) -> Template:
    """Return a template, worked out once by the reports of a production."""
    environnement = _environnement()
    nom = f"modele/{sha256(source.encode()).hexdigest()}"
    octets = partager(nom, lambda: marshal.dumps(environnement.compile(source)))
    return Template.from_code(
        environnement, marshal.loads(octets), environnement.make_globals(None)
    )


@lru_cache(maxsize=1)
def _environnement() -> SandboxedEnvironment:
    """Return how templates are read: undefined names are refused, and no value brings a line of its
    own.
    """
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
    return environnement


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
