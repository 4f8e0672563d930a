"""The analyses that a fiche declares: what they share, then the types that count; the others have a
file each.

A type is a function of its name, below, in ``ctglib/blocs/<type>.py`` or in that of ``AILLEURS``:
it yields sentences, then tables and charts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs import suivi
from ctglib.calculs.ecriture import enumerer, minuscule, nombre, pourcent
from ctglib.document.blocs import Bloc, Groupe, liste, paragraphe, suite
from ctglib.document.contexte import (
    COUPURES,
    Contexte,
    ligne,
    marquee,
    marquer,
    periode,
    petits_publies,
)
from ctglib.document.tableau import Ecriture, Tableau, decimales
from ctglib.document.typographie import (
    accorder,
    compter,
    date_longue,
    nombre_court,
    points,
    remplir,
)
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Analyse, Rapport
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.barres import entrees_sorties
from ctglib.graphiques.trajectoires import trajectoires

Blocs = Iterator[Bloc | None]  # what the block of an analysis yields
CONVENTION = "convention"  # where an initial value comes from
CLAUSE = "financement_pilotage"  # what decides of the posts of coordination
DU_TAUX = ("capacite", "denominateur", "numerateur", "taux")
FLUX = ("entrees", "sorties")
PAR_POSTE = ("base", "a_defaut")
HAUSSE = "en hausse"
BAISSE = "en baisse"
TROP_FAIBLE = "dont l'écart est trop faible pour conclure"
SANS_CHANGEMENT = "sans changement"
# The file of a type that is neither here nor in a file of its name.
AILLEURS: dict[str, str] = {
    "postes": "coordination",
    "grille": "coordination",
    "livrables": "coordination",
}


def montrer(etude: EtudeAnnuelle, analyse: Analyse) -> Groupe | None:
    """Return what an analysis shows: sentences, then its table or chart; None when nothing of it is
    known.

    A year for which nothing at all was handed in has no analysis.
    """
    if etude.annuel.vide:
        return None
    fonction = globals().get(analyse.type)  # below
    if fonction is None:
        fichier = AILLEURS.get(analyse.type, analyse.type)
        fonction = getattr(import_module(f"ctglib.blocs.{fichier}"), analyse.type)
    blocs: Blocs = fonction(etude, analyse)
    return suite(blocs)


# What they share.


def lire_annees(etude: EtudeAnnuelle, identifiants: Iterable[str]) -> pd.DataFrame:
    """Return the values of indicators of the fiches, each once, by year (see
    ``ctglib.calculs.suivi.annees``).
    """
    differents = dict.fromkeys(nom for nom in identifiants if nom)
    return suivi.annees(
        etude.mesures,
        etude.catalogue,
        differents,
        annees=(etude.convention.debut.year, etude.annee),
    )


def pour_trajectoires(etude: EtudeAnnuelle, table: pd.DataFrame) -> pd.DataFrame:
    """Return the values of years with their targets and breaks, as the chart of trajectories takes
    them.
    """
    changements = suivi.changements_en_vigueur(etude.suivi.avenants, etude.bilan.date_arretee)
    return suivi.avec_reperes(table, etude.evaluation, etude.catalogue, changements)


def _tableau(
    etude: EtudeAnnuelle,
    analyse: Analyse,
    table: pd.DataFrame,
    mesures: pd.DataFrame,
    ecritures: Mapping[str, Ecriture | None],
    note: str | None,
    **mots: str,
) -> Tableau:
    """Return the table of an analysis; the catalogue's words are filled with the label of the
    indicator of each role.

    Where its rows are modalités, their dimension (« Dispositif ») heads them; ``mesures`` are the
    values that were read, which say it.
    """
    libelles = {
        role: etude.contexte.indicateurs[analyse.indicateur_du_role(role)].libelle
        for role in analyse.roles
    }
    dimensions = [dimension for dimension in mesures["dimension"].unique() if dimension]
    detail = etude.catalogue.dimensions[dimensions[0]].libelle if dimensions else "Détail"
    return etude.tableau(
        analyse.type,
        table,
        {"libelle": lambda libelle: libelle or "Ensemble", **ecritures},
        statuts=table.filter(like="statut_").to_numpy().ravel(),
        mots={"detail": detail, **mots, **libelles},
        notes=[note],
        nom=analyse.id,
    )


def quotients(
    rapports: Iterable[Rapport], evaluation: pd.DataFrame, table: pd.DataFrame
) -> list[str]:
    """Return two indicators set against each other, in the words that the convention declares for
    it.

    A ratio is said once both counts are known and the denominator is not zero.
    """
    ensembles = evaluation[evaluation["modalite"].eq("")].set_index("indicateur")
    de_l_annee = ensembles["valeur"]
    initiales_ecrites = ensembles["origine_initiale"].eq(CONVENTION)
    ecrites = ensembles["valeur_initiale"].where(initiales_ecrites)
    phrases = []
    for rapport in rapports:
        annees = ""
        if rapport.calcul == "cumul":
            cumuls = cumul(rapport, table)
            if cumuls.empty:
                continue
            numerateur = cumuls["numerateur"].iloc[-1]
            denominateur = cumuls["denominateur"].iloc[-1]
            annees_connues = [str(annee) for annee in cumuls["annee"]]
            annees = f"Sur les années connues ({enumerer(annees_connues)})"
            if len(annees_connues) == 1:
                annees = f"En {annees_connues[0]}"
        elif rapport.calcul == "ecrit":
            numerateur = ecrites.get(rapport.numerateur)
            denominateur = ecrites.get(rapport.denominateur)
        elif rapport.calcul == "depart":
            numerateur = de_l_annee.get(rapport.numerateur)
            denominateur = ecrites.get(rapport.denominateur)
        else:
            numerateur = de_l_annee.get(rapport.numerateur)
            denominateur = de_l_annee.get(rapport.denominateur)
        if pd.isna(numerateur) or pd.isna(denominateur) or not denominateur:
            continue
        if rapport.calcul == "part":
            quotient = pourcent(100 * numerateur / denominateur, rapport.decimales)
        else:
            quotient = nombre(numerateur / denominateur, rapport.decimales)
        phrases.append(
            remplir(
                rapport.phrase,
                numerateur=float(numerateur),
                denominateur=float(denominateur),
                rapport=quotient,
                annees=annees,
            )
        )
    return phrases


def cumul(rapport: Rapport, table: pd.DataFrame) -> pd.DataFrame:
    """Return both counts, added up from year to year over the years for which both are known."""
    effectifs = pd.DataFrame(
        {
            "numerateur": suivi.ensemble(table, rapport.numerateur)["valeur"],
            "denominateur": suivi.ensemble(table, rapport.denominateur)["valeur"],
        }
    )
    return effectifs.dropna().cumsum().reset_index(names="annee")


# How many: some indicators of a year beside what they were, and which modalités of theirs rise or
# fall.


def effectifs(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what the modalités of some indicators did, the ratios declared; then the chart of the
    modalités.
    """
    contexte = etude.contexte
    indicateurs = analyse.indicateurs_des_roles("effectifs")
    cites = list(indicateurs)
    for rapport in analyse.rapports:
        cites += [rapport.numerateur, rapport.denominateur]
    table = lire_annees(etude, cites)
    if suivi.est_muet(table):
        return
    phrases = []
    evaluation = etude.evaluation
    for indicateur in indicateurs:
        modalites = evaluation[
            evaluation["indicateur"].eq(indicateur) & evaluation["modalite"].ne("")
        ]
        if len(modalites):
            dimension = etude.catalogue.dimensions[modalites["dimension"].iloc[0]]
            nom = minuscule(dimension.libelle)
            phrases += mouvements(modalites, nom, contexte, etude.catalogue.evaluation)
    phrases += quotients(analyse.rapports, evaluation, table)
    yield liste(phrases)
    for rapport in analyse.rapports:
        if rapport.calcul != "cumul":
            continue
        cumuls = cumul(rapport, table)
        if len(cumuls) > 1:  # one year adds nothing up
            yield etude.tableau(
                "cumul",
                cumuls,
                {"annee": str},
                mots={
                    "denominateur": contexte.indicateurs[rapport.denominateur].libelle,
                    "numerateur": contexte.indicateurs[rapport.numerateur].libelle,
                    "periode": periode(cumuls["annee"]),
                },
                nom=f"cumul-{rapport.numerateur.replace('_', '-')}",
            )
    if analyse.note:
        yield paragraphe(analyse.note, classe="note")
    if analyse.graphique:
        modalites_par_annee = pd.concat(
            [pour_trajectoires(etude, suivi.details(table, nom)) for nom in indicateurs]
        )
        # Each panel bears the name of its modalité alone.
        panneaux = modalites_par_annee.assign(libelle=modalites_par_annee["serie"])
        yield trajectoires(panneaux, contexte, nom=analyse.id, titre=analyse.graphique)


