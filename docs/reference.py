"""Write the two pages of reference, the keys of a convention's files and the commands: ``make
reference``.

What a key means stands in ``docs/reference.yaml``; its forms are those of the models that check the
files; its example is what the demonstration writes, or else what ``reference.yaml`` gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo
from typer.core import TyperArgument
from typer.main import get_command

from ctglib.commandes.application import application
from ctglib.donnees.fautes import phrases
from ctglib.donnees.lecture import CONVENTIONS, conventions, existe, lire_octets, lister
from ctglib.donnees.modeles import (
    CodeTerritoire,
    Couleur,
    Identifiant,
    Modele,
    Numero,
    Texte,
    suivi,
)
from ctglib.donnees.modeles.catalogue import (
    CharteDeLaConvention,
    Dimensions,
    SujetIndicateurs,
    ThemePropre,
    Unites,
)
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.noms import Nom
from ctglib.donnees.pieces import DOCUMENTS, FACULTATIFS, FINALE_PROPRE, annees_presentes

ICI = Path(__file__).parent
FICHIER = ICI / "reference-convention.md"
COMMANDES = ICI / "commandes.md"
TEXTES = ICI / "reference.yaml"
# The convention whose files give the examples.
EXEMPLES = "demonstration"
BIBLIOTHEQUE = "catalogue/indicateurs"
THEMES = "catalogue/themes"
LONGUEUR_D_UN_EXEMPLE = 90
FORMES_NOMMEES: dict[object, str] = {
    Identifiant: "un identifiant (minuscules, chiffres et `_`)",
    CodeTerritoire: "un code de territoire, entre guillemets",
    Numero: "un numéro tel que la convention l'écrit, entre guillemets",
    Texte: "un texte",
    Couleur: "une couleur (`#rrggbb`), entre guillemets",
}
FORMES: dict[object, str] = {
    bool: "`true` ou `false`",
    int: "un nombre entier",
    float: "un nombre",
    str: "un texte",
    date: "une date (`2025-03-18`)",
}


def fichiers() -> dict[str, type[Modele]]:
    """Return the model of each YAML file of a convention's folder, by its name in it."""
    propres: dict[str, type[Modele]] = {"convention.yaml": Convention}
    for nom, modele in FACULTATIFS.items():
        propres[f"{nom}.yaml"] = modele
    propres["charte.yaml"] = CharteDeLaConvention
    propres["themes/<thème>.yaml"] = ThemePropre
    propres["collecte.yaml"] = suivi.CollecteAnnuelle
    for nom, modele in FINALE_PROPRE.items():
        propres[f"{nom}.yaml"] = modele
    for nom, modele in DOCUMENTS.items():
        propres[f"suivi/<année>/{nom}.yaml"] = modele
    return propres


def modeles() -> list[type[Modele]]:
    """Return the models of these files and those that they hold, each once, as they come."""
    trouves: list[type[Modele]] = []
    for modele in fichiers().values():
        _rassembler(modele, trouves)
    return trouves


def _rassembler(annotation: object, trouves: list[type[Modele]]) -> None:
    """Add the models of a type to those that are known."""
    if isinstance(annotation, type) and issubclass(annotation, Modele):
        if annotation not in trouves:
            trouves.append(annotation)
            for champ in annotation.model_fields.values():
                _rassembler(champ.annotation, trouves)
        return
    for argument in get_args(annotation):
        _rassembler(argument, trouves)


