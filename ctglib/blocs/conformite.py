"""The schéma pluriannuel of petite enfance that a convention can stand in for, part by part; the minimum themes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.calculs.conformite import conformite, population, themes_absents
from ctglib.document.blocs import Bloc, avertissement, liste
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, date_longue, enumerer, majuscule, minuscule, nombre
from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.donnees.finale import Finale


LISTES = ("fiches", "diagnostic", "series", "offre", "detenteurs")  # joined in the CSV


@dataclass(frozen=True)
class Conformite(Montrable):
    """What the law has become, and where the convention stands before it."""

    etude: EtudeAnnuelle
    finale: Finale

    def regle(self) -> Bloc:
        """Return how sure the rule is, whom it applies to, and the minimum themes that nothing names, as questions."""
        rules, words = self.finale.conformite, self.finale.conformite.mots
        if rules.confirme:
            sure = words["confirme"].format(par=rules.confirme.par, jour=date_longue(rules.confirme.le))
        else:
            sure = words["a_verifier"].format(jour=date_longue(rules.lu_le))
        absent = themes_absents(rules, self.etude.convention)
        questions = [words["theme"].format(theme=theme) for theme in absent]
        return avertissement(sure) + liste([*self._application(), *questions])

    def tableau(self) -> Tableau:
        """Return one row an element: where the convention answers, what is known, what is missing and who has it."""
        rules, contexte = self.finale.conformite, self.etude.contexte
        known = self.etude.catalogue.responsables

        def manque(row: pd.Series) -> str:
            names = [minuscule(known[name].libelle.partition(" (")[0]) for name in row.detenteurs]
            return f"{majuscule(row.manque)} (à demander : {enumerer(names)})"

        return Tableau.de(
            self.lignes,
            [
                Colonne("titre", "Ce que contient le schéma"),
                Colonne("reponse", "Où la convention répond", ecrire=self._ou),
                Colonne("su", "Ce que le classeur sait", ecrire=self._su),
                Colonne("reste", "Ce qui manque, et qui l'a", ecrire=manque),
            ],
            donnees=self.lignes.assign(
                habitants=(self.population or ("",))[0],
                **{name: self.lignes[name].map(lambda values: ";".join(map(str, values))) for name in LISTES},
            ),
            nom="schema-petite-enfance",
            titre=f"Le schéma pluriannuel de la petite enfance et la convention, {contexte.territoire.nom}",
            source=f"{' ; '.join(rules.textes)} ; lecture de la convention",
            classe="texte-long",
        )

    @cached_property
    def population(self) -> tuple[int, int] | None:
        """The inhabitants that the diagnostic counts, and their year."""
        return population(self.etude.suivi.dossier.annexe1, self.finale.conformite, self.etude.convention.territoire)

    @cached_property
    def lignes(self) -> pd.DataFrame:
        """The elements (see ``ctglib.calculs.conformite``)."""
        dossier = self.etude.suivi.dossier
        return conformite(
            self.finale.conformite,
            self.finale.lectures,
            dossier.annexe1,
            self.etude.series,
            dossier.offre,
            territoire=self.etude.convention.territoire,
        )

    def _application(self) -> Iterator[str]:
        """Yield whom the obligations bind, by the population that the diagnostic gives."""
        rules, words = self.finale.conformite, self.finale.conformite.mots
        place = self.etude.contexte.territoire
        if self.population is None:
            yield words["sans_population"]
            return
        count, year = self.population
        bound = [item for item in rules.obligations if count > item.au_dela]
        told = words["habitants"].format(habitants=nombre(count), annee=year)
        yield (
            words["s_applique"].format(
                population=told, territoire=place.le, obligations=" ; ".join(item.quoi for item in bound)
            )
            + " "
            + words["si_epci"]
        )
        schema = next(item for item in rules.obligations if item.schema_)
        yield words["tient_lieu"] if schema in bound else words["non_applicable"].format(seuil=nombre(schema.au_dela))

    def _ou(self, row: pd.Series) -> str:
        told = [row.ou, *(f"fiche{INSECABLE}{numero}" for numero in row.fiches)]
        return majuscule(" ; ".join(filter(None, told)) or self.finale.conformite.mots["non_declare"])

    def _su(self, row: pd.Series) -> str:
        """Return what is known, by name and year: the figures are where they are published."""
        labels, offer = self.etude.catalogue.mesures, {item.id: item for item in self.etude.catalogue.offre.types}
        told = [
            f"{minuscule(labels[name].libelle)} ({year})" for name, year in {**row.diagnostic, **row.series}.items()
        ]
        told += [f"{minuscule(offer[name].libelle)} ({count})" for name, count in row.offre.items()]
        return majuscule(" ; ".join(told)) or "rien"
