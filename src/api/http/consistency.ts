import type { Request, Response } from 'express';
import type { ReadGate } from '../../runtime/read-ports.ts';
import { ProblemError } from './problem-error.ts';
import { signalOf } from './request-state.ts';

const HEADER = 'X-Consistency-Token';
/** A read waits this long for the read side; a healthy one is milliseconds behind. */
const WAIT_MS = 2000;

/** Hands out what a later read may give back to see this write: the log position, as decimal text. */
export const offerToken = (res: Response, position: bigint | null): void => {
  if (position !== null) res.set(HEADER, String(position));
};

const tokenOf = (req: Request): bigint | undefined => {
  const raw = req.get(HEADER) ?? req.query.minPosition;
  if (raw === undefined) return undefined;
  if (typeof raw !== 'string' || !/^\d{1,19}$/.test(raw))
    throw new ProblemError('INVALID_HEADER', {
      detail: `${HEADER} must be a token that a write has answered`,
    });
  return BigInt(raw);
};

/**
 * Waits until the read side shows what the client has written before.
 * @throws ProblemError READ_MODEL_BEHIND when it takes longer than two seconds
 */
export const awaitToken = async (gate: ReadGate, req: Request, res: Response): Promise<void> => {
  const position = tokenOf(req);
  if (position === undefined) return;
  const reached = await gate.waitFor(position, { timeoutMs: WAIT_MS, signal: signalOf(res) });
  if (!reached) throw new ProblemError('READ_MODEL_BEHIND', { headers: { 'Retry-After': '1' } });
};
