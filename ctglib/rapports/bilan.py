"""The bilan of a year: its sections in order, and ``ouvrir_bilan``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annee import EXCEPTION, empreinte_de, etudier, etudier_brut, nom_de_part, part_de
from ctglib.blocs.collecte import tableau_a_collecter, tableau_collecte, tableau_revisions
from ctglib.blocs.gouvernance import Gouvernance
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.sources import sources_en_bref
from ctglib.blocs.territoire import Territoire, source_publique
from ctglib.blocs.une_page import TENUES, cellules_des_etats, fiches_en_bref, une_page
from ctglib.calculs.bilan import (
    NON_EVALUABLE,
    Proposition,
    Situation,
    compter_par_fiche,
    deduits,
    ensembles,
    proposer,
    vises,
)
from ctglib.calculs.essentiel import pas_commencees
from ctglib.calculs.territoire import trajectoires_du_territoire
from ctglib.classeur.annuel.fiche import Fiche
from ctglib.classeur.annuel.lecture import lire_annees, pour_trajectoires
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, nombre, nombre_court
from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.lecture import lire_par_parts, noter_part, proches
from ctglib.donnees.nombres import nombres
from ctglib.graphiques.grille import grille
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.phrases.suivi_indicateurs import mode_de_lecture
from ctglib.secret.bruts import avertir
from ctglib.secret.publication import publier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ctglib.blocs.annee import EXCEPTION, EtudeAnnuelle
    from ctglib.document.contexte import Contexte
    from ctglib.document.couverture import Couverture
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.convention import Fiche as FicheAction
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.suivi.objets import DossierSuivi


DIFFUSIONS = ("publique", "interne")


def ouvrir_bilan(convention: str, annee: int, diffusion: str = "publique", *, brut: bool = False) -> Bilan:
    """Rend le bilan d'une année, ses données lues, contrôlées, et ses petits effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        diffusion: « publique », ou « interne », qui seule montre la grille de l'annexe 4 ligne à ligne.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
        ValueError: ``diffusion`` n'est aucune des deux, ou ``annee`` n'est pas un nombre entier.
    """
    if type(annee) is not int:
        raise ValueError(f"L'année d'un bilan est un nombre entier, par exemple 2024 ; reçu : {annee!r}.")
    if diffusion not in DIFFUSIONS:
        raise ValueError(f"La diffusion « {diffusion} » n'existe pas. Diffusions possibles : {', '.join(DIFFUSIONS)}.")
    if brut:
        avertir()
        return Bilan(etudier_brut(convention, annee, diffusion))
    return Bilan(etudier(convention, annee, diffusion))


def lire_suivi(convention: str, annee: int, *, brut: bool = False) -> DossierSuivi:
    """Rend les tables du suivi jusqu'à une année : observations, profils, actions, moyens, petits effectifs masqués.

    Une valeur masquée est absente (NA), de statut Q (« secret ») ; une somme qui la compte est absente aussi.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
    """
    if brut:
        avertir()
        return lire_suivi_brut(convention, annee)
    noter_part(f"etude/{convention}/{annee}/publique")
    with lire_par_parts():
        suivi = publier(lire_suivi_brut(convention, annee), annee).suivi
    years = {
        year: replace(
            one, profils=_en_nombres(one.profils, "effectif"), observations=_en_nombres(one.observations, "valeur")
        )
        for year, one in suivi.suivis.items()
    }
    return replace(suivi, suivis=years, observations=_en_nombres(suivi.observations, "valeur"))


def _en_nombres(table: pd.DataFrame, colonne: str) -> pd.DataFrame:
    return table.assign(**{colonne: nombres(table[colonne])})


@dataclass(frozen=True)
class Bilan:
    """What can be asked of a year: each method returns one thing that a notebook shows, None when there is nothing.

    The sections with several questions are attributes: ``bilan.gouvernance``, ``bilan.moyens``, ``bilan.territoire``.
    """

    annee: EtudeAnnuelle

    @property
    def etude(self) -> EtudeAnnuelle:
        """The study of the year, whole: what is asked of it depends on all that was entered."""
        noter_part(self.annee.nom)
        return self.annee

    def fiche(self, numero: int) -> Fiche:
        """Return what can be asked of a fiche action: what was entered for the others does not reach it.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that exist.
        """
        fiche = self.annee.fiche(numero)
        part = part_de(self.annee, fiche)
        noter_part(nom_de_part(part, numero), empreinte_de(part))
        return Fiche(part, fiche)

    @cached_property
    def gouvernance(self) -> Gouvernance:
        """The comité, its decisions, the avenants, what is to be decided."""
        return Gouvernance(self.etude, self._propositions)

    @cached_property
    def moyens(self) -> Moyens:
        """What each signatory brings."""
        return Moyens(self.etude)

    @cached_property
    def territoire(self) -> Territoire:
        """What the public series say."""
        return Territoire(self.etude)

    def suivre(self, *indicateurs: str) -> Figure | None:
        """Return the trajectories of some indicators of the fiches or of the public series; None without a value.

        Raises:
            ValueError: An indicator does not exist; the message, in French, proposes close names.
        """
        return suivre(self.etude, indicateurs)

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, date and status of the data."""
        etude = self.etude
        return etude.couverture(etude.convention.titre, f" {etude.annee}")

    def une_page(self) -> Bloc:
        """Return the year on one page: done, moved, unknown, to be decided."""
        return une_page(self._situation, self._propositions, self.territoire.rangees, self.etude.contexte)

    def etats(self) -> Figure | None:
        """Return the chart of the states of the modalités, fiche by fiche; nothing when none was handed in."""
        etude = self.etude
        if etude.annuel.actions.empty:
            return None
        known = etude.catalogue.evaluation
        words = known.etats | {"": known.etats["prevue"].model_copy(update={"mot": known.mots["a_commencer"]})}
        waiting = pas_commencees(etude.etats, pd.Timestamp(etude.bilan.date_arretee))
        states = etude.etats.assign(statut=etude.etats["statut"].mask(waiting, ""))
        met = [code for code in words if code in set(states["statut"])]
        counts, late = (compter_par_fiche(rows, "statut", met) for rows in (states, states[states["en_retard"]]))
        return grille(
            cellules_des_etats(counts, words, late),
            etude.contexte,
            nom="etats-des-fiches",
            titre=f"Où en sont les modalités de chaque fiche, {etude.contexte.territoire.nom}, {etude.annee} ?",
        )

    def fiches_en_bref(self) -> Bloc:
        """Return each fiche in three sentences, with the way to its report."""
        addresses = {fiche.numero: f"fiche-{fiche.numero}.html" for fiche in self.etude.convention.fiches}
        return fiches_en_bref(self._situation, self.etude.contexte, addresses)

    def indicateurs(self) -> Tableau:
        """Return how many indicators moved, which way, and how many hold their target, fiche by fiche."""
        etude = self.etude
        return tableau_des_indicateurs(
            etude.evaluation, etude.convention.fiches, etude.catalogue.evaluation, etude.contexte, annee=etude.annee
        )

    def collecte(self) -> Tableau:
        """Return how much of what is expected could be gathered."""
        etude = self.etude
        return tableau_collecte(
            etude.collecte, etude.convention, etude.catalogue.responsables, etude.contexte, annee=etude.annee
        )

    def revisions(self) -> Tableau | Bloc:
        """Return what this bilan says of earlier years otherwise than last year's."""
        etude = self.etude
        if etude.annee == etude.convention.debut.year:
            return paragraphe(etude.catalogue.bilan.mots["premier_bilan"])
        found = [etude.revisions, self.territoire.revisions]
        shown = [table for table in found if len(table)]
        if not shown:
            return paragraphe(etude.catalogue.bilan.mots["aucune_revision"])
        rows = pd.concat(shown, ignore_index=True)
        return tableau_revisions(rows, etude.contexte, annee=etude.annee, modalite=etude.modalite)

    def a_collecter(self) -> Tableau | None:
        """Return what the next collection asks for, service by service."""
        etude = self.etude
        if etude.a_collecter.empty:
            return None
        return tableau_a_collecter(
            etude.a_collecter,
            etude.contexte,
            responsables=etude.catalogue.responsables,
            evaluation=etude.catalogue.evaluation,
            titre=f"Ce que le prochain bilan demande, par service, {etude.contexte.territoire.nom}",
        )

    def limites(self) -> Bloc:
        """Return what the figures must not be made to say."""
        return limites_bilan(self._situation, self.territoire.rangees, self.etude.retraits, self.etude.contexte)

    def sources(self) -> Tableau:
        """Return what was read, with what identifies it; the CSV has the files one by one."""
        return sources_en_bref(self.etude.empreintes, self.etude.catalogue.synthese.fichiers)

    @cached_property
    def _situation(self) -> Situation:
        etude = self.etude
        return Situation(
            convention=etude.convention,
            catalogue=etude.catalogue,
            bilan=etude.bilan,
            precedent=etude.precedent.bilan if etude.precedent else None,
            fin=etude.suivi.fin,
            etats=etude.etats,
            evaluation=etude.evaluation,
            collecte=etude.collecte,
            a_collecter=etude.a_collecter,
            moyens=etude.annuel.moyens,
        )

    @cached_property
    def _propositions(self) -> tuple[Proposition, ...]:
        return proposer(self._situation)


