"""What values of enumerated fields may mean, as the columns' step and the preview offer it."""

from cop.imports.kinds import Field, Reading

EMPTY, LEAVE_OUT = "(counts as empty)", "(leave the row out)"
"""What a value may mean beside the field's own ones."""


def choices_of(rule: Field) -> tuple[str, ...]:
    """What a field of choices, or of yes and no, may say; nothing for others."""
    if rule.reading is Reading.FLAG:
        return ("yes", "no")
    return tuple(str(choice) for choice in rule.choices or ())
