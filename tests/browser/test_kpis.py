"""The KPI screen in a browser: it follows what others save, leaves alone what one does, and hands out its figures."""

import csv
import io
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from cop.accounts.queries import actor_of_account
from cop.choices import AttendanceKind
from cop.db import reading
from cop.execute import execute
from cop.models import Community, OrgUnit
from cop.periods import add_months, local_day, month_of, utcnow
from cop.sessions import operations
from cop.sessions.inputs import Gift, Plan, Report
from tests import factories as make
from tests.browser.conftest import DARK, PHONE, Server

pytestmark = pytest.mark.browser

ZONE = "Europe/Madrid"
WITHIN_MS = 3_000
SPARKLINES = ("svg-img-alt",)
"""Streamlit's own line in a metric card has marks without a name; `drawn` sees to it that our charts have theirs."""


@pytest.fixture(scope="module")
def programme(server: Server) -> list[int]:
    """Two years of seven communities with some course in it; returns the members of Data Engineering."""
    today = local_day(utcnow(), ZONE)
    with server.rows() as db:
        unit = db.get_one(OrgUnit, server.ids["unit"])
        area = make.area(db, name="Ways of working")
        names = ("Cloud Native", "Agile Coaches", "Accessibility", "Applied AI", "Security Champions", "Old Guard")
        rooms = [make.community(db, name=name, area_id=area.id) for name in names]
        rooms.append(db.get_one(Community, server.ids["community"]))
        people = [make.person(db, org_unit_id=unit.id) for _ in range(60)]
        first = add_months(month_of(today), -26)
        for index, room in enumerate(rooms):
            members = people[index * 6 : index * 6 + 18]
            for place, somebody in enumerate(members):
                make.membership(db, room, somebody, joined_on=add_months(first, place % 12).replace(day=3))
            for number in range(26 if room.name != "Old Guard" else 20):
                day = add_months(first, number).replace(day=4 + index)
                came = members[(index + number) % 3 :: 2 if number < 18 else 1 + index % 2][: 4 + number % 5]
                if (index + number) % 6:
                    make.session(db, room, day, people=came, title=f"{room.name} {number + 1}")
                else:
                    counted = {"attendance_kind": AttendanceKind.COUNT, "headcount": 20} if number % 2 else {}
                    make.session(db, room, day, title=f"{room.name} {number + 1}", **counted)
                for _ in range((index + number) % 3):
                    make.contribution(db, room, day, person_id=came[0].id)
        return [somebody.id for somebody in members]


def record(server: Server, attended: list[int], title: str) -> None:
    """Fay records a session in another way than through a browser."""
    starts = utcnow().astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0) - timedelta(minutes=90)
    with reading(server.engine) as db:
        fay = actor_of_account(db, server.ids["account:fay"], now=utcnow())
    execute(
        operations.record_session,
        fay,
        on=server.engine,
        community_id=server.ids["community"],
        plan=Plan(title, starts, starts + timedelta(hours=1), ZONE),
        report=Report("list", attended=attended, contributions=[Gift("idea", f"Idea of {title}")]),
    )


def card(page: Page, label: str) -> Locator:
    """The value of a card."""
    found = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return found.get_by_test_id("stMetricValue")


def number(page: Page, label: str) -> int:
    return int(card(page, label).inner_text().replace(",", ""))


def scrolled(page: Page) -> int:
    return page.get_by_test_id("stMain").evaluate("element => Math.round(element.scrollTop)")


def drawn(page: Page, settle: Callable[[Page], None]) -> None:
    """All charts stand there."""
    settle(page)
    for index in range(5):
        chart = page.get_by_test_id("stVegaLiteChart").nth(index)
        expect(chart.get_by_role("img").or_(chart.locator("svg, canvas")).first).to_be_visible()


def test_a_saved_session_shows_without_touching_anything(server, programme, page, sign_in, settle):
    sign_in(page, "max", "/kpis?community=Data+Engineering&period=6+months")
    drawn(page, settle)
    sessions, contributions = number(page, "Sessions held"), number(page, "Contributions")
    main = page.get_by_test_id("stMain")
    main.evaluate("element => element.scrollTo(0, 700)")
    page.wait_for_timeout(2_500)  # a poll goes by: nothing moves by itself
    at, address = scrolled(page), page.url
    assert at > 300
    started = time.monotonic()
    record(server, programme[:7], "While you look")
    expect(card(page, "Sessions held")).to_have_text(f"{sessions + 1:,}", timeout=WITHIN_MS)
    expect(card(page, "Contributions")).to_have_text(f"{contributions + 1:,}", timeout=WITHIN_MS)
    taken = time.monotonic() - started
    settle(page)
    assert taken < WITHIN_MS / 1_000
    assert abs(scrolled(page) - at) <= 2
    assert page.url == address
    expect(page.get_by_test_id("stMultiSelect").filter(has_text="Communities")).to_contain_text("Data Engineering")


