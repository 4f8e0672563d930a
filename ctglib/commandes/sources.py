"""The commands about official files: add them, take them out, say what is there and what is not.

``ctg source ajouter``, ``retirer``, ``liste``, ``manque``.
"""

import hashlib
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from ctglib.commandes.options import LaConvention
from ctglib.commandes.terminal import compter, dire, promettre, verifier_la_demande
from ctglib.donnees.ecriture import EcritureImpossible, ecrire, tenir_les_donnees
from ctglib.donnees.fautes import COMMANDE, mots, refus

if TYPE_CHECKING:
    from ctglib.donnees.modeles.sources import DonneesPubliques, Famille

RIEN = "Rien n'a été changé."
ALERTES_DITES = 5

Officiels = Annotated[
    list[Path],
    Argument(
        help="Fichiers tels que téléchargés (CSV, Excel, Parquet, JSON, archive).",
        metavar="FICHIER",
        show_default=False,
    ),
]
AnneeDuFichier = Annotated[
    int | None, Option("--annee", "-a", help="Année, si le fichier ne la dit pas.", metavar="ANNÉE")
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
NiveauDuFichier = Annotated[
    str,
    Option(
        "--niveau",
        help="Niveau des territoires, si le fichier ne le dit pas (departement, region, epci…).",
        metavar="NIVEAU",
    ),
]
Oui = Annotated[
    bool,
    Option("--oui", "-o", help="Ne pas poser de question ; ce qui paraît faux est refusé."),
]
Commun = Annotated[
    bool,
    Option(
        "--commun", help="Écrire dans les tables livrées avec le classeur, et non dans les vôtres."
    ),
]
Copie = Annotated[
    bool,
    Option(
        "--copie", help="Le fichier vient d'une copie publique, à vérifier chez son producteur."
    ),
]
Retires = Annotated[
    list[str],
    Argument(
        help="Fichiers que vous aviez ajoutés, ou jeux de données (voir « ctg source liste »).",
        metavar="NOM",
        show_default=False,
    ),
]
SansQuestion = Annotated[bool, Option("--oui", "-o", help="Ne pas poser de question.")]


@promettre(RIEN)
@tenir_les_donnees()
def ajouter_sources(
    fichiers: Officiels,
    annee: AnneeDuFichier = None,
    le: DateDuFichier = None,
    departement: Gardes = None,
    niveau: NiveauDuFichier = "",
    oui: Oui = False,
    commun: Commun = False,
    copie: Copie = False,
) -> int:
    """Reconnaître des fichiers officiels, dire ce qu'ils changent, les ajouter : tout, ou rien."""
    from ctglib.donnees.ajout import Ajout
    from ctglib.donnees.geographie import lire_niveau
    from ctglib.donnees.magasin import lire_registre

    ajout = Ajout(
        fichiers,
        annee=annee,
        le=le.date() if le else None,
        departements=tuple(departement or ()),
        commun=commun,
        niveau=lire_niveau(niveau),
        copie=copie,
    )
    dire(*ajout.phrases)
    if ajout.revisions:
        dire("\nCe qui change de ce qui était là :")
        _dire_les_premieres(ajout.revisions, fichiers[0], "revisions")
    if ajout.alertes:
        faux = len(ajout.fausses)
        dire("\nCela paraît faux :" if faux else "\nÀ savoir, sans que ce soit faux :")
        _dire_les_premieres(ajout.alertes, fichiers[0], "alertes")
    if ajout.registre == lire_registre(ajout.dossier):
        dire(RIEN)
        return 0
    if oui and ajout.fausses:
        raise refus(COMMANDE, *mots("officiel_parait_faux", alertes=" ; ".join(ajout.fausses[:3])))
    if not oui and not _accepte():
        return 1
    ajout.enregistrer()
    dire(f"Ajouté : {compter(len(ajout.octets), 'table')} dans data/{ajout.dossier}.")
    return 0


@promettre(RIEN)
@tenir_les_donnees()
def retirer_sources(noms: Retires, oui: SansQuestion = False) -> int:
    """Retirer des fichiers que vous aviez ajoutés, et les tables qui en sont faites."""
    from ctglib.donnees.ajout import Retrait

    retrait = Retrait(noms)
    dire(*retrait.phrases)
    if not oui and not _accepte():
        return 1
    retrait.enregistrer()
    dire("Retiré. Ce qui est livré avec le classeur n'a pas changé.")
    return 0


def _accepte() -> bool:
    """Ask whether to go on; nobody to answer is a no."""
    from rich.console import Console

    try:
        reponse = Console().input("Continuer ? [o/N] ", markup=False)
    except EOFError:
        reponse = ""
        dire("")
    if reponse.strip().lower() in ("o", "oui"):
        return True
    dire(f"{RIEN} Sans question : --oui")
    return False


def _dire_les_premieres(phrases: list[str], fichier: Path, quoi: str) -> None:
    """Say the first of some sentences, and where all of them are written when there are more.

    They are beside the official file, or in the computer's temporary folder where that one cannot
    be written.
    """
    dire(*[f"  {phrase}" for phrase in phrases[:ALERTES_DITES]])
    autres = len(phrases) - ALERTES_DITES
    if autres <= 0:
        return
    texte = "\n".join([*phrases, ""]).encode()
    nom = f"{fichier.stem}-{quoi}-{hashlib.sha256(texte).hexdigest()[:8]}.txt"
    for dossier in (fichier.absolute().parent, Path(tempfile.gettempdir())):
        with suppress(EcritureImpossible):
            chemin = dossier / nom
            ecrire({chemin: texte}, au_journal=True)
            dire(f"  et {autres} de plus, toutes dans {chemin}")
            return


def lister_sources() -> None:
    """Dire quels chiffres publics sont là, ce qu'ils remplissent, ce qui a vieilli."""
    from ctglib.donnees.magasin import LOCALES, PUBLIQUES, charger_familles, lire_registre, tables
    from ctglib.donnees.modeles.sources import DonneesPubliques
    from ctglib.donnees.yaml_strict import charger_yaml

    registres = {dossier: lire_registre(dossier) for dossier in (PUBLIQUES, LOCALES)}
    for dossier, registre in registres.items():
        dire(f"data/{dossier} :" if registre.tables else f"data/{dossier} : rien")
        par_famille = groupby(registre.tables, attrgetter("famille", "niveau"))
        for (famille, niveau), groupe in par_famille:
            tables_du_niveau = list(groupe)
            annees = ", ".join(str(table.annee) for table in tables_du_niveau)
            territoires = max(table.territoires for table in tables_du_niveau)
            dire(f"  {famille}, {niveau} : {annees} ({territoires} territoires au plus)")
        for fichier in registre.fichiers:
            origine = f"{fichier.producteur}, {fichier.jeu}, {fichier.licence}"
            date_du_fichier = f"fichier du {fichier.date:%d/%m/%Y}"
            copie = ", copie publique à vérifier chez le producteur" if fichier.copie else ""
            dire(f"  d'après {fichier.fichier} ({origine}, {date_du_fichier}{copie})")

    regles = charger_yaml("catalogue/donnees_publiques.yaml", DonneesPubliques)
    dernieres: dict[str, int] = {}
    for cle in tables():
        dernieres[cle.famille] = max(cle.annee, dernieres.get(cle.famille, 0))
    presentes = []
    absentes = []
    for famille in charger_familles().values():
        if famille.refus:
            continue
        derniere = dernieres.get(famille.id)
        if derniere is None:
            absentes.append(f"  {_quoi(famille)} : {_page(famille)}")
        else:
            usage = _usage(famille, regles)
            vieilli = _vieilli(famille, derniere, date.today())
            presentes.append(f"  {famille.jeu}, jusqu'à {derniere} : {usage}{vieilli}")
    if presentes:
        dire("\nCe que ces chiffres remplissent :", *sorted(presentes))
    if absentes:
        dire("\nCe que le classeur sait lire et qui n'y est pas :", *sorted(absentes))


def _page(famille: "Famille") -> str:
    """Return where the files of a family are."""
    return famille.page or famille.adresse


def _usage(famille: "Famille", regles: "DonneesPubliques") -> str:
    """Return what the figures of a family fill: « 5 indicateurs du diagnostic, 15 séries »."""
    series = {serie.code for serie in famille.series}
    indicateurs = [ligne for ligne in regles.lignes if series & {*ligne.series, *ligne.sur}]
    usages = []
    if indicateurs:
        pluriel = "s" if len(indicateurs) > 1 else ""
        usages.append(f"{len(indicateurs)} indicateur{pluriel} du diagnostic")
    if series:
        usages.append(f"{len(series)} série{'s' if len(series) > 1 else ''}")
    return ", ".join(usages) or "codes et noms"


def _vieilli(famille: "Famille", derniere: int, jour: date) -> str:
    """Return that a later year should have come out by a day, "" when none should."""
    if famille.retard is None:
        return ""
    attendue = jour.year - famille.retard
    if attendue <= derniere:
        return ""
    return f" ; {attendue} devrait être paru, voir {_page(famille)}"


def dire_ce_qui_manque(convention: LaConvention) -> None:
    """Dire quels fichiers rempliraient le diagnostic d'une convention, et où ils sont."""
    from ctglib.calculs.territoire import valeurs_publiques
    from ctglib.donnees import publiques
    from ctglib.donnees.dossier import lire_dossier
    from ctglib.donnees.magasin import charger_familles

    verifier_la_demande((convention,))
    dossier = lire_dossier(convention)
    regles = dossier.catalogue.donnees_publiques
    convention_lue = dossier.convention
    if convention_lue.fictive:
        dire("Cette convention est inventée : aucun fichier n'a de chiffres de son territoire.")
        return
    lieux = [convention_lue.territoire, convention_lue.reference]
    codes = [code for ligne in regles.lignes for code in (*ligne.series, *ligne.sur)]
    observations = publiques.observations(
        codes, convention_lue.territoire, convention_lue.reference, convention_lue.membres
    )
    remplis = valeurs_publiques(observations[observations["valeur"].notna()], regles)
    remplis_par_lieu = {
        lieu: set(remplis.loc[remplis["territoire"].eq(lieu), "indicateur"]) for lieu in lieux
    }
    familles = charger_familles()
    noms = {lieu.code: lieu.nom for lieu in dossier.catalogue.territoires.values()}
    for lieu in lieux:
        nombre = len(remplis_par_lieu[lieu])
        dire(
            f"{noms.get(lieu, lieu)} ({lieu}) : {nombre} indicateurs du diagnostic sur"
            f" {len(regles.lignes)} que les données publiques peuvent donner."
        )
    manquants = _manquants(regles, familles, remplis_par_lieu)
    phrases = []
    for jeu, comptes in sorted(manquants.items(), key=lambda paire: -paire[1].total()):
        gains = [f"{nombre} pour {noms.get(lieu, lieu)}" for lieu, nombre in comptes.items()]
        phrases.append(f"  {_quoi(familles[jeu])} : {', '.join(gains)}. {_page(familles[jeu])}")
    connues = set(publiques.series()["code"])
    autres = []
    for famille in familles.values():
        nombre = len(famille.series)
        if (
            nombre
            and not famille.refus
            and connues.isdisjoint(serie.code for serie in famille.series)
        ):
            autres.append(f"  {_quoi(famille)} : {compter(nombre, 'série')}. {_page(famille)}")
    if phrases:
        dire("\nÀ télécharger, et ce que chacun remplirait au plus :", *phrases)
    if autres:
        dire("\nPour les portraits et les analyses :", *autres)
    if phrases or autres:
        dire("\nUne fois téléchargé : ctg source ajouter FICHIER")
    else:
        dire("Rien ne manque de ce que le classeur sait lire.")


def _manquants(
    regles: "DonneesPubliques",
    familles: "dict[str, Famille]",
    remplis_par_lieu: dict[str, set[str]],
) -> dict[str, Counter[str]]:
    """Return, by family, how many indicators of each place its file might fill."""
    from ctglib.donnees.magasin import niveau_de

    series = {serie.code: famille.id for famille in familles.values() for serie in famille.series}
    manquants: dict[str, Counter[str]] = {}
    for ligne in regles.lignes:
        jeux = dict.fromkeys(series[code] for code in (*ligne.series, *ligne.sur))
        for lieu, remplis in remplis_par_lieu.items():
            if ligne.indicateur in remplis:
                continue
            for jeu in jeux:
                # a file by IRIS has no département, and no sum makes one
                if niveau_de(lieu) in (*familles[jeu].niveaux, *familles[jeu].somme):
                    manquants.setdefault(jeu, Counter())[lieu] += 1
    return manquants


def _quoi(famille: "Famille") -> str:
    """Return the name of a data set, with its title and its producer."""
    return f"{famille.jeu} ({famille.titre}, {famille.producteur})"
