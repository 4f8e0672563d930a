"""What ``ctg valider`` checks: a convention, the catalogue, all its years, its evaluation, the
public figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

import pandas as pd

from ctglib.donnees.cle import avertissements_de_la_cle
from ctglib.donnees.cloture import avertissements_des_clotures, fautes_des_copies
from ctglib.donnees.csv_strict import examiner_csv
from ctglib.donnees.dossier import COLLECTE, charger_gabarit, lire_dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, phrases, recueillir
from ctglib.donnees.lecture import (
    CONVENTIONS,
    conventions,
    empreinte,
    enregistrer,
    existe,
    lire_octets,
    lister,
    superposer,
)
from ctglib.donnees.lignes import lignes
from ctglib.donnees.magasin import (
    COG,
    COG_DES_COMMUNES,
    LOCALES,
    PUBLIQUES,
    Cle,
    charger_familles,
    derniere_table_si_presente,
    familles_absentes,
    lire_tables,
    niveau_de,
    tables,
)
from ctglib.donnees.modeles.sources import Famille, Niveau, TableGardee
from ctglib.donnees.pieces import Pieces, avec_la_fin, avec_le_suivi, fautes_de_nom, lire_pieces
from ctglib.donnees.publiques import REPERES, lire, lire_communes, reperes
from ctglib.donnees.publiques import series as publiees
from ctglib.donnees.references import nom_inconnu, noms_connus, places
from ctglib.donnees.regles import a_voir, verifier
from ctglib.donnees.vraisemblance import douter, lire_regles

A_COMPLETER = "À compléter"


def valider(convention: str) -> tuple[str, ...]:
    """Return the names of the files read to check a convention and the catalogue, or raise all
    their faults.
    """
    with enregistrer() as journal:
        fautes = list(fautes_de_convention(convention))
        if not fautes:
            # A fiche shows public series: each is one of the catalogue or of the store.
            pieces = lire_pieces(convention)
            connues = [*noms_connus(pieces)["serie"][""], *publiees()["code"]]
            citees = places(pieces, "convention/convention fiches.*.series_publiques.*")
            for code, lieux in citees.items():
                if code not in connues:
                    phrase = nom_inconnu(code, connues, "serie")
                    fautes += [document.faute(chemin, *phrase) for document, chemin in lieux]
            fautes += _loin_des_series(convention)
    if fautes:
        raise DonneesInvalides(fautes)
    return tuple(sorted(journal.lus))


def fautes_de_convention(convention: str) -> tuple[Faute, ...]:
    """Return every fault of a convention, of the catalogue, of all its years and of its end, sorted
    by file and line.

    The communes of its département are looked at once all that they are checked against holds.
    """
    try:
        pieces = avec_la_fin(avec_le_suivi(lire_pieces(convention), None))
        return _fautes(pieces)
    except DonneesInvalides as error:
        return error.fautes


def _fautes(pieces: Pieces) -> tuple[Faute, ...]:
    """Return every fault of pieces, sorted by file and line."""
    nom = pieces.nom
    fautes = [*verifier(pieces), *fautes_de_nom(nom), *fautes_des_copies(nom)]
    if not fautes:
        # It has been read, or its absence would be a fault.
        assert pieces.convention is not None
        lire_communes(pieces.convention, pieces.objets("comparaison")[0])
    return DonneesInvalides(fautes).fautes


def fautes_de_saisie(convention: str, fichiers: Mapping[str, bytes | None]) -> tuple[Faute, ...]:
    """Return every fault there would be with these files in place of those of the disk, then the
    questions (``question``); none: they hold.

    The importer asks before anything is written. The bytes are by path in the data folder
    (« conventions/harnes/suivi/2025/actions.csv »), None for a file that would go.
    """
    with superposer(fichiers):
        try:
            pieces = avec_la_fin(avec_le_suivi(lire_pieces(convention), None))
            questions = [faute for faute in a_voir(pieces) if faute.question]
            return *_fautes(pieces), *questions
        except DonneesInvalides as error:
            return error.fautes


def lignes_a_completer(convention: str) -> list[int]:
    """Return the lines of ``convention.yaml`` that are still to be filled, from 1."""
    texte = lire_octets(f"{CONVENTIONS}/{convention}/convention.yaml").decode("utf-8")
    numeros = []
    for numero, ligne in enumerate(texte.splitlines(), 1):
        sans_commentaire = ligne.partition("#")[0]
        if A_COMPLETER in sans_commentaire:
            numeros.append(numero)
    return numeros


def avertissements(convention: str) -> list[str]:
    """Return what is no fault and has to be seen: what is left to fill, the files of another
    convention, the fiches that the final evaluation will not read, what a closed year keeps.
    """
    avertis = []

    # The lines of the convention that are still to be filled.
    fichier = f"{CONVENTIONS}/{convention}/convention.yaml"
    numeros = lignes_a_completer(convention)
    if numeros:
        lignes_citees = ", ".join(str(numero) for numero in numeros[:8])
        avertis.append(f"{fichier}, {len(numeros)} « {A_COMPLETER} » (lignes {lignes_citees})")

    # The tables that are the very ones of the conventions of other territories.
    du_territoire = _territoire(convention)
    for nom in ("annexe1.csv", "offre.csv"):
        fichier = f"{CONVENTIONS}/{convention}/{nom}"
        contenu = lire_octets(fichier)
        if contenu.count(b"\n") < 2:
            continue
        for autre in conventions():
            copie = f"{CONVENTIONS}/{autre}/{nom}"
            if autre == convention or not existe(copie) or lire_octets(copie) != contenu:
                continue
            if _territoire(autre) != du_territoire:  # the next one of a territory keeps its offer
                avertis.append(f"{fichier}, le même fichier que celui de « {autre} »")

    # The fiches that the final evaluation will not read.
    lectures = avec_la_fin(lire_pieces(convention)).objets("convention/lectures")
    if lectures:
        lues = {objectif.fiche for objectif in lectures[0].objectifs}
        oubliees = [
            fiche.numero
            for fiche in lire_dossier(convention).convention.fiches
            if fiche.numero not in lues
        ]
        if oubliees:
            avertis.append(
                f"{CONVENTIONS}/{convention}/lectures.yaml, rien sur {_les_fiches(oubliees)} :"
                " l'évaluation finale n'en lira pas les objectifs"
            )
    avertis += avertissements_de_la_cle(convention)
    avertis += avertissements_des_clotures(convention)
    # The values that a closed year keeps.
    pieces = avec_le_suivi(lire_pieces(convention), None)
    return avertis + [
        f"{faute.fichier}, ligne {faute.ligne}, {faute.trouve} (attendu : {faute.attendu})"
        for faute in a_voir(pieces)
    ]


def _territoire(convention: str) -> str | None:
    """Return the code of the territory of a convention, None when it cannot be read."""
    lue = lire_pieces(convention).convention
    return lue.territoire if lue else None


def _les_fiches(numeros: Sequence[str]) -> str:
    """Return « la fiche 3 », or « les fiches 3, 4 et 7 »."""
    if len(numeros) == 1:
        return f"la fiche {numeros[0]}"
    return f"les fiches {', '.join(numeros[:-1])} et {numeros[-1]}"


def manques(convention: str) -> list[str]:
    """Return what a convention does not give, each with what it costs in the reports.

    « sans offre.csv : le diagnostic ne décrit ni structure… ». None of it is a fault, nor anything
    to be done.
    """
    regles = phrases("facultatifs.yaml")
    dossier = f"{CONVENTIONS}/{convention}"
    donnees = lire_dossier(convention)
    tables = {"annexe1.csv": donnees.annexe1, "offre.csv": donnees.offre}
    dits = []
    for fichier, cout in regles["fichiers"].items():
        if fichier in tables:
            donne = bool(tables[fichier]["valeur"].notna().any())
        elif fichier == "logos":
            donne = any(donnees.logos.values())
        else:
            donne = existe(f"{dossier}/{fichier}")
        if not donne:
            dits.append(regles["phrase"].format(quoi=fichier, cout=cout))
    for cle, cout in regles["cles"].items():
        if not getattr(donnees.convention, cle):
            dits.append(regles["phrase"].format(quoi=regles["cle"].format(cle=cle), cout=cout))

    parts = charger_gabarit(convention).parts
    sans_service = [
        fiche.numero
        for fiche in donnees.convention.fiches
        if not fiche.responsable and fiche.numero not in parts.fiches
    ]
    if existe(f"{dossier}/{COLLECTE}") and sans_service:
        fiches = _les_fiches(sans_service)
        dits.append(regles["services"].format(fiches=fiches, principal=parts.principal))
    return dits


@dataclass(frozen=True)
class _LigneAnnexe1:
    """A figure of annexe 1."""

    indicateur: str
    territoire: str
    annee: int
    valeur: float


def _loin_des_series(convention: str) -> Iterator[Faute]:
    """Yield the figures that are far from the public series of the same field: a rounding is never
    by a third.
    """
    dossier = lire_dossier(convention)
    regles = lire_regles()
    if dossier.convention.fictive:
        return
    codes_publies = set(publiees()["code"])
    series = {
        ligne.indicateur: ligne.series[0]
        for ligne in dossier.catalogue.donnees_publiques.lignes
        if len(ligne.series) == 1 and not ligne.sur and ligne.series[0] in codes_publies
    }
    annexe1 = dossier.annexe1
    comparables = annexe1[annexe1["indicateur"].isin(series) & annexe1["valeur"].notna()]
    for ligne in lignes(comparables, _LigneAnnexe1):
        publiques = lire(series[ligne.indicateur], ligne.territoire)
        publique = publiques.loc[publiques["annee"].eq(ligne.annee), "valeur"].sum()
        if publique < regles.effectif_du_saut:
            continue
        if abs(ligne.valeur / publique - 1) > regles.saut:
            phrase = mots(
                "loin_des_series",
                indicateur=ligne.indicateur,
                territoire=ligne.territoire,
                annee=ligne.annee,
                valeur=ligne.valeur,
                publique=publique,
                source=publiques.attrs["source"],
            )
            yield Faute(f"{CONVENTIONS}/{convention}/annexe1.csv", *phrase)


def examiner_les_sources() -> tuple[list[Faute], list[str]]:
    """Return what is wrong in the public figures, and what looks odd, and may be true, in those
    that the user added.
    """
    fautes: list[Faute] = []
    etrangetes: list[str] = []
    with recueillir(fautes):
        familles = charger_familles()
        toutes = tables()
        fautes += familles_absentes(toutes.values(), familles)
        pieces_absentes = list(_pieces_absentes(toutes, familles))
        if pieces_absentes:
            raise DonneesInvalides(pieces_absentes)
        gardees = {cle: table for cle, table in toutes.items() if cle.famille in familles}

        @cache
        def chiffres(cle: Cle) -> pd.DataFrame:
            return lire_tables([gardees[cle]]).set_index("territoire")

        # Those that are shipped are looked at by a test, once: their fingerprint holds them.
        ajoutees = [cle for cle, table in gardees.items() if table.table.startswith(LOCALES)]
        for doute in douter(gardees, ajoutees, chiffres, familles):
            chemin = gardees[doute.cle].table
            if doute.faux:
                fautes.append(Faute(chemin, *mots("chiffre_ajoute", dit=doute.phrase)))
            elif chemin.startswith(LOCALES):
                etrangetes.append(f"{chemin}, {doute.phrase}")

        etrangetes += _sans_epci(gardees)
        codes = sorted({code for table in gardees.values() for code in table.series})
        series_citees = reperes().series
        if codes:  # an empty store has none of them
            fautes += [
                Faute(REPERES, *nom_inconnu(serie, codes, "serie_publique"))
                for serie in series_citees
                if serie not in codes
            ]
        for nom in lister("sources"):
            dossier = f"sources/{nom.removesuffix('/')}"
            extrait = f"{dossier}/observations.csv"
            est_un_extrait = nom.endswith("/") and dossier not in (PUBLIQUES, LOCALES)
            if est_un_extrait and existe(extrait):
                fautes += _fautes_d_extrait(extrait, codes, familles)
    return fautes, etrangetes


def _sans_epci(gardees: Mapping[Cle, TableGardee]) -> Iterator[str]:
    """Yield the official code of communes that is of no use to portraits yet: without EPCI."""
    lues = derniere_table_si_presente(COG_DES_COMMUNES)
    for cle, table in gardees.items():
        lue = next(iter(lues), table)
        if cle.famille == COG_DES_COMMUNES and cle.annee > lue.annee:
            yield (
                f"{table.table} : {cle.annee} n'a pas d'EPCI, les rapports gardent {lue.annee} ;"
                f" ajouter la composition des EPCI de {cle.annee} (DGCL)"
            )


def _pieces_absentes(
    gardees: Mapping[Cle, TableGardee], familles: dict[str, Famille]
) -> Iterator[Faute]:
    """Yield the pieces that the store lacks: tables that its register names, as they were added,
    levels of the official code that figures are told from.
    """
    for table in gardees.values():
        if not existe(table.table):
            yield Faute(table.table, *mots("table_absente"))
        elif empreinte(table.table) != table.sha256:
            yield Faute(table.table, *mots("table_changee"))
    presentes = {cle.famille for cle in gardees}
    for niveau, famille in COG.items():
        if gardees and famille not in presentes and famille in familles:
            phrase = mots("piece_absente", niveau=niveau, titre=familles[famille].titre)
            yield Faute(f"{PUBLIQUES}/origine.yaml", *phrase)


def _fautes_d_extrait(
    fichier: str, codes: Sequence[str], familles: dict[str, Famille]
) -> Iterator[Faute]:
    """Yield what is wrong in an extract: figures that are not the store's, or that look wrong."""
    # Only the rows that are the number of a territory: the checks of the file tell of the others.
    lignes_lues = examiner_csv(fichier, "observations").lignes.reindex(
        columns=["territoire", "annee", "indicateur", "dimension", "valeur"], fill_value=""
    )
    lignes_de_chiffres = lignes_lues[lignes_lues["dimension"].eq("")]
    lignes_de_chiffres = lignes_de_chiffres.assign(
        annee=pd.to_numeric(lignes_de_chiffres["annee"], errors="coerce"),
        nombre=pd.to_numeric(lignes_de_chiffres["valeur"], errors="coerce"),
        niveau=lignes_de_chiffres["territoire"].map(niveau_de),
    ).dropna(subset=["annee", "niveau", "nombre"])
    du_magasin = lignes_de_chiffres["indicateur"].isin(codes)
    yield from _autres_que_publies(fichier, lignes_de_chiffres[du_magasin])

    famille_par_serie = {}
    for famille in familles.values():
        famille_par_serie |= dict.fromkeys((serie.code for serie in famille.series), famille.id)
    annees = lignes_de_chiffres["annee"].astype(int)
    noms_des_familles = lignes_de_chiffres["indicateur"].map(famille_par_serie)
    groupes = lignes_de_chiffres.groupby([noms_des_familles, annees, lignes_de_chiffres["niveau"]])
    chiffres: dict[Cle, pd.DataFrame] = {}
    for nom, lignes_du_groupe in groupes:
        famille_id, annee, niveau = cast("tuple[str, int, Niveau]", nom)
        chiffres[Cle(famille_id, annee, niveau)] = lignes_du_groupe.pivot_table(
            "nombre", "territoire", "indicateur", "last"
        )
    for doute in douter(chiffres, chiffres, chiffres.__getitem__, familles):
        if doute.faux:
            yield Faute(fichier, *mots("chiffre_extrait", dit=doute.phrase))


def _autres_que_publies(fichier: str, chiffres: pd.DataFrame) -> Iterator[Faute]:
    """Yield the rows of an extract that the official file, in the store, does not say."""
    derniers = chiffres.drop_duplicates(["indicateur", "territoire", "annee"], keep="last")
    derniers = derniers.astype({"annee": int}).reset_index(names="ligne")
    for code in derniers["indicateur"].unique():
        ecrits = derniers[derniers["indicateur"].eq(code)]
        serie = lire(code, dict.fromkeys(ecrits["territoire"]))
        publies = serie.dropna(subset="valeur")[["territoire", "annee", "valeur"]]
        publies = publies.rename(columns={"valeur": "publie"})
        compares = ecrits.merge(publies, on=["territoire", "annee"])
        autres = compares[compares["nombre"].ne(compares["publie"])]
        for ligne, ecrit, publie in zip(
            autres["ligne"].tolist(), autres["valeur"], autres["publie"], strict=True
        ):
            phrase = mots(
                "chiffre_publie", cellule=ecrit, publie=publie, source=serie.attrs["source"]
            )
            yield Faute(fichier, *phrase, ligne, "valeur")
