"""The level of the territories of an official file: told by the file, confirmed by the official
code, never guessed from the shape of a code.

« 02 » is the Aisne, and Martinique; « 01004 » is Ambérieu-en-Bugey, and a bassin de vie; « 1 » may
be the Ain, Guadeloupe or France. The codes of a file are looked at together, with the names beside
them and what the file, the sheet or a column says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast, get_args

import pandas as pd

from ctglib.donnees import magasin
from ctglib.donnees.fautes import COMMANDE, Faute, mots, refus
from ctglib.donnees.modeles.sources import Niveau, Officiels
from ctglib.donnees.yaml_strict import charger_yaml

_ARTICLE_OU_SIGNE = r"^(l'|la |le |les |aux |los |las )|[^a-z0-9]"
_SIGNES = re.compile(r"[^a-z0-9]+")
# The levels whose codes have the shape of another's: names alone tell them apart.
_MEMES_FORMES: tuple[Niveau, ...] = ("departement", "region", "france")
_CODES_CITES = 2
NIVEAUX: tuple[Niveau, ...] = get_args(Niveau)


class Lieu(NamedTuple):
    """A territory of the store: ``("R32", "region")``."""

    code: str
    niveau: Niveau


@dataclass(frozen=True)
class Geographie:
    """What is known of territories: those of the last official code there is, and what files say.

    Attributes:
        regles: ``officiels.yaml``.
        formes: The shape of the codes of each level, in the store.
        noms: The official names by code, simplified, of each level that the store has.
        libelles: The same as they are written.
        france: What each code and each simplified name of France, or of a part of it, is here.
    """

    regles: Officiels
    formes: Mapping[Niveau, re.Pattern[str]]
    noms: Mapping[Niveau, Mapping[str, str]]
    libelles: Mapping[Niveau, Mapping[str, str]] = field(repr=False)
    france: Mapping[str, str]

    def titre(self, niveau: Niveau) -> str:
        """Return how a sentence names a level."""
        return self.regles.niveaux[niveau].titre

    def dits_par(self, nom: str) -> list[Niveau]:
        """Return the levels that the name of a file or of a sheet says (« FILO2018_DISP_REG »)."""
        morceaux = _morceaux(nom)
        return [
            niveau
            for niveau, mots_du_niveau in self.regles.niveaux.items()
            if not morceaux.isdisjoint(mots_du_niveau.mots)
        ]

    def autre_niveau(self, nom: str) -> str:
        """Return the level that a name says and that the store has not, "" when it says none."""
        morceaux = _morceaux(nom)
        for mot, titre in self.regles.autres_niveaux.items():
            if mot in morceaux:
                return titre
        return ""

    def ensemble_dit(self, nom: str) -> str:
        """Return France or the part of it that a name says (« DISP_METROPOLE »), "" for none."""
        for morceau in sorted(_morceaux(nom)):
            if morceau.upper() in self.france:
                return self.france[morceau.upper()]
        return ""

    def ecrire(self, code: str, niveau: Niveau, nom: str = "", ensemble: str = "") -> str:
        """Return a code as the store has it, "" when it has not the shape of those of a level.

        « 1001 » is the commune 01001, « 32 » the région R32, « F », or a row named France, FR.

        Args:
            code: As the file writes it.
            niveau: The level.
            nom: The name beside it, simplified.
            ensemble: What a code like « 1 » is when the file is of France.
        """
        if niveau == "france":
            trouve = self.france.get(code) or self.france.get(nom)
            if not trouve and code in self.regles.codes_ambigus_de_la_france:
                trouve = ensemble
            return trouve or ""
        if niveau == "region":
            chiffres = code.removeprefix("R")
            return f"R{chiffres:0>2}" if re.fullmatch(r"[0-9]{1,2}", chiffres) else ""
        for forme in (code, f"0{code}"):
            d_un_arrondissement = self.formes["arrondissement"].fullmatch(forme)
            if niveau == "commune" and d_un_arrondissement:
                return ""
            if self.formes[niveau].fullmatch(forme):
                return forme
        return ""


def lire_geographie() -> Geographie:
    """Return the territories of the store, by level, and the words of ``officiels.yaml``."""
    regles = charger_yaml("catalogue/officiels.yaml", Officiels)
    libelles: dict[Niveau, dict[str, str]] = {}
    for niveau, famille in magasin.COG.items():
        derniere_table = magasin.derniere_table_si_presente(famille)
        lieux = magasin.lire_tables(derniere_table, None, ["libelle"])
        if not lieux.empty:
            libelles[niveau] = dict(zip(lieux["territoire"], lieux["libelle"], strict=True))
    noms = {}
    for niveau, par_code in libelles.items():
        simplifies = noms_simplifies(pd.Series(par_code, dtype="str"))
        noms[niveau] = dict(zip(par_code, simplifies, strict=True))
    motifs = [ville.motif for ville in magasin.villes().values()]
    formes: dict[Niveau, re.Pattern[str]] = {
        **magasin.FORMES,
        "arrondissement": re.compile("|".join(motifs)),
    }
    france = {}
    for ensemble, ecritures in regles.france.items():
        noms_de_l_ensemble = noms_simplifies(pd.Series(ecritures.noms, dtype="str"))
        france |= dict.fromkeys((*ecritures.codes, *noms_de_l_ensemble), ensemble)
    return Geographie(regles, formes, noms, libelles, france)


def lire_niveau(texte: str) -> Niveau | None:
    """Return the level that a user names, None for ""; refuse one that is none."""
    if not texte:
        return None
    if texte not in NIVEAUX:
        phrase = mots("niveau_mal_dit", texte=texte, niveaux=", ".join(NIVEAUX))
        raise refus(COMMANDE, *phrase)
    return cast(Niveau, texte)


def noms_simplifies(noms: pd.Series) -> pd.Series:
    """Return names as they compare: letters and digits alone, without accents nor first article."""
    sans_accents = noms.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
    return sans_accents.str.lower().str.replace(_ARTICLE_OU_SIGNE, "", regex=True)


def _morceaux(nom: str) -> set[str]:
    """Return the words of a name, with and without their last digits: « bv2022 » is « bv »."""
    sans_accents = nom.encode("ascii", "ignore").decode().lower()
    morceaux = [morceau for morceau in _SIGNES.split(sans_accents) if morceau]
    return {*morceaux, *(morceau.rstrip("0123456789") for morceau in morceaux)} - {""}


class Codes:
    """The codes of a table, each with what is said of it, whose levels are to be told.

    Attributes:
        lieux: The territory of each pair (code as written, level said by a column or ""); what
            could not be told is not in it.
        fautes: Why, for those.
    """

    def __init__(
        self,
        fichier: str,
        geographie: Geographie,
        niveaux: Sequence[Niveau],
        *,
        noms_du_fichier: Sequence[str],
        demande: Niveau | None,
    ) -> None:
        """Prepare to tell levels.

        Args:
            fichier: How faults name the file.
            geographie: What is known of territories.
            niveaux: The levels that a file of its family may have; with the communes come the
                arrondissements.
            noms_du_fichier: What may say a level: the sheet, then the file.
            demande: The level that the user says (``--niveau``).
        """
        self.fichier = fichier
        self.geographie = geographie
        self.niveaux = niveaux
        self.noms_du_fichier = noms_du_fichier
        self.demande = demande
        self.libelles: Mapping[str, str] = {}  # of the codes as written
        self.noms: Mapping[str, str] = {}  # the same, simplified
        self.lieux: dict[tuple[str, str], Lieu] = {}
        self.fautes: list[Faute] = []
        self.ensemble = ""
        if demande == "france" or self._niveaux_dits(["france"]):
            ensembles = [geographie.ensemble_dit(nom) for nom in noms_du_fichier]
            premier = next(iter(geographie.regles.france))
            self.ensemble = next(filter(None, ensembles), premier)

    def situer(self, codes: Iterable[tuple[str, str]], noms: Mapping[str, str]) -> None:
        """Tell the level of codes: of each alone when a column says it, else of those of one shape
        together.

        Args:
            codes: Each code as written, and the level that the file says of it, or "".
            noms: The names that the file gives to codes, as written.
        """
        self.libelles = noms
        simplifies = noms_simplifies(pd.Series(noms, dtype="str"))
        self.noms = dict(zip(noms, simplifies, strict=True))
        par_niveau: dict[str, list[str]] = {}
        for code, dit in codes:
            par_niveau.setdefault(dit, []).append(code)
        for rang, (possibles, groupe) in enumerate(self._groupes(par_niveau.pop("", []))):
            permis = {*self.niveaux, "arrondissement"}
            # A few codes that are of no level of the family are mistakes, each refused on its line.
            if rang == 0 or not permis.isdisjoint(possibles):
                self._choisir(possibles, groupe)
        for niveau, groupe in par_niveau.items():
            self._retenir(groupe, cast(Niveau, niveau), dit=niveau)

    def _ecrire(self, code: str, niveau: Niveau) -> str:
        """Return a code as the store has it, if it may be of a level."""
        return self.geographie.ecrire(code, niveau, self.noms.get(code, ""), self.ensemble)

    def _groupes(self, codes: Sequence[str]) -> list[tuple[list[Niveau], list[str]]]:
        """Return the codes that may be of one level, with the levels that all of them may be of.

        « 01 » may be a département or a région, « 2A » a département alone: together they are
        départements.
        """
        par_forme: dict[frozenset[Niveau], list[str]] = {}
        for code in codes:
            formes: frozenset[Niveau] = frozenset(
                niveau for niveau in NIVEAUX if self._ecrire(code, niveau)
            )
            par_forme.setdefault(formes, []).append(code)
        groupes: list[tuple[frozenset[Niveau], list[str]]] = []
        for formes, groupe in sorted(par_forme.items(), key=lambda paire: -len(paire[1])):
            for rang, (autres_formes, autres) in enumerate(groupes):
                communes = formes & autres_formes
                if communes:
                    groupes[rang] = (communes, [*autres, *groupe])
                    break
            else:
                groupes.append((formes, groupe))
        possibles = []
        for formes, groupe in groupes:
            if formes:
                possibles.append(([niveau for niveau in NIVEAUX if niveau in formes], groupe))
        return possibles

    def _choisir(self, possibles: list[Niveau], codes: list[str]) -> None:
        """Tell the level of a group, or note why it cannot be told."""
        if self.demande and self.demande in possibles:
            self._retenir(codes, self.demande, dit=self.demande)
            return
        plausibles: list[Niveau] = [
            niveau for niveau in possibles if self._plausible(niveau, codes)
        ]
        if len(possibles) > 1:
            confirmes: list[Niveau] = [
                niveau for niveau in plausibles if self._nomme(niveau, codes)
            ]
            plausibles = confirmes or plausibles
        dits = self._niveaux_dits(plausibles)
        if len(plausibles) > 1 and len(dits) == 1:
            plausibles = dits
        if len(plausibles) > 1 and len(self.niveaux) == 1 and self.niveaux[0] in plausibles:
            plausibles = list(self.niveaux)  # the columns are those of that level alone
        trop_peu = plausibles == ["commune"] and not dits and self._trop_peu_de_communes(codes)
        if len(plausibles) != 1 or trop_peu:
            self._refuser(possibles, codes)
            return
        self._retenir(codes, plausibles[0])

    def _niveaux_dits(self, possibles: Sequence[Niveau]) -> list[Niveau]:
        """Return those of some levels that the first name that says one says."""
        for nom in self.noms_du_fichier:
            dits: list[Niveau] = [
                niveau for niveau in self.geographie.dits_par(nom) if niveau in possibles
            ]
            if dits:
                return dits
        return []

    def _retenir(self, codes: Sequence[str], niveau: Niveau, dit: str = "") -> None:
        """Take codes for those of a level, unless the family has not that level or names deny it.

        ``dit`` is the level that a column or the user said, "" when it was found.
        """
        niveau_d_une_commune = "commune" if niveau == "arrondissement" else niveau
        if niveau_d_une_commune not in self.niveaux:
            titres = [self.geographie.titre(autre) for autre in self.niveaux]
            phrase = mots(
                "niveau_hors_famille",
                titre=self.geographie.titre(niveau),
                codes=_citer(codes),
                permis=", ".join(titres),
            )
            self.fautes.append(Faute(self.fichier, *phrase))
            return
        if dit and niveau in _MEMES_FORMES and not self._plausible(niveau, codes):
            self._refuser([niveau], codes, "niveau_dementi")
            return
        ensemble = self.ensemble or next(iter(self.geographie.regles.france))
        niveaux: list[Niveau] = [niveau]
        if niveau == "commune":  # a column of communes may have arrondissements
            niveaux.append("arrondissement")
        par_colonne = dit if dit != self.demande else ""
        for code in codes:
            for possible in niveaux:
                ecrit = self.geographie.ecrire(code, possible, self.noms.get(code, ""), ensemble)
                if ecrit:
                    self.lieux[code, par_colonne] = Lieu(ecrit, possible)

    def _plausible(self, niveau: Niveau, codes: Sequence[str]) -> bool:
        """Return whether codes may be those of a level: it knows them, and their names."""
        connus = self.geographie.noms.get(niveau)
        if niveau == "iris":
            return self._des_communes_connues(codes)
        if not connus:
            return True
        # An old commune is no longer in the official code, and no other level has its shape.
        if niveau == "commune":
            return len(self.niveaux) == 1 or self._part_connue(niveau, codes) >= self._part
        if self._part_connue(niveau, codes) < self._part:
            return False
        if niveau not in _MEMES_FORMES:
            return True
        nommes = [code for code in codes if self.noms.get(code)]
        d_accord = [
            code for code in nommes if self.noms[code] == connus.get(self._ecrire(code, niveau))
        ]
        return len(d_accord) >= self.geographie.regles.part_des_noms * len(nommes)

    @property
    def _part(self) -> float:
        """The share of codes that a level must know."""
        return self.geographie.regles.part_des_codes

    def _part_connue(self, niveau: Niveau, codes: Sequence[str]) -> float:
        """Return the share of codes that the official code has at a level."""
        connus = self.geographie.noms[niveau]
        presents = [code for code in codes if self._ecrire(code, niveau) in connus]
        return len(presents) / len(codes)

    def _nomme(self, niveau: Niveau, codes: Sequence[str]) -> bool:
        """Return whether the names of codes are those that a level gives them."""
        if niveau == "france":
            d_accord = [code for code in codes if self.noms.get(code) in self.geographie.france]
        else:
            connus = self.geographie.noms.get(niveau, {})
            d_accord = [
                code
                for code in codes
                if self.noms.get(code) and connus.get(self._ecrire(code, niveau)) == self.noms[code]
            ]
        return bool(d_accord) and len(d_accord) >= self.geographie.regles.part_des_noms * len(codes)

    def _des_communes_connues(self, codes: Sequence[str]) -> bool:
        """Return whether the first five characters of most codes are those of a commune."""
        communes = self.geographie.noms.get("commune")
        if not communes:
            return True
        debuts = pd.Series([self._ecrire(code, "iris")[:5] for code in codes], dtype="str")
        connus = magasin.commune_de(debuts).isin(list(communes))
        return connus.mean() >= self._part

    def _trop_peu_de_communes(self, codes: Sequence[str]) -> bool:
        """Return whether codes that cover France are too few to be its communes: « bassins de vie »
        have the codes and the names of some of them.
        """
        communes = self.geographie.noms.get("commune")
        if not communes or len(self.niveaux) == 1:
            return False
        departements = magasin.departement_de(pd.Series(codes, dtype="str")).nunique()
        regles = self.geographie.regles
        return departements >= regles.departements_d_un_fichier_national and len(
            codes
        ) < regles.part_des_communes * len(communes)

    def _refuser(
        self, possibles: Sequence[Niveau], codes: Sequence[str], cle: str = "niveau_inconnu"
    ) -> None:
        """Note that the level of codes cannot be told, with what they would be at each."""
        lectures = []
        for niveau in possibles:
            libelles = self.geographie.libelles.get(niveau, {})
            exemples = []
            for code in codes[:_CODES_CITES]:
                ecrit = self._ecrire(code, niveau)
                exemples.append(f"« {code} » {libelles.get(ecrit, ecrit or 'inconnu')}")
            lectures.append(f"{self.geographie.titre(niveau)} : {', '.join(exemples)}")
        nommes = [f"« {code} » {self.libelles[code]}" for code in codes if self.noms.get(code)]
        phrase = mots(
            cle,
            titre=self.geographie.titre(possibles[0]) if possibles else "",
            codes=len(codes),
            noms=f" ({', '.join(nommes[:_CODES_CITES])})" if nommes else "",
            lectures=" ; ".join(lectures),
            niveaux=", ".join(self.niveaux),
        )
        self.fautes.append(Faute(self.fichier, *phrase))


def _citer(codes: Sequence[str]) -> str:
    """Return the first of some codes, for a sentence."""
    cites = ", ".join(f"« {code} »" for code in codes[:_CODES_CITES])
    reste = len(codes) - _CODES_CITES
    return f"{cites} et {reste} de plus" if reste > 0 else cites
