"""Where boxes work that may not hold up the loop: threads, and processes of their own."""
