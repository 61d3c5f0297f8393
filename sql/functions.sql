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

-- Policies. Both act with the rights of whoever calls.
CREATE FUNCTION auth0.enable_owner_policy(table_name regclass, column_name text, force boolean DEFAULT false) RETURNS void
  LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'enable_owner_policy_wrapper';
COMMENT ON FUNCTION auth0.enable_owner_policy(regclass, text, boolean) IS 'Lets everybody see and change only the rows whose column has their own user id';

CREATE FUNCTION auth0.calls_per_row(expression text, functions bigint[]) RETURNS boolean
  LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'calls_per_row_wrapper';

CREATE FUNCTION auth0.check_policies(OUT object regclass, OUT policy name, OUT problem text, OUT advice text)
  RETURNS SETOF record LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  AS $$
    WITH RECURSIVE asked AS (
      SELECT array_agg(p.oid::bigint) AS functions FROM pg_proc AS p
      WHERE p.pronamespace = 'auth0'::regnamespace AND p.proname IN
        ('user_id', 'claims', 'claim', 'has_permission', 'has_scope', 'has_role', 'org_id', 'email')
    ), uses AS (
      SELECT DISTINCT r.ev_class AS view, d.refobjid AS of FROM pg_rewrite AS r
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
    ), shows AS (
      SELECT u.view, u.of AS protected FROM uses AS u JOIN pg_class AS c ON c.oid = u.of AND c.relrowsecurity
      UNION
      SELECT u.view, s.protected FROM uses AS u JOIN shows AS s ON u.of = s.view
    )
    SELECT p.polrelid::regclass, p.polname, 'calls a function of auth0 for every row',
      'Write each call as a subquery, such as (SELECT auth0.user_id()): it is then run once.'
      FROM pg_policy AS p, asked AS a
      WHERE auth0.calls_per_row(p.polqual::text, a.functions) OR auth0.calls_per_row(p.polwithcheck::text, a.functions)
    UNION ALL
    SELECT c.oid::regclass, p.polname, 'has a policy, but row-level security is not enabled',
      format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', c.oid::regclass)
      FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid WHERE NOT c.relrowsecurity
    UNION ALL
    SELECT c.oid::regclass, NULL, format('shows rows of %s with the rights of its owner %s', string_agg(s.protected::regclass::text, ', '), c.relowner::regrole),
      CASE
        WHEN c.relkind = 'm' THEN 'A materialized view holds the rows its owner saw: grant it to nobody else.'
        WHEN current_setting('server_version_num')::int >= 150000 THEN format('ALTER VIEW %s SET (security_invoker = true);', c.oid::regclass)
        ELSE 'This version of Postgres has no security_invoker: give the view to a role that the policies bind.'
      END
      FROM shows AS s JOIN pg_class AS c ON c.oid = s.view
      WHERE c.relkind IN ('v', 'm')
        AND NOT coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) AS o WHERE o.option_name = 'security_invoker'), false)
      GROUP BY c.oid, c.relkind, c.relowner
    ORDER BY 1, 2
  $$;
COMMENT ON FUNCTION auth0.check_policies() IS 'Policies that are slow or off, and views that go round them';

-- PostgREST.
CREATE FUNCTION auth0.pre_request() RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'pre_request_wrapper';
COMMENT ON FUNCTION auth0.pre_request() IS 'For PostgREST''s db-pre-request: verifies the request''s token, binds its holder, switches to its role';

CREATE FUNCTION auth0.write_postgrest(role text, issuer text, trust_claims boolean) RETURNS void
  LANGUAGE c AS 'MODULE_PATHNAME', 'configure_postgrest_wrapper';

CREATE FUNCTION auth0.configure_postgrest(role name, issuer text, trust_claims boolean DEFAULT false) RETURNS void
  LANGUAGE sql SET search_path = pg_catalog, pg_temp
  AS $$ SELECT auth0.write_postgrest(role::text, issuer, trust_claims) $$;
COMMENT ON FUNCTION auth0.configure_postgrest(name, text, boolean) IS 'Writes an issuer''s keys, audience and role claim into PostgREST''s in-database configuration, and tells PostgREST';
CREATE FUNCTION auth0.refresh_keys(OUT issuer text, OUT outcome text) RETURNS SETOF record
  LANGUAGE c SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME', 'refresh_keys_wrapper';
