"""How strongly, and with which phase, a passive UHF tag is read: a model of the radio link.

What it assumes:

- One carrier, 866 MHz unless told otherwise. Backscatter: the tag's answer takes every path twice,
  so received power goes with the fourth power of the channel's amplitude, and phase is twice the
  channel's.
- Paths: straight; by the floor (an image of the tag below it, amplitude 0.35); and by four
  scatterers around each tag, drawn once, that stand for the metal of racks.
- Antennas: amplitude goes with the cosine of the angle from boresight to the power 1.5, and is a
  tenth (-20 dB) beside and behind. Free space amplitude falls with distance. -45 dBm at one metre
  straight ahead.
- Each tag has its own gain (2.5 dB standard deviation: its make, what it sticks to, how it hangs)
  and its own constant of phase. Readings have 1 dB and 0.12 rad of noise.
- A tag in reach is read in a round with probability 0.25, which halves at -62 dBm and falls within
  a few dB. Tags neither collide nor hide each other; liquids and metal between are not modelled.

It is a guide for comparing ways of working with reads, not a forecast for a floor. Phase grows with
distance, 4*pi*d/wavelength plus a constant, modulo one turn.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidWorld

Array = NDArray[np.float64]
_LIGHT_M_S = 299_792_458.0
_NEAREST_M = 0.1
"""Distances are not counted smaller: the far field ends somewhere there."""
_NEAREST_SCATTERER_M = 0.3
_SCATTER_REACH_M = 1.0
_SCATTER_HIGHEST_M = 2.2


@dataclass(frozen=True, slots=True)
class Radio:
    """The figures of the model. ``read_rate`` is the probability for a tag in full reach to be read
    in one round; ``reach_m`` where tags are left out of the reckoning."""

    frequency_hz: float = 866e6
    one_metre_dbm: float = -45.0
    half_rate_dbm: float = -62.0
    rate_slope_db: float = 1.5
    read_rate: float = 0.25
    tag_sd_db: float = 2.5
    rssi_sd_db: float = 1.0
    phase_sd_rad: float = 0.12
    floor_amplitude: float = 0.35
    scatterers: int = 4
    scatter_amplitude: tuple[float, float] = (0.02, 0.10)
    beam_power: float = 1.5
    side_lobe: float = 0.10
    reach_m: float = 12.0

    def __post_init__(self) -> None:
        if not (self.frequency_hz > 0 and 0 <= self.read_rate <= 1 and self.scatterers >= 0):
            raise InvalidWorld(
                "a radio needs a frequency, a read rate of 0 to 1 and no negative scatterers",
                field="radio",
                value=(self.frequency_hz, self.read_rate, self.scatterers),
                remedy="Start from Radio().",
            )

    @property
    def wave_number(self) -> float:
        """Radians per metre."""
        return math.tau * self.frequency_hz / _LIGHT_M_S


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is drawn once for each tag: (n, 3) positions in metres, gain (dB) and phase (rad), and
    its scatterers, (n, s, 3) in metres, with amplitudes and phases."""

    at_m: Array
    gain_db: Array
    offset_rad: Array
    scatter_m: Array
    scatter_amplitude: Array
    scatter_rad: Array


def surroundings(at_m: Array, radio: Radio, dice: np.random.Generator) -> Surroundings:
    """Draws what is constant for tags at these places, (n, 3) in metres, z from the floor up."""
    count, each = len(at_m), (len(at_m), radio.scatterers)
    beside = dice.uniform(-_SCATTER_REACH_M, _SCATTER_REACH_M, (*each, 2))
    height = dice.uniform(0.0, _SCATTER_HIGHEST_M, (*each, 1))
    scatter = np.concatenate([at_m[:, None, :2] + beside, height], axis=2)
    return Surroundings(
        at_m=at_m,
        gain_db=dice.normal(0.0, radio.tag_sd_db, count),
        offset_rad=dice.uniform(0.0, math.tau, count),
        scatter_m=scatter,
        scatter_amplitude=dice.uniform(*radio.scatter_amplitude, each),
        scatter_rad=dice.uniform(0.0, math.tau, each),
    )


def channel(
    around: Surroundings, chosen: NDArray[np.intp], antenna_m: Array, boresight: Array, radio: Radio
) -> NDArray[np.complex128]:
    """Complex one-way amplitude to the chosen tags from an antenna at a place (3,) in metres that
    looks along a unit vector (3,); 1 is one metre straight ahead."""
    at_m = around.at_m[chosen]
    straight = _path(at_m - antenna_m, boresight, radio)
    image = at_m * (1.0, 1.0, -1.0) - antenna_m
    floor = radio.floor_amplitude * _path(image, boresight, radio)
    scatter = around.scatter_m[chosen]
    onward_m = np.linalg.norm(at_m[:, None, :] - scatter, axis=2)
    bounced = (
        _path(scatter - antenna_m, boresight, radio)
        * around.scatter_amplitude[chosen]
        * np.exp(-1j * (radio.wave_number * onward_m + around.scatter_rad[chosen]))
        / np.maximum(onward_m, _NEAREST_SCATTERER_M)
    )
    total: NDArray[np.complex128] = straight + floor + bounced.sum(axis=1)
    return total


def power_dbm(amplitude: NDArray[np.complex128], gain_db: Array, radio: Radio) -> Array:
    """What the reader receives, by channel amplitude and gain of the tags."""
    strength = np.maximum(np.abs(amplitude), 1e-9)
    power: Array = radio.one_metre_dbm + 40.0 * np.log10(strength) + gain_db
    return power


def read_probability(received_dbm: Array, radio: Radio) -> Array:
    """Of being read in one round."""
    weakness = (radio.half_rate_dbm - received_dbm) / radio.rate_slope_db
    probability: Array = radio.read_rate / (1.0 + np.exp(np.minimum(weakness, 60.0)))
    return probability


def _path(way: Array, boresight: Array, radio: Radio) -> NDArray[np.complex128]:
    """Amplitude along ways (..., 3) from the antenna."""
    distance_m = np.maximum(np.linalg.norm(way, axis=-1), _NEAREST_M)
    ahead = np.maximum(way @ boresight / distance_m, 0.0)
    gain = np.maximum(ahead**radio.beam_power, radio.side_lobe)
    path: NDArray[np.complex128] = gain * np.exp(-1j * radio.wave_number * distance_m) / distance_m
    return path
