import { isHiddenFromAll } from '../streams/event-filter.ts';
import type { EventRecord } from '../streams/event-record.ts';
import { InfoProbe } from './group-info.ts';
import { ALL, groupId } from './names.ts';
import type { RunningGroup } from './running-group.ts';

/** A group, and what makes its infos. */
export interface RegisteredGroup {
  readonly group: RunningGroup;
  readonly probe: InfoProbe;
}

/** The running groups, found by name, and by the stream whose events they want. */
export class GroupRegistry {
  private readonly byId = new Map<string, RegisteredGroup>();
  private readonly bySource = new Map<string, Set<RunningGroup>>();

  add(group: RunningGroup, now: number): void {
    const { source, group: name } = group.definition;
    this.byId.set(groupId(source, name), { group, probe: new InfoProbe(group, now) });
    const others = this.bySource.get(source) ?? new Set();
    this.bySource.set(source, others.add(group));
  }

  remove(group: RunningGroup): void {
    const { source, group: name } = group.definition;
    this.byId.delete(groupId(source, name));
    const others = this.bySource.get(source);
    others?.delete(group);
    if (others?.size === 0) this.bySource.delete(source);
  }

  /** Puts a group in the place of another of the same name, which keeps its rank in lists. */
  replace(old: RunningGroup, group: RunningGroup, now: number): void {
    const { source, group: name } = group.definition;
    this.byId.set(groupId(source, name), { group, probe: new InfoProbe(group, now) });
    const others = this.bySource.get(source);
    others?.delete(old);
    others?.add(group);
  }

  find(source: string, name: string): RegisteredGroup | undefined {
    return this.byId.get(groupId(source, name));
  }

  all(): readonly RegisteredGroup[] {
    return [...this.byId.values()];
  }

  /** Tells each group what of a commit belongs to its source. */
  committed(records: readonly EventRecord[]): void {
    if (this.bySource.size === 0) return;
    const ofAll = this.bySource.get(ALL);
    if (ofAll !== undefined) {
      const visible = records.filter((record) => !isHiddenFromAll(record.stream));
      if (visible.length > 0) for (const group of ofAll) group.committed(visible);
      if (this.bySource.size === 1) return;
    }
    for (const [stream, own] of this.byWantedStream(records))
      for (const group of this.bySource.get(stream) ?? []) group.committed(own);
  }

  private byWantedStream(records: readonly EventRecord[]): Map<string, EventRecord[]> {
    const wanted = new Map<string, EventRecord[]>();
    for (const record of records) {
      const { stream } = record;
      if (stream === ALL || !this.bySource.has(stream)) continue;
      const own = wanted.get(stream);
      if (own === undefined) wanted.set(stream, [record]);
      else own.push(record);
    }
    return wanted;
  }
}
