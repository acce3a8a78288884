"""The dispatcher as a ROS 2 node, between the robots and the WMS bridge."""
