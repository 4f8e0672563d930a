"""Each indicator over the convention, then the fiches by year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import RIEN, signer, sur
from ctglib.blocs.indicateurs import avec_annee
from ctglib.blocs.moyens import tableau_moyens_realisations
from ctglib.blocs.natures import lots
from ctglib.calculs.annees import annees, avec_reperes
from ctglib.calculs.parcours import etats_par_annee, verdicts_par_annee
from ctglib.document.blocs import Groupe, suite
from ctglib.document.mesures import BANDE, IMPLICITE, bande, legende, marquer, petits_publies
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter
from ctglib.graphiques.grille import grille
from ctglib.graphiques.trajectoires import trajectoires

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.cadre import Cadre
    from ctglib.blocs.fin import EtudeFinale
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.evaluation import Evaluation

DEUX_POINTS = 2  # a single point draws no way
DEPART = ("indicateur", "annee_initiale", "valeur_initiale")


@dataclass(frozen=True)
class Trajectoires:
    """The indicators and the states over the whole convention."""

    etude: EtudeFinale

    @cached_property
    def series(self) -> pd.DataFrame:
        """The values of the indicators by year, the written initial value in its own; ``fiche`` beside."""
        etude = self.etude
        names = etude.parcours.loc[etude.parcours["table"].eq("observations"), "indicateur"]
        rows = annees(
            etude.derniere.mesures, etude.catalogue, names, annees=(etude.convention.debut.year, etude.annees[-1])
        )
        whole = _avec_departs(rows[rows["dimension"].eq("")], etude.parcours)
        return whole.assign(fiche=whole["indicateur"].map(etude.parcours.set_index("indicateur")["fiche"]))

    @cached_property
    def natures(self) -> pd.Series:
        """The nature of the indicator of each row of the series."""
        return self.series["indicateur"].map(self.etude.parcours.set_index("indicateur")["nature"])

    def figures(self) -> Groupe | None:
        """Return the indicators that have two values at least, fiche by fiche, results apart; None when none has."""
        return suite(figure for fiche in self.etude.convention.fiches for figure in self._figures(fiche.numero))

    def tableau(self) -> Tableau:
        """Return every indicator, from its start to its last measure."""
        threshold = self.etude.derniere.catalogue.seuils.petits_effectifs
        return tableau_trajectoires(self.etude.parcours, self.etude.cadre, threshold)

    def etats(self) -> Figure | None:
        """Return the share of the modalités that were done, by fiche and year; None when no state is known."""
        return self._etats

    @cached_property
    def _etats(self) -> Figure | None:
        etude = self.etude
        table = etats_par_annee(etude.etats, etude.convention.fiches)
        return grille(
            cases(table, etude.cadre, etude.cadre.mot("etats_inconnus")),
            etude.derniere.contexte,
            nom="etats",
            titre=f"Combien de modalités étaient réalisées, en tout ou en partie, {etude.cadre.lieu_et_dates} ?",
        )

    def verdicts(self) -> Figure | None:
        """Return the share of the indicators judged that were on their way, by fiche and year; None when none was."""
        etude = self.etude
        table = verdicts_par_annee(etude.evaluations, etude.convention.fiches)
        return grille(
            cases(table, etude.cadre, etude.cadre.mot("aucun_juge")),
            etude.derniere.contexte,
            nom="verdicts",
            titre=f"Parmi les indicateurs jugés, combien sont atteints ou en bonne voie, {etude.cadre.lieu_et_dates} ?",
        )

    def moyens(self) -> Tableau | None:
        """Return the means of each fiche beside what it realised, year by year; None when nothing of it is known."""
        etude = self.etude
        realised = self.series[self.natures.eq("realisation")]
        return tableau_moyens_realisations(etude.derniere.suivi.suivis, realised, etude.catalogue.moyens, etude.cadre)

    def _figures(self, numero: int) -> Iterator[Figure | None]:
        etude = self.etude
        own = self.series[self.series["fiche"] == numero]
        known = own.groupby("indicateur")["valeur"].count()
        names = [name for name in dict.fromkeys(own["indicateur"]) if known[name] >= DEUX_POINTS]
        natures = dict(zip(etude.parcours["indicateur"], etude.parcours["nature"], strict=True))
        for lot in lots(names, natures):
            drawn = own[own["indicateur"].isin(lot.indicateurs)]
            yield trajectoires(
                avec_reperes(drawn, etude.derniere.evaluation, etude.catalogue, etude.changements),
                etude.derniere.contexte,
                nom=f"trajectoires-fiche-{numero}-{lot.nom}",
                titre=f"Fiche{INSECABLE}{numero} : {lot.question}, {etude.cadre.lieu_et_dates} ?{lot.rang}",
            )


def _avec_departs(series: pd.DataFrame, parcours: pd.DataFrame) -> pd.DataFrame:
    """Return the series with the initial values that the convention writes, in their year."""
    written = parcours[parcours["origine_initiale"].eq("convention")]
    starts = {
        name: {"annee": int(year), "valeur": value, "statut": "A"}
        for name, year, value in zip(*(written[key] for key in DEPART), strict=True)
    }
    rows: dict[str, list[dict[str, object]]] = {}
    for row in series.to_dict("records"):
        rows.setdefault(row["indicateur"], []).append(row)
    for name in starts.keys() & rows.keys():
        rows[name] = _avec_depart(rows[name], starts[name])
    told = [row for own in rows.values() for row in own]
    return pd.DataFrame(told, columns=series.columns).astype(series.dtypes)


def _avec_depart(rows: list[dict[str, object]], depart: dict[str, object]) -> list[dict[str, object]]:
    """Return the years of an indicator with its initial value: in its year when nothing is known of it, or before."""
    if any(row["annee"] == depart["annee"] for row in rows):
        return [row | depart if row["annee"] == depart["annee"] and pd.isna(row["valeur"]) else row for row in rows]
    return sorted([rows[0] | depart, *rows], key=lambda row: row["annee"])


COLONNES = (
    Colonne("libelle", "Indicateur"),
    Colonne("depart", "Départ", numerique=True),
    Colonne("derniere", "Dernière mesure", numerique=True),
    Colonne("cible", "Cible, ou référence (d)", numerique=True),
    Colonne("verdict", "Atteinte"),
    Colonne("evolution", "Depuis le départ"),
)
LECTURE = (
    "Atteinte : verdict du bilan de la dernière année mesurée. Depuis le départ : de la valeur initiale à la dernière "
    "mesure, selon le sens souhaité. Entre parenthèses, l'année."
)
DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."


def tableau_trajectoires(parcours: pd.DataFrame, cadre: Cadre, seuil: int) -> Tableau:
    """Return one row an indicator of which a value is known, by fiche; small counts that are shown say why."""
    known = parcours[parcours["connue"].notna()]
    cells = [_cellules(row, cadre.evaluation, cadre.contexte) for row in known.itertuples()]
    silent = int((parcours["connue"].isna() & parcours["annees_connues"].eq(0)).sum())
    shapes = int((parcours["connue"].isna() & parcours["annees_connues"].gt(0)).sum())
    missing = [f"Sans aucune valeur, et donc dans ce qui manque : {compter(silent, 'indicateur')}."] if silent else []
    missing += [f"Suivis par une typologie ou une grille, sans valeur unique : {shapes}."] if shapes else []
    return Tableau(
        nom="trajectoires",
        titre=f"Chaque indicateur, du départ à la dernière mesure, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=parcours,
        source=cadre.contexte.source,
        groupes=tuple(cadre.fiche(numero) for numero in known["fiche"]),
        notes=(
            *missing,
            LECTURE,
            *((DEDUITE,) if known["origine_cible"].eq(IMPLICITE).any() else ()),
            *petits_publies(known, ("valeur_initiale", "derniere"), seuil, cadre.contexte),
            *legende(known.loc[known["derniere"].notna(), "statut_derniere"], cadre.contexte),
        ),
    )


def _cellules(row: object, mots: Evaluation, contexte: Contexte) -> list[str]:
    return [
        row.libelle,
        avec_annee(row.indicateur, row.valeur_initiale, row.annee_initiale, contexte) or RIEN,
        derniere(row, contexte),
        _visee(row, contexte),
        verdict_du_parcours(row, mots, contexte),
        _evolution(row, mots, contexte),
    ]


def _visee(row: object, contexte: Contexte) -> str:
    """Return the target with its year; a reference that the text implies bears its mark: « 36 (d, 2026) »."""
    if pd.isna(row.cible):
        return RIEN
    mark = "d, " if row.origine_cible == IMPLICITE else ""
    return f"{contexte.valeur(row.indicateur, row.cible)} ({mark}{row.annee_cible})"


def derniere(row: object, contexte: Contexte) -> str:
    """Return the last measure with its mark and year, or the word of its absence."""
    if pd.isna(row.derniere):
        return contexte.absence(row.statut_derniere) or RIEN
    return avec_marque(contexte.valeur(row.indicateur, row.derniere), row.statut_derniere, row.annee_derniere)


def avec_marque(texte: str, statut: str, annee: int) -> str:
    """Return a value with its year, and the mark of a provisional or an estimated one: « 60 (p, 2026) »."""
    mark = marquer("", statut).strip(" ()")
    return f"{texte} ({f'{mark}, ' if mark else ''}{annee})"


def verdict_du_parcours(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return the verdict; without one, only the reason that the row does not show already."""
    if pd.isna(row.cible):
        return RIEN
    if row.verdict == "non_evaluable" and row.raison:
        return f"{mots.verdicts[row.verdict].signe} {mots.raisons[row.raison]}"
    kept = f" : {bande(row, row.derniere, row.cible, contexte, mots)}" if row.raison == BANDE else ""
    return signer(mots.verdicts[row.verdict]) + kept


