import type { Logger } from '../logger.ts';
import { compileFilter } from '../streams/event-filter.ts';
import type { EventRecord } from '../streams/event-record.ts';
import type { EventStore } from '../streams/event-store.ts';
import type { DeliveredEvent } from './delivered-event.ts';
import { Group } from './engine/group.ts';
import type { StartingPoint } from './engine/group-ports.ts';
import type { SourceBatch } from './engine/source-batch.ts';
import type { GroupDefinition } from './group-settings.ts';
import { ALL, checkpointStream, parkedStream } from './names.ts';
import { ReplayRun } from './replay-run.ts';
import { AllSource } from './sources/all-source.ts';
import { type EventSource, type Picked, SourceGone } from './sources/event-source.ts';
import { StreamSource } from './sources/stream-source.ts';
import { CheckpointStore } from './storage/checkpoint-store.ts';
import { ParkedMessages } from './storage/parked-messages.ts';
import { createStrategy } from './strategies/strategies.ts';

/** Time, as a test may set it. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  monotonic(): number;
  date(): Date;
}

/** What a running group works with. */
export interface Surroundings {
  readonly store: EventStore;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Joins the engine of one group to the store: its source, checkpoint and parked messages. */
export class RunningGroup {
  readonly definition: GroupDefinition;
  readonly source: EventSource;
  readonly engine: Group<DeliveredEvent>;
  readonly parked: ParkedMessages;
  private readonly checkpoints: CheckpointStore;
  private readonly replay: ReplayRun;
  private readonly surroundings: Surroundings;
  private readonly parking = new Set<Promise<void>>();
  /** Commits whose links are being resolved; later ones wait behind. */
  private resolving: Promise<void> | undefined;
  private loading = false;
  private loaded = false;
  private closed = false;

  constructor(definition: GroupDefinition, surroundings: Surroundings) {
    const { source, group, settings, filter } = definition;
    const { store, logger, clock } = surroundings;
    this.definition = definition;
    this.surroundings = surroundings;
    this.source =
      source === ALL
        ? new AllSource(store, filter && compileFilter(filter), settings.resolveLinks)
        : new StreamSource(store, source, settings.resolveLinks);
    this.checkpoints = new CheckpointStore(store, checkpointStream(source, group), logger);
    this.parked = new ParkedMessages(store, parkedStream(source, group));
    this.engine = new Group(settings, createStrategy<DeliveredEvent>(settings.strategy), {
      now: () => clock.monotonic(),
      readHistory: (from, limit) => this.readHistory(from, limit),
      readParked: () => this.replay.readOn(),
      park: (message, reason) => {
        const parking = this.parked.park(message.event, reason, clock.date()).then(
          () => this.engine.parked(message),
          (err: unknown) => {
            logger.warn({ err, source, group }, 'a message could not be parked');
            this.engine.notParked(message, reason);
          },
        );
        this.parking.add(parking);
        void parking.finally(() => this.parking.delete(parking));
      },
      writeCheckpoint: (position) => {
        if (!this.closed) this.checkpoints.write(this.source.positionText(position));
      },
    });
    this.replay = new ReplayRun(this.engine, this.parked, logger);
  }

  /** Loads the checkpoint and begins; tried again at the next tick when the store fails. */
  async load(): Promise<void> {
    if (this.loaded || this.loading || this.closed) return;
    this.loading = true;
    try {
      const text = await this.checkpoints.load();
      if (this.closed) return;
      this.loaded = true;
      this.engine.begin(this.startingPoint(text));
    } catch (err) {
      this.surroundings.logger.error({ err }, 'a checkpoint could not be read');
    } finally {
      this.loading = false;
    }
  }

  tick(): void {
    this.checkpoints.writeWanted();
    if (this.loaded) this.engine.tick();
    else void this.load();
  }

  /** Tells the group of committed records, all of which belong to its source. */
  committed(records: readonly EventRecord[]): void {
    if (this.closed) return;
    const picked = this.source.pick(records);
    if (this.resolving !== undefined) {
      this.deliverAfter(
        picked,
        this.resolving.then(() => this.source.deliver(picked)),
      );
      return;
    }
    if (!this.engine.isLive) {
      const newest = picked.matches.at(-1)?.record;
      const position = newest === undefined ? -1 : this.source.positionOf(newest);
      this.engine.announce(picked.matches.length, position);
      return;
    }
    const batch = this.source.deliver(picked);
    if (batch instanceof Promise) this.deliverAfter(picked, batch);
    else this.engine.committed(batch);
  }

  /** Starts a replay of parked messages below `stopAt` (all, when undefined); returns at once. */
  replayParked(stopAt: bigint | undefined): void {
    this.replay.start(stopAt);
  }

  /** Drops the consumers and stops; resolves when nothing of the group is being written any more. */
  async close(): Promise<void> {
    this.closed = true;
    this.replay.cancel();
    this.engine.dropConsumers();
    await Promise.all([...this.parking, this.checkpoints.written()]);
  }

  private deliverAfter(picked: Picked, resolved: Promise<SourceBatch<DeliveredEvent>>): void {
    const delivered = resolved
      .then(
        (batch) => {
          if (!this.closed) this.engine.committed(batch);
        },
        (err: unknown) => {
          this.surroundings.logger.warn({ err }, 'links could not be resolved');
          const [first] = picked.matches;
          if (first !== undefined) this.engine.missed(this.source.positionOf(first.record));
        },
      )
      .then(() => {
        if (this.resolving === delivered) this.resolving = undefined;
      });
    this.resolving = delivered;
  }

  private readHistory(from: number, limit: number): void {
    void this.source.readPage(from, limit).then(
      (page) => {
        if (!this.closed) this.engine.historyRead(page);
      },
      (err: unknown) => {
        if (this.closed) return;
        if (err instanceof SourceGone) {
          this.engine.fault();
          return;
        }
        this.surroundings.logger.warn({ err }, 'history could not be read');
        this.engine.historyUnreadable();
      },
    );
  }

  private startingPoint(checkpointText: string | undefined): StartingPoint {
    const stored =
      checkpointText === undefined ? undefined : this.source.parseCheckpoint(checkpointText);
    if (stored !== undefined) return { kind: 'checkpoint', ...stored };
    const { startFrom } = this.definition.settings;
    switch (startFrom.kind) {
      case 'start':
        return { kind: 'at', position: 0 };
      case 'end':
        return { kind: 'end' };
      case 'revision':
        return { kind: 'at', position: Number(startFrom.revision) };
      case 'position':
        return { kind: 'at', position: Number(startFrom.commit) };
    }
  }
}
