"""Which pieces truly lie in which slot, each with its tag: the stock that pickers and stowers
change by number, with a memory of the pieces behind the number."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from random import Random

from planner.warehouse.ids import EpcUri, Sku, SlotId
from planner.warehouse.stock import Balance, pod_of
from sim_worlds.sensing.articles import Article
from vision.counting.books import RegisteredTag
from vision.fusion.tags import TagRecord
from vision.rfid.epc.codec import decode


@dataclass(frozen=True, slots=True)
class StockErrors:
    """What is not as the books say. ``dead`` tags cannot be read, ``untagged`` pieces have none
    (shares of pieces). Of the slots, ``missing`` lack one to three pieces, ``extra`` have one or
    two more, of ``misplaced`` ones one or two pieces lie in another slot, half of them in the one
    beside (shares of slots)."""

    dead: float = 0.012
    untagged: float = 0.002
    missing: float = 0.0
    extra: float = 0.0
    misplaced: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.dead, self.untagged, self.missing, self.extra, self.misplaced)
        if min(shares) < 0 or max(shares) > 1:
            raise ValueError(f"shares are from 0 to 1 (found {self})")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece and its tag: ``epc`` is ``None`` without one, and a ``dead`` one never answers."""

    sku: Sku
    epc: bytes | None
    dead: bool = False


class TaggedStock(MutableMapping[SlotId, int]):
    """``stock[slot]`` is how many pieces of its own SKU lie in a slot. When the number falls,
    pieces leave, which ones by lot; when it grows, new ones come with tags that nobody registered.
    Pieces of other SKUs that lie in a slot by mistake are not in its number.

    What lies in slots of SKUs without an article has no tags.
    """

    def __init__(
        self,
        books: Iterable[Balance],
        articles: Mapping[Sku, Article],
        seed: int,
        errors: StockErrors | None = None,
    ):
        self._articles = dict(articles)
        self._errors = errors or StockErrors()
        self._random = Random(f"{seed}/tagged stock")
        self._serials: dict[Sku, int] = {}
        self._skus: dict[SlotId, Sku] = {}
        self._pieces: dict[SlotId, list[Piece]] = {}
        self._registered: list[RegisteredTag] = []
        for balance in books:
            self._fill(balance)
        self._disturb()

    def __getitem__(self, slot: SlotId) -> int:
        return sum(piece.sku == self._skus[slot] for piece in self._pieces[slot])

    def __setitem__(self, slot: SlotId, quantity: int) -> None:
        sku = self._skus.setdefault(slot, Sku(""))
        pieces = self._pieces.setdefault(slot, [])
        own = [piece for piece in pieces if piece.sku == sku]
        for piece in self._random.sample(own, max(0, len(own) - quantity)):
            pieces.remove(piece)
        pieces += [self._made(sku) for _ in range(quantity - len(own))]

    def __delitem__(self, slot: SlotId) -> None:
        self[slot] = 0
        if not self._pieces[slot]:
            del self._pieces[slot], self._skus[slot]

    def __iter__(self) -> Iterator[SlotId]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    @property
    def register(self) -> tuple[RegisteredTag, ...]:
        """The tags as they were registered when the stock was entered: each in the slot that the
        books say, read once when it was put on."""
        return tuple(self._registered)

    def sku_in(self, slot: SlotId) -> Sku | None:
        """The SKU a slot is for."""
        return self._skus.get(slot)

    def keep_for(self, slot: SlotId, sku: Sku) -> None:
        """An empty slot is for this SKU from now on."""
        self._skus[slot] = sku
        self._pieces.setdefault(slot, [])

    def pieces(self, slot: SlotId) -> Sequence[Piece]:
        """What lies in a slot, the pieces that do not belong there included."""
        return self._pieces.get(slot, ())

    def move(self, source: SlotId, target: SlotId) -> None:
        """Somebody puts one piece into another slot, by mistake."""
        own = [piece for piece in self._pieces[source] if piece.sku == self._skus[source]]
        piece = self._random.choice(own)
        self._pieces[source].remove(piece)
        self._pieces[target].append(piece)

    def _fill(self, balance: Balance) -> None:
        slot, sku = balance.slot, balance.sku
        self._skus[slot] = sku
        made = self._pieces[slot] = [self._made(sku) for _ in range(balance.quantity)]
        for piece in made:
            if piece.epc is not None:
                record = TagRecord(_uri(piece.epc), slot, 0 if piece.dead else 1)
                self._registered.append(RegisteredTag(record, sku))

    def _made(self, sku: Sku) -> Piece:
        article, errors, random = self._articles.get(sku), self._errors, self._random
        bare = random.random() < errors.untagged
        dead = random.random() < errors.dead
        if article is None or not article.tagged or bare:
            return Piece(sku, None)
        serial = self._serials[sku] = self._serials.get(sku, 0) + 1
        return Piece(sku, article.epc(serial), dead)

    def _disturb(self) -> None:
        random, errors = self._random, self._errors
        slots = [slot for slot in self._pieces if self._pieces[slot]]
        for slot in slots:
            if random.random() < errors.missing:
                self[slot] = max(0, self[slot] - random.choices((1, 2, 3), (64, 24, 12))[0])
            elif random.random() < errors.extra:
                self[slot] = min(self._room(slot), self[slot] + random.choice((1, 1, 2)))
            elif random.random() < errors.misplaced and self[slot]:
                target = self._wrong_place(slot, slots)
                if target != slot and len(self._pieces[target]) < self._room(target):
                    self.move(slot, target)

    def _wrong_place(self, slot: SlotId, slots: Sequence[SlotId]) -> SlotId:
        beside = [other for other in slots if pod_of(other) == pod_of(slot) and _touch(slot, other)]
        near = beside and self._random.random() < 0.5
        return self._random.choice(beside if near else slots)

    def _room(self, slot: SlotId) -> int:
        article = self._articles.get(self._skus[slot])
        return article.capacity if article else len(self._pieces[slot])


def _touch(one: SlotId, other: SlotId) -> bool:
    (level, column), (level_b, column_b) = (
        map(int, slot.rsplit("/", 2)[1:]) for slot in (one, other)
    )
    return abs(level - level_b) + abs(column - column_b) == 1


def _uri(epc: bytes) -> EpcUri:
    uri = decode(epc).pure_identity_uri
    assert uri is not None, "every SGTIN has one"
    return EpcUri(uri)
