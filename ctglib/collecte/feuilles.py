"""The sheets of the workbook: their rows before they are written, and what a filled row becomes in the follow-up.

The columns of a sheet are those of ``gabarit.yaml``: a key tells the rows apart, the rest is a reminder or an entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.suivi import RUBRIQUES
from ctglib.donnees.modeles.gabarit import AUTRES
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.extraire import LigneLue
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Fiche, ModaliteAction
    from ctglib.donnees.modeles.gabarit import ColonneGabarit, FeuilleGabarit, PosteDeSignataire

    Cle = tuple[str, ...]


@dataclass(frozen=True)
class Nombre:
    """What a cell of a number may hold; ``pourcent``: « 59 % » reads 59."""

    minimum: float | None = 0
    maximum: float | None = None
    decimales: int = 0
    pourcent: bool = False


@dataclass(frozen=True)
class Liste:
    """The words a cell chooses from, and the code of each; ``nom`` is that of its column in the hidden sheet.

    ``selon`` is a column of the same row whose code says which words may follow it: ``par`` has them by that code.
    """

    nom: str
    codes: dict[str, str]
    selon: str = ""
    par: dict[str, dict[str, str]] = field(default_factory=dict)

    def mots(self, ligne: dict[str, str]) -> dict[str, str]:
        """Return the words that may be chosen in a row, given its codes."""
        return self.par.get(ligne.get(self.selon, ""), self.codes)

    def mot(self, code: str, ligne: dict[str, str] | None = None) -> str:
        """Return the word of a code in a row, or the code itself when the list has none."""
        return next((mot for mot, autre in self.mots(ligne or {}).items() if autre == code), code)


@dataclass(frozen=True)
class Ligne:
    """A row already written.

    Attributes:
        codes: What the row is in the follow-up, by column of its table.
        montre: What is written in its cells, by column of the sheet; entry cells hold what was already entered.
        nombres: What its cells of numbers may hold.
        listes: Lists of this row where its cells have not their column's.
        attendues: The entry cells that are coloured until they are filled.
        fermees: The entry cells that this row does not use.
        pli: The heading under which it is folded, "" when it is in view.
    """

    codes: dict[str, str]
    montre: dict[str, str | float | date]
    nombres: dict[str, Nombre] = field(default_factory=dict)
    listes: dict[str, Liste] = field(default_factory=dict)
    attendues: frozenset[str] = frozenset()
    fermees: frozenset[str] = frozenset()
    pli: str = ""


@dataclass(frozen=True)
class Feuille:
    """A sheet: its model, its rows, and the lists of its columns. ``nombres`` are those of its free rows."""

    modele: FeuilleGabarit
    lignes: tuple[Ligne, ...]
    listes: dict[str, Liste] = field(default_factory=dict)
    nombres: dict[str, Nombre] = field(default_factory=dict)

    @property
    def plis(self) -> dict[str, list[Ligne]]:
        """Return the folded rows by heading, in order."""
        found: dict[str, list[Ligne]] = {}
        for ligne in self.lignes:
            found.setdefault(ligne.pli, []).append(ligne)
        return {pli: rows for pli, rows in found.items() if pli}

    @property
    def colonnes(self) -> tuple[ColonneGabarit, ...]:
        """Return the columns, in order."""
        return self.modele.colonnes

    def liste(self, ligne: Ligne | None, colonne: str) -> Liste | None:
        """Return the list of a cell, its row's before its column's."""
        return (ligne.listes.get(colonne) if ligne else None) or self.listes.get(colonne)

    def nombre(self, ligne: Ligne | None, colonne: str) -> Nombre:
        """Return what a cell of a number may hold."""
        found = ligne.nombres.get(colonne) if ligne else None
        return found or self.nombres.get(colonne, Nombre())


def feuilles(cadre: Cadre) -> tuple[Feuille, ...]:
    """Return the sheets of a workbook; a service's has only those where it has something to fill."""
    return tuple(sheet for make in _FEUILLES.values() if (sheet := make(cadre)).lignes)


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return what a filled row says, as rows of the follow-up."""
    return _ENTREES.get(lue.feuille, _de_table)(lue, cadre)


def _etats_de_valeur(cadre: Cadre) -> Liste:
    return Liste("etats_de_valeur", {word: code for code, word in cadre.gabarit.etats_de_valeur.items()})


def _avant(cadre: Cadre, ligne: dict[str, str] | None, colonne: str) -> str | float:
    """Return a figure as a number, or why it is missing in words, or nothing when there is no row."""
    if not ligne:
        return ""
    return float(ligne[colonne]) if ligne[colonne] else cadre.dossier.catalogue.statuts[ligne["statut"]].mot


def _etat_saisi(cadre: Cadre, statut: str) -> str:
    """Return the word of a status already entered, nothing for a normal one."""
    return "" if statut == Statut.NORMAL else cadre.gabarit.etats_de_valeur.get(statut, "")


def _statut(valeur: str, statut: str) -> str:
    """Return the status of an entered figure: normal when nothing says otherwise."""
    return statut or (Statut.NORMAL if valeur else "")


# Three sheets are tables of the follow-up as they stand: their keys and their entries are its columns.


def _table(
    cadre: Cadre,
    nom: str,
    attendues: Iterable[Cle],
    listes: dict[str, Liste],
    service: Callable[[Cle], str],
    nombre: Nombre | None = None,
    plis: Callable[[Cle], str] = lambda _: "",
) -> Feuille:
    """Return such a sheet: the rows that it always has, then those already entered, this year or last.

    ``plis`` gives the heading under which a row is folded.
    """
    model = cadre.modele(nom)
    measure = _mesure(model)
    keys = [column.id for column in model.colonnes if column.role == "cle"]
    rows = []
    for key in dict.fromkeys([*attendues, *cadre.precedent(nom), *cadre.saisi(nom)]):
        if not cadre.concerne(service(key)):
            continue
        codes = dict(zip(keys, key, strict=True))
        shown = {name: _mot(listes, name, code, codes) for name, code in codes.items()}
        before, entered = cadre.precedent(nom).get(key), cadre.saisi(nom).get(key)
        if nombre:
            shown["precedent"] = _avant(cadre, before, measure.id)
        elif before:
            shown["precedent"] = _mot(listes, measure.id, before[measure.id], codes)
        for column in [column for column in model.colonnes if entered and column.role == "saisie"]:
            text = entered[column.id]
            if column.type == "nombre":
                shown[column.id] = float(text) if text else ""
            else:
                shown[column.id] = (
                    _etat_saisi(cadre, text) if column.id == "statut" else _mot(listes, column.id, text, codes)
                )
        wanted = frozenset({measure.id} if measure.attendue else ())
        rows.append(
            Ligne(
                codes,
                shown,
                {measure.id: nombre} if nombre else {},
                attendues=wanted,
                pli=plis(key),
            )
        )
    return Feuille(model, tuple(rows), listes, {measure.id: nombre} if nombre else {})


def _mesure(modele: FeuilleGabarit) -> ColonneGabarit:
    return next(column for column in modele.colonnes if column.role == "saisie")


def _mot(listes: dict[str, Liste], colonne: str, code: str, ligne: dict[str, str]) -> str:
    return listes[colonne].mot(code, ligne) if code and colonne in listes else code


def _de_table(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return the row of the table that a filled row is; a note alone says nothing."""
    model = cadre.gabarit.par_feuille[lue.feuille]
    measure = _mesure(model).id
    filled = {measure: lue.valeurs.get(measure, "")}
    if any(column.id == "statut" for column in model.colonnes):
        filled["statut"] = _statut(filled[measure], lue.valeurs.get("statut", ""))
    if not any(filled.values()):
        return []
    filled |= {name: text for name, text in lue.valeurs.items() if text and name not in filled}
    key = tuple(lue.codes.get(column.id, "") for column in model.colonnes if column.role == "cle")
    return [Entree(lue.feuille, key, filled, lue.origine)]


