"""Lifecycle rules with transitions, as they are put, refused and told. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
What they do in time is in src/services/s3/lifecycle."""
import re

from cases import ANY, error, get, head, ok, put, table

MALFORMED = error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
FILTER = "<Filter><Prefix>logs/</Prefix></Filter>"
NAMED = "filter '(prefix=logs/)'"


def rule(actions, about=FILTER, status="Enabled", name="r"):
    return f"<Rule><ID>{name}</ID>{about}<Status>{status}</Status>{actions}</Rule>"


def moves(class_, days=None, date=None):
    when = (f"<Days>{days}</Days>" if days is not None else "") + (f"<Date>{date}</Date>" if date else "")
    return f"<Transition>{when}<StorageClass>{class_}</StorageClass></Transition>"


def older(class_, days=None, newer=None):
    when = (f"<NoncurrentDays>{days}</NoncurrentDays>" if days is not None else "") + (f"<NewerNoncurrentVersions>{newer}</NewerNoncurrentVersions>" if newer else "")
    return f"<NoncurrentVersionTransition>{when}<StorageClass>{class_}</StorageClass></NoncurrentVersionTransition>"


def rules(*all_, **headers):
    return put("/{b}?lifecycle", "<LifecycleConfiguration>" + "".join(all_) + "</LifecycleConfiguration>", {name.replace("_", "-"): value for name, value in headers.items()})


def ends(days):
    return f"<Expiration><Days>{days}</Days></Expiration>"


SMALL = "x-amz-transition-default-minimum-object-size"
TAKEN = [(f"{class_} after {days}", rules(rule(moves(class_, days))), ok(200, {SMALL: "all_storage_classes_128K"}))
         for class_, days in (("STANDARD_IA", 30), ("ONEZONE_IA", 30), ("INTELLIGENT_TIERING", 0), ("GLACIER_IR", 0), ("GLACIER", 0), ("DEEP_ARCHIVE", 0))]
