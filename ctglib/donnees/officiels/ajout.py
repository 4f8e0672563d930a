"""An addition to the store: prepared and told first, then written whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from ctglib.donnees.ecriture import PROVISOIRES, ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import racine
from ctglib.donnees.magasin import LOCALES, ORIGINE, PUBLIQUES, en_parquet, lire_registre, lire_tables, tables
from ctglib.donnees.modeles.sources import FichierAjoute, Registre, TableGardee
from ctglib.donnees.officiels.familles import charger_familles
from ctglib.donnees.officiels.fichier import Lu, lire_officiel
from ctglib.donnees.officiels.vraisemblance import COMMUNES, Cle, douter

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.sources import Famille

_CITEES = 3


@dataclass
class Ajout:
    """What adding files would do.

    Attributes:
        dossier: The store, in the data folder.
        registre: What its ``origine.yaml`` would be.
        octets: The tables to write, by name in the store.
        dites: What was recognised and would be added, in French.
        revisions: What would replace another figure.
        alertes: What looks wrong.
    """

    dossier: str
    registre: Registre
    octets: dict[str, bytes] = field(default_factory=dict)
    dites: list[str] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)
    alertes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Demande:
    """What the files do not say.

    Attributes:
        annee: Year of the figures of a file that does not say it.
        le: Date of the files; that of the last change of each by default, never today's.
        departements: Those to keep, all by default.
        commun: Write to the committed tables rather than to the user's.
    """

    annee: int | None = None
    le: date | None = None
    departements: tuple[str, ...] = ()
    commun: bool = False


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
    addition = Ajout(folder, lire_registre(folder))
    store = _Etat(addition, families)
    for path, one in read:
        store.ajouter(path, one, demande)
    return addition


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
        self.ajout, self.gardees = ajout, tables(dossiers=folders)
        self.nouvelles: dict[Cle, pd.DataFrame] = {}
        self.familles = familles

    def table(self, cle: Cle) -> pd.DataFrame | None:
        """Return the figures of a key as they would be, None when there are none."""
        if cle not in self.nouvelles and cle not in self.gardees:
            return None
        if cle in self.nouvelles:
            return self.nouvelles[cle]
        return lire_tables([self.gardees[cle]]).set_index("territoire").drop(columns=["annee", "niveau"])

    def ajouter(self, chemin: Path, lu: Lu, demande: Demande) -> None:
        add, family = self.ajout, lu.famille
        there = (*add.registre.fichiers, *lire_registre(PUBLIQUES).fichiers)
        if (lu.sha256, demande.departements) in {(item.sha256, item.departements) for item in there}:
            add.dites.append(f"{lu.nom} : déjà ajouté, rien à changer")
            return
        keep = self.filtre(demande.departements)
        parts = {key: keep(part, key[1]) for key, part in lu.tables.items()}
        parts = {key: part for key, part in parts.items() if len(part)}
        told = " ; ".join(
            f"{level} {', '.join(str(year) for year, one in parts if one == level)} "
            f"({max(len(part) for (_, one), part in parts.items() if one == level)} territoires)"
            for level in dict.fromkeys(level for _, level in parts)
        )
        add.dites.append(
            f"{lu.nom} : {family.titre} ({family.producteur}, {family.jeu}) – {told or 'aucun territoire'}"
        )
        add.dites += [f"  {said}" for said in lu.dites]
        add.alertes += [f"{lu.nom} : {said}" for said in lu.alertes]
        for (year, level), part in parts.items():
            self.poser((family.id, year, level), part, lu)
        looked = [(family.id, *key) for key in parts]
        doubts = douter({*self.gardees, *self.nouvelles}, looked, self.table, self.familles)
        add.alertes += [doubt.dit for doubt in doubts]
        day = demande.le or date.fromtimestamp(chemin.stat().st_mtime)
        entry = FichierAjoute(
            fichier=lu.nom,
            sha256=lu.sha256,
            famille=family.id,
            date=day,
            producteur=family.producteur,
            jeu=family.jeu,
            licence=family.licence,
            departements=demande.departements,
        )
        add.registre = add.registre.model_copy(update={"fichiers": (*add.registre.fichiers, entry)})

    def filtre(self, departements: tuple[str, ...]) -> Callable[[pd.DataFrame, str], pd.DataFrame]:
        """Return what keeps of a table the rows of these départements; an EPCI is in each that it has communes in."""
        if not departements:
            return lambda part, level: part
        communes = self.communes()
        epci = set() if communes is None else set(communes.loc[communes["departement"].isin(departements), "epci"])

        def keep(part: pd.DataFrame, level: str) -> pd.DataFrame:
            if level == "epci":
                return part[part.index.isin(epci)]
            return part[part.index.str.startswith(departements)]

        return keep

    def communes(self) -> pd.DataFrame | None:
        """Return the communes of the latest official code, None when the store has none."""
        keys = [key for key in (*self.gardees, *self.nouvelles) if key[0] == COMMUNES]
        return self.table(max(keys)) if keys else None

    def poser(self, cle: Cle, part: pd.DataFrame, lu: Lu) -> None:
        """Lay the figures of a file over those there are, and tell what changes."""
        family, year, level = cle
        before = self.table(cle)
        merged = part if before is None else _fusion(before, part)
        if before is not None:
            self.ajout.dites.append(f"  {family}, {level}, {year} : année déjà là, {len(before)} territoires")
            self.ajout.revisions += _revisions(before, part, f"{family}, {level}, {year}")
        if before is None or not merged.equals(before):
            self.nouvelles[cle] = merged
            self.garder(cle, merged, lu)

    def garder(self, cle: Cle, merged: pd.DataFrame, lu: Lu) -> None:
        content = en_parquet(merged)
        digest = hashlib.sha256(content).hexdigest()
        family, year, level = cle
        before = self.gardees.get(cle)
        row = TableGardee(
            famille=family,
            annee=year,
            niveau=level,
            table=f"{family}/{year}-{level}-{digest[:8]}.parquet",
            sha256=digest,
            territoires=len(merged),
            series=tuple(name for name in merged.columns if merged[name].dtype == "float64"),
            sources=(*(item for item in (before.table.sources if before else ()) if item != lu.sha256), lu.sha256),
        )
        register = self.ajout.registre
        others = [item for item in register.tables if (item.famille, item.annee, item.niveau) != cle]
        rows = sorted([*others, row], key=lambda item: (item.famille, item.niveau, item.annee))
        self.ajout.registre = register.model_copy(update={"tables": tuple(rows)})
        self.ajout.octets = {
            name: content for name, content in self.ajout.octets.items() if name in {item.table for item in rows}
        } | {row.table: content}


def _fusion(avant: pd.DataFrame, apres: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of both, the new ones standing for the old; a column that the new file lacks stays as it was."""
    merged = avant.reindex(avant.index.union(apres.index)).reindex(columns=[*dict.fromkeys([*avant, *apres])])
    merged.loc[apres.index, list(apres.columns)] = apres
    return merged


def _revisions(avant: pd.DataFrame, apres: pd.DataFrame, lieu: str) -> list[str]:
    """Return what the new figures change of those there are, series by series."""
    rows = avant.index.intersection(apres.index)
    first, second = avant.loc[rows], apres.loc[rows]
    said = []
    for name in [name for name in apres.columns if name in avant.columns and apres[name].dtype == "float64"]:
        old, new = first[name].to_numpy(), second[name].to_numpy()
        changed = np.flatnonzero((old != new) & ~(np.isnan(old) & np.isnan(new)))
        if len(changed):
            shown = ", ".join(f"{rows[at]} {_chiffre(old[at])} → {_chiffre(new[at])}" for at in changed[:_CITEES])
            rest = f" et {len(changed) - _CITEES} autre(s)" if len(changed) > _CITEES else ""
            said.append(f"{lieu} : {name} révisé pour {shown}{rest}")
    return said


def _chiffre(value: float) -> str:
    return "vide" if value != value else "secret" if value == float("inf") else f"{value:g}"
