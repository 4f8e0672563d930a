"""What was informed, what is to be collected, and whom to ask: of a year, of a fiche's year, of a whole convention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.etats import NON_RENSEIGNEE, inconnues
from ctglib.calculs.moyens import ABSENCES
from ctglib.donnees.statuts import PROVISOIRES, Statut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles import Date
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.gabarit import Gabarit
    from ctglib.donnees.suivi.objets import Suivi

TAUX = (
    "groupe", "valeur_groupe", "attendus", "renseignes", "provisoires", "non_transmis", "non_disponibles", "sans_objet",
    "taux",
)  # fmt: skip
A_COLLECTER = (
    "responsable", "fiche", "indicateur", "libelle", "definition", "unite", "dimension", "annee", "motif", "qui",
    "quand", "document", "derniere_valeur", "derniere_annee", "dernier_statut",
)  # fmt: skip
PAS_COMMENCE = "non_commencee"
GROUPES = ("fiche", "responsable")


def taux_de_collecte(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return how many indicators of the year are informed, in all, by fiche and by service.

    An indicator counts once, informed as soon as the whole or one of its modalités is; suppressed counts as informed.
    « Sans objet » is not expected, nor is what a fiche that has not begun did not give, nor what nobody is asked for
    (see ``demandes``); « non disponible » is expected and not informed.

    Args:
        evaluation: What ``evaluer`` returns.

    Returns:
        The columns ``TAUX``: ``groupe`` is "ensemble", "fiche" or "responsable", ``valeur_groupe`` its number or id as
        text; ``taux`` in %, missing when nothing is expected.
    """
    items = _indicateurs(demandes(evaluation))
    rows = [("ensemble", "", items)]
    for groupe in GROUPES:
        rows += [(groupe, str(name), group) for name, group in items.groupby(groupe, sort=False)]
    table = pd.DataFrame([_compter(*row) for row in rows], columns=list(TAUX))
    return table.astype(dict.fromkeys(TAUX[2:-1], "Int64") | {"taux": "float64"})


