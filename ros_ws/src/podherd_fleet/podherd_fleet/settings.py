"""What the node of the fleet can be told. No ROS here."""

from podherd_ros.declared import Declared, ValueKind

PARAMETERS: tuple[Declared, ...] = (
    Declared("site", ValueKind.TEXT, "path of the site file"),
    Declared(
        "log",
        ValueKind.TEXT,
        "path of the event log, which goes on where it ends; beside it lies what else must outlive "
        "a crash: stops and people on the floor",
    ),
    Declared("bridge", ValueKind.TEXT, "address of the bridge, such as http://127.0.0.1:8600"),
    Declared(
        "accept",
        ValueKind.TEXT,
        "robots that are used: those of the `site` file and those taken in, or `all` that report",
        "site",
        choices=("site", "all"),
    ),
    Declared(
        "lockstep",
        ValueKind.SWITCH,
        "wait for every robot's report before each tick, and for the bridge after it, so that the "
        "same seed gives the same event log",
        False,
    ),
)
