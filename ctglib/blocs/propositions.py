"""What the data of a year call the comité to decide, and what became of what it decided.

A proposal is no decision, and the texts are the catalogue's; here is only what calls for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.calculs.evaluation import QUALITATIF
from ctglib.calculs.parcours import MANQUES
from ctglib.document.typographie import abreger, compter, date_longue, nombrer
from ctglib.donnees.modeles.convention import Absence
from ctglib.donnees.modeles.rapports import CodeProposition
from ctglib.donnees.statuts import Statut

OUVERTES = ("en_cours", NON_RENSEIGNEE)
PROPOSITIONS = [
    "regle",
    "fiche",
    "objets",
    "nombre",
    "proposition",
    "page",
    "pourquoi",
    "reference",
]


class Objet(NamedTuple):
    """What a proposal names, as page one quotes it; in the table, with what is before and after."""

    nom: str
    avant: str = ""
    precision: str = ""  # page one says it too
    apres: str = ""
    nombre: int = 1  # how many things it stands for

    texte = property(lambda self: f"{self.avant}{self.nom}{self.precision}{self.apres}")


def ensembles(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the indicators as wholes: a modalité is never counted beside its whole."""
    return evaluation[evaluation["dimension"].eq("")]


def vises(evaluation: pd.DataFrame) -> pd.Series:
    """Tell which have a target: written, proposed or set by an avenant; what the text only implies
    is none.
    """
    return evaluation["cible"].notna() & evaluation["origine_cible"].ne("implicite")


def service(etude: EtudeAnnuelle, identifiant: str) -> str:
    """Return the label of a service that fills a part of the year's spreadsheet, without what it
    has in brackets.
    """
    known = etude.catalogue.responsables.get(identifiant)
    return known.libelle.partition(" (")[0] if known else "service à désigner"


def premiers(noms: Sequence[str], combien: int) -> list[str]:
    """Return the first names, then how many others: « et 3 autres »."""
    more = len(noms) - combien
    return [*noms[:combien], *([f"et {compter(more, 'autre')}"] if more > 0 else [])]


def devenues(etude: EtudeAnnuelle, decidees: int, bilan: int) -> pd.DataFrame:
    """Return the decisions of the comité of a year, with what the later ones up to a bilan said
    became of them.

    Returns:
        id, texte, etat, commentaire: « non renseignée » when nobody says.
    """
    comites = {
        year: one.bilan.comite for year, one in etude.suivi.suivis.items() if one.bilan.comite
    }
    later = [one for year, one in comites.items() if decidees < year <= bilan]
    told = {
        suite.decision: (suite.etat, suite.commentaire or "")
        for one in later
        for suite in one.suites
    }
    taken = comites[decidees].decisions if decidees in comites else ()
    rows = [(item.id, item.texte, *told.get(item.id, (NON_RENSEIGNEE, ""))) for item in taken]
    return pd.DataFrame(rows, columns=["id", "texte", "etat", "commentaire"])


def proposer(etude: EtudeAnnuelle) -> pd.DataFrame:
    """Return the proposals that the data call for, what presses first, in the words of the
    catalogue.

    Returns:
        regle, fiche (whether the page of a fiche says it too), objets (all that it names), nombre,
        proposition (for the table, which names the first and counts the others), page (for page
        one, which quotes the first), pourquoi, reference.
    """
    found = objets(etude)
    words = etude.catalogue.messages
    last = etude.annee >= etude.suivi.fin.year
    most = etude.catalogue.bilan.objets_du_tableau
    rows = []
    for rule in etude.catalogue.bilan.propositions:
        cited = etude.convention.citer(*rule.clauses)
        if not (named := list(found[rule.id])) or (rule.exigee and not cited):
            continue
        texts = tuple(item.texte for item in named)
        first = named[0]
        count = sum(item.nombre for item in named)
        listed = " ; ".join(premiers([text.rstrip(" .") for text in texts], most))
        told = ((last and rule.texte_final) or rule.texte).format(
            objets=listed, nombre=nombre(count), annee=etude.annee
        )
        page = ((last and rule.page_finale) or rule.page).format(
            premier=f"« {abreger(first.nom.rstrip(' .'), words.signes)} »{first.precision}",
            tous=enumerer([words.avec_article(text) for text in texts]),
            indicateurs=nombrer(count, "indicateur"),
            annee=etude.annee,
        )
        rows.append(
            (
                rule.id,
                rule.fiche,
                texts,
                count,
                told,
                page,
                rule.pourquoi,
                majuscule(cited or "convention"),
            )
        )
    return pd.DataFrame(rows, columns=PROPOSITIONS)


