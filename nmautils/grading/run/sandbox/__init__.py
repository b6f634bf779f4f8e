"""The walls around one submission."""
