"""Gazebo Classic 11 as a world: find it, start it, and drive it in lock-step. No ROS here."""
