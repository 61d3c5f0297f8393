"""Drives the simulator with Auth0's own SDK, unchanged: it must not notice that the tenant is not a real one.

Usage: drive.py DOMAIN CLIENT_ID CLIENT_SECRET KEY_CLIENT_ID PRIVATE_KEY_FILE USERS
The certificate to trust comes in SSL_CERT_FILE and REQUESTS_CA_BUNDLE.
"""

import gzip
import ssl
import sys
import urllib.request
from json import dumps, loads

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


def objects(api):
    """The main objects, each listed whole and one of it got."""
    kinds = {
        "roles": (api.roles, "id"),
        "organizations": (api.organizations, "id"),
        "clients": (api.clients, "client_id"),
        "client grants": (api.client_grants, "id"),
        "connections": (api.connections, "id"),
        "resource servers": (api.resource_servers, "id"),
        "actions": (api.actions, "id"),
        "rules": (api.rules, "id"),
        "hooks": (api.hooks, "id"),
        "groups": (api.groups, "id"),
        "event streams": (api.event_streams, "id"),
        "custom domains": (api.custom_domains, "custom_domain_id"),
        "network acls": (api.network_acls, "id"),
        "flows": (api.flows, "id"),
        "forms": (api.forms, "id"),
        "self service profiles": (api.self_service_profiles, "id"),
        "user attribute profiles": (api.user_attribute_profiles, "id"),
        "connection profiles": (api.connection_profiles, "id"),
        "token exchange profiles": (api.token_exchange_profiles, "id"),
        "rate limit policies": (api.rate_limit_policies, "id"),
        "vault connections": (api.flows.vault.connections, "id"),
        "client profiles": (api.client_profiles, "id"),
        "experiments": (api.experimentation.experiments, "id"),
    }
    for kind, (part, key) in kinds.items():
        # This listing has a smaller limit than the SDK's own default.
        rows = list(part.list(take=5) if kind == "connection profiles" else part.list())
        ids = [getattr(row, key) for row in rows]
        assert len(ids) == len(set(ids)) >= 7, (kind, ids)
        one = part.get(ids[-1])
        assert getattr(one, key) == ids[-1], (kind, one)
    assert len(api.log_streams.list()) == 7
    assert len(list(api.actions.triggers.list().triggers)) == 5
    assert api.tenants.settings.get().friendly_name
    assert api.emails.provider.get().name == "smtp"
    assert api.attack_protection.brute_force_protection.get().enabled
    assert len(api.guardian.factors.list()) == 9
    assert len(api.keys.signing.list()) == 3
    assert api.stats.get_active_users_count() > 0

    # The SDK takes `scope` for a text, while real logs have arrays too: it is not asked for.
    logs = list(api.logs.list(per_page=20, fields="date,type", include_fields=True))
    assert len(logs) == 60 and all(log.type for log in logs), len(logs)

    organization = next(iter(api.organizations.list()))
    members = list(api.organizations.members.list(organization.id, take=2))
    assert len(members) == 3, members
    held = api.organizations.members.roles.list(organization.id, members[0].user_id)
    assert [role.id for role in held]
    assert len(list(api.organizations.invitations.list(organization.id))) == 3
    assert len(list(api.organizations.enabled_connections.list(organization.id))) == 3
    assert api.organizations.get_by_name(organization.name).id == organization.id

    user = members[0].user_id
    roles = list(api.users.roles.list(user))
    assert roles and user in [
        one.user_id for role in roles for one in api.roles.users.list(role.id)
    ]
    assert len(list(api.users.permissions.list(user))) == 3
    assert len(list(api.users.sessions.list(user))) == 3
    assert len(list(api.users.refresh_token.list(user))) == 3
    assert len(list(api.users.authentication_methods.list(user))) == 3
    assert organization.id in [one.id for one in api.users.organizations.list(user)]
    refused(404, None, lambda: api.roles.get("rol_0000000000000000", request_options=ONCE))
    refused(404, "inexistent_client", lambda: api.clients.get("x" * 32, request_options=ONCE))


