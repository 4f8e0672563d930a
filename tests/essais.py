"""On how many cases a property is tried: few in the suite, all when
« --hypothesis-profile=complet » is asked for.
"""

from __future__ import annotations

from hypothesis import settings

COURT = "court"
COMPLET = "complet"
PART = 3  # the default suite tries one case in so many
AU_MOINS = 5


def enregistrer_les_profils() -> None:
    """Give hypothesis both profiles, and load the short one: the option of pytest, read later, has
    the last word.
    """
    plein = settings.get_profile("default").max_examples
    settings.register_profile(COMPLET, deadline=None, max_examples=plein)
    settings.register_profile(COURT, deadline=None, max_examples=plein // PART)
    settings.load_profile(COURT)


def exemples(complet: int, **autres: object) -> settings:
    """Return the settings of a property that deserves so many cases."""
    court = max(AU_MOINS, complet // PART)
    nombre = complet if settings.get_current_profile_name() == COMPLET else court
    return settings(max_examples=nombre, deadline=None, **autres)
