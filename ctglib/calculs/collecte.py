"""What was given, what is to be collected, and whom to ask: a year, a fiche, a convention.

What is asked for, and what of it is missing, is what ``ctglib.collecte.manques`` says: here it is
summed up, service by service, and put beside what else the next collection asks for.
"""

from collections.abc import Collection

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.evaluation import DEPART_IMPOSSIBLE, IMPLICITE
from ctglib.calculs.ordre import ordre_des_numeros, rang_dans
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles import Date
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.plan import ARRETES, depart_utile, dispense
from ctglib.donnees.statuts import PROVISOIRES, Statut

TAUX = ("groupe", "valeur_groupe", "demandes", "recus", "manquent", "taux")
A_COLLECTER = (
    "responsable",
    "fiche",
    "indicateur",
    "libelle",
    "definition",
    "unite",
    "dimension",
    "annee",
    "motif",
    "qui",
    "quand",
    "document",
    "derniere_valeur",
    "derniere_annee",
    "dernier_statut",
)
# Why a value is asked for.
DEPART = "valeur_initiale"
SUIVANTE = "annee_suivante"
A_COMPLETER = "a_completer"
A_CONFIRMER = "a_confirmer"


def taux_de_collecte(demandes_de_l_annee: pd.DataFrame) -> pd.DataFrame:
    """Return how much of what a year asks for was answered: in all, by fiche, by service
    and by nature.

    Args:
        demandes_de_l_annee: Rows of ``ctglib.collecte.manques.demandes``, of one year.

    Returns:
        The columns ``TAUX``: ``groupe`` is "ensemble", "fiche", "responsable" or "nature",
        ``valeur_groupe`` its number or id as text ("" of what is of no fiche); ``taux`` in %,
        missing when nothing is asked for.
    """
    comptes = pd.DataFrame({"demandes": 1, "manquent": demandes_de_l_annee["manque"].astype(int)})
    sommes = {"ensemble": comptes.sum().to_frame("").T}
    for groupe in ("fiche", "responsable", "nature"):
        valeurs = demandes_de_l_annee[groupe].astype(str)
        sommes[groupe] = comptes.groupby(valeurs, sort=False).sum()
    table = pd.concat(sommes, names=["groupe", "valeur_groupe"]).astype("Int64").reset_index()
    demandes_non_nulles = table["demandes"].astype("float64").where(table["demandes"] > 0)
    recus = table["demandes"] - table["manquent"]
    table = table.assign(recus=recus, taux=100 * recus.astype("float64") / demandes_non_nulles)
    return table[list(TAUX)]