def changing(api):
    """What the SDK creates it reads back, changes and deletes."""
    role = api.roles.create(name="sdk role", description="made by the SDK")
    assert api.roles.update(role.id, description="changed").description == "changed"
    organization = api.organizations.create(name="sdk-org", display_name="SDK")
    client = api.clients.create(name="sdk app", app_type="non_interactive")
    assert client.client_secret and api.clients.get(client.client_id).name == "sdk app"
    server = api.resource_servers.create(
        identifier="urn:sdk", name="SDK API", scopes=[{"value": "read:sdk", "description": "r"}]
    )
    grant = api.client_grants.create(
        client_id=client.client_id, audience="urn:sdk", scope=["read:sdk"]
    )
    connection = api.connections.create(name="sdk-connection", strategy="auth0")
    action = api.actions.create(
        name="sdk action", supported_triggers=[{"id": "post-login", "version": "v3"}], code="//"
    )
    assert api.actions.deploy(action.id).number == 1
    user = next(iter(api.users.list(per_page=1))).user_id

    api.users.roles.assign(user, roles=[role.id])
    assert role.id in [one.id for one in api.users.roles.list(user)]
    permission = {"resource_server_identifier": "urn:sdk", "permission_name": "read:sdk"}
    api.users.permissions.create(user, permissions=[permission])
    api.roles.permissions.add(role.id, permissions=[permission])
    assert [one.permission_name for one in api.roles.permissions.list(role.id)] == ["read:sdk"]
    api.organizations.members.create(organization.id, members=[user])
    api.organizations.members.roles.assign(organization.id, user, roles=[role.id])
    assert [one.user_id for one in api.organizations.members.list(organization.id)] == [user]
    api.organizations.enabled_connections.add(organization.id, connection_id=connection.id)
    invitation = api.organizations.invitations.create(
        organization.id,
        inviter={"name": "SDK"},
        invitee={"email": "guest@example.com"},
        client_id=client.client_id,
    )
    assert invitation.organization_id == organization.id
    api.organizations.members.delete(organization.id, members=[user])
    api.users.roles.delete(user, roles=[role.id])

    api.organizations.invitations.delete(organization.id, invitation.id)
    api.organizations.delete(organization.id)
    api.client_grants.delete(grant.id)
    api.clients.delete(client.client_id)
    api.resource_servers.delete(server.id)
    api.connections.delete(connection.id)
    api.actions.delete(action.id)
    api.roles.delete(role.id)
    refused(404, None, lambda: api.roles.get(role.id, request_options=ONCE))
    refused(404, None, lambda: api.organizations.get(organization.id, request_options=ONCE))

    rows = dumps([{"email": "imported@example.com", "user_id": "sdk-import"}])
    job = api.jobs.users_imports.create(
        users=("users.json", rows, "application/json"),
        connection_id=next(
            one.id
            for one in api.connections.list()
            if one.name == "Username-Password-Authentication"
        ),
    )
    while True:
        state = api.jobs.get(job.id)
        if state.status == "completed":
            break
    assert api.users.get("auth0|sdk-import").email == "imported@example.com"
    api.users.delete("auth0|sdk-import")


def exports(api):
    job = api.jobs.users_exports.create(format="json", fields=[{"name": "user_id"}])
    while True:
        job = api.jobs.get(job.id)
        if job.status == "completed":
            break
    request = urllib.request.Request(job.location)
    data = urllib.request.urlopen(request, context=ssl.create_default_context()).read()
    rows = [loads(line) for line in gzip.decompress(data).splitlines()]
    assert len(rows) == len(list(api.users.list(per_page=100))), len(rows)


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
    objects(api)
    changing(api)
    exports(api)
    writing(api)
    limited(api, domain)
    print("the SDK is content")


main()
