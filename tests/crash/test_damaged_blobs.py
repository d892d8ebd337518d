"""A blob that the disk changed is noticed by its hash and never served; what else there is stays readable, and the same content
written again mends it."""
import hashlib
import http.client
import os
import urllib.parse

import botocore.exceptions
import pytest

import daemon as live


@pytest.fixture
def daemon(tmp_path):
    one = live.Daemon(tmp_path)
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()


def blob_of(daemon, body):
    name = hashlib.sha256(body).hexdigest()
    return name, daemon.state / "blobs" / name[:2] / name


def change_byte(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


def require_internal_error(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(**arguments)
    error = refused.value.response
    assert error["Error"]["Code"] == "InternalError" and error["ResponseMetadata"]["HTTPStatusCode"] == 500


@pytest.mark.parametrize("restart", [False, True], ids=["in the process that wrote it", "after a restart"])
@pytest.mark.parametrize("damage", ["changed", "cut short", "gone"])
def test_a_damaged_object_is_an_internal_error_whole_and_in_ranges(daemon, damage, restart):
    s3 = daemon.client("s3", attempts=1)
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    body, other = os.urandom(3 << 20), os.urandom(1 << 20)
    s3.put_object(Bucket="data", Key="torn", Body=body)
    s3.put_object(Bucket="data", Key="whole", Body=other)
    assert s3.get_object(Bucket="data", Key="torn")["Body"].read() == body
    if restart:
        daemon.stop()
    name, path = blob_of(daemon, body)
    if damage == "changed":
        change_byte(path, 2 << 20)
    elif damage == "cut short":
        os.truncate(path, 100)
    else:
        path.unlink()
    if restart:
        daemon.start()

    require_internal_error(s3.get_object, Bucket="data", Key="torn")
    require_internal_error(s3.get_object, Bucket="data", Key="torn", Range="bytes=0-9")  # the damage is elsewhere
    require_internal_error(s3.get_object, Bucket="data", Key="torn", Range="bytes=-1")
    assert name in daemon.log
    assert s3.head_object(Bucket="data", Key="torn")["ContentLength"] == len(body)
    assert s3.get_object(Bucket="data", Key="whole")["Body"].read() == other

    s3.put_object(Bucket="data", Key="again", Body=body)
    assert s3.get_object(Bucket="data", Key="torn")["Body"].read() == body


def test_a_long_object_is_checked_as_it_is_sent_and_its_damage_ends_the_answer_before_its_end(daemon):
    s3 = daemon.client("s3", attempts=1)
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    body = os.urandom(20 << 20)
    s3.put_object(Bucket="data", Key="long", Body=body)
    for damaged in (False, True):
        daemon.stop()
        name, path = blob_of(daemon, body)
        if damaged:
            change_byte(path, 1 << 20)
        daemon.start()
        s3 = daemon.client("s3", attempts=1)
        if not damaged:
            assert s3.get_object(Bucket="data", Key="long")["Body"].read() == body
            assert s3.get_object(Bucket="data", Key="long", Range="bytes=7-9")["Body"].read() == body[7:10]
            continue
        for _ in range(2):
            answer = s3.get_object(Bucket="data", Key="long")
            with pytest.raises((botocore.exceptions.IncompleteReadError, botocore.exceptions.ResponseStreamingError)):
                answer["Body"].read()
        require_internal_error(s3.get_object, Bucket="data", Key="long", Range="bytes=7-9")
        assert f"the blob {name} is damaged" in daemon.log
        s3.put_object(Bucket="data", Key="again", Body=body)
        assert s3.get_object(Bucket="data", Key="long")["Body"].read() == body


def test_a_damaged_part_of_an_object_harms_only_what_reads_it(daemon):
    s3 = daemon.client("s3", attempts=1)
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    parts = [os.urandom(5 << 20), os.urandom(5 << 20)]
    upload = s3.create_multipart_upload(Bucket="data", Key="parts")["UploadId"]
    done = [{"PartNumber": n, "ETag": s3.upload_part(Bucket="data", Key="parts", UploadId=upload, PartNumber=n, Body=part)["ETag"]}
            for n, part in enumerate(parts, 1)]
    s3.complete_multipart_upload(Bucket="data", Key="parts", UploadId=upload, MultipartUpload={"Parts": done})
    change_byte(blob_of(daemon, parts[1])[1], 0)
    require_internal_error(s3.get_object, Bucket="data", Key="parts")
    require_internal_error(s3.get_object, Bucket="data", Key="parts", Range=f"bytes={6 << 20}-{(6 << 20) + 9}")
    assert s3.get_object(Bucket="data", Key="parts", Range="bytes=0-9")["Body"].read() == parts[0][:10]


def test_a_damaged_layer_of_an_image_is_not_handed_out(daemon):
    ecr, layer = daemon.client("ecr", attempts=1), os.urandom(1 << 20)
    ecr.create_repository(repositoryName="app")
    upload = ecr.initiate_layer_upload(repositoryName="app")["uploadId"]
    ecr.upload_layer_part(repositoryName="app", uploadId=upload, partFirstByte=0, partLastByte=len(layer) - 1, layerPartBlob=layer)
    digest = "sha256:" + hashlib.sha256(layer).hexdigest()
    ecr.complete_layer_upload(repositoryName="app", uploadId=upload, layerDigests=[digest])
    address = urllib.parse.urlsplit(ecr.get_download_url_for_layer(repositoryName="app", layerDigest=digest)["downloadUrl"])

    def download(headers=()):
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
        connection.request("GET", f"{address.path}?{address.query}", headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()

    assert download() == (200, layer)
    name, path = blob_of(daemon, layer)
    change_byte(path, 1000)
    for headers in ({}, {"Range": "bytes=0-9"}):
        status, body = download(headers)
        assert status == 500 and layer[:10] not in body
    assert name in daemon.log
