"""What tests share: courses, classes, graded pages, a browser."""
