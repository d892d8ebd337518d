"""Costs in the console, at a daemon of its own whose bill's clock runs faster: an hour goes by in a second."""
import json
import os
import subprocess
import time

import pytest

from browser import CONTRAST, HANBAT, NAMELESS, Page, console_address
from daemon import Daemon
from hall import SCRIPT
from host import HostOfMemory

PACE = 3600


@pytest.fixture(scope="module", name="fast")
def daemon_with_a_fast_bill(tmp_path_factory):
    """A NAT gateway and a balancer, with hostile tags; the gateway's id."""
    one = Daemon(tmp_path_factory.mktemp("fast-bill"))
    one.state.mkdir(parents=True)
    (one.state / "bill-pace").write_text(f"{PACE}\n")
    one.host = HostOfMemory()
    one.start()
    ec2, elb = one.client("ec2"), one.client("elbv2")
    subnets = sorted(each["SubnetId"] for each in ec2.describe_subnets()["Subnets"])
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    one.gateway = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address, TagSpecifications=[{"ResourceType": "natgateway", "Tags": [{"Key": "team", "Value": SCRIPT}]}])["NatGateway"]["NatGatewayId"]
    elb.create_load_balancer(Name="shop", Subnets=subnets[:2])
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[one.gateway], WaiterConfig={"Delay": 1})
    yield one
    assert one.process.poll() is None, one.log[-3000:]
    one.stop()
    one.host.close()


@pytest.fixture(name="page")
def page_of_the_fast_bill(fast, driver):
    driver.get("about:blank")
    driver.get_log("browser")
    driver.get(console_address(fast.port, fast.key))
    page = Page(driver)
    page.wait("h1", "Overview")
    yield page
    assert page.js("return window.hit") is None
    assert not [one for one in page.complaints_now() if "Failed to load resource" not in one]


def together(page):
    return float(page.wait("#together", "USD").text.split()[0])


def test_a_bill_that_runs_faster_says_so_and_grows_on_the_open_page(page):
    page.click("[data-page=cost]")
    page.wait("#bill-clock", f"It runs {PACE} times as fast as the real one.")
    before = together(page)
    deadline = time.monotonic() + 30
    while together(page) <= before:
        assert time.monotonic() < deadline, f"{before} USD it stays"
        page.wake()
        time.sleep(0.3)
    month, by_its_end, of_month = [float(text) for text in page.js("return [...document.querySelectorAll('.figure strong')].map((one) => one.textContent)")]
    # A gateway and a balancer: 0.059 and 0.0225 an hour, 730 hours, and three addresses of 0.005.
    assert 0 < month <= by_its_end and of_month == pytest.approx(730 * (0.059 + 0.0225 + 3 * 0.005), abs=0.5)


def test_the_same_is_told_as_by_the_command_line(page, fast):
    page.go("cost?by=resource")
    page.wait("td", fast.gateway)
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {"HANBAT_HOME": str(fast.state), "HANBAT_PORT": str(fast.port)}
    deadline = time.monotonic() + 30
    while True:
        # The page is asked first: a moment later is an hour of the bill, unless its month has just ended.
        shown, types = together(page), set(page.js("return [...document.querySelectorAll('td code')].map((one) => one.textContent)"))
        said = json.loads(subprocess.run([HANBAT, "cost", "--by", "resource", "--json"], env=env, capture_output=True, text=True, check=True, timeout=30).stdout)
        if {one["detail"] for one in said["lines"]} == types and shown <= said["usd"] < shown + 2:
            break
        assert time.monotonic() < deadline, (shown, types, said)
        page.wake()
        time.sleep(0.5)


@pytest.mark.parametrize("place, selector, text", [
    ("cost", "td", "APN2-NatGateway-Hours"),
    ("cost?period=hours", "h2", "By hour"),
    ("cost?period=last", "h2", "By day"),
    ("cost?by=tag", "td", SCRIPT),
    ("cost?by=account", "td", "APN2-LoadBalancerUsage"),
    ("cost?by=running", "#together", "USD"),
    ("cost?by=<b>&period=<b>&account=<b>", ".empty", "Nothing has cost anything."),
])
def test_each_view_says_it_in_words_that_can_be_read(page, place, selector, text):
    page.go(place)
    page.wait(selector, text)
    for colours in ("light", "dark"):
        page.js("document.documentElement.dataset.theme = arguments[0]", colours)
        assert page.js(CONTRAST) == [], colours
    assert page.js(NAMELESS) == []
    page.js("document.documentElement.dataset.theme = 'light'")
    if "hours" in place:
        page.picture("cost")


def test_a_month_that_runs_ahead_is_the_overview_s_too(page):
    page.wait(".figure", "USD this month")
    deadline = time.monotonic() + 30
    while page.js("return Number([...document.querySelectorAll('.figure')].find((one) => one.textContent.includes('USD this month')).firstChild.textContent)") <= 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_who_may_not_see_costs_is_told_so(fast, driver):
    iam = fast.client("iam")
    iam.create_user(UserName="poor")
    key = iam.create_access_key(UserName="poor")["AccessKey"]
    driver.get("about:blank")
    driver.get(console_address(fast.port, (key["AccessKeyId"], key["SecretAccessKey"])))
    page = Page(driver)
    page.wait("h1", "Overview")
    page.go("cost")
    page.wait(".trouble", "You may not see this.")