def objets(etude: EtudeAnnuelle) -> dict[CodeProposition, Iterable[Objet]]:
    """Return what each rule of the catalogue names, nothing where the data do not call for it."""
    rows = ensembles(etude.evaluation)
    states = etude.etats
    contexte = etude.contexte
    fin = etude.suivi.fin
    redated = states["fin"].notna() & states["fin"].gt(etude.arrete)
    silent = states["statut"].eq(NON_RENSEIGNEE) & states["echeance"].lt(etude.arrete)
    late, unsaid = (
        [Objet(row.libelle, f"{row.modalite} ") for row in states[mask].itertuples()]
        for mask in (states["en_retard"] & ~redated, silent)
    )
    written = [item for fiche in etude.convention.fiches for item in fiche.indicateurs]
    stopped = etude.arrete.date()
    passed = [item.id for item in written if item.echeance and item.echeance < stopped]
    once = [name for name in passed if etude.catalogue.indicateurs_fiches[name].unique]
    forgotten = (
        rows["indicateur"].isin(once) & ~rows["renseigne"] & rows["statut"].ne(Statut.SANS_OBJET)
    )
    untargeted = rows["origine"].eq("convention") & rows["raison"].ne(QUALITATIF) & ~vises(rows)
    decided = devenues(etude, etude.annee - 1, etude.annee)
    given = set(etude.annuel.moyens.loc[etude.annuel.moyens["valeur"].notna(), "signataire"])
    starts = etude.a_collecter.loc[
        etude.a_collecter["motif"].eq("valeur_initiale"), "responsable"
    ].value_counts()
    return {
        "comite_non_tenu": map(Objet, _comite(etude)),
        "reconduction": [Objet(date_longue(fin))] if etude.annee >= fin.year - 1 else [],
        "retard": late,
        "echeance_sans_etat": [*unsaid, *map(Objet, rows.loc[forgotten, "libelle"])],
        "cible_manquee": _cibles_manquees(etude, rows),
        "postes_de_pilotage": map(Objet, _postes(etude, rows)),
        "collecte": _services_a_relancer(etude),
        "moyens": [
            Objet(partie.nom_court) for partie in etude.convention.parties if partie.id not in given
        ],
        "suites": map(Objet, decided.loc[decided["etat"].isin(OUVERTES), "texte"]),
        "cibles": [
            Objet(contexte.indicateurs[name].libelle) for name in rows.loc[untargeted, "indicateur"]
        ],
        "valeurs_initiales": [
            Objet(service(etude, name), apres=f" ({count})", nombre=int(count))
            for name, count in starts.items()
        ],
        "lacunes": [Objet(item.objet) for item in etude.convention.lacunes_en_ordre],
    }


def _comite(etude: EtudeAnnuelle) -> list[str]:
    comite = etude.bilan.comite
    if comite is None:
        return ["aucune date n'est connue"]
    return [minuscule(comite.date.absent)] if isinstance(comite.date, Absence) else []


def _cibles_manquees(etude: EtudeAnnuelle, rows: pd.DataFrame) -> Iterator[Objet]:
    for row in rows[rows["verdict"].isin(MANQUES) & rows["valeur"].notna()].itertuples():
        now, target = (
            etude.contexte.valeur(row.indicateur, value) for value in (row.valeur, row.cible)
        )
        aim = f"une cible de {target} en {row.annee_cible}"
        if row.origine_cible == "implicite":
            aim = f"une référence du texte de {target}"
        yield Objet(
            etude.contexte.indicateurs[row.indicateur].libelle, precision=f" ({now} pour {aim})"
        )


def _postes(etude: EtudeAnnuelle, rows: pd.DataFrame) -> list[str]:
    """Return where article 6-b stands, nothing once every post has become one of chargé de
    coopération.
    """
    ids = etude.catalogue.bilan.pilotage
    values = rows.set_index("indicateur")["valeur"]
    if ids.postes not in values.index or ids.convertis not in values.index:
        return []
    posts = values[ids.postes]
    done = values[ids.convertis]
    if pd.isna(done):
        return ["rien n'a été transmis"]
    told = etude.contexte.valeur(ids.convertis, done)
    if pd.isna(posts):
        return [f"{told} à ce jour, le nombre de postes n'a pas été transmis"]
    return (
        []
        if done >= posts
        else [f"{told} sur {etude.contexte.valeur(ids.postes, posts)} à ce jour"]
    )


def _services_a_relancer(etude: EtudeAnnuelle) -> list[Objet]:
    rows = etude.collecte
    if (
        not rows["taux"].head(1).lt(etude.catalogue.bilan.taux_a_relancer).any()
    ):  # the first row is the whole
        return []
    late = rows[rows["groupe"].eq("responsable") & rows["non_transmis"].gt(0)]
    late = late.sort_values("non_transmis", ascending=False, kind="stable")
    return [
        Objet(service(etude, row.valeur_groupe), apres=f" ({row.non_transmis})")
        for row in late.itertuples()
    ]
