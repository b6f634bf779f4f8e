"""For authors: from a tutorial's source to its student version, and the checks of both.

``settings`` reads ``course.toml``; ``stamp`` turns the text notebook into a reproducible
``.ipynb``; ``scaffold`` makes the student's cells; ``expected`` runs the solution and keeps what
it shows; ``build``, ``verify`` and ``lint`` are the commands. Nothing here is imported by
notebooks.
"""
