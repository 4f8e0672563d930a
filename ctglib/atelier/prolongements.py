"""Les années à venir, aussi loin que l'essai le permet."""

import re

import numpy as np
import pandas as pd

from ctglib.atelier.phrases import DemandeImpossible, dire, impossible, inconnu
from ctglib.atelier.series import Lieux, codes_des_lieux
from ctglib.atelier.tables import avec_attributs, redire
from ctglib.blocs.prolongement import ENFANTS, Avenir, Prolongement, lire_l_avenir
from ctglib.calculs.ecriture import enumerer, nombre
from ctglib.document.contexte import Contexte
from ctglib.donnees import publiques
from ctglib.donnees.magasin import villes
from ctglib.donnees.marques import Marque, Origine
from ctglib.donnees.modeles.catalogue import Territoire
from ctglib.donnees.modeles.prolongement import Cible
from ctglib.donnees.nombres import nombres
from ctglib.donnees.statuts import Statut

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
    "pire",
    "dessous",
    "dessus",
    "ici",
    "statut",
]
# The unit of what is said of a year; times, and communes, out of a hundred.
UNITES = {
    "valeur": "nombre",
    "bas": "nombre",
    "central": "nombre",
    "haut": "nombre",
    "a_tenu": "pour_100",
    "pire": "pour_100",
    "dessous": "pour_100",
    "dessus": "pour_100",
}


