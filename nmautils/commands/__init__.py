"""Commands of ``nmautils``: what each takes and prints; the work is done elsewhere."""
