import { Agent, get } from 'node:http';
import { monotonicMs } from '../pace.ts';
import type { Shopper } from '../tokens.ts';
import { answerQuestions } from '../worker.ts';

/** `open` first, with `collect` after each series of events. */
export type ListenSseQuestion =
  | {
      readonly kind: 'open';
      readonly apiUrl: string;
      readonly members: readonly Shopper[];
      readonly clientsPerMember: number;
    }
  | { readonly kind: 'collect'; readonly deliveries: number; readonly withinMs: number };

/** What has arrived since the last question: each event's id and when it came. */
export type ListenSseAnswer = readonly { readonly id: string; readonly at: number }[];

/** Connections are opened so many at a time: the past of each is read first. */
const OPENING = 20;

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
let arrived: { readonly id: string; readonly at: number }[] = [];
let onArrival = (): void => undefined;

const listen = (apiUrl: string, { authorization }: Shopper): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { authorization, accept: 'text/event-stream' };
    const request = get(`${apiUrl}/orders/events`, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`SSE answered ${response.statusCode}`));
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const at = monotonicMs();
        const messages = (rest + chunk).split('\n\n');
        rest = messages.pop() ?? '';
        for (const message of messages) {
          const id = /^id: ?(\d+)$/m.exec(message)?.[1];
          if (/^event: ?snapshot$/m.test(message)) resolve();
          else if (id !== undefined) {
            arrived.push({ id, at });
            onArrival();
          }
        }
      });
    });
    request.on('error', reject);
  });

const openAll = async (
  apiUrl: string,
  members: readonly Shopper[],
  clientsPerMember: number,
): Promise<void> => {
  const clients = Array.from({ length: clientsPerMember }, () => members).flat();
  for (let from = 0; from < clients.length; from += OPENING)
    await Promise.all(
      clients.slice(from, from + OPENING).map((shopper) => listen(apiUrl, shopper)),
    );
};

const untilArrived = (deliveries: number, withinMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`${arrived.length} of ${deliveries} arrived`));
    const timer = setTimeout(late, withinMs);
    onArrival = () => {
      if (arrived.length < deliveries) return;
      clearTimeout(timer);
      resolve();
    };
    onArrival();
  });

answerQuestions<ListenSseQuestion, ListenSseAnswer>(async (question) => {
  if (question.kind === 'open') {
    await openAll(question.apiUrl, question.members, question.clientsPerMember);
    return [];
  }
  await untilArrived(question.deliveries, question.withinMs);
  const all = arrived;
  arrived = [];
  return all;
});
