"""A TOML file becomes a Plan; knows no device."""
