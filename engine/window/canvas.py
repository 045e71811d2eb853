"""Draws a picture into the window by OpenGL 3.3: one triangle, one texture.

Edges that overlap with another projector's fade by an S-curve, made for the projector's gamma, so
that both add up to even light (Paul Bourke, "Edge blending using commodity projectors", 2004).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.core.errors import DeviceError
from engine.window.frames import Look
from engine.window.placing import from_seen, from_sheet, from_window, is_convex, seen_size

if TYPE_CHECKING:
    import moderngl

Pixels = Any
"""A buffer of uint8, (height, width, 3), blue-green-red, in one piece."""

NO_OPENGL: Final = "the graphics driver here has no OpenGL 3.3, which a window needs"

_VERTEX: Final = """
#version 330
out vec2 at;
void main() {
    at = vec2(gl_VertexID == 1 ? 2.0 : 0.0, gl_VertexID == 2 ? 2.0 : 0.0);
    gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);
}
"""
_FRAGMENT: Final = """
#version 330
uniform sampler2D picture;
uniform mat3 to_sheet, to_seen, to_texture;
uniform vec4 blend;
uniform float gamma, level;
uniform vec2 window, chosen;
uniform int mapping, edge;
in vec2 at;
out vec4 colour;

bool inside(vec2 point) {
    return all(greaterThanEqual(point, vec2(0.0))) && all(lessThanEqual(point, vec2(1.0)));
}

float curve(float depth, float width) {
    if (width <= 0.0 || depth >= width) return 1.0;
    float x = max(depth / width, 0.0);
    float light = x < 0.5 ? 2.0 * x * x : 1.0 - 2.0 * (1.0 - x) * (1.0 - x);
    return pow(light, 1.0 / gamma);
}

vec3 helped(vec3 shown, vec2 sheet) {
    vec2 cell = abs(fract(sheet * 8.0 + 0.5) - 0.5) / fwidth(sheet * 8.0);
    float line = 1.0 - clamp(min(cell.x, cell.y) - 0.5, 0.0, 1.0);
    vec4 depth = vec4(sheet, 1.0 - sheet);
    bool overlap = any(lessThan(depth, blend));
    shown = mix(shown * 0.5, overlap ? vec3(1.0, 0.5, 0.0) : vec3(1.0), line);
    if (edge >= 0 && depth[edge] < max(blend[edge], 0.02)) shown += vec3(0.4, 0.2, 0.0);
    return shown;
}

void main() {
    colour = vec4(0.0, 0.0, 0.0, 1.0);
    vec3 mapped = to_sheet * vec3(at, 1.0);
    vec2 sheet = mapped.xy / mapped.z;
    vec2 seen = (to_seen * vec3(sheet, 1.0)).xy;
    bool on_sheet = mapped.z > 0.0 && inside(sheet);
    vec3 shown = texture(picture, (to_texture * vec3(seen, 1.0)).xy).rgb;
    if (!inside(seen)) shown = vec3(0.0);
    if (mapping == 1) shown = helped(shown, sheet);
    float edges = curve(sheet.x, blend.x) * curve(sheet.y, blend.y)
                * curve(1.0 - sheet.x, blend.z) * curve(1.0 - sheet.y, blend.w);
    if (on_sheet) colour.rgb = shown * edges * (mapping == 1 ? 1.0 : level);
    float ring = length((at - chosen) * window);
    if (mapping == 1 && edge < 0 && ring < 14.0) colour.rgb = vec3(1.0, 0.5, 0.0);
}
"""


class Canvas:
    """Draws into the current context. Raise DeviceError where that is no OpenGL 3.3."""

    def __init__(self) -> None:
        import moderngl

        try:
            self._context = moderngl.create_context(require=330)
        except Exception as error:  # the library has one class of its own for each platform
            raise DeviceError(NO_OPENGL) from error
        self._program = self._context.program(_VERTEX, _FRAGMENT)
        self._triangle = self._context.vertex_array(self._program, [])
        self._texture: moderngl.Texture | None = None
        self._sheet = from_window(Look().mapping.corners)

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
        self, look: Look, window: tuple[int, int], level: float, *, chosen: int | None = None
    ) -> None:
        """Draw the picture into a window of so many pixels, with its brightness from 0 to 1.

        ``chosen`` is the corner or edge that is moved just now: a grid helps then.
        """
        context, program = self._context, self._program
        context.screen.use()
        context.viewport = (0, 0, *window)
        context.clear(0.0, 0.0, 0.0, 1.0)
        if self._texture is None or (level <= 0.0 and chosen is None):
            return
        if is_convex(look.mapping.corners):  # else what was good before stays
            self._sheet = from_window(look.mapping.corners)
        size = seen_size(self._texture.size, look.rotate, look.crop)
        corner = look.mapping.corners[chosen] if chosen is not None and chosen < 4 else (-1.0, -1.0)
        values: dict[str, Any] = {
            "to_sheet": tuple(self._sheet.T.ravel()),
            "to_seen": tuple(from_sheet(look.fit, window, size).T.ravel()),
            "to_texture": tuple(from_seen(look.rotate, look.mirror, look.crop).T.ravel()),
            "blend": look.mapping.blend,
            "gamma": look.gamma,
            "level": level,
            "window": tuple(map(float, window)),
            "chosen": corner,
            "mapping": int(chosen is not None),
            "edge": -1 if chosen is None or chosen < 4 else chosen - 4,
        }
        for name, value in values.items():
            program[name] = value
        self._texture.use()
        self._triangle.render(vertices=3)

    def finish(self) -> None:
        """Wait until all that was drawn is done."""
        self._context.finish()
