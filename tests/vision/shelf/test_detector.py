"""A user's detector as an ONNX file: real networks, written by hand, run by OpenCV."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.warehouse.errors import InvalidImage
from tests.vision.shelf.conftest import CAMERA, Shot
from vision.shelf.detector import DetectorParams, OnnxDetector, detected_chances
from vision.shelf.face import look_at_face

SIZE = 32
FLOATS, VARINT, BYTES = 1, 0, 2


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes | str) -> bytes:
    """A field of a protobuf message."""
    if isinstance(value, int):
        return varint(number << 3 | VARINT) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | BYTES) + varint(len(raw)) + raw


def tensor(name: str, values: np.ndarray) -> bytes:
    kind = {"float32": 1, "int64": 7}[str(values.dtype)]
    dims = b"".join(field(1, size) for size in values.shape)
    return dims + field(2, kind) + field(8, name) + field(9, values.tobytes())


def typed(name: str, *shape: int) -> bytes:
    dims = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, FLOATS) + field(2, dims)))


def node(kind: str, inputs: list[str], output: str) -> bytes:
    named = b"".join(field(1, name) for name in inputs)
    return named + field(2, output) + field(3, output) + field(4, kind)


def model(boxes: np.ndarray, gain: float, path: Path, figures: int = 6) -> Path:
    """A network that finds these boxes (n x 4) with ``gain`` x the mean brightness as score."""
    count = len(boxes)
    weight = np.zeros((count * figures, 3, 1, 1), np.float32)
    weight[4::figures] = gain / 3
    bias = np.zeros((count, figures), np.float32)
    bias[:, :4] = boxes
    nodes = [
        node("GlobalAveragePool", ["image"], "mean"),
        node("Conv", ["mean", "weight", "bias"], "found"),
        node("Reshape", ["found", "shape"], "boxes"),
    ]
    tensors: dict[str, np.ndarray] = {
        "weight": weight,
        "bias": bias.ravel(),
        "shape": np.array([1, count, figures], np.int64),
    }
    graph = b"".join(field(1, one) for one in nodes) + field(2, "detector")
    graph += b"".join(field(5, tensor(name, values)) for name, values in tensors.items())
    graph += field(11, typed("image", 1, 3, SIZE, SIZE)) + field(
        12, typed("boxes", 1, count, figures)
    )
    path.write_bytes(field(1, 7) + field(8, field(1, "") + field(2, 12)) + field(7, graph))
    return path


BOXES = np.array([[0, 0, 10, 16], [12, 0, 22, 16], [12.5, 0.5, 22.5, 16]], np.float32)


def test_protobuf_is_written_as_it_should_be() -> None:
    assert field(1, 300) == b"\x08\xac\x02"
    assert field(2, "ab") == b"\x12\x02ab"
    assert struct.unpack("<f", tensor("x", np.array([1.5], np.float32))[-4:]) == (1.5,)


def test_boxes_come_back_in_pixels_of_the_image_each_once(tmp_path: Path) -> None:
    detector = OnnxDetector(model(BOXES, 1.0, tmp_path / "bright.onnx"), SIZE)
    found = detector.cartons(np.full((64, 96), 204, np.uint8))
    assert len(found) == 2
    first = min(found, key=lambda one: one.left)
    assert (first.left, first.top, first.right, first.bottom) == pytest.approx((0, 0, 30, 32))
    assert first.score == pytest.approx(0.8, abs=0.01)


def test_what_scores_too_little_is_left_out(tmp_path: Path) -> None:
    detector = OnnxDetector(model(BOXES, 1.0, tmp_path / "bright.onnx"), SIZE)
    assert list(detector.cartons(np.full((64, 96), 60, np.uint8))) == []


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    for name in ("broken.onnx", "missing.onnx"):
        with pytest.raises(InvalidImage, match="not a network OpenCV can run"):
            OnnxDetector(tmp_path / name, SIZE)


def test_a_network_with_another_output_is_refused(tmp_path: Path) -> None:
    detector = OnnxDetector(model(BOXES, 1.0, tmp_path / "five.onnx", figures=5), SIZE)
    with pytest.raises(InvalidImage, match="none of boxes"):
        detector.cartons(np.full((64, 96), 204, np.uint8))


def test_a_detector_counts_in_place_of_our_own_measuring(clear: Shot, tmp_path: Path) -> None:
    detector = OnnxDetector(model(BOXES, 50.0, tmp_path / "always.onnx"), SIZE)
    look = look_at_face(
        clear.image, CAMERA, clear.rack.face, clear.rack.expected, detector=detector
    )
    for slot in look.slots:
        places = len(slot.front) - 1
        if not slot.unsure and places >= 2:
            assert slot.likeliest_front[0] == 2
    unknown = {s: replace(one, carton=None) for s, one in clear.rack.expected.items()}
    told = look_at_face(clear.image, CAMERA, clear.rack.face, unknown, detector=detector)
    alone = look_at_face(clear.image, CAMERA, clear.rack.face, unknown)
    assert [s.occupancy for s in told.slots] == [s.occupancy for s in alone.slots]


def test_what_a_detector_found_is_evidence_not_a_count() -> None:
    chances = detected_chances(3, 6, DetectorParams(rate=0.9, extra=0.1))
    assert chances.argmax() == 3
    assert chances.sum() == pytest.approx(1)
    assert chances[4] > chances[2] > 0
