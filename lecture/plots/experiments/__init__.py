"""Drawings of experiments' results: sweeps with intervals, fitted curves, decisions."""
