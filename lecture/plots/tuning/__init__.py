"""Drawings of searches: trials, the space that they cover, what the best is worth."""
