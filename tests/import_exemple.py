"""A whole year filled in the workbook, in every way that a cell can be, and what it must become."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from classeur_rempli import cadre, cellule, colonne, ligne, photographie, poser, vierge
from openpyxl import Workbook

from ctglib.collecte.fichiers import recevoir
from ctglib.collecte.importer import Preparation, preparer, preparer_dans
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import racine
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import valider

SUIVI = Path("conventions") / "harnes" / "suivi"
PROFIL = ("Conseil municipal des jeunes (CMJ)", "Sexe", "Filles")
POSTURE = (
    "Chargé de coopération CTG",
    "Attendus",
    "Conduire les diagnostics, notamment sur l'inclusion",
)
JOUR = date(2026, 2, 12)  # of the import
LIBRE = ("", "", "", "", "")


def annee_entiere(annee: int = 2025) -> Workbook:
    """Return a workbook in which every sheet says something, in every way that a cell can be
    filled.
    """
    wb = vierge("", annee)
    valeur = f"Valeur_{annee}"
    poser(
        wb,
        "Actions",
        "1.1",
        **{f"État_fin_{annee}": "En cours", "Date_de_début": datetime(2024, 3, 15)},
    )
    poser(wb, "Actions", "4.1", **{f"État_fin_{annee}": "Réalisée", "Date_de_début": "01/02/2024"})
    poser(
        wb,
        "Actions",
        "4.1",
        Date_de_fin="30-06-2024",
        Ce_qui_a_été_fait="=SOMME n'est pas une formule ici",
    )
    cellule(wb, "Actions", "4.1", "Ce qui a été fait").data_type = "s"
    poser(wb, "Indicateurs", "am_agreees", **{valeur: 58})
    poser(
        wb,
        "Indicateurs",
        "am_en_activite",
        **{valeur: 0, "État_de_la_valeur": "Provisoire", "Note": "À confirmer"},
    )
    poser(wb, "Indicateurs", "places_agreees", **{"État_de_la_valeur": "Non transmise"})
    poser(wb, "Indicateurs", "heures_realisees", **{valeur: "12\u202f345"})
    poser(wb, "Indicateurs", "etp_rpe", **{valeur: "0,8 ".strip()})
    poser(wb, "Indicateurs", "part_temps_referentiel", **{valeur: 0.59})
    cellule(wb, "Indicateurs", "part_temps_referentiel", f"Valeur {annee}").number_format = "0%"
    poser(wb, "Moyens", ("Ville de Harnes",), **{f"Année_{annee}": 1.5})
    free = ligne(wb["Moyens"], *LIBRE)
    for title, value in {
        "Signataire": "Caf du Pas-de-Calais",
        "Nature": "Euros d'investissement",
        "Poste": "Investissement",
        f"Année {annee}": "20 000,50 €",
    }.items():
        wb["Moyens"].cell(free, colonne(wb["Moyens"], title)).value = value
    poser(wb, "Profils", PROFIL, **{f"Effectif_{annee}": 4})
    poser(wb, "Posture", POSTURE, **{f"Niveau_{annee}": "3 – Installé"})
    poser(wb, "Appréciations", "comite_date", Date=date(annee + 1, 2, 12))
    poser(
        wb,
        "Appréciations",
        "1.reussites",
        Texte="Trois familles de plus\n- Un atelier par mois : tenu",
    )
    poser(
        wb,
        "Appréciations",
        f"decision.d{annee}_1",
        Texte="Ouvrir une permanence",
        Date="30/09/2026",
    )
    return wb


def importer(*chemins: Path, **options: object) -> Preparation:
    """Import files and return what was written."""
    ready = preparer(list(chemins), jour=JOUR, **options)
    ready.ecrire()
    return ready


def fautes(*chemins: Path, seul: bool = True, **options: object) -> tuple[Faute, ...]:
    """Return the faults of an import, once it is sure that nothing was written.

    ``seul``: the convention and the year need no reading, since the file says them rightly. Nothing
    is ever written here, a fault or none: these tests read the project's own data.
    """
    folder = racine() / "conventions"
    before = photographie(folder)
    with pytest.raises(DonneesInvalides) as caught:
        _preparer(list(chemins), seul, options)
    assert photographie(folder) == before
    return caught.value.fautes


def _preparer(chemins: list[Path], seul: bool, options: dict) -> Preparation:
    if seul:
        classeurs, fautes_de_lecture = recevoir(chemins)
        ready = preparer_dans(cadre(), classeurs, jour=JOUR)
        if fautes_de_lecture or ready.fautes:
            raise DonneesInvalides([*fautes_de_lecture, *ready.fautes])
        return ready
    return preparer(chemins, jour=JOUR, **options)


def lignes(dossier: Path, nom: str, annee: int = 2025) -> list[str]:
    """Return the lines of a CSV of the follow-up, header left out."""
    return (
        (dossier / SUIVI / str(annee) / f"{nom}.csv").read_text(encoding="utf-8").splitlines()[1:]
    )


def verifier_l_annee_entiere(donnees: Path) -> None:
    assert lignes(donnees, "actions") == [
        "1,1.1,en_cours,2024-03-15,,,,,",
        "4,4.1,realisee,2024-02-01,2024-06-30,,=SOMME n'est pas une formule ici,,",
    ]
    observations = [line.split(",")[2:9] for line in lignes(donnees, "observations")]
    assert observations == [
        ["am_agreees", "", "", "2025", "58", "nombre", "A"],
        ["am_en_activite", "", "", "2025", "0", "nombre", "P"],
        ["etp_rpe", "", "", "2025", "0.8", "etp", "A"],
        ["heures_realisees", "", "", "2025", "12345", "heures", "A"],
        ["part_temps_referentiel", "", "", "2025", "59", "pourcent", "A"],
        ["places_agreees", "", "", "2025", "", "nombre", "L"],
    ]
    assert lignes(donnees, "moyens") == [
        "caf,,,investissement,investissement,20000.5,A,",
        "ville,1,,etp,relais_petite_enfance,1.5,A,",
    ]
    assert lignes(donnees, "profils") == ["cmj,sexe,filles,,,4,A"]
    assert lignes(donnees, "posture") == ["Chargé de coopération CTG,attendus,diagnostics,3,"]
    suivi = lire_suivi_brut("harnes").suivis[2025]
    assert suivi.bilan.comite.date == date(2026, 2, 12)
    assert [(item.id, item.texte, item.echeance) for item in suivi.bilan.comite.decisions] == [
        ("d2025_1", "Ouvrir une permanence", date(2026, 9, 30))
    ]
    assert suivi.appreciations[0].reussites == (
        "Trois familles de plus",
        "Un atelier par mois : tenu",
    )
    assert valider("harnes")


ESPACE = "/".join(
    ("http:", "", "openoffice.org", "2001", "registry")
)  # a name of XML, not an address to call
LOCALE = f"""<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="{ESPACE}"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>fr-FR</value></prop></item></oor:items>"""


def libreoffice(source: Path | Iterable[Path], dossier: Path, format_: str) -> None:
    """Open a file, or several, in a French LibreOffice and save each again in a folder."""
    sources = [source] if isinstance(source, Path) else source
    profile = dossier / "profil"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(LOCALE, encoding="utf-8")
    command = [
        "soffice",
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--convert-to",
        format_,
    ]
    command += ["--outdir", str(dossier), *map(str, sources)]
    _lancer(command)


ESPACE_DES_MACROS = "/".join(("http:", "", "openoffice.org", "2000", "script"))
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="{espace}" script:name="Module1"
 script:language="StarBasic">{macro}</script:module>"""
