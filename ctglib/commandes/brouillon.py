"""The folder of a convention that begins, from nothing or from the one that ends, checked whole
before any writing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from string import Template

import pandas as pd
import yaml

from ctglib.blocs.conformite import Conformite
from ctglib.blocs.fin import EtudeFinale
from ctglib.calculs.ecriture import enumerer
from ctglib.calculs.suivi import a_la_date
from ctglib.calculs.territoire import remplir
from ctglib.donnees import publiques
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.ecriture import en_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import CONVENTIONS, existe, lire_octets, lister
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Fiche
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.statuts import Statut
from ctglib.donnees.validation import fautes_de_saisie
from ctglib.donnees.yaml_strict import charger_yaml

MODELE = "catalogue/modele"
THEMES = "catalogue/themes"
OBSERVATIONS = "observations"
RECOPIES = (  # those that are there
    "offre.csv",
    "territoires.yaml",
    "contexte.csv",
    "comparables.csv",
    "indicateurs.yaml",
    "collecte.yaml",
)
Brouillon = tuple[
    dict[str, bytes], list[str]
]  # files by path in the data folder, and what to say of them


def commencer(
    nom: str, territoire: str, debut: date, fin: date, *, parties: Sequence[str], fiches: int
) -> Brouillon:
    """Return a convention to fill, which validates as it is.

    Every annexe figure that public data do not give is absent, with whom to ask.
    """
    place = publiques.territoires([territoire]).iloc[0]
    communes = publiques.territoires(niveaux=("commune",))
    members = (
        communes.loc[communes["epci"] == territoire, "code"].tolist()
        if place["niveau"] == "epci"
        else []
    )
    # The département that an EPCI is compared with is the one that most of its communes are in.
    reference = place["departement"] or publiques.territoires(members)["departement"].mode().iloc[0]
    rules = charger_yaml("catalogue/donnees_publiques.yaml", DonneesPubliques)
    themes = [
        charger_yaml(f"{THEMES}/{name}", Theme) for name in lister(THEMES) if name.endswith(".yaml")
    ]
    themes.sort(key=lambda theme: theme.ordre)
    diagnostic = diagnostic_public(
        themes, rules, (territoire, members, reference), annee=debut.year - 1
    )
    places = [one.model_dump() for one in publiques.nommer((territoire, reference))]
    text = _modele(
        "convention",
        **_sources_du_diagnostic(rules, diagnostic),
        nom=nom,
        fictive="false",
        territoire=territoire,
        titre=f"Convention territoriale globale, {place['nom']}, {debut.year}-{fin.year}",
        membres="[" + ", ".join(f'"{code}"' for code in members) + "]",
        reference=reference,
        debut=debut,
        fin=fin,
        source=enumerer(list(parties)),
        parties="".join(
            _modele("partie", rang=rank, nom=party) for rank, party in enumerate(parties, 1)
        ),
        fiches="".join(
            _modele("fiche", numero=n, debut=debut, fin=fin) for n in range(1, fiches + 1)
        ),
    )
    head = ["Comment une phrase nomme les territoires : « à », « de », « le ». À relire."]
    files = {
        "convention.yaml": text.encode("utf-8"),
        "annexe1.csv": _csv(diagnostic),
        "offre.csv": (",".join(charger_schema("offre").colonnes) + "\n").encode("utf-8"),
        "territoires.yaml": _yaml({"territoires": places}, head),
    }
    own = diagnostic[diagnostic["territoire"].eq(territoire)]
    holders = {item.id: item.collecte.qui for theme in themes for item in theme.indicateurs}
    asked = own.loc[own["valeur"].isna(), "indicateur"].map(holders).value_counts()
    requests = " ; ".join(f"{holder}, {count}" for holder, count in asked.items())
    return _rendre(nom, files, rules.annonce, own, demandes=requests)


def poursuivre(nom: str, etude: EtudeFinale, ancienne: str, debut: date, fin: date) -> Brouillon:
    """Return the convention that follows.

    Its parties and fiches are the old one's, and its initial values the last ones known. Dates,
    échéances and targets are what the parties have to agree on: none is carried over, nor is a
    direction or a threshold of the old text.
    """
    convention = etude.convention
    public = etude.catalogue.donnees_publiques
    rules = etude.finale.regles
    dossier = etude.suivi.dossier
    annexe1 = diagnostic_public(
        etude.catalogue.themes,
        public,
        (convention.territoire, convention.membres, convention.reference),
        annee=debut.year - 1,
        ancien=dossier.annexe1,
        series=etude.series if convention.fictive else None,
    )
    told = convention.model_dump(mode="python", exclude_none=True)
    de = etude.catalogue.territoires[convention.territoire].de
    years = {"debut": debut.year, "fin": fin.year}
    old = {"debut": convention.debut.year, "fin": convention.fin.year}
    moved = {str(year): str(years[key]) for key, year in old.items()}

    def advance(text: str) -> str:
        """Return a text with the first and last years of the old convention turned into those of
        the next.
        """
        return re.sub(r"\b\d{4}\b", lambda found: moved.get(found[0], found[0]), text)

    text = {
        **told,
        "id": nom,
        "titre": etude.mot("projet_titre").format(de=de, **years),
        "debut": debut,
        "fin": fin,
        "date_signature": {"absent": etude.mot("projet_sans_signature")},
        "source_texte": etude.mot("projet_source").format(
            de=de, avant="{debut}-{fin}".format(**old), **years
        ),
        **_sources_du_diagnostic(public, annexe1),
        "source_suivi": advance(convention.source_suivi),
        "articles": [
            item | {name: advance(item[name]) for name in ("objet", "consequence")}
            for item in told["articles"]
        ],
        "fiches": [
            {**given, **_fiche(fiche, etude, old), "debut": debut, "fin": fin}
            for fiche, given in zip(convention.fiches, told["fiches"], strict=True)
        ],
        "schemas": [item for item in told["schemas"] if item["fin"] >= debut.year],
        "annexes_vides": [],
        "lacunes": [item.model_dump() for item in rules.lacunes_du_projet],
    }
    # A schéma that has ended takes the readings of it along; annexe 1, the corrections of its
    # figures.
    kept = {text for schema in text["schemas"] for text in (*schema["axes"], *schema["chapitres"])}
    readings = etude.finale.lectures.model_dump(mode="python")
    readings["schemas"] = [item for item in readings["schemas"] if item["element"] in kept]
    corrections = [
        item.model_dump(mode="python", exclude_none=True)
        for item in dossier.corrections
        if item.fichier in RECOPIES
    ]
    source = f"{CONVENTIONS}/{ancienne}"
    head = [line.format(ancienne=ancienne) for line in rules.entete_du_projet]
    names = [name for name in RECOPIES if existe(f"{source}/{name}")]
    if "logos/" in lister(source):
        names += [f"logos/{name}" for name in lister(f"{source}/logos") if not name.endswith("/")]
    files = {
        "convention.yaml": _yaml(text, head),
        "annexe1.csv": _csv(annexe1),
        "lectures.yaml": _yaml(readings, head[:1]),
        "schema_petite_enfance.csv": Conformite(etude).tableau().csv().encode("utf-8"),
        "corrections.yaml": _yaml({"corrections": corrections}, ()),
        **{name: lire_octets(f"{source}/{name}") for name in names},
    }
    starts = [item["valeur_initiale"] for fiche in text["fiches"] for item in fiche["indicateurs"]]
    taken = sum("valeur" in item for item in starts)
    return _rendre(
        nom, files, rules.annonce_du_projet, annexe1, reprises=taken, indicateurs=len(starts)
    )


def _rendre(
    nom: str,
    fichiers: Mapping[str, bytes],
    phrases: Iterable[str],
    diagnostic: pd.DataFrame,
    **dits: object,
) -> Brouillon:
    """Return the files of a convention once they have been read as they would be there, and the
    sentences filled.
    """
    written = {f"{CONVENTIONS}/{nom}/{name}": content for name, content in fichiers.items()}
    if faults := fautes_de_saisie(nom, written):
        raise DonneesInvalides(faults)
    dits |= {
        "nom": nom,
        "fichiers": len(fichiers),
        "remplis": diagnostic["valeur"].count(),
        "lignes": len(diagnostic),
    }
    return written, [phrase.format(**dits) for phrase in phrases]


def diagnostic_public(
    themes: Sequence[Theme],
    regles: DonneesPubliques,
    lieux: tuple[str, Sequence[str], str],
    *,
    annee: int,
    ancien: pd.DataFrame | None = None,
    series: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every row of ``annexe1.csv``: filled from public figures, or « non transmis » with
    whom to ask.

    ``lieux`` are the codes of the territory, of its members, of its reference; ``annee``, the year
    to ask for when no public figure tells one. The rows are those of ``ancien``, or one an
    indicator of the catalogue; the public figures, ``series`` when they are already read.
    """
    territoire, membres, reference = lieux
    items = [(theme.titre, item) for theme in themes for item in theme.indicateurs]
    if ancien is None:
        rows = [
            (title, item.id, code, item.unite)
            for title, item in items
            for code in (territoire, reference)
        ]
        ancien = pd.DataFrame(
            rows, columns=["section", "indicateur", "territoire", "unite"]
        ).assign(annee=annee)
    asked = {
        item.id: regles.mots["a_demander"].format(
            qui=item.collecte.qui, document=item.collecte.document
        )
        for _, item in items
    }
    lines = ancien.drop_duplicates(["indicateur", "territoire"], keep="last")
    if series is None:
        codes = [code for item in regles.lignes for code in (*item.series, *item.sur)]
        series = publiques.observations(codes, territoire, reference, membres)
        series = series.assign(source=series["producteur"] + ", " + series["jeu"])
    series = series[series["dimension"].eq("") & series["valeur"].notna()]
    return remplir(lines.assign(note=lines["indicateur"].map(asked)), series, regles, territoire)


