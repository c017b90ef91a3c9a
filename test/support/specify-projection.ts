import { expect } from 'vitest';
import type { AnyEvent, Recorded } from '../../src/domain/kernel/events.ts';
import type { AnyProjection } from '../../src/runtime/read-store.ts';
import { memoryFeed } from './memory-feed.ts';
import { deepFreeze } from './specify.ts';

type Told = { readonly stream: string; readonly event: AnyEvent; readonly at?: string };

/** The vocabulary of a projection's tests: given(events).thenRow(key).toMatchObject(…). Rows and events are frozen, so a mutation fails. */
export const specifyProjection = (projection: AnyProjection) => ({
  given: (...told: readonly Told[]) => {
    const fed = memoryFeed();
    const rows = new Map<string, object>();
    for (const { stream, event, at } of told) {
      const recorded: Recorded<AnyEvent> = deepFreeze(fed.push(stream, event, at));
      const on = projection.on[recorded.type];
      if (!on) continue;
      const key = projection.key(recorded);
      const row: object | undefined = on(rows.get(key), recorded);
      if (row === undefined) rows.delete(key);
      else rows.set(key, deepFreeze(row));
    }
    return {
      rows,
      thenRow: (key: string) => expect(rows.get(key)),
      thenRows: () => expect(Object.fromEntries(rows)),
      thenColumn: (key: string, column: string) =>
        expect(projection.columns[column]?.of(rows.get(key))),
    };
  },
});
