"""Requests as botocore signs and sends them."""
import contextlib


def signed(client, operation, **given):
    """The bytes that botocore would send."""
    kept = []

    def keep(request, **_):
        kept.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", keep)
    try:
        with contextlib.suppress(InterruptedError):
            getattr(client, operation)(**given)
    finally:
        client.meta.events.unregister("before-send", keep)
    request = kept[0]
    path = "/" + request.url.split("/", 3)[3]
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    headers = {name: value for name, value in headers.items() if name.lower() != "host"} | {"Host": request.url.split("/")[2]}
    headers.pop("Expect", None)  # which nothing signs: the body is sent at once
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    lines = [f"{request.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body and "Content-Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
