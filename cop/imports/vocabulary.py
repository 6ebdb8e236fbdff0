"""What columns are called in files of the programme office, in seven languages. Pure."""

import re
import unicodedata

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "org_units": {
        "key": ("key", "id", "code", "unit id", "org unit id", "unit code", "number"),
        "name": ("name", "unit", "org unit", "department", "title"),
        "parent": ("parent", "parent id", "parent unit", "belongs to", "reports to", "parent code"),
    },
    "people": {
        "key": ("key", "id", "personnel number", "person id", "staff id", "login", "number"),
        "name": ("name", "person", "display name"),
        "email": ("email",),
        "handle": ("handle", "github", "login", "account"),
        "kind": ("kind", "person type", "employment"),
        "org_unit": ("org unit", "unit", "department", "company", "organisation", "organization", "org unit id"),
        "job_role": ("job role", "role", "title"),
        "active": ("active", "is active", "employed", "status"),
    },
    "communities": {
        "key": ("key", "id", "dir", "slug", "community id", "team id"),
        "name": ("name", "community", "team", "group", "title"),
        "slug": ("slug", "dir", "address"),
        "type": ("type", "kind", "category"),
        "stage": ("stage", "state", "phase", "status"),
        "focus": ("focus", "description", "mission", "purpose", "mission statement"),
        "charter": ("charter", "mission statement", "charter text"),
        "norms": ("norms", "rules"),
        "cadence": ("cadence", "frequency"),
        "channel_url": ("channel", "channel url", "chat", "mailing list"),
        "area": ("area", "topic", "subject"),
        "org_unit": ("org unit", "unit", "department"),
        "founded_on": ("founded on", "founded", "since", "created", "start date"),
    },
    "memberships": {
        "community": ("community", "community id", "team", "group", "chapter"),
        "person": ("person", "person id", "member id", "personnel number"),
        "email": ("email",),
        "handle": ("handle", "github", "login", "github handle"),
        "name": ("name", "member", "person name"),
        "joined_on": ("joined on", "member since", "since", "start", "start date", "from"),
        "left_on": ("left on", "left", "until", "end", "end date", "to"),
    },
    "facilitators": {
        "community": ("community", "community id", "community dir", "team", "group"),
        "person": ("person", "person id", "personnel number"),
        "email": ("email",),
        "handle": ("handle", "github", "login", "github handle"),
        "name": ("name", "facilitator", "leader"),
        "role": ("role", "function", "facilitator role"),
        "since_on": ("since on", "since", "start", "from"),
        "until_on": ("until on", "until", "end", "to"),
    },
    "sessions": {
        "key": ("key", "id", "session id", "event id", "meeting id", "slug"),
        "community": ("community", "community id", "group", "chapter", "team"),
        "date": ("date", "day", "start", "start date", "held on"),
        "time": ("time", "start time"),
        "minutes": ("minutes", "duration", "length"),
        "title": ("title", "name", "topic", "subject", "event"),
        "kind": ("kind", "type"),
        "status": ("status", "state"),
        "place": ("place", "venue", "room", "location"),
        "link": ("link", "url"),
        "agenda": ("agenda",),
        "topics": ("topics", "notes", "minutes text"),
        "decisions": ("decisions",),
        "headcount": ("headcount", "attendees", "attendee count", "participants", "attendance"),
    },
    "series": {
        "community": ("community", "community id", "community dir", "group", "team"),
        "title": ("title", "name", "meeting", "description"),
        "weekday": ("weekday", "day", "day of week"),
        "frequency": ("frequency", "recurrence", "repeats", "how often"),
        "time": ("time", "start time"),
        "time_zone": ("time zone", "timezone", "tz"),
        "minutes": ("minutes", "duration", "length"),
        "starts_on": ("starts on", "start date", "first day"),
        "until_on": ("until on", "until", "last day", "end date"),
        "place": ("place", "venue", "room", "location"),
        "link": ("link", "url"),
        "agenda": ("agenda",),
    },
    "attendance": {
        "session": ("session", "session id", "event id", "meeting id"),
        "person": ("person", "person id", "personnel number"),
        "email": ("email",),
        "handle": ("handle", "github", "login", "github handle"),
        "name": ("name", "attendee", "participant", "attendee name"),
        "led": ("led", "host", "chair"),
        "spoke": ("spoke", "speaker"),
        "note": ("note", "role", "company"),
    },
    "skills": {
        "name": ("skill", "skill name", "competency", "capability"),
        "area": ("area", "topic", "subject", "category"),
        "description": ("description", "skill description"),
        "none": ("none", "level 0"),
        "awareness": ("awareness", "level 1"),
        "working": ("working", "level 2"),
        "practitioner": ("practitioner", "level 3"),
        "expert": ("expert", "level 4"),
    },
    "role_requirements": {
        "job_role": ("job role", "role", "role level", "position"),
        "skill": ("skill", "skill name", "competency", "capability"),
        "level": ("required level", "level", "target level", "skill level"),
        "since_on": ("since", "since on", "from"),
        "until_on": ("until", "until on", "to"),
    },
    "unit_needs": {
        "org_unit": ("unit", "org unit", "department"),
        "skill": ("skill", "skill name", "competency", "capability"),
        "level": ("level", "required level", "target level", "skill level"),
        "needed": ("people needed", "needed", "headcount", "how many"),
        "importance": ("importance", "priority", "weight"),
        "since_on": ("since", "since on", "from"),
        "until_on": ("until", "until on", "to"),
    },
    "community_skills": {
        "community": ("community", "community id", "team", "group"),
        "skill": ("skill", "skill name", "competency", "capability"),
    },
    "needs": {
        "key": ("key", "id", "need id", "number", "issue key"),
        "title": ("title", "need", "use case", "use case name", "summary"),
        "description": ("description", "purpose", "details"),
        "org_unit": ("org unit", "unit", "department", "agency", "business unit"),
        "community": ("community", "working group"),
        "area": ("area", "topic area", "topic"),
        "horizon": ("horizon",),
        "client": ("client", "customer"),
        "deadline": ("deadline", "due date", "due on", "due"),
        "headcount": ("headcount", "people affected"),
        "raised_on": ("raised on", "creation date", "created", "created on", "date initiated"),
        "stage": ("stage", "status", "state"),
        "stage_since": ("stage since", "last updated", "in stage since"),
    },
    "trends": {
        "title": ("title", "name", "trend", "technology", "blip"),
        "ring": ("ring",),
        "day": ("day", "date", "published on"),
        "quadrant": ("quadrant",),
        "edition": ("edition", "volume"),
        "status": ("status", "movement", "moved"),
        "rationale": ("rationale", "description", "reason"),
        "source": ("source",),
        "source_kind": ("source kind",),
        "url": ("url", "link"),
    },
    "survey_answers": {
        "respondent": ("respondent", "respondent id", "response id", "participant id", "unique id"),
        "org_unit": ("org unit", "unit", "department", "business unit"),
        "job_role": ("job role", "role", "job title", "position"),
        "community": ("community", "working group"),
    },
}
"""By kind and field, the words for it in English, the likeliest first."""

