"""What annexe 2 says of the offer and leaves out, its ages beside the fiches, the places for
under-threes.
"""

import re
from collections.abc import Collection, Iterable

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
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.modeles.catalogue import VocabulaireOffre
from ctglib.donnees.modeles.convention import Fiche
from ctglib.donnees.modeles.rapports import Modes

LIGNE_VIDE = "Ligne laissée vide"
A_PART = (
    "presence",
    "soutien",
    "places",
    "age_min",
    "age_max",
    "ouverture",
)  # a column or a note of their own
VOYELLES = "aâeéèêhiîoôuy"
NEGLIGEABLE = 0.5  # a gap of half a place for a hundred children is told as none


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
    shown = structures(offre, vocabulaire)
    shown = shown[shown["categorie"].isin(list(categories))].reset_index(drop=True)
    own = offre[offre["structure"].isin(shown["structure"])].reset_index(drop=True)
    supported = list(own.loc[own["caracteristique"].eq("soutien") & own["valeur"].eq("oui"), "nom"])
    read = own.assign(texte=[_valeur(line, contexte) for line in own.itertuples()])

    def lignes(row: pd.Series, caracteristique: str) -> pd.DataFrame:
        return read[
            read["structure"].eq(row["structure"]) & read["caracteristique"].eq(caracteristique)
        ]

    def ages(row: pd.Series) -> str:
        told = re.sub(
            r"(\d) ", rf"\1{INSECABLE}", row["ages"]
        )  # narrow columns break no number, no absence
        return told or contexte.absence(row["statut_ages"]).replace(" ", INSECABLE) or RIEN

    def horaires(row: pd.Series) -> str:
        """Return all the hours: those of « Jours d'école, matin » and of « Jours d'école, soir »
        are told together.
        """
        rows = lignes(row, "ouverture")
        if not rows["valeur"].any():
            return "".join(rows["texte"].head(1)) or RIEN
        days = rows["modalite"].map(
            lambda name: vocabulaire.modalites[name].partition(",")[0] if name else ""
        )
        spans = rows["texte"].groupby(days, sort=False).agg(lambda texts: ", ".join(texts.unique()))
        return " ; ".join(f"{day} : {told}" if day else told for day, told in spans.items())

    def precision(ligne: object) -> str:
        """Return a value with its modality; a name (of a school) goes without the modality, which
        only numbers it.
        """
        if not (ligne.modalite and ligne.unite):
            return ligne.texte
        same = ligne.unite == ligne.caracteristique  # the label names the unit
        text = nombre_court(float(ligne.valeur)) if same else ligne.texte
        return f"{text} ({minuscule(vocabulaire.modalites[ligne.modalite])})"

    def autres(row: pd.Series) -> str:
        presence = lignes(row, "presence")
        if (
            presence["valeur"].eq("").any()
        ):  # the other blank cells are told in the check of the convention
            return LIGNE_VIDE
        rest = read[read["structure"].eq(row["structure"]) & ~read["caracteristique"].isin(A_PART)]
        told = [
            f"{vocabulaire.caracteristiques[kind]} : {', '.join(map(precision, rows.itertuples()))}"
            for kind, rows in rest[rest["valeur"].ne("")].groupby("caracteristique", sort=False)
        ]
        return " ; ".join(dict.fromkeys(told or presence["texte"].map(majuscule))) or RIEN

    writers = {
        "intitule": _intitule,
        "en_gestion": lambda row: vocabulaire.gestions.get(row["gestion"], RIEN),
        "en_places": lambda row: "".join(lignes(row, "places")["texte"].head(1)) or RIEN,
        "en_ages": ages,
        "en_horaires": horaires,
        "autres": autres,
    }
    notes = [
        supported and f"{vocabulaire.caracteristiques['soutien']} : {enumerer(supported)}.",
        dire("offre_tue"),
        dire("offre_vide", mot=contexte.absence("L")),
    ]
    told = {"nom": nom, "mots": {"titre": titre}, "donnees": own, "notes": notes}
    groups = shown["libelle_categorie"] if shown["categorie"].nunique() > 1 else None
    return presenter(contexte, "offre", shown, writers, groupes=groups, **told).sans_colonne_vide()


def phrase_des_equipements(
    offre: pd.DataFrame,
    vocabulaire: VocabulaireOffre,
    categories: Collection[str],
    contexte: Contexte,
) -> str:
    """Return which structures of some categories the convention says are there, and which are not;
    "" without any.
    """
    kinds = {item.id for item in vocabulaire.types if item.categorie in categories}
    said = offre[offre["type"].isin(kinds) & offre["caracteristique"].eq("presence")]
    there, lacking = (
        list(map(minuscule, said.loc[said["valeur"].eq(answer), "nom"]))
        for answer in ("oui", "non")
    )
    if len(lacking) == 1:
        none = ("pas d'" if lacking[0][0] in VOYELLES else "pas de ") + lacking[0]
    else:
        none = " ".join(f"ni {name}" for name in lacking)
    if there:
        return dire(
            "equipements",
            la=enumerer(there),
            mais=f", mais {none}" if none else "",
            **contexte.lieux,
        )
    return dire("equipements_absents", absents=none, **contexte.lieux) if none else ""


