"""A real browser for the console's tests: Debian's chromium, driven by its chromedriver through selenium. What it complains of (an error
of a script, a breach of the page's policy) is kept."""
import os
import pathlib
import shutil
import subprocess
import time

import pytest

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parents[2]
HANBAT = str(pathlib.Path(os.environ.get("HANBATD", str(ROOT / "build/release/src/main/hanbatd"))).with_name("hanbat"))

# What of a page is hard to read (less than 4.5:1, as WCAG's AA asks), and what of it that can be acted on has no name.
CONTRAST = """
const colour = (text) => { const found = text.match(/[\\d.]+/g).map(Number); return text.startsWith('color(') ? [...found.slice(0, 3).map((one) => one * 255), found[3] ?? 1] : [...found.slice(0, 3), found[3] ?? 1]; };
const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((one) => { const part = one / 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
const ground = (one) => { for (let at = one; at; at = at.parentElement) { const found = colour(getComputedStyle(at).backgroundColor); if (found[3] > 0.9) return found; } return [255, 255, 255, 1]; };
const low = [];
for (const one of document.querySelectorAll('body *')) {
  if (!one.getClientRects().length || one.closest('svg, .sr, :disabled, option') || ![...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
  const style = getComputedStyle(one), a = light(colour(style.color)), b = light(ground(one)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) low.push(`${one.className || one.tagName} "${one.textContent.slice(0, 20)}" ${ratio.toFixed(2)}`);
}
return low;"""
NAMELESS = """return [...document.querySelectorAll('a, button, input, select, textarea')].filter((one) => one.getClientRects().length &&
  !one.textContent.trim() && !one.getAttribute('aria-label') && !document.querySelector(`label[for="${one.id}"]`) && !one.closest('label')).map((one) => one.outerHTML.slice(0, 80))"""


def start_browser(folder, width=1280, height=860, language="en"):
    """A headless browser with a profile of its own; the test is skipped where a part is missing."""
    selenium = pytest.importorskip("selenium.webdriver", reason="python3-selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("chromium and chromium-driver are not installed")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    # As root there is no sandbox of the browser's; a proxy of the environment is not asked for what is on this machine.
    for one in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--hide-scrollbars",
                "--force-device-scale-factor=1", f"--window-size={width},{height}", f"--user-data-dir={folder}", f"--lang={language}"):
        options.add_argument(one)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    from selenium.webdriver.chrome.service import Service
    return selenium.Chrome(options=options, service=Service(driver))


class Page:
    """The console in a browser: found by what a person sees, and waited for."""

    def __init__(self, driver):
        self.driver = driver
        self.complaints = []

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector, text=None):
        """The first element that is seen, with that text in it."""
        return self.js("""
            return [...document.querySelectorAll(arguments[0])].find((one) => one.getClientRects().length &&
              (arguments[1] === null || (one.innerText ?? one.textContent).includes(arguments[1]) || one.textContent.includes(arguments[1]))) || null""", selector, text)

    def wait(self, selector, text=None, seconds=15):
        deadline = time.monotonic() + seconds
        while True:
            found = self.find(selector, text)
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"no {selector} with {text!r} at {self.driver.current_url}:\n{self.text[:3000]}\n{self.complaints_now()}")
            time.sleep(0.05)

    def gone(self, selector, text=None, seconds=15):
        deadline = time.monotonic() + seconds
        while self.find(selector, text):
            assert time.monotonic() < deadline, f"{selector} with {text!r} is still there"
            time.sleep(0.05)

    def click(self, selector, text=None, seconds=15):
        """A page that is live may exchange what was found just now."""
        from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException
        for _ in range(5):
            one = self.wait(selector, text, seconds)
            try:
                self.js("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", one)
                return one.click()
            except (StaleElementReferenceException, ElementClickInterceptedException):
                time.sleep(0.1)
        raise AssertionError(f"{selector} with {text!r} cannot be clicked")

    def type(self, selector, text):
        one = self.wait(selector)
        one.clear()
        one.send_keys(text)

    def go(self, place):
        self.js("location.hash = arguments[0]", "#/" + place)

    def wake(self):
        """Has what is live look now, as it does when one comes back to the page."""
        self.js("document.dispatchEvent(new Event('visibilitychange'))")

    def settle(self, seconds=15):
        """Until the place is drawn: no call is under way, and none has followed for a moment."""
        drawn = self.driver.execute_async_script("""
            const [until, done] = [performance.now() + arguments[0] * 1000, arguments[1]];
            if (window.callsUnderWay === undefined) {
              window.callsUnderWay = 0;
              const send = XMLHttpRequest.prototype.send;
              XMLHttpRequest.prototype.send = function (...all) { callsUnderWay++; this.addEventListener('loadend', () => callsUnderWay--); return send.apply(this, all); };
              const ask = window.fetch;
              window.fetch = (...all) => { callsUnderWay++; return ask(...all).finally(() => callsUnderWay--); };
            }
            let still = 0;
            const look = () => {
              still = callsUnderWay || document.querySelector('.loading') ? 0 : still + 1;
              if (still > 4 || performance.now() > until) done(still > 4); else setTimeout(look, 10);
            };
            look();""", seconds)
        assert drawn, f"{self.driver.current_url} is still being drawn:\n{self.text[:2000]}"

    @property
    def text(self):
        return self.js("return document.body.innerText")

    def complaints_now(self):
        self.complaints += [one["message"] for one in self.driver.get_log("browser") if one["level"] in ("SEVERE", "WARNING")]
        return self.complaints

    def picture(self, name):
        """A screenshot into the folder HANBAT_PICTURES, where somebody asked for them."""
        folder = os.environ.get("HANBAT_PICTURES")
        if folder:
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            self.driver.save_screenshot(str(pathlib.Path(folder) / f"{name}.png"))


def console_address(port, key=None, home=None):
    """What `hanbat console` prints for the caller with that key: (id, secret)."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env.update(HANBAT_PORT=str(port))
    if key:
        # Keys count where the tools of the same environment would call this region.
        env.update(AWS_ACCESS_KEY_ID=key[0], AWS_SECRET_ACCESS_KEY=key[1], AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    if home:
        env.update(HANBAT_HOME=str(home))
    ended = subprocess.run([HANBAT, "console", "--no-browser"], env=env, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()
