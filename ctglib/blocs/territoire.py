"""The territory's public series: a level, its date, how it moved; context and never an effect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.theme import ruptures
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.formules import ratio_pour_100
from ctglib.calculs.moyennes import TROP_PEU
from ctglib.calculs.territoire import (
    Lieux,
    contexte_du_territoire,
    revisions_du_territoire,
    trajectoires_du_territoire,
)
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import (
    FINE,
    INSECABLE,
    date_longue,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    nombre_court,
    points,
    pourcent,
)
from ctglib.donnees import publiques
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.trajectoires import trajectoires

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.rapports import MembresDuTerritoire
    from ctglib.donnees.modeles.sources import Origine

SANS_DIRECTION = ("dans_le_bruit", "trop_peu")
COMPARABLES = ("hausse", "baisse", "stable", *SANS_DIRECTION)
SUITE_DU_TITRE = re.compile(r" ?: |, ")  # what a short name of a data set leaves out
ORIGINES = (
    "serie", "producteur", "titre", "jeu", "periode", "publie", "consulte", "licence", "fichier", "sha256", "arrondi",
)  # fmt: skip
HASARD = "« Trop peu pour conclure » : un nombre varie de lui-même ; le hasard suffit à expliquer l'écart sur un an."


@dataclass(frozen=True)
class Territoire(Montrable):
    """What the public series say of the territory in a year, each figure with its own date."""

    etude: EtudeAnnuelle

    @cached_property
    def rangees(self) -> pd.DataFrame:
        """One row a series (see ``contexte_du_territoire``)."""
        etude = self.etude
        names = [name for group in etude.catalogue.bilan.territoire.groupes for name in group.indicateurs]
        places = Lieux(etude.convention.territoire, etude.convention.reference, etude.convention.debut.year - 1)
        return contexte_du_territoire(
            etude.series, names, etude.catalogue.indicateurs_contexte, places, etude.catalogue.evaluation.seuils
        )

    @property
    def revisions(self) -> pd.DataFrame:
        """The public figures of the territory that last year's bilan gave otherwise."""
        table = revisions_du_territoire(self.etude.suivi.contexte, self.etude.annee)
        return table[table["territoire"].eq(self.etude.convention.territoire)]

    @property
    def source(self) -> str:
        """The producers, as captions write them."""
        convention, series = self.etude.convention, self.etude.series
        kept = series[series["territoire"].eq(convention.territoire)]
        invented = self.etude.contexte.source if convention.fictive else ""
        return source_publique(kept if len(kept) else series, self.etude.suivi.origines, invented)

    def tableau(self) -> Tableau | None:
        """Return one row a public series: latest figure, change over a year and since the convention began."""
        rows, contexte, rules = self.rangees, self.etude.contexte, self.etude.catalogue.bilan
        if rows.empty:
            return None
        here, there, since = contexte.territoire.nom, contexte.reference.nom, self.etude.convention.debut.year - 1
        groups = {name: group.libelle for group in rules.territoire.groupes for name in group.indicateurs}
        return Tableau.de(
            rows,
            [
                Colonne("serie", "Série", ecrire=self._serie),
                Colonne("annee", "Année", numerique=True, ecrire=str),
                Colonne("niveau", "Valeur", numerique=True, groupe=here, ecrire=self._niveau),
                Colonne("sur_un_an", "Sur un an", True, here, lambda row: ecart(row, contexte)),
                Colonne("variation_depart", f"Depuis {since}", True, here, part),
                Colonne("variation_reference", "Sur un an", True, there, part),
                Colonne("variation_reference_depart", f"Depuis {since}", True, there, part),
                Colonne("lecture", "Lecture", ecrire=rules.lectures.get),
            ],
            nom="territoire",
            titre=f"Chiffres publics, {here} et {there}, dernière année connue",
            source=self.source,
            groupes=tuple(rows["indicateur"].map(groups)),
            notes=(rules.mots["contexte"], *self._notes(), *notes_des_moyennes(rows, contexte)),
        )

    def graphique(self) -> Figure | None:
        """Return the trajectories of the series, their breaks not joined; None in a bilan without a follow-up."""
        if self.etude.annuel.vide:
            return None
        etude, rules = self.etude, self.etude.catalogue.bilan.territoire
        rows = trajectoires_du_territoire(
            etude.series,
            rules.graphique,
            etude.catalogue.indicateurs_contexte,
            territoire=etude.convention.territoire,
            depuis=etude.convention.debut.year - rules.annees_avant,
        )
        if rows.empty:
            return None
        title = f"Comment {etude.contexte.territoire.le} a-t-il évolué jusqu'en {rows['annee'].max()} ?"
        return trajectoires(rows, etude.contexte, nom="territoire-trajectoires", titre=title, source=self.source)

    def membres(self) -> Tableau | None:
        """Return the communes of an EPCI side by side, and the whole: its shares are those of the sums."""
        convention, rules = self.etude.convention, self.etude.catalogue.bilan.territoire.membres
        if convention.fictive or not convention.membres:
            return None
        names = [rules.sur, *rules.parts]
        rows = pd.concat([publiques.lire(name, convention.membres) for name in names])
        rows = rows[rows["annee"].le(self.etude.annee) & rows["valeur"].notna()]
        if rows.empty:
            return None
        year, contexte = rows["annee"].max(), self.etude.contexte
        counts = rows[rows["annee"].eq(year)].pivot(index="territoire", columns="serie", values="valeur")
        counts = en_parts(counts.reindex(convention.membres, columns=names), rules, convention.territoire)
        places = publiques.territoires(convention.membres).set_index("code")["nom"]
        labels = {name: contexte.indicateurs[name].libelle for name in names}
        return Tableau.de(
            counts.assign(nom=counts.index.map(places).fillna(contexte.territoire.nom)).reset_index(drop=True),
            [
                Colonne("nom", "Commune"),
                Colonne(rules.sur, labels[rules.sur], True, ecrire=_effectif),
                *(
                    Colonne(f"part_{name}", labels[name], True, f"Pour 100 {minuscule(labels[rules.sur])}", _part)
                    for name in rules.parts
                ),
            ],
            nom="membres",
            titre=f"Les communes côte à côte, {contexte.territoire.nom}, {year}",
            source=publiques.lire(rules.sur, convention.membres).attrs["source"],
            notes=(
                "Dernière ligne : la somme des communes ; ses parts sont celles des sommes, non la moyenne des parts.",
                f"« {RIEN} » : moins de {nombre(rules.plancher)} foyers, ou une valeur qui manque.",
            ),
        )

    def origines(self) -> Tableau | None:
        """Return where the public series come from; the CSV adds the fingerprint."""
        used = set(self.etude.series["serie"])
        data = [
            {"serie": name, **item.model_dump(mode="json"), "jour": item.consulte}
            for name, item in self.etude.suivi.origines.items()
            if name in used
        ]
        if not data:
            return None
        table = pd.DataFrame(data)
        return Tableau.de(
            table,
            [
                Colonne("nom", "Série", ecrire=lambda row: f"{row.producteur}, {row.titre} ({row.jeu})"),
                Colonne("periode", "Période"),
                Colonne("publie", "Publication"),
                Colonne("arrondi", "Arrondi", ecrire=lambda rounding: rounding or "non indiqué"),
                Colonne("reutiliser", "Licence, consultation", ecrire=_licence),
            ],
            nom="origines",
            titre="Origine des séries publiques",
            source="catalogue du classeur d'évaluation",
            donnees=table[list(ORIGINES)],
            classe="texte-long",
        )

    def _serie(self, row: pd.Series) -> str:
        """Return the name of a series, with the unit that its values are written without; or that of a modalité."""
        contexte = self.etude.contexte
        if row.dimension:
            return f"– {majuscule(self.etude.modalite(row.dimension, row.modalite))}"
        item = contexte.indicateurs[row.indicateur]
        unit = f", en {minuscule(contexte.unites[item.unite].libelle)}"
        return item.libelle + (unit if self._taux_sans_signe(row.indicateur) else "")

    def _niveau(self, row: pd.Series) -> str:
        contexte = self.etude.contexte
        write = contexte.valeur_nue if self._taux_sans_signe(row.indicateur) else contexte.valeur
        return write(row.indicateur, row.valeur, row.statut) + {Statut.ESTIME: " (e)", Statut.PROVISOIRE: " (p)"}.get(
            row.statut, ""
        )

    def _taux_sans_signe(self, indicateur: str) -> bool:
        """Tell whether a series is a rate of something else than %: « 0,9 places » would count places."""
        unit = self.etude.contexte.unites[self.etude.contexte.indicateurs[indicateur].unite]
        return unit.ecart == "points" and unit.symbole != "%"

    def _notes(self) -> Iterator[str]:
        rows, contexte = self.rangees, self.etude.contexte
        items = [contexte.indicateurs[name] for name in dict.fromkeys(rows["indicateur"])]
        rounded = sorted({item.arrondi_source for item in items if (item.arrondi_source or 0) > 1})
        yield "Sur un an : écart avec l'année d'avant. Chaque série a sa propre année, celle du dernier chiffre paru."
        if rows["lecture"].eq("trop_peu").any():
            yield HASARD
        if rows["lecture"].eq("dans_le_bruit").any():
            steps = ", ".join(map(nombre_court, rounded))
            yield f"« Dans le bruit » : l'écart ne dépasse pas l'arrondi de la source ({steps})."
        yield f"« – » : pas de chiffre qui se compare. {contexte.reference.nom} : une évolution, jamais un niveau."
        yield from ruptures(items)


