"""Honest notebooks as they come in: damaged, but right."""