_SAME: dict[str, str] = {
    "personnel number": "personalnummer|personalnr|persnr|pers nr|personal nr|mitarbeiternummer|mitarbeiter nr|ma nr|mitarbeiter id"
    "|stammnummer|numero de empleado|num empleado|no empleado|id empleado|codigo empleado|codigo de empleado|legajo"
    "|matricule|numero employe|numero d employe|matricula|numero de funcionario|id funcionario|matricola|codice dipendente"
    "|numero dipendente|personeelsnummer|medewerkernummer|employee number|employee no|employee nr|employee id|emp no"
    "|emp id|worker id|pers no|associate id|employee|staff number|staff no|personnel no|personnel id|user employee id|no de empleado|n empleado",
    "first name": "vorname|nombres|prenom|primeiro nome|voornaam|given name|forename|first|legal first name"
    "|legal name first name|preferred first name|firstname|rufname|primer nombre|nome proprio",
    "last name": "nachname|familienname|zuname|apellido|apellidos|primer apellido|nom de famille|sobrenome|apelido|cognome"
    "|achternaam|surname|family name|last|legal last name|legal name last name|lastname|nom usuel",
    "name": "full name|nombre|nombre completo|nombre y apellidos|nom|nom complet|nom et prenom|nome|nome completo"
    "|nome e cognome|naam|volledige naam|mitarbeiter|mitarbeitername|vollstaendiger name|vollständiger name|empleado"
    "|employe|funcionario|dipendente|medewerker|worker|employee name|legal name|preferred name|name vorname|last name first name|nachname vorname|apellidos y nombre|bezeichnung"
    "|denominacion|intitule|denominazione|omschrijving kort",
    "email": "e mail|mail|e mail adresse|e mail address|email address|mailadresse|mail adresse|correo|correo electronico"
    "|courriel|adresse e mail|adresse mail|adresse electronique|email professionnel|e mail geschaeftlich|e mail dienstlich"
    "|work email|business email|primary work email|email work|posta elettronica|indirizzo e mail|indirizzo email"
    "|correio eletronico|endereco de e mail|emailadres|e mailadres|mailadres|business e mail|user email|email primary work|primary email|mail address",
    "department": "abteilung|bereich|organisationseinheit|orgeinheit|departamento|unidad|unidad organizativa|departement"
    "|service|direction|unite|unite organisationnelle|setor|unidade|reparto|dipartimento|ufficio|unita|unita organizzativa"
    "|afdeling|business unit|supervisory organization|division|organizational unit|org einheit|dept|team name",
    "job role": "stelle|stellenbezeichnung|funktion|rolle|puesto|cargo|poste|fonction|intitule du poste|funcao|ruolo"
    "|mansione|posizione|functie|functietitel|business title|job profile|designation|position|job title|planstelle|job",
    "active": "aktiv|activo|actif|ativo|attivo|actief|employment status|employee status|beschaeftigungsstatus"
    "|mitarbeiterstatus|worker status|active status",
    "handle": "benutzername|usuario|utilisateur|identifiant|utente|gebruikersnaam|utilizador|user name|username|user id"
    "|kennung|kuerzel",
    "joined on": "beitritt|beigetreten|beitrittsdatum|mitglied seit|fecha de alta|alta|fecha de ingreso|date d adhesion"
    "|membre depuis|data de adesao|membro desde|data di iscrizione|lid sinds|join date|date joined|joined|eintritt"
    "|eintrittsdatum|date d entree|data de admissao|data assunzione|datum in dienst|hire date|start of membership",
    "left on": "austritt|austrittsdatum|fecha de baja|baja|date de sortie|data de saida|data uscita|datum uit dienst"
    "|termination date|leave date|date left|last day of work|end of membership",
    "date": "datum|fecha|data|session date|meeting date|event date|sitzungsdatum|jour|dia|giorno|dag|tag",
    "start": "beginn|inicio|debut|inizio|begin|starts|starts at|start datetime|startzeitpunkt|beginnt am|commence a"
    "|fecha de inicio|date de debut|data inicio|data inizio|startdatum|startdate",
    "time": "uhrzeit|zeit|hora|heure|ora|tijd|startzeit|start time|hora de inicio|heure de debut",
    "duration": "dauer|duracion|duree|duracao|durata|duur|dauer min|duration min|duration minutes|length minutes",
    "place": "ort|lugar|lieu|local|luogo|locatie|raum|sala|salle|zaal|standort|ubicacion",
    "community": "gemeinschaft|comunidad|communaute|comunidade|comunita|gemeenschap|arbeitsgruppe|grupo|groupe|gruppo"
    "|groep|community of practice|cop|praxisgemeinschaft|community name|grupo de trabajo|groupe de travail|werkgroep",
    "title": "titel|titulo|titre|titolo|onderwerp|betreff|asunto|objet|oggetto|assunto|thema|tema|sujet|sitzung"
    "|session title|meeting title|veranstaltung",
    "summary": "zusammenfassung|resumen|resume|riepilogo|resumo|samenvatting",
    "description": "beschreibung|descripcion|descricao|descrizione|omschrijving",
    "status": "estado|etat|statut|stato|staat|workflow state|issue status",
    "deadline": "faellig|faelligkeit|faellig am|faelligkeitsdatum|fecha limite|fecha de vencimiento|echeance|date d echeance"
    "|prazo|scadenza|data di scadenza|vervaldatum|target date",
    "created": "erstellt|erstellt am|creado|cree|criado|creato|aangemaakt|fecha de creacion|date de creation|created at"
    "|created date|angelegt am",
    "skill": "faehigkeit|kompetenz|habilidad|competence|competencia|competenza|vaardigheid|skill",
    "level": "stufe|niveau|nivel|livello|niveau requis|niveau vereist",
    "parent": "uebergeordnet|uebergeordnete einheit|uebergeordnete abteilung|superior|padre|unidad superior|unite parente"
    "|unita superiore|bovenliggend|parent department|parent organization|parent org|superior organization",
    "number": "no|nr|num|lfd nr|nummer|numero|n",
    "unit": "einheit",
    "code": "codigo|codice|kuerzel der einheit|kostenstelle|org code|department code|department id",
    "role": "rollenart|rol|community role",
    "headcount": "teilnehmer|teilnehmerzahl|anzahl teilnehmer|participantes|participants|partecipanti|deelnemers|asistentes"
    "|n attendees|attendees count|number of attendees",
    "respondent id": "antwort id|id de respuesta|id de reponse|id da resposta|id risposta|respondentid|responseid"
    "|antwortnummer|response",
    "issue key": "vorgangsschluessel|vorgang|clave de incidencia|cle de ticket|chave|chiave ticket|issuesleutel|key issue",
    "topic": "themengebiet|ambito|domaine|dominio",
}  # fmt: skip
"""What stands for the same, by the English word that WORDS knows; the others with bars between."""


def plain(text: str) -> str:
    """A column's name as it is compared: lower case, without accents, in words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    letters = spaced.lower().translate(_UMLAUTS)
    folded = unicodedata.normalize("NFKD", letters)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(c for c in folded if not unicodedata.combining(c))).split())


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ENGLISH = {plain(word): english for english, words in _SAME.items() for word in words.split("|")}


def english(column: str) -> str:
    """A column's name as `WORDS` may know it."""
    words = plain(column)
    return _ENGLISH.get(words, words)


_YES = "yes|y|true|1|on|ja|j|si|sí|s|oui|o|sim|x|✓|✔|☑|wahr|vrai|verdadero|verdadeiro|vero|waar|active|aktiv|activo|actif|ativo|attivo|actief"
_NO = "no|n|false|0|off|nein|non|não|nao|nee|✗|✘|☐|falsch|faux|falso|onwaar|inactive|inaktiv|inactivo|inactif|inativo|inattivo|inactief|terminated"
FLAG_WORDS = {word: meant for meant, words in (("yes", _YES), ("no", _NO)) for word in words.split("|")}
"""Spellings of yes and no, to be proposed; what counts is what the mapping says."""
