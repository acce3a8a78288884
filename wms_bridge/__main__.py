"""``python -m wms_bridge``: the commands of the bridge by themselves."""

import typer

from wms_bridge.cli import add_to

APP = typer.Typer(no_args_is_help=True)
add_to(APP)

if __name__ == "__main__":
    APP()
