"""The console in Chromium: live, by keyboard, on a narrow screen, and accessible."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from emulator.test_console import offer, status
from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # No sandbox: containers have none, and the only page is our own.
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, twilio: RunningTwilio) -> Iterator[Page]:
    faults: list[str] = []
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.on("console", lambda message: faults.append(message.text))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(f"{twilio.base_url}/console")
    yield opened
    opened.close()
    assert faults == []


def test_a_chat_goes_from_the_offer_to_the_agent_before_ones_eyes(
    page: Page, centre: ContactCentre
) -> None:
    made = offer(centre)
    tasks = page.locator("#tasks")
    expect(tasks).to_contain_text("Offered to")
    page.get_by_role("button", name="Accept: Quinn").click()
    expect(page.get_by_role("status")).to_have_text("Done: answer.")
    assert status(centre, made["task"]) == "assigned"
    page.get_by_role("button", name="Wrap up: Quinn").click()
    expect(tasks.locator("article", has_text="Quinn")).to_contain_text("wrapping")


def test_everything_can_be_done_by_keyboard(page: Page, centre: ContactCentre) -> None:
    made = offer(centre)
    accept = page.get_by_role("button", name="Accept: Quinn")
    expect(accept).to_be_visible()
    for _ in range(200):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label')") or ""
        if name.startswith("Accept: Quinn"):
            break
    # What is replaced each second keeps the focus.
    page.wait_for_timeout(1500)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Done: answer.")
    assert status(centre, made["task"]) == "assigned"


def test_the_customer_writes_and_all_see_it(page: Page) -> None:
    first = page.locator("#conversations article").first
    first.get_by_placeholder("Write as the customer").fill("Are you there?")
    first.get_by_role("button", name="Send").click()
    expect(page.locator("#conversations")).to_contain_text("Customer: Are you there?")


def test_what_is_opened_stays_open(page: Page) -> None:
    details = page.locator("#tasks details").first
    details.locator("summary").click()
    page.wait_for_timeout(1500)
    expect(details).to_have_attribute("open", "")
    expect(details).to_contain_text("Eva is Offline")


@pytest.mark.parametrize("width", [1280, 400])
def test_no_page_is_wider_than_the_screen_or_inaccessible(
    page: Page, centre: ContactCentre, width: int
) -> None:
    offer(centre)
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.locator("#tasks")).to_contain_text("Offered to")
    found = Axe().run(page).response["violations"]
    assert [each["id"] for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
