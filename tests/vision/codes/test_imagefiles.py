"""Picture files are read whole or refused, with the reason."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from planner.warehouse.errors import InvalidImage
from vision.codes.imagefiles import load_image
from vision.codes.marks import label_image
from vision.codes.reader import read_codes

LABEL = label_image("P017-A-2-3", 120)
KINDS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "PPM", "GIF")


def file_of(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()


def png_of(width: int, height: int) -> bytes:
    """The beginning of a PNG that says how large it is, without the picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    check = zlib.crc32(b"IHDR" + header)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + header
        + struct.pack(">I", check)
        + struct.pack(">I", 10)
        + b"IDAT"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_every_kind_are_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "label.any"
    path.write_bytes(file_of(Image.fromarray(LABEL), kind))
    (code,) = read_codes(load_image(path))
    assert code.text == "P017-A-2-3"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_colours_become_grey(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    Image.fromarray(LABEL).convert(mode).save(path)
    grey = load_image(path)
    assert (grey.shape, grey.dtype) == (LABEL.shape, np.uint8)
    assert len(read_codes(grey)) == 1


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    black = Image.new("RGBA", (120, 120), (0, 0, 0, 0))
    black.putalpha(Image.fromarray(255 - LABEL))
    black.save(path)
    assert np.abs(load_image(path).astype(int) - LABEL).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "PPM"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_file_that_ends_too_early_is_refused(kind: str, share: float, tmp_path: Path) -> None:
    path = tmp_path / "label.any"
    whole = file_of(Image.fromarray(LABEL), kind)
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InvalidImage) as refused:
        load_image(path)
    assert refused.value.field == "file"
    assert refused.value.value == str(path)
    assert refused.value.remedy


@pytest.mark.parametrize("content", [b"", b"not a picture", b"%PDF-1.4", b"\x00" * 1000])
def test_what_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    path.write_bytes(content)
    with pytest.raises(InvalidImage, match="not a picture"):
        load_image(path)


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path, Path("a\0b.png")):
        with pytest.raises(InvalidImage) as refused:
            load_image(path)
        assert refused.value.remedy


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("width", "height"), [(10_000, 5_001), (20_000, 9_000), (2**31 - 1, 99)])
def test_a_huge_picture_is_refused_by_its_header(width: int, height: int, tmp_path: Path) -> None:
    """The file has no pixels at all: who decodes it would say that it is broken."""
    path = tmp_path / "huge.png"
    path.write_bytes(png_of(width, height))
    with pytest.raises(InvalidImage, match=r"megapixels|too large"):
        load_image(path)


def test_the_limit_of_pixels_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    Image.fromarray(LABEL).save(path)
    assert load_image(path, most_pixels=LABEL.size).shape == LABEL.shape
    with pytest.raises(InvalidImage, match="megapixels") as refused:
        load_image(path, most_pixels=LABEL.size - 1)
    assert refused.value.value == "120 x 120"


def test_a_picture_of_16_bits_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    Image.fromarray(LABEL.astype(np.uint16) * 257).save(path)
    with pytest.raises(InvalidImage, match="8 bits"):
        load_image(path)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=40)
def test_broken_bytes_are_read_or_refused(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(file_of(Image.fromarray(LABEL), kind))
    places = st.integers(0, min(400, len(content) - 1)) | st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "broken.any"
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    try:
        grey = load_image(path, most_pixels=1_000_000)
        read_codes(grey)
    except InvalidImage as refused:
        assert refused.remedy  # noqa: PT017
