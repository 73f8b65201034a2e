"""Engines side by side: the same points on each, how long they took and how far they are off."""
