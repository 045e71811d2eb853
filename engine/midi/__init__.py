"""MIDI: names, bytes and what sounds; and the helper process that owns the ports.

Why a process: when the show dies, however it dies, the pipe to the helper closes, and the helper
ends every sounding note, and ends. A driver that crashes takes the helper with it and not the show,
and what arrives is stamped where no picture is processed.

``names``, ``options`` and ``routing`` are what a patch may write; ``encode``, ``decode``,
``stream``, ``tempo``, ``active_notes`` and ``voices`` know MIDI without any port; ``port_process``,
``ports``, ``same_device`` and ``rtmidi`` are the other process, which loads nothing but RtMidi;
``client`` is our end of it. ``port_list`` lists the ports that there are.

What a desk does is in ``map_entry``, ``controls`` and ``desk_map``; what it shows in ``lights``,
``feedback`` and ``feedback_options``.
"""
