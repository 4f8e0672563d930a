"""The numbers an analyst gets: a missing or suppressed one is NA, and so is a sum or a mean over
it, the margins of a pivoted table included.

Each has with it what it knows of itself (``Marque``), which goes where it goes: a filter, a merge,
a pivot, a sum.
"""

# pandas' stubs leave out most of what an extension has.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false, reportCallIssue=false
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from inspect import signature
from itertools import accumulate
from typing import Literal, cast

import numpy as np
import pandas as pd
from pandas.api.indexers import check_array_indexer
from pandas.api.typing import Expanding, ExponentialMovingWindow, Rolling
from pandas.arrays import FloatingArray

from ctglib.donnees.marques import ABSENTE, Marque, combiner, genres_de, par_un_nombre
from ctglib.donnees.publiques import reperes

CUMULS = ("sum", "mean", "prod", "std", "var", "median", "sem", "cumsum", "cumprod")
SOMMES = ("sum", "cumsum")
LIEU = "lieu"  # what a table of one place says of itself, and its columns may no longer
# What a group of values becomes that is still a value of the same thing.
RESUMES = (*CUMULS, "min", "max", "first", "last", "cummin", "cummax")


class SommeRefusee(ValueError):
    """A sum that would count some people twice: a total and its parts, a commune and its
    département.
    """


class NombreDtype(pd.Float64Dtype):
    """pandas' Float64, under its own name, whose sums do not pass over what is missing."""

    @classmethod
    def construct_array_type(cls) -> type[Nombres]:
        """Return the array of this type."""
        return Nombres

    def _get_common_dtype(self, dtypes: list) -> object:
        """Return the type of a column made from several: ours, when the others are numbers."""
        commun = super()._get_common_dtype(dtypes)
        return NombreDtype() if isinstance(commun, pd.Float64Dtype) else commun


