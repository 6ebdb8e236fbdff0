"""What a file seems to be, and what its columns seem to mean: a start that never guesses where two readings fit."""

import pytest

from cop.imports import meanings, suggest
from cop.imports.inspection import delimiter_of, encoding_of, from_json, inspect
from cop.imports.mapping import mapping_of

TEXT = "Nr;Name;Straße\n1;Zoë Müller;Köln\n2;José Núñez;A Coruña\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"a,b\n1,2\n", "auto"),
        (TEXT.encode(), "auto"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "auto"),
        (TEXT.encode("utf-16"), "auto"),
        (TEXT.encode("cp1252"), "cp1252"),
        ("Preis;1 €\n".encode("cp1252"), "cp1252"),
    ],
)
def test_encodings(data, encoding):
    assert encoding_of(data) == encoding


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    assert delimiter_of(TEXT.replace(";", delimiter)) == delimiter


def test_one_column_has_no_delimiter():
    assert delimiter_of("name\nAna\nBen\n") == ","


def test_a_look_at_a_file_of_excel_on_windows():
    found = inspect("people.csv", TEXT.encode("cp1252"))
    assert (found.encoding, found.delimiter, found.columns) == ("cp1252", ";", ("Nr", "Name", "Straße"))
    assert found.row_count == 2
    assert found.sample[0] == ("1", "Zoë Müller", "Köln")
    assert found.values["Nr"] == ("1", "2")
    assert from_json(found.as_json()) == found


def test_a_column_with_many_values_is_no_list_of_choices():
    text = "id,kind\n" + "".join(f"{number},{number % 3}\n" for number in range(100))
    found = inspect("x.csv", text.encode())
    assert set(found.values) == {"kind"}
    assert set(found.values["kind"]) == {"0", "1", "2"}


def test_what_is_wrong_is_said():
    assert "it is a PDF: open it" in inspect("x.xlsx", b"%PDF-1.4").problem
    assert "The quotes don't add up" in inspect("x.csv", b'a,b\n1,"2\n').problem


@pytest.mark.parametrize(
    ("folder", "file", "kind"),
    [
        ("k8s-sigs", "communities.csv", "communities"),
        ("k8s-sigs", "leaders.csv", "facilitators"),
        ("nodejs-wg-attendance", "sessions.csv", "sessions"),
        ("nodejs-wg-attendance", "attendance.csv", "attendance"),
        ("thoughtworks-radar/volumes", "tw-radar-vol30-2024-Apr.csv", "trends"),
        ("zalando-radar", "radar_history.csv", "trends"),
        ("us-gov-ai-use-cases", "needs_2024.csv", "needs"),
        ("k8s-enhancements", "keps.csv", "needs"),
    ],
)
def test_kinds_of_real_files(real_data, folder, file, kind):
    found = inspect(file, (real_data / folder / file).read_bytes())
    assert suggest.kind_of(file, found) == kind


def test_html_is_taken_without_its_tags():
    found = inspect("radar.csv", b"name,ring,description\nRust,Trial,<p>Fast</p>\nGo,Adopt,\n")
    assert suggest.start("radar", "radar.csv", found)["columns"] == {
        "title": "name",
        "ring": "ring",
        "rationale": {"column": "description", "transform": "without_html"},
    }
    plain = inspect("radar.csv", b"name,ring,description\nRust,Trial,a < b\nGo,Adopt,<p>Fast</p>\n")
    assert suggest.start("radar", "radar.csv", plain)["columns"]["rationale"] == "description"


def test_columns_by_their_names():
    assert suggest.columns_of("people", ["Personnel number", "Full Name", "E-Mail", "Shoe size"]) == {
        "key": "Personnel number",
        "name": "Full Name",
        "email": "E-Mail",
    }


@pytest.mark.parametrize(
    ("days", "forms", "left"),
    [
        (["2026-03-05"], ["iso"], []),
        (["31/01/2026", "05/03/2026"], ["%d/%m/%Y"], []),
        (["01/31/2026", "03/05/2026"], ["%m/%d/%Y"], []),
        (["03/05/2026", "04/06/2026"], [], ["03/05/2026", "04/06/2026"]),  # either reading fits: not ours to say
        (["31.12.2019", "45321", "03/04/2026"], ["%d.%m.%Y", "serial"], ["03/04/2026"]),
        (["31/12/2019", "12/31/2019", "03/04/2026"], [], ["31/12/2019", "12/31/2019", "03/04/2026"]),
        (["soon"], [], []),
    ],
)
def test_how_days_are_written(days, forms, left):
    found = inspect("x.csv", ("day\n" + "\n".join(days) + "\n").encode())
    assert suggest.date_forms(found, "day") == (forms, left)
    # Far below the first rows there is one that tells the day from the month.
    many = (
        "day\n"
        + "".join(f"{day:02}/0{month}/2026\n" for day in range(1, 13) for month in range(1, 10))
        + "13/01/2026\n"
    )
    assert suggest.date_forms(inspect("x.csv", many.encode()), "day") == (["%d/%m/%Y"], [])


