"""Lists as meeting and ticket tools write them, in the languages they write them in: who came, and who is left out."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cop.sessions.attendance_lists import lengths, words
from cop.sessions.attendance_lists.decoding import Unreadable, text_of
from cop.sessions.attendance_lists.reader import EVERYBODY, Reason, counted, read_list

LISTS = Path(__file__).parent / "lists"


def came(text, **choices):
    return [entry.name or entry.email for entry in read_list(text, lambda _name: False, **choices).entries]


def absent(text):
    found = read_list(text, lambda _name: False)
    return sum(line.reason is Reason.ABSENT for line in found.left_out)


FILES = {
    "teams-list-es.csv": ["Inés Valdora", "Tomé Arquero", "Greta Olm"],
    "teams-report-de.csv": ["Greta Olm", "Malte Wendt", "Besprechungsraum Nord"],
    "teams-report-semicolon.csv": ["Olga Brandt", "Pia Sol"],
    "luma-guests.csv": ["Rune Falk"],
    "eventbrite.csv": ["Dora Lind", "Nils"],
    "zoom-webinar.csv": ["Karl Hest", "Lea Nord"],
    "google-meet.csv": ["Agnes Berg", "Hugo Dahl"],
    "markdown-table.txt": ["Wanda Ost", "Bobby"],
    "address-only.csv": ["Ana Ruiz", "Bo Li"],
    "same-name.csv": ["Remo Lupo", "Remo Lupo"],
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_tools(name):
    assert came(text_of((LISTS / name).read_bytes())) == FILES[name]


def test_every_file_is_tried():
    assert {path.name for path in LISTS.iterdir()} == set(FILES)


ADA_BO = ["Ada Birk", "Bo Calder"]
LAYOUTS = {
    "Teams, Portuguese": (
        "1. Resumo\nTítulo da reunião\tMesa\nParticipantes\t2\n\n2. Participantes\n"
        "Nome\tPrimeiro ingresso\tÚltima saída\tDuração da reunião\tEmail\tID do participante (UPN)\tFunção\n"
        "Ada Birk\t12/11/26, 10:00:00\t12/11/26, 11:00:00\t1h\tada@example.org\tada@example.org\tOrganizador\n"
        "Bo Calder (Convidado)\t12/11/26, 10:01:00\t12/11/26, 11:00:00\t59m\t\t\tApresentador\n\n"
        "3. Atividades na reunião\nNome\tHora de ingresso\tHora de saída\tDuração\tEmail\tFunção\n"
        "Ada Birk\t12/11/26, 10:00:00\t12/11/26, 11:00:00\t1h\tada@example.org\tOrganizador\n"
    ),
    "Teams, French, semicolons": (
        "1. Synthèse;;;;;\nTitre de la réunion;Tour;;;;\n;;;;;\n2. Participants;;;;;\n"
        "Nom;Première connexion;Dernière déconnexion;Durée de la réunion;Adresse de messagerie;Rôle\n"
        "Birk, Ada;12/11/26 10:00:00;12/11/26 11:00:00;1 h 0 min;ada@example.org;Organisateur\n"
        "Bo Calder (Invité);12/11/26 10:00:00;12/11/26 11:00:00;59 min 2 s;;Présentateur\n;;;;;\n"
        "3. Activités pendant la réunion;;;;;\nNom;Heure d'arrivée;Heure de départ;Durée;E-mail;Rôle\n"
        "Birk, Ada;12/11/26 10:00:00;12/11/26 11:00:00;1 h 0 min;ada@example.org;Organisateur\n"
    ),
    "Teams, Italian list": (
        "Nome completo\tAzione utente\tTimestamp\nAda Birk\tAggiunto\t12/11/2026, 10:00:00\n"
        "Bo Calder\tAggiunto prima\t12/11/2026, 10:00:00\nAda Birk\tUscito\t12/11/2026, 11:00:00\n"
    ),
    "Teams, Dutch list": (
        "Volledige naam\tGebruikersactie\tTijdstempel\nAda Birk\tDeelgenomen\t12-11-2026 10:00:00\n"
        "Bo Calder (gast)\tDeelgenomen\t12-11-2026 10:00:00\nBo Calder (gast)\tVerlaten\t12-11-2026 11:00:00\n"
    ),
    "Zoom participants": (
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
        "900 0000 0000,Guild,11/12/2026 10:00,11/12/2026 11:00,host@example.org,61,2\n\n"
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,In Waiting Room\n"
        "Ada Birk (she/her),ada@example.org,11/12/2026 10:00,11/12/2026 11:00,60,No,No\n"
        "Bo Calder,,11/12/2026 10:00,11/12/2026 10:20,20,Yes,No\nBo Calder,,11/12/2026 10:25,11/12/2026 11:00,35,Yes,No\n"
    ),
    "Zoom registrations with join times": (
        "First Name,Last Name,Email,Registration Time,Approval Status,Join Time,Leave Time\n"
        "Ada,Birk,ada@example.org,11/01/2026,approved,11/12/2026 10:00 AM,11/12/2026 11:00 AM\n"
        "Cy,Dorn,cy@example.org,11/01/2026,approved,--,--\n"
        "Bo,Calder,bo@example.org,11/01/2026,approved,11/12/2026 10:05 AM,11/12/2026 11:00 AM\n"
    ),
    "Webex": (
        "Session detail for 'Guild':\nParticipant,Name,Email,Date,Start time,End time,Duration,Company,Title\n"
        "1,Ada Birk,ada@example.org,11/12/26,10:00 AM,11:00 AM,60 mins,Acme,\n"
        "2,Bo Calder,bo@example.org,11/12/26,10:00 AM,11:00 AM,60 mins,Acme,\n"
    ),
    "Eventbrite, German": (
        "Bestellnummer;Vorname;Nachname;E-Mail;Ticketart;Teilnahmestatus\n1;Ada;Birk;ada@example.org;Frei;Eingecheckt\n"
        "2;Cy;Dorn;cy@example.org;Frei;Angemeldet\n3;Bo;Calder;bo@example.org;Frei;Eingecheckt\n"
    ),
    "Sign-in sheet, German": "Name;Vorname;Anwesend\nBirk;Ada;ja\nDorn;Cy;nein\nCalder;Bo;x\n",
    "Sign-in sheet, Spanish": "Nombre;Apellidos;Asistió\nAda;Birk;Sí\nCy;Dorn;No\nBo;Calder;sí\n",
    "Sign-in sheet, French": "Nom,Prénom,Présent(e)\nBirk,Ada,oui\nDorn,Cy,non\nCalder,Bo,oui\n",
    "Sign-in sheet, Italian": "Cognome\tNome\tPresenza\nBirk\tAda\tsì\nDorn\tCy\tno\nCalder\tBo\tpresente\n",
    "Sign-in sheet, Dutch": "Voornaam,Achternaam,Aanwezig\nAda,Birk,ja\nCy,Dorn,nee\nBo,Calder,aanwezig\n",
    "Sign-in sheet, Portuguese": "Nome;Presença\nAda Birk;presente\nCy Dorn;faltou\nBo Calder;sim\n",
    "No-show column": "Full name,Email,No show\nAda Birk,ada@example.org,\nCy Dorn,cy@example.org,Yes\nBo Calder,bo@example.org,No\n",
    "Marked with a cross": "Name|Dept|Attended\nAda Birk|A|x\nCy Dorn|A|\nBo Calder|B|x\n",
    "Ticked boxes": "Name,Attended\nAda Birk,TRUE\nCy Dorn,FALSE\nBo Calder,TRUE\n",
    "Check-in times": (
        "Name,E-mail,Checked in at\nAda Birk,ada@example.org,2026-11-12T10:00:00Z\nCy Dorn,cy@example.org,\n"
        "Bo Calder,bo@example.org,2026-11-12T10:02:00Z\n"
    ),
    "Form": (
        "Timestamp,Email Address,What is your name?\n11/12/2026 10:01:02,ada@example.org,Ada Birk\n"
        "11/12/2026 10:01:09,bo@example.org,Bo Calder\n"
    ),
    "Quoted, with a total": '"Name","Minutes"\n"Birk, Ada","61"\n"Calder, Bo","12"\n"Total","73"\n',
    "sep line": "sep=;\nName;Email\nAda Birk;ada@example.org\nBo Calder;bo@example.org\n",
    "A total and its number": "Name\tE-mail\nAda Birk\tada@example.org\nBo Calder\tbo@example.org\nTotal participants: 2\t\n",
    "Markdown": "| Name | Email |\n| :--- | ---: |\n| Ada Birk | ada@example.org |\n| Bo Calder | |\n",
    "Addresses with names": "Participant name,Participant email\nAda Birk,ada@example.org\nBo Calder,bo@example.org\n",
    "Polish": "Imię i nazwisko;Adres e-mail;Czas trwania\nAda Birk;ada@example.org;61 min\nBo Calder;bo@example.org;60 min\n",
    "Full name beside its parts": "first_name,last_name,name\nAda,Birk,Ada Birk\nBo,Calder,Bo Calder\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_tools_in_many_languages(layout):
    assert came(LAYOUTS[layout]) == ADA_BO


def test_a_name_added_below_a_table_is_a_person():
    assert came("Name;Email\nAda Birk;ada@example.org\nBo Calder") == ADA_BO


def test_nobody_drops_out_without_being_counted():
    found = read_list(text_of((LISTS / "luma-guests.csv").read_bytes()), lambda _name: False)
    assert found.presence_column == "checked_in_at"
    assert counted(found.left_out) == "3 lines left out: 3 did not come"
    assert counted(()) == ""
    everybody = came(text_of((LISTS / "luma-guests.csv").read_bytes()), presence=EVERYBODY)
    assert everybody == ["Rune Falk", "Mira Toth", "noname@example.org", "Ivo Petz"]


def test_answers_to_an_invitation_are_registrations():
    text = (
        "Name,Attendance,Response\nAda Birk,Organizer,Accepted\nBo Calder,Required,Accepted\nCy Dorn,Required,Declined\n"
        "Di Ek,Optional,None\n"
    )
    found = read_list(text, lambda _name: False)
    assert [entry.name for entry in found.entries] == ADA_BO
    assert (found.presence_column, found.registrations_only) == ("Response", True)


def test_a_minimum_of_minutes():
    text = text_of((LISTS / "teams-report-de.csv").read_bytes())
    found = read_list(text, lambda _name: False, least_minutes=5)
    assert found.has_lengths
    assert [entry.name for entry in found.entries] == ["Greta Olm", "Besprechungsraum Nord"]
    assert [line.reason for line in found.left_out if line.reason is Reason.SHORT] == [Reason.SHORT]


def test_several_rows_of_one_person_add_up():
    (bo,) = [
        entry
        for entry in read_list(LAYOUTS["Zoom participants"], lambda _n: False).entries
        if entry.name == "Bo Calder"
    ]
    assert bo.minutes == 55


def test_a_row_without_address_is_of_the_one_person_of_that_name():
    """Who joins again from another device has no address there; with two of the name nobody knows whose row it is."""
    one = "Name,Email\nAda Birk,ada@example.org\nAda Birk,\n"
    two = one + "Ada Birk,ada.birk@example.org\n"
    assert [(entry.name, entry.email) for entry in read_list(one, lambda _n: False).entries] == [
        ("Ada Birk", "ada@example.org")
    ]
    assert sorted(entry.email for entry in read_list(two, lambda _n: False).entries) == [
        "", "ada.birk@example.org", "ada@example.org",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1h 38m 39s", 98.65), ("1 hr 2 min", 62), ("1 Std. 4 Min.", 64), ("01:02:33", 62.55), ("61", 61), ("57m", 57),
        ("61 minutes", 61), ("1 h 5 min", 65), ("PT1H2M", 62), ("1h04", 64), ("2 uur", 120), ("1 hora 3 minutos", 63),
        ("45 Sek.", 0.75), ("1:05", 65), ("57:30", 57.5), ("1,5 h", 90), ("Ada", None), ("", None), ("10:00 AM", None),
        ("12.11.26, 09:58:00", None),
    ],
)  # fmt: skip
def test_lengths(text, minutes):
    assert lengths.minutes(text) == (None if minutes is None else pytest.approx(minutes))


@pytest.mark.parametrize(
    ("joined", "left", "minutes"),
    [
        ("10:00 AM", "11:02 AM", 62),
        ("12.11.26, 09:58:00", "12.11.26, 11:02:00", 64),
        ("23:50", "00:10", 20),
        ("", "9:00", None),
    ],
)
def test_from_joining_to_leaving(joined, left, minutes):
    assert lengths.between(joined, left) == minutes


@pytest.mark.parametrize(
    ("name", "device"),
    [
        ("Besprechungsraum Nord", True), ("Meeting Room 4", True), ("Sala de reuniones 2", True), ("+34 6** *** 12", True),
        ("Call-in User 2", True), ("Salle du conseil", True), ("Ada Birk", False), ("Sala Birk", True), ("Roome Lee", False),
        ("Bo", False),
    ],
)  # fmt: skip
def test_rooms_and_telephones(name, device):
    assert words.is_device(name) is device


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
PEOPLE = [("Inés Valdora", "ines@example.org"), ("Jörg Weiß", "joerg@example.org"), ("Ada Birk", "")]
HEADS = [
    ("Name", "Email"),
    ("Nombre completo", "Correo electrónico"),
    ("Anzeigename", "E-Mail-Adresse"),
    ("Nom", "Courriel"),
]


@settings(max_examples=60)
@given(
    some.permutations(PEOPLE),
    some.sampled_from("\t;,|"),
    some.sampled_from(ENCODINGS),
    some.sampled_from(HEADS),
    some.booleans(),
)
def test_the_same_people_in_any_delimiter_encoding_and_order(people, delimiter, encoding, heads, turned):
    rows = [heads, *people]
    lines = [delimiter.join(row[::-1] if turned else row) for row in rows]
    text = text_of("\r\n".join(lines).encode(encoding))
    assert came(text) == [name for name, _email in people]


def test_what_is_no_text_is_refused_with_a_way_on():
    for data, words_ in ((b"PK\x03\x04rest", "workbook"), (b"%PDF-1.7", "no text"), (b"x" * 2_000_001, "2 MB")):
        with pytest.raises(Unreadable, match=words_):
            text_of(data)


@settings(max_examples=150)
@given(some.text(alphabet='Name,;|\t"\n aB@.1:-é', max_size=200))
def test_any_text_is_read_without_an_error(text):
    read_list(text, lambda _name: False)


def test_many_lines_are_read_at_once():
    text = "Name,Email\n" + "\n".join(f"Person {number},p{number}@example.org" for number in range(5_000))
    assert len(came(text)) == 5_000
