"""Every operation, every member of its input: what is left out, too short or long, against its pattern, outside its enumeration or range, an
ARN of another service, account or of none, an id that there is not. Each is answered as walk/answers/<service>.tsv has it, which was read
against AWS's documentation; HANBAT_ACCEPT=1 writes it anew, to be read again. walk/accepted.txt says why AWS takes what looks malformed, and
which codes it answers that its models do not list."""
import collections
import concurrent.futures
import fnmatch
import os
import re

import daemon as live
import pytest
from host import HostOfMemory
from walk.models import ROOT, model
from walk.mutants import MALFORMED
from walk.walker import FOLDER, Walker, inputs_of, steps_of

AGENTS = {"codedeploycommands", "codedeploycommandssecure", "ec2messages", "ssmmessages"}  # spoken by our agents, refused to all others
OURS = {"explain"}
SERVICES = sorted(path.parent.name for path in ROOT.glob("src/services/*/operations.txt") if path.parent.name not in AGENTS | OURS)
EC2_CODES = re.compile(r"(Invalid\w+(\.\w+)?|PrefixList\w+|NatGateway\w+|Missing\w+|\w+\.(NotFound|Malformed|Duplicate|Conflict\w*|AlreadyAssociated|InUse)|Unsupported\w*|UnknownParameter"
                       r"|DependencyViolation|\w+LimitExceeded|OperationNotPermitted|DryRunOperation|Idempotent\w+|IncorrectState|IncorrectInstanceState|RouteAlreadyExists"
                       r"|Resource\.AlreadyAssociated|VcpuLimitExceeded|OptInRequired|AuthFailure|DefaultVpcAlreadyExists|RulesPerSecurityGroupLimitExceeded)")
S3_CODES = re.compile(r"(Invalid\w+|NoSuch\w+|Malformed\w+|Missing\w+|\w+NotFoundError|AccessDenied|BadDigest|EntityTooSmall|EntityTooLarge|IllegalLocationConstraintException"
                      r"|BucketAlreadyOwnedByYou|MethodNotAllowed|KeyTooLongError|UserKeyMustBeSpecified|PreconditionFailed|IllegalVersioningConfigurationException"
                      r"|OwnershipControlsNotFoundError|UnresolvableGrantByEmailAddress|AuthorizationHeaderMalformed|ConditionalRequestConflict|TooManyBuckets|HEAD)")


@pytest.fixture(scope="module")
def walks(tmp_path_factory):
    """{service: its walk, or what stopped it}, of one daemon, several services at a time."""
    one = live.Daemon(tmp_path_factory.mktemp("walk"))
    one.host = HostOfMemory()
    one.start()
    wanted = os.environ.get("HANBAT_WALK", "").split(",") if os.environ.get("HANBAT_WALK") else SERVICES

    names = inputs_of(one.folder)

    def walked(service):
        walker = Walker(one, service, dict(names))
        try:
            walker.walk()
        except Exception as problem:  # told by the service's own test
            return problem
        return walker

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = dict(zip(wanted, pool.map(walked, wanted)))
    yield found
    assert one.process.poll() is None, "the daemon died:\n" + one.log[-3000:]
    one.stop()
    one.host.close()


def of(walks, service):
    if service not in walks:
        pytest.skip("not asked for")
    if isinstance(walks[service], Exception):
        raise walks[service]
    return walks[service]


def lines_of(walk):
    """The table: operation, code and status, and each member with what was wrong with it."""
    rows = collections.defaultdict(list)
    for (operation, path, kind), outcome in walk.outcomes.items():
        rows[operation, outcome].append(f"{path}:{kind}")
    return [f"{operation}\t{outcome}\t{' '.join(sorted(found))}" for (operation, outcome), found in sorted(rows.items())]


def accepted():
    """[service, operations, path:kind or code, reason]"""
    lines = (FOLDER / "accepted.txt").read_text().splitlines()
    return [line.split(maxsplit=3) for line in lines if line and not line.startswith("#")]


def has_reason(service, operation, what):
    return any(fnmatch.fnmatchcase(service, of) and fnmatch.fnmatchcase(operation, operations) and fnmatch.fnmatchcase(what, pattern)
               for of, operations, pattern, reason in accepted())


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_walked(service):
    walked = {step.operation for step in steps_of(service) if step.walked and step.service == service}
    assert sorted(set(model(service).entries) - walked) == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_wrong_with_a_member_is_answered_as_the_table_has_it(walks, service):
    walk = of(walks, service)
    table = FOLDER / "answers" / f"{service}.tsv"
    lines = lines_of(walk)
    if os.environ.get("HANBAT_ACCEPT"):
        table.write_text("\n".join(lines) + "\n")
    wanted = table.read_text().splitlines()
    assert lines == wanted, f"{len(set(wanted) - set(lines))} lines differ"


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_malformed_is_taken_and_nothing_breaks(walks, service):
    walk = of(walks, service)
    wrong = []
    for (operation, path, kind), outcome in walk.outcomes.items():
        status = outcome.split()[-1]
        if status[0] == "5" and outcome not in ("NotImplemented 501", "HEAD 501"):
            wrong.append(f"{operation} {path}:{kind}: {outcome} {walk.messages[operation, path, kind]}")
        if status == "200" and kind.split("-")[-1] in MALFORMED and not has_reason(service, operation, f"{path}:{kind}"):
            wrong.append(f"{operation} takes {path}:{kind}")
        if kind == "unsupported" and status != "501":
            wrong.append(f"{operation} {path}:{kind}: {outcome}")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("service", SERVICES)
def test_every_code_is_one_that_the_service_documents(walks, service):
    walk = of(walks, service)
    told, wrong = model(service), set()
    for (operation, path, kind), outcome in walk.outcomes.items():
        code = outcome.split()[0]
        known = EC2_CODES if told.protocol == "ec2" else S3_CODES if told.protocol == "rest-xml" else None
        good = (known.fullmatch(code) is not None or code.isdigit()) if known else code in told.errors(operation)
        if outcome != "200" and not good and code != "NotImplemented" and not has_reason(service, operation, code):
            wrong.add(f"{operation} {code} for {path}:{kind}: {walk.messages[operation, path, kind]}")
    assert not wrong, "\n".join(sorted(wrong))


def test_a_reason_is_given_for_what_is_taken_and_needed(walks):
    assert [" ".join(line) for line in accepted() if len(line) < 4] == []
    seen = {(service, operation, f"{path}:{kind}" if outcome == "200" else outcome.split()[0])
            for service, walk in walks.items() if not isinstance(walk, Exception) for (operation, path, kind), outcome in walk.outcomes.items()}
    unused = [" ".join(line[:3]) for line in accepted() if line[0] in walks and not any(
        fnmatch.fnmatchcase(service, line[0]) and fnmatch.fnmatchcase(operation, line[1]) and fnmatch.fnmatchcase(what, line[2]) for service, operation, what in seen)]
    assert unused == []
    print(f"{sum(walk.asked for walk in walks.values() if not isinstance(walk, Exception))} calls")
