"""Text that attacks, in every field that people can fill, on every screen that shows it: it stays text.

The rows are put into the database past all checks: what a screen does with a text must not hang on who wrote it there.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from cop import audit
from cop import db as database
from cop.choices import (
    AttendanceKind,
    Channel,
    ContributionKind,
    Decision,
    EvidenceKind,
    FunnelStage,
    GrantedRole,
    GroupKind,
    QuestionType,
    RoundPhase,
    SessionStatus,
    SurveyState,
)
from cop.models import (
    Community,
    CommunitySkill,
    Draft,
    Evidence,
    FunnelRound,
    ItemComment,
    ItemCommunity,
    ItemUnit,
    Objective,
    Organisation,
    OrgUnit,
    Person,
    Quadrant,
    Question,
    ReleasedCell,
    ReleasedComment,
    Resource,
    RoundItem,
    Skill,
    SurveyGroup,
)
from cop.periods import add_months, month_of, utcnow
from cop.permissions import Actor
from cop.sessions.drafts import KIND, draft_subject
from cop.sessions.typed import Typed
from cop.ui.navigation import PAGES
from tests import factories as make
from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

KEPT = "https://kept.example/"
"""The only foreign address that a screen may link to: it stands in the fields meant for one."""
_TEXTS = (
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<img src=//evil.example/a.png>",
    "<svg/onload=window.pwned=1>",
    "<svg><script>window.pwned=1</script></svg>",
    "<iframe src=https://evil.example/b></iframe>",
    "<object data=https://evil.example/c></object>",
    "<link rel=stylesheet href=https://evil.example/d.css>",
    "<style>@import 'https://evil.example/e.css'</style>",
    "<a href=javascript:window.pwned=1>x</a>",
    "<b onmouseover=window.pwned=1>bold</b>",
    "<details open ontoggle=window.pwned=1>",
    "</textarea><script>window.pwned=1</script>",
    "\"><img src=x onerror='window.pwned=1'>",
    "![x](https://evil.example/f.png)",
    "![x][1] [1]: https://evil.example/g.png",
    "[x](javascript:window.pwned=1)",
    "[x](https://evil.example/h 'title')",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<https://evil.example/i>",
    "https://evil.example/j",
    "www.evil.example/k",
    "mail@evil.example",
    "javascript:window.pwned=1",
    ":material/home: :material_home: :streamlit: :smile:",
    "-- <-> a -> b <- c >= d <= e ~= f ->",
    ":red[red] :blue-badge[badge] :small[small]",
    "$x^2$ $$\\frac{1}{2}$$ \\(y\\)",
    "**bold** _it_ ~~gone~~ `code`",
    "# heading",
    "- [x] done",
    "1. first",
    "> quoted",
    "``` fence",
    "--- rule | a | b | --- |",
    "&lt;script&gt; &#60;img&#62; &amp;amp; &nbsp;",
    "\u202egnihton\u202c \u200fright\u200e",
    "👩\u200d🚀 e\u0301 \u200bzero \ufeffmark",
    "{{7*7}} ${7*7} <%= 7*7 %> %s {0}",
    "=cmd|' /C calc'!A1",
    '{"image":"//evil.example/l.png","url":"//evil.example/m","href":"//evil.example/n"}',
)
PAYLOADS = tuple(f"{text} n{number:02}" for number, text in enumerate(_TEXTS))
"""The number at the end tells them apart; what comes first on a line has its meaning there."""
ALL = "\n".join(PAYLOADS)
ROOMS, ARCHIVED = 5, 2
"""How many communities' pages are opened, and how many of those that are archived."""

