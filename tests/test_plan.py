"""The plan as it stands on a day: what an avenant adds, changes, suspends, abandons, withdraws."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import ModaliteAction
from ctglib.donnees.plan import en_vigueur, rembobine

AVANT = date(2025, 6, 30)
EFFET = date(2025, 7, 1)


@pytest.fixture(scope="module")
def convention() -> Convention:
    return lire_dossier("demonstration").convention


def avenant(**changement: object) -> Avenant:
    return Avenant.model_validate(
        {
            "numero": 1,
            "date": date(2025, 6, 1),
            "saisi": date(2026, 1, 15),
            "objet": "Un essai",
            "reference": "avenant n° 1",
            "changements": [{"effet": EFFET, **changement}],
        }
    )


def numeros(convention: Convention) -> list[str]:
    return [modalite.numero for fiche in convention.fiches for modalite in fiche.modalites]


def modalite(convention: Convention, numero: str) -> ModaliteAction:
    for fiche in convention.fiches:
        for candidate in fiche.modalites:
            if candidate.numero == numero:
                return candidate
    raise KeyError(numero)


def test_sans_avenant_le_plan_est_celui_du_texte(convention: Convention) -> None:
    assert en_vigueur(convention, (), AVANT) is convention


@pytest.mark.parametrize(
    ("action", "etat"), [("abandonner", "abandonne"), ("suspendre", "suspendu")]
)
def test_une_modalite_abandonnee_ou_suspendue_reste_avec_son_histoire(
    convention: Convention, action: str, etat: str
) -> None:
    signe = avenant(
        nature="modalite", action=action, fiche=1, element="1.2", raison="Le poste est vacant"
    )

    avant = en_vigueur(convention, [signe], AVANT)
    apres = en_vigueur(convention, [signe], EFFET)

    assert modalite(avant, "1.2").etat == "en_vigueur"
    assert modalite(apres, "1.2").etat == etat
    assert modalite(apres, "1.2").depuis == EFFET
    assert modalite(apres, "1.2").histoire[0].raison == "Le poste est vacant"


def test_ce_qu_un_avenant_retire_n_est_plus_dans_le_plan(convention: Convention) -> None:
    signe = avenant(nature="modalite", action="retirer", fiche=1, element="1.2")

    assert "1.2" in numeros(en_vigueur(convention, [signe], AVANT))
    assert "1.2" not in numeros(en_vigueur(convention, [signe], EFFET))


def test_une_fiche_ajoutee_vient_apres_les_autres_du_jour_de_son_effet(
    convention: Convention,
) -> None:
    contenu = convention.fiches[0].model_dump(mode="python")
    signe = avenant(
        nature="fiche", action="ajouter", element=9, fiche_ecrite=contenu | {"numero": 9}
    )

    avant = en_vigueur(convention, [signe], AVANT)
    apres = en_vigueur(convention, [signe], EFFET)

    assert len(avant.fiches) == len(convention.fiches)
    assert str(apres.fiches[-1].numero) == "9"
    assert apres.fiches[-1].histoire[0].action == "ajouter"


def test_ce_qui_est_ajoute_prend_la_place_de_son_numero(convention: Convention) -> None:
    fiche = convention.fiches[0].model_dump(mode="python") | {"numero": "1.5"}
    entre = convention.fiches[0].modalites[0].model_dump(mode="python") | {"numero": "1.1.b"}
    ajouts = [
        avenant(nature="fiche", action="ajouter", element="1.5", fiche_ecrite=fiche),
        avenant(
            nature="modalite", action="ajouter", fiche=1, element="1.1.b", modalite_ecrite=entre
        ),
    ]

    apres = en_vigueur(convention, ajouts, EFFET)

    assert [str(fiche.numero) for fiche in apres.fiches] == ["1", "1.5", "2", "3", "4"]
    assert [m.numero for m in apres.fiches[0].modalites][:3] == ["1.1", "1.1.b", "1.2"]


def test_un_avenant_entre_plus_tard_n_est_pas_lu_par_qui_ne_le_connaissait_pas(
    convention: Convention,
) -> None:
    signe = avenant(nature="modalite", action="retirer", fiche=1, element="1.2")
    fin = date(2025, 12, 31)

    assert "1.2" in numeros(en_vigueur(convention, [signe], fin, connus_le=fin))
    assert "1.2" not in numeros(en_vigueur(convention, [signe], fin, connus_le=date(2026, 2, 1)))


def test_un_avenant_fait_entrer_et_sortir_une_partie(convention: Convention) -> None:
    msa = convention.parties[0].model_dump(mode="python") | {"id": "msa", "nom": "MSA"}
    entree = avenant(nature="partie", action="ajouter", element="msa", partie_ecrite=msa)
    sortie = avenant(nature="partie", action="retirer", element=convention.parties[0].id)

    avant = [partie.id for partie in en_vigueur(convention, [entree, sortie], AVANT).parties]
    apres = [partie.id for partie in en_vigueur(convention, [entree, sortie], EFFET).parties]

    assert avant == [partie.id for partie in convention.parties]
    assert apres == [*avant[1:], "msa"]


def test_un_plan_rembobine_est_celui_d_avant_ce_que_les_avenants_y_ont_fait(
    convention: Convention,
) -> None:
    fiche = convention.fiches[0].model_dump(mode="python") | {"numero": "1.5"}
    entre = convention.fiches[0].modalites[0].model_dump(mode="python") | {"numero": "1.1.b"}
    actes = [
        avenant(nature="fiche", action="ajouter", element="1.5", fiche_ecrite=fiche),
        avenant(
            nature="modalite", action="ajouter", fiche=1, element="1.1.b", modalite_ecrite=entre
        ),
        avenant(nature="modalite", action="abandonner", fiche=1, element="1.2"),
    ]
    plan = en_vigueur(convention, actes, EFFET)

    avant = rembobine(plan, AVANT)

    assert [fiche.numero for fiche in avant.fiches] == [fiche.numero for fiche in convention.fiches]
    assert numeros(avant) == numeros(convention)
    assert modalite(avant, "1.2").etat == "en_vigueur"
    assert numeros(rembobine(plan, EFFET)) == numeros(plan)
    assert modalite(rembobine(plan, EFFET), "1.2").etat == "abandonne"


def test_une_modalite_suspendue_puis_reprise_est_en_vigueur(convention: Convention) -> None:
    suspension = avenant(nature="modalite", action="suspendre", fiche=1, element="1.2")
    reprise = avenant(
        nature="modalite", action="reprendre", fiche=1, element="1.2", effet=date(2025, 10, 1)
    )

    apres = en_vigueur(convention, [reprise, suspension], date(2025, 12, 31))

    assert modalite(apres, "1.2").etat == "en_vigueur"
    assert [etape.action for etape in modalite(apres, "1.2").histoire] == ["suspendre", "reprendre"]


@pytest.mark.parametrize(
    ("changement", "message"),
    [
        ({"nature": "cible", "action": "retirer", "element": "am_agreees"}, "l'une de ces actions"),
        ({"nature": "modalite", "action": "ajouter", "element": "1.9", "fiche": 1}, "en entier"),
        ({"nature": "modalite", "action": "retirer", "element": "1.2"}, "numéro de la fiche"),
        ({"nature": "partie", "action": "ajouter", "element": "msa"}, "partie_ecrite"),
    ],
)
def test_un_changement_incomplet_est_refuse(changement: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        avenant(**changement)
