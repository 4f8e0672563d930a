"""What annexe 2 says of the offer and leaves out, its ages beside the fiches, the places for
under-threes.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs.mots import dire, presenter
from ctglib.calculs.ecriture import (
    FINE,
    INSECABLE,
    avec_unite,
    enumerer,
    majuscule,
    minuscule,
    nombre,
)
from ctglib.calculs.offre import ABSENT, ages_des_fiches, structures
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Ecriture, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import VocabulaireOffre
from ctglib.donnees.modeles.plan import Fiche
from ctglib.donnees.modeles.rapports import Modes

# The characteristics that have a column or a note of their own.
A_PART = (
    "presence",
    "soutien",
    "places",
    "age_min",
    "age_max",
    "ouverture",
)
VOYELLES = "aâeéèêhiîoôuy"
NEGLIGEABLE = 0.5  # a gap of less than half a place for a hundred children is written as none


# The structures.


@dataclass(frozen=True)
class _Caracteristique:
    """A row of the offer: one characteristic of one structure, as text, empty when absent."""

    structure: str
    nom: str  # of the structure
    caracteristique: str
    modalite: str
    valeur: str
    unite: str
    statut: str


@dataclass(frozen=True)
class _OffreEcrite:
    """What writes the cells of a structure, from its characteristics."""

    caracteristiques: list[_Caracteristique]
    vocabulaire: VocabulaireOffre
    contexte: Contexte

    def gestion(self, structure: pd.Series) -> str:
        return self.vocabulaire.gestions.get(structure["gestion"], RIEN)

    def places(self, structure: pd.Series) -> str:
        places = self._de(structure, "places")
        return self._texte(places[0]) if places else RIEN

    def ages(self, structure: pd.Series) -> str:
        """Return the ages as written, or the word of their absence.

        No-break spaces, as the column is narrow: a number stays with its unit, a word is whole.
        """
        ages = re.sub(r"(\d) ", rf"\1{INSECABLE}", structure["ages"])
        absence = self.contexte.absence(structure["statut_ages"]).replace(" ", INSECABLE)
        return ages or absence or RIEN

    def horaires(self, structure: pd.Series) -> str:
        """Return all the hours, those of « Jours d'école, matin » and of « Jours d'école, soir »
        together.
        """
        ouvertures = self._de(structure, "ouverture")
        if not any(ouverture.valeur for ouverture in ouvertures):
            return (self._texte(ouvertures[0]) if ouvertures else "") or RIEN
        plages_par_jours: dict[str, list[str]] = {}
        for ouverture in ouvertures:
            jours = ""
            if ouverture.modalite:
                jours = self.vocabulaire.modalites[ouverture.modalite].partition(",")[0]
            plages_des_jours = plages_par_jours.setdefault(jours, [])
            plage = self._texte(ouverture)
            if plage not in plages_des_jours:
                plages_des_jours.append(plage)
        textes = []
        for jours, plages_des_jours in plages_par_jours.items():
            texte = ", ".join(plages_des_jours)
            textes.append(f"{jours} : {texte}" if jours else texte)
        return " ; ".join(textes)

    def autres(self, structure: pd.Series) -> str:
        """Return the characteristics without a column of their own: « Tarif : 8,03 € ; … ».

        Without any, whether the structure is there (« Oui »). Those that are left blank are not
        said: the check of the convention lists them.
        """
        presences = self._de(structure, "presence")
        if any(presence.valeur == "" for presence in presences):
            return dire("ligne_vide")
        precisions_par_genre: dict[str, list[str]] = {}
        for caracteristique in self.caracteristiques:
            est_de_la_structure = caracteristique.structure == structure["structure"]
            genre = caracteristique.caracteristique
            if est_de_la_structure and caracteristique.valeur and genre not in A_PART:
                precisions = precisions_par_genre.setdefault(genre, [])
                precisions.append(self._precision(caracteristique))
        textes = [
            f"{self.vocabulaire.caracteristiques[genre]} : {', '.join(precisions)}"
            for genre, precisions in precisions_par_genre.items()
        ]
        if not textes:
            textes = [majuscule(self._texte(presence)) for presence in presences]
        textes_differents = dict.fromkeys(textes)  # in order: two presences may be worded alike
        return " ; ".join(textes_differents) or RIEN

    def _de(self, structure: pd.Series, caracteristique: str) -> list[_Caracteristique]:
        """Return the rows of a characteristic of a structure, one a modalité of it."""
        return [
            ligne
            for ligne in self.caracteristiques
            if ligne.structure == structure["structure"]
            and ligne.caracteristique == caracteristique
        ]

    def _precision(self, ligne: _Caracteristique) -> str:
        """Return a value with its modalité: « 8,03 € (journée) ».

        A value without unit is a name (of a school), whose modalité is only its number: it is left
        out.
        """
        if not ligne.modalite or not ligne.unite:
            return self._texte(ligne)
        if ligne.unite == ligne.caracteristique:  # the label names the unit
            texte = nombre_court(float(ligne.valeur))
        else:
            texte = self._texte(ligne)
        return f"{texte} ({minuscule(self.vocabulaire.modalites[ligne.modalite])})"

    def _texte(self, ligne: _Caracteristique) -> str:
        """Return a value as read: « 8,03 € », « 7 h 30 à 18 h 30 », « oui », « non transmis »."""
        valeur = ligne.valeur
        if valeur == "":
            return self.contexte.absence(ligne.statut)
        if ligne.unite == "plage_horaire":
            return ecrire_plage(valeur)
        est_un_nombre = valeur.replace(".", "", 1).isdigit()
        if not est_un_nombre:
            return valeur
        quantite = float(valeur)
        symbole = self.contexte.unites[ligne.unite].apres(quantite)
        decimales = len(valeur.partition(".")[2])
        return avec_unite(quantite, symbole, decimales)


def ecrire_plage(valeur: str) -> str:
    """Return hours as read: « 07:30-18:00 » is « 7 h 30 à 18 h »."""
    bornes = []
    for moment in valeur.split("-"):
        heures, minutes = moment.split(":")
        borne = f"{int(heures)}{FINE}h"
        bornes.append(f"{borne}{FINE}{minutes}" if int(minutes) else borne)
    return f"{INSECABLE}à{INSECABLE}".join(bornes)


def tableau_offre(
    offre: pd.DataFrame,
    vocabulaire: VocabulaireOffre,
    contexte: Contexte,
    categories: Collection[str],
    *,
    nom: str,
    titre: str,
) -> Tableau:
    """Return the structures of some categories, in the groups of the vocabulary; the CSV carries
    every row of them.
    """
    toutes = structures(offre, vocabulaire)
    montrees = toutes[toutes["categorie"].isin(list(categories))].reset_index(drop=True)
    de_ces_structures = offre["structure"].isin(montrees["structure"])
    caracteristiques = offre[de_ces_structures].reset_index(drop=True)
    offre_ecrite = _OffreEcrite(
        list(lignes(caracteristiques, _Caracteristique)), vocabulaire, contexte
    )
    ecritures: dict[str, Ecriture] = {
        "intitule": _intitule,
        "en_gestion": offre_ecrite.gestion,
        "en_places": offre_ecrite.places,
        "en_ages": offre_ecrite.ages,
        "en_horaires": offre_ecrite.horaires,
        "autres": offre_ecrite.autres,
    }
    soutenues = [
        ligne.nom
        for ligne in offre_ecrite.caracteristiques
        if ligne.caracteristique == "soutien" and ligne.valeur == "oui"
    ]
    notes = [
        contexte.texte("diagnostic.offre_tue"),
        contexte.texte("diagnostic.offre_vide", mot=contexte.absence("L")),
    ]
    if soutenues:
        notes.insert(0, f"{vocabulaire.caracteristiques['soutien']} : {enumerer(soutenues)}.")
    groupes = None
    if montrees["categorie"].nunique() > 1:
        groupes = montrees["libelle_categorie"]
    tableau = presenter(
        contexte,
        "offre",
        montrees,
        ecritures,
        nom=nom,
        mots={"titre": titre},
        donnees=caracteristiques,
        groupes=groupes,
        notes=notes,
    )
    return tableau.sans_colonne_vide()


def _intitule(structure: pd.Series) -> str:
    """Return the name of a structure and its kind, said once when the name already holds it."""
    nom = structure["nom"]
    genre = structure["libelle_type"]
    return nom if genre.casefold() in nom.casefold() else f"{nom}, {minuscule(genre)}"


def phrase_des_equipements(
    offre: pd.DataFrame,
    vocabulaire: VocabulaireOffre,
    categories: Collection[str],
    contexte: Contexte,
) -> str:
    """Return which structures of some categories the convention says are there, and which are not.

    « À Harnes, il y a une médiathèque et une piscine, mais pas de cinéma. » (in the words of the
    catalogue); "" when it says neither of any. What was noted of one that is there follows it.
    """
    types = {genre.id for genre in vocabulaire.types if genre.categorie in categories}
    presences = offre[offre["type"].isin(types) & offre["caracteristique"].eq("presence")]
    oui = presences[presences["valeur"].eq("oui")]
    presents = []
    for nom, note in zip(oui["nom"], oui["note"], strict=True):
        dit = minuscule(note).rstrip(" .") if note else ""
        presents.append(f"{minuscule(nom)} ({dit})" if dit else minuscule(nom))
    absents = [minuscule(nom) for nom in presences.loc[presences["valeur"].eq("non"), "nom"]]
    if len(absents) == 1:
        article = "pas d'" if absents[0][0] in VOYELLES else "pas de "
        absence = article + absents[0]
    else:
        absence = " ".join(f"ni {nom}" for nom in absents)
    if presents:
        mais = f", mais {absence}" if absence else ""
        return contexte.texte("diagnostic.equipements", la=enumerer(presents), mais=mais)
    if absence:
        return contexte.texte("diagnostic.equipements_absents", absents=absence)
    return ""


def tableau_manques(
    manques: pd.DataFrame, contexte: Contexte, nuls: Mapping[str, tuple[str, int]]
) -> Tableau:
    """Return one row a structure, with what the convention does not say of it: « Horaires, tarif
    (a) », where « (a) » marks what is awaited and has no cell at all. The CSV has one row a
    characteristic. Of a kind that the diagnostic counts none of (``calculs.offre.comptes_nuls``),
    the cell says so: it isn't left unsaid.
    """
    attendus = manques["origine"].eq(ABSENT)
    marque = attendus.map({True: " (a)", False: ""})
    par_structure = manques.assign(manque=manques["libelle"] + marque).groupby(
        "structure", sort=False
    )

    def enumeration(libelles: pd.Series) -> str:
        suivants = [minuscule(libelle) for libelle in libelles.iloc[1:]]
        return ", ".join([libelles.iloc[0], *suivants])

    def references(textes: pd.Series) -> str:
        return majuscule(" ; ".join(textes.unique()))

    structures_incompletes = par_structure.agg(
        nom=("nom", "first"),
        libelle_type=("libelle_type", "first"),
        manque=("manque", enumeration),
        reference=("reference", references),
        genre=("type", "first"),
    )
    comptes = structures_incompletes["genre"].map(
        {
            genre: contexte.texte(
                "diagnostic.offre_nulle",
                libelle=contexte.indicateurs[indicateur].libelle,
                annee=annee,
            )
            for genre, (indicateur, annee) in nuls.items()
        }
    )
    structures_incompletes = structures_incompletes.assign(
        manque=comptes.where(comptes.notna(), structures_incompletes["manque"])
    )
    notes = [contexte.texte("diagnostic.offre_attendue")] if attendus.any() else []
    return presenter(
        contexte,
        "offre_manques",
        structures_incompletes,
        {"intitule": _intitule},
        donnees=manques,
        notes=notes,
    )


# The ages.


def phrases_des_ages(ages: pd.DataFrame, fiches: Iterable[Fiche], contexte: Contexte) -> list[str]:
    """Return whether the structures receive the ages that the fiches aim at.

    In order: the fiches all of whose ages are received; a sentence for each fiche some of whose
    ages are not; a sentence for each structure that receives ages beyond those of the fiches.
    ``ages`` is what ``calculs.offre.ages`` returns.
    """
    fiches_completes = []
    phrases_incompletes = []
    hors_des_fiches: dict[str, dict[str, str]] = {}  # of a structure, by name
    for fiche, ages_sans_dispositif, ages_en_plus in ages_des_fiches(ages, fiches):
        assert fiche.age_min is not None  # ``ages_des_fiches`` leaves out fiches without ages
        assert fiche.age_max is not None
        ages_vises = _plage(fiche.age_min, fiche.age_max)
        if ages_sans_dispositif:
            phrase = contexte.texte(
                "diagnostic.ages_sans_dispositif",
                fiche=fiche.numero,
                ages=ages_vises,
                sans=plages(ages_sans_dispositif),
            )
            phrases_incompletes.append(phrase)
        else:
            fiches_completes.append(f"{fiche.numero} ({ages_vises})")
        for (nom, ages_ecrits), annees in ages_en_plus.items():
            hors_des_fiches[nom] = {"ages": ages_ecrits, "dehors": plages(annees)}
    phrases = []
    if fiches_completes:
        nombre_de_fiches = len(fiches_completes)
        phrases.append(
            contexte.texte(
                "diagnostic.ages_complets",
                nombre=nombre_de_fiches,
                fiches=enumerer(fiches_completes),
            )
        )
    phrases += phrases_incompletes
    phrases += [
        contexte.texte("diagnostic.ages_en_dehors", nom=nom, **mots)
        for nom, mots in hors_des_fiches.items()
    ]
    return phrases


def plages(annees: Iterable[int]) -> str:
    """Return ages as spans.

    Examples:
        >>> plages([6, 7, 8, 13]).replace("\\xa0", " ")
        '6 à 8 ans et 13 ans'
    """
    suites: list[list[int]] = []
    for age in sorted(annees):
        if suites and age == suites[-1][-1] + 1:
            suites[-1].append(age)
        else:
            suites.append([age])
    return enumerer([_plage(suite[0], suite[-1]) for suite in suites])


def _plage(age_min: int, age_max: int) -> str:
    unite = "an" if age_max <= 1 else "ans"
    if age_min == age_max:
        return f"{age_min}{INSECABLE}{unite}"
    return f"{age_min} à {age_max}{INSECABLE}{unite}"


# The places for under-threes.


def phrases_des_modes(
    modes: pd.DataFrame, regles: Modes, fiches: Iterable[Fiche], contexte: Contexte
) -> list[str]:
    """Return how many places there are for 100 children, beside the reference, in three sentences
    at most.

    The places and their gap to the reference; which kind of care (``regles.sortes``: the individual
    one, the collective one) makes most of the gap; which fiches support a kind. Only the first one
    when the gap is negligible or no kind is known.

    ``modes`` is what ``lire_couverture`` returns: one row a mode of care, the whole under "".
    """
    par_mode = modes.set_index("modalite")
    ecart = par_mode["ecart"][""]
    phrase = contexte.texte(
        "diagnostic.places_d_accueil",
        annee=f"{par_mode['annee']['']:.0f}",
        places=nombre(par_mode["valeur"][""], 1),
        ecart=de_plus_ou_de_moins(ecart),
        **contexte.lieux,
    )
    sortes = places_par_sorte(modes, regles, fiches)
    if abs(ecart) < NEGLIGEABLE or not sortes:
        return [phrase]
    phrases = [phrase, _phrase_des_sortes(ecart, sortes, contexte)]
    avec_fiche = [
        {"fiches": list(sorte.fiches), "sorte": sorte.mot} for sorte in sortes if sorte.fiches
    ]
    en_retard_sans_fiche = [sorte.mot for sorte in sortes if sorte.en_retard and not sorte.fiches]
    if avec_fiche:
        faits = {"sortes": avec_fiche, "sans_fiche": en_retard_sans_fiche}
        phrases.append(contexte.texte("diagnostic.fiches_des_sortes", **faits))
    return phrases


@dataclass(frozen=True)
class SorteDePlaces:
    """A kind of care (the individual one, the collective one): places for 100 children."""

    mot: str  # « l'accueil collectif »
    ici: float
    la: float
    ecart: float
    fiches: tuple[str, ...]  # those that support it

    @property
    def en_retard(self) -> bool:
        """Whether it has fewer places than the reference, by more than half a place."""
        return self.ecart <= -NEGLIGEABLE


def places_par_sorte(
    modes: pd.DataFrame, regles: Modes, fiches: Iterable[Fiche]
) -> list[SorteDePlaces]:
    """Return the kinds of care of which all modes are known, in the order of the catalogue."""
    par_mode = modes.set_index("modalite")
    fiches = list(fiches)
    sortes = []
    for sorte in regles.sortes.values():
        de_la_sorte = par_mode.reindex(sorte.modes)
        ecart = de_la_sorte["ecart"].sum(skipna=False)
        if pd.isna(ecart):
            continue
        numeros = [fiche.numero for fiche in fiches if not set(sorte.modes).isdisjoint(fiche.modes)]
        sortes.append(
            SorteDePlaces(
                mot=sorte.mot,
                ici=de_la_sorte["valeur"].sum(),
                la=de_la_sorte["valeur_reference"].sum(),
                ecart=ecart,
                fiches=tuple(numeros),
            )
        )
    return sortes


def _phrase_des_sortes(ecart: float, sortes: list[SorteDePlaces], contexte: Contexte) -> str:
    """Return the kind of care that makes most of the gap, then the other kinds."""
    choisir = max if ecart > 0 else min
    principale = choisir(sortes, key=lambda sorte: sorte.ecart)
    autres = [
        {"sorte": sorte.mot, "ecart": de_plus_ou_de_moins(sorte.ecart)}
        for sorte in sortes
        if sorte is not principale
    ]
    return contexte.texte(
        "diagnostic.places_par_sorte",
        sorte=principale.mot,
        ecart=de_plus_ou_de_moins(principale.ecart),
        autres=autres,
    )


def de_plus_ou_de_moins(ecart: float) -> str:
    """Return « 7,3 de moins », « 2,0 de plus »; « autant » when the gap is under half a place."""
    if abs(ecart) < NEGLIGEABLE:
        return "autant"
    sens = "plus" if ecart > 0 else "moins"
    return f"{nombre(abs(ecart), 1)} de {sens}"
