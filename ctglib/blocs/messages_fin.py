"""What the first page of the evaluation says: what changed over the convention, what is done, what is reached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.page_une import Message
from ctglib.calculs.collecte import demandes
from ctglib.calculs.parcours import juges, mauvais
from ctglib.document.typographie import abreger, date_longue, en_lettres, minuscule, nombrer, sont, tous

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ctglib.blocs.fin import EtudeFinale

CIBLES, COMPARAISON = ("tableau-trajectoires",), ("tableau-ecarts-comparables",)
RECOMMANDATIONS, ARTICLES = ("tableau-recommandations",), ("tableau-articles",)


@dataclass(frozen=True)
class MessagesDeLaFin:
    """The messages of the evaluation of a convention.

    Args:
        etude: The whole convention.
    """

    etude: EtudeFinale

    @cached_property
    def annee(self) -> MessagesDuSuivi:
        """The last year, whose indicators are read from their start."""
        return DepuisLeDepart(self.etude.derniere, parcours=self.etude.parcours)

    def messages(self) -> Iterator[Message]:
        """Yield what families got since the start, what is done, what is reached."""
        if self.etude.parcours["annees_connues"].eq(0).all():
            yield from self.annee.messages()
            return
        yield from self.annee.familles()
        yield from self.annee.actions()
        yield from self._cibles()

    def incertitudes(self) -> Iterator[Message]:
        """Yield that no effect is shown, then what is unknown or not sure."""
        ways, years, beyond = self.etude.parcours, self.etude.annees, self.etude.comparables.depassent
        unusual = 0 if beyond is None or beyond.empty else int(beyond["inhabituel"].sum())
        told = "aucun chiffre public ne s'éloigne nettement de celui des communes comparables"
        if self.etude.preuves["resultats_compares"].completude == "absente":
            told = "aucun chiffre public ne permet de la comparer à d'autres communes"
        elif unusual:
            told = nombrer(unusual, "chiffre public s'éloigne", "chiffres publics s'éloignent")
            told += f" nettement de {'ceux' if unusual > 1 else 'celui'} des communes comparables"
        yield Message(f"Rien ne dit ce que la convention a changé à elle seule, et {told}.", COMPARAISON)
        asked = demandes(ways)
        silent = int(asked["annees_connues"].eq(0).sum())
        if silent:
            which = f"{nombrer(silent, 'indicateur demandé')} sur {en_lettres(len(asked))}"
            which = tous(silent, "indicateur demandé") if silent == len(asked) else which
            yield Message(f"De {years[0]} à {years[-1]}, aucune valeur n'a été transmise pour {which}.", CIBLES)
        yield from self.annee.incertitudes()

    def decisions(self) -> Iterator[Message]:
        """Yield the reconduction, the objectives to take up again, then what the last year calls for."""
        convention, rules = self.etude.convention, self.etude.catalogue.messages.a_decider
        if convention.citer("reconduction"):
            yield Message(rules["reconduction"].format(fin=date_longue(self.etude.derniere.suivi.fin)), ARTICLES)
        proposed = self.etude.recommandations
        for code in ("adapter", "rendre_mesurable", "arreter"):
            rows = proposed[proposed["decision"].eq(code)]
            if len(rows):
                first = abreger(minuscule(rows.iloc[0]["libelle"]), self.etude.catalogue.messages.signes)
                many = "l'objectif" if len(rows) == 1 else f"les {nombrer(len(rows), 'objectif')}"
                yield Message(rules[code].format(objectifs=many, premier=f"« {first} »"), RECOMMANDATIONS)
        yield from self.annee.decisions()

    def _cibles(self) -> Iterator[Message]:
        """Yield how many of the targets that are judged are reached, then the first that is missed."""
        ways, reached = self.etude.parcours, self.etude.preuves["cibles_atteintes"]
        if not reached.total:
            return
        judged = nombrer(int(reached.total), "cible ou référence", "cibles ou références", feminin=True)
        good = sont(int(reached.valeur), "atteinte ou en bonne voie", "atteintes ou en bonne voie")
        text = f"Sur {judged} que l'on peut juger, {good}"
        missed = ways[juges(ways) & mauvais(ways)]
        if len(missed):
            row = missed.iloc[0]
            contexte = self.etude.derniere.contexte
            label = contexte.indicateurs[row["indicateur"]].libelle
            now, aim = (contexte.valeur(row["indicateur"], row[name]) for name in ("derniere", "cible"))
            others = int(reached.total - reached.valeur)
            many = "une ne l'est pas," if others == 1 else f"{en_lettres(others)} ne le sont pas, dont"
            text += f" ; {many} « {label} » ({now} au lieu de {aim})"
        yield Message(f"{text}.", CIBLES)


@dataclass(frozen=True)
class DepuisLeDepart(MessagesDuSuivi):
    """The messages of the last year, its indicators read from their initial value to their last measure."""

    parcours: pd.DataFrame | None = None

    @cached_property
    def lignes(self) -> pd.DataFrame:
        """The indicators as wholes, those that families see first."""
        ways = self.parcours.assign(
            valeur=self.parcours["derniere"],
            statut=self.parcours["statut_derniere"],
            annee=self.parcours["annee_derniere"],
            valeur_precedente=self.parcours["valeur_initiale"],
            annee_precedente=self.parcours["annee_initiale"],
            renseigne=self.parcours["derniere"].notna(),
        )
        return self.ordonner(ways)
