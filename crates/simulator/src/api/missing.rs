//! What the API says of an object that is not there: some of these errors have an errorCode, many have none.

use crate::errors::ApiError;

/// First segments of the path, message (`{id}` is what was asked for), errorCode.
const MISSING: &[(&str, &str, &str)] = &[
    ("actions/actions", "That action does not exist.", ""),
    (
        "branding/templates",
        "Template does not exist.",
        "inexistent_templates_universal_login",
    ),
    (
        "branding/themes",
        "There was an error retrieving branding settings: invalid theme ID",
        "theme_not_found",
    ),
    (
        "client-grants",
        "The client grant does not exist",
        "inexistent_client_grant",
    ),
    ("clients", "The client does not exist", "inexistent_client"),
    ("connections/{id}/", "Not Found", ""),
    (
        "connections",
        "The connection does not exist",
        "inexistent_connection",
    ),
    (
        "custom-domains",
        "The custom domain {id} does not exist",
        "inexistent_custom_domain",
    ),
    (
        "email-templates",
        "The template does not exist.",
        "inexistent_email_template",
    ),
    (
        "emails/provider",
        "There is not a configured email provider",
        "inexistent_email_provider",
    ),
    ("event-streams", "The requested stream does not exist.", ""),
    ("flows/vault/connections", "Connection not found", ""),
    ("flows", "Flow not found", ""),
    ("forms", "Form not found", ""),
    ("hooks", "Error: Hook does not exist", "HookDoesNotExist"),
    ("log-streams", "The log stream does not exist.", ""),
    ("logs", "The log event does not exist.", "inexistent_log"),
    ("network-acls", "NetworkACL with this ID was not found", ""),
    (
        "organizations/{id}/invitations",
        "The invitation does not exist.",
        "inexistent_invitation",
    ),
    (
        "organizations/{id}/enabled_connections",
        "No connection found by that id",
        "",
    ),
    (
        "organizations/{id}/connections",
        "No connection found by that id",
        "",
    ),
    (
        "organizations",
        "No organization found by that id or name",
        "",
    ),
    (
        "resource-servers",
        "The resource server does not exist",
        "inexistent_resource_server",
    ),
    ("roles", "The role does not exist.", ""),
    ("rules", "The rule does not exist", "inexistent_rule"),
    (
        "self-service-profiles",
        "Profile with ID: {id} not found",
        "",
    ),
    (
        "token-exchange-profiles",
        "Token exchange profile not found.",
        "",
    ),
    (
        "user-attribute-profiles",
        "User attribute profile not found.",
        "",
    ),
    ("user-blocks", "The user does not exist.", "inexistent_user"),
    ("users/{id}/", "Not Found", ""),
    ("users", "The user does not exist.", "inexistent_user"),
];

/// The 404 of the object with this id below the path, written as the endpoint declares it.
pub fn missing(path: &str, id: &str) -> ApiError {
    let fits = |start: &str| {
        path.strip_prefix(start)
            .is_some_and(|rest| start.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
    };
    match MISSING.iter().find(|(start, _, _)| fits(start)) {
        None => ApiError::usual(404),
        Some((_, message, "")) => ApiError::bare(404, message.replace("{id}", id)),
        Some((_, message, code)) => ApiError::new(404, code, message.replace("{id}", id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        let text = |path: &str| {
            let error = missing(path, "x");
            (error.message, error.code)
        };
        assert_eq!(text("roles"), ("The role does not exist.".into(), None));
        assert_eq!(text("clients").1.as_deref(), Some("inexistent_client"));
        assert_eq!(
            text("custom-domains").0,
            "The custom domain x does not exist"
        );
        assert_eq!(
            text("organizations/{id}/invitations").0,
            "The invitation does not exist."
        );
        assert_eq!(text("connections/{id}/scim-configuration").1, None);
        assert_eq!(text("rules-configs").0, "Not Found");
    }
}