class Nombres(FloatingArray):
    """pandas' own nullable floats, each with its mark, but for sums and means, which do not skip
    what is missing.

    The methods whose name has no underscore, ``_reduce``, ``_accumulate`` and ``_concat_same_type``
    are documented for extensions: nothing public says how a group is summed
    (``_groupby_op``), nor of what type the result of an operation is (``_maybe_mask_result``). What
    pandas makes by another way has no marks.
    """

    _marques: np.ndarray | None = None  # objects: a Marque, or None; None: no value has any

    @property
    def marques(self) -> np.ndarray:
        """The mark of each value, None for one that has none."""
        if self._marques is None:
            return np.full(self.shape, None, dtype=object)
        return self._marques

    def _a_combiner(self) -> list[Marque | None]:
        """Return the mark of each value, ``ABSENTE`` for a missing one that has none: a merge, a
        shift left a hole there, nobody typed it.
        """
        paires = zip(self.marques, self._mask, strict=True)
        return [ABSENTE if marque is None and absent else marque for marque, absent in paires]

    def avec(self, marques: np.ndarray | None) -> Nombres:
        """Set the marks of these numbers, which were just made; return them."""
        a_des_marques = marques is not None and any(marque is not None for marque in marques.flat)
        self._marques = marques if a_des_marques else None
        return self

    @property
    def dtype(self) -> NombreDtype:
        """The type of the numbers."""
        return NombreDtype()

    def __getitem__(self, item: object) -> object:
        choisis = super().__getitem__(item)
        if isinstance(choisis, Nombres) and self._marques is not None:
            choisis.avec(self._marques[check_array_indexer(self, item)])
        return choisis

    def __setitem__(self, key: object, value: object) -> None:
        super().__setitem__(key, value)
        if isinstance(value, Nombres):
            remplacantes = value.marques
        elif self._marques is None:
            return
        else:
            remplacantes = None
        marques = self.marques
        marques[check_array_indexer(self, key)] = remplacantes
        self._marques = marques

    def take(self, indexer: Sequence[int], **options: object) -> Nombres:
        """Return some of the numbers, in an order; see pandas."""
        pris = super().take(indexer, **options)
        if self._marques is None or pris.ndim != 1:
            return pris
        rangs = np.asarray(indexer)
        marques = self._marques[rangs]
        if options.get("allow_fill"):
            marques[rangs == -1] = None
        return pris.avec(marques)

    def copy(self) -> Nombres:
        """Return a copy, marks included."""
        return super().copy().avec(None if self._marques is None else self._marques.copy())

    def view(self, dtype: object = None) -> object:
        """Return the same numbers, marks included."""
        vue = super().view(dtype)
        return vue.avec(self._marques) if isinstance(vue, Nombres) else vue

    def shift(self, periods: int = 1, fill_value: object = None) -> Nombres:
        """Return the numbers moved by some rows; see pandas."""
        decales = super().shift(periods, fill_value)
        if self._marques is None:
            return decales
        rangs = np.arange(len(self)) - periods
        est_la = (rangs >= 0) & (rangs < len(self))
        marques = self._marques[np.where(est_la, rangs, 0)]
        marques[~est_la] = None
        return decales.avec(marques)

    def fillna(self, value: object, limit: int | None = None, copy: bool = True) -> Nombres:
        """Return the numbers with others in the place of what is missing: those have no mark."""
        etaient_absents = self._mask.copy()
        remplis = super().fillna(value, limit, copy)
        marques = self.marques.copy()
        if isinstance(value, Nombres):
            marques[etaient_absents] = value.marques[etaient_absents]
        else:
            marques[etaient_absents & ~remplis._mask] = None
        return remplis.avec(marques)

    def round(self, decimals: int = 0, *args: object, **kwargs: object) -> Nombres:
        """Return the numbers rounded; see pandas."""
        return super().round(decimals, *args, **kwargs).avec(self._marques)

    @property
    def T(self) -> Nombres:  # noqa: N802 - pandas' own name
        """The same numbers: they have one dimension."""
        return super().T.avec(None if self._marques is None else self._marques.T)

    def __neg__(self) -> Nombres:
        return super().__neg__().avec(self._marques)

    def __abs__(self) -> Nombres:
        return super().__abs__().avec(self._marques)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Nombres], axis: int = 0) -> Nombres:
        reunis = super()._concat_same_type(to_concat, axis)
        if all(morceau._marques is None for morceau in to_concat):
            return reunis
        marques = np.concatenate([morceau.marques for morceau in to_concat], axis=axis)
        return reunis.avec(marques)

    def astype(self, dtype: object, copy: bool = True) -> object:
        """Return the numbers in another type; pandas' own « Float64 » is ours, marks included."""
        convertis = super().astype(dtype, copy)
        if type(convertis) is FloatingArray and convertis.dtype == "Float64":
            convertis = _en_nombres(convertis)
        return convertis.avec(self._marques) if isinstance(convertis, Nombres) else convertis

    def _arith_method(self, other: object, op: Callable) -> object:
        resultat = super()._arith_method(other, op)
        if not isinstance(resultat, Nombres):
            return resultat
        miennes = self._a_combiner()
        if np.ndim(other) == 0:
            paires = [(marque,) for marque in self.marques]
        elif isinstance(other, Nombres):
            paires = list(zip(miennes, other._a_combiner(), strict=True))
        else:
            paires = [(marque, None) for marque in miennes]
        faites: dict[tuple, Marque | None] = {}
        for paire in dict.fromkeys(paires):
            if len(paire) == 1:
                faites[paire] = par_un_nombre(paire[0], op.__name__, other)
            else:
                faites[paire] = combiner(paire, op.__name__)
        return resultat.avec(_tableau_de([faites[paire] for paire in paires]))

    def _reduce(
        self, name: str, *, skipna: bool = True, keepdims: bool = False, **kwargs: object
    ) -> object:
        if name in SOMMES:
            _refuser_un_melange(self.marques)
        reduit = super()._reduce(
            name, skipna=skipna and name not in CUMULS, keepdims=keepdims, **kwargs
        )
        if isinstance(reduit, Nombres) and name in RESUMES:
            reduit.avec(_tableau_de([combiner(self._a_combiner(), name)]))
        return reduit

    def _accumulate(
        self,
        name: Literal["cummin", "cummax", "cumsum", "cumprod"],
        *,
        skipna: bool = True,
        **kwargs: object,
    ) -> Nombres:
        if name in SOMMES:
            _refuser_un_melange(self.marques)
        cumules = super()._accumulate(name, skipna=skipna and name not in CUMULS, **kwargs)
        marques = list(
            accumulate(self._a_combiner(), lambda deux, une: combiner([deux, une], name))
        )
        return _en_nombres(cumules).avec(_tableau_de(marques))

    def _groupby_op(self, *, how: str, **kwargs: object) -> object:
        if how in CUMULS:
            kwargs["skipna"] = False
        resultat = super()._groupby_op(how=how, **kwargs)
        if self._marques is None or how not in RESUMES or not isinstance(resultat, Nombres):
            return resultat
        groupes: dict[int, list[Marque | None]] = {}
        ids = np.asarray(kwargs["ids"]).tolist()
        for groupe, marque in zip(ids, self._a_combiner(), strict=True):
            groupes.setdefault(groupe, []).append(marque)
        faites = {}
        for groupe, marques in groupes.items():
            if how in SOMMES:
                _refuser_un_melange(marques)
            faites[groupe] = combiner(marques, how)
        rangs = range(len(resultat)) if len(resultat) == kwargs["ngroups"] else ids
        if how in ("cumsum", "cumprod", "cummin", "cummax"):
            rangs = ids
        return resultat.avec(_tableau_de([faites.get(rang) for rang in rangs]))

    def _maybe_mask_result(self, result: object, mask: np.ndarray) -> object:
        resultat = super()._maybe_mask_result(result, mask)
        return _en_nombres(resultat) if type(resultat) is FloatingArray else resultat


