"""A year of the demonstration that is open again, its chapô signed: what ``ctg clore`` is tried on."""

from __future__ import annotations

from pathlib import Path

NOM = "demonstration"
ANNEE = 2025
CONVENTION = Path("conventions") / NOM
SUIVI = CONVENTION / "suivi" / str(ANNEE)
CHAPO = """\
messages:
  - rapport: bilan
    rubrique: chapo
    texte: Une fiche de poste est signée, le reste avance
    auteur: Coordination de la CTG
    date: 2026-02-01
"""


def remplacer(path: Path, avant: str, apres: str) -> None:
    """Replace the first place of a text in a file."""
    texte = path.read_text(encoding="utf-8")
    assert avant in texte, f"{avant} dans {path.name}"
    path.write_text(texte.replace(avant, apres, 1), encoding="utf-8")


def rouvrir(donnees: Path, annee: int = ANNEE) -> None:
    """Make a year of the demonstration provisional, as before its closing, its chapô signed."""
    dossier = donnees / CONVENTION / "suivi" / str(annee)
    (dossier / "plan.yaml").unlink(missing_ok=True)
    remplacer(dossier / "bilan.yaml", "statut: definitif", "statut: provisoire  # à valider")
    (dossier / "messages.yaml").write_text(CHAPO, encoding="utf-8")
