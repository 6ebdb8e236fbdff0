"""Days and times as files write them: read where there is one reading, never guessed where there are two."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.db import reading
from cop.errors import Invalid
from cop.imports import dates
from cop.imports.dates import Moment, UnknownForm
from cop.imports.inspection import inspect
from cop.imports.mapping import parse_mapping
from cop.imports.records import read_job
from cop.imports.suggest import date_forms
from cop.models import CommunitySession
from tests import factories as make
from tests.unit.imports.helpers import bring, single

CASES = Path(__file__).with_name("cases")
ZONE = "Europe/Madrid"

ONE_READING = {
    "2026-03-05": Moment(date(2026, 3, 5)),
    "2026-03-05 16:30:00": Moment(date(2026, 3, 5), time(16, 30)),
    "2026-03-05T23:30:00Z": Moment(date(2026, 3, 6), time(0, 30)),  # Madrid is an hour ahead in winter
    "2026-07-05T23:30:00.000Z": Moment(date(2026, 7, 6), time(1, 30)),  # and two in summer
    "2026-03-05T23:30:00-05:00": Moment(date(2026, 3, 6), time(5, 30)),
    "2026-03-05 23:30 UTC": Moment(date(2026, 3, 6), time(0, 30)),
    "2026-03-05T23:30+0530": Moment(date(2026, 3, 5), time(19, 0)),
    "45321": Moment(date(2024, 1, 30)),
    "45321.75": Moment(date(2024, 1, 30), time(18, 0)),
    "45321,5": Moment(date(2024, 1, 30), time(12, 0)),
    "10/Jan/26 12:00 AM": Moment(date(2026, 1, 10), time(0, 0)),
    "24/Feb/26 9:30 PM": Moment(date(2026, 2, 24), time(21, 30)),
    "24/Feb/26 12:05 p.m.": Moment(date(2026, 2, 24), time(12, 5)),
    "13.01.26": Moment(date(2026, 1, 13)),
    "20260305": Moment(date(2026, 3, 5)),
    "5-Mar-2026": Moment(date(2026, 3, 5)),
    "Mar 5, 2026": Moment(date(2026, 3, 5)),
    "March 5th, 2026": Moment(date(2026, 3, 5)),
    "Montag, 5. Januar 2026": Moment(date(2026, 1, 5)),
    "5. März 2026": Moment(date(2026, 3, 5)),
    "5 de enero de 2026": Moment(date(2026, 1, 5)),
    "lun. 5 janv. 2026": Moment(date(2026, 1, 5)),
    "1er février 2026": Moment(date(2026, 2, 1)),
    "5 de fevereiro de 2026": Moment(date(2026, 2, 5)),
    "5 maggio 2026": Moment(date(2026, 5, 5)),
    "5 mrt 2026": Moment(date(2026, 3, 5)),
    "13/05/2026, 14:00": Moment(date(2026, 5, 13), time(14, 0)),
    "1/13/2026 4:30:00 PM": Moment(date(2026, 1, 13), time(16, 30)),
}


@pytest.mark.parametrize("text", ONE_READING)
def test_what_can_be_read_in_one_way_is_recognised(text):
    looked = inspect("x.csv", f'day;x\n"{text}";1\n'.encode())
    forms, left = date_forms(looked, "day")
    assert not left
    assert dates.read(text, forms, ZONE) == {ONE_READING[text]}


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026", "03/04/26", "3/4/2026 4:30 PM"])
def test_what_can_be_read_in_two_ways_is_asked(text):
    assert dates.suggested([text]) == ([], [text])
    assert {way.rpartition(" ")[0] for way in dates.two_ways(text)} == {"3 April", "4 March"}


@pytest.mark.parametrize(
    "text", ["30.02.2026", "13/13/2026", "25:00", "5. Foo 2026", "", "45321x", "0", "10/Jan/26 13:00 AM"]
)
def test_what_is_no_day(text):
    assert not dates.read(text, dates.FORMS, ZONE)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("%d.%m.%Y", "%d.%m.%Y"),
        ("DD/MM/YYYY", "%d/%m/%Y"),
        ("TT.MM.JJJJ", "%d.%m.%Y"),
        ("dd/MM/yyyy HH:mm", "%d/%m/%Y %H:%M"),
        ("d/mmm/yy h:mm AM/PM", "%d/%b/%y %I:%M %p"),
        ("10/Jan/26 12:00 AM", "%d/%b/%y %I:%M %p"),
        ("31.12.2026", "%d.%m.%Y"),
        ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z"),
        ("Serial", "serial"),
    ],
)
def test_forms_as_people_write_them(written, form):
    assert dates.form_of(written) == form


@pytest.mark.parametrize("written", ["foo", "03/04/2026", "%Q", "%d %d %Y", "%d.%m"])
def test_what_is_no_form(written):
    with pytest.raises(UnknownForm):
        dates.form_of(written)
    with pytest.raises(Invalid):
        parse_mapping(MEMBERS.replace('"%d.%m.%Y"', f'"{written}"'))


MEMBERS = """
source = "hr"
[[files]]
kind = "memberships"
[files.columns]
community = "c"
name = "n"
joined_on = { column = "since", format = ["%d.%m.%Y", "serial"] }
"""


def test_several_forms_in_one_column():
    text = "c,n,since\nData,Ana Gomez,31.12.2019\nData,Ben Okri,45321\nData,Zoe Lund,03/04/2026\n"
    made = single(MEMBERS, text, "memberships")
    assert [record.values["joined_on"] for record in made.sheets[0].records] == [date(2019, 12, 31), date(2024, 1, 30)]
    assert [(problem.row, problem.reason) for problem in made.problems] == [(4, "unreadable")]
    day_first = single(MEMBERS.replace('"serial"', '"serial", "DD/MM/YYYY"'), text, "memberships")
    assert (day_first.problems, day_first.sheets[0].records[2].values["joined_on"]) == ([], date(2026, 4, 3))
    both = single(MEMBERS.replace('"serial"', '"serial", "DD/MM/YYYY", "MM/DD/YYYY"'), text, "memberships")
    assert [(problem.row, problem.reason) for problem in both.problems] == [(4, "ambiguous_date")]


def test_the_days_of_an_issue_tracker():
    looked = inspect("issue-tracker.csv", (CASES / "issue-tracker.csv").read_bytes())
    assert looked.columns == ("Issue key", "Summary", "Created", "Due date", "Labels (1)", "Labels (2)", "Status")
    for column in ("Created", "Due date"):
        assert date_forms(looked, column) == (["%d/%b/%y %I:%M %p"], [])


SESSIONS = """
source = "office"
[[files]]
kind = "sessions"
columns = { community = "community", title = "title", date = "starts"%s }
"""


@pytest.mark.parametrize("with_time", ["", ', time = "starts"'])
def test_moments_with_an_offset_are_sessions_at_the_organisations_time(db, with_time):
    make.organisation(db, time_zone=ZONE)
    make.community(db, name="Platform")
    make.commit(db)
    text = (CASES / "sessions-utc.csv").read_bytes()
    made = read_job(parse_mapping(SESSIONS % with_time), {"sessions": text}, time_zone=ZONE)
    assert not made.problems
    assert [record.values["date"] for record in made.sheets[0].records] == [date(2026, 3, 6)] * 2
    assert [record.values["time"] for record in made.sheets[0].records] == [time(0, 30), time(5, 30)]
    bring(made)
    with reading() as other:
        held = other.execute(sa.select(CommunitySession.title, CommunitySession.starts_at)).all()
    assert dict(map(tuple, held)) == {
        "Night shift": datetime(2026, 3, 5, 23, 30, tzinfo=UTC),  # 6 March 00:30 in Madrid
        "Offset": datetime(2026, 3, 6, 4, 30, tzinfo=UTC),  # 6 March 05:30
    }
    assert bring(read_job(parse_mapping(SESSIONS % with_time), {"sessions": text}, time_zone=ZONE)) == 0
