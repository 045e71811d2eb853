"""Another plan takes over while one plays: read, warmed, let in, and kept or taken back."""
