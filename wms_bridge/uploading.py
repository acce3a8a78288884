"""Sending an order file to a bridge whole, so that one that was cut goes on where it stopped."""

import gzip
import hashlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from planner.warehouse.errors import InvalidOrder, Unavailable
from wms_bridge.answers import BulkTaken
from wms_bridge.client import BridgeClient, retrying

CHUNK_BYTES = 1 << 16
LOOK_EVERY_S = 0.5
ATTEMPTS = 100
"""So often a file is sent again while the bridge is not available."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of a file, and the key that the bridge knows it by. ``resumed_row`` is how far it
    was before."""

    key: str
    taken: BulkTaken
    resumed_row: int


def rows_of(file: Path) -> int:
    """Rows of the file, the header among them."""
    return sum(chunk.count(b"\n") for chunk in _chunks(file))


def upload(
    client: BridgeClient,
    file: Path,
    on_row: Callable[[int], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Upload:
    """Send the file. ``on_row`` hears up to which row its orders are done. While the bridge is down
    it is sent again, and goes on where it stopped, also in a later call for the same file. A file
    that was finished before is sent anew: orders known are repeated, rejected rows may do now."""
    key, resumed_row = _key(client, file)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(
            retrying,
            lambda: client.send_order_csv(_chunks(file), key),
            attempts=ATTEMPTS,
            sleep=sleep,
        )
        while not sending.done():
            sleep(LOOK_EVERY_S)
            on_row(_row(client, key))
        taken: BulkTaken = sending.result()
    on_row(taken.row)
    return Upload(key, taken, resumed_row)


def _key(client: BridgeClient, file: Path) -> tuple[str, int]:
    """The first key made from the file's contents under which it was not finished."""
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    attempt = 1
    while True:
        key = f"file-{digest.hexdigest()[:32]}-{attempt}"
        known = client.bulk(key)
        if known is None or not known.complete:
            return key, known.row if known else 0
        attempt += 1


def _row(client: BridgeClient, key: str) -> int:
    try:
        known = client.bulk(key)
    except Unavailable:
        return 0
    return known.row if known else 0


def _chunks(file: Path) -> Iterator[bytes]:
    if not file.is_file():
        raise InvalidOrder("no such file", field=str(file), remedy="Name a .csv or .csv.gz file.")
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as binary:
        while chunk := binary.read(CHUNK_BYTES):
            yield chunk
