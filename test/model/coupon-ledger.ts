import type { Answer, UndoAnswer } from '../../src/runtime/gateway-ports.ts';

type Redemption = { state: 'REDEEMED' | 'RELEASED' | 'TOMBSTONED' };

const done = <T>(data: T) => ({ kind: 'done', data }) as const;
const refused = (code: string) =>
  ({ kind: 'refused', code, detail: code, definite: true }) as const;

/** One user coupon: held by one order at a time, released only by the same order. */
export class CouponLedger {
  heldBy: string | null = null;
  readonly redemptions = new Map<string, Redemption>();
  readonly effects = new Map<string, { do: number; undo: number }>();

  redeem(orderNo: string): Answer<object> {
    const redemption = this.redemptions.get(orderNo);
    if (redemption?.state === 'REDEEMED') return done({});
    if (redemption) return refused('OPERATION_CANCELED');
    if (this.heldBy !== null) return refused('COUPON_ALREADY_USED');
    this.heldBy = orderNo;
    this.redemptions.set(orderNo, { state: 'REDEEMED' });
    this.#count(orderNo, 'do');
    return done({});
  }

  release(orderNo: string): UndoAnswer<{ readonly state: string }> {
    const redemption = this.redemptions.get(orderNo);
    if (!redemption) {
      this.redemptions.set(orderNo, { state: 'TOMBSTONED' });
      return done({ state: 'TOMBSTONED' });
    }
    if (redemption.state === 'REDEEMED') {
      redemption.state = 'RELEASED';
      this.heldBy = null;
      this.#count(orderNo, 'undo');
    }
    return done({ state: redemption.state });
  }

  #count(orderNo: string, way: 'do' | 'undo'): void {
    const counted = this.effects.get(orderNo) ?? { do: 0, undo: 0 };
    counted[way] += 1;
    this.effects.set(orderNo, counted);
  }
}
