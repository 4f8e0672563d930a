"""What the desk remembers of a convention between two days: what was asked for, and what came back
with faults.

It is the only writer of its file, so that what somebody wrote in another keeps its comments. No
address and no name is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ctglib.donnees.ecriture import ecrire, tenir_les_donnees
from ctglib.donnees.lecture import CONVENTIONS, existe, racine
from ctglib.donnees.modeles import Annee, Modele, Texte
from ctglib.donnees.yaml_strict import charger_yaml

EN_TETE = "# Écrit par le bureau (ctg ouvrir), et par lui seul.\n"


class Demandes(Modele):
    """That the workbooks of a year were asked for."""

    le: date
    reponse: date | None = None  # the day by which the services were asked to answer


class ARevoir(Modele):
    """A file that came back and was set aside."""

    fichier: Texte
    le: date
    service: str = ""  # its identifier, "" when the file does not say it
    fautes: int = 0
    a_confirmer: int = 0


class AnneeDuBureau(Modele):
    """What is remembered of a year."""

    annee: Annee
    demandes: Demandes | None = None
    a_revoir: tuple[ARevoir, ...] = ()


class Memoire(Modele):
    """What is remembered of a convention."""

    annees: tuple[AnneeDuBureau, ...] = ()

    def de(self, annee: int) -> AnneeDuBureau:
        """Return what is remembered of a year, nothing when it is not there."""
        for connue in self.annees:
            if connue.annee == annee:
                return connue
        return AnneeDuBureau(annee=annee)


def _chemin(convention: str) -> str:
    return f"{CONVENTIONS}/{convention}/.bureau.yaml"


def se_souvenir(convention: str) -> Memoire:
    """Return what the desk remembers of a convention."""
    chemin = _chemin(convention)
    return charger_yaml(chemin, Memoire) if existe(chemin) else Memoire()


def noter_les_demandes(convention: str, annee: int, demandes: Demandes) -> None:
    """Remember that the workbooks of a year were asked for."""
    with tenir_les_donnees():
        memoire = se_souvenir(convention)
        _retenir(convention, memoire, memoire.de(annee).model_copy(update={"demandes": demandes}))


def noter_les_retours(
    convention: str, annee: int, a_revoir: Iterable[ARevoir], pris: Iterable[str]
) -> None:
    """Remember the files that were set aside, and forget those that were since corrected.

    Args:
        convention: The convention.
        annee: The year of the files.
        a_revoir: Those set aside; of a service, or of a name, only the last counts.
        pris: The names of the files taken, and the services that sent them.
    """
    pris = tuple(pris)
    nouveaux = tuple(a_revoir)
    noms = {*pris}
    for retour in nouveaux:
        noms |= {retour.fichier, retour.service}
    noms.discard("")
    with tenir_les_donnees():
        memoire = se_souvenir(convention)
        avant = memoire.de(annee)
        if any(_est_un_releve(nom) for nom in pris):  # a comité has one, under any name
            noms |= {retour.fichier for retour in avant.a_revoir if _est_un_releve(retour.fichier)}
        gardes = [
            retour
            for retour in avant.a_revoir
            if retour.fichier not in noms and retour.service not in noms
        ]
        apres = avant.model_copy(update={"a_revoir": (*gardes, *nouveaux)})
        if apres != avant:
            _retenir(convention, memoire, apres)


def _est_un_releve(fichier: str) -> bool:
    return fichier.lower().endswith((".docx", ".odt"))


def _retenir(convention: str, memoire: Memoire, annee: AnneeDuBureau) -> None:
    import yaml

    autres = [connue for connue in memoire.annees if connue.annee != annee.annee]
    annees = sorted([*autres, annee], key=lambda connue: connue.annee)
    contenu = Memoire(annees=tuple(annees)).model_dump(mode="json", exclude_defaults=True)
    texte = EN_TETE + yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False)
    ecrire({racine() / _chemin(convention): texte.encode("utf-8")})
