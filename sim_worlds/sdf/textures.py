"""The pictures on pods and floor, and the material script that Classic needs to find them."""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planner.roadmap.roadmap import Roadmap
from planner.warehouse.errors import InvalidWorld
from planner.warehouse.ids import NodeId, PodId
from planner.warehouse.site import PodModel, Site
from sim_worlds.sdf.elements import Texture
from sim_worlds.sdf.options import WorldOptions
from sim_worlds.sdf.pods import SlotLabel, label_m, slot_labels
from vision.codes.marks import (
    FLOOR_FAMILY,
    POD_FAMILY,
    MarkerFamily,
    label_image,
    marker_count,
    marker_image,
)

GreyImage = NDArray[np.uint8]

_MARK_PX = 220
"""Twenty or more pixels a module: edges stay sharp when a camera comes close."""
_LABEL_PX = 128
"""A slot's label: four pixels a module or so."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Which picture goes where, by pod, by node, and by pod, face (from 0) and level (from 1)."""

    tags: Mapping[PodId, Texture]
    floor: Mapping[NodeId, Texture]
    strips: Mapping[PodId, Mapping[tuple[int, int], Texture]]
    drawings: Mapping[Texture, Callable[[], GreyImage]]
    """How each is drawn."""


def pod_numbers(roadmap: Roadmap) -> Mapping[PodId, int]:
    """Number of each pod's fiducial: that in its name, 17 for ``P017``.

    Raises :class:`InvalidWorld` where the family has not enough.
    """
    numbers = {pod: int(pod.lstrip("P")) for pod in roadmap.pods}
    _require_numbers("pod_count", max(numbers.values(), default=0), POD_FAMILY)
    return numbers


def node_numbers(roadmap: Roadmap) -> Mapping[NodeId, int]:
    """Number of the marker at each node: its index in the roadmap.

    Raises :class:`InvalidWorld` where the family has not enough.
    """
    _require_numbers("nodes", len(roadmap.nodes) - 1, FLOOR_FAMILY)
    return roadmap.index


def plan_pictures(site: Site, roadmap: Roadmap, options: WorldOptions) -> Pictures:
    """What has to be drawn for a world with these options; nothing is drawn yet."""
    tags: dict[PodId, Texture] = {}
    floor: dict[NodeId, Texture] = {}
    drawings: dict[Texture, Callable[[], GreyImage]] = {}
    if options.marks:
        for pod, number in pod_numbers(roadmap).items():
            tags[pod] = Texture(f"tag_{pod}")
            drawings[tags[pod]] = _marker(POD_FAMILY, number)
        for node, number in node_numbers(roadmap).items():
            floor[node] = Texture(f"node_{node}")
            drawings[floor[node]] = _marker(FLOOR_FAMILY, number)
    strips: dict[PodId, dict[tuple[int, int], Texture]] = {pod: {} for pod in roadmap.pods}
    if options.labels:
        for pod in roadmap.pods:
            labels = slot_labels(pod, site.pod_model)
            for (face, level), row in groupby(labels, lambda label: (label.face, label.level)):
                texture = Texture(f"strip_{pod}_{site.pod_model.faces[face]}_{level}")
                strips[pod][face, level] = texture
                drawings[texture] = _strip(site.pod_model, tuple(row))
    return Pictures(tags, floor, strips, drawings)


def write_pictures(pictures: Pictures, folder: Path, told: Callable[[int, int], None]) -> None:
    """Every picture as ``textures/<name>.png`` and a material of that name each in
    ``scripts/podherd.material``; ``told`` hears how many of how many are done."""
    for name in ("textures", "scripts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for done, (texture, drawn) in enumerate(pictures.drawings.items(), start=1):
        (folder / "textures" / texture.file).write_bytes(png(drawn()))
        told(done, len(pictures.drawings))
    script = "".join(_material(texture) for texture in pictures.drawings)
    (folder / "scripts" / "podherd.material").write_text(script, encoding="ascii")


def png(image: GreyImage) -> bytes:
    """A grey image, shape (height, width), as a PNG file (ISO/IEC 15948)."""
    height, width = image.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = np.insert(image, 0, 0, axis=1).tobytes()  # each row after its filter type, 0
    body = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in body)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def _marker(family: MarkerFamily, number: int) -> Callable[[], GreyImage]:
    return lambda: marker_image(family, number, _MARK_PX)


def _strip(pod: PodModel, labels: tuple[SlotLabel, ...]) -> Callable[[], GreyImage]:
    """The edge of a shelf: white, each slot's label above its middle."""

    def drawn() -> GreyImage:
        px_per_m = _LABEL_PX / label_m(pod)
        strip = np.full((_LABEL_PX, round(pod.size_m * px_per_m)), 255, dtype=np.uint8)
        for label in labels:
            left = round((label.right_m + pod.size_m / 2) * px_per_m - _LABEL_PX / 2)
            strip[:, left : left + _LABEL_PX] = label_image(label.slot, _LABEL_PX)
        return strip

    return drawn


def _material(texture: Texture) -> str:
    """A material that shows its picture as it is, whatever the light."""
    lines = _nested(
        ["technique", "pass"],
        [
            "lighting off",
            "texture_unit",
            "{",
            f"  texture {texture.file}",
            "  filtering trilinear",
            "  max_anisotropy 16",
            "}",
        ],
    )
    return "\n".join([f"material Podherd/{texture.name}", *lines, ""])


def _nested(blocks: list[str], inner: list[str]) -> Iterator[str]:
    yield "{"
    if blocks:
        yield f"  {blocks[0]}"
        yield from (f"  {line}" for line in _nested(blocks[1:], inner))
    else:
        yield from (f"  {line}" for line in inner)
    yield "}"


def _require_numbers(field: str, largest: int, family: MarkerFamily) -> None:
    if largest >= marker_count(family):
        raise InvalidWorld(
            f"{family} has numbers up to {marker_count(family) - 1} only",
            field=field,
            value=largest,
            remedy="Leave the marks out (--no-tags), or make a smaller site.",
        )
