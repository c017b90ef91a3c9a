import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { answerQuestions } from '../worker.ts';

export type CopyRowsQuestion = { readonly databaseUrl: string; readonly tables: readonly string[] };

export type CopyRowsAnswer = { readonly seconds: number };

/** The read models' rows as they are, copied into new tables with a primary key and nothing else. */
answerQuestions<CopyRowsQuestion, CopyRowsAnswer>(async ({ databaseUrl, tables }) => {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const contents = new Map<string, Buffer[]>();
  for (const table of tables) {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(copyTo(`copy (select * from ${table}) to stdout`)))
      chunks.push(chunk as Buffer);
    contents.set(table, chunks);
    await client.query(`drop table if exists copied_${table}`);
    await client.query(`create table copied_${table} as select * from ${table} with no data`);
    await client.query(`alter table copied_${table} add primary key (key)`);
  }
  const startedAt = performance.now();
  for (const [table, chunks] of contents)
    await pipeline(
      Readable.from(chunks),
      client.query(copyFrom(`copy copied_${table} from stdin`)),
    );
  const seconds = (performance.now() - startedAt) / 1000;
  await client.end();
  return { seconds };
});
