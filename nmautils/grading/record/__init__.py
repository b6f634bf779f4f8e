"""Keep results: a file per hand-in, and the rows of nbgrader's gradebook."""
