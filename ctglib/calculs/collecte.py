"""What was given, what is to be collected, and whom to ask: a year, a fiche, a convention.

An indicator is « renseigné » when its value, or that of one of its modalités, was given.
"""

from collections.abc import Mapping

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.etats import etat_inconnu
from ctglib.calculs.ordre import ordre_des_numeros, rang_dans
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles import Date
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import Fiche
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.plan import ARRETES, dispense, premiere_annee
from ctglib.donnees.statuts import INCONNUES, PROVISOIRES, Statut
from ctglib.donnees.suivi import Suivi

TAUX = (
    "groupe",
    "valeur_groupe",
    "attendus",
    "renseignes",
    "provisoires",
    "non_transmis",
    "non_disponibles",
    "sans_objet",
    "taux",
)
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


def taux_de_collecte(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return how many indicators of the year are « renseignés », in all, by fiche and by service.

    Each counts once; a suppressed value counts as given. Not expected are the « sans objet », those
    without value of a fiche that has not begun, and what nobody is asked for (see
    ``demandes``). « Non disponible » is expected and not given.

    Returns:
        The columns ``TAUX``: ``groupe`` is "ensemble", "fiche" or "responsable", ``valeur_groupe``
        its number or id as text; ``taux`` in %, missing when nothing is expected.
    """
    indicateurs = _une_ligne_par_indicateur(demandes(evaluation))
    renseigne = indicateurs["renseigne"]
    sans_objet = ~renseigne & _hors_de_l_annee(indicateurs)
    absent = ~renseigne & ~sans_objet
    comptes = pd.DataFrame(
        {
            "attendus": ~sans_objet,
            "renseignes": renseigne,
            "provisoires": indicateurs["provisoire"],
            "non_disponibles": absent & indicateurs["statut"].eq(Statut.NON_DISPONIBLE),
            "sans_objet": sans_objet,
        }
    )
    sommes = {
        "ensemble": comptes.sum().to_frame("").T,
        "fiche": comptes.groupby(indicateurs["fiche"], sort=False).sum(),
        "responsable": comptes.groupby(indicateurs["responsable"].astype(str), sort=False).sum(),
    }
    table = pd.concat(sommes, names=["groupe", "valeur_groupe"]).astype("Int64").reset_index()
    attendus = table["attendus"]
    renseignes = table["renseignes"]
    attendus_non_nuls = attendus.astype("float64").where(attendus > 0)
    table = table.assign(
        non_transmis=attendus - renseignes - table["non_disponibles"],
        taux=100 * renseignes.astype("float64") / attendus_non_nuls,
    )
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
    *,
    fin: Date | None = None,
) -> pd.DataFrame:
    """Return what the next collection asks for, service by service, in the order of the fiches.

    By ``motif``: "annee_suivante", every indicator for the next year while the convention runs;
    "a_completer", that of this year when it is missing; "a_confirmer", when it is provisional;
    "valeur_initiale", that of the year before the convention where there is none and one would
    serve (no break since, no threshold as a target, a number). What is awaited once is asked for
    its own year alone, until it is known. What is optional or computed is asked of nobody.

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
    depuis_le_debut = set()  # nobody was to measure before what an avenant has added since
    encore_suivis = set()
    for fiche in convention.fiches:
        for prevu in fiche.indicateurs:
            if premiere_annee(convention, fiche, prevu) == convention.debut.year:
                depuis_le_debut.add(prevu.id)
            if not dispense(fiche, Date(annee_evaluee + 1, 12, 31), prevu):
                encore_suivis.add(prevu.id)
    depart_utile = pd.Series(
        [
            indicateur.id in depuis_le_debut and _depart_utile(indicateur, annee_de_depart)
            for indicateur in indicateurs
        ],
        dtype=bool,
    )
    est_unique = pd.Series([indicateur.unique for indicateur in indicateurs], dtype=bool)
    attendue_une_fois = est_unique & annee_cible.notna()
    sans_depart = lignes["valeur_initiale"].isna() & lignes["origine_cible"].ne("implicite")
    pas_due = _hors_de_l_annee(lignes)
    manque = ~lignes["renseigne"] & ~pas_due
    a_confirmer = lignes["provisoire"] & ~manque & ~(attendue_une_fois & pas_due)
    convention_en_cours = annee.lt((fin or convention.fin).year)
    convention_en_cours &= lignes["indicateur"].isin(encore_suivis)
    due_l_annee_suivante = (annee + 1).eq(annee_cible).fillna(False)
    suivante = (~attendue_une_fois & convention_en_cours) | (
        attendue_une_fois & pas_due & due_l_annee_suivante
    )
    # Which rows are asked for, of which year and why, in the order of one indicator's rows.
    demandees = [
        (sans_depart & depart_utile & ~attendue_une_fois, annee_de_depart, DEPART),
        (manque, annee.mask(attendue_une_fois, annee_cible), A_COMPLETER),
        (a_confirmer, annee, A_CONFIRMER),
        (suivante, annee + 1, SUIVANTE),
    ]
    table = pd.concat(
        [
            lignes.assign(annee=annee_demandee, motif=motif)[demandee.astype(bool)]
            for demandee, annee_demandee, motif in demandees
        ]
    )
    table = table.sort_index(kind="stable").astype({"annee": "Int64"})
    return _par_service(table, catalogue)[list(A_COLLECTER)]


def _depart_utile(indicateur: Indicateur, annee: int) -> bool:
    """Tell whether an initial value of that year would serve: a number, and no break since."""
    if indicateur.table != "observations":
        return False
    return not any(annee < rupture.annee for rupture in indicateur.ruptures)


def _par_service(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in the order of the services; those of no service last."""
    rangs = {service: rang for rang, service in enumerate(catalogue.responsables)}
    rang_du_service = table["responsable"].map(rangs).fillna(len(rangs))
    triee = table.assign(rang=rang_du_service).sort_values("rang", kind="stable", ignore_index=True)
    return triee.drop(columns="rang")


COLONNES = (
    "responsable",
    "nature",
    "element",
    "libelle",
    "annee",
    "motif",
    "qui",
    "quand",
    "document",
)
ETAT = "etat"
VALEUR = "valeur"
MOYEN = "moyen"
APPRECIATION = "appreciation"


def manques(
    a_collecter: pd.DataFrame,
    etats: pd.DataFrame,
    suivi: Suivi,
    gabarit: Gabarit,
    *,
    fiche: Fiche,
    convention: Convention,
) -> pd.DataFrame:
    """Return what is missing of a fiche for a year, one row a thing to ask.

    States of its modalités, values, then, once it has begun, means and its appreciation. What is
    not due yet is not missing.

    Returns:
        The columns ``COLONNES``: ``responsable`` is the id of a service; ``nature`` tells what
        ``element`` is: for "etat" a modalité, for "valeur" an indicator, for "moyen"
        « signataire/poste », for "appreciation" "". Texts are "" when absent.
    """
    parts = gabarit.parts
    service = parts.de_fiche(fiche)
    arretee = suivi.bilan.date_arretee
    etats_de_la_fiche = etats[etats["fiche"] == fiche.numero]
    sans_etat = etats_de_la_fiche[etat_inconnu(etats_de_la_fiche)]
    etats_a_dire = [
        (service, ETAT, modalite, libelle)
        for modalite, libelle in zip(sans_etat["modalite"], sans_etat["libelle"], strict=True)
    ]
    moyens_et_appreciation = []
    if not dispense(fiche, arretee):
        parties = [partie.id for partie in convention.parties]
        moyens_connus = _moyens_connus(suivi.moyens[suivi.moyens["fiche"] == fiche.numero])
        postes_connus = set(zip(moyens_connus["signataire"], moyens_connus["poste"], strict=True))
        for moyen in gabarit.moyens.par_fiche:
            if fiche.numero not in moyen.fiches:
                continue
            for signataire in gabarit.moyens.signataires(moyen, parties):
                if (signataire, moyen.poste) in postes_connus:
                    continue
                responsable = parts.signataires.get(signataire, parts.des_moyens(fiche.numero))
                element = f"{signataire}/{moyen.poste}"
                moyens_et_appreciation.append((responsable, MOYEN, element, moyen.poste))
        if fiche.numero not in {appreciation.fiche for appreciation in suivi.appreciations}:
            moyens_et_appreciation.append((service, APPRECIATION, "", ""))

    de_la_fiche = a_collecter["fiche"] == fiche.numero
    valeurs = a_collecter[de_la_fiche & a_collecter["motif"].ne(SUIVANTE)]
    valeurs = valeurs.assign(nature=VALEUR, element=valeurs["indicateur"])
    # The values stand between the states and the rest.
    manquants = pd.DataFrame(
        [*etats_a_dire, *moyens_et_appreciation],
        columns=["responsable", "nature", "element", "libelle"],
    ).assign(annee=suivi.annee, motif=A_COMPLETER)
    avant = manquants[: len(etats_a_dire)]
    apres = manquants[len(etats_a_dire) :]
    table = pd.concat([avant, valeurs, apres], ignore_index=True)[list(COLONNES)]
    textes = [colonne for colonne in COLONNES if colonne != "annee"]
    table = table.astype({"annee": "Int64", **dict.fromkeys(textes, object)})
    return table.fillna(dict.fromkeys(textes, ""))


COLONNES_MANQUES = (
    "responsable",
    "nature",
    "fiche",
    "element",
    "libelle",
    "annees",
    "document",
    "depart",
)


def manques_finaux(
    convention: Convention,
    catalogue: Catalogue,
    suivis: Mapping[int, Suivi],
    demandees: Mapping[int, pd.DataFrame],
    etats: Mapping[int, pd.DataFrame],
    *,
    gabarit: Gabarit,
) -> pd.DataFrame:
    """Return one row a thing to ask, service by service, with all the years that it is missing for.

    Of what the last plan has no more, or what was suspended or abandoned, nothing is asked, even of
    earlier years.

    Of ``demandees``, what each bilan asked for (see ``a_collecter``): what each had to complete of
    its own year, and the initial values of the last one. Of a fiche that has begun: its states if
    one is missing, its means if none is known and some are asked for, its appreciation.

    Returns:
        The columns ``COLONNES_MANQUES``; ``nature`` is "valeur", "valeur_initiale", "etat", "moyen"
        or "appreciation"; ``element`` the indicator or ""; ``annees`` the years joined by « ; »;
        ``depart``, for a "valeur" whose initial value is missing too, the year of the latter, else
        "".
    """
    fin = suivis[max(suivis)].bilan.date_arretee
    encore_demandes = [
        indicateur.id
        for fiche in convention.fiches
        for indicateur in fiche.indicateurs
        if dispense(fiche, fin, indicateur) not in ARRETES
    ]
    ordre = list(dict.fromkeys(encore_demandes))  # one may serve several fiches
    a_completer = [
        demandes_de_l_annee[
            demandes_de_l_annee["motif"].eq(A_COMPLETER) & demandes_de_l_annee["annee"].eq(annee)
        ]
        for annee, demandes_de_l_annee in demandees.items()
    ]
    valeurs = pd.concat(a_completer)
    valeurs = valeurs[valeurs["indicateur"].isin(ordre)]
    valeurs = valeurs.sort_values("indicateur", key=rang_dans(ordre), kind="stable")
    dernieres_demandes = demandees[max(demandees)]
    departs = dernieres_demandes[dernieres_demandes["motif"].eq(DEPART)]
    annees_des_departs = departs.set_index("indicateur")["annee"].astype(str)
    valeurs = valeurs.assign(depart=valeurs["indicateur"].map(annees_des_departs))
    departs_seuls = departs[~departs["indicateur"].isin(valeurs["indicateur"])]
    valeurs = pd.concat([valeurs.assign(nature=VALEUR), departs_seuls.assign(nature=DEPART)])
    valeurs = valeurs.assign(element=valeurs["indicateur"])

    table = pd.concat(
        [valeurs, _fiches_a_completer(convention, suivis, etats, gabarit)], ignore_index=True
    )
    cles = [colonne for colonne in COLONNES_MANQUES if colonne != "annees"]
    textes = ("element", "libelle", "document", "depart")
    table = table.astype({"fiche": "str", **dict.fromkeys(textes, object)})
    table = table.fillna(dict.fromkeys(textes, ""))
    table = table.groupby(cles, sort=False)["annee"].agg(
        lambda annees: SEPARATEUR.join(str(annee) for annee in annees.unique())
    )
    par_fiche = table.reset_index(name="annees").sort_values(
        "fiche", key=ordre_des_numeros, kind="stable"
    )
    return _par_service(par_fiche, catalogue)[list(COLONNES_MANQUES)]


def _fiches_a_completer(
    convention: Convention,
    suivis: Mapping[int, Suivi],
    etats: Mapping[int, pd.DataFrame],
    gabarit: Gabarit,
) -> pd.DataFrame:
    """Return the fiches that lack a state, every mean or their appreciation, once they have begun.

    One row a lack, a fiche and a year: responsable, nature, fiche, annee.
    """
    parts = gabarit.parts
    fiches = {fiche.numero for fiche in convention.fiches}
    fiches_renseignees = {
        ETAT: {  # all their modalités have a state
            annee: fiches - set(table.loc[etat_inconnu(table), "fiche"])
            for annee, table in etats.items()
        },
        MOYEN: {
            annee: set(_moyens_connus(suivi.moyens)["fiche"]) for annee, suivi in suivis.items()
        },
        APPRECIATION: {
            annee: {appreciation.fiche for appreciation in suivi.appreciations}
            for annee, suivi in suivis.items()
        },
    }
    lignes = []
    parties = [partie.id for partie in convention.parties]
    for nature, fiches_par_annee in fiches_renseignees.items():
        for fiche in convention.fiches:
            responsable = parts.de_fiche(fiche)
            if nature == MOYEN:
                responsable = parts.des_moyens(fiche.numero)
                if not gabarit.donateurs(fiche.numero, parties):
                    continue
            for annee, renseignees in fiches_par_annee.items():
                demandee = not dispense(fiche, suivis[annee].bilan.date_arretee)
                if demandee and fiche.numero not in renseignees:
                    lignes.append((responsable, nature, fiche.numero, annee))
    return pd.DataFrame(lignes, columns=["responsable", "nature", "fiche", "annee"])


def _moyens_connus(moyens: pd.DataFrame) -> pd.DataFrame:
    return moyens[~moyens["statut"].isin(INCONNUES)]
