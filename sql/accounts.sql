-- Accounts and sessions: ordinary tables, whoever made them may change them as long as these columns stay.
CREATE TABLE %.users (
  user_id text PRIMARY KEY,
  issuer text NOT NULL,
  email text,
  email_verified boolean NOT NULL DEFAULT false,
  name text,
  picture text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_login timestamptz NOT NULL DEFAULT clock_timestamp(),
  logins_count bigint NOT NULL DEFAULT 1,
  deactivated_at timestamptz
);
CREATE TABLE %.sessions (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  user_id text NOT NULL REFERENCES %.users ON UPDATE CASCADE ON DELETE CASCADE,
  client_ip inet,
  claims jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX ON %.sessions (user_id);
CREATE INDEX ON %.sessions (expires_at);
COMMENT ON TABLE %.users IS 'Who has opened a session; set deactivated_at to keep somebody out';
COMMENT ON TABLE %.sessions IS 'Sessions, by the SHA-256 of their tokens';
