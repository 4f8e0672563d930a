"""``ctg nouvelle-convention``: what is asked for is checked before any work, and the folder written whole or not."""

from __future__ import annotations

import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from ctglib.commandes.terminal import dire, promettre
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import CONVENTIONS, conventions, proches, racine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FICHES = 20
NOM = re.compile(r"[a-z][a-z0-9_]{0,59}")
QUESTIONS = {
    "territoire": "Code Insee de la commune, ou SIREN de l'EPCI (exemple : 62413)",
    "debut": "Premier jour de la convention (exemple : 2024-01-01)",
    "fin": "Dernier jour (exemple : 2028-12-31)",
    "parties": "Signataires, séparés par « ; » (exemple : Ville de Lens ; Caf du Pas-de-Calais)",
    "fiches": "Nombre de fiches action (exemple : 4)",
}

Nom = Annotated[str, typer.Argument(help="Nom du dossier à créer.", metavar="NOM", show_default=False)]
Depuis = Annotated[str, typer.Option("--depuis", help="Convention qui s'achève.", metavar="NOM")]
Territoire = Annotated[
    str, typer.Option("--territoire", help="Code Insee de la commune, ou SIREN de l'EPCI.", metavar="CODE")
]
Debut = Annotated[str, typer.Option("--debut", help="Premier jour (année-mois-jour).", metavar="DATE")]
Fin = Annotated[str, typer.Option("--fin", help="Dernier jour (année-mois-jour).", metavar="DATE")]
Parties = Annotated[str, typer.Option("--parties", help="Signataires, séparés par « ; ».", metavar="NOMS")]
Fiches = Annotated[int, typer.Option("--fiches", help="Nombre de fiches action.", metavar="NOMBRE")]


@promettre("Rien n'a été écrit.")
def nouvelle_convention(
    nom: Nom, depuis: Depuis = "", territoire: Territoire = "", debut: Debut = "", fin: Fin = "",
    parties: Parties = "", fiches: Fiches = 0,
) -> None:  # fmt: skip
    """Écrire le dossier d'une convention : à remplir, ou d'après celle qui s'achève (--depuis)."""
    from ctglib.commandes.brouillon import commencer, poursuivre
    from ctglib.document.typographie import date_longue
    from ctglib.rapports.evaluation import ouvrir_evaluation

    given = {"territoire": territoire, "debut": debut, "fin": fin, "parties": parties, "fiches": str(fiches or "")}
    if not depuis and sys.stdin.isatty():
        given |= {name: input(f"{QUESTIONS[name]} : ").strip() for name, text in given.items() if not text}
    known = conventions()
    begins, ends = (_jour(f"--{name}", given[name]) for name in ("debut", "fin"))
    faults = [*_nom(nom, known), *_dates(begins, ends)]
    if depuis:
        if depuis not in known:
            expected = f"le nom d'un dossier de « {CONVENTIONS} » : {', '.join(known)}"
            remedy = next((f"écrire « {close} »" for close in proches(depuis, known)), "écrire l'un de ces noms")
            faults.append(Faute(CONVENTIONS, f"la convention inconnue « {depuis[:80]} »", expected, remedy))
        _refuser(faults)
        study = ouvrir_evaluation(depuis).etude
        last = study.suivi.fin
        if begins <= last:
            expected = f"une date après la fin de l'ancienne convention, {date_longue(last)}"
            raise refus(CONVENTIONS, f"un début le {date_longue(begins)}", expected, "corriger le début")
        files, told = poursuivre(nom, study, depuis, begins, ends)
    else:
        names = [party.strip() for party in given["parties"].split(";") if party.strip()]
        count = int(given["fiches"]) if given["fiches"].isdecimal() else 0
        faults += _territoire(given["territoire"])
        if len(names) < 2:
            remedy = '--parties "Ville de Lens ; Caf du Pas-de-Calais", par exemple'
            faults.append(Faute(CONVENTIONS, f"{len(names)} signataire", "deux signataires au moins", remedy))
        if not 1 <= count <= FICHES:
            faults.append(Faute(CONVENTIONS, f"{count} fiches action", f"de 1 à {FICHES} fiches", "écrire --fiches 4"))
        _refuser(faults)
        files, told = commencer(nom, given["territoire"], begins, ends, parties=names, fiches=count)
    ecrire({racine() / path: content for path, content in files.items()})
    dire(*told)


def _refuser(fautes: list[Faute]) -> None:
    if fautes:
        raise DonneesInvalides(fautes)


def _jour(option: str, texte: str) -> date | None:
    """Return the date of an option, None when it was not given."""
    try:
        return date.fromisoformat(texte) if texte else None
    except ValueError:
        found = f"« {texte[:40]} » pour {option}"
        raise refus(CONVENTIONS, found, "une date, année-mois-jour", f"écrire {option} 2027-01-01") from None


def _nom(nom: str, known: Sequence[str]) -> Iterator[Faute]:
    if not NOM.fullmatch(nom):
        expected = "une lettre minuscule, puis des minuscules sans accent, des chiffres ou « _ » (60 signes au plus)"
        yield Faute(CONVENTIONS, f"le nom « {nom[:80]} »", expected, "choisir un autre nom, par exemple harnes_2027")
    elif nom in known:
        remedy = "choisir un autre nom : rien n'est jamais écrasé"
        yield Faute(f"{CONVENTIONS}/{nom}", "un dossier déjà là", "un nom libre", remedy)


def _dates(debut: date | None, fin: date | None) -> Iterator[Faute]:
    from ctglib.document.typographie import date_longue

    for name, value, example in (("--debut", debut, "2027-01-01"), ("--fin", fin, "2030-12-31")):
        if value is None:
            remedy = f"ajouter {name} {example}, par exemple"
            yield Faute(CONVENTIONS, f"aucune date pour « {name} »", "une date, année-mois-jour", remedy)
    if debut and fin and fin <= debut:
        expected = f"une date après le début, {date_longue(debut)}"
        yield Faute(CONVENTIONS, f"une fin le {date_longue(fin)}", expected, "corriger l'une des deux dates")


def _territoire(code: str) -> Iterator[Faute]:
    from ctglib.donnees import publiques

    expected = "le code Insee d'une commune ou le SIREN d'un EPCI, du code officiel géographique"
    if re.fullmatch(r"[0-9][0-9AB][0-9]{3}|[0-9]{9}", code):
        if publiques.territoires([code], niveaux=("commune", "epci")).empty:
            remedy = "vérifier le code (cinq ou neuf signes)"
            yield Faute(CONVENTIONS, f"le territoire inconnu « {code} »", expected, remedy)
        return
    places = publiques.territoires(niveaux=("commune", "epci"))
    named = places[places["nom"].str.casefold() == code.casefold()]
    close = named if len(named) else places[places["nom"].isin(proches(code, places["nom"].tolist(), 0.8))]
    told = " ; ".join(f"--territoire {row.code} ({row.nom})" for row in close.head(3).itertuples())
    yield Faute(
        CONVENTIONS, f"le territoire « {code[:80]} »", expected, told or "écrire --territoire 62413, par exemple"
    )
