"""``podherd vision read``: what is told, drawn and how it ends."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from typer.testing import CliRunner, Result

from vision.cli import app
from vision.codes.code import Code
from vision.codes.marks import POD_FAMILY, label_image, marker_image
from vision.codes.symbologies import Symbology

RUNNER = CliRunner()


def run(*arguments: object) -> Result:
    return RUNNER.invoke(app, ["read", *map(str, arguments)])


def saved(image: np.ndarray, path: Path) -> Path:
    Image.fromarray(np.pad(image, 20, constant_values=255)).save(path)
    return path


@pytest.fixture
def label(tmp_path: Path) -> Path:
    return saved(label_image("P017-A-2-3", 160), tmp_path / "label.png")


@pytest.fixture
def pallet(tmp_path: Path) -> Path:
    year = date.today().year % 100
    text = f"(01)04006381333931(17){year:02}1231(10)L-7(21)99"
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    image = np.array(zxingcpp.write_barcode_to_image(made, scale=4, add_quiet_zones=True))
    return saved(image, tmp_path / "pallet.png")


def test_codes_are_told_with_how_and_where(label: Path) -> None:
    result = run(label)
    assert result.exit_code == 0
    assert "label.png: 200 x 200 pixels" in result.stdout
    assert "qr P017-A-2-3 (direct, zxing-cpp) at (" in result.stdout
    assert "accepted" not in result.stdout


def test_gs1_data_are_told_in_parts(pallet: Path) -> None:
    out = run(pallet).stdout
    for line in (
        "GTIN 04006381333931",
        f"expiry {date.today().year}-12-31",
        "lot L-7",
        "serial 99",
    ):
        assert line in out
    assert "\\x1d" in out
    assert "\x1d" not in out


@pytest.mark.parametrize("text", ["8888123", "0104006381333932", "17000230"])
def test_broken_gs1_data_are_told_and_the_text_kept(
    text: str, label: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No writer makes such symbols, so the reader is made to say so."""
    place = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    code = Code(text, Symbology.CODE_128, place, "]C1")
    monkeypatch.setattr("vision.codes.reader.read_codes", lambda *_, **__: (code,))
    result = run(label)
    assert result.exit_code == 0
    assert f"code_128 {text} (direct" in result.stdout
    assert "not as GS1 asks for: " in result.stdout


def test_fiducials_are_told(tmp_path: Path) -> None:
    result = run(saved(marker_image(POD_FAMILY, 23, 120), tmp_path / "tag.png"))
    assert "apriltag_36h11 23 at (" in result.stdout


def test_nothing_found_is_told(tmp_path: Path) -> None:
    result = run(saved(np.full((60, 60), 120, np.uint8), tmp_path / "grey.png"))
    assert result.exit_code == 0
    assert "nothing found" in result.stdout


def test_broken_files_are_told_and_the_others_done(label: Path, tmp_path: Path) -> None:
    black, text = tmp_path / "black.png", tmp_path / "text.png"
    Image.new("L", (90, 90)).save(black)
    text.write_text("no picture")
    result = run(tmp_path / "none.png", black, text, label)
    assert result.exit_code == 2
    assert "qr P017-A-2-3" in result.stdout
    for problem in ("no such file", "the picture is black", "not a picture"):
        assert problem in result.stderr


def test_what_is_expected_and_there_is_accepted(label: Path, pallet: Path) -> None:
    result = run(label, pallet, "--expect", "P017-A-2-3", "--expect", "4006381333931")
    assert result.exit_code == 0
    assert "accepted: P017-A-2-3 (by catalogue, seen in 1 of 2)" in result.stdout
    assert "not found" not in result.stderr


def test_what_is_expected_and_missing_is_told(label: Path) -> None:
    result = run(label, "--expect", "P017-A-2-3", "--expect", "P018")
    assert result.exit_code == 1
    assert "not found: P018" in result.stderr


def test_a_broken_file_weighs_more_than_a_missing_code(label: Path, tmp_path: Path) -> None:
    assert run(label, tmp_path / "none.png", "--expect", "P018").exit_code == 2


def test_two_pictures_of_one_code_agree(label: Path) -> None:
    result = run(label, label)
    assert "accepted: P017-A-2-3 (by pictures, seen in 2 of 2)" in result.stdout


def test_what_was_found_is_outlined(label: Path, tmp_path: Path) -> None:
    assert run(label, "--draw", tmp_path / "found.png").exit_code == 0
    drawn = np.array(Image.open(tmp_path / "found.png")).astype(int)
    assert drawn.shape == (200, 200, 3)
    green = (drawn[..., 1] - drawn[..., 0] > 100).sum()
    assert green > 200


def test_drawings_of_several_pictures_are_numbered(
    label: Path, pallet: Path, tmp_path: Path
) -> None:
    assert run(label, pallet, "--draw", tmp_path / "found.png").exit_code == 0
    assert {path.name for path in tmp_path.glob("found*")} == {"found-1.png", "found-2.png"}


@pytest.mark.parametrize("name", ["found.unknown", "nowhere/found.png"])
def test_a_drawing_that_cannot_be_written_is_told(label: Path, tmp_path: Path, name: str) -> None:
    result = run(label, "--draw", tmp_path / name)
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert "qr P017-A-2-3" in result.stdout


def test_what_a_label_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b[31m[bold]x\n"
    made = zxingcpp.create_barcode(evil, zxingcpp.BarcodeFormat.QRCode)
    image = np.array(zxingcpp.write_barcode_to_image(made, scale=4, add_quiet_zones=True))
    result = run(saved(image, tmp_path / "evil.png"), "--draw", tmp_path / "found.png")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert r"\x1b[31m[bold]x\n" in result.stdout
