import type { ServiceName } from '../http/services.ts';

/** When and how calls go wrong. */
export interface FaultRule {
  readonly id: string;
  readonly target: ServiceName;
  /** Only this operation of the target; all if absent. */
  readonly operation?: string | undefined;
  /** Only calls about this order; all if absent. */
  readonly orderNo?: string | undefined;
  readonly mode: FaultMode;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly delayMs?: number | undefined;
  /** The share of matching calls that it strikes; all if absent. */
  readonly probability?: number | undefined;
  /** How many calls it strikes before it is spent; no end if absent. */
  readonly times?: number | undefined;
  /** With a seed, the n-th matching call is struck or spared the same way every time. */
  readonly seed?: number | undefined;
}

export const FAULT_MODES = [
  'slow',
  'slow-after-effect',
  'error',
  'error-after-effect',
  'reset',
  'reset-after-effect',
  'hang',
  'hang-after-effect',
  'malformed',
  'unavailable',
] as const;
export type FaultMode = (typeof FAULT_MODES)[number];

export interface Fault {
  readonly rule: FaultRule;
  /** Calls that matched, as of the last time it struck. */
  matched: number;
  fired: number;
}

export interface WebhookSettings {
  readonly url: string;
  /** When to try again, in ms after the try before. */
  readonly retryDelaysMs: readonly number[];
}

export interface ControlState {
  clockOffsetMs: number;
  faults: Fault[];
  webhook: WebhookSettings | null;
  /** Calls received about an order: by order number, then by `service.operation`. */
  readonly calls: Map<string, Map<string, number>>;
}

export type ControlFact = { readonly service: 'control' } & (
  | { readonly type: 'Reset' }
  | { readonly type: 'ClockSet'; readonly offsetMs: number }
  | { readonly type: 'FaultsSet'; readonly rules: readonly FaultRule[] }
  | { readonly type: 'FaultFired'; readonly id: string; readonly matched: number }
  | { readonly type: 'WebhookSet'; readonly webhook: WebhookSettings | null }
  | { readonly type: 'CallReceived'; readonly call: string; readonly orderNo: string }
);

export const emptyControl = (): ControlState => ({
  clockOffsetMs: 0,
  faults: [],
  webhook: null,
  calls: new Map(),
});

/** Folds a fact of the controls, in place. */
export function evolveControl(state: ControlState, fact: ControlFact): void {
  switch (fact.type) {
    case 'Reset':
      return;
    case 'ClockSet':
      state.clockOffsetMs = fact.offsetMs;
      return;
    case 'FaultsSet':
      state.faults = fact.rules.map(
        (rule) =>
          state.faults.find((fault) => fault.rule.id === rule.id) ?? { rule, matched: 0, fired: 0 },
      );
      return;
    case 'FaultFired': {
      const fault = state.faults.find(({ rule }) => rule.id === fact.id);
      if (!fault) return;
      fault.matched = fact.matched;
      fault.fired += 1;
      return;
    }
    case 'WebhookSet':
      state.webhook = fact.webhook;
      return;
    case 'CallReceived': {
      const calls = state.calls.get(fact.orderNo) ?? new Map<string, number>();
      calls.set(fact.call, (calls.get(fact.call) ?? 0) + 1);
      state.calls.set(fact.orderNo, calls);
      return;
    }
  }
}
