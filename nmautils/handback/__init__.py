"""What goes back to where it came from: marks and feedback pages, in the forms of platforms."""
