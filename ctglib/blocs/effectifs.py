"""How many: some indicators of a year beside what they were, and which modalités of theirs rise or fall."""

from __future__ import annotations

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle, cumul, lire_annees, pour_trajectoires, quotients
from ctglib.calculs.suivi import details, est_muet
from ctglib.document.blocs import liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.mesures import COUPURES, periode
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import accorder, compter, minuscule
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.graphiques.trajectoires import trajectoires


def effectifs(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what the modalités of some indicators did, the ratios declared; then the chart of the modalités."""
    names, contexte = analyse.tous("effectifs"), etude.contexte
    cited = [name for item in analyse.rapports for name in (item.numerateur, item.denominateur)]
    table = lire_annees(etude, [*names, *cited])
    if est_muet(table):
        return
    told: list[str] = []
    for name in names:
        rows = etude.evaluation[etude.evaluation["indicateur"].eq(name) & etude.evaluation["modalite"].ne("")]
        if len(rows):
            noun = minuscule(etude.catalogue.dimensions[rows["dimension"].iloc[0]].libelle)
            told += mouvements(rows, noun, contexte, etude.catalogue.evaluation)
    yield liste([*told, *quotients(analyse.rapports, etude.evaluation, table)])
    for item in analyse.rapports:
        if item.calcul == "cumul" and len(added := cumul(item, table)) > 1:  # one year adds nothing up
            labels = {
                name: contexte.indicateurs[getattr(item, name)].libelle for name in ("denominateur", "numerateur")
            }
            columns = [Colonne("annee", "Année", ecrire=str)]
            columns += [Colonne(name, label, True) for name, label in labels.items()]
            title = f"{labels['numerateur']}, en cumul, {contexte.territoire.nom}, {periode(added['annee'])}"
            yield contexte.tableau(added, columns, f"cumul-{item.numerateur.replace('_', '-')}", title, ecran=True)
    if analyse.note:
        yield paragraphe(analyse.note, classe="note")
    if analyse.graphique:
        rows = pd.concat([pour_trajectoires(etude, details(table, name)) for name in names])
        panels = rows.assign(libelle=rows["serie"])  # each bears the name of its modalité alone
        yield trajectoires(panels, contexte, nom=analyse.id, titre=analyse.graphique)


def mouvements(rows: pd.DataFrame, nom: str, contexte: Contexte, mots: Evaluation) -> list[str]:
    """Return one sentence a direction, its modalités with their change; one a reason, those that don't compare."""

    def phrase(libelles: pd.Series, dit: str) -> str:
        return f"{compter(len(libelles), nom, accorder(nom, 2))} {dit} : {' ; '.join(libelles)}."

    def pourquoi(row: pd.Series) -> str:
        if pd.isna(row["valeur"]):
            return contexte.absence(row["statut"])
        if pd.isna(row["valeur_precedente"]):
            word = contexte.absence(row["statut_precedent"])
            return f"{word} en {row['annee_precedente']}" if word else mots.raisons["sans_valeur_precedente"]
        return mots.raisons[row["raison_evolution"]]

    names, chance = rows["libelle_modalite"].map(minuscule), rows["evolution"].eq("trop_peu")
    gap = (rows["valeur"] - rows["valeur_precedente"]).where(~rows["raison_evolution"].isin(COUPURES))
    changes = gap.map(lambda change: contexte.ecart(rows["indicateur"].iloc[0], change, ""), na_action="ignore")
    since = " (" + changes.astype(object) + " depuis " + rows["annee_precedente"].astype(str) + ")"
    named = names + since.where(gap.fillna(0).ne(0), "")
    groups = {
        "en hausse": gap.gt(0) & ~chance,
        "en baisse": gap.lt(0) & ~chance,
        "dont l'écart est trop faible pour conclure": chance,
        "sans changement": gap.eq(0),
    }
    told = [phrase(named[mask], word) for word, mask in groups.items() if mask.any()]
    reasons = pd.Series({place: pourquoi(row) for place, row in rows[gap.isna()].iterrows()}, dtype=object)
    if len(reasons) == len(rows) and reasons.nunique() == 1:
        return [f"Aucune comparaison par {nom} ({reasons.iloc[0]})."]
    return told + [
        phrase(names[reasons.index[reasons.eq(why)]], f"sans comparaison ({why})") for why in reasons.unique()
    ]
