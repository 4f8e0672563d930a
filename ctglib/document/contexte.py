"""What every sentence and table needs: the words of the catalogue, the territory, its reference.

The reference is the territory that it is compared with. Then what several reports write alike: the
marks of statuses, the place of a value beside its target, the exceptions to secrecy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from ctglib.calculs import ecriture
from ctglib.calculs.ecriture import avec_unite, nombre, pourcent
from ctglib.calculs.evaluation import A_VENIR, ANNEE_EN_COURS
from ctglib.document.redaction import textes
from ctglib.document.tableau import Colonne, Ecriture, Tableau
from ctglib.document.typographie import RIEN, points, remplir
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.modeles import catalogue
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import Presentation
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut

MARQUES: dict[str, str] = {Statut.PROVISOIRE: " (p)", Statut.ESTIME: " (e)"}


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
    autres: tuple[catalogue.Territoire, ...] = ()  # other references, that judge nothing
    convention: str = ""  # its id: its folder may have texts of its own

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
            autres=tuple(termes.territoires[code] for code in dossier.convention.references),
            convention=dossier.convention.id,
        )

    @property
    def lieux(self) -> dict[str, str]:
        """The names of the two territories, as the sentences of the catalogue call them.

        ``territoire`` is « Harnes », ``a_territoire`` « à Harnes », ``A_territoire`` « À Harnes »;
        so with ``de`` and ``le``, and with ``reference`` in the place of ``territoire``.
        """
        noms = {}
        for role, territoire in (("territoire", self.territoire), ("reference", self.reference)):
            noms[role] = territoire.nom
            formes = {"a": territoire.a, "de": territoire.de, "le": territoire.le}
            for forme, texte in formes.items():
                noms[f"{forme}_{role}"] = texte
                noms[f"{forme.capitalize()}_{role}"] = ecriture.majuscule(texte)
        return noms

    def texte(self, partie: str, **faits: object) -> str:
        """Return a paragraph of a text file: « bilan.limite_des_ruptures » is a part of
        ``bilan.j2``.

        The names of the two territories (``lieux``) are among the facts.
        """
        fichier, _, macro = partie.partition(".")
        return textes(f"{fichier}.j2", self.convention).dire(macro, **{**self.lieux, **faits})

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
        """Return a table as the catalogue describes it: caption, columns, source and first notes.

        Args:
            presentation: Its texts in the catalogue; ``{territoire}`` and the like are filled.
            lignes: The data, one row for each row of the table.
            ecrire: By column, what writes its cells (see ``Ecriture``). A column that is not there
                is shown as ``ecrire_valeur`` does; None leaves the column out of what is shown.
            autres: The columns that follow those of the catalogue: one for each year, or fiche.
            cle: The name of the table and of its CSV, « _ » written « - », unless the catalogue
                gives another.
            mots: What else fills the texts, besides ``lieux`` and ``source``.
            groupes: The title of the group of each row; none when the rows are in no group.
            notes: Those that depend on the data, after those of the catalogue; empty ones are left
                out.
            statuts: Statuses of the values of the table: a last note explains « (p) » if one is
                provisional, « (e) » if one is estimated.
            reste: The other arguments of ``Tableau.de``; they come before those of the catalogue.
        """
        ecritures = ecrire or {}
        mots_a_placer = {**self.lieux, "source": self.source, **(mots or {})}
        dire = partial(remplir, **mots_a_placer)
        colonnes = []
        for nom, entete in presentation.colonnes.items():
            a_ne_pas_montrer = nom in ecritures and ecritures[nom] is None
            if a_ne_pas_montrer:
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
            "titres_du_csv": tuple(presentation.titres.items()),
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
        if self.unites[definition.unite].mots:
            return ecriture.ecrire(valeur, definition, self.unites)
        return nombre(valeur, definition.decimales, signe=definition.est_evolution)

    def absence(self, statut: str) -> str:
        """Return what is written for an absent value: « non transmis », « secret » and the like.

        A status that the catalogue does not have gives "".
        """
        return self.statuts[statut].mot if statut in self.statuts else ""

    def difference(self, indicateur: str, ecart: float, *, signe: bool = False) -> str:
        """Return by how much two values of an indicator differ: « 44 », « 4,7 points » between two
        %; with ``signe``, « +44 », « −4,7 points ».
        """
        definition = self.indicateurs[indicateur]
        unite = self.unites[definition.unite]
        montre = ecart if signe else abs(ecart)
        if unite.symbole == "%":
            return points(montre, definition.decimales, signe)
        return avec_unite(montre, unite.apres(montre), definition.decimales, signe)

    def ecart(self, indicateur: str, ecart: float, ecart_type: str) -> str:
        """Return a gap with its sign and its unit: « +0,8 point », « −7,8 % », « −17,4 pour 100 ».

        A gap between indices has no unit. ``ecart_type`` is « pourcent » when the gap is a
        variation in %; otherwise it has the unit of the indicator, and is in points between two %.
        """
        definition = self.indicateurs[indicateur]
        if ecart_type == "pourcent":
            return pourcent(ecart, 1, signe=True)
        symbole = self.unites[definition.unite].apres(ecart)
        if symbole == "%":
            return points(ecart, definition.decimales)
        return avec_unite(ecart, symbole, definition.decimales, signe=True)

    def evolution(self, indicateur: str, ecart: float, mot: str) -> str:
        """Return a change and what it is worth: « +44, favorable »; the word alone when nothing
        changed, or between yes and no.
        """
        forme = self.unites[self.indicateurs[indicateur].unite].forme
        if forme == "oui_non" or not ecart:
            return mot
        return f"{self.difference(indicateur, ecart, signe=True)}, {mot}"


def variation(valeur: float | None) -> str:
    """Return a change in % with its sign, or a dash when there is none."""
    if valeur is None or pd.isna(valeur):
        return RIEN
    return ecriture.variation(valeur)


def ligne(evaluation: pd.DataFrame, indicateur: str) -> pd.Series | None:
    """Return the row of an indicator as a whole, not of a modalité; None when there is none."""
    lignes = evaluation[evaluation["indicateur"].eq(indicateur) & evaluation["modalite"].eq("")]
    return None if lignes.empty else lignes.iloc[0]


def marquer(texte: str, statut: str) -> str:
    """Return a written value and the mark of its status: « 12,3 (p) », « 12,3 (e) », « 12,3 »."""
    return f"{texte}{MARQUES.get(statut, '')}"


def avec_marque(texte: str, statut: str, quand: int | str) -> str:
    """Return a value with its year, after the mark of a provisional or an estimated one: « 60 (p,
    2026) ».
    """
    marque = marquer("", statut).strip(" ()")  # « p » of « (p) »
    return f"{texte} ({marque}, {quand})" if marque else f"{texte} ({quand})"


def marquee(contexte: Contexte, indicateur: str, colonne: str, statut: str = "") -> Ecriture:
    """Return a function that writes one column of a row: « 12,3 (p) », « secret ».

    A value has no unit, and the decimals of ``indicateur``, or one decimal when that is empty. Its
    status is read in the column ``statut`` of the row, « statut_<colonne> » when that is empty.
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


