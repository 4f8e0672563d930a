"""How a report is read, what its figures must not be made to say, and the files it read; each rule from the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pandas as pd

from ctglib import __version__
from ctglib.calculs.comparaison import Constat
from ctglib.document.blocs import Bloc, liste
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, minuscule, nombre_court, points
from ctglib.donnees.lecture import publiable
from ctglib.donnees.modeles.catalogue import Indicateur, Seuils, Theme
from ctglib.donnees.modeles.rapports import RoleDeFichier
from ctglib.donnees.statuts import Statut

NOMMES = 12  # beyond, indicators that no row gives are counted, theme by theme
SIGNES_EMPREINTE = 12  # enough to tell two versions of a file apart by eye; the CSV has all 64
NON_PUBLIEE = "non publiée"
AUTRE = RoleDeFichier(motif="*", groupe="Autres fichiers", role="rôle non décrit dans le catalogue", partie="–")


def mode_de_lecture(
    constats: tuple[Constat, ...], seuils: Seuils, contexte: Contexte, annees: Mapping[int, str], autres: str = ""
) -> Bloc:
    """Return the rules of reading, each with its threshold; ``autres`` tells where other figures come from."""
    near = seuils.ecart_similaire_points
    near_points = points(near, 0 if float(near).is_integer() else 1, signe=False)
    met = {statut for constat in constats for statut in (constat.statut, constat.statut_reference)}
    words = [
        f"« {statut.mot} » : {minuscule(statut.libelle)}"
        for code, statut in contexte.statuts.items()
        if code in met and statut.absence
    ]
    words += [f"« (p) » : {minuscule(contexte.statuts['P'].libelle)}"] * (Statut.PROVISOIRE in met)
    words += [f"« {RIEN} » : sans objet, ou que la convention ne donne pas"]
    return liste(
        [
            f"Les chiffres sont ceux de la convention{autres}, à côté de ceux {contexte.reference.de}. Un écart décrit "
            "une situation ; il ne mesure l'effet d'aucune action.",
            *_annees(constats, annees),
            "Deux effectifs ne se comparent que par leur variation, deux montants par tête par leur rapport, deux taux "
            f"en points : à moins de {near_points}, ils sont dits similaires.",
            f"{' ; '.join(words)}. Zéro est une mesure.",
        ]
    )


def _annees(constats: tuple[Constat, ...], particulieres: Mapping[int, str]) -> list[str]:
    """Return the main year and the others, each with how many indicators it has."""
    known = [item for item in constats if item.niveau is not None or item.reference is not None]
    counts = pd.Series([item.annee for item in known], dtype="Int64").value_counts().sort_index()
    if counts.empty:
        return []
    main = counts.idxmax()
    others = [f"{year} ({compter(count, 'indicateur')})" for year, count in counts.drop(main).items()]
    exceptions = f" ; les autres sont de {enumerer(others)}" if others else ""
    told = f" {particulieres[main]}" if main in particulieres else ""
    return [f"L'année des données est {main} pour {compter(counts[main], 'indicateur')}{exceptions}.{told}"]


def limites(
    constats: tuple[Constat, ...],
    engagements: Iterable[str],
    contexte: Contexte,
    manquants: Iterable[str] = (),
    *,
    doutes: bool = False,
) -> Bloc:
    """Return the limits of the report: its one reference, doubtful and absent values, what the articles limit.

    ``engagements`` is what the convention says of its data, ``manquants`` what the report leaves out.
    """
    doubtful = (
        "Les valeurs marquées (?) sont à vérifier ; aucune n'est corrigée. Le contrôle de la convention dit pourquoi."
    )
    return liste(
        [
            f"Seule référence : {contexte.reference.le} ; la convention ne donne aucune commune comparable.",
            *manquants,
            *[doubtful] * doutes,
            *_absents(constats, contexte),
            *_arrondis([contexte.indicateurs[constat.indicateur] for constat in constats], contexte),
            *engagements,
        ]
    )


def laisse_de_cote(
    themes: Iterable[Theme], constats: tuple[Constat, ...], contexte: Contexte, *, offre: bool
) -> list[str]:
    """Return what the report has no section on, or no row of, for want of data: nothing there is zero."""
    given = {constat.indicateur for constat in constats}
    lost = {theme.titre: [item.id for item in theme.indicateurs if item.id not in given] for theme in themes}
    empty = [f"« {theme.titre} »" for theme in themes if len(lost[theme.titre]) == len(theme.indicateurs)]
    partly = {title: names for title, names in lost.items() if names and f"« {title} »" not in empty}
    names = [name for group in partly.values() for name in group]
    which = _libelles(names, contexte)
    if len(names) > NOMMES:
        told = enumerer([f"{compter(len(group), 'indicateur')} de « {title} »" for title, group in partly.items()])
        which = f"{told} ; leurs noms sont dans le dictionnaire du classeur"
    return (
        [f"Thèmes sans chapitre, le diagnostic n'en donnant aucun chiffre : {enumerer(empty)}."] * bool(empty)
        + [f"Sans ligne dans le diagnostic, donc inconnus : {which}."] * bool(names)
        + ["L'offre existante n'est pas décrite : aucune structure, place, âge ou horaire n'est lu."] * (not offre)
    )


def _absents(constats: tuple[Constat, ...], contexte: Contexte) -> list[str]:
    """Return which indicators lack a value, why, and where; the same ones in both territories are named once.

    A territory of which nothing is known is told in a sentence.
    """
    sides = {
        contexte.territoire.a: [(item.indicateur, item.niveau, item.statut) for item in constats],
        contexte.reference.a: [(item.indicateur, item.reference, item.statut_reference) for item in constats],
    }
    unknown = [where for where, cells in sides.items() if all(value is None for _, value, _ in cells)]
    cells = pd.DataFrame(
        [(where, *cell) for where in sides if where not in unknown for cell in sides[where]],
        columns=["ou", "indicateur", "valeur", "statut"],
    )
    lacking = cells[cells["valeur"].isna()]
    lacking = lacking.assign(rang=lacking["indicateur"].map([item.indicateur for item in constats].index))
    told = lacking.assign(mot=lacking["statut"].map(contexte.absence)).sort_values("rang", kind="stable")
    groups = told.groupby(["mot", "ou"], sort=False)["indicateur"].agg(tuple).reset_index()
    places = groups.groupby(["mot", "indicateur"], sort=False)["ou"].agg(list)
    return [f"Aucun indicateur n'a de valeur {where}." for where in unknown] + [
        f"{compter(len(names), 'indicateur')} « {mot} » {enumerer(where)} : {_libelles(names, contexte)}."
        for (mot, names), where in places.items()
    ]


def _arrondis(indicateurs: list[Indicateur], contexte: Contexte) -> list[str]:
    """Return the counts that their source rounds by more than one, where a small difference is noise."""
    steps = sorted({item.arrondi_source for item in indicateurs if (item.arrondi_source or 0) > 1})
    rounded = {step: [item.id for item in indicateurs if item.arrondi_source == step] for step in steps}
    return [
        f"Arrondis à {nombre_court(step)} par leur source, une différence de {nombre_court(step)} ou moins n'y est pas "
        f"lue : {_libelles(names, contexte)}."
        for step, names in rounded.items()
    ]


def _libelles(identifiants: Iterable[str], contexte: Contexte) -> str:
    """Return the labels, parted by semicolons: some hold a comma."""
    return " ; ".join(contexte.indicateurs[identifiant].libelle for identifiant in identifiants)


def sources(empreintes: Mapping[str, str], roles: list[RoleDeFichier]) -> Tableau:
    """Return the files read, grouped by what they are, in the order of the roles then of their paths."""
    files = [(*role(path, roles), path, digest if publiable(path) else "") for path, digest in empreintes.items()]
    files.sort(key=lambda file: (file[0], file[2]))
    folders = [f"{found.groupe} ({path.partition('/')[0]})" for _, found, path, _ in files]
    hidden = (
        "Empreinte non publiée : celle d'un fichier de saisie permettrait d'y retrouver, par essais, un effectif "
        "masqué ou la grille interne."
    )
    return Tableau.de(
        pd.DataFrame(
            [(path, found.role, found.partie, digest) for _, found, path, digest in files],
            columns=["fichier", "role", "partie", "sha256"],
        ),
        [  # the group names the folder
            Colonne("fichier", "Fichier", ecrire=lambda path: path.partition("/")[2]),
            Colonne("role", "Rôle"),
            Colonne("partie", "Partie de la convention"),
            Colonne("empreinte", "Empreinte", ecrire=lambda row: row["sha256"][:SIGNES_EMPREINTE] or NON_PUBLIEE),
        ],
        nom="sources",
        titre="Fichiers lus par ce rapport, et leur empreinte",
        source="relevé des lectures de ce rapport",
        groupes=tuple(folders),
        notes=(
            "Entre parenthèses, le dossier des données. Empreinte : début du sha256, entier dans le CSV du tableau.",
            f"Produit par ctglib, version {__version__} : les mêmes fichiers et la même version redonnent ce rapport.",
            *[hidden] * (not all(map(publiable, empreintes))),
        ),
        classe="texte-long",
        ecran=True,
    )


def role(fichier: str, roles: list[RoleDeFichier]) -> tuple[int, RoleDeFichier]:
    """Return the first role whose pattern fits a file, with its rank; ``AUTRE`` when the catalogue has none."""
    return next(
        ((rank, found) for rank, found in enumerate(roles) if fnmatchcase(fichier, found.motif)), (len(roles), AUTRE)
    )
