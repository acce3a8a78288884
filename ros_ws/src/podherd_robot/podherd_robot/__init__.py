"""The robot as a ROS 2 node: takes transport orders, drives, reports."""
