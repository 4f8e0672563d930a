"""What every block of the evaluation at the end shares: all the years together, each indicator over
them.

Then the fiches by year: their states, their means beside what they realised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from ctglib.blocs.analyses import avant_la_convention, lire_annees, pour_trajectoires
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.comparables import Comparables
from ctglib.blocs.constats import avec_le_chemin, constats_de
from ctglib.blocs.indicateurs import POSTURE, depart, notes_des_totaux
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.prolongement import Avenir, Prolongement, places_d_aujourd_hui
from ctglib.calculs import parcours as calculs
from ctglib.calculs.collecte import DEPART, a_demander, demandes
from ctglib.calculs.etats import FAITES, NON_RENSEIGNEE, etats, totaux
from ctglib.calculs.evaluation import AU_DESSUS, DEPARTS_ECRITS, IMPLICITE, evaluer
from ctglib.calculs.ordre import ordre_des_numeros
from ctglib.calculs.suivi import avec_departs, changements_en_vigueur
from ctglib.calculs.territoire import annee_du_diagnostic, revisiter
from ctglib.document.blocs import Groupe, suite
from ctglib.document.contexte import Contexte, avec_marque, marquer, petits_publies, verdict_dit
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import nombre_court, remplir
from ctglib.donnees.dossier import Finale
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Schema
from ctglib.donnees.modeles.evaluation import CodeDecision, DecisionSaisie, Evolution
from ctglib.donnees.modeles.rapports import Presentation
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.numeros import noms_de_fichiers, ranger
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.teintes import grille
from ctglib.graphiques.trajectoires import trajectoires

DEUX_POINTS = 2  # a single point draws no line
PANNEAUX = 3  # at most in a figure: one row
TOUTES = ""  # in the place of a fiche: all of them
REALISATION = "realisation"
MAINTENIR: CodeDecision = "maintenir"  # of an objective: nothing of it is decided otherwise
MOYENS_ET_REALISATIONS = [
    "fiche",
    "element",
    "libelle",
    "unite",
    "annee",
    "valeur",
    "lignes_sans_valeur",
    "statut",
    "texte",
]


def sur(valeur: float, total: float) -> str:
    """Return « 3 sur 12 »; out of zero, a dash."""
    return f"{nombre_court(valeur)} sur {nombre_court(total)}" if total else RIEN


@dataclass(frozen=True)
class IndicateurParcouru:
    """An indicator over the whole convention: the columns of ``EtudeFinale.parcours`` that
    sentences read.
    """

    indicateur: str
    libelle: str
    valeur_initiale: float
    annee_initiale: int
    derniere: float
    annee_derniere: int
    statut_derniere: str
    cible: float
    evolution: Evolution | Literal[""]


@dataclass(frozen=True)
class EtudeFinale(EtudeAnnuelle):
    """The whole convention, as its evaluation reads it: its last year, in which all are, and what
    all of them give.
    """

    # rules, readings, what the evaluators entered
    finale: Finale
    # the comparison with other communes
    comparables: Comparables
    # those that the diagnostic of the convention has
    themes: list[Theme]
    # its needs and those of the fiches, each once
    besoins: pd.DataFrame
    # the state of each modalité, by year
    etats_annuels: Mapping[int, pd.DataFrame]
    # one row an indicator, from its initial value to its last measure (see
    # ``ctglib.calculs.parcours``, for the next three too)
    parcours: pd.DataFrame
    # what the convention made it possible to evaluate
    evaluabilite: pd.DataFrame
    # what the rules propose for each objective
    recommandations: pd.DataFrame
    # the evidence of the criteria, by code
    preuves: Mapping[str, calculs.Preuve]
    # the public series, then and now (see ``ctglib.calculs.territoire``)
    revisite: pd.DataFrame
    # what all the years lack, and whom to ask (see ``ctglib.calculs.collecte``)
    a_demander: pd.DataFrame
    # births, then and to come
    avenir: Avenir

    @property
    def indicateurs_decides(self) -> frozenset[str]:
        """Those of the objectives that the parties keep otherwise, or drop."""
        liens = {(lien.fiche, lien.objectif): lien for lien in self.finale.lectures.objectifs}
        decides: set[str] = set()
        for decision in self.finale.saisie.decisions:
            lien = liens.get((decision.fiche, decision.objectif))
            if lien is not None and decision.decision != MAINTENIR:
                decides.update(lien.indicateurs)
        return frozenset(decides)

    @property
    def annees(self) -> tuple[int, ...]:
        """The years of the convention."""
        return tuple(self.suivi.suivis)

    @property
    def prolongement(self) -> Prolongement:
        """What is said of the years to come, beside the offer and the « et si » declared."""
        services = {nom: service.libelle for nom, service in self.catalogue.responsables.items()}
        return Prolongement(
            self.avenir,
            self.contexte,
            places_d_aujourd_hui(self.suivi.dossier.offre, self.avenir.regles),
            self.finale.prolongement,
            services,
        )

    @property
    def presentations(self) -> dict[str, Presentation]:
        """How the tables of the evaluation are called and headed: its own, or else those of a
        year.
        """
        return {**super().presentations, **self.finale.regles.tableaux}

    @property
    def lieu(self) -> str:
        """The end of most captions: « Harnes, 2023-2026 »."""
        debut = self.convention.debut.year
        fin = self.convention.fin.year
        return f"{self.contexte.territoire.nom}, {debut}-{fin}"

    @property
    def mots(self) -> dict[str, str]:
        """The sentences of a year, and those of the evaluation."""
        return {**super().mots, **self.finale.regles.mots}

    def notes_des_preuves(self, renvoi: str) -> list[str]:
        """Return what a table says of the evidence that it shows, « Résultats lisibles : 12 sur
        14. »; nothing of what nothing is known of.
        """
        notes = []
        for critere in self.finale.regles.criteres:
            for preuve in critere.preuves:
                decompte = self.preuves[preuve.id]
                connue = decompte.completude != "absente"
                if preuve.renvoi == renvoi and preuve.note and connue:
                    notes.append(remplir(preuve.note, **decompte._asdict()))
                if preuve.renvoi == renvoi and decompte.a_venir:
                    notes.append(self.cibles_a_venir(decompte))
        return notes

    def cibles_a_venir(self, decompte: calculs.Preuve) -> str:
        """Return how many targets wait for the end of the year, some of them reached already."""
        return self.texte(
            "evaluation.cibles_a_venir",
            annee=self.annee,
            nombre=decompte.a_venir,
            tenues=decompte.deja_tenues,
            attendent=decompte.a_venir - decompte.deja_tenues,
        )

    @property
    def departs_a_demander(self) -> int:
        """How many of the things still asked for are values of before the convention."""
        demandes = self.a_demander[self.a_demander["demandee"]]
        a_part = demandes.loc[demandes["nature"].eq(DEPART), "nombre"]
        return int(a_part.sum()) + int(demandes["depart"].ne("").sum())

    @property
    def depuis_le_depart(self) -> pd.DataFrame:
        """``parcours`` with the columns of a year: the value is the last measure, the one before is
        the start.
        """
        parcours = self.parcours
        a_un_depart = parcours["annee_initiale"].lt(parcours["annee_derniere"]).fillna(False)
        return parcours.assign(
            annee=parcours["annee_derniere"],
            valeur=parcours["derniere"],
            statut=parcours["statut_derniere"],
            valeur_precedente=parcours["valeur_initiale"].where(a_un_depart),
            annee_precedente=parcours["annee_initiale"],
            renseigne=parcours["derniere"].notna(),
        )

    @property
    def decisions_des_objectifs(self) -> dict[tuple[str, int], DecisionSaisie]:
        """What the parties decided of objectives, by fiche and rank of the objective in it."""
        return {(saisie.fiche, saisie.objectif): saisie for saisie in self.finale.saisie.decisions}

    def titre_de_fiche(self, numero: str) -> str:
        """Return the title of the rows of a fiche."""
        return f"Fiche {numero} : {self.fiche(numero).titre}"

    def etat_du_schema(self, schema: Schema) -> str:
        """Return whether a schéma départemental is in force over the convention, as a sentence."""
        if schema.fin < self.convention.debut.year:
            etat = "echu"
        elif schema.fin < self.convention.fin.year:
            etat = "cours"
        else:
            etat = "en_vigueur"
        return self.texte("evaluation.schema", debut=schema.debut, fin=schema.fin, etat=etat)


def etudier_la_fin(
    derniere: EtudeAnnuelle,
    finale: Finale,
    comparables: Comparables,
    constats: pd.DataFrame,
    besoins: pd.DataFrame,
    avenir: Avenir,
) -> EtudeFinale:
    """Return the study of a whole convention, from that of its last year and its diagnostic."""
    suivi = derniere.suivi
    convention = derniere.convention
    catalogue = derniere.catalogue
    lectures = finale.lectures
    pilotage = catalogue.bilan.pilotage

    # Each year as its own bilan read it; the last one is already studied.
    *annees_precedentes, derniere_annee = suivi.suivis
    evaluations = {annee: evaluer(suivi, annee) for annee in annees_precedentes}
    evaluations[derniere_annee] = derniere.evaluation
    etats_annuels = {annee: etats(suivi, annee) for annee in annees_precedentes}
    etats_annuels[derniere_annee] = derniere.etats

    changements = changements_en_vigueur(suivi.avenants, derniere.bilan.date_arretee)
    parcours = calculs.parcours(
        convention,
        catalogue,
        derniere.mesures,
        evaluations,
        changements=changements,
        suivis=suivi.suivis,
    )
    evaluabilite = calculs.evaluabilite(convention, lectures, parcours, changements)
    recommandations = calculs.recommandations(
        convention, lectures, derniere.etats, parcours, finale.regles.regles
    )
    preuves_du_texte = calculs.preuves_du_texte(
        convention, catalogue, lectures, constats, evaluabilite, besoins
    )
    preuves_du_suivi = calculs.preuves_du_suivi(
        derniere.etats,
        parcours,
        convention,
        suivi.suivis,
        (pilotage.postes, pilotage.convertis),
        finale.regles.documents,
    )
    revisite = revisiter(
        derniere.series,
        finale.regles.diagnostic,
        catalogue.indicateurs_contexte,
        catalogue.unites,
        territoires=(convention.territoire, convention.reference),
        depart=annee_du_diagnostic(suivi.dossier.annexe1),
        seuils=catalogue.evaluation.seuils,
    )
    themes_du_diagnostic = set(constats["theme"])
    return EtudeFinale(
        **vars(derniere),
        finale=finale,
        comparables=comparables,
        themes=[theme for theme in catalogue.themes if theme.theme in themes_du_diagnostic],
        besoins=besoins,
        etats_annuels=etats_annuels,
        parcours=parcours,
        evaluabilite=evaluabilite,
        recommandations=recommandations,
        preuves={**preuves_du_texte, **preuves_du_suivi},
        revisite=revisite,
        a_demander=a_demander(
            derniere.demandes[derniere.demandes["manque"]],
            derniere.a_collecter[derniere.a_collecter["motif"].eq(DEPART)],
            catalogue,
            convention,
            derniere.bilan.date_arretee,
            derniere.suivi.closes,
        ),
        avenir=avenir,
    )


@dataclass(frozen=True)
class Trajectoires(Montrable):
    """The indicators and the states over the whole convention."""

    etude: EtudeFinale

    @cached_property
    def series(self) -> pd.DataFrame:
        """The values of the indicators by year, with ``fiche`` and ``nature``.

        An initial value that the convention writes is there in its year, unless one is measured.
        """
        parcours = self.etude.parcours
        observes = parcours.loc[parcours["table"].eq("observations"), "indicateur"]
        departs_ecrits = parcours[parcours["origine_initiale"].isin(DEPARTS_ECRITS)]
        valeurs = avec_departs(lire_annees(self.etude, observes), departs_ecrits)
        statuts = avant_la_convention(
            self.etude,
            valeurs["indicateur"],
            valeurs["modalite"],
            valeurs["annee"],
            valeurs["statut"],
        )
        valeurs = valeurs.assign(statut=statuts)
        return valeurs.merge(parcours[["indicateur", "fiche", "nature"]], on="indicateur")

    def tableau(self) -> Tableau:
        """Return one row an indicator of which a value is known, in groups by fiche.

        Notes count those never measured, with how many of them are asked for, those without value
        for another reason, and those that can be judged or read. A last note says why small counts
        are shown.
        """
        etude = self.etude
        parcours = etude.parcours
        connus = parcours[parcours["connue"].notna()]
        sans_valeur = parcours[parcours["connue"].isna()]
        muets = parcours[parcours["annees_connues"].eq(0)]
        notes = []
        if len(muets):
            nombre_demandes = len(demandes(muets))
            notes.append(
                etude.texte(
                    "evaluation.trajectoires_muettes",
                    nombre=len(muets),
                    demandes=nombre_demandes,
                    debut=etude.annees[0],
                    fin=etude.annees[-1],
                )
            )
        typologies = sans_valeur["annees_connues"].gt(0)
        notes += etude.dire({"evaluation.trajectoires_sans_valeur": int(typologies.sum())})
        notes += etude.notes_des_preuves("tableau-trajectoires")
        notes.append(etude.texte("evaluation.trajectoires"))
        petits = petits_publies(
            connus,
            ("valeur_initiale", "derniere"),
            etude.catalogue.seuils.petits_effectifs,
            etude.contexte,
        )
        return self._tableau(connus, "trajectoires", parcours, avant=notes, apres=petits)

    def ecrits(self) -> Tableau | None:
        """Return the indicators that the convention writes, those of which a value is known; None
        when none is.
        """
        parcours = self.etude.parcours
        ecrits = parcours[parcours["connue"].notna() & parcours["origine"].eq(calculs.CONVENTION)]
        return None if ecrits.empty else self._tableau(ecrits, "indicateurs_ecrits", ecrits)

    def figures(self) -> Groupe | None:
        """Return the indicators that have two values at least, fiche by fiche, three at most; None
        when none has.

        Those that the convention writes come before those that the workbook proposes.
        """
        etude = self.etude
        parcours = etude.parcours
        ecrits = set(parcours.loc[parcours["origine"].eq(calculs.CONVENTION), "indicateur"])
        noms_des_fiches = noms_de_fichiers(fiche.numero for fiche in etude.convention.fiches)
        figures = []
        for numero in ranger(self.series["fiche"]):
            valeurs = self.series[self.series["fiche"].eq(numero)]
            nombre_de_valeurs = valeurs.groupby("indicateur", sort=False)["valeur"].count()
            tracables = nombre_de_valeurs.index[nombre_de_valeurs >= DEUX_POINTS]
            traces = sorted(tracables, key=lambda indicateur: indicateur not in ecrits)[:PANNEAUX]
            titre = etude.texte("evaluation.titre_des_trajectoires", fiche=numero)
            figures.append(
                trajectoires(
                    pour_trajectoires(etude, valeurs[valeurs["indicateur"].isin(traces)]),
                    etude.contexte,
                    nom=f"trajectoires-fiche-{noms_des_fiches[numero]}",
                    titre=titre,
                )
            )
        return suite(figures)

    def etats(self) -> Figure | None:
        """Return the chart of the modalités that were done, in all or in part, by fiche and year,
        then of all fiches.

        A cell says « 3 sur 12 »; « non commencée » before the fiche begins, if nothing was done;
        « non transmis » when no state of the fiche is known in that year. None when no cell has a
        share.
        """
        etude = self.etude
        debuts = {fiche.numero: fiche.debut.year for fiche in etude.convention.fiches}
        etats_dates = pd.concat(
            [table.assign(annee=annee) for annee, table in etude.etats_annuels.items()]
        )
        fiches_et_annees = pd.MultiIndex.from_product(
            [list(debuts), etude.annees], names=["fiche", "annee"]
        )
        # One row a fiche and year, one column a state that some modalité has.
        effectifs = (
            pd.crosstab([etats_dates["fiche"], etats_dates["annee"]], etats_dates["statut"])
            .reindex(fiches_et_annees, columns=etats_dates["statut"].unique(), fill_value=0)
            .reset_index()
        )
        par_etat = effectifs.drop(columns=["fiche", "annee"])
        commence_plus_tard = _commencent_plus_tard(effectifs, debuts)
        if len(debuts) > 1:
            # A last row for all the fiches: what a fiche that had not begun promises is not in it.
            commencees = effectifs[~commence_plus_tard].drop(columns="fiche")
            ensemble = commencees.groupby("annee", as_index=False).sum()
            effectifs = pd.concat([effectifs, ensemble.assign(fiche=TOUTES)], ignore_index=True)
            par_etat = effectifs.drop(columns=["fiche", "annee"])
            commence_plus_tard = _commencent_plus_tard(effectifs, debuts)
        realisees = par_etat.filter(items=FAITES).sum(axis=1)
        toutes = par_etat.sum(axis=1)
        connues = par_etat.drop(columns=NON_RENSEIGNEE, errors="ignore").sum(axis=1)
        parts = [sur(faites, total) for faites, total in zip(realisees, toutes, strict=True)]
        cellules = pd.DataFrame(
            {
                "ligne": [
                    etude.mot("ensemble") if fiche == TOUTES else etude.titre_de_fiche(fiche)
                    for fiche in effectifs["fiche"]
                ],
                "colonne": effectifs["annee"].astype(str),
                "valeur": (100 * realisees / toutes).where(connues.gt(0) & ~commence_plus_tard),
                # The first condition wins: a fiche that has not begun is not « non transmis ».
                "texte": np.select(
                    [commence_plus_tard, connues.gt(0)],
                    ["non commencée", parts],
                    etude.mot("etats_inconnus"),
                ),
                "compte": realisees,
                "parmi": toutes,
                "connus": connues,
            }
        )
        titre = etude.texte("evaluation.titre_des_etats")
        return grille(cellules.join(par_etat), etude.contexte, nom="etats", titre=titre)

    def moyens(self) -> Tableau | None:
        """Return, by fiche, its means of each nature then what it realised, one column a year.

        Nothing is divided by anything: a means serves several realisations. None when no value is
        known of either.
        """
        etude = self.etude
        # The indicators of realisation that have a value, in the years of the convention.
        toutes_les_realisations = self.series[self.series["nature"].eq(REALISATION)]
        valeurs_connues = toutes_les_realisations.groupby("indicateur")["valeur"].transform("count")
        des_annees = toutes_les_realisations["annee"].isin(etude.annees)
        realisations = toutes_les_realisations[valeurs_connues.gt(0) & des_annees]
        textes = [
            marquer(etude.contexte.valeur(indicateur, valeur, statut), statut)
            for indicateur, valeur, statut in zip(
                realisations["indicateur"],
                realisations["valeur"],
                realisations["statut"],
                strict=True,
            )
        ]
        realisations = realisations.rename(columns={"indicateur": "element"})
        realisations = realisations.assign(lignes_sans_valeur=0, texte=textes)
        table = pd.concat([self._moyens_par_annee(), realisations], ignore_index=True)
        table = table[MOYENS_ET_REALISATIONS].sort_values(
            "fiche", key=ordre_des_numeros, kind="stable"
        )
        if table["statut"].isin((Statut.NON_TRANSMIS, Statut.SANS_OBJET)).all():
            return None
        par_element = table.pivot_table(
            "texte", ["fiche", "element", "libelle"], "annee", aggfunc="first", sort=False
        )
        par_element = par_element.rename(columns=str).reset_index()
        colonnes = [Colonne(str(annee), str(annee), True) for annee in etude.annees]
        mesurees = toutes_les_realisations["valeur"].notna()
        return etude.tableau(
            "moyens_realisations",
            par_element,
            None,
            *colonnes,
            donnees=table.drop(columns="texte"),
            groupes=map(etude.titre_de_fiche, par_element["fiche"]),
            statuts=toutes_les_realisations.loc[mesurees, "statut"],
        )

    def _moyens_par_annee(self) -> pd.DataFrame:
        """Return the total of each nature of means, a row a fiche, nature and year: the columns
        ``MOYENS_ET_REALISATIONS`` among others.

        ``texte`` says « au moins » of a total some lines of which are not known;
        ``lignes_sans_valeur`` counts these.
        """
        etude = self.etude
        budget = Moyens(etude)
        moyens = pd.concat(
            [suivi.moyens.assign(annee=annee) for annee, suivi in etude.suivi.suivis.items()]
        )
        sommes = totaux(moyens.rename(columns={"nature": "element"}), ["fiche", "element", "annee"])
        natures = pd.DataFrame(
            [(item.id, item.libelle, item.unite) for item in etude.catalogue.moyens.natures],
            columns=["element", "libelle", "unite"],
        )
        table = (
            pd.DataFrame({"fiche": [fiche.numero for fiche in etude.convention.fiches]})
            .merge(natures, "cross")
            .merge(pd.DataFrame({"annee": etude.annees}), "cross")
            .merge(sommes, "left")
        )
        debuts = {fiche.numero: fiche.debut.year for fiche in etude.convention.fiches}
        commence_plus_tard = table["annee"] < table["fiche"].map(debuts)
        # Of a year that was handed in, a means that has no line was asked of nobody.
        sans_ligne = table["annee"].isin(moyens["annee"]) & table["manquantes"].isna()
        table["statut"] = np.select(
            [table["valeur_connue"].notna(), commence_plus_tard | sans_ligne],
            ["", Statut.SANS_OBJET],
            Statut.NON_TRANSMIS,
        )
        textes = []
        valeurs = []
        for nature, unite, valeur, valeur_connue, statut in zip(
            table["element"],
            table["unite"],
            table["valeur"],
            table["valeur_connue"],
            table["statut"],
            strict=True,
        ):
            textes.append(budget.total(valeur, valeur_connue, statut, nature, unite=False))
            valeurs.append(round(valeur_connue, etude.contexte.unites[unite].decimales))
        return table.assign(
            texte=textes,
            valeur=valeurs,
            lignes_sans_valeur=table["manquantes"].fillna(0).astype(int),
        )

    def _tableau(
        self,
        parcours: pd.DataFrame,
        cle: str,
        donnees: pd.DataFrame,
        *,
        avant: Iterable[str] = (),
        apres: Iterable[str] = (),
    ) -> Tableau:
        """Return one row an indicator, by fiche; notes come before and after the one on the
        references that the text implies.
        """
        etude = self.etude
        contexte = etude.contexte
        ecritures = {
            "depart": lambda ligne: depart(ligne, contexte),
            "mesure": lambda ligne: derniere_mesure(ligne, contexte),
            "visee": self._cible,
            "atteinte": self._verdict,
            "depuis": self._evolution,
        }
        constats = constats_de(etude, etude.depuis_le_depart)
        parcours = avec_le_chemin(etude, parcours, constats)
        notes = list(avant)
        if parcours["origine_cible"].eq(IMPLICITE).any():
            notes.append(etude.texte("suivi.deduite"))
        mesures = parcours.loc[parcours["derniere"].notna(), "indicateur"]
        if any(contexte.indicateurs[nom].table == POSTURE for nom in mesures):
            notes.append(etude.texte("suivi.lignes_de_la_grille"))
        notes += notes_des_totaux(etude, parcours.assign(valeur=parcours["derniere"]))
        notes += apres
        return etude.tableau(
            cle,
            parcours,
            ecritures,
            donnees=donnees,
            groupes=map(etude.titre_de_fiche, parcours["fiche"]),
            notes=notes,
            statuts=pd.concat(
                [
                    parcours["statut_initial"],
                    parcours.loc[parcours["derniere"].notna(), "statut_derniere"],
                ]
            ),
        )

    def _cible(self, ligne: pd.Series) -> str:
        """Return the target and its year, « 40 (2026) »; « 40 (d, 2026) » for a reference that the
        text only implies; « – » without any.
        """
        if pd.isna(ligne["cible"]):
            return RIEN
        cible = self.etude.contexte.valeur(ligne["indicateur"], ligne["cible"])
        if ligne["origine_cible"] == IMPLICITE:
            return f"{cible} (d, {ligne['annee_cible']})"
        return f"{cible} ({ligne['annee_cible']})"

    def _verdict(self, ligne: pd.Series) -> str:
        """Return the verdict on the target, or why there is none; « – » without a target."""
        mots = self.etude.catalogue.evaluation
        if pd.isna(ligne["cible"]):
            return RIEN
        return verdict_dit(ligne, ligne["derniere"], self.etude.contexte, mots)

    def _evolution(self, ligne: pd.Series) -> str:
        """Return the evolution since the initial value: « +44, favorable ».

        Without one, the reason; « – » when one of the two values is missing, which other cells of
        the row show already.
        """
        mots = self.etude.catalogue.evaluation
        if not ligne["evolution"]:
            if pd.isna(ligne["derniere"]) or pd.isna(ligne["valeur_initiale"]):
                return RIEN
            return mots.raisons[ligne["raison_evolution"]]
        ecart = ligne["derniere"] - ligne["valeur_initiale"]
        mot = mots.evolutions[ligne["evolution"]]
        if ligne["raison_evolution"] == AU_DESSUS:  # a level that was to be kept is not « stable »
            mot = mots.raisons[AU_DESSUS]
        return self.etude.contexte.evolution(ligne["indicateur"], ecart, mot)


def _commencent_plus_tard(effectifs: pd.DataFrame, debuts: Mapping[str, int]) -> pd.Series:
    """Tell of which rows, a fiche and a year, the fiche had not begun and had done nothing."""
    realisees = effectifs.filter(items=FAITES).sum(axis=1)
    return realisees.eq(0) & effectifs["annee"].lt(effectifs["fiche"].map(debuts))


def derniere_mesure(mesure: pd.Series | IndicateurParcouru, contexte: Contexte) -> str:
    """Return the last measure of an indicator with its mark and year, or the word of its absence.

    ``mesure`` is a row of ``EtudeFinale.parcours``.
    """
    if pd.isna(mesure.derniere):
        return contexte.absence(mesure.statut_derniere) or RIEN
    if contexte.indicateurs[mesure.indicateur].table == POSTURE:
        bougees = contexte.texte("suivi.lignes", nombre=int(mesure.derniere))
        return f"{bougees} ({mesure.annee_derniere})"
    valeur = contexte.valeur(mesure.indicateur, mesure.derniere)
    return avec_marque(valeur, mesure.statut_derniere, mesure.annee_derniere)
