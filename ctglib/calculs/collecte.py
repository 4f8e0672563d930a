"""What was informed, what is to be collected, and whom to ask: of a year, of a fiche's year, of a
whole convention.
"""

from collections.abc import Mapping

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.etats import NON_RENSEIGNEE, inconnues
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles import Date
from ctglib.donnees.modeles.convention import Convention, Fiche
from ctglib.donnees.modeles.suivi import Gabarit
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
PAS_COMMENCE = "non_commencee"


def taux_de_collecte(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return how many indicators of the year are informed, in all, by fiche and by service.

    An indicator counts once, informed as soon as the whole or one of its modalités is; suppressed
    counts as informed. « Sans objet » is not expected, nor is what a fiche that has not begun did
    not give, nor what nobody is asked for (see ``demandes``); « non disponible » is expected and
    not informed.

    Returns:
        The columns ``TAUX``: ``groupe`` is "ensemble", "fiche" or "responsable", ``valeur_groupe``
        its number or id as text; ``taux`` in %, missing when nothing is expected.
    """
    items = _indicateurs(demandes(evaluation))
    useless = ~items["renseigne"] & _pas_du(items)
    counts = pd.DataFrame(
        {
            "attendus": ~useless,
            "renseignes": items["renseigne"],
            "provisoires": items["provisoire"],
            "non_disponibles": ~items["renseigne"]
            & ~useless
            & items["statut"].eq(Statut.NON_DISPONIBLE),
            "sans_objet": useless,
        }
    )
    parts = {
        name: counts.groupby(items[name].astype(str), sort=False).sum()
        for name in ("fiche", "responsable")
    }
    sums = {"ensemble": counts.sum().to_frame("").T, **parts}
    table = pd.concat(sums, names=TAUX[:2]).astype("Int64").reset_index()
    given = table["renseignes"]
    asked = table["attendus"]
    return table.assign(
        non_transmis=asked - given - table["non_disponibles"],
        taux=(100 * given.astype("float64") / asked.astype("float64").where(asked > 0)),
    )[list(TAUX)]


def demandes(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of what somebody is asked for: neither computed by the workbook nor optional."""
    return evaluation[~evaluation["calcule"] & ~evaluation["facultatif"]]


def _indicateurs(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return one row an indicator: that of its whole, informed if any of its rows is."""
    informed = evaluation.groupby("indicateur")["renseigne"].transform("any")
    provisional = (
        evaluation["statut"].isin(PROVISOIRES).groupby(evaluation["indicateur"]).transform("any")
    )
    return evaluation.assign(renseigne=informed, provisoire=provisional)[
        evaluation["dimension"].eq("")
    ]


def _pas_du(evaluation: pd.DataFrame) -> pd.Series:
    """Tell what the year does not concern: said to be so, or of a fiche that has not begun."""
    return evaluation["statut"].eq(Statut.SANS_OBJET) | evaluation["raison"].eq(PAS_COMMENCE)


def a_collecter(
    evaluation: pd.DataFrame,
    catalogue: Catalogue,
    convention: Convention,
    *,
    fin: Date | None = None,
) -> pd.DataFrame:
    """Return what the next collection asks for, service by service, in the order of the fiches.

    Every indicator for the next year while the convention runs; this year's when it is missing or
    provisional; the initial value where there is none and one would serve: not before a break, not
    for a threshold, not for a typology. What is awaited once is asked for its own year alone, until
    it is known; what is optional, or computed, is asked from nobody.

    Returns:
        The columns ``A_COLLECTER``; ``motif`` is "annee_suivante", "a_completer", "a_confirmer" or
        "valeur_initiale".
    """
    rows = _indicateurs(demandes(evaluation)).reset_index(drop=True)
    items = [catalogue.indicateurs_fiches[name] for name in rows["indicateur"]]
    before = convention.debut.year - 1
    known = rows["valeur"].notna()
    year = rows["annee"]
    aimed = rows["annee_cible"]
    told = {
        name: [getattr(one.collecte, name, "") for one in items]
        for name in ("qui", "quand", "document")
    }
    rows = rows.assign(
        **told,
        definition=[item.definition for item in items],
        dimension=[item.dimension or "" for item in items],
        derniere_valeur=rows["valeur"].where(known, rows["valeur_precedente"]),
        derniere_annee=year.where(known, rows["annee_precedente"]),
        dernier_statut=rows["statut"].where(known, rows["statut_precedent"]),
    )
    once = pd.Series([item.unique for item in items], dtype=bool) & aimed.notna()
    useful = [
        item.table == "observations" and not any(before < one.annee for one in item.ruptures)
        for item in items
    ]
    none_yet = (
        rows["valeur_initiale"].isna()
        & rows["origine_cible"].ne("implicite")
        & pd.Series(useful, dtype=bool)
    )
    elsewhen = _pas_du(rows)
    lacks = ~rows["renseigne"] & ~elsewhen
    its_year = (year + 1).eq(aimed).fillna(False)
    runs = year.lt((fin or convention.fin).year)
    wanted = [  # for which year, why, of what: the gaps first
        (before, "valeur_initiale", none_yet & ~once),
        (year.mask(once, aimed), A_COMPLETER, lacks),
        (year, "a_confirmer", rows["provisoire"] & ~lacks & ~(once & elsewhen)),
        (year + 1, SUIVANTE, (~once & runs) | (once & elsewhen & its_year)),
    ]
    asked = pd.concat(
        [rows.assign(annee=when, motif=why)[mask.astype(bool)] for when, why, mask in wanted]
    )
    asked = asked.sort_index(kind="stable").astype({"annee": "Int64"})
    return _par_service(asked, catalogue)[list(A_COLLECTER)]


def _par_service(table: pd.DataFrame, catalogue: Catalogue, *puis: str) -> pd.DataFrame:
    """Return the rows in the order of the services, those of nobody last."""
    rank = {name: place for place, name in enumerate(catalogue.responsables)}
    order = table.assign(rang=table["responsable"].map(rank).fillna(len(rank)))
    return order.sort_values(["rang", *puis], kind="stable", ignore_index=True).drop(columns="rang")


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
SUIVANTE = "annee_suivante"
A_COMPLETER = "a_completer"


def manques(
    a_collecter: pd.DataFrame,
    etats: pd.DataFrame,
    suivi: Suivi,
    gabarit: Gabarit,
    *,
    fiche: Fiche,
    convention: Convention,
) -> pd.DataFrame:
    """Return what is missing of a fiche's year, one row a thing to ask; what is not due yet is not
    missing.

    Returns:
        The columns ``COLONNES``: ``responsable`` is the id of a service, ``nature`` one of "etat",
        "valeur", "moyen", "appreciation", ``element`` a modalité, an indicator,
        « signataire/poste » or nothing.
    """
    service = gabarit.parts.de_fiche(fiche)
    today = suivi.bilan.date_arretee
    parts = gabarit.parts
    own = etats[etats["fiche"] == fiche.numero]
    rows = [
        (service, ETAT, row.modalite, row.libelle)
        for row in own[inconnues(own, pd.Timestamp(today))].itertuples()
    ]
    due = []
    if fiche.debut <= today:
        known = _connus(suivi.moyens[suivi.moyens["fiche"] == fiche.numero])[
            ["signataire", "poste"]
        ]
        known = {*known.itertuples(index=False, name=None)}
        parties = [one.id for one in convention.parties]
        due += [
            (
                parts.signataires.get(who, parts.des_moyens(fiche.numero)),
                MOYEN,
                f"{who}/{item.poste}",
                item.poste,
            )
            for item in gabarit.moyens.par_fiche
            for who in (
                gabarit.moyens.signataires(item, parties) if fiche.numero in item.fiches else ()
            )
            if (who, item.poste) not in known
        ]
        if fiche.numero not in {item.fiche for item in suivi.appreciations}:
            due.append((service, APPRECIATION, "", ""))
    values = a_collecter[(a_collecter["fiche"] == fiche.numero) & a_collecter["motif"].ne(SUIVANTE)]
    told = pd.DataFrame([*rows, *due], columns=list(COLONNES[:4])).assign(
        annee=suivi.annee, motif=A_COMPLETER
    )
    values = values.assign(nature=VALEUR, element=values["indicateur"])
    table = pd.concat([told[: len(rows)], values, told[len(rows) :]], ignore_index=True)[
        list(COLONNES)
    ]
    texts = {*COLONNES} - {"annee"}
    return table.astype({"annee": "Int64"} | dict.fromkeys(texts, object)).fillna(
        dict.fromkeys(texts, "")
    )


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
DEPART = "valeur_initiale"


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

    ``demandees`` is what each bilan asked for (see ``a_collecter``): the gaps of all count, the
    initial values of the last. A fiche that has begun is asked for its states, its means when none
    is known, its appreciation.

    Returns:
        The columns ``COLONNES_MANQUES``; ``nature`` is "valeur", "valeur_initiale", "etat", "moyen"
        or "appreciation", ``element`` the indicator or "", ``annees`` the years joined by « ; »,
        ``depart`` that of the initial value of a missing "valeur", when it is missing too.
    """
    order = pd.Index([item.id for fiche in convention.fiches for item in fiche.indicateurs])
    own = [
        one[one["motif"].eq(A_COMPLETER) & one["annee"].eq(year)] for year, one in demandees.items()
    ]
    gaps = pd.concat(own).sort_values("indicateur", key=order.get_indexer, kind="stable")
    starts = demandees[max(demandees)]
    parts = gabarit.parts
    fiches = {fiche.numero for fiche in convention.fiches}
    starts = starts[starts["motif"].eq(DEPART)]
    gaps = gaps.assign(
        depart=gaps["indicateur"].map(starts.set_index("indicateur")["annee"].astype(str))
    )
    alone = starts[~starts["indicateur"].isin(gaps["indicateur"])]
    values = pd.concat([gaps.assign(nature=VALEUR), alone.assign(nature=DEPART)])
    today = {annee: suivi.bilan.date_arretee for annee, suivi in suivis.items()}
    told = {
        ETAT: {
            annee: fiches - {*table.loc[table["statut"].eq(NON_RENSEIGNEE), "fiche"]}
            for annee, table in etats.items()
        },
        MOYEN: {annee: {*_connus(suivi.moyens)["fiche"]} for annee, suivi in suivis.items()},
        APPRECIATION: {
            annee: {item.fiche for item in suivi.appreciations} for annee, suivi in suivis.items()
        },
    }
    due = [
        (
            parts.des_moyens(fiche.numero) if nature == MOYEN else parts.de_fiche(fiche),
            nature,
            fiche.numero,
            annee,
        )
        for nature, years in told.items()
        for fiche in convention.fiches
        for annee, known in years.items()
        if fiche.debut <= today[annee] and fiche.numero not in known
    ]
    others = pd.DataFrame(due, columns=["responsable", "nature", "fiche", "annee"])
    table = pd.concat([values.assign(element=values["indicateur"]), others], ignore_index=True)
    keys = [name for name in COLONNES_MANQUES if name != "annees"]
    texts = ("element", "libelle", "document", "depart")
    table = table.astype({"fiche": "Int64", **dict.fromkeys(texts, object)}).fillna(
        dict.fromkeys(texts, "")
    )
    table = table.groupby(keys, sort=False)["annee"].agg(
        lambda years: SEPARATEUR.join(map(str, years.unique()))
    )
    return _par_service(table.reset_index(name="annees"), catalogue, "fiche")[
        list(COLONNES_MANQUES)
    ]


def _connus(moyens: pd.DataFrame) -> pd.DataFrame:
    return moyens[~moyens["statut"].isin(INCONNUES)]
