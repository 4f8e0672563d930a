"""The avenants of a convention: what the parties change of it once it is signed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import model_validator

from ctglib.donnees.modeles import Annee, Modele, Numero, NumeroOuNom, Texte, noms
from ctglib.donnees.modeles.plan import (
    Action,
    Fiche,
    IndicateurFiche,
    ModaliteAction,
    Partie,
    Pilote,
)

NatureDeChangement = Literal[
    "cible", "definition", "fiche", "modalite", "indicateur", "pilote", "partie", "duree"
]
# What an avenant may do to each kind of element.
ACTIONS: dict[NatureDeChangement, tuple[Action, ...]] = {
    "cible": ("changer",),
    "definition": ("changer",),
    "duree": ("changer",),
    "fiche": ("ajouter", "changer", "suspendre", "reprendre", "abandonner", "retirer"),
    "modalite": ("ajouter", "changer", "suspendre", "reprendre", "abandonner", "retirer"),
    "indicateur": ("ajouter", "changer", "suspendre", "reprendre", "abandonner", "retirer"),
    "pilote": ("ajouter", "retirer"),
    "partie": ("ajouter", "retirer"),
}
# The key that holds an element as the avenant writes it, by nature.
ECRITS: dict[str, str] = {
    "fiche": "fiche_ecrite",
    "modalite": "modalite_ecrite",
    "indicateur": "indicateur_ecrit",
    "pilote": "pilote_ecrit",
    "partie": "partie_ecrite",
}
DANS_UNE_FICHE = ("modalite", "indicateur", "pilote")


class Changement(Modele):
    """One change of the convention.

    ``element`` is the id of an indicator (cible, definition, indicateur), of a pilot or of a
    partie, or the number of a fiche or of a modalité; ``fiche`` is the one that a modalité, an
    indicator or a pilot is in. A ``cible`` has a number and its ``annee``; a ``duree`` has no
    element, and its ``nouveau`` is the new last day. What is added, or changed, is written whole
    in the key of its nature (``ECRITS``).
    """

    nature: NatureDeChangement
    action: Action = "changer"
    element: NumeroOuNom | None = None
    fiche: noms.Fiche | None = None
    ancien: float | Texte | None = None
    nouveau: float | Texte | None = None
    annee: Annee | None = None
    effet: date
    raison: Texte | None = None  # why it is suspended, abandoned or withdrawn
    fiche_ecrite: Fiche | None = None
    modalite_ecrite: ModaliteAction | None = None
    indicateur_ecrit: IndicateurFiche | None = None
    pilote_ecrit: Pilote | None = None
    partie_ecrite: Partie | None = None

    @model_validator(mode="after")
    def _selon_la_nature(self) -> Changement:
        if (self.element is None) != (self.nature == "duree"):
            raise ValueError(
                "un élément pour chaque changement, sauf pour la durée, qui n'en a pas"
            )
        if self.action not in ACTIONS[self.nature]:
            raise ValueError(
                f"pour un changement de nature « {self.nature} », l'une de ces actions : "
                f"{', '.join(ACTIONS[self.nature])}"
            )
        if self.nature == "cible" and (
            self.annee is None or not isinstance(self.nouveau, float | int)
        ):
            raise ValueError(
                "pour une cible, un nombre dans « nouveau » et l'année à laquelle l'atteindre dans "
                "« annee »"
            )
        if (self.nature in DANS_UNE_FICHE) != (self.fiche is not None):
            raise ValueError(
                "dans « fiche », le numéro de la fiche d'une modalité, d'un indicateur ou d'un "
                "pilote, et de rien d'autre"
            )
        self._verifier_l_ecrit()
        _ = self.nouvelle_fin  # a duration whose last day is no date is refused
        return self

    def _verifier_l_ecrit(self) -> None:
        """Refuse an element that is not written whole where it is added or changed, or is
        elsewhere.
        """
        cle_voulue = ECRITS.get(self.nature, "")
        # Before they could be written here, a fiche and an indicator were changed in words.
        en_mots = self.action == "changer" and self.nouveau is not None
        if self.action in ("ajouter", "changer") and cle_voulue and not en_mots:
            if getattr(self, cle_voulue) is None:
                raise ValueError(
                    f"dans « {cle_voulue} », l'élément en entier, tel que l'avenant l'écrit"
                )
        else:
            cle_voulue = ""
        for cle in ECRITS.values():
            if cle != cle_voulue and getattr(self, cle) is not None:
                raise ValueError(f"pas de « {cle} » pour ce changement")

    @property
    def nouvelle_fin(self) -> date | None:
        """Return the last day of the convention after this change, None when it keeps its duration.

        Raises:
            ValueError: A change of duration gives no date.
        """
        if self.nature != "duree":
            return None
        try:
            return date.fromisoformat(str(self.nouveau))
        except ValueError:
            raise ValueError(
                "pour une durée, le nouveau dernier jour dans « nouveau » : 2027-12-31"
            ) from None


class Avenant(Modele):
    numero: Numero
    date: date  # of signature
    saisi: date | None = None  # when it was entered here; on the day of its signature unless told
    objet: Texte
    reference: Texte  # where it is kept
    changements: tuple[Changement, ...] = ()

    def connu_le(self, jour: date) -> bool:
        """Tell whether it was signed, and entered here, by a day."""
        return max(self.date, self.saisi or self.date) <= jour


class Avenants(Modele):
    # in the order of signature
    avenants: Annotated[tuple[Avenant, ...], noms.Unique("numero")] = ()
