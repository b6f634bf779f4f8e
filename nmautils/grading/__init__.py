"""Grading a class with nbgrader: what `nbgrader_config.py` plugs in, and collecting hand-ins.

Nothing of nbgrader is patched. `inbox`, `names` and `collect` bring hand-ins to where nbgrader
looks for them; `reading`, `repair`, `execute` and `scores` are steps of ``nbgrader autograde``;
`feedback`, `late` and `marks` are plug-ins of the other commands.
"""
