"""How an object presents itself in a notebook: what it is and what to ask of it, never all that it
holds.
"""

from dataclasses import fields, is_dataclass
from functools import cached_property

MONTRES = 3


class Montrable:
    """An object with a name and questions, said in two French lines."""

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        # Else a dataclass writes one with all it holds: hundreds of thousands of signs.
        if "__repr__" not in vars(cls):
            cls.__repr__ = Montrable.__repr__

    def __repr__(self) -> str:
        methodes = []
        proprietes = []
        for nom, membre in vars(type(self)).items():
            if nom.startswith("_"):
                continue
            if callable(membre):
                methodes.append(f".{nom}()")
            elif isinstance(membre, property | cached_property):
                proprietes.append(f".{nom}")
        champs = [f".{nom}" for nom in getattr(type(self), "model_fields", ())]
        if is_dataclass(self):
            champs = [f".{champ.name}" for champ in fields(self)]
        questions = [*methodes, *proprietes, *champs][:MONTRES]
        return (
            f"{type(self).__name__}.\n"
            f"Ensuite : {', '.join(questions)} ;"
            " le nom suivi d'un point, puis Tab, montre le reste."
        )
