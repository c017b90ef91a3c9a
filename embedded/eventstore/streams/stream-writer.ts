import { randomBytes } from 'node:crypto';
import type { EventIndex } from '../index/event-index.ts';
import type { GroupCommit } from '../log/group-commit.ts';
import { encodeTransaction, type RecordToWrite } from '../log/transaction.ts';
import {
  type Decision,
  decideAppend,
  decideDelete,
  decideTombstone,
  type KnownEvents,
} from './append-decision.ts';
import {
  type AppendResult,
  type Expectation,
  type NewEvent,
  StoreFailure,
  TOMBSTONE_REVISION,
} from './event-store.ts';
import type { MetadataTable } from './metadata-table.ts';
import { isMetastreamName, metastreamOf, type StreamCatalogue } from './stream-catalogue.ts';
import { revivedMetadata, SOFT_DELETE_METADATA } from './stream-metadata.ts';

const METADATA_TYPE = Buffer.from('$metadata');
const TOMBSTONE_TYPE = Buffer.from('$streamDeleted');
const NOTHING = Buffer.alloc(0);

export interface StreamWriterParts {
  readonly index: EventIndex;
  readonly metadata: MetadataTable;
  readonly catalogue: StreamCatalogue;
  readonly commits: GroupCommit;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Log position behind the last durable byte. */
  readonly end: number;
}

/**
 * Takes the decisions of all writes, one after the other and at once: a decision sees what was
 * decided before it (staged), and is answered when it and all that are durable.
 */
export class StreamWriter {
  private readonly parts: StreamWriterParts;
  private nextStart: number;
  private stopped = false;

  constructor(parts: StreamWriterParts) {
    this.parts = parts;
    this.nextStart = parts.end;
  }

  append(
    stream: string,
    expectation: Expectation,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    const facts = this.parts.catalogue.facts(stream);
    const decision = decideAppend(facts, expectation, this.known(stream, events));
    if (decision.kind !== 'accept') return this.refuseOrRepeat(stream, decision, facts.last);
    const name = Buffer.from(stream);
    const records = events.map((event, i) => toRecord(name, facts.last + 1 + i, event));
    if (facts.softDeleted) records.push(this.revival(stream, facts.last + 1));
    else if (isMetastreamName(stream)) records.push(...this.keepAlive(stream, events, facts.last));
    return this.stage(records, facts.last + events.length, events.length - 1);
  }

  deleteStream(stream: string, expectation: Expectation): Promise<AppendResult> {
    const facts = this.parts.catalogue.facts(stream);
    const decision = decideDelete(facts, expectation);
    if (decision.kind !== 'accept') return this.refuseOrRepeat(stream, decision, facts.last);
    return this.stage([this.metadataRecord(stream, SOFT_DELETE_METADATA, 0)], facts.last, 0);
  }

  tombstoneStream(stream: string, expectation: Expectation): Promise<AppendResult> {
    const facts = this.parts.catalogue.facts(stream);
    const decision = decideTombstone(facts, expectation);
    if (decision.kind !== 'accept') return this.refuseOrRepeat(stream, decision, facts.last);
    const tombstone: RecordToWrite = {
      stream: Buffer.from(stream),
      revision: TOMBSTONE_REVISION,
      id: randomId(),
      type: TOMBSTONE_TYPE,
      isJson: false,
      metadata: NOTHING,
      data: NOTHING,
    };
    return this.stage([tombstone], TOMBSTONE_REVISION, 0);
  }

  /** The log is back at this end: what was staged is gone. */
  rolledBack(end: number): void {
    this.nextStart = end;
  }

  /** Refuses all further writes. */
  stop(): void {
    this.stopped = true;
  }

  private known(stream: string, events: readonly NewEvent[]): KnownEvents {
    const { index, catalogue } = this.parts;
    const number = catalogue.numberOf(stream);
    const idOf = (i: number): Uint8Array => events[i]?.id ?? NOTHING;
    return {
      count: events.length,
      revisionOf: (i) => {
        const ordinal = number < 0 ? -1 : index.findId(number, idOf(i));
        return ordinal < 0 ? -1 : index.revision(ordinal);
      },
      isAt: (i, revision) => {
        const ordinal = number < 0 ? -1 : index.find(number, revision);
        return ordinal >= 0 && index.hasId(ordinal, idOf(i));
      },
    };
  }

