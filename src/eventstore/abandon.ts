import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import type { EventStoreDBClient } from '@eventstore/db-client';

/** One of the client's streams: a transform that its gRPC call is piped into. */
type Call = Readable & {
  readonly on: (event: 'pipe', listener: (source: Readable) => void) => unknown;
};

/**
 * Gets ready to give a call up before its end. The client only cancels the call; what had arrived of it would stay
 * unread, so that the call would never count as finished and `dispose` would wait for it for ever.
 * @param cancel the client's own way to end this call
 */
export const abandonable = (call: Readable, cancel: () => Promise<void>): (() => void) => {
  let source: Readable | undefined;
  (call as Call).on('pipe', (piped) => {
    source = piped;
  });
  // The client also reports errors after our last look; without a listener one would end the process.
  call.on('error', () => {});
  return () => {
    cancel().catch(() => {});
    // Unpiping pauses the source, and happens when the call is closed.
    call.once('close', () => source?.resume());
    call.destroy();
  };
};

/** Many calls may share one signal (a whole role's), which is no leak. */
export const shared = (signal: AbortSignal): AbortSignal => {
  setMaxListeners(0, signal);
  return signal;
};

type Cancellable = { readonly cancel: () => void; readonly writable: boolean };

/**
 * Cancels the calls of a client that both sides write to: the append stream, which the client gives no other access to, and
 * consumer groups, which are opened again. Reads and catch-up subscriptions go on.
 */
export const breakWritableCalls = (client: EventStoreDBClient): void => {
  const { disposableStreams } = client as unknown as {
    readonly disposableStreams?: ReadonlySet<Partial<Cancellable>>;
  };
  for (const call of disposableStreams ?? []) if (call.writable) call.cancel?.();
};
