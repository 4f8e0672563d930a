"""The map of a rate, commune by commune: what it reads, and its figure.

Its words and the measures that it may colour are those of ``catalogue/portrait.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd
from matplotlib.figure import Figure as Dessin

from ctglib.calculs.ecriture import enumerer
from ctglib.calculs.portrait import TROP_PEU, taux_par_commune
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charter_style, figure_de
from ctglib.donnees import publiques
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.magasin import (
    COG_DES_COMMUNES,
    derniere_table_si_presente,
    lire_tables,
    tables,
)
from ctglib.donnees.modeles.catalogue import Territoire
from ctglib.donnees.modeles.rapports import Mesure, Portrait
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.graphiques.teintes import CONTOURS, tracer_carte

# In the table of a map: all its communes up to so many; beyond, some, and its CSV has them all.
COMMUNES_TOUTES_MONTREES = 40
LIGNES_DE_LA_CARTE = 24
COMMUNES_NOMMEES = 3  # no more communes are named in a sentence
COMMUNE = "commune"


@dataclass(frozen=True)
class Carte:
    """The rates of the communes around a place, and what they are.

    Attributes:
        mesure: The rate, of the catalogue.
        communes: code, nom, contour, numerateur, denominateur, valeur (NaN for none), borne_basse
            and borne_haute, one row a commune, the highest rate first.
        autour: What the communes make up.
        source: The producers and their years.
        sur: How many communes the place has, outlined or not.
        annee: Of both counts; None where each is of its own last year.
    """

    mesure: Mesure
    communes: pd.DataFrame
    autour: Territoire
    source: str
    sur: int
    annee: int | None = None


def lire_carte(dossier: Dossier) -> Carte | None:
    """Return the rates of the communes of the EPCI of a convention, in the last year published.

    The rate is the first of the catalogue that half of these communes have. None for a fictional
    convention, for a territory larger than an EPCI, and when outlines or rates are not in the
    store.
    """
    convention = dossier.convention
    territoire = dossier.catalogue.territoires[convention.territoire]
    if convention.fictive or territoire.niveau not in (COMMUNE, "epci"):
        return None
    epci = _epci(territoire)
    if not epci or not tables("ign_contours"):
        return None
    officielles = derniere_table_si_presente(COG_DES_COMMUNES)
    communes = lire_tables(officielles, [epci], ["libelle"], "epci")["territoire"].tolist()
    contours = publiques.contours(communes)
    if len(contours) < 2:
        return None
    (autour,) = publiques.nommer([epci])
    regles = charger_yaml("catalogue/portrait.yaml", Portrait)
    mesures = {mesure.id: mesure for theme in regles.themes.values() for mesure in theme.mesures}
    annees = publiques.series().set_index("code")["annees"]
    for nom in regles.carte:
        mesure = mesures[nom]
        parties = [mesure.numerateur[0], cast("str", mesure.denominateur)]  # a rate has both
        communs = set.intersection(*(set(annees.get(partie, ())) for partie in parties))
        if not communs:
            continue
        annee = max(communs)
        haut, bas = (publiques.lire(partie, communes, [annee]) for partie in parties)
        taux = taux_par_commune(
            haut.set_index("territoire")["valeur"],
            bas.set_index("territoire")["valeur"],
            mesure,
            (haut.attrs["arrondi"] or 1) // 2,
            (bas.attrs["arrondi"] or 1) // 2,
            regles.minimum,
            regles.prudence,
        )
        if assez_connus(taux, communes):
            source = " ; ".join(dict.fromkeys([haut.attrs["source"], bas.attrs["source"]]))
            dessinees = tracables(contours, taux)
            return Carte(mesure, dessinees, autour, source, sur=len(communes), annee=annee)
    return None


def _epci(territoire: Territoire) -> str:
    """Return the code of the EPCI of a commune, "" for none; that of an EPCI is its own."""
    if territoire.niveau != COMMUNE:
        return territoire.code
    officielles = derniere_table_si_presente(COG_DES_COMMUNES)
    return "".join(lire_tables(officielles, [territoire.code], ["epci"])["epci"].fillna(""))


def assez_connus(taux: pd.DataFrame, communes: Sequence[str]) -> bool:
    """Tell whether half of the communes have a rate, two at least."""
    return taux["valeur"].notna().sum() >= max(2, len(communes) / 2)


def tracables(contours: pd.DataFrame, taux: pd.DataFrame) -> pd.DataFrame:
    """Return outlines with their rates, the highest first; those without a rate come last."""
    communes = contours.merge(taux, left_on="code", right_index=True, how="left")
    return communes.sort_values("valeur", ascending=False)


def figure_de_la_carte(
    carte: Carte,
    contexte: Contexte,
    *,
    nom: str,
    entouree: str,
    taux: Callable[[float], str],
    effectif: Callable[[float], str],
) -> Figure:
    """Return the map. Its caption reads the highest and the lowest rate; of more communes than
    ``COMMUNES_TOUTES_MONTREES``, its table has the highest and the lowest, and its CSV all of them.

    Args:
        carte: The rates.
        contexte: The words of charts and tables.
        nom: The name of the file.
        entouree: The code of the commune whose border is drawn over the others, "" for none.
        taux: Writes a rate.
        effectif: Writes a numerator.
    """
    regles = charger_yaml("catalogue/portrait.yaml", Portrait)
    communes = carte.communes
    with charter_style():
        dessin = Dessin(figsize=(6.7, 3.1), layout="constrained")
        axes = dessin.add_subplot()
        tracer_carte(axes, communes, legende=carte.mesure.libelle, entouree=entouree)

    donnees = communes.drop(columns="contour")
    avec_taux = donnees[donnees["valeur"].notna()]
    lignes_montrees = donnees
    notes = []
    if len(donnees) > COMMUNES_TOUTES_MONTREES:
        moitie = LIGNES_DE_LA_CARTE // 2
        extremes = pd.concat([avec_taux.head(moitie), avec_taux.tail(moitie)])
        lignes_montrees = extremes.drop_duplicates("code")
    if len(lignes_montrees) < len(donnees):
        notes.append(contexte.texte("portrait.carte_lignes", lignes=LIGNES_DE_LA_CARTE))
    tableau = contexte.presenter(
        regles.tableaux["carte_donnees"],
        lignes_montrees,
        {
            "valeur": lambda valeur: regles.mots[TROP_PEU] if pd.isna(valeur) else taux(valeur),
            "numerateur": effectif,
        },
        cle=f"donnees-{nom}",
        mots={"mesure": carte.mesure.libelle, "source": carte.source},
        donnees=donnees,
        donnees_de=nom,
        notes=notes,
    )

    plus_haut = avec_taux.iloc[0]
    plus_bas = avec_taux.iloc[-1]
    mots = {
        "mesure": carte.mesure.libelle,
        "haut": plus_haut["nom"],
        "aussi_haut": _non_departagees(plus_haut, avec_taux, contexte),
        "plus": taux(plus_haut["valeur"]),
        "bornes_du_haut": _bornes(plus_haut, taux, contexte),
        "bas": plus_bas["nom"],
        "aussi_bas": _non_departagees(plus_bas, avec_taux, contexte),
        "moins": taux(plus_bas["valeur"]),
        "bornes_du_bas": _bornes(plus_bas, taux, contexte),
        "communes": len(communes),
        "sur": carte.sur,
    }
    lecture = contexte.texte(
        "portrait.carte_lecture",
        hachurees=len(avec_taux) < len(communes),
        minimum=regles.minimum,
        prudence=regles.prudence,
        **mots,
    )
    return figure_de(
        dessin,
        nom=nom,
        titre=contexte.texte("portrait.carte_titre", autour=carte.autour.nom, **mots),
        source=f"{carte.source} ; contours : {CONTOURS}",
        alt=contexte.texte("portrait.carte_alt", le=carte.autour.le, **mots),
        lecture=lecture,
        tableau=tableau,
    )


def _non_departagees(extreme: pd.Series, avec_taux: pd.DataFrame, contexte: Contexte) -> str:
    """Return from which communes rounding does not tell that of an extreme rate apart, "" for none:
    no commune is the lowest when another may be lower.
    """
    autres = avec_taux[avec_taux["code"].ne(extreme["code"])]
    peut_etre_au_dessus = autres["borne_haute"].ge(extreme["borne_basse"])
    peut_etre_au_dessous = autres["borne_basse"].le(extreme["borne_haute"])
    codes = autres.loc[peut_etre_au_dessus & peut_etre_au_dessous, "code"].tolist()
    if not codes:
        return ""
    noms = ""
    if len(codes) <= COMMUNES_NOMMEES:
        noms = enumerer([commune.de for commune in publiques.nommer(codes)])
    return contexte.texte("portrait.non_departagees", noms=noms, combien=len(codes))


def _bornes(commune: pd.Series, taux: Callable[[float], str], contexte: Contexte) -> str:
    """Return between what and what rounding leaves a rate, "" when both are written the same."""
    bas = taux(commune["borne_basse"])
    haut = taux(commune["borne_haute"])
    if bas == haut:
        return ""
    return contexte.texte("portrait.entre", bas=bas, haut=haut)
