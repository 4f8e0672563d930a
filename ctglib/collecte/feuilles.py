"""The sheets of the workbook, each said once: its columns, its rows, and where each cell goes in the follow-up.

The columns are those of ``gabarit.yaml``: a key tells the rows apart, the rest is a reminder or an entry. The writer
(``classeur``) shows the rows, the reader (``lecture``) turns the same cells into entries of the follow-up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count, islice
from typing import TYPE_CHECKING, NamedTuple

from ctglib.collecte.suivi import DOCUMENTS, RUBRIQUES
from ctglib.donnees.modeles.gabarit import AUTRES
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ctglib.collecte.cadre import Cadre
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.gabarit import FeuilleGabarit, PosteDeSignataire

    Cle = tuple[str, ...]
    Montre = dict[str, str | float | date]

OBSERVATIONS = "observations"


@dataclass(frozen=True)
class Nombre:
    """What a cell of a number may hold; ``pourcent``: « 59 % » reads 59."""

    minimum: float = 0
    maximum: float | None = None
    decimales: int = 0
    pourcent: bool = False


@dataclass(frozen=True)
class Liste:
    """The words a cell chooses from, and the code of each; ``nom`` is that of its column in the hidden sheet.

    ``par`` has those that may follow a code of another column of the row.
    """

    nom: str
    codes: dict[str, str]
    par: dict[str, dict[str, str]] = field(default_factory=dict)

    def mots(self, avant: str = "") -> dict[str, str]:
        """Return the words that may be chosen after a code of the column that the list depends on."""
        return self.par.get(avant, self.codes)

    def mot(self, code: str, avant: str = "") -> str:
        """Return the word of a code, or the code itself when the list has none."""
        return next((mot for mot, autre in self.mots(avant).items() if autre == code), code)


@dataclass(frozen=True)
class Cible:
    """A row of the follow-up that the cells of a row fill: its table, its key, and the column that each cell is.

    ``defauts`` are what its columns hold when nothing else is written, once a cell says something.
    """

    table: str
    cle: Cle
    champs: dict[str, str]
    defauts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ligne:
    """A row already written."""

    codes: dict[str, str]  # what its key stands for, by name
    montre: Montre  # what is written in its cells, by column; entry cells hold what was already entered
    cibles: tuple[Cible, ...]  # where its entry cells go; those that go nowhere are closed
    nombre: Nombre | None = None  # what its cells of numbers may hold, where they have not the sheet's
    liste: Liste | None = None  # the list of its cells to choose from, where they have not their column's
    pli: str = ""  # the heading under which it is folded

    @property
    def ouvertes(self) -> set[str]:
        """Return the cells that may be filled."""
        return {cell for target in self.cibles for cell in target.champs}


@dataclass(frozen=True)
class Feuille:
    """A sheet: its model, its rows, the lists of its columns, its numbers, where a row added at its end goes."""

    modele: FeuilleGabarit
    lignes: tuple[Ligne, ...]
    listes: dict[str, Liste] = field(default_factory=dict)
    nombres: Nombre = Nombre()
    libre: Cible | None = None

    @property
    def plis(self) -> dict[str, list[Ligne]]:
        """Return the folded rows by heading, in order."""
        found: dict[str, list[Ligne]] = {}
        for ligne in self.lignes:
            if ligne.pli:
                found.setdefault(ligne.pli, []).append(ligne)
        return found

    def liste(self, ligne: Ligne | None, colonne: str) -> Liste | None:
        """Return the list of a cell, its row's before its column's."""
        return (ligne.liste if ligne else None) or self.listes.get(colonne)

    def nombre(self, ligne: Ligne | None) -> Nombre:
        """Return what the numbers of a row may be."""
        return (ligne.nombre if ligne else None) or self.nombres


def feuilles(cadre: Cadre) -> tuple[Feuille, ...]:
    """Return the sheets of a workbook; a service's has only those where it has something to fill."""
    lists = {name: Liste(name, *words) for name, words in _vocabulaires(cadre)}
    made = (_actions, _indicateurs, _moyens, _profils, _posture, _appreciations, _participation)
    return tuple(sheet for make in made if (sheet := make(cadre, lists)).lignes)


