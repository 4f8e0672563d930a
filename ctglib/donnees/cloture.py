"""Closing a year, in the data: the copy of the plan that its reports read, and « définitif » in its
bilan.

What is written is worked out here, as bytes by path; ``production.cloture`` writes it with the
reports, all of it or nothing.
"""

import re
from collections.abc import Iterator
from datetime import date

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import existe, lire_octets, superposer
from ctglib.donnees.modeles.catalogue import IndicateursPropres
from ctglib.donnees.modeles.cloture import PlanClos
from ctglib.donnees.modeles.rapports import PLACE_DU_CHAPO
from ctglib.donnees.modeles.suivi import Bilan
from ctglib.donnees.pieces import annees_presentes, avec_le_suivi, lire_pieces
from ctglib.donnees.plan import (
    avenants_ignores,
    chemin_du_plan,
    dossier_du_suivi,
    en_vigueur,
    plan_clos,
    saisies,
    saisies_changees,
)
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.yaml_strict import charger_yaml, examiner_yaml

CLOS = "definitif"
ENTETE = """\
# Le plan tel que les rapports de {annee} le lisent, et les empreintes de ce qui a été publié.
# Écrit par « ctg clore », à ne pas modifier : ce qui change ensuite se dit dans le bilan suivant.
"""
_STATUT = re.compile(r"^statut:[ \t]*\S+", re.MULTILINE)
_ANNEE = re.compile(r"^annee:[^\r\n]*", re.MULTILINE)


def est_close(convention: str, annee: int) -> bool:
    """Tell whether a year has been closed by ``ctg clore``."""
    return existe(chemin_du_plan(convention, annee))


def est_definitif(convention: str, annee: int) -> bool:
    """Tell whether the bilan of a year says « définitif », closed or not."""
    bilan = f"{dossier_du_suivi(convention)}/{annee}/bilan.yaml"
    return existe(bilan) and charger_yaml(bilan, Bilan).est_clos


def plan_a_clore(convention: str, annee: int, jour: date, version: str) -> PlanClos:
    """Return the copy that the closing of a year keeps, what is published left out.

    Its avenants are those that were signed, and entered, by the day of the closing.

    Raises:
        DonneesInvalides: The year is out of the convention, closed already, not begun, or not over
            on that day; or the data do not hold.
    """
    pieces = avec_le_suivi(lire_pieces(convention), annee)
    suivi = lire_suivi_brut(convention, annee, plan_actuel=True)  # all the faults, at once
    chemin = chemin_du_plan(convention, annee)
    precedente = plan_clos(convention, annee)
    if precedente:
        raise refus(chemin, *mots("annee_deja_close", annee=annee, jour=precedente.cloture))
    if suivi.suivis[annee].vide:
        raise refus(dossier_du_suivi(convention), *mots("annee_sans_saisie", annee=annee))
    lignes_signees = suivi.suivis[annee].messages
    chapo = any(ligne.place == PLACE_DU_CHAPO for ligne in lignes_signees)
    if not chapo and not suivi.suivis[annee].bilan.est_clos:
        dossier = f"{dossier_du_suivi(convention)}/{annee}"
        raise refus(
            f"{dossier}/messages.yaml", *mots("sans_chapo", annee=annee, convention=convention)
        )
    date_arretee = suivi.suivis[annee].bilan.date_arretee
    if jour < date_arretee:
        raise refus(chemin, *mots("cloture_trop_tot", annee=annee, jour=jour, arrete=date_arretee))
    texte = pieces.convention
    assert texte is not None  # its faults have been raised
    connus = [avenant for avenant in suivi.dossier.avenants if avenant.connu_le(jour)]
    propres = pieces.objets("convention/indicateurs")
    with superposer(bilan_clos(convention, annee)):
        saisies_de_l_annee = saisies(convention, annee)
    return PlanClos(
        cloture=jour,
        version=version,
        convention=en_vigueur(texte, connus, date_arretee),
        avenants=tuple(connus),
        indicateurs=propres[0] if propres else IndicateursPropres(),
        saisies=saisies_de_l_annee,
    )


