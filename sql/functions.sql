-- Tokens.
CREATE FUNCTION auth0.verify(token text) RETURNS jsonb
  LANGUAGE c PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'verify_wrapper';
COMMENT ON FUNCTION auth0.verify(text) IS 'The claims of a good access token; an error that names the failed check otherwise';

CREATE FUNCTION auth0.verify_id_token(token text, client_id text, nonce text DEFAULT NULL) RETURNS jsonb
  LANGUAGE c PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'verify_id_token_wrapper';
COMMENT ON FUNCTION auth0.verify_id_token(text, text, text) IS 'The claims of a good ID token for this application, and with a nonce for this login';

CREATE FUNCTION auth0.try_verify(token text, OUT claims jsonb, OUT failed_check text, OUT reason text) RETURNS SETOF record
  LANGUAGE c ROWS 1 PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'try_verify_wrapper';
COMMENT ON FUNCTION auth0.try_verify(text) IS 'The claims of a good access token, or the failed check and the reason';

-- Identity.
CREATE FUNCTION auth0.login(token text, scope text DEFAULT 'transaction', switch_role boolean DEFAULT false) RETURNS text
  LANGUAGE c AS 'MODULE_PATHNAME', 'login_wrapper';
COMMENT ON FUNCTION auth0.login(text, text, boolean) IS 'Verifies an access token and binds its holder to the transaction or the session';

CREATE FUNCTION auth0.logout() RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'logout_wrapper';
COMMENT ON FUNCTION auth0.logout() IS 'Ends the identity of the transaction and the session';

-- What policies ask.
CREATE FUNCTION auth0.user_id() RETURNS text
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'user_id_wrapper';
COMMENT ON FUNCTION auth0.user_id() IS 'The id of the user who is logged in, or NULL';

CREATE FUNCTION auth0.claims() RETURNS jsonb
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'claims_wrapper';
COMMENT ON FUNCTION auth0.claims() IS 'All claims of the login, or NULL';

CREATE FUNCTION auth0.claim(VARIADIC path text[]) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'claim_wrapper';
COMMENT ON FUNCTION auth0.claim(text[]) IS 'One claim by its full name, or what is nested in it, as text';

CREATE FUNCTION auth0.has_permission(permission text) RETURNS boolean
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'has_permission_wrapper';
COMMENT ON FUNCTION auth0.has_permission(text) IS 'Whether the claim permissions lists it';

CREATE FUNCTION auth0.has_scope(scope text) RETURNS boolean
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'has_scope_wrapper';
COMMENT ON FUNCTION auth0.has_scope(text) IS 'Whether the claim scope lists it';

CREATE FUNCTION auth0.has_role(role text) RETURNS boolean
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'has_role_wrapper';
COMMENT ON FUNCTION auth0.has_role(text) IS 'Whether the claim that the issuer''s roles_claim names lists it';

CREATE FUNCTION auth0.org_id() RETURNS text
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'org_id_wrapper';
COMMENT ON FUNCTION auth0.org_id() IS 'The organization the user has logged in to, or NULL';

CREATE FUNCTION auth0.email() RETURNS text
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'email_wrapper';
COMMENT ON FUNCTION auth0.email() IS 'The user''s e-mail address, unless the token says that it is not verified';

-- Used by the tables and functions of trust.sql.
CREATE FUNCTION auth0.check_issuer(issuer text, audiences text[], options jsonb) RETURNS boolean
  LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'check_issuer_wrapper';
CREATE FUNCTION auth0.known_issuer(issuer text) RETURNS text
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'known_issuer_wrapper';
CREATE FUNCTION auth0.server_issuer(server text) RETURNS text
  LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'server_issuer_wrapper';
CREATE FUNCTION auth0.trust_changed() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'trust_changed_wrapper';
REVOKE ALL ON FUNCTION
  auth0.check_issuer(text, text[], jsonb), auth0.known_issuer(text), auth0.server_issuer(text), auth0.trust_changed()
  FROM PUBLIC;
