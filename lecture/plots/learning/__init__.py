"""Drawings of how a network learns: products, the chain rule, the training loop."""
