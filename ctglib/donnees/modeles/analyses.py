"""The ``analyses`` of a fiche in convention.yaml: a type of block, and which indicator plays which role in it."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ctglib.donnees.modeles.base import CodeModalite, Identifiant, Modele, Texte

# What each type of analysis needs, then what it may be given besides: the roles of ``ctglib/blocs/<type>.py``, and the
# keys of ``Analyse`` that it reads. A new type is that file and a line here.
TYPES: dict[str, tuple[str, str]] = {
    "effectifs": ("effectifs", "rapports graphique note"),
    "taux": ("numerateur denominateur", "taux capacite phrase"),
    "inclusion": ("effectif", "volume rapports note"),
    "flux": ("entrees sorties", "effectif graphique"),
    "norme": ("postes base norme", "a_defaut"),
    "profils": ("dispositifs public", "variables"),
    "livrables": ("livrables", "annuels par_poste convertis"),
    "passage": ("postes convertis", ""),
    "postes": ("postes financement", "convertis"),
    "grille": ("", ""),
}
PLUSIEURS = {"effectifs", "livrables", "annuels", "par_poste"}  # roles that a list of indicators plays
PUBLIQUES = {"couverture", "naissances"}  # roles of a public series; the others are indicators of the fiche

MOTS = {"numerateur", "denominateur", "rapport", "annees"}


def _gabarit(phrase: str) -> str:
    try:
        unknown = {name for _, name, *_ in Formatter().parse(phrase) if name is not None} - MOTS
    except ValueError:
        unknown = {phrase}
    if unknown:
        raise ValueError(f"une phrase dont les accolades nomment {', '.join(sorted(MOTS))}")
    return phrase


Gabarit = Annotated[Texte, AfterValidator(_gabarit)]


class Rapport(Modele):
    """Two indicators set against each other by a sentence of the convention's words, the numbers being the workbook's.

    ``calcul``: "part" (in %) and "moyenne" of the year; "cumul" of the years for which both are known; "depart", the
    numerator against what the convention writes of the denominator; "ecrit", both as the convention writes them.
    In ``phrase``, ``{numerateur:place}`` is a count with its noun, ``{denominateur:projet voté}`` too.
    """

    calcul: Literal["part", "moyenne", "cumul", "depart", "ecrit"] = "part"
    numerateur: Identifiant
    denominateur: Identifiant
    phrase: Gabarit
    decimales: int = Field(default=0, ge=0, le=3)


class Norme(Modele):
    """A landmark: how many of the base go with one full-time equivalent, and who says so."""

    valeur: float = Field(gt=0)
    reference: Texte


class Analyse(Modele):
    """An analysis that a fiche shows « en détail ».

    ``titre`` is the question that it answers, ``nom`` what its tables and charts are called (its type unless told),
    ``graphique`` the question of its chart, ``public`` who is counted (« les jeunes participants »).
    """

    type: Texte
    titre: Texte
    nom: CodeModalite | None = None
    roles: dict[Identifiant, Identifiant | tuple[Identifiant, ...]] = {}
    rapports: tuple[Rapport, ...] = ()
    graphique: Texte | None = None
    note: Texte | None = None
    phrase: Gabarit | None = None
    public: Texte | None = None
    norme: Norme | None = None
    annees: int = Field(default=3, ge=1)
    dispositifs: tuple[CodeModalite, ...] = ()
    variables: tuple[Identifiant, ...] = ()
    financement: Identifiant | None = None

    @property
    def id(self) -> str:
        """What its tables and charts are called."""
        return self.nom or self.type

    def un(self, role: str) -> str:
        """Return the indicator that plays a role, "" when none does."""
        return (*self.tous(role), "")[0]

    def tous(self, *roles: str) -> tuple[str, ...]:
        """Return the indicators that play some roles, in order."""
        found = [self.roles.get(role, ()) for role in roles]
        return tuple(name for told in found for name in ((told,) if isinstance(told, str) else told))


CLES = {*Analyse.model_fields} - {"type", "titre", "nom", "roles"}


def attendus(nom: str) -> tuple[set[str], set[str], set[str], set[str]]:
    """Return the roles that a type of analysis needs, those that it may have, then the same of its keys."""
    needed, possible = (set(names.split()) for names in TYPES[nom])
    return needed - CLES, possible - CLES, needed & CLES, possible & CLES