@dataclass(frozen=True)
class Mouvement:
    """A modalité of a year beside the year before: the columns of the scoring that are read."""

    indicateur: str
    libelle_modalite: str
    valeur: float
    statut: str
    valeur_precedente: float
    statut_precedent: str
    annee_precedente: int
    evolution: str
    raison_evolution: str

    @property
    def ecart(self) -> float | None:
        """The change since the year before; None where the two do not compare."""
        if self.raison_evolution in COUPURES:
            return None
        ecart = self.valeur - self.valeur_precedente
        return None if pd.isna(ecart) else ecart


def mouvements(
    modalites: pd.DataFrame, nom: str, contexte: Contexte, mots: Evaluation
) -> list[str]:
    """Return one sentence a direction, its modalités with their change; one a reason, those that
    don't compare.

    A change that chance alone may explain has no direction. Where none compares, for one reason, it
    is said once. ``nom`` is what a modalité is: « dispositif ».
    """
    tous = list(lignes(modalites, Mouvement))
    sans_ecart = [mouvement for mouvement in tous if mouvement.ecart is None]
    raisons = {_pourquoi_sans_ecart(mouvement, contexte, mots) for mouvement in sans_ecart}
    if len(sans_ecart) == len(tous) and len(raisons) == 1:
        return [f"Aucune comparaison par {nom} ({raisons.pop()})."]
    groupes = {HAUSSE: [], BAISSE: [], TROP_FAIBLE: [], SANS_CHANGEMENT: []}
    for mouvement in tous:
        libelle = minuscule(mouvement.libelle_modalite)
        ecart = mouvement.ecart
        if ecart:
            ecart_dit = contexte.ecart(mouvement.indicateur, ecart, "")
            libelle += f" ({ecart_dit} depuis {mouvement.annee_precedente})"
        if ecart is None:
            raison = _pourquoi_sans_ecart(mouvement, contexte, mots)
            groupes.setdefault(f"sans comparaison ({raison})", []).append(libelle)
        elif mouvement.evolution == "trop_peu":
            groupes[TROP_FAIBLE].append(libelle)
        elif ecart > 0:
            groupes[HAUSSE].append(libelle)
        elif ecart < 0:
            groupes[BAISSE].append(libelle)
        else:
            groupes[SANS_CHANGEMENT].append(libelle)
    return [
        f"{compter(len(libelles), nom, accorder(nom, 2))} {groupe} : {' ; '.join(libelles)}."
        for groupe, libelles in groupes.items()
        if libelles
    ]


