"""A contest in the console: a competitor has the text and the clock and nothing of anybody else, the judge has all, and a sheet is read by whom it is
about once the judge lets it be."""
import csv
import os
import time

import pytest
from botocore.exceptions import ClientError

from browser import CONTRAST, NAMELESS, ROOT, Page
from hall import HANDOUT, SCRIPT


@pytest.fixture(name="ann")
def signed_in_as_ann(contest, driver):
    driver.get("about:blank")
    driver.get_log("browser")
    driver.get(contest.address("ann"))
    page = Page(driver)
    page.wait("h1", "Overview")
    yield page
    assert page.js("return window.hit") is None
    assert not [one for one in page.complaints_now() if "Failed to load resource" not in one]


def test_a_competitor_reads_the_task_and_sees_the_clock(ann, contest):
    ann.click("[data-page=contest]")
    ann.wait("h1", "A new task")
    ann.wait(".about", "Ann " + SCRIPT)
    ann.wait(".prose h2", "The task of today " + SCRIPT)
    ann.wait(".prose td", "10.2.0.0/24")
    assert ann.js("return [...document.querySelectorAll('.prose a')].map((one) => one.href).filter((one) => !one.startsWith(location.origin))") == ["https://docs.aws.amazon.com/"]
    ann.settle()
    assert ann.js(CONTRAST) == [] and ann.js(NAMELESS) == []
    left = ann.wait(".clock[data-end]", ":").text
    assert left.startswith("00:")
    deadline = time.monotonic() + 5
    while ann.wait(".clock[data-end]").text == left:
        assert time.monotonic() < deadline, "the clock stands"
        time.sleep(0.1)


def material(page):
    return page.js("return [...document.querySelectorAll('tbody tr')].filter((one) => one.closest('.card')?.querySelector('h2')?.textContent === 'Material').map((one) => [...one.cells].map((cell) => cell.innerText))")


def test_a_competitor_sees_the_limit_of_what_may_be_spent_and_is_refused_nothing_on_the_way(ann, contest):
    ann.click("[data-page=cost]")
    ann.wait(".figure", "USD of the limit")
    assert "/ 5" in ann.find(".figure", "USD of the limit").text
    refused = [one["EventName"] for one in contest.client("ann", "cloudtrail").lookup_events(MaxResults=50)["Events"] if '"errorCode":"AccessDenied' in one["CloudTrailEvent"].replace(" ", "")]
    assert "ListTagsForResource" not in refused


def test_a_competitor_has_the_material_in_the_console(ann, contest, tmp_path):
    """To read, to keep, and where the text names it, by a click; what no object can be is said to be in the kit."""
    ann.click("[data-page=contest]")
    ann.wait("h2", "Material")
    assert {name: size for name, size, _ in material(ann)} == {"handout/" + name: "in the folder that you were given" if "\n" in name else f"{len(content)} B" for name, content in HANDOUT.items() if "\n" not in name} | {"handout/a b": "in the folder that you were given"}
    # The plan is drawn in the text; what is none stays its words.
    assert ann.driver.execute_async_script("""
        const done = arguments[0], until = performance.now() + 5000;
        const look = () => { const one = document.querySelector('.prose img'); one?.complete || performance.now() > until ? done([one?.naturalWidth, one?.alt, document.querySelectorAll('.prose img').length]) : setTimeout(look, 20); };
        look();""") == [3, "The plan", 1]
    ann.wait(".prose p", "no such image")
    ann.click(".prose a code", "handout/web/page.html")
    ann.wait("h1", "handout/web/page.html")
    ann.wait(".long .row", SCRIPT)
    ann.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    ann.click("button", "Download")
    deadline = time.monotonic() + 10
    while not (tmp_path / "page.html").exists():
        assert time.monotonic() < deadline, "nothing was kept"
        time.sleep(0.05)
    assert (tmp_path / "page.html").read_bytes() == HANDOUT["web/page.html"]
    ann.driver.back()
    ann.click("td a", "data.bin")
    ann.wait(".empty", "This file is no text")
    ann.go("contest/file/" + "handout%2Ffake.png")
    ann.wait("h1", "handout/fake.png")
    ann.settle()
    assert ann.find(".prose img") is None
    ann.go("contest/file/handout%2Fno-such-file")
    ann.wait(".empty", "There is no such file.")
    ann.settle()
    assert ann.js(CONTRAST) == [] and ann.js(NAMELESS) == []


