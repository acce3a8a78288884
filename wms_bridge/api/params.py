"""Parameters that several routes take."""

from typing import Annotated

from fastapi import Header, Path, Query

MAX_NUMBER = 10**15
"""Largest number of an order, event, pick or message that can be asked for."""

Key = Annotated[str | None, Header(alias="Idempotency-Key")]
Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The order's etag as it was seen; if it is another by now nothing is done.",
    ),
]
Number = Annotated[int, Path(ge=1, le=MAX_NUMBER)]
After = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="Only those with a number above.")]
Before = Annotated[
    int | None, Query(ge=0, le=MAX_NUMBER, description="Only those with a number below.")
]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
Wait = Annotated[float, Query(ge=0, le=60, description="How long to wait for news (s).")]
