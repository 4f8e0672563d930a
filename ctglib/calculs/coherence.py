"""The consistency check of a convention: what its figures and its text contradict or leave out.

A rule is a function of ``REGLES``: it yields findings (``Constat``), each made by
``Controle.constat``. ``regles.yaml`` has the severity and the question of each rule, and the words
around the facts that it finds: the names between their braces are those that the function gives.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from ctglib.calculs.affirmations import EPSILON, VARIATION, Lecture, juger
from ctglib.calculs.comparaison import ruptures_dans
from ctglib.calculs.ecriture import (
    SEPARATEUR,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    pourcent,
    variation,
)
from ctglib.calculs.offre import ages, ages_accueillis, manques
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.formules import appliquer
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles import coherence as modeles
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Affirmation
from ctglib.donnees.modeles.plan import Absence, Fiche, IndicateurFiche, ValeurDatee
from ctglib.donnees.plan import est_ajoute

COLONNES = (
    "cle",
    "regle",
    "libelle",
    "lieu",
    "objet",
    "ecrit",
    "calcule",
    "gravite",
    "question",
    "a_qui",
    "statut",
    "motif",
    "pourquoi",
    "territoire",
    "indicateurs",
    "numero",
)
# Those of the other statuses, said again by other findings or corrected, are in the CSV only.
STATUTS_MONTRES = ("ouvert", "justifie")
GRAVITES_DOUTEUSES = ("a_corriger", "a_verifier")
Constat = dict[str, str]
# The columns that the words of the rule fill, then those that a function may fill by itself.
MOTS = ("lieu", "objet", "ecrit", "calcule")
PROPRES_AU_CONSTAT = ("question", "pourquoi", "statut", "motif")


def controler(dossier: Dossier) -> pd.DataFrame:
    """Return every finding, first those that the reports show, by severity, status and rule.

    The parties may justify a finding, or say that others repeat it. A justification that names a
    finding that is no longer there changes nothing, and is itself a finding.

    Returns:
        The columns ``COLONNES``. ``cle`` is unique and stable (rule, indicators, territory):
        justifications name it; ``numero`` runs from 1. ``statut``: ouvert, justifie (with its
        ``motif``), redit (``motif`` names the findings that say it) or corrige (a declared
        correction). ``pourquoi`` is why the rule must hold. ``territoire`` is the name of the only
        one concerned, "" when there are several. ``indicateurs`` are those whose values the finding
        makes doubtful, joined by « ; ».
    """
    controle = Controle(dossier)
    constats: list[Constat] = []
    for regle in REGLES:
        constats.extend(regle(controle))

    par_cle = {constat["cle"]: constat for constat in constats}
    obsoletes: list[Constat] = []
    for justification in dossier.justifications:
        cle = justification.cle
        cles_citees = (cle, *justification.redit_par)
        cles_absentes = [citee for citee in cles_citees if citee not in par_cle]
        if cles_absentes:
            obsolete = controle.constat(
                "justification_obsolete",
                cle,
                cle=cle,
                absents=", ".join(cles_absentes),
                ecrit=justification.raison or "redit par d'autres constats",
            )
            obsoletes.append(obsolete)
        elif justification.raison is None:
            motif = " ; ".join(justification.redit_par)
            par_cle[cle].update(statut="redit", motif=motif)
        else:
            date = justification.date.strftime("%d/%m/%Y")
            motif = f"{justification.raison} ({justification.par}, {date})"
            par_cle[cle].update(statut="justifie", motif=motif)

    table = pd.DataFrame([*constats, *obsoletes], columns=list(COLONNES))
    regles = dossier.catalogue.regles
    rangs = pd.DataFrame(
        {
            "hors_des_rapports": ~table["statut"].isin(STATUTS_MONTRES),
            "gravite": table["gravite"].map(list(regles.gravites).index),
            "statut": table["statut"].map(list(regles.statuts).index),
            "regle": table["regle"].map(list(regles.regles).index),
        }
    )
    ordre = rangs.sort_values(["hors_des_rapports", "gravite", "statut", "regle"]).index
    numeros = range(1, len(table) + 1)
    return table.loc[ordre].assign(numero=numeros).reset_index(drop=True)


def doutes(controle: pd.DataFrame) -> frozenset[str]:
    """Return the indicators that an open finding of the first two severities makes doubtful."""
    ouverts = controle["statut"].eq("ouvert")
    douteux = controle[ouverts & controle["gravite"].isin(GRAVITES_DOUTEUSES)]
    indicateurs = douteux["indicateurs"].str.split(SEPARATEUR).explode()
    return frozenset(indicateurs.tolist()) - {""}


class Controle(Lecture):
    """What a rule reads (annexe 1, the convention, the catalogue), and how it makes a finding."""

    def __init__(self, dossier: Dossier) -> None:
        super().__init__(dossier)
        self.convention = dossier.convention
        self.relations = dossier.catalogue.relations
        self.regles = dossier.catalogue.regles.regles
        changements = [un for avenant in dossier.avenants for un in avenant.changements]
        self.cibles_des_avenants = {un.element for un in changements if un.nature == "cible"}

    def constat(
        self,
        regle: str,
        *cles: str,
        relation: modeles.Relation | None = None,
        indicateurs: Iterable[str] = (),
        **faits: Any,
    ) -> Constat:
        """Return a finding of a rule.

        Its key is the rule and ``cles``: « part_recalculee:part_rsa:62413 ». A finding of a
        relation has the relation's own object, reason and severity, and its id in the key, after
        the rule.

        Args:
            regle: The rule, whose words, severity and question the finding takes.
            cles: What tells this finding from the others of the rule; the last one may be the code
                of the territory concerned.
            relation: What the finding is about, when the rule is on relations of the catalogue.
            indicateurs: Those whose values the finding makes doubtful.
            faits: What the rule's words name between braces (« {ecrit} », « {fiche.numero} »): a
                text, a number or an object. Those of ``PROPRES_AU_CONSTAT`` are columns of the
                finding as they are.
        """
        definition = self.regles[regle]
        gravite = definition.gravite
        territoire = self.catalogue.territoires.get(cles[-1]) if cles else None
        if relation:
            cles = (relation.id, *cles)
            faits = {"objet": relation.objet, "pourquoi": relation.pourquoi or "", **faits}
            gravite = relation.gravite or gravite
        mots = {mot: getattr(definition, mot).format(**faits) for mot in MOTS}
        a_territoire = majuscule(territoire.a) if territoire else ""
        constat = {
            "cle": ":".join((regle, *cles)),
            "regle": regle,
            "libelle": definition.libelle,
            **mots,
            "lieu": majuscule(mots["lieu"]),
            "gravite": gravite,
            "question": definition.question.format(**mots, A_territoire=a_territoire),
            "a_qui": definition.a_qui,
            "statut": "ouvert",
            "motif": "",
            "pourquoi": "",
            "territoire": territoire.nom if territoire else "",
            "indicateurs": SEPARATEUR.join(indicateurs),
        }
        for colonne in PROPRES_AU_CONSTAT:
            if colonne in faits:
                constat[colonne] = str(faits[colonne])
        return constat

    def d_un_indicateur(
        self,
        regle: str,
        indicateur: str,
        territoire: str,
        *,
        douteux: Iterable[str] = (),
        **faits: Any,
    ) -> Constat:
        """Return a finding on one row of annexe 1: « {indicateur} » in the words of its rule."""
        return self.constat(
            regle,
            indicateur,
            territoire,
            indicateurs=douteux,
            lieu=self.lieu([indicateur], territoire),
            indicateur=self.libelle(indicateur),
            **faits,
        )

    def d_une_fiche(self, regle: str, fiche: Fiche, **faits: Any) -> Constat:
        """Return a finding on one fiche: « {fiche} » is its number in the words of its rule."""
        cle = f"fiche_{fiche.numero}"
        return self.constat(regle, cle, lieu=fiche.reference, fiche=fiche.numero, **faits)


Constats = Iterator[Constat]

# The figures of annexe 1.


def parts_recalculees(controle: Controle) -> Constats:
    """Yield the values that the catalogue's formula does not give, whatever the roundings.

    The recalculation reads « 7 324 / 12 324 = 59,4 % », « de 59,1 % à 59,7 % » when the rounding of
    the inputs leaves a range.
    """
    for indicateur, territoire in product(
        controle.catalogue.indicateurs.values(), controle.territoires
    ):
        imprimee = controle.valeur(indicateur.id, territoire)
        bornes = _bornes_du_recalcul(indicateur, territoire, controle)
        if imprimee is None or bornes is None:
            continue
        minimum, maximum = bornes
        ecart_admis = controle.demi_pas(indicateur.id) + EPSILON
        if minimum - ecart_admis <= imprimee <= maximum + ecart_admis:
            continue
        minimum_ecrit = controle.ecrire(minimum, indicateur.id)
        maximum_ecrit = controle.ecrire(maximum, indicateur.id)
        recalcul = minimum_ecrit
        if minimum_ecrit != maximum_ecrit:
            recalcul = f"de {minimum_ecrit} à {maximum_ecrit}"
        if indicateur.calcul == "ratio_pour_100":
            effectifs = controle.valeurs(indicateur.termes, territoire) or []
            termes = [
                controle.ecrire(effectif, terme)
                for effectif, terme in zip(effectifs, indicateur.termes, strict=True)
            ]
            recalcul = f"{' / '.join(termes)} = {recalcul}"
        yield controle.d_un_indicateur(
            "part_recalculee",
            indicateur.id,
            territoire,
            douteux=(indicateur.id,),
            ecrit=controle.ecrire(imprimee, indicateur.id),
            calcule=recalcul,
        )


def _bornes_du_recalcul(
    indicateur: Indicateur, territoire: str, controle: Controle
) -> tuple[float, float] | None:
    """Return the least and the greatest value that the formula of an indicator gives.

    Its inputs are taken at both ends of their rounding: each formula rises, or falls, with each
    input, so that its extremes are there. None without a formula or without all its inputs.
    """
    if indicateur.calcul is None:
        return None
    entrees = list(dict.fromkeys(indicateur.termes))
    valeurs = controle.valeurs(entrees, territoire)
    if not valeurs:
        return None
    bouts_des_entrees = []
    for entree, valeur in zip(entrees, valeurs, strict=True):
        demi_pas = controle.demi_pas(entree)
        bouts_des_entrees.append({valeur - demi_pas, valeur + demi_pas})
    cas_extremes = pd.DataFrame(list(product(*bouts_des_entrees)), columns=entrees)
    recalculs = appliquer(indicateur.calcul, indicateur.entrees, cas_extremes).dropna()
    if recalculs.empty:
        return None
    return float(recalculs.min()), float(recalculs.max())


@dataclass(frozen=True)
class Contradiction:
    """What contradicts a relation of the catalogue in one territory."""

    indicateurs: Iterable[str]  # whose rows were read
    ecrit: str
    calcule: str
    douteux: Iterable[str]  # whose values it makes doubtful


def _somme(
    relation: modeles.PartiesTout, territoire: str, controle: Controle
) -> Contradiction | None:
    """A whole that is not the sum of its parts: « 120 », « 80 + 45 = 125 ».

    None when a value is absent or of another year: the sum is then unknown.
    """
    parties = controle.valeurs(relation.parties, territoire)
    if relation.tout is None:
        tout = relation.constante
        indicateurs = relation.parties
        douteux = relation.parties
        indicateur_du_tout = relation.parties[0]
    else:
        tout = controle.valeur(relation.tout, territoire)
        indicateurs = (*relation.parties, relation.tout)
        douteux = (relation.tout,)
        indicateur_du_tout = relation.tout
    if parties is None or tout is None or len(set(controle.annees(indicateurs, territoire))) > 1:
        return None
    tolerance = relation.tolerance
    if tolerance is None:
        tolerance = controle.demi_pas(*indicateurs)
    somme = sum(parties)
    if abs(somme - tout) <= tolerance + EPSILON:
        return None
    decimales = controle.catalogue.indicateurs[indicateur_du_tout].decimales
    termes = " + ".join(nombre(partie, decimales) for partie in parties)
    return Contradiction(
        indicateurs,
        ecrit=controle.ecrire(tout, indicateur_du_tout),
        calcule=f"{termes} = {controle.ecrire(somme, indicateur_du_tout)}",
        douteux=douteux,
    )


def _inclusion(
    relation: modeles.Inclusion, territoire: str, controle: Controle
) -> Contradiction | None:
    """A count that exceeds the sum of those that contain it: « au plus 10 en 2021 (« B ») ».

    Their years may differ; they are written only then.
    """
    indicateurs = (relation.partie, *relation.tout)
    valeurs = controle.valeurs(indicateurs, territoire)
    if valeurs is None:
        return None
    if valeurs[0] <= sum(valeurs[1:]) + controle.demi_pas(*indicateurs) + EPSILON:
        return None
    annees = controle.annees(indicateurs, territoire)
    annees_differentes = len(set(annees)) > 1
    ecrites = []
    for indicateur, valeur, annee in zip(indicateurs, valeurs, annees, strict=True):
        ecrite = controle.ecrire(valeur, indicateur)
        ecrites.append(f"{ecrite} en {annee}" if annees_differentes else ecrite)
    libelles_du_tout = [controle.libelle(indicateur) for indicateur in relation.tout]
    return Contradiction(
        indicateurs,
        ecrit=f"{controle.libelle(relation.partie)} : {ecrites[0]}",
        calcule=f"au plus {enumerer(ecrites[1:])} ({enumerer(libelles_du_tout)})",
        douteux=(relation.partie,),
    )


def _variation_comparee(
    relation: modeles.VariationsComparables, territoire: str, controle: Controle
) -> Contradiction | None:
    """A variation that is far from those of all the neighbouring groups."""
    variation_du_groupe = controle.valeur(relation.indicateur, territoire, VARIATION)
    variations_voisines: dict[str, float] = {}
    for voisin in relation.comparables:
        variation_du_voisin = controle.valeur(voisin, territoire, VARIATION)
        if variation_du_voisin is not None:
            variations_voisines[voisin] = variation_du_voisin
    if variation_du_groupe is None or not variations_voisines:
        return None
    ecarts = [abs(variation_du_groupe - voisine) for voisine in variations_voisines.values()]
    if min(ecarts) <= relation.seuil + EPSILON:
        return None
    voisines_ecrites = enumerer(
        [
            f"{variation(voisine)} ({controle.libelle(voisin)})"
            for voisin, voisine in variations_voisines.items()
        ]
    )
    return Contradiction(
        [relation.indicateur],
        ecrit=variation(variation_du_groupe),
        calcule=f"groupes voisins : {voisines_ecrites} (seuil : {nombre(relation.seuil)} points)",
        douteux=(relation.indicateur,),
    )


def _variation_des_parties(
    relation: modeles.VariationDesParties, territoire: str, controle: Controle
) -> Contradiction | None:
    """A variation of a whole that does not follow from those of its parts, whatever the roundings.

    The past of each part follows from its value and its variation; their sum is the past of the
    whole, hence its variation. Parts that are not all of the whole only say what its past was at
    least, hence its variation at most.
    """
    demi_point = controle.regles["variation_des_parties"].seuils["arrondi"] / 2
    indicateurs = (relation.tout, *relation.parties)
    valeurs = controle.valeurs(indicateurs, territoire)
    variations = controle.valeurs(indicateurs, territoire, VARIATION)
    if valeurs is None or variations is None:
        return None
    # A fall of 100 % does not say what the past was.
    if min(variations) - demi_point <= -100:
        return None

    demi_pas = [controle.demi_pas(partie) for partie in relation.parties]
    parties = list(zip(valeurs[1:], variations[1:], demi_pas, strict=True))
    passe_minimal = sum(
        (valeur - arrondi) / (1 + (taux + demi_point) / 100) for valeur, taux, arrondi in parties
    )
    passe = sum(valeur / (1 + taux / 100) for valeur, taux, _ in parties)
    passe_maximal = sum(
        (valeur + arrondi) / (1 + (taux - demi_point) / 100) for valeur, taux, arrondi in parties
    )
    variation_minimale = 100 * (valeurs[0] / passe_maximal - 1)
    variation_impliquee = 100 * (valeurs[0] / passe - 1)
    variation_maximale = 100 * (valeurs[0] / passe_minimal - 1)

    sous_le_maximum = variations[0] - demi_point <= variation_maximale + EPSILON
    sur_le_minimum = variations[0] + demi_point >= variation_minimale - EPSILON
    if sous_le_maximum and (sur_le_minimum or not relation.exhaustives):
        return None
    variations_des_parties = [
        f"{controle.libelle(partie)} {variation(taux)}"
        for partie, taux in zip(relation.parties, variations[1:], strict=True)
    ]
    calcule = f"{variation(variation_impliquee)} d'après les parties"
    if not relation.exhaustives:
        calcule = f"au plus {calcule}"
    return Contradiction(
        indicateurs,
        ecrit=f"{controle.libelle(relation.tout)} : {variation(variations[0])}",
        calcule=f"{calcule} : {enumerer(variations_des_parties)}",
        douteux=(relation.tout,),
    )


def _meme_grandeur(
    relation: modeles.MemeGrandeur, territoire: str, controle: Controle
) -> Contradiction | None:
    """Cells of annexe 1 that give the same thing, a level or a variation, and are not equal."""
    valeurs: list[float] = []
    valeurs_ecrites: list[str] = []
    for lecture in relation.lectures:
        valeur = controle.valeur(lecture.indicateur, territoire, lecture.champ)
        if valeur is None:
            continue
        valeurs.append(valeur)
        libelle = controle.libelle(lecture.indicateur)
        if lecture.champ == "valeur":
            valeurs_ecrites.append(f"{controle.ecrire(valeur, lecture.indicateur)} ({libelle})")
        else:
            valeurs_ecrites.append(f"{variation(valeur)} ({libelle}, variation sur 5 ans)")
    if len(valeurs) < 2:
        return None
    ecart = max(valeurs) - min(valeurs)
    if ecart <= relation.tolerance + EPSILON:
        return None
    dernier_indicateur = controle.catalogue.indicateurs[relation.lectures[-1].indicateur]
    return Contradiction(
        [lecture.indicateur for lecture in relation.lectures],
        ecrit=enumerer(valeurs_ecrites),
        calcule=f"écart de {nombre(ecart, dernier_indicateur.decimales)}",
        douteux=[lecture.indicateur for lecture in relation.lectures if lecture.champ == "valeur"],
    )


def des_relations(controle: Controle) -> Constats:
    """Yield what the rules on relations find: rule by rule, relation by relation, by territory."""
    relations = controle.relations
    yield from _par_territoire("parties_tout", relations.parties_tout, _somme, controle)
    yield from _par_territoire("inclusion", relations.inclusions, _inclusion, controle)
    yield from _par_territoire(
        "variation_comparee", relations.variations_comparables, _variation_comparee, controle
    )
    yield from _par_territoire(
        "variation_des_parties", relations.variations_des_parties, _variation_des_parties, controle
    )
    yield from _par_territoire("meme_grandeur", relations.memes_grandeurs, _meme_grandeur, controle)


RelationLue = TypeVar("RelationLue", bound=modeles.Relation)


def _par_territoire(
    regle: str,
    relations: Iterable[RelationLue],
    contredire: Callable[[RelationLue, str, Controle], Contradiction | None],
    controle: Controle,
) -> Constats:
    """Yield a finding of a rule for each relation that a territory contradicts."""
    for relation, territoire in product(relations, controle.territoires):
        contradiction = contredire(relation, territoire, controle)
        if contradiction is not None:
            yield controle.constat(
                regle,
                territoire,
                relation=relation,
                indicateurs=contradiction.douteux,
                lieu=controle.lieu(contradiction.indicateurs, territoire),
                ecrit=contradiction.ecrit,
                calcule=contradiction.calcule,
            )


def variations_seules(controle: Controle) -> Constats:
    """Yield the variations so great that they are to be confirmed, and those that cross a break.

    The latter measure a change of the source within the five years. They make no indicator doubtful
    here: the sentences on an indicator mention its breaks by themselves.
    """
    limite = controle.catalogue.seuils.variation_invraisemblable
    for (indicateur, territoire), ligne in controle.lignes.items():
        variation_sur_5_ans = controle.valeur(indicateur, territoire, VARIATION)
        if variation_sur_5_ans is None:
            continue
        if abs(variation_sur_5_ans) > limite + EPSILON:
            yield controle.d_un_indicateur(
                "variation_forte",
                indicateur,
                territoire,
                douteux=(indicateur,),
                ecrit=variation(variation_sur_5_ans),
                limite=pourcent(limite, 0),
            )
        ruptures = ruptures_dans(controle.catalogue.indicateurs[indicateur], ligne.annee)
        if ruptures:
            derniere = ruptures[-1]
            yield controle.d_un_indicateur(
                "rupture",
                indicateur,
                territoire,
                annee=derniere.annee,
                pourquoi=derniere.raison,
                ecrit=variation(variation_sur_5_ans),
                limite=pourcent(limite, 0),
            )


def memes_effectifs(controle: Controle) -> Constats:
    """Yield the things whose count is not the same at all places that give it, or is blank at one.

    « 12 (liste des structures) ; 14 (annexe 1) », « 12 ou 14 selon le passage ».
    """
    ici = controle.convention.territoire
    for relation in controle.relations.memes_effectifs:
        effectifs_lus = _effectifs_lus(relation, controle)
        compares, sommes = _effectifs_compares(effectifs_lus)
        # What a list leaves out does not contradict a zero.
        if len(compares) < 2 or compares == {None, 0.0}:
            continue

        connus = {effectif for effectif in compares | sommes if effectif is not None}
        versions = [_ecrire_effectif(effectif) for effectif in sorted(connus)]
        if None in compares:
            versions.append("rien")
        lectures_ecrites = []
        for lecture, effectif in effectifs_lus:
            ecrit = "non donné"
            if effectif is not None:
                ecrit = _ecrire_effectif(effectif)
                if lecture.ajoute:
                    ecrit += " de plus"
            lectures_ecrites.append(f"{ecrit} ({lecture.nom})")
        indicateurs = [
            lecture.indicateur for lecture in relation.lectures if lecture.indicateur is not None
        ]
        lieu = controle.convention.piece("offre")
        if indicateurs and (indicateurs[0], ici) in controle.lignes:
            lieu = f"{controle.lieu(indicateurs[:1], ici)}, et {lieu}"
        yield controle.constat(
            "meme_effectif",
            relation=relation,
            indicateurs=indicateurs,
            lieu=lieu,
            ecrit=" ; ".join(lectures_ecrites),
            calcule=f"{', '.join(versions[:-1])} ou {versions[-1]} selon le passage",
        )


EffectifLu = tuple[modeles.LectureEffectif, float | None]


def _effectifs_lus(relation: modeles.MemeEffectif, controle: Controle) -> list[EffectifLu]:
    """Return the readings of a count, each with what it gives, None when it is left blank.

    Without: those of an offer that is not there at all, or of a row that annexe 1 does not have.
    They contradict nothing. A reading of the offer gives the sum of a characteristic, or the number
    of structures described when it names none.
    """
    ici = controle.convention.territoire
    offre = controle.dossier.offre
    effectifs_lus: list[EffectifLu] = []
    for lecture in relation.lectures:
        if lecture.indicateur is not None:
            if (lecture.indicateur, ici) in controle.lignes:
                effectifs_lus.append((lecture, controle.valeur(lecture.indicateur, ici)))
            continue
        if offre.empty:
            continue
        cellules = offre[offre["type"].isin(lecture.types) & offre["valeur"].ne("")]
        if lecture.caracteristique is None:
            structures = float(cellules["structure"].nunique())
            effectifs_lus.append((lecture, structures or None))
            continue
        cellules = cellules[cellules["caracteristique"].eq(lecture.caracteristique)]
        if lecture.modalites:
            cellules = cellules[cellules["modalite"].isin(lecture.modalites)]
        somme = None if cellules.empty else float(pd.to_numeric(cellules["valeur"]).sum())
        effectifs_lus.append((lecture, somme))
    return effectifs_lus


def _effectifs_compares(
    effectifs_lus: list[EffectifLu],
) -> tuple[set[float | None], set[float | None]]:
    """Return the counts that should be equal, then the sums that may be meant.

    A reading that comes on top of the one before it (``ajoute``) makes a sum with it: 2 after 12
    gives 14. It stands for the one before it where that one is blank.
    """
    compares: list[float | None] = []
    sommes: set[float | None] = set()
    for lecture, effectif in effectifs_lus:
        if not lecture.ajoute or not compares:
            compares.append(effectif)
        elif effectif is not None:
            precedent = compares[-1]
            sommes.add((precedent or 0.0) + effectif)
            if precedent is None:
                compares[-1] = effectif
    return set(compares), sommes


def _ecrire_effectif(effectif: float) -> str:
    return nombre(effectif, 0 if effectif.is_integer() else 2)


def quotients(controle: Controle) -> Constats:
    """Yield the percentages that equal, in all territories, the quotient of the same two counts.

    Those that have a formula are left out. The equality may be chance: the rule wants a least
    number of territories that print the percentage, and counts that are not zero.
    """
    catalogue = controle.catalogue
    # A change may be under zero: it is no level.
    niveaux = [
        indicateur for indicateur in catalogue.indicateurs.values() if indicateur.bornes[0] == 0
    ]
    # One row a territory, one column an indicator.
    valeurs = pd.DataFrame(
        [
            [controle.valeur(indicateur.id, territoire) for indicateur in niveaux]
            for territoire in controle.territoires
        ],
        index=list(controle.territoires),
        columns=[indicateur.id for indicateur in niveaux],
        dtype=float,
    )
    effectifs = [indicateur.id for indicateur in niveaux if indicateur.unite == "nombre"]
    quotients_possibles = _quotients_possibles(valeurs[effectifs].to_numpy())
    for indicateur in niveaux:
        if catalogue.unites[indicateur.unite].symbole != "%" or indicateur.calcul is not None:
            continue
        part = indicateur.id
        parts_imprimees = valeurs[part].dropna()
        if len(parts_imprimees) < controle.regles["quotient"].seuils["territoires"]:
            continue
        quotients_des_territoires = quotients_possibles[valeurs[part].notna().to_numpy()]
        ecarts = np.abs(quotients_des_territoires - parts_imprimees.to_numpy()[:, None, None])
        # A quotient that is missing in a territory is NaN, which is not under the tolerance.
        egaux = ecarts.max(axis=0) <= controle.demi_pas(part) + EPSILON
        np.fill_diagonal(egaux, val=False)
        codes: list[str] = parts_imprimees.index.tolist()
        parts_ecrites = [
            f"{controle.ecrire(valeur, part)} ({catalogue.territoires[code].nom})"
            for code, valeur in zip(codes, parts_imprimees.tolist(), strict=True)
        ]
        for rang_du_numerateur, rang_du_denominateur in np.argwhere(egaux):
            numerateur = effectifs[rang_du_numerateur]
            denominateur = effectifs[rang_du_denominateur]
            quotients_ecrits = [
                f"{controle.ecrire(partie, numerateur)} / {controle.ecrire(tout, denominateur)}"
                for partie, tout in zip(
                    valeurs.loc[codes, numerateur],
                    valeurs.loc[codes, denominateur],
                    strict=True,
                )
            ]
            libelles = f"{controle.libelle(numerateur)} sur {controle.libelle(denominateur)}"
            yield controle.constat(
                "quotient",
                part,
                indicateurs=(part,),
                lieu=controle.section(controle.lignes[part, codes[0]].section),
                indicateur=controle.libelle(part),
                ecrit=enumerer(parts_ecrites),
                calcule=f"{libelles} : {enumerer(quotients_ecrits)}",
            )


def _quotients_possibles(effectifs: np.ndarray) -> np.ndarray:
    """Return 100 × part / whole by territory, part and whole, NaN where it is no share.

    ``effectifs`` has a row a territory, a column a count.
    """
    parties = effectifs[:, :, None]
    touts = effectifs[:, None, :]
    est_une_part = (parties > 0) & (parties <= touts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(est_une_part, 100 * parties / touts, np.nan)


# The sentences, the offer and the fiches.


@dataclass(frozen=True)
class PhraseJugee:
    """A sentence of the text and its verdict: a row of ``affirmations.juger``."""

    id: str
    section: str
    resume: str
    verdict: str
    calcul: str
    note: str
    indicateurs: str


def affirmations(controle: Controle) -> Constats:
    """Yield a finding for each sentence that is contradicted or cannot be verified.

    A contradicted comparison makes the compared values doubtful. A contradicted total does not: it
    is the sentence that is in doubt.
    """
    comparaisons = {
        phrase.id for phrase in controle.dossier.affirmations if phrase.reference is not None
    }
    # What is said of how often a benefit is paid has a rule of its own.
    mal_datees = {phrase.id for _, phrase in _mal_datees(controle)}
    for phrase in lignes(juger(controle.dossier), PhraseJugee):
        if phrase.verdict == "verifiee" or phrase.id in mal_datees:
            continue
        indicateurs = [nom for nom in phrase.indicateurs.split(SEPARATEUR) if nom]
        douteux: list[str] = []
        if phrase.verdict == "contredite" and phrase.id in comparaisons:
            douteux = indicateurs
        libelles = [controle.libelle(indicateur) for indicateur in indicateurs[:2]]
        yield controle.constat(
            f"affirmation_{phrase.verdict}",
            phrase.id,
            indicateurs=douteux,
            lieu=controle.section(phrase.section),
            objet=" et ".join(libelles) or f"« {phrase.resume} »",
            affirmation=phrase,
            pourquoi=phrase.note,
        )


def periodicites(controle: Controle) -> Constats:
    """Yield the sentences that say a benefit is paid more or less often than it is."""
    for relation, phrase in _mal_datees(controle):
        yield controle.constat(
            "periodicite",
            phrase.id,
            relation=relation,
            lieu=controle.section(phrase.section),
            affirmation=phrase,
            # The words at stake, with those that complete them: the note quotes them.
            precision=f" : {minuscule(phrase.note)}" if phrase.note else "",
            vraie=relation.periodicite,
        )


def _mal_datees(controle: Controle) -> Iterator[tuple[modeles.Periodicite, Affirmation]]:
    """Yield each sentence that says otherwise than is known how often a benefit is paid."""
    for relation, phrase in product(controle.relations.periodicites, controle.dossier.affirmations):
        concernee = relation.indicateur in (*phrase.indicateurs, *phrase.parmi)
        if concernee and phrase.periodicite not in (None, relation.periodicite):
            yield relation, phrase


def ages_offerts(controle: Controle) -> Constats:
    """Yield the fiches whose ages are not those that the structures of their theme receive."""
    convention = controle.convention
    ages_des_structures = ages(controle.dossier.offre, controle.catalogue.offre)
    for relation, fiche in product(controle.relations.ages_offerts, convention.fiches):
        enjeux_du_theme = {
            enjeu.id for enjeu in convention.enjeux if relation.theme in enjeu.themes
        }
        structures = ages_des_structures[ages_des_structures["type"].isin(relation.types)]
        if structures.empty or fiche.enjeu not in enjeux_du_theme:
            continue
        if fiche.age_min is None or fiche.age_max is None:
            continue
        ages_de_l_offre = ages_accueillis(structures)
        ages_vises = frozenset(range(fiche.age_min, fiche.age_max + 1))
        if ages_de_l_offre == ages_vises:
            continue
        details = [
            f"{nom} : {ages_ecrits}"
            for nom, ages_ecrits in zip(structures["nom"], structures["texte"], strict=True)
        ]
        hors_de_la_fiche = ages_de_l_offre - ages_vises
        if hors_de_la_fiche:
            details.append(f"hors de la fiche : {_plages(hors_de_la_fiche)}")
        sans_accueil = ages_vises - ages_de_l_offre
        if sans_accueil:
            details.append(f"sans accueil : {_plages(sans_accueil)}")
        yield controle.constat(
            "ages_offerts",
            f"fiche_{fiche.numero}",
            relation=relation,
            fiche=fiche,
            lieu=f"{convention.piece('offre')} et {fiche.reference}",
            calcule=" ; ".join(details),
        )


def _plages(ages_revolus: frozenset[int]) -> str:
    """Return ages in completed years as spans: « 2 ans », « 18 à 25 ans »."""
    premiers = sorted(age for age in ages_revolus if age - 1 not in ages_revolus)
    derniers = sorted(age for age in ages_revolus if age + 1 not in ages_revolus)
    plages = [
        str(premier) if premier == dernier else f"{premier} à {dernier}"
        for premier, dernier in zip(premiers, derniers, strict=True)
    ]
    return f"{enumerer(plages)} ans"


def non_dits(controle: Controle) -> Constats:
    """Yield what the offer should say of the structures and does not.

    A structure that is only said to exist (« oui ») has a finding of its own: it lacks all that is
    expected of its kind. The others share one finding by kind of structure: « « A » et « B » :
    nombre de places ; « C » : horaires ».
    """
    offre = controle.dossier.offre
    attendus = controle.relations.attendus_offre
    absences = manques(offre, attendus, controle.catalogue.offre)
    absences = absences[_est_attendue(absences, attendus)]
    presentes = offre.loc[offre["valeur"].eq("oui"), "structure"]
    renseignee = offre["valeur"].ne("") & _est_attendue(offre, attendus)
    decrites = offre.loc[renseignee, "structure"]
    non_decrite = absences["structure"].isin(presentes) & ~absences["structure"].isin(decrites)

    for structure, absences_de_la_structure in absences[non_decrite].groupby(
        "structure", sort=False
    ):
        mots = _mots_de_la_structure(absences_de_la_structure)
        yield controle.constat(
            "structure_non_decrite",
            str(structure),
            structure=mots,
            genre=minuscule(mots["libelle_type"]),
            attendu=_libelles(absences_de_la_structure),
        )
    for genre, absences_du_genre in absences[~non_decrite].groupby("type", sort=False):
        # Structures that lack the same things are listed together.
        structures_par_absences: dict[str, list[str]] = {}
        for nom, absences_de_la_structure in absences_du_genre.groupby("nom", sort=False):
            libelles = _libelles(absences_de_la_structure)
            structures_par_absences.setdefault(libelles, []).append(f"« {nom} »")
        details = [
            f"{enumerer(structures)} : {libelles}"
            for libelles, structures in structures_par_absences.items()
        ]
        yield controle.constat(
            "caracteristique_absente",
            str(genre),
            structure=_mots_de_la_structure(absences_du_genre),
            calcule=" ; ".join(details),
        )


def _est_attendue(cellules: pd.DataFrame, attendus: dict[str, tuple[str, ...]]) -> np.ndarray:
    """Tell, cell by cell of the offer, whether its characteristic is expected of its kind."""
    couples_attendus = [
        (genre, caracteristique)
        for genre, caracteristiques in attendus.items()
        for caracteristique in caracteristiques
    ]
    couples = pd.MultiIndex.from_frame(cellules[["type", "caracteristique"]])
    return couples.isin(couples_attendus)


def _mots_de_la_structure(absences: pd.DataFrame) -> dict[str, str]:
    """Return how the words of a rule name the first structure: « {structure[nom]} »."""
    return {colonne: absences[colonne].iloc[0] for colonne in ("nom", "libelle_type", "reference")}


def _libelles(absences: pd.DataFrame) -> str:
    """Return the labels of the characteristics that are absent, each once."""
    return enumerer([minuscule(libelle) for libelle in absences["libelle"].drop_duplicates()])


def _indicateurs_ecrits(fiche: Fiche, controle: Controle) -> list[IndicateurFiche]:
    """Return the indicators that the fiche itself writes.

    The catalogue proposes others, for which the text has not to answer.
    """
    definitions = controle.catalogue.indicateurs_fiches
    return [
        indicateur
        for indicateur in fiche.indicateurs
        if definitions[indicateur.id].origine == "convention"
    ]


def _sans_indicateur(fiche: Fiche, controle: Controle) -> str:
    """Return that a fiche writes no indicator, and how many targets it has all the same."""
    mots = controle.regles["fiche_sans_indicateur"].mots
    cibles = sum(isinstance(indicateur.cible, ValeurDatee) for indicateur in fiche.indicateurs)
    texte = mots["avec_cibles" if cibles else "sans_cible"][0]
    return texte.format(cibles=_compter(cibles, "cible"))


def lacunes_des_fiches(controle: Controle) -> Constats:
    """Yield the fiches that have no indicator or no partner, that begin after the convention.

    And how many of their indicators have no initial value, no target: « 2 sur 5 sans cible : … ».
    """
    debut_de_la_convention = controle.convention.debut
    for fiche in controle.convention.fiches:
        indicateurs = _indicateurs_ecrits(fiche, controle)
        if not indicateurs:
            yield controle.d_une_fiche(
                "fiche_sans_indicateur", fiche, combien=_sans_indicateur(fiche, controle)
            )
        if not fiche.partenaires:
            yield controle.d_une_fiche("fiche_sans_partenaire", fiche)
        # One that an avenant adds begins when the avenant says so.
        if fiche.debut > debut_de_la_convention and not est_ajoute(fiche, fiche):
            yield controle.d_une_fiche(
                "fiche_differee", fiche, debut=fiche.debut.year, depuis=debut_de_la_convention.year
            )
        sans_valeur_initiale = [
            indicateur
            for indicateur in indicateurs
            if isinstance(indicateur.valeur_initiale, Absence)
        ]
        sans_cible = [
            indicateur
            for indicateur in indicateurs
            if isinstance(indicateur.cible, Absence)
            and indicateur.id not in controle.cibles_des_avenants
        ]
        for regle, mot, incomplets in (
            ("valeur_initiale_absente", "valeur initiale", sans_valeur_initiale),
            ("cible_absente", "cible", sans_cible),
        ):
            if not incomplets:
                continue
            libelles = _libelles_des_indicateurs(incomplets)
            calcule = f"{len(incomplets)} sur {len(indicateurs)} sans {mot} : {libelles}"
            if len(incomplets) == len(indicateurs):
                calcule = f"aucune {mot}"
            yield controle.d_une_fiche(
                regle, fiche, ecrit=_compter(len(indicateurs), "indicateur"), calcule=calcule
            )


def indicateurs_qualitatifs(controle: Controle) -> Constats:
    """Yield, in one finding a fiche, the indicators that the text says to be qualitative.

    Their initial value is absent, for a reason that has one of the words of the rule.
    """
    mots_recherches = controle.regles["indicateur_qualitatif"].mots["absence"]
    for fiche in controle.convention.fiches:
        qualitatifs = []
        motifs = []
        for indicateur in _indicateurs_ecrits(fiche, controle):
            initiale = indicateur.valeur_initiale
            if isinstance(initiale, Absence) and contient(initiale.absent, mots_recherches):
                qualitatifs.append(indicateur)
                motifs.append(initiale.absent)
        if qualitatifs:
            yield controle.d_une_fiche(
                "indicateur_qualitatif",
                fiche,
                ecrit=_libelles_des_indicateurs(qualitatifs),
                calcule=" ; ".join(dict.fromkeys(motifs)),
            )


def resultats_sans_indicateur(controle: Controle) -> Constats:
    """Yield, in one finding a fiche, the expected results that none of its own indicators shows."""
    for fiche in controle.convention.fiches:
        identifiants = {indicateur.id for indicateur in _indicateurs_ecrits(fiche, controle)}
        libelles = [
            resultat.libelle
            for resultat in fiche.resultats
            if identifiants.isdisjoint(resultat.indicateurs)
        ]
        if libelles:
            resultats = _compter(len(fiche.resultats), "résultat")
            yield controle.d_une_fiche(
                "resultat_sans_indicateur",
                fiche,
                ecrit=" ; ".join(libelles),
                calcule=f"{len(libelles)} sur {resultats} sans indicateur",
            )


def resultats_etrangers(controle: Controle) -> Constats:
    """Yield, in one finding a fiche, the expected results that a note says to be another fiche's.

    The note is that of whoever entered them: it has one of the words of the rule.
    """
    mots_recherches = controle.regles["resultat_etranger"].mots["note"]
    for fiche in controle.convention.fiches:
        etrangers = [
            resultat
            for resultat in fiche.resultats
            if resultat.note and contient(resultat.note, mots_recherches)
        ]
        if not etrangers:
            continue
        if len(etrangers) > 1:
            calcule = f"ces {len(etrangers)} résultats semblent venir d'une autre fiche"
            pronom = "les "
        else:
            calcule = "ce résultat semble venir d'une autre fiche"
            pronom = "l'"
        if not any(resultat.indicateurs for resultat in etrangers):
            calcule += f" ; aucun indicateur de la fiche {fiche.numero} ne {pronom}éclaire"
        yield controle.d_une_fiche(
            "resultat_etranger",
            fiche,
            ecrit=" ; ".join(resultat.libelle for resultat in etrangers),
            calcule=calcule,
        )


def perimetres_differents(controle: Controle) -> Constats:
    """Yield, in one finding a fiche, its texts that name a territory of another level.

    Of another level than the convention's territory. Of a note, only the sentences that do.
    """
    territoire = controle.catalogue.territoires[controle.convention.territoire]
    mots_d_autres_niveaux: list[str] = []
    for niveau, mots in controle.regles["perimetre_different"].mots.items():
        if niveau != territoire.niveau:
            mots_d_autres_niveaux.extend(mots)
    for fiche in controle.convention.fiches:
        textes = [fiche.titre, *fiche.constat_initial, *fiche.objectifs]
        textes += [modalite.texte for modalite in fiche.modalites]
        textes += [resultat.libelle for resultat in fiche.resultats]
        for resultat in fiche.resultats:
            phrases = (resultat.note or "").split(". ")
            textes += [phrase for phrase in phrases if phrase]
        trouves = [texte for texte in textes if contient(texte, mots_d_autres_niveaux)]
        if trouves:
            yield controle.d_une_fiche(
                "perimetre_different", fiche, ecrit=" ; ".join(trouves), territoire=territoire
            )


def _libelles_des_indicateurs(indicateurs: list[IndicateurFiche]) -> str:
    return enumerer([f"« {indicateur.libelle} »" for indicateur in indicateurs])


def _compter(effectif: int, nom: str) -> str:
    """Return « 1 ligne », « 2 lignes »."""
    return f"{effectif} {nom}s" if effectif > 1 else f"{effectif} {nom}"


def contient(text: str, words: Iterable[str]) -> bool:
    """Tell whether a word of a text begins with one of the words, whatever the case.

    Examples:
        >>> contient("Un projet intercommunal", ["communal"])
        False
        >>> contient("Un projet communal", ["communal"])
        True
    """
    return any(re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) for word in words)


# The convention as an act, and what was entered of it.


def de_l_acte(controle: Controle) -> Constats:
    """Yield what the act lacks, as far as it was entered.

    A date of signature, the content of an annexe, a schéma that ends no earlier than it, and what
    was declared missing of the diagnostic.
    """
    convention = controle.convention
    if isinstance(convention.date_signature, Absence):
        yield controle.constat("signature_sans_date", ecrit=convention.date_signature.absent)
    for rang, annexe in enumerate(convention.annexes_vides, start=1):
        yield controle.constat("annexe_vide", str(rang), objet=minuscule(annexe))
    debut = convention.debut.year
    fin = convention.fin_selon(controle.dossier.avenants).year
    for rang, schema in enumerate(convention.schemas, start=1):
        if schema.fin >= fin:
            continue
        calcule = f"échu en {schema.fin}, avant la fin de la convention en {fin}"
        if schema.fin < debut:
            calcule = f"échu avant le début de la convention, qui court de {debut} à {fin}"
        yield controle.constat("schema_echu", str(rang), schema=schema, calcule=calcule)
    clauses_du_diagnostic = controle.regles["lacune_du_diagnostic"].mots["clauses"]
    lieux_du_diagnostic = tuple(
        convention.citer(role) for role in clauses_du_diagnostic if role in convention.clauses
    )
    for lacune in convention.lacunes:
        if lacune.reference.startswith(lieux_du_diagnostic):
            yield controle.constat(
                "lacune_du_diagnostic", lacune.id, lacune=lacune, question=lacune.question
            )


def corrections(controle: Controle) -> Constats:
    """Yield each declared correction, then the notes that tell of one that is not declared.

    A correction has a mention, which the rows that it changed bear. When none bears it, the
    correction is obsolete.
    """
    tables = {"annexe1.csv": controle.dossier.annexe1, "offre.csv": controle.dossier.offre}
    for correction in controle.dossier.corrections:
        textes = tables[correction.fichier].select_dtypes(exclude="number")
        porte_la_mention = textes.apply(
            lambda colonne, mention: colonne.str.contains(mention, regex=False),
            mention=correction.mention,
        )
        lignes_corrigees = int(porte_la_mention.any(axis=1).sum())
        if lignes_corrigees == 0:
            yield controle.constat("correction_obsolete", correction.id, correction=correction)
            continue
        yield controle.constat(
            "correction",
            correction.id,
            correction=correction,
            lignes=_compter(lignes_corrigees, "ligne"),
            statut="corrige",
            motif=correction.raison,
        )
    mots_d_une_lecture = controle.regles["lecture_non_declaree"].mots["note"]
    for fichier, table in tables.items():
        mentions_declarees = [
            correction.mention
            for correction in controle.dossier.corrections
            if correction.fichier == fichier
        ]
        notes: list[str] = table["note"].drop_duplicates().tolist()
        for note in notes:
            parle_d_une_lecture = any(mot in note.lower() for mot in mots_d_une_lecture)
            declaree = any(mention in note for mention in mentions_declarees)
            if parle_d_une_lecture and not declaree:
                yield controle.constat("lecture_non_declaree", note, fichier=fichier, note=note)


REGLES: tuple[Callable[[Controle], Constats], ...] = (
    parts_recalculees,
    des_relations,
    variations_seules,
    memes_effectifs,
    quotients,
    affirmations,
    periodicites,
    ages_offerts,
    non_dits,
    lacunes_des_fiches,
    indicateurs_qualitatifs,
    resultats_sans_indicateur,
    resultats_etrangers,
    perimetres_differents,
    de_l_acte,
    corrections,
)
