"""What a convention's clauses let a report say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.convention import Clause, Convention


def _avec(**clauses: str) -> Convention:
    read = lire_dossier("harnes").convention
    return read.model_copy(
        update={"clauses": {role: Clause(article=article) for role, article in clauses.items()}}
    )


def test_une_clause_se_cite_par_son_role():
    convention = _avec(evaluation="4", avenant="9", diagnostic="annexe A", comite_annuel="4")

    assert convention.citer("avenant") == "article 9"
    assert convention.citer("evaluation", "avenant") == "articles 4 et 9"
    assert convention.citer("evaluation", "comite_annuel") == "article 4"
    assert convention.citer("evaluation", "diagnostic") == "article 4 et annexe A"
    assert _avec(offre="annexe 2", fiches="annexe 3").citer("offre", "fiches") == "annexes 2 et 3"
    assert convention.clauses["avenant"].article == "9"
    assert "logos" not in convention.clauses
    assert convention.citer("logos") == ""


def test_une_phrase_sans_sa_clause_ne_s_ecrit_pas():
    convention = _avec(avenant="9")

    assert (
        convention.citer_dans("Un acte ({clause.avenant}) le {date}.")
        == "Un acte (article 9) le {date}."
    )
    assert convention.citer_dans("Les deux logos ({clause.logos}).") == ""
    assert (
        convention.citer_dans("Aucun avenant[ ({clause.avenant})].") == "Aucun avenant (article 9)."
    )
    assert convention.citer_dans("Les logos[ ({clause.logos})] manquent.") == "Les logos manquent."


def test_ce_qui_limite_les_chiffres_vient_des_clauses_sur_les_donnees():
    convention = _avec(source="8", avenant="11")

    assert convention.limites == [f"Article 8 : {convention.articles[7].consequence}"]
    assert _avec(source="99", avenant="11").limites == _avec(avenant="11").limites == []


def test_un_role_inconnu_est_refuse():
    with pytest.raises(ValidationError, match="comite_annuel"):
        Convention.model_validate(
            {
                **lire_dossier("harnes").convention.model_dump(),
                "clauses": {"autre": {"article": "1"}},
            }
        )
