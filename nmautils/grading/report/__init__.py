"""Pages: feedback for a student, a summary for those who teach."""
