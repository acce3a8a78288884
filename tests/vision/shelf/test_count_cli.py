"""``podherd vision scene`` and ``podherd vision count``: from files to what is told, and back."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from planner.codec.messages import from_json
from planner.warehouse.errors import InvalidMessage
from vision.cli import app
from vision.shelf.files import load_camera, load_rack, save_record
from vision.shelf.rack import Rack, checked


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("scene") / "new"
    assert run("scene", made).exit_code == 0
    return made


def counted(folder: Path, *more: object, image: str = "shelf.png") -> Result:
    camera = folder / "camera.json"
    return run("count", folder / image, "--rack", folder / "rack.json", "--camera", camera, *more)


def changed(folder: Path, name: str, to: Path, **fields: object) -> Path:
    data = json.loads((folder / name).read_text())
    data.update(fields)
    to.write_text(json.dumps(data))
    return to


def test_what_was_drawn_is_counted(folder: Path, tmp_path: Path) -> None:
    result = counted(folder, "--draw", tmp_path / "seen.png")
    assert result.exit_code == 0, result.output
    truth = json.loads((folder / "truth.json").read_text())
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines() if "/A/" in line)
    assert set(lines) == set(truth)
    sure = {slot: line for slot, line in lines.items() if not line.startswith("unsure")}
    assert len(sure) >= 6
    for slot, line in sure.items():
        assert line.startswith("occupied" if truth[slot] else "empty"), (slot, line)
    assert any("in front (" in line for line in sure.values())
    assert "camera 1.20 m before the face" in result.stdout
    seen = np.asarray(Image.open(tmp_path / "seen.png"))
    assert seen.shape == (1280, 960, 3)
    assert (seen[..., 0] != seen[..., 1]).any()


def test_a_dark_picture_tells_why_nothing_is_sure(folder: Path, tmp_path: Path) -> None:
    dim = np.asarray(Image.open(folder / "shelf.png")).astype(float) * 0.06
    dim[:20, :20] = 90
    Image.fromarray(dim.astype(np.uint8)).save(folder / "dim.png")
    result = counted(folder, image="dim.png")
    assert result.exit_code == 1, result.output
    assert "unsure because too dark" in result.stdout


def test_another_rack_is_told(folder: Path, tmp_path: Path) -> None:
    face = json.loads((folder / "rack.json").read_text())["face"]
    face["marks"][0]["number"] = 99
    other = changed(folder, "rack.json", tmp_path / "other.json", face=face)
    result = run("count", folder / "shelf.png", "--rack", other, "--camera", folder / "camera.json")
    assert result.exit_code == 2
    assert "expected apriltag_36h11 99 (found 'apriltag_36h11 17')" in result.stderr


@pytest.mark.parametrize(
    ("name", "fields", "problem"),
    [
        ("camera.json", {"fx_px": 0.0}, "focal lengths must be positive"),
        ("camera.json", {"width_px": 640}, "the camera's pictures are 1280 x 640"),
        ("camera.json", {"fx_px": "wide"}, "not a valid Camera"),
        ("rack.json", {"expected": {"P099/A/1/1": {"sku": "S", "capacity": 3}}}, "no such slot"),
        ("rack.json", {"face": 7}, "not a valid Rack"),
    ],
)
def test_figures_that_cannot_be_are_told(
    folder: Path, tmp_path: Path, name: str, fields: dict[str, object], problem: str
) -> None:
    files = {one: folder / one for one in ("rack.json", "camera.json")}
    files[name] = changed(folder, name, tmp_path / name, **fields)
    result = run(
        "count",
        folder / "shelf.png",
        "--rack",
        files["rack.json"],
        "--camera",
        files["camera.json"],
    )
    assert result.exit_code == 2
    assert problem in result.stderr


def test_files_that_are_not_there_are_told(folder: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InvalidMessage) as caught:
            load_rack(path)
        assert str(path) in str(caught.value)
    with pytest.raises(InvalidMessage):
        save_record({}, tmp_path / "nowhere" / "file.json")
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert run("scene", blocked).exit_code == 2
    assert counted(folder, image="none.png").exit_code == 2


def test_files_hold_what_was_saved(folder: Path, tmp_path: Path) -> None:
    rack, camera = load_rack(folder / "rack.json"), load_camera(folder / "camera.json")
    save_record(rack, tmp_path / "rack.json")
    save_record(camera, tmp_path / "camera.json")
    assert load_rack(tmp_path / "rack.json") == rack
    assert load_camera(tmp_path / "camera.json") == camera


def test_the_guide_s_rack_can_be_read() -> None:
    guide = Path(__file__).parents[3] / "docs" / "guides" / "shelf.md"
    block = guide.read_text().split("```json\n")[1].split("```")[0]
    rack = from_json(json.loads(block), Rack)
    checked(rack.face, rack.expected)
    assert list(rack.expected) == ["P017/A/1/1"]
