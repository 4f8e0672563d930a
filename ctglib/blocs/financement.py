"""The financing plan beside what was spent: the table of a year, and that of the evaluation."""

from dataclasses import dataclass
from functools import partial

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.moyens import AU_MOINS
from ctglib.calculs import financement as calculs
from ctglib.document.contexte import marquer
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.lignes import lignes
from ctglib.donnees.statuts import Statut

CUMULEES = [f"{montant}_cumule" for montant in calculs.MONTANTS]


@dataclass(frozen=True)
class _Rangee:
    """What was spent of a line, or of a sum of lines (see ``additionner``)."""

    depense: float
    suivie: bool
    incomplet: bool
    provisoire: bool
    hors_suivi: float


def financement(etude: EtudeAnnuelle) -> Tableau | None:
    """Return what the plan writes for the year, and from the beginning, beside what was spent.

    A row a line, in groups by payer, the sum of a payer's lines after them, then that of all. None
    when the convention has no plan.
    """
    plan = etude.convention.financement
    if plan is None:
        return None
    moyens = {annee: suivi.moyens for annee, suivi in etude.suivi.suivis.items()}
    rapproches = calculs.rapprocher_du_plan(plan, moyens)
    parties = {partie.id: partie.nom_court for partie in etude.convention.parties}
    payeurs = [parties.get(ligne.payeur or "", ligne.autre_payeur or "") for ligne in plan.lignes]
    rapproches = rapproches.assign(payeur=[payeurs[rang] for rang in rapproches["rang"]])

    de_l_annee = rapproches[rapproches["annee"].eq(etude.annee)]
    rangees = _avec_les_sommes(etude, de_l_annee)
    cumulees = _avec_les_sommes(etude, rapproches)
    libelles = {str(rang): ligne.libelle for rang, ligne in enumerate(plan.lignes)}
    table = pd.DataFrame(
        {
            "libelle": [libelles.get(cle, cle) for cle in rangees["cle"]],
            "prevu": rangees["prevu"].map(_prevu),
            "depense": _depenses(etude, rangees),
            "prevu_cumule": cumulees["prevu"].map(_prevu),
            "depense_cumule": _depenses(etude, cumulees),
        }
    )
    premiere_annee = etude.annee == etude.convention.debut.year
    return etude.tableau(
        "financement",
        table,
        dict.fromkeys(CUMULEES) if premiere_annee else None,
        mots={"unite": etude.mot(f"financement_{plan.unite}")},
        groupes=rangees["payeur"],
        statuts=[Statut.PROVISOIRE] if cumulees["provisoire"].any() else (),
        donnees=rapproches.assign(
            libelle=[plan.lignes[rang].libelle for rang in rapproches["rang"]], unite=plan.unite
        )[
            [
                "payeur",
                "libelle",
                "annee",
                "prevu",
                "depense",
                "incomplet",
                "provisoire",
                "suivie",
                "unite",
            ]
        ],
    )


def _avec_les_sommes(etude: EtudeAnnuelle, rapproches: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of some years, those of a payer together, then the sums.

    ``cle`` is the rank of a line as text, or the label of a sum.
    """
    du_plan = calculs.additionner(rapproches, ["payeur", "rang"])
    morceaux = []
    for _, du_payeur in du_plan.groupby("payeur", sort=False):
        morceaux.append(du_payeur.assign(cle=du_payeur["rang"].astype(str)))
        if len(du_payeur) > 1:
            morceaux += _sommes(etude, du_payeur)
    if du_plan["payeur"].nunique() > 1:
        ensemble = du_plan.assign(payeur=etude.mot("financement_ensemble"))
        morceaux += _sommes(etude, ensemble)
    return pd.concat(morceaux, ignore_index=True)


def _sommes(etude: EtudeAnnuelle, du_plan: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the sum of some lines; before it that of those that are followed, when some are not:
    what was spent compares with it alone.
    """
    suivies = du_plan[du_plan["suivie"]]
    sommes = [calculs.additionner(du_plan, ["payeur"]).assign(cle=etude.mot("financement_total"))]
    if 0 < len(suivies) < len(du_plan):
        des_suivies = calculs.additionner(suivies, ["payeur"])
        sommes.insert(0, des_suivies.assign(cle=etude.mot("financement_total_suivi")))
    return sommes


def _prevu(montant: float) -> str:
    """Return an amount of the plan, « – » when it writes none."""
    return nombre_court(montant) if pd.notna(montant) else RIEN


def _depenses(etude: EtudeAnnuelle, rangees: pd.DataFrame) -> list[str]:
    """Return what was spent, row by row: « 12 000 », « au moins 8 000 », « non transmis »,
    « 4 000 prévus ne sont pas suivis » of a sum that plans more than what is followed.
    """
    absence = partial(etude.contexte.absence, Statut.NON_TRANSMIS)
    depenses = []
    for rangee in lignes(rangees, _Rangee):
        if not rangee.suivie:
            depenses.append(etude.mot("financement_non_suivi"))
        elif rangee.hors_suivi:
            hors_suivi = nombre_court(rangee.hors_suivi)
            depenses.append(etude.texte("bilan.financement_en_partie", montant=hors_suivi))
        elif pd.isna(rangee.depense):
            depenses.append(absence() if rangee.incomplet else RIEN)
        else:
            prefixe = AU_MOINS if rangee.incomplet else ""
            statut = Statut.PROVISOIRE if rangee.provisoire else Statut.NORMAL
            depenses.append(marquer(prefixe + nombre_court(rangee.depense), statut))
    return depenses
