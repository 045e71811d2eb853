"""Hot reload: a plan is compiled, opened on standby, swapped in, and kept or rolled back."""
