"""``ctg nouvelle-convention``: what is asked for is checked before any work, and the folder written whole or not."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import typer

from ctglib.commandes.terminal import dire, promettre
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import CONVENTIONS, conventions, proches, racine

FICHES = 20
NOM = re.compile(r"[a-z][a-z0-9_]{0,59}")
NOM_VALABLE = "une lettre minuscule, puis des minuscules sans accent, des chiffres ou « _ » (60 signes au plus)"
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
    names = [party.strip() for party in given["parties"].split(";") if party.strip()]
    count = int(given["fiches"]) if given["fiches"].isdecimal() else 0
    named = NOM.fullmatch(nom)
    close = [f"écrire « {one} »" for one in proches(depuis, known)]
    day, first, last = "une date, année-mois-jour", *(one and date_longue(one) for one in (begins, ends))
    cases = (
        (not named, f"le nom « {nom[:80]} »", NOM_VALABLE, "choisir un autre nom, par exemple harnes_2027"),
        (named and nom in known, f"un dossier déjà là, {CONVENTIONS}/{nom}", "un nom libre",
         "choisir un autre nom : rien n'est jamais écrasé"),
        (not begins, "aucune date pour « --debut »", day, "ajouter --debut 2027-01-01, par exemple"),
        (not ends, "aucune date pour « --fin »", day, "ajouter --fin 2030-12-31, par exemple"),
        (begins and ends and ends <= begins, f"une fin le {last}", f"une date après le début, {first}",
         "corriger l'une des deux dates"),
        (depuis and depuis not in known, f"la convention inconnue « {depuis[:80]} »",
         f"le nom d'un dossier de « {CONVENTIONS} » : {', '.join(known)}", *[*close, "écrire l'un de ces noms"][:1]),
        (not depuis and len(names) < 2, f"{len(names)} signataire", "deux signataires au moins",
         '--parties "Ville de Lens ; Caf du Pas-de-Calais", par exemple'),
        (not depuis and not 1 <= count <= FICHES, f"{count} fiches action", f"de 1 à {FICHES} fiches",
         "écrire --fiches 4"),
    )  # fmt: skip
    faults = [Faute(CONVENTIONS, *words) for wrong, *words in cases if wrong]
    if faults := [*faults, *(() if depuis else _territoire(given["territoire"]))]:
        raise DonneesInvalides(faults)
    if depuis:
        study = ouvrir_evaluation(depuis).etude
        over = study.suivi.fin
        if begins <= over:
            expected = f"une date après la fin de l'ancienne convention, {date_longue(over)}"
            raise refus(CONVENTIONS, f"un début le {first}", expected, "corriger le début")
        files, told = poursuivre(nom, study, depuis, begins, ends)
    else:
        files, told = commencer(nom, given["territoire"], begins, ends, parties=names, fiches=count)
    ecrire({racine() / path: content for path, content in files.items()})
    dire(*told)


def _jour(option: str, texte: str) -> date | None:
    """Return the date of an option, None when it was not given."""
    try:
        return date.fromisoformat(texte) if texte else None
    except ValueError:
        found = f"« {texte[:40]} » pour {option}"
        raise refus(CONVENTIONS, found, "une date, année-mois-jour", f"écrire {option} 2027-01-01") from None


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
