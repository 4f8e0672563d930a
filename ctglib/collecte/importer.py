"""``ctg importer``: filled files to the follow-up, everything checked first, all of it written or
nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ctglib.collecte.feuilles import OBSERVATIONS, Cadre, Feuille, feuilles, ouvrir_cadre
from ctglib.collecte.fichiers import ClasseurLu, recevoir
from ctglib.collecte.lecture import Entree, lire
from ctglib.collecte.suivi import DOCUMENTS, Suivi, en_fichiers, lire_annee, triee
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.dossier import GABARIT
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import conventions, proches, racine
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.pieces import TABLES, dossier_du_suivi
from ctglib.donnees.validation import fautes_de_saisie
from ctglib.donnees.yaml_strict import charger_yaml

DECISIONS = 40  # of a comité, at most


@dataclass(frozen=True)
class Changement:
    """A cell whose content changes; ``revision``: the former one stays under its own millésime."""

    entree: Entree
    colonne: str
    avant: str
    apres: str
    revision: bool = False


@dataclass(frozen=True)
class Preparation:
    """An import checked and ready: what it would write, and what the person is told."""

    convention: str
    annee: int
    fichiers: dict[str, bytes]  # those that would change, by name relative to the data folder
    nouvelles: dict[str, int]  # rows added, by table
    changements: tuple[Changement, ...]
    remarques: tuple[
        str, ...
    ]  # told without stopping: how a cell was understood, what may be a name
    attendues: int  # expected cells that are still empty

    def ecrire(self) -> None:
        """Write all the files, or none (``EcritureImpossible``)."""
        if self.fichiers:
            ecrire({racine() / name: content for name, content in self.fichiers.items()})


def preparer(
    chemins: list[Path],
    convention: str = "",
    annee: int | None = None,
    millesime: int | None = None,
) -> Preparation:
    """Return what an import of these files would write; nothing is written.

    The convention and the year are asked for when the files do not say them; the year of entry,
    when it is another.

    Raises:
        DonneesInvalides: All the faults of all the files, at the cell where each was typed.
    """
    books = recevoir(chemins)
    return preparer_dans(
        ouvrir_cadre(*_convention_et_annee(books, convention, annee)), books, millesime
    )


def preparer_dans(
    cadre: Cadre, books: list[ClasseurLu], millesime: int | None = None
) -> Preparation:
    """Return what an import of files already read would write, in the frame of a convention and a
    year.
    """
    if millesime is not None and millesime < cadre.annee:
        raise refus(
            "--millesime", *mots("millesime_avant_l_annee", millesime=millesime, annee=cadre.annee)
        )
    # A relevé may hold more decisions than the workbook has rows for.
    cadre = replace(
        cadre, gabarit=cadre.gabarit.model_copy(update={"nombre_de_decisions": DECISIONS})
    )
    convention = cadre.dossier.convention.id
    plan = feuilles(cadre)
    read = lire(books, plan, cadre.dossier.catalogue.confidentialite, cadre.gabarit.noms)
    merged, conflicts = fusionner(read.entrees)
    result = appliquer(cadre, merged, millesime)
    files: dict[str, bytes] = {}
    for year, after in result.apres.items():
        before = cadre.suivis.get(year) or lire_annee(convention, year)
        files |= en_fichiers(convention, year, before, after)
    written = _fautes_a_l_ecriture(convention, files, result, plan) if files else []
    if silent := _fautes_de_comite(cadre, merged, result.apres[cadre.annee]):
        written = [fault for fault in written if fault.colonne != CHAMP_DU_COMITE]
    if faults := [*read.fautes, *conflicts, *result.fautes, *silent, *written]:
        raise DonneesInvalides(faults)
    changes = tuple(result.changements)
    notes = tuple(read.remarques)
    return Preparation(
        convention, cadre.annee, files, result.nouvelles, changes, notes, read.attendues
    )


_NOM = re.compile(
    r"ctg-(?P<convention>.+?)-(?P<annee>[0-9]{4})(?:[-_ ].*)?(?:\.[a-z]+)?", re.IGNORECASE
)


def _convention_et_annee(
    classeurs: list[ClasseurLu], convention: str, annee: int | None
) -> tuple[str, int]:
    """Return the convention and the year that all the files share: each says it, or its name, or
    else the command.
    """
    version = str(charger_yaml(GABARIT, Gabarit).version)
    asked = {"convention": convention, "annee": str(annee or "")}
    wanted = {name: (text, "demandée") for name, text in asked.items() if text}
    faults: list[Faute] = []
    for book in classeurs:
        if (written := book.proprietes.get("version", version)) != version:
            faults.append(
                Faute(book.fichier, *mots("autre_version", ecrite=written, version=version))
            )
        said = book.proprietes
        if not asked.keys() <= said.keys():
            names = [book.fichier, *(grid.fichier.rsplit("/", 1)[-1] for grid in book.grilles)]
            match = next(filter(None, map(_NOM.fullmatch, names)), None)
            said = {name: text.lower() for name, text in match.groupdict().items()} if match else {}
        here = {name: said.get(name) or text for name, text in asked.items()}
        if not all(here.values()):
            faults.append(Faute(book.fichier, *mots("ni_convention_ni_annee")))
            continue
        for name, label in (("convention", "la convention"), ("annee", "l'année")):
            text, whose = wanted.setdefault(name, (here[name], f"comme {book.fichier}"))
            if here[name] != text:
                words = mots(
                    "classeur_d_une_autre", quoi=label, trouve=here[name], voulue=text, comme=whose
                )
                faults.append(Faute(book.fichier, *words))
        if (name := here["convention"]) == wanted["convention"][0] and name not in (
            known := conventions()
        ):
            kind = (
                "convention_proche" if (close := proches(name, known)) else "convention_du_fichier"
            )
            faults.append(
                Faute(book.fichier, *mots(kind, nom=name, connues=", ".join(known), proches=close))
            )
        if not re.fullmatch(r"(19|20)[0-9]{2}", here["annee"]):
            faults.append(Faute(book.fichier, *mots("annee_illisible", annee=here["annee"])))
    if faults:
        raise DonneesInvalides(faults)
    return wanted["convention"][0], int(wanted["annee"][0])


Cle = tuple[str, tuple[str, ...]]


def fusionner(entrees: list[Entree]) -> tuple[dict[Cle, Entree], list[Faute]]:
    """Return one entry a row of the follow-up, and the conflicts: same row, same column, two
    contents.

    An empty cell contradicts nothing: one service may give the value, another the note.
    """
    merged: dict[Cle, Entree] = {}
    said: dict[tuple[Cle, str], Entree] = {}
    conflicts: list[Faute] = []
    for entry in entrees:
        key = (entry.table, entry.cle)
        for column, text in entry.valeurs.items():
            before = said.setdefault((key, column), entry) if text else entry
            if (other := before.valeurs[column]) != text:
                told = {"texte": text, "origine": before.origine, "autre": other}
                conflicts.append(entry.origine.faute(column, "deux_reponses", **told))
        first = merged.setdefault(key, entry)
        values = {**entry.valeurs, **{name: text for name, text in first.valeurs.items() if text}}
        merged[key] = replace(first, valeurs=values)
    return merged, conflicts


REVISES = ("valeur", "statut")  # what makes of a figure another
# Two ways of saying one thing of the comité: the last said takes the place of the other.
_EXCLUSIFS = {"comite_date": "comite_absence", "comite_absence": "comite_date"}


@dataclass
class Resultat:
    """The follow-up once the entries are laid over it, by year, and what they change."""

    apres: dict[int, Suivi]
    nouvelles: Counter[str] = field(default_factory=Counter)
    changements: list[Changement] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    origines: dict[tuple[int, str, tuple[str, ...]], Entree] = field(default_factory=dict)


def appliquer(cadre: Cadre, entrees: dict[Cle, Entree], millesime: int | None = None) -> Resultat:
    """Return the follow-up with the entries.

    While the year's bilan is provisional, a figure entered again takes the place of the former one,
    and is listed. Once it is definitive, nothing of that year's folder changes: a figure that
    differs is a revision, written under a later millésime (``millesime``, when it is not the
    workbook's own), and anything else is refused.
    """
    closed = cadre.saisi("bilan").get(("statut",), {}).get("valeur") == "definitif"
    entered = millesime or (max(cadre.annee + 1, *cadre.suivis) if closed else cadre.annee)
    tables = {
        year: {name: dict(table) for name, table in suivi.items()}
        for year, suivi in cadre.suivis.items()
    }
    if entered not in tables:
        tables[entered] = lire_annee(cadre.dossier.convention.id, entered)
    result = Resultat(tables)
    for entry in entrees.values():
        before = tables[cadre.annee][entry.table].get(entry.cle, {})
        if (
            entry.table == OBSERVATIONS
        ):  # laid under the year of entry, unless what is already known says the same
            moved = replace(entry, cle=(*entry.cle[:-1], str(entered)))
            rows = (item for suivi in tables.values() for item in suivi[OBSERVATIONS].items())
            known = {
                key: row
                for key, row in rows
                if key[:-1] == moved.cle[:-1] and int(key[-1]) <= entered
            }
            latest = max(known, key=lambda key: int(key[-1]), default=moved.cle)
            if latest == moved.cle:
                _poser(result, moved, entered)
            elif any(known[latest].get(name) != moved.valeurs[name] for name in REVISES):
                _poser(result, moved, entered, known[latest])
        elif closed and any(before.get(name, "") != text for name, text in entry.valeurs.items()):
            column, text = next(iter(entry.valeurs.items()))
            result.fautes.append(
                entry.origine.faute(column, "annee_close", texte=text, annee=cadre.annee)
            )
        else:
            _poser(result, entry, cadre.annee)
    for year, suivi in tables.items():
        tables[year] = {name: triee(table) for name, table in suivi.items()}
    return result


def _poser(
    result: Resultat, entry: Entree, annee: int, revisee: dict[str, str] | None = None
) -> None:
    """Lay an entry over a row of a year, whose other cells stay, or over that of an earlier
    millésime, which stays.
    """
    table = result.apres[annee][entry.table]
    before = revisee or table.get(entry.cle)
    if entry.table == "bilan":
        table.pop((_EXCLUSIFS.get(entry.cle[0], ""),), None)
    row = {name: revisee[name] for name in ("unite", "source")} if revisee else before or {}
    if entry.table in TABLES:
        schema = charger_schema(entry.table)
        row = (
            dict.fromkeys(schema.colonnes, "") | row | dict(zip(schema.cle, entry.cle, strict=True))
        )
    table[entry.cle] = row | entry.valeurs
    result.origines[annee, entry.table, entry.cle] = entry
    if before is None:
        result.nouvelles[entry.table] += 1
        return
    result.changements += [
        Changement(entry, name, before.get(name, ""), text, bool(revisee))
        for name, text in entry.valeurs.items()
        if before.get(name, "") != text and (name in REVISES or not revisee)
    ]


CHAMP_DU_COMITE = "comite.date"  # what the file itself lacks when nothing is said of the comité
_CHAMP = re.compile(
    r"(?:comite\.)?\w+\[[0-9]+\]|\w*"
)  # an item of a list of a document, or a field


def _fautes_de_comite(cadre: Cadre, entrees: dict[Cle, Entree], apres: Suivi) -> list[Faute]:
    """Return the faults of a comité that both met and did not, or that decided without having met."""
    labels = [cadre.gabarit.rubriques[name].libelle for name in _EXCLUSIFS]
    words = " ou ".join(f"« {label} »" for label in labels)
    held, absent = (entrees.get(("bilan", (name,))) for name in _EXCLUSIFS)
    if held and absent:
        return [absent.origine.faute("valeur", "comite_tenu_ou_non", lignes=words)]
    about = [entry for (table, _), entry in entrees.items() if table in ("decisions", "suites")]
    if not about or any((name,) in apres["bilan"] for name in _EXCLUSIFS):
        return []
    column = "texte" if about[0].table == "decisions" else "etat"
    return [about[0].origine.faute(column, "comite_passe_sous_silence", lignes=words)]


def _fautes_a_l_ecriture(
    convention: str, fichiers: dict[str, bytes], resultat: Resultat, plan: tuple[Feuille, ...]
) -> Iterator[Faute]:
    """Yield the faults of the files in the words of the sheet, at the cell; one that no entry
    explains, as it is.
    """
    words: dict[str, dict[str, str]] = {}
    for sheet in plan:
        own = {
            code: word for choices in sheet.listes.values() for word, code in choices.codes.items()
        }
        words |= {target.table: own for row in sheet.lignes for target in row.cibles}
    documents = {table: name for name, (_, lists) in DOCUMENTS.items() for table in (name, *lists)}
    typed: dict[
        tuple[str, int | str], Entree
    ] = {}  # by line of a CSV, by item of a list or field of a document
    for (year, table, key), entry in resultat.origines.items():
        folder = f"{dossier_du_suivi(convention)}/{year}"
        rank = list(resultat.apres[year][table]).index(key)
        if table in TABLES:
            typed[f"{folder}/{table}.csv", rank + 2] = entry
        else:
            own = "comite" if key[0] in _EXCLUSIFS else key[0]
            place = own if table in DOCUMENTS else f"{table}[{rank + 1}]"
            typed[f"{folder}/{documents[table]}.yaml", place] = entry
    for fault in fautes_de_saisie(convention, fichiers):
        column = fault.colonne or ""
        place = _CHAMP.match(column)[0].removeprefix("comite.")
        entry = typed.get((fault.fichier, fault.ligne if fault.fichier.endswith(".csv") else place))
        if entry is None:
            yield fault
            continue
        places = entry.origine.colonnes
        names = re.split(r"[,.\s\[\]]+", column)
        column = next(
            (name for name in reversed(names) if name in places), next(iter(entry.valeurs))
        )
        if re.fullmatch("la clé « .* » est absente", fault.trouve):
            title = places.get(column, column).partition(" : ")[2]
            yield entry.origine.faute(column, "cellule_necessaire", titre=title)
        else:
            said = (
                _en_mots(text, words[entry.table])
                for text in (fault.trouve, fault.attendu, fault.remede)
            )
            yield entry.origine.placer(column, *said)


_DATE = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_CODES = re.compile(r"(?<![\w/])[A-Z](?:, [A-Z])+(?!\w)|\b[a-z]+_[a-z_]+\b|(?<=« )[a-z]+(?= »)")


def _en_mots(texte: str, mots: dict[str, str]) -> str:
    """Return what is said of the file as it is said of the sheet: words for codes, French dates, no
    line of a CSV.

    Examples:
        >>> _en_mots("« 3 » avec le statut L", {"L": "Non transmise"})
        "« 3 » avec l'état « Non transmise »"
    """
    text = re.sub(r" \(ligne [0-9]+\)", "", _DATE.sub(r"\3/\2/\1", texte))
    text = re.sub(
        r"\bstatut ([A-Za-z_]+)",
        lambda met: f"état « {mots[met[1]]} »" if met[1] in mots else met[0],
        text,
    )
    for written, said in (("le état", "l'état"), ("le statut", "l'état"), ("un statut", "un état")):
        text = text.replace(written, said)
    text = text.replace("ce statut", "cet état")
    return _CODES.sub(
        lambda met: ", ".join(mots.get(code, code) for code in met[0].split(", ")), text
    )
