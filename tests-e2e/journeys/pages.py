"""The web page as people use it: by what they read on it, in a real browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from journeys.people import PASSWORD

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
# For a busy machine.
WITHIN_MS = 30_000
WINDOW = {"width": 1280, "height": 800}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a screen."""
    expect.set_options(timeout=WITHIN_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS])
        yield browser
        await browser.close()


@dataclass(slots=True)
class Window:
    """Somebody's window. `faults` are the errors that the page itself told of."""

    page: Page
    faults: list[str]

    async def press(self, name: str) -> None:
        """Press the button of that name."""
        await self.page.get_by_role("button", name=name, exact=True).first.click()

    async def fill(self, label: str, text: str) -> None:
        await self.page.get_by_label(label, exact=True).fill(text)

    async def register(self, name: str, email: str) -> None:
        """Fill in the form for a new account."""
        await self.fill("Full name", name)
        await self.fill("E-mail", email)
        await self.fill("Password", PASSWORD)
        await self.press("Create account")

    async def sign_in(self, email: str, password: str) -> None:
        await self.fill("E-mail", email)
        await self.fill("Password", password)
        await self.press("Sign in")

    async def write(self, text: str) -> None:
        """Begin a message, as fingers do."""
        await self.page.get_by_test_id("composer").press_sequentially(text)

    async def say(self, text: str) -> None:
        await self.write(text)
        await self.page.get_by_test_id("composer").press("Enter")

    async def open(self, channel: str) -> None:
        """Go to a channel in the list at the left."""
        await self.page.get_by_test_id("channel-list").get_by_role("link", name=channel).click()
        await expect(self.page.get_by_role("heading", name=channel, exact=True)).to_be_visible()

    @property
    def contents(self) -> Locator:
        """What is said in the conversation, from top to bottom."""
        return self.page.get_by_test_id("message-content")

    def message(self, text: str) -> Locator:
        return self.page.get_by_test_id("message").filter(has_text=text)

    def dot_of(self, user_id: str) -> Locator:
        """The dot that shows whether somebody is there."""
        return self.page.locator(f"[data-testid=presence-dot][data-user-id='{user_id}']").first


@asynccontextmanager
async def window(browser: Browser, url: str, scale: float = 1) -> AsyncIterator[Window]:
    """A window of a browser that knows nobody."""
    context = await browser.new_context(viewport=WINDOW, device_scale_factor=scale, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(WITHIN_MS)
    page, faults = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(url)
    yield Window(page, faults)
    await context.close()