def nombres(values: Iterable[float], marques: Iterable[Marque | None] | None = None) -> Nombres:
    """Return numbers as an analyst gets them, each with its mark if marks are given.

    Examples:
        >>> pd.Series(nombres([1.0, float("nan"), 3.0])).sum() is pd.NA
        True
    """
    tableau = _en_nombres(pd.array(list(values), dtype="Float64"))
    return tableau if marques is None else tableau.avec(_tableau_de(list(marques)))


def marques_de(colonne: pd.Series) -> list[Marque | None]:
    """Return the mark of each value of a column, None for a value that has none."""
    tableau = colonne.array
    if isinstance(tableau, Nombres):
        return tableau.marques.tolist()
    return [None] * len(colonne)


def remarquer(colonne: pd.Series, changer: Callable[[Marque], Marque]) -> pd.Series:
    """Return a column with the marks that ``changer`` makes of its own."""
    marques = marques_de(colonne)
    faites = {marque: changer(marque) for marque in set(marques) if marque is not None}
    changees = [None if marque is None else faites[marque] for marque in marques]
    return pd.Series(nombres(colonne, changees), index=colonne.index, name=colonne.name)


def sans_valeurs(colonne: pd.Series) -> pd.Series:
    """Return a column of missing values that keep the marks of its own."""
    absentes = nombres([np.nan] * len(colonne), marques_de(colonne))
    return pd.Series(absentes, index=colonne.index, name=colonne.name)


def _tableau_de(marques: Sequence[Marque | None]) -> np.ndarray:
    tableau = np.full(len(marques), None, dtype=object)
    tableau[:] = marques
    return tableau


def _refuser_un_melange(marques: Iterable[Marque | None]) -> None:
    """Check that a sum adds up values of one kind.

    Raises:
        SommeRefusee: It mixes a total and its parts, or places that are in one another.
    """
    genres = genres_de(marques)
    if len(genres) > 1:
        phrase = reperes().phrases["somme_melee"]
        raise SommeRefusee(phrase.format(genres=", ".join(f"« {genre} »" for genre in genres)))


def _en_nombres(tableau: FloatingArray) -> Nombres:
    """Return pandas' own nullable floats as ours."""
    return Nombres(tableau.to_numpy("float64", na_value=np.nan), tableau.isna())


