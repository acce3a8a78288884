"""For colcon on a machine with an ordinary ROS 2; pip uses pyproject.toml at the top."""

from setuptools import setup

NAME = "podherd_ros"

setup(
    name=NAME,
    version="0.1.0",
    packages=[NAME],
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    description="Topic table, translation and start-up that all ROS 2 nodes of Podherd share.",
    license="Apache-2.0",
    entry_points={"console_scripts": []},
)
