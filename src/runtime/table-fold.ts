import type { AnyEvent, Recorded } from '../domain/kernel/events.ts';
import { LruMap } from './lru-map.ts';
import type { Batch } from './ports.ts';
import type { Poison, RowChange, StoredRow, TableWriter, Target } from './read-store.ts';

/** What a batch makes of one table. Nothing is remembered before `committed` is called. */
export type Folded = {
  readonly table: string;
  readonly rows: readonly RowChange[];
  /** The table's new checkpoint: the batch's end, or right before the poison event. */
  readonly position: bigint;
  readonly poison: Poison | null;
  readonly committed: () => void;
};

export type TableFold = {
  readonly target: Target;
  /** Folds one batch; events at or before the table's checkpoint are left out. */
  readonly fold: (batch: Batch) => Promise<Folded>;
  readonly position: () => bigint | 'start';
};

type Working = { row: object | undefined; position: bigint; readonly exists: boolean };

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Folds batches into the rows of one table, whose newest rows are kept in memory: this is their only writer. */
export const createTableFold = (
  target: Target,
  rowsOf: TableWriter['rows'],
  options: { readonly cacheRows: number },
): TableFold => {
  const { projection, table } = target;
  const cache = new LruMap<string, StoredRow>(options.cacheRows);
  let position = target.position;

  const isNew = (at: bigint): boolean => position === 'start' || at > position;
  const concerns = (type: string): boolean => Object.hasOwn(projection.on, type);

  const load = async (keys: readonly string[]): Promise<Map<string, Working>> => {
    const working = new Map<string, Working>();
    if (projection.appendOnly) return working;
    const missing: string[] = [];
    for (const key of keys) {
      const known = cache.get(key);
      if (known) working.set(key, { row: known.row, position: known.position, exists: true });
      else missing.push(key);
    }
    if (missing.length > 0)
      for (const [key, stored] of await rowsOf(table, missing))
        working.set(key, { row: stored.row, position: stored.position, exists: true });
    return working;
  };

  /** Applies one event; says what is wrong instead of throwing. */
  const apply = (event: Recorded<AnyEvent>, key: string, working: Map<string, Working>): void => {
    const before = working.get(key);
    const row = projection.on[event.type]?.(before?.row, event);
    if (row === before?.row) return;
    working.set(key, { row, position: event.position, exists: before?.exists ?? false });
  };

  const poisonOf = (event: Recorded<AnyEvent>, error: unknown): Poison => ({
    stream: event.stream,
    revision: event.revision,
    position: event.position,
    type: event.type,
    message: textOf(error),
  });

  return {
    target,
    position: () => position,
    fold: async (batch) => {
      let poison: Poison | null =
        batch.unreadable?.find(({ type, position: at }) => isNew(at) && concerns(type)) ?? null;
      const keyed: { readonly event: Recorded<AnyEvent>; readonly key: string }[] = [];
      for (const event of batch.events) {
        if (!isNew(event.position) || !concerns(event.type)) continue;
        if (poison && event.position > poison.position) break;
        try {
          keyed.push({ event, key: projection.key(event) });
        } catch (error) {
          poison = poisonOf(event, error);
          break;
        }
      }
      const working = await load([...new Set(keyed.map(({ key }) => key))]);
      const touched = new Set<string>();
      let reached = position === 'start' ? -1n : position;
      for (const { event, key } of keyed) {
        try {
          apply(event, key, working);
        } catch (error) {
          poison = poisonOf(event, error);
          break;
        }
        touched.add(key);
        reached = event.position;
      }
      const end = poison ? reached : batch.position > reached ? batch.position : reached;
      const rows = [...touched].flatMap((key): RowChange[] => {
        const now = working.get(key);
        if (!now || (now.row === undefined && !now.exists)) return [];
        return [{ key, row: now.row, position: now.position, exists: now.exists }];
      });
      return {
        table,
        rows,
        position: end,
        poison,
        committed: () => {
          position = end;
          if (projection.appendOnly) return;
          for (const { key, row, position: at } of rows)
            if (row === undefined) cache.delete(key);
            else cache.set(key, { row, position: at });
        },
      };
    },
  };
};
