"""The goals of counting, and what holds of them in the run that has just been made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.macro.counting_time import TimeModel
from benchmarks.report import Row

Results = Callable[[str], Sequence[Row]]
"""The rows of a result by its name; empty if that part did not run."""
Peers = Mapping[str, Mapping[str, Any]]
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, against what was wanted and what the best peer does (``peer``: in the same
    run, or as ``published``)."""

    what: str
    goal: str
    found: str
    peer: str
    holds: bool | None

    @property
    def row(self) -> Row:
        """To be printed."""
        words = {True: "holds", False: "does not hold", None: NOT_MEASURED}
        return {
            "what": self.what,
            "goal": self.goal,
            "found": self.found,
            "peer": self.peer,
            "": words[self.holds],
        }


def verdicts(results: Results, peers: Peers, times: TimeModel) -> list[Verdict]:
    """All goals, in the order in which they were set."""
    return [
        *_codes(results("codes")),
        *_fiducials(results("codes")),
        *_llrp(results("llrp"), results("llrp_round_trip"), peers.get("sllurp")),
        *_epc(results("epc"), results("epc_vectors"), peers.get("epcpy")),
        *_bins(results("rfid_location")),
        *_accuracy(results("record_accuracy")),
        *_time(results("record_accuracy"), times),
        *_events(results("epcis")),
        *_calibration(results("counting_site"), results("shelf")),
    ]


def _codes(rows: Sequence[Row]) -> list[Verdict]:
    photographs = {row["who"]: row for row in rows if row["what"] == "photographs"}
    ours, both = photographs.get("ours"), photographs.get("zxing-cpp, then pyzbar")
    alone = photographs.get("zxing-cpp")
    if ours is None:
        return [_missing("turned 1-D labels", ">= 104 of 106, no misread, median <= 5 ms")]
    read, of = _of(ours["1-D"])
    found = f"{read} of {of}, {ours['misread']} misread, median {ours['median ms']} ms"
    peer = _read_by(both, alone, "1-D")
    fast = float(ours["median ms"]) <= 5
    wanted = ">= 104 of 106, no misread, median <= 5 ms"
    one = Verdict(
        "turned 1-D labels", wanted, found, peer, read >= 104 and not ours["misread"] and fast
    )
    read, of = _of(ours["2-D"])
    found = f"{read} of {of}, {ours['misread']} misread"
    peer = _read_by(both, alone, "2-D")
    two = Verdict(
        "2-D codes", ">= 38 of 42, no misread", found, peer, read >= 38 and not ours["misread"]
    )
    return [one, two]


def _read_by(both: Row | None, alone: Row | None, kind: str) -> str:
    """What the best of the other readers that are installed has read."""
    if both is not None:
        return f"{both[kind]} (zxing-cpp, then zbar)"
    return f"{alone[kind]} (zxing-cpp; zbar not installed)" if alone else NOT_MEASURED


def _fiducials(rows: Sequence[Row]) -> list[Verdict]:
    goal = "corner error <= 0.11 px at <= 0.6 x the time of pyapriltags"
    drawn = {row["who"]: row for row in rows if row["what"] == "drawn tags, 24 px"}
    small = {row["who"]: row for row in rows if row["what"] == "tags, photographs of 640 x 480"}
    ours, peer = drawn.get("ours, glance"), drawn.get("pyapriltags")
    if ours is None or "ours, glance" not in small:
        return [_missing("fiducials", goal)]
    error, ratio = _number(ours["error p50"]), float(small["ours, glance"]["time ratio"])
    found = f"{error} px at {ratio} x (glance; {small['ours, glance']['2-D']} tags)"
    theirs = f"{peer['error p50']} at 1 x" if peer else "0.105 px, 10.7 ms (published)"
    holds = error <= 0.11 and ratio <= 0.6 if peer else None
    return [Verdict("fiducials, 640 x 480", goal, found, theirs, holds)]


def _llrp(
    rows: Sequence[Row], trips: Sequence[Row], peer: Mapping[str, Any] | None
) -> list[Verdict]:
    exact = sum(int(row["byte_exact"]) for row in trips)
    frames = sum(int(row["frames"]) for row in trips)
    goal = "1,719 of 1,719 frames byte for byte"
    theirs = f"{peer['frames']} of {peer['of']} read (sllurp)" if peer else NOT_MEASURED
    frames_there = bool(trips)
    first = Verdict(
        "LLRP frames",
        goal,
        f"{exact} of {frames}" if frames_there else NOT_MEASURED,
        theirs,
        exact == frames == 1719 if frames_there else None,
    )
    stream = next((row for row in rows if row["reports"] == "dx101_c"), None)
    if stream is None or peer is None:
        return [first, _missing("LLRP tag reports", ">= 6 x sllurp")]
    rate, other = float(stream["fast_tags_s"]), float(peer["tags_per_s"])
    found = f"{rate:,.0f} tags/s, {rate / other:.1f} x"
    second = Verdict(
        "LLRP tag reports, dx101_c",
        ">= 6 x sllurp",
        found,
        f"{other:,.0f} tags/s (sllurp)",
        rate >= 6 * other,
    )
    return [first, second]


