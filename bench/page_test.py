#!/usr/bin/env python3
"""What the bench keeps and writes, without measuring anything."""
import json
import os
import pathlib
import re
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import page  # noqa: E402
import plots  # noqa: E402
import profiles  # noqa: E402
import rows  # noqa: E402


def row(title, ours, aim=None, of=None, holds=None, part="calls", **more):
    ways = {"Hanbat": ours} | ({of: [100.0]} if of else {})
    return {"group": "API", "title": title, "unit": "calls/s", "better": "more", "aim": aim, "of": of, "ways": ways, "holds": holds, "part": part} | more


def curve(title, values, holds):
    ways = dict(zip(("10", "1,000", "Hanbat"), ([one] for one in values)))
    return {"group": "growth", "title": title, "unit": "ms", "better": "less", "aim": 1.5, "of": "1,000", "ways": ways, "holds": holds, "part": "growth",
            "curve": {"10": 10, "1,000": 1000, "Hanbat": 100000}}


def result(*measured, wanted=("calls",), failed=(), date="today"):
    return {"wanted": list(wanted), "failed": list(failed), "rows": list(measured), "date": date, "commit": "abc",
            "machine": {"processors": "2", "memory": "4 GiB", "kernel": "6", "load before": "0.1"}, "versions": {}}


def written(*measured, limits=None):
    return page.markdown(page.newest([("a.json", result(*measured))]), limits or {})


class Newest(unittest.TestCase):
    def titles(self, *results):
        return [one["title"] for one in page.newest([(f"{number}.json", one) for number, one in enumerate(results)])["rows"] if "title" in one]

    def test_a_part_that_ran_again_takes_the_place_of_all_its_rows(self):
        self.assertEqual(self.titles(result(row("old", [1])), result(row("new", [1]))), ["new"])

    def test_a_row_that_tells_no_part_goes_when_all_parts_of_its_run_ran_again(self):
        old = row("old", [1])
        del old["part"]
        first, some, all_of_them = result(old, wanted=["calls", "git"]), result(row("new", [1])), result(row("new", [1]), wanted=["calls", "git", "growth"])
        self.assertEqual(self.titles(first, some), ["old", "new"])
        self.assertEqual(self.titles(first, some, all_of_them), ["new"])

    def test_what_another_part_measured_stays(self):
        self.assertEqual(self.titles(result(row("one", [1], part="git"), wanted=["git"]), result(row("two", [1]))), ["one", "two"])

    def test_a_part_that_failed_keeps_what_was_measured_before_and_is_named(self):
        older, newer = result(row("old", [1])), result(row("new", [1]), failed=["calls"])
        self.assertEqual(self.titles(older, newer), ["old", "new"])
        self.assertIn("calls failed", page.markdown(page.newest([("a", older), ("b", newer)]), {}))

    def test_what_was_skipped_once_is_not_said_after_it_was_measured(self):
        skipped = {"skipped": "moto beside it", "why": "not installed", "part": "calls"}
        self.assertIn("moto beside it (not installed)", page.markdown(page.newest([("a", result(row("one", [1]), skipped))]), {}))
        self.assertNotIn("moto beside it", page.markdown(page.newest([("a", result(skipped)), ("b", result(row("one", [1])))]), {}))


