"""Tables of the follow-up against what they name and what their columns say together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.references import VOCABULAIRES, nom_inconnu
from ctglib.donnees.verifications import faute_d_unite, faute_de_bornes, faute_de_cellule, fautes_de_vide

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import Ligne, TableLue
    from ctglib.donnees.suivi.connus import Connus


# Column by table, and the kind of name of ``references.VOCABULAIRES`` that it cites.
COLONNES = {
    "observations": {
        "territoire": "territoire",
        "indicateur": "mesure",
        "dimension": "dimension",
        "unite": "unite",
        "statut": "statut",
    },
    "actions": {"fiche": "fiche"},
    "moyens": {"signataire": "signataire", "fiche": "fiche", "poste": "poste", "statut": "statut"},
    "profils": {"variable": "variable", "variable_2": "variable", "statut": "statut"},
    "posture": {},
}

# Column by table, the column that says among which names it is chosen, and the words of its faults: « {} » stands for
# what that column says.
DEPENDANTES = {
    "observations": (
        ("modalite", "dimension", "dimension", "une modalité de la dimension « {} »", "catalogue/dimensions.yaml"),
    ),
    "actions": (("modalite", "fiche", "fiche", "une modalité de mise en œuvre de la fiche {}", "convention.yaml"),),
    "profils": (
        ("modalite", "variable", "variable", "une modalité de la variable « {} »", "catalogue/profils.yaml"),
        ("modalite_2", "variable_2", "variable", "une modalité de la variable « {} »", "catalogue/profils.yaml"),
    ),
}


def fautes_de_noms(nom: str, table: TableLue, connus: Connus) -> list[Faute]:
    """Return a fault for each cell of a table that names what nothing defines."""
    faults = []
    for row in table.lignes:
        for column, kind in COLONNES[nom].items():
            words = VOCABULAIRES[kind]
            faults += nom_de_cellule(table, row, column, (connus.noms[kind], words.libelle, words.ou))
        for column, chooser, kind, label, where in DEPENDANTES.get(nom, ()):
            chosen = row.cellules.get(chooser, "")
            names = connus.modalites[kind].get(chosen, [])
            faults += nom_de_cellule(table, row, column, (names, label.format(chosen), where))
    return faults


def nom_de_cellule(table: TableLue, row: Ligne, colonne: str, attendus: tuple[list[str], str, str]) -> list[Faute]:
    """Return the fault of a cell that is none of the names expected; none are known: nothing is checked.

    ``attendus`` are the names, what they name, and where they are defined.
    """
    names, label, where = attendus
    written = row.cellules.get(colonne, "")
    if not written or not names or written in names:
        return []
    return [Faute(table.fichier, *nom_inconnu(written, names, label, where), ligne=row.numero, colonne=colonne)]


_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def fautes_d_actions(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the actions: names, dates in order and inside the convention, an end when done."""
    faults = fautes_de_noms("actions", table, connus)
    for row in table.lignes:
        start, end = _jour(row, "debut"), _jour(row, "fin")
        for column, day in (("debut", start), ("fin", end)):
            if day:
                faults += _hors_convention(table, row, column, connus)
        if start and end and end < start:
            words = (f"le {start} ou après, la date du début", "corriger l'une des deux dates")
            faults.append(faute_de_cellule(table, row, "fin", f"« {end} »", words))
        if row.cellules.get("statut") == "realisee" and row.cellules.get("fin") == "":
            words = ("la date de fin d'une action réalisée", "écrire la date de fin, ou corriger le statut")
            faults.append(faute_de_cellule(table, row, "fin", "une cellule vide avec le statut realisee", words))
    return faults


