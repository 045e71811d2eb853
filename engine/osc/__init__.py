"""Bytes to messages and back; sockets only in ``udp``, ``tcp`` and ``receiver``."""
