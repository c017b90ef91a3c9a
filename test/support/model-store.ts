import type { Expectation } from '../../embedded/eventstore/streams/event-store.ts';

type ModelStream = {
  ids: number[];
  hasMetadata: boolean;
  maxCount: number;
  truncateBefore: number;
  softDeleted: boolean;
  tombstoned: boolean;
};

type Kind = 'written' | 'wrong-expected-version' | 'stream-deleted';

/** What an event store must answer, written down as plainly as possible: an array of ids a stream. */
export class ModelStore {
  private readonly streams = new Map<string, ModelStream>();

  append(stream: string, expectation: Expectation, ids: readonly number[]): unknown {
    const s = this.stream(stream);
    const last = s.ids.length - 1;
    const wrong = { kind: 'wrong-expected-version', current: last };
    if (s.tombstoned || (expectation.kind === 'stream-exists' && s.softDeleted))
      return { kind: 'stream-deleted' };
    if (expectation.kind === 'stream-exists' && last < 0 && !s.hasMetadata) return wrong;
    if (expectation.kind === 'any' || expectation.kind === 'stream-exists') {
      const known = ids.map((id) => s.ids.indexOf(id));
      if (known.every((revision) => revision >= 0)) return ['written', known.at(-1)];
      if ((known[0] ?? -1) >= 0) return wrong;
      return this.write(s, ids);
    }
    const from = expectation.kind === 'no-stream' ? 0 : Number(expectation.revision) + 1;
    if (from > last + 1) return wrong;
    if (from === last + 1) return this.write(s, ids);
    if (ids.every((id, i) => s.ids[from + i] === id)) return ['written', from + ids.length - 1];
    if (from === 0 && s.softDeleted && s.ids[0] !== ids[0]) return this.write(s, ids);
    return wrong;
  }

  delete(stream: string, expectation: Expectation): Kind {
    const s = this.stream(stream);
    if (s.tombstoned) return 'stream-deleted';
    if (s.ids.length === 0 && !s.hasMetadata) return 'wrong-expected-version';
    const refusal = this.refusal(s, expectation);
    if (refusal) return refusal;
    Object.assign(s, { softDeleted: true, hasMetadata: true, maxCount: Infinity });
    return 'written';
  }

  tombstone(stream: string, expectation: Expectation): Kind {
    const s = this.stream(stream);
    if (s.tombstoned) return 'stream-deleted';
    const exists = s.ids.length > 0 || s.hasMetadata;
    if (!exists && expectation.kind === 'stream-exists') return 'wrong-expected-version';
    const refusal = this.refusal(s, expectation);
    if (refusal) return refusal;
    s.tombstoned = true;
    return 'written';
  }

  setMetadata(stream: string, text: string): Kind {
    const s = this.stream(stream);
    if (s.tombstoned) return 'stream-deleted';
    const revived = s.softDeleted;
    const limits = limitsOf(text);
    Object.assign(s, { hasMetadata: true, softDeleted: false, ...limits });
    // The server hides the old events by a key of its own, which a key of the wrong type voids as well.
    if (revived && text !== WRONG_TYPE) s.truncateBefore = s.ids.length;
    return 'written';
  }

  read(stream: string): string[] {
    const s = this.stream(stream);
    if (s.tombstoned) return ['deleted'];
    if (s.softDeleted || s.ids.length === 0) return ['not-found'];
    const first = Math.max(s.truncateBefore, s.ids.length - s.maxCount, 0);
    return s.ids.map((id, revision) => `${stream} ${revision} {"n":${id}}`).slice(first);
  }

  private write(s: ModelStream, ids: readonly number[]): unknown {
    if (s.softDeleted) {
      s.softDeleted = false;
      s.truncateBefore = s.ids.length;
    }
    s.ids.push(...ids);
    return ['written', s.ids.length - 1];
  }

  private refusal(s: ModelStream, expectation: Expectation): Kind | undefined {
    switch (expectation.kind) {
      case 'any':
        return undefined;
      case 'stream-exists':
        return s.softDeleted ? 'stream-deleted' : undefined;
      case 'no-stream':
        return s.ids.length === 0 || s.softDeleted ? undefined : 'wrong-expected-version';
      case 'revision':
        return s.ids.length > 0 && Number(expectation.revision) === s.ids.length - 1
          ? undefined
          : 'wrong-expected-version';
    }
  }

  private stream(name: string): ModelStream {
    const known = this.streams.get(name);
    if (known) return known;
    const created: ModelStream = {
      ids: [],
      hasMetadata: false,
      maxCount: Infinity,
      truncateBefore: 0,
      softDeleted: false,
      tombstoned: false,
    };
    this.streams.set(name, created);
    return created;
  }
}

const WRONG_TYPE = '{"$maxCount":"x"}';

/** Metadata that is malformed limits nothing. */
const limitsOf = (text: string): { maxCount: number; truncateBefore: number } => ({
  maxCount: text === '{"$maxCount":2}' ? 2 : Infinity,
  truncateBefore: text === '{"$tb":3}' ? 3 : 0,
});
