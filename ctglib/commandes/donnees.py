"""``ctg valider``, ``gabarit``, ``importer``, ``figer``, ``source`` and a new convention: what goes
into the data.
"""

import re
import sys
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from ctglib.commandes.options import ABlanc, Conventions, LaConvention
from ctglib.commandes.terminal import compter, dire, montrer, promettre, refuser
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import CONVENTIONS, conventions, proches, racine

RIEN = "Rien n'a été changé."
_VIDE = "(vide)"
FICHES = 20
QUESTIONS = {
    "territoire": "Code Insee de la commune, ou SIREN de l'EPCI (exemple : 62413)",
    "debut": "Premier jour de la convention (exemple : 2024-01-01)",
    "fin": "Dernier jour (exemple : 2028-12-31)",
    "parties": "Signataires, séparés par « ; » (exemple : Ville de Lens ; Caf du Pas-de-Calais)",
    "fiches": "Nombre de fiches action (exemple : 4)",
}

AnneeSaisie = Annotated[int, Argument(help="Année à saisir.", metavar="ANNÉE", show_default=False)]
AnneePubliee = Annotated[
    int, Argument(help="Année du bilan publié.", metavar="ANNÉE", show_default=False)
]
Responsable = Annotated[
    str,
    Option(
        "--responsable",
        "-r",
        help="N'écrire que la part d'un service (rpe, enfance…).",
        metavar="NOM",
    ),
]
Dossier = Annotated[
    Path, Option("--sortie", "-s", help="Dossier où écrire le classeur.", metavar="DOSSIER")
]
Remplacer = Annotated[bool, Option("--remplacer", help="Écraser un classeur déjà là, même rempli.")]
Remplis = Annotated[
    list[Path],
    Argument(help="Classeurs, fichiers CSV, ou dossiers.", metavar="FICHIER", show_default=False),
]
DuFichier = Annotated[
    str,
    Option("--convention", "-c", help="Convention, si le fichier ne la dit pas.", metavar="NOM"),
]
AnneeDuFichier = Annotated[
    int | None, Option("--annee", "-a", help="Année, si le fichier ne la dit pas.", metavar="ANNÉE")
]
Millesime = Annotated[
    int | None,
    Option(help="Année de la saisie, si ce n'est pas celle du classeur.", metavar="ANNÉE"),
]
Officiels = Annotated[
    list[Path],
    Argument(
        help="Fichiers tels que téléchargés (CSV ou Parquet).",
        metavar="FICHIER",
        show_default=False,
    ),
]
DateDuFichier = Annotated[
    datetime | None,
    Option(
        "--date",
        formats=["%Y-%m-%d"],
        help="Date du fichier (celle du disque par défaut).",
        metavar="AAAA-MM-JJ",
    ),
]
Gardes = Annotated[
    list[str] | None,
    Option(
        "--departement",
        "-d",
        help="N'en garder que ce département (tous par défaut).",
        metavar="CODE",
    ),
]
Oui = Annotated[bool, Option("--oui", "-o", help="Ajouter sans poser de question.")]
Commun = Annotated[
    bool,
    Option(
        "--commun", help="Écrire dans les tables livrées avec le classeur, et non dans les vôtres."
    ),
]
Nom = Annotated[str, Argument(help="Nom du dossier à créer.", metavar="NOM", show_default=False)]
Depuis = Annotated[str, Option(help="Convention qui s'achève.", metavar="NOM")]
Territoire = Annotated[
    str, Option(help="Code Insee de la commune, ou SIREN de l'EPCI.", metavar="CODE")
]
Debut = Annotated[str, Option(help="Premier jour (année-mois-jour).", metavar="DATE")]
Fin = Annotated[str, Option(help="Dernier jour (année-mois-jour).", metavar="DATE")]
Parties = Annotated[str, Option(help="Signataires, séparés par « ; ».", metavar="NOMS")]
NombreDeFiches = Annotated[int, Option(help="Nombre de fiches action.", metavar="NOMBRE")]


def valider(convention: Conventions = None) -> int:
    """Vérifier toutes les données, et dire toutes les fautes d'un coup."""
    from ctglib.donnees import validation
    from ctglib.production.paroles import fautes_des_paroles

    fautes: list[Faute] = []
    asked: list[str] | tuple[str, ...] = convention or ()
    with recueillir(fautes):
        asked = asked or conventions()
        if not asked:
            fautes.append(Faute(CONVENTIONS, *mots("aucune_convention")))
    for nom in asked:
        with recueillir(fautes):
            fichiers = validation.valider(nom)
            if faults := fautes_des_paroles(nom):
                raise DonneesInvalides(faults)
            dire(f"✓ {nom} : {len(fichiers)} fichiers lus, aucune faute.")
            dire(*(f"  à voir : {line}" for line in validation.avertissements(nom)))
    impossible, odd = validation.examiner_les_sources()
    dire(*(f"  à voir : {line}" for line in odd))
    return refuser(DonneesInvalides([*fautes, *impossible])) if fautes or impossible else 0