def suivre(etude: EtudeAnnuelle, indicateurs: Sequence[str]) -> Figure | None:
    """Return the trajectories of some indicators up to the year of the bilan; None when none has a value.

    Args:
        etude: The study of the year.
        indicateurs: Ids of indicators of the fiches or of the public series.

    Raises:
        ValueError: An indicator does not exist; the message, in French, proposes close names.
    """
    verifier(etude, indicateurs)
    fiches = [name for name in indicateurs if name in etude.catalogue.indicateurs_fiches]
    public = [name for name in indicateurs if name not in fiches]
    tables = []
    if fiches:
        tables.append(pour_trajectoires(etude, lire_annees(etude, fiches)))
    if public:
        tables.append(_publiques(etude, public))
    sources = [etude.contexte.source] * bool(fiches)
    sources += [source_publique(etude.series, etude.suivi.origines, etude.contexte)] * bool(public)
    return trajectoires(
        pd.concat(tables, ignore_index=True),
        etude.contexte,
        nom=f"suivre-{indicateurs[0].replace('_', '-')}",
        titre=f"Comment évoluent-ils jusqu'en {etude.annee} ?",
        source=" ; ".join(dict.fromkeys(sources)),
    )


def verifier(etude: EtudeAnnuelle, indicateurs: Sequence[str]) -> None:
    """Refuse what is no indicator of the fiches or of the public series.

    Raises:
        ValueError: There is none, or one does not exist; every one is said, with close names.
    """
    known = [*etude.catalogue.indicateurs_fiches, *etude.catalogue.indicateurs_contexte]
    if not indicateurs:
        raise ValueError(f"Indiquer au moins un indicateur, par exemple « {known[0]} ».")
    unknown = [name for name in indicateurs if name not in known]
    if unknown:
        raise ValueError("\n".join(_inconnu(name, known) for name in unknown))


