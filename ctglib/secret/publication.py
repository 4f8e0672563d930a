"""The only door of statistical secrecy: what a bilan may show, masked before any use of it.

Nothing is computed or drawn from a count that is hidden. What was published, shown or hidden, is in
the register of the convention (``ctglib.secret.connu``).

A bilan is named by its year. Two other years go with a count: ``annee``, that it is about, and
``annee_de_saisie``, the bilan for which its row was entered (``millesime`` in observations.csv). A
count entered again with the same value keeps the name that it had: ``Cle.millesime`` is the year in
which that value was first entered.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd

from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.lecture import cle_de
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Indicateur, ValeurLiee
from ctglib.donnees.modeles.publications import RegistrePublie
from ctglib.donnees.suivi import DossierSuivi
from ctglib.secret.connu import Connu, connaitre
from ctglib.secret.masque import (
    CLE,
    RETRAITS,
    Masque,
    cellules_de,
    cles,
    couvrir,
    masquer,
)
from ctglib.secret.modele import Cle, Lien, Tirage

PROFILS = "profils"
OBSERVATIONS = "observations"
SOMME = "somme"
GARDE = "valeurs_gardees"  # why a table is told: it keeps the counts that were published
# The line of a whole: all the persons of a dispositif, all the modalités of an indicator.
ENSEMBLE = "ensemble"
SERIE = ["territoire", "annee", "indicateur", "dimension", "modalite"]
# What the terms of a calculation share with its result.
CASE = ["territoire", "annee", "dimension", "modalite"]

VariableModalite = tuple[str, str]  # a variable and one of its modalités
LienDate = tuple[int, Lien]  # the first bilan whose reader knows of a sum, and the sum


class Publiable(NamedTuple):
    """What a bilan may show; of what is hidden, in this bilan or before, only the place."""

    profils: pd.DataFrame  # the rows known to the bilan, hidden ones without value and of status Q
    observations: pd.DataFrame  # likewise, every millésime; the note of a hidden one is dropped
    # table, raison: tables withheld whole, or that keep the counts last published (``GARDE``)
    retraits: pd.DataFrame
    # Of every count known to the bilan: ``masque.CLE``, effectif (its true value), montre. It is
    # what the register notes, and goes nowhere else.
    effectifs: pd.DataFrame


def appliquer(
    profils: pd.DataFrame,
    observations: pd.DataFrame,
    catalogue: Catalogue,
    *,
    annee: int,
    seuil: int,
    registre: RegistrePublie,
    tirage: Tirage,
) -> Publiable:
    """Return the profiles and the observations that the bilan of a year may show.

    A reader may lay it beside the bilans before it. So these are made again, one after the other,
    each with the counts and the sums of all up to it: what one hid stays hidden in the next, even
    revised, and what one showed can no longer be hidden to protect anything. What was published, as
    the register notes it, counts first.

    A table of which counts were corrected since they were published, and that no mask protects with
    the corrected ones, keeps those last published: it then says nothing new.

    Args:
        profils: annee (of the follow-up) and the columns of profils.csv.
        observations: The rows of all years, every millésime.
        catalogue: Which counts are sensitive, and what they are added up to.
        annee: The year of the bilan.
        seuil: From 1 to under it, a count is small.
        registre: What was published.
        tirage: The draws of the secret key of the convention: they choose among the masks that
            would do.
    """
    profils = profils[profils["annee"] <= annee].reset_index(drop=True)
    connues = (observations["millesime"] <= annee) & (observations["annee"] <= annee)
    observations = observations[connues].reset_index(drop=True)
    demande = _Demande(catalogue, annee, seuil, registre, tirage)
    publiable, valeurs = _masquer_les_bilans(demande, profils, observations)
    a_garder = _tables_a_garder(publiable, valeurs)
    if not a_garder:
        return publiable
    anciens = {cle: valeur for cle, valeur in valeurs.items() if cle.table in a_garder}
    comptes = _comptes(observations, catalogue.mesures)
    profils = profils.assign(
        effectif=_valeurs_gardees(profils["effectif"], _cles_des_profils(profils), anciens)
    )
    cles_des_comptes = pd.Series(cles(comptes), index=comptes.index, dtype=object)
    gardees = _valeurs_gardees(comptes["effectif"], cles_des_comptes, anciens)
    valeurs_observees = observations["valeur"].copy()
    valeurs_observees[gardees.index] = gardees
    observations = observations.assign(valeur=valeurs_observees)
    publiable, _ = _masquer_les_bilans(demande, profils, observations)
    gardes = pd.DataFrame({"table": a_garder, "raison": GARDE}, columns=RETRAITS)
    return publiable._replace(retraits=pd.concat([publiable.retraits, gardes], ignore_index=True))


class _Demande(NamedTuple):
    """What bilans are masked by (see ``appliquer``)."""

    catalogue: Catalogue
    annee: int
    seuil: int
    registre: RegistrePublie
    tirage: Tirage


def _masquer_les_bilans(
    demande: _Demande, profils: pd.DataFrame, observations: pd.DataFrame
) -> tuple[Publiable, Mapping[Cle, int]]:
    """Return what the bilan of a year may show, and the value that was last published of each
    count.
    """
    catalogue = demande.catalogue
    annee = demande.annee
    comptes = _comptes(observations, catalogue.mesures)
    effectifs = _effectifs(profils, comptes, catalogue)
    liens_dates = [*_liens_profils(profils), *_liens_observations(comptes, catalogue.mesures)]

    def liens_de(bilan: int) -> list[Lien]:
        liens = [lien for premier_bilan, lien in liens_dates if premier_bilan <= bilan]
        liens += _liens_identiques(
            comptes[comptes["annee_de_saisie"] <= bilan],
            profils[profils["annee"] <= bilan],
            catalogue,
        )
        return liens

    connu = Connu()
    if demande.registre.publications:
        connu = connaitre(
            demande.registre,
            cellules_de(effectifs),
            liens_de(annee),
            annee=annee,
            seuil=demande.seuil,
            cle=demande.tirage.graine,
            sommes_de=lambda noms: _liens_des_cles(noms, catalogue),
        )
        effectifs["publiee"] = [cle in connu.publiees for cle in cles(effectifs)]
    lieux_caches = set(connu.lieux_caches)
    retraits = pd.DataFrame(columns=RETRAITS)
    masques: dict[int, Masque] = {}
    regles_des_bilans: list[frozenset[Cle]] = []
    for bilan in sorted({*effectifs["premier_bilan"].tolist(), annee}):
        connu_alors = connu.jusqu_a(bilan)
        masque_du_bilan = masquer(
            effectifs[effectifs["premier_bilan"] <= bilan],
            [*liens_de(bilan), *connu_alors.liens],
            seuil=demande.seuil,
            tirage=demande.tirage,
            lieux_deja_caches=sorted(lieux_caches),
            anciennes=connu_alors.anciennes,
            regles=[*connu_alors.regles, *regles_des_bilans],
        )
        masques[bilan] = masque_du_bilan
        regles_des_bilans += masque_du_bilan.regles
        lieux_caches |= set(masque_du_bilan.cellules.itertuples(index=False, name=None))
        retraits = pd.concat([retraits, masque_du_bilan.retraits])
        retraits = retraits.drop_duplicates("table", ignore_index=True)
        montres = masque_du_bilan.effectifs["effectif"].notna()
        effectifs.loc[montres.index, "publiee"] |= montres
    montres = masques[annee].effectifs["effectif"].notna()  # the last bilan knows every count
    secrets = effectifs["effectif"].notna() & ~montres
    publiable = Publiable(
        # The first rows of the counts are those of the profiles.
        profils=couvrir(profils, secrets.to_numpy()[: len(profils)], "effectif"),
        observations=_observations_couvertes(
            observations, comptes, effectifs.loc[secrets, CLE], catalogue
        ),
        retraits=retraits,
        effectifs=effectifs[[*CLE, "effectif"]].assign(montre=montres),
    )
    return publiable, connu.valeurs


def _tables_a_garder(publiable: Publiable, valeurs: Mapping[Cle, int]) -> list[str]:
    """Return the tables withheld that have a count corrected since it was published."""
    retirees = set(publiable.retraits["table"])
    effectifs = publiable.effectifs[publiable.effectifs["table"].isin(retirees)]
    corrigees = {
        cle.table
        for cle, effectif in zip(cles(effectifs), effectifs["effectif"].tolist(), strict=True)
        if cle in valeurs and valeurs[cle] != effectif
    }
    return sorted(corrigees)


def _valeurs_gardees(
    valeurs: pd.Series, noms: Iterable[Cle], anciens: Mapping[Cle, int]
) -> pd.Series:
    """Return counts, those that have an old value with it."""
    gardees = [anciens.get(nom, valeur) for nom, valeur in zip(noms, valeurs.tolist(), strict=True)]
    return pd.Series(gardees, index=valeurs.index, dtype=valeurs.dtype)


def publiable_de(suivi: DossierSuivi, annee: int) -> Publiable:
    """Return what the reports of a year may show of a follow-up, read as it was entered."""
    profils = [
        suivi_annuel.profils.assign(annee=year).astype({"annee": "Int64"})
        for year, suivi_annuel in suivi.suivis.items()
    ]
    return appliquer(
        pd.concat(profils, ignore_index=True),
        suivi.observations,
        suivi.catalogue,
        annee=annee,
        seuil=suivi.catalogue.seuils.petits_effectifs,
        registre=suivi.registre,
        tirage=Tirage(cle_de(suivi.convention.id)),
    )


def publier(suivi: DossierSuivi, annee: int) -> tuple[DossierSuivi, pd.DataFrame]:
    """Return the follow-up that the reports of a year read, and the tables withheld whole.

    No count that the reports hide is left anywhere in it, nor what was published. The second table
    has the columns table and raison.
    """
    publiable = publiable_de(suivi, annee)
    suivis = {}
    for year, suivi_annuel in suivi.suivis.items():
        de_l_annee = publiable.profils["annee"] == year
        saisies_l_annee = publiable.observations["millesime"] == year
        observations = publiable.observations[saisies_l_annee].reset_index(drop=True)
        suivis[year] = replace(
            suivi_annuel,
            confirmations=_confirmations_montrables(suivi_annuel.confirmations, observations),
            profils=publiable.profils[de_l_annee].drop(columns="annee").reset_index(drop=True),
            observations=observations,
        )
    publie = replace(
        suivi,
        suivis=suivis,
        observations=publiable.observations,
        registre=RegistrePublie(convention=suivi.convention.id),
    )
    return publie, publiable.retraits


def _confirmations_montrables(
    confirmations: pd.DataFrame, observations: pd.DataFrame
) -> pd.DataFrame:
    """Return the confirmations of the values that are shown: the others would give theirs away."""
    cle = ["territoire", "annee", "indicateur", "dimension", "modalite"]
    montrees = pd.MultiIndex.from_frame(observations.loc[observations["valeur"].notna(), cle])
    des_moyens = confirmations["indicateur"].eq("").to_numpy()
    montrables = pd.MultiIndex.from_frame(confirmations[cle]).isin(montrees) | des_moyens
    return confirmations[montrables].reset_index(drop=True)


def _effectifs(profils: pd.DataFrame, comptes: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return one row a count, those of the profiles first, in their order.

    Columns: ``masque.EFFECTIFS`` (``publiee`` False: no bilan is made yet), and ``premier_bilan``,
    the year of the first bilan that can show it.
    """
    # A whole dispositif is sensitive; a modalité is if one of its variables is.
    variables_sensibles = [
        variable.id for variable in catalogue.profils.variables if variable.sensible
    ]
    tout_le_dispositif = profils["variable"].eq("")
    modalite_sensible = profils[["variable", "variable_2"]].isin(variables_sensibles).any(axis=1)
    des_profils = pd.DataFrame(_cles_des_profils(profils), columns=CLE)
    des_profils = des_profils.join(profils[["effectif", "statut"]]).assign(
        sensible=tout_le_dispositif | modalite_sensible, premier_bilan=profils["annee"]
    )
    des_observations = comptes.assign(
        premier_bilan=comptes[["annee_de_saisie", "annee"]].max(axis=1)
    )
    des_observations = des_observations.drop_duplicates(CLE)[des_profils.columns]
    effectifs = pd.concat([des_profils, des_observations], ignore_index=True)
    return effectifs.astype({"premier_bilan": "int64", "sensible": bool}).assign(publiee=False)


