import type { FilterDefinition } from '../streams/event-filter.ts';
import type { StrategyName } from './strategies/strategies.ts';

/** Where a group without a checkpoint begins. Numbers and positions are inclusive. */
export type StartFrom =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'revision'; readonly revision: bigint }
  | { readonly kind: 'position'; readonly commit: bigint; readonly prepare: bigint };

/** What a client may choose for a group; values are kept as they were sent. */
export interface GroupSettings {
  readonly startFrom: StartFrom;
  readonly resolveLinks: boolean;
  readonly extraStatistics: boolean;
  readonly messageTimeoutMs: number;
  readonly maxRetryCount: number;
  readonly checkpointAfterMs: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
  /** 0: any number. */
  readonly maxSubscriberCount: number;
  readonly liveBufferSize: number;
  readonly historyBufferSize: number;
  readonly readBatchSize: number;
  readonly strategy: StrategyName;
}

/** A group as it is configured. */
export interface GroupDefinition {
  /** A stream's name, or `$all`. */
  readonly source: string;
  readonly group: string;
  readonly settings: GroupSettings;
  /** Only for groups on `$all`. */
  readonly filter: FilterDefinition | undefined;
}

/** How the info shows a start: `0`, `-1`, `N` for a stream, `C:c/P:p` for `$all`. */
export function startFromText(startFrom: StartFrom, ofAll: boolean): string {
  switch (startFrom.kind) {
    case 'start':
      return ofAll ? 'C:0/P:0' : '0';
    case 'end':
      return ofAll ? 'C:-1/P:-1' : '-1';
    case 'revision':
      return String(startFrom.revision);
    case 'position':
      return `C:${startFrom.commit}/P:${startFrom.prepare}`;
  }
}

/** Reads what `startFromText` wrote; undefined when it is something else. */
export function parseStartFrom(text: string): StartFrom | undefined {
  switch (text) {
    case '0':
    case 'C:0/P:0':
      return { kind: 'start' };
    case '-1':
    case 'C:-1/P:-1':
      return { kind: 'end' };
  }
  const position = /^C:(\d+)\/P:(\d+)$/.exec(text);
  if (position?.[1] !== undefined && position[2] !== undefined)
    return { kind: 'position', commit: BigInt(position[1]), prepare: BigInt(position[2]) };
  return /^\d+$/.test(text) ? { kind: 'revision', revision: BigInt(text) } : undefined;
}