def fautes_de_moyens(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the means: names, emptiness as the status says, a poste of the right nature."""
    faults = [*fautes_de_noms("moyens", table, connus), *fautes_de_vide(table, connus.absences)]
    for row in table.lignes:
        faults += nom_de_cellule(
            table, row, "structure", (connus.structures, "une structure", "l'annexe 2 (offre.csv)")
        )
        item, written = row.cellules.get("poste", ""), row.cellules.get("nature", "")
        bound = connus.natures.get(item)
        if bound and written and written != bound:
            words = (
                f"« {bound} », la nature de « {item} » dans catalogue/moyens.yaml",
                "corriger la nature, ou le poste",
            )
            faults.append(faute_de_cellule(table, row, "nature", f"« {written[:80]} »", words))
    return faults


def fautes_de_posture(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the grid: items that annexe 4 has not."""
    return [
        fault
        for row in table.lignes
        if (names := connus.items.get(domain := row.cellules.get("domaine", "")))
        for fault in nom_de_cellule(
            table, row, "item", (names, f"un item de « {domain} »", "catalogue/referentiel_emploi.yaml")
        )
    ]


def _jour(row: Ligne, colonne: str) -> date | None:
    """Return the day of a cell, None when it is empty or has its fault already."""
    text = row.cellules.get(colonne, "")
    if not _JOUR.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hors_convention(table: TableLue, row: Ligne, colonne: str, connus: Connus) -> list[Faute]:
    day = _jour(row, colonne)
    if connus.debut is None or connus.fin is None or connus.debut <= day <= connus.fin:
        return []
    words = (
        f"une date entre le {connus.debut} et le {connus.fin}, la durée de la convention",
        "corriger la date",
    )
    return [faute_de_cellule(table, row, colonne, f"« {day} »", words)]


_NOMBRE = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ANNEE = re.compile(r"[0-9]{4}")
_LIEU = ("territoire", "annee", "indicateur", "millesime")


def fautes_d_observations(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults that any observations may have: names, unit, bounds, emptiness, breakdown, year of entry."""
    faults = [*fautes_de_noms("observations", table, connus), *fautes_de_vide(table, connus.absences)]
    for row in table.lignes:
        item = connus.mesures.get(row.cellules.get("indicateur", ""), {})
        faults += [*faute_d_unite(table, row, item), *faute_de_bornes(table, row, item)]
        faults += [*_detail(table, row, item, connus), *_annee(table, row), *_entier(table, row, item)]
    return [*faults, *_parties(table, connus)]


def fautes_de_saisie_annuelle(table: TableLue, annee: int, connus: Connus) -> list[Faute]:
    """Return the faults of a year's own rows: entered in the year of the folder, about our territories."""
    faults = []
    for row in table.lignes:
        faults += [
            *_millesime(table, row, annee),
            *_territoire(table, row, connus),
            *_table_de_saisie(table, row, connus),
        ]
    return faults


def fautes_de_contexte(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the context of a fictional convention: its territories."""
    return [fault for row in table.lignes for fault in _territoire(table, row, connus)]


def _millesime(table: TableLue, row: Ligne, annee: int) -> list[Faute]:
    written = row.cellules.get("millesime", "")
    if not _ANNEE.fullmatch(written) or int(written) == annee:
        return []
    words = (f"{annee}, l'année du dossier", f"écrire {annee}, ou mettre la ligne dans le dossier « {written} »")
    return [faute_de_cellule(table, row, "millesime", f"« {written} »", words)]


def _territoire(table: TableLue, row: Ligne, connus: Connus) -> list[Faute]:
    written = row.cellules.get("territoire", "")
    if written not in connus.noms["territoire"] or not connus.territoires or written in connus.territoires:
        return []
    words = (
        f"l'un des territoires de la convention : {', '.join(connus.territoires)}",
        "corriger le code, ou retirer la ligne",
    )
    return [faute_de_cellule(table, row, "territoire", f"« {written} »", words)]


def _table_de_saisie(table: TableLue, row: Ligne, connus: Connus) -> list[Faute]:
    """Return the fault of an indicator that the catalogue reads from another table of the follow-up."""
    name = row.cellules.get("indicateur", "")
    other = connus.mesures.get(name, {}).get("table", "observations")
    if other == "observations":
        return []
    words = (f"un indicateur qui se lit dans observations.csv ; celui-ci se lit dans {other}.csv", "retirer la ligne")
    return [faute_de_cellule(table, row, "indicateur", f"« {name} »", words)]


def _detail(table: TableLue, row: Ligne, item: dict, connus: Connus) -> list[Faute]:
    """Return the faults of a breakdown: dimension and modalité go together, and are those of the indicator."""
    dimension, part = row.cellules.get("dimension", ""), row.cellules.get("modalite", "")
    if bool(dimension) != bool(part):
        empty = "modalite" if dimension else "dimension"
        words = (
            "dimension et modalité remplies toutes deux, ou vides toutes deux",
            "compléter la ligne, ou vider l'autre",
        )
        return [faute_de_cellule(table, row, empty, "une cellule vide", words)]
    known = connus.modalites["dimension"]
    if not item or part not in known.get(dimension, []):  # empty, or told already
        return []
    own = item.get("dimension")
    if own != dimension:
        expected = f"« {own} », la dimension" if own else "une cellule vide : aucune dimension"
        words = (f"{expected} de « {item['id']} » au catalogue", "corriger la dimension, ou l'indicateur de la ligne")
        return [faute_de_cellule(table, row, "dimension", f"« {dimension[:80]} »", words)]
    kept = item.get("modalites")
    if not isinstance(kept, list) or not kept or part in kept:
        return []
    words = (f"l'une des modalités de « {item['id']} » : {', '.join(map(str, kept))}", "corriger la modalité")
    return [faute_de_cellule(table, row, "modalite", f"« {part[:80]} »", words)]


def _entier(table: TableLue, row: Ligne, item: dict) -> list[Faute]:
    """Return the fault of a count of persons that is not whole: secrecy would not know what it may show."""
    text = row.cellules.get("valeur", "")
    if not item.get("sensible") or item.get("calcul") or not _NOMBRE.fullmatch(text) or float(text).is_integer():
        return []
    words = ("un nombre entier de personnes", "écrire le nombre de personnes, sans décimale")
    return [faute_de_cellule(table, row, "valeur", f"« {text} »", words)]


def _annee(table: TableLue, row: Ligne) -> list[Faute]:
    year, entered = row.cellules.get("annee", ""), row.cellules.get("millesime", "")
    if not _ANNEE.fullmatch(year) or not _ANNEE.fullmatch(entered) or int(year) <= int(entered):
        return []
    words = (f"{entered} au plus, l'année de saisie ou de publication", "corriger l'année, ou le millésime")
    return [faute_de_cellule(table, row, "annee", f"« {year} »", words)]


def _parties(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of a part greater than its whole, for counts and amounts.

    Parts may add up to more than the whole, where a child who goes to two places counts once in it.
    """
    wholes = {_lieu(row): row for row in table.lignes if not row.cellules.get("dimension") and _est_nombre(row)}
    faults = []
    for row in table.lignes:
        whole = wholes.get(_lieu(row))
        item = connus.mesures.get(row.cellules.get("indicateur", ""), {})
        if whole is None or whole is row or not _est_nombre(row):
            continue
        if item.get("unite") not in connus.additives or item.get("calcul"):
            continue
        if float(row.cellules["valeur"]) > float(whole.cellules["valeur"]):
            words = (
                f"{whole.cellules['valeur']} au plus, l'ensemble (ligne {whole.numero})",
                "corriger la valeur, ou celle de l'ensemble",
            )
            faults.append(faute_de_cellule(table, row, "valeur", f"« {row.cellules['valeur']} »", words))
    return faults


def _lieu(row: Ligne) -> tuple[str, ...]:
    return tuple(row.cellules.get(name, "") for name in _LIEU)


def _est_nombre(row: Ligne) -> bool:
    return bool(_NOMBRE.fullmatch(row.cellules.get("valeur", "")))


_ENTIER = re.compile(r"[0-9]+")
_DISPOSITIFS = ("un dispositif", "catalogue/dimensions.yaml")


def fautes_de_profils(table: TableLue, connus: Connus) -> list[Faute]:
    """Return the faults of the profiles: names, whole numbers, a second variable in full, parts and whole."""
    faults = [*fautes_de_noms("profils", table, connus), *fautes_de_vide(table, connus.absences, "effectif")]
    for row in table.lignes:
        faults += nom_de_cellule(table, row, "dispositif", (connus.dispositifs, *_DISPOSITIFS))
        faults += [*_seconde_variable(table, row), *_effectif_entier(table, row)]
    return [*faults, *_croisements_doubles(table), *_parties_des_profils(table)]


def _seconde_variable(table: TableLue, row: Ligne) -> list[Faute]:
    variable, second, part = (row.cellules.get(name, "") for name in ("variable", "variable_2", "modalite_2"))
    if bool(second) != bool(part):
        empty = "modalite_2" if second else "variable_2"
        words = (
            "seconde variable et seconde modalité remplies toutes deux, ou vides toutes deux",
            "compléter la ligne, ou vider l'autre",
        )
        return [faute_de_cellule(table, row, empty, "une cellule vide", words)]
    if second and second == variable:
        words = ("une autre variable que la première", "corriger l'une des deux variables")
        return [faute_de_cellule(table, row, "variable_2", f"« {second} »", words)]
    return []


def _effectif_entier(table: TableLue, row: Ligne) -> list[Faute]:
    text = row.cellules.get("effectif", "")
    if not re.fullmatch(r"[0-9]+\.[0-9]+", text):
        return []
    words = ("un nombre entier de personnes", "écrire le nombre de personnes, sans décimale")
    return [faute_de_cellule(table, row, "effectif", f"« {text} »", words)]


def _croisements_doubles(table: TableLue) -> list[Faute]:
    """Return the faults of a crossing given twice, the second time the other way round."""
    first: dict[frozenset, Ligne] = {}
    faults = []
    for row in table.lignes:
        if not (row.cellules.get("variable_2") and row.cellules.get("modalite_2")):
            continue
        key = frozenset([row.cellules.get("dispositif", ""), *_cotes(row)])
        before = first.setdefault(key, row)
        if before is not row and _cotes(before) != _cotes(row):
            words = ("chaque croisement une seule fois", "supprimer l'une des deux lignes")
            found = f"le croisement de la ligne {before.numero}, dans l'autre sens"
            faults.append(faute_de_cellule(table, row, "variable", found, words))
    return faults


def _parties_des_profils(table: TableLue) -> list[Faute]:
    """Return the faults of a count that is under what its crossing with another variable adds up to."""
    sums: dict[tuple, Counter] = defaultdict(Counter)
    for row in table.lignes:
        if _est_entier(row) and row.cellules.get("variable_2"):
            first, second = _cotes(row)
            sums[row.cellules.get("dispositif"), first][second[0]] += int(row.cellules["effectif"])
            sums[row.cellules.get("dispositif"), second][first[0]] += int(row.cellules["effectif"])
    faults = []
    for row in table.lignes:
        if row.cellules.get("variable_2") or not _est_entier(row):
            continue
        for other, total in sums[row.cellules.get("dispositif"), _cotes(row)[0]].items():
            if total > int(row.cellules["effectif"]):
                words = (
                    f"{total} au moins, la somme de ses croisements avec « {other} »",
                    "corriger l'effectif, ou celui des croisements",
                )
                faults.append(faute_de_cellule(table, row, "effectif", f"« {row.cellules['effectif']} »", words))
    return faults


def _est_entier(row: Ligne) -> bool:
    return bool(_ENTIER.fullmatch(row.cellules.get("effectif", "")))


def _cotes(row: Ligne) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the two sides of a crossing: variable and modalité of each."""
    cells = row.cellules
    return (
        (cells.get("variable", ""), cells.get("modalite", "")),
        (cells.get("variable_2", ""), cells.get("modalite_2", "")),
    )