def test_a_start_is_a_mapping_that_can_be_used():
    text = "id,name,type,founded\nc1,Data,Working group,31/01/2024\nc2,Law,guild,01/02/2024\n"
    raw = suggest.start("groups.csv", "groups.csv", inspect("groups.csv", text.encode()))
    assert raw["kind"] == "communities"
    assert raw["columns"]["type"] == {"column": "type", "values": {"Working group": "working_group"}}
    assert raw["columns"]["founded_on"] == {"column": "founded", "format": "%d/%m/%Y"}
    assert mapping_of({"source": "office", "files": [raw]}).files[0].kind == "communities"


def test_a_kept_mapping_fits_files_that_have_all_its_columns():
    raw = {
        "source": "hr",
        "files": [{"kind": "people", "path": "people.csv", "columns": {"key": "nr", "name": {"template": "{a} {b}"}}}],
    }
    fits = inspect("new.csv", b"nr,a,b,c\n1,x,y,z\n")
    assert suggest.fitting({"HR": raw}, {"new.csv": fits}) == {"HR": {"people": "new.csv"}}
    assert suggest.fitting({"HR": raw}, {"new.csv": inspect("new.csv", b"nr,a\n1,x\n")}) == {}
    assert suggest.fitting({"HR": raw}, {"new.csv": fits, "other.csv": inspect("other.csv", b"q\n1\n")}) == {}


def test_where_the_columns_fit_several_kinds_nothing_is_guessed():
    assert suggest.kind_of("list.csv", inspect("list.csv", b"id,name\n1,Data\n2,Law\n")) == ""
    raw = suggest.start("list.csv", "list.csv", inspect("list.csv", b"id,name\n1,Data\n2,Law\n"))
    assert (raw["kind"], raw["columns"]) == ("", {})
    assert suggest.kind_of("org units.csv", inspect("org units.csv", b"id,name\n1,Data\n2,Law\n")) == "org_units"


@pytest.mark.parametrize(
    ("columns", "rows", "both"),
    [
        ("Vorname;Nachname", "Greta;Olm", ("Vorname", "Nachname")),
        ("Name;Vorname", "Olm;Greta", ("Vorname", "Name")),
        ("Name;Vorname", "Greta Olm;Greta", None),  # the whole name, and the first one again
        ("Nombre;Apellidos", "Pía;Sol", ("Nombre", "Apellidos")),
        ("Prénom;Nom", "Lea;Nord", ("Prénom", "Nom")),
        ("Nome;Cognome", "Lea;Nord", ("Nome", "Cognome")),
        ("Name;Mail", "Lea Nord;lea@x.example", None),
    ],
)
def test_first_and_last_names_in_two_columns(columns, rows, both):
    looked = inspect("x.csv", f"{columns}\n{rows}\n".encode())
    assert suggest.name_columns(looked) == both


def test_spellings_of_yes_and_no_are_proposed_and_others_are_left_to_a_person():
    text = "key;name;active\n" + "".join(
        f"{n};P {n};{word}\n" for n, word in enumerate(["ja", "nein", "sí", "x", "✓", "1", "ruht"])
    )
    looked = inspect("people.csv", text.encode())
    proposed = suggest.origins("people", looked)["active"]
    assert proposed == {
        "column": "active",
        "values": {"ja": "yes", "nein": "no", "sí": "yes", "x": "yes", "✓": "yes", "1": "yes"},
    }


def test_a_mapping_learns_what_a_value_means():
    raw = {"kind": "people", "columns": {"active": "a", "kind": ["k", {"column": "l", "empty": ["-"]}]}}
    learn = {"empty": "(e)", "leave_out": "(l)"}
    flags = meanings.learned(raw, "active", "a", {"ja": "yes", "?": "(e)"}, **learn)
    words = {"yes": "yes", "no": "no", "true": "true", "false": "false", "1": "1", "0": "0"}
    assert flags["columns"]["active"] == {"column": "a", "values": words | {"ja": "yes"}, "empty": ["?"]}
    kinds = meanings.learned(raw, "kind", "l", {"x": "(l)", "Gast": "guest"}, **learn)
    own = {"staff": "staff", "guest": "guest"}
    assert kinds["columns"]["kind"] == [
        "k",
        {"column": "l", "empty": ["-"], "values": own | {"Gast": "guest"}, "leave_out": ["x"]},
    ]
