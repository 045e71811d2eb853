"""What each command does; ``engine.cli`` lists them.

What only one command needs it imports itself: a show that begins half a second sooner is worth it.
"""
