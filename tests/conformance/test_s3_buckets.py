"""Buckets: made, named, set and deleted. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html and its neighbours"""
from cases import ANY, delete, error, get, head, ok, post, put, table

HERE = "<LocationConstraint>ap-northeast-2</LocationConstraint>"
ZULU = __import__("re").compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")


def made(inside):
    return f'<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}</CreateBucketConfiguration>'


def tags(*pairs):
    return "<Tags>" + "".join(f"<Tag><Key>{key}</Key><Value>{value}</Value></Tag>" for key, value in pairs) + "</Tags>"


LOGGING = ("<BucketLoggingStatus xmlns='http://doc.s3.amazonaws.com/2006-03-01'><LoggingEnabled><TargetBucket>{target}</TargetBucket><TargetPrefix>log/</TargetPrefix>{more}"
           "</LoggingEnabled></BucketLoggingStatus>")
MALFORMED = error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
NAMES = [(f"a bucket cannot be called {name}", put("/" + name, made(HERE)), error(400, "InvalidBucketName", "The specified bucket is not valid.", BucketName=name))
         for name in ("ab", "a" * 64, "Upper-case", "under_score", "-hyphen", "hyphen-", "two..dots", "192.168.5.4", "xn--name", "sthree-name", "name-s3alias",
                      "name--ol-s3", "sthree-configurator", "amzn-s3-demo-name", "name.mrap", "name--x-s3", "name--table-s3")]
