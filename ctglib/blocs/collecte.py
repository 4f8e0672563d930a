"""What could be gathered, what is still to be, whom to ask, and what was revised since."""

from collections.abc import Callable

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.indicateurs import PROFILS, mesuree
from ctglib.calculs.collecte import (
    A_COMPLETER,
    APPRECIATION,
    DEPART,
    ETAT,
    MOYEN,
    SEPARATEUR,
    SUIVANTE,
)
from ctglib.calculs.ecriture import INSECABLE, avec_unite, enumerer, majuscule, pourcent
from ctglib.document.blocs import Bloc, Lien, paragraphe
from ctglib.document.tableau import RIEN, Tableau

QUOI = {
    ETAT: "État des modalités",
    MOYEN: "Moyens engagés (équivalents temps plein, euros)",
    APPRECIATION: "Appréciation : réussites, difficultés, perspectives",
}


def tableau_collecte(etude: EtudeAnnuelle) -> Tableau:
    """Return how many indicators are informed, and the rate, service by service, then in all;
    fiches are in the CSV.
    """
    names = services(etude) | {"": "Ensemble"}
    shown = etude.collecte[etude.collecte["groupe"].isin(("responsable", "ensemble"))]
    writers = {
        "valeur_groupe": lambda name: names.get(name, name),
        "taux": lambda rate: "sans objet" if pd.isna(rate) else pourcent(rate, 0),
    }
    shown = shown.sort_values("groupe", ascending=False, kind="stable")
    return etude.tableau("collecte", shown, writers, donnees=etude.collecte)


def tableau_a_collecter(etude: EtudeAnnuelle) -> Tableau | None:
    """Return one row an indicator with the years asked for and why, by service; the CSV has one row
    a year.

    The next year, which all of them are asked for, is said once, in the head of the column and
    under the table.
    """
    asked = etude.a_collecter
    contexte = etude.contexte
    if asked.empty:
        return None
    year = next(iter(asked.loc[asked["motif"].eq(SUIVANTE), "annee"]), None)
    told = (
        asked["annee"].astype(str)
        + " ("
        + asked["motif"].map(lambda why: etude.mot(f"collecte_{why}"))
        + ")"
    )
    rows = asked.assign(
        demande=told.where(asked["motif"].ne(SUIVANTE)), a_completer=asked["motif"].eq(A_COMPLETER)
    )
    keys = ["responsable", "indicateur"]
    grouped = rows.groupby(keys, sort=False)
    rows = rows.drop_duplicates(keys)
    rows = rows.assign(
        demande=grouped["demande"].agg(lambda texts: " ; ".join(texts.dropna()) or RIEN).array,
        a_completer=grouped["a_completer"].any().array,
        service=rows["responsable"].map(services(etude)),
    )

    def ou(row: pd.Series) -> str:
        """Return the document, then who holds it when it is not the service alone, which heads the
        group.
        """
        holder = (
            row.qui.removeprefix(row.service.partition(" (")[0]).lstrip(" ,").removeprefix("et ")
        )
        return majuscule(" ; ".join(filter(None, (row.document, holder))))

    def derniere(row: pd.Series) -> str:
        """Return the last value and its year; a typology that was given refers to its profiles."""
        if pd.notna(row.derniere_valeur):
            value = mesuree(row.indicateur, row.derniere_valeur, row.dernier_statut, contexte)
            return f"{value} en {row.derniere_annee}"
        known = not row.a_completer and contexte.indicateurs[row.indicateur].table == PROFILS
        return etude.mot("voir_les_profils") if known else "aucune"

    writers = {
        "indicateur": lambda name: contexte.indicateurs[name].libelle,
        "ou": ou,
        "derniere": derniere,
    }
    head = etude.mot("collecte_en_plus", annee=year) if year else etude.mot("collecte_demande")
    notes = [year and etude.mot("collecte_pour_tous", annee=year)]
    return etude.tableau(
        "a_collecter",
        rows,
        writers,
        mots={"demande": head},
        donnees=asked,
        groupes=rows["service"],
        notes=notes,
    )


def renvoi_au_dossier() -> Bloc:
    """Return where all that a convention lacks is asked for: what a report of a year without
    follow-up ends with.
    """
    link = Lien("dossier à compléter", "../dossier.html")
    return paragraphe(
        ("Tout ce qui manque à la convention, les lettres et les classeurs à envoyer : ", link, ".")
    )


def ce_qui_manque(etude: EtudeFinale) -> pd.DataFrame:
    """Return what the whole convention lacks, one row a thing, in words: ``service``, ``quoi``,
    ``quand_annees``.
    """
    rows = etude.manques

    def quand(row: pd.Series) -> str:
        """Return « 2023 à 2026 ; 2022 (départ) »."""
        if row.nature == DEPART:
            return f"{row.annees} (départ)"
        years = periodes([int(year) for year in row.annees.split(SEPARATEUR)])
        return f"{years} ; {row.depart} (départ)" if row.depart else years

    return rows.assign(
        service=rows["responsable"].map(services(etude)),
        quoi=rows["nature"].map(QUOI).fillna(rows["libelle"]),
        quand_annees=[quand(row) for row in rows.itertuples()],
    )


def tableau_revisions(
    etude: EtudeAnnuelle, revisions: pd.DataFrame, *, ecran: bool = False
) -> Tableau:
    """Return one row a value that this bilan gives otherwise than last year's: from what, to what,
    and why.
    """
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

    writers = {
        "libelle": libelle,
        "annee": str,
        "ancien": bilan("valeur_ancienne", "statut_ancien"),
        "nouveau": bilan("valeur", "statut"),
        "ecart": ecart,
        "raison": lambda row: majuscule(row.note) or "raison non donnée",
    }
    return etude.tableau("revisions", revisions, writers, ecran=ecran)


def periodes(annees: list[int]) -> str:
    """Return years as a reader says them: « 2023 à 2026 », « 2023 et 2025 ».

    Examples:
        >>> periodes([2023, 2024, 2025]), periodes([2023, 2026])
        ('2023\\xa0à 2025', '2023 et 2026')
    """
    years = pd.Series(annees)
    runs = [list(run) for _, run in years.groupby(years.diff().ne(1).cumsum())]
    told = [
        f"{run[0]}{INSECABLE}à {run[-1]}" if len(run) > 2 else enumerer(list(map(str, run)))
        for run in runs
    ]
    return enumerer(told)


def services(etude: EtudeAnnuelle) -> dict[str, str]:
    """Return the labels of the services, by id, and what is said where there is none."""
    return {name: item.libelle for name, item in etude.catalogue.responsables.items()} | {
        "": "Aucun service désigné"
    }
