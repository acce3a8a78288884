"""For colcon on a machine with an ordinary ROS 2; pip uses pyproject.toml at the top."""

from setuptools import setup

NAME = "podherd_robot"

setup(
    name=NAME,
    version="0.1.0",
    packages=[NAME],
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    description="The node of one robot: carries out transport orders.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "robot_node = podherd_robot.robot_node:main",
            "marker_camera_node = podherd_robot.marker_camera_node:main",
        ]
    },
)
