"""Asks the region far too often, with the keys of the environment, and prints which error each service ends it with."""
import json
import os
import threading
import time

import boto3
import botocore.config
import botocore.exceptions


def flood(service, call, found, until):
    config = botocore.config.Config(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=4)
    client = boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config)
    while time.monotonic() < until and service not in found:
        try:
            call(client)
        except botocore.exceptions.ClientError as error:
            found[service] = error.response["Error"]["Code"]
        except botocore.exceptions.HTTPClientError:
            time.sleep(0.1)


def main():
    found = {}
    calls = {"ec2": lambda c: c.describe_regions(), "iam": lambda c: c.list_users(), "codecommit": lambda c: c.list_repositories()}
    until = time.monotonic() + 60
    threads = [threading.Thread(target=flood, args=(service, call, found, until)) for service, call in calls.items() for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(json.dumps(found))


main()
