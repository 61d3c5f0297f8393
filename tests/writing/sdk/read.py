"""Reads with Auth0's own SDK, unchanged, what somebody else has written: each line asked is a line answered, as JSON.

{"domain", "certificate", "token"} says which tenant the following lines are about; the answer is {}.
{"object", "row"} answers {"found": [...]}: all that the SDK finds where a row with these values is. {"objects": true} answers {"objects": [...]}: what it can be asked for.
"""

import re
import ssl
import sys
from json import dumps, loads

import httpx
from auth0.management import ManagementClient
from auth0.management.core.api_error import ApiError
from auth0.management.core.jsonable_encoder import jsonable_encoder
from pydantic import BaseModel

# The method for each object, and the columns whose values it takes, in order.
READ = {
    "users": ("users.get", "user_id"),
    "user_roles": ("users.roles.list", "user_id"),
    "user_permissions": ("users.permissions.list", "user_id"),
    "user_sessions": ("sessions.get", "id"),
    "user_refresh_tokens": ("refresh_tokens.get", "id"),
    "user_authentication_methods": ("users.authentication_methods.get", "user_id", "id"),
    "user_blocks": ("user_blocks.list", "user_id"),
    "user_enrollments": ("users.enrollments.get", "user_id"),
    "refresh_tokens": ("refresh_tokens.get", "id"),
    "identifier_blocks": ("user_blocks.list_by_identifier",),
    "grants": ("user_grants.list",),
    "roles": ("roles.get", "id"),
    "role_permissions": ("roles.permissions.list", "role_id"),
    "role_users": ("roles.users.list", "role_id"),
    "role_groups": ("roles.groups.get", "role_id"),
    "group_roles": ("groups.roles.list", "group_id"),
    "groups": ("groups.get", "id"),
    "organizations": ("organizations.get", "id"),
    "organization_members": ("organizations.members.list", "organization_id"),
    "organization_member_roles": ("organizations.members.roles.list", "organization_id", "user_id"),
    "organization_group_roles": ("organizations.groups.roles.list", "organization_id", "group_id"),
    "organization_invitations": ("organizations.invitations.get", "organization_id", "id"),
    "organization_enabled_connections": (
        "organizations.enabled_connections.get",
        "organization_id",
        "connection_id",
    ),
    "organization_connections": ("organizations.connections.get", "organization_id", "connection_id"),
    "organization_client_grants": ("organizations.client_grants.list", "organization_id"),
    "client_grant_organizations": ("client_grants.organizations.list", "client_grant_id"),
    "organization_clients": ("organizations.clients.get", "organization_id", "client_id"),
    "organization_discovery_domains": ("organizations.discovery_domains.get", "organization_id", "id"),
    "clients": ("clients.get", "client_id"),
    "client_credentials": ("clients.credentials.get", "client_id", "id"),
    "client_grants": ("client_grants.get", "id"),
    "resource_servers": ("resource_servers.get", "id"),
    "token_exchange_profiles": ("token_exchange_profiles.get", "id"),
    "self_service_profiles": ("self_service_profiles.get", "id"),
    "user_attribute_profiles": ("user_attribute_profiles.get", "id"),
    "self_service_profile_texts": (
        "self_service_profiles.custom_text.list",
        "profile_id",
        "language",
        "page",
    ),
    "connections": ("connections.get", "id"),
    "connection_clients": ("connections.clients.get", "connection_id"),
    "connection_scim_configurations": ("connections.scim_configuration.get", "connection_id"),
    "connection_scim_tokens": ("connections.scim_configuration.tokens.get", "connection_id"),
    "connection_directory_provisionings": ("connections.directory_provisioning.get", "connection_id"),
    "connection_synchronized_groups": (
        "connections.directory_provisioning.list_synchronized_groups",
        "connection_id",
    ),
    "connection_profiles": ("connection_profiles.get", "id"),
    "actions": ("actions.get", "id"),
    "action_trigger_bindings": ("actions.triggers.bindings.list", "trigger_id"),
    "action_modules": ("actions.modules.get", "id"),
    "rules": ("rules.get", "id"),
    "rules_configs": ("rules_configs.list",),
    "hooks": ("hooks.get", "id"),
    "hook_secrets": ("hooks.secrets.get", "hook_id"),
    "log_streams": ("log_streams.get", "id"),
    "event_streams": ("event_streams.get", "id"),
    "flows": ("flows.get", "id"),
    "flow_executions": ("flows.executions.get", "flow_id", "id"),
    "flow_vault_connections": ("flows.vault.connections.get", "id"),
    "forms": ("forms.get", "id"),
    "custom_domains": ("custom_domains.get", "custom_domain_id"),
    "encryption_keys": ("keys.encryption.get", "kid"),
    "network_acls": ("network_acls.get", "id"),
    "network_acl_keys": ("keys.network_acls.get", "id"),
    "captcha_policies": ("attack_protection.captcha_policies.get", "id"),
    "agents": ("agents.read", "agent_id"),
    "client_profiles": ("client_profiles.get", "id"),
    "experiments": ("experimentation.experiments.get", "id"),
    "feature_flags": ("experimentation.feature_flags.get", "id"),
    "feature_flag_variations": (
        "experimentation.feature_flags.variations.get",
        "feature_flag_id",
        "id",
    ),
    "segments": ("experimentation.segments.get", "id"),
    "rate_limit_policies": ("rate_limit_policies.get", "id"),
    "phone_providers": ("branding.phone.providers.get", "id"),
    "phone_templates": ("branding.phone.templates.get", "id"),
    "verifiable_credential_templates": ("verifiable_credentials.verification.templates.get", "id"),
    "email_templates": ("email_templates.get", "template"),
    "anomaly_ip_blocks": ("anomaly.blocks.check_ip", "ip"),
    "tenant_settings": ("tenants.settings.get",),
    "branding": ("branding.get",),
    "branding_themes": ("branding.themes.get", "theme_id"),
    "universal_login_template": ("branding.templates.get_universal_login",),
    "prompts": ("prompts.get_settings",),
    "prompt_custom_texts": ("prompts.custom_text.get", "prompt", "language"),
    "prompt_partials": ("prompts.partials.get", "prompt"),
    "prompt_screen_renderings": ("prompts.rendering.get", "prompt", "screen"),
    "email_provider": ("emails.provider.get",),
    "default_custom_domain": ("custom_domains.get_default",),
    "brute_force_protection": ("attack_protection.brute_force_protection.get",),
    "suspicious_ip_throttling": ("attack_protection.suspicious_ip_throttling.get",),
    "breached_password_detection": ("attack_protection.breached_password_detection.get",),
    "bot_detection": ("attack_protection.bot_detection.get",),
    "captcha": ("attack_protection.captcha.get",),
    "phone_provider_protection": ("attack_protection.phone_provider_protection.get",),
    "supplemental_signals": ("supplemental_signals.get",),
    "risk_assessment_settings": ("risk_assessments.settings.get",),
    "risk_assessment_new_device_settings": ("risk_assessments.settings.new_device.get",),
    "guardian_factors": ("guardian.factors.list",),
    "guardian_policies": ("guardian.policies.list",),
    "guardian_settings": ("guardian.get",),
    "guardian_email_settings": ("guardian.factors.email.get",),
    "guardian_phone_settings": ("guardian.factors.phone.get",),
    "guardian_duo_settings": ("guardian.factors.duo.settings.get",),
    "guardian_phone_message_types": ("guardian.factors.phone.get_message_types",),
    "guardian_phone_provider": ("guardian.factors.phone.get_selected_provider",),
    "guardian_phone_templates": ("guardian.factors.phone.get_templates",),
    "guardian_phone_twilio": ("guardian.factors.phone.get_twilio_provider",),
    "guardian_sms_provider": ("guardian.factors.sms.get_selected_provider",),
    "guardian_sms_templates": ("guardian.factors.sms.get_templates",),
    "guardian_sms_twilio": ("guardian.factors.sms.get_twilio_provider",),
    "guardian_push_provider": ("guardian.factors.push_notification.get_selected_provider",),
    "guardian_push_sns": ("guardian.factors.push_notification.get_sns_provider",),
    "guardian_push_apns": ("guardian.factors.push_notification.get_apns_provider",),
    "device_credentials": ("device_credentials.list",),
}

