"""Can a robot with this load do what an order tells it to lift and lower?"""

from planner.warehouse.ids import PodId
from planner.warehouse.transport import ActionKind, TransportOrder


def loading_problem(order: TransportOrder, load: PodId | None) -> str:
    """Why not; empty if it can. What was done before a crash may come again and counts as done."""
    for node in order.nodes:
        for action in node.actions:
            if action.kind is ActionKind.PICK:
                if load is not None and action.pod not in (None, load):
                    return f"{action.action}: cannot lift {action.pod}, it carries {load}."
                load = action.pod or load or PodId("")
            elif action.kind is ActionKind.DROP:
                if load and action.pod not in (None, load):
                    return f"{action.action}: cannot lower {action.pod}, it carries {load}."
                load = None
    return ""
