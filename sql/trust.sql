-- Whom we trust. What may stand in a row is checked by the row itself, so that a restored dump is checked, too.
CREATE TABLE auth0.issuers (
  issuer text PRIMARY KEY,
  audiences text[] NOT NULL,
  options jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT issuers_valid CHECK (auth0.check_issuer(issuer, audiences, options))
);
COMMENT ON TABLE auth0.issuers IS 'Issuers whose tokens are accepted; see auth0.add_issuer()';

-- PostgREST's login roles.
CREATE TABLE auth0.postgrest (
  role name PRIMARY KEY,
  issuer text NOT NULL REFERENCES auth0.issuers ON UPDATE CASCADE ON DELETE CASCADE,
  trust_claims boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE auth0.postgrest IS 'Login roles of PostgREST; see auth0.configure_postgrest()';

-- The schema with the tables users and sessions: at most one.
CREATE TABLE auth0.account_schema (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  name name NOT NULL
);
COMMENT ON TABLE auth0.account_schema IS 'Where accounts and sessions are kept; see auth0.create_auth_schema()';

-- Backends keep what they have read; this tells them.
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth0.issuers
  FOR EACH STATEMENT EXECUTE FUNCTION auth0.trust_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth0.postgrest
  FOR EACH STATEMENT EXECUTE FUNCTION auth0.trust_changed();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth0.account_schema
  FOR EACH STATEMENT EXECUTE FUNCTION auth0.trust_changed();
ALTER TABLE auth0.issuers ENABLE ALWAYS TRIGGER changed;
ALTER TABLE auth0.postgrest ENABLE ALWAYS TRIGGER changed;
ALTER TABLE auth0.account_schema ENABLE ALWAYS TRIGGER changed;

SELECT pg_catalog.pg_extension_config_dump('auth0.issuers', '');
SELECT pg_catalog.pg_extension_config_dump('auth0.postgrest', '');
SELECT pg_catalog.pg_extension_config_dump('auth0.account_schema', '');

-- Only the tables' owner may change them: the functions run with the rights of whoever calls, and are granted to nobody.
CREATE FUNCTION auth0.add_issuer(issuer text, audiences text[], options jsonb DEFAULT '{}') RETURNS text
  LANGUAGE sql CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp
  AS $$
    INSERT INTO auth0.issuers AS i (issuer, audiences, options)
      VALUES (add_issuer.issuer, add_issuer.audiences, coalesce(add_issuer.options, '{}'))
      ON CONFLICT ON CONSTRAINT issuers_pkey
      DO UPDATE SET audiences = excluded.audiences, options = excluded.options
      RETURNING i.issuer
  $$;
COMMENT ON FUNCTION auth0.add_issuer(text, text[], jsonb) IS 'Accepts the tokens of an issuer for these audiences; what was declared for it before is replaced';

CREATE FUNCTION auth0.add_issuer_of_server(server text, audiences text[], options jsonb DEFAULT '{}') RETURNS text
  LANGUAGE sql CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp
  AS $$ SELECT auth0.add_issuer(auth0.server_issuer(server), audiences, options) $$;
COMMENT ON FUNCTION auth0.add_issuer_of_server(text, text[], jsonb) IS 'Accepts the tokens of the tenant that a foreign server names';

CREATE FUNCTION auth0.alter_issuer(issuer text, audiences text[] DEFAULT NULL, options jsonb DEFAULT NULL) RETURNS text
  LANGUAGE sql CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp
  AS $$
    UPDATE auth0.issuers AS i SET
      audiences = coalesce(alter_issuer.audiences, i.audiences),
      options = jsonb_strip_nulls(i.options || coalesce(alter_issuer.options, '{}'))
      WHERE i.issuer = auth0.known_issuer(alter_issuer.issuer)
      RETURNING i.issuer
  $$;
COMMENT ON FUNCTION auth0.alter_issuer(text, text[], jsonb) IS 'Changes what is declared of an issuer: options are merged, and one set to null is dropped';

CREATE FUNCTION auth0.remove_issuer(issuer text) RETURNS text
  LANGUAGE sql CALLED ON NULL INPUT SET search_path = pg_catalog, pg_temp
  AS $$ DELETE FROM auth0.issuers AS i WHERE i.issuer = auth0.known_issuer(remove_issuer.issuer) RETURNING i.issuer $$;
COMMENT ON FUNCTION auth0.remove_issuer(text) IS 'Accepts the tokens of an issuer no longer';

REVOKE ALL ON auth0.issuers, auth0.postgrest, auth0.account_schema FROM PUBLIC;
REVOKE ALL ON FUNCTION
  auth0.add_issuer(text, text[], jsonb), auth0.add_issuer_of_server(text, text[], jsonb),
  auth0.alter_issuer(text, text[], jsonb), auth0.remove_issuer(text)
  FROM PUBLIC;
