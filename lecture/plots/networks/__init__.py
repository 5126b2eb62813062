"""Drawings of networks: their units and weights, their layers, the images that they see."""
