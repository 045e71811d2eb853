"""An RTSP camera that no one here wrote: GStreamer's server. Run by the system's own Python.

/usr/bin/python3 tests/peers/rtsp.py PORT
"""

import sys

import gi

gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
encoder = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15"
source = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1"
factory.set_launch(f"( {source} ! {encoder} ! rtph264pay name=pay0 pt=96 )")
factory.set_shared(True)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
server.get_mount_points().add_factory("/cam", factory)
server.attach(None)
GLib.MainLoop().run()
