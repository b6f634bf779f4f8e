"""From the inbox to ``submitted/``: find files, tell whose they are, read them warily."""
