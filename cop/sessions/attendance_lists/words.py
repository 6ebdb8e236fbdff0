"""The words that attendance lists use for columns and answers, in the languages of the tools that write them. Pure.

English, German, Spanish, French, Portuguese, Italian and Dutch; some Polish, Swedish, Danish, Czech and Japanese. All
words are folded: lower case, no accents, single spaces.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from cop.people.names import name_key


class Role(StrEnum):
    """What a column holds."""

    NAME = "name"
    FIRST = "first name"
    LAST = "last name"
    EMAIL = "e-mail"
    HANDLE = "handle"
    MINUTES = "time in session"
    JOINED = "joined at"
    LEFT = "left at"
    PRESENT = "attendance"
    ABSENT = "absence"
    ANSWER = "answer or registration"
    DETAIL = "detail"
    """Known, and of no interest: what somebody did when, their role or company."""
    OTHER = "other"


def _words(text: str) -> frozenset[str]:
    return frozenset(name_key(word) or word for word in text.split("|"))


_EXACT: Final[dict[Role, frozenset[str]]] = {
    Role.FIRST: _words(
        "first name|firstname|given name|forename|vorname|prenom|prénom|prenoms|nombre de pila|nombres|primer nombre|"
        "primeiro nome|nome próprio|voornaam|imię|förnamn|fornavn|křestní jméno|first|名"
    ),
    Role.LAST: _words(
        "last name|lastname|surname|family name|nachname|familienname|zuname|nom de famille|apellido|apellidos|"
        "primer apellido|sobrenome|apelido|último nome|cognome|achternaam|nazwisko|efternamn|efternavn|příjmení|last|姓"
    ),
    Role.NAME: _words(
        "name|names|full name|fullname|display name|participant|participants|participant name|attendee|attendees|"
        "attendee name|user name|name original name|user name original name|guest name|invitee|invitee name|"
        "registrant|registrant name|member|member name|person|who|nickname|"
        "vollständiger name|anzeigename|teilnehmer|teilnehmerin|teilnehmende|teilnehmername|name des teilnehmers|"
        "vor und nachname|vorname und nachname|vor und zuname|benutzername|mitglied|wer|"
        "nombre|nombre completo|nombre y apellidos|nombre y apellido|apellidos y nombre|nombre para mostrar|participante|"
        "participantes|asistente|asistentes|nombre de usuario|nombre del participante|nombre del asistente|quién|"
        "nom|nom complet|nom et prénom|nom prénom|prénom et nom|nom d affichage|participant e|nom du participant|"
        "nom d utilisateur|personne|"
        "nome|nome completo|nome e sobrenome|nome de exibição|nome do participante|nome de usuário|nome de utilizador|"
        "nome e cognome|cognome e nome|nome visualizzato|partecipante|partecipanti|nome partecipante|nome utente|"
        "naam|volledige naam|weergavenaam|deelnemer|deelnemers|naam deelnemer|voor en achternaam|gebruikersnaam|"
        "imię i nazwisko|uczestnik|nazwa|namn|fullständigt namn|deltagare|navn|fulde navn|deltager|deltagere|jméno|"
        "celé jméno|účastník|氏名|名前|参加者|お名前"
    ),
    Role.EMAIL: _words(
        "email|e mail|mail|email address|e mail address|mail address|user email|participant email|attendee email|"
        "work email|email id|participant id upn|upn|user principal name|"
        "e mail adresse|mailadresse|emailadresse|mail adresse|teilnehmer id upn|"
        "correo|correo electrónico|dirección de correo electrónico|dirección de correo|correo del asistente|"
        "courriel|adresse de messagerie|adresse e mail|adresse mail|adresse électronique|messagerie|"
        "endereço de e mail|endereço de email|correio eletrónico|correio eletrônico|"
        "indirizzo e mail|indirizzo email|posta elettronica|indirizzo di posta elettronica|"
        "e mailadres|emailadres|mailadres|adres e mail|adres email|e post|e postadress|e mail adresa|メール|メールアドレス"
    ),
    Role.HANDLE: _words("handle|github|github handle|github username|gitlab|slack handle|username|login|nick"),
    Role.MINUTES: _words(
        "duration|duration minutes|duration mins|total duration|total duration minutes|in meeting duration|"
        "meeting duration|time in session|time in session minutes|time in meeting|attendance duration|time attended|"
        "minutes|minutes attended|mins|length|length of stay|attendance minutes|time spent|online time|"
        "dauer|dauer minuten|gesamtdauer|dauer der besprechung|besprechungsdauer|dauer der teilnahme|teilnahmedauer|"
        "anwesenheitsdauer|verweildauer|minuten|dauer in der besprechung|zeit in der sitzung|"
        "duración|duración minutos|duración total|duración de la reunión|duración en la reunión|tiempo en la reunión|"
        "tiempo en la sesión|minutos|tiempo|"
        "durée|durée minutes|durée totale|durée de la réunion|durée en réunion|durée de présence|temps de présence|"
        "duração|duração minutos|duração total|duração da reunião|duração na reunião|tempo na reunião|tempo de permanência|"
        "durata|durata minuti|durata totale|durata della riunione|durata nella riunione|minuti|tempo in riunione|"
        "duur|duur minuten|totale duur|vergaderduur|duur van vergadering|duur in vergadering|duur van de vergadering|"
        "czas trwania|varaktighet|varighed|doba trvání|参加時間"
    ),
    Role.JOINED: _words(
        "join time|joined|joined at|first join|first join time|time joined|start time|entry time|arrival|arrival time|"
        "beitritt|beitrittszeit|erster beitritt|beigetreten|zeitpunkt des beitritts|ankunft|eintritt|"
        "hora de entrada|primera entrada|hora de unión|primera unión|hora a la que se unió|se unió|hora de conexión|"
        "heure d arrivée|première connexion|heure de connexion|première participation|heure de participation|arrivée|"
        "hora de ingresso|primeiro ingresso|primeira entrada|horário de entrada|hora em que entrou|"
        "ora di ingresso|ora di accesso|primo accesso|prima partecipazione|entrata|ora di partecipazione|"
        "eerste deelname|tijd van deelname|tijdstip van deelname|deelnametijd|toegetreden|aankomst|"
        "czas dołączenia|anslutningstid|čas připojení|参加時刻"
    ),
    Role.LEFT: _words(
        "leave time|left|left at|last leave|last leave time|time exited|exit time|end time|departure|time left|"
        "verlassen|verlassenszeit|letztes verlassen|verlassen um|zeitpunkt des verlassens|austritt|"
        "hora de salida|última salida|salió|hora a la que salió|abandonó|"
        "heure de départ|dernière déconnexion|heure de déconnexion|dernier départ|départ|dernière sortie|"
        "hora de saída|última saída|horário de saída|hora em que saiu|"
        "ora di uscita|ultima uscita|uscita|ora di abbandono|"
        "tijd van verlaten|laatst verlaten|laatste vertrek|vertrektijd|vertrek|verlaten"
    ),
    Role.PRESENT: _words(
        "attended|attendance|attendance status|attendee status|present|presence|checked in|check in|checked in at|"
        "check in time|check in date|check in status|checkin|checkin time|checked in time|checkin status|check ins|"
        "arrived|showed up|scanned|scanned at|scan time|entry scan|admitted|did attend|attended event|came|joined meeting|"
        "anwesend|anwesenheit|teilgenommen|hat teilgenommen|erschienen|eingecheckt|eingecheckt am|eingecheckt um|"
        "check in zeit|war da|präsent|"
        "asistió|asistencia|ha asistido|presente|presencia|registro de entrada|acreditado|estado de asistencia|"
        "présent|présente|présent e|présence|a participé|a assisté|participation|assiduité|pointage|pointé|enregistré à|"
        "émargement|"
        "compareceu|presença|participou|assistiu|esteve presente|check in realizado|"
        "ha partecipato|presenza|presenze|partecipato|partecipazione|ingresso registrato|"
        "aanwezig|aanwezigheid|deelgenomen|heeft deelgenomen|ingecheckt|ingecheckt op|opgekomen|"
        "obecny|obecność|närvaro|närvarande|fremmødt|přítomen|účast|出席|出欠"
    ),
    Role.ABSENT: _words(
        "no show|noshow|absent|absence|did not attend|missed|nicht erschienen|abwesend|fehlt|ausente|no asistió|ausencia|"
        "absent e|non présent|faltou|assente|afwezig|niet aanwezig"
    ),
    Role.ANSWER: _words(
        "status|response|rsvp|rsvp status|answer|reply|approval status|approval|registration status|invitation status|"
        "order status|ticket status|booking status|attending|going|will you attend|meeting response|state|"
        "antwort|rückmeldung|zusage|anmeldestatus|teilnahmestatus|buchungsstatus|bestellstatus|"
        "respuesta|estado|estado de la inscripción|estado de registro|confirmación|"
        "réponse|statut|statut de l inscription|statut de la réponse|état|confirmation|"
        "resposta|situação|estado da inscrição|confirmação|"
        "risposta|stato|stato della registrazione|conferma|"
        "antwoord|reactie|registratiestatus|aanmeldstatus|svar|odpowiedź|odpověď"
    ),
}
_EXACT[Role.DETAIL] = _words(
    "action|user action|timestamp|role|guest|company|organization|organisation|title|job title|phone|phone number|"
    "department|unit|team|ticket type|ticket name|order|order date|quantity|registration time|registered at|created at|"
    "in waiting room|recording consent|connection|country|country region name|id|number|no|date|location|"
    "aktion|benutzeraktion|zeitstempel|zeitpunkt|rolle|firma|abteilung|telefon|ticketart|bestellnummer|nr|datum|"
    "acción|acción del usuario|acción de usuario|marca de tiempo|fecha y hora|rol|función|empresa|departamento|teléfono|"
    "action de l utilisateur|action utilisateur|horodatage|date et heure|rôle|entreprise|service|société|téléphone|"
    "ação|ação do usuário|ação do utilizador|carimbo de data hora|data e hora|função|telefone|"
    "azione|azione utente|azione dell utente|data e ora|ruolo|azienda|reparto|telefono|"
    "actie|gebruikersactie|actie van gebruiker|tijdstempel|tijd|bedrijf|afdeling|telefoon|"
    "akce uživatele|czas|sygnatura czasowa|działanie użytkownika|användaråtgärd|tidsstämpel"
)
_MEETINGS: Final = _words(
    "meeting id|webinar id|topic|meeting title|meeting topic|actual start time|conference id|event id|"
    "tema|thema|sujet|sujet de la réunion|argomento|onderwerp|id de la reunión|id de réunion|besprechungs id|tópico"
)
"""Columns of a summary of the meeting, whose rows are no people though it names the host."""
_NAME_TOKENS: Final = frozenset(
    ["name", "names", "nombre", "nom", "nome", "naam", "namn", "navn", "nazwisko", "jmeno", "氏名", "名前"]
)
_MAIL_TOKENS: Final = frozenset(
    ["email", "mail", "correo", "courriel", "emailadres", "mailadres", "emailadresse", "メール"]
)
_NOT_PEOPLE: Final = frozenset(
    [
        "company",
        "organisation",
        "organization",
        "org",
        "unit",
        "team",
        "department",
        "event",
        "meeting",
        "session",
        "topic",
        "file",
        "group",
        "ticket",
        "device",
        "country",
        "region",
        "city",
        "host",
        "course",
        "class",
        "project",
        "product",
        "role",
        "title",
        "job",
        "tool",
        "path",
        "url",
        "sponsor",
        "manager",
        "firma",
        "unternehmen",
        "abteilung",
        "organisationseinheit",
        "veranstaltung",
        "besprechung",
        "sitzung",
        "thema",
        "raum",
        "gerat",
        "kurs",
        "bereich",
        "empresa",
        "evento",
        "reunion",
        "sesion",
        "departamento",
        "organizacion",
        "unidad",
        "curso",
        "entreprise",
        "societe",
        "evenement",
        "seance",
        "service",
        "organisme",
        "unite",
        "cours",
        "reuniao",
        "sessao",
        "departamento",
        "organizacao",
        "unidade",
        "azienda",
        "riunione",
        "sessione",
        "reparto",
        "corso",
        "bedrijf",
        "afdeling",
        "vergadering",
        "organisatie",
        "onderdeel",
        "evenement",
        "cursus",
        "konsent",
        "consent",
    ]
)
"""A column of that name holds no people's names: "Event name", "Nombre de la empresa"."""

