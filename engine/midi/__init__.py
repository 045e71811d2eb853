"""MIDI: names, bytes and what sounds; and the helper process that owns the ports.

Why a process: when the show dies, however it dies, the pipe to the helper closes, and the helper
ends every sounding note and goes. A driver that crashes takes the helper with it and not the show,
and what arrives is stamped where no picture is being worked on.

``names`` and ``forms`` say what a patch may write, ``stream``, ``tempo``, ``sounding`` and
``voices`` know MIDI without any port; ``helper``, ``ports`` and ``rtmidi`` are the other process,
which loads nothing but RtMidi; ``process`` is our end of it. ``lists`` asks what ports there are.
"""
