"""Requests as botocore signs and sends them."""
import contextlib


def signed(client, operation, **given):
    """The bytes that botocore would send."""
    kept = []

    def keep(request, **_):
        kept.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", keep)
    with contextlib.suppress(InterruptedError):
        getattr(client, operation)(**given)
    request = kept[0]
    path = "/" + request.url.split("/", 3)[3]
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    headers = {name: value for name, value in headers.items() if name.lower() != "host"} | {"Host": request.url.split("/")[2]}
    body = request.body.encode() if isinstance(request.body, str) else bytes(request.body or b"")
    lines = [f"{request.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body and "Content-Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
