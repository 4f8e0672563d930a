"""Tables of the follow-up against what they name and what their columns say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.references import VOCABULAIRES
from ctglib.donnees.regles import (
    DU_CATALOGUE,
    Regle,
    appliquer,
    avec_le_catalogue,
    en_lignes,
    ensemble,
    inconnus,
    nombres,
    regles_de_vide,
)
from ctglib.donnees.suivi.pieces import TABLES, PiecesSuivi

if TYPE_CHECKING:
    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.suivi.connus import Connus


# Column by table, and the kind of name of ``references.VOCABULAIRES`` that it cites.
CITEES = {
    "observations": {
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
    "posture": (("item", "domaine", "item", "un item de « {} »", "catalogue/referentiel_emploi.yaml"),),
}


def fautes_des_tables(suivi: PiecesSuivi, connus: Connus) -> list[Faute]:
    """Return the faults of all the tables of the follow-up, those of a kind looked at together."""
    faults = []
    for name in [name for name in TABLES if name in suivi.schemas]:
        tables = [year.tables[name] for year in suivi.annees.values() if name in year.tables]
        if name == "observations":
            tables += [serie.observations for serie in suivi.series.values() if serie.observations]
            tables += [suivi.tables[other] for other in ("contexte",) if other in suivi.tables]
        rows = en_lignes(tables, suivi.schemas[name].colonnes)
        if len(rows):
            faults += _noms(name, rows, connus)
            faults += REGLES[name](rows, connus, suivi) if name in REGLES else []
    return faults


def _noms(nom: str, lignes: pd.DataFrame, connus: Connus) -> list[Faute]:
    """Return a fault for each cell of a table that names what nothing defines."""
    faults = []
    for column, kind in CITEES[nom].items():
        words = VOCABULAIRES[kind]
        faults += inconnus(lignes, column, connus.noms[kind], words.libelle, words.ou)
    for column, chooser, kind, label, where in DEPENDANTES.get(nom, ()):
        names = connus.modalites[kind]
        pairs = set(zip(lignes[chooser], lignes[column], strict=True))
        for chosen in {chosen for chosen, part in pairs if part not in names.get(chosen, [part])}:
            rows = lignes[lignes[chooser] == chosen]
            faults += inconnus(rows, column, names[chosen], label.format(chosen), where)
    return faults


def _actions(lignes: pd.DataFrame, connus: Connus, suivi: PiecesSuivi) -> list[Faute]:
    """Return the faults of the actions: dates in order and inside the convention, an end when done."""
    rows = lignes.assign(**{f"{name}_jour": _jours(lignes[name]) for name in ("debut", "fin")})
    rules = [
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
    ]
    if connus.debut and connus.fin:
        first, last = str(connus.debut), str(connus.fin)
        expected = f"une date entre le {first} et le {last}, la durée de la convention"
        rules += [
            Regle(
                name,
                lambda t, day=f"{name}_jour": (t[day] != "") & ~t[day].between(first, last),
                expected,
                "corriger la date",
            )
            for name in ("debut", "fin")
        ]
    return appliquer(rows, rules)


def _jours(textes: pd.Series) -> pd.Series:
    """Return the days as written, in order as texts; "" for what is none: it has its fault already."""
    days = pd.to_datetime(textes.where(textes.str.len() == 10), format="%Y-%m-%d", errors="coerce")
    return textes.where(days.notna(), "")


def _moyens(lignes: pd.DataFrame, connus: Connus, suivi: PiecesSuivi) -> list[Faute]:
    """Return the faults of the means: structures, emptiness as the status says, a poste of the right nature."""
    bound = Regle(
        "nature",
        lambda t: t["liee"].notna() & (t["nature"] != "") & (t["nature"] != t["liee"]),
        "« {liee} », la nature de « {poste} » dans catalogue/moyens.yaml",
        "corriger la nature, ou le poste",
    )
    rows = lignes.assign(liee=lignes["poste"].map(connus.natures))
    structures = inconnus(lignes, "structure", connus.structures, "une structure", "l'offre (offre.csv)")
    return [*structures, *appliquer(rows, [bound, *regles_de_vide(connus.absences)])]


_LIEU = ["fichier", "territoire", "annee", "indicateur", "millesime"]
_OBSERVATIONS = (
    *DU_CATALOGUE,
    *ensemble("dimension", "modalite", "dimension et modalité"),
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
        lambda t: t["cat_sensible"].eq(True) & ~t["cat_calcul"].eq(True) & (t["nombre"] % 1 > 0),
        "un nombre entier de personnes",
        "écrire le nombre de personnes, sans décimale",
        "« {valeur} »",
    ),
    # Parts may add up to more than the whole, where a child who goes to two places counts once in it.
    Regle(
        "valeur",
        lambda t: t["additive"] & ~t["cat_calcul"].eq(True) & (t["nombre"] > t["nombre_tout"]),
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


def _annees(textes: pd.Series) -> pd.Series:
    return nombres(textes.where(textes.str.len() == 4))


def _observations(lignes: pd.DataFrame, connus: Connus, suivi: PiecesSuivi) -> list[Faute]:
    """Return the faults of observations: unit, bounds, emptiness, breakdown, year of entry, parts and whole.

    A year's own rows are entered in the year of the folder, about our territories; so is a fictional context.
    """
    rows = avec_le_catalogue(lignes.assign(nombre=nombres(lignes["valeur"])), connus.mesures)
    wholes = rows[(rows["dimension"] == "") & rows["nombre"].notna()].drop_duplicates(_LIEU, keep="last")
    rows = rows.merge(wholes[[*_LIEU, "valeur", "numero", "nombre"]], "left", _LIEU, suffixes=("", "_tout"))
    years = {
        year.tables["observations"].fichier: annee
        for annee, year in suivi.annees.items()
        if "observations" in year.tables
    }
    invented = [suivi.tables["contexte"].fichier] if "contexte" in suivi.tables else []
    known = {(name, part) for name, parts in connus.modalites["dimension"].items() for part in parts}
    details = [*zip(rows["dimension"], rows["modalite"], strict=True)]
    kept = zip(rows["modalite"], rows["cat_modalites"], strict=True)
    rows = rows.assign(
        dossier=rows["fichier"].map(years).astype("float64"),
        additive=rows["cat_unite"].isin(connus.additives),
        detaillee=rows["cat_connu"].eq(True) & pd.Series([pair in known for pair in details], dtype=bool),
        retenue=[not names or part in str(names).split(", ") for part, names in kept],
    )
    rules = [*_OBSERVATIONS, *regles_de_vide(connus.absences)]
    if connus.territoires:
        ours = rows["fichier"].isin([*years, *invented])
        expected = f"l'un des territoires de la convention : {', '.join(connus.territoires)}"
        rules.append(
            Regle(
                "territoire",
                lambda t: ours & ~t["territoire"].isin(connus.territoires),
                expected,
                "corriger le code, ou retirer la ligne",
            )
        )
    return appliquer(rows, rules)


_PROFILS = (
    *ensemble("variable_2", "modalite_2", "seconde variable et seconde modalité"),
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
_CROISEMENTS = (
    Regle(
        "variable",
        lambda t: t["sens"] != t["sens_premier"],
        "chaque croisement une seule fois",
        "supprimer l'une des deux lignes",
        "le croisement de la ligne {numero_premier}, dans l'autre sens",
    ),
)
_SOMMES = (
    Regle(
        "effectif",
        lambda t: t["nombre"] < t["somme"],
        "{somme:.0f} au moins, la somme de ses croisements avec « {variable_2} »",
        "corriger l'effectif, ou celui des croisements",
        "« {effectif} »",
    ),
)
_COTES = {"variable": "variable_2", "modalite": "modalite_2", "variable_2": "variable", "modalite_2": "modalite"}


def _profils(lignes: pd.DataFrame, connus: Connus, suivi: PiecesSuivi) -> list[Faute]:
    """Return the faults of the profiles: whole numbers, a second variable in full, parts and whole."""
    places = inconnus(lignes, "dispositif", connus.dispositifs, "un dispositif", "catalogue/dimensions.yaml")
    rows = lignes.assign(nombre=lignes["effectif"].where(lignes["effectif"].str.fullmatch("[0-9]+")).astype("float64"))
    return [
        *places,
        *appliquer(rows, [*_PROFILS, *regles_de_vide(connus.absences, "effectif")]),
        *appliquer(_croisements(rows), _CROISEMENTS),
        *appliquer(_avec_les_sommes(rows), _SOMMES),
    ]


def _croisements(lignes: pd.DataFrame) -> pd.DataFrame:
    """Return the crossings, each with the first row that has the same, maybe the other way round."""
    rows = lignes[(lignes["variable_2"] != "") & (lignes["modalite_2"] != "")]
    sides = [[(a, b), (c, d)] for a, b, c, d in rows[["variable", "modalite", "variable_2", "modalite_2"]].to_numpy()]
    rows = rows.assign(croisement=[tuple(sorted(pair)) for pair in sides], sens=[pair[0] < pair[1] for pair in sides])
    key = ["fichier", "dispositif", "croisement"]
    return rows.merge(rows.drop_duplicates(key)[[*key, "sens", "numero"]], on=key, suffixes=("", "_premier"))


def _avec_les_sommes(lignes: pd.DataFrame) -> pd.DataFrame:
    """Return the counts by one variable, each with what its crossings with another add up to."""
    whole = lignes[lignes["nombre"].notna()]
    crossed = whole[whole["variable_2"] != ""]
    key = ["fichier", "dispositif", "variable", "modalite"]
    sums = pd.concat([crossed, crossed.rename(columns=_COTES)]).groupby([*key, "variable_2"])["nombre"].sum()
    alone = whole[whole["variable_2"] == ""].drop(columns="variable_2")
    return alone.merge(sums.rename("somme").reset_index(), on=key)


REGLES = {"observations": _observations, "actions": _actions, "moyens": _moyens, "profils": _profils}
