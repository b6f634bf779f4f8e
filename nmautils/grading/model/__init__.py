"""What grading talks about: assignment, hand-in, result. This room imports no other one."""
