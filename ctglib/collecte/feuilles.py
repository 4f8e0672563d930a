"""The sheets of the workbook of a convention and a year, each said once: its rows, and where each
cell goes.

The columns are those of ``gabarit.yaml``: a key tells the rows apart, the rest is a reminder or an
entry. The writer (``classeur``) shows the rows, the reader (``lecture``) turns the same cells into
entries of the follow-up.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import count, islice

from ctglib.collecte.suivi import DOCUMENTS, RUBRIQUES, TOUTES, Suivi, Table, lire_annee
from ctglib.donnees.dossier import Dossier, charger_gabarit
from ctglib.donnees.fautes import mots, refus
from ctglib.donnees.lecture import CONVENTIONS
from ctglib.donnees.modeles.catalogue import Indicateur, Modalite
from ctglib.donnees.modeles.convention import Fiche
from ctglib.donnees.modeles.suivi import AUTRES, Avenant, FeuilleGabarit, Gabarit
from ctglib.donnees.pieces import annees_presentes
from ctglib.donnees.references import nom_inconnu
from ctglib.donnees.statuts import Statut
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut

Cle = tuple[str, ...]
Montre = dict[str, str | float | date]

OBSERVATIONS = "observations"
LUS = {"nombre": float, "date": date.fromisoformat}  # by the type of a column; the others are texts


@dataclass(frozen=True)
class Nombre:
    """What a cell of a number may hold; ``pourcent``: « 59 % » reads 59."""

    minimum: float = 0
    maximum: float | None = None
    decimales: int = 0
    pourcent: bool = False


@dataclass(frozen=True)
class Liste:
    """The words a cell chooses from, and the code of each; ``nom`` is that of its column in the
    hidden sheet.

    ``par`` has those that may follow a code of another column of the row.
    """

    nom: str
    codes: dict[str, str]
    par: dict[str, dict[str, str]] = field(default_factory=dict)

    def mot(self, code: str, avant: str = "") -> str:
        """Return the word of a code, or the code itself when the list has none."""
        return next(
            (mot for mot, autre in self.par.get(avant, self.codes).items() if autre == code), code
        )


@dataclass(frozen=True)
class Cible:
    """A row of the follow-up that the cells of a row fill: its table, its key, and the column that
    each cell is.

    ``defauts`` are what its columns hold when nothing else is written, once a cell says something.
    """

    table: str
    cle: Cle
    champs: dict[str, str]
    defauts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ligne:
    """A row."""

    montre: (
        Montre  # what is written in its cells, by column; entry cells hold what was already entered
    )
    cibles: tuple[
        Cible, ...
    ]  # where its entry cells go, the first its own row; those that go nowhere are closed
    nombre: Nombre = Nombre()  # what its cells of numbers may hold
    liste: Liste | None = (
        None  # the list of its cells to choose from, where they have not their column's
    )
    pli: str = ""  # the heading under which it is folded
    service: str = ""  # who fills it, where it is not who fills what no other does

    @property
    def ouvertes(self) -> set[str]:
        """Return the cells that may be filled."""
        return {cell for target in self.cibles for cell in target.champs}


@dataclass(frozen=True)
class Feuille:
    """A sheet: its model, its rows, the lists of its columns, and what a row added at its end is."""

    modele: FeuilleGabarit
    lignes: tuple[Ligne, ...]
    listes: dict[str, Liste]
    libre: Ligne | None

    def liste(self, ligne: Ligne, colonne: str) -> Liste | None:
        """Return the list of a cell, its row's before its column's."""
        return ligne.liste or self.listes.get(colonne)


@dataclass(frozen=True)
class Cadre:
    """A convention and a year to collect."""

    dossier: Dossier
    gabarit: Gabarit  # its texts are those of the year
    annee: int
    suivis: dict[
        int, Suivi
    ]  # what the folders of follow-up hold; the year asked for is always there
    responsable: str = ""  # the service whose part is wanted, "" for the whole
    avenants: tuple[Avenant, ...] = ()

    def saisi(self, table: str) -> Table:
        """Return what is already entered for the year."""
        return self.suivis[self.annee][table]

    def precedent(self, table: str) -> Table:
        """Return what was entered for the year before, nothing when it has no folder."""
        return self.suivis.get(self.annee - 1, {}).get(table, {})

    def connue(self, cible: Cible) -> dict[str, str]:
        """Return what is known of a row: the year's, or of a figure the latest millésime, whichever
        folder holds it.
        """
        if cible.table != OBSERVATIONS:
            return self.saisi(cible.table).get(cible.cle, {})
        figures = (item for suivi in self.suivis.values() for item in suivi[OBSERVATIONS].items())
        rows = (row for key, row in figures if key[:-1] == cible.cle[:-1])
        return max(rows, key=lambda row: row["millesime"], default={})

    @cached_property
    def listes(self) -> dict[str, Liste]:
        """The lists of the workbook, by name."""
        gabarit = self.gabarit
        catalogue = self.dossier.catalogue
        convention = self.dossier.convention
        evaluation = catalogue.evaluation
        profils = catalogue.profils
        offre = self.dossier.offre
        words = {
            **{
                name: getattr(gabarit, name)
                for name in ("etats_de_valeur", "domaines", "diffusions")
            },
            "niveaux": {
                str(rank): f"{rank} – {word}" for rank, word in enumerate(evaluation.niveaux)
            },
            "etats_d_action": {code: word.capitalize() for code, word in evaluation.etats.items()},
            "etats_de_suite": {code: word.capitalize() for code, word in evaluation.suites.items()},
            "statuts_du_bilan": {
                code: word.capitalize() for code, word in evaluation.statuts.items()
            },
            "signataires": {party.id: party.nom_court for party in convention.parties},
            "fiches": {str(fiche.numero): _titre(fiche) for fiche in convention.fiches},
            "structures": dict(
                offre.drop_duplicates("structure")[["structure", "nom"]].itertuples(index=False)
            ),
            "natures": _libelles(catalogue.moyens.natures),
            "postes": _libelles(catalogue.moyens.postes),
            "dispositifs": _libelles(catalogue.dimensions[profils.dimension].modalites),
            "variables": _libelles(profils.variables),
        }
        after = {
            "categories": {item.id: item.modalites for item in profils.variables},
            "items": {
                name: getattr(catalogue.referentiel_emploi, name) for name in gabarit.domaines
            },
        }
        lists = {
            name: Liste(name, {word: code for code, word in own.items()})
            for name, own in words.items()
        }
        for name, groups in after.items():
            by = {code: {item.libelle: item.id for item in items} for code, items in groups.items()}
            lists[name] = Liste(
                name, {word: code for own in by.values() for word, code in own.items()}, by
            )
        return lists


def _libelles(items: Iterable[Modalite]) -> dict[str, str]:
    return {item.id: item.libelle for item in items}


def _titre(fiche: Fiche) -> str:
    return f"{fiche.numero}. {fiche.titre}"


def ouvrir_cadre(convention: str, annee: int, responsable: str = "") -> Cadre:
    """Return the frame of a convention and a year.

    Raises:
        DonneesInvalides: The data do not hold, the year is outside the convention, or the service
            is unknown.
    """
    suivi = lire_suivi_brut(convention)
    dossier = suivi.dossier
    gabarit = charger_gabarit(convention)
    first = dossier.convention.debut.year
    last = suivi.fin.year
    if not first <= annee <= last:
        raise refus(
            f"{CONVENTIONS}/{convention}",
            *mots("annee_du_gabarit", annee=annee, debut=first, fin=last),
        )
    if responsable and responsable not in (known := dossier.catalogue.responsables):
        raise refus("catalogue/responsables.yaml", *nom_inconnu(responsable, known, "service"))
    suivis = {
        year: lire_annee(convention, year)
        for year in sorted({annee, *annees_presentes(convention)})
    }
    return Cadre(dossier, _de_l_annee(gabarit, annee), annee, suivis, responsable, suivi.avenants)


def cadre_vierge(suivi: DossierSuivi, gabarit: Gabarit, annee: int, responsable: str) -> Cadre:
    """Return the frame of a service's part without anything entered: what anyone may be sent."""
    empty = {name: {} for name in TOUTES}
    return Cadre(
        suivi.dossier,
        _de_l_annee(gabarit, annee),
        annee,
        {annee: empty},
        responsable,
        tuple(suivi.avenants),
    )