CREATED = [
    ("a bucket of another region", put("/{b}-2", made("<LocationConstraint>eu-west-1</LocationConstraint>")),
     error(400, "IllegalLocationConstraintException", "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.")),
    ("a bucket of no region", put("/{b}-2"),
     error(400, "IllegalLocationConstraintException", "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.")),
    ("a bucket of an unknown region", put("/{b}-2", made("<LocationConstraint>bar</LocationConstraint>")),
     error(400, "IllegalLocationConstraintException", "The bar location constraint is incompatible for the region specific endpoint this request was sent to.")),
    ("a bucket of a region that is a country", put("/{b}-2", made("<LocationConstraint>EU</LocationConstraint>")), error(400, "IllegalLocationConstraintException", ANY)),
    ("a bucket that is there", put("/{b}", made(HERE)),
     error(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.", BucketName="{b}")),
    ("a bucket's location", put("/{b}-2", made(HERE)), ok(200, {"location": "http://{b}-2.s3.amazonaws.com/", "content-length": "0"}, body=b"")),
    ("an ACL with BucketOwnerEnforced", put("/{b}-2", made(HERE), {"x-amz-acl": "public-read"}),
     error(400, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")),
    ("a public ACL of a new bucket", put("/{b}-2", made(HERE), {"x-amz-acl": "public-read", "x-amz-object-ownership": "ObjectWriter"}),
     error(400, "InvalidBucketAclWithBlockPublicAccessError", "Bucket cannot have public ACLs set with BlockPublicAccess enabled")),
    ("an unknown ownership", put("/{b}-2", made(HERE), {"x-amz-object-ownership": "Nobody"}),
     error(400, "InvalidArgument", "Invalid x-amz-object-ownership header: Nobody", ArgumentName="x-amz-object-ownership", ArgumentValue="Nobody")),
    ("tags of a new bucket", put("/{b}-2", made(HERE + tags(("a", "1"), ("b", "")))), get("/{b}-2?tagging"), ok(200, xml={"TagSet/Tag/Key": ["a", "b"], "TagSet/Tag/Value": ["1", ""]})),
    ("a system's tag of a new bucket", put("/{b}-2", made(HERE + tags(("aws:a", "1")))),
     error(400, "InvalidTag", 'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.', TagKey=None)),
    ("a directory bucket is refused by name", put("/{b}-2", made("<Bucket><DataRedundancy>SingleAvailabilityZone</DataRedundancy><Type>Directory</Type></Bucket>")), error(501, "NotImplemented", ANY)),
]
PLAIN = [
    ("HEAD of a bucket", head("/{b}"), ok(200, {"x-amz-bucket-region": "ap-northeast-2", "x-amz-access-point-alias": "false"}, body=b"")),
    ("where a bucket is", get("/{b}?location"), ok(200, {"content-type": "application/xml"}, {".": "ap-northeast-2"})),
    ("buckets in a list", get("/?prefix={b}"), ok(200, xml={"Buckets/Bucket/Name": ["{b}"], "Buckets/Bucket/CreationDate": ZULU, "Prefix": "{b}", "Owner/ID": "{owner}", "ContinuationToken": None})),
    ("buckets in pages", put("/{b}-2", made(HERE)), get("/?prefix={b}&max-buckets=1"),
     ok(200, xml={"Buckets/Bucket/Name": ["{b}"], "ContinuationToken": ANY, "Buckets/Bucket/BucketRegion": "ap-northeast-2"})),
    ("buckets in pages, the second", put("/{b}-2", made(HERE)), get("/?prefix={b}&max-buckets=1", save={"token": "ContinuationToken"}),
     get("/?prefix={b}&max-buckets=1&continuation-token={token}"), ok(200, xml={"Buckets/Bucket/Name": ["{b}-2"], "ContinuationToken": None})),
    ("too many buckets in a page", get("/?max-buckets=10001"),
     error(400, "InvalidArgument", ANY, ArgumentName="max-buckets", ArgumentValue="10001")),
    ("a bucket deleted", delete("/{b}"), ok(204, body=b"")),
    ("a bucket that is not empty", put("/{b}/k", "x"), delete("/{b}"), error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", BucketName="{b}")),
    ("a bucket with a version", put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), put("/{b}/k", "x"), delete("/{b}/k"), delete("/{b}"),
     error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.", BucketName="{b}")),
    ("a bucket with an open upload", post("/{b}/k?uploads"), delete("/{b}"), ok(204)),
    ("a bucket by its host name", get("/", {"host": "{b}.s3.ap-northeast-2.amazonaws.com"}), ok(200, xml={"Name": "{b}"})),
]
SETTINGS = [
    ("versioning of a new bucket", get("/{b}?versioning"), ok(200, xml={".": "", "Status": None})),
    ("versioning on", put("/{b}?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"), get("/{b}?versioning"), ok(200, xml={"Status": "Enabled", "MfaDelete": None})),
    ("versioning suspended", put("/{b}?versioning", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"), get("/{b}?versioning"), ok(200, xml={"Status": "Suspended"})),
    ("versioning without a status", put("/{b}?versioning", "<VersioningConfiguration/>"), error(400, "IllegalVersioningConfigurationException", "The Versioning element must be specified")),
    ("versioning of an unknown status", put("/{b}?versioning", "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>"), MALFORMED),
    ("encryption of a new bucket", get("/{b}?encryption"), ok(200, xml={"Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm": "AES256", "Rule/BucketKeyEnabled": "false"})),
    ("encryption of two rules", put("/{b}?encryption", "<ServerSideEncryptionConfiguration>" + "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
     "</ApplyServerSideEncryptionByDefault></Rule>" * 2 + "</ServerSideEncryptionConfiguration>"), MALFORMED),
    ("encryption of an unknown kind", put("/{b}?encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>ROT13</SSEAlgorithm>"
     "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"), MALFORMED),
    ("access of a new bucket", get("/{b}?publicAccessBlock"), ok(200, xml={name: "true" for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")})),
    ("access set in part", put("/{b}?publicAccessBlock", "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"), get("/{b}?publicAccessBlock"),
     ok(200, xml={"BlockPublicAcls": "true", "IgnorePublicAcls": "false", "BlockPublicPolicy": "false", "RestrictPublicBuckets": "false"})),
    ("access no longer set", delete("/{b}?publicAccessBlock"), get("/{b}?publicAccessBlock"),
     error(404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", BucketName="{b}")),
    ("ownership of a new bucket", get("/{b}?ownershipControls"), ok(200, xml={"Rule/ObjectOwnership": ["BucketOwnerEnforced"]})),
    ("ownership no longer set", delete("/{b}?ownershipControls"), get("/{b}?ownershipControls"),
     error(404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", BucketName="{b}")),
    ("ownership that is unknown", put("/{b}?ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule></OwnershipControls>"), MALFORMED),
    ("who pays", get("/{b}?requestPayment"), ok(200, xml={"Payer": "BucketOwner"})),
    ("logging of a new bucket", get("/{b}?logging"), ok(200, xml={"LoggingEnabled": None})),
    ("requesters pay", put("/{b}?requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>"), get("/{b}?requestPayment"), ok(200, xml={"Payer": "Requester"})),
    ("somebody else pays", put("/{b}?requestPayment", "<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>"), MALFORMED),
    ("nobody in particular may not pay", put("/{b}?requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>"), get("/{b}/k", headers={"x-amz-request-payer": "requester"}, sign=False), error(403, "AccessDenied", ANY)),
    ("logging into itself", put("/{b}?logging", LOGGING.format(target="{b}", more="")), get("/{b}?logging"), ok(200, xml={"LoggingEnabled/TargetBucket": "{b}", "LoggingEnabled/TargetPrefix": "log/", "LoggingEnabled/TargetObjectKeyFormat": None})),
    ("logging by day", put("/{b}?logging", LOGGING.format(target="{b}", more="<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>")), get("/{b}?logging"),
     ok(200, xml={"LoggingEnabled/TargetObjectKeyFormat/PartitionedPrefix/PartitionDateSource": "EventTime"})),
    ("logging by simple keys", put("/{b}?logging", LOGGING.format(target="{b}", more="<TargetObjectKeyFormat><SimplePrefix/></TargetObjectKeyFormat>")), get("/{b}?logging"),
     ok(200, xml={"LoggingEnabled/TargetObjectKeyFormat/SimplePrefix": ""})),
    ("logging by no day", put("/{b}?logging", LOGGING.format(target="{b}", more="<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>Noon</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>")), MALFORMED),
    ("logging by two formats", put("/{b}?logging", LOGGING.format(target="{b}", more="<TargetObjectKeyFormat><SimplePrefix/><PartitionedPrefix/></TargetObjectKeyFormat>")), MALFORMED),
    ("logging no longer", put("/{b}?logging", LOGGING.format(target="{b}", more="")), put("/{b}?logging", "<BucketLoggingStatus/>"), get("/{b}?logging"), ok(200, xml={"LoggingEnabled": None})),
    ("logging into what is not there", put("/{b}?logging", LOGGING.format(target="no-such-bucket-here", more="")),
     error(400, "InvalidTargetBucketForLogging", "The target bucket for logging does not exist", TargetBucket="no-such-bucket-here")),
    ("logging with grants where there are no ACLs", put("/{b}?logging", LOGGING.format(target="{b}", more="<TargetGrants><Grant><Grantee xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='Group'>"
     "<URI>http://acs.amazonaws.com/groups/global/AuthenticatedUsers</URI></Grantee><Permission>READ</Permission></Grant></TargetGrants>")), error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")),
    ("acceleration of a new bucket", get("/{b}?accelerate"), ok(200, xml={"Status": None}, body='<?xml version="1.0" encoding="UTF-8"?>\n<AccelerateConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></AccelerateConfiguration>')),
    ("notifications of a new bucket", get("/{b}?notification"), ok(200, xml={"EventBridgeConfiguration": None})),
    ("notifications to EventBridge", put("/{b}?notification", "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>"), get("/{b}?notification"), ok(200, xml={"EventBridgeConfiguration": ""})),
    ("notifications to a queue are refused by name", put("/{b}?notification", "<NotificationConfiguration><QueueConfiguration><Queue>arn:aws:sqs:ap-northeast-2:123456789012:q</Queue>"
     "<Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>"), error(501, "NotImplemented", ANY)),
    ("a policy that is no JSON", put("/{b}?policy", "policy"), error(400, "MalformedPolicy", ANY)),
    ("a policy with a blank before it", put("/{b}?policy", ' {"Version":"2012-10-17","Statement":[]}'), error(400, "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'")),
    ("a policy without a statement", put("/{b}?policy", '{"Version":"2012-10-17"}'), error(400, "MalformedPolicy", "Missing required field Statement")),
    ("a policy of another bucket", put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}]}'),
     error(400, "MalformedPolicy", "Policy has invalid resource")),
    ("a policy of another service", put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:SendMessage","Resource":"arn:aws:s3:::{b}/*"}]}'),
     error(400, "MalformedPolicy", "Policy has invalid action")),
    ("a policy put", put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::{b}/no"}]}'), ok(204, body=b"")),
    ("a policy's status", put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::{b}/no"}]}'), get("/{b}?policyStatus"),
     ok(200, xml={"IsPublic": "false"})),
    ("a policy as it was put", put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::{b}/no"}]}'), get("/{b}?policy"),
     ok(200, body='{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::{b}/no"}]}')),
    ("a policy that denies", put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::{b}/no"}]}'), put("/{b}/no", "x"),
     error(403, "AccessDenied", ANY)),
    ("tags put", put("/{b}?tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"), ok(204, body=b"")),
    ("tags deleted", put("/{b}?tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"), delete("/{b}?tagging"), ok(204, body=b"")),
    ("an ACL of a new bucket", get("/{b}?acl"), ok(200, xml={"Owner/ID": ANY, "AccessControlList/Grant/Permission": ["FULL_CONTROL"], "AccessControlList/Grant/Grantee/ID": ANY})),
    ("an ACL put on a new bucket", put("/{b}?acl", headers={"x-amz-acl": "public-read"}), error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")),
    ("no ACL put", put("/{b}?acl"), error(400, "MissingSecurityHeader", "Your request was missing a required header", MissingHeaderName="x-amz-acl")),
]

test_a_name_that_no_bucket_has = table(NAMES)
test_a_bucket_made = table(CREATED)
test_a_bucket = table(PLAIN)
test_a_setting_of_a_bucket = table(SETTINGS)
