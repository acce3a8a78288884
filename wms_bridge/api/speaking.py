"""In whose name something is asked for."""

from starlette.requests import HTTPConnection

from wms_bridge.access.principal import Credential, Principal
from wms_bridge.api.permitting import PRINCIPAL

_PEOPLE = (Credential.SESSION, Credential.OIDC)


def who_asks(connection: HTTPConnection, told: str = "") -> str:
    """The account of who has signed in, whatever they tell: nobody acts in another's name. A
    program (a key), and anybody at a bridge that is open, may say (``told``) for whom they ask."""
    principal: Principal = connection.scope[PRINCIPAL]
    name = principal.account or principal.who
    return name if principal.by in _PEOPLE else told or name
