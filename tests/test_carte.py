"""The map of a diagnostic: the communes of the EPCI, and no map where there is nothing to draw."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ctglib import ouvrir
from ctglib.blocs.carte import lire_carte
from ctglib.document.blocs import Liste
from ctglib.document.figure import Figure
from ctglib.donnees import magasin, publiques
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.rapports.diagnostic import Diagnostic

HARNES = "62413"
LENS_LIEVIN = "246200364"


@pytest.fixture(scope="module")
def harnes() -> Diagnostic:
    return ouvrir("harnes")


def voisinage(diagnostic: Diagnostic) -> tuple[str, Figure]:
    """Return the sentence and the map of the section."""
    bloc = diagnostic.voisines()
    assert bloc is not None
    (phrases,) = (piece for piece in bloc.pieces if isinstance(piece, Liste))
    (figure,) = (piece for piece in bloc.pieces if isinstance(piece, Figure))
    return str(phrases.items[0]), figure


def dans(niveau: str, code: str, modele: Dossier) -> Dossier:
    """Return a convention whose territory is of a level."""
    territoire = modele.catalogue.territoires[modele.convention.territoire]
    autre = territoire.model_copy(update={"code": code, "niveau": niveau})
    convention = modele.convention.model_copy(update={"territoire": code})
    territoires = {**modele.catalogue.territoires, code: autre}
    return replace(
        modele, convention=convention, catalogue=replace(modele.catalogue, territoires=territoires)
    )


def test_la_carte_a_les_communes_de_l_epci_et_leurs_taux(harnes: Diagnostic) -> None:
    (officielle,) = magasin.derniere_table_si_presente("cog_communes")
    membres = magasin.lire_tables([officielle], [LENS_LIEVIN], ["libelle"], "epci")["territoire"]
    foyers = publiques.lire("cnaf_foyers", membres, [2024]).set_index("territoire")["valeur"]
    rsa = publiques.lire("cnaf_foyers_rsa", membres, [2024]).set_index("territoire")["valeur"]

    phrase, figure = voisinage(harnes)

    donnees = figure.tableau.donnees.set_index("code")
    assert set(donnees.index) == set(membres)
    connues = donnees["valeur"].dropna()
    pd.testing.assert_series_equal(
        connues.sort_index(),
        (100 * rsa / foyers).reindex(connues.index).sort_index(),
        check_names=False,
    )
    # Nobody is called the highest for a handful of households.
    assert rsa[connues.index].min() >= 20
    ecrit = f"{connues[HARNES]:.1f}".replace(".", ",")
    assert phrase.startswith(f"En 2024, à Harnes, {ecrit}")


def test_une_commune_sans_taux_est_hachuree_et_se_dit_trop_peu(harnes: Diagnostic) -> None:
    carte = harnes.carte_lue
    assert carte is not None
    communes = carte.communes.copy()
    communes.loc[communes["code"].eq(HARNES), "valeur"] = float("nan")

    phrase, figure = voisinage(
        replace(harnes, carte_lue=replace(carte, communes=communes.sort_values("valeur")))
    )

    assert "à Harnes" not in phrase and "une commune sur deux" in phrase
    assert figure.lecture is not None and "hachurée" in figure.lecture


@pytest.mark.parametrize("sans", ["fictive", "contours", "departement", "chiffres"])
def test_sans_rien_a_dessiner_il_n_y_a_pas_de_section(
    monkeypatch: pytest.MonkeyPatch, sans: str
) -> None:
    dossier = lire_dossier("demonstration" if sans == "fictive" else "harnes")
    if sans == "departement":
        dossier = dans("departement", "62", dossier)
    if sans == "contours":
        monkeypatch.setattr(
            publiques, "contours", lambda codes: pd.DataFrame(columns=["code", "nom", "contour"])
        )
    if sans == "chiffres":
        monkeypatch.setattr(publiques, "series", lambda: pd.DataFrame({"code": [], "annees": []}))

    assert lire_carte(dossier) is None


def test_une_convention_d_epci_a_la_carte_de_ses_communes() -> None:
    carte = lire_carte(dans("epci", LENS_LIEVIN, lire_dossier("harnes")))

    assert carte is not None
    assert HARNES in set(carte.communes["code"]) and carte.autour.code == LENS_LIEVIN
