"""What lists may be filtered and sorted by, in the services beside EC2 (filters.tsv: service, operation, input, the error of a name that there
is not, names that are taken, names that answer 501): whether there is something to filter or not. A name may say the value it is given."""
import json
import pathlib

import pytest
from walk.models import model
from walk.wire import Caller

LINES = [line.split("\t") for line in (pathlib.Path(__file__).parent / "filters.tsv").read_text().splitlines()]


def filled(template, name, value):
    return json.loads(template.replace("NAME", name).replace("VALUE", value))


@pytest.fixture(scope="module")
def caller(daemon):
    one = Caller(daemon.port, daemon.key)
    for service, operation, given in (("ecr", "CreateRepository", {"repositoryName": "filters"}), ("logs", "CreateLogGroup", {"logGroupName": "filters"}),
                                      ("organizations", "CreateOrganization", {"FeatureSet": "ALL"})):
        assert one.call(model(service), operation, given).status == 200
    return one


@pytest.mark.parametrize("service, operation, template, code, taken, refused", LINES, ids=[f"{line[0]}-{line[1]}-{i}" for i, line in enumerate(LINES, 1)])
def test_a_list_knows_what_it_is_filtered_by_and_refuses_the_rest(caller, service, operation, template, code, taken, refused):
    def ask(name):
        name, _, value = name.partition("=")
        answer = caller.call(model(service), operation, filled(template, name, value or "no-such-value"))
        return answer.code, answer.status
    found = {name: ask(name) for name in [*taken.split(), *refused.split(), "no-such-name"]}
    wanted = {**{name: ("", 200) for name in taken.split()}, **{name: ("NotImplemented", 501) for name in refused.split()}, "no-such-name": (code, 400)}
    assert found == wanted
