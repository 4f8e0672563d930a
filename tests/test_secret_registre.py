"""What was published, then corrected and published again: two publications side by side give no more
than one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, repeat
from multiprocessing import get_context

import pytest
from attaque_secret import intervalles
from corrections_au_hasard import (
    ANNEE,
    Essai,
    Lecture,
    Saisie,
    essayer,
    lire,
    publier_la_saisie,
    resserres,
    resserres_par_le_rejeu,
    saisir,
    tirer,
)
from secret_exemple import (
    GRAINE,
    RIEN,
    SANS_HASARD,
    SEUIL,
    Choisi,
    noter_publication,
    observations,
    profils,
    publier,
)

from ctglib.donnees.modeles.publications import RegistrePublie
from ctglib.secret.modele import Cle, Tirage
from ctglib.secret.publication import GARDE, Publiable

EXEMPLE = {"a": 38, "b": 61, "c": 57, "d": 55, "e": 3}  # 214 in all: 214 − 38 − 61 − 57 − 55 = 3
TOTAL = ("caj",)
UNE_CLE = b"une"
AUTRE_CLE = b"une autre graine"
# Of five hundred corrections, how many have to be published as they are.
PUBLIEES_AU_MOINS = 450


def exemple(valeurs: dict[str, int], registre: RegistrePublie, tirage: Tirage) -> Publiable:
    """Publish a profile of five modalités, and the indicator that gives its total."""
    lignes = [(ANNEE, "caj", "age", nom, effectif) for nom, effectif in valeurs.items()]
    total = observations((ANNEE, "accueillis", "dispositif", "caj", ANNEE, sum(valeurs.values())))
    return publier(profils(*lignes), total, ANNEE, registre=registre, tirage=tirage)


def sait(valeurs: dict[str, int], *lectures: Lecture) -> tuple[int, int]:
    """Return the least and the greatest that ``e`` may be to who reads some publications of the
    same counts.
    """
    montres = {}
    for lecture in lectures:
        montres |= lecture.montres
    ages = [("caj", "age", nom) for nom in valeurs]
    caches = set(ages) - set(montres)
    trouve = intervalles(montres, caches, [(TOTAL, tuple(ages))], seuil=SEUIL)
    return trouve["caj", "age", "e"]


def deux_cles() -> tuple[Tirage, Tirage]:
    """Return two keys of which the masks of the example, side by side, give its small count."""
    tirages = [Tirage(b"%d" % numero) for numero in range(40)]
    for seconde in tirages[1:]:
        lectures = [lire(exemple(EXEMPLE, RIEN, tirage)) for tirage in (tirages[0], seconde)]
        if sait(EXEMPLE, *lectures) == (3, 3):
            return tirages[0], seconde
    raise AssertionError("aucune autre clé ne découvre l'exemple")


def test_une_autre_cle_decouvrirait_l_exemple_et_le_registre_l_en_empeche() -> None:
    une, autre = deux_cles()
    premiere = exemple(EXEMPLE, RIEN, une)
    registre = noter_publication(premiere, ANNEE, tirage=une)

    sans = exemple(EXEMPLE, RIEN, autre)
    avec = exemple(EXEMPLE, registre, autre)

    assert sait(EXEMPLE, lire(premiere), lire(sans)) == (3, 3)
    bas, haut = sait(EXEMPLE, lire(premiere), lire(avec))
    assert haut - bas >= SEUIL
    assert lire(avec) == lire(premiere) and avec.retraits.empty


def test_une_correction_d_un_effectif_montre_se_publie() -> None:
    tirage = Tirage(GRAINE)
    premiere = exemple(EXEMPLE, RIEN, tirage)
    registre = noter_publication(premiere, ANNEE, tirage=tirage)
    montre = min(nom for nom in EXEMPLE if ("caj", "age", nom) in lire(premiere).montres)
    corrige = {**EXEMPLE, montre: EXEMPLE[montre] + 2}

    seconde = exemple(corrige, registre, tirage)

    assert seconde.retraits.empty
    assert lire(seconde).montres["caj", "age", montre] == corrige[montre]
    assert lire(seconde).montres[TOTAL] == 216
    assert lire(seconde).caches == lire(premiere).caches


def test_une_correction_qui_decouvrirait_un_petit_effectif_laisse_le_tableau_publie_et_le_dit() -> (
    None
):
    """All was shown: of the corrected table, nothing could hide that the fifth count is now 3."""
    publie = {**EXEMPLE, "e": 7}
    premiere = exemple(publie, RIEN, SANS_HASARD)
    registre = noter_publication(premiere, ANNEE)

    seconde = exemple(EXEMPLE, registre, SANS_HASARD)

    assert lire(premiere).caches == set()
    assert lire(seconde) == lire(premiere)
    assert GARDE in set(seconde.retraits["raison"])
    troisieme = exemple(publie, noter_publication(seconde, ANNEE, registre), SANS_HASARD)
    assert lire(troisieme) == lire(premiere) and troisieme.retraits.empty


def test_un_effectif_cache_puis_corrige_reste_cache_et_l_ancien_ne_se_deduit_pas() -> None:
    tirage = Tirage(GRAINE)
    avant = {**EXEMPLE, "e": 4}
    premiere = exemple(avant, RIEN, tirage)
    registre = noter_publication(premiere, ANNEE, tirage=tirage)

    seconde = exemple(EXEMPLE, registre, tirage)

    assert ("caj", "age", "e") in lire(seconde).caches
    trop = resserres([(_saisie(avant), lire(premiere)), (_saisie(EXEMPLE), lire(seconde))])
    assert trop == {}


def test_la_correction_d_un_effectif_cache_ne_dit_pas_s_il_etait_le_petit() -> None:
    """Of 2 + 56 hidden, then 35 + 56, who replays the code tries 56 + 2, then 89 + 2: were this one
    masked otherwise the second time, the first count would be known to be small.
    """
    publiees = ({"m": 2, "n": 21, "o": 56}, {"m": 35, "n": 21, "o": 56})
    possibles = ({"m": 56, "n": 21, "o": 2}, {"m": 89, "n": 21, "o": 2})

    lues = [_lues(*valeurs) for valeurs in (publiees, possibles)]

    assert lues[0] == lues[1]
    assert [lecture.caches for lecture in lues[0]] == [
        {("caj", "age", "m"), ("caj", "age", "o")}
    ] * 2


def _lues(avant: dict[str, int], apres: dict[str, int]) -> list[Lecture]:
    """Return what two publications show, of a key that adds ``m`` and ``o``."""
    cles = [Cle(f"profils/{ANNEE}/caj", f"age/{nom}") for nom in ("m", "o")]
    tirage = Choisi(frozenset(cles))
    premiere = exemple(avant, RIEN, tirage)
    registre = noter_publication(premiere, ANNEE, tirage=tirage)
    return [lire(premiere), lire(exemple(apres, registre, tirage))]


def _saisie(valeurs: dict[str, int]) -> Saisie:
    ages = {("caj", "age", nom): effectif for nom, effectif in valeurs.items()}
    effectifs = {**ages, TOTAL: sum(valeurs.values())}
    return Saisie(effectifs, [(TOTAL, tuple(ages))])


def test_une_publication_refaite_telle_quelle_est_la_meme_quelles_que_soient_les_suivantes() -> (
    None
):
    import numpy as np

    personnes = tirer(np.random.default_rng(5))
    saisie = saisir(personnes, croisees=True, total=True)
    tirage = Tirage(GRAINE)
    premiere = publier_la_saisie(saisie, RIEN, tirage)
    registre = noter_publication(premiere, ANNEE, tirage=tirage)

    for _ in range(2):
        refaite = publier_la_saisie(saisie, registre, tirage)
        assert lire(refaite) == lire(premiere)
        assert refaite.retraits.equals(premiere.retraits)
        registre = noter_publication(refaite, ANNEE, registre, tirage)


def test_sans_registre_deux_publications_trahissent_des_effectifs() -> None:
    """The attack is one: where nothing was noted, it wins."""
    essais = [essayer(graine, (GRAINE, AUTRE_CLE), noter=False) for graine in range(4)]

    assert sum(essai.trop_resserres > 0 for essai in essais) >= 2


def test_qui_lit_deux_publications_ne_resserre_rien_sous_le_seuil() -> None:
    essais = [essayer(graine) for graine in range(5)]
    essais += [essayer(graine, (AUTRE_CLE, AUTRE_CLE)) for graine in range(5, 8)]

    assert sum(essai.trop_resserres for essai in essais) == 0
    assert Counter(essai.issue for essai in essais)["publiee"] >= 6


@pytest.mark.parametrize(
    ("graines", "cle"),
    [
        (range(3), UNE_CLE),
        pytest.param(range(60), UNE_CLE, marks=pytest.mark.nuit),
        pytest.param(range(60), AUTRE_CLE, marks=pytest.mark.nuit),
    ],
    ids=["trois", "soixante", "soixante, une autre cle"],
)
def test_rejouer_le_code_sans_la_cle_sur_deux_publications_ne_resserre_rien(
    graines: Iterable[int], cle: bytes
) -> None:
    assert sum(resserres_par_le_rejeu(graine, cle) for graine in graines) == 0


def _en_processus(graines: Iterable[int], cles: tuple[bytes, bytes]) -> list[Essai]:
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processus:
        return list(processus.map(essayer, graines, repeat(cles), chunksize=10))


@pytest.mark.nuit
@pytest.mark.parametrize("cle", [GRAINE, AUTRE_CLE], ids=["une cle", "une autre"])
def test_six_cents_tableaux_corriges_et_leurs_deux_publications(cle: bytes) -> None:
    """Of 500 that the first publication did not withhold, 450 corrections are published."""
    essais = _en_processus(range(1000, 1600), (cle, cle))

    retenus = [essai for essai in essais if essai.issue != "retiree_avant"][:500]
    issues = Counter(essai.issue for essai in retenus)
    assert sum(essai.trop_resserres for essai in chain(essais)) == 0
    assert len(retenus) == 500 and issues["publiee"] >= PUBLIEES_AU_MOINS, issues
