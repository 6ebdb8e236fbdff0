"""Files as tools of offices write them: what is recognised without a word, and the values that come of it.

All people are made up; the layouts are those of real exports.
"""

from datetime import date, time

import pytest

from cop.imports import suggest, suggest_answers
from cop.imports.inspection import inspect
from cop.imports.mapping import mapping_of
from cop.imports.records import read_job
from tests.unit.imports.test_formats import workbook

GRETA = {"name": "Greta Olm", "email": "greta.olm@example.org"}


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


PEOPLE = {
    "SAP list": (
        "Personalliste.csv",
        text(
            "Personalliste;;;;;",
            "Stand: 01.10.2026;;;;;",
            "",
            "Pers.Nr.;Nachname;Vorname;E-Mail;Org.einheit;Planstelle",
            "00123;Olm;Greta;greta.olm@example.org;Größe & Netze;Ingenieurin",
            "* Summe;1;;;;",
            encoding="cp1252",
        ),
        GRETA | {"key": "00123", "org_unit": "Größe & Netze", "job_role": "Ingenieurin"},
    ),
    "SuccessFactors": (
        "users.csv",
        text(
            "User/Employee ID,First Name,Last Name,Email,Department,Title,Active",
            "123,Greta,Olm,greta.olm@example.org,Grid,Engineer,Active",
        ),
        GRETA | {"key": "123", "org_unit": "Grid", "job_role": "Engineer", "active": True},
    ),
    "Workday": (
        "Worker report.xlsx",
        workbook(
            Sheet1=[
                ["All active and terminated workers"],
                ["Effective as of", date(2026, 10, 1)],
                [],
                [
                    "Employee ID",
                    "Legal Name - First Name",
                    "Legal Name - Last Name",
                    "Email - Primary Work",
                    "Supervisory Organization",
                    "Business Title",
                    "Hire Date",
                ],
                ["000123", "Greta", "Olm", "greta.olm@example.org", "Grid", "Engineer", date(2019, 12, 31)],
                ["000124", "Malte", "Wendt", "malte@example.org", "Grid", "Engineer", date(2024, 2, 1)],
            ]
        ),
        GRETA | {"key": "000123", "org_unit": "Grid", "job_role": "Engineer"},
    ),
    "Personio": (
        "personio_export.csv",
        text(
            "Personalnummer;Vorname;Nachname;E-Mail;Abteilung;Position;Mitarbeiterstatus;Eintrittsdatum",
            "123;Greta;Olm;greta.olm@example.org;Netze;Ingenieurin;Aktiv;31.12.2019",
            "124;Malte;Wendt;malte@example.org;Netze;;Inaktiv;01.02.2024",
        ),
        GRETA | {"key": "123", "org_unit": "Netze", "job_role": "Ingenieurin", "active": True},
    ),
    "BambooHR": (
        "Employee report.csv",
        text(
            '"Employee #","Last Name, First Name","Work Email","Department","Job Title","Employment Status"',
            '"123","Olm, Greta","greta.olm@example.org","Grid","Engineer","Active"',
        ),
        GRETA | {"key": "123", "org_unit": "Grid", "job_role": "Engineer", "active": True},
    ),
    "Spanish": (
        "plantilla.csv",
        text(
            "Nº empleado;Nombre;Apellidos;Correo electrónico;Departamento;Puesto;Activo",
            "123;Greta;Olm;greta.olm@example.org;Redes;Ingeniera;sí",
        ),
        GRETA | {"key": "123", "org_unit": "Redes", "job_role": "Ingeniera", "active": True},
    ),
    "French": (
        "effectif.csv",
        text(
            "Matricule;Nom;Prénom;Courriel;Service;Poste;Actif",
            "123;Olm;Greta;greta.olm@example.org;Réseaux;Ingénieure;oui",
        ),
        GRETA | {"key": "123", "org_unit": "Réseaux", "job_role": "Ingénieure", "active": True},
    ),
    "Italian": (
        "dipendenti.csv",
        text(
            "Matricola;Cognome;Nome;E-mail;Reparto;Mansione;Attivo",
            "123;Olm;Greta;greta.olm@example.org;Reti;Tecnica;no",
        ),
        GRETA | {"key": "123", "org_unit": "Reti", "job_role": "Tecnica", "active": False},
    ),
    "Portuguese": (
        "funcionarios.csv",
        text(
            "Matrícula;Nome completo;E-mail;Setor;Cargo;Ativo", "123;Greta Olm;greta.olm@example.org;Redes;Técnica;sim"
        ),
        GRETA | {"key": "123", "org_unit": "Redes", "job_role": "Técnica", "active": True},
    ),
    "Dutch": (
        "medewerkers.csv",
        text(
            "Personeelsnummer;Voornaam;Achternaam;E-mailadres;Afdeling;Functie;Actief",
            "123;Greta;Olm;greta.olm@example.org;Netten;Ingenieur;ja",
        ),
        GRETA | {"key": "123", "org_unit": "Netten", "job_role": "Ingenieur", "active": True},
    ),
    "a portal's .xls that is a page": (
        "mitarbeiter.xls",
        text(
            "<html><table><tr><th colspan=4>Mitarbeiter<tr><th>Personalnummer<th>Name<th>E-Mail<th>Abteilung",
            "<tr><td>00123<td>Greta Olm<td>greta.olm@example.org<td>Netze</table>",
        ),
        GRETA | {"key": "00123", "org_unit": "Netze"},
    ),
    "an .xls that is text in UTF-16": (
        "staff.xls",
        text(
            "Staff ID\tFull name\tE-mail address\tUnit",
            "123\tGreta Olm\tgreta.olm@example.org\tGrid",
            encoding="utf-16",
        ),
        GRETA | {"key": "123", "org_unit": "Grid"},
    ),
}


