"""Model of ``data/catalogue/secret.yaml``: where the same persons are counted twice, or could be guessed."""

from __future__ import annotations

from pydantic import Field

from ctglib.donnees.modeles.base import CodeModalite, Identifiant, Modele, Texte


class EffectifIdentique(Modele):
    """An indicator that counts the persons of a profile too, when both agree.

    The dispositif is ``dispositif``, or, without it, the modalité of the indicator's row. Without a variable, the
    persons are all those of the dispositif; with one, those of one of its modalités.
    """

    indicateur: Identifiant
    dispositif: CodeModalite | None = None
    variable: Identifiant | None = None
    modalite: CodeModalite | None = None
    pourquoi: Texte


class ValeurLiee(Modele):
    """An indicator that counts no one, but from which the count of ``effectif`` in the same place could be guessed."""

    indicateur: Identifiant
    effectif: Identifiant
    pourquoi: Texte


class Secret(Modele):
    """``secret.yaml``. ``raisons``: why a table is withheld whole, in the words of a report."""

    raisons: dict[Identifiant, Texte]
    valeurs_liees: tuple[ValeurLiee, ...] = Field(default=())
    effectifs_identiques: tuple[EffectifIdentique, ...] = Field(default=())
