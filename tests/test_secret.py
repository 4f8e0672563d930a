"""Statistical secrecy: what is hidden, and what an attacker can still work out from the rest."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import yaml
from attaque_secret import Somme, intervalles, rejouer
from essais import exemples
from hypothesis import given
from hypothesis import strategies as st
from secret_exemple import GRAINE, SEUIL, Choisi, SansHasard, cle, liens, noms_caches, table

from ctglib.secret.masque import Masque, masquer, reduire
from ctglib.secret.modele import Cle, Tirage

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "secret.yaml").read_text(encoding="utf-8"))
AUTRE_CLE = b"une autre graine"
EFFECTIF = st.one_of(st.integers(0, 7), st.integers(0, 60))


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_un_exemple_masque_ce_qui_est_ecrit(cas: dict) -> None:
    effectifs = table(cas["effectifs"], cas.get("non_sensibles", ()), cas.get("publies", ()))
    deja = {cle(nom).lieu for nom in cas.get("deja", [])}

    masque = masquer(
        effectifs,
        liens(cas["sommes"]),
        seuil=cas.get("seuil", SEUIL),
        tirage=SansHasard(b""),
        lieux_deja_caches=deja,
    )

    assert noms_caches(masque) == set(cas["caches"])
    assert list(masque.retraits["raison"]) == ([cas["retraits"]] if "retraits" in cas else [])


def croise(
    lignes: int, colonnes: int, valeurs: np.ndarray, *, marges: bool, total: bool
) -> tuple[dict, list[str]]:
    """Return a crossed table by name, with its sums; margins and total are shown or not, the sums
    are known anyway.
    """
    cellules = {f"r{i}|c{j}": int(valeurs[i, j]) for i in range(lignes) for j in range(colonnes)}
    sommes = [f"r{i} = " + " + ".join(f"r{i}|c{j}" for j in range(colonnes)) for i in range(lignes)]
    sommes += [
        f"t|c{j} = " + " + ".join(f"r{i}|c{j}" for i in range(lignes)) for j in range(colonnes)
    ]
    sommes += ["t = " + " + ".join(f"r{i}" for i in range(lignes))]
    sommes += ["t = " + " + ".join(f"t|c{j}" for j in range(colonnes))]
    if marges:
        cellules |= {f"r{i}": int(valeurs[i].sum()) for i in range(lignes)}
        cellules |= {f"t|c{j}": int(valeurs[:, j].sum()) for j in range(colonnes)}
    return cellules | ({"t": int(valeurs.sum())} if total else {}), sommes


@st.composite
def tableaux_croises(draw: st.DrawFn, plus_grand: int = 4) -> tuple[dict, list[str]]:
    lignes = draw(st.integers(1, plus_grand))
    colonnes = draw(st.integers(1, plus_grand))
    valeurs = np.array(
        draw(st.lists(EFFECTIF, min_size=lignes * colonnes, max_size=lignes * colonnes))
    )
    shown = {"marges": draw(st.booleans()), "total": draw(st.booleans())}
    return croise(lignes, colonnes, valeurs.reshape(lignes, colonnes), **shown)


@st.composite
def tableaux_lies(draw: st.DrawFn) -> tuple[dict, list[str]]:
    """Two crossed tables that share the margin of their first variable, and a third variable of the
    same whole.
    """
    size = draw(st.integers(2, 3))
    first = np.array(draw(st.lists(EFFECTIF, min_size=size * 2, max_size=size * 2))).reshape(
        size, 2
    )
    moved = np.array([draw(st.integers(0, int(row.sum()))) for row in first])
    second = np.column_stack([moved, first.sum(axis=1) - moved])
    cellules, sommes = croise(size, 2, first, marges=True, total=True)
    cellules |= {f"r{i}|d{j}": int(second[i, j]) for i in range(size) for j in range(2)}
    cellules |= {f"t|d{j}": int(second[:, j].sum()) for j in range(2)}
    sommes += [f"r{i} = r{i}|d0 + r{i}|d1" for i in range(size)]
    sommes += [f"t|d{j} = " + " + ".join(f"r{i}|d{j}" for i in range(size)) for j in range(2)] + [
        "t = t|d0 + t|d1"
    ]
    apart = draw(st.integers(0, cellules["t"]))
    return cellules | {"e0": apart, "e1": cellules["t"] - apart}, [*sommes, "t = e0 + e1"]


def pour_l_attaque(sommes: list[str]) -> list[Somme]:
    sides = [somme.split(" = ") for somme in sommes]
    return [(total, tuple(parties.split(" + "))) for total, parties in sides]


def trop_serres(
    effectifs: Mapping[str, int], sommes: list[str], caches: set[str]
) -> dict[str, tuple[int, int]]:
    """Return the hidden counts that the attacker narrows to less than the threshold, with their
    interval.
    """
    publies = {nom: valeur for nom, valeur in effectifs.items() if nom not in caches}
    found = intervalles(publies, caches, pour_l_attaque(sommes), seuil=SEUIL)
    return {nom: bornes for nom, bornes in found.items() if bornes[1] - bornes[0] < SEUIL}


@exemples(40)
@given(st.one_of(tableaux_croises(), tableaux_lies()))
def test_qui_lit_tout_le_reste_ne_resserre_aucun_effectif_masque_sous_le_seuil(
    cas: tuple[dict, list[str]],
) -> None:
    effectifs, sommes = cas

    masque = masquer(table(effectifs), liens(sommes), seuil=SEUIL, tirage=Tirage(GRAINE))

    caches = noms_caches(masque)
    assert {nom for nom, valeur in effectifs.items() if 0 < valeur < SEUIL} <= caches
    assert (
        len(masque.retraits) or len(effectifs) == 1 or trop_serres(effectifs, sommes, caches) == {}
    )
    assert masque.retraits.empty or caches == set(effectifs)


@exemples(10)
@given(tableaux_croises(plus_grand=3))
def test_ce_que_le_tirage_n_ajoute_pas_est_masque_parce_qu_il_le_faut(
    cas: tuple[dict, list[str]],
) -> None:
    effectifs, sommes = cas
    petits = {nom for nom, valeur in effectifs.items() if 0 < valeur < SEUIL}

    masque = masquer(table(effectifs), liens(sommes), seuil=SEUIL, tirage=SansHasard(b""))

    caches = noms_caches(masque)
    alone = len(masque.retraits) or len(effectifs) == 1
    assert alone or all(trop_serres(effectifs, sommes, caches - {nom}) for nom in caches - petits)


def au_hasard(graine: int) -> tuple[dict, list[str]]:
    """Return a crossed table drawn at random, half of its counts small, with or without margins."""
    draw = np.random.default_rng(graine)
    size = tuple(draw.integers(1, 5, 2))
    valeurs = np.where(
        draw.random(size) < 0.5, draw.integers(0, 8, size), draw.integers(0, 61, size)
    )
    return croise(*size, valeurs, marges=bool(draw.integers(2)), total=bool(draw.integers(2)))


def resserres_par_le_rejeu(
    effectifs: Mapping[str, int],
    sommes: list[str],
    masque: Masque,
    essayer: Callable[[frozenset[Cle]], list[Tirage]],
) -> dict[str, tuple[int, int]]:
    """Return the counts tied to a sum that replaying the algorithm narrows to less than the
    threshold.

    Args:
        effectifs: The true counts: of a group that is not the one looked at, the attacker may guess
            them right.
        sommes: What the attacker knows of them.
        masque: What is published.
        essayer: The draws that the attacker tries, from the counts that a draw would have had to
            add.
    """
    caches = noms_caches(masque)
    lus = pour_l_attaque(sommes)

    def retrouve(valeurs: dict[str, int]) -> bool:
        essai = {**effectifs, **valeurs}
        grands = frozenset(cle(nom) for nom in caches if not 0 < essai[nom] < SEUIL)
        masques = (
            masquer(table(essai), liens(sommes), seuil=SEUIL, tirage=tirage)
            for tirage in essayer(grands)
        )
        return any(noms_caches(found) == caches for found in masques)

    publies = {nom: valeur for nom, valeur in effectifs.items() if nom not in caches}
    found = rejouer(publies, caches, lus, seuil=SEUIL, retrouve=retrouve)
    tied = {nom for total, parts in lus for nom in (total, *parts)}
    return {nom: ends for nom, ends in found.items() if nom in tied and ends[1] - ends[0] < SEUIL}


def attaquer(
    graines: Iterable[int], essayer: Callable[[frozenset[Cle]], list[Tirage]], tirage: Tirage
) -> int:
    """Return how many tables drawn at random leave a count too narrow to who replays the algorithm."""
    narrowed = 0
    for graine in graines:
        effectifs, sommes = au_hasard(graine)
        masque = masquer(table(effectifs), liens(sommes), seuil=SEUIL, tirage=tirage)
        if masque.retraits.empty and len(effectifs) > 1 and len(masque.cellules):
            narrowed += bool(resserres_par_le_rejeu(effectifs, sommes, masque, essayer))
    return narrowed


def une_cle_le_pourrait(grands: frozenset[Cle]) -> list[Tirage]:
    """Return the draw that a key would give with a chance of one in eight for each count that it
    has to add.
    """
    return [Choisi(grands)]


def test_le_rejeu_d_un_choix_sans_cle_trahirait_des_tableaux() -> None:
    """The attack is one: on a choice that anybody can work out again, it wins."""
    assert attaquer(range(3, 8), lambda _: [SansHasard(b"")], SansHasard(b"")) >= 4


def test_rejouer_l_algorithme_sans_la_cle_ne_resserre_rien_sous_le_seuil() -> None:
    assert attaquer(range(15), une_cle_le_pourrait, Tirage(GRAINE)) == 0


@pytest.mark.nuit
@pytest.mark.parametrize("cle", [GRAINE, AUTRE_CLE], ids=["une cle", "une autre"])
def test_rejouer_l_algorithme_sans_la_cle_ne_resserre_rien_sous_le_seuil_dans_deux_mille_tableaux(
    cle: bytes,
) -> None:
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processus:
        lots = [range(debut, debut + 50) for debut in range(0, 2000, 50)]
        tirages = repeat(Tirage(cle))
        assert sum(processus.map(attaquer, lots, repeat(une_cle_le_pourrait), tirages)) == 0


def test_la_meme_cle_donne_le_meme_masque_et_une_autre_un_autre() -> None:
    effectifs, sommes = croise(4, 4, np.arange(16).reshape(4, 4) * 2 + 1, marges=True, total=True)

    masques = [
        noms_caches(masquer(table(effectifs), liens(sommes), seuil=SEUIL, tirage=Tirage(graine)))
        for graine in (b"une", b"une", b"deux", b"trois", b"quatre")
    ]

    assert masques[0] == masques[1] and len(set(map(frozenset, masques))) > 1


def test_qui_sait_qu_une_partie_n_excede_pas_son_tout_ne_reconnait_pas_un_petit_effectif() -> None:
    """Children counted in several dispositifs: their sum passes the whole, and none of them does."""
    effectifs = {
        "t": 11,
        "a": 3,
        "b": 9,
        "c": 8,
        "na": 40,
        "nb": 40,
        "nc": 40,
        "ta": 43,
        "tb": 49,
        "tc": 48,
    }
    sommes = ["t = a + b + c", "ta = a + na", "tb = b + nb", "tc = c + nc"]

    masque = masquer(table(effectifs), liens(sommes), seuil=SEUIL, tirage=SansHasard(b""))

    caches = noms_caches(masque)
    lus = [
        *pour_l_attaque([*sommes[1:], "hors = a + b + c"]),
        *((("t"), (nom, f"reste {nom}")) for nom in "abc"),
    ]
    found = intervalles(
        {nom: n for nom, n in effectifs.items() if nom not in caches}, caches, lus, seuil=SEUIL
    )
    assert {"a", "na"} < caches and len(caches) == 4
    assert all(high - low >= SEUIL for low, high in found.values())


@exemples(10)
@given(tableaux_croises(), st.randoms(use_true_random=False))
def test_l_ordre_des_lignes_ne_change_rien(cas: tuple[dict, list[str]], hasard: object) -> None:
    effectifs, sommes = cas
    autre = list(effectifs.items())
    hasard.shuffle(autre)

    masques = [
        masquer(table(rows), liens(sommes), seuil=SEUIL, tirage=Tirage(GRAINE))
        for rows in (effectifs, dict(autre))
    ]

    assert masques[0].cellules.equals(masques[1].cellules)


def test_les_cellules_masquees_sont_vides_et_le_disent() -> None:
    masque = masquer(
        table({"a": 3, "b": 8, "total": 11}),
        liens(["total = a + b"]),
        seuil=SEUIL,
        tirage=Tirage(GRAINE),
    )

    shown = masque.effectifs.set_index("ligne")
    assert shown.loc[["a", "b"], "effectif"].isna().all()
    assert list(shown.loc[["a", "b", "total"], "statut"]) == ["Q", "Q", "A"]
    assert shown.loc["total", "effectif"] == 11


def test_rien_de_ce_qui_est_rendu_ne_dit_quel_effectif_est_petit() -> None:
    un = {"a": 3, "b": 8, "total": 11}
    autre = {"a": 8, "b": 3, "total": 11}

    masques = [
        masquer(table(effectifs), liens(["total = a + b"]), seuil=SEUIL, tirage=Tirage(GRAINE))
        for effectifs in (un, autre)
    ]

    assert masques[0].cellules.equals(masques[1].cellules)
    assert masques[0].effectifs.equals(masques[1].effectifs)


@pytest.mark.parametrize(
    ("effectifs", "message"),
    [
        ({"a": -1}, "l'effectif t / a /  / 0 n'est pas un nombre entier"),
        ({"a": 2.5}, "n'est pas un nombre entier"),
    ],
)
def test_un_effectif_qui_ne_compte_pas_des_personnes_est_refuse(
    effectifs: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        masquer(table(effectifs), [], seuil=SEUIL, tirage=Tirage(GRAINE))


def test_un_effectif_donne_deux_fois_est_refuse() -> None:
    double = table({"a": 3, "b": 4}).assign(ligne="a")

    with pytest.raises(ValueError, match="est donné deux fois"):
        masquer(double, [], seuil=SEUIL, tirage=Tirage(GRAINE))


def test_un_tableau_de_dix_lignes_sur_huit_avec_ses_marges_demande_moins_d_une_seconde() -> None:
    valeurs = np.random.default_rng(7).integers(0, 40, (10, 8))
    effectifs, sommes = croise(10, 8, valeurs, marges=True, total=True)
    start = time.process_time()

    masque = masquer(table(effectifs), liens(sommes), seuil=SEUIL, tirage=Tirage(GRAINE))

    assert time.process_time() - start < 1
    assert masque.retraits.empty and len(masque.cellules) > 10


RESOUDRE = """
import numpy as np
from ctglib.secret.solveur import Contraintes, minimiser
one = np.ones(1)
assert minimiser(one, Contraintes(np.ones((1, 1)), one, one), 0 * one, one) == 1
"""


def test_le_solveur_n_ecrit_rien_sur_la_sortie() -> None:
    done = subprocess.run([sys.executable, "-c", RESOUDRE], check=True, capture_output=True)

    assert (done.stdout, done.stderr) == (b"", b"")


@given(st.lists(st.lists(st.integers(-2, 2), min_size=6, max_size=6), max_size=5))
def test_les_sommes_resolues_disent_la_meme_chose_et_chacune_n_a_qu_un_effectif_a_elle(
    equations: list,
) -> None:
    sums = np.array(equations, dtype=int).reshape(-1, 6)

    rows = reduire(sums).astype(int)

    rank = np.linalg.matrix_rank(sums) if len(sums) else 0
    assert (
        len(rows) == rank
        and (np.linalg.matrix_rank(np.vstack([sums, rows])) if rank else 0) == rank
    )
    assert all((rows[:, np.flatnonzero(row)[0]] != 0).sum() == 1 for row in rows)
