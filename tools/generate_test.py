#!/usr/bin/python3
"""What the generator refuses of a service's operations.txt: each operation says once how it runs and what it asks for."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent
ENTRIES = {
    "CreateRepository writes": "-encryptionConfiguration\n  ecr:CreateRepository on repository with aws:TagKeys",
    "ListTagsForResource reads": "ecr:ListTagsForResource on repository",
}
RESOURCE = "resource repository arn:aws:ecr:${Region}:${Account}:repository/${RepositoryName}\n"


def entries(more="", **changes):
    """operations.txt with the entries above, some of them with another body; an empty one leaves the entry bare."""
    lines = {name: changes.get(name.split()[0], body) for name, body in ENTRIES.items()}
    return RESOURCE + "".join(f"{name}\n" + (f"  {body}\n" if body else "") for name, body in lines.items()) + more


class Generator(unittest.TestCase):
    def run_on(self, text, file="model.cc", service="ecr"):
        """What the generator writes of the service into the file, or what it says when it refuses."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            if text is not None:
                (folder / "operations.txt").write_text(text)
            done = subprocess.run(
                [sys.executable, TOOLS / "generate.py", "--service", service, "--out", folder / "out", "--operations",
                 folder / "operations.txt"], capture_output=True, text=True)
            if done.returncode:
                return done.stderr
            return (folder / "out" / file).read_text()

    def refuses(self, because, text):
        self.assertIn(because, self.run_on(text))

    def test_a_full_table_becomes_the_operations_permissions(self):
        written = self.run_on(entries())
        self.assertIn('"ecr:CreateRepository"', written)
        self.assertIn('"arn:aws:ecr:*:*:repository/*"', written)
        self.assertIn('"aws:TagKeys"', written)
        self.assertIn('"encryptionConfiguration"', written)

    def test_the_methods_are_declared_for_the_services_class(self):
        self.assertIn("hanbat::ecr::CreateRepositoryOutput create_repository(hanbat::region::Request& rq, "
                      "const hanbat::ecr::CreateRepositoryInput& in) override;", self.run_on(entries(), "methods.inc"))

    def test_an_operation_says_whether_it_reads_or_writes(self):
        self.assertEqual(self.run_on(entries()).count(".read_only = true"), 1)
        self.refuses("PutImage says one of", entries("PutImage\n  ecr:PutImage on repository\n"))
        self.refuses("PutImage says one of", entries("PutImage deletes\n  ecr:PutImage on repository\n"))
        self.assertIn(".issues_keys = true", self.run_on(entries("GetAuthorizationToken issues-keys\n  nothing\n")))

    def test_a_list_in_pages_names_its_members(self):
        written = self.run_on(entries("ListImages reads\n  ecr:ListImages on repository\n"))
        self.assertIn('.page = {.tokens = {"nextToken"}, .next_tokens = {"nextToken"}, .limit = "maxResults", '
                      '.result = "imageIds"}', written)
        self.assertNotIn(".page =", self.run_on(entries()))

    def test_an_operation_without_permissions_is_refused(self):
        self.refuses("ListTagsForResource says neither", entries(ListTagsForResource=""))

    def test_an_entry_of_no_operation_is_refused(self):
        self.refuses("AWS has no operation Pull", entries("Pull reads\n  nothing\n"))

    def test_a_service_without_a_table_is_refused(self):
        self.refuses("operations.txt", None)

    def test_what_has_no_model_has_an_entry_with_a_mark(self):
        self.assertIn("kUnmodelled", self.run_on(entries("!Pull reads\n  ecr:BatchGetImage on repository\n")))

    def test_an_operation_that_asks_nothing_says_so(self):
        self.assertIn(".asks_nothing = true", self.run_on(entries(ListTagsForResource="nothing")))
        self.refuses("stands alone", entries(ListTagsForResource="nothing\n  ecr:ListTagsForResource on repository"))
        self.refuses("action on resource", entries(ListTagsForResource=" ,"))

    def test_a_service_says_what_sets_it_apart(self):
        written = self.run_on("service s3-signatures validation-code=InvalidParameterException\n" + entries())
        self.assertIn('.validation_code = "InvalidParameterException"', written)
        self.assertIn(".s3_signatures = true", written)
        self.assertNotIn(".bucket_hosts", written)
        self.refuses("is nothing that a service says", "service fast\n" + entries())
        self.refuses("is nothing that a service says", "service validation-code=\n" + entries())
        self.refuses("says bucket-hosts twice", "service bucket-hosts\nservice bucket-hosts\n" + entries())

    def test_the_values_of_an_open_enumeration_are_not_checked(self):
        self.assertIn('"MUTABLE"', self.run_on(entries(), "model.cc"))
        self.assertNotIn('"MUTABLE"', self.run_on("open ImageTagMutability\n" + entries(), "model.cc"))
        self.refuses("no enumeration TagKey", "open TagKey\n" + entries())

    def test_an_answer_may_have_an_element_that_the_model_does_not_name(self):
        answer = "answer Tags is-text\n  ecr:ListTagsForResource on repository"
        written = self.run_on(entries(ListTagsForResource=answer))
        self.assertIn('.answer_element = "Tags", .answer_is_text = true', written)
        self.refuses("named before the permissions",
                     entries(ListTagsForResource="ecr:ListTagsForResource on repository\n  answer Tags"))

    def test_an_operation_may_succeed_with_another_status_than_the_model_says(self):
        self.assertIn(".success_status = 204", self.run_on(entries(ListTagsForResource="answers 204\n  ecr:ListTagsForResource on repository")))
        self.assertNotIn(".success_status", self.run_on(entries()))
        self.refuses("one of 200 to 299", entries(ListTagsForResource="answers 404\n  ecr:ListTagsForResource on repository"))

    def test_a_service_of_several_protocols_has_its_table_for_each(self):
        written = self.run_on("PutMetricData writes\n  cloudwatch:PutMetricData on *\n", service="monitoring")
        for protocol in ("kCbor", "kJson", "kQuery"):
            self.assertEqual(written.count(f".protocol = wire::Protocol::{protocol}"), 1)
        self.assertIn("kAlso[] = {&kServicekJson, &kServicekQuery}", written)
        self.assertIn(".compressed_requests = true", written)
        self.assertNotIn(".also", self.run_on(entries()))
        self.assertIn('with_query_code("InvalidParameterValue")',
                      self.run_on("PutMetricData writes\n  cloudwatch:PutMetricData on *\n", "model.h", "monitoring"))

    def test_a_second_entry_is_refused(self):
        self.refuses("is named twice", entries("CreateRepository writes\n  nothing\n"))

    def test_parameters_stand_before_permissions_and_exist(self):
        self.refuses("before the permissions", entries(ListTagsForResource="nothing\n  -resourceArn"))
        self.refuses("has no input member", entries(ListTagsForResource="-name\n  nothing"))

    def test_an_unknown_resource_is_refused(self):
        self.refuses("there is no resource image", entries(ListTagsForResource="ecr:ListTagsForResource on image"))

    def test_a_resource_that_nothing_is_about_is_refused(self):
        self.refuses("no operation is about the resource image",
                     entries("resource image arn:aws:ecr:${Region}:${Account}:image/${Image}\n"))

    def test_what_is_no_action_or_key_is_refused(self):
        self.refuses("is no action", entries(ListTagsForResource="ListTagsForResource on repository"))
        self.refuses("condition keys", entries(ListTagsForResource="ecr:ListTagsForResource on repository with"))
        self.refuses("condition keys", entries(ListTagsForResource="ecr:ListTagsForResource on repository with tag"))

    def test_permissions_that_are_asked_only_sometimes_and_alternatives_are_told(self):
        written = self.run_on(entries(
            CreateRepository="ecr:CreateRepository or ecr:MakeRepository on repository with aws:TagKeys\n"
                             "  ecr:TagResource? on repository with aws:TagKeys"))
        self.assertIn('"ecr:CreateRepository", "ecr:MakeRepository"', written)
        self.assertEqual(written.count(".always = false"), 1)


if __name__ == "__main__":
    unittest.main()
