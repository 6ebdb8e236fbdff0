"""Pasted lists in the forms that people paste, and the promise that nobody is matched silently twice."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cop.errors import Invalid
from cop.people.directory import Directory
from cop.people.names import name_key
from cop.sessions import roster
from cop.sessions.roster import Answer, Outcome, settle

ANA, BEN, CHO, DEE, ELI, JON, JOS = range(1, 8)
PEOPLE = {
    ANA: ("Ana Gómez", "ana.gomez@example.org", "anag"),
    BEN: ("Ben Ito", "ben@example.org", "bito"),
    CHO: ("Cho Min-Jun", "cho@example.org", "chomj"),
    DEE: ("Dee O'Neill", "dee@example.org", "deeo"),
    ELI: ("Eli de la Cruz", "eli@example.org", "elicruz"),
    JON: ("Jon Smith", "jon1@example.org", "jon1"),
    JOS: ("Jon Smith", "jon2@example.org", "jon2"),
}
DIRECTORY = Directory(
    names={person: values[0] for person, values in PEOPLE.items()},
    units={JON: "Sales", JOS: "Design"},
    guests=frozenset(),
    emails={values[1]: person for person, values in PEOPLE.items()},
    handles={values[2]: person for person, values in PEOPLE.items()},
    spellings=tuple((name_key(values[0]), person) for person, values in PEOPLE.items()),
)
CLEAR = [ANA, BEN, CHO, DEE, ELI]


def read(text, directory, usual):
    return list(roster.read(text, directory, usual).lines)


def _known(text, usual=()):
    return [line.person_id for line in read(text, DIRECTORY, usual) if line.outcome is Outcome.KNOWN]


@pytest.mark.parametrize(
    "text",
    [
        "Ana Gómez\nBen Ito\nDee O'Neill",
        "ana gomez, BEN ITO, dee o’neill",
        "Gómez, Ana; Ito, Ben; O'Neill, Dee",
        "Gomez, Ana\nIto, Ben\nO'Neill, Dee",
        "Gomez, Ana, Ito, Ben, O'Neill, Dee",
        "Ana Gómez\tBen Ito\tDee O'Neill",
        "Ana Gómez <ana.gomez@example.org>; Ben Ito <BEN@example.org>; dee@example.org",
        '"Gómez, Ana" <ana.gomez@example.org>, "Ito, Ben" <ben@example.org>, dee@example.org',
        "ana.gomez@example.org,ben@example.org\nDee O'Neill",
        "ana.gomez@example.org ben@example.org dee@example.org",
        "@anag @bito @deeo",
        "Ana Gómez @anag Ben Ito @bito\nDee O'Neill",
        "@anag\n@bito\n@deeo",
        "anag\nbito\ndeeo",
        "- Ana Gómez (@anag)\n- Ben Ito (bito)\n- Dee O'Neill",
        "- [x] Ana Gómez\n- [x] Ben Ito\n- [ ] Eli de la Cruz\n- [X] Dee O'Neill",
        "* [Ana Gómez](https://github.com/anag)\n* [@bito](https://github.com/bito)\n* Dee O'Neill - @deeo",
        "1. Ana Gómez\n2) Ben Ito\n3. Dee O'Neill (Guest)",
        "Attendees: Ana Gómez, Ben Ito, Dee O'Neill",
        "Present\n• Ana Gómez – Platform\n• Ben Ito | Data\n• Dee O'Neill",
        "Ana Gómez\tJoined\t3/5/2026, 4:00:12 PM\nBen Ito\tJoined before\t3/5/2026, 4:00:12 PM\nDee O'Neill\tJoined\t16:05",
        "Ana Gómez\t16:00\t17:00\t1h 0m\nBen Ito\t16:00\t17:00\t59m\nDee O'Neill\t16:10\t17:00\t50m 3s",
        (
            "1. Summary\nMeeting title\tGuild\n\n2. Participants\nName\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tRole\n"
            "Ana Gómez\t3/5/26, 4:00 PM\t3/5/26, 5:00 PM\t1h\tana.gomez@example.org\tOrganizer\n"
            "Ben Ito (External)\t3/5/26, 4:00 PM\t3/5/26, 5:00 PM\t1h\t\tPresenter\n"
            "O'Neill, Dee\t3/5/26, 4:01 PM\t3/5/26, 5:00 PM\t59m\tdee@example.org\tPresenter"
        ),
        (
            "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
            "Ana Gómez,ana.gomez@example.org,03/05/2026 04:00:12 PM,03/05/2026 05:00:12 PM,60,No\n"
            "Ben Ito (bito),,03/05/2026 04:00:12 PM,03/05/2026 05:00:12 PM,60,Yes\n"
            '"O\'Neill, Dee",,03/05/2026 04:00:12 PM,03/05/2026 05:00:12 PM,60,Yes'
        ),
        "\ufeffAna Gómez\r\n\r\n  Ben Ito  \r\nDee\u00a0O'Neill\r\n",
    ],
)
def test_the_same_three_people(text):
    assert _known(text) == [ANA, BEN, DEE]
    assert all(line.outcome is Outcome.KNOWN for line in read(text, DIRECTORY, ()))


def _forms(person):
    name, email, handle = PEOPLE[person]
    return [
        name,
        name.upper(),
        email,
        f"@{handle}",
        f"{name} <{email}>",
        f"{name} (@{handle})",
        f"- {name}",
        f"- [x] {name}",
        f"{name}\t16:02\t17:00",
    ]


@given(some.permutations(CLEAR), some.data())
def test_any_order_and_form_gives_the_same_people(order, data):
    text = "\n".join(data.draw(some.sampled_from(_forms(person))) for person in order)
    assert _known(text) == list(order)


@given(some.lists(some.sampled_from([form for person in PEOPLE for form in _forms(person)]), max_size=25))
def test_nobody_is_matched_by_two_lines_silently(texts):
    lines = read("\n".join(texts), DIRECTORY, ())
    people = [line.person_id for line in lines if line.outcome is Outcome.KNOWN]
    assert len(people) == len(set(people))
    assert len(lines) == len(texts)  # every line is accounted for
    settled = settle(lines, {line.key: line.candidates[0].person_id for line in lines if line.candidates})
    assert len(settled.people) == len(set(settled.people))
    taken = len(settled.people) + len(settled.newcomers) + len(settled.open) + len(settled.same)
    assert taken == len(lines)


@given(some.text(max_size=300))
def test_any_text_is_read_without_an_error(text):
    for line in read(text, DIRECTORY, ()):
        assert line.key or line.entry.name


def test_two_of_the_same_name_are_asked_for_unless_something_tells_them_apart():
    (line,) = read("Jon Smith", DIRECTORY, {JOS})
    assert (line.outcome, [one.person_id for one in line.candidates]) == (Outcome.ASK, [JOS, JON])
    assert _known("Jon Smith (jon2)") == [JOS]
    assert _known("Jon Smith <jon1@example.org>") == [JON]


def test_contradictions_are_asked_for():
    (line,) = read("Ben Ito <ana.gomez@example.org>", DIRECTORY, ())
    assert (line.outcome, {one.person_id for one in line.candidates}) == (Outcome.ASK, {ANA, BEN})
    (line,) = read("Ben Ito <ben.ito@elsewhere.example>", DIRECTORY, ())
    assert (line.outcome, [one.person_id for one in line.candidates]) == (Outcome.ASK, [BEN])


def test_alike_is_asked_for_never_taken():
    (line,) = read("Ana Gomes", DIRECTORY, ())
    assert (line.outcome, line.candidates[0].person_id) == (Outcome.ASK, ANA)
    assert line.candidates[0].score == pytest.approx(88.9)  # one of nine letters differs
    (line,) = read("Gomez Ana", DIRECTORY, ())  # no comma: the order is a guess
    assert (line.outcome, line.candidates[0].person_id) == (Outcome.ASK, ANA)
    (line,) = read("Zoë Quirk", DIRECTORY, ())
    assert (line.outcome, line.candidates) == (Outcome.UNKNOWN, ())


def test_a_first_name_can_only_mean_somebody_usual():
    (line,) = read("Ana", DIRECTORY, {ANA})
    assert (line.outcome, [one.person_id for one in line.candidates]) == (Outcome.ASK, [ANA])
    (line,) = read("Ana", DIRECTORY, set())
    assert line.outcome is Outcome.UNKNOWN
    (line,) = read("Ana G.", DIRECTORY, {ANA})
    assert line.candidates[0].person_id == ANA


def test_a_confirmed_single_word_is_exact_only_where_that_person_belongs():
    known = Directory({ANA: "Ana Gómez"}, {}, frozenset(), {}, {}, (("ana gomez", ANA), ("anita", ANA)))
    assert read("Anita", known, {ANA})[0].outcome is Outcome.KNOWN
    assert read("Anita", known, set())[0].outcome is Outcome.ASK


def test_repetitions_are_told():
    lines = read("Ana Gómez\nana gomez\n@anag\nZoë\nzoe", DIRECTORY, ())
    assert [line.outcome for line in lines] == [
        Outcome.KNOWN,
        Outcome.REPEATED,
        Outcome.REPEATED,
        Outcome.UNKNOWN,
        Outcome.REPEATED,
    ]
    assert settle(lines, {}).same == ("ana gomez", "@anag", "zoe")


def test_settling_by_hand():
    lines = read("Ana Gómez\nBen Itto\nZoë Quirk\nPaula\nA. Gomez", DIRECTORY, {ANA})
    assert [line.outcome.value for line in lines] == ["known", "ask", "unknown", "unknown", "ask"]
    answers = {lines[1].key: BEN, lines[2].key: Answer.GUEST, lines[3].key: Answer.LEAVE_OUT}
    settled = settle(lines, answers)
    assert settled.people == (ANA, BEN)
    assert [(line.newcomer_name, kind.value) for line, kind in settled.newcomers] == [("Zoë Quirk", "guest")]
    assert settled.spellings == (("Ben Itto", BEN),)
    assert settled.open == (lines[4],)
    again = settle(lines, answers | {lines[4].key: ANA})
    assert (again.people, again.same, again.open) == ((ANA, BEN), ("A. Gomez",), ())


def test_an_answer_that_was_not_offered_counts_as_none():
    lines = read("Ben Itto", DIRECTORY, ())
    assert settle(lines, {lines[0].key: CHO}).open == tuple(lines)
    assert settle(lines, {lines[0].key: "manager"}).open == tuple(lines)


def test_what_is_no_roster_is_refused():
    with pytest.raises(Invalid, match="too long"):
        read("a" * 1_000_001, DIRECTORY, ())
    with pytest.raises(Invalid, match="5,001 people"):
        read("\n".join(f"Person {number}" for number in range(5_001)), DIRECTORY, ())


def test_similar_names_are_looked_for_only_as_long_as_somebody_would_answer():
    """Beyond 300 unknown names each further one would cost a search among all people, and is answered in bulk."""
    unknown = [f"Zz{number:03} Qq{number:03}" for number in range(300)]
    lines = read("\n".join(["Ana Gomes", *unknown[1:], "Ana Gomez x"]), DIRECTORY, ())
    assert lines[0].candidates
    assert (lines[300].outcome, lines[300].candidates) == (Outcome.UNKNOWN, ())


def test_twenty_thousand_people_and_two_hundred_unknown_lines_are_read():
    letters = random.Random(7)  # noqa: S311 - a repeatable test

    def word():
        return "".join(letters.choices("aeioulnrstdmk", k=7))

    names = {number: f"{word()} {word()}" for number in range(20_000)}
    large = Directory(names, {}, frozenset(), {}, {}, tuple((name, number) for number, name in names.items()))
    text = "\n".join(f"{word()} {word()}" for _ in range(200))
    assert len(read(text, large, range(300))) == 200
