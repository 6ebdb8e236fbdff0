"""Find the table in a file's rows: its header, its data, and the rows that are neither. Pure.

Office programs put titles above a table and totals below it; survey tools write several header rows. Each row that is
passed over is counted with its reason, so that the screen and the command can show it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import islice
from statistics import median

from cop.imports.formats import Rows

HEAD_ROWS = 60
"""So many rows from the top are searched for the header."""
MOST_HEADER_ROWS = 5
_TAIL_ROWS = 60
_SAMPLE_ROWS = 50
_SHOWN = 200
_HEAD_SHOWN = 30
_SHOWN_TEXT = 160


class Passed(StrEnum):
    """Why a row is no data."""

    ABOVE = "above the header"
    HEADER = "header"
    """A further row of the header."""
    SEPARATOR = "separator"
    """Nothing but dashes and the like, or empty cells."""
    TOTAL = "total"
    NOTE = "note"
    """Below the data: where the file comes from, a legend."""
    REPEATED_HEADER = "repeated header"
    EXAMPLE = "example"
    """The row of a template that shows how to fill it in."""
    CHOSEN = "chosen row"
    """A person, or the mapping, names it."""


OPTIONAL = (Passed.SEPARATOR, Passed.TOTAL, Passed.NOTE, Passed.REPEATED_HEADER, Passed.EXAMPLE)
"""What a mapping may take as data instead."""


@dataclass(frozen=True)
class Layout:
    """What a mapping says of the header and of rows that are no data; what it doesn't say is recognised."""

    header_row: int = 0
    """As a spreadsheet counts; 0: recognised."""
    header_rows: int = 0
    """How many rows the header takes up; 0: recognised."""
    pass_over: frozenset[Passed] = frozenset(OPTIONAL)
    skip_rows: frozenset[int] = frozenset()
    fill_short_rows: bool = False
    """Rows with too few cells get empty ones at their end, instead of being a problem."""


PLAIN = Layout(header_row=1, header_rows=1, pass_over=frozenset())
"""Of JSON and YAML, whose columns have names of their own."""


@dataclass(frozen=True)
class PassedRow:
    """A row that is no data, and how it begins."""

    number: int
    why: Passed
    text: str


@dataclass
class PassedRows:
    """All rows that are no data, counted; the first of them are kept."""

    counts: Counter[Passed] = field(default_factory=Counter)
    first: list[PassedRow] = field(default_factory=list)

    def add(self, number: int, why: Passed, cells: Sequence[str]) -> None:
        """Count a row."""
        self.counts[why] += 1
        if len(self.first) < _SHOWN:
            self.first.append(PassedRow(number, why, row_text(cells)))


@dataclass(frozen=True)
class Arrangement:
    """The table in a file's rows."""

    header_row: int
    header_rows: int
    columns: tuple[str, ...]
    """The names of all columns by place; "" where a column has no name and holds nothing."""
    titles: dict[str, str]
    """What a second header row says of a column, such as the words of a question."""
    body: Rows
    passed: PassedRows
    head: tuple[tuple[int, str], ...]
    """The first rows: their numbers, and how they begin."""

    @cached_property
    def unnamed(self) -> int:
        """How many columns are empty and have no name."""
        return self.columns.count("")


_WORDS = {
    Passed.ABOVE: ("row above the header", "rows above the header"),
    Passed.HEADER: ("further row of the header", "further rows of the header"),
    Passed.SEPARATOR: ("empty row or drawn line", "empty rows or drawn lines"),
    Passed.TOTAL: ("total", "totals"),
    Passed.NOTE: ("note", "notes"),
    Passed.REPEATED_HEADER: ("repeated header", "repeated headers"),
    Passed.EXAMPLE: ("example", "examples"),
    Passed.CHOSEN: ("chosen row", "chosen rows"),
}


def passed_word(why: str) -> str:
    """Why a row is no data, for a person."""
    return _WORDS[Passed(why)][0].capitalize()


def passed_words(counts: Mapping[Passed, int] | Mapping[str, int], unnamed: int = 0) -> str:
    """How many rows and columns are no data, in a sentence; "" where there are none."""
    parts = [f"{count:,} {words[count != 1]}" for why, words in _WORDS.items() if (count := counts.get(why, 0))]
    if unnamed:
        parts.append(f"{unnamed:,} empty {'column' if unnamed == 1 else 'columns'} without a name")
    return f"Passed over: {', '.join(parts)}." if parts else ""


def column_name(text: str) -> str:
    """A column's name on one line: header cells may hold line breaks and runs of spaces."""
    return " ".join(text.split())


