"""Who last changed each line, found by walking the history in the page."""
import pytest

SCRIPT = "<img src=x onerror=\"window.hit=1\">"


@pytest.fixture(scope="module", name="history")
def repository_with_a_merge(daemon):
    """Line → the message of the commit that it is of. Two branches change two lines and are merged; many commits change another file."""
    commits = daemon.client("codecommit")
    commits.create_repository(repositoryName="history")

    def put(text, message, parent=None, branch="main", path="song.txt"):
        more = {"parentCommitId": parent} if parent else {}
        return commits.put_file(repositoryName="history", branchName=branch, filePath=path, fileContent=text.encode(), commitMessage=message, name=SCRIPT, email="a@b", **more)["commitId"]

    first = put("one\ntwo\nthree\nfour\n", "First")
    commits.create_branch(repositoryName="history", branchName="side", commitId=first)
    main = put("one\nTWO\nthree\nfour\n", f"Second {SCRIPT}", first)
    side = put("one\ntwo\nthree\nfour\nfive\n", "Third", first, "side")
    tip = commits.merge_branches_by_three_way(repositoryName="history", sourceCommitSpecifier=side, destinationCommitSpecifier=main, targetBranch="main", conflictDetailLevel="LINE_LEVEL", commitMessage="Merge", authorName="x", email="a@b")["commitId"]
    for number in range(12):
        tip = put(f"{number}\n", f"Other {number}", tip, path="other.txt")
    return {"one": "First", "TWO": "Second", "three": "First", "four": "First", "five": "Third"}


def lines_of(page):
    return page.js("""return [...document.querySelectorAll('.long .row')].map((one) => [one.children[2].textContent, one.querySelector('.by a')?.title ?? '', one.querySelector('.by').textContent])""")


def test_each_line_has_the_commit_that_last_changed_it(page, history):
    page.go("code/history?branch=main&file=song.txt")
    page.click("#blame")
    page.wait("#blame-state", "All 5 lines")
    page.settle()
    rows, last = lines_of(page), ""
    assert [text for text, _, _ in rows] == list(history)
    for text, said, who in rows:
        last = said or last  # a commit is named where its lines begin
        assert last.startswith(history[text]), rows
        assert not said or "img src=x" in who  # git keeps no < and > of a name
    assert page.js("return window.hit") is None
    page.click(".by a")
    page.wait("h1", "First")


def test_a_history_that_is_long_is_looked_through_in_parts(page, daemon):
    """What is not known is said, and one goes on from there."""
    commits, parent = daemon.client("codecommit"), None
    commits.create_repository(repositoryName="deep")
    for number in range(115):
        more = {"parentCommitId": parent} if parent else {}
        path = "old.txt" if number == 0 else "busy.txt"
        parent = commits.put_file(repositoryName="deep", branchName="main", filePath=path, fileContent=f"{number}\n".encode(), commitMessage=f"Commit {number}", **more)["commitId"]
    page.go("code/deep/blame?branch=main&file=old.txt")
    page.wait("#blame-state", "1 of 1 lines are older than the 100 commits", 30)
    page.click("button", "Go on")
    page.wait("#blame-state", "All 1 lines, after 115 commits", 30)
    page.wait(".by a", "")
    assert lines_of(page)[0][1].startswith("Commit 0")
