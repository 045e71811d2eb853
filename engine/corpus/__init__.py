"""Many sounds or pictures of a folder, laid out by likeness: made, kept in a file, and read."""
