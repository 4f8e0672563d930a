"""The convention as an act: its date, its annexes, the documents it names, what the entry noted as left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.ecriture import majuscule, minuscule
from ctglib.donnees.modeles.convention import Absence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte


def signature(contexte: Contexte) -> Iterator[Constat]:
    """Yield the absence of a date of signature."""
    signed = contexte.convention.date_signature
    if isinstance(signed, Absence):
        yield contexte.constat(
            "signature_sans_date",
            lieu="Page de signature",
            objet="la date de signature",
            ecrit=signed.absent,
            calcule="date inconnue",
        )


def annexes_vides(contexte: Contexte) -> Iterator[Constat]:
    """Yield the annexes that are announced and hold nothing."""
    for rank, annexe in enumerate(contexte.convention.annexes_vides, start=1):
        yield contexte.constat(
            "annexe_vide",
            str(rank),
            lieu="Sommaire et annexes",
            objet=minuscule(annexe),
            ecrit="annoncée au sommaire",
            calcule="aucun contenu",
        )


def schemas_echus(contexte: Contexte) -> Iterator[Constat]:
    """Yield the plans that end before the convention does."""
    convention = contexte.convention
    for rank, schema in enumerate(convention.schemas, start=1):
        if schema.fin < convention.fin.year:
            before = " avant le début de la convention" if schema.fin < convention.debut.year else ""
            yield contexte.constat(
                "schema_echu",
                str(rank),
                lieu=majuscule(schema.reference),
                objet=f"« {schema.nom} »",
                ecrit=f"{schema.debut}-{schema.fin}",
                calcule=f"échu{before}, qui court de {convention.debut.year} à {convention.fin.year}"
                if before
                else f"échu en {schema.fin}, avant la fin de la convention en {convention.fin.year}",
            )


def lacunes(contexte: Contexte) -> Iterator[Constat]:
    """Yield the gaps that the entry of the convention declared in its diagnostic, with their own question."""
    places = contexte.regle("lacune_du_diagnostic").mots["reference"]
    for lacune in contexte.convention.lacunes:
        if not lacune.reference.startswith(places):
            continue
        yield contexte.constat(
            "lacune_du_diagnostic",
            lacune.id,
            lieu=majuscule(lacune.reference),
            objet=lacune.objet,
            ecrit=lacune.manque,
            calcule="relevé à la saisie",
            question=lacune.question,
        )
