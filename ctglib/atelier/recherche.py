"""Chercher une série par ses mots : ce qui est là, le plus proche d'abord, puis ce qui s'ajoute."""

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from ctglib.atelier.phrases import dire, inconnu
from ctglib.atelier.series import (
    PUBLIQUE,
    Serie,
    annees_de,
    catalogue,
    dossier,
    phrase_des_annees,
)
from ctglib.atelier.tables import avec_attributs
from ctglib.donnees.lecture import proches, sans_accents
from ctglib.donnees.magasin import charger_familles
from ctglib.donnees.publiques import reperes

MOTS = re.compile(r"[a-z0-9]+")
A_AJOUTER = "à ajouter"
# What a word found there is worth: a whole word of the label, the beginning of one, a whole word of
# the definition, the beginning of one.
LIBELLE = 8.0
DEBUT_DU_LIBELLE = 4.0
DEFINITION = 2.0
DEBUT = 1.0
PAR_UN_SYNONYME = 0.5  # of it, when another word of the same sense was found
COURT = 4  # signs: a shorter word is looked for whole


def chercher(
    mots: str = "", *, titre: str | None = None, source: str | None = None
) -> pd.DataFrame:
    """Cherche dans tout ce que le classeur connaît : séries publiques, annexe 1 et suivi de chaque
    convention.

    Les séries dont le libellé a les mots entiers viennent d'abord, puis celles dont la définition
    les a, ou un synonyme (« RSA », « revenu de solidarité active ») ; enfin, ce qui n'est pas là et
    s'ajoute par un fichier officiel.

    Paramètres :
        mots: Des mots du libellé, de la définition ou du code, sans souci des accents ; rien pour
            tout lister.
        titre: Le titre de la table.
        source: La source de ce qu'elle dit ; le catalogue du classeur par défaut.

    Rend :
        code (à donner à ``donnees``), libelle, origine, convention, annees, niveaux (et le nombre
        des territoires publiés), unite, source, secret.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.chercher("RSA")["code"].iloc[0]
        'cnaf_foyers_rsa'
    """
    connues = catalogue()
    termes = _termes(mots)
    if not termes:
        table = pd.DataFrame([_ligne(serie) for serie in connues])
        return avec_attributs(
            table, titre or dire("toutes_les_series"), source or dire("catalogue")
        )
    fictives = {serie.convention for serie in connues if serie.convention}
    fictives = {nom for nom in fictives if dossier(nom).convention.fictive}
    trouvees = []
    for rang, serie in enumerate(connues):
        poids = _poids(termes, f"{serie.libelle} {serie.code}", serie.definition)
        if poids:
            longueur = len(_racines(serie.libelle))  # of two, the shorter label is closer
            du_dehors = serie.origine != PUBLIQUE
            ordre = (-poids, du_dehors, serie.convention in fictives, longueur, rang)
            trouvees.append((ordre, _ligne(serie)))
    lignes = [ligne for _, ligne in sorted(trouvees, key=lambda trouvee: trouvee[0])]
    lignes += _a_ajouter(termes, {serie.code for serie in connues})
    remarques = _ailleurs(termes)
    if not lignes:
        mots_des_libelles = {mot for serie in connues for mot in serie.libelle.split()}
        voisins = proches(mots, sorted(mot for mot in mots_des_libelles if len(mot) > COURT))
        remede = " ".join(remarques) or dire("ajouter_fichier")
        raise inconnu(dire("aucune_serie"), mots, voisins, remede)
    titre = titre or dire("series_trouvees", mots=mots)
    return avec_attributs(pd.DataFrame(lignes), titre, source or dire("catalogue"), remarques)


def _ligne(serie: Serie) -> dict[str, object]:
    """Return what is shown of a series."""
    # « commune (887), epci »: a level without a number has sums only, no published territory
    niveaux = [
        f"{niveau} ({publies})" if publies else niveau for niveau, publies in serie.niveaux.items()
    ]
    return {
        "code": serie.code,
        "libelle": serie.libelle,
        "origine": serie.origine,
        "convention": serie.convention,
        "annees": phrase_des_annees(annees_de(serie)),
        "niveaux": ", ".join(niveaux),
        "unite": serie.unite,
        "source": serie.source,
        "secret": serie.secret,
    }