def _cles_des_profils(profils: pd.DataFrame) -> list[Cle]:
    return [
        _cle_profil(ligne.annee, ligne.dispositif, *ligne.modalites)
        for ligne in lignes(profils, LigneDeProfil)
    ]


@dataclass(frozen=True)
class LigneDeProfil:
    """A row of the profiles: a count of persons of a dispositif."""

    annee: int
    dispositif: str
    variable: str
    modalite: str
    variable_2: str
    modalite_2: str

    @property
    def modalites(self) -> list[VariableModalite]:
        """Return what its persons have in common: none of the whole, two in a crossed table."""
        modalites = [(self.variable, self.modalite), (self.variable_2, self.modalite_2)]
        return [(variable, modalite) for variable, modalite in modalites if variable]


def _cle_profil(annee: int, dispositif: str, *modalites: VariableModalite) -> Cle:
    """Return the name of a count of a profile: (profils/2024/laep, age/0-2, sexe/f), millésime 0.

    It is the same whichever modalité comes first. Without modalité, the count is that of the whole
    dispositif: (profils/2024/laep, ensemble, "").
    """
    table = f"{PROFILS}/{annee}/{dispositif}"
    if not modalites:
        return Cle(table, ENSEMBLE)
    noms = ["/".join(modalite) for modalite in sorted(modalites)]
    colonne = noms[1] if len(noms) == 2 else ""
    return Cle(table, noms[0], colonne)