def _vocabulaires(cadre: Cadre) -> Iterator[tuple[str, tuple[dict, ...]]]:
    """Yield the lists of the workbook: their name, the code of each word, and that of each word after another code."""
    gabarit, catalogue, offre = cadre.gabarit, cadre.catalogue, cadre.dossier.offre.drop_duplicates("structure")
    evaluation, profils, referentiel = catalogue.evaluation, catalogue.profils, catalogue.referentiel
    for name, words in (
        ("etats_de_valeur", gabarit.etats_de_valeur),
        ("domaines", gabarit.domaines),
        ("diffusions", gabarit.diffusions),
        ("niveaux", {str(rank): f"{rank} – {word}" for rank, word in enumerate(evaluation.niveaux)}),
        ("etats_d_action", {code: item.mot.capitalize() for code, item in evaluation.etats.items()}),
        ("etats_de_suite", {code: item.mot.capitalize() for code, item in evaluation.suites.items()}),
        ("statuts_du_bilan", {code: word.capitalize() for code, word in evaluation.statuts.items()}),
        ("signataires", {party.id: party.nom_court for party in cadre.convention.parties}),
        ("fiches", {str(fiche.numero): _titre(fiche) for fiche in cadre.convention.fiches}),
        ("structures", dict(zip(offre["structure"], offre["nom"], strict=True))),
        ("natures", {item.id: item.libelle for item in catalogue.moyens.natures}),
        ("postes", {item.id: item.libelle for item in catalogue.moyens.postes}),
        ("dispositifs", {item.id: item.libelle for item in catalogue.dimensions[profils.dimension].modalites}),
        ("variables", {item.id: item.libelle for item in profils.variables}),
    ):
        yield name, ({word: code for code, word in words.items()},)
    parts = {item.id: {part.libelle: part.id for part in item.modalites} for item in profils.variables}
    items = {
        "attendus": {item.libelle: item.id for item in referentiel.attendus},
        "activites": {item.libelle: item.id for item in referentiel.activites},
    }
    for name, by in (("categories", parts), ("items", items)):
        yield name, ({word: code for words in by.values() for word, code in words.items()}, by)


def _remplir(modele: FeuilleGabarit, cible: Cible, ligne: dict[str, str] | None, listes: dict[str, Liste]) -> Montre:
    """Return what the entry cells show of a row of the follow-up; a default is not written."""
    types, shown = {column.id: column.type for column in modele.colonnes}, {}
    for cell, column in cible.champs.items():
        text = (ligne or {}).get(column, "")
        if text and text != cible.defauts.get(column):
            if types[cell] == "nombre":
                shown[cell] = float(text)
            elif types[cell] == "date":
                shown[cell] = date.fromisoformat(text)
            else:
                shown[cell] = listes[cell].mot(text) if cell in listes else text
    return shown


def _avant(cadre: Cadre, ligne: dict[str, str] | None, colonne: str) -> str | float:
    """Return a figure as a number, or why it is missing in words, or nothing when there is no row."""
    if not ligne:
        return ""
    return float(ligne[colonne]) if ligne[colonne] else cadre.catalogue.statuts[ligne["statut"]].mot


def _titre(fiche: Fiche) -> str:
    return f"{fiche.numero}. {fiche.titre}"


# Three sheets are tables of the follow-up as they stand: their keys and their entries are its columns.


