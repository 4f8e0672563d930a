"""The portrait of a territory, from public figures alone: its sections in order, then what is
worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from math import floor, inf, nan
from typing import Any, cast, get_args

import pandas as pd

from ctglib.blocs.carte import Carte, assez_connus, figure_de_la_carte, tracables
from ctglib.blocs.mots import repondre
from ctglib.blocs.prolongement import avenir_d_un_portrait
from ctglib.calculs import portrait as calculs
from ctglib.calculs.comparables import TRAITS, semblables, traits
from ctglib.calculs.comparaison import dans_le_hasard
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre, pourcent
from ctglib.calculs.portrait import AUTRE_DEPARTEMENT, DEPARTEMENT, TERRITOIRE, TROP_PEU
from ctglib.document.blocs import (
    Bloc,
    Colonnes,
    Couverture,
    Groupe,
    liste,
    paragraphe,
    sous_titre,
    suite,
)
from ctglib.document.contexte import Contexte, periode, variation
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau, decimales
from ctglib.donnees import magasin, publiques
from ctglib.donnees.etendue import (
    ABSENT,
    PLUS_GRANDE_PART,
    SECRET,
    Chiffres,
    Lieu,
    communes_connues,
    etendue,
    lire_les_sommes,
)
from ctglib.donnees.lignes import lignes
from ctglib.donnees.magasin import (
    charger_famille,
    charger_familles,
    lire_tables,
    tables,
    villes,
)
from ctglib.donnees.modeles import rapports as modeles
from ctglib.donnees.modeles.catalogue import (
    Comparaison,
    Indicateur,
    Ressemblance,
    Statut,
    Statuts,
    Territoire,
    Unites,
)
from ctglib.donnees.modeles.evaluation import Evaluation, SeuilsEvaluation
from ctglib.donnees.modeles.sources import Famille, Niveau, SerieOfficielle, TableGardee
from ctglib.donnees.passage import dernier_changement, lire_chiffres, lire_iris
from ctglib.donnees.quartiers import FAMILLE as QUARTIERS
from ctglib.donnees.quartiers import SEPARATEUR, lire_quartiers
from ctglib.donnees.separations import dates_de_separation, sans_les_annees_communes
from ctglib.donnees.structure import lire_structure
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.graphiques.barres import parts
from ctglib.graphiques.points import haltere
from ctglib.graphiques.trajectoires import trajectoires

SEMBLABLES = "semblables"
EPCI = "epci"
HABITANTS = "habitants"  # the theme of those who live there
COMPTES = "cnaf_communes"
FOYERS = "cnaf_foyers"
QUARTIERS_SUR_PAPIER = 30  # more priority districts are in the page and its CSV, not on paper
QUARTIERS_NOMMES = 5  # no more priority districts are named in a sentence
SUR_LA_PAGE = 3  # at most so many messages, so many uncertainties, so many requests
CONTOURS = "ign_contours"
AVEC_LUI = "_entier"  # ends the role of a place that is whole, where only its rest is looked at
CAF = "Caf"
LE_DEPARTEMENT = "Département"  # in the names of services, the authority
INCALCULABLE = "incalculable"  # in the words of the catalogue: what cannot be added up
SANS_BORNE = "sans_borne"  # the same for a gap of which nothing tells what it may be
BRUIT = "bruit"  # in the words of the catalogue: what is shown for a gap that noise explains
COMMUNES_NOMMEES = 3  # no more communes are named in a sentence
ENVIRON_TOUT = 0.995  # a share over it is written with a decimal, so that it is not said to be all
POUR_CENT = 100
ANNEES_RECENTES = 3  # a figure so many years older than the latest one is said to be old


def ouvrir_portrait(territoire: str) -> Portrait:
    """Rend le portrait d'une commune, d'un EPCI ou d'un département, d'après les chiffres publics
    qui sont là.

    Args:
        territoire: Son code : « 62413 », « 246200364 », « 62 ».

    Raises:
        DonneesInvalides: Le code n'existe pas ; les noms proches sont dits.
    """
    return Portrait(etudier_portrait(territoire))


def est_partielle(mesures: Any, suffixe: str = "") -> Any:
    """Tell which measures (rows, or one) are sums of parts that are not all known."""
    return mesures[f"connues{suffixe}"] < mesures[f"parties{suffixe}"]


def parties_tues(mesures: Any, suffixe: str = "") -> Any:
    """Return how many whole parts are not known of measures (rows, or one): not single cells."""
    connues = mesures[f"connues{suffixe}"] + mesures[f"cellules{suffixe}"]
    return mesures[f"parties{suffixe}"] - connues


def suffixe_de(role: str) -> str:
    """Return how the columns of a place end."""
    return "" if role == TERRITOIRE else f"_{role}"


@dataclass(frozen=True)
class _Mesure:
    """A measure, as ``EtudePortrait._complement`` dates it."""

    mesure: str
    serie: str
    annee: float
    annee_du_denominateur: float


@dataclass(frozen=True)
class _Ecart:
    """A measure whose gap to the département is more than noise, as ``_ecarts`` writes it."""

    mesure: str
    annee: int
    annee_du_denominateur: float
    valeur: float
    valeur_semblables: float
    valeur_departement: float
    iris: bool


@dataclass(frozen=True)
class _Evolution:
    """A series that moved more than noise, as ``_evolutions`` writes it."""

    libelle: str
    depart: int
    annee: int
    lecture: str
    variation: float
    variation_ensuite: float


@dataclass(frozen=True)
class Portrait:
    """The sections of a portrait: each method returns one thing that a notebook shows, or None when
    nothing is known of it.
    """

    etude: EtudePortrait

    def __repr__(self) -> str:
        return repondre("portrait", territoire=self.etude.territoire.nom)

    def couverture(self) -> Couverture:
        """Return the cover: the territory, the years of the figures, that it is no convention."""
        etude = self.etude
        territoire = etude.territoire
        annees_par_producteur: dict[str, set[int]] = {}
        for famille, annees in self._citees.items():
            producteur = charger_famille(famille).producteur
            annees_par_producteur.setdefault(producteur, set()).update(annees)
        donnees = [
            f"{producteur}, {periode(annees)}"
            for producteur, annees in annees_par_producteur.items()
        ]
        situation = etude.dire(
            f"est_{territoire.niveau}",
            communes=len(etude.lieux[TERRITOIRE].membres),
            code=territoire.code,
            departement=etude.de_departements,
            plusieurs=len(etude.departements) > 1,
            epci=etude.epci.de if etude.epci else "",
        )
        sigles = charger_yaml("catalogue/synthese.yaml", modeles.Synthese).sigles
        return Couverture(
            sujet=etude.dire("sujet"),
            territoire=territoire.nom,
            mentions=(
                ("Territoire", situation),
                ("Données", " ; ".join(donnees)),
                ("Portée", etude.dire("portee")),
            ),
            logos=(),
            source=etude.dire("source", producteurs=", ".join(self._producteurs())),
            date=f"{self._annee}-12-31",
            complement=f" : {territoire.nom}",
            sigles=tuple(sigles.items()),
            breve=True,
        )

    def une_page(self) -> Bloc:
        """Return the territory on one page: the argument, what it asks of a convention, what is
        uncertain, what to ask the Caf, a map or that there is none.
        """

        def rubrique(titre: str, phrases: Iterable[str]) -> Groupe:
            return sous_titre(titre) + liste(list(phrases)[:SUR_LA_PAGE])

        demandes = [
            self.etude.dire("demande", quoi=manque.quoi, pourquoi=manque.pourquoi)
            for manque in self.etude.regles.manques
            if manque.qui == CAF
        ]
        titres = self.etude.regles.rubriques
        if self.etude.sans_habitants:
            return rubrique(titres["messages"], self._messages())
        a_demander = titres["decisions"].format(a_la_caisse=self.etude.caisse.a)
        messages = rubrique(titres["messages"], self._messages())
        questions = [*self._politique_de_la_ville(), *self._questions()]
        if questions:
            messages += rubrique(titres["convention"], questions)
        incertitudes = rubrique(titres["incertitudes"], self._incertain())
        demandes_a_la_caf = rubrique(a_demander, demandes)
        page = Groupe((Colonnes((messages, incertitudes + demandes_a_la_caf)),))
        return page + (self._carte() or paragraphe(self.etude.dire("sans_carte")))

    def theme(self, nom: str) -> Bloc | None:
        """Return what is known of a theme: dumbbells of the shares, a bar of the parts, and a table
        of the other measures.

        A measure without a value has a row when the reason is worth saying (too few, secret), or
        when the catalogue keeps it for the value that others have.
        """
        etude = self.etude
        if etude.sans_habitants and nom != HABITANTS:
            return None
        regles = etude.regles.themes[nom]
        en_halteres, autres = self._en_figure_et_en_tableau(nom)
        ancre = f"portrait-{nom.replace('_', '-')}"
        blocs: list[Bloc | None] = []
        if len(en_halteres):
            blocs.append(self._halteres(f"{ancre}-ecarts", regles.figure, en_halteres))
        if regles.parts:
            blocs.append(self._parts(nom, f"{ancre}-parts"))
        if len(autres):
            titre = f"{regles.tableau}, {etude.territoire.nom}"
            tableau = self._tableau(autres, ancre, titre)
            blocs.append(self._sans_les_notes_deja_dites(tableau, nom))
        if etude.regles.couverture in {mesure.id for mesure in regles.mesures}:
            blocs.append(self._par_arrondissement())
        return suite(blocs)

    def _en_figure_et_en_tableau(self, nom: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the measures of a theme that are drawn as dumbbells, none when they make no chart,
        then the others, that are in its table.
        """
        etude = self.etude
        regles = etude.regles.themes[nom]
        mesures = etude.montrees[etude.montrees["theme"].eq(nom)]
        de_la_figure = regles.figure_de or tuple(mesure.id for mesure in regles.mesures)
        parts_avec_ecart = mesures[
            mesures["mesure"].isin(de_la_figure)
            & mesures["ecart"].notna()
            & mesures["unite"].isin(("pourcent", "pour_100"))
            # a point would hide what it may be, or that nobody knows: the table says it
            & ~est_partielle(mesures)
            & ~mesures["sans_borne"]
        ]
        # One share is no chart; and a chart of one département is none of an EPCI over several.
        un_departement = len(etude.departements) <= 1
        if not (regles.figure and len(parts_avec_ecart) >= 2 and un_departement):
            return mesures[:0], mesures
        return parts_avec_ecart, mesures.drop(parts_avec_ecart.index)

    def _sans_les_notes_deja_dites(self, tableau: Tableau, nom: str) -> Tableau:
        """Return the table of a theme without the notes on IRIS that a table before it has, word
        for word; one note says which table.
        """
        etude = self.etude
        for precedent, regles in etude.regles.themes.items():
            if precedent == nom:
                return tableau
            _, mesures = self._en_figure_et_en_tableau(precedent)
            if not mesures["iris"].any():
                continue
            deja_dites = set(self._notes_des_iris(mesures))
            restent = [note for note in tableau.notes if note not in deja_dites]
            if len(restent) == len(tableau.notes):
                return tableau
            renvoi = etude.dire("notes_deja_dites", tableau=regles.tableau)
            return replace(tableau, notes=(*restent, renvoi))
        return tableau

    def _notes_des_iris(self, mesures: pd.DataFrame) -> list[str]:
        """Return of which communes and parts the figures by IRIS are, here and elsewhere."""
        return [
            *self._note_des_iris(mesures),
            *self._notes_des_bornes(mesures),
            *self._note_des_autres_lieux(mesures),
        ]

    def _par_arrondissement(self) -> Tableau | None:
        """Return the places for young children in each arrondissement of a city that no file has as
        a whole; None elsewhere.
        """
        etude = self.etude
        arrondissements = etude.couverture_par_arrondissement
        if arrondissements.empty:
            return None
        annee = int(arrondissements["annee"].iloc[0])
        famille = charger_famille(etude.famille_de_la_couverture)
        return etude.tableau(
            "arrondissements",
            arrondissements,
            {"libelle": str.capitalize, "valeur": decimales(1)},
            mots={
                "titre": etude.dire("titre_des_arrondissements", annee=annee),
                "source": publiques.source(famille, [annee]),
            },
        )

    def _halteres(self, nom: str, question: str, mesures: pd.DataFrame) -> Figure:
        etude = self.etude
        sans_semblables = pd.Series(nan, mesures.index)
        valeurs_des_semblables = mesures.get(f"valeur_{SEMBLABLES}", sans_semblables)
        ici = etude.territoire
        la = etude.contexte.reference
        ici_decoupe = etude.decoupe(TERRITOIRE, ici, part=False)
        la_decoupe = etude.decoupe(DEPARTEMENT, la, part=False)
        mots = {True: etude.regles.mots[BRUIT], False: ""}
        comparaison = mesures.assign(
            valeur_reference=mesures[f"valeur_{DEPARTEMENT}"],
            la_dit=[self._valeur(DEPARTEMENT, mesure) for _, mesure in mesures.iterrows()],
            valeur_autre=valeurs_des_semblables,
            ecart=mesures["ecart"].mask(mesures["bruit"]),
            sans_ecart=mesures["bruit"].map(mots),
            ecart_type="points",
            statut="A",
            statut_reference="A",
            lieu=mesures["iris"].map({True: ici_decoupe.a, False: ici.a}),
            lieu_reference=mesures["iris"].map({True: la_decoupe.a, False: la.a}),
        )
        figure = haltere(
            comparaison,
            etude.contexte,
            nom=nom,
            titre=etude.dire(
                "titre_des_halteres", question=question, iris=bool(mesures["iris"].any())
            ),
            autre=etude.semblables if valeurs_des_semblables.notna().any() else "",
            autre_lieu=etude.dire("chez_les_semblables", lesquels=etude.semblables),
            source=etude.source(mesures),
        )
        assert figure.tableau is not None  # dumbbells always come with their numbers
        chiffres = self._tableau(mesures, figure.tableau.nom, figure.tableau.titre, donnees_de=nom)
        return replace(figure, tableau=chiffres)

    def _tableau(
        self, mesures: pd.DataFrame, nom: str, titre: str, donnees_de: str = ""
    ) -> Tableau:
        """Return a table of measures, a row each: the count, the value at each place, the gap.

        A column without a value is left out, and so is that of a place that the portrait has not
        (an EPCI has no EPCI). Notes explain the words that stand for a value, where there are any.
        """
        etude = self.etude
        mots = etude.regles.mots
        colonnes: dict[str, Callable[[Any], str] | None] = {"compte": self._compte}
        for role in (TERRITOIRE, SEMBLABLES, EPCI, DEPARTEMENT, *etude.autres):
            connue = role in etude.lieux and mesures[f"valeur{suffixe_de(role)}"].notna().any()
            dite = role == TERRITOIRE or connue
            colonnes[role] = partial(self._valeur, role) if dite else None
        a_l_iris = bool(mesures["iris"].all())
        # The head of a column says it when all of its gaps are to the same commune.
        # Of several départements, each gap is beside the value that it is a gap to.
        par_departement = len(etude.departements) > 1
        colonnes["ecart_dit"] = partial(self._ecart, precise=not a_l_iris)
        if par_departement:
            colonnes["ecart_dit"] = None
        interieures = ["indicateur", "pour", "theme", "famille", "iris", "fragile", "sans_borne"]
        a_part = ("cellules", "annee_du_denominateur", "sans_borne_")
        interieures += [nom for nom in mesures if str(nom).startswith(a_part)]
        tableau = etude.tableau(
            "mesures",
            mesures,
            colonnes,
            mots={
                "titre": titre,
                "source": etude.source(mesures),
                "ecart": etude.entete_des_ecarts(iris=a_l_iris),
                **(etude.noms_decoupes if a_l_iris else {}),
            },
            nom=nom,
            donnees=mesures.drop(columns=interieures),
            donnees_de=donnees_de,
        ).sans_colonne_vide()

        notes = [
            cle
            for cle in (SANS_BORNE, BRUIT, TROP_PEU, SECRET, ABSENT, INCALCULABLE)
            if tableau.cellules.isin([mots[cle]]).to_numpy().any()
            or tableau.cellules.apply(_finit_par, mot=f"({mots[cle]})").to_numpy().any()
        ]
        phrases = [etude.dire(f"note_{cle}") for cle in notes]
        if par_departement and mesures["ecart"].notna().any():
            phrases.insert(0, etude.dire("note_des_ecarts"))
        phrases += self._note_des_naissances(mesures)
        phrases += self._note_des_entiers(mesures)
        phrases += self._notes_des_iris(mesures)
        return replace(tableau, notes=tuple(phrases))

    def _note_des_naissances(self, mesures: pd.DataFrame) -> Iterator[str]:
        """Yield that chance explains how births moved, where it does: two standard deviations of a
        difference of counts, 2√(a + b). A register of households has no such chance.
        """
        faits = self._naissances()
        if mesures["mesure"].eq("naissances").any() and faits["par_hasard"]:
            yield self.etude.dire("note_naissances", **faits)

    def _note_des_entiers(self, mesures: pd.DataFrame) -> Iterator[str]:
        """Yield the values of a place with the territory, where its rest has none."""
        etude = self.etude
        for role, lieu in etude.entiers.items():
            reste = role.removesuffix(AVEC_LUI)
            connus = mesures[mesures[f"valeur_{role}"].notna() & mesures[f"valeur_{reste}"].isna()]
            connus = connus[~connus["famille"].isin(etude.chiffres.sommees)]
            if connus.empty:
                continue
            valeurs = [
                f"{minuscule(mesure['libelle'])}, {self._valeur(role, mesure)}"
                for _, mesure in connus.iterrows()
            ]
            nom = etude.noms_des_entiers[lieu.code]
            yield etude.dire("note_entier", lieu=nom, valeurs=" ; ".join(valeurs))

    def _note_des_autres_lieux(self, mesures: pd.DataFrame) -> Iterator[str]:
        """Yield which parts are not known of the places that a territory is set beside."""
        etude = self.etude
        lieux = []
        for role in etude.lieux:
            suffixe = suffixe_de(role)
            if role == TERRITOIRE:
                continue
            connues = mesures[mesures[f"valeur{suffixe}"].notna()]
            comptes = connues["unite"].eq("nombre")
            if role != SEMBLABLES:
                comptes &= connues["iris"]
            connues = connues[~comptes]  # counts that are not shown
            partielles = connues[parties_tues(connues, suffixe).gt(0)]
            for iris, groupe in partielles.groupby("iris", sort=False):
                part = groupe[f"part_connue{suffixe}"].min()
                if not iris and POUR_CENT * part > PLUS_GRANDE_PART:
                    continue
                pire = groupe.loc[parties_tues(groupe, suffixe).idxmax()]
                manquantes = [] if iris else etude.manquantes(role, pire["serie"], pire["annee"])
                lieux.append(
                    etude.dire(
                        "parties_tues",
                        lieu=etude.noms_des_lieux[role],
                        iris=bool(iris),
                        tues=int(parties_tues(pire, suffixe)),
                        parties=int(pire[f"parties{suffixe}"]),
                        noms=enumerer(manquantes),
                        producteur=charger_famille(pire["famille"]).producteur,
                    )
                )
        if lieux:
            yield etude.dire("note_ailleurs", lieux=" ; ".join(lieux))

    def _note_des_iris(self, mesures: pd.DataFrame) -> Iterator[str]:
        """Yield of which communes the figures by IRIS are, place by place, where it is not all."""
        etude = self.etude
        a_l_iris = mesures[mesures["iris"]]
        if a_l_iris.empty:
            return
        lieux = []
        for role in etude.lieux:
            decoupage = etude.decoupage(role)
            montre = role == TERRITOIRE
            if not montre:  # the counts of other places are not shown
                parts = a_l_iris[a_l_iris["unite"].ne("nombre")]
                montre = parts[f"valeur_{role}"].notna().any()
            if decoupage.communes and not decoupage.entier and montre:
                nom = etude.noms_des_lieux[role]
                lieux.append(etude.dire("lieu_decoupe", lieu=nom, **decoupage.mots))
        if lieux:
            yield etude.dire("note_iris", lieux=" ; ".join(lieux))

    def _notes_des_bornes(self, mesures: pd.DataFrame) -> list[str]:
        """Return what is known of the parts of sums that are not whole: of IRIS, of communes."""
        incompletes = mesures[est_partielle(mesures) & mesures["raison"].eq("")]
        partielles = incompletes[parties_tues(incompletes).gt(0)]  # single cells are told apart
        notes = []
        for iris, lignes_du_groupe in partielles.groupby("iris", sort=False):
            moins_connue = lignes_du_groupe.loc[lignes_du_groupe["part_connue"].idxmin()]
            part = float(moins_connue["part_connue"])
            notes.append(
                self.etude.dire(
                    "note_bornes",
                    iris=bool(iris),
                    tues=int(parties_tues(lignes_du_groupe).max()),
                    parties=int(moins_connue["parties"]),
                    part=_part_de_presque_tout(part),
                    bornees=bool(lignes_du_groupe["maximum"].notna().any()),
                )
            )
        cellules = incompletes[incompletes["cellules"].gt(0)]
        if not cellules.empty:
            pire = cellules.loc[cellules["cellules"].idxmax()]
            phrase = self.etude.dire(
                "note_cellules",
                tues=int(pire["cellules"]),
                parties=int(pire["parties"]),
                plusieurs=len(cellules) > 1,
                bornees=bool(cellules["maximum"].notna().any()),
            )
            notes.append(phrase)
        return notes

    def _compte(self, mesure: pd.Series) -> str:
        """Return the numerator of a ratio (« 2 400 »), which is not the exact one when rounded."""
        if pd.isna(mesure["denominateur"]) or pd.isna(mesure["numerateur"]):
            return RIEN
        if mesure["raison"] == SECRET:  # never beside a sum that shows it
            return RIEN
        return self._effectif(mesure["serie"], mesure["numerateur"])

    def _effectif(self, serie: str, effectif: float) -> str:
        """Return a count as it can be said: zero, of a producer that rounds, is « moins de 5 »."""
        arrondi = self.etude.chiffres.series[serie].arrondi or 1
        if effectif == 0 and arrondi > 1:
            return self.etude.dire("moins_de", valeur=nombre(arrondi))
        return nombre(effectif)

    def _valeur(self, role: str, mesure: pd.Series) -> str:
        """Return the value of a measure at a place (« 12,3 % »), or the word of its absence."""
        etude = self.etude
        compte_ailleurs = mesure["unite"] == "nombre" and role != TERRITOIRE
        if compte_ailleurs and (role == SEMBLABLES or mesure["iris"]):
            # a number of people « in the communes alike », or in those that have IRIS, is the
            # number of no territory: nothing can be read from it
            return RIEN
        suffixe = suffixe_de(role)
        valeur = mesure[f"valeur{suffixe}"]
        if pd.isna(valeur):
            return self._absence(role, mesure)
        ecrire = partial(etude.contexte.valeur, mesure["mesure"])
        arrondi = etude.chiffres.series[mesure["serie"]].arrondi or 1
        if mesure[f"numerateur{suffixe}"] == 0 and arrondi > 1:
            au_plus = arrondi
            if pd.notna(mesure[f"denominateur{suffixe}"]):
                au_plus = mesure["pour"] * arrondi / mesure[f"denominateur{suffixe}"]
            return etude.dire("moins_de", valeur=ecrire(au_plus))
        ecrite = ecrire(valeur)
        if role != TERRITOIRE:
            ailleurs = self._valeur_ailleurs(suffixe, mesure, ecrite)
            if role not in etude.departements_par_role or len(etude.departements) == 1:
                return ailleurs
            ecart = self._ecart(mesure, precise=False, role=role)
            return ailleurs if ecart == RIEN else f"{ailleurs} ({ecart})"
        d_une_partie = mesure["iris"] and not etude.decoupage(TERRITOIRE).entier
        if mesure["unite"] == "nombre" and d_une_partie:
            return etude.dire("au_moins", valeur=ecrite)
        if est_partielle(mesure):
            if pd.isna(mesure["maximum"]):
                if mesure["unite"] == "nombre":
                    return etude.dire("au_moins", valeur=ecrite)
                return etude.dire("environ", valeur=ecrite, au_moins=mesure["cellules"] > 0)
            bornes = [ecrire(mesure[borne]) for borne in ("minimum", "maximum")]
            if bornes != [ecrite, ecrite]:
                return etude.dire("borne", valeur=ecrite, bas=bornes[0], haut=bornes[1])
        return ecrite

    def _absence(self, role: str, mesure: pd.Series) -> str:
        """Return the word for why a measure has no value at a place."""
        etude = self.etude
        raison = mesure[f"raison{suffixe_de(role)}"]
        sans_code = not etude.lieux[role].code
        if raison == ABSENT and sans_code and mesure["famille"] not in etude.chiffres.sommees:
            raison = INCALCULABLE
        return etude.regles.mots.get(raison, RIEN)

    def _valeur_ailleurs(self, suffixe: str, mesure: pd.Series, ecrite: str) -> str:
        """Return the value of another place, and that it is of its known parts, or the least."""
        au_moins = mesure[f"cellules{suffixe}"] > 0
        sans_borne = pd.isna(mesure[f"maximum{suffixe}"])
        if mesure["iris"] and sans_borne and parties_tues(mesure, suffixe) > 0:
            return self.etude.dire("environ", valeur=ecrite, au_moins=au_moins)
        return self.etude.dire("au_moins", valeur=ecrite) if au_moins else ecrite

    def _ecart(self, mesure: pd.Series, precise: bool, role: str = DEPARTEMENT) -> str:
        """Return the gap to a département (« +4,9 points »), or the word for mere noise.

        ``precise``: with the only commune that the gap is to (« +4,1 points à Porto-Vecchio »).
        """
        suffixe = "" if role == DEPARTEMENT else f"_{role}"
        ecart = mesure[f"ecart{suffixe}"]
        if pd.isna(ecart):
            return RIEN
        for cle in (SANS_BORNE, BRUIT):
            if mesure[f"{cle}{suffixe}"]:
                return self.etude.regles.mots[cle]
        ecart_type = "pourcent" if mesure["unite"] == "euros" else "points"
        ecrit = self.etude.contexte.ecart(mesure["mesure"], ecart, ecart_type)
        seule = self.etude.seule_decoupee if mesure["iris"] and precise else ""
        return f"{ecrit} ({seule})" if seule else ecrit

    def _parts(self, theme: str, nom: str) -> Figure | None:
        """Return the parts of a whole, as one bar for the territory and one for each département.

        All are of the last year when the parts of all are known. None when there is none, when
        no file has these series, or when a bar stands for fewer people than the minimum of the
        catalogue.
        """
        etude = self.etude
        regles = etude.regles.themes[theme]
        premiere_serie = next(iter(regles.parts_de))  # one family has them all
        famille = etude.chiffres.familles.get(premiere_serie)
        if famille is None:
            return None
        noms = {
            role: etude.nom_decoupe(role, etude.noms_des_lieux[role])
            for role in (TERRITOIRE, DEPARTEMENT, *etude.autres)
            if role == TERRITOIRE or role in etude.lieux
        }
        parts_par_lieu = {}
        for role, lieu in etude.lieux.items():
            if role in noms:
                connus = [etendue(etude.chiffres, lieu, serie) for serie in regles.parts_de]
                sommes = pd.concat([connu["somme"] for connu in connus], axis=1)
                dits = pd.concat([connu["raison"].eq("") for connu in connus], axis=1).all(axis=1)
                parts_par_lieu[noms[role]] = sommes[dits].set_axis(list(regles.parts_de), axis=1)
        annees_communes = set.intersection(
            *(set(effectifs.dropna().index) for effectifs in parts_par_lieu.values())
        )
        if not annees_communes:
            return None
        derniere = max(annees_communes)  # the same on both sides
        effectifs = {nom: sommes.loc[[derniere]] for nom, sommes in parts_par_lieu.items()}
        if min(annee.to_numpy().sum() for annee in effectifs.values()) < etude.regles.minimum:
            return None

        par_annee = pd.concat(effectifs, names=["groupe", "annee"]).rename_axis(columns="modalite")
        barres = pd.DataFrame({"effectif": par_annee.stack()}).reset_index()
        barres = barres.astype({"annee": int})
        barres = barres.assign(
            groupe=barres["groupe"] + ", " + barres["annee"].astype(str),
            libelle=barres["modalite"].map(regles.parts_de),
            statut="A",
        )
        totaux = barres.groupby("groupe")["effectif"].transform("sum")
        barres = barres.assign(part=POUR_CENT * barres["effectif"] / totaux)
        colonnes = ["groupe", "modalite", "libelle", "part", "effectif", "statut", "annee"]
        titre = f"{regles.parts} {etude.dire('communes_en_iris')}"
        source = publiques.source(charger_famille(famille), sorted(set(barres["annee"])))
        return parts(barres[colonnes], etude.contexte, nom=nom, titre=titre, source=source)

    def evolution(self) -> Bloc | None:
        """Return the counts of every year, how each moved here and elsewhere, what is to come."""
        etude = self.etude
        if etude.sans_habitants:
            return None
        annees, evolutions = etude.suivis
        a_venir = avenir_d_un_portrait(etude.territoire.code, etude.contexte)
        if evolutions.empty:
            sans_comptes = paragraphe(etude.dire("sans_comptes", **etude.comptes_connus))
            return suite([sans_comptes, a_venir])
        plus_hauts = annees.groupby("indicateur")["valeur"].transform("max")
        annees = annees[plus_hauts.ge(etude.regles.suivi)]
        famille = charger_famille(etude.chiffres.familles[evolutions["indicateur"].iloc[0]])
        premiere = int(evolutions["depart"].min())
        derniere = int(evolutions["annee"].max())
        source = publiques.source(famille, [premiere, derniere])
        figure = None
        if annees["indicateur"].nunique() >= 2:
            figure = trajectoires(
                annees.assign(unite="nombre", serie="", statut="A"),
                etude.contexte,
                nom="portrait-evolution",
                titre=etude.dire("titre_de_l_evolution", premiere=premiere, derniere=derniere),
                source=source,
            )

        assez = evolutions["valeur_depart"].ge(etude.regles.minimum)
        colonnes: dict[str, Callable[[Any], str] | None] = {
            "periode": lambda evolution: f"{evolution['depart']:.0f}-{evolution['annee']:.0f}",
            "variation": variation,
        }
        for role in (SEMBLABLES, EPCI, DEPARTEMENT, *etude.autres):
            ecrire = partial(self._variation_ailleurs, role)
            colonnes[f"variation_{role}"] = ecrire if role in etude.lieux else None
        colonnes["lecture"] = lambda lecture: etude.regles.lectures[lecture]
        notes = []
        if not assez.all():
            notes.append(etude.dire("note_depart"))
        bruits = [evolutions[f"bruit_{role}"] for role in etude.lieux if role != TERRITOIRE]
        if any(bruit.any() for bruit in bruits):
            notes.append(etude.dire("note_bruit_de_l_evolution"))
        incomplets = []
        for role, lieu in etude.lieux.items():
            manquantes = evolutions[f"manquantes{suffixe_de(role)}"].max()
            if manquantes > 0:
                nom = etude.noms_des_lieux[role]
                incomplets.append(f"{nom}, {manquantes:.0f} sur {len(lieu.membres)}")
        if incomplets:
            notes.append(etude.dire("note_des_memes", lieux=" ; ".join(incomplets)))
        for annee in sorted(set(evolutions["depart"])):
            singuliere = etude.regles.annees_singulieres.get(int(annee), "")
            if singuliere:
                notes.append(etude.dire("note_singuliere", annee=int(annee), mots=singuliere))
        evolutions = evolutions.assign(variation=evolutions["variation"].where(assez))
        ailleurs = {f"variation_{role}": f"ailleurs_{role}" for role in etude.lieux}
        tableau = etude.tableau(
            "evolutions",
            evolutions.rename(columns=ailleurs),
            colonnes,
            mots={
                "source": source,
                "titre": etude.dire("titre_des_evolutions", ailleurs=len(etude.lieux) > 1),
            },
            donnees=evolutions,
            notes=notes,
        )
        return suite([figure, tableau, a_venir])

    def _variation_ailleurs(self, role: str, evolution: pd.Series) -> str:
        """Return how a count moved elsewhere, or the word for what rounding explains."""
        valeur = evolution[f"ailleurs_{role}"]
        if pd.notna(valeur) and evolution[f"bruit_{role}"]:
            return self.etude.regles.mots[BRUIT]
        return variation(valeur)

    @cached_property
    def _citees(self) -> dict[str, set[int]]:
        """The families whose figures are somewhere in the portrait or its map, and their years."""
        etude = self.etude
        citees = {famille: set(annees) for famille, annees in etude.citees.items()}
        mesure_et_taux = self._mesure_de_la_carte
        if mesure_et_taux is not None:
            for famille, annee in etude.annees_de_la_carte(mesure_et_taux[0]).items():
                citees.setdefault(famille, set()).add(annee)
        return citees

    def _producteurs(self) -> list[str]:
        """Return those whose figures are somewhere in the portrait, the first one first."""
        familles = [*self._citees]
        if self._mesure_de_la_carte is not None:
            familles.append(CONTOURS)
        producteurs = [charger_famille(nom).producteur for nom in familles]
        noms = [nom for producteur in producteurs for nom in producteur.split(" et ")]
        return list(dict.fromkeys(noms))

    def _carte(self) -> Figure | None:
        """Return the map of a rate in the communes of the EPCI, or of the territory without EPCI.

        The rate is the first of the catalogue that half of these communes have (see
        ``figure_de_la_carte``). None when the outlines of the communes are not in the store, when
        there is one commune only, or when no rate is known of half of them.
        """
        etude = self.etude
        autour = etude.epci or etude.territoire
        mesure_et_taux = self._mesure_de_la_carte
        if mesure_et_taux is None:
            return None
        mesure, taux = mesure_et_taux
        communes = self._communes_de_la_carte
        contours = publiques.contours(communes)
        source = " ; ".join(
            publiques.source(charger_famille(famille), [annee])
            for famille, annee in etude.annees_de_la_carte(mesure).items()
        )
        return figure_de_la_carte(
            Carte(mesure, tracables(contours, taux), autour, source, sur=len(communes)),
            etude.contexte,
            nom="portrait-carte",
            entouree=etude.territoire.code if etude.territoire.niveau == "commune" else "",
            taux=partial(etude.contexte.valeur, mesure.id),
            effectif=partial(self._effectif, mesure.numerateur[0]),
        )

    @property
    def _communes_de_la_carte(self) -> list[str]:
        """Those of the EPCI, all of them, or of the territory without EPCI."""
        etude = self.etude
        role = EPCI if etude.epci else TERRITOIRE
        return list(etude.entiers.get(f"{role}{AVEC_LUI}", etude.lieux[role]).membres)

    @cached_property
    def _mesure_de_la_carte(self) -> tuple[modeles.Mesure, pd.DataFrame] | None:
        """The first measure of the catalogue that half of the communes have, two at least.

        With it come its values, one row a commune (see ``par_commune``). None when there is none,
        or no outline.
        """
        etude = self.etude
        communes = self._communes_de_la_carte
        contours = publiques.contours(communes) if tables(CONTOURS) else pd.DataFrame()
        if contours.empty or len(communes) < 2:
            return None
        series_lues = set(etude.chiffres.familles)
        for nom in etude.regles.carte:
            mesure = etude.definitions[nom]
            if {mesure.numerateur[0], mesure.denominateur} <= series_lues:
                taux = calculs.par_commune(
                    etude.chiffres,
                    mesure,
                    communes,
                    etude.regles.minimum,
                    etude.regles.prudence,
                )
                if assez_connus(taux, communes):
                    return mesure, taux
        return None

    def quartiers(self) -> Tableau | None:
        """Return the priority districts of an EPCI and their communes; None when none is known, and
        elsewhere: the first page names those of a commune, a département has too many.
        """
        etude = self.etude
        quartiers = etude.quartiers
        if quartiers.empty or etude.territoire.niveau != "epci":
            return None
        return etude.tableau(
            "quartiers",
            quartiers,
            mots={
                "territoire": etude.territoire.nom,
                "source": publiques.source(charger_famille(QUARTIERS), [self._annee_des_quartiers]),
            },
            ecran=len(quartiers) > QUARTIERS_SUR_PAPIER,
        )

    def manques(self) -> Bloc | None:
        """Return what public figures do not say, who has it, and what is missing for this
        territory; None of one where nobody lives.
        """
        etude = self.etude
        if etude.sans_habitants:
            return None
        particularite = etude.particularite
        demandes = pd.DataFrame(
            [
                {"quoi": manque.quoi, "qui": manque.qui, "pourquoi": manque.pourquoi}
                for manque in etude.regles.manques
                if not (manque.regime_agricole and particularite.tous_regimes)
            ]
        )
        demandes["qui"] = demandes["qui"].str.replace(CAF, etude.caisse.nom)
        if particularite.departement:
            demandes["qui"] = demandes["qui"].str.replace(LE_DEPARTEMENT, particularite.departement)
        libelles = {nom: minuscule(mesure.libelle) for nom, mesure in etude.definitions.items()}
        perdues = etude.mesures[etude.mesures["raison"].isin(["absent", SECRET])]
        phrases = []
        perdues_par_famille = (
            perdues["mesure"].map(libelles).groupby(perdues["famille"], sort=False)
        )
        for nom, absents in perdues_par_famille:
            famille = charger_famille(str(nom))
            phrase = self._champ(famille.id).format(
                absents=majuscule(enumerer(list(absents))),
                fichier=etude.dire("fichier", famille=famille),
                n_a_pas=etude.dire("n_a_pas", **etude.comptes_connus),
            )
            phrases.append(phrase)
        series = set(etude.chiffres.familles)
        familles = charger_familles().values()
        for nom, mesure in etude.definitions.items():
            if series.isdisjoint(mesure.numerateur) and not etude.hors_serie(mesure.numerateur):
                sources_possibles = [
                    famille
                    for famille in familles
                    if {serie.code for serie in famille.series} & set(mesure.numerateur)
                ]
                phrase = etude.dire("sans_fichier", absent=majuscule(libelles[nom]))
                if sources_possibles:
                    phrase = f"{phrase} {etude.dire('fichier', famille=sources_possibles[0])}"
                phrases.append(phrase)
        change_le = dernier_changement(etude.territoire.code)
        separee_le = dates_de_separation().get(etude.territoire.code, "")
        if separee_le and separee_le >= change_le:
            jour = date.fromisoformat(separee_le)
            phrases.append(etude.dire("commune_separee", date=f"{jour:%d/%m/%Y}"))
        elif change_le:
            jour = date.fromisoformat(change_le)
            phrases.append(etude.dire("commune_changee", date=f"{jour:%d/%m/%Y}"))
        tableau = etude.tableau("manques", demandes, {"quoi": majuscule, "pourquoi": majuscule})
        return tableau + liste(phrases)

    def _champ(self, famille: str) -> str:
        """Return how to say why the figures of a family are missing here."""
        etude = self.etude
        champs = etude.regles.champs
        if famille in etude.particularite.sans:
            return etude.particularite.sans[famille]
        niveau = etude.territoire.niveau
        if famille == etude.famille_de_la_couverture and len(etude.couverture_par_arrondissement):
            niveau = "arrondissements"
        return champs.get(f"{famille}_{niveau}") or champs.get(famille) or champs["autres"]

    def semblables(self) -> Bloc | None:
        """Return how the territories alike are chosen, and which they are; None of a territory
        where nobody lives.
        """
        etude = self.etude
        if etude.sans_habitants:
            return None
        voisins = etude.voisins
        territoire = etude.territoire
        communes = territoire.niveau == "commune"
        lesquels = "communes" if communes else "EPCI"
        ressemblance = _ressemblance(etude.regles)
        if voisins.empty:
            membres = etude.lieux[TERRITOIRE].membres
            structure = lire_structure(ressemblance, membres).reindex(membres)
            inconnus = structure.isna().any()
            phrase = etude.dire(
                "sans_semblable",
                seule=communes and etude.reference is None,
                sans_densite=bool(inconnus["degre"]),
                sans_habitants=bool(inconnus["habitants"]),
                de_departements=etude.de_departements,
                sans_menages=bool(inconnus["menages"] or inconnus["personnes"]),
                regle=etude.regles.semblables,
                communes=communes,
            )
            return paragraphe(phrase)
        libelles = ressemblance.libelles

        def densite(degre: float) -> str:
            return ressemblance.degres[int(degre) - 1] if communes else nombre(degre, 1)

        population = etude.mesures[etude.mesures["mesure"].eq("population")]
        libelle = str(population["libelle"].iloc[0])
        habitants = Colonne("habitants_montres", libelle, True, ecrire=nombre)
        dates_des_familles = {str(population["famille"].iloc[0]): int(population["annee"].iloc[0])}
        if territoire.niveau == "departement":
            phrase = "par_epci"
            titre = etude.dire("titre_des_epci")
            colonnes = [habitants, *self._parts_des_epci()]
            parts = {
                colonne.cle: POUR_CENT * voisins[colonne.cle] / voisins[FOYERS]
                for colonne in colonnes
                if colonne.cle in voisins and colonne.cle not in (FOYERS, habitants.cle)
            }
            voisins = voisins.assign(**parts)
            if parts:
                dates_des_familles[COMPTES] = int(etude.chiffres.tables[COMPTES]["annee"].max())
        else:
            phrase = "semblables"
            titre = etude.dire("titre_des_semblables", communes=communes)
            colonnes = [
                Colonne("degre", libelles["densite"], not communes, ecrire=densite),
                habitants,
                Colonne(
                    "personnes_par_menage",
                    libelles["personnes_par_menage"],
                    numerique=True,
                    ecrire=decimales(2),
                ),
                Colonne("distance", "Distance", True, ecrire=decimales(2)),
            ]
            membres = etude.lieux[TERRITOIRE].membres
            dates_des_familles |= lire_structure(ressemblance, membres).attrs["tables"]
        source = " ; ".join(
            publiques.source(charger_famille(famille), [annee])
            for famille, annee in dates_des_familles.items()
        )
        tableau = etude.tableau(
            "semblables",
            voisins,
            None,
            *colonnes,
            mots={"titre": titre, "lesquels": majuscule(lesquels), "source": source},
        )
        choix = etude.dire(
            phrase,
            lesquels=lesquels,
            de_departements=etude.de_departements,
            retenus=len(voisins) - 1,
            communes=communes,
            degres=len(ressemblance.degres),
            distance=etude.regles.semblables.distance,
        )
        return paragraphe(choix) + tableau

    def _parts_des_epci(self) -> list[Colonne]:
        """Return the columns of the households of each EPCI, and of their shares."""
        etude = self.etude
        if FOYERS not in etude.voisins:
            return []
        colonnes = [Colonne(FOYERS, "Foyers allocataires", True, ecrire=nombre)]
        for mesure in etude.definitions.values():
            serie = mesure.numerateur[0]
            if mesure.denominateur == FOYERS and mesure.pour == POUR_CENT:
                colonnes.append(
                    Colonne(
                        serie,
                        mesure.libelle,
                        numerique=True,
                        groupe=etude.dire("pour_100_foyers"),
                        ecrire=decimales(1),
                    )
                )
        return colonnes

    def methode(self) -> Bloc:
        """Return how the figures are read."""
        foyers_connus = COMPTES in self._citees
        part = round(POUR_CENT * self.etude.regles.prudence.part_de_la_reference)
        phrases = [
            self.etude.dire("sans_taux"),
            self.etude.dire("ecart", foyers=foyers_connus, sondage=not self.etude.en_vigueur),
            self.etude.dire("reste", part=part),
        ]
        remarques: dict[str, tuple[str, ...]] = {}
        for nom in self._citees:
            famille = charger_famille(nom)
            if famille.remarques:
                remarques[f"{famille.producteur}, {famille.jeu}"] = famille.remarques
        notes = [
            paragraphe(f"{jeu} : {minuscule('. '.join(remarques_du_jeu))}.", "note")
            for jeu, remarques_du_jeu in remarques.items()
        ]
        return Groupe((liste(phrases), *notes))

    def sources(self) -> Tableau:
        """Return the official files that the figures come from."""
        empreintes = {empreinte for table in self._tables_citees() for empreinte in table.sources}
        registres = [magasin.lire_registre(nom) for nom in (magasin.PUBLIQUES, magasin.LOCALES)]
        fichiers = pd.DataFrame(
            [
                fichier.model_dump(mode="json", exclude={"departements"})
                for registre in registres
                for fichier in registre.fichiers
                if fichier.sha256 in empreintes
            ]
        )
        jeux = []
        for nom, combien in fichiers.groupby("famille", sort=False).size().items():
            famille = charger_famille(str(nom))
            jeu = famille.model_dump(include={"producteur", "jeu", "titre", "adresse", "licence"})
            montrees = self.etude.montrees
            if famille.jeux:  # those of the levels that have a value
                lus = self.etude.jeux(famille, montrees[montrees["famille"].eq(famille.id)])
                jeu["jeu"] = enumerer(lus)
            jeux.append(jeu | {"fichiers": combien})
        colonnes = {"nom": lambda jeu: f"{jeu['producteur']}, {jeu['jeu']}"}
        return self.etude.tableau("sources", pd.DataFrame(jeux), colonnes, donnees=fichiers)

    def _tables_citees(self) -> Iterator[TableGardee]:
        """Yield the tables of the store that a figure, a name or an outline is read from."""
        etude = self.etude
        des_noms = {"commune": "cog_communes", EPCI: "cog_epci", DEPARTEMENT: "cog_departements"}
        niveaux = {
            lieu.niveau for lieu in (etude.territoire, etude.epci, etude.departement) if lieu
        }
        for niveau in {*niveaux, "commune"}:
            yield from magasin.derniere_table_si_presente(des_noms[niveau])
        if self._mesure_de_la_carte is not None:
            yield from tables(CONTOURS).values()
        for famille, annees in self._citees.items():
            for table in tables(famille).values():
                if table.annee in annees and table.niveau in etude.niveaux_lus(famille):
                    yield table

    @property
    def _annee(self) -> int:
        """The latest year of the measures that are published here, of all of them when none is."""
        mesures = self.etude.publiees
        if mesures.empty:
            mesures = self.etude.mesures
        return int(mesures["annee"].max())

    def _messages(self) -> Iterator[str]:
        """Yield the sentences of the first page, the most important first.

        How many people live there, and how many the Caf pays; the widest gaps to the département
        that are more than noise; then how the counts moved over the years.
        """
        etude = self.etude
        mesures = etude.mesures.set_index("mesure")
        if etude.sans_habitants:
            yield etude.dire("sans_habitants", annee=int(mesures["annee"].loc["population"]))
            return
        nombres = mesures["valeur"].reindex(["population", "foyers", "personnes"])
        faits = self._naissances()
        if nombres.isna().all():
            yield etude.dire("aucun_chiffre", **faits)
        if pd.notna(nombres["population"]):
            annee = int(mesures["annee"].loc["population"])
            partiel = bool(est_partielle(mesures).reindex(["foyers", "personnes"]).any())
            manquantes: list[str] = []
            if partiel:
                serie = mesures["serie"]["foyers"]
                manquantes = etude.manquantes(TERRITOIRE, serie, mesures["annee"]["foyers"])
            yield etude.dire(
                "habitants",
                habitants=nombres["population"],
                recensement=etude.particularite.recensement if etude.en_vigueur else annee,
                en_vigueur=annee if etude.en_vigueur else 0,
                annee="" if nombres.isna().any() else f"{mesures.at['foyers', 'annee']:.0f}",
                partiel=partiel,
                manquantes=enumerer(manquantes),
                une_seule=len(manquantes) == 1,
                foyers=nombres["foyers"],
                personnes=nombres["personnes"],
                **faits,
            )
        couverture = self._couverture()
        if couverture:
            yield couverture
        yield from self._ecarts()
        yield from self._evolutions()

    def _naissances(self) -> dict[str, object]:
        """Return what is said of births: their mean, or how they moved, when not by chance."""
        etude = self.etude
        (ligne,) = etude.mesures[etude.mesures["mesure"].eq("naissances")].to_dict("records") or [
            {}
        ]
        moyenne = ligne.get("valeur", nan)
        if pd.isna(moyenne):
            return {"naissances": "", "par_hasard": False}
        effectifs = pd.Series([ligne["premiere"], ligne["derniere"]])
        ecarts = etude.seuils.hasard_ecarts
        hasard = dans_le_hasard(effectifs[:1], effectifs[1:].set_axis([0]), ecarts).all()
        annee = int(ligne["annee"])
        return {
            "naissances": nombre(moyenne),
            "periode": etude.periode_moyenne("naissances"),
            "au_debut": nombre(ligne["premiere"]),
            "a_la_fin": nombre(ligne["derniere"]),
            "debut": annee - etude.definitions["naissances"].moyenne + 1,
            "fin": annee,
            "autant": ligne["premiere"] == ligne["derniere"],
            "par_hasard": bool(hasard),
        }

    def _couverture(self) -> str:
        """Return the gap of the places for young children, and the modes that make it; "" without.

        Its parts add up to it: the mode that makes it is the one of the widest gap of its sign; the
        widest of the other sign tells what does not make it.
        """
        etude = self.etude
        mesures = etude.mesures.set_index("mesure")
        ensemble = etude.regles.couverture
        if ensemble not in mesures.index or len(etude.departements) > 1:
            return ""
        ecart = float(mesures["ecart"].loc[ensemble])
        modes = [nom for nom, mesure in etude.definitions.items() if mesure.partie_de == ensemble]
        par_mode = mesures.reindex(modes)
        annee = int(mesures["annee"].loc[ensemble])
        meme_annee = par_mode["annee"].eq(annee)
        if pd.isna(ecart) or ecart == 0 or par_mode["ecart"].isna().any() or not meme_annee.all():
            return ""
        reference = float(mesures[f"valeur_{DEPARTEMENT}"].loc[ensemble])
        if abs(ecart) < etude.regles.prudence.part_de_l_ecart * reference:
            return ""
        du_meme_sens = par_mode["ecart"] * ecart
        cause = str(du_meme_sens.idxmax())
        contraire = str(du_meme_sens.idxmin())
        ecrire = etude.contexte.valeur_nue

        def mode(nom: str) -> str:
            ici = par_mode["valeur"].loc[nom]
            la = par_mode[f"valeur_{DEPARTEMENT}"].loc[nom]
            libelle = minuscule(etude.definitions[nom].libelle)
            return etude.dire("mode", mode=libelle, ici=ecrire(nom, ici), la=ecrire(nom, la))

        return etude.dire(
            "couverture",
            ici=etude.contexte.valeur(ensemble, mesures["valeur"].loc[ensemble]),
            la=ecrire(ensemble, mesures[f"valeur_{DEPARTEMENT}"].loc[ensemble]),
            annee=annee,
            cause=mode(cause),
            contraire=mode(contraire) if du_meme_sens.min() < 0 else "",
        )

    def _politique_de_la_ville(self) -> Iterator[str]:
        """Yield what the priority districts ask the parties of a convention, where there are."""
        etude = self.etude
        quartiers = etude.quartiers
        if quartiers.empty:
            return
        une_commune = etude.territoire.niveau == "commune"
        yield etude.dire(
            "politique_de_la_ville",
            quartiers=len(quartiers),
            communes=0 if une_commune else etude.communes_a_quartier,
            noms=enumerer(quartiers["nom"].tolist()) if len(quartiers) <= QUARTIERS_NOMMES else "",
            communes_entieres=quartiers["nom"].eq(quartiers["communes"]).all(),
            annee=self._annee_des_quartiers,
            producteur=charger_famille(QUARTIERS).producteur,
        )

    @property
    def _annee_des_quartiers(self) -> int:
        return int(self.etude.quartiers["annee"].max())

    def _questions(self) -> Iterator[str]:
        """Yield what the widest gaps ask the parties of a convention, each theme once."""
        for ecart in lignes(self._plus_grands_ecarts("convention"), _Ecart):
            sens = "plus" if ecart.valeur > ecart.valeur_departement else "moins"
            question = self.etude.definitions[ecart.mesure].convention.get(sens)
            if question:
                yield question

    def _ecarts(self) -> Iterator[str]:
        """Yield a sentence for each of the widest gaps to the département."""
        etude = self.etude
        ecrire = etude.contexte.valeur
        phrases = {nom: mesure.dit for nom, mesure in etude.definitions.items()}
        plus_grands = self._plus_grands_ecarts("dit").head(SUR_LA_PAGE - 1)
        if self._couverture():
            est_la_couverture = etude.mesures["mesure"].eq(etude.regles.couverture)
            theme_dit = etude.mesures.loc[est_la_couverture, "theme"]
            plus_grands = plus_grands[~plus_grands["theme"].isin(theme_dit)]
        ecarts = lignes(plus_grands, _Ecart)
        for (_, ligne), ecart in zip(plus_grands.iterrows(), ecarts, strict=True):
            nom = ecart.mesure
            semblables = ""
            if pd.notna(ecart.valeur_semblables):
                semblables = ecrire(nom, ecart.valeur_semblables)
            ici = etude.territoire
            if ecart.iris:
                ici = etude.decoupe(TERRITOIRE, ici)
            ailleurs = []
            for role, la in etude.departements_par_role.items():
                dit = etude.decoupe(role, la) if ecart.iris else la
                ailleurs.append(f"{ecrire(nom, ligne[f'valeur_{role}'])} {dit.a}")
            habitants = 0
            if pd.notna(ecart.annee_du_denominateur):
                habitants = int(ecart.annee_du_denominateur)
            yield etude.dire(
                "mesure",
                ici=majuscule(ici.a),
                dit=phrases[nom].format(valeur=ecrire(nom, ecart.valeur)),
                annee=int(ecart.annee),
                habitants=habitants,
                ailleurs=enumerer(ailleurs),
                semblables=semblables,
                comme_eux=semblables == ecrire(nom, ecart.valeur),
                lesquels=etude.semblables,
            )

    def _plus_grands_ecarts(self, champ: str) -> pd.DataFrame:
        """Return the measures of the widest gaps to the département, at most one a theme; to all of
        them, when the territory is in several.

        The widest are those that are largest beside the value of the département: 5 points on a
        rate of 10 % before 6 points on one of 60 %. A gap that rounding or secrecy explains, and a
        rate that is fragile, are left out; so is a measure whose ``champ`` the catalogue leaves
        empty.
        """
        etude = self.etude
        mesures = etude.mesures
        a_dire = [nom for nom, mesure in etude.definitions.items() if getattr(mesure, champ)]
        nettes = mesures[
            mesures["mesure"].isin(a_dire)
            & mesures["ecart"].notna()
            & ~mesures["sans_borne"]
            & ~mesures["bruit"]
            & ~mesures["fragile"]
        ]
        if SEMBLABLES not in etude.lieux:
            nettes = nettes.assign(valeur_semblables=nan)
        if DEPARTEMENT not in etude.lieux:
            return nettes.assign(valeur_departement=nan)[:0]
        relatifs = self._ecarts_relatifs(nettes, DEPARTEMENT)
        ampleurs = [relatifs.abs()]
        for role in etude.autres:  # the same way from all of them, and by how much from the nearest
            autres = self._ecarts_relatifs(nettes, role)
            nets = ~nettes[f"sans_borne_{role}"] & ~nettes[f"bruit_{role}"]
            ampleurs.append(autres.abs().where(nets & autres.mul(relatifs).gt(0)))
        ampleur = pd.concat(ampleurs, axis=1).min(axis=1, skipna=False)
        ampleur = ampleur[ampleur.ge(etude.regles.prudence.part_de_l_ecart)]
        par_ampleur = nettes.loc[ampleur.sort_values(ascending=False, kind="stable").index]
        return par_ampleur.drop_duplicates("theme")

    def _ecarts_relatifs(self, mesures: pd.DataFrame, role: str) -> pd.Series:
        """Return the gaps of measures to a département, as parts of its own values."""
        ecart = mesures["ecart" if role == DEPARTEMENT else f"ecart_{role}"]
        en_pourcent = ecart / POUR_CENT  # between amounts
        return (ecart / mesures[f"valeur_{role}"]).mask(mesures["unite"].eq("euros"), en_pourcent)

    def _evolutions(self) -> Iterator[str]:
        """Yield how each count moved when that is more than noise, the widest change in % first.

        When none did, in a territory that has an EPCI, one sentence says so.
        """
        etude = self.etude
        _, evolutions = etude.suivis
        if evolutions.empty:
            return
        nettes = evolutions[
            evolutions["lecture"].isin(["hausse", "baisse"])
            & evolutions["valeur_depart"].ge(etude.regles.minimum)
        ]
        par_ampleur = nettes.loc[nettes["variation"].abs().sort_values(ascending=False).index]
        evolutions_nettes = lignes(par_ampleur, _Evolution)
        for (_, ligne), evolution in zip(par_ampleur.iterrows(), evolutions_nettes, strict=True):
            ailleurs = []
            for role, la in etude.departements_par_role.items():
                variation_la = ligne[f"variation_{role}"]
                if pd.notna(variation_la) and not ligne[f"bruit_{role}"]:
                    ailleurs.append(f"{pourcent(variation_la, signe=True)} {la.a}")
            depuis = ""
            singuliere = etude.regles.annees_singulieres.get(int(evolution.depart), "")
            suivante = int(evolution.depart) + 1
            if singuliere and suivante < evolution.annee:
                depuis = pourcent(evolution.variation_ensuite, signe=True)
            yield etude.dire(
                "evolution",
                lecture=evolution.lecture,
                depart=int(evolution.depart),
                annee=int(evolution.annee),
                serie=minuscule(evolution.libelle),
                variation=pourcent(abs(evolution.variation)),
                ailleurs=enumerer(ailleurs),
                singuliere=singuliere,
                suivante=suivante,
                depuis=depuis,
            )
        if nettes.empty and etude.epci:
            yield etude.dire("sans_evolution", epci=etude.epci.le)

    def _incertain(self) -> Iterator[str]:
        """Yield what is uncertain: too few people for a rate, old years, secret values.

        Last, that the Cnaf's file says nothing here, or else what its rounding makes uncertain.
        """
        etude = self.etude
        mesures = etude.mesures
        trop_peu = mesures[mesures["raison"].eq(TROP_PEU)]
        if len(trop_peu):
            denominateurs = {etude.definitions[nom].denominateur for nom in trop_peu["mesure"]}
            yield etude.dire("trop_petit", foyers=FOYERS in denominateurs)
        vieilles = mesures[
            mesures["raison"].eq("")
            & mesures["annee"].le(self._annee - ANNEES_RECENTES)
            & mesures["unite"].ne("nombre")
        ]
        if len(vieilles):
            annees = [str(annee) for annee in sorted(vieilles["annee"].astype(int).unique())]
            libelles = [
                minuscule(etude.definitions[nom].libelle.partition(",")[0])
                for nom in vieilles["mesure"].head(SUR_LA_PAGE)
            ]
            yield etude.dire("vieux", annees=enumerer(annees), mesures=", ".join(libelles))
        if mesures["raison"].eq(SECRET).any():
            yield etude.dire("tus")
        if COMPTES not in set(etude.publiees["famille"]):
            famille = charger_famille(COMPTES)
            yield etude.dire(
                "sans_cnaf", jeu=famille.jeu, adresse=famille.adresse, **etude.comptes_connus
            )
            return
        yield etude.dire("arrondi", tous_regimes=etude.particularite.tous_regimes)
        yield etude.dire("effet")


