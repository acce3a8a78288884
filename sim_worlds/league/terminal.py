"""What the commands share: consoles, and errors in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from planner.warehouse.errors import PodherdError

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def reported() -> Iterator[None]:
    """Bad input is one line and exit code 2, an interrupt exit code 130."""
    try:
        yield
    except PodherdError as error:
        ERR.print(str(error), markup=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        ERR.print("stopped; nothing was written")
        raise typer.Exit(130) from None
