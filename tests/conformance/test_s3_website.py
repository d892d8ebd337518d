"""Buckets as websites: how they are set up, and what their endpoint answers to nobody in particular.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html"""
from cases import ANY, Expected, delete, error, get, head, ok, post, put, table

INDEX, ERROR = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>", "<ErrorDocument><Key>error.html</Key></ErrorDocument>"
HOST = {"host": "{b}.s3-website.ap-northeast-2.amazonaws.com"}
OLD_HOST = {"host": "{b}.s3-website-ap-northeast-2.amazonaws.com"}
HTML = {"Content-Type": "text/html"}
MALFORMED = error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")


def website(inside):
    return put("/{b}?website", f"<WebsiteConfiguration>{inside}</WebsiteConfiguration>")


def rules(*all_):
    return "<RoutingRules>" + "".join(f"<RoutingRule>{one}</RoutingRule>" for one in all_) + "</RoutingRules>"


def rule(to, when=""):
    return (f"<Condition>{when}</Condition>" if when else "") + f"<Redirect>{to}</Redirect>"


def visit(path, headers=None, method=get, host=HOST):
    return method(path, headers={**host, **(headers or {})}, sign=False)


def shown(actions='"s3:GetObject"', resources='"arn:aws:s3:::{b}/*"'):
    return put("/{b}?policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":[' + actions + '],"Resource":[' + resources + ']}]}')


OPEN = delete("/{b}?publicAccessBlock")
LISTED = shown('"s3:GetObject","s3:ListBucket"', '"arn:aws:s3:::{b}/*","arn:aws:s3:::{b}"')
PAGES = (put("/{b}/index.html", "home", HTML), put("/{b}/docs/index.html", "docs", HTML), put("/{b}/error.html", "sorry", HTML), put("/{b}/a%20b.css", "css", {"Content-Type": "text/css"}))


def site(inside=INDEX + ERROR, policy=LISTED):
    return (website(inside), *PAGES, OPEN, policy)


def page(status, code, headers=None):
    """AWS's own page of an error."""
    return Expected(status, {"content-type": "text/html; charset=utf-8", "x-amz-error-code": code, "x-amz-request-id": ANY, **(headers or {})}, {})


def moved(status, location):
    return Expected(status, {"location": location}, {})


