"""A class that hands in real notebooks: what `make demo` grades, with the marks it should get."""
