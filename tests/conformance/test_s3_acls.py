"""ACLs of buckets that take them. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html"""
from cases import ANY, delete, error, get, head, ok, post, put, table

ALL, AUTHENTICATED, LOGS = "http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers", "http://acs.amazonaws.com/groups/s3/LogDelivery"
OTHER = "{other}"
WRITER = put("/{b}?ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>")
OPEN = delete("/{b}?publicAccessBlock")
ACLS = (WRITER, OPEN)
MALFORMED = error(400, "MalformedACLError", "The XML you provided was not well-formed or did not validate against our published schema")
GRANTS, PERMISSIONS = "AccessControlList/Grant/Grantee/", "AccessControlList/Grant/Permission"


def grant(grantee, permission):
    kind = {"<URI>": "Group", "<Emai": "AmazonCustomerByEmail"}.get(grantee[:5], "CanonicalUser")
    return f'<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{kind}">{grantee}</Grantee><Permission>{permission}</Permission></Grant>'


def acl(*grants, owner="{owner}"):
    return f"<AccessControlPolicy><Owner><ID>{owner}</ID></Owner><AccessControlList>{''.join(grants)}</AccessControlList></AccessControlPolicy>"


OWN = grant("<ID>{owner}</ID>", "FULL_CONTROL")


def stored(**headers):
    return put("/{b}/k", "hello", {"x-amz-" + name.replace("_", "-"): value for name, value in headers.items()})


def nobody(step):
    step.sign = False
    return step


