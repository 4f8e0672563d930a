"""A CSV to rows of text that fit their schema, then to typed columns, or French faults: line,
column, what to do.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import pandas as pd
from pydantic import Field

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import lire_texte, proches, proposer, sans_accents
from ctglib.donnees.modeles import Expression, Identifiant, Modele, Texte
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.yaml_strict import charger_yaml

LIGNES_MAX = 100_000
_SEPARATEURS = {";": "des points-virgules", "\t": "des tabulations", "|": "des barres verticales"}


class Contraintes(Modele):
    """What a cell must satisfy, once it is not empty."""

    required: bool = False
    pattern: Expression | None = None
    enum: tuple[Texte, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None


class Champ(Modele):
    """A column. ``description`` is shown as what was expected when a cell does not fit ``pattern``
    or is no date.

    Three keys are ours: ``vocabulaire``, the kind of names that its cells cite (``noms.yaml``),
    ``selon``, the column that says in what each is chosen, and ``facultatif``: a file may lack it.
    """

    name: Texte
    type: Literal["string", "integer", "year", "number", "date"]
    title: Texte
    description: Texte
    constraints: Contraintes = Contraintes()
    vocabulaire: Identifiant | None = None
    selon: Identifiant | None = None
    facultatif: bool = False


class SchemaTable(Modele):
    """The subset of Table Schema that our tables use; an empty cell is the only missing value."""

    norme: Texte = Field(alias="$schema")
    name: Texte
    title: Texte
    description: Texte
    fields: tuple[Champ, ...] = Field(min_length=1)
    cle: tuple[Texte, ...] = Field(alias="primaryKey", min_length=1)
    vides: tuple[Literal[""], ...] = Field(default=("",), alias="missingValues")

    @property
    def colonnes(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(champ.name for champ in self.fields)


@dataclass(frozen=True)
class TableLue:
    """A CSV read as far as it goes: its known columns as text, and the faults of the whole file.

    ``lignes`` has the rows that have the right number of cells, each at the line of the file where
    it begins.
    """

    fichier: str
    lignes: pd.DataFrame = field(default_factory=pd.DataFrame)
    fautes: tuple[Faute, ...] = ()


def charger_schema(nom: str) -> SchemaTable:
    """Return the schema of a table; JSON is read as YAML, so that its faults have a line and are
    French.
    """
    return charger_yaml(f"schemas/{nom}.schema.json", SchemaTable)


def examiner_csv(
    relatif: str, nom: str, confidentialite: Confidentialite | None = None
) -> TableLue:
    """Return a CSV checked against the schema of a table, with all its faults instead of an
    exception.

    ``confidentialite`` also refuses what is about a person, by its heading or by its value.
    """
    schema = charger_schema(nom)
    try:
        lignes, fautes = _lire_les_lignes(relatif)
    except DonneesInvalides as error:
        return TableLue(relatif, fautes=error.fautes)
    if not lignes:
        return TableLue(relatif, fautes=tuple(fautes))
    entete = lignes.pop(min(lignes))
    if len(entete) == 1:
        trouve = "une seule colonne"
        for signe, nom_du_signe in _SEPARATEURS.items():
            if signe in entete[0]:
                trouve = f"{nom_du_signe} entre les colonnes"
                break
        fautes.append(Faute(relatif, *mots("separateur", trouve=trouve), 1))
        return TableLue(relatif, fautes=tuple(fautes))
    fautes += _fautes_d_en_tete(relatif, entete, schema, confidentialite)
    completes: dict[int, list[str]] = {}
    for numero, cellules in lignes.items():
        if not any(cellule.strip() for cellule in cellules):
            fautes.append(Faute(relatif, *mots("ligne_vide"), numero))
        elif len(cellules) != len(entete):
            trouve = f"{len(cellules)} cellule{'s' if len(cellules) > 1 else ''}"
            phrase = mots("cellules", trouve=trouve, attendu=len(entete))
            fautes.append(Faute(relatif, *phrase, numero))
        else:
            completes[numero] = cellules
    table = pd.DataFrame(completes.values(), index=list(completes), columns=entete, dtype="str")
    # Of a doubled column, the first counts.
    table = table.loc[:, ~table.columns.duplicated()].filter(schema.colonnes)
    for champ in schema.fields:
        if champ.facultatif and champ.name not in table:
            table[champ.name] = ""
    fautes += _fautes_de_cellules(relatif, table, schema, confidentialite)
    fautes += _doublons(relatif, table, schema)
    return TableLue(relatif, table, tuple(fautes))


def _lire_les_lignes(relatif: str) -> tuple[dict[int, list[str]], list[Faute]]:
    """Return the rows that are not blank, by the line where they begin, as far as they can be read,
    and the fault that ends the reading, if any.
    """
    lignes: dict[int, list[str]] = {}
    debut = 1
    lecteur = csv.reader(io.StringIO(lire_texte(relatif), newline=""), strict=True)
    try:
        for cellules in lecteur:
            if debut > LIGNES_MAX:
                raise refus(relatif, *mots("trop_de_lignes", lignes=LIGNES_MAX))
            if cellules:
                lignes[debut] = cellules
            debut = lecteur.line_num + 1
    except csv.Error:  # a broken quote
        return lignes, [Faute(relatif, *mots("guillemet_de_csv"), debut)]
    return lignes, []


def _fautes_d_en_tete(
    relatif: str, entete: list[str], schema: SchemaTable, regles: Confidentialite | None
) -> Iterator[Faute]:
    connues = schema.colonnes
    absentes = [
        champ.name for champ in schema.fields if champ.name not in entete and not champ.facultatif
    ]
    for nom, fois in Counter(nom for nom in entete if nom.strip()).items():
        if fois > 1:
            yield Faute(relatif, *mots("colonne_repetee", nom=nom, fois=fois), 1, nom[:60])
        if nom in connues:
            continue
        objet = colonne_personnelle(nom, regles) if regles else None
        voisines = proches(nom, absentes)
        if objet:
            phrase = mots("colonne_personnelle", nom=nom, quoi=objet)
        elif voisines:  # that column misspelt: one fault, not two
            absentes.remove(voisines[0])
            phrase = mots("colonne_mal_ecrite", nom=nom, proche=voisines[0])
        else:
            phrase = mots("colonne_inconnue", nom=nom, connues=", ".join(connues))
        yield Faute(relatif, *phrase, 1, nom[:60])
    for colonne in absentes:
        yield Faute(relatif, *mots("colonne_absente", nom=colonne), 1, colonne)
    sans_nom = sum(not nom.strip() for nom in entete)
    if sans_nom:
        trouve = f"{sans_nom} colonne{'s' if sans_nom > 1 else ''}"
        yield Faute(relatif, *mots("colonnes_sans_nom", trouve=trouve), 1)


def _fautes_de_cellules(
    relatif: str, table: pd.DataFrame, schema: SchemaTable, regles: Confidentialite | None
) -> Iterator[Faute]:
    for champ in schema.fields:
        if champ.name not in table:
            continue
        colonne = table[champ.name]
        problemes: dict[str, tuple[str, str, str]] = {}
        for texte in colonne.unique():  # cells repeat each other: each text is looked at once
            probleme = _probleme(texte, champ, regles)
            if probleme:
                problemes[texte] = probleme
        fautives = colonne[colonne.isin(list(problemes))]
        for numero, texte in zip(fautives.index.tolist(), fautives, strict=True):
            yield Faute(relatif, *problemes[texte], numero, champ.name)


def _doublons(relatif: str, table: pd.DataFrame, schema: SchemaTable) -> Iterator[Faute]:
    """Yield a fault for each row that has the key of an earlier one."""
    cle = list(schema.cle)
    if table.empty or not set(cle) <= set(table):
        return
    numeros = table.index.to_series()
    premiers = numeros.groupby([table[nom] for nom in cle]).transform("first")
    premiers = premiers[premiers.ne(numeros)]
    colonnes = ", ".join(cle)
    for numero, premier in zip(premiers.index.tolist(), premiers.tolist(), strict=True):
        valeurs = [str(table.at[numero, nom]) or "(vide)" for nom in cle]
        phrase = mots("ligne_repetee", cle=", ".join(valeurs), ligne=premier, colonnes=colonnes)
        yield Faute(relatif, *phrase, numero, colonnes)


class _Ecriture(NamedTuple):
    """How a number is written, and the fault of one that is not."""

    motif: re.Pattern[str]
    faute: str


_ECRITURES = {
    "number": _Ecriture(re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?"), "nombre"),
    "integer": _Ecriture(re.compile(r"-?[0-9]{1,15}"), "entier"),
    "year": _Ecriture(re.compile(r"[0-9]{4}"), "annee"),
}
_ESPACES = re.compile(r"[\s\u00a0\u2007\u202f']")
ERREUR_DE_TABLEUR = re.compile(
    r"#(REF|DIV/0|N/A|NOM|NAME|VALEUR|VALUE|NUL|NULL|NOMBRE|NUM|SPILL|EPARS)[ \u00a0]?[!?]?"
    r"|#{2,}|Err:\d+"
)


def _probleme(
    texte: str, champ: Champ, regles: Confidentialite | None
) -> tuple[str, str, str] | None:
    """Return the words of the first thing wrong with a cell; a free column takes any text, « =1+1 »
    included.
    """
    contraintes = champ.constraints
    cellule = {"cellule": texte, "attendu": champ.description}
    if not texte:
        return mots("cellule_vide", **cellule) if contraintes.required else None
    ecriture = _ECRITURES.get(champ.type)
    if ecriture and not ecriture.motif.fullmatch(texte):
        return mots(ecriture.faute, **cellule, remede=_remede_de_nombre(texte, champ))
    if champ.type == "date" and not est_un_jour(texte):
        return mots("jour", **cellule)
    if texte != texte.strip():
        return mots("espaces", **cellule)
    if ERREUR_DE_TABLEUR.fullmatch(texte):
        return mots("erreur_de_tableur", **cellule)
    if contraintes.enum and texte not in contraintes.enum:
        permises = ", ".join(contraintes.enum)
        proche = proposer(texte, contraintes.enum, "l'une de ces valeurs")
        return mots("valeur_permise", **cellule, permises=permises, proche=proche)
    if contraintes.pattern and not re.fullmatch(contraintes.pattern, texte):
        return mots("motif", **cellule, titre=champ.title)
    if contraintes.minimum is not None and float(texte) < contraintes.minimum:
        return mots("minimum", **cellule, minimum=contraintes.minimum)
    if contraintes.maximum is not None and float(texte) > contraintes.maximum:
        return mots("maximum", **cellule, maximum=contraintes.maximum)
    if regles and champ.type == "string":
        objet = valeur_personnelle(texte, regles)
        if objet:
            return mots("personne", texte=texte, quoi=objet)
    return None


def _remede_de_nombre(texte: str, champ: Champ) -> str:
    """Return what to write for a number: what can be guessed (« 59,4 % » is 59.4, « 1 466 743 » is
    1466743), else how.
    """
    nombre = _ESPACES.sub("", texte).replace("\u2212", "-").replace(",", ".")
    nombre = nombre.lstrip("+").rstrip("%€")
    if champ.type != "number":
        nombre = re.sub(r"\.0+$", "", nombre)
    if _ECRITURES[champ.type].motif.fullmatch(nombre):
        return f"écrire {nombre}"
    if champ.constraints.required:
        return "écrire le nombre en chiffres"
    return (
        "écrire le nombre en chiffres ; s'il manque, laisser la cellule vide et le dire par le"
        " statut"
    )


def est_un_jour(texte: str) -> bool:
    """Return whether a text is a day of the calendar, year-month-day."""
    return len(texte) == 10 and pd.notna(pd.to_datetime(texte, format="%Y-%m-%d", errors="coerce"))


# What is about a person, which no table of the follow-up may hold: the spreadsheet's importer asks
# the same questions.
def colonne_personnelle(titre: str, regles: Confidentialite) -> str | None:
    """Return what a column of that heading would hold about a person (« le nom d'une personne »),
    or None.
    """
    cle = sans_accents(titre).replace(" ", "_")
    for motif, objet in regles.colonnes.items():
        if re.fullmatch(motif, cle):
            return objet
    return None


def valeur_personnelle(texte: str, regles: Confidentialite) -> str | None:
    """Return what a cell gives away about a person (« une adresse électronique »), or None."""
    for motif, objet in regles.valeurs.items():
        if re.search(motif, texte):
            return objet
    return None


def en_table(nom: str, lues: Iterable[TableLue]) -> pd.DataFrame:
    """Return the rows of files of a kind, typed by their schema.

    Columns are text, float64, or Int64 for years and integers. The files have no fault left, so
    that each has every column; without any file the table is empty.
    """
    schema = charger_schema(nom)
    lignes = pd.concat([pd.DataFrame(), *(lue.lignes for lue in lues)])
    lignes = lignes.reindex(columns=list(schema.colonnes)).reset_index(drop=True)
    colonnes = {}
    for champ in schema.fields:
        textes = lignes[champ.name]
        if champ.type in ("string", "date"):
            colonnes[champ.name] = textes.astype("str")
        else:
            nombres = textes.where(textes.ne("")).astype("float64")
            colonnes[champ.name] = nombres if champ.type == "number" else nombres.astype("Int64")
    return pd.DataFrame(colonnes)
