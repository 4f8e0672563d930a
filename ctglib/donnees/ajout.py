"""Official files added to the store: what they would change is worked out and said, then written,
whole or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import yaml

from ctglib.donnees import magasin
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.enclos import ADRESSES_DE_DUCKDB, SECONDES_MAX, ouvrir_enclos
from ctglib.donnees.fautes import COMMANDE, DonneesInvalides, Faute, recueillir
from ctglib.donnees.geographie import lire_geographie
from ctglib.donnees.lecture import racine
from ctglib.donnees.magasin import Cle
from ctglib.donnees.modeles.sources import FichierAjoute, Niveau, Registre, TableGardee
from ctglib.donnees.officiels import Officiel, lire_officiel
from ctglib.donnees.passage import geographie_de
from ctglib.donnees.references import nom_inconnu
from ctglib.donnees.vraisemblance import COMMUNES, douter

_OCTETS_PAR_SECONDE = 1024**2  # of what a slow computer reads
_OCTETS_COMPRIMES_PAR_SECONDE = 128 * 1024  # the same of a workbook, ten times larger once opened
_REVISIONS_CITEES = 3
LISTE_DES_EPCI = "dgcl_epci"
_EN_TETE_DU_REGISTRE = (
    "# Écrit par « ctg source ajouter » : "
    "fichiers officiels ajoutés, et tables qui en sont faites.\n"
)


class Ajout:
    """What adding files to the store would do; ``enregistrer`` then does it, whole or not at all.

    The command prints it before it asks for a confirmation.

    Attributes:
        phrases: What would be added, in French (« f.csv : Titre (Cnaf, jeu) – commune 2024 (890
            territoires) »).
        revisions: The figures that would replace other ones, in French (« …, commune, 2024 : rsa
            révisé pour 62413 560 → 570 »).
        alertes: What is to be looked at, in French: what looks wrong first, then what may be true.
        fausses: Of these, what looks wrong: a contradiction, a file that lacks its end. Nobody
            should add it unseen.
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
        niveau: Niveau | None = None,
        copie: bool = False,
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
            niveau: The level of the codes of a file that does not say it.
            copie: Whether the files were found elsewhere than at their producers'.
        """
        self.copie = copie
        self.familles = magasin.charger_familles()
        officiels = self._lire(chemins, annee, niveau)
        self.dossier = magasin.PUBLIQUES if commun else magasin.LOCALES
        self.departements = departements
        dossiers = (magasin.PUBLIQUES,) if commun else (magasin.PUBLIQUES, magasin.LOCALES)
        self.gardees = magasin.tables(dossiers=dossiers)
        self.nouvelles: dict[Cle, pd.DataFrame] = {}
        self.geographies: dict[Cle, int | None] = {}  # of the new ones
        self.phrases: list[str] = []
        self.revisions: list[str] = []
        self.alertes: list[str] = []
        self.fausses: list[str] = []
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
                if not departements:  # the whole of it takes the place of its parts
                    fichiers = [
                        fichier for fichier in fichiers if fichier.sha256 != officiel.sha256
                    ]
                jour = le or date.fromtimestamp(chemin.stat().st_mtime)
                fichiers.append(self._ajouter(officiel, jour))
        self._rattacher_aux_epci()
        self.alertes = [*self.fausses, *self.alertes]
        self.registre = Registre(fichiers=tuple(fichiers), tables=self._tables(registre.tables))

    def _lire(
        self, chemins: Sequence[Path], annee: int | None, niveau: Niveau | None
    ) -> list[tuple[Path, Officiel]]:
        """Return the files, each beside its path, or raise the faults of all."""
        fautes: list[Faute] = []
        geographie = lire_geographie()
        officiels = []
        with ouvrir_enclos() as enclos:
            for chemin in chemins:
                octets = chemin.stat().st_size if chemin.is_file() else 0
                par_seconde = _OCTETS_PAR_SECONDE
                if chemin.suffix.lower() in (".xlsx", ".zip", ".gz"):
                    par_seconde = _OCTETS_COMPRIMES_PAR_SECONDE
                secondes = SECONDES_MAX + octets // par_seconde
                with recueillir(fautes):
                    officiel = enclos.lire(
                        lire_officiel,
                        chemin,
                        self.familles,
                        annee,
                        geographie,
                        niveau,
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
        for cle, table in self.nouvelles.items():
            chiffres = self._colonnes_gardees(cle, table)
            contenu = magasin.en_parquet(chiffres)
            empreinte = hashlib.sha256(contenu).hexdigest()
            nom = f"{cle.famille}/{cle.annee}-{cle.niveau}-{empreinte[:8]}.parquet"
            self.octets[nom] = contenu
            series = [code for code in chiffres.columns if chiffres[code].dtype == "float64"]
            publies = chiffres[series].count()
            tables[cle] = TableGardee(
                famille=cle.famille,
                annee=cle.annee,
                niveau=cle.niveau,
                table=nom,
                sha256=empreinte,
                territoires=len(chiffres),
                series=tuple(series),
                partielles={
                    code: int(publies[code]) for code in series if publies[code] < len(chiffres)
                },
                sources=tuple(table.attrs["sources"]),
                geographie=self.geographies.get(cle),
            )
        par_famille = sorted(
            tables.values(), key=lambda table: (table.famille, table.niveau, table.annee)
        )
        return tuple(par_famille)

    def _colonnes_gardees(self, cle: Cle, chiffres: pd.DataFrame) -> pd.DataFrame:
        """Return what the store keeps of a table: not the names that the official code has too,
        when the family says so.
        """
        if self.familles[cle.famille].noms_officiels and cle.niveau in magasin.COG:
            return chiffres.drop(columns="libelle", errors="ignore")
        return chiffres

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

        for cle, chiffres in ajoutees.items():
            if self._poser(cle, chiffres, officiel.sha256):
                annees_du_fichier = [autre.annee for autre in ajoutees]
                self.geographies[cle] = geographie_de(famille, cle.annee, annees_du_fichier)
        toutes = {*self.gardees, *self.nouvelles}
        doutes = douter(toutes, list(ajoutees), self._table, self.familles)
        self.fausses += [doute.phrase for doute in doutes if doute.faux or doute.perte]
        self.fausses += [f"{officiel.nom} : {phrase}" for phrase in officiel.coupures]
        self.alertes += [f"{officiel.nom} : {phrase}" for phrase in officiel.alertes]
        self.alertes += [doute.phrase for doute in doutes if not doute.faux and not doute.perte]
        return FichierAjoute(
            fichier=officiel.nom,
            sha256=officiel.sha256,
            famille=famille.id,
            date=jour,
            producteur=famille.producteur,
            jeu=famille.jeu,
            licence=famille.licence,
            departements=self.departements,
            copie=self.copie,
        )

    def _des_departements(self, chiffres: pd.DataFrame, niveau: Niveau) -> pd.DataFrame:
        """Return the rows of the départements asked for; all of them when none is.

        Régions and France are kept, to compare with. An EPCI is kept when one of its communes is in
        one of them, by the last official code of the store; without an official code, none is.
        """
        if not self.departements or niveau in ("region", "france"):
            return chiffres
        if niveau == "qpv":  # « QN06223M » is of the 62
            return chiffres[chiffres.index.str[2:5].str.removeprefix("0").isin(self.departements)]
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

    def _rattacher_aux_epci(self) -> None:
        """Say, in the official code of communes of a year, their EPCI by the list of that year.

        The Insee's own file has no EPCI; a commune that the list has not is in none.
        """
        for cle in {*self.gardees, *self.nouvelles}:
            listes = cle._replace(famille=LISTE_DES_EPCI)
            connues = (*self.gardees, *self.nouvelles)
            if cle.famille != COMMUNES or listes not in connues:
                continue
            if cle not in self.nouvelles and listes not in self.nouvelles:
                continue
            communes = self._table(cle)
            liste = self._table(listes)
            if "epci" in communes or "epci" not in liste:
                continue
            rattachees = communes.assign(epci=liste["epci"].reindex(communes.index).fillna(""))
            rattachees.attrs["sources"] = [*communes.attrs["sources"], *liste.attrs["sources"]]
            self.nouvelles[cle] = rattachees
            self.phrases.append(
                f"  {cle.famille}, {cle.annee} : EPCI repris de la liste de la DGCL"
            )

    def _poser(self, cle: Cle, chiffres: pd.DataFrame, empreinte: str) -> bool:
        """Lay the figures of a file over a table, if it changes something, and say what it revises.

        In the rows of the file, its columns take the place of the former ones; other rows, and the
        columns that the file lacks, stay as they were.

        Returns:
            Whether it changes something.
        """
        anciennes_sources: Sequence[str] = ()
        if cle in self.gardees or cle in self.nouvelles:
            avant = self._table(cle)
            self._dire_les_revisions(cle, avant, chiffres)
            territoires = avant.index.union(chiffres.index)
            colonnes = list(dict.fromkeys([*avant, *chiffres]))
            apres = avant.reindex(index=territoires, columns=colonnes)
            # A column that was not there is one of missing numbers, be it of texts.
            nouvelles = {nom: chiffres[nom].dtype for nom in chiffres if nom not in avant}
            apres = apres.astype(nouvelles)
            apres.loc[chiffres.index, list(chiffres.columns)] = chiffres
            if self._colonnes_gardees(cle, apres).equals(avant):
                return False
            chiffres = apres
            anciennes_sources = avant.attrs["sources"]
        autres_sources = [source for source in anciennes_sources if source != empreinte]
        chiffres.attrs["sources"] = [*autres_sources, empreinte]
        self.nouvelles[cle] = chiffres
        return True

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
        """Write the tables, then the register that names them."""
        _enregistrer(self.dossier, self.registre, self.octets)


class Retrait:
    """What taking official files out of the user's store would do; ``enregistrer`` then does it.

    Attributes:
        phrases: What would go, in French.
        registre: The ``origine.yaml`` that would be written.
    """

    def __init__(self, noms: Sequence[str]) -> None:
        """Prepare to take files out, or refuse the names that are those of none.

        A table goes with the first of its files that goes: a figure does not say which file it is
        from. The other files of that table go too, and are to be added again.

        Args:
            noms: Names of files, as they were added, or families.
        """
        registre = magasin.lire_registre(magasin.LOCALES)
        connus = [
            nom for fichier in registre.fichiers for nom in (fichier.fichier, fichier.famille)
        ]
        fautes = [
            Faute(COMMANDE, *nom_inconnu(nom, dict.fromkeys(connus), "fichier_ajoute"))
            for nom in noms
            if nom not in connus
        ]
        if fautes:
            raise DonneesInvalides(fautes)
        demandes = [
            fichier for fichier in registre.fichiers if {fichier.fichier, fichier.famille} & {*noms}
        ]
        empreintes = {fichier.sha256 for fichier in demandes}
        retirees = [table for table in registre.tables if empreintes.intersection(table.sources)]
        sources = {source for table in retirees for source in table.sources}
        entraines = [
            fichier
            for fichier in registre.fichiers
            if fichier.sha256 in sources and fichier not in demandes
        ]
        self.phrases = [f"{fichier.fichier} : retiré ({fichier.jeu})" for fichier in demandes]
        for table in retirees:
            lieu = f"{table.famille}, {table.niveau}, {table.annee}"
            self.phrases.append(f"  {lieu} : {table.territoires} territoires")
        self.phrases += [
            f"{fichier.fichier} : retiré aussi, ses chiffres sont dans les mêmes tables ; à ajouter"
            " de nouveau"
            for fichier in entraines
        ]
        partis = [*demandes, *entraines]
        self.registre = Registre(
            fichiers=tuple(fichier for fichier in registre.fichiers if fichier not in partis),
            tables=tuple(table for table in registre.tables if table not in retirees),
        )

    def enregistrer(self) -> None:
        """Write the register, and remove the tables that it names no more."""
        _enregistrer(magasin.LOCALES, self.registre, {})


def _enregistrer(dossier: str, registre: Registre, octets: Mapping[str, bytes]) -> None:
    """Write tables of a store, then its register.

    A table that the register does not name does not exist for the store; the files that it names no
    more are removed.
    """
    chemin_du_dossier = racine() / dossier
    texte = yaml.safe_dump(
        registre.model_dump(mode="json"),
        allow_unicode=True,
        sort_keys=False,
        width=130,
        default_flow_style=None,
    )
    fichiers = {chemin_du_dossier / nom: contenu for nom, contenu in octets.items()}
    fichiers[chemin_du_dossier / magasin.ORIGINE] = (_EN_TETE_DU_REGISTRE + texte).encode()
    tables = {table.table for table in registre.tables}
    oubliees = [
        chemin
        for chemin in chemin_du_dossier.rglob("*.parquet")
        if chemin.relative_to(chemin_du_dossier).as_posix() not in tables
    ]
    ecrire(fichiers, retires=oubliees)


def _chiffre(valeur: float) -> str:
    """Return a figure as a revision writes it: « 560 », « secret » or « vide »."""
    if pd.isna(valeur):
        return "vide"
    if valeur == magasin.SECRET:
        return "secret"
    return f"{valeur:g}"
