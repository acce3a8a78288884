"""What `make bench-counting` runs, in order, and where each part leaves its figures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.report import RESULTS, Row, quick


@dataclass(frozen=True, slots=True)
class Part:
    """``module`` of ``benchmarks``; it writes ``results``. ``data``: it takes ``--data DIR``, the
    folder ``subfolder`` of the shared data."""

    name: str
    module: str
    results: tuple[str, ...]
    data: bool = False
    subfolder: str = ""


PARTS = (
    Part("codes and fiducials", "micro.codes", ("codes",), data=True),
    Part("LLRP", "micro.llrp", ("llrp", "llrp_round_trip"), data=True, subfolder="llrp"),
    Part("EPC", "micro.epc", ("epc", "epc_vectors"), data=True, subfolder="epc"),
    Part("bins of tags", "micro.rfid_location", ("rfid_location",)),
    Part("shelves from pictures", "micro.shelf", ("shelf",)),
    Part("record accuracy", "micro.record_accuracy", ("record_accuracy",)),
    Part("a site, read and photographed", "micro.counting_site", ("counting_site",)),
    Part("count planning", "micro.count_planning", ("count_planning",)),
    Part("drones", "micro.drone_flight", ("drone_flight",)),
    Part("EPCIS", "micro.epcis", ("epcis",), data=True, subfolder="epcis/gs1_draft_repo"),
)


def rows_of(result: str) -> Sequence[Row]:
    """The rows a part has written in this kind of run; empty if it did not."""
    path = RESULTS / f"{result}{'.quick' if quick() else ''}.json"
    if not path.exists():
        return ()
    found: Sequence[Row] = json.loads(path.read_text())["rows"]
    return found
