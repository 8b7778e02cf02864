"""Chromium without a window, told by its debugging protocol what to do."""

import base64
import http.cookiejar
import itertools
import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import websocket

from provision.browser import NAMES
from provision.progress import SetupError
from provision.wkhtmltopdf import BIN

START_SECONDS = 30
PAGE_SECONDS = 60
HEIGHT = 1000


class Browser:
    """One page that is shown in different widths.

    :param profile: a folder for its files, made anew
    """

    def __init__(self, profile: Path):
        self.profile = profile
        self._numbers = itertools.count(1)

    def __enter__(self) -> "Browser":
        shutil.rmtree(self.profile, ignore_errors=True)
        self.profile.mkdir(parents=True)
        search = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
        program = next(filter(None, (shutil.which(name, path=search) for name in NAMES)))
        self._process = subprocess.Popen(
            [
                program,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={self.profile}",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket = websocket.create_connection(self._address(), timeout=PAGE_SECONDS)
        self._ask("Page.enable")
        self._ask("Network.enable")
        return self

    def __exit__(self, *exc) -> None:
        with suppress(OSError, AttributeError):
            self._socket.close()
        self._process.terminate()
        self._process.wait(PAGE_SECONDS)

    def _address(self) -> str:
        """Where the page listens; Chromium writes its free port into its folder."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError, ValueError, URLError, IndexError):
                port = int((self.profile / "DevToolsActivePort").read_text().split()[0])
                with urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                return pages[0]["webSocketDebuggerUrl"]
            time.sleep(0.1)
        raise SetupError("Chromium did not start")

    def _ask(self, method: str, **parameters) -> dict:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                return answer.get("result", {})

    def cookie(self, url: str, name: str, value: str) -> None:
        self._ask("Network.setCookie", url=url, name=name, value=value)

    def log_in(self, server, login: str, password: str | None = None) -> None:
        """Become a user.

        :param server: an ``OdooServer`` that runs
        :param password: by default the login, as in the demo
        """
        jar = http.cookiejar.CookieJar()
        values = {"db": server.database, "login": login, "password": password or login}
        request = Request(
            f"{server.url}/web/session/authenticate",
            data=json.dumps({"jsonrpc": "2.0", "params": values}).encode(),
            headers={"Content-Type": "application/json"},
        )
        build_opener(HTTPCookieProcessor(jar)).open(request).read()
        key = next(cookie.value for cookie in jar if cookie.name == "session_id")
        self.cookie(server.url, "session_id", key)

    def width(self, pixels: int) -> None:
        """Show pages that wide; below 600 as a phone does."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=pixels,
            height=HEIGHT,
            deviceScaleFactor=1,
            mobile=pixels < 600,
        )

    def run(self, script: str):
        """The value of a JavaScript expression on the page, awaited."""
        answer = self._ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise SetupError(f"the page said: {answer['exceptionDetails'].get('text')}")
        return answer.get("result", {}).get("value")

    def show(self, url: str, until: str) -> None:
        """Open a page.

        :param until: a CSS selector that is there when the page can be looked at
        :raises SetupError: when it does not come
        """
        self._ask("Page.navigate", url=url)
        self.wait(until)

    def wait(self, until: str) -> None:
        """Wait for a CSS selector, and until the page has come to rest."""
        deadline = time.monotonic() + PAGE_SECONDS
        while not self.run(f"!!document.querySelector({json.dumps(until)})"):
            if time.monotonic() > deadline:
                raise SetupError(f"{until} did not come")
            time.sleep(0.1)
        time.sleep(1)  # fonts, avatars, what flies in

    def picture(self, file: Path) -> None:
        """Write what is shown as PNG."""
        answer = self._ask("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(answer["data"]))
