"""The office brings its history in: columns and spellings said by hand, a preview, all of it, and back again."""

import re
import shutil

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from cop.models import Community, Facilitator, Person, RingChange
from tests.browser.conftest import DARK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.real_data]


def counts(server) -> tuple[int, ...]:
    with server.rows() as db:
        return tuple(
            db.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Community, Person, Facilitator)
        )


def choose(page: Page, title: str, option: str) -> None:
    escaped = re.compile(
        "^" + r"\\?".join(["", *map(re.escape, title)]) + "$"
    )  # Streamlit names a field by its Markdown
    field = page.get_by_test_id("stMain").get_by_role("combobox", name=escaped)
    field.click()
    field.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    expect(field).to_have_value(option)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def upload(page: Page, *files) -> None:
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    expect(page.get_by_text(files[-1].name).first).to_be_visible()
    press(page, "Look at them")
    expect(page.get_by_role("button", name="See what would happen")).to_be_visible(timeout=60_000)


def preview(page: Page) -> None:
    press(page, "See what would happen")
    expect(page.get_by_role("tab", name=re.compile("Problems"))).to_be_visible(timeout=60_000)


def take_back(page: Page) -> None:
    """The latest import goes again."""
    page.get_by_role("combobox", name="Take one back").click()
    page.get_by_role("option").first.click()
    press(page, "Take back …")
    press(page, "Take it back")
    expect(page.get_by_text(re.compile("Taken back: [\\d,]+ rows"))).to_be_visible(timeout=60_000)
    press(page, "To all imports")


def test_groups_and_their_leaders_come_in_and_go_again(server, page, sign_in, settle, real_data, shot, axe):
    folder, before = real_data / "k8s-sigs", counts(server)
    sign_in(page, "ada", "/imports")
    axe(page)
    upload(page, folder / "communities.csv", folder / "leaders.csv")
    settle(page)
    shot(page, "import-columns")
    axe(page)

    preview(page)  # what the names of the columns suggest isn't enough, and nothing is guessed
    expect(page.get_by_role("alert")).to_contain_text("problems stand against it")
    expect(page.get_by_role("button", name=re.compile("^Import "))).to_have_count(0)
    settle(page)
    shot(page, "import-refused")
    axe(page)
    press(page, "Back to the columns")

    for spelling, meaning in (
        ("sigs", "Community"),
        ("workinggroups", "Working group"),
        ("committees", "Committee"),
    ):
        choose(page, spelling, meaning)
    page.get_by_text("As the focus, take only the first sentence").click()
    settle(page)

    page.get_by_role("tab", name="leaders.csv").click()
    settle(page)
    for spelling, meaning in (
        ("chairs", "Lead"),
        ("tech_leads", "Co facilitator"),
        ("emeritus_leads", "(leave the row out)"),
    ):
        choose(page, spelling, meaning)
    choose(page, "Unknown people with a handle or e-mail address", "Enter them as staff")
    settle(page)

    preview(page)
    for reason in ("The text is longer than what can be stored.", "The person has a stronger role"):
        page.get_by_role("combobox", name=re.compile("Leave out, and report")).click()
        page.get_by_role("option", name=re.compile(reason)).click()
        page.keyboard.press("Escape")
    press(page, "Look again")
    write = page.get_by_role("button", name=re.compile(r"^Import [\d,]+ rows$"))
    expect(write).to_be_visible(timeout=60_000)
    settle(page)
    shot(page, "import-ready")
    axe(page)
    page.reload()  # nothing of it hangs on the tab
    expect(write).to_be_visible()
    assert counts(server) == before
    page.get_by_role("link", name="Audit log").click()  # and one finds the way back to it
    expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    page.get_by_role("link", name="Imports").click()
    press(page, "Go on")
    write.click()
    expect(page.get_by_text(re.compile(r"^Imported: [\d,]+ rows written\.$"))).to_be_visible(timeout=60_000)
    press(page, "To all imports")
    expect(page.get_by_role("heading", name="Made so far")).to_be_visible()
    rooms, people, carriers = (now - then for now, then in zip(counts(server), before, strict=True))
    assert rooms == 35
    assert carriers == 155  # 286 rows: 120 emeritus, 11 with a stronger role
    assert people > 100
    take_back(page)
    assert counts(server) == before
    expect(page.get_by_role("combobox", name="Take one back")).to_be_visible()


def test_an_edition_of_a_radar_comes_in_and_goes_again(server, page, sign_in, settle, real_data, tmp_path, shot, axe):
    def rings() -> int:
        with server.rows() as db:
            return db.scalar(sa.select(sa.func.count()).select_from(RingChange))

    before = rings()
    sign_in(page, "ada", "/imports")
    volume = real_data / "thoughtworks-radar" / "volumes" / "tw-radar-vol30-2024-Apr.csv"
    upload(page, shutil.copy(volume, tmp_path / "radar.csv"))
    choose(page, "Day *", "Always the same …")
    page.get_by_label("Day is").fill("2024-04-03")
    page.get_by_label("Day is").press("Enter")
    settle(page)
    for spelling, meaning in (
        ("caution", "Hold"),
        ("languages-and-frameworks", "Languages and frameworks"),
        ("no change", "Unchanged"),
    ):
        choose(page, spelling, meaning)
    settle(page)
    shot(page, "import-radar")
    axe(page)
    preview(page)
    page.get_by_role("button", name=re.compile(r"^Import [\d,]+ rows$")).click()
    expect(page.get_by_text(re.compile(r"^Imported: [\d,]+ rows written\.$"))).to_be_visible(timeout=60_000)
    press(page, "To all imports")
    assert rings() - before == 105
    take_back(page)
    assert rings() == before


def test_a_kept_mapping_is_recognised(server, page, sign_in, settle, real_data, tmp_path):
    table = tmp_path / "units.csv"
    table.write_text("Unit code;Unit;Above\nA;Alpha works;\nB;Beta works;A\n", encoding="cp1252")
    sign_in(page, "ada", "/imports")
    upload(page, table)
    choose(page, "Parent", "Above")
    settle(page)
    page.get_by_text("Keep this mapping for the next time").click()
    page.get_by_label("Name", exact=True).fill("Units of the HR system")
    press(page, "Keep it")
    expect(page.get_by_text("“Units of the HR system” is kept.")).to_be_visible()
    press(page, "Drop this import")
    expect(page.get_by_role("heading", name="Kept mappings")).to_be_visible()
    upload(page, table)
    expect(page.get_by_text("These files fit the mapping “Units of the HR system”.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Parent", exact=True)).to_have_value("Above")


@pytest.mark.parametrize(("look", "options"), [("dark", DARK), ("phone", PHONE)])
def test_other_looks(new_page, sign_in, settle, axe, shot, server, tmp_path, look, options):
    page = new_page(**options)
    table = tmp_path / "people.csv"
    table.write_text("Personnel number,Name,E-Mail\n1,Ana Gómez,ana@x.example\n2,Ben,\n", encoding="utf-8")
    sign_in(page, "ada", "/imports")
    upload(page, table)
    settle(page)
    axe(page)
    shot(page, f"import-columns-{look}")
    preview(page)
    page.mouse.move(0, 0)  # not over the button that came there
    settle(page)
    axe(page)
    shot(page, f"import-preview-{look}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "the page scrolls sideways"
