import type { ConsumerGroups, GroupInfo, ParkedMessage } from '../runtime/operator-ports.ts';
import type { ClientHolder } from './client-holder.ts';
import { isGroupOf, listGroups } from './consumer-group.ts';
import type { StreamNames } from './stream-names.ts';
import type { StreamReader } from './stream-reader.ts';

const parkedStream = (name: string): string => `$persistentsubscription-$all::${name}-parked`;

const textIn = (metadata: unknown, key: string): string =>
  typeof metadata === 'object' && metadata !== null && key in metadata
    ? String((metadata as Record<string, unknown>)[key])
    : '';

/** What operators see and do of consumer groups, over the store's own records. */
export const createGroupsView = (
  clients: ClientHolder,
  read: StreamReader,
  names: StreamNames,
): ConsumerGroups => {
  const infos = () => listGroups(clients.current());
  const own = ({ groupName }: { readonly groupName: string }): boolean =>
    names.ownsGroup(groupName);
  const namesOf = async (group: string): Promise<readonly string[]> =>
    (await infos())
      .map((info) => info.groupName)
      .filter((name) => isGroupOf(names.groupOf(group), name));

  const listOf = async (name: string, limit: number): Promise<ParkedMessage[]> => {
    const found: ParkedMessage[] = [];
    const signal = AbortSignal.timeout(10_000);
    const events = read(parkedStream(name), { maxCount: limit, resolveLinks: true, signal });
    for await (const { event, link } of events)
      found.push({
        group: name,
        eventId: event?.id ?? link?.id ?? '',
        type: event?.type ?? '(deleted)',
        stream: names.bare(event?.streamId ?? ''),
        revision: event ? String(event.revision) : '',
        position: String(event?.position?.commit ?? ''),
        reason: textIn(link?.metadata, 'reason'),
        parkedAt: link?.created.toISOString() ?? '',
      });
    return found;
  };

  return {
    parked: {
      list: async (group, limit) => {
        const lists = await Promise.all((await namesOf(group)).map((name) => listOf(name, limit)));
        return lists.flat().slice(0, limit);
      },
      replay: async (group) => {
        for (const name of await namesOf(group))
          await clients.current().replayParkedMessagesToAll(name);
      },
    },
    groups: async (): Promise<readonly GroupInfo[]> =>
      (await infos()).filter(own).map(({ groupName, status, connections, stats }) => {
        const known = stats.lastKnownEventPosition?.commit;
        const done = stats.lastCheckpointedEventPosition?.commit;
        return {
          group: groupName,
          status,
          connections: connections.length,
          inFlight: stats.totalInFlightMessages,
          parked: Number(stats.parkedMessageCount),
          behind: known === undefined || done === undefined ? null : Number(known - done),
        };
      }),
  };
};
