import { setTimeout } from 'node:timers/promises';

/** What the network does to calls of every participant, besides the kills: mode and share of the calls. */
const shares = {
  'error-after-effect': 0.03,
  'reset-after-effect': 0.03,
  'hang-after-effect': 0.01,
  malformed: 0.02,
  reset: 0.03,
  unavailable: 0.03,
} as const;
const targets = ['product', 'coupon', 'member', 'toss'] as const;

const RETRY_MS = 200;

const put = async (sandboxUrl: string, faults: readonly object[]): Promise<void> => {
  for (;;) {
    const done = await fetch(`${sandboxUrl}/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ faults }),
    }).then(
      async (response) => {
        await response.body?.cancel();
        if (response.status >= 400 && response.status < 500)
          throw new Error(`the sandbox does not take these faults: ${response.status}`);
        return response.ok;
      },
      () => false,
    );
    if (done) return;
    await setTimeout(RETRY_MS);
  }
};

/** Lets some calls fail, most of them after they have had their effect; the sandbox keeps that over its own death. */
export const disturb = (sandboxUrl: string, seed: number): Promise<void> =>
  put(
    sandboxUrl,
    targets.flatMap((target, place) =>
      Object.entries(shares).map(([mode, probability], index) => ({
        target,
        mode,
        probability,
        seed: seed + 10 * place + index,
      })),
    ),
  );

/** Ends all faults. */
export const calm = (sandboxUrl: string): Promise<void> => put(sandboxUrl, []);
