"""The bilan of a year: its sections in order, and ``ouvrir_bilan``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import cycle, product

import pandas as pd

from ctglib.blocs.analyses import lire_annees, pour_trajectoires
from ctglib.blocs.annee import EtudeAnnuelle, etudier, part_de
from ctglib.blocs.collecte import (
    renvoi_au_dossier,
    tableau_a_collecter,
    tableau_collecte,
    tableau_revisions,
)
from ctglib.blocs.indicateurs import DEDUITE, ecrire_l_annee, marques, mode_de_lecture
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.mots import sources
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.page_une import page_une
from ctglib.blocs.propositions import OUVERTES, devenues, ensembles, proposer, service
from ctglib.blocs.territoire import Territoire
from ctglib.calculs.ecriture import INSECABLE, enumerer, majuscule, minuscule
from ctglib.calculs.etats import NON_RENSEIGNEE, pas_commencees
from ctglib.calculs.territoire import trajectoires_du_territoire
from ctglib.document.blocs import (
    Bloc,
    Couverture,
    Gras,
    Groupe,
    Lien,
    Texte,
    liste,
    paragraphe,
    sous_titre,
    suite,
)
from ctglib.document.contexte import IMPLICITE
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Tableau, ecrire_valeur
from ctglib.document.typographie import accorder, compter, date_longue, nombre_court, nombrer, sont
from ctglib.donnees.lecture import noter_part, proches
from ctglib.donnees.modeles.convention import Absence
from ctglib.donnees.modeles.suivi import Changement
from ctglib.donnees.nombres import nombres
from ctglib.donnees.suivi import DossierSuivi
from ctglib.graphiques.teintes import grille
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapports.fiche import Fiche
from ctglib.secret import avertir

DIFFUSIONS = ("publique", "interne")
RANGS = {"resultat": 0, "realisation": 1}
DONNEES_D_AVENANT = ["avenant", "date", "nature", "element", "ancien", "nouveau", "annee", "effet"]
NOMMES = (
    "realisee",
    "partielle",
    "reportee",
    "abandonnee",
)  # the others are counted by the chart of states


def ouvrir_bilan(
    convention: str, annee: int, diffusion: str = "publique", *, brut: bool = False
) -> Bilan:
    """Rend le bilan d'une année, ses données lues, contrôlées, et ses petits effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        diffusion: « publique », ou « interne », qui seule montre la grille de posture ligne à
            ligne.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut
            plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
        ValueError: ``diffusion`` n'est aucune des deux, ou ``annee`` n'est pas un nombre entier.
    """
    if type(annee) is not int:
        raise ValueError(
            f"L'année d'un bilan est un nombre entier, par exemple 2024 ; reçu : {annee!r}."
        )
    if diffusion not in DIFFUSIONS:
        raise ValueError(
            f"La diffusion « {diffusion} » n'existe pas. Diffusions possibles : {', '.join(DIFFUSIONS)}."
        )
    if brut:
        avertir()
    return Bilan(etudier(convention, annee, diffusion, brut=brut))


def lire_suivi(convention: str, annee: int, *, brut: bool = False) -> DossierSuivi:
    """Rend les tables du suivi jusqu'à une année : observations, profils, actions, moyens, petits
    effectifs masqués.

    Une valeur masquée est absente (NA), de statut Q (« secret ») ; une somme qui la compte est
    absente aussi.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut
            plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
    """
    if brut:
        avertir()
        return etudier(convention, annee, "publique", brut=True).suivi
    suivi = Bilan(etudier(convention, annee, "publique")).etude.suivi

    def en_nombres(table: pd.DataFrame, colonne: str = "valeur") -> pd.DataFrame:
        return table.assign(**{colonne: nombres(table[colonne])})

    years = {
        year: replace(
            one,
            profils=en_nombres(one.profils, "effectif"),
            observations=en_nombres(one.observations),
        )
        for year, one in suivi.suivis.items()
    }
    return replace(suivi, observations=en_nombres(suivi.observations), suivis=years)


@dataclass(frozen=True)
class Bilan:
    """What can be asked of a year: each method returns one thing that a notebook shows, None when
    there is nothing.

    The sections with several questions are attributes: ``bilan.moyens``, ``bilan.territoire``.
    """

    annee: EtudeAnnuelle

    def __repr__(self) -> str:
        return (
            f"Bilan {self.annee.annee}, {self.annee.contexte.territoire.nom}.\n"
            'Ensuite : .fiche(2), .suivre("cnaf_foyers_rsa") ; le nom suivi d\'un point, puis Tab, montre le reste.'
        )

    @property
    def etude(self) -> EtudeAnnuelle:
        """The study of the year, whole: what is asked of it depends on all that was entered."""
        noter_part(self.annee.nom)
        return self.annee

    moyens = cached_property(lambda self: Moyens(self.etude))
    territoire = cached_property(lambda self: Territoire(self.etude))
    muette = property(
        lambda self: self.etude.annuel.vide
    )  # nothing was handed in: it is short, and says whom to ask

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, date and status of the data."""
        return self.etude.couverture(self.etude.convention.titre, f" {self.etude.annee}")

    def une_page(self) -> Bloc:
        """Return the first page: what families got, what is not known, what to decide."""
        written = [item for item in self.etude.annuel.messages if item.rapport == "bilan"]
        return page_une(self.etude.catalogue.messages, MessagesDuSuivi(self.etude), written)

    # What was done in the year and what it gave.

    def recit(self) -> Bloc | None:
        """Return each axis, its fiches in a few sentences, with the way to their reports; None
        without a follow-up.
        """
        return recit(self.etude)

    def familles(self) -> Tableau | None:
        """Return the first indicators of each fiche that have a value: written ones, then results,
        then acts.
        """
        rows = ensembles(self.etude.evaluation)
        etude = self.etude
        rows = rows[rows["valeur"].notna() & rows["nature"].ne("moyen")]
        if rows.empty:
            return None
        # What the convention writes comes first.
        rows = rows.assign(rang=2 * rows["origine"].ne("convention") + rows["nature"].map(RANGS))
        by_fiche = rows.groupby("fiche", sort=False)
        most = etude.catalogue.bilan.indicateurs_par_fiche
        shown = pd.concat(own.sort_values("rang", kind="stable").head(most) for _, own in by_fiche)
        axes = {axe.id: axe.titre for axe in etude.convention.axes}
        groups = {
            fiche.numero: f"{axes[fiche.axe]} – fiche{INSECABLE}{fiche.numero}, {fiche.titre}"
            for fiche in etude.convention.fiches
        }
        notes = [
            *marques(shown, etude.contexte),
            shown["origine_cible"].eq(IMPLICITE).any() and DEDUITE,
        ]
        notes.append(etude.mot("autres_indicateurs"))
        labels = shown["fiche"].map(groups)
        return etude.tableau("familles", shown, ecrire_l_annee(etude), groupes=labels, notes=notes)

    def indicateurs(self) -> Tableau:
        """Return every indicator of the fiches, informed or not, for the screen."""
        rows = ensembles(self.etude.evaluation)
        groups = [f"Fiche{INSECABLE}{numero}" for numero in rows["fiche"]]
        return self.etude.tableau(
            "tous_les_indicateurs", rows, ecrire_l_annee(self.etude), groupes=groups
        )

    def etats(self) -> Figure | None:
        """Return the chart of the states of the modalités: a row a fiche, a column a state that is
        met.
        """
        rows = self.etude.etats
        known = self.etude.catalogue.evaluation
        if self.etude.annuel.actions.empty or rows["fiche"].nunique() < 2:
            return None
        words = {**known.etats, "": known.mots["a_commencer"]}
        states = rows.assign(
            statut=rows["statut"].mask(pas_commencees(rows, self.etude.arrete), "")
        )
        met = [code for code in words if code in set(states["statut"])]
        places = pd.MultiIndex.from_product(
            [sorted(states["fiche"].unique()), met], names=["fiche", "statut"]
        )
        counts = states.groupby(["fiche", "statut"])["en_retard"].agg(
            valeur="size", en_retard="sum"
        )
        counts = counts.reindex(places, fill_value=0).reset_index()
        cells = counts.assign(
            ligne="Fiche " + counts["fiche"].astype(str),
            colonne=counts["statut"].map(words),
            valeur=counts["valeur"].astype(float),
            texte=counts["valeur"].astype(str),
        )[["ligne", "colonne", "valeur", "texte", "en_retard"]]
        title = f"Combien de modalités sont faites, {self.etude.lieu} ?"
        return grille(cells, self.etude.contexte, nom="etats-des-fiches", titre=title)

    # Who took part, what the comité decided, what became of it, and what the data call to decide.

    def participation(self) -> Bloc | None:
        """Return who was asked, what changed, what the partners do together; None without a
        follow-up.
        """
        return None if self.muette else participation(self.etude, (self.etude.annee,))

    def comite(self) -> Bloc | None:
        """Return the comité of the year, those of the years before, what they left open; None
        without a follow-up.
        """
        if self.muette:
            return None
        annee = self.etude.annee
        mot = self.etude.mot
        comites = {year: one.bilan.comite for year, one in self.etude.suivi.suivis.items()}
        now = comites.pop(annee)
        told = mot("comite_inconnu", annee=annee)
        if now and isinstance(now.date, Absence):
            told = mot(
                "comite_non_tenu", annee=annee, raison=minuscule(now.date.absent).rstrip(" .")
            )
        elif now:
            told = mot("comite_tenu", annee=annee, date=date_longue(now.date))
        kinds: dict[str, list[str]] = {}
        for year, one in comites.items():
            held = (
                "non tenu"
                if one and isinstance(one.date, Absence)
                else "tenu"
                if one
                else "sans information"
            )
            kinds.setdefault(held, []).append(str(year))
        dits = " ; ".join(f"{kind} pour {enumerer(years)}" for kind, years in kinds.items())
        before = [mot("comites_precedents", dits=dits)] if comites else []
        # The decisions that the last comité held left open, when it is older than the year before:
        # those of the year before have their own table; a year without a comité would otherwise
        # make them forgotten.
        last = max(
            (year for year, one in comites.items() if one and one.decisions), default=annee - 1
        )
        if last != annee - 1:
            left = devenues(self.etude, last, annee - 1)
            words = self.etude.catalogue.evaluation.suites
            left = left[left["etat"].isin(OUVERTES)]
            if len(left):
                named = " ; ".join(left["texte"] + " (" + left["etat"].map(words) + ")")
                before.append(
                    mot("decisions_ouvertes", decidees=last, bilan=annee - 1, decisions=named)
                )
        return paragraphe(f"{told} {mot('comite_annuel')}".rstrip()) + liste(before)

    def decisions(self) -> Tableau | None:
        """Return what the comité of the year decided, who is to do it, by when."""
        comite = self.etude.bilan.comite
        kept = ["id", "texte", "responsable", "echeance"]
        if comite is None or not comite.decisions:
            return None
        data = pd.DataFrame(
            [item.model_dump(mode="json") for item in comite.decisions], columns=kept
        )
        return self.etude.tableau(
            "decisions", data.fillna("non précisé"), {"echeance": _en_long}, donnees=data
        )

    def suites(self) -> Tableau | None:
        """Return what became of the decisions of the comité before; « non renseignée » when nobody
        says.
        """
        rows = devenues(self.etude, self.etude.annee - 1, self.etude.annee)
        words = self.etude.catalogue.evaluation
        writers = {
            "etat": lambda code: majuscule(words.suites[code]),
            "commentaire": lambda text: majuscule(text) or RIEN,
        }
        return None if rows.empty else self.etude.tableau("suites", rows, writers)

    def propositions(self) -> Tableau | None:
        """Return all that the data call the comité to decide, why, and where the convention speaks
        of it.
        """
        rows = proposer(self.etude)
        data = rows[["proposition", "pourquoi", "reference", "regle", "nombre"]]
        return None if rows.empty else self.etude.tableau("propositions", data, ecran=self.muette)

    def avenants(self) -> Tableau | None:
        """Return what each avenant changes, from what to what, from when; None when none was
        signed.
        """
        etude = self.etude
        rows = []
        data = []
        for item in etude.suivi.avenants:
            title = f"Avenant n°{INSECABLE}{item.numero} du {date_longue(item.date)} : {item.objet} ({item.reference})"
            told = [self._changement(change) for change in item.changements]
            rows += [
                (title, *row)
                for row in told or [("Aucun changement suivi par le classeur", RIEN, RIEN, RIEN)]
            ]
            data += [
                {"avenant": item.numero, "date": item.date, **change.model_dump()}
                for change in item.changements
            ]
        table = pd.DataFrame(rows, columns=["groupe", "objet", "ancien", "nouveau", "effet"])
        data = pd.DataFrame(data, columns=DONNEES_D_AVENANT)
        return (
            etude.tableau("avenants", table, donnees=data, groupes=table["groupe"])
            if rows
            else None
        )

    def _changement(self, change: Changement) -> tuple[str, ...]:
        kind = self.etude.catalogue.bilan.natures_d_avenant[change.nature]
        contexte = self.etude.contexte
        element = "" if change.element is None else str(change.element)
        known = contexte.indicateurs.get(element)

        def ecrit(value: float | str | None) -> str:
            """Return a target with the unit of its indicator, a day in full, words as they are."""
            if isinstance(value, str):
                return majuscule(_en_long(value) if change.nature == "duree" else value)
            return (
                contexte.valeur(element, value)
                if known and value is not None
                else ecrire_valeur(value)
            )

        return (
            f"{kind} : {known.libelle}" if known else f"{kind} {element}".strip(),
            ecrit(change.ancien),
            ecrit(change.nouveau) + (f" en {change.annee}" if change.annee else ""),
            date_longue(change.effet),
        )

    # What is known and what is not, and how it is read.

    def collecte(self) -> Bloc:
        """Return how much of what is expected could be gathered, service by service; a sentence
        when nothing was.
        """
        table = tableau_collecte(self.etude)
        if not self.muette:
            return table
        rows = self.etude.collecte
        asked = rows[rows["groupe"].eq("responsable") & rows["attendus"].gt(0)].sort_values(
            "attendus", ascending=False
        )
        named = ", ".join(
            f"{service(self.etude, row.valeur_groupe)} ({row.attendus})"
            for row in asked.itertuples()
        )
        told = self.etude.mot(
            "rien_transmis", annee=self.etude.annee, nombre=rows.iloc[0]["attendus"], services=named
        )
        return paragraphe(told) + replace(table, ecran=True)

    def dossier(self) -> Bloc | None:
        """Return where all that the convention lacks is asked for, when nothing was handed in for
        the year.
        """
        return renvoi_au_dossier() if self.muette else None

    def a_collecter(self) -> Tableau | None:
        """Return what the next collection asks for, service by service."""
        return tableau_a_collecter(self.etude)

    def limites(self) -> Bloc | None:
        """Return what the figures must not be made to say."""
        if self.muette:
            return None
        mot = self.etude.mot
        etude = self.etude
        threshold = nombre_court(etude.catalogue.seuils.petits_effectifs)
        told = [
            mot("limite_de_l_effet"),
            *etude.dire(limite_du_provisoire=int(etude.collecte.iloc[0]["provisoires"])),
        ]
        told += [mot("limite_du_secret", seuil=threshold), *etude.retires()]
        for name in etude.evaluation["indicateur"].unique():
            if years := [str(year) for year in etude.ruptures(name)]:
                label = etude.contexte.indicateurs[name].libelle
                told.append(mot("limite_des_ruptures", libelle=label, annees=enumerer(years)))
        return liste(told)

    def lecture(self) -> Bloc | None:
        """Return how evolutions and targets are read, with their thresholds."""
        return None if self.muette else liste(mode_de_lecture(self.etude, "depuis_la_derniere"))

    def revisions(self) -> Tableau | None:
        """Return what this bilan says of earlier years otherwise than last year's; None when it
        says the same.
        """
        shown = [table for table in (self.etude.revisions, self.territoire.revisions) if len(table)]
        if self.muette or not shown:
            return None
        return tableau_revisions(self.etude, pd.concat(shown, ignore_index=True))

    def sources(self) -> Bloc | None:
        """Return where the public series come from, then the files read, with what identifies them."""
        if self.muette:
            return None
        read = sources(
            self.etude.empreintes, self.etude.catalogue.synthese.fichiers, self.etude.contexte
        )
        return suite([self.territoire.origines(), read])

    # What an analyst asks.

    def fiche(self, numero: int | str) -> Fiche:
        """Return what can be asked of a fiche action: what was entered for the others does not
        reach it.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that
                exist.
        """
        fiche = self.annee.fiche(int(numero) if str(numero).isdigit() else numero)
        return Fiche(part_de(self.annee, fiche), fiche)

    def suivre(self, *indicateurs: str) -> Figure | None:
        """Return the trajectories of some indicators of the fiches or of the public series; None
        without a value.

        Raises:
            ValueError: An indicator does not exist; the message, in French, proposes close names.
        """
        place = self.etude.convention.territoire
        etude = self.etude
        own = etude.catalogue.indicateurs_fiches
        public = etude.catalogue.indicateurs_contexte
        known = [*own, *public]
        if not indicateurs:
            raise ValueError(f"Indiquer au moins un indicateur, par exemple « {known[0]} ».")
        told = []
        for name in indicateurs:
            if name not in known:
                near = ", ".join(proches(name, known))
                hint = (
                    f"Noms proches : {near}."
                    if near
                    else "Les noms sont dans docs/dictionnaire.md."
                )
                told.append(
                    f"L'indicateur « {name} » n'existe pas dans les fiches ni dans les séries publiques. {hint}"
                )
        if told:
            raise ValueError("\n".join(told))
        tables = []
        origins = []
        if fiches := [name for name in indicateurs if name in own]:
            tables.append(pour_trajectoires(etude, lire_annees(etude, fiches)))
            origins.append(etude.contexte.source)
        if others := [name for name in indicateurs if name not in own]:
            tables.append(
                trajectoires_du_territoire(etude.series, others, public, territoire=place, depuis=0)
            )
            origins.append(self.territoire.source)
        name = f"suivre-{indicateurs[0].replace('_', '-')}"
        title = f"Comment évoluent-ils jusqu'en {etude.annee} ?"
        rows = pd.concat(tables, ignore_index=True)
        source = " ; ".join(dict.fromkeys(origins))
        return trajectoires(rows, etude.contexte, nom=name, titre=title, source=source)


