-- Schema auth0: made here, or taken over where nobody could have set a trap in it. Every name is qualified: the script
-- runs as a superuser with a search_path that the one who says CREATE EXTENSION ... SCHEMA has chosen.
DO $$
DECLARE
  owner pg_catalog.name;
  why pg_catalog.text;
BEGIN
  SELECT r.rolname,
    CASE
      WHEN NOT r.rolsuper THEN
        pg_catalog.format('It belongs to role "%s", who is no superuser and could replace what is in it.', r.rolname)
      WHEN EXISTS (
        SELECT FROM pg_catalog.aclexplode(n.nspacl) AS a
          LEFT JOIN pg_catalog.pg_roles AS g ON g.oid OPERATOR(pg_catalog.=) a.grantee
        WHERE a.privilege_type OPERATOR(pg_catalog.=) 'CREATE'::pg_catalog.text AND g.rolsuper IS NOT TRUE
      ) THEN 'Roles that are no superusers may create objects in it.'
      WHEN EXISTS (SELECT FROM pg_catalog.pg_proc AS p WHERE p.pronamespace OPERATOR(pg_catalog.=) n.oid)
        OR EXISTS (SELECT FROM pg_catalog.pg_operator AS o WHERE o.oprnamespace OPERATOR(pg_catalog.=) n.oid)
      THEN 'There are functions or operators in it already.'
    END
    INTO owner, why
    FROM pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
    WHERE n.nspname OPERATOR(pg_catalog.=) 'auth0'::pg_catalog.name;
  IF owner IS NULL THEN
    CREATE SCHEMA auth0;
  ELSIF why IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_schema',
      MESSAGE = 'schema "auth0" exists already and cannot be used for the functions of auth0_fdw',
      DETAIL = why,
      HINT = 'Give it another name and try again: ALTER SCHEMA auth0 RENAME TO auth0_data;';
  ELSE
    RAISE NOTICE USING
      MESSAGE = 'schema "auth0" exists already; auth0_fdw puts its functions into it',
      HINT = 'DROP EXTENSION will leave the schema. Foreign tables are better kept in another, such as auth0_data.';
  END IF;
END
$$;
GRANT USAGE ON SCHEMA auth0 TO PUBLIC;
