"""The plain-language summary of a convention for its residents, on one page: short sentences, one
idea each.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from ctglib.blocs.diagnostic import EtudeDiagnostic
from ctglib.blocs.messages_suivi import INFINITIF, MessagesDuSuivi
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule
from ctglib.document.blocs import Bloc, Colonnes, Couverture, Groupe, liste, sous_titre
from ctglib.document.typographie import abreger, nombrer, part_en_mots, remplir
from ctglib.donnees.statuts import PROVISOIRES
from ctglib.rapports.bilan import ouvrir_bilan

PARTS_DITES = 2
FAITS_DITS = 3
SIGNES = 90
COTES = {"superieur": "plus", "inferieur": "moins"}  # of the reference
CLES = ("valeur", "valeur_precedente")


class ResumeEnClair(EtudeDiagnostic):
    """A convention in plain words; each method returns one part."""

    def __repr__(self) -> str:
        return f"Résumé en clair de la convention « {self.convention.id} ».\nEnsuite : .texte()."

    def couverture(self) -> Couverture:
        """Return the cover, without what only professionals read."""
        told = ("Données", f"{self.convention.date_des_donnees}, suivi {self._annee}")
        return replace(super().couverture(), mentions=(told,), sigles=())

    def texte(self) -> Bloc:
        """Return the sentences under their questions, then the difficult words that they use."""
        left = {
            "De quoi parle ce texte ?": self._dire("quoi"),
            f"Qui vit {self.contexte.territoire.a} ?": [*self._habitants()],
            "Que veut faire l'accord ?": [*self._buts()],
        }
        right = {
            "Qu'est-ce qui a été fait ?": [*self._faits()],
            "Et après ?": self._dire("suite") if self.convention.citer("comite_annuel") else [],
        }
        said = " ".join(phrase for told in (left | right).values() for phrase in told)
        words = self._regles.mots
        plural = {word: "s? ".join(map(re.escape, word.split())) for word in words}
        met = [word for word in words if re.search(rf"\b{plural[word]}s?\b", said)]
        right["Les mots difficiles"] = [f"{majuscule(word)} : {words[word]}." for word in met]
        sides = [
            [sous_titre(title) + liste(told) for title, told in side.items() if told]
            for side in (left, right)
        ]
        return Colonnes(tuple(sum(side, Groupe()) for side in sides))

    _regles = property(lambda self: self.catalogue.messages.en_clair)

    @cached_property
    def _annee(self) -> int:
        """The last year of which something is known, the first of the convention when there is
        none.
        """
        convention = self.convention
        bilan = ouvrir_bilan(convention.id, convention.fin.year)
        told = [year for year, suivi in bilan.annee.suivi.suivis.items() if not suivi.vide]
        return max(told, default=convention.debut.year)

    @cached_property
    def _suivi(self) -> MessagesDuSuivi:
        return MessagesDuSuivi(ouvrir_bilan(self.convention.id, self._annee).etude)

    def _dire(self, nom: str, **valeurs: object) -> list[str]:
        convention = self.convention
        parties = [
            self.catalogue.messages.avec_article(partie.nom_court) for partie in convention.parties
        ]
        filled = {
            "debut": convention.debut.year,
            "fin": convention.fin.year,
            **self.contexte.lieux,
            **valeurs,
        }
        told = self._regles.phrases[nom]
        return [remplir(phrase, Parties=majuscule(enumerer(parties)), **filled) for phrase in told]

    def _habitants(self) -> Iterator[str]:
        """Yield how many live there, then two shares, each beside the reference."""
        rows = self.comparaison
        sure = self.constats_surs
        for row in rows[rows["indicateur"].eq("population") & rows["valeur"].gt(0)].itertuples():
            value = self.contexte.valeur("population", row.valeur)
            yield from self._dire("population", valeur=value, annee=row.annee)
        parts = {
            name: words
            for groupe in self.catalogue.messages.parts
            for name, words in groupe.indicateurs.items()
        }
        known = sure.loc[[name for name in parts if name in sure.index]]
        told = known[known["position"].isin(list(COTES))].head(PARTS_DITES)
        for row in told.itertuples():
            words = parts[row.Index]
            share, alone = part_en_mots(row.valeur, words.nom)
            yield f"{majuscule(share)} {words.un if alone else words.plusieurs}."
            yield from self._dire(COTES[row.position])
        if len(told):
            yield from self._dire("date", annee=told["annee"].max())

    def _buts(self) -> Iterator[str]:
        fiches = self.convention.fiches
        aims = [minuscule((fiche.objectifs or [fiche.titre])[0]).rstrip(" .") for fiche in fiches]
        yield from self._dire("but", fiches=nombrer(len(fiches), "grand but"))
        for aim in aims[: self._regles.fiches]:
            yield from self._dire(
                "verbe" if INFINITIF.match(aim) else "nom", but=abreger(aim, SIGNES)
            )

    def _faits(self) -> Iterator[str]:
        """Yield what families got, each with the year before; that nothing is known when it is so."""
        if self._suivi.muette:
            yield from self._dire("rien")
            return
        yield from self._dire("fait", annee=self._annee)
        rows = self._suivi.lignes
        names = self.catalogue.messages.familles
        for _, row in (
            rows[rows["valeur"].gt(0) & rows["indicateur"].isin(list(names))]
            .head(FAITS_DITS)
            .iterrows()
        ):
            value, before = (
                self._suivi.etude.contexte.valeur_nue(row["indicateur"], row[key]) for key in CLES
            )
            yield f"{majuscule(remplir(names[row['indicateur']], valeur=value))}."
            if row["evolution"] and row["valeur_precedente"] == row["valeur_precedente"]:
                yield from self._dire("avant", annee=row["annee_precedente"], valeur=before)
        if rows["statut"].isin(PROVISOIRES).any():
            yield from self._dire("provisoire")
        if not rows["renseigne"].all():
            yield from self._dire("inconnu")


ouvrir_en_clair = ResumeEnClair.ouvrir
