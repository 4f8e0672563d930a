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
from ctglib.document.tableau import Ecriture, Tableau
from ctglib.document.typographie import date_longue
from ctglib.donnees.montrable import Montrable

LISTES = ("fiches", "diagnostic", "series", "offre", "detenteurs")  # joined in the CSV


@dataclass(frozen=True)
class Conformite(Montrable):
    """What the law asks of the commune, and where the convention answers it."""

    etude: EtudeFinale

    def regle(self) -> Bloc:
        """Return how sure the reading of the law is (in a frame), then whom it applies to, and a
        question for each minimum theme that nothing in the convention names.

        The obligations are those whose threshold the inhabitants pass; that of the schéma is the
        last one, and tells whether the convention can stand in for it.
        """
        regles = self.etude.finale.conformite
        mots = regles.mots
        if regles.confirme:
            jour = date_longue(regles.confirme.date)
            certitude = mots["confirme"].format(par=regles.confirme.par, jour=jour)
        else:
            certitude = mots["a_verifier"].format(jour=date_longue(regles.lu_le))
        if self.population is None:
            obligations_dites = [mots["sans_population"]]
        else:
            habitants, annee = self.population
            obligations = [
                obligation for seuil, obligation in regles.obligations.items() if habitants > seuil
            ]
            s_applique = mots["s_applique"].format(
                habitants=nombre(habitants),
                annee=annee,
                obligations=" ; ".join(obligations),
                **self.etude.contexte.lieux,
            )
            seuil_du_schema = list(regles.obligations)[-1]
            tient_lieu = mots["tient_lieu" if habitants > seuil_du_schema else "non_applicable"]
            obligations_dites = [
                f"{s_applique} {mots['si_epci']}",
                tient_lieu.format(seuil=nombre(seuil_du_schema)),
            ]
        questions = [
            mots["theme"].format(theme=theme, source=regles.source_des_themes)
            for theme in themes_absents(regles, self.etude.convention, self.etude.catalogue.themes)
        ]
        return Encadre((certitude,)) + liste([*obligations_dites, *questions])

    def tableau(self) -> Tableau:
        """Return one row an element: where the convention answers, what is known, what is missing
        and who has it.
        """
        regles = self.etude.finale.conformite
        dossier = self.etude.suivi.dossier
        elements = conformite(
            regles,
            self.etude.finale.lectures,
            dossier.annexe1,
            self.etude.series,
            dossier.offre,
            territoire=self.etude.convention.territoire,
        )
        donnees = elements.assign(habitants="" if self.population is None else self.population[0])
        for colonne in LISTES:
            donnees[colonne] = [";".join(map(str, valeurs)) for valeurs in elements[colonne]]
        ecritures: dict[str, Ecriture] = {
            "reponse": self._reponse,
            "su": self._connu,
            "reste": self._manque,
        }
        return self.etude.contexte.presenter(
            regles.tableau,
            elements,
            ecritures,
            cle="schema_petite_enfance",
            mots={"textes": " ; ".join(regles.textes)},
            donnees=donnees,
        )

    def _reponse(self, element: pd.Series) -> str:
        """Return where the convention answers: a place in the text, fiches."""
        fiches = [f"fiche{INSECABLE}{numero}" for numero in element["fiches"]]
        endroits = [element["ou"], *fiches] if element["ou"] else fiches
        if not endroits:
            return majuscule(self.etude.finale.conformite.mots["non_declare"])
        return majuscule(" ; ".join(endroits))

    def _connu(self, element: pd.Series) -> str:
        """Return « Naissances (2024) ; crèche (2) »: the indicators that are known with their last
        year, then the services with how many there are; « rien » failing both.
        """
        catalogue = self.etude.catalogue
        types_de_service = {service.id: service.libelle for service in catalogue.offre.types}
        connus = []
        for indicateur, annee in {**element["diagnostic"], **element["series"]}.items():
            connus.append(f"{minuscule(catalogue.mesures[indicateur].libelle)} ({annee})")
        for service, combien in element["offre"].items():
            connus.append(f"{minuscule(types_de_service[service])} ({combien})")
        return majuscule(" ; ".join(connus)) or "rien"

    def _manque(self, element: pd.Series) -> str:
        """Return what is missing, and whom to ask."""
        responsables = self.etude.catalogue.responsables
        detenteurs = [responsables[nom].libelle.partition(" (")[0] for nom in element["detenteurs"]]
        return f"{majuscule(element['manque'])} (à demander : {' ; '.join(detenteurs)})"

    @cached_property
    def population(self) -> tuple[int, int] | None:
        """The inhabitants that the diagnostic counts, and their year."""
        return population(
            self.etude.suivi.dossier.annexe1,
            self.etude.finale.conformite,
            self.etude.convention.territoire,
        )
