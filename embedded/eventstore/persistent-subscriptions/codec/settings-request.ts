import { handlerFailure } from '../../grpc/status.ts';
import type { WireReader } from '../../protocol/wire-reader.ts';
import type { GroupSettings } from '../group-settings.ts';

/** Clock ticks of 100 ns, in which some clients give their times. */
const TICKS_PER_MS = 10_000n;

/** `named_consumer_strategy`, by its number. */
const STRATEGIES_BY_NUMBER = ['DispatchToSingle', 'RoundRobin', 'Pinned'];

/** `Settings` of a Create or Update request. */
export interface RequestedSettings extends Omit<GroupSettings, 'startFrom' | 'strategy'> {
  /** The deprecated start of a stream's group: 0 the start, 2^64-1 the end, else a revision. */
  readonly revision: bigint;
  /** Not checked yet. */
  readonly strategy: string;
}

/** Reads `Settings`; `withStrategyName` for Create, which alone knows strategies by name. */
export function readSettings(reader: WireReader, withStrategyName: boolean): RequestedSettings {
  const numbers = new Map<number, number>();
  let revision = 0n;
  let strategyName = '';
  while (reader.next())
    switch (reader.field) {
      case 2:
        revision = reader.uint64();
        break;
      case 4: // message_timeout_ticks
        numbers.set(14, Number(reader.int64() / TICKS_PER_MS));
        break;
      case 6: // checkpoint_after_ticks
        numbers.set(15, Number(reader.int64() / TICKS_PER_MS));
        break;
      case 16:
        strategyName = reader.string();
        break;
      case 1:
      case 3:
      case 5:
      case 7:
      case 8:
      case 9:
      case 10:
      case 11:
      case 12:
      case 13:
      case 14:
      case 15:
        numbers.set(reader.field, reader.int32());
        break;
      default:
        reader.skip();
    }
  const number = (field: number): number => numbers.get(field) ?? 0;
  const byNumber = STRATEGIES_BY_NUMBER[number(13)] ?? String(number(13));
  return {
    revision,
    resolveLinks: number(1) !== 0,
    extraStatistics: number(3) !== 0,
    maxRetryCount: number(5),
    minCheckpointCount: number(7),
    maxCheckpointCount: number(8),
    maxSubscriberCount: number(9),
    liveBufferSize: number(10),
    readBatchSize: number(11),
    historyBufferSize: number(12),
    messageTimeoutMs: number(14),
    checkpointAfterMs: number(15),
    strategy: withStrategyName && strategyName !== '' ? strategyName : byNumber,
  };
}

/** A request without settings is one that the real server's handler fails on. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw handlerFailure();
  return value;
}
