"""The API of the commission: GET /health tells which version runs on which server."""
import socket

from flask import Flask, jsonify

VERSION = "1.0.0"

app = Flask(__name__)


@app.route("/health")
def health():
    return jsonify(status="ok", version=VERSION, host=socket.gethostname())


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8080, threaded=True)
