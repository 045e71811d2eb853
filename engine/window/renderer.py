"""Draws a picture into the window by OpenGL 3.3: a sheet of two triangles, seen in perspective.

Edges that overlap with another projector's fade by an S-curve, made for the projector's gamma, so
that both add up to even light (Paul Bourke, "Edge blending using commodity projectors", 2004).
A program does no more than a picture asks for: some machines have no graphics card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from engine.core.errors import DeviceError
from engine.window.frames import WindowSettings
from engine.window.placing import (
    CORNERS,
    WHOLE,
    from_seen,
    from_sheet,
    is_convex,
    seen_size,
    to_window,
    vertices,
    visible,
)

if TYPE_CHECKING:
    import moderngl

Pixels = Any
"""A buffer of uint8, (height, width, 3), blue-green-red, in one piece."""

NO_LIBRARY: Final = (
    "a window needs the package moderngl, which nobody builds for this sort of machine: "
    "uv pip install moderngl builds it here, with a C compiler and the headers of OpenGL and X11; "
    "web_view shows the picture in any browser"
)
NO_OPENGL: Final = "the graphics driver here has no OpenGL 3.3, which a window needs"

_VERTEX: Final = """
#version 330
in vec3 place;
in vec2 sheet, texel;
out vec2 on_sheet, at;
void main() {
    on_sheet = sheet;
    at = texel;
    gl_Position = vec4(place.xy, 0.0, place.z);
}
"""
_PLAIN: Final = """
#version 330
uniform sampler2D picture;
uniform float level;
in vec2 at;
out vec4 colour;
void main() { colour = vec4(texture(picture, at).rgb * level, 1.0); }
"""
_BLENDED: Final = """
#version 330
uniform sampler2D picture;
uniform float level, gamma;
uniform vec4 blend;
in vec2 on_sheet, at;
out vec4 colour;

float light(float depth, float width) {
    if (width <= 0.0 || depth >= width) return 1.0;
    float x = max(depth / width, 0.0);
    return x < 0.5 ? 2.0 * x * x : 1.0 - 2.0 * (1.0 - x) * (1.0 - x);
}

void main() {
    vec2 far = 1.0 - on_sheet;
    float lights = light(on_sheet.x, blend.x) * light(on_sheet.y, blend.y)
                 * light(far.x, blend.z) * light(far.y, blend.w);
    colour = vec4(texture(picture, at).rgb * level * pow(lights, 1.0 / gamma), 1.0);
}
"""
_HELP: Final = """
#version 330
uniform vec4 blend;
uniform vec2 chosen;
uniform int edge;
in vec2 on_sheet, at;
out vec4 colour;
void main() {
    vec2 cell = abs(fract(on_sheet * 8.0 + 0.5) - 0.5) / fwidth(on_sheet * 8.0);
    float line = 1.0 - clamp(min(cell.x, cell.y) - 0.5, 0.0, 1.0);
    vec4 depth = vec4(on_sheet, 1.0 - on_sheet);
    vec3 orange = vec3(1.0, 0.5, 0.0);
    colour = mix(vec4(0.0, 0.0, 0.0, 0.5), vec4(1.0), line);
    if (any(lessThan(depth, blend))) colour.rgb = mix(colour.rgb, orange, 0.6);
    bool near = edge < 0 ? length(gl_FragCoord.xy - chosen) < 16.0
                         : depth[edge] < max(blend[edge], 0.02);
    if (near) colour = vec4(orange, 0.9);
}
"""
_LAYOUT: Final = ("3f 2f 2f", "place", "sheet", "texel")


class Renderer:
    """Draws into the current context. Raise DeviceError where that is no OpenGL 3.3."""

    def __init__(self) -> None:
        try:
            import moderngl
        except ImportError:
            raise DeviceError(NO_LIBRARY) from None
        try:
            self._context = context = moderngl.create_context(require=330)
        except Exception as error:  # the library has one class of its own for each platform
            raise DeviceError(NO_OPENGL) from error
        self._corners = context.buffer(reserve=4 * 7 * 4)
        self._strip = moderngl.TRIANGLE_STRIP
        self._plain, self._blended, self._help = (
            self._array(source) for source in (_PLAIN, _BLENDED, _HELP)
        )
        self._texture: moderngl.Texture | None = None
        self._sheet = to_window(CORNERS)

    def load(self, pixels: Pixels, width: int, height: int) -> None:
        """Take another picture."""
        if self._texture is None or self._texture.size != (width, height):
            if self._texture is not None:
                self._texture.release()
            self._texture = self._context.texture((width, height), 3, alignment=1)
            self._texture.swizzle = "BGR1"
            self._texture.repeat_x = self._texture.repeat_y = False
        self._texture.write(pixels, alignment=1)

    def draw(
        self,
        settings: WindowSettings,
        window: tuple[int, int],
        level: float,
        *,
        chosen: int | None = None,
    ) -> None:
        """Draw the picture into a window of so many pixels, with its brightness from 0 to 1.

        ``chosen`` is the corner or edge that is moved just now: a grid helps then.
        """
        context = self._context
        context.screen.use()
        context.viewport = (0, 0, *window)
        context.clear(0.0, 0.0, 0.0, 1.0)
        if is_convex(settings.mapping.corners):  # else what was good before stays
            self._sheet = to_window(settings.mapping.corners)
        if self._texture is not None and level > 0.0:
            self._draw_picture(self._texture, settings, window, level)
        if chosen is not None:
            self._draw_help(settings, window, chosen)

    def finish(self) -> None:
        """Wait until all that was drawn is done."""
        self._context.finish()

    def _draw_picture(
        self,
        texture: moderngl.Texture,
        settings: WindowSettings,
        window: tuple[int, int],
        level: float,
    ) -> None:
        size = seen_size(texture.size, settings.rotate, settings.crop)
        sheet_to_seen = from_sheet(settings.fit, window, size)
        to_texture = from_seen(settings.rotate, settings.mirror, settings.crop) @ sheet_to_seen
        blend = settings.mapping.blend
        program, strip = self._blended if any(blend) else self._plain
        program["level"] = level
        if any(blend):
            program["blend"], program["gamma"] = blend, settings.gamma
        texture.use()
        self._corners.write(vertices(visible(sheet_to_seen), self._sheet, to_texture))
        strip.render(self._strip)

    def _draw_help(self, settings: WindowSettings, window: tuple[int, int], chosen: int) -> None:
        """Draw a grid over the sheet, and mark what is chosen."""
        program, strip = self._help
        corner = settings.mapping.corners[chosen % 4]
        program["blend"] = settings.mapping.blend
        program["chosen"] = corner[0] * window[0], corner[1] * window[1]
        program["edge"] = chosen - 4 if chosen >= 4 else -1
        self._corners.write(vertices(WHOLE, self._sheet, np.eye(3)))
        self._context.enable(self._context.BLEND)
        strip.render(self._strip)
        self._context.disable(self._context.BLEND)

    def _array(self, source: str) -> tuple[Any, Any]:
        """Return a program, whose uniforms are set by name, and what it draws."""
        program = self._context.program(_VERTEX, source)
        layout, *names = _LAYOUT
        parts = [(self._corners, layout, *names)]
        return program, self._context.vertex_array(program, parts, skip_errors=True)
