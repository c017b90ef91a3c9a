import { takeSample } from './sample.ts';
import type { Stand } from './stand.ts';
import { shoppers } from './tokens.ts';
import { askOnce } from './worker.ts';
import type { FillLogAnswer, FillLogQuestion } from './workers/fill-log.ts';

/** Fills the stand's log with copies of one order that the service itself has carried out. */
export const filledLog = async (
  stand: Stand,
  size: { readonly orders: number; readonly mixed: number },
): Promise<{ readonly events: number; readonly databaseUrl: string }> => {
  const [shopper] = await shoppers();
  if (!shopper) throw new Error('no members');
  const databaseUrl = await stand.database();
  const service = await stand.service({ databaseUrl });
  const { eventStoreUrl, sandboxUrl } = stand;
  const urls = { apiUrl: service.url, sandboxUrl, eventStoreUrl, databaseUrl };
  const sample = await takeSample({ ...urls, shopper });
  await service.stop();
  const question = { eventStoreUrl, sample, ...size };
  const { events } = await askOnce<FillLogQuestion, FillLogAnswer>('fill-log', question);
  return { events: events + sample.events.length, databaseUrl };
};