def _inconnu(nom: str, connus: list[str]) -> str:
    close = proches(nom, connus)
    proposal = f" Noms proches : {', '.join(close)}." if close else " Les noms sont dans docs/dictionnaire.md."
    return f"L'indicateur « {nom} » n'existe pas dans les fiches ni dans les séries publiques.{proposal}"


def _publiques(etude: EtudeAnnuelle, noms: list[str]) -> pd.DataFrame:
    return trajectoires_du_territoire(
        etude.series,
        noms,
        etude.catalogue.indicateurs_contexte,
        territoire=etude.convention.territoire,
        depuis=int(etude.series["annee"].min()) if len(etude.series) else etude.annee,
    )


INDICATEURS, EVOLUTIONS, CIBLES = "Indicateurs", "Évolutions", "Cibles ou références qui se jugent"


ENSEMBLE = "Ensemble"


INCONNU = "« – » : inconnu, rien n'a été transmis."


CONNUS = 4  # the counts that the text alone gives


UN_PAR_UN = "Un par un, avec leurs valeurs, dans le fichier CSV de ce tableau."


def tableau_des_indicateurs(
    evaluation: pd.DataFrame, fiches: Iterable[FicheAction], mots: Evaluation, contexte: Contexte, *, annee: int
) -> Tableau:
    """Return one row a fiche, then all of them; the data have one row an indicator.

    Args:
        evaluation: What ``evaluer`` returns.
        fiches: The fiches, in their order.
        mots: The words and signs of the evolutions.
        contexte: The territory and the source.
        annee: Year of the report.
    """
    rows = ensembles(evaluation)
    evolutions = [
        Colonne(code, f"{word.signe} {word.mot}", numerique=True, groupe=EVOLUTIONS)
        for code, word in mots.evolutions.items()
    ]
    columns = (
        Colonne("fiche", "Fiche"),
        Colonne("nombre", "en tout", numerique=True, groupe=INDICATEURS),
        Colonne("depart", "avec un départ", numerique=True, groupe=INDICATEURS),
        Colonne("cible", "avec une cible", numerique=True, groupe=INDICATEURS),
        Colonne("deduite", "avec une référence déduite du texte", numerique=True, groupe=INDICATEURS),
        *evolutions,
        Colonne("jugees", "en tout", numerique=True, groupe=CIBLES),
        Colonne("tenues", "tenues", numerique=True, groupe=CIBLES),
    )
    parts = [(f"Fiche {fiche.numero}", rows[rows["fiche"].eq(fiche.numero)]) for fiche in fiches]
    cells = [[name, *_textes(part, list(mots.evolutions))] for name, part in [*parts, (ENSEMBLE, rows)]]
    silent = any(not part["renseigne"].any() for _, part in parts)
    held = " ou ".join(mots.verdicts[code].mot for code in TENUES)
    return Tableau(
        nom="indicateurs",
        titre=f"Indicateurs, évolutions et cibles, par fiche action, {contexte.territoire.nom}, {annee}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=rows,
        source=contexte.source,
        notes=(f"Tenues : {held}.", *((INCONNU,) if silent else ()), UN_PAR_UN),
    )


