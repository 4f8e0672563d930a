"""The analyses that a fiche declares: what they share, then the types that count.

A type of analysis (« taux », « flux »…) is a function of its name, which yields sentences, then
tables and charts. ``types_d_analyse`` has all of them.

In a table that an analysis reads, the row of the whole has the modalité ``ENSEMBLE``. A role is
what an indicator is for in an analysis (« numerateur »); the convention says which indicator plays
it, and ``Analyse.indicateur_du_role`` gives "" when none does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs import suivi
from ctglib.calculs.collecte import DEPART
from ctglib.calculs.ecriture import enumerer, minuscule, nombre, pourcent
from ctglib.calculs.evaluation import DEPARTS_ECRITS
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import (
    Contexte,
    ligne,
    marquee,
    marquer,
    periode,
    petits_publies,
)
from ctglib.document.tableau import Ecriture, Tableau, decimales
from ctglib.document.typographie import (
    date_longue,
    nombre_court,
    points,
    remplir,
)
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.plan import Analyse, DepartAbsent, Rapport
from ctglib.donnees.plan import premiere_annee
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.barres import entrees_sorties
from ctglib.graphiques.trajectoires import trajectoires

Blocs = Iterator[Bloc | None]  # what the function of an analysis yields
ENSEMBLE = ""  # the modalité of the row of the whole
DU_TAUX = ("capacite", "denominateur", "numerateur", "taux")
FLUX = ("entrees", "sorties")
PAR_POSTE = ("base", "a_defaut")
SENS = ("hausse", "baisse", "trop_peu", "inchange")  # of a modalité that compares

# What the types of analysis share.


def lire_annees(etude: EtudeAnnuelle, identifiants: Iterable[str]) -> pd.DataFrame:
    """Return the values of some indicators of the fiches, year by year up to that of the study.

    The rows and columns are those of ``ctglib.calculs.suivi.annees``. An indicator that is asked
    for twice is there once; "", which stands for a role that no indicator plays, is left out.
    """
    sans_doublon: list[str] = []
    for identifiant in identifiants:
        if identifiant and identifiant not in sans_doublon:
            sans_doublon.append(identifiant)
    return suivi.annees(
        etude.mesures,
        etude.catalogue,
        sans_doublon,
        annees=(etude.convention.debut.year, etude.annee),
    )


def avant_la_convention(
    etude: EtudeAnnuelle,
    indicateurs: pd.Series | str,
    modalites: pd.Series,
    annees: pd.Series | int,
    statuts: pd.Series,
) -> pd.Series:
    """Return the statuses of some values, without « non transmis » where they are of a year before
    the convention, and no initial value is asked for.

    Where nothing existed yet, or was asked, they are « sans objet »: only the whole of an indicator
    is asked. Of what existed and that the convention says is not known (``DepartAbsent``), they are
    « non disponible ».
    """
    table = pd.DataFrame({"statut": statuts, "modalite": modalites})
    table = table.assign(indicateur=indicateurs, annee=annees)
    departs = etude.a_collecter.loc[etude.a_collecter["motif"].eq(DEPART), "indicateur"]
    demandee = table["indicateur"].isin(list(departs)) & table["modalite"].eq(ENSEMBLE)
    avant = table["annee"].lt(etude.convention.debut.year) & ~demandee
    avant &= statuts.eq(Statut.NON_TRANSMIS)
    inconnue = table["indicateur"].isin(_departs_inconnus(etude)) & table["modalite"].eq(ENSEMBLE)
    statuts = statuts.mask(avant & inconnue, Statut.NON_DISPONIBLE)
    return statuts.mask(avant & ~inconnue, Statut.SANS_OBJET)


def _departs_inconnus(etude: EtudeAnnuelle) -> list[str]:
    """Return the indicators that were there before the convention, and whose initial value it says
    that nobody knows.
    """
    convention = etude.convention
    inconnus = []
    for fiche in convention.fiches:
        for prevu in fiche.indicateurs:
            depart = prevu.valeur_initiale
            inconnu = isinstance(depart, DepartAbsent) and not depart.sans_objet
            if inconnu and premiere_annee(convention, fiche, prevu) == convention.debut.year:
                inconnus.append(prevu.id)
    return inconnus


def pour_trajectoires(etude: EtudeAnnuelle, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of ``lire_annees`` with what the chart of trajectories draws besides.

    These are the targets and the breaks of each series (``ctglib.calculs.suivi.avec_reperes``).
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
    """Return the table of an analysis, in the words of the catalogue.

    In these words, the name of a role between braces (``{numerateur}``) gives the label of the
    indicator that plays it, and ``{detail}`` the dimension of the rows: « Dispositif ».

    Args:
        etude: The study of the year.
        analyse: The analysis, which names the table.
        table: What the table shows, one row a modalité or a year.
        mesures: The values that it was computed from (``lire_annees``): they say the dimension.
        ecritures: What writes a column, by its key; None leaves the column out.
        note: A note under the table, or None.
        **mots: What else fills the words of the catalogue.
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
    rapports: Iterable[Rapport], evaluation: pd.DataFrame, table: pd.DataFrame, contexte: Contexte
) -> list[str]:
    """Return a sentence for each pair of indicators that the convention sets against each other.

    « Le séjour a rempli 90 % de ses places. » The sentence is that of the convention; a pair whose
    counts are not both known, or whose denominator is zero, has none.

    Args:
        rapports: The pairs that the convention declares; ``calcul`` says which counts are taken:
            "cumul", those of all the years for which both are known; "ecrit", both initial values
            as the text writes them; "depart", the numerator of the year beside the denominator that
            the text writes; "part" and "moyenne", those of the year.
        evaluation: The scoring of the year, one row an indicator and modalité.
        table: The values of the indicators by year (``lire_annees``), for "cumul".
        contexte: Whose texts begin a sentence about several years.
    """
    ensembles = evaluation[evaluation["modalite"].eq(ENSEMBLE)].set_index("indicateur")
    de_l_annee = ensembles["valeur"]
    est_ecrite = ensembles["origine_initiale"].isin(DEPARTS_ECRITS)
    ecrites_au_texte = ensembles["valeur_initiale"].where(est_ecrite)
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
            annees = contexte.texte("fiche.sur_les_annees", annees=annees_connues)
        elif rapport.calcul == "ecrit":
            numerateur = ecrites_au_texte.get(rapport.numerateur)
            denominateur = ecrites_au_texte.get(rapport.denominateur)
        elif rapport.calcul == "depart":
            numerateur = de_l_annee.get(rapport.numerateur)
            denominateur = ecrites_au_texte.get(rapport.denominateur)
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
    """Return both counts of a pair, added up from year to year.

    A year for which one of the two is not known counts for neither, so that their quotient compares
    the same years.

    Returns:
        annee, numerateur, denominateur: a row a year for which both are known, with the sums up to
        that year.
    """
    effectifs = pd.DataFrame(
        {
            "numerateur": suivi.ensemble(table, rapport.numerateur)["valeur"],
            "denominateur": suivi.ensemble(table, rapport.denominateur)["valeur"],
        }
    )
    return effectifs.dropna().cumsum().reset_index(names="annee")


