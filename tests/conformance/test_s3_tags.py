"""Tags of objects and buckets. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""
from cases import ANY, delete, error, get, head, ok, put, table

stored = put("/{b}/k", "x")


def tags(*pairs):
    return "<Tagging><TagSet>" + "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key, value in pairs) + "</TagSet></Tagging>"


HEADER = ("InvalidArgument", "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
KEY, VALUE = ("InvalidTag", "The TagKey you have provided is invalid"), ("InvalidTag", "The TagValue you have provided is invalid")
TWICE = ("InvalidTag", "Cannot provide multiple Tags with the same key")
CASES = [
    ("tags of a put", put("/{b}/k", "x", {"x-amz-tagging": "a=1&b=2%20c"}), get("/{b}/k?tagging"), ok(200, xml={"TagSet/Tag/Key": ["a", "b"], "TagSet/Tag/Value": ["1", "2 c"]})),
    ("a tag without a value", put("/{b}/k", "x", {"x-amz-tagging": "a"}), get("/{b}/k?tagging"), ok(200, xml={"TagSet/Tag/Key": ["a"], "TagSet/Tag/Value": [""]})),
    ("no tags at all", put("/{b}/k", "x", {"x-amz-tagging": ""}), get("/{b}/k?tagging"), ok(200, xml={"TagSet": "", "TagSet/Tag/Key": []})),
    ("tags counted", put("/{b}/k", "x", {"x-amz-tagging": "a=1&b=2"}), head("/{b}/k"), ok(200, {"x-amz-tagging-count": "2"})),
    ("a tag twice in a header", put("/{b}/k", "x", {"x-amz-tagging": "a=1&a=2"}), error(400, *HEADER, ArgumentName="x-amz-tagging", ArgumentValue="a=1&a=2")),
    ("a system's tag in a header", put("/{b}/k", "x", {"x-amz-tagging": "aws:a=1"}), error(400, "InvalidTag", "Your TagKey cannot be prefixed with aws:", TagKey="aws:a")),
    ("a long key in a header", put("/{b}/k", "x", {"x-amz-tagging": "k" * 129 + "=1"}), error(400, *KEY, TagKey="k" * 129)),
    ("a long value in a header", put("/{b}/k", "x", {"x-amz-tagging": "k=" + "v" * 257}), error(400, *VALUE, TagKey="k", TagValue="v" * 257)),
    ("the longest tag", put("/{b}/k", "x", {"x-amz-tagging": "k" * 128 + "=" + "v" * 256}), ok(200)),
    ("a sign that no key has", put("/{b}/k", "x", {"x-amz-tagging": "a%2Ab=1"}), error(400, *KEY, TagKey="a*b")),
    ("a sign that no value has", put("/{b}/k", "x", {"x-amz-tagging": "a=%2A"}), error(400, *VALUE, TagKey="a", TagValue="*")),
    ("a key of nothing", put("/{b}/k", "x", {"x-amz-tagging": "=1"}), error(400, *KEY, TagKey="")),
    ("all signs that tags have", put("/{b}/k", "x", {"x-amz-tagging": "a%2Bb-c%3Dd.e_f%3Ag%2Fh%40=%2B-%3D._%3A%2F%40%20"}), ok(200)),
    ("letters of other scripts", put("/{b}/k", "x", {"x-amz-tagging": "%ED%95%9C=%EB%B0%AD"}), ok(200)),
    ("eleven tags in a header", put("/{b}/k", "x", {"x-amz-tagging": "&".join(f"k{i}=v" for i in range(11))}), error(400, "BadRequest", "Object tags cannot be greater than 10")),
    ("ten tags", put("/{b}/k", "x", {"x-amz-tagging": "&".join(f"k{i}=v" for i in range(10))}), ok(200)),
    ("tags put", stored, put("/{b}/k?tagging", tags(("a", "1"))), ok(200, {"x-amz-version-id": None}, body=b"")),
    ("tags put, read", stored, put("/{b}/k?tagging", tags(("a", "1"), ("b", "2"))), get("/{b}/k?tagging"), ok(200, xml={"TagSet/Tag/Key": ["a", "b"]})),
    ("tags put, none", put("/{b}/k", "x", {"x-amz-tagging": "a=1"}), put("/{b}/k?tagging", tags()), head("/{b}/k"), ok(200, {"x-amz-tagging-count": None})),
    ("tags deleted", put("/{b}/k", "x", {"x-amz-tagging": "a=1"}), delete("/{b}/k?tagging"), ok(204, body=b"")),
    ("a tag twice", stored, put("/{b}/k?tagging", tags(("a", "1"), ("a", "2"))), error(400, *TWICE, TagKey="a")),
    ("a system's tag", stored, put("/{b}/k?tagging", tags(("aws:a", "1"))), error(400, "InvalidTag", "Your TagKey cannot be prefixed with aws:", TagKey="aws:a")),
    ("a long key", stored, put("/{b}/k?tagging", tags(("k" * 129, "1"))), error(400, *KEY, TagKey="k" * 129)),
    ("a long value", stored, put("/{b}/k?tagging", tags(("k", "v" * 257))), error(400, *VALUE, TagKey="k", TagValue="v" * 257)),
    ("eleven tags", stored, put("/{b}/k?tagging", tags(*((f"k{i}", "v") for i in range(11)))), error(400, "BadRequest", "Object tags cannot be greater than 10")),
    ("a tag twice of a bucket", put("/{b}?tagging", tags(("a", "1"), ("a", "2"))), error(400, *TWICE, TagKey="a")),
    ("a system's tag of a bucket", put("/{b}?tagging", tags(("aws:a", "1"))), error(400, "InvalidTag", "System tags cannot be added/updated by requester", TagKey="aws:a")),
    ("a long key of a bucket", put("/{b}?tagging", tags(("k" * 129, "1"))), error(400, *KEY, TagKey="k" * 129)),
    ("fifty-one tags of a bucket", put("/{b}?tagging", tags(*((f"k{i}", "v") for i in range(51)))), error(400, "BadRequest", "Bucket tag count cannot be greater than 50")),
    ("tags that no XML says", stored, put("/{b}/k?tagging", "<Tagging/>"), error(400, "MalformedXML", ANY)),
]
test_tags = table(CASES)
