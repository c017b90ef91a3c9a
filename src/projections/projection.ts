import type { AnyEvent, Recorded } from '../domain/kernel/events.ts';

/**
 * A read model as data: which row an event touches, and what that row becomes. No SQL, no I/O.
 * The event filter is the keys of `on`, never a second list.
 */
export type Projection<Row extends object, Event extends AnyEvent> = {
  /** The table's name; `order_summary` style. */
  readonly name: string;
  /** Raise it when the row's meaning changes: the next start builds a new table beside the old one. */
  readonly version: number;
  /** The columns of the table besides `key` and the JSON `row`, taken from the row, for filters and sorting. */
  readonly columns: Readonly<Record<string, Column<Row>>>;
  /** Indexes over `key` and the columns, each a list of names, `name desc` allowed. */
  readonly indexes: readonly (readonly string[])[];
  readonly key: (event: Recorded<Event>) => string;
  /** Every event has a row of its own: no row is looked up before it is written. */
  readonly appendOnly?: true;
  readonly on: {
    readonly [Type in Event['type']]: (
      row: Row | undefined,
      event: Recorded<Extract<Event, { type: Type }>>,
    ) => Row | undefined;
  };
};

export type Column<Row> = {
  readonly type: 'text' | 'bigint' | 'timestamptz' | 'integer' | 'boolean';
  readonly of: (row: Row) => string | number | bigint | boolean | null;
};