TOLD = [
    ("the owner alone", *ACLS, stored(), get("/{b}/k?acl"), ok(200, xml={"Owner/ID": "{owner}", GRANTS + "ID": ["{owner}"], PERMISSIONS: ["FULL_CONTROL"]})),
    ("public-read", *ACLS, stored(acl="public-read"), get("/{b}/k?acl"), ok(200, xml={GRANTS + "ID": ["{owner}"], GRANTS + "URI": [ALL], PERMISSIONS: ["FULL_CONTROL", "READ"]})),
    ("public-read-write", *ACLS, put("/{b}?acl", headers={"x-amz-acl": "public-read-write"}), get("/{b}?acl"), ok(200, xml={GRANTS + "URI": [ALL, ALL], PERMISSIONS: ["FULL_CONTROL", "READ", "WRITE"]})),
    ("authenticated-read", *ACLS, stored(acl="authenticated-read"), get("/{b}/k?acl"), ok(200, xml={GRANTS + "URI": [AUTHENTICATED], PERMISSIONS: ["FULL_CONTROL", "READ"]})),
    ("aws-exec-read", *ACLS, stored(acl="aws-exec-read"), get("/{b}/k?acl"), ok(200, xml={PERMISSIONS: ["FULL_CONTROL", "READ"]})),
    ("bucket-owner-read of the bucket's owner", *ACLS, stored(acl="bucket-owner-read"), get("/{b}/k?acl"), ok(200, xml={PERMISSIONS: ["FULL_CONTROL"]})),
    ("log-delivery-write", *ACLS, put("/{b}?acl", headers={"x-amz-acl": "log-delivery-write"}), get("/{b}?acl"), ok(200, xml={GRANTS + "URI": [LOGS, LOGS], PERMISSIONS: ["FULL_CONTROL", "WRITE", "READ_ACP"]})),
    ("private again", *ACLS, stored(acl="public-read"), put("/{b}/k?acl", headers={"x-amz-acl": "private"}), get("/{b}/k?acl"), ok(200, xml={PERMISSIONS: ["FULL_CONTROL"]})),
    ("grants in headers", *ACLS, stored(grant_read=f'uri="{ALL}", id="{OTHER}"', grant_full_control='id="{owner}"'), get("/{b}/k?acl"),
     ok(200, xml={GRANTS + "ID": ["{owner}", OTHER], GRANTS + "URI": [ALL], PERMISSIONS: ["FULL_CONTROL", "READ", "READ"]})),
    ("a document", *ACLS, stored(), put("/{b}/k?acl", acl(OWN, grant(f"<ID>{OTHER}</ID>", "READ_ACP"))), get("/{b}/k?acl"), ok(200, xml={GRANTS + "ID": ["{owner}", OTHER], PERMISSIONS: ["FULL_CONTROL", "READ_ACP"]})),
    ("an upload's", *ACLS, post("/{b}/k?uploads", headers={"x-amz-acl": "public-read"}, save={"u": "UploadId"}), put("/{b}/k?partNumber=1&uploadId={u}", "hello"),
     post("/{b}/k?uploadId={u}", '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag></Part></CompleteMultipartUpload>'), get("/{b}/k?acl"), ok(200, xml={GRANTS + "URI": [ALL]})),
    ("no copy's", *ACLS, stored(acl="public-read"), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k"}), get("/{b}/l?acl"), ok(200, xml={PERMISSIONS: ["FULL_CONTROL"]})),
    ("a copy's own", *ACLS, stored(), put("/{b}/l", headers={"x-amz-copy-source": "{b}/k", "x-amz-acl": "public-read"}), get("/{b}/l?acl"), ok(200, xml={GRANTS + "URI": [ALL]})),
    ("where they are disabled again", *ACLS, stored(acl="public-read"), put("/{b}?ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"),
     get("/{b}/k?acl"), ok(200, xml={PERMISSIONS: ["FULL_CONTROL"]})),
]
IN_FORCE = [
    ("nobody reads what is private", *ACLS, stored(), nobody(get("/{b}/k")), error(403, "AccessDenied", "Access Denied")),
    ("nobody reads what is public", *ACLS, stored(acl="public-read"), nobody(get("/{b}/k")), ok(200, body="hello")),
    ("nobody is asked of its head", *ACLS, stored(acl="public-read"), nobody(head("/{b}/k")), ok(200)),
    ("nobody reads its ACL", *ACLS, stored(acl="public-read"), nobody(get("/{b}/k?acl")), error(403, "AccessDenied", "Access Denied")),
    ("nobody reads its ACL that may", *ACLS, stored(grant_read_acp=f'uri="{ALL}"'), nobody(get("/{b}/k?acl")), ok(200, xml={PERMISSIONS: ["READ_ACP"]})),
    ("nobody is authenticated", *ACLS, stored(acl="authenticated-read"), nobody(get("/{b}/k")), error(403, "AccessDenied", "Access Denied")),
    ("nobody lists", *ACLS, put("/{b}?acl", headers={"x-amz-acl": "public-read"}), stored(), nobody(get("/{b}?list-type=2")), ok(200, xml={"Contents/Key": ["k"]})),
    ("who lists reads nothing", *ACLS, put("/{b}?acl", headers={"x-amz-acl": "public-read"}), stored(), nobody(get("/{b}/k")), error(403, "AccessDenied", "Access Denied")),
    ("a version's own", *ACLS, put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), put("/{b}/k", "old", {"x-amz-acl": "public-read"}, save={"v": "header:x-amz-version-id"}),
     put("/{b}/k", "new"), nobody(get("/{b}/k?versionId={v}")), ok(200, body="old")),
    ("the latest's own", *ACLS, put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), put("/{b}/k", "old", {"x-amz-acl": "public-read"}),
     put("/{b}/k", "new"), nobody(get("/{b}/k")), error(403, "AccessDenied", "Access Denied")),
    ("public ones that are ignored", *ACLS, stored(acl="public-read"), put("/{b}?publicAccessBlock", "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>"),
     nobody(get("/{b}/k")), error(403, "AccessDenied", "Access Denied")),
    ("those that are disabled", *ACLS, stored(acl="public-read"), put("/{b}?ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"),
     nobody(get("/{b}/k")), error(403, "AccessDenied", "Access Denied")),
    ("a policy that denies", *ACLS, stored(acl="public-read"), put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{b}/k"}]}'),
     nobody(get("/{b}/k")), error(403, "AccessDenied", "Access Denied")),
]
REFUSED = [
    ("public ones that are blocked", WRITER, stored(acl="public-read"), error(403, "AccessDenied", "Access Denied")),
    ("public ones of a bucket that are blocked", WRITER, put("/{b}?acl", headers={"x-amz-acl": "public-read"}), error(403, "AccessDenied", "Access Denied")),
    ("public grants that are blocked", WRITER, stored(grant_read=f'uri="{ALL}"'), error(403, "AccessDenied", "Access Denied")),
    ("grants where there are none", stored(grant_read=f'id="{OTHER}"'), error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")),
    ("the owner's alone where there are none", stored(grant_full_control='id="{owner}"'), ok(200)),
    ("canned and granted", *ACLS, stored(acl="private", grant_read=f'id="{OTHER}"'), error(400, "InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")),
    ("an unknown one", *ACLS, stored(acl="everybody"), error(400, "InvalidArgument", "", ArgumentName="x-amz-acl", ArgumentValue="everybody")),
    ("an unknown group", *ACLS, stored(grant_read='uri="http://example.com/"'), error(400, "InvalidArgument", "Invalid group uri", ArgumentName="uri", ArgumentValue="http://example.com/")),
    ("an unknown id", *ACLS, stored(grant_read='id="somebody"'), error(400, "InvalidArgument", "Invalid id", ArgumentName="CanonicalUser/ID", ArgumentValue="somebody")),
    ("a number of an account", *ACLS, stored(grant_read='id="210987654321"'), error(400, "InvalidArgument", "Invalid id", ArgumentName="CanonicalUser/ID", ArgumentValue="210987654321")),
    ("a document that names its owner by number", *ACLS, stored(), put("/{b}/k?acl", acl(OWN, owner="{account}")), error(403, "AccessDenied", "Access Denied")),
    ("by mail", *ACLS, stored(grant_read='emailAddress="a@example.com"'), error(405, "MethodNotAllowed", ANY, Method="PUT", ResourceType="ACL")),
    ("a header that is none", *ACLS, stored(grant_read="everybody"), error(400, "InvalidArgument", "Argument format not recognized", ArgumentName="x-amz-grant-read", ArgumentValue="everybody")),
    ("a document of another owner", *ACLS, stored(), put("/{b}/k?acl", acl(OWN, owner=OTHER)), error(403, "AccessDenied", "Access Denied")),
    ("a document without an owner", *ACLS, stored(), put("/{b}/k?acl", "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>"), MALFORMED),
    ("an unknown permission", *ACLS, stored(), put("/{b}/k?acl", acl(grant(f"<ID>{OTHER}</ID>", "LOOK"))), error(400, "MalformedXML", ANY)),
    ("a document and a header", *ACLS, stored(), put("/{b}/k?acl", acl(OWN), {"x-amz-acl": "private"}), error(400, "UnexpectedContent", "This request does not support content")),
]

test_an_acl_told = table(TOLD)
test_an_acl_in_force = table(IN_FORCE)
test_an_acl_refused = table(REFUSED)
