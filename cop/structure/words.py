"""Counts in words. Pure."""


def in_words(counts: dict[str, int]) -> str:
    """Such as "3 people and 1 community", from counts by their word in the singular."""
    many = {"person": "people", "community": "communities"}
    parts = [f"{count} {word if count == 1 else many.get(word, f'{word}s')}" for word, count in counts.items() if count]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
