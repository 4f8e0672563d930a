"""An official file, read as downloaded into one table a year and a level, with all its faults at once."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import proches
from ctglib.donnees.magasin import FORMES, SECRET, commune_de, connexion, serie_gardee
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.sources import Famille, SerieOfficielle

Parties = tuple[list[str], Iterator[tuple[int, list[str]]]]  # header, rows with their line
SECRETS = ("s", "secret", "ss")
ABSENTS = ("nd", "n.d.", "nc", "n.c.", "n/a", "na", "null", "-", "…", "...")
LONGUEURS = {"commune": 5, "departement": 2, "epci": 9, "iris": 9}
ESPACES = str.maketrans("", "", " \t\u00a0\u202f\u2009")
DE_NOUVEAU = "télécharger de nouveau le fichier"
_PRESQUE = 0.88  # difflib's: one letter wrong in seven or more; a shorter name is too easily another column
_MOT = r"[a-z0-9_]{6,}"
_LOT = 20_000
_MONTREES = 5  # faults of a kind that are told, before « et n autres »
_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?(e\+?[0-9]{1,2})?")
_ZEROS = re.compile(r"[.,]0+$")  # what a spreadsheet adds to a whole number


@dataclass(frozen=True)
class Lu:
    """What an official file holds."""

    nom: str
    sha256: str
    famille: Famille
    tables: dict[tuple[int, str], pd.DataFrame]  # by year and level: territoire (index), libelle, texts, series
    dites: tuple[str, ...]  # what has to be said of the reading, in French: rows and columns left out
    alertes: tuple[str, ...]  # what looks wrong and does not prevent reading


def lire_officiel(chemin: Path, familles: dict[str, Famille], annee: int | None = None) -> Lu:
    """Return the tables of an official file.

    Args:
        chemin: CSV (any of « ; », « , », tabulation; UTF-8 with or without a mark, Windows-1252), Parquet, GeoJSON.
        familles: Those of the catalogue.
        annee: Year of the figures, when neither the columns nor the name of the file say it.

    Raises:
        DonneesInvalides: The file is unreadable, unknown, or has faults: all of them.
    """
    try:
        content = chemin.read_bytes()
    except OSError:
        words = ("un fichier absent, ou que l'on ne peut pas ouvrir", "un fichier CSV ou Parquet", "vérifier son nom")
        raise refus(chemin.name, *words) from None
    kinds = {b"PK": "un classeur Excel ou une archive ZIP", b"%P": "un PDF", b"\x1f\x8b": "un fichier compressé"}
    found = kinds.get(content[:2])
    if not content.strip():
        found = "un fichier vide"
    elif content[:4] != b"PAR1" and b"\0" in content[:4096]:
        found = found or "un fichier qui n'est pas du texte"
    if found:
        remedy = "décompresser l'archive, ou télécharger la version CSV"
        raise refus(chemin.name, found, "un fichier CSV ou Parquet", remedy)
    if content[:4] == b"PAR1":
        parts = _parquet(chemin)
    else:
        parts = (_geojson if content.lstrip()[:1] == b"{" else _csv)(chemin.name, content)
    return _Lecteur(chemin.name, content, familles, annee, *parts).lire()


def lire_csv(nom: str, content: bytes, familles: dict[str, Famille]) -> Lu:
    """Return the tables of the bytes of a CSV, as ``lire_officiel`` does of a file; its columns say their year."""
    return _Lecteur(nom, content, familles, None, *_csv(nom, content)).lire()


def _csv(nom: str, content: bytes) -> Parties:
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

    def rows() -> Iterator[tuple[int, list[str]]]:
        try:
            for row in reader:
                yield reader.line_num, row
        except csv.Error:
            found = "un guillemet jamais refermé, ou une cellule démesurée"
            raise refus(nom, found, "un CSV bien formé", DE_NOUVEAU, reader.line_num) from None

    return next(reader), rows()


def _parquet(chemin: Path) -> Parties:
    import duckdb

    try:
        found = connexion().execute("select columns(*)::varchar from read_parquet(?)", [str(chemin)])
    except duckdb.Error:
        raise refus(chemin.name, "un fichier Parquet abîmé", "un fichier Parquet entier", DE_NOUVEAU) from None
    rows = ([cell or "" for cell in row] for row in iter(found.fetchone, None))
    return [column[0] for column in found.description], enumerate(rows, 2)


def _geojson(nom: str, content: bytes) -> Parties:
    """Return the features of a GeoJSON as rows: their properties, and their geometry as text in « contour »."""
    try:
        features = json.loads(content)["features"]
        header = list(features[0]["properties"])
        rows = [
            [str(item["properties"].get(name) or "") for name in header]
            + [json.dumps(item["geometry"], separators=(",", ":"))]
            for item in features
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        found = "un fichier JSON abîmé, ou qui n'est pas une carte"
        raise refus(nom, found, "un GeoJSON de communes", DE_NOUVEAU) from None
    return [*header, "contour"], enumerate(rows, 1)


@dataclass(frozen=True)
class Reconnaissance:
    """The columns of a file, by place."""

    famille: Famille
    cle: int  # the territory's code
    annee: int | None
    libelle: int | None
    filtre: int | None  # what selects rows
    series: dict[int, tuple[SerieOfficielle, int | None]]  # and the year of the header, when it carries one
    textes: dict[int, str]
    approchees: tuple[tuple[str, str], ...]  # headers taken for another one, with what they were taken for
    ignorees: tuple[str, ...]


def normaliser(entete: list[str]) -> list[str]:
    """Return headers without marks of order, quotes, accents, case, or spaces around."""
    plain = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in entete)
    return [name.strip(" \t'\"").lower() for name in plain]


def reconnaitre(fichier: str, entete: list[str], familles: dict[str, Famille]) -> Reconnaissance:
    """Return the family of a file and its columns: of those whose signature is there, the one that takes most columns.

    Raises:
        DonneesInvalides: None is; the fault says what each looked for, the nearest three first, and what was found.
    """
    names = normaliser(entete)
    found = [read for family in familles.values() if (read := _colonnes(family, names))]
    if found:
        return max(found, key=lambda item: (len(item.series) + len(item.textes), -len(item.approchees)))
    tried = []
    for family in familles.values():
        absent = [pattern for pattern in family.signature if not any(re.fullmatch(pattern, name) for name in names)]
        tried.append((len(absent) / len(family.signature), family.jeu, absent, family.titre))
    told = [f"{game} ({title}) : manque {', '.join(absent)}" for _, game, absent, title in sorted(tried)[:3]]
    shown = [name for name in names if name][:12]
    one_of = ", ".join(dict.fromkeys(family.jeu for family in familles.values()))
    raise refus(
        fichier,
        f"{len(names)} colonne(s), d'aucun fichier connu : {', '.join(shown)[:300]}",
        f"l'un de {one_of}. Les plus proches : {' ; '.join(told)}",
        "donner le fichier tel que téléchargé, ou décrire sa famille dans data/catalogue/sources",
        1,
    )


def _colonnes(famille: Famille, noms: list[str]) -> Reconnaissance | None:
    """Return the columns of a file as those of a family, None when its signature is not all there.

    A misspelt header is near to one that is not there, and to only one. A plain word stands for itself; a pattern with
    years or choices has no spelling to be near to.
    """
    read = list(noms)
    for pattern in famille.signature:
        if not any(re.fullmatch(pattern, name) for name in noms):
            near = proches(pattern, noms, _PRESQUE) if re.fullmatch(_MOT, pattern) else []
            if len(near) != 1:
                return None
            read[noms.index(near[0])] = pattern
    known = [series.colonne for series in famille.series if re.fullmatch(_MOT, series.colonne)]
    for at, name in enumerate(read):
        if len(name) >= 6 and not _serie(famille, name) and name not in (famille.cle, famille.libelle, famille.annee):
            near = proches(name, [column for column in known if column not in read], _PRESQUE)
            if len(near) == 1:
                read[at] = near[0]

    def place(pattern: str | None) -> int | None:
        return next((at for at, name in enumerate(read) if pattern and re.fullmatch(pattern, name)), None)

    texts = {place(pattern): name for name, pattern in famille.textes.items()}
    fixed = {name: place(getattr(famille, name)) for name in ("cle", "annee", "libelle")}
    fixed["filtre"] = place(famille.filtre.colonne if famille.filtre else None)
    used = {*texts, *fixed.values()}
    series = {at: found for at, name in enumerate(read) if at not in used and (found := _serie(famille, name))}
    return Reconnaissance(
        famille,
        **fixed,
        series=series,
        textes={at: name for at, name in texts.items() if at is not None},
        approchees=tuple((noms[at], name) for at, name in enumerate(read) if noms[at] != name),
        ignorees=tuple(name for at, name in enumerate(read) if name and at not in used and at not in series),
    )


def _serie(famille: Famille, nom: str) -> tuple[SerieOfficielle, int | None] | None:
    for item in famille.series:
        if match := re.fullmatch(item.colonne, nom):
            year = match.groupdict().get("an")
            return item, 2000 + int(year) if year else None
    other = next((item for item in famille.autres if re.fullmatch(item.colonne, nom)), None)
    return (serie_gardee(famille, f"{other.code}_{nom}"), None) if other else None


class _Lecteur:
    """The reading of one file: rows by batches, columns as series that have the line in their index, faults by kind."""

    def __init__(
        self,
        nom: str,
        content: bytes,
        familles: dict[str, Famille],
        annee: int | None,
        header: list[str],
        rows: Iterator[tuple[int, list[str]]],
    ) -> None:
        self.nom, self.header, self.rows = nom, header, rows
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.found = reconnaitre(nom, header, familles)
        self.faults: list[Faute] = []
        self.counts: Counter[str] = Counter()
        self.dites: list[str] = []
        if content[:4] != b"PAR1" and content.lstrip()[:1] != b"{" and not content.endswith((b"\n", b"\r")):
            self.dites.append("le fichier ne finit pas par un saut de ligne : vérifier sa fin")
        years = {year for _, year in self.found.series.values() if year}
        in_name = set(re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", nom))
        self.annee = annee or (max(years) if years else int(in_name.pop()) if len(in_name) == 1 else None)

    def lire(self) -> Lu:
        import pandas as pd

        found, parts = self.found, []
        self.sans_doublon()
        if found.annee is None and self.annee is None:
            absent = "aucune année, ni dans les colonnes ni dans le nom"
            self.faults.append(Faute(self.nom, absent, "l'année des chiffres", "--annee"))
        while batch := list(islice(self.rows, _LOT)):
            if (part := self.lot(batch)) is not None:
                parts.append(part)
        for kind, count in self.counts.items():
            if count > _MONTREES and kind:
                more = f"fautes de ce genre ({kind}) non citées : {count - _MONTREES}"
                self.faults.append(Faute(self.nom, more, "aucune", "corriger d'abord celles-là"))
        if not self.faults and not parts:
            self.faults.append(Faute(self.nom, "aucune ligne de chiffres", "une ligne par territoire", DE_NOUVEAU))
        tables = {} if self.faults else self.tables(pd.concat(parts, ignore_index=True))
        if self.faults:
            raise DonneesInvalides(self.faults)
        if self.counts[""]:
            self.dites.append(f"lignes sans commune (« non localisé »), laissées de côté : {self.counts['']}")
        if found.ignorees:
            rest = f" et {len(found.ignorees) - 6} de plus" if len(found.ignorees) > 6 else ""
            self.dites.append(f"colonnes non reprises : {', '.join(found.ignorees[:6])[:200]}{rest}")
        taken = [f"la colonne « {name} » est lue comme « {meant} »" for name, meant in found.approchees]
        return Lu(self.nom, self.sha256, found.famille, tables, tuple(self.dites), tuple(taken))

    def sans_doublon(self) -> None:
        """Refuse two columns of one name, or two columns of one series and year: nothing tells which is right."""
        found, names = self.found, normaliser(self.header)
        meant = {at: f"{item.code} {year or ''}" for at, (item, year) in found.series.items()}
        meant |= {at: names[at] for at in (found.cle, found.annee) if at is not None}
        every = [meant.get(at, name) for at, name in enumerate(names)]
        twice = sorted({self.header[at] for at, what in meant.items() if every.count(what) > 1})
        if twice:
            words = ("une colonne en double", "une colonne par série", f"supprimer la colonne de trop, ou {DE_NOUVEAU}")
            raise DonneesInvalides([Faute(self.nom, *words, 1, name) for name in twice])

    def refuser(self, kind: str, cells: pd.Series, attendu: str, remede: str, at: int | None = None) -> None:
        """Note a fault for each cell, of which the first of a kind are shown."""
        left = max(0, _MONTREES - self.counts[kind])
        self.counts[kind] += len(cells)
        column = None if at is None else self.header[at]
        self.faults += [
            Faute(self.nom, f"« {text[:30]} »" if column else text, attendu, remede, line, column)
            for line, text in cells.head(left).items()
        ]

    def lot(self, batch: list[tuple[int, list[str]]]) -> pd.DataFrame | None:
        """Return the rows of a batch, typed: ligne, territoire, niveau, annee, libelle, texts, and a column a place."""
        import pandas as pd

        found, width = self.found, len(self.header)
        kept, cut = {}, {}
        for line, row in batch:
            if not any(row) or row == self.header:
                continue
            if len(row) < width or any(row[width:]):
                cut[line] = f"{len(row)} colonnes"
            elif found.filtre is None or row[found.filtre] in found.famille.filtre.valeurs:
                kept[line] = row[:width]
        remedy = "télécharger de nouveau le fichier : il est coupé, ou un séparateur manque"
        self.refuser("largeur", pd.Series(cut, dtype=object), f"{width} colonnes, comme à la ligne 1", remedy)
        lines = pd.DataFrame.from_dict(kept, orient="index", columns=range(width), dtype=object)
        codes = {text: self.code(text) for text in lines[found.cle].unique()}
        places = lines[found.cle].map(codes)
        self.counts[""] += int(places.isna().sum())
        lines, places = lines[places.notna()], places[places.notna()]
        if lines.empty:
            return None
        expected = f"le code d'un territoire ({', '.join(found.famille.niveaux)})"
        remedy = "télécharger de nouveau le fichier, sans l'enregistrer dans un tableur"
        self.refuser("code", lines.loc[places.str[0].eq(""), found.cle], expected, remedy, found.cle)
        own = {"territoire": places.str[0], "niveau": places.str[1]}
        if found.libelle is not None:
            own["libelle"] = lines[found.libelle].str.strip()
        own |= {f"texte {name}": lines[at].str.strip() for at, name in found.textes.items()}
        years = self.annee or 0 if found.annee is None else self.annees(lines[found.annee])
        figures = {at: self.nombres(lines[at], at) for at in found.series}
        return pd.DataFrame(own, dtype="str").assign(ligne=lines.index, annee=years).join(pd.DataFrame(figures))

    def code(self, text: str) -> tuple[str, str] | None:
        """Return a code as text, the zero that a spreadsheet took away put back, with its level; None for nowhere."""
        family = self.found.famille
        code = text.strip(" '\"\u00a0").upper().removeprefix(family.prefixe)
        code = _ZEROS.sub("", code.translate(ESPACES))
        if family.non_localise and re.fullmatch(family.non_localise, code):
            return None
        for level in family.niveaux:
            short = len(code) == LONGUEURS[level] - 1 and level != "epci"
            if FORMES[level].fullmatch(padded := "0" * short + code):
                return padded, level
        return "", ""

    def annees(self, texts: pd.Series) -> pd.Series:
        plain = texts.str.strip().str.replace(_ZEROS, "", regex=True)
        parts = plain.str.extract(r"^((?:19|20)[0-9]{2})(?:[-/]?([01][0-9]))?(?:[-/][0-3][0-9].*)?$")
        month = self.found.famille.mois
        good = parts[0].notna() & (parts[1].isna() | parts[1].eq(f"{month:02}") if month else True)
        expected = f"une année, ou son mois {month}" if month else "une année"
        self.refuser("année", texts[~good], expected, DE_NOUVEAU, self.found.annee)
        return parts[0].where(good, 0).astype(int)

    def nombres(self, texts: pd.Series, at: int) -> pd.Series:
        """Return the numbers of a column: NaN where missing, infinite where suppressed."""
        import numpy as np
        import pandas as pd

        item = self.found.series[at][0]
        values = pd.to_numeric(texts, errors="coerce").astype("float64")
        unread = texts[~np.isfinite(values)]
        empty = SECRET if self.found.famille.vide == Statut.SECRET else np.nan
        read = {text: _nombre(text, empty) for text in unread.unique()}
        values.loc[unread.index] = unread.map(read).astype("float64")
        wrong = unread[unread.isin([text for text, number in read.items() if number is None])]
        self.refuser("nombre", wrong, "un nombre, « s », ou rien", "corriger d'après la source", at)
        known, limit = values[np.isfinite(values)], item.unite == "pourcent" and not item.libre
        wrong = (known < 0) & (not item.libre) | (known > 100) & limit | (known % 1 != 0) & item.sans_decimale
        expected = "un nombre entier" if item.sans_decimale else "un nombre"
        expected += "" if item.libre else ", zéro ou plus" + (", 100 au plus" if limit else "")
        self.refuser("bornes", texts[known.index[wrong]], expected, "corriger d'après la source", at)
        return values

    def tables(self, whole: pd.DataFrame) -> dict[tuple[int, str], pd.DataFrame]:
        """Return one table a year and a level: a header that carries its year goes to it, the others to the row's."""
        import pandas as pd

        twice = whole[whole.duplicated(["territoire", "annee"])].set_index("ligne")
        said = "« " + twice["territoire"] + " » une seconde fois pour " + twice["annee"].astype("str")
        self.refuser("double", said, "une ligne par territoire et par année", "supprimer la ligne de trop")
        if self.faults:
            return {}
        own = {"libelle": "libelle"} | {f"texte {name}": name for name in self.found.textes.values()}
        own = {name: kept for name, kept in own.items() if name in whole}
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


def _nombre(texte: str, vide: float) -> float | None:
    """Return a number as its producer writes it, missing or suppressed, None when it is none of these."""
    plain = texte.translate(ESPACES).lower().replace(",", ".")
    if not plain:
        return vide
    if plain in SECRETS:
        return SECRET
    if plain in ABSENTS:
        return float("nan")
    return float(plain) if _NOMBRE.fullmatch(plain) else None
