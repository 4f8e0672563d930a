"""What could be gathered, what is still to be, whom to ask, and what was revised since."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.indicateurs import PROFILS, valeur_marquee
from ctglib.blocs.moyens import Moyens
from ctglib.calculs.collecte import (
    APPRECIATION,
    DEPART,
    ETAT,
    MOYEN,
    NIVEAU,
    SEPARATEUR,
    SUIVANTE,
)
from ctglib.calculs.ecriture import INSECABLE, enumerer, majuscule, pourcent
from ctglib.collecte.manques import compter_les_elements
from ctglib.document.blocs import Bloc, Lien, paragraphe
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import date_longue
from ctglib.donnees.lignes import lignes

QUOI = (NIVEAU, APPRECIATION)  # of what is asked for, what a label of the catalogue names
ENSEMBLE = "Ensemble"  # the first of the parts of an indicator


@dataclass(frozen=True)
class Manque:
    """Something that the convention lacks: a row of ``EtudeFinale.a_demander``."""

    nature: str
    libelle: str
    precisions: str  # what of it, joined by ``SEPARATEUR``
    annees: str  # the years for which it is missing, joined by ``SEPARATEUR``
    depart: str  # the year of the initial value, when that one is missing too; else ""


def tableau_collecte(etude: EtudeAnnuelle) -> Tableau:
    """Return how much was asked for, answered and is missing: one row a service, the last for all.

    The same by fiche is in the CSV alone.
    """
    collecte = etude.collecte
    noms = services(etude) | {"": ENSEMBLE}
    par_service = collecte[collecte["groupe"].isin(("responsable", "ensemble"))]
    par_service = par_service.sort_values("groupe", ascending=False, kind="stable")
    manques = etude.manques
    detail = []
    for responsable in par_service["valeur_groupe"]:
        siens = manques[manques["responsable"].eq(responsable)] if responsable else manques
        detail.append(compter_les_elements(siens, etude.gabarit, sans_total=True) or RIEN)
    par_service = par_service.assign(detail=detail)
    ecritures = {
        "valeur_groupe": lambda responsable: noms.get(responsable, responsable),
        "taux": lambda taux: "sans objet" if pd.isna(taux) else pourcent(taux, 0),
    }
    notes = []
    if etude.annee_en_cours and etude.elements_manquants:
        jour = date_longue(etude.bilan.date_arretee)
        notes.append(etude.texte("suivi.collecte_en_janvier", jour=jour, suivante=etude.annee + 1))
    return etude.tableau("collecte", par_service, ecritures, donnees=collecte, notes=notes)


def tableau_a_collecter(etude: EtudeAnnuelle) -> Tableau | None:
    """Return one row an indicator, in groups by service: what is asked for.

    It says the years asked for and why (« 2023 (non transmise) ; 2024 (à compléter) »), the
    document and who has it, the last value. The next year, which is asked of all, is not in the
    rows: the head of the column and a note say it once. The CSV has one row an indicator and year.
    None when nothing is asked for.
    """
    demandes = etude.a_collecter
    contexte = etude.contexte
    if demandes.empty:
        return None
    pour_tous = demandes["motif"].eq(SUIVANTE)
    motifs = demandes["motif"].map(lambda motif: etude.mot(f"collecte_{motif}"))
    textes = demandes["annee"].astype(str) + " (" + motifs + ")"
    cle = ["responsable", "indicateur"]
    par_indicateur = demandes.assign(demande=textes.where(~pour_tous)).groupby(cle, sort=False)
    indicateurs = demandes.drop_duplicates(cle)
    evaluation = etude.evaluation
    renseignes = set(evaluation.loc[evaluation["renseigne"], "indicateur"])
    indicateurs = indicateurs.assign(
        demande=par_indicateur["demande"]
        .agg(lambda demande: " ; ".join(demande.dropna()) or RIEN)
        .array,
        service=indicateurs["responsable"].map(services(etude)),
    )

    def ou(ligne: pd.Series) -> str:
        """Return the document, then who has it: « Rapport annuel ; direction ».

        The service, which heads the group, is left out of the words of who has it.
        """
        service_sans_parentheses, _, _ = ligne["service"].partition(" (")
        detenteur = ligne["qui"].removeprefix(service_sans_parentheses).lstrip(" ,")
        detenteur = detenteur.removeprefix("et ")
        return majuscule(" ; ".join(filter(None, (ligne["document"], detenteur))))

    def derniere(ligne: pd.Series) -> str:
        """Return the last value and its year, « 12 en 2023 », or « aucune ».

        An indicator that is a set of profiles has no single value: it refers to their table.
        """
        indicateur = ligne["indicateur"]
        if pd.notna(ligne["derniere_valeur"]):
            valeur = valeur_marquee(
                indicateur, ligne["derniere_valeur"], ligne["dernier_statut"], contexte
            )
            return f"{valeur} en {ligne['derniere_annee']}"
        if contexte.indicateurs[indicateur].table == PROFILS and indicateur in renseignes:
            return etude.mot("voir_les_profils")
        return "aucune"

    ecritures = {
        "indicateur": lambda indicateur: contexte.indicateurs[indicateur].libelle,
        "ou": ou,
        "derniere": derniere,
    }
    entete = etude.mot("collecte_demande")
    notes = []
    if pour_tous.any():
        annee_suivante = demandes.loc[pour_tous, "annee"].iloc[0]
        entete = etude.texte("suivi.collecte_en_plus", annee=annee_suivante)
        notes.append(etude.texte("suivi.collecte_pour_tous", annee=annee_suivante))
    return etude.tableau(
        "a_collecter",
        indicateurs,
        ecritures,
        mots={"demande": entete},
        donnees=demandes,
        groupes=indicateurs["service"],
        notes=notes,
    )


def renvoi_au_dossier(etude: EtudeAnnuelle) -> Bloc:
    """Return where all that a convention lacks is asked for: what a report of a year without
    follow-up ends with.
    """
    lien = Lien(etude.mot("dossier"), "../dossier.html")
    return paragraphe((f"{etude.texte('suivi.renvoi_au_dossier')} ", lien, "."))


def ce_qui_manque(etude: EtudeFinale) -> pd.DataFrame:
    """Return all that the convention lacks and somebody is still asked for: the rows of
    ``EtudeFinale.a_demander`` in words.

    Added: ``service`` (whom to ask), ``quoi`` (what is missing) and ``quand_annees`` (« 2023 à
    2026 ; 2022 (départ) »).
    """
    manques = etude.a_demander
    manques = manques[manques["demandee"]].reset_index(drop=True)
    textes = []
    textes_des_annees = []
    for manque in lignes(manques, Manque):
        textes.append(_quoi(etude, manque))
        if manque.nature == DEPART:
            textes_des_annees.append(f"{manque.annees} (départ)")
            continue
        annees = periodes([int(annee) for annee in manque.annees.split(SEPARATEUR)])
        if manque.depart:
            annees += f" ; {manque.depart} (départ)"
        textes_des_annees.append(annees)
    return manques.assign(
        service=manques["responsable"].map(services(etude)),
        quoi=textes,
        quand_annees=textes_des_annees,
    )


def _quoi(etude: EtudeFinale, manque: Manque) -> str:
    """Return what is missing in words: « Places ouvertes (Été, Mercredi) », « État des actions 1.1
    et 1.2 », « Moyens : Caf (Pilotage) ».
    """
    precisions = manque.precisions.split(SEPARATEUR) if manque.precisions else []
    if manque.nature == ETAT:
        cle = "etat_des_actions" if len(precisions) > 1 else "etat_d_une_action"
        return f"{etude.mot(cle)} {enumerer(precisions)}"
    if manque.nature == MOYEN:
        return f"Moyens : {' ; '.join(moyens_par_signataire(etude, precisions))}"
    if manque.nature in QUOI:
        return etude.mot(f"collecte_{manque.nature}")
    if precisions in ([], [ENSEMBLE]):
        return manque.libelle
    return f"{manque.libelle} ({', '.join(precisions)})"


def moyens_par_signataire(etude: EtudeAnnuelle, elements: Iterable[str]) -> list[str]:
    """Return means, « signataire/poste », by signatory: « Caf (Pilotage, Subvention) »."""
    moyens = Moyens(etude)
    postes_par_signataire: dict[str, list[str]] = {}
    for element in elements:
        signataire, _, poste = element.partition("/")
        postes = postes_par_signataire.setdefault(moyens.parties[signataire], [])
        libelle = moyens.libelle_du_poste(poste)
        if libelle not in postes:
            postes.append(libelle)
    return [f"{nom} ({', '.join(postes)})" for nom, postes in postes_par_signataire.items()]


def tableau_revisions(
    etude: EtudeAnnuelle, revisions: pd.DataFrame, *, ecran: bool = False
) -> Tableau:
    """Return one row a value that this bilan gives otherwise than the one of the year before.

    What it was, what it is, the difference, and why. ``revisions`` are some rows of
    ``etude.revisions``.
    """
    contexte = etude.contexte

    def libelle(ligne: pd.Series) -> str:
        indicateur = contexte.indicateurs[ligne["indicateur"]].libelle
        if not ligne["dimension"]:
            return indicateur
        return f"{indicateur} ({etude.modalite(ligne['dimension'], ligne['modalite'])})"

    def ecart(ligne: pd.Series) -> str:
        if pd.isna(ligne["valeur"]) or pd.isna(ligne["valeur_ancienne"]):
            return RIEN
        difference = ligne["valeur"] - ligne["valeur_ancienne"]
        return contexte.difference(ligne["indicateur"], difference, signe=True)

    def raison(ligne: pd.Series) -> str:
        if ligne["note"]:
            return majuscule(ligne["note"])
        est_calcule = contexte.indicateurs[ligne["indicateur"]].calcul is not None
        return etude.mot("revision_calculee" if est_calcule else "revision_sans_raison")

    def selon_un_bilan(valeur: str, statut: str) -> Callable[[pd.Series], str]:
        return lambda ligne: contexte.valeur(ligne["indicateur"], ligne[valeur], ligne[statut])

    ecritures = {
        "libelle": libelle,
        "annee": str,
        "ancien": selon_un_bilan("valeur_ancienne", "statut_ancien"),
        "nouveau": selon_un_bilan("valeur", "statut"),
        "ecart": ecart,
        "raison": raison,
    }
    return etude.tableau("revisions", revisions, ecritures, ecran=ecran)


def periodes(annees: list[int]) -> str:
    """Return years as a reader says them: « 2023 à 2026 », « 2023 et 2025 ».

    Examples:
        >>> periodes([2023, 2024, 2025]), periodes([2023, 2026, 2027])
        ('2023\\xa0à 2025', '2023, 2026 et 2027')
    """
    serie = pd.Series(annees)
    rang_de_la_suite = serie.diff().ne(1).cumsum()
    textes = []
    for _, suite in serie.groupby(rang_de_la_suite):
        annees_de_suite = suite.tolist()
        if len(annees_de_suite) > 2:
            textes.append(f"{annees_de_suite[0]}{INSECABLE}à {annees_de_suite[-1]}")
        else:
            textes += [str(annee) for annee in annees_de_suite]
    return enumerer(textes)


def services(etude: EtudeAnnuelle) -> dict[str, str]:
    """Return the labels of the services, by code; that of "" says that no service is designated."""
    libelles = {nom: item.libelle for nom, item in etude.catalogue.responsables.items()}
    return {**libelles, "": etude.mot("sans_service")}
