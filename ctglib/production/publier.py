"""Noting a publication: what the public reports of a year show and hide, in the register of their
convention, with the fingerprints of their files.

The files that are there are read, and laid beside what the mask lets through today, which reckons
with all that was published before. A file that shows anything else is not published: it was made
from other data, with another key or before another publication, and side by side they could give a
hidden count away.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pandas as pd

from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import cle_de, racine
from ctglib.donnees.modeles.publications import Publication, RegistrePublie
from ctglib.donnees.publications import (
    chemin_de_l_ancien,
    chemin_du_registre,
    empreinte_de_la_cle,
    octets_du_registre,
)
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.production.echec import dire_refus
from ctglib.production.manifeste import (
    Manifeste,
    est_bureautique,
    lire_manifeste,
    phrases_des_fichiers_touches,
    versions,
)
from ctglib.secret.connu import noter
from ctglib.secret.publication import ENSEMBLE, PROFILS, publiable_de

CLASSEUR = "ctglib"
# Columns of a published table that tell a count: of which year, its value.
VALEURS = (
    ("annee", "valeur"),
    ("annee", "valeur_ancienne"),
    ("annee_precedente", "valeur_precedente"),
)
CITEES = 8  # cells, in a refusal

# A count, as a published table tells it: an indicator, its year and its modalité; or « profils »,
# a dispositif and its year, then each variable with its modalité.
Repere = tuple[str, ...]


class Note(NamedTuple):
    """What was noted."""

    publication: Publication
    chemin: str  # of the register, in the data folder
    nouvelle: bool  # else the very same had been noted before: nothing was written


def publier(convention: str, annee: int, jour: date, *, sortie: Path) -> Note:
    """Note in the register of a convention what its public reports of a year show and hide.

    Raises:
        DonneesInvalides: The data do not hold, or the key is not that of the register.
        Empechement: There is no report, one is not as it was made, or shows what the mask hides.
        EcritureImpossible: The register cannot be written, and is then as it was.
    """
    manifeste = lire_manifeste(sortie / convention)
    fichiers = fichiers_publies(manifeste, convention, annee)
    if not fichiers:
        raise Empechement(
            dire_refus("rien_a_publier", convention=convention, annee=annee, sortie=sortie)
        )
    touches = list(phrases_des_fichiers_touches(manifeste.chemin.parent, fichiers))
    suivi = lire_suivi_brut(convention, annee)
    effectifs = publiable_de(suivi, annee).effectifs
    montres = _reperes(effectifs[effectifs["montre"]])
    connus = _reperes(effectifs)
    for nom in fichiers:
        chemin = manifeste.chemin.parent / nom
        if nom.endswith(".csv") and chemin.is_file():
            touches += _cellules_de_trop(nom, chemin.read_bytes(), annee, montres, connus)
    if touches:
        lignes = [f"- {phrase}" for phrase in touches[:CITEES]]
        if len(touches) > CITEES:
            lignes.append(f"- … et {len(touches) - CITEES} de plus")
        raise Empechement(
            dire_refus(
                "pas_publiable", annee=annee, convention=convention, ecarts="\n".join(lignes)
            )
        )
    registre = suivi.registre
    cle = cle_de(registre.convention)
    numero = len(registre.publications) + 1
    montres_au_registre, caches_au_registre = noter(effectifs, numero, cle)
    publication = Publication(
        numero=numero,
        annee=annee,
        jour=jour,
        version=versions()[CLASSEUR],
        cle=empreinte_de_la_cle(cle) if cle else "",
        fichiers=fichiers,
        montres=montres_au_registre,
        caches=caches_au_registre,
    )
    return _noter(registre, publication)


def fichiers_publies(manifeste: Manifeste, convention: str, annee: int) -> dict[str, str]:
    """Return the files of the public reports that show a year, with their fingerprints.

    Those of the year and, of the others, those that read it as their last: the evaluation. What
    somebody may fill in is left out once it was.
    """
    etude = f"etude/{convention}/{annee}/"
    fichiers: dict[str, str] = {}
    for cle, trace in manifeste.traces.items():
        if cle.startswith(f"{annee}/") or any(part.startswith(etude) for part in trace.parts):
            fichiers |= trace.sorties
    remplis = {
        nom
        for nom in fichiers
        if est_bureautique(nom)
        and any(phrases_des_fichiers_touches(manifeste.chemin.parent, {nom: fichiers[nom]}))
    }
    return {nom: ecrite for nom, ecrite in sorted(fichiers.items()) if nom not in remplis}


def _noter(registre: RegistrePublie, publication: Publication) -> Note:
    """Write a register with one more publication, and without masque.csv, which is its first; not
    when the last one of the year has the same files.
    """
    convention = registre.convention
    chemin = chemin_du_registre(convention)
    de_l_annee = [
        ancienne for ancienne in registre.publications if ancienne.annee == publication.annee
    ]
    if de_l_annee and de_l_annee[-1].fichiers == publication.fichiers:
        return Note(de_l_annee[-1], chemin, nouvelle=False)
    publications = (*registre.publications, publication)
    octets = octets_du_registre(registre.model_copy(update={"publications": publications}))
    ancien = racine() / chemin_de_l_ancien(convention)
    ecrire({racine() / chemin: octets}, [ancien] if ancien.exists() else ())
    return Note(publication, chemin, nouvelle=True)


def _reperes(effectifs: pd.DataFrame) -> Mapping[Repere, set[int]]:
    """Return the values of counts, as published tables tell them; one may have been revised."""
    valeurs: dict[Repere, set[int]] = defaultdict(set)
    donnes = effectifs[effectifs["effectif"].notna()]
    for table, ligne, colonne, effectif in zip(
        donnes["table"], donnes["ligne"], donnes["colonne"], donnes["effectif"], strict=True
    ):
        sorte, annee, *reste = table.split("/")
        if sorte == PROFILS:
            places = sorted(place for place in (ligne, colonne) if place not in ("", ENSEMBLE))
            repere = (PROFILS, annee, *reste, *places)
        else:
            modalite = "" if ligne == ENSEMBLE else ligne.partition("/")[2]
            repere = (reste[-1], annee, modalite)
        valeurs[repere].add(int(effectif))
    return valeurs


def _cellules_de_trop(
    nom: str,
    contenu: bytes,
    annee: int,
    montres: Mapping[Repere, set[int]],
    connus: Mapping[Repere, set[int]],
) -> Iterator[str]:
    """Yield a sentence a cell of a published table that is not what the mask lets through."""
    lecture = csv.DictReader(io.StringIO(contenu.decode("utf-8"), newline=""))
    for numero, ligne in enumerate(lecture, 2):
        for repere, valeur in _comptes_d_une_ligne(PurePosixPath(nom).stem, ligne, annee):
            if repere in connus and round(float(valeur)) not in montres.get(repere, set()):
                quoi = " / ".join(filter(None, repere))
                yield f"{nom}, ligne {numero}, {quoi} : {valeur}"


def _comptes_d_une_ligne(
    table: str, ligne: Mapping[str, str], annee: int
) -> Iterator[tuple[Repere, str]]:
    """Yield the counts that a row of a published table shows."""
    if ligne.get("dispositif") and ligne.get("variable") and "effectif" in ligne:
        debut = (PROFILS, str(annee), ligne["dispositif"])
        places = [f"{ligne['variable']}/{ligne['modalite']}"]
        if ligne.get("variable_2"):
            places.append(f"{ligne['variable_2']}/{ligne['modalite_2']}")
        if ligne["effectif"]:
            yield (*debut, *sorted(places)), ligne["effectif"]
        if ligne.get("total"):
            yield debut, ligne["total"]
    if not ligne.get("indicateur") or ligne.get("serie"):
        return
    for colonne_de_l_annee, colonne in VALEURS:
        sa_valeur = ligne.get(colonne)
        son_annee = ligne.get(colonne_de_l_annee)
        if sa_valeur and son_annee:
            repere = (ligne["indicateur"], str(round(float(son_annee))), ligne.get("modalite", ""))
            yield repere, sa_valeur