SET_UP = [
    ("website", website(INDEX), ok(200)),
    ("website told", website(INDEX + ERROR), get("/{b}?website"), ok(200, xml={"IndexDocument/Suffix": "index.html", "ErrorDocument/Key": "error.html", "RoutingRules": None, "RedirectAllRequestsTo": None})),
    ("redirection of all told", website("<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>"), get("/{b}?website"),
     ok(200, xml={"RedirectAllRequestsTo/HostName": "example.com", "RedirectAllRequestsTo/Protocol": "https"})),
    ("rules told", website(INDEX + rules(rule("<ReplaceKeyPrefixWith>b/</ReplaceKeyPrefixWith>", "<KeyPrefixEquals>a/</KeyPrefixEquals>"))), get("/{b}?website"),
     ok(200, xml={"RoutingRules/RoutingRule/Condition/KeyPrefixEquals": "a/", "RoutingRules/RoutingRule/Redirect/ReplaceKeyPrefixWith": "b/"})),
    ("website removed", website(INDEX), delete("/{b}?website"), get("/{b}?website"), error(404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", BucketName="{b}")),
    ("no index", website(ERROR), error(400, "InvalidArgument", "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty", ArgumentName="IndexDocument", ArgumentValue="null")),
    ("an index in a folder", website("<IndexDocument><Suffix>a/index.html</Suffix></IndexDocument>"),
     error(400, "InvalidArgument", "The IndexDocument Suffix is not well formed", ArgumentName="IndexDocument", ArgumentValue="a/index.html")),
    ("redirection of all and an index", website(INDEX + "<RedirectAllRequestsTo><HostName>example.com</HostName></RedirectAllRequestsTo>"),
     error(400, "InvalidArgument", "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.", ArgumentName="RedirectAllRequestsTo", ArgumentValue="not null")),
    ("another protocol", website("<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>ftp</Protocol></RedirectAllRequestsTo>"),
     error(400, "InvalidRequest", "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.")),
    ("a rule of both replacements", website(INDEX + rules(rule("<ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith>"))),
     error(400, "InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")),
    ("a rule without a redirection", website(INDEX + rules(rule(""))), MALFORMED),
    ("no rules", website(INDEX + "<RoutingRules></RoutingRules>"), MALFORMED),
    ("a redirection by 300", website(INDEX + rules(rule("<HttpRedirectCode>300</HttpRedirectCode>"))), error(400, "InvalidRequest", "The provided HTTP redirect code (300) is not valid. Valid codes are 3XX except 300.")),
    ("an error that is none", website(INDEX + rules(rule("<HostName>a</HostName>", "<HttpErrorCodeReturnedEquals>200</HttpErrorCodeReturnedEquals>"))),
     error(400, "InvalidRequest", "The provided HTTP error code (200) is not valid. Valid codes are 4XX or 5XX.")),
    ("too many rules", website(INDEX + rules(*[rule("<HostName>a</HostName>")] * 51)),
     error(400, "InvalidRequest", "51 routing rules provided, the number of routing rules in a website configuration is limited to 50.")),
]
READ = [
    ("index", *site(), visit("/"), ok(200, {"content-type": "text/html", "etag": ANY}, body="home")),
    ("index by the older name", *site(), visit("/", host=OLD_HOST), ok(200, body="home")),
    ("index of a folder", *site(), visit("/docs/"), ok(200, body="docs")),
    ("page", *site(), visit("/a%20b.css"), ok(200, {"content-type": "text/css"}, body="css")),
    ("page whatever the query says", *site(), visit("/index.html?acl"), ok(200, body="home")),
    ("head of a page", *site(), visit("/docs/", method=head), ok(200, {"content-length": "4", "content-type": "text/html"}, body=b"")),
    ("a piece of a page", *site(), visit("/", {"Range": "bytes=1-2"}), ok(206, {"content-range": "bytes 1-2/4"}, body="om")),
    ("a page that is known", put("/{b}/index.html", "home", save={"tag": "header:etag"}), website(INDEX), OPEN, LISTED, visit("/", {"If-None-Match": "{tag}"}), ok(304, {"etag": "{tag}"}, body=b"")),
    ("a folder without its slash", *site(), visit("/docs"), Expected(302, {"location": "/docs/", "x-amz-error-code": "Found", "x-amz-error-message": "Resource Found"}, {})),
    ("a folder without its slash where nothing is listed", *site(policy=shown()), visit("/docs"), moved(302, "/docs/")),
    ("page for other pages", *site(), put("/{b}?cors", "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"),
     visit("/", {"Origin": "http://example.com"}), ok(200, {"access-control-allow-origin": "*"}, body="home")),
]
ERRORS = [
    ("no page", *site(INDEX), visit("/none"), page(404, "NoSuchKey", headers={"x-amz-error-message": "The specified key does not exist.", "x-amz-error-detail-key": "none"})),
    ("no index", *site(INDEX), visit("/none/"), page(404, "NoSuchKey", headers={"x-amz-error-detail-key": "none/index.html"})),
    ("no page for who may not list", *site(INDEX, shown()), visit("/none"), page(403, "AccessDenied")),
    ("the bucket's own page", *site(), visit("/none"), Expected(404, {"content-type": "text/html", "x-amz-error-code": "NoSuchKey"}, {}, "sorry")),
    ("the bucket's own page for who may not", *site(policy=shown()), visit("/none"), Expected(403, {"content-type": "text/html"}, {}, "sorry")),
    ("the bucket's own page is not there", *site(INDEX + "<ErrorDocument><Key>nowhere.html</Key></ErrorDocument>"), visit("/none"), page(404, "NoSuchKey")),
    ("a bucket that nobody may read", website(INDEX), *PAGES, visit("/"), page(403, "AccessDenied")),
    ("a bucket that is blocked again", *site(), put("/{b}?publicAccessBlock", "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>"),
     visit("/"), page(403, "AccessDenied")),
    ("a bucket that is no website", put("/{b}/index.html", "home"), visit("/"), page(404, "NoSuchWebsiteConfiguration", headers={"x-amz-error-detail-bucketname": "{b}"})),
    ("no bucket", visit("/", host={"host": "no-bucket-{b}.s3-website.ap-northeast-2.amazonaws.com"}), page(404, "NoSuchBucket")),
    ("a write", *site(), visit("/", method=post), page(405, "MethodNotAllowed", headers={"x-amz-error-detail-method": "POST", "x-amz-error-detail-resourcetype": "OBJECT"})),
    ("an upload", *site(), visit("/new", method=put), page(405, "MethodNotAllowed")),
    ("head of no page", *site(INDEX), visit("/none", method=head), Expected(404, {"x-amz-error-code": "NoSuchKey"}, {}, b"")),
]
REDIRECTED = [
    ("all", website("<RedirectAllRequestsTo><HostName>example.com</HostName></RedirectAllRequestsTo>"), visit("/a%20b?x=1"), moved(301, "http://example.com/a%20b?x=1")),
    ("all by another protocol", website("<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>"), visit("/"), moved(301, "https://example.com/")),
    ("a prefix", *site(INDEX + rules(rule("<ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith>", "<KeyPrefixEquals>docs/</KeyPrefixEquals>"))), visit("/docs/a"),
     moved(301, "http://{b}.s3-website.ap-northeast-2.amazonaws.com/documents/a")),
    ("what a rule does not mean", *site(INDEX + rules(rule("<HostName>example.com</HostName>", "<KeyPrefixEquals>docs/</KeyPrefixEquals>"))), visit("/"), ok(200, body="home")),
    ("what is not there", *site(INDEX + rules(rule("<HostName>example.com</HostName><ReplaceKeyPrefixWith>old/</ReplaceKeyPrefixWith><HttpRedirectCode>307</HttpRedirectCode>",
                                                   "<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>"))), visit("/none"), moved(307, "http://example.com/old/none")),
    ("an object", *site(), put("/{b}/moved", "", {"x-amz-website-redirect-location": "/docs/"}), visit("/moved"), moved(301, "/docs/")),
    ("an object that S3 itself gives", *site(), put("/{b}/moved", "still", {"x-amz-website-redirect-location": "/docs/"}), get("/{b}/moved"), ok(200, {"x-amz-website-redirect-location": "/docs/"}, body="still")),
    ("an object nowhere", put("/{b}/moved", "", {"x-amz-website-redirect-location": "docs/"}),
     error(400, "InvalidRedirectLocation", "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")),
    ("a copy alone", put("/{b}/moved", "", {"x-amz-website-redirect-location": "/docs/"}), put("/{b}/copy", headers={"x-amz-copy-source": "{b}/moved"}), head("/{b}/copy"), ok(200, {"x-amz-website-redirect-location": None})),
]

test_a_website_set_up = table(SET_UP)
test_a_page_read = table(READ)
test_an_error_shown = table(ERRORS)
test_a_visitor_redirected = table(REDIRECTED)
