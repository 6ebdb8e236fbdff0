"""User names from e-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.lifecycle.usernames import Naming, proposed

EMAILS = {1: "ana.gomez@orbis.example", 2: "ben@orbis.example", 3: "ben@partner.example", 4: "cy@orbis.example"}


def test_the_address_or_what_stands_before_the_at():
    assert proposed(EMAILS, Naming.EMAIL, ()) == EMAILS
    assert proposed(EMAILS, Naming.LOCAL_PART, ()) == {1: "ana.gomez", 2: EMAILS[2], 3: EMAILS[3], 4: "cy"}


def test_what_is_taken_is_not_given_again():
    assert proposed(EMAILS, Naming.LOCAL_PART, {"cy"})[4] == EMAILS[4]
    assert 4 not in proposed(EMAILS, Naming.LOCAL_PART, {"cy", EMAILS[4]})
    assert 4 not in proposed(EMAILS, Naming.EMAIL, {EMAILS[4]})


@pytest.mark.parametrize("naming", Naming)
@given(st.lists(st.text("ab@", max_size=4), max_size=8), st.sets(st.text("ab@", max_size=4)))
def test_never_twice_and_never_taken(naming, emails, taken):
    found = proposed(dict(enumerate(emails)), naming, taken)
    names = list(found.values())
    assert len(set(names)) == len(names)
    assert not set(names) & taken
    assert all(names)
