"""How reports made again differ from those that were published, as the commands say it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from ctglib.commandes.terminal import compter, dire, montrer

if TYPE_CHECKING:
    from ctglib.production.plan import Commande
    from ctglib.production.verifier import Rejeu

VALEURS_MONTREES = 40
# Significant digits of two values shown side by side: more only if these do not tell them apart.
CHIFFRES = 6
CHIFFRES_AU_PLUS = 12


def phrase_des_clos(rapports: Iterable[Commande]) -> str:
    """Return the line that says which reports of closed years differ from those published."""
    annees: dict[str, set[int | None]] = {}
    nombre = 0
    for commande in rapports:
        annees.setdefault(commande.convention, set()).add(commande.annee)
        nombre += 1
    lieux = [
        f"{convention} {', '.join(str(annee) for annee in sorted(filter(None, les_annees)))}"
        for convention, les_annees in annees.items()
    ]
    return (
        f"– Années closes ({' ; '.join(lieux)}) : {compter(nombre, 'rapport')}, faits avec cette"
        " version du classeur, ne redonnent pas les octets publiés à la clôture. Rien à refaire :"
        " ctg produire --refaire-clos dit ce qui diffère."
    )


def montrer_les_valeurs(rejeux: Iterable[Rejeu], quoi: str) -> None:
    """Show the values of published tables that reports made again do not give; nothing for none.

    ``quoi`` is what they are to the reader: « Ce que cela change ».
    """
    changements = [
        (f"{rejeu.commande.convention}/{changement.fichier}", changement)
        for rejeu in rejeux
        for changement in rejeu.changements
    ]
    if changements:
        valeurs = compter(len(changements), "valeur")
        dire(f"  {quoi} dans les tableaux publiés (CSV) : {valeurs}")
    # A table a file, whose changes follow each other.
    changements_montres = changements[:VALEURS_MONTREES]
    for chemin, du_fichier in groupby(changements_montres, key=lambda paire: paire[0]):
        dire(f"  {chemin}")
        lignes = []
        for _, changement in du_fichier:
            avant, apres = valeurs_courtes(changement.avant, changement.apres)
            cellules = (f"    {changement.ligne}", changement.colonne, avant, apres)
            lignes.append([cellule.replace("[", r"\[") for cellule in cellules])
        montrer(("    Ligne", "Colonne", "Publié", "Rejoué"), lignes)
    if len(changements) > VALEURS_MONTREES:
        autres = compter(len(changements) - VALEURS_MONTREES, "autre")
        dire(f"  … et {autres}, {len(changements)} en tout.")


def valeurs_courtes(avant: str, apres: str) -> tuple[str, str]:
    """Return two values with a decimal comma and no more digits than it takes to tell them apart.

    ("12.3456789", "12.5") gives ("12,3457", "12,5"). As they are when ``CHIFFRES_AU_PLUS`` digits
    do not tell them apart.
    """
    for chiffres in (CHIFFRES, CHIFFRES_AU_PLUS):
        avant_court = _arrondie(avant, chiffres)
        apres_court = _arrondie(apres, chiffres)
        if avant_court != apres_court:
            return avant_court, apres_court
    return avant, apres


def _arrondie(valeur: str, chiffres: int) -> str:
    """Return a decimal number of a CSV with so many significant digits, « 12,3457 ».

    A whole number and a text stay as they are.
    """
    if "." not in valeur:
        return valeur
    try:
        return f"{float(valeur):.{chiffres}g}".replace(".", ",")
    except ValueError:
        return valeur
