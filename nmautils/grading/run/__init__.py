"""Run a repaired notebook behind walls, and judge it from outside."""
