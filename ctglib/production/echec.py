"""Why a report could not be made, in words its reader can act upon."""

from __future__ import annotations

from dataclasses import dataclass

RELANCER = "Corriger, enregistrer, puis relancer ctg produire."
CARNET = (
    "Remettre le carnet tel qu'il a été livré (git restore notebooks), ou corriger la cellule dans JupyterLab, puis "
    "relancer ctg produire."
)
INSTALLER = "Refaire l'environnement (rapports.cmd sous Windows, make rapports ailleurs), puis relancer ctg produire."
TRANSMETTRE = (
    "Relancer ctg produire. Si l'échec se répète, transmettre cette page à la personne qui tient le classeur : elle "
    "dit l'endroit et la cause."
)
# Errors of Python that a reader may meet: the sentence ({} is what Python says) and what to do.
CAUSES = {
    "NameError": ("un nom employé dans la cellule n'existe pas ({})", CARNET),
    "SyntaxError": ("la cellule n'est pas du Python correct ({})", CARNET),
    "IndentationError": ("la cellule n'est pas du Python correct ({})", CARNET),
    "AttributeError": ("la cellule demande quelque chose que le classeur ne connaît pas ({})", CARNET),
    "TypeError": ("une fonction a reçu ce qu'elle n'attendait pas ({})", TRANSMETTRE),
    "KeyError": ("la clé {} est introuvable", TRANSMETTRE),
    "ModuleNotFoundError": ("un paquet n'est pas installé ({})", INSTALLER),
    "ImportError": ("un paquet ne se charge pas ({})", INSTALLER),
    "MemoryError": (
        "la mémoire de l'ordinateur n'a pas suffi",
        "Fermer d'autres programmes, ou relancer avec --travailleurs 1.",
    ),
    "TypstError": ("le PDF n'a pas pu être composé aux normes PDF/A et PDF/UA ({})", TRANSMETTRE),
}
DONNEES = "DonneesInvalides"
VALEUR = "ValueError"


@dataclass(frozen=True)
class Echec:
    """What failed, where, why, and what to do.

    Attributes:
        cause: One sentence.
        remede: What to do.
        carnet: File name of the notebook, when it is the notebook that stopped.
        cellule: Its cell, counted from 1 as the notebook is delivered.
        section: The heading above that cell.
        ligne: Line within the cell.
        code: That line.
        details: What else there is to say: the faults of the data, the trace of a fault of ours.
    """

    cause: str
    remede: str
    carnet: str = ""
    cellule: int | None = None
    section: str = ""
    ligne: int | None = None
    code: str = ""
    details: str = ""

    @classmethod
    def de_l_erreur(cls, type_: str, valeur: str, **lieu: object) -> Echec:
        """Return the failure of an error known by the name of its type and by its text."""
        premiere, _, suite = valeur.strip().partition("\n")
        if type_ == DONNEES:
            return cls(f"{premiere.rstrip(' :')}.", RELANCER, details=suite, **lieu)
        if type_ == VALEUR:  # ours are sentences in French
            return cls(premiere or VALEUR, CARNET, details=suite, **lieu)
        phrase, remede = CAUSES.get(type_, (f"{type_} : {{}}", TRANSMETTRE))
        cause = phrase.replace("{}", premiere or type_)
        return cls(f"{cause[:1].upper()}{cause[1:]}.", remede, details=suite, **lieu)

    @property
    def lieu(self) -> str:
        """Where it failed, empty when it is not in a notebook."""
        if self.cellule is None:
            return ""
        section = f", section « {self.section} »" if self.section else ""
        ligne = f", ligne {self.ligne}" if self.ligne else ""
        return f"Le carnet {self.carnet} s'est arrêté à la cellule {self.cellule}{section}{ligne}."

    def __str__(self) -> str:
        code = f"    code : {self.code}" if self.code else ""
        lines = [self.lieu, code, f"    cause : {self.cause}", self.details, f"    à faire : {self.remede}"]
        return "\n".join(line for line in lines if line)


class RapportEchoue(Exception):
    """A report could not be made; ``echec`` says where and why."""

    def __init__(self, echec: Echec) -> None:
        super().__init__(echec)
        self.echec = echec

    def __str__(self) -> str:
        return str(self.echec)
