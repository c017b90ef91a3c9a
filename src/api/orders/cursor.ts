import { z } from 'zod';
import { ProblemError } from '../http/problem-error.ts';

/** The last row of a page: where the next one goes on. */
export type PagePosition = { readonly placedAt: string; readonly orderNo: string };

const Stored = z.tuple([z.string(), z.string(), z.string()]);

/** @param filters the same text for the same listing: a cursor is good for the listing that it came from */
export const encodeCursor = ({ placedAt, orderNo }: PagePosition, filters: string): string =>
  Buffer.from(JSON.stringify([placedAt, orderNo, filters])).toString('base64url');

/** @throws ProblemError INVALID_CURSOR when it was not made here, or for another listing */
export const decodeCursor = (cursor: string, filters: string): PagePosition => {
  const stored = Stored.safeParse(parsed(cursor));
  if (!stored.success) throw new ProblemError('INVALID_CURSOR');
  const [placedAt, orderNo, madeFor] = stored.data;
  if (!z.iso.datetime().safeParse(placedAt).success) throw new ProblemError('INVALID_CURSOR');
  if (madeFor !== filters)
    throw new ProblemError('INVALID_CURSOR', { detail: 'the filters differ from the first page' });
  return { placedAt, orderNo };
};

const parsed = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};
