"""What gives way so that a patch keeps its deadline, and comes back."""
