"""Gazebo as the world behind ROS 2: clock, bases and their sensors, people at stations."""
