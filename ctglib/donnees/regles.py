"""What rows, files and years must hold together: dates, columns that agree, values inside bounds.

A rule takes what was read, and the names that are known (``references``), and yields faults: of the
rows of a kind of table (``DES_TABLES``), or of the files (``DES_FICHIERS``).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from ctglib.donnees.csv_strict import charger_schema, est_un_jour, valeur_personnelle
from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.modeles.avenants import ECRITS, Avenant, Changement
from ctglib.donnees.modeles.catalogue import Indicateur, Unite
from ctglib.donnees.modeles.convention import Convention, LigneDeFinancement
from ctglib.donnees.modeles.plan import CLES, PLUSIEURS, TYPES, ValeurDatee, Vivant
from ctglib.donnees.pieces import DOCUMENTS, TABLES, Pieces, annee_du_dossier
from ctglib.donnees.plan import Acte, apres, dossier_du_suivi
from ctglib.donnees.plausibilite import (
    CELLULE,
    MOYEN,
    SERIE,
    bornes_dites,
    en_vigueur,
    impossibles,
    invraisemblables,
    montants_invraisemblables,
)
from ctglib.donnees.references import (
    AVENANTS,
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
from ctglib.donnees.vraisemblance import lire_regles
from ctglib.donnees.yaml_strict import Chemin, Document

_BIBLIOTHEQUE = ("indicateurs indicateurs.*", "convention/indicateurs indicateurs.*")
# What an unknown name is called, by the nature of the change that names it; an indicator otherwise.
SORTES_DU_PLAN = {
    "fiche": "fiche_du_plan",
    "modalite": "modalite_du_plan",
    "pilote": "pilote_du_plan",
    "partie": "partie_du_plan",
}
SUIVI = [f"suivi/{name}" for name in DOCUMENTS]
# Where only a function or a service may stand.
FONCTIONS = (
    f"{CONVENTION} comite.*.*",
    f"{CONVENTION} parties.*.qualite_du_signataire",
    f"{CONVENTION} responsables.*.libelle",
    f"{CONVENTION} fiches.*.services.*",
    f"{CONVENTION} fiches.*.partenaires.*",
    f"{CONVENTION} financement.lignes.*.autre_payeur",
    "convention/avenants avenants.*.changements.*.partie_ecrite.qualite_du_signataire",
    "suivi/bilan comite.decisions.*.responsable",
)
# The files of the catalogue, and of the convention, that define what an observation may be of.
_MESURES = ("themes", "convention/themes", "contexte", "indicateurs", "convention/indicateurs")


def verifier(pieces: Pieces) -> list[Faute]:
    """Return the faults of the files, and those between them.

    A place that is faulty by itself, that names what nothing defines or that a file lacks is left
    out of the rules: one fault is enough for it.
    """
    noms = noms_connus(pieces)
    des_noms = list(noms_inconnus(pieces, noms))
    des_regles = list(noms_repetes(pieces))
    closes = annees_closes(pieces)
    des_regles += [
        faute for faute in _impossibles(pieces) if annee_du_dossier(faute.fichier) not in closes
    ]
    for regle in DES_FICHIERS:
        des_regles += regle(pieces, noms)
    colonnes_absentes: set[tuple[str, str | None]] = set()
    for sorte, tables in pieces.tables.items():
        schema = charger_schema(sorte)
        colonnes = list(schema.colonnes)
        for table in tables:
            colonnes_absentes |= {
                (table.fichier, colonne) for colonne in colonnes if colonne not in table.lignes
            }
        lignes = _reunies(pieces, sorte)
        if len(lignes):
            des_noms += cellules_inconnues(lignes, schema, noms)
            if sorte in DES_TABLES:
                des_regles += DES_TABLES[sorte](lignes, pieces)
    fautes = list(pieces.fautes)
    for autres_fautes in (des_noms, des_regles):
        lieux_fautifs = {(faute.fichier, faute.ligne, faute.colonne) for faute in fautes}
        fautes += [
            faute
            for faute in autres_fautes
            if (faute.fichier, faute.ligne, faute.colonne) not in lieux_fautifs
            and (faute.fichier, faute.colonne) not in colonnes_absentes
        ]
    return fautes


def a_voir(pieces: Pieces) -> list[Faute]:
    """Return what is no reason to refuse pieces, and has to be seen: the values of a closed year
    that cannot be, those that nobody has confirmed although they look wrong (``question``).
    """
    closes = annees_closes(pieces)
    a_dire = [faute for faute in _impossibles(pieces) if annee_du_dossier(faute.fichier) in closes]
    return [*a_dire, *_invraisemblables(pieces)]


def annees_closes(pieces: Pieces) -> set[int]:
    """Return the years whose bilan is definitive: nothing of them is refused any more."""
    return {bilan.annee for bilan in pieces.objets("suivi/bilan") if bilan.est_clos}


def _impossibles(pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of what was entered and cannot be: values out of their bounds, or that
    contradict others; dates out of the convention.
    """
    observations = _chiffres(pieces, "observations")
    if len(observations):
        observations = _avec_le_catalogue(observations, pieces, *_MESURES)
        yield from _bornes(observations)
        indicateurs = _indicateurs(pieces, *_MESURES)
        unites = _unites_definies(pieces)
        yield from impossibles(en_vigueur(observations), indicateurs, unites)
    actions = _reunies(pieces, "actions")
    if len(actions):
        yield from _dates_des_actions(actions, pieces)
    if pieces.convention is None or pieces.fin is None:
        return
    debut = pieces.convention.debut
    for document in pieces.documents_des_sortes("suivi/participation"):
        participation = document.objet
        if participation is None:
            continue
        jours: dict[Chemin, date] = {}
        for liste in ("consultations", "exemples"):
            for rang, element in enumerate(getattr(participation, liste)):
                jours[liste, rang, "date"] = element.date
        for chemin, jour in jours.items():
            if not debut <= jour <= pieces.fin:
                yield document.dire(
                    chemin, "date_hors_convention", date=jour, debut=debut, fin=pieces.fin
                )


