"""Who took part, what it changed, and how the partners work together: as entered, and « non renseigné » otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.blocs import Groupe, liste, paragraphe, sous_titre
from ctglib.document.typographie import INSECABLE, accorder, compter, date_longue, nombre

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.donnees.modeles.suivi import Consultation, Participation


def participation(etude: EtudeAnnuelle, annees: tuple[int, ...]) -> Bloc:
    """Return who was asked in some years and what changed, what the partners do together, one example an axis.

    Args:
        etude: The study; its follow-up holds the years.
        annees: The years of the report.
    """
    words = etude.catalogue.bilan.participation
    told = {year: etude.suivi.suivis[year].participation for year in annees}
    known = {year: item for year, item in told.items() if item is not None}
    if not known:
        return paragraphe(words.non_renseignee)
    asked = [sentence for year, item in known.items() for sentence in _consultes(etude, year, item)]
    together = [f"{text.rstrip('.')}." for item in known.values() for text in item.cooperation]
    block = Groupe() + liste(asked) + sous_titre(words.cooperation)
    block += liste(together) if together else paragraphe(words.cooperation_absente)
    return block + liste(_exemples(etude, known))


def _consultes(etude: EtudeAnnuelle, annee: int, dite: Participation) -> Iterator[str]:
    """Yield a sentence a public: who was asked, when, how, what changed; or that nobody of it was."""
    words, small = etude.catalogue.bilan.participation, etude.catalogue.seuils.petits_effectifs
    for public, (one, many) in words.publics.items():
        own = [item for item in dite.consultations if item.public == public]
        if not any(item.combien for item in own):
            yield words.personne.format(annee=annee, public=many)
        for item in own:
            if item.combien:
                count = (
                    compter(item.combien, one, many) if item.combien >= small else f"moins de {nombre(small)} {many}"
                )
                yield _consultation(item, count)


def _consultation(item: Consultation, combien: str) -> str:
    """Return « Le 12 juin 2025, 84 familles ont répondu (questionnaire). Ce qui a changé : … »."""
    how = f" ({item.comment})" if item.comment else ""
    changed = (
        f" Ce qui a changé{INSECABLE}: {item.change.rstrip('.')}."
        if item.change
        else " Rien n'est dit de ce qui a changé."
    )
    verb = accorder("a répondu", item.combien) if item.combien == 1 else "ont répondu"
    return f"Le {date_longue(item.date)}, {combien} {verb}{how}.{changed}"


def _exemples(etude: EtudeAnnuelle, connues: dict[int, Participation]) -> Iterator[str]:
    """Yield the last dated example of each axis."""
    for axe in etude.convention.axes:
        own = [item for told in connues.values() for item in told.exemples if item.axe == axe.id]
        if own:
            last = max(own, key=lambda item: item.date)
            yield f"{axe.titre}, le {date_longue(last.date)}{INSECABLE}: {last.texte.rstrip('.')}."
