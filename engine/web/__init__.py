"""The page: what a browser shows of a playing patch, and how it is steered from there."""

HOST = "127.0.0.1"
PORT = 9780
