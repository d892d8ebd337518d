"""Point 7: who is let in, and what is said to the others. In AWS's own words."""
import datetime
import http.client
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest

from region import REGION


def refusal(call, *arguments, **options):
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(*arguments, **options)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def send(region, service, body, headers):
    address = urllib.parse.urlsplit(region.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("POST", "/", body=body, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def signed_headers(region, service, body, at=None, secret=None):
    """The headers that botocore would send for a query-protocol request, signed at another time if one is given."""
    request = botocore.awsrequest.AWSRequest("POST", region.endpoint + "/", data=body, headers={
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    credentials = botocore.credentials.Credentials(region.env["AWS_ACCESS_KEY_ID"], secret or region.env["AWS_SECRET_ACCESS_KEY"])
    signer = botocore.auth.SigV4Auth(credentials, service, REGION)
    if at:
        class Clock(datetime.datetime):
            @classmethod
            def utcnow(cls):
                return at
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(botocore.auth.datetime, "datetime", Clock)
            signer.add_auth(request)
    else:
        signer.add_auth(request)
    return dict(request.headers.items())


CALLER = "Action=GetCallerIdentity&Version=2011-06-15"


def test_the_administrator_is_let_in(region):
    caller = region.client("sts").get_caller_identity()
    assert caller["Account"] == "123456789012"


def test_an_unsigned_request_is_refused(region):
    status, text = send(region, "sts", CALLER, {"Content-Type": "application/x-www-form-urlencoded", "Host": f"sts.{REGION}.amazonaws.com"})
    assert status == 403 and "MissingAuthenticationToken" in text


def test_an_unknown_key_is_refused(region):
    code, status, _ = refusal(region.client("sts", aws_access_key_id="AKIAIOSFODNN7EXAMPLE").get_caller_identity)
    assert (code, status) == ("InvalidClientTokenId", 403)
    code, status, _ = refusal(region.client("ec2", aws_access_key_id="AKIAIOSFODNN7EXAMPLE").describe_vpcs)
    assert (code, status) == ("AuthFailure", 401)
    code, status, _ = refusal(region.client("codedeploy", aws_access_key_id="AKIAIOSFODNN7EXAMPLE").list_applications)
    assert code == "UnrecognizedClientException"
    code, status, _ = refusal(region.client("s3", aws_access_key_id="AKIAIOSFODNN7EXAMPLE").list_buckets)
    assert (code, status) == ("InvalidAccessKeyId", 403)


def test_a_wrong_secret_is_refused(region):
    code, status, _ = refusal(region.client("sts", aws_secret_access_key="wrong").get_caller_identity)
    assert (code, status) == ("SignatureDoesNotMatch", 403)


def test_a_body_that_was_changed_is_refused(region):
    headers = signed_headers(region, "sts", CALLER)
    status, text = send(region, "sts", CALLER.replace("2011", "2012"), headers)
    assert status == 403 and "SignatureDoesNotMatch" in text


def test_an_old_date_is_refused(region):
    headers = signed_headers(region, "sts", CALLER, at=datetime.datetime.utcnow() - datetime.timedelta(minutes=30))
    status, text = send(region, "sts", CALLER, headers)
    assert status == 403 and "SignatureDoesNotMatch" in text and "expired" in text


@pytest.mark.parametrize("service, operation, arguments", [
    ("ec2", "describe_transit_gateways", {}),
    ("iam", "list_server_certificates", {}),
    ("codedeploy", "list_git_hub_account_token_names", {}),
    ("codepipeline", "list_webhooks", {}),
    ("s3", "list_bucket_analytics_configurations", {"Bucket": "some-bucket"}),
])
def test_what_is_not_built_says_so_by_name(region, service, operation, arguments):
    name = "".join(part.capitalize() for part in operation.split("_"))
    client = region.client(service)
    code, status, message = refusal(getattr(client, operation), **arguments)
    assert (code, status) == ("NotImplemented", 501)
    assert name.lower() in message.lower()


@pytest.mark.parametrize("service, operation, arguments", [
    ("lambda", "list_functions", {}),
    ("lambda", "create_event_source_mapping", {"FunctionName": "some-function"}),
    ("apigateway", "create_rest_api", {"name": "some-api"}),
    ("dynamodb", "list_tables", {}),
    ("autoscaling", "describe_auto_scaling_groups", {}),
])
def test_a_service_that_is_not_built_says_so_in_its_own_protocol(region, service, operation, arguments):
    code, status, message = refusal(getattr(region.client(service), operation), **arguments)
    assert (code, status) == ("NotImplemented", 501)
    assert f"service {service} is not implemented" in message
