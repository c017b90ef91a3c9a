import type { Answer, UndoAnswer } from '../../src/runtime/gateway-ports.ts';

type Use = {
  state: 'USED' | 'REFUNDED' | 'TOMBSTONED';
  readonly amount: number;
  readonly parts: Map<string, number>;
};

const done = <T>(data: T) => ({ kind: 'done', data }) as const;
const refused = (code: string) =>
  ({ kind: 'refused', code, detail: code, definite: true }) as const;

/** One member's points: a use per order, refunds that refer to it, a tombstone where the refund came first. */
export class MemberLedger {
  balance: number;
  readonly initial: number;
  readonly uses = new Map<string, Use>();
  readonly effects = new Map<string, { do: number; undo: number }>();

  constructor(balance: number) {
    this.initial = balance;
    this.balance = balance;
  }

  use(
    orderNo: string,
    amount: number,
  ): Answer<{ readonly amount: number; readonly balanceAfter: number }> {
    const use = this.uses.get(orderNo);
    if (use?.state === 'USED') return done({ amount: use.amount, balanceAfter: this.balance });
    if (use) return refused('OPERATION_CANCELED');
    if (this.balance < amount) return refused('INSUFFICIENT_POINT');
    this.balance -= amount;
    this.uses.set(orderNo, { state: 'USED', amount, parts: new Map() });
    this.#count(orderNo, 'do');
    return done({ amount, balanceAfter: this.balance });
  }

  refund(orderNo: string): UndoAnswer<{ readonly state: string }> {
    const use = this.uses.get(orderNo);
    if (!use) {
      this.uses.set(orderNo, { state: 'TOMBSTONED', amount: 0, parts: new Map() });
      return done({ state: 'TOMBSTONED' });
    }
    if (use.state === 'USED') {
      this.balance += this.held(orderNo);
      use.state = 'REFUNDED';
      this.#count(orderNo, 'undo');
    }
    return done({ state: use.state });
  }

  refundPart(orderNo: string, refundId: string, amount: number): UndoAnswer<object> {
    const use = this.uses.get(orderNo);
    if (use?.parts.has(refundId)) return done({});
    if (!use || amount > this.held(orderNo))
      return { kind: 'unknown', reason: 'REFUND_EXCEEDS_USE' };
    use.parts.set(refundId, amount);
    this.balance += amount;
    return done({});
  }

  /** Points that the order still holds. */
  held(orderNo: string): number {
    const use = this.uses.get(orderNo);
    if (use?.state !== 'USED') return 0;
    return use.amount - [...use.parts.values()].reduce((sum, part) => sum + part, 0);
  }

  #count(orderNo: string, way: 'do' | 'undo'): void {
    const counted = this.effects.get(orderNo) ?? { do: 0, undo: 0 };
    counted[way] += 1;
    this.effects.set(orderNo, counted);
  }
}
