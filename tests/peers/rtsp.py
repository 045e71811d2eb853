"""An RTSP camera that no one here wrote: GStreamer's server. Run by the system's own Python.

/usr/bin/python3 tests/peers/rtsp.py PORT [SIZE AND SCAN, as GStreamer writes them]
"""

import sys

import gi

gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
form = sys.argv[2] if len(sys.argv) > 2 else "width=320,height=180"
fields = " interlaced=true" if "interleaved" in form else ""
encoder = f"x264enc{fields} tune=zerolatency speed-preset=ultrafast key-int-max=15"
source = f"videotestsrc is-live=true pattern=ball ! video/x-raw,{form},framerate=25/1"
factory.set_launch(f"( {source} ! {encoder} ! rtph264pay name=pay0 pt=96 )")
factory.set_shared(True)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
server.get_mount_points().add_factory("/cam", factory)
server.attach(None)
GLib.MainLoop().run()
