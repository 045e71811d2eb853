"""The commands of the command line; ``engine.cli`` lists them.

A command imports what only it needs inside its function: a show that starts half a second sooner
is worth it.
"""
