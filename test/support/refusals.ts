import { expect } from 'vitest';
import type { Answered, Shop } from './shop.ts';

/** Holds answers to being a problem of this status and code, and to having written nothing. */
export type Refusals = (
  answered: Promise<Answered>,
  status: number,
  code: string,
) => Promise<Answered>;

/** @param shop where nothing is under way: its newest event must stay the newest */
export const refusalsOf = async (shop: Shop): Promise<Refusals> => {
  const newest = await shop.lastEvent();
  return async (answered, status, code) => {
    const answer = await answered;
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      title: expect.any(String),
      status,
      instance: expect.any(String),
      requestId: answer.headers.get('x-request-id'),
    });
    expect(await shop.lastEvent()).toBe(newest);
    return answer;
  };
};
