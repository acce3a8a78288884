"""What became of files: reasons into ``rejects/``, an answer into ``out/``. Names and contents
follow from the file alone, so that doing it again after a crash changes nothing."""

import hashlib
from dataclasses import asdict

from planner.codec.messages import encode
from wms_bridge.connectors.folder.address import Format
from wms_bridge.connectors.folder.rows import BadRow
from wms_bridge.connectors.folder.survey import Survey, whole_file
from wms_bridge.connectors.folder.telling import Cells, safe_part, table
from wms_bridge.connectors.folder.wire import Folder, Incoming, kept_name


def finish(folder: Folder, file: Survey, layout: Format) -> None:
    """Answer a file of which all is taken, and move it to ``done/``."""
    _tell(folder, file, "taken", layout)
    _put_away(folder, file, "done")


def finish_repeated(folder: Folder, file: Survey, layout: Format) -> None:
    """Answer a file that came before."""
    _answer(folder, file, "repeated", layout, "")
    _put_away(folder, file, "done")


def finish_unusable(folder: Folder, file: Survey, layout: Format) -> None:
    """Answer a file that cannot be read, and move it to ``rejects/``."""
    _tell(folder, file, "rejected", layout)
    _put_away(folder, file, "rejects")


def refuse(folder: Folder, file: Incoming, problem: str, layout: Format) -> None:
    """Move what is no file to be read to ``rejects/``: it is not opened."""
    digest = hashlib.sha256(file.name.encode(errors="surrogateescape")).hexdigest()
    kept = f"{safe_part(file.name)}~{digest[:16]}"
    remedy = "Write a plain file with a plain name into in/, complete, by a rename."
    bad = BadRow(0, "", "file", repr(file.name)[:200], problem, remedy)
    folder.write("rejects", f"{kept}.reasons.csv", _reasons((bad,)))
    told: Cells = {"file": safe_part(file.name), "sha256": "", "state": "rejected"}
    told |= {"documents": 0, "rejected": 1, "reasons": f"{kept}.reasons.csv"}
    folder.write("out", f"answer_{kept}.{layout}", _content(told, layout))
    folder.move("in", file.name, "rejects", kept)
    folder.drop_markers(file.name)


def _put_away(folder: Folder, file: Survey, place: str) -> None:
    # Those of a file taken over just before a crash are still there.
    folder.drop_markers(file.name)
    folder.move(file.place, file.name, place, kept_name(file.name, file.digest))


def _tell(folder: Folder, file: Survey, state: str, layout: Format) -> None:
    bad = file.bad if file.unusable is None else (whole_file(file.unusable),)
    reasons = f"{kept_name(file.name, file.digest)}.reasons.csv" if bad else ""
    if bad:
        folder.write("rejects", reasons, _reasons(bad))
    _answer(folder, file, state, layout, reasons)


def _answer(folder: Folder, file: Survey, state: str, layout: Format, reasons: str) -> None:
    told: Cells = {"file": file.name, "sha256": file.digest, "state": state}
    told |= {"documents": file.documents, "rejected": file.rejected, "reasons": reasons}
    word = "repeated" if state == "repeated" else "answer"
    name = f"{word}_{safe_part(file.name)}~{file.digest[:16]}.{layout}"
    folder.write("out", name, _content(told, layout))


def _content(told: Cells, layout: Format) -> bytes:
    return table([told]) if layout is Format.CSV else encode({"type": "answer", **told}) + b"\n"


def _reasons(bad: tuple[BadRow, ...]) -> bytes:
    return table([asdict(row) for row in bad])


def why_unusable(file: Incoming) -> str:
    """Why a thing in ``in/`` is not opened."""
    return "not a plain file" if not file.regular else "not a plain name, or too long"
