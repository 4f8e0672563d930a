"""The plain-language summary of a convention for its residents, on one page: short sentences, one idea each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.blocs.couverture import couverture
from ctglib.blocs.messages_suivi import INFINITIF, MessagesDuSuivi
from ctglib.document.blocs import Groupe, colonnes, liste, sous_titre
from ctglib.document.typographie import abreger, enumerer, majuscule, minuscule, nombrer, part_en_mots
from ctglib.donnees.statuts import PROVISOIRES
from ctglib.rapports.bilan import ouvrir_bilan
from ctglib.rapports.diagnostic import Diagnostic, ouvrir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.document.blocs import Bloc, Couverture
    from ctglib.donnees.modeles.rapports import EnClair

PARTS_DITES, FAITS_DITS, SIGNES = 2, 3, 90
CLES = ("valeur", "valeur_precedente")


def ouvrir_en_clair(convention: str) -> ResumeEnClair:
    """Rend le résumé en clair d'une convention : ce qu'elle est, qui vit là, ce qu'elle veut, ce qui est fait.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    return ResumeEnClair(ouvrir(convention))


@dataclass(frozen=True)
class ResumeEnClair:
    """A convention in plain words; each method returns one part."""

    diagnostic: Diagnostic

    def __repr__(self) -> str:
        return f"Résumé en clair de la convention « {self.diagnostic.convention.id} ».\nEnsuite : .texte()."

    def couverture(self) -> Couverture:
        """Return the cover, without what only professionals read."""
        etude = self.diagnostic
        cover = couverture(etude.convention, etude.dossier.logos, etude.contexte, statut="", sigles={})
        return replace(cover, mentions=(("Données", f"{etude.convention.date_des_donnees}, suivi {self._annee}"),))

    def texte(self) -> Bloc:
        """Return the sentences under their questions, then the difficult words that they use."""
        place, convention = self.diagnostic.contexte.territoire, self.diagnostic.convention
        left = {
            "De quoi parle ce texte ?": self._dire("quoi"),
            f"Qui vit {place.a} ?": [*self._habitants()],
            "Que veut faire l'accord ?": [*self._buts()],
        }
        right = {
            "Qu'est-ce qui a été fait ?": [*self._faits()],
            "Et après ?": self._dire("suite") if convention.citer("comite_annuel") else [],
        }
        right["Les mots difficiles"] = self._mots([phrase for told in (left | right).values() for phrase in told])
        return colonnes(_questions(left), _questions(right))

    def _mots(self, phrases: list[str]) -> list[str]:
        """Return the difficult words of some sentences, explained."""
        said, words = " ".join(phrases), self._regles.mots
        plural = {word: "s? ".join(map(re.escape, word.split())) for word in words}
        return [f"{majuscule(word)} : {words[word]}." for word in words if re.search(rf"\b{plural[word]}s?\b", said)]

    @property
    def _regles(self) -> EnClair:
        return self.diagnostic.catalogue.messages.en_clair

    @cached_property
    def _annee(self) -> int:
        """The last year of which something is known, the first of the convention when there is none."""
        convention = self.diagnostic.convention
        bilan = ouvrir_bilan(convention.id, convention.fin.year)
        told = [year for year, suivi in bilan.annee.suivi.suivis.items() if not suivi.vide]
        return max(told, default=convention.debut.year)

    @cached_property
    def _suivi(self) -> MessagesDuSuivi:
        return MessagesDuSuivi(ouvrir_bilan(self.diagnostic.convention.id, self._annee).etude)

    def _dire(self, nom: str, **valeurs: object) -> list[str]:
        """Return sentences of the catalogue, filled."""
        convention, contexte = self.diagnostic.convention, self.diagnostic.contexte
        parties = [self.diagnostic.catalogue.messages.avec_article(partie.nom_court) for partie in convention.parties]
        filled = {
            "de": contexte.territoire.de,
            "a": contexte.territoire.a,
            "A_reference": majuscule(contexte.reference.a),
            "Parties": majuscule(enumerer(parties)),
            "debut": convention.debut.year,
            "fin": convention.fin.year,
            **valeurs,
        }
        return [phrase.format(**filled) for phrase in self._regles.phrases[nom]]

    def _habitants(self) -> Iterator[str]:
        """Yield how many live there, then two shares, each beside the reference."""
        found = {item.indicateur: item for item in self.diagnostic.tous_les_constats}
        people = found.get("population")
        if people and people.niveau:
            value = self.diagnostic.contexte.valeur("population", people.niveau)
            yield from self._dire("population", valeur=value, annee=people.annee)
        told: list[int] = []
        for groupe in self.diagnostic.catalogue.messages.parts:
            for name, words in groupe.indicateurs.items():
                item = found.get(name)
                sure = item and not item.provisoire and name not in self.diagnostic.doutes
                if len(told) == PARTS_DITES or not sure or item.position not in ("superieur", "inferieur"):
                    continue
                share, alone = part_en_mots(item.niveau, words.nom)
                told.append(item.annee)
                yield f"{majuscule(share)} {words.un if alone else words.plusieurs}."
                yield from self._dire("plus" if item.position == "superieur" else "moins")
        if told:
            yield from self._dire("date", annee=max(told))

    def _buts(self) -> Iterator[str]:
        """Yield how many actions there are, then what the first aim at, those that say it shortly."""
        fiches = self.diagnostic.convention.fiches
        aims = [minuscule((fiche.objectifs or [fiche.titre])[0]).rstrip(" .") for fiche in fiches]
        yield from self._dire("but", fiches=nombrer(len(fiches), "grand but"))
        for aim in aims[: self._regles.fiches]:
            yield from self._dire("verbe" if INFINITIF.match(aim) else "nom", but=abreger(aim, SIGNES))

    def _faits(self) -> Iterator[str]:
        """Yield what families got, each with the year before; that nothing is known when it is so."""
        if self._suivi.muette:
            yield from self._dire("rien")
            return
        yield from self._dire("fait", annee=self._annee)
        rows = self._suivi.lignes
        names = self.diagnostic.catalogue.messages.familles
        for _, row in rows[rows["valeur"].gt(0) & rows["indicateur"].isin(list(names))].head(FAITS_DITS).iterrows():
            value, before = (self._suivi.contexte.valeur_nue(row["indicateur"], row[key]) for key in CLES)
            yield f"{majuscule(names[row['indicateur']].format(valeur=value))}."
            if row["evolution"] and row["valeur_precedente"] == row["valeur_precedente"]:
                yield from self._dire("avant", annee=row["annee_precedente"], valeur=before)
        if rows["statut"].isin(PROVISOIRES).any():
            yield from self._dire("provisoire")
        if not rows["renseigne"].all():
            yield from self._dire("inconnu")


def _questions(parties: dict[str, list[str]]) -> Groupe:
    return sum((sous_titre(title) + liste(told) for title, told in parties.items() if told), Groupe())