def _invraisemblables(pieces: Pieces) -> Iterator[Faute]:
    """Yield the questions that the follow-up raises, and that no confirmation answers."""
    confirmations = _chiffres(pieces, "confirmations")
    observations = _chiffres(pieces, "observations")
    saisies = observations[observations["fichier"].str.contains("/suivi/")]
    if len(saisies):
        completes = _avec_le_catalogue(saisies, pieces, *_MESURES)
        confirmees = _parmi(completes, confirmations, [*CELLULE, "indicateur"])
        indicateurs = _indicateurs(pieces, *_MESURES)
        coupures = {
            indicateur.id: [rupture.annee for rupture in indicateur.ruptures]
            for indicateur in indicateurs
        }
        for fichier in pieces.objets("convention/avenants"):
            for avenant in fichier.avenants:
                for changement in avenant.changements:
                    if changement.nature == "definition":
                        annees = coupures.setdefault(str(changement.element), [])
                        annees.append(changement.effet.year)
        lignes = en_vigueur(completes.assign(confirmee=confirmees))
        yield from invraisemblables(lignes, indicateurs, coupures, _departs(pieces))
    moyens = _chiffres(pieces, "moyens")
    en_euros = {
        nature.id
        for fichier in pieces.objets("moyens")
        for nature in fichier.natures
        if nature.unite == "euros"
    }
    moyens = moyens[moyens["nature"].isin(en_euros)]
    if len(moyens):
        confirmes = moyens.assign(confirmee=_parmi(moyens, confirmations, MOYEN))
        yield from montants_invraisemblables(confirmes, lire_regles())


def _departs(pieces: Pieces) -> pd.DataFrame:
    """Return what the fiches of a convention start from, each as a row of its territory."""
    colonnes = [*SERIE, "annee", "nombre"]
    departs = []
    convention = pieces.convention
    if convention is None:
        return pd.DataFrame(columns=colonnes)
    for fiche in convention.fiches:
        for suivi in fiche.indicateurs:
            depart = suivi.valeur_initiale
            if isinstance(depart, ValeurDatee):
                annee = str(depart.annee)
                departs.append((convention.territoire, suivi.id, "", "", annee, depart.valeur))
    return pd.DataFrame(departs, columns=colonnes).drop_duplicates(SERIE)


def _chiffres(pieces: Pieces, sorte: str) -> pd.DataFrame:
    """Return the rows of ``_reunies`` with their value as a number, the year of their folder of
    follow-up (``dossier``), and whether this year is closed (``clos``).
    """
    lignes = _reunies(pieces, sorte)
    dossiers = lignes["fichier"].map(annee_du_dossier)
    chiffres = lignes.assign(
        nombre=_nombres(lignes["valeur"]),
        dossier=dossiers,
        clos=dossiers.isin(annees_closes(pieces)),
    )
    if "annee" not in chiffres:
        return chiffres.assign(annee=dossiers.map(str))
    return chiffres


def _reunies(pieces: Pieces, sorte: str) -> pd.DataFrame:
    """Return the rows of all the tables of a kind, as texts, with their ``fichier`` and their
    ``numero`` in it.
    """
    colonnes = list(charger_schema(sorte).colonnes)
    lignes_par_fichier = [
        table.lignes.reindex(columns=colonnes, fill_value="").assign(
            fichier=table.fichier, numero=table.lignes.index
        )
        for table in pieces.tables.get(sorte, ())
        if len(table.lignes)
    ]
    if not lignes_par_fichier:
        return pd.DataFrame(columns=[*colonnes, "fichier", "numero"], dtype=object)
    return pd.concat(lignes_par_fichier, ignore_index=True).astype(object)


def _fautes(fautives: pd.DataFrame, colonne: str, cle: str, **valeurs: object) -> Iterator[Faute]:
    """Yield a fault for each row, all of them wrong.

    Its words in ``fautes.yaml`` may cite the columns of the row, and ``valeurs``.
    """
    if fautives.empty:
        return
    for ligne in fautives.to_dict("records"):
        colonnes = {str(nom): valeur for nom, valeur in ligne.items()}
        trouve, attendu, remede = mots(cle, cellule=ligne[colonne], **valeurs, **colonnes)
        yield Faute(ligne["fichier"], trouve, attendu, remede, ligne["numero"], colonne)


def _nombres(textes: pd.Series) -> pd.Series:
    """Return the numbers of texts, NaN for what is none: it has its fault already."""
    return pd.to_numeric(textes, errors="coerce")


def _vides(lignes: pd.DataFrame, colonne: str = "valeur") -> Iterator[Faute]:
    """Yield the faults of values that are not empty if and only if their status is an absence."""
    vide = lignes[colonne] == ""
    dit_une_valeur = lignes["statut"].isin(set(Statut) - set(ABSENCES))
    dit_une_absence = lignes["statut"].isin(ABSENCES)
    codes = ", ".join(sorted(ABSENCES))
    yield from _fautes(lignes[vide & dit_une_valeur], colonne, "valeur_absente", codes=codes)
    yield from _fautes(lignes[~vide & dit_une_absence], colonne, "valeur_de_trop")


def _ensemble(lignes: pd.DataFrame, premiere: str, seconde: str, noms: str) -> Iterator[Faute]:
    """Yield the faults of rows where one of two columns is filled alone; ``noms`` is of both."""
    for remplie, vide in ((premiere, seconde), (seconde, premiere)):
        fautives = lignes[(lignes[remplie] != "") & (lignes[vide] == "")]
        yield from _fautes(fautives, vide, "ensemble", dites=noms)


