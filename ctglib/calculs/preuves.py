"""The evidence of each criterion: what could be evaluated, what was done and reached, how strong each chain is.

And what the law asks since the convention was signed: where the convention answers, what the workbook knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ctglib.calculs.etats import ABSENCES, FAITES, NON_RENSEIGNEE
from ctglib.calculs.evaluation import ORIENTATIONS
from ctglib.calculs.parcours import ATTEINTS, CONTRAIRES, VOULUES, Faits, juges, relever

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.calculs.comparaison import Constat
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.evaluation import CodeForce, Lectures, ReglesConformite
    from ctglib.donnees.modeles.suivi import Changement
    from ctglib.donnees.suivi import Suivi

CONVENTION, PROPOSITIONS = "convention", "propositions"
ECRITES = ("convention", "avenant")
COMPTES = [
    "objectifs", "objectifs_couverts", "resultats", "resultats_couverts", "indicateurs", "definis", "departs", "cibles",
    "donnees",
]  # fmt: skip


def evaluabilite(
    convention: Convention, lectures: Lectures, parcours: pd.DataFrame, changements: Iterable[Changement]
) -> pd.DataFrame:
    """Return the counts by fiche then in all, for what the convention writes, then with what the workbook proposes.

    An objective is covered when a modalité, or an indicator of the group, is linked to it: a reading of the workbook,
    the text links none to an objective. A result is covered when one of its indicators is of the group. The text
    defines no indicator: only an avenant does.

    Returns:
        groupe ("convention" or "propositions"), fiche (missing for the whole) and the columns ``COMPTES``.
    """
    links = {(item.fiche, item.objectif): item for item in lectures.objectifs}
    redefined = [item.element for item in changements if item.nature == "definition"]
    written = parcours[parcours["origine"].eq(CONVENTION)]
    groups = {
        CONVENTION: written.assign(
            definis=written["indicateur"].isin(redefined),
            departs=written["origine_initiale"].eq(CONVENTION),
            cibles=written["origine_cible"].isin(ECRITES),
        ),
        PROPOSITIONS: parcours.assign(
            definis=parcours["definition"].ne(""),
            departs=parcours["valeur_initiale"].notna(),
            cibles=parcours["origine_cible"].isin((*ECRITES, "propose")),
        ),
    }
    rows = []
    for group, items in groups.items():
        fiches = []
        for fiche in convention.fiches:
            own = items[items["fiche"].eq(fiche.numero)]
            names = set(own["indicateur"])
            read = [links.get((fiche.numero, rank)) for rank, _ in enumerate(fiche.objectifs, start=1)]
            fiches.append(
                {
                    "fiche": fiche.numero,
                    "objectifs": len(read),
                    "objectifs_couverts": sum(
                        bool(one and (one.modalites or names & {*one.indicateurs})) for one in read
                    ),
                    "resultats": len(fiche.resultats),
                    "resultats_couverts": sum(bool(names & {*result.indicateurs}) for result in fiche.resultats),
                    "indicateurs": len(own),
                    **own[["definis", "departs", "cibles"]].sum(),
                    "donnees": own["annees_connues"].gt(0).sum(),
                }
            )
        table = pd.DataFrame(fiches, columns=["fiche", *COMPTES])
        rows += [table.assign(groupe=group), table[COMPTES].sum().to_frame().T.assign(groupe=group)]
    kinds = {"fiche": "Int64"} | dict.fromkeys(COMPTES, "int64")
    return pd.concat(rows, ignore_index=True).astype(kinds)[["groupe", "fiche", *COMPTES]]


class Preuve(NamedTuple):
    """A count out of a total (None: it has none), and how many of the data that it needs are known."""

    valeur: float
    total: float | None
    connus: int
    attendus: int

    @property
    def completude(self) -> str:
        """How complete it is: « absente », « partielle » or « complete »; nothing to know is nothing known."""
        return "absente" if not self.connus else "complete" if self.connus >= self.attendus else "partielle"


def preuves_du_texte(
    convention: Convention, lectures: Lectures, constats: Iterable[Constat], sens: Mapping[str, str],
    ecrits: pd.Series, besoins: pd.DataFrame, themes: Iterable[str],
) -> dict[str, Preuve]:  # fmt: skip
    """Return the evidence that the convention and its diagnostic give; a schéma that ended before it proves nothing."""
    oriented = [item for item in constats if sens[item.indicateur] in ORIENTATIONS and item.ecart_type != "aucun"]
    compared = sum(item.position != "incomparable" for item in oriented)
    known, taken = set(themes), {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    plans = [text for schema in convention.schemas for text in (*schema.axes, *schema.chapitres)]
    answered = {item.element for item in lectures.schemas}
    current = sum(schema.fin >= convention.debut.year for schema in convention.schemas)
    return {
        "besoins_repondus": Preuve(int(besoins["fiches"].ne("").sum()), len(besoins), compared, len(oriented)),
        "themes_avec_enjeu": Preuve(len(taken & known), len(known), len(known), len(known)),
        "resultats_mesures": Preuve(int(ecrits["resultats_couverts"]), int(ecrits["resultats"]), 1, 1),
        "lacunes": Preuve(len(convention.lacunes), None, 1, 1),
        "schemas": Preuve(
            len(answered & {*plans}), len(plans), current if answered else 0, len(convention.schemas)
        ),
    }  # fmt: skip


def preuves_du_suivi(
    etats: pd.DataFrame, parcours: pd.DataFrame, convention: Convention, suivis: Mapping[int, Suivi],
    postes: tuple[str, str],
) -> dict[str, Preuve]:  # fmt: skip
    """Return the evidence of what was done, reached, paid, and is left.

    The means need every fiche, every year that it ran; perspectives are those of the latest appreciation; ``postes``
    names the indicators that count the posts of coordination, and those converted.
    """
    judged, wanted = int(juges(parcours).sum()), parcours["evolution"].isin(VOULUES)
    read = wanted | parcours["evolution"].isin(CONTRAIRES)
    kept = parcours[parcours["indicateur"].isin(list(convention.livrables))]
    results = [item.indicateurs for fiche in convention.fiches for item in fiche.resultats]
    legible, good = (
        sum(not set(parcours.loc[rows, "indicateur"]).isdisjoint(names) for names in results) for rows in (read, wanted)
    )
    paid = {
        (int(fiche), annee)
        for annee, suivi in suivis.items()
        for fiche in suivi.moyens.loc[~suivi.moyens["statut"].isin(ABSENCES), "fiche"].dropna()
    }
    due = {(fiche.numero, annee) for fiche in convention.fiches for annee in suivis if fiche.debut.year <= annee}
    last = parcours.set_index("indicateur")["derniere"]
    posts, converted = (last.get(name, float("nan")) for name in postes)
    told = {item.fiche: bool(item.perspectives) for _, suivi in sorted(suivis.items()) for item in suivi.appreciations}
    fiches, states = len(convention.fiches), len(etats)
    return {
        "modalites_realisees": Preuve(
            int(etats["statut"].isin(FAITES).sum()), states, int(etats["statut"].ne(NON_RENSEIGNEE).sum()), states
        ),
        "cibles_atteintes": Preuve(int(parcours["verdict"].isin(ATTEINTS).sum()), judged, judged, len(parcours)),
        "evolutions_favorables": Preuve(int(wanted.sum()), int(read.sum()), int(read.sum()), len(parcours)),
        "resultats_favorables": Preuve(good, legible, legible, len(results)),
        "livrables": Preuve(
            int((kept["derniere"] > 0).sum()), len(kept), int((kept["annees_connues"] > 0).sum()), len(kept)
        ),
        "moyens_connus": Preuve(len({fiche for fiche, _ in paid}), fiches, len(paid & due), len(due)),
        "postes_convertis": Preuve(float(converted), float(posts), 2, 2)
        if pd.notna(posts) and pd.notna(converted)
        else Preuve(0.0, 0.0, 0, 2),
        "perspectives": Preuve(sum(told.values()), fiches, len(told), fiches),
    }


class Chaine(NamedTuple):
    """A fiche from its actions to its results."""

    fiche: Fiche
    actions: Faits  # counts of its modalités by state, of its indicators
    realisations: pd.DataFrame  # rows of the parcours, those measured
    resultats: pd.DataFrame
    manquants: Mapping[str, int]  # how many indicators of realisation and of result nobody informed in any year
    contexte: pd.DataFrame  # rows of ``revisiter`` whose series is said of the fiche
    force: CodeForce  # what the rules of the catalogue say of the evidence


def chaine(fiche: Fiche, etats: pd.DataFrame, parcours: pd.DataFrame, revisite: pd.DataFrame) -> Chaine:
    """Return the chain of a fiche, from the states at the end, the indicators and the public series then and now."""
    own = parcours[parcours["fiche"].eq(fiche.numero)]
    actions = relever(etats.loc[etats["fiche"].eq(fiche.numero), "statut"], own)
    measured, silent = own[own["derniere"].notna()], own.loc[own["annees_connues"].eq(0), "nature"]
    done, results = (measured[measured["nature"].eq(kind)] for kind in ("realisation", "resultat"))
    missing = {kind: int(silent.eq(kind).sum()) for kind in ("realisation", "resultat")}
    context = revisite[revisite["indicateur"].isin(fiche.contexte) & revisite["avant"].notna()]
    found = force(actions["realisees"], len(done), results["evolution"].tolist())
    return Chaine(fiche, actions, done, results, missing, context, found)


def force(actions_faites: int, realisations_mesurees: int, evolutions: list[str]) -> CodeForce:
    """Return the strength of a chain; « forte » is never said here: people have to rule out other explanations."""
    if not any(item in (*VOULUES, *CONTRAIRES) for item in evolutions):
        return "aucune"
    linked = actions_faites > 0 and realisations_mesurees > 0
    return "moyenne" if linked and any(item in VOULUES for item in evolutions) else "faible"


def population(annexe1: pd.DataFrame, regles: ReglesConformite, territoire: str) -> tuple[int, int] | None:
    """Return the inhabitants that the diagnostic counts last and their year; None when it gives none."""
    rows = annexe1[annexe1["indicateur"].eq(regles.population) & annexe1["territoire"].eq(territoire)]
    rows = rows[rows["valeur"].notna()].sort_values("annee")
    return None if rows.empty else (int(rows["valeur"].iloc[-1]), int(rows["annee"].iloc[-1]))


def conformite(
    regles: ReglesConformite, lectures: Lectures, annexe1: pd.DataFrame, series: pd.DataFrame, offre: pd.DataFrame, *,
    territoire: str,
) -> pd.DataFrame:  # fmt: skip
    """Return one row an element of the schéma: where the convention answers, what the workbook knows, who has the rest.

    Returns:
        element, titre, ou, fiches, diagnostic, series, offre, manque, detenteurs: ``diagnostic`` and ``series`` map
        each indicator known to its last year, ``offre`` each kind of service to how many there are: structures of
        which something is said, or persons when the kind is a trade, « 56 ou 70 » when the text gives both.
    """
    told = {item.element: (item.ou, item.fiches) for item in lectures.schema_petite_enfance}
    known = {}
    for name, table in (("diagnostic", annexe1), ("series", series)):
        rows = table[table["territoire"].eq(territoire) & table["valeur"].notna()].dropna(subset="annee")
        known[name] = rows.groupby("indicateur")["annee"].max().astype(int).to_dict()
    said = offre[~offre["valeur"].isin(["", "non"])]
    persons = said[said["caracteristique"].eq(said["type"])]  # the one characteristic that counts its own kind
    known["offre"] = {
        **said.groupby("type")["structure"].nunique().astype(str),
        **persons.groupby("type")["valeur"].agg(lambda counts: " ou ".join(sorted(set(counts), key=float))),
    }
    rows = [
        (item.id, item.titre, *told.get(item.id, ("", ())),
         *({one: found[one] for one in getattr(item.connu, name) if one in found} for name, found in known.items()),
         item.manque, item.detenteurs)
        for item in regles.elements
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["element", "titre", "ou", "fiches", *known, "manque", "detenteurs"])


def themes_absents(regles: ReglesConformite, convention: Convention) -> list[str]:
    """Return the themes that no axis and no fiche names, in the words of the circular."""
    titles = [item.titre.lower() for item in (*convention.axes, *convention.fiches)]
    return [
        theme
        for theme, words in regles.themes_minimum.items()
        if not any(word in title for word in words for title in titles)
    ]