# Values that go by name, not by place.
NAMED = {"device_credentials": ("type",), "identifier_blocks": ("identifier",)}

# Answers that have their rows under a key.
WITHIN = {"user_blocks": "blocked_for", "identifier_blocks": "blocked_for"}

# A time to the millisecond as the SDK writes it again.
TIME = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})000Z$")


def tenant(domain, certificate, token):
    trusted = ssl.create_default_context(cadata=certificate)
    client = httpx.Client(verify=trusted, timeout=20)
    return ManagementClient(domain=domain, token=token, httpx_client=client)


def read(api, kind, row):
    """What the SDK shows: a list, of one if that is what it gets, of none for a 404."""
    name, *columns = READ[kind]
    method = api
    for part in name.split("."):
        method = getattr(method, part)
    try:
        answer = method(
            *(row[column] for column in columns), **{key: row[key] for key in NAMED.get(kind, ())}
        )
        if kind in WITHIN:
            answer = getattr(answer, WITHIN[kind])
        one = isinstance(answer, (BaseModel, dict)) or answer is None
        rows = [answer or {}] if one else list(answer)
    except ApiError as error:
        if error.status_code != 404:
            raise
        rows = []
    return sent(jsonable_encoder(rows))


def sent(value):
    """The same as it was sent: the SDK takes each number for a float, and gives each time six digits of a second."""
    if isinstance(value, dict):
        return {key: sent(one) for key, one in value.items()}
    if isinstance(value, list):
        return [sent(one) for one in value]
    if isinstance(value, str):
        return TIME.sub(r"\1Z", value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def answer(api, asked):
    if "objects" in asked:
        return {"objects": list(READ)}
    if asked["object"] not in READ:
        return {"error": f"read.py has no method of the SDK for {asked['object']}"}
    try:
        return {"found": read(api, asked["object"], asked["row"])}
    except Exception as error:  # Whatever the SDK says is for the test to tell.
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    api = None
    for line in sys.stdin:
        asked = loads(line)
        if "domain" in asked:
            api = tenant(**asked)
            said = {}
        else:
            said = answer(api, asked)
        print(dumps(said), flush=True)


main()
