"""An avenant holds from its date on: the bilan of an earlier year, made again after it, says what
it said.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from aller_retour import lignes
from donnees_suivies import DONNEES
from ligne_de_commande import reussir
from rapports_produits import Production, choisir

from ctglib.donnees.lecture import VARIABLE, racine
from ctglib.rapports.controle import Controle, ouvrir_controle

NOM = "demonstration"
AVANT = 2024
APRES = 2025
AVENANTS = f"conventions/{NOM}/avenants.yaml"
SUIVANT = '  - numero: "2"\n'  # that of 2026, which changes nothing of these years
AUTRE = """\
  - numero: "1 bis"
    date: 2025-06-30
    objet: Durée, cibles de toutes les fiches, et une fiche revue
    reference: avenant n° 1 bis
    changements:
      - {nature: duree, nouveau: "2028-12-31", effet: 2025-06-30}
      - {nature: cible, element: am_agreees, nouveau: 90, annee: 2027, effet: 2025-06-30}
      - {nature: cible, element: frequentation_jeunes, ancien: 1080, nouveau: 1500, annee: 2028, effet: 2025-07-01}
      - {nature: cible, element: participants_citoyennete, nouveau: 200, annee: 2028, effet: 2025-06-30}
      - {nature: cible, element: etp_charges_cooperation, nouveau: 3, annee: 2027, effet: 2025-06-30}
      - {nature: definition, element: pij_visites, ancien: Venues, nouveau: Venues et appels, effet: 2025-06-30}
      - {nature: fiche, element: 4, nouveau: Une modalité de plus, effet: 2025-06-30}
"""


@pytest.fixture(scope="module")
def faits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Production, Production]]:
    """The reports of 2024 and the bilan of 2025, no year closed, made before and after another
    avenant of 2025 has been written.
    """
    dossier = tmp_path_factory.mktemp("avenants")
    donnees = shutil.copytree(
        DONNEES, dossier / "donnees", ignore=shutil.ignore_patterns("plan.yaml")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(donnees))
        avant = produire(dossier, "avant")
        path = donnees / AVENANTS
        texte = path.read_text(encoding="utf-8")
        assert SUIVANT in texte
        path.write_text(texte.replace(SUIVANT, AUTRE + SUIVANT), encoding="utf-8")
        yield avant, produire(dossier, "apres")


def produire(dossier: Path, sortie: str) -> Production:
    """Make the reports of 2024 and the bilan of 2025 into a folder."""
    demande = ("-c", NOM, "-f", "html", "-s", sortie)
    reussir("produire", "bilan", "fiches", "-a", str(AVANT), *demande, dossier=dossier)
    reussir("produire", "bilan", "-a", str(APRES), *demande, dossier=dossier)
    return Production(dossier / sortie)


def _sans_empreinte(texte: str, avenants: bytes) -> str:
    digest = hashlib.sha256(avenants).hexdigest()
    return texte.replace(digest, "empreinte").replace(digest[:12], "empreinte")


def test_un_avenant_de_2025_ne_change_rien_aux_rapports_de_2024_refaits(
    faits: tuple[Production, Production],
) -> None:
    rapports, refaits = faits
    before = (DONNEES / AVENANTS).read_bytes()
    after = (racine() / AVENANTS).read_bytes()

    reports = choisir(NOM, annee=AVANT)

    assert len(reports) == 5 and before != after
    for report in reports:
        assert _sans_empreinte(refaits.html(report), after) == _sans_empreinte(
            rapports.html(report), before
        )
        tables = {
            name: path.read_text(encoding="utf-8") for name, path in refaits.csv(report).items()
        }
        assert set(tables) == set(rapports.csv(report))
        for name, path in rapports.csv(report).items():
            kept = _sans_empreinte(path.read_text(encoding="utf-8"), before)
            assert _sans_empreinte(tables[name], after) == kept, f"{report}, {name}"


def test_le_bilan_de_2025_dit_l_avenant(faits: tuple[Production, Production]) -> None:
    rapports, refaits = faits
    (report,) = choisir(NOM, "bilan", APRES)

    numbers = {row["avenant"] for row in lignes(refaits.csv(report)["avenants"])}

    assert numbers == {"1", "1 bis"}
    assert {row["avenant"] for row in lignes(rapports.csv(report)["avenants"])} == {"1"}
    assert "2028" in refaits.html(report)


ARRETS = """\
avenants:
  - numero: "1"
    date: 2025-06-30
    objet: Fiches retirée et suspendue, indicateurs abandonné et visé
    reference: avenant n° 1
    changements:
      - {nature: fiche, action: retirer, element: "1", effet: 2025-07-01}
      - {nature: fiche, action: suspendre, element: "2", effet: 2025-07-01}
      - {nature: indicateur, action: abandonner, fiche: "3", element: projets_collectifs_jeunes, effet: 2025-07-01}
      - {nature: cible, element: participants_citoyennete, nouveau: 40, annee: 2026, effet: 2025-07-01}
"""


def test_le_controle_ne_demande_rien_de_ce_qu_un_avenant_arrete(donnees: Path) -> None:
    du_texte = ouvrir_controle("harnes")
    (donnees / "conventions/harnes/avenants.yaml").write_text(ARRETS, encoding="utf-8")

    apres = ouvrir_controle("harnes")

    def questions(controle: Controle) -> str:
        ouverts = controle.ouverts[["lieu", "objet", "ecrit", "calcule", "question"]]
        return " | ".join([*ouverts.to_numpy().ravel(), str(controle.en_bref())])

    def lacunes(controle: Controle) -> set[str]:
        return {lacune.id for lacune in controle.convention.lacunes}

    for fiche in ("fiche action 1", "fiche action 2"):
        assert fiche in questions(du_texte)
        assert fiche not in questions(apres)
    arretees = {nom for nom in lacunes(du_texte) if nom.startswith(("fiche_1_", "fiche_2_"))}
    assert lacunes(du_texte) - lacunes(apres) == arretees != set()
    cibles = apres.controle.set_index("cle").loc["cible_absente:fiche_3"]
    assert cibles["calcule"].startswith("1 sur 2 sans cible")  # one is abandoned, one has a target


def test_le_controle_lit_ce_qu_un_avenant_ajoute() -> None:
    assert "5" in {fiche.numero for fiche in ouvrir_controle(NOM).convention.fiches}
    differees = ouvrir_controle(NOM).controle.query("regle == 'fiche_differee'")
    assert list(differees["cle"]) == ["fiche_differee:fiche_1"]
