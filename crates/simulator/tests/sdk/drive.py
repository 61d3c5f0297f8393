"""Drives the simulator with Auth0's own SDK, unchanged: it must not notice that the tenant is not a real one.

Usage: drive.py DOMAIN CLIENT_ID CLIENT_SECRET KEY_CLIENT_ID PRIVATE_KEY_FILE USERS
The certificate to trust comes in SSL_CERT_FILE and REQUESTS_CA_BUNDLE.
"""

import ssl
import sys
import urllib.request
from json import dumps

from auth0.authentication import GetToken
from auth0.authentication.exceptions import Auth0Error  # noqa: F401  (raised by GetToken)
from auth0.management import ManagementClient
from auth0.management.core.api_error import ApiError

ONCE = {"max_retries": 0}


def control(domain, method, path, body):
    request = urllib.request.Request(
        f"https://{domain}/__simulator/{path}", dumps(body).encode(), method=method
    )
    urllib.request.urlopen(request, context=ssl.create_default_context()).read()


def refused(status, code, call):
    try:
        call()
    except ApiError as error:
        body = error.body if isinstance(error.body, dict) else error.body.dict()
        assert error.status_code == status, error
        found = body.get("errorCode") or body.get("error_code")
        assert found == code, body
        return
    raise AssertionError(f"expected {status} {code}")


def tokens(domain, client_id, secret, key_client_id, key_file):
    audience = f"https://{domain}/api/v2/"
    by_secret = GetToken(domain, client_id, client_secret=secret)
    answer = by_secret.client_credentials(audience)
    assert answer["expires_in"] == 86400 and answer["token_type"] == "Bearer"
    with open(key_file, encoding="ascii") as file:
        key = file.read()
    by_key = GetToken(domain, key_client_id, client_assertion_signing_key=key)
    assert by_key.client_credentials(audience)["access_token"]
    try:
        GetToken(domain, client_id, client_secret="wrong").client_credentials(audience)
        raise AssertionError("a wrong secret must be refused")
    except Auth0Error as error:
        assert (error.status_code, error.error_code) == (401, "access_denied"), error


def reading(api, count):
    first = api.users.list(per_page=10, sort="created_at:1")
    times = [user.created_at for user in first.items]
    assert len(times) == 10 and times == sorted(times), times
    everyone = [user.user_id for user in api.users.list(per_page=100)]
    assert len(everyone) == count == len(set(everyone)), len(everyone)
    names = api.users.list(per_page=5, fields="name", include_fields=True, include_totals=True)
    assert all(user.user_id is None for user in names.items)
    one = api.users.get(everyone[7])
    assert one.user_id == everyone[7]
    search = api.users.list(q=f'user_id:"{one.user_id}"')
    assert [user.user_id for user in search] == [one.user_id]
    blocked = list(api.users.list(q="blocked:true", per_page=100))
    assert blocked and all(user.blocked for user in blocked)
    refused(400, "invalid_query_string", lambda: api.users.list(per_page=101, request_options=ONCE))
    refused(400, "invalid_paging", lambda: api.users.list(page=10, per_page=100, request_options=ONCE))
    refused(404, "inexistent_user", lambda: api.users.get("auth0|nobody", request_options=ONCE))


def writing(api):
    made = api.users.create(
        connection="Username-Password-Authentication",
        email="sdk@example.com",
        password="a-Long-enough-1",
        user_metadata={"a": 1, "b": {"c": 2}},
    )
    assert made.email == "sdk@example.com" and made.user_id.startswith("auth0|")
    found = api.users.list_users_by_email(email="sdk@example.com")
    assert [user.user_id for user in found] == [made.user_id]
    refused(
        409,
        "auth0_idp_error",
        lambda: api.users.create(
            connection="Username-Password-Authentication",
            email="sdk@example.com",
            password="a-Long-enough-1",
            request_options=ONCE,
        ),
    )
    changed = api.users.update(made.user_id, name="Sdk", user_metadata={"a": None, "d": [1]})
    assert changed.name == "Sdk", changed
    assert changed.user_metadata == {"b": {"c": 2}, "d": [1]}, changed.user_metadata
    assert api.users.get(made.user_id).name == "Sdk"
    for _ in range(2):
        api.users.delete(made.user_id)
    refused(404, "inexistent_user", lambda: api.users.get(made.user_id, request_options=ONCE))


def limited(api, domain):
    control(domain, "PATCH", "config", {"bucket": {"burst": 2, "per_second": 2}})
    ids = [api.users.list(per_page=1, page=page).items[0].user_id for page in range(4)]
    assert len(set(ids)) == 4, "the SDK waited and got every page"
    control(domain, "PATCH", "config", {"bucket": {"burst": 1, "per_second": 0.001}})
    api.users.list(per_page=1)
    refused(429, "too_many_requests", lambda: api.users.list(per_page=1, request_options=ONCE))
    control(domain, "PATCH", "config", {"bucket": None})


def main():
    domain, client_id, secret, key_client_id, key_file, count = sys.argv[1:]
    tokens(domain, client_id, secret, key_client_id, key_file)
    api = ManagementClient(domain=domain, client_id=client_id, client_secret=secret)
    reading(api, int(count))
    writing(api)
    limited(api, domain)
    print("the SDK is content")


main()
