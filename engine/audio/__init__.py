"""What brings sound into the machine: its devices, and the process that listens to one."""
