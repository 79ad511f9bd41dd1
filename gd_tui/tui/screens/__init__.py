"""Whole screens: the simulation, and what opens over it."""
