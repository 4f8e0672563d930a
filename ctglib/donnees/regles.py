"""What rows, files and years must hold together: dates, columns that agree, values inside what the
catalogue bounds.

A rule takes what was read, and the names that are known (``references``), and yields faults: of the
rows of a kind of table (``DES_TABLES``), or of the files (``DES_FICHIERS``).
"""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from ctglib.donnees.csv_strict import charger_schema, est_un_jour, valeur_personnelle
from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.modeles.convention import CLES, PLUSIEURS, TYPES
from ctglib.donnees.pieces import DOCUMENTS, TABLES, Pieces, annee_du_dossier, dossier_du_suivi
from ctglib.donnees.references import (
    CONVENTION,
    SUIVIS,
    Noms,
    cellules_inconnues,
    elements,
    nom_inconnu,
    noms_connus,
    noms_inconnus,
    noms_repetes,
    parcourir,
    places,
)
from ctglib.donnees.statuts import ABSENCES, Statut
from ctglib.donnees.yaml_strict import Chemin

_BIBLIOTHEQUE = ("indicateurs indicateurs.*", "convention/indicateurs indicateurs.*")
SUIVI = [f"suivi/{name}" for name in DOCUMENTS]


def verifier(pieces: Pieces) -> list[Faute]:
    """Return the faults of the files, and those between them.

    A place that is faulty by itself, that names what nothing defines or that a file lacks is left
    out of the rules: one fault is enough for it.
    """
    noms = noms_connus(pieces)
    cited = [*noms_inconnus(pieces, noms)]
    ruled = [*noms_repetes(pieces)]
    ruled += [fault for rule in DES_FICHIERS for fault in rule(pieces, noms)]
    lacking = set()
    for name, tables in pieces.tables.items():
        columns = list((schema := charger_schema(name)).colonnes)
        lacking |= {
            (one.fichier, column)
            for one in tables
            for column in columns
            if column not in one.lignes
        }
        read = [
            one.lignes.reindex(columns=columns, fill_value="").assign(
                fichier=one.fichier, numero=one.lignes.index
            )
            for one in tables
            if len(one.lignes)
        ]
        if read:  # those of a kind are looked at together
            rows = pd.concat(read, ignore_index=True).astype(object)
            cited += cellules_inconnues(rows, schema, noms)
            ruled += DES_TABLES[name](rows, pieces) if name in DES_TABLES else ()
    faults = list(pieces.fautes)
    for found in (cited, ruled):
        told = {(one.fichier, one.ligne, one.colonne) for one in faults}
        faults += [
            one
            for one in found
            if (one.fichier, one.ligne, one.colonne) not in told
            and (one.fichier, one.colonne) not in lacking
        ]
    return faults


def _fautes(fautives: pd.DataFrame, colonne: str, cle: str, **valeurs: object) -> Iterator[Faute]:
    """Yield a fault for each row, all wrong; its words in ``fautes.yaml`` cite the row by its
    columns.
    """
    for row in () if fautives.empty else fautives.to_dict("records"):
        words = mots(cle, cellule=row[colonne], **valeurs, **row)
        yield Faute(row["fichier"], *words, row["numero"], colonne)


def _nombres(textes: pd.Series) -> pd.Series:
    """Return the numbers of texts, NaN for what is none: it has its fault already."""
    return pd.to_numeric(textes, errors="coerce")


def _vides(lignes: pd.DataFrame, colonne: str = "valeur") -> Iterator[Faute]:
    """Yield the values that are not empty if and only if their status tells an absence."""
    empty = lignes[colonne] == ""
    codes = ", ".join(sorted(ABSENCES))
    valued = lignes["statut"].isin(set(Statut) - set(ABSENCES))
    yield from _fautes(lignes[empty & valued], colonne, "valeur_absente", codes=codes)
    yield from _fautes(lignes[~empty & lignes["statut"].isin(ABSENCES)], colonne, "valeur_de_trop")


def _ensemble(lignes: pd.DataFrame, premiere: str, seconde: str, dites: str) -> Iterator[Faute]:
    """Yield the rows of which one of two columns is filled alone; ``dites`` names them."""
    for full, empty in ((premiere, seconde), (seconde, premiere)):
        yield from _fautes(
            lignes[(lignes[full] != "") & (lignes[empty] == "")], empty, "ensemble", dites=dites
        )