def _table(
    cadre: Cadre,
    listes: dict[str, Liste],
    nom: str,
    attendues: Iterable[Cle],
    service: Callable[[Cle], str],
    pli: Callable[[Cle], str] = lambda _: "",
    nombres: Nombre = Nombre(),
) -> Feuille:
    """Return such a sheet: the rows that it always has, then those already entered, this year or last.

    ``service`` tells who fills a row, ``pli`` the heading under which it is folded.
    """
    model = cadre.modele(nom)
    keys, entries = ([column for column in model.colonnes if column.role == role] for role in ("cle", "saisie"))
    measure, columns = entries[0], [column.id for column in entries]
    defaults = {measure.id: "", "statut": Statut.NORMAL.value} if "statut" in columns else {}
    target, rows = Cible(nom, (), dict(zip(columns, columns, strict=True)), defaults), []
    lists = _listes(model, listes)
    for key in dict.fromkeys([*attendues, *cadre.precedent(nom), *cadre.saisi(nom)]):
        if not cadre.concerne(service(key)):
            continue
        codes = {column.id: code for column, code in zip(keys, key, strict=True)}
        shown: Montre = {
            column.id: lists[column.id].mot(codes[column.id], codes.get(column.selon, "")) if column.liste else code
            for column, code in zip(keys, key, strict=True)
        }
        before = cadre.precedent(nom).get(key)
        if measure.type == "nombre":
            shown["precedent"] = _avant(cadre, before, measure.id)
        elif before:
            shown["precedent"] = lists[measure.id].mot(before[measure.id])
        shown |= _remplir(model, target, cadre.saisi(nom).get(key), lists)
        rows.append(Ligne(codes, shown, (replace(target, cle=key),), pli=pli(key)))
    return Feuille(model, tuple(rows), lists, nombres, target if model.lignes_libres else None)


def _listes(modele: FeuilleGabarit, listes: dict[str, Liste]) -> dict[str, Liste]:
    return {column.id: listes[column.liste] for column in modele.colonnes if column.liste}


def _moyens(cadre: Cadre, listes: dict[str, Liste]) -> Feuille:
    """Return the sheet of means: ETP and euros of each signatory, by fiche and by structure."""
    parts, asked = cadre.gabarit.parts, cadre.gabarit.moyens
    named = {item.signataire for item in (*asked.par_fiche, *asked.par_structure.postes)}
    folded = {(item.signataire, item.poste) for item in asked.par_structure.postes if item.facultatif}

    def service(key: Cle) -> str:
        """Return the service that fills a row: a signatory's own, else that of the fiche."""
        if key[0] in parts.signataires:
            return parts.signataires[key[0]]
        return parts.des_moyens(int(key[1])) if key[1] else parts.principal

    def pli(key: Cle) -> str:
        party = key[0] if key[0] in named else AUTRES
        return cadre.gabarit.plis["moyens"] if key[2] and (party, key[4]) in folded else ""

    return _table(cadre, listes, "moyens", _moyens_attendus(cadre), service, pli, Nombre(decimales=2))


def _moyens_attendus(cadre: Cadre) -> Iterator[Cle]:
    """Yield the keys of the rows of the workbook: by fiche, then by structure."""
    model, offre = cadre.gabarit.moyens, cadre.dossier.offre
    natures = {item.id: item.nature or "euros" for item in cadre.catalogue.moyens.postes}
    known = {str(fiche.numero) for fiche in cadre.convention.fiches}

    def parties(item: PosteDeSignataire) -> list[str]:
        return model.signataires(item, (party.id for party in cadre.convention.parties))

    for item in model.par_fiche:
        wanted = [str(fiche) for fiche in item.fiches if str(fiche) in known] if item.fiches else [""]
        for party in parties(item):
            yield from ((party, fiche, "", natures[item.poste], item.poste) for fiche in wanted)
    asked = model.par_structure
    kinds = {item.id for item in cadre.catalogue.offre.types if item.categorie in asked.categories}
    for structure in offre[offre["type"].isin(kinds) & offre["gestion"].isin(asked.gestions)]["structure"].unique():
        for item in asked.postes:
            yield from ((party, "", structure, natures[item.poste], item.poste) for party in parties(item))


