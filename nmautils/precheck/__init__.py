"""What a student can know before handing in: the visible checks, run as the grader will run them.

`check` reads the saved notebook and says what is solved, red, open, or cannot be run where it is
graded. The cells run in a `fresh_kernel`, in an empty folder; `inside` is what of this package runs
in there. `environment` says what there is where notebooks are graded, `report` what was found.
"""
