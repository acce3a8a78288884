"""``podherd rfid``: read and write the EPCs of tags."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

import typer

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.codec import decode, encode
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.texts import epc_from_text

app = typer.Typer(help="Read and write the EPCs of RFID tags.", no_args_is_help=True)

_LONGEST_LINE = 1_000
_TEXT_STARTS = ("urn:", "(", "http://", "https://")


@app.command("decode")
def decode_tags(
    epcs: Annotated[
        list[str],
        typer.Argument(metavar="EPC...", help="Hexadecimal digits or a URI; - reads lines."),
    ],
) -> None:
    """Tell the parts of EPCs, one line each; exit code 2 if any of them is none."""
    _tell(epcs, lambda text: _parts(_read(text)))


@app.command("encode")
def encode_tags(
    uris: Annotated[
        list[str],
        typer.Argument(metavar="URI...", help="EPC URIs, element strings or links; - reads lines."),
    ],
    scheme: Annotated[str | None, typer.Option(help="Where the text does not name it.")] = None,
    filter_value: Annotated[int, typer.Option("--filter", help="The same.")] = 0,
    prefix_digits: Annotated[
        int | None, typer.Option(help="Of the company prefix, for schemes that split it off.")
    ] = None,
) -> None:
    """Tell the hexadecimal digits of EPCs, to whole words; exit code 2 if any cannot be written."""

    def encoded(text: str) -> str:
        return encode(epc_from_text(text, scheme, filter_value, prefix_digits)).hex().upper()

    _tell(uris, encoded)


def _tell(texts: Iterable[str], told: Callable[[str], str]) -> None:
    wrong = False
    for text in _lines(texts):
        try:
            typer.echo(told(text))
        except InvalidTag as error:
            typer.echo(f"{text[:80]}: {error}", err=True)
            wrong = True
    if wrong:
        raise typer.Exit(2)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """The arguments; for ``-`` the lines of standard input that are not empty."""
    for text in texts:
        if text != "-":
            yield text
            continue
        while line := sys.stdin.readline(_LONGEST_LINE):
            if line.strip():
                yield line.strip()


def _read(text: str) -> Epc:
    return epc_from_text(text) if text.startswith(_TEXT_STARTS) else decode(text)


def _parts(epc: Epc) -> str:
    """What is known of an EPC, as ``name=value`` with two spaces between."""
    parts = {
        "scheme": epc.scheme,
        "filter": epc.filter,
        "company-prefix": epc.company_prefix,
        "key": epc.key,
        "serial": epc.serial,
        "date": epc.date and "".join((f"({epc.date[0]})", epc.date[1])),
        "hostname": epc.hostname,
        "uri": epc.tag_uri or epc.digital_link,
        "data": epc.aidc_bits,
    }
    return "  ".join(f"{name}={value}" for name, value in parts.items() if value is not None)
