"""Learning from examples: pure functions and small classes, without input or output."""
