"""The icon that opens the desk, put where the person finds it: on the computer's own desktop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ctglib.donnees.ecriture import EcritureImpossible, ecrire
from ctglib.donnees.fautes import mots, refus

NOM = "Rapports CTG"
ICI = Path(__file__).parent
LANCEUR = "rapports.cmd"  # on Windows: it also repairs the environment
# The folder of the desktop is asked of Windows, which may have moved it.
RACCOURCI = """
$ErrorActionPreference = 'Stop'
$chemin = Join-Path ([Environment]::GetFolderPath('Desktop')) ($env:CTG_NOM + '.lnk')
$lien = (New-Object -ComObject WScript.Shell).CreateShortcut($chemin)
$lien.TargetPath = $env:CTG_CIBLE
$lien.Arguments = $env:CTG_ARGUMENTS
$lien.WorkingDirectory = $env:CTG_DOSSIER
$lien.IconLocation = $env:CTG_ICONE
$lien.Save()
Write-Output $chemin
"""
BUREAU = """[Desktop Entry]
Type=Application
Name={nom}
Exec={commande}
Path={dossier}
Icon={icone}
Terminal=true
"""


def poser_l_icone(dossier: Path) -> Path:
    """Put an icon that opens the desk from a folder, the project's; return its file.

    Raises:
        DonneesInvalides: The computer refuses it.
    """
    dossier = dossier.absolute()
    if sys.platform == "win32":
        return sous_windows(dossier)
    return _ailleurs(dossier)


def sous_windows(dossier: Path) -> Path:
    """Put a shortcut on the desktop of Windows, as its own shell writes them."""
    lanceur = dossier / LANCEUR
    cible = lanceur if lanceur.exists() else Path(sys.executable)
    environnement = {
        **os.environ,
        "CTG_NOM": NOM,
        "CTG_CIBLE": str(cible),
        "CTG_ARGUMENTS": "" if lanceur.exists() else "-m ctglib ouvrir",
        "CTG_DOSSIER": str(dossier),
        "CTG_ICONE": str(ICI / "icone.ico"),
    }
    commande = ["powershell", "-NoProfile", "-NonInteractive", "-Command", RACCOURCI]
    try:
        fini = subprocess.run(
            commande, env=environnement, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise refus(str(dossier), *mots("icone_refusee", lanceur=LANCEUR)) from None
    return Path(fini.stdout.strip())


def _ailleurs(dossier: Path) -> Path:
    """Put a file of the freedesktop standard on the desktop; among the applications when there is
    no desktop.
    """
    commande = f'"{sys.executable}" -m ctglib ouvrir'
    icone = ICI / "icone.svg"
    texte = BUREAU.format(nom=NOM, commande=commande, dossier=dossier, icone=icone)
    chemin = _bureau_de_l_ordinateur() / "rapports-ctg.desktop"
    try:
        ecrire({chemin: texte.encode("utf-8")}, au_journal=True)
        chemin.chmod(0o755)
    except (OSError, EcritureImpossible):
        raise refus(str(chemin), *mots("icone_refusee", lanceur=LANCEUR)) from None
    return chemin


def _bureau_de_l_ordinateur() -> Path:
    applications = Path.home() / ".local" / "share" / "applications"
    if shutil.which("xdg-user-dir") is None:
        return applications
    fini = subprocess.run(["xdg-user-dir", "DESKTOP"], capture_output=True, text=True, check=False)
    bureau = Path(fini.stdout.strip())
    return bureau if bureau.is_dir() and bureau != Path.home() else applications
