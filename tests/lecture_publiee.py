"""What a reader of every published table knows of the counts of persons: those shown, those hidden,
the sums.

Written apart from ctglib, on the CSV files that lie beside the reports: all years, all reports,
side by side.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from attaque_secret import Nom, Somme

SECRET = "Q"
Ligne = dict[str, str]
# Columns that tell a count: which indicator, which modalité, which year, its value and its status.
VALEURS = (
    ("annee", "valeur_ancienne", "statut_ancien"),
    ("annee", "valeur", "statut"),
    ("annee_precedente", "valeur_precedente", "statut_precedent"),
)
MOTS = (
    ("libelle_dispositif", "dispositif"),
    ("libelle_modalite", "modalite"),
    ("libelle", "modalite"),
)
PARTS = "donnees-profils-"
INCLUSION = "enfants_aeeh_accueillis"
FREQUENTATIONS = ("frequentation_jeunes", "participants_citoyennete")
SEULS = {"sejour": "sejour_participants", "chantiers": "chantiers_jeunes", "cmj": "cmj_membres"}


@dataclass
class Lu:
    """What is known: by count, the values seen and the years of the reports that show them, those
    seen hidden.
    """

    vus: dict[Nom, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    secrets: set[Nom] = field(default_factory=set)
    modalites: dict[tuple, set[tuple]] = field(default_factory=lambda: defaultdict(set))
    croisees: dict[tuple, set[tuple]] = field(default_factory=lambda: defaultdict(set))

    def noter(self, nom: Nom, valeur: str, statut: str, rapport: int) -> None:
        """Note what a report says of a count."""
        if statut == SECRET:
            assert not valeur, f"{nom} est dit secret à côté de sa valeur, {valeur}"
            self.secrets.add(nom)
        elif valeur:
            self.vus[nom][rapport] = round(float(valeur))

    @property
    def publies(self) -> dict[Nom, int]:
        """The counts that some report shows, as the first of them does."""
        return {nom: seen[min(seen)] for nom, seen in self.vus.items()}

    @property
    def caches(self) -> set[Nom]:
        """The counts that no report shows, one at least hides, or that a sum of hidden ones would
        give.
        """
        return self.secrets - set(self.publies)

    def sommes(self) -> list[Somme]:
        """Return the sums that tie the counts of a year: variables, margins, and the same persons
        counted twice.
        """
        found = [(("ensemble", *key[:2]), tuple(names)) for key, names in self.modalites.items()]
        found += [(("profil", *key[:4]), tuple(names)) for key, names in self.croisees.items()]
        known = self.secrets | set(self.vus) | {total for total, _ in found}
        return found + [
            (one, (other,)) for one, other in self._identiques() if {one, other} <= known
        ]

    def inclusions(self) -> list[Somme]:
        """Return: a child counted in several dispositifs makes no sum with them, but no dispositif
        exceeds the whole.

        What a part falls short by is never shown; nor is the sum of the parts, by which the rule
        ties them together.
        """
        parts = defaultdict(list)
        for name in sorted(self.secrets | set(self.vus), key=str):
            if name[0] == INCLUSION and name[2]:
                parts[name[1]].append(name)
        found: list[Somme] = [(("parties", annee), tuple(names)) for annee, names in parts.items()]
        for annee, names in parts.items():
            whole = (INCLUSION, annee, "")
            found += [(whole, (name, ("reste", *name))) for name in names if whole in self.vus]
        return found

    def _identiques(self) -> Iterator[tuple[Nom, Nom]]:
        for annee, dispositif in dict.fromkeys(key[:2] for key in self.modalites):
            whole = ("ensemble", annee, dispositif)
            yield from (((name, annee, dispositif), whole) for name in FREQUENTATIONS)
            yield (INCLUSION, annee, dispositif), ("profil", annee, dispositif, "sante", "aeeh")
            if dispositif in SEULS:
                yield (SEULS[dispositif], annee, ""), whole


def lire(rapports: Iterable[tuple[int, Iterable[Path]]], indicateurs: set[str]) -> Lu:
    """Return what is known once all the tables are read.

    Args:
        rapports: The tables of each report, with its year.
        indicateurs: Those that count persons.
    """
    known = Lu()
    tables = [(annee, path.stem, _lignes(path)) for annee, paths in rapports for path in paths]
    mots = {
        row[one]: row[two]
        for *_, rows in tables
        for row in rows
        for one, two in MOTS
        if row.get(one) and row.get(two)
    }
    for annee, nom, rows in tables:
        _lire_table(known, nom, [_traduire(row, nom, mots) for row in rows], annee, indicateurs)
    return known


def _lignes(path: Path) -> list[Ligne]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _traduire(row: Ligne, nom: str, mots: dict[str, str]) -> Ligne:
    """Return a row of a chart's figures with the names of what its labels say."""
    if nom.startswith(PARTS):
        variable = nom.removeprefix(PARTS).replace("-", "_")
        return {**row, "dispositif": mots[row["groupe"]], "variable": variable, "total": ""}
    return {**row, "modalite": mots.get(row["serie"], row["serie"])} if row.get("serie") else row


def _lire_table(known: Lu, nom: str, rows: list[Ligne], annee: int, indicateurs: set[str]) -> None:
    for row in rows:
        if nom == "profils" or nom.startswith(PARTS):
            _profil(known, row, annee)
        elif nom == "profils-croises":
            _croise(known, row, annee)
        elif nom == "loisirs-inclusion":
            for year, column, statut in (
                (annee, "effectif", "effectif"),
                (annee - 1, "precedent", "precedent"),
            ):
                known.noter(
                    (INCLUSION, year, row["modalite"]), row[column], row[f"statut_{statut}"], annee
                )
        elif row.get("indicateur") in indicateurs:
            for year, value, status in VALEURS:
                if row.get(year) and value in row:
                    name = (row["indicateur"], int(float(row[year])), row.get("modalite", ""))
                    known.noter(name, row[value], row[status], annee)


def _profil(known: Lu, row: Ligne, annee: int) -> None:
    place = (annee, row["dispositif"])
    if not row["modalite"]:
        return
    name = ("profil", *place, row["variable"], row["modalite"])
    known.noter(name, row["effectif"], row["statut"], annee)
    known.noter(("ensemble", *place), row["total"], "", annee)
    known.modalites[*place, row["variable"]].add(name)
    if row["statut"] == SECRET:
        assert not row["part"], f"{name} est secret, sa part ne l'est pas"
    elif row["part"] and row["total"]:
        assert round(float(row["part"]) * float(row["total"]) / 100, 6) == float(row["effectif"])


def _croise(known: Lu, row: Ligne, annee: int) -> None:
    pairs = [(row["variable"], row["modalite"]), (row["variable_2"], row["modalite_2"])]
    name = ("croise", annee, row["dispositif"], *sorted(pairs))
    known.noter(name, row["effectif"], row["statut"], annee)
    for own, other in (pairs, pairs[::-1]):
        known.croisees[annee, row["dispositif"], *own, other[0]].add(name)