def _profils(cadre: Cadre, listes: dict[str, Liste]) -> Feuille:
    """Return the sheet of profiles: each dispositif by each variable, then the crossed counts already entered."""
    profils, parts, title = cadre.catalogue.profils, cadre.gabarit.parts, cadre.gabarit.plis["profils"]
    places = listes["dispositifs"]
    asked = {  # the dispositifs where a fiche counts people
        part
        for item in cadre.catalogue.indicateurs_fiches.values()
        if item.dimension == profils.dimension and item.sensible
        for part in item.modalites or places.codes.values()
    }
    wanted = (
        (place, variable, part, "", "")
        for place in places.codes.values()
        if place in asked
        for variable, choices in listes["categories"].par.items()
        for part in choices.values()
    )

    def service(key: Cle) -> str:
        return parts.dispositifs.get(key[0], parts.principal)

    return _table(cadre, listes, "profils", wanted, service, lambda key: title.format(dispositif=places.mot(key[0])))


def _posture(cadre: Cadre, listes: dict[str, Liste]) -> Feuille:
    """Return the sheet of the grid of the référentiel: the function, from 0 to 4, never the post or the person."""
    followed = any(item.table == "posture" for item in cadre.catalogue.indicateurs_fiches.values())
    known = [key[0] for key in (*cadre.precedent("posture"), *cadre.saisi("posture"))]
    wanted = (
        (function, domaine, item)
        for function in dict.fromkeys([*cadre.gabarit.fonctions, *known])
        for domaine, words in listes["items"].par.items()
        for item in words.values()
        if followed
    )
    return _table(cadre, listes, "posture", wanted, lambda key: cadre.gabarit.parts.principal)


def _actions(cadre: Cadre, listes: dict[str, Liste]) -> Feuille:
    """Return the sheet of actions: a row a modalité of the convention, with what was said of it last year."""
    model = cadre.modele("actions")
    lists, rows = _listes(model, listes), []
    cells = {column.id: column.id for column in model.colonnes if column.role == "saisie"}
    for fiche, modalite in ((one, item) for one in cadre.convention.fiches for item in one.modalites):
        if not cadre.concerne(cadre.gabarit.parts.de_fiche(fiche)):
            continue
        key = (str(fiche.numero), modalite.numero)
        before, target = cadre.precedent("actions").get(key), Cible("actions", key, cells)
        start, end = modalite.debut or fiche.debut, modalite.echeance or fiche.fin
        said = (lists["statut"].mot(before["statut"]), before["commentaire"]) if before else ()
        shown = {
            "repere": modalite.numero,
            "fiche": _titre(fiche),
            "libelle": modalite.texte,
            "calendrier": f"{start:%m/%Y} – {end:%m/%Y}",
            "precedent": " : ".join(filter(None, said)),
            **_remplir(model, target, cadre.saisi("actions").get(key), lists),
        }
        rows.append(Ligne({"fiche": key[0], "modalite": key[1]}, shown, (target,)))
    return Feuille(model, tuple(rows), lists)


def _indicateurs(cadre: Cadre, listes: dict[str, Liste]) -> Feuille:
    """Return the sheet of indicators: a row a figure, for the whole and for each part, with last year's as known today.

    An indicator that is computed, or read in another table (profiles, posture), is not asked for here; what is awaited
    once is asked for its year, then the year after, to be corrected. What is optional is folded, fiche by fiche, and so
    are the parts of what the fiche does not write.
    """
    model = cadre.modele("indicateurs")
    lists, rows = _listes(model, listes), []
    for number, items in cadre.catalogue.fiches_indicateurs.items():
        for item in [item for item in items if item.table == OBSERVATIONS and item.calcul is None]:
            dimension = cadre.catalogue.dimensions[item.dimension] if item.dimension else None
            words = {entry.id: entry.libelle for entry in dimension.modalites} if dimension else {}
            years = _annees_attendues(cadre, item) if item.unique else set()
            for part in ("", *(item.modalites or words if dimension else ())):
                service = _service(cadre, item, part)
                codes = {"indicateur": item.id, "dimension": (item.dimension or "") if part else "", "modalite": part}
                known = [_derniere(cadre, codes, year) for year in (cadre.annee, cadre.annee - 1)]
                if not cadre.concerne(service) or (
                    years and not years & {cadre.annee, cadre.annee - 1} and not known[0]
                ):
                    continue
                targets, asked = _cibles(cadre, item, codes), item.collecte
                who = cadre.catalogue.responsables[service].libelle
                shown = {
                    "repere": f"{item.id}.{part}" if part else item.id,
                    "fiche": str(number),
                    "libelle": item.libelle,
                    "detail": (words[part] if part else "Ensemble") if dimension else "",
                    "definition": item.definition,
                    "collecte": " ; ".join((who, asked.quand, asked.document)) if asked else "",
                    "unite": cadre.catalogue.unites[item.unite].libelle,
                    "precedent": _avant(cadre, known[1], "valeur"),
                    "source": asked.document if asked and not known[0] else "",
                    **_remplir(model, targets[0], known[0], lists),
                }
                low, high = item.bornes
                number_of = Nombre(0 if low is None else low, high, item.decimales, item.unite == "pourcent")
                folded = item.facultatif or (part and item.origine != "convention")
                title = cadre.gabarit.plis["indicateurs"].format(fiche=number) if folded else ""
                rows.append(Ligne(codes, shown, targets, number_of, pli=title))
    rows.sort(key=lambda row: row.pli != "")
    return Feuille(model, tuple(rows), lists)