def test_nothing_moves_while_nobody_saves(server, programme, page, sign_in, settle):
    """No rerun every two seconds: the page's elements stay the same ones."""
    sign_in(page, "max", "/kpis")
    drawn(page, settle)
    page.wait_for_timeout(1_000)  # the last chart's own finishing touches
    page.evaluate("""() => {
        window.changed = [];
        const seen = new MutationObserver(found => window.changed.push(...found.map(one => one.target.outerHTML)));
        seen.observe(document.querySelector('[data-testid="stMain"]'), {childList: true, subtree: true});
    }""")
    page.wait_for_timeout(5_000)
    assert page.evaluate("window.changed") == []


def test_what_somebody_types_is_left_alone(server, programme, page, sign_in, settle):
    """The catalog follows the same writes; half a search stays, with the focus in it."""
    sign_in(page, "sam", "/catalog")
    settle(page)
    counts = page.get_by_text(re.compile("attendances in 12 months"))
    before = counts.all_inner_texts()
    field = page.get_by_label("Search", exact=True)
    field.press_sequentially("Data Engin", delay=20)
    record(server, programme[:3], "While you type")
    page.wait_for_timeout(WITHIN_MS)
    assert counts.all_inner_texts() != before  # the page has followed
    expect(field).to_have_value("Data Engin")
    expect(field).to_be_focused()
    page.keyboard.type("eering")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 8", exact=True)).to_be_visible()  # the other is of the area Data and engineering
    expect(field).to_have_value("Data Engineering")


def details(page: Page, chart: str) -> None:
    """Ask for a chart's table, downloads and definition."""
    page.get_by_test_id("stMain").get_by_role("radio", name=chart, exact=True).click()


def test_an_open_table_and_a_drill_down_stay_open(server, programme, page, sign_in, settle):
    sign_in(page, "max", "/kpis?community=Data+Engineering")
    drawn(page, settle)
    details(page, "Participation")
    settle(page)
    expect(page.get_by_text("Attending members ÷ members on the day").first).to_be_visible()
    before = number(page, "Sessions held")
    record(server, programme[:5], "With a table open")
    expect(card(page, "Sessions held")).to_have_text(f"{before + 1:,}", timeout=WITHIN_MS)
    settle(page)
    expect(page.get_by_text("Attending members ÷ members on the day").first).to_be_visible()


def save(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_charts_csv_and_png(server, programme, page, sign_in, settle, tmp_path):
    sign_in(page, "max", "/kpis?period=6+months")
    drawn(page, settle)
    details(page, "Participation")
    settle(page)
    page.get_by_role("button", name="Download", exact=True).click()
    table = save(page, "Table as CSV", tmp_path)
    today = local_day(utcnow(), ZONE)
    first = add_months(month_of(today), -5)
    assert table.name == f"cop-participation-{first:%Y-%m}-{today:%Y-%m}.csv"
    header, *rows = csv.reader(io.StringIO(table.read_bytes().decode("utf-8-sig")))
    assert header[:2] == ["Month", "Participation"]
    assert [row[0] for row in rows] == [f"{add_months(first, back):%Y-%m}" for back in range(5, -1, -1)]
    came, places = (sum(int(row[place]) for row in rows) for place in (2, 3))
    assert card(page, "Participation").inner_text() == f"{came / places:.0%}"
    book = save(page, "Table as Excel", tmp_path)
    assert book.name == table.name.replace(".csv", ".xlsx")
    assert CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()[0] == header
    picture = save(page, "Chart as PNG", tmp_path)
    assert picture.name == table.name.replace(".csv", ".png")
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert picture.stat().st_size > 20_000


def test_a_manager_s_year(server, programme, new_page, sign_in, settle, shot, axe):
    for name, options in (
        ("desktop-light", {}),
        ("desktop-dark", DARK),
        ("phone-light", PHONE),
        ("phone-dark", PHONE | DARK),
    ):
        page = new_page(**options)
        sign_in(page, "max", "/kpis")
        drawn(page, settle)
        shot(page, f"kpis-{name}")
        axe(page, ignore=SPARKLINES)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, "nothing scrolls sideways"


def test_everything_opened(server, programme, page, sign_in, settle, shot, axe):
    month = add_months(month_of(local_day(utcnow(), ZONE)), -2)
    sign_in(page, "max", f"/kpis?unit=Technology&period=All+time&month={month:%b}+{month.year}")
    drawn(page, settle)
    details(page, "Sessions held and contributions")
    settle(page)
    drawn(page, settle)
    shot(page, "kpis-opened")
    axe(page, ignore=SPARKLINES)
    for tab in ("Communities by need for help", "Sessions behind the figures"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
        settle(page)
        shot(page, f"kpis-{tab.split()[0].lower()}")
        axe(page, ignore=SPARKLINES)


def test_a_facilitators_view(server, programme, page, sign_in, settle, shot, axe):
    sign_in(page, "fay", "/kpis")
    drawn(page, settle)
    expect(page.get_by_placeholder("All yours")).to_be_visible()
    field = page.get_by_role("combobox", name=re.compile("Communities"))
    field.click()
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    settle(page)
    shot(page, "kpis-facilitator")
    axe(page, ignore=SPARKLINES)


def test_staff_are_not_let_in(server, programme, page, sign_in, settle):
    sign_in(page, "sam", "/kpis")
    settle(page)
    expect(page.get_by_role("link", name="KPIs")).to_have_count(0)
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
