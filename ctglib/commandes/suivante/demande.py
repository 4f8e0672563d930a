"""What is asked for, checked before any work: a name that is free, a convention that is there, dates that follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.document.typographie import date_longue
from ctglib.donnees.conventions import conventions
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

DOSSIER = "conventions"
FICHES = 20
NOM = re.compile(r"[a-z][a-z0-9_]{0,59}")


def verifier_demande(
    nom: str, ancienne: str, debut: date | None, fin: date | None, *, apres: date | None = None
) -> None:
    """Refuse a name or dates that do not do, all at once.

    Args:
        nom: Name of the folder to write.
        ancienne: Name of the convention that ends.
        debut: First day of the next one.
        fin: Its last day.
        apres: Last day of the one that ends, once it is known.

    Raises:
        DonneesInvalides: With what to write instead.
    """
    faults = [*_noms(nom, ancienne), *_dates(debut, fin), *_succession(debut, apres)]
    if faults:
        raise DonneesInvalides(faults)


def verifier_nouvelle(
    nom: str, territoire: str, debut: date | None, fin: date | None, *, parties: Sequence[str], fiches: int
) -> None:
    """Refuse what cannot begin a convention, all at once.

    Raises:
        DonneesInvalides: With what to write instead.
    """
    faults = [*_nom(nom, conventions()), *_territoire(territoire), *_dates(debut, fin)]
    if len([party for party in parties if party]) < 2:
        expected, remedy = "deux signataires au moins", '--parties "Ville de Lens ; Caf du Pas-de-Calais", par exemple'
        faults.append(Faute(DOSSIER, f"{len(parties)} signataire", expected, remedy))
    if not 1 <= fiches <= FICHES:
        faults.append(Faute(DOSSIER, f"{fiches} fiches action", f"de 1 à {FICHES} fiches", "écrire --fiches 4"))
    if faults:
        raise DonneesInvalides(faults)


def _territoire(code: str) -> Iterator[Faute]:
    from ctglib.donnees import publiques

    expected = "le code Insee d'une commune ou le SIREN d'un EPCI, du code officiel géographique"
    if re.fullmatch(r"[0-9][0-9AB][0-9]{3}|[0-9]{9}", code):
        known = publiques.territoires([code], niveaux=("commune", "epci"))
        if len(known) == 0:
            yield Faute(
                DOSSIER, f"le territoire inconnu « {code} »", expected, "vérifier le code (cinq ou neuf signes)"
            )
        return
    places = publiques.territoires(niveaux=("commune", "epci"))
    named = places[places["nom"].str.casefold() == code.casefold()]
    close = named if len(named) else places[places["nom"].isin(proches(code, places["nom"].tolist(), 0.8))]
    told = " ; ".join(f"--territoire {row.code} ({row.nom})" for row in close.head(3).itertuples())
    yield Faute(DOSSIER, f"le territoire « {code[:80]} »", expected, told or "écrire --territoire 62413, par exemple")


def _noms(nom: str, ancienne: str) -> Iterator[Faute]:
    known = conventions()
    yield from _nom(nom, known)
    if ancienne not in known:
        close = proches(ancienne, known)
        remedy = f"écrire « {close[0]} »" if close else "écrire l'un de ces noms"
        yield Faute(
            DOSSIER,
            f"la convention inconnue « {ancienne[:80]} »",
            f"le nom d'un dossier de « {DOSSIER} » : {', '.join(known)}",
            remedy,
        )


def _nom(nom: str, known: Sequence[str]) -> Iterator[Faute]:
    if not NOM.fullmatch(nom):
        expected = "une lettre minuscule, puis des minuscules sans accent, des chiffres ou « _ » (60 signes au plus)"
        yield Faute(DOSSIER, f"le nom « {nom[:80]} »", expected, "choisir un autre nom, par exemple harnes_2027")
    elif nom in known:
        yield Faute(
            f"{DOSSIER}/{nom}", "un dossier déjà là", "un nom libre", "choisir un autre nom : rien n'est jamais écrasé"
        )


def _dates(debut: date | None, fin: date | None) -> Iterator[Faute]:
    for name, value, example in (("--debut", debut, "2027-01-01"), ("--fin", fin, "2030-12-31")):
        if value is None:
            expected = "une date, année-mois-jour"
            yield Faute(DOSSIER, f"aucune date pour « {name} »", expected, f"ajouter {name} {example}, par exemple")
    if debut and fin and fin <= debut:
        yield Faute(
            DOSSIER,
            f"une fin le {date_longue(fin)}",
            f"une date après le début, {date_longue(debut)}",
            "corriger l'une des deux dates",
        )


def _succession(debut: date | None, apres: date | None) -> Iterator[Faute]:
    if debut and apres and debut <= apres:
        yield Faute(
            DOSSIER,
            f"un début le {date_longue(debut)}",
            f"une date après la fin de l'ancienne convention, {date_longue(apres)}",
            "corriger le début",
        )
