"""What ``ctg valider`` checks: a convention, the catalogue, all its years, its evaluation, the
public figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

import pandas as pd

from ctglib.donnees.csv_strict import examiner_csv
from ctglib.donnees.dossier import COLLECTE, charger_gabarit, lire_dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir
from ctglib.donnees.lecture import (
    CONVENTIONS,
    conventions,
    enregistrer,
    existe,
    lire_octets,
    lister,
    superposer,
)
from ctglib.donnees.lignes import lignes
from ctglib.donnees.magasin import (
    LOCALES,
    PUBLIQUES,
    Cle,
    charger_familles,
    familles_absentes,
    lire_tables,
    niveau_de,
    tables,
)
from ctglib.donnees.modeles.sources import Famille, Niveau
from ctglib.donnees.pieces import avec_la_fin, avec_le_suivi, fautes_de_nom, lire_pieces
from ctglib.donnees.publiques import REPERES, lire, lire_communes, reperes
from ctglib.donnees.publiques import series as publiees
from ctglib.donnees.references import nom_inconnu, noms_connus, places
from ctglib.donnees.regles import verifier
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
        fautes = [*verifier(pieces), *fautes_de_nom(convention)]
        if not fautes:
            # It has been read, or its absence would be a fault.
            assert pieces.convention is not None
            lire_communes(pieces.convention, pieces.objets("comparaison")[0])
        return DonneesInvalides(fautes).fautes
    except DonneesInvalides as error:
        return error.fautes


def fautes_de_saisie(convention: str, fichiers: Mapping[str, bytes | None]) -> tuple[Faute, ...]:
    """Return every fault there would be with these files in place of those of the disk; none: they
    hold.

    The importer asks before anything is written. The bytes are by path in the data folder
    (« conventions/harnes/suivi/2025/actions.csv »), None for a file that would go.
    """
    with superposer(fichiers):
        return fautes_de_convention(convention)


def avertissements(convention: str) -> list[str]:
    """Return what is no fault and has to be seen: what is left to fill, and the files of another
    convention.
    """
    avertis = []

    # The lines of the convention that are still to be filled.
    fichier = f"{CONVENTIONS}/{convention}/convention.yaml"
    numeros = []
    for numero, ligne in enumerate(lire_octets(fichier).decode("utf-8").splitlines(), 1):
        sans_commentaire = ligne.partition("#")[0]
        if A_COMPLETER in sans_commentaire:
            numeros.append(str(numero))
    if numeros:
        lignes_citees = ", ".join(numeros[:8])
        avertis.append(f"{fichier}, {len(numeros)} « {A_COMPLETER} » (lignes {lignes_citees})")

    # The tables that are empty, or the very ones of other conventions.
    for nom in ("annexe1.csv", "offre.csv"):
        fichier = f"{CONVENTIONS}/{convention}/{nom}"
        contenu = lire_octets(fichier)
        if contenu.count(b"\n") < 2:
            avertis.append(f"{fichier}, aucune ligne : le diagnostic n'en dira rien")
            continue
        for autre in conventions():
            copie = f"{CONVENTIONS}/{autre}/{nom}"
            if autre != convention and existe(copie) and lire_octets(copie) == contenu:
                avertis.append(f"{fichier}, le même fichier que celui de « {autre} »")

    return avertis + _fiches_oubliees(convention)


def _fiches_oubliees(convention: str) -> list[str]:
    """Return the fiches that the final evaluation will not read, or that nobody has to fill."""
    dossier = f"{CONVENTIONS}/{convention}"
    pieces = avec_la_fin(lire_pieces(convention))
    assert pieces.convention is not None  # it holds: only then are warnings asked for
    parts = charger_gabarit(convention).parts
    lectures = pieces.objets("convention/lectures")
    collecte = f"{dossier}/{COLLECTE}"
    avertis = []
    for fiche in pieces.convention.fiches:
        numero = fiche.numero
        if lectures and numero not in {objectif.fiche for objectif in lectures[0].objectifs}:
            avertis.append(
                f"{dossier}/lectures.yaml, rien sur la fiche {numero} :"
                " l'évaluation finale n'en lira pas les objectifs"
            )
        if existe(collecte) and not fiche.responsable and numero not in parts.fiches:
            avertis.append(
                f"{collecte}, personne pour la fiche {numero} : ce sera « {parts.principal} »"
            )
    return avertis


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
        gardees = {cle: table for cle, table in toutes.items() if cle.famille in familles}

        @cache
        def chiffres(cle: Cle) -> pd.DataFrame:
            return lire_tables([gardees[cle]]).set_index("territoire")

        for doute in douter(gardees, gardees, chiffres, familles):
            chemin = gardees[doute.cle].table
            if doute.faux:
                fautes.append(Faute(chemin, *mots("chiffre_ajoute", dit=doute.phrase)))
            elif chemin.startswith(LOCALES):
                etrangetes.append(f"{chemin}, {doute.phrase}")

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
