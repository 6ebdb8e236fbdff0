"""What columns of a file of answers seem to ask: a start, not a decision. Pure."""

from collections import Counter, defaultdict

from cop.choices import QuestionType
from cop.imports.answers import split_choices
from cop.imports.inspection import Inspection
from cop.imports.vocabulary import FLAG_WORDS
from cop.imports.wave_mapping import in_brackets, spelling

_LEAST_COLUMNS = 2


def tick_boxes(found: Inspection) -> dict[str, tuple[str, ...]]:
    """By question, the columns of its options: those like “Tools [Git]” whose cells say yes, no, or the option."""
    columns: dict[str, list[str]] = defaultdict(list)
    for column in found.columns:
        question, option = in_brackets(column)
        seen = (found.values or {}).get(column)
        if question and seen is not None and all(_ticks(text, option) for text in seen):
            columns[question].append(column)
    return {question: tuple(names) for question, names in columns.items() if len(names) >= _LEAST_COLUMNS}


def _ticks(text: str, option: str) -> bool:
    return text.strip().casefold() in FLAG_WORDS or spelling(text) == spelling(option)


def ticks_of(columns: tuple[str, ...], found: Inspection) -> tuple[list[str], list[str]]:
    """What the cells of options say where one was chosen, and where it wasn't."""
    seen = list(dict.fromkeys(text for column in columns for text in (found.values or {}).get(column, ())))
    means = {text: FLAG_WORDS.get(text.strip().casefold()) for text in seen}
    own = {spelling(in_brackets(column)[1]) for column in columns}
    chosen = [text for text in seen if means[text] == "yes" or (means[text] is None and spelling(text) in own)]
    return chosen, [text for text in seen if means[text] == "no"]


def type_of(column: str, found: Inspection) -> QuestionType:
    """What the cells look like: few spellings are a choice, many are words."""
    seen = (found.values or {}).get(column)
    if not seen:
        return QuestionType.TEXT
    return QuestionType.MULTIPLE if separator_of(column, found) else QuestionType.SINGLE


def separator_of(column: str, found: Inspection) -> str:
    """What stands between several choices of a cell; "" where each cell holds one.

    A comma separates only where what stands beside it comes again: commas belong to sentences, too.
    """
    seen = (found.values or {}).get(column) or ()
    if any(";" in text for text in seen):
        return ";"
    parts = Counter(spelling(part) for text in seen for part in split_choices(text, ",") if part.strip())
    several = [text for text in seen if len(list(split_choices(text, ","))) > 1]
    again = all(any(parts[spelling(part)] > 1 for part in split_choices(text, ",")) for text in several)
    return "," if several and again else ""
