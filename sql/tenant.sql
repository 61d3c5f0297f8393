-- What is asked of a tenant beside its tables. Each call acts with the rights and the user mapping of whoever calls.
CREATE FUNCTION auth0.get(server text, path text, params jsonb DEFAULT '{}') RETURNS jsonb
  LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'get_wrapper';
COMMENT ON FUNCTION auth0.get(text, text, jsonb) IS 'The answer to one GET of the Management API, as it comes: secrets in it are shown';

CREATE FUNCTION auth0.check(server text, OUT "check" text, OUT subject text, OUT ok boolean, OUT detail text) RETURNS SETOF record
  LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'check_wrapper';
COMMENT ON FUNCTION auth0.check(text) IS 'Whether a server''s credentials work, and which tables they may read; at most two requests';

CREATE FUNCTION auth0.create_views(schema text) RETURNS SETOF text
  LANGUAGE c STRICT SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on
  AS 'MODULE_PATHNAME', 'create_views_wrapper';
COMMENT ON FUNCTION auth0.create_views(text) IS 'Makes views over an imported schema, such as users_without_mfa; their names';

CREATE FUNCTION auth0.list_objects(OUT object text, OUT area text, OUT doc text, OUT endpoint text, OUT scopes text[], OUT keys text[],
    OUT filters text[], OUT required text[], OUT paging text, OUT parent text, OUT secrets text[],
    OUT insertable text[], OUT updatable text[], OUT deletable bool)
  RETURNS SETOF record LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 180 AS 'MODULE_PATHNAME', 'list_objects_wrapper';
CREATE VIEW auth0.objects AS SELECT * FROM auth0.list_objects();
COMMENT ON VIEW auth0.objects IS 'What IMPORT FOREIGN SCHEMA makes tables of: endpoint, scopes (any of them will do; for all rows those of the parent, too), look-ups, filters, and what can be written';
GRANT SELECT ON auth0.objects TO PUBLIC;

REVOKE ALL ON FUNCTION auth0.get(text, text, jsonb), auth0.check(text) FROM PUBLIC;
