"""The inside of Podherd: the vocabulary of the warehouse and every decision; pure, without ROS."""
