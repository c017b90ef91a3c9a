import type { Service } from '../grpc/service.ts';
import { type GroupRequest, readGroupRequest } from './codec/group-request.ts';
import { infoResponse, listResponse } from './codec/info-response.ts';
import {
  readDeleteRequest,
  readInfoRequest,
  readListRequest,
  readReplayRequest,
} from './codec/other-requests.ts';
import { ConsumerConnection } from './consumer-connection.ts';
import type { GroupDefinition } from './group-settings.ts';
import type { PersistentSubscriptions } from './persistent-subscriptions.ts';
import { groupFailed } from './refusals.ts';
import { isStrategyName } from './strategies/strategies.ts';

const EMPTY = Buffer.alloc(0);

/** `event_store.client.persistent_subscriptions.PersistentSubscriptions`. */
export function persistentSubscriptionsService(subscriptions: PersistentSubscriptions): Service {
  return {
    name: 'event_store.client.persistent_subscriptions.PersistentSubscriptions',
    methods: {
      Create: {
        kind: 'unary',
        handle: async (request) => {
          await subscriptions.create(definitionOf(readGroupRequest(request, 'create')));
          return EMPTY;
        },
      },
      Update: {
        kind: 'unary',
        handle: async (request) => {
          const update = readGroupRequest(request, 'update');
          subscriptions.find(update.source, update.group);
          await subscriptions.update(definitionOf(update));
          return EMPTY;
        },
      },
      Delete: {
        kind: 'unary',
        handle: async (request) => {
          const { source, group } = readDeleteRequest(request);
          await subscriptions.delete(source, group);
          return EMPTY;
        },
      },
      Read: {
        kind: 'request-stream',
        open: (call) => new ConsumerConnection(subscriptions, call),
      },
      GetInfo: {
        kind: 'unary',
        handle: (request) => {
          const { source, group } = readInfoRequest(request);
          return infoResponse(subscriptions.info(source, group));
        },
      },
      List: {
        kind: 'unary',
        handle: (request) => listResponse(subscriptions.list(readListRequest(request))),
      },
      ReplayParked: {
        kind: 'unary',
        handle: (request) => {
          const { source, group, stopAt } = readReplayRequest(request);
          if (stopAt !== undefined && stopAt < 0n) throw groupFailed(source, group, NEGATIVE_STOP);
          subscriptions.find(source, group).replayParked(stopAt);
          return EMPTY;
        },
      },
      RestartSubsystem: {
        kind: 'unary',
        handle: async () => {
          await subscriptions.restart();
          return EMPTY;
        },
      },
    },
  };
}

const NEGATIVE_STOP = 'Cannot stop replaying parked message at a negative version.';

/** @throws GrpcError for a consumer strategy that does not exist. */
function definitionOf({
  source,
  group,
  startFrom,
  filter,
  settings,
}: GroupRequest): GroupDefinition {
  const { strategy, revision: _deprecated, ...others } = settings;
  if (!isStrategyName(strategy))
    throw groupFailed(source, group, `Consumer strategy ${strategy} does not exist.`);
  return { source, group, filter, settings: { ...others, startFrom, strategy } };
}
