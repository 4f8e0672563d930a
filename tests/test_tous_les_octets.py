"""The same reports, byte for byte, wherever they go, whatever makes them, in whatever order, one at
a time or not.

The production of the suite is one way: this engine, one worker a core, each notebook in a process
of its own. Those below are others. The default suite makes a report of each kind again by one
process that lasts, from data whose hidden counts are others (``test_secret_publie``); « complet »
makes them all so, and one of each kind by the standard engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from production_exemple import Demande, produire
from rapports_produits import TOUS, Production, Rapport

from ctglib.production.plan import CTG, STANDARD, rapports_connus
from ctglib.production.pool import Ouvriers

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

AILLEURS = "un dossier, ailleurs {1}"
ANNEE = 2025
CONVENTIONS = tuple(dict.fromkeys(rapport.convention for rapport in TOUS))
UN_DE_CHAQUE = tuple(
    one for one in TOUS if one.convention == "demonstration" and one.annee in (None, ANNEE)
)


def demande(sortie: Path, *, toutes: bool) -> Demande:
    """Ask for a report of each kind, or for all of them, the last first."""
    conventions, annees = (CONVENTIONS, ()) if toutes else (("demonstration",), (ANNEE,))
    rapports = tuple(reversed(rapports_connus()))
    return Demande(
        rapports, tuple(reversed(conventions)), sortie, annees=annees, formats=("html", "pdf")
    )


def differents(refaits: Production, attendus: Production, rapports: Iterable[Rapport]) -> list[str]:
    """Return the files that are not the same on both sides."""
    found = []
    for rapport in rapports:
        made = refaits.octets(rapport)
        expected = attendus.octets(rapport)
        names = made.keys() | expected.keys()
        found += [
            f"{rapport.convention}/{name}"
            for name in sorted(names)
            if made.get(name) != expected.get(name)
        ]
    return found


UN_OUVRIER = (
    lambda: Ouvriers(1, methode="spawn"),
    CTG,
)  # that lasts, the reports in the other order
STANDARD_DE_FRONT = (lambda: Ouvriers(2), STANDARD)


@pytest.mark.parametrize(
    ("facon", "toutes", "rapports"),
    [
        pytest.param(UN_OUVRIER, True, TOUS, id="un ouvrier qui dure, tous"),
        pytest.param(
            STANDARD_DE_FRONT, False, UN_DE_CHAQUE, id="le moteur standard, un de chaque sorte"
        ),
    ],
)
@pytest.mark.complet
def test_refaits_autrement_les_rapports_ont_les_memes_octets(
    rapports_produits: Production, tmp_path: Path, facon: tuple, toutes: bool, rapports: tuple
) -> None:
    sortie = tmp_path / AILLEURS
    (ouvriers, moteur) = facon

    made = produire(demande(sortie, toutes=toutes), ouvriers(), moteur)

    assert [str(done.echec) for done in made.values() if done.echec] == []
    assert differents(Production(sortie), rapports_produits, rapports) == []


def test_un_de_chaque_sorte_est_refait() -> None:
    # An avenant of 2026 adds the fiche 5, made as the others are.
    autres = {rapport.nom for rapport in TOUS} - {rapport.nom for rapport in UN_DE_CHAQUE}
    assert autres == {"fiche-5"}


def test_un_octet_qui_change_est_vu(rapports_produits: Production, tmp_path: Path) -> None:
    (premier, *_) = UN_DE_CHAQUE
    for name, content in rapports_produits.octets(premier).items():
        path = tmp_path / premier.convention / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content + b"." * name.endswith((".pdf", ".pptx")))

    assert differents(Production(tmp_path), rapports_produits, [premier]) == [
        f"{premier}.pdf",
        f"{premier}.presentation.pdf",
        f"{premier}.presentation.pptx",
    ]
    assert (
        replace(rapports_produits, sortie=tmp_path).octets(premier).keys()
        == rapports_produits.octets(premier).keys()
    )