def test_material_that_the_judge_takes_away_goes_from_the_open_page(ann, contest):
    ann.go("contest")
    ann.wait("td a", "data.bin")
    (contest.pack / "handout/data.bin").unlink()
    (contest.pack / "handout/late.txt").write_text("late\n")
    contest.task("kit", "ann")
    ann.wake()
    ann.wait("td a", "late.txt")
    ann.gone("td a", "data.bin")
    assert not (contest.kit("ann") / "handout/data.bin").exists()


def test_the_judge_sees_what_each_was_handed(page, contest):
    page.go(f"contest/{contest.account('bob')}")
    page.click(".tabs a", "Task")
    page.wait(".prose h2", "The task of today")
    page.click("td a", "page.html")
    page.wait(".long .row", SCRIPT)
    page.click(".trail a", contest.account("bob"))
    page.wait(".prose h2", "The task of today")
    assert page.js("return window.hit") is None


def test_a_competitor_reads_nothing_of_another_and_writes_nothing(contest):
    s3, bucket, mine = contest.client("ann", "s3"), contest.bucket, f"competitors/{contest.account('ann')}/"
    assert s3.get_object(Bucket=bucket, Key=mine + "task.json")["ContentType"] == "application/json"
    assert s3.get_object(Bucket=bucket, Key=mine + "handout/web/page.html")["Body"].read() == HANDOUT["web/page.html"]
    theirs, given = f"competitors/{contest.account('bob')}/task.json", f"competitors/{contest.account('bob')}/handout/web/page.html"
    for attempt in (lambda: s3.get_object(Bucket=bucket, Key=theirs), lambda: s3.get_object(Bucket=bucket, Key=given), lambda: s3.get_object(Bucket=bucket, Key="contest.json"), lambda: s3.list_objects_v2(Bucket=bucket), lambda: s3.list_objects_v2(Bucket=bucket, Prefix="competitors/"),
                    lambda: s3.put_object(Bucket=bucket, Key=mine + "clock.json", Body=b"{}"), lambda: s3.delete_object(Bucket=bucket, Key=mine + "clock.json"), lambda: s3.get_bucket_policy(Bucket=bucket), lambda: s3.delete_bucket(Bucket=bucket)):
        with pytest.raises(ClientError) as refused:
            attempt()
        assert refused.value.response["Error"]["Code"] in ("AccessDenied", "MethodNotAllowed")


def test_a_clock_that_the_judge_moves_is_moved_on_the_open_page(ann, contest):
    ann.go("contest")
    ann.wait(".clock[data-end]")
    contest.task("extend", "--competitor", "ann", "--by", "-20m")
    try:
        ann.wait(".badge", "over")
        ann.wait(".prose h2", "The task of today")
        assert ann.find(".clock").text == "00:00:00"
        with pytest.raises(ClientError, match="explicit deny in a service control policy"):
            contest.client("ann", "s3").list_buckets()
        # Who signs in anew when the time is over reads the task still.
        ann.driver.get("about:blank")
        ann.driver.get(contest.address("ann"))
        ann.click("[data-page=contest]")
        ann.wait(".prose h2", "The task of today")
    finally:
        contest.task("extend", "--competitor", "ann", "--by", "20m")
    ann.wake()
    ann.wait(".clock[data-end]")


def test_a_text_that_the_judge_mends_is_mended_on_the_open_page(ann, contest):
    ann.go("contest")
    ann.wait(".prose h2", "The task of today")
    text = contest.pack / "task.en.md"
    text.write_text(text.read_text() + "\n## A sentence that was missing\n")
    contest.task("kit", "ann")
    ann.wake()
    ann.wait(".prose h3", "A sentence that was missing")