def numbered(name: str, number: int) -> str:
    """What the first, second … of several columns of one name is called."""
    return f"{name} ({number})"


def row_text(cells: Sequence[str]) -> str:
    """A row for a person to recognise."""
    text = " · ".join(column_name(cell) for cell in islice(filter(str.strip, cells), 12))
    return text if len(text) <= _SHOWN_TEXT else f"{text[:_SHOWN_TEXT]}…"


def arrange(rows: Rows, layout: Layout = Layout(), wanted: Collection[str] = ()) -> Arrangement:
    """Find the table. `rows` aren't blank; `wanted` are the columns that a mapping reads.

    Without a `header_row` the first row that names all the wanted columns is the header, else the first that looks
    like one.
    """
    head = rows[:HEAD_ROWS]
    place = _header_place(rows, head, layout, wanted)
    height = layout.header_rows or _header_height(rows, place)
    top = [cells for _number, cells in rows[place : place + height]]
    names, titles = _names(top)
    passed = PassedRows()
    for number, cells in rows[:place]:
        passed.add(number, Passed.ABOVE, cells)
    for number, cells in rows[place + 1 : place + height]:
        passed.add(number, Passed.HEADER, cells)
    body = list(_body(rows, place, height, layout, passed))
    return Arrangement(
        header_row=rows[place][0],
        header_rows=height,
        columns=_told_apart(_with_places(_as_wide(names, body), body)),
        titles=titles,
        body=body,
        passed=passed,
        head=tuple((number, row_text(cells)) for number, cells in rows[:_HEAD_SHOWN]),
    )


def _header_place(rows: Rows, head: Rows, layout: Layout, wanted: Collection[str]) -> int:
    if layout.header_row:
        given = (place for place, (number, _cells) in enumerate(rows) if number >= layout.header_row)
        return next(given, 0)
    if wanted:
        needed = set(wanted)
        for place in range(len(head)):
            names, _titles = _names([cells for _n, cells in rows[place : place + _header_height(rows, place)]])
            if needed <= set(_told_apart(names)):
                return place
    return _first_like_a_header(head)


_PREFERENCE = re.compile(r"sep=.?\s*", re.IGNORECASE)
"""A first line by which Excel knows a CSV file's delimiter."""
_VALUE = re.compile(
    r"[-+]?[\d.,]+ ?%?"  # a number
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*"  # a day
    r"|[^\s@]+@[^\s@]+\.[^\s@]+"  # an e-mail address
)
_LONGEST_NAME = 300


def _first_like_a_header(head: Rows) -> int:
    """The first row that names most of the columns which the rows below it fill."""
    filled = [_filled(cells) for _number, cells in head]
    widths = sorted(filter(None, filled)) or [0]
    wide = widths[len(widths) * 3 // 4]
    for place, (_number, cells) in enumerate(head):
        if filled[place] >= min(wide, max(2, wide * 0.6)) and _looks_like_a_header(cells):
            return place
    return 0


def _looks_like_a_header(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells if cell.strip()]
    if len(texts) == 1 and _PREFERENCE.fullmatch(texts[0]):
        return False
    return not any(_VALUE.fullmatch(text) or len(text) > _LONGEST_NAME for text in texts)


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell and not cell.isspace())


_IMPORT_ID = re.compile(r"""\{\s*['"]ImportId['"]""")
_QUESTION_CODE = re.compile(r"[A-Za-z]{1,4}\d+(?:[._#]\w+)*")
_ANSWER_HEADS = frozenset(
    {
        "response", "open-ended response", "open ended response", "réponse", "antwort", "antworten", "respuesta",
        "resposta", "risposta", "antwoord", "offene antwort", "respuesta abierta", "réponse ouverte",
    }
)  # fmt: skip
"""What SurveyMonkey writes below a question that has one column."""


def _header_height(rows: Rows, place: int) -> int:
    """How many rows the header takes up: survey tools write the questions' words, options or codes below it."""
    head = rows[place][1]
    below = [cells for _number, cells in rows[place + 1 : place + 4]]
    for distance, cells in enumerate(below, 1):
        texts = [cell for cell in cells if cell.strip()]
        if texts and all(_IMPORT_ID.match(text.strip()) for text in texts):
            return distance + 1
    if below and (_names_options(head, below[0]) or _words_of_codes(head, below)):
        return 2
    return 1


