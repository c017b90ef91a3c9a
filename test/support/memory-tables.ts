import type { RowChange, StoredRow } from '../../src/runtime/read-store.ts';

/** Tables in memory; rows go through JSON, as they do in a database. */
export const memoryTables = () => {
  const tables = new Map<string, Map<string, string>>();
  const tableOf = (name: string): Map<string, string> => {
    const table = tables.get(name) ?? new Map<string, string>();
    tables.set(name, table);
    return table;
  };
  let asked = 0;
  const stored = (text: string): StoredRow => {
    const { row, position } = JSON.parse(text) as { row: object; position: string };
    return { row, position: BigInt(position) };
  };
  return {
    /** How often rows were looked up. */
    asked: () => asked,
    rows: async (name: string, keys: readonly string[]) => {
      asked += 1;
      const found = new Map<string, StoredRow>();
      for (const key of keys) {
        const text = tableOf(name).get(key);
        if (text !== undefined) found.set(key, stored(text));
      }
      return found;
    },
    write: (name: string, changes: readonly RowChange[]) => {
      for (const { key, row, position, exists } of changes) {
        const table = tableOf(name);
        if (exists !== table.has(key)) throw new Error(`${name} ${key}: exists is wrong`);
        if (row === undefined) table.delete(key);
        else table.set(key, JSON.stringify({ row, position: String(position) }));
      }
    },
    all: (name: string): Record<string, object> =>
      Object.fromEntries([...tableOf(name)].map(([key, text]) => [key, stored(text).row])),
  };
};