def _moyens(cadre: Cadre) -> Feuille:
    """Return the sheet of means: ETP and euros of each signatory, by fiche and by structure."""
    dossier, parts = cadre.dossier, cadre.gabarit.parts
    moyens, structures = dossier.catalogue.moyens, dossier.offre.drop_duplicates("structure")
    lists = {
        "signataire": Liste("signataires", {party.nom_court: party.id for party in dossier.convention.parties}),
        "fiche": Liste("fiches", {cadre.titre_de(fiche): str(fiche.numero) for fiche in dossier.convention.fiches}),
        "structure": Liste("structures", dict(zip(structures["nom"], structures["structure"], strict=True))),
        "nature": Liste("natures", {item.libelle: item.id for item in moyens.natures}),
        "poste": Liste("postes", {item.libelle: item.id for item in moyens.postes}),
        "statut": _etats_de_valeur(cadre),
    }

    def service(key: Cle) -> str:
        """Return the service that fills a row: a signatory's own, else that of the fiche."""
        if key[0] in parts.signataires:
            return parts.signataires[key[0]]
        return parts.des_moyens(int(key[1])) if key[1] else parts.principal

    titles = cadre.gabarit.plis
    folded = {(item.signataire, item.poste) for item in cadre.gabarit.moyens.par_structure.postes if item.facultatif}
    named = {item.signataire for item in (*cadre.gabarit.moyens.par_fiche, *cadre.gabarit.moyens.par_structure.postes)}

    def pli(key: Cle) -> str:
        signataire = key[0] if key[0] in named else AUTRES
        return titles.moyens if key[2] and (signataire, key[4]) in folded else ""

    return _table(cadre, "moyens", _moyens_attendus(cadre), lists, service, Nombre(decimales=2), pli)


