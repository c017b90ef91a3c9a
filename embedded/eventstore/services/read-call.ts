import type { Call } from '../grpc/service.ts';
import { ReadReplies } from '../protocol/read-replies.ts';
import type { EventRecord } from '../streams/event-record.ts';
import type { EventStore } from '../streams/event-store.ts';
import { LINK_TYPE } from '../streams/link.ts';
import { streamDeleted } from './errors.ts';
import type { AllReadPlan, StreamReadPlan } from './read-plan.ts';

/** The first page is small, because most reads are; pages grow as long as the client keeps up. */
const FIRST_PAGE = 32;
const LARGEST_PAGE = 1024;

/** Answers a read of a stream: pages are fetched only as fast as the client takes them. */
export async function readStream(
  store: EventStore,
  plan: StreamReadPlan,
  call: Call,
): Promise<void> {
  const replies = new ReadReplies(plan.uuids);
  let from: number | undefined = plan.from;
  let left = plan.count;
  let size = FIRST_PAGE;
  let last = -1;
  let isFirst = true;
  while (from !== undefined && left > 0 && !call.closed) {
    const page = await store.readStream(plan.stream, from, plan.direction, Math.min(size, left));
    if (page.status === 'deleted') throw streamDeleted(plan.stream);
    if (page.status === 'not-found') {
      if (isFirst) replies.streamNotFound(plan.stream);
      last = -1;
      break;
    }
    last = page.lastRevision;
    if (isFirst && plan.tellsPositions && page.records.length === 0)
      replies.firstStreamPosition(page.next ?? last + 1);
    isFirst = false;
    left -= page.records.length;
    from = page.next;
    await addAll(store, replies, page.records, plan.resolveLinks);
    await sendPage(call, replies);
    size = Math.min(size * 2, LARGEST_PAGE);
  }
  if (plan.tellsPositions && last >= 0) replies.lastStreamPosition(last);
  if (replies.length > 0) call.sendFramed(replies.take());
  call.end();
}

/** Answers a read of `$all`, filtered or not. */
export async function readAll(store: EventStore, plan: AllReadPlan, call: Call): Promise<void> {
  const replies = new ReadReplies(plan.uuids);
  let { from } = plan;
  let left = plan.count;
  let size = FIRST_PAGE;
  let atEnd = false;
  while (!atEnd && left > 0 && !call.closed) {
    const page = await store.readAll(
      from,
      plan.direction,
      plan.filter ? size : Math.min(size, left),
    );
    const filter = plan.filter?.filter;
    const matching = filter
      ? page.records.filter((record) => filter.matches(record))
      : page.records;
    const records = matching.slice(0, left);
    left -= records.length;
    from = page.next;
    atEnd = page.atEnd;
    await addAll(store, replies, records, plan.resolveLinks);
    await sendPage(call, replies);
    size = Math.min(size * 2, LARGEST_PAGE);
  }
  call.end();
}

async function sendPage(call: Call, replies: ReadReplies): Promise<void> {
  if (replies.length === 0) return;
  if (!call.sendFramed(replies.take()) || !call.closed) await call.writable();
}

/** Adds the records, following links one by one where that was asked for. */
export async function addAll(
  store: EventStore,
  replies: ReadReplies,
  records: readonly EventRecord[],
  resolveLinks: boolean,
): Promise<void> {
  for (const record of records)
    if (resolveLinks && record.type === LINK_TYPE) replies.event(await store.resolve(record));
    else replies.event({ event: record, link: undefined });
}
