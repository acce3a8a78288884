from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim_worlds.site_cli import app


def podherd_site_sdf(*words: object) -> Result:
    return CliRunner().invoke(app, ["sdf", *(str(word) for word in words)])


def test_a_world_is_written_with_its_pictures(tmp_path: Path) -> None:
    result = podherd_site_sdf("tiny", "--out", tmp_path / "new" / "world")
    assert result.exit_code == 0, result.stderr
    assert "2 robots, 6 pods, 1 stations, for Gazebo Classic 11" in result.stdout
    assert (tmp_path / "new" / "world" / "world.sdf").is_file()
    assert (tmp_path / "new" / "world" / "marks" / "textures" / "tag_P001.png").is_file()
    assert not (tmp_path / "new" / "world" / "bridge.yaml").exists()


def test_the_world_of_gz_sim_comes_with_its_bridge(tmp_path: Path) -> None:
    result = podherd_site_sdf(
        "tiny", "--flavour", "gz", "--no-tags", "--lidar", "all", "--out", tmp_path
    )
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bridge.yaml", "world.sdf"]
    bridge = (tmp_path / "bridge.yaml").read_text()
    assert "/robots/R01/scan" in bridge
    assert "/robots/R02/scan" in bridge


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("large",), "medium, one-lane, picking-cell, small, tiny"),
        (("tiny", "--lidar", "R01,R05"), "lidars[1]: no such robot on this site (found 'R05')"),
        (("tiny", "--camera", "R7"), "cameras[0]: no such robot"),
        (("medium",), "Leave the marks out (--no-tags)"),
    ],
)
def test_bad_input_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    result = podherd_site_sdf(*words, "--out", tmp_path / "world")
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.strip().count("\n") == 0
    assert not (tmp_path / "world").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = podherd_site_sdf("tiny", "--no-tags", "--out", tmp_path / "file" / "world")
    assert result.exit_code == 1
    assert "out: cannot write" in result.stderr
