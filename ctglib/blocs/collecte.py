"""What could be gathered, what is still to be, whom to ask, and what was revised since."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.indicateurs import PROFILS, mesuree
from ctglib.calculs.collecte import A_COMPLETER, APPRECIATION, DEPART, ETAT, MOYEN, SEPARATEUR, SUIVANTE
from ctglib.document.blocs import Bloc, Lien, paragraphe
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, enumerer, majuscule, nombre, pourcent

REGLE = (
    "Un indicateur compte une fois, renseigné dès qu'une valeur l'est. Ne sont pas attendus : ce qui est sans objet, "
    "ce qui relève d'une fiche non commencée, ce que le classeur calcule."
)
SANS_SERVICE = "Aucun service désigné"
QUOI = {
    ETAT: "État des modalités",
    MOYEN: "Moyens engagés (équivalents temps plein, euros)",
    APPRECIATION: "Appréciation : réussites, difficultés, perspectives",
}
COMPTES = {
    "attendus": "Attendus",
    "renseignes": "Renseignés",
    "provisoires": "dont provisoires",
    "non_transmis": "Non transmis",
    "non_disponibles": "Non disponibles",
}
LONG = "texte-long"
SOURCE_DES_MANQUES = "relevé des fichiers de suivi ; catalogue du classeur d'évaluation"


def tableau_collecte(etude: EtudeAnnuelle) -> Tableau:
    """Return how many indicators are informed, and the rate, service by service, then in all; fiches are in the CSV."""
    names = {name: item.libelle for name, item in etude.catalogue.responsables.items()} | {"": "Ensemble"}
    shown = etude.collecte[etude.collecte["groupe"].isin(("responsable", "ensemble"))]
    columns = [
        Colonne("valeur_groupe", "Service", ecrire=lambda name: names.get(name, name)),
        *(Colonne(key, label, True, ecrire=nombre) for key, label in COMPTES.items()),
        Colonne("taux", "Taux", True, ecrire=lambda rate: "sans objet" if pd.isna(rate) else pourcent(rate, 0)),
    ]
    shown, title = shown.sort_values("groupe", ascending=False, kind="stable"), f"Indicateurs renseignés, {etude.lieu}"
    return etude.contexte.tableau(shown, columns, "collecte", title, donnees=etude.collecte, notes=[REGLE])


def tableau_a_collecter(etude: EtudeAnnuelle) -> Tableau | None:
    """Return one row an indicator with the years asked for and why, by service; the CSV has one row a year.

    The next year, which all of them are asked for, is said once, in the head of the column and under the table.
    """
    asked, contexte, words = etude.a_collecter, etude.contexte, etude.catalogue.evaluation.mots
    if asked.empty:
        return None
    year = next(iter(asked.loc[asked["motif"].eq(SUIVANTE), "annee"]), None)
    told = asked["annee"].astype(str) + " (" + asked["motif"].map(lambda why: words[f"collecte_{why}"]) + ")"
    rows = asked.assign(demande=told.where(asked["motif"].ne(SUIVANTE)), a_completer=asked["motif"].eq(A_COMPLETER))
    keys = ["responsable", "indicateur"]
    grouped, rows = rows.groupby(keys, sort=False), rows.drop_duplicates(keys)
    rows = rows.assign(
        demande=grouped["demande"].agg(lambda texts: " ; ".join(texts.dropna()) or RIEN).array,
        a_completer=grouped["a_completer"].any().array,
        service=rows["responsable"].map(lambda name: nom_du_service(etude, name)),
    )

    def ou(row: pd.Series) -> str:
        """Return the document, then who holds it when it is not the service alone, which heads the group."""
        holder = row.qui.removeprefix(row.service.partition(" (")[0]).lstrip(" ,").removeprefix("et ")
        return majuscule(" ; ".join(filter(None, (row.document, holder))))

    def derniere(row: pd.Series) -> str:
        """Return the last value and its year; a typology that was given refers to its profiles."""
        if pd.notna(row.derniere_valeur):
            value = mesuree(row.indicateur, row.derniere_valeur, row.dernier_statut, contexte)
            return f"{value} en {row.derniere_annee}"
        known = not row.a_completer and contexte.indicateurs[row.indicateur].table == PROFILS
        return words["voir_les_profils"] if known else "aucune"

    columns = [
        Colonne("indicateur", "Indicateur", ecrire=lambda name: contexte.indicateurs[name].libelle),
        Colonne("fiche", "Fiche", True, ecrire=str),
        Colonne("demande", "Ce qui est demandé" if year is None else f"En plus de {year}"),
        Colonne("ou", "Où le trouver", ecrire=ou),
        Colonne("derniere", "Dernière valeur connue", ecrire=derniere),
    ]
    title = f"Ce que le prochain bilan demande, par service, {contexte.territoire.nom}"
    source = f"{contexte.source} ; catalogue du classeur d'évaluation"
    notes = [year and words["collecte_pour_tous"].format(annee=year)]
    return contexte.tableau(
        rows, columns, "a-collecter", title, donnees=asked, source=source, groupes=rows["service"], notes=notes,
        classe=LONG, ecran=True,
    )  # fmt: skip


def renvoi_au_dossier() -> Bloc:
    """Return where all that a convention lacks is asked for: what a report of a year without follow-up ends with."""
    link = Lien("dossier à compléter", "../dossier.html")
    return paragraphe(("Tout ce qui manque à la convention, les lettres et les classeurs à envoyer : ", link, "."))


def ce_qui_manque(etude: EtudeFinale) -> pd.DataFrame:
    """Return what the whole convention lacks, one row a thing, in words: ``service``, ``quoi``, ``quand_annees``."""
    rows = etude.elements_manquants

    def quand(row: pd.Series) -> str:
        """Return « 2023 à 2026 ; 2022 (départ) »."""
        if row.nature == DEPART:
            return f"{row.annees} (départ)"
        years = periodes([int(year) for year in row.annees.split(SEPARATEUR)])
        return f"{years} ; {row.depart} (départ)" if row.depart else years

    return rows.assign(
        service=rows["responsable"].map(lambda name: nom_du_service(etude, name)),
        quoi=rows["nature"].map(QUOI).fillna(rows["libelle"]),
        quand_annees=[quand(row) for row in rows.itertuples()],
    )


def colonnes_de_ce_qui_manque(*autres: Colonne) -> list[Colonne]:
    """Return how ``ce_qui_manque`` is shown, with other columns before the document where it is found."""
    return [
        Colonne("quoi", "Ce qui manque"),
        Colonne("fiche", "Fiche", True, ecrire=str),
        Colonne("quand_annees", "Années"),
        *autres,
        Colonne("document", "Où le trouver", ecrire=lambda text: majuscule(text) or RIEN),
    ]


def tableau_revisions(etude: EtudeAnnuelle, revisions: pd.DataFrame, *, ecran: bool = False) -> Tableau:
    """Return one row a value that this bilan gives otherwise than last year's: from what, to what, and why."""
    contexte = etude.contexte

    def libelle(row: pd.Series) -> str:
        detail = f" ({etude.modalite(row.dimension, row.modalite)})" if row.dimension else ""
        return contexte.indicateurs[row.indicateur].libelle + detail

    def ecart(row: pd.Series) -> str:
        if pd.isna(row.valeur) or pd.isna(row.valeur_ancienne):
            return RIEN
        item = contexte.indicateurs[row.indicateur]
        symbol = contexte.unites[item.unite].symbole
        return avec_unite(row.valeur - row.valeur_ancienne, symbol, item.decimales, signe=True)

    def bilan(valeur: str, statut: str) -> Callable[[pd.Series], str]:
        return lambda row: contexte.valeur(row.indicateur, row[valeur], row[statut])

    columns = [
        Colonne("libelle", "Indicateur", ecrire=libelle),
        Colonne("annee", "Année", True, ecrire=str),
        Colonne("ancien", f"Bilan {etude.annee - 1}", True, ecrire=bilan("valeur_ancienne", "statut_ancien")),
        Colonne("nouveau", f"Bilan {etude.annee}", True, ecrire=bilan("valeur", "statut")),
        Colonne("ecart", "Écart", True, ecrire=ecart),
        Colonne("raison", "Pourquoi", ecrire=lambda row: majuscule(row.note) or "raison non donnée"),
    ]
    title = f"Chiffres révisés depuis le bilan {etude.annee - 1}, {contexte.territoire.nom}"
    return contexte.tableau(revisions, columns, "revisions", title, ecran=ecran)


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


def nom_du_service(etude: EtudeAnnuelle, nom: str) -> str:
    """Return the label of a service."""
    known = etude.catalogue.responsables
    return known[nom].libelle if nom in known else SANS_SERVICE
