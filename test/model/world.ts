import type { Ledger } from '../../src/runtime/audit-ports.ts';
import { CouponLedger } from './coupon-ledger.ts';
import { MemberLedger } from './member-ledger.ts';
import { PaymentLedger } from './payment-ledger.ts';
import { ProductLedger } from './product-ledger.ts';

/** All that lies outside the service: stock, coupons, points and money, each with its own books. */
export class World {
  readonly product: ProductLedger;
  readonly members = new Map<string, MemberLedger>();
  readonly coupons = new Map<number, CouponLedger>();
  readonly payments: PaymentLedger;

  constructor(options: {
    readonly now: () => number;
    readonly stock: ReadonlyMap<number, number>;
    readonly points: Readonly<Record<string, number>>;
    readonly coupons: readonly number[];
  }) {
    this.product = new ProductLedger(options.stock);
    this.payments = new PaymentLedger(options.now);
    for (const [memberId, balance] of Object.entries(options.points))
      this.members.set(memberId, new MemberLedger(balance));
    for (const couponId of options.coupons) this.coupons.set(couponId, new CouponLedger());
  }

  member(memberId: string): MemberLedger {
    const member = this.members.get(memberId);
    if (!member) throw new Error(`no member ${memberId}`);
    return member;
  }

  coupon(couponId: number): CouponLedger {
    const coupon = this.coupons.get(couponId);
    if (!coupon) throw new Error(`no coupon ${couponId}`);
    return coupon;
  }

  /** The books in the form that an audit reads. */
  ledger(): Ledger {
    const { product } = this;
    const held = (orderNo: string, id: number): number =>
      product.held(orderNo).find((item) => item.productVariantId === id)?.quantity ?? 0;
    return {
      variants: [...product.initial].map(([productVariantId, initial]) => ({
        productVariantId,
        initial,
        available: product.available.get(productVariantId) ?? 0,
        orders: [...product.rows].flatMap(([orderNo, row]) => {
          const item = row.items.find((each) => each.productVariantId === productVariantId);
          return item
            ? [{ orderNo, deducted: item.quantity, held: held(orderNo, productVariantId) }]
            : [];
        }),
      })),
      members: [...this.members].map(([memberId, member]) => ({
        memberId,
        balance: member.balance,
        entries: [
          { kind: 'GRANT' as const, orderNo: null, amount: member.initial },
          ...[...member.uses].flatMap(([orderNo, use]) =>
            use.amount === 0
              ? []
              : [
                  { kind: 'USE' as const, orderNo, amount: -use.amount },
                  ...(use.state === 'REFUNDED'
                    ? [
                        {
                          kind: 'REFUND' as const,
                          orderNo,
                          amount: use.amount - partsOf(use.parts),
                        },
                      ]
                    : []),
                  ...[...use.parts.values()].map((amount) => ({
                    kind: 'PARTIAL_REFUND' as const,
                    orderNo,
                    amount,
                  })),
                ],
          ),
        ],
      })),
      coupons: [...this.coupons].map(([couponId, { heldBy, redemptions }]) => ({
        couponId,
        reusable: false,
        heldBy,
        redemptions: [...redemptions].map(([orderNo, { state }]) => ({ orderNo, state })),
      })),
      payments: [...this.payments.payments.values()].map((payment) => ({
        paymentKey: payment.paymentKey,
        orderId: payment.orderId,
        status: payment.status,
        totalAmount: payment.totalAmount,
        balanceAmount: payment.balanceAmount,
        approvals: ['DONE', 'PARTIAL_CANCELED', 'CANCELED'].includes(payment.status) ? 1 : 0,
        confirmations: this.payments.confirmCalls.filter(
          (call) => call.orderNo === payment.orderId && call.paymentKey === payment.paymentKey,
        ).length,
        cancels: payment.cancels,
      })),
      operations: [
        ...effectsOf('product', product.effects),
        ...[...this.members.values()].flatMap((member) => effectsOf('member', member.effects)),
        ...[...this.coupons.values()].flatMap((coupon) => effectsOf('coupon', coupon.effects)),
      ],
    };
  }
}

const partsOf = (parts: ReadonlyMap<string, number>): number =>
  [...parts.values()].reduce((sum, amount) => sum + amount, 0);

const effectsOf = (
  service: string,
  effects: ReadonlyMap<string, { readonly do: number; readonly undo: number }>,
): Ledger['operations'] =>
  [...effects].map(([orderNo, counted]) => ({ service, orderNo, effects: { ...counted } }));
