"""Every sentence of the console has its Korean, and no Korean is left over."""
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "src/console/page"
# Said by way of a variable: names of pages and their groups, of what is done to instances, of the overview's figures, and the daemon's own words.
BY_NAME = {"Overview", "Delivery", "Machines", "Account", "Start", "Reboot", "Terminate", "instances running", "pipelines", "builds in progress", "deployments in progress",
           "targets healthy", "USD this month", "This sign-in address was used already, or is too old.", "Too many sign-ins failed. Try again in a minute.",
           "Your session has ended. Run \"hanbat console\" again.", "The region does not answer."}


def texts():
    return {path: path.read_text() for path in PAGE.rglob("*.js") if path.name != "words_ko.js"}


def korean():
    return dict(re.findall(r"'((?:[^'\\]|\\.)+)': '((?:[^'\\]|\\.)+)'", (PAGE / "core/words_ko.js").read_text()))


def test_every_sentence_has_its_korean():
    said = {one for text in texts().values() for one in re.findall(r"\bt\('((?:[^'\\]|\\.)+)'", text)} | BY_NAME
    assert said - set(korean()) == set()
    all_text = "\n".join(texts().values())
    assert {one for one in set(korean()) - said if f"'{one}'" not in all_text} == set()


def test_korean_keeps_what_is_filled_in():
    for english, said in korean().items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", said)), english


def test_the_page_needs_nothing_from_outside_and_makes_no_markup():
    for path, text in texts().items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|parseFromString", text), path
        assert not [one for one in re.findall(r"https?://[\w.-]+", re.sub(r"(?m)^\s*(//|\*).*$", "", text)) if one not in ("http://www.w3.org",)], path
