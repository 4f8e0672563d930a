"""What the first pages of a diagnostic and of its check say: what weighs most in the figures, what
is not sure, what to decide. The words of a finding are in the text file ``diagnostic.j2``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ctglib.blocs.diagnostic import CONTREDITE, INVERIFIABLE, EtudeDiagnostic
from ctglib.blocs.mots import dire
from ctglib.blocs.offre import SorteDePlaces, de_plus_ou_de_moins, places_par_sorte
from ctglib.blocs.page_une import Chiffre, Message, PremierePage
from ctglib.calculs import comparaison as calculs
from ctglib.calculs.ecriture import SEPARATEUR, avec_unite, enumerer, majuscule, minuscule, nombre
from ctglib.document.redaction import Textes, textes
from ctglib.document.typographie import en_lettres, part_en_mots, points, remplir, sont
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.convention import Lacune
from ctglib.donnees.modeles.plan import Poids
from ctglib.donnees.modeles.rapports import GroupeDeParts, MontantsParTete

LACUNES = ("tableau-questions", "tableau-lacunes")
CONTROLE = "controle.html"
DANS_AUCUN_ENJEU = 3  # weighs less than the lightest enjeu
PETITE_ENFANCE = "petite_enfance"


@dataclass(frozen=True)
class _Part:
    """A share in both territories (see ``ctglib.calculs.comparaison``)."""

    indicateur: str
    annee: int
    valeur: float
    valeur_reference: float
    ecart: float


@dataclass(frozen=True)
class _PointDeControle:
    """An open finding of the check (see ``ctglib.calculs.coherence``)."""

    indicateurs: str
    territoire: str
    objet: str
    ecrit: str
    calcule: str


@dataclass(frozen=True)
class _ConstatDuTerritoire:
    """A finding of the diagnostic: its facts as they are written, and what it weighs."""

    genre: str  # the paragraph of the text file
    faits: Mapping[str, object]
    libelle: str
    valeur: str
    preuves: tuple[str, ...]
    besoin: bool  # whether it is a need, and not only a figure of the territory
    enjeu: int  # the rank of the weight of the enjeu that its theme is in
    rang: int  # families concerned, then money, then services that are not there
    familles: float = 0.0  # the share of families that it concerns

    @property
    def ordre(self) -> tuple[object, ...]:
        """What findings are sorted by, the heaviest first."""
        return (not self.besoin, self.enjeu, self.rang, -self.familles, self.libelle)


@dataclass(frozen=True)
class MessagesDuDiagnostic:
    """What the first page of a diagnostic says: what families live on, what is not there, what the
    Caf spends.
    """

    etude: EtudeDiagnostic

    @property
    def _lacunes(self) -> list[Lacune]:
        """What the convention leaves open, as the questions are to be put."""
        return self.etude.convention.lacunes_en_ordre

    @property
    def page(self) -> PremierePage:
        """The first page."""
        constats = self.constats
        titre = ""
        chapo = ""
        if constats:
            titre = self._textes.dire(f"titre_{constats[0].genre}", constats[0].faits, self._lieux)
            chapo = self._textes.dire("chapo", self._besoins)
        return PremierePage(
            self.messages(), self.incertitudes(), self.decisions(), titre=titre, chapo=chapo
        )

    @property
    def _textes(self) -> Textes:
        return textes("diagnostic.j2", self.etude.convention.id)

    @property
    def _lieux(self) -> dict[str, str]:
        return self.etude.contexte.lieux

    @property
    def _besoins(self) -> dict[str, int]:
        """How many needs the figures show, and how many have no fiche: one that the convention
        writes in the fiche that answers it is not counted.
        """
        besoins = self.etude.besoins_lus
        besoins = besoins[besoins["origine"].ne("fiche")]
        return {"total": len(besoins), "sans_fiche": int(besoins["fiches"].eq("").sum())}

    def messages(self) -> Iterator[Message]:
        """Yield the findings, what weighs most first, each under its number."""
        for constat in self.constats:
            redige = self._textes.rediger(constat.genre, constat.faits, self._lieux)
            detail = ""
            if "la" in constat.faits:
                detail = self._textes.dire("sous_le_nombre", constat.faits, self._lieux)
            yield Message(
                f"{redige.premier}.",
                constat.preuves,
                suite=redige.suite,
                chiffre=Chiffre(constat.libelle, constat.valeur, detail),
            )

    @cached_property
    def constats(self) -> list[_ConstatDuTerritoire]:
        """The findings: the places for under-threes, the shares of each group, the amounts by head,
        the services that the reference has and the territory has not. Needs come first, then what
        an enjeu is about, then what concerns most families.
        """
        constats = [*self._places(), *self._parts(), *self._montants(), *self._absents()]
        return sorted(constats, key=lambda constat: constat.ordre)

    def _enjeu(self, theme: str) -> int:
        """Return the rank of the weight of the enjeu that a theme is in."""
        rangs = [
            Poids.rang(enjeu.poids)
            for enjeu in self.etude.convention.enjeux
            if theme in enjeu.themes
        ]
        return min(rangs, default=DANS_AUCUN_ENJEU)

    def _reponses(self, indicateurs: list[str]) -> list[str] | None:
        """Return the fiches that answer the needs that some indicators show; None when they show
        none.
        """
        besoins = self.etude.besoins_lus
        besoins = besoins[besoins["indicateur"].isin(indicateurs)]
        if besoins.empty:
            return None
        fiches = set()
        for numeros in besoins["fiches"]:
            fiches.update(numeros.split(SEPARATEUR))
        return [item.numero for item in self.etude.convention.fiches if item.numero in fiches]

    def _places(self) -> Iterator[_ConstatDuTerritoire]:
        """Yield the kind of care that is farthest under the reference, or else farthest over it."""
        etude = self.etude
        if etude.modes.empty:
            return
        sortes = places_par_sorte(
            etude.modes, etude.catalogue.diagnostic.modes, etude.convention.fiches
        )
        if not sortes:
            return
        sorte: SorteDePlaces = min(sortes, key=lambda sorte: sorte.ecart)
        if not sorte.en_retard:
            sorte = max(sortes, key=lambda sorte: sorte.ecart)
        ensemble, *autres = etude.accueil
        yield _ConstatDuTerritoire(
            genre="places",
            faits={
                "sorte": sorte.mot,
                "ici": nombre(sorte.ici, 1),
                "la": nombre(sorte.la, 1),
                "ecart": de_plus_ou_de_moins(sorte.ecart),
                "annee": int(etude.modes["annee"].iloc[0]),
                "ensemble": ensemble,
                "fiches": autres[-1] if len(autres) > 1 else "",
            },
            libelle=self._textes.dire("libelle_places", {"sorte": sorte.mot}),
            valeur=nombre(sorte.ici, 1),
            preuves=("figure-modes",),
            besoin=sorte.en_retard,
            enjeu=self._enjeu(PETITE_ENFANCE),
            rang=0,
        )

    def _parts(self) -> Iterator[_ConstatDuTerritoire]:
        """Yield a finding for each group that has shares over the reference; those that have only
        shares under it come last.
        """
        for groupe in self.etude.catalogue.messages.parts:
            for rang, cote in enumerate(("superieur", "inferieur")):
                constat = self._part(groupe, cote, rang)
                if constat is not None:
                    yield constat
                    break

    def _part(self, groupe: GroupeDeParts, cote: str, rang: int) -> _ConstatDuTerritoire | None:
        """Return the finding of the shares of a group that are on one side of the reference: the
        first that the catalogue gives, then the farthest of the others of its year.
        """
        constats = self.etude.constats_surs
        connus = [nom for nom in groupe.indicateurs if nom in constats.index]
        parts = constats.loc[connus]
        parts = parts[parts["ecart_relatif"].notna() & parts["position"].eq(cote)]
        if parts.empty:
            return None
        autres = parts.iloc[1:]
        autres = autres[autres["annee"].eq(parts["annee"].iloc[0])]
        autres = autres.sort_values(
            "ecart_relatif", key=lambda ecarts: -ecarts.abs(), kind="stable"
        )
        dites = pd.concat([parts.head(1), autres.head(1)]).reset_index(names="indicateur")
        premiere, *suivantes = [
            self._faits_d_une_part(groupe, part) for part in lignes(dites, _Part)
        ]
        nom = dites["indicateur"].iloc[0]
        ailleurs = [
            f"{valeurs[nom]} {autre.a}" for autre, valeurs in self.etude.ailleurs([nom]).items()
        ]
        reponses = self._reponses(dites["indicateur"].tolist())
        theme = self.etude.comparaison.set_index("indicateur")["theme"][nom]
        return _ConstatDuTerritoire(
            genre="part",
            faits={
                **premiere,
                "au_dessus": cote == "superieur",
                "autre": suivantes[0] if suivantes else None,
                "ailleurs": ailleurs,
                "reponses": reponses,
            },
            libelle=self.etude.contexte.indicateurs[nom].libelle,
            valeur=str(premiere["ici"]),
            preuves=groupe.preuves,
            besoin=reponses is not None,
            enjeu=self._enjeu(theme),
            rang=3 * rang,
            familles=float(dites["valeur"].iloc[0]),
        )

    def _faits_d_une_part(self, groupe: GroupeDeParts, part: _Part) -> dict[str, object]:
        """Return a share as it is written: « près d'un allocataire sur deux » and its verb."""
        contexte = self.etude.contexte
        mots = groupe.indicateurs[part.indicateur]
        fraction, au_singulier = part_en_mots(part.valeur, mots.nom)
        return {
            "part": fraction,
            "verbe": mots.un if au_singulier else mots.plusieurs,
            "ici": contexte.valeur(part.indicateur, part.valeur),
            "la": contexte.valeur(part.indicateur, part.valeur_reference),
            "ecart": points(abs(part.ecart), signe=False),
            "annee": int(part.annee),
        }

    def _montants(self) -> Iterator[_ConstatDuTerritoire]:
        """Yield each amount by head that has a sentence, with the part of it that is farthest from
        the reference.
        """
        regles = self.etude.catalogue.diagnostic.par_tete
        for regle in regles:
            faits = self._montant(regle)
            if not regle.phrase or faits is None:
                continue
            autres = [self._montant(autre) for autre in regles if autre is not regle]
            plus_loin = max(
                filter(None, autres), key=lambda autre: abs(autre["ecart_relatif"]), default=None
            )
            yield _ConstatDuTerritoire(
                genre="montant",
                faits={**faits, "plus_loin": plus_loin},
                libelle=self._textes.dire("libelle_montant", faits),
                valeur=str(faits["ici"]),
                preuves=regle.preuves,
                besoin=False,
                enjeu=DANS_AUCUN_ENJEU,
                rang=1,
            )

    def _montant(self, regle: MontantsParTete) -> dict[str, Any] | None:
        """Return an amount by head in both territories, as it is written.

        None when a figure is missing or doubtful, or when the gap, in % of the reference, is under
        ``ecart_notable_pourcent``.
        """
        etude = self.etude
        montants = calculs.par_tete(etude.comparaison, [regle])
        douteux = not etude.doutes.isdisjoint([*regle.montants, regle.par])
        if montants.empty or douteux:
            return None
        ici = montants["tete"].iloc[0]
        la = montants["tete_reference"].iloc[0]
        if pd.isna(ici) or pd.isna(la) or la == 0:
            return None
        ecart_relatif = 100 * (ici - la) / la
        if abs(ecart_relatif) < etude.catalogue.seuils.ecart_notable_pourcent:
            return None
        return {
            "libelle": regle.libelle,
            "mot": regle.mot,
            "ici": avec_unite(ici, "€", 0),
            "la": avec_unite(la, "€", 0),
            "annee": int(montants["annee"].iloc[0]),
            "ecart_relatif": ecart_relatif,
        }

    def _absents(self) -> Iterator[_ConstatDuTerritoire]:
        """Yield the services that the reference has and the territory has none of (« ni crèche, ni
        relais petite enfance »).
        """
        etude = self.etude
        regles = etude.catalogue.messages.services
        absents = calculs.services_absents(etude.comparaison, etude.catalogue.synthese.services)
        indicateurs = [nom for nom in absents["indicateur"] if nom not in etude.doutes]
        if not indicateurs:
            return
        noms = [regles.noms[indicateur] for indicateur in indicateurs]
        services = [f"ni {nom}" for nom in noms]
        if len(noms) == 1:
            services = [f"pas de {noms[0]}"]
        reponses = self._reponses(indicateurs)
        annee = int(absents["annee"].max())
        faits = {"services": services, "reponses": reponses, "annee": annee}
        yield _ConstatDuTerritoire(
            genre="absents",
            faits=faits,
            libelle=self._textes.dire("libelle_absents", faits),
            valeur=nombre(len(noms)),
            preuves=regles.preuves,
            besoin=reponses is not None,
            enjeu=DANS_AUCUN_ENJEU,
            rang=2,
        )

    @property
    def _controle(self) -> tuple[str, str]:
        """The report that shows what this one does not: its address and its title."""
        return CONTROLE, dire("controle")

    def incertitudes(self) -> Iterator[Message]:
        """Yield what the check of the figures and of the text leaves in doubt: the first finding of
        each rule that has a sentence.
        """
        contexte = self.etude.contexte
        precisions = self.etude.catalogue.messages.precisions
        comparaison = self.etude.comparaison
        a_territoire = {
            contexte.territoire.nom: contexte.territoire.a,
            contexte.reference.nom: contexte.reference.a,
        }
        for regle, phrase in self.etude.catalogue.messages.incertitudes.items():
            points = self.etude.ouverts
            points = points[points["regle"].eq(regle)]
            if "{A_territoire}" in phrase:
                points = points[points["territoire"].isin(list(a_territoire))]
            for point in lignes(points.head(1), _PointDeControle):
                indicateur = point.indicateurs.partition(SEPARATEUR)[0]
                annees = comparaison.loc[comparaison["indicateur"].eq(indicateur), "annee"].dropna()
                texte = remplir(
                    phrase,
                    objet=point.objet,
                    Objet=majuscule(point.objet),
                    ecrit=minuscule(point.ecrit),
                    calcule=point.calcule.partition(" ;")[0],
                    tableau="tableau" if annees.empty else f"tableau de {annees.iloc[0]:.0f}",
                    precision=f", {precisions[indicateur]}" if indicateur in precisions else "",
                    A_territoire=majuscule(a_territoire.get(point.territoire, "")),
                )
                yield Message(texte, ("tableau-coherence",), self._controle)

    def decisions(self) -> Iterator[Message]:
        """Yield the needs that no fiche answers, then the questions that the convention leaves
        open.
        """
        besoins = self.etude.besoins_lus
        sans_fiche = besoins[besoins["fiches"].eq("")]
        if len(sans_fiche):
            titres = {theme.theme: minuscule(theme.titre) for theme in self.etude.catalogue.themes}
            themes = [titres[theme] for theme in sans_fiche["theme"].unique()]
            if any(" et " in theme for theme in themes):
                enumeration = " ; ".join(themes)
            else:
                enumeration = enumerer(themes)
            texte = remplir(self.etude.catalogue.messages.sans_fiche, themes=enumeration)
            yield Message(texte, ("tableau-besoins",))
        for lacune in self._lacunes:
            yield Message(lacune.question, LACUNES, self._controle)