_CAME: Final = _words(
    "yes|y|true|1|x|✓|✔|v|ok|ja|j|wahr|si|sí|s|verdadero|oui|o|vrai|sim|verdadeiro|sì|vero|waar|tak|はい|ano|"
    "attended|present|p|checked in|check in|checkedin|came|here|arrived|admitted|scanned|showed|show|joined|was there|"
    "attended live|in person|remote|online|on site|onsite|late|partial|left early|"
    "anwesend|teilgenommen|da|eingecheckt|erschienen|war da|vor ort|verspätet|"
    "asistió|presente|asistente|ha asistido|registrado en el evento|acreditado|presencial|"
    "présent|présente|présent e|a participé|a assisté|pointé|venu|venue|sur place|en retard|"
    "compareceu|participou|entrou|ha partecipato|partecipato|presente in sede|"
    "aanwezig|deelgenomen|heeft deelgenomen|ingecheckt|obecny|obecna|närvarande|出席"
)
_PLAIN_YES: Final = _words(
    "yes|y|true|1|x|✓|✔|v|ok|ja|j|wahr|si|sí|s|verdadero|oui|o|vrai|sim|verdadeiro|sì|vero|waar|tak|はい|ano"
)
_GOING: Final = _words(
    "going|attending|accepted|accept|registered|approved|confirmed|confirm|enrolled|booked|paid|valid|completed|active|"
    "free|will attend|"
    "zugesagt|angenommen|angemeldet|bestätigt|genehmigt|bezahlt|teilnehmend|kommt|nimmt teil|"
    "aceptado|aceptada|aprobado|aprobada|confirmado|confirmada|inscrito|inscrita|registrado|registrada|asistirá|pagado|"
    "accepté|acceptée|approuvé|approuvée|confirmé|confirmée|inscrit|inscrite|participera|payé|"
    "aceite|aceito|aprovado|aprovada|inscrito confirmado|vai participar|pago|"
    "accettato|accettata|approvato|approvata|confermato|confermata|iscritto|iscritta|parteciperà|pagato|"
    "geaccepteerd|goedgekeurd|bevestigd|aangemeld|ingeschreven|komt|betaald|accepterat|zaakceptowano"
)
_NOT: Final = _words(
    "no|n|false|0|none|na|n a|absent|a|no show|noshow|not attended|did not attend|not attending|not going|declined|decline|"
    "cancelled|canceled|refunded|invited|pending|pending approval|waitlist|waitlisted|on waitlist|waiting list|tentative|maybe|"
    "no response|not responded|not checked in|deleted|transferred|excused|rejected|denied|blocked|expired|unconfirmed|"
    "requested|did not respond|not present|missing|removed|void|failed|unpaid|interested|"
    "nein|falsch|nicht anwesend|abwesend|nicht teilgenommen|nicht erschienen|abgesagt|abgelehnt|eingeladen|storniert|"
    "warteliste|ausstehend|mit vorbehalt|keine antwort|keine|entschuldigt|fehlt|unter vorbehalt|vorläufig|vielleicht|"
    "nicht eingecheckt|unentschuldigt|"
    "falso|ausente|no asistió|no asiste|rechazado|rechazada|invitado|invitada|cancelado|cancelada|pendiente|reembolsado|"
    "lista de espera|provisional|sin respuesta|ninguno|ninguna|no respondió|quizás|justificado|"
    "non|faux|absente|absent e|refusé|refusée|décliné|invité|invitée|annulé|annulée|en attente|liste d attente|provisoire|"
    "sans réponse|aucune|remboursé|excusé|excusée|peut être|n a pas participé|non présent|"
    "não|não compareceu|recusado|recusada|convidado|convidada|pendente|em espera|reembolsado|sem resposta|provisório|"
    "nenhuma|nenhum|talvez|faltou|não participou|"
    "assente|rifiutato|rifiutata|invitato|invitata|annullato|annullata|in attesa|lista d attesa|rimborsato|provvisorio|"
    "nessuna|nessuna risposta|forse|non ha partecipato|"
    "nee|onwaar|afwezig|niet aanwezig|afgewezen|geweigerd|uitgenodigd|geannuleerd|in afwachting|wachtlijst|voorlopig|"
    "geen|geen reactie|misschien|niet deelgenomen|terugbetaald|nie|nieobecny|ne|いいえ|欠席"
)
_TOTALS: Final = _words(
    "total|totals|sum|count|number|average|mean|grand total|total participants|total attendees|summe|gesamt|anzahl|"
    "durchschnitt|insgesamt|suma|promedio|cantidad|somme|moyenne|nombre total|soma|média|quantidade|totale|somma|media|"
    "totaal|aantal|gemiddelde|som"
)
_DEVICES: Final = re.compile(
    r"\b(?:(?:meeting|conference|board|huddle|zoom|teams|training|class|video)[ -]?rooms?|rooms? \d+|mtr|boardroom|lobby|"
    r"besprechungsraum|besprechungszimmer|konferenzraum|sitzungszimmer|sitzungsraum|seminarraum|schulungsraum|raum \w+|"
    r"sala (?:de|\d|riunioni|conferenze|juntas|reuni\w+)|sala \w+|aula \w+|auditorio|salle (?:de|du|des|\d)|salle \w+|"
    r"vergaderruimte|vergaderzaal|vergaderkamer|zaal \w+|sala konferencyjna|konferensrum|motesrum|meeting point|"
    r"call[ -]?in user|phone user|dial[ -]?in|caller|anrufer\w*|telefonteilnehmer|telefonbenutzer|usuario (?:de )?telefono|"
    r"utilisateur telephonique|appelant|utente telefonico|telefoongebruiker|beller|"
    r"polycom|logitech|cisco|webex (?:room|board|desk)|surface hub|conference bridge|conferencing|"
    r"recorder|recording|notetaker|note taker|otter ai|fireflies|read ai|transcription|bot)\b"
)


