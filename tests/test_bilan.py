"""The bilan of a year: what it counts, names, proposes and revises comes from the data, and from
nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import yaml
from donnees_suivies import DONNEES
from evaluation_exemple import SEUILS, indicateur

from ctglib import ouvrir_bilan
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.propositions import proposer
from ctglib.calculs.ecriture import nombre
from ctglib.calculs.territoire import contexte_du_territoire, revisions_du_territoire
from ctglib.donnees.modeles.catalogue import Unite
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.modeles.suivi import Bilan as BilanDeLAnnee
from ctglib.donnees.modeles.suivi import Comite
from ctglib.rapports.bilan import Bilan

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "bilan_territoire.yaml").read_text(encoding="utf-8")
)
ANNEES = (2023, 2024, 2025, 2026)
SERIE = {
    "territoire": "01001",
    "indicateur": "x",
    "dimension": "",
    "modalite": "",
    "unite": "nombre",
    "source": "Insee",
    "note": "",
}
CLE = ["indicateur", "dimension", "modalite"]
UNITES = {
    "nombre": Unite(id="nombre", libelle="Nombre", ecart="pourcent", decimales=0),
    "pourcent": Unite(id="pourcent", libelle="Taux", ecart="points", decimales=1),
}


@cache
def bilan(annee: int, convention: str = "demonstration") -> Bilan:
    return ouvrir_bilan(convention, annee)


def etude(
    annee: int = 2025,
    convention: str = "demonstration",
    *,
    avant: BilanDeLAnnee | None = None,
    dit: BilanDeLAnnee | None = None,
    **tables: pd.DataFrame,
) -> EtudeAnnuelle:
    """Return what the rules look at, in which a test may change what was said of the year, or of
    the year before.
    """
    found = bilan(annee, convention).etude
    told = {annee - 1: avant, annee: dit}
    years = {
        year: replace(one, bilan=told.get(year) or one.bilan)
        for year, one in found.suivi.suivis.items()
    }
    return replace(found, suivi=replace(found.suivi, suivis=years), **tables)


def regles(found: EtudeAnnuelle) -> list[str]:
    return list(proposer(found)["regle"])


def objets(found: EtudeAnnuelle, regle: str) -> tuple:
    return proposer(found).set_index("regle")["objets"].get(regle, ())


def bilan_avec(comite: Comite | None, annee: int = 2025) -> BilanDeLAnnee:
    return BilanDeLAnnee(annee=annee, comite=comite)


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_un_chiffre_public_se_lit_comme_l_exemple_le_dit(cas: dict) -> None:
    breaks = [
        {"annee": annee, "raison": "Nouvelle base", "reference": "producteur"}
        for annee in cas.get("ruptures", [])
    ]
    meaning = indicateur(
        "x",
        arrondi_source=cas.get("arrondi"),
        ruptures=breaks,
        nature="contexte",
        unite=cas.get("unite", "nombre"),
    )
    series = pd.DataFrame(
        [
            {**SERIE, "annee": annee, "valeur": valeur, "statut": "O" if valeur is None else "A"}
            for annee, valeur in cas["valeurs"].items()
        ]
    ).astype({"valeur": "float64"})

    found = contexte_du_territoire(
        series, ["x"], {"x": meaning}, SEUILS, UNITES, territoires=("01001", "01"), depart=2022
    ).iloc[0]

    assert {nom: _lisible(found[nom]) for nom in cas["attendu"]} == cas["attendu"]


def _lisible(valeur: object) -> object:
    if pd.isna(valeur):
        return None
    return round(float(valeur), 6) if isinstance(valeur, float) else valeur


@pytest.mark.parametrize("convention", ["demonstration", "harnes"])
@pytest.mark.parametrize(("avant", "apres"), [*pairwise(ANNEES)])
def test_une_annee_garde_sa_valeur_dans_le_bilan_suivant_ou_la_revision_y_est(
    convention: str, avant: int, apres: int
) -> None:
    earlier = bilan(avant, convention).etude
    later = bilan(apres, convention).etude
    then = earlier.evaluation.set_index(CLE)["valeur"]
    now = later.evaluation[later.evaluation["annee_precedente"].eq(avant)].set_index(CLE)[
        "valeur_precedente"
    ]
    starts = later.evaluation[later.evaluation["origine_initiale"].eq("convention")].set_index(CLE)[
        "annee_initiale"
    ]
    both = [key for key in then.index.intersection(now.index) if starts.get(key) != avant]

    changed = {key for key in both if not _memes(then[key], now[key])}

    listed = later.revisions[later.revisions["annee"].eq(avant)]
    assert changed <= set(listed[CLE].itertuples(index=False, name=None))


@pytest.mark.parametrize("convention", ["demonstration", "harnes"])
@pytest.mark.parametrize(("avant", "apres"), [*pairwise(ANNEES)])
def test_un_chiffre_public_deja_donne_ne_change_pas_sans_etre_liste(
    convention: str, avant: int, apres: int
) -> None:
    key = ["territoire", "annee", *CLE]
    then = bilan(avant, convention).etude.series.set_index(key)["valeur"].dropna()
    now = bilan(apres, convention).etude.series.set_index(key)["valeur"]

    changed = {name for name in then.index if not _memes(then[name], now[name])}

    listed = revisions_du_territoire(bilan(apres, convention).etude.suivi.contexte, apres)
    assert changed == set(listed[key].itertuples(index=False, name=None))


def _memes(one: float, other: float) -> bool:
    return one == other or (pd.isna(one) and pd.isna(other))


def test_la_demonstration_revise_un_chiffre_et_le_tableau_dit_lequel_et_pourquoi() -> None:
    found = [bilan(annee) for annee in ANNEES if len(bilan(annee).etude.revisions)]

    assert found, "la demonstration n'a plus de chiffre révisé : ce test ne prouve plus rien"
    for one in found:
        table = one.revisions()
        row = one.etude.revisions.iloc[0]
        assert len(table.cellules) == len(one.etude.revisions)
        assert str(row["annee"]) == table.cellules.iloc[0]["annee"]
        assert row["note"].casefold() in table.cellules.iloc[0]["raison"].casefold()


def test_un_taux_revise_s_ecrit_en_points_et_dit_qu_il_se_calcule() -> None:
    cellules = bilan(2026).revisions().cellules.set_index("libelle")

    taux = cellules.loc["Taux d'occupation des accueils"]
    assert taux["ecart"] == "\u22120,8\u00a0point"
    assert taux["raison"] == "calculée sur des valeurs révisées"


def test_un_chiffre_public_corrige_par_sa_source_est_liste_parmi_les_revisions() -> None:
    context = bilan(2025, "harnes").etude.suivi.contexte
    row = context[context["indicateur"].eq("cnaf_foyers_rsa") & context["annee"].eq(2023)].head(1)
    corrected = pd.concat(
        [context, row.assign(millesime=2026, valeur=row["valeur"] + 40)], ignore_index=True
    )

    found = revisions_du_territoire(corrected, 2025)

    assert list(found["valeur"] - found["valeur_ancienne"]) == [40]
    assert revisions_du_territoire(corrected, 2024).empty


def test_les_totaux_des_moyens_sont_la_somme_des_lignes_saisies() -> None:
    entered = pd.read_csv(
        DONNEES / "conventions/demonstration/suivi/2025/moyens.csv", dtype={"valeur": float}
    )
    table = bilan(2025).moyens.par_signataire()
    wholes = table.cellules[table.cellules["objet"].eq("Ensemble")]

    for (signataire, nature), rows in entered.groupby(["signataire", "nature"]):
        shown = wholes[f"{nature}_2025"].iloc[["ville", "caf"].index(signataire)]
        total = rows["valeur"].sum()
        expected = nombre(total) if nature != "etp" else f"{round(total, 2):g}".replace(".", ",")
        assert shown.removeprefix("au moins ").removesuffix(" (p)") == expected
        assert shown.startswith("au moins ") == rows["statut"].isin(["L", "O", "Q"]).any()


def test_les_equivalents_temps_plein_et_les_euros_ne_sont_jamais_dans_une_meme_colonne() -> None:
    table = bilan(2025).moyens.par_signataire()

    groups = {colonne.groupe for colonne in table.colonnes if colonne.groupe}
    assert groups == {item.court for item in bilan(2025).etude.catalogue.moyens.natures}


def test_un_comite_tenu_ne_se_propose_pas_et_un_comite_absent_ou_inconnu_se_propose() -> None:
    held = Comite(date=date(2026, 2, 3))
    put_off = Comite(date=Absence(absent="Reporté, faute de quorum"))

    assert "comite_non_tenu" not in regles(etude(dit=bilan_avec(held)))
    (propose,) = objets(etude(dit=bilan_avec(put_off)), "comite_non_tenu")
    assert "de 2026, celui de 2025" in propose and "(reporté, faute de quorum)" in propose
    assert len(objets(etude(2024, dit=bilan_avec(None)), "comite_non_tenu")) == 1


@pytest.mark.parametrize("graine", range(5))
@pytest.mark.parametrize("annee", [2023, 2025])
def test_la_cible_manquee_dite_d_abord_est_la_plus_grave_quel_que_soit_l_ordre_des_lignes(
    annee: int, graine: int
) -> None:
    lignes = etude(annee).evaluation.sample(frac=1, random_state=graine)

    dites = objets(etude(annee, evaluation=lignes), "cible_manquee")

    assert dites == objets(etude(annee), "cible_manquee")
    if annee == 2025:  # a target of 2025 that is due comes before those of 2026
        assert dites[0].startswith("Fiches de poste")


def test_une_modalite_en_retard_se_propose_tant_qu_elle_n_a_pas_de_nouvelle_date() -> None:
    late = etude().etats.assign(en_retard=False, fin=pd.NaT)
    late.loc[0, "en_retard"] = True
    redated = late.copy()
    redated.loc[0, "fin"] = pd.Timestamp("2026-06-30")

    assert len(objets(etude(etats=late), "retard")) == 1
    assert objets(etude(etats=redated), "retard") == ()


@pytest.mark.parametrize(
    ("convertis", "postes", "propose"),
    [(2.0, 2.0, False), (1.0, 2.0, True), (None, 2.0, True), (1.0, None, True)],
)
def test_le_passage_des_postes_se_propose_tant_qu_il_n_est_pas_fait_ou_connu(
    convertis: float | None, postes: float | None, propose: bool
) -> None:
    ids = etude().catalogue.bilan.pilotage
    rows = etude().evaluation.copy()
    for name, value in ((ids.convertis, convertis), (ids.postes, postes)):
        rows.loc[rows["indicateur"].eq(name), "valeur"] = value

    assert ("postes_de_pilotage" in regles(etude(evaluation=rows))) == propose


def test_une_decision_sans_suite_se_propose_et_une_decision_faite_non() -> None:
    before = {
        "date": date(2025, 1, 9),
        "decisions": [{"id": "un", "texte": "Ouvrir"}, {"id": "deux", "texte": "Écrire"}],
    }
    now = {"date": date(2026, 1, 9), "suites": [{"decision": "un", "etat": "faite"}]}
    found = etude(dit=bilan_avec(Comite(**now)), avant=bilan_avec(Comite(**before), 2024))

    a_reprendre = objets(found, "suites")
    assert "Écrire" in a_reprendre and "Ouvrir" not in a_reprendre


@pytest.mark.parametrize(
    ("echeance", "reprise"),
    [(date(2025, 6, 30), True), (date(2026, 12, 31), False), (None, False)],
    ids=["échéance passée", "échéance à venir", "sans échéance"],
)
def test_une_decision_en_cours_ne_se_reprend_que_passee_son_echeance(
    echeance: date | None, reprise: bool
) -> None:
    decidee = {"date": date(2025, 1, 9), "decisions": [{"id": "un", "texte": "Ouvrir"}]}
    suite = {"decision": "un", "etat": "en_cours", "echeance": echeance}
    depuis = Comite.model_validate({"date": date(2026, 1, 9), "suites": [suite]})
    avant = bilan_avec(Comite.model_validate(decidee), 2024)

    trouvee = etude(dit=bilan_avec(depuis), avant=avant)

    assert ("Ouvrir" in objets(trouvee, "suites")) is reprise


def test_la_reconduction_se_propose_l_avant_derniere_annee_et_la_derniere() -> None:
    asked = {annee: "reconduction" in regles(etude(annee, "harnes")) for annee in ANNEES}

    assert asked == {2023: False, 2024: False, 2025: True, 2026: True}


def test_ce_qui_est_decide_n_est_plus_demande() -> None:
    decision = {"id": "reconduction_2025", "texte": "Engager le renouvellement"}
    comite = Comite.model_validate({"date": date(2026, 1, 20), "decisions": [decision]})

    assert "reconduction" in regles(etude(2025))
    assert "reconduction" not in regles(etude(2025, dit=bilan_avec(comite)))
    assert "reconduction" not in regles(etude(2026, avant=bilan_avec(comite), dit=bilan_avec(None)))
    assert "reconduction" not in regles(etude(2026))  # decided by the comité of 2026


def test_une_proposition_nomme_ses_premiers_objets_et_compte_les_autres() -> None:
    given = etude(2024, "harnes")
    found = proposer(given).set_index("regle").loc["lacunes"]
    most = given.catalogue.bilan.objets_du_tableau

    told = found["proposition"]

    assert f"({found['nombre']})" in told and f"{found['nombre'] - most}\u00a0autres" in told
    assert found["nombre"] == len(given.convention.lacunes)
