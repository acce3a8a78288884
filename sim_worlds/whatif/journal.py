"""A study's folder: what it is about, and a line for every future that came to its end."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from planner.codec.messages import decode, encode, from_json, to_json
from planner.warehouse.errors import InvalidMessage, InvalidStudy
from sim_worlds.whatif.clone import Moment, books_of
from sim_worlds.whatif.figures import Figures
from sim_worlds.whatif.futures import Future, Ground, Row
from sim_worlds.whatif.vary import Settings, Value

FORMAT = "podherd-whatif/1"


def fingerprint(ground: Ground) -> str:
    """Names the ground: the same ground the same name, any other another one."""
    moment = ground.moment
    parts = [
        to_json(ground.site),
        [[timed.at_ms, to_json(timed.order)] for timed in ground.orders],
        [ground.hours, ground.promise_h, to_json(ground.costs), to_json(ground.dispatch)],
        list(ground.skus),
        to_json(ground.faults),
        None if ground.guidance is None else ground.guidance.drive.tolist(),
        None if moment is None else _moment(moment),
    ]
    return hashlib.sha256(encode(parts)).hexdigest()


def _moment(moment: Moment) -> list[object]:
    """What tells one moment from another."""
    state = moment.state
    books = [to_json(balance) for balance in books_of(state)]
    return [moment.now_ms, books, list(state.orders), list(state.finished.items())]


class Journal:
    """``futures.jsonl`` in a folder. Rows are on disk when :meth:`add` returns, and read again when
    the same study goes on; a line torn by a crash is cut off."""

    def __init__(self, folder: Path, ground: Ground):
        """:class:`InvalidStudy` if the folder is of another study or cannot be written."""
        self.path = folder / "futures.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _claim(folder / "study.json", fingerprint(ground))
            self._rows = _read(self.path)
            self._file = self.path.open("ab")
        except OSError as error:
            raise InvalidStudy(
                f"the folder cannot be used: {error.strerror}", field="out", value=str(folder)
            ) from error

    def rows(self, futures: Iterable[Future]) -> dict[Future, Row]:
        """What is known already of these futures; those that failed are to be tried again."""
        known = {_name(row.future): row for row in self._rows if not row.error}
        return {
            future: replace(known[_name(future)], settings=future.settings)
            for future in futures
            if _name(future) in known
        }

    def add(self, row: Row) -> None:
        """Keep a row."""
        figures = None if row.figures is None else to_json(row.figures)
        record = {
            "settings": dict(row.settings),
            "seed": row.seed,
            "figures": figures,
            "error": row.error,
        }
        self._file.write(encode(record) + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing more comes."""
        self._file.close()


def _name(future: Future) -> tuple[frozenset[tuple[str, Value]], int]:
    """The same whatever the order in which things are varied."""
    return frozenset(future.settings), future.seed


def _claim(path: Path, name: str) -> None:
    if not path.exists():
        path.write_bytes(encode({"format": FORMAT, "ground": name}) + b"\n")
        return
    try:
        found = decode(path.read_bytes())
    except InvalidMessage:
        found = None
    if not isinstance(found, dict) or found.get("ground") != name:
        raise InvalidStudy(
            "this folder holds another study: its site, orders, hours, promise or costs differ",
            field="out",
            value=str(path.parent),
            remedy="Name another folder, or remove this one. More values and seeds may be added.",
        )


def _read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        path.write_bytes(whole)
    rows = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            rows.append(_row(decode(line)))
        except (InvalidMessage, KeyError, TypeError, AttributeError) as error:
            raise InvalidStudy(
                "not a row of a study", field=f"{path}:{number}", remedy="Remove this line."
            ) from error
    return rows


def _row(record: dict[str, object]) -> Row:
    settings, seed, figures = record["settings"], record["seed"], record["figures"]
    if not isinstance(settings, dict) or not isinstance(seed, int):
        raise TypeError("settings are an object and a seed is a number")
    kept: dict[str, Value] = settings
    ordered: Settings = tuple(kept.items())
    found = None if figures is None else from_json(figures, Figures)
    return Row(ordered, seed, found, str(record["error"]))
