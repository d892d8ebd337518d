"""docs/guide: each page does what it says, as it stands. The quick ones always and side by side, as they mostly wait; the rest with ./test --long. What the pages
are like is held by tests/install."""
import concurrent.futures
import os
import shutil

import pytest

import guide

QUICK = ["first-ten-minutes", "console", "buildspecs", "permissions", "different-from-aws"]
KOREAN = os.environ.get("HANBAT_GUIDE") == "ko"
PAGES = guide.PAGES / "ko" if KOREAN else guide.PAGES
LOCALE = {"LANG": "ko_KR.UTF-8", "LC_ALL": ""} if KOREAN else {}
LONG = sorted({page.stem for page in guide.PAGES.glob("*.md")} - {"README", *QUICK})


@pytest.fixture(scope="module")
def quick(region):
    """Name → (what was said, the walk) of the quick pages, which are being walked."""
    said = {name: [] for name in QUICK}
    with concurrent.futures.ThreadPoolExecutor(len(QUICK)) as walkers:
        yield {name: (said[name], walkers.submit(guide.walk, PAGES / f"{name}.md", {**region.env, **LOCALE}, said[name].append)) for name in QUICK}


@pytest.mark.parametrize("name", QUICK + (LONG if os.environ.get("HANBAT_LONG") else []))
def test_the_page_prints_what_it_says(region, request, name):
    if name in QUICK:
        said, walk = request.getfixturevalue("quick")[name]
        concurrent.futures.wait([walk])
        print(*said, sep="\n")
        return walk.result()
    if name == "terraform" and not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    guide.walk(PAGES / f"{name}.md", {**region.env, **LOCALE})
