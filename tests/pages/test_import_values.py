"""On the screen: values that nobody has mapped get a choice beside them, which the mapping keeps."""

from cop.choices import GrantedRole
from cop.imports import jobs
from cop.periods import utcnow
from tests import factories as make
from tests.pages.seats import open_page, take_seat
from tests.unit.imports.test_jobs import wait

FILE = (
    "Personnel list;;;;\nPersonalnummer;Nachname;Vorname;E-Mail;Aktiv;Art\n"
    "00123;Olm;Greta;greta@x.example;ja;staff\n00124;Wendt;Malte;malte@x.example;nein;Praktikant\n"
    "00125;Sol;Pia;pia@x.example;ruht;staff\nSumme;3;;;;\n"
)


def test_a_value_that_is_not_known_is_mapped_in_the_preview(db, monkeypatch):
    make.organisation(db)
    account = make.account(db)
    make.grant(db, account, GrantedRole.ADMIN)
    take_seat(db, monkeypatch, account)
    make.commit(db)
    token = jobs.new(account.id, now=utcnow())
    jobs.add_file(token, 0, FILE.encode())
    jobs.remember(token, {"stage": "looking", "names": ["hr.csv"]})
    jobs.start(token, "inspect", files=[{"name": "hr.csv", "number": 0}])
    wait(token)
    app = open_page("imports", job=token)
    assert not app.exception
    assert any("1 row above the header, 1 total" in item.value for item in app.caption)
    key = f"{token}:hr.csv"
    assert app.selectbox(key=f"kind:{key}").value == "people"
    assert app.selectbox(key=f"column:{key}:people:key").value == "Personalnummer"
    assert app.selectbox(key=f"first:{key}:people:name").value == "Vorname"
    assert app.selectbox(key=f"second:{key}:people:name").value == "Nachname"
    assert app.selectbox(key=f"column:{key}:people:active").value == "Aktiv"
    assert app.selectbox(key=f"spelling:{key}:people:active:Aktiv:ja").value == "yes"
    assert app.selectbox(key=f"spelling:{key}:people:active:Aktiv:ruht").value is None
    app.selectbox(key=f"column:{key}:people:kind").set_value("Art").run()

    app.button(key="import_preview").click().run()
    wait(token)
    app.run()
    assert not app.exception
    assert any("1 row above the header, 1 total" in item.value for item in app.caption)
    app.selectbox(key=f"unknown:{token}:hr.csv:active:ruht").set_value("no").run()
    app.selectbox(key=f"unknown:{token}:hr.csv:kind:Praktikant").set_value("guest").run()
    app.button(key="import_look_again").click().run()
    wait(token)
    app.run()
    assert not app.exception
    assert app.button(key="import_write").label.startswith("Import ")
    (file,) = jobs.recall(token)["mapping"]["files"]
    assert file["columns"]["active"]["values"] == {"ja": "yes", "nein": "no", "ruht": "no"}
    assert file["columns"]["kind"]["values"] == {"staff": "staff", "Praktikant": "guest"}
