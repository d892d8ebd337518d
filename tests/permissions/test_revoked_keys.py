"""A key opens what its user may do, and from the answer to a change on what was changed: while others call with it, over one connection and over
many, and over a restart. What keys open is kept by the daemon, so nothing of before may be left."""
import threading

import boto3
import botocore.config
import botocore.exceptions
import pytest

import daemon as live

REFUSED = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"}


def client_of(daemon, key, service="sts"):
    return boto3.client(service, endpoint_url=daemon.endpoint, region_name=live.REGION, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"],
                        config=botocore.config.Config(retries={"max_attempts": 1, "mode": "standard"}))


def opens(client):
    """The ARN that it calls as; None when it is refused."""
    try:
        return client.get_caller_identity()["Arn"]
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] in REFUSED, error
        return None


class Crowd:
    """Calls with the key over and over, so that what it opens is read at every moment."""

    def __init__(self, daemon, key, threads=4):
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.call, args=(client_of(daemon, key),)) for _ in range(threads)]

    def call(self, client):
        while not self.stopped.is_set():
            opens(client)

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture(name="user")
def a_user(daemon):
    iam, name = daemon.client("iam"), "revoked"
    iam.create_user(UserName=name)
    yield name
    for one in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=one["AccessKeyId"])
    iam.delete_user(UserName=name)


def test_a_key_is_refused_with_the_answer_to_what_ended_it(daemon, user):
    iam = daemon.client("iam")
    key = iam.create_access_key(UserName=user)["AccessKey"]
    client = client_of(daemon, key)
    with Crowd(daemon, key):
        for _ in range(20):
            assert opens(client).endswith("/revoked")
            iam.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive")
            assert opens(client) is None
            iam.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status="Active")
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        assert opens(client) is None


def test_a_user_calls_under_its_new_name_with_the_answer_that_gave_it(daemon, user):
    iam = daemon.client("iam")
    key = iam.create_access_key(UserName=user)["AccessKey"]
    client = client_of(daemon, key)
    with Crowd(daemon, key):
        for number in range(5):
            assert opens(client).endswith("/revoked")
            iam.update_user(UserName=user, NewUserName=f"renamed-{number}")
            assert opens(client).endswith(f"/renamed-{number}")
            iam.update_user(UserName=f"renamed-{number}", NewUserName=user)


def test_a_key_stays_refused_when_the_daemon_is_killed_behind_the_answer(daemon, user):
    iam = daemon.client("iam")
    key = iam.create_access_key(UserName=user)["AccessKey"]
    assert opens(client_of(daemon, key))
    iam.update_access_key(UserName=user, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    daemon.kill()
    daemon.start()
    assert opens(client_of(daemon, key)) is None