WATCH = """
addEventListener('securitypolicyviolation', (event) =>
  (window.blocked ??= []).push(`${event.effectiveDirective} ${event.blockedURI}`));
for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.pwned = 1; };
"""
SHOWN = """() => [
  document.body.innerText,
  ...[...document.querySelectorAll('*')].flatMap((host) => [...(host.shadowRoot?.querySelectorAll('ul, ol') ?? [])])
    .map((list) => list.innerText),
  ...[...document.querySelectorAll('input, textarea')].map((field) => field.value),
  ...[...document.querySelectorAll('canvas td, canvas [role=gridcell]')].map((cell) => cell.textContent),
].join('\\n')"""
HARM = """(kept) => {
  const elsewhere = (address) => ![location.origin + '/', kept, 'data:', 'blob:'].some((good) => address.startsWith(good));
  const roots = [document.body, ...[...document.querySelectorAll('*')].map((host) => host.shadowRoot).filter(Boolean)];
  const all = (query) => roots.flatMap((root) => [...root.querySelectorAll(query)])
    .filter((element) => !element.matches('body > script'));
  const own = ['script-src-elem inline', 'script-src wasm-eval'];  // Streamlit's own page tries these
  return {
    ran: window.pwned ?? null,
    blocked: (window.blocked ?? []).filter((entry) => !own.includes(entry)),
    elements: all('script, iframe, object, embed, link, .katex, math, form[action]:not([action="/sign-out"]), [onerror], [onload], [onmouseover]')
      .map((element) => element.outerHTML.slice(0, 200)),
    links: all('a[href]').map((link) => link.href).filter(elsewhere),
    pictures: all('img').map((picture) => picture.src).filter(elsewhere),
  };
}"""


def nth(number: int) -> str:
    return PAYLOADS[number % len(PAYLOADS)]


def plain(text: str) -> str:
    """As it may be told apart on a screen: without the joiner that keeps addresses text, spaces run together."""
    return " ".join(text.replace("\u2060", "").split())


@pytest.fixture(scope="module")
def nasty(server: Server) -> dict[str, int]:
    """Payloads in every text column that a user can fill; returns the ids of what pages are opened with."""
    with server.rows() as db:
        db.get_one(Organisation, 1).name = nth(0)
        for username, number in (("ada", 20), ("fay", 14)):
            db.get_one(Person, server.ids[f"person:{username}"]).name = nth(number)
        units = [make.org_unit(db, name=text) for text in PAYLOADS]
        people = [make.person(db, name=text, org_unit_id=units[n].id) for n, text in enumerate(PAYLOADS)]
        rooms = _rooms(db, server, units, people)
        ids = _hub(db, server, rooms[0], people)
        for number in range(6):
            account = make.account(db, people[number], username=nth(number + 20).lower())
            make.grant(db, account, GrantedRole.MANAGER, units[number + 10])
        ids |= _funnel(db, rooms, units, people)
        skills = _skills(db, server, rooms[0], units, people)
        ids |= _surveys(db, skills, units)
        topics = ("catalog", "sessions", "memberships", "people", "organisation", "accounts", "funnel")
        database.bump(db, (*topics, "skills", "profiles", "surveys", "participation"))
        return ids


def _rooms(db, server: Server, units: list[OrgUnit], people: list[Person]) -> list[Community]:
    """A community per payload, each field with another one; the first few are also Fay's, the last are archived."""
    areas = [make.area(db, name=text[:80]) for text in PAYLOADS]
    fay = db.get_one(Person, server.ids["person:fay"])
    rooms = []
    for number, text in enumerate(PAYLOADS):
        archived = number >= len(PAYLOADS) - ARCHIVED
        texts = {"focus": nth(number + 8), "cadence": nth(number + 5)[:80], "charter": ALL, "norms": ALL}
        if archived:
            texts |= {"archived_at": utcnow(), "archive_reason": nth(number + 12), "merged_into_id": rooms[0].id}
        area, unit = areas[(number + 16) % len(areas)], units[(number + 24) % len(units)]
        room = make.community(db, slug=f"room-{number}", name=text, area_id=area.id, org_unit_id=unit.id, **texts)
        make.facilitator(db, room, people[(number + 32) % len(people)])
        if number < ROOMS:
            make.facilitator(db, room, fay)
        rooms.append(room)
    return rooms


