"""Who works at the example company, and who visits. Names are put together by chance."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from random import Random

from cop.example.clock import Clock
from cop.example.source import DOMAIN, SignInFact, Source, UnitFact, chance
from cop.people.names import name_key
from cop.periods import add_months

_NEW_SHARE = 0.16
_LEAVERS = 13
_LATIN = str.maketrans("øłı", "oli")
"""Letters that have no accent to take off, for addresses in plain Latin letters."""


@dataclass(frozen=True)
class Human:
    """Somebody of the company from `hired_on` until `left_on`, or a guest, who has no unit."""

    number: int
    name: str
    unit: str
    job_role: str
    hired_on: date
    left_on: date | None
    zeal: float
    """How readily this person takes part, from 0 to 1."""
    sign_in: str = ""

    @property
    def is_guest(self) -> bool:
        """Whether the person is not of the company."""
        return not self.unit

    @property
    def handle(self) -> str:
        """The name in the company's directory; unique, since names are."""
        return name_key(self.name).replace(" ", ".").translate(_LATIN)

    @property
    def email(self) -> str:
        """An address that can't exist (RFC 2606)."""
        return f"{self.handle}@{DOMAIN}"

    def works(self, day: date) -> bool:
        """Whether the person belongs to the company on a day."""
        return not self.is_guest and self.hired_on <= day and (self.left_on is None or day < self.left_on)


def everybody(source: Source, clock: Clock) -> list[Human]:
    """The company's people, unit by unit, then the guests; each one's number is their place in the list."""
    draw = chance("people")
    names = _names(source, sum(unit.people for unit in source.units))
    people: list[Human] = []
    for unit in source.units:
        known = [fact for fact in source.sign_ins if fact.unit == unit.name]
        people += [_known(fact, len(people) + index, clock) for index, fact in enumerate(known)]
        for _ in range(unit.people - len(known)):
            people.append(
                Human(
                    number=len(people),
                    name=names.pop(),
                    unit=unit.name,
                    job_role=_job_role(unit, people, draw),
                    hired_on=_hired_on(clock, draw.random(), draw.random()),
                    left_on=None,
                    zeal=draw.betavariate(2.2, 2.6),
                )
            )
    return _with_leavers(people, clock) + [
        Human(len(people) + index, name, "", "", clock.first_day, None, 0.5) for index, name in enumerate(source.guests)
    ]


def _names(source: Source, count: int) -> list[str]:
    """Different full names; also different without accents, since handles are made of them."""
    draw = chance("names")
    pairs = list(product(source.given_names, source.family_names))
    taken = {name_key(fact.name) for fact in source.sign_ins}
    names: list[str] = []
    for given, family in draw.sample(pairs, count * 2):
        key = name_key(f"{given} {family}")
        if key not in taken:
            taken.add(key)
            names.append(f"{given} {family}")
    return names


def _known(fact: SignInFact, number: int, clock: Clock) -> Human:
    hired = add_months(clock.first_day, -40)
    return Human(number, fact.name, fact.unit, fact.job_role, hired, None, 0.9, sign_in=fact.role)


def _job_role(unit: UnitFact, people: list[Human], draw: Random) -> str:
    """The unit's first person leads it; the others follow its weights."""
    lead = "Director" if "Director" in unit.job_roles else "Team lead"
    if not any(person.unit == unit.name and person.job_role == lead for person in people):
        return lead
    weights = {role: weight for role, weight in unit.job_roles.items() if role != "Team lead"}
    return draw.choices(list(weights), list(weights.values()))[0]


def _hired_on(clock: Clock, is_new: float, when: float) -> date:
    """Most were here long before; some came during the history, none in its last three weeks."""
    days = (clock.back(21) - clock.first_day).days
    if is_new < _NEW_SHARE:
        return clock.first_day + timedelta(days=round(when * days))
    return add_months(clock.first_day, -48) - timedelta(days=round(when * 3000))


def _with_leavers(people: list[Human], clock: Clock) -> list[Human]:
    """Some of those who were here long have left the company meanwhile."""
    draw = chance("leavers")
    old = [person.number for person in people if person.hired_on < clock.first_day and not person.sign_in]
    leaving = set(draw.sample(old, _LEAVERS))
    span = (clock.back(20) - clock.first_day).days - 90
    return [
        replace(person, left_on=clock.first_day + timedelta(days=90 + draw.randrange(span)))
        if person.number in leaving
        else person
        for person in people
    ]
