"""What the rows of tables must hold: names that exist, columns that agree, values inside what the catalogue bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.csv_strict import est_un_jour
from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.references import COLONNES, VOCABULAIRES, elements, nom_inconnu, parcourir, places

if TYPE_CHECKING:
    from ctglib.donnees.pieces import Pieces

NOMBRE = r"-?[0-9]+(\.[0-9]+)?"


def fautes_des_tables(pieces: Pieces, noms: dict[str, list[str]]) -> Iterator[Faute]:
    """Yield the faults of all the tables, those of a kind looked at together.

    A column that a file lacks has its own fault.

    Args:
        pieces: What was read.
        noms: Names by kind; a kind none of whose files could be read is empty, and is not checked.
    """
    for name, tables in pieces.tables.items():
        columns = list(pieces.schemas[name].colonnes)
        read = [
            one.lignes.reindex(columns=columns, fill_value="").assign(fichier=one.fichier, numero=one.lignes.index)
            for one in tables
            if len(one.lignes)
        ]
        if read:
            rows = pd.concat(read, ignore_index=True).astype(object)
            lacking = {(one.fichier, column) for one in tables for column in columns if column not in one.lignes}
            ruled = REGLES[name](rows, pieces) if name in REGLES else ()
            for fault in (*_noms(name, rows, pieces, noms), *ruled):
                if (fault.fichier, fault.colonne) not in lacking:
                    yield fault


def _noms(nom: str, lignes: pd.DataFrame, pieces: Pieces, noms: dict[str, list[str]]) -> Iterator[Faute]:
    for column, kind in COLONNES.get(nom, {}).items():
        yield from _inconnus(lignes, column, noms[kind], VOCABULAIRES[kind].libelle, VOCABULAIRES[kind].ou)
    for column, chooser, kind, label, where in DEPENDANTES.get(nom, ()):
        for chosen, names in modalites(pieces, kind).items():
            yield from _inconnus(lignes[lignes[chooser] == chosen], column, names, label.format(chosen), where)


def _inconnus(lignes: pd.DataFrame, colonne: str, noms: list[str], libelle: str, ou: str) -> Iterator[Faute]:
    """Yield a fault for each cell that names what nothing defines; when no name is known nothing is checked."""
    wrong = lignes[~lignes[colonne].isin([*noms, ""])] if noms else lignes[:0]
    for fichier, numero, ecrit in zip(wrong["fichier"], wrong["numero"], wrong[colonne], strict=True):
        yield Faute(fichier, *nom_inconnu(ecrit, noms, libelle, ou), ligne=numero, colonne=colonne)


def _fautes(lignes: pd.DataFrame, fautives: pd.Series, colonne: str, cle: str, **valeurs: object) -> Iterator[Faute]:
    """Yield a fault for each row that is wrong; its words in ``fautes.yaml`` cite the row by its columns."""
    for row in lignes[fautives.astype(bool)].to_dict("records"):
        words = mots(cle, cellule=row[colonne], **valeurs, **row)
        yield Faute(row["fichier"], *words, row["numero"], colonne)


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
        return {name: list(places(pieces, f"referentiel_emploi {name}.*.id")) for name in ("attendus", "activites")}
    documents, group, key, path = _CHOIX[sorte]
    return {
        str(item.get(key)): [str(value) for _, value in parcourir(item, path)]
        for _, _, item in elements(pieces, documents, group)
    }


def dispositifs(pieces: Pieces) -> list[str]:
    """Return the modalités of the dimension that profiles are counted by."""
    known = modalites(pieces, "dimension")
    return [one for name in places(pieces, "profils dimension") for one in known.get(name, [])]


def _nombres(textes: pd.Series, motif: str = NOMBRE) -> pd.Series:
    """Return the numbers of texts, NaN for what is none: it has its fault already."""
    return textes.where(textes.astype("str").str.fullmatch(motif)).astype("float64")


def _vides(lignes: pd.DataFrame, pieces: Pieces, colonne: str = "valeur") -> Iterator[Faute]:
    """Yield the values that are not empty if and only if their status tells an absence."""
    absences = {str(item.get("code")): item.get("absence") for _, _, item in elements(pieces, "statuts", "statuts")}
    codes = ", ".join(code for code, absence in absences.items() if absence)
    empty, absence = lignes[colonne] == "", lignes["statut"].map(absences)
    yield from _fautes(lignes, empty & absence.eq(False), colonne, "valeur_absente", codes=codes)
    yield from _fautes(lignes, ~empty & absence.eq(True), colonne, "valeur_de_trop")


def _ensemble(lignes: pd.DataFrame, premiere: str, seconde: str, dites: str) -> Iterator[Faute]:
    """Yield the rows of which one of two columns is filled alone; ``dites`` names them."""
    for full, empty in ((premiere, seconde), (seconde, premiere)):
        yield from _fautes(lignes, (lignes[full] != "") & (lignes[empty] == ""), empty, "ensemble", dites=dites)


_BORNES = ("au moins", "au plus")


def _avec_le_catalogue(lignes: pd.DataFrame, pieces: Pieces, documents: str) -> pd.DataFrame:
    """Return rows with what the catalogue says of their indicator, in columns « cat_… », missing while it is faulty."""
    read = [one.objet for name in documents.split() for one in pieces.documents[name] if one.objet]
    items = [item for one in read for item in one.indicateurs]
    names = ("id", "unite", "calcul", "sensible", "table", "dimension")
    said = pd.DataFrame({name: [getattr(item, name) for item in items] for name in names}, dtype=object).assign(
        bas=[item.bornes[0] for item in items],
        haut=[item.bornes[1] for item in items],
        bornes=[
            " et ".join(f"{one:.12g} {word}" for one, word in zip(item.bornes, _BORNES, strict=True) if one is not None)
            for item in items
        ],
        modalites=[", ".join(item.modalites) for item in items],
    )
    return lignes.join(said.add_prefix("cat_").set_index("cat_id"), on="indicateur")


def _bornes(lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield the values that are out of what the catalogue allows, or in another unit."""
    other = lignes["cat_unite"].notna() & (lignes["unite"] != "") & (lignes["unite"] != lignes["cat_unite"])
    yield from _fautes(lignes, other, "unite", "unite")
    value, low, high = _nombres(lignes["valeur"]), *(lignes[f"cat_{end}"].astype("float64") for end in ("bas", "haut"))
    yield from _fautes(lignes, (value < low) | (value > high), "valeur", "bornes")