def _textes(rows: pd.DataFrame, evolutions: list[str]) -> list[str]:
    """Return the counts; where nothing was handed in, how they moved and where they stand is not known."""
    counts = list(map(nombre, _comptes(rows, evolutions)))
    return counts if rows["renseigne"].any() else [*counts[:CONNUS], *["–"] * (len(counts) - CONNUS)]


def _comptes(rows: pd.DataFrame, evolutions: list[str]) -> list[int]:
    judged = rows["verdict"].ne(NON_EVALUABLE)
    return [
        len(rows),
        int(rows["valeur_initiale"].notna().sum()),
        int(vises(rows).sum()),
        int(deduits(rows).sum()),
        *(int(rows["evolution"].eq(code).sum()) for code in evolutions),
        int(judged.sum()),
        int(rows["verdict"].isin(TENUES).sum()),
    ]


def limites_bilan(
    situation: Situation, territoire: pd.DataFrame, retraits: pd.DataFrame | None, contexte: Contexte
) -> Bloc:
    """Return how the figures are read, then their limits.

    Args:
        situation: What the year's data say.
        territoire: The public series (``contexte_du_territoire``).
        retraits: Tables that secrecy withholds whole (table, raison).
        contexte: The words.
    """
    reading = mode_de_lecture(situation.evaluation, situation.catalogue.evaluation)
    return reading + liste(
        [
            situation.catalogue.bilan.mots["contexte"],
            "Une valeur non transmise n'est pas un zéro : rien ne se conclut de son absence.",
            *_provisoires(situation),
            *_secret(situation, retraits),
            *_dates(situation, territoire, contexte),
            *_ruptures(situation, contexte),
            *(
                f"Article {article.numero} : {article.consequence}"
                for article in situation.convention.articles
                if article.limite
            ),
        ]
    )


def _provisoires(situation: Situation) -> Iterator[str]:
    count = int(situation.collecte.iloc[0]["provisoires"])
    if count:
        yield f"{compter(count, 'indicateur provisoire')}, à confirmer au bilan suivant."


def _secret(situation: Situation, retraits: pd.DataFrame | None) -> Iterator[str]:
    """Yield the threshold of small counts, and the tables that are withheld whole."""
    threshold = nombre_court(situation.catalogue.seuils.petits_effectifs)
    hidden = f"Un effectif de personnes inférieur à {threshold} est masqué, avec ce qui permettrait de le retrouver"
    yield f"{hidden} ; {EXCEPTION}."
    if retraits is not None:
        for row in retraits.itertuples():
            yield f"Tableau retiré en entier ({row.table}) : {row.raison}"


def _dates(situation: Situation, territoire: pd.DataFrame, contexte: Contexte) -> Iterator[str]:
    """Yield the public figures that are older than the year: their date is not that of the bilan."""
    late = territoire[territoire["annee"].lt(situation.bilan.annee) & territoire["dimension"].eq("")]
    if len(late):
        told = [f"{contexte.indicateurs[row.indicateur].libelle}, {row.annee}" for row in late.itertuples()]
        yield f"Chiffres publics plus anciens que l'année du bilan : {' ; '.join(told)}."


def _ruptures(situation: Situation, contexte: Contexte) -> Iterator[str]:
    """Yield the breaks that part the follow-up's own years, up to the year of the bilan."""
    first, year = situation.convention.debut.year - 1, situation.bilan.annee
    for item in contexte.indicateurs.values():
        if item.nature == "contexte" or item.id not in set(situation.evaluation["indicateur"]):
            continue
        for rupture in item.ruptures:
            if first < rupture.annee <= year:
                yield f"Rupture de série en {rupture.annee} ({item.libelle}). {rupture.raison}"
