"""Public holidays of a country or region, on which a series doesn't meet. Pure."""

from collections.abc import Iterable
from datetime import date
from functools import cache

import holidays
from holidays.registry import COUNTRIES


@cache
def regions() -> dict[str, str]:
    """Every calendar of holidays by its code, with its name: "ES" Spain, "ES-MD" Spain, MD."""
    names = {codes[1]: key.replace("_", " ").title() for key, codes in COUNTRIES.items()}
    found = {}
    for country, parts in holidays.list_supported_countries(include_aliases=False).items():
        name = names.get(country, country)
        found[country] = name
        found |= {f"{country}-{part}": f"{name}, {part}" for part in parts}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def holidays_of(code: str, years: Iterable[int]) -> dict[date, str]:
    """The region's public holidays of these years with their names; none for no region."""
    country, _, part = code.partition("-")
    return dict(_of(country, part, tuple(sorted(set(years))))) if country else {}


@cache
def _of(country: str, part: str, years: tuple[int, ...]) -> tuple[tuple[date, str], ...]:
    found = holidays.country_holidays(country, subdiv=part or None, years=years, language=_language(country))
    return tuple(sorted(found.items()))


def _language(country: str) -> str | None:
    """English where the calendar has it, else its own."""
    spoken = holidays.list_localized_countries(include_aliases=False).get(country, [])
    return next((language for language in spoken if language.startswith("en")), None)