class SommeDeProfil(NamedTuple):
    """What the modalités of a variable add up to: a dispositif, or one modalité of another."""

    annee: int
    dispositif: str
    ensemble: tuple[VariableModalite, ...]  # what is added up to: a modalité; the dispositif if ()
    variable: str  # its modalités are the parts


def _liens_profils(profils: pd.DataFrame) -> Iterator[LienDate]:
    """Yield the sums of the profiles, each with the year of its dispositif.

    The modalités of a variable add up to the whole dispositif. In a table that crosses two
    variables, those of the one, within a modalité of the other, add up to that modalité.
    """
    parties: dict[SommeDeProfil, set[VariableModalite]] = defaultdict(set)
    for ligne in lignes(profils, LigneDeProfil):
        annee = int(ligne.annee)
        for modalite in ligne.modalites:
            somme = SommeDeProfil(annee, ligne.dispositif, (), modalite[0])
            parties[somme].add(modalite)
        for ensemble, modalite in permutations(ligne.modalites, 2):
            somme = SommeDeProfil(annee, ligne.dispositif, (ensemble,), modalite[0])
            parties[somme].add(modalite)
    for somme, modalites in sorted(parties.items()):
        total = _cle_profil(somme.annee, somme.dispositif, *somme.ensemble)
        cles_des_parties = [
            _cle_profil(somme.annee, somme.dispositif, *somme.ensemble, modalite)
            for modalite in sorted(modalites)
        ]
        yield somme.annee, Lien(total, tuple(cles_des_parties))


