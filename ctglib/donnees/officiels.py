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
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
import yaml

from ctglib.donnees import magasin
from ctglib.donnees.ecriture import PROVISOIRES, ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import proches, racine
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
# difflib's: one letter wrong in seven or more; a shorter name is too easily another column
_PRESQUE = 0.88
_LETTRES_D_UNE_COQUILLE = 6
# a plain word stands for itself; a pattern with years or choices has no spelling to be near to
_MOT_SIMPLE = re.compile(r"[a-z0-9_]{6,}")
_LIGNES_D_UN_LOT = 20_000
_FAUTES_CITEES = 5  # of a kind, before « et n autres »
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
Lignes = Iterator[tuple[int, list[str]]]  # the cells of each row, with its line in the file


def lire_officiel(chemin: Path, familles: dict[str, Famille], annee: int | None = None) -> Officiel:
    """Return an official file, read whole: CSV (« ; », « , » or tabulation; UTF-8 or Windows-1252),
    Parquet, GeoJSON.

    ``annee`` is the year of the figures, when neither the columns nor the name of the file say it.
    """
    try:
        contenu = chemin.read_bytes()
    except OSError:
        raise refus(chemin.name, *mots("officiel_absent")) from None
    if contenu[:4] == b"PAR1":
        entete, lignes = _parquet(chemin)
        return Officiel(chemin.name, contenu, familles, annee, entete, lignes)
    autre_format = _autre_format(contenu)
    if autre_format:
        raise refus(chemin.name, *mots("officiel_d_une_autre_sorte", sorte=autre_format))
    if contenu.lstrip()[:1] == b"{":
        entete, lignes = _geojson(chemin.name, contenu)
        return Officiel(chemin.name, contenu, familles, annee, entete, lignes)
    return lire_csv(chemin.name, contenu, familles, annee)


def _autre_format(contenu: bytes) -> str | None:
    """Return what a file is that holds no text, in French; None when it may be read as text."""
    if not contenu.strip():
        return "un fichier vide"
    if contenu[:2] in _AUTRES_FORMATS:
        return _AUTRES_FORMATS[contenu[:2]]
    if b"\0" in contenu[:4096]:
        return "un fichier qui n'est pas du texte"
    return None


def lire_csv(
    nom: str, contenu: bytes, familles: dict[str, Famille], annee: int | None = None
) -> Officiel:
    """Return the bytes of a CSV, as ``lire_officiel`` does of a file."""
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = contenu.decode("cp1252", errors="replace")
    premiere_ligne = texte[:100_000].split("\n", 1)[0]
    separateur = max(";,\t|", key=premiere_ligne.count)
    if separateur not in premiere_ligne:
        raise refus(nom, *mots("officiel_sans_separateur", entete=premiere_ligne.strip()), ligne=1)
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    try:
        entete = next(lecteur)
        lignes = ((lecteur.line_num, cellules) for cellules in lecteur)
        officiel = Officiel(nom, contenu, familles, annee, entete, lignes)
    except csv.Error:
        raise refus(nom, *mots("officiel_mal_forme"), ligne=lecteur.line_num) from None
    if not contenu.endswith((b"\n", b"\r")):
        officiel.dites.insert(0, "le fichier ne finit pas par un saut de ligne : vérifier sa fin")
    return officiel


def _parquet(chemin: Path) -> tuple[list[str], Lignes]:
    """Return the header and the rows of a Parquet file, all its cells as text."""
    import duckdb

    requete = "select columns(*)::varchar from read_parquet(?)"
    try:
        resultat = magasin.moteur().cursor().execute(requete, [str(chemin)])
    except duckdb.Error:
        raise refus(chemin.name, *mots("parquet_abime")) from None
    entete = [colonne[0] for colonne in resultat.description]
    lignes = ([cellule or "" for cellule in ligne] for ligne in iter(resultat.fetchone, None))
    return entete, enumerate(lignes, 2)


