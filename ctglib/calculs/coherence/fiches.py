"""The plan of action: what each fiche should hold and does not, and what seems to belong elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.calculs.ecriture import enumerer, majuscule
from ctglib.donnees.modeles.convention import Absence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.convention import Fiche, IndicateurFiche


def fiches_sans_indicateur(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches that write no evaluation indicator."""
    for fiche in contexte.convention.fiches:
        if not _ecrits(fiche, contexte):
            yield _constat("fiche_sans_indicateur", fiche, contexte, ecrit="case vide", calcule="aucun indicateur")


def fiches_sans_partenaire(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches that name no partner."""
    for fiche in contexte.convention.fiches:
        if not fiche.partenaires:
            yield _constat("fiche_sans_partenaire", fiche, contexte, ecrit="case vide", calcule="aucun partenaire")


def fiches_differees(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches that begin after the convention does."""
    start = contexte.convention.debut
    for fiche in contexte.convention.fiches:
        if fiche.debut > start:
            yield _constat(
                "fiche_differee",
                fiche,
                contexte,
                ecrit=f"début en {fiche.debut.year}",
                calcule=f"convention depuis {start.year}",
            )


def sans_valeur_initiale(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches whose indicators have no value to start from."""
    yield from _absences("valeur_initiale_absente", lambda item: item.valeur_initiale, contexte)


def sans_cible(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches whose indicators have no target."""
    yield from _absences("cible_absente", lambda item: item.cible, contexte)


def qualitatifs(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches with an indicator whose initial value is absent because nothing is measured on a scale."""
    words = contexte.regle("indicateur_qualitatif").mots["absence"]
    for fiche in contexte.convention.fiches:
        found = [
            item
            for item in _ecrits(fiche, contexte)
            if isinstance(item.valeur_initiale, Absence) and contient(item.valeur_initiale.absent, words)
        ]
        if found:
            reasons = dict.fromkeys(item.valeur_initiale.absent for item in found)
            yield _constat(
                "indicateur_qualitatif", fiche, contexte, ecrit=_libelles(found), calcule=" ; ".join(reasons)
            )


def resultats_sans_indicateur(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches with expected results that no indicator they write shows."""
    for fiche in contexte.convention.fiches:
        written = {item.id for item in _ecrits(fiche, contexte)}
        found = [result.libelle for result in fiche.resultats if not written.intersection(result.indicateurs)]
        if found:
            total = len(fiche.resultats)
            yield _constat(
                "resultat_sans_indicateur",
                fiche,
                contexte,
                ecrit=" ; ".join(found),
                calcule=f"{len(found)} sur {total} {'résultat' if total == 1 else 'résultats'} sans indicateur",
            )


def resultats_etrangers(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches with expected results that the entry of the convention noted as another fiche's."""
    words = contexte.regle("resultat_etranger").mots["note"]
    for fiche in contexte.convention.fiches:
        found = [result for result in fiche.resultats if result.note and contient(result.note, words)]
        if found:
            notes = dict.fromkeys(result.note for result in found)
            yield _constat(
                "resultat_etranger",
                fiche,
                contexte,
                ecrit=" ; ".join(result.libelle for result in found),
                calcule=" ; ".join(notes),
            )


def perimetres(contexte: Contexte) -> Iterator[Constat]:
    """Yield the texts of the fiches that name a territory of another level than the convention's."""
    territoire = contexte.entrees.catalogue.territoires[contexte.convention.territoire]
    levels = contexte.regle("perimetre_different").mots
    words = [word for level, words in levels.items() if level != territoire.niveau for word in words]
    for fiche in contexte.convention.fiches:
        found = [text for text in _textes(fiche) if contient(text, words)]
        if found:
            yield _constat(
                "perimetre_different",
                fiche,
                contexte,
                ecrit=" ; ".join(found),
                calcule=f"la convention porte sur {territoire.le} ({territoire.niveau})",
            )


def contient(text: str, words: tuple[str, ...] | list[str]) -> bool:
    """Return whether a text holds one of the words, at the beginning of a word, whatever the case.

    Examples:
        >>> contient("Un projet intercommunal", ["communal"]), contient("Un projet communal", ["communal"])
        (False, True)
    """
    return any(re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) for word in words)


def _ecrits(fiche: Fiche, contexte: Contexte) -> list[IndicateurFiche]:
    """Return the indicators that the fiche itself writes: the text is not to answer for those we propose."""
    meanings = contexte.entrees.catalogue.indicateurs_fiches
    return [item for item in fiche.indicateurs if meanings[item.id].origine == "convention"]


def _absences(rule: str, lire: Callable[[IndicateurFiche], object], contexte: Contexte) -> Iterator[Constat]:
    for fiche in contexte.convention.fiches:
        written = _ecrits(fiche, contexte)
        found = [item for item in written if isinstance(lire(item), Absence)]
        if found:
            total = len(written)
            named = "" if len(found) == total else f" : {_libelles(found)}"
            yield _constat(
                rule,
                fiche,
                contexte,
                ecrit=f"{total} {'indicateur' if total == 1 else 'indicateurs'}",
                calcule=f"{len(found)} sur {total} sans cette valeur{named}",
            )


def _textes(fiche: Fiche) -> list[str]:
    """Return the sentences of a fiche; a note is told by the sentence that matters, not whole."""
    notes = [sentence for result in fiche.resultats for sentence in (result.note or "").split(". ") if sentence]
    return [
        fiche.titre,
        *fiche.constat_initial,
        *fiche.objectifs,
        *(item.texte for item in fiche.modalites),
        *(result.libelle for result in fiche.resultats),
        *notes,
    ]


def _libelles(items: list[IndicateurFiche]) -> str:
    return enumerer([f"« {item.libelle} »" for item in items])


def _constat(rule: str, fiche: Fiche, contexte: Contexte, *, ecrit: str, calcule: str) -> Constat:
    return contexte.constat(
        rule,
        f"fiche_{fiche.numero}",
        lieu=majuscule(fiche.reference),
        objet=f"la fiche action {fiche.numero}",
        ecrit=ecrit,
        calcule=calcule,
    )
