"""A real browser, through the WebDriver protocol and the standard library only."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import threading
import time
import urllib.request

from tests.limits import LIMIT

PHONE = (390, 844)
"""The page of a phone, in pixels."""
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
)


class Browser:
    """Chromium, driven by chromedriver."""

    def __init__(self, port):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdout=subprocess.PIPE, text=True
        )
        for line in self._driver.stdout:
            if "successfully" in line:
                break
        # What it says later is read and forgotten, or it would wait for a reader.
        self._reader = threading.Thread(target=self._driver.stdout.read, daemon=True)
        self._reader.start()
        self._at = f"http://127.0.0.1:{port}/session"
        arguments = [*FLAGS, f"--user-data-dir={self._profile.name}"]
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }
        session = self._post("", {"capabilities": {"alwaysMatch": wanted}})
        self._at += "/" + session["sessionId"]
        self._post("/timeouts", {"script": LIMIT * 1000})

    def go(self, address):
        self._post("/url", {"url": address})

    def size(self, width, height, phone=False):
        """Give the page this size in pixels, as on a desk or on a phone."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        command = {"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics}
        self._post("/goog/cdp/execute", command)
        self.laid_out()

    def laid_out(self):
        """Wait until the page has been told of its size, and of that of its parts, and drawn."""
        script = """
            const done = arguments[arguments.length - 1];
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
        """
        self._post("/execute/async", {"script": script, "args": []})

    def standing_out(self, width):
        """Name all that stands out on the right of a page that is so wide: [] on a tidy one."""
        script = """
            const right = (one) => one.getBoundingClientRect().right;
            const all = [...document.querySelectorAll("main *, nav button")];
            const wide = all.filter((one) => right(one) > arguments[0]);
            if (document.documentElement.scrollWidth > arguments[0]) {
                wide.push(document.documentElement);
            }
            return wide.map((one) => `${one.localName}.${one.className}`);
        """
        return self.run(script, width)

    def forget(self):
        """Forget all cookies, as another browser has none of them."""
        self._post("/goog/cdp/execute", {"cmd": "Network.clearBrowserCookies", "params": {}})

    def run(self, script, *arguments):
        """Run a script that returns something."""
        return self._post("/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, selector, seconds=0.0, times=1):
        """Press an element as a mouse does: so many times, and hold it so long each time.

        A busy machine holds it longer, and lets more time pass between: see ``hold`` and ``twice``.
        """
        found = self._post("/element", {"using": "css selector", "value": selector})
        pause = {"type": "pause", "duration": round(1000 * seconds)}
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        move = {"type": "pointerMove", "origin": found, "x": 0, "y": 0, "duration": 0}
        hand = {"type": "pointer", "id": "hand", "actions": [move, *[down, pause, up] * times]}
        self._post("/actions", {"actions": [hand]})

    def twice(self, selector):
        """Press the middle of an element twice at once, however slow the machine is."""
        self._down_at, now = self._middle(selector), time.time()
        for part, way in enumerate(("Pressed", "Released") * 2):
            self._point("mouse", "", way, timestamp=now + part / 100)

    def hold(self, selector, expression):
        """Hold a mouse down on an element until an expression is true."""
        self.down(selector)
        self.until(expression)
        self.up()

    def drag(self, selector, right, down, pointer="mouse"):
        """Drag an element by so many pixels, as a mouse or a finger does ("touch")."""
        place = {axis: round(at) for axis, at in self._middle(selector).items()}
        move = {"type": "pointerMove", "origin": "viewport", **place, "duration": 0}
        steps = [{**move, "origin": "pointer", "x": right // 4, "y": down // 4, "duration": 20}] * 4
        down_, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        hand = {"type": "pointer", "id": pointer, "parameters": {"pointerType": pointer}}
        self._post("/actions", {"actions": [{**hand, "actions": [move, down_, *steps, up]}]})

    def down(self, selector, pointer="mouse"):
        """Press the middle of an element with a mouse or a finger, and stay there until ``up``."""
        self.down_at(self._middle(selector), pointer)

    def down_at(self, place, pointer="mouse"):
        """Press a place on the page, {"x", "y"}, and stay there until ``up``."""
        self._down_at = place
        self._point(pointer, "Start", "Pressed")

    def slide(self, place, pointer="mouse"):
        """Move what is pressed to another place."""
        self._down_at = place
        self._point(pointer, "Move", "Moved")

    def up(self, pointer="mouse"):
        """Let go what ``down`` pressed."""
        self._point(pointer, "End", "Released")

    def _middle(self, selector):
        """Return where an element is, or the one so numbered of those that there are."""
        script = """
            const [selector, index] = arguments;
            const found = document.querySelectorAll(selector)[index];
            found.scrollIntoView({ block: "center" });
            const is = found.getBoundingClientRect();
            return { x: is.x + is.width / 2, y: is.y + is.height / 2 };
        """
        selector, index = (selector, 0) if isinstance(selector, str) else selector
        return self.run(script, selector, index)

    def _point(self, pointer, touch, mouse, **more):
        if pointer == "touch":
            points = [] if touch == "End" else [self._down_at]
            command, what = "Touch", {"type": f"touch{touch}", "touchPoints": points}
        else:
            what = {"type": f"mouse{mouse}", "button": "left", "clickCount": 1, **self._down_at}
            command = "Mouse"
        what |= more
        execute = {"cmd": f"Input.dispatch{command}Event", "params": what}
        self._post("/goog/cdp/execute", execute)

    def key_way(self, way, key):
        """Press a key, "Down", or let it go, "Up"."""
        press = {"type": f"key{way}", "value": key}
        self._post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": [press]}]})

    def keys(self, keys):
        """Press keys, one by one, where the focus is."""
        presses = [{"type": f"key{way}", "value": key} for key in keys for way in ("Down", "Up")]
        self._post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": presses}]})

    def until(self, expression):
        """Wait until an expression is true, and give what it is; what raises is not true yet."""
        script = """
            const done = arguments[arguments.length - 1];
            const look = () => {
                let found = null;
                try { found = (EXPRESSION); } catch (error) { found = null; }
                if (found) done(found); else setTimeout(look, 20);
            };
            look();
        """
        what = {"script": script.replace("EXPRESSION", expression), "args": []}
        return self._post("/execute/async", what)

    def collect(self, expression, count):
        """Give what an expression is, so many times, 50 ms apart; what raises is not there yet."""
        script = """
            const done = arguments[arguments.length - 1];
            const found = [];
            const look = () => {
                try { found.push(EXPRESSION); } catch (error) { /* not there yet */ }
                if (found.length < COUNT) setTimeout(look, 50); else done(found);
            };
            look();
        """
        script = script.replace("EXPRESSION", expression).replace("COUNT", str(count))
        return self._post("/execute/async", {"script": script, "args": []})

    def different(self, expression, count):
        """Wait until an expression has been so many different things, and give them."""
        script = """
            const done = arguments[arguments.length - 1];
            const found = new Set();
            const look = () => {
                try { found.add(EXPRESSION); } catch (error) { /* not there yet */ }
                if (found.size < COUNT) setTimeout(look, 20); else done([...found]);
            };
            look();
        """
        script = script.replace("EXPRESSION", expression).replace("COUNT", str(count))
        return self._post("/execute/async", {"script": script, "args": []})

    def log(self, kind):
        """Take what the browser noted since the last time: "browser" or "performance"."""
        return self._post("/se/log", {"type": kind})

    def requests(self):
        """List the addresses of everything the page asked for since the last time."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        sockets = [m["params"] for m in messages if m["method"] == "Network.webSocketCreated"]
        return [one["request"]["url"] for one in sent] + [one["url"] for one in sockets]

    def picture(self):
        """Take a picture of what is seen, as PNG."""
        with urllib.request.urlopen(f"{self._at}/screenshot", timeout=LIMIT) as answer:
            return base64.b64decode(json.load(answer)["value"])

    def close(self):
        request = urllib.request.Request(self._at, method="DELETE")
        with urllib.request.urlopen(request, timeout=LIMIT):
            pass
        self._driver.terminate()
        self._driver.wait(LIMIT)
        self._reader.join(LIMIT)
        self._driver.stdout.close()
        self._profile.cleanup()

    def _post(self, path, what):
        body = json.dumps(what).encode()
        request = urllib.request.Request(
            self._at + path, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=2 * LIMIT) as answer:
            return json.load(answer)["value"]
