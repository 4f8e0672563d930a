"""What could be gathered, what is still to be, whom to ask, and what was revised since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.indicateurs import PROFILS, mesuree
from ctglib.calculs.collecte import (
    A_COMPLETER,
    APPRECIATION,
    DEPART,
    ETAT,
    MOYEN,
    SEPARATEUR,
    SUIVANTE,
    VALEUR,
)
from ctglib.document.blocs import Lien, paragraphe
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, enumerer, majuscule, nombre, pourcent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.blocs.cadre import Cadre
    from ctglib.document.blocs import Bloc
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Responsable
    from ctglib.donnees.modeles.evaluation import Evaluation

REGLE = (
    "Un indicateur compte une fois, renseigné dès qu'une valeur l'est. Ne sont pas attendus : ce qui est sans objet, "
    "ce qui relève d'une fiche non commencée, ce que le classeur calcule."
)
SANS_SERVICE, SANS_RAISON, AUCUNE = "Aucun service désigné", "raison non donnée", "aucune"
POINTS = "Réussites, difficultés, perspectives"
QUOI = {
    ETAT: "État des modalités",
    MOYEN: "Moyens engagés (équivalents temps plein, euros)",
    APPRECIATION: "Appréciation : réussites, difficultés, perspectives",
}


def tableau_collecte(etude: EtudeAnnuelle) -> Tableau:
    """Return how many indicators are informed, and the rate, service by service, then in all; fiches are in the CSV."""
    names = {name: item.libelle for name, item in etude.catalogue.responsables.items()} | {"": "Ensemble"}
    counts = {
        "attendus": "Attendus",
        "renseignes": "Renseignés",
        "provisoires": "dont provisoires",
        "non_transmis": "Non transmis",
        "non_disponibles": "Non disponibles",
    }
    shown = etude.collecte[etude.collecte["groupe"].isin(("responsable", "ensemble"))]
    return Tableau.de(
        shown.sort_values("groupe", ascending=False, kind="stable"),
        [
            Colonne("valeur_groupe", "Service", ecrire=lambda name: names.get(name, name)),
            *(Colonne(key, label, numerique=True, ecrire=nombre) for key, label in counts.items()),
            Colonne("taux", "Taux", numerique=True, ecrire=lambda x: "sans objet" if pd.isna(x) else pourcent(x, 0)),
        ],
        nom="collecte",
        titre=f"Indicateurs renseignés, {etude.contexte.territoire.nom}, {etude.annee}",
        donnees=etude.collecte,
        source=etude.contexte.source,
        notes=(REGLE,),
    )


def tableau_a_collecter(etude: EtudeAnnuelle) -> Tableau | None:
    """Return one row an indicator with the years asked for and why, by service; the CSV has one row a year.

    The next year, which all of them are asked for, is said once, in the head of the column and under the table.
    """
    asked, contexte, words = etude.a_collecter, etude.contexte, etude.catalogue.evaluation.mots
    if asked.empty:
        return None
    following = asked.loc[asked["motif"].eq(SUIVANTE), "annee"]
    year = int(following.iloc[0]) if len(following) else None
    own = asked["motif"].ne(SUIVANTE)
    told = asked["annee"].astype(str) + " (" + asked["motif"].map(lambda why: words[f"collecte_{why}"]) + ")"
    keys = ["responsable", "indicateur"]
    grouped = asked.assign(demande=told.where(own, ""), a_completer=asked["motif"].eq(A_COMPLETER)).groupby(
        keys, sort=False
    )
    rows = asked.drop_duplicates(keys).set_index(keys)
    rows = rows.assign(
        demande=grouped["demande"].agg(lambda texts: " ; ".join(filter(None, texts))),
        a_completer=grouped["a_completer"].any(),
    ).reset_index()
    services = rows["responsable"].map(lambda name: _service(name, etude.catalogue.responsables))
    return Tableau.de(
        rows.assign(service=services),
        [
            Colonne("indicateur", "Indicateur", ecrire=lambda name: contexte.indicateurs[name].libelle),
            Colonne("fiche", "Fiche", numerique=True, ecrire=str),
            Colonne("demande", "Ce qui est demandé" if year is None else f"En plus de {year}", ecrire=_ou_rien),
            Colonne("ou", "Où le trouver", ecrire=_ou),
            Colonne("derniere", "Dernière valeur connue", ecrire=lambda row: _derniere(row, contexte, words)),
        ],
        nom="a-collecter",
        titre=f"Ce que le prochain bilan demande, par service, {contexte.territoire.nom}",
        donnees=asked,
        source=f"{contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(services),
        notes=() if year is None else (words["collecte_pour_tous"].format(annee=year),),
        classe="texte-long",
        ecran=True,
    )


def tableau_manques_suivi(
    manques: pd.DataFrame,
    responsables: Mapping[str, Responsable],
    mots: Evaluation,
    contexte: Contexte,
    *,
    titre: str,
    poste: Callable[[str], tuple[str, str]],
    departs: Mapping[str, str] | None = None,
) -> Tableau:
    """Return what to ask of a fiche, service by service; the CSV has one row a thing, with where it is found.

    Args:
        manques: As ``ctglib.calculs.collecte.manques`` returns them.
        responsables: The services by id.
        mots: The words of the reasons.
        contexte: The labels of the indicators and the source.
        titre: Caption.
        poste: The signatory and the label of a means « signataire/poste ».
        departs: The initial values to recall beside the name of an indicator, by indicator.
    """
    labels = {
        name: f"{contexte.indicateurs[name].libelle} (départ : {value})" for name, value in (departs or {}).items()
    }
    known = manques["responsable"].unique()
    services = [name for name in responsables if name in known] + [name for name in known if name not in responsables]
    rows = [
        (_service(service, responsables), *line)
        for service in services
        for line in _demandes(manques[manques["responsable"] == service], mots, contexte, poste, labels)
    ]
    table = pd.DataFrame(rows, columns=["service", "quoi", "detail"])
    return Tableau.de(
        table,
        [Colonne("quoi", "Ce qui manque"), Colonne("detail", "Pour quoi")],
        nom="manques",
        titre=titre,
        donnees=manques,
        source=contexte.source,
        groupes=tuple(table["service"]),
    )


def renvoi_au_dossier() -> Bloc:
    """Return where all that a convention lacks is asked for: what a report of a year without follow-up ends with."""
    link = Lien("dossier à compléter", "../dossier.html")
    return paragraphe(("Tout ce qui manque à la convention, les lettres et les classeurs à envoyer : ", link, "."))


def tableau_manques_finaux(
    manques: pd.DataFrame, responsables: Mapping[str, Responsable], cadre: Cadre
) -> Tableau | None:
    """Return what the whole convention lacks, one row a thing, all its years at once; None when nothing is missing.

    The initial value of an indicator joins the row of its years.

    Args:
        manques: As ``ctglib.calculs.collecte.manques_finaux`` returns them.
        responsables: The services by id.
        cadre: The words.
    """
    if manques.empty:
        return None
    starts = manques[manques["nature"] == DEPART].set_index("element")["annees"]
    valued = manques.loc[manques["nature"] == VALEUR, "element"]
    kept = manques[manques["nature"].ne(DEPART) | ~manques["element"].isin(valued)]

    def quand(row: pd.Series) -> str:
        alone = row.nature == DEPART
        initial = row.annees if alone else starts.get(row.element, "") if row.nature == VALEUR else ""
        years = "" if alone else periodes([int(year) for year in row.annees.split(SEPARATEUR)])
        return " ; ".join(part for part in (f"{initial} (départ)" if initial else "", years) if part)

    return Tableau.de(
        kept,
        [
            Colonne("quoi", "Ce qui manque", ecrire=lambda row: QUOI.get(row.nature) or row.libelle),
            Colonne("fiche", "Fiche", numerique=True, ecrire=str),
            Colonne("quand", "Années", ecrire=quand),
            Colonne("document", "Où le trouver", ecrire=lambda text: majuscule(text) or RIEN),
        ],
        nom="manques",
        titre=f"Ce qui manque, et à qui le demander, {cadre.lieu_et_dates}",
        donnees=manques,
        source="relevé des fichiers de suivi ; catalogue du classeur d'évaluation",
        groupes=tuple(responsables[name].libelle if name in responsables else name for name in kept["responsable"]),
        classe="texte-long",
    )


def tableau_revisions(
    revisions: pd.DataFrame, contexte: Contexte, *, annee: int, modalite: Callable[[str, str], str]
) -> Tableau:
    """Return one row a value that this bilan gives otherwise than last year's: from what, to what, and why.

    Args:
        revisions: As ``ctglib.calculs.suivi.revisions`` returns them.
        contexte: The words.
        annee: Year of the bilan.
        modalite: The label of a modalité of a dimension.
    """

    def libelle(row: pd.Series) -> str:
        detail = f" ({modalite(row.dimension, row.modalite)})" if row.dimension else ""
        return contexte.indicateurs[row.indicateur].libelle + detail

    def ecart(row: pd.Series) -> str:
        if pd.isna(row.valeur) or pd.isna(row.valeur_ancienne):
            return RIEN
        item = contexte.indicateurs[row.indicateur]
        symbol = contexte.unites[item.unite].symbole
        return avec_unite(row.valeur - row.valeur_ancienne, symbol, item.decimales, signe=True)

    return Tableau.de(
        revisions,
        [
            Colonne("libelle", "Indicateur", ecrire=libelle),
            Colonne("annee", "Année", numerique=True, ecrire=str),
            Colonne(
                "ancien", f"Bilan {annee - 1}", True, "",
                lambda row: contexte.valeur(row.indicateur, row.valeur_ancienne, row.statut_ancien),
            ),
            Colonne(
                "nouveau", f"Bilan {annee}", True, "",
                lambda row: contexte.valeur(row.indicateur, row.valeur, row.statut),
            ),
            Colonne("ecart", "Écart", numerique=True, ecrire=ecart),
            Colonne("raison", "Pourquoi", ecrire=lambda row: majuscule(row.note) or SANS_RAISON),
        ],
        nom="revisions",
        titre=f"Chiffres révisés depuis le bilan {annee - 1}, {contexte.territoire.nom}",
        source=contexte.source,
    )  # fmt: skip


def periodes(annees: list[int]) -> str:
    """Return years as a reader says them: « 2023 à 2026 », « 2023 et 2025 ».

    Examples:
        >>> periodes([2023, 2024, 2025]), periodes([2023, 2026])
        ('2023\\xa0à 2025', '2023 et 2026')
    """
    years = pd.Series(annees)
    runs = [list(run) for _, run in years.groupby(years.diff().ne(1).cumsum())]
    return enumerer(
        [f"{run[0]}{INSECABLE}à {run[-1]}" if len(run) > 2 else enumerer(list(map(str, run))) for run in runs]
    )


def _service(nom: str, responsables: Mapping[str, Responsable]) -> str:
    return responsables[nom].libelle if nom in responsables else SANS_SERVICE


def _ou_rien(texte: str) -> str:
    return texte or RIEN


def _ou(row: pd.Series) -> str:
    """Return the document, then who holds it when it is not the service alone, which heads the group."""
    holder = row.qui.removeprefix(row.service.partition(" (")[0]).lstrip(" ,").removeprefix("et ")
    return majuscule(" ; ".join(text for text in (row.document, holder) if text))


def _derniere(row: pd.Series, contexte: Contexte, mots: Mapping[str, str]) -> str:
    """Return the last value and its year; a typology that was given refers to its profiles."""
    if pd.notna(row.derniere_valeur):
        value = mesuree(row.indicateur, row.derniere_valeur, row.dernier_statut, contexte)
        return f"{value} en {row.derniere_annee}"
    known = not row.a_completer and contexte.indicateurs[row.indicateur].table == PROFILS
    return mots["voir_les_profils"] if known else AUCUNE


def _demandes(
    rows: pd.DataFrame,
    mots: Evaluation,
    contexte: Contexte,
    poste: Callable[[str], tuple[str, str]],
    labels: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Yield the rows of a service: states, then values by years asked for, means, appreciation."""
    states, values, means = (rows[rows["nature"] == nature] for nature in (ETAT, VALEUR, MOYEN))
    if len(states):
        noun = "Modalités" if len(states) > 1 else "Modalité"
        yield f"État en {states['annee'].iloc[0]}", f"{noun} {enumerer(list(states['element']))}"
    asked: dict[str, list[str]] = {}
    for name, group in values.groupby("element", sort=False):
        latest = group.sort_values("annee", ascending=False)
        years = zip(latest["motif"], latest["annee"], strict=True)
        what = enumerer([mots.mots[f"manque_{motif}"].format(annee=annee) for motif, annee in years])
        asked.setdefault(f"Valeur de {what}", []).append(labels.get(name, contexte.indicateurs[name].libelle))
    yield from ((what, " ; ".join(names)) for what, names in asked.items())
    payers: dict[str, list[str]] = {}
    for signataire, label in map(poste, means["element"]):
        payers.setdefault(signataire, []).append(label)
    for signataire, lines in payers.items():
        yield f"Moyens en {means['annee'].iloc[0]}", f"{signataire} : {' ; '.join(lines)}"
    if (rows["nature"] == APPRECIATION).any():
        yield f"Appréciation de {rows['annee'].max()}", POINTS
