"""CSV that a spreadsheet opens as it is meant, and no formula in it."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from wms_bridge.kpis.sheet import csv_lines

CELLS = st.one_of(st.none(), st.text(max_size=20), st.floats(allow_nan=False, width=32))
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(ROWS.filter(lambda rows: all(map(any, rows))))
@example([["=1+1", '"; a, b'], ["a\nb", "@x"], ["-2", -2.5]])
def test_what_is_read_is_what_was_written(rows: list[list[str | float | None]]) -> None:
    told = read("".join(csv_lines(rows)))
    assert len(told) == len(rows)
    for cells, row in zip(told, rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            if value is None:
                assert cell == ""
            elif isinstance(value, str):
                assert cell.removeprefix("'") == value.removeprefix("'")
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
            else:
                assert float(cell) == value


def test_lines_end_and_cells_are_quoted_as_the_standard_says() -> None:
    text = "".join(csv_lines([["a,b", 'say "c"', 3.0, None], ["=cmd|' /C calc'!A0", "x", -1, 0.5]]))
    assert text == '"a,b","say ""c""",3,\r\n\'=cmd|\' /C calc\'!A0,x,-1,0.5\r\n'


def test_a_long_table_comes_in_parts() -> None:
    parts = list(csv_lines(["x" * 100] for _ in range(1_000)))
    assert len(parts) > 3
    assert "".join(parts).count("\r\n") == 1_000
