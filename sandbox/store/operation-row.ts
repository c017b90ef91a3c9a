/**
 * What a participant remembers of one operation of one order. The row is written in the same step as the effect,
 * and an undo that arrives first writes the row too (a tombstone), so a late forward call finds it and is refused:
 * the barrier against null compensation and hanging actions.
 */
export interface OperationRow<Content, Part> {
  state: 'DONE' | 'UNDONE' | 'TOMBSTONED';
  /** Absent on a tombstone. */
  readonly content?: Content;
  readonly doneAt?: string;
  undoneAt?: string;
  /** What was given back in parts, by refund id. */
  readonly parts: Map<string, { readonly content: Part; readonly at: string }>;
  /** How often each effect was applied; counted where it is applied, for the audit. */
  readonly effects: { do: number; undo: number };
}

/** The row of an operation that was just done. */
export const doneRow = <Content, Part>(
  content: Content,
  at: string,
): OperationRow<Content, Part> => ({
  state: 'DONE',
  content,
  doneAt: at,
  parts: new Map(),
  effects: { do: 1, undo: 0 },
});

/** The row left by an undo that came before the operation. */
export const tombstone = <Content, Part>(at: string): OperationRow<Content, Part> => ({
  state: 'TOMBSTONED',
  undoneAt: at,
  parts: new Map(),
  effects: { do: 0, undo: 0 },
});

/** Marks the operation as undone. */
export function undo(row: OperationRow<unknown, unknown>, at: string): void {
  row.state = 'UNDONE';
  row.undoneAt = at;
  row.effects.undo += 1;
}
