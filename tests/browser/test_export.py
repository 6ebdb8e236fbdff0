"""Taking everything along, in a real browser."""

import zipfile

import pytest
from playwright.sync_api import expect

from cop.programme.tables import TABLES
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_the_office_takes_everything_along(server, new_page, sign_in, settle, axe, shot, tmp_path):
    page = new_page(**PHONE)
    sign_in(page, "ada", "/data")
    expect(page.get_by_role("heading", name="Export", exact=True)).to_be_visible()
    settle(page)
    axe(page)
    shot(page, "export-phone")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, "nothing scrolls sideways"
    with page.expect_download() as download:
        page.get_by_role("button", name="Export everything").click()
    assert download.value.suggested_filename.startswith("cop-programme-")
    path = tmp_path / "all.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*(table.file for table in TABLES), "README.txt"]
        assert "Fay Example" in archive.read("people.csv").decode()
        assert "Ada Example" in archive.read("audit_trail.csv").decode()
