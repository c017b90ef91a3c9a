import { randomUUID } from 'node:crypto';
import type { AnyEvent } from '../domain/kernel/events.ts';
import type { Effect, Owed } from '../process-managers/process-manager.ts';
import type { Clock, Context, EventLog, Log, Metrics } from './ports.ts';
import type { SagaCalls } from './saga-calls.ts';
import type { SagaCommands } from './saga-commands.ts';
import type { AnyProcess, Instance, Instances, News } from './saga-instance.ts';
import { instances } from './saga-instance.ts';
import { serial } from './serial.ts';

/** What a drive came to. `wakeAt`: when the next thing is due, ISO 8601 UTC; null when nothing is. */
export type Driven = {
  readonly state: unknown;
  readonly wakeAt: string | null;
  /** Of the last event appended to the order, if any. */
  readonly position: bigint | null;
};

export type DriveOptions = {
  readonly context: Context;
  /** What was just written, which saves a read; without it the streams are read anew. */
  readonly news?: News;
  /** Carried out although it is not due yet, and nothing else: somebody is waiting for it. */
  readonly force?: string;
  /** With `force`: nothing was asked of the payment provider before. */
  readonly first?: boolean;
};

export type Orchestrator = {
  /** Carries out all that is due for one saga (or what is forced) and records it; drives of one saga wait for one another. */
  readonly drive: (process: AnyProcess, instance: string, options: DriveOptions) => Promise<Driven>;
  readonly busy: (process: AnyProcess, instance: string) => boolean;
  /** The state after every event now in the streams. */
  readonly load: (process: AnyProcess, instance: string, signal: AbortSignal) => Promise<Instance>;
  /** Appends to the saga's own stream what `decide` answers on the newest state. */
  readonly record: <Refusal>(
    process: AnyProcess,
    instance: string,
    decide: (state: unknown) => readonly AnyEvent[] | Refusal,
    context: Context,
  ) => Promise<Refusal | null>;
};

/** More than any saga has to do at a time: whoever gets here goes round in circles, and must not do so for ever. */
const MAX_ACTIONS = 64;
const MAX_APPENDS = 8;

type Drive = {
  readonly process: AnyProcess;
  readonly instance: string;
  readonly options: DriveOptions;
  /** What could not be carried out although it was due: left to a later drive. */
  readonly stuck: Set<string>;
  position: bigint | null;
};

