"""What every part may know: messages, time, boxes, errors. Standard library, numpy, msgspec."""
