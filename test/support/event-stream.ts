import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { eventually } from './eventually.ts';

/** A client of a server-sent event stream that remembers everything it was sent. */
export type StreamClient = {
  readonly status: number;
  readonly headers: Headers;
  readonly messages: readonly EventSourceMessage[];
  /** Waits until `enough` messages satisfy it. */
  readonly until: (
    what: string,
    holds: (messages: readonly EventSourceMessage[]) => boolean,
  ) => Promise<void>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  readonly close: () => Promise<void>;
};

/** @param headers among them Authorization and Last-Event-ID */
export const openStream = async (
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<StreamClient> => {
  const hangUp = new AbortController();
  const response = await fetch(url, { headers, signal: hangUp.signal });
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    if (response.status !== 200 || !response.body) return;
    try {
      for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }));
    } catch {
      // Hung up, by us or by the server.
    }
  };
  const ended = read();
  return {
    status: response.status,
    headers: response.headers,
    messages,
    ended,
    until: async (what, holds) => {
      await eventually(what, () => holds(messages));
    },
    close: async () => {
      hangUp.abort();
      await response.body?.cancel().catch(() => undefined);
      await ended;
    },
  };
};
