"""The whole convention: each indicator from start to end, each objective, each criterion.

And what the law has asked since the convention was signed: where the convention answers, what the
workbook knows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import product
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from ctglib.calculs.comparaison import FICHE
from ctglib.calculs.etats import FAITES, NON_RENSEIGNEE
from ctglib.calculs.evaluation import (
    ANNEE_EN_COURS,
    DEPARTS_ECRITS,
    OBSERVATIONS,
    ORIENTATIONS,
    QUALITATIF,
    avec_grille,
    evolution,
)
from ctglib.calculs.suivi import coupure_entre, dernieres_mesures
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles.avenants import Changement
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import (
    CodeForce,
    Lectures,
    RegleRecommandation,
    ReglesConformite,
)
from ctglib.donnees.modeles.plan import Resultat
from ctglib.donnees.statuts import INCONNUES, Statut
from ctglib.donnees.suivi import Suivi

Connu = TypeVar("Connu")

COLONNES = (
    "fiche",
    "indicateur",
    "libelle",
    "definition",
    "unite",
    "sens",
    "nature",
    "origine",
    "table",
    "valeur_initiale",
    "annee_initiale",
    "origine_initiale",
    "statut_initial",
    "derniere",
    "annee_derniere",
    "statut_derniere",
    "cible",
    "annee_cible",
    "origine_cible",
    "verdict",
    "raison",
    "evolution",
    "raison_evolution",
    "annees_connues",
    "responsable",
    "calcule",
    "facultatif",
    "valeur_d_avant",
    "annee_d_avant",
    "evolution_de_l_annee",
    "connue",
    "annee_connue",
    "statut_connue",
    "a_maintenir",
    "dispense",
    "annee_finie",
    "a_venir",
    "retard",
)


def parcours(
    convention: Convention,
    catalogue: Catalogue,
    mesures: pd.DataFrame,
    evaluations: Mapping[int, pd.DataFrame],
    *,
    changements: tuple[Changement, ...],
    suivis: Mapping[int, Suivi],
) -> pd.DataFrame:
    """Return one row an indicator: its initial value, its last measure, the verdict, the evolution.

    The verdict is that of the bilan of the last measured year: a later year without value does not
    wipe it out. The evolution is from the initial value to that measure, with the breaks and the
    rounding of a year's bilan. ``evaluations`` are ``evaluation.evaluer`` by year; modalités are
    left out.

    Returns:
        The columns ``COLONNES``, in the order of the convention. ``annees_connues`` is how many
        years have a value, a suppressed one included; ``derniere`` is the last measure since the
        convention began, ``connue`` the same, or else the initial value; ``evolution_de_l_annee``
        is what the bilan of that measure says of its change since ``valeur_d_avant``.
    """
    definitions = catalogue.indicateurs_fiches
    derniere_annee = max(evaluations)
    toutes = pd.concat(evaluations.values(), ignore_index=True)
    renseignees = toutes[toutes["renseigne"] | toutes["statut"].eq(Statut.SECRET)]
    annees_connues = renseignees.groupby("indicateur")["annee"].nunique()
    # The wholes alone, without their modalités: one row an indicator and year; those of the end.
    ensembles = toutes[toutes["dimension"].eq("")]
    finale = ensembles[ensembles["annee"].eq(derniere_annee)].reset_index(drop=True)

    valeurs = avec_grille(mesures, definitions.values(), suivis, derniere_annee)
    valeurs = valeurs[valeurs["annee"].ge(convention.debut.year)]
    derniere_mesure = dernieres_mesures(valeurs, finale, derniere_annee)
    mesuree = derniere_mesure["valeur"].notna()
    annee_de_la_mesure = derniere_mesure["annee"].where(mesuree).astype("Int64")
    cles = finale[["indicateur"]].assign(annee=annee_de_la_mesure.fillna(derniere_annee))
    table = cles.merge(ensembles, "left", ["indicateur", "annee"])

    indicateurs = [definitions[identifiant] for identifiant in finale["indicateur"]]
    initiale = finale["valeur_initiale"]
    table = table.assign(
        valeur_d_avant=table["valeur_precedente"],
        annee_d_avant=table["annee_precedente"],
        evolution_de_l_annee=table["evolution"],
        dispense=finale["dispense"],
        valeur_initiale=initiale,
        annee_initiale=finale["annee_initiale"],
        origine_initiale=finale["origine_initiale"],
        statut_initial=finale["statut_initial"],
        definition=[indicateur.definition for indicateur in indicateurs],
        table=[indicateur.table for indicateur in indicateurs],
        hasard=[indicateur.hasard for indicateur in indicateurs],
        arrondi=[indicateur.arrondi_source or 0.0 for indicateur in indicateurs],
        partielle=~table["annee_finie"]
        & pd.Series([indicateur.s_accumule for indicateur in indicateurs], table.index),
        valeur_precedente=initiale,
        maintenir=initiale,
        absence="",
        valeur=derniere_mesure["valeur"],
    )
    depuis = table["annee_initiale"].fillna(derniere_annee)
    table = table.assign(coupure=coupure_entre(table, definitions, changements, depuis))
    mot_de_l_evolution, raison_de_l_evolution = evolution(table, catalogue.evaluation.seuils)
    premiere_annee = (annee_de_la_mesure <= table["annee_initiale"]).fillna(False).astype(bool)
    obstacle = np.select(
        [table["table"].ne(OBSERVATIONS), ~mesuree, initiale.isna(), premiere_annee],
        [QUALITATIF, "annee_manquante", "sans_valeur_initiale", "premiere_annee"],
        default="",
    )
    table = table.assign(
        derniere=derniere_mesure["valeur"],
        annee_derniere=annee_de_la_mesure,
        statut_derniere=derniere_mesure["statut"].where(mesuree, finale["statut"]),
        evolution=mot_de_l_evolution.where(obstacle == "", ""),
        raison_evolution=raison_de_l_evolution.where(obstacle == "", obstacle),
        a_maintenir=initiale.where(table["sens"].eq("maintien")),
        annees_connues=table["indicateur"].map(annees_connues).fillna(0).astype("Int64"),
        connue=derniere_mesure["valeur"].where(mesuree, initiale),
        annee_connue=annee_de_la_mesure.fillna(finale["annee_initiale"]),
        statut_connue=derniere_mesure["statut"].where(mesuree, finale["statut_initial"]),
    )
    return table[list(COLONNES)]


ATTEINTS = ("atteint", "en_bonne_voie")
MANQUES = ("manque", "insuffisant", "en_recul")
VOULUES = ("favorable", "stable")
CONTRAIRES = ("defavorable",)
COMPTES = (
    "modalites",
    "realisees",
    "arretees",
    "abandonnees",
    "inconnues",
    "indicateurs",
    "mesures",
    "bons",
    "mauvais",
    "en_retard",
)
Faits = dict[str, int]  # by ``COMPTES``

# When each rule of the catalogue fits, by its id.
CONDITIONS: Mapping[str, Callable[[Faits], bool]] = {
    "tout_abandonne": lambda faits: 0 < faits["modalites"] == faits["abandonnees"],
    "sans_mesure": lambda faits: faits["mesures"] == 0,
    "insuffisant_ou_recul": lambda faits: faits["mauvais"] > 0,
    "reporte_ou_abandonne": lambda faits: faits["arretees"] > 0,
    "favorable": lambda faits: faits["bons"] > 0,
    "a_surveiller": lambda faits: faits["en_retard"] > 0,
    "sans_lecture": lambda faits: True,
}


def relever(etats: Iterable[str], parcours: pd.DataFrame) -> Faits:
    """Return the counts ``COMPTES``: of modalités by their state, of indicators by what they say.

    An indicator is among « bons », « mauvais » or « en_retard » by its verdict, or by its evolution
    when its target cannot be judged; among « mesures » when one year at least is known.
    """
    statuts = pd.Series(list(etats), dtype=object)
    verdicts = parcours["verdict"]
    lecture = verdicts.mask(verdicts.eq("non_evaluable"), parcours["evolution"])
    lignes_comptees = {
        "modalites": statuts.notna(),
        "realisees": statuts.isin(FAITES),
        "arretees": statuts.isin(("reportee", "abandonnee")),
        "abandonnees": statuts.eq("abandonnee"),
        "inconnues": statuts.eq(NON_RENSEIGNEE),
        "indicateurs": verdicts.notna(),
        "mesures": parcours["annees_connues"].gt(0),
        "bons": lecture.isin((*ATTEINTS, *VOULUES)),
        "mauvais": lecture.isin((*MANQUES, *CONTRAIRES)),
        "en_retard": lecture.eq("a_surveiller"),
    }
    return {nom: int(lignes.sum()) for nom, lignes in lignes_comptees.items()}


def recommander(faits: Faits, regles: Iterable[RegleRecommandation]) -> RegleRecommandation:
    """Return the first rule whose condition holds; that of the last one always does."""
    return next(regle for regle in regles if CONDITIONS[regle.id](faits))


def recommandations(
    convention: Convention,
    lectures: Lectures,
    etats: pd.DataFrame,
    parcours: pd.DataFrame,
    regles: tuple[RegleRecommandation, ...],
) -> pd.DataFrame:
    """Return one row an objective: what is known of what is linked to it, the rule that fits.

    Returns:
        fiche, objectif (its rank in the fiche, from 1), libelle, lu (whether anything is linked to
        it), the columns ``COMPTES``, regle (its id), decision (what it proposes).
    """
    liens = {(lien.fiche, lien.objectif): lien for lien in lectures.objectifs}
    lignes = []
    for fiche in convention.fiches:
        etats_de_la_fiche = etats[etats["fiche"].eq(fiche.numero)]
        for rang, libelle in enumerate(fiche.objectifs, start=1):
            lien = liens.get((fiche.numero, rang))
            modalites = lien.modalites if lien else ()
            indicateurs = lien.indicateurs if lien else ()
            modalites_liees = etats_de_la_fiche["modalite"].isin(modalites)
            indicateurs_lies = parcours["indicateur"].isin(indicateurs)
            faits = relever(
                etats_de_la_fiche.loc[modalites_liees, "statut"], parcours[indicateurs_lies]
            )
            regle = recommander(faits, regles)
            ligne = {
                "fiche": fiche.numero,
                "objectif": rang,
                "libelle": libelle,
                "lu": bool(modalites or indicateurs),
                **faits,
                "regle": regle.id,
                "decision": regle.decision,
            }
            lignes.append(ligne)
    colonnes = ["fiche", "objectif", "libelle", "lu", *COMPTES, "regle", "decision"]
    return pd.DataFrame(lignes, columns=colonnes).astype({"fiche": "str", "lu": "bool"})


# The evidence of each criterion: what could be evaluated, what was done and reached, how strong
# each chain is.


CONVENTION = "convention"
PROPOSITIONS = "propositions"
ECRITES = ("convention", "avenant")
EVALUES = [
    "objectifs",
    "objectifs_couverts",
    "objectifs_mesures",
    "resultats",
    "resultats_couverts",
    "indicateurs",
    "definis",
    "departs",
    "cibles",
    "donnees",
]


def evaluabilite(
    convention: Convention,
    lectures: Lectures,
    parcours: pd.DataFrame,
    changements: Iterable[Changement],
) -> pd.DataFrame:
    """Return how much can be evaluated, for two groups of indicators, by fiche and in all.

    The groups are the indicators that the convention writes, then all those of the workbook, which
    adds proposals. An objective is covered when a modalité, or an indicator of the group, is linked
    to it, and measured when an indicator is: the text links none, that is a reading of the
    workbook. A result is covered when one of
    its indicators is of the group. A definition of the text is one that the convention or
    an avenant writes.

    Returns:
        groupe ("convention" or "propositions"), fiche ("" for the whole, after its fiches) and
        the columns ``EVALUES``: how many objectives, results and indicators there are, and how many
        of these are covered, have a definition, a starting value, a target, a known year.
    """
    liens = {(lien.fiche, lien.objectif): lien for lien in lectures.objectifs}
    definis = {
        changement.element for changement in changements if changement.nature == "definition"
    }
    for fiche in convention.fiches:
        definis |= {indicateur.id for indicateur in fiche.indicateurs if indicateur.definition}
    tous = parcours.assign(donnees=parcours["annees_connues"].gt(0))
    ecrits_par_le_texte = tous[tous["origine"].eq(CONVENTION)]
    groupes = {
        CONVENTION: ecrits_par_le_texte.assign(
            definis=ecrits_par_le_texte["indicateur"].isin(definis),
            departs=ecrits_par_le_texte["origine_initiale"].isin(DEPARTS_ECRITS),
            cibles=ecrits_par_le_texte["origine_cible"].isin(ECRITES),
        ),
        PROPOSITIONS: tous.assign(
            definis=tous["definition"].ne(""),
            departs=tous["valeur_initiale"].notna(),
            cibles=tous["origine_cible"].isin(ECRITES),
        ),
    }
    lignes = []
    for (groupe, indicateurs), fiche in product(groupes.items(), convention.fiches):
        ceux_de_la_fiche = indicateurs[indicateurs["fiche"].eq(fiche.numero)]
        # One that counts in another fiche covers the objectives and the results of this one too.
        identifiants = set(indicateurs["indicateur"])
        objectifs_couverts = 0
        objectifs_mesures = 0
        for rang in range(1, len(fiche.objectifs) + 1):
            lien = liens.get((fiche.numero, rang))
            if lien and (lien.modalites or not identifiants.isdisjoint(lien.indicateurs)):
                objectifs_couverts += 1
            if lien and not identifiants.isdisjoint(lien.indicateurs):
                objectifs_mesures += 1
        resultats_couverts = [
            resultat
            for resultat in fiche.resultats
            if not identifiants.isdisjoint(resultat.indicateurs)
        ]
        ligne = {
            "groupe": groupe,
            "fiche": fiche.numero,
            "objectifs": len(fiche.objectifs),
            "objectifs_couverts": objectifs_couverts,
            "objectifs_mesures": objectifs_mesures,
            "resultats": len(fiche.resultats),
            "resultats_couverts": len(resultats_couverts),
            "indicateurs": len(ceux_de_la_fiche),
            **ceux_de_la_fiche[["definis", "departs", "cibles", "donnees"]].sum(),
        }
        lignes.append(ligne)
    table = pd.DataFrame(lignes, columns=["groupe", "fiche", *EVALUES])
    ensemble = table.groupby("groupe", sort=False)[EVALUES].sum().reset_index()
    # A whole after its fiches.
    table = pd.concat([table, ensemble]).sort_values("groupe", kind="stable", ignore_index=True)
    return table.fillna({"fiche": ""}).astype({"fiche": "str"} | dict.fromkeys(EVALUES, "int64"))


def total_du_texte(evaluabilite: pd.DataFrame) -> pd.Series:
    """Return the row of ``evaluabilite`` of what the convention writes, all fiches together."""
    toutes_les_fiches = evaluabilite["fiche"].eq("")
    return evaluabilite[evaluabilite["groupe"].eq(CONVENTION) & toutes_les_fiches].iloc[0]


class Preuve(NamedTuple):
    """A count out of a total, and how many of the data that it needs are known.

    « 3 résultats mesurés sur 8 » is ``Preuve(3, 8, 1, 1)``. Of targets, those that wait for the end
    of a year that is not over are counted apart.
    """

    valeur: float
    total: float | None  # None for a count that is out of nothing
    connus: int  # data known
    attendus: int  # data needed
    a_venir: int = 0  # left out: due by the end of a year that is not over
    deja_tenues: int = 0  # of these, how many are reached already

    @property
    def completude(self) -> str:
        """How complete the data are: "absente" (or none needed), "partielle", "complete"."""
        if not self.connus:
            return "absente"
        return "complete" if self.connus >= self.attendus else "partielle"


def preuves_du_texte(
    convention: Convention,
    catalogue: Catalogue,
    lectures: Lectures,
    constats: pd.DataFrame,
    evaluabilite: pd.DataFrame,
    besoins: pd.DataFrame,
) -> dict[str, Preuve]:
    """Return the evidence that the convention and its diagnostic give, by the name of each.

    A schéma that ended before the convention began proves nothing.
    """
    orientes = [
        identifiant
        for identifiant, indicateur in catalogue.indicateurs.items()
        if indicateur.sens in ORIENTATIONS
    ]
    a_comparer = constats["indicateur"].isin(orientes) & constats["ecart_type"].ne("aucun")
    positions = constats.loc[a_comparer, "position"]
    compares = int(positions.ne("incomparable").sum())
    themes_connus = set(constats["theme"].dropna())
    themes_des_enjeux = {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    montres = besoins[besoins["origine"].ne(FICHE)]  # a need that a fiche writes answers itself
    besoins_repondus = int(montres["fiches"].ne("").sum())
    textes_des_schemas = [
        texte for schema in convention.schemas for texte in (*schema.axes, *schema.chapitres)
    ]
    textes_repris = {lecture.element for lecture in lectures.schemas}
    schemas_en_cours = [
        schema for schema in convention.schemas if schema.fin >= convention.debut.year
    ]
    du_texte = total_du_texte(evaluabilite)
    resultats_mesures = int(du_texte["resultats_couverts"])
    return {
        "besoins_repondus": Preuve(besoins_repondus, len(montres), compares, len(positions)),
        "themes_avec_enjeu": Preuve(
            len(themes_des_enjeux & themes_connus),
            len(themes_connus),
            len(themes_connus),
            len(themes_connus),
        ),
        "resultats_mesures": Preuve(
            resultats_mesures, int(du_texte["resultats"]), int(du_texte["resultats"] > 0), 1
        ),
        "lacunes": Preuve(len(convention.lacunes), None, 1, 1),
        "schemas": Preuve(
            len(textes_repris.intersection(textes_des_schemas)),
            len(textes_des_schemas),
            len(schemas_en_cours) if textes_repris else 0,
            len(convention.schemas),
        ),
    }


def preuves_du_suivi(
    etats: pd.DataFrame,
    parcours: pd.DataFrame,
    convention: Convention,
    suivis: Mapping[int, Suivi],
    postes: tuple[str, str],
    documents: Collection[str],
) -> dict[str, Preuve]:
    """Return the evidence of what was done, reached and paid, and of what follows, by name.

    The means are complete when known for every fiche in every year that it ran. Perspectives are
    those of the latest appreciation of each fiche. ``postes`` names the indicators that count the
    posts of coordination, and those converted; ``documents``, the livrables that outlive a
    convention.
    """
    modalites = len(etats)
    realisees = int(etats["statut"].isin(FAITES).sum())
    renseignees = int(etats["statut"].ne(NON_RENSEIGNEE).sum())

    attendent = attendent_la_fin_de_l_annee(parcours)
    jugees = int((parcours["verdict"].ne("non_evaluable") & ~attendent).sum())
    atteintes = int((parcours["verdict"].isin(ATTEINTS) & ~attendent).sum())
    deja_tenues = int((parcours["verdict"].eq("atteint") & attendent).sum())
    voulue = parcours["evolution"].isin(VOULUES)
    lisible = voulue | parcours["evolution"].isin(CONTRAIRES)
    resultats = [resultat for fiche in convention.fiches for resultat in fiche.resultats]
    resultats_lisibles = _nombre_de_resultats_montres(
        resultats, parcours.loc[lisible, "indicateur"]
    )
    contraires = set(parcours.loc[lisible & ~voulue, "indicateur"])
    sans_contraire = [
        resultat for resultat in resultats if contraires.isdisjoint(resultat.indicateurs)
    ]
    resultats_favorables = _nombre_de_resultats_montres(
        sans_contraire, parcours.loc[voulue, "indicateur"]
    )
    qui_restent = set(convention.livrables).intersection(documents)
    livrables = parcours[parcours["indicateur"].isin(qui_restent)]
    livres = int(livrables["derniere"].gt(0).sum())
    livrables_connus = int(livrables["annees_connues"].gt(0).sum())

    moyens_connus = set()
    for annee, suivi in suivis.items():
        connus = ~suivi.moyens["statut"].isin(INCONNUES)
        fiches_financees = suivi.moyens.loc[connus & suivi.moyens["fiche"].ne(""), "fiche"]
        moyens_connus.update((fiche, annee) for fiche in fiches_financees)
    moyens_attendus = {
        (fiche.numero, annee)
        for fiche in convention.fiches
        for annee in suivis
        if fiche.debut.year <= annee
    }
    fiches_avec_moyens = {fiche for fiche, _ in moyens_connus}

    dernieres_valeurs = parcours.set_index("indicateur")["derniere"]
    postes_comptes = dernieres_valeurs.get(postes[0], float("nan"))
    postes_convertis = dernieres_valeurs.get(postes[1], float("nan"))
    conversion = Preuve(0.0, 0.0, 0, 2)
    if pd.notna(postes_comptes) and pd.notna(postes_convertis):
        conversion = Preuve(float(postes_convertis), float(postes_comptes), 2, 2)

    a_des_perspectives = {
        appreciation.fiche: bool(appreciation.perspectives)
        for _, suivi in sorted(suivis.items())
        for appreciation in suivi.appreciations
    }
    fiches = len(convention.fiches)
    indicateurs = len(parcours)
    voulues = int(voulue.sum())
    lisibles = int(lisible.sum())
    return {
        "modalites_realisees": Preuve(realisees, modalites, renseignees, modalites),
        "cibles_atteintes": Preuve(
            atteintes, jugees, jugees, indicateurs, int(attendent.sum()), deja_tenues
        ),
        "evolutions_favorables": Preuve(voulues, lisibles, lisibles, indicateurs),
        "resultats_favorables": Preuve(
            resultats_favorables, resultats_lisibles, resultats_lisibles, len(resultats)
        ),
        "livrables": Preuve(livres, len(livrables), livrables_connus, len(livrables)),
        "moyens_connus": Preuve(
            len(fiches_avec_moyens),
            fiches,
            len(moyens_connus & moyens_attendus),
            len(moyens_attendus),
        ),
        "postes_convertis": conversion,
        "perspectives": Preuve(
            sum(a_des_perspectives.values()), fiches, len(a_des_perspectives), fiches
        ),
    }


def attendent_la_fin_de_l_annee(parcours: pd.DataFrame) -> pd.Series:
    """Tell which targets are due by the end of a year that is not over, and judged only then.

    One of them may be reached already, by a count that only grows; none can be missed yet. Beside
    those that are due, they would all be reached.
    """
    de_l_annee = parcours["annee_cible"].eq(parcours["annee_derniere"]).fillna(False)
    tenue_ou_en_cours = parcours["verdict"].eq("atteint") | parcours["raison"].eq(ANNEE_EN_COURS)
    return parcours["a_venir"] & de_l_annee.astype(bool) & tenue_ou_en_cours


def _nombre_de_resultats_montres(resultats: Iterable[Resultat], indicateurs: Iterable[str]) -> int:
    """Return how many expected results have at least one of their indicators among these."""
    identifiants = set(indicateurs)
    return sum(not identifiants.isdisjoint(resultat.indicateurs) for resultat in resultats)


def force(
    actions_faites: int, realisations_mesurees: int, evolutions: Collection[str]
) -> CodeForce:
    """Return how strong the chain of a fiche is, from its actions to what they should change.

    "aucune" when no evolution is favourable, stable or unfavourable; "moyenne" when one is as
    wanted (favourable or stable), actions were done and realisations measured; else "faible".
    "forte" is never said here: people have to rule out other explanations.
    """
    if not any(evolution in (*VOULUES, *CONTRAIRES) for evolution in evolutions):
        return "aucune"
    a_agi = actions_faites > 0 and realisations_mesurees > 0
    a_change_comme_voulu = any(evolution in VOULUES for evolution in evolutions)
    return "moyenne" if a_agi and a_change_comme_voulu else "faible"


def population(
    annexe1: pd.DataFrame, regles: ReglesConformite, territoire: str
) -> tuple[int, int] | None:
    """Return the last count of inhabitants of the diagnostic, and its year; None without any."""
    habitants = annexe1[
        annexe1["indicateur"].eq(regles.population) & annexe1["territoire"].eq(territoire)
    ]
    habitants = habitants[habitants["valeur"].notna()].sort_values("annee")
    if habitants.empty:
        return None
    return int(habitants["valeur"].iloc[-1]), int(habitants["annee"].iloc[-1])


def conformite(
    regles: ReglesConformite,
    lectures: Lectures,
    annexe1: pd.DataFrame,
    series: pd.DataFrame,
    offre: pd.DataFrame,
    *,
    territoire: str,
) -> pd.DataFrame:
    """Return one row an element that the law asks of the schéma of early childhood.

    Returns:
        element, titre; ou, fiches: where the convention answers ("" and () when it does not);
        diagnostic, series: dicts of the last year of each indicator that is known of it; offre: a
        dict of how many there are of each kind of service, as text: structures of which something
        is said, or persons when the kind is a trade, « 56 ou 70 » when the text gives both; manque:
        what is not known; detenteurs: who has it.
    """
    reponses = {lecture.element: lecture for lecture in lectures.schema_petite_enfance}
    annees_du_diagnostic = _dernieres_annees(annexe1, territoire)
    annees_des_series = _dernieres_annees(series, territoire)
    decrits = offre[~offre["valeur"].isin(["", "non"])]
    structures = decrits.groupby("type")["structure"].nunique().astype(str)
    # A trade has one characteristic, which counts its own kind.
    personnes = decrits[decrits["caracteristique"].eq(decrits["type"])]
    effectifs_des_metiers = personnes.groupby("type")["valeur"].agg(
        lambda valeurs: " ou ".join(sorted(set(valeurs), key=float))
    )
    services: dict[str, str] = {**structures, **effectifs_des_metiers}
    lignes = []
    for element in regles.elements:
        reponse = reponses.get(element.id)
        ligne = {
            "element": element.id,
            "titre": element.titre,
            "ou": reponse.ou if reponse else "",
            "fiches": reponse.fiches if reponse else (),
            "diagnostic": _restreindre(annees_du_diagnostic, element.diagnostic),
            "series": _restreindre(annees_des_series, element.series),
            "offre": _restreindre(services, element.offre),
            "manque": element.manque,
            "detenteurs": element.detenteurs,
        }
        lignes.append(ligne)
    colonnes = ["element", "titre", "ou", "fiches", "diagnostic", "series", "offre"]
    return pd.DataFrame(lignes, columns=[*colonnes, "manque", "detenteurs"])


def _dernieres_annees(table: pd.DataFrame, territoire: str) -> dict[str, int]:
    """Return the last year in which each indicator has a value in a territory."""
    connues = table[table["territoire"].eq(territoire) & table["valeur"].notna()]
    connues = connues.dropna(subset="annee")
    dernieres_annees = connues.groupby("indicateur")["annee"].max()
    return {str(indicateur): int(annee) for indicateur, annee in dernieres_annees.items()}


def _restreindre(connus: Mapping[str, Connu], identifiants: Iterable[str]) -> dict[str, Connu]:
    """Return what is known of some identifiers, in their order, without the unknown ones."""
    return {
        identifiant: connus[identifiant] for identifiant in identifiants if identifiant in connus
    }


def themes_absents(
    regles: ReglesConformite, convention: Convention, themes: Iterable[Theme]
) -> list[str]:
    """Return the themes of the circular that no enjeu declares, and that no fiche answers.

    ``themes`` are those of the catalogue, and of the convention: a fiche that answers an indicator
    bears on its theme.
    """
    couverts = {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    repondus = {indicateur for fiche in convention.fiches for indicateur in fiche.repond_a}
    for theme in themes:
        if not repondus.isdisjoint(indicateur.id for indicateur in theme.indicateurs):
            couverts.add(theme.theme)
    return [mot for mot, theme in regles.themes_minimum.items() if theme not in couverts]
