"""What lies under the boxes and knows no patch: processes, channels, shared memory, priorities."""
