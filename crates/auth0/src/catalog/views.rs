//! Views that answer what people ask of a tenant, over the imported tables.

/// One view.
#[derive(Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// One line for its comment and the documents.
    pub doc: &'static str,
    /// What reading all of it costs.
    pub calls: &'static str,
    /// The objects whose tables it reads.
    pub objects: &'static [&'static str],
    /// Its query, with `{object}` for each table. It is read with no schema but Postgres' own in the search_path.
    query: &'static str,
}

impl View {
    /// The query over these tables.
    pub fn query(&self, table: impl Fn(&str) -> String) -> String {
        let places = self.objects.iter();
        places.fold(self.query.to_owned(), |query, object| {
            query.replace(&format!("{{{object}}}"), &table(object))
        })
    }

    /// The comment on it.
    pub fn comment(&self) -> String {
        format!("{}. Calls: {}", self.doc, self.calls)
    }
}

/// All views. Conditions that Auth0 answers itself stand in the plainest form.
pub const VIEWS: &[View] = &[
    View {
        name: "blocked_users",
        doc: "Users whom an administrator has blocked",
        calls: "one for each 100 of them",
        objects: &["users"],
        query: "
SELECT user_id, email, name, last_login, last_ip, updated_at
FROM {users} WHERE blocked",
    },
    View {
        name: "stale_users",
        doc: "Users who have not logged in for 90 days, or never since they were created then",
        calls: "one for each 100 of them",
        objects: &["users"],
        query: "
SELECT user_id, email, name, created_at, last_login, logins_count
FROM {users}
WHERE last_login < now() - interval '90 days'
  OR last_login IS NULL AND created_at < now() - interval '90 days'",
    },
    View {
        name: "users_without_mfa",
        doc: "Users who have enrolled no second factor",
        calls: "one for each 100 users of the tenant: Auth0 cannot search for them",
        objects: &["users"],
        query: "
SELECT user_id, email, name, last_login, logins_count
FROM {users} WHERE multifactor IS NULL OR multifactor = '[]'",
    },
    View {
        name: "admins_by_role",
        doc: "Roles and the users who have them directly; name the roles: WHERE role ILIKE '%admin%'",
        calls: "one for each 100 roles, and for each role one for each 100 of its users",
        objects: &["roles", "role_users"],
        query: "
SELECT r.name AS role, r.id AS role_id, r.description, u.user_id, u.email, u.name
FROM {roles} AS r JOIN {role_users} AS u ON u.role_id = r.id",
    },
    View {
        name: "failed_logins_by_ip",
        doc: "Failed logins of the last day, by the address they came from",
        calls: "one for each 100 of them",
        objects: &["logs"],
        // f, fu, fp: login, with an unknown user, with a wrong password. fcoa: cross-origin. fepft: password grant.
        // pwd_leak, limit_wc, limit_mu: stopped for a leaked password, too many failures of one user, of one address.
        // Source: <https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes>.
        query: "
SELECT ip, count(*) AS failures, count(DISTINCT user_name) AS names,
  array_agg(DISTINCT type ORDER BY type) AS types, min(date) AS first, max(date) AS last
FROM {logs}
WHERE date > now() - interval '1 day'
  AND type IN ('f', 'fu', 'fp', 'fcoa', 'fepft', 'pwd_leak', 'limit_wc', 'limit_mu')
GROUP BY ip",
    },
    View {
        name: "clients_with_weak_settings",
        doc: "Applications with settings that are known to be weak",
        calls: "one for each 100 applications",
        objects: &["clients"],
        query: "
SELECT c.client_id, c.name, c.app_type, w.problems
FROM {clients} AS c CROSS JOIN LATERAL (SELECT array_remove(ARRAY[
    CASE WHEN c.token_endpoint_auth_method = 'none' AND c.app_type IN ('regular_web', 'non_interactive')
      THEN 'does not authenticate itself' END,
    CASE WHEN 'implicit' = ANY (c.grant_types) THEN 'implicit grant' END,
    CASE WHEN 'password' = ANY (c.grant_types) OR 'http://auth0.com/oauth/grant-type/password-realm' = ANY (c.grant_types)
      THEN 'password grant' END,
    CASE WHEN c.jwt_configuration ->> 'alg' = 'HS256' THEN 'ID tokens signed with its secret (HS256)' END,
    CASE WHEN c.oidc_conformant IS NOT TRUE THEN 'not OIDC conformant' END,
    CASE WHEN EXISTS (SELECT FROM unnest(c.callbacks) AS url WHERE url ~* '^http://' AND url !~* '^http://(localhost|127\\.|\\[::1\\])')
      THEN 'callback without TLS' END,
    CASE WHEN EXISTS (SELECT FROM unnest(c.callbacks) AS url WHERE url ~* '^https?://(localhost|127\\.|\\[::1\\])')
      THEN 'callback to localhost' END,
    CASE WHEN EXISTS (SELECT FROM unnest(c.callbacks) AS url WHERE url LIKE '%*%') THEN 'callback with a wildcard' END
  ], NULL) AS problems) AS w
WHERE c.global IS NOT TRUE AND cardinality(w.problems) > 0",
    },
    View {
        name: "connections_without_protection",
        doc: "Database connections without brute-force protection, their own or the tenant's, or without detection of leaked passwords in the tenant",
        calls: "one for each 100 database connections, and two",
        objects: &["connections", "brute_force_protection", "breached_password_detection"],
        query: "
SELECT c.id, c.name, w.problems
FROM {connections} AS c CROSS JOIN (SELECT coalesce(bool_or(enabled), false) AS enabled FROM {breached_password_detection}) AS b
CROSS JOIN (SELECT coalesce(bool_or(enabled), false) AS enabled FROM {brute_force_protection}) AS f
CROSS JOIN LATERAL (SELECT array_remove(ARRAY[
    CASE WHEN NOT f.enabled THEN 'no brute-force protection in the tenant'
      WHEN c.options ->> 'brute_force_protection' IS DISTINCT FROM 'true' THEN 'no brute-force protection' END,
    CASE WHEN NOT b.enabled THEN 'no detection of leaked passwords' END
  ], NULL) AS problems) AS w
WHERE c.strategy = 'auth0' AND cardinality(w.problems) > 0",
    },
    View {
        name: "expiring_signing_keys",
        doc: "Signing keys of the tenant whose certificate ends within 90 days, and replaced ones that are not revoked",
        calls: "one",
        objects: &["signing_keys"],
        // A certificate has its end after its beginning, both as UTCTime (tag 17, 13 letters: YYMMDDHHMISSZ) until 2049;
        // one that ends later is not of interest here. What is no base64 has no end.
        query: "
SELECT k.kid, k.fingerprint, k.current_since, e.expires_at,
  CASE WHEN k.previous IS TRUE THEN 'replaced, but still trusted' ELSE 'its certificate ends' END AS reason
FROM {signing_keys} AS k
CROSS JOIN LATERAL (SELECT regexp_replace(k.cert, '-----[^-]+-----|\\s', '', 'g') AS base64) AS c
CROSS JOIN LATERAL (SELECT CASE WHEN c.base64 ~ '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
    THEN substring(encode(decode(c.base64, 'base64'), 'hex') FROM '170d(?:3[0-9]){12}5a170d((?:3[0-9]){12})5a') END AS digits) AS d
CROSS JOIN LATERAL (SELECT to_timestamp(convert_from(decode(d.digits, 'hex'), 'SQL_ASCII') || '+00', 'YYMMDDHH24MISSTZH') AS expires_at) AS e
WHERE k.revoked IS NOT TRUE AND (k.previous IS TRUE OR e.expires_at < now() + interval '90 days')",
    },
];

/// The table of `docs/views.md`.
pub fn markdown() -> String {
    let mut out = String::from("| view | shows | reads | calls |\n| --- | --- | --- | --- |\n");
    for view in VIEWS {
        let tables: Vec<String> = view.objects.iter().map(|o| format!("`{o}`")).collect();
        out.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            view.name,
            view.doc,
            tables.join(", "),
            view.calls
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn what_they_read_is_there() {
        for view in VIEWS {
            assert!(catalog::find(view.name).is_none(), "{}", view.name);
            let query = view.query(|object| {
                assert!(catalog::find(object).is_some(), "{object}");
                format!("<{object}>")
            });
            for object in view.objects {
                assert!(query.contains(&format!("<{object}>")), "{query}");
            }
            for object in catalog::names() {
                assert!(!query.contains(&format!("{{{object}}}")), "{query}");
            }
        }
    }

    #[test]
    fn the_documents_have_this_table() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/views.md");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            text.contains(&markdown()),
            "docs/views.md is out of date; its table should be:\n{}",
            markdown()
        );
    }
}
