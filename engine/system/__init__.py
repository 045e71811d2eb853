"""What lies under the boxes and knows no patch: processes, channels, shared memory, priorities.

``processes`` and ``fork_server`` begin and end processes, ``framing`` is how they talk,
``device_process`` one that owns a device, ``channel`` and ``shared_memory`` one of a box.
"""
