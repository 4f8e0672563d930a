"""What a notebook reads of the follow-up is masked, unless it asks for raw counts: then nothing of
it is published.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from production_exemple import CONVENTION, demande, ecrire_carnet, produire

from ctglib import lire_suivi, ouvrir_bilan, ouvrir_evaluation
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.ouvertures import Ouverture
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut
from ctglib.export import ExporteurHTML
from ctglib.secret import (
    AVERTISSEMENT,
    MIME,
    EffectifsBruts,
    ExportRefuse,
    est_interne,
)

NOM = "demonstration"
ANNEE = 2024
SEUIL = 5
PROFILS = f"conventions/{NOM}/suivi/{ANNEE}/profils.csv"


def _petits(suivi: DossierSuivi) -> list[float]:
    """Return the small sensitive counts that a follow-up shows."""
    sensibles = {name for name, item in suivi.catalogue.mesures.items() if item.sensible}
    variables = {item.id for item in suivi.catalogue.profils.variables if item.sensible}
    own = {suivi.convention.territoire}
    rows = suivi.observations
    rows = rows[rows["indicateur"].isin(sensibles) & rows["territoire"].isin(own)]
    profils = pd.concat([one.profils for one in suivi.suivis.values()])
    profils = profils[profils["variable"].isin(variables) | profils["variable_2"].isin(variables)]
    entered = [one.observations for one in suivi.suivis.values()]
    entered = pd.concat([one[one["indicateur"].isin(sensibles)] for one in entered])
    values = pd.concat([rows["valeur"], profils["effectif"], entered["valeur"]])
    return values[values.between(1, SEUIL - 1)].tolist()


def _dossiers() -> dict[str, DossierSuivi]:
    """Return what each door gives of the follow-up."""
    return {
        "ouvrir_bilan": ouvrir_bilan(NOM, ANNEE).etude.suivi,
        "une fiche": ouvrir_bilan(NOM, ANNEE).fiche(3).etude.suivi,
        "ouvrir_evaluation": ouvrir_evaluation(NOM).etude.suivi,
        "lire_suivi": lire_suivi(NOM, ANNEE),
    }


def test_aucune_porte_ne_montre_un_petit_effectif_a_qui_ne_le_demande_pas() -> None:
    assert len(_petits(lire_suivi_brut(NOM, ANNEE))) > 20
    assert not {door: found for door, suivi in _dossiers().items() if (found := _petits(suivi))}


def test_une_valeur_masquee_est_absente_de_statut_secret_et_sans_note() -> None:
    suivi = lire_suivi(NOM, ANNEE)

    profils = suivi.suivis[ANNEE].profils
    rows = suivi.observations
    assert (
        profils.loc[profils["statut"].eq("Q"), "effectif"].isna().all()
        and profils["statut"].eq("Q").sum() > 5
    )
    assert (
        rows.loc[rows["statut"].eq("Q"), "valeur"].isna().all() and rows["statut"].eq("Q").sum() > 5
    )


def test_les_effectifs_bruts_se_demandent_par_leur_nom_et_avertissent() -> None:
    with pytest.warns(EffectifsBruts, match="Ne rien en publier"), enregistrer() as journal:
        raw = lire_suivi(NOM, ANNEE, brut=True)
    with pytest.warns(EffectifsBruts):
        bilan = ouvrir_bilan(NOM, ANNEE, brut=True)
    with pytest.warns(EffectifsBruts):
        evaluation = ouvrir_evaluation(NOM, brut=True)

    assert Ouverture("suivi", PROFILS) in journal.ouvertures
    assert all(_petits(one) for one in (raw, bilan.etude.suivi, evaluation.etude.suivi))


def test_une_lecture_masquee_n_est_pas_notee_brute_et_n_avertit_de_rien() -> None:
    with warnings.catch_warnings(), enregistrer() as journal:
        warnings.simplefilter("error")
        _dossiers()

    assert PROFILS in journal.lus and journal.ouvertures == {}


LECTURES = {
    "brut=True": "from ctglib import lire_suivi\nlire_suivi('demonstration', 2024, brut=True)",
    "octets": f"from ctglib.donnees.lecture import lire_octets\nlire_octets('{PROFILS}')",
    "pandas": f"import pandas\nfrom ctglib.donnees.lecture import racine\npandas.read_csv(racine() / '{PROFILS}')",
}


@pytest.mark.parametrize("lecture", LECTURES.values(), ids=LECTURES)
def test_un_carnet_qui_lit_des_effectifs_bruts_n_est_pas_produit_comme_public(
    lecture: str, donnees: Path, tmp_path: Path
) -> None:
    parametres = (CONVENTION.replace("harnes", NOM), 'diffusion: str = "publique"')
    ecrire_carnet(
        tmp_path / "carnets" / "diagnostic.ipynb",
        f"{lecture}\nparagraphe('fait')",
        parametres=parametres,
    )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EffectifsBruts)
        publique, interne = (
            produire(
                demande(
                    tmp_path / "carnets",
                    tmp_path / "sortie",
                    conventions=(NOM,),
                    diffusion=diffusion,
                )
            )
            for diffusion in ("publique", "interne")
        )

    refused = publique["diagnostic"].echec
    assert "lit des effectifs bruts" in refused.cause and PROFILS in refused.details
    assert "en faire un document interne" in refused.remede
    assert not (tmp_path / "sortie" / NOM / "diagnostic.html").exists()
    assert interne["diagnostic"].echec is None


def _carnet(**parametres: str) -> nbformat.NotebookNode:
    shown = nbformat.v4.new_output(
        "display_data", {MIME: {"brut": True}, "text/plain": AVERTISSEMENT}
    )
    cell = nbformat.v4.new_code_cell(
        "lire_suivi('demonstration', 2024, brut=True)", outputs=[shown]
    )
    return nbformat.v4.new_notebook(
        cells=[cell], metadata={"papermill": {"parameters": parametres}}
    )


def test_un_carnet_execute_dans_jupyterlab_garde_qu_il_a_lu_des_effectifs_bruts(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ad_hoc.ipynb"
    source = "from ctglib import lire_suivi\nlire_suivi('demonstration', 2024, brut=True).annee"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    nbconvert = pytest.importorskip("nbconvert.preprocessors")

    ran, _ = nbconvert.ExecutePreprocessor(timeout=120).preprocess(nbformat.read(path, 4))

    assert any(MIME in output.get("data", {}) for output in ran.cells[0].outputs)
    with pytest.raises(ExportRefuse):
        est_interne(ran)


def test_un_exporteur_refuse_en_francais_un_carnet_qui_a_lu_des_effectifs_bruts() -> None:
    with pytest.raises(
        ExportRefuse, match=r"ne peut pas être exporté comme public. Retirer brut=True"
    ):
        ExporteurHTML().from_notebook_node(_carnet())


def test_un_carnet_interne_qui_en_a_lu_n_est_pas_refuse() -> None:
    est_interne(_carnet(diffusion="interne"))


def test_une_somme_qui_compte_une_cellule_masquee_est_absente_et_jamais_nulle() -> None:
    profils = lire_suivi(NOM, ANNEE).suivis[ANNEE].profils

    sums = profils.groupby(["dispositif", "variable"])["effectif"].sum()

    hidden = profils[profils["statut"].eq("Q")].groupby(["dispositif", "variable"]).size().index
    assert len(hidden) > 3
    assert sums[hidden].isna().all()
    assert profils["effectif"].sum() is pd.NA
    assert (profils["effectif"] * 2).mean() is pd.NA
    assert sums.drop(hidden).notna().all()
