"""The tests of the console's own code (Vitest), what they read, and what is built and packed."""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import console
from scripts.stamps import Stamps
from tests.wms_bridge.console import vectors

ROOT = Path(__file__).parents[3]
PACKED = """
from setuptools import Distribution
told = Distribution({"script_name": "x"})
told.parse_config_files()
build = told.get_command_obj("build_py")
build.ensure_finalized()
print("\\n".join(f"{src}/{name}" for _, src, _, names in build.data_files for name in names))
print("\\n".join(f"package {name}" for name in told.packages))
"""


def test_vectors_are_what_python_writes() -> None:
    written = vectors.FILE.read_text(encoding="utf-8")
    assert written == vectors.text(), "python -m tests.wms_bridge.console.vectors writes it anew"


def test_own_tests_pass(built: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "console.py", "--test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    assert "passed" in done.stdout


def test_a_second_build_does_nothing(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "find_node", lambda: pytest.fail("there was nothing to build"))
    assert console.build() is False


def test_a_change_of_any_source_is_a_reason_to_build(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "wms_bridge" / "web" / "console"
    ignored = shutil.ignore_patterns("node_modules")
    shutil.copytree(console.SOURCES, copy, ignore=ignored)
    monkeypatch.setattr(console, "ROOT", tmp_path)
    monkeypatch.setattr(console, "SOURCES", copy)
    monkeypatch.setattr(console, "DIST", copy / "dist")
    contract = shutil.copy(console.CONTRACT, tmp_path)
    monkeypatch.setattr(console, "CONTRACT", Path(contract))
    made = Stamps(copy / "dist")
    made.put(console.STEP, console._digest())
    assert console.is_current()
    for source in (copy / "src" / "main.tsx", copy / "package-lock.json", Path(contract)):
        before = source.read_bytes()
        source.write_bytes(before + b" ")
        assert not console.is_current(), source
        source.write_bytes(before)
    (copy / "src" / "new.ts").write_text("")
    assert not console.is_current()


def test_without_a_registry_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setattr(console, "is_current", lambda: False)
    node = console.Node(Path(shutil.which("node") or "node"), Path(os.path.realpath(_npm())))
    monkeypatch.setattr(console, "find_node", lambda: node)
    assert console.main([]) == console.UNAVAILABLE
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("CONSOLE UNAVAILABLE: npm's registry cannot be reached")
    assert "python3 scripts/console.py" in line


def _npm() -> str:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("left out: needs npm on the path")
    return npm


def test_the_wheel_holds_the_built_console_and_none_of_its_sources(built: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PACKED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    packed = [line for line in done.stdout.splitlines() if "web/console" in line]
    files = sorted(str(path.relative_to(ROOT)) for path in built.rglob("*") if path.is_file())
    assert sorted(packed) == files
    assert any(name.endswith("dist/index.html") for name in packed)
    packages = {line for line in done.stdout.splitlines() if line.startswith("package ")}
    assert not [one for one in packages if "node_modules" in one or "console.src" in one]
    assert "Warning" not in done.stderr


def test_the_built_page_needs_nothing_inline_and_nobody_else(built: Path) -> None:
    html = (built / "index.html").read_text(encoding="utf-8")
    assert "<style" not in html
    assert "<script>" not in html
    assert "http" not in html
    for script in (built / "assets").glob("*.js"):
        code = script.read_text(encoding="utf-8")
        assert "new Function" not in code, script.name
        assert "eval(" not in code, script.name


def test_the_first_load_is_small(built: Path) -> None:

    assets = [path for path in (built / "assets").iterdir() if path.suffix in (".js", ".css")]
    first = [path for path in assets if path.name.startswith(("index-", "FloorScreen-"))]
    assert len(first) == 4
    assert sum(len(gzip.compress(path.read_bytes())) for path in first) <= 150_000
