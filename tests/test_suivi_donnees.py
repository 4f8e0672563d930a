"""The follow-up of a convention as it is read: years, types, what a year sees of the others, what
is recorded.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from donnees_abimees import remplacer
from suivi_exemple import FICHIERS, HARNES, OBSERVATIONS, ecrire_suivi

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer, existe, lire_octets, lister, superposer
from ctglib.donnees.suivi import lire_suivi_brut

MOYENS = f"{HARNES}/suivi/2024/moyens.csv"


def test_un_bilan_ne_lit_que_les_annees_jusqu_a_la_sienne(donnees: Path) -> None:
    ecrire_suivi(donnees)

    with enregistrer() as journal:
        suivi = lire_suivi_brut("harnes", 2023)

    touched = {*journal.lus, *journal.absents, *journal.listes}
    assert list(suivi.suivis) == [2023]
    assert f"{HARNES}/suivi/2023/bilan.yaml" in journal.lus
    d_ailleurs = {
        name for name in touched if name.startswith(f"{HARNES}/suivi") and "suivi/2023/" not in name
    }
    assert d_ailleurs == {f"{HARNES}/suivi/publications.json"}


def test_une_absence_du_suivi_est_retenue(donnees: Path) -> None:
    with enregistrer() as journal:
        suivi = lire_suivi_brut("harnes", 2024)

    years = {
        f"{HARNES}/suivi/{annee}/{name}" for annee in (2023, 2024) for name in noms_d_une_annee()
    }
    assert years | {f"{HARNES}/masque.csv", f"{HARNES}/contexte.csv"} <= journal.absents
    assert [annee for annee, year in suivi.suivis.items() if year.vide] == [2023, 2024]


def test_le_diagnostic_ne_lit_ni_le_suivi_ni_les_series(donnees: Path) -> None:
    ecrire_suivi(donnees)

    with enregistrer() as journal:
        lire_dossier("harnes")

    touched = {*journal.lus, *journal.absents, *journal.listes}
    assert not [
        name
        for name in touched
        if "suivi" in name or name.startswith("sources") or name.endswith("masque.csv")
    ]


def test_une_faute_du_suivi_ne_touche_pas_le_diagnostic_ni_les_annees_d_avant(
    donnees: Path,
) -> None:
    folder = ecrire_suivi(donnees)
    remplacer(folder / "suivi/2024/actions.csv", "1.1", "9.9")

    lire_dossier("harnes")
    lire_suivi_brut("harnes", 2023)

    with pytest.raises(DonneesInvalides, match=r"« 9\.9 »"):
        lire_suivi_brut("harnes", 2024)


def test_les_tables_d_une_annee_sont_typees(donnees: Path) -> None:
    ecrire_suivi(donnees)

    annee = lire_suivi_brut("harnes", 2024).suivis[2024]

    assert annee.moyens["fiche"].tolist()[0] == "4"
    assert annee.moyens["fiche"].eq("").tolist() == [False, True, True]
    assert annee.moyens["valeur"].isna().tolist() == [False, False, True]
    assert annee.actions["fin"].tolist() == ["", "2024-10-15", ""]
    assert annee.posture["diffusion"].tolist() == ["interne", "publique"]
    assert annee.posture["niveau"].tolist() == [0, 3]
    assert {str(annee.observations[name].dtype) for name in ("annee", "millesime")} == {"Int64"}
    assert str(annee.profils["effectif"].dtype) == "float64"
    assert annee.appreciations[0].perspectives == ("Une réunion au printemps", "Un affichage")


def test_une_annee_vide_a_les_memes_colonnes_qu_une_annee_remplie(donnees: Path) -> None:
    ecrire_suivi(donnees)

    suivis = lire_suivi_brut("harnes", 2025).suivis

    for name in ("observations", "actions", "moyens", "profils", "posture"):
        empty = getattr(suivis[2025], name)
        full = getattr(suivis[2024], name)
        assert empty.empty
        assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_une_annee_sans_bilan_est_provisoire_au_31_decembre_et_son_comite_est_inconnu(
    donnees: Path,
) -> None:
    bilan = lire_suivi_brut("harnes", 2024).suivis[2024].bilan

    assert (bilan.date_arretee, bilan.statut, bilan.comite) == (
        date(2024, 12, 31),
        "provisoire",
        None,
    )


def test_les_observations_gardent_une_valeur_et_ses_revisions(donnees: Path) -> None:
    ecrire_suivi(donnees)

    observations = lire_suivi_brut("harnes", 2024).observations

    revised = observations.query(
        "annee == 2023 and indicateur == 'frequentation_jeunes' and dimension == ''"
    )
    assert revised["millesime"].tolist() == [2023, 2024]
    assert revised["valeur"].tolist() == [400, 405]


def test_un_bilan_ancien_ne_voit_ni_les_avenants_ni_le_contexte_d_apres_mais_tout_ce_qui_a_ete_publie(
    donnees: Path,
) -> None:
    ecrire_suivi(donnees)

    ancien = lire_suivi_brut("harnes", 2023)
    dernier = lire_suivi_brut("harnes", 2025)

    assert [item.numero for item in ancien.avenants] == []
    assert [item.numero for item in dernier.avenants] == ["1", "2"]
    assert (ancien.fin, dernier.fin) == (date(2026, 12, 31), date(2027, 6, 30))
    for suivi in (ancien, dernier):
        (publication,) = suivi.registre.publications
        assert publication.annee is None
        assert {cache.table for cache in publication.caches} == {"profils/caj/sante"}
    assert ancien.contexte["annee"].max() <= 2023


def test_le_contexte_vient_des_series_et_nomme_chacune(donnees: Path) -> None:
    suivi = lire_suivi_brut("harnes", 2026)

    assert set(suivi.contexte["territoire"]) == {"62413", "62"}
    assert set(suivi.contexte["serie"]) == set(suivi.origines)
    assert suivi.origines["cnaf_allocataires"].producteur == "Cnaf"


def test_une_convention_fictive_ajoute_son_contexte_aux_series(donnees: Path) -> None:
    folder = ecrire_suivi(donnees)
    remplacer(folder / "convention.yaml", "fictive: false", "fictive: true")
    row = "62413,2023,cnaf_foyers,,,2024,1,nombre,A,Données fictives,\n"
    (folder / "contexte.csv").write_text(OBSERVATIONS + row, encoding="utf-8")

    contexte = lire_suivi_brut("harnes", 2023).contexte

    assert contexte.query("serie == ''")["source"].tolist() == ["Données fictives"]


def test_sans_annee_toutes_celles_qui_ont_un_dossier_sont_lues_sans_trou(donnees: Path) -> None:
    folder = ecrire_suivi(donnees)
    (folder / "suivi/2024").rename(folder / "suivi/2025")
    for name in ("bilan.yaml", "observations.csv"):
        (folder / "suivi/2025" / name).unlink()

    suivi = lire_suivi_brut("harnes")

    assert suivi.annee == 2025
    assert {annee: year.vide for annee, year in suivi.suivis.items()} == {
        2023: False,
        2024: True,
        2025: False,
    }


def test_une_couche_remplace_des_fichiers_le_temps_d_un_bloc(donnees: Path) -> None:
    ecrire_suivi(donnees)
    added = f"{HARNES}/suivi/2025/moyens.csv"

    with superposer({MOYENS: None, added: b"contenu"}):
        assert not existe(MOYENS)
        assert existe(added)
        assert lire_octets(added) == b"contenu"
        assert lister(f"{HARNES}/suivi") == ("2023/", "2024/", "2025/")
        assert lister(f"{HARNES}/suivi/2025") == ("moyens.csv",)
        assert "moyens.csv" not in lister(f"{HARNES}/suivi/2024")
        with pytest.raises(DonneesInvalides, match="fichier absent"):
            lire_octets(MOYENS)

    assert lire_octets(MOYENS) == FICHIERS["suivi/2024/moyens.csv"].encode()
    assert not existe(added)


def noms_d_une_annee() -> set[str]:
    return {name.removeprefix("suivi/2024/") for name in FICHIERS if name.startswith("suivi/2024/")}
