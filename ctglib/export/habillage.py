"""The look that a convention gives its reports: its templates and its colour, found by name in its
folder.
"""

from __future__ import annotations

from pathlib import Path

from ctglib.donnees.couleurs import LISIBLE, contraste, eclaircir
from ctglib.donnees.enclos import ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides, Faute, phrases
from ctglib.donnees.lecture import CONVENTIONS, existe, lire_octets
from ctglib.donnees.modele_diapositives import adopter_diapositives
from ctglib.donnees.modele_office import ModeleAdopte
from ctglib.donnees.modele_word import adopter_word
from ctglib.donnees.modeles.catalogue import CharteDeLaConvention
from ctglib.donnees.partage import partager
from ctglib.donnees.yaml_strict import examiner_yaml
from ctglib.export.document import Habillage

ICI = Path(__file__).parent  # where our own templates stand, under the same names
WORD = "modele.docx"
DIAPOSITIVES = "modele.pptx"
CHARTE = "charte.yaml"
# The grounds of a page: by day (paper, panels), then by night; those of ``page.css``.
DE_JOUR = ("#ffffff", "#f3f6f8")
DE_NUIT = ("#12181d", "#1b242b")


def lire_habillage(convention: str) -> Habillage:
    """Return the look of a convention; a file that it has not is ours. Each is read in a child
    process, once a production.

    Raises:
        DonneesInvalides: A file cannot serve; every fault of all of them.
    """
    return partager(f"habillage/{convention}", lambda: _lire(convention))


def _lire(convention: str) -> Habillage:
    fautes: list[Faute] = []
    modeles: dict[str, ModeleAdopte] = {}
    with ouvrir_enclos() as enclos:
        for nom, adopter in ((WORD, adopter_word), (DIAPOSITIVES, adopter_diapositives)):
            chemin = f"{CONVENTIONS}/{convention}/{nom}"
            if not existe(chemin):
                continue
            try:
                le_notre = (ICI / nom).read_bytes()
                modeles[nom] = enclos.lire(adopter, chemin, lire_octets(chemin), le_notre)
            except DonneesInvalides as error:
                fautes += error.fautes
    couleur, fautes_de_la_charte = _couleur(f"{CONVENTIONS}/{convention}/{CHARTE}")
    fautes += fautes_de_la_charte
    if fautes:
        raise DonneesInvalides(fautes)
    return Habillage(
        modeles.get(WORD),
        modeles.get(DIAPOSITIVES),
        couleur,
        couleur_de_nuit=eclaircir(couleur, DE_NUIT) if couleur else "",
    )


def _couleur(chemin: str) -> tuple[str, list[Faute]]:
    """Return the colour that a convention gives, "" when it gives none, and what is wrong with
    it.
    """
    if not existe(chemin):
        return "", []
    document = examiner_yaml(chemin, CharteDeLaConvention)
    if document.objet is None:
        return "", document.fautes
    couleur = document.objet.couleur
    le_moindre = min(contraste(couleur, fond) for fond in DE_JOUR)
    if le_moindre < LISIBLE:
        trouve = f"{le_moindre:.1f}".replace(".", ",")
        return "", [document.dire(("couleur",), "couleur_trop_claire", ecrit=couleur, n=trouve)]
    return couleur, []


def remplaces(habillage: Habillage) -> list[str]:
    """Return what is ours in the templates of a convention, a sentence each: what they lack, what
    could not be read on its background.
    """
    regles = phrases("habillage.yaml")
    dits = []
    for nom, modele in ((WORD, habillage.word), (DIAPOSITIVES, habillage.diapositives)):
        if modele is None:
            continue
        if modele.absents:
            liste = ", ".join(f"« {absent} »" for absent in modele.absents)
            dits.append(regles["absents"][nom].format(fichier=nom, liste=liste))
        for illisible, trouve in modele.illisibles.items():
            nombre = f"{trouve:.1f}".replace(".", ",")
            dits.append(regles["illisible"].format(fichier=nom, nom=illisible, trouve=nombre))
    return dits
