"""The operator guide: every screen of the console has its page there, with a picture in each
language, and nothing in it points at what is not there."""

import re
import struct
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "operator"
PICTURES = ROOT / "docs" / "images" / "console"
SCREENS = sorted(
    path.parent.name for path in ROOT.glob("wms_bridge/web/console/src/screens/*/screen.ts")
)
LANGUAGES = ("en", "zh")
MOST_BYTES = 150_000
LINK = re.compile(r"\]\(([^)\s]+)\)")


def size_px(png: Path) -> tuple[int, int]:
    """Width and height, from the header of a PNG."""
    head = png.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", png
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def test_there_are_screens() -> None:
    assert "floor" in SCREENS
    assert len(SCREENS) >= 10


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_a_page_with_its_picture_in_each_language(screen: str) -> None:
    text = (GUIDE / f"{screen}.md").read_text(encoding="utf-8")
    for language in LANGUAGES:
        name = f"{screen}-{language}.png"
        assert f"../../images/console/{name}" in text
        assert size_px(PICTURES / name) == (1280, 800)
    assert (PICTURES / f"{screen}-en.png").read_bytes() != (
        PICTURES / f"{screen}-zh.png"
    ).read_bytes()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_index_names_every_page(screen: str) -> None:
    assert f"]({screen}.md)" in (GUIDE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("picture", sorted(PICTURES.glob("*")), ids=lambda path: path.name)
def test_pictures_are_small(picture: Path) -> None:
    assert picture.stat().st_size <= MOST_BYTES


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("#"):
            assert (page.parent / target.partition("#")[0]).exists(), target