def start(name: str, data: bytes):
    looked = inspect(name, data)
    assert not looked.problem
    return looked, suggest.start(name, name, looked)


def records(raw, data: bytes):
    made = read_job(mapping_of({"source": "office", "files": [raw]}), {raw["name"]: data}, time_zone="Europe/Madrid")
    assert not made.problems
    return [record.values for record in made.sheets[0].records]


@pytest.mark.parametrize("tool", PEOPLE)
def test_people_of_hr_systems(tool):
    name, data, first = PEOPLE[tool]
    _looked, raw = start(name, data)
    assert raw["kind"] == "people"
    rows = records(raw, data)
    assert rows[0] == first
    assert len(rows) == (2 if tool in {"Workday", "Personio"} else 1)


OTHERS = {
    "Jira": (
        "Jira.csv",
        text(
            "Summary,Issue key,Issue id,Issue Type,Status,Created,Due date,Sprint,Sprint,Labels,Labels,Description",
            "Faster deploys,PLAT-7,10007,Story,In Progress,10/Jan/26 12:00 AM,24/Feb/26 9:30 PM,S1,S2,ci,,Why wait",
        ),
        "needs",
        {"key": "PLAT-7", "title": "Faster deploys", "raised_on": date(2026, 1, 10), "deadline": date(2026, 2, 24)},
    ),
    "Jira in German": (
        "Jira.csv",
        text(
            "Zusammenfassung;Vorgangsschlüssel;Erstellt;Fällig;Beschreibung",
            "Schneller liefern;PLAT-7;10.01.2026 08:15;24.02.2026;Warum warten",
        ),
        "needs",
        {"key": "PLAT-7", "title": "Schneller liefern", "raised_on": date(2026, 1, 10), "deadline": date(2026, 2, 24)},
    ),
    "issues as JSON": (
        "issues.json",
        b'[{"number": 7, "title": "Faster deploys", "createdAt": "2026-01-10T08:15:00Z", "state": "inbox"}]',
        "needs",
        {"key": "7", "title": "Faster deploys", "raised_on": date(2026, 1, 10), "stage": "inbox"},
    ),
    "members of a wiki": (
        "Mitglieder.csv",
        text("Arbeitsgruppe;Name;E-Mail;Mitglied seit", "Daten;Greta Olm;greta.olm@example.org;31.12.2019"),
        "memberships",
        GRETA | {"community": "Daten", "joined_on": date(2019, 12, 31)},
    ),
    "facilitators": (
        "leads.csv",
        text("Community;Role;Name;E-Mail;Since", "Data;lead;Greta Olm;greta.olm@example.org;2019-12-31"),
        "facilitators",
        GRETA | {"community": "Data", "role": "lead", "since_on": date(2019, 12, 31)},
    ),
    "meetings with moments": (
        "meetings.csv",
        text("Group,Event,Starts at,Duration (min),Location", "Data,Kick-off,2026-03-05T23:30:00Z,45,Room 4"),
        "sessions",
        {"community": "Data", "title": "Kick-off", "date": date(2026, 3, 6), "time": time(0, 30), "minutes": 45},
    ),
    "sessions in Spanish": (
        "sesiones.csv",
        text("Comunidad;Título;Fecha;Hora;Duración;Sala", "Datos;Inicio;5 de marzo de 2026;16:30;45;4"),
        "sessions",
        {"community": "Datos", "title": "Inicio", "date": date(2026, 3, 5), "time": time(16, 30), "minutes": 45},
    ),
    "attendance": (
        "attendance.csv",
        text("Meeting ID,Attendee,Email", "S-17,Greta Olm,greta.olm@example.org"),
        "attendance",
        GRETA | {"session": "S-17"},
    ),
    "org units": (
        "Abteilungen.csv",
        text("Code;Bezeichnung;Übergeordnet", "N;Netze;HQ", "HQ;Zentrale;"),
        "org_units",
        {"key": "N", "name": "Netze", "parent": "HQ"},
    ),
    "a framework of skills": (
        "skills.csv",
        text("Skill,Description,Awareness,Working,Practitioner,Expert", "SQL,Query data,knows,reads,writes,tunes"),
        "skills",
        {"name": "SQL", "awareness": "knows", "expert": "tunes"},
    ),
}


