"""For colcon on a machine with an ordinary ROS 2; pip uses pyproject.toml at the top."""

from setuptools import setup

NAME = "podherd_gazebo"

setup(
    name=NAME,
    version="0.1.0",
    packages=[NAME],
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    description="Gazebo as the world behind ROS 2: clock, bases, sensors, people and arms.",
    license="Apache-2.0",
    entry_points={"console_scripts": ["gazebo_node = podherd_gazebo.gazebo_node:main"]},
)