def _names_options(head: Sequence[str], below: Sequence[str]) -> bool:
    """SurveyMonkey's second row: options and “Response” under questions, nothing under what stands before them."""
    pairs = list(zip(head, [*below, *[""] * len(head)], strict=False))
    under = [text.strip() for _name, text in pairs if text.strip()]
    generic = any(text.casefold() in _ANSWER_HEADS for text in under)
    gaps = sum(1 for name, text in pairs if not name.strip() and text.strip())
    bare = sum(1 for name, text in pairs if name.strip() and not text.strip())
    return bool(bare and (generic or gaps > 1) and not any(_VALUE.fullmatch(text) for text in under))


def _words_of_codes(head: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Codes such as Q1 and Q2_3 above, the questions' words below them."""
    pairs = [(name.strip(), text.strip()) for name, text in zip(head, below[0], strict=False) if name.strip()]
    codes = [text for name, text in pairs if _QUESTION_CODE.fullmatch(name)]
    if len(below) == 1 or not codes or not all(text for _name, text in pairs):
        return False
    asking = sum(1 for text in codes if text.endswith(("?", ":")))
    worded = sum(1 for text in codes if text.count(" ") > 1)
    return asking > 0 and worded * 2 >= len(codes) and not any(_VALUE.fullmatch(text) for text in codes)


def _names(top: Sequence[Sequence[str]]) -> tuple[list[str], dict[str, str]]:
    """The columns' names, and what a second row says of them.

    Where the second row names options under a question, both make the name: “Tools [Git]”.
    """
    first = [column_name(cell) for cell in top[0]]
    if len(top) == 1:
        return first, {}
    width = max(len(cells) for cells in top[:2])
    first += [""] * (width - len(first))
    second = [column_name(cell) for cell in top[1]]
    second += [""] * (width - len(second))
    if not _names_options(first, second):
        return first, {name: text for name, text in zip(first, second, strict=True) if name and text}
    names, question = [], ""
    alone = _alone(first, second)
    for place, (upper, lower) in enumerate(zip(first, second, strict=True)):
        question = upper or (question if lower else "")
        names.append(question if alone[place] or not lower else f"{question} [{lower}]".strip())
    return names, {}


def _alone(first: Sequence[str], second: Sequence[str]) -> list[bool]:
    """Of each column, whether what stands below its name says only that answers follow."""
    return [
        lower.casefold() in _ANSWER_HEADS
        and not (place + 1 < len(first) and not first[place + 1] and second[place + 1])
        for place, lower in enumerate(second)
    ]


def _as_wide(names: list[str], body: Rows) -> list[str]:
    """The names; where every row ends with more, empty cells, these are columns without a name."""
    width = min((len(cells) for _number, cells in body), default=0)
    beyond = (cell for _number, cells in body for cell in cells[len(names) :])
    return names if any(map(str.strip, beyond)) else names + [""] * (width - len(names))


def _with_places(names: Sequence[str], body: Rows) -> list[str]:
    """The names; a column without one that holds something is called by its place."""
    unnamed = {place for place, name in enumerate(names) if not name}
    holding: set[int] = set()
    for _number, cells in body if unnamed else ():
        holding |= {place for place in unnamed - holding if place < len(cells) and cells[place].strip()}
        if len(holding) == len(unnamed):
            break
    return [name or (f"Column {place + 1}" if place in holding else "") for place, name in enumerate(names)]


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """The names, those that stand there several times with their number: none of them is taken for another."""
    counts, seen = Counter(names), Counter[str]()
    taken = {name for name in names if counts[name] == 1}
    made = []
    for name in names:
        if not name or counts[name] == 1:
            made.append(name)
            continue
        seen[name] += 1
        while numbered(name, seen[name]) in taken:
            seen[name] += 1
        made.append(numbered(name, seen[name]))
    return tuple(made)


_DRAWN = " \t\r\n\xa0-–—_=*#.·•|+~"
_TOTAL = re.compile(
    r"(?:grand |sub[- ]?|zwischen)?(?:totals?|totales|totaux|totale|totali|totais|totaal|subtotaal|sum|summe|somme|suma"
    r"|soma|somma|som|gesamt(?:summe|ergebnis|zahl|anzahl)?|insgesamt|ergebnis|(?:number of )?(?:records|rows)|count"
    r"|anzahl|overall result|result|total general|total geral|total général)(?!\w)",
    re.IGNORECASE,
)
_BARE_TOTAL = re.compile(r"[\s:=()\d.,]*")
_NOTE = re.compile(
    r"(?:report |list |liste )?(?:generated|created|exported|printed|downloaded|produced|source|notes?|remarks?|legend|key:"
    r"|confidential|as of|page \d|end of (?:report|file|list)|filters?|erstellt|exportiert|gedruckt|quelle|hinweis"
    r"|anmerkung|legende|vertraulich|stand|seite \d|ende de[rs]|généré|exporté|créé|imprimé|remarque|légende"
    r"|confidentiel|généré|generado|exportado|creado|fuente|nota|leyenda|confidencial|página \d|gerado|criado|fonte"
    r"|legenda|generato|esportato|creato|legenda|riservato|gegenereerd|geëxporteerd|aangemaakt|bron|opmerking|vertrouwelijk"
    r"|pagina \d)(?!\w)|[*©†¹(]"
    r"|\d+ (?:rows?|records?|entries|results|einträge|datensätze|zeilen|filas|registros|lignes|righe|linhas|rijen)\b",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"#\s*example\b", re.IGNORECASE)
_SHORTEST_LINE = 3
_LONG_NOTE = 40
_FEW_COLUMNS = 3


def _body(rows: Rows, place: int, height: int, layout: Layout, passed: PassedRows) -> Iterator[tuple[int, list[str]]]:
    """The rows of data; the others are counted."""
    data = rows[place + height :]
    header = [cell.strip() for cell in rows[place][1]]
    usual = median([width for _number, cells in data[:_SAMPLE_ROWS] if (width := _filled(cells))] or [0])
    tail = _tail(data, usual)
    for position, (number, cells) in enumerate(data):
        reasons = (_why_no_data(cells, header, usual), tail.get(position))
        why = next((reason for reason in reasons if reason in layout.pass_over), None)
        if number in layout.skip_rows:
            why = Passed.CHOSEN
        if why is None:
            yield number, cells
        else:
            passed.add(number, why, cells)


def _why_no_data(cells: Sequence[str], header: Sequence[str], usual: float) -> Passed | None:
    """What a row is, wherever it stands; None for data."""
    first = _first_text(cells)
    if _is_drawn(cells):
        return Passed.SEPARATOR
    if first == next(filter(None, header), "") and [cell.strip() for cell in cells] == header:
        return Passed.REPEATED_HEADER
    if _EXAMPLE.match(first):
        return Passed.EXAMPLE
    starts, bare = _total(first)
    return Passed.TOTAL if starts and bare and _filled(cells) <= usual / 2 else None


def _tail(data: Rows, usual: float) -> dict[int, Passed]:
    """What the last rows are, by their position, from the end up to the last row of data.

    A row of few cells is a note only where a total, a note or a blank row stands above it.
    """
    found: dict[int, Passed] = {}
    block: dict[int, Passed] = {}
    for position in range(len(data) - 1, max(-1, len(data) - _TAIL_ROWS), -1):
        number, cells = data[position]
        why = _in_the_tail(cells, usual)
        sparse = usual >= _FEW_COLUMNS and _filled(cells) <= usual / _FEW_COLUMNS
        if why is None and not sparse:
            break
        block[position] = why or Passed.NOTE
        after_a_gap = position > 0 and data[position - 1][0] < number - 1
        if why is not None or after_a_gap:
            found |= block
    return found


def _in_the_tail(cells: Sequence[str], usual: float) -> Passed | None:
    """What a row at the end is by its own words; None where these say nothing."""
    if _is_drawn(cells):
        return Passed.SEPARATOR
    first, filled = _first_text(cells), _filled(cells)
    starts, bare = _total(first)
    if starts and (bare or filled <= usual / 2):
        return Passed.TOTAL
    sparse = usual > 1 and filled <= max(1, usual / 2)
    noted = _NOTE.match(first) or (filled == 1 and len(first) > _LONG_NOTE)
    return Passed.NOTE if sparse and noted else None


def _first_text(cells: Sequence[str]) -> str:
    return next((text for cell in cells if (text := cell.strip())), "")


def _is_drawn(cells: Sequence[str]) -> bool:
    """Whether a row holds nothing, or only a drawn line; a single dash may be somebody's text."""
    if _first_text(cells).strip(_DRAWN):
        return False  # most rows are told by their first text
    drawn = "".join(cells).strip()
    return not drawn or (len(drawn) >= _SHORTEST_LINE and not drawn.strip(_DRAWN))


def _total(first: str) -> tuple[bool, bool]:
    """Whether a row's first text begins like a total, and whether it says no more than that."""
    text = first.lstrip("*# ")
    begins = _TOTAL.match(text)
    return begins is not None, begins is not None and _BARE_TOTAL.fullmatch(text[begins.end() :]) is not None
