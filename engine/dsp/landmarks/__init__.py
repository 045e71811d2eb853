"""Pure functions on bodies, hands and faces."""
