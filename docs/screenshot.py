"""Take the README's picture: the map of the five documents, with one organization chosen. Needs `make demo` first."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser import browser  # noqa: E402

with sync_playwright() as driver:
    chrome = driver.chromium.launch(executable_path=browser(), args=["--no-sandbox", "--disable-gpu"])
    page = chrome.new_page(viewport={"width": 1400, "height": 860})
    page.goto(f"{(ROOT / 'demo' / 'map.html').as_uri()}")
    page.wait_for_timeout(1500)
    page.locator("#query").fill("WIPO")
    page.wait_for_timeout(400)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)
    page.screenshot(path=ROOT / "docs" / "map.png")
    chrome.close()