def _pourquoi_sans_ecart(mouvement: Mouvement, contexte: Contexte, mots: Evaluation) -> str:
    """Return why a modalité does not compare with the year before."""
    if pd.isna(mouvement.valeur):
        return contexte.absence(mouvement.statut)
    if pd.isna(mouvement.valeur_precedente):
        absence = contexte.absence(mouvement.statut_precedent)
        if absence:
            return f"{absence} en {mouvement.annee_precedente}"
        return mots.raisons["sans_valeur_precedente"]
    return mots.raisons[mouvement.raison_evolution]


# A rate: numerator and denominator by modalité, the whole being the quotient of the sums, beside
# last year's.


@dataclass(frozen=True)
class Taux:
    """A rate of ``calculer_taux``, of a modalité or of the whole."""

    libelle: str
    numerateur: float
    statut_numerateur: str
    denominateur: float
    statut_denominateur: str
    taux: float
    taux_precedent: float


def taux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how high the rate is, where it is highest and lowest, and the table by modalité."""
    contexte = etude.contexte
    mesures = lire_annees(etude, analyse.indicateurs_des_roles(*DU_TAUX))
    table = calculer_taux(mesures, analyse, etude.annee)
    yield liste(_phrases_du_taux(etude, analyse, table))
    if suivi.est_muet(mesures[mesures["annee"].eq(etude.annee)]):
        return
    ecritures: dict[str, Ecriture | None] = {
        f"{role}_dit": marquee(contexte, analyse.indicateur_du_role(role), role) for role in DU_TAUX
    }
    ecritures["avant"] = marquee(
        contexte, analyse.indicateur_du_role("taux"), "taux_precedent", "statut_precedent"
    )
    if not analyse.indicateur_du_role("capacite"):
        ecritures["capacite_dit"] = None
    note = etude.mot(
        "taux_de_l_analyse",
        numerateur=minuscule(
            contexte.indicateurs[analyse.indicateur_du_role("numerateur")].libelle
        ),
        denominateur=minuscule(
            contexte.indicateurs[analyse.indicateur_du_role("denominateur")].libelle
        ),
    )
    yield _tableau(etude, analyse, table, mesures, ecritures, note, taux="Taux")


def _phrases_du_taux(etude: EtudeAnnuelle, analyse: Analyse, table: pd.DataFrame) -> list[str]:
    """Return the rate of the whole beside last year's, the highest and the lowest, then where it is
    not known; the last is said only after another sentence.
    """
    *modalites, ensemble = lignes(table, Taux)
    connus = [modalite for modalite in modalites if pd.notna(modalite.taux)]
    inconnus = [modalite for modalite in modalites if pd.isna(modalite.taux)]
    phrases = []
    if pd.notna(ensemble.taux):
        gabarit = analyse.phrase or etude.mots["taux_dit"]
        phrase = gabarit.rstrip(". ").format(
            numerateur=marquer(nombre(ensemble.numerateur), ensemble.statut_numerateur),
            denominateur=marquer(nombre(ensemble.denominateur), ensemble.statut_denominateur),
            rapport=pourcent(ensemble.taux),
        )
        if pd.notna(ensemble.taux_precedent):
            phrase += etude.mot(
                "taux_precedent",
                taux=pourcent(ensemble.taux_precedent),
                ecart=points(ensemble.taux - ensemble.taux_precedent),
            )
        phrases.append(f"{phrase}.")
    if len(connus) > 1:
        plus_bas, *_, plus_haut = sorted(connus, key=lambda modalite: modalite.taux)
        phrases.append(
            etude.mot(
                "taux_extremes",
                haut=f"{plus_haut.libelle}, {pourcent(plus_haut.taux)}",
                bas=f"{plus_bas.libelle}, {pourcent(plus_bas.taux)}",
            )
        )
    if inconnus and phrases:
        libelles = " ; ".join(minuscule(modalite.libelle) for modalite in inconnus)
        phrases.append(etude.mot("taux_inconnus", libelles=libelles))
    return phrases


def calculer_taux(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    """Return, by modalité, numerator, denominator and rate of a year, beside the rate of the year
    before.

    The last row is the whole (modalité ""): the entered one, failing that the sum of the modalités,
    and its rate the quotient of the sums, known only when all of them are.
    """
    de_l_annee = _taux_de_l_annee(table, analyse, annee)
    precedents = _taux_de_l_annee(table, analyse, annee - 1)[["taux", "statut_taux"]]
    precedents = precedents.rename(
        columns={"taux": "taux_precedent", "statut_taux": "statut_precedent"}
    )
    return (
        de_l_annee.join(precedents)
        .fillna({"statut_precedent": Statut.NON_TRANSMIS})
        .reset_index(names="modalite")
    )


def _taux_de_l_annee(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    """Return what ``calculer_taux`` says of one year, indexed by modalité, the whole ("") last."""
    roles = suivi.croiser(
        table, {role: (analyse.indicateur_du_role(role), annee) for role in DU_TAUX}
    )
    modalites = roles.drop(index="", errors="ignore")
    non_transmis = {f"statut_{role}": Statut.NON_TRANSMIS for role in DU_TAUX}
    roles = roles.reindex([*modalites.index, ""]).fillna({"libelle": "", **non_transmis})
    if roles.at["", "statut_capacite"] == Statut.NON_TRANSMIS:
        # Places of different moments are not added up.
        roles.loc["", "statut_capacite"] = Statut.SANS_OBJET
    for role in ("denominateur", "numerateur"):
        if roles.at["", f"statut_{role}"] == Statut.NON_TRANSMIS:
            roles.loc["", [role, f"statut_{role}"]] = suivi.somme(modalites, role)
    denominateur_nul = roles["denominateur"].eq(0)
    quotient = 100 * roles["numerateur"] / roles["denominateur"].mask(denominateur_nul)
    statut_du_quotient = suivi.pire(
        roles["statut_denominateur"].mask(denominateur_nul, Statut.SANS_OBJET),
        roles["statut_numerateur"],
    )
    a_calculer = roles["statut_taux"].eq(Statut.NON_TRANSMIS)
    return roles.assign(
        taux=roles["taux"].mask(a_calculer, quotient),
        statut_taux=roles["statut_taux"].mask(a_calculer, statut_du_quotient),
    )


# Some persons among all: how many of them come, where, and for how long each.


def inclusion(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield which share they are and where they came; then the table. A hidden count gives no
    share.
    """
    contexte = etude.contexte
    mesures = lire_annees(etude, analyse.indicateurs_des_roles("effectif", "volume"))
    if suivi.est_muet(mesures):
        return
    table = calculer_inclusion(mesures, analyse, etude.annee, etude.catalogue.indicateurs_fiches)
    modalites = table[table["modalite"].ne("")]
    libelles = modalites["libelle"].map(minuscule)
    libelles_par_phrase = {
        "inclusion_presents": libelles[modalites["effectif"].gt(0)],
        "inclusion_aucun": libelles[modalites["effectif"].eq(0)],
        "inclusion_secret": libelles[modalites["statut_effectif"].eq(Statut.SECRET)],
    }
    phrases = quotients(analyse.rapports, etude.evaluation, mesures)
    for cle, libelles_dits in libelles_par_phrase.items():
        if len(libelles_dits):
            phrases.append(etude.mot(cle, libelles=" ; ".join(libelles_dits)))
    yield liste(phrases)
    effectif = analyse.indicateur_du_role("effectif")
    volume = analyse.indicateur_du_role("volume")
    unite = ""
    ecritures: dict[str, Ecriture | None] = {
        "avant": marquee(contexte, effectif, "precedent"),
        "dite": marquee(contexte, effectif, "effectif"),
        "volume_dit": None,
        "par_personne": None,
    }
    if volume:
        unite = contexte.unites[contexte.indicateurs[volume].unite].libelle
        ecritures["volume_dit"] = marquee(contexte, volume, "volume")
        ecritures["par_personne"] = decimales(0)
    yield _tableau(etude, analyse, table, mesures, ecritures, analyse.note, unite=unite)


