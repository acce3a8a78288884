"""The inverted index, against counting everything anew."""

from collections import Counter
from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from planner.assign.matches import Matches
from planner.warehouse.ids import OrderId, PodId, Sku

PODS = [PodId(f"P{n}") for n in range(4)]
SKUS = [Sku(f"K{n}") for n in range(4)]
ORDERS = [OrderId(f"O{n}") for n in range(4)]

changes = st.lists(
    st.one_of(
        st.tuples(
            st.just("stock"), st.sampled_from(PODS), st.sampled_from(SKUS), st.integers(0, 3)
        ),
        st.tuples(
            st.just("want"), st.sampled_from(ORDERS), st.sampled_from(SKUS), st.integers(0, 3)
        ),
    ),
    max_size=40,
)


@given(changes)
def test_it_says_what_counting_anew_says(changes: list[tuple[str, str, Sku, int]]) -> None:
    """Stock is set to the number drawn, wishes too."""
    matches = Matches()
    stock: Counter[tuple[PodId, Sku]] = Counter()
    wishes: Counter[tuple[OrderId, Sku]] = Counter()
    for kind, name, sku, number in changes:
        if kind == "stock":
            pod = PodId(name)
            matches.stock(pod, sku, number - stock[pod, sku])
            stock[pod, sku] = number
        else:
            order = OrderId(name)
            matches.want(order, sku, number)
            wishes[order, sku] = number
    held = {key: pieces for key, pieces in stock.items() if pieces}
    wanted = {key: pieces for key, pieces in wishes.items() if pieces}
    assert {(p, k): n for k, pods in matches.holders.items() for p, n in pods.items()} == held
    assert {(p, k): n for p, skus in matches.contents.items() for k, n in skus.items()} == held
    assert {(o, k): n for k, orders in matches.wanting.items() for o, n in orders.items()} == wanted
    counts = Counter(pod for pod, sku in held for _, wish in wanted if wish == sku)
    assert matches.counts == counts


def test_a_fork_changes_nothing_of_the_first() -> None:
    matches = Matches()
    matches.stock(PODS[0], SKUS[0], 2)
    matches.want(ORDERS[0], SKUS[0], 1)
    before = deepcopy(matches)
    fork = matches.fork()
    fork.stock(PODS[0], SKUS[0], -2)
    fork.stock(PODS[1], SKUS[0], 5)
    fork.want(ORDERS[0], SKUS[0], 0)
    fork.want(ORDERS[1], SKUS[1], 1)
    assert matches == before
    assert fork != before
