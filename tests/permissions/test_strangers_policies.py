"""What strangers write into policies for lists of everything: by the ARN of all of a kind as often as by "*", as AWS's guides do. And the site
at which their scripts ask for their own address."""
import time
import urllib.error
import urllib.request

import botocore.exceptions
import daemon as live
import pytest
from test_published_policies import ACCOUNT, allow, user

EVERY = f"arn:aws:codedeploy:{live.REGION}:{ACCOUNT}:"


def refusal(call, *args):
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(*args)
    return refused.value.response["Error"]


def test_all_buckets_may_be_listed_by_the_arn_of_all_buckets(daemon):
    user(daemon, "all", allow("s3:ListAllMyBuckets", "arn:aws:s3:::*")).client("s3").list_buckets()
    error = refusal(user(daemon, "one", allow("s3:ListAllMyBuckets", "arn:aws:s3:::mine")).client("s3").list_buckets)
    assert error["Code"] == "AccessDenied"
    assert "perform: s3:ListAllMyBuckets because no identity-based policy allows" in error["Message"]
    # What only reads is in the trail within a second.
    told, until = [], time.monotonic() + 20
    while not told and time.monotonic() < until:
        told = daemon.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ListBuckets"}])["Events"]
    assert told and all(one["Resources"] == [] for one in told)


@pytest.mark.parametrize("action, call, kind", [("ListApplications", "list_applications", "application"), ("ListDeploymentConfigs", "list_deployment_configs", "deploymentconfig"),
                                                ("ListOnPremisesInstances", "list_on_premises_instances", "instance")])
def test_what_codedeploy_has_may_be_listed_by_the_arn_of_its_kind(daemon, action, call, kind):
    getattr(user(daemon, action, allow("codedeploy:" + action, f"{EVERY}{kind}:*")).client("codedeploy"), call)()
    error = refusal(getattr(user(daemon, action + "-one", allow("codedeploy:" + action, f"{EVERY}{kind}:mine")).client("codedeploy"), call))
    assert error["Code"] == "AccessDeniedException" and f"on resource: {EVERY}{kind}:*" in error["Message"]


def test_who_asks_for_his_own_address_is_told_it(daemon):
    def ask(method="GET"):
        return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{daemon.port}/", headers={"Host": "checkip.amazonaws.com"}, method=method))
    assert ask().read() == b"127.0.0.1\n"
    assert ask().headers["Content-Type"].startswith("text/plain")
    assert ask("HEAD").read() == b""
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask("DELETE")
    assert refused.value.code == 405
