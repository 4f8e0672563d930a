"""The commands about data: check, collect, import, begin.

``ctg valider``, ``gabarit``, ``importer``, ``nouvelle-convention``.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from ctglib.commandes.options import ABlanc, Conventions, LaConvention
from ctglib.commandes.terminal import (
    compter,
    dire,
    dire_l_empechement,
    montrer,
    promettre,
    verifier_la_demande,
)
from ctglib.donnees.ecriture import ecrire, tenir_les_donnees
from ctglib.donnees.fautes import (
    COMMANDE,
    DonneesInvalides,
    Empechement,
    Faute,
    mots,
    recueillir,
    refus,
)
from ctglib.donnees.lecture import CLE, CONVENTIONS, conventions, racine
from ctglib.donnees.provisoires import isoler_les_temporaires

if TYPE_CHECKING:
    from ctglib.collecte.importer import Changement, Preparation
    from ctglib.collecte.nouvelle_convention import Defaut
    from ctglib.collecte.ouverture import ClasseurLu

RIEN_D_ENREGISTRE = "Rien n'a été enregistré."
_VIDE = "(vide)"
A_SAUVEGARDER = "faite au hasard : à sauvegarder avec la saisie, à ne jamais publier."
A_RENVOYER_DIT = "À renvoyer, avec ce qui a été saisi ; chaque cellule à reprendre est colorée :"
QUESTIONS = {  # asked on the terminal for what was not typed after « ctg nouvelle-convention »
    "territoire": "Code Insee de la commune, ou SIREN de l'EPCI (exemple : 62413)",
    "debut": "Premier jour de la convention (exemple : 2024-01-01)",
    "fin": "Dernier jour (exemple : 2028-12-31)",
    "parties": "Signataires, séparés par « ; » (exemple : Ville de Lens ; Caf du Pas-de-Calais)",
    "fiches": "Nombre de fiches action (exemple : 4)",
}

AnneeSaisie = Annotated[
    int | None, Argument(help="Année à saisir.", metavar="ANNÉE", show_default=False)
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
Texte = Annotated[
    bool,
    Option(
        "--texte",
        help="Écrire plutôt convention.xlsx, le classeur du texte de la convention (sans année).",
    ),
]
Remplis = Annotated[
    list[Path] | None,
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
NouvelleCle = Annotated[
    bool,
    Option(
        "--nouvelle-cle",
        help="Faire une autre clé secrète, celle de la saisie étant perdue et rien n'étant publié.",
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
    from ctglib.document.redaction import fautes_des_textes
    from ctglib.donnees import validation
    from ctglib.export.habillage import lire_habillage, remplaces
    from ctglib.production.paroles import lignes_a_relire

    fautes: list[Faute] = []
    noms = tuple(convention or ())
    verifier_la_demande(noms)
    with recueillir(fautes):
        noms = noms or conventions()
        if not noms:
            fautes.append(Faute(CONVENTIONS, *mots("aucune_convention")))
    for nom in noms:
        fautes_de_textes = fautes_des_textes(nom)
        fautes += fautes_de_textes
        with recueillir(fautes):
            fichiers = validation.valider(nom)
            habillage = lire_habillage(nom)
            if fautes_de_textes:
                continue
            a_relire = lignes_a_relire(nom)
            dire(f"✓ {nom} : {len(fichiers)} fichiers lus, aucune faute.")
            dire(*(f"  à voir : {phrase}" for phrase in validation.avertissements(nom)))
            dire(*(f"  à relire : {phrase}" for phrase in a_relire))
            dire(*(f"  {phrase}" for phrase in validation.manques(nom)))
            dire(*(f"  {phrase}" for phrase in remplaces(habillage)))
    fautes_des_sources, alertes = validation.examiner_les_sources()
    dire(*(f"  à voir : {phrase}" for phrase in alertes))
    if fautes or fautes_des_sources:
        return dire_l_empechement(DonneesInvalides([*fautes, *fautes_des_sources]))
    return 0


@isoler_les_temporaires()
def gabarit(
    convention: LaConvention,
    annee: AnneeSaisie = None,
    responsable: Responsable = "",
    sortie: Dossier = Path(),
    remplacer: Remplacer = False,
    texte: Texte = False,
) -> None:
    """Écrire le classeur que les services remplissent pour une année, ou celui de la convention."""
    from ctglib.blocs.signees import propositions
    from ctglib.collecte.classeur import ecrire_gabarit
    from ctglib.collecte.classeur_convention import ecrire_classeur

    verifier_la_demande((convention,), () if annee is None else (annee,), responsable)
    if texte:
        chemin = ecrire_classeur(convention, sortie, remplacer=remplacer)
    elif annee is None:
        raise refus(COMMANDE, *mots("annee_ou_texte"))
    else:
        chemin = ecrire_gabarit(
            convention,
            annee,
            sortie,
            responsable=responsable,
            remplacer=remplacer,
            propositions=propositions(convention, annee),
        )
    dire(f"Classeur à remplir : {chemin}")


@isoler_les_temporaires()
def importer(
    chemins: Remplis = None,
    convention: DuFichier = "",
    annee: AnneeDuFichier = None,
    millesime: Millesime = None,
    a_blanc: ABlanc = False,
    autre_cle: NouvelleCle = False,
) -> int:
    """Vérifier les classeurs remplis, puis enregistrer chacun : tout entier, ou rien."""
    from ctglib.collecte.fichiers import recevoir
    from ctglib.collecte.import_convention import est_une_convention

    if convention:
        with promettre(RIEN_D_ENREGISTRE):
            verifier_la_demande((convention,), () if annee is None else (annee,))
    if not chemins:
        _faire_une_cle(convention, a_blanc, demandee=autre_cle)
        return 0
    classeurs, fautes = recevoir(chemins)
    with nullcontext() if a_blanc else tenir_les_donnees():
        if any(est_une_convention(classeur) for classeur in classeurs):
            _importer_une_convention(classeurs, fautes, convention, a_blanc)
            return 0
        return _importer_des_annees(
            classeurs,
            fautes,
            convention,
            annee,
            millesime,
            a_blanc=a_blanc,
            autre_cle=autre_cle,
        )


@promettre(RIEN_D_ENREGISTRE)
def _faire_une_cle(convention: str, a_blanc: bool, *, demandee: bool) -> None:
    """Write another key for a convention whose data were typed with one that is lost."""
    if not demandee:
        raise refus(COMMANDE, *mots("importer_sans_fichier"))
    if not convention:
        raise refus(COMMANDE, *mots("nouvelle_cle_sans_convention"))
    with nullcontext() if a_blanc else tenir_les_donnees():
        from ctglib.donnees.publications import nouvelle_cle

        cle = nouvelle_cle(convention)
        if not a_blanc:
            ecrire({racine() / chemin: octets for chemin, octets in cle.items()})
    dire(*(f"Clé secrète du suivi : data/{chemin}, {A_SAUVEGARDER}" for chemin in cle))
    _dire_l_issue(convention, cle, a_blanc)


def _importer_des_annees(
    classeurs: "list[ClasseurLu]",
    fautes: list[Faute],
    convention: str,
    annee: int | None,
    millesime: int | None,
    *,
    a_blanc: bool,
    autre_cle: bool,
) -> int:
    """Check what was filled for years, then write each file: whole, or not at all."""
    from ctglib.collecte.importer import par_annee
    from ctglib.production.reception import recevoir_une_annee

    groupes, fautes_de_groupe = par_annee(classeurs, convention, annee)
    fautes += fautes_de_groupe
    pris: list[str] = []
    copies: list[Path] = []
    for (sa_convention, son_annee), de_l_annee in groupes.items():
        with _dire_ce_qui_l_est(pris), recueillir(fautes):
            reception = recevoir_une_annee(
                sa_convention,
                son_annee,
                de_l_annee,
                millesime,
                jour=date.today(),
                a_blanc=a_blanc,
                autre_cle=autre_cle,
            )
            fautes += reception.preparation.fautes
            if reception.preparation.pris:
                _dire_la_preparation(reception.preparation, a_blanc)
                pris += reception.preparation.pris
            if not a_blanc:
                copies += reception.renvoyer().values()
    if not fautes:
        return 0
    error = DonneesInvalides(fautes)
    error.add_note(_issue(pris, a_blanc))
    if copies:
        noms = [f"  {chemin}" for chemin in copies]
        error.add_note("\n".join([A_RENVOYER_DIT, *noms]))
    return dire_l_empechement(error)


@contextmanager
def _dire_ce_qui_l_est(pris: list[str]) -> Iterator[None]:
    """Add to the message of an ``Empechement`` which files were recorded before it."""
    try:
        yield
    except DonneesInvalides:
        raise
    except Empechement as error:
        error.add_note(_issue(pris, a_blanc=False))
        raise


def _issue(pris: list[str], a_blanc: bool) -> str:
    """Return which files were recorded, although others were not."""
    if not pris or a_blanc:
        return RIEN_D_ENREGISTRE
    return f"Enregistrés malgré cela, chacun en entier : {', '.join(pris)}. Les autres, en rien."


def _dire_la_preparation(preparation: "Preparation", a_blanc: bool) -> None:
    """Say what is to be checked, what changes, what is still awaited, and what was written."""
    if preparation.remarques:
        puces = [f"- {remarque}" for remarque in preparation.remarques]
        dire("À vérifier (rien n'est refusé pour cela) :", *puces, "")
    changements = [changement for changement in preparation.changements if not changement.revision]
    _montrer_les_changements("Ce qui change :", changements)
    revisions = [changement for changement in preparation.changements if changement.revision]
    _montrer_les_changements("Chiffres révisés (l'ancien reste sous son millésime) :", revisions)
    for table, nombre in preparation.nouvelles.items():
        dire(f"{table} : {compter(nombre, 'ligne')} de plus")
    dire(preparation.reste)
    for chemin in preparation.fichiers:
        if chemin.endswith(CLE):
            dire(f"Clé secrète du suivi : data/{chemin}, {A_SAUVEGARDER}")
    _dire_l_issue(f"{preparation.convention}, {preparation.annee}", preparation.fichiers, a_blanc)


@promettre(RIEN_D_ENREGISTRE)
def _importer_une_convention(
    classeurs: "list[ClasseurLu]", fautes: list[Faute], convention: str, a_blanc: bool
) -> None:
    """Check the workbook of a convention, then write its YAML: all of it, or nothing."""
    from ctglib.collecte.import_convention import preparer_convention

    if fautes:
        raise DonneesInvalides(fautes)
    if len(classeurs) > 1:
        noms = ", ".join(classeur.fichier for classeur in classeurs)
        raise refus(noms, *mots("convention_et_autres_fichiers"))
    preparation = preparer_convention(classeurs[0], convention)
    if not a_blanc:
        preparation.ecrire()
    dire(*(f"À savoir : {remarque}" for remarque in preparation.remarques))
    if preparation.changements:
        dire("Ce qui change :", *(f"- {phrase}" for phrase in preparation.changements))
    _dire_l_issue(preparation.convention, preparation.fichiers, a_blanc)


def _dire_l_issue(quoi: str, fichiers: Iterable[str], a_blanc: bool) -> None:
    """Say what an import wrote, or would write."""
    noms = [f"  {nom}" for nom in sorted(fichiers)]
    if not noms:
        dire(f"{quoi} : rien de nouveau, rien n'a été écrit.")
    elif a_blanc:
        dire(f"{quoi} : à blanc, rien n'a été écrit. Fichiers qui changeraient :", *noms)
    else:
        dire(f"{quoi} : enregistré.", *noms)


def _montrer_les_changements(titre: str, changements: "list[Changement]") -> None:
    """Show the cells whose content changes, a row each, under a title; nothing when there is none.

    Where it is in the workbook, the row's key in words, the column, its content before and after.
    """
    lignes = []
    for changement in changements:
        entree = changement.entree
        origine = entree.origine
        colonne = origine.colonnes.get(changement.colonne, changement.colonne)
        repere = " ".join(filter(None, entree.cle))
        lignes.append(
            (
                origine.lieu,
                repere,
                colonne,
                changement.avant or _VIDE,
                changement.apres or _VIDE,
            )
        )
    if lignes:
        dire(titre)
        montrer(("Où", "Repère", "Colonne", "Avant", "Après"), lignes)


@promettre("Rien n'a été écrit.")
@isoler_les_temporaires()
@tenir_les_donnees()
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
    from ctglib.collecte.nouvelle_convention import (
        defauts_de_la_demande,
        defauts_du_contenu,
        lire_le_nombre_de_fiches,
        lire_les_signataires,
    )
    from ctglib.commandes.brouillon import commencer, poursuivre
    from ctglib.production import plan
    from ctglib.rapports.evaluation import ouvrir_evaluation

    if depuis:
        verifier_la_demande((depuis,))
    reponses = {
        "territoire": territoire,
        "debut": debut,
        "fin": fin,
        "parties": parties,
        "fiches": str(fiches or ""),
    }
    if not depuis and sys.stdin.isatty():  # somebody is there to answer
        for question, reponse in reponses.items():
            if not reponse:
                reponses[question] = input(f"{QUESTIONS[question]} : ").strip()
    premier_jour = _jour("--debut", reponses["debut"])
    dernier_jour = _jour("--fin", reponses["fin"])
    signataires = lire_les_signataires(reponses["parties"])
    nombre_de_fiches = lire_le_nombre_de_fiches(reponses["fiches"])

    fin_de_l_ancienne = plan.dernier_jour_de(depuis) if depuis else None
    defauts = list(defauts_de_la_demande(nom, premier_jour, dernier_jour, fin_de_l_ancienne))
    if not depuis:
        defauts += defauts_du_contenu(reponses["territoire"], signataires, nombre_de_fiches)
    if defauts:
        raise DonneesInvalides([_faute(defaut) for defaut in defauts])
    assert premier_jour is not None  # « sans_debut » is not among the faults
    assert dernier_jour is not None  # nor « sans_fin »

    if depuis:
        etude = ouvrir_evaluation(depuis).etude
        fichiers, annonce = poursuivre(nom, etude, depuis, premier_jour, dernier_jour)
    else:
        fichiers, annonce = commencer(
            nom,
            reponses["territoire"],
            premier_jour,
            dernier_jour,
            parties=signataires,
            fiches=nombre_de_fiches,
        )
    ecrire({racine() / chemin: octets for chemin, octets in fichiers.items()})
    dire(*annonce)


def _jour(option: str, texte: str) -> date | None:
    """Return the date that was typed, « 2024-01-01 »; None when nothing was.

    Raises:
        DonneesInvalides: It is no date; the message names the option.
    """
    if not texte:
        return None
    try:
        return date.fromisoformat(texte)
    except ValueError:
        raise refus(COMMANDE, *mots("date_de_convention", texte=texte, option=option)) from None


def _faute(defaut: "Defaut") -> Faute:
    """Return the fault of the command that something wrong in it is."""
    if defaut.cle != "territoire_en_mots":
        return Faute(COMMANDE, *mots(defaut.cle, **defaut.valeurs))
    propositions = [f"--territoire {code} ({nom})" for code, nom in defaut.proposes]
    remede = " ; ".join(propositions) or "écrire --territoire 62413, par exemple"
    return Faute(COMMANDE, *mots(defaut.cle, **defaut.valeurs, remede=remede))
