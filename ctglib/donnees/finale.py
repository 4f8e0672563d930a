"""What only the evaluation at the end reads, and what its files name: rules, readings, what people entered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles.evaluation import Lectures, ReglesFinales, SaisieFinale
from ctglib.donnees.references import nom_inconnu
from ctglib.donnees.yaml_strict import Document, examiner_yaml

if TYPE_CHECKING:
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.yaml_strict import Chemin


REGLES = "catalogue/evaluation_finale.yaml"
LECTURES, SAISIE = "lectures.yaml", "evaluation_finale.yaml"


@dataclass(frozen=True)
class Finale:
    """What the evaluation at the end reads beside the follow-up, checked.

    Attributes:
        regles: Questions, rules and words of the catalogue.
        lectures: Links that the text does not write; none when the file is absent.
        saisie: What the evaluators entered; nothing when the file is absent.
    """

    regles: ReglesFinales
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
    regles, lectures, saisie = (document.objet for document in documents.values())
    return Finale(regles.selon(dossier.convention), lectures, saisie)


def fautes_finales(convention: str) -> tuple[Faute, ...]:
    """Return the faults of these files; what they name is checked once the convention itself has no fault."""
    try:
        dossier = lire_dossier(convention)
    except DonneesInvalides:
        dossier = None
    return tuple(_fautes(_documents(convention), dossier))


def _documents(convention: str) -> dict[str, Document]:
    """Return the three files; one that a convention may not have and has not is an empty one."""
    folder = f"conventions/{convention}"
    found = {"regles": examiner_yaml(REGLES, ReglesFinales)}
    for name, file, model in (("lectures", LECTURES, Lectures), ("saisie", SAISIE, SaisieFinale)):
        path = f"{folder}/{file}"
        found[name] = examiner_yaml(path, model) if existe(path) else Document(None, model(), ())
    return found


def _fautes(documents: dict[str, Document], dossier: Dossier | None) -> list[Faute]:
    faults = [fault for document in documents.values() for fault in document.fautes]
    if dossier is None or faults:
        return faults
    return [*faults, *verifier_finale(documents, dossier)]


Nom = tuple["Chemin", object, Iterable[object], str, str]  # where, what is written, what may be, its kind, its file
CATALOGUE, CONVENTION = "catalogue", "convention.yaml"


def verifier_finale(documents: Mapping[str, Document], dossier: Dossier) -> list[Faute]:
    """Return the faults of names that no other file defines, and of what is told twice.

    Args:
        documents: « regles », « lectures » and « saisie », each without fault of its own; no tree: an absent file.
        dossier: The convention and its catalogue.
    """
    faults = []
    readings = (
        ("regles", _noms_du_catalogue, None),
        ("lectures", _noms_des_lectures, _cles_des_lectures),
        ("saisie", _noms_de_la_saisie, _cles_de_la_saisie),
    )
    for name, names, keys in readings:
        document = documents[name]
        if document.arbre is None:
            continue
        for path, written, known, kind, where in names(document.objet, dossier):
            if written not in (values := list(known)):
                faults.append(document.arbre.faute(path, *nom_inconnu(str(written), values, kind, where)))
        seen = set()
        for path, key in keys(document.objet) if keys else ():
            if key in seen:
                found, expected = "la même chose une seconde fois", "une seule fois chacun"
                faults.append(document.arbre.faute(path, found, expected, "supprimer l'un des deux"))
            seen.add(key)
    return faults


def _noms_du_catalogue(regles: object, dossier: Dossier) -> Iterator[Nom]:
    catalogue = dossier.catalogue
    themes = [theme.theme for theme in catalogue.themes]
    for rank, item in enumerate(regles.diagnostic):
        yield ("diagnostic", rank, "theme"), item.theme, themes, "un thème", "catalogue/themes"
        for place, serie in enumerate(item.series):
            path = ("diagnostic", rank, "series", place)
            yield path, serie, catalogue.indicateurs_contexte, "un indicateur", "catalogue/contexte.yaml"
    for rank, item in enumerate(regles.renouvellement):
        path = ("renouvellement", rank)
        yield (*path, "indicateur"), item.indicateur, catalogue.indicateurs, "un indicateur", "catalogue/themes"
        yield (*path, "serie"), item.serie, catalogue.indicateurs_contexte, "un indicateur", "catalogue/contexte.yaml"


def _noms_des_lectures(lectures: object, dossier: Dossier) -> Iterator[Nom]:
    convention = dossier.convention
    for rank, item in enumerate(lectures.objectifs):
        path = ("objectifs", rank)
        fiche = _fiche(convention, item.fiche)
        yield from _objectif(path, item, convention)
        if fiche is None:
            continue
        numbers = [modalite.numero for modalite in fiche.modalites]
        for place, number in enumerate(item.modalites):
            yield (*path, "modalites", place), number, numbers, f"une modalité de la fiche {fiche.numero}", CONVENTION
        own = [prevu.id for prevu in fiche.indicateurs]
        for place, name in enumerate(item.indicateurs):
            yield (*path, "indicateurs", place), name, own, f"un indicateur de la fiche {fiche.numero}", CONVENTION
    told = [text for schema in convention.schemas for text in (*schema.axes, *schema.chapitres)]
    for rank, item in enumerate(lectures.schemas):
        yield ("schemas", rank, "fiche"), item.fiche, _numeros(convention), "une fiche action", CONVENTION
        yield ("schemas", rank, "element"), item.element, told, "un axe ou un chapitre d'un schéma", CONVENTION


def _noms_de_la_saisie(saisie: object, dossier: Dossier) -> Iterator[Nom]:
    convention = dossier.convention
    for rank, item in enumerate(saisie.contribution):
        yield ("contribution", rank, "fiche"), item.fiche, _numeros(convention), "une fiche action", CONVENTION
    for rank, item in enumerate(saisie.decisions):
        yield from _objectif(("decisions", rank), item, convention)


def _objectif(path: Chemin, item: object, convention: Convention) -> Iterator[Nom]:
    yield (*path, "fiche"), item.fiche, _numeros(convention), "une fiche action", CONVENTION
    fiche = _fiche(convention, item.fiche)
    if fiche is not None:
        ranks = range(1, len(fiche.objectifs) + 1)
        yield (*path, "objectif"), item.objectif, ranks, f"le rang d'un objectif de la fiche {fiche.numero}", CONVENTION


def _fiche(convention: Convention, numero: int) -> Fiche | None:
    return next((fiche for fiche in convention.fiches if fiche.numero == numero), None)


def _numeros(convention: Convention) -> list[int]:
    return [fiche.numero for fiche in convention.fiches]


def _cles_des_lectures(lectures: object) -> Iterator[tuple[Chemin, object]]:
    for rank, item in enumerate(lectures.objectifs):
        yield ("objectifs", rank), ("objectif", item.fiche, item.objectif)
    for rank, item in enumerate(lectures.schemas):
        yield ("schemas", rank), ("schema", item.fiche, item.element)


def _cles_de_la_saisie(saisie: object) -> Iterator[tuple[Chemin, object]]:
    for rank, item in enumerate(saisie.criteres):
        yield ("criteres", rank), ("critere", item.critere)
    for rank, item in enumerate(saisie.contribution):
        yield ("contribution", rank), ("contribution", item.fiche)
    for rank, item in enumerate(saisie.decisions):
        yield ("decisions", rank), ("decision", item.fiche, item.objectif)
