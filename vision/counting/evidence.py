"""Evidence as it is stored: its bytes, and the name that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidImage
from planner.warehouse.ids import PodId, SlotId
from vision.counting.passes import Pass
from vision.rfid.reads import Read
from vision.shelf.face import FaceLook

JSON = "application/json"
JPEG = "image/jpeg"
_JPEG_QUALITY = 85
_MARGIN_PX = 24
_LEAST_SHARE = 1e-3

Pixels = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something to be kept: ``sha256`` (hex) of ``body``, which was seen until ``at_ms``."""

    sha256: str
    media_type: str
    body: bytes
    at_ms: int


def evidence_of(media_type: str, body: bytes, at_ms: int) -> Evidence:
    """Named by its bytes."""
    return Evidence(sha256(body).hexdigest(), media_type, body, at_ms)


def reads_evidence(
    pod: PodId,
    face: str,
    passed: Pass,
    places: Mapping[bytes, Mapping[SlotId, float]] | None,
    concerned: frozenset[bytes] = frozenset(),
) -> Evidence:
    """The reads of a pass as JSON with sorted keys.

    ``tags``: EPC in hexadecimal, the probability of each slot, and the reads as time (ms), antenna,
    power (dBm) and phase (rad); of tags that are in no slot of the face, and not ``concerned``, the
    number of reads alone. Without ``places`` nothing was located, and all reads are there.
    """
    by_epc: dict[bytes, list[Read]] = {}
    for read in passed.reads:
        by_epc.setdefault(read.epc, []).append(read)
    tags = []
    for epc, reads in sorted(by_epc.items()):
        tag: dict[str, object] = {"epc": epc.hex(), "count": len(reads)}
        slots = {} if places is None else places.get(epc, {})
        near = {slot: round(share, 4) for slot, share in slots.items() if share >= _LEAST_SHARE}
        if places is not None:
            tag["slots"] = near
        if places is None or near or epc in concerned:
            tag["reads"] = [_row(read) for read in sorted(reads, key=_order)]
        tags.append(tag)
    document = {
        "pod": pod,
        "face": face,
        "reader": passed.reader,
        "track": [[at, round(p.x_m, 3), round(p.y_m, 3), round(p.theta_rad, 4)]
                  for at, p in passed.track],
        "tags": tags,
    }  # fmt: skip
    return evidence_of(JSON, msgspec.json.encode(document, order="sorted"), passed.until_ms)


def _order(read: Read) -> tuple[int, int]:
    return read.at_ms, read.antenna


def _row(read: Read) -> list[float | int | None]:
    phase = None if read.phase_rad is None else round(read.phase_rad, 4)
    return [read.at_ms, read.antenna, read.rssi_dbm, phase]


def picture_evidence(image: Pixels, look: FaceLook | None, at_ms: int) -> Evidence:
    """A picture (grey or RGB) as JPEG, cut to the face if that was found in it. Raises
    ``InvalidImage`` for what no JPEG can be made of."""
    cut = image if look is None or not look.slots else _cut(image, look)
    if cut.ndim == 3 and cut.shape[2] == 3:
        cut = cut[:, :, ::-1]
    try:
        done, body = cv2.imencode(
            ".jpg", np.ascontiguousarray(cut), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
        )
    except cv2.error as error:
        raise _no_picture(image) from error
    if not done:
        raise _no_picture(image)
    return evidence_of(JPEG, body.tobytes(), at_ms)


def digest(*parts: object) -> str:
    """A name for what came in, to know it again; not stored."""
    found = sha256()
    for part in parts:
        found.update(part if isinstance(part, bytes) else msgspec.json.encode(part))
    return found.hexdigest()


def _cut(image: Pixels, look: FaceLook) -> Pixels:
    corners = np.array([corner for slot in look.slots for corner in slot.corners_px])
    height, width = image.shape[:2]
    left, top = np.clip(corners.min(axis=0) - _MARGIN_PX, 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(corners.max(axis=0) + _MARGIN_PX, 1, (width, height)).astype(int)
    return image[top:bottom, left:right] if right > left and bottom > top else image


def _no_picture(image: Pixels) -> InvalidImage:
    return InvalidImage(
        "no picture",
        field="image",
        value=(image.shape, str(image.dtype)),
        remedy="Send grey or RGB pixels of 8 bits.",
    )