def _a_ajouter(termes: Sequence[Sequence[str]], presentes: set[str]) -> list[dict[str, object]]:
    """Return the series of the official files that nobody added yet, as rows."""
    lignes = []
    for famille in charger_familles().values():
        fichier = f"{famille.producteur}, {famille.jeu} ({famille.adresse})"
        for serie in famille.series:
            poids = _poids(termes, f"{serie.libelle} {serie.code}", serie.definition or "")
            if serie.code in presentes or not poids:
                continue
            lignes.append(
                {
                    "code": serie.code,
                    "libelle": serie.libelle,
                    "origine": A_AJOUTER,
                    "convention": "",
                    "annees": phrase_des_annees([]),
                    "niveaux": ", ".join(famille.niveaux),
                    "unite": serie.unite,
                    "source": dire("fichier_a_ajouter", fichier=fichier),
                    "secret": famille.vide == "Q",
                }
            )
    return lignes


def _ailleurs(termes: Sequence[Sequence[str]]) -> list[str]:
    """Return what the workbook says of a subject that no series is of: where to look."""
    dites = []
    for ailleurs in reperes().recherche.ailleurs:
        sujets = {_racines(mot) for mot in ailleurs.mots}
        if any(_racines(mot) in sujets for terme in termes for mot in terme):
            dites.append(ailleurs.dit)
    return dites


def _termes(mots: str) -> list[list[str]]:
    """Return what is looked for: each word typed, or the group of synonyms that it belongs to, what
    was typed first.
    """
    reste = f" {' '.join(_racines(mots))} "
    termes = []
    for groupe in reperes().recherche.synonymes:
        sujets = {synonyme: f" {' '.join(_racines(synonyme))} " for synonyme in groupe}
        dits = [synonyme for synonyme, racines in sujets.items() if racines in reste]
        if dits:
            dit = max(dits, key=len)
            reste = reste.replace(sujets[dit], " ")
            termes.append([dit, *(synonyme for synonyme in groupe if synonyme != dit)])
    vides = set(reperes().recherche.mots_vides)
    return termes + [[mot] for mot in reste.split() if mot not in vides]


def _racines(texte: str) -> tuple[str, ...]:
    """Return the words of a text, without accents nor the « s » or « x » of a plural."""
    mots = MOTS.findall(sans_accents(texte))
    return tuple(mot[:-1] if len(mot) > 3 and mot[-1] in "sx" else mot for mot in mots)


def _poids(termes: Iterable[Sequence[str]], libelle: str, definition: str) -> float:
    """Return how close a series is to what is looked for, 0 when it lacks one of the terms."""
    du_libelle = _racines(libelle)
    de_la_definition = _racines(definition)
    total = 0.0
    for terme in termes:
        poids = 0.0
        for rang, mot in enumerate(terme):
            trouve = _poids_d_un_mot(_racines(mot), du_libelle, de_la_definition)
            poids = max(poids, trouve * (PAR_UN_SYNONYME if rang else 1.0))
        if not poids:
            return 0.0
        total += poids
    return total


def _poids_d_un_mot(
    cherche: tuple[str, ...], libelle: tuple[str, ...], definition: tuple[str, ...]
) -> float:
    """Return what a word, or words in a row, are worth where they are found, 0 elsewhere."""
    if _suite(cherche, libelle):
        return LIBELLE
    seul_et_long = len(cherche) == 1 and len(cherche[0]) >= COURT
    if seul_et_long and any(mot.startswith(cherche[0]) for mot in libelle):
        return DEBUT_DU_LIBELLE
    if _suite(cherche, definition):
        return DEFINITION
    if seul_et_long and any(mot.startswith(cherche[0]) for mot in definition):
        return DEBUT
    return 0.0


def _suite(cherche: tuple[str, ...], mots: tuple[str, ...]) -> bool:
    """Tell whether words are found in a row among others."""
    longueur = len(cherche)
    return any(mots[rang : rang + longueur] == cherche for rang in range(len(mots) - longueur + 1))
