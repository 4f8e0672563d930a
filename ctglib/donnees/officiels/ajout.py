"""An addition to the store: prepared and told first, then written whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from ctglib.donnees.ecriture import PROVISOIRES, ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import racine
from ctglib.donnees.magasin import (
    LOCALES,
    ORIGINE,
    PUBLIQUES,
    charger_familles,
    en_parquet,
    lire_registre,
    lire_tables,
    tables,
)
from ctglib.donnees.modeles.sources import FichierAjoute, Registre, TableGardee
from ctglib.donnees.officiels.fichier import Lu, lire_officiel
from ctglib.donnees.officiels.vraisemblance import COMMUNES, Cle, douter

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.sources import Famille

_CITEES = 3


@dataclass
class Ajout:
    """What adding files would do."""

    dossier: str  # the store, in the data folder
    registre: Registre  # what its ``origine.yaml`` would be
    octets: dict[str, bytes] = field(default_factory=dict)  # the tables to write, by name in the store
    dites: list[str] = field(default_factory=list)  # what was recognised and would be added, in French
    revisions: list[str] = field(default_factory=list)  # what would replace another figure
    alertes: list[str] = field(default_factory=list)  # what looks wrong


@dataclass(frozen=True)
class Demande:
    """What the files do not say."""

    annee: int | None = None  # of the figures of a file that does not say it
    le: date | None = None  # date of the files; that of the last change of each by default, never today's
    departements: tuple[str, ...] = ()  # those to keep, all by default
    commun: bool = False  # write to the committed tables rather than to the user's


def preparer(chemins: Sequence[Path], demande: Demande) -> Ajout:
    """Return what adding these files would do; nothing is written.

    Raises:
        DonneesInvalides: A file is unreadable, unknown or has faults: all the faults of all the files.
    """
    families, faults, read = charger_familles(), [], []
    for path in chemins:
        try:
            read.append((path, lire_officiel(path, families, demande.annee)))
        except DonneesInvalides as error:
            faults += error.fautes
    if faults:
        raise DonneesInvalides(faults)
    folder = PUBLIQUES if demande.commun else LOCALES
    store = _Etat(Ajout(folder, lire_registre(folder)), families)
    for path, one in read:
        store.ajouter(path, one, demande)
    return store.ajout


def enregistrer(ajout: Ajout) -> None:
    """Write the tables, then the register that names them, last: a kill before that leaves the store as it was.

    Tables that nothing names any more are removed afterwards, with what a killed command may have left.
    """
    folder = racine() / ajout.dossier
    text = yaml.safe_dump(
        ajout.registre.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=130, default_flow_style=None
    )
    head = "# Écrit par « ctg source ajouter » : fichiers officiels ajoutés, et tables qui en sont faites.\n"
    origin = {folder / ORIGINE: (head + text).encode()}
    ecrire({folder / name: content for name, content in ajout.octets.items()} | origin)
    named = {item.table for item in ajout.registre.tables}
    for path in [*folder.rglob("*.parquet"), *folder.rglob(PROVISOIRES)]:
        if path.relative_to(folder).as_posix() not in named:
            path.unlink(missing_ok=True)


class _Etat:
    """The store as it is, with what is being added: a second file is compared with the first."""

    def __init__(self, ajout: Ajout, familles: dict[str, Famille]) -> None:
        folders = (PUBLIQUES,) if ajout.dossier == PUBLIQUES else (PUBLIQUES, LOCALES)
        self.ajout, self.familles, self.gardees = ajout, familles, tables(dossiers=folders)
        self.nouvelles: dict[Cle, pd.DataFrame] = {}

    def table(self, cle: Cle) -> pd.DataFrame:
        """Return the figures of a key as they would be."""
        if cle in self.nouvelles:
            return self.nouvelles[cle]
        return lire_tables([self.gardees[cle]]).set_index("territoire").drop(columns=["annee", "niveau"])

    def ajouter(self, chemin: Path, lu: Lu, demande: Demande) -> None:
        add, family = self.ajout, lu.famille
        there = (*add.registre.fichiers, *lire_registre(PUBLIQUES).fichiers)
        if any((item.sha256, item.departements) == (lu.sha256, demande.departements) for item in there):
            add.dites.append(f"{lu.nom} : déjà ajouté, rien à changer")
            return
        parts = {key: self.garder(part, key[1], demande.departements) for key, part in lu.tables.items()}
        parts = {key: part for key, part in parts.items() if len(part)}
        told = " ; ".join(
            f"{level} {', '.join(str(year) for year, one in parts if one == level)} "
            f"({max(len(part) for (_, one), part in parts.items() if one == level)} territoires)"
            for level in dict.fromkeys(level for _, level in parts)
        )
        what = f"{family.titre} ({family.producteur}, {family.jeu}) – {told or 'aucun territoire'}"
        add.dites += [f"{lu.nom} : {what}", *(f"  {said}" for said in lu.dites)]
        add.alertes += [f"{lu.nom} : {said}" for said in lu.alertes]
        for key, part in parts.items():
            self.poser((family.id, *key), part, lu)
        looked = [(family.id, *key) for key in parts]
        add.alertes += [one.dit for one in douter({*self.gardees, *self.nouvelles}, looked, self.table, self.familles)]
        entry = FichierAjoute(
            fichier=lu.nom,
            sha256=lu.sha256,
            famille=family.id,
            date=demande.le or date.fromtimestamp(chemin.stat().st_mtime),
            producteur=family.producteur,
            jeu=family.jeu,
            licence=family.licence,
            departements=demande.departements,
        )
        add.registre = add.registre.model_copy(update={"fichiers": (*add.registre.fichiers, entry)})

    def garder(self, part: pd.DataFrame, niveau: str, departements: tuple[str, ...]) -> pd.DataFrame:
        """Return the rows of these départements; an EPCI is in each that it has communes in."""
        if not departements:
            return part
        if niveau != "epci":
            return part[part.index.str.startswith(departements)]
        latest = max((key for key in (*self.gardees, *self.nouvelles) if key[0] == COMMUNES), default=None)
        if latest is None:
            return part[:0]
        communes = self.table(latest)
        return part[part.index.isin(communes.loc[communes["departement"].isin(departements), "epci"])]

    def poser(self, cle: Cle, part: pd.DataFrame, lu: Lu) -> None:
        """Lay the figures of a file over those there are, and tell what changes.

        The new rows stand for the old; a column that the new file lacks stays as it was.
        """
        family, year, level = cle
        if cle in self.gardees or cle in self.nouvelles:
            before = self.table(cle)
            self.ajout.dites.append(f"  {family}, {level}, {year} : année déjà là, {len(before)} territoires")
            self.ajout.revisions += _revisions(before, part, f"{family}, {level}, {year}")
            merged = before.reindex(index=before.index.union(part.index), columns=[*dict.fromkeys([*before, *part])])
            merged.loc[part.index, list(part.columns)] = part
            if merged.equals(before):
                return
            part = merged
        self.nouvelles[cle] = part
        content = en_parquet(part)
        digest = hashlib.sha256(content).hexdigest()
        known = self.gardees[cle].table.sources if cle in self.gardees else ()
        row = TableGardee(
            famille=family,
            annee=year,
            niveau=level,
            table=f"{family}/{year}-{level}-{digest[:8]}.parquet",
            sha256=digest,
            territoires=len(part),
            series=tuple(name for name in part.columns if part[name].dtype == "float64"),
            sources=(*(item for item in known if item != lu.sha256), lu.sha256),
        )
        register = self.ajout.registre
        others = [item for item in register.tables if (item.famille, item.annee, item.niveau) != cle]
        rows = sorted([*others, row], key=lambda item: (item.famille, item.niveau, item.annee))
        self.ajout.registre = register.model_copy(update={"tables": tuple(rows)})
        named = {item.table for item in rows}
        kept = {name: octets for name, octets in self.ajout.octets.items() if name in named}
        self.ajout.octets = kept | {row.table: content}


def _revisions(avant: pd.DataFrame, apres: pd.DataFrame, lieu: str) -> list[str]:
    """Return what the new figures change of those there are, series by series."""
    rows = avant.index.intersection(apres.index)
    said = []
    for name in [name for name in apres.columns if name in avant.columns and apres[name].dtype == "float64"]:
        old, new = avant.loc[rows, name], apres.loc[rows, name]
        changed = rows[old.ne(new) & ~(old.isna() & new.isna())]
        if len(changed):
            shown = [f"{code} {_chiffre(old[code])} → {_chiffre(new[code])}" for code in changed[:_CITEES]]
            rest = f" et {len(changed) - _CITEES} autre(s)" if len(changed) > _CITEES else ""
            said.append(f"{lieu} : {name} révisé pour {', '.join(shown)}{rest}")
    return said


def _chiffre(value: float) -> str:
    return "vide" if value != value else "secret" if value == float("inf") else f"{value:g}"
