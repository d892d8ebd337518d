"""What only the region's owner may read, whatever the umask of who starts it."""
import os

import daemon as live


def test_keys_the_database_and_what_users_stored_are_their_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        daemon = live.Daemon(tmp_path)
        daemon.start()
    finally:
        os.umask(before)
    try:
        s3 = daemon.client("s3")
        s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
        s3.put_object(Bucket="data", Key="a", Body=b"b" * 100_000)
        daemon.client("iam").create_access_key(UserName=daemon.client("iam").create_user(UserName="dev")["User"]["UserName"])

        def mode(name):
            about = (daemon.state / name).stat()
            assert about.st_uid == os.geteuid(), name
            return oct(about.st_mode & 0o777)

        for name in ("secrets.key", "admin-credentials.json", "ca/ca.key", "region.db", "region.db-wal", "region.db-shm"):
            assert mode(name) == "0o600", name
        for name in (path.relative_to(daemon.state) for path in (daemon.state / "trail").iterdir()):
            assert mode(name) == "0o600", name
        for name in ("blobs", "codecommit", "trail"):
            assert mode(name) == "0o700", name
        # The secrets in the database are sealed: the key that the credentials file has in clear is nowhere in it.
        secret = daemon.key[1].encode()
        for name in ("region.db", "region.db-wal"):
            assert secret not in (daemon.state / name).read_bytes()
    finally:
        daemon.stop()