def _hub(db, server: Server, hub: Community, people: list[Person]) -> dict[str, int]:
    """The first room gets forty of everything that a community has many of."""
    now = utcnow()
    hub.channel_url = KEPT
    for number, person in enumerate(people):
        left = {"left_on": now.date(), "leave_reason": nth(number + 3)} if number % 4 == 3 else {}
        make.membership(db, hub, person, join_reason=nth(number + 7), **left)
        db.add(Objective(community_id=hub.id, statement=nth(number), measure=nth(number + 9)))
    held = _held(db, hub, people, now)
    make.session(db, hub, now.date(), title=nth(30), **_planned(now - timedelta(hours=2)))  # waits to be recorded
    planned = make.session(
        db, hub, now.date(), title=nth(16), place=nth(17), agenda=ALL, **_planned(now + timedelta(days=2))
    )
    cancelled = [
        make.session(
            db,
            hub,
            (now + timedelta(days=3)).date(),
            title=nth(5 * number),
            place=nth(5 * number + 1),
            cancel_reason=nth(5 * number + 2),
            agenda=ALL,
            **_planned(now + timedelta(days=3, hours=number)) | {"status": SessionStatus.CANCELLED},
        )
        for number in range(4)
    ]
    _history(db, hub, held, now)
    typed = Typed(
        title=nth(9),
        day=now.date().isoformat(),
        start="10:00",
        end_day=now.date().isoformat(),
        end="11:00",
        place=nth(10),
        agenda=ALL,
        roster=ALL,
        topics=ALL,
        decisions=ALL,
        contributions=[{"id": None, "kind": "idea", "title": nth(11), "person": None, "url": nth(12)}],
        links=[{"id": None, "title": nth(13), "url": nth(23)}],
    )
    subject = draft_subject(hub.id, None)
    db.add(
        Draft(account_id=server.ids["account:fay"], kind=KIND, subject=subject, payload=typed.payload(), updated_at=now)
    )
    singles = {f"cancelled:{number}": session.id for number, session in enumerate(cancelled)}
    return {"held": held, "planned": planned.id, **singles}


def _planned(starts: datetime) -> dict[str, object]:
    starts = starts.replace(second=0, microsecond=0)
    times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "planned_starts_at": starts}
    return {"status": SessionStatus.PLANNED, **times}


def _held(db, hub: Community, people: list[Person], now: datetime) -> int:
    """Forty sessions; the last one has forty people, contributions and links."""
    first = add_months(month_of(now.date()), -2)
    for number, text in enumerate(PAYLOADS):
        room_for_all = number == len(PAYLOADS) - 1
        session = make.session(
            db,
            hub,
            first + timedelta(days=number % 28),
            people if room_for_all else None,
            title=text,
            place=nth(number + 1),
            topics=ALL,
            decisions=ALL,
            agenda=ALL,
            **{} if room_for_all else {"attendance_kind": AttendanceKind.COUNT, "headcount": 3},
        )
    for number, text in enumerate(PAYLOADS):
        values = {"session_id": session.id, "person_id": people[number].id, "kind": ContributionKind.IDEA}
        make.contribution(db, hub, session.day, title=text, url=KEPT, **values)
        link = {"session_id": session.id, "added_by_id": people[(number + 4) % len(people)].id, "added_at": now}
        db.add(Resource(community_id=hub.id, title=text, url=KEPT, **link))
    return session.id


def _history(db, hub: Community, session_id: int, now: datetime) -> None:
    for number in range(6):
        by = Actor(account_id=0, person_id=0, name=nth(4 * number), roles=frozenset())
        texts = {"before": {"charter": nth(4 * number + 1)}, "after": {"charter": nth(4 * number + 2)}}
        audit.record(db, by, now=now, operation="catalog.edit_community", community_id=hub.id, **texts)
        texts = {"before": {"topics": nth(4 * number + 1)}, "after": {"topics": nth(4 * number + 2)}}
        where = {"object_type": "session", "object_id": session_id, "community_id": hub.id}
        audit.record(db, by, now=now, operation="sessions.record_session", **where, **texts)


def _funnel(db, rooms: list[Community], units: list[OrgUnit], people: list[Person]) -> dict[str, int]:
    """An item per payload, the first with forty of everything that hangs on one; a round that decided on all."""
    now = utcnow()
    found = FunnelRound(name=nth(3)[:80], note=nth(4), phase=RoundPhase.PUBLISHED, opened_at=now, published_at=now)
    db.add(found)
    for quadrant in db.query(Quadrant):
        quadrant.name = nth(quadrant.id + 20)[:60]
    items = []
    for number, text in enumerate(PAYLOADS):
        texts = {"objective": nth(number + 2), "indicator": nth(number + 3)[:200], "client": nth(number + 4)[:120]}
        who = {"owner_id": people[number].id, "raised_by_id": people[(number + 5) % len(people)].id}
        kind = {"channel": Channel.NEED, "stage": FunnelStage.QUALIFIED, "stage_reason": nth(number + 6)}
        dates = {"created_at": now, "stage_since": now}
        items.append(make.funnel_item(db, title=text, description=ALL, **texts, **who, **kind, **dates))
    db.flush()
    for number, item in enumerate(items):
        db.add(ItemUnit(item_id=item.id, org_unit_id=units[number].id))
        db.add(ItemComment(item_id=items[0].id, person_id=people[number].id, text=nth(number), at=now))
        given = {"kind": EvidenceKind.REPORT, "dated_on": now.date(), "added_at": now, "added_by_id": people[number].id}
        db.add(Evidence(item_id=items[0].id, title=nth(number), url=KEPT, **given))
        decided = {"decision": Decision.PARK, "reason": nth(number + 1), "decided_by_id": people[number].id}
        db.add(RoundItem(round_id=found.id, item_id=item.id, title=item.title, rank=number + 1, **decided))
    for room in rooms[:ROOMS]:
        db.add(ItemCommunity(item_id=items[0].id, community_id=room.id, linked_at=now))
    return {"item": items[0].id, "round": found.id}


