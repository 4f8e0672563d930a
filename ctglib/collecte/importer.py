"""``ctg importer``: filled files to the follow-up, each whole file checked first, taken or set
aside.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ctglib.collecte.feuilles import (
    CONFIRMABLES,
    CONFIRMATION,
    OBSERVATIONS,
    Cadre,
    Cible,
    Cle,
    Feuille,
    cle_de_confirmation,
    feuilles,
    ouvrir_cadre,
)
from ctglib.collecte.fichiers import recevoir
from ctglib.collecte.lecture import Entree, Lecture, lire, signature_d_une_personne
from ctglib.collecte.manques import compter_les_elements, manques
from ctglib.collecte.ouverture import ClasseurLu
from ctglib.collecte.suivi import (
    DOCUMENTS,
    REPOSE_SUR,
    Suivi,
    en_fichiers,
    lire_annee,
    triee,
)
from ctglib.donnees.cle import copiee_de, faire_une_cle
from ctglib.donnees.cloture import CLOS
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.dossier import GABARIT
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import cle_de, conventions, proches, racine, superposer
from ctglib.donnees.modeles.suivi import ADOPTEE, Gabarit
from ctglib.donnees.pieces import TABLES, avec_le_suivi, fichier_sensible, lire_pieces
from ctglib.donnees.plan import dossier_du_suivi
from ctglib.donnees.plausibilite import ecrit, saute
from ctglib.donnees.publications import lire_publications
from ctglib.donnees.validation import fautes_de_saisie
from ctglib.donnees.yaml_strict import charger_yaml

STATUT = ("statut",)  # the key of the row, among those of the bilan
DECISIONS = 40  # of a comité, at most
REVISES = ("valeur", "statut", "texte")  # what makes of a figure another
# Two ways of saying one thing of the comité: the last entered takes the place of the other.
_EXCLUSIFS = {"comite_date": "comite_absence", "comite_absence": "comite_date"}
CHAMP_DU_COMITE = "comite.date"  # what the file itself lacks when nothing is said of the comité

CleDEntree = tuple[str, Cle]  # a table of the follow-up, and the key of one of its rows


@dataclass(frozen=True)
class Changement:
    """A cell whose content changes; ``revision``: the former one stays under its own millésime."""

    entree: Entree
    colonne: str
    avant: str
    apres: str
    revision: bool = False


@dataclass(frozen=True)
class Preparation:
    """An import checked and ready: what it would write, and what the person is told."""

    convention: str
    annee: int
    fichiers: dict[str, bytes]  # those that would change, by name relative to the data folder
    nouvelles: dict[str, int]  # rows added, by table
    changements: tuple[Changement, ...]
    # Told without stopping: how a cell was understood, what may be a person's name.
    remarques: tuple[str, ...]
    reste: str  # what the year still lacks once it is written, in a sentence
    pris: tuple[str, ...] = ()  # the names of the files that it is made of
    fautes: tuple[Faute, ...] = ()  # those of the files that were set aside
    en_attente: tuple[str, ...] = ()  # of these, those that only lack what others say

    def ecrire(self) -> None:
        """Write all the files, or none (``EcritureImpossible``)."""
        if self.fichiers:
            ecrire({racine() / nom: octets for nom, octets in self.fichiers.items()})


def preparer(
    chemins: list[Path],
    convention: str = "",
    annee: int | None = None,
    millesime: int | None = None,
    *,
    jour: date,
) -> Preparation:
    """Return what an import of these files, of one year, would write: all of them or none.

    Raises:
        DonneesInvalides: All the faults of all the files, at the cell where each was typed, and the
            values that have to be confirmed.
    """
    classeurs, fautes = recevoir(chemins)
    groupes, fautes_de_groupe = par_annee(classeurs, convention, annee)
    fautes += fautes_de_groupe
    preparations = []
    for (sa_convention, son_annee), de_l_annee in groupes.items():
        with recueillir(fautes):
            cadre = ouvrir_cadre(sa_convention, son_annee)
            preparations.append(preparer_dans(cadre, de_l_annee, millesime, jour=jour))
            fautes += preparations[-1].fautes
    if fautes:
        raise DonneesInvalides(fautes)
    (preparation,) = preparations
    return preparation


def preparer_dans(
    cadre: Cadre, classeurs: list[ClasseurLu], millesime: int | None = None, *, jour: date
) -> Preparation:
    """Return what an import of files already read would write, in the frame of a convention and a
    year.

    Each file is taken whole, or set aside with its faults: those that it has, and those that it
    makes with another, which is set aside with it. What then holds no more is set aside too.

    Args:
        cadre: The convention and the year, with what is already entered.
        classeurs: Workbooks, CSV files, minutes in Word, or folders, as read.
        millesime: The year of entry, when it is another.
        jour: That of the import: the date of what is confirmed.
    """
    if millesime is not None and millesime < cadre.annee:
        raise refus(
            "--millesime", *mots("millesime_avant_l_annee", millesime=millesime, annee=cadre.annee)
        )
    cle = _cle_a_faire(cadre.dossier.convention.id)
    with superposer(cle):
        preparation = _preparer(cadre, classeurs, millesime, jour)
    if not cle or not preparation.fichiers:
        return preparation
    with superposer(preparation.fichiers):
        pieces = avec_le_suivi(lire_pieces(preparation.convention), None)
    if not fichier_sensible(pieces):
        return preparation
    return replace(preparation, fichiers={**preparation.fichiers, **cle})


def _cle_a_faire(convention: str) -> dict[str, bytes]:
    """Return the file of the key that an import is to make if it enters a sensitive value, by path;
    none: the convention has its own.

    One that was copied with its folder is another's.
    """
    est_copiee = copiee_de(convention) and not lire_publications(convention).publications
    if cle_de(convention) and not est_copiee:
        return {}
    return faire_une_cle(convention)


def _preparer(
    cadre: Cadre, classeurs: list[ClasseurLu], millesime: int | None, jour: date
) -> Preparation:
    cadre = cadre_a_lire(cadre)
    plan = feuilles(cadre, a_lire=True)
    regles = cadre.dossier.catalogue.confidentialite
    lues = [
        _Lue(classeur, lire(classeur, plan, regles, cadre.gabarit.noms)) for classeur in classeurs
    ]
    essai = _essayer(cadre, plan, lues, millesime, jour)
    fautes = list(essai.fautes)
    ecartes: list[str] = []
    en_attente: list[str] = []
    while essai.fautes:
        en_faute = {faute.fichier for faute in essai.fautes}
        ecartees = [lue for lue in lues if lue.classeur.noms & en_faute]
        if en_faute - {nom for lue in lues for nom in lue.classeur.noms}:
            ecartees = lues  # what is already entered is at fault: nothing can be added to it
        elif ecartes:
            fautes += [_faute_d_attente(lue, essai.fautes, ecartes) for lue in ecartees]
            en_attente += [lue.classeur.fichier for lue in ecartees]
        ecartes += [lue.classeur.fichier for lue in ecartees]
        lues = [lue for lue in lues if lue not in ecartees]
        essai = _essayer(cadre, plan, lues, millesime, jour)
    return Preparation(
        cadre.dossier.convention.id,
        cadre.annee,
        essai.fichiers,
        essai.resultat.nouvelles,
        tuple(essai.resultat.changements),
        tuple(essai.remarques),
        _ce_qui_reste(replace(cadre, suivis=essai.resultat.apres or cadre.suivis)),
        tuple(lue.classeur.fichier for lue in lues),
        tuple(fautes),
        tuple(en_attente),
    )


def cadre_a_lire(cadre: Cadre) -> Cadre:
    """Return a frame whose sheets may be read: a relevé may hold more decisions than the workbook
    has rows for.
    """
    gabarit = cadre.gabarit.model_copy(update={"nombre_de_decisions": DECISIONS})
    return replace(cadre, gabarit=gabarit)


@dataclass(frozen=True)
class Identite:
    """Of which convention and year a file is; "" where it is not said."""

    convention: str
    annee: str


@dataclass(frozen=True)
class _Lue:
    """A file, and what it says."""

    classeur: ClasseurLu
    lecture: Lecture


@dataclass(frozen=True)
class _Essai:
    """What some files would write together, and the faults of this."""

    resultat: "Resultat"
    fichiers: dict[str, bytes]
    fautes: tuple[Faute, ...]
    remarques: tuple[str, ...]


def _essayer(
    cadre: Cadre, plan: tuple[Feuille, ...], lues: list[_Lue], millesime: int | None, jour: date
) -> _Essai:
    """Return what files would write together, with all the faults of all of them."""
    if not lues:
        return _Essai(Resultat({}), {}, (), ())
    convention = cadre.dossier.convention.id
    entrees, conflits = fusionner([entree for lue in lues for entree in lue.lecture.entrees])
    cloture_demandee = list(_ecarter_la_cloture(cadre, entrees))
    resultat = appliquer(cadre, entrees, millesime, jour=jour)
    fichiers: dict[str, bytes] = {}
    for annee, apres in resultat.apres.items():
        avant = cadre.suivis.get(annee) or lire_annee(convention, annee)
        fichiers |= en_fichiers(convention, annee, avant, apres)
    fautes = [faute for lue in lues for faute in lue.lecture.fautes]
    fautes += [*conflits, *resultat.fautes]
    fautes_du_comite = []
    comite_illisible = any(_comite_illisible(lue.lecture) for lue in lues)
    if not comite_illisible:
        fautes_du_comite = _fautes_de_comite(cadre, entrees, resultat.apres[cadre.annee])
    fautes += fautes_du_comite
    fautes += _sauts_de_saisie(replace(cadre, suivis=resultat.apres), resultat.changements)
    if fichiers:
        for faute in _fautes_a_l_ecriture(cadre, fichiers, resultat, plan):
            deja_dite = fautes_du_comite or comite_illisible
            if not deja_dite or faute.colonne != CHAMP_DU_COMITE:
                fautes.append(faute)
    remarques = [remarque for lue in lues for remarque in lue.lecture.remarques]
    remarques += [*cloture_demandee, *resultat.remarques]
    return _Essai(resultat, fichiers, tuple(fautes), tuple(remarques))


def _faute_d_attente(lue: _Lue, fautes: tuple[Faute, ...], ecartes: list[str]) -> Faute:
    """Return the fault of a file that only holds together with others, which were set aside."""
    siennes = [faute for faute in fautes if faute.fichier in lue.classeur.noms]
    phrases = mots(
        "attend_d_autres", trouve=siennes[0].trouve, autres=", ".join(dict.fromkeys(ecartes))
    )
    return Faute(lue.classeur.fichier, *phrases)


def _ce_qui_reste(cadre: Cadre) -> str:
    """Return in a sentence what the year of a frame still lacks."""
    reste = compter_les_elements(manques(cadre), cadre.gabarit)
    if not reste:
        return f"Rien ne manque pour {cadre.annee} : tout ce qui est demandé a une réponse."
    return f"Manquent encore pour {cadre.annee}, et se liront « non transmis » : {reste}."


_NOM = re.compile(
    r"ctg-(?P<convention>.+?)-(?P<annee>[0-9]{4})(?:[-_ ].*)?(?:\.[a-z]+)?", re.IGNORECASE
)


def par_annee(
    classeurs: list[ClasseurLu], convention: str = "", annee: int | None = None
) -> tuple[dict[tuple[str, int], list[ClasseurLu]], list[Faute]]:
    """Return the files by the convention and the year that each says, or its name, or else the
    command; and the faults of those that are of none.
    """
    groupes: dict[tuple[str, int], list[ClasseurLu]] = {}
    fautes: list[Faute] = []
    for classeur in classeurs:
        propres = _convention_et_annee_propres(classeur)
        sa_convention = propres.get("convention") or convention
        son_annee = propres.get("annee") or str(annee or "")
        demandee = Identite(convention, str(annee or ""))
        sienne = Identite(sa_convention, son_annee)
        fautes_d_identite = list(_fautes_d_identite(classeur, demandee, sienne))
        if fautes_d_identite:
            fautes += fautes_d_identite
        else:
            groupes.setdefault((sa_convention, int(son_annee)), []).append(classeur)
    return dict(sorted(groupes.items())), fautes


def _fautes_d_identite(
    classeur: ClasseurLu, demandee: Identite, sienne: Identite
) -> Iterator[Faute]:
    """Yield what is wrong in the version of a file, its convention, its year.

    ``demandee`` is what the command asks for, "" for any; ``sienne`` is what the file says.
    """
    version = str(charger_yaml(GABARIT, Gabarit).version)
    sa_version = classeur.proprietes.get("version", version)
    if sa_version != version:
        yield Faute(classeur.fichier, *mots("autre_version", ecrite=sa_version, version=version))
    if not sienne.convention or not sienne.annee:
        yield Faute(classeur.fichier, *mots("ni_convention_ni_annee"))
        return
    autre_convention = demandee.convention not in ("", sienne.convention)
    if autre_convention:
        phrases = mots(
            "classeur_d_une_autre",
            quoi="la convention",
            trouve=sienne.convention,
            voulue=demandee.convention,
        )
        yield Faute(classeur.fichier, *phrases)
    autre_annee = demandee.annee not in ("", sienne.annee)
    if autre_annee:
        phrases = mots(
            "classeur_d_une_autre", quoi="l'année", trouve=sienne.annee, voulue=demandee.annee
        )
        yield Faute(classeur.fichier, *phrases)
    if autre_convention or autre_annee:
        return
    connues = conventions()
    if sienne.convention not in connues:
        noms_proches = proches(sienne.convention, connues)
        phrases = mots(
            "convention_proche" if noms_proches else "convention_du_fichier",
            nom=sienne.convention,
            connues=", ".join(connues),
            proches=noms_proches,
        )
        yield Faute(classeur.fichier, *phrases)
    if not re.fullmatch(r"(19|20)[0-9]{2}", sienne.annee):
        yield Faute(classeur.fichier, *mots("annee_illisible", annee=sienne.annee))


def _convention_et_annee_propres(classeur: ClasseurLu) -> dict[str, str]:
    """Return the convention and the year that a file says, or else its name; or nothing."""
    if {"convention", "annee"} <= classeur.proprietes.keys():
        return classeur.proprietes
    noms = [grille.fichier.rsplit("/", 1)[-1] for grille in classeur.grilles]
    for nom in [classeur.fichier, *noms]:
        lu = _NOM.fullmatch(nom)
        if lu:
            return {quoi: texte.lower() for quoi, texte in lu.groupdict().items()}
    return {}


def fusionner(entrees: list[Entree]) -> tuple[dict[CleDEntree, Entree], list[Faute]]:
    """Return one entry a row of the follow-up, and the conflicts: same row, same column, two
    contents. Each is told at both places.

    An empty cell contradicts nothing: one service may give the value, another the note.
    """
    fusionnees: dict[CleDEntree, Entree] = {}
    premieres: dict[tuple[CleDEntree, str], Entree] = {}  # the first to fill a column of a row
    conflits: list[Faute] = []
    for entree in entrees:
        cle = (entree.table, entree.cle)
        for colonne, texte in entree.valeurs.items():
            if not texte:
                continue
            premiere = premieres.setdefault((cle, colonne), entree)
            autre = premiere.valeurs[colonne]
            if autre == texte:
                continue
            for ici, la_bas in ((entree, premiere), (premiere, entree)):
                phrases = mots(
                    "deux_reponses",
                    texte=ici.dit(colonne),
                    origine=la_bas.origine,
                    autre=la_bas.dit(colonne),
                )
                conflits.append(ici.origine.placer(colonne, *phrases))
        fusionnee = fusionnees.setdefault(cle, entree)
        remplies = {colonne: texte for colonne, texte in fusionnee.valeurs.items() if texte}
        fusionnees[cle] = replace(fusionnee, valeurs={**entree.valeurs, **remplies})
    return fusionnees, conflits


def _ecarter_la_cloture(cadre: Cadre, entrees: dict[CleDEntree, Entree]) -> Iterator[str]:
    """Take out of the entries the « définitif » of a year that is open, and yield what is said.

    A year is closed by ``ctg clore``, which keeps what its reports read.
    """
    cle = ("bilan", STATUT)
    demandee = entrees.get(cle)
    if demandee and demandee.valeurs.get("valeur") == CLOS and not _est_clos(cadre):
        del entrees[cle]
        colonne = demandee.origine.colonnes.get("valeur", "valeur")
        yield (
            f"{demandee.origine}, « {colonne} » : « définitif » n'est pas pris, le bilan reste"
            f" provisoire ; pour clore l'année, une fois ses rapports relus : ctg clore"
            f" {cadre.annee} --convention {cadre.dossier.convention.id}"
        )


def _est_clos(cadre: Cadre) -> bool:
    return cadre.saisi("bilan").get(STATUT, {}).get("valeur") == CLOS


@dataclass
class Resultat:
    """The follow-up once the entries are laid over it, by year, and what they change."""

    apres: dict[int, Suivi]
    nouvelles: Counter[str] = field(default_factory=Counter)
    changements: list[Changement] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    # What was entered of each row: by year of its folder, table and key.
    origines: dict[tuple[int, str, Cle], Entree] = field(default_factory=dict)


def appliquer(
    cadre: Cadre, entrees: dict[CleDEntree, Entree], millesime: int | None = None, *, jour: date
) -> Resultat:
    """Return the follow-up with the entries.

    While the year's bilan is provisional, a figure entered again takes the place of the former one,
    and is listed. Once it is definitive, nothing of that year's folder changes: a figure that
    differs is a revision, written under a later millésime (``millesime``, when it is not the
    workbook's own), and anything else is refused.

    What confirms a value is laid in the folder of that value, with its service and ``jour``.
    """
    clos = _est_clos(cadre)
    annee_de_saisie = cadre.annee
    if millesime:
        annee_de_saisie = millesime
    elif clos:
        annee_de_saisie = max(cadre.annee + 1, *cadre.suivis)
    apres: dict[int, Suivi] = {}
    for annee, suivi in cadre.suivis.items():
        apres[annee] = {nom: dict(table) for nom, table in suivi.items()}
    if annee_de_saisie not in apres:
        apres[annee_de_saisie] = lire_annee(cadre.dossier.convention.id, annee_de_saisie)
    resultat = Resultat(apres)
    for complete in entrees.values():
        valeurs = dict(complete.valeurs)
        raison = valeurs.pop(CONFIRMATION, "")
        entree = replace(complete, valeurs=valeurs)
        if entree.table == OBSERVATIONS:
            annee = _poser_un_chiffre(resultat, entree, annee_de_saisie)
        else:
            annee = cadre.annee
            if entree.table == "messages" and not entree.retire:
                entree = _signer(resultat, entree, cadre, jour)
            if entree.table == "decisions":
                entree = _sans_vote_redit(entree, apres[annee][entree.table].get(entree.cle))
            _poser_si_ouverte(resultat, entree, annee, clos)
        if raison:
            service = entree.origine.service or cadre.gabarit.parts.principal
            dite = {"valeur": valeurs["valeur"], "service": service, "raison": raison}
            confirmation = _confirmation(entree, annee, dite)
            avant = apres[annee]["confirmations"].get(confirmation.cle, {})
            if dite.items() <= avant.items():
                continue  # it was said already, and keeps its date
            datee = replace(confirmation, valeurs=dite | {"date": jour.isoformat()})
            _poser_si_ouverte(resultat, datee, annee, clos and annee == cadre.annee)
    for annee, suivi in apres.items():
        apres[annee] = {nom: triee(table) for nom, table in suivi.items()}
    return resultat


def _sans_vote_redit(entree: Entree, avant: Mapping[str, str] | None) -> Entree:
    """Return a decision without a vote that says again what one without a vote means: adopted."""
    vote_d_avant = (avant or {}).get("etat", "")
    if avant is None or vote_d_avant or entree.valeurs.get("etat") != ADOPTEE:
        return entree
    sans_vote = {nom: texte for nom, texte in entree.valeurs.items() if nom != "etat"}
    return replace(entree, valeurs=sans_vote)


def _signer(resultat: Resultat, entree: Entree, cadre: Cadre, jour: date) -> Entree:
    """Return a line that is signed, with its day: the one typed, or else the one that it had, or
    that of the import, which is told. A day to come is a fault.

    With other words, another service or another day it is signed anew, on what the page shows now:
    what it rested on goes. The same workbook imported again signs nothing.
    """
    avant = resultat.apres[cadre.annee][entree.table].get(entree.cle, {})
    dernier_jour = avant.get("date", "")
    jour_tape = entree.valeurs.get("date", "")
    if jour_tape > jour.isoformat():
        phrases = {"signe": entree.dit("date"), "jour": f"{jour:%d/%m/%Y}"}
        resultat.fautes.append(entree.origine.faute("date", "signature_a_venir", **phrases))
    personne = signature_d_une_personne(entree.valeurs.get("auteur", ""), cadre.gabarit.noms)
    if personne:
        resultat.fautes.append(
            entree.origine.faute("auteur", "signature_d_une_personne", nom=personne)
        )
    le = jour_tape or dernier_jour
    if not le:
        le = jour.isoformat()
        dite = cadre.gabarit.signee_ce_jour.format(jour=f"{jour:%d/%m/%Y}")
        resultat.remarques.append(f"{entree.origine} : {dite}")
    datee = replace(entree, valeurs={**entree.valeurs, "date": le})
    if any(avant.get(colonne) != texte for colonne, texte in datee.valeurs.items()):
        return replace(datee, valeurs={**datee.valeurs, REPOSE_SUR: ""})
    return datee


def _confirmation(entree: Entree, annee: int, valeurs: dict[str, str]) -> Entree:
    """Return what confirms an entry of a year's folder, at the cell that says why."""
    cle = dict(zip(charger_schema(entree.table).cle, entree.cle, strict=True))
    intitules = entree.origine.colonnes
    origine = replace(
        entree.origine, colonnes=intitules | {"raison": intitules.get(CONFIRMATION, CONFIRMATION)}
    )
    return Entree("confirmations", cle_de_confirmation(entree.table, cle, annee), valeurs, origine)


def _poser_si_ouverte(resultat: Resultat, entree: Entree, annee: int, clos: bool) -> None:
    """Lay an entry in a year's folder; refuse it when it would change a closed year."""
    avant = resultat.apres[annee][entree.table].get(entree.cle, {})
    change = any(avant.get(colonne, "") != texte for colonne, texte in entree.valeurs.items())
    if clos and change:
        colonne = next(iter(entree.valeurs))
        resultat.fautes.append(
            entree.origine.faute(
                colonne, "annee_close", texte=entree.dit(colonne) or avant[colonne], annee=annee
            )
        )
    elif entree.retire:
        _retirer(resultat, entree, annee)
    else:
        _poser(resultat, entree, annee)


def _retirer(resultat: Resultat, entree: Entree, annee: int) -> None:
    """Take a row out of a year, and list what it said."""
    avant = resultat.apres[annee][entree.table].pop(entree.cle, {})
    for colonne in entree.valeurs:
        if avant.get(colonne):
            resultat.changements.append(Changement(entree, colonne, avant[colonne], ""))


def _poser_un_chiffre(resultat: Resultat, entree: Entree, annee_de_saisie: int) -> int:
    """Lay a figure under the year of entry, unless what is already known says the same; return the
    year of the folder that it is in.
    """
    chiffre = replace(entree, cle=(*entree.cle[:-1], str(annee_de_saisie)))
    versions = {}
    for suivi in resultat.apres.values():
        for cle, ligne in suivi[OBSERVATIONS].items():
            if cle[:-1] == chiffre.cle[:-1] and int(cle[-1]) <= annee_de_saisie:
                versions[cle] = ligne
    derniere = max(versions, key=lambda cle: int(cle[-1]), default=chiffre.cle)
    if derniere == chiffre.cle:
        _poser(resultat, chiffre, annee_de_saisie)
    elif any(versions[derniere].get(colonne) != chiffre.valeurs[colonne] for colonne in REVISES):
        _poser(resultat, chiffre, annee_de_saisie, revisee=versions[derniere])
    else:
        return int(derniere[-1])
    return annee_de_saisie


def _poser(
    resultat: Resultat, entree: Entree, annee: int, revisee: dict[str, str] | None = None
) -> None:
    """Lay an entry over a row of a year, whose other cells stay, or over that of an earlier
    millésime (``revisee``), which stays.
    """
    table = resultat.apres[annee][entree.table]
    avant = revisee or table.get(entree.cle)
    if entree.table == "bilan":
        exclu = (_EXCLUSIFS.get(entree.cle[0], ""),)
        table.pop(exclu, None)
        resultat.origines.pop((annee, "bilan", exclu), None)
    if avant and entree.table in CONFIRMABLES and avant["valeur"] != entree.valeurs["valeur"]:
        # What confirmed the former value says nothing of this one.
        cle_confirmee = cle_de_confirmation(entree.table, avant, annee)
        resultat.apres[annee]["confirmations"].pop(cle_confirmee, None)
    ligne = avant or {}
    if revisee:
        ligne = {"unite": revisee["unite"], "source": revisee["source"]}
    if entree.table in TABLES:
        schema = charger_schema(entree.table)
        cle = dict(zip(schema.cle, entree.cle, strict=True))
        ligne = dict.fromkeys(schema.colonnes, "") | ligne | cle
    table[entree.cle] = ligne | entree.valeurs
    resultat.origines[annee, entree.table, entree.cle] = entree
    if avant is None:
        resultat.nouvelles[entree.table] += 1
        return
    for colonne, texte in entree.valeurs.items():
        if revisee and colonne not in REVISES:
            continue
        texte_d_avant = avant.get(colonne, "")
        if texte_d_avant != texte and colonne != REPOSE_SUR:
            resultat.changements.append(
                Changement(entree, colonne, texte_d_avant, texte, revision=bool(revisee))
            )


def _comite_illisible(lecture: Lecture) -> bool:
    """Tell whether a row that says when the comité met, or why not, is itself at fault."""
    fautives = {(f.fichier, f.feuille or "", f.tableau, f.ligne) for f in lecture.fautes}
    for lue in lecture.feuilles:
        grille = lue.grille
        feuille = "" if grille.tableau else grille.feuille
        for numero, ligne in lue.lignes.items():
            cible = ligne.cibles[0]
            if cible.table != "bilan" or cible.cle[0] not in _EXCLUSIFS:
                continue
            if (grille.fichier, feuille, grille.tableau, numero) in fautives:
                return True
    return False


def _fautes_de_comite(cadre: Cadre, entrees: dict[CleDEntree, Entree], apres: Suivi) -> list[Faute]:
    """Return the fault of a comité that met and did not, or that decided without having met."""
    rubriques = cadre.gabarit.rubriques
    libelles = (rubriques["comite_date"].libelle, rubriques["comite_absence"].libelle)
    lignes = " ou ".join(f"« {libelle} »" for libelle in libelles)
    du_comite = [entrees.get(("bilan", (nom,))) for nom in ("comite_absence", "comite_date")]
    dites = [entree for entree in du_comite if entree and not entree.retire]
    if len(dites) == len(du_comite):
        return [
            entree.origine.faute("valeur", "comite_tenu_ou_non", lignes=lignes)
            for entree in _une_par_fichier(dites)
        ]
    comite_connu = ("comite_date",) in apres["bilan"] or ("comite_absence",) in apres["bilan"]
    if comite_connu:
        return []
    retirees = [entree for entree in du_comite if entree and entree.retire]
    if retirees and (apres["decisions"] or apres["suites"]):
        return [retirees[0].origine.faute("valeur", "comite_passe_sous_silence", lignes=lignes)]
    decisions = [
        entree
        for entree in entrees.values()
        if entree.table in ("decisions", "suites") and not entree.retire
    ]
    fautes = []
    for premiere in _une_par_fichier(decisions):
        colonne = "texte" if premiere.table == "decisions" else "etat"
        fautes.append(premiere.origine.faute(colonne, "comite_passe_sous_silence", lignes=lignes))
    return fautes


def _sauts_de_saisie(apres: Cadre, changements: Iterable[Changement]) -> Iterator[Faute]:
    """Yield the questions of the figures that jump from what was recorded for the same year, when
    no year before is known to judge them by; ``apres`` is the frame with what they change.
    """
    for changement in changements:
        entree = changement.entree
        if entree.table != OBSERVATIONS or changement.colonne != "valeur":
            continue
        if not changement.avant or not changement.apres:
            continue
        if entree.cle[1] != str(apres.annee):  # a correction of the year before has its reason
            continue
        item = apres.dossier.catalogue.indicateurs_fiches[entree.cle[2]]
        avant = float(changement.avant)
        nombre = float(changement.apres)
        confirmee = CONFIRMATION in apres.connue(Cible(OBSERVATIONS, entree.cle, {}))
        if confirmee or apres.est_connu_avant(entree.cle) or not saute(avant, nombre, item.saut):
            continue
        question = entree.origine.faute(
            "valeur",
            "saut_de_la_saisie",
            nombre=ecrit(nombre),
            libelle=item.libelle,
            avant=ecrit(avant),
            annee=entree.cle[1],
        )
        yield replace(question, question=True)


def _une_par_fichier(entrees: list[Entree]) -> list[Entree]:
    """Return the first entry of each file."""
    premieres: dict[str, Entree] = {}
    for entree in entrees:
        premieres.setdefault(entree.origine.fichier, entree)
    return list(premieres.values())


# What a dotted key begins with: the item of a list, or the field of a document.
_ELEMENT = re.compile(r"(?:comite\.)?\w+\[[0-9]+\]|\w*")


def _fautes_a_l_ecriture(
    cadre: Cadre, fichiers: dict[str, bytes], resultat: Resultat, plan: tuple[Feuille, ...]
) -> Iterator[Faute]:
    """Yield the faults of the files in the words of the sheet, at the cell; one that no entry
    explains, as it is.
    """
    mots_des_tables = {}
    for feuille in plan:
        mots_des_codes: dict[str, str] = {}
        des_lignes = [ligne.liste for ligne in feuille.lignes if ligne.liste]
        for liste in [*feuille.listes.values(), *des_lignes]:
            mots_des_codes |= {code: mot for mot, code in liste.codes.items()}
        for ligne in feuille.lignes:
            for cible in ligne.cibles:
                mots_des_tables[cible.table] = mots_des_codes

    convention = cadre.dossier.convention.id
    entrees = _entrees_des_fichiers(convention, resultat)
    for faute in fautes_de_saisie(convention, fichiers):
        champ = faute.colonne or ""
        lieu: int | str | None = faute.ligne
        if not faute.fichier.endswith(".csv"):
            element = _ELEMENT.match(champ)
            lieu = element[0].removeprefix("comite.") if element else ""
        lieux: list[tuple[str, int | str | None]] = [(faute.fichier, lieu), *faute.avec]
        # Of the rows that make it together, the first that each file enters.
        en_cause = _une_par_fichier([entrees[lieu] for lieu in lieux if lieu in entrees])
        if not en_cause and not faute.question:
            yield faute  # a question about what is not being entered was asked in its time
        for entree in en_cause:
            mots_des_codes = mots_des_tables.get(entree.table, {})
            placee = _placer(faute, entree, mots_des_codes)
            if entree is not entrees.get((faute.fichier, lieu)):
                autre = _nommer_la_ligne(cadre, faute, resultat, plan)
                placee = _placer_en_face(placee, entree, autre)
            yield placee


def _nommer_la_ligne(
    cadre: Cadre, faute: Faute, resultat: Resultat, plan: tuple[Feuille, ...]
) -> str:
    """Return what the row of a fault is of, and who is asked for it, as the sheets say it; "" when
    none of them has it.
    """
    trouve = re.search(r"/([0-9]{4})/(\w+)\.csv$", faute.fichier)
    if trouve is None or faute.ligne is None:
        return ""
    table = trouve[2]
    cle = list(resultat.apres[int(trouve[1])][table])[faute.ligne - 2]  # after the header
    responsables = cadre.dossier.catalogue.responsables
    for feuille in plan:
        for ligne in feuille.lignes:
            if any(cible.table == table and cible.cle == cle for cible in ligne.cibles):
                dits = [str(ligne.montre.get(nom) or "") for nom in ("libelle", "poste", "detail")]
                if ligne.service in responsables:
                    dits.append(f"demandé à « {responsables[ligne.service].libelle} »")
                return ", ".join(filter(None, dits))
    return ""


def _placer_en_face(faute: Faute, entree: Entree, autre: str) -> Faute:
    """Return the fault of another row (``autre``), placed at a cell that does not go with it: what
    that cell holds, then what the other one has.
    """
    colonne = "valeur" if "valeur" in entree.valeurs else next(iter(entree.valeurs))
    trouve, attendu, remede = mots(
        "valeur_en_face",
        ici=entree.dit(colonne),
        trouve=faute.trouve,
        autre=autre or "déjà enregistré",
        attendu=faute.attendu,
    )
    return replace(faute, trouve=trouve, attendu=attendu, remede=remede)


def _placer(faute: Faute, entree: Entree, mots_des_codes: dict[str, str]) -> Faute:
    """Return the fault of a file at the cell of the entry that it comes from, in its words."""
    intitules = entree.origine.colonnes
    colonne = next(iter(entree.valeurs))
    for nom in re.split(r"[,.\s\[\]]+", faute.colonne or ""):
        if nom in intitules:
            colonne = nom
    if re.fullmatch("la clé « .* » est absente", faute.trouve):
        titre = intitules.get(colonne, colonne).rpartition(" : ")[2]
        return entree.origine.faute(colonne, "cellule_necessaire", titre=titre)
    placee = entree.origine.placer(
        colonne,
        en_mots(faute.trouve, mots_des_codes),
        en_mots(faute.attendu, mots_des_codes),
        en_mots(faute.remede, mots_des_codes),
    )
    return replace(placee, question=faute.question)


def _entrees_des_fichiers(
    convention: str, resultat: Resultat
) -> dict[tuple[str, int | str | None], Entree]:
    """Return the entry that each place of a file comes from.

    A place is a line of a CSV, an item of a list of a document (« decisions[2] ») or one of its
    fields.
    """
    documents = {}
    for document, (_, listes) in DOCUMENTS.items():
        for table in (document, *listes):
            documents[table] = document
    entrees: dict[tuple[str, int | str | None], Entree] = {}
    for (annee, table, cle), entree in resultat.origines.items():
        dossier = f"{dossier_du_suivi(convention)}/{annee}"
        rang = list(resultat.apres[annee][table]).index(cle)
        if table in TABLES:
            entrees[f"{dossier}/{table}.csv", rang + 2] = entree  # after the header
            continue
        lieu = f"{table}[{rang + 1}]"
        if table in DOCUMENTS and table != "messages":
            lieu = "comite" if cle[0] in _EXCLUSIFS else cle[0]
        entrees[f"{dossier}/{documents[table]}.yaml", lieu] = entree
    return entrees


_DATE = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_STATUT = re.compile(r"\bstatut ([A-Za-z_]+)")
_CODES = re.compile(r"(?<![\w/])[A-Z](?:, [A-Z])+(?!\w)|\b[a-z]+_[a-z_]+\b|(?<=« )[a-z]+(?= »)")
_TOURNURES = {
    "le état": "l'état",
    "le statut": "l'état",
    "un statut": "un état",
    "ce statut": "cet état",
}


def en_mots(texte: str, mots_des_codes: dict[str, str]) -> str:
    """Return what is said of the file as it is said of the sheet: words for codes, French dates, no
    line of a CSV.

    Examples:
        >>> en_mots("« 3 » avec le statut L", {"L": "Non transmise"})
        "« 3 » avec l'état « Non transmise »"
    """

    def etat(statut: re.Match[str]) -> str:
        code = statut[1]
        return f"état « {mots_des_codes[code]} »" if code in mots_des_codes else statut[0]

    def mots_de(codes: re.Match[str]) -> str:
        return ", ".join(mots_des_codes.get(code, code) for code in codes[0].split(", "))

    texte = _DATE.sub(r"\3/\2/\1", texte)
    texte = re.sub(r" \(ligne [0-9]+\)", "", texte)
    texte = _STATUT.sub(etat, texte)
    for tournure, autre in _TOURNURES.items():
        texte = texte.replace(tournure, autre)
    return _CODES.sub(mots_de, texte)