class Markdown(unittest.TestCase):
    behind = row("PutParameter", [200.0, 240.0, 220.0], aim=5, of="moto", holds=False)

    def test_a_row_tells_its_median_its_spread_and_its_ratio(self):
        self.assertIn("| API | PutParameter | 220 (200 … 240) calls/s | moto: 100 | 2.20 | ≥ 5 × moto: **not reached** |", written(self.behind))

    def test_a_row_behind_its_aim_says_why_with_the_figure_of_the_row_that_shows_it(self):
        limits = {"API: PutParameter": {"why": "The disk is what it waits for.", "shown_by": [["API: the disk", "Hanbat"]]}}
        text = written(self.behind, row("the disk", [77.0]), limits=limits)
        self.assertIn("2.20 × moto; the aim is ≥ 5 × moto.", text)
        self.assertIn("Why: The disk is what it waits for. Shown by API: the disk (Hanbat): 77.0 calls/s.", text)

    def test_a_proof_that_was_not_measured_is_said_to_be_none(self):
        limits = {"API: PutParameter": {"why": "So.", "shown_by": [["API: gone", "Hanbat"]]}}
        self.assertIn("API: gone (Hanbat): not measured", written(self.behind, limits=limits))

    def test_a_sentence_does_not_outlive_the_figures_that_it_was_true_of(self):
        limits = {"API: PutParameter": {"why": "The disk.", "shown_by": [["API: PutParameter", "moto"]], "near": 0.7}}
        self.assertIn("Why is not shown by these figures: what was thought to bound it is API: PutParameter (moto): 100 calls/s.", written(self.behind, limits=limits))
        limits["API: PutParameter"]["shown_by"] = [["API: gone", "Hanbat"]]
        self.assertIn("Why is not shown by these figures", written(self.behind, limits=limits))
        limits["API: PutParameter"] |= {"near": 0.4, "shown_by": [["API: PutParameter", "moto"]]}
        self.assertIn("Why: The disk.", written(self.behind, limits=limits))

    def test_a_row_that_reaches_its_aim_has_no_excuse(self):
        limits = {"API: PutParameter": {"why": "The disk.", "shown_by": []}}
        text = written(row("PutParameter", [900.0], aim=5, of="moto", holds=True), limits=limits)
        self.assertNotIn("The disk.", text)
        self.assertNotIn("Behind their aims", text)

    def test_where_the_time_goes_stands_below_what_is_behind(self):
        profile = {"how": "perf", "busy": 1.5, "top": [[12.5, "hanbatd", "hanbat::json::parse"]]}
        self.assertIn("| 12.5 | hanbatd | `hanbat::json::parse` |", written(self.behind | {"profile": profile}))

    def test_lists_stand_in_a_table_of_their_own_with_a_column_for_each_number(self):
        text = written(curve("ListRoles", (0.5, 0.6, 0.66), True), curve("ListUsers", (0.5, 0.6, 60.0), False))
        self.assertIn("| list | 10 | 1,000 | 100,000 | 100,000 to 1,000 | aim |", text)
        self.assertIn("| ListRoles | 0.50 | 0.60 | 0.66 | 1.10 | ≤ 1.5 × 1,000: reached |", text)
        self.assertIn("### growth: ListUsers", text)
        self.assertNotIn("| growth | ListRoles", text)

    def test_a_curve_of_a_list_that_grows_is_of_another_colour(self):
        drawn = plots.curves([curve("ListRoles", (0.5, 0.6, 0.66), True), curve("ListUsers", (0.5, 0.6, 60.0), False)])
        self.assertEqual((drawn.count(f'stroke="{plots.OURS}"'), drawn.count(f'stroke="{plots.THEIRS}"')), (1, 1))


class Limits(unittest.TestCase):
    def test_no_sentence_has_a_figure_of_its_own_and_each_names_what_shows_it(self):
        for name, limit in json.loads((HERE / "limits.json").read_text()).items():
            with self.subTest(name):
                self.assertIsNone(re.search(r"(?<![\w-])\d", limit["why"]), "figures come from the results")
                self.assertTrue(limit["why"].endswith("."))
                self.assertTrue(limit["shown_by"] and all(len(one) == 2 for one in limit["shown_by"]))


class Profiles(unittest.TestCase):
    def test_perfs_lines_become_shares_and_what_has_no_name_is_one_of_them(self):
        report = ("    10.00%\thanbatd\t[.] hanbat::(anonymous namespace)::Parser::string(char)\n 4.00%\tlibcrypto.so.3\t[.] 0x0000000000123456\n"
                  " 3.50%\tlibcrypto.so.3\t[.] 0x0000000000999999\n 30.00%\tswapper\t[k] idle\n 2.00%\t[kernel.kallsyms]\t[k] memset\n\n# nothing\n")
        self.assertEqual(profiles.lines_of(report), [[10.0, "hanbatd", "hanbat::Parser::string"], [7.5, "libcrypto.so.3", profiles.NAMELESS], [2.0, "kernel", "memset"]])

    def test_a_row_that_reached_its_aim_is_not_asked_where_its_time_goes(self):
        asked, own, seen = [], rows.profiles.watched, {"how": "perf", "busy": 1.0, "top": [[1.0, "a", "b"]]}
        rows.profiles.watched = lambda work, pids: asked.append(pids) or work() or seen
        self.addCleanup(setattr, rows.profiles, "watched", own)
        done = []
        for value, aim in ((1.0, 5.0), (9.0, 5.0)):
            one = rows.Row("g", f"of {value}", "s", aim=aim)
            one.add("Hanbat", value)
            one.explain(lambda value=value: done.append(value), lambda: [1])
            self.addCleanup(rows._rows.remove, one)
        rows.explain()
        self.assertEqual((done, asked), ([1.0], [[1]]))
        self.assertEqual([one.profile for one in rows._rows], [seen, None])

    def test_threads_tell_what_they_used_where_there_is_no_perf(self):
        own = profiles.shutil.which
        profiles.shutil.which = lambda _: None
        self.addCleanup(setattr, profiles.shutil, "which", own)
        end = time.monotonic() + 0.2

        def work():
            while time.monotonic() < end:
                pass
        found = profiles.watched(work, [os.getpid()])
        self.assertIn("perf is not installed", found["how"])
        self.assertGreater(found["busy"], 0.1)


if __name__ == "__main__":
    unittest.main()
