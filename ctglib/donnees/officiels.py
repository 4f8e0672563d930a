"""Official files, as downloaded: recognised by their content, read whatever the year, added to the
store or refused.

``lire_officiel`` reads one file as an ``Officiel``: its figures, or all its faults. ``Ajout`` works
out what some files would change in the store, says it, then writes it. A *rank* is the place of a
column in the file, from 0; a *header* is the text at its top. What is refused is noted as a fault,
and all the faults are raised together; what is left aside, or looks wrong, is a French sentence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
import yaml

from ctglib.donnees import magasin
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.enclos import ADRESSES_DE_DUCKDB, SECONDES_MAX, ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import lire_fichier, proches, racine
from ctglib.donnees.magasin import Cle
from ctglib.donnees.modeles.sources import (
    Famille,
    FichierAjoute,
    Niveau,
    Registre,
    SerieOfficielle,
    TableGardee,
)
from ctglib.donnees.statuts import Statut
from ctglib.donnees.vraisemblance import COMMUNES, douter

# What producers write in place of a number.
_MOTS_SECRETS = ("s", "secret", "ss")
_MOTS_MANQUANTS = ("nd", "n.d.", "nc", "n.c.", "n/a", "na", "null", "-", "…", "...")
_ESPACES = str.maketrans("", "", " \t\u00a0\u202f\u2009")
_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?(e\+?[0-9]{1,2})?")
_ANNEE = r"^((?:19|20)[0-9]{2})(?:[-/]?([01][0-9]))?(?:[-/][0-3][0-9].*)?$"  # and month, and day
_ANNEE_DANS_UN_NOM = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_ZEROS = re.compile(r"[.,]0+$")  # what a spreadsheet adds to a whole number
# How alike two headers are for difflib when one is the other misspelt: one letter wrong in seven or
# more. A shorter header is too easily another column.
_RESSEMBLANCE_D_UNE_COQUILLE = 0.88
_LETTRES_D_UNE_COQUILLE = 6
# A pattern that is a plain word fits that header alone: a misspelt one can be near to it. A pattern
# with years or choices has no spelling to be near to.
_MOT_SIMPLE = re.compile(r"[a-z0-9_]{6,}")
_LIGNES_D_UN_LOT = 10_000
OCTETS_MAX = 100 * 1024**2
LIGNES_MAX = 5_000_000
COLONNES_MAX = 2_000
_REFUS_MAX = 10_000  # cells refused after which the rest of a file is not read
_OCTETS_PAR_SECONDE = 2 * 1024**2  # of what a slow computer reads
_FAUTES_CITEES = 5  # of a kind; one more fault then says how many others there are
_FAMILLES_CITEES = 3
_TITRES_CITES = 12
_REVISIONS_CITEES = 3
_COLONNES_CITEES = 6
_AUTRES_FORMATS = {
    b"PK": "un classeur Excel ou une archive ZIP",
    b"%P": "un PDF",
    b"\x1f\x8b": "un fichier compressé",
}
_EN_TETE_DU_REGISTRE = (
    "# Écrit par « ctg source ajouter » : "
    "fichiers officiels ajoutés, et tables qui en sont faites.\n"
)
Lignes = Iterator[tuple[int, list[str]]]  # the line in the file of each row, then its cells


def lire_officiel(chemin: Path, familles: dict[str, Famille], annee: int | None = None) -> Officiel:
    """Return an official file, read whole.

    It is a CSV (« ; », « , », « | » or tabulation; UTF-8 or Windows-1252), a Parquet or a GeoJSON.

    Args:
        chemin: The file.
        familles: The families it may be of, by id.
        annee: The year of the figures, where no column has it; else the last one that a header
            carries, or the only one in the name of the file.

    Raises:
        DonneesInvalides: The file cannot be read, is of no family, or has faults: all of them.
    """
    phrase_d_absence = mots("officiel_absent")
    try:
        contenu = lire_fichier(chemin, chemin.name, phrase_d_absence[1], OCTETS_MAX)
    except OSError:
        raise refus(chemin.name, *phrase_d_absence) from None
    if contenu[:4] == b"PAR1":
        entete, lignes = _parquet(chemin)
        return Officiel(chemin.name, contenu, familles, annee, entete, lignes)

    autre_format = None
    if not contenu.strip():
        autre_format = "un fichier vide"
    elif contenu[:2] in _AUTRES_FORMATS:
        autre_format = _AUTRES_FORMATS[contenu[:2]]
    elif b"\0" in contenu[:4096]:
        autre_format = "un fichier qui n'est pas du texte"
    if autre_format:
        raise refus(chemin.name, *mots("officiel_d_une_autre_sorte", sorte=autre_format))

    if contenu.lstrip()[:1] == b"{":
        entete, lignes = _geojson(chemin.name, contenu)
        return Officiel(chemin.name, contenu, familles, annee, entete, lignes)
    return lire_csv(chemin.name, contenu, familles, annee)


def lire_csv(
    nom: str, contenu: bytes, familles: dict[str, Famille], annee: int | None = None
) -> Officiel:
    """Return the official file that the bytes of a CSV are, as ``lire_officiel`` does of a path.

    ``nom`` is how its faults name it, and may carry the year.
    """
    encodage = "utf-8-sig"
    try:
        contenu.decode(encodage)
    except UnicodeDecodeError:
        encodage = "cp1252"
    # Decoded line after line: a national file, as one text, takes four times its bytes.
    texte = io.TextIOWrapper(io.BytesIO(contenu), encodage, errors="replace", newline="")
    premiere_ligne = contenu[:100_000].decode(encodage, errors="replace").split("\n", 1)[0]
    separateur = max(";,\t|", key=premiere_ligne.count)
    if separateur not in premiere_ligne:
        raise refus(nom, *mots("officiel_sans_separateur", entete=premiere_ligne.strip()), ligne=1)
    lecteur = csv.reader(texte, delimiter=separateur)
    try:
        entete = next(lecteur)
        lignes = ((lecteur.line_num, cellules) for cellules in lecteur)
        officiel = Officiel(nom, contenu, familles, annee, entete, lignes)
    except csv.Error:
        raise refus(nom, *mots("officiel_mal_forme"), ligne=lecteur.line_num) from None
    if not contenu.endswith((b"\n", b"\r")):
        officiel.coupures.append("le fichier ne finit pas par un saut de ligne")
    return officiel


def _parquet(chemin: Path) -> tuple[list[str], Lignes]:
    """Return the headers and the rows of a Parquet file, all cells as text, "" for a missing one.

    The rows are numbered from 2, as below the header of a CSV.
    """
    import duckdb

    options: dict[str, str | bool | int] = {"threads": 1, "memory_limit": "200MB"}
    moteur = duckdb.connect(config={**options, "autoinstall_known_extensions": False})
    try:
        moteur.execute("select sum(num_rows) from parquet_file_metadata(?)", [str(chemin)])
        ((nombre,),) = moteur.fetchall()
        if nombre > LIGNES_MAX:
            raise refus(chemin.name, *mots("officiel_trop_long", lignes=LIGNES_MAX))
        resultat = moteur.execute("select columns(*)::varchar from read_parquet(?)", [str(chemin)])
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except duckdb.Error:
        raise refus(chemin.name, *mots("parquet_abime")) from None
    entete = [colonne[0] for colonne in resultat.description]
    lignes = ([cellule or "" for cellule in ligne] for ligne in iter(resultat.fetchone, None))
    return entete, enumerate(lignes, 2)


def _geojson(nom: str, contenu: bytes) -> tuple[list[str], Lignes]:
    """Return the headers and the rows of a GeoJSON, one row for each of its features, from 1.

    The columns are the properties of the first feature, then « contour », its geometry as JSON.
    """
    try:
        objets = json.loads(contenu)["features"]
        entete = list(objets[0]["properties"])
        lignes = []
        for objet in objets:
            cellules = [str(objet["properties"].get(colonne) or "") for colonne in entete]
            contour = json.dumps(objet["geometry"], separators=(",", ":"))
            lignes.append([*cellules, contour])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise refus(nom, *mots("carte_abimee")) from None
    return [*entete, "contour"], enumerate(lignes, 1)


class _ColonneDeSerie(NamedTuple):
    """A column of figures: the series it is, and the year that its header carries (« rsa_24 »).

    Without a year in the header, the year is that of the row, or else of the file.
    """

    serie: SerieOfficielle
    annee: int | None


class _Colonnes:
    """What the columns of a file are, if the file is one of a family; each is known by its rank.

    Attributes:
        noms: The headers, in lower case without accents.
        noms_corriges: The same, where a misspelt one is replaced by the column it must be.
        absentes: The columns that a file of the family must have and that this one lacks; when
            there are some, the file is not of the family.
        rang_de_la_cle: That of the code of the territory.
        rang_de_l_annee: That of the year of each row, None when there is no such column.
        filtre: The columns that choose the rows: a row is kept if its cell is one of these values.
        textes: The columns kept as text, with the name that each takes (« libelle »).
        series: The columns of figures.
        ignorees: The headers of the other columns, which the family does not use.
    """

    def __init__(self, famille: Famille, noms: list[str]) -> None:
        self.famille = famille
        self.noms = noms
        self.noms_corriges = self._sans_coquilles()
        self.absentes = [motif for motif in famille.signature if self._rang(motif) is None]
        self.rang_de_la_cle = self._rang(famille.cle)
        self.rang_de_l_annee = None if famille.annee is None else self._rang(famille.annee)
        self.filtre: dict[int, tuple[str, ...]] = {}
        for motif, valeurs in famille.filtre.items():
            rang = self._rang(motif)
            if rang is not None:
                self.filtre[rang] = valeurs
        self.textes: dict[int, str] = {}
        for texte, motif in famille.textes.items():
            rang = self._rang(motif)
            if rang is not None:
                self.textes[rang] = texte
        autres_usages = {
            self.rang_de_la_cle,
            self.rang_de_l_annee,
            *self.filtre,
            *self.textes,
        }
        self.series: dict[int, _ColonneDeSerie] = {}
        self.ignorees: list[str] = []
        for rang, nom in enumerate(self.noms_corriges):
            if rang in autres_usages:
                continue
            colonne = self._colonne_de_serie(nom)
            if colonne:
                self.series[rang] = colonne
            elif nom:
                self.ignorees.append(nom)

    @property
    def coquilles(self) -> list[tuple[str, str]]:
        """The misspelt headers, each with the column that it is read as."""
        paires = zip(self.noms, self.noms_corriges, strict=True)
        return [(nom, corrige) for nom, corrige in paires if nom != corrige]

    def _sans_coquilles(self) -> list[str]:
        """Return the headers, the misspelt ones corrected: « communne » is read « commune ».

        A header is misspelt when the family does not know it, and one column of the family, and
        only one, is spelt nearly so and is not in the file.
        """
        famille = self.famille
        motifs = [*famille.signature, *(serie.colonne for serie in famille.series)]
        attendus = [motif for motif in motifs if _MOT_SIMPLE.fullmatch(motif)]
        autres_colonnes = (famille.cle, famille.annee, *famille.textes.values())
        noms_corriges = list(self.noms)
        for rang, nom in enumerate(self.noms):
            connu = nom in autres_colonnes or self._colonne_de_serie(nom)
            if connu or len(nom) < _LETTRES_D_UNE_COQUILLE:
                continue
            absents = [attendu for attendu in attendus if attendu not in noms_corriges]
            voisins = [
                absent
                for absent in proches(nom, absents)
                if SequenceMatcher(None, nom.lower(), absent.lower()).ratio()
                >= _RESSEMBLANCE_D_UNE_COQUILLE
            ]
            if len(voisins) == 1:
                noms_corriges[rang] = voisins[0]
        return noms_corriges

    def _rang(self, motif: str) -> int | None:
        """Return the rank of the first header that fits a pattern; an empty pattern fits none."""
        if not motif:
            return None
        for rang, nom in enumerate(self.noms_corriges):
            if re.fullmatch(motif, nom):
                return rang
        return None

    def _colonne_de_serie(self, nom: str) -> _ColonneDeSerie | None:
        """Return the series of a header, and its year; None when it is a column of no series."""
        for serie in self.famille.series:
            trouve = re.fullmatch(serie.colonne, nom)
            if trouve:
                annee = trouve.groupdict().get("an")
                return _ColonneDeSerie(serie, 2000 + int(annee) if annee else None)
        for autre in self.famille.autres:
            if re.fullmatch(autre.colonne, nom):
                serie = magasin.serie_gardee(self.famille, f"{autre.code}_{nom}")
                return None if serie is None else _ColonneDeSerie(serie, None)
        return None


def _reconnaitre(fichier: str, entete: list[str], familles: dict[str, Famille]) -> _Colonnes:
    """Return the columns of a file, as those of the family that it is a file of.

    That family has all the columns of its signature in the file. Of several, it is the one that
    uses most columns, then the one that takes the fewest for misspelt, then the first.

    Raises:
        DonneesInvalides: No family has its signature in the file.
    """
    noms = []
    for titre in entete:
        sans_accents = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode()
        noms.append(sans_accents.strip(" \t'\"").lower())
    essais = [_Colonnes(famille, noms) for famille in familles.values()]
    possibles = [essai for essai in essais if not essai.absentes]
    if possibles:
        return max(
            possibles,
            key=lambda essai: (len(essai.series) + len(essai.textes), -len(essai.coquilles)),
        )

    # It says what the file lacks to be one of the nearest families: those that lack the smallest
    # share of their signature.
    plus_proches = sorted(
        essais,
        key=lambda essai: (
            len(essai.absentes) / len(essai.famille.signature),
            essai.famille.jeu,
        ),
    )
    manques = [
        f"{essai.famille.jeu} ({essai.famille.titre}) : manque {', '.join(essai.absentes)}"
        for essai in plus_proches[:_FAMILLES_CITEES]
    ]
    titres = [nom for nom in noms if nom]
    jeux = dict.fromkeys(essai.famille.jeu for essai in essais)
    phrase = mots(
        "officiel_inconnu",
        nombre=len(noms),
        colonnes=", ".join(titres[:_TITRES_CITES]),
        jeux=", ".join(jeux),
        proches=" ; ".join(manques),
    )
    raise refus(fichier, *phrase, ligne=1)


class _Lieu(NamedTuple):
    """The territory of a row: ``("62413", "commune")``, or ``("", "")`` for an unreadable code."""

    code: str
    niveau: Niveau | str


class Officiel:
    """An official file, read by batches of rows; making one raises all its faults together.

    Attributes:
        tables: One table for each year and level. A row is a territory (its code is the index); the
            columns are the texts of the family (« libelle ») and the codes of the series. A figure
            is NaN where it is missing, infinite where its producer suppressed it.
        phrases: What was left aside, in French (« colonnes non reprises : … »).
        coupures: What makes one think that the end of the file is missing, in French.
        alertes: What looks wrong and does not prevent reading, in French (« la colonne « x » est
            lue comme « y » »).
    """

    def __init__(
        self,
        nom: str,
        contenu: bytes,
        familles: dict[str, Famille],
        annee: int | None,
        entete: list[str],
        lignes: Lignes,
    ) -> None:
        if len(entete) > COLONNES_MAX:
            phrase = mots("officiel_trop_large", nombre=len(entete), maximum=COLONNES_MAX)
            raise refus(nom, *phrase, ligne=1)
        self.nom = nom
        self.entete = entete
        self.sha256 = hashlib.sha256(contenu).hexdigest()
        self.colonnes = _reconnaitre(nom, entete, familles)
        self.famille = self.colonnes.famille
        # Failing a year asked for: the last that a header carries, else the only one in the name.
        annees_des_titres = [serie.annee for serie in self.colonnes.series.values() if serie.annee]
        annees_du_nom = set(_ANNEE_DANS_UN_NOM.findall(nom))
        self.annee = annee or max(annees_des_titres, default=None)
        if self.annee is None and len(annees_du_nom) == 1:
            self.annee = int(annees_du_nom.pop())
        self.phrases: list[str] = []
        self.coupures: list[str] = []
        self._fautes: list[Faute] = []
        # How many cells were refused, by kind of fault: ``_fautes`` has only the first of each.
        self._cellules_refusees: Counter[str] = Counter()
        self._lignes_non_localisees = 0

        self._refuser_les_colonnes_en_double()
        if self.colonnes.rang_de_l_annee is None and self.annee is None:
            self._fautes.append(Faute(nom, *mots("officiel_sans_annee")))
        self.tables = self._lire(lignes)

        if self._lignes_non_localisees:
            nombre = self._lignes_non_localisees
            self.phrases.append(
                f"lignes sans commune (« non localisé »), laissées de côté : {nombre}"
            )
        ignorees = self.colonnes.ignorees
        if ignorees:
            texte = ", ".join(ignorees[:_COLONNES_CITEES])[:200]
            if len(ignorees) > _COLONNES_CITEES:
                texte += f" et {len(ignorees) - _COLONNES_CITEES} de plus"
            self.phrases.append(f"colonnes non reprises : {texte}")
        self.alertes = [
            f"la colonne « {titre} » est lue comme « {corrige} »"
            for titre, corrige in self.colonnes.coquilles
        ]

    def _refuser_les_colonnes_en_double(self) -> None:
        """Raise a fault for each column that gives the same thing as another: which is right?

        Those are two columns of one series and one year, and a second column that has the header
        of the key, or of the year. Two columns of text, or that the family ignores, may have one
        header: « CODE;LIB;LIB;V » is accepted, and the first LIB is read.
        """
        colonnes = self.colonnes
        # What each column that counts gives: a series and its year, or its own header.
        contenus = {
            rang: f"{colonne.serie.code} {colonne.annee or ''}"
            for rang, colonne in colonnes.series.items()
        }
        for rang in (colonnes.rang_de_la_cle, colonnes.rang_de_l_annee):
            if rang is not None:
                contenus[rang] = colonnes.noms[rang]
        # The others are there by their header: one of them may repeat that of the key.
        contenus_de_toutes = [contenus.get(rang, nom) for rang, nom in enumerate(colonnes.noms)]
        titres_en_double = {
            self.entete[rang]
            for rang, contenu in contenus.items()
            if contenus_de_toutes.count(contenu) > 1
        }
        if titres_en_double:
            phrase = mots("serie_en_double")
            raise DonneesInvalides(
                [Faute(self.nom, *phrase, 1, titre) for titre in titres_en_double]
            )

    def _lire(self, lignes: Lignes) -> dict[tuple[int, Niveau], pd.DataFrame]:
        """Return the tables by year and level, or raise all the faults noted so far and of the
        rows.
        """
        lots = []
        while lot := list(islice(lignes, _LIGNES_D_UN_LOT)):
            chiffres = self._lire_lot(lot)
            if not chiffres.empty:
                lots.append(chiffres)
            if self._cellules_refusees.total() > _REFUS_MAX:
                break
        minimum = " au moins" if self._cellules_refusees.total() > _REFUS_MAX else ""
        for genre, nombre in self._cellules_refusees.items():
            if nombre > _FAUTES_CITEES:
                reste = f"{nombre - _FAUTES_CITEES}{minimum}"
                phrase = mots("fautes_non_citees", genre=genre, reste=reste)
                self._fautes.append(Faute(self.nom, *phrase))
        if not self._fautes and not lots:
            self._fautes.append(Faute(self.nom, *mots("officiel_sans_chiffres")))
        if self._fautes:
            raise DonneesInvalides(self._fautes)
        tables = self._ranger(pd.concat(lots, ignore_index=True))
        if self._fautes:
            raise DonneesInvalides(self._fautes)
        return tables

    def _noter_les_refus(
        self, genre: str, cle: str, cellules: pd.Series, rang: int | None = None, **valeurs: object
    ) -> None:
        """Note that some cells are refused; ``_lire`` raises the faults at the end.

        Of a kind, only the first ``_FAUTES_CITEES`` cells of the file become faults; the others are
        counted.

        Args:
            genre: The kind, as « et n autres » names it (« année »).
            cle: The words of the fault, in ``fautes.yaml``.
            cellules: The text of each refused cell; its index is the line of the file.
            rang: The column, None when the whole row is refused.
            **valeurs: What else the words of the fault need.
        """
        place_restante = max(0, _FAUTES_CITEES - self._cellules_refusees[genre])
        self._cellules_refusees[genre] += len(cellules)
        colonne = None if rang is None else self.entete[rang]
        citees = cellules.head(place_restante)
        for ligne, texte in zip(citees.index.tolist(), citees, strict=True):
            phrase = mots(cle, cellule=texte, **valeurs)
            self._fautes.append(Faute(self.nom, *phrase, ligne, colonne))

    def _lire_lot(self, lot: list[tuple[int, list[str]]]) -> pd.DataFrame:
        """Return the rows of a batch that are to be kept, and note what is refused.

        Columns: territoire, niveau (both "" for an unreadable code), the texts of the family, ligne
        (in the file), annee (0 when it cannot be read), and the rank of each column of figures. The
        table is empty when no row is to be kept.
        """
        colonnes = self.colonnes
        lignes = self._lignes_entieres(lot)
        for rang, valeurs in colonnes.filtre.items():
            lignes = lignes[lignes[rang].isin(valeurs)]
        if lignes.empty:
            return pd.DataFrame()

        # Codes repeat each other: each text is looked at once.
        lieux = {texte: self._lieu(texte) for texte in lignes[colonnes.rang_de_la_cle].unique()}
        sans_lieu = [texte for texte, lieu in lieux.items() if lieu is None]
        non_localisees = lignes[colonnes.rang_de_la_cle].isin(sans_lieu)
        self._lignes_non_localisees += int(non_localisees.sum())
        lignes = lignes[~non_localisees]
        if lignes.empty:
            return pd.DataFrame()

        codes_ecrits = lignes[colonnes.rang_de_la_cle]
        codes = {texte: lieu.code for texte, lieu in lieux.items() if lieu is not None}
        niveaux = {texte: lieu.niveau for texte, lieu in lieux.items() if lieu is not None}
        territoires = codes_ecrits.map(codes)
        illisibles = codes_ecrits[territoires.eq("")]
        niveaux_permis = ", ".join(self.famille.niveaux)
        self._noter_les_refus(
            "code", "code_illisible", illisibles, colonnes.rang_de_la_cle, niveaux=niveaux_permis
        )

        if colonnes.rang_de_l_annee is None:
            annees = self.annee or 0  # 0: no year is known, and the fault is noted already
        else:
            annees = self._annees(lignes[colonnes.rang_de_l_annee], colonnes.rang_de_l_annee)
        textes = {nom: lignes[rang].str.strip() for rang, nom in colonnes.textes.items()}
        nombres = {rang: self._nombres(lignes[rang], rang) for rang in colonnes.series}
        chiffres = pd.DataFrame(
            {"territoire": territoires, "niveau": codes_ecrits.map(niveaux), **textes}, dtype="str"
        )
        return chiffres.assign(ligne=lignes.index, annee=annees).join(pd.DataFrame(nombres))

    def _lignes_entieres(self, lot: list[tuple[int, list[str]]]) -> pd.DataFrame:
        """Return the rows of a batch that have as many cells as the header.

        The index is the line of the file, the columns are the ranks, the cells are texts. Blank
        rows, and repetitions of the header, are left out. Of a row that is longer, the cells beyond
        the header are dropped if they are empty; if one is not, the row is refused, and so is a
        shorter row.
        """
        largeur = len(self.entete)
        entieres: dict[int, list[str]] = {}
        largeurs_fautives: dict[int, str] = {}  # « 3 colonnes », by line of the file
        for numero, cellules in lot:
            if not any(cellules) or cellules == self.entete:
                continue
            if len(cellules) < largeur or any(cellules[largeur:]):
                largeurs_fautives[numero] = f"{len(cellules)} colonnes"
            else:
                entieres[numero] = cellules[:largeur]
        refusees = pd.Series(largeurs_fautives, dtype=object)
        self._noter_les_refus("largeur", "autre_largeur", refusees, largeur=largeur)
        return pd.DataFrame.from_dict(
            entieres, orient="index", columns=range(largeur), dtype=object
        )

    def _lieu(self, texte: str) -> _Lieu | None:
        """Return the territory of a code as the file writes it: « 62413,0 » is 62413, « 1001 » is
        01001.

        Its level is the first of the family whose codes have that shape. None: the row is of no
        territory (« non localisé »). A code of no shape has ``_Lieu("", "")``.
        """
        famille = self.famille
        code = texte.strip(" '\"\u00a0").upper().removeprefix(famille.prefixe)
        code = _ZEROS.sub("", code.translate(_ESPACES))
        if famille.non_localise and re.fullmatch(famille.non_localise, code):
            return None
        for niveau in famille.niveaux:
            for forme in (code, f"0{code}"):
                if magasin.FORMES[niveau].fullmatch(forme):
                    return _Lieu(forme, niveau)
        return _Lieu("", "")

    def _annees(self, textes: pd.Series, rang: int) -> pd.Series:
        """Return the years of a column (« 2024 », « 2024-12 », « 2024/12/31 »), 0 where refused.

        A family of one month a year (« décembre ») refuses the rows of the others.
        """
        sans_zeros = textes.str.strip().str.replace(_ZEROS, "", regex=True)
        parties = sans_zeros.str.extract(_ANNEE)
        annees = parties[0]
        mois_ecrits = parties[1]
        mois = self.famille.mois
        lisibles = annees.notna()
        if mois:
            lisibles &= mois_ecrits.isna() | mois_ecrits.eq(f"{mois:02}")
        cle = "mois_illisible" if mois else "annee_officielle"
        self._noter_les_refus("année", cle, textes[~lisibles], rang, mois=mois)
        return annees.where(lisibles, 0).astype(int)

    def _nombres(self, textes: pd.Series, rang: int) -> pd.Series:
        """Return the numbers of a column: NaN where missing or unreadable, infinite where
        suppressed.

        What cannot be read, and what the series cannot have, is noted as refused.
        """
        nombres = pd.to_numeric(textes, errors="coerce").astype("float64")
        # What pandas does not read is often the same few texts: each is looked at once.
        autres_textes = textes[~np.isfinite(nombres)]
        nombre_du_texte = {texte: self._nombre(texte) for texte in autres_textes.unique()}
        nombres.loc[autres_textes.index] = autres_textes.map(nombre_du_texte).astype("float64")
        illisibles = [texte for texte, nombre in nombre_du_texte.items() if nombre is None]
        refuses = autres_textes[autres_textes.isin(illisibles)]
        self._noter_les_refus("nombre", "nombre_officiel", refuses, rang)

        # What a series cannot have: negative numbers, over 100 %, decimals of whole ones.
        serie = self.colonnes.series[rang].serie
        lus = nombres[np.isfinite(nombres)]
        hors_bornes = pd.Series(False, index=lus.index)
        attendu = "un nombre"
        if serie.entier or (serie.arrondi or 0) >= 1:
            attendu = "un nombre entier"
            hors_bornes |= lus % 1 != 0
        if not serie.libre:
            hors_bornes |= lus < 0
            attendu += ", zéro ou plus"
            if serie.unite == "pourcent":
                hors_bornes |= lus > 100
                attendu += ", 100 au plus"
        cellules = textes.loc[lus.index[hors_bornes]]
        self._noter_les_refus("bornes", "hors_bornes", cellules, rang, attendu=attendu)
        return nombres

    def _nombre(self, texte: str) -> float | None:
        """Return the number of a text: « 1 200,5 » is 1200.5, « s » (secret) infinite, « nd » NaN.

        An empty text is suppressed or missing, as the family says. None: it cannot be read.
        """
        simple = texte.translate(_ESPACES).lower().replace(",", ".")
        if not simple:
            return magasin.SECRET if self.famille.vide == Statut.SECRET else np.nan
        if simple in _MOTS_SECRETS:
            return magasin.SECRET
        if simple in _MOTS_MANQUANTS:
            return np.nan
        return float(simple) if _NOMBRE.fullmatch(simple) else None

    def _ranger(self, chiffres: pd.DataFrame) -> dict[tuple[int, Niveau], pd.DataFrame]:
        """Return the figures as one table for each year and level, sorted by territory.

        A figure goes to the year that its header carries, or else to the year of its row. A
        territory that has two rows of one year and level is refused.
        """
        doubles = chiffres[chiffres.duplicated(["territoire", "annee"])].set_index("ligne")
        annees_des_doubles = doubles["annee"].astype("str")
        phrases = "« " + doubles["territoire"] + " » une seconde fois pour " + annees_des_doubles
        self._noter_les_refus("double", "territoire_en_double", phrases)

        parties: dict[tuple[int, Niveau], list[pd.DataFrame]] = {}
        for cle, lignes in chiffres.groupby(["annee", "niveau"], sort=True):
            annee_des_lignes, niveau = cast("tuple[int, Niveau]", cle)
            codes_par_annee: dict[int, dict[int, str]] = {}  # of the series, by rank
            for rang, colonne in self.colonnes.series.items():
                annee = colonne.annee or int(annee_des_lignes)
                codes_par_annee.setdefault(annee, {})[rang] = colonne.serie.code
            if not codes_par_annee:  # texts alone
                codes_par_annee[int(annee_des_lignes)] = {}
            par_territoire = lignes.set_index("territoire")
            for annee, codes in codes_par_annee.items():
                partie = par_territoire[[*self.colonnes.textes.values(), *codes]]
                parties.setdefault((annee, niveau), []).append(partie.rename(columns=codes))

        tables = {}
        for annee, niveau in sorted(parties):
            table = pd.concat(parties[annee, niveau]).sort_index()
            if niveau == "commune":
                table = self._avec_les_villes(table)
            tables[annee, niveau] = table
        return tables

    def _avec_les_villes(self, communes: pd.DataFrame) -> pd.DataFrame:
        """Return a table of communes, with a row for Paris, Lyon or Marseille where it has only
        their arrondissements.

        The counts of that row are the sums of theirs, missing where one is missing; its rates are
        missing. A family that says that its counts do not add up stays as it is.
        """
        villes = magasin.commune_de(communes.index)
        arrondissements = communes[(villes != communes.index) & ~villes.isin(communes.index)]
        comptes = {
            colonne.serie.code
            for colonne in self.colonnes.series.values()
            if colonne.serie.unite in ("nombre", "euros")
        }
        additionnables = [code for code in communes if code in comptes]
        if arrondissements.empty or not self.famille.somme or not additionnables:
            return communes
        par_ville = arrondissements[additionnables].groupby(
            magasin.commune_de(arrondissements.index)
        )
        sommes = par_ville.agg(lambda comptes: comptes.sum(skipna=False))
        self.phrases.append(
            f"sommes de leurs arrondissements, absentes du fichier : {', '.join(sommes.index)}"
        )
        return pd.concat([communes, sommes]).sort_index().rename_axis("territoire")


class Ajout:
    """What adding files to the store would do; ``enregistrer`` then does it, whole or not at all.

    The command prints it before it asks for a confirmation.

    Attributes:
        phrases: What would be added, in French (« f.csv : Titre (Cnaf, jeu) – commune 2024 (890
            territoires) »).
        revisions: The figures that would replace other ones, in French (« …, commune, 2024 : rsa
            révisé pour 62413 560 → 570 »).
        alertes: What looks wrong and is no fault, in French.
        coupures: Of these, what makes one think that a file lacks its end: nobody should add it
            unseen.
        gardees: The tables that the store has, by family, year and level.
        nouvelles: The tables that would be written, by family, year and level, figures as in
            ``Officiel``; ``attrs["sources"]`` has the sha256 of the files they come from.
        octets: The same as Parquet, by path in the folder of the store.
        registre: The ``origine.yaml`` that would be written.
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

        The files are taken in order: the figures of the second are laid over those of the first.

        Args:
            chemins: The official files.
            annee: The year of the figures of a file that does not say it.
            le: The date that the register has of the files; by default that of the last change of
                each on the disk, never today's.
            departements: Those whose territories are kept, all of them by default.
            commun: Whether to add to the tables that are committed, and not to the user's own.
        """
        self.familles = magasin.charger_familles()
        officiels = self._lire(chemins, annee)
        self.dossier = magasin.PUBLIQUES if commun else magasin.LOCALES
        self.departements = departements
        dossiers = (magasin.PUBLIQUES,) if commun else (magasin.PUBLIQUES, magasin.LOCALES)
        self.gardees = magasin.tables(dossiers=dossiers)
        self.nouvelles: dict[Cle, pd.DataFrame] = {}
        self.phrases: list[str] = []
        self.revisions: list[str] = []
        self.alertes: list[str] = []
        self.coupures: list[str] = []
        self.octets: dict[str, bytes] = {}
        registre = magasin.lire_registre(self.dossier)
        fichiers = list(registre.fichiers)
        fichiers_publics = magasin.lire_registre(magasin.PUBLIQUES).fichiers
        for chemin, officiel in officiels:
            # The same bytes, for the same départements.
            deja_ajoute = any(
                fichier.sha256 == officiel.sha256 and fichier.departements == departements
                for fichier in (*fichiers, *fichiers_publics)
            )
            if deja_ajoute:
                self.phrases.append(f"{officiel.nom} : déjà ajouté, rien à changer")
            else:
                jour = le or date.fromtimestamp(chemin.stat().st_mtime)
                fichiers.append(self._ajouter(officiel, jour))
        self.registre = Registre(fichiers=tuple(fichiers), tables=self._tables(registre.tables))

    def _lire(self, chemins: Sequence[Path], annee: int | None) -> list[tuple[Path, Officiel]]:
        """Return the files, each beside its path, or raise the faults of all."""
        fautes: list[Faute] = []
        officiels = []
        with ouvrir_enclos() as enclos:
            for chemin in chemins:
                octets = chemin.stat().st_size if chemin.is_file() else 0
                secondes = SECONDES_MAX + octets // _OCTETS_PAR_SECONDE
                with recueillir(fautes):
                    officiel = enclos.lire(
                        lire_officiel,
                        chemin,
                        self.familles,
                        annee,
                        secondes=secondes,
                        adresses=ADRESSES_DE_DUCKDB,
                    )
                    officiels.append((chemin, officiel))
        if fautes:
            raise DonneesInvalides(fautes)
        return officiels

    def _tables(self, gardees: Iterable[TableGardee]) -> tuple[TableGardee, ...]:
        """Return what the register says of its tables, the new ones in place of the former.

        The Parquet of the new ones is put in ``octets``.
        """
        tables = {Cle(table.famille, table.annee, table.niveau): table for table in gardees}
        for cle, chiffres in self.nouvelles.items():
            contenu = magasin.en_parquet(chiffres)
            empreinte = hashlib.sha256(contenu).hexdigest()
            nom = f"{cle.famille}/{cle.annee}-{cle.niveau}-{empreinte[:8]}.parquet"
            self.octets[nom] = contenu
            series = [code for code in chiffres.columns if chiffres[code].dtype == "float64"]
            tables[cle] = TableGardee(
                famille=cle.famille,
                annee=cle.annee,
                niveau=cle.niveau,
                table=nom,
                sha256=empreinte,
                territoires=len(chiffres),
                series=tuple(series),
                sources=tuple(chiffres.attrs["sources"]),
            )
        par_famille = sorted(
            tables.values(), key=lambda table: (table.famille, table.niveau, table.annee)
        )
        return tuple(par_famille)

    def _table(self, cle: Cle) -> pd.DataFrame:
        """Return the figures of a table, as the files taken so far leave it.

        ``attrs["sources"]`` has the sha256 of the official files that they come from.
        """
        if cle in self.nouvelles:
            return self.nouvelles[cle]
        gardee = self.gardees[cle]
        lignes = magasin.lire_tables([gardee])
        chiffres = lignes.set_index("territoire").drop(columns=["annee", "niveau"])
        chiffres.attrs["sources"] = gardee.sources
        return chiffres

    def _ajouter(self, officiel: Officiel, jour: date) -> FichierAjoute:
        """Lay the figures of a file over the tables; say what it holds and what looks wrong.

        Returns:
            What the register says of the file.
        """
        famille = officiel.famille
        ajoutees: dict[Cle, pd.DataFrame] = {}
        for (annee, niveau), table in officiel.tables.items():
            chiffres = self._des_departements(table, niveau)
            if not chiffres.empty:
                ajoutees[Cle(famille.id, annee, niveau)] = chiffres

        niveaux = []
        for niveau in dict.fromkeys(cle.niveau for cle in ajoutees):
            tailles = {
                str(cle.annee): len(chiffres)
                for cle, chiffres in ajoutees.items()
                if cle.niveau == niveau
            }
            annees = ", ".join(tailles)
            niveaux.append(f"{niveau} {annees} ({max(tailles.values())} territoires)")
        contenu = " ; ".join(niveaux) or "aucun territoire"
        source = f"{famille.titre} ({famille.producteur}, {famille.jeu})"
        self.phrases.append(f"{officiel.nom} : {source} – {contenu}")
        self.phrases += [f"  {phrase}" for phrase in officiel.phrases]
        self.alertes += [f"{officiel.nom} : {phrase}" for phrase in officiel.alertes]

        for cle, chiffres in ajoutees.items():
            self._poser(cle, chiffres, officiel.sha256)
        toutes = {*self.gardees, *self.nouvelles}
        doutes = douter(toutes, list(ajoutees), self._table, self.familles)
        self.alertes += [doute.phrase for doute in doutes]
        coupures = [f"{officiel.nom} : {phrase}" for phrase in officiel.coupures]
        self.alertes += coupures
        self.coupures += coupures
        self.coupures += [doute.phrase for doute in doutes if doute.perte]
        return FichierAjoute(
            fichier=officiel.nom,
            sha256=officiel.sha256,
            famille=famille.id,
            date=jour,
            producteur=famille.producteur,
            jeu=famille.jeu,
            licence=famille.licence,
            departements=self.departements,
        )

    def _des_departements(self, chiffres: pd.DataFrame, niveau: Niveau) -> pd.DataFrame:
        """Return the rows of the départements asked for; all of them when none is.

        An EPCI is kept when one of its communes is in one of them, by the last official code of the
        store; without an official code, no EPCI is kept.
        """
        if not self.departements:
            return chiffres
        if niveau != "epci":
            return chiffres[chiffres.index.str.startswith(self.departements)]
        cles_des_codes_officiels = [
            cle for cle in (*self.gardees, *self.nouvelles) if cle.famille == COMMUNES
        ]
        if not cles_des_codes_officiels:
            return chiffres[:0]
        communes = self._table(max(cles_des_codes_officiels))
        des_departements = communes["departement"].isin(self.departements)
        return chiffres[chiffres.index.isin(communes.loc[des_departements, "epci"])]

    def _poser(self, cle: Cle, chiffres: pd.DataFrame, empreinte: str) -> None:
        """Lay the figures of a file over a table, if it changes something, and say what it revises.

        In the rows of the file, its columns take the place of the former ones; other rows, and the
        columns that the file lacks, stay as they were.
        """
        anciennes_sources: Sequence[str] = ()
        if cle in self.gardees or cle in self.nouvelles:
            avant = self._table(cle)
            self._dire_les_revisions(cle, avant, chiffres)
            territoires = avant.index.union(chiffres.index)
            colonnes = list(dict.fromkeys([*avant, *chiffres]))
            apres = avant.reindex(index=territoires, columns=colonnes)
            apres.loc[chiffres.index, list(chiffres.columns)] = chiffres
            if apres.equals(avant):
                return
            chiffres = apres
            anciennes_sources = avant.attrs["sources"]
        autres_sources = [source for source in anciennes_sources if source != empreinte]
        chiffres.attrs["sources"] = [*autres_sources, empreinte]
        self.nouvelles[cle] = chiffres

    def _dire_les_revisions(self, cle: Cle, avant: pd.DataFrame, apres: pd.DataFrame) -> None:
        """Say that a table is there already, and for each series which figures a file replaces.

        « cnaf_communes, commune, 2024 : rsa révisé pour 62413 560 → 570 et 4 autre(s) »: the first
        ``_REVISIONS_CITEES`` territories are named.
        """
        table = f"{cle.famille}, {cle.niveau}, {cle.annee}"
        self.phrases.append(f"  {table} : année déjà là, {len(avant)} territoires")
        communs = avant.index.intersection(apres.index)
        series = [code for code in apres if code in avant and apres[code].dtype == "float64"]
        changements = avant.loc[communs, series].compare(apres.loc[communs, series])
        for serie in changements.columns.unique(0):
            # ``compare`` has a row for each territory of which any column changes: it is empty here
            # when this column does not.
            revises = changements[serie].dropna(how="all")
            cites = revises.head(_REVISIONS_CITEES)
            revisions = [
                f"{code} {_chiffre(ancien)} → {_chiffre(nouveau)}"
                for code, ancien, nouveau in zip(
                    cites.index, cites["self"], cites["other"], strict=True
                )
            ]
            phrase = f"{table} : {serie} révisé pour {', '.join(revisions)}"
            if len(revises) > _REVISIONS_CITEES:
                phrase += f" et {len(revises) - _REVISIONS_CITEES} autre(s)"
            self.revisions.append(phrase)

    def enregistrer(self) -> None:
        """Write the tables, then the register that names them.

        A table that the register does not name does not exist for the store; the files that it
        names no more are removed.
        """
        dossier = racine() / self.dossier
        registre = yaml.safe_dump(
            self.registre.model_dump(mode="json"),
            allow_unicode=True,
            sort_keys=False,
            width=130,
            default_flow_style=None,
        )
        fichiers = {dossier / nom: contenu for nom, contenu in self.octets.items()}
        fichiers[dossier / magasin.ORIGINE] = (_EN_TETE_DU_REGISTRE + registre).encode()
        tables = {table.table for table in self.registre.tables}
        oubliees = [
            chemin
            for chemin in dossier.rglob("*.parquet")
            if chemin.relative_to(dossier).as_posix() not in tables
        ]
        ecrire(fichiers, retires=oubliees)


def _chiffre(valeur: float) -> str:
    """Return a figure as a revision writes it: « 560 », « secret » or « vide »."""
    if pd.isna(valeur):
        return "vide"
    if valeur == magasin.SECRET:
        return "secret"
    return f"{valeur:g}"