def demandes(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of what somebody is asked for: neither computed by the workbook nor optional."""
    return evaluation[~evaluation["calcule"] & ~evaluation["facultatif"]]


def _indicateurs(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return one row an indicator: that of its whole, informed if any of its rows is."""
    informed = evaluation.groupby("indicateur")["renseigne"].transform("any")
    provisional = evaluation["statut"].isin(PROVISOIRES).groupby(evaluation["indicateur"]).transform("any")
    return evaluation.assign(renseigne=informed, provisoire=provisional)[evaluation["dimension"].eq("")]


def _compter(groupe: str, nom: str, items: pd.DataFrame) -> tuple[object, ...]:
    informed = items["renseigne"]
    useless = ~informed & (items["statut"].eq(Statut.SANS_OBJET) | items["raison"].eq(PAS_COMMENCE))
    missing = ~informed & ~useless & items["statut"].eq(Statut.NON_DISPONIBLE)
    expected = len(items) - int(useless.sum())
    found = int(informed.sum())
    return (
        groupe,
        nom,
        expected,
        found,
        int(items["provisoire"].sum()),
        expected - found - int(missing.sum()),
        int(missing.sum()),
        int(useless.sum()),
        100 * found / expected if expected else None,
    )


def a_collecter(
    evaluation: pd.DataFrame, catalogue: Catalogue, convention: Convention, *, fin: Date | None = None
) -> pd.DataFrame:
    """Return what the next collection asks for, service by service, in the order of the fiches.

    Every indicator for the next year while the convention runs; this year's when it is missing or provisional; the
    initial value where there is none. What is awaited once is asked for its own year alone, until it is known; what is
    optional, or computed, is asked from nobody.

    Args:
        evaluation: What ``evaluer`` returns for the year.
        catalogue: The meanings: definition, who, when, from which document.
        convention: Its years.
        fin: Its last day when an avenant changed it.

    Returns:
        The columns ``A_COLLECTER``; ``motif`` is "annee_suivante", "a_completer", "a_confirmer" or "valeur_initiale".
    """
    rows, last = [], (fin or convention.fin).year
    for _, row in _indicateurs(demandes(evaluation)).iterrows():
        indicateur = catalogue.indicateurs_fiches[row["indicateur"]]
        wanted = _demandes(row, indicateur, debut=convention.debut.year, fin=last)
        rows += [_demande(row, indicateur, *item) for item in wanted]
    rank = {name: place for place, name in enumerate(catalogue.responsables)}
    table = pd.DataFrame(rows, columns=list(A_COLLECTER)).astype(
        {"fiche": "Int64", "annee": "Int64", "derniere_annee": "Int64", "derniere_valeur": "float64"}
    )
    order = table["responsable"].map(lambda name: rank.get(name, len(rank))).sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _demandes(row: pd.Series, indicateur: Indicateur, *, debut: int, fin: int) -> list[tuple[int, str]]:
    """Return the years asked for and why: the gaps first, then the next year."""
    annee, wanted = int(row["annee"]), []
    if indicateur.unique and pd.notna(row["annee_cible"]):
        return _demande_unique(row, annee, int(row["annee_cible"]))
    if _attend_une_valeur_initiale(row, indicateur, debut - 1):
        wanted.append((debut - 1, "valeur_initiale"))
    if not row["renseigne"] and row["statut"] != Statut.SANS_OBJET and row["raison"] != PAS_COMMENCE:
        wanted.append((annee, "a_completer"))
    elif row["provisoire"]:
        wanted.append((annee, "a_confirmer"))
    if annee < fin:
        wanted.append((annee + 1, "annee_suivante"))
    return wanted


def _demande_unique(row: pd.Series, annee: int, attendue: int) -> list[tuple[int, str]]:
    """Return the one year asked of what is awaited once, until it is known."""
    if row["statut"] == Statut.SANS_OBJET or row["raison"] == PAS_COMMENCE:
        return [(annee + 1, "annee_suivante")] if annee + 1 == attendue else []
    if not row["renseigne"]:
        return [(attendue, "a_completer")]
    return [(annee, "a_confirmer")] if row["provisoire"] else []


def _attend_une_valeur_initiale(row: pd.Series, indicateur: Indicateur, avant: int) -> bool:
    """Tell whether one is missing and would serve: not before a break, not for a threshold, not for a typology."""
    broken = any(avant < item.annee for item in indicateur.ruptures)
    measured = indicateur.table == "observations"
    return measured and pd.isna(row["valeur_initiale"]) and not broken and row["origine_cible"] != "implicite"


def _demande(row: pd.Series, indicateur: Indicateur, annee: int, motif: str) -> dict[str, object]:
    collecte = indicateur.collecte
    known = pd.notna(row["valeur"])
    return {
        **{name: row[name] for name in ("responsable", "fiche", "indicateur", "libelle", "unite")},
        "definition": indicateur.definition,
        "dimension": indicateur.dimension or "",
        "annee": annee,
        "motif": motif,
        "qui": collecte.qui if collecte else "",
        "quand": collecte.quand if collecte else "",
        "document": collecte.document if collecte else "",
        "derniere_valeur": row["valeur"] if known else row["valeur_precedente"],
        "derniere_annee": row["annee"] if known else row["annee_precedente"],
        "dernier_statut": row["statut"] if known else row["statut_precedent"],
    }


COLONNES = ("responsable", "nature", "element", "libelle", "annee", "motif", "qui", "quand", "document")
ETAT, VALEUR, MOYEN, APPRECIATION = "etat", "valeur", "moyen", "appreciation"
SUIVANTE, A_COMPLETER = "annee_suivante", "a_completer"


def manques(
    a_collecter: pd.DataFrame,
    etats: pd.DataFrame,
    suivi: Suivi,
    gabarit: Gabarit,
    *,
    fiche: Fiche,
    convention: Convention,
) -> pd.DataFrame:
    """Return what is missing of a fiche's year, one row a thing to ask; what is not due yet is not missing.

    Args:
        a_collecter: What ``ctglib.calculs.collecte.a_collecter`` returns; next year's is left out.
        etats: The states of the year.
        suivi: What was handed in for the year.
        gabarit: Which service fills what in the yearly workbook.
        fiche: The fiche.
        convention: Its parties.

    Returns:
        The columns ``COLONNES``: ``responsable`` is the id of a service, ``nature`` one of "etat", "valeur", "moyen",
        "appreciation", ``element`` a modalité, an indicator, « signataire/poste » or nothing.
    """
    begun = fiche.debut <= suivi.bilan.date_arretee
    values = a_collecter[(a_collecter["fiche"] == fiche.numero) & a_collecter["motif"].ne(SUIVANTE)]
    rows = [*_etats(etats, suivi, fiche, service=gabarit.parts.de_fiche(fiche))]
    rows += [{**row, "nature": VALEUR, "element": row["indicateur"]} for row in values.to_dict("records")]
    if begun:
        rows += _moyens(suivi, gabarit, fiche, convention)
        if fiche.numero not in {item.fiche for item in suivi.appreciations}:
            rows.append(_ligne(gabarit.parts.de_fiche(fiche), APPRECIATION, "", "", suivi.annee))
    table = pd.DataFrame(rows, columns=list(COLONNES)).astype({"annee": "Int64"})
    return table.fillna({name: "" for name in COLONNES if name != "annee"})


def _etats(etats: pd.DataFrame, suivi: Suivi, fiche: Fiche, *, service: str) -> Iterator[dict[str, object]]:
    own = etats[etats["fiche"] == fiche.numero]
    for row in own[inconnues(own, pd.Timestamp(suivi.bilan.date_arretee))].itertuples():
        yield _ligne(service, ETAT, row.modalite, row.libelle, suivi.annee)


def _moyens(suivi: Suivi, gabarit: Gabarit, fiche: Fiche, convention: Convention) -> Iterator[dict[str, object]]:
    """Yield the means that the yearly workbook asks for this fiche and that nobody told."""
    told = _connus(suivi.moyens[suivi.moyens["fiche"] == fiche.numero])
    known = set(zip(told["signataire"], told["poste"], strict=True))
    parties = [partie.id for partie in convention.parties]
    parts = gabarit.parts
    for item in gabarit.moyens.par_fiche:
        for signataire in gabarit.moyens.signataires(item, parties) if fiche.numero in item.fiches else ():
            if (signataire, item.poste) not in known:
                service = parts.signataires.get(signataire, parts.des_moyens(fiche.numero))
                yield _ligne(service, MOYEN, f"{signataire}/{item.poste}", item.poste, suivi.annee)


def _ligne(service: str, nature: str, element: str, libelle: str, annee: int) -> dict[str, object]:
    told = {"element": element, "libelle": libelle, "annee": annee, "motif": A_COMPLETER}
    return {"responsable": service, "nature": nature, **told}


COLONNES_MANQUES = ("responsable", "nature", "fiche", "element", "libelle", "annees", "document")
DEPART = "valeur_initiale"
SEPARATEUR = ";"


def manques_finaux(
    convention: Convention,
    catalogue: Catalogue,
    suivis: Mapping[int, Suivi],
    evaluations: Mapping[int, pd.DataFrame],
    etats: Mapping[int, pd.DataFrame],
    *,
    parcours: pd.DataFrame,
    gabarit: Gabarit,
) -> pd.DataFrame:
    """Return one row a thing to ask, service by service, with all the years that it is missing for.

    A fiche asks for nothing before the year in which it begins. What is optional, or computed, is asked from nobody.

    Returns:
        The columns ``COLONNES``; ``nature`` is "valeur", "valeur_initiale", "etat", "moyen" or "appreciation",
        ``element`` the indicator or "", ``annees`` the years joined by « ; ».
    """
    start = {fiche.numero: fiche.debut.year for fiche in convention.fiches}
    services = {fiche.numero: gabarit.parts.de_fiche(fiche) for fiche in convention.fiches}
    appraised = {annee: {item.fiche for item in suivi.appreciations} for annee, suivi in suivis.items()}
    paid = {annee: set(_connus(suivi.moyens)["fiche"].dropna()) for annee, suivi in suivis.items()}
    unknown = {annee: set(table.loc[table["statut"].eq(NON_RENSEIGNEE), "fiche"]) for annee, table in etats.items()}

    def par_fiche(nature: str, annees: Iterable[int], manque: Callable[[int, int], bool]) -> Iterator[tuple]:
        """Yield the fiches of which something is missing, with the years that it is missing for."""
        for fiche, debut in start.items():
            if years := [annee for annee in annees if annee >= debut and manque(fiche, annee)]:
                service = gabarit.parts.des_moyens(fiche) if nature == MOYEN else services[fiche]
                yield service, nature, fiche, "", "", _joindre(years), ""

    rows = [
        *_valeurs(evaluations, parcours, catalogue, start),
        *_departs(parcours, catalogue, convention.debut.year - 1),
        *par_fiche(ETAT, etats, lambda fiche, annee: fiche in unknown[annee]),
        *par_fiche(MOYEN, suivis, lambda fiche, annee: fiche not in paid[annee]),
        *par_fiche(APPRECIATION, suivis, lambda fiche, annee: fiche not in appraised[annee]),
    ]
    rank = {name: place for place, name in enumerate(catalogue.responsables)}
    table = pd.DataFrame(rows, columns=list(COLONNES_MANQUES)).astype({"fiche": "Int64"})
    order = table.assign(rang=table["responsable"].map(lambda name: rank.get(name, len(rank))))
    return order.sort_values(["rang", "fiche"], kind="stable").drop(columns="rang").reset_index(drop=True)


def _valeurs(
    evaluations: Mapping[int, pd.DataFrame], parcours: pd.DataFrame, catalogue: Catalogue, start: Mapping[int, int]
) -> Iterator[tuple[object, ...]]:
    missing: dict[str, list[int]] = {}
    for annee, table in evaluations.items():
        told = set(table.loc[table["renseigne"] | table["statut"].eq(Statut.SANS_OBJET), "indicateur"])
        for row in demandes(table[table["dimension"].eq("")]).itertuples():
            # What is awaited once is, in the year of its target alone.
            unique = catalogue.indicateurs_fiches[row.indicateur].unique and not pd.isna(row.annee_cible)
            if (
                annee >= start[row.fiche]
                and (not unique or annee == int(row.annee_cible))
                and row.indicateur not in told
            ):
                missing.setdefault(row.indicateur, []).append(annee)
    for row in parcours[parcours["indicateur"].isin(list(missing))].itertuples():
        years = missing[row.indicateur]
        yield (row.responsable, VALEUR, row.fiche, row.indicateur, row.libelle, _joindre(years), _ou(row, catalogue))


def _departs(parcours: pd.DataFrame, catalogue: Catalogue, avant: int) -> Iterator[tuple[object, ...]]:
    """Yield the initial values that would serve: not of a typology, nor of what is computed, nor before a break."""
    rows = parcours[parcours["valeur_initiale"].isna() & parcours["table"].eq("observations") & ~parcours["calcule"]]
    for row in rows[rows["origine_cible"].ne("implicite")].itertuples():
        item = catalogue.indicateurs_fiches[row.indicateur]
        if not item.ruptures and not item.facultatif:
            yield (row.responsable, DEPART, row.fiche, row.indicateur, row.libelle, str(avant), _ou(row, catalogue))


def _connus(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the means that somebody told."""
    return moyens[~moyens["statut"].isin(ABSENCES)]


def _ou(row: object, catalogue: Catalogue) -> str:
    collecte = catalogue.indicateurs_fiches[row.indicateur].collecte
    return collecte.document if collecte else ""


def _joindre(annees: list[int]) -> str:
    return SEPARATEUR.join(str(annee) for annee in annees)
