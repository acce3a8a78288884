"""Gazebo's messages, made at run time from the descriptions that come with it.

Nothing generated lies in the repository: ``scripts/gazebo.py`` compiles the ``.proto`` files of
the Gazebo it installs into one file, and the classes are made from that in a pool of their own.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

from sim_worlds.gazebo.prefix import GazeboUnavailable

PACKAGE = "gazebo.msgs."


class Messages:
    """Message classes by their short name: ``messages.kind("Pose")``."""

    def __init__(self, descriptions: Path):
        files = descriptor_pb2.FileDescriptorSet()
        try:
            files.ParseFromString(descriptions.read_bytes())
        except (OSError, DecodeError) as error:
            raise GazeboUnavailable(
                f"the message descriptions cannot be read: {error}",
                field=str(descriptions),
                remedy="Remove the folder and run 'make setup-gazebo'.",
            ) from error
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self._pool.Add(file)
        self._kinds: dict[str, type[Message]] = {}

    def kind(self, name: str) -> type[Message]:
        """The class of ``gazebo.msgs.<name>``; raises ``KeyError`` if there is none."""
        if name not in self._kinds:
            descriptor = self._pool.FindMessageTypeByName(PACKAGE + name)
            self._kinds[name] = message_factory.GetMessageClass(descriptor)
        return self._kinds[name]

    def make(self, name: str, /, **fields: object) -> Any:
        """A new message with these fields; the attributes are those of Gazebo's description."""
        return self.kind(name)(**fields)

    def read(self, name: str, payload: bytes) -> Any:
        """The message in ``payload``; raises ``DecodeError`` if it is another."""
        message = self.kind(name)()
        message.ParseFromString(payload)
        return message


@lru_cache(maxsize=4)
def load_messages(descriptions: Path) -> Messages:
    """The messages of one Gazebo, loaded once for each process (20 ms)."""
    return Messages(descriptions)
