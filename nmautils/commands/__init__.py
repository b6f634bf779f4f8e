"""One module per command of ``nmautils``: its arguments and what it prints.

Each has ``add_arguments(parser)`` and ``run(args) -> int``, which gives the exit status. The work
itself is done by `nmautils.course` and `nmautils.grading`, which know no command line.
"""