def _comptes(observations: pd.DataFrame, indicateurs: Mapping[str, Indicateur]) -> pd.DataFrame:
    """Return the observations that count persons, or that are added up with some, on their index.

    Rows of one series that follow each other with the same value are one count, with one name: a
    reader who saw the first knows the others.

    Columns: ``masque.CLE``, the name of the count; effectif, statut, sensible; those of ``SERIE``;
    annee_de_saisie, that of the row.
    """
    sensibles = {nom for nom, indicateur in indicateurs.items() if indicateur.sensible}
    a_compter = set(sensibles)
    for nom, indicateur in indicateurs.items():
        noms = {nom, *indicateur.termes}
        if indicateur.calcul == SOMME and not a_compter.isdisjoint(noms):
            a_compter |= noms
    comptes = observations[observations["indicateur"].isin(a_compter)]
    comptes = comptes.rename(columns={"millesime": "annee_de_saisie"})
    comptes = comptes.sort_values([*SERIE, "annee_de_saisie"], kind="stable")
    valeurs = comptes["valeur"]
    valeurs_d_avant = valeurs.shift()
    meme_valeur = valeurs.eq(valeurs_d_avant) | (valeurs.isna() & valeurs_d_avant.isna())
    meme_serie = comptes[SERIE].eq(comptes[SERIE].shift()).all(axis=1)
    annees_de_premiere_saisie = comptes["annee_de_saisie"].mask(meme_valeur & meme_serie).ffill()
    annees = comptes["annee"].astype(str)
    modalites = comptes["dimension"] + "/" + comptes["modalite"]
    return comptes.assign(
        table=OBSERVATIONS
        + "/"
        + annees
        + "/"
        + comptes["territoire"]
        + "/"
        + comptes["indicateur"],
        ligne=modalites.where(comptes["dimension"] != "", ENSEMBLE),
        colonne="",
        millesime=annees_de_premiere_saisie.astype("int64"),
        effectif=valeurs,
        sensible=comptes["indicateur"].isin(sensibles),
    )[[*CLE, "effectif", "statut", "sensible", *SERIE, "annee_de_saisie"]]