def _evolution(row: object, mots: Evaluation, contexte: Contexte) -> str:
    if row.evolution:
        told = signer(mots.evolutions[row.evolution])
        if row.raison_evolution != BANDE:
            return told
        since = row._replace(origine_cible="")
        return f"{told}, {bande(since, row.derniere, row.a_maintenir, contexte, mots)}"
    return RIEN if pd.isna(row.derniere) or pd.isna(row.valeur_initiale) else mots.raisons[row.raison_evolution]


NON_COMMENCEE = "non commencée"


def cases(table: pd.DataFrame, cadre: Cadre, inconnu: str) -> pd.DataFrame:
    """Return the cells: ligne, colonne, valeur (share in %, missing when nothing is known), texte; then the counts.

    Args:
        table: As ``ctglib.calculs.parcours`` returns it.
        cadre: The titles of the fiches.
        inconnu: What a year of which nothing is known reads.
    """
    rows = []
    for row in table.itertuples():
        waiting = not row.commencee and not row.compte
        said = row.connus and not waiting
        text = sur(row.compte, row.parmi) if said else NON_COMMENCEE if waiting else inconnu
        share = 100 * row.compte / row.parmi if said else float("nan")
        rows.append((cadre.fiche(row.fiche), str(row.annee), share, text))
    cells = pd.DataFrame(rows, columns=["ligne", "colonne", "valeur", "texte"])
    return cells.join(table.drop(columns=["fiche", "annee", "commencee"]).reset_index(drop=True))