def gabarit(
    annee: AnneeSaisie,
    convention: LaConvention,
    responsable: Responsable = "",
    sortie: Dossier = Path(),
    remplacer: Remplacer = False,
) -> None:
    """Écrire le classeur que les services remplissent pour une année."""
    from ctglib.collecte.classeur import ecrire_gabarit

    path = ecrire_gabarit(convention, annee, sortie, responsable=responsable, remplacer=remplacer)
    dire(f"Classeur à remplir : {path}")


@promettre("Rien n'a été enregistré.")
def importer(
    chemins: Remplis,
    convention: DuFichier = "",
    annee: AnneeDuFichier = None,
    millesime: Millesime = None,
    a_blanc: ABlanc = False,
) -> None:
    """Vérifier les classeurs remplis, puis les enregistrer : tout, ou rien."""
    from ctglib.collecte.importer import preparer

    ready = preparer(chemins, convention, annee, millesime)
    if not a_blanc:
        ready.ecrire()
    if ready.remarques:
        dire(
            "À vérifier (rien n'est refusé pour cela) :",
            *(f"- {note}" for note in ready.remarques),
            "",
        )
    titles = {
        False: "Ce qui change :",
        True: "Chiffres révisés (l'ancien reste sous son millésime) :",
    }
    for revision, title in titles.items():
        if changes := [
            _changement(item) for item in ready.changements if item.revision == revision
        ]:
            dire(title)
            montrer(("Où", "Repère", "Colonne", "Avant", "Après"), changes)
    dire(
        *(f"{name} : {compter(count, 'ligne')} de plus" for name, count in ready.nouvelles.items())
    )
    if ready.attendues:
        dire(
            f"Cellules attendues encore vides, qui se liront « non transmis » : {ready.attendues}."
        )
    where = f"{ready.convention}, {ready.annee}"
    files = [f"  {name}" for name in sorted(ready.fichiers)]
    if not files:
        dire(f"{where} : rien de nouveau, rien n'a été écrit.")
    elif a_blanc:
        dire(f"{where} : à blanc, rien n'a été écrit. Fichiers qui changeraient :", *files)
    else:
        dire(f"{where} : enregistré.", *files)


def _changement(item: Any) -> tuple[str, ...]:
    origin = item.entree.origine
    key = " ".join(filter(None, item.entree.cle))
    column = origin.colonnes.get(item.colonne, item.colonne)
    return (
        f"{origin.feuille}, ligne {origin.ligne}",
        key,
        column,
        item.avant or _VIDE,
        item.apres or _VIDE,
    )


@promettre("Rien n'a été enregistré.")
def figer(annee: AnneePubliee, convention: LaConvention) -> None:
    """Noter ce que masque le bilan publié d'une année : les suivants le masqueront."""
    from ctglib.secret import publication

    file, hidden, new = publication.figer(convention, annee)
    where = f"{convention}, bilan {annee}"
    plural = "s" if hidden > 1 else ""
    said = f"{where} : {hidden} cellule{plural} masquée{plural}, ce bilan et les précédents compris"
    if not hidden:
        dire(f"{where} : aucune cellule n'est masquée, rien à noter.")
    elif new:
        dire(f"{said}.", f"Notées dans {file} : les bilans suivants ne les montreront pas.")
    else:
        dire(f"{said}, déjà notée{plural}. Rien n'a été écrit.")


@promettre(RIEN)
def ajouter_sources(
    fichiers: Officiels,
    annee: AnneeDuFichier = None,
    le: DateDuFichier = None,
    departement: Gardes = None,
    oui: Oui = False,
    commun: Commun = False,
) -> int:
    """Reconnaître des fichiers officiels, dire ce qu'ils changent, les ajouter : tout, ou rien."""
    from rich.console import Console

    from ctglib.donnees.magasin import lire_registre
    from ctglib.donnees.officiels import Ajout

    day = le.date() if le else None
    kept = tuple(departement or ())
    addition = Ajout(fichiers, annee=annee, le=day, departements=kept, commun=commun)
    dire(*addition.dites)
    if addition.revisions:
        dire("\nCe qui change de ce qui était là :", *(f"  {said}" for said in addition.revisions))
    if addition.alertes:
        dire("\nÀ vérifier, cela paraît faux :", *(f"  {said}" for said in addition.alertes))
    if addition.registre == lire_registre(addition.dossier):
        dire(RIEN)
        return 0
    try:  # nobody to answer is a no
        said = "oui" if oui else Console().input("Continuer ? [o/N] ", markup=False)
    except EOFError:
        said = ""
        dire("")
    if said.strip().lower() not in ("o", "oui"):
        dire(f"{RIEN} Pour ajouter sans question : --oui")
        return 1
    addition.enregistrer()
    dire(f"Ajouté : {compter(len(addition.octets), 'table')} dans data/{addition.dossier}.")
    return 0


