"""What only the evaluation at the end reads, and what its files name: rules, readings, what people entered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles.evaluation import Lectures, ReglesConformite, ReglesFinales, SaisieFinale
from ctglib.donnees.references import nom_inconnu, parcourir
from ctglib.donnees.yaml_strict import Document, examiner_yaml

if TYPE_CHECKING:
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.yaml_strict import Arbre


REGLES, CONFORMITE = "catalogue/evaluation_finale.yaml", "catalogue/conformite.yaml"
LECTURES, SAISIE = "lectures.yaml", "evaluation_finale.yaml"


@dataclass(frozen=True)
class Finale:
    """What the evaluation at the end reads beside the follow-up, checked.

    Attributes:
        regles: Questions, rules and words of the catalogue.
        conformite: What the law asks since the convention was signed.
        lectures: Links that the text does not write; none when the file is absent.
        saisie: What the evaluators entered; nothing when the file is absent.
    """

    regles: ReglesFinales
    conformite: ReglesConformite
    lectures: Lectures
    saisie: SaisieFinale


def lire_finale(dossier: Dossier) -> Finale:
    """Return what the evaluation at the end reads beside the follow-up of a convention.

    Raises:
        DonneesInvalides: All the faults of these files.
    """
    documents = _documents(dossier.convention.id)
    if faults := _fautes(documents, dossier):
        raise DonneesInvalides(faults)
    regles, conformite, lectures, saisie = (document.objet for document in documents.values())
    return Finale(regles.selon(dossier.convention), conformite, lectures, saisie)


def fautes_finales(convention: str) -> tuple[Faute, ...]:
    """Return the faults of these files; what they name is checked once the convention itself has no fault."""
    try:
        dossier = lire_dossier(convention)
    except DonneesInvalides:
        dossier = None
    return tuple(_fautes(_documents(convention), dossier))


def _documents(convention: str) -> dict[str, Document]:
    """Return the files; one that a convention may not have and has not is an empty one."""
    folder = f"conventions/{convention}"
    found = {
        "regles": examiner_yaml(REGLES, ReglesFinales),
        "conformite": examiner_yaml(CONFORMITE, ReglesConformite),
    }
    for name, file, model in (("lectures", LECTURES, Lectures), ("saisie", SAISIE, SaisieFinale)):
        path = f"{folder}/{file}"
        found[name] = examiner_yaml(path, model) if existe(path) else Document(None, model(), ())
    return found


def _fautes(documents: dict[str, Document], dossier: Dossier | None) -> list[Faute]:
    faults = [fault for document in documents.values() for fault in document.fautes]
    if dossier is None or faults:
        return faults
    return [*faults, *verifier_finale(documents, dossier)]


CONVENTION = "convention.yaml"
# Document, list, and what its items are told apart by.
UNIQUES = (
    ("lectures", "objectifs", ("fiche", "objectif")),
    ("lectures", "schemas", ("fiche", "element")),
    ("lectures", "schema_petite_enfance", ("element",)),
    ("saisie", "criteres", ("critere",)),
    ("saisie", "contribution", ("fiche",)),
    ("saisie", "decisions", ("fiche", "objectif")),
)


def verifier_finale(documents: Mapping[str, Document], dossier: Dossier) -> list[Faute]:
    """Return the faults of names that no other file defines, and of what is told twice.

    Args:
        documents: By name, each without fault of its own; no tree: an absent file.
        dossier: The convention and its catalogue.
    """
    trees = {name: document.arbre for name, document in documents.items() if document.arbre}
    faults = [
        trees[name].faute(path, *nom_inconnu(str(written), values, kind, where))
        for name, place, known, kind, where in (
            *_citations(dossier, documents["conformite"].objet),
            *_des_fiches(trees, dossier.convention),
        )
        if name in trees
        for values in [list(known)]
        for path, written in parcourir(trees[name].contenu, place)
        if written not in values
    ]
    for name, group, keys in UNIQUES:
        items = getattr(documents[name].objet, group) if name in trees else ()
        told = [tuple(getattr(item, key) for key in keys) for item in items]
        faults += [
            trees[name].faute(
                (group, rank), "la même chose une seconde fois", "une seule fois chacun", "supprimer l'un des deux"
            )
            for rank, key in enumerate(told)
            if key in told[:rank]
        ]
    return faults


Citation = tuple[str, str, Iterable[object], str, str]  # document, path, what may be written there, its kind, its file


def _citations(dossier: Dossier, conformite: ReglesConformite) -> Iterator[Citation]:
    catalogue, convention = dossier.catalogue, dossier.convention
    themes = [theme.theme for theme in catalogue.themes]
    series = (catalogue.indicateurs_contexte, "un indicateur", "catalogue/contexte.yaml")
    yield "regles", "diagnostic.*.theme", themes, "un thème", "catalogue/themes"
    yield "regles", "diagnostic.*.series.*", *series
    yield "conformite", "population", catalogue.indicateurs, "un indicateur", "catalogue/themes"
    yield "conformite", "elements.*.connu.diagnostic.*", catalogue.indicateurs, "un indicateur", "catalogue/themes"
    yield "conformite", "elements.*.connu.series.*", *series
    types = [item.id for item in catalogue.offre.types]
    yield "conformite", "elements.*.connu.offre.*", types, "un type de service", "catalogue/offre.yaml"
    holders = (catalogue.responsables, "un service", "catalogue/responsables.yaml")
    yield "conformite", "elements.*.detenteurs.*", *holders
    parts = [item.id for item in conformite.elements]
    yield "lectures", "schema_petite_enfance.*.element", parts, "un élément du schéma", CONFORMITE
    numbers = [fiche.numero for fiche in convention.fiches]
    yield "lectures", "schema_petite_enfance.*.fiches.*", numbers, "une fiche action", CONVENTION
    for name, group in (
        ("lectures", "objectifs"), ("lectures", "schemas"), ("saisie", "contribution"), ("saisie", "decisions"),
    ):  # fmt: skip
        yield name, f"{group}.*.fiche", numbers, "une fiche action", CONVENTION
    told = [text for schema in convention.schemas for text in (*schema.axes, *schema.chapitres)]
    yield "lectures", "schemas.*.element", told, "un axe ou un chapitre d'un schéma", CONVENTION


def _des_fiches(arbres: Mapping[str, Arbre], convention: Convention) -> Iterator[Citation]:
    """Yield what a file says of a fiche and is to be found in it: the rank of an objective, modalités, indicators."""
    fiches = {fiche.numero: fiche for fiche in convention.fiches}
    for name, group in (("lectures", "objectifs"), ("saisie", "decisions")):
        for (_, rank, _), number in parcourir(arbres[name].contenu, f"{group}.*.fiche") if name in arbres else ():
            if fiche := fiches.get(number):
                own, path, ranks = f"de la fiche {number}", f"{group}.{rank}", range(1, len(fiche.objectifs) + 1)
                yield name, f"{path}.objectif", ranks, f"le rang d'un objectif {own}", CONVENTION
                numbers, names = ([item.numero for item in fiche.modalites], [item.id for item in fiche.indicateurs])
                yield name, f"{path}.modalites.*", numbers, f"une modalité {own}", CONVENTION
                yield name, f"{path}.indicateurs.*", names, f"un indicateur {own}", CONVENTION
