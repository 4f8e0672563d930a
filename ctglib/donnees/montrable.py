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
        if "__repr__" not in vars(
            cls
        ):  # else a dataclass writes one with all it holds: hundreds of thousands of signs
            cls.__repr__ = Montrable.__repr__

    def __repr__(self) -> str:
        own = {name: value for name, value in vars(type(self)).items() if not name.startswith("_")}
        asked = [f".{name}()" for name, value in own.items() if callable(value)]
        asked += [
            f".{name}"
            for name, value in own.items()
            if isinstance(value, property | cached_property)
        ]
        asked += [f".{item.name}" for item in fields(self)] if is_dataclass(self) else []
        return (
            f"{type(self).__name__}.\n"
            f"Ensuite : {', '.join(asked[:MONTRES])} ; le nom suivi d'un point, puis Tab, montre le reste."
        )