def _avec_le_catalogue(lignes: pd.DataFrame, pieces: Pieces, *sortes: str) -> pd.DataFrame:
    """Return rows with what the catalogue says of their indicator, in columns « cat_… ».

    They are missing where the indicator is unknown, or its file faulty.
    """
    indicateurs = _indicateurs(pieces, *sortes)
    champs = (
        "id",
        "libelle",
        "unite",
        "calcul",
        "sensible",
        "table",
        "dimension",
        "modalites",
        "decimales",
        "partie_de",
        "capacite",
        "partition",
    )
    du_catalogue = pd.DataFrame(
        {
            f"cat_{champ}": [getattr(indicateur, champ) for indicateur in indicateurs]
            for champ in champs
        },
        dtype=object,
    )
    bornes = [indicateur.bornes for indicateur in indicateurs]
    du_catalogue[["cat_bas", "cat_haut"]] = pd.DataFrame(
        bornes, columns=["bas", "haut"], dtype=float
    )
    return lignes.join(du_catalogue.set_index("cat_id"), on="indicateur")


def _indicateurs(pieces: Pieces, *sortes: str) -> list[Indicateur]:
    """Return the indicators that these kinds of files define."""
    return [
        indicateur
        for sorte in sortes
        for fichier in pieces.objets(sorte)
        for indicateur in fichier.indicateurs
    ]


def _unites_definies(pieces: Pieces) -> list[Unite]:
    """Return the units, those of the convention after those of the catalogue."""
    fichiers = [*pieces.objets("unites"), *pieces.objets("convention/indicateurs")]
    return [unite for fichier in fichiers for unite in fichier.unites]