def prolonger(
    code: str,
    lieux: Lieux,
    jusqu_a: int | None = None,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Prolonge les naissances de communes, aussi loin que l'essai le permet.

    La fourchette est « huit chances sur dix » ; ``a_tenu`` dit combien de fois sur 100 des
    fourchettes réglées de même, sur moins d'années, ont tenu dans l'essai (docs/prolongement.md),
    pour les communes de cette taille. Là où ``statut`` dit « promesse non prouvée », l'essai ne
    prouve pas « huit chances sur dix ». Une année que l'essai refuse, ou un lieu qu'il refuse parmi
    d'autres, a une ligne sans valeur, et ``statut`` dit pourquoi.

    Paramètres :
        code: « insee_naissances », ou « moins_de_3_ans » : les enfants nés dans les trois dernières
            années.
        lieux: Des communes : des noms, des codes, ou une table de ``lieux``.
        jusqu_a: La dernière année ; par défaut, aussi loin que l'essai est allé.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité des valeurs et de la fourchette.

    Rend :
        territoire, libelle, annee, horizon (en années ; 0 pour une année connue), valeur (connue),
        bas, central, haut, a_tenu, pire (à l'année de départ la plus mauvaise), dessous et dessus
        (communes sur 100, en moyenne, de part et d'autre), ici (combien des fourchettes passées
        auraient tenu pour ce lieu, « 2 sur 5 » ; pour « moins_de_3_ans » seulement), statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> enfants = a.prolonger("moins_de_3_ans", "Harnes", 2028)
        >>> int(enfants["annee"].max())
        2028
    """
    _refuser_les_arrondissements(lieux)
    codes = codes_des_lieux(lieux)
    nommes = {territoire.code: territoire for territoire in publiques.nommer(codes)}
    noms = {nomme.code: nomme.nom for nomme in nommes.values()}
    tables = []
    refus = []
    gardes = []
    for territoire in codes:
        nom = noms.get(territoire, territoire)
        avenir = lire_l_avenir(territoire)
        cible = _cible(code, avenir)
        if jusqu_a is not None and jusqu_a <= avenir.origine:
            raise impossible("prolongement_pas_a_venir", annee=jusqu_a, origine=avenir.origine)
        if avenir.motif:
            raison = _raison(avenir.motif, avenir)
            refus.append(dire("prolongement_refuse", nom=nom, raison=raison))
            annees = _annees_refusees(avenir, raison, jusqu_a)
        else:
            annees = _annees(avenir, cible, jusqu_a)
            sans_fourchette = annees["bas"].isna().all()
            if sans_fourchette and len(codes) > 1:
                raison = annees.loc[annees["horizon"].gt(0), "statut"].iloc[0]
                refus.append(dire("prolongement_refuse", nom=nom, raison=raison))
            elif cible == ENFANTS:
                gardes += _gardes(avenir, nommes[territoire], seul=len(codes) == 1)
        tables.append(annees.assign(territoire=territoire, libelle=nom))
    if len(refus) == len(tables):
        raise DemandeImpossible(" ".join(refus))
    table = pd.concat(tables, ignore_index=True).reindex(columns=COLONNES)
    if table["bas"].isna().all():
        raise impossible("prolongement_sans_fourchette", raisons=_raisons(table))
    libelle = avenir.regles.cibles[cible].libelle
    origine = Origine(code, libelle, dire("prolongement_source", origine=avenir.origine))
    table = _avec_marques(table, origine)
    remarques = [
        *refus,
        dire("prolongement_promesse"),
        dire("prolongement_preuve"),
        *gardes,
        dire(
            "prolongement_baisse",
            premiere=avenir.epreuve.premiere_jugee,
            origine=avenir.origine,
            hausses=enumerer([str(annee) for annee in avenir.epreuve.hausses]),
            annee=avenir.epreuve.plus_forte_baisse,
        ),
        dire("prolongement_non_dit"),
    ]
    dite = avec_attributs(table, libelle, origine.source, remarques)
    return redire(dite, titre, source, unite)


def _avec_marques(table: pd.DataFrame, origine: Origine) -> pd.DataFrame:
    """Return years whose numbers know where they come from."""
    annees = table["annee"].astype(int)
    marquees = {}
    for colonne, unite in UNITES.items():
        marques = []
        for annee, absente in zip(annees, table[colonne].isna(), strict=True):
            statut = Statut.NON_DISPONIBLE if absente else Statut.NORMAL
            marques.append(Marque((origine,), unite, statut, annees=(annee, annee)))
        marquees[colonne] = nombres(table[colonne].astype(float), marques)
    return table.assign(**marquees)


def _refuser_les_arrondissements(lieux: Lieux) -> None:
    """Refuse the code of an arrondissement: the trial has the whole city."""
    demandes = [lieux] if isinstance(lieux, str | pd.DataFrame) else lieux
    for demande in demandes:
        for code, ville in villes().items():
            if isinstance(demande, str) and re.fullmatch(ville.motif, demande):
                (nom,) = [commune.nom for commune in publiques.nommer([code])]
                raise impossible("prolongement_arrondissement", code=demande, ville=nom)


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
    lignes = [
        ligne
        for ligne in avenir.epreuve.lignes
        if (ligne.cible, ligne.classe) == (cible, avenir.classe)
    ]
    prouves = {ligne.horizon for ligne in lignes if ligne.prouvee}
    essais = pd.DataFrame(
        [
            (ligne.horizon, ligne.couverture, ligne.pire, ligne.dessous, ligne.dessus)
            for ligne in lignes
        ],
        columns=["horizon", "a_tenu", "pire", "dessous", "dessus"],
    )
    a_venir = a_venir.merge(essais, on="horizon", how="left")
    refusees = a_venir["motif"].ne("")
    a_venir.loc[refusees, ["a_tenu", "pire", "dessous", "dessus"]] = np.nan
    a_venir = a_venir.assign(
        valeur=np.nan,
        ici=_ici(avenir, cible, a_venir[~refusees]),
        statut=[_raison(motif, avenir) for motif in a_venir["motif"]],
    )
    constatees = _constatees(avenir, cible, a_venir["annee"])
    deja = constatees.notna() & ~refusees
    a_venir.loc[deja, "statut"] = [
        dire("prolongement_constate", valeur=nombre(valeur)) for valeur in constatees[deja]
    ]
    non_prouvees = ~refusees & ~a_venir["horizon"].isin(prouves)
    a_venir.loc[non_prouvees, "statut"] += dire("prolongement_non_prouve")
    return pd.concat([passe, a_venir.drop(columns="motif")], ignore_index=True)


def _gardes(avenir: Avenir, territoire: Territoire, *, seul: bool) -> list[str]:
    """Return the warnings of the reports about a place, under its name when it is not alone."""
    contexte = Contexte({}, {}, {}, territoire, territoire, "")
    phrases = Prolongement(avenir, contexte).mises_en_garde()
    if seul:
        return phrases
    return [dire("prolongement_garde", nom=territoire.nom, garde=phrase) for phrase in phrases]


def _annees_refusees(avenir: Avenir, raison: str, jusqu_a: int | None) -> pd.DataFrame:
    """Return the years to come of a place that the trial refuses: none has a value."""
    annees = range(avenir.origine + 1, (jusqu_a or avenir.derniere_annee) + 1)
    horizons = [annee - avenir.origine for annee in annees]
    return pd.DataFrame({"annee": list(annees), "horizon": horizons, "statut": raison})


def _ici(avenir: Avenir, cible: Cible, dites: pd.DataFrame) -> pd.Series:
    """Return how often the ranges of past origins would have held here, by row of ``dites``."""
    if cible != ENFANTS:
        return pd.Series(index=dites.index, dtype=object)
    passes = avenir.passes(int(horizon) for horizon in dites["horizon"])
    ecrites = [
        dire("prolongement_ici", dedans=passe["dedans"], origines=passe["origines"])
        for passe in passes.to_dict("records")
    ]
    return pd.Series(ecrites, dites.index, dtype=object)


def _constatees(avenir: Avenir, cible: Cible, annees: pd.Series) -> pd.Series:
    """Return what is known since of the years to come; missing of most."""
    if cible == ENFANTS:
        return annees.map(avenir.enfants_constates)
    return annees.map(avenir.suivantes)


def _raison(motif: str, avenir: Avenir) -> str:
    """Return why there is no range, in words; « prolongé » when there is one."""
    au_plus = nombre(avenir.regles.naissances_au_plus)
    return dire(
        f"prolongement_{motif or 'dit'}",
        naissances_au_plus=au_plus,
        connues_depuis=avenir.connues_depuis,
        separee_le=avenir.jour_de_la_separation,
    )


def _raisons(table: pd.DataFrame) -> str:
    a_venir = table[table["horizon"].gt(0)]
    return " ; ".join(dict.fromkeys(a_venir["libelle"] + " : " + a_venir["statut"]))