def _annees_attendues(cadre: Cadre, item: Indicateur) -> set[int]:
    """Return the years that what is awaited once is awaited in; none when nothing says it."""
    followed = (one for fiche in cadre.convention.fiches for one in fiche.indicateurs)
    written = {one.annee_attendue for one in followed if one.id == item.id}
    moved = {one.annee for avenant in cadre.avenants for one in avenant.changements if one.element == item.id}
    return (written | moved) - {None}


def _service(cadre: Cadre, item: Indicateur, part: str) -> str:
    parts = cadre.gabarit.parts
    of_profiles = item.dimension == cadre.catalogue.profils.dimension
    asked = item.collecte.responsable if item.collecte else None
    return (parts.dispositifs.get(part) if of_profiles else None) or asked or parts.principal


def _derniere(cadre: Cadre, codes: dict[str, str], annee: int) -> dict[str, str] | None:
    """Return the row of the latest millésime for a year, whichever folder holds it."""
    wanted = {**codes, "territoire": cadre.convention.territoire, "annee": str(annee)}
    rows = [
        row
        for suivi in cadre.suivis.values()
        for row in suivi[OBSERVATIONS].values()
        if all(row[name] == code for name, code in wanted.items())
    ]
    return max(rows, key=lambda row: row["millesime"], default=None)


def _cibles(cadre: Cadre, item: Indicateur, codes: dict[str, str]) -> tuple[Cible, ...]:
    """Return where the year's figure goes, and last year's corrected one.

    The millésime is the year of the workbook until the import says otherwise.
    """
    defaults = {"valeur": "", "statut": Statut.NORMAL.value, "unite": item.unite}
    cells = {name: name for name in ("valeur", "statut", "source", "note")}
    corrected = {"correction": "valeur", "raison": "note", "source": "source"}
    return tuple(
        Cible(OBSERVATIONS, (cadre.convention.territoire, str(year), *codes.values(), str(cadre.annee)), own, defaults)
        for year, own in ((cadre.annee, cells), (cadre.annee - 1, corrected))
    )


class _Rubrique(NamedTuple):
    genre: str
    cle: Cle  # its table, and its key there
    avant: str = ""
    sujet: str = ""


def _appreciations(cadre: Cadre, listes: dict[str, Liste]) -> Feuille:
    """Return the sheet: the bilan, the comité and its decisions, what each fiche's year was like, the decisions."""
    parts = cadre.gabarit.parts
    principal = cadre.concerne(parts.principal)
    of_fiches = (
        _Rubrique(
            rubrique,
            key := ("appreciations", str(fiche.numero), rubrique),
            cadre.precedent("appreciations").get(key[1:], {}).get("valeur", ""),
            _titre(fiche),
        )
        for fiche in cadre.convention.fiches
        if cadre.concerne(parts.de_fiche(fiche))
        for rubrique in RUBRIQUES
    )
    before, after = (_bilan(cadre, listes), _decisions(cadre)) if principal else ((), ())
    return _textes(cadre, listes, "appreciations", (*before, *of_fiches, *after))


