"""The analyses that a fiche declares: what they share, then the types that count; the others have a
file each.

A type is a function of its name, below, in ``ctglib/blocs/<type>.py`` or in that of ``AILLEURS``:
it yields sentences, then tables and charts.
"""

from collections.abc import Iterable, Iterator, Mapping
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
from ctglib.document.tableau import Tableau, decimales
from ctglib.document.typographie import (
    accorder,
    compter,
    date_longue,
    nombre_court,
    points,
    remplir,
)
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
AILLEURS = dict.fromkeys(
    ("postes", "grille", "livrables"), "coordination"
)  # the file of a type without its own


def montrer(etude: EtudeAnnuelle, analyse: Analyse) -> Groupe | None:
    """Return what an analysis shows: sentences, then its table or chart; None when nothing of it is
    known.

    A year for which nothing at all was handed in has no analysis.
    """
    if etude.annuel.vide:
        return None
    name = analyse.type
    block = globals().get(name) or getattr(
        import_module(f"ctglib.blocs.{AILLEURS.get(name, name)}"), name
    )
    return suite(block(etude, analyse) or ())


# What they share.


def lire_annees(etude: EtudeAnnuelle, identifiants: Iterable[str]) -> pd.DataFrame:
    """Return the values of indicators of the fiches, each once, by year (see
    ``ctglib.calculs.suivi.annees``).
    """
    wanted = dict.fromkeys(name for name in identifiants if name)
    return suivi.annees(
        etude.mesures, etude.catalogue, wanted, annees=(etude.convention.debut.year, etude.annee)
    )


def pour_trajectoires(etude: EtudeAnnuelle, table: pd.DataFrame) -> pd.DataFrame:
    """Return the values of years with their targets and breaks, as the chart of trajectories takes
    them.
    """
    changes = suivi.changements_en_vigueur(etude.suivi.avenants, etude.bilan.date_arretee)
    return suivi.avec_reperes(table, etude.evaluation, etude.catalogue, changes)


def _tableau(
    etude: EtudeAnnuelle,
    analyse: Analyse,
    table: pd.DataFrame,
    lues: pd.DataFrame,
    ecrire: Mapping,
    note: object,
    **mots: str,
) -> Tableau:
    """Return the table of an analysis; the catalogue's words are filled with the label of the
    indicator of each role.

    Where its rows are the modalités of the values read, « Dispositif » heads them.
    """
    labels = {role: etude.contexte.indicateurs[analyse.un(role)].libelle for role in analyse.roles}
    named = [
        etude.catalogue.dimensions[name].libelle for name in lues["dimension"].unique() if name
    ]
    said = {
        "mots": {"detail": named[0] if named else "Détail", **mots, **labels},
        "notes": [note],
        "nom": analyse.id,
    }
    writers = {"libelle": lambda label: label or "Ensemble", **ecrire}
    return etude.tableau(
        analyse.type, table, writers, statuts=table.filter(like="statut_").stack(), **said
    )


def quotients(
    rapports: Iterable[Rapport], evaluation: pd.DataFrame, table: pd.DataFrame
) -> list[str]:
    """Return two indicators set against each other, in the words that the convention declares for
    it.

    A ratio is said once both counts are known and the denominator is not zero.
    """
    whole = evaluation[evaluation["modalite"].eq("")].set_index("indicateur")
    now = whole["valeur"]
    written = whole["valeur_initiale"].where(whole["origine_initiale"].eq(CONVENTION))
    told = []
    for rapport in rapports:
        above = (written if rapport.calcul == "ecrit" else now).get(rapport.numerateur)
        below = (written if rapport.calcul in ("depart", "ecrit") else now).get(
            rapport.denominateur
        )
        since = ""
        if rapport.calcul == "cumul":
            if (known := cumul(rapport, table)).empty:
                continue
            years = [str(year) for year in known["annee"]]
            since = (
                f"En {years[0]}"
                if len(years) == 1
                else f"Sur les années connues ({enumerer(years)})"
            )
            above, below = known[["numerateur", "denominateur"]].iloc[-1]
        if pd.isna(above) or pd.isna(below) or not below:
            continue
        value = nombre(above / below, rapport.decimales)
        if rapport.calcul == "part":
            value = pourcent(100 * above / below, rapport.decimales)
        words = {
            "numerateur": float(above),
            "denominateur": float(below),
            "rapport": value,
            "annees": since,
        }
        told.append(remplir(rapport.phrase, **words))
    return told


