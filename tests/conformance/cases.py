"""Tables of cases: what is asked, and what AWS answers. A case has a bucket of its own, {b} in its texts, and what its earlier steps
saved. The sources are AWS's API reference and user guide of S3, and answers that AWS gave."""
import dataclasses
import re
import urllib.parse
import uuid

import pytest

ANY = re.compile("(?s).+")
# The canonical user ids of 123456789012 and of 210987654321.
OWNER, ANOTHER = "95878ba739ff4213ba1e694536e37990748e3db6b361cce4f432b70b452063b9", "5a6adfa25dca2cf5e8475671d58e90e09cdc557602c4f731a1bff1efffae399b"


@dataclasses.dataclass
class Step:
    method: str
    target: str
    body: object = b""
    headers: dict = dataclasses.field(default_factory=dict)
    save: dict = dataclasses.field(default_factory=dict)  # name: "header:<name>" or a path in the XML
    sign: bool = True
    presign: dict = None  # the arguments of Client.presigned, to sign in the query


def ask(method, target, body=b"", headers=None, **more):
    return Step(method, target, body, headers or {}, **more)


def put(target, body=b"", headers=None, **more):
    return ask("PUT", target, body, headers, **more)


def get(target, headers=None, **more):
    return ask("GET", target, b"", headers, **more)


def head(target, headers=None, **more):
    return ask("HEAD", target, b"", headers, **more)


def delete(target, headers=None, **more):
    return ask("DELETE", target, b"", headers, **more)


def post(target, body=b"", headers=None, **more):
    return ask("POST", target, body, headers, **more)


@dataclasses.dataclass
class Expected:
    status: int
    headers: dict  # name: text, pattern, or None where it is absent
    xml: dict  # path: text, pattern, list of all texts, or None where it is absent
    body: object = None
    members: dict = None  # of an error: all that it has beside Code, Message, RequestId and HostId


def ok(status=200, headers=None, xml=None, body=None):
    return Expected(status, headers or {}, xml or {}, body)


def error(status, code, message=ANY, headers=None, **members):
    """The error, with exactly these members."""
    return Expected(status, headers or {}, {"Code": code, "Message": message}, None, members)


def filled(value, names):
    if isinstance(value, dict):
        return {key: filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, names) for inner in value]
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace("{" + name + "}", text)
    return value


def same(wanted, found):
    if wanted is None:
        return found is None
    if isinstance(wanted, re.Pattern):
        return found is not None and wanted.fullmatch(found) is not None
    return found == wanted


def differences(expected, answer, names):
    """What of the answer is not as expected, a line each."""
    out = []
    if answer.status != expected.status:
        out.append(f"status {answer.status}, not {expected.status}")
    for name, wanted in filled(expected.headers, names).items():
        if not same(wanted, answer.headers.get(name.lower())):
            out.append(f"header {name}: {answer.headers.get(name.lower())!r}, not {wanted!r}")
    for path, wanted in filled(expected.xml, names).items():
        found = answer.texts(path) if isinstance(wanted, list) else answer.text(path)
        if not (found == wanted if isinstance(wanted, list) else same(wanted, found)):
            out.append(f"{path}: {found!r}, not {wanted!r}")
    for name, form in (("x-amz-request-id", "[0-9A-Z]{16}"), ("x-amz-id-2", "[A-Za-z0-9+/]{75}=")):
        if not re.fullmatch(form, answer.headers.get(name, "")):
            out.append(f"header {name}: {answer.headers.get(name)!r}")
    if expected.body is not None:
        body = filled(expected.body, names)
        body = body.encode() if isinstance(body, str) else body
        if answer.body != body:
            out.append(f"body {answer.body[:200]!r}, not {body[:200]!r}")
    if expected.members is not None and answer.tree is not None:
        members = filled(expected.members, names)
        found = {element.tag: element.text or "" for element in answer.tree if element.tag not in ("Code", "Message", "RequestId", "HostId")}
        for name in sorted({*members, *found}):
            if name not in members or not same(members[name], found.get(name)):
                out.append(f"member {name}: {found.get(name)!r}, not {members.get(name)!r}")
        for name in ("RequestId", "HostId"):
            if answer.text(name) is None:
                out.append(f"no {name}")
    return out


def perform(s3, step, names):
    target, headers, body = filled(step.target, {name: urllib.parse.quote(text, safe="") for name, text in names.items()}), filled(step.headers, names), filled(step.body, names)
    if step.presign is not None:
        return s3.send(step.method, s3.presigned(step.method, target, **step.presign), headers, body, sign=False)
    return s3.send(step.method, target, headers, body, sign=step.sign)


def run(s3, steps, expected):
    """Carries the steps out, the last of which is what is asked; the ones before it have to succeed."""
    names = {"b": "b-" + uuid.uuid4().hex[:20], "account": "123456789012", "owner": OWNER, "other": ANOTHER}
    made = s3.send("PUT", "/" + names["b"], body='<CreateBucketConfiguration><LocationConstraint>ap-northeast-2</LocationConstraint></CreateBucketConfiguration>')
    assert made.status == 200, made
    for step in steps:
        answer = perform(s3, step, names)
        if step is not steps[-1]:
            assert answer.status < 300, (step, answer)
        for name, where in step.save.items():
            names[name] = answer.headers[where[7:]] if where.startswith("header:") else answer.text(where)
    wrong = differences(expected, answer, names)
    assert not wrong, "\n".join(wrong) + f"\n\n{steps[-1]}\n{answer!r}"


def table(cases):
    """A test of each case: (name, *steps, what is answered)."""
    names = [case[0] for case in cases]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)

    @pytest.mark.parametrize("case", cases, ids=[name.replace(" ", "-") for name in names])
    def test(s3, case):
        run(s3, list(case[1:-1]), case[-1])

    return test
