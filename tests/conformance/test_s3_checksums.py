"""Checksums. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html"""
from cases import ANY, error, get, head, ok, post, put, table

# Of "hello".
SUMS = {"crc32": "NhCmhg==", "crc32c": "mnG7TA==", "crc64nvme": "M3eFcAZSQlc=", "sha1": "qvTGHdzF6KLavt4PO0gs2a6pQ00=", "sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}
ZEROS = {"crc32": "AAAAAA==", "crc32c": "AAAAAA==", "crc64nvme": "AAAAAAAAAAA=", "sha1": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "sha256": "A" * 43 + "="}
MEMBER = {"crc32": "ChecksumCRC32", "crc32c": "ChecksumCRC32C", "crc64nvme": "ChecksumCRC64NVME", "sha1": "ChecksumSHA1", "sha256": "ChecksumSHA256"}
SHOWN = {"x-amz-checksum-mode": "ENABLED"}
ATTRIBUTE = {"x-amz-object-attributes": "Checksum"}

CASES = []
for name, sum_ in SUMS.items():
    header, capitals = f"x-amz-checksum-{name}", name.upper()
    other = "crc32c" if name == "crc32" else "crc32"
    CASES += [
        (f"{name} told", put("/{b}/k", "hello", {header: sum_}), ok(200, {header: sum_, "x-amz-checksum-type": "FULL_OBJECT"})),
        (f"{name} asked for", put("/{b}/k", "hello", {"x-amz-sdk-checksum-algorithm": capitals}), ok(200, {header: sum_, "x-amz-checksum-type": "FULL_OBJECT"})),
        (f"{name} of something else", put("/{b}/k", "hello", {header: ZEROS[name]}), error(400, "BadDigest", f"The {capitals} you specified did not match the calculated checksum.")),
        (f"{name} that is none", put("/{b}/k", "hello", {header: "none"}), error(400, "InvalidRequest", f"Value for {header} header is invalid.")),
        (f"{name} of another length", put("/{b}/k", "hello", {header: "AAAA"}), error(400, "InvalidRequest", f"Value for {header} header is invalid.")),
        (f"{name} with another algorithm", put("/{b}/k", "hello", {header: sum_, "x-amz-sdk-checksum-algorithm": other.upper()}),
         error(400, "InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")),
        (f"{name} with another sum", put("/{b}/k", "hello", {header: sum_, f"x-amz-checksum-{other}": SUMS[other]}),
         error(400, "InvalidRequest", "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")),
        (f"{name} read", put("/{b}/k", "hello", {header: sum_}), get("/{b}/k", SHOWN), ok(200, {header: sum_, "x-amz-checksum-type": "FULL_OBJECT", f"x-amz-checksum-{other}": None})),
        (f"{name} not asked for", put("/{b}/k", "hello", {header: sum_}), get("/{b}/k"), ok(200, {header: None})),
        (f"{name} of the head", put("/{b}/k", "hello", {header: sum_}), head("/{b}/k", SHOWN), ok(200, {header: sum_})),
        (f"{name} of a range", put("/{b}/k", "hello", {header: sum_}), get("/{b}/k", {**SHOWN, "Range": "bytes=0-1"}), ok(206, {header: None})),
        (f"{name} of a whole range", put("/{b}/k", "hello", {header: sum_}), get("/{b}/k", {**SHOWN, "Range": "bytes=0-4"}), ok(206, {header: sum_})),
        (f"{name} as an attribute", put("/{b}/k", "hello", {header: sum_}), get("/{b}/k?attributes", ATTRIBUTE), ok(200, xml={f"Checksum/{MEMBER[name]}": sum_, "Checksum/ChecksumType": "FULL_OBJECT"})),
        (f"{name} of a copy", put("/{b}/k", "hello", {header: sum_}), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k"}), ok(200, xml={MEMBER[name]: sum_, "ChecksumType": "FULL_OBJECT"})),
        (f"{name} for a copy", put("/{b}/k", "hello"), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-checksum-algorithm": capitals}), ok(200, xml={MEMBER[name]: sum_, "ChecksumType": "FULL_OBJECT"})),
        (f"{name} in a list", put("/{b}/k", "hello", {header: sum_}), get("/{b}?list-type=2"), ok(200, xml={"Contents/ChecksumAlgorithm": [capitals], "Contents/ChecksumType": ["FULL_OBJECT"]})),
    ]

PLAIN = [
    ("a put without", put("/{b}/k", "hello"), ok(200, {"x-amz-checksum-crc64nvme": SUMS["crc64nvme"], "x-amz-checksum-type": "FULL_OBJECT"})),
    ("a put without, read", put("/{b}/k", "hello"), head("/{b}/k", SHOWN), ok(200, {"x-amz-checksum-crc64nvme": SUMS["crc64nvme"]})),
    ("a put without, its attribute", put("/{b}/k", "hello"), get("/{b}/k?attributes", ATTRIBUTE), ok(200, xml={"Checksum/ChecksumCRC64NVME": SUMS["crc64nvme"], "Checksum/ChecksumType": "FULL_OBJECT"})),
    ("an unknown algorithm", put("/{b}/k", "hello", {"x-amz-sdk-checksum-algorithm": "CRC16"}), error(400, "InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")),
    ("an unknown algorithm of an upload", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "CRC16"}),
     error(400, "InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")),
    ("an unknown algorithm of a copy", put("/{b}/k", "hello"), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-checksum-algorithm": "CRC16"}),
     error(400, "InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")),
    ("a mode in small letters", put("/{b}/k", "hello"), head("/{b}/k", {"x-amz-checksum-mode": "enabled"}), ok(200, {"x-amz-checksum-crc64nvme": SUMS["crc64nvme"]})),
    ("a type without an algorithm", post("/{b}/k?uploads", headers={"x-amz-checksum-type": "COMPOSITE"}),
     error(400, "InvalidRequest", "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")),
    ("a composite CRC64NVME", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "COMPOSITE"}),
     error(400, "InvalidRequest", "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.")),
    ("a whole SHA1", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "SHA1", "x-amz-checksum-type": "FULL_OBJECT"}),
     error(400, "InvalidRequest", "The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.")),
    ("a whole SHA256", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT"}),
     error(400, "InvalidRequest", "The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.")),
    ("an unknown type", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "HALF"}), error(400, "InvalidRequest", "Value for x-amz-checksum-type header is invalid.")),
    ("an upload of a CRC32", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "CRC32"}), ok(200, {"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "COMPOSITE"})),
    ("an upload of a whole CRC32", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "FULL_OBJECT"}), ok(200, {"x-amz-checksum-type": "FULL_OBJECT"})),
    ("an upload of a CRC64NVME", post("/{b}/k?uploads", headers={"x-amz-checksum-algorithm": "CRC64NVME"}), ok(200, {"x-amz-checksum-type": "FULL_OBJECT"})),
]

test_a_checksum = table(CASES)
test_a_checksum_that_nobody_told_and_one_that_cannot_be = table(PLAIN)
