"""Tables of HTML pages and of Excel's old XML, which programs save under the name of a workbook. Pure.

Read with Python's own lenient parser: it expands no entities of a document's own, and loads nothing.
"""

from html.parser import HTMLParser

Grid = list[list[str]]

_WIDEST = 16_384
_TALLEST = 10_000
_ROW, _CELL = {"tr", "row"}, {"td", "th", "cell"}
_TABLE = {"table"}


class TooLarge(Exception):
    """A page holds more cells than an import takes."""


class _Tables(HTMLParser):
    """Collects the outermost tables; cells that span several places leave the others empty."""

    def __init__(self, most_cells: int) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[str, Grid]] = []
        self._left = most_cells
        self._depth = 0
        self._sheet = ""
        self._text: list[str] | None = None
        self._width = 1
        self._below: dict[int, int] = {}
        """By column, in how many rows to come a cell from above stands."""
        self._spans = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        if tag == "worksheet":
            self._sheet = given.get("name", "")
        elif tag in _TABLE:
            self._depth += 1
            if self._depth == 1:
                self.tables.append((self._sheet, []))
                self._below = {}
        elif self._depth == 1 and tag in _ROW:
            self._end_cell()
            self._begin_row(_number(given.get("index"), len(self._grid) + 1, _TALLEST * 100))
        elif self._depth == 1 and tag in _CELL and self._grid:
            self._end_cell()
            self._begin_cell(given)
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _TABLE:
            if self._depth == 1:
                self._end_cell()
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and tag in _CELL | _ROW:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    @property
    def _grid(self) -> Grid:
        return self.tables[-1][1]

    def _begin_row(self, number: int) -> None:
        while len(self._grid) < number:
            self._spend(1)
            self._grid.append([])

    def _begin_cell(self, given: dict[str, str]) -> None:
        row = self._grid[-1]
        while self._below.get(len(row), 0) > 0:
            self._below[len(row)] -= 1
            self._add("")
        while len(row) + 1 < _number(given.get("index"), len(row) + 1, _WIDEST):
            self._add("")
        across = given.get("colspan") or str(_number(given.get("mergeacross"), 0, _WIDEST) + 1)
        down = given.get("rowspan") or str(_number(given.get("mergedown"), 0, _TALLEST) + 1)
        self._width, self._spans = _number(across, 1, _WIDEST), _number(down, 1, _TALLEST)
        self._text = []

    def _end_cell(self) -> None:
        if self._text is None:
            return
        text = "\n".join(" ".join(line.split()) for line in "".join(self._text).split("\n")).strip()
        self._text = None
        for place in range(self._width):
            if self._spans > 1:
                self._below[len(self._grid[-1])] = self._spans - 1
            self._add("" if place else text)

    def _add(self, text: str) -> None:
        self._spend(1)
        self._grid[-1].append(text)

    def _spend(self, cells: int) -> None:
        self._left -= cells
        if self._left < 0:
            raise TooLarge


def _number(text: str | None, otherwise: int, most: int) -> int:
    return min(int(text), most) if text and text.isascii() and text.isdigit() else otherwise


def tables(text: str, most_cells: int) -> dict[str, Grid]:
    """The tables of a page by name, the largest first. Raises TooLarge."""
    parser = _Tables(most_cells)
    parser.feed(text)
    parser.close()
    filled = [(sheet, grid) for sheet, grid in parser.tables if any(any(row) for row in grid)]
    by_size = sorted(filled, key=lambda table: -sum(map(len, table[1])))
    made: dict[str, Grid] = {}
    for number, (sheet, grid) in enumerate(by_size, 1):
        name = sheet if sheet and sheet not in made else f"Table {number}"
        made[name] = grid
    return made
