"""The folder of the next convention, ready to be written: checked whole before anything touches the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.conformite import Conformite
from ctglib.calculs.suivi import a_la_date
from ctglib.commandes.suivante.demande import verifier_demande
from ctglib.commandes.suivante.diagnostic import diagnostic_public, en_csv, sources_du_diagnostic
from ctglib.commandes.suivante.texte import Periode, convention_suivante
from ctglib.donnees.dossier_suivi import fautes_de_convention
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.finale import fautes_finales
from ctglib.donnees.lecture import existe, lire_octets, lister, racine, superposer
from ctglib.rapports.evaluation import ouvrir_evaluation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ctglib.blocs.fin import EtudeFinale

DOSSIER = "conventions"
RECOPIES = (  # those that are there
    "offre.csv", "territoires.yaml", "contexte.csv", "comparables.csv", "indicateurs.yaml", "collecte.yaml",
)  # fmt: skip


@dataclass(frozen=True)
class Projet:
    """The files of the next convention, by path in the data folder, and what they hold.

    Attributes:
        nom: Name of the folder.
        fichiers: Their bytes.
        departs: How many indicators have an initial value, and out of how many.
        renouveles: How many rows of annexe 1 a public series renews, and out of how many.
    """

    nom: str
    fichiers: dict[str, bytes]
    departs: tuple[int, int]
    renouveles: tuple[int, int]

    def ecrire(self) -> None:
        """Write the folder, whole or not at all.

        Raises:
            EcritureImpossible: The disk refuses.
        """
        ecrire({racine() / path: content for path, content in self.fichiers.items()})


def preparer(nom: str, ancienne: str, debut: date | None, fin: date | None) -> Projet:
    """Return the folder of the next convention, drawn from one that ends.

    Args:
        nom: Name of its folder.
        ancienne: Name of the convention that ends.
        debut: Its first day.
        fin: Its last day.

    Raises:
        DonneesInvalides: A name or a date that does not do, or any fault of the old data.
    """
    verifier_demande(nom, ancienne, debut, fin)
    etude = ouvrir_evaluation(ancienne).etude
    verifier_demande(nom, ancienne, debut, fin, apres=etude.derniere.suivi.fin)
    place = etude.catalogue.territoires[etude.convention.territoire]
    project = _projet(etude, Periode(nom, debut, fin, place.de), ancienne)
    with superposer(project.fichiers):
        faults = [*fautes_de_convention(nom), *fautes_finales(nom)]
    if faults:
        raise DonneesInvalides(faults)
    return project


def _projet(etude: EtudeFinale, periode: Periode, ancienne: str) -> Projet:
    regles, convention = etude.finale.regles, etude.convention
    notes = regles.suivante
    rules = etude.catalogue.publiques
    annexe1 = diagnostic_public(
        etude.catalogue.themes,
        rules,
        (convention.territoire, convention.membres, convention.reference),
        annee=periode.debut.year - 1,
        ancien=etude.derniere.suivi.dossier.annexe1,
        series=etude.derniere.series if convention.fictive else None,
    )
    text = convention_suivante(
        convention,
        periode,
        notes,
        parcours=etude.parcours,
        sources=_sources(etude),
        diagnostic=sources_du_diagnostic(rules, annexe1),
    )
    folder = f"{DOSSIER}/{periode.nom}"
    head = [line.format(ancienne=ancienne) for line in notes.entete]
    files = {
        f"{folder}/convention.yaml": _yaml(text, head),
        f"{folder}/annexe1.csv": en_csv(annexe1),
        f"{folder}/lectures.yaml": _yaml(_lectures(etude, text["schemas"]), head[:1]),
        f"{folder}/schema_petite_enfance.csv": Conformite(etude.derniere, etude.finale).tableau().csv().encode("utf-8"),
        f"{folder}/corrections.yaml": _yaml({"corrections": _corrections(etude)}, ()),
        **_copies(f"{DOSSIER}/{ancienne}", folder),
    }
    known = [item["valeur_initiale"] for fiche in text["fiches"] for item in fiche["indicateurs"]]
    starts = (sum("valeur" in item for item in known), len(known))
    return Projet(periode.nom, files, starts, (int(annexe1["valeur"].notna().sum()), len(annexe1)))


def _sources(etude: EtudeFinale) -> dict[str, str]:
    """Return where the last known value of each indicator comes from; nothing for one that the old text wrote."""
    rows = a_la_date(etude.derniere.suivi.observations, etude.annees[-1])
    whole = rows[rows["dimension"].eq("") & rows["territoire"].eq(etude.convention.territoire)]
    told = whole.set_index(["indicateur", "annee"])["source"]
    last = {row.indicateur: row.annee_connue for row in etude.parcours.itertuples() if not pd.isna(row.annee_connue)}
    return {name: told[name, year] for name, year in last.items() if (name, year) in told.index}


def _lectures(etude: EtudeFinale, schemas: Iterable[dict]) -> dict[str, object]:
    """Return the readings that still hold: those of a schéma that has ended go with it."""
    kept = {text for schema in schemas for text in (*schema["axes"], *schema["chapitres"])}
    told = etude.finale.lectures.model_dump(mode="python")
    return {**told, "schemas": [item for item in told["schemas"] if item["element"] in kept]}


def _corrections(etude: EtudeFinale) -> list[dict[str, object]]:
    """Return the corrections of what is carried over as it is: those of annexe 1 went with its figures."""
    told = etude.derniere.suivi.dossier.corrections
    return [item.model_dump(mode="python", exclude_none=True) for item in told if item.fichier in RECOPIES]


def _copies(source: str, cible: str) -> dict[str, bytes]:
    """Return the files carried over as they are: the offer, the territories, the logos."""
    names = [name for name in RECOPIES if existe(f"{source}/{name}")]
    if "logos/" in lister(source):
        names += [f"logos/{name}" for name in lister(f"{source}/logos") if not name.endswith("/")]
    return {f"{cible}/{name}": lire_octets(f"{source}/{name}") for name in names}


def _yaml(document: dict[str, object], entete: Iterable[str]) -> bytes:
    import yaml

    class SansRenvoi(yaml.SafeDumper):
        """A date written twice is written in full twice: our reader refuses references."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    head = "".join(f"# {line}\n" for line in entete)
    text = yaml.dump(document, Dumper=SansRenvoi, allow_unicode=True, sort_keys=False, width=120)
    return (head + text).encode("utf-8")
