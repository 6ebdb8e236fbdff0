"""The cases: what is measured, against what, and the goal."""

import dataclasses
import functools
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import icalendar
import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from benchmarks import blur, data, store
from benchmarks.load import Load, Timings
from benchmarks.report import Report
from benchmarks.server import TOKEN, TOKEN_HASH, Server, naive, product
from cop import db as database
from cop.accounts.queries import actor_of_account
from cop.catalog.search import fold
from cop.choices import GrantedRole
from cop.execute import execute
from cop.funnel.robustness import DRAWS, acceptability
from cop.funnel.similar import similar
from cop.imports.mapping import mapping_of
from cop.imports.operations import import_files
from cop.imports.queries import preview
from cop.imports.records import read_job
from cop.models import Attendance, CommunitySession, Contribution, Membership
from cop.periods import utcnow
from cop.permissions import SYSTEM, Actor, Role
from cop.search.queries import things
from cop.sessions import inputs
from cop.sessions.calendar_file import calendar_feed
from cop.sessions.feed_operations import make_feed
from cop.sessions.feeds import subscribed
from cop.sessions.operations import record_session
from cop.settings import ROOT
from cop.surveys.release import decide, release

PAGES = {
    "catalog": "",
    "community": "c=c1",
    "session": "id=1",
    "kpis": "",
    "record": "community=c1",
    "plan": "community=c1",
    "account": "",
    "accounts": "",
}
COOKIE = f"cop_session={TOKEN}"
WRITERS = 50
_NUMBERS = itertools.count()


@functools.cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="cop-bench-"))


@functools.cache
def _organisation(size: data.Size) -> tuple[Path, Actor]:
    """An organisation of that size, with an admin who is signed in."""
    folder = _folder() / size.label.split()[0]
    made = data.make(folder, size)
    engine = database.make_engine(made.database_url)
    account_id = data.sign_in(engine, 1, TOKEN_HASH, GrantedRole.ADMIN)
    with database.reading(engine) as db:
        actor = actor_of_account(db, account_id, now=utcnow())
    engine.dispose()
    if actor is None:
        raise SystemExit("the bench's account is not active")
    return folder, actor


def _engine(folder: Path) -> sa.Engine:
    return database.make_engine(store.address(folder))


def _save(engine: sa.Engine, actor: Actor, community_id: int, people: Sequence[int], start: datetime) -> int:
    """Save a session as a facilitator does; returns its id."""
    plan = inputs.Plan(
        title=f"Bench {next(_NUMBERS)}", start=start, end=start + timedelta(hours=1), time_zone="Europe/Madrid"
    )
    came = inputs.Report(attendance="list", attended=people)
    saved: int = execute(record_session, actor, on=engine, community_id=community_id, plan=plan, report=came)
    return saved


def _yesterday() -> datetime:
    return datetime.combine(utcnow().date() - timedelta(days=1), datetime.min.time()).replace(hour=9)


def cold_start(report: Report, _sessions: Sequence[int]) -> None:
    """The app's own start on top of the libraries'."""
    report.head("Cold start: the app against `import streamlit, pandas, altair`, seconds")
    folder, _actor = _organisation(data.SMALL)
    libraries = "import streamlit, pandas, altair"
    database_too = f"{libraries}; import sqlalchemy.orm"
    codes = {"libraries": libraries, "with SQLAlchemy": database_too, "app": f"{libraries}; import app"}
    times: dict[str, list[float]] = {name: [] for name in codes}
    env = os.environ | {"COP_DATA_DIR": str(folder), "COP_DATABASE_URL": store.address(folder)}
    for _ in range(7):
        for name, code in codes.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=env, cwd=ROOT, stderr=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - start)
    app = statistics.median(times["app"])
    report.ratio("cold start", app, statistics.median(times["libraries"]))
    report.ratio("the same against these libraries and SQLAlchemy", app, statistics.median(times["with SQLAlchemy"]))


