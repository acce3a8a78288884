"""In which bin a tag is: the usual ways against Bayes, and how strays are told apart.

    python -m benchmarks.micro.rfid_location        # QUICK=1 for a short run

The passes are simulated (tests/fakes/tag_passes.py: 866 MHz, two antennas, floor and scatterers).
The template knows the frequency, the antenna's pattern and the reader's sensitivity, but no floor
and no scatterers; one row gives it a wrong power, sensitivity and read share. A relative guide, not
a figure from a floor.
"""

from collections.abc import Callable, Sequence
from time import process_time

from benchmarks.report import Row, publish, quick
from tests.fakes.tag_passes import Passed, centroid_bin, passes, peak_bin, places
from vision.rfid.likelihoods import Template
from vision.rfid.location import Location, State, locate

SEED = 11
LEAST_READS = 3
PLACES = places()
WRONG = Template(power_at_1m_dbm=-42.0, sensitivity_dbm=-60.0, read_share=0.4)
POOR_BACK_LOBE = 0.4


def own() -> int:
    """Tags of the rack; a third as many strays across, and behind."""
    return 30 if quick() else 120


def by_rule(name: str, rule: Callable[[Passed], str], tags: Sequence[Passed]) -> Row:
    """A way that always names a bin."""
    mine = [tag for tag in tags if tag.state is State.BIN]
    begin = process_time()
    found = [rule(tag) for tag in mine]
    spent = process_time() - begin
    return _row(name, mine, found, spent, "", "")


def by_bayes(name: str, tags: Sequence[Passed], template: Template | None = None) -> Row:
    """Bins and strays. A tag is a stray where that is more probable than not."""
    begin = process_time()
    located = [(tag, locate(tag.scans, PLACES, template)) for tag in tags]
    spent = process_time() - begin
    mine = [(tag, one) for tag, one in located if tag.state is State.BIN]
    strays = [one for tag, one in located if tag.state is not State.BIN]
    return _row(
        name,
        [tag for tag, _ in mine],
        [one.bin for _, one in mine],
        spent * len(mine) / len(located),
        f"{_stray(strays)} of {len(strays)}",
        f"{_stray([one for _, one in mine])} of {len(mine)}",
    )


def _stray(located: Sequence[Location]) -> int:
    return sum(one.stray > 0.5 for one in located)


def _row(
    name: str, tags: Sequence[Passed], found: Sequence[str], spent: float, strays: str, lost: str
) -> Row:
    pairs = [(tag.bin or "", bin) for tag, bin in zip(tags, found, strict=True)]

    def share(part: Callable[[str], str]) -> str:
        return f"{sum(part(truth) == part(said) for truth, said in pairs) / len(pairs):.3f}"

    return {
        "what": name,
        "tags": len(tags),
        "right bin": share(str),
        "right bay": share(lambda text: text.partition("-")[0]),
        "right level": share(lambda text: text.partition("-")[2]),
        "strays rejected": strays,
        "own rejected": lost,
        "CPU ms a tag": round(1e3 * spent / len(tags), 1),
    }


def read_often(tags: Sequence[Passed]) -> list[Passed]:
    """Tags with enough reads to say anything."""
    return [tag for tag in tags if tag.scans.read.sum() >= LEAST_READS]


def main() -> None:
    """All rows, on the same passes."""
    tags = read_often(passes(SEED, own(), own() // 3, own() // 8))
    plain = [Passed(one.state, one.bin, one.scans.without_phase()) for one in tags]
    poor = read_often(passes(SEED + 1, own() // 2, own() // 3, 0, back_lobe=POOR_BACK_LOBE))
    rows = [
        by_rule("peak RSSI", lambda tag: peak_bin(tag.scans), tags),
        by_rule("centroid of RSSI", lambda tag: centroid_bin(tag.scans), tags),
        by_bayes("Bayes, power and share", plain),
        by_bayes("Bayes, power, share and phase", tags),
        by_bayes("the same, template wrong", tags, WRONG),
        by_bayes("the same, 8 dB front to back", poor, Template(back_lobe=POOR_BACK_LOBE)),
    ]
    publish(
        "rfid_location",
        rows,
        seed=SEED,
        packages=("numpy",),
        parameters={"own": own(), "least reads": LEAST_READS},
        notes=["Strays: tags across the aisle, in the rack behind and on the robot, if read."],
    )


if __name__ == "__main__":
    main()