def _moyens_attendus(cadre: Cadre) -> Iterator[Cle]:
    """Yield the keys of the rows of the workbook: by fiche, then by structure."""
    model, offre = cadre.gabarit.moyens, cadre.dossier.offre
    natures = {item.id: item.nature or "euros" for item in cadre.dossier.catalogue.moyens.postes}
    known = {str(fiche.numero) for fiche in cadre.dossier.convention.fiches}

    def parties(item: PosteDeSignataire) -> list[str]:
        return model.signataires(item, (party.id for party in cadre.dossier.convention.parties))

    for item in model.par_fiche:
        wanted = [str(fiche) for fiche in item.fiches if str(fiche) in known] if item.fiches else [""]
        for party in parties(item):
            yield from ((party, fiche, "", natures[item.poste], item.poste) for fiche in wanted)
    asked = model.par_structure
    kinds = {item.id for item in cadre.dossier.catalogue.offre.types if item.categorie in asked.categories}
    for structure in offre[offre["type"].isin(kinds) & offre["gestion"].isin(asked.gestions)]["structure"].unique():
        for item in asked.postes:
            yield from ((party, "", structure, natures[item.poste], item.poste) for party in parties(item))


def _profils(cadre: Cadre) -> Feuille:
    """Return the sheet of profiles: each dispositif by each variable, then the crossed counts already entered."""
    catalogue, parts = cadre.dossier.catalogue, cadre.gabarit.parts
    places = catalogue.dimensions[catalogue.profils.dimension].modalites
    variables = {item.libelle: item.id for item in catalogue.profils.variables}
    by_variable = {item.id: {part.libelle: part.id for part in item.modalites} for item in catalogue.profils.variables}
    words = {word: code for choices in by_variable.values() for word, code in choices.items()}
    lists = {
        "dispositif": Liste("dispositifs", {item.libelle: item.id for item in places}),
        "variable": Liste("variables", variables),
        "modalite": Liste("categories", words, "variable", by_variable),
        "variable_2": Liste("variables", variables),
        "modalite_2": Liste("categories", words, "variable_2", by_variable),
        "statut": _etats_de_valeur(cadre),
    }
    declared = [part.id for part in places]
    asked = {  # the dispositifs where a fiche counts people
        part
        for item in cadre.indicateurs().values()
        if item.dimension == catalogue.profils.dimension and item.sensible
        for part in item.modalites or declared
    }
    wanted = [
        (place, variable.id, part.id, "", "")
        for place in declared
        if place in asked
        for variable in catalogue.profils.variables
        for part in variable.modalites
    ]
    names = {item.id: item.libelle for item in places}
    return _table(
        cadre,
        "profils",
        wanted,
        lists,
        lambda key: parts.dispositifs.get(key[0], parts.principal),
        Nombre(),
        lambda key: cadre.gabarit.plis.profils.format(dispositif=names.get(key[0], key[0])),
    )


