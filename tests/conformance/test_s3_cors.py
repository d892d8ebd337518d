"""Cross-origin requests. https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html"""
from cases import ANY, ask, delete, error, get, head, ok, put, table


def rule(*inside):
    return "<CORSRule>" + "".join(inside) + "</CORSRule>"


def origin(text):
    return f"<AllowedOrigin>{text}</AllowedOrigin>"


def method(text):
    return f"<AllowedMethod>{text}</AllowedMethod>"


def header(text):
    return f"<AllowedHeader>{text}</AllowedHeader>"


def rules(*all_):
    return put("/{b}?cors", f"<CORSConfiguration>{''.join(all_)}</CORSConfiguration>")


ONE = rule(origin("http://*.example.com"), method("GET"), method("PUT"), header("x-amz-*"), header("Content-Type"), "<ExposeHeader>ETag</ExposeHeader>", "<MaxAgeSeconds>3000</MaxAgeSeconds>")
PAGE = "http://www.example.com"
FORBIDDEN = ("AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or "
             "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.")
MALFORMED = ("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")


def preflight(target="/{b}/k", **headers):
    return ask("OPTIONS", target, headers={name.replace("_", "-"): value for name, value in headers.items()}, sign=False)


wanted = {"origin": PAGE, "access_control_request_method": "PUT"}
CASES = [
    ("rules", rules(ONE), ok(200, body=b"")),
    ("rules as they were put", rules(ONE), get("/{b}?cors"), ok(200, xml={"CORSRule/AllowedOrigin": ["http://*.example.com"], "CORSRule/AllowedMethod": ["GET", "PUT"], "CORSRule/AllowedHeader": ["x-amz-*", "Content-Type"],
                                                                     "CORSRule/ExposeHeader": ["ETag"], "CORSRule/MaxAgeSeconds": ["3000"]})),
    ("rules deleted", rules(ONE), delete("/{b}?cors"), ok(204, body=b"")),
    ("rules no longer there", rules(ONE), delete("/{b}?cors"), get("/{b}?cors"), error(404, "NoSuchCORSConfiguration", ANY, BucketName="{b}")),
    ("no rules", rules(), error(400, *MALFORMED)),
    ("too many rules", rules(*[ONE] * 101), error(400, *MALFORMED)),
    ("a rule without a method", rules(rule(origin("*"))), error(400, *MALFORMED)),
    ("a rule of an unknown method", rules(rule(origin("*"), method("MYMETHOD"))), error(400, "InvalidRequest", "Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD")),
    ("a rule of a method in small letters", rules(rule(origin("*"), method("get"))), error(400, "InvalidRequest", "Found unsupported HTTP method in CORS config. Unsupported method is get")),
    ("a rule of two stars", rules(rule(origin("http://*.*"), method("GET"))), error(400, "InvalidRequest", 'AllowedOrigin "http://*.*" can not have more than one wildcard.')),
    ("a rule of two stars in a header", rules(rule(origin("*"), method("GET"), header("*-*"))), error(400, "InvalidRequest", 'AllowedHeader "*-*" can not have more than one wildcard.')),
    ("a rule that exposes all", rules(rule(origin("*"), method("GET"), "<ExposeHeader>*</ExposeHeader>")),
     error(400, "InvalidRequest", 'ExposeHeader "*" contains wildcard. We currently do not support wildcard for ExposeHeader.')),
    ("a preflight", rules(ONE), preflight(**wanted), ok(200, {"access-control-allow-origin": PAGE, "access-control-allow-methods": "GET, PUT", "access-control-expose-headers": "ETag", "access-control-max-age": "3000",
                                                             "access-control-allow-credentials": "true", "vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}, body=b"")),
    ("a preflight with headers", rules(ONE), preflight(**wanted, access_control_request_headers="X-Amz-Date, content-type"), ok(200, {"access-control-allow-headers": "x-amz-date, content-type"})),
    ("a preflight of a bucket", rules(ONE), preflight("/{b}", **wanted), ok(200)),
    ("a preflight for anybody", rules(rule(origin("*"), method("PUT"))), preflight(**wanted), ok(200, {"access-control-allow-origin": "*", "access-control-allow-credentials": None})),
    ("a preflight of another origin", rules(ONE), preflight(origin="http://other.org", access_control_request_method="PUT"), error(403, *FORBIDDEN, Method="PUT", ResourceType="OBJECT")),
    ("a preflight of another method", rules(ONE), preflight(origin=PAGE, access_control_request_method="DELETE"), error(403, *FORBIDDEN, Method="DELETE", ResourceType="OBJECT")),
    ("a preflight with another header", rules(ONE), preflight(**wanted, access_control_request_headers="authorization"), error(403, *FORBIDDEN, Method="PUT", ResourceType="OBJECT")),
    ("a preflight where there are no rules", preflight(**wanted), error(403, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", Method="PUT", ResourceType="OBJECT")),
    ("a preflight of no bucket", preflight("/no-such-bucket-anywhere", **wanted), error(403, "AccessForbidden", "CORSResponse: Bucket not found", Method="PUT", ResourceType="BUCKET")),
    ("a preflight of no origin", preflight(access_control_request_method="PUT"), error(400, "BadRequest", "Insufficient information. Origin request header needed.")),
    ("a preflight of no method", preflight(origin=PAGE), error(400, "BadRequest", "Invalid Access-Control-Request-Method: null")),
    ("an answer to a page", rules(ONE), put("/{b}/k", "x"), get("/{b}/k", {"Origin": PAGE}), ok(200, {"access-control-allow-origin": PAGE, "access-control-expose-headers": "ETag"}, body="x")),
    ("an answer to another page", rules(ONE), put("/{b}/k", "x"), get("/{b}/k", {"Origin": "http://other.org"}), ok(200, {"access-control-allow-origin": None}, body="x")),
    ("an answer to nobody's page", rules(ONE), put("/{b}/k", "x"), get("/{b}/k"), ok(200, {"access-control-allow-origin": None})),
    ("a refusal to a page", rules(ONE), get("/{b}/none", {"Origin": PAGE}), error(404, "NoSuchKey", ANY, Key="none", headers={"access-control-allow-origin": PAGE})),
    ("a head to a page whose method is not allowed", rules(ONE), put("/{b}/k", "x"), head("/{b}/k", {"Origin": PAGE}), ok(200, {"access-control-allow-origin": None})),
]
test_cors = table(CASES)