def header_role(header: str) -> Role:
    """Return what a column of this header holds; OTHER where the words say nothing known."""
    key = header_key(header)
    for role, words in _EXACT.items():
        if key in words:
            return role
    tokens = set(key.split())
    if tokens & _MAIL_TOKENS and not tokens & {"opt", "marketing", "consent", "sent", "newsletter"}:
        return Role.EMAIL
    if tokens & _NAME_TOKENS and not tokens & _NOT_PEOPLE and len(tokens) <= 8:
        return Role.NAME
    return Role.OTHER


def header_key(header: str) -> str:
    """Return a header as it is compared: folded, without signs; units in brackets stay as words."""
    return name_key(header.replace("_", " "))


def came(value: str) -> bool | None:
    """Return whether a value says that somebody came, or didn't; None where it says neither ("going" included)."""
    key = _value_key(value)
    if key in _CAME:
        return True
    return False if key in _NOT else None


def is_summary(headers: Iterable[str]) -> bool:
    """Whether these are the columns of a summary of the meeting, not of people."""
    return any(header_key(header) in _MEETINGS for header in headers)


def tells_attendance(value: str) -> bool:
    """Whether a value speaks of having come by itself, as "Checked in" does and "Yes" does not."""
    return came(value) is True and _value_key(value) not in _PLAIN_YES


def is_going(value: str) -> bool:
    """Whether a value says that somebody registered or accepted."""
    return _value_key(value) in _GOING


def is_total(value: str) -> bool:
    """Whether a cell begins a row of totals."""
    key = name_key(value)
    return key in _TOTALS or any(key.startswith(f"{word} ") and key[-1].isdigit() for word in _TOTALS)


def is_device(name: str) -> bool:
    """Whether a name is rather that of a room, a telephone or a recorder than of a person."""
    if name and not any(char.isalpha() for char in name):
        return sum(char.isdigit() for char in name) >= 2
    return bool(_DEVICES.search(" ".join(name_key(part) for part in name.split())))


def _value_key(value: str) -> str:
    return name_key(value) or value.strip()
