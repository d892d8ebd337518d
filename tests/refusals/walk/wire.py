"""Requests as AWS's protocols have them, written from the models and signed here (SigV4): the standard library alone, so that nothing
holds back what is malformed."""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import re
import urllib.parse
import xml.etree.ElementTree
import xml.sax.saxutils

REGION = "ap-northeast-2"


def tree_of(text):
    """JSON as it is, XML as [(name, text or [what is below])]."""
    if text[:1] in ("{", "["):
        return json.loads(text)
    if text.lstrip()[:1] == "<":
        return below(xml.etree.ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", text, count=1)))
    return text


def below(element):
    return [(child.tag, below(child)) for child in element] if len(element) else element.text or ""


def pairs(tree):
    if isinstance(tree, dict):
        return tree.items()
    if isinstance(tree, list):
        return [one if isinstance(one, tuple) else ("", one) for one in tree]
    return []


def found_at(tree, path):
    """The first thing below whose name is the path's first, and so on; None where there is none. The case of a name's letters is nothing here:
    EC2's XML begins with small ones."""
    name, _, rest = path.partition(".")
    for key, value in pairs(tree):
        if key.lower() == name.lower():
            found = found_at(value, rest) if rest else value
        else:
            found = found_at(value, path)
        if found is not None:
            return found
    return None


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {name.lower(): value for name, value in headers}, body
        self.text = body.decode("utf-8", "replace")

    @property
    def tree(self):
        return tree_of(self.text)

    @property
    def code(self):
        """The error's; "" of a success."""
        if self.status < 400:
            return ""
        if not self.text:
            return "HEAD"  # has no body to tell it in
        told = self.tree
        code = (told.get("__type") or told.get("code", "")) if isinstance(told, dict) else found_at(told, "Code") or ""
        return code.rpartition("#")[2]

    @property
    def message(self):
        told = self.tree if self.text else {}
        return str((told.get("message") or told.get("Message")) if isinstance(told, dict) else found_at(told, "Message"))

    def at(self, path):
        if path.startswith("header:"):
            return self.headers.get(path[7:])
        return found_at(self.tree, path)


def scalar(shape, value):
    if shape["type"] == "boolean":
        return "true" if value is True else "false" if value is False else str(value)
    if shape["type"] == "timestamp" and isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def form(model, shape_name, value, prefix=""):
    """Fields of the query protocol and of EC2's."""
    shape, ec2 = model.shapes[shape_name], model.protocol == "ec2"
    if shape["type"] == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            member = shape["members"].get(name, {"shape": "String"})
            wire = member.get("queryName") or (member.get("locationName", name)[:1].upper() + member.get("locationName", name)[1:]) if ec2 else member.get("locationName", name)
            child = model.shapes.get(member["shape"], {"type": "string"})
            if child["type"] == "list" and child.get("flattened") and not ec2:
                wire = child["member"].get("locationName", wire)
            yield from form(model, member["shape"], inner, f"{prefix}.{wire}" if prefix else wire)
    elif shape["type"] == "list" and isinstance(value, list):
        inner = "" if ec2 or shape.get("flattened") else "." + shape["member"].get("locationName", "member")
        for i, one in enumerate(value, 1):
            yield from form(model, shape["member"]["shape"], one, f"{prefix}{inner}.{i}")
    elif shape["type"] == "map" and isinstance(value, dict):
        entry = "" if shape.get("flattened") else ".entry"
        for i, (key, one) in enumerate(value.items(), 1):
            yield f"{prefix}{entry}.{i}.{shape['key'].get('locationName', 'key')}", key
            yield from form(model, shape["value"]["shape"], one, f"{prefix}{entry}.{i}.{shape['value'].get('locationName', 'value')}")
    else:
        yield prefix, scalar(shape, value)


def element(model, shape_name, value, name, space=""):
    """XML of a value, as rest-xml has it."""
    shape, open_tag = model.shapes[shape_name], f'<{name} xmlns="{space}">' if space else f"<{name}>"
    if shape["type"] == "structure" and isinstance(value, dict):
        attributes, inner = "", ""
        for key, one in value.items():
            member = shape["members"].get(key, {"shape": "String"})
            wire, child = member.get("locationName", key), model.shapes.get(member["shape"], {"type": "string"})
            if member.get("xmlAttribute"):
                attributes += f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {wire}={xml.sax.saxutils.quoteattr(str(one))}'
            elif child["type"] == "list" and (child.get("flattened") or member.get("flattened")) and isinstance(one, list):
                inner += "".join(element(model, child["member"]["shape"], each, wire) for each in one)
            else:
                inner += element(model, member["shape"], one, wire)
        return open_tag[:-1] + attributes + ">" + inner + f"</{name}>"
    if shape["type"] == "list" and isinstance(value, list):
        return open_tag + "".join(element(model, shape["member"]["shape"], one, shape["member"].get("locationName", "member")) for one in value) + f"</{name}>"
    return open_tag + xml.sax.saxutils.escape(scalar(shape, value)) + f"</{name}>"


def rest(model, operation, value):
    """(method, target, headers, body)"""
    told, headers, query, body = model.operation(operation), {}, [], ""
    shape = model.shapes[told["input"]["shape"]] if "input" in told else {"members": {}}
    path, _, fixed = told["http"]["requestUri"].partition("?")
    for name, one in value.items():
        member = shape["members"][name]
        wire, kind = member.get("locationName", name), member.get("location")
        inner = model.shapes[member["shape"]]
        if kind == "uri":
            text = urllib.parse.quote(str(one), safe="/" if "{%s+}" % wire in path else "")
            path = path.replace("{%s+}" % wire, text).replace("{%s}" % wire, text)
        elif kind == "querystring":
            query += [f"{wire}={urllib.parse.quote(scalar(inner, each), safe='')}" for each in (one if isinstance(one, list) else [one])]
        elif kind == "header":
            headers[wire.lower()] = ",".join(map(str, one)) if isinstance(one, list) else scalar(inner, one)
        elif kind == "headers":
            headers.update({(wire + key).lower(): str(each) for key, each in one.items()})
        elif shape.get("payload") == name:
            body = element(model, member["shape"], one, wire, member.get("xmlNamespace", {}).get("uri", "")) if inner["type"] in ("structure", "list") else str(one)
    target = path + ("?" if fixed or query else "") + "&".join([*([fixed] if fixed else []), *query])
    return told["http"]["method"], target, headers, body.encode()


class Caller:
    """One caller over one connection."""

    def __init__(self, port, key):
        self.port, (self.id, self.secret) = port, key
        self.connection, self.keys = None, {}

    def call(self, model, operation, value):
        service = model.metadata.get("signingName", model.metadata["endpointPrefix"])
        if model.protocol == "rest-xml":
            method, target, headers, body = rest(model, operation, value)
            headers["x-amz-content-sha256"] = hashlib.sha256(body).hexdigest()
            if model.operation(operation).get("httpChecksum", {}).get("required") or operation == "PutObjectLockConfiguration":
                headers.setdefault("content-md5", base64.b64encode(hashlib.md5(body).digest()).decode())
        else:
            method, target = "POST", "/"
            if model.protocol == "json":
                body = json.dumps(value).encode()
                headers = {"content-type": f"application/x-amz-json-{model.metadata.get('jsonVersion', '1.1')}", "x-amz-target": f"{model.metadata['targetPrefix']}.{operation}"}
            else:
                shape = model.input_shape(operation)
                fields = [("Action", operation), ("Version", model.metadata["apiVersion"]), *(form(model, shape, value) if shape else ())]
                body, headers = urllib.parse.urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self.send(service, method, target, headers, body)

    def signing_key(self, day, service):
        if (day, service) not in self.keys:
            key = ("AWS4" + self.secret).encode()
            for part in (day, REGION, service, "aws4_request"):
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            self.keys[day, service] = key
        return self.keys[day, service]

    def send(self, service, method, target, headers, body):
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {**headers, "host": f"127.0.0.1:{self.port}", "x-amz-date": stamp}
        path, _, query = target.partition("?")
        encoded = sorted("=".join(urllib.parse.quote(urllib.parse.unquote(side), safe="-_.~") for side in pair.partition("=")[::2]) for pair in query.split("&") if pair)
        names = ";".join(sorted(headers))
        canonical = "\n".join([method, path, "&".join(encoded), *(f"{name}:{' '.join(headers[name].split())}" for name in sorted(headers)), "", names,
                               headers.get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()])
        scope = f"{stamp[:8]}/{REGION}/{service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(self.signing_key(stamp[:8], service), text.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={self.id}/{scope}, SignedHeaders={names}, Signature={signature}"
        for again in (True, False):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
                for name, one in headers.items():
                    self.connection.putheader(name, one.encode())
                if body or method in ("PUT", "POST"):
                    self.connection.putheader("content-length", str(len(body)))
                self.connection.endheaders(body or None)
                answer = self.connection.getresponse()
                return Answer(answer.status, answer.getheaders(), answer.read())
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                self.connection = None
                if not again:
                    raise
        return None
