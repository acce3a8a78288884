"""A robot with two UHF antennas passes a rack: what it reads of tags, with many paths of the waves.

866 MHz; antennas at 0.5 and 1.6 m, 0.3 m/s, a look every 50 ms. Along x, the rack at y of 1.0 to
1.5 m has bays of 1 m and 4 levels of 0.5 m; behind it stands another (1.7 to 2.2 m), and one across
the aisle (-1.0 to -1.5 m). Each tag has a floor reflection, 4 scatterers, a shadow of 2.5 dB and a
phase of its own; phases are read with a noise of 0.12 rad, the robot knows its place to 1 cm.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.rfid.location import Place, Scans, State

Array = NDArray[np.float64]
WAVELENGTH_M = 299_792_458 / 866e6
HEIGHTS_M = (0.5, 1.6)
STEP_M = 0.3 * 0.05
BAYS, LEVELS, LEVEL_M = 12, 4, 0.5
LOWEST_M = 0.05
DEPTH_M = {State.BIN: (1.0, 1.5), State.OTHER_SIDE: (-1.5, -1.0), State.BACK_RACK: (1.7, 2.2)}
_NEAR_M = {State.BIN: (1.05, 1.4), State.OTHER_SIDE: (-1.4, -1.05), State.BACK_RACK: (1.75, 2.1)}
_FLOOR = 0.35
_RATE = 0.25


class Scatterer(NamedTuple):
    place_m: Array
    strength: float
    phase_rad: float


@dataclass(frozen=True, slots=True)
class Passed:
    """A tag and what was read of it: ``bin`` is the bin's name (of its own rack only)."""

    state: State
    bin: str | None
    scans: Scans


def places() -> list[Place]:
    """Bins of the rack, and the racks across and behind."""
    lengths = (0.0, float(BAYS))
    top = LOWEST_M + LEVELS * LEVEL_M
    bins = [
        Place(f"{bay}-{level}", State.BIN, (bay, bay + 1.0), DEPTH_M[State.BIN], _heights(level))
        for bay in range(BAYS)
        for level in range(LEVELS)
    ]
    strays = [
        Place(state.value, state, lengths, DEPTH_M[state], (LOWEST_M, top))
        for state in (State.OTHER_SIDE, State.BACK_RACK)
    ]
    return bins + strays


def passes(
    seed: int,
    own: int,
    strays: int,
    on_robot: int = 0,
    phase: bool = True,
    back_lobe: float = 0.10,
) -> list[Passed]:
    """Tags in the rack, ``strays`` across and as many behind, and tags on the robot itself.
    ``back_lobe``: amplitude behind the antenna."""
    dice = np.random.default_rng(seed)
    made = [_in_rack(State.BIN, dice, back_lobe) for _ in range(own)]
    made += [_in_rack(State.OTHER_SIDE, dice, back_lobe) for _ in range(strays)]
    made += [_in_rack(State.BACK_RACK, dice, back_lobe) for _ in range(strays)]
    made += [_on_robot(dice) for _ in range(on_robot)]
    if phase:
        return made
    return [Passed(one.state, one.bin, one.scans.without_phase()) for one in made]


def _heights(level: int) -> tuple[float, float]:
    return LOWEST_M + level * LEVEL_M, LOWEST_M + (level + 1) * LEVEL_M


def _in_rack(state: State, dice: np.random.Generator, back_lobe: float) -> Passed:
    bay, level = int(dice.integers(1, BAYS - 1)), int(dice.integers(LEVELS))
    tag = np.array(
        (
            bay + 0.5 + dice.uniform(-0.4, 0.4),
            dice.uniform(*_NEAR_M[state]),
            sum(_heights(level)) / 2 + dice.uniform(-0.18, 0.18),
        )
    )
    scatterers = [
        Scatterer(
            np.array((tag[0] + dice.uniform(-1, 1), dice.uniform(0.9, 2.2), dice.uniform(0, 2.2))),
            dice.uniform(0.02, 0.10),
            dice.uniform(0, 2 * np.pi),
        )
        for _ in range(4)
    ]
    shadow_db, own_rad = dice.normal(0, 2.5), dice.uniform(0, 2 * np.pi)
    name = f"{bay}-{level}" if state is State.BIN else None
    along = np.arange(0, BAYS, STEP_M)
    looks = []
    for height in HEIGHTS_M:
        antenna = np.column_stack((along, np.zeros_like(along), np.full_like(along, height)))
        wave = _channel(tag, antenna, scatterers, back_lobe)
        power = -45 + 40 * np.log10(np.abs(wave) + 1e-9) + shadow_db
        looks.append((antenna, power, np.angle(wave**2) + own_rad))
    return Passed(state, name, _looked(looks, dice))


