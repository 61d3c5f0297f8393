-- What is asked of a tenant beside its tables. Each call acts with the rights and the user mapping of whoever calls.
CREATE FUNCTION auth0.get(server text, path text, params jsonb DEFAULT '{}') RETURNS jsonb
  LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'get_wrapper';
COMMENT ON FUNCTION auth0.get(text, text, jsonb) IS 'The answer to one GET of the Management API, as it comes: secrets in it are shown';

CREATE FUNCTION auth0.check(server text, OUT "check" text, OUT subject text, OUT ok boolean, OUT detail text) RETURNS SETOF record
  LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'check_wrapper';
COMMENT ON FUNCTION auth0.check(text) IS 'Whether a server''s credentials work, and which tables they may read; at most two requests';

REVOKE ALL ON FUNCTION auth0.get(text, text, jsonb), auth0.check(text) FROM PUBLIC;