def calculer_inclusion(
    table: pd.DataFrame, analyse: Analyse, annee: int, indicateurs: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Return, by modalité then whole, the persons of a year and the one before, and their volume
    (hours…).

    ``par_personne`` needs both figures: a hidden count has none, so that the volume does not give
    it away. The volume of the whole is the sum of the modalités' where nobody entered it; persons
    are never added up.
    """
    effectif = analyse.indicateur_du_role("effectif")
    colonnes = {
        "effectif": (effectif, annee),
        "precedent": (effectif, annee - 1),
        "volume": (analyse.indicateur_du_role("volume"), annee),
    }
    lignes_croisees = suivi.croiser(table, colonnes)
    for colonne, (indicateur, _) in colonnes.items():
        if not indicateur or not indicateurs[indicateur].modalites:
            continue
        # A modalité that does not concern the indicator is « sans objet » there.
        concernees = lignes_croisees.index.isin(["", *indicateurs[indicateur].modalites])
        statuts = lignes_croisees[f"statut_{colonne}"]
        sans_objet = statuts.eq(Statut.NON_TRANSMIS) & ~concernees
        lignes_croisees[f"statut_{colonne}"] = statuts.mask(sans_objet, Statut.SANS_OBJET)
    a_un_ensemble = "" in lignes_croisees.index
    if a_un_ensemble and lignes_croisees.at["", "statut_volume"] == Statut.NON_TRANSMIS:
        volume_de_l_ensemble = suivi.somme(lignes_croisees.drop(index=""), "volume")
        lignes_croisees.loc["", ["volume", "statut_volume"]] = volume_de_l_ensemble
    personnes = lignes_croisees["effectif"].where(lignes_croisees["effectif"].gt(0))
    return lignes_croisees.assign(par_personne=lignes_croisees["volume"] / personnes).reset_index(
        names="modalite"
    )


# Who comes and who goes: entries, departures and balance by year, beside the change of the stock.


@dataclass(frozen=True)
class Flux:
    """The movements of a year of ``calculer_flux``."""

    annee: int
    entrees: float
    sorties: float
    solde: float
    variation: float
    ecart: float


def flux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield the entries, departures and balance of the year and of all, whether the stock agrees;
    then the chart.
    """
    contexte = etude.contexte
    mesures = lire_annees(etude, analyse.indicateurs_des_roles("entrees", "sorties", "effectif"))
    effectif = analyse.indicateur_du_role("effectif")
    if suivi.est_muet(mesures[mesures["indicateur"].ne(effectif)]):
        return
    table = calculer_flux(mesures, analyse)
    stock = contexte.indicateurs[effectif].libelle if effectif else ""
    yield liste(phrases_du_flux(etude, table, stock))
    yield liste(
        petits_publies(mesures, ["valeur"], etude.catalogue.seuils.petits_effectifs, contexte)
    )
    yield entrees_sorties(table, contexte, nom=analyse.id, titre=analyse.graphique or analyse.titre)


def calculer_flux(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, year by year, entries, departures and their balance, beside the change of the stock.

    ``ecart`` is the change of the stock less the balance: zero when both say the same, missing when
    one is not known.
    """
    par_role = [
        suivi.ensemble(table, analyse.indicateur_du_role(role)).set_axis(
            [role, f"statut_{role}"], axis=1
        )
        for role in FLUX
    ]
    mouvements_par_annee = pd.concat(par_role, axis=1)
    solde = mouvements_par_annee["entrees"] - mouvements_par_annee["sorties"]
    stock = suivi.ensemble(table, analyse.indicateur_du_role("effectif"))["valeur"]
    variation = stock.diff()
    return mouvements_par_annee.assign(
        solde=solde, effectif=stock, variation=variation, ecart=variation - solde
    ).reset_index(names="annee")


def phrases_du_flux(etude: EtudeAnnuelle, table: pd.DataFrame, stock: str) -> list[str]:
    """Return the movements of the last year and of all, then the years whose balance is not the
    change of the stock.

    ``stock`` is the label of the indicator that counts it.
    """

    def dire(cle: str, entrees: float, sorties: float, solde: float, **mots: object) -> str:
        dits = []
        for role, effectif in zip(FLUX, (entrees, sorties), strict=True):
            if pd.notna(effectif):
                cle_du_role = f"flux_{role}" if effectif else f"flux_{role}_nul"
                dits.append(etude.mot(cle_du_role, nombre=effectif))
        return etude.mot(cle, dits=" et ".join(dits), solde=nombre(solde, signe=True), **mots)

    *_, derniere = lignes(table, Flux)
    inconnus = []
    if pd.isna(derniere.entrees):
        inconnus.append("entrees")
    if pd.isna(derniere.sorties):
        inconnus.append("sorties")
    cle = f"flux_sans_{'_ni_'.join(inconnus)}" if inconnus else "flux_annuel"
    phrases = [dire(cle, derniere.entrees, derniere.sorties, derniere.solde, annee=derniere.annee)]
    connus = table[table["solde"].notna()]
    if len(connus) > 1:
        entrees = connus["entrees"].sum()
        sorties = connus["sorties"].sum()
        solde = connus["solde"].sum()
        annees = enumerer([str(annee) for annee in connus["annee"]])
        cle = "flux_compense" if solde >= 0 else "flux_en_perte"
        phrases.append(dire(cle, entrees, sorties, solde, annees=annees))
    discordants = table[table["ecart"].fillna(0).ne(0)]
    for mouvement in lignes(discordants, Flux):
        phrases.append(
            dire(
                "flux_a_verifier",
                mouvement.entrees,
                mouvement.sorties,
                mouvement.solde,
                annee=mouvement.annee,
                stock=stock,
                variation=nombre(mouvement.variation, signe=True),
            )
        )
    return phrases


# A norm: how many go with one full-time equivalent, and how many posts the landmark asks for.


@dataclass(frozen=True)
class PostesDUneAnnee:
    """The posts of a year of ``calculer_norme`` beside the norm."""

    annee: int
    postes: float
    base_par_poste: float
    a_defaut_par_poste: float
    d_apres: str
    postes_repere: float
    ecart_postes: float


def norme(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how many go with a post, beside the norm and who sets it; on the screen, the same year
    by year.
    """
    assert analyse.norme is not None  # the model asks it of this type of analysis
    contexte = etude.contexte
    mesures = lire_annees(etude, analyse.indicateurs_des_roles("postes", *PAR_POSTE))
    table = calculer_norme(mesures, analyse)
    repere_connu = table["postes_repere"].notna()
    connues = table[table["postes"].notna() & repere_connu]
    if connues.empty:
        return
    libelles = {
        role: minuscule(contexte.indicateurs[analyse.indicateur_du_role(role)].libelle)
        for role in ("postes", *PAR_POSTE)
        if analyse.indicateur_du_role(role)
    }
    *_, derniere = lignes(connues, PostesDUneAnnee)
    par_poste = {"base": derniere.base_par_poste, "a_defaut": derniere.a_defaut_par_poste}
    parts = [
        f"{nombre(valeur, 1)} {libelles[role]}"
        for role, valeur in par_poste.items()
        if role in libelles and pd.notna(valeur)
    ]
    phrases = []
    if parts:
        postes = contexte.valeur(analyse.indicateur_du_role("postes"), derniere.postes)
        phrases.append(
            etude.mot("norme_par_poste", annee=derniere.annee, postes=postes, parts=enumerer(parts))
        )
    faute_de_mieux = ""
    if derniere.d_apres != "base":
        faute_de_mieux = etude.mot("norme_faute_de_mieux", **libelles)
    phrases.append(
        etude.mot(
            "norme_tenue" if derniere.ecart_postes >= 0 else "norme_manquee",
            demande=nombre(abs(derniere.postes_repere), 2),
            ecart=nombre(abs(derniere.ecart_postes), 2),
            faute=faute_de_mieux,
        )
    )
    phrases.append(
        etude.mot(
            "norme_repere",
            valeur=nombre_court(analyse.norme.valeur),
            norme=analyse.norme,
            **libelles,
        )
    )
    yield liste(phrases)
    note = None
    annees_a_defaut = table.loc[table["d_apres"].ne("base") & repere_connu, "annee"]
    if len(annees_a_defaut):
        annees = enumerer(annees_a_defaut.astype(str).tolist())
        note = etude.mot("norme_a_defaut", annees=annees, **libelles)
    ecritures: dict[str, Ecriture | None] = {
        "annee": str,
        "postes_dits": marquee(contexte, analyse.indicateur_du_role("postes"), "postes"),
        "postes_repere": decimales(2),
        "ecart_postes": decimales(2, signe=True),
    }
    for role in PAR_POSTE:
        ecritures[f"{role}_par_poste"] = decimales(1) if role in libelles else None
    annees_du_tableau = periode([int(annee) for annee in table["annee"]])
    yield _tableau(etude, analyse, table, mesures, ecritures, note, periode=annees_du_tableau)


def calculer_norme(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, by year, how many go with one post, and how many posts the norm asks for.

    The norm counts its own base; where nobody gave it, what stands for it (``d_apres`` "a_defaut"),
    which is said.
    """
    assert analyse.norme is not None  # the model asks it of this type of analysis
    postes_par_annee = suivi.ensemble(table, analyse.indicateur_du_role("postes")).set_axis(
        ["postes", "statut_postes"], axis=1
    )
    annees = postes_par_annee.index
    base = suivi.ensemble(table, analyse.indicateur_du_role("base"))["valeur"].reindex(annees)
    a_defaut = suivi.ensemble(table, analyse.indicateur_du_role("a_defaut"))["valeur"].reindex(
        annees
    )
    postes = postes_par_annee["postes"]
    diviseur = postes.mask(postes.eq(0))
    postes_repere = base.fillna(a_defaut) / analyse.norme.valeur
    return postes_par_annee.assign(
        base_par_poste=base / diviseur,
        a_defaut_par_poste=a_defaut / diviseur,
        d_apres=base.notna().map({True: "base", False: "a_defaut"}),
        postes_repere=postes_repere,
        ecart_postes=postes - postes_repere,
        norme=analyse.norme.valeur,
    ).reset_index(names="annee")


# Whether the posts of coordination have become what the convention awaits, and what it decides.


def passage(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield « oui », « en partie », « pas encore » or « on ne le sait pas », then what the clause
    decides.
    """
    yield paragraphe(_reponse_du_passage(etude, analyse))
    clause = etude.convention.clauses.get(CLAUSE)
    if clause is None:
        return
    objets = [
        article.objet for article in etude.convention.articles if article.numero == clause.article
    ]
    texte = clause.texte or "".join(objets)
    if texte:
        decision = etude.mot(
            "passage_decide", article=etude.convention.citer(CLAUSE), texte=minuscule(texte)
        )
        yield liste([decision, etude.mot("passage_juge", fin=date_longue(etude.suivi.fin))])


def _reponse_du_passage(etude: EtudeAnnuelle, analyse: Analyse) -> str:
    """Return how many of the posts of coordination have been converted."""
    contexte = etude.contexte
    postes = ligne(etude.evaluation, analyse.indicateur_du_role("postes"))
    convertis = ligne(etude.evaluation, analyse.indicateur_du_role("convertis"))
    if convertis is None or pd.isna(convertis["valeur"]):
        statut = Statut.NON_TRANSMIS if convertis is None else convertis["statut"]
        return etude.mot(
            "passage_inconnu",
            libelle=contexte.indicateurs[analyse.indicateur_du_role("convertis")].libelle,
            mot=contexte.absence(statut),
        )

    def dire(effectif: pd.Series) -> str:
        valeur = contexte.valeur(effectif["indicateur"], effectif["valeur"])
        return marquer(valeur, effectif["statut"])

    annee = convertis["annee"]
    if postes is None or pd.isna(postes["valeur"]):
        return etude.mot("passage_sans_postes", annee=annee, convertis=dire(convertis))
    if not convertis["valeur"]:
        cle = "passage_a_faire"
    elif convertis["valeur"] >= postes["valeur"]:
        cle = "passage_fait"
    else:
        cle = "passage_en_partie"
    return etude.mot(cle, annee=annee, postes=dire(postes), convertis=dire(convertis))
