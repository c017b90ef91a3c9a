import type { Decision } from '../domain/kernel/decider.ts';
import type { AnyEvent, EventFamily, Recorded } from '../domain/kernel/events.ts';
import { UnreadableEventError } from '../domain/kernel/events.ts';
import { OrderNo } from '../domain/kernel/ids.ts';
import type { OperatorRejection, OperatorWish } from '../process-managers/process-manager.ts';
import { type Driven, type DriveOptions, orchestrator } from './orchestrate.ts';
import { type Payments, payments } from './payments.ts';
import type { Participants } from './perform-calls.ts';
import type { Clock, Context, EventLog, Handled, Log, Metrics, WakeUps } from './ports.ts';
import { type CallSettings, sagaCalls } from './saga-calls.ts';
import { type Carts, type Orders, sagaCommands } from './saga-commands.ts';
import type { AnyProcess, News } from './saga-instance.ts';
import type { DueSagas, SagaRef } from './saga-ports.ts';
import { runScheduler, type SchedulerSettings } from './scheduler.ts';

/** Every process manager, by the part it plays. */
export type Processes = { readonly orderSaga: AnyProcess; readonly cancellationSaga: AnyProcess };

export type SagaSettings = CallSettings & {
  /** How long an order may be unpaid, in ms. */
  readonly paymentDeadlineMs: number;
  /** Wake-up messages handled at the same time. */
  readonly concurrency: number;
  readonly scheduler: SchedulerSettings;
};

export type Sagas = Payments & {
  /** Consumes wake-ups and drives what is due until `signal` aborts; resolves when all that was under way is done. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Drives one saga now; `name` as in `SagaRef.process`. */
  readonly drive: (saga: SagaRef, context: Context) => Promise<Driven>;
  /**
   * Records what an operator asks for; the event wakes the saga.
   * @param instance an order number or a refund id
   * @returns null when recorded
   */
  readonly operate: (
    instance: string,
    wish: OperatorWish,
    context: Context,
  ) => Promise<OperatorRejection | null>;
};

/** The name under which all processes share the wake-up messages. */
const GROUP = 'order-process';

/** Runs the process managers, and is what the API asks for anything that concerns a saga. */
export const createSagas = (deps: {
  readonly processes: Processes;
  readonly log: EventLog;
  readonly wakeUps: WakeUps;
  readonly families: readonly EventFamily[];
  readonly orders: Orders;
  readonly carts: Carts;
  readonly participants: Participants;
  readonly due: DueSagas;
  readonly settings: SagaSettings;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  readonly random: () => number;
  /** Resolves after `ms`; rejects when `signal` aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}): Sagas => {
  const { processes, log, wakeUps, orders, clock, logger, metrics, settings } = deps;
  const all = [processes.orderSaga, processes.cancellationSaga];
  const { paymentDeadlineMs } = settings;
  const commands = sagaCommands({ orders, clock, paymentDeadlineMs });
  const calls = sagaCalls(deps);
  const sagas = orchestrator({ log, commands, calls, clock, logger, metrics });

  const byName = (name: string): AnyProcess => {
    const found = all.find((process) => process.name === name);
    if (!found) throw new Error(`no process manager is called ${name}`);
    return found;
  };
  const ofInstance = (instance: string): AnyProcess =>
    OrderNo.safeParse(instance).success ? processes.orderSaga : processes.cancellationSaga;

  const handle = async (event: Recorded<AnyEvent>, signal: AbortSignal): Promise<Handled> => {
    try {
      for (const process of all) {
        const instance = process.wakes[event.type]?.(event);
        if (instance === undefined) continue;
        const context = wokenBy(event, process, signal);
        await sagas.drive(process, instance, { context, news: newsOf(event) });
      }
      return 'ack';
    } catch (error) {
      if (signal.aborted) return 'retry';
      const poison = error instanceof UnreadableEventError;
      logger[poison ? 'error' : 'warn'](
        { err: error, type: event.type, stream: event.stream },
        poison ? 'a saga cannot be read: its message is parked' : 'a saga could not be driven',
      );
      return poison ? 'park' : 'retry';
    }
  };

  const driveDue = async (saga: SagaRef, signal: AbortSignal): Promise<Driven | 'busy'> => {
    const process = byName(saga.process);
    if (sagas.busy(process, saga.instance)) return 'busy';
    return sagas.drive(process, saga.instance, { context: dueContext(process, saga, signal) });
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    const types = [...new Set(all.flatMap((process) => Object.keys(process.wakes)))];
    await Promise.all([
      wakeUps.consume({
        group: GROUP,
        types,
        families: deps.families,
        concurrency: settings.concurrency,
        handle: (event) => handle(event, signal),
        signal,
      }),
      runScheduler({
        due: deps.due,
        drive: (saga) => driveDue(saga, signal),
        settings: settings.scheduler,
        clock,
        logger,
        metrics,
        pause: deps.pause,
        signal,
      }),
    ]);
  };

  return {
    run,
    drive: (saga, context) => sagas.drive(byName(saga.process), saga.instance, { context }),
    operate: (instance, wish, context) => {
      const process = ofInstance(instance);
      return sagas.record<OperatorRejection>(
        process,
        instance,
        (state) => eventsOrRefusal(process.operated(wish, state)),
        context,
      );
    },
    ...payments({
      orders,
      payment: deps.participants.payment,
      clock,
      logger,
      metrics,
      drive: (orderNo: string, options: DriveOptions) =>
        sagas.drive(processes.orderSaga, orderNo, options),
    }),
  };
};

const newsOf = (event: Recorded<AnyEvent>): News => ({
  family: event.stream.slice(0, event.stream.indexOf('-')),
  events: [event],
  revision: event.revision,
});

const wokenBy = (event: Recorded<AnyEvent>, process: AnyProcess, signal: AbortSignal): Context => ({
  correlationId: event.metadata.$correlationId,
  causationId: event.id,
  actor: { kind: 'system', id: process.name },
  signal,
});

const dueContext = (process: AnyProcess, saga: SagaRef, signal: AbortSignal): Context => ({
  correlationId: saga.instance,
  causationId: saga.instance,
  actor: { kind: 'system', id: `${process.name}/scheduler` },
  signal,
});

const eventsOrRefusal = (
  decided: Decision<AnyEvent, OperatorRejection>,
): readonly AnyEvent[] | OperatorRejection =>
  decided.kind === 'accepted' ? decided.events : decided.rejection;
