"""Looks and passes of a shift become counts; the counter keeps in step with the bridge's feed."""

from fakes.sensed_site import SensedSite, counted_site

from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.events import SlotSettled, StockStated
from planner.warehouse.ids import RobotId, Sku
from planner.warehouse.stock import Balance, pod_of
from sim_worlds.discrete import WorldNews
from sim_worlds.looks import Look, Pass
from sim_worlds.run import ShiftRun
from sim_worlds.sensing.shifts import ShiftSensing, booked_as
from sim_worlds.sensing.stock import StockErrors
from sim_worlds.shift import Shift
from vision.counting.counter import Counter
from vision.counting.evidence import Evidence
from vision.counting.following import follow

ROBOT = RobotId("scanner-1")


def test_a_look_and_a_pass_in_the_news_are_counts_of_the_pod() -> None:
    site = SensedSite(counted_site(2, 12, levels=2, columns=2), StockErrors(), seed=5)
    run = ShiftRun(Shift(site.site, (), tuple(site.books)))
    kept: list[Evidence] = []
    alarms: list[RaiseAlarm] = []
    counter = Counter(site.counter.face_of, {}, [], site.stock.register, site.counter.params)
    sensing = ShiftSensing(site.sensing, counter, site.articles, kept.append, alarms.append)
    pod = next(iter(site.stored))
    pose = site.cell_beside(pod)
    assert sensing(run, WorldNews((), ())) == ()
    assert {slot: one.quantity for slot, one in counter.books.items()} == {
        balance.slot: balance.quantity for balance in site.books
    }
    looks = (Look(ROBOT, pod, 1_000, 4_000, pose),)
    passes = (Pass(ROBOT, pod, site.track_past(pod, 6_000)),)
    counts = sensing(run, WorldNews((), (), looks=looks, passes=passes))
    assert sorted(count.slot for count in counts) == sorted(
        s for s in site.truth if pod_of(s) == pod
    )
    assert {one.media_type for one in kept} == {"application/json", "image/jpeg"}
    assert len(kept) == 4
    assert alarms == []
    assert all(set(count.evidence) <= {one.sha256 for one in kept} for count in counts)


def test_the_counter_follows_the_feed() -> None:
    site = SensedSite(counted_site(2, 12, levels=2, columns=2), StockErrors(), seed=5)
    counter, balance = site.counter, site.books[0]
    site.drive_past(pod_of(balance.slot))
    assert counter.count_of(balance.slot) is not None
    same = StockStated((balance,))
    follow(counter, same, site.now_ms, lambda told: booked_as(told, site.articles))
    assert counter.count_of(balance.slot) is not None, "what is known already changes nothing"
    other = Balance(balance.slot, balance.sku, balance.quantity + 1)
    follow(counter, StockStated((other,)), site.now_ms, lambda told: booked_as(told, site.articles))
    assert counter.count_of(balance.slot) is None
    site.drive_past(pod_of(balance.slot))
    count = counter.count_of(balance.slot)
    assert count is not None
    assert count.books == balance.quantity + 1
    settled = SlotSettled(balance.slot, site.now_ms)
    follow(counter, settled, site.now_ms, lambda told: booked_as(told, site.articles))
    assert counter.count_of(balance.slot) is None


def test_books_of_more_than_fits_are_taken_all_the_same() -> None:
    site = SensedSite(counted_site(2, 12, levels=2, columns=2), StockErrors(), seed=5)
    balance = site.books[0]
    most = Balance(balance.slot, balance.sku, 99)
    assert booked_as(most, site.articles).capacity == 99
    unknown = Balance(balance.slot, Sku("loose"), 3)
    assert booked_as(unknown, site.articles).carton is None
