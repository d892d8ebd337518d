"""Calls of a tool to the region, as they were recorded: what was sent and answered, without signatures and secrets."""
import dataclasses
import json
import lzma
import pathlib
import re
import urllib.parse

FOLDER = pathlib.Path(__file__).parent / "recorded"
# What asks for another page than the first: its token is made up by the region that told it.
GOES_ON = re.compile(r"""[&?"](Marker|NextToken|nextToken|continuation-token)(=|":)""")
READS = re.compile(r"(Describe|Get|List|Head|BatchGet|Search|Lookup|GET|HEAD)")


@dataclasses.dataclass
class Call:
    step: str
    service: str  # and region: what it was signed for
    region: str
    method: str
    path: str  # with its query
    headers: dict
    body: str  # bytes as latin-1, as is the answer's
    status: int = 0
    answer_headers: dict = dataclasses.field(default_factory=dict)
    answer: str = ""

    @property
    def operation(self):
        """AWS's name of it; of S3's, whose requests have none, what they are about."""
        if "x-amz-target" in self.headers:
            return self.headers["x-amz-target"].split(".")[-1]
        named = dict(urllib.parse.parse_qsl(self.body)) if "urlencoded" in self.headers.get("content-type", "") else {}
        if "Action" in named:
            return named["Action"]
        path, _, query = self.path.partition("?")
        if path.startswith("/service/") and "/operation/" in path:  # Smithy's RPC over CBOR
            return path.rpartition("/")[2]
        return f"{self.method} {'an object' if path.strip('/').count('/') else 'a bucket'}?{query.split('=')[0]}"

    @property
    def reads(self):
        return READS.match(self.operation) is not None

    @property
    def request(self):
        return (self.service, self.method, self.path, self.headers.get("x-amz-target"), self.body)


def save(name, made_by, calls):
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps({"made_by": made_by, "calls": [dataclasses.astuple(one) for one in calls]}, separators=(",", ":"))
    (FOLDER / f"{name}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def load(name):
    told = json.loads(lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes()))
    return [Call(*one) for one in told["calls"]]


def without_repetitions(calls):
    """Without what was asked again before anything was written: the answer is the same, and a replay has it already. And without all pages of
    a list but the first: the provider walks all of AWS's policies to find one."""
    kept, asked = [], {}
    for one in calls:
        if not one.reads:
            asked = {}
        elif asked.setdefault(one.request, one) is not one or GOES_ON.search(one.path + "&" + one.body):
            continue
        kept.append(one)
    return kept
