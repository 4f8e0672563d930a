"""The offer of annexe 2, read by question: structures, ages, what the text leaves out.

``offre`` is the checked table of ``offre.csv``: one characteristic of one structure a row, all
text, empty when absent.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from ctglib.calculs.ecriture import minuscule
from ctglib.calculs.ordre import rang_dans
from ctglib.donnees.modeles.catalogue import VocabulaireOffre
from ctglib.donnees.modeles.plan import Fiche

# Parts of a year: an age written in weeks or months is set beside ages in years.
ANNEES = {"ans": 1.0, "mois": 1 / 12, "semaines": 7 / 365.25}


def structures(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return one row a structure: categories in the vocabulary's order, structures in the file's.

    Returns:
        structure, nom, type, gestion, libelle_type, categorie, libelle_categorie; ``age_min`` and
        ``age_max`` in years, missing when not written; ``ages`` as text: « 6 semaines à 4 ans », or
        « 2 à 10 ans » when both have one unit, "" unless both are written; ``statut_ages``, that of
        the youngest age, "" when the file has no row for it.
    """
    types = {genre.id: genre for genre in vocabulaire.types}
    premieres_lignes = offre.drop_duplicates("structure").set_index("structure")
    table = premieres_lignes[["nom", "type", "gestion"]]
    genres = [types[identifiant] for identifiant in table["type"]]
    sans_modalite = offre[offre["modalite"].eq("")]
    age_min = _caracteristique(sans_modalite, "age_min", table.index)
    age_max = _caracteristique(sans_modalite, "age_max", table.index)

    meme_unite = age_min["unite"].eq(age_max["unite"])
    debut = age_min["valeur"].where(meme_unite, age_min["valeur"] + " " + age_min["unite"])
    textes = debut + " à " + age_max["valeur"] + " " + age_max["unite"]
    les_deux_ecrits = age_min["valeur"].fillna("").ne("") & age_max["valeur"].fillna("").ne("")
    table = table.assign(
        libelle_type=[genre.libelle for genre in genres],
        categorie=[genre.categorie for genre in genres],
        libelle_categorie=[vocabulaire.categories[genre.categorie] for genre in genres],
        age_min=_en_annees(age_min),
        age_max=_en_annees(age_max),
        ages=textes.where(les_deux_ecrits, ""),
        statut_ages=age_min["statut"].fillna(""),
    )
    table = table.sort_values("categorie", key=rang_dans(vocabulaire.categories), kind="stable")
    return table.reset_index()


def _caracteristique(offre: pd.DataFrame, nom: str, structures: pd.Index) -> pd.DataFrame:
    """Return the row of a characteristic of each structure, missing where it has none."""
    return offre[offre["caracteristique"].eq(nom)].set_index("structure").reindex(structures)


def _en_annees(ages_ecrits: pd.DataFrame) -> pd.Series:
    nombres = pd.to_numeric(ages_ecrits["valeur"].replace("", None))
    return nombres * ages_ecrits["unite"].map(ANNEES)


