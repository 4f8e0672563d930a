"""What every sentence and table needs to know: the words, the territory, its reference; marks,
bands, exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from ctglib.calculs import ecriture
from ctglib.calculs.ecriture import avec_unite, nombre, pourcent
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import RIEN, points, remplir
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.modeles import catalogue
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import Presentation
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut

MARQUES = {Statut.PROVISOIRE: " (p)", Statut.ESTIME: " (e)"}
COUPURES = ("rupture", "changement_definition")
BANDE = "dans_la_bande"
IMPLICITE = "implicite"
REPERES = {"": "le départ", IMPLICITE: "la référence"}  # what a target by another origin is not


@dataclass(frozen=True)
class Contexte(Montrable):
    """The words of the catalogue by id or code, the territory looked at, that it is compared with,
    the source.

    ``source`` is the producer and the document, as captions write them.
    """

    indicateurs: Mapping[str, catalogue.Indicateur]
    unites: Mapping[str, catalogue.Unite]
    statuts: Mapping[str, catalogue.Statut]
    territoire: catalogue.Territoire
    reference: catalogue.Territoire
    source: str

    @classmethod
    def de(
        cls, dossier: Dossier, indicateurs: Mapping[str, catalogue.Indicateur], source: str
    ) -> Contexte:
        """Return the context of a convention."""
        words = dossier.catalogue
        places = dossier.catalogue.territoires
        here = places[dossier.convention.territoire]
        there = places[dossier.convention.reference]
        return cls(indicateurs, words.unites, words.statuts, here, there, source)

    @property
    def lieux(self) -> dict[str, str]:
        """The two territories as a text names them: ``reference``, ``de_territoire``,
        ``A_reference`` to begin with.
        """
        told = {}
        for name, place in (("territoire", self.territoire), ("reference", self.reference)):
            forms = {"a": place.a, "de": place.de, "le": place.le}
            told |= {name: place.nom, **{f"{form}_{name}": text for form, text in forms.items()}}
            told |= {
                f"{form.capitalize()}_{name}": ecriture.majuscule(text)
                for form, text in forms.items()
            }
        return told

    def presenter(
        self,
        presentation: Presentation,
        lignes: pd.DataFrame,
        ecrire: Mapping[str, Callable[[object], str] | None] | None = None,
        *autres: Colonne,
        cle: str,
        mots: Mapping[str, object] | None = None,
        groupes: Iterable[str] | None = None,
        notes: Iterable[object] = (),
        statuts: Iterable[str] = (),
        **reste: object,
    ) -> Tableau:
        """Return a table whose caption, heads, source and first notes are those of the catalogue,
        filled.

        ``ecrire`` has what writes a column that is not shown as it is; one that is None leaves its
        column out. The columns of ``autres`` follow: one a year, one a fiche. ``cle`` is its name,
        unless the catalogue has another. ``mots`` are what caption and heads say besides the two
        territories and the source; ``notes`` those that depend on the data, empty ones left out;
        then come those that say what the marks of ``statuts`` mean. ``reste``: see ``Tableau.de``.
        """
        said = presentation
        writers = ecrire or {}
        dire = partial(remplir, **{**self.lieux, "source": self.source, **(mots or {})})
        heads = []
        for name, head in said.colonnes.items():
            if writers.get(name, True):
                group = dire(said.bandeaux.get(name, ""))
                width = said.largeurs.get(name, 0)
                heads.append(
                    Colonne(name, dire(head), name in said.nombres, group, writers.get(name), width)
                )
        told = {
            "nom": said.nom or cle.replace("_", "-"),
            "titre": dire(said.titre),
            "source": dire(said.source),
        }
        told |= {
            "classe": said.classe,
            "ecran": said.ecran,
            "groupes": None if groupes is None else tuple(groupes),
        }
        told["notes"] = (*filter(None, (*map(dire, said.notes), *notes)), *legende(statuts, self))
        return Tableau.de(lignes, [*heads, *autres], **{**told, **reste})

    def valeur(self, indicateur: str, valeur: float | None, statut: str = Statut.NORMAL) -> str:
        """Return a value of an indicator with its unit, or the word of its absence."""
        missing = valeur is None or valeur != valeur
        return (
            self.absence(statut)
            if missing
            else ecriture.ecrire(valeur, self.indicateurs[indicateur], self.unites)
        )

    def valeur_nue(self, indicateur: str, valeur: float | None, statut: str = Statut.NORMAL) -> str:
        """Return a value without its unit (the header gives it), or the word of its absence."""
        if valeur is None or valeur != valeur:
            return self.absence(statut)
        item = self.indicateurs[indicateur]
        return nombre(valeur, item.decimales, signe=item.est_evolution)

    def absence(self, statut: str) -> str:
        """Return the word that stands for an absent value (« non transmis », « secret »…)."""
        return self.statuts[statut].mot if statut in self.statuts else ""

    def ecart(self, indicateur: str, ecart: float, ecart_type: str) -> str:
        """Return a gap with its sign: « +0,8 point », « −7,8 % », « −17,4 pour 100 »; none between
        indices.
        """
        item = self.indicateurs[indicateur]
        if ecart_type == "pourcent":
            return pourcent(ecart, 1, signe=True)
        symbole = self.unites[item.unite].symbole
        if symbole == "%":
            return points(ecart, item.decimales)
        return avec_unite(ecart, symbole, item.decimales, signe=True)


def variation(valeur: float | None) -> str:
    """Return a change in % with its sign, or a dash when there is none."""
    return RIEN if valeur is None or valeur != valeur else ecriture.variation(valeur)


def ligne(evaluation: pd.DataFrame, indicateur: str) -> pd.Series | None:
    """Return the scoring of an indicator as a whole; None when it has no row."""
    rows = evaluation[evaluation["indicateur"].eq(indicateur) & evaluation["modalite"].eq("")]
    return None if rows.empty else rows.iloc[0]


def marquer(texte: str, statut: str) -> str:
    """Return a value followed by the mark of a provisional or an estimated one."""
    return f"{texte}{MARQUES.get(statut, '')}"


def marquee(
    contexte: Contexte, indicateur: str, colonne: str, statut: str = ""
) -> Callable[[pd.Series], str]:
    """Return what writes a column of a row: its value without unit, the word of its absence, the
    mark of its status.

    It has the decimals of its indicator, one when there is none; its status is in
    « statut_colonne », unless told.
    """

    def ecrire(row: pd.Series) -> str:
        value = row[colonne]
        status = row[statut or f"statut_{colonne}"]
        if indicateur:
            return marquer(contexte.valeur_nue(indicateur, value, status), status)
        return marquer(contexte.absence(status) if pd.isna(value) else nombre(value, 1), status)

    return ecrire


def bande(row: object, valeur: float, tenue: float, contexte: Contexte, mots: Evaluation) -> str:
    """Return « dans la bande, 2 de moins que la cible »: a band never hides the signed gap.

    ``row``, of the evaluation or of a parcours, says the indicator, and where the value to be kept
    comes from.
    """
    gap = valeur - tenue
    mark = REPERES.get(row.origine_cible, "la cible")
    side = "de moins" if gap < 0 else "de plus"
    return f"{mots.raisons[BANDE]}, {contexte.valeur(row.indicateur, abs(gap))} {side} que {mark}"


def petits_publies(
    rows: pd.DataFrame, colonnes: Iterable[str], seuil: int, contexte: Contexte
) -> tuple[str, ...]:
    """Return why counts under the threshold are shown, beside the table that shows them; nothing
    when none is.

    ``rows`` have ``indicateur``, and the values shown in ``colonnes``; some indicators have an
    exception to secrecy.
    """
    small = (rows[list(colonnes)].gt(0) & rows[list(colonnes)].lt(seuil)).any(axis=1)
    items = [contexte.indicateurs[name] for name in rows.loc[small, "indicateur"].unique()]
    labels = pd.Series(
        [item.libelle for item in items],
        [item.petits_effectifs_publies for item in items],
        dtype=str,
    )
    return tuple(
        f"Donnés même sous {seuil}, seuil du secret : {' ; '.join(told)}. Raison : {reason}."
        for reason, told in labels.groupby(level=0, sort=False)
    )


def legende(statuts: Iterable[str], contexte: Contexte) -> tuple[str, ...]:
    """Return a note for each mark that a table bears."""
    met = set(statuts)
    return tuple(
        f"{mark.strip()} {contexte.statuts[code].libelle}."
        for code, mark in MARQUES.items()
        if code in met
    )


def periode(annees: Iterable[int]) -> str:
    """Return « 2023 à 2025 », or the only year."""
    years = sorted(annees)
    return str(years[0]) if len(years) == 1 else f"{years[0]} à {years[-1]}"
