"""The decisions above the paths: which order, pod, robot, charger and spot; OR-Tools inside."""