def recit(etude: EtudeAnnuelle, dossier: str = "") -> Groupe | None:
    """Return each axis, its fiches in a few sentences, with the way to their reports; None without
    a follow-up.

    Of a fiche: its states, then the first success and the first difficulty that the parties wrote
    of the year. ``dossier`` is where the reports of the fiches are, seen from this one.
    """
    if etude.annuel.vide:
        return None
    begun = etude.etats[~pas_commencees(etude.etats, etude.arrete)]
    words = etude.catalogue.evaluation.etats
    told: dict[str, list[Texte]] = {axe.id: [] for axe in etude.convention.axes}
    appraised = {item.fiche: item for item in etude.annuel.appreciations}
    for fiche, (both, success, trouble) in zip(
        etude.convention.fiches, cycle(etude.catalogue.bilan.paroles)
    ):
        rows = begun[begun["fiche"].eq(fiche.numero)]
        said = []
        if rows.empty:
            said.append(f"Elle commence en {fiche.debut.year}.")
        elif rows["statut"].eq(NON_RENSEIGNEE).all():
            said.append("L'état de ses modalités n'a pas été transmis.")
        named = {words[code]: rows["statut"].eq(code) for code in NOMMES}
        named["en retard"] = rows["en_retard"] & ~rows["statut"].isin(NOMMES)
        states = [
            f"{sont(len(names), word, accorder(word, 2))} ({' ; '.join(f'« {name} »' for name in names)})"
            for word, mask in named.items()
            if len(names := rows.loc[mask, "libelle"])
        ]
        if states:
            said.append(f"Sur {nombrer(len(rows), 'modalité', feminin=True)}, {enumerer(states)}.")
        item = appraised.get(fiche.numero)
        if item and (item.reussites or item.difficultes):
            first = [
                text.rstrip(".")
                for texts in (item.reussites, item.difficultes)
                for text in texts[:1]
            ]
            said.append(
                (both if len(first) > 1 else success if item.reussites else trouble).format(*first)
            )
        link = Lien("Lire son rapport", f"{dossier}fiche-{fiche.numero}.html")
        head = Gras(f"Fiche{INSECABLE}{fiche.numero}, {fiche.titre}. ")
        told[fiche.axe].append((head, f"{' '.join(said)} ", link, "."))
    return suite(
        sous_titre(f"Axe {axe.titre}") + liste(told[axe.id])
        for axe in etude.convention.axes
        if told[axe.id]
    )


