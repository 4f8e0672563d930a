"""A figure of one fiche changes: the reports of the others, made from the same files, are up to
date all the same.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from donnees_suivies import DONNEES
from ligne_de_commande import reussir
from parts_exemple import CHANGEMENTS, FICHES, NOM, SUIVI, changer
from production_exemple import ANNEE, CONVENTION, Demande, ecrire_carnet, octets, pourquoi, produire
from production_exemple import demande as demander
from rapports_produits import Production, choisir

from ctglib import ouvrir_bilan
from ctglib.blocs.annee import EtudeAnnuelle, empreinte_de, etudier, part_de
from ctglib.donnees.lecture import VARIABLE, enregistrer, lire_octets
from ctglib.donnees.partage import Reserve, partager_par
from ctglib.production.manifeste import lire_manifeste, prevoir
from ctglib.production.produire import ecarter_les_rapports_a_jour

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration


def hors_des_parts(etude: EtudeAnnuelle) -> list[object]:
    """Return what a fiche is given besides what the fingerprint of its part covers."""
    suivi = etude.suivi
    given = [
        suivi.avenants,
        suivi.fin,
        suivi.origines,
        suivi.dossier.convention,
        etude.contexte,
        etude.gabarit,
    ]
    return [*given, *(table.to_csv() for table in (suivi.contexte, etude.series))]


def parts(etude: EtudeAnnuelle) -> dict[str, str]:
    """Return the fingerprint of the part of each fiche."""
    return {
        part.nom: empreinte_de(part)
        for part in (part_de(etude, fiche) for fiche in etude.convention.fiches)
    }


@pytest.fixture(scope="module")
def before() -> EtudeAnnuelle:
    """The study of 2026 before any change."""
    return etudier(NOM, 2026, "publique")


@pytest.mark.parametrize("nom", CHANGEMENTS)
def test_un_changement_n_atteint_que_les_fiches_qui_le_lisent(
    before: EtudeAnnuelle, donnees: Path, nom: str
) -> None:
    (relatif, colonne, valeur), ou, attendues = CHANGEMENTS[nom]

    changer(donnees, relatif, colonne, valeur, **ou)
    after = etudier(NOM, 2026, "publique")

    was = parts(before)
    now = parts(after)
    touched = {name for name in now if now[name] != was[name]}
    assert touched == {f"etude/{NOM}/2026/publique/fiche-{numero}" for numero in attendues}
    assert hors_des_parts(after) == hors_des_parts(before)


def test_une_fiche_ne_recoit_rien_de_ce_qui_est_saisi_pour_les_autres() -> None:
    whole = ouvrir_bilan(NOM, 2026).annee

    part = ouvrir_bilan(NOM, 2026).fiche(1).etude

    own = {item.id for item in whole.fiche(1).indicateurs}
    year = part.annuel
    assert set(whole.annuel.observations["indicateur"]) - own
    assert set(year.observations["indicateur"]) | set(part.suivi.observations["indicateur"]) <= own
    assert all(
        set(table["indicateur"]) <= own for table in (part.mesures, part.evaluation, part.revisions)
    )
    assert set(year.actions["fiche"]) | set(part.etats["fiche"]) == {"1"}
    assert {item.fiche for item in year.appreciations} <= {"1"}
    assert not [
        digest for path, digest in part.empreintes.items() if path.startswith(SUIVI) and digest
    ]


def test_les_lectures_disent_la_part_d_une_fiche_et_le_tout_d_un_bilan() -> None:
    name = f"etude/{NOM}/2026/publique"

    with enregistrer() as of_fiche:
        ouvrir_bilan(NOM, 2026).fiche(2).couverture()
    with enregistrer() as of_bilan:
        ouvrir_bilan(NOM, 2026).couverture()
    with enregistrer() as of_file:
        lire_octets(f"{SUIVI}/2026/actions.csv")

    assert list(of_fiche.parts) == [f"{name}/fiche-2"] and all(of_fiche.parts.values())
    assert of_bilan.parts == {name: ""}
    assert of_file.parts == {f"{SUIVI}/2026/actions.csv": ""}


OUVRIR = "from ctglib import ouvrir_bilan\nbilan = ouvrir_bilan(convention, annee)"
PARAMETRES = (CONVENTION.replace("harnes", NOM), ANNEE)


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four reports of 2026: two fiches, the whole bilan, and one that uses it whole besides its
    fiche; made once.
    """
    folder = tmp_path_factory.mktemp("parts")
    cellules = {
        "fiche_1": (OUVRIR, 'bilan.fiche(1).indicateurs()["indicateurs"]'),
        "fiche_2": (OUVRIR, "bilan.fiche(2).actions()"),
        "bilan": (OUVRIR, "bilan.indicateurs()"),
        "relevé": (OUVRIR, "bilan.fiche(2).actions()", "bilan.couverture()"),
    }
    for nom, sources in cellules.items():
        ecrire_carnet(folder / "carnets" / f"{nom}.ipynb", *sources, parametres=PARAMETRES)
    produire(demande(folder))
    return folder


def demande(folder: Path, **autres: object) -> Demande:
    return demander(
        folder / "carnets", folder / "sortie", conventions=(NOM,), annees=(2026,), **autres
    )


@pytest.fixture
def voulue(modele: Path, donnees: Path, tmp_path: Path) -> Demande:
    """These reports and their notebooks, which a test may damage."""
    for nom in ("carnets", "sortie"):
        shutil.copytree(modele / nom, tmp_path / nom)
    return demande(tmp_path)


