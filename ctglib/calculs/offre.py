"""The offer of annexe 2, read by question: structures, ages, what is not said.

``offre`` is the checked table of ``offre.csv``: one characteristic of one structure a row, all
text, empty when absent.
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from ctglib.calculs.ecriture import minuscule
from ctglib.donnees.modeles.catalogue import VocabulaireOffre
from ctglib.donnees.modeles.convention import Fiche

# Parts of a year: an age written in weeks or months is set beside ages in years.
ANNEES = {"ans": 1.0, "mois": 1 / 12, "semaines": 7 / 365.25}


def structures(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return one row a structure: categories in the vocabulary's order, structures in the file's.

    Returns:
        structure, nom, type, gestion, categorie, and their labels; ``age_min`` and ``age_max`` in
        years, the greatest one as written, ``ages`` as text: « 6 semaines à 4 ans », « 2 à 10 ans »
        when both have one unit; ``statut_ages`` is "" without any line.
    """
    types = {item.id: item for item in vocabulaire.types}
    titles = vocabulaire.categories
    first = offre.drop_duplicates("structure").set_index("structure")[["nom", "type", "gestion"]]
    whole = offre[offre["modalite"].eq("")]
    low, high = (
        whole[whole["caracteristique"].eq(name)].set_index("structure").reindex(first.index)
        for name in ("age_min", "age_max")
    )
    start = low["valeur"].where(low["unite"].eq(high["unite"]), low["valeur"] + " " + low["unite"])
    written = low["valeur"].fillna("").ne("") & high["valeur"].fillna("").ne("")
    table = first.assign(
        libelle_type=[types[kind].libelle for kind in first["type"]],
        categorie=[types[kind].categorie for kind in first["type"]],
        libelle_categorie=[titles[types[kind].categorie] for kind in first["type"]],
        **{
            name: pd.to_numeric(rows["valeur"].replace("", None)) * rows["unite"].map(ANNEES)
            for name, rows in (("age_min", low), ("age_max", high))
        },
        ages=(start + " à " + high["valeur"] + " " + high["unite"]).where(written, ""),
        statut_ages=low["statut"].fillna(""),
    )
    return table.sort_values(
        "categorie", key=pd.Index(list(titles)).get_indexer, kind="stable"
    ).reset_index()


def ages(offre: pd.DataFrame, vocabulaire: VocabulaireOffre) -> pd.DataFrame:
    """Return the structures whose youngest and oldest ages are both written, in years, and as
    written in ``texte``.

    The greatest one is included (« 2 à 10 ans » takes children of 10).
    """
    table = (
        structures(offre, vocabulaire)
        .rename(columns={"ages": "texte"})
        .drop(columns=["gestion", "statut_ages"])
    )
    return table.dropna(subset=["age_min", "age_max"], ignore_index=True)


def annees_couvertes(ages_: pd.DataFrame) -> frozenset[int]:
    """Return the ages, in completed years, that at least one of the structures takes, be it for a
    part of the year.

    « 6 semaines à 4 ans » takes some children of 0 and all those of 1 to 4.
    """
    spans = zip(ages_["age_min"], ages_["age_max"], strict=True)
    return frozenset(age for low, high in spans for age in range(int(low), int(high) + 1))


def ages_des_fiches(
    ages: pd.DataFrame, fiches: Iterable[Fiche]
) -> list[tuple[Fiche, list[int], dict[tuple[str, str], list[int]]]]:
    """Return what the offer that a fiche bears on takes of the ages that it aims at, for each fiche
    that aims at some.

    Returns:
        The fiche, the ages aimed at that no structure takes, and by structure (its name, its ages
        as written) those taken and not aimed at; ages in completed years.
    """
    found = []
    for fiche in fiches:
        if not fiche.offre or fiche.age_min is None or fiche.age_max is None:
            continue
        aimed = set(range(fiche.age_min, fiche.age_max + 1))
        own = ages[ages["categorie"].isin(fiche.offre)]
        taken = {
            (row.nom, row.texte): annees_couvertes(own.loc[[row.Index]]) for row in own.itertuples()
        }
        outside = {
            structure: sorted(years - aimed) for structure, years in taken.items() if years - aimed
        }
        found.append((fiche, sorted(aimed.difference(*taken.values())), outside))
    return found


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


def manques(
    offre: pd.DataFrame, attendus: Mapping[str, Iterable[str]], vocabulaire: VocabulaireOffre
) -> pd.DataFrame:
    """Return what is not said of each structure, in the order of the file.

    A characteristic blank under all its modalities is told once; blank under some, once for each of
    those.
    """
    keys = ["structure", "caracteristique"]
    blank = offre["valeur"].eq("")
    whole = blank.groupby([offre[name] for name in keys]).transform("all")
    empty = offre[blank & ~(whole & offre.duplicated(keys))].assign(origine=VIDE)
    empty = empty.assign(modalite=empty["modalite"].mask(whole, ""))
    lines = offre.groupby("structure", sort=False).agg(
        {"nom": "first", "type": "first", "reference": "last"}
    )
    said = set(zip(*(offre[name] for name in keys), strict=True))
    absent = [
        (row.Index, row.nom, row.type, name, "", ABSENT, row.reference, "")
        for row in lines.itertuples()
        for name in attendus.get(row.type, ())
        if (row.Index, name) not in said
    ]
    names = [name for name in MANQUES if name not in ("libelle", "libelle_type")]
    table = pd.concat([empty[names], pd.DataFrame(absent, columns=names)])
    table = table.sort_values(
        "structure", key=lines.index.get_indexer, kind="stable", ignore_index=True
    )
    parts = [
        f" ({minuscule(vocabulaire.modalites[name])})" if name else "" for name in table["modalite"]
    ]
    return table.assign(
        libelle=table["caracteristique"].map(vocabulaire.caracteristiques)
        + pd.Series(parts, dtype=object),
        libelle_type=table["type"].map({item.id: item.libelle for item in vocabulaire.types}),
    )[list(MANQUES)]
