"""Rules on the rows of tables, written as data: which rows are wrong, and the words of their faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.csv_strict import est_un_jour
from ctglib.donnees.fautes import Faute
from ctglib.donnees.references import COLONNES, VOCABULAIRES, elements, nom_inconnu, parcourir, places

if TYPE_CHECKING:
    from ctglib.donnees.csv_strict import TableLue
    from ctglib.donnees.pieces import Pieces

NOMBRE = r"-?[0-9]+(\.[0-9]+)?"


@dataclass(frozen=True)
class Regle:
    """What makes a row wrong, at which column; its words cite the row by the names of its columns (« {unite} »).

    ``trouve`` is the cell itself when nothing is said.
    """

    colonne: str
    fautives: Callable[[pd.DataFrame], pd.Series]
    attendu: str
    remede: str
    trouve: str = ""


def fautes_des_tables(pieces: Pieces, noms: dict[str, list[str]]) -> list[Faute]:
    """Return the faults of all the tables: unknown names, what columns say together, what the catalogue bounds.

    Those of a kind are looked at together. A file that lacks a column has its own fault, and is left out.

    Args:
        pieces: What was read.
        noms: Names by kind; a kind none of whose files could be read is empty, and is not checked.
    """
    faults: list[Faute] = []
    for name, tables in pieces.tables.items():
        columns = list(pieces.schemas[name].colonnes)
        rows = pd.concat([en_lignes(one) for one in tables if set(columns) <= set(one.lignes)] or [pd.DataFrame()])
        if rows.empty:
            continue
        rows = rows.reset_index(drop=True)
        for column, kind in COLONNES.get(name, {}).items():
            faults += inconnus(rows, column, noms[kind], VOCABULAIRES[kind].libelle, VOCABULAIRES[kind].ou)
        for column, chooser, kind, label, where in DEPENDANTES.get(name, ()):
            for chosen, names in modalites(pieces, kind).items():
                faults += inconnus(rows[rows[chooser] == chosen], column, names, label.format(chosen), where)
        if name in REGLES:
            faults += REGLES[name](rows, pieces)
    return faults


def en_lignes(table: TableLue) -> pd.DataFrame:
    """Return the rows of a table as written; ``fichier`` and ``numero`` say where each is."""
    return table.lignes.assign(fichier=table.fichier, numero=table.lignes.index).astype(object)


def appliquer(lignes: pd.DataFrame, regles: Iterable[Regle]) -> list[Faute]:
    """Return a fault for each row that a rule says wrong."""
    faults = []
    for rule in regles:
        found = rule.trouve or f"« {{{rule.colonne}:.80}} »"
        faults += [
            Faute(
                row["fichier"],
                *(words.format_map(row) for words in (found, rule.attendu, rule.remede)),
                row["numero"],
                rule.colonne,
            )
            for row in lignes[rule.fautives(lignes).astype(bool)].to_dict("records")
        ]
    return faults


def inconnus(lignes: pd.DataFrame, colonne: str, noms: Iterable[str], libelle: str, ou: str) -> list[Faute]:
    """Return a fault for each cell that names what nothing defines; when no name is known nothing is checked.

    ``libelle`` is what is named (« un indicateur »), ``ou`` where such names are defined.
    """
    known = list(noms)
    wrong = lignes[~lignes[colonne].isin([*known, ""])] if known else lignes[:0]
    return [
        Faute(fichier, *nom_inconnu(ecrit, known, libelle, ou), ligne=numero, colonne=colonne)
        for fichier, numero, ecrit in zip(wrong["fichier"], wrong["numero"], wrong[colonne], strict=True)
    ]


# By table: column, the column that says among which names it is chosen, and the words of its faults (« {} » stands for
# what that column says).
_VARIABLE = ("variable", "une modalité de la variable « {} »", "catalogue/profils.yaml")
DEPENDANTES = {
    "observations": (
        ("modalite", "dimension", "dimension", "une modalité de la dimension « {} »", "catalogue/dimensions.yaml"),
    ),
    "actions": (("modalite", "fiche", "fiche", "une modalité de mise en œuvre de la fiche {}", "convention.yaml"),),
    "profils": (("modalite", "variable", *_VARIABLE), ("modalite_2", "variable_2", *_VARIABLE)),
    "posture": (("item", "domaine", "item", "un item de « {} »", "catalogue/referentiel_emploi.yaml"),),
}
_CHOIX = {
    "dimension": ("dimensions convention/indicateurs", "dimensions", "id", "modalites.*.id"),
    "variable": ("profils", "variables", "id", "modalites.*.id"),
    "fiche": ("convention/convention", "fiches", "numero", "modalites.*.numero"),
}


def modalites(pieces: Pieces, sorte: str) -> dict[str, list[str]]:
    """Return the modalités of each dimension, variable or fiche, or the items of each domaine, as text."""
    if sorte == "item":
        return {name: list(places(pieces, "referentiel_emploi", f"{name}.*.id")) for name in ("attendus", "activites")}
    documents, group, key, path = _CHOIX[sorte]
    return {
        str(item.get(key)): [str(value) for _, value in parcourir(item, path)]
        for _, _, item in elements(pieces, documents, group)
    }


def dispositifs(pieces: Pieces) -> list[str]:
    """Return the modalités of the dimension that profiles are counted by."""
    return [
        one for name in places(pieces, "profils", "dimension") for one in modalites(pieces, "dimension").get(name, [])
    ]


def nombres(textes: pd.Series) -> pd.Series:
    """Return the numbers of texts, NaN for what is none: it has its fault already."""
    return textes.where(textes.astype("str").str.fullmatch(NOMBRE)).astype("float64")


def _annees(textes: pd.Series) -> pd.Series:
    return nombres(textes.where(textes.str.len() == 4))


def _regles_de_vide(pieces: Pieces, colonne: str = "valeur") -> tuple[Regle, Regle]:
    """Return the rules of a value that is empty if and only if its status tells an absence."""
    absences = {item.get("code"): item.get("absence") for _, _, item in elements(pieces, "statuts", "statuts")}
    codes = ", ".join(code for code, absence in absences.items() if absence)
    return (
        Regle(
            colonne,
            lambda t: (t[colonne] == "") & t["statut"].map(absences).eq(False),
            f"une valeur, ou un statut d'absence ({codes})",
            "écrire la valeur, ou le statut qui dit pourquoi elle manque",
            "une valeur vide avec le statut {statut}",
        ),
        Regle(
            colonne,
            lambda t: (t[colonne] != "") & t["statut"].map(absences).eq(True),
            "une cellule vide, puisque ce statut dit une absence",
            "vider la cellule, ou corriger le statut",
            f"« {{{colonne}:.80}} » avec le statut {{statut}}",
        ),
    )


def _ensemble(premiere: str, seconde: str, dites: str) -> tuple[Regle, Regle]:
    """Return the rules of two columns that are filled both or neither; ``dites`` names them."""
    words = (f"{dites} remplies toutes deux, ou vides toutes deux", "compléter la ligne, ou vider l'autre")
    return (
        Regle(seconde, lambda t: (t[premiere] != "") & (t[seconde] == ""), *words, "une cellule vide"),
        Regle(premiere, lambda t: (t[premiere] == "") & (t[seconde] != ""), *words, "une cellule vide"),
    )


_BORNES = ("au moins", "au plus")
_DU_CATALOGUE_SEUL = ("id", "unite", "calcul", "sensible", "table", "dimension")


def _avec_le_catalogue(lignes: pd.DataFrame, pieces: Pieces, documents: str) -> pd.DataFrame:
    """Return rows with what the catalogue says of their indicator, in columns « cat_… », missing while it is faulty."""
    read = [one.objet for name in documents.split() for one in pieces.documents[name] if one.objet]
    items = [item for one in read for item in one.indicateurs]
    said = pd.DataFrame({name: [getattr(item, name) for item in items] for name in _DU_CATALOGUE_SEUL}, dtype=object)
    said = said.assign(
        bas=[item.bornes[0] for item in items],
        haut=[item.bornes[1] for item in items],
        bornes=[
            " et ".join(f"{one:.12g} {word}" for one, word in zip(item.bornes, _BORNES, strict=True) if one is not None)
            for item in items
        ],
        modalites=[", ".join(item.modalites) for item in items],
        dimension_dite=[
            f"« {item.dimension} », la dimension" if item.dimension else "une cellule vide : aucune dimension"
            for item in items
        ],
    )
    return lignes.join(said.add_prefix("cat_").set_index("cat_id"), on="indicateur")


# What the catalogue bounds in any table of values.
_DU_CATALOGUE = (
    Regle(
        "unite",
        lambda t: t["cat_unite"].notna() & (t["unite"] != "") & (t["unite"] != t["cat_unite"]),
        "« {cat_unite} », l'unité de « {indicateur} » au catalogue",
        "écrire « {cat_unite} », ou corriger l'indicateur de la ligne",
    ),
    Regle(
        "valeur",
        lambda t: (
            (nombres(t["valeur"]) < t["cat_bas"].astype("float64"))
            | (nombres(t["valeur"]) > t["cat_haut"].astype("float64"))
        ),
        "{cat_bornes}, les bornes de « {indicateur} » au catalogue",
        "corriger la valeur, ou l'indicateur de la ligne",
        "« {valeur} »",
    ),
)


def _annexe1(lignes: pd.DataFrame, pieces: Pieces) -> list[Faute]:
    """Return the faults of the diagnostic; figures of a territory that the convention is not about are one fault."""
    rows = _avec_le_catalogue(lignes, pieces, "themes")
    faults = appliquer(rows, [*_regles_de_vide(pieces), *_DU_CATALOGUE])
    own = [str(code) for code in places(pieces, "convention/convention", "territoire reference membres.*")]
    wrong = {(fault.colonne or "").partition("[")[0] for fault in pieces.documents["convention/convention"][0].fautes}
    if not own or wrong & {"territoire", "reference", "membres"}:  # the convention has its own fault
        return faults
    others = lignes[lignes["territoire"].ne("") & ~lignes["territoire"].isin(own)]
    for code, rows in others.groupby("territoire", sort=False):
        found = f"« {code} », le territoire de {len(rows)} ligne{'s' if len(rows) > 1 else ''}"
        expected = f"un territoire de la convention : {', '.join(own[:8])}"
        remedy = "corriger le code, ou retirer les chiffres d'un autre territoire"
        first = rows.iloc[0]
        faults.append(Faute(first["fichier"], found, expected, remedy, first["numero"], "territoire"))
    return faults


_DE_LA_STRUCTURE = tuple(
    Regle(
        name,
        lambda t, name=name: t[name] != t[f"{name}_premier"],
        f"« {{{name}_premier}} », comme ligne {{numero_premier}} pour la même structure",
        "donner la même valeur à toutes les lignes de la structure, ou corriger son identifiant",
        f"« {{{name}}} »",
    )
    for name in ("nom", "type", "gestion")
)


def _offre(lignes: pd.DataFrame, pieces: Pieces) -> list[Faute]:
    """Return the faults of the rows of the offer: an empty value as the status says, one name and kind a structure."""
    first = lignes.groupby("structure")[["numero", "nom", "type", "gestion"]].transform("first")
    rows = lignes.join(first.add_suffix("_premier"))
    return appliquer(rows, [*_regles_de_vide(pieces), *_DE_LA_STRUCTURE])


_ACTIONS = (
    Regle(
        "fin",
        lambda t: (t["fin_jour"] != "") & (t["fin_jour"] < t["debut_jour"]),
        "le {debut} ou après, la date du début",
        "corriger l'une des deux dates",
    ),
    Regle(
        "fin",
        lambda t: (t["statut"] == "realisee") & (t["fin"] == ""),
        "la date de fin d'une action réalisée",
        "écrire la date de fin, ou corriger le statut",
        "une cellule vide avec le statut realisee",
    ),
)


def _actions(lignes: pd.DataFrame, pieces: Pieces) -> list[Faute]:
    """Return the faults of the actions: dates in order and inside the convention, an end when done."""
    rules = [*_ACTIONS]
    # The days as written, in order as texts; "" for what is none: it has its fault already.
    days = {f"{name}_jour": lignes[name].where(lignes[name].map(est_un_jour), "") for name in ("debut", "fin")}
    if pieces.convention:
        first, last = str(pieces.convention.debut), str(pieces.fin)
        expected = f"une date entre le {first} et le {last}, la durée de la convention"
        for name in ("debut", "fin"):
            day = f"{name}_jour"
            outside = lambda t, day=day: (t[day] != "") & ~t[day].between(first, last)  # noqa: E731
            rules.append(Regle(name, outside, expected, "corriger la date"))
    return appliquer(lignes.assign(**days), rules)


_LIEE = Regle(
    "nature",
    lambda t: t["liee"].notna() & (t["nature"] != "") & (t["nature"] != t["liee"]),
    "« {liee} », la nature de « {poste} » dans catalogue/moyens.yaml",
    "corriger la nature, ou le poste",
)


def _moyens(lignes: pd.DataFrame, pieces: Pieces) -> list[Faute]:
    """Return the faults of the means: structures, emptiness as the status says, a poste of the right nature."""
    bound = {item.get("id"): item.get("nature") for _, _, item in elements(pieces, "moyens", "postes")}
    rows = lignes.assign(liee=lignes["poste"].map(bound))
    offer = [name for one in pieces.tables.get("offre", ()) if "structure" in one.lignes for name in
             sorted(set(one.lignes["structure"]))]  # fmt: skip
    structures = inconnus(lignes, "structure", offer, "une structure", "l'offre (offre.csv)")
    return [*structures, *appliquer(rows, [_LIEE, *_regles_de_vide(pieces)])]


_LIEU = ["fichier", "territoire", "annee", "indicateur", "millesime"]
_OBSERVATIONS = (
    *_DU_CATALOGUE,
    *_ensemble("dimension", "modalite", "dimension et modalité"),
    Regle(
        "dimension",
        lambda t: t["detaillee"] & (t["dimension"] != t["cat_dimension"]),
        "{cat_dimension_dite} de « {indicateur} » au catalogue",
        "corriger la dimension, ou l'indicateur de la ligne",
    ),
    Regle(
        "modalite",
        lambda t: t["detaillee"] & (t["dimension"] == t["cat_dimension"]) & ~t["retenue"],
        "l'une des modalités de « {indicateur} » : {cat_modalites}",
        "corriger la modalité",
    ),
    Regle(
        "annee",
        lambda t: _annees(t["annee"]) > _annees(t["millesime"]),
        "{millesime} au plus, l'année de saisie ou de publication",
        "corriger l'année, ou le millésime",
    ),
    # Of a count that is not whole, secrecy would not know what it may show.
    Regle(
        "valeur",
        lambda t: t["cat_sensible"].eq(True) & t["cat_calcul"].isna() & (t["nombre"] % 1 > 0),
        "un nombre entier de personnes",
        "écrire le nombre de personnes, sans décimale",
        "« {valeur} »",
    ),
    # Parts may add up to more than the whole, where a child who goes to two places counts once in it.
    Regle(
        "valeur",
        lambda t: t["additive"] & t["cat_calcul"].isna() & (t["nombre"] > t["nombre_tout"]),
        "{valeur_tout} au plus, l'ensemble (ligne {numero_tout:.0f})",
        "corriger la valeur, ou celle de l'ensemble",
        "« {valeur} »",
    ),
    # What follows is of the rows of a year's folder, or of an invented context.
    Regle(
        "millesime",
        lambda t: _annees(t["millesime"]).notna() & t["dossier"].notna() & (_annees(t["millesime"]) != t["dossier"]),
        "{dossier:.0f}, l'année du dossier",
        "écrire {dossier:.0f}, ou mettre la ligne dans le dossier « {millesime} »",
    ),
    Regle(
        "indicateur",
        lambda t: t["dossier"].notna() & t["cat_table"].notna() & (t["cat_table"] != "observations"),
        "un indicateur qui se lit dans observations.csv ; celui-ci se lit dans {cat_table}.csv",
        "retirer la ligne",
    ),
)


def _observations(lignes: pd.DataFrame, pieces: Pieces) -> list[Faute]:
    """Return the faults of observations: unit, bounds, emptiness, breakdown, year of entry, parts and whole.

    A year's own rows are entered in the year of the folder, about our territories; so is a fictional context.
    """
    documents = "themes contexte indicateurs convention/indicateurs"
    rows = _avec_le_catalogue(lignes.assign(nombre=nombres(lignes["valeur"])), pieces, documents)
    wholes = rows[(rows["dimension"] == "") & rows["nombre"].notna()].drop_duplicates(_LIEU, keep="last")
    rows = rows.merge(wholes[[*_LIEU, "valeur", "numero", "nombre"]], "left", _LIEU, suffixes=("", "_tout"))
    known = {(name, part) for name, parts in modalites(pieces, "dimension").items() for part in parts}
    details = [*zip(rows["dimension"], rows["modalite"], strict=True)]
    kept = zip(rows["modalite"], rows["cat_modalites"], strict=True)
    units = [item.get("id") for _, _, item in elements(pieces, "unites", "unites") if item.get("ecart") == "aucun"]
    rows = rows.assign(
        dossier=rows["fichier"].str.extract("/suivi/([0-9]{4})/", expand=False).astype("float64"),
        additive=rows["cat_unite"].isin(units),
        detaillee=rows["cat_table"].notna() & pd.Series([pair in known for pair in details], dtype=bool),
        retenue=[not names or part in str(names).split(", ") for part, names in kept],
    )
    rules = [*_OBSERVATIONS, *_regles_de_vide(pieces)]
    if pieces.convention:
        own = [pieces.convention.territoire, pieces.convention.reference]
        entered = rows["fichier"].str.startswith("conventions/")
        expected = f"l'un des territoires de la convention : {', '.join(own)}"
        outside = lambda t: entered & ~t["territoire"].isin(own)  # noqa: E731
        rules.append(Regle("territoire", outside, expected, "corriger le code, ou retirer la ligne"))
    return appliquer(rows, rules)


_PROFILS = (
    *_ensemble("variable_2", "modalite_2", "seconde variable et seconde modalité"),
    Regle(
        "variable_2",
        lambda t: (t["variable_2"] != "") & (t["modalite_2"] != "") & (t["variable_2"] == t["variable"]),
        "une autre variable que la première",
        "corriger l'une des deux variables",
    ),
    Regle(
        "effectif",
        lambda t: t["effectif"].str.fullmatch(r"[0-9]+\.[0-9]+"),
        "un nombre entier de personnes",
        "écrire le nombre de personnes, sans décimale",
        "« {effectif} »",
    ),
)
_CROISEMENTS = Regle(
    "variable",
    lambda t: t["sens"] != t["sens_premier"],
    "chaque croisement une seule fois",
    "supprimer l'une des deux lignes",
    "le croisement de la ligne {numero_premier}, dans l'autre sens",
)
_SOMMES = Regle(
    "effectif",
    lambda t: t["nombre"] < t["somme"],
    "{somme:.0f} au moins, la somme de ses croisements avec « {variable_2} »",
    "corriger l'effectif, ou celui des croisements",
    "« {effectif} »",
)
_COTES = {"variable": "variable_2", "modalite": "modalite_2", "variable_2": "variable", "modalite_2": "modalite"}


def _profils(lignes: pd.DataFrame, pieces: Pieces) -> list[Faute]:
    """Return the faults of the profiles: whole numbers, a second variable in full, parts and whole."""
    places = inconnus(lignes, "dispositif", dispositifs(pieces), "un dispositif", "catalogue/dimensions.yaml")
    rows = lignes.assign(nombre=lignes["effectif"].where(lignes["effectif"].str.fullmatch("[0-9]+")).astype("float64"))
    crossed = rows[(rows["variable_2"] != "") & (rows["modalite_2"] != "")]
    one, other = (
        crossed["variable"] + "\n" + crossed["modalite"],
        crossed["variable_2"] + "\n" + crossed["modalite_2"],
    )
    crossed = crossed.assign(
        sens=one < other, croisement=one.where(one < other, other) + one.where(one >= other, other)
    )
    first = crossed.groupby(["fichier", "dispositif", "croisement"])[["sens", "numero"]].transform("first")
    whole = rows[rows["nombre"].notna()]
    parts = whole[whole["variable_2"] != ""]
    key = ["fichier", "dispositif", "variable", "modalite"]
    sums = pd.concat([parts, parts.rename(columns=_COTES)]).groupby([*key, "variable_2"])["nombre"].sum()
    alone = whole[whole["variable_2"] == ""].drop(columns="variable_2")
    return [
        *places,
        *appliquer(rows, [*_PROFILS, *_regles_de_vide(pieces, "effectif")]),
        *appliquer(crossed.join(first.add_suffix("_premier")), [_CROISEMENTS]),
        *appliquer(alone.merge(sums.rename("somme").reset_index(), on=key), [_SOMMES]),
    ]


REGLES = {
    "annexe1": _annexe1,
    "offre": _offre,
    "observations": _observations,
    "actions": _actions,
    "moyens": _moyens,
    "profils": _profils,
}