def en_parts(effectifs: pd.DataFrame, regles: MembresDuTerritoire, tout: str) -> pd.DataFrame:
    """Return the counts of communes, most first, then their sum under the code ``tout``, each with its shares in %.

    The share of the whole is the quotient of the sums. Under ``plancher`` there is none; a missing count makes the sum
    missing.
    """
    whole = effectifs.sum(skipna=False).rename(tout).to_frame().T
    table = pd.concat([effectifs.sort_values(regles.sur, ascending=False, kind="stable"), whole])
    below = table[regles.sur].where(table[regles.sur].ge(regles.plancher))
    return table.assign(**{f"part_{name}": ratio_pour_100(table[name], below) for name in regles.parts})


def _effectif(valeur: float) -> str:
    return RIEN if pd.isna(valeur) else nombre(valeur)


def _part(valeur: float) -> str:
    return RIEN if pd.isna(valeur) else pourcent(valeur, 1)


def ecart(row: object, contexte: Contexte) -> str:
    """Return the difference with the year before, in its own unit: « +75 », « −0,4 point »; a dash when none."""
    if pd.isna(row.ecart) or row.lecture not in COMPARABLES:
        return RIEN
    item = contexte.indicateurs[row.indicateur]
    unit = contexte.unites[item.unite]
    if unit.ecart == "points":
        return points(row.ecart, item.decimales)
    space = FINE if unit.symbole == "%" else INSECABLE
    return nombre(row.ecart, item.decimales, signe=True) + (f"{space}{unit.symbole}" if unit.symbole else "")