def writers(report: Report, _sessions: Sequence[int]) -> None:
    """50 facilitators save at the same moment."""
    report.head(f"{WRITERS} writers saving sessions at once, four saves each")
    folder, actor = _organisation(data.SMALL)
    engine = _engine(folder)
    before = _counts(engine)
    barrier, errors = threading.Barrier(WRITERS), []

    def write(index: int) -> int:
        barrier.wait()
        saved = 0
        for turn in range(4):
            try:
                _save(engine, actor, index % 25 + 1, range(1, 21), _yesterday() - timedelta(days=turn))
                saved += 1
            except Exception as error:  # noqa: BLE001 - counted
                errors.append(repr(error))
        return saved

    start = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        acknowledged = sum(pool.map(write, range(WRITERS)))
    seconds = time.perf_counter() - start
    after = _counts(engine)
    report.check(f"{acknowledged} saves acknowledged, {len(errors)} errors {errors[:1]}", good=not errors)
    lost = acknowledged - (after[0] - before[0])
    report.check(f"{lost} sessions lost", good=lost == 0)
    report.check("20 attendances of each", good=after[1] - before[1] == 20 * acknowledged)
    plain = _plain_inserts(folder, acknowledged)
    report.ratio("ms a save, against bare inserts of the same rows", 1000 * seconds / acknowledged, plain)
    engine.dispose()


def _counts(engine: sa.Engine) -> tuple[int, int]:
    with database.reading(engine) as db:
        sessions = db.scalar(sa.select(sa.func.count()).select_from(CommunitySession)) or 0
        return sessions, db.scalar(sa.select(sa.func.count()).select_from(Attendance)) or 0


def _plain_inserts(folder: Path, count: int) -> float:
    """Milliseconds for one transaction that inserts a session and 20 attendances, nothing else, on a bare table."""
    engine = _engine(folder)
    number = "SERIAL" if engine.dialect.name == "postgresql" else "INTEGER"
    with database.transaction(engine) as db:
        db.execute(sa.text(f"CREATE TABLE bench_session (id {number} PRIMARY KEY, title TEXT)"))
        db.execute(sa.text("CREATE TABLE bench_attendance (session_id INTEGER, person_id INTEGER)"))
    start = time.perf_counter()
    for _ in range(count):
        with database.transaction(engine) as db:
            made = db.execute(sa.text("INSERT INTO bench_session (title) VALUES ('x') RETURNING id")).scalar_one()
            rows = [{"s": made, "p": person} for person in range(20)]
            db.execute(sa.text("INSERT INTO bench_attendance VALUES (:s, :p)"), rows)
    milliseconds = 1000 * (time.perf_counter() - start) / count
    with database.transaction(engine) as db:
        db.execute(sa.text("DROP TABLE bench_session"))
        db.execute(sa.text("DROP TABLE bench_attendance"))
    engine.dispose()
    return milliseconds


def first_read(report: Report, _sessions: Sequence[int]) -> None:
    """The KPI page of the first viewer after somebody saved."""
    report.head("KPI page, first run after a save: 1,000,000 against 10,000 attendances, ms")
    medians = {}
    for size in (data.SMALL, data.LARGE):
        folder, actor = _organisation(size)
        with product(folder) as server:
            medians[size] = _after_writes(server, folder, actor)
            report.line(f"{size.label}: median {medians[size]:.0f} ms, server's peak {server.peak_mb:.0f} MB")
    report.ratio("first run after a save", medians[data.LARGE], medians[data.SMALL], at_most=3)
    folder, _actor = _organisation(data.LARGE)
    start = time.perf_counter()
    with _engine(folder).connect() as connection:
        for table in (CommunitySession, Attendance, Membership):
            pd.read_sql(sa.select(table.__table__), connection)
    report.ratio(
        "the same against reading the rows into pandas", medians[data.LARGE], 1000 * (time.perf_counter() - start)
    )


def _after_writes(server: Server, folder: Path, actor: Actor) -> float:
    """The median time of a run that follows a save, over 12 saves."""
    engine = _engine(folder)
    Load(server.base, "kpis", 1, 3, cookie=COOKIE).run()  # the first run ever warms what never changes
    saves = iter(range(1_000))

    def save() -> None:
        _save(engine, actor, next(saves) % 25 + 1, range(1, 21), _yesterday())

    timings = Load(server.base, "kpis", 1, 12, cookie=COOKIE, before=save).run()
    _no_errors(timings)
    engine.dispose()
    return statistics.median(timings.rerun)


