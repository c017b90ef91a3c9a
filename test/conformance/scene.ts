import { randomUUID } from 'node:crypto';
import {
  type AllStreamSubscription,
  EventStoreDBClient as Client,
  type EventStoreDBClient,
  jsonEvent,
  type ResolvedEvent,
  type StreamSubscription,
} from '@eventstore/db-client';

/** What a scenario works with: a client, and names that no other run uses. */
export interface Scene {
  readonly client: EventStoreDBClient;
  /** Another client of the same server, disposed of at the end of the scenario. */
  newClient(): EventStoreDBClient;
  /** A stream or group name of this run; the observation shows it as «label». */
  name(label: string): string;
  /** What all names of this run begin with. */
  readonly prefix: string;
}

/** Does something to a server and gives what a client could see of it. */
export type Scenario = (scene: Scene) => Promise<unknown>;

/** Scenarios by name. */
export type Scenarios = Readonly<Record<string, Scenario>>;

/** Runs a scenario; the observation has neither names, nor ids, nor times of this run. */
export async function observe(url: string, client: EventStoreDBClient, scenario: Scenario) {
  const prefix = `conformance${randomUUID().slice(0, 8)}-`;
  const labels = new Map<string, string>();
  const others: EventStoreDBClient[] = [];
  const observed = await scenario({
    client,
    prefix,
    name: (label) => {
      labels.set(prefix + label, `«${label}»`);
      return prefix + label;
    },
    newClient: () => {
      const other = Client.connectionString(url);
      others.push(other);
      return other;
    },
  });
  for (const other of others) await other.dispose();
  return plain(observed, labels);
}

/** The value as JSON can hold it, with this run's names replaced by their labels. */
function plain(value: unknown, labels: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value === undefined) return 'undefined';
  if (typeof value === 'string') return labelled(value, labels);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return labelled(Buffer.from(value).toString('latin1'), labels);
  if (Array.isArray(value)) return value.map((each) => plain(each, labels));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, labels)]));
}

/** The longest names first: one may be the beginning of another. */
const labelled = (text: string, labels: ReadonlyMap<string, string>): string =>
  [...labels]
    .sort(([a], [b]) => b.length - a.length)
    .reduce((shown, [name, label]) => shown.replaceAll(name, label), text);

/** What a refusal tells a client, beside its type. */
const ERROR_FIELDS = [
  'streamName',
  'groupName',
  'expectedVersion',
  'actualVersion',
  'maxAppendSize',
];

/** The value, or the error as a client tells it from others. */
export async function outcome<T>(work: Promise<T>): Promise<T | Readonly<Record<string, unknown>>> {
  try {
    return await work;
  } catch (error) {
    return refusal(error);
  }
}

/** An error's type and what else it tells. */
export function refusal(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error };
  const fields = new Map<string, unknown>(Object.entries(error));
  const told = ERROR_FIELDS.filter((field) => fields.get(field) !== undefined);
  return {
    error: fields.get('type') ?? error.name,
    ...Object.fromEntries(told.map((field) => [field, fields.get(field)])),
  };
}

/** What an event of a scenario may hold. */
type JSONEventData = Readonly<Record<string, unknown>>;

export const event = (
  data: JSONEventData = {},
  more: Partial<{ readonly id: string; readonly type: string }> = {},
) => jsonEvent({ type: 'Tested', data, ...more });

/** So many events, numbered in their data. */
export const events = (count: number, type = 'Tested') =>
  Array.from({ length: count }, (_, n) => event({ n }, { type }));

export async function all<T>(
  items: AsyncIterable<T>,
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) {
    collected.push(item);
    if (collected.length >= most) break;
  }
  return collected;
}

/** The revisions of what a read gives, or its refusal. */
export const revisions = (read: AsyncIterable<ResolvedEvent>) =>
  outcome(all(read).then((found) => found.map((each) => each.event?.revision)));

/** An event with what it points from, without what differs from run to run. */
export function brief({ event, link }: Pick<ResolvedEvent, 'event' | 'link'>) {
  const part = (each: typeof event) =>
    each && {
      stream: each.streamId,
      revision: each.revision,
      type: each.type,
      data: each.data,
      metadata: each.metadata,
      isJson: each.isJson,
    };
  return link === undefined ? { event: part(event) } : { event: part(event), link: part(link) };
}

/** Waits until the condition holds. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 8000) {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not seen in time: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A catch-up subscription that remembers its events and its story: the names of what it emitted. */
export class Follower {
  readonly events: ResolvedEvent[] = [];
  readonly story: string[] = [];
  private readonly subscription: StreamSubscription | AllStreamSubscription;

  constructor(subscription: StreamSubscription | AllStreamSubscription) {
    this.subscription = subscription;
    subscription.on('confirmation', () => this.story.push('confirmation'));
    subscription.on('caughtUp', () => this.story.push('caughtUp'));
    subscription.on('data', (resolved: ResolvedEvent) => {
      this.story.push('event');
      this.events.push(resolved);
    });
    subscription.on('error', (error) => this.story.push(String(refusal(error).error)));
    subscription.on('end', () => this.story.push('end'));
  }

  /** Resolves when so many events came. */
  async has(count: number): Promise<void> {
    await until(() => this.events.length >= count);
  }

  async emitted(what: string): Promise<void> {
    await until(() => this.story.includes(what));
  }

  stop(): Promise<void> {
    return this.subscription.unsubscribe();
  }
}
