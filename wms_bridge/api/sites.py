"""Routes that name the site they are about."""

from typing import Annotated, Any

from fastapi import Depends, Path

from planner.warehouse.errors import UnknownSite
from wms_bridge.api.context import InContext

SiteName = Annotated[str, Path(description="Name of the site, as in GET /v1/site.")]


def check_site(site: SiteName, context: InContext) -> None:
    """:class:`UnknownSite` unless it is the site of this bridge."""
    if site != context.bridge.site.name:
        raise UnknownSite(
            "this bridge runs another site",
            field="site",
            value=site,
            remedy="Name the site as GET /v1/site does, or ask the bridge of that site.",
        )


def of_this_site() -> Any:
    """The dependency of a route, or of all routes of a router, under ``.../{site}``."""
    return Depends(check_site)
