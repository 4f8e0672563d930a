"""The means of each signatory: what is said of them, and their tables.

Euros with euros, full-time equivalents with full-time equivalents, never together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs import etats as calculs
from ctglib.calculs.ecriture import INSECABLE, enumerer
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import MARQUES, legende, marquer
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Unite
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import INCONNUES, Statut

AU_MOINS = "au moins "
SANS_FICHE = {
    calculs.STRUCTURE: "Structures, sans fiche",
    calculs.TERRITOIRE: "Territoire entier, sans fiche",
}
COLONNES_AU_PLUS = 8  # of amounts; beyond, they would not fit beside each other on a page
LIGNE = ["signataire", "poste", "nature"]  # of the budget


@dataclass(frozen=True)
class _Total:
    """The total of some means of a year (see ``ctglib.calculs.etats.totaux``)."""

    nature: str
    valeur: float  # missing when one of its lines is not known
    valeur_connue: float  # of the lines that are known
    lignes: int  # missing when the year has none
    statut: str


@dataclass(frozen=True)
class Moyens(Montrable):
    """What each signatory brings, this year and the year before."""

    etude: EtudeAnnuelle

    def en_bref(self) -> Bloc | None:
        """Return a line a nature of means, signatory by signatory, then what is not transmitted.

        Money of the year and money invested, like posts, are never added up.
        """
        if self.etude.annuel.vide:
            return None
        moyens = self.etude.annuel.moyens
        if moyens.empty:
            parties = enumerer(list(self.parties.values()))
            absence = self.etude.mot("moyens_absents", annee=self.etude.annee, parties=parties)
            return paragraphe(absence)
        totaux = calculs.totaux(moyens, ["signataire", "nature"])
        montants: dict[tuple[str, str], str] = {}
        for signataire, total in zip(totaux["signataire"], lignes(totaux, _Total), strict=True):
            montants[signataire, total.nature] = self.total(vars(total), total.nature)
        phrases = []
        for nature in self.etude.catalogue.moyens.natures:
            montants_de_la_nature = [
                f"{nom}, {montants[signataire, nature.id]}"
                for signataire, nom in self.parties.items()
                if (signataire, nature.id) in montants
            ]
            if montants_de_la_nature:
                phrases.append(f"{nature.libelle} : {' ; '.join(montants_de_la_nature)}.")
        for signataire, nom in self.parties.items():
            moyens_du_signataire = moyens[moyens["signataire"].eq(signataire)]
            sans_montant = moyens_du_signataire["statut"].isin(INCONNUES)
            postes = moyens_du_signataire.loc[sans_montant, "poste"].unique()
            if len(postes):
                libelles = " ; ".join(self.poste(poste) for poste in postes)
                phrases.append(f"{nom}, montant manquant : {libelles}.")
            elif moyens_du_signataire.empty:
                phrases.append(f"{nom} : aucun moyen transmis.")
        return liste(phrases)

    def par_signataire(self) -> Tableau | None:
        """Return what each signatory brings to each fiche, to structures, to the territory, and in
        all.
        """
        if all(moyens.empty for moyens in self._annees):
            return None
        totaux = self._rapproches(["signataire", "objet", "nature"], _avec_l_ensemble)
        # The sentence on the team names its posts one by one: they are in the data alone.
        postes = self._rapproches(
            calculs.PAR_POSTE, lambda moyens: moyens[moyens["objet"].eq(calculs.TERRITOIRE)]
        )
        totaux = pd.concat([totaux, postes.rename(columns={"poste": "objet"})], ignore_index=True)
        libelles = {
            str(fiche.numero): f"Fiche {fiche.numero}" for fiche in self.etude.convention.fiches
        }
        libelles |= SANS_FICHE
        libelles[calculs.ENSEMBLE] = "Ensemble"
        avec_moyens = set(zip(totaux["signataire"], totaux["objet"], strict=True))
        rangees: dict[tuple[str, ...], str] = {}
        for signataire, (objet, libelle) in product(self.parties, libelles.items()):
            if objet not in SANS_FICHE or (signataire, objet) in avec_moyens:
                rangees[signataire, objet] = libelle
        natures = {
            nature.id: ((nature.id,), nature.court)
            for nature in self.etude.catalogue.moyens.natures
        }
        return self._croise(
            "moyens_signataires",
            totaux,
            ["signataire", "objet", "nature"],
            rangees,
            natures,
            groupes=[self.parties[signataire] for signataire, _ in rangees],
        )

    def par_structure(self) -> Tableau | None:
        """Return what each structure receives, with one column for each line of the budget and
        year; these lines are rows when they are too many.
        """
        totaux = self._rapproches(
            ["structure", *calculs.PAR_POSTE], lambda moyens: moyens[moyens["structure"].ne("")]
        )
        if totaux.empty:
            return None
        offre = self.etude.suivi.dossier.offre
        clause = self.etude.convention.clauses.get("offre")
        mots = {"article": f" de l'{clause.article}" if clause else ""}
        noms = dict(zip(offre["structure"], offre["nom"], strict=True))
        par_structure = _ranger(totaux, "structure", noms)
        lignes_du_budget = self._lignes_du_budget(par_structure)
        if len(lignes_du_budget) * len(self._exercices) > COLONNES_AU_PLUS:
            groupes = [noms.get(structure, structure) for structure in par_structure["structure"]]
            return self._par_poste("moyens_des_structures_par_poste", par_structure, groupes, mots)
        entetes = {}
        for rang, ligne in enumerate(lignes_du_budget):
            signataire, poste, nature = ligne
            symbole = self._unite(nature).symbole
            entete = f"{self.poste(poste)}, {self.parties[signataire]}, en {symbole}"
            entetes[f"l{rang}"] = (ligne, entete)
        return self._croise(
            "moyens_structures",
            totaux,
            ["structure", *LIGNE],
            {
                (structure,): noms.get(structure, structure)
                for structure in par_structure["structure"]
            },
            entetes,
            mots_du_titre=mots,
        )

    def _lignes_du_budget(self, totaux: pd.DataFrame) -> list[tuple[str, ...]]:
        """Return the lines of the budget that have a total, by signatory then by poste."""
        postes = [poste.id for poste in self.etude.catalogue.moyens.postes]
        totaux = totaux.sort_values("nature")
        totaux = _ranger(totaux, "poste", postes)
        totaux = _ranger(totaux, "signataire", self.parties)
        return list(totaux[LIGNE].drop_duplicates().itertuples(index=False, name=None))

    def de_la_fiche(self, numero: int) -> Tableau | None:
        """Return what each signatory brings to a fiche, line by line of the budget; None when
        nothing is known of it.
        """
        totaux = self._rapproches(
            calculs.PAR_POSTE, lambda moyens: moyens[moyens["objet"].eq(str(numero))]
        )
        if totaux.empty:
            return None
        totaux = _ranger(totaux, "signataire", self.parties)
        groupes = totaux["signataire"].map(self.parties)
        return self._par_poste("moyens_de_la_fiche", totaux, groupes, {"fiche": numero})

    def equipe(self) -> Iterator[str]:
        """Yield what the article announces of a party's own team, then what was handed in of it."""
        regles = self.etude.catalogue.bilan.equipe
        convention = self.etude.convention
        moyens = self.etude.annuel.moyens
        clause = convention.clauses.get(regles.clause)
        if clause:
            for article in convention.articles:
                if article.numero == clause.article:
                    yield self.etude.mot("equipe", article=article.numero, objet=article.objet)
        if moyens.empty:
            return
        montants = []
        for poste in regles.postes:
            valeurs = moyens.loc[moyens["poste"].eq(poste), "valeur"]
            if len(valeurs) and valeurs.notna().all():
                montant = self.montant(valeurs.sum(), "etp")
            else:
                montant = self.etude.contexte.absence(Statut.NON_TRANSMIS)
            montants.append(f"{self.poste(poste)}, {montant}")
        yield f"En {self.etude.annee} : {' ; '.join(montants)}."

    @property
    def parties(self) -> dict[str, str]:
        """The short name of each signatory."""
        return {partie.id: partie.nom_court for partie in self.etude.convention.parties}

    def poste(self, identifiant: str) -> str:
        """Return the label of a line of the budget."""
        libelles = {poste.id: poste.libelle for poste in self.etude.catalogue.moyens.postes}
        return libelles.get(identifiant, identifiant)

    def montant(self, valeur: float, nature: str, *, unite: bool = True) -> str:
        """Return an amount: full-time equivalents with the decimals they need, euros without."""
        unite_de_la_nature = self._unite(nature)
        texte = nombre_court(round(valeur, unite_de_la_nature.decimales))
        return f"{texte}{INSECABLE}{unite_de_la_nature.symbole}" if unite else texte

    def total(self, row: Mapping[Any, Any], nature: str, *, unite: bool = True) -> str:
        """Return the amount of a total; failing that, « au moins » the part that is known; failing
        that, the word of its absence.

        ``row`` has the ``valeur``, the ``valeur_connue`` and the ``statut`` of the total.
        """
        if pd.notna(row["valeur"]):
            return marquer(self.montant(row["valeur"], nature, unite=unite), row["statut"])
        if pd.notna(row["valeur_connue"]):
            return AU_MOINS + self.montant(row["valeur_connue"], nature, unite=unite)
        return self.etude.contexte.absence(row["statut"])

    @property
    def _annees(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The means of the year, and of the year before: none when the convention begins."""
        moyens = self.etude.annuel.moyens
        if self.etude.precedent is None:
            return moyens, moyens.head(0)
        return moyens, self.etude.precedent.moyens

    def _rapproches(
        self, cles: list[str], choisir: Callable[[pd.DataFrame], pd.DataFrame]
    ) -> pd.DataFrame:
        """Return the totals of the year beside those of the year before, of some of the means.

        ``choisir`` has the means with what each goes to, in ``objet``.
        """
        moyens, moyens_precedents = self._annees
        totaux = calculs.totaux(choisir(calculs.avec_objet(moyens)), cles)
        totaux_precedents = calculs.totaux(choisir(calculs.avec_objet(moyens_precedents)), cles)
        return calculs.rapprocher(totaux, totaux_precedents)

    @property
    def _exercices(self) -> tuple[int, ...]:
        """The years that the tables show: the year before, unless the convention begins, and this
        one.
        """
        annee = self.etude.annee
        if annee == self.etude.convention.debut.year:
            return (annee,)
        return (annee - 1, annee)

    def _unite(self, nature: str) -> Unite:
        unites = {item.id: item.unite for item in self.etude.catalogue.moyens.natures}
        return self.etude.contexte.unites[unites[nature]]

    def _totaux_de_l_annee(self, totaux: pd.DataFrame, annee: int) -> list[_Total]:
        """Return the part of the totals of the two years that is of one of them, row by row."""
        if annee != self.etude.annee:
            avant = {f"{colonne}_avant": colonne for colonne in calculs.TOTAL}
            totaux = totaux.drop(columns=list(calculs.TOTAL)).rename(columns=avant)
        return list(lignes(totaux, _Total))

    def _cellule(self, total: _Total | None, annee: int, *, unite: bool = True) -> str:
        """Return a total of a year as a cell.

        In a year of which nothing was handed in, every cell is « non transmis », and not « – ».
        """
        if total is not None and pd.notna(total.lignes):
            return self.total(vars(total), total.nature, unite=unite)
        moyens, moyens_precedents = self._annees
        moyens_de_l_annee = moyens if annee == self.etude.annee else moyens_precedents
        if moyens_de_l_annee.empty:
            return self.etude.contexte.absence(Statut.NON_TRANSMIS)
        return RIEN

    def _croise(
        self,
        cle: str,
        totaux: pd.DataFrame,
        cles: list[str],
        rangees: Mapping[tuple[str, ...], str],
        lignes_du_budget: Mapping[str, tuple[tuple[str, ...], str]],
        **reste: Any,
    ) -> Tableau:
        """Return a table of totals, with one column for each line of the budget and year.

        ``rangees`` are the titles of the rows by key, ``lignes_du_budget`` the key and the head of
        each group of columns; ``cles`` are the columns of ``totaux`` that make the key of a row,
        then that of a line.
        """
        (premiere_colonne,) = self.etude.presentations[cle].colonnes
        table = pd.DataFrame({premiere_colonne: rangees.values()})
        colonnes = []
        cles_des_totaux = list(totaux[cles].itertuples(index=False, name=None))
        totaux_par_annee = {
            annee: dict(zip(cles_des_totaux, self._totaux_de_l_annee(totaux, annee), strict=True))
            for annee in self._exercices
        }
        for (identifiant, (ligne, entete)), annee in product(
            lignes_du_budget.items(), self._exercices
        ):
            nom = f"{identifiant}_{annee}"
            colonnes.append(Colonne(nom, str(annee), True, entete))
            table[nom] = [
                self._cellule(totaux_par_annee[annee].get((*rangee, *ligne)), annee, unite=False)
                for rangee in rangees
            ]
        return self._tableau(cle, table, colonnes, donnees=totaux, **reste)

    def _par_poste(
        self, cle: str, totaux: pd.DataFrame, groupes: Iterable[str], mots: Mapping[str, object]
    ) -> Tableau:
        """Return a table of totals, with one row for each line of the budget, one column a year."""
        table = pd.DataFrame(
            {
                "poste": totaux["poste"].map(self.poste),
                "signataire": totaux["signataire"].map(self.parties),
            }
        )
        colonnes = []
        for annee in self._exercices:
            nom = f"annee_{annee}"
            colonnes.append(Colonne(nom, str(annee), True))
            table[nom] = [
                self._cellule(total, annee) for total in self._totaux_de_l_annee(totaux, annee)
            ]
        return self._tableau(
            cle, table, colonnes, donnees=totaux, groupes=groupes, mots_du_titre=mots
        )

    def _tableau(
        self,
        cle: str,
        table: pd.DataFrame,
        colonnes: list[Colonne],
        mots_du_titre: Mapping[str, object] | None = None,
        **reste: Any,
    ) -> Tableau:
        """Return a table of amounts, with what its marks mean under it; ``colonnes`` are those of
        the years.
        """
        cellules = table[[colonne.cle for colonne in colonnes]].to_numpy().ravel().tolist()
        marques = [
            statut
            for statut, marque in MARQUES.items()
            if any(cellule.endswith(marque) for cellule in cellules)
        ]
        notes = list(legende(marques, self.etude.contexte))
        if any(cellule.startswith(AU_MOINS) for cellule in cellules):
            notes.insert(0, self.etude.mot("moyens_au_moins"))
        if RIEN in cellules:
            notes.append(self.etude.mot("moyens_sans_ligne"))
        mots = {"exercices": " et ".join(map(str, self._exercices)), **(mots_du_titre or {})}
        return self.etude.tableau(cle, table, None, *colonnes, mots=mots, notes=notes, **reste)


def _avec_l_ensemble(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the means twice: for what each goes to, then as a part of the whole."""
    return pd.concat([moyens, moyens.assign(objet=calculs.ENSEMBLE)])


def _ranger(totaux: pd.DataFrame, colonne: str, noms: Iterable[str]) -> pd.DataFrame:
    """Return the rows in the order of the names, equals as they come."""
    rang_du_nom = {nom: rang for rang, nom in enumerate(noms)}
    return totaux.sort_values(colonne, key=lambda valeurs: valeurs.map(rang_du_nom), kind="stable")
