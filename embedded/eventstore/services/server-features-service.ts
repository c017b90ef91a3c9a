import type { Service } from '../grpc/service.ts';
import { PRESENTED_VERSION } from '../http/node-pages.ts';
import { WireWriter } from '../protocol/wire-writer.ts';

/** A service by its lower-case name, with its methods and the features clients ask for. */
export type SupportedMethods = Readonly<
  Record<string, Readonly<Record<string, readonly string[]>>>
>;

const TARGETS = ['stream', 'all'];

/** What this server implements, in the names of a real node. */
export const SUPPORTED: SupportedMethods = {
  'event_store.client.streams.streams': {
    read: ['position', 'events'],
    append: [],
    delete: [],
    tombstone: [],
    batchappend: ['deadline_duration'],
  },
  'event_store.client.persistent_subscriptions.persistentsubscriptions': {
    create: TARGETS,
    update: TARGETS,
    delete: TARGETS,
    read: TARGETS,
    getinfo: TARGETS,
    replayparked: TARGETS,
    list: TARGETS,
    restartsubsystem: TARGETS,
  },
  'event_store.client.operations.operations': { startscavenge: [] },
  'event_store.client.gossip.gossip': { read: [] },
  'event_store.client.server_features.serverfeatures': { getsupportedmethods: [] },
};

/** event_store.client.server_features.ServerFeatures: must answer at once and to everybody. */
export function serverFeaturesService(supported: SupportedMethods): Service {
  const reply = supportedMethods(supported);
  return {
    name: 'event_store.client.server_features.ServerFeatures',
    methods: { GetSupportedMethods: { kind: 'unary', handle: () => reply } },
  };
}

function supportedMethods(supported: SupportedMethods): Buffer {
  const reply = new WireWriter(1024);
  for (const [service, methods] of Object.entries(supported))
    for (const [method, features] of Object.entries(methods)) {
      const entry = new WireWriter().string(1, method).string(2, service);
      for (const feature of features) entry.string(3, feature);
      reply.message(1, entry);
    }
  return reply.string(2, PRESENTED_VERSION).finish();
}