def lister_sources() -> None:
    """Dire quels chiffres publics sont là, et de quels fichiers ils viennent."""
    from ctglib.donnees.magasin import LOCALES, PUBLIQUES, lire_registre

    stores = {folder: lire_registre(folder) for folder in (PUBLIQUES, LOCALES)}
    for folder, register in stores.items():
        dire(f"data/{folder} :" if register.tables else f"data/{folder} : rien")
        for (family, level), group in groupby(register.tables, attrgetter("famille", "niveau")):
            rows = list(group)
            years = ", ".join(str(item.annee) for item in rows)
            most = max(item.territoires for item in rows)
            dire(f"  {family}, {level} : {years} ({most} territoires au plus)")
        for item in register.fichiers:
            whose = (
                f"{item.producteur}, {item.jeu}, {item.licence}, fichier du {item.date:%d/%m/%Y}"
            )
            dire(f"  d'après {item.fichier} ({whose})")


@promettre("Rien n'a été écrit.")
def nouvelle_convention(
    nom: Nom,
    depuis: Depuis = "",
    territoire: Territoire = "",
    debut: Debut = "",
    fin: Fin = "",
    parties: Parties = "",
    fiches: NombreDeFiches = 0,
) -> None:
    """Écrire le dossier d'une convention : à remplir, ou d'après celle qui s'achève (--depuis)."""
    from ctglib.commandes.brouillon import commencer, poursuivre
    from ctglib.document.typographie import date_longue
    from ctglib.rapports.evaluation import ouvrir_evaluation

    given = {
        "territoire": territoire,
        "debut": debut,
        "fin": fin,
        "parties": parties,
        "fiches": str(fiches or ""),
    }
    if not depuis and sys.stdin.isatty():
        given |= {
            name: input(f"{QUESTIONS[name]} : ").strip() for name, text in given.items() if not text
        }
    known = conventions()
    begins, ends = (_jour(f"--{name}", given[name]) for name in ("debut", "fin"))
    names = (
        given["parties"].replace('"', "'").split(";")
    )  # what a YAML text between quotes may hold
    names = [name.strip() for name in names if name.strip()]
    count = int(given["fiches"]) if given["fiches"].isdecimal() else 0
    first, last = (one and date_longue(one) for one in (begins, ends))
    close = [f"écrire « {one} »" for one in proches(depuis, known)]
    told = {
        "nom": nom,
        "debut": first,
        "fin": last,
        "depuis": depuis,
        "connues": ", ".join(known),
        "fiches": count,
        "remede": [*close, "écrire l'un de ces noms"][0],
        "signataires": len(names),
        "maximum": FICHES,
    }
    cases = {
        "nom_impossible": not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", nom),
        "nom_pris": nom in known,
        "sans_debut": not begins,
        "sans_fin": not ends,
        "fin_avant_le_debut": begins and ends and ends <= begins,
        "ancienne_inconnue": depuis and depuis not in known,
        "trop_peu_de_signataires": not depuis and len(names) < 2,
        "nombre_de_fiches": not depuis and not 1 <= count <= FICHES,
    }
    faults = [Faute(CONVENTIONS, *mots(cle, **told)) for cle, wrong in cases.items() if wrong]
    if faults := [*faults, *(() if depuis else _territoire(given["territoire"]))]:
        raise DonneesInvalides(faults)
    if depuis:
        study = ouvrir_evaluation(depuis).etude
        over = study.suivi.fin
        if begins <= over:
            raise refus(CONVENTIONS, *mots("debut_trop_tot", debut=first, fin=date_longue(over)))
        files, told = poursuivre(nom, study, depuis, begins, ends)
    else:
        files, told = commencer(nom, given["territoire"], begins, ends, parties=names, fiches=count)
    ecrire({racine() / path: content for path, content in files.items()})
    dire(*told)


def _jour(option: str, texte: str) -> date | None:
    try:
        return date.fromisoformat(texte) if texte else None
    except ValueError:
        raise refus(CONVENTIONS, *mots("date_de_convention", texte=texte, option=option)) from None


def _territoire(code: str) -> Iterator[Faute]:
    from ctglib.donnees import publiques

    if re.fullmatch(r"[0-9][0-9AB][0-9]{3}|[0-9]{9}", code):
        if publiques.territoires([code], niveaux=("commune", "epci")).empty:
            yield Faute(CONVENTIONS, *mots("territoire_introuvable", code=code))
        return
    places = publiques.territoires(niveaux=("commune", "epci"))
    named = places[places["nom"].str.casefold() == code.casefold()]
    close = (
        named
        if len(named)
        else places[places["nom"].isin(proches(code, places["nom"].tolist(), 0.8))]
    )
    told = " ; ".join(f"--territoire {row.code} ({row.nom})" for row in close.head(3).itertuples())
    remedy = told or "écrire --territoire 62413, par exemple"
    yield Faute(CONVENTIONS, *mots("territoire_en_mots", code=code, remede=remedy))