def _annexe1(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the diagnostic; figures of a territory that the convention is not about are one fault."""
    rows = _avec_le_catalogue(lignes, pieces, "themes")
    yield from (*_vides(rows, pieces), *_bornes(rows))
    paths = [f"convention/convention {key}" for key in ("territoire", "reference", "membres.*")]
    own = [str(code) for code in places(pieces, *paths)]
    wrong = {(fault.colonne or "").partition("[")[0] for fault in pieces.documents["convention/convention"][0].fautes}
    if not own or wrong & {"territoire", "reference", "membres"}:  # the convention has its own fault
        return
    others = lignes[lignes["territoire"].ne("") & ~lignes["territoire"].isin(own)]
    for code, group in others.groupby("territoire", sort=False):
        first, count = group.iloc[0], f"{len(group)} ligne{'s' if len(group) > 1 else ''}"
        words = mots("autre_territoire", code=code, lignes=count, connus=", ".join(own[:8]))
        yield Faute(first["fichier"], *words, first["numero"], "territoire")


def _offre(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the rows of the offer: an empty value as the status says, one name and kind a structure."""
    yield from _vides(lignes, pieces)
    first = lignes.groupby("structure")[["numero", "nom", "type", "gestion"]].transform("first")
    rows = lignes.join(first.add_suffix("_premier"))
    for name in ("nom", "type", "gestion"):
        told = rows.assign(premier=rows[f"{name}_premier"])
        yield from _fautes(told, told[name] != told["premier"], name, "structure")


def _actions(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the actions: dates in order and inside the convention, an end when done."""
    # The days as written, in order as texts; "" for what is none: it has its fault already.
    days = {name: lignes[name].where(lignes[name].map(est_un_jour), "") for name in ("debut", "fin")}
    yield from _fautes(lignes, (days["fin"] != "") & (days["fin"] < days["debut"]), "fin", "fin_avant_debut")
    yield from _fautes(lignes, (lignes["statut"] == "realisee") & (lignes["fin"] == ""), "fin", "realisee_sans_fin")
    if pieces.convention:
        first, last = str(pieces.convention.debut), str(pieces.fin)
        for name, day in days.items():
            out = (day != "") & ~day.between(first, last)
            yield from _fautes(lignes, out, name, "action_hors_convention", premier=first, dernier=last)


def _moyens(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the means: structures, emptiness as the status says, a poste of the right nature."""
    offer = sorted({name for one in pieces.tables.get("offre", ()) for name in one.lignes.get("structure", ())})
    yield from _inconnus(lignes, "structure", offer, "une structure", "l'offre (offre.csv)")
    bound = {str(item.get("id")): item.get("nature") for _, _, item in elements(pieces, "moyens", "postes")}
    rows = lignes.assign(liee=lignes["poste"].map(bound))
    other = rows["liee"].notna() & (rows["nature"] != "") & (rows["nature"] != rows["liee"])
    yield from _fautes(rows, other, "nature", "nature_du_poste")
    yield from _vides(rows, pieces)


def _observations(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of observations: unit, bounds, emptiness, breakdown, year of entry, parts and whole.

    A year's own rows are entered in the year of the folder, about our territories; so is a fictional context.
    """
    rows = _avec_le_catalogue(lignes, pieces, "themes contexte indicateurs convention/indicateurs")
    rows = rows.assign(
        nombre=_nombres(rows["valeur"]), dossier=_nombres(rows["fichier"].str.extract("/suivi/([0-9]{4})/")[0])
    )
    yield from (*_vides(rows, pieces), *_bornes(rows), *_details(rows, pieces))
    years, entered = (_nombres(rows[name], "[0-9]{4}") for name in ("annee", "millesime"))
    yield from _fautes(rows, years > entered, "annee", "annee_a_venir")
    # Of a count that is not whole, secrecy would not know what it may show.
    counted = rows["cat_calcul"].isna()
    split = rows["cat_sensible"].eq(True) & counted & (rows["nombre"] % 1 > 0)
    yield from _fautes(rows, split, "valeur", "effectif_entier")
    # Parts may add up to more than the whole, where a child who goes to two places counts once in it.
    key = ["fichier", "territoire", "annee", "indicateur", "millesime"]
    wholes = rows[(rows["dimension"] == "") & rows["nombre"].notna()].drop_duplicates(key, keep="last")
    parts = rows.merge(wholes[[*key, "valeur", "numero", "nombre"]], "left", key, suffixes=("", "_tout"))
    units = [item.get("id") for _, _, item in elements(pieces, "unites", "unites") if item.get("ecart") == "aucun"]
    over = parts["cat_unite"].isin(units) & counted & (parts["nombre"] > parts["nombre_tout"])
    yield from _fautes(parts, over, "valeur", "plus_que_l_ensemble")
    # What follows is of the rows of a year's folder, or of an invented context.
    other = entered.notna() & rows["dossier"].notna() & (entered != rows["dossier"])
    yield from _fautes(rows, other, "millesime", "millesime_du_dossier")
    elsewhere = rows["dossier"].notna() & rows["cat_table"].notna() & (rows["cat_table"] != "observations")
    yield from _fautes(rows, elsewhere, "indicateur", "autre_table")
    if pieces.convention:
        own = [pieces.convention.territoire, pieces.convention.reference]
        outside = rows["fichier"].str.startswith("conventions/") & ~rows["territoire"].isin(own)
        yield from _fautes(rows, outside, "territoire", "territoire_etranger", connus=", ".join(own))


def _details(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the rows whose dimension or modalité is not one of their indicator."""
    yield from _ensemble(lignes, "dimension", "modalite", "dimension et modalité")
    known = pd.MultiIndex.from_tuples(
        [(name, part) for name, parts in modalites(pieces, "dimension").items() for part in parts] or [("", "")]
    )
    told = lignes["cat_table"].notna() & pd.MultiIndex.from_frame(lignes[["dimension", "modalite"]]).isin(known)
    own = lignes["cat_dimension"]
    rows = lignes.assign(
        dite=own.map("« {} », la dimension".format).where(own.notna(), "une cellule vide : aucune dimension")
    )
    yield from _fautes(rows, told & (rows["dimension"] != own), "dimension", "dimension_de_l_indicateur")
    kept = [
        not names or part in str(names).split(", ")
        for part, names in zip(rows["modalite"], rows["cat_modalites"], strict=True)
    ]
    other = told & (rows["dimension"] == own) & ~pd.Series(kept, rows.index)
    yield from _fautes(rows, other, "modalite", "modalite_de_l_indicateur")


_COTES = {"variable": "variable_2", "modalite": "modalite_2", "variable_2": "variable", "modalite_2": "modalite"}


def _profils(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the profiles: whole numbers, a second variable in full, parts and whole."""
    yield from _inconnus(lignes, "dispositif", dispositifs(pieces), "un dispositif", "catalogue/dimensions.yaml")
    yield from _ensemble(lignes, "variable_2", "modalite_2", "seconde variable et seconde modalité")
    yield from _vides(lignes, pieces, "effectif")
    yield from _fautes(lignes, lignes["effectif"].str.fullmatch(r"[0-9]+\.[0-9]+"), "effectif", "effectif_entier")
    crossed = lignes[(lignes["variable_2"] != "") & (lignes["modalite_2"] != "")]
    yield from _fautes(crossed, crossed["variable_2"] == crossed["variable"], "variable_2", "meme_variable")
    one, other = (
        crossed[name] + "\n" + crossed[part] for name, part in (("variable", "modalite"), ("variable_2", "modalite_2"))
    )
    crossed = crossed.assign(sens=one < other, paire=one.where(one < other, other) + one.where(one >= other, other))
    first = crossed.groupby(["fichier", "dispositif", "paire"])[["sens", "numero"]].transform("first")
    crossed = crossed.join(first.add_suffix("_premier"))
    yield from _fautes(crossed, crossed["sens"] != crossed["sens_premier"], "variable", "croisement_repete")
    whole = lignes.assign(nombre=_nombres(lignes["effectif"], "[0-9]+")).dropna(subset="nombre")
    parts, alone = whole[whole["variable_2"] != ""], whole[whole["variable_2"] == ""].drop(columns="variable_2")
    key = ["fichier", "dispositif", "variable", "modalite"]
    sums = pd.concat([parts, parts.rename(columns=_COTES)]).groupby([*key, "variable_2"])["nombre"].sum()
    rows = alone.merge(sums.rename("somme").reset_index(), on=key)
    yield from _fautes(rows, rows["nombre"] < rows["somme"], "effectif", "moins_que_les_croisements")


REGLES = {
    "annexe1": _annexe1,
    "offre": _offre,
    "observations": _observations,
    "actions": _actions,
    "moyens": _moyens,
    "profils": _profils,
}
