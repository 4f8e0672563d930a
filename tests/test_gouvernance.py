"""Who conducts a convention, and how often its comité met: only as the convention says it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

from ctglib import ouvrir_bilan
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.gouvernance import compte_des_comites, pilotes_de_la_fiche
from ctglib.blocs.propositions import proposer
from ctglib.donnees.modeles.convention import ComiteDePilotage
from ctglib.donnees.modeles.plan import Pilote


def _demonstration() -> EtudeAnnuelle:
    return ouvrir_bilan("demonstration", 2025).etude


def _avec(etude: EtudeAnnuelle, **changes: object) -> EtudeAnnuelle:
    dossier = etude.suivi.dossier
    convention = dossier.convention.model_copy(update=changes)
    suivi = replace(etude.suivi, dossier=replace(dossier, convention=convention))
    return replace(etude, suivi=suivi)


def test_le_comite_se_juge_sur_ce_que_la_convention_en_dit() -> None:
    etude = _demonstration()

    de_l_annee = compte_des_comites(etude, (2025,))
    de_toutes = compte_des_comites(etude, (2023, 2024, 2025))
    deux_par_an = _avec(etude, comite=ComiteDePilotage(par_an=2))

    assert de_l_annee == "Tenu, comme le prévoit la convention (article 6-a)."
    assert de_toutes == "Tenu 2 fois sur 3 prévues par la convention (article 6-a)."
    assert compte_des_comites(deux_par_an, (2025,)).startswith("Tenu 1 fois sur 2 prévues par")
    # A date alone tells of one: another may have been held.
    sans_compte = replace(
        deux_par_an,
        suivi=replace(deux_par_an.suivi, observations=deux_par_an.suivi.observations.iloc[:0]),
    )
    assert compte_des_comites(sans_compte, (2025,)).startswith("Tenu au moins 1 fois sur 2 ")


def test_un_comite_compte_dont_le_jour_n_est_pas_donne_est_tenu(donnees: Path) -> None:
    fichier = donnees / "conventions/demonstration/suivi/2025/bilan.yaml"
    texte = re.sub(r"\ncomite:\n(?:  .*\n)+", "\n", fichier.read_text("utf-8"))
    fichier.write_text(texte, "utf-8")

    bilan = ouvrir_bilan("demonstration", 2025)

    comite = bilan.comite()
    assert comite is not None
    dit = unescape(comite.html).replace("\u00a0", " ")
    assert "Le jour où s'est tenu le comité de pilotage de 2025 n'est pas donné. Tenu, comme" in dit
    assert "Rien ne dit si" not in bilan.une_page().html
    assert "comite_non_tenu" not in set(proposer(bilan.etude)["regle"])


def test_sans_frequence_ecrite_rien_n_en_est_dit(donnees: Path) -> None:
    fichier = donnees / "conventions/demonstration/convention.yaml"
    texte = fichier.read_text("utf-8")
    sans_comite = re.sub(r"\ncomite:\n(?:  .*\n)+", "\n", texte)
    sans_clause = re.sub(r"  comite_annuel:\n(?:    .*\n)+", "", sans_comite)

    textes = []
    for contenu in (texte, sans_comite, sans_clause):
        fichier.write_text(contenu, "utf-8")
        comite = ouvrir_bilan("demonstration", 2025).comite()
        assert comite is not None
        textes.append(unescape(comite.html))

    dit, sans_frequence, rien = (texte.replace("\u00a0", " ") for texte in textes)
    assert "Tenu, comme le prévoit la convention (article 6-a). Membres : les élus" in dit
    assert "Fréquence : chaque année. Qui valide : les élus de la ville et la Caf." in dit
    assert "Ce que dit la convention (article 6-a) : un comité de pilotage par an" in sans_frequence
    assert not re.search(r"Fréquence|fois sur", sans_frequence)
    assert not re.search(r"Fréquence|fois sur|par an|Membres|valident|convention", rien)


def test_une_fiche_a_les_pilotes_du_jour_du_bilan() -> None:
    etude = _demonstration()
    fiche = etude.fiche("4").model_copy(
        update={
            "pilotes": [
                Pilote(partie="ville", fin=date(2025, 6, 30)),
                Pilote(partie="caf"),
                Pilote(service="jeunesse", debut=date(2025, 7, 1)),
                Pilote(service="pij", debut=date(2026, 1, 1)),
            ]
        }
    )

    assert pilotes_de_la_fiche(etude, fiche) == [
        "Caf de la Haute-Brume (fictive)",
        "Service jeunesse",
    ]