def phrases_des_ages(ages: pd.DataFrame, fiches: Iterable[Fiche]) -> list[str]:
    """Return how the offer meets the ages that the fiches aim at; ``ages`` is what
    ``calculs.offre.ages`` returns.
    """
    complete = []
    lacking = []
    outside = {}
    for fiche, missing, more in ages_des_fiches(ages, fiches):
        number = fiche.numero
        span = _plage(fiche.age_min, fiche.age_max)
        if missing:
            lacking.append(
                dire("ages_sans_dispositif", fiche=number, ages=span, sans=plages(missing))
            )
        else:
            complete.append(f"{number} ({span})")
        outside |= {
            nom: {"ages": texte, "dehors": plages(years)} for (nom, texte), years in more.items()
        }
    told = (
        [dire("ages_complets", nombre=len(complete), fiches=enumerer(complete))] if complete else []
    )
    return (
        told + lacking + [dire("ages_en_dehors", nom=nom, **said) for nom, said in outside.items()]
    )


def plages(annees: Iterable[int]) -> str:
    """Return ages as spans.

    Examples:
        >>> plages([6, 7, 8, 13]).replace("\\xa0", " ")
        '6 à 8 ans et 13 ans'
    """
    ages = pd.Series(sorted(annees))
    return enumerer(
        [_plage(span.min(), span.max()) for _, span in ages.groupby(ages.diff().ne(1).cumsum())]
    )


def _plage(low: int, high: int) -> str:
    unit = "an" if high <= 1 else "ans"
    return f"{low}{INSECABLE}{unit}" if low == high else f"{low} à {high}{INSECABLE}{unit}"


def tableau_manques(manques: pd.DataFrame, contexte: Contexte) -> Tableau:
    """Return one row a structure with all that is not said of it; the CSV has one row a
    characteristic.
    """
    expected = manques["origine"].eq(ABSENT)
    told = manques.assign(manque=manques["libelle"] + expected.map({True: " (a)", False: ""}))
    shown = told.groupby("structure", sort=False).agg(
        nom=("nom", "first"),
        libelle_type=("libelle_type", "first"),
        manque=(
            "manque",
            lambda texts: ", ".join([texts.iloc[0], *map(minuscule, texts.iloc[1:])]),
        ),
        reference=("reference", lambda texts: majuscule(" ; ".join(texts.unique()))),
    )
    notes = [expected.any() and dire("offre_attendue")]
    return presenter(
        contexte, "offre_manques", shown, {"intitule": _intitule}, donnees=manques, notes=notes
    )


def _intitule(row: pd.Series) -> str:
    """Return the name of a structure and its kind, said once when the name already holds it."""
    name = row["nom"]
    kind = row["libelle_type"]
    return name if kind.casefold() in name.casefold() else f"{name}, {minuscule(kind)}"


def _valeur(ligne: object, contexte: Contexte) -> str:
    """Return the value of a row of the offer as read: « 8,03 € », « 7 h 30 à 18 h 30 », « oui »,
    « non transmis ».
    """
    text = ligne.valeur
    if text == "":
        return contexte.absence(ligne.statut)
    if ligne.unite == "plage_horaire":
        spans = [moment.split(":") for moment in text.split("-")]
        hours = [
            f"{int(hour)}{FINE}h" + (f"{FINE}{minutes}" if int(minutes) else "")
            for hour, minutes in spans
        ]
        return f"{INSECABLE}à{INSECABLE}".join(hours)
    if not text.replace(".", "", 1).isdigit():
        return text
    return avec_unite(
        float(text), contexte.unites[ligne.unite].apres(float(text)), len(text.partition(".")[2])
    )


def phrases_des_modes(
    modes: pd.DataFrame, regles: Modes, fiches: Iterable[Fiche], contexte: Contexte
) -> list[str]:
    """Return how far the whole is from the reference, which kind of care makes the gap, and which
    fiche supports it.
    """
    by_mode = modes.set_index("modalite")
    whole = by_mode.loc[""]
    kinds = regles.sortes
    words = {
        "annee": f"{whole['annee']:.0f}",
        "places": nombre(whole["valeur"], 1),
        "ecart": _de_plus(whole["ecart"]),
    }
    told = [dire("places", **words, **contexte.lieux)]
    gaps = pd.Series(
        {name: by_mode["ecart"].reindex(one.modes).sum(skipna=False) for name, one in kinds.items()}
    )
    gaps = gaps.dropna()
    if abs(whole["ecart"]) < NEGLIGEABLE or gaps.empty:
        return told
    first = gaps.idxmax() if whole["ecart"] > 0 else gaps.idxmin()
    said = {name: {"sorte": kinds[name].mot, "ecart": _de_plus(gap)} for name, gap in gaps.items()}
    others = [dire("places_autre_sorte", **words) for name, words in said.items() if name != first]
    told.append(dire("places_par_sorte", **said[first], autres="".join(others)))
    answers = []
    late = []
    for name, one in kinds.items():
        if numbers := [str(fiche.numero) for fiche in fiches if {*one.modes} & {*fiche.modes}]:
            answers.append(
                dire(
                    "fiche_de_la_sorte",
                    nombre=len(numbers),
                    fiches=enumerer(numbers),
                    sorte=one.mot,
                )
            )
        elif gaps.get(name, 0) <= -NEGLIGEABLE:
            late.append(one.mot)
    none = dire("sortes_sans_fiche", sortes=enumerer(late)) if late else ""
    return told + [f"{majuscule(enumerer(answers))}{none}."] * bool(answers)


def _de_plus(ecart: float) -> str:
    """Return « 7,3 de moins », « autant » under half a place."""
    return (
        "autant"
        if abs(ecart) < NEGLIGEABLE
        else f"{nombre(abs(ecart), 1)} de {'plus' if ecart > 0 else 'moins'}"
    )
