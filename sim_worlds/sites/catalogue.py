"""Finding a site by name or path."""

from importlib import resources
from pathlib import Path

from planner.codec.sitefile import parse_site
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Site

_NOT_A_SITE = "site.schema"


def site_names() -> tuple[str, ...]:
    """Names of the sites that ship with Podherd."""
    files = (Path(entry.name) for entry in resources.files("sim_worlds.sites").iterdir())
    names = (file.stem for file in files if file.suffix == ".json")
    return tuple(sorted(name for name in names if name != _NOT_A_SITE))


def load_site(name_or_path: str | Path) -> Site:
    """The site of a file, or of a shipped name such as ``small``.

    Raises :class:`InvalidSite` if there is no such site or its file is wrong; geometry is checked
    by :func:`planner.roadmap.geometry.checked_roadmap`.
    """
    return parse_site(_read(name_or_path))


def _read(name_or_path: str | Path) -> bytes:
    if str(name_or_path) in site_names():
        return resources.files("sim_worlds.sites").joinpath(f"{name_or_path}.json").read_bytes()
    try:
        return Path(name_or_path).read_bytes()
    except OSError as error:
        raise InvalidSite(
            f"no site file: {error.strerror}",
            value=str(name_or_path),
            remedy=f"Give a path, or one of the shipped sites: {', '.join(site_names())}.",
        ) from error
