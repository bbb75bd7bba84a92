"""A headless Chromium, driven over a pipe by its DevTools protocol; nothing beside the program itself is needed."""

import base64
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--remote-debugging-pipe"),
)
PATIENCE = 120  # seconds for the whole of a browser's life; a stuck one is ended


@dataclass
class Tab:
    """One tab; `events` are all that it reported, in order."""

    sender: int
    receiver: int
    session: str = ""
    rest: bytes = b""
    number: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol; return its result."""
        self.number += 1
        said = {"id": self.number, "method": method, "params": params, **({"sessionId": self.session} if self.session else {})}
        os.write(self.sender, json.dumps(said).encode() + b"\0")
        while (answer := self._next()).get("id") != self.number:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            piece = os.read(self.receiver, 1 << 16)
            assert piece, "the browser has ended"
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(message)
        return answer

    def attach(self) -> None:
        """Make a tab and watch what it loads and says."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def show(self, page: Path, width: int, *, dark: bool = False, script: bool = True) -> None:
        """Load a page at a width in CSS pixels, and wait until it is there."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def requested(self) -> list[str]:
        """Return the addresses that the page asked for."""
        return [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]

    def complaints(self) -> list[Any]:
        """Return what the console said, and exceptions."""
        return [event["params"] for event in self.events if event.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]

    def picture(self, path: Path) -> None:
        """Write a picture of the whole page, for people to look at."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def printed(self) -> bytes:
        """Return the page as printed: a PDF."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"])


@contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """Run Chromium with a profile of its own in a folder, and give one tab."""
    assert CHROMIUM is not None
    said_in, said_out = os.pipe(), os.pipe()
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}"]
    # The protocol is spoken over the descriptors 3 and 4; a shell puts ours there.
    placed = f'exec "$@" 3<&{said_in[0]} 4>&{said_out[1]}'
    process = subprocess.Popen(
        ["timeout", str(PATIENCE), "bash", "-c", placed, "browser", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(said_in[0], said_out[1]),
        start_new_session=True,
    )
    os.close(said_in[0])
    os.close(said_out[1])
    try:
        tab = Tab(said_in[1], said_out[0])
        tab.attach()
        yield tab
    finally:
        os.close(said_in[1])
        os.close(said_out[0])
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)
