"""The same futures on a real local Ray cluster."""

import importlib.util
import os

import pytest

from planner.warehouse.errors import InvalidStudy
from sim_worlds.whatif.futures import run_future
from sim_worlds.whatif.pool import run_on_ray
from sim_worlds.whatif.study import Study
from sim_worlds.whatif.vary import parse_axes
from tests.sim_worlds.whatif.grounds import tiny_ground


@pytest.fixture
def ray_installed() -> None:
    """Left out where Ray is not installed, which continuous integration must have."""
    if importlib.util.find_spec("ray") is None:
        missing = "left out: needs Ray, pip install 'podherd[ray]'"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.mark.ray
@pytest.mark.usefixtures("ray_installed")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_local_cluster_gives_the_same_rows_and_failures_are_rows() -> None:
    study = Study(tiny_ground(1), parse_axes(["volume=1000,1"]), seeds=1)
    futures = study.futures()
    rows = {row.future: row for row in run_on_ray(study.ground, futures, "local", workers=1)}
    assert "does not fit into the pods" in rows[futures[0]].error
    assert rows[futures[1]] == run_future(study.ground, futures[1])


def test_without_ray_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(InvalidStudy, match=r"ray: Ray is not installed.*podherd\[ray\]"):
        list(run_on_ray(tiny_ground(1), (), "local"))
