"""What a balancer was asked, out of the access logs in a bucket: recorded by one click, read by whoever is signed in."""
import base64
import time

import pytest

SCRIPT = "<img src=x onerror=\"window.hit=1\">"


def record(path, status, took_ms, target="10.0.0.9_8080", agent="curl/8"):
    """A line as HAProxy says it to the host side (src/host/balancers/log_record.h)."""
    words, now = [base64.b64encode(one.encode()).decode() for one in ("GET", "shop.example", path, agent)], int(time.time() * 1e6)
    answered = f"forward - - 1 0 2 {took_ms} {target} {status} {status}" if target else f"fixed-response - - 0 -1 -1 -1 <NOSRV> - {status}"
    return f"r l-1 {now} 203.0.113.7 49556 172.31.0.5 80 ab12 {now - 9000} 0 - - - - 0 1 1 {now - 8000} {words[0]} {words[1]} {words[2]} 1.1 {words[3]} - 10 {answered} 158 372"


@pytest.fixture(scope="module", name="balancer")
def balancer_of_memory(daemon):
    elb, ec2 = daemon.client("elbv2"), daemon.client("ec2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    made = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]
    return made["LoadBalancerArn"]


def deliver(daemon, balancer, bucket):
    """Logs that go off are delivered at once; they go on again where they went."""
    elb, s3 = daemon.client("elbv2"), daemon.client("s3")
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[{"Key": "access_logs.s3.enabled", "Value": "false"}])
    deadline = time.monotonic() + 20
    while not [one for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []) if one["Key"].endswith(".log.gz")]:
        assert time.monotonic() < deadline, "the logs are not delivered"
        time.sleep(0.1)
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[{"Key": f"access_logs.s3.{name}", "Value": value} for name, value in (("enabled", "true"), ("bucket", bucket))])


def test_requests_are_recorded_by_a_click_and_shown(page, daemon, balancer):
    page.go("balancers")
    page.click("td a", "shop")
    page.click(".tabs a", "Requests")
    page.wait("p", "They are not recorded")
    page.click("button", "Record requests")
    page.wait("dialog h2", "Record requests")
    bucket = page.js("return document.getElementById('ask-bucket').value")
    page.click("#ask-go")
    page.wait(".toast", "Requests are recorded from now on.")
    page.wait(".empty", "No request yet.")
    attributes = {one["Key"]: one["Value"] for one in daemon.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]}
    assert (attributes["access_logs.s3.enabled"], attributes["access_logs.s3.bucket"]) == ("true", bucket)

    records = [record(f"/item/{number}", 200, 30 + number) for number in range(20)] + [record(f"/evil?{SCRIPT}", 404, 5, agent=SCRIPT), record("/broken", 503, 1, target="")]
    daemon.host.log_batches.append({"name": "batch-1", "until": int(time.time()), "lost": 0, "records": records})
    deliver(daemon, balancer, bucket)
    page.go("balancers/shop")
    page.wait("h2", "Listeners")
    page.click(".tabs a", "Requests")
    page.wait("td code", "GET shop.example/item/19")
    page.wait("td code", "GET shop.example/broken")
    assert page.js("return [...document.querySelectorAll('.figure strong')].map((one) => one.textContent)")[:3] == ["22", "1", "1"]
    page.wait(".figure strong", "ms")
    page.picture("requests")
    page.js("const one = document.getElementById('request-status'); one.value = '4'; one.dispatchEvent(new Event('change'))")
    page.gone("td code", "GET shop.example/item/19")
    page.wait("td code", "GET shop.example/evil?")
    page.js("const one = document.getElementById('request-status'); one.value = ''; one.dispatchEvent(new Event('change'))")
    page.type("#request-search", "item/7")
    page.gone("td code", "/broken")
    page.wait("td code", "GET shop.example/item/7")
    assert page.js("return window.hit") is None


def test_a_bucket_that_lets_nothing_in_is_refused_in_aws_s_words(page, daemon, balancer):
    daemon.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[{"Key": "access_logs.s3.enabled", "Value": "false"}])
    daemon.client("s3").create_bucket(Bucket="a-closed-bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    page.go("balancers/shop/requests")
    page.click("button", "Record requests")
    page.type("#ask-bucket", "a-closed-bucket")
    page.click("#ask-go")
    page.wait(".toast.bad", "Access Denied for bucket: a-closed-bucket")
