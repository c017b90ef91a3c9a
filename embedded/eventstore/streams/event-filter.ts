import { RE2JS } from 're2js';
import { handlerFailure } from '../grpc/status.ts';
import type { EventRecord } from './event-record.ts';

/** What a filter looks at, and for what: a regular expression wins over prefixes. */
export interface FilterDefinition {
  readonly on: 'stream' | 'type';
  /** An unanchored search; RE2 syntax, so that no pattern takes more than linear time. */
  readonly regex: string | undefined;
  /** The name starts with any of these. No prefix at all matches nothing, an empty one everything. */
  readonly prefixes: readonly string[];
}

export interface EventFilter {
  readonly definition: FilterDefinition;
  matches(record: EventRecord): boolean;
}

/** So many names are remembered with their verdict before the memory starts afresh. */
const REMEMBERED_NAMES = 1000;

/**
 * Compiles a filter once for many records.
 * @throws GrpcError UNKNOWN for a pattern that is no regular expression, as EventStoreDB answers.
 */
export function compileFilter(definition: FilterDefinition): EventFilter {
  const test = nameTest(definition);
  const verdicts = new Map<string, boolean>();
  const matchesName = (name: string): boolean => {
    const known = verdicts.get(name);
    if (known !== undefined) return known;
    if (verdicts.size >= REMEMBERED_NAMES) verdicts.clear();
    const verdict = test(name);
    verdicts.set(name, verdict);
    return verdict;
  };
  const matches =
    definition.on === 'stream'
      ? (record: EventRecord) => matchesName(record.stream)
      : (record: EventRecord) => matchesName(record.type);
  return { definition, matches };
}

function nameTest(definition: FilterDefinition): (name: string) => boolean {
  const { regex, prefixes } = definition;
  if (!regex) return (name) => prefixes.some((prefix) => name.startsWith(prefix));
  const pattern = compilePattern(regex);
  return (name) => pattern.matcher(name).find();
}

function compilePattern(regex: string): RE2JS {
  try {
    return RE2JS.compile(regex);
  } catch {
    throw handlerFailure();
  }
}

const HIDDEN_EXACT = '$epoch-information';
const HIDDEN_PREFIX = '$persistentsubscription-$all::';

/**
 * Streams that `$all` always leaves out: epochs, and the checkpoints and parked events of `$all`'s
 * own persistent subscriptions, which would feed themselves. Their metastreams are not hidden.
 */
export function isHiddenFromAll(stream: string): boolean {
  if (!stream.startsWith('$')) return false;
  if (stream === HIDDEN_EXACT) return true;
  return (
    stream.startsWith(HIDDEN_PREFIX) &&
    (stream.endsWith('-checkpoint') || stream.endsWith('-parked'))
  );
}
