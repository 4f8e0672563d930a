"""How a value is said of an indicator that has no sentence of its own: by its label and its unit.

« Places ouvertes » are counted (« on compte 32 places ouvertes »), « Coût de la navette » is worth
something (« le coût de la navette est de 18 500 € »). What begins a label otherwise is quoted. The
sentences, and the words that take an article, are ``tournures`` in ``messages.yaml``.
"""

from dataclasses import dataclass

from ctglib.calculs.ecriture import minuscule
from ctglib.document.typographie import remplir
from ctglib.donnees.lecture import sans_accents
from ctglib.donnees.modeles.catalogue import Indicateur, Unite
from ctglib.donnees.modeles.rapports import Tournures


@dataclass(frozen=True)
class Tournure:
    """How an indicator is said: its sentence, and what stands there for its label."""

    phrase: str
    noms: str  # « places ouvertes », « le coût de la navette »
    compte: bool  # whether the sentence counts what the label names, without its unit

    def dire(self, valeur: str) -> str:
        """Return the sentence, with a value that is already written."""
        return remplir(self.phrase, valeur=valeur, noms=self.noms)


def tournure(indicateur: Indicateur, unite: Unite, regles: Tournures) -> Tournure | None:
    """Return how an indicator is said, None when its label does not begin as one that can be."""
    libelle = indicateur.libelle
    premier_mot = libelle.partition(" ")[0]
    if unite.forme != "nombre":
        return None
    for debut in regles.nombres:
        if libelle.startswith(debut):
            return Tournure(regles.compte, libelle.removeprefix(debut), compte=True)
    for article, mots in regles.articles.items():
        if premier_mot in mots:
            espace = "" if article.endswith("'") else " "
            sujet = f"{article}{espace}{minuscule(libelle)}"
            return Tournure(regles.vaut, sujet, compte=False)
    noms_de_l_unite = [sans_accents(nom) for nom in (unite.symbole, unite.libelle)]
    if sans_accents(premier_mot) in noms_de_l_unite:
        return Tournure(regles.compte, minuscule(libelle), compte=True)
    if not premier_mot.endswith(("s", "x")):
        return None
    if unite.id == "nombre":
        return Tournure(regles.compte, minuscule(libelle), compte=True)
    if unite.id not in regles.en_tant:
        return None
    return Tournure(regles.valent, minuscule(libelle), compte=False)