# Effectifs: some indicators of a year, and which of their modalités rise or fall.


def effectifs(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield which modalités of some indicators rise or fall, and the ratios that are declared; then
    the table of the ratios added up over the years, the note, the chart of the modalités.
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
            evaluation["indicateur"].eq(indicateur) & evaluation["modalite"].ne(ENSEMBLE)
        ]
        if len(modalites):
            statuts = avant_la_convention(
                etude,
                indicateur,
                modalites["modalite"],
                modalites["annee_precedente"],
                modalites["statut_precedent"],
            )
            modalites = modalites.assign(statut_precedent=statuts)
            dimension = etude.catalogue.dimensions[modalites["dimension"].iloc[0]]
            nom = minuscule(dimension.libelle)
            phrases += mouvements(modalites, nom, contexte, etude.catalogue.evaluation)
    phrases += quotients(analyse.rapports, evaluation, table, contexte)
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
        if self.raison_evolution in suivi.COUPURES:
            return None
        ecart = self.valeur - self.valeur_precedente
        return None if pd.isna(ecart) else ecart


def mouvements(
    modalites: pd.DataFrame, nom: str, contexte: Contexte, mots: Evaluation
) -> list[str]:
    """Return which modalités of an indicator rise, which fall, and which do not compare.

    « 2 dispositifs en hausse : ateliers (+4 depuis 2024) ; sorties (+1 depuis 2024). » There is one
    sentence for each direction, then one for each reason that prevents to compare (« 1 dispositif
    sans comparaison (non transmis en 2024) : séjours. »). A change that chance alone may explain is
    neither a rise nor a fall. When none of them compares, and for one and the same reason, one
    sentence says it: « Aucune comparaison par dispositif (…). »

    Args:
        modalites: The rows of the scoring of one indicator, without the whole.
        nom: What a modalité is, in the singular: « dispositif ».
        contexte: The words of the indicators.
        mots: The words of the scoring.
    """
    tous = list(lignes(modalites, Mouvement))
    sans_ecart = [mouvement for mouvement in tous if mouvement.ecart is None]
    raisons = {_pourquoi_sans_ecart(mouvement, contexte, mots) for mouvement in sans_ecart}
    if len(sans_ecart) == len(tous) and len(raisons) == 1:
        return [contexte.texte("fiche.aucune_comparaison", nom=nom, raison=raisons.pop())]
    groupes: dict[str, list[str]] = {sens: [] for sens in SENS}
    for mouvement in tous:
        libelle = minuscule(mouvement.libelle_modalite)
        ecart = mouvement.ecart
        if ecart:
            ecart_dit = contexte.ecart(mouvement.indicateur, ecart, "")
            libelle += f" ({ecart_dit} depuis {mouvement.annee_precedente})"
        if ecart is None:
            raison = _pourquoi_sans_ecart(mouvement, contexte, mots)
            groupes.setdefault(raison, []).append(libelle)
        elif mouvement.evolution == "trop_peu":
            groupes["trop_peu"].append(libelle)
        elif ecart > 0:
            groupes["hausse"].append(libelle)
        elif ecart < 0:
            groupes["baisse"].append(libelle)
        else:
            groupes["inchange"].append(libelle)
    return [
        contexte.texte("fiche.mouvements", nom=nom, groupe=groupe, libelles=libelles)
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


# Taux: a rate by modalité, beside that of the year before.


@dataclass(frozen=True)
class Taux:
    """A row of ``calculer_taux``: the rate of a modalité, or of the whole, of a year."""

    libelle: str
    numerateur: float
    statut_numerateur: str
    denominateur: float
    statut_denominateur: str
    taux: float
    taux_precedent: float
    numerateur_precedent: float
    denominateur_precedent: float
    taux_au_denominateur_precedent: float


def taux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how high the rate is, where it is highest and lowest; then the table by modalité.

    The table is not shown when no value of the year is known.
    """
    contexte = etude.contexte
    mesures = lire_annees(etude, analyse.indicateurs_des_roles(*DU_TAUX))
    table = calculer_taux(mesures, analyse, etude.annee)
    capacite = analyse.indicateur_du_role("capacite")
    if capacite and contexte.indicateurs[capacite].total:
        ensemble = table["modalite"].eq(ENSEMBLE)
        table = table.assign(
            capacite=table["capacite"].mask(ensemble),
            statut_capacite=table["statut_capacite"].mask(ensemble, Statut.SANS_OBJET),
        )
    statuts = avant_la_convention(
        etude,
        analyse.indicateur_du_role("taux"),
        table["modalite"],
        etude.annee - 1,
        table["statut_precedent"],
    )
    table = table.assign(statut_precedent=statuts)
    yield liste(_phrases_du_taux(etude, analyse, table))
    if suivi.est_muet(mesures[mesures["annee"].eq(etude.annee)]):
        return
    ecritures: dict[str, Ecriture | None] = {
        f"{role}_dit": marquee(contexte, analyse.indicateur_du_role(role), role) for role in DU_TAUX
    }
    ecritures["avant"] = marquee(
        contexte, analyse.indicateur_du_role("taux"), "taux_precedent", "statut_precedent"
    )
    if not capacite:
        ecritures["capacite_dit"] = None
    note = etude.texte(
        "fiche.taux_de_l_analyse",
        numerateur=minuscule(
            contexte.indicateurs[analyse.indicateur_du_role("numerateur")].libelle
        ),
        denominateur=minuscule(
            contexte.indicateurs[analyse.indicateur_du_role("denominateur")].libelle
        ),
    )
    yield _tableau(etude, analyse, table, mesures, ecritures, note, taux="Taux")


def _phrases_du_taux(etude: EtudeAnnuelle, analyse: Analyse, table: pd.DataFrame) -> list[str]:
    """Return what is said of a table of ``calculer_taux``.

    The rate of the whole beside that of the year before; then, of two modalités or more, where it
    is highest and lowest (« Le taux le plus haut : Mercredi, 85,0 %. Le plus bas : … »). The
    modalités whose rate is not known are named last, and only after another sentence: where no rate
    at all is known, the table is enough.
    """
    *modalites, ensemble = lignes(table, Taux)  # the whole is the last row
    connus = [modalite for modalite in modalites if pd.notna(modalite.taux)]
    inconnus = [modalite for modalite in modalites if pd.isna(modalite.taux)]
    phrases = []
    if pd.notna(ensemble.taux):
        faits = {
            "numerateur": marquer(nombre(ensemble.numerateur), ensemble.statut_numerateur),
            "denominateur": marquer(nombre(ensemble.denominateur), ensemble.statut_denominateur),
            "rapport": pourcent(ensemble.taux),
        }
        precedent = {"precedent": "", "ecart": ""}
        if pd.notna(ensemble.taux_precedent):
            precedent = {
                "precedent": pourcent(ensemble.taux_precedent),
                "ecart": points(ensemble.taux - ensemble.taux_precedent),
            }
        phrase = (analyse.phrase or "").rstrip(". ").format(**faits)
        phrases.append(etude.texte("fiche.taux", phrase=phrase, **faits, **precedent))
        phrases += _ce_qui_a_bouge(etude, analyse, ensemble)
    if len(connus) > 1:
        plus_bas, *_, plus_haut = sorted(connus, key=lambda modalite: modalite.taux)
        phrases.append(
            etude.texte(
                "fiche.taux_extremes",
                haut=f"{plus_haut.libelle}, {pourcent(plus_haut.taux)}",
                bas=f"{plus_bas.libelle}, {pourcent(plus_bas.taux)}",
            )
        )
    if inconnus and phrases:
        libelles = " ; ".join(minuscule(modalite.libelle) for modalite in inconnus)
        phrases.append(etude.texte("fiche.taux_inconnus", libelles=libelles))
    return phrases


def _ce_qui_a_bouge(etude: EtudeAnnuelle, analyse: Analyse, taux: Taux) -> list[str]:
    """Return which of the two numbers of a rate moved, and what the rate would be had its
    denominator not moved; nothing when the denominator did not move, or is not known.
    """
    deux_annees = (
        taux.numerateur,
        taux.numerateur_precedent,
        taux.denominateur,
        taux.denominateur_precedent,
    )
    if any(pd.isna(nombre_lu) for nombre_lu in deux_annees):
        return []
    if taux.denominateur == taux.denominateur_precedent:
        return []
    libelles = etude.contexte.indicateurs
    return [
        etude.texte(
            "fiche.taux_ouvert",
            numerateur=minuscule(libelles[analyse.indicateur_du_role("numerateur")].libelle),
            numerateur_avant=nombre(taux.numerateur_precedent),
            numerateur_maintenant=nombre(taux.numerateur),
            denominateur=minuscule(libelles[analyse.indicateur_du_role("denominateur")].libelle),
            denominateur_avant=nombre(taux.denominateur_precedent),
            denominateur_maintenant=nombre(taux.denominateur),
            avant=etude.annee - 1,
            annee=etude.annee,
            taux=pourcent(taux.taux_au_denominateur_precedent),
        )
    ]


def calculer_taux(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    """Return the rate of each modalité in a year, beside that of the year before.

    The numerator and the denominator of the whole are those that were entered for it; failing that,
    the sums of those of the modalités, known only when all of these are. Its rate is the quotient
    of the two, never the mean of the rates. A rate that was entered is kept as it is. A denominator
    of zero makes the rate « sans objet ».

    Args:
        table: The values of the indicators of the roles ``DU_TAUX``, by year (``lire_annees``).
        analyse: Which indicator plays each role.
        annee: The year.

    Returns:
        One row a modalité, the whole (modalité ``ENSEMBLE``) last: modalite, libelle, then, for
        each role, ``<role>`` and ``statut_<role>``; of the year before, taux_precedent,
        statut_precedent, numerateur_precedent and denominateur_precedent;
        taux_au_denominateur_precedent is the rate that the numerator of the year makes with the
        denominator of the year before.
    """
    de_l_annee = _taux_de_l_annee(table, analyse, annee)
    precedents = _taux_de_l_annee(table, analyse, annee - 1)
    precedents = precedents[["taux", "statut_taux", "numerateur", "denominateur"]].rename(
        columns={
            "taux": "taux_precedent",
            "statut_taux": "statut_precedent",
            "numerateur": "numerateur_precedent",
            "denominateur": "denominateur_precedent",
        }
    )
    taux = de_l_annee.join(precedents).fillna({"statut_precedent": Statut.NON_TRANSMIS})
    ancien_denominateur = taux["denominateur_precedent"].mask(lambda compte: compte.eq(0))
    taux["taux_au_denominateur_precedent"] = 100 * taux["numerateur"] / ancien_denominateur
    return taux.reset_index(names="modalite")


def _taux_de_l_annee(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    """Return what ``calculer_taux`` says of one year, indexed by modalité, the whole last."""
    roles = suivi.croiser(
        table, {role: (analyse.indicateur_du_role(role), annee) for role in DU_TAUX}
    )
    modalites = roles.drop(index=ENSEMBLE, errors="ignore")
    non_transmis = {f"statut_{role}": Statut.NON_TRANSMIS for role in DU_TAUX}
    roles = roles.reindex([*modalites.index, ENSEMBLE]).fillna({"libelle": "", **non_transmis})
    if roles.at[ENSEMBLE, "statut_capacite"] == Statut.NON_TRANSMIS:
        # The places of a Wednesday and those of the holidays may be the same: they have no sum.
        roles.at[ENSEMBLE, "statut_capacite"] = Statut.SANS_OBJET
    for role in ("denominateur", "numerateur"):
        if roles.at[ENSEMBLE, f"statut_{role}"] == Statut.NON_TRANSMIS:
            total, statut_du_total = suivi.somme(modalites, role)
            roles.at[ENSEMBLE, role] = total
            roles.at[ENSEMBLE, f"statut_{role}"] = statut_du_total
    denominateur_nul = roles["denominateur"].eq(0)
    quotient = 100 * roles["numerateur"] / roles["denominateur"].mask(denominateur_nul)
    statut_du_quotient = suivi.statut_le_plus_grave(
        roles["statut_denominateur"].mask(denominateur_nul, Statut.SANS_OBJET),
        roles["statut_numerateur"],
    )
    a_calculer = roles["statut_taux"].eq(Statut.NON_TRANSMIS)
    return roles.assign(
        taux=roles["taux"].mask(a_calculer, quotient),
        statut_taux=roles["statut_taux"].mask(a_calculer, statut_du_quotient),
    )


# Inclusion: how many persons of a group come (the children who receive the AEEH), where, and for
# how many hours each.


def inclusion(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield which share of all they are, and where they came; then the table.

    « Présents : mercredi ; vacances. Aucun : périscolaire. » The number of persons of a modalité is
    its role « effectif », their hours its role « volume », which an analysis may lack.
    """
    contexte = etude.contexte
    mesures = lire_annees(etude, analyse.indicateurs_des_roles("effectif", "volume"))
    if suivi.est_muet(mesures):
        return
    effectif = analyse.indicateur_du_role("effectif")
    table = calculer_inclusion(mesures, analyse, etude.annee, etude.catalogue.indicateurs_fiches)
    statuts = avant_la_convention(
        etude, effectif, table["modalite"], etude.annee - 1, table["statut_precedent"]
    )
    table = table.assign(statut_precedent=statuts)
    modalites = table[table["modalite"].ne(ENSEMBLE)]
    libelles = modalites["libelle"].map(minuscule)
    modalites_par_phrase = {
        "fiche.inclusion_presents": libelles[modalites["effectif"].gt(0)],
        "fiche.inclusion_aucun": libelles[modalites["effectif"].eq(0)],
        "fiche.inclusion_secret": libelles[modalites["statut_effectif"].eq(Statut.SECRET)],
    }
    phrases = quotients(analyse.rapports, etude.evaluation, mesures, etude.contexte)
    for cle, libelles_de_la_phrase in modalites_par_phrase.items():
        if len(libelles_de_la_phrase):
            phrases.append(etude.texte(cle, libelles=" ; ".join(libelles_de_la_phrase)))
    yield liste(phrases)
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
    """Return, for each modalité, the persons of a year and of the year before, and their hours.

    The volume (the hours) per person is missing where the number of persons is hidden: with the
    volume beside it, it would give that number. It is missing too where the number of persons, or
    the volume, is not known, and where there is nobody.

    A person may be in several modalités: the persons of the whole are those entered for it, never a
    sum. Hours are in one modalité only: those of the whole are, where nobody entered them, the sum
    of those of the modalités, known only when all of these are.

    Args:
        table: The values of the indicators of the roles, by year (``lire_annees``).
        analyse: Which indicator plays the roles « effectif » and « volume ».
        annee: The year.
        indicateurs: The indicators of the fiches, which say the modalités that concern them.

    Returns:
        One row a modalité, then the whole (modalité ``ENSEMBLE``) if it has a row: modalite,
        libelle, effectif, precedent (the persons of the year before), volume, each with its status
        (``statut_effectif``…), then par_personne.
    """
    personnes = analyse.indicateur_du_role("effectif")
    indicateurs_et_annees = {
        "effectif": (personnes, annee),
        "precedent": (personnes, annee - 1),
        "volume": (analyse.indicateur_du_role("volume"), annee),
    }
    par_modalite = suivi.croiser(table, indicateurs_et_annees)
    for colonne, (indicateur, _) in indicateurs_et_annees.items():
        if not indicateur or not indicateurs[indicateur].modalites:
            continue
        # A modalité that does not concern the indicator is « sans objet » there.
        concernees = par_modalite.index.isin([ENSEMBLE, *indicateurs[indicateur].modalites])
        statuts = par_modalite[f"statut_{colonne}"]
        sans_objet = statuts.eq(Statut.NON_TRANSMIS) & ~concernees
        par_modalite[f"statut_{colonne}"] = statuts.mask(sans_objet, Statut.SANS_OBJET)
    a_un_ensemble = ENSEMBLE in par_modalite.index
    if a_un_ensemble and par_modalite.at[ENSEMBLE, "statut_volume"] == Statut.NON_TRANSMIS:
        modalites = par_modalite.drop(index=ENSEMBLE)
        volume_total, statut_du_total = suivi.somme(modalites, "volume")
        par_modalite.at[ENSEMBLE, "volume"] = volume_total
        par_modalite.at[ENSEMBLE, "statut_volume"] = statut_du_total
    # A hidden number of persons is missing in « effectif »: no quotient comes out of it.
    nombre_non_nul = par_modalite["effectif"].where(par_modalite["effectif"].gt(0))
    par_personne = par_modalite["volume"] / nombre_non_nul
    return par_modalite.assign(par_personne=par_personne).reset_index(names="modalite")


# Flux: entries, departures and balance by year, beside the change of the number of persons.


@dataclass(frozen=True)
class Flux:
    """A row of ``calculer_flux``: the movements of a year."""

    annee: int
    entrees: float
    sorties: float
    solde: float
    variation: float
    ecart: float


def flux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield the entries, departures and balance of the year then of all years, and the years whose
    count disagrees; then the small counts that are shown, the chart.
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
    """Return, year by year, entries, departures and their balance, beside the change of the count.

    Args:
        table: The values of the indicators of the roles, by year (``lire_annees``).
        analyse: Which indicator plays the roles « entrees », « sorties », and « effectif »: how
            many are there, which an analysis may lack.

    Returns:
        One row a year: annee, entrees, sorties, their statuses, solde (entries less departures),
        effectif, variation (how many more than the year before), ecart (variation less solde): zero
        when both say the same, missing when one is not known.
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
    """Return what is said of a table of ``calculer_flux``.

    « En 2025 : 3 entrées et 2 départs, soit un solde de +1. » Then the sum of the years whose
    balance is known, when there are two or more, and a sentence for each year whose balance is not
    the change of the count. ``stock`` is the label of the indicator that counts them (role
    « effectif »).
    """
    *_, derniere = lignes(table, Flux)
    faits = {
        "entrees": None if pd.isna(derniere.entrees) else derniere.entrees,
        "sorties": None if pd.isna(derniere.sorties) else derniere.sorties,
        "solde": nombre(derniere.solde, signe=True) if pd.notna(derniere.solde) else "",
    }
    phrases = [etude.texte("fiche.flux", annee=derniere.annee, **faits)]
    connus = table[table["solde"].notna()]
    if len(connus) > 1:
        solde = connus["solde"].sum()
        phrase = etude.texte(
            "fiche.flux_cumule",
            annees=[str(annee) for annee in connus["annee"]],
            entrees=connus["entrees"].sum(),
            sorties=connus["sorties"].sum(),
            solde=nombre(solde, signe=True),
            compense=solde >= 0,
        )
        phrases.append(phrase)
    annees_discordantes = table[table["ecart"].fillna(0).ne(0)]
    for mouvement in lignes(annees_discordantes, Flux):
        phrases.append(
            etude.texte(
                "fiche.flux_a_verifier",
                annee=mouvement.annee,
                stock=stock,
                solde=nombre(mouvement.solde, signe=True),
                variation=nombre(mouvement.variation, signe=True),
            )
        )
    return phrases


# Norme: how many (assistantes maternelles…) go with one full-time post, and how many posts the
# landmark asks for.


@dataclass(frozen=True)
class PostesDUneAnnee:
    """A row of ``calculer_norme``: the posts of a year beside those that the landmark asks for."""

    annee: int
    postes: float
    base_par_poste: float
    a_defaut_par_poste: float
    d_apres: str  # the role that the landmark was computed from: "base" or "a_defaut"
    postes_repere: float
    ecart_postes: float


def norme(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how many go with a post in the last known year, beside the landmark and who sets it;
    then the table of the years. Nothing when no year has both its posts and what they are for.
    """
    assert analyse.norme is not None  # the model asks it of this type of analysis
    contexte = etude.contexte
    mesures = lire_annees(etude, analyse.indicateurs_des_roles("postes", *PAR_POSTE))
    table = calculer_norme(mesures, analyse)
    repere_connu = table["postes_repere"].notna()
    annees_connues = table[table["postes"].notna() & repere_connu]
    if annees_connues.empty:
        return
    libelles: dict[str, str] = {}
    for role in ("postes", *PAR_POSTE):
        indicateur = analyse.indicateur_du_role(role)
        if indicateur:
            libelles[role] = minuscule(contexte.indicateurs[indicateur].libelle)
    *_, derniere_annee = lignes(annees_connues, PostesDUneAnnee)
    yield liste(_phrases_de_la_norme(etude, analyse, derniere_annee, libelles))
    note = None
    annees_a_defaut = table.loc[table["d_apres"].ne("base") & repere_connu, "annee"]
    if len(annees_a_defaut):
        annees = enumerer(annees_a_defaut.astype(str).tolist())
        note = etude.texte("fiche.norme_a_defaut", annees=annees, **libelles)
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


def _phrases_de_la_norme(
    etude: EtudeAnnuelle, analyse: Analyse, annee: PostesDUneAnnee, libelles: Mapping[str, str]
) -> list[str]:
    """Return what is said of a year: how many go with a post, how many posts the landmark gives.

    « En 2025, pour 2 ETP : 61,0 assistantes maternelles en activité par poste. », « Le repère
    donnerait 1,74 ETP : il y en a 0,26 de plus. », then whose landmark it is. ``libelles`` are the
    labels of the indicators, by role.
    """
    assert analyse.norme is not None  # the model asks it of this type of analysis
    par_poste = {"base": annee.base_par_poste, "a_defaut": annee.a_defaut_par_poste}
    parts = [
        f"{nombre(valeur, 1)} {libelles[role]}"
        for role, valeur in par_poste.items()
        if role in libelles and pd.notna(valeur)
    ]
    phrases = []
    if parts:
        postes = etude.contexte.valeur(analyse.indicateur_du_role("postes"), annee.postes)
        phrases.append(
            etude.texte(
                "fiche.norme_par_poste", annee=annee.annee, postes=postes, parts=enumerer(parts)
            )
        )
    faute_de_mieux = ""
    if annee.d_apres != "base":
        faute_de_mieux = libelles["a_defaut"]
    phrases.append(
        etude.texte(
            "fiche.norme",
            tenue=annee.ecart_postes >= 0,
            demande=nombre(abs(annee.postes_repere), 2),
            ecart=nombre(abs(annee.ecart_postes), 2),
            faute=faute_de_mieux,
        )
    )
    valeur_du_repere = nombre_court(analyse.norme.valeur)
    phrases.append(
        etude.texte("fiche.norme_repere", valeur=valeur_du_repere, norme=analyse.norme, **libelles)
    )
    return phrases


def calculer_norme(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, by year, how many go with one post, and how many posts the landmark asks for.

    The landmark is written for one count, its base (role « base »: so many assistantes maternelles
    in activity a post). In a year for which nobody gave it, another count stands for it (role
    « a_defaut »), and ``d_apres`` says so.

    Returns:
        One row a year: annee, postes, statut_postes; base_par_poste, a_defaut_par_poste (missing
        without a post); d_apres ("base" or "a_defaut"); postes_repere, how many posts the landmark
        gives; ecart_postes, how many more there are; norme, the landmark itself.
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


# Passage: whether the posts of coordination have become what the convention awaits, and what it
# decides then.


def passage(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield whether the posts changed function (« Oui », « En partie », « Pas encore » or « On ne
    le sait pas », with the counts), then what the clause of the convention says.

    « En partie : 1 poste sur 2 de coordination en 2025. »
    """
    contexte = etude.contexte

    def ecrire(indicateur: pd.Series) -> str:
        valeur = contexte.valeur(indicateur["indicateur"], indicateur["valeur"])
        return marquer(valeur, indicateur["statut"])

    postes = ligne(etude.evaluation, analyse.indicateur_du_role("postes"))
    convertis = ligne(etude.evaluation, analyse.indicateur_du_role("convertis"))
    if convertis is None or pd.isna(convertis["valeur"]):
        statut = Statut.NON_TRANSMIS if convertis is None else convertis["statut"]
        libelle = contexte.indicateurs[analyse.indicateur_du_role("convertis")].libelle
        reponse = etude.texte(
            "fiche.passage_inconnu", libelle=libelle, mot=contexte.absence(statut)
        )
    elif postes is None or pd.isna(postes["valeur"]):
        reponse = etude.texte(
            "fiche.passage_sans_postes", annee=convertis["annee"], convertis=ecrire(convertis)
        )
    else:
        cle = "passage_en_partie"
        if not convertis["valeur"]:
            cle = "passage_a_faire"
        elif convertis["valeur"] >= postes["valeur"]:
            cle = "passage_fait"
        reponse = etude.texte(
            f"fiche.{cle}",
            annee=convertis["annee"],
            postes=ecrire(postes),
            convertis=ecrire(convertis),
        )
    yield paragraphe(reponse)

    decision = etude.texte("fiche.passage_decide")
    if decision:
        yield liste([decision, etude.texte("fiche.passage_fin", fin=date_longue(etude.suivi.fin))])


# The function of each type of analysis of this file, by the name of the type.
