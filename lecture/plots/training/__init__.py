"""Drawings of trainings: their curves, and what comes of changing one thing."""