def _no_errors(timings: Timings) -> None:
    if timings.errors:
        raise SystemExit(f"{len(timings.errors)} sessions failed: {timings.errors[0]}")


def pages(report: Report, sessions: Sequence[int]) -> None:
    """Every page against the empty page, and the KPI page against its naive twin."""
    folder, _actor = _organisation(data.SMALL)
    kpis: dict[int, Timings] = {}
    with product(folder) as server:
        for count in sessions:
            report.head(f"{count} sessions, each rerunning every 2 s: p95 in ms against the empty page")
            empty = Load(server.base, "empty", count, 8, cookie=COOKIE).run()
            _no_errors(empty)
            report.line(f"empty: p50 {empty.p(0.5):.1f}, p95 {empty.p(0.95):.1f}")
            for page, query in PAGES.items():
                timings = Load(server.base, page, count, 8, [query], COOKIE).run()
                _no_errors(timings)
                goal = 6 if page == "kpis" and count >= 100 else None
                report.ratio(f"{page} (p50 {timings.p(0.5):.1f})", timings.p(0.95), empty.p(0.95), at_most=goal)
                kpis |= {count: timings} if page == "kpis" else {}
        report.line(f"server's peak memory: {server.peak_mb:.0f} MB")
    most = max(sessions)
    with naive(folder) as server:
        report.head(f"The KPI page drawn naively on stock settings, {most} sessions")
        slow = Load(server.base, "", most, 3, timeout=600).run()
        report.line(f"naive: p50 {slow.p(0.5):,.0f}, p95 {slow.p(0.95):,.0f} ms, peak {server.peak_mb:.0f} MB")
        faster = slow.p(0.95) / kpis[most].p(0.95)
        report.check(f"KPI page's p95 is {faster:,.0f} × faster than the naive one's (goal ≥ 50)", good=faster >= 50)


def live(report: Report, sessions: Sequence[int]) -> None:
    """The KPI page under 20 filter settings, while a session is saved every 5 s."""
    count = max(sessions)
    report.head(f"KPI page, {count} sessions with 20 filter settings, a save every 5 s")
    folder, actor = _organisation(data.SMALL)
    engine, stop = _engine(folder), threading.Event()

    def keep_saving() -> None:
        turn = 0
        while not stop.wait(5):
            turn += 1
            _save(engine, actor, turn % 25 + 1, range(1, 21), _yesterday())

    with product(folder) as server:
        empty = Load(server.base, "empty", count, 10, cookie=COOKIE).run()
        _no_errors(empty)
        writer = threading.Thread(target=keep_saving)
        writer.start()
        try:
            timings = Load(server.base, "kpis", count, 15, _settings(), COOKIE).run()
        finally:
            stop.set()
            writer.join()
        _no_errors(timings)
        report.line(f"p50 {timings.p(0.5):.1f} ms, peak memory {server.peak_mb:.0f} MB")
        report.ratio("p95 against the empty page", timings.p(0.95), empty.p(0.95), at_most=20)
    engine.dispose()


