"""L'évolution d'une commune à côté de celles qui lui ressemblent, avec son incertitude."""

from dataclasses import dataclass, replace

import pandas as pd

from ctglib.atelier.phrases import dire, impossible
from ctglib.atelier.series import PUBLIQUE, code_du_lieu, lieux
from ctglib.atelier.suivre import evolution
from ctglib.atelier.tables import attributs, avec_attributs, redire
from ctglib.calculs.comparables import calculer, marge, semblables
from ctglib.calculs.ecriture import variation
from ctglib.document.typographie import compter, de_a, points
from ctglib.donnees.lignes import lignes as lire_lignes
from ctglib.donnees.magasin import charger_famille, departement_de
from ctglib.donnees.marques import Marque
from ctglib.donnees.modeles.catalogue import Comparaison
from ctglib.donnees.nombres import Nombres, marques_de, nombres
from ctglib.donnees.structure import lire_structure
from ctglib.donnees.yaml_strict import charger_yaml

COLONNES = [
    "rang",
    "territoire",
    "libelle",
    "distance",
    "annee_depart",
    "depart",
    "annee",
    "valeur",
    "evolution",
    "evolution_min",
    "evolution_max",
    "choisi",
]


@dataclass(frozen=True)
class Ecart:
    """The change of a commune, the mean one of those alike it, the gap and its bounds, in %; how
    many of these are as far from the mean; whether rounding alone may make the gap.
    """

    variation: float
    variation_moyenne: float
    ecart: float
    ecart_min: float
    ecart_max: float
    aussi_eloignees: int
    bruit: bool


