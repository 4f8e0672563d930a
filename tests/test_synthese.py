"""The first page: what it picks, and the lines it writes."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
import yaml
from analyse_exemple import SEUILS, UNITES, contexte, indicateur, lignes, rupture
from hypothesis import given
from hypothesis import strategies as st

from ctglib.blocs import synthese as phrases
from ctglib.blocs.synthese import Essentiel, Incertitudes, relever_incertitudes, synthetiser
from ctglib.calculs.comparaison import Constat, classer_par_ecart, comparer, constats
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.bilan import GroupeDeLignes, Synthese
from ctglib.donnees.modeles.catalogue import Indicateur

CAS = Path(__file__).parent / "cas"
LIGNES = yaml.safe_load((CAS / "synthese.yaml").read_text(encoding="utf-8"))
CHIFFRES = yaml.safe_load((CAS / "chiffres_cles.yaml").read_text(encoding="utf-8"))
RIEN = Incertitudes((), 0, (), ())


def _choix(**autres: object) -> Synthese:
    given_ = {"chiffres_cles": ["x"], "forces": 5, "besoins": 5, "questions": 2, **autres}
    groupes = [GroupeDeLignes(libelle="Tous")]
    return Synthese(
        **given_, groupes=groupes, enfants_moins_3="x", capacite="x", tranches_age=[], moments=[], fichiers=[]
    )


def _constats(rows: list[tuple], indicateurs: dict[str, Indicateur], **themes: str) -> tuple[Constat, ...]:
    table = comparer(lignes(*rows), indicateurs, UNITES, "01001", "01")
    return constats(
        table, indicateurs, indicateurs, theme_de={**dict.fromkeys(indicateurs, "t"), **themes}, seuils=SEUILS
    )


def _parts(valeurs: dict[str, tuple[float, float]], sens: str = "baisse", **themes: str) -> tuple:
    items = {nom: indicateur(nom, sens=sens) for nom in valeurs}
    rows = [
        (nom, code, 2020, valeur, None, "pourcent", "A")
        for nom, both in valeurs.items()
        for code, valeur in zip(("01001", "01"), both, strict=True)
    ]
    return _constats(rows, items, **themes), items


def _essentiel(
    found: tuple[Constat, ...], items: dict[str, Indicateur], doutes: dict[str, str], **choix: int
) -> Essentiel:
    return synthetiser(found, _choix(**choix), items, doutes=doutes, incertitudes=RIEN)


def _noms(found: tuple[Constat, ...]) -> list[str]:
    return [constat.indicateur for constat in found]


def _lisible(html: str) -> str:
    return unescape(html).replace("\u202f", " ").replace("\u00a0", " ").replace("\u2212", "-")


def _cas(cas: dict) -> tuple[Essentiel, dict[str, Indicateur]]:
    unite, statut = cas.get("unite", "pourcent"), cas.get("statut", "A")
    ruptures = [rupture(cas["rupture"])] if "rupture" in cas else []
    items = {
        "x": indicateur("x", unite, libelle=cas.get("libelle", "x"), sens=cas.get("sens", "neutre"), ruptures=ruptures)
    }
    rows = [
        ("x", code, 2020, cas.get(f"valeur_{role}"), cas.get(f"variation_{role}"), unite, statut)
        for role, code in (("ici", "01001"), ("la", "01"))
    ]
    found = _constats(rows, items)
    kept = synthetiser(found, _choix(), items, doutes={"x": cas["doute"]} if "doute" in cas else {}, incertitudes=RIEN)
    return kept, items


@pytest.mark.parametrize("cas", LIGNES, ids=[cas["nom"] for cas in LIGNES])
def test_un_ecart_de_la_premiere_page_s_ecrit_comme_dans_l_exemple(cas: dict) -> None:
    kept, items = _cas(cas)

    written = _lisible(phrases.forces_et_besoins(kept, contexte(items)).html)

    assert _noms(getattr(kept, cas["liste"])) == ["x"]
    assert re.findall("<li>(.*?)</li>", written) == [cas["ligne"]]


@pytest.mark.parametrize("cas", CHIFFRES, ids=[cas["nom"] for cas in CHIFFRES])
def test_un_chiffre_cle_s_ecrit_comme_dans_l_exemple(cas: dict) -> None:
    kept, items = _cas(cas)

    written = _lisible(phrases.chiffres(kept, contexte(items)).html)

    assert re.findall('class="(?:valeur|repere)">(.*?)<', written) == [cas["valeur"], cas["repere"]]


def test_les_besoins_sont_les_plus_larges_ecarts_defavorables_dans_l_ordre() -> None:
    found, items = _parts({"a": (22.0, 20.0), "b": (15.0, 10.0), "c": (30.0, 20.5), "d": (5.0, 20.0)})

    kept = _essentiel(found, items, {}, besoins=2)

    assert _noms(kept.besoins) == ["b", "c"]
    assert _noms(kept.forces) == ["d"]


def test_un_effectif_et_une_evolution_n_entrent_pas_dans_le_classement() -> None:
    items = {
        "effectif": indicateur("effectif", "nombre", sens="baisse"),
        "evolution": indicateur("evolution", sens="baisse", bornes=(-100, None)),
        "part": indicateur("part", sens="baisse"),
    }
    rows = [
        (nom, code, 2020, v, None, items[nom].unite, "A") for nom in items for code, v in (("01001", 9.0), ("01", 3.0))
    ]

    assert _noms(classer_par_ecart(_constats(rows, items), items)) == ["part"]


def test_les_places_que_les_forces_laissent_vont_a_un_repere_par_theme_sans_valeur_douteuse() -> None:
    found, items = _parts({"a": (90.0, 10.0), "b": (30.0, 10.0), "c": (20.0, 10.0), "d": (15.0, 10.0)}, "neutre", d="u")

    kept = _essentiel(found, items, {"a": "constat 1"}, forces=2)

    assert _noms(kept.reperes) == ["b", "d"]


def test_des_forces_au_complet_ne_laissent_pas_de_place_aux_reperes() -> None:
    found, items = _parts({"a": (10.0, 20.0)})
    others, more = _parts({"n": (30.0, 10.0)}, "neutre")

    kept = _essentiel(found + others, items | more, {}, forces=1)

    assert (_noms(kept.forces), kept.reperes) == (["a"], ())


@given(st.lists(st.tuples(st.floats(1, 99), st.floats(1, 99)), min_size=1, max_size=12))
def test_un_indicateur_n_est_nomme_qu_une_fois_et_l_ordre_suit_l_ampleur(valeurs: list[tuple[float, float]]) -> None:
    found, items = _parts({f"i{rang}": both for rang, both in enumerate(valeurs)})

    kept = _essentiel(found, items, {})

    names = _noms(kept.forces + kept.besoins + kept.reperes)
    sizes = [abs(constat.ecart_relatif) for constat in kept.besoins]
    assert len(names) == len(set(names))
    assert sizes == sorted(sizes, reverse=True)


def test_les_valeurs_provisoires_absentes_ou_rompues_sont_dites() -> None:
    items = {
        "places": indicateur("places", "nombre", libelle="Places"),
        "evolution_places": indicateur("evolution_places", "nombre"),
        "rsa": indicateur("rsa", "nombre", libelle="RSA", ruptures=[rupture(2016)]),
    }
    rows = [
        (nom, code, 2020, v, None, "nombre", "P")
        for nom in list(items)[:2]
        for code, v in (("01001", 1.0), ("01", 9.0))
    ]
    rows += [("rsa", "01001", 2020, 668.0, -27.2, "nombre", "A"), ("rsa", "01", 2020, None, None, "nombre", "O")]

    found = relever_incertitudes(_constats(rows, items))
    written = _lisible(phrases.incertitudes(found, contexte(items)).html)

    assert re.findall("<li>(.*?)</li>", written) == [
        "Provisoires : Places et 1 évolution annuelle.",
        "Variation traversée par une rupture de série, non interprétable : RSA.",
        "Indicateurs sans valeur à Exemple ou dans l'Ain : 1, nommés dans les limites.",
    ]


def test_la_premiere_page_de_harnes_retient_ses_plus_larges_ecarts() -> None:
    expected = yaml.safe_load((CAS / "synthese_harnes.yaml").read_text(encoding="utf-8"))
    dossier = lire_dossier("harnes")
    catalogue, convention = dossier.catalogue, dossier.convention
    table = comparer(
        dossier.annexe1, catalogue.indicateurs, catalogue.unites, convention.territoire, convention.reference
    )
    found = constats(
        table, catalogue.indicateurs, catalogue.indicateurs, theme_de=catalogue.theme_de, seuils=catalogue.seuils
    )

    kept = synthetiser(found, catalogue.synthese, catalogue.indicateurs, doutes={}, incertitudes=RIEN)

    assert {"forces": _noms(kept.forces), "besoins": _noms(kept.besoins)} == expected
    assert len(kept.chiffres) == len(catalogue.synthese.chiffres_cles)
    assert len(kept.forces + kept.reperes) == catalogue.synthese.forces