def _avec_le_catalogue(lignes: pd.DataFrame, pieces: Pieces, *sortes: str) -> pd.DataFrame:
    """Return rows with what the catalogue says of their indicator, in columns « cat_… », missing
    while it is faulty.
    """
    items = [item for name in sortes for one in pieces.objets(name) for item in one.indicateurs]
    names = ("id", "unite", "calcul", "sensible", "table", "dimension", "modalites")
    said = pd.DataFrame(
        {f"cat_{name}": [getattr(item, name) for item in items] for name in names}, dtype=object
    )
    said[["cat_bas", "cat_haut"]] = pd.DataFrame(
        [item.bornes for item in items], columns=["bas", "haut"], dtype=float
    )
    return lignes.join(said.set_index("cat_id"), on="indicateur")


def _bornes(lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield the values that are out of what the catalogue allows, or in another unit."""
    other = lignes["cat_unite"].notna() & (lignes["unite"] != lignes["cat_unite"])
    yield from _fautes(lignes[other], "unite", "unite")
    value = _nombres(lignes["valeur"])
    low = lignes["cat_bas"]
    high = lignes["cat_haut"]
    wrong = lignes[(value < low) | (value > high)]
    ends = {"cat_bas": "{:.12g} au moins", "cat_haut": "{:.12g} au plus"}
    told = [wrong[name].map(words.format, "ignore") for name, words in ends.items()]
    words = [" et ".join(filter(pd.notna, pair)) for pair in zip(*told, strict=True)]
    yield from _fautes(wrong.assign(bornes=words), "valeur", "bornes")


def _annexe1(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the diagnostic; figures of a territory that the convention is not about
    are one fault.
    """
    rows = _avec_le_catalogue(lignes, pieces, "themes")
    yield from (*_vides(rows), *_bornes(rows))
    paths = [f"convention/convention {key}" for key in ("territoire", "reference", "membres.*")]
    own = [str(code) for code in places(pieces, *paths)]
    wrong = {
        (fault.colonne or "").partition("[")[0]
        for fault in pieces.documents["convention/convention"][0].fautes
    }
    if not own or wrong & {
        "territoire",
        "reference",
        "membres",
    }:  # the convention has its own fault
        return
    for code, group in lignes[~lignes["territoire"].isin(own)].groupby("territoire", sort=False):
        first = group.iloc[0]
        count = f"{len(group)} ligne{'s' if len(group) > 1 else ''}"
        words = mots("autre_territoire", code=code, lignes=count, connus=", ".join(own[:8]))
        yield Faute(first["fichier"], *words, first["numero"], "territoire")


def _offre(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the rows of the offer: an empty value as the status says, one name and
    kind a structure.
    """
    yield from _vides(lignes)
    first = lignes.groupby("structure")[["numero", "nom", "type", "gestion"]].transform("first")
    for name in ("nom", "type", "gestion"):
        told = lignes.assign(premier=first[name], numero_premier=first["numero"])
        yield from _fautes(told[told[name] != told["premier"]], name, "structure")


def _actions(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the actions: dates in order and inside the convention, an end when done."""
    # The days as written, in order as texts; "" for what is none: it has its fault already.
    days = {
        name: lignes[name].where(lignes[name].map(est_un_jour), "") for name in ("debut", "fin")
    }
    yield from _fautes(
        lignes[(days["fin"] != "") & (days["fin"] < days["debut"])], "fin", "fin_avant_debut"
    )
    yield from _fautes(
        lignes[(lignes["statut"] == "realisee") & (lignes["fin"] == "")], "fin", "realisee_sans_fin"
    )
    if pieces.convention:
        first = str(pieces.convention.debut)
        last = str(pieces.fin)
        for name, day in days.items():
            out = (day != "") & ~day.between(first, last)
            yield from _fautes(
                lignes[out], name, "action_hors_convention", premier=first, dernier=last
            )


def _moyens(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    bound = {item.id: item.nature for one in pieces.objets("moyens") for item in one.postes}
    rows = lignes.assign(liee=lignes["poste"].map(bound))
    yield from _fautes(
        rows[rows["liee"].notna() & (rows["nature"] != rows["liee"])], "nature", "nature_du_poste"
    )
    yield from _vides(rows)


def _observations(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of observations: unit, bounds, emptiness, breakdown, year of entry, parts
    and whole.
    """
    rows = _avec_le_catalogue(
        lignes, pieces, "themes", "contexte", "indicateurs", "convention/indicateurs"
    )
    folder = rows["fichier"].str.extract("/suivi/([0-9]{4})/", expand=False)
    rows = rows.assign(nombre=_nombres(rows["valeur"]), dossier=_nombres(folder))
    yield from (*_vides(rows), *_bornes(rows), *_details(rows))
    years, entered = (_nombres(rows[name]) for name in ("annee", "millesime"))
    yield from _fautes(rows[years > entered], "annee", "annee_a_venir")
    # Of a count that is not whole, secrecy would not know what it may show.
    counted = rows["cat_calcul"].isna()
    split = rows["cat_sensible"].eq(True) & counted & (rows["nombre"] % 1 > 0)
    yield from _fautes(rows[split], "valeur", "effectif_entier")
    # Parts may add up to more than the whole, where a child who goes to two places counts once in
    # it.
    key = ["fichier", "territoire", "annee", "indicateur", "millesime"]
    wholes = rows[(rows["dimension"] == "") & rows["nombre"].notna()].drop_duplicates(
        key, keep="last"
    )
    parts = rows.merge(
        wholes[[*key, "valeur", "numero", "nombre"]], "left", key, suffixes=("", "_tout")
    )
    units = [
        item.id for one in pieces.objets("unites") for item in one.unites if item.ecart == "aucun"
    ]
    over = parts["cat_unite"].isin(units) & counted & (parts["nombre"] > parts["nombre_tout"])
    yield from _fautes(parts[over], "valeur", "plus_que_l_ensemble")
    # What follows is of the rows of a year's folder, entered in that year, or of an invented
    # context.
    other = entered.notna() & rows["dossier"].notna() & (entered != rows["dossier"])
    yield from _fautes(rows[other], "millesime", "millesime_du_dossier")
    elsewhere = (
        rows["dossier"].notna() & rows["cat_table"].notna() & (rows["cat_table"] != "observations")
    )
    yield from _fautes(rows[elsewhere], "indicateur", "autre_table")
    if pieces.convention:
        own = [pieces.convention.territoire, pieces.convention.reference]
        outside = rows["fichier"].str.startswith("conventions/") & ~rows["territoire"].isin(own)
        yield from _fautes(
            rows[outside], "territoire", "territoire_etranger", connus=", ".join(own)
        )


def _details(lignes: pd.DataFrame) -> Iterator[Faute]:
    yield from _ensemble(lignes, "dimension", "modalite", "dimension et modalité")
    own = lignes["cat_dimension"]
    told = lignes["cat_table"].notna() & lignes["dimension"].ne("")
    said = own.map("« {} », la dimension".format, "ignore").fillna(
        "une cellule vide : aucune dimension"
    )
    wrong = lignes.assign(dite=said)[told & (lignes["dimension"] != own)]
    yield from _fautes(wrong, "dimension", "dimension_de_l_indicateur")
    rows = lignes[
        (lignes["dimension"] == own)
        & (lignes["modalite"] != "")
        & lignes["cat_modalites"].str.len().gt(0)
    ]
    known = [
        part in names for part, names in zip(rows["modalite"], rows["cat_modalites"], strict=True)
    ]
    other = rows[~pd.Series(known, rows.index, dtype=bool)]
    other = other.assign(cat_modalites=other["cat_modalites"].str.join(", "))
    yield from _fautes(other, "modalite", "modalite_de_l_indicateur")


_COTES = {
    "variable": "variable_2",
    "modalite": "modalite_2",
    "variable_2": "variable",
    "modalite_2": "modalite",
}


def _profils(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the profiles: whole numbers, a second variable in full, parts and whole."""
    yield from _ensemble(lignes, "variable_2", "modalite_2", "seconde variable et seconde modalité")
    yield from _vides(lignes, "effectif")
    yield from _fautes(
        lignes[lignes["effectif"].str.fullmatch(r"[0-9]+\.[0-9]+")], "effectif", "effectif_entier"
    )
    crossed = lignes[(lignes["variable_2"] != "") & (lignes["modalite_2"] != "")]
    yield from _fautes(
        crossed[crossed["variable_2"] == crossed["variable"]], "variable_2", "meme_variable"
    )
    key = ["fichier", "dispositif", "variable", "modalite"]
    turned = crossed.rename(columns=_COTES)[[*key, "variable_2", "modalite_2", "numero"]]
    again = crossed.merge(turned, on=[*key, "variable_2", "modalite_2"], suffixes=("", "_premier"))
    yield from _fautes(
        again[again["numero"] > again["numero_premier"]], "variable", "croisement_repete"
    )
    whole = lignes.assign(nombre=_nombres(lignes["effectif"])).dropna(subset="nombre")
    parts = whole[whole["variable_2"] != ""]
    alone = whole[whole["variable_2"] == ""].drop(columns="variable_2")
    sums = (
        pd.concat([parts, parts.rename(columns=_COTES)])
        .groupby([*key, "variable_2"])["nombre"]
        .sum()
    )
    rows = alone.merge(sums.rename("somme").reset_index(), on=key)
    yield from _fautes(
        rows[rows["nombre"] < rows["somme"]], "effectif", "moins_que_les_croisements"
    )


DES_TABLES = {
    "annexe1": _annexe1,
    "offre": _offre,
    "observations": _observations,
    "actions": _actions,
    "moyens": _moyens,
    "profils": _profils,
}


def _identifiant(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    for value, found in places(pieces, f"{CONVENTION} id").items():
        for tree, path in found if value != pieces.nom else ():
            yield tree.dire(path, "dossier", valeur=str(value), nom=pieces.nom)


def _axes(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of radar axes turned round although their unit has no rule for it."""
    unit = {
        str(item.get("id")): str(item.get("unite"))
        for _, _, item in elements(pieces, "themes indicateurs.*")
    }
    ruled = {item.id for one in pieces.objets("unites") for item in one.unites if item.renversement}
    for tree, path, axe in elements(pieces, "radar axes.*"):
        own = unit.get(str(axe.get("indicateur")))
        if ruled and axe.get("renverse") is True and own and own not in ruled:
            yield tree.dire((*path, "renverse"), "axe_renverse", unite=own)


def _responsables(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of indicators that nobody is told to enter."""
    for tree, path, item in elements(pieces, *_BIBLIOTHEQUE):
        collecte = item.get("collecte")
        if not (isinstance(collecte, dict) and collecte.get("responsable")):
            yield tree.dire(
                (*path, "collecte", *(["responsable"] if collecte else [])), "sans_responsable"
            )


def _entrees(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of computed indicators one of whose inputs no fiche follows: it would never
    be known.
    """
    known = {str(item.get("id")): item for _, _, item in elements(pieces, *_BIBLIOTHEQUE)}
    followed = places(pieces, SUIVIS)
    for name, found in followed.items():
        for _, entree in parcourir(known.get(name, {}), "entrees.**"):
            for tree, path in found if entree in known and entree not in followed else ():
                yield tree.dire(path, "entree_non_suivie", nom=name, entree=entree)


def _analyses(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the analyses that the fiches declare: the roles and keys of their type,
    and their names.
    """
    told: dict[tuple, Chemin] = {}
    for tree, path, analyse in elements(pieces, f"{CONVENTION} fiches.*.analyses.*"):
        type_ = str(analyse.get("type"))
        if type_ not in TYPES:
            yield tree.faute((*path, "type"), *nom_inconnu(type_, sorted(TYPES), "type_d_analyse"))
            continue
        name = str(analyse.get("nom") or type_)
        if (first := told.setdefault((path[:2], name), path)) != path:
            yield tree.dire(
                (*path, "nom"), "analyses_de_meme_nom", nom=name, ligne=tree.ligne(first)
            )
        needed, possible, keys, other_keys = (set(names.split()) for names in TYPES[type_])
        roles = analyse.get("roles") if isinstance(analyse.get("roles"), dict) else {}
        for where, written, lacking, may, kind, the in (
            ((*path, "roles"), list(roles), needed, needed | possible, "role_d_analyse", "le rôle"),
            (
                path,
                [key for key in analyse if key in CLES],
                keys,
                keys | other_keys,
                "cle_d_analyse",
                "la clé",
            ),
        ):
            for key in [key for key in written if key not in may]:
                yield tree.faute((*where, key), *nom_inconnu(key, sorted(may), kind, type_))
            for key in sorted(lacking - set(written)):
                yield tree.dire(where, "analyse_sans", nom=key, quoi=the, type=type_)
        for role in [
            role
            for role, played in roles.items()
            if isinstance(played, list) and role not in PLUSIEURS
        ]:
            yield tree.dire((*path, "roles", role), "un_seul_indicateur")


def _annees(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of years out of the convention, and of a context that only a fictional one
    may invent.
    """
    if pieces.convention is None:
        return
    first = pieces.convention.debut.year
    last = pieces.fin.year
    files = [one.fichier for one in pieces.lus(*SUIVI)]
    files += [one.fichier for name in TABLES for one in pieces.tables.get(name, ())]
    told = {*map(annee_du_dossier, files), max(pieces.annees or (), default=None)} - {None}
    for annee in sorted(year for year in told if not first <= year <= last):
        words = mots("annee_hors_convention", annee=annee, debut=first, fin=last)
        yield Faute(f"{dossier_du_suivi(pieces.nom)}/{annee}", *words)
    for fichier in (
        [name for name in files if name.endswith("/contexte.csv")]
        if not pieces.convention.fictive
        else ()
    ):
        yield Faute(fichier, *mots("contexte_d_une_fiction"))


def _bilans(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the bilans: their year, their dates, what became of decisions taken the
    year before.
    """
    documents = {annee_du_dossier(one.fichier): one for one in pieces.lus("suivi/bilan")}
    for annee, document in documents.items():
        bilan = document.objet
        before = documents.get(annee - 1)
        taken = (
            [str(name) for _, name in parcourir(before.contenu, "comite.decisions.*.id")]
            if before
            else []
        )
        for path, name in parcourir(document.contenu, "comite.suites.*.decision"):
            if name not in taken and (before is None or before.objet):
                yield document.faute(path, *nom_inconnu(name, taken, "decision", annee - 1))
        if bilan is None:
            continue
        if bilan.annee != annee:
            yield document.dire(("annee",), "annee_du_bilan", ecrite=bilan.annee, annee=annee)
        elif bilan.date_arretee.year != annee:
            yield document.dire(
                ("date_arretee",), "date_du_bilan", ecrite=bilan.date_arretee, annee=annee
            )
        held = bilan.comite.date if bilan.comite else None
        if isinstance(held, date) and held.year not in (annee, annee + 1):
            yield document.dire(
                ("comite", "date"), "date_du_comite", ecrite=held, annee=annee, suivante=annee + 1
            )


def _avenants(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the avenants: dates in order and inside the convention, elements that
    exist.
    """
    whole = pieces.convention
    for document in pieces.lus("convention/avenants") if pieces.annees is not None else ():
        last = date.min
        days = {}
        for rank, avenant in enumerate(document.objet.avenants if document.objet else ()):
            path: Chemin = ("avenants", rank)
            days[*path, "date"] = avenant.date
            if avenant.date < last:
                yield document.dire(
                    (*path, "date"), "avenants_en_ordre", date=avenant.date, precedente=last
                )
            last = avenant.date
            for number, change in enumerate(avenant.changements):
                place = (*path, "changements", number)
                days[*place, "effet"] = change.effet
                kind = "fiche" if change.nature == "fiche" else "indicateur_de_fiche"
                known = noms[kind].get("", [str(change.element)])
                if change.element is not None and str(change.element) not in known:
                    yield document.faute(
                        (*place, "element"), *nom_inconnu(change.element, known, kind)
                    )
                if (
                    change.nature == "cible"
                    and whole
                    and not whole.debut.year <= change.annee <= pieces.fin.year
                ):
                    years = {"debut": whole.debut.year, "fin": pieces.fin.year}
                    yield document.dire(
                        (*place, "annee"), "annee_de_la_cible", annee=change.annee, **years
                    )
        for path, day in days.items():
            if whole and not whole.debut <= day <= pieces.fin:
                yield document.dire(
                    path, "date_hors_convention", date=day, debut=whole.debut, fin=pieces.fin
                )


def _personnes(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each text of the follow-up that gives something away about a person."""
    rules = next(iter(pieces.objets("confidentialite")), None)
    if rules is None or pieces.annees is None:
        return
    for document in pieces.lus("convention/avenants", *SUIVI):
        for path, text in document.textes.items():
            if what := valeur_personnelle(text, rules):
                yield document.dire(path, "personne", texte=text, quoi=what)


DES_FICHIERS = (
    _identifiant,
    _axes,
    _responsables,
    _entrees,
    _analyses,
    _annees,
    _bilans,
    _avenants,
    _personnes,
)
