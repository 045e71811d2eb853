"""Bytes to messages and back; no sockets."""