def test_the_judge_publishes_a_sheet_and_takes_it_back(page, contest, driver):
    contest.mark()
    page.go("contest")
    page.wait("td", "Ann " + SCRIPT)
    page.wait("td", "1.5 / 2")
    page.click("td a", "Ann")
    page.wait(".facts dd", "none")
    page.wait(".sheet strong", "the subnet my-subnet")
    page.wait(".sheet code", SCRIPT)
    page.wait(".badge", "not met")
    page.click(".sheet summary", "Evidence")
    page.wait(".sheet pre", SCRIPT)
    page.click("button", "Publish this sheet")
    page.wait("dialog h2", "Ann")
    page.click("#ask-go")
    page.wait(".facts dd", "the sheet of")
    assert page.js("return window.hit") is None

    driver.get("about:blank")
    driver.get(contest.address("ann"))
    ann = Page(driver)
    ann.click("[data-page=contest]")
    ann.click(".tabs a", "Mark sheet")
    ann.wait(".total", "1.5 / 2")
    ann.wait(".sheet code", SCRIPT)
    contest.task("publish", "--competitor", "ann", "--withdraw")
    ann.wake()
    ann.gone(".tabs a", "Mark sheet")
    assert "reads the sheet of" in contest.task("publish", "--competitor", "ann")
    ann.wake()
    ann.wait(".tabs a", "Mark sheet")
    assert ann.js("return window.hit") is None


def test_the_judge_sees_all_items_of_all_side_by_side_and_keeps_them_as_a_table(page, contest, tmp_path):
    contest.mark()
    page.go("contest")
    page.click(".tabs a", "Item by item")
    page.wait("tbody th", "Ann " + SCRIPT)
    page.wait("tbody td", "1.5 / 2")
    assert page.js("return [...document.querySelectorAll('thead th')].map((one) => one.textContent)")[:2] == ["Competitor", "Total"]
    assert page.js("return [...document.querySelectorAll('tfoot td')].map((one) => one.textContent)")[1:] == ["2 / 2", "0 / 2"]
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page.click("button", "Download as a table")
    deadline = time.monotonic() + 10
    while not (tmp_path / "today.csv").exists():
        assert time.monotonic() < deadline, "nothing was kept"
        time.sleep(0.05)
    rows = list(csv.reader((tmp_path / "today.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0][:4] == ["competitor", "account", "earned", "points"]
    assert {row[0]: row[1:4] for row in rows[1:]} == {"Ann " + SCRIPT: [contest.account("ann"), "1.5", "2"], "bob": [contest.account("bob"), "1.5", "2"]}
    assert page.js("return window.hit") is None


def test_who_practises_alone_sees_the_sheet_of_the_own_account(page, contest):
    contest.task("mark", contest.pack, "--here", "--quick", check=False)
    page.go("contest")
    page.wait("td", "Ann " + SCRIPT)
    assert page.find("td", "this account") is None, "an account that is marked is left as it is"
    contest.task("mark", contest.pack, "--here", "--console", "--quick", check=False)
    page.wake()
    page.click("td a", "this account")
    page.wait(".total", "1.5 / 2")
    assert page.find("button", "Publish this sheet") is None
    assert "--console goes with --here" in contest.task("mark", contest.pack, "--all", "--console", check=False)


def test_who_has_no_sheet_cannot_have_it_published(contest):
    said = contest.task("start", contest.pack, "--competitor", "late")
    assert "account" in said
    refused = contest.task("publish", "--competitor", "late", check=False)
    assert "competitor late has no sheet; hanbat task mark" in refused
    contest.task("stop", "--competitor", "late")


@pytest.mark.skipif(not os.environ.get("HANBAT_PICTURES"), reason="makes the guide's pictures: HANBAT_PICTURES=docs/console")
def test_a_contest_has_its_picture(page, contest, driver):
    pack = ROOT / "examples/first-server"
    contest.task("start", pack, "--competitor", "kim", "lee")
    contest.task("mark", pack, "--all", "--quick", check=False)
    page.go(f"contest/{contest.account('kim')}")
    page.wait(".sheet strong")
    page.settle()
    page.picture("sheet")
    driver.get("about:blank")
    driver.get(contest.address("kim"))
    kim = Page(driver)
    kim.click("[data-page=contest]")
    kim.wait(".prose h2")
    kim.picture("task")
