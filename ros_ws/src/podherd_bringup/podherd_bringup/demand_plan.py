"""Orders and opening stock for a shift that keeps a site busy."""

from planner.warehouse.ids import Sku
from planner.warehouse.site import Site
from podherd_bringup.shift import ShiftPlan
from sim_worlds.demand import DemandParams, generate_orders
from sim_worlds.stocking import opening_stock

LINES_PER_ORDER = 25.2
"""Mean of the generator, see :mod:`sim_worlds.demand`."""
STATION_LINES_PER_H = 400.0
"""What a station is expected to pick: our guess, only used to spread the orders over the shift."""
SLOTS_PER_SKU = 3
ARRIVAL_SHARE = 0.8
"""Orders arrive in this share of the time that they are expected to take."""


def plan_shift(site: Site, orders: int, seed: int) -> ShiftPlan:
    """``orders`` orders like those of a real wholesaler, and stock enough for them."""
    model = site.pod_model
    slots = site.pod_count * len(model.faces) * model.levels * model.columns
    skus = tuple(Sku(f"SKU{number:05d}") for number in range(1, max(2, slots // SLOTS_PER_SKU) + 1))
    hours = orders * LINES_PER_ORDER / (len(site.stations) * STATION_LINES_PER_H)
    day = DemandParams()
    params = DemandParams(speed_up=(day.to_h - day.from_h) / max(0.01, hours * ARRIVAL_SHARE))
    timed = generate_orders(orders, skus, seed, params)
    stock = opening_stock(site, skus, (item.order for item in timed), seed)
    return ShiftPlan(site, timed, stock)
