"""The simulated floor as a ROS 2 node: clock, motion, people and arms, referee."""