def en_moyennes(row: object) -> str:
    """Return « 150 par an en moyenne de 2021 à 2025, 156 de 2015 à 2019 (−4 %), ce que le hasard seul peut expliquer ».

    Args:
        row: A row that holds the columns of ``ctglib.calculs.moyennes``, and ``lecture``.
    """
    old, new = nombre(row.moyenne_avant, 0), nombre(row.moyenne, 0)
    if old == new:
        return f"{new} par an en moyenne {_quand(row.periode)}, comme {_quand(row.periode_avant)}"
    change = part(row.variation_des_moyennes, 0)
    chance = ", ce que le hasard seul peut expliquer" if row.lecture == TROP_PEU else ""
    return f"{new} par an en moyenne {_quand(row.periode)}, {old} {_quand(row.periode_avant)} ({change}){chance}"


def notes_des_moyennes(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return, for each short series, its means, what chance moves one year by, and which of its years are inferred."""
    notes = []
    for row in rows[rows["moyenne"].notna()].itertuples():
        item = contexte.indicateurs[row.indicateur]
        noted = enumerer(row.annees_notees.split(SEPARATEUR)) if row.annees_notees else ""
        notes.append(
            f"{item.libelle}, petite série : {en_moyennes(row)}. D'une année à l'autre, le hasard seul déplace un tel "
            f"nombre d'environ {nombre(row.hasard, 0)}. {majuscule(item.petite_serie.pourquoi)}."
            + (f" {row.note_des_annees} : {noted}." if noted else "")
        )
    return notes


def source_publique(series: pd.DataFrame, origines: Mapping[str, Origine], inventees: str) -> str:
    """Return the producers and what they publish.

    Args:
        series: The figures: ``serie`` is the folder of each, "" when it comes from the store or is invented.
        origines: Where each series comes from.
        inventees: The source of what a convention invents; "" for a real one, whose figures name their own.
    """
    shown = set(series["serie"])
    sets: dict[str, list[str]] = {}
    for name, item in origines.items():
        if name in shown:
            sets.setdefault(item.producteur, []).append(SUITE_DU_TITRE.split(item.titre)[0])
    told = [f"{producer} ({' ; '.join(dict.fromkeys(names))})" for producer, names in sets.items()]
    others = series.loc[series["serie"].eq(""), "source"]
    return " ; ".join([*told, *([inventees] if inventees and len(others) else dict.fromkeys(others))])


def part(valeur: float, decimales: int = 1) -> str:
    """Return a change in %, with its sign, or a dash."""
    return RIEN if pd.isna(valeur) else pourcent(valeur, decimales, signe=True)


def _quand(periode: str) -> str:
    return f"de {periode}" if " " in periode else f"en {periode}"


def _licence(row: pd.Series) -> str:
    return f"{row.licence}, le {date_longue(row.jour)}"
