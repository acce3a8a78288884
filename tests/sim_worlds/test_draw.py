import dataclasses
import re
from pathlib import Path

import pytest

from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Zone, ZoneKind
from sim_worlds.draw import draw_site, save_drawing
from sim_worlds.sites.catalogue import load_site


def words(name: str) -> list[str]:
    return [text.get_text() for text in draw_site(load_site(name)).axes[0].texts]


def test_small_sites_name_every_pod_robot_and_station() -> None:
    drawn = words("tiny")
    for name in ("P001", "P006", "R01", "R02", "S01", "1 m"):
        assert drawn.count(name) == 1
    assert "2 robots · 1 station · 6 pods on 8 spots · 1 charger · 9.6 × 9.6 m" in drawn


def test_large_sites_leave_pod_names_out() -> None:
    drawn = words("medium")
    assert "S10" in drawn
    assert not any(re.fullmatch(r"P\d+|R\d+", text) for text in drawn)


def test_zones_are_drawn_with_their_rule() -> None:
    corners = ((4.0, 3.0), (6.0, 3.0), (6.0, 4.0), (4.0, 4.0))
    zones = (
        Zone("Door", ZoneKind.SLOW, corners, max_speed_mps=0.5),
        Zone("East", ZoneKind.ONE_WAY, corners, heading_rad=0.0),
        Zone("Post", ZoneKind.NO_GO, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))),
    )
    site = dataclasses.replace(load_site("tiny"), zones=zones)
    drawn = [text.get_text() for text in draw_site(site).axes[0].texts]
    assert {"Door: 0.5 m/s", "East: one-way 0°", "Post: no-go"} <= set(drawn)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_same_site_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    save_drawing(load_site("tiny"), one)
    save_drawing(load_site("tiny"), other)
    assert one.read_bytes() == other.read_bytes()
    assert len(one.read_bytes()) > 5000


def test_the_picture_in_the_documents_is_in_step(tmp_path: Path) -> None:
    """If this fails: ``podherd site draw small --out docs/images/site-small.svg``."""
    picture = Path(__file__).parents[2] / "docs" / "images" / "site-small.svg"
    fresh = tmp_path / "site.svg"
    save_drawing(load_site("small"), fresh)
    text = re.compile(r"<!-- (.*?) -->")
    assert text.findall(fresh.read_text()) == text.findall(picture.read_text())


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSite, match="cannot draw this kind of file") as caught:
        save_drawing(load_site("tiny"), tmp_path / "site.bmp")
    assert ".svg" in caught.value.remedy