def _bilan(cadre: Cadre, listes: dict[str, Liste]) -> Iterator[_Rubrique]:
    """Yield what is said of the year's bilan and of its comité, then what became of last year's decisions."""
    for champ in ("date_arretee", "statut", "comite_date", "comite_absence"):
        before = cadre.precedent("bilan").get((champ,), {}).get("valeur", "")
        yield _Rubrique(champ, ("bilan", champ), listes["statuts_du_bilan"].mot(_francaise(before)))
    for (decision,), row in cadre.precedent("decisions").items():
        details = " ; ".join(row[name] for name in ("responsable", "echeance") if row.get(name))
        before = f"{row['texte']} ({details})" if details else row["texte"]
        yield _Rubrique("suite", ("suites", decision), before)


def _francaise(texte: str) -> str:
    return re.sub(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$", r"\3/\2/\1", texte)


def _decisions(cadre: Cadre) -> Iterator[_Rubrique]:
    """Yield the rows of the decisions: those already entered, then empty ones up to the number of the workbook."""
    names = [key[0] for key in cadre.saisi("decisions")]
    free = (name for rank in count(1) if (name := f"d{cadre.annee}_{rank}") not in names)
    names += islice(free, max(0, cadre.gabarit.nombre_de_decisions - len(names)))
    return (_Rubrique("decision", ("decisions", name)) for name in names)


def _participation(cadre: Cadre, listes: dict[str, Liste]) -> Feuille:
    """Return the sheet: who was asked, of each public, what the partners do together, an example an axis."""
    if not cadre.concerne(cadre.gabarit.parts.principal):
        return _textes(cadre, listes, "participation", ())
    publics = {name: many.capitalize() for name, (_, many) in cadre.catalogue.bilan.participation.publics.items()}
    together = cadre.precedent("participation").get(("cooperation",), {}).get("valeur", "")
    examples = _numerotees(cadre, "exemples", {axe.id: axe.titre for axe in cadre.convention.axes})
    asked = _numerotees(cadre, "consultations", publics)
    common = _Rubrique("cooperation", ("participation", "cooperation"), together)
    return _textes(cadre, listes, "participation", (*asked, common, *examples))


def _numerotees(cadre: Cadre, table: str, sujets: dict[str, str]) -> Iterator[_Rubrique]:
    """Yield, for each subject, the rows already entered, this year or last, and an empty one."""
    for subject, words in sujets.items():
        known = (*cadre.saisi(table), *cadre.precedent(table))
        for rank in range(1, max((int(rank) for own, rank in known if own == subject), default=0) + 2):
            before = cadre.precedent(table).get((subject, str(rank)), {})
            told = " ; ".join(map(_francaise, before.values()))
            yield _Rubrique(table, (table, subject, str(rank)), told, words)


def _textes(cadre: Cadre, listes: dict[str, Liste], nom: str, rubriques: Iterable[_Rubrique]) -> Feuille:
    """Return a sheet of texts, a row each of what is asked for."""
    model, rows = cadre.modele(nom), []
    for genre, (table, *key), before, subject in rubriques:
        asked = cadre.gabarit.rubriques[genre]
        choices, target = listes.get(asked.liste), Cible(table, tuple(key), asked.cellules)
        shown = {
            "repere": ".".join(key if table in DOCUMENTS else (genre, *key)),
            "sujet": subject or asked.sujet,
            "rubrique": cadre.mots(asked.libelle),
            "precedent": before,
            **_remplir(model, target, cadre.saisi(table).get(tuple(key)), {"etat": choices} if choices else {}),
        }
        rows.append(Ligne({"table": table, "cle": "/".join(key)}, shown, (target,), liste=choices))
    return Feuille(model, tuple(rows))
