import { createHash } from 'node:crypto';
import {
  type EventStoreDBClient,
  eventTypeFilter,
  PersistentSubscriptionExistsError,
  type PersistentSubscriptionToAllInfo,
  PINNED,
  type Position,
  persistentSubscriptionToAllSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import type { Log } from '../runtime/ports.ts';

/** Longer than one drive of a saga takes at its worst; a message held longer goes to another process as well. */
const MESSAGE_TIMEOUT_MS = 60_000;
/** Deliveries before a message is parked: drives are safe to repeat, and the scheduler drives what is parked here anyway. */
const MAX_RETRIES = 10;

/**
 * The group's name at the store. A group keeps its filter for ever, so the filter is part of the name: a release that
 * listens to other types has a group of its own beside the older release's.
 */
export const groupName = (group: string, types: readonly string[]): string => {
  const filter = [...types].sort().join('|');
  return `${group}-${createHash('sha256').update(filter).digest('hex').slice(0, 8)}`;
};

/** Whether `name` is a group that `groupName` made for `group`. */
export const isGroupOf = (group: string, name: string): boolean =>
  name.startsWith(`${group}-`) && /^[0-9a-f]{8}$/.test(name.slice(group.length + 1));

const NO_GROUPS: ReadonlySet<unknown> = new Set([
  'persistent-subscription-does-not-exist',
  'not-found',
]);

/** Every group on `$all`. A store without any says not-found. */
export const listGroups = async (
  client: EventStoreDBClient,
): Promise<readonly PersistentSubscriptionToAllInfo[]> => {
  try {
    return await client.listPersistentSubscriptionsToAll();
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? error.type : undefined;
    if (NO_GROUPS.has(type)) return [];
    throw error;
  }
};

/** Where the newest group of an older release stands: what lies before has been handled. */
const startOf = async (
  client: EventStoreDBClient,
  group: string,
): Promise<Position | typeof START> => {
  const reached = (await listGroups(client))
    .filter((info) => isGroupOf(group, info.groupName))
    .map((info) => info.stats.lastCheckpointedEventPosition)
    .filter((position) => position !== undefined)
    .sort((a, b) => (a.commit < b.commit ? 1 : -1));
  return reached[0] ?? START;
};

/** Creates the group unless it is there. */
export const ensureGroup = async (
  client: EventStoreDBClient,
  group: string,
  types: readonly string[],
  log: Log,
): Promise<string> => {
  const name = groupName(group, types);
  const settings = persistentSubscriptionToAllSettingsFromDefaults({
    startFrom: await startOf(client, group),
    consumerStrategyName: PINNED,
    messageTimeout: MESSAGE_TIMEOUT_MS,
    maxRetryCount: MAX_RETRIES,
    checkPointAfter: 1_000,
    checkPointLowerBound: 50,
    checkPointUpperBound: 1_000,
    liveBufferSize: 2_000,
    historyBufferSize: 2_000,
    readBatchSize: 200,
  });
  // A prefix would also let longer names through, e.g. OrderCancelled… for OrderCancel.
  const filter = eventTypeFilter({ regex: `^(${types.join('|')})$` });
  try {
    await client.createPersistentSubscriptionToAll(name, settings, { filter });
    log.info({ group: name }, 'created the consumer group');
  } catch (error) {
    if (!(error instanceof PersistentSubscriptionExistsError)) throw error;
  }
  return name;
};
