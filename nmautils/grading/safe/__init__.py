"""What a stranger wrote, made safe to look at. This room imports no other one."""