@pytest.fixture
def donnees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data, its closed years as they are: reports made before stay those of it."""
    copie = Path(shutil.copytree(DONNEES, tmp_path / "donnees"))
    monkeypatch.setenv(VARIABLE, str(copie))
    return copie


@pytest.fixture
def seule(voulue: Demande, tmp_path: Path) -> Demande:
    """The second fiche alone."""
    return demande(tmp_path, rapports=("fiche_2",))


def test_seuls_les_rapports_qui_lisent_le_chiffre_sont_refaits(
    voulue: Demande, seule: Demande, donnees: Path
) -> None:
    before = octets(voulue.sortie)
    changer(donnees, "2026/observations.csv", "valeur", "61", indicateur="am_agreees")

    assert set(pourquoi(voulue)) == {"2026/fiche-1", "2026/fiche-2", "2026/bilan", "2026/relevé"}
    assert set(produire(voulue)) == {"2026/fiche-1", "2026/bilan", "2026/relevé"}
    assert pourquoi(voulue) == {}

    kept = octets(voulue.sortie)
    assert kept[f"{NOM}/2026/fiche-2.html"] == before[f"{NOM}/2026/fiche-2.html"]
    produire(seule, forcer=True)
    assert octets(voulue.sortie) == kept


def test_un_fichier_qui_apparait_refait_tout(voulue: Demande, donnees: Path) -> None:
    (donnees / SUIVI / "2026" / "evenements.csv").write_bytes(b"a\n")

    suspended = [one.commande.cle for one in prevoir(voulue.commandes()) if one.suspendue]

    assert suspended == []


def test_des_donnees_fautives_font_essayer_le_rapport_qui_est_oublie_quand_sa_part_est_la_meme(
    seule: Demande, donnees: Path
) -> None:
    path = donnees / SUIVI / "2026" / "observations.csv"
    good = path.read_bytes()
    changer(donnees, "2026/observations.csv", "valeur", "beaucoup", indicateur="am_agreees")
    failed = produire(seule)["2026/fiche-2"]
    present = failed.commande.page_echec.is_file()
    path.write_bytes(good)
    changer(donnees, "2026/observations.csv", "valeur", "61", indicateur="am_agreees")

    assert produire(seule) == {}
    assert "beaucoup" in str(failed.echec)
    assert present and not failed.commande.page_echec.exists()
    assert (
        json.loads((seule.sortie / NOM / "manifeste.json").read_text(encoding="utf-8"))["echecs"]
        == {}
    )


def test_ce_qui_empeche_de_comparer_une_part_fait_essayer_le_rapport(
    seule: Demande, donnees: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changer(donnees, "2026/observations.csv", "valeur", "61", indicateur="am_agreees")

    def echouer(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ctglib.blocs.annee.etudier", echouer)

    assert [
        one.commande.cle for one in ecarter_les_rapports_a_jour(prevoir(seule.commandes()))
    ] == ["2026/fiche-2"]


def test_l_etude_qui_compare_les_parts_sert_aux_rapports(seule: Demande, donnees: Path) -> None:
    changer(donnees, "2026/observations.csv", "valeur", "61", indicateur="am_agreees")
    reserve = Reserve()

    with partager_par(reserve):
        kept = list(ecarter_les_rapports_a_jour(prevoir(seule.commandes())))

    assert kept == []
    assert reserve.prendre(f"{donnees}\0etude/{NOM}/2026/publique")


def test_l_empreinte_d_une_part_demande_la_cle(seule: Demande, donnees: Path) -> None:
    name = f"etude/{NOM}/2026/publique/fiche-2"
    before = lire_manifeste(seule.sortie / NOM).traces["2026/fiche-2"].parts[name]
    (donnees / "conventions" / NOM / "suivi" / ".cle").write_text("0" * 64, encoding="ascii")

    produire(seule)

    assert lire_manifeste(seule.sortie / NOM).traces["2026/fiche-2"].parts[name] != before


def test_la_commande_ne_refait_que_ce_qui_lit_le_chiffre_et_l_essai_a_blanc_le_dit(
    rapports_produits: Production, donnees: Path, tmp_path: Path
) -> None:
    shutil.copytree(rapports_produits.dossier(NOM), tmp_path / "sortie" / NOM)
    order = ("produire", "fiches", "-c", NOM, "-a", "2026", "-f", "html", "-s", "sortie")
    changer(donnees, "2026/observations.csv", "valeur", "61", indicateur="am_agreees")

    tried = " ".join(reussir(*order, "--a-blanc", dossier=tmp_path).split())
    told = " ".join(reussir(*order, "--detail", dossier=tmp_path).split())

    assert tried.count("seulement si ce changement touche ce qu'il montre") == len(FICHES)
    assert (
        "4 autres rapports étaient à jour" in told
        and "observations.csv a changé : demonstration, 2026, fiche-1" in told
    )


@pytest.mark.complet
def test_ce_qui_n_est_pas_refait_aurait_ete_le_meme(
    rapports_produits: Production, donnees: Path, tmp_path: Path
) -> None:
    """All the changes that leave some fiche alone: after one that reaches all of them, nothing
    would be left to see.
    """
    order = (
        "produire",
        "fiches",
        "bilan",
        "-c",
        NOM,
        "-a",
        "2026",
        "-f",
        "html",
        "-s",
    )
    shutil.copytree(rapports_produits.dossier(NOM), tmp_path / "peu" / NOM)
    for (relatif, colonne, valeur), ou, attendues in CHANGEMENTS.values():
        if attendues != set(FICHES):
            changer(donnees, relatif, colonne, valeur, **ou)

    told = reussir(*order, "peu", dossier=tmp_path)
    reussir(*order, "tout", dossier=tmp_path)

    few = Production(tmp_path / "peu")
    whole = Production(tmp_path / "tout")
    assert "autres rapports étaient à jour" in told
    for report in choisir(NOM, annee=2026):
        made = few.octets(report)
        assert {name: made[name] for name in whole.octets(report)} == whole.octets(report)