def _de_l_annee(gabarit: Gabarit, annee: int) -> Gabarit:
    words = (
        gabarit.model_dump_json()
        .replace("{annee}", str(annee))
        .replace("{precedente}", str(annee - 1))
    )
    return Gabarit.model_validate_json(words)


def feuilles(cadre: Cadre) -> tuple[Feuille, ...]:
    """Return the sheets of a workbook; a service's has only those where it has something to fill.

    What the rows of a sheet are is said by the function of its name, below.
    """
    sheets = []
    asked = {
        "actions": _actions,
        "indicateurs": _indicateurs,
        "moyens": _moyens,
        "profils": _profils,
        "posture": _posture,
        "appreciations": _appreciations,
        "participation": _participation,
    }
    for model in cadre.gabarit.feuilles:
        lists = {column.id: cadre.listes[column.liste] for column in model.colonnes if column.liste}
        types = {column.id: column.type for column in model.colonnes}
        rows = []
        for ligne in asked[model.id](cadre):
            if cadre.responsable not in ("", ligne.service or cadre.gabarit.parts.principal):
                continue
            target = ligne.cibles[0]
            shown = dict(ligne.montre)
            known = cadre.connue(target)
            for cell, column in target.champs.items():
                text = known.get(column)
                if text and text != target.defauts.get(column):  # a default is not written
                    choices = (ligne.liste or lists.get(cell)) if types[cell] == "liste" else None
                    shown[cell] = choices.mot(text) if choices else LUS.get(types[cell], str)(text)
            rows.append(replace(ligne, montre=shown))
        if rows:
            added = replace(
                rows[0], montre={}, cibles=(replace(rows[0].cibles[0], cle=()),), pli=""
            )
            sheets.append(
                Feuille(model, tuple(rows), lists, added if model.lignes_libres else None)
            )
    return tuple(sheets)


