"""Pieces behind the numbers: as many as the numbers say, each where it should be or was put."""

from collections import Counter

from fakes.sensed_site import counted_site
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.ids import Sku, SlotId
from planner.warehouse.stock import Balance
from sim_worlds.sensing.articles import articles_of
from sim_worlds.sensing.faces import face_model
from sim_worlds.sensing.stock import StockErrors, TaggedStock
from sim_worlds.sites.catalogue import load_site
from vision.shelf.stacks import room_for

MODEL = counted_site(2, 12).pod_model
SLOTS = tuple(face_model("P001", "A", MODEL).slots())
SKUS = tuple(Sku(f"SKU-{number}") for number in range(len(SLOTS)))
ARTICLES = articles_of(MODEL, SKUS, seed=1)
BOOKS = [Balance(slot, sku, 5) for slot, sku in zip(SLOTS, SKUS, strict=True)]
NO_ERRORS = StockErrors(dead=0.0, untagged=0.0)


def test_without_errors_the_books_are_right_and_every_piece_is_registered_once() -> None:
    stock = TaggedStock(BOOKS, ARTICLES, 1, NO_ERRORS)
    assert dict(stock) == dict.fromkeys(SLOTS, 5)
    epcs = [piece.epc for slot in SLOTS for piece in stock.pieces(slot)]
    assert len(set(epcs)) == len(stock.register) == 5 * len(SLOTS)
    homes = Counter(tag.record.slot for tag in stock.register)
    assert homes == dict.fromkeys(SLOTS, 5)


@given(st.lists(st.tuples(st.sampled_from(SLOTS), st.integers(0, 12)), max_size=20))
def test_numbers_and_pieces_agree_whatever_is_picked_and_put(
    changes: list[tuple[SlotId, int]],
) -> None:
    stock = TaggedStock(BOOKS, ARTICLES, 1, NO_ERRORS)
    for slot, quantity in changes:
        before = set(stock.pieces(slot))
        stock[slot] = quantity
        now = set(stock.pieces(slot))
        assert stock[slot] == len(now) == quantity
        assert now <= before or before <= now, "who stays keeps the tag"
    assert len({p.epc for slot in SLOTS for p in stock.pieces(slot)}) == sum(stock.values())


def test_a_piece_put_into_the_wrong_slot_counts_in_neither() -> None:
    stock = TaggedStock(BOOKS, ARTICLES, 1, NO_ERRORS)
    stock.move(SLOTS[0], SLOTS[7])
    assert (stock[SLOTS[0]], stock[SLOTS[7]]) == (4, 5)
    assert [piece.sku for piece in stock.pieces(SLOTS[7])].count(SKUS[0]) == 1


def test_planted_errors_are_there_in_the_shares_asked_for_and_seeded() -> None:
    errors = StockErrors(missing=0.2, extra=0.2, misplaced=0.2)
    many = [Balance(SlotId(f"P{n:03d}/A/1/1"), SKUS[0], 5) for n in range(500)]
    stock = TaggedStock(many, ARTICLES, 3, errors)
    fewer = sum(stock[balance.slot] < 5 for balance in many)
    more = sum(stock[balance.slot] > 5 for balance in many)
    assert 120 < fewer < 250, "missing, or lying elsewhere"
    assert 60 < more < 250
    assert dict(TaggedStock(many, ARTICLES, 3, errors)) == dict(stock)
    assert dict(TaggedStock(many, ARTICLES, 4, errors)) != dict(stock)
    dead = sum(piece.dead for balance in many for piece in stock.pieces(balance.slot))
    assert 5 < dead < 70


def test_goods_without_an_article_have_no_tags() -> None:
    stock = TaggedStock([Balance(SLOTS[0], Sku("loose"), 3)], ARTICLES, 1)
    assert stock[SLOTS[0]] == 3
    assert all(piece.epc is None for piece in stock.pieces(SLOTS[0]))
    stock[SLOTS[1]] = 2
    assert stock[SLOTS[1]] == 2
    stock.keep_for(SLOTS[2], SKUS[2])
    stock[SLOTS[2]] = 2
    assert all(piece.epc is not None for piece in stock.pieces(SLOTS[2]))


def test_cartons_fit_the_slots_of_every_shipped_site() -> None:
    for name in ("tiny", "small", "medium"):
        for capacity in (1, 12, 24, 200):
            model = load_site(name).pod_model
            model = type(model)(
                model.size_m, model.faces, model.levels, model.columns, slot_capacity=capacity
            )
            face = face_model("P001", "A", model)
            box = next(iter(face.slots().values()))
            for article in articles_of(model, SKUS, 2).values():
                assert room_for(face, box, article.carton) >= article.capacity == capacity
