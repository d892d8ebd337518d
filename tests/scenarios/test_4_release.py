"""Point 4: a push to release becomes an image that the bastion pulls and runs."""
import datetime
import re

from region import new_version, set_version, wait_until


def test_a_push_to_release_becomes_an_image_tagged_with_the_korean_time_and_the_bastion_runs_it(commission):
    version = new_version()
    commit = commission.push("release", set_version(version))
    build = wait_until(
        lambda: next((b for b in commission.builds_of("wsi-api-release", commit) if b["buildStatus"] != "IN_PROGRESS"), None), 300, "the build")
    assert build["buildStatus"] == "SUCCEEDED"

    images = commission.client("ecr").describe_images(repositoryName="wsi-api-ecr")["imageDetails"]
    newest = max(images, key=lambda one: one["imagePushedAt"])
    tag = newest["imageTags"][0]
    assert re.fullmatch(r"\d{12}", tag)
    korea = datetime.timezone(datetime.timedelta(hours=9))
    at = datetime.datetime.strptime(tag, "%y%m%d%H%M%S").replace(tzinfo=korea)
    assert build["startTime"] - datetime.timedelta(seconds=1) <= at <= build["endTime"]

    registry = f"123456789012.dkr.ecr.{commission.env['AWS_REGION']}.amazonaws.com"
    image = f"{registry}/wsi-api-ecr:{tag}"
    said = commission.on_bastion(
        f"aws ecr get-login-password --region {commission.env['AWS_REGION']} | docker login --username AWS --password-stdin {registry} && "
        f"docker pull {image} && docker run -d --name release-test -p 18081:8080 {image} && "
        "for i in $(seq 50); do curl -fsS http://127.0.0.1:18081/health && break; sleep 0.2; done; docker rm -f release-test")
    assert f'"{version}"' in said