def imports(report: Report, _sessions: Sequence[int]) -> None:
    """50,000 attendances from a CSV file: read, compared with what is there, written with audit and figures."""
    people, meetings, come = 1_000, 2_500, 20
    report.head(f"Import of {meetings * come:,} attendances from CSV against plain executemany")
    settings = data.empty(_folder() / "import")
    engine = database.make_engine(settings.database_url)
    start = utcnow().date() - timedelta(days=meetings // 5 + 30)
    days = [start + timedelta(days=number // 5) for number in range(meetings)]
    came = [(f"s{m}", f"p{(m * 7 + n * 13) % people}") for m in range(meetings) for n in range(come)]
    files = {
        "people": ["key,name", *(f"p{number},Person Number{number}" for number in range(people))],
        "communities": ["key,name", *(f"c{number},Room {number}" for number in range(25))],
        "sessions": ["key,community,date,title", *(f"s{m},c{m % 25},{day},Bench" for m, day in enumerate(days))],
    }
    _import(engine, files)
    start_at = time.perf_counter()
    written = _import(engine, {"attendance": ["session,person", *(f"{meeting},{who}" for meeting, who in came)]})
    seconds = time.perf_counter() - start_at
    report.check(f"{written:,} rows written of {len(came):,}", good=written >= len(came))
    plain = _plain_rows(engine, came)
    report.line(f"{len(came) / seconds:,.0f} rows a second, plain executemany {len(came) / plain:,.0f}")
    report.ratio("seconds, against plain executemany of the same rows into a bare table", seconds, plain)
    engine.dispose()


def _import(engine: sa.Engine, files: dict[str, list[str]]) -> int:
    contents: dict[str, bytes | None] = {kind: "\n".join(lines).encode() for kind, lines in files.items()}
    raw = [{"kind": kind, "columns": {name: name for name in lines[0].split(",")}} for kind, lines in files.items()]
    job = read_job(mapping_of({"source": "bench", "files": raw}), contents)
    with database.reading(engine) as db:
        plan = preview(db, SYSTEM, job=job, now=utcnow())
    written: int = execute(import_files, SYSTEM, on=engine, plan=plan)
    return written


def _plain_rows(engine: sa.Engine, rows: list[tuple[str, str]]) -> float:
    """Seconds for the same rows in one transaction, into a table without keys or references."""
    with database.transaction(engine) as db:
        db.execute(sa.text("CREATE TABLE bench_came (session TEXT, person TEXT)"))
    start = time.perf_counter()
    with database.transaction(engine) as db:
        values = [{"s": session, "p": person} for session, person in rows]
        db.execute(sa.text("INSERT INTO bench_came VALUES (:s, :p)"), values)
    seconds = time.perf_counter() - start
    with database.transaction(engine) as db:
        db.execute(sa.text("DROP TABLE bench_came"))
    return seconds


def search(report: Report, _sessions: Sequence[int]) -> None:
    """Words among a million contributions, against scanning the same table with LIKE."""
    count = int(os.environ.get("COP_BENCH_CONTRIBUTIONS", "1000000"))
    report.head(f"Search among {count:,} contributions against LIKE '%word%' over the same table, ms")
    folder = _folder() / "search"
    engine = database.make_engine(data.make(folder, data.SMALL).database_url)
    start = time.perf_counter()
    data.contribute(engine, count)
    report.line(f"written with their index in {time.perf_counter() - start:,.0f} s")
    words = {
        "a rare word": "barbican",
        "two words": "barbican harbour",
        "the beginning of a rare word": "barbic",
        "a typing mistake": "barbicn",
        "a common word": "balbal",
        "two common words": "balbal balban",
        "the beginning of many words": "ba",
        "nothing": "qqqqqq",
    }
    with database.reading(engine) as db:
        actor = Actor(1, 1, "bench", frozenset({Role.STAFF}))
        scans = [_milliseconds(lambda: _scan(db, "barbican")) for _ in range(3)]
        scan = statistics.median(scans)
        report.line(f"LIKE: {scan:,.0f} ms")
        page = {"kind": "contribution", "start": 0, "count": 5, "today": utcnow().date()}
        for what, text in words.items():
            times = [_milliseconds(functools.partial(things, db, actor, text=text, **page)) for _ in range(6)]
            report.ratio(f"{what}, first", times[0], scan, at_most=1)
            report.ratio(f"{what}, warm", statistics.median(times[1:]), scan, at_most=1)
        found = things(db, actor, text="barbicn", **page)
        report.check("the typing mistake leads there", good=[hit.title for hit in found.hits] == [data.RARE])
    engine.dispose()


def _scan(db: DbSession, word: str) -> int:
    wanted = sa.select(sa.func.count()).where(Contribution.title.like(f"%{word}%"))
    return db.scalar(wanted) or 0


def _milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def feed(report: Report, _sessions: Sequence[int]) -> None:
    """A calendar feed of 500 sessions, from the database to the bytes."""
    report.head("Calendar feed of 500 events, ms")
    folder, actor = _organisation(data.Size(people=50, communities=1, sessions=500, come=1, units=2, months=3))
    engine, now = _engine(folder), utcnow()
    execute(make_feed, actor, on=engine, token_hash=TOKEN_HASH, community_id=1)

    def ours() -> bytes:
        with database.reading(engine) as db:
            found = subscribed(db, TOKEN_HASH, now=now)
        if found is None or len(found.entries) < 495:  # the oldest may lie beyond the feed's first day
            raise SystemExit("the feed doesn't hold what was made")
        return calendar_feed(found.name, ((entry, entry.created_at, "https://x.example/") for entry in found.entries))

    def plain() -> bytes:
        calendar = icalendar.Calendar()
        for number in range(500):
            event = icalendar.Event()
            event.add("uid", f"{number}@bench")
            event.add("dtstamp", now)
            event.add("dtstart", now)
            event.add("summary", f"Session {number}")
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    report.line(f"{len(ours()):,} bytes")
    report.ratio("feed against 500 least events of the library", _median_ms(ours), _median_ms(plain))
    engine.dispose()


def _median_ms(run: Callable[[], object], times: int = 15) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def survey(report: Report, _sessions: Sequence[int]) -> None:
    """Closing an anonymous wave with its audit, against a plain group-by; small waves with overlapping groups."""
    report.head("Closing a wave: audit and release, ms")
    took = {}
    for people, units in ((2_000, 30), (20_000, 300)):
        wave = data.survey(people, units, 60)
        took[people] = _median_ms(functools.partial(_close, wave), 5)
        plain = _median_ms(functools.partial(_group_by, wave), 3)
        what = f"{people:,} people × 60 skills × {units} units"
        report.ratio(f"{what}, against their group-by", took[people], plain, at_most=5)
    report.ratio("the same against a tenth of the size", took[20_000], took[2_000], at_most=12)
    for people in (25, 40, 60, 150):
        _small_waves(report, people)
    blur.compare(report)


_KINDS = ("all", "attribute", "community")


def _small_waves(report: Report, people: int) -> None:
    """A wave and a second one without a twentieth of its people, in ten organisations: what is kept, and how long it takes."""
    figures: dict[int, tuple[list[bool], list[bool], list[float]]] = {1: ([], [], []), 2: ([], [], [])}
    for seed in range(10):
        found, past = data.overlapping(people, seed), []
        rng = np.random.default_rng(seed)
        for groups, cells, seconds in figures.values():
            start = time.perf_counter()
            decided = decide(found, _KINDS, past=past)
            table = _table(found, decided, rng)
            seconds.append(time.perf_counter() - start)
            large = decided["n"] >= 5
            groups.extend(decided.loc[large, "reason"].isna())
            cells.extend(table.loc[table["group"].isin(decided.loc[large, "group"]), "reason"].isna())
            past.append(found[found["group"].isin(decided.loc[decided["reason"].isna(), "group"])])
            found = found[~found["person"].isin(rng.choice(people, max(1, people // 20), replace=False))]
    report.line(f"{people} people, 3 attributes, 8 communities, 20 skills, a tenth of them not known:")
    for wave, (groups, cells, seconds) in figures.items():
        report.line(
            f"  wave {wave}: {np.mean(groups):.0%} of groups from 5 on and {np.mean(cells):.0%} of their cells shown, "
            f"audit {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s"
        )


def _table(found: pd.DataFrame, decided: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The released table of twenty skills; each respondent is a cohort of their own."""
    skills = {f"skill {number}": 5 for number in range(20)}
    answers = pd.DataFrame(rng.integers(0, 5, (found["person"].nunique(), 20)).astype(float), columns=list(skills))
    answers = answers.mask(rng.random(answers.shape) < 0.1)
    answers.insert(0, "cohort", np.sort(found["person"].unique()))
    memberships = found.rename(columns={"person": "cohort"})[["cohort", "group"]]
    return release(answers, memberships, decided, skills, rng=rng)


def _close(wave: data.Wave) -> int:
    decided = decide(wave.respondents, ("unit",))
    questions = {str(name): 5 for name in wave.answers.columns[1:]}
    return len(release(wave.answers, wave.memberships, decided, questions, rng=np.random.default_rng(1)))


def _group_by(wave: data.Wave) -> int:
    """Known answers and mean by unit and skill: the least that a table of the same shape takes."""
    skills = wave.answers.drop(columns="cohort")
    return sum(len(skills.groupby(group.to_numpy()).agg(["count", "mean"])) for group in wave.levels)


def funnel(report: Report, sessions: Sequence[int]) -> None:
    """The board of 1,000 items, how well 500 ranks hold, and what is looked for while a title is typed."""
    report.head("Funnel: the board of 1,000 items against the empty page, p95 in ms")
    folder = _folder() / "funnel"
    engine = database.make_engine(data.make(folder, data.SMALL).database_url)
    data.raise_items(engine, 1_000)
    data.sign_in(engine, 1, TOKEN_HASH, GrantedRole.ADMIN)
    engine.dispose()
    with product(folder) as server:
        for count in sessions:
            empty = Load(server.base, "empty", count, 8, cookie=COOKIE).run()
            for what, query in (("board", ""), ("list", "view=List")):
                timings = Load(server.base, "funnel", count, 8, [query], COOKIE).run()
                _no_errors(timings)
                line = f"{count} sessions, {what} (first {timings.median_first():.0f}, p50 {timings.p(0.5):.1f})"
                report.ratio(line, timings.p(0.95), empty.p(0.95))
        report.line(f"server's peak memory: {server.peak_mb:.0f} MB")
    _ranks_hold(report)
    rng = random.Random(7)
    titles = {key: data.title(rng) for key in range(1_000)}
    typed = data.title(rng)

    def look(end: int) -> tuple[int, ...]:
        return similar(fold(typed[:end]), {key: fold(text) for key, text in titles.items()})

    keystrokes = [_median_ms(functools.partial(look, end), 3) for end in range(1, len(typed) + 1)]
    report.line(
        f"like items among 1,000 titles: median {statistics.median(keystrokes):.2f} ms a keystroke, "
        f"at most {max(keystrokes):.2f} ms"
    )


def gaps(report: Report, sessions: Sequence[int]) -> None:
    """The heatmap of a closed wave of 300 units × 60 skills, and one unit of it."""
    report.head("Skill gaps: 300 units × 60 skills against the empty page, p95 in ms")
    folder = _folder() / "gaps"
    engine = database.make_engine(data.make(folder, dataclasses.replace(data.SMALL, units=300)).database_url)
    data.close_wave(engine, 60)
    data.sign_in(engine, 1, TOKEN_HASH, GrantedRole.ADMIN)
    engine.dispose()
    with product(folder) as server:
        for count in sessions:
            empty = Load(server.base, "empty", count, 8, cookie=COOKIE).run()
            report.line(f"empty: p50 {empty.p(0.5):.1f}, p95 {empty.p(0.95):.1f}")
            for what, query in (("heatmap", ""), ("one group", "tab=One group"), ("coverage", "tab=Coverage")):
                timings = Load(server.base, "gaps", count, 8, [query], COOKIE).run()
                _no_errors(timings)
                line = f"{count} sessions, {what} (first {timings.median_first():.0f}, p50 {timings.p(0.5):.1f})"
                report.ratio(line, timings.p(0.95), empty.p(0.95))
        report.line(f"server's peak memory: {server.peak_mb:.0f} MB")


def _ranks_hold(report: Report) -> None:
    """Ranks under random weightings, against sorting as many scores and nothing else."""
    rng = np.random.default_rng(7)
    for items in (100, 500):
        values = rng.integers(0, 5, (items, 4)) / 4
        scores = rng.dirichlet(np.ones(4), DRAWS) @ values.T
        ours = _median_ms(functools.partial(acceptability, values), 5)
        plain = _median_ms(functools.partial(np.sort, scores, axis=1), 5)
        report.ratio(f"ranks of {items} items under {DRAWS:,} weightings, against np.sort, ms", ours, plain)


def _settings() -> list[str]:
    """20 filter settings of the KPI page."""
    return [f"area={area}&period={period}" for area in (1, 2, 3, 4, 5) for period in ("3", "6", "12", "24")]


CASES: dict[str, Callable[[Report, Sequence[int]], None]] = {
    "cold_start": cold_start,
    "writers": writers,
    "imports": imports,
    "feed": feed,
    "first_read": first_read,
    "pages": pages,
    "live": live,
    "search": search,
    "survey": survey,
    "funnel": funnel,
    "gaps": gaps,
}
