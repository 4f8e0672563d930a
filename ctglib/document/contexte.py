"""What every sentence and table needs to know: the words of the catalogue, the territory, and the
one it is compared with; then the marks of statuses, bands, and exceptions to secrecy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from ctglib.calculs import ecriture
from ctglib.calculs.ecriture import avec_unite, nombre, pourcent
from ctglib.document.tableau import Colonne, Ecriture, Tableau
from ctglib.document.typographie import RIEN, points, remplir
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.modeles import catalogue
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import Presentation
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut

MARQUES: dict[str, str] = {Statut.PROVISOIRE: " (p)", Statut.ESTIME: " (e)"}
COUPURES = ("rupture", "changement_definition")
BANDE = "dans_la_bande"
IMPLICITE = "implicite"
# What a maintained value is compared with when it is no target, by the origin of the target.
REPERES = {"": "le départ", IMPLICITE: "la référence"}


@dataclass(frozen=True)
class Contexte(Montrable):
    """The words of the catalogue by id or code, the territory, its reference, and the source.

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
        termes = dossier.catalogue
        return cls(
            indicateurs,
            termes.unites,
            termes.statuts,
            territoire=termes.territoires[dossier.convention.territoire],
            reference=termes.territoires[dossier.convention.reference],
            source=source,
        )

    @property
    def lieux(self) -> dict[str, str]:
        """The two territories as a text names them: ``reference``, ``de_territoire``, and
        ``A_reference`` where a sentence begins.
        """
        noms = {}
        for role, territoire in (("territoire", self.territoire), ("reference", self.reference)):
            noms[role] = territoire.nom
            formes = {"a": territoire.a, "de": territoire.de, "le": territoire.le}
            for forme, texte in formes.items():
                noms[f"{forme}_{role}"] = texte
                noms[f"{forme.capitalize()}_{role}"] = ecriture.majuscule(texte)
        return noms

    def presenter(
        self,
        presentation: Presentation,
        lignes: pd.DataFrame,
        ecrire: Mapping[str, Ecriture | None] | None = None,
        *autres: Colonne,
        cle: str,
        mots: Mapping[str, object] | None = None,
        groupes: Iterable[str] | None = None,
        notes: Iterable[object] = (),
        statuts: Iterable[str] = (),
        **reste: Any,
    ) -> Tableau:
        """Return a table whose caption, heads, source and first notes are those of the catalogue.

        Args:
            presentation: The words of the catalogue, with places to fill.
            lignes: One row for each row of the table.
            ecrire: What writes a column that is not shown as it is; None leaves its column out.
            autres: The columns that follow those of the catalogue: one a year, one a fiche.
            cle: The name of the table, unless the catalogue has another.
            mots: What fills the words, besides the two territories and the source.
            groupes: The title of the group of each row.
            notes: Those that depend on the data, after those of the catalogue; empty ones are left
                out.
            statuts: The statuses whose marks the table may bear: a last note explains each mark.
            reste: See ``Tableau.de``.
        """
        ecritures = ecrire or {}
        dire = partial(remplir, **{**self.lieux, "source": self.source, **(mots or {})})
        colonnes = []
        for nom, entete in presentation.colonnes.items():
            if nom in ecritures and ecritures[nom] is None:
                continue
            colonne = Colonne(
                nom,
                dire(entete),
                numerique=nom in presentation.nombres,
                groupe=dire(presentation.bandeaux.get(nom, "")),
                ecrire=ecritures.get(nom),
                largeur=presentation.largeurs.get(nom, 0),
            )
            colonnes.append(colonne)
        notes_du_catalogue = [dire(note) for note in presentation.notes]
        notes_presentes = [note for note in (*notes_du_catalogue, *notes) if note]
        arguments = {
            "nom": presentation.nom or cle.replace("_", "-"),
            "titre": dire(presentation.titre),
            "source": dire(presentation.source),
            "classe": presentation.classe,
            "ecran": presentation.ecran,
            "groupes": None if groupes is None else tuple(groupes),
            "notes": (*notes_presentes, *legende(statuts, self)),
        }
        return Tableau.de(lignes, [*colonnes, *autres], **{**arguments, **reste})

    def valeur(self, indicateur: str, valeur: float | None, statut: str = Statut.NORMAL) -> str:
        """Return a value of an indicator with its unit, or the word of its absence."""
        if valeur is None or pd.isna(valeur):
            return self.absence(statut)
        return ecriture.ecrire(valeur, self.indicateurs[indicateur], self.unites)

    def valeur_nue(self, indicateur: str, valeur: float | None, statut: str = Statut.NORMAL) -> str:
        """Return a value without its unit (the header gives it), or the word of its absence."""
        if valeur is None or pd.isna(valeur):
            return self.absence(statut)
        definition = self.indicateurs[indicateur]
        return nombre(valeur, definition.decimales, signe=definition.est_evolution)

    def absence(self, statut: str) -> str:
        """Return the word that stands for an absent value (« non transmis », « secret »…)."""
        return self.statuts[statut].mot if statut in self.statuts else ""

    def ecart(self, indicateur: str, ecart: float, ecart_type: str) -> str:
        """Return a gap with its sign and its unit: « +0,8 point », « −7,8 % », « −17,4 pour 100 ».

        A gap between indices has no unit.
        """
        definition = self.indicateurs[indicateur]
        if ecart_type == "pourcent":
            return pourcent(ecart, 1, signe=True)
        symbole = self.unites[definition.unite].symbole
        if symbole == "%":
            return points(ecart, definition.decimales)
        return avec_unite(ecart, symbole, definition.decimales, signe=True)


