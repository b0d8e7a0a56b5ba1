-- Users, chats and counters for PostgreSQL alone, with ids that a pgbench script can compute: as many and as full as the program's;
-- and idle users, because in tables of one page the planner rightly reads everything, for the program and for pgbench.
-- :users how many, :turns the question-and-answer pairs of each chat, :question and :answer their text, :idle the idle users.
\set ON_ERROR_STOP on

CREATE FUNCTION pg_temp.id_of(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT ('00000000-0000-7000-' || kind || '-' || lpad(to_hex(n), 12, '0'))::uuid $$;

INSERT INTO users (id, email, role, email_confirmed, disabled, created_at)
SELECT pg_temp.id_of('8000', u), 'alone' || u || '@bench.example', 1, false, false, now()
FROM generate_series(1, :users) AS u;

INSERT INTO chats (id, owner_id, title, active_leaf_id, message_count, created_at, updated_at)
SELECT pg_temp.id_of('9000', u), pg_temp.id_of('8000', u), 'Benchmark', pg_temp.id_of('a000', u), 2 * :turns, now(), now()
FROM generate_series(1, :users) AS u;

-- The last message of a chat has the number of its user; those before it count on from a million.
CREATE FUNCTION pg_temp.message_of(u bigint, place bigint, places bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_temp.id_of('a000', CASE WHEN place = places THEN u ELSE 1000000 + u * places + place END) $$;

INSERT INTO messages (id, chat_id, parent_id, role, content, model, prompt_tokens, completion_tokens, created_at)
SELECT pg_temp.message_of(u, place, 2 * :turns), pg_temp.id_of('9000', u),
    CASE WHEN place > 1 THEN pg_temp.message_of(u, place - 1, 2 * :turns) END,
    1 + (place + 1) % 2, CASE WHEN place % 2 = 1 THEN :'question' ELSE :'answer' END,
    CASE WHEN place % 2 = 0 THEN 'bench-json' END, CASE WHEN place % 2 = 0 THEN 57 END, CASE WHEN place % 2 = 0 THEN 64 END, now()
FROM generate_series(1, :users) AS u, generate_series(1, 2 * :turns) AS place;

INSERT INTO quota_counters (subject_id, metric, "window", period_start, used, reserved, granted)
SELECT pg_temp.id_of('8000', u), metric, 3, date_trunc('day', now() + day * interval '24 hours', 'UTC'), 0, 0, 0
FROM generate_series(1, :users) AS u, generate_series(1, 2) AS metric, generate_series(0, 1) AS day;

INSERT INTO users (id, email, role, email_confirmed, disabled, created_at)
SELECT pg_temp.id_of('b000', u), 'idle' || u || '@bench.example', 1, false, false, now()
FROM generate_series(1, :idle) AS u;

INSERT INTO chats (id, owner_id, title, message_count, created_at, updated_at)
SELECT pg_temp.id_of('b000', u), pg_temp.id_of('b000', u), 'Idle', 1, now(), now()
FROM generate_series(1, :idle) AS u;

INSERT INTO messages (id, chat_id, role, content, created_at)
SELECT pg_temp.id_of('b000', u), pg_temp.id_of('b000', u), 1, :'question', now()
FROM generate_series(1, :idle) AS u;

INSERT INTO quota_counters (subject_id, metric, "window", period_start, used, reserved, granted)
SELECT pg_temp.id_of('b000', u), metric, 3, date_trunc('day', now(), 'UTC'), 0, 0, 0
FROM generate_series(1, :idle) AS u, generate_series(1, 2) AS metric;