def _avec_des_totaux_vrais(pivoter: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return pandas' way to pivot a table, whose margins do not pass over what is missing.

    By default it leaves out the rows with a missing value before it makes the margins: « All » is
    then the sum of what is shown.
    """
    parametres = signature(pivoter)

    @wraps(pivoter)
    def pivoter_sans_mentir(*args: object, **kwargs: object) -> pd.DataFrame:
        demande = parametres.bind(*args, **kwargs)
        table = next(iter(demande.arguments.values()))
        if demande.arguments.get("margins") and _a_des_absents(table):
            demande.arguments["dropna"] = False
        return pivoter(*demande.args, **demande.kwargs)

    return pivoter_sans_mentir


def _avec_sa_provenance(croiser: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return pandas' way to count rows by two columns, which keeps what the table of these says of
    itself: it would drop it.
    """

    @wraps(croiser)
    def croiser_en_le_disant(*args: object, **kwargs: object) -> pd.DataFrame:
        croisee = croiser(*args, **kwargs)
        dits = [donne.attrs for donne in (*args, *kwargs.values()) if isinstance(donne, pd.Series)]
        if len(dits) > 1 and dits[0] and dits[0] == dits[1]:
            croisee.attrs = {**dits[0], "croisee": True}
        return croisee

    return croiser_en_le_disant


def _sans_objets(pivoter: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return pandas' way to reshape a table, which keeps our numbers when several columns are asked
    for: it would make objects of them, whose sums pass over what is missing.
    """
    parametres = signature(pivoter)

    @wraps(pivoter)
    def pivoter_en_nombres(*args: object, **kwargs: object) -> pd.DataFrame:
        demande = parametres.bind(*args, **kwargs)
        table = next(iter(demande.arguments.values()))
        valeurs = demande.arguments.get("values")
        if not isinstance(valeurs, list) or not isinstance(table, pd.DataFrame):
            return pivoter(*args, **kwargs)
        colonnes = _noms(demande.arguments["columns"])
        index = _noms(demande.arguments["index"]) if "index" in demande.arguments else []
        rangee = table.set_index([*index, *colonnes], append=not index)
        return cast("pd.DataFrame", rangee[valeurs].unstack(colonnes))

    return pivoter_en_nombres


def _avec_ses_marques(transposer: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return pandas' way to turn a table, which keeps the marks of one that has only our numbers:
    the margins of a pivoted table are made by it.
    """

    @wraps(transposer)
    def transposer_les_marques(
        table: pd.DataFrame, *args: object, **kwargs: object
    ) -> pd.DataFrame:
        tournee = transposer(table, *args, **kwargs)
        colonnes = [table.iloc[:, rang].array for rang in range(table.shape[1])]
        if table.empty or not all(isinstance(colonne, Nombres) for colonne in colonnes):
            return tournee
        if all(colonne._marques is None for colonne in colonnes):
            return tournee
        marques = [colonne.marques for colonne in colonnes]
        rangees = {}
        for rang in range(tournee.shape[1]):
            rangee = nombres(tournee.iloc[:, rang], [ligne[rang] for ligne in marques])
            rangees[rang] = rangee
        neuve = pd.DataFrame(rangees, index=tournee.index)
        neuve.columns = tournee.columns
        neuve.attrs = tournee.attrs
        return neuve

    return transposer_les_marques


def _noms(colonnes: object) -> list:
    return list(colonnes) if isinstance(colonnes, list | tuple | pd.Index) else [colonnes]


def _a_des_absents(table: object) -> bool:
    """Tell whether a table has one of our numbers that is missing."""
    if not isinstance(table, pd.DataFrame):
        return False
    colonnes = (table.iloc[:, rang] for rang in range(table.shape[1]))
    return any(isinstance(nombres.dtype, NombreDtype) and nombres.hasnans for nombres in colonnes)


def _sans_passer(nom: str, resumer: Callable[..., pd.Series | pd.DataFrame]) -> Callable:
    """Return pandas' way to sum up windows, where one that holds a missing number of ours gives
    none: it would make plain floats of them, and pass over those that are missing.

    Each keeps what its numbers know, but for windows that weigh all of a column (``ewm``).
    """

    @wraps(resumer)
    def resumer_sans_mentir(
        fenetres: Expanding, *args: object, **kwargs: object
    ) -> pd.Series | pd.DataFrame:
        resumees = resumer(fenetres, *args, **kwargs)
        lue = fenetres.obj
        colonnes = [(lue.name, lue)] if isinstance(lue, pd.Series) else list(lue.items())
        noms = [nom for nom, colonne in colonnes if _a_des_absents(colonne.to_frame())]
        noms_marques = [nom for nom, colonne in colonnes if _a_des_marques(colonne)]
        if noms:
            touchees = _fenetres_touchees(fenetres, resumees)
        if isinstance(resumees, pd.Series):
            if resumees.name in noms:
                resumees = resumees.mask(touchees).astype(NombreDtype())
            if resumees.name in noms_marques:
                resumees = _marquer_les_fenetres(fenetres, resumees, nom)
            if LIEU in lue.attrs:
                resumees.attrs[LIEU] = lue.attrs[LIEU]
            return resumees
        refaites = {
            nom: resumees[nom].mask(touchees[nom]).astype(NombreDtype())
            for nom in noms
            if nom in resumees
        }
        for colonne in noms_marques:
            if colonne in resumees:
                nombres_de_la_colonne = refaites.get(colonne, resumees[colonne])
                refaites[colonne] = _marquer_les_fenetres(fenetres, nombres_de_la_colonne, nom)
        return resumees.assign(**refaites) if refaites else resumees

    return resumer_sans_mentir


def _a_des_marques(colonne: pd.Series) -> bool:
    return isinstance(colonne.array, Nombres) and colonne.array._marques is not None


def _marquer_les_fenetres(fenetres: Expanding, resumees: pd.Series, nom: str) -> pd.Series:
    """Return what sums up windows with the mark that each makes of those of its numbers; a window
    that is not full yet has none.

    Raises:
        SommeRefusee: One mixes a total and its parts.
    """
    if isinstance(fenetres, ExponentialMovingWindow):
        return resumees
    marques = []
    for fenetre, resumee in zip(fenetres, resumees, strict=True):
        colonne = fenetre if isinstance(fenetre, pd.Series) else fenetre[resumees.name]
        dans_la_fenetre = colonne.array._a_combiner()
        if nom in SOMMES:
            _refuser_un_melange(dans_la_fenetre)
        pas_encore = pd.isna(resumee) and not colonne.hasnans
        marques.append(None if pas_encore else combiner(dans_la_fenetre, nom))
    marquees = nombres(resumees.astype(NombreDtype()), marques)
    return pd.Series(marquees, index=resumees.index, name=resumees.name)


def _fenetres_touchees(
    fenetres: Expanding, resumees: pd.Series | pd.DataFrame
) -> pd.Series | pd.DataFrame:
    """Tell which windows hold something missing: of those that weigh all of a column, each does."""
    if isinstance(fenetres, ExponentialMovingWindow):
        return resumees.notna() | True
    trouees = fenetres.apply(lambda valeurs: np.isnan(valeurs).any(), raw=True)
    return trouees == 1


# ``pd.crosstab`` pivots by the method.
pd.DataFrame.pivot_table = _avec_des_totaux_vrais(pd.DataFrame.pivot_table)
pd.pivot_table = _avec_des_totaux_vrais(pd.pivot_table)
pd.crosstab = _avec_sa_provenance(pd.crosstab)
pd.DataFrame.pivot = _sans_objets(pd.DataFrame.pivot)
pd.pivot = _sans_objets(pd.pivot)
pd.DataFrame.transpose = _avec_ses_marques(pd.DataFrame.transpose)
for fenetre in (Expanding, Rolling, ExponentialMovingWindow):  # those of groups inherit from them
    for nom in (*CUMULS, "min", "max"):
        if hasattr(fenetre, nom):
            setattr(fenetre, nom, _sans_passer(nom, getattr(fenetre, nom)))
