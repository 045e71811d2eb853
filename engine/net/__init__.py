"""Sockets that several boxes share: boxes do not import each other."""
