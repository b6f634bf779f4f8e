"""Turn what was handed in into the release with the student's own work in it."""