def comparables(
    code: str,
    commune: str,
    debut: int | None = None,
    fin: int | None = None,
    *,
    n: int | None = None,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Compare l'évolution d'une commune à celle des communes du département qui lui ressemblent, et
    dit ce que l'arrondi de la source laisse incertain.

    Les communes sont choisies par la densité, la taille et la structure des ménages, jamais par ce
    qui est comparé : la règle de l'évaluation finale (data/catalogue/comparaison.yaml). L'écart à
    leur moyenne, ses bornes et le nombre de communes aussi éloignées sont dans les remarques. Une
    comparaison, jamais un effet.

    Paramètres :
        code: Le code d'une série d'effectifs (voir ``chercher``).
        commune: Nom ou code.
        debut: La première année ; par défaut, la première depuis la dernière rupture que
            connaissent plus de la moitié des communes.
        fin: La dernière année ; par défaut, la dernière que connaissent plus de la moitié des
            communes.
        n: Combien de communes ; vingt, comme dans l'évaluation finale, par défaut.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité des valeurs.

    Rend :
        rang (0 pour la commune elle-même, 1 pour la plus proche), territoire, libelle, distance,
        annee_depart, depart, annee, valeur, evolution (%), evolution_min et evolution_max (selon
        l'arrondi), choisi.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.comparables("cnaf_foyers_rsa", "Harnes", n=3)["rang"].tolist()
        [0, 1, 2, 3]
    """
    regle = charger_yaml("catalogue/comparaison.yaml", Comparaison)
    ici = code_du_lieu(commune)
    if ici not in set(lieux(niveau="commune")["code"]):
        raise impossible("comparables_de_communes", lieu=commune)
    departement = departement_de(pd.Series([ici])).iloc[0]
    changements = evolution(code, lieux(departement=departement), debut, fin)
    attrs = attributs(changements)
    if attrs["unite"] != "nombre":
        raise impossible("comparables_d_effectifs", serie=attrs["sujet"], unite=attrs["unite"])
    _refuser_les_ruptures(changements["ecart"], attrs["sujet"])
    changements = changements.set_index("territoire")
    connus = changements[changements["valeur"].notna() & changements["depart"].gt(0).fillna(False)]
    if ici not in connus.index:
        raise impossible("comparables_sans_valeur", commune=commune, serie=attrs["sujet"])
    if len(connus) == 1:
        raise impossible("ailleurs", serie=attrs["sujet"], lieux=commune, origine=PUBLIQUE)
    structure = lire_structure(regle.ressemblance, connus.index)
    voisins = regle.reglage.voisins if n is None else n
    fenetre = regle.reglage.fenetre
    distances = semblables(structure, ici, regle.ressemblance, fenetre=fenetre, voisins=voisins)
    if distances.empty:
        raise impossible("sans_comparables", commune=commune)

    lues = [(charger_famille(nom), annee) for nom, annee in structure.attrs["tables"].items()]
    sources = " ; ".join(
        f"{famille.producteur}, « {famille.titre} », {annee}" for famille, annee in lues
    )
    arrondi = attrs["series"][code].arrondi
    marges = pd.Series({code: marge(arrondi if pd.notna(arrondi) else None)})
    avant = changements[["depart"]].astype(float).set_axis([code], axis=1)
    apres = changements[["valeur"]].astype(float).set_axis([code], axis=1)
    calculs = calculer(avant, apres, ici, list(distances.index), marges)
    ecart = next(lire_lignes(calculs, Ecart))

    table = _avec_bornes(connus.loc[[ici, *distances.index]], marges[code])
    table = table.assign(
        rang=range(len(table)), distance=distances, choisi=table.index == ici
    ).reset_index()
    nom = table["libelle"].iloc[0]
    remarques = [
        *_dire_l_ecart(ecart, nom, len(distances)),
        dire("comparables_choisies", fenetre=fenetre, sources=sources),
        dire("ressemblance_sans_effet"),
        *changements.attrs.get("remarques", ()),
    ]
    titre_par_defaut = dire(
        "titre_des_comparables",
        serie=attrs["sujet"],
        commune=nom,
        nombre=len(distances),
        annees=f"{table['annee_depart'].iloc[0]} à {table['annee'].iloc[0]}",
    )
    comparees = avec_attributs(table[COLONNES], titre_par_defaut, remarques=remarques)
    return redire(comparees, titre, source, unite)


def _refuser_les_ruptures(ecarts: pd.Series, serie: str) -> None:
    """Refuse changes that are made across a break of their series."""
    ruptures = []
    for marque in set(marques_de(ecarts)):
        if marque is not None:
            ruptures += [annee for annee, _ in marque.ruptures]
    if ruptures:
        raise impossible("comparables_rompus", serie=serie, annee=max(ruptures))


def _avec_bornes(table: pd.DataFrame, jeu: float) -> pd.DataFrame:
    """Return changes with what they may be, the two counts of each being rounded: evolution_min,
    evolution_max. ``jeu`` is how far a count may be from the one that is published.
    """
    depart = table["depart"].astype(float)
    valeur = table["valeur"].astype(float)
    au_moins = 100 * ((valeur - jeu).clip(lower=0) / (depart + jeu) - 1)
    au_plus = 100 * ((valeur + jeu) / (depart - jeu) - 1)
    marques = marques_de(table["evolution"])
    return table.assign(
        evolution_min=_comme(au_moins, marques), evolution_max=_comme(au_plus, marques)
    )


def _dire_l_ecart(ecart: Ecart, commune: str, nombre: int) -> list[str]:
    """Return the gap to the mean of some communes, then how many of them are as far from it."""
    phrase = "comparables_dans_l_arrondi" if ecart.bruit else "comparables_au_dela"
    return [
        dire(
            phrase,
            commune=commune,
            evolution=variation(ecart.variation),
            moyenne=variation(ecart.variation_moyenne),
            ecart=points(ecart.ecart),
            bornes=de_a(ecart.ecart_min, ecart.ecart_max),
        ),
        dire(
            "comparables_aussi_eloignees",
            aussi_eloignees=compter(ecart.aussi_eloignees, "commune"),
            nombre=nombre,
        ),
    ]


def _comme(valeurs: pd.Series, marques: list[Marque | None]) -> Nombres:
    """Return bounds of values with the marks of these: they come from the same counts."""
    sans_arrondi = [None if marque is None else replace(marque, arrondi=0.0) for marque in marques]
    return nombres(valeurs, sans_arrondi)