export const orchestrator = (deps: {
  readonly log: EventLog;
  readonly commands: SagaCommands;
  readonly calls: SagaCalls;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  readonly cacheSize?: number;
}): Orchestrator => {
  const { log, commands, calls, clock, logger, metrics } = deps;
  const cache: Instances = instances(log, deps.cacheSize ?? 5_000);
  const queue = serial();
  const keyOf = (process: AnyProcess, instance: string): string => `${process.name}/${instance}`;

  /** @returns the instance with the events, or null when somebody else wrote first: it must be read anew */
  const append = async (
    { process, instance, options }: Pick<Drive, 'process' | 'instance' | 'options'>,
    folded: Instance,
    events: readonly AnyEvent[],
  ): Promise<Instance | null> => {
    const own = process.streams(instance).length - 1;
    const expected = folded.revisions[own] ?? 'no-stream';
    // A new id each time: whoever drives on from a stale state must meet a conflict, not be told that his append,
    // which another made long ago, is done. (Repeats after a lost answer happen inside the log, under one id.)
    const id = randomUUID();
    // biome-ignore lint/suspicious/noExplicitAny: the events are of the process's own family by its type.
    const typed = events as readonly any[];
    const { family, id: stream } = process.streams(instance)[own] ?? {
      family: process.own,
      id: instance,
    };
    const appended = await log.append(family, stream, typed, expected, id, options.context);
    if (appended.kind === 'conflict') {
      metrics.count('saga_conflicts_total', { process: process.name });
      return null;
    }
    for (const { type } of events)
      metrics.count('saga_events_total', { process: process.name, type });
    const news = { family: family.category, events, revision: appended.revision };
    const { signal } = options.context;
    // Only an instance that fell out of the cache meanwhile does not follow.
    return (
      cache.advance(process, instance, news) ?? (await cache.reload(process, instance, signal))
    );
  };

  /** @returns null when the instance must be read anew before anything else is done */
  const effect = async (
    drive: Drive,
    folded: Instance,
    wanted: Effect<AnyEvent>,
    id: string,
  ): Promise<Instance | null> => {
    if (wanted.kind === 'record') return append(drive, folded, wanted.events);
    const { process, instance, options } = drive;
    const outcome = await commands.order(wanted, options.context);
    if (outcome.kind !== 'done') {
      if (outcome.kind === 'rejected')
        logger.info(
          { instance, process: process.name, owed: id, rejection: outcome.rejection.code },
          'the order refused what a saga owed',
        );
      drive.stuck.add(id);
      return null;
    }
    if (outcome.events.length === 0) return null;
    drive.position = outcome.position;
    return cache.advance(process, instance, { family: 'order', ...outcome });
  };

  const carryOut = async (
    drive: Drive,
    folded: Instance,
    owed: Owed<AnyEvent>,
  ): Promise<Instance> => {
    const { process, instance, options } = drive;
    const { signal } = options.context;
    let effects: readonly Effect<AnyEvent>[];
    let current: Instance | null = folded;
    if (owed.action.kind === 'call') {
      const { call } = owed.action;
      const first = options.first === true && owed.id === options.force;
      const answer = await calls.make(call, options.context, first);
      effects = process.answered(folded.state, call, answer, calls.times());
      if (effects.length === 0) drive.stuck.add(owed.id);
      for (const each of effects) calls.report(process.name, instance, call, each);
    } else effects = [owed.action];
    for (const each of effects) {
      const next: Instance | null = await effect(drive, current, each, owed.id);
      // What else followed from this answer follows again from the newer state.
      current = next ?? (await cache.reload(process, instance, signal));
      if (next === null && each.kind === 'record') break;
    }
    return current;
  };

  const run = async (drive: Drive): Promise<Driven> => {
    const { process, instance, options, stuck } = drive;
    const { context, news, force } = options;
    let folded = news
      ? await cache.open(process, instance, news, context.signal)
      : await cache.reload(process, instance, context.signal);
    for (let actions = 0; actions < MAX_ACTIONS; actions += 1) {
      context.signal.throwIfAborted();
      const owed = process.owed(folded.state);
      const now = clock.now().toISOString();
      const isDue = ({ id, notBefore }: Owed<AnyEvent>): boolean =>
        force === undefined ? notBefore === null || notBefore <= now : id === force;
      const due = owed.find((each) => isDue(each) && !stuck.has(each.id));
      // Whoever waits for one thing does not wait for what follows from it: its event wakes the saga.
      if (!due || (force !== undefined && actions > 0))
        return { state: folded.state, wakeAt: earliest(owed), position: drive.position };
      if (needsTruth(due) && news && !options.first)
        folded = await cache.reload(process, instance, context.signal);
      const still = process.owed(folded.state).find(({ id }) => id === due.id);
      if (still) folded = await carryOut(drive, folded, still);
    }
    logger.error({ process: process.name, instance }, 'a saga found no end; left to a later drive');
    metrics.count('saga_runaway_total', { process: process.name });
    return { state: folded.state, wakeAt: clock.now().toISOString(), position: drive.position };
  };

  return {
    busy: (process, instance) => queue.busy(keyOf(process, instance)),
    load: (process, instance, signal) =>
      queue.run(keyOf(process, instance), () => cache.reload(process, instance, signal)),
    drive: (process, instance, options) =>
      queue.run(keyOf(process, instance), async () => {
        try {
          const driven = await run({
            process,
            instance,
            options,
            stuck: new Set(),
            position: null,
          });
          metrics.count('saga_drives_total', { process: process.name, result: 'done' });
          return driven;
        } catch (error) {
          // What was appended last is not known for certain: the next drive reads.
          cache.forget(process, instance);
          metrics.count('saga_drives_total', { process: process.name, result: 'failed' });
          throw error;
        }
      }),
    record: (process, instance, decide, context) =>
      queue.run(keyOf(process, instance), async () => {
        for (let tries = 0; tries < MAX_APPENDS; tries += 1) {
          const folded = await cache.reload(process, instance, context.signal);
          const decided = decide(folded.state);
          if (!Array.isArray(decided))
            return decided as Exclude<typeof decided, readonly AnyEvent[]>;
          if (decided.length === 0) return null;
          if (await append({ process, instance, options: { context } }, folded, decided))
            return null;
        }
        throw new SagaBusyError(instance);
      }),
  };
};

/** Others kept writing to a saga's stream. */
export class SagaBusyError extends Error {
  readonly code = 'SAGA_BUSY';
  readonly retryable = true;
  constructor(instance: string) {
    super(`saga ${instance}: others kept writing`);
    this.name = 'SagaBusyError';
  }
}

/** Calls that must not be made on a stale state: they move money. */
const needsTruth = ({ action }: Owed<AnyEvent>): boolean =>
  action.kind === 'call' &&
  (action.call.type === 'ResolvePayment' || action.call.type === 'CancelPayment');

const earliest = (owed: readonly Owed<AnyEvent>[]): string | null => {
  const times = owed.flatMap(({ notBefore }) => (notBefore === null ? [] : [notBefore])).sort();
  return times[0] ?? null;
};
