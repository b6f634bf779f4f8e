"""What a stranger wrote, made safe to look at. Of grading it imports the table of limits alone."""