@dataclass(frozen=True)
class Decoupage:
    """The communes of a place that have figures by IRIS."""

    communes: tuple[str, ...]
    sur: int  # how many communes the place has
    sans: str  # the territory, where its own figures by IRIS are left out of those of the place
    part: str  # of its inhabitants, as it is written
    noms: tuple[str, ...]  # of the communes, when they are few
    a: str  # « à Arras et à Lens », when they are few

    @property
    def entier(self) -> bool:
        """Whether all the communes have some."""
        return len(self.communes) == self.sur

    @property
    def mots(self) -> dict[str, object]:
        """What a sentence says of it."""
        return {
            "combien": len(self.communes),
            "sur": self.sur,
            "sans": self.sans,
            "part": self.part,
            "noms": enumerer(list(self.noms)),
        }


@dataclass(frozen=True)
class EtudePortrait:
    """A territory and its public figures."""

    territoire: Territoire
    epci: Territoire | None  # of a commune
    # where it is, even when nothing of it is left to compare with: none for a département, several
    # for some EPCI, the one where most of its inhabitants are first
    departements: tuple[Territoire, ...]
    # what it is compared with in each of them, by role: the département, or what is left of it
    departements_par_role: Mapping[str, Territoire]
    regles: modeles.Portrait  # ``catalogue/portrait.yaml``
    chiffres: Chiffres
    # it, then those alike (of a département, its EPCI): code, nom, distance, and their counts
    voisins: pd.DataFrame
    lieux: Mapping[str, Lieu]  # by role
    # by role and ``AVEC_LUI``, the places of which ``lieux`` has only the rest; how each is called
    entiers: Mapping[str, Lieu]
    noms_des_entiers: Mapping[str, str]

    @property
    def seuils(self) -> SeuilsEvaluation:
        """From what a change has a direction."""
        return charger_yaml("catalogue/evaluation.yaml", Evaluation).seuils

    @property
    def definitions(self) -> dict[str, modeles.Mesure]:
        """The measures that the catalogue defines, by id, theme by theme."""
        return {
            mesure.id: mesure for theme in self.regles.themes.values() for mesure in theme.mesures
        }

    @property
    def publiees(self) -> pd.DataFrame:
        """The measures that a producer publishes here, even where the denominator is too small."""
        return self.mesures[self.mesures["raison"].isin(["", TROP_PEU])]

    @property
    def reference(self) -> Territoire | None:
        """The first place that it is compared with, None of a département."""
        return self.departements_par_role.get(DEPARTEMENT)

    @property
    def autres(self) -> list[str]:
        """The roles of the other départements of an EPCI."""
        return [role for role in self.departements_par_role if role != DEPARTEMENT]

    @property
    def departement(self) -> Territoire | None:
        """The département where most of its inhabitants are; None for a département."""
        return self.departements[0] if self.departements else None

    @property
    def de_departements(self) -> str:
        """« de l'Essonne et de Seine-et-Marne »: all the départements where it is."""
        return enumerer([departement.de for departement in self.departements])

    @property
    def sans_habitants(self) -> bool:
        """Whether nobody lives there, as in the six villages of the Meuse that died for France."""
        population = self.mesures.loc[self.mesures["mesure"].eq("population"), "valeur"]
        return bool(population.eq(0).any())

    @property
    def epci_sans_lui(self) -> bool:
        """Whether the EPCI of the commune is only what is left of it without the commune."""
        return EPCI in self.lieux and not self.lieux[EPCI].code

    @property
    def semblables(self) -> str:
        """What the territories alike are called in a sentence."""
        niveau = "communes" if self.territoire.niveau == "commune" else "EPCI"
        return f"{niveau} semblables"

    @cached_property
    def mesures(self) -> pd.DataFrame:
        """The measures of all the themes (see ``mesurer``), with indicateur (the same as mesure),
        theme, libelle, famille, and whether it is of IRIS.
        """
        definitions = self.definitions
        themes = {
            mesure.id: nom for nom, theme in self.regles.themes.items() for mesure in theme.mesures
        }
        mesures = calculs.mesurer(
            self.chiffres,
            {**self.lieux, **self.entiers},
            list(definitions.values()),
            self.regles.minimum,
            self.regles.prudence,
        )
        libelles = {nom: mesure.libelle for nom, mesure in definitions.items()}
        complements = [self._complement(mesure) for mesure in lignes(mesures, _Mesure)]
        familles = mesures["serie"].map(self.chiffres.familles)
        return self._avec_les_bouts(mesures).assign(
            theme=mesures["mesure"].map(themes),
            libelle=mesures["mesure"].map(libelles) + pd.Series(complements, mesures.index),
            indicateur=mesures["mesure"],
            famille=familles,
            iris=[charger_famille(nom).niveaux == ("iris",) for nom in familles],
        )

    def _avec_les_bouts(self, mesures: pd.DataFrame) -> pd.DataFrame:
        """Return measures with premiere and derniere: of a mean, its first and its last year."""
        premieres = []
        dernieres = []
        for mesure in lignes(mesures, _Mesure):
            annees = self.definitions[mesure.mesure].moyenne
            if annees > 1:
                connu = etendue(self.chiffres, self.lieux[TERRITOIRE], mesure.serie)["somme"]
                premieres.append(connu.get(mesure.annee - annees + 1, nan))
                dernieres.append(connu.get(mesure.annee, nan))
            else:
                premieres.append(nan)
                dernieres.append(nan)
        return mesures.assign(premiere=premieres, derniere=dernieres)

    @cached_property
    def montrees(self) -> pd.DataFrame:
        """The measures that have a row in some table or figure."""
        mesures = self.mesures
        a_dire = mesures["raison"].isin(["", TROP_PEU, SECRET])
        a_garder = mesures["mesure"].isin(
            [mesure.id for mesure in self.definitions.values() if mesure.garder]
        )
        connues_ailleurs = mesures.filter(like="valeur_").notna().any(axis=1)
        montrees = a_dire | (a_garder & connues_ailleurs)
        if self.sans_habitants:
            montrees &= mesures["theme"].eq(HABITANTS)
        return mesures[montrees]

    @cached_property
    def citees(self) -> dict[str, set[int]]:
        """The families of files whose figures are somewhere in the portrait, and of which years."""
        mesures = self.montrees
        connues = mesures["raison"].isin(["", TROP_PEU])
        connues |= mesures.filter(like="valeur_").notna().any(axis=1)
        annees = self.annees_par_famille(mesures[connues])
        _, evolutions = self.suivis
        for serie, depart, fin in zip(
            evolutions["indicateur"], evolutions["depart"], evolutions["annee"], strict=True
        ):
            famille = self.chiffres.familles[serie]
            annees.setdefault(famille, set()).update({int(depart), int(fin)})
        par_arrondissement = self.couverture_par_arrondissement
        if len(par_arrondissement):
            famille = self.famille_de_la_couverture
            annees.setdefault(famille, set()).update(par_arrondissement["annee"])
        if self.territoire.niveau == "departement" and FOYERS in self.voisins:
            annees.setdefault(COMPTES, set()).add(int(self.chiffres.tables[COMPTES]["annee"].max()))
        if len(self.quartiers):
            annees[QUARTIERS] = set(self.quartiers["annee"].astype(int))
        if len(self.voisins) and self.territoire.niveau != "departement":
            structure = lire_structure(_ressemblance(self.regles), self.lieux[TERRITOIRE].membres)
            for famille, annee in structure.attrs["tables"].items():
                annees.setdefault(famille, set()).add(annee)
        return annees

    @property
    def comptes_connus(self) -> dict[str, int]:
        """How many communes the Cnaf's file has, of how many."""
        membres = self.lieux[TERRITOIRE].membres
        table = self.chiffres.tables.get(COMPTES)
        connues = 0
        if table is not None:
            connues = len(set(membres) & set(table.loc[table[FOYERS].notna(), "commune"]))
        return {"connues": connues, "parties": len(membres)}

    @property
    def famille_de_la_couverture(self) -> str:
        """The family of the places for young children, "" when no file of it is read."""
        mesure = self.definitions[self.regles.couverture]
        return self.chiffres.familles.get(mesure.numerateur[0], "")

    @cached_property
    def couverture_par_arrondissement(self) -> pd.DataFrame:
        """The places for young children in the arrondissements of a city that has no figure of its
        own: libelle, valeur, annee, the highest first; no row elsewhere.
        """
        ville = villes().get(self.territoire.code)
        mesures = self.mesures
        de_la_couverture = mesures["mesure"].eq(self.regles.couverture)
        absente = de_la_couverture & mesures["raison"].eq(ABSENT)
        if ville is None or not absente.any():
            return pd.DataFrame(columns=["libelle", "valeur", "annee"])
        serie = str(mesures.loc[absente, "serie"].iloc[0])
        gardees = [
            table
            for table in tables().values()
            if table.niveau == "arrondissement" and serie in table.series
        ]
        lues = lire_tables(gardees, None, ["libelle", serie])
        lues = lues[lues["annee"].eq(lues["annee"].max())]
        de_la_ville = lues[lues["territoire"].str.fullmatch(ville.motif) & lues[serie].notna()]
        par_taux = de_la_ville.sort_values(serie, ascending=False).rename(columns={serie: "valeur"})
        return par_taux[["libelle", "valeur", "annee"]].reset_index(drop=True)

    @cached_property
    def particularite(self) -> modeles.Particularite:
        """What is not as elsewhere in its EPCI, in its département or in itself."""
        collectivites = charger_yaml("catalogue/collectivites.yaml", modeles.Collectivites)
        particularites = collectivites.particularites
        for lieu in (self.territoire, self.epci, self.departement):
            if lieu is not None and lieu.code in particularites:
                return particularites[lieu.code]
        return modeles.Particularite()

    @property
    def caisse(self) -> modeles.Caisse:
        """Who pays family benefits here."""
        return self.particularite.caisse or self.regles.caisse

    def hors_serie(self, series: Iterable[str]) -> bool:
        """Tell whether series are those of files that leave the département out."""
        exclues = set()
        for famille in self.particularite.sans:
            exclues |= {serie.code for serie in charger_famille(famille).series}
        return exclues.issuperset(series)

    @property
    def noms_des_lieux(self) -> dict[str, str]:
        """How the head of a column calls each place."""
        return {
            TERRITOIRE: self.territoire.nom,
            SEMBLABLES: majuscule(self.semblables),
            EPCI: self.regles.epci["reste" if self.epci_sans_lui else "entier"],
            DEPARTEMENT: self.contexte.reference.nom,
        } | {role: self.departements_par_role[role].nom for role in self.autres}

    @property
    def noms_decoupes(self) -> dict[str, str]:
        """What fills the heads of the columns of a table whose figures are all by IRIS."""
        mots = {TERRITOIRE: "territoire", EPCI: "epci", DEPARTEMENT: "reference"}
        mots |= {role: role for role in self.autres}
        noms = self.noms_des_lieux
        return {
            mot: self.nom_decoupe(role, noms[role])
            for role, mot in mots.items()
            if role in self.lieux
        }

    def entete_des_ecarts(self, iris: bool) -> str:
        """Return what heads the column of gaps: what they are gaps to."""
        if DEPARTEMENT not in self.lieux:
            return self.regles.ecarts["entier"]
        if iris and self.seule_decoupee:
            return self.regles.ecarts["commune"].format(a=self.seule_decoupee)
        return self.regles.ecarts["entier" if self.lieux[DEPARTEMENT].code else "reste"]

    @cached_property
    def seule_decoupee(self) -> str:
        """« à Porto-Vecchio », the only commune of the département with figures by IRIS, or ""."""
        decoupage = self.decoupage(DEPARTEMENT)
        return decoupage.a if len(decoupage.communes) == 1 else ""

    def manquantes(self, role: str, serie: str, annee: float) -> list[str]:
        """Return the names of the communes of a place that have no figure, when they are few."""
        lieu = self.lieux[role]
        connues = set(communes_connues(self.chiffres, lieu, serie, int(annee)))
        codes = [commune for commune in lieu.membres if commune not in connues]
        if len(codes) > COMMUNES_NOMMEES:
            return []
        return [territoire.nom for territoire in publiques.nommer(codes)]

    def _complement(self, mesure: _Mesure) -> str:
        """Return what follows the name of a measure: its year, or years."""
        if not mesure.annee:
            return ""
        annee = int(mesure.annee)
        if mesure.serie == self.regles.population_en_vigueur:
            return f", {self.dire('annee_en_vigueur', annee=annee)}"
        if self.definitions[mesure.mesure].moyenne > 1:
            return f" {self.periode_moyenne(mesure.mesure, annee)}"
        if pd.notna(mesure.annee_du_denominateur):
            habitants = int(mesure.annee_du_denominateur)
            return f", {self.dire('annee_et_habitants', annee=annee, habitants=habitants)}"
        return f", {annee}"

    def periode_moyenne(self, mesure: str, annee: int = 0) -> str:
        """Return the years of a mean: « 2020-2024 »."""
        if not annee:
            annee = int(self.mesures.set_index("mesure")["annee"].get(mesure, 0))
        return f"{annee - self.definitions[mesure].moyenne + 1}-{annee}"

    @property
    def en_vigueur(self) -> bool:
        """Whether the inhabitants are those in force in a year, of an older census."""
        series = self.mesures.set_index("mesure")["serie"]
        return series.get("population") == self.regles.population_en_vigueur

    def decoupage(self, role: str) -> Decoupage:
        """Return which communes of a place have figures by IRIS."""
        lieu = self.lieux[role]
        decoupees = list(_communes_a_l_iris(self.chiffres, lieu))
        habitants = self.chiffres.habitants
        part = habitants.reindex(decoupees).sum() / habitants.reindex(list(lieu.membres)).sum()
        nommees = []
        if 0 < len(decoupees) <= COMMUNES_NOMMEES:
            nommees = publiques.nommer(decoupees)
        return Decoupage(
            communes=tuple(decoupees),
            sur=len(lieu.membres),
            sans="" if lieu.a_l_iris is None else self.territoire.nom,
            part=pourcent(POUR_CENT * part, 0),
            noms=tuple(territoire.nom for territoire in nommees),
            a=enumerer([territoire.a for territoire in nommees]),
        )

    def decoupe(self, role: str, lieu: Territoire, part: bool = True) -> Territoire:
        """Return a place as a sentence says it of figures by IRIS: the communes that have some, and
        the part of its inhabitants that they make, unless the notes below say it.
        """
        if role not in self.lieux:
            return lieu
        decoupage = self.decoupage(role)
        if decoupage.entier or not decoupage.communes:
            return lieu
        faits = decoupage.mots
        if not part:
            faits["part"] = ""
        return lieu.model_copy(
            update={"a": self.dire("decoupe", de=lieu.de, a=decoupage.a, **faits)}
        )

    def nom_decoupe(self, role: str, nom: str) -> str:
        """Return the name of a place, and which of its communes have figures by IRIS."""
        if role not in self.lieux:
            return nom
        decoupage = self.decoupage(role)
        if decoupage.entier or not decoupage.communes:
            return nom
        return self.dire("nom_decoupe", lieu=nom, **decoupage.mots)

    @cached_property
    def _quartiers_par_commune(self) -> pd.DataFrame:
        """The priority districts of each commune of the territory (see ``lire_quartiers``)."""
        return lire_quartiers(self.lieux[TERRITOIRE].membres)

    @property
    def communes_a_quartier(self) -> int:
        """How many communes of the territory have a priority district, wholly or in part."""
        return self._quartiers_par_commune["commune"].nunique()

    @cached_property
    def quartiers(self) -> pd.DataFrame:
        """The priority districts of the territory: code, nom, communes (their names), annee."""
        lignes_lues = self._quartiers_par_commune
        noms = publiques.territoires(lignes_lues["commune"].unique()).set_index("code")["nom"]
        par_quartier = lignes_lues.assign(communes=lignes_lues["commune"].map(noms)).groupby("code")
        return par_quartier.agg(
            {"nom": "first", "communes": SEPARATEUR.join, "annee": "first"}
        ).reset_index()

    @cached_property
    def suivis(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The years of the series followed, and how they moved (see ``evolutions``), with their
        libelle.
        """
        libelles = self.regles.evolution
        series = [nom for nom in libelles if nom in self.chiffres.familles]
        annees, evolutions = calculs.evolutions(
            self.chiffres,
            self.lieux,
            series,
            self.seuils,
            self.regles.minimum,
            self.regles.prudence.part_de_l_arrondi,
        )
        annees = annees.assign(libelle=annees["indicateur"].map(libelles))
        evolutions = evolutions.assign(libelle=evolutions["indicateur"].map(libelles))
        return annees, evolutions

    @cached_property
    def contexte(self) -> Contexte:
        """The words of charts and tables; the source is that of each."""
        unites = {unite.id: unite for unite in charger_yaml("catalogue/unites.yaml", Unites).unites}
        statuts: dict[str, Statut] = {**charger_yaml("catalogue/statuts.yaml", Statuts).statuts}
        libelles_et_unites = {
            mesure.id: (mesure.libelle, mesure.unite) for mesure in self.definitions.values()
        }
        libelles_et_unites |= {
            serie: (libelle, "nombre") for serie, libelle in self.regles.evolution.items()
        }
        indicateurs = {
            nom: Indicateur(
                id=nom,
                libelle=libelle,
                definition=libelle,
                unite=unite,
                nature="contexte",
                sens="neutre",
                decimales=unites[unite].decimales,
            )
            for nom, (libelle, unite) in libelles_et_unites.items()
        }
        reference = self.reference or self.territoire
        source = "données publiques"
        return Contexte(indicateurs, unites, statuts, self.territoire, reference, source)

    def dire(self, phrase: str, **valeurs: object) -> str:
        """Return a sentence of ``textes/portrait.j2``, filled."""
        return self.contexte.texte(
            f"portrait.{phrase}",
            minimum=self.regles.minimum,
            fenetre=self.regles.semblables.fenetre,
            prudence=self.regles.prudence,
            **valeurs,
        )

    def tableau(
        self,
        cle: str,
        donnees_montrees: pd.DataFrame,
        ecrire: Mapping[str, Callable[[Any], str] | None] | None = None,
        *autres: Colonne,
        mots: Mapping[str, object] | None = None,
        **reste: Any,  # see ``Contexte.presenter``
    ) -> Tableau:
        """Return a table whose words are those of ``catalogue/portrait.yaml`` (see
        ``Contexte.presenter``).
        """
        noms = self.noms_des_lieux
        return self.contexte.presenter(
            self._presentation(cle),
            donnees_montrees,
            ecrire,
            *autres,
            cle=f"portrait-{cle}",
            mots={
                "semblables": noms[SEMBLABLES],
                **{role: noms[role] for role in self.autres},
                "epci": noms[EPCI],
                **(mots or {}),
            },
            **reste,
        )

    def _presentation(self, cle: str) -> modeles.Presentation:
        """Return the words of a table, with a column for each other département of an EPCI."""
        presentation = self.regles.tableaux[cle]
        colonnes = {}
        nombres = list(presentation.nombres)
        bandeaux = dict(presentation.bandeaux)
        for nom, entete in presentation.colonnes.items():
            if not nom.endswith(AUTRE_DEPARTEMENT):
                colonnes[nom] = entete
                continue
            for role in self.autres:
                colonne = nom.replace(AUTRE_DEPARTEMENT, role)
                colonnes[colonne] = f"{{{role}}}"
                nombres.append(colonne)
                if nom in bandeaux:
                    bandeaux[colonne] = bandeaux[nom]
        return presentation.model_copy(
            update={"colonnes": colonnes, "nombres": tuple(nombres), "bandeaux": bandeaux}
        )

    def niveaux_lus(self, famille: str) -> set[str]:
        """Return the levels whose published figures are those of the places of the portrait.

        A rate that no file adds up is that of a place itself, never of its communes. A city is the
        sum of its arrondissements.
        """
        niveaux: set[str] = {*get_args(Niveau)}
        table = self.chiffres.tables.get(famille)
        if table is not None and famille not in self.chiffres.sommees:
            lieux = (*self.lieux.values(), *self.entiers.values())
            codes = {code for lieu in lieux for code in (lieu.code, lieu.code_egal) if code}
            niveaux = set(table.loc[table["territoire"].isin(codes), "niveau"])
            if self.territoire.code in villes():
                niveaux.add("arrondissement")
        return niveaux

    def source(self, mesures: pd.DataFrame) -> str:
        """Return the producers of some measures, with the years of each.

        A denominator of another family than its numerator has a year of its own.
        """
        sources = []
        for nom, annees in self.annees_par_famille(mesures).items():
            famille = charger_famille(nom)
            jeu = ""
            if famille.jeux:
                jeu = enumerer(self.jeux(famille, mesures[mesures["famille"].eq(nom)]))
            sources.append(publiques.source(famille, sorted(annees), jeu, une_a_une=True))
        return " ; ".join(sources)

    def jeux(self, famille: Famille, mesures: pd.DataFrame) -> list[str]:
        """Return the data sets of a family that has one a level: those of the places that have a
        value.
        """
        niveaux: dict[str, str] = {TERRITOIRE: self.territoire.niveau, EPCI: EPCI}
        if self.lieux[TERRITOIRE].code_egal:
            niveaux[TERRITOIRE] = DEPARTEMENT
        niveaux[EPCI + AVEC_LUI] = EPCI
        for role in (DEPARTEMENT, *self.autres):
            niveaux |= {role: DEPARTEMENT, f"{role}{AVEC_LUI}": DEPARTEMENT}
        lus = [
            niveau
            for role, niveau in niveaux.items()
            if mesures.get(f"valeur{suffixe_de(role)}", pd.Series()).notna().any()
        ]
        jeux: dict[str, str] = {**famille.jeux}
        return list(dict.fromkeys(jeux.get(niveau, famille.jeu) for niveau in lus))

    def annees_de_la_carte(self, mesure: modeles.Mesure) -> dict[str, int]:
        """Return the last year of the families of a rate, that its map shows (see
        ``par_commune``).
        """
        annees = {}
        for serie in (mesure.numerateur[0], mesure.denominateur):
            if serie is not None:
                famille = self.chiffres.familles[serie]
                annees[famille] = int(self.chiffres.tables[famille]["annee"].max())
        return annees

    def annees_par_famille(self, mesures: pd.DataFrame) -> dict[str, set[int]]:
        """Return the years of each family that some measures, or their denominators, are of.

        A mean is of all its years.
        """
        annees_par_famille: dict[str, set[int]] = {}
        for nom, famille, annee, annee_du_bas in zip(
            mesures["mesure"],
            mesures["famille"],
            mesures["annee"],
            mesures["annee_du_denominateur"],
            strict=True,
        ):
            premiere = int(annee) - self.definitions[nom].moyenne + 1
            annees_par_famille.setdefault(famille, set()).update(range(premiere, int(annee) + 1))
            denominateur = self.definitions[nom].denominateur
            if denominateur is None:
                continue
            autre_famille = self.chiffres.familles.get(denominateur, famille)
            if autre_famille != famille and pd.notna(annee_du_bas):
                annees_par_famille.setdefault(autre_famille, set()).add(int(annee_du_bas))
        return annees_par_famille


def _finit_par(colonne: pd.Series, mot: str) -> pd.Series:
    """Tell which cells of a column end with a word."""
    return colonne.str.endswith(mot)


def _part_de_presque_tout(part: float) -> str:
    """Return a share of a whole of which something is missing: the least that it is, never all."""
    if part < ENVIRON_TOUT:
        return pourcent(floor(POUR_CENT * part), 0)
    au_dixieme = floor(10 * POUR_CENT * part) / 10
    return pourcent(min(au_dixieme, PLUS_GRANDE_PART), 1)


def etudier_portrait(code: str) -> EtudePortrait:
    """Return a territory (commune, EPCI or département) with its public figures.

    Read with it are the territories that contain it: of a commune its EPCI and its département, of
    an EPCI its département (or the two where it has most inhabitants), of a département none.

    Raises:
        DonneesInvalides: No territory has this code; the message gives close names. Or a file of
            the store is damaged.
    """
    publiques.verifier_territoires([code])
    regles = charger_yaml("catalogue/portrait.yaml", modeles.Portrait)
    territoire = _nommer([code], regles)[code]
    code_epci, codes_des_departements, communes = _communes_autour(territoire)
    codes_englobants = [code_epci] if code_epci else []
    codes_englobants += [
        departement for departement in codes_des_departements if departement != code
    ]
    englobants = _nommer(codes_englobants, regles)
    epci = englobants.get(code_epci)
    codes = [code, *codes_englobants]
    chiffres = _lire(regles, communes, codes)
    voisins = _semblables(chiffres, communes, territoire, regles)

    lieux = {TERRITOIRE: _lieu(territoire, communes)}
    # a département has no territories alike: its ``voisins`` are its own EPCI
    if len(voisins) and territoire.niveau != "departement":
        codes_semblables = voisins["code"].iloc[1:]  # the first one is the territory itself
        semblables = communes[_colonne(territoire.niveau)].isin(codes_semblables)
        lieux[SEMBLABLES] = Lieu("", tuple(communes.loc[semblables, "territoire"]), groupe=True)
    references: dict[str, Territoire] = {}
    entiers = {}
    for code_englobant in codes_englobants:
        englobant = englobants[code_englobant]
        entier = _lieu(englobant, communes)
        reste = _sans_le_territoire(
            englobant, entier, territoire, lieux[TERRITOIRE], chiffres, regles
        )
        if reste is None:
            if entier.membres == lieux[TERRITOIRE].membres:  # Paris: its figures are its own
                lieux[TERRITOIRE] = replace(lieux[TERRITOIRE], code_egal=code_englobant)
            continue
        nomme, lieu = reste
        role = EPCI
        if englobant.niveau == "departement":
            role = f"{AUTRE_DEPARTEMENT}_{len(references) + 1}" if references else DEPARTEMENT
            references[role] = nomme
        if lieu != entier:
            entiers[f"{role}{AVEC_LUI}"] = entier
        lieux[role] = _sans_ses_iris(lieu, lieux[TERRITOIRE], chiffres, regles)
    return EtudePortrait(
        territoire=territoire,
        epci=epci,
        departements=_departements(codes_des_departements, territoire),
        departements_par_role=references,
        regles=regles,
        chiffres=chiffres,
        voisins=voisins,
        lieux=lieux,
        entiers=entiers,
        noms_des_entiers={englobant.code: englobant.nom for englobant in englobants.values()},
    )


def _communes_autour(territoire: Territoire) -> tuple[str, list[str], pd.DataFrame]:
    """Return the codes of the EPCI and of the départements, and the communes of all of them.

    Returns:
        The code of the EPCI of a commune: "" for an EPCI, a département, and a commune outside any
        EPCI. Those of the départements where the territory is, the one where most of its
        inhabitants are first; a département is its own. Then the rows of the official code for the
        communes of the territory, of its EPCI and of its départements, each once, in the order of
        their codes.
    """
    officielles = magasin.derniere_table_si_presente("cog_communes")
    membres = lire_tables(officielles, [territoire.code], None, _colonne(territoire.niveau))
    code_epci = ""
    if territoire.niveau == "commune":
        code_epci = str(membres["epci"].iloc[0] or "")
    departements = _par_habitants(membres)
    tables_des_communes = [membres]
    tables_des_communes.append(lire_tables(officielles, departements, None, DEPARTEMENT))
    if code_epci:
        tables_des_communes.append(lire_tables(officielles, [code_epci], None, EPCI))
    communes = pd.concat(tables_des_communes).drop_duplicates("territoire")
    return code_epci, departements, communes.sort_values("territoire", ignore_index=True)


def _departements(codes: list[str], territoire: Territoire) -> tuple[Territoire, ...]:
    """Return the départements where a commune or an EPCI is, in order; none for a département."""
    if territoire.niveau == "departement":
        return ()
    nommes = {departement.code: departement for departement in publiques.nommer(codes)}
    return tuple(nommes[code] for code in codes)


def _par_habitants(membres: pd.DataFrame) -> list[str]:
    """Return the codes of the départements of communes, the one with most inhabitants first."""
    habitants = membres.groupby("departement")["population_municipale"].sum()
    return habitants.sort_values(ascending=False, kind="stable").index.tolist()


def _lieu(territoire: Territoire, communes: pd.DataFrame) -> Lieu:
    """Return where the figures of a territory are found: under its code, or as sums of communes."""
    membres = communes.loc[communes[_colonne(territoire.niveau)].eq(territoire.code), "territoire"]
    return Lieu(territoire.code, tuple(membres), groupe=territoire.niveau != "commune")


def _sans_le_territoire(
    englobant: Territoire,
    entier: Lieu,
    territoire: Territoire,
    ici: Lieu,
    chiffres: Chiffres,
    regles: modeles.Portrait,
) -> tuple[Territoire, Lieu] | None:
    """Return what a territory is set beside in one that contains it, and how it is called.

    Nobody is compared with itself: of a territory that makes up too much of it, only the rest is
    left; None when nothing is (Paris in its département).
    """
    autres = tuple(commune for commune in entier.membres if commune not in ici.membres)
    if not autres:
        return None
    habitants = chiffres.habitants
    habitants_d_ici = habitants.reindex(list(ici.membres)).sum()
    habitants_de_l_entier = habitants.reindex(list(entier.membres)).sum()
    if habitants_d_ici <= regles.prudence.part_de_la_reference * habitants_de_l_entier:
        return englobant, entier
    formes = {
        forme: patron.format(
            reference=englobant.nom if forme == "nom" else englobant.de, territoire=territoire.nom
        )
        for forme, patron in regles.reste.items()
    }
    return englobant.model_copy(update=formes), Lieu("", autres, groupe=True)


def _sans_ses_iris(la: Lieu, ici: Lieu, chiffres: Chiffres, regles: modeles.Portrait) -> Lieu:
    """Return a place whose figures by IRIS are those of its other communes, when the territory
    makes up too much of the communes that have some.

    « 58,2 % à Mende, 58,2 % en Lozère »: Mende is the only commune of its département with IRIS.
    """
    decoupees = _communes_a_l_iris(chiffres, la)
    autres = tuple(commune for commune in decoupees if commune not in ici.membres)
    d_ici = [commune for commune in decoupees if commune in ici.membres]
    habitants = chiffres.habitants
    part = regles.prudence.part_de_la_reference * habitants.reindex(list(decoupees)).sum()
    if habitants.reindex(d_ici).sum() <= part:
        return la
    return replace(la, a_l_iris=autres)


def _communes_a_l_iris(chiffres: Chiffres, lieu: Lieu) -> tuple[str, ...]:
    """Return the communes of a place that have figures by IRIS, in the last year of each file."""
    communes: set[str] = set()
    for nom, table in chiffres.tables.items():
        if charger_famille(nom).niveaux == ("iris",):
            derniere_annee = table[table["annee"].eq(table["annee"].max())]
            communes |= set(derniere_annee["commune"])
    possibles = lieu.membres if lieu.a_l_iris is None else lieu.a_l_iris
    return tuple(commune for commune in possibles if commune in communes)


def _colonne(niveau: str) -> str:
    """Return the column of the table of communes that has the codes of this level."""
    return "territoire" if niveau == "commune" else niveau


def _nommer(codes: Sequence[str], regles: modeles.Portrait) -> dict[str, Territoire]:
    """Return territories by code, with their forms in a sentence (« à Harnes », « de Harnes »).

    Their ``nom``, which heads columns, is shortened as the catalogue says (« CA » for « Communauté
    d'agglomération »); their other forms are whole.
    """
    territoires = {}
    for territoire in publiques.nommer(codes):
        nom = territoire.nom
        for entier, abrege in regles.abreviations.items():
            if nom.startswith(entier):
                nom = abrege + nom.removeprefix(entier)
                break
        territoires[territoire.code] = territoire.model_copy(update={"nom": nom})
    return territoires


def _lire(regles: modeles.Portrait, lieux: pd.DataFrame, codes: list[str]) -> Chiffres:
    """Return the figures that a portrait needs, from all the tables of the store that have some.

    They are those of the communes of ``lieux``, of their IRIS, and of ``codes``: the territory and
    those that contain it, where a producer publishes their figures itself.
    """
    communes = lieux["territoire"].tolist()
    series_demandees = set(regles.evolution)
    sommes = lire_les_sommes()
    for tus in sommes.tus.values():
        for compte in (tus.foyers, tus.personnes):
            series_demandees |= {compte.connus, compte.total}
    for theme in regles.themes.values():
        series_demandees.update(theme.parts_de)
        for mesure in theme.mesures:
            series_demandees.update(mesure.numerateur)
            if mesure.denominateur is not None:
                series_demandees.add(mesure.denominateur)
    gardees_par_famille: dict[str, list[TableGardee]] = {}
    for gardee in tables().values():
        if not series_demandees.isdisjoint(gardee.series):
            gardees_par_famille.setdefault(gardee.famille, []).append(gardee)

    chiffres_par_famille: dict[str, pd.DataFrame] = {}
    familles: dict[str, str] = {}
    for famille, gardees in gardees_par_famille.items():
        series_de_la_famille = {serie for gardee in gardees for serie in gardee.series}
        series = sorted(series_demandees & series_de_la_famille)
        a_l_iris = [gardee for gardee in gardees if gardee.niveau == "iris"]
        au_dessus = [gardee for gardee in gardees if gardee.niveau != "iris"]
        publies = lire_chiffres(au_dessus, [*communes, *codes], series)
        publies = sans_les_annees_communes(publies, charger_famille(famille), series)
        commune = publies["territoire"].str[:5].where(publies["niveau"].ne("epci"), "")
        iris = lire_iris(a_l_iris, communes, series)
        chiffres_par_famille[famille] = pd.concat([publies.assign(commune=commune), iris])
        familles |= dict.fromkeys(series, famille)

    sens: dict[str, SerieOfficielle] = {}
    for serie, famille in familles.items():
        # a table only has series of its family
        sens[serie] = cast(SerieOfficielle, magasin.serie_gardee(charger_famille(famille), serie))
    return Chiffres(
        tables=chiffres_par_famille,
        familles=familles,
        series=sens,
        sommees=frozenset(nom for nom in chiffres_par_famille if charger_famille(nom).somme),
        habitants=_habitants(regles, chiffres_par_famille, familles, lieux),
        tus=sommes.tus,
        connus_au_moins=sommes.connus_au_moins,
    )


def _habitants(
    regles: modeles.Portrait,
    chiffres_par_famille: Mapping[str, pd.DataFrame],
    familles: Mapping[str, str],
    communes: pd.DataFrame,
) -> pd.Series:
    """Return how many live in each commune, of the first source that a portrait shows.

    The official code, that does not tell of which census it is, serves where no other file does.
    """
    codes = communes["territoire"]
    habitants = pd.Series(nan, codes)
    definitions = {mesure.id: mesure for mesure in regles.themes["habitants"].mesures}
    for serie in definitions["population"].numerateur:
        if serie in familles:
            table = chiffres_par_famille[familles[serie]]
            derniere_annee = table[table["annee"].eq(table["annee"].max())]
            effectifs = derniere_annee.drop_duplicates("territoire").set_index("territoire")[serie]
            habitants = habitants.fillna(effectifs.astype(float).replace(inf, nan).reindex(codes))
    du_code_officiel = communes.set_index("territoire")["population_municipale"].astype(float)
    return habitants.fillna(du_code_officiel.replace(inf, nan))


def _du_meme_departement(communes: pd.DataFrame, territoire: Territoire) -> pd.DataFrame:
    """Return the communes among which territories alike are chosen.

    They are those of the départements of the territory, not all those of its EPCI (that of
    L'Haÿ-les-Roses is over six); among EPCI, those that no other département has a part of, whose
    communes are all there.
    """
    if territoire.niveau == "departement":
        return communes
    d_ici = communes[_colonne(territoire.niveau)].eq(territoire.code)
    departements = communes.loc[d_ici, "departement"].unique()
    possibles = communes[communes["departement"].isin(departements)]
    if territoire.niveau == "epci":
        debordent = _qui_debordent(possibles)
        possibles = possibles.assign(epci=possibles["epci"].mask(possibles["epci"].isin(debordent)))
    return possibles


def _qui_debordent(communes: pd.DataFrame) -> set[str]:
    """Return the codes of the EPCI that have other communes than these."""
    ici = communes.loc[communes["epci"].fillna("").ne(""), "epci"].value_counts()
    officielles = magasin.derniere_table_si_presente("cog_communes")
    entiers = lire_tables(officielles, list(ici.index), None, EPCI)["epci"].value_counts()
    return {str(epci) for epci in ici.index if ici[epci] < entiers[epci]}


def _ressemblance(regles: modeles.Portrait) -> Ressemblance:
    """Return what territories are alike by, with the inhabitants that a portrait shows."""
    ressemblance = charger_yaml("catalogue/comparaison.yaml", Comparaison).ressemblance
    return ressemblance.model_copy(update={"habitants": regles.semblables.habitants})


def _semblables(
    chiffres: Chiffres, communes: pd.DataFrame, territoire: Territoire, regles: modeles.Portrait
) -> pd.DataFrame:
    """Return the territory, then those around it that are most alike, the nearest first.

    Those alike a commune are communes, those alike an EPCI are EPCI, by their density, their size
    and their structure (see ``comparables.semblables``), never by what is compared. A département
    has none: its own EPCI are there instead, the largest first.

    Returns:
        code, nom, distance (NaN for the territory itself), degre, habitants, personnes_par_menage,
        habitants_montres (of the portrait's own source and year); no row when these are not known
        of the territory. Of the EPCI of a département, the counts of the last year of the Cnaf's
        file too.
    """
    ressemblance = _ressemblance(regles)
    regle = regles.semblables
    code = territoire.code
    communes = _du_meme_departement(communes, territoire)
    structure = lire_structure(ressemblance, communes["territoire"])
    structure = structure.reindex(communes["territoire"])
    epci_par_commune = communes.set_index("territoire")["epci"].replace("", pd.NA)
    habitants = chiffres.habitants.reindex(communes["territoire"])
    if territoire.niveau == "commune":
        lieux = structure
    else:
        # The degree of an EPCI is the mean one of its inhabitants.
        ponderee = structure.assign(degre=structure["degre"] * structure["habitants"])
        lieux = ponderee.groupby(epci_par_commune).sum()
        lieux = lieux.assign(degre=lieux["degre"] / lieux["habitants"])
    if territoire.niveau in ("commune", "epci"):
        proches = semblables(
            lieux,
            code,
            ressemblance,
            fenetre=regle.fenetre,
            voisins=regle.voisins.get(territoire.niveau, 0),
        )
        proches = proches[proches.le(regle.distance)]
        if len(proches) < regle.au_moins:  # two towns are no company
            proches = proches[:0]
    else:
        # The largest EPCI comes first, those whose inhabitants are not known last.
        tailles = habitants.groupby(epci_par_commune).sum(min_count=1)
        proches = 1 / tailles.sort_values(ascending=False)  # no table shows it
    if proches.empty:
        return pd.DataFrame(columns=["code", "nom", "distance", "habitants_montres", *TRAITS])
    codes = list(proches.index)
    if code in lieux.index:
        codes.insert(0, code)
    noms = {voisin: nomme.nom for voisin, nomme in _nommer([code, *proches.index], regles).items()}
    voisins = traits(lieux).reindex(codes)
    publies = chiffres.tables.get(COMPTES, pd.DataFrame())
    if territoire.niveau == "departement" and not publies.empty:
        derniere_annee = publies[publies["annee"].eq(publies["annee"].max())]
        comptes = derniere_annee.set_index("territoire").reindex(communes["territoire"])
        comptes = comptes[
            [serie for serie in comptes if chiffres.familles.get(str(serie)) == COMPTES]
        ]
        voisins = voisins.join(comptes.replace(inf, nan).groupby(epci_par_commune).sum())
    montres = habitants
    if territoire.niveau != "commune":
        montres = habitants.groupby(epci_par_commune).sum(min_count=1)
    if territoire.niveau == "departement":
        # An EPCI over several départements has a part of its inhabitants in this one.
        for epci in _qui_debordent(communes).intersection(codes):
            noms[epci] = regles.epci["partie"].format(epci=noms[epci])
    voisins = voisins.assign(
        nom=voisins.index.map(noms),
        distance=proches,
        habitants_montres=montres.reindex(voisins.index),
    )
    return voisins.rename_axis("code").reset_index()