def _actions(cadre: Cadre) -> Iterator[Ligne]:
    """Yield a row a modalité of the convention, with what was said of it last year."""
    columns = cadre.gabarit.par_feuille["actions"].colonnes
    cells = {column.id: column.id for column in columns if column.role == "saisie"}
    for fiche, modalite in (
        (one, item) for one in cadre.dossier.convention.fiches for item in one.modalites
    ):
        key = (str(fiche.numero), modalite.numero)
        before = cadre.precedent("actions").get(key)
        said = (
            (cadre.listes["etats_d_action"].mot(before["statut"]), before["commentaire"])
            if before
            else ()
        )
        start = modalite.debut or fiche.debut
        end = modalite.echeance or fiche.fin
        shown = {
            "repere": modalite.numero,
            "fiche": _titre(fiche),
            "libelle": modalite.texte,
            "calendrier": f"{start:%m/%Y} – {end:%m/%Y}",
            "precedent": " : ".join(filter(None, said)),
        }
        yield Ligne(
            shown, (Cible("actions", key, cells),), service=cadre.gabarit.parts.de_fiche(fiche)
        )


def _indicateurs(cadre: Cadre) -> Iterator[Ligne]:
    """Yield a row a figure, for the whole and for each part, with last year's as known today.

    An indicator that is computed, or read in another table (profiles, posture), is not asked for
    here; what is awaited once is asked for its year, then the year after, to be corrected. What is
    optional is folded, fiche by fiche, and so are the parts of what the fiche does not write: these
    rows come last. The millésime is the year of the workbook until the import says otherwise.
    """
    catalogue = cadre.dossier.catalogue
    parts = cadre.gabarit.parts
    folded = []
    of_the_year = {name: name for name in ("valeur", "statut", "source", "note")}
    corrected = {"correction": "valeur", "raison": "note", "source": "source"}
    listed = (
        (number, item) for number, items in catalogue.fiches_indicateurs.items() for item in items
    )
    for number, item in (
        (number, item) for number, item in listed if item.table == OBSERVATIONS and not item.calcul
    ):
        words = _libelles(catalogue.dimensions[item.dimension].modalites) if item.dimension else {}
        years = _annees_attendues(cadre, item) if item.unique else set()
        asked = item.collecte
        defaults = {"valeur": "", "statut": Statut.NORMAL.value, "unite": item.unite}
        low, high = item.bornes
        numbers = Nombre(0 if low is None else low, high, item.decimales, item.unite == "pourcent")
        for part in ("", *(item.modalites or words if words else ())):
            codes = (item.id, (item.dimension or "") if part else "", part, str(cadre.annee))
            targets = tuple(
                Cible(
                    OBSERVATIONS,
                    (cadre.dossier.convention.territoire, str(year), *codes),
                    own,
                    defaults,
                )
                for year, own in ((cadre.annee, of_the_year), (cadre.annee - 1, corrected))
            )
            known, before = map(cadre.connue, targets)
            if years and not years & {cadre.annee, cadre.annee - 1} and not known:
                continue
            of_profiles = item.dimension == catalogue.profils.dimension and parts.dispositifs.get(
                part
            )
            service = of_profiles or (asked.responsable if asked else None) or parts.principal
            who = catalogue.responsables[service].libelle
            shown = {
                "repere": f"{item.id}.{part}" if part else item.id,
                "fiche": str(number),
                "libelle": item.libelle,
                "detail": (words[part] if part else "Ensemble") if words else "",
                "definition": item.definition,
                "collecte": " ; ".join((who, asked.quand, asked.document)) if asked else "",
                "unite": catalogue.unites[item.unite].libelle,
                "precedent": _chiffre(cadre, before, "valeur"),
                "source": asked.document if asked and not known else "",
            }
            if item.facultatif or (part and item.origine != "convention"):
                title = cadre.gabarit.plis["indicateurs"].format(fiche=number)
                folded.append(Ligne(shown, targets, numbers, pli=title, service=service))
            else:
                yield Ligne(shown, targets, numbers, service=service)
    yield from folded