def _unites(lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield the faults of values in another unit than the catalogue's."""
    autre_unite = lignes["cat_unite"].notna() & (lignes["unite"] != lignes["cat_unite"])
    yield from _fautes(lignes[autre_unite], "unite", "unite")


def _bornes(lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield the faults of values out of what the catalogue allows."""
    valeurs = _nombres(lignes["valeur"])
    hors_bornes = lignes[(valeurs < lignes["cat_bas"]) | (valeurs > lignes["cat_haut"])]
    bornes = [
        bornes_dites(bas, haut)
        for bas, haut in zip(hors_bornes["cat_bas"], hors_bornes["cat_haut"], strict=True)
    ]
    yield from _fautes(hors_bornes.assign(bornes=bornes), "valeur", "bornes")


def _annexe1(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the diagnostic.

    The figures of a territory that the convention is not about are one fault.
    """
    completes = _avec_le_catalogue(lignes, pieces, "themes", "convention/themes")
    yield from _vides(completes)
    yield from _unites(completes)
    yield from _bornes(completes)
    cles = ("territoire", "reference", "references", "membres")
    chemins = ("territoire", "reference", "references.*", "membres.*")
    codes = places(pieces, *[f"convention/convention {chemin}" for chemin in chemins])
    territoires = [str(code) for code in codes]
    cles_fautives = {
        (faute.colonne or "").partition("[")[0]
        for faute in pieces.documents["convention/convention"][0].fautes
    }
    if not territoires or not cles_fautives.isdisjoint(cles):
        return  # the convention has its own fault
    etrangeres = lignes[~lignes["territoire"].isin(territoires)]
    for code, groupe in etrangeres.groupby("territoire", sort=False):
        pluriel = "s" if len(groupe) > 1 else ""
        trouve, attendu, remede = mots(
            "autre_territoire",
            code=code,
            lignes=f"{len(groupe)} ligne{pluriel}",
            connus=", ".join(territoires[:8]),
        )
        fichier = groupe["fichier"].tolist()[0]
        numero = groupe["numero"].tolist()[0]
        yield Faute(fichier, trouve, attendu, remede, numero, "territoire")


def _confirmations(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of confirmations of a value that is not the one entered."""
    confirmations = _chiffres(pieces, "confirmations")
    valeurs_saisies = pd.Series(False, confirmations.index)
    for sorte, cle in (("observations", [*CELLULE, "indicateur"]), ("moyens", MOYEN)):
        valeurs_saisies |= _parmi(confirmations, _chiffres(pieces, sorte), cle)
    yield from _fautes(confirmations[~valeurs_saisies], "valeur", "confirmation_sans_valeur")


def _parmi(lignes: pd.DataFrame, autres: pd.DataFrame, cle: list[str]) -> pd.Series:
    """Tell which rows of ``_chiffres`` have the key, the value and the year of follow-up of
    another.
    """
    colonnes = ["dossier", "nombre", *cle]
    connues = set(autres[colonnes].itertuples(index=False, name=None))
    sont_parmi = [ligne in connues for ligne in lignes[colonnes].itertuples(index=False, name=None)]
    return pd.Series(sont_parmi, lignes.index, dtype=bool)


def _offre(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the offer: a value as its status says, one name and kind a structure."""
    yield from _vides(lignes)
    champs = ["nom", "type", "gestion"]
    premieres = lignes.groupby("structure")[["numero", *champs]].transform("first")
    for champ in champs:
        comparees = lignes.assign(premier=premieres[champ], numero_premier=premieres["numero"])
        differentes = comparees[comparees[champ] != comparees["premier"]]
        yield from _fautes(differentes, champ, "structure")


def _actions(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the actions: an end when done."""
    sans_fin = (lignes["statut"] == "realisee") & (lignes["fin"] == "")
    yield from _fautes(lignes[sans_fin], "fin", "realisee_sans_fin")


def _dates_des_actions(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the dates of actions: in order, and in the convention."""
    # The days as written, in order as texts; "" for what is none: it has its fault already.
    debuts = lignes["debut"].where(lignes["debut"].map(est_un_jour), "")
    fins = lignes["fin"].where(lignes["fin"].map(est_un_jour), "")
    yield from _fautes(lignes[(fins != "") & (fins < debuts)], "fin", "fin_avant_debut")
    if pieces.convention is None:
        return
    premier = str(pieces.convention.debut)
    dernier = str(pieces.fin)
    for colonne, jours in (("debut", debuts), ("fin", fins)):
        dehors = (jours != "") & ~jours.between(premier, dernier)
        yield from _fautes(
            lignes[dehors], colonne, "action_hors_convention", premier=premier, dernier=dernier
        )


def _moyens(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the means: another nature than their poste, a value unlike its status."""
    nature_du_poste = {
        poste.id: poste.nature for fichier in pieces.objets("moyens") for poste in fichier.postes
    }
    completes = lignes.assign(liee=lignes["poste"].map(nature_du_poste))
    autre_nature = completes["liee"].notna() & (completes["nature"] != completes["liee"])
    yield from _fautes(completes[autre_nature], "nature", "nature_du_poste")
    yield from _vides(completes)


def _observations(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of observations, each by itself or with the other rows of its file."""
    completes = _avec_le_catalogue(lignes, pieces, *_MESURES)
    completes = completes.assign(nombre=_nombres(completes["valeur"]))
    yield from _vides(completes)
    yield from _unites(completes)
    yield from _details(completes)
    yield from _formes(completes, pieces)
    a_venir = _nombres(completes["annee"]) > _nombres(completes["millesime"])
    yield from _fautes(completes[a_venir], "annee", "annee_a_venir")
    # Of a count that is not whole, secrecy would not know what it may show.
    compte_des_personnes = completes["cat_sensible"].eq(True) & completes["cat_calcul"].isna()
    avec_decimales = compte_des_personnes & (completes["nombre"] % 1 > 0)
    yield from _fautes(completes[avec_decimales], "valeur", "effectif_entier")

    # What does not belong to the folder of the year where it is.
    annees = _nombres(completes["fichier"].str.extract("/suivi/([0-9]{4})/", expand=False))
    completes = completes.assign(dossier=annees)
    millesimes = _nombres(completes["millesime"])
    autre_annee = millesimes.notna() & annees.notna() & (millesimes != annees)
    yield from _fautes(completes[autre_annee], "millesime", "millesime_du_dossier")
    table_du_catalogue = completes["cat_table"]
    autre_table = table_du_catalogue.notna() & (table_du_catalogue != "observations")
    autre_table &= annees.notna()
    yield from _fautes(completes[autre_table], "indicateur", "autre_table")

    if pieces.convention:
        convention = pieces.convention
        territoires = [convention.territoire, convention.reference, *convention.references]
        de_la_convention = completes["fichier"].str.startswith("conventions/")
        etrangeres = de_la_convention & ~completes["territoire"].isin(territoires)
        connus = ", ".join(territoires)
        yield from _fautes(
            completes[etrangeres], "territoire", "territoire_etranger", connus=connus
        )


def _formes(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of values that are no number: a yes or no is 1 or 0, a list counts the names
    of its text, a text is 1, and a number has none.
    """
    formes = {unite.id: unite.forme for unite in _unites_definies(pieces)}
    completes = lignes.assign(forme=lignes["cat_unite"].map(formes))
    completes = completes[completes["nombre"].notna() & completes["forme"].notna()]
    completes = completes.assign(dits=completes["texte"].map(_nombre_de_noms))
    oui_non = completes["forme"].eq("oui_non") & ~completes["nombre"].isin([0, 1])
    yield from _fautes(completes[oui_non], "valeur", "oui_ou_non")
    liste = completes["forme"].eq("liste") & completes["nombre"].ne(completes["dits"])
    yield from _fautes(completes[liste], "valeur", "liste_comptee")
    texte = completes["forme"].eq("texte")
    yield from _fautes(completes[texte & completes["nombre"].ne(1)], "valeur", "texte_compte")
    sans_texte = texte & completes["texte"].eq("")
    yield from _fautes(completes[sans_texte], "texte", "texte_absent")
    de_trop = completes["forme"].isin(["nombre", "oui_non"]) & completes["texte"].ne("")
    yield from _fautes(completes[de_trop], "texte", "texte_de_trop")


def _nombre_de_noms(liste: str) -> int:
    """Return how many names a list has: « Harnes ; Lens » has two."""
    return len([nom for nom in liste.split(";") if nom.strip()])


def _details(lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield the faults of breakdowns: the dimension of the indicator, and its modalités."""
    yield from _ensemble(lignes, "dimension", "modalite", "dimension et modalité")
    dimensions = lignes["cat_dimension"]
    phrases = dimensions.map("« {} », la dimension".format, "ignore")
    phrases = phrases.fillna("une cellule vide : aucune dimension")
    detaillees = lignes["cat_table"].notna() & lignes["dimension"].ne("")
    autre_dimension = detaillees & (lignes["dimension"] != dimensions)
    yield from _fautes(
        lignes.assign(dite=phrases)[autre_dimension], "dimension", "dimension_de_l_indicateur"
    )
    # An indicator without modalités of its own has all those of its dimension.
    choisies = lignes[
        (lignes["dimension"] == dimensions)
        & (lignes["modalite"] != "")
        & lignes["cat_modalites"].str.len().gt(0)
    ]
    hors_liste = [
        modalite not in modalites
        for modalite, modalites in zip(choisies["modalite"], choisies["cat_modalites"], strict=True)
    ]
    autre_modalite = choisies[pd.Series(hors_liste, choisies.index, dtype=bool)]
    listes = autre_modalite["cat_modalites"].str.join(", ")
    yield from _fautes(
        autre_modalite.assign(cat_modalites=listes), "modalite", "modalite_de_l_indicateur"
    )


# The columns of a crossed row, as the same row has them when its two variables are turned round.
_RETOURNEES = {
    "variable": "variable_2",
    "modalite": "modalite_2",
    "variable_2": "variable",
    "modalite_2": "modalite",
}


def _profils(lignes: pd.DataFrame, pieces: Pieces) -> Iterator[Faute]:
    """Yield the faults of the profiles: counts, crossed variables, parts and whole."""
    yield from _ensemble(lignes, "variable_2", "modalite_2", "seconde variable et seconde modalité")
    yield from _vides(lignes, "effectif")
    avec_decimales = lignes["effectif"].str.fullmatch(r"[0-9]+\.[0-9]+")
    yield from _fautes(lignes[avec_decimales], "effectif", "effectif_entier")
    croisees = lignes[(lignes["variable_2"] != "") & (lignes["modalite_2"] != "")]
    meme_variable = croisees["variable_2"] == croisees["variable"]
    yield from _fautes(croisees[meme_variable], "variable_2", "meme_variable")
    cle = ["fichier", "dispositif", "variable", "modalite"]
    cle_croisee = [*cle, "variable_2", "modalite_2"]
    retournees = croisees.rename(columns=_RETOURNEES)[[*cle_croisee, "numero"]]
    doubles = croisees.merge(retournees, on=cle_croisee, suffixes=("", "_premier"))
    secondes = doubles["numero"] > doubles["numero_premier"]
    yield from _fautes(doubles[secondes], "variable", "croisement_repete")
    avec_nombre = lignes.assign(nombre=_nombres(lignes["effectif"])).dropna(subset="nombre")
    parties = avec_nombre[avec_nombre["variable_2"] != ""]
    ensembles = avec_nombre[avec_nombre["variable_2"] == ""].drop(columns="variable_2")
    # A crossed row is a part of the modalité of each of its two variables.
    parties = pd.concat([parties, parties.rename(columns=_RETOURNEES)])
    sommes = parties.groupby([*cle, "variable_2"])["nombre"].sum()
    comparees = ensembles.merge(sommes.rename("somme").reset_index(), on=cle)
    depassees = comparees["nombre"] < comparees["somme"]
    yield from _fautes(comparees[depassees], "effectif", "moins_que_les_croisements")


DES_TABLES = {
    "annexe1": _annexe1,
    "offre": _offre,
    "observations": _observations,
    "actions": _actions,
    "moyens": _moyens,
    "profils": _profils,
    "confirmations": _confirmations,
}


def _identifiant(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the fault of an id that is not the name of its folder."""
    for identifiant, lieux in places(pieces, f"{CONVENTION} id").items():
        if identifiant == pieces.nom:
            continue
        for document, chemin in lieux:
            yield document.dire(chemin, "dossier", valeur=str(identifiant), nom=pieces.nom)


def _references(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of other references that are the territory itself, or its reference."""
    for cle in ("territoire", "reference"):
        deja = places(pieces, f"{CONVENTION} {cle}")
        for code, lieux in places(pieces, f"{CONVENTION} references.*").items():
            if code in deja:
                for document, chemin in lieux:
                    yield document.dire(chemin, "reference_deja_la", code=code, cle=cle)


def _axes(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of radar axes turned round although their unit has no rule for it."""
    unite_de = {
        str(indicateur.get("id")): str(indicateur.get("unite"))
        for _, _, indicateur in elements(pieces, "themes indicateurs.*")
    }
    unites_avec_regle = {unite.id for unite in _unites_definies(pieces) if unite.renversement}
    if not unites_avec_regle:
        return
    for document, chemin, axe in elements(pieces, "radar axes.*"):
        unite = unite_de.get(str(axe.get("indicateur")))
        if axe.get("renverse") is True and unite and unite not in unites_avec_regle:
            yield document.dire((*chemin, "renverse"), "axe_renverse", unite=unite)


def _graphiques_propres(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of themes of the convention whose chart mixes units without a scale in
    common: rates have one, others only with themselves.
    """
    unite_de = {
        indicateur.id: indicateur.unite
        for sorte in ("themes", "convention/themes")
        for theme in pieces.objets(sorte)
        for indicateur in theme.indicateurs
    }
    taux = {unite.id for unite in _unites_definies(pieces) if unite.ecart == "points"}
    for document in pieces.documents_des_sortes("convention/themes"):
        graphique = document.objet.graphique if document.objet else ()
        unites = {unite_de[nom] for nom in graphique if nom in unite_de}
        if len(unites) > 1 and not unites <= taux:
            yield document.dire(("graphique",), "unites_melees", unites=", ".join(sorted(unites)))


def _responsables(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of indicators that no service is asked to enter."""
    for document, chemin, indicateur in elements(pieces, *_BIBLIOTHEQUE):
        collecte = indicateur.get("collecte")
        if isinstance(collecte, dict) and collecte.get("responsable"):
            continue
        chemin_de_la_collecte = (*chemin, "collecte")
        if collecte:
            chemin_de_la_collecte = (*chemin_de_la_collecte, "responsable")
        yield document.dire(chemin_de_la_collecte, "sans_responsable")


def _flux(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of a stock that a survey estimates: its flows would not explain it."""
    for document, chemin, indicateur in elements(pieces, *_BIBLIOTHEQUE):
        if indicateur.get("flux") and indicateur.get("nature_statistique") == "enquete":
            yield document.dire((*chemin, "flux"), "flux_d_une_enquete")


def _entrees(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of computed indicators one of whose inputs no fiche follows.

    Their value would never be known.
    """
    connus = {
        str(indicateur.get("id")): indicateur
        for _, _, indicateur in elements(pieces, *_BIBLIOTHEQUE)
    }
    suivis = places(pieces, *SUIVIS)
    for nom, lieux in suivis.items():
        indicateur = connus.get(nom, {}) if isinstance(nom, str) else {}
        for _, entree in parcourir(indicateur, "entrees.**"):
            if entree not in connus or entree in suivis:
                continue
            for document, chemin in lieux:
                yield document.dire(chemin, "entree_non_suivie", nom=nom, entree=entree)


# What each fiche that follows an indicator has to write alike, whatever it says of it: it is judged
# once.
_COMMUN = ("valeur_initiale", "cible", "implicite")
_CHIFFRES = ("valeur", "annee", "sens", "echeance")


def _indicateurs_partages(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of indicators that two fiches follow with another start or target."""
    premiers: dict[str, tuple[Chemin, dict]] = {}
    for document, chemin, suivi in elements(pieces, f"{CONVENTION} fiches.*.indicateurs.*"):
        nom = str(suivi.get("id"))
        premier_chemin, premier = premiers.setdefault(nom, (chemin, suivi))
        for cle in _COMMUN:
            ecrits = [une_fiche.get(cle) or {} for une_fiche in (premier, suivi)]
            chiffres = [
                [ecrit.get(chiffre) for chiffre in _CHIFFRES]
                for ecrit in ecrits
                if isinstance(ecrit, dict)
            ]
            if chiffres[:1] != chiffres[1:]:
                ligne = document.ligne(premier_chemin)
                yield document.dire((*chemin, cle), "partage", nom=nom, cle=cle, ligne=ligne)


def _analyses(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the analyses of fiches: their names, the roles and keys of their type."""
    premier_chemin: dict[tuple[Chemin, str], Chemin] = {}
    lieux = (f"{CONVENTION} fiches.*.analyses.*", f"{AVENANTS}.fiche_ecrite.analyses.*")
    for document, chemin, analyse in elements(pieces, *lieux):
        sorte = str(analyse.get("type"))
        if sorte not in TYPES:
            phrases = nom_inconnu(sorte, sorted(TYPES), "type_d_analyse")
            yield document.faute((*chemin, "type"), *phrases)
            continue
        nom = str(analyse.get("nom") or sorte)
        analyses = chemin[:-1]
        premier = premier_chemin.setdefault((analyses, nom), chemin)
        if premier != chemin:
            ligne = document.ligne(premier)
            yield document.dire((*chemin, "nom"), "analyses_de_meme_nom", nom=nom, ligne=ligne)
        roles = analyse.get("roles")
        if not isinstance(roles, dict):
            roles = {}
        cles = [cle for cle in analyse if cle in CLES]
        roles_exiges, roles_permis, cles_exigees, cles_permises = TYPES[sorte]
        chemin_des_roles = (*chemin, "roles")
        for role in _en_trop(roles, roles_exiges, roles_permis):
            phrases = nom_inconnu(
                role, _permis(roles_exiges, roles_permis), "role_d_analyse", sorte
            )
            yield document.faute((*chemin_des_roles, role), *phrases)
        for role in _manquants(roles, roles_exiges):
            yield document.dire(
                chemin_des_roles, "analyse_sans", nom=role, quoi="le rôle", type=sorte
            )
        for cle in _en_trop(cles, cles_exigees, cles_permises):
            phrases = nom_inconnu(cle, _permis(cles_exigees, cles_permises), "cle_d_analyse", sorte)
            yield document.faute((*chemin, cle), *phrases)
        for cle in _manquants(cles, cles_exigees):
            yield document.dire(chemin, "analyse_sans", nom=cle, quoi="la clé", type=sorte)
        for role, indicateurs in roles.items():
            if isinstance(indicateurs, list) and role not in PLUSIEURS:
                yield document.dire((*chemin_des_roles, role), "un_seul_indicateur")


def _permis(exiges: str, permis: str) -> list[str]:
    """Return what an analysis may be given, of names separated by spaces."""
    return sorted({*exiges.split(), *permis.split()})


def _en_trop(ecrits: Iterable[str], exiges: str, permis: str) -> list[str]:
    possibles = _permis(exiges, permis)
    return [nom for nom in ecrits if nom not in possibles]


def _manquants(ecrits: Iterable[str], exiges: str) -> list[str]:
    return sorted(set(exiges.split()) - set(ecrits))


def _annees(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of years out of the convention, and of a context that is invented.

    Only a fictional convention may invent its context.
    """
    convention = pieces.convention
    if convention is None or pieces.fin is None:
        return
    premiere = convention.debut.year
    derniere = pieces.fin.year
    fichiers = [document.fichier for document in pieces.documents_des_sortes(*SUIVI)]
    for sorte in TABLES:
        fichiers += [table.fichier for table in pieces.tables.get(sorte, ())]
    annees = {annee_du_dossier(fichier) for fichier in fichiers}
    if pieces.annees:
        annees.add(max(pieces.annees))
    for annee in sorted(annee for annee in annees if annee is not None):
        if not premiere <= annee <= derniere:
            phrases = mots("annee_hors_convention", annee=annee, debut=premiere, fin=derniere)
            yield Faute(f"{dossier_du_suivi(pieces.nom)}/{annee}", *phrases)
    if convention.fictive:
        return
    for fichier in fichiers:
        if fichier.endswith("/contexte.csv"):
            yield Faute(fichier, *mots("contexte_d_une_fiction"))


def _bilans(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the bilans: their year, their dates, the decisions they come back to."""
    documents: dict[int, Document] = {}
    for document in pieces.documents_des_sortes("suivi/bilan"):
        annee = annee_du_dossier(document.fichier)
        assert annee is not None  # the files of the follow-up are in the folder of a year
        documents[annee] = document
    for annee, document in documents.items():
        d_avant = [bilan for autre, bilan in documents.items() if autre < annee]
        yield from _suites(document, d_avant, annee - 1)
        bilan = document.objet
        if bilan is None:
            continue
        if bilan.annee != annee:
            yield document.dire(("annee",), "annee_du_bilan", ecrite=bilan.annee, annee=annee)
        elif bilan.date_arretee.year != annee:
            yield document.dire(
                ("date_arretee",), "date_du_bilan", ecrite=bilan.date_arretee, annee=annee
            )
        jour = bilan.comite.date if bilan.comite else None
        if isinstance(jour, date) and jour.year not in (annee, annee + 1):
            yield document.dire(
                ("comite", "date"), "date_du_comite", ecrite=jour, annee=annee, suivante=annee + 1
            )


def _suites(bilan: Document, d_avant: list[Document], annee: int) -> Iterator[Faute]:
    """Yield the faults of what a bilan says of decisions that no bilan before it took.

    ``annee`` is the year of the one before. If one of them is faulty, its decisions are not known.
    """
    decisions: list[str] = []
    for document in reversed(d_avant):
        if document.objet is None:
            return
        ids = parcourir(document.contenu, "comite.decisions.*.id")
        decisions += [str(identifiant) for _, identifiant in ids]
    for chemin, decision in parcourir(bilan.contenu, "comite.suites.*.decision"):
        if decision not in decisions:
            yield bilan.faute(chemin, *nom_inconnu(decision, decisions, "decision", annee))


def _avenants(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the avenants: dates in order and in the convention, known elements."""
    if pieces.annees is None:
        return
    for document in pieces.documents_des_sortes("convention/avenants"):
        avenants: tuple[Avenant, ...] = document.objet.avenants if document.objet else ()
        precedente = date.min
        jours: dict[Chemin, date] = {}
        for rang, avenant in enumerate(avenants):
            chemin: Chemin = ("avenants", rang)
            chemin_du_jour = (*chemin, "date")
            jours[chemin_du_jour] = avenant.date
            if avenant.date < precedente:
                yield document.dire(
                    chemin_du_jour, "avenants_en_ordre", date=avenant.date, precedente=precedente
                )
            precedente = avenant.date
            for numero, changement in enumerate(avenant.changements):
                chemin_du_changement = (*chemin, "changements", numero)
                jours[*chemin_du_changement, "effet"] = changement.effet
                yield from _changement(pieces, noms, document, chemin_du_changement, changement)
        if pieces.convention is None or pieces.fin is None:
            continue
        debut = pieces.convention.debut
        for chemin, jour in jours.items():
            if not debut <= jour <= pieces.fin:
                yield document.dire(
                    chemin, "date_hors_convention", date=jour, debut=debut, fin=pieces.fin
                )


def _changement(
    pieces: Pieces, noms: Noms, document: Document, chemin: Chemin, changement: Changement
) -> Iterator[Faute]:
    """Yield the faults of a change: an unknown indicator, a year out of the convention."""
    if not _connu(changement, noms):
        connus = noms["indicateur_de_fiche"][""]
        phrases = nom_inconnu(changement.element, connus, "indicateur_de_fiche")
        yield document.faute((*chemin, "element"), *phrases)
    if changement.annee is None or pieces.convention is None or pieces.fin is None:
        return
    debut = pieces.convention.debut.year
    fin = pieces.fin.year
    if changement.nature == "cible" and not debut <= changement.annee <= fin:
        yield document.dire(
            (*chemin, "annee"), "annee_de_la_cible", annee=changement.annee, debut=debut, fin=fin
        )


def _connu(changement: Changement, noms: Noms) -> bool:
    """Tell whether a change is about no indicator, or one that the library has."""
    if changement.nature not in ("cible", "definition", "indicateur"):
        return True
    element = str(changement.element)
    return element in noms["indicateur_de_fiche"].get("", [element])


def _plan(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of what avenants change of the plan, as it stands when each takes effect.

    What is changed is there; what is added is not yet, under a number that nothing else has had. A
    change that is faulty is left out of what follows.
    """
    if pieces.annees is None or pieces.convention is None:
        return
    for document in pieces.documents_des_sortes("convention/avenants"):
        avenants: tuple[Avenant, ...] = document.objet.avenants if document.objet else ()
        plan = pieces.convention
        numeros_pris = _noms_du_plan(plan)
        ecrits = [
            (("avenants", rang, "changements", numero), Acte(avenant, changement))
            for rang, avenant in enumerate(avenants)
            for numero, changement in enumerate(avenant.changements)
            if changement.nature != "duree" and _connu(changement, noms)
        ]
        for chemin, acte in sorted(ecrits, key=lambda ecrit: ecrit[1].changement.effet):
            fautes = list(_au_plan(document, chemin, plan, acte.changement, numeros_pris))
            if not fautes:
                plan = apres(plan, acte)
                numeros_pris |= _noms_du_plan(plan)
            yield from fautes


def _noms_du_plan(plan: Convention) -> set[tuple[str, str]]:
    """Return the nature and the number of the fiches and modalités of a plan."""
    pris = {("fiche", str(fiche.numero)) for fiche in plan.fiches}
    for fiche in plan.fiches:
        pris |= {("modalite", modalite.numero) for modalite in fiche.modalites}
    return pris


def _au_plan(
    document: Document,
    chemin: Chemin,
    plan: Convention,
    changement: Changement,
    numeros_pris: set[tuple[str, str]],
) -> Iterator[Faute]:
    """Yield the faults of a change of a plan: a fiche or an element that is not there when it takes
    effect, or is there already when it adds it; what it writes under another name.
    """
    effet = changement.effet
    fiches = {str(fiche.numero): fiche for fiche in plan.fiches}
    if changement.fiche is not None and str(changement.fiche) not in fiches:
        phrases = nom_inconnu(changement.fiche, fiches, "fiche_du_plan", effet)
        yield document.faute((*chemin, "fiche"), *phrases)
        return

    nom = str(changement.element)
    presents = _presents(plan, changement)
    chemin_du_nom = (*chemin, "element")
    if changement.action == "ajouter":
        if nom in presents or (changement.nature, nom) in numeros_pris:
            yield document.dire(chemin_du_nom, "deja_au_plan", element=nom, effet=effet)
    elif nom not in presents:
        sorte = SORTES_DU_PLAN.get(changement.nature, "indicateur_du_plan")
        yield document.faute(chemin_du_nom, *nom_inconnu(nom, presents, sorte, effet))
    elif changement.action == "reprendre":
        element = presents[nom]
        if isinstance(element, Vivant) and element.etat == "en_vigueur":
            yield document.dire(chemin_du_nom, "rien_a_reprendre", element=nom, effet=effet)

    cle = ECRITS.get(changement.nature, "")
    ecrit = getattr(changement, cle) if cle else None
    if ecrit is not None:
        cle_du_nom = "numero" if changement.nature in ("fiche", "modalite") else "id"
        nom_ecrit = str(getattr(ecrit, cle_du_nom))
        if nom_ecrit != nom:
            yield document.dire((*chemin, cle), "autre_element", ecrit=nom_ecrit, element=nom)


def _presents(plan: Convention, changement: Changement) -> dict[str, object]:
    """Return the elements of a plan that a change may name, by the name that it gives them."""
    fiches = [
        fiche
        for fiche in plan.fiches
        if changement.fiche is None or str(fiche.numero) == str(changement.fiche)
    ]
    match changement.nature:
        case "fiche":
            return {str(fiche.numero): fiche for fiche in fiches}
        case "modalite":
            return {item.numero: item for fiche in fiches for item in fiche.modalites}
        case "pilote":
            return {item.id: item for fiche in fiches for item in fiche.pilotes}
        case "partie":
            return {item.id: item for item in plan.parties}
    return {item.id: item for fiche in fiches for item in fiche.indicateurs}


def _personnes(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each text of the follow-up that gives something away about a person."""
    confidentialite = pieces.objets("confidentialite")
    if not confidentialite or pieces.annees is None:
        return
    for document in pieces.documents_des_sortes("convention/avenants", *SUIVI):
        for chemin, texte in document.textes.items():
            quoi = valeur_personnelle(texte, confidentialite[0])
            if quoi:
                yield document.dire(chemin, "personne", texte=texte, quoi=quoi)


def _financement(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of financing plans: a year out of the convention, a poste that is no money,
    two lines that the same means would be counted in.
    """
    postes_en_etp = {
        poste.id
        for fichier in pieces.objets("moyens")
        for poste in fichier.postes
        if poste.nature == "etp"
    }
    for document in pieces.documents_des_sortes("convention/convention"):
        convention = document.objet
        if convention is None or convention.financement is None or pieces.fin is None:
            continue
        debut = convention.debut.year
        fin = pieces.fin.year
        precedentes: list[LigneDeFinancement] = []
        for rang, ligne in enumerate(convention.financement.lignes):
            chemin: Chemin = ("financement", "lignes", rang)
            for annee in ligne.montants:
                if not debut <= annee <= fin:
                    place = (*chemin, "montants")
                    yield document.dire(
                        place, "annee_du_financement", annee=annee, debut=debut, fin=fin
                    )
            if ligne.poste in postes_en_etp:
                yield document.dire((*chemin, "poste"), "poste_en_etp", poste=ligne.poste)
            for precedente in precedentes:
                if ligne.compte_avec(precedente):
                    yield document.dire(
                        (*chemin, "libelle"), "financement_en_double", libelle=precedente.libelle
                    )
            precedentes.append(ligne)


def _fonctions(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each person named where a convention writes a function or a service."""
    for confidentialite in pieces.objets("confidentialite"):
        for document, chemin, texte in elements(pieces, *FONCTIONS, sorte=str):
            for motif, quoi in confidentialite.fonctions.items():
                if re.search(motif, texte):
                    yield document.dire(chemin, "personne_nommee", texte=texte, quoi=quoi)
                    break


def _scenarios(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of « et si » that take away more places than the offer writes."""
    types = {nom for regles in pieces.objets("prolongement") for nom in regles.types_de_places}
    for document in pieces.documents_des_sortes("convention/prolongement"):
        ecrites = 0
        for table in pieces.tables["offre"]:
            offre = table.lignes
            de_places = offre["caracteristique"].eq("places") & offre["type"].isin(types)
            ecrites += int(_nombres(offre.loc[de_places, "valeur"]).sum())
        scenarios = document.objet.et_si if document.objet else ()
        for rang, scenario in enumerate(scenarios):
            if ecrites + scenario.places < 0:
                yield document.dire(
                    ("et_si", rang, "places"),
                    "places_retirees",
                    places=str(scenario.places).replace("-", "−"),
                    ecrites=ecrites,
                )


DES_FICHIERS = (
    _identifiant,
    _references,
    _axes,
    _graphiques_propres,
    _responsables,
    _entrees,
    _indicateurs_partages,
    _analyses,
    _annees,
    _bilans,
    _avenants,
    _plan,
    _personnes,
    _fonctions,
    _financement,
    _scenarios,
    _flux,
)