def _posture(cadre: Cadre) -> Feuille:
    """Return the sheet of the grid of the référentiel: the function, from 0 to 4, never the post or the person."""
    referentiel, niveaux = cadre.dossier.catalogue.referentiel, cadre.dossier.catalogue.evaluation.niveaux
    items = {
        "attendus": {item.libelle: item.id for item in referentiel.attendus},
        "activites": {item.libelle: item.id for item in referentiel.activites},
    }
    lists = {
        "domaine": Liste("domaines", {word: code for code, word in cadre.gabarit.domaines.items()}),
        "item": Liste("items", {**items["attendus"], **items["activites"]}, "domaine", items),
        "niveau": Liste("niveaux", {f"{rank} – {word}": str(rank) for rank, word in enumerate(niveaux)}),
        "diffusion": Liste("diffusions", {word: code for code, word in cadre.gabarit.diffusions.items()}),
    }
    followed = any(item.table == "posture" for item in cadre.indicateurs().values())
    functions = list(cadre.gabarit.fonctions)
    functions += [key[0] for key in (*cadre.precedent("posture"), *cadre.saisi("posture"))]
    wanted = [
        (function, domaine, item)
        for function in dict.fromkeys(functions)
        for domaine, words in items.items()
        for item in words.values()
        if followed
    ]
    return _table(cadre, "posture", wanted, lists, lambda key: cadre.gabarit.parts.principal)


# One row a modalité of the convention.
_DATES, _TEXTES = ("debut", "fin"), ("responsable", "commentaire", "motif", "preuve")


def _actions(cadre: Cadre) -> Feuille:
    """Return the sheet of actions, each row with what was said of the action last year."""
    states = {item.mot.capitalize(): code for code, item in cadre.dossier.catalogue.evaluation.etats.items()}
    etats = Liste("etats_d_action", states)
    rows = tuple(
        _action(cadre, fiche, modalite, etats)
        for fiche in cadre.dossier.convention.fiches
        if cadre.concerne(cadre.responsable_de_fiche(fiche))
        for modalite in fiche.modalites
    )
    return Feuille(cadre.modele("actions"), rows, {"statut": etats})


def _action(cadre: Cadre, fiche: Fiche, modalite: ModaliteAction, etats: Liste) -> Ligne:
    key = (str(fiche.numero), modalite.numero)
    before, entered = cadre.precedent("actions").get(key), cadre.saisi("actions").get(key)
    start, end = modalite.debut or fiche.debut, modalite.echeance or fiche.fin
    said = (etats.mot(before["statut"]), before["commentaire"]) if before else ()
    shown = {
        "repere": modalite.numero,
        "fiche": cadre.titre_de(fiche),
        "libelle": modalite.texte,
        "calendrier": f"{start:%m/%Y} – {end:%m/%Y}",
        "precedent": " : ".join(part for part in said if part),
    }
    if entered:
        shown |= {"statut": etats.mot(entered["statut"])}
        shown |= {name: entered[name] for name in _TEXTES}
        shown |= {name: date.fromisoformat(entered[name]) for name in _DATES if entered[name]}
    return Ligne({"fiche": key[0], "modalite": key[1]}, shown, attendues=frozenset({"statut"}))