def _on_robot(dice: np.random.Generator) -> Passed:
    along = np.arange(0, BAYS, STEP_M)
    looks = []
    for height in HEIGHTS_M:
        antenna = np.column_stack((along, np.zeros_like(along), np.full_like(along, height)))
        power = np.full_like(along, dice.uniform(-60, -45))
        looks.append((antenna, power, np.full_like(along, dice.uniform(0, 2 * np.pi))))
    return Passed(State.ON_ROBOT, None, _looked(looks, dice))


def _looked(looks: list[tuple[Array, Array, Array]], dice: np.random.Generator) -> Scans:
    """Chance decides what is read, and how exactly; the robot errs about where it is."""
    position = np.concatenate([antenna for antenna, _, _ in looks])
    power = np.concatenate([power for _, power, _ in looks])
    phase = np.concatenate([phase for _, _, phase in looks])
    read = dice.random(len(power)) < _RATE / (1 + np.exp(-(power + 62) / 1.5))
    rssi = np.round(2 * (power + dice.normal(0, 1.0, len(power)))) / 2
    phase = np.mod(-phase + dice.normal(0, 0.12, len(power)), 2 * np.pi)
    believed = position.copy()
    believed[:, 0] += dice.normal(0, 0.01, len(power))
    return Scans(
        position_m=believed,
        facing=np.tile((0.0, 1.0, 0.0), (len(power), 1)),
        antenna=np.repeat(np.arange(len(looks)), [len(power) for _, power, _ in looks]),
        rssi_dbm=np.where(read, rssi, np.nan),
        phase_rad=np.where(read, phase, np.nan),
    )


def _channel(
    tag: Array, antenna: Array, scatterers: list[Scatterer], back_lobe: float
) -> NDArray[np.complex128]:
    """One way from the antenna to the tag: straight, over the floor, over each scatterer."""
    mirrored = tag * (1, 1, -1)
    wave = _path(tag - antenna, 0.0, back_lobe)
    wave += _FLOOR * _path(mirrored - antenna, 0.0, back_lobe)
    for one in scatterers:
        behind_m = float(np.linalg.norm(tag - one.place_m))
        to_it = _path(one.place_m - antenna, behind_m, back_lobe)
        wave += one.strength / max(behind_m, 0.3) * to_it * np.exp(-1j * one.phase_rad)
    return wave


def _path(away: Array, further_m: float, back_lobe: float) -> NDArray[np.complex128]:
    distance = np.linalg.norm(away, axis=1)
    ahead = away[:, 1] / distance
    gain = np.where(ahead > 0, np.maximum(ahead, 0.02) ** 1.5, back_lobe)
    turns = 2 * np.pi / WAVELENGTH_M * (distance + further_m)
    return np.asarray(gain * np.exp(-1j * turns) / distance)


def peak_bin(scans: Scans) -> str:
    """What is usual: the bay of the strongest read; the level by which antenna reads better."""
    strongest = int(np.nanargmax(scans.rssi_dbm))
    means = [_mean_or(scans, antenna, -80.0) for antenna in range(len(HEIGHTS_M))]
    share = 1 / (1 + 10 ** (-(means[1] - means[0]) / 10))
    height = HEIGHTS_M[0] + share * (HEIGHTS_M[1] - HEIGHTS_M[0])
    return _named(float(scans.position_m[strongest, 0]), height)


def centroid_bin(scans: Scans) -> str:
    """What is better: the places of all reads, weighted by amplitude."""
    read = scans.read
    weight = 10 ** (scans.rssi_dbm[read] / 20)
    along = float(np.average(scans.position_m[read, 0], weights=weight))
    strength = [
        10 ** (float(np.percentile(of, 90)) / 20) if len(of) else 0.0
        for of in (scans.rssi_dbm[read & (scans.antenna == one)] for one in range(len(HEIGHTS_M)))
    ]
    return _named(along, float(np.dot(HEIGHTS_M, strength)) / (sum(strength) + 1e-12))


def _mean_or(scans: Scans, antenna: int, otherwise: float) -> float:
    rssi = scans.rssi_dbm[scans.read & (scans.antenna == antenna)]
    return float(rssi.mean()) if len(rssi) else otherwise


def _named(x_m: float, z_m: float) -> str:
    level = min(max(int((z_m - LOWEST_M) // LEVEL_M), 0), LEVELS - 1)
    return f"{min(max(int(x_m), 0), BAYS - 1)}-{level}"
