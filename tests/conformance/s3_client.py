"""S3 as it goes over the wire, for cases that a client library would hide: requests are signed here (SigV4), sent as they are written
and answered as they came. The standard library alone."""
import base64
import datetime
import hashlib
import hmac
import http.client
import re
import socket
import ssl
import urllib.parse
import xml.etree.ElementTree

REGION = "ap-northeast-2"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def md5(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


class Answer:
    """status, headers (lower-case names), body; `tree` is its XML without namespaces, or None."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}
        text = body.decode("utf-8", "replace")
        self.tree = None
        if text.lstrip().startswith("<") and not text.lstrip().lower().startswith(("<html", "<!doctype")):
            self.tree = xml.etree.ElementTree.fromstring(re.sub(r'xmlns="[^"]*"', "", text))

    def texts(self, path):
        """Of every element at the path, in their order."""
        return [] if self.tree is None else [element.text or "" for element in self.tree.findall(path)]

    def text(self, path):
        return next(iter(self.texts(path)), None)

    def __repr__(self):
        return f"{self.status} {self.headers}\n{self.body[:3000].decode('utf-8', 'replace')}"


class Client:
    """One caller at one endpoint. `tls`: over connections that nobody else reads, to whoever answers."""

    def __init__(self, host, port, key, tls=False):
        self.host, self.port, (self.id, self.secret) = host, port, key
        self.tls = ssl._create_unverified_context() if tls else None
        self.connection = None

    def connect(self):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def signing_key(self, day, region=REGION):
        key = ("AWS4" + self.secret).encode()
        for part in (day, region, "s3", "aws4_request"):
            key = keyed(key, part)
        return key

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")

    def signature(self, method, path, query, headers, payload, stamp, region=REGION):
        """(names of the signed headers, the signature); `headers` with lower-case names."""
        encoded = lambda text: urllib.parse.quote(urllib.parse.unquote(text), safe="-_.~")
        pairs = sorted("=".join(encoded(side) for side in pair.partition("=")[::2]) for pair in query.split("&") if pair)
        names = ";".join(sorted(headers))
        canonical = "\n".join([method, path, "&".join(pairs), *(f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)), "", names, payload])
        scope = f"{stamp[:8]}/{region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical.encode())])
        return names, keyed(self.signing_key(stamp[:8], region), text).hex()

    def signed(self, method, target, headers, body, payload=None, region=REGION):
        """The headers, with those of the signature."""
        path, _, query = target.partition("?")
        out = {"host": f"{self.host}:{self.port}", **{name.lower(): value for name, value in headers.items()}}
        out.setdefault("x-amz-content-sha256", payload or sha256(body))
        out.setdefault("x-amz-date", self.now())
        stamp = out["x-amz-date"]
        to_sign = {name: value for name, value in out.items() if name not in ("expect", "content-length", "transfer-encoding")}
        names, signature = self.signature(method, path, query, to_sign, out["x-amz-content-sha256"], stamp, region)
        out["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.id}/{stamp[:8]}/{region}/s3/aws4_request, SignedHeaders={names}, "
                                f"Signature={signature}")
        return out

    def presigned(self, method, target, expires=300, stamp=None, headers=None):
        path, _, query = target.partition("?")
        stamp = stamp or self.now()
        given = {"host": f"{self.host}:{self.port}", **(headers or {})}
        quote = lambda text: urllib.parse.quote(text, safe="")
        query += ("&" if query else "") + "&".join(f"{name}={quote(value)}" for name, value in {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self.id}/{stamp[:8]}/{REGION}/s3/aws4_request", "X-Amz-Date": stamp,
            "X-Amz-Expires": str(expires), "X-Amz-SignedHeaders": ";".join(sorted(given))}.items())
        _, signature = self.signature(method, path, query, given, "UNSIGNED-PAYLOAD", stamp)
        return f"{path}?{query}&X-Amz-Signature={signature}"

    def send(self, method, target, headers=None, body=b"", sign=True):
        """Sends it and reads the answer. `sign`: False for nobody's request."""
        body = body.encode() if isinstance(body, str) else body
        given = {name.lower(): value for name, value in (headers or {}).items()}
        if sign:
            given = self.signed(method, target, given, body)
        given.setdefault("host", f"{self.host}:{self.port}")
        for again in (True, False):
            if self.connection is None:
                self.connection = self.connect()
            try:
                self.connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
                for name, value in given.items():
                    self.connection.putheader(name, value.encode("utf-8"))
                if "content-length" not in given and (body or method in ("PUT", "POST")):
                    self.connection.putheader("content-length", str(len(body)))
                self.connection.endheaders(body or None)
                answer = self.connection.getresponse()
                return Answer(answer.status, answer.getheaders(), answer.read())
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                self.connection = None
                if not again:
                    raise

    def raw(self, text, seconds=10):
        """What a connection of its own answers to these bytes until it has been silent for a moment."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as one:
            one.sendall(text)
            one.settimeout(0.5)
            out = b""
            try:
                while piece := one.recv(65536):
                    out += piece
            except socket.timeout:
                pass
            return out
