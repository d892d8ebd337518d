"""What docs/guide is like, without a region: each page in both languages with the same commands, links that lead somewhere; tests/scenarios/test_9_guide.py runs them."""
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/scenarios"))
guide = pytest.importorskip("guide", reason="boto3 is not installed")
PAGES = sorted(guide.PAGES.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_korean_page_has_the_same_commands(page):
    korean = guide.PAGES / "ko" / page.name
    assert re.search("[가-힣]", korean.read_text())
    assert guide.blocks(korean.read_text()) == guide.blocks(page.read_text())


@pytest.mark.parametrize("page", [*PAGES, *sorted((guide.PAGES / "ko").glob("*.md")), ROOT / "README.md", ROOT / "README.ko.md", ROOT / "CHANGELOG.md"],
                         ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_links_lead_to_files_that_are_there(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_both_readmes_and_the_guides_own_lists_name_every_page():
    for folder in (guide.PAGES, guide.PAGES / "ko"):
        assert set(re.findall(r"\]\(([a-z-]+\.md)\)", (folder / "README.md").read_text())) == {page.name for page in PAGES} - {"README.md"}
    assert "docs/guide/README.md" in (ROOT / "README.md").read_text() and "docs/guide/ko/README.md" in (ROOT / "README.ko.md").read_text()


def test_the_runner_sees_what_is_printed_otherwise():
    assert guide.prints_as("a 12 b\n", "a … b\n") and not guide.prints_as("a 12 c\n", "a … b\n")
    assert guide.prints_as("x\ny\nend\n", "…\nend\n") and not guide.prints_as("x\n", "…\nend\n")
    assert guide.prints_as("", "") and not guide.prints_as("more\n", "")
    assert list(guide.steps("```sh\na\nb\n```\ntext\n```console\n$ c \\\n> d\nout\n$ e\n```\n")) == [("a\nb\n", None), ("c \\\nd\n", "out\n"), ("e\n", "")]


def test_the_runner_sees_a_command_that_fails_in_the_middle(tmp_path):
    import os
    shell = guide.Shell(dict(os.environ), tmp_path)
    try:
        assert shell.run("false\necho on\n") == ("on\n", 1)
        assert shell.run("x=5; cd /; until true; do :; done\n") == ("", 0)
        assert shell.run("(exit 7)\n")[1] == 7
        assert shell.run("echo $? $x $PWD\n") == ("7 5 /\n", 0)
    finally:
        shell.end()
