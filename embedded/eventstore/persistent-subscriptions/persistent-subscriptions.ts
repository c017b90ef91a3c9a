import { performance } from 'node:perf_hooks';
import type { Logger } from '../logger.ts';
import { compileFilter } from '../streams/event-filter.ts';
import { ANY, type EventStore } from '../streams/event-store.ts';
import type { GroupInfo } from './group-info.ts';
import { GroupRegistry } from './group-registry.ts';
import type { GroupDefinition } from './group-settings.ts';
import { ALL, checkpointStream, parkedStream } from './names.ts';
import { groupExists, groupFailed, groupMissing } from './refusals.ts';
import { type Clock, RunningGroup, type Surroundings } from './running-group.ts';
import { ConfigStore } from './storage/config-store.ts';

/** How often time-outs and time-driven checkpoints are looked at. */
const TICK_MS = 1000;

const systemClock: Clock = {
  monotonic: () => performance.now(),
  date: () => new Date(),
};

/** All persistent subscriptions of a server: what is configured, and the groups at work. */
export class PersistentSubscriptions {
  private readonly surroundings: Surroundings;
  private readonly config: ConfigStore;
  private readonly registry = new GroupRegistry();
  /** Sources that have, or had, a group since the start: their list may be empty. */
  private readonly knownSources = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  /** Changes of the configuration, one after the other. */
  private changes: Promise<unknown> = Promise.resolve();

  constructor(store: EventStore, logger: Logger, clock: Clock = systemClock) {
    this.surroundings = { store, logger, clock };
    this.config = new ConfigStore(store, logger);
  }

  /** Loads the configured groups and lets them work. */
  async start(): Promise<void> {
    const { store } = this.surroundings;
    this.unsubscribe = store.onCommitted((records) => this.registry.committed(records));
    await this.startConfigured();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  /** Stops all groups; resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.unsubscribe?.();
    await this.changes;
    await this.stopAll();
  }

  /** @throws GrpcError when there is no such group. */
  find(source: string, name: string): RunningGroup {
    return this.registered(source, name).group;
  }

  /** @throws GrpcError when there is no such group. */
  info(source: string, name: string): GroupInfo {
    return this.registered(source, name).probe.info(this.surroundings.clock.monotonic());
  }

  /**
   * The infos of a source's groups, or of all groups.
   * @throws GrpcError for a source that never had a group.
   */
  list(source: string | undefined): readonly GroupInfo[] {
    if (source !== undefined && !this.knownSources.has(source)) throw groupMissing(source, '');
    const now = this.surroundings.clock.monotonic();
    return this.registry
      .all()
      .filter(({ group }) => source === undefined || group.definition.source === source)
      .map(({ probe }) => probe.info(now));
  }

  /** Creates a group; resolves when that is durable. @throws GrpcError */
  create(definition: GroupDefinition): Promise<void> {
    return this.change(async () => {
      const { source, group } = definition;
      if (this.registry.find(source, group) !== undefined) throw groupExists(source, group);
      this.validate(definition);
      await this.save([...this.definitions(), definition]);
      await this.begin(definition);
    });
  }

  /** Gives a group new settings, its filter stays; consumers are dropped. @throws GrpcError */
  update(definition: GroupDefinition): Promise<void> {
    return this.change(async () => {
      const old = this.find(definition.source, definition.group);
      const updated = { ...definition, filter: old.definition.filter };
      this.validate(updated);
      await this.save(this.definitions().map((each) => (each === old.definition ? updated : each)));
      const group = new RunningGroup(updated, this.surroundings);
      this.registry.replace(old, group, this.surroundings.clock.monotonic());
      await old.close();
      await group.load();
    });
  }

  /** Removes a group with its checkpoint and parked messages. @throws GrpcError */
  delete(source: string, name: string): Promise<void> {
    return this.change(async () => {
      const group = this.find(source, name);
      await this.save(this.definitions().filter((each) => each !== group.definition));
      this.registry.remove(group);
      await group.close();
      const { store } = this.surroundings;
      for (const stream of [checkpointStream(source, name), parkedStream(source, name)])
        if (store.streamState(stream).status === 'live') await store.deleteStream(stream, ANY);
    });
  }

  /** Drops all consumers and starts all groups again from what is stored. */
  restart(): Promise<void> {
    return this.change(async () => {
      await this.stopAll();
      await this.startConfigured();
    });
  }

  private tick(): void {
    for (const { group } of this.registry.all()) group.tick();
  }

  private registered(source: string, name: string) {
    const found = this.registry.find(source, name);
    if (found === undefined) throw groupMissing(source, name);
    return found;
  }

  private definitions(): readonly GroupDefinition[] {
    return this.registry.all().map(({ group }) => group.definition);
  }

  private save(definitions: readonly GroupDefinition[]): Promise<void> {
    return this.config.save(definitions, this.surroundings.clock.date());
  }

  private async startConfigured(): Promise<void> {
    const definitions = await this.config.load();
    await Promise.all(definitions.map((definition) => this.begin(definition)));
  }

  /** Resolves when the group has begun: what is written from then on is delivered. */
  private begin(definition: GroupDefinition): Promise<void> {
    const group = new RunningGroup(definition, this.surroundings);
    this.knownSources.add(definition.source);
    this.registry.add(group, this.surroundings.clock.monotonic());
    return group.load();
  }

  private async stopAll(): Promise<void> {
    const groups = this.registry.all().map(({ group }) => group);
    for (const group of groups) this.registry.remove(group);
    await Promise.all(groups.map((group) => group.close()));
  }

  private change<T>(work: () => Promise<T>): Promise<T> {
    const done = this.changes.then(work);
    this.changes = done.catch(() => undefined);
    return done;
  }

  private validate({ source, group, settings, filter }: GroupDefinition): void {
    if (source === '') throw groupFailed(source, group, 'The stream has no name.');
    if (settings.readBatchSize >= settings.historyBufferSize)
      throw groupFailed(source, group, 'The read batch size must be below the buffer size.');
    if (filter !== undefined) compileFilter(filter);
    const { startFrom } = settings;
    const beyond =
      source === ALL &&
      startFrom.kind === 'position' &&
      startFrom.commit > BigInt(Math.max(0, this.surroundings.store.lastPosition));
    if (beyond) throw groupFailed(source, group, 'The start position lies beyond the log.');
  }
}