def _skills(db, server: Server, hub: Community, units: list[OrgUnit], people: list[Person]) -> list[Skill]:
    """A skill per payload, required by everybody, offered by somebody; Fay has a job role that requires five of them."""
    fay = db.get_one(Person, server.ids["person:fay"])
    roles = [make.job_role(db, name=text[:120]) for text in PAYLOADS]
    fay.job_role_id, fay.org_unit_id = roles[6].id, units[7].id
    found = []
    for number, text in enumerate(PAYLOADS):
        levels = {f"level_{level}": nth(number + level) for level in range(5)}
        found.append(make.skill(db, name=text[:120], description="" if number else ALL, **levels))
    for number, skill in enumerate(found):
        make.role_requirement(db, roles[number], found[0], 1 + number % 4)
        make.unit_requirement(db, units[number], found[0], 1 + number % 4)
        make.person_skill(db, people[number].id, found[0], 3, can_help=True)
        make.person_skill(db, people[number].id, found[number or 1], 3, can_help=True)
        db.add(CommunitySkill(community_id=hub.id, skill_id=skill.id))
    for skill in found[1:6]:
        make.role_requirement(db, roles[6], skill, 4)
        make.person_skill(db, fay.id, skill, 1, wants_to_learn=True)
    return found


def _surveys(db, skills: list[Skill], units: list[OrgUnit]) -> dict[str, int]:
    """A template, a draft, a wave to answer, and one that is told of: forty questions, groups and comments."""
    asked: list[dict[str, object]] = [
        {
            "type": QuestionType.SINGLE,
            "text": nth(number),
            "help": nth(number + 1),
            "options": [nth(number + 2), nth(number + 3)],
        }
        for number in range(len(PAYLOADS))
    ]
    asked += [{"type": QuestionType.LEVEL, "text": nth(number), "skill_id": skills[number].id} for number in range(6)]
    agree = {"type": QuestionType.LIKERT, "text": f"{nth(5)} too", "options": [nth(number) for number in range(5)]}
    asked += [agree | {"dimension": nth(6)[:80]}, {"type": QuestionType.TEXT, "text": f"{nth(7)} too", "help": ALL}]
    until = utcnow().date() + timedelta(days=7)
    template = make.survey_template(db, asked, name=nth(8)[:120], purpose=ALL)
    texts = {"purpose": ALL, "closes_on": until, "template_id": template.id}
    draft = make.survey(db, asked, name=nth(9)[:120], **texts)
    waits = make.open_survey(db, asked, name=nth(10)[:120], **texts)
    told = make.survey(db, asked, name=nth(11)[:120], **texts)
    told.state, told.opened_on = SurveyState.CLOSED, utcnow().date()
    questions = list(db.query(Question).filter_by(survey_id=told.id).order_by(Question.place))
    cell = {"answers": 12, "known": 12, "counts": [4, 8]}
    for number, text in enumerate(PAYLOADS):
        where = {"kind": GroupKind.ORG_UNIT, "org_unit_id": units[number].id}
        group = SurveyGroup(survey_id=told.id, name=text[:120], headcount=20, **where)
        db.add(group)
        db.flush()
        for question in questions[: 3 if number else None]:
            if question.type is not QuestionType.TEXT:
                several = {"counts": [2, 4, 2, 2, 2], "mean": 1.8} if question.type is not QuestionType.SINGLE else {}
                db.add(ReleasedCell(group_id=group.id, question_id=question.id, **cell | several))
        db.add(ReleasedComment(question_id=questions[-1].id, text=text))
    db.flush()
    return {"template": template.id, "draft": draft.id, "open": waits.id, "closed": told.id}


