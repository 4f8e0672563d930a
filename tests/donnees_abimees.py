"""Damage a data file as a worked case says, and the whole message that the case expects."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import yaml
from donnees_suivies import DONNEES
from PIL import Image

from ctglib.donnees.modeles.convention import Convention

HARNES = "conventions/harnes/convention.yaml"


def _reperes() -> dict[str, str]:
    """Return what a case names and that the code or the convention has: their keys, their rows."""
    text = (DONNEES / HARNES).read_text(encoding="utf-8")
    convention = yaml.safe_load(text)
    return {
        "{cles_de_convention}": ", ".join(Convention.model_fields),
        "{enjeux}": ", ".join(enjeu["id"] for enjeu in convention["enjeux"]),
        "{fiches}": ", ".join(str(fiche["numero"]) for fiche in convention["fiches"]),
        "{ligne_des_mouvements}": str(
            _ligne(text, "- type: flux\n        nom: accueil-mouvements")
        ),
    }


def _ligne(texte: str, mot: str) -> int:
    return texte[: texte.index(mot)].count("\n") + 1


REPERES = _reperes()


def message(fichier: str, faute: dict, ici: int) -> str:
    """Return the whole message that a case expects; « ici+1 » is the line after the replaced text."""
    ligne = faute.get("ligne")
    if isinstance(ligne, str):
        ligne = ici + int(ligne.partition("+")[2] or 0)
    place = [
        faute.get("fichier", fichier),
        *([f"ligne {ligne}"] if ligne else []),
        *([f"« {faute['colonne']} »"] if "colonne" in faute else []),
    ]
    trouve, attendu = (_rempli(faute[cle]) for cle in ("trouve", "attendu"))
    return f"{', '.join(place)}\n    trouvé : {trouve}\n    attendu : {attendu}\n    à faire : {faute['a_faire']}"


def _rempli(texte: str) -> str:
    for repere, valeur in REPERES.items():
        texte = texte.replace(repere, valeur)
    return texte


def abimer(path: Path, cas: dict) -> int:
    """Damage a file as a case says, and return the line of what changed."""
    if cas.get("supprimer"):
        path.unlink()
        return 0
    if "renommer" in cas:
        path.rename(path.with_name(cas["renommer"]))
        return 0
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = changer(before, cas)
    path.write_bytes(after.encode(cas.get("encodage", "utf-8")))
    if "ajouter" in cas:
        return after.rstrip("\n").count("\n") + 1
    return before[: before.index(cas["remplacer"])].count("\n") + 1 if "remplacer" in cas else 0


def changer(before: str, cas: dict) -> str:
    """Return the text of a file as a case changes it."""
    if "remplacer" in cas:
        assert cas["remplacer"] in before
        return before.replace(cas["remplacer"], cas["par"], 1)
    if "retirer_colonne" in cas or "ajouter_colonne" in cas:
        return changer_colonne(before, cas)
    return cas.get("contenu", before) + cas.get("ajouter", "")


def changer_colonne(before: str, cas: dict) -> str:
    """Return a CSV with a column removed, or an empty one added at its right."""
    header, *rows = csv.reader(io.StringIO(before, newline=""))
    if "ajouter_colonne" in cas:
        rows = [[*header, cas["ajouter_colonne"]], *([*row, ""] for row in rows)]
    else:
        rank = header.index(cas["retirer_colonne"])
        rows = [row[:rank] + row[rank + 1 :] for row in [header, *rows]]
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def remplacer(path: Path, avant: str, apres: str) -> None:
    """Replace the first occurrence of a text, which must be there."""
    texte = path.read_text(encoding="utf-8")
    assert avant in texte
    path.write_text(texte.replace(avant, apres, 1), encoding="utf-8", newline="")


def png(largeur: int, hauteur: int) -> bytes:
    """Return a white image."""
    written = io.BytesIO()
    Image.new("1", (largeur, hauteur)).save(written, "PNG")
    return written.getvalue()
