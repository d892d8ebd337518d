"""A daemon of its own, whose host side is one of memory, and a browser that is signed in to its console."""
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
for folder in ("crash", "replay", "console"):
    sys.path.insert(0, str(TESTS / folder))
from browser import Page, console_address, start_browser  # noqa: E402
from daemon import Daemon  # noqa: E402
from hall import Hall  # noqa: E402
from host import HostOfMemory  # noqa: E402


@pytest.fixture(scope="session", name="daemon")
def daemon_of_all(tmp_path_factory):
    one = Daemon(tmp_path_factory.mktemp("console-daemon"))
    one.host = HostOfMemory()
    one.start()
    yield one
    assert one.process.poll() is None, "the daemon died:\n" + one.log[-3000:]
    one.stop()
    one.host.close()


@pytest.fixture(scope="session", name="contest")
def contest_of_two(daemon, tmp_path_factory):
    return Hall(daemon, tmp_path_factory.mktemp("contest"))


@pytest.fixture(scope="session", name="driver")
def driver_of_all(tmp_path_factory):
    driver = start_browser(tmp_path_factory.mktemp("browser"))
    yield driver
    driver.quit()


@pytest.fixture(name="origin")
def page_of_the_console_s_origin(daemon, driver):
    """For what needs the console's modules and nobody who is signed in."""
    address = f"http://console.hanbat.localhost:{daemon.port}/_hanbat/console/"
    if not driver.current_url.startswith(address):
        driver.get(address)
    return Page(driver)


@pytest.fixture(name="page")
def page_signed_in(daemon, driver):
    """Signed in as the administrator, at the overview. A test that has the browser complain of the page fails."""
    driver.set_window_size(1280, 860)
    driver.get("about:blank")
    driver.get_log("browser")
    driver.get(console_address(daemon.port, daemon.key))
    page = Page(driver)
    page.wait("h1", "Overview")
    yield page
    # That a call was refused is an answer, which the browser notes as well.
    assert not [one for one in page.complaints_now() if "Failed to load resource" not in one]