class Visit:
    """A browser that opens one screen after the other and keeps what should never have happened."""

    def __init__(self, page: Page, server: Server, settle: Callable[[Page], None]) -> None:
        self.page, self.server, self._settle = page, server, settle
        self.elsewhere: list[str] = []
        page.add_init_script(WATCH)
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url.replace("ws", "http", 1)))
        page.context.on("page", lambda opened: self.elsewhere.append(opened.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server.url + "/", "data:", "blob:")):
            self.elsewhere.append(url)

    def open(self, path: str, expected: Iterable[str] = ()) -> None:
        self.page.goto(self.server.url + path)
        self.look(path, expected)

    def look(self, where: str, expected: Iterable[str] = (), *, at_least: int = 0) -> None:
        """What is to be read, literally (`at_least` so many of it), and that nothing else came of it."""
        self._settle(self.page)
        wanted = {plain(text) for text in expected}
        deadline = time.monotonic() + 10
        while True:
            shown = plain(self.page.evaluate(SHOWN))
            missing = {text for text in wanted if text not in shown}
            if len(wanted) - len(missing) >= (at_least or len(wanted)):
                break
            assert time.monotonic() < deadline, f"{where}: not shown as typed: {sorted(missing)}"
            self.page.wait_for_timeout(100)
        harm = self.page.evaluate(HARM, KEPT)
        assert harm == {"ran": None, "blocked": [], "elements": [], "links": [], "pictures": []}, where
        assert self.elsewhere == [], where

    def tab(self, name: str, expected: Iterable[str] = (), *, at_least: int = 0) -> None:
        """A section of a community's page."""
        self.page.get_by_role("tab", name=name).click()
        expect(self.page.get_by_role("tab", name=name, selected=True)).to_be_visible()
        self.look(name, expected, at_least=at_least)

    def pick(self, label: str, typed: str) -> None:
        """The first of a list's choices that fits what is typed; scrolling would close the list."""
        field = self.page.get_by_role("combobox", name=label, exact=True)
        field.scroll_into_view_if_needed()
        field.press_sequentially(typed, delay=30)
        expect(self.page.get_by_role("option").first).to_be_visible()
        self.look(f"the choices of {label}")
        self.page.get_by_role("option").first.click()

    def choose(self, text: str) -> None:
        """One of a row of buttons, such as the parts of a community's care."""
        self.page.get_by_test_id("stButtonGroup").get_by_text(text, exact=True).click()

    def leaf(self, where: str) -> set[str]:
        """Turn through all pages of a list; which payloads were to be read, literally."""
        main = self.page.get_by_test_id("stMain")
        following = self.page.get_by_role("button", name="Next page", exact=True)
        found: set[str] = set()
        while True:
            self.look(where)
            before, shown = main.text_content() or "", plain(main.inner_text())
            found |= {text for text in PAYLOADS if plain(text) in shown}
            if following.is_disabled():
                return found
            following.click()
            expect(main).not_to_have_text(before)


@pytest.fixture
def visit(server: Server, nasty: dict[str, int], page: Page, sign_in, settle) -> Callable[[str], Visit]:
    def enter(username: str) -> Visit:
        visit = Visit(page, server, settle)
        sign_in(page, username, "/account")
        return visit

    return enter


def _community(visit: Visit) -> None:
    """Every section of the community that has forty of everything."""
    visit.open("/community?c=room-0", [nth(0), nth(8), nth(16)[:80], nth(24), nth(32), *PAYLOADS])
    visit.tab("Sessions", [nth(16), nth(30)])
    assert visit.leaf("sessions") == set(PAYLOADS)
    visit.tab("Contributions")
    assert visit.leaf("contributions") == set(PAYLOADS)
    visit.tab("Resources", PAYLOADS)
    visit.tab("Members", PAYLOADS, at_least=8)
    visit.tab("History", [f"{nth(4 * number)} changed the community" for number in range(6)])
    visit.tab("Manage", [nth(0), nth(8), nth(5)])
    visit.choose("Objectives")
    visit.look("objectives", PAYLOADS)
    visit.choose("Joins and leaves")
    visit.look("moves", PAYLOADS, at_least=8)


