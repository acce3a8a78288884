"""What all ROS 2 nodes of Podherd share: topic table, translation, start and end of a process."""