def _annees_attendues(cadre: Cadre, item: Indicateur) -> set[int]:
    """Return the years that what is awaited once is awaited in; none when nothing says it."""
    followed = (one for fiche in cadre.dossier.convention.fiches for one in fiche.indicateurs)
    written = {one.annee_attendue for one in followed if one.id == item.id}
    moved = {
        one.annee
        for avenant in cadre.avenants
        for one in avenant.changements
        if one.element == item.id
    }
    return (written | moved) - {None}


def _chiffre(cadre: Cadre, ligne: dict[str, str], colonne: str) -> str | float:
    """Return a figure as a number, or why it is missing in words, or nothing when there is no row."""
    if not ligne:
        return ""
    return (
        float(ligne[colonne])
        if ligne[colonne]
        else cadre.dossier.catalogue.statuts[ligne["statut"]].mot
    )


def _table(cadre: Cadre, nom: str, attendues: Iterable[Cle]) -> Iterator[Ligne]:
    """Yield the rows of a sheet that is a table of the follow-up: those awaited, then those
    entered, lately or now.
    """
    columns = cadre.gabarit.par_feuille[nom].colonnes
    keys, entries = (
        [column for column in columns if column.role == role] for role in ("cle", "saisie")
    )
    measure = entries[0]
    cells = {column.id: column.id for column in entries}
    defaults = {measure.id: "", "statut": Statut.NORMAL.value} if "statut" in cells else {}
    for key in dict.fromkeys([*attendues, *cadre.precedent(nom), *cadre.saisi(nom)]):
        codes = {column.id: code for column, code in zip(keys, key, strict=True)}
        shown: Montre = {
            column.id: cadre.listes[column.liste].mot(codes[column.id], codes.get(column.selon, ""))
            if column.liste
            else codes[column.id]
            for column in keys
        }
        before = cadre.precedent(nom).get(key, {})
        if measure.type == "nombre":
            shown["precedent"] = _chiffre(cadre, before, measure.id)
        elif before:
            shown["precedent"] = cadre.listes[measure.liste].mot(before[measure.id])
        yield Ligne(shown, (Cible(nom, key, cells, defaults),))


def _moyens(cadre: Cadre) -> Iterator[Ligne]:
    """Yield ETP and euros of each signatory, by fiche then by structure."""
    parts = cadre.gabarit.parts
    asked = cadre.gabarit.moyens
    offre = cadre.dossier.offre
    natures = {item.id: item.nature or "euros" for item in cadre.dossier.catalogue.moyens.postes}
    parties = [party.id for party in cadre.dossier.convention.parties]
    known = {str(fiche.numero) for fiche in cadre.dossier.convention.fiches}
    wanted = []
    for item in asked.par_fiche:
        fiches = (
            [str(fiche) for fiche in item.fiches if str(fiche) in known] if item.fiches else [""]
        )
        own = asked.signataires(item, parties)
        wanted += [
            (party, fiche, "", natures[item.poste], item.poste) for party in own for fiche in fiches
        ]
    of_structures = asked.par_structure
    kinds = {
        item.id
        for item in cadre.dossier.catalogue.offre.types
        if item.categorie in of_structures.categories
    }
    concerned = offre[offre["type"].isin(kinds) & offre["gestion"].isin(of_structures.gestions)]
    wanted += [
        (party, "", structure, natures[item.poste], item.poste)
        for structure in concerned["structure"].unique()
        for item in of_structures.postes
        for party in asked.signataires(item, parties)
    ]
    named = {item.signataire for item in (*asked.par_fiche, *of_structures.postes)}
    folded = {(item.signataire, item.poste) for item in of_structures.postes if item.facultatif}
    for ligne in _table(cadre, "moyens", wanted):
        party, fiche, structure, _, poste = ligne.cibles[0].cle
        service = parts.signataires.get(party) or (parts.des_moyens(int(fiche)) if fiche else "")
        optional = structure and (party if party in named else AUTRES, poste) in folded
        title = cadre.gabarit.plis["moyens"] if optional else ""
        yield replace(ligne, nombre=Nombre(decimales=2), pli=title, service=service)


