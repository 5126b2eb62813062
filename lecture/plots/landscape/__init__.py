"""Drawings of the landscape of a loss."""
