"""Serves the operator console at ``/console/``: a page built from wms_bridge/web/console."""

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

BUILT = Path(__file__).parents[1] / "web" / "console" / "dist"
ADDRESS = "/console"
_FILES = "assets/"
_FOR_EVER = "public, max-age=31536000, immutable"
_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Podherd console</title>
<h1>The console has not been built</h1>
<p>Run <code>python3 scripts/console.py</code> and load this page again; all else of the bridge
works.</p>
</html>
"""


def add_console(app: FastAPI, built: Path = BUILT) -> None:
    """Serve what ``scripts/console.py`` has put into ``built``; without it, a page that says so
    (503). ``/`` leads there."""

    async def to_folder(_request: Request) -> Response:
        return RedirectResponse(f"{ADDRESS}/", 308)

    async def to_console(_request: Request) -> Response:
        # Not for ever: browsers would keep that for all that is served at this port later.
        return RedirectResponse(f"{ADDRESS}/", 307)

    for address, leads in (("/", to_console), (ADDRESS, to_folder)):
        app.router.routes.append(Route(address, leads, include_in_schema=False))
    app.mount(ADDRESS, _Console(built), name="console")


class _Console(StaticFiles):
    """Files with a digest in their name are kept by browsers for ever; every other address is one
    of the console's own and gets its page, asked for anew each time."""

    def __init__(self, built: Path):
        super().__init__(directory=built, check_dir=False)
        self._built = built

    async def check_config(self) -> None:
        """Nothing to check: it may be built later, while this runs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file or the page."""
        if not (self._built / "index.html").is_file():
            return HTMLResponse(_NOT_BUILT, 503, {"Cache-Control": "no-store"})
        is_file = path.startswith(_FILES)
        response = await super().get_response(path if is_file else "index.html", scope)
        response.headers["Cache-Control"] = _FOR_EVER if is_file else "no-cache"
        return response