COMMENT ON FUNCTION auth0.refresh_keys() IS 'Fetches the issuers'' keys now, and writes changed ones into PostgREST''s configuration';

-- Accounts and sessions.
CREATE FUNCTION auth0.create_auth_schema(name text DEFAULT 'auth') RETURNS void
  LANGUAGE c SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME', 'create_auth_schema_wrapper';
COMMENT ON FUNCTION auth0.create_auth_schema(text) IS 'Makes the tables users and sessions in a schema of that name';

CREATE FUNCTION auth0.create_session(id_token text, client_ip inet DEFAULT NULL, ttl interval DEFAULT '24 hours', nonce text DEFAULT NULL) RETURNS text
  LANGUAGE c AS 'MODULE_PATHNAME', 'create_session_wrapper';
COMMENT ON FUNCTION auth0.create_session(text, inet, interval, text) IS 'Opens a session for who an ID token says has logged in, and gives its token this once';

CREATE FUNCTION auth0.validate_session(token text, OUT valid boolean, OUT user_id text, OUT email text, OUT name text, OUT expires_at timestamptz)
  RETURNS SETOF record LANGUAGE c STABLE ROWS 1 PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'validate_session_wrapper';
COMMENT ON FUNCTION auth0.validate_session(text) IS 'Whether a session is valid, and whose it is';

CREATE FUNCTION auth0.login_session(token text, scope text DEFAULT 'transaction') RETURNS text
  LANGUAGE c AS 'MODULE_PATHNAME', 'login_session_wrapper';
COMMENT ON FUNCTION auth0.login_session(text, text) IS 'Binds the user of a session to the transaction or the connection';

CREATE FUNCTION auth0.revoke_session(token text) RETURNS boolean
  LANGUAGE c AS 'MODULE_PATHNAME', 'revoke_session_wrapper';
COMMENT ON FUNCTION auth0.revoke_session(text) IS 'Ends a session; whether there was one';

CREATE FUNCTION auth0.revoke_sessions(user_id text) RETURNS bigint
  LANGUAGE c AS 'MODULE_PATHNAME', 'revoke_sessions_wrapper';
COMMENT ON FUNCTION auth0.revoke_sessions(text) IS 'Ends all sessions of a user';

CREATE FUNCTION auth0.purge_sessions() RETURNS bigint
  LANGUAGE c AS 'MODULE_PATHNAME', 'purge_sessions_wrapper';
COMMENT ON FUNCTION auth0.purge_sessions() IS 'Removes sessions that are over';

-- Users.
CREATE FUNCTION auth0.get_or_create_user(server text, email text, connection text, defaults jsonb DEFAULT '{}',
    OUT user_id text, OUT profile jsonb, OUT created boolean)
  RETURNS SETOF record LANGUAGE c ROWS 1 AS 'MODULE_PATHNAME', 'get_or_create_user_wrapper';
COMMENT ON FUNCTION auth0.get_or_create_user(text, text, text, jsonb) IS 'The user of a connection with this e-mail address, made with the defaults if there is none';

CREATE FUNCTION auth0.import_users(server text, connection text, source text, upsert boolean DEFAULT false,
    OUT row_number bigint, OUT code text, OUT message text, OUT path text, OUT profile jsonb)
  RETURNS SETOF record LANGUAGE c AS 'MODULE_PATHNAME', 'import_users_wrapper';
COMMENT ON FUNCTION auth0.import_users(text, text, text, boolean) IS 'Imports the rows of a table or query as users, by import jobs; returns why rows were refused';

-- For administrators.
REVOKE ALL ON FUNCTION
  auth0.check_policies(), auth0.calls_per_row(text, bigint[]),
  auth0.configure_postgrest(name, text, boolean), auth0.write_postgrest(text, text, boolean), auth0.refresh_keys(),
  auth0.create_auth_schema(text), auth0.revoke_sessions(text), auth0.purge_sessions(),
  auth0.get_or_create_user(text, text, text, jsonb), auth0.import_users(text, text, text, boolean)
  FROM PUBLIC;

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