TAKEN += [
    ("two transitions told", rules(rule(moves("STANDARD_IA", 30) + moves("GLACIER", 60) + ends(90))), get("/{b}?lifecycle"),
     ok(200, {SMALL: "all_storage_classes_128K"}, {"Rule/Transition/Days": ["30", "60"], "Rule/Transition/StorageClass": ["STANDARD_IA", "GLACIER"], "Rule/Expiration/Days": ["90"]})),
    ("a transition by date", rules(rule(moves("GLACIER", date="2030-01-01T00:00:00Z"))), get("/{b}?lifecycle"), ok(200, xml={"Rule/Transition/Date": "2030-01-01T00:00:00.000Z", "Rule/Transition/Days": None})),
    ("older versions", rules(rule(older("STANDARD_IA", 30, 5) + older("GLACIER", 60))), get("/{b}?lifecycle"),
     ok(200, xml={"Rule/NoncurrentVersionTransition/NoncurrentDays": ["30", "60"], "Rule/NoncurrentVersionTransition/NewerNoncurrentVersions": ["5"]})),
    ("a rule of the old form", rules(rule(moves("GLACIER", 1), "<Prefix>logs/</Prefix>")), get("/{b}?lifecycle"), ok(200, xml={"Rule/Prefix": "logs/", "Rule/Transition/Days": "1"})),
    ("a rule by size", rules(rule(moves("GLACIER_IR", 1), "<Filter><And><Prefix>a</Prefix><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></And></Filter>")), get("/{b}?lifecycle"),
     ok(200, xml={"Rule/Filter/And/ObjectSizeGreaterThan": "500"})),
    ("small objects where they are archived", rules(rule(moves("GLACIER", 1)), **{SMALL.replace("-", "_"): "varies_by_storage_class"}), get("/{b}?lifecycle"), ok(200, {SMALL: "varies_by_storage_class"})),
    ("classes out of order in the document", rules(rule(moves("GLACIER", 60) + moves("STANDARD_IA", 30))), ok(200)),
]
EXPIRY = re.compile(r'expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", rule-id="soon%20and%20then"')
EXPIRES = rules(rule(ends(30), name="late"), rule(ends(3), name="soon and then"), rule(ends(1), "<Filter><Prefix>other/</Prefix></Filter>", name="other"))
EXPIRES_LATER = rules(rule(ends(1), status="Disabled"))
TAKEN_UP = [
    ("expiry told of a put", EXPIRES, put("/{b}/logs/k", "hello"), ok(200, {"x-amz-expiration": EXPIRY})),
    ("expiry told of a get", put("/{b}/logs/k", "hello"), EXPIRES, get("/{b}/logs/k"), ok(200, {"x-amz-expiration": EXPIRY})),
    ("expiry told of a head", put("/{b}/logs/k", "hello"), EXPIRES, head("/{b}/logs/k"), ok(200, {"x-amz-expiration": EXPIRY})),
    ("no expiry of what no rule means", EXPIRES, put("/{b}/k", "hello"), ok(200, {"x-amz-expiration": None})),
    ("no expiry by a rule that is off", EXPIRES_LATER, put("/{b}/logs/k", "hello"), ok(200, {"x-amz-expiration": None})),
]
REFUSED = [
    ("a rule of less than nothing", rules(rule(moves("GLACIER_IR", 1), "<Filter><ObjectSizeGreaterThan>-1</ObjectSizeGreaterThan></Filter>")), MALFORMED),
    ("two conditions without an And", rules(rule(moves("GLACIER", 1), "<Filter><Prefix>a</Prefix><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></Filter>")), MALFORMED),
    ("too early for STANDARD_IA", rules(rule(moves("STANDARD_IA", 29))), error(400, "InvalidArgument", "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'")),
    ("too early for older versions", rules(rule(older("ONEZONE_IA", 29))),
     error(400, "InvalidArgument", "'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30 for storageClass 'ONEZONE_IA'")),
    ("before there was anything", rules(rule(moves("GLACIER", -1))), error(400, "InvalidArgument", "'Days' in Transition action must be nonnegative")),
    ("neither days nor date", rules(rule(moves("GLACIER"))), MALFORMED),
    ("days and a date", rules(rule(moves("GLACIER", 1, "2030-01-01T00:00:00Z"))), MALFORMED),
    ("a date in the day", rules(rule(moves("GLACIER", date="2030-01-01T01:00:00Z"))), error(400, "InvalidArgument", "'Date' must be at midnight GMT")),
    ("no class", rules(rule("<Transition><Days>1</Days></Transition>")), MALFORMED),
    ("a class that there is none of", rules(rule(moves("FROZEN", 1))), MALFORMED),
    ("the class that all begin in", rules(rule(moves("STANDARD", 1))), MALFORMED),
    ("one class twice", rules(rule(moves("GLACIER", 1) + moves("GLACIER", 2))),
     error(400, "InvalidRequest", f"'StorageClass' must be different for 'Transition' actions in same 'Rule' with {NAMED}")),
    ("days and dates", rules(rule(moves("GLACIER", 1) + moves("DEEP_ARCHIVE", date="2030-01-01T00:00:00Z"))),
     error(400, "InvalidRequest", f"Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for {NAMED}")),
    ("days of the one and a date of the other", rules(rule(moves("GLACIER", 1) + "<Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>")),
     error(400, "InvalidRequest", f"Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for {NAMED}")),
    ("gone before it moves", rules(rule(moves("GLACIER", 9) + ends(9))), error(400, "InvalidArgument", f"'Days' in the Expiration action for {NAMED} must be greater than 'Days' in the Transition action")),
    ("older ones gone before they move", rules(rule(older("GLACIER", 9) + "<NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration>")), error(400, "InvalidArgument", ANY)),
    ("colder before warmer", rules(rule(moves("GLACIER", 9) + moves("DEEP_ARCHIVE", 5))), error(400, "InvalidArgument",
     f"'Days' in the Transition action for StorageClass 'DEEP_ARCHIVE' for {NAMED} must be greater than 'Days' in the Transition action for StorageClass 'GLACIER' for {NAMED}")),
    ("colder less than a month after STANDARD_IA", rules(rule(moves("STANDARD_IA", 30) + moves("GLACIER", 59))), error(400, "InvalidArgument", ANY)),
    ("old form named", rules(rule(moves("GLACIER", 9) + ends(9), "<Prefix>logs/</Prefix>")), error(400, "InvalidArgument", "'Days' in the Expiration action for prefix 'logs/' must be greater than 'Days' in the Transition action")),
    ("an unknown least size", rules(rule(moves("GLACIER", 1)), **{SMALL.replace("-", "_"): "none"}), error(400, "InvalidRequest", ANY)),
    ("no days of older versions", rules(rule(older("GLACIER"))), MALFORMED),
    ("a rule that does nothing", rules(rule("")), error(400, "InvalidRequest", ANY)),
]

test_transitions_taken = table(TAKEN)
test_expiry_told = table(TAKEN_UP)
test_transitions_refused = table(REFUSED)
