"""Whatever is sent to whatever address: no 5xx, and no answer that is not in the OpenAPI document.

``FUZZ_CASES`` says how many requests that are in all. The same ones every time.
"""

import pytest

from tests.wms_bridge.api.fuzzing import CASES, Target, cases_each, fuzzer

TARGETS = tuple(fuzzer().targets())


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_answer_is_in_the_document(target: Target) -> None:
    fuzzer().run(target, cases_each())


def test_so_many_requests_are_sent() -> None:
    assert cases_each() * sum(map(fuzzer().takes_input, TARGETS)) >= CASES
