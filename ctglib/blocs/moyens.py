"""The means of each signatory: what is said of them, and their tables.

A means is of a nature (euros spent in the year, euros invested, full-time equivalents) and of a
poste (the salaries of coordination, a subsidy…). A signatory, a poste and a nature make a line of
the budget. Only means of one nature are added up, never euros with full-time equivalents.

A table of totals, here, is one of ``ctglib.calculs.etats.rapprocher``: one row a group of means,
its total this year (``valeur``, ``valeur_connue``, ``lignes``…) and in the year before
(``valeur_avant``…). It has the groups of either year.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.indicateurs import qui_confirme
from ctglib.calculs import etats as calculs
from ctglib.calculs.collecte import MOYEN
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
SANS_FICHE = (calculs.STRUCTURE, calculs.TERRITOIRE)
COLONNES_AU_PLUS = 8  # columns of amounts that fit beside each other on a page


class LigneDuBudget(NamedTuple):
    """A line of the budget."""

    signataire: str
    poste: str
    nature: str


class _GroupeDeColonnes(NamedTuple):
    """The columns that a table has under one head, one a year."""

    cle: str  # what the keys of its columns begin with
    totaux: tuple[str, ...]  # what its totals are of: the end of their key (see ``_croise``)
    entete: str


@dataclass(frozen=True)
class _Total:
    """The total of some means of a year (see ``ctglib.calculs.etats.totaux``)."""

    nature: str
    valeur: float  # missing when one of the means has no known amount
    valeur_connue: float  # the sum of the amounts that are known; missing when none is
    lignes: int  # how many means there are; missing when the year has none
    statut: str


@dataclass(frozen=True)
class Moyens(Montrable):
    """What each signatory brings, this year and the year before."""

    etude: EtudeAnnuelle

    def en_bref(self) -> Bloc | None:
        """Return a sentence for each nature of means, then one for each signatory who gave no
        amount for some of them.

        « Fonctionnement : Caf, 12 000 € ; Ville, au moins 8 000 €. », « Caf, montant manquant :
        Coordination. » Money spent in the year, money invested and posts are never added up. None
        when nothing at all was handed in for the year.
        """
        if self.etude.annuel.vide:
            return None
        moyens = self.etude.annuel.moyens
        if moyens.empty:
            if not self.etude.moyens_suivis:
                return paragraphe(self.etude.texte("bilan.moyens_non_suivis"))
            parties = enumerer(list(self.parties.values()))
            absence = self.etude.texte(
                "bilan.moyens_absents", annee=self.etude.annee, parties=parties
            )
            return paragraphe(absence)
        totaux = calculs.totaux(moyens, ["signataire", "nature"])
        montants: dict[tuple[str, str], str] = {}
        for signataire, total in zip(totaux["signataire"], lignes(totaux, _Total), strict=True):
            montants[signataire, total.nature] = self._total_ecrit(total)
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
                libelles = [self.libelle_du_poste(poste) for poste in postes]
                faits = {"signataire": nom, "postes": libelles}
                phrases.append(self.etude.texte("bilan.sans_montant", **faits))
            elif moyens_du_signataire.empty:
                phrases.append(self.etude.texte("bilan.sans_montant", signataire=nom, postes=[]))
        return liste(phrases)

    def par_signataire(self) -> Tableau | None:
        """Return what each signatory brings, this year and the year before.

        The rows, in groups by signatory, are the fiches, the structures and the whole territory
        without fiche that something goes to, and all of it (« Ensemble »); there is a column for
        each nature and year. None when neither year has any means.
        """
        if all(moyens.empty for moyens in self._moyens_des_deux_annees):
            return None
        totaux = self._rapproches(["signataire", "objet", "nature"], _avec_l_ensemble)
        # What goes to the whole territory, poste by poste: the sentences of ``equipe`` say it, and
        # the table has no row for it; it is in the CSV alone.
        postes = self._rapproches(
            calculs.PAR_POSTE, lambda moyens: moyens[moyens["objet"].eq(calculs.TERRITOIRE)]
        )
        totaux = pd.concat([totaux, postes.rename(columns={"poste": "objet"})], ignore_index=True)
        libelles = {fiche.numero: f"Fiche {fiche.numero}" for fiche in self.etude.convention.fiches}
        libelles |= {objet: self.etude.mot(f"objet_{objet}") for objet in SANS_FICHE}
        libelles[calculs.ENSEMBLE] = "Ensemble"
        avec_moyens = set(zip(totaux["signataire"], totaux["objet"], strict=True))
        titres_des_rangees: dict[tuple[str, ...], str] = {}
        for signataire in self.parties:
            for objet, libelle in libelles.items():
                if objet == calculs.ENSEMBLE or (signataire, objet) in avec_moyens:
                    titres_des_rangees[signataire, objet] = libelle
        colonnes_par_nature = [
            _GroupeDeColonnes(nature.id, (nature.id,), nature.court)
            for nature in self.etude.catalogue.moyens.natures
        ]
        return self._croise(
            "moyens_signataires",
            totaux,
            ["signataire", "objet", "nature"],
            titres_des_rangees,
            colonnes_par_nature,
            groupes=[self.parties[signataire] for signataire, _ in titres_des_rangees],
            notes=[*self._demandes(), *self._notes_des_confirmations(self._confirmations())],
        )

    def par_structure(self) -> Tableau | None:
        """Return what each structure receives, this year and the year before.

        There is a row a structure, a column for each line of the budget and year. When that makes
        more than ``COLONNES_AU_PLUS`` columns, each line of the budget is a row of its structure
        instead. None when no structure receives anything.
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
        # The lines of the budget, each once: by signatory, then poste, then code of the nature.
        par_nature = par_structure.sort_values("nature", kind="stable")
        postes = [poste.id for poste in self.etude.catalogue.moyens.postes]
        par_signataire = _ranger(_ranger(par_nature, "poste", postes), "signataire", self.parties)
        uniques = par_signataire[list(LigneDuBudget._fields)].drop_duplicates()
        lignes_du_budget = [LigneDuBudget(*ligne) for ligne in uniques.to_numpy()]
        if len(lignes_du_budget) * len(self._exercices) > COLONNES_AU_PLUS:
            groupes = [noms.get(structure, structure) for structure in par_structure["structure"]]
            return self._par_poste("moyens_des_structures_par_poste", par_structure, groupes, mots)
        colonnes_par_ligne = []
        for rang, ligne in enumerate(lignes_du_budget):
            poste = self.libelle_du_poste(ligne.poste)
            symbole = self._unite(ligne.nature).symbole
            entete = f"{poste}, {self.parties[ligne.signataire]}, en {symbole}"
            colonnes_par_ligne.append(_GroupeDeColonnes(f"l{rang}", ligne, entete))
        titres_des_rangees: dict[tuple[str, ...], str] = {}
        for structure in par_structure["structure"]:
            titres_des_rangees[(structure,)] = noms.get(structure, structure)
        return self._croise(
            "moyens_structures",
            totaux,
            ["structure", *LigneDuBudget._fields],
            titres_des_rangees,
            colonnes_par_ligne,
            mots_du_titre=mots,
        )

    def de_la_fiche(self, numero: str) -> Tableau | None:
        """Return what a fiche receives: one row for each line of the budget, one column a year.

        None when it has no means in either year.
        """
        totaux = self._rapproches(
            calculs.PAR_POSTE, lambda moyens: moyens[moyens["objet"].eq(numero)]
        )
        if totaux.empty:
            return None
        totaux = _ranger(totaux, "signataire", self.parties)
        groupes = totaux["signataire"].map(self.parties)
        confirmations = self._confirmations()
        de_la_fiche = confirmations["fiche"].astype(str).eq(str(numero))
        return self._par_poste(
            "moyens_de_la_fiche",
            totaux,
            groupes,
            {"fiche": numero},
            notes=[
                *self._demandes(),
                *self._salaires(totaux),
                *self._notes_des_confirmations(confirmations[de_la_fiche]),
            ],
        )

    def _demandes(self) -> Iterator[str]:
        """Yield how many means of the year were asked for, and how many were not given; nothing
        when all were.
        """
        demandes = self.etude.demandes
        de_l_annee = demandes["annee"].eq(self.etude.annee) & demandes["nature"].eq(MOYEN)
        manquants = int(demandes.loc[de_l_annee, "manque"].sum())
        if manquants:
            yield self.etude.texte(
                "bilan.moyens_demandes", demandes=int(de_l_annee.sum()), manquants=manquants
            )

    def _salaires(self, totaux: pd.DataFrame) -> Iterator[str]:
        """Yield that nothing says whether the euros of a fiche pay its posts, where it has both."""
        connus = totaux[totaux["valeur_connue"].gt(0)]
        if {"etp", "euros"} <= set(connus["nature"]):
            yield self.etude.texte("bilan.salaires_non_dits")

    def _confirmations(self) -> pd.DataFrame:
        """Return the rows of confirmations.csv of the means of the year."""
        confirmations = self.etude.annuel.confirmations
        return confirmations[confirmations["signataire"].ne("")]

    def _notes_des_confirmations(self, confirmations: pd.DataFrame) -> list[str]:
        """Return who confirmed these amounts, when and why."""
        return [
            self.etude.texte(
                "suivi.valeur_confirmee",
                quoi=(
                    f"{self.parties[ligne['signataire']]}, {self.libelle_du_poste(ligne['poste'])},"
                    f" {self.montant(ligne['valeur'], ligne['nature'])}"
                ),
                **qui_confirme(self.etude, ligne),
            )
            for ligne in confirmations.to_dict("records")
        ]

    def equipe(self) -> Iterator[str]:
        """Yield what the convention announces of the team of a party, then what was handed in.

        « En 2025 : Chargé de coopération, 1 ETP ; Conseiller technique, non transmis. » The postes
        of this team, and the clause that announces it, are those of the catalogue (``equipe``).
        """
        regles = self.etude.catalogue.bilan.equipe
        convention = self.etude.convention
        moyens = self.etude.annuel.moyens
        clause = convention.clauses.get(regles.clause)
        if clause:
            for article in convention.articles:
                if article.numero == clause.article:
                    yield self.etude.texte(
                        "bilan.equipe", article=article.numero, objet=article.objet
                    )
        if moyens.empty:
            return
        totaux = calculs.totaux(moyens, ["poste", "nature"])
        par_poste = dict(zip(totaux["poste"], lignes(totaux, _Total), strict=True))
        montants = []
        for poste in regles.postes:
            montant = self.etude.contexte.absence(Statut.NON_TRANSMIS)
            if poste in par_poste:
                montant = self._total_ecrit(par_poste[poste])
            montants.append(f"{self.libelle_du_poste(poste)}, {montant}")
        yield self.etude.texte("bilan.equipe_transmise", montants=" ; ".join(montants))

    @property
    def parties(self) -> dict[str, str]:
        """The short name of each signatory, by code, in the order of the convention."""
        return {partie.id: partie.nom_court for partie in self.etude.convention.parties}

    def libelle_du_poste(self, identifiant: str) -> str:
        """Return the label of a poste; a code that the catalogue does not have stays as it is."""
        libelles = {poste.id: poste.libelle for poste in self.etude.catalogue.moyens.postes}
        return libelles.get(identifiant, identifiant)

    def montant(self, valeur: float, nature: str, *, unite: bool = True) -> str:
        """Return an amount as text, rounded as its unit asks: « 12 000 € », « 1,5 ETP ».

        Without ``unite``, the number alone.
        """
        unite_de_la_nature = self._unite(nature)
        texte = nombre_court(round(valeur, unite_de_la_nature.decimales))
        return f"{texte}{INSECABLE}{unite_de_la_nature.symbole}" if unite else texte

    def total(
        self, valeur: float, valeur_connue: float, statut: str, nature: str, *, unite: bool = True
    ) -> str:
        """Return a total as text: « 12 000 € », « au moins 8 000 € », « non transmis ».

        Args:
            valeur: The total; missing when one of its amounts is not known.
            valeur_connue: The sum of the amounts that are known: the total is at least that.
            statut: Why the total is missing, or how sure it is.
            nature: Euros, or full-time equivalents: the code of the catalogue.
            unite: Whether the unit is written.
        """
        if pd.notna(valeur):
            return marquer(self.montant(valeur, nature, unite=unite), statut)
        if pd.notna(valeur_connue):
            return AU_MOINS + self.montant(valeur_connue, nature, unite=unite)
        return self.etude.contexte.absence(statut)

    def _total_ecrit(self, total: _Total, *, unite: bool = True) -> str:
        return self.total(
            total.valeur, total.valeur_connue, total.statut, total.nature, unite=unite
        )

    @property
    def _moyens_des_deux_annees(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The means of the year, then those of the year before: empty when there is none."""
        moyens = self.etude.annuel.moyens
        if self.etude.precedent is None:
            return moyens, moyens.head(0)
        return moyens, self.etude.precedent.moyens

    def _rapproches(
        self, cles: list[str], choisir: Callable[[pd.DataFrame], pd.DataFrame]
    ) -> pd.DataFrame:
        """Return the totals of some means, this year and the year before side by side.

        ``cles`` are the columns by which the means are added up. ``choisir`` is given the means of
        a year, with the column ``objet`` (see ``avec_objet``), and returns those to add up.
        """
        moyens, moyens_precedents = self._moyens_des_deux_annees
        totaux = calculs.totaux(choisir(calculs.avec_objet(moyens)), cles)
        totaux_precedents = calculs.totaux(choisir(calculs.avec_objet(moyens_precedents)), cles)
        return calculs.rapprocher(totaux, totaux_precedents)

    @property
    def _exercices(self) -> tuple[int, ...]:
        """The years that the tables show: the year before, unless this one is the first, and it."""
        annee = self.etude.annee
        if annee == self.etude.convention.debut.year:
            return (annee,)
        return (annee - 1, annee)

    def _unite(self, nature: str) -> Unite:
        unites = {item.id: item.unite for item in self.etude.catalogue.moyens.natures}
        return self.etude.contexte.unites[unites[nature]]

    def _totaux_de_l_annee(self, totaux: pd.DataFrame, annee: int) -> list[_Total]:
        """Return the totals of one of the two years, one for each row of ``totaux``."""
        if annee != self.etude.annee:
            avant = {f"{colonne}_avant": colonne for colonne in calculs.TOTAL}
            totaux = totaux.drop(columns=list(calculs.TOTAL)).rename(columns=avant)
        return list(lignes(totaux, _Total))

    def _cellule(self, total: _Total | None, annee: int, *, unite: bool = True) -> str:
        """Return the total of a year as it stands in a cell of a table.

        « – » says that nothing was entered there; in a year for which no means at all was handed
        in, every cell is « non transmis » instead. ``total`` is None when neither year has any.
        """
        if total is not None and pd.notna(total.lignes):
            return self._total_ecrit(total, unite=unite)
        moyens, moyens_precedents = self._moyens_des_deux_annees
        moyens_de_l_annee = moyens if annee == self.etude.annee else moyens_precedents
        if moyens_de_l_annee.empty:
            return self.etude.contexte.absence(Statut.NON_TRANSMIS)
        return RIEN

    def _croise(
        self,
        cle: str,
        totaux: pd.DataFrame,
        cles: list[str],
        titres_des_rangees: Mapping[tuple[str, ...], str],
        groupes_de_colonnes: Sequence[_GroupeDeColonnes],
        **reste: Any,
    ) -> Tableau:
        """Return a table of totals without their units, with a column for each group and year.

        A total is found by a tuple: the key of its row, then that of its group of columns. In
        ``par_signataire``, ("caf", "2") and ("euros",): the total of the Caf's euros for fiche 2 is
        under ("caf", "2", "euros").

        Args:
            cle: The presentation of the table in the catalogue.
            totaux: The totals of both years; all of them are in the CSV.
            cles: The columns of ``totaux`` that make this tuple, in its order.
            titres_des_rangees: The title of each row, by the key of the row.
            groupes_de_colonnes: The groups of columns; ``totaux`` is the key of each.
            **reste: What else ``_tableau`` takes.
        """
        (premiere_colonne,) = self.etude.presentations[cle].colonnes
        table = pd.DataFrame({premiere_colonne: titres_des_rangees.values()})
        colonnes = []
        cles_des_totaux = list(totaux[cles].itertuples(index=False, name=None))
        totaux_par_annee = {
            annee: dict(zip(cles_des_totaux, self._totaux_de_l_annee(totaux, annee), strict=True))
            for annee in self._exercices
        }
        for groupe in groupes_de_colonnes:
            for annee in self._exercices:
                nom = f"{groupe.cle}_{annee}"
                colonnes.append(Colonne(nom, str(annee), True, groupe.entete))
                cellules = []
                for rangee in titres_des_rangees:
                    total = totaux_par_annee[annee].get((*rangee, *groupe.totaux))
                    cellules.append(self._cellule(total, annee, unite=False))
                table[nom] = cellules
        return self._tableau(cle, table, colonnes, donnees=totaux, **reste)

    def _par_poste(
        self,
        cle: str,
        totaux: pd.DataFrame,
        groupes: Iterable[str],
        mots: Mapping[str, object],
        **reste: Any,
    ) -> Tableau:
        """Return a table of totals with their units: one row a total, one column a year.

        ``groupes`` are the titles under which the rows stand, one a row; ``reste``, what else
        ``_tableau`` takes.
        """
        table = pd.DataFrame(
            {
                "poste": totaux["poste"].map(self.libelle_du_poste),
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
            cle, table, colonnes, donnees=totaux, groupes=groupes, mots_du_titre=mots, **reste
        )

    def _tableau(
        self,
        cle: str,
        table: pd.DataFrame,
        colonnes: list[Colonne],
        mots_du_titre: Mapping[str, object] | None = None,
        notes: Iterable[str] = (),
        **reste: Any,
    ) -> Tableau:
        """Return a table of amounts, with what its marks mean under it, then other notes;
        ``colonnes`` are those of the years.
        """
        cellules = table[[colonne.cle for colonne in colonnes]].to_numpy().ravel().tolist()
        marques = [
            statut
            for statut, marque in MARQUES.items()
            if any(cellule.endswith(marque) for cellule in cellules)
        ]
        toutes_les_notes = list(legende(marques, self.etude.contexte))
        if any(cellule.startswith(AU_MOINS) for cellule in cellules):
            toutes_les_notes.insert(0, self.etude.texte("bilan.moyens_au_moins"))
        if RIEN in cellules:
            toutes_les_notes.append(self.etude.texte("bilan.moyens_sans_ligne"))
        toutes_les_notes += notes
        mots = {"exercices": " et ".join(map(str, self._exercices)), **(mots_du_titre or {})}
        return self.etude.tableau(
            cle, table, None, *colonnes, mots=mots, notes=toutes_les_notes, **reste
        )


def _avec_l_ensemble(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the means twice: for what each goes to, then under ``ENSEMBLE``, as a part of all."""
    return pd.concat([moyens, moyens.assign(objet=calculs.ENSEMBLE)])


def _ranger(totaux: pd.DataFrame, colonne: str, noms: Iterable[str]) -> pd.DataFrame:
    """Return the rows in the order of the names, equal ones in the order in which they were."""
    rang_du_nom = {nom: rang for rang, nom in enumerate(noms)}
    return totaux.sort_values(colonne, key=lambda valeurs: valeurs.map(rang_du_nom), kind="stable")
