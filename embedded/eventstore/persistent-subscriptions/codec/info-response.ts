import { WireWriter } from '../../protocol/wire-writer.ts';
import type { ConnectionInfo, GroupInfo } from '../group-info.ts';
import { startFromText } from '../group-settings.ts';
import { ALL } from '../names.ts';

/** "Never because of time", as the info says it. */
const INT32_MAX = 2_147_483_647;

/** The user whom an insecure node takes everybody for. */
const USER = 'system';

/** `GetInfoResp`. */
export const infoResponse = (info: GroupInfo): Buffer =>
  new WireWriter(512).message(1, subscriptionInfo(info)).finish();

/** `ListResp`. */
export function listResponse(infos: readonly GroupInfo[]): Buffer {
  const writer = new WireWriter(512);
  for (const info of infos) writer.message(1, subscriptionInfo(info));
  return writer.finish();
}

function subscriptionInfo(info: GroupInfo): WireWriter {
  const { definition, figures } = info;
  const { settings } = definition;
  const writer = new WireWriter(512)
    .string(1, definition.source)
    .string(2, definition.group)
    .string(3, figures.status);
  for (const connection of info.connections) writer.message(4, connectionInfo(connection));
  return writer
    .int(5, info.averagePerSecond)
    .int(6, figures.totalItems)
    .int(7, info.countSinceLastMeasurement)
    .string(8, info.lastCheckpoint)
    .string(9, info.lastKnown)
    .bool(10, settings.resolveLinks)
    .string(11, startFromText(settings.startFrom, definition.source === ALL))
    .int(12, settings.messageTimeoutMs)
    .bool(13, settings.extraStatistics)
    .int(14, settings.maxRetryCount)
    .int(15, settings.liveBufferSize)
    .int(16, settings.historyBufferSize)
    .int(17, settings.readBatchSize)
    .int(18, settings.checkpointAfterMs === 0 ? INT32_MAX : settings.checkpointAfterMs)
    .int(19, settings.minCheckpointCount)
    .int(20, settings.maxCheckpointCount)
    .int(21, figures.readBufferCount)
    .int(22, figures.liveBufferCount)
    .int(23, figures.retryBufferCount)
    .int(24, figures.inFlight)
    .int(25, figures.outstanding)
    .string(26, settings.strategy)
    .int(27, settings.maxSubscriberCount)
    .int(28, info.parkedMessageCount);
}

function connectionInfo(connection: ConnectionInfo): WireWriter {
  const writer = new WireWriter(256)
    .string(2, USER)
    .int(3, connection.averageItemsPerSecond)
    .int(4, connection.totalItems)
    .int(5, connection.countSinceLastMeasurement);
  for (const { key, value } of connection.measurements)
    writer.message(6, new WireWriter(32).string(1, key).int(2, value));
  return writer
    .int(7, connection.availableSlots)
    .int(8, connection.inFlightMessages)
    .string(9, connection.connectionName);
}