def _funnel_screens(visit: Visit, ids: dict[str, int]) -> None:
    """The funnel: its board and list, one item, proposing, a published round."""
    visit.open("/funnel")
    visit.look("board", PAYLOADS, at_least=20)
    visit.open("/funnel?view=List")
    visit.look("list of items", PAYLOADS, at_least=8)
    address = f"/item?id={ids['item']}"
    visit.open(address, [nth(2), nth(3), nth(4), nth(6), nth(0), *PAYLOADS])
    visit.open(f"{address}&tab=Evidence", PAYLOADS)
    visit.open(f"{address}&tab=Discussion", PAYLOADS)
    visit.open(f"/rounds?round={ids['round']}", [nth(3)[:80], nth(4), *PAYLOADS])
    visit.open("/propose")
    visit.page.get_by_label("Title").fill(nth(0))
    visit.look("items like it", [nth(0)])


def _office(visit: Visit) -> None:
    """The screens on the organisation, the audit log, and who joined."""
    visit.open("/organisation")
    visit.look("units", PAYLOADS, at_least=8)
    visit.pick("Change a unit", "n02")
    visit.look("one unit", [nth(2)])
    visit.open("/organisation?tab=Areas")
    visit.look("areas", [text[:80] for text in PAYLOADS], at_least=8)
    visit.pick("Change an area", "script")
    visit.look("one area")
    visit.open("/organisation?tab=Settings", [nth(0)])
    visit.open("/audit?operation=Sessions%3A+record+session")
    visit.look("audit log", [nth(4 * number) for number in range(6)], at_least=4)
    table = visit.page.get_by_test_id("stDataFrame").bounding_box()
    assert table
    visit.page.mouse.click(table["x"] + 18, table["y"] + 35 + 17)
    visit.look("an entry", [nth(20), nth(21), nth(22)])
    visit.open("/accounts")
    visit.page.get_by_text("Who joined, who left").click()
    visit.look("who joined", PAYLOADS, at_least=8)


def test_for_the_office_text_stays_text(nasty, visit):
    ada = visit("ada")
    ada.look("account", [nth(20)])
    ada.open("/catalog?archived=true")
    assert ada.leaf("cards") == set(PAYLOADS)
    ada.open("/catalog?view=Table&archived=true")
    ada.look("table", PAYLOADS, at_least=10)
    ada.open(f"/calendar?view=List&on={add_months(month_of(utcnow().date()), -2)}", PAYLOADS)
    _community(ada)
    ada.choose("Facilitators")
    ada.look("facilitators", [nth(32), nth(14)])
    ada.pick("Person", "script")
    expect(ada.page.get_by_role("combobox", name="Person")).to_have_value(f"{nth(0)} ({nth(0)})")
    for number in range(1, ROOMS):
        texts = [nth(number), nth(number + 8), nth(number + 16)[:80], nth(number + 24), nth(number + 32)]
        ada.open(f"/community?c=room-{number}", texts)
    for number in range(len(PAYLOADS) - ARCHIVED, len(PAYLOADS)):
        ada.open(f"/community?c=room-{number}", [nth(number), f"{nth(number + 12)}.", f"part of {nth(0)} now"])
    for number in range(4):
        ada.open(f"/session?id={nasty[f'cancelled:{number}']}", [nth(5 * number + more) for more in range(3)])
    ada.open("/kpis?all_communities=true&tab=Communities+by+need+for+help")
    ada.look("figures", PAYLOADS, at_least=5)
    ada.open("/kpis?tab=Sessions+behind+the+figures")
    ada.pick("Community", "n00")
    ada.look("sessions behind the figures", PAYLOADS, at_least=5)
    _funnel_screens(ada, nasty)
    ada.open(f"/item?id={nasty['item']}&tab=Manage", [nth(0)])
    ada.choose("Texts")
    ada.look("an item's texts", [nth(0), nth(2), nth(3), nth(4)])
    _office(ada)
    ada.open("/accounts")
    ada.look("accounts", [nth(number) for number in range(6)], at_least=4)
    ada.pick("Open an account", "n02")
    ada.look("one account", [nth(2), f"User name {nth(22).lower()}", f"Manager of {nth(12)}: take back"])
    ada.page.get_by_role("button", name="Make a link").click()
    ada.look("a link", [f"Give this link to {nth(22).lower()}"])


