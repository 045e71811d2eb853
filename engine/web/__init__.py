"""The page: a browser's view of a playing patch, and its controls."""

HOST = "127.0.0.1"
PORT = 9780
