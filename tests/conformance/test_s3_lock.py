"""Object Lock, in force. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"""
from cases import ANY, delete, error, get, head, ok, post, put, table

SOON, LATER = "2099-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
HERE = "<CreateBucketConfiguration><LocationConstraint>ap-northeast-2</LocationConstraint></CreateBucketConfiguration>"
MALFORMED = ("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
LOCKED = ("AccessDenied", "Access Denied because object protected by object lock.")
NOT_SET = ("NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration")
NO_LOCK = ("InvalidRequest", "Bucket is missing Object Lock Configuration")
ENABLED = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
# A bucket with Object Lock, {b}-l.
made = put("/{b}-l", HERE, {"x-amz-bucket-object-lock-enabled": "true"})
stored = put("/{b}-l/k", "x", save={"v": "header:x-amz-version-id"})


def held(status="ON"):
    return put("/{b}-l/k?legal-hold", f"<LegalHold><Status>{status}</Status></LegalHold>")


def retained(mode="GOVERNANCE", until=SOON, headers=None):
    return put("/{b}-l/k?retention", f"<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>", headers)


def configured(inside, enabled="Enabled"):
    return put("/{b}-l?object-lock", f"<ObjectLockConfiguration><ObjectLockEnabled>{enabled}</ObjectLockEnabled>{inside}</ObjectLockConfiguration>")


def usual(inside):
    return configured(f"<Rule><DefaultRetention>{inside}</DefaultRetention></Rule>")


def locked(mode="GOVERNANCE", until=SOON, **more):
    return put("/{b}-l/k", "x", {"x-amz-object-lock-mode": mode, "x-amz-object-lock-retain-until-date": until, **more}, save={"v": "header:x-amz-version-id"})


BYPASS = {"x-amz-bypass-governance-retention": "true"}
CASES = [
    ("a bucket with it", made, get("/{b}-l?object-lock"), ok(200, xml={"ObjectLockEnabled": "Enabled", "Rule": None})),
    ("a bucket with it keeps versions", made, get("/{b}-l?versioning"), ok(200, xml={"Status": "Enabled"})),
    ("a bucket with it goes on keeping them", made, put("/{b}-l?versioning", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"),
     error(409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")),
    ("configured without versions", put("/{b}?object-lock", "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"),
     error(409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")),
    ("configured later", put("/{b}?versioning", ENABLED), put("/{b}?object-lock", "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"),
     get("/{b}?object-lock"), ok(200, xml={"ObjectLockEnabled": "Enabled"})),
    ("configured off", made, configured("", "Disabled"), error(400, *MALFORMED)),
    ("a usual retention", made, usual("<Mode>GOVERNANCE</Mode><Days>1</Days>"), get("/{b}-l?object-lock"), ok(200, xml={"Rule/DefaultRetention/Mode": "GOVERNANCE", "Rule/DefaultRetention/Days": "1"})),
    ("a usual retention of two lengths", made, usual("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>"), error(400, *MALFORMED)),
    ("a usual retention of no length", made, usual("<Mode>GOVERNANCE</Mode>"), error(400, *MALFORMED)),
    ("a usual retention of no days", made, usual("<Mode>GOVERNANCE</Mode><Days>0</Days>"), error(400, "InvalidArgument", "Default retention period must be a positive integer value.")),
    ("a usual retention of no mode", made, usual("<Mode>SOFT</Mode><Days>1</Days>"), error(400, *MALFORMED)),
    ("a usual retention retains", made, usual("<Mode>COMPLIANCE</Mode><Years>1</Years>"), stored, head("/{b}-l/k"), ok(200, {"x-amz-object-lock-mode": "COMPLIANCE", "x-amz-object-lock-retain-until-date": ANY})),
    ("locked as it is put", made, locked(), head("/{b}-l/k"), ok(200, {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": "2099-01-01T00:00:00Z", "x-amz-object-lock-legal-hold": None})),
    ("held as it is put", made, put("/{b}-l/k", "x", {"x-amz-object-lock-legal-hold": "ON"}), head("/{b}-l/k"), ok(200, {"x-amz-object-lock-legal-hold": "ON"})),
    ("locked where nothing is", put("/{b}/k", "x", {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": SOON}), error(400, *NO_LOCK)),
    ("a mode without a date", made, put("/{b}-l/k", "x", {"x-amz-object-lock-mode": "GOVERNANCE"}),
     error(400, "InvalidArgument", "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied", ArgumentName="x-amz-object-lock-retain-until-date")),
    ("a date without a mode", made, put("/{b}-l/k", "x", {"x-amz-object-lock-retain-until-date": SOON}), error(400, "InvalidArgument", ANY, ArgumentName="x-amz-object-lock-mode")),
    ("an unknown mode", made, put("/{b}-l/k", "x", {"x-amz-object-lock-mode": "SOFT", "x-amz-object-lock-retain-until-date": SOON}),
     error(400, "InvalidArgument", "Unknown wormMode directive.", ArgumentName="x-amz-object-lock-mode", ArgumentValue="SOFT")),
    ("a date that has passed", made, put("/{b}-l/k", "x", {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": "2020-01-01T00:00:00Z"}),
     error(400, "InvalidArgument", "The retain until date must be in the future!", ArgumentName="x-amz-object-lock-retain-until-date", ArgumentValue=ANY)),
    ("an unknown hold", made, put("/{b}-l/k", "x", {"x-amz-object-lock-legal-hold": "MAYBE"}),
     error(400, "InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'", ArgumentName="x-amz-object-lock-legal-hold", ArgumentValue="MAYBE")),
    ("retained", made, stored, retained(), get("/{b}-l/k?retention"), ok(200, xml={"Mode": "GOVERNANCE", "RetainUntilDate": ANY})),
    ("retention that was never set", made, stored, get("/{b}-l/k?retention"), error(404, *NOT_SET)),
    ("hold that was never set", made, stored, get("/{b}-l/k?legal-hold"), error(404, *NOT_SET)),
    ("retention where nothing is locked", put("/{b}/k", "x"), get("/{b}/k?retention"), error(400, *NO_LOCK)),
    ("hold where nothing is locked", put("/{b}/k", "x"), get("/{b}/k?legal-hold"), error(400, *NO_LOCK)),
    ("retention put where nothing is locked", put("/{b}/k", "x"), put("/{b}/k?retention", f"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>{SOON}</RetainUntilDate></Retention>"), error(400, *NO_LOCK)),
    ("retention of an unknown mode", made, stored, retained("SOFT"), error(400, *MALFORMED)),
    ("hold of an unknown status", made, stored, held("MAYBE"), error(400, *MALFORMED)),
    ("held", made, stored, held(), get("/{b}-l/k?legal-hold"), ok(200, xml={"Status": "ON"})),
    ("what is held stays", made, stored, held(), delete("/{b}-l/k?versionId={v}"), error(403, *LOCKED)),
    ("what is held stays whoever bypasses", made, stored, held(), delete("/{b}-l/k?versionId={v}", BYPASS), error(403, *LOCKED)),
    ("what is no longer held goes", made, stored, held(), held("OFF"), delete("/{b}-l/k?versionId={v}"), ok(204)),
    ("what is held can be hidden", made, stored, held(), delete("/{b}-l/k"), ok(204, {"x-amz-delete-marker": "true"})),
    ("what is retained stays", made, locked(), delete("/{b}-l/k?versionId={v}"), error(403, *LOCKED)),
    ("what is retained by governance goes for who bypasses", made, locked(), delete("/{b}-l/k?versionId={v}", BYPASS), ok(204)),
    ("what is retained by compliance stays whoever bypasses", made, locked("COMPLIANCE"), delete("/{b}-l/k?versionId={v}", BYPASS), error(403, *LOCKED)),
    ("of many, what is retained stays", made, locked(), post("/{b}-l?delete", "<Delete><Object><Key>k</Key><VersionId>{v}</VersionId></Object></Delete>"),
     ok(200, xml={"Error/Key": ["k"], "Error/Code": ["AccessDenied"], "Deleted/Key": []})),
    ("retained for longer", made, locked("COMPLIANCE"), retained("COMPLIANCE", LATER), ok(200)),
    ("retained for less by governance", made, locked(until=LATER), retained(until=SOON), error(403, *LOCKED)),
    ("retained for less by who bypasses", made, locked(until=LATER), retained(until=SOON, headers=BYPASS), ok(200)),
    ("retained for less by compliance", made, locked("COMPLIANCE", LATER), retained("COMPLIANCE", SOON, BYPASS), error(403, *LOCKED)),
    ("a bucket that holds what is locked", made, locked(), delete("/{b}-l"), error(409, "BucketNotEmpty", ANY, BucketName="{b}-l")),
    ("a copy of what is locked", made, locked(), put("/{b}/k", headers={"x-amz-copy-source": "{b}-l/k"}), head("/{b}/k"), ok(200, {"x-amz-object-lock-mode": None})),
]
test_a_lock = table(CASES)
