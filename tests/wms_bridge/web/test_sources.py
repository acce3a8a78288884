"""What can be said about the page without opening it."""

import re
from pathlib import Path

import pytest

import wms_bridge

WEB = Path(wms_bridge.__path__[0]) / "web"
SOURCES = sorted(
    path
    for path in WEB.rglob("*")
    if path.suffix in (".html", ".css", ".js") and WEB / "console" not in path.parents
)
SCRIPTS = [path for path in SOURCES if path.suffix == ".js"]


def test_the_page_needs_no_inline_script_or_style() -> None:
    html = (WEB / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
    assert "<style" not in html
    assert re.findall(r"\s(?:style|on[a-z]+)=", html) == []
    assert "default-src 'none'" in html
    assert "unsafe" not in html


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_scripts_write_text_only(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    for way_in in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
        "createContextualFragment",
    ):
        assert way_in not in code, way_in


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(WEB)))
def test_sources_ask_nobody_else_and_stay_small(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"']+", code)) - {"http://www.w3.org/2000/svg"}
    assert addresses == set()
    assert code.count("\n") < 400
