"""Who is in the course, what was agreed with them, and where their hand-ins came from."""
