"""How the console is served: its page at all its addresses, its files for ever, nothing else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from wms_bridge.api.app import create_app
from wms_bridge.api.console import add_console
from wms_bridge.service import Bridge

PAGE = "<!doctype html><title>built</title>"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A console as Vite leaves it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "index-0a1b2c.js").write_text("export {};")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def http(stocked: Bridge, built: Path, serve: Callable[[FastAPI], str]) -> Iterator[httpx.Client]:
    url = serve(create_app(stocked, lambda: 0, console=built))
    with httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.mark.parametrize("path", ["", "floor", "orders/A.1%2F2", "floor?robot=R1"])
def test_every_address_of_the_console_gets_its_page(http: httpx.Client, path: str) -> None:
    answer = http.get(f"/console/{path}")
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_files_with_a_digest_in_their_name_are_kept_for_ever(http: httpx.Client) -> None:
    answer = http.get("/console/assets/index-0a1b2c.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in answer.headers["content-type"]


def test_a_file_that_is_gone_is_not_the_page(http: httpx.Client) -> None:
    answer = http.get("/console/assets/index-old.js")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_without_the_slash_one_is_led_to_the_folder(http: httpx.Client) -> None:
    answer = http.get("/console")
    assert (answer.status_code, answer.headers["location"]) == (308, "/console/")


def test_the_address_of_the_bridge_leads_to_the_console(http: httpx.Client) -> None:
    answer = http.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/console/")
    assert http.get("/", follow_redirects=True).text == PAGE


@pytest.mark.parametrize(
    "path", ["assets/../../secret.txt", "assets/%2e%2e/%2e%2e/secret.txt", "../secret.txt"]
)
def test_nothing_beside_the_built_files_is_served(http: httpx.Client, path: str) -> None:
    assert "secret" not in http.get(f"/console/{path}").text


def test_sources_are_not_served(http: httpx.Client) -> None:
    for path in ("package.json", "src/main.tsx", "node_modules/vite/package.json"):
        assert http.get(f"/console/{path}").text == PAGE


def test_the_page_takes_no_changes(http: httpx.Client) -> None:
    assert http.post("/console/floor").status_code == 405


def test_without_a_built_console_a_sentence_says_what_to_run(
    tmp_path: Path, serve: Callable[[FastAPI], str]
) -> None:
    app = FastAPI()
    add_console(app, tmp_path / "none")
    url = serve(app)
    answer = httpx.get(f"{url}/console/floor")
    assert answer.status_code == 503
    assert "python3 scripts/console.py" in answer.text
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "index.html").write_text(PAGE)
    assert httpx.get(f"{url}/console/floor").text == PAGE, "as soon as it is built"