def forme(annotation: object, metadonnees: tuple[object, ...] = ()) -> str:
    """Return in French what may be written for a type: « une liste de textes »."""
    for metadonnee in metadonnees:
        if isinstance(metadonnee, Nom):
            regle = phrases("noms.yaml")[metadonnee.sorte]
            ou = f" ({regle['ou'].format('…')})" if "ou" in regle else ""
            return f"le nom d'{regle['libelle'].format('…')}{ou}"
    for nommee, mots in FORMES_NOMMEES.items():
        if annotation == nommee or metadonnees == getattr(nommee, "__metadata__", None):
            return mots
    origine = get_origin(annotation)
    arguments = get_args(annotation)
    if origine is Annotated:
        return forme(arguments[0], arguments[1:])
    if origine in (Union, UnionType):
        formes = [forme(argument) for argument in arguments if argument is not NoneType]
        return " ou ".join(dict.fromkeys(formes))
    if origine is Literal:
        return "l'un de ces mots : " + ", ".join(f"`{mot}`" for mot in arguments)
    if origine in (list, tuple):
        bornes = [argument for argument in arguments if argument is not Ellipsis]
        if origine is tuple and len(bornes) > 1:
            return f"une liste de {len(bornes)} éléments : {forme(bornes[0])}"
        return f"une liste, chaque élément étant {forme(bornes[0])}"
    if origine is dict:
        return f"un tableau : pour {forme(arguments[0])}, {forme(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Modele):
        return f"les clés de [{annotation.__name__}](#{annotation.__name__.lower()})"
    return FORMES[annotation]


def exemples() -> dict[tuple[str, str], object]:
    """Return a value of each key, by model and key, as the files of the demonstration write it.

    The other conventions give those that the demonstration does not write.
    """
    trouves: dict[tuple[str, str], object] = {}
    autres = [nom for nom in conventions() if nom != EXEMPLES]
    for convention in (EXEMPLES, *autres):
        dossier = f"{CONVENTIONS}/{convention}"
        for nom, modele in fichiers().items():
            chemins = [f"{dossier}/{nom}"]
            if "<année>" in nom:
                annees = annees_presentes(convention)
                chemins = [f"{dossier}/{nom.replace('<année>', str(annee))}" for annee in annees]
            for chemin in chemins:
                if existe(chemin):
                    _chercher(modele, _contenu(chemin), trouves)
    # An indicator of its own is written as one of the library.
    for nom in lister(BIBLIOTHEQUE):
        _chercher(SujetIndicateurs, _contenu(f"{BIBLIOTHEQUE}/{nom}"), trouves)
    for nom in lister(THEMES):
        _chercher(ThemePropre, _contenu(f"{THEMES}/{nom}"), trouves)
    _chercher(Dimensions, _contenu("catalogue/dimensions.yaml"), trouves)
    _chercher(Unites, _contenu("catalogue/unites.yaml"), trouves)
    return trouves


def _contenu(chemin: str) -> object:
    """Return what a YAML file writes."""
    return yaml.safe_load(lire_octets(chemin))


def _chercher(annotation: Any, contenu: Any, trouves: dict[tuple[str, str], object]) -> None:
    """Add the values of a content, by model and key; the first one of each key stays."""
    if isinstance(annotation, type) and issubclass(annotation, Modele):
        if not isinstance(contenu, dict):
            return
        for cle, valeur in contenu.items():
            champ = annotation.model_fields.get(cle)
            if champ is not None:
                trouves.setdefault((annotation.__name__, cle), valeur)
                _chercher(champ.annotation, valeur, trouves)
        return
    arguments = get_args(annotation)
    if isinstance(contenu, list):
        for element in contenu:
            for argument in arguments:
                _chercher(argument, element, trouves)
    elif get_origin(annotation) is dict and isinstance(contenu, dict):
        for valeur in contenu.values():
            _chercher(arguments[1], valeur, trouves)
    else:
        for argument in arguments:
            if not isinstance(contenu, dict) or _accepte(argument, contenu):
                _chercher(argument, contenu, trouves)


def _accepte(annotation: Any, contenu: dict[str, object]) -> bool:
    """Tell whether a form among several is the one that a content is written in."""
    if isinstance(annotation, type) and issubclass(annotation, Modele):
        return set(contenu) <= set(annotation.model_fields)
    return True


def montrer(valeur: object) -> str:
    """Return a value as YAML on one line, cut when it is long; "" for one that has its section."""
    texte = _en_une_ligne(valeur)
    if len(texte) > LONGUEUR_D_UN_EXEMPLE and isinstance(valeur, list):
        texte = _en_une_ligne(valeur[:1])
    if len(texte) > LONGUEUR_D_UN_EXEMPLE:
        if not isinstance(valeur, str):
            return ""
        debut, _, _ = texte[:LONGUEUR_D_UN_EXEMPLE].rpartition(" ")
        texte = f"{debut} …"
    return texte.replace("|", "\\|")


