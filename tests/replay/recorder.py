"""A proxy before a daemon that keeps what passes. It lets one call through at a time, and none before the daemon's work is done, so
that what was answered is what the calls before have led to."""
import http.client
import http.server
import re
import sqlite3
import threading
import time

from calls import Call
from likeness import SECRET

SENT = re.compile(r"content-type|content-md5|content-encoding|range|if-.*|x-amz-(?!date$|content-sha256$|security-token$|user-agent$).*")
NOT_ANSWERED = {"date", "server", "connection", "keep-alive", "content-length", "transfer-encoding", "x-amzn-requestid", "x-amz-request-id", "x-amz-id-2"}
# In answers the member's value; the passwords that the provider makes up stand in requests.
HUSHED = [(re.compile(r"(<(SecretAccessKey|SessionToken|ServicePassword)>)[^<]+"), r"\1" + SECRET),
          (re.compile(r'("(authorizationToken|PrivateKey)":\s*")[^"]+'), r"\1" + SECRET)]
PASSWORD = (re.compile(r"\bPassword=[^&]+"), "Password=Recorded-24-characters-1")


class Recorder:
    """`hidden`: {text: what stands for it in the recording}."""

    def __init__(self, daemon, hidden):
        self.daemon, self.hidden, self.step, self.calls, self.turn = daemon, hidden, "", [], threading.Lock()
        self.rows = sqlite3.connect(f"file:{daemon.state}/region.db?mode=ro", uri=True, check_same_thread=False)
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do(self):
                recorder.pass_on(self)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.http.server_port}"

    def close(self):
        self.http.shutdown()
        self.rows.close()

    def wait_until_idle(self):
        for _ in range(500):
            soon = int(time.time() * 1000) + 400
            if not self.rows.execute("SELECT 1 FROM tasks WHERE (due <= ? OR lease_owner IS NOT NULL) AND kind NOT IN ('ec2.watch', 'edge.listen') LIMIT 1", (soon,)).fetchone():
                return
            time.sleep(0.01)

    def pass_on(self, asked):
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        with self.turn:
            self.wait_until_idle()
            connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=120)
            connection.putrequest(asked.command, asked.path, skip_host=True, skip_accept_encoding=True)
            for name, value in asked.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read()
            self.keep(asked, body, answer, text)
        asked.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "keep-alive", "content-length"):
                asked.send_header(name, value)
        asked.send_header("Content-Length", answer.getheader("Content-Length", str(len(text))) if asked.command == "HEAD" else str(len(text)))
        asked.end_headers()
        if asked.command != "HEAD":
            asked.wfile.write(text)
        connection.close()

    def keep(self, asked, body, answer, text):
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", asked.headers.get("Authorization", ""))
        region, service = scope.groups() if scope else ("", "")
        sent, answered = body.decode("latin-1"), text.decode("latin-1")
        for secret, name in self.hidden.items():
            sent, answered = sent.replace(secret, name), answered.replace(secret, name)
        for what, instead in HUSHED:
            answered = what.sub(instead, answered)
        if "urlencoded" in asked.headers.get("Content-Type", ""):
            sent = PASSWORD[0].sub(PASSWORD[1], sent)
        self.calls.append(Call(
            self.step, service, region, asked.command, asked.path,
            {name.lower(): value for name, value in asked.headers.items() if SENT.fullmatch(name.lower())}, sent, answer.status,
            {name.lower(): value for name, value in answer.getheaders() if name.lower() not in NOT_ANSWERED}, answered))
