"""Recording and replay of shows: every entry of the engine with its moment, and what was sent.

A recording is an MCAP file, which other programs open too. Entries, moments and the texts of the
patch are the whole show, so a replay needs no device and sends the same bytes; the output is in the
file only to be compared.
"""