def variation(valeur: float | None) -> str:
    """Return a change in % with its sign, or a dash when there is none."""
    if valeur is None or pd.isna(valeur):
        return RIEN
    return ecriture.variation(valeur)


def ligne(evaluation: pd.DataFrame, indicateur: str) -> pd.Series | None:
    """Return the scoring of an indicator as a whole; None when it has no row."""
    lignes = evaluation[evaluation["indicateur"].eq(indicateur) & evaluation["modalite"].eq("")]
    return None if lignes.empty else lignes.iloc[0]


def marquer(texte: str, statut: str) -> str:
    """Return a value followed by the mark of a provisional or an estimated one."""
    return f"{texte}{MARQUES.get(statut, '')}"


def marquee(contexte: Contexte, indicateur: str, colonne: str, statut: str = "") -> Ecriture:
    """Return what writes a column of a row: its value without unit, or the word of its absence,
    then the mark of its status.

    It has the decimals of its indicator, one when there is none (``indicateur`` is empty). Its
    status is in the column ``statut``, or else in « statut_<colonne> ».
    """

    def ecrire(ligne: pd.Series) -> str:
        valeur = ligne[colonne]
        statut_de_la_valeur = ligne[statut or f"statut_{colonne}"]
        if indicateur:
            texte = contexte.valeur_nue(indicateur, valeur, statut_de_la_valeur)
        elif pd.isna(valeur):
            texte = contexte.absence(statut_de_la_valeur)
        else:
            texte = nombre(valeur, 1)
        return marquer(texte, statut_de_la_valeur)

    return ecrire


def bande(row: Any, valeur: float, tenue: float, contexte: Contexte, mots: Evaluation) -> str:
    """Return « dans la bande, 2 de moins que la cible »: a band never hides the signed gap.

    ``row``, of the evaluation or of a parcours, has ``indicateur``, and ``origine_cible``: where
    the value to be maintained (``tenue``) comes from.
    """
    ecart = valeur - tenue
    repere = REPERES.get(row.origine_cible, "la cible")
    sens = "de moins" if ecart < 0 else "de plus"
    ecart_ecrit = contexte.valeur(row.indicateur, abs(ecart))
    return f"{mots.raisons[BANDE]}, {ecart_ecrit} {sens} que {repere}"


def petits_publies(
    rows: pd.DataFrame, colonnes: Iterable[str], seuil: int, contexte: Contexte
) -> tuple[str, ...]:
    """Return why counts under the threshold are shown, beside the table that shows them; nothing
    when none is.

    ``rows`` have ``indicateur``, and the values shown in ``colonnes``; some indicators have an
    exception to secrecy.
    """
    valeurs = rows[list(colonnes)]
    sous_le_seuil = (valeurs.gt(0) & valeurs.lt(seuil)).any(axis=1)
    exceptions = [
        contexte.indicateurs[nom] for nom in rows.loc[sous_le_seuil, "indicateur"].unique()
    ]
    libelles_par_raison = pd.Series(
        [exception.libelle for exception in exceptions],
        [exception.petits_effectifs_publies for exception in exceptions],
        dtype=str,
    ).groupby(level=0, sort=False)
    return tuple(
        f"Donnés même sous {seuil}, seuil du secret : {' ; '.join(libelles)}. Raison : {raison}."
        for raison, libelles in libelles_par_raison
    )


def legende(statuts: Iterable[str], contexte: Contexte) -> tuple[str, ...]:
    """Return a note for each mark that a table bears."""
    presents = set(statuts)
    return tuple(
        f"{marque.strip()} {contexte.statuts[statut].libelle}."
        for statut, marque in MARQUES.items()
        if statut in presents
    )


def periode(annees: Iterable[int]) -> str:
    """Return « 2023 à 2025 », or the only year."""
    ordonnees = sorted(annees)
    if len(ordonnees) == 1:
        return str(ordonnees[0])
    return f"{ordonnees[0]} à {ordonnees[-1]}"
