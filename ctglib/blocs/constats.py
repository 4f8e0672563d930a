"""The findings of a year, or of a convention, in words: what the first page says, in numbers then
in sentences.

The facts are those of ``ctglib.calculs.constats``; the words are in the text file ``annee.j2``.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.indicateurs import dire_le_mouvement
from ctglib.blocs.tournures import Tournure, tournure
from ctglib.calculs.constats import Constat, constater
from ctglib.calculs.ecriture import minuscule
from ctglib.calculs.evaluation import ANNEE_EN_COURS
from ctglib.calculs.ordre import ordre_des_numeros
from ctglib.calculs.suivi import a_la_date, par_avenant
from ctglib.document.contexte import verdict_dit
from ctglib.document.redaction import Paragraphes
from ctglib.document.tableau import RIEN
from ctglib.document.typographie import abreger
from ctglib.donnees.modeles.convention import RoleDeClause
from ctglib.donnees.modeles.plan import Poids

# Between two ranks: how much the next indicator of a same fiche passes after the others.
PAR_FICHE = 0.01
APRES_TOUTES = 0.9


def constats_de(etude: EtudeAnnuelle, indicateurs: pd.DataFrame) -> list[Constat]:
    """Return the findings of a study, what weighs most first.

    Args:
        etude: The study of a year, of one fiche of it, or of the whole convention.
        indicateurs: The scoring as wholes; of a convention, from the start to the last measure.
    """
    convention = etude.convention
    clauses: dict[str, RoleDeClause] = {}
    for role, concernes in etude.catalogue.bilan.indicateurs_des_clauses.items():
        clause = convention.clauses.get(role)
        if clause is not None and clause.poids is not None and Poids.rang(clause.poids) == 0:
            clauses |= dict.fromkeys(concernes, role)
    familles = rangs_des_familles(etude, indicateurs)
    return constater(
        indicateurs,
        etude.mesures,
        etude.contexte.indicateurs,
        changements=par_avenant(etude.suivi.avenants, etude.bilan.date_arretee),
        familles=dict(zip(indicateurs["indicateur"], familles, strict=True)),
        enjeux=rangs_des_fiches(etude),
        clauses=clauses,
        notes=_notes_des_services(etude),
    )


def _notes_des_services(etude: EtudeAnnuelle) -> dict[tuple[str, int], str]:
    """Return what services say of the values of wholes, by indicator and year."""
    connues = a_la_date(etude.suivi.observations, etude.annee)
    du_territoire = connues["territoire"].eq(etude.convention.territoire)
    dites = connues[du_territoire & connues["dimension"].eq("") & connues["note"].fillna("").ne("")]
    return {
        (indicateur, int(annee)): note
        for indicateur, annee, note in zip(
            dites["indicateur"], dites["annee"], dites["note"], strict=True
        )
    }


def rangs_des_fiches(etude: EtudeAnnuelle) -> dict[str, int]:
    """Return by how much each fiche weighs, through its enjeu: the least weighs most."""
    rang_de_l_enjeu = {enjeu.id: Poids.rang(enjeu.poids) for enjeu in etude.convention.enjeux}
    return {fiche.numero: rang_de_l_enjeu[fiche.enjeu] for fiche in etude.convention.fiches}


def selon_leur_poids(etude: EtudeAnnuelle, table: pd.DataFrame) -> pd.DataFrame:
    """Return rows of fiches, those of the enjeux that weigh most first; then by fiche, and by what
    numbers them in it: ``modalite``, or ``objectif``.
    """
    ordre = pd.DataFrame(
        {
            "enjeu": table["fiche"].map(rangs_des_fiches(etude)),
            "fiche": ordre_des_numeros(table["fiche"]),
        },
        index=table.index,
    )
    if "modalite" in table:
        ordre["rang"] = ordre_des_numeros(table["modalite"])
    else:
        ordre["rang"] = table["objectif"]
    return table.loc[ordre.sort_values(["enjeu", "fiche", "rang"]).index]


def rangs_des_familles(etude: EtudeAnnuelle, indicateurs: pd.DataFrame) -> pd.Series:
    """Return the place of each row among what families see, the least first.

    That of ``familles`` in the catalogue. Those that the convention adds, and that a sentence can
    be made of, come before what families do not see: one of each fiche first, and last those of
    which neither a rise nor a fall is wanted. Of the others, those whose nature is a means come
    last.
    """
    regles = etude.catalogue.messages
    rangs: dict[str, float] = {}
    for rang, indicateur in enumerate(regles.familles):
        rangs[indicateur] = rang
    rang_des_propres = rangs[regles.tournures.avant] - 1
    deja_dits: Counter[str] = Counter()
    mots = etude.contexte.indicateurs
    for fiche in etude.convention.fiches:
        for suivi in fiche.indicateurs:
            propre = suivi.id in etude.catalogue.propres and suivi.id not in rangs
            if propre and suivi.id in mots and tournure_de(etude, suivi.id):
                apres = PAR_FICHE * deja_dits[fiche.numero]
                if mots[suivi.id].sens == "neutre":
                    apres = APRES_TOUTES
                rangs[suivi.id] = rang_des_propres + apres
                deja_dits[fiche.numero] += 1
    rang_de_famille = indicateurs["indicateur"].map(rangs).fillna(len(rangs))
    # One rank more for a means: it passes after the others, all of one rank.
    return rang_de_famille + indicateurs["nature"].eq("moyen").astype(int)


def tournure_de(etude: EtudeAnnuelle, indicateur: str) -> Tournure | None:
    """Return how an indicator is said by its label and its unit (``blocs.tournures``)."""
    mots = etude.contexte.indicateurs[indicateur]
    regles = etude.catalogue.messages
    if len(mots.libelle) > regles.signes:
        return None
    return tournure(mots, etude.catalogue.unites[mots.unite], regles.tournures)


@dataclass(frozen=True)
class ConstatDit:
    """A finding that can be written: what the first page shows of it."""

    constat: Constat
    etude: EtudeAnnuelle
    # gives the sentence of an indicator with its value: « douze familles ont reçu une aide »
    phrase: Callable[[str, float], str]
    # whether it says what is of its fiche, its clause and what is late: of several, the first does
    premier_de_la_fiche: bool = True

    @property
    def libelle(self) -> str:
        """The label of the indicator."""
        return self.etude.contexte.indicateurs[self.constat.indicateur].libelle

    @property
    def valeur(self) -> str:
        """The value, with its unit."""
        return self._valeur(self.constat.valeur)

    @property
    def verdict(self) -> str:
        """« ■ à surveiller », "" when there is nothing to judge."""
        constat = self.constat
        if constat.verdict == "non_evaluable" and not constat.annee_en_cours:
            return ""
        mots = self.etude.catalogue.evaluation
        return verdict_dit(constat, constat.valeur, self.etude.contexte, mots)

    def rediger(self) -> Paragraphes:
        """Return the finding in sentences: itself, then its gap and its consequence."""
        return self.etude.textes.rediger(self.constat.genre, self.faits)

    def titre(self) -> str:
        """Return the finding as the title of a report."""
        return self.etude.textes.dire("titre", self.faits)

    def sous_le_nombre(self) -> str:
        """Return what stands under the number: its change and its target."""
        return self.etude.textes.dire("chiffre", self.faits)

    @cached_property
    def faits(self) -> dict[str, object]:
        """What the text file may name: the facts of the finding, its numbers as they are written.

        A number that is not known is "".
        """
        constat = self.constat
        contraires = self.etude.catalogue.messages.tournures.contraire
        convention = self.etude.convention
        role = constat.clause if self.premier_de_la_fiche else None
        clause = convention.clauses[role] if role else None
        return {
            **vars(constat),
            "dit": self.phrase(constat.indicateur, constat.valeur),
            "avant": self._valeur(constat.avant),
            "depart": self._valeur(constat.depart),
            "cible": self._valeur(constat.cible),
            "implicite": constat.implicite,
            "oui_non": self._oui_non,
            "est_tenue": constat.manque is None,
            "tenue_en": constat.tenue_en or "",
            "annee_du_rapport": self.etude.annee,
            "annees_restantes": constat.annees_restantes,
            "annee_en_cours": constat.annee_en_cours,
            "la_meilleure_annee_suffirait": constat.la_meilleure_annee_suffirait,
            "manque": self._ecart(constat.manque),
            "de_trop_ou_pas_assez": "plus" if constat.au_dessus else "moins",
            "inchange": constat.change == 0,
            "change": self._ecart(constat.change),
            "change_signe": self._ecart(constat.change, signe=True),
            "monte": _plus_ou_moins(constat.change),
            "depuis_le_depart": self._ecart(constat.depuis_le_depart),
            "sous_le_depart": self._ecart(constat.sous_le_depart),
            "monte_depuis_le_depart": _plus_ou_moins(constat.depuis_le_depart),
            "progres": "baisse" if constat.au_dessus else "hausse",
            "de_mieux": "moins" if constat.au_dessus else "plus",
            "meilleur_gain": self._ecart(constat.meilleur_gain),
            "entrees": self._mouvement("entrees", constat.entrees),
            "sorties": self._mouvement("sorties", constat.sorties),
            "quotient": self._quotient(),
            "souhait": "" if constat.sens == "neutre" else contraires[constat.sens],
            "clause_texte": clause.dit if clause else "",
            "clause_article": convention.citer(role) if role else "",
            "note": abreger(constat.note.rstrip(" ."), self.etude.catalogue.messages.signes),
            "retards": self._retards(),
        }

    def _valeur(self, valeur: float | None) -> str:
        if valeur is None:
            return ""
        return self.etude.contexte.valeur(self.constat.indicateur, valeur)

    def _ecart(self, ecart: float | None, *, signe: bool = False) -> str:
        """Return a difference of two values; "" when there is none, and of a yes or no."""
        if not ecart or self._oui_non:
            return ""
        return self.etude.contexte.difference(self.constat.indicateur, ecart, signe=signe)

    @property
    def _oui_non(self) -> bool:
        """Whether it is answered by yes or no: nothing is lacking of it, and it does not gain."""
        contexte = self.etude.contexte
        return contexte.unites[contexte.indicateurs[self.constat.indicateur].unite].mots is not None

    def _mouvement(self, sens: str, compte: float | None) -> str:
        """Return « quatre entrées », « aucun départ », "" when they are not known."""
        return "" if compte is None else dire_le_mouvement(self.etude, sens, compte)

    def _quotient(self) -> dict[str, str]:
        """Return the two numbers of a rate whose denominator moved, as they are written."""
        quotient = self.constat.quotient
        if quotient is None:
            return {}
        contexte = self.etude.contexte
        termes = (
            ("numerateur", quotient.numerateur),
            ("denominateur", quotient.denominateur),
        )
        ecrits = {"taux": self._valeur(quotient.au_denominateur_d_avant)}
        for role, indicateur in termes:
            ecrits[role] = minuscule(contexte.indicateurs[indicateur].libelle)
            for moment in ("avant", "maintenant"):
                cle = f"{role}_{moment}"
                ecrits[cle] = contexte.valeur(indicateur, getattr(quotient, cle))
        return ecrits

    def _retards(self) -> list[str]:
        """Return the actions of its fiche that are late, quoted."""
        if not self.premier_de_la_fiche:
            return []
        etats = self.etude.etats
        en_retard = etats[etats["en_retard"] & etats["fiche"].eq(self.constat.fiche)]
        signes = self.etude.catalogue.messages.signes
        return [f"« {abreger(libelle, signes)} »" for libelle in en_retard["libelle"]]


def _plus_ou_moins(ecart: float | None) -> str:
    return "plus" if ecart is not None and ecart > 0 else "moins"


def compter_les_cibles(evaluation: pd.DataFrame, verdicts: Iterable[str]) -> dict[str, int]:
    """Return how many targets have each verdict, « annee_en_cours » (those that wait for the end of
    the year) and « total »: those that the text writes, and the levels that it implies. One that is
    not judged otherwise has no value, or no start.
    """
    avec_cible = evaluation[evaluation["cible"].notna()]
    en_cours = avec_cible["raison"].eq(ANNEE_EN_COURS)
    comptes = avec_cible["verdict"].mask(en_cours, ANNEE_EN_COURS).value_counts()
    return {
        "total": len(avec_cible),
        **{code: int(comptes.get(code, 0)) for code in (*verdicts, ANNEE_EN_COURS)},
    }


def avec_le_chemin(
    etude: EtudeAnnuelle, table: pd.DataFrame, constats: Iterable[Constat]
) -> pd.DataFrame:
    """Return rows of indicators with the way that they made.

    Added: ``gain``, the best year of one that has a target, as tables write it (« 44 (2025) »), a
    dash where there is none; ``manque``, what is lacking, ``change`` since the value before and
    ``depuis_le_depart``, numbers.
    """
    par_indicateur = {constat.indicateur: constat for constat in constats}
    lignes = []
    for indicateur in table["indicateur"]:
        constat = par_indicateur.get(indicateur)
        if constat is None:
            lignes.append((RIEN, None, None, None))
            continue
        gain = RIEN
        if constat.manque and constat.meilleur_gain:
            faits = ConstatDit(constat, etude, _sans_phrase).faits
            gain = f"{faits['meilleur_gain']} ({constat.annee_du_gain})"
        lignes.append((gain, constat.manque, constat.change, constat.depuis_le_depart))
    colonnes = ["gain", "manque", "change", "depuis_le_depart"]
    chemins = pd.DataFrame(lignes, columns=colonnes, index=table.index)
    nombres = dict.fromkeys(colonnes[1:], "float64")
    return table.join(chemins.astype(nombres))


def _sans_phrase(_indicateur: str, _valeur: float) -> str:
    return ""