def _liens_observations(
    comptes: pd.DataFrame, indicateurs: Mapping[str, Indicateur]
) -> Iterator[LienDate]:
    """Yield the sums of the observations, each with the year of the bilan that first shows it so.

    A bilan shows the last row of each series that was entered up to its year. A sum is made again
    for each bilan that changes one of its terms.
    """
    comptes = comptes.assign(cle=_colonne_de_cles(comptes))
    comptes = comptes.sort_values([*SERIE, "annee_de_saisie"])
    annees_de_saisie: list[int] = sorted(comptes["annee_de_saisie"].unique().tolist())
    for bilan in annees_de_saisie:
        comptes_du_bilan = comptes[comptes["annee_de_saisie"] == bilan]
        comptes_connus = comptes[comptes["annee_de_saisie"] <= bilan]
        comptes_connus = comptes_connus.drop_duplicates(SERIE, keep="last")
        for lien in _sommes_de_modalites(comptes_connus, comptes_du_bilan, bilan):
            yield bilan, lien
        for lien in _sommes_du_catalogue(comptes_connus, comptes_du_bilan, indicateurs):
            yield bilan, lien


def _colonne_de_cles(comptes: pd.DataFrame) -> pd.Series:
    return pd.Series(cles(comptes), index=comptes.index, dtype=object)


def _sommes_de_modalites(
    comptes_connus: pd.DataFrame, comptes_du_bilan: pd.DataFrame, bilan: int
) -> Iterator[Lien]:
    """Yield that the modalités of a dimension add up to the whole, in the tables of a bilan.

    Its tables are those of ``comptes_du_bilan``, the counts entered for it; their terms are taken
    among ``comptes_connus``, all that it shows. A table is one indicator of one place and year.
    """
    ensembles = comptes_connus[comptes_connus["dimension"].eq("")]
    cle_de_l_ensemble = dict(zip(ensembles["table"], ensembles["cle"], strict=True))
    table_du_bilan = comptes_connus["table"].isin(comptes_du_bilan["table"])
    details = comptes_connus[comptes_connus["dimension"].ne("") & table_du_bilan]
    parties: dict[tuple[str, str], list[Cle]] = defaultdict(list)
    for table, dimension, cle in zip(
        details["table"], details["dimension"], details["cle"], strict=True
    ):
        parties[table, dimension].append(cle)
    for (table, _), cles_des_parties in parties.items():
        # A whole that nobody gave is a count never shown: its name is in no table.
        total = cle_de_l_ensemble.get(table, Cle(table, ENSEMBLE, "", bilan))
        yield Lien(total, tuple(cles_des_parties))


