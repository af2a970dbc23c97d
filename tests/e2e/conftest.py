"""A real Chromium against the running centre. Screenshots go to ``var/screenshots``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

from accounts.models import DEMO_PASSWORD
from tests.kept import Kept, filled_tables, keep
from tests.processes import wait_for
from tools.browser import find

# Playwright's event loop runs in this thread; Django would take it for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

SHOTS = settings.BASE_DIR / "var" / "screenshots"
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 15_000
"""Milliseconds: how long what must come may take. A busy machine is slow, and how slow is not what is tested."""
expect.set_options(timeout=PATIENCE)
STILL = """() => Promise.allSettled(document.getAnimations()
  .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
  .map((animation) => animation.finished))"""
# A click is over before the page that it asks for is there: the old page says that it is being left.
LEAVING = """navigation.addEventListener('navigate', (event) => {
  window.isLeaving = !event.hashChange && event.downloadRequest === null
})"""
SETTLED = "() => !window.isLeaving && document.readyState === 'complete'"
DESKTOP, PHONE = {"width": 1366, "height": 860}, {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find()
    assert path, "no Chromium: run `make test`, which installs one"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Everybody signs in through the form; the hash that is slow on purpose would take longer than the page."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def prepared() -> list[Kept]:
    """Reference data and demo accounts, once they were loaded: later tests get the same rows in a moment."""
    return []


@pytest.fixture(scope="session")
def answering() -> Iterator[set[int]]:
    """The threads of the server that are at work on an answer."""
    threads: set[int] = set()

    def begins(**_request: Any) -> None:
        threads.add(get_ident())

    def ends(**_request: Any) -> None:
        threads.discard(get_ident())

    request_started.connect(begins)
    request_finished.connect(ends)
    yield threads
    request_started.disconnect(begins)
    request_finished.disconnect(ends)


@pytest.fixture
def demo(transactional_db: None, prepared: list[Kept], answering: set[int]) -> Iterator[None]:
    """Reference data and demo accounts, as a new user finds them; no cases yet.

    The tables are emptied afterwards when nobody is answered any more: a page that asks by itself may have asked last
    when its browser was closed, and each would wait for tables of the other.
    """
    if prepared:
        prepared[0].put_back()
    else:
        before = filled_tables()
        call_command("load_reference", verbosity=0)
        call_command("demo_accounts")
        prepared.append(keep(filled_tables() - before))
    yield
    wait_for(lambda: not answering)


@pytest.fixture
def visit(browser: Browser, live_server: Any, demo: None) -> Iterator[Callable[..., Person]]:
    """``visit("clerk.longjing", "ko")``: that person, signed in through the form, in that language."""
    contexts: list[BrowserContext] = []

    def enter(username: str, language: str, viewport: dict[str, int] = DESKTOP) -> Person:
        touch = viewport == PHONE
        context = browser.new_context(viewport=viewport, locale="en-GB", has_touch=touch)  # type: ignore[arg-type]
        contexts.append(context)
        person = Person(context.new_page(), live_server.url, language)
        person.sign_in(username)
        return person

    yield enter
    for context in contexts:
        context.close()


class Person:
    """Somebody before a browser."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page, self.url, self.language = page, url, language
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)
        page.set_default_timeout(PATIENCE)
        page.add_init_script(LEAVING)

    def _hear(self, line: ConsoleMessage) -> None:
        """Errors that the browser reports; a form that comes back as refused (422) is meant."""
        if line.type == "error" and "422" not in line.text:
            self.faults.append(f"{line.text} {line.location.get('url')}")

    def deed(self, href: str) -> Locator:
        """What can be done with the case that is open: its button, or its line in the menu, which is opened then."""
        link = self.page.locator(f".case-actions a[href='{href}']")
        link.wait_for(state="attached")
        if not link.is_visible():
            self.page.locator("#more-actions").click()
        return link

    def sign_in(self, username: str) -> None:
        self.open("/sign-in/")
        self.page.locator(f"button[name=language][value={self.language}]").click()
        assert self.page.locator("html").get_attribute("lang") == self.language
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", DEMO_PASSWORD)
        self.page.locator("main form:has([name=password]) button[type=submit]").click()
        self.page.wait_for_url(lambda address: "/sign-in/" not in address)

    def open(self, path: str) -> None:
        response = self.page.goto(self.url + path)
        assert response is not None
        assert response.ok, f"{path}: {response.status}"

    def settle(self) -> None:
        """Waits for the page that was asked for last, whole."""
        self.page.wait_for_function(SETTLED)

    def press(self, *keys: str) -> None:
        """Keys, pressed as a person does: once the page that the last of them led to is there."""
        for key in keys:
            self.settle()
            self.page.keyboard.press(key)

    def shoot(self, name: str) -> None:
        """A picture of the whole page, in the language of this person."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.settle()
        self.page.screenshot(path=str(SHOTS / f"{name}-{self.language}.png"), full_page=True)

    def check(self) -> None:
        """No fault in scripts, nothing serious for axe-core, no sideways scrolling."""
        self.settle()
        assert not self.faults, self.faults
        # What is still moving or fading in has neither its place nor its colours yet.
        self.page.evaluate(STILL)
        self.page.evaluate(Path(AXE).read_text())
        found = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
            ".filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(' | '))"
        )
        assert not found, (self.page.url, found)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{self.page.url} is {wide} pixels too wide"