class MessagesDuControle(MessagesDuDiagnostic):
    """The messages of the check of a convention: what it found, in numbers of points."""

    @property
    def page(self) -> PremierePage:
        """The first page: three lists."""
        return PremierePage(self.messages(), self.incertitudes(), self.decisions())

    def messages(self) -> Iterator[Message]:
        """Yield what is to be corrected, what the sentences are worth, what is left open."""
        phrases = self.etude.catalogue.messages.controle
        a_corriger = self.etude.a_corriger
        verdicts = self.etude.jugements["verdict"]
        lacunes = self._lacunes
        if len(a_corriger):
            # What prevents the evaluation comes first; what is said of another territory says it.
            premier = a_corriger.iloc[0]
            precisions = [minuscule(self.etude.catalogue.regles.regles[premier["regle"]].libelle)]
            if premier["territoire"] not in ("", self.etude.contexte.territoire.nom):
                precisions.append(premier["territoire"])
            dit = f"{premier['objet']} ({', '.join(precisions)})"
            texte = _compter(phrases["a_corriger"], len(a_corriger), dit)
            yield Message(texte, ("tableau-coherence",))
        if len(verdicts):
            mots = self.etude.catalogue.regles.verdicts
            comptes = {}
            for verdict in (CONTREDITE, INVERIFIABLE):
                nombre = int(verdicts.eq(verdict).sum())
                comptes[f"{verdict}s"] = sont(nombre, mots[verdict], f"{mots[verdict]}s")
            texte = remplir(phrases["phrases"], total=en_lettres(len(verdicts)), **comptes)
            yield Message(texte, ("tableau-affirmations",))
        if lacunes:
            premier = minuscule(lacunes[0].objet)
            yield Message(_compter(phrases["lacunes"], len(lacunes), premier), LACUNES)
        if not len(a_corriger) and not len(verdicts) and not lacunes:
            yield Message(self.etude.catalogue.messages.rien["incertitudes"])

    def decisions(self) -> Iterator[Message]:
        """Yield what to ask of whom, the gravest finding of each party first."""
        for question in self.etude.ouverts.drop_duplicates("regle")["question"]:
            yield Message(question, ("tableau-coherence",))


def _compter(phrase: str, nombre: int, premier: str) -> str:
    """Return a sentence that counts some points and names the first."""
    return remplir(phrase, nombre=nombre, Nombre=majuscule(en_lettres(nombre)), premier=premier)
