import type { Logger } from '../../logger.ts';
import { compileFilter } from '../../streams/event-filter.ts';
import { ANY, type EventStore } from '../../streams/event-store.ts';
import { type GroupDefinition, parseStartFrom, startFromText } from '../group-settings.ts';
import { ALL, CONFIG_STREAM } from '../names.ts';
import { isStrategyName } from '../strategies/strategies.ts';
import { newEvent } from './new-event.ts';

const CONFIG_TYPE = '$PersistentConfig';
/** So many of the newest configurations are kept. */
const KEPT_CONFIGS = 2;

/** The definitions of all groups: every change is one event that holds them all. */
export class ConfigStore {
  private readonly store: EventStore;
  private readonly logger: Logger;

  constructor(store: EventStore, logger: Logger) {
    this.store = store;
    this.logger = logger;
  }

  /**
   * The definitions of the newest event that can be understood. Any client may write to the stream:
   * what somebody else wrote must not keep the server from starting.
   */
  async load(): Promise<readonly GroupDefinition[]> {
    const from = Number.POSITIVE_INFINITY;
    const page = await this.store.readStream(CONFIG_STREAM, from, 'backwards', KEPT_CONFIGS);
    for (const record of page.records)
      try {
        return decodeConfig(record.data);
      } catch (err) {
        const { revision } = record;
        this.logger.error({ err, revision }, 'a configuration of groups is not understood');
      }
    return [];
  }

  /** Resolves when the definitions are durable. */
  async save(definitions: readonly GroupDefinition[], now: Date): Promise<void> {
    if (this.store.streamState(CONFIG_STREAM).status === 'missing') {
      const keep = newEvent('$metadata', JSON.stringify({ $maxCount: KEPT_CONFIGS }), {
        isJson: true,
      });
      await this.store.append(`$$${CONFIG_STREAM}`, ANY, [keep]);
    }
    const config = {
      version: '2',
      updated: now.toISOString(),
      updatedBy: 'system',
      entries: definitions.map(encodeEntry),
    };
    const result = await this.store.append(CONFIG_STREAM, ANY, [
      newEvent(CONFIG_TYPE, JSON.stringify(config), { isJson: true }),
    ]);
    if (result.kind !== 'written') throw new Error(`${CONFIG_STREAM} takes no events`);
  }
}

function decodeConfig(data: Buffer): readonly GroupDefinition[] {
  const config: unknown = JSON.parse(data.toString('utf8'));
  if (!isObject(config) || !Array.isArray(config.entries))
    throw new Error(`${CONFIG_STREAM} holds no list of groups`);
  const definitions = config.entries.map(decodeEntry);
  for (const { filter } of definitions) if (filter !== undefined) compileFilter(filter);
  return definitions;
}

const encodeEntry = ({ source, group, settings, filter }: GroupDefinition) => ({
  stream: source,
  group,
  ...(filter === undefined ? {} : { filter }),
  resolveLinkTos: settings.resolveLinks,
  extraStatistics: settings.extraStatistics,
  messageTimeout: settings.messageTimeoutMs,
  startPosition: startFromText(settings.startFrom, source === ALL),
  liveBufferSize: settings.liveBufferSize,
  historyBufferSize: settings.historyBufferSize,
  maxRetryCount: settings.maxRetryCount,
  readBatchSize: settings.readBatchSize,
  checkPointAfter: settings.checkpointAfterMs,
  minCheckPointCount: settings.minCheckpointCount,
  maxCheckPointCount: settings.maxCheckpointCount,
  maxSubscriberCount: settings.maxSubscriberCount,
  namedConsumerStrategy: settings.strategy,
});

function decodeEntry(stored: unknown): GroupDefinition {
  const entry = isObject(stored) ? stored : {};
  const strategy = text(entry, 'namedConsumerStrategy');
  const startFrom = parseStartFrom(text(entry, 'startPosition'));
  if (!isStrategyName(strategy) || startFrom === undefined)
    throw new Error(`the group ${text(entry, 'group')} is not understood`);
  return {
    source: text(entry, 'stream'),
    group: text(entry, 'group'),
    filter: decodeFilter(entry.filter),
    settings: {
      startFrom,
      strategy,
      resolveLinks: entry.resolveLinkTos === true,
      extraStatistics: entry.extraStatistics === true,
      messageTimeoutMs: number(entry, 'messageTimeout'),
      maxRetryCount: number(entry, 'maxRetryCount'),
      checkpointAfterMs: number(entry, 'checkPointAfter'),
      minCheckpointCount: number(entry, 'minCheckPointCount'),
      maxCheckpointCount: number(entry, 'maxCheckPointCount'),
      maxSubscriberCount: number(entry, 'maxSubscriberCount'),
      liveBufferSize: number(entry, 'liveBufferSize'),
      historyBufferSize: number(entry, 'historyBufferSize'),
      readBatchSize: number(entry, 'readBatchSize'),
    },
  };
}

function decodeFilter(stored: unknown): GroupDefinition['filter'] {
  if (!isObject(stored)) return undefined;
  const { regex, prefixes } = stored;
  return {
    on: stored.on === 'type' ? 'type' : 'stream',
    regex: typeof regex === 'string' ? regex : undefined,
    prefixes: Array.isArray(prefixes) ? prefixes.map(String) : [],
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(entry: JsonObject, key: string): string {
  const value = entry[key];
  if (typeof value !== 'string') throw new Error(`${key} of a group is missing`);
  return value;
}

function number(entry: JsonObject, key: string): number {
  const value = entry[key];
  if (typeof value !== 'number') throw new Error(`${key} of a group is missing`);
  return value;
}
