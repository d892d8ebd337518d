"""Who gets in, and what another site, another name or a guess gets."""
import json
import urllib.error
import urllib.parse
import urllib.request

from browser import Page, console_address

HOST = "console.hanbat.localhost"


def ask(daemon, path, method="GET", host=None, body=None, headers=None):
    """(status, headers, body) of a request under that Host."""
    request = urllib.request.Request(daemon.endpoint + path, method=method, data=body,
                                     headers={"Host": f"{host or HOST}:{daemon.port}", **(headers or {})})
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def redeem(daemon, token, origin=None):
    return ask(daemon, "/_hanbat/console/session", "POST", body=json.dumps({"SigninToken": token}).encode(),
               headers={"Origin": origin or f"http://{HOST}:{daemon.port}", "Content-Type": "application/json"})


def token_of(address):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(address).fragment)["SigninToken"][0]


def test_an_address_signs_in_once_as_who_ran_the_command(daemon, driver):
    iam = daemon.client("iam")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    address = console_address(daemon.port, (key["AccessKeyId"], key["SecretAccessKey"]))
    driver.get("about:blank")
    driver.get(address)
    page = Page(driver)
    page.wait(".who", "user/ann")
    assert "SigninToken" not in driver.current_url
    # She may do nothing, so the console shows her nothing.
    page.wait(".trouble", "You may not see this")
    driver.get("about:blank")
    assert redeem(daemon, token_of(address))[0] == 403


def test_a_reload_keeps_the_session_and_signing_out_ends_it(page):
    page.driver.refresh()
    page.wait("h1", "Overview")
    page.click("#sign-out")
    page.wait("pre", "hanbat console")
    page.driver.refresh()
    page.wait("pre", "hanbat console")


def test_a_used_address_says_so(daemon, driver):
    address = console_address(daemon.port, daemon.key)
    assert redeem(daemon, token_of(address))[0] == 200
    driver.get("about:blank")
    driver.get(address)
    Page(driver).wait(".trouble", "used already")


def test_long_lived_keys_and_wrong_ones_get_no_token(daemon):
    for session in ({"sessionId": daemon.key[0], "sessionKey": daemon.key[1]}, {"sessionId": "ASIAXXXXXXXXXXXXXXXX", "sessionKey": "x", "sessionToken": "y"}, {}, []):
        body = urllib.parse.urlencode({"Action": "getSigninToken", "Session": json.dumps(session)}).encode()
        assert ask(daemon, "/_hanbat/console/federation", "POST", "127.0.0.1", body)[0] in (400, 403), session


def test_only_the_consoles_own_origin_redeems_a_token(daemon):
    token = token_of(console_address(daemon.port, daemon.key))
    assert redeem(daemon, token, "http://evil.example")[0] == 403
    assert redeem(daemon, token, f"http://127.0.0.1:{daemon.port}")[0] == 403
    assert redeem(daemon, token)[0] == 200


def test_another_name_for_this_machine_gets_nothing_of_the_console(daemon):
    assert ask(daemon, "/_hanbat/console/", host="rebound.example")[0] == 421
    assert ask(daemon, "/_hanbat/console/federation", "POST", "rebound.example", b"Action=getSigninToken")[0] == 421
    status, headers, _ = ask(daemon, "/_hanbat/console/", host="127.0.0.1")
    assert (status, headers["Location"]) == (302, f"http://{HOST}:{daemon.port}/_hanbat/console/")


def test_no_page_gets_a_signin_token_from_the_federation_endpoint(daemon):
    assert ask(daemon, "/_hanbat/console/federation", "POST", "127.0.0.1", b"Action=getSigninToken", {"Origin": "http://evil.example"})[0] == 405
    assert ask(daemon, "/_hanbat/console/federation?Action=getSigninToken", "GET", "127.0.0.1")[0] == 405


def test_the_consoles_origin_shows_no_object_of_a_bucket(daemon):
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="a-public-bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_object(Bucket="a-public-bucket", Key="evil.html", Body=b"<script>alert(1)</script>", ContentType="text/html")
    url = s3.generate_presigned_url("get_object", {"Bucket": "a-public-bucket", "Key": "evil.html"})
    path = urllib.parse.urlsplit(url).path + "?" + urllib.parse.urlsplit(url).query
    assert ask(daemon, path, host="127.0.0.1")[0] == 200
    assert ask(daemon, path)[0] == 404
    assert ask(daemon, "/a-public-bucket/evil.html")[0] == 404
    assert ask(daemon, "/_hanbat/health")[0] == 404


def test_every_answer_of_the_console_forbids_what_it_does_not_need(daemon):
    for path in ("/_hanbat/console/", "/_hanbat/console/main.js", "/_hanbat/console/none", "/_hanbat/console/..%2f", "/"):
        _, headers, _ = ask(daemon, path)
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
            assert part in policy, path
        assert "unsafe" not in policy and headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
        assert headers["Access-Control-Allow-Origin"] is None
    status, headers, _ = ask(daemon, "/_hanbat/console/session", "OPTIONS", headers={"Origin": "http://evil.example"})
    assert status == 403 and headers["Access-Control-Allow-Origin"] is None


def test_a_file_is_sent_once(daemon):
    status, headers, body = ask(daemon, "/_hanbat/console/main.js", headers={"Accept-Encoding": "gzip"})
    assert status == 200 and headers["Content-Encoding"] == "gzip" and body[:2] == b"\x1f\x8b"
    assert ask(daemon, "/_hanbat/console/main.js", headers={"If-None-Match": headers["ETag"]})[0] == 304


def test_who_guesses_is_made_to_wait(tmp_path):
    """At a daemon of its own, as it waits for all."""
    from daemon import Daemon
    one = Daemon(tmp_path)
    one.start()
    try:
        got = [redeem(one, f"{n:064x}")[0] for n in range(25)]
        assert got[:20] == [403] * 20 and set(got[20:]) == {429}
    finally:
        one.stop()