def fichiers_de_la_cloture(convention: str, annee: int, plan: PlanClos) -> dict[str, bytes]:
    """Return the files that a closing writes, by path in the data folder: the copy, and the bilan
    that says « définitif ».
    """
    import yaml

    # What was not written is left out; dates are texts, which YAML reads again as they are.
    contenu = plan.model_dump(mode="json", exclude_unset=True)
    texte = yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, width=120)
    copie = f"{ENTETE.format(annee=annee)}{texte}"
    return {**bilan_clos(convention, annee), chemin_du_plan(convention, annee): copie.encode()}


def bilan_clos(convention: str, annee: int) -> dict[str, bytes]:
    """Return the bilan of a year as it is, but that it says « définitif », by its path."""
    chemin = f"{dossier_du_suivi(convention)}/{annee}/bilan.yaml"
    ligne = f"statut: {CLOS}"
    if not existe(chemin):
        return {chemin: f"annee: {annee}\n{ligne}\n".encode()}
    ancien = charger_yaml(chemin, Bilan)
    texte = lire_octets(chemin).decode("utf-8-sig")
    if _STATUT.search(texte):
        nouveau = _STATUT.sub(ligne, texte, count=1)
    else:
        nouveau = _ANNEE.sub(lambda trouvee: f"{trouvee[0]}\n{ligne}", texte, count=1)
    fichier = {chemin: nouveau.encode()}
    with superposer(fichier):
        try:
            relu = charger_yaml(chemin, Bilan)
        except DonneesInvalides:
            relu = None
    if relu != ancien.model_copy(update={"statut": CLOS}):
        raise refus(chemin, *mots("bilan_sans_ligne_de_statut"))
    return fichier


def fautes_des_copies(convention: str) -> Iterator[Faute]:
    """Yield the faults of the copies of closed years, which nobody writes by hand."""
    for annee in annees_presentes(convention):
        if est_close(convention, annee):
            yield from examiner_yaml(chemin_du_plan(convention, annee), PlanClos).fautes


def avertissements_des_clotures(convention: str) -> Iterator[str]:
    """Yield what has to be seen of the years that are closed, or say that they are.

    What was entered since the closing changes nothing of the reports of the year: it is told here,
    and in the next bilan.
    """
    for annee in annees_presentes(convention):
        plan = plan_clos(convention, annee)
        bilan = f"{dossier_du_suivi(convention)}/{annee}/bilan.yaml"
        definitif = est_definitif(convention, annee)
        if plan is None:
            if definitif:
                yield (
                    f"{bilan}, « {CLOS} » écrit à la main : l'année ne sera close, et ses rapports"
                    f" gardés tels quels, que par « ctg clore {annee} -c {convention} »"
                )
            continue
        if not definitif:
            yield (
                f"{bilan}, un bilan provisoire, alors que l'année a été close le"
                f" {plan.cloture:%d/%m/%Y} : y remettre « statut: {CLOS} »"
            )
        for phrase in changements_depuis(convention, annee, plan):
            yield f"{phrase} : les rapports de {annee} n'en disent rien, le bilan suivant le dira"


def changements_depuis(convention: str, annee: int, plan: PlanClos) -> Iterator[str]:
    """Yield what was entered in a year, or with an effect in it, since it was closed."""
    jour = f"{plan.cloture:%d/%m/%Y}"
    for chemin, quoi in saisies_changees(convention, annee, plan).items():
        yield f"{chemin}, {quoi} depuis la clôture du {jour}"
    for fichier in lire_pieces(convention).objets("convention/avenants"):
        for avenant in avenants_ignores(fichier.avenants, annee, plan):
            yield (
                f"conventions/{convention}/avenants.yaml, l'avenant n° {avenant.numero}, entré"
                f" depuis la clôture du {jour}, a un effet en {annee}"
            )
