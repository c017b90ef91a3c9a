-- Up Migration

-- One row a table of a read model: the live one, one being built beside it, the one that was live before.
create table projection_tables (
  table_name text primary key,
  projection text not null,
  version integer not null,
  generation integer not null,
  state text not null check (state in ('live', 'building', 'previous')),
  -- Commit position of the last event seen; null before the first.
  position bigint,
  -- Raised by whoever takes the table over: a writer that still has the old number is refused.
  fence bigint not null default 0,
  last_event_at timestamptz,
  poison jsonb,
  updated_at timestamptz not null default now(),
  unique (projection, generation),
  -- Not an index on (projection, state): a swap passes through two of one kind within its transaction.
  constraint one_of_each_state unique (projection, state) deferrable initially deferred
);

-- Who drives a saga just now. Apart from order_sagas, which only its projector writes.
create table saga_leases (
  instance text primary key,
  leased_until timestamptz not null
);

-- What may happen once over all processes (a ticket used, a webhook taken).
create table once_only (
  kind text not null,
  id text not null,
  expires_at timestamptz not null,
  primary key (kind, id)
);
create index once_only_expiry on once_only (expires_at);
