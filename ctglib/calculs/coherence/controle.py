"""The consistency check of a convention: every rule, then what the parties have justified, the gravest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from ctglib.calculs.coherence import chiffres, texte
from ctglib.calculs.coherence.constat import Constat, Contexte, Entrees, contexte, en_table
from ctglib.calculs.ecriture import SEPARATEUR, enumerer
from ctglib.donnees.modeles.coherence import StatutConstat

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.donnees.modeles.coherence import Justification

REGLES = (
    chiffres.parts_recalculees,
    chiffres.sommes,
    chiffres.inclusions,
    chiffres.comparees,
    chiffres.des_parties,
    chiffres.fortes,
    chiffres.a_travers_une_rupture,
    chiffres.memes_grandeurs,
    chiffres.memes_effectifs,
    chiffres.quotients,
    texte.affirmations,
    texte.periodicites,
    texte.ages_offerts,
    texte.non_dits,
    texte.des_fiches,
    texte.signature,
    texte.annexes_vides,
    texte.schemas_echus,
    texte.lacunes,
    texte.corrections,
    texte.lectures_non_declarees,
)
ORDRE_DES_STATUTS: tuple[str, ...] = get_args(StatutConstat)
STATUTS_MONTRES = ("ouvert", "justifie")  # what other findings tell, or a declared correction, is in the CSV only
GRAVITES_DOUTEUSES = ("a_corriger", "a_verifier")


def controler(entrees: Entrees) -> pd.DataFrame:
    """Return every finding: those to show first, by severity, then those told by others and the corrections.

    Args:
        entrees: A ``Dossier``.

    Returns:
        The columns ``constat.COLONNES``; ``cle`` is unique, ``numero`` runs from 1.
    """
    ctx = contexte(entrees)
    found = [finding for rule in REGLES for finding in rule(ctx)]
    told = justifier(found, entrees.justifications, ctx)
    rank = {name: place for place, name in enumerate(entrees.catalogue.coherence.regles.gravites)}
    ordered = sorted(
        told,
        key=lambda item: (
            item.statut not in STATUTS_MONTRES,
            rank[item.gravite],
            ORDRE_DES_STATUTS.index(item.statut),
        ),
    )
    return en_table([replace(item, numero=place) for place, item in enumerate(ordered, start=1)])


def justifier(constats: list[Constat], justifications: Iterable[Justification], contexte: Contexte) -> list[Constat]:
    """Return the findings with the reasons that the parties gave; a reason for what no longer exists is a finding.

    A finding is told by others only while all of them are there.
    """
    keys = {item.cle for item in constats}
    reasons = {item.cle: item for item in justifications}
    useless = [item for item in reasons.values() if not {item.cle, *item.redit_par} <= keys]
    kept = {cle: item for cle, item in reasons.items() if item not in useless}
    told = [_motive(item, kept[item.cle]) if item.cle in kept else item for item in constats]
    return [*told, *(_obsolete(item, keys, contexte) for item in useless)]


def doutes(controle: pd.DataFrame) -> dict[str, str]:
    """Return, for each indicator that an open finding of the first two severities makes doubtful, a mention of it.

    Examples: ``{"enfants_moins_3": "la variation du nombre d'enfants de moins de 3 ans, Pas-de-Calais (constat 19 du
    contrôle de cohérence)"}``; several objects are joined by « ; ».
    """
    open_ = controle[controle["statut"].eq("ouvert") & controle["gravite"].isin(GRAVITES_DOUTEUSES)]
    named = open_.assign(indicateur=open_["indicateurs"].str.split(SEPARATEUR)).explode("indicateur")
    named = named[named["indicateur"] != ""]
    return {str(indicateur): _mention(rows) for indicateur, rows in named.groupby("indicateur", sort=False)}


def _mention(rows: pd.DataFrame) -> str:
    """Return what some findings are about, and their numbers; an object that is the indicator itself goes unsaid."""
    places: dict[str, list[str]] = {}
    for row in rows.itertuples():
        if not row.objet.startswith("«"):
            places.setdefault(row.objet, []).extend([row.territoire] if row.territoire else [])
    told = [f"{objet}, {enumerer(names)}" if names else objet for objet, names in places.items()]
    word = "constat" if len(rows) == 1 else "constats"
    numbers = enumerer([str(number) for number in rows["numero"]])
    where = f"{word} {numbers} du contrôle de cohérence"
    return f"{' ; '.join(told)} ({where})" if told else where


def _motive(constat: Constat, justification: Justification) -> Constat:
    if justification.raison is None:
        others = " ; ".join(justification.redit_par)
        return replace(constat, statut="redit", motif=others)
    signed = f"{justification.par}, {justification.date.strftime('%d/%m/%Y')}"
    return replace(constat, statut="justifie", motif=f"{justification.raison} ({signed})")


def _obsolete(justification: Justification, keys: set[str], contexte: Contexte) -> Constat:
    missing = [cle for cle in (justification.cle, *justification.redit_par) if cle not in keys]
    return contexte.constat(
        "justification_obsolete",
        justification.cle,
        lieu="Données, justifications.yaml",
        objet=f"le constat « {justification.cle} »",
        ecrit=justification.raison or "redit par d'autres constats",
        calcule=f"constat absent : {', '.join(missing)}",
    )
