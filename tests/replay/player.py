"""Makes recorded calls anew, each signed as its own, to a daemon that made other things than the recorded one."""
import base64
import hashlib
import http.client
import time
import urllib.parse
import zlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from likeness import Bindings, Difference, Likeness, tree_of
from recorder import NOT_ANSWERED

PATIENCE_S = 8  # until what the region does by itself has come about


def checksum(name, body):
    """What a header of that name says of a body, or None."""
    made = {"content-md5": lambda: hashlib.md5(body).digest(), "x-amz-checksum-crc32": lambda: zlib.crc32(body).to_bytes(4, "big"),
            "x-amz-checksum-sha1": lambda: hashlib.sha1(body).digest(), "x-amz-checksum-sha256": lambda: hashlib.sha256(body).digest()}.get(name)
    return made and base64.b64encode(made()).decode()


class Player:
    """`inputs`: {text: what stands for it in the recording}, as the recorder's."""

    def __init__(self, daemon, inputs):
        self.daemon, self.inputs = daemon, inputs
        self.bindings = Bindings()
        self.likeness = Likeness(self.bindings)
        self.credentials = botocore.credentials.Credentials(*daemon.key)
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)

    def of_now(self, call):
        """(path, headers, body) of the call with what this region made."""
        path, asked, query = call.path.partition("?")
        translate = self.bindings.translate
        path = "/".join(self.again(part, urllib.parse.unquote, urllib.parse.quote) for part in path.split("/"))
        body = call.body
        for text, name in self.inputs.items():
            body = body.replace(name, text)
        if "urlencoded" in call.headers.get("content-type", ""):
            body = self.parameters(body)
        else:
            body = translate(body)
        raw = body.encode("latin-1")
        headers = {name: checksum(name, raw) or translate(value) for name, value in call.headers.items()}
        return path + asked + self.parameters(query), headers, raw

    def again(self, text, read, write):
        plain = read(text)
        translated = self.bindings.translate(plain)
        return text if translated == plain else write(translated, safe="")

    def parameters(self, text):
        parts = [one.partition("=") for one in text.split("&")]
        return "&".join(name + sign + self.again(value, urllib.parse.unquote_plus, urllib.parse.quote) for name, sign, value in parts)

    def ask(self, call):
        """(status, headers, body) of this region's answer."""
        path, headers, body = self.of_now(call)
        request = botocore.awsrequest.AWSRequest(method=call.method, url=self.daemon.endpoint + path, data=body, headers=headers)
        signer = botocore.auth.S3SigV4Auth if call.service == "s3" else botocore.auth.SigV4Auth
        signer(self.credentials, call.service, call.region).add_auth(request)
        # The signed headers, Host among them, as they were signed.
        self.connection.request(call.method, path, body=body, headers={**dict(request.headers.items()), "Host": f"127.0.0.1:{self.daemon.port}"})
        answer = self.connection.getresponse()
        text = answer.read().decode("latin-1")
        for secret, name in self.inputs.items():
            text = text.replace(secret, name)
        return answer.status, {name.lower(): value for name, value in answer.getheaders() if name.lower() not in NOT_ANSWERED}, text

    def play(self, call):
        """Throws Difference when the answer is not the recorded one. What comes about by itself is waited for: a read is asked again, and
        so is what is refused now and was not then."""
        until = time.monotonic() + PATIENCE_S
        while True:
            status, headers, body = self.ask(call)
            try:
                self.likeness.require([call.status, call.answer_headers, tree_of(call.answer)], [status, headers, tree_of(body)])
                return
            except Difference:
                if time.monotonic() > until or not (call.reads or (status >= 400 > call.status)):
                    raise
            time.sleep(0.05)
