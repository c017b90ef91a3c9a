import { handlerFailure, invalidArgument } from '../grpc/status.ts';
import { INT64_MAX, UINT64_MAX } from '../protocol/expectation.ts';
import type { FilterRequest } from '../protocol/filter-request.ts';
import type { UuidForm } from '../protocol/read-replies.ts';
import type { ReadRequest, ReadStart, ReadTarget, WirePosition } from '../protocol/read-request.ts';
import { compileFilter, type EventFilter } from '../streams/event-filter.ts';
import type { Direction } from '../streams/event-store.ts';

const DEFAULT_WINDOW = 32;

/** A checked filter: at most `window` records are considered at a time, a checkpoint is due each `interval`. */
export interface FilterPlan {
  readonly filter: EventFilter;
  readonly window: number;
  readonly interval: number;
}

interface CommonPlan {
  readonly resolveLinks: boolean;
  readonly uuids: UuidForm;
}

export interface StreamReadPlan extends CommonPlan {
  readonly kind: 'read-stream';
  readonly stream: string;
  readonly direction: Direction;
  /** First revision wanted; Infinity for the end. */
  readonly from: number;
  readonly count: number;
  readonly tellsPositions: boolean;
}

export interface AllReadPlan extends CommonPlan {
  readonly kind: 'read-all';
  readonly direction: Direction;
  readonly from: number;
  readonly count: number;
  readonly filter: FilterPlan | undefined;
}

/** `from` is the first revision or position wanted, 'end' for what comes next. */
export interface StreamSubscriptionPlan extends CommonPlan {
  readonly kind: 'subscribe-stream';
  readonly stream: string;
  readonly from: number | 'end';
}

export interface AllSubscriptionPlan extends CommonPlan {
  readonly kind: 'subscribe-all';
  readonly from: number | 'end';
  readonly filter: FilterPlan | undefined;
}

/** A read without a starting point is answered with nothing. */
export interface NothingPlan {
  readonly kind: 'nothing';
}

export type ReadPlan =
  | StreamReadPlan
  | AllReadPlan
  | StreamSubscriptionPlan
  | AllSubscriptionPlan
  | NothingPlan;

/** Checks a read request as EventStoreDB does. @throws GrpcError when it is refused */
export function planRead(request: ReadRequest): ReadPlan {
  const { target, amount, uuid, filter } = request;
  if (!uuid) throw invalidArgument('No UUID option was given.');
  if (!target) throw invalidArgument('Neither a stream nor $all was given.');
  if (!amount) throw invalidArgument('Neither a count nor a subscription was asked for.');
  if (!filter) throw invalidArgument('Neither a filter nor no_filter was given.');
  const common = { resolveLinks: request.resolveLinks, uuids: uuid };
  const subscribes = amount.kind === 'subscription';
  if (subscribes && request.backwards)
    throw invalidArgument('A subscription can only read forwards.');
  if (target.kind === 'stream') {
    if (filter !== 'none') throw invalidArgument('Only $all can be filtered.');
    if (target.stream === '') throw handlerFailure();
  }
  const filterPlan = filter === 'none' ? undefined : planFilter(filter, subscribes);
  if (target.from.kind === 'unset') return { kind: 'nothing' };
  if (subscribes)
    return target.kind === 'stream'
      ? { ...common, kind: 'subscribe-stream', stream: target.stream, from: afterRevision(target) }
      : { ...common, kind: 'subscribe-all', from: afterPosition(target.from), filter: filterPlan };
  const direction: Direction = request.backwards ? 'backwards' : 'forwards';
  const count = Number(amount.count);
  if (count === 0) throw handlerFailure();
  return target.kind === 'stream'
    ? {
        ...common,
        kind: 'read-stream',
        stream: target.stream,
        direction,
        count,
        from: firstRevision(target.from, direction),
        tellsPositions: request.compatibility >= 1,
      }
    : {
        ...common,
        kind: 'read-all',
        direction,
        count,
        from: firstPosition(target.from),
        filter: filterPlan,
      };
}

function planFilter(filter: FilterRequest, subscribes: boolean): FilterPlan {
  if (!filter.definition) throw invalidArgument('The filter has no expression.');
  if (filter.window === undefined) throw invalidArgument('The filter has no window.');
  const window = filter.window === 'default' ? DEFAULT_WINDOW : filter.window;
  const interval = window * filter.checkpointIntervalMultiplier;
  // A subscription confirms before it finds fault with a window of zero.
  if (subscribes ? filter.checkpointIntervalMultiplier === 0 : window === 0) throw handlerFailure();
  return { filter: compileFilter(filter.definition), window, interval };
}

function firstRevision(from: ReadStart, direction: Direction): number {
  switch (from.kind) {
    case 'start':
      return 0;
    case 'revision':
      if (from.revision === UINT64_MAX) return endRevision(direction);
      if (from.revision > INT64_MAX) throw handlerFailure();
      return Number(from.revision);
    case 'end':
    case 'position':
    case 'unset':
      return endRevision(direction);
  }
}

function endRevision(direction: Direction): number {
  if (direction === 'forwards') throw handlerFailure();
  return Number.POSITIVE_INFINITY;
}

function afterRevision({ from }: ReadTarget): number | 'end' {
  switch (from.kind) {
    case 'start':
      return 0;
    case 'revision':
      if (from.revision === UINT64_MAX) return 'end';
      if (from.revision > INT64_MAX) throw handlerFailure();
      return Number(from.revision) + 1;
    case 'end':
    case 'position':
    case 'unset':
      return 'end';
  }
}

function firstPosition(from: ReadStart): number {
  switch (from.kind) {
    case 'start':
      return 0;
    case 'position':
      return isEnd(from.position) ? Number.POSITIVE_INFINITY : checked(from.position);
    case 'end':
    case 'revision':
    case 'unset':
      return Number.POSITIVE_INFINITY;
  }
}

function afterPosition(from: ReadStart): number | 'end' {
  switch (from.kind) {
    case 'start':
      return 0;
    case 'position': {
      const { position } = from;
      if (isEnd(position)) return 'end';
      // Filter checkpoints {c, p < c} lie just before the record at c.
      return checked(position) + (position.prepare === position.commit ? 1 : 0);
    }
    case 'end':
    case 'revision':
    case 'unset':
      return 'end';
  }
}

const isEnd = ({ commit, prepare }: WirePosition): boolean =>
  commit === UINT64_MAX && prepare === UINT64_MAX;

function checked({ commit, prepare }: WirePosition): number {
  if (prepare > commit) throw handlerFailure();
  return Number(commit);
}
