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


def combien(complet: int, part: int = PART) -> int:
    """Return how many cases to try of what deserves so many: one in ``part`` in the suite."""
    if settings.get_current_profile_name() == COMPLET:
        return complet
    return max(AU_MOINS, complet // part)


def exemples(complet: int, **autres: object) -> settings:
    """Return the settings of a property that deserves so many cases."""
    return settings(max_examples=combien(complet), deadline=None, **autres)
