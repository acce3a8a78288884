"""A robot with antennas and a camera before the pods of a site: what it reads is what lies there,
and a site with planted errors is counted without a wrong adjustment."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.sensed_site import SensedSite, after, count_all, counted_site

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.stock import pod_of
from sim_worlds.looks import FlownLook
from sim_worlds.sensing.faces import face_pose, facing
from sim_worlds.sensing.sensing import SensingParams
from sim_worlds.sensing.stock import StockErrors
from vision.counting.passes import Pass
from vision.rfid.llrp.reader import ROUND_US
from wms_bridge.reconciling import NextStep, ReconcileParams

ROBOT = RobotId("scanner-1")
RIGHT_BOOKS = StockErrors(dead=0.0, untagged=0.0)


@pytest.fixture(scope="module")
def site() -> SensedSite:
    """Two pods of two by two slots."""
    return SensedSite(counted_site(2, 12, levels=2, columns=2), RIGHT_BOOKS, seed=5)


def read_by(site: SensedSite, pod: PodId, side: float = 0.0) -> Pass:
    pose = replace(site.cell_beside(pod), theta_rad=side)
    stand = site.sensing.stand(pod, pose)
    assert stand is not None
    return site.sensing.reads(ROBOT, stand, ((1_000, pose), (4_000, pose)))


def test_every_tag_of_a_face_is_read_from_before_it_and_none_that_is_nowhere(
    site: SensedSite,
) -> None:
    pod = next(iter(site.stored))
    read = {one.epc for one in read_by(site, pod).reads}
    lying = {piece.epc for slot in site.truth for piece in site.stock.pieces(slot) if piece.epc}
    own = {
        piece.epc for slot in site.truth if pod_of(slot) == pod for piece in site.stock.pieces(slot)
    }
    assert read <= lying
    assert len(own - read) <= 1


def test_reads_are_the_same_again_from_the_same_seed_only(site: SensedSite) -> None:
    pod = next(iter(site.stored))
    again = SensedSite(site.site, RIGHT_BOOKS, seed=5)
    other = SensedSite(site.site, RIGHT_BOOKS, seed=6)
    assert read_by(again, pod).reads == read_by(site, pod).reads
    assert read_by(other, pod).reads != read_by(site, pod).reads


def test_a_robot_reads_on_the_side_it_shows_to_the_face(site: SensedSite) -> None:
    pod = next(iter(site.stored))
    sides = {read_by(site, pod, heading).reader for heading in (0.0, np.pi)}
    assert sides == {"scanner-1/left", "scanner-1/right"}
    for heading in (0.0, np.pi):
        assert len(read_by(site, pod, heading).reads) > 50


def test_rounds_come_every_25_ms(site: SensedSite) -> None:
    times = {read.at_ms for read in read_by(site, next(iter(site.stored))).reads}
    assert all(at_ms % (ROUND_US // 1000) == 0 for at_ms in times)
    assert min(times) >= 1_000
    assert max(times) <= 4_000


@pytest.mark.parametrize("heading", [0.0, np.pi / 2, np.pi, -np.pi / 2])
def test_a_face_looks_at_who_looks_at_it(heading: float) -> None:
    at = Pose(6.0, 12.0, 0.0)
    viewer = face_pose(at, heading, 2.4)
    assert np.isclose(np.cos(facing(at, viewer) - heading), 1)


def test_a_pod_that_is_not_there_shows_nothing(site: SensedSite) -> None:
    pose = Pose(6.0, 12.0, 0.0)
    assert site.sensing.look(site.counter, ROBOT, PodId("P999"), 0, 1_000, pose) == ()


def test_right_books_are_confirmed_by_a_look_and_a_flight() -> None:
    """What a robot and a drone see of one face is put together."""
    site = SensedSite(counted_site(2, 12, levels=2, columns=2), RIGHT_BOOKS, seed=5)
    pod = next(iter(site.stored))
    driven = site.stand_before(pod)
    at, cell = site.stored[pod], site.cell_beside(pod)
    towards = np.arctan2(at.y_m - cell.y_m, at.x_m - cell.x_m)
    look = FlownLook(RobotId("drone-1"), pod, 9_000, 10_000, cell.x_m, cell.y_m, 1.9, towards, 0.5)
    flown = site.sensing.fly_by(site.counter, look)
    assert [seen.fault for seen in (*driven, *flown)] == [None, None, None]
    assert {count.slot for count in flown[0].counts} == {s for s in site.truth if pod_of(s) == pod}
    for count in flown[0].counts:
        assert count.probability(site.truth[count.slot]) > 0.9
        assert EvidenceKind.CAMERA in count.kinds
        hashes = {one.evidence[0].sha256 for one in (*driven, *flown)}
        assert len(hashes.intersection(count.evidence)) >= 2


@pytest.mark.parametrize("seed", [1, 2])
def test_a_site_with_planted_errors_is_counted_right(seed: int) -> None:
    """Missing, too many, misplaced, dead: nothing is adjusted wrongly, and every error is found or
    goes to a person."""
    errors = StockErrors(dead=0.03, missing=0.2, extra=0.1, misplaced=0.15)
    site = SensedSite(
        counted_site(3, 12, levels=2, columns=2), errors, seed, SensingParams(pixels=(720, 960))
    )
    wrong = {balance.slot for balance in site.books if balance.quantity != site.truth[balance.slot]}
    assert len(wrong) >= 3, "or nothing is shown"
    outcomes = count_all(site, ReconcileParams(value_max=1e9))
    assert set(outcomes) == set(site.truth)
    adjusted = {s for s, o in outcomes.items() if o.decision.step is NextStep.ADJUST}
    assert [s for s in adjusted if after(site, s, outcomes[s]) != site.truth[s]] == []
    for slot in wrong:
        step, people = outcomes[slot].decision.step, outcomes[slot].looks.counts
        assert step in (NextStep.ADJUST, NextStep.APPROVE) or people, slot
    right = sum(after(site, slot, one) == site.truth[slot] for slot, one in outcomes.items())
    assert right >= len(outcomes) - 1