def ages(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return the rows of ``structures`` whose youngest and oldest ages are both written.

    ``age_min`` and ``age_max`` in years, both included (« 2 à 10 ans » takes children of 10);
    ``texte`` is the ages as written. gestion and statut_ages are left out.
    """
    table = structures(offre, vocabulaire).rename(columns={"ages": "texte"})
    table = table.drop(columns=["gestion", "statut_ages"])
    return table.dropna(subset=["age_min", "age_max"], ignore_index=True)


def ages_accueillis(structures: pd.DataFrame) -> frozenset[int]:
    """Return the ages, in completed years, that at least one of some rows of ``ages`` takes.

    Be it for a part of the year: « 6 semaines à 4 ans » gives 0, 1, 2, 3 and 4, as some children of
    0 are taken.
    """
    ages_revolus: set[int] = set()
    for age_min, age_max in zip(structures["age_min"], structures["age_max"], strict=True):
        ages_revolus.update(range(int(age_min), int(age_max) + 1))
    return frozenset(ages_revolus)


def ages_des_fiches(
    ages: pd.DataFrame, fiches: Iterable[Fiche]
) -> list[tuple[Fiche, list[int], dict[tuple[str, str], list[int]]]]:
    """Return, for each fiche that aims at ages and bears on an offer, where the two differ.

    Returns:
        Triples, ages in completed years: the fiche; the ages that it aims at and no structure
        takes; then, by structure (its name, its ages as written), those that it takes and the fiche
        does not aim at. A structure that takes no other age is left out:
        (fiche 2, [17], {("Accueil de loisirs", "2 à 10 ans"): [2]}).
    """
    lectures = []
    for fiche in fiches:
        if not fiche.offre or fiche.age_min is None or fiche.age_max is None:
            continue
        ages_vises = set(range(fiche.age_min, fiche.age_max + 1))
        ages_de_l_offre: set[int] = set()
        hors_de_la_fiche = {}
        structures_visees = ages[ages["categorie"].isin(fiche.offre)]
        for rang, (nom, texte) in enumerate(
            zip(structures_visees["nom"], structures_visees["texte"], strict=True)
        ):
            ages_de_la_structure = ages_accueillis(structures_visees.iloc[[rang]])
            ages_de_l_offre |= ages_de_la_structure
            non_vises = ages_de_la_structure - ages_vises
            if non_vises:
                hors_de_la_fiche[nom, texte] = sorted(non_vises)
        lectures.append((fiche, sorted(ages_vises - ages_de_l_offre), hors_de_la_fiche))
    return lectures


MANQUES = (
    "structure",
    "nom",
    "type",
    "libelle_type",
    "caracteristique",
    "modalite",
    "libelle",
    "origine",
    "reference",
    "note",
)
VIDE = "vide"  # the text has a cell for it, left blank
ABSENT = "absent"  # the text has nothing for it, while the catalogue expects it of that kind


def comptes_nuls(
    annexe1: pd.DataFrame, vocabulaire: VocabulaireOffre, territoire: str
) -> dict[str, tuple[str, int]]:
    """Return, by kind of structure of which the diagnostic counts none, the indicator that says so
    and its year.
    """
    du_territoire = annexe1[annexe1["territoire"].eq(territoire) & annexe1["valeur"].eq(0)]
    annees = du_territoire.dropna(subset="annee").groupby("indicateur")["annee"].max()
    return {
        genre.id: (genre.compte, int(annees[genre.compte]))
        for genre in vocabulaire.types
        if genre.compte is not None and genre.compte in annees.index
    }


def manques(
    offre: pd.DataFrame, attendus: Mapping[str, Iterable[str]], vocabulaire: VocabulaireOffre
) -> pd.DataFrame:
    """Return what is not said of each structure, one row a thing, structures in the file's order.

    A cell left blank has the origin ``VIDE``. A characteristic that is blank under all its
    modalités has one row, without modalité; blank under some, one row for each of those. A
    characteristic that ``attendus`` expects of the kind of the structure and that the file does not
    have has the origin ``ABSENT``.

    Returns:
        The columns ``MANQUES``; ``libelle`` has the modalité: « Nombre de places (mercredi) ».
    """
    cle = ["structure", "caracteristique"]
    vide = offre["valeur"].eq("")
    toute_vide = vide.groupby([offre["structure"], offre["caracteristique"]]).transform("all")
    # Of a characteristic that is wholly blank, the first row alone is kept, without modalité.
    ligne_de_trop = toute_vide & offre.duplicated(cle)
    vides = offre[vide & ~ligne_de_trop].assign(origine=VIDE)
    vides = vides.assign(modalite=vides["modalite"].mask(toute_vide, ""))

    par_structure = offre.groupby("structure", sort=False).agg(
        {"nom": "first", "type": "first", "reference": "last"}
    )
    ecrites = set(zip(offre["structure"], offre["caracteristique"], strict=True))
    absentes = []
    for structure, nom, genre, reference in zip(
        par_structure.index,
        par_structure["nom"],
        par_structure["type"],
        par_structure["reference"],
        strict=True,
    ):
        for caracteristique in attendus.get(genre, ()):
            if (structure, caracteristique) not in ecrites:
                absente = {
                    "structure": structure,
                    "nom": nom,
                    "type": genre,
                    "caracteristique": caracteristique,
                    "modalite": "",
                    "origine": ABSENT,
                    "reference": reference,
                    "note": "",
                }
                absentes.append(absente)
    colonnes = [colonne for colonne in MANQUES if colonne not in ("libelle", "libelle_type")]
    table = pd.concat([vides[colonnes], pd.DataFrame(absentes, columns=colonnes)])
    table = table.sort_values(
        "structure", key=rang_dans(par_structure.index), kind="stable", ignore_index=True
    )
    precisions = [
        f" ({minuscule(vocabulaire.modalites[modalite])})" if modalite else ""
        for modalite in table["modalite"]
    ]
    libelles_des_types = {genre.id: genre.libelle for genre in vocabulaire.types}
    libelles = table["caracteristique"].map(vocabulaire.caracteristiques)
    table = table.assign(
        libelle=libelles + pd.Series(precisions, dtype=object),
        libelle_type=table["type"].map(libelles_des_types),
    )
    return table[list(MANQUES)]
