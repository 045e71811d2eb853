"""Show pictures at an address of their own, to OBS, phones and other browsers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Annotated

from engine.core.context import Context
from engine.core.finding import Finding
from engine.core.messages import Ns
from engine.core.parameter import Param
from engine.video.picture_sink import Image, PictureSink
from engine.video.web_picture import WebPicture


class WebView(PictureSink):
    """Show pictures at an address of their own, to OBS, phones and other browsers.

    A box ``[left]`` is at ``/view/left`` of the page, by itself on black, as large as the browser's
    window; a *browser source* of OBS takes it, and two taps on it fill a phone. It comes back by
    itself when the show does. ``/view/left?stream`` is the stream of pictures alone (MJPEG), for
    programs that read one, such as a camera of another Sensorium.

    Who may see the page may see it, with the same token. Pictures are encoded only while somebody
    looks on, once for all. Black-out, brightness, freeze and privacy hold as everywhere.
    """

    longest: Annotated[int, Param("the longer side of a picture at most", 16, 8192, "pixels")] = (
        1920
    )
    quality: Annotated[int, Param("of the pictures as JPEG", 1, 100)] = 85
    fps: Annotated[float, Param("pictures a second at most", 0.1, 60)] = 30.0

    _pictures: WebPicture = field(default_factory=WebPicture)

    @property
    def destination(self) -> str:
        """Its address on the page."""
        return f"/view/{self._context.name} of the page"

    @property
    def pictures(self) -> WebPicture:
        """What browsers are shown."""
        return self._pictures

    def examine(self) -> Iterable[Finding]:
        """Return nothing: it needs nothing but the page."""
        return ()

    def open_offline(self, context: Context) -> None:
        """Open as always: it costs nothing while nobody looks."""
        self.open(context)

    def start(self) -> None:
        """Show black until the first picture."""
        self._pictures.put(None)

    def show(self, image: Image, at: Ns) -> None:
        """Show a picture to whoever looks."""
        self._pictures.put(image)

    def dark(self) -> None:
        """Show black."""
        self._pictures.put(None)

    def finish(self) -> None:
        """Show black: the last picture stays for nobody."""
        self._pictures.put(None)