def _en_long(jour: str) -> str:
    """Return a day in full; that of before an avenant may be written in words."""
    try:
        return date_longue(date.fromisoformat(jour))
    except ValueError:
        return jour


def participation(etude: EtudeAnnuelle, annees: tuple[int, ...]) -> Bloc:
    """Return who was asked in some years and what changed, what the partners do together, one
    example an axis.

    All is as entered, and « non renseigné » otherwise. A sentence a public: « Le 12 juin 2025, 84
    familles ont répondu (questionnaire). Ce qui a changé : … », or that nobody of it was asked.
    """
    mot = etude.mot
    small = etude.catalogue.seuils.petits_effectifs
    known = {
        year: item
        for year in annees
        if (item := etude.suivi.suivis[year].participation) is not None
    }
    if not known:
        return paragraphe(mot("participation_non_renseignee"))
    asked = []
    for year, (public, (one, many)) in product(known, etude.catalogue.bilan.publics.items()):
        own = [item for item in known[year].consultations if item.public == public and item.combien]
        if not own:
            asked.append(mot("public_non_interroge", annee=year, public=many))
        for item in own:
            few = mot("peu_de_reponses", seuil=small, public=many)
            count = compter(item.combien, one, many) if item.combien >= small else few
            told = mot("reponses", date=date_longue(item.date), qui=count, nombre=item.combien)
            how = f" ({item.comment})" if item.comment else ""
            changed = (
                mot("change", quoi=item.change.rstrip("."))
                if item.change
                else mot("rien_ne_change")
            )
            asked.append(f"{told}{how}. {changed}")
    together = [f"{text.rstrip('.')}." for item in known.values() for text in item.cooperation]
    examples = []
    for axe in etude.convention.axes:
        if own := [item for told in known.values() for item in told.exemples if item.axe == axe.id]:
            last = max(own, key=lambda item: item.date)
            words = {
                "axe": axe.titre,
                "date": date_longue(last.date),
                "texte": last.texte.rstrip("."),
            }
            examples.append(mot("exemple", **words))
    told = liste(together) if together else paragraphe(mot("cooperation_absente"))
    return Groupe() + liste(asked) + sous_titre(mot("cooperation")) + told + liste(examples)
