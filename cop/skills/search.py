"""Finding skills: words and areas over the catalog's rows. Pure."""

import pandas as pd

from cop.catalog.search import fold


def matching(
    rows: pd.DataFrame, *, text: str = "", areas: tuple[int, ...] = (), archived: bool = False
) -> pd.DataFrame:
    """The skills of these areas in which every word stands; archived ones only where asked for."""
    keep = pd.Series(data=True, index=rows.index) if archived else ~rows["archived"]
    for word in fold(text).split():
        keep &= rows["search"].str.contains(word, regex=False)
    if areas:
        keep &= rows["area_id"].isin(areas)
    return rows[keep]