def _epc(
    rows: Sequence[Row], vectors: Sequence[Row], peer: Mapping[str, Any] | None
) -> list[Verdict]:
    right = {row["vectors"]: (int(row["right"]), int(row["of"])) for row in vectors}
    goal = "60 of 60 both ways, 7 of 7 refused"
    theirs = f"{peer['decoded']} of {peer['of']} decoded (epcpy)" if peer else NOT_MEASURED
    found = ", ".join(f"{n} of {of} {what}" for what, (n, of) in right.items()) or NOT_MEASURED
    holds = all(n == of for n, of in right.values()) if right else None
    sgtin = next((row for row in rows if row["scheme"] == "SGTIN-96"), None)
    cost = float(sgtin["decode CPU us"]) if sgtin else 0.0
    cheap = f"{peer['us_per_tag']:.1f} us (epcpy)" if peer else NOT_MEASURED
    return [
        Verdict("EPC vectors", goal, found, theirs, holds),
        Verdict(
            "EPC, SGTIN-96",
            "<= 10 us",
            f"{cost} us" if sgtin else NOT_MEASURED,
            cheap,
            cost <= 10 if sgtin else None,
        ),
    ]


def _bins(rows: Sequence[Row]) -> list[Verdict]:
    ways = {row["what"]: row for row in rows}
    ours, peak = ways.get("Bayes, power, share and phase"), ways.get("peak RSSI")
    if ours is None or peak is None:
        return [_missing("bins of tags", ">= 90 %"), _missing("strays rejected", ">= 95.3 %")]
    right = float(ours["right bin"])
    away, of = _of(ours["strays rejected"])
    return [
        Verdict(
            "bins of tags",
            ">= 90 %",
            f"{right:.1%}",
            f"{float(peak['right bin']):.1%} (peak RSSI)",
            right >= 0.9,
        ),
        Verdict(
            "strays rejected",
            ">= 95.3 %",
            f"{away} of {of}",
            "95.3 % (published SVM)",
            away >= 0.953 * of,
        ),
    ]


PEOPLE = (0.06, 0.20, 0.35)
"""Most slots for people, for records that are 97, 86 and 55 % right before."""


def _accuracy(rows: Sequence[Row]) -> list[Verdict]:
    ours = [row for row in rows if row["way"] == "fused, ladder"]
    naive = [row for row in rows if row["way"] == "last read wins"]
    if len(ours) != len(PEOPLE):
        return [_missing("record accuracy", ">= 0.999")]
    found = []
    for row, other, most in zip(ours, naive, PEOPLE, strict=True):
        after, wrong = float(row["right after"]), float(row["wrong adjustments /1,000"])
        people = _share(row["slots for people"])
        found.append(
            Verdict(
                f"record accuracy from {float(row['right before']):.0%}",
                f">= 0.999, <= 0.5 wrong / 1,000, people <= {most:.0%}",
                f"{after}, {wrong} wrong, people {people:.1%}",
                f"{other['right after']} (last read wins)",
                after >= 0.999 and wrong <= 0.5 and people <= most,
            )
        )
    return found


def _time(rows: Sequence[Row], times: TimeModel) -> list[Verdict]:
    goal = "-60 % of people's time"
    ours = [row for row in rows if row["way"] == "fused, ladder"]
    found = []
    for row in ours:
        slots = 6000
        spent_s = times.people_last_s(
            slots, float(row["counts per slot"]), float(row["decisions per slot"])
        )
        alone_s = times.people_alone_s(slots)
        robots_s = times.robots_s(slots, float(row["looks per slot"]))
        saved = 1 - spent_s / alone_s
        found.append(
            Verdict(
                f"counting time from {float(row['right before']):.0%}",
                goal,
                f"-{saved:.0%} ({spent_s / 3600:.1f} h; robots {robots_s / 3600:.1f} h)",
                f"{alone_s / 3600:.1f} h (people alone, our model)",
                saved >= 0.6,
            )
        )
    return found or [_missing("counting time", goal)]


def _events(rows: Sequence[Row]) -> list[Verdict]:
    wanted = {
        "official examples read": "47 of 47",
        "emitted events valid": "all",
    }
    found = {row["what"]: row for row in rows}
    return [
        Verdict(
            f"EPCIS, {what}",
            goal,
            f"{int(found[what]['value']):,}",
            "",
            str(found[what]["goal"]).endswith("yes"),
        )
        if what in found
        else _missing(f"EPCIS, {what}", goal)
        for what, goal in wanted.items()
    ]


def _calibration(site: Sequence[Row], shelf: Sequence[Row]) -> list[Verdict]:
    """No figure was set: drawn and printed is what is wanted. Brier scores, 0 is perfect."""
    curve = "docs/images/counting-reliability.svg"
    goal = "curve drawn, Brier printed"
    rows = [row for row in site if "Brier, first" in row]
    found = [
        Verdict(
            f"posteriors, books {float(row['right before']):.0%} right",
            goal,
            f"{row['Brier, first']} after one look, {row['Brier, last']} at the end ({curve})",
            "",
            True,
        )
        for row in rows
    ]
    seen = next((row for row in shelf if row.get("condition") == "all"), None)
    if seen is not None:
        found.append(
            Verdict(
                "cartons in front, from pictures",
                goal,
                f"{seen['Brier']}, {float(seen['right of told']):.1%} right of those told",
                f"{seen['Brier, texture']} (texture), {seen['Brier, codes']} (codes)",
                True,
            )
        )
    return found or [_missing("calibration", goal)]


def _missing(what: str, goal: str) -> Verdict:
    return Verdict(what, goal, NOT_MEASURED, "", None)


def _of(text: object) -> tuple[int, int]:
    """The two numbers of ``104 of 106``."""
    first, _, second = str(text).partition(" of ")
    return int(first), int(second)


def _number(text: object) -> float:
    """The number in ``0.069 px``."""
    return float(str(text).split()[0])


def _share(text: object) -> float:
    """``5.0%`` as a share."""
    return float(str(text).rstrip("%")) / 100