def _d_action(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    values = {name: lue.valeurs[name] for name in ("statut", *_DATES, *_TEXTES) if lue.valeurs.get(name)}
    return [Entree("actions", (lue.codes["fiche"], lue.codes["modalite"]), values, lue.origine)] if values else []


# One row a figure, for the whole and for each part of its breakdown.
_OBSERVATIONS = "observations"
_DES_CORRECTIONS = {"valeur": "correction", "note": "raison"}  # cells of a corrected figure, by column of the follow-up


def _indicateurs(cadre: Cadre) -> Feuille:
    """Return the sheet of indicators, each row with last year's value as it is known today.

    An indicator that is computed, or read in another table (profiles, posture), is not asked for here; what is awaited
    once is asked for its year, then the year after, to be corrected. What is optional is folded, fiche by fiche, and so
    are the parts of what the fiche does not write.
    """
    rows = []
    for item in cadre.indicateurs().values():
        if item.table != _OBSERVATIONS or item.calcul is not None:
            continue
        dimension = cadre.dossier.catalogue.dimensions[item.dimension] if item.dimension else None
        words = {entry.id: entry.libelle for entry in dimension.modalites} if dimension else {}
        years = cadre.annees_attendues(item) if item.unique else set()
        for part in ("", *(item.modalites or words if dimension else ())):
            codes = {"indicateur": item.id, "dimension": (item.dimension or "") if part else "", "modalite": part}
            service, entered = _service(cadre, item, part), _derniere(cadre, codes, cadre.annee)
            if cadre.concerne(service) and (not years or years & {cadre.annee, cadre.annee - 1} or entered):
                label = (words[part] if part else "Ensemble") if dimension else ""
                rows.append(_indicateur(cadre, item, codes, label, service, entered))
    rows.sort(key=lambda row: row.pli != "")
    return Feuille(cadre.modele("indicateurs"), tuple(rows), {"statut": _etats_de_valeur(cadre)})


def _service(cadre: Cadre, item: Indicateur, part: str) -> str:
    parts = cadre.gabarit.parts
    of_profiles = item.dimension == cadre.dossier.catalogue.profils.dimension
    asked = item.collecte.responsable if item.collecte else None
    return (parts.dispositifs.get(part) if of_profiles else None) or asked or parts.principal


def _indicateur(
    cadre: Cadre, item: Indicateur, codes: dict[str, str], detail: str, service: str, entered: dict[str, str] | None
) -> Ligne:
    catalogue, part, asked = cadre.dossier.catalogue, codes["modalite"], item.collecte
    shown = {
        "repere": f"{item.id}.{part}" if part else item.id,
        "fiche": cadre.fiche_de(item.id),
        "libelle": item.libelle,
        "detail": detail,
        "definition": item.definition,
        "collecte": " ; ".join((catalogue.responsables[service].libelle, asked.quand, asked.document)) if asked else "",
        "unite": catalogue.unites[item.unite].libelle,
        "precedent": _avant(cadre, _derniere(cadre, codes, cadre.annee - 1), "valeur"),
    }
    if entered:
        shown |= {"valeur": float(entered["valeur"]) if entered["valeur"] else ""}
        shown |= {"statut": _etat_saisi(cadre, entered["statut"])}
        shown |= {"source": entered["source"], "note": entered["note"]}
    elif asked:
        shown |= {"source": asked.document}
    low, high = item.bornes
    number = Nombre(0 if low is None else low, high, item.decimales, item.unite == "pourcent")
    folded = item.facultatif or (part and item.origine != "convention")
    title = cadre.gabarit.plis.indicateurs.format(fiche=shown["fiche"]) if folded else ""
    return Ligne(codes, shown, {"valeur": number, "correction": number}, attendues=frozenset({"valeur"}), pli=title)


def _derniere(cadre: Cadre, codes: dict[str, str], annee: int) -> dict[str, str] | None:
    """Return the row of the latest millésime for a year, whichever folder holds it."""
    wanted = {**codes, "territoire": cadre.dossier.convention.territoire, "annee": str(annee)}
    rows = [
        row
        for suivi in cadre.suivis.values()
        for row in suivi[_OBSERVATIONS].values()
        if all(row[name] == code for name, code in wanted.items())
    ]
    return max(rows, key=lambda row: row["millesime"], default=None)


def _d_indicateur(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return the year's figure, and last year's corrected one; a source alone says nothing.

    The millésime is the year of the workbook until the import says otherwise.
    """
    values, found = lue.valeurs, []
    place = tuple(lue.codes[name] for name in ("indicateur", "dimension", "modalite"))
    others = {"unite": cadre.indicateurs()[place[0]].unite, "source": values.get("source", "")}
    for year, value, status, note, origin in (
        (cadre.annee, values.get("valeur", ""), values.get("statut", ""), "note", lue.origine),
        (cadre.annee - 1, values.get("correction", ""), "", "raison", lue.origine.sous(_DES_CORRECTIONS)),
    ):
        if known := _statut(value, status):
            said = {name: text for name, text in {**others, "note": values.get(note, "")}.items() if text}
            key = (cadre.dossier.convention.territoire, str(year), *place, str(cadre.annee))
            found.append(Entree(_OBSERVATIONS, key, {"valeur": value, "statut": known, **said}, origin))
    return found


# The entry cells of each kind of row of the sheet of appreciations, and the column of the follow-up that each is.
_CELLULES = {
    "date_arretee": {"jour": "valeur"},
    "statut": {"etat": "valeur"},
    "comite_date": {"jour": "valeur"},
    "comite_absence": {"reponse": "valeur"},
    "suite": {"etat": "etat", "reponse": "commentaire"},
    "decision": {"reponse": "texte", "responsable": "responsable", "jour": "echeance"},
    **{rubrique: {"reponse": "texte"} for rubrique in RUBRIQUES},
}
_SAISIES = ("reponse", "etat", "jour", "responsable")


def _appreciations(cadre: Cadre) -> Feuille:
    """Return the sheet: the bilan, the comité and its decisions, what each fiche's year was like, the decisions."""
    principal = cadre.concerne(cadre.gabarit.parts.principal)
    rows = [*_bilan(cadre), *_suites(cadre)] if principal else []
    for fiche in cadre.dossier.convention.fiches:
        if cadre.concerne(cadre.responsable_de_fiche(fiche)):
            for rubrique in RUBRIQUES:
                key = (str(fiche.numero), rubrique)
                before = cadre.precedent("appreciations").get(key, {}).get("texte", "")
                rows.append(_rubrique(cadre, rubrique, ("appreciations", *key), before, cadre.titre_de(fiche)))
    rows += _decisions(cadre) if principal else []
    return Feuille(cadre.modele("appreciations"), tuple(rows))


def _bilan(cadre: Cadre) -> Iterator[Ligne]:
    words = cadre.dossier.catalogue.evaluation.statuts
    choices = Liste("statuts_du_bilan", {word.capitalize(): code for code, word in words.items()})
    for champ in ("date_arretee", "statut", "comite_date", "comite_absence"):
        before = cadre.precedent("bilan").get((champ,), {}).get("valeur", "")
        if before and "jour" in _CELLULES[champ]:
            before = f"{date.fromisoformat(before):%d/%m/%Y}"
        yield _rubrique(cadre, champ, ("bilan", champ), choices.mot(before), choix=choices)


def _suites(cadre: Cadre) -> Iterator[Ligne]:
    """Yield a row for each decision of last year's comité, to say what became of it."""
    words = {item.mot.capitalize(): code for code, item in cadre.dossier.catalogue.evaluation.suites.items()}
    for (decision,), row in cadre.precedent("decisions").items():
        details = " ; ".join(part for part in (row["responsable"], row["echeance"]) if part)
        before = f"{row['texte']} ({details})" if details else row["texte"]
        yield _rubrique(cadre, "suite", ("suites", decision), before, choix=Liste("etats_de_suite", words))


def _decisions(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the rows of the decisions: those already entered, then empty ones up to the number of the workbook."""
    names = [key[0] for key in cadre.saisi("decisions")]
    rank = 1
    while len(names) < cadre.gabarit.nombre_de_decisions:
        name = f"d{cadre.annee}_{rank}"
        names += [name] if name not in names else []
        rank += 1
    for name in names:
        yield _rubrique(cadre, "decision", ("decisions", name))


def _rubrique(
    cadre: Cadre, genre: str, cle: Cle, avant: str = "", sujet: str = "", *, choix: Liste | None = None
) -> Ligne:
    """Return a row of a kind; ``cle`` is its table and its key there."""
    table, *key = cle
    model, entered = cadre.gabarit.rubriques[genre], cadre.saisi(table).get(tuple(key), {})
    shown: dict[str, str | float | date] = {
        "repere": ".".join((genre, *key)) if table in ("suites", "decisions") else ".".join(key),
        "sujet": sujet or model.sujet,
        "rubrique": cadre.mots(model.libelle),
        "precedent": avant,
    }
    for cell, column in _CELLULES[genre].items():
        if text := entered.get(column, ""):
            shown[cell] = date.fromisoformat(text) if cell == "jour" else text
            if cell == "etat" and choix:
                shown[cell] = choix.mot(text)
    codes = {"genre": genre, "table": table, "cle": "/".join(key)}
    closed = frozenset(_SAISIES) - frozenset(_CELLULES[genre])
    return Ligne(codes, shown, listes={"etat": choix} if choix else {}, fermees=closed)


def _d_appreciation(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    cells = _CELLULES[lue.codes["genre"]]
    values = {column: lue.valeurs[cell] for cell, column in cells.items() if lue.valeurs.get(cell)}
    origin = lue.origine.sous({column: cell for cell, column in cells.items()})
    return [Entree(lue.codes["table"], tuple(lue.codes["cle"].split("/")), values, origin)] if values else []


_FEUILLES = {
    "actions": _actions,
    "indicateurs": _indicateurs,
    "moyens": _moyens,
    "profils": _profils,
    "posture": _posture,
    "appreciations": _appreciations,
}
_ENTREES = {"actions": _d_action, "indicateurs": _d_indicateur, "appreciations": _d_appreciation}
