import type { FailureCode, OrderStatus } from '../domain/order/words.ts';

/** What the participants' books say, in the shape of the sandbox's `GET /ledger`. Amounts in won, points and units. */
export type Ledger = {
  readonly variants: readonly {
    readonly productVariantId: number;
    readonly initial: number;
    readonly available: number;
    readonly orders: readonly {
      readonly orderNo: string;
      readonly deducted: number;
      /** Still taken for that order: 0 once restored, less what was returned. */
      readonly held: number;
    }[];
  }[];
  readonly members: readonly {
    readonly memberId: string | number;
    readonly balance: number;
    readonly entries: readonly {
      readonly kind: 'GRANT' | 'USE' | 'REFUND' | 'PARTIAL_REFUND';
      readonly orderNo: string | null;
      /** Signed. */
      readonly amount: number;
    }[];
  }[];
  readonly coupons: readonly {
    readonly couponId: number;
    readonly reusable: boolean;
    readonly heldBy: string | null;
    readonly redemptions: readonly { readonly orderNo: string; readonly state: string }[];
  }[];
  readonly payments: readonly {
    readonly paymentKey: string;
    readonly orderId: string;
    readonly status: string;
    readonly totalAmount: number;
    readonly balanceAmount: number;
    /** How often money was taken. */
    readonly approvals: number;
    /** How often a confirmation was carried out. */
    readonly confirmations: number;
    readonly cancels: readonly { readonly amount: number }[];
  }[];
  readonly operations: readonly {
    readonly service: string;
    readonly orderNo: string;
    readonly effects: { readonly do: number; readonly undo: number };
  }[];
};

export type LedgerSource = { readonly read: (signal: AbortSignal) => Promise<Ledger> };

/** One order as the read side shows it. */
export type ShownOrder = {
  readonly orderNo: string;
  readonly memberId: string;
  readonly status: OrderStatus;
  readonly failureCode: FailureCode | null;
  readonly refundedAmount: number;
  /** Revision of the order's stream. */
  readonly version: number;
};

/** One entry of the order feed, which clients see as server-sent events. */
export type ShownEvent = {
  readonly orderNo: string;
  readonly memberId: string;
  readonly position: bigint;
  readonly type: string;
  readonly status: OrderStatus;
};

/** The read models, all orders. */
export type ReadModelSource = {
  readonly orders: (signal: AbortSignal) => AsyncIterable<ShownOrder>;
  /** In log order. */
  readonly feed: (signal: AbortSignal) => AsyncIterable<ShownEvent>;
};

export const invariants = [
  'I1',
  'I2',
  'I3',
  'I4',
  'I5',
  'I6',
  'I7',
  'I8',
  'I9',
  'I10',
  'I11',
  'I12',
  'I13',
  'I14',
  'I15',
] as const;
export type Invariant = (typeof invariants)[number];

/** One thing that must hold and does not. */
export type Broken = {
  readonly invariant: Invariant;
  /** What it is broken for: an order number, a variant, a member … */
  readonly subject: string;
  readonly detail: string;
};
