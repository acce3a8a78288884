"""From a site to the graph robots drive on: lattice, roadmap, geometry checks, travel times."""