def verdict_dit(row: Any, valeur: float, contexte: Contexte, mots: Evaluation) -> str:
    """Return « ● atteinte en 2026 », « × manquée de 3 », « ■ à surveiller, il
    manque 95 », « ○ sans objet »: a target that is missed is missed by so much, one to come says
    what is lacking, and one that is not judged why.

    ``row``, of the evaluation, of a parcours or a finding of theirs, has ``indicateur``, ``sens``,
    ``cible``, ``annee_cible``, ``verdict``, ``raison``, ``retard``, ``a_venir`` and
    ``annee_initiale``: what goes back does so since its start, whatever its last year.
    """
    verdict = mots.verdicts[row.verdict]
    dit = verdict.dit
    if row.verdict == "atteint" and pd.notna(row.retard):
        annee = int(row.annee_cible) + int(row.retard)
        return f"{dit} {remplir(mots.mots['atteinte_en_retard'], annee=annee)}"
    if row.verdict == "atteint" and row.a_venir:
        return remplir(mots.mots["deja_atteinte"], signe=verdict.signe)
    if row.verdict == "non_evaluable" and row.raison:
        dit = f"{verdict.signe} {mots.raisons[row.raison]}"
    forme = contexte.unites[contexte.indicateurs[row.indicateur].unite].forme
    if forme == "oui_non" or pd.isna(valeur):
        return dit
    ecart = valeur - row.cible
    manque = contexte.difference(row.indicateur, ecart)
    if row.verdict == "manque":
        return f"{dit} de {manque}"
    if row.verdict == "en_recul" and pd.notna(row.annee_initiale):
        dit = f"{dit} depuis {int(row.annee_initiale)}"
    de_trop = row.sens == "baisse"
    en_deca = ecart > 0 if de_trop else ecart < 0
    if not en_deca or (row.verdict not in A_VENIR and row.raison != ANNEE_EN_COURS):
        return dit
    return f"{dit}, {manque} de trop" if de_trop else f"{dit}, il manque {manque}"


def petits_publies(
    rows: pd.DataFrame, colonnes: Iterable[str], seuil: int, contexte: Contexte
) -> tuple[str, ...]:
    """Return the notes that say why a table shows counts under the threshold of secrecy.

    « Donnés même sous 5, seuil du secret : Places ; Agréments. Raison : … » One note for each
    reason that the catalogue gives (``petits_effectifs_publies`` of the indicator), none when no
    value is under ``seuil``; a zero is not under it. It is for tables whose small counts all have
    such an exception: the others were masked before.

    ``rows`` has a column ``indicateur``, and the values that the table shows in ``colonnes``.
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
    """Return a note for each mark of these statuses, as « (p) Valeur provisoire. » for one."""
    presents = set(statuts)
    return tuple(
        f"{marque.strip()} {contexte.statuts[statut].libelle}."
        for statut, marque in MARQUES.items()
        if statut in presents
    )


def periode(annees: Iterable[int]) -> str:
    """Return « 2023 à 2025 » from the first and the last of some years, « 2023 » from one."""
    ordonnees = sorted(annees)
    if len(ordonnees) == 1:
        return str(ordonnees[0])
    return f"{ordonnees[0]} à {ordonnees[-1]}"
