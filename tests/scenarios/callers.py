"""Makes one signed call again and again on connections that stay, and measures each: `callers.py SECONDS THREADS PAUSE < keys.json`.

keys.json is a list of [access key, secret]; each has THREADS threads, which wait PAUSE seconds between calls. Prints how many calls
were answered, refused for their rate, and refused otherwise, and the answered ones' times.
"""
import http.client
import json
import os
import ssl
import sys
import threading
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

ENDPOINT = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
BODY = "Action=DescribeInstances&Version=2016-11-15"


def signed(key, secret):
    request = botocore.awsrequest.AWSRequest("POST", ENDPOINT.geturl() + "/", data=BODY, headers={
        "Content-Type": "application/x-www-form-urlencoded", "Host": ENDPOINT.netloc})
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), "ec2", "ap-northeast-2").add_auth(request)
    return dict(request.headers)


def connect():
    if ENDPOINT.scheme == "https":
        return http.client.HTTPSConnection(ENDPOINT.hostname, ENDPOINT.port, timeout=30, context=ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE")))
    return http.client.HTTPConnection(ENDPOINT.hostname, ENDPOINT.port, timeout=30)


def call_until(end, headers, pause, found, lock):
    connection = connect()
    times, counts = [], {"answered": 0, "throttled": 0, "other": 0}
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            connection.request("POST", "/", BODY, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            counts["other"] += 1
            connection.close()
            connection = connect()
            continue
        if answer.status == 200:
            counts["answered"] += 1
            times.append((time.monotonic() - began) * 1000)
        else:
            counts["throttled" if b"RequestLimitExceeded" in text else "other"] += 1
        if pause:
            time.sleep(pause)
    with lock:
        found["times"] += times
        for name, count in counts.items():
            found[name] += count


def main():
    seconds, threads, pause = float(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    found, lock = {"times": [], "answered": 0, "throttled": 0, "other": 0}, threading.Lock()
    end = time.monotonic() + seconds
    callers = [threading.Thread(target=call_until, args=(end, signed(*keys), pause, found, lock))
               for keys in json.load(sys.stdin) for _ in range(threads)]
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    times = sorted(found.pop("times")) or [0]
    found.update(median_ms=round(times[len(times) // 2], 1), p95_ms=round(times[len(times) * 95 // 100], 1), worst_ms=round(times[-1], 1))
    print(json.dumps(found))


main()
