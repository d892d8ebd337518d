"""What Terraform's files are given and no recording holds: a certificate with its key, made anew each time."""
import base64
import json
import pathlib
import subprocess


def certificate(folder):
    folder = pathlib.Path(folder)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tls.key", "-out", folder / "tls.crt", "-days", "30",
                    "-subj", "/CN=every.example.com"], check=True, capture_output=True)
    return {"certificate": (folder / "tls.crt").read_text(), "private_key": (folder / "tls.key").read_text()}


def forms(variables):
    """{text as it stands in a request or an answer: its name in a recording}."""
    found = {}
    for name, text in variables.items():
        found[base64.b64encode(text.encode()).decode()] = f"{{{{{name} in base64}}}}"
        found[json.dumps(text)[1:-1]] = f"{{{{{name} in JSON}}}}"
    return found