def _sources_du_diagnostic(regles: DonneesPubliques, annexe1: pd.DataFrame) -> dict[str, str]:
    """Return what ``convention.yaml`` says of these figures: their source and their years."""
    years = enumerer(
        [str(year) for year in sorted(annexe1.loc[annexe1["valeur"].notna(), "annee"].unique())]
    )
    date = regles.mots["date"].format(annees=years) if years else regles.mots["aucune_date"]
    return {"source_diagnostic": regles.mots["source"], "date_des_donnees": date}


def _fiche(fiche: Fiche, etude: EtudeFinale, old: Mapping[str, int]) -> dict[str, object]:
    """Return what a fiche says that is not as it was: no dates, no targets, the last known values
    to start from.
    """
    known = etude.parcours.set_index("indicateur")
    rows = a_la_date(etude.suivi.observations, etude.annees[-1])
    whole = rows[rows["dimension"].eq("") & rows["territoire"].eq(etude.convention.territoire)]
    sources = whole.set_index(["indicateur", "annee"])["source"].to_dict()

    def start(row: pd.Series) -> dict[str, object]:
        """Return the last known value of an indicator with its year and source, or why there is
        none.
        """
        if row["table"] != OBSERVATIONS:
            return {"absent": etude.mot("projet_qualitatif")}
        if pd.isna(row["connue"]):
            return {"absent": etude.mot("projet_sans_valeur").format(**old)}
        value = float(row["connue"])
        year = int(row["annee_connue"])
        told = [etude.mot("projet_reference").format(**old), sources.get((row.name, year), "")]
        told += ["provisoire"] if row["statut_connue"] == Statut.PROVISOIRE else []
        value = int(value) if value.is_integer() else value
        return {"valeur": value, "annee": year, "reference": " ; ".join(filter(None, told))}

    return {
        "modalites": [
            item.model_dump(include={"numero", "libelle", "parties"}, exclude_defaults=True)
            for item in fiche.modalites
        ],
        "resultats": [
            item.model_dump(include={"id", "libelle", "indicateurs"}) for item in fiche.resultats
        ],
        "indicateurs": [
            {
                **item.model_dump(include={"id", "libelle"}, exclude_defaults=True),
                "valeur_initiale": start(known.loc[item.id]),
                "cible": {"absent": etude.mot("projet_sans_cible")},
            }
            for item in fiche.indicateurs
        ],
        "analyses": [
            item.model_dump(exclude_unset=True) for item in fiche.analyses
        ],  # a type refuses others' keys
    }


def _modele(nom: str, /, **mots: object) -> str:
    return Template(lire_octets(f"{MODELE}/{nom}.yaml").decode("utf-8")).substitute(mots)


def _csv(table: pd.DataFrame) -> bytes:
    """Return a table as our CSV: whole numbers without a decimal, nothing for an absent one."""
    cells = table.map(
        lambda value: (
            value
            if isinstance(value, str)
            else ""
            if pd.isna(value)
            else f"{round(float(value), 6):.15g}"
        )
    )
    return en_csv([table.columns, *cells.itertuples(index=False, name=None)]).encode("utf-8")


class _SansRenvoi(yaml.SafeDumper):
    """A date written twice is written in full twice: our reader refuses references."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _yaml(document: dict[str, object], entete: Iterable[str]) -> bytes:
    head = "".join(f"# {line}\n" for line in entete)
    text = yaml.dump(document, Dumper=_SansRenvoi, allow_unicode=True, sort_keys=False, width=120)
    return (head + text).encode("utf-8")
