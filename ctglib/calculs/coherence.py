"""The consistency check of a convention: what its figures and its text contradict, leave out or do
not justify.

``regles.yaml`` has the severity and the question of each rule, and the words that its facts go
into.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product

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
from ctglib.calculs.formules import appliquer
from ctglib.calculs.offre import ages, annees_couvertes, manques
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.modeles import coherence as modeles
from ctglib.donnees.modeles.convention import Absence, Fiche, IndicateurFiche

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
STATUTS_MONTRES = (
    "ouvert",
    "justifie",
)  # what other findings tell, or a declared correction, is in the CSV only
GRAVITES_DOUTEUSES = ("a_corriger", "a_verifier")
Constat = dict[str, str]
MOTS = ("lieu", "objet", "ecrit", "calcule")
DITS = ("question", "pourquoi", "statut", "motif")  # what a finding may tell in place of its rule


def controler(dossier: Dossier) -> pd.DataFrame:
    """Return every finding: those to show first, by severity, then those told by others and the
    corrections.

    A reason of the parties for what is no longer found is a finding; one is told by others only
    while all are there.

    Returns:
        The columns ``COLONNES``. ``cle`` is unique and stable (rule, indicators, territory):
        justifications name it; ``numero`` runs from 1. ``statut``: ouvert, justifie (with its
        ``motif``), redit (``motif`` names the findings that tell it) or corrige (a declared
        correction). ``pourquoi`` is why the rule must hold. ``territoire`` is the name of the only
        one concerned, "" when there are several. ``indicateurs`` are those whose values the finding
        makes doubtful, joined by « ; ».
    """
    check = Controle(dossier)
    obsolete = []
    constats = [found for find in REGLES for found in find(check)]
    found = {item["cle"]: item for item in constats}
    for reason in dossier.justifications:
        if missing := [cle for cle in (reason.cle, *reason.redit_par) if cle not in found]:
            facts = {"cle": reason.cle, "ecrit": reason.raison or "redit par d'autres constats"}
            obsolete.append(
                check.constat(
                    "justification_obsolete", reason.cle, absents=", ".join(missing), **facts
                )
            )
        elif reason.raison is None:
            found[reason.cle].update(statut="redit", motif=" ; ".join(reason.redit_par))
        else:
            signed = f"{reason.raison} ({reason.par}, {reason.date.strftime('%d/%m/%Y')})"
            found[reason.cle].update(statut="justifie", motif=signed)
    table = pd.DataFrame([*constats, *obsolete], columns=list(COLONNES))
    rules = dossier.catalogue.regles
    ranks = {"gravite": rules.gravites, "statut": rules.statuts, "regle": rules.regles}
    order = {name: table[name].map(list(known).index) for name, known in ranks.items()}
    order = pd.DataFrame({"cache": ~table["statut"].isin(STATUTS_MONTRES), **order})
    table = table.loc[order.sort_values(list(order)).index]
    return table.assign(numero=range(1, len(table) + 1)).reset_index(drop=True)


def doutes(controle: pd.DataFrame) -> frozenset[str]:
    """Return the indicators that an open finding of the first two severities makes doubtful."""
    open_ = controle[controle["statut"].eq("ouvert") & controle["gravite"].isin(GRAVITES_DOUTEUSES)]
    return frozenset(open_["indicateurs"].str.split(SEPARATEUR).explode()) - {""}


class Controle(Lecture):
    """Annexe 1 and the words, with what a rule needs to make a finding."""

    convention = property(lambda self: self.dossier.convention)
    relations = property(lambda self: self.catalogue.relations)
    regles = property(lambda self: self.catalogue.regles.regles)

    def constat(
        self,
        regle: str,
        *cles: str,
        relation: modeles.Relation | None = None,
        indicateurs: Iterable[str] = (),
        **faits: object,
    ) -> Constat:
        """Return a finding of a rule, with the rule's words, severity and question unless the facts
        tell otherwise.

        That of a relation has the relation's own object, reason and severity, and its id in the
        key.
        """
        rule = self.regles[regle]
        place = self.catalogue.territoires.get(cles[-1] if cles else "")
        if relation:
            cles = (relation.id, *cles)
            faits = {"objet": relation.objet, "pourquoi": relation.pourquoi or "", **faits}
        told = {name: getattr(rule, name).format(**faits) for name in MOTS}
        return {
            "cle": ":".join((regle, *cles)),
            "regle": regle,
            "libelle": rule.libelle,
            **told,
            "lieu": majuscule(told["lieu"]),
            "gravite": (relation and relation.gravite) or rule.gravite,
            "question": rule.question.format(
                **told, A_territoire=majuscule(place.a) if place else ""
            ),
            "a_qui": rule.a_qui,
            "statut": "ouvert",
            "motif": "",
            "pourquoi": "",
            "territoire": place.nom if place else "",
            "indicateurs": SEPARATEUR.join(indicateurs),
            **{name: str(faits[name]) for name in DITS if name in faits},
        }

    def d_un_indicateur(self, regle: str, nom: str, territoire: str, **faits: object) -> Constat:
        """Return a finding on one row of annexe 1: « {indicateur} » in the words of its rule."""
        place = {"lieu": self.lieu([nom], territoire), "indicateur": self.libelle(nom)}
        return self.constat(regle, nom, territoire, **place | faits)


Constats = Iterator[Constat]

# The figures of annexe 1.


def parts_recalculees(check: Controle) -> Constats:
    """Yield the values that the catalogue's formula does not give back, whatever the rounding of
    both sides.

    The formulas are monotone in each input, so that the extremes are at the ends of the inputs'
    rounding.
    """
    for item, territoire in product(check.catalogue.indicateurs.values(), check.territoires):
        inputs = list(dict.fromkeys(item.termes)) if item.calcul else []
        printed = check.valeur(item.id, territoire)
        values = check.valeurs(inputs, territoire)
        if printed is None or not values:
            continue
        pairs = zip(inputs, values, strict=True)
        ends = [
            {value - check.demi_pas(name), value + check.demi_pas(name)} for name, value in pairs
        ]
        found = appliquer(
            item.calcul, item.entrees, pd.DataFrame(list(product(*ends)), columns=inputs)
        ).dropna()
        step = check.demi_pas(item.id) + EPSILON
        if found.empty or found.min() - step <= printed <= found.max() + step:
            continue
        bounds = dict.fromkeys(
            check.ecrire(float(bound), item.id) for bound in (found.min(), found.max())
        )
        computed = "de " * (len(bounds) > 1) + " à ".join(bounds)
        if item.calcul == "ratio_pour_100":
            computed = f"{' / '.join(check.ecrire(check.valeur(n, territoire), n) for n in item.termes)} = {computed}"
        told = {"ecrit": check.ecrire(printed, item.id), "calcule": computed}
        yield check.d_un_indicateur(
            "part_recalculee", item.id, territoire, indicateurs=(item.id,), **told
        )


Trouve = (
    tuple[Iterable[str], str, str, Iterable[str]] | None
)  # rows read, what is written, worked out, doubtful


def _somme(relation: modeles.PartiesTout, territoire: str, check: Controle) -> Trouve:
    """A whole that its parts do not make; an absent part, or one of another year, leaves the sum
    unknown.
    """
    parts = check.valeurs(relation.parties, territoire)
    whole = relation.constante if relation.tout is None else check.valeur(relation.tout, territoire)
    names = [*relation.parties, *filter(None, [relation.tout])]
    if parts is None or whole is None or len(set(check.annees(names, territoire))) > 1:
        return None
    tolerance = check.demi_pas(*names) if relation.tolerance is None else relation.tolerance
    if abs(sum(parts) - whole) <= tolerance + EPSILON:
        return None
    unit_of = relation.tout or relation.parties[0]
    terms = " + ".join(
        nombre(value, check.catalogue.indicateurs[unit_of].decimales) for value in parts
    )
    told = f"{terms} = {check.ecrire(sum(parts), unit_of)}"
    return (
        names,
        check.ecrire(whole, unit_of),
        told,
        (relation.tout,) if relation.tout else relation.parties,
    )


def _inclusion(relation: modeles.Inclusion, territoire: str, check: Controle) -> Trouve:
    """A count that exceeds the sum of those it is among; two years may differ, and are then told."""
    names = (relation.partie, *relation.tout)
    values = check.valeurs(names, territoire)
    if values is None or values[0] <= sum(values[1:]) + check.demi_pas(*names) + EPSILON:
        return None
    years = check.annees(names, territoire)
    part, *wholes = (
        check.ecrire(value, name) + (f" en {year}" if len(set(years)) > 1 else "")
        for value, name, year in zip(values, names, years, strict=True)
    )
    told = f"au plus {enumerer(wholes)} ({enumerer(list(map(check.libelle, relation.tout)))})"
    return names, f"{check.libelle(relation.partie)} : {part}", told, (relation.partie,)


def _variation_comparee(
    relation: modeles.VariationsComparables, territoire: str, check: Controle
) -> Trouve:
    name = relation.indicateur
    own = check.valeur(relation.indicateur, territoire, VARIATION)
    others = {one: check.valeur(one, territoire, VARIATION) for one in relation.comparables}
    known = {one: value for one, value in others.items() if value is not None}
    if (
        own is None
        or not known
        or min(abs(own - value) for value in known.values()) <= relation.seuil + EPSILON
    ):
        return None
    near = enumerer([f"{variation(value)} ({check.libelle(one)})" for one, value in known.items()])
    told = f"groupes voisins : {near} (seuil : {nombre(relation.seuil)} points)"
    return [name], variation(own), told, (name,)


def _variation_des_parties(
    relation: modeles.VariationDesParties, territoire: str, check: Controle
) -> Trouve:
    """A variation that its parts do not give back, every rounding carried through; some parts only
    bound the past.
    """
    step = check.regles["variation_des_parties"].seuils["arrondi"] / 2
    names = (relation.tout, *relation.parties)
    values, changes = (
        [check.valeur(name, territoire, column) for name in names]
        for column in ("valeur", VARIATION)
    )
    # A fall of 100 % does not say what the past was.
    if None in (*values, *changes) or min(changes) - step <= -100:
        return None

    def passe(sens: int) -> float:
        """Return the sum of the parts five years before: as printed, or at one end of what rounding
        allows.
        """
        parts = zip(values[1:], changes[1:], names[1:], strict=True)
        return sum(
            (v + sens * check.demi_pas(n)) / (1 + (c - sens * step) / 100) for v, c, n in parts
        )

    low, implied, high = (100 * (values[0] / passe(sens) - 1) for sens in (1, 0, -1))
    if changes[0] - step <= high + EPSILON and (
        changes[0] + step >= low - EPSILON or not relation.exhaustives
    ):
        return None
    _, *parts = (
        f"{check.libelle(name)} {variation(change)}"
        for name, change in zip(names, changes, strict=True)
    )
    written = f"{check.libelle(relation.tout)} : {variation(changes[0])}"
    limit = "" if relation.exhaustives else "au plus "
    return (
        names,
        written,
        f"{limit}{variation(implied)} d'après les parties : {enumerer(parts)}",
        (relation.tout,),
    )


def _meme_grandeur(relation: modeles.MemeGrandeur, territoire: str, check: Controle) -> Trouve:
    cells = [
        (one.indicateur, value, one.champ == "valeur")
        for one in relation.lectures
        if (value := check.valeur(one.indicateur, territoire, one.champ)) is not None
    ]
    values = [value for _, value, _ in cells]
    names = [one.indicateur for one in relation.lectures]
    if len(cells) < 2 or max(values) - min(values) <= relation.tolerance + EPSILON:
        return None
    told = [
        f"{check.ecrire(value, name)} ({check.libelle(name)})"
        if is_level
        else f"{variation(value)} ({check.libelle(name)}, variation sur 5 ans)"
        for name, value, is_level in cells
    ]
    gap = nombre(max(values) - min(values), check.catalogue.indicateurs[names[-1]].decimales)
    doubtful = [one.indicateur for one in relation.lectures if one.champ == "valeur"]
    return names, enumerer(told), f"écart de {gap}", doubtful


def des_relations(check: Controle) -> Constats:
    """Yield what each rule on relations of the catalogue finds of them, territory by territory."""
    for rule, (relations, lire) in DES_RELATIONS.items():
        for relation, territoire in product(getattr(check.relations, relations), check.territoires):
            if found := lire(relation, territoire, check):
                names, written, computed, doubtful = found
                told = {
                    "lieu": check.lieu(names, territoire),
                    "ecrit": written,
                    "calcule": computed,
                }
                yield check.constat(
                    rule, territoire, relation=relation, indicateurs=doubtful, **told
                )


DES_RELATIONS: dict[str, tuple[str, Callable[..., Trouve]]] = {
    "parties_tout": ("parties_tout", _somme),
    "inclusion": ("inclusions", _inclusion),
    "variation_comparee": ("variations_comparables", _variation_comparee),
    "variation_des_parties": ("variations_des_parties", _variation_des_parties),
    "meme_grandeur": ("memes_grandeurs", _meme_grandeur),
}


def variations_seules(check: Controle) -> Constats:
    """Yield the variations so great that they are to be confirmed, and those whose five years hold
    a break.

    The latter measure the reform, not a change. They make no indicator doubtful here: the sentences
    on an indicator tell its breaks by themselves.
    """
    limit = check.catalogue.seuils.variation_invraisemblable
    for (name, territoire), line in check.lignes.items():
        change = check.valeur(name, territoire, VARIATION)
        if change is None:
            continue
        told = {"ecrit": variation(change), "limite": pourcent(limit, 0)}
        if abs(change) > limit + EPSILON:
            yield check.d_un_indicateur(
                "variation_forte", name, territoire, indicateurs=(name,), **told
            )
        if breaks := ruptures_dans(check.catalogue.indicateurs[name], line.annee):
            last = breaks[-1]
            yield check.d_un_indicateur(
                "rupture", name, territoire, annee=last.annee, pourquoi=last.raison, **told
            )


def memes_effectifs(check: Controle) -> Constats:
    """Yield the things whose count is not the same wherever it is given, or is not given where it
    should be.
    """
    here = check.convention.territoire
    offer = check.dossier.offre
    for relation in check.relations.memes_effectifs:
        # An offer, or a row, that is not there contradicts nothing.
        places = [
            (
                place,
                _dans_l_offre(place, offer)
                if place.indicateur is None
                else check.valeur(place.indicateur, here),
            )
            for place in relation.lectures
            if (
                not offer.empty
                if place.indicateur is None
                else (place.indicateur, here) in check.lignes
            )
        ]
        compared = []
        sums = set()
        for place, value in places:
            if not (place.ajoute and compared):
                compared.append(value)
            elif value is not None:
                sums.add((compared[-1] or 0.0) + value)
                compared[-1] = value if compared[-1] is None else compared[-1]
        if len(set(compared)) < 2 or set(compared) == {
            None,
            0.0,
        }:  # what a list leaves out does not contradict a zero
            continue
        known = [_compte(value) for value in sorted({*compared, *sums} - {None})] + ["rien"] * (
            None in compared
        )
        names = [place.indicateur for place in relation.lectures if place.indicateur is not None]
        at = check.convention.piece("offre")
        if names and (names[0], here) in check.lignes:
            at = f"{check.lieu(names[:1], here)}, et {at}"
        written = " ; ".join(
            f"{'non donné' if value is None else _compte(value) + ' de plus' * place.ajoute} ({place.nom})"
            for place, value in places
        )
        told = {
            "lieu": at,
            "ecrit": written,
            "calcule": f"{', '.join(known[:-1])} ou {known[-1]} selon le passage",
        }
        yield check.constat("meme_effectif", relation=relation, indicateurs=names, **told)


def _dans_l_offre(place: modeles.LectureEffectif, offre: pd.DataFrame) -> float | None:
    """Return the sum of a characteristic, or the number of structures of which something is said;
    None for neither.
    """
    rows = offre[offre["type"].isin(place.types) & offre["valeur"].ne("")]
    if place.caracteristique is None:
        return float(rows["structure"].nunique()) or None
    rows = rows[rows["caracteristique"].eq(place.caracteristique)]
    rows = rows[rows["modalite"].isin(place.modalites or rows["modalite"])]
    return None if rows.empty else float(pd.to_numeric(rows["valeur"]).sum())


def _compte(value: float) -> str:
    return nombre(value, 0 if value.is_integer() else 2)


def quotients(check: Controle) -> Constats:
    """Yield the percentages without formula that equal, in every territory, the same quotient of
    two counts.

    The rule's least number of territories, and counts that are not zero, keep chance out.
    """
    # A change may be under zero: it is no level.
    levels = [item for item in check.catalogue.indicateurs.values() if item.bornes[0] == 0]
    shares = [
        item
        for item in levels
        if check.catalogue.unites[item.unite].symbole == "%" and item.calcul is None
    ]
    values = {
        code: {item.id: check.valeur(item.id, code) for item in levels}
        for code in check.territoires
    }
    table = pd.DataFrame(values, dtype=float)
    counts = table.loc[[item.id for item in levels if item.unite == "nombre"]]
    parts = counts.to_numpy()[:, None, :]
    wholes = counts.to_numpy()[None, :, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(
            (parts > 0) & (parts <= wholes), 100 * parts / wholes, np.nan
        )  # part, whole, territory
    for share in shares:
        printed = table.loc[share.id].dropna()
        if len(printed) < check.regles["quotient"].seuils["territoires"]:
            continue
        gaps = np.abs(found[:, :, table.columns.get_indexer(printed.index)] - printed.to_numpy())
        near = (gaps <= check.demi_pas(share.id) + EPSILON).all(axis=2)
        np.fill_diagonal(near, val=False)
        written = [
            f"{check.ecrire(value, share.id)} ({check.catalogue.territoires[code].nom})"
            for code, value in printed.items()
        ]
        for pair in np.argwhere(near):
            part, whole = counts.index[pair]
            computed = [
                " / ".join(check.ecrire(counts.at[name, code], name) for name in (part, whole))
                for code in printed.index
            ]
            told = {
                "lieu": check.section(check.lignes[share.id, printed.index[0]].section),
                "indicateur": check.libelle(share.id),
                "ecrit": enumerer(written),
                "calcule": f"{check.libelle(part)} sur {check.libelle(whole)} : {enumerer(computed)}",
            }
            yield check.constat("quotient", share.id, indicateurs=(share.id,), **told)


# The sentences, the offer and the fiches.


def affirmations(check: Controle) -> Constats:
    """Yield a finding for each sentence that is contradicted, and one for each that cannot be
    verified.

    A contradicted comparison makes the compared values doubtful; a contradicted total does not: the
    words are in doubt.
    """
    compared = {item.id for item in check.dossier.affirmations if item.reference is not None}
    judged = juger(check.dossier)
    for row in judged[judged["verdict"].ne("verifiee")].itertuples(index=False):
        named = [name for name in row.indicateurs.split(SEPARATEUR) if name]
        subject = " et ".join(map(check.libelle, named[:2])) or f"« {row.resume} »"
        told = {
            "lieu": check.section(row.section),
            "objet": subject,
            "affirmation": row,
            "pourquoi": row.note,
        }
        doubtful = named if row.verdict == "contredite" and row.id in compared else ()
        yield check.constat(f"affirmation_{row.verdict}", row.id, indicateurs=doubtful, **told)


def periodicites(check: Controle) -> Constats:
    """Yield the sentences that say a benefit is paid more or less often than it is."""
    for relation, item in product(check.relations.periodicites, check.dossier.affirmations):
        named = relation.indicateur in (*item.indicateurs, *item.parmi)
        if named and item.periodicite not in (None, relation.periodicite):
            told = {
                "lieu": check.section(item.section),
                "affirmation": item,
                "vraie": relation.periodicite,
            }
            yield check.constat("periodicite", item.id, relation=relation, **told)


def ages_offerts(check: Controle) -> Constats:
    """Yield the fiches whose ages are not those that the structures of their theme take together."""
    known = ages(check.dossier.offre, check.catalogue.offre)
    for relation, fiche in product(check.relations.ages_offerts, check.convention.fiches):
        stakes = {enjeu.id for enjeu in check.convention.enjeux if relation.theme in enjeu.themes}
        taken = known[known["type"].isin(relation.types)]
        if (
            taken.empty
            or fiche.enjeu not in stakes
            or fiche.age_min is None
            or fiche.age_max is None
        ):
            continue
        offered = annees_couvertes(taken)
        meant = frozenset(range(fiche.age_min, fiche.age_max + 1))
        apart = {"hors de la fiche": offered - meant, "sans accueil": meant - offered}
        if offered != meant:
            told = [f"{row.nom} : {row.texte}" for row in taken.itertuples()]
            told += [f"{words} : {_plages(years)}" for words, years in apart.items() if years]
            place = {
                "lieu": f"{check.convention.piece('offre')} et {fiche.reference}",
                "calcule": " ; ".join(told),
            }
            yield check.constat(
                "ages_offerts", f"fiche_{fiche.numero}", relation=relation, fiche=fiche, **place
            )


def _plages(years: frozenset[int]) -> str:
    """Return ages in completed years as spans: « 2 ans », « 18 à 25 ans »."""
    starts = sorted(age for age in years if age - 1 not in years)
    ends = sorted(age for age in years if age + 1 not in years)
    spans = [
        str(low) if low == high else f"{low} à {high}"
        for low, high in zip(starts, ends, strict=True)
    ]
    return f"{enumerer(spans)} ans"


def non_dits(check: Controle) -> Constats:
    """Yield what the structures should say and do not: those never described one by one, the others
    kind by kind.
    """
    offer = check.dossier.offre
    expected = [
        (kind, name) for kind, names in check.relations.attendus_offre.items() for name in names
    ]

    def attendues(rows: pd.DataFrame) -> np.ndarray:
        return pd.MultiIndex.from_frame(rows[["type", "caracteristique"]]).isin(expected)

    missing = manques(offer, check.relations.attendus_offre, check.catalogue.offre)
    missing = missing[attendues(missing)]
    # Said to exist, and nothing more: it lacks everything expected of its kind.
    exist = offer.loc[offer["valeur"].eq("oui"), "structure"]
    described = offer.loc[offer["valeur"].ne("") & attendues(offer), "structure"]
    bare = missing["structure"].isin(exist) & ~missing["structure"].isin(described)

    def absents(rows: pd.DataFrame) -> str:
        return enumerer([minuscule(label) for label in dict.fromkeys(rows["libelle"])])

    for structure, rows in missing[bare].groupby("structure", sort=False):
        first = rows.iloc[0]
        told = {
            "structure": first,
            "genre": minuscule(first["libelle_type"]),
            "attendu": absents(rows),
        }
        yield check.constat("structure_non_decrite", str(structure), **told)
    for kind, rows in missing[~bare].groupby("type", sort=False):
        # Structures that lack the same are told together.
        told = pd.Series(
            {f"« {name} »": absents(lines) for name, lines in rows.groupby("nom", sort=False)}
        )
        lacks = " ; ".join(
            f"{enumerer([*own.index])} : {text}" for text, own in told.groupby(told, sort=False)
        )
        yield check.constat(
            "caracteristique_absente", str(kind), structure=rows.iloc[0], calcule=lacks
        )


def des_fiches(check: Controle) -> Constats:
    """Yield what the rules on one fiche find in each."""
    for fiche in check.convention.fiches:
        for rule, facts in _d_une_fiche(fiche, check):
            place = {"lieu": fiche.reference, "fiche": fiche.numero}
            yield check.constat(rule, f"fiche_{fiche.numero}", **place, **facts)


def _d_une_fiche(fiche: Fiche, check: Controle) -> Iterator[tuple[str, dict[str, object]]]:
    # The indicators that the fiche itself writes: the text is not to answer for those we propose.
    meanings = check.catalogue.indicateurs_fiches
    written = [item for item in fiche.indicateurs if meanings[item.id].origine == "convention"]
    total = len(written)

    def libelles(items: list[IndicateurFiche]) -> str:
        return enumerer([f"« {item.libelle} »" for item in items])

    if not written:
        yield "fiche_sans_indicateur", {}
    if not fiche.partenaires:
        yield "fiche_sans_partenaire", {}
    if fiche.debut > check.convention.debut:
        yield "fiche_differee", {"debut": fiche.debut.year, "depuis": check.convention.debut.year}
    for rule, name in (("valeur_initiale_absente", "valeur_initiale"), ("cible_absente", "cible")):
        words = name.replace("_", " ")
        absent = [item for item in written if isinstance(getattr(item, name), Absence)]
        if absent:
            part = f"{len(absent)} sur {total} sans {words} : {libelles(absent)}"
            told = f"aucune {words}" if len(absent) == total else part
            yield rule, {"ecrit": f"{total} indicateur{'s' * (total > 1)}", "calcule": told}
    # An initial value that is absent because nothing is measured on a scale.
    words = check.regles["indicateur_qualitatif"].mots["absence"]
    absent = [item for item in written if isinstance(item.valeur_initiale, Absence)]
    if found := [item for item in absent if contient(item.valeur_initiale.absent, words)]:
        why = dict.fromkeys(item.valeur_initiale.absent for item in found)
        yield "indicateur_qualitatif", {"ecrit": libelles(found), "calcule": " ; ".join(why)}
    # Expected results that no indicator it writes shows, then those that the entry noted as another
    # fiche's.
    shown = {item.id for item in written}
    results = fiche.resultats
    if found := [item.libelle for item in results if shown.isdisjoint(item.indicateurs)]:
        told = f"{len(found)} sur {len(results)} résultat{'s' * (len(results) > 1)} sans indicateur"
        yield "resultat_sans_indicateur", {"ecrit": " ; ".join(found), "calcule": told}
    words = check.regles["resultat_etranger"].mots["note"]
    if found := [item for item in results if item.note and contient(item.note, words)]:
        many = f"ces {len(found)} résultats semblent", "les "
        told, them = many if len(found) > 1 else ("ce résultat semble", "l'")
        told += " venir d'une autre fiche"
        if not any(item.indicateurs for item in found):
            told += f" ; aucun indicateur de la fiche {fiche.numero} ne {them}éclaire"
        yield (
            "resultat_etranger",
            {"ecrit": " ; ".join(item.libelle for item in found), "calcule": told},
        )
    # Texts that name a territory of another level than the convention's; of a note, the sentence
    # that matters.
    territoire = check.catalogue.territoires[check.convention.territoire]
    levels = check.regles["perimetre_different"].mots
    words = [
        word for level, words in levels.items() if level != territoire.niveau for word in words
    ]
    texts = [
        fiche.titre,
        *fiche.constat_initial,
        *fiche.objectifs,
        *(item.texte for item in fiche.modalites),
    ]
    texts += [item.libelle for item in results]
    texts += [
        sentence for item in results for sentence in (item.note or "").split(". ") if sentence
    ]
    if found := [text for text in texts if contient(text, words)]:
        yield "perimetre_different", {"ecrit": " ; ".join(found), "territoire": territoire}


def contient(text: str, words: Iterable[str]) -> bool:
    """Return whether a text holds one of the words, at the beginning of a word, whatever the case.

    Examples:
        >>> contient("Un projet intercommunal", ["communal"]), contient("Un projet communal", ["communal"])
        (False, True)
    """
    return any(re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) for word in words)


# The convention as an act, and what was entered of it.


def de_l_acte(check: Controle) -> Constats:
    """Yield what the act lacks: a date, the content of an annexe, a plan that lasts as long, what
    was declared.
    """
    convention = check.convention
    if isinstance(convention.date_signature, Absence):
        yield check.constat("signature_sans_date", ecrit=convention.date_signature.absent)
    for rank, annexe in enumerate(convention.annexes_vides, start=1):
        yield check.constat("annexe_vide", str(rank), objet=minuscule(annexe))
    start = convention.debut.year
    end = convention.fin.year
    for rank, schema in enumerate(convention.schemas, start=1):
        told = f"échu en {schema.fin}, avant la fin de la convention en {end}"
        if schema.fin < start:
            told = f"échu avant le début de la convention, qui court de {start} à {end}"
        if schema.fin < end:
            yield check.constat("schema_echu", str(rank), schema=schema, calcule=told)
    roles = check.regles["lacune_du_diagnostic"].mots["clauses"]
    places = tuple(convention.citer(role) for role in roles if role in convention.clauses)
    for lacune in convention.lacunes:
        if lacune.reference.startswith(places):
            yield check.constat(
                "lacune_du_diagnostic", lacune.id, lacune=lacune, question=lacune.question
            )


def corrections(check: Controle) -> Constats:
    """Yield each declared correction with its rows, or as obsolete; then the notes that tell a
    reading undeclared.
    """
    tables = {"annexe1.csv": check.dossier.annexe1, "offre.csv": check.dossier.offre}
    for item in check.dossier.corrections:
        texts = tables[item.fichier].select_dtypes(exclude="number")
        rows = texts.apply(
            lambda cell, mention=item.mention: cell.str.contains(mention, regex=False)
        ).any(axis=1)
        if count := int(rows.sum()):
            told = {
                "lignes": f"{count} ligne{'s' * (count > 1)}",
                "statut": "corrige",
                "motif": item.raison,
            }
            yield check.constat("correction", item.id, correction=item, **told)
        else:
            yield check.constat("correction_obsolete", item.id, correction=item)
    words = check.regles["lecture_non_declaree"].mots["note"]
    for name, table in tables.items():
        declared = [item.mention for item in check.dossier.corrections if item.fichier == name]
        for note in dict.fromkeys(table["note"]):
            if any(word in note.lower() for word in words) and not any(
                mention in note for mention in declared
            ):
                yield check.constat("lecture_non_declaree", note, fichier=name, note=note)


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
    des_fiches,
    de_l_acte,
    corrections,
)
