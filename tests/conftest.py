"""What every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No test judges by the clock: examples may take as long as a busy machine needs. Continuous
# integration tries the same examples every time; at a desk new ones are found.
settings.register_profile("podherd", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("podherd"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "podherd")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the public data sets that do not ship with the project."""
    if not SHARED.is_dir():
        missing = f"left out: needs the public data sets, looked for beside the project in {SHARED}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return SHARED