@pytest.mark.parametrize("tool", OTHERS)
def test_other_files_of_the_office(tool):
    name, data, kind, first = OTHERS[tool]
    _looked, raw = start(name, data)
    assert raw["kind"] == kind
    values = records(without_stage(raw) if tool == "Jira" else raw, data)[0]
    assert {field: values.get(field) for field in first} == first


def without_stage(raw):
    """“In Progress” is a stage's own name, but the one of a new need is for a person to say."""
    return raw | {"columns": {name: item for name, item in raw["columns"].items() if name != "stage"}}


ID, JSON = "Response ID", '"{""ImportId"":""%s""}"'
SURVEYS = {
    "Google Forms": (
        text(
            'Timestamp,"Which tools do you use?","How satisfied are you?\n(1-5)"',
            '11/02/2026 10:11:12,"Git, Docker (local, remote)",4',
            '11/02/2026 10:11:12,Git,2',
        ),
        2, {}, {"Which tools do you use?": ","},
    ),
    "MS Forms": (
        workbook(
            Sheet1=[
                ["ID", "Start time", "Completion time", "Email", "Name", "Which tools do you use?", "Anything else?"],
                [1, "11/2/26 10:11:12", "11/2/26 10:12:12", "anonymous", None, "Git;Docker;", "no"],
                [2, "11/2/26 10:11:12", "11/2/26 10:12:12", "anonymous", None, "Git;", "more, please"],
            ]
        ),
        2, {}, {"Which tools do you use?": ";", "Anything else?": ""},
    ),
    "Qualtrics": (
        text(
            "StartDate,ResponseId,Q1,Q2_1",
            "Start Date,Response ID,How well do you know SQL?,Which tools? - Git",
            ",".join(JSON % item for item in ("startDate", "_recordId", "QID1", "QID2_1")),
            "2026-11-02 10:11:12,R_1,3,Git",
            "2026-11-02 10:11:12,R_2,2,",
        ),
        2, {}, {"Q1": ""},
    ),
    "SurveyMonkey": (
        text(
            "Respondent ID,Collector ID,Start Date,Which tools?,,How satisfied are you?",
            ",,,Git,Docker,Response",
            "118,4,2026-11-02 10:11:12,Git,,Very",
            "119,4,2026-11-02 10:11:12,,Docker,Not",
        ),
        2, {"Which tools?": ("Which tools? [Git]", "Which tools? [Docker]")}, {"How satisfied are you?": ""},
    ),
    "LimeSurvey": (
        text(
            '"Response ID";"Date submitted";"Which tools? [Git]";"Which tools? [Docker]";"How satisfied are you?"',
            '"1";"2026-11-02 10:11:12";"Yes";"No";"Very"',
            '"2";"2026-11-02 10:11:12";"No";"No";"Not"',
        ),
        2, {"Which tools?": ("Which tools? [Git]", "Which tools? [Docker]")}, {"How satisfied are you?": ""},
    ),
    "Typeform": (
        text(
            "#,What is your team?,How happy are you here?,Submit Date (UTC)",
            "a1,Grid,Very,2026-11-02 10:11:12",
            "a2,Sales,Not,2026-11-02 10:11:12",
        ),
        2, {}, {"What is your team?": ""},
    ),
}  # fmt: skip


@pytest.mark.parametrize("tool", SURVEYS)
def test_answers_from_survey_tools(tool):
    data, respondents, ticked, separators = SURVEYS[tool]
    name = "export.xlsx" if tool == "MS Forms" else "export.csv"
    looked, raw = start(name, data)
    assert (raw["kind"], looked.row_count) == ("survey_answers", respondents)
    assert suggest_answers.tick_boxes(looked) == ticked
    assert {column: suggest_answers.separator_of(column, looked) for column in separators} == separators


def test_there_are_at_least_25_layouts():
    assert len(PEOPLE) + len(OTHERS) + len(SURVEYS) >= 25
