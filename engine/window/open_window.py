"""The window itself: what it shows, and what somebody does at it by mouse and keys."""

from __future__ import annotations

import ctypes
from typing import Any, Final

import msgspec

from engine.core.errors import DeviceError
from engine.system.framing import pack_frame
from engine.system.picture_process import BYE, NUMBER, PICTURE, SHOWN, Inbox
from engine.system.pipe_writer import PipeWriter
from engine.window.brightness import Brightness
from engine.window.displays import choose, monitors
from engine.window.frames import (
    CLOSED,
    DARK,
    FLOAT,
    LEVEL,
    MAPPED,
    NOTE,
    SETTINGS,
    Opening,
    WindowSettings,
)
from engine.window.mapping import HANDLES, MappingEdit
from engine.window.placing import Point
from engine.window.renderer import NO_OPENGL, Renderer

_SETTINGS: Final = msgspec.json.Decoder(WindowSettings)
PIXELS: Final = 10
"""How far an arrow moves a corner with Shift, in pixels."""


class OpenWindow:
    """The window, with all that belongs to its main thread."""

    def __init__(self, glfw: Any, opening: Opening, inbox: Inbox, writer: PipeWriter) -> None:
        self._glfw = glfw
        self._inbox = inbox
        self._writer = writer
        self._settings = opening.settings
        found = monitors(glfw)
        self.display = choose(opening.display, [display for display, _ in found])
        self._monitor = dict(found)[self.display]
        self._size = opening.size
        self._handle = self._create(opening)
        glfw.make_context_current(self._handle)
        self._renderer = Renderer()
        self._apply_vsync()
        self._lost = _reset_status(glfw)
        self._brightness = Brightness()
        self._edit: MappingEdit | None = None
        self._dragging = False
        self._is_full = self._settings.full_screen
        self._hidden = False
        self._reopens = False
        self._dirty = True
        self._shown: int | None = None
        self.ended = False
        self._orphaned = False
        self.gone = ""
        self._listen()

    # What the show says.

    def handle(self, kind: bytes, payload: bytes) -> None:
        """Do what a frame says."""
        now = self._glfw.get_time()
        self._dirty = True
        if kind == PICTURE:
            self._take_picture(payload)
            self._brightness.go(1.0, now)
        elif kind == LEVEL:
            (self._brightness.master,) = FLOAT.unpack(payload)
        elif kind == DARK:
            self._brightness.go(0.0, now)
            self._reopens = True
        elif kind == SETTINGS:
            self._take_settings(_SETTINGS.decode(payload))
        elif kind == BYE:
            self.ended = True

    def orphan(self) -> None:
        """Fade to black: the show has died."""
        self._brightness.go(0.0, self._glfw.get_time())
        self._dirty = True
        self._orphaned = True
        self.ended = self.ended or not self._is_full

    def _take_picture(self, payload: bytes) -> None:
        number, picture = self._inbox.picture(payload)
        height, width = picture.shape[:2]
        self._renderer.load(picture, width, height)
        self._shown = number
        if self._hidden and self._reopens:
            self._hidden = False
            self._glfw.show_window(self._handle)

    def _take_settings(self, settings: WindowSettings) -> None:
        before, self._settings = self._settings, settings
        if settings.full_screen != before.full_screen:
            self._set_full(settings.full_screen)
        if settings.vsync != before.vsync:
            self._apply_vsync()

    # Drawing.

    @property
    def moves(self) -> bool:
        """Whether something changes by itself."""
        return self._brightness.moves

    def draw(self) -> None:
        """Draw where anything has changed, and say which picture is now to be seen."""
        if not (self._dirty or self.moves):
            return
        self._dirty = False
        self._brightness.move(self._glfw.get_time(), self._settings.fade)
        if self._lost():
            raise DeviceError("the graphics driver was reset")
        size = self._glfw.get_framebuffer_size(self._handle)
        if not self._hidden and min(size) > 0:
            settings, chosen = self._settings, None
            if self._edit is not None:
                settings, chosen = self._edited(settings), self._edit.chosen
            self._renderer.draw(settings, size, self._brightness.level, chosen=chosen)
            self._glfw.swap_buffers(self._handle)
            self._renderer.finish()
        if self._shown is not None:
            self._writer.write(pack_frame(SHOWN, NUMBER.pack(self._shown)))
            self._shown = None

    def _edited(self, settings: WindowSettings) -> WindowSettings:
        assert self._edit is not None
        return msgspec.structs.replace(settings, mapping=self._edit.now)

    def _apply_vsync(self) -> None:
        # A window of Wayland that nobody sees would wait for ever; there nothing tears anyhow.
        wayland = self._glfw.get_platform() == self._glfw.PLATFORM_WAYLAND
        self._glfw.swap_interval(int(self._settings.vsync and not wayland))

    # The window itself.

    def _create(self, opening: Opening) -> Any:
        glfw = self._glfw
        full = self._settings.full_screen
        hints = {
            glfw.CONTEXT_VERSION_MAJOR: 3,
            glfw.CONTEXT_VERSION_MINOR: 3,
            glfw.OPENGL_PROFILE: glfw.OPENGL_CORE_PROFILE,
            glfw.OPENGL_FORWARD_COMPAT: True,
            # Whoever works at another display keeps the keyboard, and what they do there
            # leaves the full screen as it is.
            glfw.AUTO_ICONIFY: False,
            glfw.FOCUSED: not full,
            glfw.FOCUS_ON_SHOW: not full,
        }
        for hint, value in hints.items():
            glfw.window_hint(hint, value)
        # A driver that cannot say when it was reset makes a plain context.
        for robust in (glfw.LOSE_CONTEXT_ON_RESET, glfw.NO_ROBUSTNESS):
            glfw.window_hint(glfw.CONTEXT_ROBUSTNESS, robust)
            width, height = self._whole() if full else self._size
            handle = glfw.create_window(
                width, height, opening.title, self._monitor if full else None, None
            )
            if handle:
                break
        else:
            raise DeviceError(NO_OPENGL)
        if full:
            glfw.set_input_mode(handle, glfw.CURSOR, glfw.CURSOR_HIDDEN)
        return handle

    def _whole(self) -> tuple[int, int]:
        mode = self._glfw.get_video_mode(self._monitor)
        return mode.size.width, mode.size.height

    def _set_full(self, full: bool) -> None:
        glfw = self._glfw
        if full == self._is_full:
            return
        if self._orphaned:  # whoever leaves the full screen of a dead show wants to see behind it
            self.ended = True
            return
        self._is_full = full
        if full:
            mode = glfw.get_video_mode(self._monitor)
            glfw.set_window_monitor(
                self._handle, self._monitor, 0, 0, *self._whole(), mode.refresh_rate
            )
        else:
            x, y = glfw.get_monitor_pos(self._monitor)
            glfw.set_window_monitor(self._handle, None, x + 60, y + 60, *self._size, 0)
        self._show_cursor()
        self._dirty = True

    def _show_cursor(self) -> None:
        hidden = self._is_full and self._edit is None
        glfw = self._glfw
        mode = glfw.CURSOR_HIDDEN if hidden else glfw.CURSOR_NORMAL
        glfw.set_input_mode(self._handle, glfw.CURSOR, mode)

    # What somebody does at the window.

    def _listen(self) -> None:
        glfw, handle = self._glfw, self._handle
        glfw.set_window_close_callback(handle, self._on_close)
        glfw.set_framebuffer_size_callback(handle, self._on_change)
        glfw.set_window_refresh_callback(handle, self._on_change)
        glfw.set_key_callback(handle, self._on_key)
        glfw.set_mouse_button_callback(handle, self._on_button)
        glfw.set_cursor_pos_callback(handle, self._on_cursor)
        glfw.set_monitor_callback(self._on_monitor)

    def _on_change(self, *_: object) -> None:
        self._dirty = True

    def _on_close(self, handle: Any) -> None:
        """Hide a window; a full screen stays, or a slip of a finger would show the desktop."""
        self._glfw.set_window_should_close(handle, False)
        if self._is_full:
            text = "somebody tried to close the full screen: it stays; F makes a window of it"
            self._writer.write(pack_frame(NOTE, text.encode()))
            return
        self._hidden, self._reopens = True, False
        self._glfw.hide_window(handle)
        self._writer.write(pack_frame(CLOSED))

    def _on_monitor(self, monitor: Any, event: int) -> None:
        if event == self._glfw.DISCONNECTED and _same(monitor, self._monitor):
            self.gone = f"the display {self.display.name} went away"

    def _on_key(self, _: Any, key: int, __: int, action: int, modifiers: int) -> None:
        glfw = self._glfw
        if action == glfw.RELEASE:
            return
        self._dirty = True
        if key == glfw.KEY_F:
            self._set_full(not self._is_full)
        elif self._edit is None:
            if key == glfw.KEY_M:
                self._edit = MappingEdit.begin(self._settings.mapping)
                self._show_cursor()
            elif key == glfw.KEY_ESCAPE:
                self._set_full(False)
        else:
            self._on_mapping_key(self._edit, key, bool(modifiers & glfw.MOD_SHIFT))

    def _on_mapping_key(self, edit: MappingEdit, key: int, shift: bool) -> None:
        glfw = self._glfw
        width, height = self._glfw.get_window_size(self._handle)
        step = PIXELS if shift else 1
        arrows = {
            glfw.KEY_LEFT: (-step / width, 0.0),
            glfw.KEY_RIGHT: (step / width, 0.0),
            glfw.KEY_DOWN: (0.0, -step / height),
            glfw.KEY_UP: (0.0, step / height),
        }
        if key in arrows:
            self._edit = edit.nudge(*arrows[key])
        elif key == glfw.KEY_TAB:
            self._edit = edit.next(-1 if shift else 1)
        elif glfw.KEY_1 <= key < glfw.KEY_1 + HANDLES:
            self._edit = edit.choose(key - glfw.KEY_1)
        elif key == glfw.KEY_R:
            self._edit = edit.reset()
        elif key == glfw.KEY_ESCAPE:
            self._end_mapping(edit, keep=False)
        elif key in (glfw.KEY_M, glfw.KEY_ENTER, glfw.KEY_KP_ENTER):
            self._end_mapping(edit, keep=True)

    def _end_mapping(self, edit: MappingEdit, *, keep: bool) -> None:
        self._edit, self._dragging = None, False
        if keep and edit.now != edit.before:
            self._settings = msgspec.structs.replace(self._settings, mapping=edit.now)
            self._writer.write(pack_frame(MAPPED, msgspec.json.encode(edit.now)))
        self._show_cursor()

    def _on_button(self, _: Any, button: int, action: int, __: int) -> None:
        if button != self._glfw.MOUSE_BUTTON_LEFT or self._edit is None:
            return
        self._dragging = action == self._glfw.PRESS
        if self._dragging:
            width, height = self._glfw.get_window_size(self._handle)
            self._edit = self._edit.grab(self._point(), width / max(height, 1))
            self._dirty = True

    def _on_cursor(self, *_: object) -> None:
        if self._dragging and self._edit is not None:
            self._edit = self._edit.move_to(self._point())
            self._dirty = True

    def _point(self) -> Point:
        """Return where the mouse is."""
        x, y = self._glfw.get_cursor_pos(self._handle)
        width, height = self._glfw.get_window_size(self._handle)
        return x / max(width, 1), 1 - y / max(height, 1)


def _same(one: Any, other: Any) -> bool:
    return ctypes.addressof(one.contents) == ctypes.addressof(other.contents)


def _reset_status(glfw: Any) -> Any:
    """Return a function that says whether the driver has lost the context (GL_ARB_robustness)."""
    for name in ("glGetGraphicsResetStatus", "glGetGraphicsResetStatusARB"):
        address = glfw.get_proc_address(name)
        if address:
            return ctypes.CFUNCTYPE(ctypes.c_uint)(ctypes.cast(address, ctypes.c_void_p).value or 0)
    return lambda: 0
