"""Counts and sums to mask, for the tests of statistical secrecy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace

import pandas as pd
from analyse_exemple import indicateur

from ctglib.donnees.modeles.catalogue import (
    EffectifIdentique,
    Modalite,
    Profils,
    Secret,
    ValeurLiee,
    VariableProfil,
)
from ctglib.donnees.modeles.publications import EffectifCache, Publication, RegistrePublie
from ctglib.secret.connu import noter
from ctglib.secret.masque import EFFECTIFS, Masque
from ctglib.secret.modele import Cle, Lien, Lieu, Tirage
from ctglib.secret.publication import Publiable, appliquer

TABLE = "t"
SEUIL = 5
GRAINE = b"une graine de test"
SEXES = (("m", 14), ("n", 10))
PROFILS = (
    "annee",
    "dispositif",
    "variable",
    "modalite",
    "variable_2",
    "modalite_2",
    "effectif",
    "statut",
)
OBSERVATIONS = (
    "territoire",
    "annee",
    "indicateur",
    "dimension",
    "modalite",
    "millesime",
    "valeur",
    "unite",
    "statut",
    "source",
    "note",
)


class SansHasard(Tirage):
    """Nothing is hidden for nothing, and the first of two names is the cheaper: what an example of
    a mask needs.
    """

    def tirer(self, cle: Cle) -> tuple[float, float]:
        """Return a price that grows with the name."""
        named = cle.ligne.rpartition("/")[2] + cle.colonne.rpartition("/")[2]
        digits = named.encode()[:4].ljust(4, b"\0")
        return int.from_bytes(digits, "big") / 2**33, 1.0


SANS_HASARD = SansHasard(b"")
RIEN = RegistrePublie(convention="c")  # nothing was published


class Choisi(Tirage):
    """The counts that are hidden for nothing are these, and some are the cheaper to hide."""

    def __init__(self, en_plus: frozenset[Cle], moins_chers: frozenset[Cle] | None = None) -> None:
        super().__init__(b"")
        object.__setattr__(self, "en_plus", en_plus)
        object.__setattr__(self, "moins_chers", moins_chers)

    def tirer(self, cle: Cle) -> tuple[float, float]:
        """Return the price, one for all when nothing is said of it, and the least chance for the
        chosen ones.
        """
        moins_cher = self.moins_chers is None or cle in self.moins_chers
        return 0.0 if moins_cher else 1.0, 0.0 if cle in self.en_plus else 1.0


def cle(nom: str) -> Cle:
    """Return the name of a count written « ligne » or « ligne|colonne »."""
    return Cle(TABLE, *nom.split("|"))


def table(
    effectifs: Mapping[str, int | None],
    non_sensibles: Iterable[str] = (),
    publies: Iterable[str] = (),
) -> pd.DataFrame:
    """Return counts by name as the table that ``masquer`` takes."""
    rows = [
        (
            *cle(nom),
            effectif,
            "L" if effectif is None else "A",
            nom not in non_sensibles,
            nom in publies,
        )
        for nom, effectif in effectifs.items()
    ]
    return pd.DataFrame(rows, columns=list(EFFECTIFS)).astype({"effectif": "float64"})


def liens(sommes: Iterable[str]) -> list[Lien]:
    """Return sums written « total = a + b » as ``masquer`` takes them."""
    sides = [somme.split(" = ") for somme in sommes]
    return [Lien(cle(total), tuple(map(cle, parties.split(" + ")))) for total, parties in sides]


def noms_caches(masque: Masque) -> set[str]:
    """Return the names of the hidden counts."""
    return {
        "|".join(filter(None, row))
        for row in masque.cellules[["ligne", "colonne"]].itertuples(index=False)
    }


def profils(*rows: tuple) -> pd.DataFrame:
    """Return rows (annee, dispositif, variable, modalite, effectif), or with a second pair before
    the count.
    """
    full = [row if len(row) == 7 else (*row[:4], "", "", row[4]) for row in rows]
    return pd.DataFrame([(*row, "A") for row in full], columns=list(PROFILS)).astype(
        {"annee": "Int64", "effectif": "float64"}
    )


def observations(*rows: tuple) -> pd.DataFrame:
    """Return rows (annee, indicateur, dimension, modalite, millesime, valeur)."""
    full = [
        ("01001", *row, "nombre", "A" if row[5] is not None else "L", "Service", "Une note.")
        for row in rows
    ]
    return pd.DataFrame(full, columns=list(OBSERVATIONS)).astype(
        {"annee": "Int64", "millesime": "Int64", "valeur": "float64"}
    )


def masque_csv(*lieux: Lieu) -> RegistrePublie:
    """Return the register that rows of masque.csv make."""
    caches = tuple(EffectifCache(*lieu, 0, "") for lieu in lieux)
    return RegistrePublie(convention="c", publications=(Publication(numero=1, caches=caches),))


def noter_publication(
    publiable: Publiable, annee: int, registre: RegistrePublie = RIEN, tirage: Tirage = SANS_HASARD
) -> RegistrePublie:
    """Return a register with one more publication: what the bilan of a year shows and hides."""
    numero = len(registre.publications) + 1
    montres, caches = noter(publiable.effectifs, numero, tirage.graine)
    publication = Publication(numero=numero, annee=annee, montres=montres, caches=caches)
    return RegistrePublie(convention="c", publications=(*registre.publications, publication))


def lieux_caches(publiable: Publiable) -> set[Lieu]:
    """Return the places of the counts that a bilan hides."""
    donnes = publiable.effectifs[publiable.effectifs["effectif"].notna()]
    caches = donnes.loc[~donnes["montre"], ["table", "ligne", "colonne"]]
    return set(caches.itertuples(index=False, name=None))


def catalogue() -> SimpleNamespace:
    """Return what secrecy reads of a catalogue: two sensitive counts, their sum, a rate, three
    variables.
    """
    mesures = [
        indicateur("filles", "nombre", sensible=True),
        indicateur("garcons", "nombre", sensible=True),
        indicateur(
            "jeunes",
            "nombre",
            sensible=True,
            calcul="somme",
            entrees={"termes": ["filles", "garcons"]},
        ),
        indicateur("places", "nombre"),
        indicateur(
            "taux",
            calcul="ratio_pour_100",
            entrees={"numerateur": "jeunes", "denominateur": "places"},
        ),
        indicateur("accueillis", "nombre", sensible=True, dimension="dispositif"),
        indicateur("heures", "nombre", dimension="dispositif"),
    ]
    modalites = tuple(Modalite(id=name, libelle=name) for name in ("m", "n", "o"))
    variables = tuple(
        VariableProfil(id=name, libelle=name, question=name, modalites=modalites)
        for name in ("age", "sexe", "quartier")
    )
    return SimpleNamespace(
        mesures={item.id: item for item in mesures},
        profils=Profils(variables=variables),
        secret=Secret(
            raisons={},
            valeurs_liees=(
                ValeurLiee(indicateur="heures", effectif="accueillis", pourquoi="Elles le disent."),
            ),
            effectifs_identiques=(
                EffectifIdentique(indicateur="accueillis", pourquoi="Les mêmes enfants."),
            ),
        ),
    )


def publier(
    lignes_profils: pd.DataFrame,
    lignes: pd.DataFrame,
    annee: int = 2023,
    registre: RegistrePublie = RIEN,
    tirage: Tirage = SANS_HASARD,
) -> Publiable:
    """Return what the bilan of a year may show."""
    return appliquer(
        lignes_profils,
        lignes,
        catalogue(),
        annee=annee,
        seuil=SEUIL,
        registre=registre,
        tirage=tirage,
    )


def secrets(table: pd.DataFrame, *colonnes: str) -> list[tuple]:
    """Return columns of the hidden rows."""
    return list(
        table.loc[table["statut"] == "Q", list(colonnes)].itertuples(index=False, name=None)
    )