def _sommes_du_catalogue(
    comptes_connus: pd.DataFrame,
    comptes_du_bilan: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
) -> Iterator[Lien]:
    """Yield that indicators of the catalogue are the sum of others, wherever all of them are known.

    Only the sums that have an indicator among ``comptes_du_bilan``, the counts entered for a bilan;
    their terms are taken among ``comptes_connus``, all that it shows.
    """
    cles_par_case: dict[tuple, dict[str, Cle]] = defaultdict(dict)  # then by indicator
    cases = zip(*[comptes_connus[colonne] for colonne in CASE], strict=True)
    for case, indicateur, cle in zip(
        cases, comptes_connus["indicateur"], comptes_connus["cle"], strict=True
    ):
        cles_par_case[case][indicateur] = cle
    indicateurs_du_bilan = set(comptes_du_bilan["indicateur"])
    for total, indicateur in indicateurs.items():
        concernes = {total, *indicateur.termes}
        if indicateur.calcul != SOMME or concernes.isdisjoint(indicateurs_du_bilan):
            continue
        for cles_de_la_case in cles_par_case.values():
            if concernes <= cles_de_la_case.keys():
                termes = [cles_de_la_case[nom] for nom in sorted(concernes - {total})]
                yield Lien(cles_de_la_case[total], tuple(termes), exacte=True)


def _liens_identiques(
    comptes: pd.DataFrame, profils: pd.DataFrame, catalogue: Catalogue
) -> Iterator[Lien]:
    """Yield that an indicator and a profile count the same persons, where the catalogue says so.

    It is an exact sum of one part: dropped where their values do not agree.
    """
    profils_connus = set(
        zip(profils["annee"].tolist(), profils["dispositif"].tolist(), strict=True)
    )
    comptes = comptes.assign(cle=_colonne_de_cles(comptes)).drop_duplicates("cle")
    for identique in catalogue.secret.effectifs_identiques:
        dimension = "" if identique.dispositif else catalogue.profils.dimension
        modalites: list[VariableModalite] = []
        if identique.variable:
            assert identique.modalite is not None  # the catalogue gives both or none
            modalites = [(identique.variable, identique.modalite)]
        comptes_identiques = comptes[
            comptes["indicateur"].eq(identique.indicateur) & comptes["dimension"].eq(dimension)
        ]
        for annee, modalite, cle in zip(
            comptes_identiques["annee"],
            comptes_identiques["modalite"],
            comptes_identiques["cle"],
            strict=True,
        ):
            dispositif = identique.dispositif or modalite
            cle_du_profil = _cle_profil(annee, dispositif, *modalites)
            if (annee, dispositif) not in profils_connus:
                # A count that no profile gives is never shown. Two indicators that it equals are
                # equal through it, if they were entered the same year: hence its millésime.
                cle_du_profil = cle_du_profil._replace(millesime=cle.millesime)
            yield Lien(cle, (cle_du_profil,), exacte=True)


def _liens_des_cles(noms: list[Cle], catalogue: Catalogue) -> list[Lien]:
    """Return the sums that readers of some counts know of, from the names of these alone."""
    lignes_de_profil = []
    lignes_observees = []
    for nom in noms:
        sorte, annee, *reste = nom.table.split("/")
        if sorte == PROFILS:
            (dispositif,) = reste
            places = [place for place in (nom.ligne, nom.colonne) if place not in ("", ENSEMBLE)]
            paires = [tuple(place.split("/", 1)) for place in places]
            paires += [("", "")] * (2 - len(paires))
            lignes_de_profil.append((int(annee), dispositif, *paires[0], *paires[1]))
        else:
            territoire, indicateur = reste
            dimension, _, modalite = nom.ligne.partition("/")
            if nom.ligne == ENSEMBLE:
                dimension = ""
            serie = (territoire, int(annee), indicateur, dimension, modalite)
            lignes_observees.append((*nom, *serie, nom.millesime))
    champs = [champ.name for champ in fields(LigneDeProfil)]
    profils = pd.DataFrame(lignes_de_profil, columns=champs)
    comptes = pd.DataFrame(lignes_observees, columns=[*CLE, *SERIE, "annee_de_saisie"])
    liens = [lien for _, lien in _liens_profils(profils)]
    liens += [lien for _, lien in _liens_observations(comptes, catalogue.mesures)]
    return [*liens, *_liens_identiques(comptes, profils, catalogue)]


