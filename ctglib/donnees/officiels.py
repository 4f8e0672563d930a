"""Official files, as downloaded: recognised by their content, read whatever the year, or refused.

``lire_officiel`` reads one file as an ``Officiel``: its figures, or all its faults. A *rank* is the
place of a column in the file, from 0; a *header* is the text at its top. What is refused is noted
as a fault, and all the faults are raised together; what is left aside, or looks wrong, is a French
sentence.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from ctglib.donnees import magasin
from ctglib.donnees.colonnes import Colonnes, reconnaitre
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.formats import OCTETS_MAX, Lignes, Tableau, lire_tableaux
from ctglib.donnees.geographie import Codes, Geographie, Lieu, lire_geographie
from ctglib.donnees.lecture import lire_fichier
from ctglib.donnees.modeles.sources import Famille, Niveau, SerieOfficielle
from ctglib.donnees.statuts import Statut

_ESPACES = str.maketrans("", "", " \t\u00a0\u202f\u2009")
_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?(e\+?[0-9]{1,2})?")
_ANNEE = r"^((?:19|20)[0-9]{2})(?:[-/]?([01][0-9]))?(?:[-/][0-3][0-9].*)?$"  # and month, and day
_ANNEE_DANS_UN_NOM = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_ZEROS = re.compile(r"[.,]0+$")  # what a spreadsheet adds to a whole number
_LIGNES_D_UN_LOT = 10_000
_REFUS_MAX = 10_000  # cells refused after which the rest of a file is not read
_FAUTES_CITEES = 5  # of a kind; one more fault then says how many others there are
_COLONNES_CITEES = 6
# Territories after the last one of a whole file, at most: Filosofi has not Mayotte.
_TERRITOIRES_APRES = 2


def lire_officiel(
    chemin: Path,
    familles: dict[str, Famille],
    annee: int | None = None,
    geographie: Geographie | None = None,
    niveau: Niveau | None = None,
) -> Officiel:
    """Return an official file, read whole: CSV, Excel, Parquet, JSON, or an archive of those.

    Args:
        chemin: The file.
        familles: The families it may be of, by id.
        annee: The year of the figures, where no column has it; else the last one that a header
            carries, or the only one in the name of the file.
        geographie: The territories that are known, against which its codes and its names are
            checked; read from the store when it is not given.
        niveau: The level of the codes whose level the file does not say.

    Raises:
        DonneesInvalides: The file cannot be read, is of no family, or has faults: all of them.
    """
    phrase_d_absence = mots("officiel_absent")
    try:
        contenu = lire_fichier(chemin, chemin.name, phrase_d_absence[1], OCTETS_MAX)
    except OSError:
        raise refus(chemin.name, *phrase_d_absence) from None
    return Officiel(
        chemin.name,
        hashlib.sha256(contenu).hexdigest(),
        lire_tableaux(chemin.name, contenu, chemin),
        familles,
        annee=annee,
        geographie=geographie or lire_geographie(),
        niveau=niveau,
    )


def lire_csv(nom: str, contenu: bytes, familles: dict[str, Famille]) -> Officiel:
    """Return the official file that the bytes of a CSV are, as ``lire_officiel`` does of a path.

    ``nom`` is how its faults name it, and may carry the year.
    """
    return Officiel(
        nom,
        hashlib.sha256(contenu).hexdigest(),
        lire_tableaux(nom, contenu),
        familles,
        geographie=lire_geographie(),
    )


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
        sha256: str,
        tableaux: Iterable[Tableau],
        familles: dict[str, Famille],
        *,
        geographie: Geographie,
        annee: int | None = None,
        niveau: Niveau | None = None,
    ) -> None:
        self.nom = nom
        self.sha256 = sha256
        self.geographie = geographie
        self.phrases: list[str] = []
        self.coupures: list[str] = []
        self.alertes: list[str] = []
        self.tables: dict[tuple[int, Niveau], pd.DataFrame] = {}
        self.absences: Counter[str] = Counter()  # of each text found in place of a number
        lus: list[_TableauLu] = []
        non_reconnus: list[DonneesInvalides] = []
        de_cote = []
        for tableau in tableaux:
            autre_niveau = geographie.autre_niveau(tableau.nom)
            if autre_niveau:
                de_cote.append(f"{tableau.nom} ({autre_niveau})")
                continue
            try:
                rang, colonnes = reconnaitre(nom, tableau, familles)
            except DonneesInvalides as error:
                non_reconnus.append(error)
                if tableau.nom:
                    de_cote.append(tableau.nom)
                continue
            lus.append(_TableauLu(self, tableau, rang, colonnes, annee, niveau))
        if not lus:
            raise non_reconnus[0] if non_reconnus else refus(nom, *mots("officiel_sans_chiffres"))
        familles_lues = {lu.famille.id for lu in lus}
        if len(familles_lues) > 1:
            raise refus(nom, *mots("plusieurs_jeux", jeux=", ".join(sorted(familles_lues))))
        self.famille = lus[0].famille
        self._reunir(lus)
        if de_cote:
            self.phrases.append(f"laissés de côté : {', '.join(de_cote)}")
        del self.geographie  # heavy, and of no use to who is handed the figures
        if self.absences:
            comptes = [f"« {texte} » {nombre}" for texte, nombre in self.absences.most_common()]
            self.phrases.append(f"cellules sans nombre : {', '.join(comptes)}")

    def _reunir(self, lus: Sequence[_TableauLu]) -> None:
        """Put the tables of a file together, and the sums of the arrondissements of cities; raise
        the faults of all.
        """
        fautes = [faute for lu in lus for faute in lu.fautes]
        parties: dict[tuple[int, Niveau], list[pd.DataFrame]] = {}
        for lu in lus:
            self.phrases += lu.phrases
            self.alertes += lu.alertes
            if lu.finit_bien:
                self.alertes += lu.tableau.coupures
            else:
                self.coupures += lu.tableau.coupures
            for cle, table in lu.tables.items():
                parties.setdefault(cle, []).append(table)
        for cle, tables in sorted(parties.items()):
            table = pd.concat(tables)
            doubles = table.index[table.index.duplicated()]
            for code in doubles[:_FAUTES_CITEES]:
                phrase = mots(
                    "territoire_en_double",
                    cellule=f"« {code} » une seconde fois pour {cle[0]}",
                    indice="",
                    remede="garder un seul des tableaux du fichier",
                )
                fautes.append(Faute(self.nom, *phrase))
            self.tables[cle] = table.sort_index()
        if fautes:
            raise DonneesInvalides(fautes)
        for annee, niveau in list(self.tables):
            if niveau == "arrondissement":
                self._ajouter_les_villes(annee)
        self.tables = dict(sorted(self.tables.items()))

    def _ajouter_les_villes(self, annee: int) -> None:
        """Add Paris, Lyon or Marseille to the communes of a year that have only all its
        arrondissements.

        The counts of that row are the sums of theirs, missing where one is missing; its rates are
        missing. A family that says that its counts do not add up stays as it is.
        """
        arrondissements = self.tables[annee, "arrondissement"]
        communes = self.tables.get((annee, "commune"), arrondissements[:0])
        series = [serie for serie in self.famille.series if serie.unite in ("nombre", "euros")]
        additionnables = [serie.code for serie in series if serie.code in arrondissements]
        if not self.famille.somme or not additionnables:
            return
        villes = magasin.commune_de(arrondissements.index)
        sommes = {}
        incompletes = []
        for code, ville in magasin.villes().items():
            parties = arrondissements.loc[villes == code, additionnables]
            if code in communes.index or parties.empty:
                continue
            if len(parties) < ville.nombre:
                incompletes.append(f"{code} ({len(parties)} sur {ville.nombre})")
            else:
                sommes[code] = parties.sum(skipna=False)
        if incompletes:
            texte = ", ".join(incompletes)
            self.phrases.append(f"{annee} : pas de somme, des arrondissements manquent à {texte}")
        if sommes:
            phrase = f"sommes de leurs arrondissements, absentes du fichier : {', '.join(sommes)}"
            if phrase not in self.phrases:
                self.phrases.append(phrase)
            lignes = pd.DataFrame(sommes).T
            reunies = pd.concat([communes, lignes]).sort_index()
            self.tables[annee, "commune"] = reunies.rename_axis("territoire")


class _TableauLu:
    """A table of an official file, read: its figures by year and level, and its faults."""

    def __init__(
        self,
        officiel: Officiel,
        tableau: Tableau,
        rang: int,
        colonnes: Colonnes,
        annee: int | None,
        niveau: Niveau | None,
    ) -> None:
        self.nom = officiel.nom
        self.tableau = tableau
        self.geographie = officiel.geographie
        self.absences = officiel.absences
        self.entete = tableau.premieres[rang][1]
        self.colonnes = colonnes
        self.famille = colonnes.famille
        self.niveau_demande: Niveau | None = niveau
        # Failing a year asked for: the last that a header carries, else the only one in the name.
        annees_des_titres = [serie.annee for serie in colonnes.series.values() if serie.annee]
        annees_du_nom = set(_ANNEE_DANS_UN_NOM.findall(self.nom))
        self.annee = annee or max(annees_des_titres, default=None)
        if self.annee is None and len(annees_du_nom) == 1:
            self.annee = int(annees_du_nom.pop())
        self.phrases: list[str] = []
        self.alertes: list[str] = []
        self.fautes: list[Faute] = []
        self.tables: dict[tuple[int, Niveau], pd.DataFrame] = {}
        # How many cells were refused, by kind of fault: ``fautes`` has only the first of each.
        self._cellules_refusees: Counter[str] = Counter()
        self.finit_bien = False  # its last row is of the last territory of its département
        self._derniere_ligne = 0
        self._lignes_non_localisees = 0
        self._autres_niveaux: Counter[str] = Counter()
        self._autres_mesures: Counter[str] = Counter()

        self._refuser_les_colonnes_en_double()
        titre = self.geographie.autre_niveau(Path(self.nom).stem)
        if titre and not tableau.nom and not niveau and len(self.famille.niveaux) > 1:
            permis = ", ".join(self.famille.niveaux)
            phrase = mots("niveau_absent_du_classeur", titre=titre, nom=self.nom, niveaux=permis)
            self.fautes.append(Faute(self.nom, *phrase))
        if colonnes.rang_de_l_annee is None and self.annee is None:
            self.fautes.append(Faute(self.nom, *mots("officiel_sans_annee")))
        self._lire(tableau.lignes(rang))
        self._dire_ce_qui_est_laisse()

    def _dire_ce_qui_est_laisse(self) -> None:
        """Say what was left aside, and which headers were corrected."""
        if self._lignes_non_localisees:
            nombre = self._lignes_non_localisees
            self.phrases.append(
                f"lignes sans commune (« non localisé »), laissées de côté : {nombre}"
            )
        for quoi, comptes in (
            ("lignes d'autres niveaux", self._autres_niveaux),
            ("mesures non reprises", self._autres_mesures),
            ("colonnes non reprises", Counter(self.colonnes.ignorees)),
        ):
            if comptes:
                texte = ", ".join([*comptes][:_COLONNES_CITEES])[:200]
                if len(comptes) > _COLONNES_CITEES:
                    texte += f" et {len(comptes) - _COLONNES_CITEES} de plus"
                self.phrases.append(f"{quoi} : {texte}")
        self.alertes += [
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
        for rang in (*colonnes.rangs_de_la_cle, colonnes.rang_de_l_annee):
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

    def _lire(self, lignes: Lignes) -> None:
        """Read the rows as tables by year and level, or note all their faults."""
        lots = []
        while lot := list(islice(lignes, _LIGNES_D_UN_LOT)):
            chiffres = self._lire_lot(lot)
            if not chiffres.empty:
                lots.append(chiffres)
            if self._cellules_refusees.total() > _REFUS_MAX:
                break
        if not self.fautes and not lots:
            self.fautes.append(Faute(self.nom, *mots("officiel_sans_chiffres")))
        if lots:
            chiffres = pd.concat(lots, ignore_index=True)
            del lots
            situes = self._situer(chiffres)
            if not self.fautes:
                self._ranger(situes)
        minimum = " au moins" if self._cellules_refusees.total() > _REFUS_MAX else ""
        for genre, nombre in self._cellules_refusees.items():
            if nombre > _FAUTES_CITEES:
                reste = f"{nombre - _FAUTES_CITEES}{minimum}"
                phrase = mots("fautes_non_citees", genre=genre, reste=reste)
                self.fautes.append(Faute(self.nom, *phrase))

    def _noter_les_refus(
        self, genre: str, cle: str, cellules: pd.Series, rang: int | None = None, **valeurs: object
    ) -> None:
        """Note that some cells are refused; the file raises the faults at the end.

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
        feuille = self.tableau.nom or None
        citees = cellules.head(place_restante)
        for ligne, texte in zip(citees.index.tolist(), citees, strict=True):
            phrase = mots(cle, cellule=texte, **valeurs)
            self.fautes.append(Faute(self.nom, *phrase, ligne, colonne, feuille))

    def _lire_lot(self, lot: list[tuple[int, list[str]]]) -> pd.DataFrame:
        """Return the rows of a batch that are to be kept, and note what is refused.

        Columns: code (as written) and dit (the level that the row says, or ""), the texts of the
        family, ligne (in the file), annee (0 when it cannot be read), and the figures: by the rank
        of their column, or « serie » and « valeur » where a row is a measure. The table is empty
        when no row is to be kept.
        """
        colonnes = self.colonnes
        lignes = self._lignes_entieres(lot)
        for rang, valeurs in colonnes.filtre.items():
            lignes = lignes[lignes[rang].isin(valeurs)]
        if lignes.empty:
            return pd.DataFrame()
        series = pd.Series("", index=lignes.index)
        if colonnes.mesures:
            series = self._series_mesurees(lignes)
            lignes = lignes[series.ne("")]
        codes, dits = self._codes(lignes)
        lignes = lignes.loc[codes.index]
        if lignes.empty:
            return pd.DataFrame()

        annees: pd.Series | int = self.annee or 0  # 0: no year is known, and the fault is noted
        if colonnes.rang_de_l_annee is not None:
            annees = self._annees(lignes[colonnes.rang_de_l_annee], colonnes.rang_de_l_annee)
        textes = {nom: lignes[rang].str.strip() for rang, nom in colonnes.textes.items()}
        lues = pd.DataFrame({"code": codes, "dit": dits, **textes}, dtype="str")
        lues = lues.assign(ligne=lignes.index, annee=annees)
        if colonnes.mesures:
            series = series.loc[lignes.index]
            return lues.assign(serie=series, valeur=self._valeurs_mesurees(lignes, series))
        nombres: dict[int | str, pd.Series] = {}
        for rang, colonne in colonnes.series.items():
            nombres[rang] = self._nombres(lignes[rang], rang, colonne.serie)
        for serie in self.famille.series:
            if serie.compte:
                nombres[serie.code] = pd.Series(1.0, index=lignes.index)
        return lues.join(pd.DataFrame(nombres))

    def _series_mesurees(self, lignes: pd.DataFrame) -> pd.Series:
        """Return the series that each row measures, "" for those that the family does not keep."""
        premiere, *autres = self.colonnes.mesures
        mesures = lignes[premiere].str.strip()
        for rang in autres:
            mesures = mesures + " " + lignes[rang].str.strip()
        codes = {}
        for mesure in mesures.unique():
            serie = self.colonnes.serie_de_la_mesure(mesure)
            codes[mesure] = serie.code if serie else ""
            if not serie:
                self._autres_mesures[mesure] += 1
        return mesures.map(codes)

    def _valeurs_mesurees(self, lignes: pd.DataFrame, series: pd.Series) -> pd.Series:
        """Return the numbers of rows that are measures, each as its series reads it."""
        mesures = self.famille.mesures
        rang = self.colonnes.rang_de_la_valeur
        assert mesures is not None
        assert rang is not None
        textes = lignes[rang]
        if self.colonnes.rang_du_statut is not None:
            secretes = lignes[self.colonnes.rang_du_statut].isin(mesures.secrets)
            textes = textes.mask(secretes & textes.str.strip().eq(""), "s")
        valeurs = pd.Series(np.nan, index=lignes.index)
        for code, du_code in series.groupby(series):
            serie = magasin.serie_de(self.famille, str(code))
            valeurs.loc[du_code.index] = self._nombres(textes.loc[du_code.index], rang, serie)
        return valeurs

    def _lignes_entieres(self, lot: list[tuple[int, list[str]]]) -> pd.DataFrame:
        """Return the rows of a batch that have as many cells as the header.

        The index is the line of the file, the columns are the ranks, the cells are texts. Blank
        rows, and repetitions of the header, are left out. Of a row that is longer, the cells beyond
        the header are dropped if they are empty; if one is not, the row is refused, and so is a
        shorter row. A sheet has no cell for a blank one, and has notes of one cell.
        """
        largeur = len(self.entete)
        self._derniere_ligne = lot[-1][0]
        entieres: dict[int, list[str]] = {}
        largeurs_fautives: dict[int, str] = {}  # « 3 colonnes », by line of the file
        for numero, cellules in lot:
            if not any(cellules) or cellules == self.entete:
                continue
            if self.tableau.libre:
                if len([cellule for cellule in cellules if cellule]) < 2:
                    continue
                cellules = [*cellules, *[""] * (largeur - len(cellules))]
            if len(cellules) < largeur or any(cellules[largeur:]):
                largeurs_fautives[numero] = f"{len(cellules)} colonnes"
            else:
                entieres[numero] = cellules[:largeur]
        refusees = pd.Series(largeurs_fautives, dtype=object)
        self._noter_les_refus("largeur", "autre_largeur", refusees, largeur=largeur)
        return pd.DataFrame.from_dict(
            entieres, orient="index", columns=range(largeur), dtype=object
        )

    def _codes(self, lignes: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Return the codes of rows, tidied, and the level that each says; those of no territory of
        the store are left out, and counted.
        """
        colonnes = self.colonnes
        ecrits = lignes[colonnes.rangs_de_la_cle[0]].map(_code)
        if self.famille.cle_composee:
            communes = lignes[colonnes.rangs_de_la_cle[1]].map(_code)
            ecrits = ecrits.str.zfill(2).str[:2] + communes.str.zfill(3)
        dits = pd.Series(colonnes.niveau_de_la_cle or "", index=lignes.index, dtype="str")
        for prefixe, niveau in self.famille.prefixes.items():
            prefixes = ecrits.str.startswith(prefixe)
            ecrits = ecrits.mask(prefixes, ecrits.str.removeprefix(prefixe))
            dits = dits.mask(prefixes, niveau)
        gardees = pd.Series(True, index=lignes.index)
        if self.famille.non_localise:
            gardees = ~ecrits.str.fullmatch(self.famille.non_localise)
            self._lignes_non_localisees += int((~gardees).sum())
        if self.famille.niveau and colonnes.rang_du_niveau is not None:
            niveaux = lignes[colonnes.rang_du_niveau].str.strip()
            connus = niveaux.isin([*self.famille.niveau.valeurs])
            self._autres_niveaux.update(niveaux[~connus])
            dits = niveaux.map(self.famille.niveau.valeurs).fillna("")
            gardees &= connus
        return ecrits[gardees], dits[gardees]

    def _situer(self, chiffres: pd.DataFrame) -> pd.DataFrame:
        """Return figures with the territory and the level of each row in the store.

        What cannot be told is noted as faults.
        """
        codes = chiffres[["code", "dit"]].drop_duplicates()
        noms: dict[str, str] = {}
        if "libelle" in chiffres:
            nommes = chiffres.drop_duplicates("code")
            noms = dict(zip(nommes["code"], nommes["libelle"], strict=True))
        geographie = Codes(
            self.nom,
            self.geographie,
            self.famille.niveaux,
            noms_du_fichier=[self.tableau.nom, Path(self.nom).stem],
            demande=self.niveau_demande,
        )
        geographie.situer(codes.itertuples(index=False, name=None), noms)
        self.fautes += geographie.fautes
        paires = pd.MultiIndex.from_frame(chiffres[["code", "dit"]])
        lieux = pd.Series(geographie.lieux, dtype=object).reindex(paires)
        inconnus = pd.Series(lieux.isna().to_numpy(), index=chiffres.index)
        if not geographie.fautes:
            illisibles = chiffres.loc[inconnus].set_index("ligne")["code"]
            niveaux_permis = ", ".join(self.famille.niveaux)
            rang = self.colonnes.rangs_de_la_cle[0]
            self._noter_les_refus(
                "code", "code_illisible", illisibles, rang, niveaux=niveaux_permis
            )
        territoires = [lieu.code if isinstance(lieu, Lieu) else "" for lieu in lieux]
        niveaux = [lieu.niveau if isinstance(lieu, Lieu) else "" for lieu in lieux]
        situes = chiffres.drop(columns=["code", "dit"])
        situes = situes.assign(territoire=territoires, niveau=niveaux)
        self._regarder_la_fin(situes.iloc[int(situes["ligne"].to_numpy().argmax())])
        return situes

    def _regarder_la_fin(self, derniere: pd.Series) -> None:
        """Note whether the last row is of the last territory of its département, or of its level: a
        file that ends there lacks nothing, though some are published without a last line feed.
        """
        niveau = derniere["niveau"]
        code = derniere["territoire"]
        connus = pd.Index([*self.geographie.noms.get(niveau, {})])
        if niveau == "commune":
            departements = magasin.departement_de(pd.Series([code, *connus], dtype="str"))
            connus = connus[departements[1:].eq(departements[0]).to_numpy()]
        a_la_fin = not connus.empty and int((connus > code).sum()) <= _TERRITOIRES_APRES
        self.finit_bien = derniere["ligne"] == self._derniere_ligne and bool(a_la_fin)

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

    def _nombres(self, textes: pd.Series, rang: int, serie: SerieOfficielle) -> pd.Series:
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
        sans_nombre = autres_textes[~np.isfinite(nombres.loc[autres_textes.index])].str.strip()
        comptes = sans_nombre[sans_nombre.ne("") & ~sans_nombre.isin(illisibles)].value_counts()
        self.absences.update(dict(zip(comptes.index, comptes, strict=True)))

        # What a series cannot have: negative numbers, over 100 %, decimals of whole ones.
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
        statut = self.famille.vide if not simple else self.geographie.regles.absences.get(simple)
        if statut:
            return magasin.SECRET if statut == Statut.SECRET else np.nan
        return float(simple) if _NOMBRE.fullmatch(simple) else None

    def _ranger(self, chiffres: pd.DataFrame) -> None:
        """Lay the figures as one table for each year and level, sorted by territory.

        A figure goes to the year that its header carries, or else to the year of its row. A
        territory that has two rows of one year and level is refused, unless the rows add up.
        """
        if self.colonnes.mesures:
            chiffres = self._en_colonnes(chiffres)
        elif self.famille.somme_des_lignes:
            chiffres = self._additionnees(chiffres, ["territoire", "niveau", "annee"])
        elif self.famille.textes_reunis:
            textes = list(self.colonnes.textes.values())
            groupes = chiffres.groupby(["territoire", "niveau", "annee"], sort=False)
            chiffres = groupes[textes].agg(" ".join).reset_index()
        else:
            self._refuser_les_doubles(chiffres, ["territoire", "niveau", "annee"])
        if self.fautes:
            return
        series = dict(self.colonnes.series)
        codes_des_series = {serie.code: serie for serie in self.famille.series}
        parties: dict[tuple[int, Niveau], list[pd.DataFrame]] = {}
        for cle, lignes in chiffres.groupby(["annee", "niveau"], sort=True):
            annee_des_lignes, niveau = cast("tuple[int, Niveau]", cle)
            codes_par_annee: dict[int, dict[int | str, str]] = {}  # of the series, by column
            for rang, colonne in series.items():
                annee = colonne.annee or int(annee_des_lignes)
                codes_par_annee.setdefault(annee, {})[rang] = colonne.serie.code
            comptees = {code: code for code in chiffres.columns if code in codes_des_series}
            if comptees or not codes_par_annee:  # or texts alone
                codes_par_annee.setdefault(int(annee_des_lignes), {}).update(comptees)
            par_territoire = lignes.set_index("territoire")
            for annee, codes in codes_par_annee.items():
                partie = par_territoire[[*self.colonnes.textes.values(), *codes]]
                parties.setdefault((annee, niveau), []).append(partie.rename(columns=codes))
        for annee, niveau in sorted(parties):
            self.tables[annee, niveau] = pd.concat(parties[annee, niveau]).sort_index()

    def _refuser_les_doubles(self, chiffres: pd.DataFrame, cles: list[str]) -> None:
        """Note the rows that say again what another says."""
        doubles = chiffres[chiffres.duplicated(cles)].set_index("ligne")
        annees_des_doubles = doubles["annee"].astype("str")
        phrases = "« " + doubles["territoire"] + " » une seconde fois pour " + annees_des_doubles
        indice = ""
        remede = "supprimer la ligne de trop"
        if len(doubles) > _FAUTES_CITEES and self.colonnes.ignorees:
            indice = (
                f" (colonnes non lues : {', '.join(self.colonnes.ignorees[:_COLONNES_CITEES])})"
            )
            remede = (
                "si une colonne non lue les distingue, c'est un autre jeu de données, à décrire"
                " (docs/un-jeu-de-donnees.md)"
            )
        self._noter_les_refus(
            "double", "territoire_en_double", phrases, indice=indice, remede=remede
        )

    def _additionnees(self, chiffres: pd.DataFrame, cles: list[str]) -> pd.DataFrame:
        """Return the rows of each territory and year added up; a missing or suppressed figure makes
        a missing or suppressed sum.
        """
        nombres = chiffres.columns.difference(
            [*cles, "ligne", *self.colonnes.textes.values()], sort=False
        )
        groupes = chiffres.groupby(cles, sort=False)
        sommes = groupes[list(nombres)].sum(min_count=1)
        incompletes = groupes[list(nombres)].agg(lambda valeurs: valeurs.isna().any())
        sommes = sommes.mask(incompletes)
        premiers = groupes[["ligne", *self.colonnes.textes.values()]].first()
        return premiers.join(sommes).reset_index()

    def _en_colonnes(self, chiffres: pd.DataFrame) -> pd.DataFrame:
        """Return rows that are measures as one row a territory and a year, a column a series."""
        cles = ["territoire", "niveau", "annee", "serie"]
        if self.famille.somme_des_lignes:
            chiffres = self._additionnees(chiffres, cles)
        else:
            self._refuser_les_doubles(chiffres, cles)
            if self.fautes:
                return chiffres
        textes = list(self.colonnes.textes.values())
        index = ["territoire", "niveau", "annee"]
        valeurs = chiffres.set_index([*index, "serie"])["valeur"].unstack("serie")
        premiers = chiffres.groupby(index)[["ligne", *textes]].first()
        return premiers.join(valeurs).reset_index()


def _code(texte: str) -> str:
    """Return a code as written, without what a spreadsheet adds: « 62413,0 » is 62413."""
    code = texte.strip(" '\"\u00a0").upper()
    return _ZEROS.sub("", code.translate(_ESPACES))
