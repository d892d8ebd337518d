"""Members of which AWS says "name or ARN": both do the same, and the ARN of another account is refused as AWS refuses it; members that take a
name alone find nothing by an ARN. Systems Manager and Secrets Manager; Organizations and STS take ids and ARNs alone."""
import json

import pytest
from walk.models import model
from walk.wire import Caller

PARAMETER, DOCUMENT, SECRET = "/arn/one", "arn-document", "arn-secret"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]})
# (service, operation, input with NAME, whose)
BOTH = [
    ("ssm", "GetParameter", {"Name": "NAME"}, PARAMETER),
    ("ssm", "GetParameters", {"Names": ["NAME"]}, PARAMETER),
    ("ssm", "GetParameterHistory", {"Name": "NAME"}, PARAMETER),
    ("ssm", "DescribeDocument", {"Name": "NAME"}, DOCUMENT),
    ("ssm", "GetDocument", {"Name": "NAME"}, DOCUMENT),
    ("ssm", "ListDocumentVersions", {"Name": "NAME"}, DOCUMENT),
    ("ssm", "SendCommand", {"DocumentName": "NAME", "Targets": [{"Key": "tag:none", "Values": ["x"]}]}, DOCUMENT),
    ("ssm", "CreateAssociation", {"Name": "NAME", "Targets": [{"Key": "tag:none", "Values": ["x"]}]}, DOCUMENT),
    ("secretsmanager", "DescribeSecret", {"SecretId": "NAME"}, SECRET),
    ("secretsmanager", "GetSecretValue", {"SecretId": "NAME"}, SECRET),
    ("secretsmanager", "ListSecretVersionIds", {"SecretId": "NAME"}, SECRET),
    ("secretsmanager", "PutSecretValue", {"SecretId": "NAME", "SecretString": "x", "ClientRequestToken": "2" * 32}, SECRET),
    ("secretsmanager", "UpdateSecret", {"SecretId": "NAME", "Description": "x"}, SECRET),
    ("secretsmanager", "UpdateSecretVersionStage", {"SecretId": "NAME", "VersionStage": "s", "MoveToVersionId": "1" * 32}, SECRET),
    ("secretsmanager", "TagResource", {"SecretId": "NAME", "Tags": [{"Key": "a", "Value": "b"}]}, SECRET),
    ("secretsmanager", "UntagResource", {"SecretId": "NAME", "TagKeys": ["a"]}, SECRET),
    ("secretsmanager", "PutResourcePolicy", {"SecretId": "NAME", "ResourcePolicy": POLICY}, SECRET),
    ("secretsmanager", "GetResourcePolicy", {"SecretId": "NAME"}, SECRET),
    ("secretsmanager", "ValidateResourcePolicy", {"SecretId": "NAME", "ResourcePolicy": POLICY}, SECRET),
    ("secretsmanager", "DeleteResourcePolicy", {"SecretId": "NAME"}, SECRET),
    ("secretsmanager", "RestoreSecret", {"SecretId": "NAME"}, SECRET),
]
NAMES_ALONE = [
    ("PutParameter", {"Name": "NAME", "Value": "x", "Overwrite": True}, "ValidationException"),
    ("LabelParameterVersion", {"Name": "NAME", "Labels": ["x"]}, "ParameterNotFound"),
    ("UnlabelParameterVersion", {"Name": "NAME", "Labels": ["x"], "ParameterVersion": 1}, "ParameterNotFound"),
    ("DeleteParameter", {"Name": "NAME"}, "ParameterNotFound"),
    ("DeleteDocument", {"Name": "NAME"}, "ValidationException"),
    ("UpdateDocumentDefaultVersion", {"Name": "NAME", "DocumentVersion": "1"}, "ValidationException"),
]


def named(template, name):
    return json.loads(json.dumps(template).replace('"NAME"', json.dumps(name)))


@pytest.fixture(scope="module")
def things(daemon):
    """(who calls, {a thing's name: its ARN})"""
    one = Caller(daemon.port, daemon.key)
    content = json.dumps({"schemaVersion": "2.2", "mainSteps": [{"action": "aws:runShellScript", "name": "a", "inputs": {"runCommand": ["true"]}}]})
    assert one.call(model("ssm"), "PutParameter", {"Name": PARAMETER, "Value": "x", "Type": "String"}).status == 200
    assert one.call(model("ssm"), "CreateDocument", {"Name": DOCUMENT, "Content": content, "DocumentType": "Command"}).status == 200
    secret = one.call(model("secretsmanager"), "CreateSecret", {"Name": SECRET, "SecretString": "x", "ClientRequestToken": "1" * 32})
    place = "arn:aws:ssm:ap-northeast-2:123456789012:"
    return one, {PARAMETER: place + "parameter" + PARAMETER, DOCUMENT: place + "document/" + DOCUMENT, SECRET: secret.at("ARN")}


@pytest.mark.parametrize("service, operation, template, name", BOTH, ids=[f"{line[0]}-{line[1]}" for line in BOTH])
def test_a_name_and_its_arn_are_one_and_another_accounts_is_refused(things, service, operation, template, name):
    caller, arns = things
    ask = lambda given: caller.call(model(service), operation, named(template, given))  # noqa: E731
    answers = {given: ask(given) for given in (name, arns[name])}
    assert {given: answer.status for given, answer in answers.items()} == {name: 200, arns[name]: 200}, [answer.text for answer in answers.values()]
    foreign = ask(arns[name].replace("123456789012", "210987654321"))
    assert (foreign.code, foreign.status) == ("AccessDeniedException", 400), foreign.text


@pytest.mark.parametrize("operation, template, code", NAMES_ALONE, ids=[line[0] for line in NAMES_ALONE])
def test_what_takes_a_name_alone_finds_nothing_by_an_arn(things, operation, template, code):
    caller, arns = things
    answer = caller.call(model("ssm"), operation, named(template, arns[DOCUMENT if "Document" in operation else PARAMETER]))
    assert (answer.code, answer.status) == (code, 400), answer.text
