"""A visit of a browser to the pages of a running site."""

from __future__ import annotations

from urllib.parse import urlencode

from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from .endpoint_server import Endpoint


class Visit:
    """A browser that reaches the site only, and what went wrong in it."""

    def __init__(self, chromium: Browser, site: Endpoint, **options: object) -> None:
        self.site = site
        self.context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        self.elsewhere: list[str] = []
        self.said: list[str] = []
        self.context.route("**/*", self._only_ours)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.said.append(f"dialog: {dialog.message}"))
        self.page.add_init_script("window.evil = () => console.error('code of a name ran')")

    def _only_ours(self, route: Route) -> None:
        if route.request.url.startswith(self.site.address + "/"):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        if "the server responded with a status of" not in message.text:  # the browser's own line about a true status
            self.said.append(f"{message.type}: {message.text}")

    def open(self, path: str, **parameters: str) -> int:
        answer = self.page.goto(self.site.address + path + ("?" + urlencode(parameters) if parameters else ""))
        assert answer is not None
        return answer.status

    def close(self) -> None:
        self.context.close()
        assert self.said == [], "the console must stay clean: no error, nothing that the policy forbids"
        assert self.elsewhere == [], "no other host may be asked"
