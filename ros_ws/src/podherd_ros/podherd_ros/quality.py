"""The table's words for quality of service as ROS 2 profiles."""

from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from podherd_ros.topics import Delivery, Topic


def profile(topic: Topic) -> QoSProfile:
    """The quality of service of a topic of the table."""
    lossy, latched = topic.delivery is Delivery.BEST_EFFORT, topic.delivery is Delivery.LATEST
    return QoSProfile(
        depth=topic.depth,
        reliability=ReliabilityPolicy.BEST_EFFORT if lossy else ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def no_events() -> PublisherEventCallbacks:
    """For publishers in processes with many robots: no handlers for events of the middleware, each
    of which an executor would have to wait for."""
    return PublisherEventCallbacks(use_default_callbacks=False)


def no_events_heard() -> SubscriptionEventCallbacks:
    """The same for subscriptions."""
    return SubscriptionEventCallbacks(use_default_callbacks=False)
