"""Les années à venir, aussi loin que l'essai le permet."""

import numpy as np
import pandas as pd

from ctglib.atelier.phrases import DemandeImpossible, dire, impossible, inconnu
from ctglib.atelier.series import Lieux, codes_des_lieux
from ctglib.atelier.tables import avec_attributs
from ctglib.blocs.prolongement import Avenir, lire_l_avenir
from ctglib.donnees import publiques
from ctglib.donnees.modeles.prolongement import Cible

COLONNES = [
    "territoire",
    "libelle",
    "annee",
    "horizon",
    "valeur",
    "bas",
    "central",
    "haut",
    "a_tenu",
    "statut",
]


def prolonger(code: str, lieux: Lieux, jusqu_a: int | None = None) -> pd.DataFrame:
    """Prolonge les naissances de communes, aussi loin que l'essai le permet.

    La fourchette est « huit chances sur dix » ; ``a_tenu`` dit combien de fois sur 100 elle a tenu
    dans l'essai (docs/prolongement.md), pour les communes de cette taille. Une année que l'essai
    refuse a une ligne sans valeur, et ``statut`` dit pourquoi.

    Paramètres :
        code: « insee_naissances », ou « moins_de_3_ans » : les enfants nés dans les trois dernières
            années.
        lieux: Des communes : des noms, des codes, ou une table de ``lieux``.
        jusqu_a: La dernière année ; par défaut, aussi loin que l'essai est allé.

    Rend :
        territoire, libelle, annee, horizon (en années ; 0 pour une année connue), valeur (connue),
        bas, central, haut, a_tenu, statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> enfants = a.prolonger("moins_de_3_ans", "Harnes", 2028)
        >>> int(enfants["annee"].max())
        2028
    """
    codes = codes_des_lieux(lieux)
    noms = {territoire.code: territoire.nom for territoire in publiques.nommer(codes)}
    tables = []
    refus = []
    remarques = []
    for territoire in codes:
        nom = noms.get(territoire, territoire)
        avenir = lire_l_avenir(territoire)
        cible = _cible(code, avenir)
        if avenir.motif:
            refus.append(dire("prolongement_refuse", nom=nom, raison=_raison(avenir.motif)))
            continue
        annees = _annees(avenir, cible, jusqu_a)
        tables.append(annees.assign(territoire=territoire, libelle=nom))
    if not tables:
        raise DemandeImpossible(" ".join(refus))
    table = pd.concat(tables, ignore_index=True)[COLONNES]
    if table["bas"].isna().all():
        raise impossible("prolongement_sans_fourchette", raisons=_raisons(table))
    titre = avenir.regles.cibles[cible].libelle
    source = dire("prolongement_source", origine=avenir.origine)
    remarques += [*refus, dire("prolongement_non_dit")]
    return avec_attributs(table, titre, source, remarques)


def _cible(code: str, avenir: Avenir) -> Cible:
    """Return the target of a code, or refuse the code."""
    cibles: dict[str, Cible] = {avenir.regles.serie: "naissances"}
    cibles |= {cible: cible for cible in avenir.regles.cibles}
    if code not in cibles:
        raise inconnu(dire("prolongement_de"), code, cibles, dire("prolongement_seul"))
    return cibles[code]


def _annees(avenir: Avenir, cible: Cible, jusqu_a: int | None) -> pd.DataFrame:
    """Return the known years of a place, then those to come."""
    annees = avenir.regles.cibles[cible].annees
    connues = avenir.naissances.rolling(annees).sum().dropna()
    passe = pd.DataFrame(
        {"annee": connues.index.astype(int), "valeur": connues.to_numpy(), "horizon": 0}
    )
    passe = passe.assign(statut=dire("prolongement_connu"))
    a_venir = avenir.prolonger(cible, jusqu_a)
    tenues = {
        ligne.horizon: ligne.couverture
        for ligne in avenir.epreuve.lignes
        if (ligne.cible, ligne.classe) == (cible, avenir.classe)
    }
    a_venir = a_venir.assign(
        valeur=np.nan,
        a_tenu=a_venir["horizon"].map(tenues).where(a_venir["motif"].eq("")),
        statut=a_venir["motif"].map(_raison),
    )
    return pd.concat([passe, a_venir.drop(columns="motif")], ignore_index=True)


def _raison(motif: str) -> str:
    """Return why there is no range, in words; « prolongé » when there is one."""
    return dire(f"prolongement_{motif or 'dit'}")


def _raisons(table: pd.DataFrame) -> str:
    a_venir = table[table["horizon"].gt(0)]
    return " ; ".join(dict.fromkeys(a_venir["libelle"] + " : " + a_venir["statut"]))