def demandes(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that somebody is asked for: neither computed by the workbook, nor optional,
    nor of what an avenant has suspended or abandoned.
    """
    arretes = evaluation["dispense"].isin(ARRETES)
    return evaluation[~evaluation["calcule"] & ~evaluation["facultatif"] & ~arretes]


def _une_ligne_par_indicateur(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the whole of each indicator, without those of its modalités.

    ``renseigne`` and ``provisoire`` are true as soon as they are of one of its rows.
    """
    indicateur = evaluation["indicateur"]
    renseigne = evaluation["renseigne"].groupby(indicateur).transform("any")
    provisoire = evaluation["statut"].isin(PROVISOIRES).groupby(indicateur).transform("any")
    completee = evaluation.assign(renseigne=renseigne, provisoire=provisoire)
    return completee[completee["dimension"].eq("")]


def _hors_de_l_annee(evaluation: pd.DataFrame) -> pd.Series:
    """Tell which rows the year does not concern: « sans objet », or that nobody is asked for."""
    return evaluation["statut"].eq(Statut.SANS_OBJET) | evaluation["dispense"].ne("")


def a_collecter(
    evaluation: pd.DataFrame,
    catalogue: Catalogue,
    convention: Convention,
    manques: pd.DataFrame,
    *,
    fin: Date | None = None,
) -> pd.DataFrame:
    """Return what the next collection asks for, service by service, in the order of the fiches.

    By ``motif``: "annee_suivante", every indicator for the next year while the convention runs;
    "a_completer", that of this year when it is missing; "a_confirmer", when it is provisional;
    "valeur_initiale", that of the year before the convention where there is none and one would
    serve (it could be known, no break since, no threshold as a target, a number). What is awaited
    once is asked for its own year alone, until it is known. What is optional or computed is asked
    of nobody.

    Args:
        evaluation: The scoring of the year.
        catalogue: The catalogue.
        convention: The convention, as it stands in the year.
        manques: What is missing of the years up to this one (``ctglib.collecte.manques``). An
            indicator whose parts are owed by several services has a row for each of them.
        fin: The end of the convention as avenants extend it.

    Returns:
        The columns ``A_COLLECTER``: ``annee`` is the year asked for; ``derniere_valeur`` the value
        of this year, or else the one before, with its ``derniere_annee`` and ``dernier_statut``.
    """
    lignes = _une_ligne_par_indicateur(demandes(evaluation)).reset_index(drop=True)
    indicateurs = [catalogue.indicateurs_fiches[nom] for nom in lignes["indicateur"]]
    collectes = [indicateur.collecte for indicateur in indicateurs]
    annee = lignes["annee"]
    annee_cible = lignes["annee_cible"]
    connue = lignes["valeur"].notna()
    lignes = lignes.assign(
        qui=[collecte.qui if collecte else "" for collecte in collectes],
        quand=[collecte.quand if collecte else "" for collecte in collectes],
        document=[collecte.document if collecte else "" for collecte in collectes],
        definition=[indicateur.definition for indicateur in indicateurs],
        dimension=[indicateur.dimension or "" for indicateur in indicateurs],
        derniere_valeur=lignes["valeur"].where(connue, lignes["valeur_precedente"]),
        derniere_annee=annee.where(connue, lignes["annee_precedente"]),
        dernier_statut=lignes["statut"].where(connue, lignes["statut_precedent"]),
    )

    annee_de_depart = convention.debut.year - 1
    annee_evaluee = int(annee.max()) if len(lignes) else annee_de_depart
    departs_utiles = set()  # nobody was to measure before what an avenant has added since
    encore_suivis = set()
    for fiche in convention.fiches:
        for prevu in fiche.indicateurs:
            if depart_utile(convention, fiche, prevu, catalogue.indicateurs_fiches[prevu.id]):
                departs_utiles.add(prevu.id)
            if not dispense(fiche, Date(annee_evaluee + 1, 12, 31), prevu):
                encore_suivis.add(prevu.id)
    est_unique = pd.Series([indicateur.unique for indicateur in indicateurs], dtype=bool)
    attendue_une_fois = est_unique & annee_cible.notna()
    sans_depart = lignes["valeur_initiale"].isna() & lignes["origine_cible"].ne(IMPLICITE)
    sans_depart &= lignes["origine_initiale"].ne(DEPART_IMPOSSIBLE)
    pas_due = _hors_de_l_annee(lignes)
    a_confirmer = lignes["provisoire"] & ~(attendue_une_fois & pas_due)
    convention_en_cours = annee.lt((fin or convention.fin).year)
    convention_en_cours &= lignes["indicateur"].isin(encore_suivis)
    due_l_annee_suivante = (annee + 1).eq(annee_cible).fillna(False)
    suivante = (~attendue_une_fois & convention_en_cours) | (
        attendue_une_fois & pas_due & due_l_annee_suivante
    )
    # Which rows are asked for, of which year and why, in the order of one indicator's rows.
    demandees = [
        (
            sans_depart & lignes["indicateur"].isin(departs_utiles) & ~attendue_une_fois,
            annee_de_depart,
            DEPART,
        ),
        (a_confirmer, annee, A_CONFIRMER),
        (suivante, annee + 1, SUIVANTE),
    ]
    tables = [
        lignes.assign(annee=annee_demandee, motif=motif)[demandee.astype(bool)]
        for demandee, annee_demandee, motif in demandees
    ]
    # What is missing of this year, and of an earlier one what was awaited once.
    a_completer = manques.loc[manques["nature"].eq(VALEUR), ["responsable", "element", "annee"]]
    a_completer = a_completer.rename(columns={"element": "indicateur"}).drop_duplicates()
    rangs = lignes.reset_index(names="rang").drop(columns=["responsable", "annee"])
    a_completer = rangs.merge(a_completer, on="indicateur").set_index("rang")
    une_fois = attendue_une_fois.loc[a_completer.index]
    a_completer = a_completer[a_completer["annee"].eq(annee_evaluee) | une_fois]
    depart, *autres = tables
    table = pd.concat([depart, a_completer.assign(motif=A_COMPLETER), *autres])
    table = table.sort_index(kind="stable").astype({"annee": "Int64"})
    return _par_service(table, catalogue)[list(A_COLLECTER)]


def _par_service(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in the order of the services; those of no service last."""
    rangs = {service: rang for rang, service in enumerate(catalogue.responsables)}
    rang_du_service = table["responsable"].map(rangs).fillna(len(rangs))
    triee = table.assign(rang=rang_du_service).sort_values("rang", kind="stable", ignore_index=True)
    return triee.drop(columns="rang")


ETAT = "etat"
VALEUR = "valeur"
MOYEN = "moyen"
NIVEAU = "niveau"
APPRECIATION = "appreciation"
COLONNES_A_DEMANDER = (
    "responsable",
    "nature",
    "fiche",
    "element",
    "libelle",
    "precisions",
    "annees",
    "nombre",
    "feuille",
    "document",
    "depart",
    "demandee",
)
_CLE = ["responsable", "nature", "fiche", "element", "demandee"]


def a_demander(
    manques: pd.DataFrame,
    departs: pd.DataFrame,
    catalogue: Catalogue,
    convention: Convention,
    fin: Date,
    closes: Collection[int] = (),
) -> pd.DataFrame:
    """Return what is missing of all the years of a convention, one row a thing to ask of a service,
    with all the years that it is missing for; the initial values last, or with their indicator.

    Of what the last plan has no more, or what was suspended or abandoned, nothing is asked any
    more, even of earlier years, and of a closed year its values alone: the rest is still missing,
    and ``demandee`` is False.

    Args:
        manques: What is missing (``ctglib.collecte.manques``), all years.
        departs: The initial values to ask for (see ``a_collecter``).
        catalogue: The catalogue.
        convention: The convention, as its last plan has it.
        fin: The day on which its last year is stopped.
        closes: The years that are closed.

    Returns:
        The columns ``COLONNES_A_DEMANDER``; ``nature`` is one of ``manques``, or
        "valeur_initiale"; ``element`` the indicator of a value, else ""; ``precisions`` what of it
        (labels of the parts of a value, else elements), and ``annees`` the years, joined by
        ``SEPARATEUR``; ``nombre``
        how many things that is, the initial value included; ``feuille`` the sheet, "" of an initial
        value; ``depart``, for a "valeur" whose initial value is missing too, the year of the
        latter, else "".
    """
    est_valeur = manques["nature"].eq(VALEUR)
    table = manques.assign(
        demandee=encore_demandes(manques, convention, fin, closes),
        precisions=manques["libelle_de_la_part"].where(est_valeur, manques["element"]),
        libelle=manques["libelle"].where(est_valeur, ""),
        element=manques["element"].where(est_valeur, ""),
        document=[
            _document(catalogue, element) if nature == VALEUR else ""
            for nature, element in zip(manques["nature"], manques["element"], strict=True)
        ],
    )
    table = table.groupby(_CLE, sort=False, as_index=False).agg(
        libelle=("libelle", "first"),
        precisions=("precisions", _joindre),
        annees=("annee", _joindre),
        nombre=("annee", "size"),
        feuille=("feuille", "first"),
        document=("document", "first"),
    )
    departs = departs.assign(
        nature=DEPART,
        element=departs["indicateur"],
        demandee=True,
        precisions="",
        nombre=1,
        feuille="",
        annees=departs["annee"].astype(str),
        fiche=departs["fiche"].astype(str),
        depart="",
    )
    cle_du_depart = ["responsable", "element"]
    avec_leur_valeur = departs.set_index(cle_du_depart)["annees"]
    cles = pd.MultiIndex.from_frame(table[cle_du_depart])
    annees_de_depart = avec_leur_valeur.reindex(cles).fillna("").to_numpy()
    table = table.assign(depart=annees_de_depart)
    table = table.assign(nombre=table["nombre"] + table["depart"].ne("").astype(int))
    deja = pd.MultiIndex.from_frame(departs[cle_du_depart]).isin(cles)
    table = pd.concat([table, departs[~deja]], ignore_index=True)[list(COLONNES_A_DEMANDER)]
    ordre = [prevu.id for fiche in convention.fiches for prevu in fiche.indicateurs]
    ordre = list(dict.fromkeys(ordre))  # one may serve several fiches
    table = table.sort_values("element", key=rang_dans(ordre), kind="stable")
    table = table.sort_values("fiche", key=ordre_des_numeros, kind="stable")
    return _par_service(table, catalogue)


def _joindre(valeurs: pd.Series) -> str:
    """Return different values in order of appearance, joined by ``SEPARATEUR``."""
    return SEPARATEUR.join(str(valeur) for valeur in valeurs.unique() if str(valeur))


def _document(catalogue: Catalogue, indicateur: str) -> str:
    collecte = catalogue.indicateurs_fiches[indicateur].collecte
    return collecte.document if collecte else ""


def encore_demandes(
    manques: pd.DataFrame, convention: Convention, fin: Date, closes: Collection[int]
) -> pd.Series:
    """Tell of what is missing whether the last plan of the convention still has it in force, and
    it can still be given: of a closed year, a value can, under the next millésime.
    """
    au_plan = _au_plan(convention, fin)
    elements = zip(manques["nature"], manques["fiche"], manques["element"], strict=True)
    en_vigueur = pd.Series(
        [_est_au_plan(au_plan, *element) for element in elements], manques.index, dtype=bool
    )
    se_donne = manques["nature"].eq(VALEUR) | ~manques["annee"].isin(closes)
    return en_vigueur & se_donne


def _au_plan(convention: Convention, fin: Date) -> set[tuple[str, str]]:
    """Return the fiches that the last plan still has in force, each with "", then with each of its
    modalités and indicators that is.
    """
    au_plan = set()
    for fiche in convention.fiches:
        if dispense(fiche, fin) in ARRETES:
            continue
        au_plan.add((str(fiche.numero), ""))
        for modalite in fiche.modalites:
            if dispense(fiche, fin, modalite) not in ARRETES:
                au_plan.add((str(fiche.numero), modalite.numero))
        for prevu in fiche.indicateurs:
            if dispense(fiche, fin, prevu) not in ARRETES:
                au_plan.add(("", prevu.id))  # it may count in another fiche by now
    return au_plan


def _est_au_plan(au_plan: set[tuple[str, str]], nature: str, fiche: str, element: str) -> bool:
    if nature == VALEUR:
        return ("", element) in au_plan
    if nature == ETAT:
        return (fiche, element) in au_plan
    return not fiche or (fiche, "") in au_plan
