"""One instrument on several machines: the room in which they hear each other."""