_MACRO = """Sub Remplir
 Dim options(0) As New com.sun.star.beans.PropertyValue
 options(0).Name = "Hidden"
 options(0).Value = True
 classeur = StarDesktop.loadComponentFromURL("{source}", "_blank", 0, options())
{saisies}
 options(0).Name = "FilterName"
 options(0).Value = "Calc MS Excel 2007 XML"
 classeur.storeToURL("{cible}", options())
 classeur.close(True)
End Sub"""


def remplir_par_libreoffice(
    source: Path, dossier: Path, saisies: dict[tuple[str, str], str | float]
) -> Path:
    """Open a workbook in a French LibreOffice, type in its cells (a sheet, « H5 »), save it under
    the same name in a folder, and return its path.
    """
    profile = dossier / "profil"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(LOCALE, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    # It makes its folder of macros as it starts for the first time, with an empty one in it.
    _lancer([*command, "--terminate_after_init"])
    lignes = []
    for (feuille, lieu), valeur in saisies.items():
        propriete = "String" if isinstance(valeur, str) else "Value"
        ecrite = f'"{valeur}"' if isinstance(valeur, str) else valeur
        cellule_ = f'classeur.Sheets.getByName("{feuille}").getCellRangeByName("{lieu}")'
        lignes.append(f" {cellule_}.{propriete} = {ecrite}")
    cible = dossier / source.name
    macro = _MACRO.format(source=source.as_uri(), cible=cible.as_uri(), saisies="\n".join(lignes))
    module = _MODULE.format(macro=escape(macro), espace=ESPACE_DES_MACROS)
    chemin = profile / "user" / "basic" / "Standard" / "Module1.xba"
    chemin.write_text(module, encoding="utf-8")
    _lancer([*command, "macro:///Standard.Module1.Remplir"])
    return cible


def _lancer(command: list[str]) -> None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(command, check=True, capture_output=True, timeout=180, env=environment)


avec_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"),
    reason="LibreOffice n'est pas installé (apt-get install libreoffice-calc)",
)
