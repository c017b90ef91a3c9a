import pg from 'pg';
import { inject } from 'vitest';

/** A database of one test file. */
export type TestDatabase = {
  readonly url: string;
  /** Cuts every connection and drops it. */
  readonly drop: () => Promise<void>;
};

const onServer = async (statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: inject('databaseUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

/**
 * Makes an empty database on the PostgreSQL of the tests.
 *
 * @param label lower-case letters and `_`, for whoever looks at the server
 */
export const createDatabase = async (label: string): Promise<TestDatabase> => {
  const name = `test_${label}_${process.pid}_${Date.now().toString(36)}`;
  await onServer(`create database ${name}`);
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) };
};
