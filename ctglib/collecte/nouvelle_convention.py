"""What a new convention is asked with, before anything of it is written: its name, its dates, its
territory, its signatories, how many fiches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ctglib.donnees.lecture import conventions, proches

FICHES_AU_PLUS = 20
_NOM = re.compile(r"[a-z][a-z0-9_]{0,59}")
_CODE = re.compile(r"[0-9][0-9AB][0-9]{3}|[0-9]{9}")  # of a commune, of an EPCI
_PROPOSES = 3  # territories, for a name that is typed in place of a code


@dataclass(frozen=True)
class Defaut:
    """What is wrong in the request: a key of ``fautes.yaml``, and what fills its sentences."""

    cle: str
    valeurs: Mapping[str, object] = field(default_factory=dict)
    proposes: tuple[tuple[str, str], ...] = ()  # the code and the name of territories


def defauts_de_la_demande(
    nom: str,
    premier_jour: date | None,
    dernier_jour: date | None,
    fin_de_l_ancienne: date | None = None,
) -> Iterator[Defaut]:
    """Yield what is wrong in the name of a new convention and in its dates; it begins after the
    convention that it follows, if any.
    """
    if not _NOM.fullmatch(nom):
        yield Defaut("nom_impossible", {"nom": nom})
    if nom in conventions():
        yield Defaut("nom_pris", {"nom": nom})
    if not premier_jour:
        yield Defaut("sans_debut")
    if not dernier_jour:
        yield Defaut("sans_fin")
    if premier_jour and dernier_jour and dernier_jour <= premier_jour:
        dates = {"debut": f"{premier_jour:%d/%m/%Y}", "fin": f"{dernier_jour:%d/%m/%Y}"}
        yield Defaut("fin_avant_le_debut", dates)
    if premier_jour and fin_de_l_ancienne and premier_jour <= fin_de_l_ancienne:
        jours = {"debut": f"{premier_jour:%d/%m/%Y}", "fin": f"{fin_de_l_ancienne:%d/%m/%Y}"}
        yield Defaut("debut_trop_tot", jours)


def defauts_du_contenu(code: str, signataires: list[str], fiches: int) -> Iterator[Defaut]:
    """Yield what is wrong in what a convention begun from nothing is to contain.

    The signatories are too few, the fiches too few or too many, or ``code`` is that of no commune
    and no EPCI; when it is a name, or close to one, territories are proposed.
    """
    from ctglib.donnees import publiques

    if len(signataires) < 2:
        yield Defaut("trop_peu_de_signataires", {"signataires": len(signataires)})
    if not 1 <= fiches <= FICHES_AU_PLUS:
        yield Defaut("nombre_de_fiches", {"fiches": fiches, "maximum": FICHES_AU_PLUS})
    if _CODE.fullmatch(code):
        if publiques.territoires([code], niveaux=("commune", "epci")).empty:
            yield Defaut("territoire_introuvable", {"code": code})
        return
    territoires = publiques.territoires(niveaux=("commune", "epci"))
    memes_noms = territoires["nom"].str.casefold() == code.casefold()
    if not memes_noms.any():
        memes_noms = territoires["nom"].isin(proches(code, territoires["nom"].tolist()))
    premiers = territoires[memes_noms].head(_PROPOSES)
    proposes = tuple(zip(premiers["code"], premiers["nom"], strict=True))
    yield Defaut("territoire_en_mots", {"code": code}, proposes)


def lire_les_signataires(texte: str) -> list[str]:
    """Return the signatories of « Ville de Lens ; Caf du Pas-de-Calais »."""
    parties = texte.replace('"', "'").split(";")  # a YAML text in quotes would end at one
    return [partie.strip() for partie in parties if partie.strip()]


def lire_le_nombre_de_fiches(texte: str) -> int:
    """Return how many fiches were asked for; 0 when it is no number."""
    return int(texte) if texte.isdecimal() else 0
