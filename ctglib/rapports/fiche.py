"""What the report of a fiche action is: its sections, in order.

As long as nothing was ever handed in, it is two pages: the contract, the public figures, what is
missing and from whom.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from ctglib.blocs.analyses import lire_annees, montrer, pour_trajectoires
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.collecte import renvoi_au_dossier, services, tableau_revisions
from ctglib.blocs.indicateurs import DEDUITE, depart, ecrire_l_annee, marques, mode_de_lecture
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.mots import sources
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.page_une import page_une
from ctglib.blocs.propositions import ensembles
from ctglib.blocs.territoire import tableau_series
from ctglib.calculs.collecte import APPRECIATION, ETAT, MOYEN, VALEUR, manques
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre
from ctglib.calculs.suivi import depuis_le_depart, par_avenant
from ctglib.document.blocs import (
    Bloc,
    Colonnes,
    Couverture,
    Groupe,
    Titre,
    liste,
    sous_titre,
    suite,
)
from ctglib.document.contexte import BANDE, IMPLICITE, bande, petits_publies
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.convention import Absence, Analyse, Resultat
from ctglib.donnees.modeles.convention import Fiche as FicheAction
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.trajectoires import trajectoires

GROUPES = (
    "Écrits par la fiche",
    "Proposés par le classeur, et demandés",
    "Proposés par le classeur, facultatifs",
)
RIEN_D_ECRIT = "La fiche n'en écrit aucun."
EN_MARCHE = ("en_cours", "partielle")
DITS = {
    "commentaire": "",
    "motif": "Motif : ",
    "preuve": "Trace : ",
    "responsable": "Responsable : ",
}
RUBRIQUES = {"reussites": "Réussites", "difficultes": "Difficultés", "perspectives": "Perspectives"}
PROFILS = "profils"  # the type of analysis that is an annexe
# at most in a figure, beside that of an analysis, at least
PANNEAUX = 6
UNE_RANGEE = 3
DEUX_PANNEAUX = 2


@dataclass(frozen=True)
class Fiche:
    """Une fiche action dans une année : chaque méthode rend une section de son rapport, ou None
    s'il n'y a rien à dire.

    Un tableau ou une figure d'une section se prend par son nom :
    ``fiche.indicateurs()["trajectoires"]``.
    """

    etude: EtudeAnnuelle  # the part of it that is about the fiche
    fiche: FicheAction

    _ensembles = property(lambda self: ensembles(self.etude.evaluation))
    _changements = property(
        lambda self: par_avenant(self.etude.suivi.avenants, self.etude.bilan.date_arretee)
    )

    def __repr__(self) -> str:
        return (
            f"Fiche action {self.fiche.numero}, {self.etude.annee} : {self.fiche.titre}.\n"
            "Ensuite : .indicateurs() ; le nom suivi d'un point, puis Tab, montre le reste."
        )

    @property
    def sans_suivi(self) -> bool:
        """Whether nothing was handed in, for the year nor for any before it."""
        return all(suivi.vide for suivi in self.etude.suivi.suivis.values())

    def couverture(self) -> Couverture:
        """Return the cover: the fiche's title, parties, year, date and status of the data."""
        cover = self.etude.couverture(
            self.fiche.titre, f" {self.fiche.numero}, année {self.etude.annee}"
        )
        return replace(cover, breve=True)

    def essentiel(self) -> Bloc:
        """Return the first page: what people got, what is not known, what to decide."""
        told = MessagesDuSuivi(self.etude, self.fiche)
        return page_une(self.etude.catalogue.messages, told, self.etude.annuel.messages)

    def contrat(self) -> Tableau:
        """Return all that the fiche writes, a row a heading, a row a modalité; then what avenants
        changed.

        A result has beside it the indicators that show it: the convention's, or else those that
        services are asked for.
        """
        texts = {item.numero: item.texte for item in self.fiche.modalites}
        fiche = self.fiche
        etude = self.etude

        def resultat(item: Resultat) -> str:
            shown = [etude.contexte.indicateurs[name] for name in item.indicateurs]
            written = [minuscule(one.libelle) for one in shown if one.origine == "convention"]
            asked = [minuscule(one.libelle) for one in shown if one.noyau]
            proposed = f"proposé : {', '.join(asked)}" if asked else "aucun indicateur ne le montre"
            return f"{item.libelle} ({', '.join(written) or proposed})"

        # The indicators that the fiche writes, in its words, then what it gives of a start and of a
        # target.
        written = [item for item in fiche.indicateurs if item.libelle]
        lacks = [
            label
            for label, name in (("valeur de départ", "valeur_initiale"), ("cible", "cible"))
            if all(isinstance(getattr(item, name), Absence) for item in written)
        ]
        told = majuscule(_phrase(item.libelle for item in written)) + (
            f" Sans {' ni '.join(lacks)}." if lacks else ""
        )
        rows = {
            "Constat initial": _phrase(fiche.constat_initial),
            "Publics": _phrase(fiche.publics),
            "Objectifs": _phrase(fiche.objectifs),
            **{
                f"Modalité {row.modalite}, {minuscule(_calendrier(row))}": f"{texts[row.modalite]}."
                for row in etude.etats.itertuples()
            },
            "Services mobilisés et responsables de l'action": _phrase(fiche.services),
            "Partenaires sollicités": _phrase(fiche.partenaires) or RIEN_D_ECRIT,
            "Résultats attendus": _phrase(map(resultat, fiche.resultats)),
            "Indicateurs d'évaluation": told
            if written
            else f"{RIEN_D_ECRIT} Ceux qui la suivent sont proposés.",
        }
        rows = [row for row in rows.items() if row[1]] + [
            (
                f"Changé par l'avenant {number}, à partir du {date_longue(change.effet)}",
                f"{change.nouveau}.",
            )
            for number, change in self._changements
            if change.nature == "fiche" and change.element == fiche.numero
        ]
        table = pd.DataFrame(rows, columns=["rubrique", "texte"])
        # Otherwise said with the indicators, where they are shown.
        notes = [self.sans_suivi and etude.mot("proposition")]
        return self._tableau("contrat", table, notes=notes)

    def actions(self) -> Tableau | None:
        """Return one row a modalité: the word of its state, its dates, what was done, why not, the
        proof.
        """
        if self.sans_suivi:
            return None
        writers = {
            "intitule": lambda row: f"{row.modalite} {row.libelle}",
            "calendrier": _calendrier,
            "precision": lambda row: precision(row, self.etude.bilan.date_arretee),
        }
        return self._tableau("actions", self.etude.etats, writers)

    def chiffres_publics(self) -> Tableau | None:
        """Return what public series say around the fiche, each figure with its year; None when none
        bears on it.
        """
        return tableau_series(self.etude, self.fiche.series_publiques, self.fiche.numero)

    def indicateurs(self) -> Groupe | None:
        """Return the values, evolutions and verdicts of the indicators, by group, then the years of
        the first of them.

        What is optional is there when somebody gave it. The data have the rows by modalité too,
        after the wholes: sentences are written on them; and the pace of each target.
        """
        if self.sans_suivi:
            return None
        whole = self._ensembles
        rows = self.etude.evaluation
        etude = self.etude
        contexte = etude.contexte
        words = etude.catalogue.evaluation
        by = {
            change.element: number
            for number, change in self._changements
            if change.nature == "cible"
        }
        # The indicators whose implied threshold has no year: it has to hold every year.
        lasting = {
            item.id
            for item in self.fiche.indicateurs
            if item.implicite and item.implicite.annee is None
        }
        yearly = lasting & {*whole.loc[whole["origine_cible"].eq(IMPLICITE), "indicateur"]}
        shown = whole[
            whole[["valeur", "valeur_precedente"]].notna().any(axis=1)
            | whole["renseigne"]
            | ~whole["facultatif"]
        ]
        groups = (
            (1 + shown["facultatif"])
            .mask(shown["origine"].eq("convention"), 0)
            .sort_values(kind="stable")
        )
        shown = shown.loc[groups.index]

        def visee(row: pd.Series) -> str:
            if pd.isna(row.cible):
                return RIEN
            when = "chaque année" if row.indicateur in yearly else f"en {row.annee_cible}"
            mark = f" (avenant {by[row.indicateur]})" if row.indicateur in by else ""
            mark = " (d)" if row.origine_cible == IMPLICITE else mark
            word = words.verdicts[row.verdict].dit
            if row.raison == BANDE:
                word += f" : {bande(row, row.valeur, row.cible, contexte, words)}"
            elif row.raison:
                word += f" : {words.raisons[row.raison]}"
            return f"{contexte.valeur(row.indicateur, row.cible)} {when}{mark} {word}"

        aimed = shown["cible"].notna()
        limit = etude.catalogue.seuils.petits_effectifs
        writers = {"depart": lambda row: depart(row, contexte), **ecrire_l_annee(etude)}
        writers["visee"] = visee if aimed.any() else None
        notes = [
            *marques(shown, contexte),
            (aimed & shown["origine_cible"].eq(IMPLICITE)).any() and DEDUITE,
        ]
        notes += petits_publies(
            shown, ("valeur_initiale", "valeur_precedente", "valeur"), limit, contexte
        )
        notes += mode_de_lecture(etude, "depuis_la_derniere")
        data = pd.concat([shown, rows[rows["dimension"].ne("")]], ignore_index=True)
        labels = groups.map(GROUPES.__getitem__)
        table = self._tableau(
            "indicateurs_de_la_fiche", shown, writers, donnees=data, groupes=labels, notes=notes
        )
        return suite([table, self._trajectoires(yearly)])

    def detail(self) -> Groupe | None:
        """Return the analyses that the fiche declares, each under its question, but for the
        profiles.
        """
        return self._analyses([item for item in self.fiche.analyses if item.type != PROFILS])

    def profils(self) -> Groupe | None:
        """Return who takes part, as the fiche declares it: an annexe."""
        return self._analyses([item for item in self.fiche.analyses if item.type == PROFILS])

    def _analyses(self, analyses: list[Analyse]) -> Groupe | None:
        shown = ((item.titre, montrer(self.etude, item)) for item in analyses)
        return suite(Titre(titre) + block for titre, block in shown if block)

    def moyens(self) -> Tableau | None:
        """Return what each signatory brings to the fiche, line by line; None when nobody told."""
        return Moyens(self.etude).de_la_fiche(self.fiche.numero)

    def appreciation(self) -> Bloc | None:
        """Return what the parties think of the year, in their words; None when they wrote nothing."""
        for words in self.etude.annuel.appreciations:
            told = {
                titre: getattr(words, name) or ("Non transmises.",)
                for name, titre in RUBRIQUES.items()
            }
            return Colonnes(
                tuple(sous_titre(titre) + liste(items) for titre, items in told.items())
            )
        return None

    def manques(self) -> Tableau | None:
        """Return what is missing, service by service; None when nothing is. The CSV says where each
        thing is found.
        """
        etude = self.etude
        fiche = self.fiche
        missing = manques(
            etude.a_collecter,
            etude.etats,
            etude.annuel,
            etude.gabarit,
            fiche=fiche,
            convention=etude.convention,
        )
        if missing.empty:
            return None
        rows = [
            (label, *line)
            for name, label in services(etude).items()
            for line in self._demandes(missing[missing["responsable"] == name])
        ]
        table = pd.DataFrame(rows, columns=["service", "quoi", "detail"])
        return self._tableau(
            "manques_de_la_fiche", table, donnees=missing, groupes=table["service"]
        )

    def _demandes(self, rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
        own = {
            nature: rows[rows["nature"] == nature] for nature in (ETAT, VALEUR, MOYEN, APPRECIATION)
        }
        budget = Moyens(self.etude)
        etude = self.etude
        known = self._ensembles[self._ensembles["valeur_initiale"].notna() & self.sans_suivi]
        starts = {
            row.indicateur: f"{etude.contexte.valeur(row.indicateur, row.valeur_initiale)} en {row.annee_initiale}"
            for row in known.itertuples()
        }
        asked: dict[str, list[str]] = {}
        payers: dict[str, list[str]] = {}
        for name, group in own[VALEUR].groupby("element", sort=False):
            latest = group.sort_values("annee", ascending=False)[["motif", "annee"]].itertuples(
                index=False
            )
            what = enumerer([etude.mot(f"manque_{motif}", annee=annee) for motif, annee in latest])
            label = etude.contexte.indicateurs[name].libelle
            label += f" (départ : {starts[name]})" if name in starts else ""
            asked.setdefault(f"Valeur de {what}", []).append(label)
        for signataire, _, poste in (
            own[MOYEN]["element"].str.partition("/").itertuples(index=False)
        ):
            payers.setdefault(budget.parties[signataire], []).append(budget.poste(poste))
        if len(states := own[ETAT]):
            noun = "Modalités" if len(states) > 1 else "Modalité"
            yield (
                f"État en {states['annee'].iloc[0]}",
                f"{noun} {enumerer(list(states['element']))}",
            )
        yield from ((what, " ; ".join(names)) for what, names in asked.items())
        for signataire, lines in payers.items():
            yield f"Moyens en {own[MOYEN]['annee'].iloc[0]}", f"{signataire} : {' ; '.join(lines)}"
        if len(own[APPRECIATION]):
            yield f"Appréciation de {rows['annee'].max()}", "Réussites, difficultés, perspectives"

    def dossier(self) -> Bloc | None:
        """Return where all that the convention lacks is asked for, when nothing was ever handed in."""
        return renvoi_au_dossier() if self.sans_suivi else None

    def limites(self) -> Bloc | None:
        """Return what the figures must not be made to say: what is absent, broken, redefined,
        suppressed.
        """
        if self.sans_suivi:
            return None
        mot = self.etude.mot
        rows = self.etude.evaluation
        etude = self.etude
        labels = dict(zip(rows["indicateur"], rows["libelle"], strict=True))
        broken: dict[int, list[str]] = {}
        for name in self._ensembles["indicateur"]:
            for year in etude.ruptures(name):
                broken.setdefault(year, []).append(labels[name])
        hidden = int(
            (rows["statut"].eq(Statut.SECRET) | rows["statut_precedent"].eq(Statut.SECRET)).sum()
        )
        secret = mot(
            "limite_de_la_fiche_secret", seuil=nombre(etude.catalogue.seuils.petits_effectifs)
        )
        told = [mot("limite_de_l_absence"), mot("limite_de_l_evolution")]
        told += [
            mot("limite_d_une_annee", annee=year, libelles=" ; ".join(names))
            for year, names in broken.items()
        ]
        told += [
            mot(
                "limite_d_une_definition",
                libelle=labels[change.element],
                avenant=number,
                change=change,
            )
            for number, change in self._changements
            if change.nature == "definition" and change.element in labels
        ]
        told.append(" ".join([majuscule(secret), *etude.dire(limite_des_masques=hidden)]))
        return liste([*told, *etude.retires()])

    def revisions(self) -> Tableau | None:
        """Return what this bilan says of earlier years otherwise than last year's; None when
        nothing changed.
        """
        own = self.etude.revisions
        return (
            None if self.sans_suivi or own.empty else tableau_revisions(self.etude, own, ecran=True)
        )

    def sources(self) -> Tableau | None:
        """Return the files read, with what identifies them."""
        etude = self.etude
        if self.sans_suivi:
            return None
        return sources(etude.empreintes, etude.catalogue.synthese.fichiers, etude.contexte)

    def _trajectoires(self, annuelles: set[str]) -> Figure | None:
        """Return the years of the first indicators, its own first; a threshold of every year has no
        year of its own.
        """
        etude = self.etude
        whole = self._ensembles
        whole = whole.assign(propose=whole["origine"].ne("convention"))
        whole = whole.sort_values(["propose", "facultatif"], kind="stable")
        drawn = depuis_le_depart(
            lire_annees(etude, whole["indicateur"]), whole, etude.convention.debut.year
        )
        most = UNE_RANGEE if any(item.graphique for item in self.fiche.analyses) else PANNEAUX
        kept = drawn["indicateur"].unique()[:most]
        if len(kept) < DEUX_PANNEAUX:
            return None
        marked = pour_trajectoires(etude, drawn[drawn["indicateur"].isin(kept)])
        marked = marked.assign(
            annee_cible=marked["annee_cible"].mask(marked["indicateur"].isin(annuelles))
        )
        question = "Comment les premiers indicateurs ont-ils évolué d'année en année ?"
        return trajectoires(marked, etude.contexte, nom="trajectoires", titre=question)

    def _tableau(
        self, cle: str, lignes: pd.DataFrame, ecrire: Mapping | None = None, **reste: object
    ) -> Tableau:
        words = {"fiche": self.fiche.numero, "reference": self.fiche.reference}
        return self.etude.tableau(cle, lignes, ecrire, mots=words, **reste)


def _phrase(textes: Iterable[str]) -> str:
    told = " ; ".join(textes)
    return f"{told}." if told else ""


def _calendrier(row: object) -> str:
    """Return when a modalité is due: « Pour le 30 juin 2024 », « De 2023 à 2026 » when no échéance
    is written.
    """
    if row.echeance_ecrite:
        return f"Pour le {date_longue(row.echeance.date())}"
    return f"De {row.debut.year} à {row.echeance.year}"


def precision(row: pd.Series, aujourd_hui: date) -> str:
    """Return when a modalité began, when it ended or is now to end, then what was told of it, as it
    was.
    """
    start, end = (
        None if pd.isna(instant) else instant.date() for instant in (row.debut_reel, row.fin)
    )
    told = []
    if start and end and end <= aujourd_hui:
        told.append(
            f"Le {date_longue(start)}."
            if start == end
            else f"Du {date_longue(start)} au {date_longue(end)}."
        )
    else:
        if start:
            told.append(
                f"{'Depuis' if row.statut in EN_MARCHE else 'Commencée'} le {date_longue(start)}."
            )
        if end and end > aujourd_hui:
            told.append(
                f"{'Nouvelle date' if row.statut == 'reportee' else 'Fin prévue'} : {date_longue(end)}."
            )
        elif end:
            told.append(
                f"{'Terminée' if row.statut == 'realisee' else 'Arrêtée'} le {date_longue(end)}."
            )
    said = [f"{head}{row[name]}" for name, head in DITS.items() if row[name]]
    told += [text if text.endswith((".", "!", "?", "…")) else f"{text}." for text in said]
    return " ".join(told) or RIEN
