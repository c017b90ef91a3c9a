import type { Service } from '../grpc/service.ts';
import type { NodeIdentity } from '../http/node-pages.ts';
import { parseUuid, structuredUuid } from '../protocol/uuid.ts';
import { WireWriter } from '../protocol/wire-writer.ts';

/** Member state of a node that takes writes. */
const LEADER = 8;
const TICKS_PER_MILLISECOND = 10_000n;

/** event_store.client.gossip.Gossip: a cluster of one, whose leader is this node. */
export function gossipService(identity: NodeIdentity): Service {
  return {
    name: 'event_store.client.gossip.Gossip',
    methods: { Read: { kind: 'unary', handle: () => clusterInfo(identity) } },
  };
}

function clusterInfo({ instanceId, startedAt, host, port }: NodeIdentity): Buffer {
  const member = new WireWriter()
    .message(1, structuredUuid(parseUuid(instanceId) ?? new Uint8Array(16)))
    .bigint(2, BigInt(startedAt) * TICKS_PER_MILLISECOND)
    .uint(3, LEADER)
    .bool(4, true)
    .message(5, new WireWriter().string(1, host).uint(2, port));
  return new WireWriter().message(1, member).finish();
}
