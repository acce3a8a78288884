"""The installer of Gazebo: what it makes, what it refuses, and that it leaves nothing half-done.

Packages and apt-get are small stand-ins; dpkg-deb and the protobuf compiler are the real ones.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import debian_packages  # noqa: E402
import gazebo  # noqa: E402

from sim_worlds.gazebo import prefix  # noqa: E402
from sim_worlds.gazebo.messages import Messages  # noqa: E402

APT_GET = """#!/bin/sh
# Stands in for apt-get: hands out packages from a folder, or fails.
for word in "$@"; do
  case $word in
    Dir::Cache=*) cache=${word#Dir::Cache=} ;;
    indextargets) echo http://mirror.invalid/debian; exit 0 ;;
    update|install|download) what=$word ;;
  esac
done
[ "$what" = "$FAILS_AT" ] && { echo "E: the mirror is asleep" >&2; exit 100; }
[ "$what" = install ] && cp "$PACKAGES"/wanted/*.deb "$cache/archives/"
[ "$what" = download ] && cp "$PACKAGES"/described/*.deb .
exit 0
"""

NOWHERE = Path("/nowhere.gpg")
TOO_LARGE = replace(gazebo.PACKAGES, needed_mb=10**12)
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")


def package(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    """Builds a small .deb into ``folder``."""
    tree = folder / f"{name}.tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: amd64\n"
        "Maintainer: nobody <nobody@mirror.invalid>\nDescription: for a test\n"
    )
    for path, text in files.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    target = folder / f"{name}_{version}_amd64.deb"
    subprocess.run(["dpkg-deb", "-b", str(tree), str(target)], check=True, capture_output=True)
    shutil.rmtree(tree)


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose mirror has a tiny Gazebo; the folder of its packages."""
    packages = tmp_path / "packages"
    proto = 'syntax = "proto2"; package gazebo.msgs; message Time { required int32 sec = 1; }\n'
    described = f"{gazebo.PROTOS}/time.proto"
    package(packages / "wanted", "gazebo", "11.1.0", {"usr/bin/gzserver-11.1.0": "#!/bin/sh\n"})
    package(packages / "wanted", "dash", "0.5", {"bin/dash": "", "usr/share/doc/dash/copying": ""})
    package(packages / "described", gazebo.DESCRIBED_IN, "11.1.0", {described: proto})
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text(APT_GET)
    (tools / "apt-get").chmod(0o755)
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setattr(debian_packages, "KEYRING", keyring)
    monkeypatch.setattr(debian_packages.platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("PACKAGES", str(packages))
    monkeypatch.setenv("FAILS_AT", "")
    monkeypatch.delenv("PODHERD_DEBIAN_MIRROR", raising=False)
    monkeypatch.setenv("PODHERD_GAZEBO", str(tmp_path / "cache" / "gazebo"))
    monkeypatch.setattr(gazebo, "_use_installed", lambda new: False)
    return packages


def installed_in(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "gazebo"


def assert_nothing_left(tmp_path: Path) -> None:
    """At most the lock file stays."""
    cache = tmp_path / "cache"
    left = [] if not cache.exists() else [path.name for path in cache.iterdir()]
    assert left in ([], ["gazebo.lock"])


@needs_dpkg
def test_what_is_installed_is_what_the_client_looks_for(
    debian: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gazebo.main() == 0
    folder = installed_in(tmp_path)
    found = prefix.find_gazebo({"PODHERD_GAZEBO": str(folder)})
    assert found.server == folder / "usr/bin/gzserver-11.1.0"
    assert Messages(found.messages).make("Time", sec=3).sec == 3
    assert (folder / "packages.txt").read_text().splitlines() == [
        "dash_0.5_amd64.deb",
        "gazebo_11.1.0_amd64.deb",
        "libgazebo-dev_11.1.0_amd64.deb",
    ]
    assert (folder / "bin/sh").resolve() == folder / "bin/dash"
    assert not (folder / "usr/share/doc").exists()
    assert not (folder / "usr/include").exists()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["gazebo", "gazebo.lock"]
    assert "unpacking 2 packages" in capsys.readouterr().out


@needs_dpkg
def test_a_second_run_does_nothing(
    debian: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gazebo.main() == 0
    capsys.readouterr()
    monkeypatch.setattr(gazebo, "_unpack_debian", pytest.fail)
    assert gazebo.main() == 0
    assert capsys.readouterr().out == ""


@needs_dpkg
@pytest.mark.parametrize("step", ["update", "install", "download"])
def test_a_mirror_that_fails_is_told_in_one_line(
    debian: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: str,
) -> None:
    monkeypatch.setenv("FAILS_AT", step)
    assert gazebo.main() == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("GAZEBO UNAVAILABLE: Debian bullseye could not be reached")
    assert "the mirror is asleep" in line
    assert_nothing_left(tmp_path)


@needs_dpkg
def test_another_version_is_refused(
    debian: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (debian / "wanted" / "gazebo_11.1.0_amd64.deb").unlink()
    package(debian / "wanted", "gazebo", "12.0.0", {"usr/bin/gzserver-12.0.0": ""})
    assert gazebo.main() == 3
    assert "gazebo_12.0.0_amd64.deb" in capsys.readouterr().err
    assert_nothing_left(tmp_path)


@needs_dpkg
def test_a_broken_package_leaves_nothing_behind(
    debian: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (debian / "wanted" / "dash_0.5_amd64.deb").write_bytes(b"cut off")
    assert gazebo.main() == 3
    assert "dash_0.5_amd64.deb cannot be unpacked" in capsys.readouterr().err
    assert_nothing_left(tmp_path)


@needs_dpkg
def test_without_the_protobuf_compiler_the_remedy_is_named(
    debian: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(gazebo, "ROOT", tmp_path)
    monkeypatch.setattr(gazebo.sys, "executable", "/bin/false")
    assert gazebo.main() == 3
    assert "scripts/setup.py --gazebo" in capsys.readouterr().err
    assert_nothing_left(tmp_path)


def test_other_machines_are_refused(
    debian: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(debian_packages.platform, "machine", lambda: "aarch64")
    assert gazebo.main() == 3
    assert "x86_64 only, this is aarch64" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda patch: patch.setattr(gazebo.shutil, "which", lambda tool: None), "apt-get"),
        (lambda patch: patch.setattr(debian_packages, "KEYRING", NOWHERE), "archive-keyring"),
        (lambda patch: patch.setattr(gazebo, "PACKAGES", TOO_LARGE), "MB of disk are needed"),
        (lambda patch: patch.setattr(debian_packages, "mirrors", list), "PODHERD_DEBIAN_MIRROR"),
    ],
)
def test_what_is_missing_is_named(
    debian: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: "object",
    reason: str,
) -> None:
    assert callable(change)
    change(monkeypatch)
    assert gazebo.main() == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
    assert_nothing_left(tmp_path)


def test_a_folder_with_something_else_in_it_is_not_touched(
    debian: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = installed_in(tmp_path) / "thesis.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("years of work")
    assert gazebo.main() == 3
    assert "holds something else" in capsys.readouterr().err
    assert precious.read_text() == "years of work"


def test_the_mirror_comes_from_the_machine_or_from_the_environment(
    debian: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert debian_packages.mirrors() == ["http://mirror.invalid/debian"]
    monkeypatch.setenv("PODHERD_DEBIAN_MIRROR", "http://one.invalid/d http://two.invalid/d")
    assert debian_packages.mirrors() == ["http://one.invalid/d", "http://two.invalid/d"]


def test_installer_and_client_agree_on_names() -> None:
    assert gazebo.STAMP == prefix.STAMP
    assert gazebo.READY == prefix.READY
    assert gazebo.DESCRIPTIONS == prefix.DESCRIPTIONS
    environment = {"XDG_CACHE_HOME": "/somewhere"}
    assert gazebo.target_folder(environment) == prefix.cache_folder(environment)


def test_what_is_not_installed_is_told_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(prefix.GazeboUnavailable, match="make setup-gazebo"):
        prefix.find_gazebo({"XDG_CACHE_HOME": str(tmp_path)})
    with pytest.raises(prefix.GazeboUnavailable, match=r"PODHERD_GAZEBO.*no gzserver 11"):
        prefix.find_gazebo({"PODHERD_GAZEBO": str(tmp_path)})