  /** Answers without a write, but not before that on which the answer rests is durable. */
  private refuseOrRepeat(
    stream: string,
    decision: Exclude<Decision, { kind: 'accept' }>,
    last: number,
  ): Promise<AppendResult> {
    const result = (): AppendResult => {
      if (decision.kind === 'stream-deleted') return decision;
      if (decision.kind === 'wrong-expected-version') return { ...decision, current: last };
      return {
        kind: 'written',
        revision: decision.revision,
        position: this.readablePosition(stream, decision.revision),
      };
    };
    return this.commit(undefined, [], result);
  }

  private readablePosition(stream: string, revision: number): number | undefined {
    const { catalogue, index } = this.parts;
    const { status, firstRevision } = catalogue.state(stream);
    if (status !== 'live' || revision < firstRevision) return undefined;
    const ordinal = index.find(catalogue.numberOf(stream), revision);
    return ordinal < 0 ? undefined : index.position(ordinal);
  }

  /** Metadata that brings a soft-deleted stream back, readable from this revision. */
  private revival(stream: string, firstReadable: number): RecordToWrite {
    const current = this.parts.catalogue.currentMetadata(stream);
    return this.metadataRecord(stream, revivedMetadata(current?.text ?? '{}', firstReadable), 0);
  }

  /**
   * New metadata for a soft-deleted stream would show its old events again: a second record follows
   * that hides them.
   */
  private keepAlive(
    metastream: string,
    events: readonly NewEvent[],
    last: number,
  ): readonly RecordToWrite[] {
    const subject = metastream.slice(metastreamOf('').length);
    const newest = events.at(-1);
    if (!newest || isMetastreamName(subject)) return [];
    const facts = this.parts.catalogue.facts(subject);
    if (!facts.softDeleted || !newest.isJson) return [];
    const text = Buffer.from(newest.data).toString('utf8');
    const revived = revivedMetadata(text, facts.last + 1);
    return [this.metadataRecord(subject, revived, last + events.length + 1)];
  }

  /** A `$metadata` record at that revision of the metastream, 0 = behind its last one. */
  private metadataRecord(stream: string, body: string, revision: number): RecordToWrite {
    const metastream = metastreamOf(stream);
    const { index, catalogue } = this.parts;
    const number = catalogue.numberOf(metastream);
    const next = number < 0 ? 0 : index.lastRevision(number) + 1;
    return {
      stream: Buffer.from(metastream),
      revision: Math.max(revision, next),
      id: randomId(),
      type: METADATA_TYPE,
      isJson: true,
      metadata: NOTHING,
      data: Buffer.from(body),
    };
  }

  /** Puts the records behind what was decided so far; `answered` tells whose position is given back. */
  private stage(
    records: readonly RecordToWrite[],
    revision: number,
    answered: number,
  ): Promise<AppendResult> {
    if (records.length === 0)
      return this.commit(undefined, [], () => ({ kind: 'written', revision, position: undefined }));
    const { index, metadata, now } = this.parts;
    if (this.stopped) return Promise.reject(new StoreFailure('the store is stopping'));
    const encoded = encodeTransaction(this.nextStart, now(), records);
    this.nextStart += encoded.bytes.length;
    for (const [i, record] of encoded.records.entries()) {
      const source = records[i];
      if (!source) continue;
      const stream = index.names.findOrAdd(source.stream);
      const ordinal = index.count;
      index.append(stream, source.revision, record.position, source.id);
      if (!index.isMetastream(stream)) continue;
      if (source.revision === TOMBSTONE_REVISION) metadata.stageNone(stream, ordinal);
      else metadata.stage(stream, ordinal, record);
    }
    const position = encoded.records[answered]?.position;
    return this.commit(encoded.bytes, encoded.records, () => ({
      kind: 'written',
      revision,
      position,
    }));
  }

  private commit(
    bytes: Buffer | undefined,
    records: ReturnType<typeof encodeTransaction>['records'],
    result: () => AppendResult,
  ): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const settle = (failure: StoreFailure | undefined): void =>
        failure ? reject(failure) : resolve(result());
      this.parts.commits.add({ bytes, records, settle });
    });
  }
}

function toRecord(stream: Buffer, revision: number, event: NewEvent): RecordToWrite {
  const { id, isJson, metadata, data } = event;
  return { stream, revision, id, type: Buffer.from(event.type), isJson, metadata, data };
}

/** A version 4 UUID. */
function randomId(): Uint8Array {
  const id = randomBytes(16);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}
