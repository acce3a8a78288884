"""Gazebo worlds from the site file: SDF 1.7 for Gazebo Classic 11 and for the current gz sim."""
