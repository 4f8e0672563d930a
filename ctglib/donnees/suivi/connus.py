"""What the convention and the catalogue let the follow-up name, as far as their files can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ctglib.donnees.references import connus, elements, parcourir
from ctglib.donnees.verifications import absences

if TYPE_CHECKING:
    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.suivi.pieces import PiecesSuivi

# The kinds of names of ``references.VOCABULAIRES`` that the follow-up cites.
NOMS = (
    "axe",
    "mesure",
    "indicateur_de_fiche",
    "dimension",
    "unite",
    "statut",
    "fiche",
    "signataire",
    "poste",
    "variable",
)


@dataclass(frozen=True)
class Connus:
    """What may be named, and between which dates.

    Attributes:
        noms: Names by kind, as text; a kind none of whose files could be read is empty, and is not checked.
        mesures: Indicators as the catalogue writes them, by id.
        additives: Units whose parts cannot exceed the whole: counts and amounts.
        modalites: Modalités by dimension, by variable of a profile, and by fiche (« 1 » → « 1.1 »…); items of the
            référentiel by domaine.
        dispositifs: Modalités of the dimension that profiles are counted by.
        structures: Structures of the offer.
        natures: Nature that each poste is bound to.
        absences: Whether each status tells an absence.
        territoires: Those of the convention: its own and its reference.
        debut: First day of the convention, None when it cannot be read.
        fin: Its last day, an avenant of duration included.
        fictive: Whether the convention is a demonstration.
    """

    noms: dict[str, list[str]]
    mesures: dict[str, dict]
    additives: set[str]
    modalites: dict[str, dict[str, list[str]]]
    dispositifs: list[str]
    structures: list[str]
    natures: dict[str, str]
    absences: dict[str, bool]
    territoires: list[str] = field(default_factory=list)
    debut: date | None = None
    fin: date | None = None
    fictive: bool = False


def relever(suivi: PiecesSuivi) -> Connus:
    """Return what the follow-up may name."""
    pieces = suivi.pieces
    convention = pieces.documents["convention/convention"][0].objet
    dimensions = {
        name: parts
        for document in ("dimensions", "convention/indicateurs")
        for name, parts in _modalites(pieces, document, "dimensions", "id").items()
    }
    offre = pieces.tables.get("offre")
    return Connus(
        noms={kind: [str(name) for name in connus(pieces, kind)] for kind in NOMS},
        mesures={item["id"]: item for item in _mesures(pieces) if isinstance(item.get("id"), str)},
        additives={
            item["id"]
            for item in _elements(pieces, "unites", "unites")
            if item.get("ecart") == "aucun" and item.get("id")
        },
        modalites={
            "dimension": dimensions,
            "variable": _modalites(pieces, "profils", "variables", "id"),
            "fiche": {
                str(fiche.get("numero")): [str(value) for _, value in parcourir(fiche, "modalites.*.numero")]
                for fiche in _elements(pieces, "convention/convention", "fiches")
            },
            "item": {
                name: [str(item.get("id")) for item in _elements(pieces, "referentiel_emploi", name)]
                for name in ("attendus", "activites")
            },
        },
        dispositifs=dimensions.get(_dimension_des_profils(pieces), []),
        structures=sorted({row.cellules["structure"] for row in offre.lignes} if offre else set()),
        natures={
            item["id"]: item["nature"]
            for item in _elements(pieces, "moyens", "postes")
            if item.get("id") and item.get("nature")
        },
        absences=absences(pieces),
        territoires=[convention.territoire, convention.reference] if convention else [],
        debut=convention.debut if convention else None,
        fin=fin_prolongee(suivi),
        fictive=bool(convention and convention.fictive),
    )


def fin_prolongee(suivi: PiecesSuivi) -> date | None:
    """Return the last day of the convention, as the avenants of duration extend it."""
    convention = suivi.pieces.documents["convention/convention"][0].objet
    if convention is None:
        return None
    read = [document.objet for document in suivi.pieces.documents["convention/avenants"] if document.objet]
    changes = [change for found in read for avenant in found.avenants for change in avenant.changements]
    changed = [change.nouvelle_fin for change in changes if change.nouvelle_fin]
    return max([convention.fin, *changed])


def _mesures(pieces: Pieces) -> list[dict]:
    return [
        item
        for name in ("themes", "contexte", "indicateurs", "convention/indicateurs")
        for item in _elements(pieces, name, "indicateurs")
    ]


def _elements(pieces: Pieces, document: str, cle: str) -> list[dict]:
    return [item for found in pieces.documents[document] for item in elements(found.arbre.contenu, cle)]


def _modalites(pieces: Pieces, document: str, cle: str, nom: str) -> dict[str, list[str]]:
    return {
        str(item.get(nom)): [str(value) for _, value in parcourir(item, "modalites.*.id")]
        for item in _elements(pieces, document, cle)
    }


def _dimension_des_profils(pieces: Pieces) -> str:
    profils = pieces.documents["profils"][0].objet
    return profils.dimension if profils else ""
