#!/usr/bin/python3
"""What the generator refuses of a service's tables: each operation has its permissions, and nothing else has any."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent
OPERATIONS = "CreateRepository\nListTagsForResource\n"
ENTRIES = {
    "CreateRepository": "ecr:CreateRepository on repository with aws:TagKeys",
    "ListTagsForResource": "ecr:ListTagsForResource on repository",
}
RESOURCE = "resource repository arn:aws:ecr:${Region}:${Account}:repository/${RepositoryName}\n"


class Generator(unittest.TestCase):
    def run_on(self, authorization, operations=OPERATIONS):
        """What the generator writes of ECR's model.cc, or what it says when it refuses."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "operations.txt").write_text(operations)
            if authorization is not None:
                (folder / "authorization.txt").write_text(authorization)
            done = subprocess.run(
                [sys.executable, TOOLS / "generate.py", "--service", "ecr", "--out", folder / "out", "--operations",
                 folder / "operations.txt", "--authorization", folder / "authorization.txt"],
                capture_output=True, text=True)
            if done.returncode:
                return done.stderr
            return (folder / "out/model.cc").read_text()

    def entries(self, **changes):
        lines = {**ENTRIES, **changes}
        return RESOURCE + "".join(f"{name} {entry}\n" for name, entry in lines.items() if entry)

    def refuses(self, text, authorization, operations=OPERATIONS):
        self.assertIn(text, self.run_on(authorization, operations))

    def test_a_full_table_becomes_the_operations_permissions(self):
        written = self.run_on(self.entries())
        self.assertIn('"ecr:CreateRepository"', written)
        self.assertIn('"arn:aws:ecr:*:*:repository/*"', written)
        self.assertIn('"aws:TagKeys"', written)

    def test_an_operation_without_an_entry_is_refused(self):
        self.refuses("ListTagsForResource has no entry", self.entries(ListTagsForResource=""))

    def test_an_entry_of_no_operation_is_refused(self):
        self.refuses("there is no operation PutImage", self.entries(PutImage="ecr:PutImage on repository"))

    def test_a_service_without_a_table_is_refused(self):
        self.refuses("is missing", None)

    def test_what_has_no_model_needs_an_entry_too(self):
        self.refuses("Pull has no entry", self.entries(), OPERATIONS + "!Pull\n")
        self.assertIn("kUnmodelled", self.run_on(self.entries(Pull="ecr:BatchGetImage on repository"),
                                                 OPERATIONS + "!Pull\n"))

    def test_an_operation_that_asks_nothing_says_so(self):
        self.assertIn(".asks_nothing = true", self.run_on(self.entries(ListTagsForResource="nothing")))
        self.refuses("action on resource", self.entries(ListTagsForResource=" ,"))

    def test_a_second_entry_is_refused(self):
        self.refuses("has an entry already", self.entries() + "CreateRepository nothing\n")

    def test_an_unknown_resource_is_refused(self):
        self.refuses("there is no resource image", self.entries(ListTagsForResource="ecr:ListTagsForResource on image"))

    def test_a_resource_that_nothing_is_about_is_refused(self):
        self.refuses("no operation is about the resource image",
                     self.entries() + "resource image arn:aws:ecr:${Region}:${Account}:image/${Image}\n")

    def test_what_is_no_action_or_key_is_refused(self):
        self.refuses("is no action", self.entries(ListTagsForResource="ListTagsForResource on repository"))
        self.refuses("condition keys", self.entries(ListTagsForResource="ecr:ListTagsForResource on repository with"))
        self.refuses("condition keys", self.entries(ListTagsForResource="ecr:ListTagsForResource on repository with tag"))

    def test_permissions_that_are_asked_only_sometimes_and_alternatives_are_told(self):
        written = self.run_on(self.entries(
            CreateRepository="ecr:CreateRepository or ecr:MakeRepository on repository with aws:TagKeys\n"
                             "  ecr:TagResource? on repository with aws:TagKeys"))
        self.assertIn('"ecr:CreateRepository", "ecr:MakeRepository"', written)
        self.assertEqual(written.count(".always = false"), 1)


if __name__ == "__main__":
    unittest.main()
