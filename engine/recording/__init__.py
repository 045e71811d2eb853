"""Record a show and play it again: every entry of the one door with its moment, and what was sent.

A recording is an MCAP file, which other programs open too. Entries and moments and the texts of the
patch are the whole show, so a replay needs no device and sends the same bytes; what was sent is in
the file only to be compared.
"""