def _profils(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the counts of each dispositif by each variable, then the crossed ones already entered."""
    dispositifs = cadre.listes["dispositifs"]
    asked = {  # the dispositifs where a fiche counts people
        part
        for item in cadre.dossier.catalogue.indicateurs_fiches.values()
        if item.dimension == cadre.dossier.catalogue.profils.dimension and item.sensible
        for part in item.modalites or dispositifs.codes.values()
    }
    wanted = (
        (place, variable, part, "", "")
        for place in dispositifs.codes.values()
        if place in asked
        for variable, choices in cadre.listes["categories"].par.items()
        for part in choices.values()
    )
    for ligne in _table(cadre, "profils", wanted):
        place = ligne.cibles[0].cle[0]
        title = cadre.gabarit.plis["profils"].format(dispositif=dispositifs.mot(place))
        yield replace(ligne, pli=title, service=cadre.gabarit.parts.dispositifs.get(place, ""))


def _posture(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the grid of the référentiel: the function, from 0 to 4, never the post or the person."""
    followed = any(
        item.table == "posture" for item in cadre.dossier.catalogue.indicateurs_fiches.values()
    )
    known = [key[0] for key in (*cadre.precedent("posture"), *cadre.saisi("posture"))]
    wanted = (
        (function, domaine, item)
        for function in dict.fromkeys([*cadre.gabarit.fonctions, *known])
        for domaine, words in cadre.listes["items"].par.items()
        for item in words.values()
        if followed
    )
    return _table(cadre, "posture", wanted)


def _appreciations(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the bilan, its comité, what became of the decisions, what each fiche's year was like,
    the new decisions.
    """
    for champ in ("date_arretee", "statut", "comite_date", "comite_absence"):
        yield _texte(cadre, champ, "bilan", champ)
    for (decision,), row in cadre.precedent("decisions").items():
        details = " ; ".join(row[name] for name in ("responsable", "echeance") if row.get(name))
        before = f"{row['texte']} ({details})" if details else row["texte"]
        yield _texte(cadre, "suite", "suites", decision, avant=before)
    for fiche in cadre.dossier.convention.fiches:
        for rubrique in RUBRIQUES:
            row = _texte(
                cadre, rubrique, "appreciations", str(fiche.numero), rubrique, sujet=_titre(fiche)
            )
            yield replace(row, service=cadre.gabarit.parts.de_fiche(fiche))
    names = [name for (name,) in cadre.saisi("decisions")]
    free = (name for rank in count(1) if (name := f"d{cadre.annee}_{rank}") not in names)
    for name in (*names, *islice(free, max(0, cadre.gabarit.nombre_de_decisions - len(names)))):
        yield _texte(cadre, "decision", "decisions", name, avant="")


def _participation(cadre: Cadre) -> Iterator[Ligne]:
    """Yield who was asked, of each public, what the partners do together, an example an axis;
    always an empty row.
    """
    publics = cadre.dossier.catalogue.bilan.publics.items()
    asked = {
        "consultations": {name: many.capitalize() for name, (_, many) in publics},
        "exemples": {axe.id: axe.titre for axe in cadre.dossier.convention.axes},
    }
    for table, subjects in asked.items():
        known = (*cadre.saisi(table), *cadre.precedent(table))
        for subject, words in subjects.items():
            for rank in range(
                1, max((int(rank) for own, rank in known if own == subject), default=0) + 2
            ):
                yield _texte(cadre, table, table, subject, str(rank), sujet=words)
        if table == "consultations":
            yield _texte(cadre, "cooperation", "participation", "cooperation")


def _texte(
    cadre: Cadre, genre: str, table: str, *cle: str, avant: str | None = None, sujet: str = ""
) -> Ligne:
    """Return a row of the sheets of texts, beside ``avant``, or what was said of it last year."""
    asked = cadre.gabarit.rubriques[genre]
    choices = cadre.listes.get(asked.liste)
    if avant is None:
        texts = cadre.precedent(table).get(cle, {}).values()
        french = [
            re.sub(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$", r"\3/\2/\1", text) for text in texts
        ]
        avant = " ; ".join(choices.mot(text) if choices else text for text in french)
    shown = {
        "repere": ".".join(cle if table in DOCUMENTS else (genre, *cle)),
        "sujet": sujet or asked.sujet,
        "rubrique": asked.libelle,
        "precedent": avant,
    }
    return Ligne(shown, (Cible(table, cle, asked.cellules),), liste=choices)
