"""The window that a projector shows: a process of its own, fed through shared memory.

Why a process: a window's events belong to a main thread, which the show has other use for; a swap
waits for the display; and a graphics driver that crashes or hangs takes the window with it and not
the show.

Coordinates are fractions of the window from 0 to 1, x from left to right, y from bottom to top.
What is shown is a *sheet* whose corners lie anywhere in the window; on it lies the picture.
"""
