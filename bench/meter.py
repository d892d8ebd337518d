"""The time of one call of the API by itself: from the first byte sent to the last one received, without what a client does before and after."""
import http.client
import time
import urllib.parse

import botocore.awsrequest


class Raw:
    """A body as botocore reads it."""

    def __init__(self, body):
        self.body = body

    def stream(self, *_, **__):
        yield self.body

    def read(self, *_):
        body, self.body = self.body, b""
        return body


class Meter:
    """Sends what botocore has signed; `took` has the seconds of each."""

    def __init__(self, one):
        self.connection, self.took = http.client.HTTPConnection("127.0.0.1", one.port, timeout=300), []

    def client(self, one, service):
        client = one.client(service)
        client.meta.events.register("before-send", self.send)
        return client

    def send(self, request, **_):
        url = urllib.parse.urlsplit(request.url)
        path = url.path + (f"?{url.query}" if url.query else "")
        headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
        begin = time.perf_counter()
        self.connection.request(request.method, path or "/", body=request.body, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        self.took.append(time.perf_counter() - begin)
        return botocore.awsrequest.AWSResponse(request.url, response.status, response.headers, Raw(body))
