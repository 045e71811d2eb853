"""Boxes in processes of their own: what they reckon never holds up the interpreter of the show."""
