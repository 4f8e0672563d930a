"""An official file, read as downloaded into one table a year and a level, with all its faults at once."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.magasin import connexion
from ctglib.donnees.officiels.familles import Reconnaissance, commune_de, normaliser, reconnaitre
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from ctglib.donnees.modeles.sources import Famille, SerieOfficielle

Parties = tuple[list[str], Iterator[tuple[int, list[str]]], list[str]]  # header, rows with their line, what is said
SECRET = float("inf")  # in a column of the store: a suppressed cell; NaN is a missing one
SECRETS = frozenset({"s", "secret", "ss"})
ABSENTS = frozenset({"nd", "n.d.", "nc", "n.c.", "n/a", "na", "null", "-", "…", "..."})
FORMES = {
    "commune": re.compile(r"[0-9][0-9AB][0-9]{3}"),
    "departement": re.compile(r"[0-9][0-9AB]|97[0-9]"),
    "epci": re.compile(r"[1-9][0-9]{8}"),
    "iris": re.compile(r"[0-9][0-9AB][0-9]{7}"),
}
LONGUEURS = {"commune": 5, "departement": 2, "epci": 9, "iris": 9}
ESPACES = str.maketrans("", "", " \t\u00a0\u202f\u2009")
_LOT = 20_000
_MONTREES = 5  # faults of a kind that are told, before « et n autres »
_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE]\+?[0-9]{1,2})?")


@dataclass(frozen=True)
class Lu:
    """What an official file holds.

    Attributes:
        nom: Its name.
        sha256: Of its bytes.
        famille: The family it was recognised as.
        tables: By year and level: territoire (index), libelle, texts, and a float64 column a series.
        dites: What has to be said of the reading, in French: rows and columns left out.
        alertes: What looks wrong and does not prevent reading.
    """

    nom: str
    sha256: str
    famille: Famille
    tables: dict[tuple[int, str], pd.DataFrame]
    dites: tuple[str, ...]
    alertes: tuple[str, ...]


def lire_officiel(chemin: Path, familles: dict[str, Famille], annee: int | None = None) -> Lu:
    """Return the tables of an official file.

    Args:
        chemin: CSV (any of « ; », « , », tabulation; UTF-8 with or without a mark, Windows-1252), Parquet, GeoJSON.
        familles: Those of the catalogue.
        annee: Year of the figures, when neither the columns nor the name of the file say it.

    Raises:
        DonneesInvalides: The file is unreadable, unknown, or has faults: all of them.
    """
    content = _octets(chemin)
    if content[:4] == b"PAR1":
        parts = _parquet(chemin)
    else:
        parts = (_geojson if content.lstrip()[:1] == b"{" else _csv)(chemin.name, content)
    return _lu(chemin.name, content, familles, annee, parts)


def lire_csv(nom: str, content: bytes, familles: dict[str, Famille]) -> Lu:
    """Return the tables of the bytes of a CSV, as ``lire_officiel`` does of a file; its columns say their year."""
    return _lu(nom, content, familles, None, _csv(nom, content))


def _lu(nom: str, content: bytes, familles: dict[str, Famille], annee: int | None, parts: Parties) -> Lu:
    header, rows, told = parts
    found = reconnaitre(nom, header, familles)
    _sans_doublon(nom, header, found)
    return _Lecteur(nom, found, header, annee).lire(rows, hashlib.sha256(content).hexdigest(), told)


def _octets(chemin: Path) -> bytes:
    try:
        content = chemin.read_bytes()
    except OSError:
        words = ("un fichier absent, ou que l'on ne peut pas ouvrir", "un fichier CSV ou Parquet", "vérifier son nom")
        raise refus(chemin.name, *words) from None
    kind = {b"PK": "un classeur Excel ou une archive ZIP", b"%P": "un PDF", b"\x1f\x8b": "un fichier compressé"}
    if content[:2] in kind or (content[:4] != b"PAR1" and b"\0" in content[:4096]) or not content.strip():
        found = kind.get(content[:2], "un fichier vide" if not content.strip() else "un fichier qui n'est pas du texte")
        remedy = "décompresser l'archive, ou télécharger la version CSV"
        raise refus(chemin.name, found, "un fichier CSV ou Parquet", remedy)
    return content


def _csv(nom: str, content: bytes) -> Parties:
    """Return the header of a CSV, its other rows with their line, and what is to be said of the whole."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text[:100_000].split("\n", 1)[0]
    delimiter = max(";,\t|", key=first.count)
    if first.count(delimiter) == 0:
        expected = "des colonnes séparées par « ; », « , » ou une tabulation"
        remedy = "télécharger de nouveau le fichier CSV, sans l'ouvrir dans un tableur"
        raise refus(nom, f"une seule colonne, « {first.strip()[:60]} »", expected, remedy, 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(reader)
    told = [] if text.endswith(("\n", "\r")) else ["le fichier ne finit pas par un saut de ligne : vérifier sa fin"]

    def lignes() -> Iterator[tuple[int, list[str]]]:
        try:
            for row in reader:
                yield reader.line_num, row
        except csv.Error:
            words = (
                "un guillemet jamais refermé, ou une cellule démesurée",
                "un CSV bien formé",
                "télécharger de nouveau",
            )
            raise refus(nom, *words, reader.line_num) from None

    return header, lignes(), told


def _parquet(chemin: Path) -> Parties:
    import duckdb

    try:
        found = connexion().execute("select columns(*)::varchar from read_parquet(?)", [str(chemin)])
    except duckdb.Error:
        words = ("un fichier Parquet abîmé", "un fichier Parquet entier", "télécharger de nouveau le fichier")
        raise refus(chemin.name, *words) from None
    header = [column[0] for column in found.description]

    def lignes() -> Iterator[tuple[int, list[str]]]:
        line = 1
        while rows := found.fetchmany(_LOT):
            for row in rows:
                line += 1
                yield line, [cell or "" for cell in row]

    return header, lignes(), []


def _geojson(nom: str, content: bytes) -> Parties:
    """Return the features of a GeoJSON as rows: their properties, and their geometry as text in « contour »."""
    try:
        features = json.loads(content)["features"]
        header = [*features[0]["properties"], "contour"]
        rows = [
            [
                *(str(item["properties"].get(name) or "") for name in header[:-1]),
                json.dumps(item["geometry"], separators=(",", ":")),
            ]
            for item in features
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        words = (
            "un fichier JSON abîmé, ou qui n'est pas une carte",
            "un GeoJSON de communes",
            "télécharger de nouveau",
        )
        raise refus(nom, *words) from None
    return header, iter(enumerate(rows, 1)), []


def _sans_doublon(nom: str, entete: list[str], found: Reconnaissance) -> None:
    """Refuse two columns of one name, or two columns of one series and year: nothing tells which is right."""
    used = [(f"{item.code} {year or ''}".strip(), entete[at]) for at, (item, year) in found.series.items()]
    named = Counter(name for name, _ in used)
    names = Counter(name for name in normaliser(entete) if name)
    twice = {header for name, header in used if named[name] > 1}
    twice |= {
        entete[at] for at in (found.cle, found.annee) if at is not None and names[normaliser([entete[at]])[0]] > 1
    }
    if twice:
        words = (
            "une colonne en double",
            "une colonne par série",
            "supprimer la colonne de trop, ou télécharger de nouveau",
        )
        raise DonneesInvalides([Faute(nom, *words, 1, name) for name in sorted(twice)])


class _Lecteur:
    """The reading of one file: rows by batches, columns as arrays, faults by kind."""

    def __init__(self, nom: str, found: Reconnaissance, header: list[str], annee: int | None) -> None:
        self.nom, self.found, self.header = nom, found, header
        self.faults: list[Faute] = []
        self.dites: list[str] = []
        self.counts: Counter[str] = Counter()
        self.codes: dict[str, tuple[str, str] | None] = {}
        years = {year for _, year in found.series.values() if year}
        in_name = set(re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", nom))
        self.annee = annee or (max(years) if years else int(in_name.pop()) if len(in_name) == 1 else None)

    def lire(self, rows: Iterator[tuple[int, list[str]]], sha256: str, dites: list[str]) -> Lu:
        import pandas as pd

        found, parts = self.found, []
        if found.annee is None and self.annee is None:
            self.fault("année", "aucune année, ni dans les colonnes ni dans le nom", "l'année des chiffres", "--annee")
        while batch := list(islice(rows, _LOT)):
            if (part := self.lot(batch)) is not None:
                parts.append(part)
        self.faults += [
            Faute(
                self.nom,
                f"fautes de ce genre ({kind}) non citées : {count - _MONTREES}",
                "aucune",
                "corriger d'abord celles-là",
            )
            for kind, count in self.counts.items()
            if count > _MONTREES
        ]
        if self.faults:
            raise DonneesInvalides(self.faults)
        if not parts:
            raise refus(self.nom, "aucune ligne de chiffres", "une ligne par territoire", "télécharger de nouveau")
        whole = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        tables = self.tables(whole)
        if self.faults:
            raise DonneesInvalides(self.faults)
        told = [*dites, *self.dites]
        if self.counts["non localisé"]:
            told.append(f"lignes sans commune (« non localisé »), laissées de côté : {self.counts['non localisé']}")
        if found.ignorees:
            rest = f" et {len(found.ignorees) - 6} de plus" if len(found.ignorees) > 6 else ""
            told.append(f"colonnes non reprises : {', '.join(found.ignorees[:6])[:200]}{rest}")
        taken = [f"la colonne « {name} » est lue comme « {meant} »" for name, meant in found.approchees]
        return Lu(self.nom, sha256, found.famille, tables, tuple(told), tuple(taken))

    def fault(
        self, kind: str, trouve: str, attendu: str, remede: str, ligne: int | None = None, col: str | None = None
    ) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= _MONTREES:
            self.faults.append(Faute(self.nom, trouve, attendu, remede, ligne, col))

    def lot(self, batch: list[tuple[int, list[str]]]) -> pd.DataFrame | None:
        """Return the rows of a batch, typed: ligne, territoire, niveau, annee, libelle, texts, and a column a place."""
        import pandas as pd

        found, width, kept = self.found, len(self.header), []
        lines: list[int] = []
        places: list[tuple[str, str]] = []
        for line, row in batch:
            if not any(row) or row == self.header:
                continue
            if len(row) != width and (len(row) < width or any(row[width:])):
                remedy = "télécharger de nouveau le fichier : il est coupé, ou un séparateur manque"
                self.fault("largeur", f"{len(row)} colonnes", f"{width} colonnes, comme à la ligne 1", remedy, line)
                continue
            if found.filtre is not None and row[found.filtre] not in found.famille.filtre.valeurs:
                continue
            if (place := self.code(row[found.cle], line)) is None:
                self.counts["non localisé"] += 1
                continue
            kept.append(row)
            lines.append(line)
            places.append(place)
        if not kept:
            return None
        columns = list(zip(*kept, strict=False))
        codes, levels = zip(*places, strict=True)
        table = {"ligne": lines, "territoire": codes, "niveau": levels}
        table["annee"] = self.annees(columns[found.annee], lines) if found.annee is not None else self.annee or 0
        if found.libelle is not None:
            table["libelle"] = [text.strip() for text in columns[found.libelle]]
        table |= {f"texte {name}": [text.strip() for text in columns[at]] for at, name in found.textes.items()}
        table |= {at: self.nombres(columns[at], lines, at) for at in found.series}
        return pd.DataFrame(table)

    def code(self, text: str, line: int) -> tuple[str, str] | None:
        """Return a code as text, the zero that a spreadsheet took away put back, with its level; None for nowhere."""
        if text not in self.codes:
            family = self.found.famille
            code = text.strip(" '\"\u00a0").upper().removeprefix(family.prefixe)
            code = re.sub(r"[.,]0+$", "", code.translate(ESPACES))
            levels = ((padded, level) for level in family.niveaux if (padded := _complet(code, level)))
            nowhere = family.non_localise and re.fullmatch(family.non_localise, code)
            self.codes[text] = None if nowhere else next(levels, ("", ""))
        if self.codes[text] == ("", ""):
            expected = f"le code d'un territoire ({', '.join(self.found.famille.niveaux)})"
            remedy = "télécharger de nouveau le fichier, sans l'enregistrer dans un tableur"
            self.fault("code", f"« {text[:30]} »", expected, remedy, line, self.header[self.found.cle])
        return self.codes[text]

    def annees(self, texts: tuple[str, ...], lines: list[int]) -> list[int]:
        years, known = [], dict[str, int]()
        for text, line in zip(texts, lines, strict=True):
            if text not in known:
                plain = re.sub(r"[.,]0+$", "", text.strip())
                match = re.fullmatch(r"((?:19|20)[0-9]{2})(?:[-/]?([01][0-9]))?(?:[-/][0-3][0-9].*)?", plain)
                month = int(match[2]) if match and match[2] else None
                good = match and (month is None or self.found.famille.mois in (None, month))
                known[text] = int(match[1]) if good else 0
            if not known[text]:
                expected = (
                    "une année" if not self.found.famille.mois else f"une année, ou son mois {self.found.famille.mois}"
                )
                self.fault(
                    "année",
                    f"« {text[:30]} »",
                    expected,
                    "télécharger de nouveau le fichier",
                    line,
                    self.header[self.found.annee],
                )
            years.append(known[text])
        return years

    def nombres(self, texts: tuple[str, ...], lines: list[int], at: int) -> np.ndarray:
        """Return the numbers of a column: NaN where missing, infinite where suppressed."""
        import numpy as np
        import pandas as pd

        item, header = self.found.series[at][0], self.header[at]
        try:
            values = np.fromiter(map(float, texts), "float64", len(texts))  # ten times faster, where no cell is blank
        except ValueError:
            values = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy("float64", copy=True)
        empty = SECRET if self.found.famille.vide == Statut.SECRET else float("nan")
        for row in np.flatnonzero(~np.isfinite(values)):
            text = texts[row].translate(ESPACES).lower()
            if not text:
                values[row] = empty
            elif text in SECRETS:
                values[row] = SECRET
            elif _NOMBRE.fullmatch(number := text.replace(",", ".")):
                values[row] = float(number)
            elif text not in ABSENTS:
                self.fault(
                    "nombre",
                    f"« {texts[row][:30]} »",
                    "un nombre, « s », ou rien",
                    "corriger d'après la source",
                    lines[row],
                    header,
                )
        for row in np.flatnonzero(_hors_bornes(values, item)):
            expected = _bornes(item)
            self.fault("bornes", f"« {texts[row][:30]} »", expected, "corriger d'après la source", lines[row], header)
        return values

    def tables(self, whole: pd.DataFrame) -> dict[tuple[int, str], pd.DataFrame]:
        """Return one table a year and a level: a header that carries its year goes to it, the others to the row's."""
        import pandas as pd

        for row in whole[whole.duplicated(["territoire", "annee"])].itertuples():
            found = f"« {row.territoire} » une seconde fois pour {row.annee}"
            self.fault(
                "double", found, "une ligne par territoire et par année", "supprimer la ligne de trop", row.ligne
            )
        if self.faults:
            return {}
        fixed = {"libelle": "libelle", **{f"texte {name}": name for name in self.found.textes.values()}}
        own = {name: fixed[name] for name in whole.columns if name in fixed}
        parts: dict[tuple[int, str], list[pd.DataFrame]] = {}
        for (year, level), rows in whole.groupby(["annee", "niveau"], sort=True):
            indexed = rows.set_index("territoire")
            by_year: dict[int, dict[int, str]] = {}
            for at, (item, written) in self.found.series.items():
                by_year.setdefault(written or int(year), {})[at] = item.code
            for shown, columns in (by_year or {int(year): {}}).items():
                parts.setdefault((shown, level), []).append(indexed[[*own, *columns]].rename(columns=own | columns))
        tables = {key: pd.concat(found).sort_index() for key, found in sorted(parts.items())}
        return {key: self.avec_les_villes(one) if key[1] == "commune" else one for key, one in tables.items()}

    def avec_les_villes(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table of communes with those that it only gives by arrondissements: the sums of their counts."""
        import pandas as pd

        city = commune_de(table.index)
        parts = table[(city != table.index) & ~city.isin(table.index)]
        counts = [item.code for item, _ in self.found.series.values() if item.unite in ("nombre", "euros")]
        if parts.empty or not self.found.famille.somme or not (kept := [name for name in counts if name in table]):
            return table
        summed = parts[kept].groupby(commune_de(parts.index)).agg(lambda counts: counts.sum(skipna=False))
        self.dites.append(f"sommes de leurs arrondissements, absentes du fichier : {', '.join(summed.index)}")
        return pd.concat([table, summed]).sort_index().rename_axis(table.index.name)


def _complet(code: str, niveau: str) -> str:
    """Return a code with its leading zero, empty when it is none of the level."""
    padded = code.zfill(LONGUEURS[niveau]) if len(code) == LONGUEURS[niveau] - 1 and niveau != "epci" else code
    return padded if FORMES[niveau].fullmatch(padded) else ""


def _hors_bornes(values: np.ndarray, item: SerieOfficielle) -> np.ndarray:
    import numpy as np

    finite = np.isfinite(values)
    wrong = finite & (values < 0) if not item.libre else np.zeros(len(values), dtype=bool)
    if item.unite == "pourcent" and not item.libre:
        wrong |= finite & (np.abs(values) > 100)
    if item.entier or (item.arrondi and item.arrondi >= 1):
        wrong |= finite & (np.where(finite, values, 0) % 1 != 0)
    return wrong


def _bornes(item: SerieOfficielle) -> str:
    whole = "un nombre entier" if item.entier or (item.arrondi and item.arrondi >= 1) else "un nombre"
    upper = ", 100 au plus" if item.unite == "pourcent" else ""
    return whole if item.libre else f"{whole}, zéro ou plus{upper}"
