"""Official files, as downloaded: recognised by their content, read whatever the year, added to the
store or refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from ctglib.donnees import magasin
from ctglib.donnees.ecriture import PROVISOIRES, ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import proches, racine
from ctglib.donnees.modeles.sources import (
    Famille,
    FichierAjoute,
    Registre,
    SerieOfficielle,
    TableGardee,
)
from ctglib.donnees.statuts import Statut
from ctglib.donnees.vraisemblance import COMMUNES, douter

MOTS = dict.fromkeys(("s", "secret", "ss"), magasin.SECRET)  # what is written for a number
MOTS |= dict.fromkeys(("nd", "n.d.", "nc", "n.c.", "n/a", "na", "null", "-", "…", "..."), np.nan)
ESPACES = str.maketrans("", "", " \t\u00a0\u202f\u2009")
# difflib's: one letter wrong in seven or more; a shorter name is too easily another column
_PRESQUE = 0.88
# a plain word stands for itself; a pattern with years or choices has no spelling to be near to
_MOT = r"[a-z0-9_]{6,}"
_LOT = 20_000
_MONTREES = 5  # faults of a kind that are told, before « et n autres »
_CITEES = 3
_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?(e\+?[0-9]{1,2})?")
_ZEROS = re.compile(r"[.,]0+$")  # what a spreadsheet adds to a whole number
Rangs = Iterator[tuple[int, list[str]]]  # rows with their line


def lire_officiel(chemin: Path, familles: dict[str, Famille], annee: int | None = None) -> Officiel:
    """Return an official file, read whole: CSV (« ; », « , » or tabulation; UTF-8 or Windows-1252),
    Parquet, GeoJSON.

    ``annee`` is the year of the figures, when neither the columns nor the name of the file say it.
    """
    try:
        content = chemin.read_bytes()
    except OSError:
        raise refus(chemin.name, *mots("officiel_absent")) from None
    if content[:4] == b"PAR1":
        return Officiel(chemin.name, content, familles, annee, *_parquet(chemin))
    kinds = {
        b"PK": "un classeur Excel ou une archive ZIP",
        b"%P": "un PDF",
        b"\x1f\x8b": "un fichier compressé",
    }
    found = kinds.get(
        content[:2], "un fichier qui n'est pas du texte" if b"\0" in content[:4096] else None
    )
    if found := found if content.strip() else "un fichier vide":
        raise refus(chemin.name, *mots("officiel_d_une_autre_sorte", sorte=found))
    if content.lstrip()[:1] == b"{":
        return Officiel(chemin.name, content, familles, annee, *_geojson(chemin.name, content))
    return lire_csv(chemin.name, content, familles, annee)


def lire_csv(
    nom: str, content: bytes, familles: dict[str, Famille], annee: int | None = None
) -> Officiel:
    """Return the bytes of a CSV, as ``lire_officiel`` does of a file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text[:100_000].split("\n", 1)[0]
    delimiter = max(";,\t|", key=first.count)
    if first.count(delimiter) == 0:
        raise refus(nom, *mots("officiel_sans_separateur", entete=first.strip()), 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = Officiel(
            nom, content, familles, annee, next(reader), ((reader.line_num, row) for row in reader)
        )
    except csv.Error:
        raise refus(nom, *mots("officiel_mal_forme"), reader.line_num) from None
    if not content.endswith((b"\n", b"\r")):
        found.dites.insert(0, "le fichier ne finit pas par un saut de ligne : vérifier sa fin")
    return found


def _parquet(chemin: Path) -> tuple[list[str], Rangs]:
    import duckdb

    try:
        found = (
            magasin.moteur()
            .cursor()
            .execute("select columns(*)::varchar from read_parquet(?)", [str(chemin)])
        )
    except duckdb.Error:
        raise refus(chemin.name, *mots("parquet_abime")) from None
    rows = ([cell or "" for cell in row] for row in iter(found.fetchone, None))
    return [column[0] for column in found.description], enumerate(rows, 2)


def _geojson(nom: str, content: bytes) -> tuple[list[str], Rangs]:
    """Return the features of a GeoJSON as rows: their properties, and their geometry as text in
    « contour ».
    """
    try:
        features = json.loads(content)["features"]
        header = list(features[0]["properties"])
        rows = [
            [str(item["properties"].get(name) or "") for name in header]
            + [json.dumps(item["geometry"], separators=(",", ":"))]
            for item in features
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        raise refus(nom, *mots("carte_abimee")) from None
    return [*header, "contour"], enumerate(rows, 1)


class _Colonnes:
    """The columns of a file, by place, as those of a family; ``absentes``: what it lacks to be one
    of the family.
    """

    def __init__(self, famille: Famille, noms: list[str]) -> None:
        self.famille = famille
        self.noms = noms
        self.lus = list(noms)
        # A misspelt header is near to one that is not there, and to only one.
        words = [*famille.signature, *(series.colonne for series in famille.series)]
        words = [word for word in words if re.fullmatch(_MOT, word)]
        named = (famille.cle, famille.annee, *famille.textes.values())
        for at, name in enumerate(noms):
            if len(name) >= 6 and not self.serie(name) and name not in named:
                near = proches(name, [word for word in words if word not in self.lus], _PRESQUE)
                self.lus[at] = near[0] if len(near) == 1 else name
        self.absentes = [pattern for pattern in famille.signature if self.place(pattern) is None]
        self.cle, self.annee = self.place(famille.cle), self.place(famille.annee)
        self.filtre = {self.place(pattern): values for pattern, values in famille.filtre.items()}
        self.textes = {
            at: name
            for name, pattern in famille.textes.items()
            if (at := self.place(pattern)) is not None
        }
        used = {self.cle, self.annee, *self.filtre, *self.textes}
        self.series = {
            at: found
            for at, name in enumerate(self.lus)
            if at not in used and (found := self.serie(name))
        }
        self.ignorees = [
            name for at, name in enumerate(self.lus) if name and at not in {*used, *self.series}
        ]

    def place(self, motif: str | None) -> int | None:
        return next(
            (at for at, name in enumerate(self.lus) if motif and re.fullmatch(motif, name)), None
        )

    def serie(self, nom: str) -> tuple[SerieOfficielle, int | None] | None:
        """Return the series of a header, and its year when it carries one."""
        for item in self.famille.series:
            if match := re.fullmatch(item.colonne, nom):
                year = match.groupdict().get("an")
                return item, 2000 + int(year) if year else None
        other = next(
            (item for item in self.famille.autres if re.fullmatch(item.colonne, nom)), None
        )
        return (magasin.serie_gardee(self.famille, f"{other.code}_{nom}"), None) if other else None


def _reconnaitre(fichier: str, entete: list[str], familles: dict[str, Famille]) -> _Colonnes:
    """Return the columns as those of a family: of those whose signature is there, the one that
    takes most columns.
    """
    plain = (
        unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in entete
    )
    names = [name.strip(" \t'\"").lower() for name in plain]
    tried = [_Colonnes(family, names) for family in familles.values()]
    if found := [one for one in tried if not one.absentes]:
        return max(
            found,
            key=lambda one: (
                len(one.series) + len(one.textes),
                -sum(map(str.__ne__, one.lus, names)),
            ),
        )
    tried.sort(key=lambda one: (len(one.absentes) / len(one.famille.signature), one.famille.jeu))
    told = [
        f"{one.famille.jeu} ({one.famille.titre}) : manque {', '.join(one.absentes)}"
        for one in tried[:3]
    ]
    shown = ", ".join([name for name in names if name][:12])
    known = ", ".join(dict.fromkeys(family.jeu for family in familles.values()))
    words = mots(
        "officiel_inconnu", nombre=len(names), colonnes=shown, jeux=known, proches=" ; ".join(told)
    )
    raise refus(fichier, *words, 1)


class Officiel:
    """An official file, read by batches of rows, refused with all its faults.

    ``tables`` are by year and level: territoire (index), libelle, texts, series (infinite where
    suppressed). In French, ``dites`` tells the rows and columns left out, ``alertes`` what looks
    wrong and does not prevent reading.
    """

    def __init__(
        self,
        nom: str,
        content: bytes,
        familles: dict[str, Famille],
        annee: int | None,
        header: list[str],
        rows: Rangs,
    ) -> None:
        self.nom = nom
        self.header = header
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.found = found = _reconnaitre(nom, header, familles)
        self.famille = found.famille
        self.faults: list[Faute] = []
        self.counts: Counter[str] = Counter()
        self.dites: list[str] = []
        years = {year for _, year in found.series.values() if year}
        in_name = set(re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", nom))
        self.annee = annee or (
            max(years) if years else int(in_name.pop()) if len(in_name) == 1 else None
        )

        # Of two columns of one name, or of one series and year, nothing tells which is right.
        meant = {at: f"{item.code} {year or ''}" for at, (item, year) in found.series.items()}
        meant |= {at: found.noms[at] for at in (found.cle, found.annee) if at is not None}
        every = [meant.get(at, name) for at, name in enumerate(found.noms)]
        if twice := sorted(
            {self.header[at] for at, what in meant.items() if every.count(what) > 1}
        ):
            raise DonneesInvalides(
                [Faute(self.nom, *mots("serie_en_double"), 1, name) for name in twice]
            )
        if found.annee is None and self.annee is None:
            self.faults.append(Faute(self.nom, *mots("officiel_sans_annee")))
        parts: list[pd.DataFrame] = []
        while batch := list(islice(rows, _LOT)):
            parts += self._lot(batch)
        nowhere = self.counts.pop("", 0)
        for kind, count in self.counts.items():
            if count > _MONTREES:
                self.faults.append(
                    Faute(self.nom, *mots("fautes_non_citees", genre=kind, reste=count - _MONTREES))
                )
        if not self.faults and not parts:
            self.faults.append(Faute(self.nom, *mots("officiel_sans_chiffres")))
        self.tables = {} if self.faults else self._ranger(pd.concat(parts, ignore_index=True))
        if self.faults:
            raise DonneesInvalides(self.faults)
        if nowhere:
            self.dites.append(
                f"lignes sans commune (« non localisé »), laissées de côté : {nowhere}"
            )
        if found.ignorees:
            rest = f" et {len(found.ignorees) - 6} de plus" if len(found.ignorees) > 6 else ""
            self.dites.append(
                f"colonnes non reprises : {', '.join(found.ignorees[:6])[:200]}{rest}"
            )
        pairs = zip(found.noms, found.lus, strict=True)
        self.alertes = [
            f"la colonne « {name} » est lue comme « {meant} »"
            for name, meant in pairs
            if name != meant
        ]

    def _refuser(
        self, kind: str, cle: str, cells: pd.Series, at: int | None = None, **valeurs: object
    ) -> None:
        """Note a fault for each cell, of which the first of a kind are shown."""
        left = max(0, _MONTREES - self.counts[kind])
        self.counts[kind] += len(cells)
        column = None if at is None else self.header[at]
        for line, text in cells.head(left).items():
            self.faults.append(Faute(self.nom, *mots(cle, cellule=text, **valeurs), line, column))

    def _lot(self, batch: list[tuple[int, list[str]]]) -> Iterator[pd.DataFrame]:
        """Yield the rows of a batch, typed: ligne, territoire, niveau, annee, texts, and a column a
        place.
        """
        found = self.found
        width = len(self.header)
        full = {line: row for line, row in batch if any(row) and row != self.header}
        cut = {
            line: f"{len(row)} colonnes"
            for line, row in full.items()
            if len(row) < width or any(row[width:])
        }
        self._refuser("largeur", "autre_largeur", pd.Series(cut, dtype=object), largeur=width)
        kept = {line: row[:width] for line, row in full.items() if line not in cut}
        lines = pd.DataFrame.from_dict(kept, orient="index", columns=range(width), dtype=object)
        for at, values in found.filtre.items():
            lines = lines if at is None else lines[lines[at].isin(values)]
        places = lines[found.cle].map(
            {text: self._code(text) for text in lines[found.cle].unique()}
        )
        self.counts[""] += int(places.isna().sum())
        lines = lines[places.notna()]
        places = places.dropna()
        if lines.empty:
            return
        wrong = lines.loc[places.str[0].eq(""), found.cle]
        levels = ", ".join(self.famille.niveaux)
        self._refuser("code", "code_illisible", wrong, found.cle, niveaux=levels)
        own = {"territoire": places.str[0], "niveau": places.str[1]}
        own |= {name: lines[at].str.strip() for at, name in found.textes.items()}
        years = self.annee or 0 if found.annee is None else self._annees(lines[found.annee])
        figures = {at: self._nombres(lines[at], at) for at in found.series}
        yield (
            pd.DataFrame(own, dtype="str")
            .assign(ligne=lines.index, annee=years)
            .join(pd.DataFrame(figures))
        )

    def _code(self, text: str) -> tuple[str, str] | None:
        """Return a code as text, the zero that a spreadsheet took away put back, and its level;
        None for nowhere.
        """
        family = self.famille
        code = text.strip(" '\"\u00a0").upper().removeprefix(family.prefixe)
        code = _ZEROS.sub("", code.translate(ESPACES))
        if family.non_localise and re.fullmatch(family.non_localise, code):
            return None
        forms = ((level, whole) for level in family.niveaux for whole in (code, f"0{code}"))
        return next(
            ((whole, level) for level, whole in forms if magasin.FORMES[level].fullmatch(whole)),
            ("", ""),
        )

    def _annees(self, texts: pd.Series) -> pd.Series:
        plain = texts.str.strip().str.replace(_ZEROS, "", regex=True)
        parts = plain.str.extract(
            r"^((?:19|20)[0-9]{2})(?:[-/]?([01][0-9]))?(?:[-/][0-3][0-9].*)?$"
        )
        month = self.famille.mois
        good = parts[0].notna() & (parts[1].isna() | parts[1].eq(f"{month:02}") if month else True)
        kind = "mois_illisible" if month else "annee_officielle"
        self._refuser("année", kind, texts[~good], self.found.annee, mois=month)
        return parts[0].where(good, 0).astype(int)

    def _nombres(self, texts: pd.Series, at: int) -> pd.Series:
        """Return the numbers of a column: NaN where missing, infinite where suppressed."""
        item = self.found.series[at][0]
        values = pd.to_numeric(texts, errors="coerce").astype("float64")
        unread = texts[~np.isfinite(values)]
        words = MOTS | {"": magasin.SECRET if self.famille.vide == Statut.SECRET else np.nan}
        plain = {
            text: text.translate(ESPACES).lower().replace(",", ".") for text in unread.unique()
        }
        read = {
            text: words.get(one, float(one) if _NOMBRE.fullmatch(one) else None)
            for text, one in plain.items()
        }
        values.loc[unread.index] = unread.map(read).astype("float64")
        wrong = unread[unread.isin([text for text, number in read.items() if number is None])]
        self._refuser("nombre", "nombre_officiel", wrong, at)
        known = values[np.isfinite(values)]
        limit = item.unite == "pourcent" and not item.libre
        whole = item.entier or (item.arrondi or 0) >= 1
        wrong = (known < 0) & (not item.libre) | (known > 100) & limit | (known % 1 != 0) & whole
        expected = "un nombre entier" if whole else "un nombre"
        expected += "" if item.libre else ", zéro ou plus" + (", 100 au plus" if limit else "")
        self._refuser("bornes", "hors_bornes", texts[known.index[wrong]], at, attendu=expected)
        return values

    def _ranger(self, whole: pd.DataFrame) -> dict[tuple[int, str], pd.DataFrame]:
        """Return one table a year and a level: a header that carries its year goes to it, the
        others to the row's.
        """
        twice = whole[whole.duplicated(["territoire", "annee"])].set_index("ligne")
        said = (
            "« " + twice["territoire"] + " » une seconde fois pour " + twice["annee"].astype("str")
        )
        self._refuser("double", "territoire_en_double", said)
        parts: dict[tuple[int, str], list[pd.DataFrame]] = {}
        for (year, level), rows in whole.groupby(["annee", "niveau"], sort=True):
            series = {
                at: (written or int(year), item.code)
                for at, (item, written) in self.found.series.items()
            }
            for shown in {one for one, _ in series.values()} or {int(year)}:
                names = {at: code for at, (one, code) in series.items() if one == shown}
                part = rows.set_index("territoire")[[*self.found.textes.values(), *names]].rename(
                    columns=names
                )
                parts.setdefault((shown, level), []).append(part)
        tables = {key: pd.concat(found).sort_index() for key, found in sorted(parts.items())}
        return {
            key: self._avec_les_villes(one) if key[1] == "commune" else one
            for key, one in tables.items()
        }

    def _avec_les_villes(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table of communes with those that it only gives by arrondissements: the sums of
        their counts.
        """
        city = magasin.commune_de(table.index)
        parts = table[(city != table.index) & ~city.isin(table.index)]
        counts = [
            item.code for item, _ in self.found.series.values() if item.unite in ("nombre", "euros")
        ]
        if (
            parts.empty
            or not self.famille.somme
            or not (kept := [name for name in counts if name in table])
        ):
            return table
        summed = (
            parts[kept]
            .groupby(magasin.commune_de(parts.index))
            .agg(lambda counts: counts.sum(skipna=False))
        )
        self.dites.append(
            f"sommes de leurs arrondissements, absentes du fichier : {', '.join(summed.index)}"
        )
        return pd.concat([table, summed]).sort_index().rename_axis(table.index.name)


class Ajout:
    """An addition to the store: prepared and told first, then written whole or not at all.

    ``registre`` would be its ``origine.yaml``, ``octets`` its tables by name. In French, ``dites``
    tells what would be added, ``revisions`` what would replace another figure, ``alertes`` what
    looks wrong.
    """

    def __init__(
        self,
        chemins: Sequence[Path],
        *,
        annee: int | None = None,
        le: date | None = None,
        departements: tuple[str, ...] = (),
        commun: bool = False,
    ) -> None:
        """Prepare what adding files would do, or raise all their faults.

        A second file is compared with the first.

        ``annee`` is the year of the figures of a file that does not say it; ``le``, the date of the
        files, that of the last change of each by default, never today's; ``commun``, whether the
        committed tables are meant.
        """
        self.familles = magasin.charger_familles()
        faults = []
        read = []
        for path in chemins:
            with recueillir(faults):
                read.append((path, lire_officiel(path, self.familles, annee)))
        if faults:
            raise DonneesInvalides(faults)
        self.dossier = magasin.PUBLIQUES if commun else magasin.LOCALES
        self.departements = departements
        self.gardees = magasin.tables(
            dossiers=(magasin.PUBLIQUES,) if commun else (magasin.PUBLIQUES, magasin.LOCALES)
        )
        self.nouvelles: dict[magasin.Cle, pd.DataFrame] = {}
        self.dites = []
        self.revisions = []
        self.alertes = []
        register = magasin.lire_registre(self.dossier)
        files = list(register.fichiers)
        for path, one in read:
            there = (*files, *magasin.lire_registre(magasin.PUBLIQUES).fichiers)
            if any(
                (item.sha256, item.departements) == (one.sha256, departements) for item in there
            ):
                self.dites.append(f"{one.nom} : déjà ajouté, rien à changer")
                continue
            self._ajouter(one)
            told = {name: getattr(one.famille, name) for name in ("producteur", "jeu", "licence")}
            own = {
                "fichier": one.nom,
                "sha256": one.sha256,
                "famille": one.famille.id,
                "departements": departements,
            }
            files.append(
                FichierAjoute(**own, **told, date=le or date.fromtimestamp(path.stat().st_mtime))
            )
        rows = {(item.famille, item.niveau, item.annee): item for item in register.tables}
        self.octets: dict[str, bytes] = {}
        for (family, year, level), part in self.nouvelles.items():
            content = magasin.en_parquet(part)
            digest = hashlib.sha256(content).hexdigest()
            name = f"{family}/{year}-{level}-{digest[:8]}.parquet"
            rows[family, level, year] = TableGardee(
                famille=family,
                annee=year,
                niveau=level,
                table=name,
                sha256=digest,
                territoires=len(part),
                series=tuple(name for name in part.columns if part[name].dtype == "float64"),
                sources=tuple(part.attrs["sources"]),
            )
            self.octets[name] = content
        self.registre = Registre(
            fichiers=tuple(files), tables=tuple(rows[key] for key in sorted(rows))
        )

    def _table(self, cle: magasin.Cle) -> pd.DataFrame:
        """Return the figures of a key as they would be; ``attrs["sources"]``: the fingerprints of
        their files.
        """
        if cle in self.nouvelles:
            return self.nouvelles[cle]
        table = (
            magasin.lire_tables([self.gardees[cle]])
            .set_index("territoire")
            .drop(columns=["annee", "niveau"])
        )
        table.attrs["sources"] = self.gardees[cle].sources
        return table

    def _ajouter(self, lu: Officiel) -> None:
        family = lu.famille
        parts = {
            key: kept for key, part in lu.tables.items() if len(kept := self._garder(part, key[1]))
        }
        told = []
        for level in dict.fromkeys(level for _, level in parts):
            sizes = {str(year): len(part) for (year, one), part in parts.items() if one == level}
            told.append(f"{level} {', '.join(sizes)} ({max(sizes.values())} territoires)")
        what = f"{family.titre} ({family.producteur}, {family.jeu}) – {' ; '.join(told) or 'aucun territoire'}"
        self.dites += [f"{lu.nom} : {what}", *(f"  {said}" for said in lu.dites)]
        self.alertes += [f"{lu.nom} : {said}" for said in lu.alertes]
        for key, part in parts.items():
            self._poser((family.id, *key), part, lu.sha256)
        looked = [(family.id, *key) for key in parts]
        doubts = douter({*self.gardees, *self.nouvelles}, looked, self._table, self.familles)
        self.alertes += [one.dit for one in doubts]

    def _garder(self, part: pd.DataFrame, niveau: str) -> pd.DataFrame:
        """Return the rows of the départements asked for; an EPCI is in each that it has communes
        in.
        """
        if not self.departements:
            return part
        if niveau != "epci":
            return part[part.index.str.startswith(self.departements)]
        latest = max(
            (key for key in (*self.gardees, *self.nouvelles) if key[0] == COMMUNES), default=None
        )
        if latest is None:
            return part[:0]
        communes = self._table(latest)
        return part[
            part.index.isin(communes.loc[communes["departement"].isin(self.departements), "epci"])
        ]

    def _poser(self, cle: magasin.Cle, part: pd.DataFrame, empreinte: str) -> None:
        """Lay the figures of a file over those there are, and tell what changes.

        The new rows stand for the old; a column that the new file lacks stays as it was.
        """
        place = f"{cle[0]}, {cle[2]}, {cle[1]}"
        known = ()
        if cle in self.gardees or cle in self.nouvelles:
            before = self._table(cle)
            self.dites.append(f"  {place} : année déjà là, {len(before)} territoires")
            common = before.index.intersection(part.index)
            names = [name for name in part if name in before and part[name].dtype == "float64"]
            changes = before.loc[common, names].compare(part.loc[common, names])
            for name in changes.columns.unique(0):
                pairs = changes[name].dropna(
                    how="all"
                )  # of a territory that another column alone revises
                shown = [
                    f"{code} {_chiffre(old)} → {_chiffre(new)}"
                    for code, old, new in pairs[:_CITEES].itertuples()
                ]
                rest = f" et {len(pairs) - _CITEES} autre(s)" if len(pairs) > _CITEES else ""
                self.revisions.append(f"{place} : {name} révisé pour {', '.join(shown)}{rest}")
            merged = before.reindex(
                index=before.index.union(part.index), columns=[*dict.fromkeys([*before, *part])]
            )
            merged.loc[part.index, list(part.columns)] = part
            if merged.equals(before):
                return
            part = merged
            known = before.attrs["sources"]
        part.attrs["sources"] = [*(item for item in known if item != empreinte), empreinte]
        self.nouvelles[cle] = part

    def enregistrer(self) -> None:
        """Write the tables, then the register that names them, last: a kill before that leaves the
        store as it was.

        Tables that nothing names any more are removed afterwards, with what a killed command may
        have left.
        """
        folder = racine() / self.dossier
        told = self.registre.model_dump(mode="json")
        text = yaml.safe_dump(
            told, allow_unicode=True, sort_keys=False, width=130, default_flow_style=None
        )
        head = "# Écrit par « ctg source ajouter » : fichiers officiels ajoutés, et tables qui en sont faites.\n"
        origin = {folder / magasin.ORIGINE: (head + text).encode()}
        ecrire({folder / name: content for name, content in self.octets.items()} | origin)
        named = {item.table for item in self.registre.tables}
        for path in [*folder.rglob("*.parquet"), *folder.rglob(PROVISOIRES)]:
            if path.relative_to(folder).as_posix() not in named:
                path.unlink(missing_ok=True)


def _chiffre(value: float) -> str:
    return "vide" if value != value else "secret" if value == magasin.SECRET else f"{value:g}"
