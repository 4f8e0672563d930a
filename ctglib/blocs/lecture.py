"""How a report is read, what its figures must not be made to say, the files it read; ``dire``, for its sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pandas as pd

from ctglib import __version__
from ctglib.document.blocs import Bloc, liste
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import compter, enumerer, minuscule, nombre_court, points, remplir
from ctglib.donnees.lecture import publiable
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Commentaire
from ctglib.donnees.modeles.rapports import ReglesDiagnostic, RoleDeFichier
from ctglib.donnees.statuts import Statut
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    from ctglib.blocs.diagnostic import EtudeDiagnostic

NOMMES = 12  # beyond, indicators that no row gives are counted, theme by theme
SIGNES_EMPREINTE = 12  # enough to tell two versions of a file apart by eye; the CSV has all 64
NON_PUBLIEE = "non publiée"
AUTRE = RoleDeFichier(motif="*", groupe="Autres fichiers", role="rôle non décrit dans le catalogue", partie="–")


def _regles() -> ReglesDiagnostic:
    return charger_yaml("catalogue/diagnostic.yaml", ReglesDiagnostic)


def dire(phrase: str, **valeurs: object) -> str:
    """Return a sentence of ``catalogue/diagnostic.yaml``, filled."""
    return remplir(_regles().phrases[phrase], **valeurs)


def presenter(contexte: Contexte, cle: str, *lignes: object, **reste: object) -> Tableau:
    """Return a table whose words are in ``catalogue/diagnostic.yaml`` (see ``Contexte.presenter``)."""
    return contexte.presenter(_regles().tableaux[cle], *lignes, cle=cle, **reste)


def mode_de_lecture(etude: EtudeDiagnostic) -> Bloc:
    """Return the rules of reading, each with its threshold."""
    rows, contexte, catalogue = etude.comparaison, etude.contexte, etude.catalogue
    near, years = catalogue.seuils.ecart_similaire_points, catalogue.synthese.annees
    met = {*rows["statut"], *rows["statut_reference"]}
    words = [
        f"« {statut.mot} » : {minuscule(statut.libelle)}"
        for code, statut in contexte.statuts.items()
        if code in met and statut.absence
    ]
    words += [f"« (p) » : {minuscule(contexte.statuts['P'].libelle)}"] * (Statut.PROVISOIRE in met)
    known = rows[["valeur", "valeur_reference"]].notna().any(axis=1)
    counts, dated = rows.loc[known, "annee"].value_counts().sort_index(), []
    if len(counts):  # the main year and the others, each with how many indicators it has
        main = counts.idxmax()
        others = [f"{year} ({compter(count, 'indicateur')})" for year, count in counts.drop(main).items()]
        rest = dire("autres_annees", annees=enumerer(others)) if others else "."
        told = dire("annee_des_donnees", annee=main, indicateurs=counts[main]) + rest
        dated.append(told + (f" {years[main]}" if main in years else ""))
    near_points = points(near, 0 if float(near).is_integer() else 1, signe=False)
    others = dire("sauf_les_places", source=etude.modes.attrs["source"]) if len(etude.modes) else ""
    return liste(
        [
            dire("chiffres_lus", autres=others, **contexte.lieux),
            *dated,
            dire("comparaisons", points=near_points),
            dire("mots_des_statuts", mots="".join(f"{word} ; " for word in words)),
        ]
    )


def limites(etude: EtudeDiagnostic) -> Bloc:
    """Return the limits of the report: its one reference, doubtful and absent values, what the articles limit.

    The same absences in both territories are named once; a territory of which nothing is known is told in a sentence.
    """
    constats, contexte = etude.comparaison, etude.contexte
    themes = [theme for theme in etude.catalogue.themes if theme.theme in {*constats["theme"]}]
    awaited = commentaires_attendus(themes, etude.dossier.commentaires)
    told = [dire("seule_reference", **contexte.lieux), *_laisse_de_cote(etude)]
    told += [awaited] * bool(awaited) + [dire("valeurs_douteuses")] * bool(etude.doutes)
    lacking = []
    for place, end in ((contexte.territoire.a, ""), (contexte.reference.a, "_reference")):
        unknown = constats[constats[f"valeur{end}"].isna()]
        if len(unknown) == len(constats):
            told.append(dire("aucune_valeur", place=place))
        else:
            lacking.append(unknown.assign(lieu=place, mot=unknown[f"statut{end}"].map(contexte.absence)))
    if lacking:
        rows = pd.concat(lacking).sort_index(kind="stable").groupby(["mot", "lieu"], sort=False)
        places = (
            rows["indicateur"].agg(tuple).reset_index().groupby(["mot", "indicateur"], sort=False)["lieu"].agg(list)
        )
        told += [
            f"{compter(len(names), 'indicateur')} « {word} » {enumerer(where)} : {_libelles(names, contexte)}."
            for (word, names), where in places.items()
        ]
    steps = constats["indicateur"].map(lambda name: contexte.indicateurs[name].arrondi_source or 0)
    for step, rows in constats[steps.gt(1)].groupby(steps):  # a small difference is then noise
        rounded = _libelles(rows["indicateur"], contexte)
        told.append(dire("arrondis", arrondi=nombre_court(step), indicateurs=rounded))
    return liste([*told, *etude.convention.limites])


def _laisse_de_cote(etude: EtudeDiagnostic) -> list[str]:
    """Return what the report has no section on, or no row of, for want of data: nothing there is zero."""
    themes, contexte, given = etude.catalogue.themes, etude.contexte, {*etude.comparaison["indicateur"]}
    lost = {theme.titre: [item.id for item in theme.indicateurs if item.id not in given] for theme in themes}
    empty = [theme.titre for theme in themes if len(lost[theme.titre]) == len(theme.indicateurs)]
    partly = {title: names for title, names in lost.items() if names and title not in empty}
    names = [name for group in partly.values() for name in group]
    which = _libelles(names, contexte)
    if len(names) > NOMMES:
        told = [f"{compter(len(group), 'indicateur')} de « {title} »" for title, group in partly.items()]
        which = dire("lignes_comptees", indicateurs=enumerer(told))
    return (
        [dire("themes_vides", themes=enumerer([f"« {title} »" for title in empty]))] * bool(empty)
        + [dire("lignes_absentes", indicateurs=which)] * bool(names)
        + [dire("sans_offre")] * etude.dossier.offre.empty
    )


def commentaires_attendus(themes: Iterable[Theme], commentaires: Iterable[Commentaire]) -> str:
    """Return which themes await a comment of the parties, "" when each has one."""
    told = {item.theme for item in commentaires}
    awaited = [f"« {theme.titre} »" for theme in themes if theme.theme not in told]
    if awaited and not told:
        return dire("sans_commentaire")
    return dire("commentaires_attendus", themes=enumerer(awaited)) if awaited else ""


def _libelles(identifiants: Iterable[str], contexte: Contexte) -> str:
    """Return the labels, parted by semicolons: some hold a comma."""
    return " ; ".join(contexte.indicateurs[identifiant].libelle for identifiant in identifiants)


def sources(empreintes: Mapping[str, str], roles: list[RoleDeFichier], contexte: Contexte) -> Tableau:
    """Return the files read, grouped by what they are, in the order of the roles then of their paths."""
    rows = [(*role(path, roles), path, digest if publiable(path) else "") for path, digest in empreintes.items()]
    rows.sort(key=lambda row: (row[0], row[2]))
    table = pd.DataFrame(
        [(path, found.role, found.partie, digest) for _, found, path, digest in rows],
        columns=["fichier", "role", "partie", "sha256"],
    )
    writers = {  # the group names the folder
        "fichier": lambda path: path.partition("/")[2],
        "empreinte": lambda row: row["sha256"][:SIGNES_EMPREINTE] or NON_PUBLIEE,
    }
    groups = [f"{found.groupe} ({path.partition('/')[0]})" for _, found, path, _ in rows]
    hidden = not all(map(publiable, empreintes)) and dire("empreinte_non_publiee")
    notes = [dire("version", version=__version__), hidden]
    return presenter(contexte, "sources", table, writers, groupes=groups, notes=notes)


def role(fichier: str, roles: list[RoleDeFichier]) -> tuple[int, RoleDeFichier]:
    """Return the first role whose pattern fits a file, with its rank; ``AUTRE`` when the catalogue has none."""
    return next(
        ((rank, found) for rank, found in enumerate(roles) if fnmatchcase(fichier, found.motif)), (len(roles), AUTRE)
    )