def cumul(rapport: Rapport, table: pd.DataFrame) -> pd.DataFrame:
    """Return both counts, added up from year to year over the years for which both are known."""
    both = {
        name: suivi.ensemble(table, getattr(rapport, name))["valeur"]
        for name in ("numerateur", "denominateur")
    }
    return pd.DataFrame(both).dropna().cumsum().reset_index(names="annee")


# How many: some indicators of a year beside what they were, and which modalités of theirs rise or
# fall.


def effectifs(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what the modalités of some indicators did, the ratios declared; then the chart of the
    modalités.
    """
    names = analyse.tous("effectifs")
    contexte = etude.contexte
    cited = [name for item in analyse.rapports for name in (item.numerateur, item.denominateur)]
    table = lire_annees(etude, [*names, *cited])
    if suivi.est_muet(table):
        return
    told: list[str] = []
    for name in names:
        rows = etude.evaluation[
            etude.evaluation["indicateur"].eq(name) & etude.evaluation["modalite"].ne("")
        ]
        if len(rows):
            noun = minuscule(etude.catalogue.dimensions[rows["dimension"].iloc[0]].libelle)
            told += mouvements(rows, noun, contexte, etude.catalogue.evaluation)
    yield liste([*told, *quotients(analyse.rapports, etude.evaluation, table)])
    for item in analyse.rapports:
        if (
            item.calcul == "cumul" and len(added := cumul(item, table)) > 1
        ):  # one year adds nothing up
            below, above = (
                contexte.indicateurs[name].libelle for name in (item.denominateur, item.numerateur)
            )
            words = {"denominateur": below, "numerateur": above, "periode": periode(added["annee"])}
            name = f"cumul-{item.numerateur.replace('_', '-')}"
            yield etude.tableau("cumul", added, {"annee": str}, mots=words, nom=name)
    if analyse.note:
        yield paragraphe(analyse.note, classe="note")
    if analyse.graphique:
        rows = pd.concat([pour_trajectoires(etude, suivi.details(table, name)) for name in names])
        panels = rows.assign(libelle=rows["serie"])  # each bears the name of its modalité alone
        yield trajectoires(panels, contexte, nom=analyse.id, titre=analyse.graphique)


def mouvements(rows: pd.DataFrame, nom: str, contexte: Contexte, mots: Evaluation) -> list[str]:
    """Return one sentence a direction, its modalités with their change; one a reason, those that
    don't compare.
    """

    def pourquoi(row: pd.Series) -> str:
        if pd.isna(row["valeur"]):
            return contexte.absence(row["statut"])
        if pd.isna(row["valeur_precedente"]):
            word = contexte.absence(row["statut_precedent"])
            return (
                f"{word} en {row['annee_precedente']}"
                if word
                else mots.raisons["sans_valeur_precedente"]
            )
        return mots.raisons[row["raison_evolution"]]

    names = rows["libelle_modalite"].map(minuscule)
    chance = rows["evolution"].eq("trop_peu")
    gap = (rows["valeur"] - rows["valeur_precedente"]).where(
        ~rows["raison_evolution"].isin(COUPURES)
    )
    changes = gap.map(
        lambda change: contexte.ecart(rows["indicateur"].iloc[0], change, ""), na_action="ignore"
    )
    since = " (" + changes.astype(object) + " depuis " + rows["annee_precedente"].astype(str) + ")"
    named = names + since.where(gap.fillna(0).ne(0), "")
    reasons = pd.Series(
        {place: pourquoi(row) for place, row in rows[gap.isna()].iterrows()}, dtype=object
    )
    if len(reasons) == len(rows) and reasons.nunique() == 1:
        return [f"Aucune comparaison par {nom} ({reasons.iloc[0]})."]
    groups = {
        "en hausse": gap.gt(0) & ~chance,
        "en baisse": gap.lt(0) & ~chance,
        "dont l'écart est trop faible pour conclure": chance,
        "sans changement": gap.eq(0),
    } | {
        f"sans comparaison ({why})": rows.index.isin(reasons.index[reasons.eq(why)])
        for why in reasons.unique()
    }
    return [
        f"{compter(mask.sum(), nom, accorder(nom, 2))} {word} : {' ; '.join(named[mask])}."
        for word, mask in groups.items()
        if mask.any()
    ]


# A rate: numerator and denominator by modalité, the whole being the quotient of the sums, beside
# last year's.


def taux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how high the rate is, where it is highest and lowest, and the table by modalité."""
    known = lire_annees(etude, analyse.tous(*DU_TAUX))
    year = etude.annee
    contexte = etude.contexte
    table = calculer_taux(known, analyse, year)
    whole = table.iloc[-1]
    parts = table.iloc[:-1]
    told = []
    rated = parts[parts["taux"].notna()].sort_values("taux", kind="stable")
    unknown = parts[parts["taux"].isna()]
    if pd.notna(whole["taux"]):
        words = {
            name: marquer(nombre(whole[name]), whole[f"statut_{name}"])
            for name in ("numerateur", "denominateur")
        }
        said = (
            (analyse.phrase or etude.mots["taux_dit"])
            .rstrip(". ")
            .format(**words, rapport=pourcent(whole["taux"]))
        )
        before = whole["taux_precedent"]
        gap = etude.mot(
            "taux_precedent", taux=pourcent(before), ecart=points(whole["taux"] - before)
        )
        told.append(f"{said}{gap if pd.notna(before) else ''}.")
    if len(rated) > 1:
        low, high = (
            f"{row['libelle']}, {pourcent(row['taux'])}"
            for _, row in rated.iloc[[0, -1]].iterrows()
        )
        told.append(etude.mot("taux_extremes", haut=high, bas=low))
    if len(unknown) and told:
        told.append(
            etude.mot("taux_inconnus", libelles=" ; ".join(unknown["libelle"].map(minuscule)))
        )
    yield liste(told)
    if suivi.est_muet(known[known["annee"].eq(year)]):
        return
    writers = {f"{role}_dit": marquee(contexte, analyse.un(role), role) for role in DU_TAUX}
    writers["avant"] = marquee(contexte, analyse.un("taux"), "taux_precedent", "statut_precedent")
    if not analyse.un("capacite"):
        writers["capacite_dit"] = None
    named = {
        role: minuscule(contexte.indicateurs[analyse.un(role)].libelle)
        for role in ("numerateur", "denominateur")
    }
    note = etude.mot("taux_de_l_analyse", **named)
    yield _tableau(etude, analyse, table, known, writers, note, taux="Taux")


def calculer_taux(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    """Return, by modalité, numerator, denominator and rate of a year, beside the rate of the year
    before.

    The last row is the whole (modalité ""): the entered one, failing that the sum of the modalités,
    and its rate the quotient of the sums, known only when all of them are.
    """
    now, before = (_taux_de_l_annee(table, analyse, year) for year in (annee, annee - 1))
    last = before[["taux", "statut_taux"]].rename(
        columns={"taux": "taux_precedent", "statut_taux": "statut_precedent"}
    )
    return (
        now.join(last)
        .fillna({"statut_precedent": Statut.NON_TRANSMIS})
        .reset_index(names="modalite")
    )


def _taux_de_l_annee(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    rows = suivi.croiser(table, {name: (analyse.un(name), annee) for name in DU_TAUX})
    parts = rows.drop(index="", errors="ignore")
    rows = rows.reindex([*parts.index, ""]).fillna(
        {"libelle": "", **{f"statut_{name}": Statut.NON_TRANSMIS for name in DU_TAUX}}
    )
    if rows.at["", "statut_capacite"] == Statut.NON_TRANSMIS:
        rows.loc["", "statut_capacite"] = (
            Statut.SANS_OBJET
        )  # places of different moments are not added up
    for name in ("denominateur", "numerateur"):
        if rows.at["", f"statut_{name}"] == Statut.NON_TRANSMIS:
            rows.loc["", [name, f"statut_{name}"]] = suivi.somme(parts, name)
    empty = rows["denominateur"].eq(0)
    quotient = 100 * rows["numerateur"] / rows["denominateur"].mask(empty)
    worst = suivi.pire(
        rows["statut_denominateur"].mask(empty, Statut.SANS_OBJET), rows["statut_numerateur"]
    )
    silent = rows["statut_taux"].eq(Statut.NON_TRANSMIS)
    return rows.assign(
        taux=rows["taux"].mask(silent, quotient),
        statut_taux=rows["statut_taux"].mask(silent, worst),
    )


# Some persons among all: how many of them come, where, and for how long each.


def inclusion(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield which share they are and where they came; then the table. A hidden count gives no
    share.
    """
    read = lire_annees(etude, analyse.tous("effectif", "volume"))
    contexte = etude.contexte
    year = etude.annee
    if suivi.est_muet(read):
        return
    table = calculer_inclusion(read, analyse, year, etude.catalogue.indicateurs_fiches)
    parts = table[table["modalite"].ne("")]
    labels = parts["libelle"].map(minuscule)
    places = {
        "inclusion_presents": labels[parts["effectif"].gt(0)],
        "inclusion_aucun": labels[parts["effectif"].eq(0)],
        "inclusion_secret": labels[parts["statut_effectif"].eq(Statut.SECRET)],
    }
    told = [
        etude.mot(name, libelles=" ; ".join(names)) for name, names in places.items() if len(names)
    ]
    yield liste([*quotients(analyse.rapports, etude.evaluation, read), *told])
    count = analyse.un("effectif")
    volume = analyse.un("volume")
    writers = {
        "avant": marquee(contexte, count, "precedent"),
        "dite": marquee(contexte, count, "effectif"),
        "volume_dit": marquee(contexte, volume, "volume") if volume else None,
        "par_personne": decimales(0) if volume else None,
    }
    unit = contexte.unites[contexte.indicateurs[volume].unite].libelle if volume else ""
    yield _tableau(etude, analyse, table, read, writers, analyse.note, unite=unit)


def calculer_inclusion(
    table: pd.DataFrame, analyse: Analyse, annee: int, indicateurs: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Return, by modalité then whole, the persons of a year and the one before, and their volume
    (hours…).

    ``par_personne`` needs both figures: a hidden count has none, so that the volume does not give
    it away. The volume of the whole is the sum of the modalités' where nobody entered it; persons
    are never added up.
    """
    count = analyse.un("effectif")
    volume = analyse.un("volume")
    read = {"effectif": (count, annee), "precedent": (count, annee - 1), "volume": (volume, annee)}
    rows = suivi.croiser(table, read)
    for name, (indicateur, _) in read.items():
        if indicateur and (own := indicateurs[indicateur].modalites):
            status = rows[f"statut_{name}"]
            elsewhere = status.eq(Statut.NON_TRANSMIS) & ~rows.index.isin(["", *own])
            rows[f"statut_{name}"] = status.mask(elsewhere, Statut.SANS_OBJET)
    if "" in rows.index and rows.at["", "statut_volume"] == Statut.NON_TRANSMIS:
        rows.loc["", ["volume", "statut_volume"]] = suivi.somme(rows.drop(index=""), "volume")
    persons = rows["effectif"].where(rows["effectif"].gt(0))
    return rows.assign(par_personne=rows["volume"] / persons).reset_index(names="modalite")


# Who comes and who goes: entries, departures and balance by year, beside the change of the stock.


def flux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield the entries, departures and balance of the year and of all, whether the stock agrees;
    then the chart.
    """
    read = lire_annees(etude, analyse.tous("entrees", "sorties", "effectif"))
    name = analyse.un("effectif")
    if suivi.est_muet(read[read["indicateur"].ne(name)]):
        return
    table = calculer_flux(read, analyse)
    yield liste(
        phrases_du_flux(etude, table, etude.contexte.indicateurs[name].libelle if name else "")
    )
    yield liste(
        petits_publies(read, ["valeur"], etude.catalogue.seuils.petits_effectifs, etude.contexte)
    )
    yield entrees_sorties(
        table, etude.contexte, nom=analyse.id, titre=analyse.graphique or analyse.titre
    )


def calculer_flux(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, year by year, entries, departures and their balance, beside the change of the stock.

    ``ecart`` is the change of the stock less the balance: zero when both say the same, missing when
    one is not known.
    """
    read = {role: suivi.ensemble(table, analyse.un(role)) for role in FLUX}
    flows = pd.concat(
        [rows.set_axis([role, f"statut_{role}"], axis=1) for role, rows in read.items()], axis=1
    )
    balance = flows["entrees"] - flows["sorties"]
    stock = suivi.ensemble(table, analyse.un("effectif"))["valeur"]
    flows = flows.assign(
        solde=balance, effectif=stock, variation=stock.diff(), ecart=stock.diff() - balance
    )
    return flows.reset_index(names="annee")


def phrases_du_flux(etude: EtudeAnnuelle, table: pd.DataFrame, stock: str) -> list[str]:
    """Return the movements of the last year and of all, then the years whose balance is not the
    change of the stock.
    """

    def dire(cle: str, row: pd.Series, **mots: object) -> str:
        known = row[list(FLUX)].dropna().items()
        dits = [
            etude.mot(f"flux_{role}" if count else f"flux_{role}_nul", nombre=count)
            for role, count in known
        ]
        return etude.mot(
            cle, dits=" et ".join(dits), solde=nombre(row["solde"], signe=True), **mots
        )

    last = table.iloc[-1]
    known = table[table["solde"].notna()]
    lacking = "_ni_".join(role for role in FLUX if pd.isna(last[role]))
    told = [dire(f"flux_sans_{lacking}" if lacking else "flux_annuel", last, annee=last["annee"])]
    if len(known) > 1:
        total = known[[*FLUX, "solde"]].sum()
        years = enumerer([str(year) for year in known["annee"]])
        told.append(
            dire("flux_compense" if total["solde"] >= 0 else "flux_en_perte", total, annees=years)
        )
    return told + [
        dire(
            "flux_a_verifier",
            row,
            annee=row["annee"],
            stock=stock,
            variation=nombre(row["variation"], signe=True),
        )
        for _, row in table[table["ecart"].fillna(0).ne(0)].iterrows()
    ]


# A norm: how many go with one full-time equivalent, and how many posts the landmark asks for.


def norme(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how many go with a post, beside the norm and who sets it; on the screen, the same year
    by year.
    """
    read = lire_annees(etude, analyse.tous("postes", *PAR_POSTE))
    table = calculer_norme(read, analyse)
    contexte = etude.contexte
    needed = table["postes_repere"].notna()
    known = table[table["postes"].notna() & needed]
    if known.empty:
        return
    roles = [role for role in ("postes", *PAR_POSTE) if analyse.un(role)]
    last = known.iloc[-1]
    words = {role: minuscule(contexte.indicateurs[analyse.un(role)].libelle) for role in roles}
    met = {words[role]: last[f"{role}_par_poste"] for role in roles[1:]}
    parts = [f"{nombre(value, 1)} {label}" for label, value in met.items() if pd.notna(value)]
    posts = contexte.valeur(analyse.un("postes"), last["postes"])
    asked, gap = (nombre(abs(last[name]), 2) for name in ("postes_repere", "ecart_postes"))
    key = "norme_tenue" if last["ecart_postes"] >= 0 else "norme_manquee"
    stead = "" if last["d_apres"] == "base" else etude.mot("norme_faute_de_mieux", **words)
    told = [
        etude.mot("norme_par_poste", annee=last["annee"], postes=posts, parts=enumerer(parts))
    ] * bool(parts)
    told.append(etude.mot(key, demande=asked, ecart=gap, faute=stead))
    told.append(
        etude.mot(
            "norme_repere", valeur=nombre_court(analyse.norme.valeur), norme=analyse.norme, **words
        )
    )
    yield liste(told)
    instead = table.loc[table["d_apres"].ne("base") & needed, "annee"].astype(str).tolist()
    writers = {
        "annee": str,
        "postes_dits": marquee(contexte, analyse.un("postes"), "postes"),
        **{f"{role}_par_poste": decimales(1) if analyse.un(role) else None for role in PAR_POSTE},
        "postes_repere": decimales(2),
        "ecart_postes": decimales(2, signe=True),
    }
    note = instead and etude.mot("norme_a_defaut", annees=enumerer(instead), **words)
    years = periode([int(year) for year in table["annee"]])
    yield _tableau(etude, analyse, table, read, writers, note, periode=years)


def calculer_norme(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, by year, how many go with one post, and how many posts the norm asks for.

    The norm counts its own base; where nobody gave it, what stands for it (``d_apres`` "a_defaut"),
    which is said.
    """
    posts = suivi.ensemble(table, analyse.un("postes")).set_axis(
        ["postes", "statut_postes"], axis=1
    )
    base, other = (
        suivi.ensemble(table, analyse.un(role))["valeur"].reindex(posts.index) for role in PAR_POSTE
    )
    divisor = posts["postes"].mask(posts["postes"].eq(0))
    needed = base.fillna(other) / analyse.norme.valeur
    return posts.assign(
        base_par_poste=base / divisor,
        a_defaut_par_poste=other / divisor,
        d_apres=base.notna().map({True: "base", False: "a_defaut"}),
        postes_repere=needed,
        ecart_postes=posts["postes"] - needed,
        norme=analyse.norme.valeur,
    ).reset_index(names="annee")


# Whether the posts of coordination have become what the convention awaits, and what it decides.


def passage(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield « oui », « en partie », « pas encore » or « on ne le sait pas », then what the clause
    decides.
    """
    contexte = etude.contexte
    roles = ("postes", "convertis")
    posts, turned = (ligne(etude.evaluation, analyse.un(role)) for role in roles)
    known = {
        role: marquer(contexte.valeur(row["indicateur"], row["valeur"]), row["statut"])
        for role, row in zip(roles, (posts, turned), strict=True)
        if row is not None and pd.notna(row["valeur"])
    }
    if "convertis" not in known:
        word = contexte.absence(Statut.NON_TRANSMIS if turned is None else turned["statut"])
        label = contexte.indicateurs[analyse.un("convertis")].libelle
        yield paragraphe(etude.mot("passage_inconnu", libelle=label, mot=word))
    else:
        key = "passage_en_partie"
        if "postes" not in known:
            key = "passage_sans_postes"
        elif not turned["valeur"]:
            key = "passage_a_faire"
        elif turned["valeur"] >= posts["valeur"]:
            key = "passage_fait"
        yield paragraphe(etude.mot(key, annee=turned["annee"], **known))
    clause = etude.convention.clauses.get(CLAUSE)
    written = [
        item.objet for item in etude.convention.articles if clause and item.numero == clause.article
    ]
    if clause and (text := clause.texte or "".join(written)):
        decided = etude.mot(
            "passage_decide", article=etude.convention.citer(CLAUSE), texte=minuscule(text)
        )
        yield liste([decided, etude.mot("passage_juge", fin=date_longue(etude.suivi.fin))])
