"""Writes ``docs/reference/topics.md`` from the topic table."""

from pathlib import Path

from podherd_ros.topics import TABLE, Topic

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "topics.md"

_HEAD = """# ROS 2 topics, services and actions

Written from `podherd_ros/topics.py` by `python -m podherd_bringup.topics_page`; nodes read the same
table. Times are site time. "Stale" is how long without a message means that something is wrong.

| name | kind and type | from -> to | delivery (depth) | rate | stale | meaning |
|---|---|---|---|---|---|---|
"""

_TAIL = """
Units: metres, radians counter-clockwise from +x, seconds or milliseconds as the field name says.
The comments in `ros_ws/src/podherd_msgs` explain every field.
"""


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(_row(topic) for topic in TABLE) + _TAIL


def _row(topic: Topic) -> str:
    stale = f"{topic.stale_s:g} s" if topic.stale_s else "-"
    return (
        f"| `{topic.name}` | {topic.kind} `{topic.type}` | {topic.sender} -> {topic.receiver} "
        f"| {topic.delivery} ({topic.depth}) | {topic.rate} | {stale} | {topic.meaning} |\n"
    )


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