def test_for_a_facilitator_text_stays_text(nasty, visit):
    fay = visit("fay")
    fay.look("account", [nth(number) for number in [*range(ROOMS), 14]])
    fay.open("/catalog", [nth(0), nth(8), nth(16)[:80], nth(32)])
    fay.page.get_by_role("button", name="Join").first.hover()
    fay.look("a button's help")
    _community(fay)
    fay.open(f"/session?id={nasty['held']}", PAYLOADS)
    fay.page.get_by_text("History", exact=True).click()
    fay.look("a session's history", [nth(4), f"Topics: {nth(5)} → {nth(6)}"])
    fay.open(f"/session?id={nasty['planned']}", [nth(16), nth(17), nth(0), *PAYLOADS])
    fay.open(f"/plan?session={nasty['planned']}", [nth(16), nth(17), ALL, nth(0)])
    fay.open("/record", [nth(0), nth(30)])
    fay.open(f"/record?session={nasty['held']}", [nth(39), nth(0), ALL, *PAYLOADS])
    fay.open("/record?community=room-0", [nth(9), nth(10), ALL])
    fay.look("the draft's tables", [nth(11), nth(12), nth(13), nth(23)])
    fay.page.get_by_label("Somebody else?").fill(f"{nth(14)} too")
    fay.look("a new guest", [f"Add “{nth(14)} too” as a new guest"])
    fay.open("/kpis?tab=Communities+by+need+for+help")
    fay.look("figures", PAYLOADS, at_least=3)


def _one_skill(visit: Visit) -> None:
    """The catalog of skills, and one with everything that hangs on it."""
    visit.open("/skills")
    assert visit.leaf("skills") == set(PAYLOADS)
    visit.open("/skills?q=n00")
    visit.page.get_by_test_id("stExpander").filter(has_text="n00").locator("summary").click()
    visit.look("one skill", [nth(0), nth(1), nth(2), nth(3), nth(4), *PAYLOADS])


def test_skills_stay_text_for_the_office(nasty, visit):
    ada = visit("ada")
    _one_skill(ada)
    ada.open("/skills?tab=Job+roles")
    ada.pick("Job roles", "n02")
    ada.look("required levels of a job role", PAYLOADS, at_least=5)
    ada.open("/skills?tab=Units")
    ada.pick("Unit", "n02")
    ada.look("what a unit needs", PAYLOADS, at_least=5)


def test_skills_stay_text_for_everybody_else(nasty, visit):
    fay = visit("fay")
    _one_skill(fay)
    fay.open("/helpers")
    fay.pick("Who can help with …", "n00")
    fay.look("who helps", PAYLOADS)
    fay.open("/profile", [nth(6), nth(7), *(nth(number) for number in range(1, 6))])
    fay.open("/profile?tab=Gaps+and+communities", [nth(number) for number in range(1, 6)])


SURVEY_SCREENS = (
    ("ada", "survey-office", "", (9, 10, 11)),
    ("ada", "survey-office", "?tab=Templates", (8,)),
    ("ada", "survey-office", "?template={template}", (8,)),
    ("ada", "survey-office", "?wave={draft}", (9,)),
    ("fay", "surveys", "", (10,)),
    ("fay", "answer", "?survey={open}", range(len(PAYLOADS))),
    ("fay", "results", "?survey={closed}", (11,)),
    ("fay", "gaps", "", ()),
)
"""Who opens which address, and the payloads that stand there at least."""


@pytest.mark.parametrize("username", ["ada", "fay"])
def test_what_surveys_ask_and_tell_stays_text(nasty, visit, username):
    there = {spec.url for spec in PAGES}
    screens = [row for row in SURVEY_SCREENS if row[0] == username and row[1] in there]
    somebody = visit(username) if screens else None
    for _username, url, query, shown in screens:
        somebody.open(f"/{url}{query.format(**nasty)}", [nth(number) for number in shown])


def test_a_script_as_an_address_does_not_run(server, nasty, visit):
    """A web address is checked when it is written; one that got past that still runs nothing."""
    with server.rows() as db:
        db.add(
            Resource(
                community_id=server.ids["community"], title="Trap", url="javascript:window.pwned=1", added_at=utcnow()
            )
        )
        database.bump(db, ("catalog",))
    fay = visit("fay")
    fay.page.goto(f"{server.url}/community?c=data-engineering&tab=Resources")
    trap = fay.page.get_by_role("link", name="Open")
    expect(trap).to_be_visible()
    trap.click(modifiers=["ControlOrMeta"])
    trap.evaluate("link => { link.target = '_self'; link.click(); }")
    fay.page.wait_for_timeout(300)
    assert fay.page.evaluate("window.pwned ?? null") is None
    expect(trap).to_be_visible()