def _observations_couvertes(
    observations: pd.DataFrame,
    comptes: pd.DataFrame,
    cles_secretes: pd.DataFrame,
    catalogue: Catalogue,
) -> pd.DataFrame:
    """Return the observations without the secret counts, nor what would give them away.

    Their rows stay, with no value, the status Q and no note.
    """
    noms_des_comptes = pd.MultiIndex.from_frame(comptes[CLE])
    est_secret = noms_des_comptes.isin(pd.MultiIndex.from_frame(cles_secretes))
    cachees = observations.index.isin(comptes.index[est_secret])
    cachees = _avec_les_liees(observations, cachees, catalogue.secret.valeurs_liees)
    cachees = _avec_les_calculees(observations, cachees, catalogue.mesures)
    couvertes = couvrir(observations, cachees, "valeur")
    return couvertes.assign(note=couvertes["note"].mask(cachees, ""))


def _avec_les_liees(
    observations: pd.DataFrame, cachees: np.ndarray, valeurs_liees: Iterable[ValeurLiee]
) -> np.ndarray:
    """Return which rows to hide: those hidden already, and those that let guess a hidden count.

    In a place and a year where the whole of a count is hidden, all the values linked with it are
    hidden; where only a modalité of it is, those of the modalités of the linked value are.
    """
    lieux = pd.MultiIndex.from_frame(observations[["territoire", "annee"]])
    indicateurs = observations["indicateur"]
    est_un_detail = observations["dimension"].ne("").to_numpy()
    a_une_valeur = observations["valeur"].notna().to_numpy()
    toutes_cachees = cachees.copy()
    for liee in valeurs_liees:
        effectifs_caches = cachees & indicateurs.eq(liee.effectif).to_numpy()
        ensemble_cache = lieux.isin(lieux[effectifs_caches & ~est_un_detail])
        detail_cache = lieux.isin(lieux[effectifs_caches & est_un_detail])
        a_cacher = ensemble_cache | (detail_cache & est_un_detail)
        toutes_cachees |= a_cacher & indicateurs.eq(liee.indicateur).to_numpy() & a_une_valeur
    return toutes_cachees


def _avec_les_calculees(
    observations: pd.DataFrame, cachees: np.ndarray, indicateurs: Mapping[str, Indicateur]
) -> np.ndarray:
    """Return which rows to hide: those hidden already, and all that is computed from them.

    A rate and its denominator would give the hidden numerator away. (Sums are not concerned: they
    are counts, masked with the others.)
    """
    termes = {
        nom: indicateur.termes
        for nom, indicateur in indicateurs.items()
        if indicateur.calcul and indicateur.calcul != SOMME
    }
    calculees = observations[
        observations["indicateur"].isin(termes) & observations["valeur"].notna()
    ]
    # One row a calculated value and a term of it, under the index of the value.
    calculees = calculees.assign(terme=calculees["indicateur"].map(termes)).explode("terme")
    cases_des_termes = pd.MultiIndex.from_frame(calculees[["terme", *CASE]])
    cases = pd.MultiIndex.from_frame(observations[["indicateur", *CASE]])
    while True:
        a_un_terme_cache = cases_des_termes.isin(cases[cachees])
        a_cacher = observations.index.isin(calculees.index[a_un_terme_cache])
        if cachees[a_cacher].all():
            return cachees
        cachees = cachees | a_cacher  # what is computed from these may have to be hidden too