def _en_une_ligne(valeur: object) -> str:
    texte = yaml.safe_dump(valeur, allow_unicode=True, default_flow_style=True, width=10_000)
    return texte.removesuffix("\n...\n").strip()


def textes() -> dict[str, Any]:
    """Return what ``reference.yaml`` says: its header, its files, its models and their keys."""
    return yaml.safe_load(TEXTES.read_text(encoding="utf-8"))


def reference() -> str:
    """Return the page as Markdown: the files, then a table of keys a model."""
    dits = textes()
    trouves = exemples()
    lignes = [
        dits["entete"].rstrip(),
        "",
        "| Fichier | Ce qu'il dit | Ses clés |",
        "| --- | --- | --- |",
    ]
    for nom, modele in fichiers().items():
        lien = f"[{modele.__name__}](#{modele.__name__.lower()})"
        lignes.append(f"| `{nom}` | {dits['fichiers'][nom]} | {lien} |")
    for modele in modeles():
        lignes += ["", *_section(modele, dits["modeles"][modele.__name__], trouves)]
    return "\n".join(lignes) + "\n"


def _section(
    modele: type[Modele], dits: dict[str, Any], trouves: dict[tuple[str, str], object]
) -> Iterator[str]:
    """Yield the lines of a model: what it is, who reads it, and its keys."""
    yield f"## {modele.__name__}"
    yield ""
    yield f"{dits['resume']} Lu par : {dits['lu_par']}."
    yield ""
    yield "| Clé | Ce qu'elle veut dire | Formes admises | Exemple |"
    yield "| --- | --- | --- | --- |"
    for cle, champ in modele.model_fields.items():
        dit = dits["cles"][cle]
        sens = dit if isinstance(dit, str) else dit["sens"]
        exemple = trouves.get((modele.__name__, cle))
        if exemple is None and isinstance(dit, dict):
            exemple = dit.get("exemple")
        montre = montrer(exemple) if exemple is not None else ""
        montre = f"`{montre}`" if montre else ""
        yield f"| `{cle}` | {sens} | {_formes(champ)} | {montre} |"


def _formes(champ: FieldInfo) -> str:
    """Return what may be written for a key, and whether it must be."""
    formes = forme(champ.annotation, tuple(champ.metadata))
    return formes if champ.is_required() else f"{formes} ; facultative"


def page_des_commandes() -> str:
    """Return the page of the commands as Markdown: a table of arguments and options each."""
    lignes = [textes()["entete_des_commandes"].rstrip()]
    for nom, commande in _commandes(get_command(application), "ctg"):
        lignes += ["", f"## {nom}", "", str(commande.help), ""]
        lignes += ["| Argument ou option | Ce qu'il fait | Par défaut |", "| --- | --- | --- |"]
        for parametre in commande.params:
            noms = ", ".join(f"`{nom}`" for nom in (*parametre.opts, *parametre.secondary_opts))
            if isinstance(parametre, TyperArgument):
                noms = f"`{parametre.metavar or parametre.name}`"
            elif parametre.metavar:
                noms = f"{noms} {parametre.metavar}"
            defaut = parametre.default
            montre = f"`{defaut}`" if isinstance(defaut, str | int) and defaut else ""
            lignes.append(f"| {noms} | {parametre.help} | {montre} |")
    return "\n".join(lignes) + "\n"


def _commandes(commande: Any, nom: str) -> Iterator[tuple[str, Any]]:
    """Yield the commands of a group, with their whole name: « ctg source ajouter »."""
    sous_commandes = getattr(commande, "commands", None)
    if sous_commandes is None:
        yield nom, commande
        return
    for sous_nom, sous_commande in sous_commandes.items():
        if not sous_commande.hidden:
            yield from _commandes(sous_commande, f"{nom} {sous_nom}")


def main() -> None:
    """Write both pages."""
    FICHIER.write_text(reference(), encoding="utf-8")
    COMMANDES.write_text(page_des_commandes(), encoding="utf-8")


if __name__ == "__main__":
    main()