def _geojson(nom: str, contenu: bytes) -> tuple[list[str], Lignes]:
    """Return the features of a GeoJSON as rows: their properties, and their geometry as text in
    « contour ».
    """
    try:
        objets = json.loads(contenu)["features"]
        entete = list(objets[0]["properties"])
        lignes = []
        for objet in objets:
            cellules = [str(objet["properties"].get(colonne) or "") for colonne in entete]
            contour = json.dumps(objet["geometry"], separators=(",", ":"))
            lignes.append([*cellules, contour])
    except (ValueError, LookupError, TypeError, AttributeError):
        raise refus(nom, *mots("carte_abimee")) from None
    return [*entete, "contour"], enumerate(lignes, 1)


class _ColonneDeSerie(NamedTuple):
    serie: SerieOfficielle
    annee: int | None  # that the header carries; None: the year is that of the row, or of the file


class _Colonnes:
    """The columns of a file, by rank, as those of a family.

    ``noms`` are the headers in plain lower case, ``lus`` the same with misspelt ones corrected.
    ``absentes`` are the columns that the file lacks to be one of the family, ``ignorees`` those
    that the family does not use.
    """

    def __init__(self, famille: Famille, noms: list[str]) -> None:
        self.famille = famille
        self.noms = noms
        self.lus = self._sans_coquilles()
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
        for rang, nom in enumerate(self.lus):
            if rang in autres_usages:
                continue
            colonne = self._serie(nom)
            if colonne:
                self.series[rang] = colonne
            elif nom:
                self.ignorees.append(nom)

    @property
    def coquilles(self) -> list[tuple[str, str]]:
        """The misspelt headers, each with the column that it is read as."""
        paires = zip(self.noms, self.lus, strict=True)
        return [(nom, lu) for nom, lu in paires if nom != lu]

    def _sans_coquilles(self) -> list[str]:
        """Return the headers, a misspelt one replaced by the only column near to it that is not
        there.
        """
        famille = self.famille
        motifs = [*famille.signature, *(serie.colonne for serie in famille.series)]
        attendus = [motif for motif in motifs if _MOT_SIMPLE.fullmatch(motif)]
        autres_colonnes = (famille.cle, famille.annee, *famille.textes.values())
        lus = list(self.noms)
        for rang, nom in enumerate(self.noms):
            connu = nom in autres_colonnes or self._serie(nom)
            if connu or len(nom) < _LETTRES_D_UNE_COQUILLE:
                continue
            absents = [attendu for attendu in attendus if attendu not in lus]
            voisins = proches(nom, absents, _PRESQUE)
            if len(voisins) == 1:
                lus[rang] = voisins[0]
        return lus

    def _rang(self, motif: str) -> int | None:
        """Return the rank of the first header that fits a pattern; an empty pattern fits none."""
        if not motif:
            return None
        for rang, nom in enumerate(self.lus):
            if re.fullmatch(motif, nom):
                return rang
        return None

    def _serie(self, nom: str) -> _ColonneDeSerie | None:
        """Return the series of a header, and its year when it carries one."""
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
    """Return the columns as those of a family: of those whose signature is there, the one that uses
    most columns.
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
    raise _fichier_inconnu(fichier, noms, essais)


def _fichier_inconnu(fichier: str, noms: list[str], essais: list[_Colonnes]) -> DonneesInvalides:
    """Return the fault of a file of no family; it tells what the nearest families ask for."""
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
    return refus(fichier, *phrase, ligne=1)


class _Lieu(NamedTuple):
    """The territory of a row."""

    code: str
    niveau: Niveau | str  # "" beside a code that cannot be read


class Officiel:
    """An official file, read by batches of rows, refused with all its faults.

    ``tables`` are by year and level: territoire (index), libelle, texts, series (infinite where
    suppressed). In French, ``dites`` tells the rows and columns left out, ``alertes`` what looks
    wrong and does not prevent reading.
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
        self.nom = nom
        self.entete = entete
        self.sha256 = hashlib.sha256(contenu).hexdigest()
        self.colonnes = _reconnaitre(nom, entete, familles)
        self.famille = self.colonnes.famille
        self.annee = annee or self._annee_des_titres()
        self.dites: list[str] = []
        self._fautes: list[Faute] = []
        self._cellules_refusees: Counter[str] = Counter()  # by kind of fault, told or not
        self._lignes_non_localisees = 0

        self._refuser_les_colonnes_en_double()
        if self.colonnes.rang_de_l_annee is None and self.annee is None:
            self._fautes.append(Faute(nom, *mots("officiel_sans_annee")))
        self.tables = self._lire(lignes)
        self._dire_ce_qui_est_laisse()
        self.alertes = [
            f"la colonne « {titre} » est lue comme « {lu} »"
            for titre, lu in self.colonnes.coquilles
        ]

    def _annee_des_titres(self) -> int | None:
        """Return the last year that the headers carry, else the only one in the file's name."""
        annees = {colonne.annee for colonne in self.colonnes.series.values() if colonne.annee}
        if annees:
            return max(annees)
        dans_le_nom = set(_ANNEE_DANS_UN_NOM.findall(self.nom))
        return int(dans_le_nom.pop()) if len(dans_le_nom) == 1 else None

    def _refuser_les_colonnes_en_double(self) -> None:
        """Refuse two columns of one name, or of one series and year: which is right is unknown."""
        colonnes = self.colonnes
        sens = {
            rang: f"{colonne.serie.code} {colonne.annee or ''}"
            for rang, colonne in colonnes.series.items()
        }
        for rang in (colonnes.rang_de_la_cle, colonnes.rang_de_l_annee):
            if rang is not None:
                sens[rang] = colonnes.noms[rang]
        sens_de_toutes = [sens.get(rang, nom) for rang, nom in enumerate(colonnes.noms)]
        en_double = {
            self.entete[rang] for rang, ce_sens in sens.items() if sens_de_toutes.count(ce_sens) > 1
        }
        if en_double:
            phrase = mots("serie_en_double")
            raise DonneesInvalides([Faute(self.nom, *phrase, 1, titre) for titre in en_double])

    def _lire(self, lignes: Lignes) -> dict[tuple[int, Niveau], pd.DataFrame]:
        """Return the tables by year and level, or raise all the faults of the rows."""
        lots = []
        while lot := list(islice(lignes, _LIGNES_D_UN_LOT)):
            chiffres = self._lire_lot(lot)
            if not chiffres.empty:
                lots.append(chiffres)
        for genre, nombre in self._cellules_refusees.items():
            if nombre > _FAUTES_CITEES:
                phrase = mots("fautes_non_citees", genre=genre, reste=nombre - _FAUTES_CITEES)
                self._fautes.append(Faute(self.nom, *phrase))
        if not self._fautes and not lots:
            self._fautes.append(Faute(self.nom, *mots("officiel_sans_chiffres")))
        if self._fautes:
            raise DonneesInvalides(self._fautes)
        tables = self._ranger(pd.concat(lots, ignore_index=True))
        if self._fautes:
            raise DonneesInvalides(self._fautes)
        return tables

    def _dire_ce_qui_est_laisse(self) -> None:
        """Tell the rows of no territory and the columns that the family does not use."""
        if self._lignes_non_localisees:
            nombre = self._lignes_non_localisees
            self.dites.append(
                f"lignes sans commune (« non localisé »), laissées de côté : {nombre}"
            )
        ignorees = self.colonnes.ignorees
        if ignorees:
            texte = ", ".join(ignorees[:_COLONNES_CITEES])[:200]
            if len(ignorees) > _COLONNES_CITEES:
                texte += f" et {len(ignorees) - _COLONNES_CITEES} de plus"
            self.dites.append(f"colonnes non reprises : {texte}")

    def _refuser(
        self, genre: str, cle: str, cellules: pd.Series, rang: int | None = None, **valeurs: object
    ) -> None:
        """Note a fault for each cell (its text, by line of the file), of which the first of a kind
        are told.
        """
        place_restante = max(0, _FAUTES_CITEES - self._cellules_refusees[genre])
        self._cellules_refusees[genre] += len(cellules)
        colonne = None if rang is None else self.entete[rang]
        citees = cellules.head(place_restante)
        for ligne, texte in zip(citees.index.tolist(), citees, strict=True):
            phrase = mots(cle, cellule=texte, **valeurs)
            self._fautes.append(Faute(self.nom, *phrase, ligne, colonne))

    def _lire_lot(self, lot: list[tuple[int, list[str]]]) -> pd.DataFrame:
        """Return the figures of a batch: territoire, niveau, texts, ligne, annee, and a column of
        numbers a rank; empty when no row is to be kept.
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
        self._refuser(
            "code", "code_illisible", illisibles, colonnes.rang_de_la_cle, niveaux=niveaux_permis
        )

        if colonnes.rang_de_l_annee is None:
            annees = self.annee or 0  # 0: nothing tells the year, which is a fault already
        else:
            annees = self._annees(lignes[colonnes.rang_de_l_annee], colonnes.rang_de_l_annee)
        textes = {nom: lignes[rang].str.strip() for rang, nom in colonnes.textes.items()}
        nombres = {rang: self._nombres(lignes[rang], rang) for rang in colonnes.series}
        chiffres = pd.DataFrame(
            {"territoire": territoires, "niveau": codes_ecrits.map(niveaux), **textes}, dtype="str"
        )
        return chiffres.assign(ligne=lignes.index, annee=annees).join(pd.DataFrame(nombres))

    def _lignes_entieres(self, lot: list[tuple[int, list[str]]]) -> pd.DataFrame:
        """Return the rows of a batch as text, by line of the file, a column a rank.

        Blank rows, and headers repeated, are passed over; a row of another width is refused.
        """
        largeur = len(self.entete)
        entieres: dict[int, list[str]] = {}
        autres_largeurs: dict[int, str] = {}
        for numero, cellules in lot:
            if not any(cellules) or cellules == self.entete:
                continue
            if len(cellules) < largeur or any(cellules[largeur:]):
                autres_largeurs[numero] = f"{len(cellules)} colonnes"
            else:
                entieres[numero] = cellules[:largeur]
        refusees = pd.Series(autres_largeurs, dtype=object)
        self._refuser("largeur", "autre_largeur", refusees, largeur=largeur)
        return pd.DataFrame.from_dict(
            entieres, orient="index", columns=range(largeur), dtype=object
        )

    def _lieu(self, texte: str) -> _Lieu | None:
        """Return a code as text, the zero that a spreadsheet took away put back, and its level;
        None for a row that is of no territory.
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
        """Return the years of a column, 0 where refused; a month, if any, is the family's."""
        sans_zeros = textes.str.strip().str.replace(_ZEROS, "", regex=True)
        parties = sans_zeros.str.extract(_ANNEE)
        annees = parties[0]
        mois_ecrits = parties[1]
        mois = self.famille.mois
        lisibles = annees.notna()
        if mois:
            lisibles &= mois_ecrits.isna() | mois_ecrits.eq(f"{mois:02}")
        cle = "mois_illisible" if mois else "annee_officielle"
        self._refuser("année", cle, textes[~lisibles], rang, mois=mois)
        return annees.where(lisibles, 0).astype(int)

    def _nombres(self, textes: pd.Series, rang: int) -> pd.Series:
        """Return the numbers of a column: NaN where missing, infinite where suppressed."""
        nombres = pd.to_numeric(textes, errors="coerce").astype("float64")
        # What pandas does not read is often the same few texts: each is looked at once.
        non_lus = textes[~np.isfinite(nombres)]
        lus = {texte: self._nombre(texte) for texte in non_lus.unique()}
        nombres.loc[non_lus.index] = non_lus.map(lus).astype("float64")
        illisibles = [texte for texte, nombre in lus.items() if nombre is None]
        self._refuser("nombre", "nombre_officiel", non_lus[non_lus.isin(illisibles)], rang)
        self._refuser_hors_bornes(textes, nombres[np.isfinite(nombres)], rang)
        return nombres

    def _nombre(self, texte: str) -> float | None:
        """Return the number that a text stands for (« 1 200,5 », « s », nothing), None when it is
        none.
        """
        simple = texte.translate(_ESPACES).lower().replace(",", ".")
        if not simple:
            return magasin.SECRET if self.famille.vide == Statut.SECRET else np.nan
        if simple in _MOTS_SECRETS:
            return magasin.SECRET
        if simple in _MOTS_MANQUANTS:
            return np.nan
        return float(simple) if _NOMBRE.fullmatch(simple) else None

    def _refuser_hors_bornes(self, textes: pd.Series, nombres: pd.Series, rang: int) -> None:
        """Refuse the numbers that a series cannot have: negative, above 100 %, with decimals."""
        serie = self.colonnes.series[rang].serie
        entier = serie.entier or (serie.arrondi or 0) >= 1
        attendu = "un nombre entier" if entier else "un nombre"
        hors_bornes = pd.Series(False, index=nombres.index)
        if entier:
            hors_bornes |= nombres % 1 != 0
        if not serie.libre:
            hors_bornes |= nombres < 0
            attendu += ", zéro ou plus"
            if serie.unite == "pourcent":
                hors_bornes |= nombres > 100
                attendu += ", 100 au plus"
        cellules = textes.loc[nombres.index[hors_bornes]]
        self._refuser("bornes", "hors_bornes", cellules, rang, attendu=attendu)

    def _ranger(self, chiffres: pd.DataFrame) -> dict[tuple[int, Niveau], pd.DataFrame]:
        """Return one table a year and a level: a header that carries its year goes to it, the
        others to the row's.
        """
        doubles = chiffres[chiffres.duplicated(["territoire", "annee"])].set_index("ligne")
        annees_des_doubles = doubles["annee"].astype("str")
        phrases = "« " + doubles["territoire"] + " » une seconde fois pour " + annees_des_doubles
        self._refuser("double", "territoire_en_double", phrases)

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
        """Return a table of communes with those that it only gives by arrondissements: the sums of
        their counts.
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
        self.dites.append(
            f"sommes de leurs arrondissements, absentes du fichier : {', '.join(sommes.index)}"
        )
        return pd.concat([communes, sommes]).sort_index().rename_axis("territoire")


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
        officiels = self._lire(chemins, annee)
        self.dossier = magasin.PUBLIQUES if commun else magasin.LOCALES
        self.departements = departements
        dossiers = (magasin.PUBLIQUES,) if commun else (magasin.PUBLIQUES, magasin.LOCALES)
        self.gardees = magasin.tables(dossiers=dossiers)
        self.nouvelles: dict[Cle, pd.DataFrame] = {}
        self.dites: list[str] = []
        self.revisions: list[str] = []
        self.alertes: list[str] = []
        registre = magasin.lire_registre(self.dossier)
        fichiers = list(registre.fichiers)
        livres = magasin.lire_registre(magasin.PUBLIQUES).fichiers
        for chemin, officiel in officiels:
            if self._est_deja_la(officiel, (*fichiers, *livres)):
                self.dites.append(f"{officiel.nom} : déjà ajouté, rien à changer")
                continue
            self._ajouter(officiel)
            jour = le or date.fromtimestamp(chemin.stat().st_mtime)
            fichiers.append(self._fichier_ajoute(officiel, jour))

        self.octets: dict[str, bytes] = {}
        tables = {Cle(table.famille, table.annee, table.niveau): table for table in registre.tables}
        for cle, chiffres in self.nouvelles.items():
            tables[cle] = self._table_gardee(cle, chiffres)
        par_famille = sorted(
            tables.values(), key=lambda table: (table.famille, table.niveau, table.annee)
        )
        self.registre = Registre(fichiers=tuple(fichiers), tables=tuple(par_famille))

    def _lire(self, chemins: Sequence[Path], annee: int | None) -> list[tuple[Path, Officiel]]:
        """Return the files, each beside its path, or raise the faults of all."""
        fautes: list[Faute] = []
        officiels = []
        for chemin in chemins:
            with recueillir(fautes):
                officiels.append((chemin, lire_officiel(chemin, self.familles, annee)))
        if fautes:
            raise DonneesInvalides(fautes)
        return officiels

    def _est_deja_la(self, officiel: Officiel, fichiers: Iterable[FichierAjoute]) -> bool:
        """Return whether the same bytes were added already, for the same départements."""
        return any(
            fichier.sha256 == officiel.sha256 and fichier.departements == self.departements
            for fichier in fichiers
        )

    def _fichier_ajoute(self, officiel: Officiel, jour: date) -> FichierAjoute:
        """Return what the register says of a file."""
        return FichierAjoute(
            fichier=officiel.nom,
            sha256=officiel.sha256,
            famille=officiel.famille.id,
            date=jour,
            producteur=officiel.famille.producteur,
            jeu=officiel.famille.jeu,
            licence=officiel.famille.licence,
            departements=self.departements,
        )

    def _table_gardee(self, cle: Cle, chiffres: pd.DataFrame) -> TableGardee:
        """Return what the register says of a new table, whose Parquet is put in ``octets``."""
        contenu = magasin.en_parquet(chiffres)
        empreinte = hashlib.sha256(contenu).hexdigest()
        nom = f"{cle.famille}/{cle.annee}-{cle.niveau}-{empreinte[:8]}.parquet"
        self.octets[nom] = contenu
        series = [code for code in chiffres.columns if chiffres[code].dtype == "float64"]
        return TableGardee(
            famille=cle.famille,
            annee=cle.annee,
            niveau=cle.niveau,
            table=nom,
            sha256=empreinte,
            territoires=len(chiffres),
            series=tuple(series),
            sources=tuple(chiffres.attrs["sources"]),
        )

    def _table(self, cle: Cle) -> pd.DataFrame:
        """Return the figures of a table as they would be; ``attrs["sources"]``: the fingerprints of
        their files.
        """
        if cle in self.nouvelles:
            return self.nouvelles[cle]
        gardee = self.gardees[cle]
        lignes = magasin.lire_tables([gardee])
        chiffres = lignes.set_index("territoire").drop(columns=["annee", "niveau"])
        chiffres.attrs["sources"] = gardee.sources
        return chiffres

    def _ajouter(self, officiel: Officiel) -> None:
        """Add the figures of a file to the new tables; tell what it holds and what looks wrong."""
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
        self.dites.append(f"{officiel.nom} : {source} – {contenu}")
        self.dites += [f"  {phrase}" for phrase in officiel.dites]
        self.alertes += [f"{officiel.nom} : {phrase}" for phrase in officiel.alertes]

        for cle, chiffres in ajoutees.items():
            self._poser(cle, chiffres, officiel.sha256)
        toutes = {*self.gardees, *self.nouvelles}
        doutes = douter(toutes, list(ajoutees), self._table, self.familles)
        self.alertes += [doute.phrase for doute in doutes]

    def _des_departements(self, chiffres: pd.DataFrame, niveau: Niveau) -> pd.DataFrame:
        """Return the rows of the départements asked for; an EPCI is in each that it has communes
        in.
        """
        if not self.departements:
            return chiffres
        if niveau != "epci":
            return chiffres[chiffres.index.str.startswith(self.departements)]
        codes_officiels = [
            cle for cle in (*self.gardees, *self.nouvelles) if cle.famille == COMMUNES
        ]
        if not codes_officiels:
            return chiffres[:0]
        communes = self._table(max(codes_officiels))
        des_departements = communes["departement"].isin(self.departements)
        return chiffres[chiffres.index.isin(communes.loc[des_departements, "epci"])]

    def _poser(self, cle: Cle, chiffres: pd.DataFrame, empreinte: str) -> None:
        """Lay the figures of a file over those there are, and tell what changes.

        The new rows stand for the old; a column that the new file lacks stays as it was.
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
        """Tell that a table is there already, and each of its figures that a file replaces."""
        table = f"{cle.famille}, {cle.niveau}, {cle.annee}"
        self.dites.append(f"  {table} : année déjà là, {len(avant)} territoires")
        communs = avant.index.intersection(apres.index)
        series = [code for code in apres if code in avant and apres[code].dtype == "float64"]
        changements = avant.loc[communs, series].compare(apres.loc[communs, series])
        for serie in changements.columns.unique(0):
            # A territory that only another column revises is empty here.
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
        """Write the tables, then the register that names them, last: a kill before that leaves the
        store as it was.

        Tables that nothing names any more are removed afterwards, with what a killed command may
        have left.
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
        ecrire(fichiers)
        tables = {table.table for table in self.registre.tables}
        for chemin in [*dossier.rglob("*.parquet"), *dossier.rglob(PROVISOIRES)]:
            if chemin.relative_to(dossier).as_posix() not in tables:
                chemin.unlink(missing_ok=True)


def _chiffre(valeur: float) -> str:
    """Return a figure of the store as a revision tells it."""
    if pd.isna(valeur):
        return "vide"
    if valeur == magasin.SECRET:
        return "secret"
    return f"{valeur:g}"
