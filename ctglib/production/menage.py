"""What no longer has its place in a folder of reports: ours is removed, the rest is set aside.

Pages, PDFs, tables and what describes them are ours. A Word, OpenDocument, Excel or PowerPoint file
is ours when its bytes are those that the manifest says; somebody has filled in, or added, any
other. It goes to « a-reprendre/2026-11-30/ » in the folder, under its own path, never over another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import count, groupby
from pathlib import Path

from ctglib.donnees import lecture
from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.export.formats import formats_connus
from ctglib.production import plan
from ctglib.production.echec import dire_refus
from ctglib.production.manifeste import (
    Manifeste,
    est_bureautique,
    fichiers_presents,
    lire_manifeste,
    tel_qu_ecrit,
)
from ctglib.production.plan import A_REPRENDRE, CARNETS, ECHEC, Commande

NOTRES = (".html", ".pdf", ".csv", ".json")


def copies_des_remplis(
    dossier: Path, contenus: Mapping[str, bytes], ecrits: Mapping[str, str], jour: date
) -> dict[Path, bytes]:
    """Return, as copies to set aside, what somebody filled in and is about to be replaced.

    They are written with the files that take their place: all or none.

    Args:
        dossier: A folder of reports.
        contenus: What is about to be written there, by path in it.
        ecrits: The fingerprints of the files that its manifest lists.
        jour: Today.
    """
    copies = {}
    for nom, contenu in contenus.items():
        path = dossier / nom
        if not est_bureautique(nom) or not path.is_file() or tel_qu_ecrit(path, ecrits.get(nom)):
            continue
        present = path.read_bytes()
        # A production that was killed may have written it before the manifest.
        if present != contenu:
            copies[_place_libre(dossier, nom, jour)] = present
    return copies


def retirer(
    dossier: Path, noms: Iterable[str], ecrits: Mapping[str, str], jour: date
) -> list[Path]:
    """Take files out of a folder of reports, and return where those that are not ours are now.

    Raises:
        EcritureImpossible: One of them is open in another program.
    """
    mis_de_cote = []
    for nom in noms:
        path = dossier / nom
        if not path.is_file() or path.is_symlink():
            continue
        if path.suffix in NOTRES or tel_qu_ecrit(path, ecrits.get(nom)):
            with _dire_ce_qui_retient(path):
                path.unlink()
        else:
            mis_de_cote.append(_mettre_de_cote(dossier, nom, jour))
    return mis_de_cote


def ranger(commandes: Iterable[Commande], jour: date, carnets: Path = CARNETS) -> list[Path]:
    """Leave in the folders of some reports what their manifests list, and nothing else.

    The reports that the plan no longer has, such as that of a fiche that an avenant withdrew, go
    with their manifest's lines, but those of a closed year. A folder whose convention cannot be
    read is left as it is: nothing says which reports it may have.

    Args:
        commandes: The reports that were asked for, folder by folder.
        jour: Today.
        carnets: The folder of the notebooks.

    Returns:
        Where the files that are not ours are now.

    Raises:
        EcritureImpossible: One of them is open in another program.
    """
    mis_de_cote = []
    for dossier, groupe in groupby(commandes, key=lambda commande: commande.dossier):
        demandees = list(groupe)
        manifeste = lire_manifeste(dossier)
        cles = {commande.cle for commande in demandees}
        en_trop = _en_trop(manifeste)
        connues = {*manifeste.traces, *manifeste.echecs}
        if not en_trop and connues <= cles:
            continue
        convention = demandees[0].convention
        if convention.startswith(plan.PORTRAITS):
            possibles = cles
        else:
            try:
                possibles = plan.cles_possibles(convention, carnets)
            except DonneesInvalides:
                continue
        disparues = [
            cle for cle in connues - possibles if not _est_close(convention, cle, manifeste)
        ]
        ecrits: dict[str, str] = {}
        for cle in disparues:
            if cle in manifeste.traces:
                ecrits |= manifeste.traces[cle].sorties
        mis_de_cote += retirer(dossier, ecrits, ecrits, jour)
        if disparues:
            manifeste.oublier(disparues)
        mis_de_cote += _ranger_ce_qui_reste(manifeste, possibles, jour)
    return mis_de_cote


def _ranger_ce_qui_reste(
    manifeste: Manifeste, possibles: Collection[str], jour: date
) -> Iterator[Path]:
    """Remove what reports left, set aside what is of none, and yield where it is now.

    What may be of a report that the manifest does not know is left: that of another version of the
    program was unreadable perhaps, and making the report will replace it.
    """
    dossier = manifeste.chemin.parent
    for nom in _en_trop(manifeste):
        cle = _cle_du_fichier(nom, possibles)
        if not cle:
            yield _mettre_de_cote(dossier, nom, jour)
        elif cle in manifeste.traces:
            yield from retirer(dossier, [nom], {}, jour)


def _en_trop(manifeste: Manifeste) -> list[str]:
    """Return the paths of the files of a folder that its manifest does not list, links left out."""
    dossier = manifeste.chemin.parent
    attendus = manifeste.fichiers
    return [
        nom
        for nom in sorted(fichiers_presents(dossier) - attendus.keys())
        if not (dossier / nom).is_symlink()
    ]


def _cle_du_fichier(nom: str, cles: Collection[str]) -> str:
    """Return the key of the report that a file has the name of, "" for none.

    « 2025/bilan.presentation.pptx » and « 2025/bilan/moyens.csv » are of « 2025/bilan ».
    """
    for fin in (*formats_connus(), ECHEC):
        cle = nom.removesuffix(f".{fin}")
        if cle != nom and cle in cles:
            return cle
    dossier, _, _ = nom.rpartition("/")
    return dossier if dossier in cles else ""


def _est_close(convention: str, cle: str, manifeste: Manifeste) -> bool:
    """Tell whether a report was made from the copy that the closing of its year keeps."""
    from ctglib.donnees.plan import chemin_du_plan

    annee, _, _ = cle.rpartition("/")
    trace = manifeste.traces.get(cle)
    if not trace or not annee.isdigit():
        return False
    copie = chemin_du_plan(convention, int(annee))
    return copie in trace.lus and lecture.existe(copie)


def _mettre_de_cote(dossier: Path, nom: str, jour: date) -> Path:
    """Move a file to the folder of what is to be taken up again; return where it is now."""
    place = _place_libre(dossier, nom, jour)
    with _dire_ce_qui_retient(dossier / nom):
        place.parent.mkdir(parents=True, exist_ok=True)
        return (dossier / nom).rename(place)


@contextmanager
def _dire_ce_qui_retient(path: Path) -> Iterator[None]:
    """Say in words why a file cannot be taken away, when it cannot.

    Raises:
        EcritureImpossible: It is open in another program, or its folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raison = dire_refus("fichier_retenu", fichier=path, raison=error.strerror)
        raise EcritureImpossible(raison) from error


def _place_libre(dossier: Path, nom: str, jour: date) -> Path:
    """Return where a file is set aside: « a-reprendre/2026-11-30/2025/releve.docx », or « releve
    (2).docx » when there is one already.
    """
    place = dossier / A_REPRENDRE / jour.isoformat() / nom
    for rang in count(2):
        if not place.exists():
            break
        place = place.with_name(f"{Path(nom).stem} ({rang}){place.suffix}")
    return place
