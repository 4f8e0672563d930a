"""Which data set a table is, by its columns, and what each of them means.

A *rank* is the place of a column in the file, from 0; a *header* is the text at its top.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from ctglib.donnees import magasin
from ctglib.donnees.fautes import mots, refus
from ctglib.donnees.formats import Tableau
from ctglib.donnees.lecture import proches
from ctglib.donnees.modeles.sources import Famille, Niveau, SerieOfficielle

_SIGNES = re.compile(r"[^a-z0-9]+")
# How alike two headers are for difflib when one is the other misspelt: one letter wrong in seven or
# more. A shorter header is too easily another column.
_RESSEMBLANCE_D_UNE_COQUILLE = 0.88
_LETTRES_D_UNE_COQUILLE = 6
# A pattern that is a plain word fits that header alone: a misspelt one can be near to it. A pattern
# with years or choices has no spelling to be near to.
_MOT_SIMPLE = re.compile(r"[a-z0-9_]{6,}")
COLONNES_MAX = 2_000
_FAMILLES_CITEES = 3
_TITRES_CITES = 12


def reconnaitre(
    fichier: str, tableau: Tableau, familles: dict[str, Famille]
) -> tuple[int, Colonnes]:
    """Return the rank of the header among the first rows of a table, and its columns, as those of
    the family that it is a file of.

    That family has all the columns of its signature in the file. Of several, it is the one that
    explains most columns of the file, then the one that takes the fewest for misspelt, then the
    first.

    Raises:
        DonneesInvalides: No family has its signature in the file.
    """
    essais: list[tuple[int, Colonnes]] = []
    presentees = [autre for famille in familles.values() for autre in famille.presentees()]
    for rang, (_, cellules) in enumerate(tableau.premieres):
        if len(cellules) > COLONNES_MAX:
            phrase = mots("officiel_trop_large", nombre=len(cellules), maximum=COLONNES_MAX)
            raise refus(fichier, *phrase, ligne=1)
        if len([cellule for cellule in cellules if cellule.strip()]) < min(2, len(cellules)):
            continue
        noms = [simplifier(titre) for titre in cellules]
        if tableau.libre:  # a sheet may leave its first columns without a header
            noms = [nom or f"colonne_{numero}" for numero, nom in enumerate(noms, 1)]
        titres = [cellule for _, avant in tableau.premieres[:rang] for cellule in avant if cellule]
        nom_du_tableau = " ".join(
            [simplifier(f"{fichier} {tableau.nom}"), *map(simplifier, titres)]
        )
        essais += [(rang, Colonnes(famille, noms, nom_du_tableau)) for famille in presentees]
    possibles = [essai for essai in essais if not essai[1].absentes]
    if possibles:
        rang, colonnes = max(
            possibles, key=lambda essai: (essai[1].lues, -len(essai[1].coquilles), essai[0])
        )
        if colonnes.famille.refus:
            famille = colonnes.famille
            phrase = mots("officiel_refuse", raison=famille.refus, titre=famille.titre)
            raise refus(fichier, *phrase, ligne=1)
        return rang, colonnes

    # It says what the file lacks to be one of the nearest families: those that lack the smallest
    # share of their signature.
    plus_proches = sorted(
        essais,
        key=lambda essai: (
            len(essai[1].absentes) / max(1, len(essai[1].famille.signature)),
            essai[1].famille.jeu,
        ),
    )
    manques = {}
    for _, essai in plus_proches:
        famille = essai.famille
        manque = f"{famille.jeu} ({famille.titre}) : manque {', '.join(essai.absentes)}"
        manques.setdefault(famille.id, manque)
    titres = [nom for nom in plus_proches[0][1].noms if nom] if plus_proches else []
    jeux = dict.fromkeys(famille.jeu for famille in familles.values())
    phrase = mots(
        "officiel_inconnu",
        nombre=len(titres),
        colonnes=", ".join(titres[:_TITRES_CITES]),
        jeux=", ".join(jeux),
        proches=" ; ".join([*manques.values()][:_FAMILLES_CITEES]),
    )
    raise refus(fichier, *phrase, ligne=1)


def simplifier(titre: str) -> str:
    """Return a header as patterns know it: « Taux de couv EAJE - ensemble » is
    « taux_de_couv_eaje_ensemble ».
    """
    sans_accents = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode()
    return _SIGNES.sub("_", sans_accents.lower()).strip("_")


class ColonneDeSerie(NamedTuple):
    """A column of figures: the series it is, and the year that its header carries (« rsa_24 »).

    Without a year in the header, the year is that of the row, or else of the file.
    """

    serie: SerieOfficielle
    annee: int | None


class Colonnes:
    """What the columns of a table are, if it is one of a family; each is known by its rank.

    Attributes:
        noms: The headers, in lower case without accents, « _ » for what is no letter nor digit.
        noms_corriges: The same, where a misspelt one is replaced by the column it must be.
        absentes: The columns that a file of the family must have and that this one lacks; when
            there are some, the file is not of the family.
        rangs_de_la_cle: Those of the code of the territory, that two columns may hold together.
        niveau_de_la_cle: The level that the column of the code says, if it does.
        rang_du_niveau: That of the column that says the level of each row.
        rang_de_l_annee: That of the year of each row, None when there is no such column.
        filtre: The columns that choose the rows: a row is kept if its cell is one of these values.
        textes: The columns kept as text, with the name that each takes (« libelle »).
        mesures: Those that say what a row measures, in a file that has a row a measure.
        series: The columns of figures.
        ignorees: The headers of the other columns, which the family does not use.
    """

    def __init__(self, famille: Famille, noms: list[str], nom_du_tableau: str) -> None:
        self.famille = famille
        self.noms = noms
        self.serie_du_tableau = self._serie_du_tableau(nom_du_tableau)
        self.noms_corriges = self._sans_coquilles()
        self.absentes = [motif for motif in famille.signature if self._rang(motif) is None]
        if famille.tableaux and self.serie_du_tableau is None:
            self.absentes.append(" ou ".join(famille.tableaux))
        self.niveau_de_la_cle: Niveau | None = None
        self.rangs_de_la_cle = self._rangs_de_la_cle()
        self.rang_de_l_annee = self._rang(famille.annee or "")
        self.rang_du_niveau = self._rang(famille.niveau.colonne if famille.niveau else "")
        self.filtre: dict[int, tuple[str, ...]] = {}
        for motif, valeurs in famille.filtre.items():
            rang = self._rang(motif)
            if rang is not None:
                self.filtre[rang] = valeurs
        self.textes: dict[int, str] = {}
        for texte, motifs in famille.textes.items():
            rang = self._premier_rang((motifs,) if isinstance(motifs, str) else motifs)
            if rang is not None:
                self.textes[rang] = texte
        self.mesures: list[int] = []
        self.rang_de_la_valeur: int | None = None
        self.rang_du_statut: int | None = None
        if famille.mesures:
            rangs = [self._rang(motif) for motif in famille.mesures.colonnes]
            self.mesures = [rang for rang in rangs if rang is not None]
            self.rang_de_la_valeur = self._rang(famille.mesures.valeur)
            self.rang_du_statut = self._rang(famille.mesures.statut)
        autres_usages = {
            *self.rangs_de_la_cle,
            self.rang_de_l_annee,
            self.rang_du_niveau,
            self.rang_de_la_valeur,
            self.rang_du_statut,
            *self.mesures,
            *self.filtre,
            *self.textes,
        }
        self.series: dict[int, ColonneDeSerie] = {}
        self.ignorees: list[str] = []
        for rang, nom in enumerate(self.noms_corriges):
            if rang in autres_usages:
                continue
            colonne = None if famille.mesures else self._colonne_de_serie(nom)
            if colonne:
                self.series[rang] = colonne
            elif nom and not any(re.fullmatch(motif, nom) for motif in famille.ignorees):
                self.ignorees.append(nom)

    @property
    def lues(self) -> int:
        """How many columns of the file the family explains."""
        return len([nom for nom in self.noms if nom]) - len(self.ignorees)

    @property
    def coquilles(self) -> list[tuple[str, str]]:
        """The misspelt headers, each with the column that it is read as."""
        paires = zip(self.noms, self.noms_corriges, strict=True)
        return [(nom, corrige) for nom, corrige in paires if nom != corrige]

    def _rangs_de_la_cle(self) -> list[int]:
        """Return the ranks of the columns that hold the code of a row, and note the level that the
        header says, where it says one.
        """
        famille = self.famille
        for niveau, motif in famille.cles.items():
            rang = self._rang(motif)
            if rang is not None:
                self.niveau_de_la_cle = niveau
                return [rang]
        motifs = famille.cle_composee or (famille.cle,)
        rangs = [self._rang(motif) for motif in motifs]
        if None in rangs and not self.absentes:
            self.absentes = [motif for motif in motifs if motif]
        return [rang for rang in rangs if rang is not None]

    def _serie_du_tableau(self, nom: str) -> SerieOfficielle | None:
        """Return the series that a table of years is, by its name."""
        for motif, code in self.famille.tableaux.items():
            if re.search(motif, nom):
                return magasin.serie_gardee(self.famille, code)
        return None

    def _sans_coquilles(self) -> list[str]:
        """Return the headers, the misspelt ones corrected: « communne » is read « commune ».

        A header is misspelt when the family does not know it, and one column of the family, and
        only one, is spelt nearly so and is not in the file.
        """
        famille = self.famille
        motifs = [*famille.signature, *(serie.colonne for serie in famille.series)]
        attendus = [motif for motif in motifs if _MOT_SIMPLE.fullmatch(motif)]
        autres_colonnes = (famille.cle, famille.annee, *famille.textes.values())
        noms_corriges = list(self.noms)
        for rang, nom in enumerate(self.noms):
            if len(nom) < _LETTRES_D_UNE_COQUILLE:
                continue
            if nom in autres_colonnes or self._colonne_de_serie(nom):
                continue
            absents = [attendu for attendu in attendus if attendu not in noms_corriges]
            voisins = [
                absent
                for absent in proches(nom, absents)
                if SequenceMatcher(None, nom.lower(), absent.lower()).ratio()
                >= _RESSEMBLANCE_D_UNE_COQUILLE
            ]
            if len(voisins) == 1:
                noms_corriges[rang] = voisins[0]
        return noms_corriges

    def _rang(self, motif: str) -> int | None:
        """Return the rank of the first header that fits a pattern; an empty pattern fits none."""
        if not motif:
            return None
        for rang, nom in enumerate(self.noms_corriges):
            if re.fullmatch(motif, nom):
                return rang
        return None

    def _premier_rang(self, motifs: Sequence[str]) -> int | None:
        """Return the rank of the first of several patterns that a header fits."""
        for motif in motifs:
            rang = self._rang(motif)
            if rang is not None:
                return rang
        return None

    def _colonne_de_serie(self, nom: str) -> ColonneDeSerie | None:
        """Return the series of a header, and its year; None when it is a column of no series."""
        if self.serie_du_tableau and re.fullmatch("(19|20)[0-9]{2}", nom):
            return ColonneDeSerie(self.serie_du_tableau, int(nom))
        for serie in self.famille.series:
            trouve = re.fullmatch(serie.colonne, nom)
            if trouve:
                annee = trouve.groupdict().get("an")
                return ColonneDeSerie(serie, 2000 + int(annee[-2:]) if annee else None)
        for autre in self.famille.autres:
            if re.fullmatch(autre.colonne, nom):
                serie = magasin.serie_gardee(self.famille, f"{autre.code}_{nom}")
                return None if serie is None else ColonneDeSerie(serie, None)
        return None

    def serie_de_la_mesure(self, texte: str) -> SerieOfficielle | None:
        """Return the series of what a row measures, None when the family keeps none of it."""
        for serie in self.famille.series:
            if re.fullmatch(serie.colonne, texte):
                return serie
        return None
