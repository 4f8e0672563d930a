"""The schéma pluriannuel of petite enfance that a convention can stand in for, part by part; the
minimum themes.
"""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ctglib.blocs.fin import EtudeFinale
from ctglib.calculs.ecriture import INSECABLE, majuscule, minuscule, nombre
from ctglib.calculs.parcours import conformite, population, themes_absents
from ctglib.document.blocs import Bloc, Encadre, liste
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import date_longue
from ctglib.donnees.montrable import Montrable

LISTES = ("fiches", "diagnostic", "series", "offre", "detenteurs")  # joined in the CSV


@dataclass(frozen=True)
class Conformite(Montrable):
    """What the law has become, and where the convention stands before it."""

    etude: EtudeFinale

    def regle(self) -> Bloc:
        """Return how sure the rule is, whom it applies to, and the minimum themes that nothing
        names, as questions.
        """
        rules = self.etude.finale.conformite
        words = self.etude.finale.conformite.mots
        sure = words["a_verifier"].format(jour=date_longue(rules.lu_le))
        if rules.confirme:
            sure = words["confirme"].format(
                par=rules.confirme.par, jour=date_longue(rules.confirme.date)
            )
        told = [words["sans_population"]]
        if self.population is not None:  # whom the obligations bind
            count, year = self.population
            owed = " ; ".join(what for above, what in rules.obligations.items() if count > above)
            places = self.etude.contexte.lieux
            threshold = [*rules.obligations][-1]
            applies = words["s_applique"].format(
                habitants=nombre(count), annee=year, obligations=owed, **places
            )
            held = words["tient_lieu" if count > threshold else "non_applicable"].format(
                seuil=nombre(threshold)
            )
            told = [f"{applies} {words['si_epci']}", held]
        absent = themes_absents(rules, self.etude.convention)
        source = rules.source_des_themes
        told += [words["theme"].format(theme=theme, source=source) for theme in absent]
        return Encadre((sure,)) + liste(told)

    def tableau(self) -> Tableau:
        """Return one row an element: where the convention answers, what is known, what is missing
        and who has it.
        """
        rules = self.etude.finale.conformite
        catalogue = self.etude.catalogue
        dossier = self.etude.suivi.dossier
        read = self.etude.finale.lectures
        place = self.etude.convention.territoire
        rows = conformite(
            rules, read, dossier.annexe1, self.etude.series, dossier.offre, territoire=place
        )
        offer = {item.id: item.libelle for item in catalogue.offre.types}

        def ou(row: pd.Series) -> str:
            told = [row.ou, *(f"fiche{INSECABLE}{numero}" for numero in row.fiches)]
            return majuscule(" ; ".join(filter(None, told)) or rules.mots["non_declare"])

        def su(row: pd.Series) -> str:
            known = [
                (catalogue.mesures[name].libelle, year)
                for name, year in {**row.diagnostic, **row.series}.items()
            ]
            known += [(offer[name], count) for name, count in row.offre.items()]
            return (
                majuscule(" ; ".join(f"{minuscule(label)} ({figure})" for label, figure in known))
                or "rien"
            )

        def manque(row: pd.Series) -> str:
            holders = [
                catalogue.responsables[name].libelle.partition(" (")[0] for name in row.detenteurs
            ]
            return f"{majuscule(row.manque)} (à demander : {' ; '.join(holders)})"

        joined = {
            name: rows[name].map(lambda values: ";".join(map(str, values))) for name in LISTES
        }
        data = rows.assign(habitants=(self.population or ("",))[0], **joined)
        writers = {"reponse": ou, "su": su, "reste": manque}
        words = {"textes": " ; ".join(rules.textes)}
        told = {"cle": "schema_petite_enfance", "mots": words, "donnees": data}
        return self.etude.contexte.presenter(rules.tableau, rows, writers, **told)

    @cached_property
    def population(self) -> tuple[int, int] | None:
        """The inhabitants that the diagnostic counts, and their year."""
        dossier = self.etude.suivi.dossier
        place = self.etude.convention.territoire
        return population(dossier.annexe1, self.etude.finale.conformite, place)
