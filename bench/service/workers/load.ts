import { Pool } from 'undici';
import { answerQuestions } from '../worker.ts';

/** Requests to send round and round, `inFlight` at a time. */
export type LoadQuestion = {
  readonly baseUrl: string;
  readonly inFlight: number;
  readonly requests: readonly {
    readonly path: string;
    readonly authorization: string;
    readonly body: string;
  }[];
  /** Sent but not counted, so that connections are open and code is compiled. */
  readonly warmUpMs: number;
  readonly measureMs: number;
};

/** `sent` counts those of the warm-up too. */
export type LoadAnswer = { readonly perSecond: number; readonly sent: number };

answerQuestions<LoadQuestion, LoadAnswer>(async (question) => {
  const { baseUrl, inFlight, requests, warmUpMs, measureMs } = question;
  const pool = new Pool(baseUrl, { connections: inFlight });
  const startedAt = performance.now();
  const countFrom = startedAt + warmUpMs;
  const until = countFrom + measureMs;
  let next = 0;
  let counted = 0;
  const sendOne = async (): Promise<void> => {
    const request = requests[next++ % requests.length];
    if (!request) throw new Error('nothing to send');
    const { path, authorization, body } = request;
    const headers = { 'content-type': 'application/json', authorization };
    const response = await pool.request({ method: 'POST', path, headers, body });
    if (response.statusCode >= 300)
      throw new Error(`${path} answered ${response.statusCode}: ${await response.body.text()}`);
    await response.body.dump();
    const now = performance.now();
    if (now >= countFrom && now < until) counted += 1;
  };
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < until) await sendOne();
    }),
  );
  await pool.destroy();
  return { perSecond: counted / (measureMs / 1000), sent: next };
});
