"""From what was handed in to the release with the student's own work in it."""
