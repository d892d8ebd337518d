"""docs/guide: each page does what it says, as it stands. The quick ones always, the rest with ./test --long; what the pages are like is held by tests/install."""
import os
import shutil

import pytest

import guide

QUICK = ["first-ten-minutes", "buildspecs", "permissions", "different-from-aws"]
LONG = sorted({page.stem for page in guide.PAGES.glob("*.md")} - {"README", *QUICK})


@pytest.mark.parametrize("name", QUICK + (LONG if os.environ.get("HANBAT_LONG") else []))
def test_the_page_prints_what_it_says(region, name):
    if name == "terraform" and not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    guide.walk(guide.PAGES / f"{name}.md", region.env)
