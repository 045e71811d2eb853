"""Compile a TOML patch into a Plan. Opens no devices."""
